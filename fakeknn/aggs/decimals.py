"""java.text.DecimalFormat, of the root locale: what ``format`` makes of numbers, and reads from texts."""

from __future__ import annotations

import math
import re
from dataclasses import dataclass, field
from decimal import ROUND_HALF_EVEN, ROUND_HALF_UP, Context, Decimal
from typing import Any

from fakeknn.errors import IllegalArgumentException, ParseException, RuntimeException

_EXACT = Context(prec=1100, rounding=ROUND_HALF_EVEN)
_NO_LIMIT = 340


@dataclass
class _Part:
    """A subpattern: its affixes, and its digits counted by kind and place."""

    prefix: list[str] = field(default_factory=list)
    suffix: list[str] = field(default_factory=list)
    left: int = 0
    zeros: int = 0
    right: int = 0
    grouping: int = -1
    point: int = -1
    exponent: int = 0
    factor: int = 1
    end: int = 0


class _Reader:
    """DecimalFormat.applyPattern."""

    def __init__(self, pattern: str) -> None:
        self.pattern = pattern

    def _refused(self, what: str) -> IllegalArgumentException:
        return IllegalArgumentException(f'{what} pattern "{self.pattern}"')

    def part(self, at: int, *, positive: bool) -> _Part:
        part, phase, quoted = _Part(), 0, False
        pattern, affix = self.pattern, part.prefix
        while at < len(pattern):
            char = pattern[at]
            if phase != 1:
                if quoted:
                    if char != "'":
                        affix.append(char)
                    elif pattern[at + 1 : at + 2] == "'":
                        affix.append("'")
                        at += 1
                    else:
                        quoted = False
                elif char in "#0,.":
                    phase = 1
                    continue
                elif char == "'":
                    if pattern[at + 1 : at + 2] == "'":
                        affix.append("'")
                        at += 1
                    else:
                        quoted = True
                elif char == ";":
                    if phase == 0 or not positive:
                        raise self._refused("Unquoted special character ';' in")
                    break
                else:
                    if char in "%\u2030":
                        if part.factor != 1:
                            raise self._refused("Too many percent/per mille characters in")
                        part.factor = 100 if char == "%" else 1000
                    affix.append(char)
                at += 1
                continue
            if self._digit(part, char, positive):
                at += 1
                continue
            if char == "E":
                at = self._exponent(part, at + 1, positive)
            phase, affix = 2, part.suffix
        self._check(part, quoted)
        part.end = at
        return part

    def _digit(self, part: _Part, char: str, positive: bool) -> bool:
        """Whether a character is one of the number's."""
        if char not in "#0,." or not positive:
            return char in "#0,."
        if char == ",":
            part.grouping = 0
        elif char == ".":
            if part.point >= 0:
                raise self._refused("Multiple decimal separators in")
            part.point = part.left + part.zeros + part.right
        else:
            if char == "0":
                if part.right:
                    raise self._refused("Unexpected '0' in")
                part.zeros += 1
            elif part.zeros:
                part.right += 1
            else:
                part.left += 1
            if part.grouping >= 0 and part.point < 0:
                part.grouping += 1
        return True

    def _exponent(self, part: _Part, at: int, positive: bool) -> int:
        if not positive:
            return at
        if part.exponent:
            raise self._refused("Multiple exponential symbols in")
        while self.pattern[at : at + 1] == "0":
            part.exponent += 1
            at += 1
        if part.left + part.zeros < 1 or part.exponent < 1:
            raise self._refused("Malformed exponential")
        return at

    def _check(self, part: _Part, quoted: bool) -> None:
        if not part.zeros and part.left and part.point >= 0:
            # A pattern without a 0 has one before its point, or behind where it begins with that.
            before = part.point or 1
            part.right, part.left, part.zeros = part.left - before, before - 1, 1
        misplaced = part.point >= 0 and not part.left <= part.point <= part.left + part.zeros
        if (part.point < 0 and part.right) or misplaced or part.grouping == 0 or quoted:
            raise self._refused("Malformed")


def java_digits(value: float) -> Decimal:
    """FloatingDecimal's digits of a finite double from 0 on: enough to tell it from its neighbours, but not always the
    fewest.
    """
    if not value:
        return Decimal(0)
    exponent = math.frexp(value)[1] - 1
    if value == int(value) and exponent < 62:
        whole = int(value)
        if exponent > 53:  # digits below the last bit are dropped
            unit = 10 ** int((exponent - 54) * math.log10(2))
            whole = (whole + unit // 2) // unit * unit
        return Decimal(whole)
    numerator, denominator = value.as_integer_ratio()
    power = math.floor(math.log10(value))
    power += (
        (numerator >= denominator * 10 ** (power + 1))
        if power >= -1
        else (numerator * 10 ** (-power - 1) >= denominator)
    )
    power -= (numerator < denominator * 10**power) if power >= 0 else (numerator * 10**-power < denominator)
    half_numerator, half_denominator = (math.ulp(value) / 2).as_integer_ratio() if value > 1e-300 else (0, 1)
    if numerator & (numerator - 1) == 0 and denominator & (denominator - 1) == 0:
        half_denominator *= 2  # a power of two is nearer to the number below it
    common = denominator * half_denominator
    scale = 10 ** abs(power)
    up, down = (1, scale) if power >= 0 else (scale, 1)
    rest, half, unit = numerator * half_denominator * up, half_numerator * denominator * up, common * down
    digits: list[int] = []
    low = high = False
    least = 2 if power < -3 or power >= 8 else 1
    while len(digits) < least or not (low or high):
        digit, rest = divmod(rest, unit)
        rest, half = rest * 10, half * 10
        low, high = rest < half, rest + half > unit * 10
        digits.append(digit)
    found = int("".join(map(str, digits)))
    behind = 2 * rest - unit * 10
    if high and (not low or behind > 0 or (behind == 0 and digits[-1] % 2)):
        found += 1
    return Decimal(found).scaleb(power - len(digits) + 1, _EXACT)


class DecimalFormat:
    """One pattern: digits before and after the point, grouping, an exponent, and what stands around them."""

    def __init__(self, pattern: str) -> None:
        reader = _Reader(pattern)
        part = reader.part(0, positive=True)
        total = part.left + part.zeros + part.right
        point = part.point if part.point >= 0 else total
        self.prefix, self.suffix = "".join(part.prefix), "".join(part.suffix)
        self.minus_prefix, self.minus_suffix = "-" + self.prefix, self.suffix
        self.least_whole = point - part.left
        self.exponent = part.exponent
        self.most_whole = part.left + self.least_whole if part.exponent else _NO_LIMIT
        self.most_fraction = total - part.point if part.point >= 0 else 0
        self.least_fraction = part.left + part.zeros - part.point if part.point >= 0 else 0
        self.group = max(part.grouping, 0)
        self.factor = part.factor
        self.always_point = part.point == 0 or part.point == total
        if part.end < len(pattern):
            negative = reader.part(part.end + 1, positive=False)
            affixes = "".join(negative.prefix), "".join(negative.suffix)
            if affixes != (self.prefix, self.suffix):
                self.minus_prefix, self.minus_suffix = affixes
        if not pattern:
            self.most_fraction, self.group, self.always_point = _NO_LIMIT, 3, False

    def format(self, value: Any) -> str:
        if isinstance(value, float):
            if math.isnan(value):
                return "NaN"
            if self.factor != 1:
                value *= self.factor
            if math.isinf(value):
                return self._around("\u221e", value < 0)
            negative = math.copysign(1.0, value) < 0
        else:
            value = int(value) * self.factor
            negative = value < 0
        return self._around((self._scientific if self.exponent else self._plain)(value), negative)

    def _around(self, digits: str, negative: bool) -> str:
        if negative:
            return f"{self.minus_prefix}{digits}{self.minus_suffix}"
        return f"{self.prefix}{digits}{self.suffix}"

    @staticmethod
    def _rounded(value: Any, places: int) -> Decimal:
        """A number's shortest digits, or where there are too many what its very value is rounded to."""
        shortest = java_digits(abs(value)) if isinstance(value, float) else Decimal(abs(value))
        if shortest.as_tuple().exponent >= -places:  # type: ignore[operator]
            return shortest
        return abs(Decimal(value)).quantize(Decimal(1).scaleb(-places), context=_EXACT)

    def _plain(self, value: Any) -> str:
        whole, _, fraction = f"{self._rounded(value, self.most_fraction):f}".partition(".")
        whole = whole.lstrip("0").rjust(self.least_whole, "0")
        fraction = fraction.rstrip("0").ljust(self.least_fraction, "0")
        if not whole and not fraction:
            whole = "0"
        if self.group:
            first = len(whole) % self.group
            whole = ",".join(part for part in [whole[:first], *re.findall("." * self.group, whole[first:])] if part)
        return f"{whole}{'.' if fraction or self.always_point else ''}{fraction}"

    def _scientific(self, value: Any) -> str:
        most = self.most_whole + self.most_fraction
        number = java_digits(abs(value)) if isinstance(value, float) else Decimal(abs(value))
        if most and len(number.normalize(_EXACT).as_tuple().digits) > most:
            # FloatingDecimal does not know of whole numbers that their digits are exact: a tie is rounded up.
            how = ROUND_HALF_UP if value == int(value) else ROUND_HALF_EVEN
            number = Context(prec=most, rounding=how).plus(abs(Decimal(value)))
        number = number.normalize(_EXACT)
        digits = "".join(map(str, number.as_tuple().digits)) if number else ""
        point = number.adjusted() + 1 if number else 0
        least = self.least_whole
        exponent = point
        if self.most_whole > 1 and self.most_whole > self.least_whole:
            # Exponents are multiples of the number of places before the point.
            repeat = self.most_whole
            exponent = (point - 1) // repeat * repeat if point >= 1 else int((point - repeat) / repeat) * repeat
            least = 1
        else:
            exponent -= least
        before = point - exponent if number else least
        if not number:
            exponent = 0
        shown = digits.ljust(max(self.least_whole + self.least_fraction, before), "0")
        whole, fraction = shown[:before], shown[before:]
        dot = "." if fraction or self.always_point else ""
        return f"{whole}{dot}{fraction}E{'-' if exponent < 0 else ''}{str(abs(exponent)).rjust(self.exponent, '0')}"

    def parse(self, text: str) -> float:
        """DecimalFormat.parse: what a text begins with."""
        positive, negative = text.startswith(self.prefix), text.startswith(self.minus_prefix)
        if positive and negative:
            positive = len(self.prefix) > len(self.minus_prefix)
            negative = not positive
        prefix, suffix = (self.minus_prefix, self.minus_suffix) if negative else (self.prefix, self.suffix)
        rest = text.removeprefix(prefix)
        found = re.match(r"[\d,]*(?:\.\d*)?(?:E-?\d+)?", rest)
        number = "" if found is None else found[0]
        if not (positive or negative) or not re.search(r"\d", number) or not rest[len(number) :].startswith(suffix):
            unread = ParseException(f'Unparseable number: "{text}"')
            raise RuntimeException(f"java.text.ParseException: {unread.reason}") from unread
        return (-1 if negative else 1) * float(number.replace(",", "")) / self.factor
