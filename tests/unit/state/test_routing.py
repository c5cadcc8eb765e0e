"""Murmur3, routing shards and factors: every number here was asked of a real OpenSearch 3.5.0."""

from __future__ import annotations

import pytest

from fakeknn.errors import IllegalArgumentException, IllegalStateException
from fakeknn.state.routing import Routing, default_routing_shards, murmur3, routing_factor

SHARDS_OF_A = {1: 0, 2: 0, 3: 0, 5: 1, 7: 4, 12: 0}
SHARDS_OF_NIHON = {1: 0, 2: 0, 3: 0, 5: 4, 7: 1, 12: 3}
SEARCH_SHARDS_OF_PARTITION = [5]


@pytest.mark.parametrize(
    ("text", "hash"),
    [
        ("a", 1867108634),
        ("ab", 374890698),
        ("abc", 1118836419),
        ("1", -126235597),
        ("10", -1518128929),
        ("é", 1105794559),
        ("日本", -1532890893),
        ("😀x", -996154910),
        ("x" * 50, -1333471240),
    ],
)
def test_murmur3(text: str, hash: int) -> None:
    assert murmur3(text) == hash


@pytest.mark.parametrize(
    ("shards", "routing_shards"),
    [(1, 1024), (2, 1024), (3, 768), (5, 640), (8, 1024), (100, 800), (512, 1024), (1000, 2000), (1024, 2048)],
)
def test_default_routing_shards(shards: int, routing_shards: int) -> None:
    assert default_routing_shards(shards) == routing_shards


def test_documents_lie_where_search_shards_says() -> None:
    # GET /rt/_search_shards?routing=... of indices with that many shards
    assert [Routing.of("rt", n).shard("a") for n in SHARDS_OF_A] == list(SHARDS_OF_A.values())
    assert [Routing.of("rt", n).shard("日本") for n in SHARDS_OF_NIHON] == list(SHARDS_OF_NIHON.values())


def test_a_partition_spreads_one_routing_over_several_shards() -> None:
    routing = Routing.of("rt", 8, partition_size=3)
    assert routing.partitioned
    assert routing.search_shards(["abc"]) == SEARCH_SHARDS_OF_PARTITION
    assert {routing.shard(str(i), "abc") for i in range(50)} == set(SEARCH_SHARDS_OF_PARTITION)


def test_a_search_without_routing_asks_every_shard() -> None:
    assert Routing.of("rt", 3).search_shards(None) == [0, 1, 2]


def test_partition_size_must_be_below_the_routing_shards() -> None:
    with pytest.raises(IllegalArgumentException) as error:
        Routing.of("rt", 2, 2, 2)
    assert error.value.reason == (
        "routing partition size [2] should be a positive number less than the number of shards [2] for [rt]"
    )


def test_factors() -> None:
    assert routing_factor(2, 8) == 4
    assert routing_factor(8, 2) == 4
    assert routing_factor(3, 3) == 1
    with pytest.raises(IllegalArgumentException, match="must be a factor of"):
        routing_factor(2, 5)
    with pytest.raises(IllegalArgumentException, match="must be a multiple of"):
        routing_factor(5, 2)


def test_resizing_keeps_documents_together() -> None:
    routing = Routing.of("rt", 4)
    ids = [str(i) for i in range(200)]
    split = routing.split(8)
    assert all(split.shard(id) // 2 == routing.shard(id) for id in ids)
    shrunk = routing.shrunk(2)
    assert all(routing.shard(id) // 2 == shrunk.shard(id) for id in ids)
    assert routing.cloned(4) == routing


def test_one_shard_splits_into_any_number() -> None:
    assert Routing.of("rt", 1).split(3) == Routing(3, 768)


def test_refused_resizes() -> None:
    with pytest.raises(IllegalArgumentException, match=r"the number of target shards \[4\] must be less"):
        Routing.of("rt", 2).shrunk(4)
    with pytest.raises(IllegalArgumentException, match=r"the number of source shards \[4\] must be less"):
        Routing.of("rt", 4).split(2)
    with pytest.raises(IllegalStateException, match="must be a multiple of the target shards"):
        Routing.of("rt", 3, 6).split(12)
    with pytest.raises(IllegalArgumentException, match="must be the same as the number of source shards"):
        Routing.of("rt", 3).cloned(2)
