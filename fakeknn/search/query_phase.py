"""Queries made on a shard, and what is wrong with them there."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

import numpy as np

from fakeknn.errors import IllegalArgumentException, NotFaked, OpenSearchError, ParsingException, QueryShardException
from fakeknn.query.base import Query
from fakeknn.query.context import Matched, ShardContext, building
from fakeknn.view import Mask
from fakeknn.xcontent import java_float, java_string


def make_query(query: Query, ctx: ShardContext, *, rewritten: bool = True) -> None:
    """Make a query, whether or not it could run; ``rewritten`` if the shard has come upon it before."""
    ctx = ctx.visiting(ctx.nothing())
    try:
        query_phase(query, ctx) if rewritten else built(ctx, lambda: _built_at_once(query, ctx))
    except OpenSearchError as error:
        if not getattr(error, "at_run_time", False):
            raise


def query_phase(query: Query, ctx: ShardContext, boost: np.float32 = np.float32(1)) -> Matched:  # noqa: B008
    """A query's matches; what is wrong with it here is told as ``failed to create query``."""
    matched: Matched = built(ctx, lambda: _matched(query, ctx, boost))
    return matched


def _matched(query: Query, ctx: ShardContext, boost: np.float32) -> Matched:
    _check(query, ctx)
    return query.matched(ctx, boost)


def _built_at_once(query: Query, ctx: ShardContext) -> None:
    with building():
        _matched(query, ctx, np.float32(1))


def query_mask(query: Query, ctx: ShardContext) -> Mask:
    _check(query, ctx)
    return query.mask(ctx)


def _check(query: Query, ctx: ShardContext) -> None:
    """What is wrong with a query however it is built."""
    for clause in query.walk_rewritten():
        clause.check_rewriting(ctx)
    if all(math.isfinite(clause.boost) for clause in query.walk()):
        return
    for clause in query.walk_built(ctx):
        if not math.isfinite(clause.boost):
            raise IllegalArgumentException(f"boost must be a positive float, got {java_float(clause.boost)}")


def built(ctx: ShardContext, work: Callable[[], Any]) -> Any:
    """QueryShardContext.toQuery: errors of building a query are query_shard_exceptions; those of running it are not."""
    try:
        return work()
    except (QueryShardException, ParsingException, NotFaked):
        raise
    except OpenSearchError as cause:
        if getattr(cause, "at_run_time", False):
            raise
        raise QueryShardException(f"failed to create query: {java_string(cause.reason)}") from cause
