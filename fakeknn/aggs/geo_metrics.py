"""Metrics of places: geo_bounds and geo_centroid."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, ClassVar, Self

import numpy as np

from fakeknn.aggs.base import Aggregation, Collector, register
from fakeknn.aggs.docs import Docs
from fakeknn.aggs.fielddata import GEOPOINT, GEOSHAPE
from fakeknn.aggs.geo_shapes import corners
from fakeknn.aggs.results import Internal, Reduction
from fakeknn.aggs.sums import sums
from fakeknn.aggs.value_members import REQUIRED, REQUIRED_FIELD, members
from fakeknn.aggs.values import Given, Source
from fakeknn.errors import IllegalArgumentException
from fakeknn.geo.points import GeoPoint
from fakeknn.query.context import ShardContext
from fakeknn.xcontent.objects import ObjectParser, declared

#: Highest and lowest latitude; lowest and highest longitude of the east, and of the west.
_NOWHERE = (-math.inf, math.inf, math.inf, -math.inf, math.inf, -math.inf)


class GeoBounds(Internal):
    """The box around all points; where there are some on both sides of the meridian, the narrower way around."""

    __slots__ = ("sides",)
    agg: GeoBoundsOf

    def __init__(self, agg: Aggregation, sides: Sequence[float]) -> None:
        super().__init__(agg)
        self.sides = sides

    def reduce(self, parts: Sequence[Self], reduction: Reduction) -> Internal:
        columns = list(zip(*(part.sides for part in parts), strict=True))
        chosen = (max, min, min, max, min, max)
        return GeoBounds(self.agg, [choose(column) for choose, column in zip(chosen, columns, strict=True)])

    def box(self) -> tuple[GeoPoint, GeoPoint] | None:
        """(top left, bottom right)."""
        top, bottom, east_left, east_right, west_left, west_right = self.sides
        if math.isinf(top):
            return None
        if math.isinf(east_left):
            left, right = west_left, west_right
        elif math.isinf(west_left):
            left, right = east_left, east_right
        elif self.agg.wrap and east_right - west_left > (180 - east_left) - (-180 - west_right):
            left, right = east_left, west_right
        else:
            left, right = west_left, east_right
        return GeoPoint(top, left), GeoPoint(bottom, right)

    def lookup(self, path: Sequence[str]) -> Any:
        if not path:
            return self
        name, box = self.agg.name, self.box()
        if len(path) > 2:
            raise IllegalArgumentException(f"path not supported for [{name}]: [{', '.join(path)}]")
        corners = {} if box is None else {"top_left": box[0], "bottom_right": box[1]}
        sides = (
            {} if box is None else {"top": box[0].lat, "left": box[0].lon, "bottom": box[1].lat, "right": box[1].lon}
        )
        found: Any = (sides if len(path) == 1 else corners).get(path[0])
        if found is None:
            raise IllegalArgumentException(f"Found unknown path element [{path[0]}] in [{name}]")
        if len(path) == 1:
            return found
        if path[1] not in ("lat", "lon"):
            raise IllegalArgumentException(f"Found unknown path element [{path[1]}] in [{name}]")
        return getattr(found, path[1])

    def body(self, typed: bool) -> dict[str, Any]:
        box = self.box()
        if box is None:
            return {}
        return {"bounds": {"top_left": box[0]._asdict(), "bottom_right": box[1]._asdict()}}


class GeoCentroid(Internal):
    __slots__ = ("centroid", "count")

    def __init__(self, agg: Aggregation, centroid: GeoPoint | None, count: int) -> None:
        super().__init__(agg)
        self.centroid = centroid
        self.count = count

    def reduce(self, parts: Sequence[Self], reduction: Reduction) -> Internal:
        count, lats, lons = 0, 0.0, 0.0
        for part in parts:
            if part.centroid is not None:
                count += part.count
                lats += part.count * part.centroid.lat
                lons += part.count * part.centroid.lon
        return GeoCentroid(self.agg, GeoPoint(lats / count, lons / count) if count else None, count)

    def lookup(self, path: Sequence[str]) -> Any:
        if not path:
            return self
        if len(path) > 1:
            raise IllegalArgumentException(f"path not supported for [{self.agg.name}]: [{', '.join(path)}]")
        if path[0] == "count":
            return self.count
        if path[0] == "value":
            return self.centroid
        if path[0] not in ("lat", "lon"):
            raise IllegalArgumentException(f"Found unknown path element [{path[0]}] in [{self.agg.name}]")
        return getattr(self.centroid, path[0])

    def body(self, typed: bool) -> dict[str, Any]:
        shown = {} if self.centroid is None else {"location": self.centroid._asdict()}
        return {**shown, "count": self.count}


@dataclass(eq=False)
class GeoBoundsOf(Aggregation):
    kind = "geo_bounds"
    given: Given
    wrap: bool = True

    def build(self, ctx: ShardContext) -> Collector:
        source = self.given.source(ctx, self, (GEOPOINT, GEOSHAPE), GEOPOINT)
        return lambda docs: self._collect(source, docs)

    def _collect(self, source: Source, docs: Docs) -> Sequence[Internal]:
        at, lats, lons = corners(source, docs) if source.type == GEOSHAPE else source.points(docs)
        owners = docs.owners[at]
        sides = [np.full(docs.n, value) for value in _NOWHERE]
        east = lons >= 0
        np.maximum.at(sides[0], owners, lats)
        np.minimum.at(sides[1], owners, lats)
        np.minimum.at(sides[2], owners[east], lons[east])
        np.maximum.at(sides[3], owners[east], lons[east])
        np.minimum.at(sides[4], owners[~east], lons[~east])
        np.maximum.at(sides[5], owners[~east], lons[~east])
        return [GeoBounds(self, row) for row in zip(*(side.tolist() for side in sides), strict=True)]


@dataclass(eq=False)
class GeoCentroidOf(Aggregation):
    kind = "geo_centroid"
    leaf: ClassVar[bool] = True
    given: Given

    def build(self, ctx: ShardContext) -> Collector:
        source = self.given.source(ctx, self, (GEOPOINT,), GEOPOINT)
        return lambda docs: self._collect(source, docs)

    def _collect(self, source: Source, docs: Docs) -> Sequence[Internal]:
        at, lats, lons = source.points(docs)
        owners = docs.owners[at]
        counts = np.bincount(owners, minlength=docs.n).tolist()
        columns = sums(lats, owners, docs.n).tolist(), sums(lons, owners, docs.n).tolist()
        return [
            GeoCentroid(self, GeoPoint(lat / count, lon / count) if count else None, count)
            for count, lat, lon in zip(counts, *columns, strict=True)
        ]


_BOUNDS = ObjectParser(
    "geo_bounds",
    members(script=False, format=False, wrap_longitude=declared("boolean")),
    required=REQUIRED_FIELD,
)
_CENTROID = ObjectParser("geo_centroid", members(format=False), required=REQUIRED)


@register("geo_bounds")
def parse_geo_bounds(name: str, container: Any, key: Any) -> Aggregation:
    values = _BOUNDS.parse(container, key)
    return GeoBoundsOf(Given.of(values), values.get("wrap_longitude", True))


@register("geo_centroid")
def parse_geo_centroid(name: str, container: Any, key: Any) -> Aggregation:
    return GeoCentroidOf(Given.of(_CENTROID.parse(container, key)))
