"""Strings and numbers as scripts write them."""

from __future__ import annotations

from fakeknn.painless import ast
from fakeknn.painless.lexer import Token


def unescape(text: str) -> str:
    if "\\" not in text:
        return text
    out, i = [], 0
    while i < len(text):
        i += text[i] == "\\"
        out.append(text[i])
        i += 1
    return "".join(out)


def number(token: Token) -> ast.Expression:
    kind, text, start = token
    if kind == "DECIMAL":
        return ast.Decimal(start, text)
    if kind == "HEX":
        return ast.Numeric(start, text[2:], 16)
    if kind == "OCTAL":
        return ast.Numeric(start, text[1:], 8)
    return ast.Numeric(start, text, 10)
