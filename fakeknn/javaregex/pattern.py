"""Compiled patterns of ``java.util.regex``: how they find, match and replace."""

from __future__ import annotations

import re
from functools import lru_cache

import regex

from fakeknn.errors import IllegalArgumentException, IndexOutOfBoundsException, NotFaked
from fakeknn.javaregex.cursor import (
    CASE,
    COMMENTS,
    DOTALL,
    LITERAL,
    MULTILINE,
    UNICODE_CASE,
    UNICODE_CLASSES,
    UNIX_LINES,
)
from fakeknn.javaregex.reader import PatternReader

_FLAGS = {
    "CASE_INSENSITIVE": CASE,
    "MULTILINE": MULTILINE,
    "DOTALL": DOTALL,
    "UNICODE_CASE": UNICODE_CASE,
    "CANON_EQ": None,
    "UNIX_LINES": UNIX_LINES,
    "LITERAL": LITERAL,
    "COMMENTS": COMMENTS,
    "UNICODE_CHAR_CLASS": UNICODE_CLASSES,
    "UNICODE_CHARACTER_CLASS": UNICODE_CLASSES,
}


@lru_cache(maxsize=512)
def compile_regex(pattern: str, flags: int = 0) -> regex.Pattern[str]:
    """A compiled Java pattern; raises ``PatternSyntaxException``."""
    return regex.compile(PatternReader(pattern, flags).read(), regex.V1)


class JavaPattern:
    """A compiled pattern."""

    def __init__(self, pattern: regex.Pattern[str]) -> None:
        self.pattern = pattern
        self.groups = pattern.groups

    def find_all(self, text: str) -> list[regex.Match[str]]:
        """``while (find())``: every match, empty ones too; behind an empty one the search goes on a character later."""
        matches = []
        at = 0
        while at <= len(text):
            match = self.pattern.search(text, at)
            if match is None:
                break
            matches.append(match)
            at = match.end() + (match.end() == match.start())
        return matches

    def matches(self, text: str) -> bool:
        return self.pattern.fullmatch(text) is not None

    def replace(self, text: str, replacement: str, *, all: bool = True) -> str:
        """``replaceAll`` or ``replaceFirst``."""
        matches = self.find_all(text)
        if not matches:
            return text
        out: list[str] = []
        last = 0
        for match in matches if all else matches[:1]:
            out += (text[last : match.start()], expand(replacement, match))
            last = match.end()
        return "".join((*out, text[last:]))


class GroupName(str):
    """A group's name in a replacement."""


_REFERENCE = re.compile(r"\{([a-zA-Z0-9]*)(\}?)")


@lru_cache(maxsize=256)
def template(replacement: str, groups: int) -> tuple[str | int | GroupName, ...]:
    """Java's replacement text for a pattern of so many groups: literal parts, group numbers and group names."""
    parts: list[str | int | GroupName] = []
    at, length = 0, len(replacement)
    while at < length:
        char = replacement[at]
        at += 1
        if char == "\\":
            if at == length:
                raise IllegalArgumentException("character to be escaped is missing")
            parts.append(replacement[at])
            at += 1
        elif char != "$":
            parts.append(char)
        elif at == length:
            raise IllegalArgumentException("Illegal group reference: group index is missing")
        elif replacement[at] == "{":
            match = _REFERENCE.match(replacement, at)
            assert match is not None
            if not match[1] or not match[2]:
                raise IllegalArgumentException("named capturing group is missing trailing '}'")
            if match[1][0].isdigit():
                raise IllegalArgumentException(f"capturing group name {{{match[1]}}} starts with digit character")
            parts.append(GroupName(match[1]))
            at = match.end()
        elif replacement[at] in "0123456789":
            number = int(replacement[at])
            at += 1
            if number > groups:
                raise IndexOutOfBoundsException(f"No group {number}")
            # Further digits belong to the number as long as there is such a group.
            while at < length and replacement[at] in "0123456789" and number * 10 + int(replacement[at]) <= groups:
                number = number * 10 + int(replacement[at])
                at += 1
            parts.append(number)
        else:
            raise IllegalArgumentException("Illegal group reference")
    return tuple(parts)


def expand(replacement: str, match: regex.Match[str]) -> str:
    """The replacement for one match."""
    out: list[str] = []
    for part in template(replacement, match.re.groups):
        if isinstance(part, int):
            out.append(match.group(part) or "")
        elif isinstance(part, GroupName):
            if part not in match.re.groupindex:
                raise IllegalArgumentException(f"No group with name {{{part}}}")
            out.append(match.group(str(part)) or "")
        else:
            out.append(part)
    return "".join(out)


@lru_cache(maxsize=256)
def compile_pattern(pattern: str, flags: str | None = None) -> JavaPattern:
    """``Regex.compile``: flags are names with | between them."""
    bits = 0
    for name in filter(None, (flags or "").upper().split("|")):
        if name not in _FLAGS:
            raise IllegalArgumentException(f"Unknown regex flag [{name}]")
        flag = _FLAGS[name]
        if flag is None:
            raise NotFaked(f"the regex flag {name}")
        bits |= flag
    return JavaPattern(compile_regex(pattern, bits))
