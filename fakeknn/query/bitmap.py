"""Bitmaps of integers, as RoaringBitmap writes them (github.com/RoaringBitmap/RoaringFormatSpec)."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from fakeknn.errors import BufferUnderflowException, IOException

_WITHOUT_RUNS, _WITH_RUNS = 12346, 12347
_ARRAY_LIMIT = 4096
_NO_OFFSETS = 4
"""A bitmap with runs has no table of offsets if it has fewer containers than these."""


def integers(data: bytes) -> NDArray[np.int32]:
    """int32, ascending as unsigned numbers: what a bitmap holds.

    Raises ``BufferUnderflowException`` if it breaks off, ``IOException`` (InvalidRoaringFormat) if it is none.
    """
    at = 0

    def take(count: int, kind: str) -> NDArray[np.int64]:
        nonlocal at
        if at + count * np.dtype(kind).itemsize > len(data):
            raise BufferUnderflowException()
        found = np.frombuffer(data, kind, count, at) if count else np.empty(0, kind)
        at += found.nbytes
        return found.astype(np.int64)

    cookie = int(take(1, "<u4")[0])
    runs = np.empty(0, bool)
    if cookie & 0xFFFF == _WITH_RUNS:
        size = (cookie >> 16) + 1
        bits = take((size + 7) // 8, "u1").astype(np.uint8)
        runs = np.unpackbits(bits, bitorder="little")[:size].astype(bool)
    elif cookie == _WITHOUT_RUNS:
        size = int(take(1, "<u4")[0])
        runs = np.zeros(size, bool)
    else:
        text = f"I failed to find one of the right cookies. {np.uint32(cookie).view(np.int32)}"
        raise IOException(f"org.roaringbitmap.InvalidRoaringFormat: {text}")
    heads = take(2 * size, "<u2").reshape(size, 2)
    if cookie == _WITHOUT_RUNS or size >= _NO_OFFSETS:
        take(size, "<u4")
    found = []
    for (high, less), is_run in zip(heads.tolist(), runs.tolist(), strict=True):
        if is_run:
            pairs = take(2 * int(take(1, "<u2")[0]), "<u2").reshape(-1, 2)
            low = np.concatenate([np.arange(start, start + more + 1) for start, more in pairs.tolist()])
        elif less + 1 > _ARRAY_LIMIT:
            low = np.flatnonzero(np.unpackbits(take(8192, "u1").astype(np.uint8), bitorder="little"))
        else:
            low = take(less + 1, "<u2")
        found.append(low | (high << 16))
    together = np.concatenate(found) if found else np.empty(0, np.int64)
    return together.astype(np.uint32).view(np.int32)
