"""Analyzers: the short ways give what the long ones give."""

from __future__ import annotations

import pytest

from fakeknn.analysis import AnalysisRegistry, Analyzer
from fakeknn.analysis.base import Token, increments, utf16_length, utf16_offsets
from tests.unit.analysis.record_analysis import cases

TEXTS = [body["text"] for body, _ in cases("words")]
TEXTS += [
    "The quick-brown Fox's 3.14",
    "",
    " ",
    "a_b c",
    "x" * 300,
    "I.B.M. o'reilly 1,000",
    "ÀÉ ß ﬁ",
    "foo  bar\tbaz\n",
]


def analyzer(name: str) -> Analyzer:
    registry = AnalysisRegistry(
        {
            "analysis": {
                "analyzer": {
                    "folded": {"tokenizer": "standard", "filter": ["lowercase", "asciifolding"]},
                    "stopped": {"tokenizer": "whitespace", "filter": ["lowercase", "stop"]},
                    "doubled": {"tokenizer": "standard", "filter": ["keyword_repeat", "porter_stem"]},
                    "stripped": {"tokenizer": "standard", "char_filter": ["html_strip"]},
                }
            }
        }
    )
    found = registry.analyzer(name)
    assert found is not None
    return found


NAMES = ["standard", "simple", "whitespace", "keyword", "stop", "english", "folded", "stopped", "doubled", "stripped"]


@pytest.mark.parametrize("name", NAMES)
def test_terms_and_positions_are_those_of_the_tokens(name: str) -> None:
    found = analyzer(name)
    for text in TEXTS:
        tokens = found.tokens(text)
        assert found.terms(text) == [token.term for token in tokens]
        assert found.positions([text]) == [(token.term, token.position) for token in tokens]
        if found.sequential:
            assert [token.position for token in tokens] == list(range(len(tokens)))


def test_which_analyzers_are_sequential() -> None:
    assert [name for name in NAMES if analyzer(name).sequential] == [
        "standard",
        "simple",
        "whitespace",
        "keyword",
    ]


@pytest.mark.parametrize("name", NAMES)
def test_several_values_are_one_text_with_gaps(name: str) -> None:
    found = analyzer(name)
    values = ["the cats", "", "dogs the", "mice", "a b"]
    tokens = found.analyze_values(values, 5)
    assert [token.term for token in tokens] == [term for value in values for term in found.terms(value)]
    joined = "\n".join(values)
    assert all(token.start <= token.end <= len(joined) for token in tokens)
    assert found.positions(values, 5) == [(token.term, token.position) for token in tokens]


def test_offsets_in_utf16_units() -> None:
    assert list(utf16_offsets("a😀b")) == [0, 1, 3, 4]
    assert utf16_length("a😀b") == 4


def test_increments_of_stacked_and_far_tokens() -> None:
    tokens = [Token("a", 0, 1, 1), Token("b", 0, 1, 1), Token("c", 2, 3, 4)]
    assert list(increments(tokens)) == [2, 0, 3]
