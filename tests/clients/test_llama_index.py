"""LlamaIndex's OpensearchVectorStore, over a socket: nodes in, queries with its filters, nodes out."""

from __future__ import annotations

from typing import Any

import pytest

from conftest_plugin.cluster import KnnCluster

opensearch = pytest.importorskip("llama_index.vector_stores.opensearch")
schema = pytest.importorskip("llama_index.core.schema")
types = pytest.importorskip("llama_index.core.vector_stores.types")


@pytest.fixture
def store(knn_cluster: KnnCluster) -> Any:
    method = {"name": "hnsw", "space_type": "l2", "engine": "lucene", "parameters": {"m": 8}}
    client = opensearch.OpensearchVectorClient(knn_cluster.url, "nodes", 2, method=method)
    store = opensearch.OpensearchVectorStore(client)
    source = schema.NodeRelationship.SOURCE
    store.add(
        [
            schema.TextNode(
                id_=f"n{i}",
                text=f"node {i}",
                embedding=[float(i), 0.0],
                metadata={"i": i, "kind": "even" if i % 2 == 0 else "odd", "tags": ["a", "b", "c"][: i % 4]},
                relationships={source: schema.RelatedNodeInfo(node_id=f"document {i // 3}")},
            )
            for i in range(9)
        ]
    )
    knn_cluster.client().indices.refresh(index="nodes")
    return store


def ids(store: Any, *filters: Any, top: int = 9, **more: Any) -> list[str]:
    wanted = types.MetadataFilters(filters=list(filters), **more) if filters else None
    query = types.VectorStoreQuery(query_embedding=[3.2, 0.0], similarity_top_k=top, filters=wanted)
    return list(store.query(query).ids)


def test_neighbours(store: Any) -> None:
    assert ids(store, top=4) == ["n3", "n4", "n2", "n5"]


@pytest.mark.parametrize(
    ("key", "operator", "value", "expected"),
    [
        ("i", ">", 5, {"n6", "n7", "n8"}),
        ("i", "<=", 1, {"n0", "n1"}),
        ("kind", "==", "even", {"n0", "n2", "n4", "n6", "n8"}),
        ("kind", "!=", "even", {"n1", "n3", "n5", "n7"}),
        ("i", "in", [1, 4], {"n1", "n4"}),
        ("kind", "text_match", "eve", {"n0", "n2", "n4", "n6", "n8"}),
    ],
)
def test_filters(store: Any, key: str, operator: str, value: Any, expected: set[str]) -> None:
    chosen = types.MetadataFilter(key=key, value=value, operator=types.FilterOperator(operator))
    assert set(ids(store, chosen)) == expected


def test_conditions(store: Any) -> None:
    both = [
        types.MetadataFilter(key="i", value=5, operator=types.FilterOperator.GT),
        types.MetadataFilter(key="kind", value="even"),
    ]
    assert set(ids(store, *both, condition=types.FilterCondition.AND)) == {"n6", "n8"}
    assert set(ids(store, *both, condition=types.FilterCondition.OR)) == {"n0", "n2", "n4", "n6", "n7", "n8"}


def test_deletion(store: Any) -> None:
    store.delete("document 1")
    assert set(ids(store)) == {"n0", "n1", "n2", "n6", "n7", "n8"}
    store.delete_nodes(node_ids=["n0"])
    assert set(ids(store)) == {"n1", "n2", "n6", "n7", "n8"}
