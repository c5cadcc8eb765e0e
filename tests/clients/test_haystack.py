"""Haystack's OpenSearchDocumentStore, over a socket: documents in, retrieval by words and by vectors, its filters."""

from __future__ import annotations

from typing import Any

import pytest

from conftest_plugin.cluster import KnnCluster

stores = pytest.importorskip("haystack_integrations.document_stores.opensearch")
dataclasses = pytest.importorskip("haystack.dataclasses")
types = pytest.importorskip("haystack.document_stores.types")
errors = pytest.importorskip("haystack.document_stores.errors")

KINDS = ("cats", "dogs", "birds")
EVERY_CAT = {"field": "meta.kind", "operator": "==", "value": "cats"}


def documents(number: int = 9) -> list[Any]:
    return [
        dataclasses.Document(
            id=f"d{i}",
            content=f"document {i} about {KINDS[i % 3]}",
            embedding=[float(i), 1.0],
            meta={"kind": KINDS[i % 3], "i": i, "date": f"2024-01-{i + 1:02d}T00:00:00"},
        )
        for i in range(number)
    ]


@pytest.fixture
def store(knn_cluster: KnnCluster) -> Any:
    method = {"name": "hnsw", "engine": "lucene", "space_type": "l2"}
    store = stores.OpenSearchDocumentStore(
        hosts=knn_cluster.url, index="documents", embedding_dim=2, method=method, return_embedding=True
    )
    assert store.write_documents(documents()) == 9
    return store


def test_documents_come_back(store: Any) -> None:
    assert store.count_documents() == 9
    found = {document.id: document for document in store.filter_documents()}
    assert found["d4"].meta == {"kind": "dogs", "i": 4, "date": "2024-01-05T00:00:00"}
    assert found["d4"].embedding == [4.0, 1.0]


def test_duplicates(store: Any) -> None:
    with pytest.raises(errors.DocumentStoreError, match="version_conflict_engine_exception"):
        store.write_documents(documents(2))
    assert store.write_documents(documents(2), policy=types.DuplicatePolicy.SKIP) == 0
    assert store.write_documents(documents(2), policy=types.DuplicatePolicy.OVERWRITE) == 2


@pytest.mark.parametrize(
    ("chosen", "expected"),
    [
        (EVERY_CAT, {0, 3, 6}),
        ({"field": "meta.i", "operator": ">", "value": 6}, {7, 8}),
        ({"field": "meta.date", "operator": "<=", "value": "2024-01-02T00:00:00"}, {0, 1}),
        ({"field": "meta.kind", "operator": "not in", "value": ["cats", "dogs"]}, {2, 5, 8}),
        ({"operator": "NOT", "conditions": [EVERY_CAT]}, {1, 2, 4, 5, 7, 8}),
        (
            {"operator": "AND", "conditions": [EVERY_CAT, {"field": "meta.i", "operator": ">=", "value": 3}]},
            {3, 6},
        ),
    ],
)
def test_filters(store: Any, chosen: dict[str, Any], expected: set[int]) -> None:
    assert {document.meta["i"] for document in store.filter_documents(chosen)} == expected


def test_retrieval(store: Any) -> None:
    near = store._embedding_retrieval([4.1, 1.0], top_k=3)
    assert [document.id for document in near] == ["d4", "d5", "d3"]
    near = store._embedding_retrieval([4.1, 1.0], top_k=2, filters=EVERY_CAT, efficient_filtering=True)
    assert [document.id for document in near] == ["d3", "d6"]
    found = store._bm25_retrieval("birds", top_k=9, fuzziness=0)
    assert {document.meta["kind"] for document in found} == {"birds"}


def test_deletion(store: Any) -> None:
    store.delete_documents(["d1", "d2"])
    assert store.count_documents() == 7
    store.delete_all_documents(recreate_index=True)
    assert store.count_documents() == 0
