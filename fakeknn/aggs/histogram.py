"""histogram: a bucket for each interval; empty ones between them as min_doc_count 0 asks for.

Source: InternalHistogram, RangeHistogramAggregator; what date_histogram shares with it is here, too.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, ClassVar, NoReturn, Self

import numpy as np
from numpy.typing import NDArray

from fakeknn.aggs.base import Aggregation, Collector, created, register
from fakeknn.aggs.docs import Docs, bucketed, pairs_once
from fakeknn.aggs.fielddata import NUMBERS, NUMERIC, RANGE
from fakeknn.aggs.formats import Format, text_of
from fakeknn.aggs.merging import same_keyed
from fakeknn.aggs.orders import KEY_ASCENDING, KeyOrder, Orders, parse_orders
from fakeknn.aggs.results import Bucket, Internal, MultiBucket, Reduction, Results, merged
from fakeknn.aggs.selection import split
from fakeknn.aggs.thresholds import at_least
from fakeknn.aggs.value_members import REQUIRED, members
from fakeknn.aggs.values import Given, Source
from fakeknn.errors import IllegalArgumentException, InvocationTargetException, NotFaked, Where, XContentParseException
from fakeknn.query.context import ShardContext
from fakeknn.xcontent import objects
from fakeknn.xcontent.java import java_double
from fakeknn.xcontent.objects import Member, ObjectParser, declared

#: No more empty buckets than this are made before it is counted how many there would be.
_FEW = 100_000

_WIDEST = 2**23


# --- results ----------------------------------------------------------------------------------------------------------


class Histogram(MultiBucket):
    """Buckets in the order of their keys until the merge; ``empty`` are the results inside an empty one."""

    __slots__ = ("empty", "format", "steps")
    agg: HistogramLike

    def __init__(
        self, agg: HistogramLike, buckets: list[Bucket], format: Format, steps: Steps, empty: Results | None
    ) -> None:
        super().__init__(agg, buckets)
        self.format = format
        self.steps = steps
        self.empty = empty

    @property
    def keyed(self) -> bool:
        return self.agg.keyed

    def bucket(self, key: Any, doc_count: int, results: Results) -> Bucket:
        """createBucket."""
        return Bucket(key, doc_count, results, key_members(self.format, key))

    def next_key(self, key: Any) -> Any:
        """HistogramFactory.nextKey."""
        return self.steps.after(key)

    def body(self, typed: bool) -> dict[str, Any]:
        if self.keyed:
            shown = {text_of(self.format.show(bucket.key)): bucket.json(typed) for bucket in self.buckets}
            return {"buckets": shown}
        return super().body(typed)

    def reduce(self, parts: Sequence[Self], reduction: Reduction) -> Internal:
        buckets = [merged(self.agg, same, reduction) for same in same_keyed([part.buckets for part in parts])]
        buckets = [bucket for bucket in buckets if bucket.doc_count >= self.agg.min_doc_count]
        if self.agg.min_doc_count == 0:
            assert self.empty is not None
            inside = self.agg.subs.reduce([self.empty], reduction)
            keys = list(self._all_keys([bucket.key for bucket in buckets], reduction))
            by_key = {bucket.key: bucket for bucket in buckets}
            buckets = [by_key[key] if key in by_key else self.bucket(key, 0, inside) for key in keys]
        orders = self.agg.orders
        if not orders.by_key:
            orders.sort(buckets)
        elif not orders.key_ascending:
            buckets.reverse()
        reduction.consume(len(buckets))
        return self.with_buckets(buckets)

    def _all_keys(self, keys: list[Any], reduction: Reduction) -> Iterator[Any]:
        """The keys, and those of the empty buckets before, between and behind them."""
        ends = [*keys[:1], *keys[-1:], *self.steps.bounds()]
        count = self.steps.between(min(ends), max(ends)) if ends else 0
        if count > _FEW:
            reduction.consume(int(min(count, 2**31 - 2)) + 1)
        return self.steps.filled(keys)


def key_members(format: Format, key: Any) -> dict[str, Any]:
    shown = {} if format.raw else {"key_as_string": text_of(format.show(key))}
    if isinstance(key, float) and not math.isfinite(key):
        key = java_double(key)  # which JSON has no number for
    return {**shown, "key": key}


class Steps:
    """Where buckets begin: the keys that follow one another, and the bounds that they reach to."""

    def after(self, key: Any) -> Any:
        raise NotImplementedError

    def bounds(self) -> list[Any]:
        """The bounds that buckets are made up to."""
        raise NotImplementedError

    def between(self, low: Any, high: Any) -> float:
        """About how many keys there are between two."""
        raise NotImplementedError

    def filled(self, keys: Sequence[Any]) -> Iterator[Any]:
        """addEmptyBuckets: the keys with all between them and up to the bounds."""
        raise NotImplementedError

    @property
    def unasked(self) -> Steps:
        """The steps of a histogram that no document has been asked for (buildEmptyAggregation)."""
        return self


# --- definitions ------------------------------------------------------------------------------------------------------


@dataclass(eq=False)
class HistogramLike(Aggregation):
    default: ClassVar[str] = NUMERIC
    given: Given
    keyed: bool = False
    min_doc_count: int = 0
    orders: Orders = KEY_ASCENDING

    def build(self, ctx: ShardContext) -> Collector:
        source = self.given.source(ctx, self, (*NUMBERS, RANGE), self.default)
        grid = self.grid(ctx, source)
        subs = self.subs.build(ctx)
        created(ctx, lambda: self.orders.validate(self))
        if source.type == RANGE:
            assert source.field is not None
            kind = source.field.kind
            created(ctx, lambda: self.check_ranges(kind))
        if self.parent is None:
            created(ctx, lambda: grid.prepare(ctx, source))
        return lambda docs: self.collect(docs, source, grid, subs)

    def grid(self, ctx: ShardContext, source: Source) -> Grid:
        raise NotImplementedError

    def check_ranges(self, kind: str) -> None:
        """Refuse ranges of another type."""
        raise NotImplementedError

    def collect(self, docs: Docs, source: Source, grid: Grid, subs: Callable[[Docs], list[Results]]) -> list[Internal]:
        at, codes, keys = grid.codes(docs, source)
        first = pairs_once(at, codes)
        if first is not None:
            at, codes = at[first], codes[first]
        numbers, found, owners = bucketed(docs, at, codes)
        inside = docs.taken(at, numbers, len(found))
        counts, results = inside.counts().tolist(), subs(inside)
        members: dict[int, tuple[Any, dict[str, Any]]] = {}
        listed = found.tolist()  # a NaN among them is itself alone
        for code in set(listed):
            key = keys(code)
            members[code] = key, key_members(source.format, key)
        buckets: list[Bucket] = [
            Bucket(members[code][0], count, result, members[code][1])
            for code, count, result in zip(listed, counts, results, strict=True)
        ]
        empty = subs(docs.nothing())[0] if self.min_doc_count == 0 else None
        steps = grid.steps.unasked if docs.unmapped else grid.steps
        return [Histogram(self, own, source.format, steps, empty) for own in split(owners, docs.n, buckets)]


class Grid:
    """How the values of a shard fall into buckets."""

    steps: Steps

    def prepare(self, ctx: ShardContext, source: Source) -> None:
        """What is looked at before any document is, where no aggregation is around it."""

    def codes(self, docs: Docs, source: Source) -> tuple[NDArray[Any], NDArray[Any], Callable[[int], Any]]:
        """Positions, the whole number of each one's bucket, and what key such a number stands for."""
        raise NotImplementedError


# --- histogram --------------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class DoubleBounds:
    low: float | None = None
    high: float | None = None

    def __str__(self) -> str:
        return "--".join("" if bound is None else java_double(bound) for bound in (self.low, self.high))


@dataclass(frozen=True)
class NumberSteps(Steps):
    interval: float
    offset: float
    low: float
    high: float

    def _round(self, key: float) -> float:
        steps = (key - self.offset) / self.interval
        return (math.floor(steps) if math.isfinite(steps) else steps) * self.interval + self.offset

    def after(self, key: float) -> float:
        return self._round(key + self.interval + self.interval / 2)

    def bounds(self) -> list[float]:
        return [bound for bound in (self.low, self.high) if math.isfinite(bound)]

    def between(self, low: float, high: float) -> float:
        return (high - low) / self.interval

    def filled(self, keys: Sequence[float]) -> Iterator[float]:
        key = self._round(self.low) if math.isfinite(self.low) else math.inf
        if not keys:
            while key <= self.high:
                yield key
                key = self.after(key)
            return
        while key < keys[0]:
            yield key
            key = self.after(key)
        last: float | None = None
        for key in keys:
            if last is not None:
                between = self.after(last)
                while between < key:
                    yield between
                    between = self.after(between)
            yield key
            last = key
        assert last is not None
        key = self.after(last)
        while key <= self.high:
            yield key
            key = self.after(key)


class NumberGrid(Grid):
    def __init__(self, steps: NumberSteps, hard: DoubleBounds | None) -> None:
        self.steps = steps
        self.interval, self.offset = steps.interval, steps.offset
        self.hard = hard

    def codes(self, docs: Docs, source: Source) -> tuple[NDArray[Any], NDArray[Any], Callable[[int], Any]]:
        loaded = source.doubles(docs)
        at, numbers = loaded.at, np.floor((loaded.values - self.offset) / self.interval)
        if self.hard is not None:
            keys = numbers * self.interval
            low = -math.inf if self.hard.low is None else self.hard.low
            high = math.inf if self.hard.high is None else self.hard.high
            kept = (keys >= low) & (keys <= high)
            at, numbers = at[kept], numbers[kept]
        if len(numbers) and np.abs(numbers).max() < 2**62:
            return at, numbers.astype(np.int64), lambda code: float(code) * self.interval + self.offset
        return at, numbers, lambda code: code * self.interval + self.offset


class NumberRangeGrid(Grid):
    """Ranges of numbers: a document is in every bucket that one of its ranges touches."""

    def __init__(self, steps: NumberSteps, hard: DoubleBounds | None) -> None:
        self.steps = steps
        self.interval, self.offset = steps.interval, steps.offset
        self.hard = hard or DoubleBounds()

    def codes(self, docs: Docs, source: Source) -> tuple[NDArray[Any], NDArray[Any], Callable[[int], Any]]:
        at, lows, highs = source.ranges(docs)
        lows, highs = lows.astype(np.float64), highs.astype(np.float64)
        lows = lows if self.hard.low is None else np.maximum(lows, self.hard.low)
        highs = highs if self.hard.high is None else np.minimum(highs, self.hard.high)
        firsts, lasts = (np.floor((bounds - self.offset) / self.interval) for bounds in (lows, highs))
        check_width(lasts - firsts)
        at, codes = spread(at, firsts.astype(np.int64), lasts.astype(np.int64))
        return at, codes, lambda code: float(code) * self.interval + self.offset


def check_width(widths: NDArray[Any]) -> None:
    """The real server's circuit breaker stops what would take all its memory."""
    if np.maximum(widths, 0).sum() > _WIDEST:
        raise NotFaked("a histogram of ranges that touch millions of buckets")


def spread(
    at: NDArray[Any], firsts: NDArray[np.int64], lasts: NDArray[np.int64]
) -> tuple[NDArray[Any], NDArray[np.int64]]:
    """Each position with every number from its first to its last, once and ascending."""
    counts = np.maximum(lasts - firsts + 1, 0)
    ends = np.cumsum(counts)
    codes = np.arange(int(ends[-1]) if len(ends) else 0) - np.repeat(ends - counts - firsts, counts)
    at = np.repeat(at, counts)
    order = np.lexsort((codes, at))
    return at[order], codes[order]


@dataclass(eq=False)
class HistogramOf(HistogramLike):
    kind = "histogram"
    interval: float = 0.0
    offset: float = 0.0
    extended: DoubleBounds | None = None
    hard: DoubleBounds | None = None

    def grid(self, ctx: ShardContext, source: Source) -> Grid:
        wide, hard = self.extended or DoubleBounds(), self.hard
        if self.extended is not None and hard is not None:
            too_high = hard.high is not None and wide.high is not None and hard.high < wide.high
            too_low = hard.low is not None and wide.low is not None and hard.low > wide.low
            if too_high or too_low:
                ends = "--".join("null" if bound is None else java_double(bound) for bound in (wide.low, wide.high))
                raise IllegalArgumentException(
                    f"Extended bounds have to be inside hard bounds, hard bounds: [{hard}], extended bounds: [{ends}]"
                )
        if self.interval <= 0:
            raise IllegalArgumentException(f"interval must be positive, got: {java_double(self.interval)}")
        low = math.inf if wide.low is None else wide.low
        high = -math.inf if wide.high is None else wide.high
        kind = NumberRangeGrid if source.type == RANGE else NumberGrid
        return kind(NumberSteps(self.interval, self.offset, low, high), hard)

    def check_ranges(self, kind: str) -> None:
        if kind == "ip_range":
            raise IllegalArgumentException(f"Expected numeric range type but found non-numeric range [{kind}]")


def _double_bound(container: Any, key: Any) -> float | None:
    return None if container[key] is None else objects.decimal(container, key)


_DOUBLE_OR_NULL = Member(("VALUE_NUMBER", "VALUE_STRING", "VALUE_NULL"), _double_bound)
_DOUBLE_BOUNDS = ObjectParser("double_bounds", {"min": _DOUBLE_OR_NULL, "max": _DOUBLE_OR_NULL}, applied=True)


def _double_bounds(container: Any, key: Any) -> DoubleBounds:
    values = _DOUBLE_BOUNDS.parse(container, key)
    low, high = values.get("min"), values.get("max")
    try:
        _check_bounds(low, high)
    except IllegalArgumentException as wrong:
        _unbuilt(container[key], wrong)
    return DoubleBounds(low, high)


def _check_bounds(low: float | None, high: float | None) -> None:
    for name, bound in (("min", low), ("max", high)):
        if bound is not None and not math.isfinite(bound):
            raise IllegalArgumentException(f"{name} bound must be finite, got: {java_double(bound)}")
    if low is not None and high is not None and high < low:
        raise IllegalArgumentException(
            f"max bound [{java_double(high)}] must be greater than min bound [{java_double(low)}]"
        )


def _unbuilt(body: Mapping[str, Any], wrong: IllegalArgumentException) -> NoReturn:
    """Bounds are built by reflection, when both are there: that is inside the second of them, or behind both."""
    invoked = InvocationTargetException(None)
    invoked.__cause__ = wrong
    failed = IllegalArgumentException(
        "Cannot instantiate an object of org.opensearch.search.aggregations.bucket.histogram.DoubleBounds"
    )
    failed.__cause__ = invoked
    try:
        with objects.building("double_bounds"):
            raise failed
    except XContentParseException as unbuilt:
        if len(body) < 2:
            raise
        last = list(body)[-1]
        place = Where(body, last)
        error = XContentParseException(f"[double_bounds] failed to parse field [{last}]", at=place)
        raise objects.stopped_at(error, place) from unbuilt


def _interval(name: str) -> Callable[[Any, Any], float]:
    def read(container: Any, key: Any) -> float:
        value = objects.decimal(container, key)
        if value <= 0:
            raise IllegalArgumentException(f"[interval] must be >0 for histogram aggregation [{name}]")
        return value

    return read


@register("histogram")
def parse_histogram(name: str, container: Any, key: Any) -> Aggregation:
    declarations = {
        **members(),
        "interval": declared("double", _interval(name)),
        "offset": declared("double"),
        "keyed": declared("boolean"),
        "min_doc_count": declared("long", at_least(0, "minDocCount", name, 64)),
        "extended_bounds": declared("object", _double_bounds),
        "hard_bounds": declared("object", _double_bounds),
        "order": declared("object_array", parse_orders),
    }
    values = ObjectParser("histogram", declarations, required=REQUIRED).parse(container, key)
    return HistogramOf(
        Given.of(values),
        values.get("keyed", False),
        values.get("min_doc_count", 0),
        Orders.of(values.get("order") or [KeyOrder(True)]),
        values.get("interval", 0.0),
        values.get("offset", 0.0),
        values.get("extended_bounds"),
        values.get("hard_bounds"),
    )
