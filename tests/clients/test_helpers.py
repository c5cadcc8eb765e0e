"""opensearch-py's bulk helpers, over a socket."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from opensearchpy import OpenSearch
from opensearchpy.helpers import BulkIndexError, bulk, parallel_bulk, streaming_bulk

from conftest_plugin.cluster import KnnCluster


@pytest.fixture
def client(knn_cluster: KnnCluster) -> OpenSearch:
    return knn_cluster.client()


def actions(number: int, **more: Any) -> Iterator[dict[str, Any]]:
    return ({"_index": "shop", "_id": str(i), "a": i, **more} for i in range(number))


def test_bulk(client: OpenSearch) -> None:
    assert bulk(client, actions(1200), refresh="true") == (1200, [])
    assert client.count(index="shop")["count"] == 1200


def test_streaming_bulk_in_chunks(client: OpenSearch, knn_cluster: KnnCluster) -> None:
    results = list(streaming_bulk(client, actions(25), chunk_size=10))
    assert [ok for ok, _ in results] == [True] * 25
    assert [item["index"]["_id"] for _, item in results] == [str(i) for i in range(25)]
    assert [str(sent) for sent in knn_cluster.requests] == ["POST /_bulk"] * 3


def test_parallel_bulk(client: OpenSearch) -> None:
    assert all(ok for ok, _ in parallel_bulk(client, actions(500), thread_count=4, chunk_size=50))
    client.indices.refresh(index="shop")
    assert client.count(index="shop")["count"] == 500


def test_all_kinds_of_action(client: OpenSearch) -> None:
    bulk(client, actions(3))
    kinds: list[dict[str, Any]] = [
        {"_op_type": "create", "_index": "shop", "_id": "new", "a": 1},
        {"_op_type": "update", "_index": "shop", "_id": "0", "doc": {"b": 2}},
        {"_op_type": "delete", "_index": "shop", "_id": "1"},
        {"_op_type": "index", "_index": "shop", "_id": "2", "a": 3, "_routing": "r"},
    ]
    results = [(kind, item["result"]) for _, entry in streaming_bulk(client, kinds) for kind, item in entry.items()]
    assert results == [("create", "created"), ("update", "updated"), ("delete", "deleted"), ("index", "updated")]


def test_items_that_fail_are_raised_together(client: OpenSearch) -> None:
    bulk(client, actions(2))
    with pytest.raises(BulkIndexError) as caught:
        bulk(client, actions(3, _op_type="create"))
    failures = [(item["create"]["_id"], item["create"]["status"]) for item in caught.value.errors]
    assert failures == [("0", 409), ("1", 409)]


def test_rejected_chunks_are_sent_again(client: OpenSearch, knn_cluster: KnnCluster) -> None:
    knn_cluster.fail_next(429, path="_bulk")
    results = list(streaming_bulk(client, actions(3), max_retries=1, initial_backoff=0))
    assert [ok for ok, _ in results] == [True] * 3
    assert [sent.status for sent in knn_cluster.requests] == [429, 200]
