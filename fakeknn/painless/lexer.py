"""Painless source text to tokens, as its ANTLR lexer makes them."""

from __future__ import annotations

import re
from typing import NamedTuple

KEYWORDS = frozenset(
    "if in else while do for continue break return new try catch throw this instanceof true false null def".split()
)
PRIMITIVE_NAMES = frozenset("boolean byte short char int long float double".split())
OPERATORS = (
    ">>>= <<= >>= >>> === !== ==~ ?. ?: :: -> ++ -- << >> <= >= == != =~ && || += -= *= /= %= &= ^= |= "
    "{ } [ ] ( ) . , ; ! ~ * / % + - < > & ^ | ? : ="
).split()

_SKIP = re.compile(r"(?:[ \t\n\r]+|//[^\n\r]*|/\*.*?\*/)+", re.DOTALL)
_NUMBER = re.compile(
    r"(?P<OCTAL>0[0-7]+[lL]?)|(?P<HEX>0[xX][0-9a-fA-F]+[lL]?)"
    r"|(?P<DECIMAL>(?:0|[1-9][0-9]*)(?:(?:\.[0-9]+)(?:[eE][+-]?[0-9]+)?|[eE][+-]?[0-9]+)[fFdD]?)"
    r"|(?P<INTEGER>(?:0|[1-9][0-9]*)[lLfFdD]?)"
)
_ID = re.compile(r"[_a-zA-Z][_a-zA-Z0-9]*")
_DOT_INTEGER = re.compile(r"0|[1-9][0-9]*")
_STRING = re.compile(r'"(?:\\"|\\\\|[^\\"])*?"' + r"|'(?:\\'|\\\\|[^\\'])*?'")
_REGEX = re.compile(r"/(?:\\[^\n]|[^/\n])+?/[cilmsUux]*")
_OPERATOR = re.compile("|".join(re.escape(operator) for operator in OPERATORS))

# After these a slash divides; elsewhere it opens a regex.
_BEFORE_DIVISION = frozenset({"]", ")", "OCTAL", "HEX", "INTEGER", "DECIMAL", "ID", "DOTINTEGER", "DOTID"})


class Token(NamedTuple):
    """``kind``: the operator or keyword itself, or ID, PRIMITIVE, DOTID, DOTINTEGER, STRING, REGEX, EOF or a number."""

    kind: str
    text: str
    start: int


class LexicalError(Exception):
    """``text`` from ``start`` on is no token."""

    def __init__(self, start: int, text: str) -> None:
        super().__init__(text)
        self.start = start
        self.text = text


class Tokens:
    """The tokens of a script, read as they are asked for; the last is EOF. Asking may raise ``LexicalError``."""

    def __init__(self, source: str) -> None:
        self._source = source
        self._tokens: list[Token] = []
        self._at = 0

    def __getitem__(self, index: int) -> Token:
        tokens = self._tokens
        while len(tokens) <= index:
            if tokens and tokens[-1].kind == "EOF":
                return tokens[-1]
            tokens.append(self._next(tokens[-1].kind if tokens else ""))
        return tokens[index]

    def _next(self, before: str) -> Token:
        if before not in (".", "?."):
            skipped = _SKIP.match(self._source, self._at)
            if skipped:
                self._at = skipped.end()
        if self._at >= len(self._source):
            return Token("EOF", "<EOF>", len(self._source))
        token = _token(self._source, self._at, before)
        self._at += len(token.text)
        return token


def tokenize(source: str) -> list[Token]:
    """All tokens and a last EOF."""
    tokens = Tokens(source)
    index = 0
    while tokens[index].kind != "EOF":
        index += 1
    return [tokens[i] for i in range(index + 1)]


def _token(source: str, at: int, before: str) -> Token:
    first = source[at]
    if before in (".", "?."):
        match = _DOT_INTEGER.match(source, at) or _ID.match(source, at)
        if match is None:
            raise LexicalError(at, first)
        return Token("DOTINTEGER" if first.isdigit() else "DOTID", match.group(), at)
    if first.isalpha() or first == "_":
        match = _ID.match(source, at)
        if match is None:
            raise LexicalError(at, first)
        text = match.group()
        if text in KEYWORDS:
            return Token(text, text, at)
        return Token("PRIMITIVE" if text in PRIMITIVE_NAMES else "ID", text, at)
    if first.isdigit():
        match = _NUMBER.match(source, at)
        if match is None:
            raise LexicalError(at, first)
        return Token(str(match.lastgroup), match.group(), at)
    if first in "\"'":
        match = _STRING.match(source, at)
        if match is None:
            raise LexicalError(at, _broken_string(source, at))
        return Token("STRING", match.group(), at)
    if first == "/" and before not in _BEFORE_DIVISION:
        match = _REGEX.match(source, at)
        if match is None:
            raise LexicalError(at, source[at:].split("\n", 1)[0])
        return Token("REGEX", match.group(), at)
    match = _OPERATOR.match(source, at)
    if match is None:
        raise LexicalError(at, first)
    return Token(match.group(), match.group(), at)


def _broken_string(source: str, at: int) -> str:
    """What the lexer had read when no string could come of it any more: up to a bad escape, or to the end."""
    quote, i = source[at], at + 1
    while i < len(source):
        if source[i] == "\\":
            if i + 1 >= len(source) or source[i + 1] not in (quote, "\\"):
                return source[at : i + 2]
            i += 1
        i += 1
    return source[at:]
