"""What a backslash begins in a ``java.util.regex`` pattern."""

from __future__ import annotations

import unicodedata
from collections.abc import Callable

from fakeknn.javaregex.cursor import CASE, END, UNICODE_CLASSES, UNIX_LINES, Cursor
from fakeknn.javaregex.families import ESCAPED_CLASSES, family, negation

LINE_TERMINATORS = r"\n\r\x85\u2028\u2029"
_GRAPHEME_BOUND = r"(?:(?<=\X)(?=\X)|\A|\Z)"
_SIMPLE_ESCAPES = {"a": 7, "e": 27, "f": 12, "n": 10, "r": 13, "t": 9}
_HEXADECIMAL = "0123456789abcdefABCDEF"


class Escapes(Cursor):
    """A pattern's reader as far as its escapes go."""

    def __init__(self, pattern: str, flags: int) -> None:
        super().__init__(pattern, flags)
        self._groups = 0
        self._names: set[str] = set()
        # Whether what was read since a look-behind began can be endlessly long.
        self._endless = False
        # Where references stand in what is written, for those to groups that turn out not to be.
        self._references: list[int] = []

    def _escaped(self) -> str:
        if (found := self._property()) is not None:
            return found
        meant = self._escape(False, False)
        return self._literal(chr(meant)) if isinstance(meant, int) else meant

    def _property(self) -> str | None:
        r"""``\p{Lu}`` as a class, if that is here."""
        kind = self._text[self._at + 1]
        if kind not in "pP":
            return None
        self._at += 1
        if self._next() == "{":
            self._at += 1
            start = self._at
            while self._at < self._length and self._peek() != "}":
                self._at += 1
            if self._ended():
                self._at = self._length + 1
                raise self._error("Unclosed character family")
            name = "".join(self._text[start : self._at])
            self._at += 1
            if not name:
                raise self._error("Empty character family")
        else:
            name = self._take()
        try:
            found = family(name, bool(self.flags & CASE), bool(self.flags & UNICODE_CLASSES))
        except KeyError as unknown:
            raise self._error(str(unknown.args[0])) from None
        return negation(found) if kind == "P" else found

    def _escape(self, in_class: bool, in_range: bool) -> int | str:
        """What a backslash begins: a character's code, or what it means otherwise, as written for the module."""
        self._at += 2
        char = self._text[self._at - 1]
        read_code = {"0": self._octal, "c": self._control, "u": self._unicode, "x": self._hexadecimal, "N": self._name}
        if char in read_code:
            return read_code[char]()
        if char in _SIMPLE_ESCAPES:
            return _SIMPLE_ESCAPES[char]
        if char == "v" and in_range:
            return 11
        if char in ESCAPED_CLASSES:
            narrow, wide = ESCAPED_CLASSES[char]
            return wide if self.flags & UNICODE_CLASSES else narrow
        if not (char.isascii() and char.isalnum()):
            return ord(char)
        if not in_class:
            if char in "123456789":
                return self._reference(int(char))
            anchors: dict[str, Callable[[], str]] = {
                "A": lambda: r"\A",
                "B": lambda: self._word_bound(r"(?<={0})(?={0})|(?<!{0})(?!{0})"),
                "G": lambda: r"\G",
                "R": lambda: rf"(?:\r\n|[{LINE_TERMINATORS}\x0b\x0c])",
                "X": lambda: r"\X",
                "Z": lambda: self._dollar(False),
                "b": self._bound,
                "k": self._named_reference,
                "z": lambda: r"\Z",
            }
            if char in anchors:
                return anchors[char]()
        raise self._error("Illegal/unsupported escape sequence")

    def _bound(self) -> str:
        if self._peek() == "{" and self._text[self._at + 1] == "g":
            self._at += 2
            if self._take() != "}":
                raise self._error("Illegal/unsupported escape sequence")
            return _GRAPHEME_BOUND
        return self._word_bound("(?<={0})(?!{0})|(?<!{0})(?={0})")

    def _word_bound(self, form: str) -> str:
        word = ESCAPED_CLASSES["w"][bool(self.flags & UNICODE_CLASSES)]
        return f"(?:{form.format(word)})"

    def _reference(self, number: int) -> str:
        while (char := self._peek()) in "0123456789" and number * 10 + int(char) <= self._groups:
            number = number * 10 + int(char)
            self._take()
        self._endless = True
        self._references.append(number)
        return self._any_case(unresolved(number))

    def _named_reference(self) -> str:
        if self._take() != "<":
            raise self._error("\\k is not followed by '<' for named capturing group")
        name = self._group_name(self._take())
        if name not in self._names:
            raise self._error(f"named capturing group <{name}> does not exist")
        self._endless = True
        return self._any_case(f"(?P={name})")

    def _any_case(self, reference: str) -> str:
        return f"(?i:{reference})" if self.flags & CASE else reference

    def _octal(self) -> int:
        digits = ""
        while len(digits) < 3 and (char := self._take()) in "01234567":
            digits += char
            if len(digits) == 3 and digits[0] > "3":
                digits, char = digits[:2], END
                break
        else:
            char = "" if len(digits) == 3 else char
        if not digits:
            raise self._error("Illegal octal escape sequence")
        if char:
            self._at -= 1
        return int(digits, 8)

    def _control(self) -> int:
        if self._ended():
            raise self._error("Illegal control escape sequence")
        return ord(self._take()) ^ 64

    def _unicode(self) -> int:
        high = self._four_digits()
        if 0xD800 <= high <= 0xDBFF and self._text[self._at : self._at + 2] == ["\\", "u"]:
            before = self._at
            self._at += 2
            low = self._four_digits()
            if 0xDC00 <= low <= 0xDFFF:
                return 0x10000 + ((high - 0xD800) << 10) + (low - 0xDC00)
            self._at = before
        return high

    def _four_digits(self) -> int:
        digits = ""
        for _ in range(4):
            digits += self._take()
            if digits[-1] not in _HEXADECIMAL:
                raise self._error("Illegal Unicode escape sequence")
        return int(digits, 16)

    def _hexadecimal(self) -> int:
        first = self._take()
        if first in _HEXADECIMAL:
            second = self._take()
            if second in _HEXADECIMAL:
                return int(first + second, 16)
        elif first == "{" and self._peek() in _HEXADECIMAL:
            code = 0
            while (char := self._take()) in _HEXADECIMAL:
                code = code * 16 + int(char, 16)
                if code > 0x10FFFF:
                    raise self._error("Hexadecimal codepoint is too big")
            if char != "}":
                raise self._error("Unclosed hexadecimal escape sequence")
            return code
        raise self._error("Illegal hexadecimal escape sequence")

    def _name(self) -> int:
        if self._take() != "{":
            raise self._error("Illegal character name escape sequence")
        start = self._at
        while self._take() != "}":
            if self._ended():
                raise self._error("Unclosed character name escape sequence")
        name = "".join(self._text[start : self._at - 1])
        try:
            return ord(unicodedata.lookup(name.strip()))
        except (KeyError, TypeError):
            raise self._error(f"Unknown character name [{name}]") from None

    def _dollar(self, anywhere: bool) -> str:
        end = "" if anywhere else r"\Z"
        if self.flags & UNIX_LINES:
            return rf"(?=\n{end}|\Z)"
        return rf"(?:(?=\r\n{end}|[\r\x85\u2028\u2029]{end}|\Z)|(?<!\r)(?=\n{end}))"

    def _group_name(self, char: str) -> str:
        if not (char.isascii() and char.isalpha()):
            raise self._error("capturing group name does not start with a Latin letter")
        name = ""
        while char.isascii() and char.isalnum():
            name += char
            char = self._take()
        if char != ">":
            raise self._error("named capturing group is missing trailing '>'")
        return name


def unresolved(number: int) -> str:
    """A reference until it is known how many groups there are: no pattern is written so."""
    return f"(?#{number})"
