"""Java's primitive numbers over Python's: wrapping, narrowing, division, text; and the boxes that tell them apart.

An ``int`` and an ``Integer`` are a Python int, a ``double`` and a ``Double`` a Python float. As references the other
kinds are boxed in a subclass: what is typed ``def`` must know that it is a Long. Computed values are never boxed by
accident, since arithmetic on the subclasses gives plain ints and floats.
"""

from __future__ import annotations

import math
import re
import struct
from typing import Any

import numpy as np

from fakeknn.painless.throwable import Thrown


class Long(int):
    __slots__ = ()

    def __eq__(self, other: object) -> bool:
        return type(other) is Long and int.__eq__(self, other)

    def __ne__(self, other: object) -> bool:
        return not self == other

    __hash__ = int.__hash__


class Short(int):
    __slots__ = ()

    def __eq__(self, other: object) -> bool:
        return type(other) is Short and int.__eq__(self, other)

    def __ne__(self, other: object) -> bool:
        return not self == other

    __hash__ = int.__hash__


class Byte(int):
    __slots__ = ()

    def __eq__(self, other: object) -> bool:
        return type(other) is Byte and int.__eq__(self, other)

    def __ne__(self, other: object) -> bool:
        return not self == other

    __hash__ = int.__hash__


class Float(float):
    __slots__ = ()

    def __eq__(self, other: object) -> bool:
        return type(other) is Float and (float.__eq__(self, other) or (math.isnan(self) and math.isnan(other)))

    def __ne__(self, other: object) -> bool:
        return not self == other

    __hash__ = float.__hash__


class Character(str):
    """A boxed char, as its one-character string; equal to no String."""

    __slots__ = ()

    def __eq__(self, other: object) -> bool:
        return type(other) is Character and str.__eq__(self, other)

    def __ne__(self, other: object) -> bool:
        return not self == other

    __hash__ = str.__hash__


def character(code: int) -> Character:
    return Character(chr(code))


# --- wrapping and narrowing -------------------------------------------------------------------------------------------


def wrap_int(value: int) -> int:
    return ((value + 0x80000000) & 0xFFFFFFFF) - 0x80000000


def wrap_long(value: int) -> int:
    return ((value + 0x8000000000000000) & 0xFFFFFFFFFFFFFFFF) - 0x8000000000000000


def wrap_short(value: int) -> int:
    return ((value + 0x8000) & 0xFFFF) - 0x8000


def wrap_byte(value: int) -> int:
    return ((value + 0x80) & 0xFF) - 0x80


def wrap_char(value: int) -> int:
    return value & 0xFFFF


def to_float(value: float) -> float:
    """Rounded to float32."""
    return float(np.float32(value)) if -3e38 < value < 3e38 else _wide_to_float(value)


def _wide_to_float(value: float) -> float:
    with np.errstate(over="ignore"):
        return float(np.float32(value))


def double_to_int(value: float) -> int:
    if value != value:
        return 0
    if value >= 2147483647.0:
        return 2147483647
    return -2147483648 if value <= -2147483648.0 else int(value)


def double_to_long(value: float) -> int:
    if value != value:
        return 0
    if value >= 9.223372036854775807e18:
        return 9223372036854775807
    return -9223372036854775808 if value <= -9.223372036854775808e18 else int(value)


# --- division ---------------------------------------------------------------------------------------------------------


def divide_by_zero() -> Thrown:
    return Thrown("java.lang.ArithmeticException", "/ by zero")


def int_div(left: int, right: int) -> int:
    """Towards zero, wrapped to 32 bits."""
    if right == 0:
        raise divide_by_zero()
    quotient = left // right
    if quotient < 0 and quotient * right != left:
        quotient += 1
    return quotient if quotient != 2147483648 else -2147483648


def long_div(left: int, right: int) -> int:
    if right == 0:
        raise divide_by_zero()
    quotient = left // right
    if quotient < 0 and quotient * right != left:
        quotient += 1
    return quotient if quotient != 9223372036854775808 else -9223372036854775808


def int_rem(left: int, right: int) -> int:
    """With the dividend's sign."""
    if right == 0:
        raise divide_by_zero()
    rest = abs(left) % abs(right)
    return -rest if left < 0 else rest


def float_div(left: float, right: float) -> float:
    try:
        return left / right
    except ZeroDivisionError:
        if left == 0 or left != left:
            return math.nan
        return math.copysign(math.inf, left) * math.copysign(1.0, right)


def float_rem(left: float, right: float) -> float:
    try:
        return math.fmod(left, right)
    except ValueError:
        return math.nan


# --- functions that Java computes its own way -------------------------------------------------------------------------


def java_cbrt(value: Any) -> Any:
    """``Math.cbrt`` (fdlibm) of an array or scalar: a guess of five bits, a rational step, one of Newton's."""
    given = np.atleast_1d(np.asarray(value, np.float64))
    size = np.abs(given)
    usual = np.isfinite(size) & (size > 0)
    x = np.where(usual, size, 1.0)
    tiny = x < 2.2250738585072014e-308
    high = (np.where(tiny, np.where(tiny, x, 1.0) * 18014398509481984.0, x).view(np.int64) >> 32) // 3
    t = ((high + np.where(tiny, 696219795, 715094163)) << 32).view(np.float64)
    s = 19.0 / 35.0 + t * t / x * t
    t = t * (5.0 / 14.0 + 45.0 / 28.0 / (s + 99.0 / 70.0 + -864.0 / 1225.0 / s))
    t = (((t.view(np.int64) >> 32) + 1) << 32).view(np.float64)
    r = x / (t * t)
    t = t + t * ((r - t) / (t + t + r))
    found = np.where(usual, np.copysign(t, given), given)
    return found if np.ndim(value) else found[0]


def _strict_exp(value: Any) -> Any:
    """``StrictMath.exp`` (fdlibm) of what is not negative and not so great as to be infinite."""
    x = np.asarray(value, np.float64)
    usual = np.where(x < 1.0397207708399179, 1.0, np.floor(x * 1.4426950408889634 + 0.5))
    k = np.where(x < 0.34657359027997264, 0.0, usual)
    high, low = x - k * 6.93147180369123816490e-01, k * 1.90821492927058770002e-10
    r = high - low
    t = r * r
    odd = 6.61375632143793436117e-05 + t * (-1.65339022054652515390e-06 + t * 4.13813679705723846039e-08)
    c = r - t * (1.66666666666666019037e-01 + t * (-2.77777777770155933842e-03 + t * odd))
    return np.ldexp(1.0 - ((low - (r * c) / (2.0 - c)) - high), k.astype(np.int64))


def java_cosh(value: Any) -> Any:
    """``Math.cosh`` (fdlibm) of an array or scalar."""
    size = np.abs(value)
    with np.errstate(over="ignore", invalid="ignore"):
        small = np.expm1(size)
        grown = np.where(size < 22.0, _strict_exp(np.minimum(size, 22.0)), np.exp(size))
        near = 1.0 + small * small / ((1.0 + small) * 2.0)
        return np.where(size < 0.34657359027997264, near, 0.5 * grown + 0.5 / grown)


def java_sinh(value: Any) -> Any:
    """``Math.sinh`` (fdlibm) of an array or scalar."""
    size = np.abs(value)
    with np.errstate(over="ignore", invalid="ignore"):
        t = np.expm1(size)
        near = 2.0 * t - t * t / (t + 1.0)
        far = np.where(np.isinf(t), t, t + t / (t + 1.0))
        return np.copysign(0.5 * np.where(size < 1.0, near, far), value)


def lucene_asinh(value: Any) -> Any:
    """Lucene's ``MathUtil.asinh`` of an array or scalar."""
    size = np.abs(value)
    with np.errstate(over="ignore", invalid="ignore"):
        return np.copysign(np.log(np.sqrt(size * size + 1.0) + size), value)


def lucene_acosh(value: Any) -> Any:
    """Lucene's ``MathUtil.acosh``."""
    with np.errstate(over="ignore", invalid="ignore"):
        return np.log(np.sqrt(value * value - 1.0) + value)


def lucene_atanh(value: Any) -> Any:
    """Lucene's ``MathUtil.atanh``."""
    size = np.abs(value)
    with np.errstate(divide="ignore", invalid="ignore"):
        return np.copysign(0.5 * np.log((1.0 + size) / (1.0 - size)), value)


# --- text -------------------------------------------------------------------------------------------------------------


def double_text(value: float) -> str:
    """``Double.toString``."""
    return _decimal_text(repr(float(value)), value)


def float_text(value: float) -> str:
    """``Float.toString``: the shortest decimal that is this float32."""
    return _decimal_text(np.format_float_scientific(np.float32(value), trim="0"), float(np.float32(value)), np.float32)


def _decimal_text(shortest: str, value: float, kind: type[float | np.float32] = float) -> str:
    if value != value:
        return "NaN"
    if value in (math.inf, -math.inf):
        return "Infinity" if value > 0 else "-Infinity"
    sign = "-" if shortest[0] == "-" else ""
    mantissa, _, exponent = shortest.lstrip("-").partition("e")
    whole, _, fraction = mantissa.partition(".")
    digits = (whole + fraction).lstrip("0")
    if not digits.strip("0"):
        return sign + "0.0"
    # The value is 0.digits times ten to the power.
    power = int(exponent or 0) + len(whole) - (len(whole + fraction) - len(digits))
    digits = digits.rstrip("0")
    if len(digits) == 1:
        # Of two-digit decimals that are this number Java takes the nearest: 4.9E-324.
        two = f"{abs(value):.1e}"
        if kind(two) == abs(value):
            digits = two[0] + two[2] if two[2] != "0" else two[0]
            power = int(two.partition("e")[2]) + 1
    if 1e-3 <= abs(value) < 1e7:
        if power <= 0:
            return f"{sign}0.{'0' * -power}{digits}"
        digits = digits.ljust(power, "0")
        return f"{sign}{digits[:power]}.{digits[power:] or '0'}"
    return f"{sign}{digits[0]}.{digits[1:] or '0'}E{power - 1}"


_DOUBLE = re.compile(r"[+-]?(?:NaN|Infinity|(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?[fFdD]?)\Z")


def parse_double(text: str | None) -> float:
    """``Double.parseDouble``."""
    if text is None:
        raise Thrown("java.lang.NullPointerException", 'Cannot invoke "String.length()" because "in" is null')
    stripped = text.strip("".join(map(chr, range(33))))
    if not _DOUBLE.match(stripped):
        if not stripped:
            raise Thrown("java.lang.NumberFormatException", "empty String")
        raise Thrown("java.lang.NumberFormatException", f'For input string: "{text}"')
    if stripped[-1] in "fFdD":
        stripped = stripped[:-1]
    return float(stripped)


def parse_float(text: str) -> float:
    """``Float.parseFloat``: decimal text straight to float32."""
    value = parse_double(text)
    with np.errstate(over="ignore"):
        return float(np.float32(text.strip().rstrip("fFdD"))) if math.isfinite(value) else value


def parse_integer(text: str, radix: int, bits: int) -> int | None:
    """``Integer.parseInt``, ``Long.parseLong``; None for what Java refuses."""
    digits = text[1:] if text[:1] in ("-", "+") else text
    if not digits or "_" in digits or digits[0] in "+-" or digits.strip() != digits:
        return None
    if radix <= 16 and digits.lower().startswith(("0x", "0b", "0o")):
        return None
    try:
        value = int(text, radix)
    except ValueError:
        return None
    limit = 1 << (bits - 1)
    return value if -limit <= value < limit else None


def float_bits(value: float) -> int:
    return int(struct.unpack(">i", struct.pack(">f", value))[0])


def double_bits(value: float) -> int:
    return int(struct.unpack(">q", struct.pack(">d", value))[0])


def is_number(value: Any) -> bool:
    """Whether a value is a Byte, Short, Integer, Long, Float or Double."""
    return isinstance(value, (int, float)) and value is not True and value is not False
