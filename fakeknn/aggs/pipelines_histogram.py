"""Pipeline aggregations along a histogram's buckets: derivative, cumulative_sum, serial_diff, moving_fn, moving_avg."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from fakeknn.aggs.base import Pipeline, Validation, register
from fakeknn.aggs.formats import Format
from fakeknn.aggs.pipelines import COMMON, BucketPipeline, SimpleValue, lower_gap_policy, read, require_path, scripted
from fakeknn.aggs.results import Bucket, MultiBucket, Reduction
from fakeknn.errors import IllegalArgumentException, ParsingException, Where
from fakeknn.painless.values import array_type
from fakeknn.query.script import Script, parse_script
from fakeknn.units import parse_time_value
from fakeknn.xcontent import objects
from fakeknn.xcontent.objects import ObjectParser, declared

_DAY = 86_400_000
#: DATE_FIELD_UNITS by the milliseconds of their fields' base units (a quarter's is a day, as a month's).
_UNITS = {
    "year": 31_556_952_000, "1y": 31_556_952_000, "quarter": 7_889_238_000, "1q": 7_889_238_000,
    "month": 2_629_746_000, "1M": 2_629_746_000, "week": 7 * _DAY, "1w": 7 * _DAY, "day": _DAY, "1d": _DAY,
    "hour": 3_600_000, "1h": 3_600_000, "minute": 60_000, "1m": 60_000, "second": 1_000, "1s": 1_000,
}  # fmt: skip


class SequencePipeline(BucketPipeline):
    """One that needs the buckets of a histogram, empty ones too."""

    def validate(self, context: Validation) -> None:
        context.parent_in_sequence(self.kind, self.name)


# --- derivative -------------------------------------------------------------------------------------------------------


class Derivative(SimpleValue):
    """A difference, and what it is per unit of the keys."""

    __slots__ = ("factor",)

    def __init__(self, agg: Pipeline, format: Format, found: float, factor: float) -> None:
        super().__init__(agg, format, found)
        self.factor = factor

    @property
    def type(self) -> str:
        return "derivative"

    @property
    def java_class(self) -> str:
        return "InternalDerivative"

    @property
    def normalized(self) -> float:
        return self.found / self.factor if self.factor > 0 else self.found

    def lookup(self, path: Sequence[str]) -> Any:
        return self.normalized if list(path) == ["normalized_value"] else super().lookup(path)

    def body(self, typed: bool) -> dict[str, Any]:
        body = super().body(typed)
        if self.factor > 0:
            has = math.isfinite(self.normalized)
            body["normalized_value"] = self.normalized if has else None
            if has and not self.format.raw:
                body["normalized_value_as_string"] = self.format.show(self.normalized)
        return body


@dataclass(eq=False, kw_only=True)
class DerivativeOf(SequencePipeline):
    kind = "derivative"
    unit: str | None = None

    def changed(self, agg: MultiBucket, reduction: Reduction) -> list[Bucket]:
        unit = self._unit_millis()
        buckets: list[Bucket] = []
        last_key, last = None, None
        for bucket, value in zip(agg.buckets, self.values(agg), strict=True):
            made = bucket
            if last is not None and value is not None:
                factor = -1.0 if unit is None else (float(bucket.key) - float(last_key)) / unit  # type: ignore[arg-type]
                made = self.added(bucket, Derivative(self, self.shown, value - last, factor))
            buckets.append(made)
            last_key, last = bucket.key, value
        return buckets

    def _unit_millis(self) -> float | None:
        if self.unit is None:
            return None
        if self.unit in _UNITS:
            return _UNITS[self.unit]
        return int(parse_time_value(self.unit, "DerivativePipelineAggregationBuilder.unit").seconds * 1000)


_DERIVATIVE = {**COMMON, "VALUE_STRING": {**COMMON["VALUE_STRING"], "unit": objects.text}}


@register("derivative")
def parse_derivative(name: str, container: Any, key: Any) -> Pipeline:
    values = read(name, container, key, _DERIVATIVE)
    path = require_path(values, container, key, f"derivative aggregation [{name}]")
    return DerivativeOf(paths=[path], **options(values, "format", "gap_policy", "unit"))


def options(values: Mapping[str, Any], *names: str) -> dict[str, Any]:
    return {name: values[name] for name in names if name in values}


# --- cumulative_sum ---------------------------------------------------------------------------------------------------


class CumulativeSum(SequencePipeline):
    kind = "cumulative_sum"

    def changed(self, agg: MultiBucket, reduction: Reduction) -> list[Bucket]:
        total = 0.0
        buckets: list[Bucket] = []
        for bucket, value in zip(agg.buckets, self.values(agg), strict=True):
            if value is not None and math.isfinite(value):
                total += value
            buckets.append(self.simple(bucket, total))
        return buckets

    def values(self, agg: MultiBucket) -> list[float | None]:
        self.gap_policy = "insert_zeros"
        return super().values(agg)

    def validate(self, context: Validation) -> None:
        if len(self.paths) != 1:
            context.add_path(f"must contain a single entry for aggregation [{self.name}]")
        super().validate(context)


_CUMULATIVE_SUM = ObjectParser(
    "cumulative_sum",
    {"buckets_path": declared("string_array"), "format": declared("string")},
    constructor=("buckets_path",),
)


@register("cumulative_sum")
def parse_cumulative_sum(name: str, container: Any, key: Any) -> Pipeline:
    values = _CUMULATIVE_SUM.parse(container, key)
    return CumulativeSum(paths=values["buckets_path"], format=values.get("format"))


# --- serial_diff ------------------------------------------------------------------------------------------------------


@dataclass(eq=False, kw_only=True)
class SerialDiff(SequencePipeline):
    kind = "serial_diff"
    lag: int = 1

    def changed(self, agg: MultiBucket, reduction: Reduction) -> list[Bucket]:
        values = [math.nan if value is None else value for value in self.values(agg)]
        buckets: list[Bucket] = []
        for i, bucket in enumerate(agg.buckets):
            before = values[i - self.lag] if i >= self.lag else math.nan
            made = math.isnan(values[i]) or math.isnan(before)
            buckets.append(bucket if made else self.simple(bucket, values[i] - before))
        return buckets


def _lag(name: str) -> Callable[[Any, Any], int]:
    def read_lag(container: Any, key: Any) -> int:
        lag = objects.integer(container, key)
        if lag <= 0:
            raise ParsingException(
                f"Lag must be a positive, non-zero integer.  Value supplied was{lag} in [{name}]: [{key}].",
                at=Where(container, key),
            )
        return lag

    return read_lag


@register("serial_diff")
def parse_serial_diff(name: str, container: Any, key: Any) -> Pipeline:
    values = read(name, container, key, {**COMMON, "VALUE_NUMBER": {"lag": _lag(name)}})
    path = require_path(values, container, key, f"derivative aggregation [{name}]")
    return SerialDiff(paths=[path], **options(values, "format", "gap_policy", "lag"))


# --- moving_fn --------------------------------------------------------------------------------------------------------


@dataclass(eq=False, kw_only=True)
class MovingFn(SequencePipeline):
    """What a script makes of a window of values before each bucket."""

    kind = "moving_fn"
    script: Script
    window: int
    shift: int = 0

    def changed(self, agg: MultiBucket, reduction: Reduction) -> list[Bucket]:
        script = scripted(self.script, "moving-function", reduction.services)({})
        doubles = array_type("double")
        found = self.values(agg)
        values = [value for value in found if value is not None and not math.isnan(value)]
        buckets: list[Bucket] = []
        index = 0
        for bucket, value in zip(agg.buckets, found, strict=True):
            made = bucket
            if value is not None and not math.isnan(value):
                first = min(max(index - self.window + self.shift, 0), len(values))
                last = min(max(index + self.shift, 0), len(values))
                made = self.simple(bucket, float(script.execute({"values": doubles(values[first:last])})))
                index += 1
            buckets.append(made)
        return buckets


def _some_text(container: Any, key: Any) -> str:
    text = objects.text(container, key)
    if not text:
        raise IllegalArgumentException("[format] must not be null or an empty string.")
    return text


def _check_window(values: Mapping[str, Any]) -> None:
    if values["window"] <= 0:
        raise IllegalArgumentException("[window] must be a positive, non-zero integer.")


_MOVING_FN = ObjectParser(
    "moving_fn",
    {
        "buckets_path": declared("string"),
        "script": declared("object_or_string", parse_script),
        "window": declared("int"),
        "shift": declared("int"),
        "format": replace(declared("string", _some_text), late=True),
        "gap_policy": declared("string", lower_gap_policy),
    },
    constructor=("buckets_path", "script", "window"),
    check=_check_window,
)


@register("moving_fn")
def parse_moving_fn(name: str, container: Any, key: Any) -> Pipeline:
    values = _MOVING_FN.parse(container, key)
    return MovingFn(
        paths=[values["buckets_path"]],
        script=values["script"],
        window=values["window"],
        **options(values, "shift", "format", "gap_policy"),
    )
