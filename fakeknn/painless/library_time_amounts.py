"""Methods of Duration and Period."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

from fakeknn.dates.calendar import DAY, HOUR, MINUTE, SECOND
from fakeknn.dates.resolving import checked
from fakeknn.painless.dispatch import define, define_fields, define_static
from fakeknn.painless.library_lang import order
from fakeknn.painless.library_list import UnmodifiableList
from fakeknn.painless.library_time import Duration, LocalDate, Period, Temporal
from fakeknn.painless.library_time_format import converted
from fakeknn.painless.library_time_methods import ARITHMETIC
from fakeknn.painless.library_time_units import UNITS, ChronoUnit, date_error, unsupported
from fakeknn.painless.numbers import wrap_int, wrap_long
from fakeknn.painless.throwable import Thrown

# --- Duration and Period ----------------------------------------------------------------------------------------------


def _exact(unit: ChronoUnit) -> int:
    if unit.ordinal > 7:
        raise Thrown("java.time.temporal.UnsupportedTemporalTypeException", "Unit must not have an estimated duration")
    return unit.nanos


def _duration_between(start: Temporal, end: Temporal) -> Duration:
    if isinstance(start, LocalDate):
        raise unsupported("unit", "Seconds")
    return Duration(start.until(converted(type(start).__name__, end), UNITS["NANOS"]))  # type: ignore[attr-defined]


_DURATION = re.compile(
    r"([-+]?)P(?:([-+]?[0-9]+)D)?(T(?:([-+]?[0-9]+)H)?(?:([-+]?[0-9]+)M)?(?:([-+]?[0-9]+)(?:[.,]([0-9]{0,9}))?S)?)?",
    re.IGNORECASE,
)


def _duration_parse(written: Any) -> Duration:
    match = _DURATION.fullmatch(str(written))
    if match is None or match.group(3) in ("T", "t") or not any(match.groups()[1:]):
        raise Thrown("java.time.format.DateTimeParseException", "Text cannot be parsed to a Duration")
    sign, days, _, hours, minutes, seconds, fraction = match.groups()
    nanos = int(days or 0) * DAY + int(hours or 0) * HOUR + int(minutes or 0) * MINUTE + int(seconds or 0) * SECOND
    part = int((fraction or "0").ljust(9, "0"))
    nanos += -part if seconds and seconds[0] == "-" else part
    return Duration(-nanos if sign == "-" else nanos)


def _divided(duration: Duration, by: int) -> Duration:
    if not by:
        raise Thrown(ARITHMETIC, "Cannot divide by zero")
    quotient = abs(duration.nanos) // abs(by)
    return Duration(quotient if (duration.nanos < 0) == (by < 0) else -quotient)


def _whole(unit: int) -> Callable[[Duration], int]:
    """``toHours`` and its like: of the seconds, which are rounded down, cut off towards zero."""

    def run(duration: Duration) -> int:
        if unit < SECOND:
            return duration.nanos // unit
        seconds = duration.nanos // SECOND
        by = unit // SECOND
        return seconds // by if seconds >= 0 else -(-seconds // by)

    return run


def _exact_period(*parts: int) -> Period:
    for part in parts:
        if wrap_int(part) != part:
            raise Thrown(ARITHMETIC, "long overflow" if wrap_long(part) != part else "integer overflow")
    return Period(*parts)


def _units(amount: Duration | Period) -> UnmodifiableList:
    names = ("SECONDS", "NANOS") if isinstance(amount, Duration) else ("YEARS", "MONTHS", "DAYS")
    return UnmodifiableList(UNITS[name] for name in names)


def _get(amount: Duration | Period, unit: ChronoUnit) -> int:
    if unit not in _units(amount):
        raise unsupported("unit", unit)
    if isinstance(amount, Period):
        return amount.key()[_units(amount).index(unit)]
    return amount.nanos // SECOND if unit is UNITS["SECONDS"] else amount.nanos % SECOND


def _from_amount(kind: type[Duration] | type[Period]) -> Callable[[Any], Any]:
    def run(amount: Any) -> Any:
        if isinstance(amount, kind):
            return amount
        if kind is Duration:
            raise Thrown(
                "java.time.temporal.UnsupportedTemporalTypeException", "Unit must not have an estimated duration"
            )
        raise date_error(f"Unit must be Years, Months or Days, but was {_units(amount)[0]}")

    return run


for _java in ("java.time.Duration", "java.time.Period"):
    define(_java, {"getUnits/0": _units, "get/1": _get})


def _multiplied(duration: Duration, by: int) -> Duration:
    nanos = duration.nanos * by
    if wrap_long(nanos // SECOND) != nanos // SECOND:
        raise Thrown(ARITHMETIC, f"Exceeds capacity of Duration: {nanos}")
    return Duration(nanos)


_SPANS = {"Days": DAY, "Hours": HOUR, "Millis": 1_000_000, "Minutes": MINUTE, "Nanos": 1, "Seconds": SECOND}
define(
    "java.time.Duration",
    {
        **{f"plus{name}/1": lambda d, n, span=span: Duration(d.nanos + n * span) for name, span in _SPANS.items()},
        **{f"minus{name}/1": lambda d, n, span=span: Duration(d.nanos - n * span) for name, span in _SPANS.items()},
        **{f"to{name}/0": _whole(span) for name, span in _SPANS.items() if name != "Seconds"},
        "abs/0": lambda d: Duration(abs(d.nanos)),
        "compareTo/1": lambda a, b: order(a.nanos, b.nanos),
        "dividedBy/1": _divided,
        "getNano/0": lambda d: d.nanos % SECOND,
        "getSeconds/0": lambda d: d.nanos // SECOND,
        "isNegative/0": lambda d: d.nanos < 0,
        "isZero/0": lambda d: d.nanos == 0,
        "minus/1": lambda a, b: Duration(a.nanos - b.nanos),
        "minus/2": lambda d, n, unit: Duration(d.nanos - n * _exact(unit)),
        "multipliedBy/1": _multiplied,
        "negated/0": lambda d: Duration(-d.nanos),
        "plus/1": lambda a, b: Duration(a.nanos + b.nanos),
        "plus/2": lambda d, n, unit: Duration(d.nanos + n * _exact(unit)),
        "withNanos/1": lambda d, n: Duration(d.nanos // SECOND * SECOND + checked("NanoOfSecond", n)),
        "withSeconds/1": lambda d, s: Duration(s * SECOND + d.nanos % SECOND),
        "addTo/1": lambda d, t: d.add_to(t, 1),
        "subtractFrom/1": lambda d, t: d.add_to(t, -1),
        "toString/0": str,
    },
)
define_static(
    "java.time.Duration",
    {
        **{f"of{name}/1": lambda n, span=span: Duration(n * span) for name, span in _SPANS.items()},
        "ofSeconds/2": lambda s, nanos: Duration(s * SECOND + nanos),
        "of/2": lambda n, unit: Duration(n * _exact(unit)),
        "between/2": _duration_between,
        "from/1": _from_amount(Duration),
        "parse/1": _duration_parse,
    },
)
define_fields("java.time.Duration", {"ZERO": Duration(0)})

_PERIOD = re.compile(
    r"([-+]?)P(?:([-+]?[0-9]+)Y)?(?:([-+]?[0-9]+)M)?(?:([-+]?[0-9]+)W)?(?:([-+]?[0-9]+)D)?", re.IGNORECASE
)


def _period_parse(written: Any) -> Period:
    match = _PERIOD.fullmatch(str(written))
    if match is None or not any(match.groups()[1:]):
        raise Thrown("java.time.format.DateTimeParseException", "Text cannot be parsed to a Period")
    sign = -1 if match.group(1) == "-" else 1
    years, months, weeks, days = (sign * int(part or 0) for part in match.groups()[1:])
    return Period(years, months, days + weeks * 7)


def _normalized(period: Period) -> Period:
    total = period.years * 12 + period.months
    years = total // 12 if total >= 0 else -(-total // 12)
    return Period(years, total - years * 12, period.days)


def _sum(sign: int) -> Callable[[Period, Any], Period]:
    def run(period: Period, amount: Any) -> Period:
        if isinstance(amount, Duration):
            raise Thrown("java.time.DateTimeException", "Unit must be Years, Months or Days, but was Seconds")
        return _exact_period(*(a + sign * b for a, b in zip(period.key(), amount.key(), strict=True)))

    return run


define(
    "java.time.Period",
    {
        "getDays/0": lambda p: p.days,
        "getMonths/0": lambda p: p.months,
        "getYears/0": lambda p: p.years,
        "isNegative/0": lambda p: min(p.key()) < 0,
        "isZero/0": lambda p: not any(p.key()),
        "minus/1": _sum(-1),
        "plus/1": _sum(1),
        "minusDays/1": lambda p, n: _exact_period(p.years, p.months, p.days - n),
        "minusMonths/1": lambda p, n: _exact_period(p.years, p.months - n, p.days),
        "minusYears/1": lambda p, n: _exact_period(p.years - n, p.months, p.days),
        "plusDays/1": lambda p, n: _exact_period(p.years, p.months, p.days + n),
        "plusMonths/1": lambda p, n: _exact_period(p.years, p.months + n, p.days),
        "plusYears/1": lambda p, n: _exact_period(p.years + n, p.months, p.days),
        "multipliedBy/1": lambda p, n: _exact_period(*(part * n for part in p.key())),
        "negated/0": lambda p: _exact_period(*(-part for part in p.key())),
        "normalized/0": _normalized,
        "toTotalMonths/0": lambda p: p.years * 12 + p.months,
        "withDays/1": lambda p, n: Period(p.years, p.months, n),
        "withMonths/1": lambda p, n: Period(p.years, n, p.days),
        "withYears/1": lambda p, n: Period(n, p.months, p.days),
        "addTo/1": lambda p, t: p.add_to(t, 1),
        "subtractFrom/1": lambda p, t: p.add_to(t, -1),
        "toString/0": str,
    },
)
define_static(
    "java.time.Period",
    {
        "between/2": Period.between,
        "of/3": Period,
        "ofDays/1": lambda n: Period(0, 0, n),
        "ofMonths/1": lambda n: Period(0, n),
        "ofWeeks/1": lambda n: Period(0, 0, wrap_int(7 * n)),
        "ofYears/1": Period,
        "from/1": _from_amount(Period),
        "parse/1": _period_parse,
    },
)
define_fields("java.time.Period", {"ZERO": Period()})
