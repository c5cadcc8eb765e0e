"""What the fixture offers a test."""

from __future__ import annotations

import time
from collections.abc import Callable

import pytest
import requests

from conftest_plugin.cluster import KnnCluster

opensearchpy = pytest.importorskip("opensearchpy")

Ini = Callable[[str], object]


def test_addresses_name_the_same_server(knn_cluster: KnnCluster) -> None:
    assert knn_cluster.url == f"http://{knn_cluster.host}:{knn_cluster.port}"
    assert knn_cluster.hosts == [{"host": knn_cluster.host, "port": knn_cluster.port}]
    assert requests.get(knn_cluster.url).json()["version"]["number"] == "3.5.0"


def test_goes_by_the_names_of_testcontainers(knn_cluster: KnnCluster) -> None:
    config = knn_cluster.get_config()
    assert config == {"host": knn_cluster.host, "port": knn_cluster.port, "username": "admin", "password": "admin"}
    assert knn_cluster.get_container_host_ip() == knn_cluster.host
    assert knn_cluster.get_exposed_port(9200) == knn_cluster.port
    assert knn_cluster.get_client(http_auth=("admin", "admin")).info()["version"]["distribution"] == "opensearch"


def test_options_of_a_client_are_passed_on(knn_cluster: KnnCluster) -> None:
    client = knn_cluster.client(http_compress=True, headers={"X-Opaque-Id": "mine"})
    client.index(index="shop", body={"a": "x" * 100})
    assert knn_cluster.requests[-1].headers["x-opaque-id"] == "mine"
    assert knn_cluster.requests[-1].headers["content-encoding"] == "gzip"
    assert knn_cluster.requests[-1].json == {"a": "x" * 100}


async def test_async_client(knn_cluster: KnnCluster) -> None:
    client = knn_cluster.async_client()
    assert (await client.info())["version"]["number"] == "3.5.0"


def test_requests_hold_what_was_sent(knn_cluster: KnnCluster) -> None:
    client = knn_cluster.client()
    client.indices.create(index="shop", body={"settings": {"index.knn": True}})
    client.bulk(body=[{"index": {"_index": "shop", "_id": "1"}}, {"a": 1}], params={"refresh": "true"})
    with pytest.raises(opensearchpy.NotFoundError):
        client.get(index="shop", id="2")
    create, bulk, get = knn_cluster.requests
    assert (str(create), create.json, create.status) == ("PUT /shop", {"settings": {"index.knn": True}}, 200)
    assert (str(bulk), bulk.params, bulk.status) == ("POST /_bulk", {"refresh": "true"}, 200)
    assert bulk.json == [{"index": {"_index": "shop", "_id": "1"}}, {"a": 1}]
    assert (str(get), get.json, get.status) == ("GET /shop/_doc/2", None, 404)


def test_fail_next_answers_in_the_clusters_stead(knn_cluster: KnnCluster) -> None:
    client = knn_cluster.client(max_retries=0)
    knn_cluster.fail_next(429, path="_bulk", times=2)
    assert client.info()
    for _ in range(2):
        with pytest.raises(opensearchpy.TransportError) as caught:
            client.bulk(body=[{"index": {"_index": "shop"}}, {"a": 1}])
        assert (caught.value.status_code, caught.value.error) == (429, "rejected_execution_exception")
    assert not client.bulk(body=[{"index": {"_index": "shop"}}, {"a": 1}])["errors"]


@pytest.mark.parametrize(
    ("method", "path", "meets"),
    [
        ("GET", None, True),
        ("get", "/", True),
        ("POST", "/", False),
        ("GET", "/_cat/*", False),
        (None, "*", True),
    ],
)
def test_fail_next_chooses(knn_cluster: KnnCluster, method: str | None, path: str | None, meets: bool) -> None:
    knn_cluster.fail_next(500, method=method, path=path)
    assert requests.get(knn_cluster.url).status_code == (500 if meets else 200)


def test_fail_next_with_a_body_of_ones_own(knn_cluster: KnnCluster) -> None:
    knn_cluster.fail_next(401, body="Unauthorized")
    knn_cluster.fail_next(503, body={"mine": True})
    answer = requests.get(knn_cluster.url)
    assert (answer.status_code, answer.text) == (401, "Unauthorized")
    assert requests.get(knn_cluster.url).json() == {"mine": True}


def test_fail_next_without_status_breaks_the_connection(knn_cluster: KnnCluster) -> None:
    knn_cluster.fail_next(status=None)
    with pytest.raises(requests.ConnectionError):
        requests.get(knn_cluster.url)
    assert [sent.status for sent in knn_cluster.requests] == [None]


def test_delay_holds_answers_back(knn_cluster: KnnCluster) -> None:
    knn_cluster.delay = 0.1
    began = time.monotonic()
    assert requests.get(knn_cluster.url).ok
    assert time.monotonic() - began >= 0.1
    with pytest.raises(requests.ReadTimeout):
        requests.get(knn_cluster.url, timeout=0.01)


def test_what_a_test_spoilt_is_whole_again_in_the_next(suite: pytest.Pytester) -> None:
    suite.makepyfile(
        """
import urllib.request
def test_one(knn_cluster):
    knn_cluster.fail_next(times=100)
    knn_cluster.delay = 100
    knn_cluster.refresh = "immediate"
def test_two(knn_cluster):
    assert knn_cluster.requests == []
    assert knn_cluster.refresh == "real"
    assert urllib.request.urlopen(knn_cluster.url, timeout=10).status == 200
"""
    )
    suite.runpytest().assert_outcomes(passed=2)


COUNT = """
def count(cluster):
    client = cluster.client()
    client.index(index="shop", id="1", body={"a": 1})
    return client.count(index="shop")["count"]
"""


def test_refresh_is_real_unless_a_test_is_marked(suite: pytest.Pytester) -> None:
    suite.makepyfile(
        COUNT
        + """
import pytest
def test_real(knn_cluster):
    knn_cluster.client().indices.create(index="shop", body={"settings": {"refresh_interval": -1}})
    assert count(knn_cluster) == 0

@pytest.mark.knn_cluster(refresh="immediate")
def test_marked(knn_cluster):
    assert count(knn_cluster) == 1

def test_real_again(knn_cluster):
    test_real(knn_cluster)
"""
    )
    suite.runpytest().assert_outcomes(passed=3)


def test_options_stand_in_the_ini_file(suite: pytest.Pytester, ini: Ini, unused_tcp_port: int) -> None:
    ini(f"knn_refresh = immediate\nknn_ann = auto\nknn_ann_threshold = 7\nknn_port = {unused_tcp_port}\n")
    suite.makepyfile(
        COUNT
        + f"""
def test_it(knn_cluster):
    assert count(knn_cluster) == 1
    assert knn_cluster.port == {unused_tcp_port}
    assert (knn_cluster._node.ann.mode, knn_cluster._node.ann.threshold) == ("auto", 7)
"""
    )
    suite.runpytest("--strict-config").assert_outcomes(passed=1)


@pytest.mark.parametrize("option", ["refresh", "ann"])
def test_unknown_values_of_options_are_refused(suite: pytest.Pytester, ini: Ini, option: str) -> None:
    ini(f"knn_{option} = sometimes\n")
    suite.makepyfile("def test_it(knn_cluster): pass")
    result = suite.runpytest()
    result.assert_outcomes(errors=1)
    result.stdout.fnmatch_lines(["*sometimes*"])


def test_environment_says_where_before_conftest_is_imported(
    suite: pytest.Pytester, ini: Ini, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("OPENSEARCH_URL", "http://production:9200")
    ini("knn_env = OPENSEARCH_URL OPENSEARCH_HOST OPENSEARCH_PORT\n")
    suite.makeconftest("import os\nURL = os.environ['OPENSEARCH_URL']\n")
    suite.makepyfile(
        """
import os, urllib.request
from conftest import URL
def test_it(knn_cluster):
    assert URL == knn_cluster.url
    assert (os.environ["OPENSEARCH_HOST"], os.environ["OPENSEARCH_PORT"]) == (knn_cluster.host, str(knn_cluster.port))
"""
    )
    suite.runpytest_subprocess().assert_outcomes(passed=1)


def test_a_missing_client_library_is_told(knn_cluster: KnnCluster, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(__import__("sys").modules, "opensearchpy", None)
    with pytest.raises(RuntimeError, match="pip install opensearch-py"):
        knn_cluster.client()
    with pytest.raises(RuntimeError, match="pip install opensearch-py"):
        knn_cluster.async_client()


def test_marker_is_known(suite: pytest.Pytester) -> None:
    suite.runpytest("--markers").stdout.fnmatch_lines(["@pytest.mark.knn_cluster(*"])
