"""Geo points in scripts: ``doc['location']`` and its distances."""

from __future__ import annotations

import math
import re
from collections.abc import Sequence
from typing import Any

from fakeknn.errors import IllegalArgumentException, NotFaked, OpenSearchParseException
from fakeknn.painless.dispatch import define
from fakeknn.painless.library_doc import GEO_POINTS, define_kind
from fakeknn.painless.numbers import double_text, parse_double
from fakeknn.painless.values import array_type

_EARTH_RADIUS = 6371008.7714
_EARTH_EQUATOR = 40075016.685578485
_UNITS = {
    "in": 0.0254,
    "inch": 0.0254,
    "yd": 0.9144,
    "yards": 0.9144,
    "ft": 0.3048,
    "feet": 0.3048,
    "km": 1000.0,
    "kilometers": 1000.0,
    "NM": 1852.0,
    "nmi": 1852.0,
    "nauticalmiles": 1852.0,
    "mm": 0.001,
    "millimeters": 0.001,
    "cm": 0.01,
    "centimeters": 0.01,
    "mi": 1609.344,
    "miles": 1609.344,
    "m": 1.0,
    "meters": 1.0,
}
_BASE32 = "0123456789bcdefghjkmnpqrstuvwxyz"


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
    """Metres on the sphere: Lucene's haversine."""
    x1, x2 = math.radians(lat1), math.radians(lat2)
    h1, h2 = 1 - math.cos(x1 - x2), 1 - math.cos(math.radians(lon1 - lon2))
    h = h1 + math.cos(x1) * math.cos(x2) * h2
    # Lucene rounds the last bits away so that the order of distances is one.
    return 2 * _EARTH_RADIUS * math.asin(min(1.0, math.sqrt(h * 0.5)))


def _plane_distance(lat1: float, lon1: float, lat2: float, lon2: float) -> float:
    x = math.radians(lon2 - lon1) * math.cos(math.radians((lat2 + lat1) / 2.0))
    y = math.radians(lat2 - lat1)
    return math.sqrt(x * x + y * y) * _EARTH_RADIUS


def parse_distance(text: str) -> float:
    """``DistanceUnit.DEFAULT.parse``: metres, of a number with a unit or without."""
    for unit in sorted(_UNITS, key=len, reverse=True):
        if text.endswith(unit):
            return parse_double(text[: -len(unit)]) * _UNITS[unit]
    return parse_double(text)


def parse_point(text: str) -> GeoPoint:
    """``GeoUtils.parseGeoPoint`` of a string: ``lat,lon``, a geohash or ``POINT (lon lat)``."""
    if "," in text:
        parts = [part.strip() for part in text.split(",")]
        if len(parts) not in (2, 3):
            raise OpenSearchParseException(
                f"failed to parse [{text}], expected 2 or 3 coordinates but found: [{len(parts)}]"
            )
        return GeoPoint(float(parts[0]), float(parts[1]))
    point = re.match(r"\s*POINT\s*\(\s*(\S+)\s+([^\s)]+)", text, re.IGNORECASE)
    if point:
        return GeoPoint(float(point.group(2)), float(point.group(1)))
    return _from_geohash(text)


def _from_geohash(text: str) -> GeoPoint:
    """The middle of a geohash's cell."""
    low, high = [-90.0, -180.0], [90.0, 180.0]
    axis = 1
    for letter in text:
        value = _BASE32.find(letter)
        if value < 0:
            raise IllegalArgumentException(f"unsupported symbol [{letter}] in geohash [{text}]")
        for bit in (16, 8, 4, 2, 1):
            middle = (low[axis] + high[axis]) / 2
            if value & bit:
                low[axis] = middle
            else:
                high[axis] = middle
            axis = 1 - axis
    return GeoPoint((low[0] + high[0]) / 2, (low[1] + high[1]) / 2)


def _geohash_distance(*_: Any) -> float:
    raise NotFaked("painless method GeoPoints.geohashDistance")


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
        "geohashDistanceWithDefault/2": _geohash_distance,
    },
)


def _points(values: Sequence[Any]) -> Any:
    return GEO_POINTS(value if isinstance(value, GeoPoint) else GeoPoint(*value) for value in values)


define_kind("geo_point", _points)
