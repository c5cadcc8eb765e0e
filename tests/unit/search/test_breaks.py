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
    ],
)
def test_sentences(text: str, parts: list[str]) -> None:
    ends = sentences(text).ends
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
