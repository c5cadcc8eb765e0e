"""``DateFormat``: the formats of date fields, queries and answers, one or several joined by ``||``."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from functools import cache, cached_property
from typing import Protocol

from fakeknn.dates import calendar, named, rfc3339, zones
from fakeknn.dates.calendar import DAY_SECONDS, SECOND
from fakeknn.dates.elements import Parsed, Sequenced
from fakeknn.dates.moments import Moment
from fakeknn.dates.patterns import compile_pattern
from fakeknn.dates.resolving import Style, Temporal, resolve
from fakeknn.dates.zones import Zone
from fakeknn.errors import (
    ArithmeticException,
    DateTimeException,
    DateTimeParseException,
    IllegalArgumentException,
    IndexOutOfBoundsException,
    NullPointerException,
)

_LONG_MAX = (1 << 63) - 1


def _abbreviated(text: str) -> str:
    return text if len(text) <= 64 else text[:64] + "..."


class _Parser(Protocol):
    """One way to read a text: ``temporal`` or, if it is not of this form, ``DateTimeParseException``."""

    def temporal(self, text: str) -> Temporal: ...

    def rounded_up(self) -> _Parser: ...

    def with_zone(self, zone: Zone) -> _Parser: ...


@dataclass(frozen=True, slots=True)
class _Form:
    """DateTimeFormatter: elements, the style of resolving, and values for fields that the text does not set."""

    elements: Sequenced
    style: Style
    zone: Zone | None = None
    defaults: tuple[tuple[str, int], ...] = ()

    def temporal(self, text: str) -> Temporal:
        shown = _abbreviated(text)
        parsed = Parsed()
        try:
            end = self.elements.parse(parsed, text, 0)
            if end < 0:
                raise DateTimeParseException(f"Text '{shown}' could not be parsed at index {~end}")
            if end < len(text):
                raise DateTimeParseException(f"Text '{shown}' could not be parsed, unparsed text found at index {end}")
            for name, value in self.defaults:
                parsed.fields.setdefault(name, value)
            parsed.zone = parsed.zone if parsed.zone or "OffsetSeconds" in parsed.fields else self.zone
            return resolve(parsed, self.style)
        except DateTimeParseException:
            raise
        except (ArithmeticException, DateTimeException, IndexOutOfBoundsException) as error:
            raise DateTimeParseException(f"Text '{shown}' could not be parsed: {error.reason}") from error

    def with_zone(self, zone: Zone) -> _Form:
        return replace(self, zone=zone)

    def rounded_up(self) -> _Form:
        start = ["DayOfYear"] if "DayOfYear" in self.elements.names() else ["MonthOfYear", "DayOfMonth"]
        end = (("HourOfDay", 23), ("MinuteOfHour", 59), ("SecondOfMinute", 59), ("NanoOfSecond", 999_999_999))
        return _Form(self.elements, "SMART", None, (*((name, 1) for name in start), *end))


@dataclass(frozen=True, slots=True)
class _Rfc3339:
    """``rfc3339_lenient``, which rounds up by elements that read the same and more."""

    form: _Form

    def temporal(self, text: str) -> Temporal:
        return rfc3339.temporal(text)

    def with_zone(self, zone: Zone) -> _Rfc3339:
        return self  # its texts name an offset

    def rounded_up(self) -> _Form:
        return self.form.rounded_up()


_NUMBER = re.compile(r"(?P<sign>-?)(?P<whole>[0-9]{1,19})(?:\.(?P<fraction>[0-9]*))?")


@dataclass(frozen=True, slots=True)
class _Epoch:
    """Numbers since the epoch, ``unit`` nanoseconds each, with a fraction of at most ``digits`` digits."""

    unit: int
    digits: int
    up: bool = False
    zone: Zone | None = None

    def temporal(self, text: str) -> Temporal:
        match = _NUMBER.fullmatch(text)
        if match is None or len(match["fraction"] or "") > self.digits or int(match["whole"]) > _LONG_MAX:
            raise DateTimeParseException(f"Text '{_abbreviated(text)}' could not be parsed at index 0")
        whole = int(match["whole"]) * self.unit
        fraction = match["fraction"]
        if fraction:
            nanos = int(fraction.ljust(self.digits, "0"))
        else:
            # Rounding up fills the fraction that is not written; "1." writes one.
            nanos = self.unit - 1 if self.up and fraction is None else 0
        # Seconds are signed and their fraction counts forward, the other units have a sign for both.
        forward = self.unit == SECOND
        instant = whole + nanos if not match["sign"] else nanos - whole if forward else -whole - nanos
        return Temporal({}, zone=self.zone, instant=instant)

    def with_zone(self, zone: Zone) -> _Epoch:
        return replace(self, zone=zone)

    def rounded_up(self) -> _Epoch:
        return _Epoch(self.unit, self.digits, True)

    def print(self, moment: Moment) -> str:
        nanos = moment.nanos
        if self.unit == SECOND:
            whole, fraction = divmod(nanos, SECOND)
        else:
            whole, fraction = divmod(abs(nanos), self.unit)
            whole = -whole if nanos < 0 else whole
        sign = "-" if nanos < 0 and self.unit != SECOND else ""
        digits = f"{fraction:0{self.digits}d}".rstrip("0")
        return f"{sign}{abs(whole) if sign else whole}" + (f".{digits}" if digits else "")


_EPOCHS = {"epoch_second": _Epoch(SECOND, 9), "epoch_millis": _Epoch(1_000_000, 6), "epoch_micros": _Epoch(1_000, 3)}


@dataclass(frozen=True, slots=True)
class _Single:
    """One format of a list: how it prints and the forms that it reads."""

    printer: Sequenced | _Epoch
    parsers: tuple[_Parser, ...]


@cache
def _single(pattern: str, locale: str) -> _Single:
    name = pattern.strip()
    if not name:
        raise IllegalArgumentException("No date pattern provided")
    if name in _EPOCHS:
        # Each has a second parser, which also reads a number that ends in its point.
        return _Single(_EPOCHS[name], (_EPOCHS[name], _EPOCHS[name]))
    found = named.find(name)
    if found is None:
        try:
            elements = compile_pattern(name, locale)
        except IllegalArgumentException as error:
            raise IllegalArgumentException(f"Invalid format: [{name}]: {error.reason}") from error
        return _Single(elements, (_Form(elements, "STRICT"),))
    form = found[1]
    zone = zones.UTC if form.utc else None
    printer = compile_pattern(form.printer, "", named.extension)
    forms = tuple(_Form(compile_pattern(parser, "", named.extension), form.style, zone) for parser in form.parsers)
    return _Single(printer, (_Rfc3339(forms[0]),) if name == "rfc3339_lenient" else forms)


#: What nearly every date looks like, read without the elements.
_ISO = re.compile(
    r"(\d{4})-(\d\d)-(\d\d)(?:T(\d\d):(\d\d)(?::(\d\d)(?:\.(\d{1,9}))?)?(?:Z|([+-])(\d\d):(\d\d))?)?", re.ASCII
)
_ISO_FORMATS = frozenset(
    {"strict_date_optional_time", "date_optional_time", "strictDateOptionalTime", "dateOptionalTime"}
)


def _iso_nanos(text: str) -> int | None:
    match = _ISO.fullmatch(text)
    if match is None:
        return None
    year, month, day, hour, minute, second, fraction, sign, east_hours, east_minutes = match.groups()
    y, m, d = int(year), int(month), int(day)
    if not 1 <= m <= 12 or not 1 <= d <= calendar.month_length(y, m):
        return None
    seconds = calendar.to_day(y, m, d) * DAY_SECONDS
    if hour is None:
        return seconds * SECOND
    h, i, s = int(hour), int(minute), int(second or 0)
    if h > 23 or i > 59 or s > 59:
        return None
    seconds += h * 3600 + i * 60 + s
    if sign is not None:
        eh, em = int(east_hours), int(east_minutes)
        if eh > 17 or em > 59:
            return None
        seconds += (eh * 3600 + em * 60) * (-1 if sign == "+" else 1)
    return seconds * SECOND + (int(fraction.ljust(9, "0")) if fraction else 0)


@dataclass(frozen=True)
class DateFormat:
    """DateFormatter: ``pattern`` as it was given, what it reads and how it prints.

    Instants are integers: nanoseconds or milliseconds since 1970-01-01T00:00Z, of any size.
    """

    pattern: str
    singles: tuple[_Single, ...] = field(repr=False)
    zone: Zone | None = None
    printing: _Single | None = field(default=None, repr=False)
    """What prints, if it is not the first of ``singles``."""

    @classmethod
    def parse(cls, pattern: str, locale: str = "", printed: str | None = None) -> DateFormat:
        """DateFormatter.forPattern, which prints with the pattern ``printed`` if one is given; raises
        ``IllegalArgumentException`` for what is no pattern.
        """
        return _parse(pattern, locale, printed or None)

    def with_zone(self, zone: Zone) -> DateFormat:
        """The format that prints in ``zone``, and reads texts without a zone in it."""
        return replace(self, zone=zone)

    @cached_property
    def _parsers(self) -> tuple[_Parser, ...]:
        return tuple(self._zoned(parser) for single in self.singles for parser in single.parsers)

    @cached_property
    def _round_up_parsers(self) -> tuple[_Parser, ...]:
        return tuple(self._zoned(parser.rounded_up()) for single in self.singles for parser in single.parsers)

    @cached_property
    def _iso_first(self) -> bool:
        return self.zone is None and self.pattern.split("||")[0] in _ISO_FORMATS

    @cached_property
    def prints_iso(self) -> bool:
        """Whether it is ``strict_date_optional_time`` that prints."""
        return self.printing is None and self.pattern.partition("||")[0] == "strict_date_optional_time"

    def _zoned(self, parser: _Parser) -> _Parser:
        if self.zone is None:
            return parser
        return parser.with_zone(self.zone)

    def temporal(self, text: str, round_up: bool = False) -> Temporal:
        """The parts that a text gives; ``round_up`` completes it to its last nanosecond."""
        if not text:
            raise IllegalArgumentException("cannot parse empty date")
        try:
            return _first(self._round_up_parsers if round_up else self._parsers, text)
        except DateTimeException as error:
            raise IllegalArgumentException(
                f"failed to parse date field [{text}] with format [{self.pattern}]"
            ) from error

    def to_nanos(self, text: str) -> int:
        """Nanoseconds since the epoch.

        Raises ``IllegalArgumentException`` (``failed to parse date field [x] with format [y]``) with its cause, or
        ``DateTimeException`` for fields that only fail when they are put together.
        """
        if self._iso_first:
            nanos = _iso_nanos(text)
            if nanos is not None:
                return nanos
        return self.temporal(text).nanos()

    def to_millis(self, text: str) -> int:
        """Milliseconds since the epoch, rounded down, within 64 bits; errors as in ``to_nanos``."""
        return clamped(self.to_nanos(text) // 1_000_000)

    def format(self, millis: int) -> str:
        """An instant in milliseconds, printed by the first of the formats."""
        return self.format_nanos(millis * 1_000_000)

    def format_nanos(self, nanos: int) -> str:
        return (self.printing or self.singles[0]).printer.print(Moment(nanos, self.zone or zones.UTC))


def clamped(millis: int) -> int:
    """DateUtils.clampToMillisRange."""
    return max(-_LONG_MAX - 1, min(millis, _LONG_MAX))


def _first(parsers: Sequence[_Parser], text: str) -> Temporal:
    if len(parsers) == 1:
        return parsers[0].temporal(text)
    for parser in parsers:
        if isinstance(parser, _Rfc3339):
            continue  # it does not tell how far it read, so beside others it never fits
        try:
            return parser.temporal(text)
        except DateTimeParseException:
            continue
    raise DateTimeParseException("Failed to parse with all enclosed parsers")


@cache
def _parse(pattern: str, locale: str, printed: str | None) -> DateFormat:
    if not pattern:
        raise IllegalArgumentException("No date pattern provided")
    # "8" marked java.time's patterns when there were Joda's too.
    stripped = pattern.removeprefix("8")
    if not stripped:
        raise IndexOutOfBoundsException("Index 0 out of bounds for length 0")
    parts = stripped.split("||")
    if "" in parts:
        raise IllegalArgumentException(f"Cannot have empty element in multi date format pattern: {stripped}")
    singles = tuple(_single(part, locale) for part in parts)
    if printed in (None, parts[0]):
        return DateFormat(pattern, singles)
    try:
        printing = _single(printed.removeprefix("8"), locale)
    except IllegalArgumentException as cause:
        raise IllegalArgumentException(f"Invalid print format: {cause.reason}") from cause
    if "||" in printed:  # JavaDateFormatter takes it for what combines others
        raise NullPointerException('Cannot invoke "java.util.List.stream()" because "formatters" is null')
    return DateFormat(pattern, singles, printing=printing)
