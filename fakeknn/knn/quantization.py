"""The ``binary`` encoder: 1, 2 or 4 bits a dimension, told by thresholds that each segment learns from its vectors.

A search that does not rescore measures how many bits differ, and scores by that alone; or, with ``enable_adc``, how far
the bits are from what the query would have between them.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from fakeknn.knn.arithmetic import Floats, java_dot, java_square
from fakeknn.knn.rotation import rotated
from fakeknn.knn.spaces import SPACES, Space

_SAMPLE = 25_000


@dataclass(frozen=True, slots=True)
class Quantizer:
    """``thresholds`` (bits, dimension): a bit is set where a vector, turned first if it ``rotates``, lies above."""

    thresholds: Floats
    below: Floats
    above: Floats
    """Of one bit: (dimension,) the means of what lies on each side of its threshold."""
    rotates: bool = False

    def codes(self, vectors: Floats) -> NDArray[np.int8]:
        """int8 (vectors, bytes): the bits of the first threshold of all dimensions, then those of the next."""
        if self.rotates:
            vectors = rotated(vectors)
        bits = (vectors[:, None, :] > self.thresholds).reshape(len(vectors), -1)
        return np.packbits(bits, axis=1).view(np.int8)

    def between(self, query: Floats, *, corrects: bool) -> Floats:
        """Where the query lies between the means of both sides, 0 and 1 (OneBitScalarQuantizer.transformWithADC); what
        ``corrects`` weighs dimensions by how far apart these are.
        """
        if self.rotates:
            query = rotated(query[None])[0]
        with np.errstate(all="ignore"):
            width = self.above - self.below
            place = (query - self.below) / width
            if corrects:
                half = np.float32(0.5)
                place = np.square(width.astype(np.float64)).astype(np.float32) * (place - half) + half
        return place


@dataclass(frozen=True, slots=True)
class BinaryCodes:
    """The vectors of a segment as their quantizer has left them; ``space`` is that by which they are measured against
    the query itself (``enable_adc``), None for bits against bits.
    """

    quantizer: Quantizer
    codes: NDArray[np.int8]
    space: Space | None = None

    def score(self, rows: NDArray[Any], query: Floats) -> Floats:
        """float32: the scores of some of the vectors."""
        if self.space is None:
            return SPACES["hamming"].score(self.codes[rows], self.quantizer.codes(query[None])[0])
        bits = np.unpackbits(self.codes[rows].view(np.uint8), axis=1, count=len(query)).astype(np.float32)
        place = self.quantizer.between(query, corrects=self.space.name == "l2")
        with np.errstate(all="ignore"):
            if self.space.name == "l2":
                return self.space.to_score(java_square(bits - place))
            return self.space.to_score(java_dot(bits, place))


def learned(vectors: Floats, bits: int, seed: int = 0, *, rotates: bool = False) -> Quantizer:
    """The thresholds of a segment: spread about the mean by parts of the standard deviation (QuantizerHelper)."""
    if len(vectors) > _SAMPLE:
        vectors = vectors[np.sort(np.random.default_rng(seed).choice(len(vectors), _SAMPLE, replace=False))]
    if rotates:
        vectors = rotated(vectors)
    mean = np.zeros(vectors.shape[1], np.float32)
    squares = np.zeros_like(mean)
    for count, vector in enumerate(vectors, 1):  # Welford's sums, in float32 as Java's: a mean is a threshold
        off = vector - mean
        mean = mean + off / np.float32(count)
        squares = squares + off * (vector - mean)
    deviation = np.sqrt((squares / np.float32(len(vectors))).astype(np.float64)).astype(np.float32)
    parts = np.float32(bits + 1)
    factors = np.float32(-1) + np.arange(2, 2 * bits + 2, 2, dtype=np.float32) / parts
    thresholds = mean + factors[:, None] * deviation
    upper = vectors > thresholds[0]
    return Quantizer(thresholds, _means(vectors, ~upper), _means(vectors, upper), rotates)


def _means(vectors: Floats, chosen: NDArray[np.bool_]) -> Floats:
    """float32 (dimension,): the mean of what is chosen of each dimension, added in order; 0 where that is nothing."""
    totals: Floats = np.cumsum(np.where(chosen, vectors, np.float32(0)), axis=0, dtype=np.float32)[-1]
    totals /= np.maximum(chosen.sum(axis=0), 1).astype(np.float32)
    return totals
