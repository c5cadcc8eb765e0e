"""Grok: regular expressions put together of named ones, whose groups give fields.

The real server's engine is Joni with Ruby's syntax; patterns are rewritten for the ``regex`` module here.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from functools import cache, lru_cache
from importlib.resources import files
from typing import Any

import regex

from fakeknn.errors import IllegalArgumentException, NotFaked, OpenSearchError
from fakeknn.painless.numbers import Float, Long
from fakeknn.units import parse_int, parse_long
from fakeknn.xcontent import parse_double

_MAX_ITERATIONS = 100_000
_MAX_DEPTH = 500
_REFERENCE = regex.compile(
    r"%\{(?P<name>(?P<pattern>[A-z0-9]+)(?::(?P<subname>[[:alnum:]@\[\]_:.-]+))?)(?:=(?P<definition>(?:[^{}]+|\.+)+))?\}"
)


@cache
def builtin_patterns() -> Mapping[str, str]:
    """The patterns that are always known, in the real server's order."""
    lines = (files(__package__) / "grok_patterns.txt").read_text(encoding="utf-8").splitlines()
    return dict(line.split(" ", 1) for line in lines[1:])


def combined(patterns: Sequence[str], trace: str | None) -> str:
    """GrokProcessor.combinePatterns: one pattern of several; ``trace`` names the group of the one that matches."""
    if len(patterns) == 1:
        return patterns[0]
    return "|".join(
        f"(?:{pattern})" if trace is None else f"(?<{trace}.{i}>{pattern})" for i, pattern in enumerate(patterns)
    )


class Grok:
    """A compiled expression over a bank of patterns."""

    def __init__(self, bank: Mapping[str, str], expression: str, capture_all: bool = False) -> None:
        _check_bank({name: bank[name] for name in bank if bank[name] is not builtin_patterns().get(name)}, bank)
        self.capture_all = capture_all
        self._regex, self._captures = _compiled(_to_regex(bank, expression))

    def captures(self, text: str) -> dict[str, Any] | None:
        """The fields of a text; None if it does not match."""
        match = self._regex.search(text)
        if match is None:
            return None
        found: dict[str, Any] = {}
        for name, kind, groups in self._captures:
            for group in groups:
                value = match.group(group)
                if value is None:
                    continue
                _add(found, name, _convert(value, kind))
                if not self.capture_all:
                    break
        return found


def _add(found: dict[str, Any], name: str, value: Any) -> None:
    held = found.get(name)
    if held is None:
        found[name] = value
    elif isinstance(held, list):
        held.append(value)
    else:
        found[name] = [held, value]


def _convert(value: str, kind: str) -> Any:
    match kind:
        case "int":
            return parse_int(value)
        case "long":
            return Long(parse_long(value))
        case "float":
            return Float(parse_double(value))
        case "double":
            return parse_double(value)
        case "boolean":
            return value.lower() == "true"
    return value


# --- putting together -------------------------------------------------------------------------------------------------


def _to_regex(bank: Mapping[str, str], expression: str) -> str:
    done: list[str] = []
    for _ in range(_MAX_ITERATIONS):
        match = _REFERENCE.search(expression)
        if match is None:
            return "".join((*done, expression))
        name = match["pattern"]
        pattern = bank.get(name)
        if pattern is None:
            raise IllegalArgumentException(f"Unable to find pattern [{name}] in Grok's pattern dictionary")
        if f"%{{{name}}}" in pattern or f"%{{{name}:" in pattern:
            raise IllegalArgumentException(f"circular reference in pattern back [{name}]")
        done.append(expression[: match.start()])
        group = f"(?<{match['name']}>{pattern})" if match["subname"] is not None else f"(?:{pattern})"
        expression = group + expression[match.end() :]
    raise IllegalArgumentException("Can not convert grok patterns to regular expression")


def _check_bank(names: Mapping[str, str], bank: Mapping[str, str]) -> None:
    """validatePatternBank: patterns that lead back to themselves are refused. The built-in ones do not."""
    for initial in names:
        _check_pattern(initial, bank)


def _check_pattern(initial: str, bank: Mapping[str, str]) -> None:
    stack: list[tuple[str, list[str], int]] = [(initial, [initial], 0)]
    visited: set[str] = set()
    under_way = {initial}
    while stack:
        name, path, start = stack[-1]
        if name in visited and start == 0:
            stack.pop()
            continue
        visited.add(name)
        pattern = bank.get(name)
        if pattern is None:
            stack.pop()
            continue
        begin = pattern.find("%{", start)
        if begin < 0:
            under_way.discard(name)
            stack.pop()
            continue
        close = pattern.find("}", begin)
        if close < 0:
            raise IllegalArgumentException(f"Malformed pattern [{name}][{pattern}]")
        colon = pattern.find(":", begin)
        other = pattern[begin + 2 : close if colon < 0 else min(close, colon)]
        if other == name:
            raise IllegalArgumentException(f"circular reference in pattern [{name}][{pattern}]")
        if other in under_way:
            via = path[:-1]
            raise IllegalArgumentException(
                f"circular reference in pattern [{name}][{pattern}] back to pattern [{other}]"
                + (f" via patterns [{'=>'.join(via)}]" if len(via) > 1 else "")
            )
        stack[-1] = (name, path, begin + 1)
        under_way.add(other)
        stack.append((other, [*path, other], 0))
        if len(stack) > _MAX_DEPTH:
            raise IllegalArgumentException(f"Pattern references exceeded maximum depth of {_MAX_DEPTH}")


# --- Joni's syntax ----------------------------------------------------------------------------------------------------

Captures = tuple[tuple[str, str, tuple[int, ...]], ...]
_NAMED = re.compile(r"\(\?<(?![=!])([^>]*)>")
_ESCAPES = {"h": "[0-9a-fA-F]", "H": "[^0-9a-fA-F]", "Z": r"(?=\n?\Z)", "z": r"\Z"}


@lru_cache(maxsize=256)
def _compiled(expression: str) -> tuple[regex.Pattern[str], Captures]:
    """A pattern in Ruby's syntax, and which groups give which field, with which type."""
    out: list[str] = []
    groups: dict[str, list[int]] = {}
    at, in_class, count = 0, 0, 0
    while at < len(expression):
        char = expression[at]
        if char == "\\" and at + 1 < len(expression):
            after = expression[at + 1]
            if in_class and after in "hH":
                out.append("0-9a-fA-F" if after == "h" else "^0-9a-fA-F")
            else:
                out.append(_ESCAPES.get(after, char + after))
            at += 2
            continue
        if char == "[":
            if in_class and expression.startswith("[:", at) and ":]" in expression[at:]:
                end = expression.index(":]", at) + 2
                out.append(expression[at:end])
                at = end
                continue
            in_class += 1
            if in_class > 1:
                raise NotFaked(f"a set inside a set in the grok pattern {expression!r}")
            out.append(char)
            at += 1
            if expression.startswith("^", at):
                out.append("^")
                at += 1
            if expression.startswith("]", at):
                out.append("\\]")
                at += 1
            continue
        if char == "]" and in_class:
            in_class -= 1
        elif char == "(" and not in_class:
            match = _NAMED.match(expression, at)
            if match is not None:
                count += 1
                if not match[1]:
                    raise IllegalArgumentException("group name is empty")
                groups.setdefault(match[1], []).append(count)
                out.append("(")
                at = match.end()
                continue
            if not expression.startswith("(?", at):
                out.append("(?:")  # beside named groups, plain ones do not capture
                at += 1
                continue
        out.append(char)
        at += 1
    if not groups and regex.search(r"\\[1-9]", expression):
        raise NotFaked(f"a reference to a group in the grok pattern {expression!r}")
    try:
        compiled = regex.compile("".join(out), regex.V0 | regex.MULTILINE)
    except regex.error as error:
        raise _refused(expression, error) from None
    return compiled, tuple(_capture(name, tuple(numbers)) for name, numbers in groups.items())


def _capture(group: str, numbers: tuple[int, ...]) -> tuple[str, str, tuple[int, ...]]:
    """GrokCaptureConfig: ``PATTERN:field:type``"""
    parts = group.split(":")
    while len(parts) > 1 and not parts[-1]:
        parts.pop()
    return parts[1] if len(parts) >= 2 else parts[0], parts[2] if len(parts) == 3 else "string", numbers


def _refused(expression: str, error: Any) -> OpenSearchError:
    message = str(error.msg)
    if "missing )" in message:
        return IllegalArgumentException("end pattern with unmatched parenthesis")
    if "trailing characters" in message or "unbalanced parenthesis" in message:
        return IllegalArgumentException("unmatched close parenthesis")
    if "unterminated character set" in message:
        return IllegalArgumentException("premature end of char-class")
    if "nothing to repeat" in message:
        return IllegalArgumentException("target of repeat operator is not specified")
    if "bad escape (end of pattern)" in message:
        return IllegalArgumentException("end pattern at escape")
    raise NotFaked(f"the grok pattern {expression!r}")
