"""How Java writes values as text: in error messages, and the numbers of every answer."""

from __future__ import annotations

import math
import re
from collections.abc import Iterable, Mapping
from functools import lru_cache
from typing import Any

import numpy as np

from fakeknn.errors import ArrayStoreException, NumberFormatException


def _layout(text: str, value: float) -> str:
    """Python's shortest digits in the form of Double.toString: a fraction always, an exponent outside [1e-3, 1e7)."""
    mantissa, _, exponent = text.partition("e")
    sign, mantissa = ("-", mantissa[1:]) if mantissa[0] == "-" else ("", mantissa)
    whole, _, fraction = mantissa.partition(".")
    digits = (whole + fraction).lstrip("0")
    if not digits:
        return sign + "0.0"
    # The value is 0.<digits> times ten to the power of ``point``.
    point = len(whole) + int(exponent or 0) - (len(whole + fraction) - len(digits))
    digits = digits.rstrip("0")
    if 1e-3 <= abs(value) < 1e7:
        if point <= 0:
            return f"{sign}0.{'0' * -point}{digits}"
        return f"{sign}{digits[:point].ljust(point, '0')}.{digits[point:] or '0'}"
    return f"{sign}{digits[0]}.{digits[1:] or '0'}E{point - 1}"


def java_double(value: float) -> str:
    """Double.toString, of JDK 19 or later."""
    if 1e-3 <= abs(value) < 1e7:
        return repr(float(value))  # without exponents the two are one
    if not math.isfinite(value):
        return "NaN" if value != value else "Infinity" if value > 0 else "-Infinity"
    # Java takes the nearest of two digits where one digit would do; that differs only where the doubles are sparse.
    return _layout(f"{value:.1e}" if 0 < abs(value) < 1e-321 else repr(float(value)), value)


def java_float(value: float | np.float32) -> str:
    """Float.toString, of JDK 19 or later."""
    single = np.float32(value)
    if not np.isfinite(single):
        return java_double(float(single))
    return _layout(f"{single:.1e}" if 0 < abs(single) < 1e-43 else str(single), float(single))


def java_string(value: Any) -> str:
    """String.valueOf for a value of parsed JSON: ``{a=1, b=[x, 1.0E10]}``."""
    if isinstance(value, str):
        return value
    if isinstance(value, Mapping):
        return "{" + ", ".join(f"{java_string(key)}={java_string(item)}" for key, item in value.items()) + "}"
    if isinstance(value, (list, tuple)):
        return "[" + ", ".join(map(java_string, value)) + "]"
    if value is None:
        return "null"
    if value is True or value is False:
        return "true" if value else "false"
    if isinstance(value, np.float32):
        return java_float(value)
    if isinstance(value, float):
        return java_double(value)
    return str(value)


_POINTS = re.compile(r"[+-]?[0-9]*\.[0-9]*\.")
_FLOATING = re.compile(r"[+-]?(?:NaN|Infinity|(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?[dDfF]?)", re.ASCII)
_BLANKS = "".join(map(chr, range(33)))


def string_array(values: Iterable[Any]) -> list[Any]:
    """``List.toArray`` into an array of strings (or nulls), of what may hold other things too."""
    if all(one is None or isinstance(one, str) for one in values):
        return list(values)
    raise ArrayStoreException(
        "arraycopy: element type mismatch: can not cast one of the elements of java.lang.Object[] to the type of the "
        "destination array, java.lang.String"
    )


def parse_double(text: str) -> float:
    """Double.parseDouble; blanks around the number are allowed, and a letter for its type behind it."""
    stripped = text.strip(_BLANKS)
    if not stripped:
        raise NumberFormatException("empty String")
    if not _FLOATING.fullmatch(stripped):
        if _POINTS.match(stripped):
            raise NumberFormatException("multiple points")
        raise NumberFormatException(f'For input string: "{text}"')
    if stripped[-1] in "dDfF":
        stripped = stripped[:-1]
    return float(stripped)


@lru_cache(4096)
def java_hash(text: str) -> int:
    """String.hashCode, as an unsigned 32-bit number."""
    units = text.encode("utf-16-le", "surrogatepass")
    code = 0
    for i in range(0, len(units), 2):
        code = code * 31 + units[i] + (units[i + 1] << 8) & 0xFFFFFFFF
    return code


def hash_capacity(size: int) -> int:
    """The capacity of an empty ``java.util.HashMap`` after ``putAll`` of so many entries."""
    return 16 if size <= 0 else 1 << (math.ceil(size / 0.75) - 1).bit_length()


def hashed(value: Any) -> Any:
    """A tree of which each map is a ``java.util.HashMap``."""
    if isinstance(value, dict):
        return {name: hashed(value[name]) for name in hash_ordered(value)}
    return [hashed(item) for item in value] if isinstance(value, list) else value


def hash_ordered(keys: Iterable[str], capacity: int = 16) -> list[str]:
    """The keys in the order in which a ``java.util.HashMap`` grown by inserting them would give them.

    ``capacity`` is what it began with; one that began as a copy has ``hash_capacity`` of the copied keys' number.
    """
    keys = list(dict.fromkeys(keys))
    while len(keys) > capacity * 3 // 4:
        capacity *= 2
    return sorted(keys, key=lambda key: (java_hash(key) ^ java_hash(key) >> 16) & capacity - 1)
