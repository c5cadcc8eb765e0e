"""Date math: ``now-1d/d``, ``2020-01-01||+1M/M``, rounded up or down."""

from __future__ import annotations

from collections.abc import Callable

from fakeknn.dates import calendar
from fakeknn.dates.calendar import DAY, HOUR, MINUTE, SECOND
from fakeknn.dates.format import DateFormat, clamped
from fakeknn.dates.moments import Moment
from fakeknn.dates.zones import UTC, Zone
from fakeknn.errors import (
    DateTimeParseException,
    IllegalArgumentException,
    NumberFormatException,
    OpenSearchParseException,
)

_MILLI = 1_000_000
_MONTHS = {"y": 12, "M": 1}
_DAYS = {"w": 7, "d": 1}
_TIMES = {"h": HOUR, "H": HOUR, "m": MINUTE, "s": SECOND}


def parse(
    text: str, date_format: DateFormat, now: Callable[[], int], round_up: bool = False, zone: Zone | None = None
) -> int:
    """DateMathParser.parse: milliseconds since the epoch, rounded down, within 64 bits.

    ``now`` gives the milliseconds that "now" stands for. ``round_up`` takes the end of a unit that the text rounds to,
    and of what a date leaves out. ``zone`` is that of dates that name none, and of rounding.
    Raises ``OpenSearchParseException``.
    """
    return clamped(_nanos(text, date_format, now, round_up, zone) // _MILLI)


def parse_nanos(
    text: str, date_format: DateFormat, now: Callable[[], int], round_up: bool = False, zone: Zone | None = None
) -> int:
    """As ``parse``, in nanoseconds."""
    return _nanos(text, date_format, now, round_up, zone)


def _nanos(text: str, date_format: DateFormat, now: Callable[[], int], round_up: bool, zone: Zone | None) -> int:
    if text.startswith("now"):
        return _walk(text[3:], now() * _MILLI, round_up, zone or UTC)
    date, bars, steps = text.partition("||")
    if not bars:
        return _date(date, date_format, zone, round_up)
    return _walk(steps, _date(date, date_format, zone, False), round_up, zone or UTC)


def _date(text: str, date_format: DateFormat, zone: Zone | None, round_up: bool) -> int:
    if not text:
        raise OpenSearchParseException("cannot parse empty date")
    try:
        if zone is None and not round_up:
            return date_format.to_nanos(text)
        temporal = date_format.temporal(text, round_up)
        return temporal.nanos() if zone is None else temporal.nanos_in(zone)
    except (IllegalArgumentException, DateTimeParseException) as error:
        raise OpenSearchParseException(
            f"failed to parse date field [{text}] with format [{date_format.pattern}]: [{error.reason}]"
        ) from error


def _walk(steps: str, nanos: int, round_up: bool, zone: Zone) -> int:
    moment = Moment(nanos, zone)
    at = 0
    while at < len(steps):
        sign = steps[at]
        if sign not in "/+-":
            raise OpenSearchParseException(f"operator not supported for date math [{steps}]")
        begin = at + 1
        at = begin
        while at < len(steps) and steps[at].isdigit():
            at += 1
        if at >= len(steps):
            raise OpenSearchParseException(f"truncated date math [{steps}]")
        digits = steps[begin:at]
        count = int(digits) if digits else 1
        if count >= 1 << 31:
            raise NumberFormatException(f'For input string: "{digits}"')
        if sign == "/" and count != 1:
            raise OpenSearchParseException(f"rounding `/` can only be used on single unit types [{steps}]")
        unit = steps[at]
        at += 1
        if unit not in "yMwdhHms":
            raise OpenSearchParseException(f"unit [{unit}] not supported for date math [{steps}]")
        if sign == "/":
            moment = _floor(moment, unit)
            if round_up:
                moment = _plus(moment, unit, 1)
                moment = Moment(moment.nanos - _MILLI, zone)
        else:
            moment = _plus(moment, unit, count if sign == "+" else -count)
    return moment.nanos


def _plus(moment: Moment, unit: str, count: int) -> Moment:
    """ZonedDateTime.plus: dates move the local time, times the instant."""
    if unit in _TIMES:
        return Moment(moment.nanos + count * _TIMES[unit], moment.zone)
    day = moment.day
    day = calendar.plus_months(day, count * _MONTHS[unit]) if unit in _MONTHS else day + count * _DAYS[unit]
    return moment.at_local(day * DAY + moment.time)


def _floor(moment: Moment, unit: str) -> Moment:
    day, time = moment.day, moment.time
    if unit in _TIMES:
        return moment.at_local(day * DAY + time - time % _TIMES[unit])
    year, month, _ = calendar.from_day(day)
    if unit == "y":
        day = calendar.to_day(year, 1, 1)
    elif unit == "M":
        day = calendar.to_day(year, month, 1)
    elif unit == "w":
        day -= calendar.weekday(day) - 1
    return moment.at_local(day * DAY)
