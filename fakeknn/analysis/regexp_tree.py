"""The tree of a regular expression as ``RegExp`` builds it, and writes it."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache

from fakeknn.analysis.regexp_parts import Part, Parts, Plain
from fakeknn.errors import IllegalArgumentException


class RegExp:
    """A node of a regular expression."""

    def part(self) -> Part:
        """What matches it."""
        raise NotImplementedError


@dataclass(frozen=True, slots=True)
class Text(RegExp):
    """Characters as they are; ``char`` where it is a single one that stood without quotes."""

    text: str
    char: bool
    folds: bool

    def __str__(self) -> str:
        return f"\\{self.text}" if self.char else f'"{self.text}"'

    def part(self) -> Part:
        if not self.folds:
            return Plain(re.escape(self.text))
        return Plain("".join(f"[{''.join(map(re.escape, variants(char)))}]" for char in self.text))


@dataclass(frozen=True, slots=True)
class Class(RegExp):
    """One character of ranges; ``written`` where there is but one of them."""

    ranges: tuple[tuple[int, int], ...]
    single: bool = False
    negated: bool = False

    def __str__(self) -> str:
        shown = "".join(_range_text(low, high, always=self.single) for low, high in self.ranges)
        return f"(.&~([{shown}]))" if self.negated else f"[{shown}]"

    def part(self) -> Part:
        inside = "".join(f"{re.escape(chr(low))}-{re.escape(chr(high))}" for low, high in self.ranges)
        return Plain(f"[{'^' if self.negated else ''}{inside}]")


def _range_text(low: int, high: int, *, always: bool) -> str:
    return f"\\{chr(low)}" if low == high and not always else f"\\{chr(low)}-\\{chr(high)}"


@dataclass(frozen=True, slots=True)
class NotText(RegExp):
    """One character that is another one."""

    inner: Text

    def __str__(self) -> str:
        return f"(.&~({self.inner}))"

    def part(self) -> Part:
        return Plain(f"[^{re.escape(self.inner.text)}]")


@dataclass(frozen=True, slots=True)
class Sign(RegExp):
    """What a sign stands for: any character, any string, nothing at all."""

    sign: str

    def __str__(self) -> str:
        return self.sign

    def part(self) -> Part:
        return Plain({".": ".", "@": ".*", "#": "(?!)"}[self.sign])


@dataclass(frozen=True, slots=True)
class Named(RegExp):
    name: str

    def __str__(self) -> str:
        return f"<{self.name}>"

    def part(self) -> Part:
        raise IllegalArgumentException(f"'{self.name}' not found")


@dataclass(frozen=True, slots=True)
class Interval(RegExp):
    """The numbers from ``low`` to ``high``, of so many ``digits``, or led by any zeros where these are 0."""

    low: int
    high: int
    digits: int

    def __str__(self) -> str:
        return f"<{str(self.low).zfill(self.digits)}-{str(self.high).zfill(self.digits)}>"

    def part(self) -> Part:
        if self.digits:
            return Plain(f"(?:{_between(str(self.low).zfill(self.digits), str(self.high).zfill(self.digits))})")
        found = []
        for length in range(len(str(self.low)), len(str(self.high)) + 1):
            low, high = max(self.low, 10 ** (length - 1)), min(self.high, 10**length - 1)
            if length == 1:
                low = self.low
            found.append(_between(str(low), str(high)))
        return Plain(f"(?:0*(?:{'|'.join(found)}))")


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
class Choice(RegExp):
    """A union or an intersection of several, made from the left."""

    sign: str
    parts: tuple[RegExp, ...]

    def __str__(self) -> str:
        first, *others = map(str, self.parts)
        return "(" * len(others) + first + "".join(f"{self.sign}{other})" for other in others)

    def part(self) -> Part:
        parts = tuple(part.part() for part in self.parts)
        texts = [part.text for part in parts if isinstance(part, Plain)]
        if self.sign == "|" and len(texts) == len(parts):
            return Plain(f"(?:{'|'.join(texts)})")
        return Parts("union" if self.sign == "|" else "intersection", parts)


@dataclass(frozen=True, slots=True)
class Concatenation(RegExp):
    parts: tuple[RegExp, ...]

    def __str__(self) -> str:
        return "".join(map(str, self.parts))

    def part(self) -> Part:
        parts = tuple(part.part() for part in self.parts)
        texts = [part.text for part in parts if isinstance(part, Plain)]
        return Plain("".join(texts)) if len(texts) == len(parts) else Parts("concatenation", parts)

    @staticmethod
    def of(first: RegExp, others: Iterator[RegExp]) -> RegExp:
        """RegExp.makeConcatenation, which joins texts."""
        parts = list(first.parts) if isinstance(first, Concatenation) else [first]
        for other in others:
            last = parts[-1]
            if isinstance(last, Text) and isinstance(other, Text):
                parts[-1] = joined(last, other)
            elif len(parts) == 1 and isinstance(last, Text) and isinstance(other, Concatenation):
                begun = other.parts[0]
                if len(other.parts) == 2 and isinstance(begun, Text):
                    parts = [joined(last, begun), other.parts[1]]
                else:
                    parts.append(other)
            else:
                parts.append(other)
        return parts[0] if len(parts) == 1 else Concatenation(tuple(parts))


def joined(one: Text, other: Text) -> Text:
    return Text(one.text + other.text, False, one.folds)


@dataclass(frozen=True, slots=True)
class Repeat(RegExp):
    inner: RegExp
    sign: str
    low: int
    high: int | None

    def __str__(self) -> str:
        return f"({self.inner}){self.sign}"

    def part(self) -> Part:
        inner = self.inner.part()
        if isinstance(inner, Plain):
            return Plain(f"(?:{inner.text}){{{self.low},{'' if self.high is None else self.high}}}")
        return Parts("repeat", (inner,), self.low, self.high)


@dataclass(frozen=True, slots=True)
class Complement(RegExp):
    inner: RegExp

    def __str__(self) -> str:
        return f"~({self.inner})"

    def part(self) -> Part:
        return Parts("complement", (self.inner.part(),))


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
