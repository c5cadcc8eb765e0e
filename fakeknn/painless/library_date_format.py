"""``java.text``'s formats of dates: SimpleDateFormat and what DateFormat makes for a style and a locale."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

from fakeknn.dates.names import Names, names_of
from fakeknn.errors import NotFaked
from fakeknn.painless import calendar_fields as fields
from fakeknn.painless.dispatch import define, define_fields, define_static
from fakeknn.painless.library_calendar import Calendar
from fakeknn.painless.library_date import Date, TimeZone
from fakeknn.painless.library_locale import DEFAULT_LOCALE, Locale
from fakeknn.painless.numbers import is_number
from fakeknn.painless.throwable import Thrown, illegal_argument, null_pointer

_LETTERS = "GyMdkHmsSEDFwWahKzZYuXL"
#: The calendar's field of each letter that stands for a number, and what is added to it.
_NUMBERS = {
    "d": (fields.DAY_OF_MONTH, 0),
    "H": (fields.HOUR_OF_DAY, 0),
    "m": (fields.MINUTE, 0),
    "s": (fields.SECOND, 0),
    "S": (fields.MILLISECOND, 0),
    "D": (fields.DAY_OF_YEAR, 0),
    "F": (fields.DAY_OF_WEEK_IN_MONTH, 0),
    "w": (fields.WEEK_OF_YEAR, 0),
    "W": (fields.WEEK_OF_MONTH, 0),
    "K": (fields.HALF_HOUR, 0),
}
_TEXTS = {"G": (fields.ERA, 0), "E": (fields.DAY_OF_WEEK, 1), "a": (fields.AM_PM, 0)}
_CENTURY_AGO = 80


def _compiled(pattern: str) -> list[tuple[str, int | str]]:
    """Runs of a letter with their lengths, and literals (an empty letter)."""
    parts: list[tuple[str, int | str]] = []
    literal, i, quoted = "", 0, False
    while i < len(pattern):
        char = pattern[i]
        if char == "'":
            if pattern[i + 1 : i + 2] == "'":
                literal += "'"
                i += 2
            else:
                quoted = not quoted
                i += 1
            continue
        if quoted or not (char.isascii() and char.isalpha()):
            literal += char
            i += 1
            continue
        if char not in _LETTERS:
            raise illegal_argument(f"Illegal pattern character '{char}'")
        end = i
        while end < len(pattern) and pattern[end] == char:
            end += 1
        if char == "X" and end - i > 3:
            raise illegal_argument(f"invalid ISO 8601 format: length={end - i}")
        if literal:
            parts.append(("", literal))
            literal = ""
        parts.append((char, end - i))
        i = end
    if quoted:
        raise illegal_argument("Unterminated quote")
    return [*parts, ("", literal)] if literal else parts


class SimpleDateFormat:
    """A pattern in a locale's names, with a calendar that holds the zone and computes."""

    __slots__ = ("calendar", "locale", "names", "parts", "pattern")
    java = "java.text.SimpleDateFormat"

    def __init__(self, pattern: str | None = None, locale: Locale | None = DEFAULT_LOCALE) -> None:
        if pattern is None or locale is None:
            raise null_pointer()
        self.parts = _compiled(pattern)
        self.pattern = pattern
        self.locale = locale
        self.names: Names = names_of(str(locale))
        self.calendar = Calendar(locale=locale)

    # --- writing ---

    def format(self, value: Any) -> str:
        if not isinstance(value, Date):
            if not is_number(value):
                raise illegal_argument("Cannot format given Object as a Date")
            value = Date(int(value))
        self.calendar.set_time(value.millis)
        return "".join(str(count) if not letter else self._written(letter, int(count)) for letter, count in self.parts)

    def _written(self, letter: str, count: int) -> str:
        get = self.calendar.get
        if letter in "yY":
            year = get(fields.YEAR) if letter == "y" else self.calendar.week_year()
            return str(year % 100).rjust(2, "0") if count == 2 else str(year).rjust(count, "0")
        if letter in "ML" and count < 3:
            return str(get(fields.MONTH) + 1).rjust(count, "0")
        if letter in "ML" or letter in _TEXTS:
            return self._texts(letter, count)[get(fields.MONTH if letter in "ML" else _TEXTS[letter][0])]
        if letter in "zZX":
            return self._zone(letter, count)
        return str(self._number(letter)).rjust(count, "0")

    def _number(self, letter: str) -> int:
        if letter in "kh":
            field, top = (fields.HOUR_OF_DAY, 24) if letter == "k" else (fields.HALF_HOUR, 12)
            return self.calendar.get(field) or top
        if letter == "u":
            return (self.calendar.get(fields.DAY_OF_WEEK) + 5) % 7 + 1
        return self.calendar.get(_NUMBERS[letter][0])

    def _texts(self, letter: str, count: int) -> dict[int, str]:
        """The texts of a field by its values in the calendar."""
        width = "FULL" if count >= 4 else "SHORT"
        if letter == "a":
            return dict(self.names.of("a", "SHORT"))
        if letter == "G":
            return dict(self.names.of("G", width))
        found = self.names.of(letter, width)
        if letter == "E":
            return {value % 7 + 1: name for value, name in found.items()}
        return {value - 1: name for value, name in found.items()}

    def _zone(self, letter: str, count: int) -> str:
        minutes = (self.calendar.get(fields.ZONE_OFFSET) + self.calendar.get(fields.DST_OFFSET)) // 60_000
        sign, rest = "-" if minutes < 0 else "+", abs(minutes)
        if letter == "Z":
            return f"{sign}{rest // 60:02d}{rest % 60:02d}"
        if letter == "X":
            if not minutes:
                return "Z"
            hours = f"{sign}{rest // 60:02d}"
            return hours if count == 1 else f"{hours}{':' if count == 3 else ''}{rest % 60:02d}"
        id: str = self.calendar.zone.id
        if id in ("UTC", "Etc/UTC"):
            return "Coordinated Universal Time" if count >= 4 else "UTC"
        if id == "GMT":
            return "Greenwich Mean Time" if count >= 4 else "GMT"
        if id.startswith("GMT"):
            return id
        raise NotFaked(f"painless names of the time zone {id}")

    # --- reading ---

    def parse(self, given: str | None) -> Date:
        if given is None:
            raise null_pointer()
        found, _ = self.parse_from(given, 0)
        if found is None:
            raise Thrown("java.text.ParseException", f'Unparseable date: "{given}"')
        return found

    def parse_from(self, given: str, at: int) -> tuple[Date | None, int]:
        """A date and where it ends, or None and where it went wrong."""
        made = self.calendar.copy()
        made.clear()
        for i, (letter, count) in enumerate(self.parts):
            if not letter:
                literal = str(count)
                if not given.startswith(literal, at):
                    return None, at
                at += len(literal)
                continue
            while given[at : at + 1] in (" ", "\t") and given[at : at + 1]:
                at += 1
            end = self._read(made, letter, int(count), given, at, self._abuts(i))
            if end is None:
                return None, at
            at = end
        try:
            return Date(made.time()), at
        except Thrown as thrown:
            if thrown.java_class != "java.lang.IllegalArgumentException":
                raise
            return None, at

    def _abuts(self, i: int) -> bool:
        """Whether a number follows this number at once: then it has no more digits than letters."""

        def numeric(part: tuple[str, int | str]) -> bool:
            letter, count = part
            return letter != "" and letter not in "GEazZX" and not (letter in "ML" and int(count) >= 3)

        return i + 1 < len(self.parts) and numeric(self.parts[i]) and numeric(self.parts[i + 1])

    def _read(self, made: Calendar, letter: str, count: int, given: str, at: int, abuts: bool) -> int | None:
        if letter in _TEXTS or (letter in "ML" and count >= 3):
            return self._read_text(made, letter, given, at)
        if letter in "zZX":
            return self._read_zone(made, letter, given, at)
        match = re.compile(r"-?\d+").match(given, at, at + count if abuts else len(given))
        if match is None:
            return None
        value = int(match.group())
        if letter in "yY":
            if count <= 2 and match.group().isdigit() and len(match.group()) == 2:
                value = self._century(value)
            made.set(fields.YEAR, value)
        elif letter in "ML":
            made.set(fields.MONTH, value - 1)
        elif letter in "kh":
            field, top = (fields.HOUR_OF_DAY, 24) if letter == "k" else (fields.HALF_HOUR, 12)
            if not made.lenient and not 1 <= value <= top:
                return None
            made.set(field, 0 if value == top else value)
        elif letter == "u":
            made.set(fields.DAY_OF_WEEK, value % 7 + 1)
        else:
            made.set(_NUMBERS[letter][0], value)
        return match.end()

    def _century(self, two: int) -> int:
        """The year with these last two digits that is at most 80 years ago and before 20 from now."""
        start = Calendar().get(fields.YEAR) - _CENTURY_AGO
        year = start // 100 * 100 + two
        return year + 100 if two < start % 100 else year

    def _read_text(self, made: Calendar, letter: str, given: str, at: int) -> int | None:
        best: tuple[int, int] | None = None
        for count in (3, 4):
            for value, name in self._texts(letter, count).items():
                if given[at : at + len(name)].lower() == name.lower() and (best is None or len(name) > best[0]):
                    best = len(name), value
        if best is None:
            return None
        made.set(fields.MONTH if letter in "ML" else _TEXTS[letter][0], best[1])
        return at + best[0]

    def _read_zone(self, made: Calendar, letter: str, given: str, at: int) -> int | None:
        if letter == "X" and given[at : at + 1] == "Z":
            match = re.compile("Z").match(given, at)
        elif letter == "X":
            match = re.compile(r"([+-])(\d\d)(?::?(\d\d))?").match(given, at)
        else:
            match = re.compile(r"(?:GMT)?([+-])(\d\d?):?(\d\d)|UTC|GMT|UT\b").match(given, at)
        if match is None:
            if letter == "z" and given[at : at + 1].isalpha():
                raise NotFaked("painless names of time zones read by SimpleDateFormat")
            return None
        minutes = 0
        if match.re.groups and match[1]:
            minutes = (int(match[2]) * 60 + int(match[3] or 0)) * (-1 if match[1] == "-" else 1)
        made.set(fields.ZONE_OFFSET, minutes * 60_000)
        made.set(fields.DST_OFFSET, 0)
        return match.end()

    # --- as an object ---

    def copy(self) -> SimpleDateFormat:
        made = SimpleDateFormat(self.pattern, self.locale)
        made.calendar = self.calendar.copy()
        return made

    def __eq__(self, other: object) -> bool:
        return isinstance(other, SimpleDateFormat) and (self.pattern, self.locale) == (other.pattern, other.locale)

    def __hash__(self) -> int:
        return hash(self.pattern)

    def __str__(self) -> str:
        return f'SimpleDateFormat [locale: "{self.locale.name()}", pattern: "{self.pattern}"]\n'


def _apply(made: SimpleDateFormat, pattern: str | None) -> None:
    if pattern is None:
        raise null_pointer()
    made.parts, made.pattern = _compiled(pattern), pattern


def _parse_at(made: SimpleDateFormat, given: str, position: Any) -> Date | None:
    found, at = made.parse_from(given, position.index)
    if found is None:
        position.error = at
    else:
        position.index = at
    return found


def _use_zone(made: SimpleDateFormat, zone: TimeZone | None) -> None:
    if zone is None:
        raise null_pointer()
    made.calendar.zone = zone


define(
    "java.text.DateFormat",
    {
        "getCalendar/0": lambda f: f.calendar,
        "getTimeZone/0": lambda f: f.calendar.zone,
        "isLenient/0": lambda f: f.calendar.lenient,
        "parse/1": SimpleDateFormat.parse,
        "parse/2": _parse_at,
        "setCalendar/1": lambda f, calendar: setattr(f, "calendar", calendar),
        "setLenient/1": lambda f, lenient: setattr(f.calendar, "lenient", lenient),
        "setTimeZone/1": _use_zone,
    },
)
define(
    "java.text.SimpleDateFormat",
    {"applyPattern/1": _apply, "toPattern/0": lambda f: f.pattern},
)


def _styled(dates: bool, times: bool) -> Callable[..., SimpleDateFormat]:
    """What ``getDateInstance(style, locale)`` and its like make; both styles are MEDIUM unless given."""

    def make(*given: Any) -> SimpleDateFormat:
        styles = [style for style in given if not isinstance(style, Locale)]
        locale = next((each for each in given if isinstance(each, Locale)), DEFAULT_LOCALE)
        styles += [2] * (dates + times - len(styles))
        for style in styles:
            if not 0 <= style <= 3:
                raise illegal_argument(f"Illegal {'date' if dates else 'time'} style {style}")
        row = locale.row("d")
        date = row[styles[0]] if dates else ""
        time = row[4 + styles[-1]] if times else ""
        if not (dates and times):
            return SimpleDateFormat(date or time, locale)
        return SimpleDateFormat(row[8 + styles[0]].replace("{1}", date).replace("{0}", time), locale)

    return make


_short = _styled(True, True)
define_static(
    "java.text.SimpleDateFormat",
    {"<init>/0": lambda: _short(3, 3), "<init>/1": SimpleDateFormat, "<init>/2": SimpleDateFormat},
)
define_static(
    "java.text.DateFormat",
    {
        **{f"getDateInstance/{arity}": _styled(True, False) for arity in range(3)},
        **{f"getTimeInstance/{arity}": _styled(False, True) for arity in range(3)},
        **{f"getDateTimeInstance/{arity}": _styled(True, True) for arity in (0, 2, 3)},
        "getInstance/0": lambda: _short(3, 3),
    },
)
define_fields(
    "java.text.DateFormat",
    {
        "DEFAULT": 2,
        "FULL": 0,
        "LONG": 1,
        "MEDIUM": 2,
        "SHORT": 3,
        **{
            f"{name}_FIELD": i
            for i, name in enumerate(
                "ERA YEAR MONTH DATE HOUR_OF_DAY1 HOUR_OF_DAY0 MINUTE SECOND MILLISECOND DAY_OF_WEEK DAY_OF_YEAR "
                "DAY_OF_WEEK_IN_MONTH WEEK_OF_YEAR WEEK_OF_MONTH AM_PM HOUR1 HOUR0 TIMEZONE".split()
            )
        },
    },
)


class ParsePosition:
    """Where to begin, and where the reading ended or went wrong."""

    __slots__ = ("error", "index")
    java = "java.text.ParsePosition"

    def __init__(self, index: int) -> None:
        self.index = index
        self.error = -1

    def __eq__(self, other: object) -> bool:
        return isinstance(other, ParsePosition) and (self.index, self.error) == (other.index, other.error)

    def __hash__(self) -> int:
        return (self.error << 16) | self.index

    def __str__(self) -> str:
        return f"java.text.ParsePosition[index={self.index},errorIndex={self.error}]"


define(
    "java.text.ParsePosition",
    {
        "getErrorIndex/0": lambda p: p.error,
        "getIndex/0": lambda p: p.index,
        "setErrorIndex/1": lambda p, at: setattr(p, "error", at),
        "setIndex/1": lambda p, at: setattr(p, "index", at),
    },
)
define_static("java.text.ParsePosition", {"<init>/1": ParsePosition})
