"""IngestDocument: a document under way through pipelines, its fields found by dotted paths."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from copy import copy
from typing import Any

from fakeknn.errors import ArrayIndexOutOfBoundsException, IllegalArgumentException, NumberFormatException
from fakeknn.painless import java_value, json_value
from fakeknn.painless.hierarchy import lineage
from fakeknn.painless.library_date import Date
from fakeknn.painless.library_time import ZonedDateTime
from fakeknn.painless.numbers import Byte, Character, Float, Long, Short
from fakeknn.painless.values import HashMap, JavaArray, class_of, equals, items, runtime_name
from fakeknn.units import parse_int

#: IngestDocument.Metadata
METADATA = ("_index", "_id", "_routing", "_version", "_version_type", "_if_seq_no", "_if_primary_term")

_OF_CLASS: dict[str, type] = {
    "java.lang.String": str,
    "java.lang.Integer": int,
    "java.lang.Long": Long,
    "java.util.List": list,
    "java.util.Map": dict,
}


def class_name(value: Any) -> str:
    """``value.getClass().getName()``"""
    return runtime_name(class_of(value))


class IngestDocument:
    """``source`` holds the fields and the metadata beside them, as Java's values; ``ingest`` is ``_ingest``."""

    __slots__ = ("ingest", "pipelines", "source")

    def __init__(self, source: dict[Any, Any], ingest: dict[Any, Any]) -> None:
        self.source = source
        self.ingest = ingest
        self.pipelines: dict[str, None] = {}
        """The pipelines that it is in, outermost first."""

    @classmethod
    def of(cls, body: Mapping[str, Any], metadata: Mapping[str, Any], now: int) -> IngestDocument:
        """A document from its parsed source, ``now`` in nanoseconds; metadata that are None are left out, but for
        index and id.
        """
        source = HashMap()
        for name, value in items(java_value(dict(body))):
            source[name] = value
        for name in ("_index", "_id"):
            source[name] = metadata.get(name)
        for name, value in metadata.items():
            if value is not None:
                source[name] = value
        source.ordered()
        return cls(source, HashMap({"timestamp": ZonedDateTime(now)}))

    def copy(self) -> IngestDocument:
        return IngestDocument(deep_copy(self.source), deep_copy(self.ingest))

    def model(self) -> dict[Any, Any]:
        """What templates are rendered with."""
        model = HashMap(self.source)
        model["_source"] = self.source
        model["_ingest"] = self.ingest
        return model

    def body(self) -> dict[str, Any]:
        """The fields without the metadata, as JSON."""
        return json_value(HashMap({name: value for name, value in self.source.items() if name not in METADATA}))  # type: ignore[no-any-return]

    def fields(self) -> list[str]:
        """The names of the fields at the root, in the order of a HashSet."""
        return [name for name, _ in items(HashMap(self.source)) if name not in METADATA]

    # -- reading

    def get(self, path: str, java_class: str | None = None, ignore_missing: bool = False) -> Any:
        """``getFieldValue``: the value at a path, of a class if one is named."""
        try:
            where = _Path(self, path)
            value = where.root
            for element in where.elements:
                value = _resolve(value, element, path)
            return _cast(path, value, java_class)
        except IllegalArgumentException:
            if ignore_missing and not self.has(path):
                return None
            raise

    def has(self, path: str, fail_out_of_range: bool = False) -> bool:
        """``hasField``"""
        where = _Path(self, path)
        where.leaf()
        value = where.root
        for element in where.elements:
            key = _key(value, element, path, fail_out_of_range)
            if key is None:
                return False
            value = value[key]
        return True

    # -- writing

    def remove(self, path: str) -> None:
        """``removeField``"""
        where = _Path(self, path)
        leaf = where.leaf()
        value = where.root
        for element in where.elements[:-1]:
            value = _resolve(value, element, path)
        if isinstance(value, dict):
            if leaf not in value:
                raise IllegalArgumentException(f"field [{leaf}] not present as part of path [{path}]")
            del value[leaf]
        elif isinstance(value, list):
            del value[_index(value, leaf, path)]
        elif value is None:
            raise IllegalArgumentException(f"cannot remove [{leaf}] from null as part of path [{path}]")
        else:
            raise IllegalArgumentException(
                f"cannot remove [{leaf}] from object of type [{class_name(value)}] as part of path [{path}]"
            )

    def set(self, path: str, value: Any) -> None:
        """``setFieldValue``: objects that are missing on the way are made."""
        holder, leaf = self._holder(path)
        if isinstance(holder, dict):
            holder[leaf] = value
        else:
            holder[_index(holder, leaf, path)] = value

    def append(self, path: str, value: Any, allow_duplicates: bool = True) -> None:
        """``appendFieldValue``: what is there becomes a list, if it is none."""
        holder, leaf = self._holder(path)
        if isinstance(holder, dict):
            if leaf not in holder:
                holder[leaf] = _extended([], value)
                return
            at: Any = leaf
        else:
            at = _index(holder, leaf, path)
        found = holder[at]
        grown = found if isinstance(found, list) else [found]
        if allow_duplicates:
            holder[at] = _extended(grown, value)
        elif _extended_by_new(grown, value):
            holder[at] = grown

    def _holder(self, path: str) -> tuple[Any, str]:
        where = _Path(self, path)
        leaf = where.leaf()
        value = where.root
        for element in where.elements[:-1]:
            if value is None:
                raise IllegalArgumentException(f"cannot resolve [{element}] from null as part of path [{path}]")
            if isinstance(value, dict):
                if element not in value:
                    value[element] = HashMap()
                value = value[element]
            else:
                value = _resolve(value, element, path)
        if value is None:
            raise IllegalArgumentException(f"cannot set [{leaf}] with null parent as part of path [{path}]")
        if not isinstance(value, (dict, list)):
            raise IllegalArgumentException(
                f"cannot set [{leaf}] with parent object of type [{class_name(value)}] as part of path [{path}]"
            )
        return value, leaf


class _Path:
    """FieldPath: where a path begins, and its elements."""

    __slots__ = ("elements", "root")

    def __init__(self, document: IngestDocument, path: str | None) -> None:
        if not path:
            raise IllegalArgumentException("path cannot be null nor empty")
        if path.startswith("_ingest."):
            self.root: Any = document.ingest
            inner = path[len("_ingest.") :]
        else:
            self.root = document.source
            inner = path.removeprefix("_source.")
        self.elements = inner.split(".")
        if not inner:
            raise IllegalArgumentException(f"path [{path}] is not valid")
        while self.elements and not self.elements[-1]:
            self.elements.pop()  # String.split drops what is empty at the end

    def leaf(self) -> str:
        if not self.elements:
            raise ArrayIndexOutOfBoundsException("Index -1 out of bounds for length 0")
        return self.elements[-1]


def _key(value: Any, element: str, path: str, fail_out_of_range: bool) -> Any:
    """What an element stands for in a value that holds others; None for what is not there."""
    if isinstance(value, dict):
        return element if element in value else None
    if not isinstance(value, list):
        return None
    try:
        index = parse_int(element)
    except NumberFormatException:
        return None
    if 0 <= index < len(value):
        return index
    if fail_out_of_range:
        raise _out_of_bounds(index, value, path)
    return None


def _cast(path: str, value: Any, java_class: str | None) -> Any:
    if value is None or java_class is None:
        return value
    wanted = _OF_CLASS[java_class]
    if type(value) is wanted or (wanted in (list, dict) and isinstance(value, wanted)):
        return value
    raise IllegalArgumentException(f"field [{path}] of type [{class_name(value)}] cannot be cast to [{java_class}]")


def _resolve(value: Any, element: str, path: str) -> Any:
    if isinstance(value, dict):
        if element in value:
            return value[element]
        raise IllegalArgumentException(f"field [{element}] not present as part of path [{path}]")
    if isinstance(value, list):
        return value[_index(value, element, path)]
    if value is None:
        raise IllegalArgumentException(f"cannot resolve [{element}] from null as part of path [{path}]")
    raise IllegalArgumentException(
        f"cannot resolve [{element}] from object of type [{class_name(value)}] as part of path [{path}]"
    )


def _index(values: list[Any], element: str, path: str) -> int:
    try:
        index = parse_int(element)
    except NumberFormatException as error:
        raise IllegalArgumentException(
            f"[{element}] is not an integer, cannot be used as an index as part of path [{path}]"
        ) from error
    if not 0 <= index < len(values):
        raise _out_of_bounds(index, values, path)
    return index


def _out_of_bounds(index: int, values: list[Any], path: str) -> IllegalArgumentException:
    return IllegalArgumentException(
        f"[{index}] is out of bounds for array with length [{len(values)}] as part of path [{path}]"
    )


def _each(value: Any) -> Iterator[Any]:
    if isinstance(value, list) and not isinstance(value, JavaArray):
        yield from value
    else:
        yield value


def _extended(values: list[Any], value: Any) -> list[Any]:
    values.extend(list(_each(value)))
    return values


def _extended_by_new(values: list[Any], value: Any) -> bool:
    before = len(values)
    for item in list(_each(value)):
        if not any(equals(item, held) for held in values):
            values.append(item)
    return len(values) > before


_COPIED = frozenset({bool, str, int, float, bytes, Byte, Character, Short, Long, Float, ZonedDateTime, Date})


def deep_copy(value: Any, around: tuple[int, ...] = ()) -> Any:
    """``IngestDocument.deepCopy``; what holds itself is refused."""
    if isinstance(value, dict):
        _check_around(value, around)
        return HashMap({name: deep_copy(item, (*around, id(value))) for name, item in value.items()})
    if isinstance(value, list) and "java.util.List" in lineage(type(value)):
        _check_around(value, around)
        return [deep_copy(item, (*around, id(value))) for item in value]
    if type(value) is int and not -(2**63) <= value < 2**63:
        raise IllegalArgumentException("unexpected value type [class java.math.BigInteger]")
    if value is None or type(value) in _COPIED:
        return value
    if isinstance(value, JavaArray) and value.component == "byte":
        return copy(value)
    raise IllegalArgumentException(f"unexpected value type [class {class_name(value)}]")


def _check_around(value: Any, around: tuple[int, ...]) -> None:
    if id(value) in around:
        raise IllegalArgumentException(
            "Iterable object is self-referencing itself (IngestDocument: Self reference present in object.)"
        )
