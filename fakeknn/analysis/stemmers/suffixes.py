"""What many stemmers do: take off the first suffix of a table that leaves enough of the word."""

from __future__ import annotations

import re
from collections.abc import Callable, Container, Iterable

#: Words longer than a number lose so many characters if they end with one of the suffixes.
Table = tuple[tuple[int, int, tuple[str, ...]], ...]


def cut(word: str, table: Table) -> str:
    """The word without the first suffix of the table that fits."""
    for longer_than, length, endings in table:
        if len(word) > longer_than and word.endswith(endings):
            return word[: len(word) - length]
    return word


def table(*rules: tuple[int, str]) -> Table:
    """A table of rules: longer than, suffixes of one length with blanks between."""
    return tuple((longer_than, len(words.split()[0]), tuple(words.split())) for longer_than, words in rules)


def fold(**letters: str) -> dict[int, str]:
    """A translation of accented letters: ``fold(a="àá")``."""
    return {ord(accented): letter for letter, many in letters.items() for accented in many}


def undouble(word: str, letters: str | None = None) -> str:
    """Every run of one letter as a single one."""
    out: list[str] = []
    for char in word:
        if out and out[-1] == char and (char.isalpha() if letters is None else char in letters):
            continue
        out.append(char)
    return "".join(out)


def longest(word: str, endings: Iterable[str], start: int = 0) -> str:
    """The longest of the endings that the word has from ``start`` on, an empty string if there is none."""
    found = ""
    for ending in endings:
        if len(ending) > len(found) and word.endswith(ending) and len(word) - len(ending) >= start:
            found = ending
    return found


def region(word: str, vowels: Container[str], start: int = 0) -> int:
    """Where the region behind the first consonant that follows a vowel begins; the word's length if it has none."""
    vowel = False
    for index in range(start, len(word)):
        if word[index] in vowels:
            vowel = True
        elif vowel:
            return index + 1
    return len(word)


def mark(word: str, pattern: re.Pattern[str], replace: Callable[[re.Match[str]], str]) -> str:
    """Snowball's ``repeat goto``: each replacement is looked at again, from its first letter on."""
    at = 0
    while (match := pattern.search(word, at)) is not None:
        word = word[: match.start()] + replace(match) + word[match.end() :]
        at = match.start()
    return word
