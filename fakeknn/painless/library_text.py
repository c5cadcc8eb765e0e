"""``java.text`` formats of numbers and dates, and ``java.util.Date``."""

from __future__ import annotations

import decimal
import re
from decimal import Decimal
from typing import Any

from fakeknn.dates import zones
from fakeknn.dates.moments import Moment
from fakeknn.dates.patterns import compile_pattern
from fakeknn.dates.zones import Zone
from fakeknn.errors import DateTimeException, NotFaked
from fakeknn.painless.dispatch import define, define_static
from fakeknn.painless.library_math import RoundingMode
from fakeknn.painless.library_time import Instant, ZonedDateTime
from fakeknn.painless.library_time_format import DateTimeFormatter
from fakeknn.painless.numbers import Long, is_number
from fakeknn.painless.throwable import Thrown, illegal_argument
from fakeknn.painless.values import text

_MILLI = 1_000_000


# --- DecimalFormat ----------------------------------------------------------------------------------------------------

_PATTERN = re.compile(r"((?:'[^']*'|[^#0,.'])*)([#0,]*)(?:\.([0#]*))?((?:'[^']*'|[^#0,.'])*)")


class DecimalFormat:
    """A number pattern in the English manner: ``#,##0.00``, with a prefix, a suffix, % and a grouping."""

    __slots__ = ("grouping", "least", "low", "most", "pattern", "percent", "prefix", "rounding", "suffix")
    java = "java.text.DecimalFormat"

    def __init__(self, pattern: str = "#,##0.###") -> None:
        self.pattern = pattern
        if "E" in pattern or ";" in pattern or "‰" in pattern:
            raise NotFaked(f"painless DecimalFormat with the pattern {pattern}")
        match = _PATTERN.fullmatch(pattern)
        if match is None:
            raise illegal_argument(f'Malformed pattern "{pattern}"')
        prefix, whole, fraction, suffix = match.groups()
        self.prefix, self.suffix = prefix.replace("'", ""), suffix.replace("'", "")
        self.percent = 100 if "%" in prefix + suffix else 1
        self.grouping = len(whole) - whole.rindex(",") - 1 if "," in whole else 0
        self.least = whole.replace(",", "").count("0")
        self.low = (fraction or "").count("0")
        self.most = len(fraction or "")
        self.rounding = decimal.ROUND_HALF_EVEN

    def set_most(self, digits: int) -> None:
        self.most, self.low = digits, min(self.low, digits)

    def set_low(self, digits: int) -> None:
        self.low, self.most = digits, max(self.most, digits)

    def format(self, value: Any) -> str:
        if isinstance(value, float):
            if value != value:
                return "NaN"
            if value in (float("inf"), float("-inf")):
                return f"{'-' if value < 0 else ''}{self.prefix}∞{self.suffix}"
        if not (is_number(value) or hasattr(value, "value")):
            raise illegal_argument("Cannot format given Object as a Number")
        exact = Decimal(text(value)) if not hasattr(value, "value") else Decimal(value.value)
        rounded = (exact * self.percent).quantize(Decimal(1).scaleb(-self.most), rounding=self.rounding)
        whole, _, fraction = f"{abs(rounded):f}".partition(".")
        whole = whole.lstrip("0").rjust(self.least, "0")
        while len(fraction) > self.low and fraction.endswith("0"):
            fraction = fraction[:-1]
        if not whole and not fraction:
            whole = "0"
        if self.grouping:
            head = len(whole) % self.grouping or self.grouping
            parts = [whole[:head], *(whole[i : i + self.grouping] for i in range(head, len(whole), self.grouping))]
            whole = ",".join(parts)
        negative = rounded < 0 or (not rounded and isinstance(value, float) and str(value).startswith("-"))
        return f"{'-' if negative else ''}{self.prefix}{whole}{'.' if fraction else ''}{fraction}{self.suffix}"

    def parse(self, given: str) -> Any:
        match = re.match(r"-?[0-9,]*\.?[0-9]*", given)
        digits = match.group().replace(",", "") if match else ""
        if not digits.strip("-."):
            raise Thrown("java.text.ParseException", f'Unparseable number: "{given}"')
        value = float(digits)
        return Long(int(value)) if value.is_integer() and abs(value) < 2**63 else value

    def __str__(self) -> str:
        return f'DecimalFormat [locale: "English", pattern: "{self.pattern}"]\n'


def _round_with(number_format: DecimalFormat, mode: RoundingMode) -> None:
    number_format.rounding = mode.python


define("java.text.Format", {"format/1": lambda f, value: f.format(value)})
define(
    "java.text.NumberFormat",
    {
        "parse/1": DecimalFormat.parse,
        "setRoundingMode/1": _round_with,
        "setMaximumFractionDigits/1": DecimalFormat.set_most,
        "setMinimumFractionDigits/1": DecimalFormat.set_low,
        "setMinimumIntegerDigits/1": lambda f, n: setattr(f, "least", n),
        "setGroupingUsed/1": lambda f, used: setattr(f, "grouping", 3 if used else 0),
        "getMaximumFractionDigits/0": lambda f: f.most,
        "getMinimumFractionDigits/0": lambda f: f.low,
    },
)
define("java.text.DecimalFormat", {"toPattern/0": lambda f: f.pattern})
define_static("java.text.DecimalFormat", {"<init>/0": DecimalFormat, "<init>/1": DecimalFormat})
define_static(
    "java.text.NumberFormat",
    {
        "getInstance/0": DecimalFormat,
        "getNumberInstance/0": DecimalFormat,
        "getIntegerInstance/0": lambda: DecimalFormat("#,##0"),
        "getPercentInstance/0": lambda: DecimalFormat("#,##0%"),
    },
)


# --- Date and SimpleDateFormat ----------------------------------------------------------------------------------------


class Date:
    __slots__ = ("millis",)
    java = "java.util.Date"

    def __init__(self, millis: int) -> None:
        self.millis = millis

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Date) and self.millis == other.millis

    def __hash__(self) -> int:
        return self.millis

    def json(self) -> str:
        return ZonedDateTime(self.millis * _MILLI).json()

    def __str__(self) -> str:
        return compile_pattern("EEE MMM dd HH:mm:ss 'UTC' uuuu").print(Moment(self.millis * _MILLI, zones.UTC))


define(
    "java.util.Date",
    {
        "after/1": lambda a, b: a.millis > b.millis,
        "before/1": lambda a, b: a.millis < b.millis,
        "compareTo/1": lambda a, b: (a.millis > b.millis) - (a.millis < b.millis),
        "clone/0": lambda d: Date(d.millis),
        "getTime/0": lambda d: d.millis,
        "setTime/1": lambda d, millis: setattr(d, "millis", millis),
        "toInstant/0": lambda d: Instant(d.millis * _MILLI),
    },
)
define_static("java.util.Date", {"<init>/1": Date, "from/1": lambda instant: Date(instant.nanos // _MILLI)})


class SimpleDateFormat:
    """The letters that mean the same in java.time; a zone of its own."""

    __slots__ = ("formatter", "pattern", "zone")
    java = "java.text.SimpleDateFormat"

    def __init__(self, pattern: str, locale: Any = None) -> None:
        letters = re.sub(r"'[^']*'", "", pattern)
        unknown = re.search(r"[A-Za-z]", re.sub(r"[yMdHhmsSEaZzXDk]", "", letters))
        if unknown:
            raise illegal_argument(f"Illegal pattern character '{unknown.group()}'")
        if re.search(r"[zZkh]", letters) or re.search(r"S{4,}|\bS{1,2}\b", letters):
            raise NotFaked(f"painless SimpleDateFormat with the pattern {pattern}")
        self.pattern = pattern
        self.formatter = DateTimeFormatter.of(pattern.replace("y", "u") if "yy" in pattern else pattern)
        self.zone: Zone = zones.UTC

    def format(self, value: Any) -> str:
        millis = value.millis if isinstance(value, Date) else int(value)
        return self.formatter.elements.print(Moment(millis * _MILLI, self.zone))

    def parse(self, given: str) -> Date:
        try:
            fields, _ = self.formatter.fields(given)
        except Thrown:
            raise Thrown("java.text.ParseException", f'Unparseable date: "{given}"') from None
        return Date(fields.nanos_in(self.zone) // _MILLI)

    def __str__(self) -> str:
        return f'SimpleDateFormat [locale: "English", pattern: "{self.pattern}"]\n'


class TimeZone:
    __slots__ = ("zone",)
    java = "java.util.TimeZone"

    def __init__(self, name: str) -> None:
        try:
            self.zone = zones.of(name)
        except DateTimeException:  # what it does not know is GMT
            self.zone = zones.of("GMT")


define(
    "java.text.SimpleDateFormat",
    {
        "parse/1": SimpleDateFormat.parse,
        "toPattern/0": lambda f: f.pattern,
        "setTimeZone/1": lambda f, zone: setattr(f, "zone", zone.zone),
        "setLenient/1": lambda f, lenient: None,
    },
)
define_static("java.text.SimpleDateFormat", {"<init>/1": SimpleDateFormat, "<init>/2": SimpleDateFormat})
define_static("java.util.TimeZone", {"getTimeZone/1": TimeZone})
define("java.util.TimeZone", {"getID/0": lambda z: z.zone.id})
