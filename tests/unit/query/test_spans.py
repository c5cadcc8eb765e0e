"""Spans on arrays against the definition: every way of choosing places, tried one by one."""

from __future__ import annotations

from itertools import product

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from fakeknn.query.spans import Spans, containing, excluding, frequencies, ordered, starting, unordered, within

places = st.lists(st.integers(0, 12), max_size=6, unique=True).map(sorted)


def spans(found: list[int], row: int = 3) -> Spans:
    starts = np.array([row << 32 | place for place in found], np.int64)
    return Spans(starts, starts + 1, np.zeros(len(starts), np.int64))


def told(found: Spans) -> list[tuple[int, int]]:
    low = (1 << 32) - 1
    return [(int(a & low), int(b & low)) for a, b in zip(found.starts, found.ends, strict=True)]


@given(places, places, st.integers(0, 6))
def test_ordered_takes_the_next_place_behind(a: list[int], b: list[int], slop: int) -> None:
    expected = []
    for place in a:
        behind = [other for other in b if other > place]
        if behind and behind[0] - place - 1 <= slop:
            expected.append((place, behind[0] + 1))
    assert told(ordered([spans(a), spans(b)], slop)) == expected


@given(places, places, st.integers(0, 4))
def test_unordered_matches_where_some_choice_is_narrow_enough(a: list[int], b: list[int], slop: int) -> None:
    some = any(max(x, y) - min(x, y) + 1 - 2 <= slop for x, y in product(a, b))
    assert bool(len(unordered([spans(a), spans(b)], slop))) == some


@given(places, places, st.integers(0, 3), st.integers(0, 3))
def test_excluding_keeps_what_nothing_touches(a: list[int], b: list[int], pre: int, post: int) -> None:
    expected = [(x, x + 1) for x in a if not any(x - max(pre, 0) < y + 1 and y - post < x + 1 for y in b)]
    assert told(excluding(spans(a), spans(b), pre, post)) == expected


def test_one_inside_the_other() -> None:
    wide = Spans(np.array([2, 8], np.int64), np.array([6, 9], np.int64), np.zeros(2, np.int64))
    narrow = spans([3, 7, 8], row=0)
    assert told(containing(wide, narrow)) == [(2, 6), (8, 9)]
    assert told(within(wide, narrow)) == [(3, 4), (8, 9)]
    assert told(starting(narrow, 8)) == [(3, 4), (7, 8)]


def test_rows_do_not_mix() -> None:
    a, b = spans([5], row=1), spans([6], row=2)
    assert not len(ordered([a, b], 100))
    assert not len(unordered([a, b], 100))


def test_a_wide_match_counts_for_less() -> None:
    found = Spans(np.array([0, 1, 1 << 32], np.int64), np.array([2, 5, 9], np.int64), np.array([1, 3, 0], np.int64))
    rows, freqs = frequencies(found)
    assert rows.tolist() == [0, 1]
    assert freqs.tolist() == [0.75, 1.0]
