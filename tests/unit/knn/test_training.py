"""k-means, inverted lists and codebooks; models through the whole server."""

from __future__ import annotations

import json
from typing import Any

import numpy as np
import pytest

from fakeknn import api
from fakeknn.app import answer
from fakeknn.knn.component import Component
from fakeknn.knn.training import TooFewVectorsError, assigned, k_means, train
from fakeknn.rest import Request
from fakeknn.state.node import Node

TRAIN = "/_plugins/_knn/models/m/_train"


def clusters(count: int, dimension: int = 4) -> np.ndarray[Any, np.dtype[np.float32]]:
    draw = np.random.default_rng(5)
    centres = draw.standard_normal((8, dimension)) * 20
    return (centres[np.arange(count) % 8] + draw.standard_normal((count, dimension))).astype(np.float32)


def test_k_means_lessens_the_distance_to_centres() -> None:
    vectors = clusters(400)

    def spread(rounds: int) -> float:
        centres = k_means(vectors, 8, 0, rounds)
        return float(np.square(vectors - centres[assigned(vectors, centres)]).sum())

    assert spread(10) < spread(1)


def test_an_empty_cluster_takes_a_vector_anew() -> None:
    vectors = np.zeros((10, 2), np.float32)
    vectors[9] = 1
    assert np.isfinite(k_means(vectors, 3, 0, 5)).all()


def test_fewer_vectors_than_centres() -> None:
    with pytest.raises(
        TooFewVectorsError, match=r"points \(3\) should be at least as large as number of clusters \(4\)"
    ):
        k_means(np.zeros((3, 2), np.float32), 4, 0, 1)


def test_codebooks_have_a_part_for_each_code() -> None:
    pq = Component("pq", {"m": 2, "code_size": 3})
    trained = train(Component("ivf", {"nlist": 2, "encoder": pq}), clusters(200))
    assert trained.centres is not None
    assert trained.codebooks is not None
    assert (trained.centres.shape, trained.codebooks.shape) == ((2, 4), (2, 8, 2))
    assert trained.blob()


def ask(node: Node, method: str, path: str, body: Any = None) -> tuple[int, Any]:
    raw = b"" if body is None else body if isinstance(body, bytes) else json.dumps(body).encode()
    kind = "application/x-ndjson" if isinstance(body, bytes) else "application/json"
    status, _, told = answer(node, Request.of(method, path, raw, {"content-type": kind}))
    assert not node.bugs, node.bugs
    return status, json.loads(told)


def indexed(name: str) -> bytes:
    action = json.dumps({"index": {"_index": name}})
    return "".join(f"{action}\n{json.dumps({'v': row})}\n" for row in clusters(400).tolist()).encode()


@pytest.fixture
def node() -> Node:
    api.load()
    node = Node(ann="graph")
    ask(node, "PUT", "/t", {"mappings": {"properties": {"v": {"type": "knn_vector", "dimension": 4}}}})
    ask(node, "POST", "/_bulk?refresh=true", indexed("t"))
    method = {"name": "ivf", "engine": "faiss", "parameters": {"nlist": 8}}
    body = {"training_index": "t", "training_field": "v", "dimension": 4, "method": method}
    assert ask(node, "POST", TRAIN, body) == (200, {"model_id": "m"})
    return node


def with_model(node: Node) -> None:
    mapping = {"properties": {"v": {"type": "knn_vector", "model_id": "m"}}}
    ask(node, "PUT", "/u", {"settings": {"index.knn": True}, "mappings": mapping})
    ask(node, "POST", "/_bulk?refresh=true", indexed("u"))


def found(node: Node, **more: Any) -> list[str]:
    query = {"knn": {"v": {"vector": [0, 0, 0, 0], "k": 400, **more}}}
    _, told = ask(node, "POST", "/u/_search", {"query": query, "size": 400})
    return [hit["_id"] for hit in told["hits"]["hits"]]


def test_a_trained_model(node: Node) -> None:
    status, model = ask(node, "GET", "/_plugins/_knn/models/m")
    assert (status, model["state"], model["error"], model["dimension"]) == (200, "created", "", 4)
    assert model["model_blob"]
    assert model["model_definition"]["parameters"] == {
        "nprobes": 1,
        "nlist": 8,
        "encoder": {"name": "flat", "parameters": {}},
    }
    _, told = ask(node, "GET", "/_plugins/_knn/models/_search")
    assert [hit["_id"] for hit in told["hits"]["hits"]] == ["m"]


def test_a_field_has_its_dimension_from_its_model(node: Node) -> None:
    with_model(node)
    status, told = ask(node, "PUT", "/u/_doc/x", {"v": [1, 2, 3]})
    assert (status, told["error"]["caused_by"]["reason"]) == (400, "Vector dimension mismatch. Expected: 4, Given: 3")
    _, told = ask(node, "GET", "/u/_mapping")
    assert told["u"]["mappings"]["properties"] == {"v": {"type": "knn_vector", "model_id": "m"}}


def test_nprobes_changes_recall(node: Node) -> None:
    with_model(node)
    one, three, all_lists = (len(found(node, method_parameters={"nprobes": n})) for n in (1, 3, 8))
    assert 0 < one < three < all_lists == 400
    assert len(found(node)) == one


def test_a_model_in_use_is_not_deleted(node: Node) -> None:
    with_model(node)
    status, told = ask(node, "DELETE", "/_plugins/_knn/models/m")
    assert status == 409
    assert told["error"]["reason"] == (
        "Cannot delete model [m].  Model is in use by the following indices [u], which must be deleted first."
    )
    ask(node, "DELETE", "/u")
    assert ask(node, "DELETE", "/_plugins/_knn/models/m") == (200, {"model_id": "m", "result": "deleted"})
    assert ask(node, "GET", "/_plugins/_knn/models/m")[0] == 404


def test_a_training_that_fails_leaves_a_model_that_says_so(node: Node) -> None:
    method = {"name": "ivf", "engine": "faiss", "parameters": {"nlist": 1000}}
    body = {"training_index": "t", "training_field": "v", "dimension": 4, "method": method}
    ask(node, "POST", "/_plugins/_knn/models/n/_train", body)
    _, model = ask(node, "GET", "/_plugins/_knn/models/n")
    assert model["state"] == "failed"
    assert model["error"].startswith("Failed to execute training. ")
    assert node.knn_counters.training_errors == 1


def test_models_come_and_go_with_checkpoints(node: Node) -> None:
    kept = node.checkpoint()
    node.reset()
    assert ask(node, "GET", "/_plugins/_knn/models/m")[0] == 404
    node.restore(kept)
    assert ask(node, "GET", "/_plugins/_knn/models/m")[0] == 200
