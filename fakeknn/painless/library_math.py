"""``java.math``: BigInteger and BigDecimal."""

from __future__ import annotations

import decimal
import math
from collections.abc import Callable
from decimal import Decimal
from typing import Any

from fakeknn.errors import NotFaked
from fakeknn.painless.dispatch import define, define_fields, define_static
from fakeknn.painless.library_enum import Enum, register
from fakeknn.painless.numbers import Float, double_text, to_float, wrap_byte, wrap_int, wrap_long, wrap_short
from fakeknn.painless.throwable import Thrown, illegal_argument
from fakeknn.painless.values import text

ARITHMETIC = "java.lang.ArithmeticException"


class BigInteger:
    __slots__ = ("value",)
    java = "java.math.BigInteger"

    def __init__(self, value: int) -> None:
        self.value = value

    def __str__(self) -> str:
        return str(self.value)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, BigInteger) and self.value == other.value

    def __hash__(self) -> int:
        total, rest = 0, abs(self.value)
        words = []
        while rest:
            words.append(rest & 0xFFFFFFFF)
            rest >>= 32
        for word in reversed(words):
            total = wrap_int(31 * total + word)
        return wrap_int(total * (-1 if self.value < 0 else 1))

    def json(self) -> int:
        return self.value


def _parsed(digits: str, radix: int = 10) -> BigInteger:
    if not 2 <= radix <= 36:
        raise Thrown("java.lang.NumberFormatException", "Radix out of range")
    try:
        return BigInteger(int(digits, radix))
    except ValueError:
        message = f'For input string: "{digits}"' if digits else "Zero length BigInteger"
        raise Thrown("java.lang.NumberFormatException", message) from None


def _quotient(a: BigInteger, b: BigInteger) -> int:
    if not b.value:
        raise Thrown(ARITHMETIC, "BigInteger divide by zero")
    down = abs(a.value) // abs(b.value)
    return down if (a.value < 0) == (b.value < 0) else -down


def _remainder(a: BigInteger, b: BigInteger) -> BigInteger:
    return BigInteger(a.value - _quotient(a, b) * b.value)


def _mod(a: BigInteger, b: BigInteger) -> BigInteger:
    if b.value <= 0:
        raise Thrown(ARITHMETIC, "BigInteger: modulus not positive")
    return BigInteger(a.value % b.value)


def _int(operation: Callable[..., int]) -> Callable[..., BigInteger]:
    return lambda *given: BigInteger(operation(*(g.value if isinstance(g, BigInteger) else g for g in given)))


_INTEGER_NUMBERS: dict[str, Callable[[Any], Any]] = {
    "intValue/0": lambda b: wrap_int(int(b.value)),
    "longValue/0": lambda b: wrap_long(int(b.value)),
    "shortValue/0": lambda b: wrap_short(int(b.value)),
    "byteValue/0": lambda b: wrap_byte(int(b.value)),
    "doubleValue/0": lambda b: float(b.value),
    "floatValue/0": lambda b: to_float(float(b.value)),
}


def _bit(operation: Callable[[int, int], int]) -> Callable[[BigInteger, int], BigInteger]:
    def run(big: BigInteger, n: int) -> BigInteger:
        if n < 0:
            raise Thrown(ARITHMETIC, "Negative bit address")
        return BigInteger(operation(big.value, 1 << n))

    return run


def _inverse(big: BigInteger, modulus: BigInteger) -> BigInteger:
    if modulus.value <= 0:
        raise Thrown(ARITHMETIC, "BigInteger: modulus not positive")
    if math.gcd(big.value, modulus.value) != 1:
        raise Thrown(ARITHMETIC, "BigInteger not invertible.")
    return BigInteger(pow(big.value, -1, modulus.value))


def _modular_power(big: BigInteger, exponent: BigInteger, modulus: BigInteger) -> BigInteger:
    if modulus.value <= 0:
        raise Thrown(ARITHMETIC, "BigInteger: modulus not positive")
    if exponent.value < 0:
        big, exponent = _inverse(big, modulus), BigInteger(-exponent.value)
    return BigInteger(pow(big.value, exponent.value, modulus.value))


def _whole_power(big: BigInteger, exponent: int) -> BigInteger:
    if exponent < 0:
        raise Thrown(ARITHMETIC, "Negative exponent")
    if abs(big.value) > 1 and exponent * abs(big.value).bit_length() > 2**31 + 64:
        raise Thrown(ARITHMETIC, "BigInteger would overflow supported range")
    return BigInteger(big.value**exponent)


def _exact(name: str, bits: int) -> Callable[[Any], int]:
    def run(big: Any) -> int:
        value = int(big.value)
        if value != big.value or not -(1 << (bits - 1)) <= value < 1 << (bits - 1):
            message = f"BigInteger out of {name} range" if isinstance(big, BigInteger) else "Rounding necessary"
            raise Thrown(ARITHMETIC, message)
        return value

    return run


define(
    "java.math.BigInteger",
    {
        **_INTEGER_NUMBERS,
        "abs/0": _int(abs),
        "add/1": _int(lambda a, b: a + b),
        "and/1": _int(lambda a, b: a & b),
        "andNot/1": _int(lambda a, b: a & ~b),
        "bitCount/0": lambda a: (a.value if a.value >= 0 else ~a.value).bit_count(),
        "bitLength/0": lambda a: (a.value if a.value >= 0 else ~a.value).bit_length(),
        "clearBit/1": _bit(lambda a, bit: a & ~bit),
        "compareTo/1": lambda a, b: (a.value > b.value) - (a.value < b.value),
        "divide/1": lambda a, b: BigInteger(_quotient(a, b)),
        "flipBit/1": _bit(lambda a, bit: a ^ bit),
        "gcd/1": _int(math.gcd),
        "getLowestSetBit/0": lambda a: (a.value & -a.value).bit_length() - 1,
        "isProbablePrime/1": lambda a, certainty: _is_prime(abs(a.value)),
        "max/1": lambda a, b: a if a.value >= b.value else b,
        "min/1": lambda a, b: a if a.value <= b.value else b,
        "mod/1": _mod,
        "modInverse/1": _inverse,
        "modPow/2": _modular_power,
        "multiply/1": _int(lambda a, b: a * b),
        "negate/0": _int(lambda a: -a),
        "not/0": _int(lambda a: ~a),
        "or/1": _int(lambda a, b: a | b),
        "pow/1": _whole_power,
        "remainder/1": _remainder,
        "setBit/1": _bit(lambda a, bit: a | bit),
        "shiftLeft/1": _int(lambda a, n: a << n if n >= 0 else a >> -n),
        "shiftRight/1": _int(lambda a, n: a >> n if n >= 0 else a << -n),
        "signum/0": lambda a: (a.value > 0) - (a.value < 0),
        "subtract/1": _int(lambda a, b: a - b),
        "testBit/1": lambda a, n: bool(_bit(lambda value, bit: value & bit)(a, n).value),
        "toString/0": str,
        "xor/1": _int(lambda a, b: a ^ b),
        "intValueExact/0": _exact("int", 32),
        "longValueExact/0": _exact("long", 64),
        "shortValueExact/0": _exact("short", 16),
        "byteValueExact/0": _exact("byte", 8),
    },
)


def _is_prime(n: int) -> bool:
    if n < 2:
        return False
    for prime in (2, 3, 5, 7, 11, 13, 17, 19, 23, 29, 31, 37):
        if n % prime == 0:
            return n == prime
    odd, twos = n - 1, 0
    while not odd & 1:
        odd, twos = odd >> 1, twos + 1
    for base in (2, 3, 5, 7, 11, 13, 17, 19, 23, 29, 31, 37):
        x = pow(base, odd, n)
        if x not in (1, n - 1) and all((x := x * x % n) != n - 1 for _ in range(twos - 1)):
            return False
    return True


define_static("java.math.BigInteger", {"<init>/1": _parsed, "<init>/2": _parsed, "valueOf/1": BigInteger})
define_fields("java.math.BigInteger", {"ZERO": BigInteger(0), "ONE": BigInteger(1), "TEN": BigInteger(10)})


# --- BigDecimal -------------------------------------------------------------------------------------------------------

EXACT = decimal.Context(prec=10_000, Emax=decimal.MAX_EMAX, Emin=decimal.MIN_EMIN)


class RoundingMode(Enum):
    """``python`` is the mode as ``decimal`` calls it."""

    __slots__ = ("python",)
    java = "java.math.RoundingMode"

    def __init__(self, name: str, ordinal: int) -> None:
        super().__init__(name, ordinal)
        self.python = "" if name == "UNNECESSARY" else f"ROUND_{name}"


_MODES = [
    RoundingMode(name, i)
    for i, name in enumerate("UP DOWN CEILING FLOOR HALF_UP HALF_DOWN HALF_EVEN UNNECESSARY".split())
]
BY_NAME = {mode.name: mode for mode in _MODES}
register("java.math.RoundingMode", BY_NAME)


class BigDecimal:
    """A Decimal whose exponent is minus Java's scale."""

    __slots__ = ("value",)
    java = "java.math.BigDecimal"

    def __init__(self, value: Decimal) -> None:
        self.value = value

    @property
    def scale(self) -> int:
        return -int(self.value.as_tuple().exponent)

    @property
    def unscaled(self) -> int:
        return int(self.value.scaleb(self.scale, EXACT))

    def __str__(self) -> str:
        digits, scale = str(abs(self.unscaled)), self.scale
        sign = "-" if self.unscaled < 0 else ""
        exponent = len(digits) - 1 - scale
        if scale >= 0 and exponent >= -6:
            if not scale:
                return sign + digits
            digits = digits.rjust(scale + 1, "0")
            return f"{sign}{digits[:-scale]}.{digits[-scale:]}"
        point = "." + digits[1:] if len(digits) > 1 else ""
        return f"{sign}{digits[0]}{point}" + (f"E{exponent:+d}" if exponent else "")

    def __eq__(self, other: object) -> bool:
        return isinstance(other, BigDecimal) and (self.unscaled, self.scale) == (other.unscaled, other.scale)

    def __hash__(self) -> int:
        return wrap_int(31 * hash(BigInteger(self.unscaled)) + self.scale)

    def json(self) -> float:
        return float(self.value)


def scaled(unscaled: int, scale: int) -> BigDecimal:
    return BigDecimal(Decimal(unscaled).scaleb(-scale, EXACT))


def _no_number(given: str) -> str:
    wrong = next((c for c in given if c not in "0123456789.eE+-"), None)
    if wrong is None:
        return "Character array is missing \"exponent\" mark 'e' or 'E'."
    return f'Character {wrong} is neither a decimal digit number, decimal point, nor "e" notation exponential mark.'


def to_decimal(given: Any) -> BigDecimal:
    if isinstance(given, BigInteger):
        return BigDecimal(Decimal(given.value))
    if isinstance(given, str):
        try:
            return BigDecimal(Decimal(given))
        except decimal.InvalidOperation:
            message = _no_number(given)
            raise Thrown("java.lang.NumberFormatException", message) from None
    return BigDecimal(EXACT.create_decimal(given))


def _rounding(mode: Any) -> RoundingMode:
    if isinstance(mode, RoundingMode):
        return mode
    if isinstance(mode, int) and 0 <= mode < len(_MODES):
        return _MODES[mode]
    raise illegal_argument("Invalid rounding mode")


def set_scale(big: BigDecimal, scale: int, mode: Any = 7) -> BigDecimal:
    rounding = _rounding(mode)
    if abs(scale) > 10_000:
        raise NotFaked("painless BigDecimal of such a scale")
    step = Decimal(1).scaleb(-scale)
    if not rounding.python:
        result = big.value.quantize(step, rounding=decimal.ROUND_DOWN, context=EXACT)
        if result != big.value:
            raise Thrown(ARITHMETIC, "Rounding necessary")
        return BigDecimal(result)
    return BigDecimal(big.value.quantize(step, rounding=rounding.python, context=EXACT))


def quotient(a: BigDecimal, b: BigDecimal) -> BigDecimal:
    if not b.value:
        raise Thrown(ARITHMETIC, "Division by zero" if a.value else "Division undefined")
    preferred = a.scale - b.scale
    denominator = abs(b.unscaled)
    denominator //= math.gcd(denominator, abs(a.unscaled))
    for prime in (2, 5):
        while denominator % prime == 0:
            denominator //= prime
    if denominator != 1:
        raise Thrown(ARITHMETIC, "Non-terminating decimal expansion; no exact representable decimal result.")
    exact = EXACT.divide(a.value, b.value).normalize(EXACT)
    scale = max(preferred, -int(exact.as_tuple().exponent))
    return BigDecimal(exact.quantize(Decimal(1).scaleb(-scale), context=EXACT))


def _divide_rounded(a: BigDecimal, b: BigDecimal, *given: Any) -> BigDecimal:
    scale, mode = (given[0], given[1]) if len(given) == 2 else (a.scale, given[0])
    if not b.value:
        raise Thrown(ARITHMETIC, "Division by zero" if a.value else "Division undefined")
    rounding = _rounding(mode)
    numerator, denominator = a.unscaled * 10 ** max(0, scale + b.scale - a.scale), b.unscaled
    denominator *= 10 ** max(0, a.scale - scale - b.scale)
    whole, rest = divmod(abs(numerator), abs(denominator))
    negative = (numerator < 0) != (denominator < 0)
    # A digit more, or a tail that says which side of the half it is on, decides the rounding.
    tail = Decimal(whole) + (Decimal(rest * 10 // abs(denominator)) / 10 if rest else 0)
    if rest and rest * 10 % abs(denominator):
        tail += Decimal("0.01")
    if rest and not rounding.python:
        raise Thrown(ARITHMETIC, "Rounding necessary")
    signed = EXACT.minus(tail) if negative else tail
    rounded = int(signed.quantize(Decimal(1), rounding=rounding.python or decimal.ROUND_DOWN, context=EXACT))
    return scaled(rounded, scale)


def divide_integral(a: BigDecimal, b: BigDecimal) -> BigDecimal:
    """The whole part of the quotient, with the scale that is preferred if zeros allow."""
    if not b.value:
        raise Thrown(ARITHMETIC, "Division by zero" if a.value else "Division undefined")
    preferred = a.scale - b.scale
    if abs(a.value) < abs(b.value):
        return scaled(0, preferred)
    scale = max(a.scale, b.scale)
    top, bottom = a.unscaled * 10 ** (scale - a.scale), b.unscaled * 10 ** (scale - b.scale)
    whole = abs(top) // abs(bottom)
    whole = whole if (top < 0) == (bottom < 0) else -whole
    if preferred >= 0:
        return scaled(whole * 10**preferred, preferred)
    kept = 0
    while kept > preferred and whole % 10 == 0:
        whole, kept = whole // 10, kept - 1
    return scaled(whole, kept)


def remainder_of(a: BigDecimal, b: BigDecimal) -> BigDecimal:
    whole = divide_integral(a, b)
    product = BigDecimal(EXACT.multiply(whole.value, b.value))
    return BigDecimal(EXACT.subtract(a.value, product.value))


def _op(operation: Callable[[Decimal, Decimal], Decimal]) -> Callable[[BigDecimal, BigDecimal], BigDecimal]:
    return lambda a, b: BigDecimal(operation(a.value, b.value))


def _power(big: BigDecimal, exponent: int) -> BigDecimal:
    if not 0 <= exponent <= 999_999_999:
        raise Thrown(ARITHMETIC, "Invalid operation")
    return scaled(big.unscaled**exponent, big.scale * exponent)


def _plain_text(big: BigDecimal) -> str:
    return format(big.value, "f")


define(
    "java.math.BigDecimal",
    {
        **_INTEGER_NUMBERS,
        "abs/0": lambda a: BigDecimal(abs(a.value)),
        "add/1": _op(EXACT.add),
        "compareTo/1": lambda a, b: (a.value > b.value) - (a.value < b.value),
        "divide/1": quotient,
        "divide/2": _divide_rounded,
        "divide/3": _divide_rounded,
        "divideToIntegralValue/1": divide_integral,
        "max/1": lambda a, b: a if a.value >= b.value else b,
        "min/1": lambda a, b: a if a.value <= b.value else b,
        "movePointLeft/1": lambda a, n: _moved(a, n),
        "movePointRight/1": lambda a, n: _moved(a, -n),
        "multiply/1": _op(EXACT.multiply),
        "negate/0": lambda a: scaled(-a.unscaled, a.scale),
        "plus/0": lambda a: a,
        "pow/1": _power,
        "precision/0": lambda a: len(str(abs(a.unscaled))),
        "remainder/1": remainder_of,
        "scale/0": lambda a: a.scale,
        "scaleByPowerOfTen/1": lambda a, n: scaled(a.unscaled, a.scale - n),
        "setScale/1": set_scale,
        "setScale/2": set_scale,
        "signum/0": lambda a: (a.value > 0) - (a.value < 0),
        "stripTrailingZeros/0": lambda a: BigDecimal(a.value.normalize(EXACT)),
        "subtract/1": _op(EXACT.subtract),
        "toBigInteger/0": lambda a: BigInteger(int(a.value)),
        "toEngineeringString/0": str,
        "toPlainString/0": _plain_text,
        "toString/0": str,
        "intValueExact/0": _exact("int", 32),
        "longValueExact/0": _exact("long", 64),
        "shortValueExact/0": _exact("short", 16),
        "byteValueExact/0": _exact("byte", 8),
    },
)


def _moved(big: BigDecimal, by: int) -> BigDecimal:
    scale = big.scale + by
    moved = scaled(big.unscaled, scale)
    return moved if scale >= 0 else set_scale(moved, 0)


define_static(
    "java.math.BigDecimal",
    {
        "<init>/1": to_decimal,
        # valueOf(double) reads the double's text.
        "valueOf/1": lambda v: BigDecimal(Decimal(double_text(v) if isinstance(v, (float, Float)) else text(v))),
        "valueOf/2": scaled,
    },
)
define_fields(
    "java.math.BigDecimal",
    {
        "ZERO": BigDecimal(Decimal(0)),
        "ONE": BigDecimal(Decimal(1)),
        "TEN": BigDecimal(Decimal(10)),
        **{f"ROUND_{mode.name}": i for i, mode in enumerate(_MODES)},
    },
)
