"""histogram and date_histogram: a bucket for each interval; empty ones between them as min_doc_count 0 asks for.

Source: InternalHistogram, InternalDateHistogram, DateIntervalWrapper.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, ClassVar, NoReturn, Self

import numpy as np
from numpy.typing import NDArray

from fakeknn.aggs.base import (
    Aggregation,
    Bucket,
    Collector,
    Docs,
    Internal,
    MultiBucket,
    Reduction,
    Results,
    bucketed,
    merged,
    pairs_once,
    register,
    same_keyed,
)
from fakeknn.aggs.fielddata import DATE, NUMBERS, NUMERIC
from fakeknn.aggs.formats import Format, text_of
from fakeknn.aggs.orders import KEY_ASCENDING, KeyOrder, Orders, parse_orders
from fakeknn.aggs.terms import at_least, split
from fakeknn.aggs.values import REQUIRED, Given, Source, members
from fakeknn.dates import UTC, Rounding
from fakeknn.errors import (
    IllegalArgumentException,
    InvocationTargetException,
    StringIndexOutOfBoundsException,
    Where,
    XContentParseException,
)
from fakeknn.query.base import ShardContext
from fakeknn.units import parse_time_value
from fakeknn.xcontent import objects
from fakeknn.xcontent.java import java_double
from fakeknn.xcontent.objects import Member, ObjectParser, declared

#: No more empty buckets than this are made before it is counted how many there would be.
_FEW = 100_000


# --- results ----------------------------------------------------------------------------------------------------------


class HistogramBucket(Bucket):
    __slots__ = ()

    @property
    def key_value(self) -> Any:
        return self.key


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
        return HistogramBucket(key, doc_count, results, key_members(self.format, key))

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
            reduction.consume(int(count) + 1)
        return self.steps.filled(keys)


def key_members(format: Format, key: Any) -> dict[str, Any]:
    return {"key": key} if format.raw else {"key_as_string": text_of(format.show(key)), "key": key}


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


# --- definitions ------------------------------------------------------------------------------------------------------


@dataclass(eq=False)
class HistogramLike(Aggregation):
    default: ClassVar[str] = NUMERIC
    given: Given
    keyed: bool = False
    min_doc_count: int = 0
    orders: Orders = KEY_ASCENDING

    def build(self, ctx: ShardContext) -> Collector:
        source = self.given.source(ctx, self, NUMBERS, self.default)
        grid = self.grid(ctx, source)
        subs = self.subs.build(ctx)
        self.orders.validate(self)
        return lambda docs: self.collect(docs, source, grid, subs)

    def grid(self, ctx: ShardContext, source: Source) -> Grid:
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
        for code in set(found.tolist()):
            key = keys(code)
            members[code] = key, key_members(source.format, key)
        buckets: list[Bucket] = [
            HistogramBucket(members[code][0], count, result, members[code][1])
            for code, count, result in zip(found.tolist(), counts, results, strict=True)
        ]
        empty = subs(docs.nothing())[0] if self.min_doc_count == 0 else None
        return [Histogram(self, own, source.format, grid.steps, empty) for own in split(owners, docs.n, buckets)]


class Grid:
    """How the values of a shard fall into buckets."""

    steps: Steps

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
        return math.floor((key - self.offset) / self.interval) * self.interval + self.offset

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
        return NumberGrid(NumberSteps(self.interval, self.offset, low, high), hard)


def _double_bound(container: Any, key: Any) -> float | None:
    return None if container[key] is None else objects.decimal(container, key)


_DOUBLE_OR_NULL = Member(("VALUE_NUMBER", "VALUE_STRING", "VALUE_NULL"), _double_bound)
_DOUBLE_BOUNDS = ObjectParser("double_bounds", {"min": _DOUBLE_OR_NULL, "max": _DOUBLE_OR_NULL})


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


# --- date_histogram ---------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class LongBounds:
    """Milliseconds, or texts that the field's format reads."""

    low: int | str | None = None
    high: int | str | None = None

    def parsed(self, name: str, what: str, source: Source, ctx: ShardContext) -> tuple[int | None, int | None]:
        """parseAndValidate."""
        low, high = (
            int(source.format.parse(bound, ctx.now)) if isinstance(bound, str) else bound
            for bound in (self.low, self.high)
        )
        if low is not None and high is not None and low > high:
            raise IllegalArgumentException(
                f"[{what}.min][{low}] cannot be greater than [{what}.max][{high}] for histogram aggregation [{name}]"
            )
        return low, high

    def __str__(self) -> str:
        return "--".join("" if bound is None else str(bound) for bound in (self.low, self.high))


@dataclass(frozen=True)
class DateSteps(Steps):
    rounding: Rounding
    low: int | None
    high: int | None
    """Bounds as keys, without the offset."""

    def after(self, key: int) -> int:
        return self.rounding.next(int(key))

    def bounds(self) -> list[int]:
        return [bound + self.rounding.offset for bound in (self.low, self.high) if bound is not None]

    def between(self, low: int, high: int) -> float:
        return (high - low) / _least(self.rounding)

    def filled(self, keys: Sequence[int]) -> Iterator[int]:
        offset = self.rounding.offset
        low = None if self.low is None else self.low + offset
        if not keys and (low is None or self.high is None):
            return iter(())
        first = keys[0] if low is None else low if not keys else min(low, keys[0])
        last = keys[-1] if keys else first - 1
        if self.high is not None:
            last = max(last, self.high + offset)
        return iter(edges(self.rounding, int(first), int(last)).tolist())


_FIXED_MILLIS = {"second": 1000, "minute": 60_000, "hour": 3_600_000, "day": 86_400_000, "week": 604_800_000}
#: What a unit that is no fixed time lasts at least.
_LEAST_MILLIS = {"month": 28 * 86_400_000, "quarter": 90 * 86_400_000, "year": 365 * 86_400_000}
_FEW_EDGES = 4096


def _least(rounding: Rounding) -> int:
    return rounding.interval if rounding.unit is None else (_FIXED_MILLIS | _LEAST_MILLIS)[rounding.unit]


def edges(rounding: Rounding, first: int, last: int) -> NDArray[np.int64]:
    """The keys from ``first``, which is one, to ``last``."""
    step = _least(rounding)
    if rounding.zone.fixed is not None and rounding.unit not in _LEAST_MILLIS:
        return np.arange(first, last + 1, step, dtype=np.int64)
    # Where clocks are moved a bucket may be shorter than its interval, but not by half.
    return np.unique(rounding.round(np.append(np.arange(first, last + 1, max(step // 2, 1), dtype=np.int64), last)))


class DateGrid(Grid):
    def __init__(self, steps: DateSteps, hard: tuple[int | None, int | None] | None) -> None:
        self.steps = steps
        self.rounding = steps.rounding
        self.hard = hard

    def codes(self, docs: Docs, source: Source) -> tuple[NDArray[Any], NDArray[Any], Callable[[int], Any]]:
        at, codes, key = rounded(self.rounding, source, docs)
        if self.hard is not None and len(codes):
            low, high = self.hard
            distinct, inverse = np.unique(codes, return_inverse=True)
            starts = [key(code) for code in distinct.tolist()]
            kept = np.array([(high is None or s < high) and (low is None or s >= low) for s in starts])[inverse]
            at, codes = at[kept], codes[kept]
        return at, codes, key


def rounded(
    rounding: Rounding, source: Source, docs: Docs
) -> tuple[NDArray[Any], NDArray[np.int64], Callable[[int], int]]:
    """The positions of the values, numbers of their buckets, and the key that each number stands for."""
    coded = source.coded(docs.ctx, rounding, lambda values: date_codes(rounding, values.astype(np.int64, copy=False)))
    if coded is not None:
        loaded = coded[0].load(docs)
        return loaded.at, loaded.values, coded[1]
    loaded = source.load(docs)
    codes, key = date_codes(rounding, loaded.values.astype(np.int64, copy=False))
    return loaded.at, codes, key


def date_codes(rounding: Rounding, values: NDArray[np.int64]) -> tuple[NDArray[np.int64], Callable[[int], int]]:
    """Small whole numbers for the buckets of instants, in their order, and the key that each stands for."""
    if not len(values):
        return values, int
    step = rounding.interval if rounding.unit is None else _FIXED_MILLIS.get(rounding.unit)
    first = rounding.round_one(int(values.min()))
    if step is not None and rounding.zone.fixed is not None:
        return (values - first) // step, lambda code: first + code * step
    last = int(values.max())
    if rounding.unit not in ("second", "minute", "hour", None) and (last - first) / _least(rounding) < _FEW_EDGES:
        starts = edges(rounding, first, last)
        return np.searchsorted(starts, values, side="right") - 1, lambda code: int(starts[code])
    return rounding.round(values), int


@dataclass(frozen=True)
class Interval:
    """DateIntervalWrapper: ``how`` it was given, and its text."""

    how: str
    text: str

    _UNITS: ClassVar[Mapping[str, str]] = {
        alias: unit
        for unit, short in (
            ("year", "1y"), ("quarter", "1q"), ("month", "1M"), ("week", "1w"), ("day", "1d"), ("hour", "1h"),
            ("minute", "1m"), ("second", "1s"),
        )
        for alias in (unit, short)
    }  # fmt: skip

    @classmethod
    def is_calendar(cls, text: str) -> bool:
        return text in cls._UNITS

    def rounding(self, given: Given, offset: int) -> Rounding:
        zone = given.zone or UTC
        unit = self._UNITS.get(self.text)
        if self.how in ("calendar_interval", "interval") and unit is not None:
            return Rounding(unit=unit, zone=zone, offset=offset)
        try:
            millis = int(parse_time_value(self.text, "").seconds * 1000)
        except IllegalArgumentException:
            raise IllegalArgumentException(f"Unable to parse interval [{self.text}]") from None
        return Rounding(interval=millis, zone=zone, offset=offset)


@dataclass(eq=False)
class DateHistogramOf(HistogramLike):
    kind = "date_histogram"
    default = DATE
    interval: Interval | None = None
    offset: int = 0
    extended: LongBounds | None = None
    hard: LongBounds | None = None

    def grid(self, ctx: ShardContext, source: Source) -> Grid:
        if self.interval is None:
            raise IllegalArgumentException("Invalid interval specified, must be non-null and non-empty")
        rounding = self.interval.rounding(self.given, self.offset)
        bare = Rounding(rounding.unit, rounding.interval, rounding.zone)

        def bounded(bounds: LongBounds | None, what: str) -> tuple[int | None, int | None]:
            parsed = (bounds or LongBounds()).parsed(self.name, what, source, ctx)
            low, high = (None if bound is None else bare.round_one(bound) for bound in parsed)
            return low, high

        wide, narrow = bounded(self.extended, "extended_bounds"), bounded(self.hard, "hard_bounds")
        too_high = wide[1] is not None and narrow[1] is not None and wide[1] > narrow[1]
        too_low = wide[0] is not None and narrow[0] is not None and wide[0] < narrow[0]
        if too_high or too_low:
            raise IllegalArgumentException(
                f"Extended bounds have to be inside hard bounds, hard bounds: [{self.hard}], extended bounds: "
                f"[{self.extended}]"
            )
        return DateGrid(DateSteps(rounding, *wide), narrow if self.hard is not None else None)


def _long_or_text(container: Any, key: Any) -> int | str | None:
    value = container[key]
    if isinstance(value, float) and value % 1 != 0:
        raise IllegalArgumentException(f"{java_double(value)} cannot be converted to Long without data loss")
    return value if value is None or isinstance(value, str) else objects.integer(container, key, bits=64)


_LONG_OR_NULL = Member(("VALUE_NUMBER", "VALUE_STRING", "VALUE_NULL"), _long_or_text)
_BOUNDS = ObjectParser("bounds", {"min": _LONG_OR_NULL, "max": _LONG_OR_NULL})


def _bounds(container: Any, key: Any) -> LongBounds:
    values = _BOUNDS.parse(container, key)
    return LongBounds(values.get("min"), values.get("max"))


def date_offset(container: Any, key: Any) -> int:
    """DateHistogramAggregationBuilder.parseStringOffset."""
    value = container[key]
    if not isinstance(value, str):
        return objects.integer(container, key, bits=64)
    if not value:
        raise StringIndexOutOfBoundsException("Index 0 out of bounds for length 0")
    sign = -1 if value.startswith("-") else 1
    text = value[1:] if value[:1] in ("+", "-") else value
    return sign * int(parse_time_value(text, "DateHistogramAggregationBuilder.parseOffset").seconds * 1000)


#: What an interval given in one way says to one given in another way before it.
_CONFLICTS = {
    "interval": ("Cannot use [interval] with [fixed_interval] or [calendar_interval] configuration options.",) * 2,
    "fixed_interval": (
        "Cannot use [fixed_interval] with [calendar_interval] configuration option.",
        "Cannot use [fixed_interval] with [interval] configuration option.",
    ),
    "calendar_interval": (
        "Cannot use [calendar_interval] with [fixed_interval] configuration option.",
        "Cannot use [calendar_interval] with [interval] configuration option.",
    ),
}


def interval_members() -> tuple[dict[str, Member], list[Interval]]:
    """The members that give an interval, and where the last that was read is to be found."""
    read: list[Interval] = []

    def take(how: str, text: str) -> None:
        before = read[-1].how if read else how
        if before != how:
            raise IllegalArgumentException(_CONFLICTS[how][before == "interval"])
        read.append(Interval(how, text))

    def legacy(container: Any, key: Any) -> None:
        if isinstance(container[key], str):
            text = container[key]
            if not text:
                raise IllegalArgumentException("[dateHistogramInterval] must not be null: [date_histogram]")
        else:
            millis = objects.integer(container, key, bits=64)
            if millis < 1:
                raise IllegalArgumentException("[interval] must be 1 or greater for aggregation [date_histogram]")
            text = f"{millis}ms"
        take("interval", text)

    def calendar(container: Any, key: Any) -> None:
        text = objects.text(container, key)
        if not text:
            raise IllegalArgumentException("[interval] must not be null: [date_histogram]")
        if not Interval.is_calendar(text):
            raise IllegalArgumentException(
                f"The supplied interval [{text}] could not be parsed as a calendar interval."
            )
        take("calendar_interval", text)

    def fixed(container: Any, key: Any) -> None:
        text = objects.text(container, key)
        if not text:
            raise IllegalArgumentException("[interval] must not be null: [date_histogram]")
        take("fixed_interval", text)
        parse_time_value(text, "date_histogram.fixedInterval")

    return {
        "interval": declared("long", legacy),
        "calendar_interval": declared("string", calendar),
        "fixed_interval": declared("string", fixed),
    }, read


@register("date_histogram")
def parse_date_histogram(name: str, container: Any, key: Any) -> Aggregation:
    intervals, read = interval_members()
    declarations = {
        **members(zone=True),
        **intervals,
        "offset": declared("long", date_offset),
        "keyed": declared("boolean"),
        "min_doc_count": declared("long", at_least(0, "minDocCount", name, 64)),
        "extended_bounds": declared("object", _bounds),
        "hard_bounds": declared("object", _bounds),
        "order": declared("object_array", parse_orders),
    }
    values = ObjectParser("date_histogram", declarations, required=REQUIRED).parse(container, key)
    return DateHistogramOf(
        Given.of(values),
        values.get("keyed", False),
        values.get("min_doc_count", 0),
        Orders.of(values.get("order") or [KeyOrder(True)]),
        read[-1] if read else None,
        values.get("offset", 0),
        values.get("extended_bounds"),
        values.get("hard_bounds"),
    )
