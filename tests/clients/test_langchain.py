"""LangChain's OpenSearchVectorSearch, over a socket: texts in, neighbours, filters and scores out."""

from __future__ import annotations

import hashlib
from typing import Any

import pytest

from conftest_plugin.cluster import KnnCluster

pytest.importorskip("langchain_core")
vectorstores = pytest.importorskip("langchain_community.vectorstores")

TEXTS = [f"{animal} number {i}" for i in range(4) for animal in ("cat", "dog", "bird")]
METADATA: list[dict[str, Any]] = [{"animal": text.split()[0], "price": i * 1.5} for i, text in enumerate(TEXTS)]


class Embeddings:
    """The digest of a text is its vector."""

    def embed_query(self, text: str) -> list[float]:
        return [(byte - 128) / 64 for byte in hashlib.sha256(text.encode()).digest()[:8]]

    def embed_documents(self, texts: list[str]) -> list[list[float]]:
        return [self.embed_query(text) for text in texts]


@pytest.fixture
def store(knn_cluster: KnnCluster) -> Any:
    return vectorstores.OpenSearchVectorSearch.from_texts(
        TEXTS,
        Embeddings(),
        metadatas=METADATA,
        ids=[str(i) for i in range(len(TEXTS))],
        opensearch_url=knn_cluster.url,
        index_name="animals",
        engine="lucene",
        space_type="l2",
    )


def test_the_text_itself_is_nearest(store: Any) -> None:
    (document, score), *others = store.similarity_search_with_score("dog number 2", k=3)
    assert (document.page_content, document.metadata) == ("dog number 2", {"animal": "dog", "price": 10.5})
    assert score == 1.0
    assert len(others) == 2
    assert all(other < 1 for _, other in others)


@pytest.mark.parametrize(
    "how",
    [
        {"search_type": "script_scoring", "space_type": "l2"},
        {"search_type": "painless_scripting", "space_type": "l2Squared"},
    ],
)
def test_scripts_agree_with_the_search(store: Any, how: dict[str, str]) -> None:
    expected = [(d.page_content, s) for d, s in store.similarity_search_with_score("a question", k=4)]
    found = [(d.page_content, s) for d, s in store.similarity_search_with_score("a question", k=4, **how)]
    assert [text for text, _ in found] == [text for text, _ in expected]
    assert [score for _, score in found] == pytest.approx([score for _, score in expected])


def test_filters(store: Any) -> None:
    dear = {"bool": {"must": [{"range": {"metadata.price": {"gte": 9}}}]}}
    found = store.similarity_search("a question", k=20, efficient_filter=dear)
    assert {document.metadata["price"] for document in found} == {row["price"] for row in METADATA if row["price"] >= 9}
    cats = {"term": {"metadata.animal.keyword": "cat"}}
    found = store.similarity_search("a question", k=20, boolean_filter=cats)
    assert {document.metadata["animal"] for document in found} == {"cat"}


def test_marginal_relevance(store: Any) -> None:
    found = store.max_marginal_relevance_search("cat number 0", k=3, fetch_k=8)
    assert found[0].page_content == "cat number 0"
    assert len({document.page_content for document in found}) == 3


def test_add_and_delete(store: Any) -> None:
    assert store.add_texts(["a new text"], metadatas=[{"animal": "fish"}], ids=["new"]) == ["new"]
    assert store.similarity_search("a new text", k=1)[0].metadata == {"animal": "fish"}
    assert store.delete(["new", "missing"])
    assert len(store.similarity_search("a new text", k=50)) == len(TEXTS)
    assert store.index_exists("animals")
