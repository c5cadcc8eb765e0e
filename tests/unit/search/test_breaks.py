"""Where texts are cut, against what the real server's highlighters have cut."""

from __future__ import annotations

from itertools import pairwise

import pytest

from fakeknn.search.breaks import BoundedSentences, sentences, whole, words


@pytest.mark.parametrize(
    ("text", "parts"),
    [
        ("One. Two.", ["One. ", "Two."]),
        ("e.g. the red one", ["e.g. the red one"]),
        ("Is it? No! Yes", ["Is it? ", "No! ", "Yes"]),
        ("3.5 dogs ran", ["3.5 dogs ran"]),
        ("", []),
        # What java.text.BreakIterator says of these.
        ("東京。東京", ["東京。", "東京"]),
        ("a. &b", ["a. ", "&b"]),
        ("a. &1", ["a. &1"]),
        ('He said "no." She left', ['He said "no." ', "She left"]),
        ("one.  two", ["one.  ", "two"]),
        ("one. two", ["one. two"]),
        ("a.  $1 b", ["a", ".", "  $1 b"]),
        ("end. (", ["end", ".", " ("]),
        ("a\u2029\u2029b", ["a\u2029", "\u2029", "b"]),
        ("a? \u2029b", ["a? \u2029", "b"]),
        ("क।\u2029", ["क।", "\u2029"]),
    ],
)
def test_sentences(text: str, parts: list[str]) -> None:
    ends = sentences(text).ends
    assert [text[a:b] for a, b in pairwise(ends)] == parts


@pytest.mark.parametrize(
    ("text", "parts"),
    [
        ("wi-fi e.g. x_y", ["wi-fi", " ", "e.g", ".", " ", "x_y"]),
        ("$3.14, 50% off\r\n\n", ["$3.14", ",", " ", "50%", " ", "off", "\r\n", "\n"]),
        ("1a2b'c \"d", ["1a2b'c", " ", '"', "d"]),
        ("東京カタカナひらがなー", ["東京", "カタカナ", "ひらがなー"]),
        ("co\u00adop e\u0301t", ["co\u00adop", " ", "e\u0301t"]),
        ("a\u200b b", ["a\u200b", " ", "b"]),
    ],
)
def test_words(text: str, parts: list[str]) -> None:
    ends = words(text).ends
    assert [text[a:b] for a, b in pairwise(ends)] == parts


@pytest.mark.parametrize("text", ["One. Two three.", "a b", "x"])
def test_boundaries_are_around_every_offset(text: str) -> None:
    for breaks in (sentences(text), words(text), whole(text)):
        for offset in range(len(text)):
            low, high = breaks.preceding(offset + 1), breaks.following(offset)
            assert low <= offset < high
        assert breaks.preceding(0) == -1
        assert breaks.following(len(text)) == -1


def test_short_sentences_are_joined_up_to_the_limit() -> None:
    text = "One two. Three four. Five six. Seven."
    scanner = BoundedSentences(text, 25)
    start = scanner.preceding(1)
    assert text[start : scanner.following(0)] == "One two. Three four. "


def test_long_sentences_are_cut_at_words() -> None:
    text = "alpha beta gamma delta epsilon zeta eta theta"
    scanner = BoundedSentences(text, 12)
    start = scanner.preceding(text.index("delta") + 1)
    end = scanner.following(text.index("delta"))
    assert start <= text.index("delta") < end
    assert (start, end) != (0, len(text))
