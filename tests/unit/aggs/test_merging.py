"""Buckets of equal keys in the order of Java's heaps."""

from __future__ import annotations

from fakeknn.aggs.merging import ranked, same_keyed
from fakeknn.aggs.results import Bucket


def _merged(*parts: str, requeued: bool = False) -> list[str]:
    """Each key with the numbers of the parts that it comes from, of parts of one-letter keys."""
    buckets = [[Bucket(key, at, {}) for key in keys] for at, keys in enumerate(parts)]
    return [
        same[0].key + "".join(str(bucket.doc_count) for bucket in same)
        for same in same_keyed(*ranked(buckets, sorted(set("".join(parts)))), requeued=requeued)
    ]


def test_parts_of_equal_keys_come_as_they_are() -> None:
    assert _merged("a", "a", "") == ["a01"]


def test_a_part_that_joins_late_comes_where_the_heap_has_it() -> None:
    assert _merged("c", "abcd", "abc") == ["a12", "b21", "c102", "d1"]


def test_a_queue_that_is_taken_from_first_orders_otherwise() -> None:
    assert _merged("ab", "ab", "ab", requeued=True) != _merged("ab", "ab", "ab")


def test_nothing() -> None:
    assert _merged("", "") == []
