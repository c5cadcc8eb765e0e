"""Metrics of numbers: value_count, min, max, avg, sum, stats, extended_stats, weighted_avg, cardinality."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, ClassVar, Self

import numpy as np
from numpy.typing import NDArray

from fakeknn.aggs.base import (
    NAME,
    Aggregation,
    Collector,
    Docs,
    Internal,
    Reduction,
    bucketed,
    finite,
    register,
)
from fakeknn.aggs.fielddata import ANY, BYTES, GEOPOINT, IP, NUMBERS, NUMERIC, RANGE
from fakeknn.aggs.formats import RAW, Format, text_of
from fakeknn.aggs.hyperloglog import Hashes, estimate, hash_numbers, hash_texts, precision_of
from fakeknn.aggs.values import REQUIRED, Given, Source, members
from fakeknn.errors import IllegalArgumentException
from fakeknn.fields.ip import address
from fakeknn.geo import points
from fakeknn.query.base import ShardContext
from fakeknn.xcontent import java_double, objects
from fakeknn.xcontent.objects import ObjectParser, declared


def compensated(values: Sequence[float]) -> float:
    """CompensatedSum of few values, such as those of shards."""
    total = delta = 0.0
    for value in values:
        if not math.isfinite(value):
            total = value + total
        if math.isfinite(total):
            corrected = value + delta
            updated = total + corrected
            delta = corrected - (updated - total)
            total = updated
    return total


#: Up to how many values a sum takes the very steps of CompensatedSum, on which its last digit depends.
FEW_VALUES = 20_000


def sums(values: NDArray[np.float64], owners: NDArray[np.int64], n: int) -> NDArray[np.float64]:
    """float64[n]: each owner's sum as CompensatedSum has it; of many values, the nearest double."""
    with np.errstate(invalid="ignore", over="ignore"):
        plain: NDArray[np.float64] = np.bincount(owners, values, n).astype(np.float64, copy=False)
        highest = float(np.abs(values).max()) if len(values) else 0.0
        if not len(values) or (highest * len(values) < 2**53 and (values == np.floor(values)).all()):
            return plain  # all steps were exact
    if not math.isfinite(highest * len(values)):
        return plain
    if len(values) > FEW_VALUES:
        # The upper bits of all values add up without a rounding, and what is left of them is small.
        unit = math.ldexp(1.0, math.frexp(highest)[1] + len(values).bit_length() - 53)
        upper = np.round(values / unit) * unit
        return np.asarray(np.bincount(owners, upper, n) + np.bincount(owners, values - upper, n), np.float64)
    order = np.argsort(owners, kind="stable")
    ordered = values[order].tolist()
    ends = np.cumsum(np.bincount(owners, minlength=n)).tolist()
    start = 0
    for i, end in enumerate(ends):
        if end - start > 1:
            plain[i] = _kahan(ordered[start:end])
        start = end
    return plain


def _kahan(values: Sequence[float]) -> float:
    total = delta = 0.0
    for value in values:
        corrected = value + delta
        updated = total + corrected
        delta = corrected - (updated - total)
        total = updated
    return total


class Metric(Internal):
    """A result with values by name, and their format."""

    __slots__ = ("format", "known")

    def __init__(self, agg: Aggregation, format: Format, known: bool = True) -> None:
        super().__init__(agg)
        self.format = format
        self.known = known

    def value(self, name: str) -> float:
        """A value by the name that a path or an order gives it."""
        raise NotImplementedError


class SingleValue(Metric):
    """A metric of one number (InternalNumericMetricsAggregation.SingleValue)."""

    __slots__ = ()

    def number(self) -> float:
        raise NotImplementedError

    def value(self, name: str) -> float:
        return self.number()

    def lookup(self, path: Sequence[str]) -> Any:
        if not path:
            return self
        if list(path) == ["value"]:
            return self.number()
        raise IllegalArgumentException(f"path not supported for [{self.agg.name}]: [{', '.join(path)}]")

    def sort_value(self, key: str | None) -> float:
        if key not in (None, "value"):
            raise IllegalArgumentException(
                f"Unknown value key [{key}] for single-value metric aggregation [{self.agg.name}]. Either use [value] "
                f"as key "
                "or drop the key all together"
            )
        return self.number()

    def shown(self, value: float | int, has: bool = True) -> dict[str, Any]:
        body: dict[str, Any] = {"value": finite(value) if has else None}
        if has and not self.format.raw:
            body["value_as_string"] = text_of(self.format.show(value))
        return body


class MultiValue(Metric):
    """A metric of several numbers (InternalNumericMetricsAggregation.MultiValue)."""

    __slots__ = ()

    def lookup(self, path: Sequence[str]) -> Any:
        if not path:
            return self
        if len(path) == 1:
            return self.value(path[0])
        raise IllegalArgumentException(f"path not supported for [{self.agg.name}]: [{', '.join(path)}]")

    def sort_value(self, key: str | None) -> float:
        if key is None:
            raise IllegalArgumentException(
                "Missing value key in [null] which refers to a multi-value metric aggregation"
            )
        return self.value(key)


class Extreme(SingleValue):
    __slots__ = ("found",)

    def __init__(self, agg: Aggregation, format: Format, found: float) -> None:
        super().__init__(agg, format)
        self.found = found

    def number(self) -> float:
        return self.found

    def reduce(self, parts: Sequence[Self], reduction: Reduction) -> Internal:
        choose = min if self.agg.kind == "min" else max
        return Extreme(self.agg, self.format, choose(part.found for part in parts))

    def body(self, typed: bool) -> dict[str, Any]:
        return self.shown(self.found, not math.isinf(self.found))


class Sum(SingleValue):
    __slots__ = ("total",)

    def __init__(self, agg: Aggregation, format: Format, total: float) -> None:
        super().__init__(agg, format)
        self.total = total

    def number(self) -> float:
        return self.total

    def reduce(self, parts: Sequence[Self], reduction: Reduction) -> Internal:
        return Sum(self.agg, self.format, compensated([part.total for part in parts]))

    def body(self, typed: bool) -> dict[str, Any]:
        return self.shown(self.total)


class Avg(SingleValue):
    __slots__ = ("count", "total")

    def __init__(self, agg: Aggregation, format: Format, total: float, count: int) -> None:
        super().__init__(agg, format)
        self.total = total
        self.count = count

    def number(self) -> float:
        return self.total / self.count if self.count else math.nan

    def reduce(self, parts: Sequence[Self], reduction: Reduction) -> Internal:
        return Avg(
            self.agg, self.format, compensated([part.total for part in parts]), sum(part.count for part in parts)
        )

    def body(self, typed: bool) -> dict[str, Any]:
        return self.shown(self.number(), self.count != 0)


class Count(SingleValue):
    """value_count."""

    __slots__ = ("count",)

    def __init__(self, agg: Aggregation, count: int) -> None:
        super().__init__(agg, RAW)
        self.count = count

    def number(self) -> float:
        return self.count

    def reduce(self, parts: Sequence[Self], reduction: Reduction) -> Internal:
        return Count(self.agg, sum(part.count for part in parts))

    def body(self, typed: bool) -> dict[str, Any]:
        return {"value": self.count}


class Distinct(SingleValue):
    """cardinality: a sketch of the values' hashes."""

    __slots__ = ("_count", "hashes", "precision")

    def __init__(self, agg: Aggregation, hashes: Hashes, precision: int) -> None:
        super().__init__(agg, RAW)
        self.hashes = hashes
        self.precision = precision
        self._count: int | None = None

    @property
    def count(self) -> int:
        if self._count is None:
            self._count = estimate(self.hashes, self.precision)
        return self._count

    def number(self) -> float:
        return self.count

    def reduce(self, parts: Sequence[Self], reduction: Reduction) -> Internal:
        if len(parts) == 1:
            return self
        return Distinct(self.agg, np.unique(np.concatenate([part.hashes for part in parts])), self.precision)

    def body(self, typed: bool) -> dict[str, Any]:
        return {"value": self.count}


_METRICS_CLASS = "org.opensearch.search.aggregations.metrics"


class Stats(MultiValue):
    __slots__ = ("count", "max", "min", "squares", "sum")

    def __init__(
        self, agg: Aggregation, format: Format, count: int, low: float, high: float, total: float, squares: float = 0.0
    ) -> None:
        super().__init__(agg, format)
        self.count, self.min, self.max, self.sum, self.squares = count, low, high, total, squares

    enum: ClassVar[str] = "InternalStats"

    @property
    def avg(self) -> float:
        return self.sum / self.count if self.count else math.nan

    def value(self, name: str) -> float:
        if name not in ("min", "max", "avg", "count", "sum"):
            raise IllegalArgumentException(f"No enum constant {_METRICS_CLASS}.{self.enum}.Metrics.{name}")
        return float(getattr(self, name))

    def reduce(self, parts: Sequence[Self], reduction: Reduction) -> Internal:
        return type(self)(
            self.agg,
            self.format,
            sum(part.count for part in parts),
            min(part.min for part in parts),
            max(part.max for part in parts),
            compensated([part.sum for part in parts]),
            compensated([part.squares for part in parts]),
        )

    def body(self, typed: bool) -> dict[str, Any]:
        if not self.count:
            return {"count": 0, "min": None, "max": None, "avg": None, "sum": 0.0}
        names = ("min", "max", "avg", "sum")
        body: dict[str, Any] = {"count": self.count, **{name: finite(getattr(self, name)) for name in names}}
        if not self.format.raw:
            body |= {f"{name}_as_string": self.format.show(getattr(self, name)) for name in names}
        return body


def quotient(numerator: float, denominator: float) -> float:
    """Java's division of doubles."""
    if denominator:
        return numerator / denominator
    return math.nan if numerator == 0 or math.isnan(numerator) else math.copysign(math.inf, numerator)


def _root(value: float) -> float:
    return math.sqrt(value) if value >= 0 else math.nan


class ExtendedStats(Stats):
    __slots__ = ()
    enum = "InternalExtendedStats"

    def _variance(self, divisor: int) -> float:
        if not self.count:
            return math.nan
        variance = quotient(self.squares - ((self.sum * self.sum) / self.count), divisor)
        return 0.0 if variance < 0 else variance

    def value(self, name: str) -> float:
        population, sampling = self._variance(self.count), self._variance(self.count - 1)
        sigma = self.agg.sigma
        known = {
            "sum_of_squares": self.squares,
            "variance": population,
            "variance_population": population,
            "variance_sampling": sampling,
            "std_deviation": _root(population),
            "std_deviation_population": _root(population),
            "std_deviation_sampling": _root(sampling),
            "std_upper": self.avg + _root(population) * sigma,
            "std_lower": self.avg - _root(population) * sigma,
            "std_upper_population": self.avg + _root(population) * sigma,
            "std_lower_population": self.avg - _root(population) * sigma,
            "std_upper_sampling": self.avg + _root(sampling) * sigma,
            "std_lower_sampling": self.avg - _root(sampling) * sigma,
        }
        return known[name] if name in known else super().value(name)

    _PLAIN = (
        "variance", "variance_population", "variance_sampling", "std_deviation", "std_deviation_population",
        "std_deviation_sampling",
    )  # fmt: skip
    _BOUNDS = ("upper", "lower", "upper_population", "lower_population", "upper_sampling", "lower_sampling")

    def body(self, typed: bool) -> dict[str, Any]:
        body = super().body(typed)
        if not self.count:
            body["sum_of_squares"] = None
            body |= dict.fromkeys(self._PLAIN)
            body["std_deviation_bounds"] = dict.fromkeys(self._BOUNDS)
            return body
        body["sum_of_squares"] = finite(self.squares)
        body |= {name: finite(self.value(name)) for name in self._PLAIN}
        bounds = {name: self.value("std_" + name) for name in self._BOUNDS}
        body["std_deviation_bounds"] = {name: finite(value) for name, value in bounds.items()}
        if not self.format.raw:
            show = self.format.show
            body["sum_of_squares_as_string"] = show(self.squares)
            body |= {
                f"{name}_as_string": text_of(show(self.value(name))) if "std" in name else show(self.value(name))
                for name in self._PLAIN
            }
            body["std_deviation_bounds_as_string"] = {name: text_of(show(value)) for name, value in bounds.items()}
        return body


# --- definitions ------------------------------------------------------------------------------------------------------


@dataclass(eq=False)
class NumericMetric(Aggregation):
    """What min, max, avg, sum, stats, extended_stats and value_count have in common."""

    leaf: ClassVar[bool] = True
    accepted: ClassVar[tuple[str, ...]] = NUMBERS
    default: ClassVar[str] = NUMERIC
    given: Given

    def build(self, ctx: ShardContext) -> Collector:
        source = self.given.source(ctx, self, self.accepted, self.default)
        return lambda docs: self.collect(source, docs)

    def collect(self, source: Source, docs: Docs) -> Sequence[Internal]:
        raise NotImplementedError

    @staticmethod
    def extremes(
        source: Source, docs: Docs
    ) -> tuple[NDArray[np.float64], NDArray[np.int64], NDArray[np.float64], NDArray[np.float64]]:
        """The values, their owners, and each owner's lowest and highest."""
        loaded = source.doubles(docs)
        owners = docs.owners[loaded.at]
        low, high = np.full(docs.n, math.inf), np.full(docs.n, -math.inf)
        np.minimum.at(low, owners, loaded.values)
        np.maximum.at(high, owners, loaded.values)
        return loaded.values, owners, low, high


class Min(NumericMetric):
    kind = "min"
    metrics = ("value",)

    def collect(self, source: Source, docs: Docs) -> Sequence[Internal]:
        _, _, low, _ = self.extremes(source, docs)
        return [Extreme(self, source.format, value) for value in low.tolist()]


class Max(NumericMetric):
    kind = "max"
    metrics = ("value",)

    def collect(self, source: Source, docs: Docs) -> Sequence[Internal]:
        _, _, _, high = self.extremes(source, docs)
        return [Extreme(self, source.format, value) for value in high.tolist()]


class SumOf(NumericMetric):
    kind = "sum"
    metrics = ("value",)

    def collect(self, source: Source, docs: Docs) -> Sequence[Internal]:
        loaded = source.doubles(docs)
        totals = sums(loaded.values, docs.owners[loaded.at], docs.n)
        return [Sum(self, source.format, total) for total in totals.tolist()]


class AvgOf(NumericMetric):
    kind = "avg"
    metrics = ("value",)

    def collect(self, source: Source, docs: Docs) -> Sequence[Internal]:
        loaded = source.doubles(docs)
        owners = docs.owners[loaded.at]
        totals, counts = sums(loaded.values, owners, docs.n), np.bincount(owners, minlength=docs.n)
        return [
            Avg(self, source.format, total, count)
            for total, count in zip(totals.tolist(), counts.tolist(), strict=True)
        ]


class StatsOf(NumericMetric):
    kind = "stats"
    metrics = ("count", "sum", "min", "max", "avg")

    def collect(self, source: Source, docs: Docs) -> Sequence[Internal]:
        values, owners, low, high = self.extremes(source, docs)
        totals, counts = sums(values, owners, docs.n), np.bincount(owners, minlength=docs.n)
        columns = (counts.tolist(), low.tolist(), high.tolist(), totals.tolist())
        return [Stats(self, source.format, *row) for row in zip(*columns, strict=True)]


@dataclass(eq=False)
class ExtendedStatsOf(NumericMetric):
    kind = "extended_stats"
    metrics = (
        "count", "sum", "min", "max", "avg", "sum_of_squares", "variance", "variance_population", "variance_sampling",
        "std_deviation", "std_deviation_population", "std_deviation_sampling", "std_upper", "std_lower",
        "std_upper_population", "std_lower_population", "std_upper_sampling", "std_lower_sampling",
    )  # fmt: skip
    sigma: float = 2.0

    def collect(self, source: Source, docs: Docs) -> Sequence[Internal]:
        values, owners, low, high = self.extremes(source, docs)
        totals, counts = sums(values, owners, docs.n), np.bincount(owners, minlength=docs.n)
        with np.errstate(over="ignore"):
            squares = sums(values * values, owners, docs.n)
        columns = (counts.tolist(), low.tolist(), high.tolist(), totals.tolist(), squares.tolist())
        return [ExtendedStats(self, source.format, *row) for row in zip(*columns, strict=True)]


class ValueCount(NumericMetric):
    kind = "value_count"
    metrics = ("value",)
    accepted = ANY
    default = BYTES

    def collect(self, source: Source, docs: Docs) -> Sequence[Internal]:
        counts = np.bincount(docs.owners[source.load(docs).at], minlength=docs.n)
        return [Count(self, count) for count in counts.tolist()]


@dataclass(eq=False)
class Cardinality(NumericMetric):
    """Distinct values, estimated from their hashes."""

    kind = "cardinality"
    hint: str | None = None
    precision_threshold: int | None = None
    metrics = ("value",)
    accepted = ANY
    default = BYTES

    def collect(self, source: Source, docs: Docs) -> Sequence[Internal]:
        loaded = source.load(docs)
        if docs.n == 1:
            parts = [np.unique(loaded.values)]
        else:
            _, keys, owners = bucketed(docs, loaded.at, loaded.values)
            parts = np.split(keys, np.searchsorted(owners, np.arange(1, docs.n)))
        hashes = _hashes(source, np.concatenate(parts))
        ends = np.cumsum([len(part) for part in parts])[:-1]
        precision = precision_of(self.precision_threshold)
        return [Distinct(self, np.sort(part), precision) for part in np.split(hashes, ends)]


def _hashes(source: Source, values: NDArray[Any]) -> Hashes:
    """What the real server hashes of each value: its bits, or the bytes of its term."""
    if source.by_terms or source.type == RANGE:
        used, place = np.unique(values, return_inverse=True)
        terms = [source.terms[ordinal] for ordinal in used.tolist()]
        texts = [address(term) if source.type == IP else term.encode() for term in terms]
        return hash_texts(texts)[place]
    if source.type == GEOPOINT:  # by what GeoPoint.toString says
        places = zip(points.decode_lats(values).tolist(), points.decode_lons(values).tolist(), strict=True)
        return hash_texts([f"{java_double(lat)}, {java_double(lon)}".encode() for lat, lon in places])
    if source.unsigned:
        values = values.astype(np.uint64).astype(np.float64)
    if values.dtype.kind == "f":
        return hash_numbers(values.astype(np.float64, copy=False))
    return hash_numbers(values.astype(np.int64, copy=False))


_PLAIN = {cls.kind: cls for cls in (Min, Max, SumOf, AvgOf, StatsOf, ValueCount)}
_PARSERS = {kind: ObjectParser(kind, members(), required=REQUIRED) for kind in _PLAIN}


@register(*_PLAIN)
def parse_metric(name: str, container: Any, key: Any) -> Aggregation:
    return _PLAIN[key](Given.of(_PARSERS[key].parse(container, key)))


def _sigma(container: Any, key: Any) -> float:
    value = objects.decimal(container, key)
    if value < 0:
        raise IllegalArgumentException(
            f"[sigma] must be greater than or equal to 0. Found [{java_double(value)}] in [{NAME}]"
        )
    return value


_EXTENDED = ObjectParser("extended_stats", members(sigma=declared("double", _sigma)), required=REQUIRED)


@register("extended_stats")
def parse_extended_stats(name: str, container: Any, key: Any) -> Aggregation:
    values = _EXTENDED.parse(container, key)
    return ExtendedStatsOf(Given.of(values), values.get("sigma", 2.0))


def _threshold(container: Any, key: Any) -> int:
    value = objects.integer(container, key, bits=64)
    if value < 0:
        raise IllegalArgumentException(
            f"[precisionThreshold] must be greater than or equal to 0. Found [{value}] in [{NAME}]"
        )
    return value


_CARDINALITY = ObjectParser(
    "cardinality",
    members(
        format=False,
        precision_threshold=declared("long", _threshold),
        execution_hint=declared("string"),
        rehash=declared("long"),
    ),
    required=REQUIRED,
)


@register("cardinality")
def parse_cardinality(name: str, container: Any, key: Any) -> Aggregation:
    values = _CARDINALITY.parse(container, key)
    return Cardinality(Given.of(values), values.get("execution_hint"), values.get("precision_threshold"))
