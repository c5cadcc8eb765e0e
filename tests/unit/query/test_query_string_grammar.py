"""The grammar of Lucene's classic query language: how clauses are joined, and the messages of its failures."""

from __future__ import annotations

from dataclasses import dataclass

import pytest

from fakeknn.errors import ParseException, TokenMgrError
from fakeknn.query.base import Query
from fakeknn.query.query_string_grammar import (
    CONJ_AND,
    CONJ_OR,
    MOD_NOT,
    MOD_REQ,
    Clause,
    Grammar,
    discard_escapes,
    escape,
)
from fakeknn.query.query_string_tokens import LexicalToken, TokenManager


@dataclass(frozen=True, eq=False, kw_only=True)
class Told(Query):
    text: str

    def __str__(self) -> str:
        return self.text


class Telling:
    """Actions that write down what they are asked to do."""

    def add_clause(self, clauses: list[Clause], conjunction: int, modifier: int, query: Query | None) -> None:
        joined = {CONJ_AND: "and ", CONJ_OR: "or "}.get(conjunction, "")
        sign = {MOD_NOT: "-", MOD_REQ: "+"}.get(modifier, "")
        clauses.append(Clause("should", Told(text=f"{joined}{sign}{query}")))

    def add_words(self, clauses: list[Clause], query: Query | None) -> None:
        clauses.append(Clause("should", Told(text=str(query))))

    def boolean(self, clauses: list[Clause]) -> Query:
        return Told(text=f"({' '.join(str(clause.query) for clause in clauses)})")

    def word(self, field: str | None, text: str) -> Query:
        return Told(text=f"{field}:{text}")

    def bare(self, field: str | None, token: LexicalToken, kind: str, slop: LexicalToken | None) -> Query:
        return Told(text=f"{field}:{kind}[{token.image}]{slop.image if slop else ''}")

    def quoted(self, field: str | None, token: LexicalToken, slop: LexicalToken | None) -> Query:
        return Told(text=f"{field}:{token.image}{slop.image if slop else ''}")

    def between(
        self, field: str | None, low: str | None, high: str | None, include_low: bool, include_high: bool
    ) -> Query:
        return Told(text=f"{field}:{'[' if include_low else '{'}{low}..{high}{']' if include_high else '}'}")

    def boost(self, query: Query | None, boost: LexicalToken | None) -> Query:
        return Told(text=f"{query}^{boost.image}" if boost else str(query))


def parsed(text: str) -> str:
    return str(Grammar(text, "f", Telling()).parse())


@pytest.mark.parametrize(
    ("text", "tree"),
    [
        ("a", "f:term[a]"),
        ("a b", "f:a b"),
        ("a b c:d", "(f:a b c:term[d])"),
        ("a AND b", "(f:term[a] and f:term[b])"),
        ("a || NOT b", "(f:term[a] or -f:term[b])"),
        ("+a -b", "(+f:term[a] -f:term[b])"),
        ("x:(a b)^2", "x:a b^2"),
        ("a* b?c /d/ *", "(f:prefix[a*] f:wildcard[b?c] f:regexp[/d/] f:wildcard[*])"),
        ("a~1^3 b^2~", "(f:term[a]~1^3 f:term[b]~^2)"),
        ('"a b"~2', 'f:"a b"~2'),
        ('x:[1 TO "2 3"} {* TO 5]', "(x:[1..2 3} f:{None..5])"),
        ("*:*", "*:wildcard[*]"),
        (r"a\:b", r"f:term[a\:b]"),
    ],
)
def test_trees(text: str, tree: str) -> None:
    assert parsed(text) == tree


def test_a_failure_tells_what_was_expected() -> None:
    with pytest.raises(ParseException) as caught:
        parsed("a^")
    assert caught.value.reason == 'Encountered "<EOF>" at line 1, column 2.\nWas expecting:\n    <NUMBER> ...\n    '


def test_expected_sequences_of_a_lookahead_come_last() -> None:
    with pytest.raises(ParseException) as caught:
        parsed("a AND")
    assert str(caught.value.reason).endswith('    <NUMBER> ...\n    <TERM> ...\n    "*" ...\n    ')


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ('"a', 'Lexical error at line 1, column 3.  Encountered: <EOF> after prefix "\\"a" (in lexical state 2)'),
        ("a^xy", "Lexical error at line 1, column 3.  Encountered: '120' (120),"),
        ("a]", "Lexical error at line 1, column 3.  Encountered: <EOF> (in lexical state 2)"),
    ],
)
def test_lexical_errors(text: str, reason: str) -> None:
    with pytest.raises(TokenMgrError) as caught:
        parsed(text)
    assert caught.value.reason == reason


def test_tokens_are_cut_only_when_they_are_asked_for() -> None:
    manager = TokenManager("a ]")
    assert manager.next_token().image == "a"
    with pytest.raises(TokenMgrError):
        manager.next_token()


def test_escapes_go_and_come() -> None:
    assert discard_escapes(r"a\:\u0062") == "a:b"
    assert discard_escapes(escape("a+b (c) \\ /d/")) == "a+b (c) \\ /d/"
    with pytest.raises(ParseException, match="Truncated Unicode escape sequence"):
        discard_escapes("\\u00")
