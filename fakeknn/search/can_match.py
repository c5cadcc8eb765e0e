"""Which shards a search goes to: each may first be asked whether anything there can match."""

from __future__ import annotations

from operator import itemgetter

from fakeknn.aggs.buckets import Global
from fakeknn.aggs.terms import TermsOf
from fakeknn.errors import OpenSearchError
from fakeknn.query.compound import MatchAll
from fakeknn.query.context import ShardContext
from fakeknn.search.failures import all_failed, placed
from fakeknn.search.limits import check_after_values, check_sort
from fakeknn.search.numeric_sort import Bounds
from fakeknn.search.query_phase import built
from fakeknn.search.request import DISABLED, SearchRequest
from fakeknn.search.sort import Sort
from fakeknn.state.blocks import index_blocks

#: Whether a shard may match, what it has of the field that is sorted by, and the shard.
_Asked = tuple[bool, Bounds | None, ShardContext]
#: SearchRequest.DEFAULT_PRE_FILTER_SHARD_SIZE.
_DEFAULT_SIZE = 128


def can_match(request: SearchRequest, contexts: list[ShardContext]) -> tuple[list[ShardContext], int]:
    """CanMatchPreFilterSearchPhase: the shards in the order of what they have of the field that is sorted by, without
    those where nothing can match, and how many these are.
    """
    if not _asks_shards(request, contexts):
        return contexts, 0
    sort = _primary(request)
    asked: list[_Asked] = []
    failures: list[tuple[ShardContext, OpenSearchError]] = []
    for ctx in contexts:
        try:
            check_sort(request, ctx)
            bounds = None if sort is None else sort.bounds(ctx)
            if request.search_after is not None:
                check_after_values(request, ctx)
            matches = not (_may_be_none(request) and _never(request, ctx))
            asked.append((matches and may_follow(request, ctx, bounds), bounds, ctx))
        except OpenSearchError as error:
            failures.append((ctx, placed(error, ctx)))
            asked.append((True, None, ctx))
    if len(failures) == len(contexts):
        raise all_failed("can_match", failures, contexts[0].services.node_id)
    if not any(matches for matches, _, _ in asked):
        asked[0] = (True, *asked[0][1:])  # somebody must tell of the aggregations
    left = [ctx for matches, _, ctx in (asked if sort is None else _sorted(asked, sort)) if matches]
    return left, len(contexts) - len(left)


def _sorted(asked: list[_Asked], sort: Sort) -> list[_Asked]:
    """Shards by what they have, unless these are values of several classes."""
    known = [(bounds.high if sort.descending else bounds.low, one) for one in asked if (bounds := one[1]) is not None]
    if len({one[1].boxed for _, one in known if one[1] is not None}) != 1:
        return asked
    known.sort(key=itemgetter(0), reverse=sort.descending)
    return [*(one for _, one in known), *(one for one in asked if one[1] is None)]


def _asks_shards(request: SearchRequest, contexts: list[ShardContext]) -> bool:
    """TransportSearchAction.shouldPreFilterSearchShards."""
    if request.dfs:
        return False
    by_field = _primary(request) is not None
    size = request.pre_filter_shard_size
    if size is None:
        blocked = any("write" in block.levels for ctx in contexts for block in index_blocks(ctx.settings))
        size = 1 if by_field or blocked else _DEFAULT_SIZE
    return len(contexts) > size and (by_field or _may_be_none(request))


def _primary(request: SearchRequest) -> Sort | None:
    """FieldSortBuilder.getPrimaryFieldSortOrNull."""
    return request.sort[0] if request.sort and request.sort[0].by_field else None


def _may_be_none(request: SearchRequest) -> bool:
    """SearchService.canRewriteToMatchNone."""
    if request.query is None or isinstance(request.query, MatchAll) or request.parts.get("suggest") is not None:
        return False
    aggs = () if request.aggregations is None else request.aggregations.aggs
    return not any(
        isinstance(agg, Global) or (isinstance(agg, TermsOf) and agg.thresholds.min_doc_count == 0) for agg in aggs
    )


def _never(request: SearchRequest, ctx: ShardContext) -> bool:
    query = request.query
    return query is not None and bool(built(ctx, lambda: query.never(ctx)))


def may_follow(request: SearchRequest, ctx: ShardContext, bounds: Bounds | None) -> bool:
    """Whether anything is behind ``search_after``, which counts where nobody counts what is before it."""
    sort = _primary(request)
    if sort is None or bounds is None or not request.search_after or sort.missing is not None:
        return True
    return request.track_total_hits != DISABLED or sort.may_follow(ctx, request.search_after[0], bounds)
