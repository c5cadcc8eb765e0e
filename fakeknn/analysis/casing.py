"""Letter case as Java's ``Character`` maps it, character by character: the length of a text never changes."""

from __future__ import annotations

import unicodedata
from functools import cache


def lower_case(text: str) -> str:
    """``Character.toLowerCase`` on each character: no final sigma, and the dotted capital I becomes a plain i."""
    if text.isascii():
        return text.lower()
    return text.replace("\u0130", "i").replace("Σ", "σ").lower()


@cache
def _upper(char: str) -> str:
    upper = char.upper()
    if len(upper) > 1:
        # A full mapping of several characters: the simple one is the title case, if that is one character.
        title = char.title()
        return title if len(title) == 1 else char
    return upper


def upper_case(text: str) -> str:
    """``Character.toUpperCase`` on each character: ß stays as it is."""
    return text.upper() if text.isascii() else "".join(map(_upper, text))


_GREEK = str.maketrans(
    {
        "ς": "σ", "Ά": "α", "ά": "α", "Έ": "ε", "έ": "ε", "Ή": "η", "ή": "η", "Ί": "ι", "Ϊ": "ι", "ί": "ι", "ϊ": "ι",
        "ΐ": "ι", "Ύ": "υ", "Ϋ": "υ", "ύ": "υ", "ϋ": "υ", "ΰ": "υ", "Ό": "ο", "ό": "ο", "Ώ": "ω", "ώ": "ω",
    }
)  # fmt: skip


def greek_lower_case(text: str) -> str:
    """Lower case without tonos, dialytika and final sigma."""
    return lower_case(text.translate(_GREEK))


def irish_lower_case(text: str) -> str:
    """Lower case; an eclipsis or a t before an upper-case vowel gets its hyphen."""
    if len(text) > 1 and text[0] in "nt" and text[1] in "AEIOUÁÉÍÓÚ":
        return f"{text[0]}-{lower_case(text[1:])}"
    return lower_case(text)


def turkish_lower_case(text: str) -> str:
    """Lower case with a dotless i for I, and i for I with a combining dot above."""
    if "I" not in text:
        return lower_case(text)
    result: list[str] = []
    after_i = False
    for index, char in enumerate(text):
        after_i = char == "I" or (after_i and unicodedata.category(char) == "Mn")
        if after_i and char == "\u0307":
            continue
        if char == "I":
            dotted = _before_dot(text, index + 1)
            result.append("i" if dotted else "ı")
            after_i = dotted
        else:
            result.append(lower_case(char))
    return "".join(result)


def _before_dot(text: str, start: int) -> bool:
    for char in text[start:]:
        if unicodedata.category(char) != "Mn":
            return False
        if char == "\u0307":
            return True
    return False
