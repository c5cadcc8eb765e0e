"""What ``java.time``'s units, fields and adjusters do to a temporal."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from fakeknn.dates import calendar
from fakeknn.dates.calendar import SECOND
from fakeknn.painless.dispatch import define, define_fields, define_static
from fakeknn.painless.library_enum import Enum
from fakeknn.painless.library_locale import Locale
from fakeknn.painless.library_time import Duration, Temporal
from fakeknn.painless.library_time_fields import (
    DAY_OF_QUARTER,
    ISO_WEEK,
    ISO_WEEK_YEAR,
    QUARTER,
    QUARTER_YEARS,
    WEEK_BASED_YEARS,
    DerivedField,
    JulianField,
    ValueRange,
    WeekField,
    WeekFields,
    add,
    between,
    change,
    chrono_range,
    is_time_based,
    range_in,
    read,
    supports,
)
from fakeknn.painless.library_time_format import converted
from fakeknn.painless.library_time_units import DAYS, FIELDS, UNITS, ChronoUnit, date_error
from fakeknn.painless.values import Function, function


def _is_date_unit(unit: Any) -> bool:
    return bool(unit.date_based and unit.ordinal != 15)


define(
    "java.time.temporal.TemporalUnit",
    {
        "between/2": lambda unit, a, b: between(a, converted(type(a).__name__, b), unit),
        "addTo/2": lambda unit, t, n: add(t, n, unit),
        "getDuration/0": lambda unit: Duration(unit.nanos or (2**63 - 1) * SECOND + SECOND - 1),
        "isDateBased/0": _is_date_unit,
        "isTimeBased/0": lambda unit: not unit.date_based,
        "isDurationEstimated/0": lambda unit: unit.date_based,
        "isSupportedBy/1": lambda unit, t: supports(t, unit),
    },
)


def _base(field: Any) -> ChronoUnit:
    return field.base if isinstance(field, DerivedField) else UNITS[CHRONO_UNITS[field.name][0]]


def _range_unit(field: Any) -> ChronoUnit:
    return field.range_unit if isinstance(field, DerivedField) else UNITS[CHRONO_UNITS[field.name][1]]


def _range(field: Any) -> ValueRange:
    return field.range if isinstance(field, DerivedField) else chrono_range(field.shown)


define(
    "java.time.temporal.TemporalField",
    {
        "getFrom/1": lambda field, t: read(t, field),
        "isSupportedBy/1": lambda field, t: supports(t, field),
        "adjustInto/2": lambda field, t, value: change(t, field, value),
        "isTimeBased/0": is_time_based,
        "isDateBased/0": lambda field: isinstance(field, DerivedField) or 15 <= field.ordinal <= 27,
        "getBaseUnit/0": _base,
        "getRangeUnit/0": _range_unit,
        "range/0": _range,
        "rangeRefinedBy/1": lambda field, t: range_in(t, field),
        "toString/0": str,
    },
)
define(
    "java.time.temporal.ChronoField",
    {
        "checkValidValue/1": lambda field, value: chrono_range(field.shown).check(value, field),
        "checkValidIntValue/1": lambda field, value: _int_value(chrono_range(field.shown), value, field),
    },
)
_BASE_OF_DATES = {
    **dict.fromkeys(("DAY_OF_WEEK", "ALIGNED_DAY_OF_WEEK_IN_MONTH", "ALIGNED_DAY_OF_WEEK_IN_YEAR"), ("DAYS", "WEEKS")),
    "DAY_OF_MONTH": ("DAYS", "MONTHS"),
    "DAY_OF_YEAR": ("DAYS", "YEARS"),
    "EPOCH_DAY": ("DAYS", "FOREVER"),
    "ALIGNED_WEEK_OF_MONTH": ("WEEKS", "MONTHS"),
    "ALIGNED_WEEK_OF_YEAR": ("WEEKS", "YEARS"),
    "MONTH_OF_YEAR": ("MONTHS", "YEARS"),
    "PROLEPTIC_MONTH": ("MONTHS", "FOREVER"),
    "YEAR_OF_ERA": ("YEARS", "FOREVER"),
    "YEAR": ("YEARS", "FOREVER"),
    "ERA": ("ERAS", "FOREVER"),
    "INSTANT_SECONDS": ("SECONDS", "FOREVER"),
    "OFFSET_SECONDS": ("SECONDS", "FOREVER"),
    "HOUR_OF_AMPM": ("HOURS", "HALF_DAYS"),
    "CLOCK_HOUR_OF_AMPM": ("HOURS", "HALF_DAYS"),
    "CLOCK_HOUR_OF_DAY": ("HOURS", "DAYS"),
    "AMPM_OF_DAY": ("HALF_DAYS", "DAYS"),
}
# The base unit and the range unit of each ChronoField: ``NANO_OF_SECOND`` tells its own.
CHRONO_UNITS = {name: _BASE_OF_DATES.get(name) or tuple(f"{part}S" for part in name.split("_OF_")) for name in FIELDS}


def _int_value(range_: ValueRange, value: int, field: Any) -> int:
    if not range_.is_int:
        raise date_error(f"Invalid value for {field} (valid values {range_}): {value}")
    return range_.check(value, field)


define(
    "java.time.temporal.ValueRange",
    {
        "checkValidValue/2": ValueRange.check,
        "checkValidIntValue/2": _int_value,
        "getLargestMinimum/0": lambda r: r.largest_minimum,
        "getMaximum/0": lambda r: r.largest,
        "getMinimum/0": lambda r: r.least,
        "getSmallestMaximum/0": lambda r: r.smallest_maximum,
        "isFixed/0": lambda r: r.least == r.largest_minimum and r.smallest_maximum == r.largest,
        "isIntValue/0": lambda r: r.is_int,
        "isValidIntValue/1": lambda r, value: r.is_int and r.valid(value),
        "isValidValue/1": ValueRange.valid,
    },
)
define_static("java.time.temporal.ValueRange", dict.fromkeys(("of/2", "of/3", "of/4"), ValueRange.of))
define_fields(
    "java.time.temporal.IsoFields",
    {
        "DAY_OF_QUARTER": DAY_OF_QUARTER,
        "QUARTER_OF_YEAR": QUARTER,
        "QUARTER_YEARS": QUARTER_YEARS,
        "WEEK_BASED_YEAR": ISO_WEEK_YEAR,
        "WEEK_BASED_YEARS": WEEK_BASED_YEARS,
        "WEEK_OF_WEEK_BASED_YEAR": ISO_WEEK,
    },
)
define_fields(
    "java.time.temporal.JulianFields",
    {
        "JULIAN_DAY": JulianField("JulianDay", 2_440_588),
        "MODIFIED_JULIAN_DAY": JulianField("ModifiedJulianDay", 40_587),
        "RATA_DIE": JulianField("RataDie", 719_163),
    },
)
define(
    "java.time.temporal.WeekFields",
    {
        "dayOfWeek/0": lambda w: WeekField("DayOfWeek", w),
        "weekOfMonth/0": lambda w: WeekField("WeekOfMonth", w),
        "weekOfYear/0": lambda w: WeekField("WeekOfYear", w),
        "weekOfWeekBasedYear/0": lambda w: WeekField("WeekOfWeekBasedYear", w),
        "weekBasedYear/0": lambda w: WeekField("WeekBasedYear", w),
        "getFirstDayOfWeek/0": lambda w: w.first,
        "getMinimalDaysInFirstWeek/0": lambda w: w.minimal,
    },
)


def _week_fields(locale: Locale) -> WeekFields:
    """As the Common Locale Data Repository has them by territory."""
    first = "SUNDAY" if locale.country in _FROM_SUNDAY else "SATURDAY" if locale.country in _FROM_SATURDAY else "MONDAY"
    day = next(day for day in DAYS if day.name == first)
    four = locale.country in _FOUR_DAYS or not (locale.country or locale.language)
    return WeekFields(day, 4 if four else 1)


_FOUR_DAYS = frozenset(
    "AD AN AT AX BE BG CH CZ DE DK EE ES FI FJ FO FR GB GF GG GI GP GR HU IE IM IS IT JE LI LT LU MC MQ NL NO PL RE "
    "RU SE SJ SK SM VA".split()
)
_FROM_SUNDAY = frozenset(
    "AG AS BD BR BS BT BW BZ CA CO DM DO ET GT GU HK HN ID IL IN IS JM JP KE KH KR LA MH MM MO MT MX MZ NI NP PA "
    "PE PH PK PR PT PY SA SG SV TH TT TW UM US VE VI WS YE ZA ZW".split()
) - {"IS"}
_FROM_SATURDAY = frozenset("AE AF BH DJ DZ EG IQ IR JO KW LY OM QA SD SY".split())
define_static("java.time.temporal.WeekFields", {"of/1": _week_fields, "of/2": WeekFields})
define_fields(
    "java.time.temporal.WeekFields",
    {
        "ISO": WeekFields(DAYS[0], 4),
        "SUNDAY_START": WeekFields(DAYS[6], 1),
        "WEEK_BASED_YEARS": WEEK_BASED_YEARS,
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
