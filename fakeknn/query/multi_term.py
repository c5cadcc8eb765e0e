"""Queries that stand for several terms of a field (MultiTermQuery): which terms, and what they are rewritten to."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import Any, ClassVar

import numpy as np

from fakeknn.errors import IllegalArgumentException, NotFaked, TooManyClauses
from fakeknn.fields import FieldType
from fakeknn.fields.patterns import matching_terms
from fakeknn.query.base import Query
from fakeknn.query.context import Explanation, Matched, ShardContext, running
from fakeknn.query.scoring import FieldScoring, postings
from fakeknn.query.similarities import TermStatistics
from fakeknn.units import parse_int
from fakeknn.view import Column, KeywordColumn, Mask, TextColumn, place_of
from fakeknn.xcontent.java import java_float

#: BooleanQuery's limit (``indices.query.bool.max_clause_count``).
MAX_CLAUSE_COUNT = 1024

_CONSTANT = ("constant_score", "constant_score_blended", "constant_score_boolean")
_TOP = ("top_terms_blended_freqs_", "top_terms_boost_", "top_terms_")


def check_rewrite(rewrite: str | None) -> None:
    """QueryParsers.parseRewriteMethod."""
    if rewrite is None or rewrite in _CONSTANT or rewrite == "scoring_boolean":
        return
    first = next((i for i, letter in enumerate(rewrite) if letter.isdigit()), None)
    if first is not None:
        parse_int(rewrite[first:])
        if rewrite[:first] in _TOP:
            return
    raise IllegalArgumentException(f"Failed to parse rewrite_method [{rewrite}]")


def is_constant(rewrite: str | None) -> bool:
    """Whether a rewrite gives what matches one score, and so needs no terms."""
    return rewrite is None or rewrite in ("constant_score", "constant_score_blended")


def too_many_clauses(count: int = MAX_CLAUSE_COUNT) -> TooManyClauses:
    return TooManyClauses(f"maxClauseCount is set to {count}")


@dataclass(frozen=True, kw_only=True)
class StatedTerm(Query):
    """A term that is scored by statistics that are not its own (a TermQuery with given TermStates)."""

    kind: ClassVar[str] = "term"
    field: str
    term: str
    statistics: TermStatistics

    def _column(self, ctx: ShardContext) -> tuple[FieldType, Column]:
        field = ctx.field(self.field)
        column = None if field is None else ctx.column(field)
        assert field is not None and column is not None
        return field, column

    def run(self, ctx: ShardContext, boost: np.float32) -> Matched:
        field, column = self._column(ctx)
        rows, freqs = postings(column, self.term)
        out = Matched.none(ctx.n)
        out.mask[rows] = True
        if len(rows):
            similarity = FieldScoring(ctx, field, column)
            out.score[rows] = similarity.score(rows, freqs, [self.term], boost, stated=[self.statistics])
        return out

    def mask(self, ctx: ShardContext) -> Mask:
        mask = ctx.nothing()
        mask[postings(self._column(ctx)[1], self.term)[0]] = True
        return mask

    def explain(self, ctx: ShardContext, row: int, boost: np.float32 = np.float32(1.0)) -> Explanation:  # noqa: B008
        field, column = self._column(ctx)
        rows, freqs = postings(column, self.term)
        at = place_of(rows, row)
        if at >= len(rows) or rows[at] != row:
            return Explanation(np.float32(0), "no matching term", match=False)
        freq = 1.0 if freqs is None else float(freqs[at])
        boost = np.float32(boost * np.float32(self.boost))
        similarity = FieldScoring(ctx, field, column)
        return similarity.explain(row, freq, [self.term], boost, self.term, stated=[self.statistics])


@dataclass(frozen=True, eq=False, kw_only=True)
class ConstantTerm(Query):
    """A term with a constant score."""

    kind: ClassVar[str] = "term"
    field: str
    term: str

    def mask(self, ctx: ShardContext) -> Mask:
        field = ctx.field(self.field)
        column = None if field is None else ctx.column(field)
        mask = ctx.nothing()
        if column is not None:
            mask[postings(column, self.term)[0]] = True
        return mask

    def explain(self, ctx: ShardContext, row: int, boost: np.float32 = np.float32(1.0)) -> Explanation:  # noqa: B008
        boost = np.float32(boost * np.float32(self.boost))
        shown = "" if boost == 1 else f"^{java_float(boost)}"
        return Explanation(boost, f"ConstantScore({self.field}:{self.term}){shown}")


@dataclass(frozen=True, eq=False, kw_only=True)
class AnyTerm(Query):
    """Terms of which one must match, their scores added: a BooleanQuery of optional clauses."""

    kind: ClassVar[str] = "bool"
    clauses: tuple[Query, ...]

    def children(self) -> Any:
        return iter(self.clauses)

    def disjuncts(self, ctx: ShardContext) -> Sequence[Query] | None:
        return self.clauses if self.boost == 1 else None

    def run(self, ctx: ShardContext, boost: np.float32) -> Matched:
        out = Matched.none(ctx.n)
        total = np.zeros(ctx.n, np.float64)
        for clause in self.clauses:
            part = clause.matched(ctx, boost)
            np.add(total, part.score, out=total, where=part.mask)
            out.mask[part.mask] = True
        return Matched(out.mask, total.astype(np.float32))

    def mask(self, ctx: ShardContext) -> Mask:
        mask = ctx.nothing()
        for clause in self.clauses:
            mask |= clause.mask(ctx)
        return mask

    def explain(self, ctx: ShardContext, row: int, boost: np.float32 = np.float32(1.0)) -> Explanation:  # noqa: B008
        boost = np.float32(boost * np.float32(self.boost))
        found = [clause for clause in self.clauses if clause.mask(ctx)[row]]
        if len(self.clauses) == 1:
            return found[0].explain(ctx, row, boost)
        details = tuple(clause.explain(ctx, row, boost) for clause in found)
        return Explanation(self.run(ctx, boost).score[row], "sum of:", details)


#: A term and the boost that it earns by how well it matches.
Weighted = tuple[str, np.float32]


def rewritten(ctx: ShardContext, field: FieldType, column: Column, terms: Sequence[Weighted], rewrite: str) -> Query:
    """The clauses that the terms become; ``terms`` are in their order in the dictionary."""
    live = [pair for pair in terms if len(postings(column, pair[0])[0])]
    for prefix in _TOP:
        if rewrite.startswith(prefix):
            size = min(int(rewrite.removeprefix(prefix)), MAX_CLAUSE_COUNT)
            best = sorted(live, key=lambda pair: (-pair[1], pair[0]))[:size]
            live = sorted(best)  # the clauses are in the order of the terms
            break
    else:
        prefix = rewrite
        if len(live) > MAX_CLAUSE_COUNT:
            raise running(too_many_clauses())
    scoring = FieldScoring(ctx, field, column)
    blended = scoring.blended([term for term, _ in live]) if live and prefix == "top_terms_blended_freqs_" else None
    clauses: list[Query] = []
    for term, weight in live:
        clause: Query
        if prefix in ("constant_score_boolean", "top_terms_boost_"):
            clause = ConstantTerm(field=field.path, term=term)
        else:
            clause = StatedTerm(field=field.path, term=term, statistics=blended or scoring.statistics_of(term))
        clauses.append(replace(clause, boost=float(weight)) if prefix != "constant_score_boolean" else clause)
    if prefix == "constant_score_boolean":
        return ConstantAny(clauses=tuple(clauses))
    return AnyTerm(clauses=tuple(clauses))


class ConstantAny(AnyTerm):
    """ConstantScoreQuery of a BooleanQuery."""

    def disjuncts(self, ctx: ShardContext) -> Sequence[Query] | None:
        return None

    def run(self, ctx: ShardContext, boost: np.float32) -> Matched:
        return Matched.constant(self.mask(ctx), float(boost))

    def explain(self, ctx: ShardContext, row: int, boost: np.float32 = np.float32(1.0)) -> Explanation:  # noqa: B008
        boost = np.float32(boost * np.float32(self.boost))
        shown = "" if boost == 1 else f"^{java_float(boost)}"
        return Explanation(boost, f"ConstantScore({' '.join(_plain(c) for c in self.clauses)}){shown}")


def _plain(clause: Query) -> str:
    assert isinstance(clause, ConstantTerm)
    return f"{clause.field}:{clause.term}"


#: How a kind of query tells its terms apart: ``(query, ctx, field, column) -> matcher`` of a term.
Telling = Callable[[Any, ShardContext, FieldType], Callable[[str], object]]

#: The matchers of term-level queries by class, filled where they are defined.
MATCHERS: dict[type[Query], Telling] = {}


def dictionary_terms(column: Column, matcher: Callable[[str], object]) -> list[str]:
    """The terms of a column that a matcher takes, in their order."""
    assert isinstance(column, (TextColumn, KeywordColumn))
    terms = column.terms
    return sorted(terms[tid] for tid in matching_terms(column, matcher))


def expanded_terms(ctx: ShardContext, query: Query, top: int | None) -> list[str]:
    """The terms that a query of several terms matches: all, or the first ``top``."""
    field = ctx.field(query.field)  # type: ignore[attr-defined]
    column = None if field is None else ctx.column(field)
    if field is None or column is None:
        return []
    telling = next((MATCHERS[kind] for kind in type(query).__mro__ if kind in MATCHERS), None)
    if telling is None or not isinstance(column, (TextColumn, KeywordColumn)):
        raise NotFaked(f"the terms of a [{query.kind}] query")
    found = [t for t in dictionary_terms(column, telling(query, ctx, field)) if len(postings(column, t)[0])]
    if top is not None:
        return found[:top]
    if len(found) > MAX_CLAUSE_COUNT:
        raise running(too_many_clauses())
    return found
