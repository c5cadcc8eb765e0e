"""opensearch-py, synchronous, over a socket: what applications do with it, and what they catch."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import opensearchpy
import pytest
from opensearchpy import OpenSearch, RequestsHttpConnection, Urllib3HttpConnection

from conftest_plugin.cluster import KnnCluster
from fakeknn.server import Server, ServerThread, tls_context
from fakeknn.state.node import Node

SHOP: dict[str, Any] = {
    "settings": {"index": {"knn": True, "number_of_shards": 1, "number_of_replicas": 0}},
    "mappings": {
        "properties": {
            "v": {"type": "knn_vector", "dimension": 2, "space_type": "l2"},
            "name": {"type": "keyword"},
            "price": {"type": "integer"},
        }
    },
}
DOCUMENTS = [{"v": [float(i), 0.0], "name": f"n{i}", "price": 10 * i} for i in range(5)]


@pytest.fixture(
    params=[
        pytest.param({"connection_class": Urllib3HttpConnection}, id="urllib3"),
        pytest.param({"connection_class": RequestsHttpConnection}, id="requests"),
        pytest.param({"http_compress": True}, id="compressed"),
        pytest.param({"http_auth": ("admin", "admin")}, id="with a password"),
    ]
)
def client(request: pytest.FixtureRequest, knn_cluster: KnnCluster) -> OpenSearch:
    return knn_cluster.client(**request.param)


@pytest.fixture
def shop(client: OpenSearch) -> OpenSearch:
    client.indices.create(index="shop", body=SHOP)
    for i, document in enumerate(DOCUMENTS):
        client.index(index="shop", id=str(i), body=document)
    client.indices.refresh(index="shop")
    return client


def found(answer: dict[str, Any]) -> list[str]:
    return [hit["_id"] for hit in answer["hits"]["hits"]]


def test_says_who_it_is(client: OpenSearch) -> None:
    assert client.ping()
    assert client.info()["version"]["number"] == "3.5.0"


def test_indices(client: OpenSearch) -> None:
    assert not client.indices.exists(index="shop")
    created = client.indices.create(index="shop", body=SHOP)
    assert created == {"acknowledged": True, "shards_acknowledged": True, "index": "shop"}
    assert client.indices.exists(index="shop")
    assert client.indices.get_mapping(index="shop")["shop"]["mappings"] == SHOP["mappings"]
    assert client.indices.get_settings(index="shop")["shop"]["settings"]["index"]["knn"] == "true"
    client.indices.put_settings(index="shop", body={"index": {"refresh_interval": "5s"}})
    client.indices.put_mapping(index="shop", body={"properties": {"colour": {"type": "keyword"}}})
    assert client.indices.get(index="shop")["shop"]["settings"]["index"]["refresh_interval"] == "5s"
    assert [row["index"] for row in client.cat.indices(format="json")] == ["shop"]
    assert client.cluster.health(wait_for_status="yellow")["timed_out"] is False
    assert client.indices.delete(index="shop") == {"acknowledged": True}


def test_documents(client: OpenSearch) -> None:
    assert client.index(index="shop", id="1", body={"a": 1}, params={"refresh": "true"})["result"] == "created"
    assert client.exists(index="shop", id="1")
    assert client.get(index="shop", id="1")["_source"] == {"a": 1}
    assert client.update(index="shop", id="1", body={"doc": {"b": 2}})["result"] == "updated"
    assert client.get_source(index="shop", id="1") == {"a": 1, "b": 2}
    assert [doc["found"] for doc in client.mget(index="shop", body={"ids": ["1", "2"]})["docs"]] == [True, False]
    assert client.delete(index="shop", id="1")["result"] == "deleted"
    assert not client.exists(index="shop", id="1")


def test_searches(shop: OpenSearch) -> None:
    knn: dict[str, Any] = {"vector": [2.1, 0.0], "k": 2}
    assert found(shop.search(index="shop", body={"query": {"knn": {"v": knn}}})) == ["2", "3"]
    knn["filter"] = {"range": {"price": {"gte": 30}}}
    assert found(shop.search(index="shop", body={"query": {"knn": {"v": knn}}})) == ["3", "4"]
    assert shop.count(index="shop", body={"query": {"term": {"name": "n1"}}})["count"] == 1
    lines = [{"index": "shop"}, {"query": {"ids": {"values": ["4"]}}}, {}, {"size": 0}]
    answers = shop.msearch(body=lines)["responses"]
    assert [answer["hits"]["total"]["value"] for answer in answers] == [1, 5]


def test_exact_search_with_a_script(shop: OpenSearch) -> None:
    script = {
        "lang": "knn",
        "source": "knn_score",
        "params": {"field": "v", "query_value": [4.0, 0.0], "space_type": "l2"},
    }
    body = {"size": 2, "query": {"script_score": {"query": {"match_all": {}}, "script": script}}}
    assert found(shop.search(index="shop", body=body)) == ["4", "3"]


def test_ids_are_escaped(client: OpenSearch) -> None:
    for id in ("a b", "a/b", "ä?&#%", "x+y"):
        client.index(index="shop", id=id, body={"id": id})
        assert client.get(index="shop", id=id)["_id"] == id


@pytest.mark.parametrize(
    ("call", "error", "status", "kind"),
    [
        (lambda c: c.indices.create(index="shop"), opensearchpy.RequestError, 400, "resource_already_exists_exception"),
        (lambda c: c.search(index="nowhere"), opensearchpy.NotFoundError, 404, "index_not_found_exception"),
        (
            lambda c: c.create(index="shop", id="1", body={}),
            opensearchpy.ConflictError,
            409,
            "version_conflict_engine_exception",
        ),
        (
            lambda c: c.index(index="shop", body={"v": [1.0]}),
            opensearchpy.RequestError,
            400,
            "mapper_parsing_exception",
        ),
        (
            lambda c: c.search(index="shop", body={"query": {"knn": {"v": {"vector": [1.0], "k": 1}}}}),
            opensearchpy.RequestError,
            400,
            "search_phase_execution_exception",
        ),
        (
            lambda c: c.search(index="shop", body={"query": {"kn": {}}}),
            opensearchpy.RequestError,
            400,
            "parsing_exception",
        ),
    ],
)
def test_refusals_raise_what_applications_catch(
    shop: OpenSearch, call: Any, error: type[opensearchpy.TransportError], status: int, kind: str
) -> None:
    with pytest.raises(error) as caught:
        call(shop)
    assert (caught.value.status_code, caught.value.error) == (status, kind)
    assert caught.value.info["status"] == status


def test_what_is_not_there_is_told_without_an_error(client: OpenSearch) -> None:
    client.indices.create(index="shop")
    assert client.indices.delete(index="nowhere", params={"ignore_unavailable": "true"}) == {"acknowledged": True}
    assert client.get(index="shop", id="1", params={}, ignore=[404])["found"] is False
    assert client.delete(index="shop", id="1", ignore=[404])["result"] == "not_found"


@pytest.mark.knn_cluster(fake_only=True)
def test_sniffing_finds_the_server_where_it_is(knn_cluster: KnnCluster) -> None:
    client = knn_cluster.client(sniff_on_start=True)
    assert client.ping()
    assert [connection.host for connection in client.transport.connection_pool.connections] == [knn_cluster.url]


def test_between_tests_harnesses_delete_everything(client: OpenSearch) -> None:
    """What opensearch-py's own base class of tests sends after each."""
    client.indices.create(index="shop")
    client.indices.delete(index="*", params={"expand_wildcards": "open,closed,hidden"})
    client.indices.delete_template(name="*", ignore=[404])
    assert client.cat.indices(format="json") == []


@pytest.fixture
def secure() -> Iterator[ServerThread]:
    with ServerThread(Server(Node(), tls=tls_context())) as thread:
        yield thread


@pytest.mark.parametrize("connection", [Urllib3HttpConnection, RequestsHttpConnection])
@pytest.mark.filterwarnings("ignore:Unverified HTTPS request", "ignore:Connecting to https")
def test_tls_with_a_password(secure: ServerThread, connection: type, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("REQUESTS_CA_BUNDLE", raising=False)  # requests would heed it before verify_certs
    monkeypatch.delenv("CURL_CA_BUNDLE", raising=False)
    hosts = [{"host": secure.server.host, "port": secure.server.port}]
    client = OpenSearch(
        hosts=hosts, use_ssl=True, verify_certs=False, http_auth=("admin", "admin"), connection_class=connection
    )
    assert client.info()["version"]["distribution"] == "opensearch"
    client.close()
