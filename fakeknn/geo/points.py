"""Points: their texts, geohashes, and Lucene's encoding of them in two ints."""

from __future__ import annotations

import math
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from fakeknn.errors import (
    ArrayIndexOutOfBoundsException,
    IllegalArgumentException,
    NumberFormatException,
    OpenSearchError,
    OpenSearchParseException,
    Where,
)
from fakeknn.geo import wkt
from fakeknn.geo.sphere import centered_modulus
from fakeknn.geo.wkt import check_latitude, check_longitude
from fakeknn.xcontent import java_string, objects, parse_double
from fakeknn.xcontent.java import java_double

_FIELDS = "field must be either [lon|lat], [type|coordinates], or [geohash]"


class GeoPoint(NamedTuple):
    lat: float
    lon: float


# --- encoding ---------------------------------------------------------------------------------------------------------

LAT_DECODE = 1 / ((1 << 32) / 180.0)
LON_DECODE = 1 / ((1 << 32) / 360.0)


def encode_lat(lat: float, *, up: bool = False) -> int:
    """GeoEncodingUtils.encodeLatitude (``up``: encodeLatitudeCeil)."""
    check_latitude(lat)
    lat = math.nextafter(lat, 0) if lat == 90.0 else lat
    return (math.ceil if up else math.floor)(lat / LAT_DECODE)


def encode_lon(lon: float, *, up: bool = False) -> int:
    check_longitude(lon)
    lon = math.nextafter(lon, 0) if lon == 180.0 else lon
    return (math.ceil if up else math.floor)(lon / LON_DECODE)


def encode(point: GeoPoint) -> int:
    """LatLonDocValuesField: both in one long."""
    return (encode_lat(point.lat) << 32) | (encode_lon(point.lon) & 0xFFFFFFFF)


def decode_lats(encoded: NDArray[np.int64]) -> NDArray[np.float64]:
    return (encoded >> 32).astype(np.float64) * LAT_DECODE


def decode_lons(encoded: NDArray[np.int64]) -> NDArray[np.float64]:
    return (encoded & 0xFFFFFFFF).astype(np.uint32).astype(np.int32).astype(np.float64) * LON_DECODE


def shown_place(lat: float, lon: float) -> str:
    """GeoPoint.toString."""
    return f"{java_double(lat)}, {java_double(lon)}"


def shown_places(encoded: NDArray[np.int64]) -> list[str]:
    """``shown_place`` of each encoded point."""
    return list(map(shown_place, decode_lats(encoded).tolist(), decode_lons(encoded).tolist()))


def normalized(point: GeoPoint, *, lat: bool = True, lon: bool = True) -> GeoPoint:
    """GeoUtils.normalizePoint."""
    y, x = point
    lat = lat and not -90 <= y <= 90
    lon = lon and (not -180 <= x <= 180 or lat)
    if lat:
        y = centered_modulus(y, 360)
        if -90 <= y <= 90:
            shift = False
        else:
            y, shift = (-180 - y if y < -90 else 180 - y), True
        if shift:
            if lon:
                x += 180
            else:
                x += -180 if (centered_modulus(x, 360) if not -180 <= x <= 180 else x) > 0 else 180
    if lon:
        x = centered_modulus(x, 360)
    return GeoPoint(y, x)


# --- geohashes --------------------------------------------------------------------------------------------------------

BASE_32 = "0123456789bcdefghjkmnpqrstuvwxyz"


def geohash_cell(geohash: str) -> tuple[float, float, float, float]:
    """The lowest and highest latitude, the lowest and highest longitude of a geohash's cell."""
    if not geohash:
        raise IllegalArgumentException("empty geohash")
    low, high = [-90.0, -180.0], [90.0, 180.0]
    axis = 1
    for letter in geohash[:12]:
        value = BASE_32.find(letter)
        if value < 0:
            raise IllegalArgumentException(f"unsupported symbol [{letter}] in geohash [{geohash}]")
        for bit in (16, 8, 4, 2, 1):
            middle = (low[axis] + high[axis]) / 2
            if value & bit:
                low[axis] = middle
            else:
                high[axis] = middle
            axis = 1 - axis
    return low[0], high[0], low[1], high[1]


def to_geohash(lat: float, lon: float, level: int = 12) -> str:
    """Geohash.stringEncode."""
    y = math.floor((math.nextafter(lat, 0) if lat == 90.0 else lat) / (180.0 / (1 << 32))) ^ -(1 << 31)
    x = math.floor((math.nextafter(lon, 0) if lon == 180.0 else lon) / (360.0 / (1 << 32))) ^ -(1 << 31)
    bits = 0
    for i in range(31, -1, -1):
        bits = (bits << 2) | (((x >> i) & 1) << 1) | ((y >> i) & 1)
    bits >>= 64 - 5 * level
    return "".join(BASE_32[(bits >> (5 * (level - 1 - i))) & 31] for i in range(level))


def neighbors(geohash: str) -> set[str]:
    """Geohash.addNeighbors: the cells around one; there are none beyond the poles."""
    level = len(geohash)
    bits = 0
    for letter in geohash:
        bits = bits << 5 | BASE_32.index(letter)
    width = 5 * level
    axes = [0, 0]
    for at in range(width):
        axes[at % 2] = axes[at % 2] << 1 | bits >> (width - 1 - at) & 1
    x, y = axes
    columns, rows = 1 << (width + 1) // 2, 1 << width // 2
    found = set()
    for dx, dy in ((-1, -1), (-1, 0), (-1, 1), (0, -1), (0, 1), (1, -1), (1, 0), (1, 1)):
        if 0 <= y + dy < rows:
            found.add(_of_cell((x + dx) % columns, y + dy, level))
    return found


def _of_cell(x: int, y: int, level: int) -> str:
    width = 5 * level
    bits = 0
    for at in range(width):
        axis, left = (x, (width + 1) // 2 - 1 - at // 2) if at % 2 == 0 else (y, width // 2 - 1 - at // 2)
        bits = bits << 1 | axis >> left & 1
    return "".join(BASE_32[bits >> 5 * (level - 1 - i) & 31] for i in range(level))


#: GeoUtils.EffectivePoint: which corner of a geohash's cell is meant, as places in ``geohash_cell``.
CORNERS = {"bottom_left": (0, 2), "bottom_right": (0, 3), "top_left": (1, 2), "top_right": (1, 3)}


def of_geohash(geohash: str, corner: str = "bottom_left") -> GeoPoint:
    try:
        cell = geohash_cell(geohash)
    except IllegalArgumentException as cause:
        if corner == "bottom_left":
            raise OpenSearchParseException(cause.reason) from cause
        raise
    lat, lon = CORNERS[corner]
    return GeoPoint(cell[lat], cell[lon])


# --- texts and JSON ---------------------------------------------------------------------------------------------------


def check_z(ignore_z: bool, z: float) -> None:
    """GeoPoint.assertZValue."""
    if not ignore_z:
        raise OpenSearchParseException(
            f"Exception parsing coordinates: found Z value [{java_string(float(z))}] but [ignore_z_value] parameter is "
            "[false]"
        )


def of_text(text: str, ignore_z: bool = False, corner: str = "bottom_left") -> GeoPoint:
    """GeoPoint.resetFromString: ``lat,lon``, a geohash or ``POINT (lon lat)``."""
    if "point" in text.lower():
        return _of_wkt(text, ignore_z)
    if "," not in text:
        return of_geohash(text, corner)
    parts = text.split(",")
    while parts and not parts[-1]:
        parts.pop()
    if len(parts) > 3:
        raise OpenSearchParseException(
            f"failed to parse [{text}], expected 2 or 3 coordinates but found: [{len(parts)}]"
        )
    numbers = []
    for name, part in zip(("latitude", "longitude"), parts, strict=False):
        try:
            numbers.append(parse_double(part.strip()))
        except NumberFormatException:
            raise OpenSearchParseException(f"{name} must be a number") from None
    if len(numbers) < 2:
        raise ArrayIndexOutOfBoundsException(f"Index {len(numbers)} out of bounds for length {len(numbers)}")
    if len(parts) > 2:
        check_z(ignore_z, parse_double(parts[2].strip()))
    return GeoPoint(numbers[0], numbers[1])


def _of_wkt(text: str, ignore_z: bool) -> GeoPoint:
    try:
        shape = wkt.parse(text, coerce=False, ignore_z=ignore_z)
        wkt.check_degrees(shape, ignore_z)
    except OpenSearchError as cause:
        raise OpenSearchParseException("Invalid WKT format") from cause
    if shape.kind != "POINT":
        raise OpenSearchParseException(f"[geo_point] supports only POINT among WKT primitives, but found {shape.kind}")
    x, y = shape.coordinates[:2]
    return GeoPoint(y, x)


def of_json(container: Any, key: Any, *, ignore_z: bool = False, corner: str = "bottom_left") -> GeoPoint:
    """GeoUtils.parseGeoPoint on the value at ``container[key]``."""
    value = container[key]
    if isinstance(value, dict | list):
        with objects.sub_parser(value):
            return _of_object(value, ignore_z, corner) if isinstance(value, dict) else _of_array(value, ignore_z)
    if isinstance(value, str):
        return of_json_text(container, key, ignore_z=ignore_z, corner=corner)
    raise objects.stopped_at(OpenSearchParseException("geo_point expected"), Where(container, key))


def of_json_text(container: Any, key: Any, *, ignore_z: bool = False, corner: str = "bottom_left") -> GeoPoint:
    """GeoPoint.resetFromString on the text of the value at ``container[key]``, whatever it is."""
    with objects.standing_at(container, key):
        return of_text(objects.text(container, key), ignore_z, corner)


def _of_object(body: dict[str, Any], ignore_z: bool, corner: str) -> GeoPoint:
    names = list(body)
    if not names:
        raise OpenSearchParseException("token [END_OBJECT] not allowed")
    if names[0] in ("lon", "lat"):
        point = _of_degrees(body, names)
    elif names[0] == "geohash":
        if not isinstance(body["geohash"], str):
            raise OpenSearchParseException("geohash must be a string")
        point = of_geohash(body["geohash"], corner)
        names = names[1:]
    elif names[0] in ("type", "coordinates"):
        point = _of_geojson(body, names, ignore_z)
    else:
        raise OpenSearchParseException(_FIELDS)
    if names:
        raise OpenSearchParseException(_FIELDS)
    return point


def _of_degrees(body: dict[str, Any], names: list[str]) -> GeoPoint:
    found: dict[str, float] = {}
    for _ in range(2):
        if not names:
            break
        name = names.pop(0)
        if name not in ("lon", "lat"):
            raise OpenSearchParseException(_FIELDS)
        value = body[name]
        if isinstance(value, bool) or not isinstance(value, int | float | str):
            raise OpenSearchParseException(f"{name} must be a number")
        try:
            found[name] = parse_double(value) if isinstance(value, str) else float(value)
        except NumberFormatException as cause:
            raise OpenSearchParseException("[lon] and [lat] must be valid double values") from cause
    for name in ("lon", "lat"):
        if name not in found:
            raise OpenSearchParseException(f"field [{name}] missing")
    return GeoPoint(found["lat"], found["lon"])


def _of_geojson(body: dict[str, Any], names: list[str], ignore_z: bool) -> GeoPoint:
    has_type, point = False, None
    for _ in range(2):
        if not names:
            raise OpenSearchParseException(f"field [{'coordinates' if has_type else 'type'}] missing")
        name = names.pop(0)
        if name == "type":
            if not isinstance(body[name], str):
                raise OpenSearchParseException("type must be a string")
            if body[name].lower() != "point":
                raise OpenSearchParseException("type must be Point")
            has_type = True
        elif name == "coordinates":
            if not isinstance(body[name], list):
                raise OpenSearchParseException("coordinates must be an array")
            point = _of_array(body[name], ignore_z)
        else:
            raise OpenSearchParseException(_FIELDS)
    assert point is not None
    return point


def _of_array(values: list[Any], ignore_z: bool) -> GeoPoint:
    for i, value in enumerate(values):
        if isinstance(value, bool) or not isinstance(value, int | float):
            raise OpenSearchParseException("numeric value expected")
        if i == 2:
            check_z(ignore_z, value)
        elif i > 2:
            raise OpenSearchParseException("[geo_point] field type does not accept more than 3 values")
    if len(values) < 2:
        raise OpenSearchParseException("[geo_point] field type should have at least two dimensions")
    return GeoPoint(float(values[1]), float(values[0]))


def of_reader(container: Any, key: Any) -> float:
    """A coordinate by itself (XContentParser.doubleValue)."""
    return float(objects.decimal(container, key))
