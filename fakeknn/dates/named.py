"""OpenSearch's named date formats: how each prints, and the forms that it parses.

A form is a java.time pattern, with between ``<`` and ``>`` what pattern letters cannot say: ``<M 1-2>`` a number of
one or two digits, ``<E any>`` one of any number of digits, ``<.1-9>`` a fraction with its point, ``<+HHmm>`` an offset
(``Z`` for none), ``<zone>`` a region or offset.
"""

from __future__ import annotations

from dataclasses import dataclass

from fakeknn.dates.elements import Fraction, Number, Offset, ZoneId
from fakeknn.dates.patterns import Builder
from fakeknn.dates.resolving import WEEK, WEEK_YEAR, WEEKDAY, Style


@dataclass(frozen=True, slots=True)
class Named:
    """A format: ``printer`` and ``parsers`` are forms, resolved in ``style``; ``utc`` if it reads in UTC by itself."""

    printer: str
    parsers: tuple[str, ...]
    style: Style = "STRICT"
    utc: bool = False


_DATE = "uuuu[-MM[-dd]]"
_TIME = "HH:mm:ss"
_LENIENT_DATE = "<u 1-5 NORMAL>[-<M 1-2>[-<d 1-2>]]"
_LENIENT_MINUTE = "<H 1-2>:<m 1-2>"
_LENIENT_TIME = f"{_LENIENT_MINUTE}:<s 1-2>"
_ISO_WEEK = "<week-based-year>'-W'<week 2-2>-<E 1-1>"
_LENIENT_WEEK = "<week-based-year>'-W'<week 1-2>-<E 1-1>"
_BASIC_WEEK = "<week-based-year any>'W'<week 1-2 NEVER><E any>"
_STRICT_BASIC_WEEK = "<week-based-year 4>'W'<week 1-2 NEVER><E any>"
_BASIC_WEEK_PRINTER = "<week-based-year 4>'W'<week 2-2 NEVER><E any>"
_LOCAL_WEEK = "YYYY'-W'ww"
_OPTIONAL_TIME_PRINTER = f"{_DATE}'T'[HH[:mm[:ss[<.3-3>]][<+HH:MM>]]]"
_BASIC_TIME = "HHmmss"


def _zoned(printer: str, parser: str | None = None, *, style: Style = "STRICT") -> Named:
    """A format that ends in a zone: printed as ``+01:00``, parsed as that, as a region, or as ``+0100``."""
    parser = printer if parser is None else parser
    return Named(f"{printer}<+HH:MM>", (f"{parser}<zone>", f"{parser}<+HHmm>"), style)


def _plain(printer: str, parser: str | None = None, *, style: Style = "STRICT", utc: bool = False) -> Named:
    return Named(printer, (printer if parser is None else parser,), style, utc)


_FRACTION = "[<.1-9>][','<,1-9>]"
_ZONES = "[<zone>][<+HHmm>]"

FORMATS: dict[str, Named] = {
    "iso8601": _plain(_OPTIONAL_TIME_PRINTER, f"{_DATE}['T'[HH[:mm[:ss{_FRACTION}]]]]{_ZONES}"),
    "basic_date": _plain("<u 4-4 NORMAL>MMdd", "<u 1-4 NORMAL><M 1-2><d 1-2>", utc=True),
    "basic_date_time": _zoned(f"<u 4-4 NORMAL>MMdd'T'{_BASIC_TIME}<.3-3>", f"<u 4-4 NORMAL>MMdd'T'{_BASIC_TIME}<.1-9>"),
    "basic_date_time_no_millis": _zoned(f"<u 4-4 NORMAL>MMdd'T'{_BASIC_TIME}"),
    "basic_ordinal_date": _plain("uuuuDDD", style="SMART"),
    "basic_ordinal_date_time": _zoned(f"yyyyDDD'T'{_BASIC_TIME}<.3-3>", f"yyyyDDD'T'{_BASIC_TIME}<.1-9>"),
    "basic_ordinal_date_time_no_millis": _zoned(f"uuuuDDD'T'{_BASIC_TIME}"),
    "basic_time": _zoned(f"{_BASIC_TIME}<.3-3>", f"{_BASIC_TIME}<.1-9>"),
    "basic_time_no_millis": _zoned(_BASIC_TIME),
    "basic_t_time": _zoned(f"'T'{_BASIC_TIME}<.3-3>", f"'T'{_BASIC_TIME}<.1-9>"),
    "basic_t_time_no_millis": _zoned(f"'T'{_BASIC_TIME}"),
    "basic_week_date": _plain(_BASIC_WEEK_PRINTER, _BASIC_WEEK),
    "basic_week_date_time": Named(
        f"{_BASIC_WEEK_PRINTER}'T'{_BASIC_TIME}.SSSX",
        (f"{_BASIC_WEEK}'T'{_BASIC_TIME}<.1-9><zone>", f"{_BASIC_WEEK}'T'{_BASIC_TIME}<.1-9><+HHmm>"),
    ),
    "basic_week_date_time_no_millis": Named(
        f"{_BASIC_WEEK_PRINTER}'T'{_BASIC_TIME}X",
        (f"{_BASIC_WEEK}'T'{_BASIC_TIME}<zone>", f"{_BASIC_WEEK}'T'{_BASIC_TIME}<+HHmm>"),
    ),
    "date": _plain("uuuu-MM-dd", _LENIENT_DATE),
    "date_hour": _plain("uuuu-MM-dd'T'HH", f"{_LENIENT_DATE}'T'<H 1-2>"),
    "date_hour_minute": _plain("uuuu-MM-dd'T'HH:mm", f"{_LENIENT_DATE}'T'{_LENIENT_MINUTE}"),
    "date_hour_minute_second": _plain("uuuu-MM-dd'T'HH:mm:ss", f"{_LENIENT_DATE}'T'{_LENIENT_TIME}"),
    "date_hour_minute_second_fraction": _plain(f"{_DATE}'T'{_TIME}<.3-3>", f"{_LENIENT_DATE}'T'{_LENIENT_TIME}<.1-9>"),
    "date_hour_minute_second_millis": _plain(f"{_DATE}'T'{_TIME}<.3-3>", f"{_LENIENT_DATE}'T'{_LENIENT_TIME}<.1-3>"),
    "date_optional_time": _plain(
        _OPTIONAL_TIME_PRINTER,
        f"{_LENIENT_DATE}['T'[<H 1-2>[:<m 1-2>[:<s 1-2>]{_FRACTION}{_ZONES}]]]",
    ),
    "date_time": Named(
        _OPTIONAL_TIME_PRINTER,
        tuple(f"{_LENIENT_DATE}'T'{_LENIENT_MINUTE}[:<s 1-2><.1-9>]{offset}" for offset in ("<+HH:MM>", "<+HHmm>")),
    ),
    "date_time_no_millis": Named(
        "uuuu-MM-dd'T'HH:mm:ss<zone>",
        tuple(
            f"{_LENIENT_DATE}'T'{_LENIENT_MINUTE}[:<s 1-2>]{zone}"
            for zone in ("<+HH:MM>", "<+HHmm>", "[<zone>]", "[<+HHmm>]")
        ),
    ),
    "hour": _plain("HH", "<H 1-2>"),
    "hour_minute": _plain("HH:mm", _LENIENT_MINUTE),
    "hour_minute_second": _plain(_TIME, _LENIENT_TIME),
    "hour_minute_second_fraction": _plain(f"{_TIME}<.3-3>", f"{_LENIENT_TIME}<.1-9>"),
    "hour_minute_second_millis": _plain(f"{_TIME}<.3-3>", f"{_LENIENT_TIME}<.1-3>"),
    "ordinal_date": _plain("uuuu-<D 3-3>", "uuuu-<D 1-3>"),
    "ordinal_date_time": _zoned("uuuu-<D 3-3>'T'HH:mm[:ss<.3-9>]", f"uuuu-<D 1-3>'T'{_LENIENT_MINUTE}[:<s 1-2><.1-9>]"),
    "ordinal_date_time_no_millis": _zoned(f"uuuu-<D 3-3>'T'{_TIME}", f"uuuu-<D 1-3>'T'{_LENIENT_TIME}"),
    "rfc3339_lenient": _plain(
        _OPTIONAL_TIME_PRINTER, f"{_LENIENT_DATE}['T'{_LENIENT_MINUTE}[:<s 1-2>{_FRACTION}[<+HH:MM:ss>]]]"
    ),
    "time": _zoned(f"{_TIME}<.3-3>", f"{_LENIENT_TIME}<.1-9>"),
    "time_no_millis": _zoned(_TIME, _LENIENT_TIME),
    "t_time": _zoned(f"'T'{_TIME}<.3-3>", f"'T'{_LENIENT_TIME}<.1-9>"),
    "t_time_no_millis": _zoned(f"'T'{_TIME}", f"'T'{_LENIENT_TIME}"),
    "week_date": _plain(_ISO_WEEK, _LENIENT_WEEK),
    "week_date_time": _zoned(f"{_ISO_WEEK}'T'{_TIME}<.3-3>", f"{_LENIENT_WEEK}'T'{_LENIENT_TIME}<.1-9>"),
    "week_date_time_no_millis": _zoned(f"{_ISO_WEEK}'T'{_TIME}", f"{_LENIENT_WEEK}'T'{_LENIENT_TIME}"),
    "week_year": _plain("Y"),
    "weekyear": _plain("Y"),
    "weekyear_week": _plain(_LOCAL_WEEK, "Y'-W'<w any>"),
    "weekyear_week_day": _plain(f"{_LOCAL_WEEK}-<e any>", "Y'-W'<w any>-<e any>"),
    "year": _plain("u"),
    "year_month": _plain("uuuu-MM", "u-M"),
    "year_month_day": _plain(_DATE, "u-M-d"),
    "strict_basic_week_date": _plain(_BASIC_WEEK_PRINTER, _STRICT_BASIC_WEEK),
    "strict_basic_week_date_time": Named(
        f"{_BASIC_WEEK_PRINTER}'T'{_BASIC_TIME}.SSSX",
        (f"{_STRICT_BASIC_WEEK}'T'{_BASIC_TIME}<.1-9><zone>", f"{_STRICT_BASIC_WEEK}'T'{_BASIC_TIME}<.1-9><+HHmm>"),
    ),
    "strict_basic_week_date_time_no_millis": _zoned(f"{_BASIC_WEEK_PRINTER}'T'{_BASIC_TIME}"),
    "strict_date": _plain("uuuu-MM-dd", style="LENIENT"),
    "strict_date_hour": _plain("uuuu-MM-dd'T'HH", style="SMART"),
    "strict_date_hour_minute": _plain("uuuu-MM-dd'T'HH:mm", style="SMART"),
    "strict_date_hour_minute_second": _plain("uuuu-MM-dd'T'HH:mm:ss", style="SMART"),
    "strict_date_hour_minute_second_fraction": _plain(f"{_DATE}'T'{_TIME}<.3-3>", f"{_DATE}'T'{_TIME}<.1-9>"),
    "strict_date_hour_minute_second_millis": _plain(f"{_DATE}'T'{_TIME}<.3-3>", f"{_DATE}'T'{_TIME}<.1-9>"),
    "strict_date_optional_time": _plain(_OPTIONAL_TIME_PRINTER, f"{_DATE}['T'[HH[:mm[:ss{_FRACTION}]]{_ZONES}]]"),
    "strict_date_optional_time_nanos": _plain(
        f"{_DATE}'T'[HH[:mm[:ss[<.3-9>]][<+HH:MM>]]]", f"{_DATE}['T'{_TIME}{_FRACTION}{_ZONES}]"
    ),
    "strict_date_time": _zoned(f"{_DATE}'T'{_TIME}<.3-9>", f"{_DATE}'T'{_TIME}[<.1-9>]"),
    "strict_date_time_no_millis": _zoned(f"{_DATE}'T'{_TIME}"),
    "strict_hour": _plain("HH", style="SMART"),
    "strict_hour_minute": _plain("HH:mm", style="SMART"),
    "strict_hour_minute_second": _plain(_TIME),
    "strict_hour_minute_second_fraction": _plain(f"{_TIME}<.3-3>", f"{_TIME}<.1-9>"),
    "strict_hour_minute_second_millis": _plain(f"{_TIME}<.3-3>", f"{_TIME}<.1-9>"),
    "strict_ordinal_date": _plain("uuuu-<D 3-3>"),
    "strict_ordinal_date_time": _zoned("uuuu-<D 3-3>'T'HH:mm[:ss<.3-9>]", "uuuu-<D 3-3>'T'HH:mm[:ss<.1-9>]"),
    "strict_ordinal_date_time_no_millis": _zoned(f"uuuu-<D 3-3>'T'{_TIME}"),
    "strict_time": _zoned(f"{_TIME}<.3-3>", f"{_TIME}<.1-9>"),
    "strict_time_no_millis": _zoned(_TIME),
    "strict_t_time": _zoned(f"'T'{_TIME}<.3-3>", f"'T'{_TIME}<.1-9>"),
    "strict_t_time_no_millis": _zoned(f"'T'{_TIME}"),
    "strict_week_date": _plain(_ISO_WEEK),
    "strict_week_date_time": _zoned(f"{_ISO_WEEK}'T'{_TIME}<.3-3>", f"{_ISO_WEEK}'T'{_TIME}<.1-9>"),
    "strict_week_date_time_no_millis": _zoned(f"{_ISO_WEEK}'T'{_TIME}"),
    "strict_weekyear": _plain("YYYY"),
    "strict_weekyear_week": _plain(_LOCAL_WEEK),
    "strict_weekyear_week_day": _plain(f"{_LOCAL_WEEK}-<e any>"),
    "strict_year": _plain("uuuu"),
    "strict_year_month": _plain("uuuu-MM"),
    "strict_year_month_day": _plain(_DATE),
}

_NUMBERS = {
    "u": "Year", "M": "MonthOfYear", "d": "DayOfMonth", "D": "DayOfYear", "H": "HourOfDay", "m": "MinuteOfHour",
    "s": "SecondOfMinute", "E": "DayOfWeek", "e": WEEKDAY, "w": WEEK, "Y": WEEK_YEAR,
    "week-based-year": "WeekBasedYear", "week": "WeekOfWeekBasedYear",
}  # fmt: skip


def extension(builder: Builder, text: str) -> None:
    """What stands between ``<`` and ``>`` in a form."""
    if text in ("zone", "region"):
        builder.append(ZoneId(text == "region"))
    elif text[0] == "+":
        builder.append(Offset(text, "Z"))
    elif text[0] in ".,":
        low, high = map(int, text[1:].split("-"))
        builder.append(Fraction(low, high, text[0] == "."))
    else:
        name, *rest = text.split()
        if not rest:
            builder.number(Number(_NUMBERS[name], 4, 10, "EXCEEDS_PAD"))
        elif rest[0] == "any":
            builder.number(Number(_NUMBERS[name]))
        elif "-" not in rest[0]:
            builder.number(Number(_NUMBERS[name], int(rest[0]), int(rest[0]), "NOT_NEGATIVE"))
        else:
            low, high = map(int, rest[0].split("-"))
            builder.number(Number(_NUMBERS[name], low, high, rest[1] if len(rest) > 1 else "NOT_NEGATIVE"))


def find(name: str) -> tuple[str, Named] | None:
    """A format by its name, in snake case or (deprecated) camel case."""
    if name in FORMATS:
        return name, FORMATS[name]
    return _CAMEL.get(name)


def _camel(name: str) -> str:
    first, *rest = name.split("_")
    return first + "".join(part.capitalize() for part in rest)


#: These have no name in camel case.
_SNAKE_ONLY = ("week_year", "rfc3339_lenient")
_CAMEL = {_camel(name): (name, named) for name, named in FORMATS.items() if name not in _SNAKE_ONLY}
