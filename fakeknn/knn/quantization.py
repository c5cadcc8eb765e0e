"""The ``binary`` encoder: 1, 2 or 4 bits a dimension, told by thresholds that each segment learns from its vectors.

A search that does not rescore measures how many bits differ, and scores by that alone.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from fakeknn.knn.arithmetic import Floats
from fakeknn.knn.spaces import SPACES

_SAMPLE = 25_000


@dataclass(frozen=True, slots=True)
class Quantizer:
    """``thresholds`` (bits, dimension): a bit is set where a vector lies above."""

    thresholds: Floats

    def codes(self, vectors: Floats) -> NDArray[np.int8]:
        """int8 (vectors, bytes): the bits of the first threshold of all dimensions, then those of the next."""
        bits = (vectors[:, None, :] > self.thresholds).reshape(len(vectors), -1)
        return np.packbits(bits, axis=1).view(np.int8)


@dataclass(frozen=True, slots=True)
class BinaryCodes:
    """The vectors of a segment as their quantizer has left them."""

    quantizer: Quantizer
    codes: NDArray[np.int8]

    def score(self, rows: NDArray[Any], query: Floats) -> Floats:
        """float32: the scores of some of the vectors."""
        return SPACES["hamming"].score(self.codes[rows], self.quantizer.codes(query[None])[0])


def learned(vectors: Floats, bits: int, seed: int = 0) -> Quantizer:
    """The thresholds of a segment: spread about the mean by parts of the standard deviation (QuantizerHelper)."""
    if len(vectors) > _SAMPLE:
        vectors = vectors[np.sort(np.random.default_rng(seed).choice(len(vectors), _SAMPLE, replace=False))]
    mean = np.zeros(vectors.shape[1], np.float32)
    squares = np.zeros_like(mean)
    for count, vector in enumerate(vectors, 1):  # Welford's sums, in float32 as Java's: a mean is a threshold
        off = vector - mean
        mean = mean + off / np.float32(count)
        squares = squares + off * (vector - mean)
    deviation = np.sqrt((squares / np.float32(len(vectors))).astype(np.float64)).astype(np.float32)
    parts = np.float32(bits + 1)
    factors = np.float32(-1) + np.arange(2, 2 * bits + 2, 2, dtype=np.float32) / parts
    return Quantizer(mean + factors[:, None] * deviation)
