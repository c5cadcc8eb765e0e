"""How Java sees a parsed JSON value: its class, its text, the order of a map's keys. Error texts depend on these."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from decimal import ROUND_HALF_UP, Decimal, localcontext
from typing import Any

import numpy as np

from fakeknn.errors import ClassCastException

_INT = range(-(1 << 31), 1 << 31)
_LONG = range(-(1 << 63), 1 << 63)


def class_name(value: Any) -> str:
    """The class that OpenSearch's JSON reader gives a value."""
    match value:
        case bool():
            return "java.lang.Boolean"
        case int():
            if value in _INT:
                return "java.lang.Integer"
            return "java.lang.Long" if value in _LONG else "java.math.BigInteger"
        case float():
            return "java.lang.Double"
        case str():
            return "java.lang.String"
        case list():
            return "java.util.ArrayList"
        case _:
            return "java.util.LinkedHashMap"


def cannot_be_cast(value: Any, wanted: str, *, ordered: bool = True) -> ClassCastException:
    """What the JVM says of a cast to another class of the JDK; ``ordered`` where objects are read in their order."""
    given = class_name(value) if not isinstance(value, dict) or ordered else "java.util.HashMap"
    return ClassCastException(
        f"class {given} cannot be cast to class {wanted} "
        f"({given} and {wanted} are in module java.base of loader 'bootstrap')"
    )


def text(value: Any) -> str:
    """``String.valueOf``."""
    match value:
        case None:
            return "null"
        case bool():
            return "true" if value else "false"
        case float():
            return double_text(value)
        case list():
            return f"[{', '.join(text(item) for item in value)}]"
        case dict():
            return "{" + ", ".join(f"{key}={text(item)}" for key, item in value.items()) + "}"
        case _:
            return str(value)


def fixed(value: float | np.floating[Any]) -> str:
    """Formatter's ``%f``: six places, rounded half up from the digits that Double.toString has."""
    if not np.isfinite(value):
        return double_text(float(value))
    with localcontext(prec=400):
        return f"{Decimal(repr(float(value))).quantize(Decimal('0.000001'), ROUND_HALF_UP):f}"


def double_text(value: float | np.float32) -> str:
    """``Double.toString`` (of a float32, ``Float.toString``): shortest digits, an exponent below 1e-3 and from 1e7."""
    if not np.isfinite(value):
        return {"inf": "Infinity", "-inf": "-Infinity", "nan": "NaN"}[str(value)]
    if value == 0 or 1e-3 <= abs(float(value)) < 1e7:
        return np.format_float_positional(value, unique=True, trim="0")
    mantissa, exponent = np.format_float_scientific(value, unique=True, trim="0").split("e")
    return f"{mantissa}E{int(exponent)}"


def hash_order(names: Iterable[str]) -> list[str]:
    """The names in the order in which a ``java.util.HashMap`` that took them one by one hands them out."""
    given = list(names)
    buckets = 16
    while len(given) > buckets * 3 // 4:
        buckets *= 2
    return sorted(given, key=lambda name: _spread(name) & (buckets - 1))


def hash_items(mapping: Mapping[str, Any]) -> Iterator[tuple[str, Any]]:
    """The entries of a mapping in the order of a ``HashMap``."""
    return ((name, mapping[name]) for name in hash_order(mapping))


def _spread(name: str) -> int:
    value = 0
    for unit in memoryview(name.encode("utf-16-le", "surrogatepass")).cast("H"):
        value = (31 * value + unit) & 0xFFFFFFFF
    return value ^ value >> 16
