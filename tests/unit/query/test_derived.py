"""Derived fields: what is computed once, and what a search sees of it."""

from __future__ import annotations

from typing import Any

import orjson
import pytest

from fakeknn.app import answer
from fakeknn.query.derived import Emitted
from fakeknn.rest import Request
from fakeknn.state.node import Node


@pytest.fixture
def node() -> Node:
    node = Node()
    derived = {"twice": {"type": "long", "script": "emit(doc['n'].value * 2)"}}
    call(node, "PUT", "/d", {"mappings": {"properties": {"n": {"type": "long"}}, "derived": derived}})
    for n in range(3):
        call(node, "PUT", f"/d/_doc/{n}?refresh=true", {"n": n})
    return node


def call(node: Node, method: str, path: str, body: Any = None) -> Any:
    raw = b"" if body is None else orjson.dumps(body)
    _, _, out = answer(node, Request.of(method, path, raw, {"content-type": "application/json"}))
    return orjson.loads(out)


def found(node: Node, body: Any) -> list[str]:
    return [hit["_id"] for hit in call(node, "POST", "/d/_search", body)["hits"]["hits"]]


def test_a_script_runs_once_for_each_document_of_a_view(node: Node, monkeypatch: pytest.MonkeyPatch) -> None:
    runs: list[int] = []
    run = Emitted._run
    monkeypatch.setattr(Emitted, "_run", lambda self, row: (runs.append(row), run(self, row))[1])
    for _ in range(2):
        assert found(node, {"query": {"range": {"twice": {"gte": 2}}}}) == ["1", "2"]
    assert runs == [0, 1, 2]
    call(node, "PUT", "/d/_doc/3?refresh=true", {"n": 3})
    assert found(node, {"query": {"term": {"twice": 6}}}) == ["3"]


def test_a_search_defines_fields_for_itself_alone(node: Node) -> None:
    own = {"twice": {"type": "long", "script": "emit(7)"}}
    assert found(node, {"derived": own, "query": {"term": {"twice": 7}}}) == ["0", "1", "2"]
    assert found(node, {"query": {"term": {"twice": 7}}}) == []


def test_a_document_that_fails_matters_only_where_it_is_looked_at(node: Node) -> None:
    failing = {"x": {"type": "long", "script": "if (doc['n'].value == 1) { emit('no') } else { emit(1) }"}}
    asked = {"bool": {"filter": {"term": {"n": 2}}, "must": {"term": {"x": 1}}}}
    assert "error" in call(node, "POST", "/d/_search", {"derived": failing, "query": {"term": {"x": 1}}})
    assert found(node, {"derived": failing, "query": asked}) == ["2"]
