"""The syntax of ``java.util.regex``, rewritten for the ``regex`` module with Java's meaning of \\w, \\s, \\b, . and $.

What Java has and the translation does not know is refused with ``NotFaked``.
"""

from __future__ import annotations

import re
from functools import lru_cache

import regex

from fakeknn.errors import NotFaked, PatternSyntaxException

_LINE_ENDS = r"\n\r\x85\u2028\u2029"
_WORD_CHARS = "a-zA-Z0-9_"
_SPACES = r" \t\n\x0B\f\r"
_CLASSES = {"w": _WORD_CHARS, "d": "0-9", "s": _SPACES, "h": r" \t\xA0\u1680\u180e\u2000-\u200a\u202f\u205f\u3000",
            "v": r"\n\x0B\f\r\x85\u2028\u2029"}  # fmt: skip
_BOUNDARY = rf"(?:(?<=[{_WORD_CHARS}])(?![{_WORD_CHARS}])|(?<![{_WORD_CHARS}])(?=[{_WORD_CHARS}]))"
_NO_BOUNDARY = rf"(?:(?<=[{_WORD_CHARS}])(?=[{_WORD_CHARS}])|(?<![{_WORD_CHARS}])(?![{_WORD_CHARS}]))"

# \p{...}: POSIX classes are ASCII, java.lang.Character classes and binary properties are Unicode's.
_POSIX = {
    "Lower": "a-z",
    "Upper": "A-Z",
    "ASCII": r"\x00-\x7F",
    "Alpha": "a-zA-Z",
    "Digit": "0-9",
    "Alnum": "a-zA-Z0-9",
    "Punct": r"!-/:-@\[-`{-~",
    "Graph": "!-~",
    "Print": " -~",
    "Blank": r" \t",
    "Cntrl": r"\x00-\x1F\x7F",
    "XDigit": "0-9a-fA-F",
    "Space": _SPACES,
    "javaLowerCase": r"\p{Lowercase}",
    "javaUpperCase": r"\p{Uppercase}",
    "javaWhitespace": "\t\n\x0b\f\r\x1c-\x1f \u1680\u2000-\u2006\u2008-\u200a\u2028\u2029\u205f\u3000",
    "javaLetter": r"\p{L}",
    "javaDigit": r"\p{Nd}",
    "javaLetterOrDigit": r"\p{L}\p{Nd}",
}
_PROPERTY = re.compile(r"(?:Is)?(L[ulmto]?|M[nce]?|N[dlo]?|P[cdseifo]?|S[mcko]?|Z[slp]?|C[cfosn]?)")
_BINARY = frozenset(
    ("Alphabetic", "Ideographic", "Letter", "Lowercase", "Uppercase", "Titlecase", "White_Space", "Punctuation",
     "Control", "Hex_Digit", "Digit", "Emoji", "Emoji_Presentation", "Extended_Pictographic")
)  # fmt: skip
_SIMPLE_ESCAPES = frozenset("tnrfae")
_QUANTIFIER = re.compile(r"\{(\d+)(,(\d*))?\}")
_GROUP = re.compile(r"\(\?(?:[:=!>]|<[=!]|<([a-zA-Z][a-zA-Z0-9]*)>|([a-zA-Z]*(?:-[a-zA-Z]+)?)([:)]))")


class Translator:
    """Rewrites one pattern; raises what ``Pattern.compile`` raises."""

    def __init__(self, pattern: str, unicode_classes: bool, dotall: bool, multiline: bool, comments: bool) -> None:
        self.pattern = pattern
        self.at = 0
        self.unicode = unicode_classes
        self.dotall = dotall
        self.multiline = multiline
        self.comments = comments
        self.groups = 0
        self.names: set[str] = set()

    def error(self, what: str, at: int | None = None) -> PatternSyntaxException:
        index = self.at if at is None else at
        pattern = self.pattern
        near = f" near index {index}" if index >= 0 else ""
        text = f"{what}{near}\n{pattern}"
        if 0 <= index < len(pattern):
            text += "\n" + " " * index + "^"
        return PatternSyntaxException(text)

    def translate(self) -> str:
        out = self.sequence(0)
        if self.at < len(self.pattern):
            raise self.error("Unmatched closing ')'", self.at - 1 if self.at else self.at)
        return out

    def sequence(self, depth: int) -> str:
        out: list[str] = []
        pattern = self.pattern
        quantifiable = False
        while self.at < len(pattern):
            char = pattern[self.at]
            if char == ")":
                if depth:
                    return "".join(out)
                raise self.error("Unmatched closing ')'", self.at - 1)
            if char in "*+?" and not quantifiable:
                raise self.error(f"Dangling meta character '{char}'")
            if char in "*+?":
                self.at += 1
                suffix = self.suffix()
                out.append(char + suffix)
                quantifiable = False
                continue
            if char == "{" and quantifiable:
                out.append(self.counted())
                quantifiable = False
                continue
            if char == "|":
                out.append("|")
                self.at += 1
                quantifiable = False
                continue
            if self.comments and char in " \t\n\r\f\x0b#":
                out.append(char)
                self.at += 1
                continue
            out.append(self.atom(depth))
            quantifiable = True
        return "".join(out)

    def suffix(self) -> str:
        if self.at < len(self.pattern) and self.pattern[self.at] in "?+":
            self.at += 1
            return self.pattern[self.at - 1]
        return ""

    def counted(self) -> str:
        match = _QUANTIFIER.match(self.pattern, self.at)
        if match is None:
            digits = re.compile(r"[0-9]+(,[0-9]*)?").match(self.pattern, self.at + 1)
            if digits is not None:
                raise self.error("Unclosed counted closure", digits.end())
            raise self.error("Illegal repetition", self.at + 1)
        self.at = match.end()
        if match[3] and int(match[3]) < int(match[1]):
            raise self.error("Illegal repetition range", match.end(3))
        quantifier = match.group() + self.suffix()
        if self.pattern.startswith("{", self.at):
            raise NotFaked(f"the pattern {self.pattern!r}")
        return quantifier

    def atom(self, depth: int) -> str:
        char = self.pattern[self.at]
        if char == "(":
            return self.group(depth)
        if char == "[":
            return self.char_class()
        if char == "\\":
            return self.escape()
        self.at += 1
        if char == "{":
            raise self.error("Illegal repetition")
        if char == ".":
            return "." if self.dotall else f"[^{_LINE_ENDS}]"
        if char == "$":
            if self.multiline:
                return rf"(?=[{_LINE_ENDS}]|\Z)"
            return rf"(?=(?:\r\n|[{_LINE_ENDS}])?\Z)"
        if char == "^":
            return rf"(?:\A|(?<=[{_LINE_ENDS}])(?!\Z))" if self.multiline else r"\A"
        return regex.escape(char, special_only=True) if char in "~&]}" else char

    def group(self, depth: int) -> str:
        start = self.at
        pattern = self.pattern
        if not pattern.startswith("(?", start):
            self.groups += 1
            self.at += 1
            opening = "("
        else:
            match = _GROUP.match(pattern, start)
            if match is None:
                raise self.bad_group(start)
            self.at = match.end()
            opening = match.group()
            if match[1]:
                self.groups += 1
                self.names.add(match[1])
                opening = f"(?P<{match[1]}>"
            elif match[2] is not None:
                flags = match[2]
                unknown = [index for index, flag in enumerate(flags) if flag not in "i-smxudU"]
                if unknown:
                    raise self.error("Unknown inline modifier", start + 2 + unknown[0])
                if "U" in flags or "s" in flags or "m" in flags or "x" in flags:
                    raise NotFaked(f"the inline flags of the pattern {pattern!r}")
                flags = flags.replace("u", "").replace("d", "")
                opening = f"(?{flags}{match[3]}" if flags not in ("", "-") else ("(?:" if match[3] == ":" else "")
                if match[3] == ")":
                    return opening
        inner = self.sequence(depth + 1)
        if self.at >= len(pattern):
            raise self.error("Unclosed group", len(pattern))
        self.at += 1
        return f"{opening}{inner})"

    def bad_group(self, start: int) -> PatternSyntaxException:
        name = re.compile(r"\(\?<([a-zA-Z0-9]*)").match(self.pattern, start)
        if name is None or not name[1]:
            return self.error("Unknown inline modifier" if name is None else "Unknown look-behind group", start + 2)
        if name[1][0].isdigit():
            return self.error("capturing group name does not start with a Latin letter", start + 3)
        return self.error("named capturing group is missing trailing '>'", name.end())

    def escape(self) -> str:
        pattern = self.pattern
        self.at += 1
        if self.at >= len(pattern):
            raise self.error("Unescaped trailing backslash")
        char = pattern[self.at]
        self.at += 1
        if char == "b":
            return r"\b" if self.unicode else _BOUNDARY
        if char == "B":
            return r"\B" if self.unicode else _NO_BOUNDARY
        if char == "Q":
            end = pattern.find("\\E", self.at)
            literal = pattern[self.at : end if end >= 0 else len(pattern)]
            self.at = end + 2 if end >= 0 else len(pattern)
            return f"(?:{regex.escape(literal)})" if len(literal) != 1 else regex.escape(literal)
        if char == "A":
            return r"\A"
        if char == "z":
            return r"\Z"
        if char == "Z":
            return rf"(?=(?:\r\n|[{_LINE_ENDS}])?\Z)"
        if char == "R":
            return rf"(?>\r\n|[\x0B\f{_LINE_ENDS}])"
        if char == "X":
            return r"\X"
        if char == "G":
            return r"\G"
        if char == "k":
            match = re.compile(r"<([a-zA-Z][a-zA-Z0-9]*)>").match(pattern, self.at)
            if match is None:
                raise self.error("\\k is not followed by '<' for named capturing group")
            self.at = match.end()
            if match[1] not in self.names:
                raise self.error(f"named capturing group <{match[1]}> does not exist", match.end() - 1)
            return f"(?P={match[1]})"
        if char in "123456789":
            number = int(char)
            while pattern[self.at : self.at + 1].isdigit() and number * 10 + int(pattern[self.at]) <= self.groups:
                number = number * 10 + int(pattern[self.at])
                self.at += 1
            # A group that is not there never matches.
            return f"(?:\\{number})" if number <= self.groups else "(?!)"
        negated, inner = self.class_escape(char)
        return f"[^{inner}]" if negated else (f"[{inner}]" if len(inner) > 1 else inner)

    def class_escape(self, char: str) -> tuple[bool, str]:
        """An escape that may stand in a class, after its backslash: whether it is negated, what it stands for."""
        pattern = self.pattern
        if char.lower() in _CLASSES and char not in "V":
            if self.unicode and char.lower() in "wds":
                return False, f"\\{char}"
            return char.isupper(), _CLASSES[char.lower()]
        if char == "V":
            return True, _CLASSES["v"]
        if char in "pP":
            return self.property(char == "P")
        if char in _SIMPLE_ESCAPES:
            return False, {"a": r"\x07", "e": r"\x1B"}.get(char, f"\\{char}")
        if char == "x":
            match = re.compile(r"([0-9a-fA-F]{2})|\{([0-9a-fA-F]{1,6})\}").match(pattern, self.at)
            if match is None:
                raise self.error("Illegal hexadecimal escape sequence", self.after_hex())
            self.at = match.end()
            return False, regex.escape(chr(int(match[1] or match[2], 16)))
        if char == "u":
            match = re.compile(r"[0-9a-fA-F]{4}").match(pattern, self.at)
            if match is None:
                raise self.error("Illegal Unicode escape sequence", self.after_hex())
            self.at = match.end()
            return False, regex.escape(chr(int(match.group(), 16)))
        if char == "0":
            match = re.compile(r"[0-3]?[0-7]{1,2}").match(pattern, self.at)
            if match is None:
                raise self.error("Illegal octal escape sequence")
            self.at = match.end()
            return False, regex.escape(chr(int(match.group(), 8)))
        if char == "c":
            if self.at >= len(pattern):
                raise self.error("Illegal control escape sequence", self.at - 1)
            self.at += 1
            return False, regex.escape(chr(ord(pattern[self.at - 1]) ^ 64))
        if char.isascii() and char.isalpha():
            raise self.error("Illegal/unsupported escape sequence", self.at - 1)
        return False, regex.escape(char, special_only=False) if char.isascii() else char

    def after_hex(self) -> int:
        index = self.at
        while index < len(self.pattern) and self.pattern[index] in "0123456789abcdefABCDEF":
            index += 1
        return index

    def property(self, negated: bool) -> tuple[bool, str]:
        pattern = self.pattern
        if not pattern.startswith("{", self.at):
            if self.at == len(pattern):
                # Behind the pattern's end Java reads a zero.
                raise self.error("Unknown character property name {\0}", self.at)
            name = pattern[self.at]
            self.at += 1
        else:
            end = pattern.find("}", self.at)
            if end < 0:
                raise self.error("Unclosed character family", len(pattern))
            name = pattern[self.at + 1 : end]
            if not name:
                raise self.error("Empty character family", end)
            self.at = end + 1
        if name in _POSIX and not (self.unicode and not name.startswith("java")):
            return negated, _POSIX[name]
        letter = "P" if negated else "p"
        match = _PROPERTY.fullmatch(name)
        if match:
            return False, rf"\{letter}{{{match[1]}}}"
        bare = name.removeprefix("Is")
        for key in ("script=", "sc=", "IsScript="):
            if name.lower().startswith(key.lower()):
                return False, rf"\{letter}{{Script={name[len(key) :]}}}"
        if bare in _BINARY or regex_has_property(bare):
            return False, rf"\{letter}{{{'WSpace' if bare == 'White_Space' else bare}}}"
        if name.startswith("In") and regex_has_property(f"Block={name[2:]}"):
            return False, rf"\{letter}{{Block={name[2:]}}}"
        raise self.error(f"Unknown character property name {{{name}}}", self.at - 1)

    def char_class(self) -> str:
        """[...] with nested classes and intersections, as a set of the ``regex`` module's version 1."""
        pattern, start = self.pattern, self.at
        self.at += 1
        negated = pattern.startswith("^", self.at)
        self.at += negated
        parts: list[str] = []
        first = True
        while True:
            if self.at >= len(pattern):
                raise self.error("Unclosed character class", len(pattern) - 1)
            char = pattern[self.at]
            if char == "]" and not first:
                self.at += 1
                break
            first = False
            if char == "[":
                parts.append(self.char_class())
                continue
            if pattern.startswith("&&", self.at):
                self.at += 2
                parts.append("&&")
                continue
            low = self.class_item()
            is_range = self.at + 1 < len(pattern) and pattern[self.at] == "-" and pattern[self.at + 1] not in "]["
            if is_range and not low.startswith("["):
                self.at += 1
                high = self.class_item()
                if _code(high) < _code(low):
                    raise self.error("Illegal character range", self.at - 1)
                parts.append(f"{low}-{high}")
            else:
                parts.append(low)
        assert start < self.at
        return f"[{'^' if negated else ''}{_intersection(parts)}]"

    def class_item(self) -> str:
        char = self.pattern[self.at]
        self.at += 1
        if char != "\\":
            return regex.escape(char)
        if self.at >= len(self.pattern):
            raise self.error("Unclosed character class", len(self.pattern) - 1)
        char = self.pattern[self.at]
        self.at += 1
        negated, inner = self.class_escape(char)
        if negated:
            return f"[^{inner}]"
        return inner if _is_char(inner) else f"[{inner}]"


def _is_char(text: str) -> bool:
    return len(text) == 1 or (len(text) == 2 and text[0] == "\\" and text[1] not in "wdsWDS") or text.startswith("\\x")


def _code(text: str) -> int:
    if text.startswith("\\x"):
        return int(text[2:], 16)
    if text.startswith("\\") and text[1:] in ("t", "n", "r", "f"):
        return ord({"t": "\t", "n": "\n", "r": "\r", "f": "\f"}[text[1:]])
    return ord(text[-1])


def _intersection(parts: list[str]) -> str:
    sides: list[list[str]] = [[]]
    for part in parts:
        if part == "&&":
            sides.append([])
        else:
            sides[-1].append(part)
    if len(sides) == 1:
        return "".join(parts)
    return "&&".join(f"[{''.join(side)}]" for side in sides if side)


@lru_cache(maxsize=256)
def regex_has_property(name: str) -> bool:
    try:
        regex.compile(rf"\p{{{name}}}")
    except regex.error:
        return False
    return True
