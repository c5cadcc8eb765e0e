"""What ``java.time``'s units, fields and adjusters do to a temporal."""

from __future__ import annotations

from collections.abc import Callable

from fakeknn.dates import calendar
from fakeknn.painless.dispatch import define, define_static
from fakeknn.painless.library_time import (
    Duration,
    Temporal,
)
from fakeknn.painless.library_time_format import converted
from fakeknn.painless.library_time_methods import supported
from fakeknn.painless.library_time_units import (
    TIME_FIELDS,
    UNITS,
    Enum,
)
from fakeknn.painless.values import Function, function

define(
    "java.time.temporal.TemporalUnit",
    {
        "between/2": lambda unit, a, b: a.until(converted(type(a).__name__, b), unit),
        "addTo/2": lambda unit, t, n: t.plus(n, unit),
        "getDuration/0": lambda unit: Duration(unit.nanos),
        "isDateBased/0": lambda unit: unit.date_based and unit.ordinal != 15,
        "isTimeBased/0": lambda unit: not unit.date_based,
        "isDurationEstimated/0": lambda unit: unit.date_based,
        "isSupportedBy/1": lambda unit, t: supported(t, unit),
    },
)
define(
    "java.time.temporal.TemporalField",
    {
        "getFrom/1": lambda field, t: t.field(field.shown),
        "isSupportedBy/1": lambda field, t: supported(t, field),
        "adjustInto/2": lambda field, t, value: t.with_field(field.shown, value),
        "isTimeBased/0": lambda field: field.shown in TIME_FIELDS,
        "isDateBased/0": lambda field: 15 <= field.ordinal <= 27,
    },
)


def _adjuster(adjust: Callable[[Temporal], Temporal]) -> Function:
    return function("java.time.temporal.TemporalAdjuster", adjust)


def _on_first(change: Callable[[Temporal], Temporal]) -> Function:
    return _adjuster(lambda t: change(t.with_field("DayOfMonth", 1)))


def _last_day(t: Temporal) -> Temporal:
    return t.with_field("DayOfMonth", calendar.month_length(t.field("Year"), t.field("MonthOfYear")))


def _towards(day: Enum, sign: int, same: bool) -> Function:
    def adjust(t: Temporal) -> Temporal:
        away = (day.ordinal + 1 - t.field("DayOfWeek")) * sign % 7
        return t.plus(sign * (away if same or away else 7), UNITS["DAYS"])

    return _adjuster(adjust)


def _in_month(ordinal: int, day: Enum) -> Function:
    def adjust(t: Temporal) -> Temporal:
        if ordinal >= 0:
            first = t.with_field("DayOfMonth", 1)
            away = (day.ordinal + 1 - first.field("DayOfWeek")) % 7
            return first.plus(away + (ordinal - 1) * 7, UNITS["DAYS"])
        last = _last_day(t)
        away = (last.field("DayOfWeek") - day.ordinal - 1) % 7
        return last.plus(-away + (ordinal + 1) * 7, UNITS["DAYS"])

    return _adjuster(adjust)


define_static(
    "java.time.temporal.TemporalAdjusters",
    {
        "firstDayOfMonth/0": lambda: _on_first(lambda t: t),
        "firstDayOfNextMonth/0": lambda: _on_first(lambda t: t.plus(1, UNITS["MONTHS"])),
        "firstDayOfYear/0": lambda: _adjuster(lambda t: t.with_field("DayOfYear", 1)),
        "firstDayOfNextYear/0": lambda: _adjuster(lambda t: t.with_field("DayOfYear", 1).plus(1, UNITS["YEARS"])),
        "lastDayOfMonth/0": lambda: _adjuster(_last_day),
        "lastDayOfYear/0": lambda: _adjuster(lambda t: t.with_field("MonthOfYear", 12).with_field("DayOfMonth", 31)),
        "next/1": lambda day: _towards(day, 1, False),
        "nextOrSame/1": lambda day: _towards(day, 1, True),
        "previous/1": lambda day: _towards(day, -1, False),
        "previousOrSame/1": lambda day: _towards(day, -1, True),
        "dayOfWeekInMonth/2": _in_month,
        "firstInMonth/1": lambda day: _in_month(1, day),
        "lastInMonth/1": lambda day: _in_month(-1, day),
    },
)
define_static("java.time.Year", {"isLeap/1": calendar.is_leap})
