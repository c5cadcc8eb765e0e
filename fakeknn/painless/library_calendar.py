"""``java.util``'s Calendar: the Gregorian one, its fields and its builder."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Any

from fakeknn.dates import calendar
from fakeknn.dates.names import names_of
from fakeknn.errors import NotFaked
from fakeknn.painless.calendar_fields import (
    AM_PM,
    COMPUTED,
    CUTOVER,
    DAY,
    DAY_OF_MONTH,
    DAY_OF_WEEK,
    DAY_OF_WEEK_IN_MONTH,
    DAY_OF_YEAR,
    DAYS,
    DST_OFFSET,
    ERA,
    GREATEST,
    HALF_HOUR,
    HOUR,
    HOUR_OF_DAY,
    LEAST,
    LEAST_GREATEST,
    MILLISECOND,
    MINUTE,
    MONTH,
    NAMES,
    SECOND,
    SET,
    UNITS,
    UNSET,
    WEEK_OF_MONTH,
    WEEK_OF_YEAR,
    YEAR,
    ZONE_OFFSET,
    from_day,
    on_or_before,
    to_day,
)
from fakeknn.painless.calendar_fields import weekday as weekday_of
from fakeknn.painless.dispatch import define, define_fields, define_static
from fakeknn.painless.library_date import DEFAULT_ZONE, MILLI, Date, TimeZone, given, zone_id
from fakeknn.painless.library_locale import DEFAULT_LOCALE, Locale
from fakeknn.painless.library_time import Instant, ZonedDateTime
from fakeknn.painless.numbers import Long
from fakeknn.painless.throwable import Thrown, illegal_argument
from fakeknn.painless.values import text


class Calendar:
    """GregorianCalendar: an instant, and fields that were set since it was last computed."""

    __slots__ = (
        "complete_fields",
        "first_day",
        "known",
        "lenient",
        "millis",
        "minimal",
        "stamp",
        "stamps",
        "values",
        "zone",
    )
    java = "java.util.GregorianCalendar"

    def __init__(self, zone: TimeZone | None = DEFAULT_ZONE, locale: Any = None, millis: int | None = None) -> None:
        self.zone: TimeZone = given(zone)
        self.values = [0] * 17
        self.stamps = [UNSET] * 17
        self.stamp = SET
        self.lenient = True
        self.first_day, self.minimal = _week_rules(DEFAULT_LOCALE if locale is None else locale)
        self.known = True
        self.complete_fields = False
        self.millis = int(time.time() * 1000) if millis is None else millis
        self.compute()

    @classmethod
    def of(cls, year: int, month: int, day: int, hour: int = 0, minute: int = 0, second: int = 0) -> Calendar:
        made = cls(millis=0)
        made.clear()
        for field, value in ((YEAR, year), (MONTH, month), (DAY_OF_MONTH, day)):
            made.set(field, value)
        made.values[AM_PM], made.values[HALF_HOUR] = divmod(hour, 12) if 0 <= hour < 24 else (0, hour)
        made.stamps[AM_PM] = made.stamps[HALF_HOUR] = COMPUTED
        for field, value in ((HOUR_OF_DAY, hour), (MINUTE, minute), (SECOND, second)):
            made.set(field, value)
        return made

    # --- fields ---

    def set(self, field: int, value: int) -> None:
        self._check(field)
        self.values[field] = value
        self.known = self.complete_fields = False
        self.stamps[field] = self.stamp
        self.stamp += 1

    def set_all(self, *values: int) -> None:
        for field, value in zip((YEAR, MONTH, DAY_OF_MONTH, HOUR_OF_DAY, MINUTE, SECOND), values, strict=False):
            self.set(field, value)

    def get(self, field: int) -> int:
        self._check(field)
        self.complete()
        return self.values[field]

    @staticmethod
    def _check(field: int) -> None:
        if not 0 <= field < 17:
            message = f"Index {field} out of bounds for length 17"
            raise Thrown("java.lang.ArrayIndexOutOfBoundsException", message)

    def clear(self, field: int | None = None) -> None:
        for one in range(17) if field is None else (field,):
            self.values[one] = 0
            self.stamps[one] = UNSET
        self.known = self.complete_fields = False

    def complete(self) -> None:
        self.time()
        if not self.complete_fields:
            self.compute()

    def time(self) -> int:
        if not self.known:
            self.millis = self._instant()
            if not self.lenient:
                self._refuse_moved()
            self.known = True
        return self.millis

    def _refuse_moved(self) -> None:
        """Nothing that was set may have become something else."""
        values, stamps = self.values, self.stamps
        self.compute()
        found, self.values, self.stamps, self.complete_fields = self.values, values, stamps, False
        for name, before, after, stamp in zip(NAMES, values, found, stamps, strict=True):
            if stamp >= SET and before != after:
                raise illegal_argument(f"{name}: {before} -> {after}")

    def set_time(self, millis: int) -> None:
        self.millis, self.known = millis, True
        self.compute()

    def compute(self) -> None:
        """All fields from the instant."""
        saving = self.zone.saving(self.millis)
        offset = self.zone.offset(self.millis)
        day, of_day = divmod(self.millis + offset, DAY)
        year, month, of_month = from_day(day)
        first = to_day(year, 0, 1)
        hours, rest = divmod(of_day, HOUR)
        self.values = [
            *(int(year > 0), year if year > 0 else 1 - year, month, self._week_of_year(day, year)),
            *(self._week(to_day(year, month, 1), day), of_month, day - first + 1, weekday_of(day)),
            *((of_month - 1) // 7 + 1, hours // 12, hours % 12, hours, rest // 60_000, rest // 1000 % 60, rest % 1000),
            *(offset - saving, saving),
        ]
        self.stamps = [COMPUTED] * 17
        self.complete_fields = True

    def _first_week(self, first: int) -> int:
        """The day with which the first week of a year or month begins, whose first day is given."""
        start = on_or_before(first + 6, self.first_day)
        return start - 7 if start - first >= self.minimal else start

    def _week(self, first: int, day: int) -> int:
        return (day - self._first_week(first)) // 7 + 1

    def _week_of_year(self, day: int, year: int) -> int:
        week = self._week(to_day(year, 0, 1), day)
        if week == 0:
            return self._week(to_day(year - 1, 0, 1), day)
        following = self._first_week(to_day(year + 1, 0, 1))
        return 1 if week >= 52 and day >= following else week

    # --- the instant ---

    def _newest(self, *fields: int) -> int:
        """When the last of several fields was set; never if one was not."""
        stamps = [self.stamps[field] for field in fields]
        return UNSET if UNSET in stamps else max(stamps)

    def _instant(self) -> int:
        if not self.lenient:
            self._refuse_odd()
        local = self._date() * DAY + self._time_of_day()
        if self.stamps[ZONE_OFFSET] >= SET or self.stamps[DST_OFFSET] >= SET:
            return local - self.values[ZONE_OFFSET] - self.values[DST_OFFSET]
        return local - self.zone.local_offset(local)

    def _refuse_odd(self) -> None:
        for field, name in enumerate(NAMES):
            value = self.values[field]
            if self.stamps[field] >= SET and not LEAST[field] <= value <= GREATEST[field]:
                raise illegal_argument(name)

    def _year(self) -> int:
        year = self.values[YEAR] if self.stamps[YEAR] else 1970
        return 1 - year if self.stamps[ERA] and not self.values[ERA] else year

    def _time_of_day(self) -> int:
        of_day, of_half = self.stamps[HOUR_OF_DAY], self._newest(HALF_HOUR, AM_PM)
        if not (of_day or of_half):
            of_half = max(self.stamps[HALF_HOUR], self.stamps[AM_PM])
        values = self.values
        hours = values[HALF_HOUR] + 12 * values[AM_PM] if of_half > of_day else values[HOUR_OF_DAY]
        return hours * HOUR + values[MINUTE] * 60_000 + values[SECOND] * 1000 + values[MILLISECOND]

    def _date(self) -> int:
        """The day that the fields which were set last tell."""
        stamps, values = self.stamps, self.values
        of_month, of_year = stamps[DAY_OF_MONTH], stamps[DAY_OF_YEAR]
        week_of_month = self._newest(WEEK_OF_MONTH, DAY_OF_WEEK)
        nth = self._newest(DAY_OF_WEEK_IN_MONTH, DAY_OF_WEEK)
        week = self._newest(WEEK_OF_YEAR, DAY_OF_WEEK)
        best = max(of_month, week_of_month, nth, of_year, week)
        if best == UNSET:
            week_of_month, week = stamps[WEEK_OF_MONTH], stamps[WEEK_OF_YEAR]
            nth = max(stamps[DAY_OF_WEEK_IN_MONTH], stamps[DAY_OF_WEEK])
            best = max(week_of_month, nth, week)
            if best == UNSET:
                best = of_month = stamps[MONTH]
        year, weekday = self._year(), values[DAY_OF_WEEK] if stamps[DAY_OF_WEEK] else 0
        by_week = best == week_of_month and stamps[WEEK_OF_MONTH] >= stamps[WEEK_OF_YEAR]
        by_nth = best == nth and stamps[DAY_OF_WEEK_IN_MONTH] >= stamps[WEEK_OF_YEAR]
        if best == of_month or by_week or by_nth:
            month = values[MONTH] if stamps[MONTH] else 0
            first = to_day(year, month, 1)
            if best == of_month:
                return to_day(year, month, values[DAY_OF_MONTH] if stamps[DAY_OF_MONTH] else 1)
            if by_week and (not by_nth or stamps[WEEK_OF_MONTH] >= stamps[DAY_OF_WEEK_IN_MONTH]):
                return self._in_week(first, weekday, values[WEEK_OF_MONTH])
            number = values[DAY_OF_WEEK_IN_MONTH] if stamps[DAY_OF_WEEK_IN_MONTH] else 1
            length = to_day(year, month + 1, 1) - first
            last = 7 * number if number >= 0 else length + 7 * (number + 1)
            return on_or_before(first + last - 1, weekday or self.first_day)
        first = to_day(year, 0, 1)
        if best == of_year:
            return first + values[DAY_OF_YEAR] - 1
        return self._in_week(first, weekday, values[WEEK_OF_YEAR])

    def _in_week(self, first: int, weekday: int, week: int) -> int:
        start = self._first_week(first)
        return (on_or_before(start + 6, weekday) if weekday else start) + 7 * (week - 1)

    # --- changes ---

    def add(self, field: int, amount: int) -> None:
        if not amount:
            return
        if not 0 <= field < ZONE_OFFSET:
            raise Thrown("java.lang.IllegalArgumentException")
        self.complete()
        if field == ERA:
            self.set(ERA, min(max(self.values[ERA] + amount, 0), 1))
        elif field in (YEAR, MONTH):
            year, month = self._year(), self.values[MONTH]
            year, month = (year + amount, month) if field == YEAR else (year, month + amount)
            self._move_to(year + month // 12, month % 12)
        elif field in DAYS or field == AM_PM:
            # The clock goes on showing the same time, if it can.
            local = self.millis + self.zone.offset(self.millis)
            local += amount * (DAYS[field] * DAY if field in DAYS else 12 * HOUR)
            self.set_time(local - self.zone.local_offset(local))
        else:
            self.set_time(self.millis + amount * UNITS[field])

    def _move_to(self, year: int, month: int) -> None:
        """To another month, on its last day if it is too short."""
        length = to_day(year, month + 1, 1) - to_day(year, month, 1)
        day = to_day(year, month, min(self.values[DAY_OF_MONTH], length))
        local = day * DAY + (self.millis + self.zone.offset(self.millis)) % DAY
        self.set_time(local - self.zone.local_offset(local))

    def roll(self, field: int, amount: int) -> None:
        if not amount:
            return
        if not 0 <= field < ZONE_OFFSET:
            raise Thrown("java.lang.IllegalArgumentException")
        self.complete()
        if field in (WEEK_OF_YEAR, WEEK_OF_MONTH, DAY_OF_WEEK_IN_MONTH):
            raise NotFaked(f"painless Calendar.roll of {NAMES[field]}")
        low, high = self.limit(field, False), self.limit(field, True)
        value = (self.values[field] - low + amount) % (high - low + 1) + low
        if field == MONTH:
            self._move_to(self._year(), value)
        elif field == DAY_OF_WEEK:
            shift = (value - self.first_day) % 7 - (self.values[DAY_OF_WEEK] - self.first_day) % 7
            self.add(DAY_OF_MONTH, shift)
        else:
            self.set(field, value)
            self.complete()

    def limit(self, field: int, greatest: bool) -> int:
        """``getActualMaximum`` and ``getActualMinimum``."""
        self._check(field)
        if not greatest:
            return LEAST[field] if field != WEEK_OF_MONTH else self._week(*[self._month_start()] * 2)
        if field not in (DAY_OF_MONTH, DAY_OF_YEAR, WEEK_OF_YEAR, WEEK_OF_MONTH, DAY_OF_WEEK_IN_MONTH):
            return GREATEST[field]
        self.complete()
        year, first = self._year(), self._month_start()
        length = to_day(year, self.values[MONTH] + 1, 1) - first
        if field == DAY_OF_MONTH:
            return length
        if field == DAY_OF_YEAR:
            return to_day(year + 1, 0, 1) - to_day(year, 0, 1)
        if field == WEEK_OF_MONTH:
            return self._week(first, first + length - 1)
        if field == DAY_OF_WEEK_IN_MONTH:
            return (length - (self.values[DAY_OF_WEEK] - weekday_of(first)) % 7 - 1) // 7 + 1
        return self.weeks_in(year)

    def _month_start(self) -> int:
        self.complete()
        return to_day(self._year(), self.values[MONTH], 1)

    def weeks_in(self, year: int) -> int:
        return (self._first_week(to_day(year + 1, 0, 1)) - self._first_week(to_day(year, 0, 1))) // 7

    def week_year(self) -> int:
        self.complete()
        year, week = self._year(), self.values[WEEK_OF_YEAR]
        if self.values[MONTH] == 0 and week >= 52:
            return year - 1
        return year + 1 if self.values[MONTH] == 11 and week == 1 else year

    def set_week_date(self, year: int, week: int, weekday: int) -> None:
        if not 1 <= weekday <= 7:
            raise illegal_argument(f"invalid dayOfWeek: {weekday}")
        start = self._first_week(to_day(year, 0, 1)) + 7 * (week - 1)
        day = start + (weekday - self.first_day) % 7
        self.complete()
        local = day * DAY + (self.millis + self.zone.offset(self.millis)) % DAY
        self.set_time(local - self.zone.local_offset(local))

    # --- as an object ---

    def copy(self) -> Calendar:
        made = Calendar(self.zone, millis=self.millis)
        for name in self.__slots__:
            value = getattr(self, name)
            setattr(made, name, list(value) if isinstance(value, list) else value)
        return made

    def key(self) -> tuple[Any, ...]:
        return self.time(), self.lenient, self.first_day, self.minimal, self.zone

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Calendar) and self.key() == other.key()

    def __hash__(self) -> int:
        return hash(self.key())

    def __str__(self) -> str:
        fields = ",".join(
            f"{name}={value if stamp else '?'}"
            for name, value, stamp in zip(NAMES, self.values, self.stamps, strict=True)
        )
        flags = f"areFieldsSet={text(self.complete_fields)},areAllFieldsSet={text(self.complete_fields)}"
        week = f"firstDayOfWeek={self.first_day},minimalDaysInFirstWeek={self.minimal}"
        shown = self.millis if self.known else "?"
        return f"{self.java}[time={shown},{flags},lenient={text(self.lenient)},zone={self.zone},{week},{fields}]"


def _week_rules(locale: Locale) -> tuple[int, int]:
    """The first day of the week and how many days make a first week, as CLDR has them for a territory."""
    country = locale.country
    first = 2 if country and country not in _SUNDAY_COUNTRIES else 1
    return first, 4 if country in _FOUR_DAY_COUNTRIES else 1


_SUNDAY_COUNTRIES = frozenset("US CA JP KR TW MX BR IN IL ZA PT".split())
_FOUR_DAY_COUNTRIES = frozenset("AT BE BG CH CZ DE DK EE ES FI FR GB GR HU IE IT LT LU NL NO PL PT RU SE SK".split())


def _display(made: Calendar, field: int, style: int, locale: Locale | None) -> str | None:
    """The name of a field's value, if it has one."""
    letter = {MONTH: "M", DAY_OF_WEEK: "E", AM_PM: "a", ERA: "G"}.get(field)
    width = {1: "SHORT", 2: "FULL", 4: "NARROW"}.get(style & 0x7FFF)
    if width is None or not 0 <= field < 17:
        raise Thrown("java.lang.IllegalArgumentException")
    if letter is None:
        return None
    value = made.get(field)
    if letter == "E":
        value = (value - 2) % 7
    if letter in "ME" and style & 0x8000:
        letter = "L" if letter == "M" else "c"
    found = names_of(str(given(locale))).of(letter, width)
    return found[value + (letter not in "aG")]


def _before(made: Calendar, other: Any) -> bool:
    return isinstance(other, Calendar) and made.time() < other.time()


def _after(made: Calendar, other: Any) -> bool:
    return isinstance(other, Calendar) and made.time() > other.time()


def _compare(made: Calendar, other: Calendar | None) -> int:
    compared: Calendar = given(other)
    return (made.time() > compared.time()) - (made.time() < compared.time())


def _setter(name: str) -> Callable[[Calendar, Any], None]:
    def run(made: Calendar, value: Any) -> None:
        made.time()
        setattr(made, name, value)
        made.complete_fields = False

    return run


def _from_zoned(zoned: ZonedDateTime) -> Calendar:
    offset = zoned.zone.fixed
    zone = (
        TimeZone(zoned.zone) if offset is None else TimeZone(zoned.zone, "UTC" if not offset else f"GMT{zoned.zone.id}")
    )
    made = Calendar(zone, millis=zoned.nanos // MILLI)
    made.first_day, made.minimal = 2, 4
    made.compute()
    return made


define(
    "java.util.Calendar",
    {
        "add/2": Calendar.add,
        "after/1": _after,
        "before/1": _before,
        "clear/0": Calendar.clear,
        "clear/1": Calendar.clear,
        "clone/0": Calendar.copy,
        "compareTo/1": _compare,
        "get/1": Calendar.get,
        "getActualMaximum/1": lambda c, field: c.limit(field, True),
        "getActualMinimum/1": lambda c, field: c.limit(field, False),
        "getCalendarType/0": lambda c: "gregory",
        "getDisplayName/3": _display,
        "getFirstDayOfWeek/0": lambda c: c.first_day,
        "getGreatestMinimum/1": lambda c, field: LEAST[field],
        "getLeastMaximum/1": lambda c, field: LEAST_GREATEST[field],
        "getMaximum/1": lambda c, field: GREATEST[field],
        "getMinimalDaysInFirstWeek/0": lambda c: c.minimal,
        "getMinimum/1": lambda c, field: LEAST[field],
        "getTime/0": lambda c: Date(c.time()),
        "getTimeInMillis/0": lambda c: Long(c.time()),
        "getTimeZone/0": lambda c: c.zone,
        "getWeekYear/0": Calendar.week_year,
        "getWeeksInWeekYear/0": lambda c: c.weeks_in(c.week_year()),
        "isLenient/0": lambda c: c.lenient,
        "isSet/1": lambda c, field: c.stamps[field] != UNSET,
        "isWeekDateSupported/0": lambda c: True,
        "roll/2": Calendar.roll,
        "set/2": Calendar.set,
        "set/3": Calendar.set_all,
        "set/5": Calendar.set_all,
        "set/6": Calendar.set_all,
        "setFirstDayOfWeek/1": _setter("first_day"),
        "setLenient/1": lambda c, lenient: setattr(c, "lenient", lenient),
        "setMinimalDaysInFirstWeek/1": _setter("minimal"),
        "setTime/1": lambda c, date: c.set_time(given(date).millis),
        "setTimeInMillis/1": Calendar.set_time,
        "setTimeZone/1": _setter("zone"),
        "setWeekDate/3": Calendar.set_week_date,
        "toInstant/0": lambda c: Instant(c.time() * MILLI),
    },
)
define(
    "java.util.GregorianCalendar",
    {
        "getGregorianChange/0": lambda c: Date(CUTOVER * DAY),
        "isLeapYear/1": lambda c, year: to_day(year, 2, 1) - to_day(year, 1, 1) == 29,
        "toZonedDateTime/0": lambda c: ZonedDateTime(c.time() * MILLI, zone_id(c.zone)),
    },
)
_CREATE = {f"{{}}/{arity}": Calendar for arity in range(3)}
define_static("java.util.Calendar", {name.format("getInstance"): make for name, make in _CREATE.items()})
define_static(
    "java.util.GregorianCalendar",
    {
        **{name.format("<init>"): make for name, make in _CREATE.items()},
        "<init>/3": Calendar.of,
        "<init>/5": Calendar.of,
        "<init>/6": Calendar.of,
        "from/1": _from_zoned,
    },
)
_CONSTANTS = {
    **{name: i for i, name in enumerate(NAMES)},
    "DATE": DAY_OF_MONTH,
    "FIELD_COUNT": 17,
    "AM": 0,
    "PM": 1,
    **{name.upper(): i for i, name in enumerate((*calendar.MONTHS, "Undecimber"))},
    **{name.upper(): i % 7 + 1 for i, name in enumerate(calendar.WEEKDAYS, 1)},
    "ALL_STYLES": 0,
    "SHORT": 1,
    "LONG": 2,
    "SHORT_FORMAT": 1,
    "LONG_FORMAT": 2,
    "NARROW_FORMAT": 4,
    "SHORT_STANDALONE": 0x8001,
    "LONG_STANDALONE": 0x8002,
    "NARROW_STANDALONE": 0x8004,
}
define_fields("java.util.Calendar", _CONSTANTS)
define_fields("java.util.GregorianCalendar", {"AD": 1, "BC": 0, **_CONSTANTS})
