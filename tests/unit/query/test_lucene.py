"""Lucene's query trees: how they are rewritten, and how they write themselves (BooleanQuery.rewrite and its kin)."""

from __future__ import annotations

import numpy as np
import pytest

from fakeknn.query.lucene import (
    FILTER,
    MUST,
    MUST_NOT,
    SHOULD,
    ApproximateScoreQuery,
    BooleanQuery,
    BoostQuery,
    ConstantScoreQuery,
    DisjunctionMaxQuery,
    MatchAllDocsQuery,
    MatchNoDocsQuery,
    Node,
    TermQuery,
)


def term(name: str) -> TermQuery:
    return TermQuery("t", name, name)


A, B, C = term("a"), term("b"), term("c")


@pytest.mark.parametrize(
    ("query", "text"),
    [
        (BooleanQuery(()), 'MatchNoDocsQuery("empty BooleanQuery")'),
        (BooleanQuery(((MUST_NOT, A),)), 'MatchNoDocsQuery("pure negative BooleanQuery")'),
        (BooleanQuery(((MUST, A),)), "t:a"),
        (BooleanQuery(((FILTER, A),)), "(ConstantScore(t:a))^0.0"),
        (BooleanQuery(((SHOULD, A), (SHOULD, B))), "t:a t:b"),
        (BooleanQuery(((SHOULD, A), (SHOULD, B)), 2), "+t:a +t:b"),
        (BooleanQuery(((SHOULD, A),), 2), 'MatchNoDocsQuery("SHOULD clause count less than minimumNumberShouldMatch")'),
        (BooleanQuery(((SHOULD, BooleanQuery(((SHOULD, A), (SHOULD, B)))), (SHOULD, C))), "t:a t:b t:c"),
        (BooleanQuery(((MUST, BooleanQuery(((MUST, A), (FILTER, B)))), (MUST, C))), "+t:a #t:b +t:c"),
        (BooleanQuery(((FILTER, A), (FILTER, A), (MUST, B))), "+t:b #t:a"),
        (BooleanQuery(((MUST, A), (FILTER, A))), "t:a"),
        (BooleanQuery(((FILTER, A), (SHOULD, A), (MUST, B))), "+t:a +t:b"),
        (BooleanQuery(((MUST, A), (MUST, A))), "(t:a)^2.0"),
        (BooleanQuery(((MUST, A), (MUST_NOT, A))), 'MatchNoDocsQuery("FILTER or MUST clause also in MUST_NOT")'),
        (BooleanQuery(((MUST, MatchAllDocsQuery()), (FILTER, A))), "ConstantScore(t:a)"),
        (BooleanQuery(((MUST, MatchNoDocsQuery("none")), (SHOULD, A))), 'MatchNoDocsQuery("none")'),
        (BooleanQuery(((SHOULD, MatchNoDocsQuery("none")), (SHOULD, A))), "t:a"),
        (BoostQuery(BoostQuery(A, 2.0), 3.0), "(t:a)^6.0"),
        (BoostQuery(A, 1.0), "t:a"),
        (ConstantScoreQuery(BoostQuery(A, 2.0)), "ConstantScore(t:a)"),
        (ConstantScoreQuery(BooleanQuery(((MUST, A), (SHOULD, B)))), "ConstantScore(t:a)"),
        (DisjunctionMaxQuery((A,)), "t:a"),
        (DisjunctionMaxQuery((A, B), 1.0), "t:a t:b"),
        (DisjunctionMaxQuery((A, BooleanQuery(((MUST, B), (MUST, C)))), 0.5), "(t:a | (+t:b +t:c))~0.5"),
    ],
)
def test_rewriting(query: Node, text: str) -> None:
    assert str(query.rewritten()) == text


def test_a_range_is_its_own_until_a_search_has_decided() -> None:
    undecided = ApproximateScoreQuery(A, "n:[1 TO 2]")
    assert undecided.rewritten() == A
    decided = ApproximateScoreQuery(A, "n:[1 TO 2]", approximated=True)
    assert decided.rewritten() is decided


def test_boosts_are_floats() -> None:
    assert str(BoostQuery(A, float(np.float32(0.1)))) == "(t:a)^0.1"


def test_of_disjuncts_that_are_equal_the_first_is_explained() -> None:
    query = DisjunctionMaxQuery((MatchNoDocsQuery("first"), MatchNoDocsQuery("second")))
    assert [one.description for one in query.explain(None, 0, np.float32(1)).details] == ["first", "first"]  # type: ignore[arg-type]
