"""``explain``: why a hit has its score."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from fakeknn.fields.dates import DateFieldType
from fakeknn.fields.numbers import NumberFieldType
from fakeknn.query.compound import MATCH_ALL
from fakeknn.query.context import Explanation, ShardContext
from fakeknn.query.forms import search_form, unbounded
from fakeknn.query.lucene import ONE, ApproximateScoreQuery, MatchAllDocsQuery, Node
from fakeknn.query.lucene.form import form
from fakeknn.search.request import ACCURATE, SearchRequest
from fakeknn.search.rescore import Rescorer


def search_node(request: SearchRequest, ctx: ShardContext, *, aggregated: bool = True) -> Node:
    """The Lucene query that a search runs on a shard (SearchContext.query), rewritten; ``aggregated`` is whether its
    aggregations are still to come, if it has any.
    """
    aggregated = aggregated and request.aggregations is not None
    key = ("lucene", id(request), aggregated)
    found: Node | None = ctx.memo.get(key)
    if found is None:
        query = request.query or MATCH_ALL
        node = form(query, ctx) if request.inside else search_form(query, ctx)
        if request.query is None and isinstance(node, ApproximateScoreQuery):
            node = node.original
        if isinstance(node, ApproximateScoreQuery):
            node = _resolved(request, ctx, node, aggregated=aggregated)
        found = ctx.memo[key] = node.rewritten()
    return found


def _resolved(request: SearchRequest, ctx: ShardContext, node: ApproximateScoreQuery, *, aggregated: bool) -> Node:
    """ApproximateQuery.canApproximate: whether the best of a range's documents will do."""
    if aggregated or request.track_total_hits == ACCURATE or len(request.sort) > 1:
        return replace(node, approximated=False)
    sort = request.sort[0] if request.sort else None
    if isinstance(node.original, MatchAllDocsQuery):
        field = None if sort is None or sort.missing is not None else ctx.field(sort.field)
        if isinstance(field, (NumberFieldType, DateFieldType)) and field.searchable:
            return replace(node, approximated=True, approximation=unbounded(field))
        return replace(node, approximated=False)
    if sort is not None and not sort.by_score:
        name = node.approximation.partition(":")[0]
        if sort.field != name or sort.missing is not None:
            return replace(node, approximated=False)
    return replace(node, approximated=not request.terminate_after)


def explained(request: SearchRequest, ctx: ShardContext, row: int) -> Explanation:
    """IndexSearcher.explain of a row, and what rescorers made of its score."""
    ctx.memo.pop("explained", None)  # a weight is made anew for each document
    with ctx.uncounted():
        told = search_node(request, ctx, aggregated=False).explain(ctx, row, np.float32(ONE))
        for rescorer in request.parts.get("rescore", ()):
            told = _rescored(rescorer, ctx, row, told)
    return told


def _rescored(rescorer: Rescorer, ctx: ShardContext, row: int, told: Explanation) -> Explanation:
    """OpenSearch's QueryRescorer.explain."""
    weight = np.float32(rescorer.query_weight)
    if told.match:
        parts = (told, Explanation(weight, "primaryWeight"))
        first = Explanation(np.float32(np.float32(told.value) * weight), "product of:", parts)
    else:
        first = Explanation(np.float32(0), "First pass did not match", (told,), match=False)
    if row not in ctx.memo.get(("rescored", id(rescorer)), ()):
        return first
    node = form(rescorer.query, ctx)  # without the search's own filters
    if isinstance(node, ApproximateScoreQuery):
        node = _resolved(SearchRequest(query=rescorer.query), ctx, node, aggregated=False)
    other = node.rewritten().explain(ctx, row, ONE)
    if not other.match:
        return first
    weight = np.float32(rescorer.rescore_query_weight)
    parts = (other, Explanation(weight, "secondaryWeight"))
    second = Explanation(np.float32(np.float32(other.value) * weight), "product of:", parts)
    # The weights are in both values already.
    plain = replace(rescorer, query_weight=1.0, rescore_query_weight=1.0)
    values = [np.array([one.value], np.float32) for one in (first, second)]
    both = plain.combined(values[0], values[1], np.ones(1, bool))[0]
    name = {"total": "sum", "multiply": "product"}.get(rescorer.score_mode, rescorer.score_mode)
    return Explanation(both, f"{name} of:", (first, second))
