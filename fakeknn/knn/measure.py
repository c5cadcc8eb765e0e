"""Distances for the graph: between queries and rows of a matrix, many at a time; less is nearer.

They are made of products and squared lengths, so they are rough where the formula of a space is exact. That is enough
to walk a graph by; what is found is measured again with ``Space.score``.
"""

from __future__ import annotations

import threading
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from fakeknn.knn.arithmetic import Floats, share_out
from fakeknn.knn.spaces import Matrix, Space, squared_norms

Rows = NDArray[np.int32]

_GATHERED = 1 << 18  # numbers gathered at a time: 1 MiB, still in the cache when they are multiplied

_FOR_THREADS = 1 << 20  # numbers below which sharing them among threads takes longer than gathering them

_ONE_THREAD = 1 << 18  # multiplications up to which a product is not shared out, which would take longer than itself


@dataclass(frozen=True, slots=True)
class Queries:
    """Query vectors as float32 (queries, dimension), with their squared lengths."""

    vectors: Floats
    squares: Floats

    def __len__(self) -> int:
        return len(self.vectors)

    def __getitem__(self, chosen: Any) -> Queries:
        return Queries(self.vectors[chosen], self.squares[chosen])


def _by_distance(products: Floats, squares: Floats, others: Floats) -> Floats:
    products *= -2
    products += squares
    products += others
    return products


def _by_cosine(products: Floats, squares: Floats, others: Floats) -> Floats:
    products /= -np.sqrt(squares * others)
    return products


def _by_product(products: Floats, squares: Floats, others: Floats) -> Floats:
    return np.negative(products, out=products)


_DISTANCES: dict[str, Callable[[Floats, Floats, Floats], Floats]] = {
    "l2": _by_distance,
    "cosinesimil": _by_cosine,
    "innerproduct": _by_product,
    "hamming": _by_distance,  # of bits as numbers 0 and 1
}


class _Scratch(threading.local):
    """Memory of a thread for what it gathers."""

    def __init__(self) -> None:
        self._numbers = np.empty(0, dtype=np.float32)

    def take(self, numbers: int) -> Floats:
        if numbers > len(self._numbers):
            self._numbers = np.empty(numbers, dtype=np.float32)
        return self._numbers[:numbers]


_SCRATCH = _Scratch()


class Measure:
    """Measures distances in a space to the rows of a matrix, which may be exchanged for a longer one."""

    def __init__(self, space: Space, matrix: Matrix, squares: Floats | None = None) -> None:
        self.space = space
        self._distance = _DISTANCES[space.name]
        self._bits = space.name == "hamming"
        self._squares = np.empty(0, dtype=np.float32)
        self.exchange(matrix, squares)

    def exchange(self, matrix: Matrix, squares: Floats | None = None) -> None:
        """Measure to the rows of another matrix, which begins with those of the present one."""
        self.matrix = matrix
        if squares is None:
            more = matrix[len(self._squares) :]
            squares = np.concatenate((self._squares, squared_norms(_unpacked(more) if self._bits else more)))
        self._squares = squares

    def queries(self, vectors: Matrix) -> Queries:
        """Queries of vectors like the matrix's rows."""
        floats = (_unpacked(vectors) if self._bits else vectors).astype(np.float32, copy=False)
        return Queries(floats, squared_norms(floats))

    def rows_as_queries(self, rows: Rows | slice) -> Queries:
        vectors = self.matrix[rows]
        floats = (_unpacked(vectors) if self._bits else vectors).astype(np.float32, copy=False)
        return Queries(floats, self._squares[rows])

    def to_all(self, queries: Queries, rows: Rows) -> Floats:
        """The distance of each query to each of some rows, by one matrix product."""
        others = self.rows_as_queries(rows)
        products = queries.vectors @ others.vectors.T
        return self._distance(products, others.squares, queries.squares[:, None])

    def distances(self, queries: Queries, rows: Rows) -> Floats:
        """The distance of each query to its own rows, (queries, several)."""
        out = np.empty(rows.shape, dtype=np.float32)

        def multiply(parts: list[slice]) -> None:
            for part in parts:
                np.einsum("ijk,ik->ij", self._gathered(rows[part]), queries.vectors[part], out=out[part])

        step = self._step(rows)
        parts = [slice(start, start + step) for start in range(0, len(rows), step)]
        if rows.size * self.matrix.shape[1] < _FOR_THREADS:
            multiply(parts)
        else:
            share_out(parts, multiply)
        return self._distance(out, self._squares.take(rows, mode="wrap"), queries.squares[:, None])

    def among(self, rows: Rows) -> Floats:
        """The distances between all rows of each set, (sets, several, several)."""
        out = np.empty((*rows.shape, rows.shape[1]), dtype=np.float32)
        step = self._step(rows)
        lines = max(1, _ONE_THREAD // max(1, rows.shape[1] * self.matrix.shape[1]))
        for start in range(0, len(rows), step):
            part = slice(start, start + step)
            vectors = self._gathered(rows[part])
            turned = vectors.transpose(0, 2, 1)
            for line in range(0, rows.shape[1], lines):
                np.matmul(vectors[:, line : line + lines], turned, out=out[part, line : line + lines])
        squares = self._squares[rows]
        return self._distance(out, squares[:, :, None], squares[:, None, :])

    def _step(self, rows: Rows) -> int:
        return max(1, _GATHERED // max(1, int(rows.shape[1]) * int(self.matrix.shape[1])))

    def _gathered(self, rows: Rows) -> Floats:
        """The vectors of rows as float32, in memory that the thread's next call overwrites."""
        dimension = self.matrix.shape[1]
        if self.matrix.dtype != np.float32:
            vectors = self.matrix[rows]
            return (_unpacked(vectors) if self._bits else vectors).astype(np.float32)
        taken = _SCRATCH.take(rows.size * dimension).reshape(rows.size, dimension)
        np.take(self.matrix, rows.ravel(), axis=0, out=taken, mode="wrap")
        return taken.reshape(*rows.shape, dimension)


def _unpacked(bits: Matrix) -> Matrix:
    return np.unpackbits(bits.view(np.uint8), axis=-1)
