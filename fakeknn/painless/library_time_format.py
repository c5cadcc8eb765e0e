"""``DateTimeFormatter``, and how each temporal is read from text."""

from __future__ import annotations

import contextlib
from collections.abc import Callable
from typing import Any

from fakeknn.dates import zones
from fakeknn.dates.calendar import DAY
from fakeknn.dates.elements import (
    AnyCase,
    Element,
    Fraction,
    LocalizedOffset,
    Number,
    Offset,
    Padded,
    Parsed,
    Sequenced,
    Text,
    ZoneId,
    ZoneText,
)
from fakeknn.dates.named import extension
from fakeknn.dates.patterns import compile_pattern
from fakeknn.dates.resolving import Style, resolve
from fakeknn.dates.resolving import Temporal as Fields
from fakeknn.dates.zones import Zone
from fakeknn.errors import JavaError
from fakeknn.painless.dispatch import define, define_fields, define_static
from fakeknn.painless.library_enum import declare
from fakeknn.painless.library_locale import DEFAULT_LOCALE
from fakeknn.painless.library_time import (
    Instant,
    LocalDate,
    LocalDateTime,
    LocalTime,
    OffsetDateTime,
    Temporal,
    ZonedDateTime,
)
from fakeknn.painless.library_time_partial import MonthDay, OffsetTime, Year, YearMonth
from fakeknn.painless.library_time_units import DAYS, MONTHS, TIME_FIELDS, date_error, unsupported
from fakeknn.painless.throwable import Thrown, null_pointer
from fakeknn.painless.values import class_of, runtime_name, text

_PARSE_ERROR = "java.time.format.DateTimeParseException"
_LOCAL_DATE = "uuuu-MM-dd"
_LOCAL_TIME = "HH:mm[:ss[<.0-9>]]"
_OFFSET = "XXXXX"
_ZONE = "['['<region>']']"


class DateTimeFormatter:
    """``elements`` of the dates library; ``zone`` overrides the printed one and stands in for one not read."""

    __slots__ = ("elements", "instant", "locale", "shown", "style", "write", "zone")
    java = "java.time.format.DateTimeFormatter"

    def __init__(self, elements: Sequenced, style: Style = "SMART", zone: Zone | None = None) -> None:
        self.elements = elements
        # Makes the elements for a locale, if their names are a locale's.
        self.write: Callable[[Any], Sequenced] | None = None
        self.locale: Any = DEFAULT_LOCALE
        self.style: Style = style
        self.zone = zone
        self.instant = False
        self.shown = ""

    @classmethod
    def of(cls, pattern: str, locale: Any = None) -> DateTimeFormatter:
        """A formatter for a pattern, in a ``java.util.Locale``: English unless one is given."""
        return cls.written_by(
            lambda chosen: compile_pattern(pattern, str(chosen)), DEFAULT_LOCALE if locale is None else locale
        )

    @classmethod
    def written_by(cls, write: Callable[[Any], Sequenced], locale: Any) -> DateTimeFormatter:
        """A formatter whose elements depend on its locale."""
        made = cls(write(locale))
        made.write, made.locale = write, locale
        return made

    def changed(self, *, style: Style | None = None, zone: Zone | None = None) -> DateTimeFormatter:
        made = DateTimeFormatter(self.elements, style or self.style, self.zone if zone is None else zone)
        made.instant, made.shown, made.write, made.locale = self.instant, self.shown, self.write, self.locale
        return made

    def in_locale(self, locale: Any) -> DateTimeFormatter:
        made = self.changed()
        made.locale = locale
        if self.write is not None:
            made.elements = self.write(locale)
        return made

    def __str__(self) -> str:
        return self.shown or str(self.elements)

    def format(self, temporal: Temporal | None) -> str:
        if temporal is None:
            raise null_pointer("temporal")
        if self.instant:
            return str(Instant(_instant_nanos(temporal)))
        if self.zone is not None and isinstance(temporal, (Instant, ZonedDateTime)):
            temporal = ZonedDateTime(temporal.nanos, self.zone)
        return _printed(self.elements, temporal)

    def fields(self, given: Any) -> tuple[Fields, str]:
        """What a text says; raises DateTimeParseException."""
        if given is None:
            raise null_pointer("text")
        written = text(given)
        shown = written if len(written) <= 64 else written[:64] + "..."
        parsed = Parsed()
        try:
            end = self.elements.parse(parsed, written, 0)
            if end < 0:
                raise Thrown(_PARSE_ERROR, f"Text '{shown}' could not be parsed at index {~end}")
            if end < len(written):
                raise Thrown(_PARSE_ERROR, f"Text '{shown}' could not be parsed, unparsed text found at index {end}")
            if parsed.zone is None and "OffsetSeconds" not in parsed.fields:
                parsed.zone = self.zone
            return resolve(parsed, self.style), shown
        except JavaError as error:
            raise Thrown(
                _PARSE_ERROR, f"Text '{shown}' could not be parsed: {error.reason}", Thrown.of(error)
            ) from None


def _printed(elements: Sequenced, temporal: Temporal) -> str:
    """What elements print; an optional group is left out where the temporal lacks a field."""
    parts = []
    for element in elements.elements:
        if not isinstance(element, Sequenced):
            _require(element, temporal)
            parts.append(element.print(temporal.moment()))
        elif element.optional:
            with contextlib.suppress(Thrown):
                parts.append(_printed(element, temporal))
        else:
            parts.append(_printed(element, temporal))
    return "".join(parts)


def _require(element: Element, temporal: Temporal) -> None:
    """Refuse a field or a zone that the temporal lacks."""
    match element:
        case Padded(element=inner) | AnyCase(element=inner):
            _require(inner, temporal)
        case Number() | Text():
            _require_field(element.name, temporal)
        case Fraction():
            temporal.field("NanoOfSecond")
        case Offset() | LocalizedOffset():
            temporal.field("OffsetSeconds")
        case ZoneId() | ZoneText():
            zone = temporal.zone if isinstance(temporal, ZonedDateTime) else None
            if zone is None or (element == ZoneId(True) and isinstance(zone, zones.ZoneOffset)):
                raise date_error(f"Unable to extract ZoneId from temporal {temporal}")


def _require_field(name: str, temporal: Temporal) -> None:
    if "[WeekFields" in name:
        temporal.field("DayOfWeek")
    elif name in ("QuarterOfYear", "ModifiedJulianDay", "WeekBasedYear", "WeekOfWeekBasedYear"):
        try:
            temporal.field("MonthOfYear" if name == "QuarterOfYear" else "EpochDay")
        except Thrown:
            raise unsupported("field", name) from None
    else:
        temporal.field(name)


def _instant_nanos(temporal: Temporal) -> int:
    if isinstance(temporal, (Instant, ZonedDateTime)):
        return temporal.nanos
    raise unsupported("field", "InstantSeconds")


_FORMATS = {
    "BASIC_ISO_DATE": "uuuuMMdd[XX]",
    "ISO_DATE": f"{_LOCAL_DATE}[{_OFFSET}]",
    "ISO_DATE_TIME": f"{_LOCAL_DATE}'T'{_LOCAL_TIME}[{_OFFSET}{_ZONE}]",
    "ISO_LOCAL_DATE": _LOCAL_DATE,
    "ISO_LOCAL_DATE_TIME": f"{_LOCAL_DATE}'T'{_LOCAL_TIME}",
    "ISO_LOCAL_TIME": _LOCAL_TIME,
    "ISO_OFFSET_DATE": f"{_LOCAL_DATE}{_OFFSET}",
    "ISO_OFFSET_DATE_TIME": f"{_LOCAL_DATE}'T'{_LOCAL_TIME}{_OFFSET}",
    "ISO_OFFSET_TIME": f"{_LOCAL_TIME}{_OFFSET}",
    "ISO_ORDINAL_DATE": f"uuuu-DDD[{_OFFSET}]",
    "ISO_TIME": f"{_LOCAL_TIME}[{_OFFSET}]",
    "ISO_ZONED_DATE_TIME": f"{_LOCAL_DATE}'T'{_LOCAL_TIME}{_OFFSET}{_ZONE}",
    "ISO_WEEK_DATE": f"<week-based-year>'-W'<week 2-2>-<E 1-1>[{_OFFSET}]",
    "RFC_1123_DATE_TIME": "EEE, d MMM uuuu HH:mm[:ss] XX",
    "ISO_INSTANT": f"{_LOCAL_DATE}'T'HH:mm:ss[<.0-9>]{_OFFSET}",
}
# How Java writes them: it has their parts case sensitive, strict, and nested.
_DATE_PARTS = "Value(Year,4,10,EXCEEDS_PAD)'-'Value(MonthOfYear,2)'-'Value(DayOfMonth,2)"
_TIME_PARTS = (
    "Value(HourOfDay,2)':'Value(MinuteOfHour,2)[':'Value(SecondOfMinute,2)[Fraction(NanoOfSecond,0,9,DecimalPoint)]]"
)
_ANY_CASE, _OFFSET_PART = "ParseCaseSensitive(false)", "Offset(+HH:MM:ss,'Z')"
_BOTH_PARTS = f"{_ANY_CASE}({_DATE_PARTS})'T'({_TIME_PARTS})"
_LENIENT_OFFSET = f"ParseStrict(false){_OFFSET_PART}ParseStrict(true)"
_REGION_PART = "['['ParseCaseSensitive(true)ZoneRegionId()']']"
_SHOWN = {
    "BASIC_ISO_DATE": f"{_ANY_CASE}Value(Year,4)Value(MonthOfYear,2)Value(DayOfMonth,2)"
    "[ParseStrict(false)Offset(+HHMMss,'Z')ParseStrict(true)]",
    "ISO_DATE": f"{_ANY_CASE}({_DATE_PARTS})[{_OFFSET_PART}]",
    "ISO_DATE_TIME": f"({_BOTH_PARTS})[{_OFFSET_PART}{_REGION_PART}]",
    "ISO_LOCAL_DATE": _DATE_PARTS,
    "ISO_LOCAL_DATE_TIME": _BOTH_PARTS,
    "ISO_LOCAL_TIME": _TIME_PARTS,
    "ISO_OFFSET_DATE": f"{_ANY_CASE}({_DATE_PARTS}){_OFFSET_PART}",
    "ISO_OFFSET_DATE_TIME": f"{_ANY_CASE}({_BOTH_PARTS}){_LENIENT_OFFSET}",
    "ISO_OFFSET_TIME": f"{_ANY_CASE}({_TIME_PARTS}){_OFFSET_PART}",
    "ISO_ORDINAL_DATE": f"{_ANY_CASE}Value(Year,4,10,EXCEEDS_PAD)'-'Value(DayOfYear,3)[{_OFFSET_PART}]",
    "ISO_TIME": f"{_ANY_CASE}({_TIME_PARTS})[{_OFFSET_PART}]",
    "ISO_ZONED_DATE_TIME": f"({_ANY_CASE}({_BOTH_PARTS}){_LENIENT_OFFSET}){_REGION_PART}",
    "ISO_WEEK_DATE": f"{_ANY_CASE}Value(WeekBasedYear,4,10,EXCEEDS_PAD)'-W'Value(WeekOfWeekBasedYear,2)'-'"
    f"Value(DayOfWeek,1)[{_OFFSET_PART}]",
    "RFC_1123_DATE_TIME": f"{_ANY_CASE}ParseStrict(false)[Text(DayOfWeek)', ']Value(DayOfMonth,1,2,NOT_NEGATIVE)' '"
    "Text(MonthOfYear)' 'Value(Year,4)' 'Value(HourOfDay,2)':'Value(MinuteOfHour,2)[':'Value(SecondOfMinute,2)]' '"
    "Offset(+HHMM,'GMT')",
    "ISO_INSTANT": f"{_ANY_CASE}Instant()",
}


def _named(pattern: str, style: Style, shown: str = "") -> DateTimeFormatter:
    made = DateTimeFormatter(compile_pattern(pattern, extension=extension), style)
    made.shown = shown
    return made


FORMATTERS = {name: _named(pattern, "STRICT", _SHOWN[name]) for name, pattern in _FORMATS.items()}
FORMATTERS["ISO_INSTANT"].instant = True
define_fields("java.time.format.DateTimeFormatter", FORMATTERS)


# --- from text --------------------------------------------------------------------------------------------------------


class Accessor(Temporal):
    """What ``DateTimeFormatter.parse(text)`` gives: fields, a date, a time."""

    __slots__ = ("fields", "shown")
    java = "java.time.format.Parsed"
    supers = ("java.time.temporal.TemporalAccessor",)

    def __init__(self, fields: Fields, shown: str) -> None:
        self.fields = fields
        self.shown = shown

    def key(self) -> tuple[Any, ...]:
        return (id(self),)

    def field(self, name: str) -> int:
        if name in self.fields.fields:
            return self.fields.fields[name]
        if name == "OffsetSeconds" and self.fields.zone is not None and self.fields.zone.fixed is not None:
            return self.fields.zone.fixed
        if name in TIME_FIELDS and self.fields.time is not None:
            return LocalTime(self.fields.time).field(name)
        if self.fields.day is not None:
            return LocalDate(self.fields.day).field(name)
        raise unsupported("field", name)

    def __str__(self) -> str:
        fields = self.fields
        members = ", ".join(f"{name}={value}" for name, value in fields.fields.items())
        seen = f"{{{members}}},ISO" + (f",{fields.zone.id}" if fields.zone else "")
        if fields.day is not None:
            time = "" if fields.time is None else f"T{LocalTime(fields.time)}"
            return f"{seen} resolved to {LocalDate(fields.day)}{time}"
        return seen if fields.time is None else f"{seen} resolved to {LocalTime(fields.time)}"

    def as_kind(self, kind: str) -> Any:
        try:
            return build(kind, self.fields, self.shown)
        except Thrown as thrown:
            raise (thrown.cause or thrown) from None


def _unable(kind: str, fields: Fields, shown: str, cause: Thrown | None = None) -> Thrown:
    above = _not_obtained(kind, Accessor(fields, shown), cause)
    return Thrown(_PARSE_ERROR, f"Text '{shown}' could not be parsed: {above.message}", above)


def build(kind: str, fields: Fields, shown: str) -> Any:
    """A temporal of a kind from what a text said."""
    day, time, zone = fields.day, fields.time, fields.zone
    if kind == "LocalDate" and day is not None:
        return LocalDate(day)
    if kind == "LocalTime" and time is not None:
        return LocalTime(time)
    if kind == "LocalDateTime" and day is not None and time is not None:
        return LocalDateTime(day * DAY + time)
    if kind in ("ZonedDateTime", "OffsetDateTime") and zone is not None:
        made = OffsetDateTime if kind == "OffsetDateTime" else ZonedDateTime
        if fields.instant is not None:
            return made(fields.instant, zone)
        if day is not None and time is not None:
            return made.of_local(day * DAY + time, zone)
    if kind == "Instant":
        if fields.instant is not None:
            return Instant(fields.instant)
        if zone is not None and day is not None and time is not None:
            return Instant(ZonedDateTime.of_local(day * DAY + time, zone).nanos)
    if kind in PARTIAL:
        try:
            return PARTIAL[kind](Accessor(fields, shown))
        except Thrown as thrown:
            raise _unable(kind, fields, shown, thrown) from None
    raise _unable(kind, fields, shown)


def _offset_time(t: Any) -> OffsetTime:
    return OffsetTime(converted("LocalTime", t).time, zones.fixed(t.field("OffsetSeconds")))


# From the fields of another temporal.
PARTIAL: dict[str, Callable[[Any], Any]] = {
    "DayOfWeek": lambda t: DAYS[t.field("DayOfWeek") - 1],
    "Month": lambda t: MONTHS[t.field("MonthOfYear") - 1],
    "Year": lambda t: Year.of(t.field("Year")),
    "YearMonth": lambda t: YearMonth.of(t.field("Year"), t.field("MonthOfYear")),
    "MonthDay": lambda t: MonthDay.of(t.field("MonthOfYear"), t.field("DayOfMonth")),
    "OffsetTime": _offset_time,
}

_DEFAULT = {
    "LocalDate": "ISO_LOCAL_DATE",
    "LocalTime": "ISO_LOCAL_TIME",
    "LocalDateTime": "ISO_LOCAL_DATE_TIME",
    "ZonedDateTime": "ISO_ZONED_DATE_TIME",
    "OffsetDateTime": "ISO_OFFSET_DATE_TIME",
    "OffsetTime": "ISO_OFFSET_TIME",
    "Instant": "ISO_INSTANT",
    "Year": "<u>",
    "YearMonth": "<u>-MM",
    "MonthDay": "--MM-dd",
}
for _pattern in ("Year", "YearMonth", "MonthDay"):
    FORMATTERS[_DEFAULT[_pattern]] = _named(_DEFAULT[_pattern], "SMART")


def parse(kind: str, given: Any, formatter: DateTimeFormatter | None = None) -> Any:
    chosen = FORMATTERS[_DEFAULT[kind]] if formatter is None else formatter
    return build(kind, *chosen.fields(given))


for _kind in _DEFAULT:
    _parsers: dict[str, Callable[..., Any]] = {"parse/1": lambda given, kind=_kind: parse(kind, given)}
    if _kind != "Instant":
        _parsers["parse/2"] = lambda given, formatter, kind=_kind: parse(kind, given, formatter)
    define_static(f"java.time.{_kind}", _parsers)


def converted(kind: str, temporal: Any) -> Any:
    """``LocalDate.from(temporal)`` and its like."""
    if isinstance(temporal, Accessor):
        return temporal.as_kind(kind)
    local = temporal if hasattr(temporal, "local") else None
    if kind == "Instant" and isinstance(temporal, (Instant, ZonedDateTime)):
        return Instant(temporal.nanos)
    if isinstance(temporal, ZonedDateTime) and kind in ("ZonedDateTime", "OffsetDateTime"):
        made = OffsetDateTime if kind == "OffsetDateTime" else ZonedDateTime
        return made(temporal.nanos, zones.fixed(temporal.offset) if made is OffsetDateTime else temporal.zone)
    if local is not None:
        if kind == "LocalDateTime":
            return LocalDateTime(local.local)
        if kind == "LocalDate":
            return LocalDate(local.day)
        if kind == "LocalTime":
            return LocalTime(local.time)
    if type(temporal).__name__ == kind:
        return temporal
    if kind == "LocalTime" and isinstance(temporal, OffsetTime):
        return LocalTime(temporal.time)
    if kind in PARTIAL:
        try:
            return PARTIAL[kind](temporal)
        except Thrown as thrown:
            raise _not_obtained(kind, temporal, thrown) from None
    raise _not_obtained(kind, temporal)


def _not_obtained(kind: str, temporal: Any, cause: Thrown | None = None) -> Thrown:
    if temporal is None:
        return null_pointer("temporal")
    of = f"of type {runtime_name(class_of(temporal))}"
    lacking = _FIRST_ASKED.get(kind)
    if lacking == "LocalDate" and _has_day(temporal):
        lacking = "LocalTime"
    if lacking is not None:
        cause = date_error(f"Unable to obtain {lacking} from TemporalAccessor: {text(temporal)} {of}")
    elif kind == "Instant":
        cause = unsupported("field", "InstantSeconds")
    thrown = date_error(f"Unable to obtain {kind} from TemporalAccessor: {text(temporal)} {of}")
    thrown.cause = cause
    return thrown


def _has_day(temporal: Any) -> bool:
    return isinstance(temporal, LocalDate) or (isinstance(temporal, Accessor) and temporal.fields.day is not None)


# What a temporal is asked for first, where it is made of several.
_FIRST_ASKED = {"LocalDateTime": "LocalDate", "OffsetDateTime": "ZoneOffset", "ZonedDateTime": "ZoneId"}


for _kind in (*_DEFAULT, "DayOfWeek", "Month"):
    define_static(f"java.time.{_kind}", {"from/1": lambda temporal, kind=_kind: converted(kind, temporal)})


def _of_pattern(pattern: str | None, locale: Any = None) -> DateTimeFormatter:
    if pattern is None:
        raise null_pointer("pattern")
    return DateTimeFormatter.of(pattern, locale)


RESOLVER_STYLES = declare("java.time.format.ResolverStyle", "STRICT SMART LENIENT")
define_static("java.time.format.DateTimeFormatter", {"ofPattern/1": _of_pattern, "ofPattern/2": _of_pattern})
define(
    "java.time.format.DateTimeFormatter",
    {
        "format/1": DateTimeFormatter.format,
        "parse/1": lambda f, given: Accessor(*f.fields(given)),
        "withZone/1": lambda f, zone: f.changed(zone=zone),
        "toString/0": str,
        "getZone/0": lambda f: f.zone,
        "withLocale/1": DateTimeFormatter.in_locale,
        "getLocale/0": lambda f: f.locale,
        "withResolverStyle/1": lambda f, style: f.changed(style=style.name),
        "getResolverStyle/0": lambda f: RESOLVER_STYLES[f.style],
    },
)
for _java in (
    *("java.time.chrono.ChronoZonedDateTime", "java.time.chrono.ChronoLocalDate"),
    *("java.time.chrono.ChronoLocalDateTime", "java.time.LocalTime", "java.time.OffsetDateTime"),
    *("java.time.Year", "java.time.YearMonth", "java.time.MonthDay", "java.time.OffsetTime"),
):
    define(_java, {"format/1": lambda temporal, formatter: formatter.format(temporal)})
