"""Spans: where in a field something stands, from a position to a position (Lucene's spans package), on arrays.

The iterators of Lucene go through a document from left to right and never back; what they find is told here by searches
in sorted arrays, for all documents at once.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from fakeknn.view import Mask

Places = NDArray[np.int64]

_ROW = 32
_POSITION = (1 << _ROW) - 1


@dataclass(frozen=True, slots=True, eq=False)
class Spans:
    """Spans of all rows, ascending by row, start and end.

    ``starts`` and ``ends`` int64[m] hold row · 2³² + position; ``widths`` int64[m] say how far apart the parts lie, by
    which a match counts for less.
    """

    starts: Places
    ends: Places
    widths: Places

    @classmethod
    def none(cls) -> Spans:
        return cls(_EMPTY, _EMPTY, _EMPTY)

    def where(self, chosen: Any) -> Spans:
        return Spans(self.starts[chosen], self.ends[chosen], self.widths[chosen])

    @property
    def rows(self) -> Places:
        return self.starts >> _ROW

    def __len__(self) -> int:
        return len(self.starts)


_EMPTY = np.empty(0, np.int64)


def _same_row(a: Places, b: Places) -> Mask:
    same: Mask = (a >> _ROW) == (b >> _ROW)
    return same


def _at(values: Places, places: NDArray[np.intp]) -> tuple[Places, Mask]:
    """The values at some places, and which of the places there are."""
    if not len(values):
        return np.full(len(places), -1, np.int64), np.zeros(len(places), bool)
    there = places < len(values)
    return values[np.minimum(places, len(values) - 1)], there


def ordered(parts: Sequence[Spans | int], slop: int) -> Spans:
    """NearSpansOrdered: each part behind the one before it; an int is a gap of as many positions."""
    first = parts[0]
    assert isinstance(first, Spans)
    end = first.ends
    width = np.zeros(len(first), np.int64)
    good = np.ones(len(first), bool)
    for part in parts[1:]:
        if isinstance(part, int):
            end = end + part
            continue
        # The iterator of a part never goes back, not even for a first part that ends earlier than one before it.
        wanted = np.maximum.accumulate(end)
        places = np.searchsorted(part.starts, wanted)
        starts, there = _at(part.starts, places)
        good &= there & _same_row(starts, first.starts)
        width += starts - end
        end, _ = _at(part.ends, places)
    good &= width <= slop
    return Spans(first.starts[good], end[good], width[good])


def unordered(parts: Sequence[Spans], slop: int) -> Spans:
    """NearSpansUnordered: the leftmost of the parts' current spans is moved on; a match is a window that is narrow
    enough.
    """
    starts = np.concatenate([part.starts for part in parts])
    ends = np.concatenate([part.ends for part in parts])
    owner = np.repeat(np.arange(len(parts)), [len(part) for part in parts])
    order = np.lexsort((owner, ends, starts))
    starts, ends, owner = starts[order], ends[order], owner[order]
    here = np.arange(len(starts))
    length = np.zeros(len(starts), np.int64)
    last = ends.copy()
    good = np.ones(len(starts), bool)
    for number in range(len(parts)):
        own = np.flatnonzero(owner == number)
        places = np.searchsorted(own, here)
        current, there = _at(own, places)
        if not len(own):
            return Spans.none()
        good &= there & _same_row(starts[current], starts)
        length += ends[current] - starts[current]
        last = np.where(_same_row(starts[current], starts), np.maximum(last, ends[current]), last)
    last = np.maximum.accumulate(last)  # the window's end is never moved back within a document
    good &= last - starts - length <= slop
    # Of spans at one place the heap of Lucene moves one or the other: rows that have such are walked as it walks them.
    tied = (starts[1:] == starts[:-1]) & (ends[1:] == ends[:-1]) & (owner[1:] != owner[:-1])
    walked = np.unique(starts[1:][tied] >> _ROW)
    if not len(walked):
        return Spans(starts[good], last[good], (last - starts)[good])
    good &= ~np.isin(starts >> _ROW, walked)
    found = [Spans(starts[good], last[good], (last - starts)[good])]
    found += [_walked([part.where(part.rows == row) for part in parts], slop) for row in walked.tolist()]
    return united(found)


def _walked(parts: Sequence[Spans], slop: int) -> Spans:
    """NearSpansUnordered in one row."""
    if not all(len(part) for part in parts):
        return Spans.none()
    spans = [list(zip(part.starts.tolist(), part.ends.tolist(), strict=True)) for part in parts]
    at = [0] * len(parts)

    def less(a: int, b: int) -> bool:
        return spans[a][at[a]] < spans[b][at[b]]

    heap = [-1]
    for number in range(len(parts)):
        heap.append(number)
        i = len(heap) - 1
        while i > 1 and less(number, heap[i >> 1]):
            heap[i] = heap[i >> 1]
            i >>= 1
        heap[i] = number
    last = max(found[0][1] for found in spans)
    length = sum(found[0][1] - found[0][0] for found in spans)
    out: list[tuple[int, int]] = []
    while True:
        top = heap[1]
        start, end = spans[top][at[top]]
        if last - start - length <= slop:
            out.append((start, last))
        at[top] += 1
        if at[top] >= len(spans[top]):
            break
        new_start, new_end = spans[top][at[top]]
        length += (new_end - new_start) - (end - start)
        last = max(last, new_end)
        i, size = 1, len(heap) - 1
        while (child := i << 1) <= size:
            if child < size and less(heap[child + 1], heap[child]):
                child += 1
            if not less(heap[child], top):
                break
            heap[i] = heap[child]
            i = child
        heap[i] = top
    starts = np.array([start for start, _ in out], np.int64)
    ends = np.array([end for _, end in out], np.int64)
    return Spans(starts, ends, ends - starts)


def united(parts: Sequence[Spans]) -> Spans:
    if len(parts) == 1:
        return parts[0]
    starts = np.concatenate([part.starts for part in parts])
    ends = np.concatenate([part.ends for part in parts])
    widths = np.concatenate([part.widths for part in parts])
    order = np.lexsort((ends, starts))
    return Spans(starts[order], ends[order], widths[order])


def excluding(found: Spans, exclude: Spans, pre: int, post: int) -> Spans:
    """SpanNotQuery: the spans that nothing excluded touches, ``pre`` positions before to ``post`` behind."""
    if not len(exclude):
        return found
    before = (found.starts & ~_POSITION) + np.maximum((found.starts & _POSITION) - pre, 0)
    places = np.searchsorted(np.maximum.accumulate(exclude.ends), before, side="right")
    starts, there = _at(exclude.starts, places)
    there &= _same_row(starts, found.starts)
    return found.where(~there | (starts - post >= found.ends))


def containing(big: Spans, little: Spans) -> Spans:
    places = np.searchsorted(little.starts, big.starts)
    starts, there = _at(little.starts, places)
    ends, _ = _at(little.ends, places)
    return big.where(there & _same_row(starts, big.starts) & (ends <= big.ends))


def within(big: Spans, little: Spans) -> Spans:
    places = np.searchsorted(np.maximum.accumulate(big.ends), np.maximum.accumulate(little.ends))
    starts, there = _at(big.starts, places)
    return little.where(there & _same_row(starts, little.starts) & (starts <= little.starts))


def frequencies(spans: Spans) -> tuple[NDArray[np.int32], NDArray[np.float32]]:
    """The rows that have spans, and how often: the sum of 1 / (1 + width), narrowed to float32 at every step."""
    rows, first, counts = np.unique(spans.rows, return_index=True, return_counts=True)
    weight = 1 / (1 + spans.widths.astype(np.float64))
    total = np.zeros(len(rows), np.float32)
    for i in range(int(counts.max()) if len(counts) else 0):
        more = counts > i
        total[more] = total[more] + weight[first[more] + i]
    return rows.astype(np.int32), total


def starting(found: Spans, end: int) -> Spans:
    """The spans that end ``end`` positions behind the field's beginning, or earlier."""
    return found.where((found.ends & _POSITION) <= end)


def before(following: Spans, width: int) -> Spans:
    """What a gap at the beginning may be: any run of ``width`` positions before something that follows."""
    rows = following.starts >> 32
    last: dict[int, int] = {}
    for row, place in zip(rows.tolist(), (following.starts & 0xFFFFFFFF).tolist(), strict=True):
        last[row] = max(place, last.get(row, 0))
    starts = np.array(
        [(row << 32) | place for row, most in sorted(last.items()) for place in range(most - width + 1)], np.int64
    )
    return Spans(starts, starts + width, np.zeros(len(starts), np.int64))
