"""Places on the earth: their texts, their encoding, the distances between them."""

from __future__ import annotations

import numpy as np
import pytest

from fakeknn.errors import IllegalArgumentException, OpenSearchError, OpenSearchParseException, ParseException
from fakeknn.geo import geojson, points, sphere, wkt
from fakeknn.geo.areas import in_ring
from fakeknn.geo.points import GeoPoint


@pytest.mark.parametrize(
    ("text", "point"),
    [
        ("41.12,-71.34", GeoPoint(41.12, -71.34)),
        (" 41.12 , -71.34,5", GeoPoint(41.12, -71.34)),
        ("POINT (-71.34 41.12)", GeoPoint(41.12, -71.34)),
        ("u33", GeoPoint(52.03125, 12.65625)),
    ],
)
def test_a_text_is_a_point(text: str, point: GeoPoint) -> None:
    assert points.of_text(text, ignore_z=True) == point


@pytest.mark.parametrize("text", ["1,2,3,4", "a,1", "1,b", "u!", "POINT (1)"])
def test_a_text_that_is_no_point_is_refused(text: str) -> None:
    with pytest.raises(OpenSearchParseException):
        points.of_text(text)


@pytest.mark.parametrize("point", [GeoPoint(0, 0), GeoPoint(90, 180), GeoPoint(-90, -180), GeoPoint(52.5, 13.4)])
def test_encoding_loses_less_than_a_decimetre(point: GeoPoint) -> None:
    encoded = np.array([points.encode(point)])
    assert abs(points.decode_lats(encoded)[0] - point.lat) < 1e-7
    assert abs(points.decode_lons(encoded)[0] - point.lon) < 1e-7


def test_what_is_beyond_the_earth_has_no_encoding() -> None:
    with pytest.raises(IllegalArgumentException, match=r"invalid latitude 91\.0"):
        points.encode(GeoPoint(91.0, 0.0))


def test_a_geohash_names_the_cell_around_its_point() -> None:
    low_lat, high_lat, low_lon, high_lon = points.geohash_cell(points.to_geohash(52.5, 13.4, 6))
    assert low_lat <= 52.5 <= high_lat
    assert low_lon <= 13.4 <= high_lon


def test_normalising_goes_over_the_pole() -> None:
    assert points.normalized(GeoPoint(100.0, 0.0)) == GeoPoint(80.0, 180.0)
    assert points.normalized(GeoPoint(0.0, 190.0)) == GeoPoint(0.0, -170.0)


def test_distances_on_the_sphere() -> None:
    quarter = sphere.haversine(0.0, 0.0, np.array([0.0, 90.0, 0.0]), np.array([90.0, 0.0, 0.0]))
    assert quarter == pytest.approx([10007557.2, 10007557.2, 0.0], abs=1)
    near = sphere.plane(0.0, 0.0, np.array([0.1]), np.array([0.1]))
    assert near == pytest.approx(sphere.haversine(0.0, 0.0, np.array([0.1]), np.array([0.1])), rel=1e-4)


@pytest.mark.parametrize(("text", "meters"), [("1km", 1000.0), ("12", 12.0), ("2nmi", 3704.0), ("1 mi", 1609.344)])
def test_a_distance_has_a_unit(text: str, meters: float) -> None:
    assert sphere.parse_distance(text) == meters


def test_the_edge_of_a_ring_is_inside() -> None:
    square = [(0.0, 0.0), (2.0, 0.0), (2.0, 2.0), (0.0, 2.0), (0.0, 0.0)]
    xs, ys = np.array([1.0, 0.0, 2.0, 3.0, 1.0]), np.array([1.0, 0.0, 1.0, 1.0, -0.1])
    assert in_ring(square, xs, ys).tolist() == [True, True, True, False, False]


def test_well_known_text() -> None:
    shape = wkt.parse("MULTIPOLYGON (((0 0, 1 0, 1 1, 0 0)), ((5 5, 6 5, 6 6, 5 5)))", coerce=False)
    assert shape.kind == "MULTIPOLYGON"
    assert len(list(shape.positions())) == 8
    assert wkt.parse("BBOX (1, 2, 4, 3)", coerce=False).coordinates == (1.0, 2.0, 4.0, 3.0)
    assert wkt.parse("POINT EMPTY", coerce=False).empty


@pytest.mark.parametrize("text", ["POINT (1", "POINT 1 2", "", "POINT (a b)"])
def test_broken_text_is_told(text: str) -> None:
    with pytest.raises(ParseException):
        wkt.parse(text, coerce=False)


def test_a_ring_is_closed_where_it_may_be() -> None:
    with pytest.raises(IllegalArgumentException, match="must close itself"):
        wkt.parse("POLYGON ((0 0, 1 0, 1 1, 0 1))", coerce=False)
    assert wkt.parse("POLYGON ((0 0, 1 0, 1 1, 0 1))", coerce=True).coordinates[0][-1] == (0.0, 0.0)


def test_geojson_goes_round() -> None:
    line = {"type": "LineString", "coordinates": [[1.0, 2.0], [3.0, 4.0]]}
    assert geojson.written(geojson.of_object({"s": line}, "s")) == line


@pytest.mark.parametrize(("text", "index"), [("48,", 1), (",", 0)])
def test_a_text_with_too_few_coordinates(text: str, index: int) -> None:
    with pytest.raises(OpenSearchError, match=f"Index {index} out of bounds for length {index}"):
        points.of_text(text)
