"""java.time's pattern letters: from ``uuuu-MM-dd'T'HH:mm`` to elements."""

from __future__ import annotations

from collections.abc import Callable

from fakeknn.dates.elements import (
    Element,
    Fraction,
    Literal,
    LocalizedOffset,
    Number,
    Offset,
    Padded,
    Sequenced,
    Text,
    Unfaked,
    ZoneId,
    ZoneText,
)
from fakeknn.dates.names import Names, names_of
from fakeknn.dates.resolving import WEEK, WEEK_OF_MONTH, WEEK_YEAR, WEEKDAY
from fakeknn.errors import IllegalArgumentException

_FIELDS = {
    "G": "Era", "y": "YearOfEra", "u": "Year", "Q": "QuarterOfYear", "q": "QuarterOfYear", "M": "MonthOfYear",
    "L": "MonthOfYear", "D": "DayOfYear", "d": "DayOfMonth", "F": "AlignedWeekOfMonth", "E": "DayOfWeek",
    "c": WEEKDAY, "e": WEEKDAY, "a": "AmPmOfDay", "H": "HourOfDay", "k": "ClockHourOfDay",
    "K": "HourOfAmPm", "h": "ClockHourOfAmPm", "m": "MinuteOfHour", "s": "SecondOfMinute", "S": "NanoOfSecond",
    "A": "MilliOfDay", "n": "NanoOfSecond", "N": "NanoOfDay", "g": "ModifiedJulianDay",
}  # fmt: skip
_OFFSETS = {
    "X": (("+HHmm", "Z"), ("+HHMM", "Z"), ("+HH:MM", "Z"), ("+HHMMss", "Z"), ("+HH:MM:ss", "Z")),
    "x": (("+HHmm", "+00"), ("+HHMM", "+0000"), ("+HH:MM", "+00:00"), ("+HHMMss", "+0000"), ("+HH:MM:ss", "+00:00")),
}


class Builder:
    """DateTimeFormatterBuilder: elements in order, where numbers that touch each other share their digits."""

    def __init__(self) -> None:
        self.elements: list[Element] = []
        self._first: int | None = None

    def end_numbers(self) -> None:
        """What comes next does not touch the numbers before."""
        self._first = None

    def append(self, element: Element) -> None:
        self.end_numbers()
        self.elements.append(element)

    def number(self, number: Number | Fraction) -> None:
        """A number that may touch numbers: the first of them leaves those of fixed width behind it their digits."""
        if self._first is None:
            self._first = len(self.elements)
            self.elements.append(number)
            return
        first = self.elements[self._first]
        assert isinstance(first, (Number, Fraction))
        if number.fixed_width:
            self.elements[self._first] = first.before(number.high)
            self.elements.append(number)
        else:
            self._first = len(self.elements)
            self.elements.append(number)


def _field(builder: Builder, letter: str, count: int, names: Names) -> None:
    name = _FIELDS[letter]
    if letter in "uygAnN" and count > 19:
        raise IllegalArgumentException(f"The minimum width must be from 1 to 19 inclusive but was {count}")
    too_many = IllegalArgumentException(f"Too many pattern letters: {letter}")
    if letter in "uy":
        if count == 2:
            builder.number(Number(name, 2, 2, "NOT_NEGATIVE", base=2000))
        else:
            builder.number(Number(name, count, 19, "NORMAL" if count < 4 else "EXCEEDS_PAD"))
    elif letter in "MLQqEec":
        if letter == "c" and count == 2:
            raise IllegalArgumentException('Invalid pattern "cc"')
        if count <= 2 and letter != "E":
            if letter in "ec":
                builder.number(Number(name, count, count, "NOT_NEGATIVE"))
            else:
                builder.number(Number(name) if count == 1 else Number(name, 2, 2, "NOT_NEGATIVE"))
        elif letter == "q" and count == 3 and names.root:
            builder.append(Number(name))  # the root locale has no such names
        elif count <= 5:
            style = "FULL" if count == 4 else "NARROW" if count == 5 else "SHORT"
            text_name = "DayOfWeek" if letter in "ec" else name
            shown = f"{style}_STANDALONE" if letter in "Lqc" else style
            builder.append(Text(text_name, names.of(letter, style), shown))
        else:
            raise too_many
    elif letter == "a":
        if count > 1:
            raise too_many
        builder.append(Text(name, names.of(letter, "SHORT"), "SHORT"))
    elif letter == "G":
        if count > 5:
            raise too_many
        style = "FULL" if count == 4 else "NARROW" if count == 5 else "SHORT"
        builder.append(Text(name, names.of(letter, style), style))
    elif letter == "S":
        if count > 9:
            raise IllegalArgumentException(f"Minimum width must be from 0 to 9 inclusive but was {count}")
        builder.number(Fraction(count, count, False))
    elif letter in "FdhHkKms":
        if count > 2 or (letter == "F" and count > 1):
            raise too_many
        builder.number(Number(name) if count == 1 else Number(name, 2, 2, "NOT_NEGATIVE"))
    elif letter == "D":
        if count > 3:
            raise too_many
        builder.number(Number(name) if count == 1 else Number(name, count, 3, "NOT_NEGATIVE"))
    else:
        sign = "NORMAL" if letter == "g" else "NOT_NEGATIVE"
        builder.number(Number(name, count, 19, sign))


def _zone_or_week(builder: Builder, letter: str, count: int) -> None:
    too_many = IllegalArgumentException(f"Too many pattern letters: {letter}")
    match letter:
        case "V":
            if count != 2:
                raise IllegalArgumentException("Pattern letter count must be 2: V")
            builder.append(ZoneId())
        case "z" | "v" | "B":
            if letter == "v" and count not in (1, 4):
                raise IllegalArgumentException("Wrong number of pattern letters: v")
            if count > (5 if letter == "B" else 4):
                raise too_many
            builder.append(
                ZoneText(letters=letter * count) if letter != "B" else Unfaked("the date pattern letter [B]")
            )
        case "Z":
            if count > 5:
                raise too_many
            offset = Offset("+HH:MM:ss", "Z") if count == 5 else Offset("+HHMM", "+0000")
            builder.append(LocalizedOffset(True) if count == 4 else offset)
        case "O":
            if count not in (1, 4):
                raise IllegalArgumentException("Pattern letter count must be 1 or 4: O")
            builder.append(LocalizedOffset(count == 4))
        case "X" | "x":
            if count > 5:
                raise too_many
            builder.append(Offset(*_OFFSETS[letter][count - 1]))
        case "W":
            if count > 1:
                raise too_many
            builder.number(Number(WEEK_OF_MONTH, 1, 1, "NOT_NEGATIVE"))
        case "w":
            if count > 2:
                raise too_many
            builder.number(Number(WEEK, count, 2, "NOT_NEGATIVE"))
        case _:
            if count == 2:  # 2000-01-01, from which two digits count, lies in the last week of 1999
                builder.number(Number(WEEK_YEAR, 2, 2, "NOT_NEGATIVE", base=1999))
            else:
                builder.number(Number(WEEK_YEAR, count, 19, "NORMAL" if count < 4 else "EXCEEDS_PAD"))


def _quoted(pattern: str, at: int) -> tuple[str, int]:
    """The text of the quotation that begins at ``at``, and the position behind it; ``''`` is a quotation mark."""
    start, text = at, ""
    while True:
        end = pattern.find("'", at + 1)
        if end < 0:
            raise IllegalArgumentException(f"Pattern ends with an incomplete string literal: {pattern}")
        text += pattern[at + 1 : end]
        if not pattern.startswith("''", end):
            return (text if end > start + 1 else "'"), end + 1
        text += "'"
        at = end + 1


Extension = Callable[[Builder, str], None]


def compile_pattern(pattern: str, locale: str = "", extension: Extension | None = None) -> Sequenced:
    """DateTimeFormatterBuilder.appendPattern; ``extension`` reads what stands between ``<`` and ``>``."""
    names = names_of(locale)
    stack = [Builder()]
    at = 0
    while at < len(pattern):
        c = pattern[at]
        if c.isascii() and c.isalpha():
            end = at
            while end < len(pattern) and pattern[end] == c:
                end += 1
            count, width = end - at, 0
            if c == "p":
                width = count
                c = pattern[end] if end < len(pattern) else ""
                begin = end
                while end < len(pattern) and pattern[end] == c:
                    end += 1
                count = end - begin
                if not count or not c.isalpha():
                    raise IllegalArgumentException(f"Pad letter 'p' must be followed by valid pad pattern: {pattern}")
            builder = Builder() if width else stack[-1]
            if c in _FIELDS:
                _field(builder, c, count, names)
            elif c in "zVvZOXxWwYB":
                _zone_or_week(builder, c, count)
            else:
                raise IllegalArgumentException(f"Unknown pattern letter: {c}")
            if width:
                stack[-1].append(Padded(builder.elements[0], width))
            at = end
        elif c == "'":
            text, at = _quoted(pattern, at)
            stack[-1].append(Literal(text))
        elif c == "<" and extension is not None:
            end = pattern.index(">", at)
            extension(stack[-1], pattern[at + 1 : end])
            at = end + 1
        else:
            at += 1
            if c == "[":
                stack[-1].end_numbers()
                stack.append(Builder())
            elif c == "]":
                if len(stack) == 1:
                    raise IllegalArgumentException("Pattern invalid as it contains ] without previous [")
                inner = stack.pop()
                if inner.elements:
                    stack[-1].append(Sequenced(tuple(inner.elements), optional=True))
            elif c in "{}#":
                raise IllegalArgumentException(f"Pattern includes reserved character: '{c}'")
            else:
                stack[-1].append(Literal(c))
    while len(stack) > 1:
        inner = stack.pop()
        stack[-1].append(Sequenced(tuple(inner.elements), optional=True))
    return Sequenced(tuple(stack[0].elements))
