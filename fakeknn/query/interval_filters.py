"""Intervals made wider, or chosen: by gaps, by those of another source, by a script."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field

from fakeknn.query.context import ShardContext
from fakeknn.query.interval_sources import (
    NO_MORE,
    Interval,
    Intervals,
    ListedIntervals,
    Source,
    all_of,
    any_of,
    pulled_up,
)
from fakeknn.view import Mask


@dataclass(frozen=True)
class Extended(Source):
    """Intervals made longer by some positions."""

    source: Source
    before: int
    after: int

    def rows(self, ctx: ShardContext, field: str) -> Mask:
        return self.source.rows(ctx, field)

    def intervals(self, ctx: ShardContext, field: str, row: int) -> Intervals:
        inner = self.source.intervals(ctx, field, row)
        longest = NO_MORE - 1
        return ListedIntervals(
            (max(0, start - self.before), min(longest, end + self.after), gaps) for start, end, gaps in all_of(inner)
        )

    @property
    def min_extent(self) -> int:
        return min(NO_MORE, self.before + self.source.min_extent + self.after)

    def disjuncts(self) -> Sequence[Source]:
        inner = self.source.disjuncts()
        return [Extended(one, self.before, self.after) for one in inner] if inner else (self,)

    def __str__(self) -> str:
        return f"EXTEND({self.source},{self.before},{self.after})"


@dataclass(frozen=True)
class Offset(Source):
    """The position before or behind each interval."""

    source: Source
    before: bool

    def rows(self, ctx: ShardContext, field: str) -> Mask:
        return self.source.rows(ctx, field)

    def intervals(self, ctx: ShardContext, field: str, row: int) -> Intervals:
        inner = self.source.intervals(ctx, field, row)
        places = (max(0, start - 1) if self.before else min(NO_MORE - 1, end + 1) for start, end, _ in all_of(inner))
        return ListedIntervals((place, place, 0) for place in places)

    def __str__(self) -> str:
        return f"{'PRECEDING' if self.before else 'FOLLOWING'}({self.source})"


@dataclass(frozen=True)
class MaxGaps(Source):
    source: Source
    most: int

    def rows(self, ctx: ShardContext, field: str) -> Mask:
        return self.source.rows(ctx, field)

    def intervals(self, ctx: ShardContext, field: str, row: int) -> Intervals:
        inner = self.source.intervals(ctx, field, row)
        return ListedIntervals(one for one in all_of(inner) if one[2] <= self.most)

    @property
    def min_extent(self) -> int:
        return self.source.min_extent

    def __str__(self) -> str:
        return f"MAXGAPS/{self.most}({self.source})"


def max_gaps(source: Source, most: int) -> Source:
    return any_of(MaxGaps(one, most) for one in source.disjuncts())


#: How one interval is chosen by others: ``(a, b) -> what is left of a``; b has been stepped to its first.
Choice = Callable[[Intervals, Intervals], Iterator[Interval]]


def _stepped(b: Intervals, behind: Callable[[], bool]) -> bool:
    """Step ``b`` on as long as it is ``behind``; whether it still has an interval."""
    return all(b.advance() != NO_MORE for _ in iter(behind, False))


def _containing(a: Intervals, b: Intervals) -> Iterator[Interval]:
    while a.advance() != NO_MORE:
        if not _stepped(b, lambda: b.start < a.start and b.end < a.end):
            return
        if a.start <= b.start and a.end >= b.end:
            yield a.start, a.end, a.gaps


def _contained_by(a: Intervals, b: Intervals) -> Iterator[Interval]:
    while a.advance() != NO_MORE:
        if not _stepped(b, lambda: b.end < a.end):
            return
        if b.start <= a.start:
            yield a.start, a.end, a.gaps


def _overlapping(a: Intervals, b: Intervals) -> Iterator[Interval]:
    while a.advance() != NO_MORE:
        if not _stepped(b, lambda: b.end < a.start):
            return
        if b.start <= a.end:
            yield a.start, a.end, a.gaps


def _not_containing(a: Intervals, b: Intervals) -> Iterator[Interval]:
    more = True
    while a.advance() != NO_MORE:
        more = more and _stepped(b, lambda: b.start < a.start and b.end < a.end)
        if not more or b.start > a.end:
            yield a.start, a.end, a.gaps


def _not_contained_by(a: Intervals, b: Intervals) -> Iterator[Interval]:
    while a.advance() != NO_MORE:
        if not _stepped(b, lambda: b.end < a.end) or a.start < b.start:
            yield a.start, a.end, a.gaps


def _not_overlapping(a: Intervals, b: Intervals) -> Iterator[Interval]:
    more = True
    while a.advance() != NO_MORE:
        more = more and _stepped(b, lambda: b.end < a.start)
        if not more or b.start > a.end:
            yield a.start, a.end, a.gaps


CHOICES: dict[str, tuple[str, Choice, bool]] = {
    "containing": ("CONTAINING", _containing, True),
    "contained_by": ("CONTAINED_BY", _contained_by, True),
    "overlapping": ("OVERLAPPING", _overlapping, True),
    "not_containing": ("NOT_CONTAINING", _not_containing, False),
    "not_contained_by": ("NOT_CONTAINED_BY", _not_contained_by, False),
    "not_overlapping": ("NON_OVERLAPPING", _not_overlapping, False),
}


@dataclass(frozen=True)
class Filtered(Source):
    """Intervals of one source that stand to those of another as ``how`` says."""

    source: Source
    other: Source
    how: str

    def rows(self, ctx: ShardContext, field: str) -> Mask:
        mask = self.source.rows(ctx, field)
        return mask & self.other.rows(ctx, field) if CHOICES[self.how][2] else mask

    def intervals(self, ctx: ShardContext, field: str, row: int) -> Intervals:
        a, b = self.source.intervals(ctx, field, row), self.other.intervals(ctx, field, row)
        _, choice, both = CHOICES[self.how]
        if both:
            return ListedIntervals(() if b.advance() == NO_MORE else choice(a, b))
        # An iterator without a document says no; one at its document stands before its first interval.
        return ListedIntervals(choice(a, b))

    @property
    def min_extent(self) -> int:
        return self.source.min_extent

    def __str__(self) -> str:
        return f"{CHOICES[self.how][0]}({self.source},{self.other})"


@dataclass(frozen=True)
class Judged(Source):
    """Intervals that ``judge`` accepts by start, end and gaps (a script); ``name`` is the script's text."""

    source: Source
    name: str
    judge: Callable[[int, int, int], bool] = field(compare=False)

    def rows(self, ctx: ShardContext, field: str) -> Mask:
        return self.source.rows(ctx, field)

    def intervals(self, ctx: ShardContext, field: str, row: int) -> Intervals:
        inner = self.source.intervals(ctx, field, row)
        return ListedIntervals(one for one in all_of(inner) if self.judge(*one))

    @property
    def min_extent(self) -> int:
        return self.source.min_extent

    def __str__(self) -> str:
        return f"FILTER({self.name})({self.source})"


def filtered(source: Source, other: Source, how: str) -> Source:
    if how == "before":
        return filtered(source, Extended(Offset(other, True), NO_MORE, 0), "contained_by")
    if how == "after":
        return filtered(source, Extended(Offset(other, False), 0, NO_MORE), "contained_by")
    if how in ("containing", "not_containing"):
        return any_of(pulled_up(source, lambda one: Filtered(one, other, how)))
    if how in ("contained_by", "not_contained_by"):
        return any_of(pulled_up(other, lambda one: Filtered(source, one, how)))
    return Filtered(source, other, how)
