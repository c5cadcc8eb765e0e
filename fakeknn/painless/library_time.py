"""``java.time``: Instant, LocalDate, LocalTime, LocalDateTime, ZonedDateTime, OffsetDateTime, Duration, Period.

Times are integers of nanoseconds and days since 1970-01-01, of any size; their fields and units have Java's names.
"""

from __future__ import annotations

from typing import Any

from fakeknn.dates import calendar, zones
from fakeknn.dates.calendar import DAY, HOUR, MINUTE, SECOND
from fakeknn.dates.moments import Moment
from fakeknn.dates.resolving import checked
from fakeknn.dates.zones import Zone
from fakeknn.painless.library_time_units import (
    MICRO,
    MILLI,
    TIME_FIELDS,
    UNITS,
    ChronoUnit,
    day_field,
    time_field,
    unsupported,
    with_day_field,
    with_time_field,
)
from fakeknn.painless.numbers import Long, wrap_int, wrap_long
from fakeknn.painless.throwable import Thrown
from fakeknn.painless.values import hash_code, string_hash

_FIRST_DAY, _LAST_DAY = -365_243_219_162, 365_241_780_471
_MOST_YEARS = 999_999_999


def _checked_day(day: int) -> int:
    if not _FIRST_DAY <= day <= _LAST_DAY:
        if wrap_long(day) != day:
            raise _overflow()
        raise Thrown(
            "java.time.DateTimeException",
            f"Invalid value for EpochDay (valid values {_FIRST_DAY} - {_LAST_DAY}): {day}",
        )
    return day


def _overflow() -> Thrown:
    return Thrown("java.lang.ArithmeticException", "long overflow")


def exact_long(value: int) -> int:
    """A number that is no long throws."""
    if not -(1 << 63) <= value < 1 << 63:
        raise _overflow()
    return value


def _later_day(day: int, amount: int, unit: ChronoUnit) -> int:
    """A day some days, weeks, months or years later, refused where LocalDate ends."""
    if not unit.months:
        days = amount * (unit.nanos // DAY)
        if unit.ordinal > 7 and wrap_long(days) != days:
            raise _overflow()
        return _checked_day(day + days)
    years, months = unit.months // 12, unit.months % 12
    if years > 1 and wrap_long(amount * years) != amount * years:
        raise _overflow()
    amount = min(amount, 2**63 - 1)
    year, month, _ = calendar.from_day(day)
    reached = wrap_long(year * 12 + month - 1 + amount) // 12 if months else wrap_long(year + amount * years)
    if abs(reached) > _MOST_YEARS:
        valid = f"valid values -{_MOST_YEARS} - {_MOST_YEARS}"
        raise Thrown("java.time.DateTimeException", f"Invalid value for Year ({valid}): {reached}")
    return calendar.plus_months(day, amount * unit.months)


# --- temporals --------------------------------------------------------------------------------------------------------


class Temporal:
    """Something with fields; ordered and equal by ``key``."""

    __slots__ = ()
    java = ""

    def key(self) -> tuple[Any, ...]:
        raise NotImplementedError

    def field(self, name: str) -> int:
        raise NotImplementedError

    def with_field(self, name: str, value: int) -> Temporal:
        raise NotImplementedError

    def plus(self, amount: int, unit: ChronoUnit) -> Temporal:
        raise NotImplementedError

    def moment(self) -> Moment:
        """What formatters print."""
        raise unsupported("field", "Year")

    def __eq__(self, other: object) -> bool:
        return type(self) is type(other) and self.key() == other.key()

    def __hash__(self) -> int:
        return hash(self.key())

    def json(self) -> str:
        return str(self)


def day_text(day: int) -> str:
    return calendar.date_text(day)


def clock_text(time: int) -> str:
    """A time of day as XContentBuilder writes it: with milliseconds at least."""
    digits = f"{time % SECOND:09d}".rstrip("0").ljust(3, "0")
    return f"{time // HOUR:02d}:{time // MINUTE % 60:02d}:{time // SECOND % 60:02d}.{digits}"


def json_text(local: int) -> str:
    """Nanoseconds since 1970 as XContentBuilder writes dates, without an offset."""
    day, time = divmod(local, DAY)
    return f"{day_text(day)}T{clock_text(time)}"


def time_text(time: int) -> str:
    """``LocalTime.toString``: seconds and their fraction only where there are some, in threes of digits."""
    text = f"{time // HOUR:02d}:{time // MINUTE % 60:02d}"
    seconds, nanos = time // SECOND % 60, time % SECOND
    if seconds or nanos:
        text += f":{seconds:02d}"
    if nanos:
        digits = f"{nanos:09d}"
        text += "." + (digits[:3] if not nanos % MILLI else digits[:6] if not nanos % MICRO else digits)
    return text


class LocalDate(Temporal):
    __slots__ = ("day",)
    java = "java.time.LocalDate"

    def __init__(self, day: int) -> None:
        self.day = day

    @classmethod
    def of(cls, year: int, month: int, day: int) -> LocalDate:
        checked("Year", year)
        return cls(calendar.checked_day(year, checked("MonthOfYear", month), checked("DayOfMonth", day)))

    def key(self) -> tuple[Any, ...]:
        return (self.day,)

    def field(self, name: str) -> int:
        return day_field(name, self.day)

    def with_field(self, name: str, value: int) -> LocalDate:
        return LocalDate(with_day_field(self.day, name, value))

    def plus(self, amount: int, unit: ChronoUnit) -> LocalDate:
        if not unit.months and unit.ordinal not in (7, 8):
            raise unsupported("unit", unit)
        return LocalDate(_later_day(self.day, amount, unit))

    def until(self, end: LocalDate, unit: ChronoUnit) -> int:
        if unit.months:
            return _towards_zero(_months_between(self.day, end.day), unit.months)
        if unit.ordinal not in (7, 8):
            raise unsupported("unit", unit)
        return _towards_zero(end.day - self.day, unit.nanos // DAY)

    def moment(self) -> Moment:
        return Moment(self.day * DAY, zones.UTC)

    def __str__(self) -> str:
        return day_text(self.day)

    def __hash__(self) -> int:
        year, month, day = calendar.from_day(self.day)
        return wrap_int((year & ~0x7FF) ^ ((year << 11) + (month << 6) + day))


def _towards_zero(value: int, by: int) -> int:
    return value // by if value >= 0 else -(-value // by)


def _months_between(start: int, end: int) -> int:
    """Whole months from one day to another, in Java's packing of month and day."""
    a, b = calendar.from_day(start), calendar.from_day(end)
    packed = ((b[0] * 12 + b[1] - 1) * 32 + b[2]) - ((a[0] * 12 + a[1] - 1) * 32 + a[2])
    return _towards_zero(packed, 32)


class LocalTime(Temporal):
    __slots__ = ("time",)
    java = "java.time.LocalTime"

    def __init__(self, time: int) -> None:
        self.time = time

    @classmethod
    def of(cls, hour: int, minute: int, second: int = 0, nano: int = 0) -> LocalTime:
        checked("HourOfDay", hour)
        checked("MinuteOfHour", minute)
        checked("SecondOfMinute", second)
        checked("NanoOfSecond", nano)
        return cls(hour * HOUR + minute * MINUTE + second * SECOND + nano)

    def key(self) -> tuple[Any, ...]:
        return (self.time,)

    def field(self, name: str) -> int:
        return time_field(name, self.time)

    def with_field(self, name: str, value: int) -> LocalTime:
        return LocalTime(with_time_field(self.time, name, value))

    def plus(self, amount: int, unit: ChronoUnit) -> LocalTime:
        if unit.date_based:
            raise unsupported("unit", unit)
        return LocalTime((self.time + amount * unit.nanos) % DAY)

    def until(self, end: LocalTime, unit: ChronoUnit) -> int:
        if unit.date_based:
            raise unsupported("unit", unit)
        return _towards_zero(end.time - self.time, unit.nanos)

    def moment(self) -> Moment:
        return Moment(self.time, zones.UTC)

    def __str__(self) -> str:
        return time_text(self.time)

    def json(self) -> str:
        return clock_text(self.time)

    def __hash__(self) -> int:
        return hash_code(Long(self.time))


class Local(Temporal):
    """What has a local date and time, ``local`` in nanoseconds."""

    __slots__ = ()

    @property
    def local(self) -> int:
        raise NotImplementedError

    def at_local(self, local: int) -> Local:
        raise NotImplementedError

    def shift(self, nanos: int) -> Local:
        """Later by an exact time."""
        return self.at_local(self.local + nanos)

    @property
    def day(self) -> int:
        return self.local // DAY

    @property
    def time(self) -> int:
        return self.local % DAY

    def field(self, name: str) -> int:
        if name in TIME_FIELDS:
            return time_field(name, self.time)
        return day_field(name, self.day)

    def with_field(self, name: str, value: int) -> Local:
        if name in TIME_FIELDS:
            return self.at_local(self.day * DAY + with_time_field(self.time, name, value))
        return self.at_local(with_day_field(self.day, name, value) * DAY + self.time)

    def plus(self, amount: int, unit: ChronoUnit) -> Local:
        if unit.date_based:
            if not unit.months and unit.ordinal > 8:
                raise unsupported("unit", unit)
            return self.at_local(_later_day(self.day, amount, unit) * DAY + self.time)
        _checked_day((self.local + min(amount, 2**63 - 1) * unit.nanos) // DAY)
        return self.shift(amount * unit.nanos)

    def truncated(self, unit: ChronoUnit) -> Local:
        if unit.ordinal == 7:
            return self.at_local(self.day * DAY)
        if unit.date_based:
            raise Thrown(
                "java.time.temporal.UnsupportedTemporalTypeException", "Unit is too large to be used for truncation"
            )
        return self.at_local(self.day * DAY + self.time - self.time % unit.nanos)

    def local_until(self, end: Local, unit: ChronoUnit) -> int:
        difference = end.local - self.local
        if not unit.date_based:
            return _towards_zero(difference, unit.nanos)
        day = end.day
        # A part of a day does not count.
        if day > self.day and end.time < self.time:
            day -= 1
        elif day < self.day and end.time > self.time:
            day += 1
        return LocalDate(self.day).until(LocalDate(day), unit)


class LocalDateTime(Local):
    __slots__ = ("_local",)
    java = "java.time.LocalDateTime"

    def __init__(self, local: int) -> None:
        self._local = local

    @property
    def local(self) -> int:
        return self._local

    def at_local(self, local: int) -> LocalDateTime:
        return LocalDateTime(local)

    def key(self) -> tuple[Any, ...]:
        return (self._local,)

    def until(self, end: LocalDateTime, unit: ChronoUnit) -> int:
        return self.local_until(end, unit)

    def moment(self) -> Moment:
        return Moment(self._local, zones.UTC)

    def __str__(self) -> str:
        return f"{day_text(self.day)}T{time_text(self.time)}"

    def json(self) -> str:
        return f"{json_text(self.local)}Z"

    def __hash__(self) -> int:
        return wrap_int(hash(LocalDate(self.day)) ^ hash(LocalTime(self.time)))


class ZonedDateTime(Local):
    """An instant in ``nanos``, seen in a zone. What a date field's value is."""

    __slots__ = ("nanos", "zone")
    java = "java.time.ZonedDateTime"

    def __init__(self, nanos: int, zone: Zone = zones.UTC) -> None:
        self.nanos = nanos
        self.zone = zone

    @classmethod
    def of_local(cls, local: int, zone: Zone) -> ZonedDateTime:
        second, nano = divmod(local, SECOND)
        return cls(zone.to_instant(second) * SECOND + nano, zone)

    @property
    def offset(self) -> int:
        return self.zone.offset_at(self.nanos // SECOND)

    @property
    def local(self) -> int:
        return self.nanos + self.offset * SECOND

    def at_local(self, local: int) -> Local:
        # Of two instants, the one with the offset of now.
        kept = local - self.offset * SECOND
        if self.zone.offset_at(kept // SECOND) == self.offset:
            return type(self)(kept, self.zone)
        return type(self).of_local(local, self.zone)

    def shift(self, nanos: int) -> Local:
        return type(self)(self.nanos + nanos, self.zone)

    def field(self, name: str) -> int:
        if name == "InstantSeconds":
            return self.nanos // SECOND
        if name == "OffsetSeconds":
            return self.offset
        return super().field(name)

    def with_field(self, name: str, value: int) -> Local:
        if name == "InstantSeconds":
            return type(self)(checked_instant(value * SECOND + self.nanos % SECOND), self.zone)
        if name == "OffsetSeconds":
            return self.at_offset(checked(name, value))
        return super().with_field(name, value)

    def at_offset(self, seconds: int) -> ZonedDateTime:
        """``with(ZoneOffset)``: another of the offsets that are valid for the local time."""
        if seconds not in self.zone.at_local(self.local // SECOND).valid:
            return self
        return ZonedDateTime(self.local - seconds * SECOND, self.zone)

    def key(self) -> tuple[Any, ...]:
        return (self.nanos, self.zone)

    def until(self, end: ZonedDateTime, unit: ChronoUnit) -> int:
        if not unit.date_based:
            return _towards_zero(end.nanos - self.nanos, unit.nanos)
        return self.local_until(ZonedDateTime(end.nanos, self.zone), unit)

    def to_epoch_milli(self) -> int:
        return self.nanos // MILLI

    def moment(self) -> Moment:
        return Moment(self.nanos, self.zone)

    def __str__(self) -> str:
        text = f"{day_text(self.day)}T{time_text(self.time)}{zones.offset_id(self.offset)}"
        return text if self.zone.id == zones.offset_id(self.offset) else f"{text}[{self.zone.id}]"

    def json(self) -> str:
        return f"{json_text(self.local)}{zones.offset_id(self.offset)}"

    def __hash__(self) -> int:
        zone = zone_hash(self.zone) & 0xFFFFFFFF
        return wrap_int(hash(LocalDateTime(self.local)) ^ self.offset ^ (zone << 3 | zone >> 29))


class OffsetDateTime(ZonedDateTime):
    __slots__ = ()
    java = "java.time.OffsetDateTime"

    def at_offset(self, seconds: int) -> ZonedDateTime:
        return OffsetDateTime(self.local - seconds * SECOND, zones.fixed(seconds))

    def __hash__(self) -> int:
        return wrap_int(hash(LocalDateTime(self.local)) ^ self.offset)


def zone_hash(zone: Zone) -> int:
    """A ZoneOffset's hash is its seconds, a region's that of its name."""
    is_offset = zone.id == "Z" or zone.id[0] in "+-"
    return int(zone.offsets[0]) if is_offset else string_hash(zone.id)


def checked_instant(nanos: int) -> int:
    if not _FIRST_DAY <= nanos // DAY - 365 < _LAST_DAY + 366:
        raise Thrown("java.time.DateTimeException", "Instant exceeds minimum or maximum instant")
    return nanos


class Instant(Temporal):
    __slots__ = ("nanos",)
    java = "java.time.Instant"

    def __init__(self, nanos: int) -> None:
        self.nanos = nanos

    def key(self) -> tuple[Any, ...]:
        return (self.nanos,)

    def field(self, name: str) -> int:
        if name == "InstantSeconds":
            return self.nanos // SECOND
        if name in ("NanoOfSecond", "MicroOfSecond", "MilliOfSecond"):
            return time_field(name, self.nanos % SECOND)
        raise unsupported("field", name)

    def with_field(self, name: str, value: int) -> Instant:
        checked(name, value)
        if name == "InstantSeconds":
            return Instant(checked_instant(value * SECOND + self.nanos % SECOND))
        if name not in ("NanoOfSecond", "MicroOfSecond", "MilliOfSecond"):
            raise unsupported("field", name)
        return Instant(self.nanos // SECOND * SECOND + with_time_field(self.nanos % SECOND, name, value))

    def plus(self, amount: int, unit: ChronoUnit) -> Instant:
        if unit.ordinal > 7:
            raise unsupported("unit", unit)
        seconds = amount * unit.nanos // SECOND
        if wrap_long(seconds) != seconds:
            raise _overflow()
        return Instant(checked_instant(self.nanos + amount * unit.nanos))

    def truncated(self, unit: ChronoUnit) -> Instant:
        if unit.ordinal > 7:
            raise Thrown(
                "java.time.temporal.UnsupportedTemporalTypeException", "Unit is too large to be used for truncation"
            )
        return Instant(self.nanos - self.nanos % unit.nanos)

    def until(self, end: Instant, unit: ChronoUnit) -> int:
        if unit.ordinal > 7:
            raise unsupported("unit", unit)
        return _towards_zero(end.nanos - self.nanos, unit.nanos)

    def to_epoch_milli(self) -> int:
        return self.nanos // MILLI

    def moment(self) -> Moment:
        return Moment(self.nanos, zones.UTC)

    def __str__(self) -> str:
        day, time = divmod(self.nanos, DAY)
        text = f"{time // HOUR:02d}:{time // MINUTE % 60:02d}:{time // SECOND % 60:02d}"
        nanos = time % SECOND
        if nanos:
            digits = f"{nanos:09d}"
            text += "." + (digits[:3] if not nanos % MILLI else digits[:6] if not nanos % MICRO else digits)
        return f"{day_text(day)}T{text}Z"

    def json(self) -> str:
        return f"{json_text(self.nanos)}Z"

    def __hash__(self) -> int:
        return wrap_int(hash_code(Long(self.nanos // SECOND)) + 51 * (self.nanos % SECOND))


# --- amounts ----------------------------------------------------------------------------------------------------------


class Duration:
    __slots__ = ("nanos",)
    java = "java.time.Duration"

    def __init__(self, nanos: int) -> None:
        if wrap_long(nanos // SECOND) != nanos // SECOND:
            raise _overflow()
        self.nanos = nanos

    def add_to(self, temporal: Temporal, sign: int) -> Temporal:
        seconds, nanos = divmod(self.nanos, SECOND)
        if seconds:
            temporal = temporal.plus(sign * seconds, UNITS["SECONDS"])
        return temporal.plus(sign * nanos, UNITS["NANOS"]) if nanos else temporal

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Duration) and self.nanos == other.nanos

    def __hash__(self) -> int:
        return wrap_int(hash_code(Long(self.nanos // SECOND)) + 51 * (self.nanos % SECOND))

    def __str__(self) -> str:
        if not self.nanos:
            return "PT0S"
        seconds, rest = divmod(abs(self.nanos), SECOND)
        sign = "-" if self.nanos < 0 else ""
        hours, minutes, seconds = seconds // 3600, seconds // 60 % 60, seconds % 60
        text = "PT" + (f"{sign}{hours}H" if hours else "") + (f"{sign}{minutes}M" if minutes else "")
        if not seconds and not rest and len(text) > 2:
            return text
        fraction = f".{rest:09d}".rstrip("0") if rest else ""
        return f"{text}{sign}{seconds}{fraction}S"


class Period:
    __slots__ = ("days", "months", "years")
    java = "java.time.Period"

    def __init__(self, years: int = 0, months: int = 0, days: int = 0) -> None:
        self.years, self.months, self.days = years, months, days

    @staticmethod
    def between(start: LocalDate, end: LocalDate) -> Period:
        a, b = calendar.from_day(start.day), calendar.from_day(end.day)
        months = (b[0] * 12 + b[1]) - (a[0] * 12 + a[1])
        days = b[2] - a[2]
        if months > 0 and days < 0:
            months -= 1
            days = end.day - calendar.plus_months(start.day, months)
        elif months < 0 and days > 0:
            months += 1
            days -= calendar.month_length(b[0], b[1])
        years = _towards_zero(months, 12)
        return Period(years, months - years * 12, days)

    def add_to(self, temporal: Temporal, sign: int) -> Temporal:
        if self.years and not self.months:
            temporal = temporal.plus(sign * self.years, UNITS["YEARS"])
        elif months := self.years * 12 + self.months:
            temporal = temporal.plus(sign * months, UNITS["MONTHS"])
        return temporal.plus(sign * self.days, UNITS["DAYS"]) if self.days else temporal

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Period) and self.key() == other.key()

    def key(self) -> tuple[int, int, int]:
        return self.years, self.months, self.days

    def __hash__(self) -> int:
        def rotated(value: int, by: int) -> int:
            value &= 0xFFFFFFFF
            return wrap_int(value << by | value >> (32 - by))

        return wrap_int(self.years + rotated(self.months, 8) + rotated(self.days, 16))

    def __str__(self) -> str:
        parts = ((self.years, "Y"), (self.months, "M"), (self.days, "D"))
        return "P" + ("".join(f"{value}{unit}" for value, unit in parts if value) or "0D")


def zoned_date_time(nanos: int) -> ZonedDateTime:
    """The ZonedDateTime in UTC at some nanoseconds since 1970."""
    return ZonedDateTime(nanos)
