"""How keys of a completion field are reached."""

from __future__ import annotations

from fakeknn.search.suggest_completion import Fuzzy, by_edits, by_prefix, by_regexp

KEYS = [b"afoo", b"fog", b"foo", b"foo", b"foo\x1fbar", b"foot", b"quantum"]


def test_a_prefix_reaches_what_goes_on_after_it() -> None:
    places, boosts, _ = by_prefix(KEYS, [b"foo"])
    assert places.tolist() == [2, 3, 4, 5]
    assert not boosts.any()


def test_a_key_that_two_prefixes_reach_is_found_once() -> None:
    assert by_prefix(KEYS, [b"foo", b"fo"])[0].tolist() == [1, 2, 3, 4, 5]


def test_a_pattern_need_not_reach_the_end() -> None:
    assert by_regexp(KEYS, "[fa]oo|q", 0xFF)[0].tolist() == [2, 3, 4, 5, 6]
    assert by_regexp(KEYS, "[fa]oo|q", 0xFF).beginnings.tolist() == [0, 0, 0, 0, 1]
    assert by_regexp(KEYS, "", 0xFF)[0].tolist() == []


def test_edits_spare_the_prefix_and_count_what_is_the_same() -> None:
    places, boosts, beginnings = by_edits(KEYS, [b"fox"], Fuzzy())
    # The shortest beginning that is near enough is "fo".
    assert (places.tolist(), boosts.tolist()) == ([1, 2, 3, 4, 5], [2.0] * 5)
    assert beginnings.tolist() == [0] * 5
    assert 0 in by_edits(KEYS, [b"foo"], Fuzzy(prefix_length=0))[0].tolist()


def test_a_swap_is_one_edit() -> None:
    text = [b"qaun"]
    assert by_edits(KEYS, text, Fuzzy())[0].tolist() == [6]
    assert by_edits(KEYS, text, Fuzzy(transpositions=False))[0].tolist() == []


def test_short_texts_are_taken_as_they_are() -> None:
    assert by_edits(KEYS, [b"fx"], Fuzzy())[0].tolist() == []
    assert by_edits(KEYS, [b"fx"], Fuzzy(min_length=2))[0].tolist() == [1, 2, 3, 4, 5]
