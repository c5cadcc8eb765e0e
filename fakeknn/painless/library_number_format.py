"""``java.text``'s formats of numbers: DecimalFormat, NumberFormat and DecimalFormatSymbols."""

from __future__ import annotations

import decimal
import re
from collections.abc import Callable
from dataclasses import replace
from decimal import Decimal
from typing import Any

from fakeknn.painless.dispatch import define, define_fields, define_static
from fakeknn.painless.library_locale import DEFAULT_LOCALE, Currency, Locale
from fakeknn.painless.library_math import BY_NAME, BigDecimal, BigInteger, RoundingMode
from fakeknn.painless.number_pattern import MOST_INTEGER, read_pattern
from fakeknn.painless.numbers import Float, Long, is_number
from fakeknn.painless.throwable import Thrown, illegal_argument, null_pointer
from fakeknn.painless.values import text

_CONTEXT = decimal.Context(prec=1000, Emax=decimal.MAX_EMAX, Emin=decimal.MIN_EMIN)
_SYMBOLS = (
    *("currency_sign", "decimal", "digit", "exponent", "grouping", "infinity", "currency", "minus"),
    *("monetary_decimal", "nan", "pattern_separator", "per_mill", "percent", "zero"),
)


class DecimalFormatSymbols:
    """The characters that a locale writes numbers with."""

    __slots__ = ("locale", *_SYMBOLS)
    java = "java.text.DecimalFormatSymbols"

    def __init__(self, locale: Locale | None = DEFAULT_LOCALE) -> None:
        if locale is None:
            raise null_pointer()
        style = locale.numbers
        self.locale = locale
        self.decimal, self.grouping, self.minus = style.decimal, style.grouping, style.minus
        self.percent, self.nan, self.exponent = style.percent, style.nan, style.exponent
        self.monetary_decimal, self.currency_sign = style.monetary_decimal, style.currency_sign
        self.currency = style.currency
        self.digit, self.infinity, self.pattern_separator, self.per_mill, self.zero = "#", "∞", ";", "‰", "0"

    def copy(self) -> DecimalFormatSymbols:
        made = DecimalFormatSymbols.__new__(DecimalFormatSymbols)
        for name in self.__slots__:
            setattr(made, name, getattr(self, name))
        return made

    def key(self) -> list[Any]:
        return [getattr(self, name) for name in _SYMBOLS]

    def __eq__(self, other: object) -> bool:
        return isinstance(other, DecimalFormatSymbols) and self.key() == other.key()

    def __hash__(self) -> int:
        return hash(tuple(self.key()))


class DecimalFormat:
    """A pattern, the symbols it is written with, and how digits that are too many are rounded."""

    __slots__ = ("big", "integer_only", "pattern", "rounding", "symbols")
    java = "java.text.DecimalFormat"

    def __init__(self, pattern: str | None = "#,##0.###", symbols: DecimalFormatSymbols | None = None) -> None:
        if pattern is None:
            raise null_pointer()
        self.pattern = read_pattern(pattern)
        self.symbols = DecimalFormatSymbols() if symbols is None else symbols.copy()
        self.rounding = BY_NAME["HALF_EVEN"]
        self.big = self.integer_only = False

    def affix(self, affix: str) -> str:
        """A prefix or suffix as it is written."""
        shown, i = "", 0
        symbols = {"%": self.symbols.percent, "‰": self.symbols.per_mill, "-": self.symbols.minus}
        while i < len(affix):
            char = affix[i]
            i += 1
            if char != "'":
                shown += char
                continue
            char = affix[i]
            i += 1
            if char == "¤" and affix[i : i + 1] == "¤":
                i += 1
                shown += self.symbols.currency
            elif char == "¤":
                shown += self.symbols.currency_sign
            else:
                shown += symbols.get(char, char)
        return shown

    def format(self, value: Any) -> str:
        pattern = self.pattern
        if isinstance(value, float) and value != value:
            return self.symbols.nan
        negative = isinstance(value, float) and str(float(value)).startswith("-")
        if isinstance(value, float) and abs(value) == float("inf"):
            body = self.symbols.infinity
        else:
            exact = _exact(value) * pattern.multiplier
            negative = negative or exact < 0
            body = self._digits(abs(exact), value)
        if negative:
            return self.affix(pattern.negative_prefix) + body + self.affix(pattern.negative_suffix)
        return self.affix(pattern.positive_prefix) + body + self.affix(pattern.positive_suffix)

    def _round(self, value: Decimal, places: int, given: Any) -> Decimal:
        """A number with so many places; which side of a half a double lies on, its binary digits say."""
        if -int(value.as_tuple().exponent) <= places:
            return value
        if isinstance(given, float):
            value = _CONTEXT.multiply(abs(Decimal(float(given))), Decimal(self.pattern.multiplier))
        step = Decimal(1).scaleb(-places)
        if not self.rounding.python:
            rounded = value.quantize(step, rounding=decimal.ROUND_DOWN, context=_CONTEXT)
            if rounded != value:
                message = "Rounding needed with the rounding mode being set to RoundingMode.UNNECESSARY"
                raise Thrown("java.lang.ArithmeticException", message)
            return rounded
        return value.quantize(step, rounding=self.rounding.python, context=_CONTEXT)

    def _digits(self, value: Decimal, given: Any) -> str:
        """The digits with their separators."""
        pattern = self.pattern
        point = self.symbols.monetary_decimal if pattern.currency else self.symbols.decimal
        if pattern.exponent_digits:
            return self._exponential(value, point, given)
        integer, _, fraction = f"{self._round(value, pattern.high_fraction, given):f}".partition(".")
        integer = integer.lstrip("0").rjust(pattern.low_integer, "0")
        if len(integer) > pattern.high_integer:
            integer = integer[len(integer) - pattern.high_integer :]
        fraction = fraction.rstrip("0").ljust(pattern.low_fraction, "0")
        if not integer and not fraction:
            integer = "0"
        if pattern.grouped and pattern.grouping:
            head = len(integer) % pattern.grouping or pattern.grouping
            rest = range(head, len(integer), pattern.grouping)
            parts = [integer[:head], *(integer[i : i + pattern.grouping] for i in rest)]
            integer = self.symbols.grouping.join(parts)
        if fraction or pattern.always_point:
            fraction = point + fraction
        return integer + fraction

    def _exponential(self, value: Decimal, point: str, given: Any) -> str:
        pattern = self.pattern
        low, high = pattern.low_integer, pattern.high_integer
        # How many digits count: those of the pattern, or, where integers may be several, as many as fit.
        most = high + pattern.high_fraction if high > low and high > 1 else low + pattern.high_fraction
        digits, place = "", 0
        if value:
            place = value.adjusted() + 1
            if most > 0:
                value = self._round(value, most - place, given)
                place = value.adjusted() + 1 if value else 0
            digits = "".join(map(str, value.as_tuple().digits)).rstrip("0")
        if high > 1 and high > low:
            exponent = (place - 1) // high * high if place >= 1 else -((high - place) // high) * high
            least = 1
        else:
            exponent, least = place - low, low
        integers = least if not digits else place - exponent
        total = max(low + pattern.low_fraction, integers, len(digits))
        shown = digits.ljust(total, "0")
        body = shown[:integers] + (point + shown[integers:] if total > integers or pattern.always_point else "")
        exponent = exponent if digits else 0
        sign = self.symbols.minus if exponent < 0 else ""
        return f"{body}{self.symbols.exponent}{sign}{str(abs(exponent)).rjust(pattern.exponent_digits, '0')}"

    def parse(self, given: str | None) -> Any:
        found, end = self.parse_from(given, 0)
        if not end:
            raise Thrown("java.text.ParseException", f'Unparseable number: "{given}"')
        return found

    def parse_from(self, given: str | None, start: int) -> tuple[Any, int]:
        """A number and where it ends; the start if there is none."""
        if given is None:
            raise null_pointer()
        if given.startswith(self.symbols.nan, start):
            return float("nan"), start + len(self.symbols.nan)
        pattern = self.pattern
        for negative, prefix, suffix in (
            (False, self.affix(pattern.positive_prefix), self.affix(pattern.positive_suffix)),
            (True, self.affix(pattern.negative_prefix), self.affix(pattern.negative_suffix)),
        ):
            if given.startswith(prefix, start):
                value, end = self._number_at(given, start + len(prefix))
                if value is not None and given.startswith(suffix, end):
                    return self._parsed(-value if negative else value, negative), end + len(suffix)
        return None, start

    def _number_at(self, given: str, at: int) -> tuple[Decimal | None, int]:
        if given.startswith(self.symbols.infinity, at):
            return Decimal("Infinity"), at + len(self.symbols.infinity)
        point = self.symbols.monetary_decimal if self.pattern.currency else self.symbols.decimal
        group = re.escape(self.symbols.grouping) if self.pattern.grouped else "(?!)"
        fraction = "" if self.integer_only else rf"(?:{re.escape(point)}(\d*))?"
        exponent = rf"(?:{re.escape(self.symbols.exponent)}(-?\d+))?"
        match = re.compile(rf"((?:\d|(?:{group})(?=\d))*){fraction}{exponent}").match(given, at)
        if match is None:
            return None, at
        whole = re.sub(r"\D", "", match[1])
        behind = "" if self.integer_only else match[2] or ""
        if not whole and not behind:
            return None, at
        power = match[match.re.groups]
        value = Decimal(f"{whole or '0'}.{behind or '0'}").scaleb(int(power or 0), _CONTEXT)
        return value, match.end()

    def _parsed(self, value: Decimal, negative: bool) -> Any:
        if value.is_infinite():
            return float(value)
        value = _CONTEXT.divide(value, Decimal(self.pattern.multiplier))
        if self.big:
            return BigDecimal(value)
        if value == value.to_integral_value() and abs(value) < 2**63 and not (negative and not value):
            return Long(int(value))
        return float(value)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, DecimalFormat) and (self.pattern, self.symbols) == (other.pattern, other.symbols)

    def __hash__(self) -> int:
        return hash(str(self.pattern))

    def copy(self) -> DecimalFormat:
        made = DecimalFormat("", self.symbols)
        made.pattern, made.rounding = replace(self.pattern), self.rounding
        made.big, made.integer_only = self.big, self.integer_only
        return made

    def __str__(self) -> str:
        return f'DecimalFormat [locale: "{self.symbols.locale.name()}", pattern: "{self.pattern}"]\n'


def _exact(value: Any) -> Decimal:
    if isinstance(value, BigDecimal):
        return value.value
    if isinstance(value, BigInteger):
        return Decimal(value.value)
    if not is_number(value):
        raise illegal_argument("Cannot format given Object as a Number")
    # A float is widened to a double before its digits are looked at.
    return Decimal(text(float(value)) if isinstance(value, Float) else text(value))


# --- settings ---------------------------------------------------------------------------------------------------------


def _raise_to(low: str, high: str, most: int) -> tuple[Callable[[Any, int], None], Callable[[Any, int], None]]:
    """The setters of a least and a greatest number of digits, each of which moves the other out of its way."""

    def set_low(made: DecimalFormat, count: int) -> None:
        count = min(max(0, count), most)
        setattr(made.pattern, low, count)
        setattr(made.pattern, high, max(getattr(made.pattern, high), count))

    def set_high(made: DecimalFormat, count: int) -> None:
        count = min(max(0, count), most)
        setattr(made.pattern, high, count)
        setattr(made.pattern, low, min(getattr(made.pattern, low), count))

    return set_low, set_high


_set_low_integer, _set_high_integer = _raise_to("low_integer", "high_integer", MOST_INTEGER)
_set_low_fraction, _set_high_fraction = _raise_to("low_fraction", "high_fraction", 2147483647)


def _set_rounding(made: DecimalFormat, mode: RoundingMode | None) -> None:
    if mode is None:
        raise null_pointer()
    made.rounding = mode


def _apply(made: DecimalFormat, pattern: str | None) -> None:
    if pattern is None:
        raise null_pointer()
    made.pattern = read_pattern(pattern)


def _parse_at(made: DecimalFormat, given: str, position: Any) -> Any:
    found, end = made.parse_from(given, position.index)
    if end == position.index:
        position.error = end
    position.index = end
    return found


def _set_affix(name: str) -> Callable[[DecimalFormat, str], None]:
    # What a setter is given stands for itself.
    return lambda made, given: setattr(made.pattern, name, given.replace("'", "''"))


def _currency_of(made: DecimalFormat) -> Currency:
    return Currency.of(made.symbols.currency)


def _use_currency(symbols: DecimalFormatSymbols, currency: Currency) -> None:
    symbols.currency, symbols.currency_sign = currency.code, currency.sign


define("java.text.Format", {"format/1": lambda f, value: f.format(value), "clone/0": lambda f: f.copy()})
define(
    "java.text.NumberFormat",
    {
        "getCurrency/0": _currency_of,
        "getMaximumFractionDigits/0": lambda f: f.pattern.high_fraction,
        "getMaximumIntegerDigits/0": lambda f: f.pattern.high_integer,
        "getMinimumFractionDigits/0": lambda f: f.pattern.low_fraction,
        "getMinimumIntegerDigits/0": lambda f: f.pattern.low_integer,
        "getRoundingMode/0": lambda f: f.rounding,
        "isGroupingUsed/0": lambda f: f.pattern.grouped,
        "isParseIntegerOnly/0": lambda f: f.integer_only,
        "parse/1": DecimalFormat.parse,
        "parse/2": _parse_at,
        "setCurrency/1": lambda f, currency: _use_currency(f.symbols, currency),
        "setGroupingUsed/1": lambda f, used: setattr(f.pattern, "grouped", used),
        "setMaximumFractionDigits/1": _set_high_fraction,
        "setMaximumIntegerDigits/1": _set_high_integer,
        "setMinimumFractionDigits/1": _set_low_fraction,
        "setMinimumIntegerDigits/1": _set_low_integer,
        "setParseIntegerOnly/1": lambda f, only: setattr(f, "integer_only", only),
        "setRoundingMode/1": _set_rounding,
    },
)
_AFFIXES = {
    "NegativePrefix": "negative_prefix",
    "NegativeSuffix": "negative_suffix",
    "PositivePrefix": "positive_prefix",
    "PositiveSuffix": "positive_suffix",
}
define(
    "java.text.DecimalFormat",
    {
        "applyPattern/1": _apply,
        "getDecimalFormatSymbols/0": lambda f: f.symbols.copy(),
        "getGroupingSize/0": lambda f: f.pattern.grouping,
        "getMultiplier/0": lambda f: f.pattern.multiplier,
        "isDecimalSeparatorAlwaysShown/0": lambda f: f.pattern.always_point,
        "isParseBigDecimal/0": lambda f: f.big,
        "setDecimalFormatSymbols/1": lambda f, symbols: setattr(f, "symbols", symbols.copy()),
        "setDecimalSeparatorAlwaysShown/1": lambda f, shown: setattr(f.pattern, "always_point", shown),
        "setGroupingSize/1": lambda f, size: setattr(f.pattern, "grouping", size),
        "setMultiplier/1": lambda f, by: setattr(f.pattern, "multiplier", by),
        "setParseBigDecimal/1": lambda f, big: setattr(f, "big", big),
        "toPattern/0": lambda f: str(f.pattern),
        **{f"get{key}/0": lambda f, name=name: f.affix(getattr(f.pattern, name)) for key, name in _AFFIXES.items()},
        **{f"set{key}/1": _set_affix(name) for key, name in _AFFIXES.items()},
    },
)
define_static(
    "java.text.DecimalFormat", {"<init>/0": DecimalFormat, "<init>/1": DecimalFormat, "<init>/2": DecimalFormat}
)
define_fields("java.text.NumberFormat", {"FRACTION_FIELD": 1, "INTEGER_FIELD": 0})


def _in(pattern: str) -> Callable[..., DecimalFormat]:
    def make(locale: Locale | None = DEFAULT_LOCALE) -> DecimalFormat:
        if locale is None:
            raise null_pointer()
        return DecimalFormat(getattr(locale.numbers, pattern), DecimalFormatSymbols(locale))

    return make


def _integer(locale: Locale | None = DEFAULT_LOCALE) -> DecimalFormat:
    made = _in("number_pattern")(locale)
    made.pattern.high_fraction = 0
    made.pattern.always_point = False
    made.integer_only = True
    return made


_MAKERS = {
    "getCurrencyInstance": _in("currency_pattern"),
    "getInstance": _in("number_pattern"),
    "getIntegerInstance": _integer,
    "getNumberInstance": _in("number_pattern"),
    "getPercentInstance": _in("percent_pattern"),
}
define_static(
    "java.text.NumberFormat", {f"{name}/{arity}": make for name, make in _MAKERS.items() for arity in range(2)}
)
_NAMES = {
    "CurrencySymbol": ("currency_sign", False),
    "DecimalSeparator": ("decimal", True),
    "Digit": ("digit", True),
    "ExponentSeparator": ("exponent", False),
    "GroupingSeparator": ("grouping", True),
    "Infinity": ("infinity", False),
    "InternationalCurrencySymbol": ("currency", False),
    "MinusSign": ("minus", True),
    "MonetaryDecimalSeparator": ("monetary_decimal", True),
    "NaN": ("nan", False),
    "PatternSeparator": ("pattern_separator", True),
    "PerMill": ("per_mill", True),
    "Percent": ("percent", True),
    "ZeroDigit": ("zero", True),
}


def _symbol(name: str, char: bool) -> tuple[Callable[[Any], Any], Callable[[Any, Any], None]]:
    def read(symbols: DecimalFormatSymbols) -> Any:
        value = getattr(symbols, name)
        return ord(value[-1]) if char else value

    def write(symbols: DecimalFormatSymbols, value: Any) -> None:
        if value is None:
            raise null_pointer()
        setattr(symbols, name, chr(value) if char else value)

    return read, write


for _name, (_field, _char) in _NAMES.items():
    _read, _write = _symbol(_field, _char)
    define("java.text.DecimalFormatSymbols", {f"get{_name}/0": _read, f"set{_name}/1": _write})
define(
    "java.text.DecimalFormatSymbols",
    {
        "clone/0": DecimalFormatSymbols.copy,
        "getCurrency/0": lambda symbols: Currency.of(symbols.currency),
        "setCurrency/1": _use_currency,
    },
)
define_static(
    "java.text.DecimalFormatSymbols",
    {
        "<init>/0": DecimalFormatSymbols,
        "<init>/1": DecimalFormatSymbols,
        "getInstance/0": DecimalFormatSymbols,
        "getInstance/1": DecimalFormatSymbols,
    },
)
