"""JSON values to script values and back."""

from __future__ import annotations

import base64
from math import isfinite
from typing import Any

import numpy as np

from fakeknn.errors import IllegalArgumentException, UnsupportedOperationException
from fakeknn.painless.hierarchy import check_cast, lineage
from fakeknn.painless.iteration import iterate
from fakeknn.painless.library_doc import DocMap
from fakeknn.painless.library_enum import Enum
from fakeknn.painless.library_math import BigInteger
from fakeknn.painless.numbers import Float, Long
from fakeknn.painless.throwable import Thrown
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
    """A script's value as JSON: what XContentBuilder writes of it."""
    return _json(value, set())


def _json(value: Any, around: set[int]) -> Any:
    """``around`` holds the identities of the containers that this value is in."""
    kind = type(value)
    if kind in (str, int, bool) or value is None:
        return value
    if kind is float:
        return value if isfinite(value) else text(value)
    if isinstance(value, Float):
        return float(str(np.float32(value))) if isfinite(value) else text(value)
    if isinstance(value, int):
        return int(value)
    if isinstance(value, bytes):
        return base64.b64encode(value).decode()
    if isinstance(value, DocMap):
        raise UnsupportedOperationException  # it cannot be walked
    if isinstance(value, MapEntry):
        raise _unwritable("java.util.HashMap$Node")
    if hasattr(kind, "json"):
        return value.json()
    if isinstance(value, Enum):
        return text(value)
    if isinstance(value, JavaArray) and value.component in ("byte", "char", "float"):
        if value.component == "char":
            raise _unwritable("[C")
        if value.component == "byte":
            return base64.b64encode(bytes(number & 0xFF for number in value)).decode()
        return [_json(Float(number), around) for number in value]
    if isinstance(value, (dict, list)) or "java.lang.Iterable" in lineage(kind) or "java.util.Map" in lineage(kind):
        return _contents(value, around)
    java = class_of(value)
    if java in _TEXTS:
        return text(value)
    raise _unwritable(runtime_name(java))


#: What XContentOpenSearchExtension writes as its text, beside enums.
_TEXTS = frozenset(f"java.time.{name}" for name in ("Duration", "MonthDay", "Period", "Year")) | {"java.util.Locale"}


def _unwritable(java_class: str) -> IllegalArgumentException:
    return IllegalArgumentException(f"cannot write xcontent for unknown value of type class {java_class}")


def _contents(value: Any, around: set[int]) -> Any:
    if id(value) in around:
        raise IllegalArgumentException("Iterable object is self-referencing itself")
    around.add(id(value))
    found: Any
    if isinstance(value, dict):
        found = {_field_name(key): _json(item, around) for key, item in items(value)}
    else:
        found = [_json(item, around) for item in (value if isinstance(value, list) else iterate(value))]
    around.remove(id(value))
    return found


def _field_name(key: Any) -> str:
    if type(key) is str:
        return key
    if key is None:
        raise IllegalArgumentException("Field name cannot be null")
    try:
        return str(check_cast(key, "java.lang.String"))
    except Thrown as thrown:
        raise thrown.error() from None


def script_field(value: Any) -> list[Any]:
    """The values of a script field as JSON: a collection's elements, or the one value (an array is one)."""
    found = json_value(value)
    return found if isinstance(found, list) and not isinstance(value, JavaArray) else [found]
