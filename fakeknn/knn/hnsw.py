"""HNSW: a hierarchy of navigable small world graphs, searched for many queries in lock-step.

Y. Malkov, D. Yashunin: Efficient and robust approximate nearest neighbor search using Hierarchical Navigable Small
World graphs (2018). The names are the paper's: ``search_level`` is its algorithm 2, ``find_entry_point`` and ``search``
together are algorithm 5; algorithm 1, which inserts, and algorithm 4, ``select_diverse``, stand in ``construction``.
Two things are done otherwise, since numpy is quick with many numbers and slow with few: all queries take their steps
together, and at each step a query expands several of its nearest unexpanded nodes, not one. By the second it can only
see more.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from itertools import pairwise
from typing import ClassVar

import numpy as np
from numpy.typing import NDArray

from fakeknn.knn.arithmetic import Floats
from fakeknn.knn.measure import Measure, Queries
from fakeknn.knn.spaces import Mask, Matrix, Radius

Rows = NDArray[np.int32]
Places = NDArray[np.intp]
Pool = NDArray[np.uint64]
"""Nodes by distance, an integer each: the distance's bits above, the row below, last whether it is expanded."""

NOWHERE = -1
"""In place of a row: no node."""
NOTHING = np.uint64(0xFFFFFFFFFFFFFFFF)
"""In place of a pool's entry: behind all others, and expanded."""

_EXPANDED = np.uint64(1)


# --- pools ------------------------------------------------------------------------------------------------------------


def packed(distances: Floats, rows: Rows) -> Pool:
    """Pool entries for rows at distances: in ascending order they are sorted by distance, then row."""
    bits = distances.view(np.int32)
    # IEEE floats sort as integers once the negative ones are turned round and put below the positive ones.
    ordered = (bits ^ (bits >> 31 | np.int32(-1 << 31))).view(np.uint32)
    entries: Pool = ordered.astype(np.uint64) << np.uint64(32) | rows.astype(np.uint64) << _EXPANDED
    return entries


def rows_of(pool: Pool) -> Rows:
    """The rows in a pool; ``NOWHERE`` for ``NOTHING``."""
    rows = (pool.astype(np.uint32) >> np.uint32(1)).astype(np.int32)
    rows[pool == NOTHING] = NOWHERE
    return rows


def nearest(pool: Pool, more: Pool, ef: int) -> Pool:
    """The ``ef`` nearest entries of two pools."""
    both = np.concatenate((pool, more), axis=1)
    both.sort(axis=1)
    return both[:, :ef]


def _widened(pool: Pool, width: int) -> Pool:
    """A pool sorted, with ``NOTHING`` behind what it holds."""
    wide = np.full((len(pool), max(width, pool.shape[1])), NOTHING, dtype=np.uint64)
    wide[:, : pool.shape[1]] = pool
    wide.sort(axis=1)
    return wide[:, :width]


def _expand(pool: Pool, waiting: Mask, breadth: int) -> Rows:
    """Mark the nearest waiting entries of each query as expanded; their rows, (queries, breadth)."""
    rank = np.cumsum(waiting, axis=1)
    query, place = np.nonzero(waiting & (rank <= breadth))
    frontier = np.full((len(pool), breadth), NOWHERE, dtype=np.int32)
    frontier[query, rank[query, place] - 1] = rows_of(pool[query, place])
    pool[query, place] |= _EXPANDED
    return frontier


def _distinct(rows: Rows) -> Rows:
    """Each row once, in as few columns as hold them; ``NOWHERE`` fills up."""
    rows = np.sort(rows, axis=1)
    rows[:, 1:][rows[:, 1:] == rows[:, :-1]] = NOWHERE
    most = int((rows != NOWHERE).sum(axis=1).max(initial=0))
    rows.sort(axis=1)
    return rows[:, rows.shape[1] - most :]


# --- the graph --------------------------------------------------------------------------------------------------------


class Layer:
    """One level of the hierarchy: its nodes in ascending order, and the rows that each links to.

    ``_links`` has one row more than there are nodes: that of ``NOWHERE``, which links to nothing.
    """

    breadth: ClassVar[int] = 16
    """How many nodes a query expands at a step."""

    def __init__(self, limit: int, slack: int) -> None:
        self.limit = limit
        """The most links that a node keeps."""
        self.width = limit
        """The most links that a node has at the moment: while the graph is being extended, more than it keeps."""
        self.size = 0
        self._nodes = np.empty(0, dtype=np.int32)
        self._links = np.full((1, limit + slack), NOWHERE, dtype=np.int32)

    @property
    def nodes(self) -> Rows:
        return self._nodes[: self.size]

    def neighbors(self, rows: Rows) -> Rows:
        """The links of each row, (..., width)."""
        return self._links[self.places(rows), : self.width]

    def places(self, rows: Rows) -> Places:
        """Where the nodes of these rows stand; that of ``NOWHERE`` is the last."""
        places = np.searchsorted(self.nodes, rows)
        places[rows == NOWHERE] = -1
        return places

    def add(self, rows: Rows) -> None:
        """Add nodes, whose rows come after those here."""
        size = self.size + len(rows)
        if size > len(self._nodes):
            capacity = max(size, 3 * len(self._nodes) // 2)
            nodes = np.empty(capacity, dtype=np.int32)
            links = np.full((capacity + 1, self._links.shape[1]), NOWHERE, dtype=np.int32)
            nodes[: self.size] = self.nodes
            links[: self.size] = self._links[: self.size]
            self._nodes, self._links = nodes, links
        self._nodes[self.size : size] = rows
        self.size = size

    def links_at(self, places: Places) -> Rows:
        """All links of the nodes at these places, and behind them what is free."""
        return self._links[places]

    def link(self, places: Places, rows: Rows) -> None:
        """Give each of these nodes, which are all different, one more link."""
        used = (self._links[places] != NOWHERE).sum(axis=1)
        if used.max() == self._links.shape[1]:
            self._links = np.pad(self._links, ((0, 0), (0, 4)), constant_values=NOWHERE)
        self._links[places, used] = rows
        self.width = max(self.width, int(used.max()) + 1)

    def put(self, places: Places, links: Rows) -> None:
        """Give the nodes at these places other links."""
        self._links[places, : links.shape[1]] = links
        self._links[places, links.shape[1] :] = NOWHERE

    def overfull(self) -> Places:
        """The places of nodes that have more links than they keep."""
        return np.flatnonzero(self._links[: self.size, self.limit] != NOWHERE)

    def widen(self) -> None:
        """From now on nodes may have more links than they keep."""
        self.width = self._links.shape[1]

    def narrow(self) -> None:
        """From now on nodes have no more links than they have."""
        self.width = int((self._links != NOWHERE).any(axis=0).sum())


class BaseLayer(Layer):
    """Level 0, where every row is a node and stands at its own place."""

    def places(self, rows: Rows) -> Places:
        return rows.astype(np.intp)


class Marks:
    """Which rows each query of a search has visited; an epoch tells the marks of one search from older ones."""

    def __init__(self) -> None:
        self._marks = np.zeros(0, dtype=np.uint8)
        self._stride = 0
        self._epoch = 0

    def begin(self, queries: int, rows: int) -> None:
        # Each query has a mark for every row and, last, one for NOWHERE, which counts as visited. (Row -1 finds the
        # last mark of the query before, or of all: the same.)
        if self._stride < rows + 1 or len(self._marks) < queries * self._stride:
            self._stride = rows + 1
            self._marks = np.zeros(queries * self._stride, dtype=np.uint8)
            self._epoch = 0
        elif self._epoch == 255:
            self._marks.fill(0)
            self._epoch = 0
        self._epoch += 1
        self._marks[self._stride - 1 :: self._stride] = self._epoch

    def visit(self, queries: Places, rows: Rows) -> Rows:
        """Mark rows (queries, several) as visited; those that were not, each once, as ``_distinct`` gives them."""
        marks = queries[:, None] * self._stride
        fresh = self._marks.take(rows + marks, mode="wrap") != self._epoch
        found = _distinct(np.where(fresh, rows, NOWHERE))
        self._marks[found + marks] = self._epoch
        return found


@dataclass
class Graph:
    """An HNSW graph over the rows of a matrix; made and extended by ``construction.extend``."""

    measure: Measure
    m: int = 16
    ef_construction: int = 100
    seed: int = 0
    layers: list[Layer] = field(default_factory=list)
    entry: int = NOWHERE
    """The row where searches begin: a node of the highest layer."""
    height: int = 0
    """How many layers there were when the entry was chosen."""
    size: int = 0
    _marks: Marks = field(default_factory=Marks, repr=False)

    def search(self, queries: Queries, k: int, ef: int) -> Rows:
        """For each query, the k nearest nodes that a search with ``ef`` finds, nearest first; (queries, k)."""
        if not self.size:
            return np.full((len(queries), k), NOWHERE, dtype=np.int32)
        ef = max(ef, k)
        return rows_of(self.search_level(queries, self.find_entry_point(queries, 0), ef, 0)[:, :k])

    def find_entry_point(self, queries: Queries, level: int) -> Rows:
        """For each query, where to begin on a level: the node that is reached greedily from the top; (queries, 1)."""
        entries = np.full((len(queries), 1), self.entry, dtype=np.int32)
        for above in range(len(self.layers) - 1, level, -1):
            entries = rows_of(self.search_level(queries, entries, 1, above))
        return entries

    def search_level(self, queries: Queries, entries: Rows, ef: int, level: int, *, layer: Layer | None = None) -> Pool:
        """For each query, the ``ef`` nearest nodes of a level that are reached from its entries; (queries, ef).

        A query's pool is the paper's list of nearest found; its entries not yet expanded are the paper's candidates.
        ``layer`` stands in for the level's own, if there are other links to follow.
        """
        layer = self.layers[level] if layer is None else layer
        which = np.arange(len(queries))
        self._marks.begin(len(queries), self.size)
        self._marks.visit(which, entries)
        pool = _widened(self.measured(queries, entries), ef)
        found = np.empty_like(pool)
        while True:
            waiting = pool & _EXPANDED == 0
            going = waiting.any(axis=1)
            if not going.all():
                found[which[~going]] = pool[~going]
                which, queries, pool, waiting = which[going], queries[going], pool[going], waiting[going]
                if not len(which):
                    return found
            frontier = _expand(pool, waiting, min(layer.breadth, ef))
            near = self._marks.visit(which, layer.neighbors(frontier).reshape(len(which), -1))
            if near.shape[1]:
                pool = nearest(pool, self.measured(queries, near), ef)

    def forget_marks(self) -> None:
        """Give back the memory that searching many queries at once has taken."""
        self._marks = Marks()

    def measured(self, queries: Queries, rows: Rows) -> Pool:
        """Pool entries for each query's own rows, (queries, several)."""
        entries = packed(self.measure.distances(queries, rows), rows)
        entries[rows == NOWHERE] = NOTHING
        return entries

    def top(self, vectors: Matrix, k: int, ef: int, *, one_by_one: bool = False) -> list[tuple[Places, Floats]]:
        """``exact_top_each`` as far as the graph finds the nearest: rows and their true scores, best first."""
        found = np.sort(self.search(self.measure.queries(vectors), k, ef), axis=1)
        which, column = np.nonzero(found != NOWHERE)
        rows = found[which, column].astype(np.intp)
        measure = self.measure
        scores = measure.space.score(measure.matrix[rows], vectors[which], one_by_one=one_by_one)
        order = np.lexsort((-scores, which))  # of equal scores the lower row is first
        order = order[~np.isnan(scores[order])]
        which, rows, scores = which[order], rows[order], scores[order]
        ends = np.searchsorted(which, np.arange(len(vectors) + 1))
        return [(rows[start:end], scores[start:end]) for start, end in pairwise(ends)]

    def within(
        self, vector: Matrix, radius: Radius, ef: int, *, one_by_one: bool = False, native: bool = False
    ) -> tuple[Places, Floats]:
        """``exact_within`` as far as the graph finds what is inside: ``ef`` doubles until it finds more than that."""
        space, matrix = self.measure.space, self.measure.matrix
        while True:
            (rows, scores) = self.top(vector[None], ef, ef, one_by_one=one_by_one)[0]
            with np.errstate(all="ignore"):
                raw = space.distance(matrix[rows], vector, one_by_one=one_by_one)
                inside = radius.keeps(raw, scores, native=native)
            if not inside.all() or len(rows) < ef:
                return rows[inside], scores[inside]
            ef *= 2


# --- searches with a filter -------------------------------------------------------------------------------------------


class FilteredGraph(Graph):
    """The same graph for a search with a filter: it walks over all nodes and finds those that pass.

    ``visit_limit`` is how many nodes a query may measure; one that would measure more stops, and is not ``complete``.
    """

    def __init__(self, graph: Graph, accept: Mask, visit_limit: int | None = None) -> None:
        self.__dict__.update(graph.__dict__)
        self.accept = np.zeros(graph.size + 1, dtype=np.bool_)  # the last is NOWHERE
        self.accept[: min(graph.size, len(accept))] = accept[: graph.size]
        self.visit_limit = graph.size if visit_limit is None else visit_limit
        self.complete = True

    def search_level(self, queries: Queries, entries: Rows, ef: int, level: int, *, layer: Layer | None = None) -> Pool:
        if level:
            return super().search_level(queries, entries, ef, level)
        which = np.arange(len(queries))
        self._marks.begin(len(queries), self.size)
        self._marks.visit(which, entries)
        walked = np.sort(self.measured(queries, entries), axis=1)
        found = _widened(np.where(self.accept[entries], walked, NOTHING), ef)
        visits = np.ones(len(queries), dtype=np.intp)
        while True:
            # What is farther than all that is found (once that is enough) need not be walked to.
            waiting = (walked & _EXPANDED == 0) & (walked < found[:, -1:])
            over = waiting.any(axis=1) & (visits > self.visit_limit)
            self.complete &= not over.any()
            waiting[over] = False
            if not waiting.any():
                return found
            frontier = _expand(walked, waiting, min(Layer.breadth, ef))
            near = self._marks.visit(which, self.layers[0].neighbors(frontier).reshape(len(which), -1))
            visits += (near != NOWHERE).sum(axis=1)
            measured = self.measured(queries, near)
            found = nearest(found, np.where(self.accept[near], measured, NOTHING), ef)
            useful = max(1, int((walked < found[:, -1:]).sum(axis=1).max()))
            walked = nearest(walked[:, :useful], measured, useful + measured.shape[1])


class AcornGraph(FilteredGraph):
    """The same graph for a search with a filter that few nodes pass: it walks over these alone.

    From a node it goes to those neighbours that pass, and past the others to their neighbours that pass. L. Patel et
    al.: ACORN, Performant and Predicate-Agnostic Search Over Vector Embeddings and Structured Data (2024).
    """

    def search_level(self, queries: Queries, entries: Rows, ef: int, level: int, *, layer: Layer | None = None) -> Pool:
        if level:
            return super().search_level(queries, entries, ef, level)
        passing = _PassingLayer(self.layers[0], self.accept)
        pool = Graph.search_level(self, queries, entries, ef + 1, 0, layer=passing)
        pool = np.where(self.accept[rows_of(pool)], pool, NOTHING)  # the entries need not have passed
        return np.sort(pool, axis=1)[:, :ef]


class _PassingLayer(Layer):
    """A layer as ACORN sees it: between nodes that pass, links that may lead past one that does not."""

    breadth = 4  # each has the neighbours of its neighbours too

    def __init__(self, layer: Layer, accept: Mask) -> None:
        self._layer = layer
        self._accept = accept

    def neighbors(self, rows: Rows) -> Rows:
        first = self._layer.neighbors(rows)
        passes = self._accept[first]
        second = self._layer.neighbors(np.where(passes, NOWHERE, first)).reshape(*rows.shape, -1)
        return np.concatenate(
            (np.where(passes, first, NOWHERE), np.where(self._accept[second], second, NOWHERE)), axis=-1
        )
