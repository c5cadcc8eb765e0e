"""Each test begins with what knn_seed loaded, and nothing else."""

from __future__ import annotations

import pytest

HAS = """
def has(cluster, index):
    return cluster.client().indices.exists(index=index)
"""


def test_a_test_sees_nothing_of_another(suite: pytest.Pytester) -> None:
    suite.makepyfile(
        HAS
        + """
def test_one(knn_cluster):
    assert not has(knn_cluster, "shop")
    knn_cluster.client().indices.create(index="shop")
    knn_cluster.client().cluster.put_settings(body={"persistent": {"action.auto_create_index": "false"}})

def test_two(knn_cluster):
    test_one(knn_cluster)

def test_three(knn_cluster):
    assert knn_cluster.client().cluster.get_settings()["persistent"] == {}
"""
    )
    suite.runpytest("-p", "no:randomly").assert_outcomes(passed=3)


def test_one_server_a_session(suite: pytest.Pytester) -> None:
    suite.makepyfile(
        """
urls = set()
def test_one(knn_cluster):
    urls.add(knn_cluster.url)
def test_two(knn_cluster, knn_server):
    assert knn_server.url == knn_cluster.url
    assert urls == {knn_cluster.url}
"""
    )
    suite.runpytest().assert_outcomes(passed=2)


SEEDED = (
    HAS
    + """
def test_one(knn_cluster):
    assert has(knn_cluster, "seeded")
    knn_cluster.client().indices.delete(index="seeded")
    knn_cluster.client().indices.create(index="other")

def test_two(knn_cluster):
    assert has(knn_cluster, "seeded")
    assert not has(knn_cluster, "other")

import pytest
@pytest.mark.knn_cluster(seed=False)
def test_three(knn_cluster):
    assert not has(knn_cluster, "seeded")

def test_four(knn_cluster):
    assert has(knn_cluster, "seeded")
    knn_cluster.client().indices.create(index="other")
    knn_cluster.reset()
    assert has(knn_cluster, "seeded")
    assert not has(knn_cluster, "other")
"""
)

SEEDS = {
    "function": """
@pytest.fixture(scope="session")
def knn_seed():
    def load(cluster):
        print("LOADED")
        cluster.client().indices.create(index="seeded")
    return load
""",
    "async function": """
@pytest.fixture(scope="session")
def knn_seed():
    async def load(cluster):
        print("LOADED")
        await cluster.async_client().indices.create(index="seeded")
    return load
""",
    "at once": """
@pytest.fixture(scope="session")
def knn_seed(knn_server):
    print("LOADED")
    knn_server.client().indices.create(index="seeded")
""",
}


@pytest.mark.parametrize("style", SEEDS)
def test_seed_is_loaded_once_and_every_test_starts_from_it(suite: pytest.Pytester, style: str) -> None:
    suite.makeconftest("import pytest\n" + SEEDS[style])
    suite.makepyfile(SEEDED)
    result = suite.runpytest("-s")
    result.assert_outcomes(passed=4)
    assert result.outlines.count("LOADED") + result.stdout.str().count(".LOADED") <= 1
    assert result.stdout.str().count("LOADED") == 1


@pytest.mark.parametrize("style", SEEDS)
def test_folders_have_seeds_of_their_own(suite: pytest.Pytester, style: str) -> None:
    for folder in ("a", "b"):
        suite.mkpydir(folder)
        (suite.path / folder / "conftest.py").write_text(
            "import pytest\n" + SEEDS[style].replace("seeded", f"seeded-{folder}")
        )
        (suite.path / folder / f"test_{folder}.py").write_text(
            HAS
            + f"""
def test_it(knn_cluster):
    assert has(knn_cluster, "seeded-{folder}")
    assert len(knn_cluster.client().cat.indices(format="json")) == 1
"""
        )
    # forth and back between the two
    order = ["a/test_a.py", "b/test_b.py", "a/test_a.py", "b/test_b.py"]
    suite.runpytest("--keep-duplicates", *order).assert_outcomes(passed=4)


def test_a_seed_that_fails_is_an_error_of_the_test(suite: pytest.Pytester) -> None:
    suite.makeconftest(
        """
import pytest
@pytest.fixture(scope="session")
def knn_seed():
    def load(cluster):
        cluster.client().indices.get(index="nowhere")
    return load
"""
    )
    suite.makepyfile("def test_it(knn_cluster): pass")
    result = suite.runpytest()
    result.assert_outcomes(errors=1)
    result.stdout.fnmatch_lines(["*NotFoundError(404*"])


def test_snapshots_are_gone_back_to_as_often_as_wanted(suite: pytest.Pytester) -> None:
    suite.makepyfile(
        HAS
        + """
def test_it(knn_cluster):
    client = knn_cluster.client()
    client.indices.create(index="early")
    snapshot = knn_cluster.snapshot()
    for _ in range(2):
        client.indices.create(index="late")
        client.indices.delete(index="early")
        knn_cluster.restore(snapshot)
        assert has(knn_cluster, "early")
        assert not has(knn_cluster, "late")
"""
    )
    suite.runpytest().assert_outcomes(passed=1)
