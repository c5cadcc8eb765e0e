"""``java.math.MathContext``, and BigDecimal's operations to a precision."""

from __future__ import annotations

import decimal
import re
from collections.abc import Callable
from decimal import Decimal
from typing import Any

from fakeknn.painless.dispatch import call, define, define_fields, define_static
from fakeknn.painless.library_math import (
    ARITHMETIC,
    BY_NAME,
    EXACT,
    BigDecimal,
    BigInteger,
    RoundingMode,
    divide_integral,
    quotient,
    remainder_of,
    scaled,
    to_decimal,
)
from fakeknn.painless.numbers import wrap_byte
from fakeknn.painless.throwable import Thrown, illegal_argument, null_pointer
from fakeknn.painless.values import array_type


class MathContext:
    """A number of digits, 0 for all, and how what is behind them is rounded."""

    __slots__ = ("precision", "rounding")
    java = "java.math.MathContext"

    def __init__(self, precision: int, rounding: RoundingMode | None = BY_NAME["HALF_UP"]) -> None:
        if precision < 0:
            raise illegal_argument("Digits < 0")
        if rounding is None:
            raise null_pointer("null RoundingMode")
        self.precision = precision
        self.rounding = rounding

    @classmethod
    def read(cls, given: str | None) -> MathContext:
        """What ``toString`` writes."""
        if given is None:
            raise null_pointer("null String")
        match = re.fullmatch(r"precision=(\d+) roundingMode=(\w+)", given)
        if match is None or match[2] not in BY_NAME:
            raise illegal_argument("bad string format")
        return cls(int(match[1]), BY_NAME[match[2]])

    def apply(self, operation: Callable[[decimal.Context], Decimal]) -> BigDecimal:
        """An operation's result, rounded."""
        context = EXACT.copy()
        if self.precision:
            context.prec = self.precision
        context.rounding = self.rounding.python or decimal.ROUND_DOWN
        context.clear_flags()
        result = operation(context)
        if not self.rounding.python and context.flags[decimal.Inexact]:
            raise Thrown(ARITHMETIC, "Rounding necessary")
        return BigDecimal(result)

    def round(self, big: BigDecimal) -> BigDecimal:
        return self.apply(lambda context: context.plus(big.value)) if self.precision else big

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, MathContext):
            return False
        return (self.precision, self.rounding) == (other.precision, other.rounding)

    def __hash__(self) -> int:
        return self.precision + list(BY_NAME).index(self.rounding.name) * 59

    def __str__(self) -> str:
        return f"precision={self.precision} roundingMode={self.rounding.name}"


def _constructed(given: Any) -> MathContext:
    return MathContext.read(given) if given is None or isinstance(given, str) else MathContext(given)


define(
    "java.math.MathContext",
    {"getPrecision/0": lambda mc: mc.precision, "getRoundingMode/0": lambda mc: mc.rounding, "toString/0": str},
)
define_static("java.math.MathContext", {"<init>/1": _constructed, "<init>/2": MathContext})
define_fields(
    "java.math.MathContext",
    {
        "UNLIMITED": MathContext(0),
        **{
            f"DECIMAL{bits}": MathContext(digits, BY_NAME["HALF_EVEN"])
            for bits, digits in ((32, 7), (64, 16), (128, 34))
        },
    },
)


# --- BigDecimal -------------------------------------------------------------------------------------------------------


def _divide(a: BigDecimal, b: BigDecimal, mc: MathContext) -> BigDecimal:
    if not mc.precision:
        return quotient(a, b)
    if not b.value:
        raise Thrown(ARITHMETIC, "Division by zero" if a.value else "Division undefined")
    return mc.apply(lambda context: context.divide(a.value, b.value))


def _power(big: BigDecimal, exponent: int, mc: MathContext) -> BigDecimal:
    if not -999_999_999 <= exponent <= 999_999_999:
        raise Thrown(ARITHMETIC, "Invalid operation")
    if not mc.precision:
        if exponent < 0:
            raise Thrown(ARITHMETIC, "Invalid operation")
        return scaled(big.unscaled**exponent, big.scale * exponent)
    if len(str(abs(exponent))) > mc.precision:
        raise Thrown(ARITHMETIC, "Invalid operation")
    working = EXACT.copy()
    working.prec = mc.precision + len(str(abs(exponent))) + 1
    working.rounding = decimal.ROUND_HALF_UP
    found, base, rest = Decimal(1), big.value, abs(exponent)
    for bit in f"{rest:b}":
        found = working.multiply(found, found)
        if bit == "1":
            found = working.multiply(found, base)
    if exponent < 0:
        found = working.divide(Decimal(1), found)
    return mc.round(BigDecimal(found))


def _exact_integer(big: BigDecimal) -> BigInteger:
    if big.value != big.value.to_integral_value():
        raise Thrown(ARITHMETIC, "Rounding necessary")
    return BigInteger(int(big.value))


def _both(a: BigDecimal, b: BigDecimal, *context: MathContext) -> Any:
    """``divideAndRemainder``."""
    whole = _integral(a, b, *context)
    rest = EXACT.subtract(a.value, EXACT.multiply(whole.value, b.value))
    return array_type("java.math.BigDecimal")((whole, BigDecimal(rest)))


def _integral(a: BigDecimal, b: BigDecimal, *context: MathContext) -> BigDecimal:
    whole = divide_integral(a, b)
    if context and context[0].precision and len(str(abs(int(whole.value)))) > context[0].precision:
        raise Thrown(ARITHMETIC, "Division impossible")
    return whole


define(
    "java.math.BigDecimal",
    {
        "abs/1": lambda a, mc: mc.round(BigDecimal(abs(a.value))),
        "add/2": lambda a, b, mc: mc.round(BigDecimal(EXACT.add(a.value, b.value))),
        "divide/2": _divide,
        "divideAndRemainder/1": _both,
        "divideAndRemainder/2": _both,
        "divideToIntegralValue/2": _integral,
        "multiply/2": lambda a, b, mc: mc.round(BigDecimal(EXACT.multiply(a.value, b.value))),
        "negate/1": lambda a, mc: mc.round(scaled(-a.unscaled, a.scale)),
        "plus/1": lambda a, mc: mc.round(a),
        "pow/2": _power,
        "remainder/2": lambda a, b, mc: _both(a, b, mc)[1] if mc.precision else remainder_of(a, b),
        "round/1": lambda a, mc: mc.round(a),
        "subtract/2": lambda a, b, mc: mc.round(BigDecimal(EXACT.subtract(a.value, b.value))),
        "toBigIntegerExact/0": _exact_integer,
        "ulp/0": lambda a: scaled(1, a.scale),
    },
)
define_static("java.math.BigDecimal", {"<init>/2": lambda given, mc: mc.round(to_decimal(given))})


# --- BigInteger -------------------------------------------------------------------------------------------------------


def _bytes_of(big: BigInteger) -> Any:
    """Big-endian, with as many bytes as it takes to show the sign."""
    magnitude = big.value if big.value >= 0 else ~big.value
    raw = big.value.to_bytes(magnitude.bit_length() // 8 + 1, "big", signed=True)
    return array_type("byte")(map(wrap_byte, raw))


def _integers(a: BigInteger, b: BigInteger) -> Any:
    return array_type("java.math.BigInteger")((call(a, "divide", b), call(a, "remainder", b)))


def _in_radix(big: BigInteger, radix: int) -> str:
    radix = radix if 2 <= radix <= 36 else 10
    digits, rest = "", abs(big.value)
    while True:
        rest, digit = divmod(rest, radix)
        digits = "0123456789abcdefghijklmnopqrstuvwxyz"[digit] + digits
        if not rest:
            return ("-" if big.value < 0 else "") + digits


define(
    "java.math.BigInteger",
    {
        "divideAndRemainder/1": _integers,
        "toByteArray/0": _bytes_of,
        "toString/1": _in_radix,
    },
)
