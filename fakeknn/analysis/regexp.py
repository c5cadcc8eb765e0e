"""Lucene's regular expressions: parsed as ``RegExp`` does, written as it writes them, matched against whole terms."""

from __future__ import annotations

from collections.abc import Iterator
from functools import lru_cache

from fakeknn.analysis.regexp_parts import Matcher
from fakeknn.analysis.regexp_tree import (
    Choice,
    Class,
    Complement,
    Concatenation,
    Interval,
    Named,
    NotText,
    RegExp,
    Repeat,
    Sign,
    Text,
    variants,
)
from fakeknn.errors import IllegalArgumentException, NumberFormatException
from fakeknn.units import parse_int

#: RegExp's syntax flags by their names in the DSL.
REGEXP_FLAGS = {
    "INTERSECTION": 0x0001,
    "COMPLEMENT": 0x10000,  # not among ALL since Lucene 10
    "EMPTY": 0x0004,
    "ANYSTRING": 0x0008,
    "INTERVAL": 0x0020,
    "NONE": 0x0000,
    "ALL": 0x00FF,
}
_AUTOMATON = 0x0010
"""Automata by their names, of which there are none."""


@lru_cache(256)
def regexp_matcher(pattern: str, flags: int = 0xFF, case_insensitive: bool = False) -> Matcher:
    """Whether whole terms match; raises what the parser raises."""
    return parse_regexp(pattern, flags, case_insensitive).part().matcher()


@lru_cache(256)
def parse_regexp(pattern: str, flags: int = 0xFF, case_insensitive: bool = False) -> RegExp:
    """The tree of an expression, whose ``str`` is RegExp.toString."""
    return _Parser(pattern, flags, case_insensitive).parse()


def _points(text: str) -> tuple[tuple[int, int], ...]:
    """Pairs of characters as ranges."""
    return tuple((ord(text[i]), ord(text[i + 1])) for i in range(0, len(text), 2))


_LAST = "\U0010ffff"
#: What a letter behind a backslash stands for.
_CLASSES = {
    "\\": _points("\\\\"),
    "d": _points("09"),
    "D": _points(f"\0/:{_LAST}"),
    "s": _points("\t\n\r\r  "),
    "S": _points(f"\0\x08\x0b\x0c\x0e\x1f!{_LAST}"),
    "w": _points("09AZ__az"),
    "W": _points(f"\0/:@[^``{{{_LAST}"),
}


class _Parser:
    """A recursive descent over union, intersection, concatenation, repeat, complement."""

    def __init__(self, text: str, flags: int, case_insensitive: bool) -> None:
        self.text = text
        self.flags = flags
        self.folds = case_insensitive
        self.i = 0

    def parse(self) -> RegExp:
        if not self.text:
            return Text("", False, self.folds)
        out = self._union()
        if self.i < len(self.text):
            raise IllegalArgumentException(f"end-of-string expected at position {self._position}")
        return out

    @property
    def _position(self) -> int:
        """The place as Java counts it."""
        return len(self.text[: self.i].encode("utf-16-le", "surrogatepass")) // 2

    def _has(self, name: str) -> bool:
        return bool(self.flags & REGEXP_FLAGS[name])

    def _peek(self, chars: str) -> bool:
        return self.i < len(self.text) and self.text[self.i] in chars

    def _take(self, char: str) -> bool:
        if self._peek(char):
            self.i += 1
            return True
        return False

    def _next(self) -> str:
        if self.i >= len(self.text):
            raise IllegalArgumentException("unexpected end-of-string")
        self.i += 1
        return self.text[self.i - 1]

    def _until(self, end: str) -> str:
        """What stands before a sign, which is taken too."""
        found = self.text.find(end, self.i)
        start, self.i = self.i, len(self.text) if found < 0 else found
        if not self._take(end):
            raise IllegalArgumentException(f"expected '{end}' at position {self._position}")
        return self.text[start:found]

    def _union(self) -> RegExp:
        parts = [self._intersection()]
        while self._take("|"):
            parts.append(self._intersection())
        return parts[0] if len(parts) == 1 else Choice("|", tuple(parts))

    def _intersection(self) -> RegExp:
        parts = [self._concatenation()]
        while self._has("INTERSECTION") and self._take("&"):
            parts.append(self._concatenation())
        return parts[0] if len(parts) == 1 else Choice("&", tuple(parts))

    def _concatenation(self) -> RegExp:
        return Concatenation.of(self._repeat(), self._further())

    def _further(self) -> Iterator[RegExp]:
        while self.i < len(self.text) and not self._peek(")|") and not (self._has("INTERSECTION") and self._peek("&")):
            yield self._repeat()

    def _repeat(self) -> RegExp:
        found = self._complement()
        while self._peek("?*+{"):
            if self._take("?"):
                found = Repeat(found, "?", 0, 1)
            elif self._take("*"):
                found = Repeat(found, "*", 0, None)
            elif self._take("+"):
                found = Repeat(found, "{1,}", 1, None)
            else:
                self.i += 1
                found = self._counted(found)
        return found

    def _counted(self, inner: RegExp) -> RegExp:
        digits = self._digits()
        if not digits:
            raise IllegalArgumentException(f"integer expected at position {self._position}")
        low = parse_int(digits)
        high: int | None = low
        if self._take(","):
            digits = self._digits()
            high = parse_int(digits) if digits else None
        if not self._take("}"):
            raise IllegalArgumentException(f"expected '}}' at position {self._position}")
        if high is not None and low > high:
            raise IllegalArgumentException(f"invalid repetition range(out of order): {low}..{high}")
        return Repeat(inner, f"{{{low},{'' if high is None else high}}}", low, high)

    def _digits(self) -> str:
        start = self.i
        while self._peek("0123456789"):
            self.i += 1
        return self.text[start : self.i]

    def _complement(self) -> RegExp:
        if self._has("COMPLEMENT") and self._take("~"):
            return Complement(self._complement())
        return self._char_class()

    def _char_class(self) -> RegExp:
        if not self._take("["):
            return self._simple()
        negated = self._take("^")
        ranges = self._ranges()
        while self.i < len(self.text) and not self._peek("]"):
            ranges += self._ranges()
        for low, high in ranges:
            if low > high:
                raise IllegalArgumentException(f"invalid range: from ({low}) cannot be > to ({high})")
        if not self._take("]"):
            raise IllegalArgumentException(f"expected ']' at position {self._position}")
        if len(ranges) == 1 and ranges[0][0] == ranges[0][1]:
            char = Text(chr(ranges[0][0]), True, self.folds)
            return NotText(char) if negated else char
        return Class(tuple(ranges), single=len(ranges) == 1, negated=negated)

    def _ranges(self) -> list[tuple[int, int]]:
        """RegExp.parseCharClasses, once around."""
        if self._take("\\"):
            if self._at_letter():
                return list(self._predefined())
            char = ord(self._next())
            return [(char, char)]
        first = self._char()
        if self._take("-"):
            return [(ord(first), ord(self._char()))]
        return [(ord(char), ord(char)) for char in (variants(first) if self.folds else (first,))]

    def _at_letter(self) -> bool:
        return self._peek("\\") or (
            self.i < len(self.text) and self.text[self.i].isascii() and self.text[self.i].isalpha()
        )

    def _predefined(self) -> tuple[tuple[int, int], ...]:
        char = self._next()
        if char not in _CLASSES:
            raise IllegalArgumentException(f"invalid character class \\{ord(char)}")
        return _CLASSES[char]

    def _char(self) -> str:
        self._take("\\")
        return self._next()

    def _simple(self) -> RegExp:
        if self._take("."):
            return Sign(".")
        if self._has("EMPTY") and self._take("#"):
            return Sign("#")
        if self._has("ANYSTRING") and self._take("@"):
            return Sign("@")
        if self._take('"'):
            return Text(self._until('"'), False, self.folds)
        if self._take("("):
            if self._take(")"):
                return Text("", False, self.folds)
            inner = self._union()
            if not self._take(")"):
                raise IllegalArgumentException(f"expected ')' at position {self._position}")
            return inner
        if self.flags & (_AUTOMATON | REGEXP_FLAGS["INTERVAL"]) and self._take("<"):
            return self._bracketed(self._until(">"))
        if self._take("\\") and self._at_letter():
            return Class(self._predefined())
        return Text(self._char(), True, self.folds)

    def _bracketed(self, text: str) -> RegExp:
        """What stands between ``<`` and ``>``."""
        low, dash, high = text.partition("-")
        wrong = IllegalArgumentException(f"interval syntax error at position {self._position - 1}")
        if not dash:
            if not self.flags & _AUTOMATON:
                raise wrong
            return Named(text)
        if not self._has("INTERVAL"):
            raise IllegalArgumentException(f"illegal identifier at position {self._position - 1}")
        if not low or not high or "-" in high:
            raise wrong from NumberFormatException(None)
        try:
            bounds = parse_int(low), parse_int(high)
        except NumberFormatException as cause:
            raise wrong from cause
        return Interval(min(bounds), max(bounds), len(low) if len(low) == len(high) else 0)
