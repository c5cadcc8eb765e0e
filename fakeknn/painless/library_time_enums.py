"""The enums of ``java.time``: units, fields, days, months, styles."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from fakeknn.dates import calendar
from fakeknn.dates.names import names_of
from fakeknn.painless.dispatch import define, define_static
from fakeknn.painless.library_enum import Enum, declare, register
from fakeknn.painless.library_time_units import DAYS, FIELDS, MONTHS, UNITS, Month, date_error

for _kind, _constants in (
    ("java.time.temporal.ChronoUnit", UNITS),
    ("java.time.temporal.ChronoField", FIELDS),
    ("java.time.DayOfWeek", {day.name: day for day in DAYS}),
    ("java.time.Month", {month.name: month for month in MONTHS}),
):
    register(_kind, _constants)


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
        {"of/1": _of_value(_list, _kind, _what)},
    )


def _display(constant: Enum, style: Enum, locale: Any) -> str:
    kind, _, standalone = style.name.partition("_")
    letter = ("L" if standalone else "M") if constant.java == "java.time.Month" else "c" if standalone else "E"
    return names_of(str(locale)).of(letter, kind)[constant.ordinal + 1]


TEXT_STYLES = declare(
    "java.time.format.TextStyle", "FULL FULL_STANDALONE SHORT SHORT_STANDALONE NARROW NARROW_STANDALONE"
)
define(
    "java.time.format.TextStyle",
    {
        "asNormal/0": lambda style: TEXT_STYLES[style.name.partition("_")[0]],
        "asStandalone/0": lambda style: TEXT_STYLES[style.name.partition("_")[0] + "_STANDALONE"],
        "isStandalone/0": lambda style: style.name.endswith("_STANDALONE"),
    },
)
declare("java.time.format.FormatStyle", "FULL LONG MEDIUM SHORT")
declare("java.time.format.SignStyle", "NORMAL ALWAYS NEVER NOT_NEGATIVE EXCEEDS_PAD")
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
