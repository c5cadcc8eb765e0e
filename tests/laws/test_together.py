"""Documents of a bulk that are taken in all at once become what each of them becomes by itself."""

from __future__ import annotations

import json
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from fakeknn import api
from fakeknn.api import bulk
from fakeknn.app import answer
from fakeknn.mapping.columns import ParsedColumn, parse_documents
from fakeknn.mapping.document import parse_document
from fakeknn.rest import Request
from fakeknn.state.node import Node
from tests.laws.served import ask

JSON = {"content-type": "application/json"}
LUCENE = {"engine": "lucene", "name": "hnsw"}
CLIPPED = {"engine": "faiss", "name": "hnsw", "parameters": {"encoder": {"name": "sq", "parameters": {"type": "fp16"}}}}
PROPERTIES: dict[str, Any] = {
    "l2": {"type": "knn_vector", "dimension": 2},
    "cosine": {"type": "knn_vector", "dimension": 2, "space_type": "cosinesimil"},
    "lucene": {"type": "knn_vector", "dimension": 2, "space_type": "cosinesimil", "method": LUCENE},
    "half": {"type": "knn_vector", "dimension": 2, "method": CLIPPED},
    "byte": {"type": "knn_vector", "dimension": 2, "data_type": "byte", "method": LUCENE},
    "bits": {"type": "knn_vector", "dimension": 16, "data_type": "binary", "space_type": "hamming"},
    "k": {"type": "keyword", "ignore_above": 5},
    "t": {"type": "text", "fields": {"raw": {"type": "keyword"}}},
    "counted": {"type": "text", "fields": {"size": {"type": "token_count", "analyzer": "standard"}}},
    "i": {"type": "integer"},
    "b": {"type": "byte"},
    "u": {"type": "unsigned_long"},
    "d": {"type": "double"},
    "h": {"type": "half_float"},
    "when": {"type": "date"},
    "yes": {"type": "boolean"},
    "o": {"properties": {"k": {"type": "keyword"}, "v": {"type": "knn_vector", "dimension": 2}}},
    "n": {"type": "nested", "properties": {"k": {"type": "keyword"}}},
    "off": {"enabled": False},
}
FLOATS = st.floats(-100, 100, width=32).filter(bool)
NUMBERS = st.one_of(FLOATS, st.integers(-200, 200))
PLAIN: dict[str, st.SearchStrategy[Any]] = {
    **{name: st.lists(FLOATS, min_size=2, max_size=2) for name in ("l2", "cosine", "lucene", "half")},
    **{name: st.lists(st.integers(-128, 127), min_size=2, max_size=2) for name in ("byte", "bits")},
    **{name: st.text("ab: ", max_size=5) for name in ("k", "t")},
    "i": st.integers(-9, 9),
    "b": st.integers(-9, 9),
    "u": st.integers(0, 2**64 - 1),
    "d": NUMBERS,
    "h": NUMBERS,
    "when": st.sampled_from(["2024-02-29", 0, "2024-01-01T10:11:12Z"]),
    "yes": st.booleans(),
    "o": st.fixed_dictionaries({}, optional={"k": st.sampled_from("ab"), "v": st.just([1, 2])}),
}
SOME: dict[str, list[Any]] = {
    **{key: [[0.1, -2], [3, 4.25], [0.6, 0.8]] for key in ("l2", "cosine", "lucene", "half")},
    **{key: [[1, -128], [127, 0]] for key in ("byte", "bits")},
    **{key: ["a b", "aa:bb", ["b", "a", "b"], ["", "c"]] for key in ("k", "t")},
    **{key: [1, -7, [3, 2]] for key in ("i", "b")},
    "u": [0, 2**64 - 1, [5, 4]],
    **{key: [0.1, 7, [3.5, -0.0]] for key in ("d", "h")},
    "when": ["2024-02-29", 1700000000000, ["2024-01-01T10:11:12Z", 0]],
    "yes": [True, False, [True, False]],
    "o": [{"k": "a"}, {"k": "b", "v": [1, 2]}, {"k": ["b", "a"]}],
}
ODD_SCALARS: list[Any] = [None, True, "", "1", "x" * 40, -1, 0.5, 10**18, 2**63, 2**64, 1e300, 1.0000000596046448]
ODD_LISTS: list[Any] = [[], [1], ["a", "b"], ["b", "a", "b"], [0, 0], [1, True], [1, "2"], [None, 1], [[1, 2], [3, 4]]]
ODD_VECTORS: list[Any] = [
    [1.0000000596046448, 2],
    [1e39, 0],
    [70000, 1],
    [1.5, 2],
    [300, 1],
    {},
    {"k": 1},
    [{"k": "a"}],
]
ODD = st.sampled_from(ODD_SCALARS + ODD_LISTS + ODD_VECTORS)
NAMES = st.sampled_from([*PROPERTIES, "new", "o.k", "_id", "_doc_count"])


@st.composite
def bodies(draw: st.DrawFn) -> list[bytes]:
    """Documents, most of which have the same fields."""
    fields = draw(st.lists(st.sampled_from(list(PLAIN)), unique=True, max_size=5))
    found = []
    for _ in range(draw(st.integers(8, 20))):
        body = {name: draw(PLAIN[name]) for name in fields}
        if draw(st.integers(0, 29)) == 9:
            body[draw(NAMES)] = draw(ODD)
        if body and draw(st.integers(0, 29)) == 9:
            del body[next(iter(body))]
        if draw(st.integers(0, 29)) == 9:
            body = dict(reversed(body.items()))
        text = json.dumps(body).encode()
        if draw(st.integers(0, 19)) == 19:
            text = draw(
                st.sampled_from([text[:-1], text + b"}", b"[]", b"", b'{"i":1,"i":2}', b'{"d":' + b"1" * 1100 + b"}"])
            )
        found.append(text)
    return found


@pytest.fixture(scope="module", autouse=True)
def _loaded() -> None:
    api.load()


@pytest.mark.parametrize("settings", [{}, {"mapping.ignore_malformed": True, "knn.derived_source.enabled": False}])
@pytest.mark.parametrize("name", PLAIN)
def test_each_value_together_as_by_itself(name: str, settings: dict[str, Any]) -> None:
    """With whatever value among plain ones: left to be parsed by itself, or parsed as by itself."""
    node = Node()
    index = {"settings": {"index": {"knn": True, **settings}}, "mappings": {"properties": PROPERTIES}}
    ask(node, "PUT", "/i", index)
    mapping = node.indices["i"].mapping
    together = 0
    for value in (*ODD_SCALARS, *ODD_LISTS, *ODD_VECTORS, *SOME[name]):
        sources = [json.dumps({name: one, "k": "a"}).encode() for one in (SOME[name][0], value, SOME[name][1])]
        parsed = parse_documents(mapping, sources)
        if parsed is None:
            continue
        together += 1
        for row, source in enumerate(sources):
            apart = parse_document(mapping, json.loads(source), doc_id="1", source=source)
            assert apart.mapping is None
            assert parsed.sources[row] == apart.source
            ((_, values),) = apart.rows
            found = {path: _of_row(column, row) for path, column in parsed.columns.items()}
            assert _comparable({path: items for path, items in found.items() if items}) == _comparable(values)
    assert together >= len(SOME[name])


def test_no_vectors_while_the_circuit_breaker_has_tripped() -> None:
    node = Node()
    ask(node, "PUT", "/i", {"settings": {"index.knn": True}, "mappings": {"properties": PROPERTIES}})
    ask(node, "PUT", "/_cluster/settings", {"persistent": {"knn.circuit_breaker.triggered": True}})
    request = Request.of("POST", "/i/_bulk", b'{"index":{}}\n{"l2":[1,2]}\n' * 9, JSON)
    items = json.loads(answer(node, request)[2])["items"]
    assert {item["index"]["error"]["type"] for item in items} == {"mapper_parsing_exception"}


def _of_row(column: ParsedColumn, row: int) -> list[Any]:
    place = list(column.rows).index(row) if row in column.rows else None
    if place is None:
        return []
    return column.values[place] if column.several else [column.values[place]]


def _comparable(values: dict[str, list[Any]]) -> dict[str, list[Any]]:
    return {
        path: [(item.dtype, item.tolist()) if isinstance(item, np.ndarray) else item for item in items]
        for path, items in values.items()
    }


@pytest.mark.parametrize("shards", [1, 3])
@settings(max_examples=15)
@given(
    first=bodies(),
    second=bodies(),
    offset=st.sampled_from([0, 10, 100]),
    unnamed=st.sets(st.integers(0, 20), max_size=2),
    ignores=st.booleans(),
)
def test_together_as_one_by_one(
    shards: int, first: list[bytes], second: list[bytes], offset: int, unnamed: set[int], ignores: bool
) -> None:
    requests = []
    for documents, start in ((first, 0), (second, offset)):
        actions = (b'{"create":{}}' if i in unnamed else b'{"index":{"_id":"%d"}}' % (start + i) for i in range(99))
        requests.append(b"".join(b"%s\n%s\n" % line for line in zip(actions, documents, strict=False)))
    together, apart = (_told(requests, shards, ignores, few) for few in (bulk._FEW, 10**9))
    assert together == apart


def _told(bodies: list[bytes], shards: int, ignores: bool, few: int) -> Any:
    """All that a node tells of what it was given, if no fewer than ``few`` documents may go together."""
    node = Node()
    index = {"number_of_shards": shards, "knn": True, "mapping.ignore_malformed": ignores}
    ask(node, "PUT", "/i", {"settings": {"index": index}, "mappings": {"properties": PROPERTIES}})
    told = []
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(bulk, "_FEW", few)
        for body in bodies:
            status, _, text = answer(node, Request.of("POST", "/i/_bulk?refresh", body, JSON))
            told.append((status, {**json.loads(text), "took": 0}))
    shown = {"version": True, "seq_no_primary_term": True, "docvalue_fields": ["k", "i", "d", "when"]}
    searches: list[dict[str, Any]] = [shown, {"fields": [{"field": "*"}]}]
    searches += [{"query": {"exists": {"field": name}}, "sort": "_doc"} for name in PROPERTIES]
    searches += [{"query": {"match": {"t": "a b"}}}, {"query": {"term": {"t.raw": "a"}}}]
    vectors = ("l2", "cosine", "lucene", "half", "byte", "o.v")
    searches += [{"query": {"knn": {name: {"vector": [1, 2], "k": 5}}}} for name in vectors]
    for search in searches:
        request = Request.of("POST", "/i/_search", json.dumps({"size": 50, **search}).encode(), JSON)
        status, _, text = answer(node, request)
        told.append((status, {**json.loads(text), "took": 0}))
    told.append(ask(node, "GET", "/i/_mapping"))
    return told
