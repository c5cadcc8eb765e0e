"""Laws of the k-NN library that need no server: exact equals brute force, a batch equals single queries, and so on."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from fakeknn.knn.construction import extend
from fakeknn.knn.exact import exact_top, exact_top_each, exact_within
from fakeknn.knn.hnsw import AcornGraph, FilteredGraph, Graph
from fakeknn.knn.measure import Measure
from fakeknn.knn.spaces import SPACES

Matrix = np.ndarray[Any, np.dtype[Any]]
GRAPH_SPACES = ["l2", "cosinesimil", "innerproduct"]


def draw_matrix(rows: int, dimension: int, clustered: bool, seed: int) -> Matrix:
    draw = np.random.default_rng(seed)
    matrix = draw.standard_normal((rows, dimension))
    if clustered:
        centers = np.random.default_rng(0).standard_normal((15, dimension))
        matrix += 4 * centers[draw.integers(15, size=rows)]
    return matrix.astype(np.float32)


def built(matrix: Matrix, space: str) -> Graph:
    graph = Graph(Measure(SPACES[space], matrix))
    extend(graph, matrix)
    return graph


@pytest.mark.parametrize("space", SPACES)
@settings(max_examples=20)
@given(rows=st.integers(1, 400), width=st.integers(1, 24), k=st.integers(1, 30), seed=st.integers(0, 2**32))
def test_exact_equals_brute_force_for_every_space_and_data_type(
    space: str, rows: int, width: int, k: int, seed: int
) -> None:
    draw = np.random.default_rng(seed)
    small = draw.integers(-128, 128, (rows, width)).astype(np.int8)
    for matrix in (small,) if space == "hamming" else (small, draw_matrix(rows, width, False, seed)):
        scores = np.nan_to_num(SPACES[space].score(matrix, matrix[0]), nan=-1)
        order = np.lexsort((np.arange(rows), -scores))[: min(k, int((scores >= 0).sum()))]
        found, found_scores = exact_top(matrix, matrix[0], k, SPACES[space])
        assert found.tolist() == order.tolist()
        assert np.array_equal(found_scores, scores[order])


@pytest.mark.parametrize("space", GRAPH_SPACES)
def test_a_radius_agrees_with_k(space: str) -> None:
    matrix = draw_matrix(2000, 12, True, 0)
    nearest, scores = exact_top(matrix, matrix[0], 40, SPACES[space])
    radius = (
        SPACES[space].radius("faiss", min_score=float(scores[-1]))
        if scores[0] <= 1 or space == "innerproduct"
        else None
    )
    assert radius is not None
    inside, _ = exact_within(matrix, matrix[0], radius, SPACES[space])
    assert inside[:40].tolist() == nearest.tolist()


@pytest.mark.parametrize("space", GRAPH_SPACES)
def test_a_batch_equals_single_queries(space: str) -> None:
    matrix, queries = draw_matrix(3000, 16, True, 0), draw_matrix(30, 16, True, 1)
    graph = built(matrix, space)
    for query, (rows, scores), (near, near_scores) in zip(
        queries, exact_top_each(matrix, queries, 10, SPACES[space]), graph.top(queries, 10, 50), strict=True
    ):
        alone, alone_scores = exact_top(matrix, query, 10, SPACES[space])
        assert (rows.tolist(), scores.tolist()) == (alone.tolist(), alone_scores.tolist())
        alone, alone_scores = graph.top(query[None], 10, 50)[0]
        assert (near.tolist(), near_scores.tolist()) == (alone.tolist(), alone_scores.tolist())


@pytest.mark.parametrize("space", GRAPH_SPACES)
@settings(max_examples=10)
@given(share=st.sampled_from([0.02, 0.3, 0.7, 1.0]), k=st.integers(1, 50), seed=st.integers(0, 2**32))
def test_what_is_found_passes_the_filter(space: str, share: float, k: int, seed: int) -> None:
    matrix, query = draw_matrix(1500, 8, True, 0), draw_matrix(1, 8, True, seed)[0]
    mask = np.random.default_rng(seed).random(1500) < share
    graph = built(matrix, space)
    exact, _ = exact_top(matrix, query, k, SPACES[space], mask=mask)
    assert len(exact) == min(k, mask.sum())
    for rows in (exact, *(kind(graph, mask).top(query[None], k, 100)[0][0] for kind in (FilteredGraph, AcornGraph))):
        assert mask[rows].all()
        assert len(set(rows.tolist())) == len(rows) <= k


@pytest.mark.parametrize(
    ("space", "clustered", "bound"),
    [
        ("l2", False, 0.95),
        ("l2", True, 0.99),
        ("cosinesimil", False, 0.95),
        ("cosinesimil", True, 0.99),
        ("innerproduct", False, 0.93),
        ("innerproduct", True, 0.97),
    ],
)
def test_the_graph_finds_enough(space: str, clustered: bool, bound: float) -> None:
    matrix, queries = draw_matrix(4000, 48, clustered, 0), draw_matrix(60, 48, clustered, 1)
    found = built(matrix, space).top(queries, 10, 100)
    truth = exact_top_each(matrix, queries, 10, SPACES[space])
    shares = [
        len(set(rows.tolist()) & set(true.tolist())) / 10 for (rows, _), (true, _) in zip(found, truth, strict=True)
    ]
    assert np.mean(shares) >= bound


def test_whether_a_query_is_repeated_or_the_graph_rebuilt_makes_no_difference() -> None:
    matrix = draw_matrix(2000, 16, True, 0)
    first, second = built(matrix, "l2"), built(matrix, "l2")
    for graph in (first, first, second):
        assert graph.top(matrix[:5], 10, 30)[0][0].tolist() == first.top(matrix[:5], 10, 30)[0][0].tolist()
