"""Metrics of rankings, by the numbers of their definitions."""

from __future__ import annotations

import math
from typing import Any

import pytest

from fakeknn.search.rank_eval import Metric

RATINGS = [3, None, 0, 1]
RATED = [3, 2, 1, 0]


@pytest.mark.parametrize(
    ("name", "options", "score"),
    [
        ("precision", {}, 2 / 4),
        ("precision", {"ignore_unlabeled": True}, 2 / 3),
        ("precision", {"relevant_rating_threshold": 2}, 1 / 4),
        ("recall", {}, 2 / 3),
        ("mean_reciprocal_rank", {"relevant_rating_threshold": 2}, 1.0),
        ("dcg", {}, 7 + 1 / math.log2(5)),
        ("expected_reciprocal_rank", {"maximum_relevance": 3}, 7 / 8 + (1 / 8) * (1 / 8) / 4),
    ],
)
def test_scores(name: str, options: dict[str, Any], score: float) -> None:
    assert Metric(name, 10, options).evaluate(RATINGS, RATED)[0] == pytest.approx(score)


def test_an_ideal_ranking_has_a_normalized_gain_of_one() -> None:
    score, details = Metric("dcg", 10, {"normalize": True}).evaluate([3, 2, 1, 0], RATED)
    assert score == 1.0
    assert details["dcg"]["normalized_dcg"] == 1.0


def test_nothing_found_scores_nothing() -> None:
    for name in ("precision", "recall", "mean_reciprocal_rank", "dcg"):
        assert Metric(name, 10, {}).evaluate([], RATED)[0] == 0
