"""The graph: its pools, its layers, its searches."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from fakeknn.knn.construction import extend
from fakeknn.knn.exact import exact_top
from fakeknn.knn.hnsw import (
    NOTHING,
    NOWHERE,
    AcornGraph,
    FilteredGraph,
    Graph,
    Layer,
    Marks,
    packed,
    rows_of,
)
from fakeknn.knn.measure import Measure
from fakeknn.knn.spaces import SPACES

Matrix = np.ndarray[Any, np.dtype[Any]]
L2 = SPACES["l2"]


def built(matrix: Matrix, space: str = "l2", **options: Any) -> Graph:
    graph = Graph(Measure(SPACES[space], matrix), **options)
    extend(graph, matrix)
    return graph


def clusters(rows: int, dimension: int = 16, seed: int = 0) -> Matrix:
    draw = np.random.default_rng(seed)
    centers = draw.standard_normal((20, dimension)) * 4
    return (centers[draw.integers(20, size=rows)] + draw.standard_normal((rows, dimension))).astype(np.float32)


@given(st.lists(st.tuples(st.floats(width=32, allow_nan=False), st.integers(0, 2**31 - 2)), min_size=1))
def test_pool_entries_sort_by_distance_then_row(nodes: list[tuple[float, int]]) -> None:
    distances = np.array([distance + 0.0 for distance, _ in nodes], dtype=np.float32)
    rows = np.array([row for _, row in nodes], dtype=np.int32)
    entries = np.append(packed(distances, rows), NOTHING)
    order = np.lexsort((rows, distances))
    assert rows_of(np.sort(entries)).tolist() == [*rows[order].tolist(), NOWHERE]


def test_a_layer_grows_and_knows_the_places_of_its_rows() -> None:
    layer = Layer(limit=2, slack=1)
    layer.add(np.array([3, 7], dtype=np.int32))
    layer.put(np.array([0, 1]), np.array([[7, NOWHERE], [3, NOWHERE]], dtype=np.int32))
    layer.add(np.arange(10, 50, dtype=np.int32))
    assert layer.neighbors(np.array([7, NOWHERE, 3, 10], dtype=np.int32)).tolist() == [
        [3, NOWHERE],
        [NOWHERE, NOWHERE],
        [7, NOWHERE],
        [NOWHERE, NOWHERE],
    ]
    for row in (10, 11, 12, 13):
        layer.link(np.array([0]), np.array([row], dtype=np.int32))
    layer.narrow()
    assert layer.neighbors(np.array([3], dtype=np.int32)).tolist() == [[7, 10, 11, 12, 13]]
    assert layer.overfull().tolist() == [0]


def test_marks_tell_searches_apart_however_many_there_are() -> None:
    marks = Marks()
    which = np.arange(2)
    rows = np.array([[1, 1, 2], [2, NOWHERE, 2]], dtype=np.int32)
    for _ in range(600):
        marks.begin(2, 5)
        assert sorted(marks.visit(which, rows)[0].tolist()) == [1, 2]
        assert marks.visit(which, rows).size == 0
        assert marks.visit(which[1:], np.array([[1]], dtype=np.int32)).tolist() == [[1]]


def test_a_small_graph_finds_everything() -> None:
    matrix = clusters(60)
    graph = built(matrix)
    for rows in (1, 10, 60, 100):
        found, scores = graph.top(matrix[:1], rows, 100)[0]
        expected, expected_scores = exact_top(matrix, matrix[0], rows, L2)
        assert found.tolist() == expected.tolist()
        assert np.array_equal(scores, expected_scores)


@pytest.mark.parametrize("rows", [0, 1, 2])
def test_graphs_of_hardly_any_nodes(rows: int) -> None:
    graph = built(clusters(rows))
    assert [len(found) for found, _ in graph.top(clusters(3), 5, 10)] == [rows] * 3


def test_many_queries_find_what_each_finds_alone() -> None:
    matrix = clusters(3000)
    graph = built(matrix)
    queries = clusters(50, seed=1)
    for query, (rows, scores) in zip(queries, graph.top(queries, 10, 40), strict=True):
        alone_rows, alone_scores = graph.top(query[None], 10, 40)[0]
        assert rows.tolist() == alone_rows.tolist()
        assert np.array_equal(scores, alone_scores)


def test_more_ef_finds_more() -> None:
    matrix = np.random.default_rng(0).standard_normal((4000, 32)).astype(np.float32)
    graph = built(matrix, m=8)
    queries = np.random.default_rng(1).standard_normal((40, 32)).astype(np.float32)
    truth = [set(exact_top(matrix, query, 10, L2)[0].tolist()) for query in queries]
    shares = []
    for ef in (10, 40, 200):
        found = graph.top(queries, 10, ef)
        shares.append(sum(len(true & set(rows.tolist())) for true, (rows, _) in zip(truth, found, strict=True)))
    assert shares[0] < shares[1] < shares[2]


@pytest.mark.parametrize("kind", [FilteredGraph, AcornGraph])
@pytest.mark.parametrize("share", [0.9, 0.5, 0.1])
def test_filtered_searches_find_the_nearest_that_pass(kind: type[FilteredGraph], share: float) -> None:
    matrix = clusters(3000)
    graph = built(matrix)
    mask = np.random.default_rng(2).random(3000) < share
    common = 0
    for query in clusters(20, seed=3):
        rows, _ = kind(graph, mask).top(query[None], 10, 100)[0]
        assert mask[rows].all()
        common += len(set(rows.tolist()) & set(exact_top(matrix, query, 10, L2, mask=mask)[0].tolist()))
    assert common >= 190


@pytest.mark.parametrize("kind", [FilteredGraph, AcornGraph])
def test_nothing_passes(kind: type[FilteredGraph]) -> None:
    matrix = clusters(500)
    graph = built(matrix)
    assert len(kind(graph, np.zeros(500, np.bool_)).top(matrix[:1], 10, 100)[0][0]) == 0


def test_a_filtered_search_stops_at_its_visit_limit() -> None:
    matrix = clusters(3000)
    mask = np.random.default_rng(2).random(3000) < 0.05
    graph = built(matrix)
    limited = FilteredGraph(graph, mask, visit_limit=100)
    limited.top(matrix[:1], 10, 100)
    assert not limited.complete
    free = FilteredGraph(graph, mask)
    free.top(matrix[:1], 10, 100)
    assert free.complete


def test_an_older_view_does_not_see_newer_rows() -> None:
    matrix = clusters(3000)
    graph = built(matrix)
    rows, _ = FilteredGraph(graph, np.ones(2000, np.bool_)).top(matrix[2500:2501], 10, 100)[0]
    assert rows.max() < 2000


def test_a_radius() -> None:
    matrix = clusters(3000)
    graph = built(matrix)
    scores = L2.score(matrix, matrix[0])
    radius = L2.radius("lucene", min_score=float(np.sort(scores)[-60]))
    rows, found_scores = graph.within(matrix[0], radius, 10)
    assert np.array_equal(found_scores, np.sort(scores[rows])[::-1])
    assert (found_scores >= radius.min_score).all()
    assert len(rows) >= 55


@pytest.mark.parametrize(
    ("space", "dtype"),
    [
        ("l2", "f4"),
        ("cosinesimil", "f4"),
        ("innerproduct", "f4"),
        ("l2", "i1"),
        ("cosinesimil", "i1"),
        ("hamming", "u1"),
    ],
)
def test_spaces_and_data_types(space: str, dtype: str) -> None:
    draw = np.random.default_rng(0)
    matrix = clusters(1500) if dtype == "f4" else draw.integers(0, 100, (1500, 12)).astype(dtype)
    graph = built(matrix, space)
    common = 0
    for row in range(20):
        rows, scores = graph.top(matrix[row : row + 1], 10, 100)[0]
        assert np.array_equal(scores, SPACES[space].score(matrix[rows], matrix[row]))
        common += (scores >= exact_top(matrix, matrix[row], 10, SPACES[space])[1][-1]).sum()
    assert common >= 190
