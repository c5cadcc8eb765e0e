"""``--knn-url``: the same tests against a cluster that others use too. Here a second fakeknn stands in for it."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
import requests

from fakeknn.server import Server, ServerThread
from fakeknn.state.node import Node


@pytest.fixture
def theirs() -> Iterator[str]:
    """The URL of a cluster that holds something already."""
    with ServerThread(Server(Node())) as thread:
        requests.put(f"{thread.url}/theirs/_doc/1?refresh=true", json={"a": 1}).raise_for_status()
        template = {"index_patterns": ["theirs-*"], "template": {}}
        requests.put(f"{thread.url}/_index_template/theirs", json=template).raise_for_status()
        before = held(thread.url)
        yield thread.url
        assert held(thread.url) == before


def held(url: str) -> list[object]:
    paths = ["_cat/indices?format=json&h=index,docs.count&expand_wildcards=all", "_index_template", "_cluster/settings"]
    return [requests.get(f"{url}/{path}").json() for path in paths]


TESTS = """
import pytest

def test_one(knn_cluster):
    client = knn_cluster.client()
    client.indices.create(index="shop", body={"settings": {"index.knn": True}})
    client.index(index="made-by-indexing", body={"a": 1}, params={"refresh": "true"})
    client.indices.put_index_template(name="mine", body={"index_patterns": ["mine-*"], "template": {}})
    client.cluster.put_settings(body={"persistent": {"action.auto_create_index": "false"}})
    assert client.count(index="made-by-indexing")["count"] == 1

def test_two(knn_cluster):
    test_one(knn_cluster)

async def test_three(knn_cluster):
    client = knn_cluster.async_client()
    assert not await client.indices.exists(index="shop")
    assert [sent.status for sent in knn_cluster.requests] == [404]

def test_four(knn_cluster):
    knn_cluster.fail_next(429)
    with pytest.raises(Exception) as caught:
        knn_cluster.client(max_retries=0).info()
    assert caught.value.status_code == 429

def test_five(knn_cluster):
    client = knn_cluster.client()
    client.indices.create(index="shop")
    knn_cluster.reset()
    assert not client.indices.exists(index="shop")
"""


def test_the_same_tests_pass_on_either_and_leave_nothing(suite: pytest.Pytester, theirs: str) -> None:
    suite.makepyfile(TESTS)
    suite.runpytest().assert_outcomes(passed=5)
    suite.runpytest("--knn-url", theirs).assert_outcomes(passed=5)


@pytest.mark.parametrize("variable", ["FAKEKNN_URL", "KNN_URL"])
def test_url_may_stand_in_the_environment(
    suite: pytest.Pytester, theirs: str, monkeypatch: pytest.MonkeyPatch, variable: str
) -> None:
    monkeypatch.setenv(variable, theirs)
    suite.makepyfile(
        """
def test_it(knn_cluster):
    assert knn_cluster.client().count(index="theirs")["count"] == 1
"""
    )
    suite.runpytest_subprocess().assert_outcomes(passed=1)


def test_what_others_made_is_kept_from_the_tests(suite: pytest.Pytester, theirs: str) -> None:
    suite.makepyfile(
        """
import json, urllib.error, urllib.request, pytest

ASKED = ["DELETE theirs", "DELETE *", "DELETE _all", "PUT theirs/_doc/2", "POST theirs,x/_delete_by_query"]

@pytest.mark.parametrize("asked", ASKED)
def test_it(knn_cluster, asked):
    method, path = asked.split()
    request = urllib.request.Request(
        f"{knn_cluster.url}/{path}", method=method, data=b"{}", headers={"content-type": "application/json"}
    )
    with pytest.raises(urllib.error.HTTPError) as refused:
        urllib.request.urlopen(request)
    with refused.value as answer:
        assert answer.code == 403
        assert json.load(answer)["error"]["type"] == "not_of_this_test"
"""
    )
    suite.runpytest("--knn-url", theirs).assert_outcomes(passed=5)


SEEDED = """
def ids(cluster):
    hits = cluster.client().search(index="seeded")["hits"]["hits"]
    return {hit["_id"] for hit in hits}

def test_reads(knn_cluster):
    assert ids(knn_cluster) == {"1"}

def test_writes_elsewhere(knn_cluster):
    knn_cluster.client().index(index="other", body={})

def test_reads_again(knn_cluster):
    assert ids(knn_cluster) == {"1"}

def test_changes(knn_cluster):
    knn_cluster.client().index(index="seeded", id="2", body={}, params={"refresh": "true"})
    assert ids(knn_cluster) == {"1", "2"}

def test_deletes(knn_cluster):
    assert ids(knn_cluster) == {"1"}
    knn_cluster.client().indices.delete(index="seeded")

def test_finds_it_anew(knn_cluster):
    assert ids(knn_cluster) == {"1"}
"""


def test_a_seed_is_loaded_again_once_a_test_has_changed_it(suite: pytest.Pytester, theirs: str) -> None:
    suite.makeconftest(
        """
import pytest
@pytest.fixture(scope="session")
def knn_seed():
    def load(cluster):
        print("LOADED")
        cluster.client().index(index="seeded", id="1", body={}, params={"refresh": "true"})
    return load
"""
    )
    suite.makepyfile(SEEDED)
    result = suite.runpytest("-s", "--knn-url", theirs)
    result.assert_outcomes(passed=6)
    assert result.stdout.str().count("LOADED") == 3


def test_a_seed_that_cannot_be_loaded_again_says_so(suite: pytest.Pytester, theirs: str) -> None:
    suite.makeconftest(
        """
import pytest
@pytest.fixture(scope="session")
def knn_seed(knn_server):
    knn_server.client().index(index="seeded", id="1", body={}, params={"refresh": "true"})
"""
    )
    suite.makepyfile(SEEDED)
    result = suite.runpytest("--knn-url", theirs)
    result.assert_outcomes(passed=4, errors=2)
    result.stdout.fnmatch_lines(["*let knn_seed return a function*"])


def test_tests_for_the_fake_only_are_skipped(suite: pytest.Pytester, theirs: str) -> None:
    suite.makepyfile(
        """
import pytest
@pytest.mark.knn_cluster(fake_only=True)
def test_marked(knn_cluster):
    assert False
def test_snapshot(knn_cluster):
    knn_cluster.snapshot()
"""
    )
    suite.runpytest("--knn-url", theirs).assert_outcomes(skipped=2)


def test_a_url_where_nobody_answers_ends_the_session(suite: pytest.Pytester) -> None:
    suite.makepyfile("def test_it(knn_cluster): pass\ndef test_two(knn_cluster): pass")
    result = suite.runpytest("--knn-url", "http://127.0.0.1:1")
    assert result.ret == pytest.ExitCode.USAGE_ERROR
    result.stdout.fnmatch_lines(["*no OpenSearch answers at http://127.0.0.1:1*"])


def test_answers_pass_as_they_are(suite: pytest.Pytester, theirs: str) -> None:
    asked = {"GET /theirs/_doc/1": None, "HEAD /theirs/_doc/1": None, "GET /nowhere/_search?size=0": {"query": {}}}
    suite.makepyfile(
        f"""
import requests
def test_it(knn_cluster):
    for request, body in {asked!r}.items():
        method, path = request.split()
        one, other = (requests.request(method, url + path, json=body) for url in (knn_cluster.url, {theirs!r}))
        assert (one.status_code, one.headers, one.content) == (other.status_code, other.headers, other.content)
"""
    )
    suite.runpytest("--knn-url", theirs).assert_outcomes(passed=1)
