"""Lucene's regular expressions: parsed as ``RegExp`` does, written as it writes them, matched against whole terms."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache

from fakeknn.errors import IllegalArgumentException, NumberFormatException
from fakeknn.fields.patterns import Matcher
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


# --- matching ---------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class _Plain:
    """A part of a regular expression that Python's language has too."""

    text: str

    def matcher(self) -> Matcher:
        return re.compile(self.text, re.DOTALL).fullmatch

    def ends(self, term: str, start: int) -> set[int]:
        """Where matches that begin at ``start`` end."""
        found = re.compile(self.text, re.DOTALL).fullmatch
        return {end for end in range(start, len(term) + 1) if found(term, start, end)}


@dataclass(frozen=True, slots=True)
class _Parts:
    """Complements and intersections, which Python's language has not, and what is made with them: told apart by the
    ends of their matches.
    """

    how: str
    parts: tuple[_Part, ...]
    low: int = 0
    high: int | None = None

    def matcher(self) -> Matcher:
        return lambda term: len(term) in self.ends(term, 0)

    def ends(self, term: str, start: int) -> set[int]:
        if self.how == "complement":
            return set(range(start, len(term) + 1)) - self.parts[0].ends(term, start)
        if self.how == "intersection":
            return set.intersection(*(part.ends(term, start) for part in self.parts))
        if self.how == "union":
            return set().union(*(part.ends(term, start) for part in self.parts))
        if self.how == "repeat":
            return self._repeated(term, start)
        found = {start}
        for part in self.parts:
            found = {end for begin in found for end in part.ends(term, begin)}
        return found

    def _repeated(self, term: str, start: int) -> set[int]:
        found = {start} if self.low == 0 else set()
        here, seen, count = {start}, {start}, 0
        while here and (self.high is None or count < self.high):
            here = {end for begin in here for end in self.parts[0].ends(term, begin)}
            count += 1
            if count >= self.low:
                found |= here
                if self.high is None:
                    here -= seen
                    seen |= here
        return found


_Part = _Plain | _Parts


# --- the tree ---------------------------------------------------------------------------------------------------------


class RegExp:
    """A node of a regular expression."""

    def part(self) -> _Part:
        """What matches it."""
        raise NotImplementedError


@dataclass(frozen=True, slots=True)
class _Text(RegExp):
    """Characters as they are; ``char`` where it is a single one that stood without quotes."""

    text: str
    char: bool
    folds: bool

    def __str__(self) -> str:
        return f"\\{self.text}" if self.char else f'"{self.text}"'

    def part(self) -> _Part:
        if not self.folds:
            return _Plain(re.escape(self.text))
        return _Plain("".join(f"[{''.join(map(re.escape, variants(char)))}]" for char in self.text))


@dataclass(frozen=True, slots=True)
class _Class(RegExp):
    """One character of ranges; ``written`` where there is but one of them."""

    ranges: tuple[tuple[int, int], ...]
    single: bool = False
    negated: bool = False

    def __str__(self) -> str:
        shown = "".join(_range_text(low, high, always=self.single) for low, high in self.ranges)
        return f"(.&~([{shown}]))" if self.negated else f"[{shown}]"

    def part(self) -> _Part:
        inside = "".join(f"{re.escape(chr(low))}-{re.escape(chr(high))}" for low, high in self.ranges)
        return _Plain(f"[{'^' if self.negated else ''}{inside}]")


def _range_text(low: int, high: int, *, always: bool) -> str:
    return f"\\{chr(low)}" if low == high and not always else f"\\{chr(low)}-\\{chr(high)}"


@dataclass(frozen=True, slots=True)
class _NotText(RegExp):
    """One character that is another one."""

    inner: _Text

    def __str__(self) -> str:
        return f"(.&~({self.inner}))"

    def part(self) -> _Part:
        return _Plain(f"[^{re.escape(self.inner.text)}]")


@dataclass(frozen=True, slots=True)
class _Sign(RegExp):
    """What a sign stands for: any character, any string, nothing at all."""

    sign: str

    def __str__(self) -> str:
        return self.sign

    def part(self) -> _Part:
        return _Plain({".": ".", "@": ".*", "#": "(?!)"}[self.sign])


@dataclass(frozen=True, slots=True)
class _Named(RegExp):
    name: str

    def __str__(self) -> str:
        return f"<{self.name}>"

    def part(self) -> _Part:
        raise IllegalArgumentException(f"'{self.name}' not found")


@dataclass(frozen=True, slots=True)
class _Interval(RegExp):
    """The numbers from ``low`` to ``high``, of so many ``digits``, or led by any zeros where these are 0."""

    low: int
    high: int
    digits: int

    def __str__(self) -> str:
        return f"<{str(self.low).zfill(self.digits)}-{str(self.high).zfill(self.digits)}>"

    def part(self) -> _Part:
        if self.digits:
            return _Plain(f"(?:{_between(str(self.low).zfill(self.digits), str(self.high).zfill(self.digits))})")
        found = []
        for length in range(len(str(self.low)), len(str(self.high)) + 1):
            low, high = max(self.low, 10 ** (length - 1)), min(self.high, 10**length - 1)
            if length == 1:
                low = self.low
            found.append(_between(str(low), str(high)))
        return _Plain(f"(?:0*(?:{'|'.join(found)}))")


def _between(low: str, high: str) -> str:
    """Digits of one length from ``low`` to ``high``."""
    if not low:
        return ""
    rest = len(low) - 1
    if low[0] == high[0]:
        return low[0] + f"(?:{_between(low[1:], high[1:])})"
    found = [
        f"{low[0]}(?:{_between(low[1:], '9' * rest)})",
        f"{high[0]}(?:{_between('0' * rest, high[1:])})",
    ]
    if int(high[0]) - int(low[0]) > 1:
        found.append(f"[{int(low[0]) + 1}-{int(high[0]) - 1}][0-9]{{{rest}}}")
    return "|".join(found)


@dataclass(frozen=True, slots=True)
class _Choice(RegExp):
    """A union or an intersection of several, made from the left."""

    sign: str
    parts: tuple[RegExp, ...]

    def __str__(self) -> str:
        first, *others = map(str, self.parts)
        return "(" * len(others) + first + "".join(f"{self.sign}{other})" for other in others)

    def part(self) -> _Part:
        parts = tuple(part.part() for part in self.parts)
        texts = [part.text for part in parts if isinstance(part, _Plain)]
        if self.sign == "|" and len(texts) == len(parts):
            return _Plain(f"(?:{'|'.join(texts)})")
        return _Parts("union" if self.sign == "|" else "intersection", parts)


@dataclass(frozen=True, slots=True)
class _Concatenation(RegExp):
    parts: tuple[RegExp, ...]

    def __str__(self) -> str:
        return "".join(map(str, self.parts))

    def part(self) -> _Part:
        parts = tuple(part.part() for part in self.parts)
        texts = [part.text for part in parts if isinstance(part, _Plain)]
        return _Plain("".join(texts)) if len(texts) == len(parts) else _Parts("concatenation", parts)

    @staticmethod
    def of(first: RegExp, others: Iterator[RegExp]) -> RegExp:
        """RegExp.makeConcatenation, which joins texts."""
        parts = list(first.parts) if isinstance(first, _Concatenation) else [first]
        for other in others:
            last = parts[-1]
            if isinstance(last, _Text) and isinstance(other, _Text):
                parts[-1] = _joined(last, other)
            elif len(parts) == 1 and isinstance(last, _Text) and isinstance(other, _Concatenation):
                begun = other.parts[0]
                if len(other.parts) == 2 and isinstance(begun, _Text):
                    parts = [_joined(last, begun), other.parts[1]]
                else:
                    parts.append(other)
            else:
                parts.append(other)
        return parts[0] if len(parts) == 1 else _Concatenation(tuple(parts))


def _joined(one: _Text, other: _Text) -> _Text:
    return _Text(one.text + other.text, False, one.folds)


@dataclass(frozen=True, slots=True)
class _Repeat(RegExp):
    inner: RegExp
    sign: str
    low: int
    high: int | None

    def __str__(self) -> str:
        return f"({self.inner}){self.sign}"

    def part(self) -> _Part:
        inner = self.inner.part()
        if isinstance(inner, _Plain):
            return _Plain(f"(?:{inner.text}){{{self.low},{'' if self.high is None else self.high}}}")
        return _Parts("repeat", (inner,), self.low, self.high)


@dataclass(frozen=True, slots=True)
class _Complement(RegExp):
    inner: RegExp

    def __str__(self) -> str:
        return f"~({self.inner})"

    def part(self) -> _Part:
        return _Parts("complement", (self.inner.part(),))


@lru_cache(1)
def _folded() -> dict[str, list[str]]:
    """The characters that fold to one character, by that."""
    found: dict[str, list[str]] = {}
    for point in range(0x1E944):
        char = chr(point)
        fold = char.casefold()
        if fold != char and len(fold) == 1:
            found.setdefault(fold, [fold]).append(char)
    return found


def variants(char: str) -> list[str]:
    """CaseFolding.expand: the characters that a character is where case does not count, in their order."""
    fold = char.casefold()
    return sorted(_folded().get(fold, [char])) if len(fold) == 1 else [char]


# --- the grammar ------------------------------------------------------------------------------------------------------


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
            return _Text("", False, self.folds)
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
        return parts[0] if len(parts) == 1 else _Choice("|", tuple(parts))

    def _intersection(self) -> RegExp:
        parts = [self._concatenation()]
        while self._has("INTERSECTION") and self._take("&"):
            parts.append(self._concatenation())
        return parts[0] if len(parts) == 1 else _Choice("&", tuple(parts))

    def _concatenation(self) -> RegExp:
        return _Concatenation.of(self._repeat(), self._further())

    def _further(self) -> Iterator[RegExp]:
        while self.i < len(self.text) and not self._peek(")|") and not (self._has("INTERSECTION") and self._peek("&")):
            yield self._repeat()

    def _repeat(self) -> RegExp:
        found = self._complement()
        while self._peek("?*+{"):
            if self._take("?"):
                found = _Repeat(found, "?", 0, 1)
            elif self._take("*"):
                found = _Repeat(found, "*", 0, None)
            elif self._take("+"):
                found = _Repeat(found, "{1,}", 1, None)
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
        return _Repeat(inner, f"{{{low},{'' if high is None else high}}}", low, high)

    def _digits(self) -> str:
        start = self.i
        while self._peek("0123456789"):
            self.i += 1
        return self.text[start : self.i]

    def _complement(self) -> RegExp:
        if self._has("COMPLEMENT") and self._take("~"):
            return _Complement(self._complement())
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
            char = _Text(chr(ranges[0][0]), True, self.folds)
            return _NotText(char) if negated else char
        return _Class(tuple(ranges), single=len(ranges) == 1, negated=negated)

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
            return _Sign(".")
        if self._has("EMPTY") and self._take("#"):
            return _Sign("#")
        if self._has("ANYSTRING") and self._take("@"):
            return _Sign("@")
        if self._take('"'):
            return _Text(self._until('"'), False, self.folds)
        if self._take("("):
            if self._take(")"):
                return _Text("", False, self.folds)
            inner = self._union()
            if not self._take(")"):
                raise IllegalArgumentException(f"expected ')' at position {self._position}")
            return inner
        if self.flags & (_AUTOMATON | REGEXP_FLAGS["INTERVAL"]) and self._take("<"):
            return self._bracketed(self._until(">"))
        if self._take("\\") and self._at_letter():
            return _Class(self._predefined())
        return _Text(self._char(), True, self.folds)

    def _bracketed(self, text: str) -> RegExp:
        """What stands between ``<`` and ``>``."""
        low, dash, high = text.partition("-")
        wrong = IllegalArgumentException(f"interval syntax error at position {self._position - 1}")
        if not dash:
            if not self.flags & _AUTOMATON:
                raise wrong
            return _Named(text)
        if not self._has("INTERVAL"):
            raise IllegalArgumentException(f"illegal identifier at position {self._position - 1}")
        if not low or not high or "-" in high:
            raise wrong from NumberFormatException(None)
        try:
            bounds = parse_int(low), parse_int(high)
        except NumberFormatException as cause:
            raise wrong from cause
        return _Interval(min(bounds), max(bounds), len(low) if len(low) == len(high) else 0)
