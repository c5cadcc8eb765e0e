"""Exact search, held to the formula over all rows."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from fakeknn.knn import exact
from fakeknn.knn.exact import Norms, exact_top, exact_top_each, exact_within
from fakeknn.knn.spaces import SPACES, Space

Matrix = np.ndarray[Any, np.dtype[Any]]


def by_formula(matrix: Matrix, query: Matrix, space: Space, mask: Matrix) -> tuple[list[int], Matrix]:
    """All rows that pass, best first, ties by row; those without a score left out."""
    scores = space.score(matrix, query)
    rows = [row for row in np.flatnonzero(mask) if not np.isnan(scores[row])]
    rows.sort(key=lambda row: (-scores[row], row))
    return rows, scores


KINDS = ["normal", "small integers", "far from the origin", "of all sizes", "with zeros", "bytes"]


def draw_matrix(kind: str, rows: int, dimension: int, draw: np.random.Generator) -> Matrix:
    matrix = draw.standard_normal((rows, dimension))
    match kind:
        case "small integers":
            matrix = matrix.round()
        case "far from the origin":
            matrix += 1000
        case "of all sizes":
            matrix *= 10.0 ** draw.integers(-25, 19, (rows, 1))
        case "with zeros":
            matrix[draw.random(rows) < 0.3] = 0
        case "bytes":
            return draw.integers(-128, 128, (rows, dimension)).astype(np.int8)
    return matrix.astype(np.float32)


@pytest.mark.parametrize("space", ["l2", "cosinesimil", "innerproduct", "l1", "linf"])
@pytest.mark.parametrize("kind", KINDS)
@settings(max_examples=15)
@given(
    rows=st.integers(1, 1500),
    dimension=st.integers(1, 40),
    k=st.integers(1, 60),
    passing=st.sampled_from([1.0, 0.8, 0.1, 0.0]),
    seed=st.integers(0, 2**32),
)
def test_finds_what_the_formula_finds(
    space: str, kind: str, rows: int, dimension: int, k: int, passing: float, seed: int
) -> None:
    draw = np.random.default_rng(seed)
    matrix = draw_matrix(kind, rows, dimension, draw)
    queries = np.stack([matrix[0], draw_matrix(kind, 1, dimension, draw)[0]])
    mask = draw.random(rows) < passing
    norms = Norms.of(matrix[: rows // 2]).extended(matrix)
    with np.errstate(all="ignore"):
        each = exact_top_each(matrix, queries, k, SPACES[space], mask=mask, norms=norms)
        for query, (together_rows, together_scores) in zip(queries, each, strict=True):
            expected, scores = by_formula(matrix, query, SPACES[space], mask)
            found, found_scores = exact_top(matrix, query, k, SPACES[space], mask=mask, norms=norms)
            assert found.tolist() == expected[:k]
            assert np.array_equal(found_scores, scores[expected[:k]])
            assert together_rows.tolist() == expected[:k]
            assert np.array_equal(together_scores, found_scores)


@pytest.mark.parametrize("space", ["l2", "cosinesimil", "innerproduct"])
@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("engine", ["lucene", "faiss"])
def test_a_radius_holds_what_the_formula_says(space: str, kind: str, engine: Any) -> None:
    draw = np.random.default_rng(3)
    matrix = draw_matrix(kind, 900, 20, draw)
    query, mask = matrix[0], draw.random(900) < 0.7
    with np.errstate(all="ignore"):
        expected, scores = by_formula(matrix, query, SPACES[space], mask)
        for rank in (0, 1, 20, 300):
            radius = SPACES[space].radius(engine, min_score=float(scores[expected[rank]]) if scores.max() <= 1 else 0.5)
            for native in (False, True):
                inside = radius.keeps(SPACES[space].distance(matrix, query), scores, native=native)
                wanted = [row for row in expected if inside[row]]
                found, found_scores = exact_within(matrix, query, radius, SPACES[space], mask=mask, native=native)
                assert found.tolist() == wanted
                assert np.array_equal(found_scores, scores[wanted])
                few, _ = exact_within(matrix, query, radius, SPACES[space], mask=mask, native=native, limit=5)
                assert few.tolist() == wanted[:5]


def test_hamming() -> None:
    draw = np.random.default_rng(0)
    matrix = draw.integers(0, 256, (3000, 4)).astype(np.uint8)
    expected, scores = by_formula(matrix, matrix[5], SPACES["hamming"], np.ones(3000, np.bool_))
    found, found_scores = exact_top(matrix, matrix[5], 40, SPACES["hamming"])
    assert found.tolist() == expected[:40]
    assert np.array_equal(found_scores, scores[expected[:40]])


def test_the_formula_is_reckoned_for_few_rows(monkeypatch: pytest.MonkeyPatch) -> None:
    draw = np.random.default_rng(0)
    matrix = draw.standard_normal((20_000, 32)).astype(np.float32)
    measured: list[int] = []
    original = Space.score

    def counting(self: Space, rows: Matrix, query: Matrix, **options: Any) -> Matrix:
        measured.append(len(rows))
        return original(self, rows, query, **options)

    monkeypatch.setattr(Space, "score", counting)
    for name in ("l2", "cosinesimil", "innerproduct"):
        exact_top(matrix, matrix[0], 10, SPACES[name])
    assert max(measured) < 20


def test_queries_that_are_not_numbers_find_nothing() -> None:
    matrix = np.ones((2000, 8), dtype=np.float32)
    query = np.full(8, np.nan, dtype=np.float32)
    for name in ("l2", "cosinesimil", "innerproduct"):
        assert len(exact_top(matrix, query, 10, SPACES[name])[0]) == 0


def test_infinite_queries_find_rows_of_score_zero() -> None:
    matrix = np.arange(16_000, dtype=np.float32).reshape(2000, 8)
    query = np.array([np.inf, 0, 0, 0, 0, 0, 0, 0], dtype=np.float32)
    with np.errstate(all="ignore"):
        rows, scores = exact_top(matrix, query, 3, SPACES["l2"])
    assert rows.tolist() == [0, 1, 2]
    assert scores.tolist() == [0, 0, 0]


def test_many_blocks_of_a_batch(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(exact, "_BATCH_ROWS", 64)
    draw = np.random.default_rng(1)
    matrix = draw.standard_normal((2000, 24)).astype(np.float32).round(1)
    for name in ("l2", "cosinesimil", "innerproduct"):
        for k in (1, 10, 100):
            each = exact_top_each(matrix, matrix[:20], k, SPACES[name])
            for query, (rows, _) in zip(matrix, each, strict=False):
                assert rows.tolist() == exact_top(matrix, query, k, SPACES[name])[0].tolist()
