"""What heuristics make of frequencies, and how ties come out of a heap."""

from __future__ import annotations

import math
from collections.abc import Sequence

import pytest

from fakeknn.aggs.heuristics import GND, ChiSquare, JLHScore, MutualInformation, PercentageScore
from fakeknn.aggs.significance_queue import SignificanceQueue


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


def filled(size: int, scores: Sequence[float]) -> SignificanceQueue[int]:
    queue: SignificanceQueue[int] = SignificanceQueue(size)
    for i, score in enumerate(scores):
        queue.put(score, i)
    return queue


def test_the_best_come_first() -> None:
    assert filled(3, (0.5, 3.0, 1.0, 2.0)).popped() == [1, 3, 2]


def test_a_shard_gives_its_heap_from_the_end() -> None:
    assert filled(3, (0.5, 3.0, 1.0, 2.0)).laid() == [3, 1, 2]


def test_what_equals_the_least_is_left_out() -> None:
    assert filled(2, (1.0, 1.0, 1.0)).popped() == [1, 0]
    assert filled(0, (1.0,)).popped() == []
