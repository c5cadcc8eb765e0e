"""Lucene's regular expressions, for the tokenizers ``simple_pattern`` and ``simple_pattern_split``.

They denote a set of strings, so the longest match counts: the ``regex`` module's POSIX matching.
"""

from __future__ import annotations

import re
from functools import lru_cache

import regex

from fakeknn.errors import IllegalArgumentException, NotFaked

_INTERVAL = re.compile(r"<(\d+)-(\d+)>")
_SHORTHAND = {"d": r"\p{Nd}", "D": r"\P{Nd}", "s": r"[ \n\r\t]", "S": r"[^ \n\r\t]", "w": "[a-zA-Z0-9_]",
              "W": "[^a-zA-Z0-9_]"}  # fmt: skip


class _Parser:
    def __init__(self, pattern: str) -> None:
        self.pattern = pattern
        self.at = 0

    def peek(self, chars: str) -> bool:
        return self.at < len(self.pattern) and self.pattern[self.at] in chars

    def take(self, char: str) -> bool:
        if self.peek(char):
            self.at += 1
            return True
        return False

    def next(self) -> str:
        if self.at >= len(self.pattern):
            raise IllegalArgumentException("unexpected end-of-string")
        self.at += 1
        return self.pattern[self.at - 1]

    def parse(self) -> str:
        if not self.pattern:
            return ""
        out = self.union()
        if self.at < len(self.pattern):
            raise IllegalArgumentException(f"end-of-string expected at position {self.at}")
        return out

    def union(self) -> str:
        out = self.concatenation()
        while self.take("|"):
            out = f"{out}|{self.concatenation()}"
        return out

    def concatenation(self) -> str:
        out = self.repetition()
        while self.at < len(self.pattern) and not self.peek(")|"):
            if self.peek("&"):
                raise NotFaked("intersections in Lucene patterns")
            out += self.repetition()
        return out

    def repetition(self) -> str:
        out = self.atom()
        while self.peek("?*+{"):
            sign = self.next()
            if sign == "{":
                start = self.at
                match = re.compile(r"(\d+)(,(\d*))?").match(self.pattern, start)
                if match is None:
                    raise IllegalArgumentException(f"integer expected at position {start}")
                self.at = match.end()
                if not self.take("}"):
                    raise IllegalArgumentException(f"expected '}}' at position {self.at}")
                if match[3] and int(match[3]) < int(match[1]):
                    raise IllegalArgumentException(f"invalid repetition range(out of order): {match[1]}..{match[3]}")
                sign = f"{{{match.group()}}}"
            out = f"(?:{out}){sign}"
        return out

    def atom(self) -> str:
        if self.take("["):
            return self.char_class()
        if self.take("."):
            return r"[\s\S]"
        if self.take('"'):
            end = self.pattern.find('"', self.at)
            if end < 0:
                raise IllegalArgumentException(f"expected '\"' at position {len(self.pattern)}")
            literal = self.pattern[self.at : end]
            self.at = end + 1
            return f"(?:{regex.escape(literal)})"
        if self.take("("):
            if self.take(")"):
                return "(?:)"
            out = self.union()
            if not self.take(")"):
                raise IllegalArgumentException(f"expected ')' at position {self.at}")
            return f"(?:{out})"
        if self.take("@"):
            return r"(?:[\s\S]*)"
        if self.peek("#~"):
            raise NotFaked(f"{self.pattern[self.at]} in Lucene patterns")
        if self.peek("<"):
            return self.interval()
        return self.char()

    def interval(self) -> str:
        match = _INTERVAL.match(self.pattern, self.at)
        if match is None:
            if ">" not in self.pattern[self.at :]:
                raise IllegalArgumentException(f"expected '>' at position {len(self.pattern)}")
            raise NotFaked("named automata in Lucene patterns")
        low, high = int(match[1]), int(match[2])
        if high - low > 1000 or len(match[1]) == len(match[2]):
            raise NotFaked("numeric intervals in Lucene patterns")
        self.at = match.end()
        return f"(?:{'|'.join(f'0*{number}' for number in range(min(low, high), max(low, high) + 1))})"

    def char_class(self) -> str:
        negated = self.take("^")
        items: list[str] = []
        while self.at < len(self.pattern) and not self.peek("]"):
            low = self.char()
            if low.startswith(("[", "\\p", "\\P")):
                items.append(low)
            elif self.take("-"):
                if self.peek("]"):
                    items += (low, "\\-")
                else:
                    items.append(f"{low}-{self.char()}")
            else:
                items.append(low)
        if not self.take("]"):
            raise IllegalArgumentException(f"expected ']' at position {self.at}")
        return f"[{'^' if negated else ''}{''.join(items)}]"

    def char(self) -> str:
        if self.take("\\"):
            if self.at < len(self.pattern) and self.pattern[self.at] in _SHORTHAND:
                return _SHORTHAND[self.next()]
            return regex.escape(self.next())
        return regex.escape(self.next())


@lru_cache(maxsize=256)
def compile_regexp(pattern: str) -> regex.Pattern[str]:
    """A pattern that finds the longest match."""
    return regex.compile(_Parser(pattern).parse(), regex.VERSION1 | regex.POSIX)
