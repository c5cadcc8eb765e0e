"""About how many bytes segments have, by which merge policies choose among them."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from fakeknn.fields.buffers import Buffer, KeywordBuffer, TextBuffer, VectorBuffer
from fakeknn.source import stored_text
from fakeknn.state.engine import Engine
from fakeknn.view import Mask, places_of

#: About how many bytes a segment has, each of its fields, a value and a row, by what texts of one shape shrink, what
#: tells of dead rows; and the least difference that shows.
_SEGMENT, _FIELD, _VALUE, _ROW, _COMPRESSION, _DELETES, _PADDING = 2500, 260, 16, 14, 8, 1024, 64
#: What is more if its files are one, and more if there are those of vectors among them.
_COMPOUND, _COMPOUND_VECTORS = 350, 220
_FIELDS: dict[type[Buffer], int] = {KeywordBuffer: 410, TextBuffer: 460, VectorBuffer: 600}


def segment_size(engine: Engine, stretches: Sequence[tuple[int, int]], compound: bool) -> int:
    """About how many bytes a segment of these rows has: for itself, each field, and each document's values.

    Differences that the padding of files would swallow are none.
    """
    size, values, has_vectors = _SEGMENT, 0, False
    for buffer in engine.buffers.values():
        if buffer is not None:
            rows = buffer.snapshot(engine.n).rows
            found = sum(end - start for start, end in (places_of(rows, *stretch) for stretch in stretches))
            if found:
                size += _FIELDS.get(type(buffer), _FIELD)
                if isinstance(buffer, VectorBuffer):
                    values, has_vectors = values + found * buffer.bytes_per_vector, True
                else:
                    values += found * _VALUE
    if compound:
        size += _COMPOUND + (_COMPOUND_VECTORS if has_vectors else 0)
    texts = [stored_text(stored) or b"" for first, last in stretches for stored in engine.sources[first:last]]
    values += _ROW * len(texts) + sum(map(len, texts)) // _COMPRESSION
    return size + values // _PADDING * _PADDING


def size_of_deletes(engine: Engine, live: Mask, first: int, last: int) -> int:
    """What is written beside a segment, of whose documents some have died since. Tombstones never lived."""
    dead = np.flatnonzero(~live[first:last]) + first
    return _DELETES if any(engine.sources[row] is not None for row in dead.tolist()) else 0
