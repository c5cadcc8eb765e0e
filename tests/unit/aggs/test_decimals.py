"""DecimalFormat; the expected texts are the real server's (``format`` of a max)."""

from __future__ import annotations

import pytest

from fakeknn.aggs.decimals import DecimalFormat
from fakeknn.errors import IllegalArgumentException, RuntimeException


@pytest.mark.parametrize(
    ("pattern", "value", "text"),
    [
        ("0.00", 1234567.891, "1234567.89"),
        ("0.00", 0.005, "0.01"),
        ("0.00", 0.015, "0.01"),
        ("#,##0.00", -1234567.891, "-1,234,567.89"),
        ("#.##", 0.5, "0.5"),
        ("#.00", 0.5, ".50"),
        ("0000", 1.0, "0001"),
        ("0%", 0.005, "0%"),
        ("0%", 0.015, "2%"),
        ("0.00 EUR", 1.0, "1.00 EUR"),
        ("0.00;(0.00)", -1.0, "(1.00)"),
        ("'a'0", 1.0, "a1"),
        ("0.", 1.0, "1."),
        ("", 12345.0, "12,345"),
        ("0.###E0", 12345.0, "1.235E4"),
        ("00.00E0", 1.0, "10.00E-1"),
        ("0.###E0", 0.0, "0E0"),
        ("x0y0", 1.0, "x01y"),
        ("0.00", float("inf"), "\u221e"),
        ("0.00", float("nan"), "NaN"),
        ("#,##0", 1234, "1,234"),
    ],
)
def test_format(pattern: str, value: float, text: str) -> None:
    assert DecimalFormat(pattern).format(value) == text


@pytest.mark.parametrize(
    ("pattern", "reason"),
    [
        ("0.0.0", 'Multiple decimal separators in pattern "0.0.0"'),
        ("0#", 'Malformed pattern "0#"'),
        ("#.0#0", "Unexpected '0' in pattern \"#.0#0\""),
        ("#,", 'Malformed pattern "#,"'),
        ("0E", 'Malformed exponential pattern "0E"'),
        ("0.00'", 'Malformed pattern "0.00\'"'),
    ],
)
def test_refused(pattern: str, reason: str) -> None:
    with pytest.raises(IllegalArgumentException) as refused:
        DecimalFormat(pattern)
    assert refused.value.reason == reason


def test_parse() -> None:
    assert DecimalFormat("#,##0.00").parse("1,234.5x") == 1234.5
    assert DecimalFormat("$0").parse("$7") == 7
    assert DecimalFormat("0").parse("-7") == -7
    assert DecimalFormat("0%").parse("50%") == 0.5
    with pytest.raises(RuntimeException, match="Unparseable number"):
        DecimalFormat("0").parse("x")
