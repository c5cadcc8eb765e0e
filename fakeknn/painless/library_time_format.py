"""``DateTimeFormatter``, and how each temporal is read from text."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from fakeknn.dates import zones
from fakeknn.dates.calendar import DAY
from fakeknn.dates.elements import Parsed, Sequenced
from fakeknn.dates.named import extension
from fakeknn.dates.patterns import compile_pattern
from fakeknn.dates.resolving import Style, resolve
from fakeknn.dates.resolving import Temporal as Fields
from fakeknn.dates.zones import Zone
from fakeknn.errors import JavaError, NotFaked
from fakeknn.painless.dispatch import define, define_fields, define_static
from fakeknn.painless.library_time import (
    Instant,
    LocalDate,
    LocalDateTime,
    LocalTime,
    OffsetDateTime,
    Temporal,
    ZonedDateTime,
)
from fakeknn.painless.library_time_units import TIME_FIELDS, date_error, unsupported
from fakeknn.painless.throwable import Thrown, null_pointer
from fakeknn.painless.values import runtime_name, text

_PARSE_ERROR = "java.time.format.DateTimeParseException"
_LOCAL_DATE = "uuuu-MM-dd"
_LOCAL_TIME = "HH:mm[:ss[<.0-9>]]"
_OFFSET = "XXXXX"
_ZONE = "['['VV']']"


class DateTimeFormatter:
    """``elements`` of the dates library; ``zone`` overrides the printed one and stands in for one not read."""

    __slots__ = ("elements", "instant", "style", "zone")
    java = "java.time.format.DateTimeFormatter"

    def __init__(self, elements: Sequenced, style: Style = "SMART", zone: Zone | None = None) -> None:
        self.elements = elements
        self.style: Style = style
        self.zone = zone
        self.instant = False

    @classmethod
    def of(cls, pattern: str, style: Style = "SMART") -> DateTimeFormatter:
        return cls(compile_pattern(pattern, extension=extension), style)

    def with_zone(self, zone: Zone) -> DateTimeFormatter:
        made = DateTimeFormatter(self.elements, self.style, zone)
        made.instant = self.instant
        return made

    def format(self, temporal: Temporal | None) -> str:
        if temporal is None:
            raise null_pointer("temporal")
        if self.instant:
            return str(Instant(_instant_nanos(temporal)))
        if self.zone is not None and isinstance(temporal, (Instant, ZonedDateTime)):
            temporal = ZonedDateTime(temporal.nanos, self.zone)
        else:
            self._check(temporal)
        return self.elements.print(temporal.moment())

    def _check(self, temporal: Temporal) -> None:
        """Refuse a field that the temporal lacks, as printing would."""
        for name in self.elements.names():
            timely = name in TIME_FIELDS
            if isinstance(temporal, Instant) and name not in ("NanoOfSecond", "InstantSeconds"):
                raise unsupported("field", name)
            if (isinstance(temporal, LocalDate) and timely) or (isinstance(temporal, LocalTime) and not timely):
                raise unsupported("field", name)
        if not isinstance(temporal, ZonedDateTime) and any(_zonal(element) for element in self.elements.elements):
            if any(type(element).__name__ == "Offset" for element in self.elements.elements):
                raise unsupported("field", "OffsetSeconds")
            raise date_error(f"Unable to extract ZoneId from temporal {temporal}")

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


def _zonal(element: Any) -> bool:
    return type(element).__name__ in ("Offset", "ZoneId", "LocalizedOffset", "ZoneText")


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
FORMATTERS = {name: DateTimeFormatter.of(pattern, "STRICT") for name, pattern in _FORMATS.items()}
FORMATTERS["ISO_INSTANT"].instant = True
define_fields("java.time.format.DateTimeFormatter", FORMATTERS)


# --- from text --------------------------------------------------------------------------------------------------------


def _unable(kind: str, fields: Fields, shown: str) -> Thrown:
    members = ", ".join(f"{name}={value}" for name, value in fields.fields.items())
    seen = f"{{{members}}},ISO" + (f",{fields.zone.id}" if fields.zone else "")
    if fields.day is not None:
        seen += f" resolved to {LocalDate(fields.day)}" + (
            f"T{LocalTime(fields.time)}" if fields.time is not None else ""
        )
    elif fields.time is not None:
        seen += f" resolved to {LocalTime(fields.time)}"
    message = f"Unable to obtain {kind} from TemporalAccessor: {seen} of type java.time.format.Parsed"
    return Thrown(_PARSE_ERROR, f"Text '{shown}' could not be parsed: {message}", date_error(message))


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
    raise _unable(kind, fields, shown)


_DEFAULT = {
    "LocalDate": "ISO_LOCAL_DATE",
    "LocalTime": "ISO_LOCAL_TIME",
    "LocalDateTime": "ISO_LOCAL_DATE_TIME",
    "ZonedDateTime": "ISO_ZONED_DATE_TIME",
    "OffsetDateTime": "ISO_OFFSET_DATE_TIME",
    "Instant": "ISO_INSTANT",
}


def parse(kind: str, given: Any, formatter: DateTimeFormatter | None = None) -> Any:
    chosen = FORMATTERS[_DEFAULT[kind]] if formatter is None else formatter
    return build(kind, *chosen.fields(given))


for _kind in _DEFAULT:
    _parsers: dict[str, Callable[..., Any]] = {"parse/1": lambda given, kind=_kind: parse(kind, given)}
    if _kind != "Instant":
        _parsers["parse/2"] = lambda given, formatter, kind=_kind: parse(kind, given, formatter)
    define_static(f"java.time.{_kind}", _parsers)


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
        if name in TIME_FIELDS and self.fields.time is not None:
            return LocalTime(self.fields.time).field(name)
        if self.fields.day is not None:
            return LocalDate(self.fields.day).field(name)
        raise unsupported("field", name)

    def as_kind(self, kind: str) -> Any:
        try:
            return build(kind, self.fields, self.shown)
        except Thrown as thrown:
            raise (thrown.cause or thrown) from None


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
    raise date_error(
        f"Unable to obtain {kind} from TemporalAccessor: {temporal} of type {runtime_name(type(temporal).java)}"
    )


for _kind in _DEFAULT:
    define_static(f"java.time.{_kind}", {"from/1": lambda temporal, kind=_kind: converted(kind, temporal)})


def _of_pattern(pattern: str | None, locale: Any = None) -> DateTimeFormatter:
    language = getattr(locale, "language", "en") or "en"
    if language != "en":
        raise NotFaked(f"painless DateTimeFormatter in the language {language}")
    if pattern is None:
        raise null_pointer("pattern")
    return DateTimeFormatter.of(pattern)


define_static("java.time.format.DateTimeFormatter", {"ofPattern/1": _of_pattern, "ofPattern/2": _of_pattern})
define(
    "java.time.format.DateTimeFormatter",
    {
        "format/1": DateTimeFormatter.format,
        "parse/1": lambda f, given: Accessor(*f.fields(given)),
        "withZone/1": DateTimeFormatter.with_zone,
        "withLocale/1": lambda f, locale: f,
        "withResolverStyle/1": lambda f, style: DateTimeFormatter(f.elements, style.name, f.zone),
    },
)
for _java in (
    *("java.time.chrono.ChronoZonedDateTime", "java.time.chrono.ChronoLocalDate"),
    *("java.time.chrono.ChronoLocalDateTime", "java.time.LocalTime", "java.time.OffsetDateTime"),
):
    define(_java, {"format/1": lambda temporal, formatter: formatter.format(temporal)})
