"""Times, sizes and numbers from text; the texts of refusals were recorded from a real OpenSearch 3.5.0."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from fakeknn.errors import IllegalArgumentException, NumberFormatException, OpenSearchError, OpenSearchParseException
from fakeknn.units import (
    ByteSizeValue,
    TimeValue,
    parse_boolean,
    parse_byte_size,
    parse_int,
    parse_long,
    parse_memory_size,
    parse_ratio,
    parse_time_value,
)


@pytest.mark.parametrize(
    ("text", "millis", "rep", "shown"),
    [
        ("1s", 1000, "1s", "1s"),
        ("90s", 90_000, "90s", "1.5m"),
        ("1500ms", 1500, "1500ms", "1.5s"),
        ("1990ms", 1990, "1990ms", "1.9s"),
        ("2d", 172_800_000, "2d", "2d"),
        ("  5 H ", 18_000_000, "5h", "5h"),
        ("10micros", 0, "10micros", "10micros"),
        ("-1", -1, "-1", "-1"),
        ("000", 0, "0ms", "0s"),
        ("0m", 0, "0m", "0s"),
    ],
)
def test_times(text: str, millis: int, rep: str, shown: str) -> None:
    value = parse_time_value(text, "x")
    assert (value.millis, value.text, str(value)) == (millis, rep, shown)


def refused(call: Callable[..., Any], *arguments: Any) -> tuple[type[OpenSearchError], str | None]:
    with pytest.raises(OpenSearchError) as error:
        call(*arguments)
    return type(error.value), error.value.reason


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("5", "failed to parse setting [x] with value [5] as a time value: unit is missing or unrecognized"),
        ("5M", "failed to parse setting [x] with value [5M] as a time value: unit is missing or unrecognized"),
        ("-2s", "failed to parse setting [x] with value [-2s] as a time value: negative durations are not supported"),
        ("1.5s", "failed to parse [1.5s], fractional time values are not supported"),
        ("abcs", "failed to parse [abcs]"),
    ],
)
def test_refused_times(text: str, reason: str) -> None:
    assert refused(parse_time_value, text, "x") == (IllegalArgumentException, reason)


@pytest.mark.parametrize(
    ("text", "size", "rep", "shown"),
    [
        ("512mb", 512 << 20, "512mb", "512mb"),
        ("1536k", 1536 << 10, "1536kb", "1.5mb"),
        ("52428800b", 52428800, "52428800b", "50mb"),
        ("8192pb", None, "", ""),
        ("-1", -1, "-1", "-1b"),
        ("0", 0, "0", "0b"),
        ("100B", 100, "100b", "100b"),
    ],
)
def test_sizes(text: str, size: int | None, rep: str, shown: str) -> None:
    if size is None:
        assert refused(parse_byte_size, text, "x") == (
            OpenSearchParseException,
            "failed to parse setting [x] with value [8192pb] as a size in bytes",
        )
        return
    value = parse_byte_size(text, "x")
    assert (value.bytes, value.text, str(value)) == (size, rep, shown)


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("abc", "failed to parse setting [x] with value [abc] as a size in bytes: unit is missing or unrecognized"),
        ("akb", "failed to parse [akb]"),
        (
            "1.5kb",
            "Failed to parse bytes value [1.5kb]. Fractional bytes values have been deprecated since Legacy 6.2. "
            "Use non-fractional bytes values instead: found for setting [x]",
        ),
    ],
)
def test_refused_sizes(text: str, reason: str) -> None:
    assert refused(parse_byte_size, text, "x") == (OpenSearchParseException, reason)


def test_memory() -> None:
    assert parse_memory_size("50%", "x", 1000) == ByteSizeValue(500)
    assert parse_memory_size("5kb", "x", 1000) == ByteSizeValue(5, "kb")
    assert refused(parse_memory_size, "160%", "x", 1) == (
        OpenSearchParseException,
        "percentage should be in [0-100], got [160]",
    )


def test_ratios() -> None:
    assert parse_ratio("0.25") == 25.0
    assert parse_ratio("25%") == 25.0
    assert refused(parse_ratio, "1.5") == (OpenSearchParseException, "Ratio should be in [0-1.0], got [1.5]")


def test_numbers() -> None:
    assert parse_int("+5") == 5
    assert refused(parse_int, "2147483648") == (NumberFormatException, 'For input string: "2147483648"')
    assert parse_long("9223372036854775807") == 2**63 - 1
    assert refused(parse_long, "1.0") == (NumberFormatException, 'For input string: "1.0"')


def test_booleans() -> None:
    assert parse_boolean("true") is True
    assert refused(parse_boolean, "True") == (
        IllegalArgumentException,
        "Failed to parse value [True] as only [true] or [false] are allowed.",
    )


def test_a_time_remembers_its_unit() -> None:
    assert TimeValue(60, "s") != TimeValue(1, "m")
