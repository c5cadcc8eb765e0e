"""What heuristics make of frequencies, and how ties come out of a heap."""

from __future__ import annotations

import math

import pytest

from fakeknn.aggs.heuristics import GND, ChiSquare, JLHScore, MutualInformation, PercentageScore
from fakeknn.aggs.significant import SignificantBucket, best


def test_a_term_that_is_everywhere_is_not_significant() -> None:
    assert JLHScore().score(5, 10, 50, 100) == 0.0
    assert MutualInformation().score(5, 10, 50, 100) == pytest.approx(0.0)
    assert ChiSquare().score(5, 10, 50, 100) == 0.0


def test_a_term_that_is_only_here_is() -> None:
    assert JLHScore().score(10, 10, 10, 100) == pytest.approx(0.9 * 10)
    assert PercentageScore().score(10, 10, 10, 100) == 1.0
    assert GND().score(10, 10, 10, 100) == 1.0
    assert ChiSquare().score(10, 10, 10, 100) == pytest.approx(100.0)


def test_a_rarer_term_is_left_out_unless_asked_for() -> None:
    assert ChiSquare().score(1, 10, 50, 100) == -math.inf
    assert ChiSquare(include_negatives=True).score(1, 10, 50, 100) > 0


def test_the_best_come_first() -> None:
    buckets = []
    for i, score in enumerate((0.5, 3.0, 1.0, 2.0)):
        bucket = SignificantBucket(i, 1, {})
        bucket.score = score
        buckets.append(bucket)
    assert [bucket.key for bucket in best(buckets, 3)] == [1, 3, 2]
