"""The grammar of expressions: tokens, trees, and what is wrong with a text."""

from __future__ import annotations

import re
from functools import cache
from typing import NamedTuple

from fakeknn.painless.antlr import EOF, Failure, Grammar, NoViableAlternative, Run, UnexpectedToken, set_text
from fakeknn.painless.throwable import Thrown

# --- tokens -----------------------------------------------------------------------------------------------------------

_ID = r"[_$a-zA-Z][_$a-zA-Z0-9]*"
_STRING = r"(?:'(?:\\'|\\\\|[^\\'])*?'|\"(?:\\\"|\\\\|[^\\\"])*?\")"
_VARIABLE = rf"{_ID}(?:\[(?:{_STRING}|0|[1-9][0-9]*)\])*"
_TOKEN = re.compile(
    rf"""(?P<WS>[ \t\n\r]+)|(?P<VARIABLE>{_VARIABLE}(?:\.{_VARIABLE})*)
    |(?P<HEX>0[xX][0-9a-fA-F]+)|(?P<OCTAL>0[0-7]+)
    |(?P<DECIMAL>(?:(?:0|[1-9][0-9]*)(?:\.[0-9]*)?|\.[0-9]+)(?:[eE][+-]?[0-9]+)?)
    |(?P<OPERATOR><<|>>>|>>|<=|>=|==|!=|&&|\|\||[-+*/%()!~<>&^|?:,])""",
    re.VERBOSE,
)


class _Token(NamedTuple):
    kind: str
    text: str
    start: int


class Lexical(Exception):
    def __init__(self, start: int, character: str) -> None:
        super().__init__(character)
        self.start = start
        self.character = character


class _Tokens:
    def __init__(self, source: str) -> None:
        self.source = source
        self.tokens: list[_Token] = []
        self.at = 0

    def __getitem__(self, index: int) -> _Token:
        while len(self.tokens) <= index:
            if self.tokens and self.tokens[-1].kind == EOF:
                return self.tokens[-1]
            self._read()
        return self.tokens[index]

    def _read(self) -> None:
        if self.at >= len(self.source):
            self.tokens.append(_Token(EOF, "<EOF>", len(self.source)))
            return
        match = _TOKEN.match(self.source, self.at)
        if match is None:
            # A point could have begun a number, one sign two of them: the lexer has read on when it finds it did not.
            width = 2 if self.source[self.at] in ".=" else 1
            raise Lexical(self.at, self.source[self.at : self.at + width])
        kind = str(match.lastgroup)
        if kind != "WS":
            self.tokens.append(_Token(match.group() if kind == "OPERATOR" else kind, match.group(), self.at))
        self.at = match.end()


# --- parsing ----------------------------------------------------------------------------------------------------------

_POWER = {
    **dict.fromkeys(("*", "/", "%"), 10),
    **dict.fromkeys(("+", "-"), 9),
    **dict.fromkeys(("<<", ">>", ">>>"), 8),
    **dict.fromkeys(("<", "<=", ">", ">="), 7),
    **dict.fromkeys(("==", "!="), 6),
    "&": 5,
    "^": 4,
    "|": 3,
    "&&": 2,
    "||": 1,
}


class Node(NamedTuple):
    """``kind``: number, variable, call, unary, binary or conditional."""

    kind: str
    name: str
    value: float
    parts: tuple[Node, ...]
    start: int


class Fault(Exception):
    """The tokens are no expression."""


class Parser:
    def __init__(self, source: str) -> None:
        self.tokens = _Tokens(source)
        self.at = 0

    def take(self, kind: str) -> bool:
        if self.tokens[self.at].kind == kind:
            self.at += 1
            return True
        return False

    def expect(self, kind: str) -> None:
        if not self.take(kind):
            raise Fault

    def whole(self) -> Node:
        node = self.expression()
        self.expect(EOF)
        return node

    def expression(self) -> Node:
        condition = self.binary(0)
        if not self.take("?"):
            return condition
        then = self.expression()
        self.expect(":")
        return Node("conditional", "", 0.0, (condition, then, self.expression()), condition.start)

    def binary(self, least: int) -> Node:
        left = self.unary()
        while (power := _POWER.get(self.tokens[self.at].kind, 0)) > least:
            operator = self.tokens[self.at].kind
            self.at += 1
            left = Node("binary", operator, 0.0, (left, self.binary(power)), left.start)
        return left

    def unary(self) -> Node:
        token = self.tokens[self.at]
        self.at += 1
        if token.kind in ("!", "~", "+", "-"):
            return Node("unary", token.kind, 0.0, (self.unary(),), token.start)
        if token.kind == "(":
            inner = self.expression()
            self.expect(")")
            return inner
        if token.kind == "VARIABLE":
            return self.external(token)
        if token.kind == "DECIMAL":
            return Node("number", "", float(token.text), (), token.start)
        if token.kind in ("HEX", "OCTAL"):
            return Node("number", "", float(int(token.text[1:].lstrip("xX"), 16 if token.kind == "HEX" else 8)), (), 0)
        raise Fault

    def external(self, token: _Token) -> Node:
        if not self.take("("):
            return Node("variable", token.text, 0.0, (), token.start)
        parts: list[Node] = []
        if not self.take(")"):
            parts.append(self.expression())
            while self.take(","):
                parts.append(self.expression())
            self.expect(")")
        return Node("call", token.text, 0.0, tuple(parts), token.start)


# --- what is wrong with it --------------------------------------------------------------------------------------------

_GRAMMAR = """
compile: expression EOF ;;
expression: ( '(' expression ')' | (OCTAL | HEX | DECIMAL)
    | VARIABLE ('(' (expression (',' expression)*)? ')')?
    | ('!' | '~' | '+' | '-') expression[12] ) (
      {11} ('*' | '/' | '%') expression[12]
    | {10} ('+' | '-') expression[11]
    | {9} ('<<' | '>>' | '>>>') expression[10]
    | {8} ('<' | '<=' | '>' | '>=') expression[9]
    | {7} ('==' | '!=') expression[8]
    | {6} '&' expression[7]
    | {5} '^' expression[6]
    | {4} 'BWOR' expression[5]
    | {3} '&&' expression[4]
    | {2} 'BOOLOR' expression[3]
    | {1} '?' expression[0] ':' expression[1]
    )* ;;
"""
_WRITTEN = {"|": "BWOR", "||": "BOOLOR"}
_ORDER = "( ) , ! ~ * / % + - << >> >>> < <= > >= == != & ^ BWOR && BOOLOR ? : VARIABLE OCTAL HEX DECIMAL".split()
_SYMBOLS = (
    "LP RP COMMA BOOLNOT BWNOT MUL DIV REM ADD SUB '<<' '>>' '>>>' LT '<=' GT '>=' '==' '!=' BWAND BWXOR BWOR "
    "'&&' '||' COND COLON VARIABLE OCTAL HEX DECIMAL"
).split()
_POSITIONS = {kind: i for i, kind in enumerate(_ORDER)}
_NAMES = {**dict(zip(_ORDER, _SYMBOLS, strict=True)), EOF: "<EOF>"}


@cache
def _grammar() -> Grammar:
    return Grammar(_GRAMMAR)


def parse_exception(message: str, cause: str | None = None) -> Thrown:
    thrown = Thrown("java.text.ParseException", message)
    if cause is not None:
        thrown.cause = Thrown(f"org.antlr.v4.runtime.{cause}")
    return thrown


def explain(source: str) -> tuple[int, Thrown]:
    tokens = _Tokens(source)

    def kind(index: int) -> str:
        found = tokens[index].kind
        return _WRITTEN.get(found, found)

    def place(start: int) -> str:
        line = source.count("\n", 0, start) + 1
        return f"on line ({line}) position ({start - (source.rfind(chr(10), 0, start) + 1)})"

    try:
        Run(_grammar(), kind).parse("compile")
    except Lexical as error:
        message = f"unexpected character '{error.character}' {place(error.start)}"
        return error.start, parse_exception(message, "LexerNoViableAltException")
    except UnexpectedToken as failure:
        token = tokens[failure.index]
        expected = set_text(failure.expected, _POSITIONS, _NAMES)
        message = f"unexpected token '{token.text}' {place(token.start)} was expecting one of {expected}"
        return token.start, parse_exception(message)
    except (NoViableAlternative, Failure) as failure:
        token = tokens[failure.index]
        message = f"invalid sequence of tokens near '{token.text}' {place(token.start)}"
        if token.kind == EOF:
            message = "unexpected end of expression"
        return token.start, parse_exception(message, "NoViableAltException")
    return 0, parse_exception("unexpected end of expression")
