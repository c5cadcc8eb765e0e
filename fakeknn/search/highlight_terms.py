"""What a query looks for in a field, as highlighters mark it: terms, patterns of terms, phrases."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np

from fakeknn.analysis import Token
from fakeknn.analysis.regexp import regexp_matcher
from fakeknn.errors import UnsupportedOperationException
from fakeknn.fields.buffers import TextBuffer
from fakeknn.fields.constant_keyword import ConstantKeywordFieldType
from fakeknn.fields.match_only_text import MatchOnlyTextFieldType
from fakeknn.fields.patterns import wildcard_matcher
from fakeknn.query.base import Query
from fakeknn.query.boolean import Bool
from fakeknn.query.combined_fields import CombinedField
from fakeknn.query.compound import Boosting, ConstantScore, DisMax, MatchAll
from fakeknn.query.context import ShardContext, running
from fakeknn.query.forms import lucene
from fakeknn.query.function_score import FunctionScore
from fakeknn.query.fuzzy import Fuzzy, edits
from fakeknn.query.interval_filters import Filtered
from fakeknn.query.interval_sources import FixedField, MultiTermSource, TermSource
from fakeknn.query.intervals import IntervalsQuery
from fakeknn.query.joining import Nested
from fakeknn.query.lucene import ApproximateScoreQuery, IndexOrDocValuesQuery
from fakeknn.query.more_like_this import MoreLikeThis
from fakeknn.query.multi_term import AnyTerm, ConstantTerm, StatedTerm
from fakeknn.query.patterns import Pattern, Prefix, Regexp, Wildcard
from fakeknn.query.phrases import Phrase, PhrasePrefix, Synonyms
from fakeknn.query.ranges import Range
from fakeknn.query.rewritten import Rewritten
from fakeknn.query.script import ScriptScore
from fakeknn.query.span_queries import FieldMasking, SpanContaining, SpanQuery, SpanTerm, SpanWithin
from fakeknn.query.terms import Term, Terms
from fakeknn.query.terms_set import TermsSet
from fakeknn.xcontent import java_string

Test = Callable[[str], bool]

_POSITION = (1 << 32) - 1


@dataclass(frozen=True)
class PhraseTerms:
    """Places, each a test of terms, with their positions."""

    places: tuple[Test, ...]
    positions: tuple[int, ...]
    slop: int = 0
    rewritten: bool = False
    """Whether the last place is a prefix that does not count where nothing begins so."""

    multi_term: bool = False
    """Whether one of the places is a prefix."""

    def spans(self, tokens: Sequence[Token]) -> list[tuple[int, int]]:
        """The first and last position of each match among the tokens."""
        found = [sorted({token.position for token in tokens if test(token.term)}) for test in self.places]
        if self.rewritten and not found[-1]:
            return replace(self, places=self.places[:-1], positions=self.positions[:-1], rewritten=False).spans(tokens)
        if not all(found):
            return []
        if not self.slop:
            starts = set(found[0])
            for places, position in zip(found[1:], self.positions[1:], strict=True):
                starts &= {place - (position - self.positions[0]) for place in places}
            length = self.positions[-1] - self.positions[0]
            return [(start, start + length) for start in sorted(starts)]
        return self._near(found)

    def _near(self, found: list[list[int]]) -> list[tuple[int, int]]:
        """NearSpansUnordered: the places together, of which the first is moved on each time."""
        at = [0] * len(found)
        spans = []
        gaps = max(0, self.positions[-1] - self.positions[0] - len(self.positions) + 1)
        while all(i < len(places) for i, places in zip(at, found, strict=True)):
            here = [places[i] for i, places in zip(at, found, strict=True)]
            low, high = min(here), max(here)
            if high - low + 1 - len(found) <= self.slop + gaps:
                spans.append((low, high))
            at[here.index(low)] += 1
        return spans


@dataclass(frozen=True)
class BeginningWith:
    """Terms that count wherever they stand in a text, if the last place, a prefix, is met there."""

    places: tuple[Test, ...]

    def spans(self, tokens: Sequence[Token]) -> list[tuple[int, int]]:
        """The positions of the terms, each first and last of its own."""
        if not any(self.places[-1](token.term) for token in tokens):
            return []
        return [(token.position, token.position) for token in tokens if any(test(token.term) for test in self.places)]


@dataclass(frozen=True)
class SpanTerms:
    """Terms that count within the spans of a query."""

    places: tuple[Test, ...]
    query: SpanQuery
    ctx: ShardContext
    names: frozenset[str]
    """The fields that the query asks for."""

    def spans(self, tokens: Sequence[Token]) -> list[tuple[int, int]]:
        """The first and last position of each span in a text that consists of these tokens."""
        buffer = TextBuffer(lambda _: [(token.term, token.position) for token in tokens])
        buffer.add(0, [""])
        view = replace(
            self.ctx.view,
            n=1,
            live=np.ones(1, bool),
            levels=np.zeros(1, np.int16),
            segments=np.array([0, 1]),
            columns=dict.fromkeys(self.names, buffer.snapshot(1)),
            memo={},
        )
        found = self.query.spans(replace(self.ctx, view=view, memo={}))
        return [(int(a) & _POSITION, (int(b) & _POSITION) - 1) for a, b in zip(found.starts, found.ends, strict=True)]


@dataclass
class Wanted:
    """What is looked for in one field."""

    terms: dict[str, float] = field(default_factory=dict)
    """Terms wherever they stand, with the weight of the query."""
    patterns: list[Test] = field(default_factory=list)
    phrases: list[PhraseTerms | BeginningWith | SpanTerms] = field(default_factory=list)
    phrase_terms: set[str] = field(default_factory=set)
    unrecognized: bool = False
    """Whether the query has a part that may look for anything (UnifiedHighlighter.hasUnrecognizedQuery)."""

    @property
    def empty(self) -> bool:
        return not self.terms and not self.patterns and not self.phrases

    @property
    def multi_term(self) -> bool:
        """Whether some of the terms are only known from the text itself."""
        return bool(self.patterns) or any(isinstance(one, PhraseTerms) and one.multi_term for one in self.phrases)

    def matches(self, term: str) -> bool:
        return term in self.terms or any(test(term) for test in self.patterns)


def wanted(query: Query, ctx: ShardContext, fields: Callable[[str], bool], *, plain: bool) -> Wanted:
    """What a query looks for, in the fields that ``fields`` holds of.

    The ``plain`` highlighter rewrites queries, each value by itself, where the unified one only asks for their terms.
    """
    out = Wanted()
    _Collector(ctx, fields, out, plain).visit(query, 1.0)
    return out


def check_rewritable(query: Query, ctx: ShardContext) -> None:
    """The plain highlighter rewrites queries on an index of one value, which has no doc values that a range could be
    held against.
    """

    class Ranges(QueryWalk):
        def leaf(self, query: Query, weight: float) -> None:
            if isinstance(query, Range) and not query.never(self.ctx):
                node = lucene(query, self.ctx)
                if isinstance(node, ApproximateScoreQuery) and isinstance(node.original, IndexOrDocValuesQuery):
                    raise running(UnsupportedOperationException(None))

    Ranges(ctx).visit(query, 1.0)


class QueryWalk:
    """The clauses of a query that may be highlighted, each with its weight."""

    def __init__(self, ctx: ShardContext) -> None:
        self.ctx = ctx

    def visit(self, query: Query, weight: float) -> None:
        weight *= query.boost
        if isinstance(query, Bool):
            for clause in (*query.must, *query.should, *query.filter):
                self.visit(clause, weight)
        elif isinstance(query, ConstantScore):
            self.visit(query.filter, weight)
        elif isinstance(query, DisMax | AnyTerm):
            for clause in query.queries if isinstance(query, DisMax) else query.clauses:
                self.visit(clause, weight)
        elif isinstance(query, Boosting):
            self.visit(query.positive, weight)
        elif isinstance(query, FunctionScore):
            self.visit(query.query, weight)
        elif isinstance(query, Nested):
            outside, self.ctx = self.ctx, self.ctx.inside(query.path)
            self.visit(query.query, weight)
            self.ctx = outside
        elif isinstance(query, Rewritten):
            self.visit(query.rewritten(self.ctx), weight)
        else:
            self.leaf(query, weight)

    def leaf(self, query: Query, weight: float) -> None:
        raise NotImplementedError


class _Collector(QueryWalk):
    def __init__(self, ctx: ShardContext, fields: Callable[[str], bool], out: Wanted, plain: bool) -> None:
        super().__init__(ctx)
        self.fields, self.out, self.plain = fields, out, plain

    def _text(self, name: str) -> bool:
        mapped = self.ctx.field(name)
        if mapped is None or isinstance(mapped, ConstantKeywordFieldType):  # which no query seeks a term of
            return False
        return self.fields(mapped.path) and (mapped.is_text or mapped.dictionary)

    def visit(self, query: Query, weight: float) -> None:
        if self.plain:
            super().visit(query, weight)
        elif isinstance(query, FunctionScore):
            self._anywhere(query.query, weight * query.boost)
        elif not isinstance(query, MoreLikeThis):
            super().visit(query, weight)

    def _anywhere(self, query: Query, weight: float) -> None:
        """What a query looks for that the highlighter does not see as a whole: terms, wherever they stand."""
        inner = Wanted()
        _Collector(self.ctx, self.fields, inner, False).visit(query, weight)
        self.out.terms.update(inner.terms)
        self.out.terms.update(dict.fromkeys(inner.phrase_terms, weight))
        self.out.patterns += inner.patterns

    def leaf(self, query: Query, weight: float) -> None:
        if isinstance(query, Term):
            if self._text(query.field):
                self._term(query.field, query.value, weight, query.case_insensitive)
        elif isinstance(query, StatedTerm | ConstantTerm):
            if self._text(query.field):
                self.out.terms[query.term] = weight
        elif isinstance(query, Terms):
            if self._text(query.field):
                for value in query.values:
                    self._term(query.field, value, weight, False)
        elif isinstance(query, Phrase):
            if self._text(query.field):
                self._phrase(query, weight)
        elif isinstance(query, PhrasePrefix):
            if self._text(query.field):
                self._phrase_prefix(query, weight)
        elif isinstance(query, Synonyms):
            if self._text(query.field):
                for term in query.terms:
                    self.out.terms[term] = weight
        elif isinstance(query, Pattern | Fuzzy | Range):
            if self._text(query.field):
                self.out.patterns.append(test_of(query, self.ctx))
        elif isinstance(query, FieldMasking):
            self.leaf(query.query, weight)
        elif isinstance(query, SpanQuery):
            self._spans(query, weight)
        elif not self.plain:
            self._visited(query, weight)
        elif self.out.empty:  # CustomQueryScorer: the terms of a query that it does not know, if it knows none yet
            inner = Wanted()
            _Collector(self.ctx, self.fields, inner, False)._visited(query, 1.0)
            self.out.terms.update(dict.fromkeys((*inner.terms, *inner.phrase_terms), 1.0))

    def _visited(self, query: Query, weight: float) -> None:
        """Query.visit: the terms of queries that highlighters do not know."""
        if isinstance(query, MatchAll):
            self.out.unrecognized = True
        elif isinstance(query, ScriptScore):
            self._anywhere(query.query, weight)
        elif isinstance(query, CombinedField):
            if any(self._text(name) for name, _ in query.fields):
                self.out.terms[query.term] = weight
        elif isinstance(query, TermsSet):
            for clause in query.clauses():
                self.leaf(clause, weight)
        elif isinstance(query, IntervalsQuery):
            mapped = self.ctx.field(query.field)
            if mapped is not None:
                self._intervals(mapped.path, query.built(self.ctx), weight)

    def _intervals(self, name: str, source: Any, weight: float) -> None:
        if isinstance(source, TermSource | MultiTermSource):
            if not self._text(name):
                return
            if isinstance(source, TermSource):
                self.out.terms[source.term] = weight
            else:
                matcher = source.matcher
                self.out.patterns.append(lambda other: bool(matcher(other)))
            return
        name = source.name if isinstance(source, FixedField) else name
        for inner in (getattr(source, "source", None), *getattr(source, "sources", ())):
            if inner is not None:
                self._intervals(name, inner, weight)
        if isinstance(source, Filtered) and not source.how.startswith("not"):
            self._intervals(name, source.other, weight)

    def _spans(self, query: SpanQuery, weight: float) -> None:
        terms = {term for name, term in query.terms(self.ctx) if self._text(name)}
        if not terms:
            return
        if isinstance(query, SpanTerm):
            self.out.terms.update(dict.fromkeys(terms, weight))
            return
        if isinstance(query, SpanWithin) and not self.plain:
            query = SpanContaining(big=query.big, little=query.little)
        self.out.phrase_terms |= terms
        names = frozenset(name for name, _ in query.terms(self.ctx))
        self.out.phrases.append(SpanTerms((_one_of(tuple(terms)),), query, self.ctx, names))

    def _term(self, name: str, value: object, weight: float, insensitive: bool) -> None:
        mapped = self.ctx.field(name)
        assert mapped is not None
        term = mapped.index_term(value)
        if insensitive:
            self.out.patterns.append(test_of(Term(field=name, value=value, case_insensitive=True), self.ctx))
        else:
            self.out.terms[term] = weight

    def _phrase(self, query: Phrase, weight: float) -> None:
        if len(query.terms) == 1:
            for term in query.terms[0]:
                self.out.terms[term] = 1.0
            return
        if self._reads_source(query.field):
            self._source_matches(query.terms, None, weight)
            return
        for alternatives in query.terms:
            self.out.phrase_terms.update(alternatives)
        places = tuple(_one_of(alternatives) for alternatives in query.terms)
        self.out.phrases.append(PhraseTerms(places, tuple(query.positions), query.slop))

    def _reads_source(self, name: str) -> bool:
        """Whether a field looks its phrases up in the source (SourceFieldMatchQuery)."""
        return isinstance(self.ctx.field(name), MatchOnlyTextFieldType)

    def _source_matches(self, places: Sequence[Sequence[str]], last: Test | None, weight: float) -> None:
        """SourceFieldMatchQuery.visit: terms wherever they stand; the prefix behind them only a rewrite makes terms
        of.
        """
        if self.plain and not self.out.empty:
            return
        if self.plain and last is not None:
            self.out.phrases.append(BeginningWith((*map(_one_of, places), last)))
        else:
            self.out.terms.update({term: 1.0 if self.plain else weight for terms in places for term in terms})

    def _phrase_prefix(self, query: PhrasePrefix, weight: float) -> None:
        last = _prefix_of(query.terms[-1])
        if self._reads_source(query.field):
            self._source_matches(query.terms[:-1], last, weight)
            return
        if len(query.terms) == 1:
            self.out.patterns.append(last)
            return
        places = (*(_one_of(alternatives) for alternatives in query.terms[:-1]), last)
        self.out.phrases.append(PhraseTerms(places, tuple(query.positions), query.slop, self.plain, True))


def test_of(query: Term | Terms | Pattern | Fuzzy | Range, ctx: ShardContext) -> Test:
    """Which terms of its field a query matches."""
    if isinstance(query, Term | Terms):
        mapped = ctx.field(query.field)
        assert mapped is not None
        if isinstance(query, Terms):
            return _one_of([mapped.index_term(value) for value in query.values])
        lowered = mapped.index_term(query.value).lower()
        return lambda other: other.lower() == lowered
    if isinstance(query, Fuzzy):
        term = java_string(query.value)
        distance, prefix, swaps = query.fuzziness.distance(term), query.prefix_length, query.transpositions
        return lambda other: (
            other.startswith(term[:prefix]) and edits(term[prefix:], other[prefix:], distance, swaps) is not None
        )
    if isinstance(query, Range):
        low, high = query.lower, query.upper
        return lambda other: (
            (low is None or other > str(low) or (query.include_lower and other == str(low)))
            and (high is None or other < str(high) or (query.include_upper and other == str(high)))
        )
    mapped = ctx.field(query.field)
    assert mapped is not None
    value, insensitive = query.value, query.case_insensitive
    if isinstance(query, Prefix):
        lowered = str(value).lower()
        return (lambda other: other.lower().startswith(lowered)) if insensitive else _prefix_of((value,))
    if isinstance(query, Wildcard):
        wildcard = wildcard_matcher(value, insensitive)
        return lambda other: bool(wildcard(other))
    assert isinstance(query, Regexp)
    regexp = regexp_matcher(value, query.flags, insensitive)
    return lambda other: bool(regexp(other))


def _one_of(terms: Sequence[str]) -> Test:
    known = frozenset(terms)
    return lambda term: term in known


def _prefix_of(prefixes: Sequence[str]) -> Test:
    return lambda term: term.startswith(tuple(prefixes))
