"""Lucene's ``sq`` encoder: 7 bits for each number of a vector, between two quantiles that a segment learns of its own.

A search compares these bytes alone (Lucene99ScalarQuantizedVectorScorer): its scores are those of what the bytes stand
for, not of the vectors, unless it rescores. A merged segment learns from all its vectors here. Lucene's keeps what its
parts had learned where that hardly differs, and the bytes, whose corrections are then those of what they stand for.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any, Self

import numpy as np
from numpy.typing import NDArray

from fakeknn.knn.arithmetic import Floats, fma_square
from fakeknn.knn.spaces import Space, byte_dot

Codes = NDArray[np.int8]

#: Vectors of which quantiles are taken together, before these are averaged.
_TOGETHER = 20
#: More vectors than these are drawn from.
_SAMPLE, _SMALL_SAMPLE = 25_000, 1_000
#: A squared length so near to 1 is 1 (VectorUtil.l2normalize).
_EPSILON = float(np.float32(1e-4))
_ONE, _TWO = np.float32(1), np.float32(2)


@dataclass(frozen=True, slots=True)
class ScalarQuantizer:
    """Numbers from ``lower`` to ``upper`` as whole numbers of so many bits."""

    lower: np.float32
    upper: np.float32
    bits: int

    @property
    def alpha(self) -> np.float32:
        return np.float32((self.upper - self.lower) / np.float32((1 << self.bits) - 1))

    def codes(self, vectors: Floats) -> tuple[Codes, Floats]:
        """int8 (vectors, dimension), and float32 (vectors): what a product of codes has to be corrected by."""
        lower, alpha = self.lower, self.alpha
        with np.errstate(all="ignore"):
            scale = np.float32((1 << self.bits) - 1) / (self.upper - lower)
            clipped = np.maximum(lower, np.minimum(self.upper, vectors)) - lower
            # Math.round: half up, and 0 for what is no number
            numbers = np.nan_to_num(np.floor((scale * clipped).astype(np.float64) + 0.5))
            near = numbers.astype(np.float32) * alpha
            terms = lower * (vectors - lower / _TWO) + ((vectors - lower) - near) * near
        corrections = np.zeros(len(vectors), np.float32)
        for column in terms.T:
            corrections += column
        return numbers.astype(np.int8), corrections


@dataclass(frozen=True, slots=True)
class ScalarCodes:
    """The vectors of a segment as their quantizer has left them."""

    space: Space
    quantizer: ScalarQuantizer
    codes: Codes
    squares: NDArray[np.float64]
    corrections: Floats

    @classmethod
    def of(cls, vectors: Floats, space: Space, bits: int, confidence_interval: float | None) -> Self:
        kept = _scaled(vectors) if space.name == "cosinesimil" else vectors
        quantizer = learned(kept, space, bits, confidence_interval)
        codes, corrections = quantizer.codes(kept)
        return cls(space, quantizer, codes, byte_dot(codes, codes), corrections)

    def score(self, rows: NDArray[Any], query: Floats) -> Floats:
        """float32: the scores of some of the vectors."""
        shown = _scaled(query[None]) if self.space.name == "cosinesimil" else query[None]
        codes, corrections = self.quantizer.codes(shown)
        return _score(self, rows, codes[0], corrections[0])


def _score(coded: ScalarCodes, rows: NDArray[Any], query: Codes, correction: np.float32) -> Floats:
    """ScalarQuantizedVectorSimilarity; whole numbers are exact, and become float32 once."""
    product = byte_dot(coded.codes[rows], query)
    multiplier = coded.quantizer.alpha * coded.quantizer.alpha
    with np.errstate(all="ignore"):
        if coded.space.name == "l2":
            square = coded.squares[rows] + byte_dot(query[None], query)[0] - 2 * product
            found: Floats = _ONE / (_ONE + square.astype(np.float32) * multiplier)
        else:
            adjusted = product.astype(np.float32) * multiplier + correction + coded.corrections[rows]
            if coded.space.name == "cosinesimil":
                found = np.maximum((_ONE + adjusted) / _TWO, np.float32(0))
            else:
                found = np.where(adjusted < 0, _ONE / (_ONE - adjusted), adjusted + _ONE)
    return found


def _scaled(vectors: Floats) -> Floats:
    """Each scaled to length 1 (VectorUtil.l2normalize)."""
    squares = fma_square(vectors).astype(np.float64)
    near = (np.abs(squares - 1.0) <= _EPSILON) | (squares == 0)
    lengths = np.where(near, 1.0, np.sqrt(squares)).astype(np.float32)
    scaled: Floats = vectors / lengths[:, None]
    return scaled


# --- learning ---------------------------------------------------------------------------------------------------------


def learned(vectors: Floats, space: Space, bits: int, confidence_interval: float | None) -> ScalarQuantizer:
    """The quantizer of a segment. A confidence interval of 0 means that the best quantiles are looked for."""
    if not len(vectors):
        return ScalarQuantizer(np.float32(0), np.float32(0), bits)
    if confidence_interval == 0:
        return _searched(vectors, space, bits)
    inside = np.float32(confidence_interval) if confidence_interval is not None else _default(vectors.shape[1])
    if inside == 1:
        return ScalarQuantizer(vectors.min(), vectors.max(), bits)
    ((lower, upper),) = _quantiles(_drawn(vectors, _SAMPLE), [inside])
    return ScalarQuantizer(lower, upper, bits)


def _default(dimension: int) -> np.float32:
    return max(np.float32(0.9), _ONE - _ONE / np.float32(dimension + 1))


def _drawn(vectors: Floats, most: int) -> Floats:
    if len(vectors) <= most:
        return vectors
    return vectors[np.sort(np.random.default_rng(42).choice(len(vectors), most, replace=False))]


def _quantiles(vectors: Floats, intervals: list[np.float32]) -> list[tuple[np.float32, np.float32]]:
    """For each interval between which numbers it lies: a mean over groups of vectors, of which the last is left out if
    it is not full."""
    together = min(_TOGETHER, len(vectors))
    sums = np.zeros((len(intervals), 2))
    groups = len(vectors) // together
    for group in range(groups):
        numbers = np.sort(vectors[group * together : (group + 1) * together], axis=None)
        for i, interval in enumerate(intervals):
            out = int(np.float32(len(numbers)) * (_ONE - interval) / _TWO + np.float32(0.5)) if len(numbers) > 2 else 0
            sums[i] += numbers[out], numbers[len(numbers) - 1 - out]
    means = sums.astype(np.float32) / np.float32(groups)
    return [(means[i, 0], means[i, 1]) for i in range(len(intervals))]


def _searched(vectors: Floats, space: Space, bits: int) -> ScalarQuantizer:
    """ScalarQuantizer.fromVectorsAutoInterval: of 16 by 16 pairs of quantiles those whose errors vary least.

    Every fourth is tried first, then what lies above the best of these.
    """
    sample = _drawn(vectors, _SMALL_SAMPLE)
    dimension = vectors.shape[1]
    parts = np.float32(min(32.0, dimension / 10))
    wide, narrow = _ONE - _ONE / np.float32(dimension + 1), _ONE - parts / np.float32(dimension + 1)
    (lower_inner, upper_inner), (lower_outer, upper_outer) = _quantiles(sample, [np.float32(narrow), np.float32(wide)])
    steps = np.arange(0, 32, 2, dtype=np.float32)
    lowers = lower_outer + steps * (lower_inner - lower_outer) / np.float32(32)
    uppers = upper_inner + steps * (upper_outer - upper_inner) / np.float32(32)
    neighbors = _neighbors(sample, space)
    best, found, quadrant = -math.inf, (np.float32(0), np.float32(0)), (0, 0)
    coarse = [(i, j) for i in range(0, 16, 4) for j in range(0, 16, 4)]
    for i, j in coarse:
        fits = _fit(sample, neighbors, space, lowers[i], uppers[j], bits)
        if fits > best:
            best, found, quadrant = fits, (lowers[i], uppers[j]), (i, j)
    for i in range(quadrant[0] + 1, quadrant[0] + 4):
        for j in range(quadrant[1] + 1, quadrant[1] + 4):
            fits = _fit(sample, neighbors, space, lowers[i], uppers[j], bits)
            if fits > best:
                best, found = fits, (lowers[i], uppers[j])
    return ScalarQuantizer(*found, bits)


def _neighbors(sample: Floats, space: Space) -> list[tuple[NDArray[Any], Floats]]:
    """The ten nearest of each vector among the others, best first, and their scores."""
    found = []
    for i, vector in enumerate(sample):
        score = _true_score(sample, vector, space)
        score[i] = -np.inf
        order = np.argsort(-score, kind="stable")[: min(10, len(sample) - 1)]
        found.append((order, score[order]))
    return found


def _true_score(sample: Floats, vector: Floats, space: Space) -> Floats:
    """VectorSimilarityFunction.compare; vectors of cosinesimil have length 1, and their product is taken."""
    return np.array(space.score(sample, vector, one_by_one=True), np.float32)


def _fit(
    sample: Floats,
    neighbors: list[tuple[NDArray[Any], Floats]],
    space: Space,
    lower: np.float32,
    upper: np.float32,
    bits: int,
) -> float:
    """How little the scores of codes vary about the true ones, 1 at best."""
    if upper <= lower:
        return -math.inf
    quantizer = ScalarQuantizer(lower, upper, bits)
    codes, corrections = quantizer.codes(sample)
    coded = ScalarCodes(space, quantizer, codes, byte_dot(codes, codes), corrections)
    total = 0.0
    with np.errstate(all="ignore"):
        for i, (near, score) in enumerate(neighbors):
            errors = (_score(coded, near, codes[i], corrections[i]) - score).astype(np.float64)
            total += 1 - float(_variance(errors) / _variance(score.astype(np.float64)))
    mean = total / len(neighbors)
    return 0.0 if math.isnan(mean) else mean


def _variance(values: NDArray[np.float64]) -> np.float32:
    return np.float32(np.sum((values - values.mean()) ** 2) / (len(values) - 1)) if len(values) else np.float32(np.nan)
