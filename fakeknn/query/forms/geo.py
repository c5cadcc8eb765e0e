"""The forms of the queries of places."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import partial
from typing import Any

from fakeknn.fields.geo_point import GeoPointColumn, GeoPointFieldType
from fakeknn.fields.geo_shape import GeoShapeFieldType
from fakeknn.geo import points
from fakeknn.query.context import ShardContext
from fakeknn.query.forms.geo_shapes import circle, of_shapes, rectangle
from fakeknn.query.geo import COERCE, GeoBoundingBox, GeoDistance, GeoPolygon, GeoQuery, geo_column
from fakeknn.query.lucene import (
    SHOULD,
    BooleanQuery,
    ConstantScoreQuery,
    IndexOrDocValuesQuery,
    Leaf,
    MatchAllDocsQuery,
    MatchNoDocsQuery,
    Node,
    Told,
)
from fakeknn.query.lucene.form import field_exists, lucene
from fakeknn.xcontent import java_double


def _unmapped(query: GeoQuery, ctx: ShardContext) -> Node | None:
    return MatchNoDocsQuery() if ctx.field(query.field) is None and query.ignore_unmapped else None


def _by_place(field: GeoPointFieldType, index: Node, by_values: Leaf) -> Node:
    if not field.searchable:
        return by_values
    return IndexOrDocValuesQuery(index, by_values) if field.has_doc_values else index


@lucene.register
def _(query: GeoDistance, ctx: ShardContext) -> Node:
    plain = replace(query, boost=1.0)
    field = ctx.field(query.field)
    mask = partial(plain.mask, ctx)
    center = points.normalized(query.center) if query.validation == COERCE else query.center
    around = circle(center.lat, center.lon, query.distance)
    if isinstance(field, GeoShapeFieldType):
        return of_shapes(field, [around], mask, box=False)
    if not isinstance(field, GeoPointFieldType):
        return _unmapped(query, ctx) or Told(plain)
    lat, lon, radius = java_double(center.lat), java_double(center.lon), java_double(query.distance)
    return _by_place(
        field,
        Leaf("LatLonPointDistanceQuery", f"{field.path}:{lat},{lon} +/- {radius} meters", mask),
        Leaf("LatLonDocValuesQuery", f"{field.path}:INTERSECTS:geometries([{around}])", mask),
    )


@lucene.register
def _(query: GeoPolygon, ctx: ShardContext) -> Node:
    plain = replace(query, boost=1.0)
    field = ctx.field(query.field)
    if not isinstance(field, GeoPointFieldType):
        return _unmapped(query, ctx) or Told(plain)
    mask = partial(plain.mask, ctx)

    shell = tuple(map(points.normalized, query.points)) if query.validation == COERCE else query.points
    polygon = "Polygon" + "".join(f"[{java_double(one.lat)}, {java_double(one.lon)}] " for one in shell)
    return _by_place(
        field,
        Leaf("LatLonPointQuery", f"LatLonPointQuery: field={field.path}:[{polygon},]", mask),
        Leaf("LatLonDocValuesQuery", f"{field.path}:INTERSECTS:geometries([{polygon}])", mask),
    )


@lucene.register
def _(query: GeoBoundingBox, ctx: ShardContext) -> Node:
    plain = replace(query, boost=1.0)
    field = ctx.field(query.field)
    (top, left), (bottom, right) = query.corners
    if isinstance(field, GeoShapeFieldType) and left <= right:
        return of_shapes(field, [rectangle(left, right, top, bottom)], partial(plain.mask, ctx), box=True)
    column = geo_column(ctx, field) if isinstance(field, GeoPointFieldType) else None
    if not isinstance(field, GeoPointFieldType) or column is None:
        return _unmapped(query, ctx) or Told(plain)
    if left == 180.0 and right < left:
        left = -180.0
    if bottom > top or bottom == 90 or left == 180:
        return Told(plain)
    mask = partial(plain.mask, ctx)

    low, west = points.encode_lat(bottom, up=True), points.encode_lon(left, up=True)
    high, east = points.encode_lat(top), points.encode_lon(right)
    index: Node
    if east < west:
        parts = [_Box(low, high, _LEAST, east), _Box(low, high, west, -_LEAST - 1)]
        boxes = [part.leaf(ctx, field, column, mask) for part in parts]
        index = ConstantScoreQuery(BooleanQuery(tuple((SHOULD, box) for box in boxes)))
    else:
        index = _Box(low, high, west, east).leaf(ctx, field, column, mask)
    south, north, first, last = (java_double(value) for value in (_lat(low), _lat(high), _lon(west), _lon(east)))
    box = f"{field.path}:box(minLat={south}, maxLat={north}, minLon={first}, maxLon={last})"
    return _by_place(field, index, Leaf("LatLonDocValuesBoxQuery", box, mask))


#: The encoded longitude of -180 degrees.
_LEAST = -(2**31)


@dataclass(frozen=True)
class _Box:
    """Encoded bounds, inclusive."""

    low: int
    high: int
    west: int
    east: int

    def leaf(
        self, ctx: ShardContext, field: GeoPointFieldType, column: GeoPointColumn, mask: Callable[[], Any]
    ) -> Leaf:
        """LatLonPoint.newBoxQuery, which is a PointRangeQuery."""
        lats = f"{java_double(_lat(self.low))} TO {java_double(_lat(self.high))}"
        lons = f"{java_double(_lon(self.west))} TO {java_double(_lon(self.east))}"
        simpler = self._simpler(ctx, field, column)
        return Leaf("PointRangeQuery", f"{field.path}:[{lats}],[{lons}]", mask, field.path, simpler=simpler)

    def _simpler(self, ctx: ShardContext, field: GeoPointFieldType, column: GeoPointColumn) -> Node | None:
        """PointRangeQuery.rewrite: a box around all points, or beside them."""
        if not len(column.encoded):
            return MatchNoDocsQuery()
        lats = column.encoded >> 32
        lons = ((column.encoded & 0xFFFFFFFF) ^ 0x80000000) - 0x80000000
        least, most, first, last = lats.min(), lats.max(), lons.min(), lons.max()
        if most < self.low or least > self.high or last < self.west or first > self.east:
            return MatchNoDocsQuery()
        if self.low <= least and most <= self.high and self.west <= first and last <= self.east:
            if column.doc_count == ctx.n:
                return MatchAllDocsQuery()
            if field.has_doc_values:
                return field_exists(ctx, field.path)
        return None


def _lat(encoded: int) -> float:
    return encoded * (180.0 / 2**32)


def _lon(encoded: int) -> float:
    return encoded * (360.0 / 2**32)
