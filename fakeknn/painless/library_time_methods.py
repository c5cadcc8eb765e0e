"""The methods of ``java.time``'s classes."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from fakeknn.dates import calendar, zones
from fakeknn.dates.calendar import DAY, HOUR, SECOND
from fakeknn.dates.resolving import checked
from fakeknn.dates.zones import Zone
from fakeknn.errors import DateTimeException, NotFaked
from fakeknn.painless.dispatch import define, define_fields, define_static
from fakeknn.painless.library_doc import DATES, define_kind
from fakeknn.painless.library_lang import order
from fakeknn.painless.library_set import JavaSet
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
)
from fakeknn.painless.library_time_format import converted
from fakeknn.painless.library_time_units import (
    DAYS,
    FIELDS,
    MONTHS,
    UNITS,
    ChronoUnit,
    Enum,
    Month,
    date_error,
)
from fakeknn.painless.throwable import Thrown, illegal_argument, null_pointer
from fakeknn.painless.values import JAVA_CLASSES, TEXTS, Function, array_type

ARITHMETIC = "java.lang.ArithmeticException"
JAVA_CLASSES[Zone] = "java.time.ZoneRegion"
TEXTS[Zone] = lambda zone: str(zone.id)

# --- enums ------------------------------------------------------------------------------------------------------------


def _constant(java: str, constants: dict[str, Any]) -> Callable[[str], Any]:
    def find(name: str) -> Any:
        if name not in constants:
            raise illegal_argument(f"No enum constant {java}.{name}")
        return constants[name]

    return find


for _kind, _constants in (
    ("java.time.temporal.ChronoUnit", UNITS),
    ("java.time.temporal.ChronoField", FIELDS),
    ("java.time.DayOfWeek", {day.name: day for day in DAYS}),
    ("java.time.Month", {month.name: month for month in MONTHS}),
):
    define_fields(_kind, _constants)
    define_static(
        _kind,
        {
            "valueOf/1": _constant(_kind, _constants),
            "values/0": lambda constants=_constants, kind=_kind: array_type(kind)(constants.values()),
        },
    )
define(
    "java.lang.Enum",
    {
        "name/0": lambda e: e.name,
        "ordinal/0": lambda e: e.ordinal,
        "compareTo/1": lambda a, b: a.ordinal - b.ordinal,
        "toString/0": str,
    },
)


def _of_value(constants: list[Any], kind: str, message: str) -> Callable[[int], Any]:
    def find(value: int) -> Any:
        if not 1 <= value <= len(constants):
            raise date_error(f"Invalid value for {message}: {value}")
        return constants[value - 1]

    return find


for _kind, _list, _what in (
    ("java.time.DayOfWeek", DAYS, "DayOfWeek"),
    ("java.time.Month", MONTHS, "MonthOfYear"),
):
    define(
        _kind,
        {
            "getValue/0": lambda e: e.ordinal + 1,
            "plus/1": lambda e, n, all_=_list: all_[(e.ordinal + n) % len(all_)],
            "minus/1": lambda e, n, all_=_list: all_[(e.ordinal - n) % len(all_)],
            "getDisplayName/2": lambda e, style, locale: _display(e, style, locale),
        },
    )
    define_static(
        _kind,
        {
            "of/1": _of_value(_list, _kind, _what),
            "from/1": lambda t, what=_what, all_=_list: all_[t.field(what) - 1],
        },
    )


def _display(constant: Enum, style: Enum, locale: Any) -> str:
    if locale.language not in ("", "en"):
        raise NotFaked(f"painless names of months and days in the language {locale.language}")
    name = constant.name.capitalize()
    if style.name.startswith("FULL") and locale.language:
        return name
    if not style.name.startswith("NARROW"):
        return name[:3]
    return name[:1] if locale.language or constant.java != "java.time.Month" else str(constant.ordinal + 1)


_STYLES = ("FULL", "FULL_STANDALONE", "SHORT", "SHORT_STANDALONE", "NARROW", "NARROW_STANDALONE")
define_fields("java.time.format.TextStyle", {name: Enum(name, i) for i, name in enumerate(_STYLES)})
define_fields(
    "java.time.format.ResolverStyle", {name: Enum(name, i) for i, name in enumerate(("STRICT", "SMART", "LENIENT"))}
)
define(
    "java.time.Month",
    {
        "length/1": lambda m, leap: calendar.month_length(2020 if leap else 2021, m.ordinal + 1),
        "maxLength/0": lambda m: calendar.month_length(2020, m.ordinal + 1),
        "minLength/0": lambda m: calendar.month_length(2021, m.ordinal + 1),
        "firstDayOfYear/1": lambda m, leap: _first_day(m, leap),
        "firstMonthOfQuarter/0": lambda m: MONTHS[m.ordinal // 3 * 3],
    },
)


def _first_day(month: Month, leap: bool) -> int:
    year = 2020 if leap else 2021
    return calendar.to_day(year, month.ordinal + 1, 1) - calendar.to_day(year, 1, 1) + 1


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
    "plus/2": lambda t, amount, unit: t.plus(amount, unit),
    "minus/1": lambda t, amount: amount.add_to(t, -1),
    "minus/2": lambda t, amount, unit: t.plus(-amount, unit),
    "with/1": lambda t, adjuster: _adjusted(t, adjuster),
    "with/2": lambda t, field, value: t.with_field(field.shown, value),
    "get/1": lambda t, field: _get(t, field),
    "getLong/1": lambda t, field: t.field(field.shown),
    "isSupported/1": lambda t, what: supported(t, what),
    "until/2": lambda t, end, unit: t.until(converted(type(t).__name__, end), unit),
    "truncatedTo/1": lambda t, unit: _truncated(t, unit),
    "toString/0": str,
}


def _get(temporal: Temporal, field: Enum) -> int:
    if field.shown in ("NanoOfDay", "MicroOfDay", "EpochDay", "ProlepticMonth", "InstantSeconds"):
        raise Thrown(
            "java.time.temporal.UnsupportedTemporalTypeException",
            f"Invalid field '{field.shown}' for get() method, use getLong() instead",
        )
    return temporal.field(field.shown)


def _adjusted(temporal: Temporal, adjuster: Any) -> Temporal:
    """``with(adjuster)``: a function, or a date or time that replaces its part."""
    if isinstance(adjuster, Function):
        return adjuster.call(temporal)  # type: ignore[no-any-return]
    if isinstance(adjuster, LocalDate):
        return temporal.with_field("EpochDay", adjuster.day)
    if isinstance(adjuster, LocalTime):
        return temporal.with_field("NanoOfDay", adjuster.time)
    if isinstance(adjuster, Enum):
        kind = "DayOfWeek" if adjuster.java == "java.time.DayOfWeek" else "MonthOfYear"
        return temporal.with_field(kind, adjuster.ordinal + 1)
    if isinstance(adjuster, LocalDateTime) and isinstance(temporal, ZonedDateTime):
        return temporal.at_local(adjuster.local)
    return adjuster  # type: ignore[no-any-return]


def supported(temporal: Temporal, what: Enum) -> bool:
    try:
        if isinstance(what, ChronoUnit):
            temporal.plus(0, what)
        else:
            temporal.field(what.shown)
    except Thrown:
        return False
    return True


def _truncated(temporal: Temporal, unit: ChronoUnit) -> Temporal:
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
    if isinstance(a, ZonedDateTime):
        return order(a.nanos, b.nanos)
    if isinstance(a, LocalDateTime):
        return _compare(LocalDate(a.day), LocalDate(b.day)) or order(a.time, b.time)
    return order(a.key(), b.key())


def _moment(value: Any) -> int:
    return int(value.nanos if isinstance(value, (ZonedDateTime, Instant)) else value.key()[0])


_ORDERED: dict[str, Callable[..., Any]] = {
    "compareTo/1": _compare,
    "isAfter/1": lambda a, b: _moment(a) > _moment(b),
    "isBefore/1": lambda a, b: _moment(a) < _moment(b),
    "isEqual/1": lambda a, b: _moment(a) == _moment(b),
}
_TEMPORALS = ("ZonedDateTime", "OffsetDateTime", "LocalDateTime", "LocalDate", "LocalTime", "Instant")
for _name in _TEMPORALS:
    define(f"java.time.{_name}", {**_FIELD_METHODS, **_ORDERED})
define("java.time.temporal.TemporalAccessor", _FIELD_METHODS)


# --- conversions ------------------------------------------------------------------------------------------------------


def _zoned(instant: Any, zone: Zone) -> ZonedDateTime:
    if zone is None:
        raise null_pointer("zone")
    return ZonedDateTime(instant.nanos, zone)


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
    "withEarlierOffsetAtOverlap/0": lambda z: z,
    "withLaterOffsetAtOverlap/0": lambda z: z,
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
        "toEpochMilli/0": Instant.to_epoch_milli,
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
        "ofInstant/2": lambda instant, zone: kind(instant.nanos, zone),
    }


def _year_day(year: int, day: int) -> LocalDate:
    checked("Year", year)
    return LocalDate(LocalDate.of(year, 1, 1).day).with_field("DayOfYear", day)


define_static(
    "java.time.ZonedDateTime",
    {
        **_zoned_of(ZonedDateTime),
        "ofInstant/3": lambda t, offset, zone: ZonedDateTime(ZonedDateTime.of_local(t.local, offset).nanos, zone),
        "ofLocal/3": lambda t, zone, preferred: ZonedDateTime.of_local(t.local, zone),
        "ofStrict/3": lambda t, offset, zone: ZonedDateTime(ZonedDateTime.of_local(t.local, offset).nanos, zone),
    },
)
define_static("java.time.OffsetDateTime", _zoned_of(OffsetDateTime))
define_static(
    "java.time.LocalDateTime",
    {
        "of/2": lambda date, time: LocalDateTime(date.day * DAY + time.time),
        **{f"of/{n}": lambda *given: LocalDateTime(_local(*given)) for n in (5, 6, 7)},
        "ofEpochSecond/3": lambda second, nano, zone: LocalDateTime(
            (second + zone.offset_at(second)) * SECOND + checked("NanoOfSecond", nano)
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
define_fields("java.time.Instant", {"EPOCH": Instant(0)})


# --- zones ------------------------------------------------------------------------------------------------------------

define("java.time.ZoneRegion", {"getId/0": lambda z: z.id, "toString/0": lambda z: z.id})
define(
    "java.time.ZoneRegion",
    {
        "getTotalSeconds/0": lambda z: z.fixed,
        "compareTo/1": lambda a, b: b.fixed - a.fixed,
        "normalized/0": lambda z: z if z.fixed is None else zones.fixed(z.fixed),
    },
)


def _zone(name: str | None) -> Zone:
    if name is None:
        raise null_pointer("zoneId")
    try:
        return zones.of(name)
    except DateTimeException as error:
        raise Thrown.of(error) from None


def _offset(hours: int, minutes: int = 0, seconds: int = 0) -> Zone:
    return zones.fixed(zones.checked_offset(hours * 3600 + minutes * 60 + seconds))


define_static(
    "java.time.ZoneId",
    {
        "of/1": _zone,
        "getAvailableZoneIds/0": lambda: JavaSet(sorted(zones.region_ids())),
        "systemDefault/0": lambda: zones.of("UTC"),
    },
)
define_static(
    "java.time.ZoneOffset",
    {
        "of/1": lambda name: zones.fixed(zones.parse_offset(name)),
        "ofHours/1": _offset,
        "ofHoursMinutes/2": _offset,
        "ofHoursMinutesSeconds/3": _offset,
        "ofTotalSeconds/1": lambda seconds: _offset(0, 0, seconds),
    },
)
define_fields("java.time.ZoneOffset", {"UTC": zones.UTC, "MIN": _offset(-18), "MAX": _offset(18)})


def _as_zoned(value: Any) -> ZonedDateTime:
    """A date field's value: a ZonedDateTime, or the milliseconds of one."""
    return value if isinstance(value, ZonedDateTime) else ZonedDateTime(int(value) * 1_000_000)


define_kind("date", lambda values: DATES(_as_zoned(value) for value in values))
