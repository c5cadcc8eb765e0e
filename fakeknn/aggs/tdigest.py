"""The t-digest that OpenSearch summarises distributions with.

It is a MergingDigest of Dunning's paper ("Computing extremely accurate quantiles using t-digests",
https://arxiv.org/abs/1902.04023) with scale function K_2, weight limit, alternating merges and two levels of
compression, as the library t-digest 3.3 has it.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from fakeknn.errors import ArithmeticException, IllegalArgumentException

_MOST = 2.0**30  # beyond which the real one has no memory


class MergingDigest:
    """Centroids of what was added, and a buffer of what has come since they were made."""

    def __init__(self, compression: float) -> None:
        self.given = compression
        if math.isnan(compression):
            raise ArithmeticException("/ by zero")  # its buffer is none, as a whole number
        self.public_compression = min(max(compression, 10.0), _MOST)
        fudge = 30 if self.public_compression < 30 else 10
        size = int(2 * self.public_compression + fudge)
        self._buffer = 5 * size
        self._compression = math.sqrt(max(1, self._buffer // size - 1)) * self.public_compression
        if size < self._compression + fudge:
            size = math.ceil(self._compression + fudge)
        if self._buffer <= 2 * size:
            self._buffer = 2 * size
        self.means: list[float] = []
        self.weights: list[float] = []
        self._waiting: list[float] = []
        self._waiting_weights: list[float] = []
        self._merges = 0
        self._total = 0.0
        self.min, self.max = math.inf, -math.inf

    @property
    def size(self) -> int:
        return int(self._total + sum(self._waiting_weights))

    def add(self, values: Sequence[float], weights: Sequence[float] | None = None) -> None:
        """Add values in their order, each of weight 1 unless told."""
        at = 0
        while at < len(values):
            room = self._buffer - len(self.means) - 1 - len(self._waiting)
            if room <= 0:
                self._merge_new()
                continue
            part = values[at : at + room]
            if any(value != value for value in part):
                raise IllegalArgumentException("Cannot add NaN to t-digest")
            self._waiting.extend(part)
            self._waiting_weights.extend([1.0] * len(part) if weights is None else weights[at : at + room])
            self.min, self.max = min(self.min, *part), max(self.max, *part)
            at += len(part)

    def absorb(self, other: MergingDigest) -> None:
        """Add another's centroids."""
        other.compress()
        self.add(other.means, other.weights)

    def compress(self) -> None:
        self._merge_new(force=True, compression=self.public_compression)

    def _merge_new(self, *, force: bool = False, compression: float | None = None) -> None:
        if not self._total and not self._waiting:
            return
        if force or self._waiting:
            self._merge(self._compression if compression is None else compression, backwards=self._merges % 2 == 1)
            self._merges += 1

    def _merge(self, compression: float, *, backwards: bool) -> None:
        given = np.array(self._waiting + self.means)
        given_weights = np.array(self._waiting_weights + self.weights)
        total = self._total = self._total + sum(self._waiting_weights)
        self._waiting, self._waiting_weights = [], []
        order = np.argsort(given, kind="stable")
        if backwards:
            order = order[::-1]
        incoming, incoming_weights = given[order].tolist(), given_weights[order].tolist()
        normalizer = compression / (4 * math.log(total / compression) + 24)
        means, weights = [incoming[0]], [incoming_weights[0]]
        so_far = 0.0
        last = len(incoming) - 1
        for i in range(1, len(incoming)):
            proposed = weights[-1] + incoming_weights[i]
            q0, q2 = so_far / total, (so_far + proposed) / total
            limit = total * min(q0 * (1 - q0) / normalizer, q2 * (1 - q2) / normalizer)
            if proposed <= limit and i != 1 and i != last:
                weights[-1] = proposed
                means[-1] += (incoming[i] - means[-1]) * incoming_weights[i] / proposed
            else:
                so_far += weights[-1]
                means.append(incoming[i])
                weights.append(incoming_weights[i])
        if backwards:
            means.reverse()
            weights.reverse()
        self.means, self.weights = means, weights
        self.min, self.max = min(self.min, means[0]), max(self.max, means[-1])

    def quantile(self, q: float) -> float:
        """The value that a share of ``q`` lies below; NaN of an empty digest."""
        self._merge_new()
        means, weights, total = self.means, self.weights, self._total
        if not means:
            return math.nan
        if len(means) == 1:
            return means[0]
        index = q * total
        if index < 1:
            return self.min
        if weights[0] > 1 and index < weights[0] / 2:
            return self.min + (index - 1) / (weights[0] / 2 - 1) * (means[0] - self.min)
        if index > total - 1:
            return self.max
        if weights[-1] > 1 and total - index <= weights[-1] / 2:
            return self.max - (total - index - 1) / (weights[-1] / 2 - 1) * (self.max - means[-1])
        so_far = weights[0] / 2
        for i in range(len(means) - 1):
            step = (weights[i] + weights[i + 1]) / 2
            if so_far + step > index:
                left = right = 0.0
                if weights[i] == 1:
                    if index - so_far < 0.5:
                        return means[i]
                    left = 0.5
                if weights[i + 1] == 1:
                    if so_far + step - index <= 0.5:
                        return means[i + 1]
                    right = 0.5
                return _average(means[i], so_far + step - index - right, means[i + 1], index - so_far - left)
            so_far += step
        above = index - total - weights[-1] / 2.0
        return _average(means[-1], above, self.max, weights[-1] / 2 - above)

    def rank(self, x: float) -> float:
        """InternalTDigestPercentileRanks.percentileRank."""
        return min(max(self.cdf(x), 0.0), 1.0) * 100

    def cdf(self, x: float) -> float:
        """The share of what lies below ``x``."""
        if not math.isfinite(x):
            raise IllegalArgumentException(
                f"Invalid value: {'NaN' if x != x else 'Infinity' if x > 0 else '-Infinity'}"
            )
        self._merge_new()
        means, weights, total = self.means, self.weights, self._total
        if not means:
            return math.nan
        if x < self.min:
            return 0.0
        if x > self.max:
            return 1.0
        if len(means) == 1:
            width = self.max - self.min
            return 0.5 if x - self.min <= width else (x - self.min) / width
        if x < means[0]:
            if not means[0] - self.min > 0:
                return 0.0
            if x == self.min:
                return 0.5 / total
            return (1 + (x - self.min) / (means[0] - self.min) * (weights[0] / 2 - 1)) / total
        if x > means[-1]:
            if not self.max - means[-1] > 0:
                return 1.0
            if x == self.max:
                return 1 - 0.5 / total
            return 1 - (1 + (self.max - x) / (self.max - means[-1]) * (weights[-1] / 2 - 1)) / total
        return self._inner_cdf(x)

    def _inner_cdf(self, x: float) -> float:
        means, weights, total = self.means, self.weights, self._total
        so_far = 0.0
        for i in range(len(means) - 1):
            if means[i] == x:
                level = sum(weight for mean, weight in zip(means[i:], weights[i:], strict=True) if mean == x)
                return (so_far + level / 2) / total
            if means[i] <= x < means[i + 1]:
                step = (weights[i] + weights[i + 1]) / 2
                left = right = 0.0
                if weights[i] == 1:
                    if weights[i + 1] == 1:
                        return (so_far + 1) / total
                    left = 0.5
                elif weights[i + 1] == 1:
                    right = 0.5
                base = so_far + weights[i] / 2 + left
                return (base + (step - left - right) * (x - means[i]) / (means[i + 1] - means[i])) / total
            so_far += weights[i]
        return 1 - 0.5 / total


def _average(x1: float, w1: float, x2: float, w2: float) -> float:
    if x1 > x2:
        x1, w1, x2, w2 = x2, w2, x1, w1
    return max(x1, min((x1 * w1 + x2 * w2) / (w1 + w2), x2))


def digests(values: NDArray[Any], owners: NDArray[np.int64], n: int, compression: float) -> list[MergingDigest]:
    """A digest of each owner's values."""
    found = [MergingDigest(compression) for _ in range(n)]
    order = np.argsort(owners, kind="stable")
    ends = np.cumsum(np.bincount(owners, minlength=n)).tolist()
    ordered = values[order].tolist()
    start = 0
    for digest, end in zip(found, ends, strict=True):
        if end > start:
            digest.add(ordered[start:end])
        start = end
    return found
