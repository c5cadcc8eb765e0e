"""The documents that scripts of each context are recorded on, and what ours are given in their place."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from fakeknn.errors import IllegalArgumentException
from fakeknn.painless import DocMap, compile, java_value, json_value, script_field
from fakeknn.painless.values import text

PARAMS: dict[str, Any] = {
    "a": {"b": 1},
    "l": [1],
    "q": [1, 2, 3],
    "k": 2,
    "x": 1.5,
    "big": 12345678901,
    "s": "str",
    "lat": 11.0,
}
#: What updates and pipelines change.
SOURCE: dict[str, Any] = {"x": 1, "o": {"p": 1.5}, "t": ["a", "b"], "big": 12345678901, "n": None, "b": True}

PROPERTIES: dict[str, Any] = {
    "a": {"type": "long"},
    "b": {"type": "double"},
    "d": {"type": "date"},
    "k": {"type": "keyword"},
    "g": {"type": "geo_point"},
    "t": {"type": "text"},
    "v": {"type": "knn_vector", "dimension": 3},
    "e": {"type": "boolean"},
    "ip": {"type": "ip"},
    "bin": {"type": "binary", "doc_values": True},
    "ul": {"type": "unsigned_long"},
    "f": {"type": "float"},
    **{
        name: {"type": kind, "doc_values": False}
        for name, kind in {
            "nk": "keyword",
            "nl": "long",
            "nd": "date",
            "nb": "boolean",
            "ni": "ip",
            "ng": "geo_point",
            "nf": "float",
            "nn": "integer",
            "ns": "short",
            "ny": "byte",
            "no": "double",
            "nh": "half_float",
            "nu": "unsigned_long",
            "na": "date_nanos",
        }.items()
    },
    "nx": {"type": "scaled_float", "scaling_factor": 10, "doc_values": False},
}
DOCUMENTS: tuple[dict[str, Any], ...] = (
    {
        "a": [3, 1, 7],
        "b": 2.5,
        "d": "2021-03-04T05:06:07.089Z",
        "k": ["x", "y"],
        "g": {"lat": 10, "lon": 20},
        "t": "hello world",
        "v": [1, 2, 3],
        "e": True,
        "ip": "10.0.0.1",
        "bin": "AQID",
        "ul": 18446744073709551615,
        "f": 1.1,
    },
    {"b": 4},
)
_KINDS = {
    "a": "long",
    "b": "double",
    "d": "date",
    "k": "keyword",
    "g": "geo_point",
    "v": "float_vector",
    "e": "boolean",
    "ip": "ip",
    "bin": "binary",
    "ul": "unsigned_long",
    "f": "double",
}
_VALUES: tuple[dict[str, Sequence[Any]], ...] = (
    {
        "a": [1, 3, 7],
        "b": [2.5],
        "d": [1614834367089],
        "k": ["x", "y"],
        "e": [True],
        "ip": ["10.0.0.1"],
        "g": [(9.999999990686774, 19.99999998137355)],
        "v": [np.array([1, 2, 3], np.float32)],
        "bin": [b"\x01\x02\x03"],
        "ul": [18446744073709551615],
        "f": [float(np.float32(1.1))],
    },
    {"b": [4.0]},
)
TEXT_FIELD = (
    "Text fields are not optimised for operations that require per-document field data like aggregations "
    "and sorting, so these operations are disabled by default. Please use a keyword field instead. "
    "Alternatively, set fielddata=true on [t] in order to load field data by uninverting the inverted "
    "index. Note that this can use significant memory."
)


class Document:
    """One of the two documents as a script sees it (painless.Doc)."""

    def __init__(self, number: int) -> None:
        self.fields = _VALUES[number]

    def kind(self, field: str) -> str | None:
        if field == "t":
            raise IllegalArgumentException(TEXT_FIELD)
        if PROPERTIES.get(field, {}).get("doc_values") is False:
            type_ = PROPERTIES[field]["type"]
            raise IllegalArgumentException(
                f"Can't load fielddata on [{field}] because fielddata is unsupported on fields of type [{type_}]. "
                "Use doc values instead."
            )
        return _KINDS.get(field)

    def values(self, field: str) -> Sequence[Any]:
        return self.fields.get(field, ())


def split(case: str) -> tuple[str, int, str]:
    """``score2 doc['a'].value``: the context, the document's number and the script."""
    context, _, script = case.partition(" ")
    return (context[:-1], 1, script) if context.endswith("2") else (context, 0, script)


def run(case: str) -> Any:
    """What our Painless makes of a case."""
    context, number, source = split(case)
    script = compile(source, context, PARAMS)
    if context in ("update", "ingest"):
        if context == "update":
            ctx = {
                "op": "index",
                "_index": "recorded-update",
                "_id": "1",
                "_version": 1,
                "_routing": None,
                "_now": 5,
                "_source": SOURCE,
            }
        else:
            ctx = {"_index": "t", "_id": "1", "_version": -3, **SOURCE}
        given = java_value(ctx, linked=True)
        script.execute({"ctx": given})
        if context == "ingest":
            return {name: value for name, value in json_value(given).items() if name[0] != "_"}
        op = {"index": "updated", "delete": "deleted"}.get(given["op"], "noop")
        return [op, json_value(given["_source"]) if op != "deleted" else None]
    bindings = {
        "doc": DocMap(Document(number)),
        "_score": 1.5,
        "_index": "recorded-contexts",
        "_shard_id": 0,
        "_doc_id": number,
    }
    result = script.execute({**bindings, "_source": DOCUMENTS[number]})
    if context == "painless_test":
        return text(result)
    if context == "field":
        return script_field(result)
    return json_value(result)
