"""From parsed fields to a date, a time and a zone, as java.time's ``Parsed`` resolves them, and on to an instant."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from fakeknn.dates import calendar, zones
from fakeknn.dates.calendar import DAY, HOUR, MINUTE, SECOND
from fakeknn.dates.elements import Parsed
from fakeknn.dates.moments import Moment, date_field
from fakeknn.dates.zones import Zone
from fakeknn.errors import ArithmeticException, DateTimeException, IllegalArgumentException
from fakeknn.xcontent import java_string

Style = Literal["STRICT", "SMART", "LENIENT"]

WEEK_YEAR, WEEK, WEEK_OF_MONTH, WEEKDAY = (
    f"{name}[WeekFields[MONDAY,4]]" for name in ("WeekBasedYear", "WeekOfWeekBasedYear", "WeekOfMonth", "DayOfWeek")
)
#: The seconds between which an Instant lies.
_FIRST_SECOND, _LAST_SECOND = -31_557_014_167_219_200, 31_556_889_864_403_199
_YEARS = (-999_999_999, 999_999_999)
_RANGES: dict[str, tuple[int, int, str]] = {
    name: (low, high, text or f"{low} - {high}")
    for name, low, high, text in (
        ("Year", *_YEARS, ""),
        ("YearOfEra", 1, 1_000_000_000, "1 - 999999999/1000000000"),
        ("Era", 0, 1, ""),
        ("QuarterOfYear", 1, 4, ""),
        ("MonthOfYear", 1, 12, ""),
        ("DayOfMonth", 1, 31, "1 - 28/31"),
        ("DayOfYear", 1, 366, "1 - 365/366"),
        ("DayOfWeek", 1, 7, ""),
        ("AlignedDayOfWeekInMonth", 1, 7, ""),
        ("AlignedDayOfWeekInYear", 1, 7, ""),
        ("AlignedWeekOfMonth", 1, 5, "1 - 4/5"),
        ("AlignedWeekOfYear", 1, 53, ""),
        ("ProlepticMonth", _YEARS[0] * 12, _YEARS[1] * 12 + 11, ""),
        ("HourOfDay", 0, 23, ""),
        ("ClockHourOfDay", 1, 24, ""),
        ("HourOfAmPm", 0, 11, ""),
        ("ClockHourOfAmPm", 1, 12, ""),
        ("AmPmOfDay", 0, 1, ""),
        ("MinuteOfHour", 0, 59, ""),
        ("SecondOfMinute", 0, 59, ""),
        ("NanoOfSecond", 0, 999_999_999, ""),
        ("MicroOfSecond", 0, 999_999, ""),
        ("MilliOfSecond", 0, 999, ""),
        ("MinuteOfDay", 0, 1_439, ""),
        ("SecondOfDay", 0, 86_399, ""),
        ("MilliOfDay", 0, 86_399_999, ""),
        ("MicroOfDay", 0, 86_399_999_999, ""),
        ("NanoOfDay", 0, DAY - 1, ""),
        ("WeekBasedYear", *_YEARS, ""),
        ("WeekOfWeekBasedYear", 1, 53, "1 - 52/53"),
        ("EpochDay", -365_243_219_162, 365_241_780_471, ""),
        ("InstantSeconds", -(2**63), 2**63 - 1, ""),
        ("OffsetSeconds", -64_800, 64_800, ""),
        ("ModifiedJulianDay", -365_243_178_575, 365_241_821_058, ""),
        (WEEK_YEAR, *_YEARS, ""),
        (WEEK, 0, 54, "0/1 - 52/54"),
        (WEEKDAY, 1, 7, ""),
        (WEEK_OF_MONTH, 0, 6, "0/1 - 4/6"),
    )
}
_TIME_FIELDS = (
    "HourOfDay", "ClockHourOfDay", "HourOfAmPm", "ClockHourOfAmPm", "AmPmOfDay", "MinuteOfHour", "SecondOfMinute",
    "NanoOfSecond", "MilliOfDay", "NanoOfDay",
)  # fmt: skip


def bounds(name: str) -> tuple[int, int, str]:
    """The least and the greatest value of a field, and both as ValueRange writes them."""
    return _RANGES[name]


def checked(name: str, value: int) -> int:
    """ValueRange.checkValidValue."""
    low, high, text = _RANGES[name]
    if not low <= value <= high:
        raise DateTimeException(f"Invalid value for {name} (valid values {text}): {value}")
    return value


@dataclass(slots=True)
class Temporal:
    """What a text said: a day, a time of day (nanoseconds), a zone, an instant, and fields that make none of these."""

    fields: dict[str, int]
    day: int | None = None
    time: int | None = None
    zone: Zone | None = None
    instant: int | None = None
    by_offset: bool = False
    """Whether an offset is all that the text said of the zone."""

    def nanos(self) -> int:
        """DateFormatters.from: nanoseconds since the epoch; what names no zone is in UTC."""
        if self.instant is not None:
            if not _FIRST_SECOND <= self.instant // SECOND <= _LAST_SECOND:
                raise _no_instant(self.instant) from DateTimeException("Instant exceeds minimum or maximum instant")
            return self.instant
        return Moment.of_local(self._day() * DAY + (self.time or 0), self.zone or zones.UTC).nanos

    def nanos_in(self, zone: Zone) -> int:
        """ZonedDateTime.withZoneSameLocal: the local time in ``zone``, unless the text named another."""
        moment = Moment(self.nanos(), self.zone or zones.UTC)
        return moment.same_local(self.zone or zone).nanos

    def _day(self) -> int:
        year_name = "Year" if "Year" in self.fields else "YearOfEra"
        year = checked(year_name, self.fields[year_name]) if year_name in self.fields else None
        month, day = self.fields.get("MonthOfYear"), self.fields.get("DayOfMonth")
        if self.day is not None:
            return self.day
        if year is not None:
            if month is not None:
                checked("MonthOfYear", month)
                return calendar.checked_day(year, month, checked("DayOfMonth", day) if day is not None else 1)
            if "DayOfYear" in self.fields:
                return _year_day(year, checked("DayOfYear", self.fields["DayOfYear"]))
        if self.time is None and year is not None:
            return calendar.to_day(year, 1, 1)
        if self.time is None and month is None and WEEK_YEAR not in self.fields:
            raise IllegalArgumentException(f"temporal accessor [{self._text()}] cannot be converted to zoned date time")
        if WEEK_YEAR in self.fields:
            return self._week_day()
        if month is not None:
            return calendar.checked_day(1970, checked("MonthOfYear", month), checked("DayOfMonth", day or 1))
        return 0

    def _week_day(self) -> int:
        # LocalDate.ofEpochDay(0).with(year).with(week), and back to Monday: the 1st of 1970 was in week 1.
        year = checked(WEEK_YEAR, self.fields[WEEK_YEAR])
        week = checked(WEEK, self.fields[WEEK]) if WEEK in self.fields else 1
        return calendar.week_year_start(year) + (week - 1) * 7

    def _text(self) -> str:
        # In Java the fields' order differs from run to run.
        return f"{java_string(self.fields)},ISO" + (f",{self.zone.id}" if self.zone else "")


def _no_instant(nanos: int) -> DateTimeException:
    second, nano = divmod(nanos, SECOND)
    parts = {"MicroOfSecond": nano // 1_000, "NanoOfSecond": nano, "MilliOfSecond": nano // 1_000_000}
    fields = {"InstantSeconds": second, **parts}
    return DateTimeException(
        f"Unable to obtain Instant from TemporalAccessor: {java_string(fields)},ISO of type java.time.format.Parsed"
    )


def _year_day(year: int, day_of_year: int) -> int:
    if day_of_year == 366 and not calendar.is_leap(year):
        raise DateTimeException(f"Invalid date 'DayOfYear 366' as '{year}' is not a leap year")
    return calendar.to_day(year, 1, 1) + day_of_year - 1


def resolve(parsed: Parsed, style: Style) -> Temporal:
    """Parsed.resolve; raises ``DateTimeException`` for values that cannot be."""
    resolver = _Resolver(dict(parsed.fields), style)
    offset = resolver.fields.pop("OffsetSeconds", None)
    zone = parsed.zone
    if zone is None and offset is not None:
        zone = zones.fixed(zones.checked_offset(offset))
    resolver.date()
    resolver.clock()
    if resolver.fields and resolver.others():
        resolver.date()
        resolver.clock()
    resolver.time_leniently()
    resolver.cross_check()
    day = resolver.day
    if resolver.excess and day is not None:
        day += 1
    return Temporal(resolver.fields, day, resolver.time, zone, by_offset=parsed.zone is None and offset is not None)


class _Resolver:
    def __init__(self, fields: dict[str, int], style: Style) -> None:
        self.fields = fields
        self.style = style
        self.day: int | None = None
        self.time: int | None = None
        self.excess = False

    def check(self, name: str, value: int) -> int:
        return value if self.style == "LENIENT" else checked(name, value)

    def take(self, *names: str) -> list[int]:
        return [self.fields.pop(name) for name in names]

    def add(self, source: str, name: str, value: int) -> None:
        """Put a derived field; another value that the text gave for it is a conflict."""
        known = self.fields.get(name)
        if known is not None and known != value:
            raise DateTimeException(
                f"Conflict found: {name} {known} differs from {name} {value} while resolving  {source}"
            )
        self.fields[name] = value

    def set_day(self, day: int) -> None:
        if self.day is not None and self.day != day:
            raise DateTimeException(
                f"Conflict found: Fields resolved to two different dates: {calendar.date_text(self.day)}"
                f" {calendar.date_text(day)}"
            )
        self.day = day

    # --- dates -------------------------------------------------------------------------------------------------------

    def date(self) -> None:
        """IsoChronology.resolveDate."""
        self._year_of_era()
        fields = self.fields
        if "Year" not in fields:
            return
        if "MonthOfYear" in fields and "DayOfMonth" in fields:
            self.set_day(self._year_month_day())
        elif "MonthOfYear" in fields and "AlignedWeekOfMonth" in fields and "DayOfWeek" in fields:
            year, month, week, weekday = self.take("Year", "MonthOfYear", "AlignedWeekOfMonth", "DayOfWeek")
            first = calendar.to_day(year, checked("MonthOfYear", month), 1)
            first += (checked("AlignedWeekOfMonth", week) - 1) * 7
            day = first + (checked("DayOfWeek", weekday) - calendar.weekday(first)) % 7
            if self.style == "STRICT" and calendar.from_day(day)[1] != month:
                raise DateTimeException("Strict mode rejected resolved date as it is in a different month")
            self.set_day(day)
        elif "DayOfYear" in fields:
            year, day_of_year = self.take("Year", "DayOfYear")
            self.check("Year", year)
            if self.style == "LENIENT":
                self.set_day(calendar.to_day(year, 1, 1) + day_of_year - 1)
            else:
                self.set_day(_year_day(year, checked("DayOfYear", day_of_year)))

    def _year_month_day(self) -> int:
        year, month, day = self.take("Year", "MonthOfYear", "DayOfMonth")
        checked("Year", year)
        if self.style == "LENIENT":
            carried, month = divmod(month - 1, 12)
            return calendar.to_day(year + carried, month + 1, day)
        checked("MonthOfYear", month)
        checked("DayOfMonth", day)
        if self.style == "SMART":
            day = min(day, calendar.month_length(year, month))
        return calendar.checked_day(year, month, day)

    def _year_of_era(self) -> None:
        fields = self.fields
        if "YearOfEra" not in fields:
            if "Era" in fields:
                checked("Era", fields["Era"])
            return
        year_of_era = self.check("YearOfEra", fields.pop("YearOfEra"))
        if "Era" in fields:
            era = fields.pop("Era")
            self.add("YearOfEra", "Year", year_of_era if era == 1 else 1 - year_of_era)
        elif self.style == "STRICT" and "Year" not in fields:
            fields["YearOfEra"] = year_of_era  # no era is invented
        else:
            self.add("YearOfEra", "Year", year_of_era if fields.get("Year", 1) > 0 else 1 - year_of_era)

    def others(self) -> bool:
        """The fields that resolve themselves: weeks, quarters, Julian days."""
        fields = self.fields
        changed = False
        if WEEKDAY in fields:
            self.add(WEEKDAY, "DayOfWeek", checked(WEEKDAY, fields.pop(WEEKDAY)))
            changed = True
        for name in (WEEK_YEAR, WEEK, WEEKDAY):
            if not -(1 << 31) <= fields.get(name, 0) < 1 << 31:
                raise ArithmeticException("integer overflow")
        for year, week in ((WEEK_YEAR, WEEK), ("WeekBasedYear", "WeekOfWeekBasedYear")):
            if {year, week, "DayOfWeek"} <= fields.keys():
                self.set_day(self._week_date(year, week))
                changed = True
        if {"Year", "MonthOfYear", WEEK_OF_MONTH, "DayOfWeek"} <= fields.keys():
            self.set_day(self._week_of_month())
            changed = True
        if "ModifiedJulianDay" in fields:
            self.set_day(self.check("ModifiedJulianDay", fields.pop("ModifiedJulianDay")) - 40_587)
            changed = True
        return changed

    def _week_date(self, year_name: str, week_name: str) -> int:
        year, week, weekday = self.take(year_name, week_name, "DayOfWeek")
        checked(year_name, year)
        checked("DayOfWeek", weekday)
        weeks = calendar.weeks_in(year)
        if not 1 <= week <= (weeks if self.style == "STRICT" else 53):
            text = f"1 - {weeks}" if self.style == "STRICT" else "1 - 52/53"
            raise DateTimeException(f"Invalid value for {week_name} (valid values {text}): {week}")
        return calendar.week_year_start(year) + (week - 1) * 7 + weekday - 1

    def _week_of_month(self) -> int:
        year, month, week, weekday = self.take("Year", "MonthOfYear", WEEK_OF_MONTH, "DayOfWeek")
        first = calendar.to_day(year, checked("MonthOfYear", month), 1)
        weeks = checked(WEEK_OF_MONTH, week) - date_field(WEEK_OF_MONTH, first)
        day = first + weeks * 7 + checked("DayOfWeek", weekday) - calendar.weekday(first)
        if self.style == "STRICT" and calendar.from_day(day)[1] != month:
            raise DateTimeException("Strict mode rejected resolved date as it is in a different month")
        return day

    # --- times -------------------------------------------------------------------------------------------------------

    def clock(self) -> None:
        """Parsed.resolveTimeFields."""
        fields = self.fields
        strict = self.style == "STRICT"
        for clock, name, wrapped in (("ClockHourOfDay", "HourOfDay", 24), ("ClockHourOfAmPm", "HourOfAmPm", 12)):
            if clock in fields:
                value = fields.pop(clock)
                if strict or (self.style == "SMART" and value):
                    checked(clock, value)
                self.add(clock, name, 0 if value == wrapped else value)
        if "AmPmOfDay" in fields and "HourOfAmPm" in fields:
            half, hour = self.take("AmPmOfDay", "HourOfAmPm")
            self.add("AmPmOfDay", "HourOfDay", self.check("AmPmOfDay", half) * 12 + self.check("HourOfAmPm", hour))
        for name, unit in (("NanoOfDay", 1), ("MilliOfDay", 1_000_000)):
            if name in fields:
                nanos = self.check(name, fields.pop(name)) * unit
                self.add(name, "HourOfDay", nanos // HOUR)
                self.add(name, "MinuteOfHour", nanos // MINUTE % 60)
                self.add(name, "SecondOfMinute", nanos // SECOND % 60)
                self.add(name, "NanoOfSecond", nanos % SECOND)
        if "NanoOfSecond" in fields:
            self.check("NanoOfSecond", fields["NanoOfSecond"])

    def time_leniently(self) -> None:
        """Parsed.resolveTimeLenient: what is missing at the end of a time is zero."""
        fields = self.fields
        hour = fields.get("HourOfDay")
        if hour is None:
            return self._check_times()
        minute, second, nano = (fields.get(name) for name in ("MinuteOfHour", "SecondOfMinute", "NanoOfSecond"))
        if (minute is None and (second is not None or nano is not None)) or (
            minute is not None and second is None and nano is not None
        ):
            return None
        for name in ("HourOfDay", "MinuteOfHour", "SecondOfMinute", "NanoOfSecond"):
            fields.pop(name, None)
        minute, second, nano = minute or 0, second or 0, nano or 0
        self.check("MinuteOfHour", minute)
        self.check("NanoOfSecond", nano)
        if self.style == "SMART" and hour == 24 and not (minute or second or nano):
            hour, self.excess = 0, True
        self.check("HourOfDay", hour)
        self.check("SecondOfMinute", second)
        total = hour * HOUR + minute * MINUTE + second * SECOND + nano
        if self.style == "LENIENT" and self.day is not None:
            self.day += total // DAY
        self.time = total % DAY
        return self._check_times()

    def _check_times(self) -> None:
        if self.style != "LENIENT":
            for name in self.fields:
                if name in _TIME_FIELDS:
                    checked(name, self.fields[name])

    def cross_check(self) -> None:
        """Parsed.crossCheck: fields that the date would have otherwise are a conflict."""
        if self.day is None:
            return
        for name, value in list(self.fields.items()):
            if name in _TIME_FIELDS:
                continue
            actual = date_field(name, self.day)
            if actual != value:
                raise DateTimeException(
                    f"Conflict found: Field {name} {actual} differs from {name} {value} derived from"
                    f" {calendar.date_text(self.day)}"
                )
            del self.fields[name]
