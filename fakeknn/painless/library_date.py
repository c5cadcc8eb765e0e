"""``java.util``'s Date and TimeZone."""

from __future__ import annotations

import contextlib
import datetime
import time
import zoneinfo
from typing import Any

from fakeknn.dates import calendar, zones
from fakeknn.dates.moments import Moment
from fakeknn.dates.patterns import compile_pattern
from fakeknn.dates.zones import Zone
from fakeknn.errors import DateTimeException, NotFaked
from fakeknn.painless.calendar_fields import DAY, from_day, weekday
from fakeknn.painless.dispatch import define, define_fields, define_static
from fakeknn.painless.library_time import Instant, ZonedDateTime
from fakeknn.painless.numbers import wrap_int
from fakeknn.painless.throwable import null_pointer

MILLI = 1_000_000
HOUR = 3_600_000


# --- Date -------------------------------------------------------------------------------------------------------------


class Date:
    __slots__ = ("millis",)
    java = "java.util.Date"

    def __init__(self, millis: int | None = None) -> None:
        self.millis = int(time.time() * 1000) if millis is None else millis

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Date) and self.millis == other.millis

    def __hash__(self) -> int:
        bits = self.millis & (1 << 64) - 1
        return wrap_int(bits ^ (bits >> 32))

    def json(self) -> str:
        return ZonedDateTime(self.millis * MILLI).json()

    def __str__(self) -> str:
        day, of_day = divmod(self.millis, DAY)
        year, month, of_month = from_day(day)
        clock = compile_pattern("HH:mm:ss").print(Moment(of_day * MILLI, zones.UTC))
        names = f"{calendar.WEEKDAYS[(weekday(day) - 2) % 7][:3]} {calendar.MONTHS[month][:3]}"
        return f"{names} {of_month:02d} {clock} UTC {year if year > 0 else 1 - year}"


def given(other: Any, message: str | None = None) -> Any:
    if other is None:
        raise null_pointer(message)
    return other


def _millis(date: Date | None) -> int:
    return int(given(date, 'Cannot invoke "Object.getClass()" because "date" is null').millis)


define(
    "java.util.Date",
    {
        "after/1": lambda a, b: a.millis > _millis(b),
        "before/1": lambda a, b: a.millis < _millis(b),
        "clone/0": lambda d: Date(d.millis),
        "compareTo/1": lambda a, b: (a.millis > _millis(b)) - (a.millis < b.millis),
        "getTime/0": lambda d: d.millis,
        "setTime/1": lambda d, millis: setattr(d, "millis", millis),
        "toInstant/0": lambda d: Instant(d.millis * MILLI),
    },
)
define_static(
    "java.util.Date", {"<init>/0": Date, "<init>/1": Date, "from/1": lambda instant: Date(instant.nanos // MILLI)}
)


# --- TimeZone ---------------------------------------------------------------------------------------------------------


class TimeZone:
    __slots__ = ("id", "zone")
    java = "sun.util.calendar.ZoneInfo"
    supers = ("java.util.TimeZone",)

    def __init__(self, zone: Zone, id: str | None = None) -> None:
        self.zone = zone
        self.id = zone.id if id is None else id

    @classmethod
    def named(cls, name: str | None) -> TimeZone:
        """``getTimeZone``: what it does not know is GMT; offsets are only understood behind GMT."""
        if name is None:
            raise null_pointer()
        if name in ("GMT", "UTC"):
            return cls(zones.UTC, name)
        if name.startswith("GMT") and name[3:4] in ("+", "-"):
            return cls._offset(name)
        if name[:1].isalpha() and name not in ("Z", "UT"):
            with contextlib.suppress(DateTimeException):
                return cls(zones.of(name))
        return cls(zones.UTC, "GMT")

    @classmethod
    def _offset(cls, name: str) -> TimeZone:
        hours, _, minutes = name[4:].partition(":")
        if not minutes and len(hours) > 2:
            hours, minutes = hours[:-2], hours[-2:]
        digits = hours + (minutes or "00")
        fits = digits.isdigit() and len(hours) <= 2 and len(minutes or "00") == 2
        if not fits or int(hours) > 23 or int(minutes or 0) > 59:
            return cls(zones.UTC, "GMT")
        seconds = int(hours) * 3600 + int(minutes or 0) * 60
        id = f"GMT{name[3]}{int(hours):02d}:{int(minutes or 0):02d}" if seconds else "GMT"
        return cls(zones.fixed(-seconds if name[3] == "-" else seconds), id)

    def offset(self, millis: int) -> int:
        return self.zone.offset_at(millis // 1000) * 1000

    def saving(self, millis: int) -> int:
        """How much of the offset is daylight saving."""
        if self.zone.fixed is not None:
            return 0
        moment = datetime.datetime(1970, 1, 1, tzinfo=datetime.UTC) + datetime.timedelta(milliseconds=millis)
        saved = moment.astimezone(zoneinfo.ZoneInfo(self.zone.id)).dst()
        return 0 if saved is None else int(saved.total_seconds() * 1000)

    @property
    def raw(self) -> int:
        now = int(time.time() * 1000)
        return self.offset(now) - self.saving(now)

    @property
    def saves(self) -> bool:
        return self.zone.next_transition(int(time.time())) is not None

    def local_offset(self, local: int) -> int:
        """The offset of a time on its clocks: of two, that of standard time."""
        found = self.zone.at_local(local // 1000)
        return (found.valid[-1] if found.valid else found.before) * 1000

    def __eq__(self, other: object) -> bool:
        return isinstance(other, TimeZone) and self.id == other.id

    def __hash__(self) -> int:
        return hash(self.id)

    def __str__(self) -> str:
        if self.zone.fixed is None:
            raise NotFaked(f"painless text of the time zone {self.id}")
        state = f"offset={self.zone.fixed * 1000},dstSavings=0,useDaylight=false,transitions=0,lastRule=null"
        return f'sun.util.calendar.ZoneInfo[id="{self.id}",{state}]'


DEFAULT_ZONE = TimeZone(zones.UTC, "Etc/UTC")


def zone_id(made: TimeZone) -> Zone:
    return zones.of(made.id) if made.zone.fixed is None or not made.id.startswith("GMT") else made.zone


def _same_rules(made: TimeZone, other: TimeZone | None) -> bool:
    if other is None:
        return False
    if made.zone.fixed is None or other.zone.fixed is None:
        return made.zone == other.zone
    return made.zone.fixed == other.zone.fixed


define(
    "java.util.TimeZone",
    {
        "clone/0": lambda z: TimeZone(z.zone, z.id),
        "getDSTSavings/0": lambda z: HOUR if z.saves else 0,
        "getID/0": lambda z: z.id,
        "getOffset/1": lambda z, millis: z.offset(millis),
        "getRawOffset/0": lambda z: z.raw,
        "hasSameRules/1": lambda z, other: (
            other is not None and z.zone.offset_at(0) == other.zone.offset_at(0)
            if z.zone.fixed is not None
            else z.zone == other.zone
        ),
        "inDaylightTime/1": lambda z, date: z.saving(given(date).millis) != 0,
        "observesDaylightTime/0": lambda z: z.saves,
        "toZoneId/0": zone_id,
        "useDaylightTime/0": lambda z: z.saves,
    },
)
define_static("java.util.TimeZone", {"getDefault/0": lambda: DEFAULT_ZONE, "getTimeZone/1": TimeZone.named})
define_fields("java.util.TimeZone", {"LONG": 1, "SHORT": 0})
