"""Values as OpenSearch reads them from text: times, sizes in bytes, numbers and booleans, each with its own refusals.

``TimeValue`` and ``ByteSizeValue`` keep the unit they were written in, because defaults and error texts print it.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import ClassVar

from fakeknn.errors import IllegalArgumentException, NumberFormatException, OpenSearchParseException
from fakeknn.xcontent.java import java_double, parse_double

INT_MIN, INT_MAX = -(2**31), 2**31 - 1
LONG_MIN, LONG_MAX = -(2**63), 2**63 - 1

_INTEGRAL = re.compile(r"[+-]?\d+", re.ASCII)


# --- numbers and booleans --------------------------------------------------------------------------------------------


def parse_int(text: str) -> int:
    """Integer.parseInt."""
    return _integral(text, INT_MIN, INT_MAX)


def parse_long(text: str) -> int:
    """Long.parseLong."""
    return _integral(text, LONG_MIN, LONG_MAX)


def parse_big_integer(text: str) -> int:
    """``new BigInteger(text)``, which reads nine digits at a time and tells of those that are none."""
    minus, plus = text.rfind("-"), text.rfind("+")
    if max(minus, plus) > 0 or minus == plus == 0:
        raise NumberFormatException("Illegal embedded sign character")
    digits = text[max(minus, plus) + 1 :]
    if not digits:
        raise NumberFormatException("Zero length BigInteger")
    digits = digits.lstrip("0")
    first = len(digits) % 9
    number = parse_int(digits[:first]) if first else 0
    for start in range(first, len(digits), 9):
        number = number * 10**9 + parse_int(digits[start : start + 9])
    return -number if minus == 0 else number


def _integral(text: str, low: int, high: int) -> int:
    if _INTEGRAL.fullmatch(text):
        number = int(text)
        if low <= number <= high:
            return number
    raise NumberFormatException(f'For input string: "{text}"')


def parse_boolean(text: str) -> bool:
    """Booleans.parseBoolean."""
    if text == "true":
        return True
    if text == "false":
        return False
    raise IllegalArgumentException(f"Failed to parse value [{text}] as only [true] or [false] are allowed.")


# --- times -----------------------------------------------------------------------------------------------------------

_NANOS = {
    "nanos": 1,
    "micros": 1_000,
    "ms": 1_000_000,
    "s": 1_000_000_000,
    "m": 60_000_000_000,
    "h": 3_600_000_000_000,
    "d": 86_400_000_000_000,
}


@dataclass(frozen=True, slots=True)
class TimeValue:
    """A duration in the unit it was written in: nanos, micros, ms, s, m, h or d; -1 alone means "never"."""

    duration: int
    unit: str = "ms"

    @property
    def nanos(self) -> int:
        return self.duration * _NANOS[self.unit]

    @property
    def millis(self) -> int:
        return int(self.nanos / 1_000_000) if self.nanos < 0 else self.nanos // 1_000_000

    @property
    def seconds(self) -> float:
        return self.nanos / 1e9

    @property
    def text(self) -> str:
        """getStringRep: as written, so that it can be parsed again."""
        return str(self.duration) if self.duration < 0 else f"{self.duration}{self.unit}"

    def __str__(self) -> str:
        """toString: in the largest unit that fits, with at most one decimal, cut off and not rounded."""
        if self.duration < 0:
            return str(self.duration)
        nanos = self.nanos
        if nanos == 0:
            return "0s"
        for unit in ("d", "h", "m", "s", "ms", "micros", "nanos"):
            if nanos >= _NANOS[unit]:
                return _one_decimal(nanos / _NANOS[unit]) + unit
        raise AssertionError(nanos)


def _one_decimal(value: float) -> str:
    whole, _, fraction = java_double(value).partition(".")
    mantissa, exponent_mark, exponent = fraction.partition("E")
    kept = mantissa[:1].rstrip("0")
    return whole + ("." + kept if kept else "") + exponent_mark + exponent


TIME_MINUS_ONE = TimeValue(-1)
TIME_ZERO = TimeValue(0)


def parse_time_value(text: str, name: str) -> TimeValue:
    """TimeValue.parseTimeValue; ``name`` is the setting or parameter that errors speak of."""
    lowered = text.lower().strip()
    for unit in ("nanos", "micros", "ms", "s"):
        if lowered.endswith(unit):
            return TimeValue(_time_number(text, lowered, unit, name), unit)
    if text.endswith("m"):  # capital M would mean months
        return TimeValue(_time_number(text, lowered, "m", name), "m")
    for unit in ("h", "d"):
        if lowered.endswith(unit):
            return TimeValue(_time_number(text, lowered, unit, name), unit)
    if re.fullmatch("-0*1", lowered):
        return TIME_MINUS_ONE
    if re.fullmatch("0+", lowered):
        return TIME_ZERO
    raise IllegalArgumentException(
        f"failed to parse setting [{name}] with value [{text}] as a time value: unit is missing or unrecognized"
    )


def _time_number(text: str, lowered: str, unit: str, name: str) -> int:
    digits = lowered[: -len(unit)].strip()
    try:
        number = parse_long(digits)
    except NumberFormatException as error:
        try:
            parse_double(digits)
        except NumberFormatException:
            raise IllegalArgumentException(f"failed to parse [{text}]") from error
        raise IllegalArgumentException(f"failed to parse [{text}], fractional time values are not supported") from error
    if number < -1:
        raise IllegalArgumentException(
            f"failed to parse setting [{name}] with value [{text}] as a time value: "
            "negative durations are not supported"
        )
    return number


# --- sizes -----------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class ByteSizeValue:
    """A size in the unit it was written in: b, kb, mb, gb, tb or pb; -1b alone means "no limit"."""

    UNITS: ClassVar[dict[str, int]] = {unit: 1024**i for i, unit in enumerate(("b", "kb", "mb", "gb", "tb", "pb"))}

    size: int
    unit: str = "b"

    def __post_init__(self) -> None:
        if self.size < -1 or (self.size == -1 and self.unit != "b"):
            raise IllegalArgumentException(f"Values less than -1 bytes are not supported: {self.size}{self.unit}")
        if self.size > LONG_MAX // self.UNITS[self.unit]:
            raise IllegalArgumentException(
                f"Values greater than {LONG_MAX} bytes are not supported: {self.size}{self.unit}"
            )

    @property
    def bytes(self) -> int:
        return self.size * self.UNITS[self.unit]

    @property
    def text(self) -> str:
        """getStringRep: as written."""
        return str(self.size) if self.size <= 0 else f"{self.size}{self.unit}"

    def __str__(self) -> str:
        """toString: in the largest unit that fits, with at most one decimal, cut off and not rounded."""
        size = self.bytes
        for unit, factor in reversed(self.UNITS.items()):
            if size >= factor:
                return _one_decimal(size / factor) + unit
        return f"{size}b"


_SUFFIXES = [(suffix, f"{letter}b") for letter in "kmgtp" for suffix in (letter, f"{letter}b")]


def parse_byte_size(text: str, name: str) -> ByteSizeValue:
    """ByteSizeValue.parseBytesSizeValue."""
    lowered = text.lower().strip()
    for suffix, unit in _SUFFIXES:
        if lowered.endswith(suffix):
            return _sized(text, lowered[: -len(suffix)].strip(), unit, name)
    if lowered.endswith("b"):
        return ByteSizeValue(parse_long(lowered[:-1].strip()))
    if lowered in ("-1", "0"):
        return ByteSizeValue(int(lowered))
    raise OpenSearchParseException(
        f"failed to parse setting [{name}] with value [{text}] as a size in bytes: unit is missing or unrecognized"
    )


def _sized(text: str, digits: str, unit: str, name: str) -> ByteSizeValue:
    try:
        return ByteSizeValue(parse_long(digits), unit)
    except NumberFormatException as error:
        try:
            parse_double(digits)
        except NumberFormatException:
            raise OpenSearchParseException(f"failed to parse [{text}]") from error
        raise OpenSearchParseException(
            f"Failed to parse bytes value [{text}]. Fractional bytes values have been deprecated since Legacy 6.2. "
            f"Use non-fractional bytes values instead: found for setting [{name}]"
        ) from error
    except IllegalArgumentException as error:
        raise OpenSearchParseException(
            f"failed to parse setting [{name}] with value [{text}] as a size in bytes"
        ) from error


def parse_memory_size(text: str, name: str, heap: int) -> ByteSizeValue:
    """MemorySizeValue.parseBytesSizeValueOrHeapRatio: a size, or a percentage of the ``heap`` (bytes)."""
    if not text.endswith("%"):
        return parse_byte_size(text, name)
    percent_text = text[:-1]
    try:
        percent = parse_double(percent_text)
    except NumberFormatException as error:
        raise OpenSearchParseException(f"failed to parse [{percent_text}] as a double") from error
    if percent < 0 or percent > 100:
        raise OpenSearchParseException(f"percentage should be in [0-100], got [{percent_text}]")
    return ByteSizeValue(int(percent / 100 * heap))


def parse_ratio(text: str) -> float:
    """RatioValue.parseRatioValue: ``40%`` or ``0.4``, as a percentage."""
    if text.endswith("%"):
        percent_text = text[:-1]
        try:
            percent = parse_double(percent_text)
        except NumberFormatException as error:
            raise OpenSearchParseException(f"Failed to parse [{percent_text}] as a double") from error
        if percent < 0 or percent > 100:
            raise OpenSearchParseException(f"Percentage should be in [0-100], got [{percent_text}]")
        return percent
    try:
        ratio = parse_double(text)
    except NumberFormatException:
        raise OpenSearchParseException(f"Invalid ratio or percentage [{text}]") from None
    if ratio < 0 or ratio > 1.0:
        raise OpenSearchParseException(f"Ratio should be in [0-1.0], got [{java_double(ratio)}]")
    return 100.0 * ratio
