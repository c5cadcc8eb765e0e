"""Processors that read dates: to a field, to a dated index name, to a routing."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

from fakeknn.dates import UTC, DateFormat, Zone, calendar, parse_zone
from fakeknn.dates.calendar import DAY, SECOND
from fakeknn.dates.locales import parse_locale
from fakeknn.dates.moments import Moment
from fakeknn.dates.resolving import checked
from fakeknn.errors import (
    IllegalArgumentException,
    NullPointerException,
    NumberFormatException,
    OpenSearchError,
    StringIndexOutOfBoundsException,
)
from fakeknn.ingest.config import Config, cast, render, suppress
from fakeknn.ingest.document import IngestDocument
from fakeknn.ingest.hashing import murmur3_routing
from fakeknn.ingest.processor import Processor, processor
from fakeknn.painless.values import text
from fakeknn.units import parse_long
from fakeknn.xcontent import parse_double

#: Reads a text as a moment; ``now`` in milliseconds for what names no year.
Parser = Callable[[str | None], Moment]

_MILLI = 1_000_000


def _required(value: str | None, call: str) -> str:
    if value is None:
        raise NullPointerException(f"Cannot invoke {call} is null")
    return value


def _of_millis(millis: int, zone: Zone) -> Moment:
    return Moment(millis * _MILLI, zone)


def _iso8601(value: str | None, zone: Zone) -> Moment:
    if not value:
        raise IllegalArgumentException("cannot parse empty date")
    temporal = DateFormat.parse("iso8601").temporal(value)
    return Moment(temporal.nanos_in(zone), zone)


def _unix(value: str | None, zone: Zone) -> Moment:
    return _of_millis(int(parse_double(_required(value, '"String.length()" because "in"')) * 1000.0), zone)


def _unix_ms(value: str | None, zone: Zone) -> Moment:
    if value is None:
        raise NumberFormatException("Cannot parse null string")
    return _of_millis(parse_long(value), zone)


def _tai64n(value: str | None, zone: Zone) -> Moment:
    digits = _required(value, '"String.startsWith(String)" because "date"').removeprefix("@")

    def part(begin: int, end: int) -> int:
        if end > len(digits):
            raise StringIndexOutOfBoundsException(f"Range [{begin}, {end}) out of bounds for length {len(digits)}")
        try:
            return int(digits[begin:end], 16)
        except ValueError:
            raise NumberFormatException(f'For input string: "{digits[begin:end]}" under radix 16') from None

    base, rest = part(1, 16), part(16, 24)
    return _of_millis(base * 1000 - 10000 + rest // _MILLI, zone)


_NAMED: dict[str, Callable[[str | None, Zone], Moment]] = {
    "ISO8601": _iso8601,
    "UNIX": _unix,
    "UNIX_MS": _unix_ms,
    "TAI64N": _tai64n,
}


def _parser(pattern: str, zone: Zone, locale: str, now: Callable[[], int]) -> Parser:
    """DateFormat.getFunction"""
    named = _NAMED.get(pattern)
    if named is not None:
        return lambda value: named(value, zone)
    form = DateFormat.parse(pattern, locale)

    def parse(value: str | None) -> Moment:
        if not value:
            raise IllegalArgumentException("cannot parse empty date")
        temporal = form.temporal(value)
        if temporal.instant is not None and zone != UTC:
            return Moment(temporal.instant, zone)
        if temporal.day is None and not _has_year(temporal.fields):
            # What names no year is of this one, in the zone of the processor. An instant names none.
            year = calendar.from_day(now() // 86_400_000)[0]
            day = checked("DayOfMonth", temporal.fields.get("DayOfMonth", 1))
            month = checked("MonthOfYear", temporal.fields.get("MonthOfYear", 1))
            day = min(day, calendar.month_length(year, month))  # ZonedDateTime.with makes do with the last there is
            time = temporal.time or 0 if temporal.instant is None else temporal.instant % SECOND
            return Moment.of_local(calendar.to_day(year, month, day) * DAY + time, zone)
        if zone == UTC:
            return Moment(temporal.nanos(), UTC)
        # The formatter's zone is put over a mere offset
        local = Moment(temporal.nanos(), temporal.zone or UTC).local
        return Moment.of_local(local, zone if temporal.zone is None or temporal.by_offset else temporal.zone)

    return parse


def _has_year(fields: dict[str, int]) -> bool:
    """A week-based year is none, unless its week is told."""
    return not fields.keys().isdisjoint(("Year", "YearOfEra", "WeekOfWeekBasedYear[WeekFields[MONDAY,4]]"))


def _first(parsers: list[Callable[[], Parser]], value: Any) -> Moment:
    """What the last of the parsers makes of a value that can read it."""
    written = None if value is None else text(value)
    found: Moment | None = None
    refused: OpenSearchError | None = None
    for parser in parsers:
        try:
            found = parser()(written)
        except OpenSearchError as error:
            refused = suppress(refused, error)
    if found is None:
        raise IllegalArgumentException(f"unable to parse date [{text(written)}]") from refused
    return found


#: BCP 47: language and its extensions, script, region, variants, extensions, private use; or grandfathered as a whole.
_LANGUAGE_TAG = re.compile(
    r"""(?:(?:[a-z]{2,3}(?:-[a-z]{3}){0,3}|[a-z]{4,8})(?:-[a-z]{4})?(?:-(?:[a-z]{2}|[0-9]{3}))?
        (?:-(?:[a-z0-9]{5,8}|[0-9][a-z0-9]{3}))*(?:-[a-wyz0-9](?:-[a-z0-9]{2,8})+)*(?:-x(?:-[a-z0-9]{1,8})+)?
        |x(?:-[a-z0-9]{1,8})+
        |i-(?:ami|bnn|default|enochian|hak|klingon|lux|mingo|navajo|pwn|tao|tay|tsu))""",
    re.IGNORECASE | re.VERBOSE,
)


def _locale(tag: str) -> str:
    if not tag or not _LANGUAGE_TAG.fullmatch(tag):
        raise IllegalArgumentException(f"Invalid language tag specified: {tag}")
    return tag


def _pattern(value: Any) -> str:
    """What DateFormat.fromString switches on."""
    if value is None:
        raise NullPointerException('Cannot invoke "String.hashCode()" because "<local1>" is null')
    return str(cast(value, "java.lang.String"))


@processor("date")
class Date(Processor):
    """A date in one of some formats, printed in another."""

    def read(self, config: Config) -> None:
        self.field = config.string("field")
        self.target = config.string("target_field", "@timestamp")
        zone = config.optional_string("timezone")
        self.zone = None if zone is None else config.template_of("timezone", zone)
        locale = config.optional_string("locale")
        self.locale = None if locale is None else config.template_of("locale", locale)
        formats = config.list("formats")
        output = config.string("output_format", "yyyy-MM-dd'T'HH:mm:ss.SSSXXX")
        try:
            self.output = DateFormat.parse(output)
        except OpenSearchError as error:
            raise IllegalArgumentException(f"invalid output format [{output}]") from error
        self.formats = [_pattern(one) for one in formats]

    def execute(self, document: IngestDocument) -> bool:
        def made(pattern: str) -> Callable[[], Parser]:
            def make() -> Parser:
                zone = UTC if self.zone is None else parse_zone(render(self.zone, document))
                locale = "" if self.locale is None else parse_locale(render(self.locale, document))
                return _parser(pattern, zone, locale, self.services.now)

            return make

        moment = _first([made(pattern) for pattern in self.formats], document.get(self.field))
        document.set(self.target, self.output.with_zone(moment.zone).format_nanos(moment.nanos))
        return True


@processor("date_index_name")
class DateIndexName(Processor):
    """The index becomes a name with date math in it."""

    def read(self, config: Config) -> None:
        locale = config.optional_string("locale")
        zone = config.optional_string("timezone")
        self.zone = UTC if zone is None else parse_zone(zone)
        self.locale = "en" if locale is None else _locale(locale)
        formats = config.optional_list("date_formats")
        given = ["yyyy-MM-dd'T'HH:mm:ss.SSSXX"] if formats is None else formats
        parsers = [_parser(_pattern(one), self.zone, self.locale, self.services.now) for one in given]
        self.parsers = [lambda parser=parser: parser for parser in parsers]
        self.field = config.string("field")
        self.prefix = config.template("index_name_prefix", "")
        self.rounding = config.template("date_rounding")
        self.format = config.template("index_name_format", "yyyy-MM-dd")

    def execute(self, document: IngestDocument) -> bool:
        moment = _first(list(self.parsers), document.get(self.field))
        prefix, pattern = render(self.prefix, document), render(self.format, document)
        rounding = render(self.rounding, document)
        date = DateFormat.parse(pattern).with_zone(moment.zone).format_nanos(moment.nanos)
        zone = "UTC" if self.zone == UTC else self.zone.id
        document.set("_index", f"<{prefix}{{{date}||/{rounding}{{{pattern}|{zone}}}}}>")
        return True


_GRANULARITIES = ("hour", "day", "week", "month")


@processor("temporal_routing")
class TemporalRouting(Processor):
    """The routing becomes the period that a timestamp falls in."""

    def read(self, config: Config) -> None:
        self.field = config.string("timestamp_field")
        granularity = config.string("granularity")
        given = config.optional_string("format")
        pattern = "strict_date_optional_time" if given is None else given
        self.ignore_missing = config.boolean("ignore_missing", False)
        self.override = config.boolean("override_existing", True)
        self.hash = config.boolean("hash_bucket", False)
        for name, value in (("timestamp_field", self.field), ("granularity", granularity)):
            if not value:
                raise config.refuse(name, "cannot be null or empty")
        self.granularity = granularity.lower()
        if self.granularity not in _GRANULARITIES:
            raise config.refuse(
                "granularity", f"Invalid granularity: {granularity}. Supported values are: hour, day, week, month"
            )
        try:
            self.format = DateFormat.parse(pattern)
        except OpenSearchError as error:
            raise config.refuse("format", f"invalid date format: {error.reason}") from None

    def execute(self, document: IngestDocument) -> bool:
        if not self.override and document.source.get("_routing") is not None:
            return True
        value = document.get(self.field, ignore_missing=self.ignore_missing)
        if value is None:
            if self.ignore_missing:
                return True
            raise IllegalArgumentException(f"field [{self.field}] not present as part of path [{self.field}]")
        temporal = self.format.temporal(text(value))
        moment = Moment(temporal.nanos_in(UTC), temporal.zone or UTC)
        bucket = self._bucket(moment)
        document.set("_routing", murmur3_routing(bucket) if self.hash else bucket)
        return True

    def _bucket(self, moment: Moment) -> str:
        year, month, day = calendar.from_day(moment.day)
        if self.granularity == "week":
            year, week = calendar.week_of(moment.day)
            return f"{year}-W{week:02d}"
        if self.granularity == "month":
            return f"{year}-{month:02d}"
        date = f"{year}-{month:02d}-{day:02d}"
        return date if self.granularity == "day" else f"{date}T{moment.time // (3600 * SECOND):02d}"
