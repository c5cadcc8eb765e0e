"""Interval iterators on places that are given, without an index."""

from __future__ import annotations

from dataclasses import dataclass

import pytest

from fakeknn.query.context import ShardContext
from fakeknn.query.interval_conjunctions import block, ordered, unordered
from fakeknn.query.interval_filters import Extended, filtered, max_gaps
from fakeknn.query.interval_sources import NO_MORE, Intervals, ListedIntervals, Source, any_of


@dataclass(frozen=True)
class At(Source):
    """A term at given places."""

    places: tuple[int, ...]

    def intervals(self, ctx: ShardContext, field: str, row: int) -> Intervals:
        return ListedIntervals((place, place, 0) for place in self.places)


def found(source: Source) -> list[tuple[int, int]]:
    intervals = source.intervals(None, "f", 0)  # type: ignore[arg-type]
    out = []
    while intervals.advance() != NO_MORE:
        out.append((intervals.start, intervals.end))
    return out


A, B, C = At((0, 3, 9)), At((1, 5)), At((2, 6))


def test_ordered_intervals_are_the_smallest() -> None:
    assert found(ordered((A, B))) == [(0, 1), (3, 5)]
    assert found(ordered((A, B, C))) == [(0, 2), (3, 6)]


def test_unordered_intervals_are_the_smallest() -> None:
    assert found(unordered((A, B))) == [(0, 1), (1, 3), (3, 5), (5, 9)]


def test_a_block_has_no_gaps() -> None:
    assert found(block((A, B, C))) == [(0, 2)]
    assert found(block((B, C))) == [(1, 2), (5, 6)]


def test_gaps_are_limited() -> None:
    assert found(max_gaps(unordered((A, B)), 0)) == [(0, 1)]


def test_a_repeated_source_takes_places_in_a_row() -> None:
    assert found(ordered((A, A))) == [(0, 3), (3, 9)]


def test_alternatives_leave_out_what_contains_another() -> None:
    assert found(any_of((ordered((A, C)), B))) == [(1, 1), (5, 5)]


@pytest.mark.parametrize(
    ("how", "expected"),
    [
        ("containing", [(0, 2), (3, 6)]),
        ("not_containing", []),
        ("before", [(0, 2), (3, 6)]),
        ("after", [(3, 6)]),
        ("overlapping", [(0, 2), (3, 6)]),
    ],
)
def test_filters(how: str, expected: list[tuple[int, int]]) -> None:
    other = At((9,)) if how == "before" else At((1,)) if how == "after" else B
    assert found(filtered(ordered((A, C)), other, how)) == expected


def test_extending_stops_at_the_beginning() -> None:
    assert found(Extended(B, 3, 1)) == [(0, 2), (2, 6)]
