"""Which segments are joined, and what becomes of a shard's list of them."""

from __future__ import annotations

import pytest

from fakeknn.state.segments import FLOOR, MergePolicy, Segments, segment_name

SMALL = 4_000
POLICY = MergePolicy()


def find(sizes: list[int], first: int = 0) -> list[int]:
    return POLICY.find(range(first, first + len(sizes)), sizes)


def test_ten_segments_are_not_too_many() -> None:
    assert not POLICY.exceeded(10)
    assert find([SMALL] * 10) == []


def test_of_eleven_small_ones_all_are_joined() -> None:
    assert find([SMALL] * 11) == list(range(11))


def test_the_largest_come_first() -> None:
    assert find([SMALL, SMALL + 8, *[SMALL] * 9]) == [1, 0, *range(2, 11)]


def test_names_order_what_is_of_one_size() -> None:
    assert find([SMALL] * 11, first=30)[:5] == [6, 7, 8, 9, 10]  # _10 to _14, before _u to _z


def test_one_that_would_hardly_grow_is_left_alone() -> None:
    assert find([30 * SMALL, *[SMALL] * 10]) == list(range(1, 11))
    assert find([10 * SMALL, *[SMALL] * 10]) == list(range(11))


def test_no_more_than_thirty_at_once() -> None:
    assert len(find([SMALL] * 40)) == 30


def test_large_ones_have_tiers_of_their_own() -> None:
    assert find([11 * FLOOR, *[SMALL] * 9, 2 * FLOOR]) == []


@pytest.mark.parametrize(("generation", "name"), [(0, "_0"), (35, "_z"), (36, "_10")])
def test_names(generation: int, name: str) -> None:
    assert segment_name(generation) == name


def test_joined_segments_stand_where_the_first_of_them_stood() -> None:
    segments = Segments()
    for last in (2, 3, 7, 8):
        segments.add(last)
    stretches = segments.join([3, 1], lambda rows, compound: 1000)
    assert stretches == [(0, 2), (7, 8), (2, 3), (3, 7)]
    assert segments.bounds == [0, 2, 4, 8]
    assert segments.generations == [0, 4, 2]


def test_a_join_of_nearly_all_is_not_packed_into_one_file() -> None:
    segments = Segments()
    for last in range(1, 4):
        segments.add(last)
    segments.join([0, 1], lambda rows, compound: 1000 * sum(last - first for first, last in rows))
    assert segments.compound == [False, True]
