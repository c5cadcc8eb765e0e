"""HNSW: a hierarchy of navigable small world graphs, searched for many queries in lock-step.

Y. Malkov, D. Yashunin: Efficient and robust approximate nearest neighbor search using Hierarchical Navigable Small World
graphs (2018). The names are the paper's: ``search_level`` is its algorithm 2, ``select_diverse`` algorithm 4,
``find_entry_point`` and ``search`` together algorithm 5; algorithm 1, which inserts, stands in ``construction``. Two things
are done differently, since numpy is quick with many numbers and slow with few: all queries take their steps together, and
at each step a query expands several of its nearest unexpanded nodes, not one. The second can only visit more.
"""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from fakeknn.knn.arithmetic import Floats
from fakeknn.knn.measure import Measure, Queries
from fakeknn.knn.spaces import Mask

Rows = NDArray[np.int32]
Pool = NDArray[np.uint64]
"""Nodes by distance, one integer each: the distance's bits in the upper half, twice the row in the lower; see ``packed``."""

NOWHERE = -1
"""In place of a row: no node."""
NOTHING = np.uint64(0xFFFFFFFFFFFFFFFF)
"""In place of a pool's entry: behind all others, and expanded."""

_EXPANDED = np.uint64(1)
_BREADTH = 8  # nodes that a query expands at a step


def packed(distances: Floats, rows: Rows) -> Pool:
    """Pool entries: sorted as integers, they are sorted by distance and row, and carry along whether they are expanded."""
    bits = distances.view(np.int32)
    # IEEE floats sort as integers once the negative ones are turned round and put below the positive ones.
    ordered = (bits ^ (bits >> 31 | np.int32(-1 << 31))).view(np.uint32)
    entries: Pool = ordered.astype(np.uint64) << np.uint64(32) | (rows.astype(np.uint64) << _EXPANDED)
    return entries


def rows_of(pool: Pool) -> Rows:
    """The rows in a pool; ``NOWHERE`` for ``NOTHING``."""
    rows = (pool.astype(np.uint32) >> np.uint32(1)).astype(np.int32)
    rows[pool == NOTHING] = NOWHERE
    return rows


class Layer:
    """One level of the hierarchy: its nodes in ascending order, and of each the rows that it links to.

    ``links`` has one more row than there are nodes: that of ``NOWHERE``, which links to nothing.
    """

    def __init__(self, limit: int, slack: int) -> None:
        self.limit = limit
        """The most links that a node keeps."""
        self.width = limit
        """The most links that a node has at the moment: more than the limit while the graph is being extended."""
        self._nodes = np.empty(0, dtype=np.int32)
        self._links = np.full((1, limit + slack), NOWHERE, dtype=np.int32)
        self.size = 0

    @property
    def nodes(self) -> Rows:
        return self._nodes[: self.size]

    def add(self, rows: Rows) -> None:
        """Add nodes, which have greater rows than those here."""
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

    def places(self, rows: Rows) -> NDArray[np.intp]:
        """Where the nodes of these rows stand; NOWHERE stands last."""
        places = np.searchsorted(self.nodes, rows)
        places[rows == NOWHERE] = -1
        return places

    def neighbors(self, rows: Rows) -> Rows:
        """The links of each row, ``rows.shape + (width,)``."""
        return self._links[self.places(rows), : self.width]

    def links_at(self, places: NDArray[np.intp]) -> Rows:
        """All links of the nodes at these places, with what is free behind them."""
        return self._links[places]

    def put(self, places: NDArray[np.intp], links: Rows) -> None:
        """Give the nodes at these places other links."""
        self._links[places, : links.shape[1]] = links
        self._links[places, links.shape[1] :] = NOWHERE

    def widen(self) -> None:
        """Let nodes have more links than their limit."""
        self.width = self._links.shape[1]

    def narrow(self) -> None:
        """No node has more links than its limit now."""
        self.width = self.limit

    def overfull(self) -> NDArray[np.intp]:
        """The places of nodes with more links than their limit."""
        return np.flatnonzero(self._links[: self.size, self.limit] != NOWHERE)


class BaseLayer(Layer):
    """Level 0, where every row is a node and stands at its own place."""

    def places(self, rows: Rows) -> NDArray[np.intp]:
        return rows.astype(np.intp)


class Marks:
    """Which rows each query of a lock-step search has visited; an epoch tells the marks of one search from older ones."""

    def __init__(self) -> None:
        self._marks = np.zeros((0, 0), dtype=np.uint8)
        self._epoch = 0

    def begin(self, queries: int, rows: int) -> None:
        if self._marks.shape[0] < queries or self._marks.shape[1] < rows + 1 or self._epoch == 255:
            self._marks = np.zeros((queries, rows + 1), dtype=np.uint8)
            self._epoch = 0
        self._epoch += 1
        self._marks[:queries, NOWHERE] = self._epoch

    def visit(self, queries: NDArray[np.intp], rows: Rows) -> Mask:
        """Mark rows (queries, several) as visited; those that were not before."""
        fresh: Mask = self._marks[queries[:, None], rows] != self._epoch
        self._marks[queries[:, None], rows] = self._epoch
        return fresh


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
        """For each query, the rows of the k nearest nodes that a search with ``ef`` finds, nearest first."""
        ef = max(ef, k)
        entries = self.find_entry_point(queries, 0)
        return rows_of(self.search_level(queries, entries, ef, 0)[:, :k])

    def find_entry_point(self, queries: Queries, level: int) -> Rows:
        """For each query, the node from which to search a level: reached greedily from the top; (queries, 1)."""
        entries = np.full((len(queries), 1), self.entry, dtype=np.int32)
        for above in range(len(self.layers) - 1, level, -1):
            entries = rows_of(self.search_level(queries, entries, 1, above))
        return entries

    def search_level(self, queries: Queries, entries: Rows, ef: int, level: int) -> Pool:
        """For each query, the ``ef`` nearest nodes of a level that are reached from its entries; (queries, ef)."""
        layer = self.layers[level]
        breadth = min(_BREADTH, ef)
        self._marks.begin(len(queries), self.size)
        which = np.arange(len(queries))
        self._marks.visit(which, entries)
        pool = _filled(self.measured(queries, entries), ef)
        found = pool
        while True:
            waiting = (pool & _EXPANDED) == 0
            going = waiting.any(axis=1)
            if not going.all():
                found[which] = pool
                which, pool, waiting = which[going], pool[going], waiting[going]
                if not len(which):
                    return found
            frontier = self._expand(pool, waiting, breadth)
            near = layer.neighbors(frontier).reshape(len(which), -1)
            near = _distinct(np.where(self._marks.visit(which, near), near, NOWHERE))
            if near.shape[1]:
                pool = nearest(pool, self.measured(queries[which], near), ef)

    @staticmethod
    def _expand(pool: Pool, waiting: Mask, breadth: int) -> Rows:
        """Mark the nearest unexpanded entries of each query as expanded; their rows, (queries, breadth)."""
        rank = np.cumsum(waiting, axis=1)
        query, place = np.nonzero(waiting & (rank <= breadth))
        frontier = np.full((len(pool), breadth), NOWHERE, dtype=np.int32)
        frontier[query, rank[query, place] - 1] = rows_of(pool[query, place])
        pool[query, place] |= _EXPANDED
        return frontier

    def measured(self, queries: Queries, rows: Rows) -> Pool:
        """Pool entries for rows (queries, several)."""
        entries = packed(self.measure.distances(queries, rows), rows)
        entries[rows == NOWHERE] = NOTHING
        return entries


def _filled(pool: Pool, width: int) -> Pool:
    """A pool of few entries, sorted, with ``NOTHING`` behind them."""
    filled = np.full((len(pool), max(width, pool.shape[1])), NOTHING, dtype=np.uint64)
    filled[:, : pool.shape[1]] = pool
    filled.sort(axis=1)
    return filled[:, :width]


def nearest(pool: Pool, more: Pool, ef: int) -> Pool:
    """The ``ef`` nearest entries of two pools."""
    both = np.concatenate((pool, more), axis=1)
    both.sort(axis=1)
    return both[:, :ef]


def _distinct(rows: Rows) -> Rows:
    """Each row once, in as few columns as hold them; ``NOWHERE`` fills up."""
    rows = np.sort(rows, axis=1)
    rows[:, 1:][rows[:, 1:] == rows[:, :-1]] = NOWHERE
    most = int((rows != NOWHERE).sum(axis=1).max(initial=0))
    rows.sort(axis=1)
    return rows[:, rows.shape[1] - most :]
