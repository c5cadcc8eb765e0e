"""Geo queries: geo_bounding_box, geo_distance, geo_polygon."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any, ClassVar

import numpy as np

from fakeknn.errors import (
    IllegalArgumentException,
    NotFaked,
    QueryValidationException,
)
from fakeknn.fields import FieldType
from fakeknn.fields.geo_point import GeoPointColumn, GeoPointFieldType
from fakeknn.fields.geo_shape import GeoShapeFieldType
from fakeknn.geo import indexing, points, shapes, sphere, wkt
from fakeknn.geo.areas import in_ring
from fakeknn.geo.points import GeoPoint
from fakeknn.query.base import Query
from fakeknn.query.context import ShardContext
from fakeknn.query.java_names import field_type_name, no_geo_shapes
from fakeknn.query.one_field import of_one_field
from fakeknn.view import Mask, ObjectColumn
from fakeknn.xcontent import java_string

NOWHERE = GeoPoint(math.nan, math.nan)
STRICT, COERCE, IGNORE_MALFORMED = "STRICT", "COERCE", "IGNORE_MALFORMED"


@of_one_field
@dataclass(frozen=True, eq=False, kw_only=True)
class GeoQuery(Query):
    """What the queries of places share; the score is constant."""

    field: str
    validation: str = STRICT
    ignore_unmapped: bool = False

    @property
    def lenient(self) -> bool:
        return self.validation != STRICT

    def mask(self, ctx: ShardContext) -> Mask:
        mapped = ctx.field(self.field)
        if mapped is None:
            if self.ignore_unmapped:
                return ctx.nothing()
            raise ctx.fails(f"failed to find geo field [{self.field}]")
        if not isinstance(mapped, GeoPointFieldType | GeoShapeFieldType):
            if mapped.derivation is not None:
                raise no_geo_shapes(mapped)
            raise ctx.fails(
                f"type [{field_type_name(mapped)}] for field [{self.field}] is not supported for [{self.kind}] "
                "queries. Must be one of [geo_point] or [geo_shape]"
            )
        problems = self.problems()
        if problems:
            raise ctx.fails("couldn't validate latitude/ longitude values") from QueryValidationException(
                *(f"[{self.kind}] {problem}" for problem in problems)
            )
        if isinstance(mapped, GeoShapeFieldType):
            return self.of_shapes(ctx, mapped)
        return self.of_points(ctx, mapped)

    def problems(self) -> Sequence[str]:
        """What is wrong with the places given."""
        return ()

    def of_points(self, ctx: ShardContext, mapped: FieldType) -> Mask:
        column = geo_column(ctx, mapped)
        return ctx.nothing() if column is None else column.where(self.inside(column))

    def inside(self, column: GeoPointColumn) -> Mask:
        """bool[m]: which of a column's points match."""
        raise NotImplementedError

    def of_shapes(self, ctx: ShardContext, mapped: GeoShapeFieldType) -> Mask:
        raise NotFaked(f"a [{self.kind}] query of shapes")


def check_center(circle: wkt.Shape) -> None:
    """Lucene's Circle."""
    lon, lat, _ = circle.coordinates
    wkt.check_latitude(lat)
    wkt.check_longitude(lon)


def shapes_related(ctx: ShardContext, mapped: GeoShapeFieldType, shape: wkt.Shape, relation: str) -> Mask:
    """bool[n]: the rows whose shapes lie so to another shape."""
    column = ctx.column(mapped)
    assert isinstance(column, ObjectColumn)
    if shape.empty:
        return ctx.nothing()
    if shape.kind == "CIRCLE":
        check_center(shape)
    other = None if shape.kind == "CIRCLE" else indexing.queried(shape)
    if not column.values:
        return ctx.nothing()
    key = ("shapes", mapped.path, len(column.values))
    known = ctx.view.memo.get(key)
    if known is None:
        known = ctx.view.memo[key] = np.array(list(column.values), object)
    if relation == "within" and any(kind in ("LINESTRING", "MULTILINESTRING") for kind in _kinds(shape)):
        raise IllegalArgumentException("LatLonShapeQuery does not support WITHIN queries with line geometries")

    def related(how: str) -> Mask:
        if other is not None:
            return shapes.related(known, other, how)
        x, y, radius = shape.coordinates
        return shapes.around(known, y, x, radius, how)

    if relation == "disjoint":
        return column.exists & ~column.where(related("intersects"))
    hit = related(relation)
    if relation == "within" and not column.single:
        return column.exists & ~column.where(~hit)
    return column.where(hit)


def _kinds(shape: wkt.Shape) -> Iterator[str]:
    if shape.kind == "GEOMETRYCOLLECTION":
        for part in shape.coordinates:
            yield from _kinds(part)
    else:
        yield shape.kind


def geo_column(ctx: ShardContext, mapped: FieldType) -> GeoPointColumn | None:
    """The points of a field; None where it keeps none."""
    if not mapped.searchable and not mapped.has_doc_values:
        return None
    column = ctx.column(mapped)
    assert isinstance(column, GeoPointColumn)
    return column


# --- geo_bounding_box -------------------------------------------------------------------------------------------------


@dataclass(frozen=True, eq=False, kw_only=True)
class GeoBoundingBox(GeoQuery):
    kind: ClassVar[str] = "geo_bounding_box"
    named_first: ClassVar[bool] = True
    top_left: GeoPoint = NOWHERE
    bottom_right: GeoPoint = NOWHERE
    type: str = "MEMORY"

    def members(self) -> dict[str, Any]:
        return {
            self.field: {
                "top_left": [self.top_left.lon, self.top_left.lat],
                "bottom_right": [self.bottom_right.lon, self.bottom_right.lat],
            },
            "validation_method": self.validation,
            "type": self.type,
            "ignore_unmapped": self.ignore_unmapped,
        }

    def problems(self) -> Sequence[str]:
        if self.lenient:
            return ()
        return [
            f"{name} is invalid: {java_string(value)}"
            for name, value, limit in (
                ("top latitude", self.top_left.lat, 90),
                ("left longitude", self.top_left.lon, 180),
                ("bottom latitude", self.bottom_right.lat, 90),
                ("right longitude", self.bottom_right.lon, 180),
            )
            if not abs(value) <= limit
        ]

    @property
    def corners(self) -> tuple[GeoPoint, GeoPoint]:
        top_left, bottom_right = self.top_left, self.bottom_right
        if self.validation == COERCE:
            left, right = top_left.lon, bottom_right.lon
            around = math.fmod(right - left, 360) == 0 and right > left
            top_left = points.normalized(top_left, lon=not around)
            bottom_right = points.normalized(bottom_right, lon=not around)
            if around:
                top_left, bottom_right = top_left._replace(lon=-180.0), bottom_right._replace(lon=180.0)
        return top_left, bottom_right

    def of_shapes(self, ctx: ShardContext, mapped: GeoShapeFieldType) -> Mask:
        (top, left), (bottom, right) = self.corners
        return shapes_related(ctx, mapped, wkt.Shape("ENVELOPE", (left, right, top, bottom)), "intersects")

    def inside(self, column: GeoPointColumn) -> Mask:
        (top, left), (bottom, right) = self.corners
        if bottom > top:
            raise IllegalArgumentException("max y cannot be less than min x")
        if bottom == 90.0:
            return np.zeros(len(column.encoded), bool)
        if left == 180.0:
            if right == 180.0:
                return np.zeros(len(column.encoded), bool)
            if right < left:
                left = -180.0
        low, west = points.encode_lat(bottom, up=True), points.encode_lon(left, up=True)
        high, east = points.encode_lat(top), points.encode_lon(right)
        lats = column.encoded >> 32
        lons = (column.encoded & 0xFFFFFFFF).astype(np.uint32).view(np.int32)
        across = (lons >= west) | (lons <= east) if right < left else (lons >= west) & (lons <= east)
        return (lats >= low) & (lats <= high) & across


# --- geo_distance -----------------------------------------------------------------------------------------------------


@dataclass(frozen=True, eq=False, kw_only=True)
class GeoDistance(GeoQuery):
    kind: ClassVar[str] = "geo_distance"
    center: GeoPoint = NOWHERE
    distance: float = 0.0
    distance_type: str = "arc"

    def members(self) -> dict[str, Any]:
        return {
            self.field: [self.center.lon, self.center.lat],
            "distance": self.distance,
            "distance_type": self.distance_type,
            "validation_method": self.validation,
            "ignore_unmapped": self.ignore_unmapped,
        }

    def problems(self) -> Sequence[str]:
        if self.lenient:
            return ()
        return [
            f"center point {name} is invalid: {java_string(value)}"
            for name, value, limit in (("latitude", self.center.lat, 90), ("longitude", self.center.lon, 180))
            if not abs(value) <= limit
        ]

    def of_shapes(self, ctx: ShardContext, mapped: GeoShapeFieldType) -> Mask:
        center = points.normalized(self.center) if self.validation == COERCE else self.center
        points.encode(center)
        return shapes_related(ctx, mapped, wkt.Shape("CIRCLE", (center.lon, center.lat, self.distance)), "intersects")

    def inside(self, column: GeoPointColumn) -> Mask:
        center = points.normalized(self.center) if self.validation == COERCE else self.center
        points.encode(center)  # which refuses what is no place
        # A degree of latitude is 111 km, so most points are too far away at a glance.
        near = np.flatnonzero(np.abs(column.lats - center.lat) <= self.distance / 111_000 + 0.01)
        found = np.zeros(len(column.encoded), bool)
        found[near] = sphere.haversine(center.lat, center.lon, column.lats[near], column.lons[near]) <= self.distance
        return found


# --- geo_polygon ------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, eq=False, kw_only=True)
class GeoPolygon(GeoQuery):
    kind: ClassVar[str] = "geo_polygon"
    named_first: ClassVar[bool] = True
    points: tuple[GeoPoint, ...] = ()

    def members(self) -> dict[str, Any]:
        return {
            self.field: {"points": [[point.lon, point.lat] for point in self.points]},
            "validation_method": self.validation,
            "ignore_unmapped": self.ignore_unmapped,
        }

    def mask(self, ctx: ShardContext) -> Mask:
        mapped = ctx.field(self.field)
        if mapped is None:
            if self.ignore_unmapped:
                return ctx.nothing()
            raise ctx.fails(f"failed to find geo_point field [{self.field}]")
        if not isinstance(mapped, GeoPointFieldType):
            raise ctx.fails(f"field [{self.field}] is not a geo_point field")
        shell = self.points
        if not self.lenient:
            for point in shell:
                if not abs(point.lat) <= 90:
                    raise ctx.fails(f"illegal latitude value [{java_string(point.lat)}] for [geo_polygon]")
                if not abs(point.lon) <= 180:
                    raise ctx.fails(f"illegal longitude value [{java_string(point.lon)}] for [geo_polygon]")
        if self.validation == COERCE:
            shell = tuple(map(points.normalized, shell))
        for point in shell:
            points.encode(point)
        column = geo_column(ctx, mapped)
        if column is None:
            return ctx.nothing()
        return column.where(in_ring([(point.lon, point.lat) for point in shell], column.lons, column.lats))
