"""Patterns over a dictionary of terms: wildcards and Lucene's regular expressions, matched against whole terms."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Sequence
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
    translated = _RegExp(pattern, flags).translate()
    return re.compile(translated, re.DOTALL | (re.IGNORECASE if case_insensitive else 0)).fullmatch


class _RegExp:
    """A recursive descent over Lucene's grammar that writes Python's: union, intersection, concatenation, repeat,
    complement.
    """

    def __init__(self, text: str, flags: int) -> None:
        self.text = text
        self.flags = flags
        self.i = 0

    def translate(self) -> str:
        if not self.text:
            return ""
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

    def _union(self) -> str:
        parts = [self._intersection()]
        while self._take("|"):
            parts.append(self._intersection())
        return parts[0] if len(parts) == 1 else f"(?:{'|'.join(parts)})"

    def _intersection(self) -> str:
        left = self._concatenation()
        if self._has(0x0001) and self._peek("&"):
            self.i += 1
            if self.i <= len(left) + 1 and self._depth:
                raise NotFaked("intersection inside a group of a regular expression")
            right = self._intersection()
            return f"(?=(?:{left})\\Z)(?:{right})"
        return left

    _depth = 0

    def _concatenation(self) -> str:
        parts = [self._repeat()]
        while self.i < len(self.text) and not self._peek(")|") and not (self._has(0x0001) and self._peek("&")):
            parts.append(self._repeat())
        return "".join(parts)

    def _repeat(self) -> str:
        atom = self._complement()
        while self._peek("?*+{"):
            if self._take("?"):
                atom = f"(?:{atom})?"
            elif self._take("*"):
                atom = f"(?:{atom})*"
            elif self._take("+"):
                atom = f"(?:{atom})+"
            else:
                self.i += 1
                low = self._integer()
                high: str | None = low
                if self._take(","):
                    high = self._integer() if self.i < len(self.text) and self.text[self.i].isdigit() else ""
                if not self._take("}"):
                    raise IllegalArgumentException(f"expected '}}' at position {self.i}")
                if high and int(low) > int(high):
                    raise IllegalArgumentException(f"invalid repetition range(out of order): {low}..{high}")
                atom = f"(?:{atom}){{{low},{high}}}"
        return atom

    def _integer(self) -> str:
        start = self.i
        while self._peek("0123456789"):
            self.i += 1
        if self.i == start:
            raise IllegalArgumentException(f"integer expected at position {self.i}")
        return self.text[start : self.i]

    def _complement(self) -> str:
        if self._has(0x10000) and self._take("~"):
            inner = self._complement()
            if self._depth or self.i < len(self.text):
                raise NotFaked("a complement inside a regular expression")
            return f"(?!(?:{inner})\\Z).*"
        return self._char_class()

    def _char_class(self) -> str:
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
        return f"[{'^' if negated else ''}{''.join(items)}]"

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

    def _simple(self) -> str:
        if self._take("."):
            return "."
        if self._has(0x0004) and self._take("#"):
            return "(?!)"
        if self._has(0x0008) and self._take("@"):
            return ".*"
        if self._take('"'):
            end = self.text.find('"', self.i)
            if end < 0:
                raise IllegalArgumentException(f"expected '\"' at position {len(self.text)}")
            quoted, self.i = self.text[self.i : end], end + 1
            return f"(?:{re.escape(quoted)})"
        if self._take("("):
            if self._take(")"):
                return ""
            self._depth += 1
            inner = self._union()
            self._depth -= 1
            if not self._take(")"):
                raise IllegalArgumentException(f"expected ')' at position {self.i}")
            return f"(?:{inner})"
        if (self._has(0x0010) or self._has(0x0020)) and self._take("<"):
            end = self.text.find(">", self.i)
            if end < 0:
                raise IllegalArgumentException(f"expected '>' at position {len(self.text)}")
            body, self.i = self.text[self.i : end], end + 1
            low, dash, high = body.partition("-")
            if not dash:
                raise IllegalArgumentException(f"'{body}' not found")
            return _numeric_interval(low, high, self.i - 1)
        if self._peek("\\") and self.i + 1 < len(self.text) and self.text[self.i + 1] in "dDsSwW":
            self.i += 2
            return f"[{_CLASSES[self.text[self.i - 1]]}]"
        return re.escape(self._char())


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
