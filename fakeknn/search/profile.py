"""``profile``: of each shard the queries that ran, what collected their hits, and what fetched them.

The shape is the real server's. Its times and counts tell of Lucene's scorers, which are not here: the times are one
nanosecond for what is done and 0 for what is not, the counts 1 and 0.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace
from typing import Any

from fakeknn.aggs.base import Aggregation, Factories, Noted
from fakeknn.aggs.buckets import Filter, Filters
from fakeknn.aggs.cardinality import Cardinality
from fakeknn.aggs.fielddata import ANY, BYTES
from fakeknn.errors import NotFaked
from fakeknn.query.base import Query
from fakeknn.query.compound import MATCH_ALL
from fakeknn.query.context import ShardContext
from fakeknn.query.forms import form, search_form
from fakeknn.query.lucene import (
    ApproximateScoreQuery,
    BoostQuery,
    ConstantScoreQuery,
    MatchAllDocsQuery,
    Node,
    TermQuery,
)
from fakeknn.search.explain import search_node
from fakeknn.search.fetch import named_queries
from fakeknn.search.inner_hits import definitions_of
from fakeknn.search.profile_aggregations import PRUNED_TERMS, WITH_TERMS, Profiled
from fakeknn.search.profile_inner_hits import of_inner_hits
from fakeknn.search.profile_terms import of_segments, several_terms
from fakeknn.search.request import ACCURATE, SearchRequest
from fakeknn.search.termination import wants_slices
from fakeknn.search.top_hits import TopHitsOf
from fakeknn.xcontent import hash_ordered

#: Aggregations that look at scores.
_SCORING = ("top_hits", "sampler", "diversified_sampler", "scripted_metric")

#: Aggregations that ask of each segment whether all of it matches, which makes the query's weight anew.
_ASKING = ("range", "date_range", "date_histogram", "auto_date_histogram", "composite")

_TIMINGS = (
    "advance",
    "build_scorer",
    "compute_max_score",
    "create_weight",
    "match",
    "next_doc",
    "score",
    "set_min_competitive_score",
    "shallow_advance",
)


def _breakdown(names: Iterable[str], done: Iterable[str]) -> dict[str, int]:
    told = set(done)
    return {key: int(name in told) for name in names for key in (name, f"{name}_count")}


#: What a concurrent search tells of its slices' times, beside the whole time.
_SLICES = ("max_slice_time_in_nanos", "min_slice_time_in_nanos", "avg_slice_time_in_nanos")


def _query(node: Node, scores: bool, slices: bool = False, *, apart: bool = False) -> dict[str, Any]:
    """A query that ran; in ``slices`` of the segments, or ``apart`` from the search."""
    done = ("build_scorer", "create_weight", "next_doc", *(("score",) if scores else ()))
    told: dict[str, Any] = {
        "type": node.type,
        "description": str(node),
        "time_in_nanos": len(done),
        **(dict.fromkeys(_SLICES, len(done)) if slices else {}),
        "breakdown": {**_breakdown((*_TIMINGS, *node.timers), done), **dict.fromkeys(node.sums, 0)},
    }
    if slices and not apart:
        of_slices = [key for key in told["breakdown"] if not key.startswith("create_weight")]
        told["breakdown"] |= {
            f"{how}_{key}": told["breakdown"][key] for how in ("max", "min", "avg") for key in of_slices
        }
    below = scores and not isinstance(node, ConstantScoreQuery)
    asked = node.children() if scores else node.unscored_children()
    children = [_query(child, below, slices, apart=apart) for child in asked]
    return {**told, "children": children} if children else told


def _needs_scores(request: SearchRequest) -> bool:
    if request.aggregations is not None and any(agg.kind in _SCORING for agg in request.aggregations.walk()):
        return True
    if request.size + request.from_ == 0:
        return request.min_score is not None
    if request.min_score is not None or request.track_scores:
        return True
    return not request.sort or any(sort.by_score for sort in request.sort)


def _counted(node: Node) -> bool:
    """TopDocsCollectorContext.shortcutTotalHitCount: whether the index itself knows how many documents match."""
    while isinstance(node, (ConstantScoreQuery, BoostQuery, ApproximateScoreQuery)):
        node = node.original if isinstance(node, ApproximateScoreQuery) else node.query
    return isinstance(node, (MatchAllDocsQuery, TermQuery)) or node.type == "FieldExistsQuery"


def _collector(request: SearchRequest, node: Node, slices: bool) -> dict[str, Any]:
    aggs = () if request.aggregations is None else request.aggregations.aggs
    names = [agg.name for agg in aggs if agg.kind != "global"]
    if request.size + request.from_ == 0:
        counts_all = request.track_total_hits == ACCURATE and (bool(request.terminate_after) or not _counted(node))
        told = _collected(
            "TotalHitCountCollector" if counts_all else "EarlyTerminatingCollector", "search_count", slices
        )
    elif request.parts.get("collapse") is not None:
        told = _collected(f"CollapsingTopDocsCollector{'Context' if slices else ''}", "search_top_hits")
    elif slices:
        told = _collected("SimpleTopDocsCollector", "search_top_hits", slices)
    elif not request.sort:
        told = _collected("TopScoreDocCollector", "search_top_hits")
    else:
        plain = "SimpleFieldCollector" if request.search_after is None else "PagingFieldCollector"
        told = _collected("MultiCollector" if request.track_scores else plain, "search_top_hits")
    if request.post_filter is not None:
        told = _collected("FilteredCollector", "search_post_filter", slices, told)
    if request.terminate_after and names:
        told = _collected("MultiCollector", "search_terminate_after_count", slices, told)
    if names:
        inner = _aggregator(names, "aggregation", slices)
        told = _collected("QueryCollector" if slices else "MultiCollector", "search_multi", slices, told, inner)
    if request.min_score is not None:
        told = _collected("MinimumCollector" if slices else "MinimumScoreCollector", "search_min_score", slices, told)
    if request.terminate_after and not names:
        told = _collected("MultiCollector", "search_terminate_after_count", slices, told)
    return told


def _collected(name: str, reason: str, slices: bool = False, *children: dict[str, Any]) -> dict[str, Any]:
    told: dict[str, Any] = {"name": f"{name}Manager" if slices else name, "reason": reason, "time_in_nanos": 1}
    if slices:
        told |= {"reduce_time_in_nanos": 1, **dict.fromkeys(_SLICES, 1), "slice_count": 1}
    return {**told, "children": list(children)} if children else told


def _aggregator(names: Sequence[str], reason: str, slices: bool) -> dict[str, Any]:
    """What collects for aggregations of these names."""
    listed = f"[{names[0]}]" if len(names) == 1 else f"[[{', '.join(names)}]]"
    if not slices:
        kind = "ProfilingAggregator" if len(names) == 1 else "MultiBucketCollector"
        return _collected(f"{kind}: {listed}", reason)
    told = _collected("", reason, slices)
    kind = "NonGlobalAggCollectorManager" if reason == "aggregation" else "GlobalAggCollectorManager"
    return {**told, "name": f"{kind}: {listed}"}


def _in_slices(request: SearchRequest, ctx: ShardContext) -> bool:
    """Whether segments are searched concurrently: for aggregations that all can be, and for queries that want it."""
    if request.terminate_after:
        return False
    if request.aggregations is not None:
        return request.aggregations.concurrent
    return wants_slices(request.query, ctx)


_FETCH = (
    "build_sub_phase_processors",
    "create_stored_fields_visitor",
    "get_next_reader",
    "load_source",
    "load_stored_fields",
)


def _fetch(request: SearchRequest, name: str = "fetch") -> dict[str, Any]:
    parts = request.parts
    hidden = request.source is not None and not request.source.fetch
    shows_source = not hidden and (request.stored_fields is None or "_source" in request.stored_fields)
    phases = (
        ("ExplainPhase", request.explain),
        ("FetchDocValuesPhase", bool(parts.get("docvalue_fields")) or parts.get("collapse") is not None),
        ("ScriptFieldsPhase", bool(parts.get("script_fields"))),
        ("FetchSourcePhase", shows_source and (request.source is not None or not parts.get("script_fields"))),
        ("FetchFieldsPhase", bool(parts.get("fields"))),
        ("FetchVersionPhase", request.version),
        ("SeqNoPrimaryTermPhase", request.seq_no_primary_term),
        ("HighlightPhase", parts.get("highlight") is not None),
        ("MatchedQueriesPhase", bool(named_queries(request))),
        ("FetchScorePhase", request.track_scores and bool(request.sort)),
    )
    children = [
        {
            "type": name,
            "description": name,
            "time_in_nanos": 2,
            "breakdown": _breakdown(("process", "set_next_reader"), ("process", "set_next_reader")),
        }
        for name, runs in phases
        if runs
    ]
    done = [name for name in _FETCH if name != "load_source" or shows_source]
    told = {
        "type": name,
        "description": name,
        "time_in_nanos": len(done),
        "breakdown": _breakdown(_FETCH, done),
    }
    return {**told, "children": children} if children else told


def _filters(agg: Aggregation) -> Sequence[Query]:
    """The queries of an aggregation that are profiled."""
    if isinstance(agg, Filter):
        return [agg.query]
    return [query for _, query in agg.queries] if isinstance(agg, Filters) else ()


def _filter(query: Query, ctx: ShardContext) -> Node:
    node = form(query, ctx)
    return _whole(node) if isinstance(node, ApproximateScoreQuery) else node.rewritten()


def _whole(node: ApproximateScoreQuery) -> ApproximateScoreQuery:
    """What runs is told of all documents as of what they are approximated by."""
    return replace(node, approximation="*:*") if isinstance(node.original, MatchAllDocsQuery) else node


def _prunes(agg: Cardinality, ctx: ShardContext) -> bool:
    """Whether it leaves out what it has counted, by a scorer of its own."""
    source = agg.given.source(ctx, agg, ANY, BYTES)
    indexed = source.field is not None and source.field.kind in WITH_TERMS and source.field.searchable
    return indexed and source.missing is None and not source.scripted and len(source.terms) <= PRUNED_TERMS


def _behind(nodes: Sequence[Node], scores: bool, ctx: ShardContext) -> list[dict[str, Any]]:
    """Queries that are asked of the hits only, each with what it runs in the segments of those."""
    if any(map(several_terms, nodes)) and len(ctx.view.live_segments) > 1:
        raise NotFaked("[profile] of queries of several terms that look at hits of several segments")
    return [_query(one, scores and one is node) for node in nodes for one in (node, *of_segments([node], ctx))]


def profile_shard(request: SearchRequest, ctx: ShardContext, *, hits: int, alone: bool) -> dict[str, Any]:
    """One shard's profile; ``hits`` is how many it has given.

    A shard that is asked ``alone`` is asked for its hits at once; what others run for theirs is not told.
    """
    node = search_node(request, ctx)
    if isinstance(node, ApproximateScoreQuery):
        node = _whole(node)
    scores, unscored = _needs_scores(request), node
    if not scores and not isinstance(node, ConstantScoreQuery):
        node = ConstantScoreQuery(node).rewritten()
    slices = _in_slices(request, ctx)
    queries = [_query(node, scores, slices)]
    filtered = [] if request.post_filter is None else [form(request.post_filter, ctx).rewritten()]
    queries = [*(_query(one, False, slices) for one in filtered), *queries]
    aggs = request.aggregations or Factories()
    if any(several_terms(_filter(query, ctx)) for agg in aggs.walk() for query in _filters(agg)):
        raise NotFaked("[profile] of filters of several terms")
    queries += [_query(one, False, slices, apart=True) for one in of_segments([*filtered, node], ctx)]
    if request.sort and request.track_scores and hits and not any(sort.by_score for sort in request.sort):
        queries.append(_query(node, True))  # TopFieldCollector.populateScores
    if hits:
        rescorers = request.parts.get("rescore", ())
        queries += _behind([form(rescorer.query, ctx).rewritten() for rescorer in rescorers], True, ctx)
    if request.explain and alone:  # each explanation makes the query's weight anew
        if several_terms(node):
            raise NotFaked("[profile] of explained queries of several terms")
        queries += [_query(node, True)] * hits
    if alone and hits:
        named = {str(query.name): query for query in named_queries(request)}
        queries += _behind([_filter(named[name], ctx) for name in hash_ordered(named)], False, ctx)
        queries += [_query(one, scored) for one, scored in of_inner_hits(request, ctx, hits, _filter)]
    segments = len(ctx.view.live_segments)
    asked = [child for agg in aggs.walk() if agg.kind in _ASKING for child in unscored.children()]
    queries += [_query(child, False, slices) for child in asked] * segments
    for agg in aggs.walk():
        if isinstance(agg, Cardinality) and agg.parent is None and _prunes(agg, ctx):
            queries += [_query(child, False, slices, apart=True) for child in unscored.children()] * segments
        for query in _filters(agg):
            queries.append(_query(_filter(query, ctx), False, slices, apart=True))
    searches = [{"query": queries, "rewrite_time": 1, "collector": [_collector(request, unscored, slices)]}]
    everything = [agg.name for agg in aggs.aggs if agg.kind == "global"]
    if everything:
        whole = search_form(MATCH_ALL, ctx)
        whole = whole.original if isinstance(whole, ApproximateScoreQuery) else whole
        whole = whole.rewritten()
        whole = whole if isinstance(whole, ConstantScoreQuery) else ConstantScoreQuery(whole)
        collector = _aggregator(everything, "aggregation_global", slices)
        searches.append({"query": [_query(whole, False, slices)], "rewrite_time": 1, "collector": [collector]})
    fetches = [_fetch(request)] if hits else []
    fetched = ctx.memo.get("fetched inner hits", ())
    for name, query in definitions_of(ctx, request.query, request.post_filter).items():
        if name in fetched:
            fetches.append(_fetch(query.inner_hits.request, f"fetch_inner_hits[{name}]"))
    profiled: list[dict[str, Any]] = []
    if request.aggregations is not None and "noted" in ctx.memo:
        profiled = Profiled(ctx, node, ctx.memo["found"], slices).tree(aggs)
        fetches = [
            *(
                _fetch(agg.request, f"fetch_top_hits_aggregation[{agg.name}]")
                for agg in aggs.walk()
                if isinstance(agg, TopHitsOf) and ctx.memo["noted"].get(id(agg), Noted()).documents
            ),
            *fetches,
        ]
    return {
        "id": f"[{ctx.services.node_id}][{ctx.index}][{ctx.shard}]",
        "inbound_network_time_in_millis": 0,
        "outbound_network_time_in_millis": 0,
        "searches": searches,
        "aggregations": profiled,
        "fetch": fetches,
    }
