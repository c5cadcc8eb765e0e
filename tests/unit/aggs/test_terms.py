"""How many buckets a shard gives."""

from __future__ import annotations

from fakeknn.aggs.thresholds import Thresholds


def test_a_shard_gives_more_than_is_wanted() -> None:
    assert Thresholds().on_shard(suggests=True).shard_size == 25
    assert Thresholds().on_shard(suggests=False).shard_size == 10


def test_a_shard_never_gives_less() -> None:
    assert Thresholds(size=7, shard_size=3).on_shard(suggests=True).shard_size == 7


def test_what_a_shard_leaves_out_is_not_what_is_wanted() -> None:
    assert Thresholds(min_doc_count=2, shard_min_doc_count=9).on_shard(suggests=True).shard_min_doc_count == 2
