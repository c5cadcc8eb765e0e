"""Characters as Java sees them: identifiers, surrogates, and how Jackson names one in a message."""

from __future__ import annotations

import unicodedata


def is_identifier_start(c: str) -> bool:
    """Character.isJavaIdentifierStart."""
    return unicodedata.category(c) in {"Lu", "Ll", "Lt", "Lm", "Lo", "Nl", "Sc", "Pc"}


def is_identifier_part(c: str) -> bool:
    """Character.isJavaIdentifierPart."""
    if is_identifier_start(c) or unicodedata.category(c) in {"Nd", "Mn", "Mc", "Cf"}:
        return True
    return c <= "\x08" or "\x0e" <= c <= "\x1b" or "\x7f" <= c <= "\x9f"


def describe(code: int) -> str:
    """A character as Jackson names it in messages: ``'x' (code 120)``."""
    c = chr(code & 0xFFFF)
    if code < 0x20 or 0x7F <= code <= 0x9F:
        return f"(CTRL-CHAR, code {code})"
    if code > 255:
        return f"'{c}' (code {code} / 0x{code:x})"
    return f"'{c}' (code {code})"


def char(code: int) -> str:
    """A decoded code as Java keeps it: beyond 16 bits, two surrogates, of which a wrong code makes wrong ones."""
    if code < 0x10000:
        return chr(code)
    code -= 0x10000
    return chr((0xD800 | code >> 10) & 0xFFFF) + chr(0xDC00 | code & 0x3FF)


def paired(text: str) -> str:
    """Text whose surrogate pairs are single characters, as Python has them; lone surrogates stay."""
    return text if text.isascii() else text.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "surrogatepass")
