"""The segments of a shard, and which of them Lucene's TieredMergePolicy joins when there are too many small ones.

OpenSearch merges on refresh and on flush, before anybody sees what these publish, so that the eleventh document that
was refreshed alone makes one segment of eleven. What deletes alone would bring about is not followed: deleted documents
are retained for a while, and do not count before.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from itertools import pairwise
from typing import NamedTuple

#: Segments below this size (index.merge.policy.floor_segment) are all alike to the policy, in bytes.
FLOOR = 16 * 2**20
#: Larger ones are never made (index.merge.policy.max_merged_segment).
_LARGEST = 5 * 2**30

#: A merged segment's files become one if it is not more than this share of all (index.compound_format), and grow.
_COMPOUND_SHARE = 0.1

#: Tells about how many bytes the rows of these stretches would take in one segment, of many files or of one.
Size = Callable[[Sequence[tuple[int, int]], bool], int]


class Segment(NamedTuple):
    """The rows from ``first`` to ``last`` - 1; ``generation`` numbers segments in the order of their making."""

    first: int
    last: int
    generation: int
    size: int
    """An estimate of its bytes."""


def segment_name(generation: int) -> str:
    digits = ""
    while generation or not digits:
        generation, digit = divmod(generation, 36)
        digits = "0123456789abcdefghijklmnopqrstuvwxyz"[digit] + digits
    return f"_{digits}"


def shuffled(sizes: Sequence[int]) -> list[int]:
    """ShuffleForcedMergePolicy: of the eldest segment and the newest the smaller comes first, and so on inwards."""
    order: list[int] = []
    left, right = 0, len(sizes) - 1
    while left < right:
        order += (left, right) if sizes[left] < sizes[right] else (right, left)
        left, right = left + 1, right - 1
    if left == right:
        order.append(left)
    return order


@dataclass(frozen=True, slots=True)
class MergePolicy:
    """``index.merge.policy.*``: Lucene's TieredMergePolicy, of segments that have no deletes to reclaim."""

    segments_per_tier: float = 10.0
    max_merge_at_once: int = 30

    def exceeded(self, segments: int) -> bool:
        """Whether there are so many that some might have to be joined."""
        return segments > self.segments_per_tier

    def find(self, generations: Sequence[int], sizes: Sequence[int]) -> list[int]:
        """The places of the segments to be joined next, in the order in which their rows will follow; or none."""
        # The largest come first; names, not numbers, decide between equals, so that _10 comes before _9.
        order = sorted(range(len(sizes)), key=lambda i: (-sizes[i], segment_name(generations[i])))
        order = [i for i in order if sizes[i] <= _LARGEST // 2]
        sizes = [sizes[i] for i in order]
        if len(order) <= self._allowed(sizes):
            return []
        factor = int(min(self.max_merge_at_once, self.segments_per_tier))
        best: tuple[float, int, int] | None = None
        for start in range(len(order)):
            end, total = start, 0
            while end < len(order) and end - start < self.max_merge_at_once:
                if (end - start >= factor and total >= FLOOR) or total + sizes[end] > _LARGEST:
                    break
                total += sizes[end]
                end += 1
            if end - start < 2 or total < 1.5 * sizes[start]:  # or the largest would be copied again and again
                continue
            if best is not None and end - start < factor:
                break
            floored = sum(max(size, FLOOR) for size in sizes[start:end])
            score = max(sizes[start], FLOOR) / floored * total**0.05
            if best is None or score < best[0]:
                best = score, start, end
        return [] if best is None else order[best[1] : best[2]]

    def _allowed(self, sizes: Sequence[int]) -> int:
        """How many segments there may be of so many bytes: a full tier of each order of magnitude."""
        left, level, allowed = sum(sizes), max(min(sizes, default=0), FLOOR), 0.0
        while left / level >= self.segments_per_tier and level < _LARGEST:
            allowed += self.segments_per_tier
            left -= int(self.segments_per_tier * level)
            level = min(_LARGEST, level * int(min(self.max_merge_at_once, self.segments_per_tier)))
        return int(max(allowed - -left // level, self.segments_per_tier))


@dataclass(slots=True)
class Segments:
    """A shard's segments in the order of their rows."""

    bounds: list[int] = field(default_factory=lambda: [0])
    """Where they begin, and where the last ends."""
    generations: list[int] = field(default_factory=list)
    compound: list[bool] = field(default_factory=list)
    """Whether all of its files are one, which takes a little more room."""
    _sizes: list[int | None] = field(default_factory=list)
    _made: int = 0

    def __len__(self) -> int:
        return len(self.generations)

    @property
    def end(self) -> int:
        """The row behind the last segment."""
        return self.bounds[-1]

    def add(self, last: int) -> None:
        """End a segment at a row."""
        self.bounds.append(last)
        self.generations.append(self._made)
        self.compound.append(True)
        self._sizes.append(None)
        self._made += 1

    def sized(self, size: Size) -> list[Segment]:
        """All of them, with estimates of what they take up."""
        found = []
        for i, (first, last) in enumerate(pairwise(self.bounds)):
            bytes_ = self._sizes[i]
            if bytes_ is None:
                bytes_ = self._sizes[i] = size([(first, last)], self.compound[i])
            found.append(Segment(first, last, self.generations[i], bytes_))
        return found

    def join(self, places: Sequence[int], size: Size) -> list[tuple[int, int]]:
        """Make one segment of those at these places, where the first of them was.

        Answers which stretches of the rows up to now follow each other from now on.
        """
        old = self.sized(size)
        total = sum(one.size for one in old)
        order: list[Sequence[int]] = [[i] for i in range(len(old)) if i not in places]
        order.insert(min(places), places)
        compound, sizes = self.compound, self._sizes
        self.bounds, self.generations, self.compound, self._sizes = [0], [], [], []
        for group in order:
            self.bounds.append(self.bounds[-1] + sum(old[i].last - old[i].first for i in group))
            if group is places:
                self.generations.append(self._made)
                self.compound.append(size([old[i][:2] for i in group], False) <= _COMPOUND_SHARE * total)
                self._sizes.append(None)
            else:
                self.generations.append(old[group[0]].generation)
                self.compound.append(compound[group[0]])
                self._sizes.append(sizes[group[0]])
        self._made += 1
        return [old[i][:2] for group in order for i in group]

    def become_one(self, last: int) -> None:
        """Be one segment of so many rows, or none."""
        self.bounds, self.generations, self.compound, self._sizes = [0], [], [], []
        if last:
            self.add(last)

    def copy(self) -> Segments:
        return Segments(
            self.bounds.copy(), self.generations.copy(), self.compound.copy(), self._sizes.copy(), self._made
        )
