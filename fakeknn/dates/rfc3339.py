"""``rfc3339_lenient``: OpenSearch's own, quicker parser of RFC 3339's dates."""

from __future__ import annotations

import re

from fakeknn.dates import calendar, zones
from fakeknn.dates.calendar import HOUR, MINUTE, SECOND
from fakeknn.dates.resolving import Temporal, checked
from fakeknn.errors import DateTimeParseException

_NO_OFFSET = "No timezone offset information"


def temporal(text: str) -> Temporal:
    """RFC3339CompatibleDateTimeFormatter.parse: a year, a month, a day, or a time with its offset."""
    return _Reader(text).date_time()


class _Reader:
    def __init__(self, text: str) -> None:
        self.text = text
        self.at = 0

    def number(self, count: int) -> int:
        end = self.at + count
        if end > len(self.text):
            raise DateTimeParseException(f"Unexpected end of expression at position {len(self.text)}")
        for c in self.text[self.at : end]:
            if not "0" <= c <= "9":
                raise DateTimeParseException(f"Character {c} is not a digit")
        value = int(self.text[self.at : end])
        self.at = end
        return value

    def peek(self) -> str:
        if self.at >= len(self.text):
            raise DateTimeParseException("Unexpected end of input")
        return self.text[self.at]

    def expect(self, allowed: str) -> None:
        if self.peek() not in allowed:
            shown = allowed if len(allowed) == 1 else f"[{', '.join(allowed)}]"
            raise DateTimeParseException(f"Expected character {shown} at position {self.at}")
        self.at += 1

    def date_time(self) -> Temporal:
        length = len(self.text)
        year = self.number(4)
        if length == 4:
            return self.made(year, 1, 1)
        self.expect("-")
        month = self.number(2)
        if length == 7:
            return self.made(year, month, 1)
        self.expect("-")
        day = self.number(2)
        if length == 10:
            return self.made(year, month, day)
        self.expect("Tt ")
        hour = self.number(2)
        self.expect(":")
        minute = self.number(2)
        if length == 16:
            raise DateTimeParseException(_NO_OFFSET)
        if self.peek() in "+-Zz":
            return self.made(year, month, day, hour, minute, offset=self.offset())
        if self.peek() != ":":
            raise DateTimeParseException(f"Unexpected character  at position {self.at}")
        self.at += 1
        second = self.number(2)
        if self.at == length:
            raise DateTimeParseException(_NO_OFFSET)
        if self.peek() in ".,":
            return self.made(year, month, day, hour, minute, second, self.fraction(), self.offset())
        if self.peek() not in "+-" and self.text[self.at :] not in ("Z", "z"):
            raise DateTimeParseException(f"Unexpected character at position {self.at}")
        return self.made(year, month, day, hour, minute, second, 0, self.offset())

    def fraction(self) -> int:
        digits = re.compile("[0-9]*").match(self.text, self.at + 1)
        assert digits is not None
        if digits.end() == len(self.text):
            raise DateTimeParseException(_NO_OFFSET)
        self.at = digits.end()
        if not digits.group():
            raise DateTimeParseException("Must have at least 1 fraction digit")
        # More than nine digits overflow an int of Java's, once for each.
        value = 0
        for digit in digits.group():
            value = (value * 10 + int(digit) + (1 << 31)) % (1 << 32) - (1 << 31)
        missing: int = 10 ** max(9 - len(digits.group()), 0)
        return value * missing

    def offset(self) -> int:
        start = self.at
        if self.peek() in "Zz":
            self.at += 1
            if self.at < len(self.text):
                raise DateTimeParseException(f"Trailing junk data after position {self.at}")
            return 0
        if len(self.text) - start != 6:
            raise DateTimeParseException("Invalid timezone offset")
        sign = self.text[start]
        self.at += 1
        hours = self.number(2)
        self.expect(":")
        minutes = self.number(2)
        if sign == "-" and not (hours or minutes):
            raise DateTimeParseException("Unknown 'Local Offset Convention' date-time not allowed")
        if sign not in "+-":
            raise DateTimeParseException(f"Invalid character starting at position {start}")
        return zones.parse_offset(self.text[start:])

    def made(
        self,
        year: int,
        month: int,
        day: int,
        hour: int = 0,
        minute: int = 0,
        second: int = 0,
        nano: int = 0,
        offset: int = 0,
    ) -> Temporal:
        """OffsetDateTime.of."""
        checked("MonthOfYear", month)
        date = calendar.checked_day(year, month, checked("DayOfMonth", day))
        for name, value in (("HourOfDay", hour), ("MinuteOfHour", minute), ("SecondOfMinute", second)):
            checked(name, value)
        time = hour * HOUR + minute * MINUTE + second * SECOND + checked("NanoOfSecond", nano)
        return Temporal({}, date, time, zones.fixed(offset))
