"""join: documents of one index that are parents and children of each other."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from fakeknn.errors import (
    IllegalArgumentException,
    IllegalStateException,
    MapperParsingException,
    NotFaked,
    NullPointerException,
    OpenSearchParseException,
)
from fakeknn.fields.base import FieldType, register
from fakeknn.fields.contexts import DocContext, MappingContext
from fakeknn.fields.parameters import boolean
from fakeknn.fields.scalar import StringFieldType
from fakeknn.knn.java import class_name
from fakeknn.xcontent import hash_ordered, java_string
from fakeknn.xcontent.objects import token


def _parametrized(kind: str, *, index: bool, doc_values: bool) -> dict[str, Any]:
    """FieldMapper.doXContentBody with its defaults."""
    return {"type": kind, "boost": 1.0, "index": index, "doc_values": doc_values, "store": False, "meta": {}}


class ParentIdFieldType(StringFieldType):
    """``join#parent``: of a parent its own id, of its children that of their parent."""

    has_index_analyzer = True
    scored = True
    internal = True

    def __init__(self, path: str, parent: str, children: list[str], context: MappingContext) -> None:
        super().__init__(path, "parent", context)
        self.parent = parent
        self.children = children

    def parse(self, container: Any, key: Any, value: Any, doc: DocContext) -> Any:
        raise IllegalStateException("external value not set")

    def echo(self, include_defaults: bool = False) -> dict[str, Any]:
        return _parametrized(self.kind, index=True, doc_values=True) if include_defaults else {"type": self.kind}


class MetaJoinFieldType(FieldType):
    """``_parent_join``, which tells that an index has its one join field."""

    has_doc_values = False
    searchable = False
    internal = True

    def __init__(self, context: MappingContext) -> None:
        super().__init__("_parent_join", "parent_join", context)

    def echo(self, include_defaults: bool = False) -> dict[str, Any]:
        told = _parametrized(self.kind, index=False, doc_values=False)
        return told if include_defaults else {name: told[name] for name in ("type", "index", "doc_values")}

    def new_buffer(self) -> None:
        return None


@register("join")
class JoinFieldType(StringFieldType):
    """The name of a document's relation."""

    has_index_analyzer = True
    scored = True
    spreads = True
    raises_plainly = True
    takes_subs = False
    takes_objects = True
    single = "DocValuesField"
    eager = True

    def configure(self, definition: Mapping[str, Any]) -> None:
        if "." in self.path:
            raise IllegalArgumentException(
                f"join field [{self.path}] cannot be added inside an object or in a multi-field"
            )
        self.relations: dict[str, ParentIdFieldType] = {}
        left = dict(definition)
        for name, value in definition.items():
            if name == "eager_global_ordinals":
                self.eager = self._flag(left.pop(name))
            elif name == "relations":
                left.pop(name)
                self._relate(value)
        self._check()
        if left and not self.of_template:
            shown = "".join(f" [{key} : {java_string(value)}]" for key, value in left.items())
            raise MapperParsingException(f"Mapping definition for [{self.name}] has unsupported parameters: {shown}")

    @staticmethod
    def _flag(value: Any) -> bool:
        if value is None:
            raise NullPointerException('Cannot invoke "Object.toString()" because "node" is null')
        try:
            return boolean(value)
        except IllegalArgumentException as cause:
            raise IllegalArgumentException("Could not convert [eager_global_ordinals] to boolean") from cause

    def _relate(self, value: Any) -> None:
        if value is None:
            raise NullPointerException('Cannot invoke "Object.getClass()" because "node" is null')
        if not isinstance(value, dict):
            raise OpenSearchParseException(f"relations should be a hash but was of type: class {class_name(value)}")
        for parent, given in value.items():
            if given is None:
                raise NullPointerException(
                    'Cannot invoke "Object.toString()" because the return value of "java.util.Map$Entry.getValue()" '
                    "is null"
                )
            names = [java_string(item) for item in given] if isinstance(given, list) else [java_string(given)]
            path = f"{self.path}#{parent}"
            self.relations[parent] = ParentIdFieldType(path, parent, hash_ordered(set(names)), self.context)
        relations = {relation.path: relation for relation in self.relations.values()}
        self.inner = {**relations, "_parent_join": MetaJoinFieldType(self.context)}

    def _check(self) -> None:
        seen: set[str] = set()
        conflicts = []
        for relation in self.relations.values():
            for child in relation.children:
                if child in seen:
                    conflicts.append(f"[{child}] cannot have multiple parents")
                seen.add(child)
        if conflicts:
            raise IllegalArgumentException(
                f"invalid definition for join field [{self.path}]:\n[{', '.join(conflicts)}]"
            )

    def echo(self, include_defaults: bool = False) -> dict[str, Any]:
        relations = {
            parent: relation.children[0] if len(relation.children) == 1 else relation.children
            for parent, relation in self.relations.items()
        }
        return {"type": "join", "eager_global_ordinals": self.eager, "relations": relations}

    def merged(self, other: FieldType) -> FieldType:
        if not isinstance(other, JoinFieldType):
            raise IllegalArgumentException(
                f"mapper [{self.path}] cannot be changed from type [join] to [{other.content_type}]"
            )
        conflicts = list(self.conflicts(other))
        if conflicts:
            raise IllegalArgumentException(
                f"Mapper for [{self.path}] conflicts with existing mapping:\n[{', '.join(conflicts)}]"
            )
        return other

    def conflicts(self, other: FieldType) -> Iterable[str]:
        assert isinstance(other, JoinFieldType)
        for parent in self.relations:
            if parent not in other.relations:
                yield f"cannot remove parent [{parent}] in join field [{self.path}]"
        for parent, relation in other.relations.items():
            ours = self.relations.get(parent)
            if ours is None:
                if self.parent_of(parent) is not None:
                    yield f"cannot create parent [{parent}] from an existing child"
                for child in relation.children:
                    if child in self.relations:
                        yield f"cannot create child [{child}] from an existing parent"
                continue
            for child in ours.children:
                if child not in relation.children:
                    yield f"cannot remove child [{child}] in join field [{self.path}]"

    def parent_of(self, child: str | None) -> ParentIdFieldType | None:
        """The relation in which a name is a child's."""
        return next((relation for relation in self.relations.values() if child in relation.children), None)

    def parse(self, container: Any, key: Any, value: Any, doc: DocContext) -> list[tuple[str, str]]:
        name, parent = self._named(value)
        if name is None:
            raise NullPointerException('Cannot invoke "String.equals(Object)" because "name" is null')
        own, above = self.relations.get(name), self.parent_of(name)
        if own is None and above is None:
            raise IllegalArgumentException(f"unknown join name [{name}] for field [{self.path}]")
        found = []
        if above is not None:
            if parent is None:
                raise IllegalArgumentException(f"[parent] is missing for join field [{self.path}]")
            if doc.routing is None:
                raise IllegalArgumentException(f"[routing] is missing for join field [{self.path}]")
            found.append((above.path, parent))
        if own is not None:
            found.append((own.path, doc.doc_id))
        return [*found, (self.path, name)]

    def _named(self, value: Any) -> tuple[str | None, str | None]:
        if isinstance(value, str):
            return value, None
        if not isinstance(value, dict):
            raise IllegalStateException(f"[null] expected START_OBJECT or VALUE_STRING but was: {token(value)}")
        name = parent = None
        for member, item in _leaves(value):
            if isinstance(item, str) and member == "name":
                name = item
            elif isinstance(item, str | int | float) and not isinstance(item, bool):
                if member != "parent":
                    raise IllegalArgumentException(f"unknown field name [{member}] in join field [{self.path}]")
                parent = java_string(item)
        if any(isinstance(item, dict) for item in value.values()):
            raise NotFaked("an object in a value of a join field")  # with whose end the value ends
        return name, parent

    def fetch(self, value: Any, format: str | None = None) -> Any:
        if format is not None:
            raise IllegalArgumentException(f"Field [{self.path}] doesn't support formats.")
        return value


def _leaves(value: dict[str, Any]) -> Iterator[tuple[str, Any]]:
    """The values that a parser comes to, each with the name that it has met last."""
    for member, item in value.items():
        if isinstance(item, dict):
            yield from _leaves(item)
        elif isinstance(item, list):
            for one in item:
                yield from _leaves({member: one})
        else:
            yield member, item
