"""Phrases, fragments and boundaries of the fast vector highlighter."""

from __future__ import annotations

from collections import deque

import pytest

from fakeknn.errors import IllegalArgumentException
from fakeknn.search.fast_vector import (
    FieldQuery,
    FragInfo,
    PhraseInfo,
    Scanner,
    TermInfo,
    by_value,
    fragments_of,
    phrases_of,
)
from fakeknn.search.flat_query import Flat


def _stack(*words: str) -> deque[TermInfo]:
    return deque(TermInfo(word, 10 * i, 10 * i + len(word), i) for i, word in enumerate(words))


def _found(query: FieldQuery, *words: str, limit: int = 9) -> list[list[tuple[int, int]]]:
    return [info.stretches for info in phrases_of("t", _stack(*words), query, limit)]


def test_phrases_that_overlap_are_one() -> None:
    query = FieldQuery([Flat("t", ("a", "b")), Flat("t", ("b", "c"))], by_field=True)
    assert _found(query, "a", "b", "c") == [[(0, 21)]]
    assert _found(query, "b", "c", "a", "b") == [[(0, 11)], [(20, 31)]]


def test_a_phrase_that_breaks_off_gives_back_what_it_took() -> None:
    query = FieldQuery([Flat("t", ("a", "b", "c")), Flat("t", ("a",)), Flat("t", ("b",))], by_field=True)
    assert _found(query, "a", "b", "x") == [[(0, 1)], [(10, 11)]]
    assert _found(query, "a", "b", "x", limit=1) == [[(0, 1)]]


def test_fields_are_kept_apart_where_they_must_match() -> None:
    flat = [Flat("other", ("a",))]
    assert _found(FieldQuery(flat, by_field=True), "a") == []
    assert _found(FieldQuery(flat, by_field=False), "a") == [[(0, 1)]]


def test_fragments_stand_around_what_they_show() -> None:
    infos = [PhraseInfo([(50, 55)], 1.0, 0), PhraseInfo([(60, 64)], 1.0, 1), PhraseInfo([(200, 204)], 1.0, 2)]
    found = fragments_of(infos, 30, 6)
    assert [(one.start, one.end, len(one.parts)) for one in found] == [(42, 72, 2), (187, 217, 1)]
    with pytest.raises(IllegalArgumentException, match="It must be 18 or higher"):
        fragments_of(infos, 17, 6)


def test_no_fragment_goes_on_into_the_next_value() -> None:
    across = FragInfo.of(0, 12, [PhraseInfo([(0, 3)], 1.0, 0), PhraseInfo([(6, 9)], 1.0, 1)])
    assert [(one.start, one.end) for one in by_value([across], ["abcde", "fghij"])] == [(0, 6), (6, 12)]


def test_a_boundary_is_looked_for_only_so_far() -> None:
    scanner = Scanner(3, frozenset(" "))
    assert (scanner.start("ab cdefgh", 5), scanner.start("ab cdefgh", 8)) == (3, 8)
    assert (scanner.end("abcd ef", 2), scanner.end("abcdefgh i", 2)) == (4, 2)
