"""What the parts of a query string mean on a shard's fields (OpenSearch's QueryStringQueryParser)."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace

import numpy as np

from fakeknn.analysis import Analyzer
from fakeknn.errors import (
    IllegalArgumentException,
    NotFaked,
    OpenSearchError,
    ParseException,
    TokenMgrError,
    TooManyClauses,
)
from fakeknn.fields import FieldType
from fakeknn.fields.constant_keyword import ConstantKeywordFieldType
from fakeknn.fields.dates import DateFieldType
from fakeknn.fields.metadata import IndexFieldType
from fakeknn.fields.wildcard import WildcardFieldType
from fakeknn.query.base import Query
from fakeknn.query.boolean import Bool
from fakeknn.query.compound import DisMax, MatchNone
from fakeknn.query.context import ShardContext, building
from fakeknn.query.exists import Exists
from fakeknn.query.field_names import Weights, check_count, java_decimal, resolve_field, resolve_fields
from fakeknn.query.fuzzy import AUTO, Fuzziness, Fuzzy, custom_auto
from fakeknn.query.match import ALL_DOCS, MatchOptions, boosted, checked, lenient_query, normalized, search_analyzer
from fakeknn.query.multi_match import BEST_FIELDS, PHRASE_TYPE, Type, multi_match_query
from fakeknn.query.multi_term import MAX_CLAUSE_COUNT, too_many_clauses
from fakeknn.query.patterns import GramWildcard, Prefix, Regexp, Wildcard
from fakeknn.query.phrases import Synonyms
from fakeknn.query.query_string_grammar import (
    CONJ_AND,
    CONJ_NONE,
    CONJ_OR,
    MOD_NOT,
    MOD_REQ,
    Clause,
    Grammar,
    discard_escapes,
)
from fakeknn.query.query_string_tokens import LexicalToken
from fakeknn.query.ranges import Range
from fakeknn.query.terms import Term

#: ``search.query.max_query_string_length``.
MAX_LENGTH = 32_000

#: Types without TextSearchInfo: no prefix can be asked of them.
#: The rewrite that a query string asks for where none is given.
_BLENDED = "constant_score_blended"

_NO_TEXT = frozenset(
    "geo_point geo_shape knn_vector binary rank_feature rank_features percolator nested object point shape".split()
)


@dataclass(frozen=True, slots=True)
class ParserOptions:
    """The settings of a query_string query that its parts need."""

    type: Type = BEST_FIELDS
    tie_breaker: float | None = None
    default_operator: str = "or"
    phrase_slop: int = 0
    quote_field_suffix: str | None = None
    allow_leading_wildcard: bool = True
    analyze_wildcard: bool = False
    fuzziness: Fuzziness = AUTO
    fuzzy_prefix_length: int = 0
    fuzzy_max_expansions: int = 50
    fuzzy_rewrite: str | None = None
    fuzzy_transpositions: bool = True
    rewrite: str | None = None
    time_zone: str | None = None
    auto_generate_synonyms_phrase_query: bool = True
    lenient: bool = False


class QueryStringParser:
    """The actions of the grammar. ``field`` is the default field, ``weights`` the fields in its stead."""

    def __init__(
        self,
        ctx: ShardContext,
        options: ParserOptions,
        *,
        field: str | None = None,
        weights: Weights | None = None,
        analyzer: Analyzer | None = None,
        quote_analyzer: Analyzer | None = None,
    ) -> None:
        self.ctx, self.options, self.field = ctx, options, field
        self.weights: Weights = weights or {}
        self.analyzer, self.quote_analyzer = analyzer, quote_analyzer
        self._match = MatchOptions(
            operator=options.default_operator,
            lenient=options.lenient,
            zero_terms_query=None,
            slop=options.phrase_slop,
            auto_generate_synonyms_phrase_query=options.auto_generate_synonyms_phrase_query,
        )

    def parse(self, text: str) -> Query:
        if not text.strip():
            return MatchNone(reason="Matching no documents because no terms present")
        if len(text) > MAX_LENGTH:
            raise ParseException(
                f"Query string length exceeds max allowed length {MAX_LENGTH} (search.query.max_query_string_length); "
                f"actual length: {len(text)}"
            )
        try:
            query = Grammar(text, self.field, self).parse()
        except (ParseException, TokenMgrError) as cause:
            raise ParseException(f"Cannot parse '{text}': {cause.reason}") from cause
        except TooManyClauses as cause:
            raise ParseException(f"Cannot parse '{text}': too many boolean clauses") from cause
        return MatchNone(reason="empty BooleanQuery") if query is None else query

    # -- clauses

    def add_clause(self, clauses: list[Clause], conjunction: int, modifier: int, query: Query | None) -> None:
        by_or = self.options.default_operator == "or"
        if clauses and conjunction == CONJ_AND and clauses[-1].occur != "must_not":
            clauses[-1] = Clause("must", clauses[-1].query)
        if clauses and not by_or and conjunction == CONJ_OR and clauses[-1].occur != "must_not":
            clauses[-1] = Clause("should", clauses[-1].query)
        if query is None:
            return
        if modifier == MOD_NOT:
            occur = "must_not"
        elif by_or:
            occur = "must" if modifier == MOD_REQ or conjunction == CONJ_AND else "should"
        else:
            occur = "should" if conjunction == CONJ_OR else "must"
        clauses.append(Clause(occur, query))

    def add_words(self, clauses: list[Clause], query: Query | None) -> None:
        if query is None:
            return
        occur = "should" if self.options.default_operator == "or" else "must"
        if isinstance(query, Bool) and query.boost == 1:  # else a BoostQuery
            parts = [*query.must, *query.should, *query.must_not]
            if all(type(part) is Term for part in parts):
                clauses += [Clause("must", part) for part in query.must]
                clauses += [Clause("should", part) for part in query.should]
            else:
                clauses += [Clause(occur, part) for part in parts]
        else:
            clauses.append(Clause(occur, query))

    def boolean(self, clauses: list[Clause]) -> Query | None:
        if not clauses:
            return None
        if len(clauses) > MAX_CLAUSE_COUNT:
            raise too_many_clauses()
        of = {occur: tuple(c.query for c in clauses if c.occur == occur) for occur in ("must", "should", "must_not")}
        return Bool(**of, order=tuple(clause.occur for clause in clauses))  # type: ignore[arg-type]

    def boost(self, query: Query | None, boost: LexicalToken | None) -> Query | None:
        if boost is None or query is None:
            return query
        return boosted(query, float(np.float32(boost.image)))

    # -- fields

    def _fields(self, field: str | None, quoted: bool = False) -> Weights:
        suffix = self.options.quote_field_suffix if quoted else None
        if field == "*" and self.ctx.mapped_only:
            # Of these the real server refuses some, by the words that they look for.
            raise NotFaked("a [query_string] of all fields inside a percolator query")
        if field is not None:
            found: Weights = resolve_field(
                self.ctx, field, all_types=field != "*", metadata="*" not in field, suffix=suffix
            )
        elif suffix is not None:
            found = resolve_fields(self.ctx, self.weights, suffix)
        else:
            found = self.weights
        check_count(len(found), field)
        return found

    def _on_each(self, field: str | None, unmapped: str | None, make: Callable[[str], Query | None]) -> Query | None:
        """The best of what ``make`` makes of each field."""
        fields = self._fields(field)
        if not fields:
            return MatchNone(reason=f"unmapped fields [{unmapped or 'null'}]")
        queries = []
        for name, boost in fields.items():
            query = make(name)
            if query is not None:
                queries.append(boosted(query, boost))
        if not queries:
            return None
        return queries[0] if len(queries) == 1 else DisMax(queries=tuple(queries), tie_breaker=self._tie())

    def _tie(self) -> float:
        tie = self.options.tie_breaker
        return self.options.type.tie_breaker if tie is None else tie

    def _leniently(self, name: str, make: Callable[[FieldType], Query | None]) -> Query | None:
        field = self.ctx.field(name)
        if field is None:
            return MatchNone(reason=f"unmapped fields [{name}]")
        try:
            with building():
                query = make(field)
                return None if query is None else checked(query, self.ctx)
        except ParseException:
            raise
        except OpenSearchError as error:
            if self.options.lenient:
                return lenient_query(name, error)
            raise

    def _normalized(self, field: FieldType, text: str) -> str:
        return normalized(field, text) if self.analyzer is None else self.analyzer.normalize(text)

    # -- the parts of a query

    def bare(self, field: str | None, token: LexicalToken, kind: str, slop: LexicalToken | None) -> Query | None:
        text = discard_escapes(token.image)
        if kind == "wildcard":
            return self._wildcard(field, token.image)
        if kind == "prefix":
            return self._prefix(field, discard_escapes(token.image[:-1]))
        if kind == "regexp":
            return self._regexp(field, token.image[1:-1])
        if slop is not None:
            return self._fuzzy(field, text, slop)
        return self.word(field, text)

    def word(self, field: str | None, text: str) -> Query | None:
        if field == "_exists_":
            return self._exists(text)
        if field is not None and len(text) > 1:
            if text[0] == ">":
                closed = len(text) > 2 and text[1] == "="
                return self.between(field, text[1 + closed :], None, closed, True)
            if text[0] == "<":
                closed = len(text) > 2 and text[1] == "="
                return self.between(field, None, text[1 + closed :], True, closed)
            if self.options.time_zone is not None and isinstance(self.ctx.field(field), DateFieldType):
                return self.between(field, text, text, True, True)
        fields = self._fields(field)
        if not fields:
            return MatchNone(reason=f"unmapped fields [{field or 'null'}]")
        return multi_match_query(
            self.ctx,
            self.options.type,
            fields,
            text,
            self._match,
            tie_breaker=self._tie(),
            analyzer=self.analyzer,
        )

    def quoted(self, field: str | None, token: LexicalToken, slop: LexicalToken | None) -> Query | None:
        distance = self.options.phrase_slop
        if slop is not None:
            with suppress(OpenSearchError):  # what is no number leaves it as it is by default
                distance = int(java_decimal(slop.image[1:]))
        text = discard_escapes(token.image[1:-1])
        if field == "_exists_":
            return self._exists(text)
        fields = self._fields(field, quoted=True)
        if not fields:
            return MatchNone(reason=f"unmapped fields [{field or 'null'}]")
        return multi_match_query(
            self.ctx,
            PHRASE_TYPE,
            fields,
            text,
            replace(self._match, slop=distance),
            tie_breaker=self._tie(),
            analyzer=self.quote_analyzer or self.analyzer,
        )

    def between(
        self, field: str | None, low: str | None, high: str | None, include_low: bool, include_high: bool
    ) -> Query | None:
        low, high = (None if low == "*" else low), (None if high == "*" else high)

        def of(found: FieldType) -> Query:
            return Range(
                field=found.path,
                lower=None if low is None else self._normalized(found, low),
                upper=None if high is None else self._normalized(found, high),
                include_lower=include_low,
                include_upper=include_high,
                time_zone=self.options.time_zone,
            )

        return self._on_each(field, field, lambda name: self._leniently(name, of))

    def _fuzzy(self, field: str | None, text: str, slop: LexicalToken) -> Query | None:
        options = self.options
        if len(slop.image) == 1:
            edits = options.fuzziness.distance(text)
        else:
            edits = _fuzziness(slop.image[1:].upper()).distance(text)

        def of(found: FieldType) -> Query:
            return Fuzzy(
                field=found.path,
                value=self._normalized(found, text),
                fuzziness=Fuzziness(str(int(edits))),
                prefix_length=options.fuzzy_prefix_length,
                max_expansions=options.fuzzy_max_expansions,
                transpositions=options.fuzzy_transpositions,
                rewrite=options.fuzzy_rewrite,
            )

        return self._on_each(field, field, lambda name: self._leniently(name, of))

    def _prefix(self, field: str | None, text: str) -> Query | None:
        def of(found: FieldType) -> Query | None:
            if found.kind in _NO_TEXT:
                return MatchNone(reason=f"unmapped fields [{found.path}]")
            if not found.is_text:
                return Prefix(field=found.path, value=text, rewrite=self.options.rewrite or _BLENDED)
            if not self.options.analyze_wildcard:
                value = self._normalized(found, text)
                return Prefix(field=found.path, value=value, rewrite=self.options.rewrite or _BLENDED)
            return self._analyzed_prefix(found, text)

        return self._on_each(field, text, lambda name: self._leniently(name, of))

    def _analyzed_prefix(self, field: FieldType, text: str) -> Query | None:
        """getPossiblyAnalyzedPrefixQuery: the last of the text's terms is the prefix."""
        analyzer = self.analyzer or search_analyzer(field)
        assert analyzer is not None
        places: dict[int, list[str]] = {}
        for token in analyzer.tokens(text):
            places.setdefault(token.position, []).append(token.term)
        terms = list(places.values())
        if not terms:
            return None
        return analyzed_prefix(field.path, terms, self.options.default_operator, self.options.rewrite or _BLENDED)

    def _exists(self, name: str) -> Query:
        query = Exists(field=name)
        if query.never(self.ctx):
            return MatchNone(reason=f"unmapped field:{name}")
        return checked(query, self.ctx)

    def _wildcard(self, field: str | None, pattern: str) -> Query | None:
        named = self.field if field is None else field
        if pattern == "*" and named is not None:
            return ALL_DOCS if named == "*" else self._exists(named)

        def one(name: str) -> Query | None:
            return self._exists(name) if pattern == "*" else self._leniently(name, of)

        def of(found: FieldType) -> Query:
            options = self.options
            forced = self.analyzer is not None and (options.analyze_wildcard or found.is_text)
            if not options.allow_leading_wildcard and pattern[0] in "*?":
                raise ParseException("'*' or '?' not allowed as first character in WildcardQuery")
            if isinstance(found, IndexFieldType | ConstantKeywordFieldType):  # which do not normalize patterns
                raise found.only("wildcard")
            if isinstance(found, WildcardFieldType):
                return GramWildcard(field=found.path, value=pattern, rewrite=options.rewrite)
            value = _normalized_pattern(pattern, lambda part: self._normalized(found, part))
            if not forced and not found.dictionary:
                value = pattern
            return Wildcard(field=found.path, value=value, rewrite=options.rewrite)

        return self._on_each(field, pattern, one)

    def _regexp(self, field: str | None, pattern: str) -> Query | None:
        limit = self.ctx.setting("index.max_regex_length", 1000)
        if len(pattern) > limit:
            raise IllegalArgumentException(
                f"The length of regex [{len(pattern)}] used in the [query_string] has exceeded the allowed maximum of "
                f"[{limit}]. This maximum can be set by changing the [index.max_regex_length] index level setting."
            )

        def of(found: FieldType) -> Query:
            value = self._normalized(found, pattern)
            return Regexp(field=found.path, value=value, rewrite=self.options.rewrite)

        return self._on_each(field, pattern, lambda name: self._leniently(name, of))


def analyzed_prefix(name: str, places: Sequence[Sequence[str]], operator: str, rewrite: str | None = None) -> Query:
    """Terms of which the last is a prefix."""
    if len(places) == 1 and len(places[0]) == 1:
        return Prefix(field=name, value=places[0][0], rewrite=rewrite)
    clauses: list[Query] = []
    for i, terms in enumerate(places):
        if i == len(places) - 1:
            prefixes = tuple(Prefix(field=name, value=term, rewrite=rewrite) for term in terms)
            clauses.append(prefixes[0] if len(prefixes) == 1 else Bool(should=prefixes))
        elif len(terms) == 1:
            clauses.append(Term(field=name, value=terms[0]))
        else:
            clauses.append(Synonyms(field=name, terms=tuple(sorted(terms))))
    return Bool(must=tuple(clauses)) if operator == "and" else Bool(should=tuple(clauses))


def _fuzziness(text: str) -> Fuzziness:
    """Fuzziness.build of what stands behind a tilde."""
    if text == "AUTO":
        return AUTO
    if text.startswith("AUTO:"):
        return custom_auto(text)
    return Fuzziness(str(java_decimal(text)))


def _normalized_pattern(pattern: str, normalize: Callable[[str], str]) -> str:
    """A wildcard pattern whose parts between the operators are normalized."""
    out, plain, i = "", "", 0
    while i < len(pattern):
        step = 2 if pattern[i] == "\\" and i + 1 < len(pattern) else 1
        if step == 2 or pattern[i] in "*?":
            out += (normalize(plain) if plain else "") + pattern[i : i + step]
            plain = ""
        else:
            plain += pattern[i]
        i += step
    return out + (normalize(plain) if plain else "")


__all__ = ["CONJ_NONE", "ParserOptions", "QueryStringParser", "analyzed_prefix"]
