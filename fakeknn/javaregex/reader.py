"""Reads a ``java.util.regex`` pattern, as Java does and with Java's complaints, and writes it for the ``regex`` module.

What is written needs none of the module's flags: classes, anchors, dots and both cases of a letter are spelt out.
"""

from __future__ import annotations

from fakeknn.javaregex.classes import Classes
from fakeknn.javaregex.cursor import (
    DOTALL,
    END,
    LITERAL,
    MULTILINE,
    REGEX_FLAGS,
    UNICODE_CASE,
    UNICODE_CLASSES,
    UNIX_LINES,
)
from fakeknn.javaregex.escapes import LINE_TERMINATORS, unresolved

_INLINE = {
    **{letter: REGEX_FLAGS[letter] for letter in "imsucx"},
    "U": UNICODE_CLASSES | UNICODE_CASE,
    "d": UNIX_LINES,
}


class PatternReader(Classes):
    """One pattern's way into the ``regex`` module's words; ``read`` once."""

    def read(self) -> str:
        """The whole pattern; raises ``PatternSyntaxException``."""
        if self.flags & LITERAL:
            return "".join(map(self._literal, self.pattern))
        written = self._alternatives()
        if self._at != self._length:
            cut = self._at == self._length + 1 and self._text[self._length - 1] == "\\"
            raise self._error("Unescaped trailing backslash" if cut else "Unmatched closing ')'")
        for number in sorted(set(self._references), reverse=True):
            found = "(?!)" if number > self._groups else f"(?:\\{number})"
            written = written.replace(unresolved(number), found)
        return written

    # --- sequences ----------------------------------------------------------------------------------------------------

    def _alternatives(self) -> str:
        parts = [self._sequence()]
        while self._peek() == "|":
            self._next()
            parts.append(self._sequence())
        return "|".join(parts)

    def _sequence(self) -> str:
        parts: list[str] = []
        while True:
            char = self._peek()
            if char in "|)" or (char == END and self._ended()):
                return "".join(parts)
            if char == "(":
                parts.append(self._group())
                continue
            if char in "?*+":
                self._next()
                raise self._error(f"Dangling meta character '{char}'")
            atom = self._atom(char)
            # How many of one character there are, Java does not count when it looks behind.
            parts.append(self._quantified(atom, atom[:1] == "[" or len(atom) == 1))

    def _atom(self, char: str) -> str:
        if char == "[":
            return self._class(True)
        if char == "\\":
            return self._escaped()
        if char == "{":
            # A repetition of nothing, or a broken one.
            return ""
        self._next()
        if char == "^":
            return self._caret()
        if char == "$":
            return self._dollar(bool(self.flags & MULTILINE))
        if char == ".":
            if self.flags & DOTALL:
                return "(?s:.)"
            return r"[^\n]" if self.flags & UNIX_LINES else f"[^{LINE_TERMINATORS}]"
        return self._literal(char)

    def _caret(self) -> str:
        if not self.flags & MULTILINE:
            return r"\A"
        if self.flags & UNIX_LINES:
            return r"(?:\A|(?<=\n))(?!\Z)"
        return r"(?:\A|(?<=[\n\x85\u2028\u2029])|(?<=\r)(?!\n))(?!\Z)"

    # --- repetitions --------------------------------------------------------------------------------------------------

    def _quantified(self, atom: str, character: bool = False) -> str:
        char = self._peek()
        if char not in "?*+{" or char == END:
            return atom
        if char == "{":
            many = self._counted()
        else:
            many = char
            self._at += 1
        kind = self._peek()
        uncounted = character and kind not in "?+"
        self._endless = self._endless or (not uncounted and (many in "*+" or many.endswith(",}")))
        if kind in "?+":
            many += kind
            self._next()
        return atom + many if len(atom) == 1 else f"(?:{atom}){many}"

    def _counted(self) -> str:
        """``{2,3}``, past its brace."""
        self._at += 1
        if not self._text[self._at].isdecimal() or not self._text[self._at].isascii():
            self._at += 1
            raise self._error("Illegal repetition")
        low, char = self._number(self._take())
        high: int | None = low
        if char == ",":
            high = None
            char = self._take()
            if char != "}":
                high, char = self._number(char)
        if char != "}":
            raise self._error("Unclosed counted closure")
        if high is not None and high < low:
            raise self._error("Illegal repetition range")
        return f"{{{low},{'' if high is None else high}}}"

    def _number(self, char: str) -> tuple[int, str]:
        """A number of repetitions that begins with a character, and what comes behind it."""
        number = 0
        while char in "0123456789":
            number = number * 10 + int(char)
            if number >= 2**31:
                raise self._error("Illegal repetition range")
            char = self._take()
        return number, char

    # --- groups -------------------------------------------------------------------------------------------------------

    def _group(self) -> str:
        flags = self.flags
        char = self._next()
        if char != "?":
            self._groups += 1
            written = f"({self._alternatives()})"
        else:
            self._at += 2
            char = self._text[self._at - 1]
            if char in ":=!>":
                written = f"(?{char}{self._alternatives()})"
            elif char == "<":
                written = self._named_or_behind()
            elif char in "$@":
                raise self._error("Unknown group type")
            else:
                self._at -= 1
                self._inline_flags()
                char = self._take()
                if char == ")":
                    # What follows in this group has them.
                    return ""
                if char != ":":
                    raise self._error("Unknown inline modifier")
                written = f"(?:{self._alternatives()})"
        if self._take() != ")":
            raise self._error("Unclosed group")
        self.flags = flags
        return self._quantified(written)

    def _named_or_behind(self) -> str:
        char = self._take()
        if char not in "=!":
            name = self._group_name(char)
            if name in self._names:
                raise self._error(f"Named capturing group <{name}> is already defined")
            self._names.add(name)
            self._groups += 1
            return f"(?P<{name}>{self._alternatives()})"
        outside, self._endless = self._endless, False
        inside = self._alternatives()
        if self._endless:
            raise self._error("Look-behind group does not have an obvious maximum length")
        self._endless = outside
        return f"(?<{char}{inside})"

    def _inline_flags(self) -> None:
        on = True
        char = self._peek()
        while char in _INLINE or (char == "-" and on):
            if char == "-":
                on = False
            elif on:
                self.flags |= _INLINE[char]
            else:
                self.flags &= ~_INLINE[char]
            char = self._next()
