"""The methods of ``java.time``'s classes."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from fakeknn.dates import calendar, zones
from fakeknn.dates.calendar import DAY, HOUR, SECOND
from fakeknn.dates.resolving import checked
from fakeknn.dates.zones import Zone
from fakeknn.painless.dispatch import define, define_fields, define_static
from fakeknn.painless.library_doc import DATES, define_kind
from fakeknn.painless.library_lang import order
from fakeknn.painless.library_time import (
    Instant,
    LocalDate,
    LocalDateTime,
    LocalTime,
    OffsetDateTime,
    Period,
    Temporal,
    ZonedDateTime,
    checked_instant,
    exact_long,
)
from fakeknn.painless.library_time_fields import add, between, change, range_in, read, read_int, supports
from fakeknn.painless.library_time_format import converted
from fakeknn.painless.library_time_partial import MonthDay, OffsetTime, Year, YearMonth
from fakeknn.painless.library_time_units import (
    DAYS,
    FIELDS,
    MONTHS,
    UNITS,
    ChronoUnit,
    DayOfWeek,
    Month,
    date_error,
)
from fakeknn.painless.numbers import wrap_long
from fakeknn.painless.throwable import Thrown, null_pointer
from fakeknn.painless.values import JAVA_CLASSES, TEXTS, Function

ARITHMETIC = "java.lang.ArithmeticException"
JAVA_CLASSES[Zone] = "java.time.ZoneRegion"
TEXTS[Zone] = lambda zone: str(zone.id)

# --- getters, plus, minus and with ------------------------------------------------------------------------------------

_GETTERS = {
    "getDayOfMonth": "DayOfMonth",
    "getDayOfYear": "DayOfYear",
    "getHour": "HourOfDay",
    "getMinute": "MinuteOfHour",
    "getMonthValue": "MonthOfYear",
    "getNano": "NanoOfSecond",
    "getSecond": "SecondOfMinute",
    "getYear": "Year",
}


def _getter(name: str) -> Callable[[Temporal], int]:
    return lambda temporal: temporal.field(name)


def _setter(name: str) -> Callable[[Temporal, int], Temporal]:
    return lambda temporal, value: temporal.with_field(name, value)


def _adder(unit: ChronoUnit, sign: int) -> Callable[[Temporal, int], Temporal]:
    return lambda temporal, amount: temporal.plus(sign * amount, unit)


_PLUS = ("Days", "Hours", "Millis", "Minutes", "Months", "Nanos", "Seconds", "Weeks", "Years")
_FIELD_METHODS: dict[str, Callable[..., Any]] = {
    **{f"{method}/0": _getter(name) for method, name in _GETTERS.items()},
    **{f"with{method[3:].replace('MonthValue', 'Month')}/1": _setter(name) for method, name in _GETTERS.items()},
    **{f"plus{unit}/1": _adder(UNITS[unit.upper()], 1) for unit in _PLUS},
    **{f"minus{unit}/1": _adder(UNITS[unit.upper()], -1) for unit in _PLUS},
    "getDayOfWeek/0": lambda t: DAYS[t.field("DayOfWeek") - 1],
    "getDayOfWeekEnum/0": lambda t: DAYS[t.field("DayOfWeek") - 1],
    "getMonth/0": lambda t: MONTHS[t.field("MonthOfYear") - 1],
    "plus/1": lambda t, amount: amount.add_to(t, 1),
    "plus/2": add,
    "minus/1": lambda t, amount: amount.add_to(t, -1),
    "minus/2": lambda t, amount, unit: add(t, -amount, unit),
    "with/1": lambda t, adjuster: adjusted(t, adjuster),
    "with/2": change,
    "get/1": read_int,
    "getLong/1": read,
    "isSupported/1": supports,
    "range/1": range_in,
    "query/1": lambda t, query: query.call(t),
    "until/2": lambda t, end, unit: between(t, converted(type(t).__name__, end), unit),
    "truncatedTo/1": lambda t, unit: _truncated(t, unit),
    "toString/0": str,
}


def adjusted(temporal: Any, adjuster: Any) -> Any:
    """``with(adjuster)``: a function, or what knows a part of a date or time and replaces it."""
    if isinstance(adjuster, Function):
        return adjuster.call(temporal)
    if type(adjuster) is type(temporal) and not isinstance(adjuster, MonthDay):
        return adjuster
    match adjuster:
        case DayOfWeek() | Month():
            name = "DayOfWeek" if isinstance(adjuster, DayOfWeek) else "MonthOfYear"
            return temporal.with_field(name, adjuster.ordinal + 1)
        case zones.ZoneOffset():
            return temporal.with_field("OffsetSeconds", adjuster.fixed)
        case MonthDay():
            temporal = temporal.with_field("MonthOfYear", adjuster.month)
            last = range_in(temporal, FIELDS["DAY_OF_MONTH"]).largest
            return temporal.with_field("DayOfMonth", min(last, adjuster.day))
        case LocalDateTime() if isinstance(temporal, ZonedDateTime):
            return temporal.at_local(adjuster.local)
    for name in _ADJUSTS[type(adjuster).__name__]:
        temporal = temporal.with_field(name, adjuster.field(name))
    return temporal


# The fields that a temporal gives to another (``adjustInto``).
_ADJUSTS: dict[str, tuple[str, ...]] = {
    "LocalDate": ("EpochDay",),
    "LocalTime": ("NanoOfDay",),
    "LocalDateTime": ("EpochDay", "NanoOfDay"),
    "OffsetDateTime": ("EpochDay", "NanoOfDay", "OffsetSeconds"),
    "OffsetTime": ("NanoOfDay", "OffsetSeconds"),
    "Instant": ("InstantSeconds", "NanoOfSecond"),
    "Year": ("Year",),
    "YearMonth": ("ProlepticMonth",),
}
define("java.time.temporal.TemporalAdjuster", {"adjustInto/1": lambda adjuster, t: adjusted(t, adjuster)})


def _truncated(temporal: Temporal, unit: ChronoUnit) -> Temporal:
    if isinstance(temporal, OffsetTime):
        return OffsetTime(_truncated(LocalTime(temporal.time), unit).time, temporal.offset)  # type: ignore[attr-defined]
    if isinstance(temporal, LocalTime):
        if unit.date_based and unit.ordinal != 7:
            raise Thrown(
                "java.time.temporal.UnsupportedTemporalTypeException", "Unit is too large to be used for truncation"
            )
        return LocalTime(temporal.time - temporal.time % unit.nanos)
    return temporal.truncated(unit)  # type: ignore[attr-defined, no-any-return]


def _compare(a: Any, b: Any) -> int:
    """Years, then months and days: dates compare by their differences, moments by their order."""
    if isinstance(a, LocalDate) and isinstance(b, LocalDate):
        x, y = calendar.from_day(a.day), calendar.from_day(b.day)
        return next((p - q for p, q in zip(x, y, strict=True) if p != q), 0)
    if isinstance(a, OffsetTime):
        return order(a.epoch_nano, b.epoch_nano) or order(a.time, b.time)
    if isinstance(a, Year):
        return int(a.year - b.year)
    if isinstance(a, (YearMonth, MonthDay)):
        x, y = (divmod(t.months, 12) if isinstance(t, YearMonth) else t.key() for t in (a, b))
        return x[0] - y[0] or x[1] - y[1]
    if isinstance(a, ZonedDateTime):
        return order(a.nanos, b.nanos) or order(a.local, b.local) or order(a.zone.id, b.zone.id)
    if isinstance(a, LocalDateTime):
        return _compare(LocalDate(a.day), LocalDate(b.day)) or order(a.time, b.time)
    return order(a.key(), b.key())


def _moment(value: Any) -> Any:
    if isinstance(value, OffsetTime):
        return value.epoch_nano
    if isinstance(value, MonthDay):
        return value.key()
    return int(value.nanos if isinstance(value, (ZonedDateTime, Instant)) else value.key()[0])


_ORDERED: dict[str, Callable[..., Any]] = {
    "compareTo/1": _compare,
    "isAfter/1": lambda a, b: _moment(a) > _moment(b),
    "isBefore/1": lambda a, b: _moment(a) < _moment(b),
    "isEqual/1": lambda a, b: _moment(a) == _moment(b),
}
_TEMPORALS = (
    *("ZonedDateTime", "OffsetDateTime", "LocalDateTime", "LocalDate", "LocalTime", "Instant"),
    *("Year", "YearMonth", "MonthDay", "OffsetTime"),
)
for _name in _TEMPORALS:
    define(f"java.time.{_name}", {**_FIELD_METHODS, **_ORDERED})
define("java.time.temporal.TemporalAccessor", _FIELD_METHODS)
define(
    "java.time.Year",
    {
        "atDay/1": lambda y, day: _year_day(y.year, day),
        "atMonth/1": lambda y, month: YearMonth.of(y.year, month),
        "atMonthDay/1": lambda y, day: day.at_year(y.year),
        "getValue/0": lambda y: y.year,
        "isLeap/0": lambda y: calendar.is_leap(y.year),
        "isValidMonthDay/1": lambda y, day: day is not None and day.valid_in(y.year),
        "length/0": lambda y: 366 if calendar.is_leap(y.year) else 365,
    },
)
define_static("java.time.Year", {"of/1": Year.of, "isLeap/1": calendar.is_leap})
define_fields("java.time.Year", {"MAX_VALUE": 999_999_999, "MIN_VALUE": -999_999_999})
define(
    "java.time.YearMonth",
    {
        "atDay/1": lambda m, day: LocalDate.of(m.year, m.month, day),
        "atEndOfMonth/0": lambda m: LocalDate.of(m.year, m.month, m.length),
        "isLeapYear/0": lambda m: calendar.is_leap(m.year),
        "isValidDay/1": lambda m, day: 1 <= day <= m.length,
        "lengthOfMonth/0": lambda m: m.length,
        "lengthOfYear/0": lambda m: 366 if calendar.is_leap(m.year) else 365,
    },
)
define_static("java.time.YearMonth", {"of/2": YearMonth.of})
define(
    "java.time.MonthDay",
    {
        "atYear/1": lambda d, year: d.at_year(year),
        "isValidYear/1": lambda d, year: d.valid_in(year),
        "with/1": lambda d, month: d.in_month(month.ordinal + 1),
        "withMonth/1": lambda d, month: d.in_month(MonthDay.of(month, 1).month),
        "withDayOfMonth/1": lambda d, day: MonthDay.of(d.month, day),
    },
)
define_static("java.time.MonthDay", {"of/2": MonthDay.of})
define(
    "java.time.OffsetTime",
    {
        "getOffset/0": lambda t: t.offset,
        "toLocalTime/0": lambda t: LocalTime(t.time),
        "withOffsetSameInstant/1": lambda t, offset: t.at_offset(offset),
        "withOffsetSameLocal/1": lambda t, offset: OffsetTime(t.time, offset),
    },
)
define_static(
    "java.time.OffsetTime",
    {
        "of/2": lambda time, offset: OffsetTime(time.time, offset),
        "of/5": lambda *given: OffsetTime(LocalTime.of(*given[:4]).time, given[4]),
        "ofInstant/2": lambda instant, zone: OffsetTime(
            ZonedDateTime(instant.nanos, zone).time, zones.fixed(zone.offset_at(instant.nanos // SECOND))
        ),
    },
)
define_fields(
    "java.time.OffsetTime",
    {"MAX": OffsetTime(DAY - 1, zones.fixed(-64_800)), "MIN": OffsetTime(0, zones.fixed(64_800))},
)


# --- conversions ------------------------------------------------------------------------------------------------------


def _zoned(instant: Any, zone: Zone) -> ZonedDateTime:
    if zone is None:
        raise null_pointer("zone")
    return ZonedDateTime(instant.nanos, zone)


def _at_overlap(moment: ZonedDateTime, which: int) -> ZonedDateTime:
    valid = moment.zone.at_local(moment.local // SECOND).valid
    return ZonedDateTime(moment.local - valid[which] * SECOND, moment.zone) if len(valid) == 2 else moment


_ZONED: dict[str, Callable[..., Any]] = {
    "getOffset/0": lambda z: zones.fixed(z.offset),
    "getZone/0": lambda z: z.zone,
    "toEpochSecond/0": lambda z: z.nanos // SECOND,
    "toInstant/0": lambda z: Instant(z.nanos),
    "toLocalDate/0": lambda z: LocalDate(z.day),
    "toLocalDateTime/0": lambda z: LocalDateTime(z.local),
    "toLocalTime/0": lambda z: LocalTime(z.time),
    "toOffsetDateTime/0": lambda z: OffsetDateTime(z.nanos, zones.fixed(z.offset)),
    "toZonedDateTime/0": lambda z: ZonedDateTime(z.nanos, z.zone),
    "withZoneSameInstant/1": _zoned,
    "withZoneSameLocal/1": lambda z, zone: ZonedDateTime.of_local(z.local, zone),
    "withOffsetSameInstant/1": lambda z, zone: OffsetDateTime(z.nanos, zone),
    "withOffsetSameLocal/1": lambda z, zone: OffsetDateTime.of_local(z.local, zone),
    "atZoneSameInstant/1": _zoned,
    "withFixedOffsetZone/0": lambda z: ZonedDateTime(z.nanos, zones.fixed(z.offset)),
    "withEarlierOffsetAtOverlap/0": lambda z: _at_overlap(z, 0),
    "withLaterOffsetAtOverlap/0": lambda z: _at_overlap(z, -1),
}
define("java.time.ZonedDateTime", _ZONED)
define("java.time.OffsetDateTime", _ZONED)
define(
    "java.time.LocalDateTime",
    {
        "toLocalDate/0": lambda t: LocalDate(t.day),
        "toLocalTime/0": lambda t: LocalTime(t.time),
        "atZone/1": lambda t, zone: ZonedDateTime.of_local(t.local, zone),
        "atOffset/1": lambda t, zone: OffsetDateTime.of_local(t.local, zone),
        "toEpochSecond/1": lambda t, zone: ZonedDateTime.of_local(t.local, zone).nanos // SECOND,
        "toInstant/1": lambda t, zone: Instant(ZonedDateTime.of_local(t.local, zone).nanos),
    },
)
define(
    "java.time.LocalDate",
    {
        "atStartOfDay/0": lambda d: LocalDateTime(d.day * DAY),
        "atStartOfDay/1": lambda d, zone: ZonedDateTime.of_local(d.day * DAY, zone),
        "atTime/1": lambda d, time: LocalDateTime(d.day * DAY + time.time),
        **{f"atTime/{n}": lambda d, *parts: LocalDateTime(d.day * DAY + LocalTime.of(*parts).time) for n in (2, 3, 4)},
        "isLeapYear/0": lambda d: calendar.is_leap(d.field("Year")),
        "lengthOfMonth/0": lambda d: calendar.month_length(d.field("Year"), d.field("MonthOfYear")),
        "lengthOfYear/0": lambda d: 366 if calendar.is_leap(d.field("Year")) else 365,
        "toEpochDay/0": lambda d: d.day,
        "until/1": Period.between,
    },
)
define(
    "java.time.LocalTime",
    {
        "toNanoOfDay/0": lambda t: t.time,
        "toSecondOfDay/0": lambda t: t.time // SECOND,
        "atDate/1": lambda t, date: LocalDateTime(date.day * DAY + t.time),
    },
)
define(
    "java.time.Instant",
    {
        "getEpochSecond/0": lambda i: i.nanos // SECOND,
        "toEpochMilli/0": lambda i: exact_long(i.to_epoch_milli()),
        "atZone/1": _zoned,
        "atOffset/1": lambda i, zone: OffsetDateTime(i.nanos, zone),
    },
)


# --- of ---------------------------------------------------------------------------------------------------------------


def _local(year: int, month: int, day: int, *time: int) -> int:
    return LocalDate.of(year, month, day).day * DAY + LocalTime.of(*time).time


def _zoned_of(kind: type[ZonedDateTime]) -> dict[str, Callable[..., Any]]:
    return {
        "of/2": lambda t, zone: kind.of_local(t.local, zone),
        "of/3": lambda date, time, zone: kind.of_local(date.day * DAY + time.time, zone),
        "of/8": lambda *given: kind.of_local(_local(*given[:7]), given[7]),
        "ofInstant/2": lambda instant, zone: _at(kind, instant.nanos, zone),
    }


def _at(kind: type[ZonedDateTime], nanos: int, zone: Zone) -> ZonedDateTime:
    return kind(nanos, zones.fixed(zone.offset_at(nanos // SECOND)) if kind is OffsetDateTime else zone)


def _strict(local: LocalDateTime, offset: Zone, zone: Zone) -> ZonedDateTime:
    seconds = offset.offset_at(0)
    valid = zone.at_local(local.local // SECOND).valid
    if seconds not in valid:
        told = f"for LocalDateTime '{local}' in zone '{zone.id}'"
        if not valid:
            why = "due to a gap in the local time-line, typically caused by daylight savings"
            raise date_error(f"LocalDateTime '{local}' does not exist in zone '{zone.id}' {why}")
        raise date_error(f"ZoneOffset '{offset.id}' is not valid {told}")
    return ZonedDateTime(local.local - seconds * SECOND, zone)


def _of_local(local: LocalDateTime, zone: Zone, preferred: Zone | None) -> ZonedDateTime:
    seconds = None if preferred is None else preferred.offset_at(0)
    if seconds in zone.at_local(local.local // SECOND).valid:
        return ZonedDateTime(local.local - seconds * SECOND, zone)
    return ZonedDateTime.of_local(local.local, zone)


def _year_day(year: int, day: int) -> LocalDate:
    checked("Year", year)
    return LocalDate(LocalDate.of(year, 1, 1).day).with_field("DayOfYear", day)


define_static(
    "java.time.ZonedDateTime",
    {
        **_zoned_of(ZonedDateTime),
        "ofInstant/3": lambda t, offset, zone: ZonedDateTime(ZonedDateTime.of_local(t.local, offset).nanos, zone),
        "ofLocal/3": _of_local,
        "ofStrict/3": _strict,
    },
)


def _checked_second(second: int) -> int:
    """A second of a day that there is."""
    checked("EpochDay", second // (DAY // SECOND))
    return second


define_static("java.time.OffsetDateTime", _zoned_of(OffsetDateTime))
define_static(
    "java.time.LocalDateTime",
    {
        "of/2": lambda date, time: LocalDateTime(date.day * DAY + time.time),
        **{f"of/{n}": lambda *given: LocalDateTime(_local(*given)) for n in (5, 6, 7)},
        "ofEpochSecond/3": lambda second, nano, zone: LocalDateTime(
            _checked_second(wrap_long(second + zone.offset_at(0))) * SECOND + checked("NanoOfSecond", nano)
        ),
        "ofInstant/2": lambda instant, zone: LocalDateTime(_zoned(instant, zone).local),
    },
)
define_static(
    "java.time.LocalDate",
    {
        "of/3": LocalDate.of,
        "ofEpochDay/1": lambda day: LocalDate(checked("EpochDay", day)),
        "ofYearDay/2": _year_day,
    },
)
_FIRST, _LAST = calendar.to_day(-999_999_999, 1, 1), calendar.to_day(999_999_999, 12, 31)
define_fields("java.time.LocalDate", {"MIN": LocalDate(_FIRST), "MAX": LocalDate(_LAST)})
define_fields(
    "java.time.LocalDateTime",
    {"MIN": LocalDateTime(_FIRST * DAY), "MAX": LocalDateTime(_LAST * DAY + DAY - 1)},
)
define_static(
    "java.time.LocalTime",
    {
        **{f"of/{n}": LocalTime.of for n in (2, 3, 4)},
        "ofNanoOfDay/1": lambda n: LocalTime(checked("NanoOfDay", n)),
        "ofSecondOfDay/1": lambda n: LocalTime(checked("SecondOfDay", n) * SECOND),
    },
)
define_fields(
    "java.time.LocalTime",
    {"MIDNIGHT": LocalTime(0), "MIN": LocalTime(0), "NOON": LocalTime(12 * HOUR), "MAX": LocalTime(DAY - 1)},
)
define_static(
    "java.time.Instant",
    {
        "ofEpochMilli/1": lambda ms: Instant(ms * 1_000_000),
        "ofEpochSecond/1": lambda s: Instant(checked_instant(s * SECOND)),
        "ofEpochSecond/2": lambda s, nanos: Instant(checked_instant(s * SECOND + nanos)),
    },
)
_BEFORE, _AFTER = calendar.to_day(-1_000_000_000, 1, 1), calendar.to_day(1_000_000_001, 1, 1)
define_fields(
    "java.time.Instant",
    {"EPOCH": Instant(0), "MIN": Instant(_BEFORE * DAY), "MAX": Instant(_AFTER * DAY - 1)},
)
define("java.time.LocalTime", {"atOffset/1": lambda t, zone: OffsetTime(t.time, zone)})
define(
    "java.time.OffsetDateTime",
    {
        "atZoneSimilarLocal/1": lambda t, zone: _of_local(t, zone, t.zone),
        "toOffsetTime/0": lambda t: OffsetTime(t.time, t.zone),
    },
)
define_fields(
    "java.time.OffsetDateTime",
    {
        "MIN": OffsetDateTime.of_local(_FIRST * DAY, zones.fixed(18 * 3600)),
        "MAX": OffsetDateTime.of_local(_LAST * DAY + DAY - 1, zones.fixed(-18 * 3600)),
    },
)


def _as_zoned(value: Any) -> ZonedDateTime:
    """A date field's value: a ZonedDateTime, or the milliseconds of one."""
    return value if isinstance(value, ZonedDateTime) else ZonedDateTime(int(value) * 1_000_000)


define_kind("date", lambda values: DATES(_as_zoned(value) for value in values))
