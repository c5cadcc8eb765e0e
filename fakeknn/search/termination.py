"""Searches that end before they have seen all that matches: what ``terminate_after`` cuts off, and when an answer tells
of it.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from fakeknn.errors import IllegalArgumentException, NotFaked
from fakeknn.fields.base import FieldType
from fakeknn.query.base import Query
from fakeknn.query.boolean import Bool
from fakeknn.query.compound import Boosting, ConstantScore, DisMax
from fakeknn.query.context import ShardContext
from fakeknn.query.exists import Exists
from fakeknn.query.forms.knn import FaissNeighbors, LuceneNeighbors
from fakeknn.query.function_score import FunctionScore
from fakeknn.query.joining import Nested
from fakeknn.query.lucene import (
    ApproximateScoreQuery,
    BoostQuery,
    ConstantScoreQuery,
    FunctionScoreQuery,
    IndexOrDocValuesQuery,
    Leaf,
    MatchAllDocsQuery,
    Node,
    TermQuery,
)
from fakeknn.query.ranges import Range
from fakeknn.query.script import ScriptScore
from fakeknn.query.span_queries import SpanNear, SpanTerm
from fakeknn.query.terms import Terms
from fakeknn.search.explain import search_node
from fakeknn.search.request import ACCURATE, DISABLED, SearchRequest
from fakeknn.view import Mask, NumericColumn, TextColumn

DEFAULT_TRACK_TOTAL_HITS = 10_000


@dataclass(slots=True)
class Collected:
    """What is left of what matches: the documents that the hits, and those that the aggregations are of."""

    rows: NDArray[np.int32]
    seen: Mask
    """bool[n]"""
    total: int
    early: bool | None
    """Whether collecting has ended early; None where the answer does not say."""

    def limited(self, mask: Mask, *, counted: bool) -> Collected:
        """Without the documents that are not in ``mask``: bool[n], which are part of the total if ``counted``."""
        rows = self.rows[mask[self.rows]]
        return Collected(rows, self.seen, self.total if counted else len(rows), self.early)


def counted_at_once(request: SearchRequest, ctx: ShardContext) -> bool:
    """TopDocsCollectorContext.shortcutTotalHitCount: whether Lucene knows how many match without looking."""
    if request.query is None and ctx.alias_filter is None:
        return not ctx.mapping.nested_paths
    node = _innermost(request, ctx)
    if isinstance(node, MatchAllDocsQuery):
        return not ctx.mapping.nested_paths
    # A term of a document's own field is in no nested object, so nothing needs to keep these out.
    told = isinstance(node, TermQuery)
    if isinstance(node, Leaf) and not ctx.mapping.nested_paths:
        told = node.type == "TermQuery" or (node.type == "FieldExistsQuery" and _is_indexed(request, ctx))
    return told and bool(ctx.view.live.all())


def told_bounds(request: SearchRequest, ctx: ShardContext, field: FieldType) -> tuple[int, int] | None:
    """Helper.getDateHistoAggBounds: between which values of a field those of its matches are, as far as the query alone
    says so, with what the shard has of the field; None where it does not.
    """
    column = ctx.column(field)
    if ctx.alias_filter is not None or not isinstance(column, NumericColumn) or not len(column.values):
        return None
    bounds = int(column.values.min()), int(column.values.max())
    node = _concrete(request, ctx)
    if isinstance(node, MatchAllDocsQuery):
        return None if ctx.mapping.nested_paths else bounds
    if not isinstance(node, Leaf):
        return None
    if node.text == f"FieldExistsQuery [field={field.path}]":
        return bounds
    if node.kind != "PointRangeQuery" or node.path != field.path or node.bounds is None:
        return None
    low, high = max(bounds[0], node.bounds[0]), min(bounds[1], node.bounds[1])
    return (low, high) if low <= high else None


def _concrete(request: SearchRequest, ctx: ShardContext) -> Node | None:
    """Helper.unwrapIntoConcreteQuery: the query that Lucene runs, out of some of what only changes its scores; None
    where it is not known.
    """
    try:
        node = search_node(request, ctx)
    except NotFaked:
        return None
    while True:
        match node:
            case ApproximateScoreQuery():
                node = node.original
            case IndexOrDocValuesQuery():
                node = node.index
            case ConstantScoreQuery() | FunctionScoreQuery():
                node = node.query
            case _:
                return node


def check_threshold(request: SearchRequest, ctx: ShardContext) -> None:
    """What a collector of hits says of a number to count up to, where it counts at all."""
    limit = request.track_total_hits
    if limit is None or limit >= DISABLED:
        return
    if not request.size + request.from_:
        if _concurrent(request, ctx):  # whose parts are summed on the shard
            raise IllegalArgumentException(f"value must be >= 0, got {limit}")
        return
    if request.min_score is None and request.post_filter is None and counted_at_once(request, ctx):
        return
    raise IllegalArgumentException(f"totalHitsThreshold must be >= 0, got {limit}")


def _innermost(request: SearchRequest, ctx: ShardContext) -> Node | None:
    """The query that Lucene runs, out of what only changes its scores; None where it is not known."""
    try:
        node = search_node(request, ctx)
    except NotFaked:
        return None
    while True:
        if isinstance(node, ApproximateScoreQuery):
            node = node.original
        elif isinstance(node, (ConstantScoreQuery, BoostQuery)):
            node = node.query
        else:
            return node


def _is_indexed(request: SearchRequest, ctx: ShardContext) -> bool:
    """Whether the documents of a field that is asked for are counted by its points or terms, or there are none."""
    query = request.query
    while isinstance(query, ConstantScore):
        query = query.filter
    field = ctx.field(query.field) if isinstance(query, (Exists, Range, Terms)) else None
    column = None if field is None else ctx.column(field)
    return field is None or column is None or field.searchable or not column.doc_count


def _counts_points(request: SearchRequest, ctx: ShardContext) -> bool:
    """PointRangeQuery's Weight.count: whether a segment knows how many of its values lie in a range."""
    node = _innermost(request, ctx)
    if isinstance(node, IndexOrDocValuesQuery):
        node = node.index
    if not isinstance(node, Leaf) or node.kind != "PointRangeQuery" or node.path is None:
        return False
    field = ctx.field(node.path)
    if field is None or field.derivation is not None or not ctx.view.live.all() or ctx.alias_filter is not None:
        return False
    column = ctx.column(field)
    return isinstance(column, NumericColumn) and column.single and not ctx.view.nested


def _counts_neighbors(request: SearchRequest, ctx: ShardContext) -> bool:
    """DocAndScoreQuery's Weight.count: whether neighbours have been found for the whole shard."""
    node = _innermost(request, ctx)
    if isinstance(node, LuceneNeighbors):
        return node.query.k is not None
    return isinstance(node, FaissNeighbors) and node.of_shard


def counted_by_terms(query: Query | None, ctx: ShardContext) -> int | None:
    """shortcutTotalHitCount of ``exists``: documents with terms are counted, whatever the field's norms find."""
    while isinstance(query, ConstantScore):
        query = query.filter
    if isinstance(query, Range) and query.lower is None and query.upper is None:
        query = Exists(field=query.field)
    if not isinstance(query, Exists) or ctx.mapping.nested_paths or ctx.alias_filter is not None:
        return None
    field = ctx.mapped(query.field)
    column = None if field is None else ctx.column(field)
    if not isinstance(column, TextColumn) or not ctx.view.live.all():
        return None
    return len(np.unique(column.rows))


def collected(request: SearchRequest, ctx: ShardContext, found: Mask, filtered: Mask) -> Collected:
    """What a shard collects; ``found``: bool[n] is what the query matches, ``filtered`` what of it the post filter."""
    rows = np.flatnonzero(filtered).astype(np.int32)
    if request.terminate_after < 0:  # which only the parameter is refused
        return Collected(rows[:0], ctx.nothing(), 0, True)
    if request.terminate_after:
        return _terminated(request, ctx, found, rows)
    early = True if _concurrent(request, ctx) and _told(request, ctx, len(rows)) else None
    return Collected(rows, found, len(rows), early)


def _concurrent(request: SearchRequest, ctx: ShardContext) -> bool:
    """Whether someone has segments searched concurrently (DefaultSearchContext.evaluateAutoMode): aggregations, and
    queries that want it."""
    if request.aggregations is not None:
        kinds = (agg.kind for agg in request.aggregations.walk())
        return not any(kind in ("sampler", "diversified_sampler", "parent") for kind in kinds)
    return wants_slices(request.query, ctx)


def wants_slices(query: Query | None, ctx: ShardContext) -> bool:
    """Whether a query has segments searched concurrently: spans that can be searched in parts of segments
    (supportsIntraSegmentSearch), and neighbours."""
    return isinstance(query, SpanTerm | SpanNear) or _searches_neighbors(query, ctx)


def _searches_neighbors(query: Query | None, ctx: ShardContext) -> bool:
    """KNNConcurrentSearchRequestDecider: whether the query that is looked at last is one of neighbours."""
    if query is None or ctx.settings.get("index.knn") != "true":
        return False
    while True:
        last = _looked_at_last(query)
        if last is None:
            return query.kind == "knn"
        query = last


def _looked_at_last(query: Query) -> Query | None:
    """The last of a query's parts that QueryBuilder.visit comes to; None for one that has none to visit."""
    match query:
        case Bool():
            groups = (query.filter, query.must_not, query.should, query.must)
            return next((clauses[-1] for clauses in groups if clauses), None)
        case DisMax() | ConstantScore() | Nested() | ScriptScore() | Boosting():
            return [*query.children()][-1]
        case FunctionScore():
            return query.query
    return None


def _told(request: SearchRequest, ctx: ShardContext, total: int) -> bool:
    """Where segments are searched concurrently, the collector that has nothing (more) to count counts as terminated
    (EarlyTerminatingCollectorManager.reduce).
    """
    if request.size or not ctx.n:
        return False
    limit = DEFAULT_TRACK_TOTAL_HITS if request.track_total_hits is None else request.track_total_hits
    if limit == DISABLED:
        return True
    if request.min_score is None and request.post_filter is None and counted_at_once(request, ctx):
        return True
    return limit != ACCURATE and total > limit


def _terminated(request: SearchRequest, ctx: ShardContext, found: Mask, rows: NDArray[np.int32]) -> Collected:
    """EarlyTerminatingCollector: ends at the document, or the segment, that comes after the last one wanted."""
    wanted = request.terminate_after
    if len(rows) < wanted:
        return Collected(rows, found, len(rows), False)
    last = rows[wanted - 1]
    segment = ctx.view.segment_of[last]
    early = len(rows) > wanted or bool((ctx.view.segments[:-1] > last).any())  # a tombstone's segment is begun too
    total = wanted
    if (
        not request.size
        and request.post_filter is None
        and request.min_score is None
        and (counted_at_once(request, ctx) or _counts_points(request, ctx) or _counts_neighbors(request, ctx))
    ):
        # A segment's documents are counted as soon as it is begun.
        total = int(np.count_nonzero(ctx.view.segment_of[rows] <= segment))
    seen = found if len(rows) == wanted else found & (np.arange(ctx.n) < rows[wanted])
    return Collected(rows[:wanted], seen, total, early)
