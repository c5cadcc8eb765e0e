"""Shapes as an index takes them, and the cells around a geohash."""

from __future__ import annotations

import pytest

from fakeknn.errors import IllegalArgumentException, InvalidShapeException, NotFaked
from fakeknn.geo import indexing, points
from fakeknn.geo.wkt import Shape

ACROSS = [[(170.0, 0.0), (-170.0, 0.0), (-170.0, 10.0), (170.0, 10.0), (170.0, 0.0)]]


def test_a_wide_ring_that_turns_the_wrong_way_crosses_the_dateline() -> None:
    found = indexing.indexed(Shape("POLYGON", ACROSS))
    assert [part.bounds for part in found.geoms] == [(170, 0, 180, 10), (-180, 0, -170, 10)]
    assert indexing.indexed(Shape("POLYGON", [ACROSS[0][::-1]])).bounds == (-170, 0, 170, 10)
    assert indexing.indexed(Shape("POLYGON", ACROSS), right=False).bounds == (-170, 0, 170, 10)


@pytest.mark.parametrize(
    ("ring", "refused", "message"),
    [
        ([(0, 0), (10, 10), (10, 0), (0, 10), (0, 0)], IllegalArgumentException, "Unable to Tessellate shape"),
        ([(0, 0), (10, 0), (5, 0), (0, 0)], InvalidShapeException, r"edges adjacent to \(0.0,0.0\) coincide"),
        ([(0, 0), (9, 0), (9, 0), (9, 9), (0, 0)], InvalidShapeException, r"coordinates at: \(POINT \(9.0 0.0\)\)"),
    ],
)
def test_rings_that_are_none_are_refused(
    ring: list[tuple[float, float]], refused: type[Exception], message: str
) -> None:
    shape = Shape("POLYGON", [[(float(x), float(y)) for x, y in ring]])
    with pytest.raises(refused, match=message):
        indexing.indexed(shape)


def test_a_polygon_that_crosses_itself_and_the_dateline_is_not_faked() -> None:
    bow = [(170.0, 0.0), (190.0, 10.0), (190.0, 0.0), (170.0, 10.0), (170.0, 0.0)]
    with pytest.raises(NotFaked):
        indexing.indexed(Shape("POLYGON", [bow]))


def test_cells_around_a_geohash_go_around_the_earth_but_not_over_its_poles() -> None:
    assert points.neighbors("u33d") == {"u333", "u336", "u337", "u339", "u33c", "u33e", "u33f", "u33g"}
    assert points.neighbors("z") == {"8", "b", "w", "x", "y"}
