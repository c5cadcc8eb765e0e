"""JSON values to script values and back."""

from __future__ import annotations

import base64
from typing import Any

import numpy as np

from fakeknn.errors import IllegalArgumentException
from fakeknn.painless.hierarchy import lineage
from fakeknn.painless.iteration import iterate
from fakeknn.painless.library_math import BigInteger
from fakeknn.painless.library_time_units import Enum
from fakeknn.painless.numbers import Float, Long
from fakeknn.painless.values import HashMap, JavaArray, MapEntry, class_of, items, runtime_name, text


def java_value(value: Any, linked: bool = False) -> Any:
    """A JSON value as a script has it: a number that is no int is a Long, maps are HashMaps unless ``linked``.

    Scalars and lists of them are shared, everything that holds others is copied.
    """
    kind = type(value)
    if kind is int:
        if -2147483648 <= value <= 2147483647:
            return value
        return Long(value) if -(1 << 63) <= value < 1 << 63 else BigInteger(value)
    if kind is dict:
        if linked:
            return {key: java_value(item, linked) for key, item in value.items()}
        return HashMap({key: java_value(item) for key, item in value.items()})
    if kind is list:
        return [java_value(item, linked) for item in value]
    return value


def json_value(value: Any) -> Any:
    """A script's value as JSON."""
    kind = type(value)
    if kind in (str, int, bool, float) or value is None:
        return value
    if isinstance(value, Float):
        return float(str(np.float32(value)))
    if isinstance(value, int):
        return int(value)
    if isinstance(value, bytes):
        return base64.b64encode(value).decode()
    if isinstance(value, dict):
        return {text(key): json_value(item) for key, item in items(value)}
    if isinstance(value, list):
        return [json_value(item) for item in value]
    if isinstance(value, MapEntry):
        return {text(value.key): json_value(value.value)}
    if hasattr(type(value), "json"):
        return value.json()
    if isinstance(value, Enum):
        return text(value)
    java = class_of(value)
    if "java.lang.Iterable" in lineage(kind) or "java.util.Map" in lineage(kind):
        return [json_value(item) for item in iterate(value)]
    if java.startswith("java.time."):
        return text(value)
    raise IllegalArgumentException(f"cannot write xcontent for unknown value of type class {runtime_name(java)}")


def script_field(value: Any) -> list[Any]:
    """The values of a script field as JSON: a collection's elements, or the one value (an array is one)."""
    found = json_value(value)
    return found if isinstance(found, list) and not isinstance(value, JavaArray) else [found]
