"""Sources of intervals (Lucene's intervals package): where in a document terms stand, near one another or apart.

Each source is asked document by document, and only of those that have the terms it needs; its iterator gives the
document's intervals, each the smallest of its kind.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from itertools import product

import numpy as np

from fakeknn.errors import IllegalArgumentException, IllegalStateException
from fakeknn.query.base import ShardContext, running
from fakeknn.query.multi_term import MAX_CLAUSE_COUNT, dictionary_terms
from fakeknn.query.phrases import occurrences
from fakeknn.query.scoring import postings
from fakeknn.view import Mask, TextColumn

NO_MORE = 2**31 - 1

#: Positions: first and last of an interval, and how much of it lies between its parts.
Interval = tuple[int, int, int]


class Intervals:
    """An iterator over the intervals of one document (IntervalIterator)."""

    start = -1
    end = -1

    def advance(self) -> int:
        """Step to the next interval; gives its start."""
        raise NotImplementedError

    @property
    def gaps(self) -> int:
        return 0

    @property
    def width(self) -> int:
        return self.end - self.start + 1

    def exhausted(self) -> int:
        self.start = self.end = NO_MORE
        return NO_MORE


class ListedIntervals(Intervals):
    """Intervals that are all known."""

    def __init__(self, found: Iterable[Interval]) -> None:
        self._found = iter(found)
        self._gaps = 0

    def advance(self) -> int:
        following = next(self._found, None)
        if following is None:
            return self.exhausted()
        self.start, self.end, self._gaps = following
        return self.start

    @property
    def gaps(self) -> int:
        return self._gaps


@dataclass(frozen=True)
class Source:
    """An IntervalsSource; ``field`` is the path of a text field."""

    def rows(self, ctx: ShardContext, field: str) -> Mask:
        """bool[n]: the rows that may have intervals."""
        raise NotImplementedError

    def intervals(self, ctx: ShardContext, field: str, row: int) -> Intervals:
        raise NotImplementedError

    @property
    def min_extent(self) -> int:
        """How narrow an interval can be."""
        return 1

    def disjuncts(self) -> Sequence[Source]:
        """pullUpDisjunctions: the alternatives that this source is one of."""
        return (self,)


def _column(ctx: ShardContext, field: str) -> TextColumn | None:
    mapped = ctx.field(field)
    column = None if mapped is None else ctx.column(mapped)
    return column if isinstance(column, TextColumn) else None


def _places(ctx: ShardContext, field: str, term: str, row: int) -> list[int]:
    key = ("interval term", field, term)
    found = ctx.memo.get(key)
    if found is None:
        column = _column(ctx, field)
        found = ctx.memo[key] = np.empty(0, np.int64) if column is None else occurrences(column, [term])
    first, last = np.searchsorted(found, (row << 32, (row + 1) << 32))
    places: list[int] = (found[first:last] & 0xFFFFFFFF).tolist()
    return places


@dataclass(frozen=True)
class NoIntervals(Source):
    def rows(self, ctx: ShardContext, field: str) -> Mask:
        return ctx.nothing()

    def intervals(self, ctx: ShardContext, field: str, row: int) -> Intervals:
        return ListedIntervals(())

    @property
    def min_extent(self) -> int:
        return 0

    def disjuncts(self) -> Sequence[Source]:
        return ()

    def __str__(self) -> str:
        return "no_match"


@dataclass(frozen=True)
class TermSource(Source):
    term: str

    def rows(self, ctx: ShardContext, field: str) -> Mask:
        mask = ctx.nothing()
        column = _column(ctx, field)
        if column is not None:
            mask[postings(column, self.term)[0]] = True
        return mask

    def intervals(self, ctx: ShardContext, field: str, row: int) -> Intervals:
        return ListedIntervals((place, place, 0) for place in _places(ctx, field, self.term, row))

    def __str__(self) -> str:
        return self.term


@dataclass(frozen=True)
class MultiTermSource(Source):
    """The terms that a pattern matches; of too many it is refused."""

    pattern: str
    matcher: Callable[[str], object]
    limit: int = 128

    def _terms(self, ctx: ShardContext, field: str) -> list[str]:
        key = ("interval terms", field, self)
        found: list[str] | None = ctx.memo.get(key)
        if found is None:
            column = _column(ctx, field)
            found = [] if column is None else dictionary_terms(column, self.matcher)
            if len(found) > self.limit:
                raise running(
                    IllegalStateException(f"Automaton [{self.pattern}] expanded to too many terms (limit {self.limit})")
                )
            ctx.memo[key] = found
        return found

    def rows(self, ctx: ShardContext, field: str) -> Mask:
        mask = ctx.nothing()
        column = _column(ctx, field)
        for term in self._terms(ctx, field):
            assert column is not None
            mask[postings(column, term)[0]] = True
        return mask

    def intervals(self, ctx: ShardContext, field: str, row: int) -> Intervals:
        places = sorted({place for term in self._terms(ctx, field) for place in _places(ctx, field, term, row)})
        return ListedIntervals((place, place, 0) for place in places)

    def __str__(self) -> str:
        return f"MultiTerm({self.pattern})"


@dataclass(frozen=True)
class FixedField(Source):
    """A source of another field."""

    name: str
    source: Source

    def rows(self, ctx: ShardContext, field: str) -> Mask:
        return self.source.rows(ctx, self.name)

    def intervals(self, ctx: ShardContext, field: str, row: int) -> Intervals:
        return self.source.intervals(ctx, self.name, row)

    @property
    def min_extent(self) -> int:
        return self.source.min_extent

    def disjuncts(self) -> Sequence[Source]:
        return _pulled(self.source, lambda one: FixedField(self.name, one))

    def __str__(self) -> str:
        return f"FIELD({self.name},{self.source})"


# --- alternatives -----------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Disjunction(Source):
    sources: tuple[Source, ...]

    def rows(self, ctx: ShardContext, field: str) -> Mask:
        mask = ctx.nothing()
        for source in self.sources:
            mask |= source.rows(ctx, field)
        return mask

    def intervals(self, ctx: ShardContext, field: str, row: int) -> Intervals:
        return _AnyOf([source.intervals(ctx, field, row) for source in self.sources])

    @property
    def min_extent(self) -> int:
        return min(source.min_extent for source in self.sources)

    def disjuncts(self) -> Sequence[Source]:
        return self.sources

    def __str__(self) -> str:
        return "or(" + ",".join(sorted(map(str, self.sources))) + ")"


class _AnyOf(Intervals):
    """The intervals of several iterators that contain no other one."""

    def __init__(self, parts: Sequence[Intervals]) -> None:
        self._left = [part for part in parts if part.advance() != NO_MORE]
        self._current: Intervals | None = None

    def _top(self) -> Intervals:
        return min(self._left, key=lambda one: (one.end, -one.start))

    def advance(self) -> int:
        if self._current is not None:
            start, end = self.start, self.end
            while self._left:
                top = self._top()
                if not (top.start <= start <= top.end and top.start <= end <= top.end):
                    break
                if top.advance() == NO_MORE:
                    self._left.remove(top)
        if not self._left:
            return self.exhausted()
        self._current = self._top()
        self.start, self.end = self._current.start, self._current.end
        return self.start

    @property
    def gaps(self) -> int:
        return 0 if self._current is None else self._current.gaps


def any_of(sources: Iterable[Source]) -> Source:
    found: dict[Source, None] = {}
    for source in sources:
        for one in source.disjuncts() if isinstance(source, Disjunction) else (source,):
            found[one] = None
    return next(iter(found)) if len(found) == 1 else Disjunction(tuple(found))


def _split(source: Source) -> list[Source]:
    """Disjunctions.splitDisjunctions: single positions stay together, all else goes by itself."""
    single = [one for one in source.disjuncts() if one.min_extent == 1]
    return ([any_of(single)] if single else []) + [one for one in source.disjuncts() if one.min_extent != 1]


def _pulled(source: Source, make: Callable[[Source], Source]) -> list[Source]:
    return [make(one) for one in _split(source)]


def _pulled_all(sources: Sequence[Source], make: Callable[[tuple[Source, ...]], Source]) -> list[Source]:
    splits = [_split(source) for source in sources]
    count = 1
    for split in splits:
        count *= len(split) if len(split) != 1 else 1
        if count > MAX_CLAUSE_COUNT:
            raise IllegalArgumentException("Too many disjunctions to expand")
    return [make(parts) for parts in product(*splits)]


# --- several together -------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Conjunction(Source):
    sources: tuple[Source, ...]

    def rows(self, ctx: ShardContext, field: str) -> Mask:
        mask = self.sources[0].rows(ctx, field)
        for source in self.sources[1:]:
            mask = mask & source.rows(ctx, field)
        return mask

    def intervals(self, ctx: ShardContext, field: str, row: int) -> Intervals:
        return self._combined([source.intervals(ctx, field, row) for source in self.sources])

    def _combined(self, parts: list[Intervals]) -> Intervals:
        raise NotImplementedError

    @property
    def min_extent(self) -> int:
        return sum(source.min_extent for source in self.sources)


class Block(Conjunction):
    """One right behind the other."""

    def _combined(self, parts: list[Intervals]) -> Intervals:
        return _Block(parts)

    def __str__(self) -> str:
        return f"BLOCK({','.join(map(str, self.sources))})"


class _Block(Intervals):
    def __init__(self, parts: list[Intervals]) -> None:
        self._parts = parts

    def advance(self) -> int:
        parts = self._parts
        if parts[0].advance() == NO_MORE:
            return self.exhausted()
        i = 1
        while i < len(parts):
            while parts[i].start <= parts[i - 1].end:
                if parts[i].advance() == NO_MORE:
                    return self.exhausted()
            if parts[i].start == parts[i - 1].end + 1:
                i += 1
            else:
                if parts[0].advance() == NO_MORE:
                    return self.exhausted()
                i = 1
        self.start, self.end = parts[0].start, parts[-1].end
        return self.start


class Ordered(Conjunction):
    def _combined(self, parts: list[Intervals]) -> Intervals:
        return _Ordered(parts)

    def disjuncts(self) -> Sequence[Source]:
        return _pulled_all(self.sources, Ordered)

    def __str__(self) -> str:
        return f"ORDERED({','.join(map(str, self.sources))})"


class _Ordered(Intervals):
    def __init__(self, parts: list[Intervals]) -> None:
        self._parts = parts
        parts[0].advance()
        self._i = 1
        self._slop = -1

    def advance(self) -> int:
        parts = self._parts
        self.start = self.end = self._slop = NO_MORE
        last_start, minimizing = NO_MORE, False
        i = self._i
        while True:
            previous = parts[i - 1].end
            while True:
                if previous >= last_start:
                    self._i = i
                    return self.start
                if i == len(parts) or (minimizing and parts[i].start > previous):
                    break
                current = parts[i]
                while True:
                    if current.end >= last_start or current.advance() == NO_MORE:
                        self._i = i
                        return self.start
                    if current.start > previous:
                        break
                i += 1
                previous = current.end
            self.start = parts[0].start
            if self.start == NO_MORE:
                self._i = i
                return self.exhausted()
            self.end = parts[-1].end
            self._slop = self.end - self.start + 1 - sum(part.width for part in parts)
            i = 1
            if parts[0].advance() == NO_MORE:
                self._i = i
                return self.start
            last_start, minimizing = parts[-1].start, True

    @property
    def gaps(self) -> int:
        return self._slop


class Unordered(Conjunction):
    def _combined(self, parts: list[Intervals]) -> Intervals:
        return _Unordered(parts)

    def disjuncts(self) -> Sequence[Source]:
        return _pulled_all(self.sources, Unordered)

    def __str__(self) -> str:
        return f"UNORDERED({','.join(map(str, self.sources))})"


class _Unordered(Intervals):
    def __init__(self, parts: list[Intervals]) -> None:
        self._parts = parts
        self._queue: list[Intervals] = []
        self._right = -1
        self._slop = 0
        for part in parts:
            if part.advance() == NO_MORE:
                break
            self._add(part)

    def _add(self, part: Intervals) -> None:
        self._queue.append(part)
        self._right = max(self._right, part.end)

    def _top(self) -> Intervals:
        return min(self._queue, key=lambda one: (one.start, -one.end))

    def _step(self) -> None:
        top = self._top()
        self._queue.remove(top)
        if top.advance() != NO_MORE:
            self._add(top)

    def advance(self) -> int:
        whole = len(self._parts)
        while len(self._queue) == whole and self._top().start == self.start:
            self._step()
        if len(self._queue) < whole:
            return self.exhausted()
        while True:
            top = self._top()
            self.start, self.end = top.start, self._right
            self._slop = self.end - self.start + 1 - sum(part.width for part in self._parts)
            if top.end == self.end:
                return self.start
            self._step()
            if len(self._queue) != whole or self.end != self._right:
                return self.start

    @property
    def gaps(self) -> int:
        return self._slop


@dataclass(frozen=True)
class Repeating(Source):
    """As many intervals of one source in a row."""

    source: Source
    count: int
    name: str = ""

    def rows(self, ctx: ShardContext, field: str) -> Mask:
        return self.source.rows(ctx, field)

    def intervals(self, ctx: ShardContext, field: str, row: int) -> Intervals:
        inner = self.source.intervals(ctx, field, row)
        return _Repeating(list(_all(inner)), self.count)

    @property
    def min_extent(self) -> int:
        return self.source.min_extent

    def __str__(self) -> str:
        shown = ",".join([str(self.source)] * self.count)
        return f"{self.name}({shown})" if self.name else shown


class _Repeating(Intervals):
    def __init__(self, found: list[Interval], count: int) -> None:
        self._found, self._count, self._at = found, count, -1

    def advance(self) -> int:
        self._at += 1
        if self._at + self._count > len(self._found):
            return self.exhausted()
        self.start = self._found[self._at][0]
        self.end = self._found[self._at + self._count - 1][1]
        return self.start

    @property
    def width(self) -> int:
        # The real server subtracts the end from the start.
        return sum(a - b + 1 for a, b, _ in self._found[self._at : self._at + self._count])

    @property
    def gaps(self) -> int:
        return self.end - self.start + 1 - self.width


def _all(found: Intervals) -> Iterator[Interval]:
    while found.advance() != NO_MORE:
        yield found.start, found.end, found.gaps


def repeating(source: Source, count: int, name: str = "") -> Source:
    return source if count == 1 else Repeating(source, count, name)


def ordered(sources: Sequence[Source]) -> Source:
    if len(sources) == 1:
        return sources[0]
    groups: list[tuple[Source, int]] = []
    for source in sources:
        if groups and groups[-1][0] == source:
            groups[-1] = (source, groups[-1][1] + 1)
        else:
            groups.append((source, 1))
    if len(groups) == 1:
        return repeating(*groups[0], "ORDERED")
    return Ordered(tuple(repeating(source, count) for source, count in groups))


def unordered(sources: Sequence[Source]) -> Source:
    if len(sources) == 1:
        return sources[0]
    counts: dict[Source, int] = {}
    for source in sources:
        counts[source] = counts.get(source, 0) + 1
    if len(counts) == 1:
        return repeating(*next(iter(counts.items())), "UNORDERED")
    return Unordered(tuple(repeating(source, count) for source, count in counts.items()))


def block(sources: Sequence[Source]) -> Source:
    if len(sources) == 1:
        return sources[0]

    def flat(parts: tuple[Source, ...]) -> Source:
        return Block(tuple(one for part in parts for one in (part.sources if isinstance(part, Block) else (part,))))

    return any_of(_pulled_all(sources, flat))


# --- one filtered by another ------------------------------------------------------------------------------------------


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
            (max(0, start - self.before), min(longest, end + self.after), gaps) for start, end, gaps in _all(inner)
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
        places = (max(0, start - 1) if self.before else min(NO_MORE - 1, end + 1) for start, end, _ in _all(inner))
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
        return ListedIntervals(one for one in _all(inner) if one[2] <= self.most)

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
        return ListedIntervals(one for one in _all(inner) if self.judge(*one))

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
        return any_of(_pulled(source, lambda one: Filtered(one, other, how)))
    if how in ("contained_by", "not_contained_by"):
        return any_of(_pulled(other, lambda one: Filtered(source, one, how)))
    return Filtered(source, other, how)
