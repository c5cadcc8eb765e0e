"""Coroutine tests, under pytest-asyncio and anyio."""

from __future__ import annotations

import pytest

TESTS = """
import asyncio, pytest

@pytest.fixture
async def client(knn_cluster):
    client = knn_cluster.async_client()
    await client.indices.create(index="by-fixture")
    return client

async def test_client_of_a_fixture(client):
    assert await client.indices.exists(index="by-fixture")

async def test_client_of_a_test(knn_cluster):
    client = knn_cluster.async_client()
    assert not await client.indices.exists(index="by-fixture")
    await asyncio.gather(*(client.indices.create(index=f"i{n}") for n in range(8)))
    assert len(await client.cat.indices(format="json")) == 8

async def test_client_closed_by_the_test(knn_cluster):
    async with knn_cluster.async_client() as client:
        assert await client.ping()

class TestClass:
    async def test_method(self, client, knn_cluster):
        assert [str(sent) for sent in knn_cluster.requests] == ["PUT /by-fixture"]

def test_sync_among_them(knn_cluster):
    assert knn_cluster.client().ping()
"""


@pytest.mark.parametrize("scope", ["function", "session"])
def test_clients_are_closed_in_the_loop_of_their_test(suite: pytest.Pytester, scope: str) -> None:
    """An unclosed one would warn, and a warning is an error here."""
    suite.makeini(
        f"""[pytest]
asyncio_mode = auto
asyncio_default_fixture_loop_scope = {scope}
asyncio_default_test_loop_scope = {scope}
filterwarnings = error
"""
    )
    suite.makepyfile(TESTS)
    result = suite.runpytest_subprocess()
    result.assert_outcomes(passed=5)
    assert "Unclosed" not in result.stderr.str() + result.stdout.str()


def test_a_failing_coroutine_fails_and_its_client_is_closed(suite: pytest.Pytester) -> None:
    suite.makepyfile(
        """
async def test_it(knn_cluster):
    await knn_cluster.async_client().indices.get(index="nowhere")
"""
    )
    result = suite.runpytest_subprocess()
    result.assert_outcomes(failed=1)
    result.stdout.fnmatch_lines(["*NotFoundError(404*"])
    assert "Unclosed" not in result.stderr.str() + result.stdout.str()


def test_anyio(suite: pytest.Pytester) -> None:
    pytest.importorskip("anyio")
    suite.makeini(
        "[pytest]\nfilterwarnings = error\nasyncio_mode = strict\nasyncio_default_fixture_loop_scope = function\n"
    )
    suite.makepyfile(
        """
import pytest
pytestmark = pytest.mark.anyio
@pytest.fixture
def anyio_backend():
    return "asyncio"
async def test_it(knn_cluster):
    assert await knn_cluster.async_client().ping()
"""
    )
    suite.runpytest_subprocess().assert_outcomes(passed=1)
