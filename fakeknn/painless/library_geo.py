"""Geo points in scripts: ``doc['location']`` and its distances."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from fakeknn.geo import sphere
from fakeknn.geo.points import geohash_cell
from fakeknn.painless.dispatch import define
from fakeknn.painless.library_doc import GEO_POINTS, define_kind
from fakeknn.painless.numbers import double_text
from fakeknn.painless.throwable import null_pointer
from fakeknn.painless.values import array_type


class GeoPoint:
    __slots__ = ("lat", "lon")
    java = "org.opensearch.common.geo.GeoPoint"

    def __init__(self, lat: float, lon: float) -> None:
        self.lat = lat
        self.lon = lon

    def __eq__(self, other: object) -> bool:
        return isinstance(other, GeoPoint) and (self.lat, self.lon) == (other.lat, other.lon)

    def __hash__(self) -> int:
        return hash((self.lat, self.lon))

    def __str__(self) -> str:
        return f"{double_text(self.lat)}, {double_text(self.lon)}"

    def json(self) -> dict[str, float]:
        return {"lat": self.lat, "lon": self.lon}


def arc_distance(lat1: float, lon1: float, lat2: float, lon2: float) -> float:
    """Metres on the sphere."""
    return float(sphere.haversine(lat1, lon1, np.float64(lat2), np.float64(lon2)))


def _plane_distance(lat1: float, lon1: float, lat2: float, lon2: float) -> float:
    return float(sphere.plane(lat1, lon1, np.float64(lat2), np.float64(lon2)))


def _geohash_distance(points: Any, geohash: str) -> float:
    point = points.value_at(0)
    if geohash is None:
        raise null_pointer('Cannot invoke "String.isEmpty()" because "hash" is null')
    south, _, west, _ = geohash_cell(geohash)
    return arc_distance(point.lat, point.lon, south, west)


define(
    "org.opensearch.common.geo.GeoPoint",
    {"getLat/0": lambda p: p.lat, "getLon/0": lambda p: p.lon, "lat/0": lambda p: p.lat, "lon/0": lambda p: p.lon},
)
_POINTS = "org.opensearch.index.fielddata.ScriptDocValues.GeoPoints"
define(
    _POINTS,
    {
        "getLat/0": lambda v: v.value_at(0).lat,
        "getLon/0": lambda v: v.value_at(0).lon,
        "getLats/0": lambda v: array_type("double")(p.lat for p in v),
        "getLons/0": lambda v: array_type("double")(p.lon for p in v),
        "arcDistance/2": lambda v, lat, lon: arc_distance(v.value_at(0).lat, v.value_at(0).lon, lat, lon),
        "arcDistanceWithDefault/3": lambda v, lat, lon, other: (
            arc_distance(v[0].lat, v[0].lon, lat, lon) if v else other
        ),
        "planeDistance/2": lambda v, lat, lon: _plane_distance(v.value_at(0).lat, v.value_at(0).lon, lat, lon),
        "planeDistanceWithDefault/3": lambda v, lat, lon, other: (
            _plane_distance(v[0].lat, v[0].lon, lat, lon) if v else other
        ),
        "geohashDistance/1": _geohash_distance,
        "geohashDistanceWithDefault/2": lambda v, geohash, other: _geohash_distance(v, geohash) if v else other,
    },
)


def _points(values: Sequence[Any]) -> Any:
    return GEO_POINTS(value if isinstance(value, GeoPoint) else GeoPoint(*value) for value in values)


define_kind("geo_point", _points)
