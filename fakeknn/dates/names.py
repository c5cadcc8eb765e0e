"""The names of months, days, quarters, halves of days and eras in the languages of ``names.txt``."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from importlib.resources import files

from fakeknn.dates import calendar
from fakeknn.errors import NotFaked

_COUNTS = {"SHORT": 3, "FULL": 4, "NARROW": 5}
_FORMAT_LETTERS = {"L": "M", "c": "E", "e": "E", "q": "Q"}


class Names:
    """The texts of a locale; ``texts`` are its own by pattern, or None for the root locale."""

    def __init__(self, texts: Mapping[str, tuple[str, ...]] | None) -> None:
        self._texts = texts

    @property
    def root(self) -> bool:
        return self._texts is None

    def of(self, letter: str, style: str) -> Mapping[int, str]:
        """The texts of a field's values, for a pattern letter and a TextStyle."""
        letter = "E" if letter == "e" else letter
        first = 0 if letter in "aG" else 1
        if self._texts is None:
            return dict(enumerate(_root_names(letter, style), first))
        if letter == "a":
            return dict(enumerate(self._texts["a"]))
        count = _COUNTS[style]
        if letter == "G" and count == 3:
            count = 1
        return dict(enumerate(self._texts[letter * count], first))


def _root_names(letter: str, style: str) -> list[str] | tuple[str, ...]:
    """The root locale's long names are its short ones."""
    match letter:
        case "M" | "L":
            return [str(i) for i in range(1, 13)] if style == "NARROW" else [name[:3] for name in calendar.MONTHS]
        case "E" | "c":
            return [name[: 1 if style == "NARROW" else 3] for name in calendar.WEEKDAYS]
        case "Q" | "q":
            return [f"{'' if style == 'NARROW' else 'Q'}{i}" for i in range(1, 5)]
        case "a":
            return ("AM", "PM")
    return ("BCE", "CE")


@cache
def names_of(locale: str) -> Names:
    """The names of ``de``, ``de_AT`` or ``de-AT``; empty and ``root`` are the root locale."""
    language, _, region = locale.replace("_", "-").partition("-")
    language, region = language.lower(), region.upper()
    if language in ("", "root"):
        return Names(None)
    key = f"{language}-{region}" if region else language
    if key not in _sections():
        raise NotFaked(f"dates in the locale [{locale}]")
    texts = {**_sections()[language], **_sections()[key]}
    for pattern in ("LLLL", "LLL", "LLLLL", "cccc", "ccc", "ccccc", "qqqq", "qqq", "qqqqq"):
        texts.setdefault(pattern, texts[_FORMAT_LETTERS[pattern[0]] * len(pattern)])
    return Names(texts)


@cache
def _sections() -> dict[str, dict[str, tuple[str, ...]]]:
    found: dict[str, dict[str, tuple[str, ...]]] = {}
    for line in (files(__package__) / "names.txt").read_text(encoding="utf-8").splitlines():
        head, _, rest = line.partition(" ")
        if head == "locale":
            texts = found[rest] = {}
        elif head != "#":
            texts[head] = tuple(rest.split("|"))
    return found
