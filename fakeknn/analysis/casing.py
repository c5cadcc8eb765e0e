"""Letter case as Java's ``Character`` maps it, character by character: the length of a text never changes."""

from __future__ import annotations

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
