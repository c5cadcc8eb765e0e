"""opensearch-py's DSL: documents, queries and indices as classes."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from opensearchpy import Document, Integer, Keyword, NotFoundError, Q, Search, Text, connections
from opensearchpy.helpers.field import Field
from opensearchpy.helpers.query import Query

from conftest_plugin.cluster import KnnCluster


class KnnVector(Field):  # type: ignore[misc]
    name = "knn_vector"


class Knn(Query):  # type: ignore[misc]
    """The DSL has no class for it; applications define this one."""

    name = "knn"


class Product(Document):  # type: ignore[misc]
    name = Text(fields={"raw": Keyword()})
    price = Integer()
    v = KnnVector(dimension=2)

    class Index:
        name = "products"
        settings = {"index.knn": True, "number_of_replicas": 0}  # noqa: RUF012  (opensearch-py reads it)


@pytest.fixture(autouse=True)
def connected(knn_cluster: KnnCluster) -> Iterator[None]:
    connections.add_connection("default", knn_cluster.client())
    yield
    connections.remove_connection("default")


@pytest.fixture
def products() -> list[Any]:
    Product.init()
    made = [Product(meta={"id": str(i)}, name=f"pear number {i}", price=i, v=[float(i), 0.0]) for i in range(4)]
    for product in made:
        product.save(refresh=True)
    return made


def test_init_makes_the_index_once(knn_cluster: KnnCluster) -> None:
    Product.init()
    mapping = knn_cluster.client().indices.get_mapping(index="products")["products"]["mappings"]
    assert mapping["properties"]["v"] == {"type": "knn_vector", "dimension": 2}
    assert Product._index.exists()


def test_documents_are_saved_got_changed_and_deleted(products: list[Any]) -> None:
    product = Product.get(id="1")
    assert (product.name, product.price, list(product.v)) == ("pear number 1", 1, [1.0, 0.0])
    assert product.update(price=7) == "updated"
    assert Product.get(id="1").price == 7
    product.delete()
    with pytest.raises(NotFoundError):
        Product.get(id="1")
    assert Product.get(id="1", ignore=404) is None


def test_searches(products: list[Any]) -> None:
    assert Product.search().count() == 4
    both = Product.search().query("match", name="pear").filter("range", price={"gte": 2}).sort("-price")
    assert [hit.meta.id for hit in both] == ["3", "2"]
    either = Search(index="products").query(Q("term", price=1) | Q("term", price=2))
    assert {hit.price for hit in either} == {1, 2}
    nearest = Product.search().query(Knn(v={"vector": [3.0, 0.0], "k": 2}))
    assert [hit.meta.id for hit in nearest[:2]] == ["3", "2"]
    assert nearest.execute().hits.total.value == 4  # k from each segment, and each was saved into one of its own
    assert Product.search()[1:3].sort("price").execute().hits[0].price == 1
