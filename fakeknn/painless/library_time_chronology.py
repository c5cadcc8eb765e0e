"""``java.time.chrono``: the ISO chronology and its eras. Other calendars are not faked."""

from __future__ import annotations

from typing import Any

from fakeknn.dates.resolving import checked
from fakeknn.painless.dispatch import call, define, define_fields, define_static
from fakeknn.painless.library_enum import Enum, declare
from fakeknn.painless.library_time import LocalDate, Period, ZonedDateTime
from fakeknn.painless.library_time_fields import change
from fakeknn.painless.library_time_format import converted
from fakeknn.painless.library_time_units import FIELDS, date_error, unsupported
from fakeknn.painless.throwable import Thrown, null_pointer

_ERAS: dict[str, Enum] = declare("java.time.chrono.IsoEra", "BCE CE")
_CE = _ERAS["CE"]


def _era(value: int) -> Enum:
    if value not in (0, 1):
        raise date_error(f"Invalid era: {value}")
    return _CE if value else _ERAS["BCE"]


def _proleptic(era: Any, year: int) -> int:
    if type(era) is not type(_CE):
        raise Thrown("java.lang.ClassCastException", "Era must be IsoEra")
    return year if era is _CE else 1 - year


def _date(*given: Any) -> LocalDate:
    """Of a temporal, of year, month and day, or of these behind an era."""
    if len(given) == 1:
        return converted("LocalDate", given[0])  # type: ignore[no-any-return]
    *era, year, month, day = given
    return LocalDate.of(_proleptic(era[0], year) if era else year, month, day)


def _year_day(*given: Any) -> LocalDate:
    *era, year, day = given
    first = LocalDate.of(checked("Year", _proleptic(era[0], year) if era else year), 1, 1)
    return change(first, FIELDS["DAY_OF_YEAR"], day)  # type: ignore[no-any-return]


class IsoChronology:
    """The one there is: dates of other calendars cannot be made."""

    __slots__ = ()
    java = "java.time.chrono.IsoChronology"

    def __str__(self) -> str:
        return "ISO"


ISO = IsoChronology()


def _is_leap(year: int) -> bool:
    return year % 4 == 0 and (year % 100 != 0 or year % 400 == 0)


def _read(era: Enum, field: Any) -> int:
    if field is not FIELDS["ERA"]:
        raise unsupported("field", str(field))
    return era.ordinal


def _from(temporal: Any) -> IsoChronology:
    if temporal is None:
        raise null_pointer("temporal")
    return ISO


define_fields("java.time.chrono.IsoChronology", {"INSTANCE": ISO})
define_static("java.time.chrono.IsoEra", {"of/1": _era})
define(
    "java.time.chrono.IsoEra",
    {
        "get/1": lambda era, field: _read(era, field),
        "getLong/1": lambda era, field: _read(era, field),
        "getValue/0": lambda era: era.ordinal,
        "isSupported/1": lambda _, field: field is FIELDS["ERA"],
    },
)
define_static("java.time.chrono.Chronology", {"from/1": _from})
define(
    "java.time.chrono.IsoChronology",
    {
        "date/1": lambda _, temporal: _date(temporal),
        "date/3": lambda _, *given: _date(*given),
        "date/4": lambda _, *given: _date(*given),
        "dateEpochDay/1": lambda _, day: LocalDate(checked("EpochDay", day)),
        "dateYearDay/2": lambda _, *given: _year_day(*given),
        "dateYearDay/3": lambda _, *given: _year_day(*given),
        "eraOf/1": lambda _, value: _era(value),
        "eras/0": lambda _: list(_ERAS.values()),
        "getCalendarType/0": lambda _: "iso8601",
        "getId/0": lambda _: "ISO",
        "isLeapYear/1": lambda _, year: _is_leap(year),
        "localDateTime/1": lambda _, temporal: converted("LocalDateTime", temporal),
        "period/3": lambda _, years, months, days: Period(years, months, days),
        "prolepticYear/2": lambda _, era, year: _proleptic(era, year),
        "range/1": lambda _, field: call(field, "range"),
        "toString/0": str,
        "zonedDateTime/1": lambda _, temporal: converted("ZonedDateTime", temporal),
        "zonedDateTime/2": lambda _, instant, zone: ZonedDateTime(instant.nanos, zone),
    },
)
for _kind in ("LocalDate", "LocalDateTime", "ZonedDateTime", "Period"):
    define(f"java.time.{_kind}", {"getChronology/0": lambda _: ISO})
define("java.time.LocalDate", {"getEra/0": lambda date: _era(int(date.field("Year") > 0))})
