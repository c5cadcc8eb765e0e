"""multi_match: a text on several fields, in six ways (MultiMatchQuery); and terms blended over fields."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, ClassVar

import numpy as np

from fakeknn.analysis import Analyzer, Token, TokenStream
from fakeknn.errors import IllegalArgumentException, OpenSearchError, OpenSearchParseException, ParsingException, Where
from fakeknn.fields import FieldType
from fakeknn.query.base import Query, negative_boost
from fakeknn.query.boolean import Bool
from fakeknn.query.common_terms import cut_off, frequent
from fakeknn.query.compound import DisMax, MatchNone
from fakeknn.query.context import ShardContext, running
from fakeknn.query.field_names import (
    Weights,
    default_fields,
    field_and_boost,
    has_all,
    hash_map,
    parse_weights,
    resolve_fields,
    shown_weights,
)
from fakeknn.query.fuzzy import fuzziness
from fakeknn.query.match import (
    BOOLEAN,
    BOOLEAN_PREFIX,
    PHRASE,
    PHRASE_PREFIX,
    MatchBuilder,
    MatchOptions,
    boosted,
    checked,
    lenient_query,
    match_query,
    named_analyzer,
    no_terms,
    operator,
    raw,
    search_analyzer,
    stacked,
    with_minimum,
    zero_terms_query,
)
from fakeknn.query.multi_term import StatedTerm, check_rewrite
from fakeknn.query.parsing import Reader, common, read_member, register
from fakeknn.query.patterns import Prefix
from fakeknn.query.phrases import Phrase, Terms
from fakeknn.query.rewritten import Rewritten
from fakeknn.query.scoring import FieldScoring, doc_freq, total_term_freq
from fakeknn.query.similarities import TermStatistics, summed
from fakeknn.query.terms import Term
from fakeknn.xcontent import java_string, objects


@dataclass(frozen=True, slots=True)
class Type:
    """How the fields are combined (MultiMatchQueryBuilder.Type)."""

    name: str
    way: str
    tie_breaker: float


TYPES = {
    kind.name: kind
    for kind in (
        Type("best_fields", BOOLEAN, 0.0),
        Type("most_fields", BOOLEAN, 1.0),
        Type("cross_fields", BOOLEAN, 0.0),
        Type("phrase", PHRASE, 0.0),
        Type("phrase_prefix", PHRASE_PREFIX, 0.0),
        Type("bool_prefix", BOOLEAN_PREFIX, 1.0),
    )
}
BEST_FIELDS, MOST_FIELDS, PHRASE_TYPE = TYPES["best_fields"], TYPES["most_fields"], TYPES["phrase"]


def match_type(container: Any, key: Any) -> Type:
    text = objects.text(container, key)
    found = TYPES.get("best_fields" if text == "boolean" else text)
    if found is None:
        raise OpenSearchParseException(f"failed to parse [multi_match] query type [{text}]. unknown type.")
    return found


def multi_match_query(
    ctx: ShardContext,
    kind: Type,
    fields: Weights,
    text: Any,
    options: MatchOptions,
    *,
    tie_breaker: float | None = None,
    minimum_should_match: str | None = None,
    analyzer: Analyzer | None = None,
) -> Query | None:
    """MultiMatchQuery.parse: the query that a text means on some fields; None for no query."""
    if not any(ctx.field(name) is not None for name in fields):
        return MatchNone(reason=f"unmapped fields [{', '.join(fields)}]")
    tie = kind.tie_breaker if tie_breaker is None else tie_breaker
    if kind.name == "cross_fields":
        queries = _cross_fields(ctx, fields, text, options, tie, minimum_should_match, analyzer)
    else:
        queries = []
        for name, boost in fields.items():
            if ctx.field(name) is None:
                continue
            query = match_query(ctx, name, text, kind.way, options, analyzer)
            if query is None:
                continue
            query = with_minimum(cut_off(query, options), minimum_should_match)
            queries.append(query if isinstance(query, MatchNone) else boosted(query, boost))
    return _combined(ctx, queries, options, tie)


def _combined(ctx: ShardContext, queries: Sequence[Query], options: MatchOptions, tie: float) -> Query | None:
    if not queries:
        return no_terms(options)
    return queries[0] if len(queries) == 1 else DisMax(queries=tuple(queries), tie_breaker=tie)


def _cross_fields(
    ctx: ShardContext,
    fields: Weights,
    text: Any,
    options: MatchOptions,
    tie: float,
    minimum_should_match: str | None,
    forced: Analyzer | None,
) -> list[Query]:
    groups: dict[int, tuple[Analyzer | None, list[tuple[FieldType, float]]]] = {}
    for name, boost in fields.items():
        field = ctx.field(name)
        if field is None:
            continue
        analyzer = forced or search_analyzer(field)
        own = getattr(field, "normalizer", None) if analyzer is None else analyzer
        groups.setdefault(id(own), (analyzer, []))[1].append((field, boost))
    queries = []
    for analyzer, members in groups.values():
        builder = (
            MatchBuilder(ctx, members[0][0], options)
            if len(members) == 1
            else BlendedBuilder(ctx, members, options, tie)
        )
        stream = whole_stream(java_string(text)) if analyzer is None else analyzer.stream(java_string(text))
        query = builder.build(stream, BOOLEAN)
        if query is None:
            continue
        query = with_minimum(cut_off(query, options), minimum_should_match)
        queries.append(boosted(query, members[0][1]) if len(members) == 1 else query)
    return queries


def whole_stream(text: str) -> TokenStream:
    return TokenStream([Token(text, 0, len(text), 0)], len(text))


class BlendedBuilder(MatchBuilder):
    """MultiMatchQuery.BlendedQueryBuilder: fields with one analyzer as if they were one field."""

    def __init__(
        self, ctx: ShardContext, fields: Sequence[tuple[FieldType, float]], options: MatchOptions, tie: float
    ) -> None:
        super().__init__(ctx, fields[0][0], options)
        self.fields, self.tie = fields, tie

    def term(self, value: Any) -> Query:
        return self.synonyms((java_string(value),))

    def synonyms(self, terms: Terms) -> Query:
        """MultiMatchQuery.blendTerms."""
        others: list[Query] = []
        blended: list[tuple[str, str, float]] = []
        for field, boost in self.fields:
            for term in terms:
                clause = Term(field=field.path, value=term)
                try:
                    query: Query = checked(clause, self.ctx)
                except OpenSearchError as error:
                    if not self.options.lenient:
                        raise
                    others.append(lenient_query(field.path, error))
                    continue
                if field.scored and field.derivation is None:
                    blended.append((field.path, field.index_term(term), float(boost * clause.mapped_boost(field))))
                else:
                    others.append(boosted(query, boost))
        if blended:
            others.append(Blended(terms=tuple(blended), tie_breaker=self.tie, cutoff=self.options.cutoff_frequency))
        return others[0] if len(others) == 1 else DisMax(queries=tuple(others), tie_breaker=self.tie)

    def _any_field(self, make: Callable[[FieldType], Query]) -> Query:
        queries = tuple(boosted(make(field), boost) for field, boost in self.fields)
        return DisMax(queries=queries, tie_breaker=self.tie)

    def prefix(self, term: str) -> Query:
        return self._any_field(lambda field: Prefix(field=field.path, value=term))

    def phrase(self, tokens: Sequence[Token], slop: int) -> Query:
        places = stacked(tokens)

        def of(field: FieldType) -> Query:
            if not field.is_text:
                raise field.no_phrase()
            return Phrase(
                field=field.path,
                terms=tuple(terms for _, terms in places),
                positions=tuple(position for position, _ in places),
                slop=slop,
            )

        return self._any_field(of)


@dataclass(frozen=True, eq=False, kw_only=True)
class Blended(Rewritten):
    """BlendedTermQuery: terms of several fields, each counted as often as the most frequent of them is."""

    kind: ClassVar[str] = "blended"
    terms: tuple[tuple[str, str, float], ...]
    """Fields, terms, boosts."""
    tie_breaker: float = 0.0
    cutoff: float | None = None

    def repeats(self, ctx: ShardContext) -> Any:
        return (self.kind, self.terms, self.tie_breaker, self.cutoff)

    def rewrite_on(self, ctx: ShardContext) -> Query:
        shards = [ctx] if ctx.statistics is None else ctx.statistics.contexts
        of_shards = [self._blended(replace(one, statistics=None)) for one in shards]
        clauses = [
            boosted(StatedTerm(field=field, term=term, statistics=summed(found)), boost)
            for (field, term, boost), found in zip(self.terms, zip(*of_shards, strict=True), strict=True)
        ]
        if self.cutoff is None:
            best = DisMax(queries=tuple(clauses), tie_breaker=self.tie_breaker)
            try:
                best.check()
            except IllegalArgumentException as error:
                raise running(error) from None
            return best
        high: list[Query] = []
        low: list[Query] = []
        for (field, term, _), clause in zip(self.terms, clauses, strict=True):
            (high if frequent(ctx, field, term, self.cutoff) else low).append(clause)
        if not low:
            return Bool(must=tuple(high))
        rare = Bool(should=tuple(low))
        return Bool(must=(rare,), should=(Bool(should=tuple(high)),)) if high else rare

    def _blended(self, ctx: ShardContext) -> list[TermStatistics]:
        """The terms' statistics: each stands in as many documents as the most frequent, and a little more the rarer
        it is, and as often as all of them together.
        """
        own, totals, documents = [], [], []
        for name, term, _ in self.terms:
            field = ctx.field(name)
            column = None if field is None else ctx.column(field)
            assert field is not None and column is not None
            scoring = FieldScoring(ctx, field, column)
            found = TermStatistics(doc_freq(ctx, field, column, term), total_term_freq(ctx, field, column, term))
            own.append(found)
            totals.append(scoring.statistics.sum_total_term_freq if found.doc_freq else 0)
            documents.append(scoring.statistics.doc_count if found.doc_freq else 0)
        counts = [one.doc_freq for one in own]
        if len(own) < 2 or not max(counts):
            return own
        least = min(total for total in totals if total)
        most_documents = min(ctx.n, least)
        frequency = min(most_documents, max(counts))
        before, occurrences = max(counts), 0
        for i in sorted(range(len(own)), key=lambda i: -counts[i]):
            if not counts[i]:
                break
            frequency += before > counts[i]
            before = counts[i]
            counts[i] = min(most_documents, documents[i], frequency)
            occurrences += max(own[i].total_term_freq, counts[i])
        occurrences = min(occurrences, least)
        return [TermStatistics(count, occurrences if count else 0) for count in counts]

    def text(self) -> str:
        shown = (
            f"{field}:{term}" + ("" if boost == 1 else f"^{java_string(float(boost))}")
            for field, term, boost in self.terms
        )
        return f"blended(terms:[{', '.join(shown)}])"


# --- the query --------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, eq=False, kw_only=True)
class MultiMatch(Rewritten):
    kind: ClassVar[str] = "multi_match"
    query: Any
    fields: Mapping[str, float]
    type: Type = BEST_FIELDS
    options: MatchOptions
    tie_breaker: float | None = None
    lenient: bool | None = None

    def before_boost(self) -> Query:
        options = replace(self.options, fuzzy_transpositions=True, lenient=False)
        return replace(self, boost=1.0, name=None, options=options, lenient=None)

    def members(self) -> dict[str, Any]:
        o = self.options
        written: dict[str, Any] = {
            "query": self.query,
            "fields": shown_weights(dict(sorted(self.fields.items()))),
            "type": self.type.name,
            "operator": o.operator.upper(),
        }
        if o.analyzer is not None:
            written["analyzer"] = o.analyzer
        written["slop"] = o.slop
        if o.fuzziness is not None:
            written["fuzziness"] = str(o.fuzziness)
        written |= {"prefix_length": o.prefix_length, "max_expansions": o.max_expansions}
        optional = {
            "minimum_should_match": o.minimum_should_match,
            "fuzzy_rewrite": o.fuzzy_rewrite,
            "tie_breaker": None if self.tie_breaker is None else np.float32(self.tie_breaker),
            "lenient": self.lenient,
            "cutoff_frequency": None if o.cutoff_frequency is None else np.float32(o.cutoff_frequency),
        }
        written |= {name: value for name, value in optional.items() if value is not None}
        written["zero_terms_query"] = str(o.zero_terms_query).upper()
        written["auto_generate_synonyms_phrase_query"] = o.auto_generate_synonyms_phrase_query
        written["fuzzy_transpositions"] = o.fuzzy_transpositions
        return written

    def rewrite_on(self, ctx: ShardContext) -> Query:
        options = self.options
        analyzer = None if options.analyzer is None else named_analyzer(ctx, options.analyzer, "multi_match")
        check_rewrite(options.fuzzy_rewrite)
        asked = dict(sorted(self.fields.items())) or parse_weights(default_fields(ctx))
        fields = resolve_fields(ctx, asked)
        lenient = has_all(asked) if self.lenient is None else self.lenient
        query = multi_match_query(
            ctx,
            self.type,
            fields,
            self.query,
            replace(options, lenient=lenient, minimum_should_match=None),
            tie_breaker=self.tie_breaker,
            minimum_should_match=options.minimum_should_match,
            analyzer=analyzer,
        )
        assert query is not None
        return query


_READERS: Mapping[str, Reader] = {
    "query": raw,
    "type": match_type,
    "analyzer": objects.text,
    "boost": objects.decimal,
    "slop": objects.integer,
    "fuzziness": fuzziness,
    "prefix_length": objects.integer,
    "max_expansions": objects.integer,
    "operator": operator,
    "minimum_should_match": objects.text_or_none,
    "fuzzy_rewrite": objects.text_or_none,
    "tie_breaker": objects.decimal,
    "cutoff_frequency": objects.decimal,
    "lenient": objects.boolean,
    "zero_terms_query": zero_terms_query,
    "_name": objects.text,
    "auto_generate_synonyms_phrase_query": objects.boolean,
    "fuzzy_transpositions": objects.boolean,
}

_OPTIONS = (
    "operator minimum_should_match analyzer zero_terms_query fuzziness prefix_length max_expansions "
    "fuzzy_transpositions fuzzy_rewrite slop auto_generate_synonyms_phrase_query cutoff_frequency"
).split()


def _fields(container: Any, key: Any) -> dict[str, float]:
    value = container[key]
    if isinstance(value, list):
        return dict(read_member(_field, value, i) for i in range(len(value)))
    if not objects.is_value(value):
        raise ParsingException("[multi_match] query does not support [fields]", at=Where(container, key))
    return dict([read_member(_field, container, key)])


def _field(container: Any, key: Any) -> tuple[str, float]:
    return field_and_boost(objects.text(container, key))


@register("multi_match")
def parse_multi_match(container: Any, key: Any) -> Query:
    body = container[key]
    values: dict[str, Any] = {}
    fields: dict[str, float] = {}
    for name, value in body.items():
        if name == "fields":
            fields |= _fields(body, name)
        elif not objects.is_value(value):
            raise ParsingException(
                f"[multi_match] unknown token [{objects.token(value)}] after [{name}]", at=Where(body, name)
            )
        elif name not in _READERS:
            raise ParsingException(f"[multi_match] query does not support [{name}]", at=Where(body, name))
        else:
            values[name] = read_member(_READERS[name], body, name)
    end = Where(body, None, "end")
    if values.get("query") is None:
        raise ParsingException("No text specified for multi_match query", at=end)
    kind: Type = values.get("type", BEST_FIELDS)
    if "fuzziness" in values and kind.name in ("cross_fields", "phrase", "phrase_prefix"):
        raise ParsingException(f"Fuzziness not allowed for type [{kind.name}]", at=end)
    if kind.name == "bool_prefix":
        for name, given in (("slop", values.get("slop", 0) != 0), ("cutoff_frequency", "cutoff_frequency" in values)):
            if given:
                raise ParsingException(f"[{name}] not allowed for type [bool_prefix]", at=end)
    for boost in fields.values():
        if boost < 0:
            raise negative_boost(MultiMatch(query=values["query"], fields={}, options=MatchOptions()))
    if values.get("max_expansions", 50) <= 0:
        raise IllegalArgumentException("Max expansions must be strictly great than zero.")
    if values.get("prefix_length", 0) < 0:
        raise IllegalArgumentException("No negative prefix length allowed.")
    if values.get("slop", 0) < 0:
        raise IllegalArgumentException("No negative slop allowed.")
    found = {name: values[name] for name in _OPTIONS if values.get(name) is not None}
    return MultiMatch(
        query=values["query"],
        fields=hash_map(fields),
        type=kind,
        options=MatchOptions(**found),
        tie_breaker=values.get("tie_breaker"),
        lenient=values.get("lenient"),
        **common(values),
    )
