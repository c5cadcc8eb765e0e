"""geo_distance: a bucket for each range of distances from a point.

Source: GeoDistanceAggregationBuilder.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from fakeknn.aggs.base import Aggregation, Collector, register
from fakeknn.aggs.docs import Docs
from fakeknn.aggs.fielddata import GEOPOINT
from fakeknn.aggs.ranges import RangesOf
from fakeknn.aggs.results import Internal
from fakeknn.aggs.values import REQUIRED, Given, members
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
    given: Given = None  # type: ignore[assignment]
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

        def collect(docs: Docs) -> list[Internal]:
            at, lats, lons = source.points(docs)
            found = np.full(len(at), np.nan) if nowhere else measure(*self.origin, lats, lons)
            if self.unit != 1.0:
                found = found * 1.0 / self.unit
            return self.buckets(docs, subs, [at[(found >= one.low) & (found < one.high)] for one in self.ranges], keys)

        return collect


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
