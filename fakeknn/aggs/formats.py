"""How an aggregation reads and shows values: DocValueFormat."""

from __future__ import annotations

import math
import re
from typing import Any

import numpy as np

from fakeknn.aggs.decimals import DecimalFormat
from fakeknn.dates import UTC, DateFormat, Zone, parse_math
from fakeknn.errors import IllegalArgumentException, NumberFormatException
from fakeknn.fields.dates import DEFAULT_DATE_FORMAT
from fakeknn.fields.ip import address, shown
from fakeknn.xcontent import java_string
from fakeknn.xcontent.java import java_double


class Format:
    """DocValueFormat.RAW: values as they are."""

    raw = True

    def show(self, value: Any) -> Any:
        return value

    def parse(self, text: str, now: int, round_up: bool = False) -> float:
        return parse_number(text)

    def parse_term(self, text: str) -> str:
        """parseBytesRef."""
        return text


class Decimal(Format):
    raw = False

    def __init__(self, pattern: str) -> None:
        self.decimal = DecimalFormat(pattern)

    def show(self, value: Any) -> Any:
        return self.decimal.format(value)

    def parse(self, text: str, now: int, round_up: bool = False) -> float:
        return self.decimal.parse(text)


class DateTime(Format):
    raw = False

    def __init__(self, format: DateFormat, zone: Zone = UTC) -> None:
        self.format = format
        self.zone = zone
        self.printer = format.with_zone(zone)
        self._iso = zone is UTC and format.prints_iso

    def show(self, value: Any) -> Any:
        millis = as_long(value)
        if self._iso and _YEAR_0 <= millis < _YEAR_10000:  # where numpy writes what the format does
            return f"{np.datetime64(millis, 'ms')}Z"
        return self.printer.format(millis)

    def parse(self, text: str, now: int, round_up: bool = False) -> float:
        return parse_math(text, self.format, lambda: now, round_up, self.zone)


_YEAR_0, _YEAR_10000 = -62_167_219_200_000, 253_402_300_800_000


class UnsignedLong(Format):
    """DocValueFormat.UNSIGNED_LONG: values as they are, too, but it is not the raw one."""

    raw = False


class Ip(Format):
    """DocValueFormat.IP."""

    def parse_term(self, text: str) -> str:
        return shown(address(text))


class Boolean(Format):
    raw = False

    def show(self, value: Any) -> Any:
        return bool(value != 0)

    def parse(self, text: str, now: int, round_up: bool = False) -> float:
        if text not in ("true", "false"):
            raise IllegalArgumentException(f"Cannot parse boolean [{text}], expected either [true] or [false]")
        return float(text == "true")


RAW = Format()


def as_long(value: Any) -> int:
    """Java's cast of a double to a long."""
    if isinstance(value, float):
        if math.isnan(value):
            return 0
        if math.isinf(value):
            return 2**63 - 1 if value > 0 else -(2**63)
    return max(-(2**63), min(2**63 - 1, int(value)))


def parse_number(text: str) -> float:
    """Double.parseDouble."""
    try:
        if "_" in text:
            raise ValueError
        return float(text)
    except ValueError:
        if re.match(r"[+-]?\d*\.\d*\.", text.strip()):
            raise NumberFormatException("multiple points") from None
        raise NumberFormatException(f'For input string: "{text}"' if text.strip() else "empty String") from None


def text_of(shown: Any) -> str:
    """A formatted value as text (``value_as_string``)."""
    return java_string(shown)


def plain_format(hint: str) -> Format:
    """ValueType.defaultFormat."""
    if hint == "date":
        return DateTime(DateFormat.parse(DEFAULT_DATE_FORMAT))
    if hint == "boolean":
        return Boolean()
    return UnsignedLong() if hint == "unsigned_long" else RAW


def number_text(value: Any) -> str:
    return java_double(value) if isinstance(value, float) else str(value)
