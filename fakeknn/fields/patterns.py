"""Patterns over a dictionary of terms: wildcards and Lucene's regular expressions, matched against whole terms."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Protocol

from fakeknn.errors import IllegalArgumentException, NotFaked, NumberFormatException

Matcher = Callable[[str], object]


class Dictionary(Protocol):
    """What a column with terms offers."""

    @property
    def terms(self) -> Sequence[str]: ...

    @property
    def n_terms(self) -> int: ...


def matching_terms(column: Dictionary, matcher: Matcher) -> list[int]:
    """The numbers of the terms that match; the work grows with the dictionary, not with the documents."""
    terms = column.terms
    return [tid for tid in range(column.n_terms) if matcher(terms[tid])]


def simple_match(pattern: str, value: str) -> bool:
    """Regex.simpleMatch: ``*`` is the only operator."""
    if "*" not in pattern:
        return pattern == value
    return re.fullmatch(".*".join(map(re.escape, pattern.split("*"))), value, re.DOTALL) is not None


@lru_cache(256)
def wildcard_matcher(pattern: str, case_insensitive: bool = False) -> Matcher:
    """WildcardQuery: ``*`` any characters, ``?`` one, ``\\`` takes the next as it is."""
    parts = []
    escaped = False
    for char in pattern:
        if escaped:
            parts.append(re.escape(char))
            escaped = False
        elif char == "\\":
            escaped = True
        elif char == "*":
            parts.append(".*")
        elif char == "?":
            parts.append(".")
        else:
            parts.append(re.escape(char))
    if escaped:
        parts.append(re.escape("\\"))
    return re.compile("".join(parts), re.DOTALL | (re.IGNORECASE if case_insensitive else 0)).fullmatch


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


@lru_cache(256)
def regexp_matcher(pattern: str, flags: int = 0xFF, case_insensitive: bool = False) -> Matcher:
    """Lucene's RegExp over whole terms; raises what its parser raises."""
    return _RegExp(pattern, flags).parse().matcher(re.DOTALL | (re.IGNORECASE if case_insensitive else 0))


@dataclass(frozen=True, slots=True)
class _Plain:
    """A part of a regular expression that Python's language has too."""

    text: str

    def matcher(self, flags: int) -> Matcher:
        return re.compile(self.text, flags).fullmatch

    def ends(self, term: str, start: int, flags: int) -> set[int]:
        """Where matches that begin at ``start`` end."""
        found = re.compile(self.text, flags).fullmatch
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

    def matcher(self, flags: int) -> Matcher:
        return lambda term: len(term) in self.ends(term, 0, flags)

    def ends(self, term: str, start: int, flags: int) -> set[int]:
        if self.how == "complement":
            return set(range(start, len(term) + 1)) - self.parts[0].ends(term, start, flags)
        if self.how == "intersection":
            return set.intersection(*(part.ends(term, start, flags) for part in self.parts))
        if self.how == "union":
            return set().union(*(part.ends(term, start, flags) for part in self.parts))
        if self.how == "repeat":
            return self._repeated(term, start, flags)
        found = {start}
        for part in self.parts:
            found = {end for begin in found for end in part.ends(term, begin, flags)}
        return found

    def _repeated(self, term: str, start: int, flags: int) -> set[int]:
        found = {start} if self.low == 0 else set()
        here, seen, count = {start}, {start}, 0
        while here and (self.high is None or count < self.high):
            here = {end for begin in here for end in self.parts[0].ends(term, begin, flags)}
            count += 1
            if count >= self.low:
                found |= here
                if self.high is None:
                    here -= seen
                    seen |= here
        return found


_Part = _Plain | _Parts


class _RegExp:
    """A recursive descent over Lucene's grammar: union, intersection, concatenation, repeat, complement."""

    def __init__(self, text: str, flags: int) -> None:
        self.text = text
        self.flags = flags
        self.i = 0

    def parse(self) -> _Part:
        if not self.text:
            return _Plain("")
        out = self._union()
        if self.i < len(self.text):
            raise IllegalArgumentException(f"end-of-string expected at position {self.i}")
        return out

    def _has(self, flag: int) -> bool:
        return bool(self.flags & flag)

    def _peek(self, chars: str) -> bool:
        return self.i < len(self.text) and self.text[self.i] in chars

    def _take(self, char: str) -> bool:
        if self.i < len(self.text) and self.text[self.i] == char:
            self.i += 1
            return True
        return False

    def _next(self) -> str:
        if self.i >= len(self.text):
            raise IllegalArgumentException("unexpected end-of-string")
        self.i += 1
        return self.text[self.i - 1]

    def _union(self) -> _Part:
        parts = [self._intersection()]
        while self._take("|"):
            parts.append(self._intersection())
        if len(parts) == 1:
            return parts[0]
        texts = [part.text for part in parts if isinstance(part, _Plain)]
        return _Plain(f"(?:{'|'.join(texts)})") if len(texts) == len(parts) else _Parts("union", tuple(parts))

    def _intersection(self) -> _Part:
        parts = [self._concatenation()]
        while self._has(0x0001) and self._take("&"):
            parts.append(self._concatenation())
        return parts[0] if len(parts) == 1 else _Parts("intersection", tuple(parts))

    def _concatenation(self) -> _Part:
        parts = [self._repeat()]
        while self.i < len(self.text) and not self._peek(")|") and not (self._has(0x0001) and self._peek("&")):
            parts.append(self._repeat())
        texts = [part.text for part in parts if isinstance(part, _Plain)]
        return _Plain("".join(texts)) if len(texts) == len(parts) else _Parts("concatenation", tuple(parts))

    def _repeat(self) -> _Part:
        atom = self._complement()
        while self._peek("?*+{"):
            if self._take("?"):
                atom = _repeated(atom, 0, 1)
            elif self._take("*"):
                atom = _repeated(atom, 0, None)
            elif self._take("+"):
                atom = _repeated(atom, 1, None)
            else:
                self.i += 1
                low = int(self._integer())
                high: int | None = low
                if self._take(","):
                    more = self.i < len(self.text) and self.text[self.i].isdigit()
                    high = int(self._integer()) if more else None
                if not self._take("}"):
                    raise IllegalArgumentException(f"expected '}}' at position {self.i}")
                if high is not None and low > high:
                    raise IllegalArgumentException(f"invalid repetition range(out of order): {low}..{high}")
                atom = _repeated(atom, low, high)
        return atom

    def _integer(self) -> str:
        start = self.i
        while self._peek("0123456789"):
            self.i += 1
        if self.i == start:
            raise IllegalArgumentException(f"integer expected at position {self.i}")
        return self.text[start : self.i]

    def _complement(self) -> _Part:
        if self._has(0x10000) and self._take("~"):
            return _Parts("complement", (self._complement(),))
        return self._char_class()

    def _char_class(self) -> _Part:
        if not self._take("["):
            return self._simple()
        negated = self._take("^")
        items = []
        while True:
            items.append(self._class_item())
            if self.i >= len(self.text) or self._peek("]"):
                break
        if not self._take("]"):
            raise IllegalArgumentException(f"expected ']' at position {self.i}")
        return _Plain(f"[{'^' if negated else ''}{''.join(items)}]")

    def _class_item(self) -> str:
        if self._peek("\\") and self.i + 1 < len(self.text) and self.text[self.i + 1] in "dDsSwW":
            self.i += 2
            return _CLASSES[self.text[self.i - 1]]
        first = self._char()
        if self._take("-"):
            if self._peek("]"):
                return re.escape(first) + "\\-"
            last = self._char()
            if first > last:
                raise IllegalArgumentException(f"invalid range: from ({ord(first)}) cannot be > to ({ord(last)})")
            return f"{re.escape(first)}-{re.escape(last)}"
        return re.escape(first)

    def _char(self) -> str:
        self._take("\\")
        return self._next()

    def _simple(self) -> _Part:
        if self._take("."):
            return _Plain(".")
        if self._has(0x0004) and self._take("#"):
            return _Plain("(?!)")
        if self._has(0x0008) and self._take("@"):
            return _Plain(".*")
        if self._take('"'):
            end = self.text.find('"', self.i)
            if end < 0:
                raise IllegalArgumentException(f"expected '\"' at position {len(self.text)}")
            quoted, self.i = self.text[self.i : end], end + 1
            return _Plain(f"(?:{re.escape(quoted)})")
        if self._take("("):
            if self._take(")"):
                return _Plain("")
            inner = self._union()
            if not self._take(")"):
                raise IllegalArgumentException(f"expected ')' at position {self.i}")
            return _Plain(f"(?:{inner.text})") if isinstance(inner, _Plain) else inner
        if (self._has(0x0010) or self._has(0x0020)) and self._take("<"):
            end = self.text.find(">", self.i)
            if end < 0:
                raise IllegalArgumentException(f"expected '>' at position {len(self.text)}")
            body, self.i = self.text[self.i : end], end + 1
            low, dash, high = body.partition("-")
            if not dash:
                raise IllegalArgumentException(f"'{body}' not found")
            return _Plain(_numeric_interval(low, high, self.i - 1))
        if self._peek("\\") and self.i + 1 < len(self.text) and self.text[self.i + 1] in "dDsSwW":
            self.i += 2
            return _Plain(f"[{_CLASSES[self.text[self.i - 1]]}]")
        return _Plain(re.escape(self._char()))


def _repeated(atom: _Part, low: int, high: int | None) -> _Part:
    if isinstance(atom, _Plain):
        return _Plain(f"(?:{atom.text}){{{low},{'' if high is None else high}}}")
    return _Parts("repeat", (atom,), low, high)


_CLASSES = {"d": "0-9", "D": "\\D", "s": "\\s", "S": "\\S", "w": "a-zA-Z0-9_", "W": "\\W"}


def _numeric_interval(low: str, high: str, position: int) -> str:
    for bound in (low, high):
        if not bound.isdigit():
            raise IllegalArgumentException(f"interval syntax error at position {position}") from NumberFormatException(
                f'For input string: "{bound}"'
            )
    width = len(low) if len(low) == len(high) else 0
    first, last = sorted((int(low), int(high)))
    if last - first > 10_000:
        raise NotFaked("a numeric interval of more than 10,000 numbers in a regular expression")
    numbers: Iterable[str] = (str(number).zfill(width) for number in range(first, last + 1))
    return "(?:0*(?:" + "|".join(numbers) + "))" if not width else "(?:" + "|".join(numbers) + ")"
