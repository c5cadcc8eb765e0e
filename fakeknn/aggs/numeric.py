"""What metrics of numbers have in common: values by name, their format, and how a shard finds them."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, ClassVar

import numpy as np
from numpy.typing import NDArray

from fakeknn.aggs.base import Aggregation, Collector
from fakeknn.aggs.docs import Docs
from fakeknn.aggs.fielddata import NUMBERS, NUMERIC
from fakeknn.aggs.formats import Format, text_of
from fakeknn.aggs.results import Internal, finite
from fakeknn.aggs.values import Given, Source
from fakeknn.errors import IllegalArgumentException
from fakeknn.query.context import ShardContext


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
