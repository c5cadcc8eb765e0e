"""What an expression can take from a field: ``doc['f'].value``, ``.min()``, ``.date.dayOfWeek``, ``.lat``."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

from fakeknn.dates import calendar
from fakeknn.errors import IllegalArgumentException

Doubles = NDArray[np.float64]


class FieldColumns(Protocol):
    """The columns an expression reads."""

    n: int

    def kind(self, field: str) -> str | None:
        """long, double, boolean, unsigned_long, date (milliseconds) and geo_point are read."""

    def multi(self, field: str) -> tuple[NDArray[Any], NDArray[np.int64]]:
        """All values of a numeric field, ascending within a document, and offsets of n + 1."""

    def points(self, field: str) -> tuple[Doubles, Doubles, NDArray[np.int64]]:
        """Latitudes and longitudes of n (where several the first), and how many each document has."""


Source = Callable[[FieldColumns], Doubles]
_MODES = {"value": "min", "getValue": "min", "min": "min", "max": "max", "avg": "avg", "median": "median", "sum": "sum"}


def field_source(field: str, kind: str, name: str, method: bool, date_object: bool) -> Source | None:
    """Where the values of an accessor come from; None for a field that is not numeric, a date or a point.

    Raises IllegalArgumentException for an accessor that the field does not have.
    """
    if kind == "geo_point":
        return _geo(field, name, method)
    if kind == "date":
        if date_object:
            return _date_object(field, name, method)
        if method and name in _CALENDAR:
            return _dates(field, _CALENDAR[name])
        return _numeric(field, name, method, "date")
    if kind in ("long", "double", "boolean", "unsigned_long"):
        return _numeric(field, name, method, "numeric")
    return None


def _missing(what: str, name: str, method: bool, field: str) -> IllegalArgumentException:
    kind = "method" if method else "variable"
    return IllegalArgumentException(f"Member {kind} [{name}] does not exist for {what} field [{field}].")


def _numeric(field: str, name: str, method: bool, what: str) -> Source:
    if name in (("size", "count") if method else ("length",)):
        return lambda columns: np.diff(columns.multi(field)[1]).astype(np.float64)
    if name == ("isEmpty" if method else "empty"):
        return lambda columns: (np.diff(columns.multi(field)[1]) == 0).astype(np.float64)
    if name in _MODES and (method if name != "value" else not method):
        return lambda columns: reduced(*columns.multi(field), _MODES[name])
    raise _missing(what, name, method, field)


def reduced(values: NDArray[Any], offsets: NDArray[np.int64], mode: str) -> Doubles:
    """One double for each document, 0 for none."""
    counts = np.diff(offsets)
    out = np.zeros(len(counts))
    some = counts > 0
    starts, ends = offsets[:-1][some], offsets[1:][some]
    doubles = values.astype(np.float64)
    if mode == "min":
        out[some] = doubles[starts]
    elif mode == "max":
        out[some] = doubles[ends - 1]
    elif mode == "median":
        middle = (starts + ends - 1) // 2
        out[some] = (doubles[middle] + doubles[(starts + ends) // 2]) / 2
    elif len(starts):
        sums = np.add.reduceat(doubles, starts)
        out[some] = sums / counts[some] if mode == "avg" else sums
    return out


def _geo(field: str, name: str, method: bool) -> Source:
    if name == ("isEmpty" if method else "empty"):
        # The real one says 1 of a document with a point.
        return lambda columns: (columns.points(field)[2] > 0).astype(np.float64)
    if name == ("getLat" if method else "lat"):
        return lambda columns: np.where(columns.points(field)[2] > 0, columns.points(field)[0], 0.0)
    if name == ("getLon" if method else "lon"):
        return lambda columns: np.where(columns.points(field)[2] > 0, columns.points(field)[1], 0.0)
    raise _missing("geo", name, method, field)


def _day_fields(millis: int) -> tuple[int, int, int, int, int]:
    """(day of the epoch, milliseconds of the day, year, month, day)."""
    day, rest = divmod(millis, 86_400_000)
    return day, rest, *calendar.from_day(day)


_CALENDAR: dict[str, Callable[[int], float]] = {
    "getYear": lambda ms: _day_fields(ms)[2],
    "getMonth": lambda ms: _day_fields(ms)[3] - 1,
    "getDayOfMonth": lambda ms: _day_fields(ms)[4],
    "getHourOfDay": lambda ms: _day_fields(ms)[1] // 3_600_000,
    "getMinutes": lambda ms: _day_fields(ms)[1] // 60_000 % 60,
    "getSeconds": lambda ms: _day_fields(ms)[1] // 1000 % 60,
}
_OBJECT: dict[str, Callable[[int], float]] = {
    "centuryOfEra": lambda ms: _day_fields(ms)[2] // 100,
    "dayOfMonth": _CALENDAR["getDayOfMonth"],
    "dayOfWeek": lambda ms: calendar.weekday(_day_fields(ms)[0]),
    "dayOfYear": lambda ms: _day_fields(ms)[0] - calendar.to_day(_day_fields(ms)[2], 1, 1) + 1,
    "era": lambda ms: 1,
    "hourOfDay": _CALENDAR["getHourOfDay"],
    "millisOfDay": lambda ms: _day_fields(ms)[1],
    "millisOfSecond": lambda ms: _day_fields(ms)[1] % 1000,
    "minuteOfDay": lambda ms: _day_fields(ms)[1] // 60_000,
    "minuteOfHour": _CALENDAR["getMinutes"],
    "monthOfYear": lambda ms: _day_fields(ms)[3],
    "secondOfDay": lambda ms: _day_fields(ms)[1] // 1000,
    "secondOfMinute": _CALENDAR["getSeconds"],
    "weekOfWeekyear": lambda ms: calendar.week_of(_day_fields(ms)[0])[1],
    "weekyear": lambda ms: calendar.week_of(_day_fields(ms)[0])[0],
    "year": _CALENDAR["getYear"],
    "yearOfCentury": lambda ms: _day_fields(ms)[2] % 100,
    "yearOfEra": _CALENDAR["getYear"],
}


def _date_object(field: str, name: str, method: bool) -> Source:
    known = name[3:4].lower() + name[4:] if method and name.startswith("get") else name
    if known not in _OBJECT or method != name.startswith("get"):
        kind = "method" if method else "variable"
        message = f"Member {kind} [{name}] does not exist for date object on field [{field}]."
        raise IllegalArgumentException(message)
    return _dates(field, _OBJECT[known])


def _dates(field: str, part: Callable[[int], float]) -> Source:
    def read(columns: FieldColumns) -> Doubles:
        values, offsets = columns.multi(field)
        some = np.diff(offsets) > 0
        out = np.zeros(columns.n)
        first = values[offsets[:-1][some]]
        unique, inverse = np.unique(first, return_inverse=True)
        out[some] = np.array([float(part(int(ms))) for ms in unique.tolist()], np.float64)[inverse]
        return out

    return read
