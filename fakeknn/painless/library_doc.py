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
        found = self.fields.get(field)
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


def _refuse(receiver: Any, *_: Any) -> Any:
    raise unsupported()


define(
    "org.opensearch.search.lookup.LeafDocLookup",
    {
        "get/1": DocMap.get,
        "containsKey/1": _contains_key,
        **{
            f"{name}": _refuse
            for name in (
                *("size/0", "isEmpty/0", "containsValue/1", "put/2", "remove/1", "putAll/1", "clear/0"),
                *("keySet/0", "values/0", "entrySet/0"),
            )
        },
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
