"""``doc``: doc values as scripts see them."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, Protocol

from fakeknn.painless.dispatch import define
from fakeknn.painless.numbers import Long
from fakeknn.painless.throwable import Thrown, unsupported

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
    frame = ""

    def value_at(self, index: int) -> Any:
        if not self:
            raise Thrown(
                "java.lang.IllegalStateException",
                _NO_VALUE,
                None,
                (
                    f"org.opensearch.index.fielddata.ScriptDocValues${self.frame}.get(ScriptDocValues.java:{self.line(0)})",
                    f"org.opensearch.index.fielddata.ScriptDocValues${self.frame}.getValue"
                    f"(ScriptDocValues.java:{self.line(1)})",
                ),
            )
        if not 0 <= index < len(self):
            message = f"Index {index} out of bounds for length {len(self)}"
            raise Thrown("java.lang.ArrayIndexOutOfBoundsException", message)
        return self[index]

    @classmethod
    def line(cls, which: int) -> int:
        return _LINES.get(cls.frame, (0, 0))[which]


# Where the real classes raise: get and getValue.
_LINES: dict[str, tuple[int, int]] = {}


def _kind(name: str, java: str = "") -> type[DocValues]:
    return type(name, (DocValues,), {"java": java or f"{_PACKAGE}.{name}", "frame": name, "__slots__": ()})


LONGS = _kind("Longs")
DOUBLES = _kind("Doubles")
DATES = _kind("Dates")
BOOLEANS = _kind("Booleans")
STRINGS = _kind("Strings")
BYTES_REFS = _kind("BytesRefs")
UNSIGNED_LONGS = _kind("UnsignedLongs")
GEO_POINTS = _kind("GeoPoints")
IPS = _kind("IpScriptDocValues", "org.opensearch.index.mapper.IpFieldMapper.IpFieldType.IpScriptDocValues")

_MAKERS: dict[str, Callable[[Sequence[Any]], Any]] = {
    "long": lambda values: LONGS(map(Long, values)),
    "double": DOUBLES,
    "date": DATES,
    "boolean": BOOLEANS,
    "keyword": STRINGS,
    "ip": IPS,
    "binary": BYTES_REFS,
    "unsigned_long": UNSIGNED_LONGS,
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
            kind = self.doc.kind(field)
            if kind is None:
                raise Thrown(
                    "java.lang.IllegalArgumentException",
                    f"No field found for [{field}] in mapping",
                    None,
                    ("org.opensearch.search.lookup.LeafDocLookup.get(LeafDocLookup.java:96)",),
                )
            found = self.fields[field] = _MAKERS[kind](self.doc.values(field))
        return found


def _contains_key(doc: DocMap, field: Any) -> bool:
    return doc.doc.kind(field) is not None


def _refuse(*_: Any) -> Any:
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


def _unmodifiable(*_: Any) -> Any:
    raise unsupported("doc values are unmodifiable")


define(
    _PACKAGE,
    {
        "get/1": DocValues.value_at,
        "getValue/0": lambda values: values.value_at(0),
        "add/1": _unmodifiable,
        "add/2": _unmodifiable,
        "remove/1": _unmodifiable,
        "set/2": _unmodifiable,
        "clear/0": _unmodifiable,
        "sort/1": _unmodifiable,
    },
)
