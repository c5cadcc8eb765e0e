"""The classes of characters in a ``java.util.regex`` pattern: ``[a-z&&[^b]]``."""

from __future__ import annotations

from fakeknn.javaregex.cursor import CASE, END, UNICODE_CASE
from fakeknn.javaregex.escapes import Escapes
from fakeknn.javaregex.families import intersection, literal, negation, union


class Classes(Escapes):
    """A pattern's reader as far as its classes of characters go."""

    def _class(self, closes: bool) -> str:
        """``[a-z&&[^b]]``; the right side of an intersection begins and ends without brackets (``closes`` false)."""
        char = self._next()
        negative = char == "^" and self._text[self._at - 1] == "["
        if negative:
            char = self._next()
        found: str | None = None
        loose = ""
        while True:
            if char == "[":
                found = union(found, self._class(True))
                char = self._peek()
                continue
            if char == "&" and self._text[self._at + 1] == "&":
                found, loose = self._intersected(found, loose), ""
                char = self._peek()
                continue
            if char == END and self._ended():
                raise self._error("Unclosed character class")
            if char == "]" and (found is not None or loose):
                if closes:
                    self._next()
                if loose:
                    found = union(found, f"[{loose}]")
                assert found is not None
                return negation(found) if negative else found
            part = self._range()
            if part[0] == "[":
                found = union(found, part)
            else:
                loose += part
            char = self._peek()

    def _intersected(self, left: str | None, loose: str) -> str:
        """What stands left of ``&&`` with what stands right of it."""
        self._next()
        char = self._next()
        right: str | None = None
        while char not in "]&":
            if char == "[":
                right = union(right, self._class(True))
            else:
                self._at -= 1
                right = union(right, self._class(False))
            char = self._peek()
        if loose:
            left = union(left, f"[{loose}]")
        if left is None:
            if right is None:
                raise self._error("Bad class syntax")
            return right
        return left if right is None else intersection(left, right)

    def _range(self) -> str:
        """One character, a range, or a whole class in brackets."""
        char = self._peek()
        if char == "\\":
            if (found := self._property()) is not None:
                return found
            code = self._escape(True, self._text[self._at + 2] == "-")
            if isinstance(code, str):
                return code
        else:
            self._next()
            code = ord(char)
        if self._peek() != "-" or self._text[self._at + 1] in "[]":
            return "".join(map(literal, self._cases(chr(code))))
        self._next()
        end: int | str
        if self._peek() == "\\":
            end = self._escape(True, True)
        else:
            end = ord(self._peek())
            self._next()
        if isinstance(end, str) or end < code:
            raise self._error("Illegal character range")
        return f"{literal(chr(code))}-{literal(chr(end))}{self._other_cases(code, end)}"

    def _other_cases(self, low: int, high: int) -> str:
        """The other cases of a range's letters."""
        if not self.flags & CASE:
            return ""
        high = high if self.flags & UNICODE_CASE else min(high, 127)
        others = {other for code in range(low, high + 1) for other in self._cases(chr(code))[1:]}
        return "".join(literal(other) for other in sorted(others) if not low <= ord(other) <= high)
