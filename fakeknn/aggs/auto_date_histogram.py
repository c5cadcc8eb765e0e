"""auto_date_histogram: as many calendar intervals as are wanted at most, of the smallest unit that gives no more.

Source: AutoDateHistogramAggregator, InternalAutoDateHistogram.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, Self

import numpy as np
from numpy.typing import NDArray

from fakeknn.aggs.base import Aggregation, Collector, register, shard_buckets
from fakeknn.aggs.date_histogram import edges, told_bounds
from fakeknn.aggs.docs import Docs, bucketed
from fakeknn.aggs.fielddata import DATE, NUMBERS
from fakeknn.aggs.formats import Format
from fakeknn.aggs.histogram import key_members
from fakeknn.aggs.merging import same_keyed
from fakeknn.aggs.results import Bucket, Internal, MultiBucket, Reduction, Results, merged
from fakeknn.aggs.selection import split
from fakeknn.aggs.value_members import REQUIRED, members
from fakeknn.aggs.values import Given, Source
from fakeknn.dates import UTC, Rounding
from fakeknn.errors import IllegalArgumentException, NoSuchElementException, NotFaked
from fakeknn.query.context import ShardContext
from fakeknn.xcontent import objects
from fakeknn.xcontent.objects import ObjectParser, declared


@dataclass(frozen=True)
class RoundingInfo:
    """A unit, about how long it lasts, and how many of it may make one bucket."""

    unit: str
    millis: int
    short: str
    inner: tuple[int, ...]

    @property
    def most(self) -> int:
        return self.inner[-1]


_DAY = 86_400_000
ROUNDINGS = (
    RoundingInfo("second", 1000, "s", (1, 5, 10, 30)),
    RoundingInfo("minute", 60_000, "m", (1, 5, 10, 30)),
    RoundingInfo("hour", 3_600_000, "h", (1, 3, 12)),
    RoundingInfo("day", _DAY, "d", (1, 7)),
    RoundingInfo("month", 30 * _DAY, "M", (1, 3)),
    RoundingInfo("year", 365 * _DAY, "y", (1, 5, 10, 20, 50, 100)),
)


#: No more empty buckets than this are made.
_MOST_EMPTY = 2_000_000


class AutoBuckets(MultiBucket):
    __slots__ = ("empty", "format", "index", "inner")
    agg: AutoDateHistogram

    def __init__(self, agg: AutoDateHistogram, buckets: list[Bucket], format: Format, index: int, empty: Results):
        super().__init__(agg, buckets)
        self.format = format
        self.index = index
        self.inner = 1
        self.empty = empty

    def bucket(self, key: int, doc_count: int, results: Results) -> Bucket:
        return Bucket(key, doc_count, results, key_members(self.format, key))

    def next_key(self, key: int) -> int:
        return self.agg.roundings[self.index].next(key)

    def body(self, typed: bool) -> dict[str, Any]:
        return {**super().body(typed), "interval": f"{self.inner}{self.agg.infos[self.index].short}"}

    def reduce(self, parts: Sequence[Self], reduction: Reduction) -> Internal:
        index = max(part.index for part in parts)
        everything = [bucket for same in same_keyed([part.buckets for part in parts]) for bucket in same]
        buckets = self._grouped(everything, index, reduction)
        buckets, index = self._coarser(buckets, index, reduction)
        if buckets:
            index = self._fitting(buckets[0].key, buckets[-1].key, index)
            if (buckets[-1].key - buckets[0].key) // self.agg.infos[index].millis > _MOST_EMPTY:
                raise NotFaked("an [auto_date_histogram] of millions of empty buckets")
            rounding = self.agg.roundings[index]
            by_key = {bucket.key: bucket for bucket in self._grouped(buckets, index, reduction)}
            inside = self.agg.subs.reduce([self.empty], reduction)
            keys = edges(rounding, min(by_key), max(by_key)).tolist()
            buckets = [by_key[key] if key in by_key else self.bucket(key, 0, inside) for key in keys]
            buckets, index = self._coarser(buckets, index, reduction)
        whole = self.with_buckets(buckets)
        whole.index = index
        whole._join(reduction)
        reduction.consume(len(whole.buckets))
        return whole

    def _grouped(self, buckets: Sequence[Bucket], index: int, reduction: Reduction) -> list[Bucket]:
        """mergeBuckets: those that are one when rounded so."""
        if not buckets:
            return []
        rounded = self.agg.roundings[index].round(np.array([bucket.key for bucket in buckets], np.int64)).tolist()
        found: dict[int, list[Bucket]] = {}
        for key, bucket in zip(rounded, buckets, strict=True):
            found.setdefault(key, []).append(self.bucket(key, bucket.doc_count, bucket.results))
        return [merged(self.agg, same, reduction) for same in found.values()]

    def _coarser(self, buckets: list[Bucket], index: int, reduction: Reduction) -> tuple[list[Bucket], int]:
        """mergeBucketsIfNeeded."""
        infos, target = self.agg.infos, self.agg.target
        while len(buckets) > target * infos[index].most and index < len(infos) - 1:
            index += 1
            buckets = self._grouped(buckets, index, reduction)
        return buckets, index

    def _fitting(self, low: int, high: int, index: int) -> int:
        """getAppropriateRounding."""
        infos, target = self.agg.infos, self.agg.target
        if index == len(infos) - 1:
            return index
        current = index
        for i in range(index + 1, len(infos)):
            if (high - low) // infos[i].millis < target * infos[i].most:
                current = i - 1
                break
        while True:
            required = len(edges(self.agg.roundings[current], low, high - 1)) if high > low else 0
            current += 1
            if required <= target * infos[current - 1].most or current >= len(infos):
                return current - 1

    def _join(self, reduction: Reduction) -> None:
        """maybeMergeConsecutiveBuckets."""
        target = self.agg.target
        if len(self.buckets) <= target:
            return
        for inner in self.agg.infos[self.index].inner:
            if -(-len(self.buckets) // inner) <= target:
                runs = [self.buckets[i : i + inner] for i in range(0, len(self.buckets), inner)]
                self.buckets = [merged(self.agg, run, reduction) for run in runs]
                self.inner = inner
                return


@dataclass(eq=False)
class AutoDateHistogram(Aggregation):
    kind = "auto_date_histogram"
    joins_buckets = True
    given: Given
    target: int = 10
    least: str | None = None

    def __post_init__(self) -> None:
        start = next((i for i, info in enumerate(ROUNDINGS) if info.unit == self.least), 0)
        self.infos = ROUNDINGS[start:]
        zone = self.given.zone or UTC
        self.roundings = [Rounding(unit=info.unit, zone=zone) for info in self.infos]

    def build(self, ctx: ShardContext) -> Collector:
        source = self.given.source(ctx, self, NUMBERS, DATE)
        if len(self.infos) == 1:  # there is no interval below the last, whose maximum is asked for
            raise NoSuchElementException("No value present")
        most = max(inner for info in self.infos[:-1] for inner in info.inner)
        ceiling = shard_buckets(ctx).max_buckets // most
        if self.target > ceiling:
            raise IllegalArgumentException(f"buckets must be less than {ceiling}")
        subs = self.subs.build(ctx)
        told = told_bounds(ctx, source, self.roundings[0]) if self.parent is None else None
        # The unit is chosen for the bounds that are told, also where the values between them would do with a smaller.
        level = 0 if told is None else self.level_of(*told)
        return lambda docs: self.collect(docs, source, level, subs)

    def level_of(self, low: int, high: int) -> int:
        """DateHistogramAggregatorBridge.getRounding: which unit queries between these instants are made by."""
        best = (int(high) - int(low)) // self.target
        fits = (level for level, info in enumerate(self.infos) if best <= info.most * info.millis)
        return next(fits, len(self.infos) - 1)

    def collect(self, docs: Docs, source: Source, level: int, subs: Callable[[Docs], list[Results]]) -> list[Internal]:
        loaded = source.load(docs)
        at, values = loaded.at, loaded.values.astype(np.int64, copy=False)
        owners = docs.owners[at]
        keys, kept = np.empty(len(values), np.int64), np.ones(len(values), bool)
        levels = []
        several = len(at) > 1 and bool((at[1:] == at[:-1]).any())
        for owner in range(docs.n):
            own = np.flatnonzero(owners == owner) if docs.n > 1 else slice(None)
            if several:
                keys[own], reached, kept[own] = self._rounded_in_turn(at[own], values[own], level)
            else:
                keys[own], reached = self._rounded(values[own], level)
            levels.append(reached)
        if several:
            at, keys = at[kept], keys[kept]
        numbers, found, bucket_owners = bucketed(docs, at, keys)
        inside = docs.taken(at, numbers, len(found))
        format = source.format
        buckets: list[Bucket] = [
            Bucket(key, count, result, key_members(format, key))
            for key, count, result in zip(found.tolist(), inside.counts().tolist(), subs(inside), strict=True)
        ]
        empty = subs(docs.nothing())[0]
        own_buckets = split(bucket_owners, docs.n, buckets)
        return [AutoBuckets(self, own_buckets[i], format, levels[i], empty) for i in range(docs.n)]

    def _rounded(self, values: Any, level: int) -> tuple[Any, int]:
        """One owner's values rounded as its shard does: by the smallest unit from ``level`` on that gives not too many
        buckets.
        """
        if not len(values):
            return values, level
        last = len(self.infos) - 1
        for i in range(level, last + 1):
            if i < last and int(values.max()) - int(values.min()) > 2 * self._width(i):
                continue
            keys = self.roundings[i].round(values)
            distance = int(keys.max()) - int(keys.min())
            fits = distance <= self._width(i)
            if i == last or (fits and len(np.unique(keys)) <= self._room(i)):
                return keys, i
        raise AssertionError(values)

    def _rounded_in_turn(self, at: Any, values: Any, least: int) -> tuple[Any, int, Any]:
        """The same where documents have several values: the unit grows while they are collected. A document counts once
        for each bucket that it has in the units of its time, even if these are one in the end; ``kept`` tells so.
        """
        levels = self._levels_in_turn(values, least)
        in_time = np.empty(len(values), np.int64)
        for level in np.unique(levels).tolist():
            own = levels[:-1] == level
            in_time[own] = self.roundings[level].round(values[own])
        kept = np.ones(len(values), bool)
        kept[1:] = (at[1:] != at[:-1]) | (in_time[1:] != in_time[:-1])
        last = int(levels[-1])
        return self.roundings[last].round(values), last, kept

    def _levels_in_turn(self, values: Any, least: int) -> NDArray[np.int64]:
        """increaseRoundingIfNeeded: which unit each value meets, and behind them the one in the end."""
        last = len(self.infos) - 1
        levels = np.full(len(values) + 1, least)
        start, level, low, high = 0, least, 2**63 - 1, -(2**63)
        while level < last and start < len(values):
            keys = self.roundings[level].round(values)
            fresh = np.zeros(len(values), np.int64)
            fresh[np.unique(keys, return_index=True)[1]] = 1
            lows = np.minimum(np.minimum.accumulate(keys[start:]), low)
            highs = np.maximum(np.maximum.accumulate(keys[start:]), high)
            over = (np.cumsum(fresh)[start:] > self._room(level)) | (highs - lows > self._width(level))
            if not over.any():
                break
            first = int(np.argmax(over))
            low, high = int(lows[first]), int(highs[first])
            start += first + 1
            level += 1
            while level < last and (
                high - low > self._width(level)
                or len(np.unique(self.roundings[level].round(values[:start]))) > self._room(level)
            ):
                level += 1
            levels[start:] = level
        return levels

    def _room(self, level: int) -> int:
        return self.target * self.infos[level].most

    def _width(self, level: int) -> int:
        return self._room(level) * self.infos[level].millis


_UNITS = "[second, minute, hour, day, month, year]"


def _least(container: Any, key: Any) -> str | None:
    text = objects.text_or_none(container, key)
    if text is not None and text not in {info.unit for info in ROUNDINGS}:
        raise IllegalArgumentException(f"minimum_interval must be one of [{_UNITS}]")
    return text


@register("auto_date_histogram")
def parse_auto_date_histogram(name: str, container: Any, key: Any) -> Aggregation:
    def target(container: Any, key: Any) -> int:
        value = objects.integer(container, key)
        if value <= 0:
            raise IllegalArgumentException(f"buckets must be greater than 0 for [{name}]")
        return value

    declarations = {
        **members(zone=True),
        "buckets": declared("int", target),
        "minimum_interval": declared("string_or_null", _least),
    }
    values = ObjectParser("auto_date_histogram", declarations, required=REQUIRED).parse(container, key)
    return AutoDateHistogram(Given.of(values), values.get("buckets", 10), values.get("minimum_interval"))
