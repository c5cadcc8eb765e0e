"""``java.time``'s units and fields, and the parts of a date and of a time of day."""

from __future__ import annotations

from collections.abc import Callable

from fakeknn.dates import calendar
from fakeknn.dates.calendar import DAY, HOUR, MINUTE, SECOND
from fakeknn.dates.resolving import checked
from fakeknn.painless.library_enum import Enum
from fakeknn.painless.throwable import Thrown

MICRO, MILLI = 1_000, 1_000_000
_DATE_EXCEPTION = "java.time.DateTimeException"


def date_error(message: str) -> Thrown:
    return Thrown(_DATE_EXCEPTION, message)


def unsupported(what: str, name: object) -> Thrown:
    return Thrown("java.time.temporal.UnsupportedTemporalTypeException", f"Unsupported {what}: {name}")


# --- enums ------------------------------------------------------------------------------------------------------------


class ChronoUnit(Enum):
    """``nanos`` of a unit of time, or ``months`` of one of dates (days and weeks have nanoseconds)."""

    __slots__ = ("months", "nanos")
    java = "java.time.temporal.ChronoUnit"

    def __init__(self, name: str, ordinal: int, shown: str, nanos: int, months: int = 0) -> None:
        super().__init__(name, ordinal, shown)
        self.nanos = nanos
        self.months = months

    @property
    def date_based(self) -> bool:
        return self.ordinal >= 7


_YEAR_SECONDS = 31_556_952
_UNITS = (
    ("NANOS", "Nanos", 1, 0),
    ("MICROS", "Micros", MICRO, 0),
    ("MILLIS", "Millis", MILLI, 0),
    ("SECONDS", "Seconds", SECOND, 0),
    ("MINUTES", "Minutes", MINUTE, 0),
    ("HOURS", "Hours", HOUR, 0),
    ("HALF_DAYS", "HalfDays", 12 * HOUR, 0),
    ("DAYS", "Days", DAY, 0),
    ("WEEKS", "Weeks", 7 * DAY, 0),
    ("MONTHS", "Months", _YEAR_SECONDS * SECOND // 12, 1),
    ("YEARS", "Years", _YEAR_SECONDS * SECOND, 12),
    ("DECADES", "Decades", _YEAR_SECONDS * SECOND * 10, 120),
    ("CENTURIES", "Centuries", _YEAR_SECONDS * SECOND * 100, 1200),
    ("MILLENNIA", "Millennia", _YEAR_SECONDS * SECOND * 1000, 12000),
    ("ERAS", "Eras", _YEAR_SECONDS * SECOND * 1_000_000_000, 0),
    ("FOREVER", "Forever", 0, 0),
)
UNITS = {name: ChronoUnit(name, i, shown, nanos, months) for i, (name, shown, nanos, months) in enumerate(_UNITS)}


class ChronoField(Enum):
    __slots__ = ()
    java = "java.time.temporal.ChronoField"


_FIELD_NAMES = (
    "NANO_OF_SECOND NANO_OF_DAY MICRO_OF_SECOND MICRO_OF_DAY MILLI_OF_SECOND MILLI_OF_DAY SECOND_OF_MINUTE "
    "SECOND_OF_DAY MINUTE_OF_HOUR MINUTE_OF_DAY HOUR_OF_AMPM CLOCK_HOUR_OF_AMPM HOUR_OF_DAY CLOCK_HOUR_OF_DAY "
    "AMPM_OF_DAY DAY_OF_WEEK ALIGNED_DAY_OF_WEEK_IN_MONTH ALIGNED_DAY_OF_WEEK_IN_YEAR DAY_OF_MONTH DAY_OF_YEAR "
    "EPOCH_DAY ALIGNED_WEEK_OF_MONTH ALIGNED_WEEK_OF_YEAR MONTH_OF_YEAR PROLEPTIC_MONTH YEAR_OF_ERA YEAR ERA "
    "INSTANT_SECONDS OFFSET_SECONDS"
).split()


def _camel(name: str) -> str:
    text = "".join(part.capitalize() for part in name.split("_"))
    return text.replace("Ampm", "AmPm")


FIELDS = {name: ChronoField(name, i, _camel(name)) for i, name in enumerate(_FIELD_NAMES)}
TIME_FIELDS = frozenset(_camel(name) for name in _FIELD_NAMES[:15])


class DayOfWeek(Enum):
    __slots__ = ()
    java = "java.time.DayOfWeek"

    def field(self, name: str) -> int:
        if name != "DayOfWeek":
            raise unsupported("field", name)
        return self.ordinal + 1


class Month(Enum):
    __slots__ = ()
    java = "java.time.Month"

    def field(self, name: str) -> int:
        if name != "MonthOfYear":
            raise unsupported("field", name)
        return self.ordinal + 1


DAYS = [DayOfWeek(name.upper(), i) for i, name in enumerate(calendar.WEEKDAYS)]
MONTHS = [Month(name.upper(), i) for i, name in enumerate(calendar.MONTHS)]


# --- the parts of a date and of a time --------------------------------------------------------------------------------


def day_field(name: str, day: int) -> int:
    """A field of a date."""
    year, month, of_month = calendar.from_day(day)
    match name:
        case "DayOfMonth":
            return of_month
        case "MonthOfYear":
            return month
        case "Year":
            return year
        case "YearOfEra":
            return year if year >= 1 else 1 - year
        case "Era":
            return int(year >= 1)
        case "DayOfYear":
            return day - calendar.to_day(year, 1, 1) + 1
        case "DayOfWeek":
            return calendar.weekday(day)
        case "EpochDay":
            return day
        case "ProlepticMonth":
            return year * 12 + month - 1
        case "AlignedDayOfWeekInMonth":
            return (of_month - 1) % 7 + 1
        case "AlignedWeekOfMonth":
            return (of_month - 1) // 7 + 1
        case "AlignedDayOfWeekInYear":
            return (day - calendar.to_day(year, 1, 1)) % 7 + 1
        case "AlignedWeekOfYear":
            return (day - calendar.to_day(year, 1, 1)) // 7 + 1
    raise unsupported("field", name)


_TIME_PARTS: dict[str, Callable[[int], int]] = {
    "NanoOfSecond": lambda t: t % SECOND,
    "NanoOfDay": lambda t: t,
    "MicroOfSecond": lambda t: t % SECOND // MICRO,
    "MicroOfDay": lambda t: t // MICRO,
    "MilliOfSecond": lambda t: t % SECOND // MILLI,
    "MilliOfDay": lambda t: t // MILLI,
    "SecondOfMinute": lambda t: t // SECOND % 60,
    "SecondOfDay": lambda t: t // SECOND,
    "MinuteOfHour": lambda t: t // MINUTE % 60,
    "MinuteOfDay": lambda t: t // MINUTE,
    "HourOfAmPm": lambda t: t // HOUR % 12,
    "ClockHourOfAmPm": lambda t: t // HOUR % 12 or 12,
    "HourOfDay": lambda t: t // HOUR,
    "ClockHourOfDay": lambda t: t // HOUR or 24,
    "AmPmOfDay": lambda t: t // HOUR // 12,
}


def time_field(name: str, time: int) -> int:
    if name not in _TIME_PARTS:
        raise unsupported("field", name)
    return _TIME_PARTS[name](time)


def with_time_field(time: int, name: str, value: int) -> int:
    """A time of day with one field changed."""
    if name in ("NanoOfDay", "MicroOfDay", "MilliOfDay", "SecondOfDay", "MinuteOfDay"):
        unit = {"NanoOfDay": 1, "MicroOfDay": MICRO, "MilliOfDay": MILLI, "SecondOfDay": SECOND}.get(name, MINUTE)
        return value * unit + (
            time % MINUTE if name == "MinuteOfDay" else time % SECOND if name == "SecondOfDay" else 0
        )
    checked(name, value)
    match name:
        case "NanoOfSecond" | "MicroOfSecond" | "MilliOfSecond":
            scale = {"NanoOfSecond": 1, "MicroOfSecond": MICRO}.get(name, MILLI)
            return time - time % SECOND + value * scale
        case "SecondOfMinute":
            return time - time // SECOND % 60 * SECOND + value * SECOND
        case "MinuteOfHour":
            return time - time // MINUTE % 60 * MINUTE + value * MINUTE
        case "HourOfDay" | "ClockHourOfDay":
            return time % HOUR + value % 24 * HOUR
        case "HourOfAmPm" | "ClockHourOfAmPm":
            return time % HOUR + (time // HOUR // 12 * 12 + value % 12) * HOUR
        case "AmPmOfDay":
            return time % (12 * HOUR) + value * 12 * HOUR
    raise unsupported("field", name)


def with_day_field(day: int, name: str, value: int) -> int:
    """A date with one field changed."""
    year, month, of_month = calendar.from_day(day)
    if name not in ("EpochDay", "ProlepticMonth"):
        checked(name, value)
    match name:
        case "DayOfMonth":
            return calendar.checked_day(year, month, value)
        case "MonthOfYear":
            return _clamped(year, value, of_month)
        case "Year":
            return _clamped(value, month, of_month)
        case "YearOfEra":
            return _clamped(value if year >= 1 else 1 - value, month, of_month)
        case "DayOfYear":
            if value == 366 and not calendar.is_leap(year):
                raise date_error(f"Invalid date 'DayOfYear 366' as '{year}' is not a leap year")
            return calendar.to_day(year, 1, 1) + value - 1
        case "DayOfWeek":
            return day + value - calendar.weekday(day)
        case "EpochDay":
            return value
        case "ProlepticMonth":
            return _clamped(value // 12, value % 12 + 1, of_month)
        case "AlignedWeekOfMonth" | "AlignedWeekOfYear":
            return day + 7 * (value - day_field(name, day))
        case "AlignedDayOfWeekInMonth" | "AlignedDayOfWeekInYear":
            return day + value - day_field(name, day)
    raise unsupported("field", name)


def _clamped(year: int, month: int, day: int) -> int:
    return calendar.to_day(year, month, min(day, calendar.month_length(year, month)))
