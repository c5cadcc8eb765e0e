"""simple_query_string: a language in which nothing is an error (Lucene's SimpleQueryParser)."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any, ClassVar

from fakeknn.analysis import Analyzer
from fakeknn.errors import IllegalArgumentException, OpenSearchError, ParsingException, Where
from fakeknn.fields import FieldType
from fakeknn.query.base import Query, negative_boost
from fakeknn.query.boolean import Bool
from fakeknn.query.compound import DisMax, MatchNone
from fakeknn.query.context import ShardContext
from fakeknn.query.field_names import (
    Weights,
    copied,
    default_fields,
    has_all,
    parse_weights,
    resolve_fields,
    shown_weights,
)
from fakeknn.query.fuzzy import Fuzziness, Fuzzy
from fakeknn.query.match import (
    ALL_DOCS,
    MatchOptions,
    boosted,
    checked,
    named_analyzer,
    normalized,
    operator,
    search_analyzer,
    with_minimum,
)
from fakeknn.query.multi_match import MOST_FIELDS, PHRASE_TYPE, multi_match_query, whole_stream
from fakeknn.query.parsing import Reader, common, register
from fakeknn.query.patterns import Prefix
from fakeknn.query.query_string import read_members
from fakeknn.query.query_string_parser import analyzed_prefix
from fakeknn.query.rewritten import Rewritten
from fakeknn.xcontent import objects

(AND, NOT, OR, PREFIX, PHRASE, PRECEDENCE, ESCAPE, WHITESPACE, FUZZY, NEAR) = (1 << i for i in range(10))
FLAGS = {
    "AND": AND,
    "NOT": NOT,
    "OR": OR,
    "PREFIX": PREFIX,
    "PHRASE": PHRASE,
    "PRECEDENCE": PRECEDENCE,
    "ESCAPE": ESCAPE,
    "WHITESPACE": WHITESPACE,
    "FUZZY": FUZZY,
    "NEAR": NEAR,
    "SLOP": NEAR,
}
ALL = -1


@dataclass(slots=True)
class _State:
    """A text that is read from ``index`` to ``length``, and the tree so far."""

    index: int
    length: int
    operation: str | None = None
    before: str | None = None
    negations: int = 0
    top: Query | None = None


class SimpleParser:
    """SimpleQueryStringQueryParser on the fields of a shard."""

    def __init__(self, ctx: ShardContext, query: SimpleQueryString, weights: Weights, lenient: bool) -> None:
        self.ctx, self.query, self.weights, self.lenient = ctx, query, weights, lenient
        self.analyzer: Analyzer | None = (
            None if query.analyzer is None else named_analyzer(ctx, query.analyzer, "simple_query_string")
        )
        self.occur = "should" if query.default_operator == "or" else "must"
        self._match = MatchOptions(
            operator=query.default_operator,
            lenient=lenient,
            zero_terms_query=None,
            auto_generate_synonyms_phrase_query=query.auto_generate_synonyms_phrase_query,
        )
        self.data = ""

    def parse(self, text: str) -> Query:
        if text.strip() == "*":
            return ALL_DOCS
        self.data = text
        state = _State(0, len(text))
        self._sub_query(state)
        return MatchNone(reason="empty string passed to query parser") if state.top is None else state.top

    def _has(self, flag: int) -> bool:
        return bool(self.query.flags & flag)

    def _sub_query(self, state: _State) -> None:
        while state.index < state.length:
            char = self.data[state.index]
            if char == "(" and self._has(PRECEDENCE):
                self._group(state)
            elif char == ")" and self._has(PRECEDENCE):
                state.index += 1
            elif char == '"' and self._has(PHRASE):
                self._phrase(state)
            elif char in "+|" and self._has(AND if char == "+" else OR):
                if state.operation is None and state.top is not None:
                    state.operation = "must" if char == "+" else "should"
                state.index += 1
            elif char == "-" and self._has(NOT):
                state.negations += 1
                state.index += 1
                continue
            elif char in " \t\n\r" and self._has(WHITESPACE):
                state.index += 1
            else:
                self._token(state)
            state.negations = 0

    def _group(self, state: _State) -> None:
        state.index += 1
        start, depth, escaped = state.index, 1, False
        while state.index < state.length:
            char = self.data[state.index]
            if not escaped:
                if char == "\\" and self._has(ESCAPE):
                    escaped = True
                    state.index += 1
                    continue
                if char == "(":
                    depth += 1
                elif char == ")":
                    depth -= 1
                    if not depth:
                        break
            escaped = False
            state.index += 1
        if state.index >= state.length:
            state.index = start  # never closed: the parenthesis is passed over
        elif state.index == start:
            state.operation = None
            state.index += 1
        else:
            inner = _State(start, state.index)
            self._sub_query(inner)
            self._add(state, inner.top)
            state.index += 1

    def _phrase(self, state: _State) -> None:
        state.index += 1
        start, text, escaped, slop = state.index, "", False, False
        while state.index < state.length:
            char = self.data[state.index]
            if not escaped:
                if char == "\\" and self._has(ESCAPE):
                    escaped = True
                    state.index += 1
                    continue
                if char == '"':
                    if state.length > state.index + 1 and self.data[state.index + 1] == "~" and self._has(NEAR):
                        state.index += 1
                        slop = state.length > state.index + 1
                    break
            escaped = False
            text += char
            state.index += 1
        if state.index >= state.length:
            state.index = start
        elif state.index == start:
            state.operation = None
            state.index += 1
        else:
            self._add(state, self._phrase_query(text, self._edits(state) if slop else 0))
            state.index += 1

    def _token(self, state: _State) -> None:
        text, escaped, prefix, fuzzy = "", False, False, False
        while state.index < state.length:
            char = self.data[state.index]
            if not escaped:
                if char == "\\" and self._has(ESCAPE):
                    escaped, prefix = True, False
                    state.index += 1
                    continue
                if self._finished(state):
                    break
                if text and char == "~" and self._has(FUZZY):
                    fuzzy = True
                    break
                prefix = bool(text) and char == "*" and self._has(PREFIX)
            escaped = False
            text += char
            state.index += 1
        if not text:
            return
        if fuzzy:
            edits = min(self._edits(state), 2)
            branch = self._fuzzy_query(text, edits) if edits else self._default_query(text)
        elif prefix:
            branch = self._prefix_query(text[:-1])
        else:
            branch = self._default_query(text)
        self._add(state, branch)

    def _finished(self, state: _State) -> bool:
        char = self.data[state.index]
        if char in "()":
            return self._has(PRECEDENCE)
        if char in " \t\n\r":
            return self._has(WHITESPACE)
        flag = {'"': PHRASE, "|": OR, "+": AND}.get(char)
        return flag is not None and self._has(flag)

    def _edits(self, state: _State) -> int:
        """parseFuzziness: the number behind a tilde; 2 if there is none."""
        if self.data[state.index] != "~":
            return 0
        text = ""
        while state.index < state.length:
            state.index += 1
            if state.index < state.length:
                if self._finished(state):
                    break
                text += self.data[state.index]
        if not text:
            return 2
        try:
            number = int(text) if text.lstrip("+-").isascii() and text.lstrip("+-").isdigit() else 0
        except ValueError:
            return 0
        return number if 0 <= number < 2**31 else 0

    def _add(self, state: _State, branch: Query | None) -> None:
        """buildQueryTree."""
        if branch is None:
            return
        if state.negations % 2:
            branch = Bool(must_not=(branch,), should=(ALL_DOCS,))
        if state.top is None:
            state.top = branch
        else:
            operation = state.operation or self.occur
            if state.before != operation:
                state.top = Bool(**{operation: (state.top,)})  # type: ignore[arg-type]
            assert isinstance(state.top, Bool)
            clauses = (*getattr(state.top, operation), branch)
            state.top = replace(state.top, **{operation: clauses})  # type: ignore[arg-type]
            state.before = operation
        state.operation = None

    # -- the parts

    def _default_query(self, text: str) -> Query | None:
        return multi_match_query(self.ctx, MOST_FIELDS, self.weights, text, self._match, analyzer=self.analyzer)

    def _phrase_query(self, text: str, slop: int) -> Query | None:
        weights = self.weights
        if self.query.quote_field_suffix is not None:
            weights = resolve_fields(self.ctx, weights, self.query.quote_field_suffix)
        options = replace(self._match, slop=slop)
        return multi_match_query(self.ctx, PHRASE_TYPE, weights, text, options, analyzer=self.analyzer)

    def _on_each(self, make: Callable[[FieldType], Query | None]) -> Query:
        queries: list[Query] = []
        for name, boost in self.weights.items():
            found = self.ctx.field(name)
            if found is None:
                queries.append(MatchNone(reason=f"unmapped fields [{name}]"))
                continue
            try:
                query = make(found)
                if query is not None:
                    queries.append(boosted(checked(query, self.ctx), boost))
            except OpenSearchError as error:
                if not self.lenient:
                    raise
                queries.append(MatchNone(reason=f"failed query, caused by {error.reason}"))
        return queries[0] if len(queries) == 1 else DisMax(queries=tuple(queries), tie_breaker=1.0)

    def _normalized(self, found: FieldType, text: str) -> str:
        return normalized(found, text) if self.analyzer is None else self.analyzer.normalize(text)

    def _fuzzy_query(self, text: str, edits: int) -> Query:
        return self._on_each(
            lambda found: Fuzzy(
                field=found.path,
                value=self._normalized(found, text),
                fuzziness=Fuzziness(str(edits)),
                prefix_length=self.query.fuzzy_prefix_length,
                max_expansions=self.query.fuzzy_max_expansions,
                transpositions=self.query.fuzzy_transpositions,
            )
        )

    def _prefix_query(self, text: str) -> Query:
        def of(found: FieldType) -> Query | None:
            if not self.query.analyze_wildcard:
                return Prefix(field=found.path, value=self._normalized(found, text))
            analyzer = self.analyzer or search_analyzer(found)
            stream = whole_stream(text) if analyzer is None else analyzer.stream(text)
            places: dict[int, list[str]] = {}
            for token in stream.tokens:
                places.setdefault(token.position, []).append(self._normalized(found, token.term))
            if not places:
                return None
            return analyzed_prefix(found.path, list(places.values()), self.query.default_operator)

        return self._on_each(of)


# --- the query --------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, eq=False, kw_only=True)
class SimpleQueryString(Rewritten):
    kind: ClassVar[str] = "simple_query_string"
    query: str
    fields: Mapping[str, float] = field(default_factory=dict)
    analyzer: str | None = None
    flags: int = ALL
    default_operator: str = "or"
    lenient: bool | None = None
    analyze_wildcard: bool = False
    quote_field_suffix: str | None = None
    minimum_should_match: str | None = None
    auto_generate_synonyms_phrase_query: bool = True
    fuzzy_prefix_length: int = 0
    fuzzy_max_expansions: int = 50
    fuzzy_transpositions: bool = True

    def members(self) -> dict[str, Any]:
        written: dict[str, Any] = {
            "query": self.query,
            "fields": shown_weights(copied(self.fields)) or None,
            "analyzer": self.analyzer,
            "flags": self.flags,
            "default_operator": self.default_operator,
            "lenient": self.lenient,
            "analyze_wildcard": self.analyze_wildcard,
            "quote_field_suffix": self.quote_field_suffix,
            "minimum_should_match": self.minimum_should_match,
            "auto_generate_synonyms_phrase_query": self.auto_generate_synonyms_phrase_query,
            "fuzzy_prefix_length": self.fuzzy_prefix_length,
            "fuzzy_max_expansions": self.fuzzy_max_expansions,
            "fuzzy_transpositions": self.fuzzy_transpositions,
        }
        return {name: value for name, value in written.items() if value is not None}

    def rewrite_on(self, ctx: ShardContext) -> Query:
        asked = copied(self.fields) or parse_weights(default_fields(ctx))
        weights = resolve_fields(ctx, asked)
        lenient = has_all(asked) if self.lenient is None else self.lenient
        query = SimpleParser(ctx, self, weights, lenient).parse(self.query)
        return with_minimum(query, self.minimum_should_match)


def _flags(container: Any, key: Any) -> int:
    value = container[key]
    if isinstance(value, (int, float)) and not isinstance(value, bool):
        number = objects.integer(container, key)
        return ALL if number < 0 else number
    text = objects.text(container, key)
    if not text:
        return ALL
    found = 0
    for name in text.split("|"):
        if not name:
            continue
        if name.upper() in ("NONE", "ALL"):
            return 0 if name.upper() == "NONE" else ALL
        if name.upper() not in FLAGS:
            raise IllegalArgumentException(f"Unknown simple_query_string flag [{name}]")
        found |= FLAGS[name.upper()]
    return found


def _passed_over(container: Any, key: Any) -> None:
    return None


_READERS: Mapping[str, Reader] = {
    "query": objects.text,
    "boost": objects.decimal,
    "analyzer": objects.text,
    "default_operator": operator,
    "flags": _flags,
    "locale": _passed_over,
    "lowercase_expanded_terms": _passed_over,
    "lenient": objects.boolean,
    "analyze_wildcard": objects.boolean,
    "_name": objects.text,
    "minimum_should_match": objects.text_or_none,
    "quote_field_suffix": objects.text_or_none,
    "all_fields": _passed_over,
    "auto_generate_synonyms_phrase_query": objects.boolean,
    "fuzzy_prefix_length": objects.integer,
    "fuzzy_max_expansions": objects.integer,
    "fuzzy_transpositions": objects.boolean,
}


@register("simple_query_string")
def parse_simple_query_string(container: Any, key: Any) -> Query:
    body = container[key]
    values = read_members("simple_query_string", body, _READERS, "unsupported field", nulls=True)
    if values.get("query") is None:
        raise ParsingException("[simple_query_string] query text missing", at=Where(body, None, "end"))
    named = common(values)
    values = {name: value for name, value in values.items() if name not in ("boost", "_name") and value is not None}
    fields = values.get("fields", {})
    query = SimpleQueryString(**values)
    if any(boost < 0 for boost in fields.values()):
        raise negative_boost(SimpleQueryString(query=query.query))
    if named["boost"] < 0:
        raise negative_boost(SimpleQueryString(query=query.query, fields=fields))
    return replace(query, **named)
