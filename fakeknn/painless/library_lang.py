"""``java.lang``: Object, boxes, Math, exceptions, System; and ``java.util.Objects``."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

import numpy as np

from fakeknn.painless.allowlist import Method
from fakeknn.painless.dispatch import call, define, define_family, define_fields, define_static
from fakeknn.painless.library_elementary import java_max, java_min
from fakeknn.painless.numbers import (
    Byte,
    Character,
    Float,
    Long,
    Short,
    double_bits,
    double_text,
    float_bits,
    float_text,
    int_div,
    int_rem,
    long_div,
    parse_double,
    parse_float,
    parse_integer,
    to_float,
    wrap_byte,
    wrap_int,
    wrap_long,
    wrap_short,
)
from fakeknn.painless.operators import narrow, no_cast
from fakeknn.painless.throwable import Thrown, null_pointer
from fakeknn.painless.values import class_of, equals, hash_code, text

_NF = "java.lang.NumberFormatException"


# --- Object, Objects --------------------------------------------------------------------------------------------------

define("java.lang.Object", {"equals/1": equals, "hashCode/0": hash_code, "toString/0": text})


def _require(value: Any, message: str | None = None) -> Any:
    if value is None:
        raise null_pointer(message)
    return value


define_static(
    "java.util.Objects",
    {
        "equals/2": equals,
        "deepEquals/2": equals,
        "hashCode/1": hash_code,
        "hash/1": lambda values: 0 if values is None else hash_code(list(values)),
        "isNull/1": lambda o: o is None,
        "nonNull/1": lambda o: o is not None,
        "requireNonNull/1": _require,
        "requireNonNull/2": _require,
        "toString/1": text,
        "toString/2": lambda o, other: other if o is None else text(o),
        "compare/3": lambda a, b, c: 0 if a is b else c.call(a, b),
    },
)


# --- numbers ----------------------------------------------------------------------------------------------------------


def order(left: Any, right: Any) -> int:
    """-1, 0 or 1."""
    return int(left > right) - int(left < right)


def order_double(left: float, right: float) -> int:
    """``Double.compare``: -0.0 before 0.0, NaN last."""
    if left < right:
        return -1
    if left > right:
        return 1
    a, b = double_bits(left), double_bits(right)
    return (a > b) - (a < b)


def parse_int(digits: str | None, radix: int = 10, bits: int = 32) -> int:
    """``Integer.parseInt`` and its likes."""
    if digits is None:
        raise Thrown(_NF, "Cannot parse null string")
    if radix < 2:
        raise Thrown(_NF, f"radix {radix} less than Character.MIN_RADIX")
    if radix > 36:
        raise Thrown(_NF, f"radix {radix} greater than Character.MAX_RADIX")
    value = parse_integer(digits, radix, bits)
    if value is None:
        under = "" if radix == 10 else f" under radix {radix}"
        raise Thrown(_NF, f'For input string: "{digits}"{under}')
    return value


def _parse_small(digits: str, radix: int, low: int, high: int) -> int:
    value = parse_int(digits, radix)
    if not low <= value <= high:
        raise Thrown(_NF, f'Value out of range. Value:"{digits}" Radix:{radix}')
    return value


def _decode(digits: str, bits: int) -> int:
    if not digits:
        raise Thrown(_NF, "Zero length string")
    sign = -1 if digits.startswith("-") else 1
    body = digits.lstrip("+-")
    radix = 10
    for prefix in ("0x", "0X", "#"):
        if body.startswith(prefix):
            body, radix = body[len(prefix) :], 16
            break
    else:
        if body.startswith("0") and len(body) > 1:
            body, radix = body[1:], 8
    return sign * parse_int(body, radix, bits)


def radix_text(value: int, radix: int) -> str:
    if not 2 <= radix <= 36:
        radix = 10
    digits, rest = "", abs(value)
    while True:
        rest, digit = divmod(rest, radix)
        digits = "0123456789abcdefghijklmnopqrstuvwxyz"[digit] + digits
        if not rest:
            return ("-" if value < 0 else "") + digits


def _bits(value: int, bits: int) -> int:
    return value & ((1 << bits) - 1)


def _hexadecimal(value: float) -> str:
    """``Double.toHexString``: without the zeros behind the last digit, and without a plus in the exponent."""
    if value != value or value in (math.inf, -math.inf):
        return text(float(value))
    mantissa, _, exponent = float(value).hex().partition("p")
    whole, _, digits = mantissa.partition(".")
    return f"{whole}.{digits.rstrip('0') or '0'}p{int(exponent)}"


def _trailing_zeros(value: int, bits: int) -> int:
    return bits if value == 0 else (value & -value).bit_length() - 1


def _highest(value: int, bits: int, wrap: Callable[[int], int]) -> int:
    unsigned = _bits(value, bits)
    return wrap(1 << (unsigned.bit_length() - 1)) if unsigned else 0


def _rotate(value: int, distance: int, bits: int, wrap: Callable[[int], int]) -> int:
    distance %= bits
    unsigned = _bits(value, bits)
    return wrap(_bits(unsigned << distance | unsigned >> (bits - distance), bits))


def _reverse(value: int, bits: int, wrap: Callable[[int], int]) -> int:
    return wrap(int(format(_bits(value, bits), f"0{bits}b")[::-1], 2))


def _unsigned(digits: str | None, radix: int, bits: int) -> int:
    if digits is not None and digits[:1] == "-":
        message = f"Illegal leading minus sign on unsigned string {digits}."
        raise Thrown("java.lang.NumberFormatException", message)
    return parse_int(digits, radix, bits + 2)


def _whole(java: str, bits: int, wrap: Callable[[int], int], parse: str, div: Callable[[int, int], int]) -> None:
    """The statics that Integer and Long share."""
    box: Callable[[int], Any] = Long if bits == 64 else int
    define_static(
        java,
        {
            f"{parse}/1": lambda s: parse_int(s, 10, bits),
            f"{parse}/2": lambda s, r: parse_int(s, r, bits),
            f"parseUnsigned{parse[5:]}/1": lambda s: wrap(_unsigned(s, 10, bits)),
            f"parseUnsigned{parse[5:]}/2": lambda s, r: wrap(_unsigned(s, r, bits)),
            "valueOf/1": box,
            "valueOf/2": lambda s, r: box(parse_int(s, r, bits)),
            "decode/1": lambda s: box(_decode(s, bits)),
            "toString/1": str,
            "toString/2": radix_text,
            "toHexString/1": lambda v: format(_bits(v, bits), "x"),
            "toOctalString/1": lambda v: format(_bits(v, bits), "o"),
            "toBinaryString/1": lambda v: format(_bits(v, bits), "b"),
            "toUnsignedString/1": lambda v: str(_bits(v, bits)),
            "toUnsignedString/2": lambda v, r: radix_text(_bits(v, bits), r),
            "compare/2": order,
            "compareUnsigned/2": lambda a, b: order(_bits(a, bits), _bits(b, bits)),
            "divideUnsigned/2": lambda a, b: wrap(int_div(_bits(a, bits), _bits(b, bits)) if b else div(a, b)),
            "remainderUnsigned/2": lambda a, b: wrap(int_rem(_bits(a, bits), _bits(b, bits))),
            "max/2": max,
            "min/2": min,
            "sum/2": lambda a, b: wrap(a + b),
            "signum/1": lambda v: order(v, 0),
            "bitCount/1": lambda v: _bits(v, bits).bit_count(),
            "reverse/1": lambda v: _reverse(v, bits, wrap),
            "rotateLeft/2": lambda v, d: _rotate(v, d, bits, wrap),
            "rotateRight/2": lambda v, d: _rotate(v, -d, bits, wrap),
            "reverseBytes/1": lambda v: wrap(int.from_bytes(_bits(v, bits).to_bytes(bits // 8, "big"), "little")),
            "highestOneBit/1": lambda v: _highest(v, bits, wrap),
            "lowestOneBit/1": lambda v: wrap(v & -v),
            "numberOfLeadingZeros/1": lambda v: bits - _bits(v, bits).bit_length(),
            "numberOfTrailingZeros/1": lambda v: _trailing_zeros(v, bits),
            "hashCode/1": (lambda v: hash_code(Long(v))) if bits == 64 else int,
            "toUnsignedLong/1": lambda v: v & 0xFFFFFFFF,
        },
    )
    define_fields(
        java, {"MAX_VALUE": (1 << (bits - 1)) - 1, "MIN_VALUE": -(1 << (bits - 1)), "SIZE": bits, "BYTES": bits // 8}
    )


_whole("java.lang.Integer", 32, wrap_int, "parseInt", int_div)
_whole("java.lang.Long", 64, wrap_long, "parseLong", long_div)

for _java, _low, _high, _box, _wrap, _name in (
    ("java.lang.Short", -32768, 32767, Short, wrap_short, "parseShort"),
    ("java.lang.Byte", -128, 127, Byte, wrap_byte, "parseByte"),
):
    define_static(
        _java,
        {
            f"{_name}/1": lambda s, low=_low, high=_high: _parse_small(s, 10, low, high),
            f"{_name}/2": lambda s, r, low=_low, high=_high: _parse_small(s, r, low, high),
            "valueOf/1": _box,
            "valueOf/2": lambda s, r, low=_low, high=_high, box=_box: box(_parse_small(s, r, low, high)),
            "decode/1": lambda s, box=_box: box(_decode(s, 32)),
            "toString/1": str,
            "compare/2": lambda a, b: a - b,
            "hashCode/1": int,
            "toUnsignedInt/1": lambda v, high=_high: v & (2 * high + 1),
            "toUnsignedLong/1": lambda v, high=_high: v & (2 * high + 1),
            "reverseBytes/1": lambda v: wrap_short((v & 0xFF) << 8 | (v >> 8) & 0xFF),
        },
    )
    _size = 16 if _high > 127 else 8
    define_fields(_java, {"MAX_VALUE": _high, "MIN_VALUE": _low, "SIZE": _size, "BYTES": _size // 8})


def _value(target: str) -> Callable[[Any], Any]:
    return lambda v: narrow(v, target)


define(
    "java.lang.Number",
    {f"{kind}Value/0": _value(kind) for kind in ("byte", "short", "int", "long", "float", "double")},
)
for _java in ("Integer", "Long"):
    define(f"java.lang.{_java}", {"compareTo/1": lambda a, b: order(int(a), int(_require(b)))})
for _java in ("Short", "Byte"):
    define(f"java.lang.{_java}", {"compareTo/1": lambda a, b: int(a) - int(_require(b))})
for _java, _text, _parse, _kind, _raw in (
    ("Double", double_text, parse_double, float, double_bits),
    ("Float", float_text, parse_float, Float, float_bits),
):
    define(
        f"java.lang.{_java}",
        {
            "compareTo/1": lambda a, b: order_double(float(a), float(_require(b))),
            "isNaN/0": lambda a: a != a,
            "isInfinite/0": lambda a: abs(a) == math.inf,
        },
    )
    define_static(
        f"java.lang.{_java}",
        {
            f"parse{_java}/1": _parse,
            "valueOf/1": _kind,
            "toString/1": _text,
            "compare/2": order_double,
            "isNaN/1": lambda v: v != v,
            "isInfinite/1": lambda v: abs(v) == math.inf,
            "isFinite/1": math.isfinite,
            "max/2": lambda a, b: java_max(a, b),
            "min/2": lambda a, b: java_min(a, b),
            "sum/2": (lambda a, b: a + b) if _kind is float else (lambda a, b: to_float(a + b)),
            "hashCode/1": lambda v, kind=_kind: hash_code(kind(v)),
            "toHexString/1": _hexadecimal,
            f"{_java.lower()}To{'Long' if _kind is float else 'Int'}Bits/1": _raw,
            f"{_java.lower()}ToRaw{'Long' if _kind is float else 'Int'}Bits/1": _raw,
            "longBitsToDouble/1": lambda v: float(np.int64(v).view(np.float64)),
            "intBitsToFloat/1": lambda v: float(np.int32(v).view(np.float32)),
        },
    )
define_fields(
    "java.lang.Double",
    {
        "MAX_VALUE": 1.7976931348623157e308,
        "MIN_VALUE": 5e-324,
        "MIN_NORMAL": 2.2250738585072014e-308,
        "NaN": math.nan,
        "POSITIVE_INFINITY": math.inf,
        "NEGATIVE_INFINITY": -math.inf,
        "MAX_EXPONENT": 1023,
        "MIN_EXPONENT": -1022,
        "SIZE": 64,
        "BYTES": 8,
    },
)
define_fields(
    "java.lang.Float",
    {
        "MAX_VALUE": 3.4028234663852886e38,
        "MIN_VALUE": 1.401298464324817e-45,
        "MIN_NORMAL": 1.1754943508222875e-38,
        "NaN": math.nan,
        "POSITIVE_INFINITY": math.inf,
        "NEGATIVE_INFINITY": -math.inf,
        "MAX_EXPONENT": 127,
        "MIN_EXPONENT": -126,
        "SIZE": 32,
        "BYTES": 4,
    },
)


# --- booleans and characters ------------------------------------------------------------------------------------------

define(
    "java.lang.Boolean",
    {"booleanValue/0": bool, "compareTo/1": lambda a, b: order(a, _require(b))},
)
define_static(
    "java.lang.Boolean",
    {
        "parseBoolean/1": lambda s: s is not None and s.lower() == "true",
        "valueOf/1": bool,
        "toString/1": text,
        "compare/2": order,
        "hashCode/1": hash_code,
        "logicalAnd/2": lambda a, b: a and b,
        "logicalOr/2": lambda a, b: a or b,
        "logicalXor/2": lambda a, b: a != b,
    },
)
define_fields("java.lang.Boolean", {"TRUE": True, "FALSE": False})
define(
    "java.lang.Character",
    {"charValue/0": ord, "compareTo/1": lambda a, b: ord(a) - ord(_require(b))},
)


def _of(test: Callable[[str], bool]) -> Callable[[int], bool]:
    return lambda code: 0 <= code < 0x110000 and test(chr(code))


define_static(
    "java.lang.Character",
    {
        "valueOf/1": lambda code: Character(chr(code)),
        "toString/1": chr,
        "compare/2": lambda a, b: a - b,
        "hashCode/1": int,
        "isDigit/1": _of(str.isdecimal),
        "isLetter/1": _of(str.isalpha),
        "isLetterOrDigit/1": _of(lambda c: c.isalpha() or c.isdecimal()),
        "isAlphabetic/1": _of(str.isalpha),
        "isUpperCase/1": _of(str.isupper),
        "isLowerCase/1": _of(str.islower),
        "isWhitespace/1": lambda code: (
            code in (9, 10, 11, 12, 13, 28, 29, 30, 31)
            or (code < 0x110000 and chr(code).isspace() and code not in (0xA0, 0x2007, 0x202F, 0x85))
        ),
        "isSpaceChar/1": lambda code: code == 32 or code == 0xA0 or (127 < code < 0x110000 and chr(code).isspace()),
        "toUpperCase/1": lambda code: ord(upper) if len(upper := chr(code).upper()) == 1 else code,
        "toLowerCase/1": lambda code: ord(lower) if len(lower := chr(code).lower()) == 1 else code,
        "getNumericValue/1": lambda code: int(chr(code), 36) if 0 <= code < 128 and chr(code).isalnum() else -1,
        "digit/2": lambda code, radix: digit if 2 <= radix <= 36 and (digit := _digit(code)) < radix else -1,
        "forDigit/2": lambda digit, radix: ord(radix_text(digit, radix)) if 0 <= digit < radix else 0,
        "isSurrogate/1": lambda code: 0xD800 <= code <= 0xDFFF,
        "charCount/1": lambda code: 2 if code >= 0x10000 else 1,
        "reverseBytes/1": lambda code: (code & 0xFF) << 8 | code >> 8,
    },
)
define_fields("java.lang.Character", {"MAX_VALUE": 0xFFFF, "MIN_VALUE": 0, "MAX_RADIX": 36, "MIN_RADIX": 2})


def _digit(code: int) -> int:
    try:
        return int(chr(code), 36)
    except (ValueError, OverflowError):
        return 99


# --- Comparable -------------------------------------------------------------------------------------------------------


def compare(left: Any, right: Any) -> int:
    """``((Comparable) left).compareTo(right)``."""
    if type(left) is not type(right) and not isinstance(right, type(left)) and right is not None and left is not None:
        raise no_cast(right, class_of(left))
    return int(call(left, "compareTo", right))


# --- exceptions -------------------------------------------------------------------------------------------------------


# The messages that exceptions make of what they are given.
_WRITTEN: dict[str, Callable[..., str]] = {
    "java.util.DuplicateFormatFlagsException": lambda flags: f"Flags = '{flags}'",
    "java.util.FormatFlagsConversionMismatchException": lambda flags, c: f"Conversion = {text(c)}, Flags = {flags}",
    "java.util.IllegalFormatCodePointException": lambda c: f"Code point = 0x{c & 0xFFFFFFFF:x}",
    "java.util.IllegalFormatFlagsException": lambda flags: f"Flags = '{flags}'",
    "java.util.IllformedLocaleException": lambda message="", at=-1: message + (f" [at index {at}]" if at >= 0 else ""),
    "java.util.MissingFormatArgumentException": lambda specifier: f"Format specifier '{specifier}'",
    "java.util.UnknownFormatConversionException": lambda conversion: f"Conversion = '{conversion}'",
    "java.util.UnknownFormatFlagsException": lambda flags: f"Flags = {flags}",
}


def _constructor(java: str, arity: int) -> Callable[..., Thrown]:
    if arity == 0:
        return lambda: Thrown(java)
    written = _WRITTEN.get(java)
    if written is not None:
        return lambda *given: Thrown(java, written(*given))
    return lambda message, *rest: Thrown(java, message if message is None else text(message))


def _exception(method: Method) -> Callable[..., Thrown] | None:
    if method.name == "<init>" and method.owner.endswith(("Exception", "Error")):
        return _constructor(method.owner, len(method.parameters))
    return None


define_family(_exception)
define(
    "java.lang.Exception",
    {
        "getMessage/0": lambda e: e.message,
        "getLocalizedMessage/0": lambda e: e.message,
        "getStackTrace/0": lambda e: [],
        "toString/0": text,
    },
)


define_static("java.lang.Object", {"<init>/0": object})
