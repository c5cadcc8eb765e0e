"""Distances on the sphere as Lucene computes them, and the units that they are told in.

Sources: SloppyMath (tables and polynomials, which give other last digits than the C library), GeoUtils, DistanceUnit.
"""

from __future__ import annotations

import math
from typing import Any

import numpy as np
from numpy.typing import NDArray

from fakeknn.errors import IllegalArgumentException
from fakeknn.xcontent import parse_double

Doubles = NDArray[np.float64]

EARTH_MEAN_RADIUS = 6_371_008.7714

_TWO_PI_HI = 4 * float.fromhex("0x1.921fb54400000p+0")
_TWO_PI_LO = 4 * float.fromhex("0x1.0b4611a626331p-34")
_COS_SIZE = (1 << 11) + 1
_DELTA_HI, _DELTA_LO = _TWO_PI_HI / (_COS_SIZE - 1), _TWO_PI_LO / (_COS_SIZE - 1)
_COS_INDEXER = 1 / (_DELTA_HI + _DELTA_LO)
_angles = [i * _DELTA_HI + i * _DELTA_LO for i in range(_COS_SIZE)]
_SIN = np.array([math.sin(angle) for angle in _angles])
_COS = np.array([math.cos(angle) for angle in _angles])
_half = (_COS_SIZE - 1) // 2
_SIN[_half] = _SIN[2 * _half] = 0.0
_COS[_half // 2] = _COS[3 * _half // 2] = 0.0

_ASIN_MAX = math.sin(math.radians(73.0))
_ASIN_SIZE = (1 << 13) + 1
_ASIN_DELTA = _ASIN_MAX / (_ASIN_SIZE - 1)
_x = np.arange(_ASIN_SIZE) * _ASIN_DELTA
_inverse = 1.0 / (1 - _x * _x)
_root = np.sqrt(_inverse)
_root3 = _root * _inverse
_root5 = _root3 * _inverse
_root7 = _root5 * _inverse
_ASIN = np.array([math.asin(value) for value in _x.tolist()])
_ASIN_1, _ASIN_2 = _root, (_x * _root3) * (1 / 2.0)
_ASIN_3 = ((1 + 2 * _x * _x) * _root5) * (1 / 6.0)
_ASIN_4 = ((5 + 2 * _x * (2 + _x * (5 - 2 * _x))) * _root7) * (1 / 24.0)
_PIO2_HI, _PIO2_LO = float.fromhex("0x1.921fb54442d18p+0"), float.fromhex("0x1.1a62633145c07p-54")


def _of_bits(*bits: int) -> list[float]:
    return [float(value) for value in np.array(bits, np.uint64).view(np.float64)]


#: fdlibm's asin near one.
_PS = _of_bits(
    0x3FC5555555555555, 0xBFD4D61203EB6F7D, 0x3FC9C1550E884455, 0xBFA48228B5688F3B, 0x3F49EFE07501B288,
    0x3F023DE10DFDF709,
)  # fmt: skip
_QS = _of_bits(0xC0033A271C8A2D4B, 0x40002AE59C598AC8, 0xBFE6066C1B8D0159, 0x3FB3B8C5B12E9282)


def cosine(angle: Any) -> Any:
    """SloppyMath.cos."""
    angle = np.abs(angle)
    index = (angle * _COS_INDEXER + 0.5).astype(np.int64)
    delta = (angle - index * _DELTA_HI) - index * _DELTA_LO
    index &= _COS_SIZE - 2
    cosine, sine = _COS[index], _SIN[index]
    return cosine + delta * (-sine + delta * (-cosine * 0.5 + delta * (sine * (1 / 6.0) + delta * cosine * (1 / 24.0))))


def _asin(value: Any) -> Any:
    index = np.clip((value * (1 / _ASIN_DELTA) + 0.5).astype(np.int64), 0, _ASIN_SIZE - 1)  # NaN is at 0
    delta = value - index * _ASIN_DELTA
    near = _ASIN[index] + delta * (
        _ASIN_1[index] + delta * (_ASIN_2[index] + delta * (_ASIN_3[index] + delta * _ASIN_4[index]))
    )
    t = (1.0 - value) * 0.5
    p = t * (_PS[0] + t * (_PS[1] + t * (_PS[2] + t * (_PS[3] + t * (_PS[4] + t * _PS[5])))))
    q = 1.0 + t * (_QS[0] + t * (_QS[1] + t * (_QS[2] + t * _QS[3])))
    s = np.sqrt(t)
    z = s + s * (p / q)
    return np.where(
        value <= _ASIN_MAX, near, np.where(value < 1.0, _PIO2_HI - ((z + z) - _PIO2_LO), math.pi / 2 * value)
    )


def haversine(lat: Any, lon: Any, lats: Any, lons: Any) -> Doubles:
    """float64[m]: metres from a point, or from each of m, to others (SloppyMath.haversinMeters)."""
    x1, x2 = radians(np.asarray(lat, np.float64)), radians(lats)
    h1 = 1 - cosine(x1 - x2)
    h2 = 1 - cosine(radians(lon - lons))
    h = np.asarray(h1 + cosine(x1) * cosine(x2) * h2)
    key = (h.view(np.int64) & ~np.int64(7)).view(np.float64)
    found: Doubles = EARTH_MEAN_RADIUS * 2 * _asin(np.minimum(1, np.sqrt(key * 0.5)))
    return found


def radians(degrees: Any) -> Any:
    """Math.toRadians: times a constant."""
    return degrees * 0.017453292519943295


def plane(lat: float, lon: float, lats: Any, lons: Any) -> Doubles:
    """float64[m]: metres on a plane that touches the sphere (GeoUtils.planeDistance)."""
    x = radians(lons - lon) * np.cos(radians((lats + lat) / 2.0))
    y = radians(lats - lat)
    found: Doubles = np.sqrt(x * x + y * y) * EARTH_MEAN_RADIUS
    return found


# --- units ------------------------------------------------------------------------------------------------------------

#: DistanceUnit, in the order in which a text is compared with them.
UNITS = {
    "in": 0.0254, "inch": 0.0254, "yd": 0.9144, "yards": 0.9144, "ft": 0.3048, "feet": 0.3048,
    "km": 1000.0, "kilometers": 1000.0, "NM": 1852.0, "nmi": 1852.0, "nauticalmiles": 1852.0,
    "mm": 0.001, "millimeters": 0.001, "cm": 0.01, "centimeters": 0.01, "mi": 1609.344, "miles": 1609.344,
    "m": 1.0, "meters": 1.0,
}  # fmt: skip


def unit(name: str) -> float:
    """DistanceUnit.fromString: the metres of a unit."""
    if name not in UNITS:
        raise IllegalArgumentException(f"No distance unit match [{name}]")
    return UNITS[name]


def parse_distance(text: str, default: float = 1.0) -> float:
    """DistanceUnit.parse: metres of a number with its unit, or of the default one."""
    for name, meters in UNITS.items():
        if text.endswith(name):
            value = parse_double(text[: -len(name)])
            return value if meters == 1.0 else value * meters / 1.0
    value = parse_double(text)
    return value if default == 1.0 else value * default / 1.0


def centered_modulus(dividend: float, divisor: float) -> float:
    found = math.fmod(dividend, divisor)
    if found <= 0:
        found += divisor
    if found > divisor / 2:
        found -= divisor
    return found
