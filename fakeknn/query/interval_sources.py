"""Sources of intervals (Lucene's intervals package): where in a document terms stand, near one another or apart.

Each source is asked document by document, and only of those that have the terms it needs; its iterator gives the
document's intervals, each the smallest of its kind.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import product

import numpy as np

from fakeknn.errors import IllegalArgumentException, IllegalStateException
from fakeknn.query.context import ShardContext, running
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


def text_column(ctx: ShardContext, field: str) -> TextColumn | None:
    mapped = ctx.field(field)
    column = None if mapped is None else ctx.column(mapped)
    return column if isinstance(column, TextColumn) else None


def places_of(ctx: ShardContext, field: str, term: str, row: int) -> list[int]:
    key = ("interval term", field, term)
    found = ctx.memo.get(key)
    if found is None:
        column = text_column(ctx, field)
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
        column = text_column(ctx, field)
        if column is not None:
            mask[postings(column, self.term)[0]] = True
        return mask

    def intervals(self, ctx: ShardContext, field: str, row: int) -> Intervals:
        return ListedIntervals((place, place, 0) for place in places_of(ctx, field, self.term, row))

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
            column = text_column(ctx, field)
            found = [] if column is None else dictionary_terms(column, self.matcher)
            if len(found) > self.limit:
                raise running(
                    IllegalStateException(f"Automaton [{self.pattern}] expanded to too many terms (limit {self.limit})")
                )
            ctx.memo[key] = found
        return found

    def rows(self, ctx: ShardContext, field: str) -> Mask:
        mask = ctx.nothing()
        column = text_column(ctx, field)
        for term in self._terms(ctx, field):
            assert column is not None
            mask[postings(column, term)[0]] = True
        return mask

    def intervals(self, ctx: ShardContext, field: str, row: int) -> Intervals:
        places = sorted({place for term in self._terms(ctx, field) for place in places_of(ctx, field, term, row)})
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
        return pulled_up(self.source, lambda one: FixedField(self.name, one))

    def __str__(self) -> str:
        return f"FIELD({self.name},{self.source})"


@dataclass(frozen=True)
class Disjunction(Source):
    sources: tuple[Source, ...]

    def rows(self, ctx: ShardContext, field: str) -> Mask:
        mask = ctx.nothing()
        for source in self.sources:
            mask |= source.rows(ctx, field)
        return mask

    def intervals(self, ctx: ShardContext, field: str, row: int) -> Intervals:
        return _AnyOfIntervals([source.intervals(ctx, field, row) for source in self.sources])

    @property
    def min_extent(self) -> int:
        return min(source.min_extent for source in self.sources)

    def disjuncts(self) -> Sequence[Source]:
        return self.sources

    def __str__(self) -> str:
        return "or(" + ",".join(sorted(map(str, self.sources))) + ")"


class _AnyOfIntervals(Intervals):
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


def split_sources(source: Source) -> list[Source]:
    """Disjunctions.splitDisjunctions: single positions stay together, all else goes by itself."""
    single = [one for one in source.disjuncts() if one.min_extent == 1]
    return ([any_of(single)] if single else []) + [one for one in source.disjuncts() if one.min_extent != 1]


def pulled_up(source: Source, make: Callable[[Source], Source]) -> list[Source]:
    return [make(one) for one in split_sources(source)]


def pulled_up_all(sources: Sequence[Source], make: Callable[[tuple[Source, ...]], Source]) -> list[Source]:
    splits = [split_sources(source) for source in sources]
    count = 1
    for split in splits:
        count *= len(split) if len(split) != 1 else 1
        if count > MAX_CLAUSE_COUNT:
            raise IllegalArgumentException("Too many disjunctions to expand")
    return [make(parts) for parts in product(*splits)]


def all_of(found: Intervals) -> Iterator[Interval]:
    while found.advance() != NO_MORE:
        yield found.start, found.end, found.gaps
