"""Sums of doubles as CompensatedSum has them."""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray


def compensated(values: Sequence[float]) -> float:
    """CompensatedSum of few values, such as those of shards."""
    total = delta = 0.0
    for value in values:
        if not math.isfinite(value):
            total = value + total
        if math.isfinite(total):
            corrected = value + delta
            updated = total + corrected
            delta = corrected - (updated - total)
            total = updated
    return total


#: Up to how many values a sum takes the very steps of CompensatedSum, on which its last digit depends.
FEW_VALUES = 20_000


def sums(values: NDArray[np.float64], owners: NDArray[np.int64], n: int) -> NDArray[np.float64]:
    """float64[n]: each owner's sum as CompensatedSum has it; of many values, the nearest double."""
    with np.errstate(invalid="ignore", over="ignore"):
        plain: NDArray[np.float64] = np.bincount(owners, values, n).astype(np.float64, copy=False)
        highest = float(np.abs(values).max()) if len(values) else 0.0
        if not len(values) or (highest * len(values) < 2**53 and (values == np.floor(values)).all()):
            return plain  # all steps were exact
    if not math.isfinite(highest * len(values)):
        return plain
    if len(values) > FEW_VALUES:
        # The upper bits of all values add up without a rounding, and what is left of them is small.
        unit = math.ldexp(1.0, math.frexp(highest)[1] + len(values).bit_length() - 53)
        upper = np.round(values / unit) * unit
        return np.asarray(np.bincount(owners, upper, n) + np.bincount(owners, values - upper, n), np.float64)
    order = np.argsort(owners, kind="stable")
    ordered = values[order].tolist()
    ends = np.cumsum(np.bincount(owners, minlength=n)).tolist()
    start = 0
    for i, end in enumerate(ends):
        if end - start > 1:
            plain[i] = _kahan(ordered[start:end])
        start = end
    return plain


def _kahan(values: Sequence[float]) -> float:
    total = delta = 0.0
    for value in values:
        corrected = value + delta
        updated = total + corrected
        delta = corrected - (updated - total)
        total = updated
    return total
