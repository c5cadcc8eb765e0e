"""What a sort shows of its values."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from fakeknn.errors import OpenSearchError


class Terms(Sequence[Any]):
    """The terms that ordinals stand for, looked up one by one: only the hits of a page are told."""

    def __init__(
        self,
        ords: NDArray[np.int64],
        order: NDArray[np.int32],
        terms: Sequence[str],
        missing: tuple[Any, str | OpenSearchError] | None,
        sort_key: Callable[[str], Any] = str,
    ) -> None:
        """``sort_key`` gives what compares of a term; ``missing`` is that of rows without one, and what is shown."""
        self._ords, self._order, self._terms, self._missing = ords, order, terms, missing
        self._sort_key = sort_key

    def __len__(self) -> int:
        return len(self._ords)

    def __getitem__(self, i: Any) -> Any:
        at = int(self._ords[i])
        if at < 0:
            return None if self._missing is None else self._missing[1]
        return self._terms[int(self._order[at])]

    def key(self, i: int) -> Any:
        """What compares of a value."""
        if self._ords[i] < 0 and self._missing is not None:
            return self._missing[0]
        return self._sort_key(str(self[i]))


def shown_value(value: Any) -> Any:
    """A sort value as JSON: Java has names for the numbers that JSON lacks."""
    if isinstance(value, np.generic) and not isinstance(value, np.float32):
        value = value.item()
    if isinstance(value, float | np.float32) and not math.isfinite(value):
        return "NaN" if math.isnan(value) else "Infinity" if value > 0 else "-Infinity"
    return value
