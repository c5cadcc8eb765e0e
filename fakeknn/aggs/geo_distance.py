"""geo_distance: a bucket for each range of distances from a point.

Source: GeoDistanceAggregationBuilder.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from fakeknn.aggs.base import Aggregation, Collector, register
from fakeknn.aggs.docs import Docs
from fakeknn.aggs.fielddata import GEOPOINT
from fakeknn.aggs.ranges import RangesOf
from fakeknn.aggs.results import Internal
from fakeknn.aggs.value_members import REQUIRED, members
from fakeknn.aggs.values import Given
from fakeknn.errors import (
    IllegalArgumentException,
    NotFaked,
    NullPointerException,
    OpenSearchError,
    ParsingException,
    Where,
)
from fakeknn.geo import points, sphere
from fakeknn.geo.points import GeoPoint
from fakeknn.query.context import ShardContext
from fakeknn.query.geo_parsers import distance_type
from fakeknn.xcontent import java_double, objects, parse_double
from fakeknn.xcontent.objects import Member, ObjectParser, declared

Doubles = NDArray[np.float64]
Longs = NDArray[np.int64]


@dataclass(frozen=True)
class Distances:
    key: str
    low: float
    high: float

    def members(self) -> dict[str, Any]:
        ends = {"from": self.low, "to": self.high}
        return {name: end for name, end in ends.items() if not math.isinf(end)}


@dataclass(eq=False)
class GeoDistanceOf(RangesOf):
    kind = "geo_distance"
    origin: GeoPoint = None  # type: ignore[assignment]
    ranges: Sequence[Distances] = ()
    unit: float = 1.0
    type: str = "arc"

    def build(self, ctx: ShardContext) -> Collector:
        source = self.given.source(ctx, self, (GEOPOINT,), GEOPOINT)
        if not self.ranges:
            raise IllegalArgumentException(f"No [ranges] specified for the [{self.name}] aggregation")
        keys = [(one.key, one.members()) for one in self.ranges]  # as they come, unlike those of numbers
        measure = sphere.plane if self.type == "plane" else sphere.haversine
        nowhere = math.isnan(self.origin.lat) or math.isnan(self.origin.lon)
        subs = self.subs.build(ctx)

        def collect(docs: Docs) -> Sequence[Internal]:
            at, lats, lons = source.points(docs)
            found = np.full(len(at), np.nan) if nowhere else measure(*self.origin, lats, lons)
            if self.unit != 1.0:
                found = found * 1.0 / self.unit
            return self.buckets(self.asked(docs, source), subs, self._hits(at, found), keys)

        return collect

    def _hits(self, at: NDArray[Any], found: Doubles) -> list[NDArray[Any]]:
        """The positions of the documents in each range."""
        lows = np.array([one.low for one in self.ranges])
        highs = np.array([one.high for one in self.ranges])
        inside = [(found >= one.low) & (found < one.high) for one in self.ranges]
        if (np.diff(lows) < 0).any():
            first, last = _searched(at, found, lows, highs)
            inside = [mask & (first <= i) & (i <= last) for i, mask in enumerate(inside)]
        return [at[mask] for mask in inside]


def _searched(at: NDArray[Any], found: Doubles, lows: Doubles, highs: Doubles) -> tuple[Longs, Longs]:
    """The first and the last of the ranges that RangeAggregator looks at for each value.

    It searches as if ranges ascended, which distances alone may not; of a document's values each begins where the one
    before it, which is smaller, has ended.
    """
    most = np.maximum.accumulate(highs)
    bounds = np.unique(np.concatenate((lows, most)))
    classes = np.searchsorted(bounds, found, side="right")  # the values of a class lie between the same two bounds
    order = np.lexsort((found, at))
    ranks = np.arange(len(at)) - np.searchsorted(at[order], at[order])
    first, last = np.zeros(len(at), np.int64), np.zeros(len(at), np.int64)
    begins = np.zeros(int(at.max(initial=-1)) + 1, np.int64)
    for rank in range(int(ranks.max(initial=-1)) + 1):
        some = order[ranks == rank]
        codes = classes[some] * (len(lows) + 1) + begins[at[some]]
        _, place, each = np.unique(codes, return_index=True, return_inverse=True)
        ends = [_candidates(found[i], lows, most, int(begins[at[i]])) for i in some[place].tolist()]
        first[some], last[some] = np.array(ends, np.int64).reshape(-1, 2)[each].T
        begins[at[some]] = last[some] + 1
    return first, last


def _candidates(value: float, lows: Doubles, most: Doubles, low: int) -> tuple[int, int]:
    """RangeAggregator.collect: ``most`` are the highest ends so far, ``low`` is the first range to be looked at."""
    high = len(lows) - 1
    middle = (low + high) >> 1
    while low <= high:
        if value < lows[middle]:
            high = middle - 1
        elif value >= most[middle]:
            low = middle + 1
        else:
            break
        middle = (low + high) >> 1
    if low > high:
        return low, low - 1
    start, start_end = low, middle
    while start <= start_end:
        at = (start + start_end) >> 1
        if value >= most[at]:
            start = at + 1
        else:
            start_end = at - 1
    end_start, end = middle, high
    while end_start <= end:
        at = (end_start + end) >> 1
        if value < lows[at]:
            end = at - 1
        else:
            end_start = at + 1
    return start, end


# --- parsing ----------------------------------------------------------------------------------------------------------


def _origin(container: Any, key: Any) -> GeoPoint:
    value = container[key]
    if isinstance(value, str):
        return points.of_text(objects.text(container, key), ignore_z=True)
    if isinstance(value, list):
        numbers = []
        for i in range(len(value)):
            if i > 1:
                raise ParsingException(
                    "malformed [origin]: a geo point array must be of the form [lon, lat]", at=Where(value, i)
                )
            try:
                numbers.append(objects.decimal(value, i))
            except OpenSearchError as error:
                raise objects.stopped_at(error, Where(value, i)) from error.__cause__
        lon, lat = (*numbers, math.nan, math.nan)[:2]
        return GeoPoint(lat, lon)
    found = {"lat": math.nan, "lon": math.nan}
    last = "null"
    for last, item in value.items():
        if isinstance(item, dict | list):
            raise NotFaked("an object or array in the [origin] of a [geo_distance] aggregation")
        if last in found and isinstance(item, int | float) and not isinstance(item, bool):
            found[last] = float(item)
    if any(math.isnan(side) for side in found.values()):
        raise ParsingException(
            f"malformed [{last}] geo point object. either [lat] or [lon] (or both) are missing",
            at=Where(value, None, "end"),
        )
    return GeoPoint(**found)


def _range(container: Any, key: Any) -> Distances:
    body = container[key]
    if not isinstance(body, dict):
        token, place = objects.next_token(container, key)
        if token not in ("START_OBJECT", "END_ARRAY"):
            raise NotFaked("a range of a [geo_distance] aggregation that is no object")
        raise ParsingException(f"Failed to parse object: unexpected token [{token}] found", at=place)
    label: str | None = None
    ends = {"from": 0.0, "to": math.inf}
    texts: dict[str, str] = {}
    for name, value in body.items():
        token = objects.token(value)
        if token not in ("VALUE_NUMBER", "VALUE_STRING", "VALUE_NULL"):
            raise ParsingException(f"Failed to parse object: unexpected token [{token}] found", at=Where(body, name))
        if name not in ends and (name != "key" or token == "VALUE_NUMBER"):
            raise ParsingException(f"Failed to parse object: unknown field [{name}] found", at=Where(body, name))
        if token == "VALUE_NUMBER":
            ends[name] = float(value)
        elif name == "key":
            label = value if value is not None else label
        elif value is not None:
            texts[name] = value
    if texts:
        if len(texts) == 1:
            error = NullPointerException('Cannot invoke "String.length()" because "in" is null')
            raise objects.stopped_at(error, Where(body, None, "end"))
        try:
            ends = {name: parse_double(texts[name]) for name in ends}
        except IllegalArgumentException as wrong:
            raise objects.stopped_at(wrong, Where(body, None, "end")) from None
    low, high = ends["from"], ends["to"]
    if label is None:
        label = f"{'*' if low == 0 else java_double(low)}-{'*' if math.isinf(high) else java_double(high)}"
    return Distances(label, low, high)


_ORIGIN = declared("object_array_or_string", _origin)
_ORIGINS = ("origin", "center", "point", "por")
_DECLARATIONS: dict[str, Member] = {
    **members(format=False),
    "keyed": declared("boolean"),
    "ranges": declared("object_array", objects.each(_range)),
    "unit": declared("string", lambda container, key: sphere.unit(objects.text(container, key))),
    "distance_type": declared("string", distance_type),
    **dict.fromkeys(_ORIGINS, _ORIGIN),
}
_GEO_DISTANCE = ObjectParser("geo_distance", _DECLARATIONS, required=REQUIRED)


@register("geo_distance")
def parse_geo_distance(name: str, container: Any, key: Any) -> Aggregation:
    values = _GEO_DISTANCE.parse(container, key)
    origins = [values[one] for one in values if one in _ORIGINS]
    if not origins:
        raise IllegalArgumentException(f"Aggregation [{name}] must define an [origin].")
    return GeoDistanceOf(
        values.get("keyed", False),
        Given.of(values),
        origins[-1],
        values.get("ranges", ()),
        values.get("unit", 1.0),
        values.get("distance_type", "arc"),
    )
