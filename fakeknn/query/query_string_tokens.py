"""The tokens of Lucene's classic query language, as its generated token manager cuts them."""

from __future__ import annotations

import re
from dataclasses import dataclass

from fakeknn.errors import TokenMgrError

(
    EOF, _NUM_CHAR, _ESCAPED_CHAR, _TERM_START_CHAR, _TERM_CHAR, _WHITESPACE, _QUOTED_CHAR, _SKIPPED,
    AND, OR, NOT, PLUS, MINUS, BAREOPER, LPAREN, RPAREN, COLON, STAR, CARAT, QUOTED, TERM, FUZZY_SLOP, PREFIXTERM,
    WILDTERM, REGEXPTERM, RANGEIN_START, RANGEEX_START, NUMBER, RANGE_TO, RANGEIN_END, RANGEEX_END, RANGE_QUOTED,
    RANGE_GOOP,
) = range(33)  # fmt: skip

#: How messages name each kind.
IMAGES = (
    "<EOF>", "<_NUM_CHAR>", "<_ESCAPED_CHAR>", "<_TERM_START_CHAR>", "<_TERM_CHAR>", "<_WHITESPACE>", "<_QUOTED_CHAR>",
    "<token of kind 7>", "<AND>", "<OR>", "<NOT>", '"+"', '"-"', "<BAREOPER>", '"("', '")"', '":"', '"*"', '"^"',
    "<QUOTED>", "<TERM>", "<FUZZY_SLOP>", "<PREFIXTERM>", "<WILDTERM>", "<REGEXPTERM>", '"["', '"{"', "<NUMBER>",
    '"TO"', '"]"', '"}"', "<RANGE_QUOTED>", "<RANGE_GOOP>",
)  # fmt: skip

_SPACE = " \\t\\n\\r\u3000"
_ESCAPED = r"\\[\s\S]"
_START = rf'(?:[^{_SPACE}+\-!():^\[\]"{{}}~*?\\/]|{_ESCAPED})'
_CHAR = rf"(?:{_START}|[-+])"

#: The lexical states, with the kinds of each in the order of their declaration: of equally long ones the first counts.
_BOOST, _RANGE, _DEFAULT = range(3)
_KINDS = {
    _BOOST: ((NUMBER, r"[0-9]+(?:\.[0-9]+)?"),),
    _RANGE: (
        (_SKIPPED, rf"[{_SPACE}]"),
        (RANGE_TO, "TO"),
        (RANGEIN_END, r"\]"),
        (RANGEEX_END, r"\}"),
        (RANGE_QUOTED, r'"(?:\\"|[^"])+"'),
        (RANGE_GOOP, r"[^ \]}]+"),
    ),
    _DEFAULT: (
        (_SKIPPED, rf"[{_SPACE}]"),
        (AND, r"AND|&&"),
        (OR, r"OR|\|\|"),
        (NOT, r"NOT|!"),
        (PLUS, r"\+"),
        (MINUS, "-"),
        (BAREOPER, rf"[-+!][{_SPACE}]"),
        (LPAREN, r"\("),
        (RPAREN, r"\)"),
        (COLON, ":"),
        (STAR, r"\*"),
        (CARAT, r"\^"),
        (QUOTED, rf'"(?:[^"\\]|{_ESCAPED})*"'),
        (TERM, rf"{_START}{_CHAR}*"),
        (FUZZY_SLOP, rf"~{_CHAR}*"),
        (PREFIXTERM, rf"\*|{_START}{_CHAR}*\*"),
        (WILDTERM, rf"(?:{_START}|[*?])(?:{_CHAR}|[*?])*"),
        (REGEXPTERM, r"/(?:\\/|[^/])*/"),
        (RANGEIN_START, r"\["),
        (RANGEEX_START, r"\{"),
    ),
}
_PATTERNS = {state: tuple((kind, re.compile(pattern)) for kind, pattern in kinds) for state, kinds in _KINDS.items()}
_NEXT_STATE = {
    CARAT: _BOOST,
    NUMBER: _DEFAULT,
    RANGEIN_START: _RANGE,
    RANGEEX_START: _RANGE,
    RANGEIN_END: _DEFAULT,
    RANGEEX_END: _DEFAULT,
}
#: What begins a token that is not finished.
_UNFINISHED = re.compile(rf'"(?:[^"\\]|{_ESCAPED})*\\?|/[^/]*|\\')


@dataclass(slots=True, eq=False)
class LexicalToken:
    kind: int
    image: str
    column: int
    next: LexicalToken | None = None


class TokenManager:
    """Gives the tokens of a text one by one."""

    def __init__(self, text: str) -> None:
        self.text = text
        self.place = 0
        self.state = _DEFAULT

    def next_token(self) -> LexicalToken:
        while True:
            if self.place >= len(self.text):
                return LexicalToken(EOF, "", len(self.text))
            best, end = -1, self.place
            for kind, pattern in _PATTERNS[self.state]:
                found = pattern.match(self.text, self.place)
                if found is not None and found.end() > end:
                    best, end = kind, found.end()
            if best < 0:
                raise self._error()
            start, self.place = self.place, end
            self.state = _NEXT_STATE.get(best, self.state)
            if best != _SKIPPED:
                return LexicalToken(best, self.text[start:end], start)

    def _error(self) -> TokenMgrError:
        """TokenMgrError.LexicalErr; columns count from one here, and the character is told by its number."""
        start = self.place
        begun = _UNFINISHED.match(self.text, start) if self.state == _DEFAULT else None
        last = min(begun.end() if begun is not None else start + 1, len(self.text))
        after = self.text[start:last] if last - start > 1 else ""
        at_end = last >= len(self.text)
        where = last + 1 if at_end else last
        what = "<EOF>" if at_end else f"'{ord(self.text[last - 1])}' ({ord(self.text[last - 1])}),"
        if after:
            what += f' after prefix "{add_escapes(after)}"'
        state = f" (in lexical state {self.state})" if self.state else ""
        return TokenMgrError(f"Lexical error at line 1, column {where}.  Encountered: {what}{state}")


_ESCAPES = {"\b": "\\b", "\t": "\\t", "\n": "\\n", "\f": "\\f", "\r": "\\r", '"': '\\"', "'": "\\'", "\\": "\\\\"}


def add_escapes(text: str) -> str:
    """ParseException.add_escapes."""
    return "".join(
        _ESCAPES.get(char) or (char if " " <= char <= "~" else f"\\u{ord(char) & 0xFFFF:04x}") for char in text
    )
