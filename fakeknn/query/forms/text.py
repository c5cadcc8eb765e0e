"""The forms of spans, intervals, expanded terms and combined fields."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field, replace

from fakeknn.query.combined_fields import CombinedField
from fakeknn.query.context import ShardContext
from fakeknn.query.forms.patterns import dictionary
from fakeknn.query.fuzzy import Fuzzy
from fakeknn.query.intervals import IntervalsQuery
from fakeknn.query.lucene import (
    SHOULD,
    BooleanQuery,
    ConstantScoreQuery,
    MatchAllDocsQuery,
    MatchNoDocsQuery,
    MultiTermWrapper,
    Node,
    TermQuery,
    Told,
)
from fakeknn.query.lucene.form import form, lucene, wrapper
from fakeknn.query.match import AllDocs
from fakeknn.query.multi_term import AnyTerm, ConstantAny, ConstantTerm, StatedTerm
from fakeknn.query.span_multi import SpanMulti, pattern_text
from fakeknn.query.span_queries import (
    FieldMasking,
    SpanContaining,
    SpanFirst,
    SpanNear,
    SpanNot,
    SpanOr,
    SpanQuery,
    SpanTerm,
    SpanWithin,
)


@dataclass(frozen=True)
class Expanding(Told):
    """A query that its terms take the place of when it is rewritten."""

    expanded: Callable[[], Node] = field(default=lambda: MatchNoDocsQuery(), compare=False)

    def rewrite(self) -> Node:
        return self.expanded()


@lucene.register
def _(query: AllDocs, ctx: ShardContext) -> Node:
    return MatchAllDocsQuery()


@lucene.register
def _(query: StatedTerm, ctx: ShardContext) -> Node:
    return Told(replace(query, boost=1.0), "TermQuery", f"{query.field}:{query.term}")


@lucene.register
def _(query: ConstantTerm, ctx: ShardContext) -> Node:
    return ConstantScoreQuery(TermQuery(query.field, query.term, query.term))


@lucene.register
def _(query: AnyTerm, ctx: ShardContext) -> Node:
    return BooleanQuery(tuple((SHOULD, form(clause, ctx)) for clause in query.clauses))


@lucene.register
def _(query: ConstantAny, ctx: ShardContext) -> Node:
    terms = (TermQuery(one.field, one.term, one.term) for one in query.clauses if isinstance(one, ConstantTerm))
    return ConstantScoreQuery(BooleanQuery(tuple((SHOULD, term) for term in terms)))


@lucene.register
def _(query: Fuzzy, ctx: ShardContext) -> Node:
    field = ctx.field(query.field)
    if field is None:
        return MatchNoDocsQuery()
    plain = replace(query, boost=1.0)
    scored = plain.scored(ctx)
    walked, term = field.fuzzy_term(query.value)
    shown = pattern_text(plain if walked is field else replace(plain, value=term), walked.lucene_name)
    if scored is None:
        kind = wrapper(query.rewrite)
        return MultiTermWrapper(kind, shown, lambda: plain.mask(ctx), terms=lambda: dictionary(plain, walked, ctx))
    return Expanding(plain, "FuzzyQuery", shown, expanded=lambda: form(scored, ctx))


@lucene.register
def _(query: CombinedField, ctx: ShardContext) -> Node:
    return Told(replace(query, boost=1.0), "CombinedFieldQuery", query.text())


@lucene.register
def _(query: IntervalsQuery, ctx: ShardContext) -> Node:
    if query.unmapped(ctx):
        return MatchNoDocsQuery()
    return Told(replace(query, boost=1.0), "IntervalQuery", query.text(ctx))


_SPANS: dict[type[SpanQuery], str] = {
    SpanTerm: "SpanTermQuery",
    SpanNear: "SpanNearQuery",
    SpanOr: "SpanOrQuery",
    SpanNot: "SpanNotQuery",
    SpanFirst: "SpanFirstQuery",
    SpanContaining: "SpanContainingQuery",
    SpanWithin: "SpanWithinQuery",
    FieldMasking: "FieldMaskingSpanQuery",
    SpanMulti: "SpanMultiTermQueryWrapper",
}


@lucene.register
def _(query: SpanQuery, ctx: ShardContext) -> Node:
    if isinstance(query, SpanNear) and len(query.clauses) == 1:
        return form(query.clauses[0], ctx)
    query.check(ctx)
    return Told(replace(query, boost=1.0), _SPANS.get(type(query), "SpanQuery"), query.text(ctx))


@lucene.register
def _(query: SpanMulti, ctx: ShardContext) -> Node:
    inner = query.match
    name = query.field_name(ctx)
    if ctx.field(name) is None:
        return Told(query, "SpanMatchNoDocsQuery", 'SpanMatchNoDocsQuery("Inner query rewrote to match_none")')
    if isinstance(query.expanded(ctx), FieldMasking):
        return Told(replace(query, boost=1.0), "FieldMaskingSpanQuery", query.text(ctx))
    return Expanding(
        replace(query, boost=1.0),
        "SpanMultiTermQueryWrapper",
        f"SpanMultiTermQueryWrapper({pattern_text(inner, name)})",
        expanded=lambda: Told(
            replace(query, boost=1.0), "SpanTermQuery" if query.alone(ctx) else "SpanOrQuery", query.text(ctx)
        ),
    )
