"""How often the plugin counts a query: each time that a shard builds it. The numbers are the real server's."""

from __future__ import annotations

import json
from typing import Any

import pytest

from fakeknn import api
from fakeknn.app import answer
from fakeknn.rest import Request
from fakeknn.state.node import Node

KNN = {"knn": {"v": {"vector": [1, 1], "k": 4}}}
NAMES = """script_compilations script_compilation_errors script_query_requests script_query_errors knn_query_requests
knn_query_with_filter_requests min_score_query_requests""".split()


def knn_score(source: str = "knn_score", **params: Any) -> dict[str, Any]:
    params = {"field": "v", "space_type": "l2", "query_value": [1, 1], **params}
    script = {"lang": "knn", "source": source, "params": params}
    return {"script_score": {"query": {"match_all": {}}, "script": script}}


def ask(node: Node, method: str, path: str, body: Any = None) -> Any:
    raw = b"" if body is None else json.dumps(body).encode()
    told = json.loads(answer(node, Request.of(method, path, raw, {"content-type": "application/json"}))[2])
    assert not node.bugs, node.bugs
    return told


@pytest.fixture(params=[1, 2])
def node(request: pytest.FixtureRequest) -> Node:
    api.load()
    node = Node()
    fields = {
        "v": {"type": "knn_vector", "dimension": 2, "method": {"name": "hnsw", "engine": "lucene"}},
        "b": {"type": "knn_vector", "dimension": 16, "data_type": "binary", "space_type": "hamming"},
        "k": {"type": "keyword"},
    }
    settings = {"index.knn": True, "number_of_shards": request.param}
    ask(node, "PUT", "/i", {"settings": settings, "mappings": {"properties": fields}})
    for number in range(1, 5):  # of two shards, each has two
        ask(node, "PUT", f"/i/_doc/{number}?refresh=true", {"v": [1, number], "b": [1, 2]})
    return node


def counted(node: Node, path: str, body: Any, method: str = "POST") -> dict[str, int]:
    before = {name: getattr(node.knn_counters, name) for name in NAMES}
    ask(node, method, path, body)
    after = {name: getattr(node.knn_counters, name) for name in NAMES}
    return {name: after[name] - before[name] for name in NAMES if after[name] != before[name]}


@pytest.mark.parametrize(
    ("path", "body", "times"),
    [
        ("_search", {"query": KNN}, (1, 4)),  # searched, and where shards are several, fetched
        ("_search", {"query": KNN, "size": 0}, (1, 2)),
        ("_search", {"query": KNN, "size": 1}, (1, 3)),
        ("_search?search_type=dfs_query_then_fetch", {"query": KNN}, (1, 6)),
        ("_search", {"query": {"bool": {"should": [KNN, KNN]}}}, (2, 8)),
        ("_search", {"post_filter": KNN}, (1, 4)),
        ("_search", {"rescore": {"query": {"rescore_query": KNN}}}, (1, 4)),
        ("_search", {"aggs": {"a": {"filter": KNN}}}, (1, 2)),
        ("_search", {"query": KNN, "explain": True}, (1, 4)),
        ("_count", {"query": KNN}, (1, 2)),
        ("_explain/1", {"query": KNN}, (1, 1)),
        ("_search", {"query": {"knn": {"v": {"vector": [1, 1, 1], "k": 4}}}}, (1, 2)),
    ],
)
def test_knn_queries(node: Node, path: str, body: dict[str, Any], times: tuple[int, int]) -> None:
    assert counted(node, f"/i/{path}", body) == {"knn_query_requests": times[len(node.indices["i"].shards) - 1]}


def test_scrolls_build_their_query_for_each_page(node: Node) -> None:
    shards = len(node.indices["i"].shards)
    scroll = ask(node, "POST", "/i/_search?scroll=1m", {"query": KNN, "size": 3})["_scroll_id"]
    more = {"scroll_id": scroll, "scroll": "1m"}
    assert counted(node, "/_search/scroll", more) == {"knn_query_requests": (1, 3)[shards - 1]}
    assert counted(node, "/_search/scroll", more) == {"knn_query_requests": shards}


def test_a_script_is_compiled_once(node: Node) -> None:
    requests = {"script_query_requests": (1, 4)[len(node.indices["i"].shards) - 1]}
    assert counted(node, "/i/_search", {"query": knn_score()}) == {"script_compilations": 1, **requests}
    assert counted(node, "/i/_search", {"query": knn_score()}) == requests
    assert counted(node, "/i/_explain/1", {"query": knn_score()}) == {"script_query_requests": 1}


@pytest.mark.parametrize(
    ("params", "is_counted"),
    [
        ({"field": None}, True),
        ({"space_type": "bad"}, True),
        ({"query_value": [1, 1, 2]}, True),
        ({"field": "nowhere"}, False),
        ({"field": "k"}, False),
        ({"field": "b", "space_type": "hamming", "query_value": [1, 1000]}, False),
    ],
)
def test_only_some_of_what_is_wrong_with_a_script_is_counted(
    node: Node, params: dict[str, Any], is_counted: bool
) -> None:
    counted(node, "/i/_search", {"query": knn_score()})
    shards = len(node.indices["i"].shards)
    errors = {"script_query_errors": shards} if is_counted else {}
    assert counted(node, "/i/_search", {"query": knn_score(**params)}) == {"script_query_requests": shards, **errors}


def test_what_is_no_script_of_the_language_is_compiled_again(node: Node) -> None:
    shards = len(node.indices["i"].shards)
    for _ in range(2):
        told = counted(node, "/i/_search", {"query": knn_score("nope")})
        assert told == {"script_compilations": shards, "script_compilation_errors": shards}


def test_the_script_is_compiled_again_when_its_cache_is_made_anew() -> None:
    api.load()
    node = Node()
    node.knn_counters.knn_scripts.add("knn_score")
    ask(node, "PUT", "/_cluster/settings", {"transient": {"script.context.score.cache_expire": "1m"}})
    assert not node.knn_counters.knn_scripts


def graphs(node: Node) -> int:
    (told,) = ask(node, "GET", "/_plugins/_knn/stats/indices_in_cache")["nodes"].values()
    return sum(index["graph_count"] for index in told["indices_in_cache"].values())


def with_graphs() -> Node:
    api.load()
    node = Node(ann="graph")
    fields = {"v": {"type": "knn_vector", "dimension": 2}, "d": {"type": "knn_vector", "dimension": 2}}
    fields["d"] |= {"mode": "on_disk", "compression_level": "1x"}
    ask(node, "PUT", "/g", {"settings": {"index.knn": True}, "mappings": {"properties": fields}})
    ask(node, "PUT", "/g/_doc/1?refresh=true", {"v": [1, 2], "d": [1, 2]})
    return node


@pytest.mark.parametrize(
    ("path", "change"),
    [
        ("/g/_settings", {"index.knn.algo_param.ef_search": 400}),
        ("/_cluster/settings", {"persistent": {"knn.memory.circuit_breaker.limit": "10%"}}),
        ("/_cluster/settings", {"transient": {"knn.cache.item.expiry.enabled": True}}),
    ],
)
def test_settings_make_the_cache_of_graphs_anew(path: str, change: dict[str, Any]) -> None:
    node = with_graphs()
    ask(node, "POST", "/g/_search", {"query": {"knn": {"v": {"vector": [1, 1], "k": 1}}}})
    assert graphs(node) == 1
    ask(node, "PUT", path, change)
    assert graphs(node) == 0


def test_graphs_of_memory_optimized_searches_are_not_cached() -> None:
    node = with_graphs()
    ask(node, "POST", "/g/_search", {"query": {"knn": {"d": {"vector": [1, 1], "k": 1}}}})
    assert graphs(node) == node.knn_counters.total_load_time == 0


ENOUGH = "Check if there is enough memory to perform the request."


@pytest.mark.parametrize(
    ("limit", "error"),
    [
        ("2kb", f"Failed to load training data into memory. {ENOUGH}"),
        ("3kb", f"Failed to allocate space in native memory for the model. {ENOUGH}"),
        ("4kb", ""),
    ],
)
def test_training_needs_memory(limit: str, error: str) -> None:
    """128 vectors of 2 floats are estimated at 2 KB, the model at 1 KB."""
    node = with_graphs()
    for number in range(128):
        ask(node, "PUT", f"/g/_doc/{number}", {"v": [1, number]})
    ask(node, "POST", "/g/_refresh")
    ask(node, "PUT", "/_cluster/settings", {"persistent": {"knn.memory.circuit_breaker.limit": limit}})
    method = {"name": "ivf", "engine": "faiss", "parameters": {"nlist": 2}}
    request = {"training_index": "g", "training_field": "v", "dimension": 2, "method": method}
    ask(node, "POST", "/_plugins/_knn/models/m/_train", request)
    told = ask(node, "GET", "/_plugins/_knn/models/m")
    assert (told["state"], told["error"]) == ("failed" if error else "created", error)
    assert node.knn_counters.training_errors == bool(error)
