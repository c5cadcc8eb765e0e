"""Metrics of one number: min, max, sum, avg and value_count; and the parser of all that take values alone."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any, Self

import numpy as np
from numpy.typing import NDArray

from fakeknn.aggs.base import Aggregation, register
from fakeknn.aggs.docs import Docs
from fakeknn.aggs.fielddata import ANY, BYTES
from fakeknn.aggs.formats import RAW, Format
from fakeknn.aggs.numeric import NumericMetric, SingleValue
from fakeknn.aggs.results import Internal, Reduction
from fakeknn.aggs.stats import StatsOf
from fakeknn.aggs.sums import compensated, sums
from fakeknn.aggs.value_members import REQUIRED, members
from fakeknn.aggs.values import Given, Source
from fakeknn.xcontent.objects import ObjectParser


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


# --- definitions ------------------------------------------------------------------------------------------------------


class ExtremeOf(NumericMetric):
    """What min and max have in common: of a document they take the first value, or the last (MultiValueMode)."""

    metrics = ("value",)

    def extreme(self, source: Source, docs: Docs, none: float) -> NDArray[np.float64]:
        loaded = source.doubles(docs)
        at, values = loaded.at, loaded.values
        lowest = none > 0
        if source.unsigned and not self._in_points(docs):  # of all others the values of a document ascend
            chosen = np.diff(at, prepend=-1) if lowest else np.diff(at, append=-1)
            at, values = at[chosen != 0], values[chosen != 0]
        found = np.full(docs.n, none)
        (np.minimum if lowest else np.maximum).at(found, docs.owners[at], values)
        return found

    def _in_points(self, docs: Docs) -> bool:
        """Whether a shard's lowest and highest are read in its index."""
        return self.parent is None and docs.ctx.memo["search"].query is None


class Min(ExtremeOf):
    kind = "min"

    def collect(self, source: Source, docs: Docs) -> Sequence[Internal]:
        low = self.extreme(source, docs, math.inf)
        return [Extreme(self, source.format, value) for value in low.tolist()]


class Max(ExtremeOf):
    kind = "max"

    def collect(self, source: Source, docs: Docs) -> Sequence[Internal]:
        high = self.extreme(source, docs, -math.inf)
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


class ValueCount(NumericMetric):
    kind = "value_count"
    metrics = ("value",)
    accepted = ANY
    default = BYTES

    def collect(self, source: Source, docs: Docs) -> Sequence[Internal]:
        counts = np.bincount(docs.owners[source.load(docs).at], minlength=docs.n)
        return [Count(self, count) for count in counts.tolist()]


_PLAIN = {cls.kind: cls for cls in (Min, Max, SumOf, AvgOf, StatsOf, ValueCount)}
_PARSERS = {kind: ObjectParser(kind, members(), required=REQUIRED) for kind in _PLAIN}


@register(*_PLAIN)
def parse_metric(name: str, container: Any, key: Any) -> Aggregation:
    return _PLAIN[key](Given.of(_PARSERS[key].parse(container, key)))
