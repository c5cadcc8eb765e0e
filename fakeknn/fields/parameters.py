"""The parameters of mapping types: how each is read, whether it may change, how it is told."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from fakeknn.errors import (
    ArithmeticException,
    IllegalArgumentException,
    IllformedLocaleException,
    MapperParsingException,
    NumberFormatException,
)
from fakeknn.xcontent import java_string


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
    if isinstance(value, float) and value % 1 != 0:
        raise IllegalArgumentException(f"{java_string(value)} is not an integer value")
    if isinstance(value, (int, float)) and not isinstance(value, bool):
        whole = int(value)
        if not -(2**31) <= whole < 2**31:
            raise ArithmeticException("integer overflow")
        return whole
    try:
        return int(str(value))
    except ValueError:
        from_text = java_string(value)
        raise _number_format(from_text) from None


def decimal(value: Any) -> float:
    if isinstance(value, (int, float)) and not isinstance(value, bool):
        return float(value)
    try:
        return float(str(value))
    except ValueError:
        raise _number_format(java_string(value)) from None


def _number_format(text: str) -> IllegalArgumentException:
    return NumberFormatException(f'For input string: "{text}"' if text else "empty String")


def text(value: Any) -> str:
    return java_string(value)


_LANGUAGE = re.compile("[A-Za-z]{2,8}")
_REGION = re.compile("[A-Za-z]{2}|[0-9]{3}")
_VARIANT = re.compile("[0-9A-Za-z]{5,8}|[0-9][0-9A-Za-z]{3}")


def locale(value: Any) -> str:
    """LocaleUtils.parse, but for languages and countries that nobody knows; as Locale.toString tells it."""
    name = java_string(value)
    parts = re.split("-" if re.search("[-_]", name + "-").group() == "-" else "_", name)  # type: ignore[union-attr]
    if len(parts) > 3:
        raise IllegalArgumentException(f"Locales can have at most 3 parts but got {len(parts)}: {java_string(parts)}")
    if len(parts) == 1 and name.upper() == "ROOT":
        return ""
    names = ("language", "region", "variant")
    for what, part, form in zip(names, parts, (_LANGUAGE, _REGION, _VARIANT), strict=False):
        if part and not form.fullmatch(part):
            raise IllformedLocaleException(f"Ill-formed {what}: {part} [at index 0]")
    language, region, variant = (*parts, "", "")[:3]
    return "_".join((language.lower(), region.upper(), variant)).rstrip("_")


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
BOOST = Parameter("boost", decimal, 1.0, updatable=True)

#: Parameters that every type once took: accepted and dropped where a type does not declare them.
DROPPED = frozenset({"store", "meta", "boost", "index", "doc_values", "index_options", "similarity"})


def check_meta(name: str, value: Any) -> None:
    """TypeParsers.parseMeta; MapperParsingException."""
    if not isinstance(value, dict):
        raise MapperParsingException(
            f"[meta] must be an object, got {java_class(value)}[{java_string(value)}] for field [{name}]"
        )
    if len(value) > 5:
        raise MapperParsingException(f"[meta] can't have more than 5 entries, but got {len(value)} on field [{name}]")
    for key, item in value.items():
        if len(key) > 20:
            raise MapperParsingException(
                f"[meta] keys can't be longer than 20 chars, but got [{key}] for field [{name}]"
            )
        if item is None:
            raise MapperParsingException(f"[meta] values can't be null (field [{name}])")
        if not isinstance(item, str):
            raise MapperParsingException(
                f"[meta] values can only be strings, but got {java_class(item)}[{java_string(item)}] for field [{name}]"
            )
        if len(item) > 50:
            raise MapperParsingException(
                f"[meta] values can't be longer than 50 chars, but got [{item}] for field [{name}]"
            )


def java_class(value: Any) -> str:
    """Class.getSimpleName of a value of a definition."""
    if isinstance(value, bool):
        return "Boolean"
    if isinstance(value, int):
        return "Integer" if -(2**31) <= value < 2**31 else "Long"
    if isinstance(value, float):
        return "Double"
    if isinstance(value, list):
        return "ArrayList"
    return "String" if isinstance(value, str) else "LinkedHashMap"
