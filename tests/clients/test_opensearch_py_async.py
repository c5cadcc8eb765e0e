"""opensearch-py's asyncio client, over a socket."""

from __future__ import annotations

import asyncio
from typing import Any

import opensearchpy
import pytest
from opensearchpy import AsyncHttpConnection, AsyncOpenSearch
from opensearchpy.helpers import async_bulk, async_streaming_bulk

from conftest_plugin.cluster import KnnCluster

BODY: dict[str, Any] = {
    "settings": {"index.knn": True},
    "mappings": {"properties": {"v": {"type": "knn_vector", "dimension": 2}}},
}


@pytest.fixture(
    params=[
        pytest.param({}, id="aiohttp"),
        pytest.param({"connection_class": AsyncHttpConnection}, id="AsyncHttpConnection"),
        pytest.param({"http_compress": True}, id="compressed"),
    ]
)
async def client(request: pytest.FixtureRequest, knn_cluster: KnnCluster) -> AsyncOpenSearch:
    return knn_cluster.async_client(**request.param)


async def test_a_life(client: AsyncOpenSearch) -> None:
    assert (await client.info())["version"]["number"] == "3.5.0"
    await client.indices.create(index="shop", body=BODY)
    await client.index(index="shop", id="1", body={"v": [1.0, 0.0]}, params={"refresh": "true"})
    answer = await client.search(index="shop", body={"query": {"knn": {"v": {"vector": [1.0, 0.0], "k": 1}}}})
    assert [(hit["_id"], hit["_score"]) for hit in answer["hits"]["hits"]] == [("1", 1.0)]
    assert (await client.delete(index="shop", id="1"))["result"] == "deleted"
    with pytest.raises(opensearchpy.NotFoundError):
        await client.get(index="shop", id="1")
    await client.indices.delete(index="shop")


async def test_many_at_once(client: AsyncOpenSearch) -> None:
    await client.indices.create(index="shop", body=BODY)
    answers = await asyncio.gather(
        *(client.index(index="shop", id=str(i), body={"v": [float(i), 0.0]}) for i in range(50))
    )
    assert sorted(answer["_seq_no"] for answer in answers) == list(range(50))
    await client.indices.refresh(index="shop")
    assert (await client.count(index="shop"))["count"] == 50


async def test_a_write_that_waits_for_its_refresh_keeps_nobody_else(client: AsyncOpenSearch) -> None:
    await client.indices.create(index="shop", body=BODY)
    done: list[str] = []

    async def write() -> None:
        answer = await client.index(index="shop", id="1", body={}, params={"refresh": "wait_for"})
        done.append(answer["result"])

    writing = asyncio.create_task(write())
    await asyncio.sleep(0.05)
    assert await client.ping()
    assert done == []
    await writing
    assert done == ["created"]
    assert (await client.count(index="shop"))["count"] == 1


async def test_bulk_helpers(client: AsyncOpenSearch) -> None:
    actions = [{"_index": "shop", "_id": str(i), "a": i} for i in range(25)]
    assert await async_bulk(client, actions, chunk_size=10, refresh="true") == (25, [])
    results = [ok async for ok, _ in async_streaming_bulk(client, actions, chunk_size=10)]
    assert results == [True] * 25
    assert (await client.count(index="shop"))["count"] == 25
