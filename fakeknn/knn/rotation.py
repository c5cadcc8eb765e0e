"""The rotation by which the ``binary`` encoder can spread a vector's variance over its dimensions."""

from __future__ import annotations

import math
from collections.abc import Iterator
from functools import lru_cache

import numpy as np

from fakeknn.knn.arithmetic import Floats, fma_dot

_SEED = 1212121212


def rotated(vectors: Floats) -> Floats:
    """The vectors (vectors, dimension) turned, each by the one matrix that there is for their dimension."""
    matrix = rotation(vectors.shape[1])
    turned = np.empty_like(vectors)
    for dimension, row in enumerate(matrix):
        turned[:, dimension] = fma_dot(vectors, row)
    return turned


@lru_cache(maxsize=8)
def rotation(dimension: int) -> Floats:
    """float32 (dimension, dimension): rows of Gaussian numbers made orthonormal one after the other (Gram-Schmidt, as
    RandomGaussianRotation does: in float32, summed in order, and each row measured before and after).
    """
    numbers = _gaussians(_SEED)
    drawn = [next(numbers) for _ in range(dimension * dimension)]
    matrix = np.array(drawn, dtype=np.float64).astype(np.float32).reshape(dimension, dimension)
    for number, row in enumerate(matrix):
        row /= _root(fma_dot(row[None], row)[0])
        for before in matrix[:number]:
            row -= _sum(row * before) * before
        row /= _root(_sum(row * row))
    matrix.setflags(write=False)
    return matrix


def _root(square: np.float32) -> np.float32:
    return np.float32(math.sqrt(square))


def _sum(terms: Floats) -> np.float32:
    """Added one after the other."""
    return np.float32(np.cumsum(terms)[-1])


def _gaussians(seed: int) -> Iterator[float]:
    """``java.util.Random.nextGaussian``: Marsaglia's polar method, which makes two at a time."""
    state = (seed ^ 0x5DEECE66D) & ((1 << 48) - 1)

    def bits(count: int) -> int:
        nonlocal state
        state = (state * 0x5DEECE66D + 0xB) & ((1 << 48) - 1)
        return state >> (48 - count)

    def unit() -> float:
        return 2 * (((bits(26) << 27) + bits(27)) * 2.0**-53) - 1

    while True:
        a, b = unit(), unit()
        square = a * a + b * b
        if 0 < square < 1:
            factor = math.sqrt(-2 * math.log(square) / square)
            yield a * factor
            yield b * factor
