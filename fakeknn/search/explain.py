"""``explain``: why a hit has its score."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from fakeknn.fields.numbers import NumberFieldType
from fakeknn.fields.scalar import DateFieldType
from fakeknn.query.base import Explanation, ShardContext
from fakeknn.query.compound import MATCH_ALL, MatchAll
from fakeknn.query.forms import search_form, unbounded
from fakeknn.query.lucene import ONE, ApproximateScoreQuery, Node
from fakeknn.search.request import ACCURATE, SearchRequest


def search_node(request: SearchRequest, ctx: ShardContext) -> Node:
    """The Lucene query that a search runs on a shard (SearchContext.query), rewritten."""
    key = ("lucene", id(request))
    found: Node | None = ctx.memo.get(key)
    if found is None:
        node = search_form(request.query or MATCH_ALL, ctx)
        if isinstance(node, ApproximateScoreQuery):
            node = _resolved(request, ctx, node)
        found = ctx.memo[key] = node.rewritten()
    return found


def _resolved(request: SearchRequest, ctx: ShardContext, node: ApproximateScoreQuery) -> Node:
    """ApproximateQuery.canApproximate: whether the best of a range's documents will do."""
    if request.aggregations is not None or request.track_total_hits == ACCURATE or len(request.sort) > 1:
        return replace(node, approximated=False)
    sort = request.sort[0] if request.sort else None
    if isinstance(request.query or MATCH_ALL, MatchAll):
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
    """IndexSearcher.explain of a row."""
    return search_node(request, ctx).explain(ctx, row, np.float32(ONE))
