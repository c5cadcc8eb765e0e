"""Aggregations of a search: what its body defines, collected on each shard and merged over all."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from fakeknn.aggs.base import Pipeline, check_refused, register
from fakeknn.aggs.docs import Docs
from fakeknn.aggs.parsing import parse_aggregations
from fakeknn.aggs.pipelines import SKIP, lower_gap_policy
from fakeknn.aggs.pipelines_buckets import BucketSort
from fakeknn.aggs.results import Results, shown
from fakeknn.errors import (
    IllegalArgumentException,
    InputCoercionException,
    NotFaked,
    NumberFormatException,
    OpenSearchError,
    SearchPhaseExecutionException,
    Where,
    XContentParseException,
)
from fakeknn.query.context import Scores, ShardContext
from fakeknn.search import top_hits  # noqa: F401
from fakeknn.search.request import OBJECTS, SearchRequest
from fakeknn.search.sort import parse_sort
from fakeknn.search.termination import counted_at_once, told_bounds
from fakeknn.view import Mask
from fakeknn.xcontent import objects
from fakeknn.xcontent.objects import ObjectParser, declared


def _aggregations(request: SearchRequest, container: Any, key: Any) -> None:
    found = parse_aggregations(container, key)
    request.aggregations = found or None


def _sorts(container: Any, key: Any) -> list[tuple[str, bool]]:
    sorts = parse_sort(container, key)
    for sort in sorts:
        if not sort.by_field:
            raise NotFaked("a [bucket_sort] by what is no field")
    return [(sort.field, sort.descending) for sort in sorts]


def _from(container: Any, key: Any) -> int:
    value = objects.integer(container, key)
    if value < 0:
        raise IllegalArgumentException(f"[from] must be a non-negative integer: [{value}]")
    return value


def _size(container: Any, key: Any) -> int:
    value = objects.integer(container, key)
    if value <= 0:
        raise IllegalArgumentException(f"[size] must be a positive integer: [{value}]")
    return value


_BUCKET_SORT = ObjectParser(
    "bucket_sort",
    {
        "sort": declared("object_array", _sorts),
        "from": declared("int", _from),
        "size": declared("int", _size),
        "gap_policy": declared("string", lower_gap_policy),
    },
)


def _unbuilt(body: dict[str, Any], error: XContentParseException) -> XContentParseException:
    """It is built where its sort is read, or at its end; what it does not take of what came before is told then, but
    for what is no number, which is told where it is read.
    """
    if isinstance(error.__cause__, (NumberFormatException, InputCoercionException)):
        return error
    wrong = next((name for name in ("from", "size") if str(error.reason).endswith(f"parse field [{name}]")), None)
    names = list(dict.keys(body))
    if wrong is None or "sort" in names[: names.index(wrong)]:
        return error
    unbuilt = XContentParseException("failed to build [bucket_sort] after last required field arrived", at=error.at)
    unbuilt.__cause__ = error
    if "sort" not in names:
        return unbuilt
    value = body["sort"]
    place = Where(value, None, "end") if isinstance(value, (dict, list)) else Where(body, "sort")
    failed = XContentParseException("[bucket_sort] failed to parse field [sort]", at=place)
    failed.__cause__ = unbuilt
    return failed


@register("bucket_sort")
def parse_bucket_sort(name: str, container: Any, key: Any) -> Pipeline:
    """Its sorts are written as those of a search."""
    try:
        values = _BUCKET_SORT.parse(container, key)
    except XContentParseException as error:
        told = _unbuilt(container[key], error)
        raise told from told.__cause__
    return BucketSort(
        sorts=values.get("sort", ()),
        from_=values.get("from", 0),
        size=values.get("size"),
        gap_policy=values.get("gap_policy", SKIP),
    )


OBJECTS["aggs"] = OBJECTS["aggregations"] = _aggregations


def collect(request: SearchRequest, ctx: ShardContext, found: Mask, score: Callable[[], Scores]) -> Results:
    """One shard's results of the documents that the query has ``found``: bool[n], with their score: float32[n]."""
    assert request.aggregations is not None
    ctx.memo["slices"] = request.aggregations.concurrent and not request.terminate_after
    ctx.memo["counts"] = lambda: counted_at_once(request, ctx)
    ctx.memo["bounds"] = lambda field: told_bounds(request, ctx, field)
    if request.profile:
        ctx.memo["noted"], ctx.memo["found"] = {}, found
    collector = build(request, ctx)
    check_refused(ctx)
    rows = np.flatnonzero(found).astype(np.int32)
    docs = Docs(ctx, rows, np.zeros(len(rows), np.int64), 1, score)
    return collector(docs)[0]


def build(request: SearchRequest, ctx: ShardContext) -> Callable[[Docs], list[Results]]:
    """AggregatorFactories.build: what is wrong with the aggregations on this shard is found here, but for what is when
    aggregators are made (``check_refused``).
    """
    assert request.aggregations is not None
    ctx.memo["search"] = request  # whose query top_hits explain
    return request.aggregations.rewritten(ctx).build(ctx)


def merged(request: SearchRequest, contexts: Sequence[ShardContext], parts: Sequence[Results]) -> dict[str, Any] | None:
    """The search's ``aggregations``; None where it has none, or no shard."""
    if request.aggregations is None or not parts:
        return None
    try:
        results = request.aggregations.finish(parts, contexts[0].services)
    except OpenSearchError as error:
        raise SearchPhaseExecutionException("fetch", "", [], []) from error
    return shown(results, request.typed_keys)
