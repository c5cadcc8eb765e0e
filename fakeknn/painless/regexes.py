"""``java.util.regex`` patterns on the ``regex`` module."""

from __future__ import annotations

from functools import lru_cache
from typing import Any

import regex

from fakeknn.painless.throwable import Thrown

REGEX_FLAGS = {"c": 128, "i": 2, "l": 16, "m": 8, "s": 32, "U": 256, "u": 64, "x": 4}
_UNIX_LINES, _CASE, _COMMENTS, _MULTILINE, _LITERAL, _DOTALL = 1, 2, 4, 8, 16, 32


class PatternSyntax(Thrown):
    """``PatternSyntaxException``: its message shows the pattern and a caret."""

    def __init__(self, description: str, pattern: str, index: int) -> None:
        near = f" near index {index}" if index >= 0 else ""
        caret = "\n" + " " * index + "^" if index >= 0 else ""
        super().__init__("java.util.regex.PatternSyntaxException", f"{description}{near}\n{pattern}{caret}")
        self.index = index


@lru_cache(maxsize=512)
def compile_regex(pattern: str, flags: int = 0) -> Any:
    """A compiled Java pattern; raises ``PatternSyntaxException``."""
    bits = regex.V0
    if flags & _CASE:
        bits |= regex.IGNORECASE
    if flags & _COMMENTS:
        bits |= regex.VERBOSE
    if flags & _MULTILINE:
        bits |= regex.MULTILINE
    if flags & _DOTALL:
        bits |= regex.DOTALL
    if not flags & 256:
        bits |= regex.ASCII
    text = regex.escape(pattern) if flags & _LITERAL else _translate(pattern)
    try:
        return regex.compile(text, bits)
    except regex.error as error:
        raise _syntax_error(pattern, error) from None


def _translate(pattern: str) -> str:
    """Java's own constructs in the ``regex`` module's words."""
    out: list[str] = []
    i, depth = 0, 0
    while i < len(pattern):
        c = pattern[i]
        if c == "\\" and i + 1 < len(pattern):
            after = pattern[i + 1]
            if after == "Q":
                end = pattern.find("\\E", i + 2)
                end = len(pattern) if end < 0 else end
                out.append(regex.escape(pattern[i + 2 : end], special_only=True))
                i = end + 2
                continue
            out.append(
                {"Z": r"(?=\n?\Z)", "z": r"\Z", "h": r"[ \t\xA0]", "R": r"(?:\r\n|[\n-\r])"}.get(after, c + after)
            )
            i += 2
            continue
        if c == "[":
            depth += 1
        elif c == "]" and depth:
            depth -= 1
        elif c == "$" and not depth:
            out.append(c)
            i += 1
            continue
        out.append(c)
        i += 1
    return "".join(out)


def _syntax_error(pattern: str, error: Any) -> PatternSyntax:
    """What Java says of a broken pattern; its commonest complaints only."""
    message, at = str(error.msg), error.pos
    if "missing )" in message:
        return PatternSyntax("Unclosed group", pattern, len(pattern))
    if "unbalanced parenthesis" in message or "trailing characters" in message:
        return PatternSyntax("Unmatched closing ')'", pattern, max(0, (at or 0) - 1))
    if "unterminated character set" in message:
        return PatternSyntax("Unclosed character class", pattern, len(pattern) - 1)
    if "nothing to repeat" in message or "multiple repeat" in message:
        index = at if at is not None else 0
        return PatternSyntax(f"Dangling meta character '{pattern[index : index + 1]}'", pattern, index)
    if "bad escape" in message:
        return PatternSyntax("Illegal/unsupported escape sequence", pattern, (at or 0) + 1)
    return PatternSyntax("Illegal pattern", pattern, at if at is not None else -1)
