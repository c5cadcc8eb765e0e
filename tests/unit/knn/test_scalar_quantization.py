"""Lucene's sq encoder: what a segment learns, and what its codes score."""

from __future__ import annotations

import numpy as np
import pytest

from fakeknn.knn.scalar_quantization import ScalarCodes, learned
from fakeknn.knn.spaces import SPACES

ROWS = np.arange(40)


def vectors(count: int = 40, dimension: int = 6) -> np.ndarray:
    return np.random.default_rng(1).normal(size=(count, dimension)).astype(np.float32)


def test_all_numbers_lie_inside_an_interval_of_1() -> None:
    data = vectors()
    quantizer = learned(data, SPACES["l2"], 7, 1.0)
    assert (quantizer.lower, quantizer.upper) == (data.min(), data.max())
    codes, _ = quantizer.codes(data)
    assert (codes.min(), codes.max()) == (0, 127)


def test_the_default_interval_leaves_out_the_rims_of_twenty_vectors_at_a_time() -> None:
    data = vectors(25)
    quantizer = learned(data, SPACES["l2"], 7, None)
    assert quantizer == learned(data[:20], SPACES["l2"], 7, None)  # the other five are no full group
    assert data[:20].min() < quantizer.lower < quantizer.upper < data[:20].max()


@pytest.mark.parametrize(
    ("space", "interval"),
    [("innerproduct", 1.0), *((space, inside) for space in ("l2", "cosinesimil") for inside in (None, 0.0, 0.99, 1.0))],
)
def test_scores_follow_those_of_the_vectors(space: str, interval: float | None) -> None:
    data, query = vectors(), vectors(1)[0] / 2
    score = ScalarCodes.of(data, SPACES[space], 7, interval).score(ROWS, query)
    true = SPACES[space].score(data, query)
    assert score.dtype == np.float32
    assert not np.array_equal(score, true)
    assert np.corrcoef(score, true)[0, 1] > 0.95


def test_a_single_number_is_its_own_quantile() -> None:
    one = np.array([[3.0]], np.float32)
    coded = ScalarCodes.of(one, SPACES["l2"], 7, None)
    assert coded.score(np.array([0]), np.array([9.0], np.float32)).tolist() == [1.0]
