"""Float arithmetic, held to loops over exact fractions, a step at a time."""

from __future__ import annotations

from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from fakeknn.knn import arithmetic

Floats = np.ndarray[tuple[int, ...], np.dtype[np.float32]]


def rounded(exact: Fraction) -> np.float32:
    """The float32 nearest to a fraction, ties to even."""
    if exact == 0:
        return np.float32(0)
    near = np.float32(float(exact))
    around = [near, np.nextafter(near, np.float32(np.inf)), np.nextafter(near, np.float32(-np.inf))]
    return min(around, key=lambda value: (abs(Fraction(float(value)) - exact), int(value.view(np.int32)) & 1))


def fma(x: np.float32, y: np.float32, total: np.float32) -> np.float32:
    return rounded(Fraction(float(x)) * Fraction(float(y)) + Fraction(float(total)))


def dot_step_by_step(x: Floats, y: Floats, lanes: int, fused: bool) -> np.float32:
    full = len(x) - len(x) % lanes if lanes else 0
    partial = [np.float32(0)] * lanes
    for i in range(full):
        partial[i % lanes] = fma(x[i], y[i], partial[i % lanes])
    total = np.float32(0)
    for part in partial:
        total = np.float32(total + part)
    for i in range(full, len(x)):
        total = fma(x[i], y[i], total) if fused else np.float32(total + np.float32(x[i] * y[i]))
    return total


floats = st.floats(width=32, min_value=-(2.0**30), max_value=2.0**30)
vectors = st.integers(1, 20).flatmap(lambda n: st.tuples(*[st.lists(floats, min_size=n, max_size=n)] * 2))


@pytest.mark.parametrize("machine", [arithmetic.Machine(4, True), arithmetic.Machine(8, False), arithmetic.Machine()])
@pytest.mark.parametrize("in_order", [False, True])
@given(pair=vectors)
def test_fused_sums(machine: arithmetic.Machine, in_order: bool, pair: tuple[list[float], list[float]]) -> None:
    x, y = (np.array(vector, dtype=np.float32) for vector in pair)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(arithmetic, "MACHINE", machine)
        lanes = 0 if in_order else machine.lanes
        matrix = np.stack([x, y])
        expected = [dot_step_by_step(row, y, lanes, machine.fuses_scalars) for row in matrix]
        assert np.array_equal(arithmetic.fma_dot(matrix, y, in_order), expected)
        assert np.array_equal(arithmetic.fma_dot(matrix[:1], y, in_order), expected[:1])
        assert arithmetic.fma_square(matrix, in_order)[1] == expected[1]
        difference = x - y
        squared = dot_step_by_step(difference, difference, lanes, machine.fuses_scalars)
        assert arithmetic.fma_square_distance(matrix, y, in_order)[0] == squared


def test_sums_that_float64_would_round_twice() -> None:
    # 1 + 2^-24 + 2^-60: float64 drops the last term, and what is left lies halfway between two float32.
    x = np.array([[2.0**-12, 2.0**-30, 1]], dtype=np.float32)
    y = np.array([2.0**-12, 2.0**-30, 1], dtype=np.float32)
    assert arithmetic.fma_dot(x, y, in_order=True)[0] == np.float32(1)
    x = np.array([[1 + 2.0**-23, 2.0**-24]], dtype=np.float32)
    y = np.array([1, 1 + 2.0**-23], dtype=np.float32)
    assert arithmetic.fma_dot(x, y)[0] == fma(x[0, 1], y[1], x[0, 0])


@pytest.mark.parametrize("rows", [1, 2, 7])
def test_java_loops(rows: int) -> None:
    draw = np.random.default_rng(rows)
    matrix = draw.standard_normal((rows, 300)).astype(np.float32)
    query = draw.standard_normal(300).astype(np.float32)
    dot, square, l1 = (np.zeros(rows, dtype=np.float32) for _ in range(3))
    for i in range(300):
        dot += matrix[:, i] * query[i]
        square += matrix[:, i] * matrix[:, i]
        l1 += np.abs(matrix[:, i] - query[i])
    assert np.array_equal(arithmetic.java_dot(matrix, query), dot)
    assert np.array_equal(arithmetic.java_square(matrix), square)
    assert np.array_equal(arithmetic.java_l1(matrix, query), l1)


def test_row_blocks_cover_all_rows() -> None:
    for rows, dimension in ((0, 3), (1, 0), (70, 16_000), (100_000, 128)):
        covered = [i for block in arithmetic.row_blocks(rows, dimension) for i in range(block.start, block.stop)]
        assert covered == list(range(rows))


def test_no_rows() -> None:
    assert arithmetic.fma_dot(np.empty((0, 3), np.float32), np.ones(3, np.float32)).shape == (0,)


def test_many_blocks_are_worked_on_once_each_under_the_errstate_of_the_caller() -> None:
    matrix = np.ones((arithmetic._FOR_THREADS // 4 + 3, 4), dtype=np.float32)
    times = np.zeros(len(matrix), dtype=np.int64)

    def work(rows: slice) -> None:
        assert np.geterr()["over"] == "raise"
        times[rows] += 1

    with np.errstate(over="raise"):
        arithmetic.each_block(matrix, work)
    assert (times == 1).all()


def test_what_a_thread_raises_reaches_the_caller() -> None:
    def work(rows: slice) -> None:
        raise ValueError(f"row {rows.start}")

    with pytest.raises(ValueError, match="row 0"):
        arithmetic.each_block(np.empty((arithmetic._FOR_THREADS, 1), dtype=np.int8), work)
