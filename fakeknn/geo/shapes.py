"""Shapes as shapely has them, which tells how they lie to each other.

shapely is imported with the first shape: a server that sees none starts without it.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from fakeknn.geo import sphere
from fakeknn.geo.points import LAT_DECODE, LON_DECODE

Doubles = NDArray[np.float64]

#: What the greatest latitude and the greatest longitude are kept as (GeoEncodingUtils).
_LAST = float(2**31 - 1)


def quantized(found: Any) -> Any:
    """A geometry as Lucene keeps it, in 32 bits an axis."""
    import shapely  # type: ignore[import-untyped,unused-ignore]

    scales = np.array([LON_DECODE, LAT_DECODE])
    return shapely.transform(found, lambda positions: np.minimum(np.floor(positions / scales), _LAST) * scales)


def related(shapes: NDArray[Any], other: Any, relation: str) -> NDArray[np.bool_]:
    """bool[m]: the shapes that intersect another one, lie within it or contain it.

    Edges belong to both, but what touches an edge is not contained, and lines contain nothing.
    """
    import shapely  # type: ignore[import-untyped,unused-ignore]

    shapely.prepare(other)
    if relation == "within":
        return np.asarray(shapely.covers(other, shapes), bool)
    if relation == "contains":
        areas = np.array([_area(shape) for shape in shapes], object)
        held = np.ones(len(shapes), bool)
        for part in shapely.get_parts(other):
            if part.geom_type == "Point":
                held &= np.asarray(shapely.covered_by(part, shapes), bool)
            else:
                held &= np.asarray(shapely.contains_properly(areas, part), bool)
        return held
    return np.asarray(shapely.intersects(other, shapes), bool)


def _area(shape: Any) -> Any:
    """What of a shape has an area."""
    import shapely  # type: ignore[import-untyped,unused-ignore]

    return shapely.union_all([part for part in shapely.get_parts(shape) if part.geom_type == "Polygon"])


def identity(shape: Any) -> str:
    """What shapes have in common that are equal, wherever their lines begin."""
    return str(shape.normalize().wkb_hex)


def bounds(shapes: Sequence[Any]) -> Doubles:
    """double[m, 4]: the west, south, east and north of shapes."""
    import shapely

    return np.asarray(shapely.bounds(np.array(shapes, object)), np.float64).reshape(-1, 4)


def meets(shape: Any, west: Any, east: Any, south: Any, north: Any) -> NDArray[np.bool_]:
    """bool[m]: the boxes that a shape meets, which Rectangle2D keeps in 32 bits an axis, no larger than they were."""
    import shapely

    boxes = shapely.box(
        np.ceil(np.asarray(west) / LON_DECODE) * LON_DECODE,
        np.ceil(np.asarray(south) / LAT_DECODE) * LAT_DECODE,
        np.floor(np.clip(east, None, 180 - LON_DECODE) / LON_DECODE) * LON_DECODE,
        np.floor(np.clip(north, None, 90 - LAT_DECODE) / LAT_DECODE) * LAT_DECODE,
    )
    shapely.prepare(shape)
    return np.asarray(shapely.intersects(shape, boxes), bool)


def around(shapes: NDArray[Any], lat: float, lon: float, radius: float, relation: str) -> NDArray[np.bool_]:
    """bool[m]: the shapes that meet a circle (``intersects``), lie within it or contain it, as Circle2D has it."""
    return np.array([_RELATIONS[relation](one, lat, lon, radius) for one in shapes], bool)


def _edges(shape: Any) -> Doubles:
    """float64[m, 4]: the edges of a shape, from longitude and latitude to those; a point is an edge to itself."""
    import shapely  # type: ignore[import-untyped,unused-ignore]

    found = []
    for part in shapely.get_parts(shape):
        for line in shapely.get_parts(shapely.boundary(part) if part.geom_type == "Polygon" else part):
            at = shapely.get_coordinates(line)
            found.append(np.hstack((at, at)) if len(at) == 1 else np.hstack((at[:-1], at[1:])))
    return np.vstack(found)


def _near(shape: Any, lat: float, lon: float, radius: float) -> bool:
    """Whether an edge comes within the radius: at its ends, or where a plane has it nearest."""
    ax, ay, bx, by = _edges(shape).T
    dx, dy = bx - ax, by - ay
    with np.errstate(all="ignore"):
        part = ((lon - ax) * dx + (lat - ay) * dy) / (dx * dx + dy * dy)
    part = np.where((part >= 0) & (part <= 1), part, 0.0)
    meters = np.minimum(
        sphere.haversine(lat, lon, ay + part * dy, ax + part * dx),
        np.minimum(sphere.haversine(lat, lon, ay, ax), sphere.haversine(lat, lon, by, bx)),
    )
    return bool(meters.min() <= radius)


def _covers_point(shape: Any, lat: float, lon: float) -> bool:
    import shapely  # type: ignore[import-untyped,unused-ignore]

    return bool(shapely.intersects_xy(shape, lon, lat))


def _within_circle(shape: Any, lat: float, lon: float, radius: float) -> bool:
    ax, ay, bx, by = _edges(shape).T
    ends = np.maximum(sphere.haversine(lat, lon, ay, ax), sphere.haversine(lat, lon, by, bx))
    return bool(ends.max() <= radius)


_RELATIONS: Mapping[str, Callable[[Any, float, float, float], bool]] = {
    "intersects": lambda shape, lat, lon, radius: _near(shape, lat, lon, radius) or _covers_point(shape, lat, lon),
    "within": _within_circle,
    "contains": lambda shape, lat, lon, radius: _covers_point(shape, lat, lon) and not _near(shape, lat, lon, radius),
}
