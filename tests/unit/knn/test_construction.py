"""Building graphs."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from fakeknn.knn import construction
from fakeknn.knn.construction import extend, levels, select_diverse
from fakeknn.knn.exact import exact_top
from fakeknn.knn.hnsw import NOWHERE, Graph
from fakeknn.knn.measure import Measure
from fakeknn.knn.spaces import SPACES

Matrix = np.ndarray[Any, np.dtype[Any]]


def draw_matrix(rows: int, dimension: int = 16) -> Matrix:
    return np.random.default_rng(0).standard_normal((rows, dimension)).astype(np.float32)


def built(matrix: Matrix, *parts: int, **options: Any) -> Graph:
    graph = Graph(Measure(SPACES["l2"], matrix[:0]), **options)
    for end in (*parts, len(matrix)):
        extend(graph, matrix[:end])
    return graph


def reached(graph: Graph, level: int) -> set[int]:
    """The rows of a level to which links lead from the entry, by a plain walk."""
    layer, found, waiting = graph.layers[level], {graph.entry}, [graph.entry]
    while waiting:
        for row in layer.neighbors(np.array([waiting.pop()], dtype=np.int32))[0].tolist():
            if row != NOWHERE and row not in found:
                found.add(row)
                waiting.append(row)
    return found


def by_the_paper(distances: list[float], among: list[list[float]], limit: int) -> list[int]:
    """Algorithm 4, for one node, without keeping what it discards."""
    chosen: list[int] = []
    for candidate, distance in enumerate(distances):
        if len(chosen) < limit and all(distance < among[candidate][other] for other in chosen):
            chosen.append(candidate)
    return chosen


@given(st.integers(1, 30), st.integers(1, 8), st.integers(0, 2**32))
def test_select_diverse_is_the_papers(candidates: int, limit: int, seed: int) -> None:
    draw = np.random.default_rng(seed)
    points = draw.integers(0, 6, (3, candidates, 2)).astype(np.float32)
    distances = np.square(points).sum(axis=-1)
    order = np.argsort(distances, axis=1, kind="stable")
    points = np.take_along_axis(points, order[..., None], axis=1)
    distances = np.take_along_axis(distances, order, axis=1)
    among = np.square(points[:, :, None] - points[:, None]).sum(axis=-1)
    chosen = select_diverse(distances, among, limit)
    for node in range(3):
        expected = by_the_paper(distances[node].tolist(), among[node].tolist(), limit)
        assert np.flatnonzero(chosen[node]).tolist() == expected


def test_levels_follow_the_law_whatever_the_blocks() -> None:
    rows = np.arange(200_000, dtype=np.int32)
    tops = levels(rows, 16, seed=1)
    for level in (1, 2, 3):
        share = (tops >= level).mean()
        assert share == pytest.approx(16.0**-level, rel=0.2)
    assert np.array_equal(tops[1000:2000], levels(rows[1000:2000], 16, seed=1))
    assert not np.array_equal(tops[:1000], levels(rows[:1000], 16, seed=2))


@pytest.mark.parametrize("by_product", [1 << 14, 300])
def test_a_build_is_repeatable_and_every_node_reached(by_product: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(construction, "_BY_PRODUCT", by_product)
    matrix = draw_matrix(2500)
    graph, again = built(matrix, m=8), built(matrix, m=8)
    for level, (layer, other) in enumerate(zip(graph.layers, again.layers, strict=True)):
        links = layer.neighbors(layer.nodes)
        assert np.array_equal(links, other.neighbors(other.nodes))
        assert reached(graph, level) == set(layer.nodes.tolist())
        assert not (links == layer.nodes[:, None]).any()
        assert set(links.ravel().tolist()) <= {*layer.nodes.tolist(), NOWHERE}
        # More links than the limit have only the few nodes from which a path had to be laid.
        assert ((links != NOWHERE).sum(axis=1) > layer.limit).mean() < 0.02


@pytest.mark.parametrize("by_product", [1 << 14, 300])
def test_a_graph_extended_in_parts_is_as_good(by_product: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(construction, "_BY_PRODUCT", by_product)
    matrix = draw_matrix(2500)
    whole, parts = built(matrix), built(matrix, 1, 2, 700, 701, 2400)
    assert parts.size == len(matrix)
    for layer, other in zip(whole.layers, parts.layers, strict=True):
        assert np.array_equal(layer.nodes, other.nodes)
    queries = draw_matrix(2530)[2500:]
    for graph in (whole, parts):
        found = graph.top(queries, 10, 100)
        common = [
            len(set(rows.tolist()) & set(exact_top(matrix, query, 10, SPACES["l2"])[0].tolist()))
            for query, (rows, _) in zip(queries, found, strict=True)
        ]
        assert np.mean(common) > 9.8


@pytest.mark.parametrize(
    "matrix",
    [
        np.zeros((500, 4), np.float32),
        np.ones((1500, 2), np.float32),
        np.repeat(draw_matrix(15), 100, axis=0),
        np.random.default_rng(0).integers(0, 3, (1500, 3)).astype(np.float32),
    ],
    ids=["zeros", "ones", "repeated", "a small grid"],
)
def test_equal_vectors_are_all_reached(matrix: Matrix) -> None:
    graph = built(matrix)
    assert reached(graph, 0) == set(range(len(matrix)))
    assert all(len(rows) == 10 for rows, _ in graph.top(matrix[:20], 10, 100))


@pytest.mark.parametrize("m", [1, 2, 64])
def test_few_and_many_links(m: int) -> None:
    matrix = draw_matrix(400)
    graph = built(matrix, m=m, ef_construction=20)
    assert reached(graph, 0) == set(range(400))
    assert len(graph.top(matrix[:1], 10, 50)[0][0]) == 10
