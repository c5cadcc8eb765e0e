"""The grammar of Lucene's classic query language: a recursive descent that fails with the messages of the generated
parser.

What it has expected where is kept as JavaCC keeps it (``jj_la1``, ``jj_2_rtns``), since an error tells it.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Protocol

from fakeknn.errors import ParseException
from fakeknn.query.base import Query
from fakeknn.query.query_string_tokens import (
    AND,
    BAREOPER,
    CARAT,
    COLON,
    EOF,
    FUZZY_SLOP,
    IMAGES,
    LPAREN,
    MINUS,
    NOT,
    NUMBER,
    OR,
    PLUS,
    PREFIXTERM,
    QUOTED,
    RANGE_GOOP,
    RANGE_QUOTED,
    RANGE_TO,
    RANGEEX_END,
    RANGEEX_START,
    RANGEIN_END,
    RANGEIN_START,
    REGEXPTERM,
    RPAREN,
    STAR,
    TERM,
    WILDTERM,
    LexicalToken,
    TokenManager,
    add_escapes,
)

#: How a clause is joined to those before it, and what stands before it.
CONJ_NONE, CONJ_AND, CONJ_OR = range(3)
MOD_NONE, MOD_NOT, MOD_REQ = 0, 10, 11

_TERMS = (BAREOPER, STAR, TERM, PREFIXTERM, WILDTERM, REGEXPTERM, NUMBER)
_RANGES = (RANGEIN_START, RANGEEX_START)
_TERM_STARTS = (*_TERMS, QUOTED, *_RANGES)
_CLAUSE_STARTS = (*_TERM_STARTS, LPAREN)
_QUERY_STARTS = (NOT, PLUS, MINUS, *_CLAUSE_STARTS)
_FURTHER = (AND, OR, *_QUERY_STARTS)

#: What is expected at each of the generated parser's choices (``jj_la1_0``).
_EXPECTED: tuple[tuple[int, ...], ...] = (
    (AND, OR),
    (AND, OR),
    (NOT, PLUS, MINUS),
    (NOT, PLUS, MINUS),
    _QUERY_STARTS,
    _FURTHER,
    _FURTHER,
    (STAR, TERM),
    (CARAT,),
    _CLAUSE_STARTS,
    _TERMS,
    (FUZZY_SLOP,),
    (CARAT,),
    (CARAT, FUZZY_SLOP),
    (CARAT, FUZZY_SLOP),
    _RANGES,
    (RANGE_TO, RANGE_QUOTED, RANGE_GOOP),
    (RANGE_TO, RANGE_QUOTED, RANGE_GOOP),
    (RANGEIN_END, RANGEEX_END),
    (CARAT,),
    (FUZZY_SLOP,),
    (CARAT,),
    (CARAT, FUZZY_SLOP),
    (CARAT, FUZZY_SLOP),
    _TERM_STARTS,
)

#: Nothing of this may stand behind words that are taken together.
_NOT_BEHIND_WORDS = frozenset((COLON, STAR, FUZZY_SLOP, CARAT, AND, OR))


@dataclass(slots=True)
class Clause:
    occur: str
    """must, should, must_not."""
    query: Query


class Actions(Protocol):
    """What becomes of the parts of a query (QueryParserBase)."""

    def add_clause(self, clauses: list[Clause], conjunction: int, modifier: int, query: Query | None) -> None: ...

    def add_words(self, clauses: list[Clause], query: Query | None) -> None: ...

    def boolean(self, clauses: list[Clause]) -> Query | None: ...

    def word(self, field: str | None, text: str) -> Query | None: ...

    def bare(self, field: str | None, token: LexicalToken, kind: str, slop: LexicalToken | None) -> Query | None: ...

    def quoted(self, field: str | None, token: LexicalToken, slop: LexicalToken | None) -> Query | None: ...

    def between(
        self, field: str | None, low: str | None, high: str | None, include_low: bool, include_high: bool
    ) -> Query | None: ...

    def boost(self, query: Query | None, boost: LexicalToken | None) -> Query | None: ...


class _Found(Exception):
    """LookaheadSuccess."""


@dataclass(slots=True)
class _Call:
    """JJCalls: a lookahead that was made."""

    gen: int = 0
    first: LexicalToken | None = None
    arg: int = 0
    next: _Call | None = None


class Grammar:
    def __init__(self, text: str, field: str | None, actions: Actions) -> None:
        self._manager = TokenManager(text)
        self._token = LexicalToken(-1, "", 0)
        self._actions = actions
        self._field = field
        self._gen = 0
        self._la1 = [-1] * len(_EXPECTED)
        self._calls = [_Call() for _ in range(3)]
        self._kind = -1
        self._la = 0
        self._scan = self._last = self._token
        self._rescan = False
        self._looking = False
        self._entries: list[tuple[int, ...]] = []
        self._tokens: list[int] = []
        self._end = 0

    # -- tokens

    def _after(self, token: LexicalToken) -> LexicalToken:
        if token.next is None:
            token.next = self._manager.next_token()
        return token.next

    def _peek(self) -> int:
        return self._after(self._token).kind

    def _get(self, index: int) -> int:
        token = self._scan if self._looking else self._token
        for _ in range(index):
            token = self._after(token)
        return token.kind

    def _consume(self, kind: int) -> LexicalToken:
        following = self._after(self._token)
        if following.kind == kind:
            self._token = following
            self._gen += 1
            return following
        self._kind = kind
        raise self._failure()

    def _choice(self, number: int) -> None:
        """Remember that a choice was met where none of its alternatives stood."""
        self._la1[number] = self._gen

    def _refuse(self, number: int) -> ParseException:
        self._choice(number)
        self._kind = -1
        return self._failure()

    # -- lookahead

    def _scan_token(self, kind: int) -> bool:
        """jj_scan_token: whether the token there is another."""
        if self._scan is self._last:
            self._la -= 1
            self._last = self._scan = self._after(self._scan)
        else:
            self._scan = self._after(self._scan)
        if self._rescan:
            place = 0
            token: LexicalToken | None = self._token
            while token is not None and token is not self._scan:
                place, token = place + 1, token.next
            if token is not None:
                self._add_error_token(kind, place)
        if self._scan.kind != kind:
            return True
        if self._la == 0 and self._scan is self._last:
            raise _Found
        return False

    def _scan_words(self) -> bool:
        if self._scan_token(TERM):
            return True
        self._looking = True
        good = self._get(1) == TERM and self._get(2) not in _NOT_BEHIND_WORDS
        self._looking = False
        if not good or self._scan_token(TERM):
            return True
        while True:
            here = self._scan
            if self._scan_token(TERM):
                self._scan = here
                return False

    def _scan_field(self) -> bool:
        here = self._scan
        if self._scan_token(TERM) or self._scan_token(COLON):
            self._scan = here
            return self._scan_token(STAR) or self._scan_token(COLON)
        return False

    def _ahead(self, number: int, scan: Callable[[], bool]) -> bool:
        """jj_2_1 to jj_2_3: whether what ``scan`` scans stands here, as far as two tokens tell."""
        self._la = 2
        self._last = self._scan = self._token
        try:
            return not scan()
        except _Found:
            return True
        finally:
            call = self._calls[number]
            while call.gen > self._gen:
                if call.next is None:
                    call.next = _Call()
                    call = call.next
                    break
                call = call.next
            call.gen, call.first, call.arg = self._gen + 2 - self._la, self._token, 2

    # -- the message of a failure

    def _add_error_token(self, kind: int, place: int) -> None:
        if place >= 100:
            return
        if place == self._end + 1:
            self._tokens[self._end :] = [kind]
            self._end += 1
        elif self._end:
            entry = tuple(self._tokens[: self._end])
            if entry in self._entries:
                self._entries.append(entry)
            if place:
                self._end = place
                self._tokens[place - 1 :] = [kind]

    def _failure(self) -> ParseException:
        expected = {self._kind} if self._kind >= 0 else set()
        self._kind = -1
        for number, gen in enumerate(self._la1):
            if gen == self._gen:
                expected.update(_EXPECTED[number])
        self._entries = [(kind,) for kind in sorted(expected)]
        self._end = 0
        self._tokens = []
        self._rescan_tokens()
        self._add_error_token(0, 0)
        return ParseException(self._message())

    def _rescan_tokens(self) -> None:
        self._rescan = True
        scans = (self._scan_words, self._scan_words, self._scan_field)
        for number, scan in enumerate(scans):
            call: _Call | None = self._calls[number]
            try:
                while call is not None:
                    if call.gen > self._gen:
                        assert call.first is not None
                        self._la = call.arg
                        self._last = self._scan = call.first
                        scan()
                    call = call.next
            except _Found:
                pass
        self._rescan = False

    def _message(self) -> str:
        longest = max((len(entry) for entry in self._entries), default=0)
        expected = ""
        for entry in self._entries:
            expected += "".join(f"{IMAGES[kind]} " for kind in entry)
            expected += ("" if entry[-1] == EOF else "...") + "\n    "
        first = self._after(self._token)
        out = 'Encountered "'
        token: Any = first
        for i in range(longest):
            if i:
                out += " "
            if token.kind == EOF:
                out += IMAGES[EOF]
                break
            out += f' {IMAGES[token.kind]} "{add_escapes(token.image)} "'
            token = token.next
            if token is None:  # none that the parser has looked at
                break
        out += f'" at line 1, column {first.column}.\n'
        if not self._entries:
            return out
        return f"{out}Was expecting{'' if len(self._entries) == 1 else ' one of'}:\n    {expected}"

    # -- productions

    def parse(self) -> Query | None:
        query = self._query(self._field)
        self._consume(EOF)
        return query

    def _conjunction(self) -> int:
        kind = self._peek()
        if kind in (AND, OR):
            self._consume(kind)
            return CONJ_AND if kind == AND else CONJ_OR
        self._choice(1)
        return CONJ_NONE

    def _modifier(self) -> int:
        kind = self._peek()
        if kind in (NOT, PLUS, MINUS):
            self._consume(kind)
            return MOD_REQ if kind == PLUS else MOD_NOT
        self._choice(3)
        return MOD_NONE

    def _query(self, field: str | None) -> Query | None:
        clauses: list[Clause] = []
        first: Query | None = None
        if self._ahead(0, self._scan_words):
            first = self._words(field, clauses)
        elif self._peek() in _QUERY_STARTS:
            modifier = self._modifier()
            query = self._clause(field)
            self._actions.add_clause(clauses, CONJ_NONE, modifier, query)
            if modifier == MOD_NONE:
                first = query
        else:
            raise self._refuse(4)
        while True:
            if self._peek() not in _FURTHER:
                self._choice(5)
                break
            if self._ahead(1, self._scan_words):
                self._words(field, clauses)
            else:
                conjunction = self._conjunction()
                modifier = self._modifier()
                self._actions.add_clause(clauses, conjunction, modifier, self._clause(field))
        if len(clauses) == 1 and first is not None:
            return first
        return self._actions.boolean(clauses)

    def _clause(self, field: str | None) -> Query | None:
        if self._ahead(2, self._scan_field):
            if self._peek() == TERM:
                name = self._consume(TERM)
                self._consume(COLON)
                field = discard_escapes(name.image)
            else:
                self._consume(STAR)
                self._consume(COLON)
                field = "*"
        kind = self._peek()
        boost = None
        if kind in _TERM_STARTS:
            query = self._term(field)
        elif kind == LPAREN:
            self._consume(LPAREN)
            query = self._query(field)
            self._consume(RPAREN)
            boost = self._boost(8)
        else:
            raise self._refuse(9)
        return self._actions.boost(query, boost)

    def _boost(self, number: int) -> LexicalToken | None:
        if self._peek() == CARAT:
            self._consume(CARAT)
            return self._consume(NUMBER)
        self._choice(number)
        return None

    def _suffixes(
        self, neither: int, slop_behind: int, boost_behind: int
    ) -> tuple[LexicalToken | None, LexicalToken | None]:
        """A slop and a boost, in either order."""
        slop = boost = None
        kind = self._peek()
        if kind == CARAT:
            self._consume(CARAT)
            boost = self._consume(NUMBER)
            if self._peek() == FUZZY_SLOP:
                slop = self._consume(FUZZY_SLOP)
            else:
                self._choice(slop_behind)
        elif kind == FUZZY_SLOP:
            slop = self._consume(FUZZY_SLOP)
            boost = self._boost(boost_behind)
        else:
            self._choice(neither)
        return slop, boost

    def _term(self, field: str | None) -> Query | None:
        kind = self._peek()
        if kind in _RANGES:
            return self._range(field, kind)
        token = self._consume(kind)
        if kind == QUOTED:
            slop, boost = self._suffixes(23, 20, 21)
            return self._actions.boost(self._actions.quoted(field, token, slop), boost)
        if kind == BAREOPER:
            token.image = token.image[:1]
        slop, boost = self._suffixes(14, 11, 12)
        how = {STAR: "wildcard", WILDTERM: "wildcard", PREFIXTERM: "prefix", REGEXPTERM: "regexp"}.get(kind, "term")
        return self._actions.boost(self._actions.bare(field, token, how, slop), boost)

    def _goop(self, number: int) -> LexicalToken:
        kind = self._peek()
        if kind not in (RANGE_GOOP, RANGE_QUOTED, RANGE_TO):
            raise self._refuse(number)
        return self._consume(kind)

    def _range(self, field: str | None, kind: int) -> Query | None:
        self._consume(kind)
        low = self._goop(16)
        self._consume(RANGE_TO)
        high = self._goop(17)
        closing = self._peek()
        if closing not in (RANGEIN_END, RANGEEX_END):
            raise self._refuse(18)
        self._consume(closing)
        boost = self._boost(19)
        query = self._actions.between(field, _bound(low), _bound(high), kind == RANGEIN_START, closing == RANGEIN_END)
        return self._actions.boost(query, boost)

    def _words(self, field: str | None, clauses: list[Clause]) -> Query | None:
        """MultiTerm: words without operators, which are analysed together."""
        text = self._consume(TERM).image
        if not (self._get(1) == TERM and self._get(2) not in _NOT_BEHIND_WORDS):
            self._kind = -1
            raise self._failure()
        while True:
            text += " " + self._consume(TERM).image
            if not (self._get(1) == TERM and self._get(2) not in _NOT_BEHIND_WORDS):
                break
        query = self._actions.word(field, discard_escapes(text))
        self._actions.add_words(clauses, query)
        return query


def _bound(token: LexicalToken) -> str | None:
    if token.kind == RANGE_QUOTED:
        return discard_escapes(token.image[1:-1])
    return None if token.image == "*" else discard_escapes(token.image)


def discard_escapes(text: str) -> str:
    """QueryParserBase.discardEscapeChar."""
    if "\\" not in text:
        return text
    out: list[str] = []
    i = 0
    while i < len(text):
        if text[i] != "\\":
            out.append(text[i])
            i += 1
            continue
        if i + 1 >= len(text):
            raise ParseException("Term can not end with escape character.")
        if text[i + 1] != "u":
            out.append(text[i + 1])
            i += 2
            continue
        digits = text[i + 2 : i + 6]
        for digit in digits:
            if digit not in "0123456789abcdefABCDEF":
                raise ParseException(f"Non-hex character in Unicode escape sequence: {digit}")
        if len(digits) < 4:
            raise ParseException("Truncated Unicode escape sequence.")
        out.append(chr(int(digits, 16)))
        i += 6
    return "".join(out)


def escape(text: str) -> str:
    """QueryParserBase.escape."""
    return "".join(f"\\{char}" if char in '\\+-!():^[]"{}~*?|&/' else char for char in text)
