"""Metrics of a distribution's shape: percentiles, percentile_ranks, median_absolute_deviation."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any, ClassVar, Self

import numpy as np
from numpy.typing import NDArray

from fakeknn.aggs.base import NAME, Aggregation, Collector, register
from fakeknn.aggs.docs import Docs
from fakeknn.aggs.fielddata import NUMERIC
from fakeknn.aggs.formats import Format, parse_number, text_of
from fakeknn.aggs.hdr import Histogram, histograms
from fakeknn.aggs.numeric import MultiValue, NumericMetric, SingleValue
from fakeknn.aggs.results import Internal, Reduction, finite
from fakeknn.aggs.tdigest import MergingDigest, digests
from fakeknn.aggs.value_members import REQUIRED, members
from fakeknn.aggs.values import Given, Source
from fakeknn.errors import (
    IllegalArgumentException,
    IllegalStateException,
    OpenSearchError,
    Where,
    XContentParseException,
)
from fakeknn.query.context import ShardContext
from fakeknn.xcontent import java_double, objects
from fakeknn.xcontent.objects import Member, ObjectParser, building, declared, stopped_at

DEFAULT_PERCENTS = (1.0, 5.0, 25.0, 50.0, 75.0, 95.0, 99.0)


# --- how they are estimated -------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Digest:
    """The method ``tdigest``."""

    compression: float = 100.0
    name: ClassVar[str] = "tdigest"

    def sketches(self, values: NDArray[Any], owners: NDArray[np.int64], n: int) -> Sequence[MergingDigest]:
        found = digests(values, owners, n, self.compression)
        for digest in found:
            # A shard's result is written to estimate its size, which compresses it, twice over.
            digest.compress()
            digest.compress()
        return found

    def merged(self, parts: Sequence[MergingDigest]) -> MergingDigest:
        whole = MergingDigest(self.compression)
        for part in parts:
            whole.absorb(part)
        whole.compress()
        return whole


@dataclass(frozen=True)
class Hdr:
    """The method ``hdr``."""

    digits: int = 3
    name: ClassVar[str] = "hdr"

    def sketches(self, values: NDArray[Any], owners: NDArray[np.int64], n: int) -> Sequence[Histogram]:
        return histograms(values, owners, n, self.digits)

    def merged(self, parts: Sequence[Histogram]) -> Histogram:
        whole = Histogram(self.digits)
        for part in parts:
            whole.absorb(part)
        return whole


# --- results ----------------------------------------------------------------------------------------------------------


class Percentiles(MultiValue):
    """Values by key; what they are estimated from is merged over the shards."""

    __slots__ = ("sketch",)
    agg: PercentilesOf

    def __init__(self, agg: Aggregation, format: Format, sketch: MergingDigest | Histogram) -> None:
        super().__init__(agg, format)
        self.sketch = sketch

    @property
    def type(self) -> str:
        return f"{self.agg.method.name}_{self.agg.kind}"

    def at(self, key: float) -> float:
        if self.agg.kind == "percentiles":
            return self.sketch.quantile(key / 100)
        return self.sketch.rank(key)

    def value(self, name: str) -> float:
        return self.at(parse_number(name))

    def reduce(self, parts: Sequence[Self], reduction: Reduction) -> Internal:
        sketches: list[Any] = [part.sketch for part in parts]
        return Percentiles(self.agg, self.format, self.agg.method.merged(sketches))

    def body(self, typed: bool) -> dict[str, Any]:
        empty = not self.sketch.size
        told = [(key, None if empty else self.at(key)) for key in self.agg.keys]
        if not self.agg.keyed:
            return {"values": [self._entry(key, value) for key, value in told]}
        shown: dict[str, Any] = {}
        for key, value in told:
            shown[java_double(key)] = None if value is None else finite(value)
            if value is not None and not self.format.raw:
                shown[f"{java_double(key)}_as_string"] = text_of(self.format.show(value))
        return {"values": shown}

    def _entry(self, key: float, value: float | None) -> dict[str, Any]:
        entry: dict[str, Any] = {"key": key, "value": None if value is None else finite(value)}
        if value is not None and not self.format.raw:
            entry["value_as_string"] = text_of(self.format.show(value))
        return entry


class Deviation(SingleValue):
    """The median of what the values differ from their median by."""

    __slots__ = ("found", "sketch")
    agg: MedianAbsoluteDeviation

    def __init__(self, agg: Aggregation, format: Format, sketch: MergingDigest) -> None:
        super().__init__(agg, format)
        self.sketch = sketch
        self.found = _deviation(sketch)

    def number(self) -> float:
        return self.found

    def reduce(self, parts: Sequence[Self], reduction: Reduction) -> Internal:
        merged = MergingDigest(self.agg.compression)
        for part in parts:
            part.sketch.compress()
            part.sketch.compress()
            merged.absorb(part.sketch)
        return Deviation(self.agg, self.format, merged)

    def body(self, typed: bool) -> dict[str, Any]:
        return self.shown(self.found, self.sketch.size > 0)


def _deviation(sketch: MergingDigest) -> float:
    if not sketch.size:
        return math.nan
    median = sketch.quantile(0.5)
    sketch.compress()
    deviations = MergingDigest(sketch.given)
    for mean, weight in zip(sketch.means, sketch.weights, strict=True):
        deviations.add([abs(median - mean)] * int(weight))
    return deviations.quantile(0.5)


# --- definitions ------------------------------------------------------------------------------------------------------


@dataclass(eq=False)
class PercentilesOf(Aggregation):
    leaf: ClassVar[bool] = True
    metrics = ()  # their names are numbers
    given: Given
    keys: tuple[float, ...]
    method: Digest | Hdr
    keyed: bool = True

    def has_metric(self, name: str) -> bool:
        return parse_number(name) in self.keys

    def build(self, ctx: ShardContext) -> Collector:
        source = self.given.source(ctx, self, NumericMetric.accepted, NumericMetric.default)
        return lambda docs: self._collect(source, docs)

    def _collect(self, source: Source, docs: Docs) -> Sequence[Internal]:
        loaded = source.doubles(docs)
        sketches = self.method.sketches(loaded.values, docs.owners[loaded.at], docs.n)
        return [Percentiles(self, source.format, sketch) for sketch in sketches]


class PercentRanksOf(PercentilesOf):
    kind = "percentile_ranks"


class PercentsOf(PercentilesOf):
    kind = "percentiles"


@dataclass(eq=False)
class MedianAbsoluteDeviation(NumericMetric):
    kind = "median_absolute_deviation"
    metrics = ("value",)
    accepted = (NUMERIC,)
    compression: float = 1000.0

    def collect(self, source: Source, docs: Docs) -> Sequence[Internal]:
        loaded = source.doubles(docs)
        sketches = digests(loaded.values, docs.owners[loaded.at], docs.n, self.compression)
        return [Deviation(self, source.format, sketch) for sketch in sketches]


# --- parsing ----------------------------------------------------------------------------------------------------------


def _doubles(container: Any, key: Any) -> list[float]:
    value = container[key]
    if not isinstance(value, list):
        return [objects.decimal(container, key)]
    found = []
    for i, item in enumerate(value):
        try:
            if isinstance(item, list):
                raise IllegalStateException("expected value but got [START_ARRAY]")
            found.append(objects.decimal(value, i))
        except OpenSearchError as error:
            raise objects.stopped_at(error, objects.place_of(error) or Where(value, i)) from None
    return found


def _compression(container: Any, key: Any) -> float:
    value = objects.decimal(container, key)
    if value < 0:
        raise IllegalArgumentException(
            f"[compression] must be greater than or equal to 0. Found [{java_double(value)}]"
        )
    return value


def _digits(container: Any, key: Any) -> int:
    value = objects.integer(container, key)
    if not 0 <= value <= 5:
        raise IllegalArgumentException("[numberOfSignificantValueDigits] must be between 0 and 5")
    return value


_DIGEST = ObjectParser("tdigest", {"compression": declared("double", _compression)})
_HDR = ObjectParser("hdr", {"number_of_significant_value_digits": declared("int", _digits)})


def _tdigest(container: Any, key: Any) -> Digest:
    return Digest(_DIGEST.parse(container, key).get("compression", 100.0))


def _hdr(container: Any, key: Any) -> Hdr:
    return Hdr(_HDR.parse(container, key).get("number_of_significant_value_digits", 3))


def _parser(kind: str, keys: str) -> ObjectParser:
    digest, hdr = declared("object", _tdigest), declared("object", _hdr)
    more: dict[str, Member] = {
        keys: Member(("START_ARRAY", "VALUE_NUMBER", "VALUE_STRING"), _doubles),
        "keyed": declared("boolean"),
        **dict.fromkeys(("tdigest", "TDigest", "TDIGEST"), digest),
        **dict.fromkeys(("hdr", "HDR"), hdr),
    }
    return ObjectParser(kind, {**members(), **more}, required=REQUIRED)


_PERCENTILES, _RANKS = _parser("percentiles", "percents"), _parser("percentile_ranks", "values")


@contextmanager
def _built(kind: str, keys: str, container: Any, key: Any) -> Iterator[None]:
    """It is built where the last of what its constructor takes is read, or behind all if some of that is not given."""
    try:
        with building(kind):
            yield
    except XContentParseException as unbuilt:
        body = container[key]
        given: dict[str, str] = {}
        for name in body:
            if name == keys or name.lower() in ("tdigest", "hdr"):
                given.setdefault(name.lower(), name)
        if len(given) < 3:
            raise
        last = list(given.values())[-1]
        place = Where(body[last], None, "end") if isinstance(body[last], (dict, list)) else Where(body, last)
        error = XContentParseException(f"[{kind}] failed to parse field [{last}]", at=place)
        raise stopped_at(error, place) from unbuilt


def _method(values: dict[str, Any]) -> Digest | Hdr:
    digest = next((values[name] for name in ("TDIGEST", "TDigest", "tdigest") if name in values), None)
    hdr = next((values[name] for name in ("HDR", "hdr") if name in values), None)
    if digest is not None and hdr is not None:
        raise IllegalArgumentException("Only one percentiles method should be declared.")
    return digest or hdr or Digest()


@register("percentiles")
def parse_percentiles(name: str, container: Any, key: Any) -> Aggregation:
    values = _PERCENTILES.parse(container, key)
    with _built("percentiles", "percents", container, key):
        method = _method(values)
        keys = values.get("percents")
        if keys is not None and not keys:
            raise IllegalArgumentException(f"[percents] must not be empty: [{NAME}]")
        keys = sorted(DEFAULT_PERCENTS if keys is None else keys)
        for percent in keys:
            if not 0 <= percent <= 100:
                raise IllegalArgumentException(f"percent must be in [0,100], got [{java_double(percent)}]: [{NAME}]")
    return PercentsOf(Given.of(values), tuple(keys), method, values.get("keyed", True))


@register("percentile_ranks")
def parse_percentile_ranks(name: str, container: Any, key: Any) -> Aggregation:
    values = _RANKS.parse(container, key)
    with _built("percentile_ranks", "values", container, key):
        method = _method(values)
        keys = values.get("values")
        if keys is None:
            raise IllegalArgumentException(f"[values] must not be null: [{NAME}]")
        if not keys:
            raise IllegalArgumentException(f"[values] must not be an empty array: [{NAME}]")
    return PercentRanksOf(Given.of(values), tuple(sorted(keys)), method, values.get("keyed", True))


def _positive_compression(container: Any, key: Any) -> float:
    value = objects.decimal(container, key)
    if value <= 0:
        raise IllegalArgumentException(
            f"[compression] must be greater than 0. Found [{java_double(value)}] in [{NAME}]"
        )
    return value


_DEVIATION = ObjectParser(
    "median_absolute_deviation",
    members(compression=declared("double", _positive_compression)),
    required=REQUIRED,
)


@register("median_absolute_deviation")
def parse_deviation(name: str, container: Any, key: Any) -> Aggregation:
    values = _DEVIATION.parse(container, key)
    return MedianAbsoluteDeviation(Given.of(values), values.get("compression", 1000.0))
