"""``java.util.Calendar.Builder``."""

from __future__ import annotations

from typing import Any

from fakeknn.painless.calendar_fields import (
    DAY_OF_MONTH,
    HOUR_OF_DAY,
    MILLISECOND,
    MINUTE,
    MONTH,
    SECOND,
    YEAR,
)
from fakeknn.painless.dispatch import define, define_static
from fakeknn.painless.library_calendar import Calendar
from fakeknn.painless.library_date import DEFAULT_ZONE, Date, given
from fakeknn.painless.library_locale import Locale
from fakeknn.painless.throwable import Thrown


class CalendarBuilder:
    """Collects what ``build`` sets."""

    __slots__ = ("fields", "instant", "lenient", "locale", "rules", "week_date", "zone")
    java = "java.util.Calendar.Builder"

    def __init__(self) -> None:
        self.fields: list[tuple[int, int]] = []
        self.instant: int | None = None
        self.lenient = True
        self.locale: Locale | None = None
        self.rules: tuple[int, int] | None = None
        self.week_date: tuple[int, int, int] | None = None
        self.zone = DEFAULT_ZONE

    def set(self, *fields: tuple[int, int]) -> CalendarBuilder:
        if self.instant is not None:
            raise Thrown("java.lang.IllegalStateException")
        self.fields += fields
        return self

    def set_instant(self, instant: Any) -> CalendarBuilder:
        if self.fields:
            raise Thrown("java.lang.IllegalStateException")
        self.instant = instant.millis if isinstance(instant, Date) else int(instant)
        return self

    def with_(self, name: str, value: Any) -> CalendarBuilder:
        setattr(self, name, value)
        return self

    def build(self) -> Calendar:
        made = Calendar(self.zone, self.locale, self.instant or 0)
        made.lenient = self.lenient
        if self.rules is not None:
            made.first_day, made.minimal = self.rules
        if self.instant is None:
            made.clear()
            for field, value in self.fields:
                made.set(field, value)
        if self.week_date is not None:
            made.set_week_date(*self.week_date)
        made.complete()
        return made


define(
    "java.util.Calendar.Builder",
    {
        "build/0": CalendarBuilder.build,
        "set/2": lambda b, field, value: b.set((field, value)),
        "setDate/3": lambda b, *date: b.set(*zip((YEAR, MONTH, DAY_OF_MONTH), date, strict=True)),
        "setFields/1": lambda b, pairs: b.set(*zip(pairs[::2], pairs[1::2], strict=True)),
        "setInstant/1": CalendarBuilder.set_instant,
        "setLenient/1": lambda b, lenient: b.with_("lenient", lenient),
        "setLocale/1": lambda b, locale: b.with_("locale", given(locale)),
        "setTimeOfDay/3": lambda b, *clock: b.set(*zip((HOUR_OF_DAY, MINUTE, SECOND), clock, strict=True)),
        "setTimeOfDay/4": lambda b, *clock: b.set(*zip((HOUR_OF_DAY, MINUTE, SECOND, MILLISECOND), clock, strict=True)),
        "setTimeZone/1": lambda b, zone: b.with_("zone", given(zone)),
        "setWeekDate/3": lambda b, *date: b.with_("week_date", date),
        "setWeekDefinition/2": lambda b, first, minimal: b.with_("rules", (first, minimal)),
    },
)
define_static("java.util.Calendar.Builder", {"<init>/0": CalendarBuilder})
