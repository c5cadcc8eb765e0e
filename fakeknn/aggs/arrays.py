"""How long the arrays of the real server are, where that shows: what lies behind their end cannot be asked for."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from fakeknn.aggs.docs import Docs

_PAGE_BYTES = 1 << 14
REFERENCE, LONG = 4, 8


def oversized(size: int, width: int) -> int:
    """BigArrays.overSize: how many elements of some bytes an array has that is grown to hold so many."""
    page = _PAGE_BYTES // width
    if size >= page:
        return -(-size // page) * page
    grown = size + max(size >> 3, 3)
    return min(grown + grown % 2 if width == REFERENCE else grown, page)


def room(docs: Docs, kept: NDArray[np.bool_] | None, width: int) -> int:
    """How many buckets an array has room for that grows with the documents (those ``kept``), and begins with one."""
    order = np.argsort(docs.rows if kept is None else docs.rows[kept], kind="stable")
    owners = (docs.owners if kept is None else docs.owners[kept])[order]
    found = 1
    for owner in np.unique(np.maximum.accumulate(owners)).tolist() if len(owners) else ():
        if owner >= found:
            found = oversized(owner + 1, width)
    return found
