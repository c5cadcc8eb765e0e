"""What lies inside a ring of points."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

Doubles = NDArray[np.float64]


def in_ring(ring: Sequence[tuple[float, float]], xs: Doubles, ys: Doubles) -> NDArray[np.bool_]:
    """bool[m]: the points inside a closed ring or on its edges; the work grows with points times edges."""
    inside = np.zeros(len(xs), bool)
    on_edge = np.zeros(len(xs), bool)
    for (x1, y1), (x2, y2) in pairwise(ring):
        dx, dy = x2 - x1, y2 - y1
        cross = dx * (ys - y1) - dy * (xs - x1)
        box = (min(x1, x2) <= xs) & (xs <= max(x1, x2)) & (min(y1, y2) <= ys) & (ys <= max(y1, y2))
        on_edge |= (cross == 0) & box
        if dy:
            inside ^= ((y1 > ys) != (y2 > ys)) & (xs < dx * (ys - y1) / dy + x1)
    return inside | on_edge
