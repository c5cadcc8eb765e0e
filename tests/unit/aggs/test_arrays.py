"""The lengths of the real server's arrays."""

from __future__ import annotations

from typing import Any

import orjson

from fakeknn import api
from fakeknn.aggs.arrays import LONG, REFERENCE, oversized
from fakeknn.app import answer
from fakeknn.rest import Request
from fakeknn.state.node import Node


def test_an_array_grows_by_an_eighth_and_by_three_at_least() -> None:
    assert [oversized(size, LONG) for size in (1, 2, 40, 2048, 5000)] == [4, 5, 45, 2048, 6144]


def test_references_fill_whole_words() -> None:
    assert [oversized(size, REFERENCE) for size in (1, 2, 3, 40, 4096, 5000)] == [4, 6, 6, 46, 4096, 8192]


def test_buckets_behind_the_end_of_an_array_cannot_be_asked_for() -> None:
    api.load()
    node = Node()

    def ask(method: str, path: str, body: Any) -> Any:
        sent = Request.of(method, path, orjson.dumps(body), {"content-type": "application/json"})
        return orjson.loads(answer(node, sent)[2])

    ask("PUT", "/i", {"mappings": {"properties": {"n": {"type": "long"}}}})
    ask("PUT", "/i/_doc/1?refresh=true", {"n": 1})
    queries = [{"match_none": {}}, {"match_all": {}}, *[{"match_none": {}}] * 4]
    inside = {"s": {"significant_terms": {"field": "n"}}}
    found = ask("POST", "/i/_search", {"aggs": {"f": {"filters": {"filters": queries}, "aggs": inside}}})
    assert found["error"]["root_cause"][0]["reason"] == "Index 5 out of bounds for length 5"
