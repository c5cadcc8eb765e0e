"""Shapes as shapely has them, which tells how they lie to each other.

shapely is imported with the first shape: a server that sees none starts without it.
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise
from typing import Any

import numpy as np
from numpy.typing import NDArray

from fakeknn.errors import NotFaked
from fakeknn.geo.points import LAT_DECODE, LON_DECODE
from fakeknn.geo.wkt import Shape


def geometry(shape: Shape) -> Any:
    """The shapely geometry of a shape."""
    import shapely  # type: ignore[import-untyped,unused-ignore]

    kind, given = shape.kind, shape.coordinates
    if shape.empty:
        return shapely.GeometryCollection()
    if kind == "GEOMETRYCOLLECTION":
        return shapely.GeometryCollection([geometry(part) for part in given])
    if kind == "ENVELOPE":
        low_x, high_x, high_y, low_y = given
        if low_x <= high_x:
            return shapely.box(low_x, low_y, high_x, high_y)
        return shapely.MultiPolygon([shapely.box(low_x, low_y, 180, high_y), shapely.box(-180, low_y, high_x, high_y)])
    if kind == "CIRCLE":
        raise NotFaked("a circle among shapes")
    positions = list(shape.positions())
    if any(abs(a[0] - b[0]) > 180 for a, b in pairwise(positions)) and kind != "MULTIPOINT":
        raise NotFaked("a shape that crosses the dateline")
    if kind == "POINT":
        return shapely.Point(given[:2])
    if kind == "MULTIPOINT":
        return shapely.MultiPoint([point[:2] for point in given])
    if kind == "LINESTRING":
        return shapely.LineString([point[:2] for point in given])
    if kind == "MULTILINESTRING":
        return shapely.MultiLineString([[point[:2] for point in line] for line in given])
    if kind == "POLYGON":
        return _polygon(given)
    return shapely.MultiPolygon([_polygon(rings) for rings in given])


def _polygon(rings: Sequence[Any]) -> Any:
    import shapely  # type: ignore[import-untyped,unused-ignore]

    shell, *holes = [[point[:2] for point in ring] for ring in rings]
    return shapely.Polygon(shell, holes)


def quantized(found: Any) -> Any:
    """A geometry as Lucene keeps it, in 32 bits an axis."""
    import shapely  # type: ignore[import-untyped,unused-ignore]

    scales = np.array([LON_DECODE, LAT_DECODE])
    return shapely.transform(found, lambda positions: np.floor(positions / scales) * scales)


def related(shapes: NDArray[Any], other: Any, relation: str) -> NDArray[np.bool_]:
    """bool[m]: the shapes that intersect another one, lie within it or contain it; edges belong to both."""
    import shapely  # type: ignore[import-untyped,unused-ignore]

    shapely.prepare(other)
    if relation == "within":
        return np.asarray(shapely.covers(other, shapes), bool)
    if relation == "contains":
        return np.asarray(shapely.covered_by(other, shapes), bool)
    return np.asarray(shapely.intersects(other, shapes), bool)


def invalid(found: Any) -> str | None:
    """What is wrong with a geometry."""
    import shapely  # type: ignore[import-untyped,unused-ignore]

    return None if shapely.is_valid(found) else str(shapely.is_valid_reason(found))
