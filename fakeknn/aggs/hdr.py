"""HdrHistogram's DoubleHistogram, as far as its percentiles show: values counted in buckets whose width is a share of
them, so that a number of significant digits is kept.
"""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from fakeknn.errors import ArrayIndexOutOfBoundsException
from fakeknn.xcontent import java_double

_FIRST_LOWEST = 2.0**800


class Histogram:
    """Buckets by their lowest value (float64, ascending), and how many values each has."""

    def __init__(self, digits: int) -> None:
        magnitude = math.ceil(math.log2(2 * 10**digits))
        self._half = 2 ** (max(magnitude, 1) - 1)
        self.lows: NDArray[np.float64] = np.empty(0)
        self.counts: NDArray[np.int64] = np.empty(0, np.int64)

    @property
    def size(self) -> int:
        return int(self.counts.sum())

    def _bucket(self, values: NDArray[np.float64]) -> NDArray[np.float64]:
        """The lowest values of the buckets of some values."""
        widths = self._width(values)
        lows: NDArray[np.float64] = np.floor(values / widths) * widths
        return lows

    def _width(self, values: NDArray[np.float64]) -> NDArray[np.float64]:
        # frexp gives 0.5 <= m < 1 with v = m * 2**e
        _, exponents = np.frexp(np.where(values > 0, values, 1.0))
        widths: NDArray[np.float64] = np.ldexp(1.0 / self._half, exponents - 1)
        return widths

    @property
    def _lowest(self) -> float:
        """The beginning of the range that is covered: what the buckets' integers are units of."""
        above = self.lows[self.lows > 0]
        return math.ldexp(1.0, math.frexp(float(above[0]))[1] - 1) if len(above) else _FIRST_LOWEST

    def record(self, values: NDArray[np.float64], counts: NDArray[np.int64] | None = None) -> None:
        _refuse_negative(values, np.zeros(len(values), np.int64))
        lows = np.concatenate((self.lows, self._bucket(values)))
        weights = np.concatenate((self.counts, np.ones(len(values), np.int64) if counts is None else counts))
        self.lows, inverse = np.unique(lows, return_inverse=True)
        self.counts = np.bincount(inverse, weights, len(self.lows)).astype(np.int64)

    def absorb(self, other: Histogram) -> None:
        self.record(other.lows, other.counts)

    def quantile(self, q: float) -> float:
        """getValueAtPercentile: the highest value of the bucket that a share of ``q`` ends in."""
        if not len(self.counts):
            return math.nan
        percent = min(max(math.nextafter(q * 100, -math.inf), 0.0), 100.0)
        wanted = max(math.ceil(percent * self.size / 100.0), 1)
        low = float(self.lows[np.searchsorted(np.cumsum(self.counts), wanted)])
        if low == 0 or q == 0:
            return low
        unit = self._lowest / self._half
        width = float(self._width(np.array([low]))[0])
        return float(low + width - unit)

    def rank(self, x: float) -> float:
        """getPercentileAtOrBelowValue."""
        if not len(self.counts):
            return math.nan
        low = float(self._bucket(np.array([x]))[0])
        below = int(self.counts[self.lows <= low].sum())
        return min(max(100.0 * below / self.size, 0.0), 100.0)


def _refuse_negative(values: NDArray[np.float64], owners: NDArray[np.int64]) -> None:
    """The first negative value is told with the range that those before it, of the same owner, have opened."""
    negative = np.flatnonzero(values < 0)
    if len(negative):
        at = negative[0]
        before = values[:at][owners[:at] == owners[at]]
        raise ArrayIndexOutOfBoundsException(
            f"The value {java_double(float(values[at]))} is out of bounds for histogram, current covered range "
            f"[{_range(before)}) cannot be extended any further.\nCaused by: "
            "java.lang.ArrayIndexOutOfBoundsException: Negative values cannot be recorded"
        )


def _range(values: NDArray[np.float64]) -> str:
    """The range that is covered when some values have been recorded: it moves to the first of them, and then widens."""
    lowest, limit = _FIRST_LOWEST, _FIRST_LOWEST * 8
    for i, value in enumerate(values[values > 0].tolist()):
        while value < lowest:
            lowest /= 2
            limit = limit if i else limit / 2
        while value >= limit:
            limit *= 2
    return f"{java_double(lowest)}, {java_double(limit)}"


def histograms(values: NDArray[np.float64], owners: NDArray[np.int64], n: int, digits: int) -> Sequence[Histogram]:
    """A histogram of each owner's values."""
    _refuse_negative(values, owners)
    found = [Histogram(digits) for _ in range(n)]
    order = np.argsort(owners, kind="stable")
    ends = np.cumsum(np.bincount(owners, minlength=n)).tolist()
    start = 0
    for histogram, end in zip(found, ends, strict=True):
        if end > start:
            histogram.record(values[order[start:end]])
        start = end
    return found
