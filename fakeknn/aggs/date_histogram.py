"""date_histogram: a bucket for each calendar unit or each interval of time.

Source: InternalDateHistogram, DateIntervalWrapper, DateRangeHistogramAggregator.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, ClassVar

import numpy as np
from numpy.typing import NDArray

from fakeknn.aggs.base import Aggregation, register
from fakeknn.aggs.docs import Docs
from fakeknn.aggs.fielddata import DATE, RANGE
from fakeknn.aggs.histogram import Grid, HistogramLike, Steps, check_width, spread
from fakeknn.aggs.orders import KeyOrder, Orders, parse_orders
from fakeknn.aggs.thresholds import at_least
from fakeknn.aggs.value_members import REQUIRED, members
from fakeknn.aggs.values import Given, Source
from fakeknn.dates import UTC, Rounding
from fakeknn.errors import IllegalArgumentException, NullPointerException, StringIndexOutOfBoundsException
from fakeknn.fields.base import FieldType
from fakeknn.fields.dates import DateFieldType
from fakeknn.query.context import ShardContext
from fakeknn.units import parse_time_value
from fakeknn.xcontent import objects
from fakeknn.xcontent.java import java_double
from fakeknn.xcontent.objects import Member, ObjectParser, declared


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

    @property
    def unasked(self) -> DateSteps:
        return UnaskedDateSteps(self.rounding, self.low, self.high) if self.rounding.offset else self


@dataclass(frozen=True)
class UnaskedDateSteps(DateSteps):
    """Where no document has been asked for, each step adds an offset that its rounding has added already."""

    def filled(self, keys: Sequence[int]) -> Iterator[int]:
        if keys or self.low is None or self.high is None:
            yield from super().filled(keys)
            return
        offset = self.rounding.offset
        key = self.low + offset
        while key <= self.high + offset:
            yield key
            key = self.rounding.next(key - offset) + offset


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


class DateRangeGrid(Grid):
    """Ranges of time: a document is in every bucket that one of its ranges touches."""

    def __init__(self, steps: DateSteps, hard: tuple[int | None, int | None] | None) -> None:
        self.steps = steps
        self.rounding = steps.rounding
        self.hard = hard or (None, None)

    def codes(self, docs: Docs, source: Source) -> tuple[NDArray[Any], NDArray[Any], Callable[[int], Any]]:
        at, lows, highs = source.ranges(docs)
        low, high = self.hard
        lows = lows if low is None else np.maximum(lows, low)
        highs = highs if high is None else np.minimum(highs, high)
        if not len(lows):
            return at, lows, int
        firsts, lasts = self.rounding.round(lows), self.rounding.round(highs)
        check_width((lasts - firsts) / _least(self.rounding))
        starts = edges(self.rounding, int(firsts.min()), int(lasts.max()))
        at, codes = spread(at, np.searchsorted(starts, firsts), np.searchsorted(starts, lasts))
        return at, codes, lambda code: int(starts[code])


def told_bounds(ctx: ShardContext, source: Source, rounding: Rounding) -> tuple[int, int] | None:
    """DateHistogramAggregatorBridge.canOptimize and buildRanges: between which instants the search's query alone says
    that its matches are, where buckets can be made of queries; None where it does not.
    """
    field = source.field
    if rounding.zone != UTC or not source.plain:
        return None
    if not isinstance(field, DateFieldType) or not field.searchable or field.derivation is not None:
        return None
    told: Callable[[FieldType], tuple[int, int] | None] = ctx.memo.get("bounds", lambda field: None)
    return told(field)


class DateGrid(Grid):
    def __init__(self, steps: DateSteps, hard: tuple[int | None, int | None] | None) -> None:
        self.steps = steps
        self.rounding = steps.rounding
        self.hard = hard

    def prepare(self, ctx: ShardContext, source: Source) -> None:
        """DateHistogramAggregatorBridge.processHardBounds: it takes both bounds for given where it can tell from the
        query alone which values there are.
        """
        if self.hard is not None and None in self.hard and told_bounds(ctx, source, self.rounding) is not None:
            bound = "getMin" if self.hard[0] is None else "getMax"
            raise NullPointerException(
                'Cannot invoke "java.lang.Long.longValue()" because the return value of '
                f'"org.opensearch.search.aggregations.bucket.histogram.LongBounds.{bound}()" is null'
            )

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
        kind = DateRangeGrid if source.type == RANGE else DateGrid
        return kind(DateSteps(rounding, *wide), narrow if self.hard is not None else None)

    def check_ranges(self, kind: str) -> None:
        if kind != "date_range":
            raise IllegalArgumentException(f"Expected date range type but found range type [{kind}]")


def _long_or_text(container: Any, key: Any) -> int | str | None:
    value = container[key]
    if isinstance(value, float) and value % 1 != 0:
        raise IllegalArgumentException(f"{java_double(value)} cannot be converted to Long without data loss")
    return value if value is None or isinstance(value, str) else objects.integer(container, key, bits=64)


_LONG_OR_NULL = Member(("VALUE_NUMBER", "VALUE_STRING", "VALUE_NULL"), _long_or_text)
_BOUNDS = ObjectParser("bounds", {"min": _LONG_OR_NULL, "max": _LONG_OR_NULL}, applied=True)


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
