"""The forms of compounds, and of queries that hold one other."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from fakeknn.query.boolean import Bool, minimum_should_match
from fakeknn.query.compound import MATCH_ALL, Boosting, ConstantScore, DisMax, MatchAll, MatchNone
from fakeknn.query.context import Explanation, ShardContext
from fakeknn.query.functions import named_argument
from fakeknn.query.joining import Nested
from fakeknn.query.lucene import (
    FILTER,
    MUST,
    MUST_NOT,
    ONE,
    SHOULD,
    ApproximateScoreQuery,
    BooleanQuery,
    BoostByQuery,
    BoostQuery,
    ConstantScoreQuery,
    DisjunctionMaxQuery,
    IndexOrDocValuesQuery,
    Leaf,
    MatchAllDocsQuery,
    MatchNoDocsQuery,
    Node,
    ScriptScoreQuery,
    TermQuery,
    Told,
)
from fakeknn.query.lucene.form import form, lucene
from fakeknn.query.percolate import Percolate
from fakeknn.query.repeats import unified
from fakeknn.query.rewritten import Rewritten
from fakeknn.query.script import ScriptFilter, ScriptScore
from fakeknn.query.terms_set import TermsSet
from fakeknn.query.text import Match
from fakeknn.xcontent import java_string


@lucene.register
def _(query: MatchAll, ctx: ShardContext) -> Node:
    return ApproximateScoreQuery(MatchAllDocsQuery(), "*:*", None)


@lucene.register
def _(query: MatchNone, ctx: ShardContext) -> Node:
    return MatchNoDocsQuery(query.reason)


@lucene.register
def _(query: ConstantScore, ctx: ShardContext) -> Node:
    return ConstantScoreQuery(form(query.filter, ctx))


@lucene.register
def _(query: DisMax, ctx: ShardContext) -> Node:
    if not query.queries:
        return MatchNoDocsQuery("no clauses for dismax query.")
    return DisjunctionMaxQuery(tuple(form(clause, ctx) for clause in unified(query.queries, ctx)), query.tie_breaker)


@lucene.register
def _(query: Boosting, ctx: ShardContext) -> Node:
    plain = replace(query, boost=1.0)
    return BoostByQuery(form(query.positive, ctx), plain, form(query.negative, ctx), query.negative_boost)


_OCCURS = {"must": MUST, "must_not": MUST_NOT, "should": SHOULD, "filter": FILTER}


@lucene.register
def _(query: Bool, ctx: ShardContext) -> Node:
    of = {"must": query.must, "must_not": query.must_not, "should": query.should, "filter": query.filter}
    order = query.order or [kind for kind, found in of.items() for _ in found]
    left = {kind: iter(found) for kind, found in of.items()}
    clauses = [(_OCCURS[kind], form(next(left[kind]), ctx)) for kind in order]
    if not clauses:
        return lucene(MATCH_ALL, ctx)
    needed = 0
    if query.minimum_should_match is not None:
        needed = max(0, minimum_should_match(query.minimum_should_match, len(query.should)))
    if query.adjust_pure_negative and all(occur == MUST_NOT for occur, _ in clauses):
        return BooleanQuery((*clauses, (FILTER, MatchAllDocsQuery())), 0)
    return BooleanQuery(tuple(clauses), needed)


@lucene.register
def _(query: Match, ctx: ShardContext) -> Node:
    if ctx.field(query.field) is None:
        return MatchNoDocsQuery(f"unmapped fields [{query.field}]")
    return form(query.rewritten(ctx), replace(ctx, of_body=False))


@lucene.register
def _(query: ScriptScore, ctx: ShardContext) -> Node:
    return ScriptScoreQuery(form(query.query, ctx), replace(query, boost=1.0))


@lucene.register
def _(query: ScriptFilter, ctx: ShardContext) -> Node:
    plain = replace(query, boost=1.0)
    shown = f"ScriptQuery({query.script}{named_argument(query.name)})"
    return Leaf("ScriptQuery", shown, lambda: plain.mask(ctx))


@lucene.register
def _(query: TermsSet, ctx: ShardContext) -> Node:
    if not query.values:
        return MatchNoDocsQuery('No terms supplied for "terms_set" query.')
    if ctx.field(query.field) is None:
        plain: list[Node] = [TermQuery(query.field, text, text) for text in map(java_string, query.values)]
    else:
        plain = [form(clause, ctx) for clause in query.clauses()]
    clauses = tuple(clause.rewritten() for clause in plain)

    def how(ctx: ShardContext, row: int, boost: np.float32) -> Explanation:
        return query.explained(ctx, row, [clause.explain(ctx, row, boost) for clause in clauses])

    least = f"long({query.minimum_should_match_field})"
    if query.minimum_should_match_script is not None:
        least = f"script({query.minimum_should_match_script})"
    shown = ", ".join(sorted(map(str, plain)))
    text = f"CoveringQuery(queries=[{shown}], minimumNumberMatch={least})"
    return Told(replace(query, boost=1.0), "CoveringQuery", text, clauses, how)


@lucene.register
def _(query: Rewritten, ctx: ShardContext) -> Node:
    return form(query.rewritten(ctx), replace(ctx, of_body=False))


@lucene.register
def _(query: Nested, ctx: ShardContext) -> Node:
    if query.path not in ctx.mapping.objects and query.ignore_unmapped:
        return MatchNoDocsQuery()
    alone = replace(query, boost=1.0)
    inner = child_query(query, ctx)

    def how(ctx: ShardContext, row: int, boost: np.float32) -> Explanation:
        if alone.score_mode != "none":
            return alone.explained(ctx, row, boost, inner.rewritten().explain)
        unscored = ConstantScoreQuery(inner).rewritten()
        return alone.explained(ctx, row, boost, lambda ctx, row, boost: unscored.explain(ctx, row, np.float32(0)))

    # The inner query's weight is not made by the searcher, which would profile it.
    unscored = tuple(ConstantScoreQuery(inner).rewritten().children())
    parts = unscored if alone.score_mode == "none" else tuple(inner.rewritten().children())

    def joined(inner: Node, simpler: Node | None = None) -> Node:
        text = f"ToParentBlockJoinQuery ({inner})"
        return Told(
            alone, "OpenSearchToParentBlockJoinQuery", text, parts, how, simpler, nested=False, unscored=unscored
        )

    return joined(inner, joined(inner.rewritten()))


def child_query(query: Nested, ctx: ShardContext) -> Node:
    """ToParentBlockJoinQuery.getChildQuery: what the objects match that are joined to what is around them."""
    inner = form(query.query, ctx.inside(query.path))
    if _might_match_outside(inner, ctx, query.path):
        inner = BooleanQuery(((MUST, inner), (FILTER, Told(MATCH_ALL, "TermQuery", f"_nested_path:{query.path}"))))
    return inner


def _might_match_outside(node: Node, ctx: ShardContext, path: str) -> bool:
    """NestedHelper.mightMatchNonNestedDocs: whether a query inside ``nested`` may match what is none of its objects."""
    match node:
        case ConstantScoreQuery() | BoostQuery():
            return _might_match_outside(node.query, ctx, path)
        case MatchNoDocsQuery():
            return False
        case IndexOrDocValuesQuery():
            return _might_match_outside(node.index, ctx, path)
        case ApproximateScoreQuery():
            return _might_match_outside(node.original, ctx, path)
        case BooleanQuery():
            required = [*node.of(MUST), *node.of(FILTER)]
            if required:
                return all(_might_match_outside(one, ctx, path) for one in required)
            return any(_might_match_outside(one, ctx, path) for one in node.of(SHOULD))
        case TermQuery(field=field) | Leaf(path=str(field)):
            return field.startswith("_") or (ctx.field(field) is not None and ctx.mapping.nested_parent(field) != path)
    return True


@lucene.register
def _(query: Percolate, ctx: ShardContext) -> Node:
    plain = replace(query, boost=1.0)

    def how(ctx: ShardContext, row: int, boost: np.float32) -> Explanation:
        stored = query.stored(ctx, row)
        documents = query.percolated(ctx)
        scores = np.empty(0, np.float32) if stored is None else documents.found(stored)[1]
        if stored is None or not len(scores):
            return Explanation(np.float32(0), "PercolateQuery", match=False)
        below = form(stored, documents.ctx).rewritten().explain(documents.ctx, 0, ONE)
        return Explanation(scores.max(), "PercolateQuery", (below,))

    return Told(plain, "PercolateQuery", how=how)
