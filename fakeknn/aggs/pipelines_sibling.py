"""Pipeline aggregations beside an aggregation of many buckets: avg, sum, min, max, stats, extended_stats and
percentiles of a value of its buckets.
"""

from __future__ import annotations

import math
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from fakeknn.aggs.base import Pipeline, SiblingPipeline, Validation, register
from fakeknn.aggs.formats import Format, text_of
from fakeknn.aggs.numeric import MultiValue, SingleValue
from fakeknn.aggs.percentiles import DEFAULT_PERCENTS
from fakeknn.aggs.pipelines import COMMON, PathPipeline, Reader, SimpleValue, bucket_value, path_elements, require_path
from fakeknn.aggs.results import Internal, MultiBucket, Reduction, Results
from fakeknn.aggs.stats import ExtendedStats, Stats
from fakeknn.errors import IllegalArgumentException, ParsingException, Where
from fakeknn.xcontent import java_double, objects

_METRICS = {
    "avg": "Avg", "cardinality": "Cardinality", "extended_stats": "ExtendedStats", "geo_centroid": "GeoCentroid",
    "max": "Max", "median_absolute_deviation": "MedianAbsoluteDeviation", "min": "Min",
    "percentile_ranks": "PercentileRanks", "percentiles": "Percentiles", "scripted_metric": "ScriptedMetric",
    "stats": "Stats", "sum": "Sum", "top_hits": "TopHits", "value_count": "ValueCount", "weighted_avg": "WeightedAvg",
}  # fmt: skip
_SINGLE = {
    "filter": "filter.Filter", "global": "global.Global", "missing": "missing.Missing", "nested": "nested.Nested",
    "reverse_nested": "nested.ReverseNested", "sampler": "sampler.Sampler",
    "diversified_sampler": "sampler.Diversified",
}  # fmt: skip
_PACKAGE = "org.opensearch.search.aggregations"

#: The classes of the aggregations that have not many buckets.
_BUILDERS = {
    **{kind: f"{_PACKAGE}.metrics.{name}AggregationBuilder" for kind, name in _METRICS.items()},
    **{kind: f"{_PACKAGE}.bucket.{name}AggregationBuilder" for kind, name in _SINGLE.items()},
    "composite": f"{_PACKAGE}.bucket.composite.CompositeAggregationBuilder",
    "matrix_stats": f"{_PACKAGE}.matrix.stats.MatrixStatsAggregationBuilder",
    "geo_bounds": "org.opensearch.geo.search.aggregations.metrics.GeoBoundsAggregationBuilder",
    "children": "org.opensearch.join.aggregations.ChildrenAggregationBuilder",
    "parent": "org.opensearch.join.aggregations.ParentAggregationBuilder",
}


class BucketMetricValue(SingleValue):
    """A value, and the keys of the buckets that have it."""

    __slots__ = ("found", "keys")
    agg: Any

    def __init__(self, agg: Any, format: Format, found: float, keys: Sequence[str]) -> None:
        super().__init__(agg, format)
        self.found = found
        self.keys = keys

    @property
    def type(self) -> str:
        return "bucket_metric_value"

    def number(self) -> float:
        return self.found

    def lookup(self, path: Sequence[str]) -> Any:
        return list(self.keys) if list(path) == ["keys"] else super().lookup(path)

    def body(self, typed: bool) -> dict[str, Any]:
        return {**self.shown(self.found, not math.isinf(self.found)), "keys": list(self.keys)}


class PercentilesBucket(MultiValue):
    __slots__ = ("found",)
    agg: Any

    def __init__(self, agg: Any, format: Format, found: dict[float, float]) -> None:
        super().__init__(agg, format)
        self.found = found

    def value(self, name: str) -> float:
        percent = float(name)
        if percent not in self.found:
            raise IllegalArgumentException(
                f"Percent requested [{java_double(percent)}] was not one of the computed percentiles. Available keys "
                f"are: [{', '.join(java_double(key) for key in self.found)}]"
            )
        return self.found[percent]

    def body(self, typed: bool) -> dict[str, Any]:
        entries = [(java_double(percent), percent, value) for percent, value in self.found.items()]
        if not self.agg.keyed:
            return {"values": [self._entry(text, percent, value) for text, percent, value in entries]}
        shown: dict[str, Any] = {}
        for text, _, value in entries:
            shown[text] = value if math.isfinite(value) else None
            if math.isfinite(value) and not self.format.raw:
                shown[f"{text}_as_string"] = text_of(self.format.show(value))
        return {"values": shown}

    def _entry(self, text: str, percent: float, value: float) -> dict[str, Any]:
        entry: dict[str, Any] = {"key": percent, "value": value if math.isfinite(value) else None}
        if math.isfinite(value) and not self.format.raw:
            entry[f"{text}_as_string"] = text_of(self.format.show(value))
        return entry


@dataclass(eq=False, kw_only=True)
class BucketMetrics(PathPipeline, SiblingPipeline):
    """BucketMetricsPipelineAggregator."""

    def result(self, beside: Results, reduction: Reduction) -> Internal:
        head, *rest = path_elements(self.paths[0])
        found = beside.get(head)
        collected: list[tuple[str, float]] = []
        if isinstance(found, MultiBucket):
            for bucket in found.buckets:
                value = bucket_value(found, bucket, rest, self.gap_policy)
                if value is not None and not math.isnan(value):
                    collected.append((bucket.key_text, value))
        return self.of([key for key, _ in collected], [value for _, value in collected])

    def of(self, keys: list[str], values: list[float]) -> Internal:
        raise NotImplementedError

    def validate(self, context: Validation) -> None:
        if len(self.paths) != 1:
            context.add_path(f"must contain a single entry for aggregation [{self.name}]")
            return
        path = self.paths[0]
        first = re.split(r"[>.]", path)[0]
        agg = context.siblings.named(first)
        if agg is None:
            context.add_path(f"aggregation does not exist for aggregation [{self.name}]: {path}")
        elif agg.kind in _BUILDERS:
            context.add(
                "The first aggregation in buckets_path must be a multi-bucket aggregation for aggregation "
                f"[{self.name}] found :{_BUILDERS[agg.kind]} for buckets path: {path}"
            )


def total(values: Sequence[float]) -> float:
    """Added one by one."""
    found = 0.0
    for value in values:
        found += value
    return found


class AvgBucket(BucketMetrics):
    kind = "avg_bucket"

    def of(self, keys: list[str], values: list[float]) -> Internal:
        return SimpleValue(self, self.shown, total(values) / len(values) if values else math.nan)


class SumBucket(BucketMetrics):
    kind = "sum_bucket"

    def of(self, keys: list[str], values: list[float]) -> Internal:
        return SimpleValue(self, self.shown, total(values))


class MaxBucket(BucketMetrics):
    kind = "max_bucket"

    def of(self, keys: list[str], values: list[float]) -> Internal:
        best = max(values, default=-math.inf)
        chosen = [key for key, value in zip(keys, values, strict=True) if value == best]
        return BucketMetricValue(self, self.shown, best, chosen)


class MinBucket(BucketMetrics):
    kind = "min_bucket"

    def of(self, keys: list[str], values: list[float]) -> Internal:
        best = min(values, default=math.inf)
        chosen = [key for key, value in zip(keys, values, strict=True) if value == best]
        return BucketMetricValue(self, self.shown, best, chosen)


class StatsBucket(BucketMetrics):
    kind = "stats_bucket"

    def of(self, keys: list[str], values: list[float]) -> Internal:
        low, high = min(values, default=math.inf), max(values, default=-math.inf)
        return Stats(self, self.shown, len(values), low, high, total(values))  # type: ignore[arg-type]


@dataclass(eq=False, kw_only=True)
class ExtendedStatsBucket(BucketMetrics):
    kind = "extended_stats_bucket"
    sigma: float = 2.0

    def of(self, keys: list[str], values: list[float]) -> Internal:
        low, high = min(values, default=math.inf), max(values, default=-math.inf)
        squares = total([value * value for value in values])
        return ExtendedStats(self, self.shown, len(values), low, high, total(values), squares)  # type: ignore[arg-type]


@dataclass(eq=False, kw_only=True)
class PercentilesOfBuckets(BucketMetrics):
    kind = "percentiles_bucket"
    percents: Sequence[float] = DEFAULT_PERCENTS
    keyed: bool = True

    def of(self, keys: list[str], values: list[float]) -> Internal:
        ordered = sorted(values)
        last = len(ordered) - 1
        found = {
            percent: ordered[math.floor(percent / 100.0 * last + 0.5)] if ordered else math.nan
            for percent in self.percents
        }
        return PercentilesBucket(self, self.shown, found)


# --- parsing ----------------------------------------------------------------------------------------------------------


def _percents(container: Any, key: Any) -> list[float]:
    value = container[key]
    return [objects.decimal(value, i) for i in range(len(value))]


#: What single kinds take beside path, format and gap policy, by token.
_MORE: Mapping[str, Mapping[str, Mapping[str, Reader]]] = {
    "extended_stats_bucket": {"VALUE_NUMBER": {"sigma": objects.decimal}},
    "percentiles_bucket": {"START_ARRAY": {"percents": _percents}, "VALUE_BOOLEAN": {"keyed": objects.boolean}},
}

_KINDS: dict[str, type[BucketMetrics]] = {
    cls.kind: cls
    for cls in (AvgBucket, SumBucket, MaxBucket, MinBucket, StatsBucket, ExtendedStatsBucket, PercentilesOfBuckets)
}


@register(*_KINDS)
def parse_bucket_metrics(name: str, container: Any, key: Any) -> Pipeline:
    """BucketMetricsParser."""
    body, more = container[key], _MORE.get(key, {})
    values: dict[str, Any] = {}
    for member, value in body.items():
        token = objects.token(value)
        reader = COMMON.get(token, {}).get(member) or more.get(token, {}).get(member)
        if reader is None:
            raise ParsingException(f"Unexpected token {token} [{member}] in [{name}]", at=Where(body, member))
        values[member] = reader(body, member)
    path = require_path(values, container, key, f"aggregation [{name}]")
    options: dict[str, Any] = {
        option: values[option] for option in ("format", "gap_policy", "keyed") if option in values
    }
    if values.get("sigma", 0) < 0:
        raise IllegalArgumentException("sigma must be a non-negative double")
    if "sigma" in values:
        options["sigma"] = values["sigma"]
    if "percents" in values:
        if any(not 0 <= percent <= 100 for percent in values["percents"]):
            raise IllegalArgumentException("percents must only contain non-null doubles from 0.0-100.0 inclusive")
        options["percents"] = values["percents"]
    return _KINDS[key](paths=[path], **options)
