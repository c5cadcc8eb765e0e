"""A way through the characters of a ``java.util.regex`` pattern, with the flags that hold where it stands."""

from __future__ import annotations

from fakeknn.errors import PatternSyntaxException
from fakeknn.javaregex.families import literal

UNIX_LINES, CASE, COMMENTS, MULTILINE, LITERAL, DOTALL = 1, 2, 4, 8, 16, 32
UNICODE_CASE, CANON_EQ, UNICODE_CLASSES = 64, 128, 256
REGEX_FLAGS = {
    "c": CANON_EQ,
    "i": CASE,
    "l": LITERAL,
    "m": MULTILINE,
    "s": DOTALL,
    "U": UNICODE_CLASSES,
    "u": UNICODE_CASE,
    "x": COMMENTS,
}

END = "\0"


class Cursor:
    """Where the reading of a pattern is; ``text`` is the pattern without its quotations, and two zeros."""

    def __init__(self, pattern: str, flags: int) -> None:
        self.pattern = pattern
        self.flags = effective(flags)
        text = _unquoted(pattern)
        self._length = len(text)
        self._text: list[str] = [*text, END, END]
        self._at = 0

    def _error(self, description: str) -> PatternSyntaxException:
        return PatternSyntaxException(description, self.pattern, self._at - 1)

    def _skip_comments(self) -> None:
        if not self.flags & COMMENTS:
            return
        while (char := self._text[self._at]) in " \t\n\x0b\f\r#":
            self._at += 1
            if char == "#":
                while self._at < self._length and self._text[self._at] not in "\n\r\x85\u2028\u2029":
                    self._at += 1

    def _peek(self) -> str:
        self._skip_comments()
        return self._text[self._at]

    def _take(self) -> str:
        """The next character, and past it."""
        self._skip_comments()
        self._at += 1
        return self._text[self._at - 1]

    def _next(self) -> str:
        """Past this character; the one behind it."""
        self._at += 1
        return self._peek()

    def _ended(self) -> bool:
        return self._at >= self._length

    def _literal(self, char: str) -> str:
        both = self._cases(char)
        return literal(char) if len(both) == 1 else f"[{''.join(map(literal, both))}]"

    def _cases(self, char: str) -> str:
        """A character and, where case does not matter, that of the other case."""
        if not self.flags & CASE or not (char.isascii() or self.flags & UNICODE_CASE):
            return char
        others = {other for other in (char.lower(), char.upper()) if len(other) == 1}
        return "".join([char, *sorted(others - {char})])


def effective(flags: int) -> int:
    """``Pattern.flags()``: Unicode's classes bring its cases with them."""
    return flags | UNICODE_CASE if flags & UNICODE_CLASSES else flags


def _unquoted(pattern: str) -> str:
    r"""The pattern without ``\Q...\E``: what was in it is escaped where it has to be."""
    start = pattern.find("\\Q")
    if start < 0:
        return pattern
    written, i, quoted = pattern[:start], start + 2, True
    begins = True
    while i < len(pattern):
        char = pattern[i]
        i += 1
        if not char.isascii() or char.isalpha():
            written += char
        elif char.isdigit():
            # A digit behind an escape could belong to it.
            written += ("\\x3" if begins else "") + char
        elif char != "\\":
            written += ("\\" if quoted else "") + char
        elif quoted and pattern[i : i + 1] == "E":
            i, quoted = i + 1, False
        elif quoted:
            written += "\\\\"
        elif pattern[i : i + 1] == "Q":
            i, quoted, begins = i + 1, True, True
            continue
        else:
            written += char + pattern[i : i + 1]
            i += 1
        begins = False
    return written
