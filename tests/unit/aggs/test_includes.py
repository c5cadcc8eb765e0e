"""include and exclude: what they read, and how partitions split."""

from __future__ import annotations

from typing import Any

import pytest

from fakeknn.aggs.includes import IncludeExclude, merge, parse_include
from fakeknn.errors import IllegalArgumentException


def accepted(includes: IncludeExclude, terms: list[str]) -> list[str]:
    class Context:
        def setting(self, name: str, default: int) -> int:
            return default

    mask = includes.terms(Context(), terms, str, str.encode)  # type: ignore[arg-type]
    return [term for term, kept in zip(terms, mask.tolist(), strict=True) if kept]


def test_every_term_is_in_one_partition() -> None:
    terms = [f"term{i}" for i in range(100)]
    parts = [accepted(IncludeExclude(partition=i, partitions=4), terms) for i in range(4)]
    assert sorted(term for part in parts for term in part) == sorted(terms)
    assert all(parts)


def test_what_is_excluded_is_not_included() -> None:
    assert accepted(IncludeExclude("a.*", "ab.*"), ["a", "ab", "abc", "b"]) == ["a"]
    assert accepted(IncludeExclude(frozenset("ab"), frozenset("b")), ["a", "b", "c"]) == ["a"]


def test_an_empty_list_includes_nothing() -> None:
    assert accepted(IncludeExclude(frozenset()), ["a"]) == []


@pytest.mark.parametrize(
    ("value", "reason"),
    [
        ({"partition": 1}, "Missing [num_partitions] parameter for partition-based include"),
        ({"num_partitions": 1}, "Missing [partition] parameter for partition-based include"),
        ({"partition": 2, "num_partitions": 2}, "Partition must be >=0 and < numPartition which is 2"),
    ],
)
def test_partitions_refused(value: dict[str, Any], reason: str) -> None:
    with pytest.raises(IllegalArgumentException) as caught:
        parse_include({"include": value}, "include")
    assert caught.value.reason == reason


def test_patterns_and_lists_do_not_mix() -> None:
    with pytest.raises(IllegalArgumentException, match="Cannot mix a regex-based include with a set-based method"):
        merge(IncludeExclude("a"), IncludeExclude(exclude=frozenset("b")))
