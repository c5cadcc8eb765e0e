"""What a request may ask for on a shard, and in which order the real server finds what it may not."""

from __future__ import annotations

from fakeknn.errors import IllegalArgumentException, SearchException
from fakeknn.query.compound import MATCH_ALL
from fakeknn.query.context import ShardContext
from fakeknn.search import aggregations
from fakeknn.search.collapse import check_collapse
from fakeknn.search.doc_fields import check_fields
from fakeknn.search.inner_hits import check_inner_hit_names, check_inner_hits
from fakeknn.search.query_phase import make_query
from fakeknn.search.request import SearchRequest
from fakeknn.search.slicing import check_slices
from fakeknn.search.suggest import build_suggestions


def parse_source(request: SearchRequest, ctx: ShardContext, batch: int | None) -> None:
    """SearchService.parseSource and DefaultSearchContext.preProcess: raises what they find first that is wrong with a
    request, before anything runs."""
    check_inner_hit_names(ctx, request.query)
    make_query(request.query or MATCH_ALL, ctx)
    if request.post_filter is not None:
        check_inner_hit_names(ctx, request.query, request.post_filter)
        make_query(request.post_filter, ctx)
    check_inner_hits(request, ctx)
    check_sort(request, ctx)
    if request.aggregations is not None:
        aggregations.build(request, ctx)
    if request.parts.get("suggest") is not None:
        build_suggestions(request, ctx)
    for rescorer in request.parts.get("rescore", ()):
        make_query(rescorer.query, ctx)
    check_fields(request, ctx)
    check_highlight(request, ctx)
    check_paging(request, ctx, batch)
    check_collapse(request, ctx, scrolls=batch is not None)
    check_window(request, ctx, batch)


def check_highlight(request: SearchRequest, ctx: ShardContext) -> None:
    """HighlightBuilder.build: the queries that are highlighted instead of the search's are built, whether a hit has the
    field or not."""
    highlight = request.parts.get("highlight")
    for options in () if highlight is None else (highlight.options, *(one.options for one in highlight.fields)):
        query = options.get("highlight_query")
        if query is not None:
            query.mask(ctx)


def check_sort(request: SearchRequest, ctx: ShardContext) -> None:
    """SortBuilder.buildSort."""
    for sort in request.sort:
        sort.build(ctx)


def check_paging(request: SearchRequest, ctx: ShardContext, batch: int | None) -> None:
    """Where a page begins, and what cannot be left out of it."""
    if request.search_after is not None:
        _check_search_after(request, ctx, batch)
    if request.slice is not None and batch is None and request.point is None:
        raise SearchException("`slice` cannot be used outside of a scroll context or PIT context")
    if request.stored_fields == ["_none_"]:
        if request.source is not None and request.source.fetch:
            raise SearchException("[stored_fields] cannot be disabled if [_source] is requested")
        if request.parts.get("fields"):
            raise SearchException("[stored_fields] cannot be disabled when using the [fields] option")


def check_window(request: SearchRequest, ctx: ShardContext, batch: int | None) -> None:
    """DefaultSearchContext.preProcess: how much is asked for."""
    window = ctx.setting("index.max_result_window", 10_000)
    if batch is not None and batch > window:
        raise IllegalArgumentException(
            f"Batch size is too large, size must be less than or equal to: [{window}] but was [{batch}]. Scroll batch "
            "sizes cost as much memory as result windows so they are controlled by the [index.max_result_window] index "
            "level setting."
        )
    if batch is None and request.from_ + request.size > window:
        raise IllegalArgumentException(
            f"Result window is too large, from + size must be less than or equal to: [{window}] but was "
            f"[{request.from_ + request.size}]. See the scroll api for a more efficient way to request large data "
            "sets. This limit can be set by changing the [index.max_result_window] index level setting."
        )
    _check_rescorers(request, ctx)
    if batch is not None:
        check_slices(request.slice, ctx, "index.max_slices_per_scroll")


def _check_rescorers(request: SearchRequest, ctx: ShardContext) -> None:
    rescorers = request.parts.get("rescore", ())
    if rescorers and request.sort:
        raise IllegalArgumentException("Cannot use [sort] option in conjunction with [rescore].")
    limit = ctx.setting("index.max_rescore_window", 10_000)
    for rescorer in rescorers:
        if rescorer.window_size > limit:
            raise IllegalArgumentException(
                f"Rescore window [{rescorer.window_size}] is too large. It must be less than [{limit}]. This prevents "
                "allocating massive heaps for storing the results to be rescored. This limit can be set by changing "
                "the [index.max_rescore_window] index level setting."
            )


def _check_search_after(request: SearchRequest, ctx: ShardContext, batch: int | None) -> None:
    assert request.search_after is not None
    if batch is not None:
        raise SearchException("`search_after` cannot be used in a scroll context.")
    if request.from_ > 0:
        raise SearchException("`from` parameter must be set to 0 when `search_after` is used.")
    if not request.sort:
        raise IllegalArgumentException("Sort must contain at least one field.")
    check_after_values(request, ctx)


def check_after_values(request: SearchRequest, ctx: ShardContext) -> None:
    """SearchAfterBuilder.buildFieldDoc."""
    assert request.search_after is not None
    if len(request.sort) != len(request.search_after):
        raise IllegalArgumentException(
            f"search_after has {len(request.search_after)} value(s) but sort has {len(request.sort)}."
        )
    check_sort(request, ctx)
    for sort, value in zip(request.sort, request.search_after, strict=True):
        if value is not None:  # which only the comparators refuse
            sort.after(ctx, value)
