"""Searches by graphs, through the whole server."""

from __future__ import annotations

import json
from typing import Any

import numpy as np
import pytest

from fakeknn import api
from fakeknn.app import answer
from fakeknn.knn.ann import Mode
from fakeknn.rest import Request
from fakeknn.state.node import Node

DIMENSION, COUNT = 8, 1500


def ask(node: Node, method: str, path: str, body: Any = None, *, lines: bool = False) -> Any:
    raw = b"" if body is None else body if lines else json.dumps(body).encode()
    kind = "application/x-ndjson" if lines else "application/json"
    status, _, told = answer(node, Request.of(method, path, raw, {"content-type": kind}))
    assert not node.bugs, node.bugs
    assert status < 300, told
    return json.loads(told)


def filled(mode: Mode, **options: Any) -> Node:
    api.load()
    node = Node(ann=mode, **options)
    fields = {
        engine: {"type": "knn_vector", "dimension": DIMENSION, "method": {"name": "hnsw", "engine": engine}}
        for engine in ("lucene", "faiss")
    }
    fields["n"] = {"type": "integer"}
    ask(node, "PUT", "/i", {"settings": {"index.knn": True}, "mappings": {"properties": fields}})
    matrix = np.random.default_rng(1).standard_normal((COUNT, DIMENSION)).round(3)
    bulk = b"".join(
        json.dumps({"index": {"_id": str(i)}}).encode()
        + b"\n"
        + json.dumps({"lucene": row, "faiss": row, "n": i}).encode()
        + b"\n"
        for i, row in enumerate(matrix.tolist())
    )
    ask(node, "POST", "/i/_bulk?refresh=true", bulk, lines=True)
    return node


@pytest.fixture(scope="module")
def exact() -> Node:
    return filled("exact")


@pytest.fixture(scope="module")
def graph() -> Node:
    return filled("graph")


def found(node: Node, query: Any, **more: Any) -> list[str]:
    hits = ask(node, "POST", "/i/_search", {"query": query, "_source": False, **more})["hits"]["hits"]
    return [hit["_id"] for hit in hits]


def knn(field: str, k: int = 10, **more: Any) -> dict[str, Any]:
    return {"knn": {field: {"vector": [0.1] * DIMENSION, "k": k, **more}}}


def graph_queries(node: Node) -> int:
    return node.knn_counters.graph_query_requests


@pytest.mark.parametrize("engine", ["lucene", "faiss"])
def test_a_graph_finds_nearly_what_there_is(exact: Node, graph: Node, engine: str) -> None:
    before = graph_queries(graph)
    nearest = found(exact, knn(engine))
    assert len(set(nearest) & set(found(graph, knn(engine)))) >= 9
    assert graph_queries(graph) - before == (engine == "faiss")


def test_ef_search_changes_recall(exact: Node, graph: Node) -> None:
    nearest = set(found(exact, knn("faiss", 50), size=50))
    narrow = set(found(graph, knn("faiss", 50, method_parameters={"ef_search": 1}), size=50))
    wide = set(found(graph, knn("faiss", 50, method_parameters={"ef_search": 1000}), size=50))
    assert len(wide & nearest) >= len(narrow & nearest)
    assert wide == nearest


@pytest.mark.parametrize("engine", ["lucene", "faiss"])
@pytest.mark.parametrize("least", [0, 300, 1300])
def test_filters_hold_in_graphs(exact: Node, graph: Node, engine: str, least: int) -> None:
    query = knn(engine, 5, filter={"range": {"n": {"gte": least}}})
    hits = found(graph, query)
    assert len(hits) == 5
    assert all(int(hit) >= least for hit in hits)
    assert len(set(hits) & set(found(exact, query))) >= 4


@pytest.mark.parametrize("engine", ["lucene", "faiss"])
def test_a_radius_in_a_graph(exact: Node, graph: Node, engine: str) -> None:
    query = {"knn": {engine: {"vector": [0.1] * DIMENSION, "max_distance": 3.0}}}
    nearest, hits = found(exact, query, size=100), found(graph, query, size=100)
    assert nearest
    assert set(hits) <= set(nearest)
    assert len(hits) >= 0.9 * len(nearest)


def test_explanations_tell_the_way(exact: Node, graph: Node) -> None:
    def explained(node: Node, query: Any) -> str:
        hit = ask(node, "POST", "/i/_search", {"query": query, "explain": True, "size": 1})["hits"]["hits"][0]
        return json.dumps(hit["_explanation"])

    assert "Exact since no native engine files are available" in explained(exact, knn("faiss"))
    told = explained(graph, knn("faiss"))
    assert "executed at leaf was Approximate-NN with" in told
    assert "rawScore, returned from FAISS library" in told
    assert "Exact since filteredIds = 3" in explained(graph, knn("faiss", 5, filter={"range": {"n": {"lt": 3}}}))


def test_auto_walks_large_segments_alone(graph: Node) -> None:
    small = filled("auto")
    found(small, knn("faiss"))
    assert graph_queries(small) == 0
    large = filled("auto", ann_threshold=COUNT - 1)
    found(large, knn("faiss"))
    assert graph_queries(large) == 1


def test_approximate_threshold_keeps_graphs_away() -> None:
    node = filled("graph")
    ask(node, "PUT", "/i/_settings", {"index.knn.advanced.approximate_threshold": -1})
    found(node, knn("faiss"))
    assert graph_queries(node) == 0


def test_deleted_documents_are_not_found_in_graphs(exact: Node) -> None:
    node = filled("graph")
    gone = found(node, knn("faiss", 3))
    for key in gone:
        ask(node, "DELETE", f"/i/_doc/{key}")
    ask(node, "POST", "/i/_refresh")
    for engine in ("faiss", "lucene"):
        hits = found(node, knn(engine, 10))
        assert len(hits) == 10
        assert not set(hits) & set(gone)


def test_a_merged_segment_extends_the_graph_of_its_first_part() -> None:
    node = filled("graph")
    found(node, knn("faiss"))
    for key in ("a", "b"):
        ask(
            node,
            "PUT",
            f"/i/_doc/{key}?refresh=true",
            {"faiss": [0.1] * DIMENSION, "lucene": [0.1] * DIMENSION, "n": 1},
        )
    assert len(found(node, knn("faiss", 1))) == 3  # one of each segment
    ask(node, "POST", "/i/_forcemerge?max_num_segments=1")
    ask(node, "POST", "/i/_refresh")
    assert sorted(found(node, knn("faiss", 2))) == ["a", "b"]  # a merge may change the order of what ties


def nested(mode: Mode) -> Node:
    """Documents of four objects each, which lie near to one another: a document takes but one place among k."""
    api.load()
    node = Node(ann=mode)
    fields = {
        engine: {"type": "knn_vector", "dimension": DIMENSION, "method": {"name": "hnsw", "engine": engine}}
        for engine in ("lucene", "faiss")
    }
    mappings = {"properties": {"n": {"type": "nested", "properties": fields}}}
    ask(node, "PUT", "/i", {"settings": {"index.knn": True}, "mappings": mappings})
    random = np.random.default_rng(2)
    centres = random.standard_normal((300, 1, DIMENSION))
    groups = (centres + 0.05 * random.standard_normal((300, 4, DIMENSION))).round(3)
    bulk = b"".join(
        json.dumps({"index": {"_id": str(i)}}).encode()
        + b"\n"
        + json.dumps({"n": [{"lucene": row, "faiss": row} for row in rows]}).encode()
        + b"\n"
        for i, rows in enumerate(groups.tolist())
    )
    ask(node, "POST", "/i/_bulk?refresh=true", bulk, lines=True)
    return node


@pytest.mark.parametrize("expand", [False, True])
@pytest.mark.parametrize("engine", ["lucene", "faiss"])
def test_a_graph_of_nested_vectors_finds_documents(engine: str, expand: bool) -> None:
    body = {"path": "n", "score_mode": "max", "query": knn(f"n.{engine}", expand_nested_docs=expand)}
    whole, walked = (found(nested(mode), {"nested": body}, size=50) for mode in ("exact", "graph"))
    assert len(whole) == len(set(whole)) == 10
    assert len(walked) == len(set(walked)) == 10
    assert len(set(whole) & set(walked)) >= 9
