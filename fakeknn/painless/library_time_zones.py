"""``java.time``'s zones, their rules and transitions; Clock, and what TemporalQueries ask of temporals."""

from __future__ import annotations

import datetime
import zoneinfo
from collections.abc import Callable
from typing import Any

from fakeknn.dates import zones
from fakeknn.dates.calendar import SECOND
from fakeknn.dates.zones import Zone
from fakeknn.errors import DateTimeException, NotFaked
from fakeknn.painless.dispatch import define, define_fields, define_static
from fakeknn.painless.library_list import UnmodifiableList
from fakeknn.painless.library_map import UnmodifiableMap
from fakeknn.painless.library_set import JavaSet
from fakeknn.painless.library_time import (
    Duration,
    Instant,
    LocalDate,
    LocalDateTime,
    LocalTime,
    Temporal,
    ZonedDateTime,
)
from fakeknn.painless.library_time_partial import MonthDay, OffsetTime, Year, YearMonth
from fakeknn.painless.library_time_units import UNITS, ChronoUnit, DayOfWeek, Month, date_error, unsupported
from fakeknn.painless.numbers import wrap_int
from fakeknn.painless.throwable import Thrown, illegal_argument, null_pointer
from fakeknn.painless.values import JAVA_CLASSES, SUPERS, TEXTS, Function, class_of, runtime_name, text

JAVA_CLASSES[Zone] = "java.time.ZoneRegion"
SUPERS[Zone] = ("java.time.ZoneId",)
JAVA_CLASSES[zones.ZoneOffset] = "java.time.ZoneOffset"
TEXTS[Zone] = TEXTS[zones.ZoneOffset] = lambda zone: str(zone.id)


# --- ZoneId and ZoneOffset --------------------------------------------------------------------------------------------


def _zone(name: str | None) -> Zone:
    if name is None:
        raise null_pointer("zoneId")
    try:
        return zones.of(name)
    except DateTimeException as error:
        raise Thrown.of(error) from None


def _offset(hours: int, minutes: int = 0, seconds: int = 0) -> Zone:
    return zones.fixed(zones.offset_of(hours, minutes, seconds))


def _of_offset(prefix: str, offset: Zone) -> Zone:
    if not prefix:
        return offset
    if prefix not in ("GMT", "UTC", "UT"):
        raise illegal_argument(f"prefix should be GMT, UTC or UT, is: {prefix}")
    seconds = offset.offset_at(0)
    return zones.fixed(seconds, prefix + zones.offset_id(seconds) if seconds else prefix)


_SHORT = """
    ACT Australia/Darwin AET Australia/Sydney AGT America/Argentina/Buenos_Aires ART Africa/Cairo AST America/Anchorage
    BET America/Sao_Paulo BST Asia/Dhaka CAT Africa/Harare CNT America/St_Johns CST America/Chicago CTT Asia/Shanghai
    EAT Africa/Addis_Ababa ECT Europe/Paris EST America/Panama HST Pacific/Honolulu IET America/Indiana/Indianapolis
    IST Asia/Kolkata JST Asia/Tokyo MIT Pacific/Apia MST America/Phoenix NET Asia/Yerevan NST Pacific/Auckland
    PLT Asia/Karachi PNT America/Phoenix PRT America/Puerto_Rico PST America/Los_Angeles SST Pacific/Guadalcanal
    VST Asia/Ho_Chi_Minh
""".split()

define(
    "java.time.ZoneId",
    {
        "getId/0": lambda z: z.id,
        "getRules/0": lambda z: ZoneRules(z),
        "normalized/0": lambda z: z if z.fixed is None else zones.fixed(z.fixed),
        "toString/0": lambda z: z.id,
    },
)
define(
    "java.time.ZoneOffset",
    {
        "getTotalSeconds/0": lambda z: z.fixed,
        "compareTo/1": lambda a, b: b.fixed - a.fixed,
        "get/1": lambda z, field: _offset_field(z, field),
        "getLong/1": lambda z, field: _offset_field(z, field),
        "isSupported/1": lambda z, field: field is not None and field.shown == "OffsetSeconds",
        "query/1": lambda z, query: query.call(z),
    },
)


def _offset_field(zone: Zone, field: Any) -> int:
    if field.shown != "OffsetSeconds":
        raise unsupported("field", field.shown)
    return zone.offset_at(0)


define_static(
    "java.time.ZoneId",
    {
        "of/1": _zone,
        "of/2": lambda name, aliases: _zone(aliases.get(name, name)),
        "ofOffset/2": _of_offset,
        "from/1": lambda t: _from(t, "ZoneId", ZONE),
        "getAvailableZoneIds/0": lambda: JavaSet(sorted(zones.region_ids())),
        "systemDefault/0": lambda: zones.of("Etc/UTC"),
    },
)
define_fields("java.time.ZoneId", {"SHORT_IDS": UnmodifiableMap(zip(_SHORT[::2], _SHORT[1::2], strict=True))})
define_static(
    "java.time.ZoneOffset",
    {
        "of/1": lambda name: zones.fixed(zones.parse_offset(name)),
        "from/1": lambda t: _from(t, "ZoneOffset", OFFSET),
        "ofHours/1": _offset,
        "ofHoursMinutes/2": _offset,
        "ofHoursMinutesSeconds/3": _offset,
        "ofTotalSeconds/1": lambda seconds: zones.fixed(zones.checked_offset(seconds)),
    },
)
define_fields("java.time.ZoneOffset", {"UTC": zones.UTC, "MIN": _offset(-18), "MAX": _offset(18)})


# --- queries ----------------------------------------------------------------------------------------------------------


class Query(Function):
    """One of ``TemporalQueries``."""

    __slots__ = ("name",)
    java = "java.time.temporal.TemporalQuery"

    def __init__(self, name: str, call: Callable[[Any], Any]) -> None:
        super().__init__(call)
        self.name = name

    def __str__(self) -> str:
        return self.name


TEXTS[Query] = str


def _zone_id(t: Any) -> Zone | None:
    return t.zone if type(t) is ZonedDateTime else None


def _offset_of(t: Any) -> Zone | None:
    if isinstance(t, zones.ZoneOffset):
        return t
    if isinstance(t, OffsetTime):
        return t.offset
    return zones.fixed(t.offset) if isinstance(t, ZonedDateTime) else None


def _precision(t: Any) -> ChronoUnit | None:
    match t:
        case LocalDate() | DayOfWeek():
            return UNITS["DAYS"]
        case YearMonth() | Month():
            return UNITS["MONTHS"]
        case Year():
            return UNITS["YEARS"]
        case MonthDay():
            return None
    return UNITS["NANOS"] if isinstance(t, Temporal) else None


def _date(t: Any) -> LocalDate | None:
    if isinstance(t, LocalDate):
        return t
    return LocalDate(t.day) if isinstance(t, (LocalDateTime, ZonedDateTime)) else None


def _time(t: Any) -> LocalTime | None:
    if isinstance(t, LocalTime):
        return t
    return LocalTime(t.time) if isinstance(t, (LocalDateTime, ZonedDateTime, OffsetTime)) else None


ZONE: Query = Query("Zone", lambda t: _zone_id(t) or _offset_of(t))
OFFSET: Query = Query("ZoneOffset", _offset_of)
define_static(
    "java.time.temporal.TemporalQueries",
    {
        "zoneId/0": lambda: Query("ZoneId", _zone_id),
        "precision/0": lambda: Query("Precision", _precision),
        "offset/0": lambda: OFFSET,
        "zone/0": lambda: ZONE,
        "localDate/0": lambda: Query("LocalDate", _date),
        "localTime/0": lambda: Query("LocalTime", _time),
    },
)


def _from(t: Any, kind: str, query: Query) -> Zone:
    found: Zone | None = query.call(t)
    if found is None:
        of = f"of type {runtime_name(class_of(t))}"
        raise date_error(f"Unable to obtain {kind} from TemporalAccessor: {text(t)} {of}")
    return found


# --- rules ------------------------------------------------------------------------------------------------------------

# In these, tzdata's winters have negative savings, and Java's have not.
_NEGATIVE = frozenset({"Africa/Casablanca", "Africa/El_Aaiun", "Africa/Windhoek", "Eire", "Europe/Dublin"})


class ZoneRules:
    __slots__ = ("zone",)
    java = "java.time.zone.ZoneRules"

    def __init__(self, zone: Zone) -> None:
        self.zone = zone

    def offset(self, second: int) -> Zone:
        return zones.fixed(self.zone.offset_at(second))

    def savings(self, second: int) -> int:
        """How many seconds clocks are ahead of the standard time."""
        if self.zone.fixed is not None:
            return 0
        if self.zone.id in _NEGATIVE:
            raise NotFaked(f"painless daylight savings of the zone {self.zone.id}")
        second = min(max(second, -62_135_000_000), 4_000_000_000)
        moment = datetime.datetime.fromtimestamp(second, zoneinfo.ZoneInfo(self.zone.id))
        return int((moment.dst() or datetime.timedelta()).total_seconds())

    def standard(self, second: int) -> Zone:
        return zones.fixed(self.zone.offset_at(second) - self.savings(second))

    def at(self, second: int | None) -> Transition | None:
        if second is None:
            return None
        return Transition(second, self.zone.offset_at(second - 1), self.zone.offset_at(second))

    def fixed_only(self, what: str) -> UnmodifiableList:
        if self.zone.fixed is None:
            raise NotFaked(f"painless ZoneRules.{what} of a region")
        return UnmodifiableList()

    def __eq__(self, other: object) -> bool:
        return isinstance(other, ZoneRules) and (self.zone.fixed, self.zone) == (other.zone.fixed, other.zone)

    def __hash__(self) -> int:
        return hash(self.zone)

    def __str__(self) -> str:
        last = 1_735_689_600 if self.zone.fixed is None else 0
        return f"ZoneRules[currentStandardOffset={self.standard(last).id}]"


class Transition:
    """``ZoneOffsetTransition``: the second at which the offset changes, and the offsets before and after."""

    __slots__ = ("after", "before", "second")
    java = "java.time.zone.ZoneOffsetTransition"

    def __init__(self, second: int, before: int, after: int) -> None:
        self.second = second
        self.before = before
        self.after = after

    @classmethod
    def of(cls, local: LocalDateTime, before: Zone, after: Zone) -> Transition:
        if before == after:
            raise illegal_argument("Offsets must not be equal")
        if local.local % SECOND:
            raise illegal_argument("Nano-of-second must be zero")
        earlier = before.offset_at(0)
        return cls(local.local // SECOND - earlier, earlier, after.offset_at(0))

    @property
    def gap(self) -> bool:
        return self.after > self.before

    def local(self, offset: int) -> LocalDateTime:
        return LocalDateTime((self.second + offset) * SECOND)

    def key(self) -> tuple[int, int, int]:
        return self.second, self.before, self.after

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Transition) and self.key() == other.key()

    def __hash__(self) -> int:
        after = self.after & 0xFFFFFFFF
        return wrap_int(hash(self.local(self.before)) ^ self.before ^ (after << 16 | after >> 16))

    def __str__(self) -> str:
        before, after = zones.offset_id(self.before), zones.offset_id(self.after)
        return f"Transition[{'Gap' if self.gap else 'Overlap'} at {self.local(self.before)}{before} to {after}]"


def _valid_offsets(rules: ZoneRules, local: LocalDateTime) -> list[Zone]:
    return [zones.fixed(offset) for offset in rules.zone.at_local(local.local // SECOND).valid]


def _local_transition(rules: ZoneRules, local: LocalDateTime) -> Transition | None:
    return rules.at(rules.zone.at_local(local.local // SECOND).transition)


def _previous(rules: ZoneRules, instant: Instant) -> Transition | None:
    second, nanos = divmod(instant.nanos, SECOND)
    return rules.at(rules.zone.previous_transition(second + (nanos > 0)))


define(
    "java.time.zone.ZoneRules",
    {
        "getDaylightSavings/1": lambda r, i: Duration(r.savings(i.nanos // SECOND) * SECOND),
        "getOffset/1": lambda r, i: r.offset(i.nanos // SECOND),
        "getStandardOffset/1": lambda r, i: r.standard(i.nanos // SECOND),
        "getTransition/1": _local_transition,
        "getTransitionRules/0": lambda r: r.fixed_only("getTransitionRules"),
        "getTransitions/0": lambda r: r.fixed_only("getTransitions"),
        "getValidOffsets/1": lambda r, local: UnmodifiableList(_valid_offsets(r, local)),
        "isDaylightSavings/1": lambda r, i: r.savings(i.nanos // SECOND) != 0,
        "isFixedOffset/0": lambda r: r.zone.fixed is not None,
        "isValidOffset/2": lambda r, local, offset: offset in _valid_offsets(r, local),
        "nextTransition/1": lambda r, i: r.at(r.zone.next_transition(i.nanos // SECOND)),
        "previousTransition/1": _previous,
    },
)
define_static("java.time.zone.ZoneRules", {"of/1": ZoneRules})
define(
    "java.time.zone.ZoneOffsetTransition",
    {
        "compareTo/1": lambda a, b: (a.second > b.second) - (a.second < b.second),
        "getDateTimeAfter/0": lambda t: t.local(t.after),
        "getDateTimeBefore/0": lambda t: t.local(t.before),
        "getDuration/0": lambda t: Duration((t.after - t.before) * SECOND),
        "getInstant/0": lambda t: Instant(t.second * SECOND),
        "getOffsetAfter/0": lambda t: zones.fixed(t.after),
        "getOffsetBefore/0": lambda t: zones.fixed(t.before),
        "isGap/0": lambda t: t.gap,
        "isOverlap/0": lambda t: not t.gap,
        "isValidOffset/1": lambda t, offset: not t.gap and offset.offset_at(0) in (t.before, t.after),
        "toEpochSecond/0": lambda t: t.second,
    },
)
define_static("java.time.zone.ZoneOffsetTransition", {"of/3": Transition.of})


# --- Clock ------------------------------------------------------------------------------------------------------------


class Clock:
    """A clock that stands still, or one that another moves; ``step`` is what it is rounded down to."""

    __slots__ = ("name", "nanos", "zone")
    java = "java.time.Clock"

    def __init__(self, nanos: int, zone: Zone, name: str) -> None:
        self.nanos = nanos
        self.zone = zone
        self.name = name

    @classmethod
    def fixed(cls, instant: Instant, zone: Zone) -> Clock:
        return cls(instant.nanos, zone, f"FixedClock[{instant},{zone.id}]")

    @classmethod
    def offset(cls, base: Clock, by: Duration) -> Clock:
        return cls(base.nanos + by.nanos, base.zone, f"OffsetClock[{base},{by}]") if by.nanos else base

    @classmethod
    def tick(cls, base: Clock, step: Duration) -> Clock:
        if step.nanos < 0:
            raise illegal_argument("Tick duration must not be negative")
        if step.nanos % 1_000_000 and (not step.nanos or SECOND % step.nanos):
            raise illegal_argument("Invalid tick duration")
        if step.nanos <= 1:
            return base
        return cls(base.nanos - base.nanos % step.nanos, base.zone, f"TickClock[{base},{step}]")

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Clock) and self.name == other.name

    def __hash__(self) -> int:
        return hash(self.name)

    def __str__(self) -> str:
        return self.name


define(
    "java.time.Clock",
    {
        "getZone/0": lambda c: c.zone,
        "instant/0": lambda c: Instant(c.nanos),
        "millis/0": lambda c: c.nanos // 1_000_000,
    },
)
define_static("java.time.Clock", {"fixed/2": Clock.fixed, "offset/2": Clock.offset, "tick/2": Clock.tick})
