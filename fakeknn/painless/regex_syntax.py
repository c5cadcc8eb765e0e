"""Reads a ``java.util.regex`` pattern, as Java does and with Java's complaints, and writes it for the ``regex`` module.

What is written needs none of the module's flags: classes, anchors, dots and both cases of a letter are spelt out.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Callable

from fakeknn.painless.regex_classes import ESCAPED_CLASSES, family, intersection, literal, negation, union
from fakeknn.painless.throwable import Thrown

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
_INLINE = {
    **{letter: REGEX_FLAGS[letter] for letter in "imsucx"},
    "U": UNICODE_CLASSES | UNICODE_CASE,
    "d": UNIX_LINES,
}

_TERMINATORS = r"\n\r\x85\u2028\u2029"
_GRAPHEME_BOUND = r"(?:(?<=\X)(?=\X)|\A|\Z)"
_SIMPLE_ESCAPES = {"a": 7, "e": 27, "f": 12, "n": 10, "r": 13, "t": 9}
_HEXADECIMAL = "0123456789abcdefABCDEF"
_END = "\0"


class PatternSyntax(Thrown):
    """``PatternSyntaxException``: its message shows the pattern and a caret below the place, if that is in it."""

    def __init__(self, description: str, pattern: str, index: int) -> None:
        near = f" near index {index}" if index >= 0 else ""
        caret = "\n" + " " * index + "^" if 0 <= index < len(pattern) else ""
        super().__init__("java.util.regex.PatternSyntaxException", f"{description}{near}\n{pattern}{caret}")
        self.index = index


class PatternReader:
    """One pattern's way into the ``regex`` module's words; ``read`` once."""

    def __init__(self, pattern: str, flags: int) -> None:
        self.pattern = pattern
        self.flags = effective(flags)
        text = _unquoted(pattern)
        self._length = len(text)
        self._text: list[str] = [*text, _END, _END]
        self._at = 0
        self._groups = 0
        self._names: set[str] = set()
        # Whether what was read since a look-behind began can be endlessly long.
        self._endless = False
        # Where references stand in what is written, for those to groups that turn out not to be.
        self._references: list[int] = []

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
            written = written.replace(_reference(number), found)
        return written

    def _error(self, description: str) -> PatternSyntax:
        return PatternSyntax(description, self.pattern, self._at - 1)

    # --- characters ---------------------------------------------------------------------------------------------------

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
            if char in "|)" or (char == _END and self._ended()):
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
            return r"[^\n]" if self.flags & UNIX_LINES else f"[^{_TERMINATORS}]"
        return self._literal(char)

    def _literal(self, char: str) -> str:
        both = self._cases(char)
        return literal(char) if len(both) == 1 else f"[{''.join(map(literal, both))}]"

    def _cases(self, char: str) -> str:
        """A character and, where case does not matter, that of the other case."""
        if not self.flags & CASE or not (char.isascii() or self.flags & UNICODE_CASE):
            return char
        others = {other for other in (char.lower(), char.upper()) if len(other) == 1}
        return "".join([char, *sorted(others - {char})])

    def _caret(self) -> str:
        if not self.flags & MULTILINE:
            return r"\A"
        if self.flags & UNIX_LINES:
            return r"(?:\A|(?<=\n))(?!\Z)"
        return r"(?:\A|(?<=[\n\x85\u2028\u2029])|(?<=\r)(?!\n))(?!\Z)"

    def _dollar(self, anywhere: bool) -> str:
        end = "" if anywhere else r"\Z"
        if self.flags & UNIX_LINES:
            return rf"(?=\n{end}|\Z)"
        return rf"(?:(?=\r\n{end}|[\r\x85\u2028\u2029]{end}|\Z)|(?<!\r)(?=\n{end}))"

    # --- repetitions --------------------------------------------------------------------------------------------------

    def _quantified(self, atom: str, character: bool = False) -> str:
        char = self._peek()
        if char not in "?*+{" or char == _END:
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

    # --- escapes ------------------------------------------------------------------------------------------------------

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
                "R": lambda: rf"(?:\r\n|[{_TERMINATORS}\x0b\x0c])",
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
        return self._any_case(_reference(number))

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
                digits, char = digits[:2], _END
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

    # --- classes ------------------------------------------------------------------------------------------------------

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
            if char == _END and self._ended():
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


def effective(flags: int) -> int:
    """``Pattern.flags()``: Unicode's classes bring its cases with them."""
    return flags | UNICODE_CASE if flags & UNICODE_CLASSES else flags


def _reference(number: int) -> str:
    """A reference until it is known how many groups there are: no pattern is written so."""
    return f"(?#{number})"


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
