"""The parameters of mapping types: how each is read, whether it may change, how it is told."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np

from fakeknn.dates.locales import parse_locale
from fakeknn.errors import (
    ArithmeticException,
    IllegalArgumentException,
    MapperParsingException,
)
from fakeknn.knn.java import class_name
from fakeknn.units import parse_int
from fakeknn.xcontent import java_string, parse_double


def boolean(value: Any) -> bool:
    """XContentMapValues.nodeBooleanValue."""
    if isinstance(value, bool):
        return value
    if value in ("true", "false"):
        return bool(value == "true")
    raise IllegalArgumentException(
        f"Failed to parse value [{java_string(value)}] as only [true] or [false] are allowed."
    )


def integer(value: Any) -> int:
    """XContentMapValues.nodeIntegerValue: a number, or a string, that is an int."""
    if isinstance(value, bool) or not isinstance(value, (int, float)):
        return parse_int(java_string(value))
    if isinstance(value, float) and (value % 1 != 0 or not -(2**63) <= value <= 2**63):
        raise IllegalArgumentException(f"{java_string(value)} is not an integer value")
    whole = int(value)
    if not -(2**63) <= whole < 2**63 and isinstance(value, int):
        raise ArithmeticException("BigInteger out of long range")
    if not -(2**31) <= whole < 2**31:
        raise ArithmeticException("integer overflow")
    return whole


def decimal(value: Any) -> float:
    """XContentMapValues.nodeDoubleValue."""
    if isinstance(value, (int, float)) and not isinstance(value, bool):
        return float(value)
    return parse_double(java_string(value))


def single(value: Any) -> np.float32:
    """XContentMapValues.nodeFloatValue."""
    with np.errstate(over="ignore"):
        return np.float32(decimal(value))


def text(value: Any) -> str:
    return java_string(value)


def locale(value: Any) -> str:
    return parse_locale(java_string(value))


def meta(value: Any) -> dict[str, str]:
    """TypeParsers.parseMeta; the checks that need the field's name are made by ``FieldType.configure``."""
    return dict(value)


@dataclass(frozen=True, slots=True)
class Parameter:
    """One parameter of a mapping type: how it is read, whether it may change, how it is told."""

    name: str
    parse: Callable[[Any], Any] = text
    default: Any = None
    updatable: bool = False
    accepts_null: bool = False
    choices: tuple[str, ...] = ()
    explicit: bool = False
    """Echoed whenever it was given, even when equal to the default."""
    show: Callable[[Any], str] = java_string
    """How a conflict names a value."""
    may_become: Callable[[Any, Any], bool] | None = None


def flag(name: str, default: bool, **more: Any) -> Parameter:
    return Parameter(name, boolean, default, **more)


META = Parameter("meta", meta, {}, updatable=True)
SIMILARITY = Parameter("similarity", text, None, accepts_null=True)
BOOST = Parameter("boost", single, np.float32(1), updatable=True)

#: Parameters that every type once took: accepted and dropped where a type does not declare them.
DROPPED = frozenset({"store", "meta", "boost", "index", "doc_values", "index_options", "similarity"})


def simple_class(value: Any) -> str:
    """Class.getSimpleName of a value of a definition."""
    return class_name(value).rpartition(".")[2]


def check_meta(name: str, value: Any) -> None:
    """TypeParsers.parseMeta; MapperParsingException."""
    if not isinstance(value, dict):
        raise MapperParsingException(
            f"[meta] must be an object, got {simple_class(value)}[{java_string(value)}] for field [{name}]"
        )
    if len(value) > 5:
        raise MapperParsingException(f"[meta] can't have more than 5 entries, but got {len(value)} on field [{name}]")
    for key in value:
        if len(key) > 20:
            raise MapperParsingException(
                f"[meta] keys can't be longer than 20 chars, but got [{key}] for field [{name}]"
            )
    for item in value.values():
        if item is None:
            raise MapperParsingException(f"[meta] values can't be null (field [{name}])")
        if not isinstance(item, str):
            raise MapperParsingException(
                f"[meta] values can only be strings, but got {simple_class(item)}[{java_string(item)}] for field "
                f"[{name}]"
            )
        if len(item) > 50:
            raise MapperParsingException(
                f"[meta] values can't be longer than 50 chars, but got [{item}] for field [{name}]"
            )
