"""What a request may ask for on a shard: windows, slices, search_after."""

from __future__ import annotations

import numpy as np

from fakeknn.errors import IllegalArgumentException, SearchException
from fakeknn.query.base import ShardContext
from fakeknn.search.request import SearchRequest
from fakeknn.search.slicing import check_slices


def check_limits(request: SearchRequest, ctx: ShardContext, batch: int | None) -> None:
    """SearchService.parseSource and DefaultSearchContext.preProcess."""
    if request.stored_fields == ["_none_"] and request.source is not None and request.source.fetch:
        raise SearchException("[stored_fields] cannot be disabled if [_source] is requested")
    window = ctx.setting("index.max_result_window", 10_000)
    if request.slice is not None and batch is None and request.point is None:
        raise SearchException("`slice` cannot be used outside of a scroll context or PIT context")
    if request.search_after is not None:
        _check_search_after(request, ctx, batch)
    if batch is not None:
        if batch > window:
            raise IllegalArgumentException(
                f"Batch size is too large, size must be less than or equal to: [{window}] but was [{batch}]. Scroll "
                f"batch sizes "
                "cost as much memory as result windows so they are controlled by the [index.max_result_window] index "
                "level "
                "setting."
            )
        check_slices(request.slice, ctx, "index.max_slices_per_scroll")
        return
    if request.from_ + request.size > window:
        raise IllegalArgumentException(
            f"Result window is too large, from + size must be less than or equal to: [{window}] but was "
            f"[{request.from_ + request.size}]. See the scroll api for a more efficient way to request large data "
            f"sets. This limit can "
            "be set by changing the [index.max_result_window] index level setting."
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
    for sort in request.sort:
        sort.keys(ctx, np.empty(0, np.int32), np.empty(0, np.float32))
    for sort, value in zip(request.sort, request.search_after, strict=True):
        if value is not None:  # which only the comparators refuse
            sort.after(ctx, value)
