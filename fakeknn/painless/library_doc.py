"""``doc``: doc values as scripts see them."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, Protocol

from fakeknn.errors import NotFaked
from fakeknn.painless.dispatch import define
from fakeknn.painless.library_math import BigInteger
from fakeknn.painless.numbers import Long
from fakeknn.painless.throwable import Thrown, illegal_argument, illegal_state, null_pointer, unsupported
from fakeknn.painless.values import text

_PACKAGE = "org.opensearch.index.fielddata.ScriptDocValues"
_NO_VALUE = (
    "A document doesn't have a value for a field! Use doc[<field>].size()==0 to check if a document is missing a field!"
)


class Doc(Protocol):
    """One document's doc values. Kinds are long, double, date, boolean, keyword, ip, binary, geo_point,
    unsigned_long and knn_vector; dates come as ZonedDateTime, points as (lat, lon), vectors as one array."""

    def kind(self, field: str) -> str | None:
        """The kind of a field, None for one that the mapping does not know; may raise what the mapper raises."""

    def values(self, field: str) -> Sequence[Any]:
        """A field's values in doc value order, empty if the document has none."""

    def stored(self, field: str) -> list[Any] | None:
        """A field's stored values, None for a field that the mapping does not know."""


class DocValues(list[Any]):
    """The values of one field; a List that cannot be changed."""

    __slots__ = ()
    java = _PACKAGE
    supers: tuple[str, ...] = (
        _PACKAGE,
        "java.util.AbstractList",
        "java.util.List",
        "java.util.Collection",
        "java.lang.Iterable",
    )

    def get_value(self) -> Any:
        return self.value_at(0)

    def value_at(self, index: int) -> Any:
        if not self:
            raise illegal_state(_NO_VALUE)
        if not 0 <= index < len(self):
            # The real one shows what is left of other documents.
            raise NotFaked("a doc value past a document's last")
        return self[index]


class IpValues(DocValues):
    """Addresses as text."""

    __slots__ = ()
    java = "org.opensearch.index.mapper.IpFieldMapper.IpFieldType.IpScriptDocValues"

    def value_at(self, index: int) -> Any:
        if not 0 <= index < len(self):
            message = f"Index {index} out of bounds for length {len(self)}"
            raise Thrown("java.lang.ArrayIndexOutOfBoundsException", message)
        return self[index]

    def get_value(self) -> Any:
        return self[0] if self else None


def _kind(name: str) -> type[DocValues]:
    return type(name, (DocValues,), {"java": f"{_PACKAGE}.{name}", "__slots__": ()})


LONGS = _kind("Longs")
DOUBLES = _kind("Doubles")
DATES = _kind("Dates")
BOOLEANS = _kind("Booleans")
STRINGS = _kind("Strings")
BYTES_REFS = _kind("BytesRefs")
UNSIGNED_LONGS = _kind("UnsignedLongs")
GEO_POINTS = _kind("GeoPoints")

_MAKERS: dict[str, Callable[[Sequence[Any]], Any]] = {
    "long": lambda values: LONGS(map(Long, values)),
    "double": DOUBLES,
    "date": DATES,
    "boolean": BOOLEANS,
    "keyword": STRINGS,
    "ip": IpValues,
    "binary": BYTES_REFS,
    "unsigned_long": lambda values: UNSIGNED_LONGS(map(BigInteger, values)),
}


def define_kind(kind: str, make: Callable[[Sequence[Any]], Any]) -> None:
    """Register how a kind's values become a doc values object."""
    _MAKERS[kind] = make


class DocMap:
    """The ``doc`` variable: fields by name, looked up once per document."""

    __slots__ = ("doc", "fields")
    java = "org.opensearch.search.lookup.LeafDocLookup"
    supers = ("java.util.Map",)

    def __init__(self, doc: Doc) -> None:
        self.doc = doc
        self.fields: dict[str, Any] = {}

    def get(self, field: Any) -> Any:
        found = self.fields.get(field) if isinstance(field, str) else None
        if found is None:
            if field is None:
                raise null_pointer('Cannot invoke "Object.toString()" because "key" is null')
            field = text(field)
            kind = self.doc.kind(field)
            if kind is None:
                raise illegal_argument(f"No field found for [{field}] in mapping")
            found = self.fields[field] = _MAKERS[kind](self.doc.values(field))
            if hasattr(found, "field"):
                found.field = field
        return found


def _contains_key(doc: DocMap, field: Any) -> bool:
    return doc.doc.kind(field) is not None


_LOOKUP = "org.opensearch.search.lookup"
_NO_FIRST = (
    "java.base/jdk.internal.util.Preconditions.outOfBounds(Preconditions.java:100)",
    "java.base/jdk.internal.util.Preconditions.outOfBoundsCheckIndex(Preconditions.java:106)",
    "java.base/jdk.internal.util.Preconditions.checkIndex(Preconditions.java:302)",
    "java.base/java.util.Objects.checkIndex(Objects.java:365)",
    "java.base/java.util.ArrayList.get(ArrayList.java:428)",
    f"{_LOOKUP}.FieldLookup.getValue(FieldLookup.java:105)",
)


class StoredValues:
    """FieldLookup: the stored values of one field."""

    __slots__ = ("values",)
    java = "org.opensearch.search.lookup.FieldLookup"

    def __init__(self, values: list[Any]) -> None:
        self.values = values

    def first(self) -> Any:
        if not self.values:
            raise Thrown("java.lang.IndexOutOfBoundsException", "Index 0 out of bounds for length 0", None, _NO_FIRST)
        return self.values[0]

    def empty(self) -> bool:
        try:
            return self.first() is None
        except Thrown as thrown:
            thrown.frames = (*thrown.frames, f"{_LOOKUP}.FieldLookup.isEmpty(FieldLookup.java:95)")
            raise


class StoredMap:
    """LeafFieldsLookup, ``params._fields``: stored fields by name."""

    __slots__ = ("doc",)
    java = "org.opensearch.search.lookup.LeafFieldsLookup"
    supers = ("java.util.Map",)

    def __init__(self, doc: Doc) -> None:
        self.doc = doc

    def get(self, field: Any) -> StoredValues:
        if field is None:
            raise null_pointer('Cannot invoke "Object.toString()" because "key" is null')
        values = self.doc.stored(text(field))
        if values is None:
            lines = (("loadFieldData", 149), ("get", 81))
            frames = tuple(f"{self.java}.{name}(LeafFieldsLookup.java:{line})" for name, line in lines)
            raise Thrown(
                "java.lang.IllegalArgumentException", f"No field found for [{text(field)}] in mapping", None, frames
            )
        return StoredValues(values)


define(
    "org.opensearch.search.lookup.FieldLookup",
    {
        "getValue/0": StoredValues.first,
        "getValues/0": lambda stored: stored.values,
        "isEmpty/0": StoredValues.empty,
    },
)


def _refuse(receiver: Any, *_: Any) -> Any:
    raise unsupported()


#: In the order of LeafFieldsLookup's source.
_UNSUPPORTED = (
    *("size/0", "isEmpty/0", "keySet/0", "values/0", "entrySet/0"),
    *("put/2", "remove/1", "clear/0", "putAll/1", "containsValue/1"),
)


def _refuse_stored(name: str, line: int) -> Callable[..., Any]:
    frame = f"{StoredMap.java}.{name[:-2]}(LeafFieldsLookup.java:{line})"

    def refuse(receiver: Any, *_: Any) -> Any:
        raise Thrown("java.lang.UnsupportedOperationException", None, None, (frame,))

    return refuse


define(
    "org.opensearch.search.lookup.LeafDocLookup",
    {"get/1": DocMap.get, "containsKey/1": _contains_key, **dict.fromkeys(_UNSUPPORTED, _refuse)},
)
define(
    "org.opensearch.search.lookup.LeafFieldsLookup",
    {
        "get/1": StoredMap.get,
        "containsKey/1": lambda fields, name: name is not None and fields.doc.stored(text(name)) is not None,
        **{name: _refuse_stored(name, 96 + 5 * i) for i, name in enumerate(_UNSUPPORTED)},
    },
)


def _unmodifiable(receiver: Any, *_: Any) -> Any:
    raise unsupported("doc values are unmodifiable")


define(
    _PACKAGE,
    {
        "get/1": lambda values, index: values.value_at(index),
        "getValue/0": lambda values: values.get_value(),
        "add/1": _unmodifiable,
        "add/2": _unmodifiable,
        "remove/1": _refuse,
        "replaceAll/1": _unmodifiable,
        "set/2": _unmodifiable,
        "clear/0": _refuse,
        "sort/1": _unmodifiable,
    },
)
