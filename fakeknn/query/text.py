"""Full text: match, match_phrase, match_phrase_prefix, match_bool_prefix.

A text becomes terms, and these a query (MatchQuery).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, ClassVar

import numpy as np

from fakeknn.errors import (
    IllegalArgumentException,
    IllegalStateException,
    NotFaked,
    OpenSearchError,
    ParsingException,
    Where,
)
from fakeknn.fields import FieldType
from fakeknn.query.base import (
    COMMON,
    Explanation,
    Matched,
    Query,
    Reader,
    ShardContext,
    common,
    register,
)
from fakeknn.query.compound import MATCH_ALL, Bool, MatchNone
from fakeknn.query.fuzzy import Fuzziness, Fuzzy, fuzziness
from fakeknn.query.phrases import Phrase, PhrasePrefix, Synonyms, Terms
from fakeknn.query.terms import Prefix, Term, check_rewrite
from fakeknn.view import Mask
from fakeknn.xcontent import java_string, objects


@dataclass(frozen=True, slots=True)
class MatchOptions:
    """How a text becomes a query; what match, multi_match and query_string have in common."""

    operator: str = "or"
    minimum_should_match: str | None = None
    analyzer: str | None = None
    lenient: bool = False
    zero_terms_query: str = "none"
    fuzziness: Fuzziness | None = None
    prefix_length: int = 0
    max_expansions: int = 50
    fuzzy_transpositions: bool = True
    fuzzy_rewrite: str | None = None
    slop: int = 0
    auto_generate_synonyms_phrase_query: bool = True


#: The four ways: MatchQuery.Type.
BOOLEAN, BOOLEAN_PREFIX, PHRASE, PHRASE_PREFIX = "boolean", "bool_prefix", "phrase", "phrase_prefix"


def match_query(ctx: ShardContext, name: str, text: Any, way: str, options: MatchOptions, kind: str = "match") -> Query:
    """MatchQuery.parse: the query that a text means on a field here."""
    field = ctx.field(name)
    if field is None:
        return MatchNone()
    if options.analyzer is not None:
        analyzer = ctx.mapping.context.analysis.analyzer(options.analyzer)
        if analyzer is None:
            raise ctx.fails(f"[{kind}] analyzer [{options.analyzer}] not found")
    elif field.is_text:
        quoted = way in (PHRASE, PHRASE_PREFIX)
        analyzer = field.quote_analyzer if quoted else field.search_analyzer  # type: ignore[attr-defined]
    else:
        return _whole(ctx, field, text, way, options)
    return _Builder(ctx, field, way, options).build(analyzer.stream(java_string(text)))


def _whole(ctx: ShardContext, field: FieldType, text: Any, way: str, options: MatchOptions) -> Query:
    """A field without an analyzer: the text is one term."""
    builder = _Builder(ctx, field, way, options)
    if way == PHRASE_PREFIX:
        return builder.lenient(lambda: _raise(field.no_phrase("phrase prefix")))
    if way == BOOLEAN_PREFIX and field.dictionary:
        return Prefix(field=field.path, value=java_string(text))
    return builder.term(text)


def _raise(error: Exception) -> Query:
    raise error


class _Builder:
    """MatchQuery.MatchQueryBuilder: tokens to terms, synonyms, phrases."""

    def __init__(self, ctx: ShardContext, field: FieldType, way: str, options: MatchOptions) -> None:
        self.ctx, self.field, self.way, self.options = ctx, field, way, options

    def build(self, stream: Any) -> Query:
        tokens = stream.tokens
        if not tokens:
            return MATCH_ALL if self.options.zero_terms_query == "all" else MatchNone()
        places: dict[int, list[str]] = {}
        for token in tokens:
            terms = places.setdefault(token.position, [])
            if token.term not in terms:
                terms.append(token.term)
        if any(token.position_length > 1 for token in tokens):
            return self._graph(tokens)
        at_end = tokens[-1].end == stream.end_offset
        alternatives = [tuple(found) for found in places.values()]
        if self.way == PHRASE_PREFIX or (self.way == PHRASE and len(places) > 1):
            first = next(iter(places))
            return self._phrase(alternatives, [position - first for position in places])
        return self._boolean(alternatives, self.way == BOOLEAN_PREFIX and at_end)

    def _boolean(self, terms: list[Terms], prefix: bool) -> Query:
        clauses = [self._place(place) for place in terms]
        if prefix and len(terms[-1]) == 1:
            clauses[-1] = Prefix(field=self.field.path, value=terms[-1][0])
        if len(clauses) == 1:
            return clauses[0]
        if self.options.operator == "and":
            return Bool(must=tuple(clauses))
        return Bool(should=tuple(clauses), minimum_should_match=self.options.minimum_should_match)

    def _place(self, terms: Terms) -> Query:
        return self.term(terms[0]) if len(terms) == 1 else Synonyms(field=self.field.path, terms=terms)

    def _phrase(self, terms: list[Terms], positions: list[int]) -> Query:
        field, options = self.field, self.options
        if self.way == PHRASE:
            return Phrase(field=field.path, terms=tuple(terms), positions=tuple(positions), slop=options.slop)
        return PhrasePrefix(
            field=field.path,
            terms=tuple(terms),
            positions=tuple(positions),
            slop=options.slop,
            max_expansions=options.max_expansions,
        )

    def _graph(self, tokens: list[Any]) -> Query:
        raise NotFaked("synonyms of several words in a query")

    def term(self, value: Any) -> Query:
        """A term query, or a fuzzy one; what is wrong with it matches nothing if ``lenient``."""
        options, field = self.options, self.field
        query: Query
        if options.fuzziness is not None:
            check_rewrite(options.fuzzy_rewrite)
            query = Fuzzy(
                field=field.path,
                value=value,
                fuzziness=options.fuzziness,
                prefix_length=options.prefix_length,
                max_expansions=options.max_expansions,
                transpositions=options.fuzzy_transpositions,
                rewrite=options.fuzzy_rewrite,
            )
        else:
            query = Term(field=field.path, value=value)
        if options.lenient and not field.is_text:
            return self.lenient(lambda: _tried(query, self.ctx))
        return query

    def lenient(self, make: Any) -> Query:
        try:
            return make()  # type: ignore[no-any-return]
        except OpenSearchError:
            if self.options.lenient:
                return MatchNone()
            raise


def _tried(query: Query, ctx: ShardContext) -> Query:
    query.mask(ctx)
    return query


@dataclass(frozen=True, eq=False, kw_only=True)
class Rewritten(Query):
    """A query that is another one on each shard, made when it is first asked for."""

    def rewritten(self, ctx: ShardContext) -> Query:
        key = ("rewritten", id(self))
        found = ctx.memo.get(key)
        if found is None:
            found = ctx.memo[key] = self.rewrite_on(ctx)
        return found

    def rewrite_on(self, ctx: ShardContext) -> Query:
        raise NotImplementedError

    def run(self, ctx: ShardContext, boost: np.float32) -> Matched:
        return self.rewritten(ctx).matched(ctx, boost)

    def mask(self, ctx: ShardContext) -> Mask:
        return self.rewritten(ctx).mask(ctx)

    def explain(self, ctx: ShardContext, row: int, boost: np.float32 = np.float32(1.0)) -> Explanation:  # noqa: B008
        return self.rewritten(ctx).explain(ctx, row, np.float32(boost * np.float32(self.boost)))


@dataclass(frozen=True, eq=False, kw_only=True)
class Match(Rewritten):
    kind: ClassVar[str] = "match"
    field: str
    query: Any
    way: str = BOOLEAN
    options: MatchOptions = MatchOptions()

    def to_json(self) -> Any:
        """The doXContent of the four builders, which share most of their members."""
        o = self.options
        phrase = self.way in (PHRASE, PHRASE_PREFIX)
        matching = self.way == BOOLEAN
        written: dict[str, Any] = {"query": self.query}
        if matching:
            written["operator"] = o.operator.upper()
        if o.analyzer is not None:
            written["analyzer"] = o.analyzer
        if phrase:
            written["slop"] = o.slop
            if self.way == PHRASE_PREFIX:
                written["max_expansions"] = o.max_expansions
            written["zero_terms_query"] = o.zero_terms_query.upper()
        elif matching:
            written |= self._fuzzy_members()
            written["fuzzy_transpositions"] = o.fuzzy_transpositions
            written["lenient"] = o.lenient
            written["zero_terms_query"] = o.zero_terms_query.upper()
            written["auto_generate_synonyms_phrase_query"] = o.auto_generate_synonyms_phrase_query
        else:
            fuzzy = self._fuzzy_members()
            rewrite = fuzzy.pop("fuzzy_rewrite", None)
            least = fuzzy.pop("minimum_should_match", None)
            written["operator"] = o.operator.upper()
            if least is not None:
                written["minimum_should_match"] = least
            written |= fuzzy
            written["fuzzy_transpositions"] = o.fuzzy_transpositions
            if rewrite is not None:
                written["fuzzy_rewrite"] = rewrite
        return {_KIND_OF[self.way]: {self.field: {**written, **self.standard()}}}

    def _fuzzy_members(self) -> dict[str, Any]:
        o = self.options
        written: dict[str, Any] = {}
        if o.fuzziness is not None:
            written["fuzziness"] = str(o.fuzziness)
        written["prefix_length"] = o.prefix_length
        written["max_expansions"] = o.max_expansions
        if o.minimum_should_match is not None:
            written["minimum_should_match"] = o.minimum_should_match
        if o.fuzzy_rewrite is not None:
            written["fuzzy_rewrite"] = o.fuzzy_rewrite
        return written

    def rewrite_on(self, ctx: ShardContext) -> Query:
        return match_query(ctx, self.field, self.query, self.way, self.options, self._name())

    def _name(self) -> str:
        return {
            BOOLEAN: "match",
            BOOLEAN_PREFIX: "match_bool_prefix",
            PHRASE: "match_phrase",
            PHRASE_PREFIX: "match_phrase_prefix",
        }[self.way]


# --- parsing ---


def operator(container: Any, key: Any) -> str:
    """Operator.fromString."""
    text = objects.text(container, key)
    if text.lower() not in ("or", "and"):
        raise IllegalArgumentException(f"No enum constant org.opensearch.index.query.Operator.{text.upper()}")
    return text.lower()


def zero_terms_query(container: Any, key: Any) -> str:
    text = objects.text(container, key)
    if text.lower() not in ("none", "all"):
        raise ParsingException(f"Unsupported zero_terms_query value [{text}]", at=Where(container, key))
    return text.lower()


def raw(container: Any, key: Any) -> Any:
    return container[key]


_FUZZY: Mapping[str, Reader] = {
    "fuzziness": fuzziness,
    "prefix_length": objects.integer,
    "max_expansions": objects.integer,
    "fuzzy_rewrite": objects.text_or_none,
    "fuzzy_transpositions": objects.boolean,
}

_MATCH: Mapping[str, Reader] = {
    "query": raw,
    "analyzer": objects.text,
    "operator": operator,
    "minimum_should_match": objects.text_or_none,
    "lenient": objects.boolean,
    "cutoff_frequency": objects.decimal,
    "zero_terms_query": zero_terms_query,
    "auto_generate_synonyms_phrase_query": objects.boolean,
    **_FUZZY,
    **COMMON,
}
_PHRASE: Mapping[str, Reader] = {
    "query": raw,
    "analyzer": objects.text,
    "slop": objects.integer,
    "zero_terms_query": zero_terms_query,
    **COMMON,
}
_PHRASE_PREFIX: Mapping[str, Reader] = {**_PHRASE, "max_expansions": objects.integer}
_BOOL_PREFIX: Mapping[str, Reader] = {
    "query": raw,
    "analyzer": objects.text,
    "operator": operator,
    "minimum_should_match": objects.text,
    **_FUZZY,
    **COMMON,
}


def _text_query(kind: str, container: Any, key: Any, members: Mapping[str, Reader]) -> tuple[str, dict[str, Any]]:
    """The shape of the match family: one field, its text or an object of members that are all scalars."""
    body = container[key]
    field: str | None = None
    values: dict[str, Any] = {}
    for name, value in body.items():
        if field is not None:
            raise ParsingException(
                f"[{kind}] query doesn't support multiple fields, found [{field}] and [{name}]", at=Where(body, name)
            )
        field = name
        if not isinstance(value, dict):
            if isinstance(value, list):
                raise IllegalStateException("Can't get text on a START_ARRAY at {line}:{column}", at=Where(body, name))
            values["query"] = value
            continue
        for member, item in value.items():
            if not objects.is_value(item):
                raise ParsingException(
                    f"[{kind}] unknown token [{objects.token(item)}] after [{member}]", at=Where(value, member)
                )
            reader = members.get(member)
            if reader is None:
                raise ParsingException(f"[{kind}] query does not support [{member}]", at=Where(value, member))
            values[member] = reader(value, member)
    if values.get("query") is None:
        if kind == "match":
            raise ParsingException("No text specified for text query", at=Where(body, None, "end"))
        if not field:
            raise IllegalArgumentException(f"[{kind}] requires fieldName")
        raise IllegalArgumentException(f"[{kind}] requires query value")
    if not field:
        raise IllegalArgumentException(f"[{kind}] requires fieldName")
    return field, values


_OPTIONS = (
    "operator",
    "minimum_should_match",
    "analyzer",
    "lenient",
    "zero_terms_query",
    "fuzziness",
    "prefix_length",
    "max_expansions",
    "fuzzy_transpositions",
    "fuzzy_rewrite",
    "slop",
    "auto_generate_synonyms_phrase_query",
)


def options_of(values: Mapping[str, Any], *, phrase_prefix: bool = False, **more: Any) -> MatchOptions:
    """What a body said of a text's options."""
    found = {name: values[name] for name in _OPTIONS if values.get(name) is not None}
    options = MatchOptions(**found, **more)
    if options.slop < 0:
        raise IllegalArgumentException("No negative slop allowed.")
    if options.prefix_length < 0:
        raise IllegalArgumentException("[match] requires prefix length to be non-negative.")
    if options.max_expansions < 0 or (options.max_expansions == 0 and not phrase_prefix):
        raise IllegalArgumentException("[match] requires maxExpansions to be positive.")
    return options


_KIND_OF = {
    BOOLEAN: "match",
    PHRASE: "match_phrase",
    PHRASE_PREFIX: "match_phrase_prefix",
    BOOLEAN_PREFIX: "match_bool_prefix",
}


def _family(kind: str, way: str, members: Mapping[str, Reader]) -> None:
    @register(kind)
    def parse(container: Any, key: Any) -> Query:
        field, values = _text_query(kind, container, key, members)
        if "cutoff_frequency" in values:
            raise NotFaked("[cutoff_frequency] in a [match] query")
        options = options_of(values, phrase_prefix=way == PHRASE_PREFIX)
        return Match(field=field, query=values["query"], way=way, options=options, **common(values))


_family("match", BOOLEAN, _MATCH)
_family("match_phrase", PHRASE, _PHRASE)
_family("match_phrase_prefix", PHRASE_PREFIX, _PHRASE_PREFIX)
_family("match_bool_prefix", BOOLEAN_PREFIX, _BOOL_PREFIX)
