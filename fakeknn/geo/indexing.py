"""GeoShapeIndexer: shapes as an index and a query take them, each polygon cut where it crosses the dateline.

Sources: GeoShapeIndexer, GeoPolygonDecomposer, GeoLineDecomposer, LatLonShape.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from fakeknn.errors import (
    IllegalArgumentException,
    InvalidShapeException,
    NotFaked,
    NullPointerException,
    UnsupportedOperationException,
)
from fakeknn.geo import points
from fakeknn.geo.points import LAT_DECODE, LON_DECODE, GeoPoint
from fakeknn.geo.wkt import Shape
from fakeknn.xcontent import java_double

Ring = list[tuple[float, float]]


def indexed(shape: Shape, *, right: bool = True) -> Any:
    """The shapely geometry of a document's shape, raising what is wrong with it; ``right`` is how shells turn."""
    import shapely  # type: ignore[import-untyped,unused-ignore]

    if shape.kind == "POINT" and shape.empty:
        shape = Shape("POINT", (0.0, 0.0))  # which it is kept as
    parts = list(_parts(shape, right, indexing=True))
    if not parts:
        raise NullPointerException('Cannot assign field "minY" because "root" is null')
    for part in parts:
        if part.geom_type == "Polygon" and not shapely.is_valid(part):
            raise IllegalArgumentException("Unable to Tessellate shape. Possible malformed shape detected.")
    return parts[0] if len(parts) == 1 else shapely.GeometryCollection(parts)


def queried(shape: Shape) -> Any:
    """The shapely geometry that a query holds against shapes, which are rounded, as points and boxes are, but not
    lines and polygons.
    """
    import shapely  # type: ignore[import-untyped,unused-ignore]

    parts = [
        part if shapely.is_valid(part) else shapely.make_valid(part) for part in _parts(shape, True, indexing=False)
    ]
    return parts[0] if len(parts) == 1 else shapely.union_all(parts)


def _parts(shape: Shape, right: bool, indexing: bool) -> Any:
    import shapely  # type: ignore[import-untyped,unused-ignore]

    kind, given = shape.kind, shape.coordinates
    if kind == "CIRCLE":
        raise UnsupportedOperationException("circle geometry is not supported")
    if shape.empty:
        return
    if kind == "GEOMETRYCOLLECTION":
        for part in given:
            yield from _parts(part, right, indexing)
    elif kind == "ENVELOPE":
        low_x, high_x, high_y, low_y = given
        _check(GeoPoint(low_y, low_x), GeoPoint(high_y, high_x))
        if not indexing:
            low_x, low_y = (
                points.encode_lon(low_x, up=True) * LON_DECODE,
                points.encode_lat(low_y, up=True) * LAT_DECODE,
            )
            high_x, high_y = points.encode_lon(high_x) * LON_DECODE, points.encode_lat(high_y) * LAT_DECODE
        if low_x <= high_x:
            yield shapely.box(low_x, low_y, high_x, high_y)
        else:
            yield shapely.box(low_x, low_y, 180, high_y)
            yield shapely.box(-180, low_y, high_x, high_y)
    elif kind in ("POINT", "MULTIPOINT"):
        for position in [given] if kind == "POINT" else given:
            point = GeoPoint(position[1], position[0])
            if indexing:
                point = points.normalized(point)
            _check(point)
            if not indexing:
                lon, lat = points.encode_lon(point.lon) * LON_DECODE, points.encode_lat(point.lat) * LAT_DECODE
                point = GeoPoint(lat, lon)
            yield shapely.Point(point.lon, point.lat)
    elif kind in ("LINESTRING", "MULTILINESTRING"):
        for line in [given] if kind == "LINESTRING" else given:
            found = [points.normalized(GeoPoint(position[1], position[0]), lon=False) for position in line]
            _check(*(GeoPoint(point.lat, 0.0) for point in found))
            yield from _cut(shapely.LineString([(point.lon, point.lat) for point in found]))
    else:
        for rings in [given] if kind == "POLYGON" else given:
            yield from _polygons([[position[:2] for position in ring] for ring in rings], right)


def _check(*places: GeoPoint) -> None:
    """What Lucene says of a place that is none."""
    for place in places:
        points.encode(place)


def _polygons(rings: Sequence[Ring], right: bool) -> list[Any]:
    """GeoPolygonDecomposer.decomposePolygon."""
    import shapely  # type: ignore[import-untyped,unused-ignore]

    shell, *holes = rings
    for hole in holes:
        if len(set(shell) & set(hole)) >= 2:
            raise IllegalArgumentException(
                "Invalid polygon, interior cannot share more than one point with the exterior"
            )
    wide = max(x for x, _ in shell) - min(x for x, _ in shell)
    turned = _clockwise(shell) == right
    for hole in holes:
        _clockwise(hole)
    for ring in rings:
        for i in range(len(ring) - 1):
            if ring[i] == ring[i + 1]:
                shown = f"POINT ({java_double(ring[i][0])} {java_double(ring[i][1])})"
                raise InvalidShapeException(f"Provided shape has duplicate consecutive coordinates at: ({shown})")
    if turned and 180 < wide != 360:
        rings = [[(x + 360 if x < 0 else x, y) for x, y in ring] for ring in rings]
    polygon = shapely.Polygon(rings[0], rings[1:])
    for hole in rings[1:]:
        if not shapely.Polygon(rings[0]).covers(shapely.Polygon(hole)):
            raise InvalidShapeException("Invalid shape: Hole is not within polygon")
    _check(*(GeoPoint(y, 0.0) for ring in rings for _, y in ring))
    return _cut(polygon)


def _cut(part: Any) -> list[Any]:
    """A line or polygon cut at the dateline, each piece where it is on the earth."""
    import shapely  # type: ignore[import-untyped,unused-ignore]

    low, _, high, _ = part.bounds
    if low >= -180 and high <= 180:
        return [part]
    found = []
    for turn in range(-2, 3):
        strip = shapely.box(360 * turn - 180, -90, 360 * turn + 180, 90)
        try:
            pieces = shapely.get_parts(shapely.intersection(part, strip))
        except shapely.GEOSException:
            raise NotFaked("a polygon that crosses itself and the dateline") from None
        found += [
            _shifted(piece, -360.0 * turn)
            for piece in pieces
            if piece.geom_type == part.geom_type and not piece.is_empty
        ]
    return found


def _shifted(part: Any, by: float) -> Any:
    import shapely  # type: ignore[import-untyped,unused-ignore]

    return shapely.transform(part, lambda at: at + np.array((by, 0.0)))


def polygons(shape: Shape) -> list[Any]:
    """The polygons of a shape that is one or several, as a query takes them."""
    return list(_parts(shape, True, indexing=False))


def _clockwise(ring: Ring) -> bool:
    """GeoPolygonDecomposer.getOrientation: by the corner at the lowest, then westernmost, point."""
    open_ring = ring[:-1]
    at = min(range(len(open_ring)), key=lambda i: (open_ring[i][1], open_ring[i][0]))
    (ax, ay), (bx, by), (cx, cy) = open_ring[at - 1], open_ring[at], open_ring[(at + 1) % len(open_ring)]
    turn = (bx - ax) * (cy - ay) - (by - ay) * (cx - ax)
    if turn == 0:
        raise InvalidShapeException(
            f"Cannot determine orientation: edges adjacent to ({java_double(bx)},{java_double(by)}) coincide"
        )
    return turn < 0
