"""What a query looks for in a field, as highlighters mark it: terms, patterns of terms, phrases."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

from fakeknn.analysis import Token
from fakeknn.errors import NotFaked
from fakeknn.fields.patterns import regexp_matcher, wildcard_matcher
from fakeknn.query.base import Query, ShardContext
from fakeknn.query.compound import Bool, Boosting, ConstantScore, DisMax
from fakeknn.query.function_score import FunctionScore
from fakeknn.query.fuzzy import Fuzzy, edits
from fakeknn.query.joining import Nested
from fakeknn.query.phrases import Phrase, PhrasePrefix, Synonyms
from fakeknn.query.rewritten import Rewritten
from fakeknn.query.script import ScriptScore
from fakeknn.query.terms import Pattern, Prefix, Range, Regexp, Term, Terms, Wildcard
from fakeknn.xcontent import java_string

Test = Callable[[str], bool]

#: Queries that look for no text.
_SILENT = frozenset(
    "match_all match_none exists ids knn script geo_bounding_box geo_distance geo_polygon geo_shape rank_feature "
    "distance_feature terms_set percolate".split()
)


@dataclass(frozen=True)
class PhraseTerms:
    """Places, each a test of terms, with their positions."""

    places: tuple[Test, ...]
    positions: tuple[int, ...]
    slop: int = 0

    def spans(self, tokens: Sequence[Token]) -> list[tuple[int, int]]:
        """The first and last position of each match."""
        found = [sorted({token.position for token in tokens if test(token.term)}) for test in self.places]
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


@dataclass
class Wanted:
    """What is looked for in one field."""

    terms: dict[str, float] = field(default_factory=dict)
    """Terms wherever they stand, with the weight of the query."""
    patterns: list[Test] = field(default_factory=list)
    phrases: list[PhraseTerms] = field(default_factory=list)
    phrase_terms: set[str] = field(default_factory=set)

    @property
    def empty(self) -> bool:
        return not self.terms and not self.patterns and not self.phrases

    def matches(self, term: str) -> bool:
        return term in self.terms or any(test(term) for test in self.patterns)


def wanted(query: Query, ctx: ShardContext, fields: Callable[[str], bool]) -> Wanted:
    """What a query looks for in the fields that ``fields`` holds of."""
    out = Wanted()
    _Collector(ctx, fields, out).visit(query, 1.0)
    return out


class _Collector:
    def __init__(self, ctx: ShardContext, fields: Callable[[str], bool], out: Wanted) -> None:
        self.ctx, self.fields, self.out = ctx, fields, out

    def visit(self, query: Query, weight: float) -> None:
        weight *= query.boost
        if isinstance(query, Bool):
            for clause in (*query.must, *query.should, *query.filter):
                self.visit(clause, weight)
        elif isinstance(query, ConstantScore):
            self.visit(query.filter, weight)
        elif isinstance(query, DisMax):
            for clause in query.queries:
                self.visit(clause, weight)
        elif isinstance(query, Boosting):
            self.visit(query.positive, weight)
        elif isinstance(query, (FunctionScore, ScriptScore)):
            self.visit(query.query, weight)
        elif isinstance(query, Nested):
            _Collector(self.ctx.inside(query.path), self.fields, self.out).visit(query.query, weight)
        elif isinstance(query, Rewritten):
            self.visit(query.rewritten(self.ctx), weight)
        else:
            self._leaf(query, weight)

    def _text(self, name: str) -> bool:
        mapped = self.ctx.field(name)
        return mapped is not None and self.fields(mapped.path) and (mapped.is_text or mapped.dictionary)

    def _leaf(self, query: Query, weight: float) -> None:
        if isinstance(query, Term):
            if self._text(query.field):
                self._term(query.field, query.value, weight, query.case_insensitive)
        elif isinstance(query, Terms):
            if self._text(query.field):
                for value in query.values:
                    self._term(query.field, value, weight, False)
        elif isinstance(query, Phrase):
            if self._text(query.field):
                self._phrase(query)
        elif isinstance(query, PhrasePrefix):
            if self._text(query.field):
                self._phrase_prefix(query)
        elif isinstance(query, Synonyms):
            if self._text(query.field):
                for term in query.terms:
                    self.out.terms[term] = weight
        elif isinstance(query, (Pattern, Fuzzy, Range)):
            if self._text(query.field):
                self.out.patterns.append(self._pattern(query))
        elif query.kind not in _SILENT:
            terms = getattr(query, "highlight_terms", None)
            if terms is None:
                raise NotFaked(f"highlighting what a [{query.kind}] query matches")
            for name, term in terms(self.ctx):
                if self._text(name):
                    self.out.terms[term] = weight

    def _term(self, name: str, value: object, weight: float, insensitive: bool) -> None:
        mapped = self.ctx.field(name)
        assert mapped is not None
        term = mapped.index_term(value)
        if insensitive:
            lowered = term.lower()
            self.out.patterns.append(lambda other: other.lower() == lowered)
        else:
            self.out.terms[term] = weight

    def _phrase(self, query: Phrase) -> None:
        if len(query.terms) == 1:
            for term in query.terms[0]:
                self.out.terms[term] = 1.0
            return
        for alternatives in query.terms:
            self.out.phrase_terms.update(alternatives)
        places = tuple(_one_of(alternatives) for alternatives in query.terms)
        self.out.phrases.append(PhraseTerms(places, tuple(query.positions), query.slop))

    def _phrase_prefix(self, query: PhrasePrefix) -> None:
        last = _prefix_of(query.terms[-1])
        if len(query.terms) == 1:
            self.out.patterns.append(last)
            return
        places = (*(_one_of(alternatives) for alternatives in query.terms[:-1]), last)
        self.out.phrases.append(PhraseTerms(places, tuple(query.positions), query.slop))

    def _pattern(self, query: Pattern | Fuzzy | Range) -> Test:
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
        mapped = self.ctx.field(query.field)
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
