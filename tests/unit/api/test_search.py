"""``rest_total_hits_as_int``: what looks like hits and is none stays as it is."""

from __future__ import annotations

from typing import Any

import orjson

from fakeknn.app import answer
from fakeknn.rest import Request
from fakeknn.state.node import Node


def ask(node: Node, method: str, path: str, body: Any) -> Any:
    headers = {"content-type": "application/json"}
    status, _, told = answer(node, Request.of(method, path, orjson.dumps(body), headers))
    assert status < 300, told
    return orjson.loads(told)


def test_totals_are_numbers_in_hits_alone() -> None:
    node = Node()
    ask(node, "PUT", "/i/_doc/1?refresh=true", {"a": 1})
    scripts = {
        "init_script": "state.a = 1",
        "map_script": "state.a = 2",
        "combine_script": "return state.a",
        "reduce_script": "return ['hits': ['total': ['value': 7], 'hits': [1]]]",
    }
    aggs = {"m": {"scripted_metric": scripts}, "t": {"top_hits": {"_source": False}}}
    found = ask(node, "POST", "/i/_search?rest_total_hits_as_int=true", {"aggs": aggs})
    assert found["hits"]["total"] == 1
    assert found["aggregations"]["t"]["hits"]["total"] == 1
    assert found["aggregations"]["m"]["value"] == {"hits": {"total": {"value": 7}, "hits": [1]}}
