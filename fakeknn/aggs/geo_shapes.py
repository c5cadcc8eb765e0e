"""What aggregations see of geo_shape fields: the corners of shapes, and the cells that they touch.

Sources: GeoShapeDocValue, GeoBoundsGeoShapeAggregator, GeoShapeCellValues.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
from numpy.typing import NDArray

from fakeknn.aggs.docs import Docs
from fakeknn.aggs.values import Source
from fakeknn.errors import NotFaked
from fakeknn.geo import shapes
from fakeknn.geo.cells import Grid
from fakeknn.geo.points import GeoPoint

Doubles = NDArray[np.float64]
Longs = NDArray[np.int64]

#: What makes the grid of a box: west, south, east, north, precision.
GridOf = Callable[[float, float, float, float, int], Grid]

_MOST_CELLS = 2_000_000


def corners(source: Source, docs: Docs) -> tuple[NDArray[Any], Doubles, Doubles]:
    """(positions, latitudes, longitudes): two opposite corners of each shape's box."""
    loaded = source.load(docs)
    bounds = shapes.bounds(source.shapes)[loaded.values]
    lats, lons = bounds[:, [1, 3]].ravel(), bounds[:, [0, 2]].ravel()
    return np.repeat(loaded.at, 2), lats, lons


def cells_of_shapes(
    source: Source, docs: Docs, grid: GridOf, precision: int, box: tuple[GeoPoint, GeoPoint] | None
) -> tuple[NDArray[Any], Longs]:
    """The positions and cells of what shapes touch, those of a position ascending; of shapes beside the box none."""
    loaded = source.load(docs)
    found = {code: _touched(source.shapes[code], grid, precision, box) for code in np.unique(loaded.values).tolist()}
    each = [found[code] for code in loaded.values.tolist()]
    at = np.repeat(loaded.at, [len(one) for one in each])
    return at, np.concatenate(each) if each else np.empty(0, np.int64)


def _touched(shape: Any, grid: GridOf, precision: int, box: tuple[GeoPoint, GeoPoint] | None) -> Longs:
    if box is not None:
        (top, left), (bottom, right) = box
        sides = [(left, right)] if left <= right else [(left, 180.0), (-180.0, right)]
        if not any(shapes.meets(shape, west, east, bottom, top).any() for west, east in sides):
            return np.empty(0, np.int64)
    west, south, east, north = shapes.bounds([shape])[0].tolist()
    cells = grid(west, south, east, north, precision)
    if len(cells) > _MOST_CELLS:
        raise NotFaked("a grid of millions of cells in a shape")
    found, *sides_of_cells = cells.boxes()
    return np.sort(found[shapes.meets(shape, *sides_of_cells)])
