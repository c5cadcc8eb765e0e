"""The standard tokenizer: random texts of many scripts as a real OpenSearch cuts them (words.json)."""

from __future__ import annotations

from typing import Any

import pytest

from fakeknn.analysis import global_analyzer
from tests.unit.analysis.analysis_answers import analyzed, recorded


@pytest.mark.parametrize(("body", "answer"), recorded("words"))
def test_words_as_recorded(body: dict[str, Any], answer: Any) -> None:
    assert analyzed(body) == answer


@pytest.mark.parametrize(("body", "answer"), recorded("words"))
def test_terms_are_those_of_the_tokens(body: dict[str, Any], answer: Any) -> None:
    standard = global_analyzer("standard")
    assert standard is not None
    assert standard.terms(body["text"]) == [token.term for token in standard.tokens(body["text"])]


@pytest.mark.parametrize(
    "text",
    [
        "The Quick-Brown fox's 3.14 a_b U.S.A. can't x:y 1,000;2",
        "'' '' a..b c.d.e 1.a 1'2",
        "",
        " ",
        "A" * 600,
        "_ __ a_ _1",
    ],
)
def test_the_fast_way_of_ascii_is_the_long_way(text: str) -> None:
    standard = global_analyzer("standard")
    assert standard is not None
    # A letter behind all the rest keeps the text off the fast way.
    assert [*standard.terms(text), "é"] == standard.terms(text + " é")
    assert standard.terms(text) == [token.term for token in standard.tokens(text)]
