"""A search that has run, as JSON."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from fakeknn.errors import NotFaked, OpenSearchError
from fakeknn.search.collapse import expand
from fakeknn.search.execute import Outcome, run
from fakeknn.search.failures import all_failed, check_partial, failure_echo, failure_groups, placed
from fakeknn.search.fetch import fetch_hits
from fakeknn.search.profile import profile_shard
from fakeknn.search.request import ACCURATE, DISABLED, SearchRequest
from fakeknn.search.suggest import fetched_suggestions
from fakeknn.search.termination import DEFAULT_TRACK_TOTAL_HITS


def total_echo(request: SearchRequest, outcome: Outcome) -> dict[str, Any] | None:
    """``hits.total``; None when it is not tracked."""
    limit = request.track_total_hits
    if limit is None:
        limit = DEFAULT_TRACK_TOTAL_HITS
    if outcome.contexts and not outcome.results:
        return {"value": 0, "relation": "eq"}  # InternalSearchResponse.empty
    if limit == DISABLED:
        return None
    if limit != ACCURATE and outcome.total > limit:
        return {"value": limit, "relation": "gte"}
    return {"value": outcome.total, "relation": "eq"}


def shards_of(total: int, failed: int, skipped: int = 0) -> dict[str, Any]:
    return {"total": total, "successful": total - failed, "skipped": skipped, "failed": failed}


def shards_echo(outcome: Outcome) -> dict[str, Any]:
    """``_shards``: how many were searched, and what failed."""
    failed = len(outcome.failures)
    shards = shards_of(len(outcome.contexts) + outcome.skipped, failed, outcome.skipped)
    if failed:
        node_id = outcome.contexts[0].services.node_id
        shards["failures"] = [failure_echo(ctx, error, node_id) for ctx, error in failure_groups(outcome.failures)]
    return shards


def _fetched(request: SearchRequest, outcome: Outcome) -> list[dict[str, Any]]:
    """Fetch phase: the hits as JSON, without those of the shards where it fails."""
    failed: dict[int, OpenSearchError] = {}
    try:
        return fetch_hits(request, outcome.contexts, outcome.page)
    except NotFaked:
        raise
    except OpenSearchError as error:
        if getattr(error, "at_writing", False):
            raise  # all shards have done their work
        if len(outcome.contexts) == 1:
            ctx = outcome.contexts[0]
            raise all_failed("query", [(ctx, placed(error, ctx))], ctx.services.node_id) from None
    shown = []
    for hit in outcome.page:
        if hit.shard not in failed:
            try:
                shown.append((hit, fetch_hits(request, outcome.contexts, [hit])[0]))
            except OpenSearchError as error:
                failed[hit.shard] = error
    contexts = outcome.contexts
    failures = [(contexts[shard], placed(error, contexts[shard])) for shard, error in sorted(failed.items())]
    outcome.failures += failures
    check_partial(request, "fetch", outcome.failures)
    if len(outcome.failures) == len(outcome.contexts):
        raise all_failed("fetch", outcome.failures, outcome.contexts[0].services.node_id)
    kept = [(hit, told) for hit, told in shown if hit.shard not in failed]
    outcome.page = [hit for hit, _ in kept]
    return [told for _, told in kept]


def answer(request: SearchRequest, outcome: Outcome, took: int) -> dict[str, Any]:
    """The search's JSON."""
    hits: dict[str, Any] = {}
    total = total_echo(request, outcome)
    if total is not None:
        hits["total"] = total
    hits["max_score"] = outcome.max_score
    hits["hits"] = _fetched(request, outcome)

    def search(inner: SearchRequest) -> dict[str, Any]:
        # What is kept of a query goes by its identity, and these live shorter than the search.
        contexts = [replace(ctx, memo={}, index_boost=1.0) for ctx in outcome.contexts]
        contexts.sort(key=lambda ctx: (ctx.shard, ctx.index))  # not as the sort of the search has put them
        found: dict[str, Any] = answer(inner, run(inner, contexts), 0)["hits"]
        return found

    expand(request, outcome.page, hits["hits"], search)
    body: dict[str, Any] = {"took": took, "timed_out": False}
    if outcome.terminated_early is not None:
        body["terminated_early"] = outcome.terminated_early
    reduced = _reduce_phases(request, len(outcome.results))
    if reduced != 1:
        body["num_reduce_phases"] = reduced
    body = {**body, "_shards": shards_echo(outcome), "hits": hits}
    if outcome.aggregations is not None:
        body["aggregations"] = outcome.aggregations
    if outcome.suggest is not None:
        body["suggest"] = fetched_suggestions(request, outcome.suggest)
    if request.profile and outcome.results:
        body["profile"] = {"shards": _profiles(request, outcome)}
    return body


def _reduce_phases(request: SearchRequest, results: int) -> int:
    """QueryPhaseResultConsumer.consumeResult: how often answers are brought together, when that is done as soon as
    ``batched_reduce_size`` of them are there.
    """
    if request.batched_reduce_size is None or not (request.size or request.aggregations is not None):
        return 1
    batch = min(request.batched_reduce_size, results)
    waiting, phases = 0, 0
    for _ in range(results):
        if waiting + (phases > 0) >= batch:
            phases, waiting = phases + 1, 0
        waiting += 1
    return phases + 1


def _profiles(request: SearchRequest, outcome: Outcome) -> list[dict[str, Any]]:
    fetched = [hit.shard for hit in outcome.page]
    alone = len(outcome.contexts) == 1
    shards = [
        profile_shard(request, outcome.contexts[result.context], hits=fetched.count(result.context), alone=alone)
        for result in outcome.results
    ]
    return sorted(shards, key=lambda shard: str(shard["id"]))
