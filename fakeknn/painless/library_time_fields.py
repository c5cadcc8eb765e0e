"""Fields and units that ``java.time`` derives from others: IsoFields, JulianFields, WeekFields; ranges of values.

``read``, ``change``, ``add`` and ``supports`` do for every field and unit what a temporal's methods do.
"""

from __future__ import annotations

from typing import Any

from fakeknn.dates import calendar
from fakeknn.dates.resolving import bounds
from fakeknn.painless.library_time import LocalDate, Temporal
from fakeknn.painless.library_time_units import (
    TIME_FIELDS,
    UNITS,
    ChronoField,
    ChronoUnit,
    DayOfWeek,
    date_error,
    unsupported,
)
from fakeknn.painless.numbers import wrap_int, wrap_long
from fakeknn.painless.throwable import Thrown, illegal_argument

INT_RANGE = (-(2**31), 2**31 - 1)


class ValueRange:
    """``java.time.temporal.ValueRange``: its minimum and maximum may vary."""

    __slots__ = ("largest", "largest_minimum", "least", "smallest_maximum")
    java = "java.time.temporal.ValueRange"

    def __init__(self, least: int, largest_minimum: int, smallest_maximum: int, largest: int) -> None:
        self.least = least
        self.largest_minimum = largest_minimum
        self.smallest_maximum = smallest_maximum
        self.largest = largest

    @classmethod
    def of(cls, *given: int) -> ValueRange:
        if len(given) == 2:
            if given[0] > given[1]:
                raise illegal_argument("Minimum value must be less than maximum value")
            return cls(given[0], given[0], given[1], given[1])
        a, b, c, d = given if len(given) == 4 else (given[0], given[0], given[1], given[2])
        if len(given) == 3 and a > c:
            raise illegal_argument("Minimum value must be less than smallest maximum value")
        for low, high, names in (
            (a, b, "Smallest minimum value must be less than largest minimum value"),
            (c, d, "Smallest maximum value must be less than largest maximum value"),
            (b, d, "Largest minimum value must be less than largest maximum value"),
            (a, c, "Smallest minimum value must be less than smallest maximum value"),
        ):
            if low > high:
                raise illegal_argument(names)
        return cls(a, b, c, d)

    @property
    def is_int(self) -> bool:
        return INT_RANGE[0] <= self.least and self.largest <= INT_RANGE[1]

    def valid(self, value: int) -> bool:
        return self.least <= value <= self.largest

    def check(self, value: int, field: Any) -> int:
        if not self.valid(value):
            of = "" if field is None else f" for {field}"
            raise date_error(f"Invalid value{of} (valid values {self}): {value}")
        return value

    def key(self) -> tuple[int, ...]:
        return self.least, self.largest_minimum, self.smallest_maximum, self.largest

    def __eq__(self, other: object) -> bool:
        return isinstance(other, ValueRange) and self.key() == other.key()

    def __hash__(self) -> int:
        a, b, c, d = self.key()
        bits = wrap_long(a + (b << 16) + (b >> 48) + (c << 32) + (c >> 32) + (d << 48) + (d >> 16)) & (2**64 - 1)
        return wrap_int(bits ^ (bits >> 32))

    def __str__(self) -> str:
        low = f"{self.least}" + (f"/{self.largest_minimum}" if self.least != self.largest_minimum else "")
        high = "" if self.smallest_maximum == self.largest else f"/{self.largest}"
        return f"{low} - {self.smallest_maximum}{high}"


class DerivedField:
    """A field that is no ChronoField; ``base`` and ``range_unit`` are the units of ``getBaseUnit`` and its like."""

    java = "java.time.temporal.TemporalField"
    supers = ("java.time.temporal.TemporalField",)
    name = ""
    base: ChronoUnit
    range_unit: ChronoUnit
    needs: tuple[str, ...] = ("EpochDay",)
    range: ValueRange

    @property
    def shown(self) -> str:
        return str(self)

    def __str__(self) -> str:
        return self.name

    def supported_by(self, t: Any) -> bool:
        return all(_has(t, name) for name in self.needs)

    def need(self, t: Any) -> None:
        if not self.supported_by(t):
            raise unsupported("field", self)

    def read(self, t: Any) -> int:
        raise NotImplementedError

    def change(self, t: Any, value: int) -> Any:
        raise NotImplementedError

    def refined(self, t: Any) -> ValueRange:
        self.need(t)
        return self.range


def _has(t: Any, name: str) -> bool:
    try:
        t.field(name)
    except Thrown:
        return False
    return True


def chrono_range(name: str) -> ValueRange:
    """``ChronoField.range``."""
    low, high, shown = bounds(name)
    least, _, most = shown.partition(" - ")
    largest_minimum = int(least.partition("/")[2] or low)
    return ValueRange(low, largest_minimum, int(most.partition("/")[0]), high)


# --- IsoFields --------------------------------------------------------------------------------------------------------


class QuarterYears(ChronoUnit):
    __slots__ = ()
    java = "java.time.temporal.IsoFields.Unit"
    supers = ("java.time.temporal.TemporalUnit",)


class WeekBasedYears(ChronoUnit):
    __slots__ = ()
    java = "java.time.temporal.IsoFields.Unit"
    supers = ("java.time.temporal.TemporalUnit",)


_YEAR = UNITS["YEARS"]
QUARTER_YEARS = QuarterYears("QUARTER_YEARS", _YEAR.ordinal, "QuarterYears", _YEAR.nanos // 4, 3)
WEEK_BASED_YEARS = WeekBasedYears("WEEK_BASED_YEARS", _YEAR.ordinal, "WeekBasedYears", _YEAR.nanos)
_QUARTER_STARTS = (0, 90, 181, 273, 0, 91, 182, 274)


class _DayOfQuarter(DerivedField):
    name = "DayOfQuarter"
    base, range_unit = UNITS["DAYS"], QUARTER_YEARS
    needs = ("DayOfYear", "MonthOfYear", "Year")
    range = ValueRange(1, 1, 90, 92)

    def read(self, t: Any) -> int:
        self.need(t)
        leap = calendar.is_leap(t.field("Year"))
        return int(t.field("DayOfYear")) - _QUARTER_STARTS[(t.field("MonthOfYear") - 1) // 3 + 4 * leap]

    def change(self, t: Any, value: int) -> Any:
        now = self.read(t)
        self.range.check(value, self)
        return t.with_field("DayOfYear", t.field("DayOfYear") + value - now)

    def refined(self, t: Any) -> ValueRange:
        self.need(t)
        quarter = QUARTER.read(t)
        last = 90 + calendar.is_leap(t.field("Year")) if quarter == 1 else 91 if quarter == 2 else 92
        return ValueRange.of(1, last)


class _Quarter(DerivedField):
    name = "QuarterOfYear"
    base, range_unit = QUARTER_YEARS, UNITS["YEARS"]
    needs = ("MonthOfYear",)
    range = ValueRange(1, 1, 4, 4)

    def read(self, t: Any) -> int:
        self.need(t)
        return (int(t.field("MonthOfYear")) + 2) // 3

    def change(self, t: Any, value: int) -> Any:
        now = self.read(t)
        self.range.check(value, self)
        return t.with_field("MonthOfYear", t.field("MonthOfYear") + (value - now) * 3)


class _IsoWeek(DerivedField):
    name = "WeekOfWeekBasedYear"
    base, range_unit = UNITS["WEEKS"], WEEK_BASED_YEARS
    range = ValueRange(1, 1, 52, 53)

    def read(self, t: Any) -> int:
        self.need(t)
        return calendar.week_of(t.field("EpochDay"))[1]

    def change(self, t: Any, value: int) -> Any:
        self.range.check(value, self)
        return t.plus(value - self.read(t), UNITS["WEEKS"])

    def refined(self, t: Any) -> ValueRange:
        self.need(t)
        return ValueRange.of(1, calendar.weeks_in(calendar.week_of(t.field("EpochDay"))[0]))


class _IsoWeekYear(DerivedField):
    name = "WeekBasedYear"
    base, range_unit = WEEK_BASED_YEARS, UNITS["FOREVER"]
    range = chrono_range("Year")

    def read(self, t: Any) -> int:
        self.need(t)
        return calendar.week_of(t.field("EpochDay"))[0]

    def change(self, t: Any, value: int) -> Any:
        self.need(t)
        self.range.check(value, self)
        day = t.field("EpochDay")
        week = min(calendar.week_of(day)[1], calendar.weeks_in(value))
        return adjust(t, LocalDate(calendar.week_year_start(value) + (week - 1) * 7 + calendar.weekday(day) - 1))


DAY_OF_QUARTER, QUARTER, ISO_WEEK, ISO_WEEK_YEAR = _DayOfQuarter(), _Quarter(), _IsoWeek(), _IsoWeekYear()


# --- JulianFields -----------------------------------------------------------------------------------------------------


class JulianField(DerivedField):
    base, range_unit = UNITS["DAYS"], UNITS["FOREVER"]

    def __init__(self, name: str, offset: int) -> None:
        self.name = name
        self.offset = offset
        days = chrono_range("EpochDay")
        self.range = ValueRange.of(days.least + offset, days.largest + offset)

    def read(self, t: Any) -> int:
        return int(t.field("EpochDay")) + self.offset

    def change(self, t: Any, value: int) -> Any:
        if not self.range.valid(value):
            raise date_error(f"Invalid value: {self.name} {value}")
        return t.with_field("EpochDay", value - self.offset)

    def refined(self, t: Any) -> ValueRange:
        if not self.supported_by(t):
            raise date_error(f"Unsupported field: {self}")
        return self.range


# --- WeekFields -------------------------------------------------------------------------------------------------------


class WeekFields:
    """``java.time.temporal.WeekFields``: ``first`` is the weekday (1 to 7) with which a week begins."""

    __slots__ = ("first", "minimal")
    java = "java.time.temporal.WeekFields"

    def __init__(self, first: DayOfWeek, minimal: int) -> None:
        if not 1 <= minimal <= 7:
            raise illegal_argument("Minimal number of days is invalid")
        self.first = first
        self.minimal = minimal

    def __eq__(self, other: object) -> bool:
        return isinstance(other, WeekFields) and (self.first, self.minimal) == (other.first, other.minimal)

    def __hash__(self) -> int:
        return self.first.ordinal * 7 + self.minimal

    def __str__(self) -> str:
        return f"WeekFields[{self.first},{self.minimal}]"

    def offset(self, day: int, weekday: int) -> int:
        """How many days lie between the start of the first week and the first day."""
        start = (day - weekday) % 7
        return 7 - start if start + 1 > self.minimal else -start

    def weekday(self, t: Any) -> int:
        return (int(t.field("DayOfWeek")) - self.first.ordinal - 1) % 7 + 1

    def week_year(self, day: int) -> tuple[int, int]:
        """The week-based year of a date and the week in it."""
        year = calendar.from_day(day)[0]
        for candidate in (year + 1, year):
            start = self.year_start(candidate)
            if day >= start:
                return candidate, (day - start) // 7 + 1
        return year - 1, (day - self.year_start(year - 1)) // 7 + 1

    def year_start(self, year: int) -> int:
        first = calendar.to_day(year, 1, 1)
        return first - self.offset(1, self.weekday(LocalDate(first)))


_WEEK_NAMES = ("DayOfWeek", "WeekOfMonth", "WeekOfYear", "WeekOfWeekBasedYear", "WeekBasedYear")
_WEEK_RANGES = (
    ValueRange(1, 1, 7, 7),
    ValueRange(0, 1, 4, 6),
    ValueRange(0, 1, 52, 54),
    ValueRange(1, 1, 52, 53),
    chrono_range("Year"),
)


class WeekField(DerivedField):
    """``WeekFields.ComputedDayOfField``."""

    def __init__(self, kind: str, week: WeekFields) -> None:
        i = _WEEK_NAMES.index(kind)
        self.kind = kind
        self.week = week
        self.name = f"{kind}[{week}]"
        self.range = _WEEK_RANGES[i]
        self.base = (UNITS["DAYS"], *[UNITS["WEEKS"]] * 3, WEEK_BASED_YEARS)[i]
        units = UNITS["WEEKS"], UNITS["MONTHS"], UNITS["YEARS"], WEEK_BASED_YEARS, UNITS["FOREVER"]
        self.range_unit = units[i]
        self.needs = ("DayOfWeek", *(((), ("DayOfMonth",), ("DayOfYear",), ("DayOfYear",), ("Year",))[i]))

    def read(self, t: Any) -> int:
        if self.kind == "DayOfWeek":
            return self.week.weekday(t)
        if self.kind in ("WeekOfMonth", "WeekOfYear"):
            day = int(t.field("DayOfMonth" if self.kind == "WeekOfMonth" else "DayOfYear"))
            return (7 + self.week.offset(day, self.week.weekday(t)) + day - 1) // 7
        year, week = self.week.week_year(t.field("EpochDay"))
        return week if self.kind == "WeekOfWeekBasedYear" else year

    def change(self, t: Any, value: int) -> Any:
        self.range.check(value, self)
        now = self.read(t)
        if value == now:
            return t
        if self.kind != "WeekBasedYear":
            return t.plus(value - now, self.base)
        week = self.week.week_year(t.field("EpochDay"))[1]
        weeks = (self.week.year_start(value + 1) - self.week.year_start(value)) // 7
        start = self.week.year_start(value) + (min(week, weeks) - 1) * 7
        return LocalDate(start + self.week.weekday(t) - 1)

    def refined(self, t: Any) -> ValueRange:
        if self.kind in ("DayOfWeek", "WeekBasedYear"):
            return self.range
        if self.kind == "WeekOfWeekBasedYear":
            year = self.week.week_year(t.field("EpochDay"))[0]
            return ValueRange.of(1, (self.week.year_start(year + 1) - self.week.year_start(year)) // 7)
        name = "DayOfMonth" if self.kind == "WeekOfMonth" else "DayOfYear"
        offset = self.week.offset(t.field(name), self.week.weekday(t))
        days = range_in(t, ChronoField(name.upper(), 0, name))
        return ValueRange.of((7 + offset + days.least - 1) // 7, (7 + offset + days.largest - 1) // 7)


# --- what temporals do with fields and units --------------------------------------------------------------------------


def read(t: Any, field: Any) -> int:
    """``getLong(field)``."""
    return int(field.read(t) if isinstance(field, DerivedField) else t.field(field.shown))


def read_int(t: Any, field: Any) -> int:
    """``get(field)``."""
    if isinstance(field, DerivedField):
        if not field.refined(t).is_int:
            raise unsupported_get(field.shown)
        return read(t, field)
    if field.shown in ("NanoOfDay", "MicroOfDay", "EpochDay", "ProlepticMonth", "InstantSeconds"):
        t.field(field.shown)
        raise unsupported_get(field.shown)
    return int(t.field(field.shown))


def unsupported_get(name: str) -> Thrown:
    return Thrown(
        "java.time.temporal.UnsupportedTemporalTypeException",
        f"Invalid field '{name}' for get() method, use getLong() instead",
    )


def change(t: Any, field: Any, value: int) -> Any:
    """``with(field, value)``."""
    return field.change(t, value) if isinstance(field, DerivedField) else t.with_field(field.shown, value)


def add(t: Any, amount: int, unit: ChronoUnit) -> Any:
    """``plus(amount, unit)``."""
    if isinstance(unit, QuarterYears):
        quarters = abs(amount) // 4 * (1 if amount >= 0 else -1)
        return t.plus(quarters, UNITS["YEARS"]).plus((amount - quarters * 4) * 3, UNITS["MONTHS"])
    if isinstance(unit, WeekBasedYears):
        return ISO_WEEK_YEAR.change(t, read(t, ISO_WEEK_YEAR) + amount)
    return t.plus(amount, unit)


def between(t: Any, end: Any, unit: ChronoUnit) -> int:
    """``until(end, unit)``, ``end`` of the class of ``t``."""
    if isinstance(unit, QuarterYears):
        months = int(t.until(end, UNITS["MONTHS"]))
        return months // 3 if months >= 0 else -(-months // 3)
    if isinstance(unit, WeekBasedYears):
        return read(end, ISO_WEEK_YEAR) - read(t, ISO_WEEK_YEAR)
    return int(t.until(end, unit))


def supports(t: Any, what: Any) -> bool:
    """``isSupported`` of a field or a unit."""
    if what is None:
        return False
    if isinstance(what, DerivedField):
        return what.supported_by(t)
    if isinstance(what, (QuarterYears, WeekBasedYears)):
        return _has(t, "EpochDay")
    if isinstance(what, ChronoUnit):
        try:
            t.plus(0, what)
        except Thrown:
            return False
        return True
    return _has(t, what.shown)


def range_in(t: Any, field: Any) -> ValueRange:
    """``range(field)``."""
    if isinstance(field, DerivedField):
        return field.refined(t)
    name = field.shown
    t.field(name)
    if name in ("DayOfMonth", "DayOfYear", "AlignedWeekOfMonth") and _has(t, "EpochDay"):
        year, month = t.field("Year"), t.field("MonthOfYear")
        length = calendar.month_length(year, month)
        last = {"DayOfMonth": length, "DayOfYear": 366 if calendar.is_leap(year) else 365}.get(name, 4 + (length > 28))
        return ValueRange.of(1, last)
    if name == "DayOfMonth":
        month = t.field("MonthOfYear")
        return ValueRange.of(1, calendar.month_length(2021, month), calendar.month_length(2020, month))
    if name == "YearOfEra" and _has(t, "Year"):
        return ValueRange.of(1, 1_000_000_000 if t.field("Year") <= 0 else 999_999_999)
    return chrono_range(name)


def is_time_based(field: Any) -> bool:
    return not isinstance(field, DerivedField) and field.shown in TIME_FIELDS


def adjust(t: Any, date: LocalDate) -> Temporal:
    """``with(date)``."""
    return t.with_field("EpochDay", date.day)  # type: ignore[no-any-return]
