"""From a plan to an outcome: each shard's View is searched, the best of all are taken and aggregated."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

from fakeknn.aggs.results import Results
from fakeknn.errors import (
    ClassCastException,
    IllegalArgumentException,
    NegativeArraySizeException,
    NullPointerException,
    OpenSearchError,
    SearchPhaseExecutionException,
)
from fakeknn.query.base import Query
from fakeknn.query.compound import MATCH_ALL, MatchAll
from fakeknn.query.context import IN_BULK, Matched, Scores, ShardContext
from fakeknn.query.ranges import Range
from fakeknn.search import aggregations
from fakeknn.search.approximate import left_by_points
from fakeknn.search.can_match import can_match, may_follow
from fakeknn.search.collapse import MANY, check_collapse, check_single, group_values, leaders
from fakeknn.search.derived import define_derived
from fakeknn.search.doc_fields import check_fields, load_fields
from fakeknn.search.failures import all_failed, check_partial, failed, placed
from fakeknn.search.fetch import Hit
from fakeknn.search.inner_hits import check_inner_hit_names, check_inner_hits
from fakeknn.search.limits import check_highlight, check_paging, check_sort, check_window, parse_source
from fakeknn.search.query_phase import built, query_mask, query_phase
from fakeknn.search.ranking import best_keys, best_scores, comparable
from fakeknn.search.request import ACCURATE, DISABLED, SearchRequest
from fakeknn.search.rescore import Rescorer
from fakeknn.search.sort import SortKeys
from fakeknn.search.sort_values import shown_value
from fakeknn.search.suggest import merged_suggestions, only_suggests, suggest_on
from fakeknn.search.termination import check_threshold, collected, counted_by_terms
from fakeknn.xcontent import java_float


@dataclass(slots=True)
class ShardResult:
    """What one shard has found: all that matches, and its best."""

    context: int
    rows: NDArray[np.int32]
    """int32[m]: the documents that match, ascending."""
    score: NDArray[np.float32]
    """float32[m]."""
    total: int
    terminated_early: bool | None = None
    top: list[Hit] = field(default_factory=list)
    keys: list[tuple[Any, ...]] = field(default_factory=list)
    """The sort keys of ``top``, comparable between shards."""
    aggregations: Results | None = None
    suggestions: list[list[dict[str, Any]]] | None = None


@dataclass(slots=True)
class Outcome:
    """A search that has run: its shards, what failed on which, and the page of hits."""

    contexts: list[ShardContext]
    results: list[ShardResult]
    failures: list[tuple[ShardContext, OpenSearchError]]
    total: int
    max_score: np.float32 | None
    page: list[Hit]
    terminated_early: bool | None = None
    skipped: int = 0
    """Shards that were not searched since nothing there could match."""
    aggregations: dict[str, Any] | None = None
    suggest: dict[str, Any] | None = None


_BYTES = "org.apache.lucene.util.BytesRef"


def run(request: SearchRequest, contexts: list[ShardContext], *, batch: int | None = None) -> Outcome:
    """Search every shard; raises ``search_phase_execution_exception`` when all of them fail.

    ``batch`` is the size of a scroll's pages, when the request is for all of them.
    """
    # The statistics of all shards are asked for with the query built; a single shard's are its own.
    phase = "dfs_pre_query" if len(contexts) > 1 and contexts[0].statistics is not None else "query"
    results: list[ShardResult] = []
    failures: list[tuple[ShardContext, OpenSearchError]] = []
    contexts, skipped = can_match(request, contexts)
    for number, ctx in enumerate(contexts):
        try:
            ctx.memo["alone"] = len(contexts) == 1
            define_derived(request, ctx)
            result = search_shard(request, ctx, number, batch)
            if len(contexts) == 1 and batch is None:
                load_fields(request, ctx, result.top[request.from_ :])
            results.append(result)
        except OpenSearchError as error:
            if getattr(error, "at_rewriting", False):
                raise
            phase = getattr(error, "phase", phase)
            failures.append((ctx, placed(error, ctx)))
    if failures and not (results or skipped):
        raise all_failed(phase, failures, contexts[0].services.node_id)
    check_partial(request, phase, failures)
    if request.track_total_hits is not None and request.track_total_hits < DISABLED:
        # TotalHits has no such number: the search fails when its shards are done.
        raise SearchPhaseExecutionException("fetch", "", [], []) from IllegalArgumentException(
            f"value must be >= 0, got {request.track_total_hits}"
        )
    if failures and not results and request.aggregations is not None:
        size = "org.opensearch.search.aggregations.InternalAggregations.getSerializedSize()"
        null = NullPointerException(f'Cannot invoke "{size}" because "reducePhase.aggregations" is null')
        raise failed("fetch", "", failures, null)
    total = sum(result.total for result in results)
    _check_sorts_agree(request, contexts, results)
    page = _merged(request, results)
    for value in (value for hit in page for value in hit.sort or ()):
        if isinstance(value, OpenSearchError):  # why it cannot be shown
            raise SearchPhaseExecutionException("fetch", "", [], []) from value
    max_score: np.float32 | None = None
    if not results:
        max_score = np.float32(0)
    elif not request.sort or request.track_scores or request.sort[0].no_sort:
        if request.search_after is not None and (request.sort[0].no_sort or not request.track_scores):
            best = [hit.score for result in results for hit in result.top if hit.score is not None]
        else:
            best = [result.score.max() for result in results if len(result.rows)]
        if best and request.size > 0:
            max_score = max(best)
    told = [result.terminated_early for result in results if result.terminated_early is not None]
    terminated = any(told) if told else None
    parts = [result.aggregations for result in results if result.aggregations is not None]
    merged = aggregations.merged(request, contexts, parts)
    suggested = [result.suggestions for result in results if result.suggestions is not None]
    suggest = merged_suggestions(request, suggested)
    return Outcome(contexts, results, failures, total, max_score, page, terminated, skipped, merged, suggest)


def _tracks_scores(request: SearchRequest) -> bool:
    return request.track_scores or any(sort.by_score for sort in request.sort)


def search_shard(request: SearchRequest, ctx: ShardContext, number: int, batch: int | None = None) -> ShardResult:
    """Query phase on one shard. Of all that is wrong with a request, what the real server finds first is told."""
    try:
        return _searched(request, ctx, number, batch)
    except OpenSearchError as error:
        if not getattr(error, "at_rewriting", False):
            with ctx.uncounted():
                parse_source(request, ctx, batch)
        raise


def _searched(request: SearchRequest, ctx: ShardContext, number: int, batch: int | None) -> ShardResult:
    check_paging(request, ctx, batch)
    check_window(request, ctx, batch)
    query = request.query or MATCH_ALL
    if only_suggests(request):
        nothing = ShardResult(number, np.empty(0, np.int32), np.empty(0, np.float32), 0)
        nothing.suggestions = suggest_on(request, ctx)
        return nothing
    check_inner_hit_names(ctx, query)
    ctx.memo[IN_BULK] = query
    matched = _scored(request, query, ctx)
    if ctx.index_boost < 0:
        raise IllegalArgumentException(f"boost must be a positive float, got {java_float(np.float32(ctx.index_boost))}")
    mask = matched.mask & ctx.view.live_roots
    if ctx.alias_filter is not None:
        mask &= ctx.alias_filter.mask(ctx)
    if request.min_score is not None:
        mask &= matched.score >= request.min_score
    found = mask
    if request.post_filter is not None:
        check_inner_hit_names(ctx, query, request.post_filter)
        around = ctx.visiting(mask)
        mask = mask & built(ctx, lambda: query_mask(request.post_filter, around))  # type: ignore[arg-type]
    check_threshold(request, ctx)
    check_inner_hits(request, ctx)
    check_fields(request, ctx)
    check_highlight(request, ctx)
    check_collapse(request, ctx, scrolls=batch is not None)
    by_points = left_by_points(request, query, ctx, scrolls=batch is not None)
    left = collected(request, ctx, found, mask)
    if request.min_score is None and request.post_filter is None and not request.terminate_after:
        counted = counted_by_terms(request.query, ctx)
        left.total = left.total if counted is None else counted
    if by_points is not None:
        left = left.limited(by_points, counted=request.min_score is None and request.post_filter is None)
    result = ShardResult(number, left.rows, matched.score[left.rows], left.total, left.early)
    if request.aggregations is not None:

        def scores() -> Scores:
            return (
                matched.score
                if needs_scores(request) and not _scored_behind_filter(request, query, ctx)
                else query_phase(query, ctx, np.float32(ctx.index_boost)).score
            )

        with ctx.counted_once():
            result.aggregations = aggregations.collect(request, ctx, left.seen, scores)
    if request.parts.get("rescore"):
        _rescore(request, ctx, result)
    if request.parts.get("collapse") is not None and request.size > 0:
        _collapse(request, ctx, result)
    else:
        _take_top(request, ctx, result)
    if request.parts.get("suggest") is not None:
        result.suggestions = suggest_on(request, ctx)
    return result


def _scored(request: SearchRequest, query: Query, ctx: ShardContext) -> Matched:
    """What matches; scored, if anybody asks for scores."""
    if _scored_behind_filter(request, query, ctx):
        ctx = ctx.visiting(built(ctx, lambda: query_mask(request.post_filter, ctx)))  # type: ignore[arg-type]
    if _counts_nothing(request):
        built(ctx, lambda: query.make(ctx))
        return Matched.none(ctx.n)
    if needs_scores(request):
        return query_phase(query, ctx, np.float32(ctx.index_boost))
    # A script that sorts may look at a score that nobody makes: points have their constant one, terms none.
    unmade = np.float32(isinstance(query, (MatchAll, Range)))
    return Matched(built(ctx, lambda: query_mask(query, ctx)), np.full(ctx.n, unmade))


def _scored_behind_filter(request: SearchRequest, query: Query, ctx: ShardContext) -> bool:
    """Whether scripts score only what the post_filter lets through: not where scores tell what matches, or are made
    before anybody asks.
    """
    if request.post_filter is None or request.min_score is not None or not query.runs_any_script:
        return False
    if any(getattr(clause, "min_score", None) is not None for clause in query.walk()):
        return False
    alone = not ctx.mapping.nested_paths and ctx.alias_filter is None
    top_scores = request.aggregations is None and request.track_total_hits != ACCURATE and not request.sort
    return not (alone and query.scored_in_windows(top_scores))


def needs_scores(request: SearchRequest) -> bool:
    """ScoreMode.needsScores of a request's collectors."""
    if request.min_score is not None:
        return True
    return request.size > 0 and (bool(request.parts.get("rescore")) or not request.sort or _tracks_scores(request))


def _counts_nothing(request: SearchRequest) -> bool:
    """Whether collectors end at the first match: nobody wants hits, their number, or what is in them."""
    asked_for = request.size + request.from_ or request.terminate_after or request.aggregations is not None
    selected = request.post_filter is not None or request.min_score is not None
    return not (asked_for or selected) and request.track_total_hits == DISABLED


def _collapse(request: SearchRequest, ctx: ShardContext, result: ShardResult) -> None:
    """The best of each group, among which the best are taken."""
    codes, values = group_values(request.parts["collapse"], ctx, result.rows)
    if request.sort:
        keys = [sort.keys(ctx, result.rows, result.score).keys for sort in request.sort]
        order = np.lexsort(list(reversed(keys)))
    else:
        order = np.argsort(-result.score, kind="stable")
    check_single(ctx, result.rows, codes, order, request.from_ + request.size)
    chosen = np.sort(leaders(codes, order[codes[order] != MANY]))
    whole, result.rows, result.score = result.score, result.rows[chosen], result.score[chosen]
    _take_top(request, ctx, result)
    groups = dict(zip(result.rows.tolist(), codes[chosen].tolist(), strict=True))
    for hit in result.top:
        code = groups[hit.row]
        hit.group = None if code < 0 else values[code]
    result.score = whole


def _rescore(request: SearchRequest, ctx: ShardContext, result: ShardResult) -> None:
    """RescoreProcessor: scores of the best anew; what is not among them has no place in the page."""
    rescorers: list[Rescorer] = request.parts["rescore"]
    if not request.size or not len(result.rows):
        # The queries are made all the same, and nobody looks at a document.
        for rescorer in rescorers:
            query_phase(rescorer.query, ctx.visiting(ctx.nothing()))
        return
    for rescorer in rescorers:
        if rescorer.window_size < 0:
            raise NegativeArraySizeException(str(rescorer.window_size))
    wanted = max(request.from_ + request.size, *(rescorer.window_size for rescorer in rescorers))
    top = best_scores(result.score, wanted)
    score = result.score[top]
    for rescorer in rescorers:
        window = rescorer.window_size
        rows = result.rows[top]
        looked_at = ctx.nothing()
        looked_at[rows[:window]] = True
        second = query_phase(rescorer.query, ctx.visiting(looked_at))
        second_found = second.mask[rows] & (np.arange(len(top)) < window)
        ctx.memo["rescored", id(rescorer)] = frozenset(rows[:window].tolist())
        score = rescorer.combined(score, second.score[rows], second_found)
        order = np.lexsort((rows, -score))
        top, score = top[order], score[order]
    result.score = np.full(len(result.rows), -np.inf, np.float32)
    result.score[top] = score


def _after(request: SearchRequest, ctx: ShardContext, parts: Sequence[SortKeys]) -> NDArray[np.bool_] | None:
    """bool[m]: the rows behind the values of ``search_after``."""
    if request.search_after is None:
        return None
    behind = np.zeros(len(parts[0].keys), bool)
    level = np.ones(len(parts[0].keys), bool)
    for sort, part, value in zip(request.sort, parts, request.search_after, strict=True):
        bound = sort.after(ctx, value)
        behind |= level & (part.keys > bound)
        level &= part.keys == bound
    if request.search_after[0] is None:  # which segments are not asked about otherwise
        may_follow(request, ctx, request.sort[0].bounds(ctx))
    return behind


def _take_top(request: SearchRequest, ctx: ShardContext, result: ShardResult) -> None:
    wanted = request.from_ + request.size
    if wanted <= 0 or not len(result.rows):
        if wanted <= 0:
            check_sort(request, ctx)
        else:
            _after(request, ctx, [sort.keys(ctx, result.rows[:0], result.score[:0]) for sort in request.sort])
        return
    if not request.sort:
        chosen = best_scores(result.score, wanted)
        for at in chosen.tolist():
            result.top.append(Hit(result.context, int(result.rows[at]), result.score[at]))
            result.keys.append((-float(result.score[at]),))
        return
    parts = [sort.keys(ctx, result.rows, result.score) for sort in request.sort]
    chosen = best_keys([part.keys for part in parts], wanted, _after(request, ctx, parts))
    with_score = _tracks_scores(request)
    by_score = request.parts.get("collapse") is not None and [sort.by_score for sort in request.sort] == [True]
    for at in chosen.tolist():
        # Groups in the order of their scores do not tell that they are sorted.
        shown = None if by_score else [shown_value(part.values[at]) for part in parts]
        result.top.append(Hit(result.context, int(result.rows[at]), result.score[at] if with_score else None, shown))
        result.keys.append(tuple(comparable(sort, part, at) for sort, part in zip(request.sort, parts, strict=True)))


def _check_sorts_agree(request: SearchRequest, contexts: Sequence[ShardContext], results: list[ShardResult]) -> None:
    """What cannot be merged (SearchPhaseController.validateMergeSortValueFormats, and comparators of other values)."""
    if len(results) < 2 or not request.size:
        return
    for sort in request.sort:
        if len({sort.is_unsigned_long(contexts[result.context]) for result in results}) > 1:
            raise SearchPhaseExecutionException("fetch", "", [], []) from IllegalArgumentException(
                "Can't do sort across indices, as a field has [unsigned_long] type in one index, and different type in "
                "another index!"
            )
    for sort in request.sort:
        classes = {sort.merged_as(contexts[result.context]) for result in results if result.top}
        numbers = sorted(name for name in classes if name is not None and name.startswith("java."))
        if numbers and _BYTES in classes:
            raise SearchPhaseExecutionException("fetch", "", [], []) from ClassCastException(
                f"class {numbers[0]} cannot be cast to class {_BYTES} ({numbers[0]} is in module java.base of loader "
                f"'bootstrap'; {_BYTES} is in unnamed module of loader 'app')"
            )


def _merged(request: SearchRequest, results: list[ShardResult]) -> list[Hit]:
    """The page: the best of all shards; ties go to the lower shard, then to the earlier row."""
    if len(results) == 1:
        return results[0].top[request.from_ : request.from_ + request.size]
    entries = [
        (key, result.context, place, hit)
        for result in results
        for place, (key, hit) in enumerate(zip(result.keys, result.top, strict=True))
    ]
    entries.sort(key=lambda entry: entry[:3])
    if request.parts.get("collapse") is not None:
        seen: set[Any] = set()
        entries = [entry for entry in entries if not (entry[3].group in seen or seen.add(entry[3].group))]  # type: ignore[func-returns-value]
    return [entry[3] for entry in entries[request.from_ : request.from_ + request.size]]
