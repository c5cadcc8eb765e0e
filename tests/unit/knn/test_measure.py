"""Rough distances, held to the spaces' formulas."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from fakeknn.knn import measure as measure_module
from fakeknn.knn.measure import Measure
from fakeknn.knn.spaces import SPACES

Matrix = np.ndarray[Any, np.dtype[Any]]
CASES = [
    ("l2", "f4"),
    ("cosinesimil", "f4"),
    ("innerproduct", "f4"),
    ("l2", "i1"),
    ("cosinesimil", "i1"),
    ("hamming", "u1"),
]


def draw_matrix(dtype: str, rows: int = 50) -> Matrix:
    draw = np.random.default_rng(0)
    if dtype == "f4":
        return draw.standard_normal((rows, 8)).astype(np.float32)
    return draw.integers(1, 127, (rows, 8)).astype(dtype)


def expected(space: str, matrix: Matrix, query: Matrix) -> Matrix:
    raw = SPACES[space].distance(matrix, query)
    return -raw if SPACES[space].descending else raw


@pytest.mark.parametrize(("space", "dtype"), CASES)
def test_distances(space: str, dtype: str, monkeypatch: pytest.MonkeyPatch) -> None:
    matrix = draw_matrix(dtype)
    measure = Measure(SPACES[space], matrix)
    rows = np.arange(12, dtype=np.int32).reshape(3, 4) * 3
    for gathered in (1 << 18, 1):  # one block, and a block for each query
        monkeypatch.setattr(measure_module, "_GATHERED", gathered)
        queries = measure.queries(matrix[40:43])
        near = measure.distances(queries, rows)
        among = measure.among(rows)
        for i in range(3):
            assert near[i] == pytest.approx(expected(space, matrix[rows[i]], matrix[40 + i]), abs=1e-4)
            for j in range(4):
                assert among[i, j] == pytest.approx(expected(space, matrix[rows[i]], matrix[rows[i, j]]), abs=1e-4)
    some = np.array([7, 3, 30], dtype=np.int32)
    to_all = measure.to_all(measure.rows_as_queries(some), some)
    assert to_all == pytest.approx(np.stack([expected(space, matrix[some], matrix[row]) for row in some]), abs=1e-4)


@pytest.mark.parametrize(("space", "dtype"), CASES)
def test_a_longer_matrix(space: str, dtype: str) -> None:
    matrix = draw_matrix(dtype)
    measure = Measure(SPACES[space], matrix[:20])
    measure.exchange(matrix)
    rows = np.array([[45, 2]], dtype=np.int32)
    whole = Measure(SPACES[space], matrix)
    assert np.array_equal(
        measure.distances(measure.queries(matrix[:1]), rows), whole.distances(whole.queries(matrix[:1]), rows)
    )
