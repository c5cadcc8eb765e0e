"""Temporals that know a part of a date or time: Year, YearMonth, MonthDay, OffsetTime."""

from __future__ import annotations

from typing import Any

from fakeknn.dates import calendar, zones
from fakeknn.dates.calendar import DAY, SECOND
from fakeknn.dates.moments import Moment
from fakeknn.dates.resolving import checked
from fakeknn.dates.zones import Zone
from fakeknn.painless.library_time import LocalDate, LocalTime, Temporal
from fakeknn.painless.library_time_units import UNITS, ChronoUnit, date_error, unsupported
from fakeknn.painless.numbers import wrap_int, wrap_long
from fakeknn.painless.throwable import Thrown


def _years(amount: int, unit: ChronoUnit) -> int:
    years = amount * (unit.months // 12)
    if wrap_long(years) != years:
        raise Thrown("java.lang.ArithmeticException", "long overflow")
    return years


class Year(Temporal):
    __slots__ = ("year",)
    java = "java.time.Year"

    def __init__(self, year: int) -> None:
        self.year = year

    @classmethod
    def of(cls, year: int) -> Year:
        return cls(checked("Year", year))

    def key(self) -> tuple[Any, ...]:
        return (self.year,)

    def field(self, name: str) -> int:
        match name:
            case "Year":
                return self.year
            case "YearOfEra":
                return self.year if self.year >= 1 else 1 - self.year
            case "Era":
                return int(self.year >= 1)
        raise unsupported("field", name)

    def with_field(self, name: str, value: int) -> Year:
        checked(name, value)
        self.field(name)
        match name:
            case "YearOfEra":
                return Year.of(value if self.year >= 1 else 1 - value)
            case "Era":
                return self if self.field("Era") == value else Year.of(1 - self.year)
        return Year(value)

    def plus(self, amount: int, unit: ChronoUnit) -> Year:
        if unit is UNITS["ERAS"]:
            return self.with_field("Era", self.field("Era") + amount)
        if unit.months < 12:
            raise unsupported("unit", unit)
        return Year.of(self.year + _years(amount, unit))

    def until(self, end: Year, unit: ChronoUnit) -> int:
        if unit is UNITS["ERAS"]:
            return end.field("Era") - self.field("Era")
        if unit.months < 12:
            raise unsupported("unit", unit)
        return _towards_zero(end.year - self.year, unit.months // 12)

    def moment(self) -> Moment:
        return Moment(calendar.to_day(self.year, 1, 1) * DAY, zones.UTC)

    def __str__(self) -> str:
        return str(self.year)

    def __hash__(self) -> int:
        return self.year


def _towards_zero(value: int, by: int) -> int:
    return value // by if value >= 0 else -(-value // by)


class YearMonth(Temporal):
    """``months`` since the year 0."""

    __slots__ = ("months",)
    java = "java.time.YearMonth"

    def __init__(self, months: int) -> None:
        self.months = months

    @classmethod
    def of(cls, year: int, month: int) -> YearMonth:
        return cls(checked("Year", year) * 12 + checked("MonthOfYear", month) - 1)

    @property
    def year(self) -> int:
        return self.months // 12

    @property
    def month(self) -> int:
        return self.months % 12 + 1

    @property
    def length(self) -> int:
        return calendar.month_length(self.year, self.month)

    def key(self) -> tuple[Any, ...]:
        return (self.months,)

    def field(self, name: str) -> int:
        if name == "ProlepticMonth":
            return self.months
        return self.month if name == "MonthOfYear" else Year(self.year).field(name)

    def with_field(self, name: str, value: int) -> YearMonth:
        checked(name, value)
        self.field(name)
        if name == "ProlepticMonth":
            return YearMonth(value)
        if name == "MonthOfYear":
            return YearMonth(self.year * 12 + value - 1)
        return YearMonth.of(Year(self.year).with_field(name, value).year, self.month)

    def plus(self, amount: int, unit: ChronoUnit) -> YearMonth:
        if unit is UNITS["MONTHS"]:
            months = wrap_long(self.months + amount)
            checked("Year", months // 12)
            return YearMonth(months)
        return YearMonth.of(Year(self.year).plus(amount, unit).year, self.month)

    def until(self, end: YearMonth, unit: ChronoUnit) -> int:
        if unit is UNITS["ERAS"]:
            return end.field("Era") - self.field("Era")
        if not unit.months:
            raise unsupported("unit", unit)
        return _towards_zero(end.months - self.months, unit.months)

    def moment(self) -> Moment:
        return Moment(calendar.to_day(self.year, self.month, 1) * DAY, zones.UTC)

    def __str__(self) -> str:
        year = self.year
        return f"{'-' if year < 0 else ''}{abs(year):04d}-{self.month:02d}"

    def __hash__(self) -> int:
        return wrap_int(self.year ^ (self.month << 27))


class MonthDay(Temporal):
    __slots__ = ("day", "month")
    java = "java.time.MonthDay"

    def __init__(self, month: int, day: int) -> None:
        self.month = month
        self.day = day

    @classmethod
    def of(cls, month: int, day: int) -> MonthDay:
        if not 1 <= month <= 12:
            raise date_error(f"Invalid value for MonthOfYear: {month}")
        checked("DayOfMonth", day)
        if day > calendar.month_length(2020, month):
            name = calendar.MONTHS[month - 1].upper()
            raise date_error(f"Illegal value for DayOfMonth field, value {day} is not valid for month {name}")
        return cls(month, day)

    def key(self) -> tuple[Any, ...]:
        return self.month, self.day

    def field(self, name: str) -> int:
        if name not in ("MonthOfYear", "DayOfMonth"):
            raise unsupported("field", name)
        return self.month if name == "MonthOfYear" else self.day

    def in_month(self, month: int) -> MonthDay:
        return MonthDay(month, min(self.day, calendar.month_length(2020, month)))

    def valid_in(self, year: int) -> bool:
        return self.key() != (2, 29) or calendar.is_leap(year)

    def moment(self) -> Moment:
        return Moment(calendar.to_day(2000, self.month, self.day) * DAY, zones.UTC)

    def at_year(self, year: int) -> LocalDate:
        return LocalDate.of(year, self.month, self.day if self.valid_in(year) else 28)

    def __str__(self) -> str:
        return f"--{self.month:02d}-{self.day:02d}"

    def __hash__(self) -> int:
        return (self.month << 6) + self.day


class OffsetTime(Temporal):
    """A time of day in nanoseconds, ``offset`` a zone that is always the same."""

    __slots__ = ("offset", "time")
    java = "java.time.OffsetTime"

    def __init__(self, time: int, offset: Zone) -> None:
        self.time = time
        self.offset = offset

    @property
    def seconds(self) -> int:
        return self.offset.offset_at(0)

    @property
    def epoch_nano(self) -> int:
        return self.time - self.seconds * SECOND

    def key(self) -> tuple[Any, ...]:
        return self.time, self.seconds

    def field(self, name: str) -> int:
        return self.seconds if name == "OffsetSeconds" else LocalTime(self.time).field(name)

    def with_field(self, name: str, value: int) -> OffsetTime:
        if name == "OffsetSeconds":
            return OffsetTime(self.time, zones.fixed(checked(name, value)))
        return OffsetTime(LocalTime(self.time).with_field(name, value).time, self.offset)

    def plus(self, amount: int, unit: ChronoUnit) -> OffsetTime:
        return OffsetTime(LocalTime(self.time).plus(amount, unit).time, self.offset)

    def until(self, end: OffsetTime, unit: ChronoUnit) -> int:
        if unit.date_based:
            raise unsupported("unit", unit)
        return _towards_zero(end.epoch_nano - self.epoch_nano, unit.nanos)

    def at_offset(self, offset: Zone) -> OffsetTime:
        """The same instant of a day, as clocks show it elsewhere."""
        return OffsetTime((self.epoch_nano + offset.offset_at(0) * SECOND) % DAY, offset)

    def moment(self) -> Moment:
        return Moment(self.epoch_nano, self.offset)

    def __str__(self) -> str:
        return f"{LocalTime(self.time)}{zones.offset_id(self.seconds)}"

    def __hash__(self) -> int:
        return wrap_int(hash(LocalTime(self.time)) ^ self.seconds)
