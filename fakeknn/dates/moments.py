"""A moment in a zone, with java.time's fields: what formatters print and date math walks on.

The week fields of OpenSearch's locale provider (weeks begin on Monday, the first has four days) are ISO's, under names
of their own.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

from fakeknn.dates import calendar
from fakeknn.dates.calendar import DAY, SECOND
from fakeknn.dates.zones import Zone

_YEAR_FIELDS = {"Year", "YearOfEra", "Era", "MonthOfYear", "DayOfMonth", "DayOfYear", "QuarterOfYear"}


@dataclass(frozen=True)
class Moment:
    """ZonedDateTime: ``nanos`` since 1970-01-01T00:00Z, seen in ``zone``."""

    nanos: int
    zone: Zone

    @cached_property
    def offset(self) -> int:
        """Seconds east of Greenwich."""
        return self.zone.offset_at(self.nanos // SECOND)

    @property
    def local(self) -> int:
        """The local time in nanoseconds since 1970-01-01T00:00."""
        return self.nanos + self.offset * SECOND

    @property
    def day(self) -> int:
        return self.local // DAY

    @property
    def time(self) -> int:
        """Nanoseconds since midnight."""
        return self.local % DAY

    @classmethod
    def of_local(cls, local: int, zone: Zone) -> Moment:
        second, nano = divmod(local, SECOND)
        return cls(zone.to_instant(second) * SECOND + nano, zone)

    def at_local(self, local: int) -> Moment:
        """ZonedDateTime.resolveLocal: another local time; of two instants, the one with the offset of now."""
        return self._resolved(local, self.zone)

    def same_local(self, zone: Zone) -> Moment:
        """ZonedDateTime.withZoneSameLocal; of two instants, the one with the offset of now."""
        return self._resolved(self.local, zone)

    def _resolved(self, local: int, zone: Zone) -> Moment:
        kept = local - self.offset * SECOND
        if zone.offset_at(kept // SECOND) == self.offset:
            return Moment(kept, zone)
        return Moment.of_local(local, zone)

    def get(self, name: str) -> int:
        """A field by Java's name."""
        if name in _YEAR_FIELDS:
            return date_field(name, self.day)
        time = self.time
        match name:
            case "HourOfDay":
                return time // calendar.HOUR
            case "ClockHourOfDay":
                return time // calendar.HOUR or 24
            case "HourOfAmPm":
                return time // calendar.HOUR % 12
            case "ClockHourOfAmPm":
                return time // calendar.HOUR % 12 or 12
            case "AmPmOfDay":
                return time // calendar.HOUR // 12
            case "MinuteOfHour":
                return time // calendar.MINUTE % 60
            case "SecondOfMinute":
                return time // SECOND % 60
            case "NanoOfSecond":
                return time % SECOND
            case "MilliOfDay":
                return time // 1_000_000
            case "NanoOfDay":
                return time
            case "InstantSeconds":
                return self.nanos // SECOND
        return date_field(name, self.day)


def instant_text(nanos: int) -> str:
    """Instant.toString: the fraction in as few groups of three digits as it takes."""
    seconds, fraction = divmod(nanos, 1_000_000_000)
    day, second = divmod(seconds, 86_400)
    text = f"{calendar.date_text(day)}T{second // 3600:02}:{second // 60 % 60:02}:{second % 60:02}"
    if fraction:
        digits = f"{fraction:09}"
        while digits.endswith("000"):
            digits = digits[:-3]
        text += f".{digits}"
    return text + "Z"


def date_field(name: str, day: int) -> int:
    year, month, day_of_month = calendar.from_day(day)
    match name:
        case "Year":
            return year
        case "YearOfEra":
            return year if year > 0 else 1 - year
        case "Era":
            return 1 if year > 0 else 0
        case "MonthOfYear":
            return month
        case "DayOfMonth":
            return day_of_month
        case "DayOfYear":
            return day - calendar.to_day(year, 1, 1) + 1
        case "QuarterOfYear":
            return (month + 2) // 3
        case "DayOfWeek" | "DayOfWeek[WeekFields[MONDAY,4]]":
            return calendar.weekday(day)
        case "AlignedWeekOfMonth":
            return (day_of_month + 6) // 7
        case "WeekBasedYear" | "WeekBasedYear[WeekFields[MONDAY,4]]":
            return calendar.week_of(day)[0]
        case "WeekOfWeekBasedYear" | "WeekOfWeekBasedYear[WeekFields[MONDAY,4]]":
            return calendar.week_of(day)[1]
        case "WeekOfMonth[WeekFields[MONDAY,4]]":
            # The first week is the one with at least four days in the month; days before it are in week 0.
            first = calendar.weekday(day - day_of_month + 1)
            return (day_of_month + first - 2) // 7 + (first <= 4)
        case "ModifiedJulianDay":
            return day + 40_587
        case "EpochDay":
            return day
    raise KeyError(name)
