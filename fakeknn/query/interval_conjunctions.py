"""Intervals of several sources together: blocks, ordered, unordered, repeated."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from fakeknn.query.context import ShardContext
from fakeknn.query.interval_sources import NO_MORE, Interval, Intervals, Source, all_of, any_of, pulled_up_all
from fakeknn.view import Mask


@dataclass(frozen=True)
class Conjunction(Source):
    sources: tuple[Source, ...]

    def rows(self, ctx: ShardContext, field: str) -> Mask:
        """Nothing is asked of the sources behind one that is not there at all."""
        mask = ctx.everything()
        for source in self.sources:
            part = source.rows(ctx, field)
            if not part.any():
                return part
            mask = mask & part
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
        return _BlockIntervals(parts)

    def __str__(self) -> str:
        return f"BLOCK({','.join(map(str, self.sources))})"


class _BlockIntervals(Intervals):
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
        return _OrderedIntervals(parts)

    def disjuncts(self) -> Sequence[Source]:
        return pulled_up_all(self.sources, Ordered)

    def __str__(self) -> str:
        return f"ORDERED({','.join(map(str, self.sources))})"


class _OrderedIntervals(Intervals):
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
        return _UnorderedIntervals(parts)

    def disjuncts(self) -> Sequence[Source]:
        return pulled_up_all(self.sources, Unordered)

    def __str__(self) -> str:
        return f"UNORDERED({','.join(map(str, self.sources))})"


class _UnorderedIntervals(Intervals):
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
        return _RepeatingIntervals(list(all_of(inner)), self.count)

    @property
    def min_extent(self) -> int:
        return self.source.min_extent

    def __str__(self) -> str:
        shown = ",".join([str(self.source)] * self.count)
        return f"{self.name}({shown})" if self.name else shown


class _RepeatingIntervals(Intervals):
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

    return any_of(pulled_up_all(sources, flat))
