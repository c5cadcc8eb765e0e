"""Processors that set, move and remove fields."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cmp_to_key
from typing import Any

from fakeknn.errors import IllegalArgumentException, NullPointerException, OpenSearchError, ValidationException
from fakeknn.ingest.config import Config, Template, cast, is_template, render, value_source
from fakeknn.ingest.document import IngestDocument, class_name, deep_copy
from fakeknn.ingest.processor import Processor, processor
from fakeknn.painless.library_lang import compare
from fakeknn.painless.values import text
from fakeknn.state.names import simple_match


@processor("set")
class Set(Processor):
    """A field becomes a value."""

    def read(self, config: Config) -> None:
        field = config.string("field")
        value = config.object("value")
        self.override = config.boolean("override", True)
        self.field = config.template_of("field", field)
        self.ignore_empty_value = config.boolean("ignore_empty_value", False) and is_template(value)
        self.value = value_source(value)

    def execute(self, document: IngestDocument) -> bool:
        if not self.override:
            path = render(self.field, document)
            if document.has(path) and document.get(path) is not None:
                return True
        model = document.model()
        value = self.value(model)
        if not (self.ignore_empty_value and not value):
            document.set(self.field.render(model), value)
        return True


@processor("append")
class Append(Processor):
    """A field's list grows by values."""

    def read(self, config: Config) -> None:
        field = config.string("field")
        value = config.object("value")
        self.allow_duplicates = config.boolean("allow_duplicates", True)
        self.field = config.template_of("field", field)
        self.value = value_source(value)

    def execute(self, document: IngestDocument) -> bool:
        model = document.model()
        document.append(self.field.render(model), self.value(model), self.allow_duplicates)
        return True


def _either(config: Config, one: str, other: str) -> tuple[Any, Any]:
    """Two members, exactly one of which must be there."""
    first, second = config.take(one), config.take(other)
    if (first is None) is (second is None):
        raise config.refuse(one, f"either {one} or {other} must be set")
    return first, second


def _texts(value: Any) -> Sequence[str | None]:
    return [cast(item, "java.lang.String") for item in (value if isinstance(value, list) else [value])]


def _required(value: str | None, variable: str) -> str:
    if value is None:
        raise NullPointerException(
            f'Cannot invoke "String.contains(java.lang.CharSequence)" because "{variable}" is null'
        )
    return value


@processor("remove")
class Remove(Processor):
    """Fields go, or all but some."""

    def read(self, config: Config) -> None:
        field, exclude_field = _either(config, "field", "exclude_field")
        self.ignore_missing = config.boolean("ignore_missing", False)
        self.fields = self._templates(config, "field", field)
        self.exclude_fields = self._templates(config, "exclude_field", exclude_field)

    @staticmethod
    def _templates(config: Config, name: str, value: Any) -> list[Template]:
        return [] if value is None else [config.template_of(name, one) for one in _texts(value)]

    def execute(self, document: IngestDocument) -> bool:
        for field in self.fields:
            self._remove(document, render(field, document))
        kept = {render(field, document) for field in self.exclude_fields} - {""}
        if kept:
            for name in document.fields():
                if name not in kept:
                    document.remove(name)
        return True

    def _remove(self, document: IngestDocument, path: str) -> None:
        if not path or not document.has(path):
            if self.ignore_missing:
                return
            raise IllegalArgumentException(
                f"field [{path}] doesn't exist" if path else "field path cannot be null nor empty"
            )
        if path in ("_index", "_version", "_version_type"):
            raise IllegalArgumentException(f"cannot remove metadata field [{path}]")
        if path == "_id" and document.has("_version_type"):
            version_type = document.get("_version_type", "java.lang.String")
            if version_type != "internal":
                version = document.get("_version", "java.lang.Long", True)
                raise IllegalArgumentException(
                    "cannot remove metadata field [_id] when specifying external version for the document, "
                    f"version: {text(version)}, version_type: {text(version_type)}"
                )
        document.remove(path)


#: Strings.INVALID_FILENAME_CHARS, and what is told of them
_INVALID = frozenset('\\/"<>|?, ')
_INVALID_TEXT = r'[ , ", *, \, <, |, ,, >, /, ?]'


@processor("remove_by_pattern")
class RemoveByPattern(Processor):
    """Fields at the root go whose names match, or match not."""

    def read(self, config: Config) -> None:
        pattern, exclude = _either(config, "field_pattern", "exclude_field_pattern")
        name, given = ("field_pattern", pattern) if exclude is None else ("exclude_field_pattern", exclude)
        self.excludes = exclude is not None
        self.patterns = [_required(one, "fieldPattern") for one in _texts(given)]
        problems = [f"{name} [{one}] must not {what}" for one in self.patterns for what in self._problems(one)]
        if problems:
            raise config.refuse(name, ValidationException(*problems).reason or "")

    @staticmethod
    def _problems(pattern: str) -> list[str]:
        found = []
        if "#" in pattern:
            found.append("contain a '#'")
        if ":" in pattern:
            found.append("contain a ':'")
        if pattern.startswith("_"):
            found.append("start with '_'")
        if _INVALID.intersection(pattern):
            found.append(f"contain the following characters {_INVALID_TEXT}")
        return found

    def execute(self, document: IngestDocument) -> bool:
        if self.patterns:
            for name in document.fields():
                if any(simple_match(pattern, name) for pattern in self.patterns) is not self.excludes:
                    document.remove(name)
        return True


def _check_there(document: IngestDocument, path: str, ignore_missing: bool, what: str) -> bool:
    """Whether a field is there; if it is not, that is refused unless it may be missing."""
    if path and document.has(path, True):
        return True
    if ignore_missing:
        return False
    raise IllegalArgumentException(
        f"{what} [{path}] doesn't exist" if path else f"{what} path cannot be null nor empty"
    )


@processor("rename")
class Rename(Processor):
    """A field gets another path."""

    def read(self, config: Config) -> None:
        self.field = config.template("field")
        self.target = config.template("target_field")
        self.ignore_missing = config.boolean("ignore_missing", False)
        self.override_target = config.boolean("override_target", False)

    def execute(self, document: IngestDocument) -> bool:
        path = render(self.field, document)
        if not _check_there(document, path, self.ignore_missing, "field"):
            return True
        target = render(self.target, document)
        if document.has(target, True) and not self.override_target:
            raise IllegalArgumentException(f"field [{target}] already exists")
        value = document.get(path)
        document.remove(path)
        try:
            document.set(target, value)
        except OpenSearchError:
            document.set(path, value)
            raise
        return True


@processor("copy")
class Copy(Processor):
    """A field's value, at another path too."""

    def read(self, config: Config) -> None:
        self.source = config.template("source_field")
        self.target = config.template("target_field")
        self.ignore_missing = config.boolean("ignore_missing", False)
        self.remove_source = config.boolean("remove_source", False)
        self.override_target = config.boolean("override_target", False)

    def execute(self, document: IngestDocument) -> bool:
        source = render(self.source, document)
        if not _check_there(document, source, self.ignore_missing, "source field"):
            return True
        target = render(self.target, document)
        if not target:
            raise IllegalArgumentException("target field path cannot be null nor empty")
        if source == target:
            raise IllegalArgumentException("source field path and target field path cannot be same")
        if not self.override_target and document.has(target, True) and document.get(target) is not None:
            raise IllegalArgumentException(f"target field [{target}] already exists")
        document.set(target, deep_copy(document.get(source)))
        if self.remove_source:
            document.remove(source)
        return True


@processor("dot_expander")
class DotExpander(Processor):
    """A field with dots in its name becomes objects in each other."""

    def read(self, config: Config) -> None:
        self.field = config.string("field")
        self.description = None
        if "." not in self.field:
            raise config.refuse("field", "field does not contain a dot")
        if self.field[0] == "." or self.field[-1] == ".":
            raise config.refuse("field", "Field can't start or end with a dot")
        if ".." in self.field:
            raise config.refuse("field", "No space between dots")
        self.path = config.optional_string("path")

    def execute(self, document: IngestDocument) -> bool:
        path, holder = self.field, document.source
        if self.path is not None:
            path, holder = f"{self.path}.{self.field}", document.get(self.path, "java.util.Map")
        if self.field not in holder:
            return True
        if document.has(path):
            document.append(path, holder.pop(self.field))
            return True
        elements = path.split(".")
        for i in range(1, len(elements)):
            partial = ".".join(elements[:i])
            if not document.has(partial):
                break
            if not isinstance(document.get(partial), dict):
                raise IllegalArgumentException(
                    f"cannot expend [{path}], because [{partial}] is not an object field, but a value field"
                )
        document.set(path, holder.pop(self.field))
        return True


@processor("sort")
class Sort(Processor):
    """A list in order."""

    def read(self, config: Config) -> None:
        self.field = config.string("field")
        self.target = config.string("target_field", self.field)
        order = config.string("order", "asc")
        if order not in ("asc", "desc"):
            raise config.refuse("order", f"Sort direction [{order}] not recognized. Valid values are: [asc, desc]")
        self.reverse = order == "desc"

    def execute(self, document: IngestDocument) -> bool:
        values = document.get(self.field, "java.util.List")
        if values is None:
            raise IllegalArgumentException(f"field [{self.field}] is null, cannot sort.")
        found = list(values)
        if self.reverse:
            found.sort(key=cmp_to_key(lambda left, right: _compare(right, left)))
        elif len(found) > 1 and None in found:
            _refuse_null(found)
        else:
            found.sort(key=cmp_to_key(_compare))
        document.set(self.target, found)
        return True


def _refuse_null(values: list[Any]) -> None:
    """ComparableTimSort finds a null where it first compares it: in the run that a list begins with, or behind it."""
    run = 1
    descends = None
    while run < len(values):
        if values[run] is None:
            raise _no_comparable("a[runHi]")
        falls = _compare(values[run], values[run - 1]) < 0
        if descends is None:
            descends = falls
        elif falls is not descends:
            break
        run += 1
    for value in values[run:]:
        if value is None:
            raise _no_comparable("pivot")
        _compare(value, values[0])  # whichever it is compared with: those before are all of one class


def _no_comparable(variable: str) -> NullPointerException:
    return NullPointerException(f'Cannot invoke "java.lang.Comparable.compareTo(Object)" because "{variable}" is null')


_NULLS = {"java.lang.Integer": "anotherInteger", "java.lang.Long": "anotherLong", "java.lang.String": "anotherString"}


def _compare(left: Any, right: Any) -> int:
    """Comparable.compareTo, which takes nothing but its own class."""
    if left is None:
        raise _no_comparable("c2")
    cast(left, "java.lang.Comparable")
    kind = class_name(left)
    if right is None:
        name = _NULLS.get(kind)
        raise NullPointerException(None if name is None else f'Cannot read field "value" because "{name}" is null')
    cast(right, kind)
    return compare(left, right)
