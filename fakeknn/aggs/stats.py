"""stats and extended_stats."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Self

import numpy as np

from fakeknn.aggs.base import NAME, Aggregation, register
from fakeknn.aggs.docs import Docs
from fakeknn.aggs.formats import Format, text_of
from fakeknn.aggs.numeric import MultiValue, NumericMetric
from fakeknn.aggs.results import Internal, Reduction, finite
from fakeknn.aggs.sums import compensated, sums
from fakeknn.aggs.value_members import REQUIRED, members
from fakeknn.aggs.values import Given, Source
from fakeknn.errors import IllegalArgumentException
from fakeknn.xcontent import java_double, objects
from fakeknn.xcontent.objects import ObjectParser, declared

_METRICS_CLASS = "org.opensearch.search.aggregations.metrics"


class Stats(MultiValue):
    __slots__ = ("count", "max", "min", "squares", "sum")

    def __init__(
        self, agg: Aggregation, format: Format, count: int, low: float, high: float, total: float, squares: float = 0.0
    ) -> None:
        super().__init__(agg, format)
        self.count, self.min, self.max, self.sum, self.squares = count, low, high, total, squares

    @property
    def avg(self) -> float:
        return self.sum / self.count if self.count else math.nan

    def value(self, name: str) -> float:
        if name not in ("min", "max", "avg", "count", "sum"):
            raise IllegalArgumentException(f"No enum constant {_METRICS_CLASS}.InternalStats.Metrics.{name}")
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
