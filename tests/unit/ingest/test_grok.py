"""Grok expressions: references, groups, Joni's syntax in the ``regex`` module's words."""

from __future__ import annotations

import pytest

from fakeknn.errors import IllegalArgumentException, NotFaked
from fakeknn.ingest.grok import Grok, builtin_patterns, combined


def test_every_built_in_pattern_compiles() -> None:
    refused = []
    for name in builtin_patterns():
        try:
            Grok(builtin_patterns(), f"%{{{name}:x}}")
        except NotFaked:
            refused.append(name)
    assert refused == ["SHOREWALL"]


def test_fields_have_their_types_and_the_first_match_counts() -> None:
    grok = Grok(builtin_patterns(), "%{WORD:a} %{NUMBER:n:int} %{WORD:a}")
    assert grok.captures("x 5 y") == {"a": "x", "n": 5}
    assert Grok(builtin_patterns(), "%{WORD:a} %{WORD:a}", capture_all=True).captures("x y") == {"a": ["x", "y"]}
    assert grok.captures("nothing of it") is None


def test_lines_begin_and_end_inside_a_text() -> None:
    assert Grok(builtin_patterns(), "^%{WORD:a}$").captures("two words\none") == {"a": "one"}


def test_the_pattern_that_matches_is_traced() -> None:
    grok = Grok(builtin_patterns(), combined(["%{NUMBER:n}x", "%{WORD:w}"], "i"))
    assert grok.captures("abc") == {"i.1": "abc", "w": "abc"}


@pytest.mark.parametrize(
    ("definitions", "expression", "why"),
    [
        ({}, "%{NOPE}", "Unable to find pattern [NOPE] in Grok's pattern dictionary"),
        ({"X": "%{X}"}, "%{X}", "circular reference in pattern [X][%{X}]"),
        ({"X": "%{Y}", "Y": "%{X}"}, "%{X}", "circular reference in pattern [Y][%{X}] back to pattern [X]"),
        ({"X": "%{Y"}, "%{X}", "Malformed pattern [X][%{Y]"),
        ({}, "(a", "end pattern with unmatched parenthesis"),
    ],
)
def test_what_is_no_pattern_is_refused(definitions: dict[str, str], expression: str, why: str) -> None:
    with pytest.raises(IllegalArgumentException) as refused:
        Grok({**builtin_patterns(), **definitions}, expression)
    assert refused.value.reason == why
