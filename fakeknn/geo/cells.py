"""Cells that the earth is cut into: geohashes and the tiles of web maps, as longs that sort as OpenSearch's do.

Sources: Geohash, GeoTileUtils, GeoUtils.geoHashLevelsForPrecision.
"""

from __future__ import annotations

import math
import re
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from fakeknn.errors import IllegalArgumentException, NumberFormatException
from fakeknn.geo import points, sphere

Longs = NDArray[np.int64]
Doubles = NDArray[np.float64]

# --- geohashes --------------------------------------------------------------------------------------------------------

_EQUATOR = 2 * math.pi * 6_378_137.0
_POLAR_DISTANCE = math.pi * 6_356_752.314245
_MOST_LEVELS = 24
_SPREAD = (
    (16, 0x0000FFFF0000FFFF), (8, 0x00FF00FF00FF00FF), (4, 0x0F0F0F0F0F0F0F0F), (2, 0x3333333333333333),
    (1, 0x5555555555555555),
)  # fmt: skip


def check_geohash_precision(precision: int) -> int:
    if not 1 <= precision <= 12:
        raise IllegalArgumentException(
            f"Invalid geohash aggregation precision of {precision}. Must be between 1 and 12."
        )
    return precision


def geohash_levels(meters: float) -> int:
    """How long a geohash is whose cell is no larger than so many metres."""
    if meters == 0:
        return _MOST_LEVELS
    width = math.sqrt((meters * meters) / (1 + _POLAR_DISTANCE / _EQUATOR))
    part = math.ceil(_EQUATOR / width) if width and math.isfinite(width) else 1
    if part == 1:
        return 1
    full, left = divmod(math.ceil(math.log(part) / math.log(2)), 5)
    return full + (left > 0) + full + (left > 3)


def geohash_cell_size(level: int) -> float:
    """GeoUtils.geoHashCellSize: metres across a cell, from corner to corner."""
    x, y = (level + 1) // 2, level // 2
    return math.hypot(_EQUATOR / (1 << (x * 3 + y * 2)), _POLAR_DISTANCE / (1 << (x * 2 + y * 3)))


def _axis(degrees: Doubles, limit: float) -> NDArray[np.uint64]:
    """An axis in 32 bits, spread over 64."""
    clipped = np.where(degrees == limit, np.nextafter(limit, 0), degrees)
    whole = np.clip(np.floor(clipped / (2 * limit / (1 << 32))), -(1 << 31), (1 << 31) - 1)
    bits = (whole.astype(np.int64) + (1 << 31)).astype(np.uint64)
    for shift, mask in _SPREAD:
        bits = (bits | (bits << np.uint64(shift))) & np.uint64(mask)
    return bits


def geohashes(lats: Doubles, lons: Doubles, precision: int) -> Longs:
    """int64[m]: Geohash.longEncode. Of twelve letters those of the east are negative."""
    bits = _axis(lats, 90.0) | (_axis(lons, 180.0) << np.uint64(1))
    return (((bits >> np.uint64(64 - 5 * precision)) << np.uint64(4)) | np.uint64(precision)).view(np.int64)


def geohash_text(cell: int) -> str:
    level, bits = cell & 15, (cell & (1 << 64) - 1) >> 4
    return "".join(points.BASE_32[(bits >> 5 * (level - 1 - i)) & 31] for i in range(level))


# --- tiles ------------------------------------------------------------------------------------------------------------

MOST_ZOOM = 29
_MASK = (1 << MOST_ZOOM) - 1


def parse_int(text: str) -> int:
    """Integer.parseInt."""
    if re.fullmatch(r"[+-]?\d+", text) is None or not -(1 << 31) <= int(text) < 1 << 31:
        raise NumberFormatException(f'For input string: "{text}"')
    return int(text)


def check_tile_precision(precision: int) -> int:
    if not 0 <= precision <= MOST_ZOOM:
        raise IllegalArgumentException(
            f"Invalid geotile_grid precision of {precision}. Must be between 0 and {MOST_ZOOM}."
        )
    return precision


def _within(lats: Doubles) -> Doubles:
    """GeoUtils.normalizeLat."""
    turned = (lats + 180) % 360 - 180
    turned = np.where(turned > 90, 180 - turned, np.where(turned < -90, -180 - turned, turned))
    return np.where(np.abs(lats) > 90, turned, lats)


def tiles(lats: Doubles, lons: Doubles, precision: int) -> Longs:
    """int64[m]: GeoTileUtils.longEncode; the poles are in the outermost rows."""
    count = 1 << precision
    lats, lons = _within(lats), np.where(np.abs(lons) > 180, (lons + 180) % 360 - 180, lons)
    x = np.floor((lons + 180) / 360 * count)
    sine = sphere.cosine(math.pi / 2 - sphere.radians(lats))
    with np.errstate(divide="ignore"):
        y = np.floor((0.5 - np.log((1 + sine) / (1 - sine)) / (4 * math.pi)) * count)
    columns, rows = (np.clip(axis, 0, count - 1).astype(np.int64) for axis in (x, y))
    return np.asarray((precision << 2 * MOST_ZOOM) | (columns << MOST_ZOOM) | rows, np.int64)


def _checked(zoom: int, x: int, y: int) -> None:
    count = 1 << check_tile_precision(zoom)
    if not (0 <= x < count and 0 <= y < count):
        raise IllegalArgumentException(f"Zoom/X/Y combination is not valid: {zoom}/{x}/{y}")


def tile_text(cell: int) -> str:
    parts = cell >> 2 * MOST_ZOOM, (cell >> MOST_ZOOM) & _MASK, cell & _MASK
    _checked(*parts)
    return "/".join(map(str, parts))


def tile_of(text: str) -> int:
    """The tile that a text names, whether there is such a one or not."""
    wrong = f'Invalid geotile_grid hash string of {text}. Must be three integers in a form "zoom/x/y".'
    parts = text.split("/", 3)
    if len(parts) != 3:
        raise IllegalArgumentException(wrong)
    try:
        zoom, x, y = (parse_int(part) for part in parts)
    except NumberFormatException as cause:
        raise IllegalArgumentException(wrong) from cause
    return _signed((zoom << 2 * MOST_ZOOM) | (x << MOST_ZOOM) | y)


def _signed(value: Any) -> int:
    return int((value + (1 << 63)) % (1 << 64) - (1 << 63))


# --- cells of a box ---------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class GeohashGrid:
    """The geohashes of some columns, counted from the west, and rows, from the south (GeoShapeHashUtil)."""

    columns: range
    rows: range
    precision: int

    @classmethod
    def around(cls, west: float, south: float, east: float, north: float, precision: int) -> GeohashGrid:
        width, height = _geohash_size(precision)
        last_column, last_row = round(360 / width) - 1, round(180 / height) - 1
        columns = range(math.floor((west + 180) / width), min(math.floor((east + 180) / width), last_column) + 1)
        rows = range(math.floor((south + 90) / height), min(math.floor((north + 90) / height), last_row) + 1)
        return cls(columns, rows, precision)

    def __len__(self) -> int:
        return len(self.columns) * len(self.rows)

    def boxes(self) -> tuple[Longs, Doubles, Doubles, Doubles, Doubles]:
        """(geohashes, their lowest and highest longitudes, their lowest and highest latitudes)."""
        width, height = _geohash_size(self.precision)
        west = np.tile(np.array(self.columns) * width - 180, len(self.rows))
        south = np.repeat(np.array(self.rows) * height - 90, len(self.columns))
        return (
            geohashes(south + height / 2, west + width / 2, self.precision),
            west,
            west + width,
            south,
            south + height,
        )


def _geohash_size(precision: int) -> tuple[float, float]:
    """How many degrees wide and high a cell is."""
    bits = 5 * precision
    return 360 / (1 << (bits - bits // 2)), 180 / (1 << bits // 2)


@dataclass(frozen=True, slots=True)
class TileGrid:
    """The tiles of some columns, counted from the west, and rows, from the north (GeoTileUtils.encodeShape)."""

    columns: range
    rows: range
    precision: int

    @classmethod
    def around(cls, west: float, south: float, east: float, north: float, precision: int) -> TileGrid:
        ends = tiles(np.array([north, south]), np.array([west, east]), precision)
        left, right = ((ends >> MOST_ZOOM) & _MASK).tolist()
        top, bottom = (ends & _MASK).tolist()
        return cls(range(left, right + 1), range(top, bottom + 1), precision)

    def __len__(self) -> int:
        return len(self.columns) * len(self.rows)

    def boxes(self) -> tuple[Longs, Doubles, Doubles, Doubles, Doubles]:
        """(tiles, their lowest and highest longitudes, their lowest and highest latitudes)."""
        count = 1 << self.precision
        x, y = np.tile(self.columns, len(self.rows)), np.repeat(self.rows, len(self.columns))
        found = np.asarray((self.precision << 2 * MOST_ZOOM) | (x << MOST_ZOOM) | y, np.int64)
        return found, x / count * 360 - 180, (x + 1) / count * 360 - 180, _latitude(y + 1, count), _latitude(y, count)


def _latitude(rows: Longs, count: int) -> Doubles:
    """The latitude at which rows begin, of so many from pole to pole."""
    return np.asarray(np.degrees(np.arctan(np.sinh(math.pi - 2 * math.pi * rows / count))))


Grid = GeohashGrid | TileGrid
