"""Exact search: the true nearest rows, as fast as one matrix product and as true as the formula.

For l2, cosinesimil and innerproduct, one BLAS product gives every row a rough key. How far such a key can lie from what
the formula makes of the row is known (``Estimate.margin``); so few rows remain that may be among the nearest, and the
formula, in Lucene's own arithmetic, is reckoned for these alone. The other spaces are measured as they are. Rows with
equal scores come in ascending order, as documents do in OpenSearch; rows whose score is not a number are never found.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from fakeknn.knn.arithmetic import Floats, each_block
from fakeknn.knn.spaces import Mask, Matrix, Radius, Space, squared_norms

Rows = NDArray[np.intp]
Doubles = NDArray[np.float64]

_UNIT = 2.0**-24  # half the distance from 1 to the next float32: the relative error of one rounding
_TOO_GREAT = 1e36  # squared lengths beyond it overflow when multiplied, and make denormal scores
_TOO_SMALL = 1e-30  # squared lengths below it have lost bits to underflow
_BATCH_ROWS = 8192
_FOR_BLAS = 1 << 22  # numbers below which sharing a product among threads gains little, and costs much if all are busy
_IN_THREAD = 1 << 13  # numbers that OpenBLAS multiplies by a vector without asking other threads (fewer than 4 * 2304)
_FEW_NUMBERS = 1 << 13  # a matrix of so few is measured sooner than estimated


@dataclass(frozen=True, slots=True)
class Norms:
    """The squared length of every row of a matrix, to be kept beside it."""

    squares: Floats
    greatest: float
    least: float

    @classmethod
    def of(cls, matrix: Matrix) -> Norms:
        return cls(np.empty(0, dtype=np.float32), 0.0, np.inf).extended(matrix)

    def extended(self, matrix: Matrix) -> Norms:
        """The norms of a matrix that begins with the rows that these are of."""
        with np.errstate(over="ignore", invalid="ignore", under="ignore"):
            more = squared_norms(matrix[len(self.squares) :])
        return Norms(
            np.concatenate((self.squares, more)),
            float(np.max(more, initial=self.greatest)),
            float(np.min(more, initial=self.least)),
        )


def exact_top(
    matrix: Matrix,
    query: Matrix,
    k: int,
    space: Space,
    *,
    mask: Mask | None = None,
    norms: Norms | None = None,
    one_by_one: bool = False,
) -> tuple[Rows, Floats]:
    """The ``k`` rows of the highest score, best first, and their scores; fewer if ``mask`` lets fewer pass.

    ``norms`` are the matrix's, if they are at hand. ``one_by_one`` is explained at ``Space.distance``.
    """
    whole = [(0, len(matrix))]
    return exact_top_of_parts(matrix, query, k, space, whole, mask=mask, norms=norms, one_by_one=one_by_one)[0]


def exact_top_of_parts(
    matrix: Matrix,
    query: Matrix,
    k: int,
    space: Space,
    parts: Sequence[tuple[int, int]],
    *,
    mask: Mask | None = None,
    norms: Norms | None = None,
    one_by_one: bool = False,
) -> list[tuple[Rows, Floats]]:
    """``exact_top`` for each part of the matrix (from which row, to which), with one product for all of them.

    The parts ascend and do not overlap; rows are counted from the matrix's first.
    """
    if mask is not None and np.isnan(query).any():
        return [_unmeasured(start, mask[start:end], k) for start, end in parts]
    rough = _Rough.of(matrix, query, space, mask, norms)
    candidates = [rough.part(start, end).nearest(k) for start, end in parts]
    rows = candidates[0] if len(candidates) == 1 else np.concatenate([np.empty(0, np.intp), *candidates])
    scores = space.score(_taken(matrix, rows), query, one_by_one=one_by_one)
    ends = np.cumsum([0, *map(len, candidates)])
    return [best(rows[start:end], scores[start:end], k) for start, end in pairwise(ends)]


def _unmeasured(start: int, mask: Mask, k: int) -> tuple[Rows, Floats]:
    """The rows that a filter leaves are scored all if they are no more than wanted; else those no better than none, as
    NaN is, are left out (ExactSearcher)."""
    rows = start + np.flatnonzero(mask)
    rows = rows if len(rows) <= k else rows[:0]
    return rows, np.full(len(rows), np.nan, np.float32)


def exact_within(
    matrix: Matrix,
    query: Matrix,
    radius: Radius,
    space: Space,
    *,
    mask: Mask | None = None,
    norms: Norms | None = None,
    one_by_one: bool = False,
    native: bool = False,
    limit: int | None = None,
) -> tuple[Rows, Floats]:
    """The rows inside a radius (``Radius.keeps``), best first, at most ``limit`` of them."""
    rough = _Rough.of(matrix, query, space, mask, norms)
    rows = rough.within(float(radius.raw))
    with np.errstate(all="ignore"):
        raw = space.distance(_taken(matrix, rows), query, one_by_one=one_by_one)
        scores = space.to_score(raw)
        inside = radius.keeps(raw, scores, native=native)
    return best(rows[inside], scores[inside], len(rows) if limit is None else limit)


def exact_top_each(
    matrix: Matrix,
    queries: Matrix,
    k: int,
    space: Space,
    *,
    mask: Mask | None = None,
    norms: Norms | None = None,
    one_by_one: bool = False,
) -> list[tuple[Rows, Floats]]:
    """``exact_top`` for every row of ``queries``, with one matrix product for all of them."""
    estimate = _ESTIMATES.get(space.name)
    passing = np.arange(len(matrix)) if mask is None else np.flatnonzero(mask)
    if estimate is not None and matrix.size > _FEW_NUMBERS and k < len(passing):
        searched = _taken(matrix, passing)
        norms = norms if norms is not None and searched is matrix else Norms.of(searched)
        lengths = _lengths(queries)
        if estimate.suits(norms, lengths):
            margins = estimate.margin(matrix.shape[1], norms, lengths)
            which, found = _each_nearest(searched, queries, k, estimate, norms, margins)
            rows = passing[found]
            scores = space.score(matrix[rows], queries[which], one_by_one=one_by_one)
            ends = np.searchsorted(which, np.arange(len(queries) + 1))
            parts = [slice(start, end) for start, end in pairwise(ends)]
            return [best(rows[part], scores[part], k) for part in parts]
    return [exact_top(matrix, query, k, space, mask=mask, norms=norms, one_by_one=one_by_one) for query in queries]


def _taken(matrix: Matrix, rows: Rows) -> Matrix:
    return matrix if len(rows) == len(matrix) else matrix[rows]


def best(rows: Rows, scores: Floats, k: int) -> tuple[Rows, Floats]:
    """The k best of ascending rows."""
    numbers = ~np.isnan(scores)
    if not numbers.all():
        rows, scores = rows[numbers], scores[numbers]
    if k < len(rows):
        kept = scores >= -np.partition(-scores, k - 1)[k - 1]
        rows, scores = rows[kept], scores[kept]
    order = np.argsort(-scores, kind="stable")[:k]
    return rows[order], scores[order]


# --- estimates --------------------------------------------------------------------------------------------------------


class Estimate(ABC):
    """A rough key for every row, made of its product with the query: less is nearer, give or take a margin."""

    @abstractmethod
    def keys(self, products: Floats, squares: Floats) -> Floats:
        """Keys for products of shape (..., rows), which are overwritten."""

    @abstractmethod
    def key_of(self, raw: float, length: float) -> float:
        """The key of a row with this raw value, for a query of this length."""

    @abstractmethod
    def margin(self, dimension: int, norms: Norms, length: Doubles) -> Doubles:
        """How far above the k-th least key a row may lie and yet be among the k nearest; for queries of these lengths.

        Write u for the unit roundoff and g for d·u/(1 - d·u), d being a little more than the dimension. Added up in any
        order, the float32 product of x and y is off by at most g|x||y|, a squared length by g|x|² (N. Higham, Accuracy
        and Stability of Numerical Algorithms, 3.1). If key and formula are at most E apart, then a row among the k
        nearest lies at most 2E above the k-th least key; and because scores are rounded, rows that tie with the k-th
        nearest lie up to 8u(1 + |raw|) further. The radius of a radial search is passed by at most as much.
        """

    def suits(self, norms: Norms, length: Doubles) -> bool:
        """Whether rounding is all that can go wrong: no overflow, no underflow that matters."""
        return max(float(np.max(length)) ** 2, norms.greatest) < _TOO_GREAT


class _OfDistance(Estimate):
    """|x|² - 2x·y: the squared distance less |y|². Off by g(|x|² + 2|x||y|); and the formula by g(|x| + |y|)²."""

    def keys(self, products: Floats, squares: Floats) -> Floats:
        products *= -2
        products += squares
        return products

    def key_of(self, raw: float, length: float) -> float:
        return raw - length * length

    def margin(self, dimension: int, norms: Norms, length: Doubles) -> Doubles:
        reach: Doubles = (np.sqrt(norms.greatest) + length) ** 2
        return 4 * _roundoff(dimension) * reach + 16 * _UNIT * (1 + reach)


class _OfCosine(Estimate):
    """-x·y/|x|: the cosine times -|y|. Off by 2g|y|; and the formula's cosine by 2g."""

    def keys(self, products: Floats, squares: Floats) -> Floats:
        products /= -np.sqrt(squares)
        return products

    def key_of(self, raw: float, length: float) -> float:
        return -raw * length

    def margin(self, dimension: int, norms: Norms, length: Doubles) -> Doubles:
        return (10 * _roundoff(dimension) + 32 * _UNIT) * length

    def suits(self, norms: Norms, length: Doubles) -> bool:
        return min(float(np.min(length)) ** 2, norms.least) > _TOO_SMALL and super().suits(norms, length)


class _OfProduct(Estimate):
    """-x·y. Off by g|x||y|, like the formula."""

    def keys(self, products: Floats, squares: Floats) -> Floats:
        return np.negative(products, out=products)

    def key_of(self, raw: float, length: float) -> float:
        return -raw

    def margin(self, dimension: int, norms: Norms, length: Doubles) -> Doubles:
        reach: Doubles = np.sqrt(norms.greatest) * length
        return 4 * _roundoff(dimension) * reach + 16 * _UNIT * (1 + reach)


_ESTIMATES: dict[str, Estimate] = {"l2": _OfDistance(), "cosinesimil": _OfCosine(), "innerproduct": _OfProduct()}


def _roundoff(dimension: int) -> float:
    # Some roundings more than the dimension: of what is done beside the sum, of lengths that are only known roughly.
    return 1.01 * (dimension + 8) * _UNIT / (1 - (dimension + 8) * _UNIT)


def _lengths(queries: Matrix) -> Doubles:
    lengths: Doubles = np.sqrt(np.square(queries.astype(np.float64)).sum(axis=-1))
    return lengths


def _above(bounds: Doubles | float) -> Floats:
    """Bounds as float32, rounded up, that float32 keys can be compared with them."""
    above: Floats = np.nextafter(np.asarray(bounds, dtype=np.float32), np.float32(np.inf))
    return above


def _products(matrix: Matrix, query: Matrix) -> Floats:
    """x·y of each row, added up in any order."""
    factors = query.astype(np.float32, copy=False)
    if matrix.dtype == np.float32:
        return _float_products(matrix, factors)
    out = np.empty(len(matrix), dtype=np.float32)

    def multiply(rows: slice) -> None:
        np.vecdot(matrix[rows].astype(np.float32), factors, out=out[rows])

    each_block(matrix, multiply)
    return out


def _float_products(matrix: Floats, factors: Floats) -> Floats:
    if matrix.size >= _FOR_BLAS:
        products: Floats = matrix @ factors
        return products
    out = np.empty(len(matrix), dtype=np.float32)
    dimension = matrix.shape[1]
    rows = _IN_THREAD // dimension
    batched = 0  # a batch of few rows, and few batches, vecdot takes as fast
    if 32 <= rows <= len(matrix) // 8:
        batched = len(matrix) - len(matrix) % rows
        batches = matrix[:batched].reshape(-1, rows, dimension)
        np.matmul(batches, factors, out=out[:batched].reshape(-1, rows))
    np.vecdot(matrix[batched:], factors, out=out[batched:])
    return out


# --- candidates -------------------------------------------------------------------------------------------------------


@dataclass(slots=True)
class _Rough:
    """The rows that pass the mask, with their keys if these were worth making: ``keys[i]`` is that of ``rows[i]``."""

    rows: Rows
    keys: Floats | None = None
    margin: float = 0.0
    estimate: Estimate | None = None
    length: float = 0.0
    whole: bool = False
    """Whether these are all rows of the matrix."""

    @classmethod
    def of(cls, matrix: Matrix, query: Matrix, space: Space, mask: Mask | None, norms: Norms | None) -> _Rough:
        rows = np.arange(len(matrix)) if mask is None else np.flatnonzero(mask)
        estimate = _ESTIMATES.get(space.name)
        if estimate is None or len(rows) * matrix.shape[1] <= _FEW_NUMBERS:
            return cls(rows, whole=mask is None)
        norms = Norms.of(matrix) if norms is None else norms
        length = _lengths(query)
        if not estimate.suits(norms, length):
            return cls(rows, whole=mask is None)
        if 3 * len(rows) < len(matrix):  # then it is cheaper to gather the rows than to multiply all
            products, squares = _products(matrix[rows], query), norms.squares[rows]
        else:
            products, squares = _products(matrix, query), norms.squares
        keys = estimate.keys(products, squares)
        if len(keys) != len(rows):
            keys = keys[rows]
        margin = float(estimate.margin(matrix.shape[1], norms, length))
        return cls(rows, keys, margin, estimate, float(length), mask is None)

    def part(self, start: int, end: int) -> _Rough:
        """Those of the rows from ``start`` to ``end``."""
        first, last = (start, end) if self.whole else map(int, np.searchsorted(self.rows, (start, end)))
        if last - first == len(self.rows):
            return self
        keys = None if self.keys is None else self.keys[first:last]
        return replace(self, rows=self.rows[first:last], keys=keys, whole=False)

    def nearest(self, k: int) -> Rows:
        """Ascending rows, among them the k nearest and all that tie with the last of these."""
        if self.keys is None or k >= len(self.rows):
            return self.rows
        few = np.flatnonzero(self.keys <= _above(_rough_least(self.keys, k) + self.margin))
        keys = self.keys[few]
        bound = float(np.partition(keys, k - 1)[k - 1]) + self.margin
        return self.rows[few[keys <= _above(bound)]]

    def within(self, raw: float) -> Rows:
        """Ascending rows, among them all those inside a radius."""
        if self.keys is None or self.estimate is None:
            return self.rows
        bound = self.estimate.key_of(raw, self.length) + self.margin
        return self.rows[self.keys <= _above(bound)]


def _rough_least(keys: Floats, k: int) -> float:
    """At least the k-th least key: the k-th least of the minima of many parts, since each part holds its minimum."""
    parts = max(len(keys) // 64, 4 * k)
    if 2 * parts > len(keys):
        return float(np.partition(keys, k - 1)[k - 1])
    minima = keys[: len(keys) // parts * parts].reshape(-1, parts).min(axis=0)
    return float(np.partition(minima, k - 1)[k - 1])


def _each_nearest(
    matrix: Matrix, queries: Matrix, k: int, estimate: Estimate, norms: Norms, margins: Doubles
) -> tuple[Rows, Rows]:
    """Pairs (query, row), ascending: for each query what ``_Rough.nearest`` gives.

    The rows are taken in blocks. What is kept of a block lies below the k-th least key so far, which is reckoned anew
    after 1, 2, 4 ... blocks: seldom, and yet each query keeps but a few times k rows.
    """
    factors = np.ascontiguousarray(queries.astype(np.float32))
    bounds = np.full(len(queries), np.inf)
    which, found, keys = np.empty(0, np.intp), np.empty(0, np.intp), np.empty(0, np.float32)
    for block, start in enumerate(range(0, len(matrix), _BATCH_ROWS)):
        rows = slice(start, start + _BATCH_ROWS)
        products = factors @ matrix[rows].astype(np.float32, copy=False).T
        block_keys = estimate.keys(products, norms.squares[rows])
        if block == 0 and k < block_keys.shape[1]:
            bounds = np.partition(block_keys, k - 1, axis=1)[:, k - 1] + margins
        hits = np.flatnonzero(block_keys <= _above(bounds)[:, None])
        queries_hit, rows_hit = np.divmod(hits, block_keys.shape[1])
        which = np.concatenate((which, queries_hit))
        found = np.concatenate((found, rows_hit + start))
        keys = np.concatenate((keys, block_keys.ravel()[hits]))
        if block & (block + 1) == 0 or rows.stop >= len(matrix):
            order = np.lexsort((keys, which))
            which, found, keys = which[order], found[order], keys[order]
            starts = np.searchsorted(which, np.arange(len(queries)))
            counts = np.diff(np.append(starts, len(which)))
            full = counts >= k
            bounds[full] = keys[starts[full] + k - 1] + margins[full]
            kept = keys <= _above(bounds)[which]
            which, found, keys = which[kept], found[kept], keys[kept]
    order = np.lexsort((found, which))
    return which[order], found[order]
