"""``String.format``: Java's Formatter."""

from __future__ import annotations

import math
import re
from collections.abc import Sequence
from decimal import ROUND_HALF_UP, Decimal
from typing import Any

from fakeknn.errors import NotFaked
from fakeknn.painless.numbers import Character, Long, is_number
from fakeknn.painless.throwable import Thrown
from fakeknn.painless.values import class_of, hash_code, runtime_name, text

_SPECIFIER = re.compile(r"%(?:(\d+)\$)?([-#+ 0,(<]*)(\d+)?(?:\.(\d+))?([a-zA-Z%])")


def java_format(pattern: str, arguments: Sequence[Any]) -> str:
    """Format by a Java pattern; raises its ``IllegalFormatException``s."""
    position = 0
    previous = -1

    def one(match: re.Match[str]) -> str:
        nonlocal position, previous
        index, flags, width, precision, conversion = match.groups()
        if conversion == "n":
            return "\n"
        if conversion == "%":
            return _pad("%", flags, width)
        if "<" in flags:
            at = previous
        elif index:
            at = int(index) - 1
        else:
            at, position = position, position + 1
        if not 0 <= at < len(arguments):
            raise Thrown("java.util.MissingFormatArgumentException", f"Format specifier '{match.group()}'")
        previous = at
        return _pad(_convert(arguments[at], flags, width, precision, conversion), flags, width)

    out, at = [], 0
    for match in _SPECIFIER.finditer(pattern):
        _literal(pattern[at : match.start()])
        out += [pattern[at : match.start()], one(match)]
        at = match.end()
    _literal(pattern[at:])
    return "".join(out) + pattern[at:]


def _literal(piece: str) -> None:
    if "%" in piece:
        after = piece.partition("%")[2][:1] or "%"
        raise Thrown("java.util.UnknownFormatConversionException", f"Conversion = '{after}'")


def _pad(value: str, flags: str, width: str | None) -> str:
    if not width:
        return value
    return value.ljust(int(width)) if "-" in flags else value.rjust(int(width))


def _convert(value: Any, flags: str, width: str | None, precision: str | None, conversion: str) -> str:
    kind = conversion.lower()
    if kind == "t":
        raise NotFaked("painless String.format with dates")
    if kind == "b":
        result = text(value) if isinstance(value, bool) else text(value is not None)
    elif value is None or kind == "s":
        result = text(value)
    elif kind == "h":
        result = format(hash_code(value) & 0xFFFFFFFF, "x")
    elif kind == "c":
        result = _character(value, conversion)
    elif kind in "dxo":
        result = _whole(value, flags, width, kind)
    elif kind in "feg":
        result = _real(value, flags, width, precision, kind)
    else:
        raise Thrown("java.util.UnknownFormatConversionException", f"Conversion = '{conversion}'")
    if precision is not None and kind in "sb":
        result = result[: int(precision)]
    return result.upper() if conversion.isupper() else result


def _wrong(conversion: str, value: Any) -> Thrown:
    message = f"{conversion} != {runtime_name(class_of(value))}"
    return Thrown("java.util.IllegalFormatConversionException", message)


def _character(value: Any, conversion: str) -> str:
    if type(value) is Character:
        return str.__str__(value)
    if type(value) is int:
        return chr(value)
    raise _wrong(conversion, value)


def _whole(value: Any, flags: str, width: str | None, kind: str) -> str:
    if isinstance(value, (bool, float)) or not isinstance(value, int):
        raise _wrong(kind, value)
    if kind in "xo":
        bits = 64 if type(value) is Long else 32
        body = format(int(value) & ((1 << bits) - 1), kind)
        return _zeros(body, flags, width, "")
    body = format(abs(int(value)), "," if "," in flags else "d")
    return _signed(body, value < 0, flags, width)


def _real(value: Any, flags: str, width: str | None, precision: str | None, kind: str) -> str:
    if not is_number(value) or not isinstance(value, float):
        raise _wrong(kind, value)
    if not math.isfinite(value):
        return _signed("NaN" if value != value else "Infinity", value < 0, flags.replace("0", ""), width)
    places = 6 if precision is None else int(precision)
    negative = math.copysign(1.0, value) < 0
    if kind == "f":
        # Java rounds half up what the shortest decimal says.
        exact = Decimal(text(abs(float(value))))
        body = f"{exact.quantize(Decimal(1).scaleb(-places), rounding=ROUND_HALF_UP):{',' if ',' in flags else ''}f}"
    elif kind == "e":
        body = f"{abs(value):.{places}e}"
    else:
        body = _general(abs(value), places or 1)
    return _signed(body, negative, flags, width)


def _general(value: float, digits: int) -> str:
    if value != 0 and not 1e-4 <= value < 10**digits:
        return f"{value:.{digits - 1}e}"
    whole = 1 if value == 0 else math.floor(math.log10(value)) + 1
    return f"{value:.{max(digits - whole, 0)}f}"


def _signed(body: str, negative: bool, flags: str, width: str | None) -> str:
    if negative and "(" in flags:
        return f"({_zeros(body, flags, width, '()')})"
    sign = "-" if negative else "+" if "+" in flags else " " if " " in flags else ""
    return sign + _zeros(body, flags, width, sign)


def _zeros(body: str, flags: str, width: str | None, sign: str) -> str:
    return body.rjust(int(width) - len(sign), "0") if width and "0" in flags else body
