"""A text as a query of a field: its tokens become terms, synonyms, phrases (OpenSearch's MatchQuery)."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Any

from fakeknn.analysis import Analyzer, Token, TokenStream, global_analyzer
from fakeknn.errors import IllegalArgumentException, IllegalStateException, OpenSearchError, ParsingException, Where
from fakeknn.fields import FieldType
from fakeknn.fields.scalar import KeywordFieldType
from fakeknn.fields.text import TextFieldType
from fakeknn.query.base import Query
from fakeknn.query.boolean import Bool
from fakeknn.query.companions import phrase, phrase_prefix
from fakeknn.query.compound import MatchAll, MatchNone
from fakeknn.query.context import ShardContext
from fakeknn.query.fuzzy import Fuzziness, Fuzzy
from fakeknn.query.multi_term import MAX_CLAUSE_COUNT, check_rewrite, too_many_clauses
from fakeknn.query.patterns import Prefix
from fakeknn.query.phrases import Synonyms, Terms
from fakeknn.query.span_multi import SpanMulti
from fakeknn.query.span_queries import SpanGap, SpanNear, SpanOr, SpanQuery, SpanTerm
from fakeknn.query.terms import Term
from fakeknn.xcontent import java_string, objects


@dataclass(frozen=True, slots=True)
class MatchOptions:
    """How a text becomes a query; what match, multi_match and query_string have in common."""

    operator: str = "or"
    minimum_should_match: str | None = None
    analyzer: str | None = None
    lenient: bool = False
    zero_terms_query: str | None = "none"
    """none, all; None: a text without terms is no query at all."""
    fuzziness: Fuzziness | None = None
    prefix_length: int = 0
    max_expansions: int = 50
    fuzzy_transpositions: bool = True
    fuzzy_rewrite: str | None = None
    slop: int = 0
    auto_generate_synonyms_phrase_query: bool = True
    cutoff_frequency: float | None = None


#: The four ways: MatchQuery.Type.
BOOLEAN, BOOLEAN_PREFIX, PHRASE, PHRASE_PREFIX = "boolean", "bool_prefix", "phrase", "phrase_prefix"


class AllDocs(MatchAll):
    """All documents, of which (unlike with match_all) none may be left out for speed."""


ALL_DOCS = AllDocs()


def boosted(query: Query, boost: float) -> Query:
    """BoostQuery."""
    if boost < 0 or boost != boost:
        raise IllegalArgumentException(f"boost must be a positive float, got {java_string(float(boost))}")
    return query if boost == 1 else replace(query, boost=query.boost * boost)


def with_minimum(query: Query, minimum_should_match: str | None) -> Query:
    """Queries.maybeApplyMinimumShouldMatch."""
    if minimum_should_match is None or not isinstance(query, Bool):
        return query
    return replace(query, minimum_should_match=minimum_should_match)


def search_analyzer(field: FieldType, quoted: bool = False) -> Analyzer | None:
    """The analyzer of a field's queries; None for one that takes a text as it is."""
    if field.is_text:
        return field.quote_analyzer if quoted else field.search_analyzer  # type: ignore[attr-defined,no-any-return]
    if field.kind == "keyword" and field.option("split_queries_on_whitespace"):
        return global_analyzer("whitespace")
    if field.tells_no_analyzer:
        analysis = field.context.analysis
        default: Analyzer = analysis.default_search or analysis.default
        return default
    return None


def normalized(field: FieldType, text: str) -> str:
    """A single term as the field's search analyzer normalizes it."""
    if field.is_text:
        return field.search_analyzer.normalize(text)  # type: ignore[attr-defined,no-any-return]
    normalizer = getattr(field, "normalizer", None)
    return text if normalizer is None else normalizer.normalize(text)


def named_analyzer(ctx: ShardContext, name: str, kind: str) -> Analyzer:
    analyzer: Analyzer | None = ctx.mapping.context.analysis.analyzer(name)
    if analyzer is None:
        raise ctx.fails(f"[{kind}] analyzer [{name}] not found")
    return analyzer


def match_query(
    ctx: ShardContext,
    name: str,
    text: Any,
    way: str,
    options: MatchOptions,
    analyzer: Analyzer | None = None,
) -> Query | None:
    """MatchQuery.parse: the query that a text means on a field here; None for no query (``zero_terms_query`` None).

    ``analyzer`` replaces the field's own.
    """
    field = ctx.field(name)
    if field is None:
        return MatchNone(reason=f"unmapped fields [{name}]")
    builder = MatchBuilder(ctx, field, options)
    if analyzer is None:
        analyzer = search_analyzer(field, way in (PHRASE, PHRASE_PREFIX))
    if analyzer is None:
        return builder.whole(java_string(text), way)
    builder.graphs = not analyzer.disables_graphs
    return builder.build(analyzer.stream(java_string(text)), way)


class MatchBuilder:
    """MatchQuery.MatchQueryBuilder: tokens to terms, synonyms, phrases."""

    def __init__(self, ctx: ShardContext, field: FieldType, options: MatchOptions) -> None:
        self.ctx, self.field, self.options = ctx, field, options
        self.graphs = True
        """Whether tokens that are several places long make a graph."""
        self.synonyms_as_phrases = options.auto_generate_synonyms_phrase_query and self._has_positions

    @property
    def _has_positions(self) -> bool:
        return self.field.is_text and bool(getattr(self.field, "has_positions", True))

    def whole(self, text: Any, way: str) -> Query:
        """A field without an analyzer: the text is one term."""
        if way == PHRASE_PREFIX:
            return self.leniently(lambda: self._refuse(self.field.no_phrase("phrase prefix")))
        if way == BOOLEAN_PREFIX and isinstance(self.field, KeywordFieldType):
            return self.prefix(java_string(text))
        return self.term(text)

    def build(self, stream: TokenStream, way: str) -> Query | None:
        query = self._query(stream.tokens, stream.end_offset, way, self.options.operator, self.options.slop)
        return no_terms(self.options) if query is None else query

    def _query(
        self, tokens: Sequence[Token], end_offset: int | None, way: str, operator: str, slop: int
    ) -> Query | None:
        """``end_offset`` is where the text ends; a text's last term is a prefix only if it ends there too."""
        if not tokens:
            return None
        at_end = end_offset is None or tokens[-1].end == end_offset
        if len(tokens) == 1:
            if way == PHRASE_PREFIX:
                return self._phrase_prefix(tokens, slop)
            term = tokens[0].term
            return self.prefix(term) if way == BOOLEAN_PREFIX and at_end else self.term(term)
        if self.graphs and any(token.position_length > 1 for token in tokens):
            if way in (PHRASE, PHRASE_PREFIX):
                return self._graph_phrase(tokens, way, slop)
            return self._graph_boolean(tokens, way == BOOLEAN_PREFIX, operator)
        places = len({token.position for token in tokens})
        if way == PHRASE and tokens[-1].position > 0 and (places > 1 or tokens[0].position > 0):
            return self.phrase(tokens, slop)
        if way == PHRASE_PREFIX:
            return self._phrase_prefix(tokens, slop)
        grouped = stacked(tokens)
        if tokens[-1].position == 0:
            return self.synonyms(grouped[0][1])
        return self._boolean(grouped, way == BOOLEAN_PREFIX and at_end, operator)

    def _boolean(self, places: Sequence[tuple[int, Terms]], prefix: bool, operator: str) -> Query:
        clauses = []
        for i, (_, terms) in enumerate(places):
            if len(terms) > 1:
                clauses.append(self.synonyms(terms))
            elif prefix and i == len(places) - 1:
                clauses.append(self.prefix(terms[0]))
            else:
                clauses.append(self.term(terms[0]))
        return boolean(clauses, operator)

    # -- clauses

    def term(self, value: Any) -> Query:
        """A term query, or a fuzzy one; what is wrong with it matches nothing if ``lenient``."""
        return self.leniently(lambda: self._fuzzy(value) if self.options.fuzziness else self._term(value))

    def _term(self, value: Any) -> Query:
        query = Term(field=self.field.path, value=value)
        return query if self.field.is_text and self.field.searchable else checked(query, self.ctx)

    def _fuzzy(self, value: Any) -> Query:
        options, field = self.options, self.field
        check_rewrite(options.fuzzy_rewrite)
        assert options.fuzziness is not None
        query = Fuzzy(
            field=field.path,
            value=value,
            fuzziness=options.fuzziness,
            prefix_length=options.prefix_length,
            max_expansions=options.max_expansions,
            transpositions=options.fuzzy_transpositions,
            rewrite=options.fuzzy_rewrite,
        )
        return checked(query, self.ctx)

    def prefix(self, term: str) -> Query:
        return self.leniently(lambda: checked(Prefix(field=self.field.path, value=term), self.ctx))

    def synonyms(self, terms: Terms) -> Query:
        """Terms at one place."""
        if len(terms) == 1:
            return self.term(terms[0])
        if not self.field.is_text:
            return Bool(should=tuple(Term(field=self.field.path, value=term) for term in terms))
        return Synonyms(field=self.field.path, terms=tuple(sorted(terms)))

    def phrase(self, tokens: Sequence[Token], slop: int) -> Query:
        return self.leniently(lambda: self._phrase(tokens, slop), (IllegalArgumentException, IllegalStateException))

    def _phrase(self, tokens: Sequence[Token], slop: int) -> Query:
        self._check_positions()
        return phrase(self._with_phrases("phrase"), stacked(tokens), slop)

    def _phrase_prefix(self, tokens: Sequence[Token], slop: int) -> Query:
        def make() -> Query:
            if tokens[-1].position > 0:
                self._check_positions()
            field = self._with_phrases("phrase prefix")
            return phrase_prefix(field, stacked(tokens), slop, self.options.max_expansions)

        return self.leniently(make, (IllegalArgumentException, IllegalStateException))

    def _with_phrases(self, what: str) -> TextFieldType:
        if not isinstance(self.field, TextFieldType) or not self.field.has_phrases:
            raise self.field.no_phrase(what)
        return self.field

    def _check_positions(self) -> None:
        if not getattr(self.field, "indexes_positions", False) and not self.field.constant:
            raise IllegalStateException(
                f"field:[{self.field.path}] was indexed without position data; cannot run PhraseQuery"
            )

    def leniently(self, make: Callable[[], Query], kinds: tuple[type[Exception], ...] = (OpenSearchError,)) -> Query:
        try:
            return make()
        except kinds as error:
            if self.options.lenient:
                return lenient_query(self.field.path, error)
            raise

    def _refuse(self, error: Exception) -> Query:
        raise error

    # -- graphs: synonyms of several words

    def _graph_boolean(self, tokens: Sequence[Token], prefix: bool, operator: str) -> Query:
        graph = TokenGraph(tokens)
        clauses = []
        for start, end in graph.sections():
            last = prefix and end == graph.final
            if graph.has_side_path(start):
                way = (PHRASE_PREFIX if last else PHRASE) if self.synonyms_as_phrases else BOOLEAN
                paths = [self._query(path, None, way, "and", 0) for path in graph.paths(start, end)]
                clauses.append(boolean([path for path in paths if path is not None], "or"))
            else:
                terms = graph.terms(start)
                if len(terms) > 1:
                    clauses.append(self.synonyms(terms))
                else:
                    clauses.append(self.prefix(terms[0]) if last else self.term(terms[0]))
        return boolean(clauses, operator)

    def _graph_phrase(self, tokens: Sequence[Token], way: str, slop: int) -> Query | None:
        graph = TokenGraph(tokens)
        if self.options.slop > 0:
            paths = [self._query(path, None, way, "and", slop) for path in graph.paths(0, graph.final)]
            return boolean([path for path in paths if path is not None], "or")
        clauses: list[SpanQuery] = []
        for start, end in graph.sections():
            last = way == PHRASE_PREFIX and end == graph.final
            if graph.has_side_path(start):
                parts = [self._span_path(path, last) for path in graph.paths(start, end)]
                if len(parts) > MAX_CLAUSE_COUNT:
                    raise too_many_clauses()
                clauses.append(SpanOr(clauses=tuple(parts)))
            else:
                ends = [self._span(term, last) for term in graph.terms(start)]
                clauses.append(ends[0] if len(ends) == 1 else SpanOr(clauses=tuple(ends)))
        if not clauses:
            return None
        return clauses[0] if len(clauses) == 1 else SpanNear(clauses=tuple(clauses), slop=0, in_order=True)

    def _span(self, term: str, prefix: bool) -> SpanQuery:
        if prefix:
            field = self._with_phrases("span prefix")
            return SpanMulti(match=Prefix(field=field.path, value=term), top=self.options.max_expansions)
        return SpanTerm(field=self.field.path, value=term)

    def _span_path(self, tokens: Sequence[Token], prefix: bool) -> SpanQuery:
        clauses: list[SpanQuery] = []
        position = -1
        for i, token in enumerate(tokens):
            if token.position - position > 1:
                clauses.append(SpanGap(field=self.field.path, width=token.position - position - 1))
            position = token.position
            clauses.append(self._span(token.term, prefix and i == len(tokens) - 1))
        return clauses[0] if len(clauses) == 1 else SpanNear(clauses=tuple(clauses), slop=0, in_order=True)


def no_terms(options: MatchOptions) -> Query | None:
    """What a text without terms means (MatchQuery.zeroTermsQuery)."""
    if options.zero_terms_query is None:
        return None
    if options.zero_terms_query == "all":
        return ALL_DOCS
    return MatchNone(reason="Matching no documents because no terms present")


def checked(query: Query, ctx: ShardContext) -> Query:
    """A query, asked here so that what it refuses is known where it is built."""
    query.mask(ctx.visiting(ctx.nothing()))
    return query


def lenient_query(name: str, error: Exception) -> Query:
    """Queries.newLenientFieldQuery."""
    shown = f"{getattr(error, 'type', type(error).__name__)}:[{getattr(error, 'reason', error)}]"
    return MatchNone(reason=f"failed [{name}] query, caused by {shown}")


def boolean(clauses: Sequence[Query], operator: str) -> Query:
    """A BooleanQuery of clauses that must all match, or of which one must."""
    if len(clauses) > MAX_CLAUSE_COUNT:
        raise too_many_clauses()
    if operator == "and":
        return Bool(must=tuple(clauses))
    return Bool(should=tuple(clauses))


def stacked(tokens: Sequence[Token]) -> list[tuple[int, Terms]]:
    """The terms at each position."""
    places: dict[int, list[str]] = {}
    for token in tokens:
        places.setdefault(token.position, []).append(token.term)
    return [(position, tuple(terms)) for position, terms in places.items()]


class TokenGraph:
    """GraphTokenStreamFiniteStrings: the paths of tokens through a graph.

    A state stands between tokens; a token goes from its state to that ``position_length`` further on.
    """

    def __init__(self, tokens: Sequence[Token]) -> None:
        self._edges: dict[int, list[tuple[int, Token, int]]] = {}
        state, position, increment, gap = -1, -1, 1, 0
        final = -1
        for token in tokens:
            step = token.position - position
            position = token.position
            if step == 0:
                if gap > 0:
                    state -= gap
            else:
                state += 1
                gap = step - 1
            end = state + token.position_length + gap
            final = max(final, end)
            self._edges.setdefault(state, []).append((end, token, increment if step == 0 else step))
            state += gap
            if step > 0:
                increment = step
        self.final = final
        self._prune()

    def _prune(self) -> None:
        """Drop what leads nowhere."""
        alive = {self.final}
        for state in sorted(self._edges, reverse=True):
            kept = [edge for edge in self._edges[state] if edge[0] in alive]
            self._edges[state] = kept
            if kept:
                alive.add(state)

    def sections(self) -> list[tuple[int, int]]:
        """From one state that every path goes through to the next."""
        edges = [(start, edge[0]) for start, found in self._edges.items() for edge in found]
        points = sorted({start for start, _ in edges})
        cuts = [p for p in points if p > 0 and not any(a < p < b for a, b in edges)]
        ends = [*cuts, self.final]
        return list(zip([0, *cuts], ends, strict=True))

    def has_side_path(self, state: int) -> bool:
        return len({edge[0] for edge in self._edges.get(state, ())}) > 1

    def terms(self, state: int) -> Terms:
        return tuple(edge[1].term for edge in self._edges.get(state, ()))

    def paths(self, start: int, end: int) -> Iterator[list[Token]]:
        """The tokens of every path, at positions of their own."""
        stack: list[tuple[int, list[tuple[Token, int]]]] = [(start, [])]
        while stack:
            state, path = stack.pop()
            if state == end:
                yield _laid_out(path)
                continue
            further = reversed(self._edges.get(state, []))
            stack += ((behind, [*path, (token, step)]) for behind, token, step in further)


def _laid_out(path: Sequence[tuple[Token, int]]) -> list[Token]:
    out = []
    position = -1
    for token, step in path:
        position += step
        one = token.copy(token.term)
        one.position, one.position_length = position, 1
        out.append(one)
    return out


# --- members of the DSL that such queries share ---


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
