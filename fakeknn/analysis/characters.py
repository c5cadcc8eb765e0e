"""Classes of characters as ``java.lang.Character`` knows them."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable
from functools import cached_property

CharTest = Callable[[str], bool]


class LatePattern:
    """A regular expression that is compiled when it is first matched: many a process never does."""

    def __init__(self, pattern: str, flags: int = 0) -> None:
        self.pattern = pattern
        self.flags = flags

    @cached_property
    def match(self) -> Callable[..., re.Match[str] | None]:
        return re.compile(self.pattern, self.flags).match


# Character.isWhitespace: no no-break spaces, but the separators U+001C to U+001F.
WHITESPACE = "\t\n\x0b\f\r\x1c-\x1f \u1680\u2000-\u2006\u2008-\u200a\u2028\u2029\u205f\u3000"
_WHITESPACE = re.compile(f"[{WHITESPACE}]")
_TRIM = re.compile(f"[{WHITESPACE}]+")

PUNCTUATION = frozenset(("Ps", "Pe", "Po", "Pc", "Pd", "Pi", "Pf"))
SYMBOL = frozenset(("Sc", "Sm", "So", "Sk"))

# java.lang.Character's byte constants, which token_chars may name in lower case.
_CATEGORIES = {
    "combining_spacing_mark": "Mc",
    "connector_punctuation": "Pc",
    "control": "Cc",
    "currency_symbol": "Sc",
    "dash_punctuation": "Pd",
    "decimal_digit_number": "Nd",
    "enclosing_mark": "Me",
    "end_punctuation": "Pe",
    "final_quote_punctuation": "Pf",
    "format": "Cf",
    "initial_quote_punctuation": "Pi",
    "letter_number": "Nl",
    "line_separator": "Zl",
    "lowercase_letter": "Ll",
    "math_symbol": "Sm",
    "modifier_letter": "Lm",
    "modifier_symbol": "Sk",
    "non_spacing_mark": "Mn",
    "other_letter": "Lo",
    "other_number": "No",
    "other_punctuation": "Po",
    "other_symbol": "So",
    "paragraph_separator": "Zp",
    "private_use": "Co",
    "space_separator": "Zs",
    "start_punctuation": "Ps",
    "surrogate": "Cs",
    "titlecase_letter": "Lt",
    "unassigned": "Cn",
    "uppercase_letter": "Lu",
}


def is_letter(char: str) -> bool:
    return char.isalpha()


def is_digit(char: str) -> bool:
    return unicodedata.category(char) == "Nd"


def is_whitespace(char: str) -> bool:
    return _WHITESPACE.match(char) is not None


def is_punctuation(char: str) -> bool:
    return unicodedata.category(char) in PUNCTUATION


def is_symbol(char: str) -> bool:
    return unicodedata.category(char) in SYMBOL


def _of_category(category: str) -> CharTest:
    return lambda char: unicodedata.category(char) == category


CLASSES: dict[str, CharTest] = {
    "letter": is_letter,
    "digit": is_digit,
    "whitespace": is_whitespace,
    "punctuation": is_punctuation,
    "symbol": is_symbol,
    **{name: _of_category(category) for name, category in _CATEGORIES.items()},
}


def trim_whitespace(text: str) -> str:
    """Without the whitespace at both ends, ``Character.isWhitespace``."""
    start = _TRIM.match(text)
    begin = start.end() if start else 0
    end = len(text)
    while end > begin and is_whitespace(text[end - 1]):
        end -= 1
    return text[begin:end]


def any_of(tests: list[CharTest]) -> CharTest:
    if len(tests) == 1:
        return tests[0]
    return lambda char: any(test(char) for test in tests)
