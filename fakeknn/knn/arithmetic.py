"""Sums of products in the float arithmetic of Lucene and of the k-NN plugin, for all rows at once.

Both sum in float32, rounding at each step, and the order of the steps decides the last bit of a score. Lucene fuses
multiply and add (one rounding) and, where the vector is long enough, keeps one partial sum a SIMD lane; the plugin's
own loops are plain Java: multiply, round, add, round. A matrix here is (rows, dimension) float32; a query is one vector
(dimension,) or one a row, (rows, dimension); a result is (rows,) float32.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextvars import copy_context
from dataclasses import dataclass
from functools import cache
from typing import Any

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float32]
Doubles = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Machine:
    """What of a server's processor its scores show."""

    lanes: int = 16
    """Floats in a SIMD register: 16 with AVX-512, 8 with AVX2, 4 with NEON."""
    fuses_scalars: bool = True
    """Whether Lucene finds fused multiply-add fast outside of SIMD too: not so on AMD before AVX-512."""

    @property
    def longest_in_order(self) -> int:
        """The dimension up to which one vector by itself is summed in order, without SIMD.

        Above it, the order of adding changes when the JIT compiles Lucene's loop, so nothing can equal it.
        """
        return 2 * self.lanes


MACHINE = Machine()
"""The machine emulated."""

_SMALLEST_NORMAL = float(np.finfo(np.float32).smallest_normal)
_SURPLUS_BITS, _HALFWAY = np.int64(0x1FFFFFFF), np.int64(0x10000000)
_BLOCK_ELEMENTS = 1 << 16  # of float64: 512 KiB, so that a block stays in a core's second-level cache
_FOR_THREADS = 1 << 22  # numbers below which sharing among threads gains little, and costs much if all are busy


def fma_dot(matrix: Floats, query: Floats, in_order: bool = False) -> Floats:
    """x·y of each row: Lucene's ``dotProduct``, of a batch of vectors, or of one by itself (``in_order``)."""
    return _by_blocks(matrix, query, lambda x, y: _fma_sum(x.astype(np.float64) * y.astype(np.float64), in_order))


def fma_square(matrix: Floats, in_order: bool = False) -> Floats:
    """|x|² of each row, summed as ``fma_dot`` sums."""
    return _by_blocks(matrix, None, lambda x, _: _fma_sum(np.square(x.astype(np.float64)), in_order))


def fma_square_distance(matrix: Floats, query: Floats, in_order: bool = False) -> Floats:
    """|x - y|² of each row: Lucene's ``squareDistance``; the differences are float32."""
    return _by_blocks(matrix, query, lambda x, y: _fma_sum(np.square((x - y).astype(np.float64)), in_order))


def java_dot(matrix: Floats, query: Floats) -> Floats:
    """x·y of each row as a Java loop: the product is rounded, then the sum."""
    return _by_blocks(matrix, query, lambda x, y: _sum_in_order(x * y))


def java_square(matrix: Floats) -> Floats:
    """|x|² of each row as a Java loop."""
    return _by_blocks(matrix, None, lambda x, _: _sum_in_order(np.square(x)))


def java_l1(matrix: Floats, query: Floats) -> Floats:
    """Σ|x - y| of each row as a Java loop."""
    return _by_blocks(matrix, query, lambda x, y: _sum_in_order(np.abs(x - y)))


def row_blocks(rows: int, dimension: int) -> Iterator[slice]:
    """Consecutive slices over ``rows``, each small enough for the cache."""
    step = rows_of_block(dimension)
    return (slice(start, min(start + step, rows)) for start in range(0, rows, step))


def rows_of_block(dimension: int) -> int:
    """How many rows ``row_blocks`` gives to a block."""
    return max(64, _BLOCK_ELEMENTS // max(1, dimension))


def each_block(matrix: NDArray[Any], work: Callable[[slice], None]) -> None:
    """``work`` for each of the matrix's ``row_blocks``: for many, in as many threads as there are cores, as BLAS does.

    numpy lets other threads run while it reckons, in the caller's errstate.
    """

    def run(part: list[slice]) -> None:
        for block in part:
            work(block)

    blocks = list(row_blocks(*matrix.shape))
    if matrix.size < _FOR_THREADS:
        run(blocks)
    else:
        share_out(blocks, run)


def share_out(blocks: list[slice], work: Callable[[list[slice]], None]) -> None:
    """``work`` for all blocks: in as many threads as there are cores, each with blocks that lie together."""
    share = -(-len(blocks) // (os.cpu_count() or 1))
    parts = [blocks[start : start + share] for start in range(0, len(blocks), share)]
    others = [_threads().submit(copy_context().run, work, part) for part in parts[1:]]
    work(parts[0])
    for done in others:
        done.result()


@cache
def _threads() -> ThreadPoolExecutor:
    return ThreadPoolExecutor(os.cpu_count(), thread_name_prefix="fakeknn-blocks")


def _by_blocks(matrix: Floats, query: Floats | None, total: Callable[[Floats, Floats], Floats]) -> Floats:
    # Sums run down the columns, so each block is turned once: then every step is one contiguous numpy operation.
    out = np.empty(len(matrix), dtype=np.float32)

    def reckon(rows: slice) -> None:
        block = np.ascontiguousarray(matrix[rows].T)
        if query is None:
            other = block
        else:
            other = query[:, None] if query.ndim == 1 else np.ascontiguousarray(query[rows].T)
        out[rows] = total(block, other)

    with np.errstate(over="ignore", invalid="ignore", under="ignore"):
        each_block(matrix, reckon)
    return out


def _sum_in_order(terms: Floats) -> Floats:
    """The sum down each column, from the first row to the last."""
    if terms.shape[1] == 1:  # numpy adds a single column pairwise
        last: Floats = np.add.accumulate(terms)[-1]
        return last
    total: Floats = np.add.reduce(terms)
    return total


def _fma_sum(products: Doubles, in_order: bool) -> Floats:
    """The sum of (dimension, rows) products, which are exact in float64, each fused addition rounded once to float32.

    Full blocks of as many products as there are lanes go to as many partial sums; these are added one after another,
    then the rest is.
    """
    dimension, rows = products.shape
    lanes = MACHINE.lanes
    full = 0 if in_order else dimension - dimension % lanes
    total: Floats | None = None
    if full:
        total = _sum_in_order(_fused(products[:full].reshape(-1, lanes, rows)))
    rest = products[full:]
    if MACHINE.fuses_scalars:
        return _fused(rest, total)
    start = np.zeros(rows, dtype=np.float32) if total is None else total
    return _sum_in_order(np.concatenate((start[None], rest.astype(np.float32))))


def _fused(products: Doubles, start: Floats | None = None) -> Floats:
    """``start``, or zeros, plus one product after another, each sum rounded once to float32: fused multiply-adds."""
    total = np.zeros(products.shape[1:], dtype=np.float32) if start is None else start
    first = total
    sums = np.empty_like(products)
    for product, wide in zip(products, sums, strict=True):
        np.add(product, total, out=wide)
        total = wide.astype(np.float32)
    # So each sum was rounded twice, first to float64. That goes wrong only where the float64 lies halfway between two
    # float32: its 29 surplus bits are 100...0. Below the normal range float32 has fewer bits, so any value is suspect.
    # What is added to zero is exact in float64, halfway or not.
    rounded = sums[1:] if start is None else sums
    magnitudes = np.abs(rounded)
    suspect = rounded.view(np.int64) & _SURPLUS_BITS == _HALFWAY
    suspect |= (magnitudes < _SMALLEST_NORMAL) & (magnitudes > 0)
    if suspect.any():
        again = np.flatnonzero(suspect.any(axis=tuple(range(suspect.ndim - 1))))
        total[..., again] = _fused_with_care(products[..., again], first[..., again])
    return total


def _fused_with_care(products: Doubles, start: Floats) -> Floats:
    """``_fused`` for rows where rounding twice may go wrong."""
    total = start
    for product in products:
        total = _rounded_to_odd(product, total.astype(np.float64)).astype(np.float32)
    return total


def _rounded_to_odd(a: Doubles, b: Doubles) -> Doubles:
    """``a + b`` in float64, an inexact sum rounded to the neighbour with an odd last bit, which may be rounded again.

    S. Boldo, G. Melquiond: Emulation of FMA and correctly rounded sums (2008); the error term is Knuth's TwoSum.
    """
    total = a + b
    virtual = total - a
    error = (a - (total - virtual)) + (b - virtual)
    bits = total.view(np.int64)
    step = np.where((error > 0) == (total > 0), 1, -1)
    inexact_and_even = (error != 0) & (bits & 1 == 0)
    return np.where(inexact_and_even, bits + step, bits).view(np.float64)
