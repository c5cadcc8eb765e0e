"""What matches a regular expression of Lucene's: Python's own language where it can say as much."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache

import regex

Matcher = Callable[[str], object]
"""Tells whether a term is meant, by what is true or not."""


@lru_cache(256)
def _posix(text: str) -> regex.Pattern[str]:
    """A pattern of which the longest match counts."""
    return regex.compile(text, regex.VERSION1 | regex.POSIX | regex.DOTALL)


@dataclass(frozen=True, slots=True)
class Plain:
    """A part of a regular expression that Python's language has too."""

    text: str

    def matcher(self) -> Matcher:
        return re.compile(self.text, re.DOTALL).fullmatch

    def ends(self, term: str, start: int) -> set[int]:
        """Where matches that begin at ``start`` end."""
        found = re.compile(self.text, re.DOTALL).fullmatch
        return {end for end in range(start, len(term) + 1) if found(term, start, end)}

    def longest(self, text: str, start: int) -> int | None:
        """The end of the longest match that begins at ``start``."""
        match = self._posix().match(text, start)
        return None if match is None else match.end()

    def begins(self, text: str, start: int) -> bool:
        """Whether all that is left of the text is the beginning of a match."""
        match = self._posix().match(text, start, partial=True)
        return match is not None and match.partial and match.end() == len(text)

    def _posix(self) -> regex.Pattern[str]:
        return _posix(self.text)


@dataclass(frozen=True, slots=True)
class Parts:
    """Complements and intersections, which Python's language has not, and what is made with them: told apart by the
    ends of their matches.
    """

    how: str
    parts: tuple[Part, ...]
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

    def longest(self, text: str, start: int) -> int | None:
        """The end of the longest match that begins at ``start``."""
        return max(self.ends(text, start), default=None)

    def begins(self, text: str, start: int) -> bool:
        """Whether all that is left of the text is the beginning of a match, as far as the parts can tell."""
        if self.how == "complement":
            return True
        if self.how == "intersection":
            return all(part.begins(text, start) for part in self.parts)
        if self.how == "union":
            return any(part.begins(text, start) for part in self.parts)
        if self.how == "repeat":
            return any(self.parts[0].begins(text, at) for at in {start, *self._repeated(text, start)})
        here = {start}
        for part in self.parts:
            if any(part.begins(text, at) for at in here):
                return True
            here = {end for at in here for end in part.ends(text, at)}
        return False

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


Part = Plain | Parts
