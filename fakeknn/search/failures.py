"""Failures of shards, and the refusal when all have failed."""

from __future__ import annotations

from typing import Any

from fakeknn.errors import OpenSearchError, QueryShardException, SearchPhaseExecutionException
from fakeknn.query.context import ShardContext
from fakeknn.search.request import SearchRequest


def placed(error: OpenSearchError, ctx: ShardContext) -> OpenSearchError:
    """A query_shard_exception learns the index it failed on."""
    for link in error.chain():
        if isinstance(link, QueryShardException) and "index" not in link.meta:
            link.meta = {"index": ctx.index, "index_uuid": ctx.uuid, **link.meta}
    return error


def failure_groups(failures: list[tuple[ShardContext, OpenSearchError]]) -> list[tuple[ShardContext, OpenSearchError]]:
    """ExceptionsHelper.groupBy: one failure of each kind an index."""
    seen: dict[tuple[str, str, str | None], tuple[ShardContext, OpenSearchError]] = {}
    for ctx, error in failures:
        seen.setdefault((ctx.index, type(error).__name__, error.reason), (ctx, error))
    return list(seen.values())


def failure_echo(ctx: ShardContext, error: OpenSearchError, node_id: str) -> dict[str, Any]:
    return {"shard": ctx.shard, "index": ctx.index, "node": node_id, "reason": error.members()}


def check_partial(request: SearchRequest, phase: str, failures: list[tuple[ShardContext, OpenSearchError]]) -> None:
    """A search that wants all of its shards or none."""
    if failures and not request.allow_partial_search_results:
        raise failed(phase, "Partial shards failure", failures, failures[0][1])


def failed(
    phase: str, reason: str, failures: list[tuple[ShardContext, OpenSearchError]], last: OpenSearchError
) -> SearchPhaseExecutionException:
    """What fails beside some shards, because of ``last``."""
    groups = failure_groups(failures)
    echoes = [failure_echo(ctx, error, ctx.services.node_id) for ctx, error in groups]
    return SearchPhaseExecutionException(phase, reason, echoes, [error for _, error in groups], last=last)


def all_failed(
    phase: str, failures: list[tuple[ShardContext, OpenSearchError]], node_id: str
) -> SearchPhaseExecutionException:
    groups = failure_groups(failures)
    return SearchPhaseExecutionException(
        phase,
        "all shards failed",
        [failure_echo(ctx, error, node_id) for ctx, error in groups],
        [error for _, error in groups],
    )
