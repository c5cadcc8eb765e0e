"""``profile``: of each shard the queries that ran, what collected their hits, and what fetched them.

The shape is the real server's. Its times and counts tell of Lucene's scorers, which are not here: the times are one
nanosecond for what is done and 0 for what is not, the counts 1 and 0.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from fakeknn.errors import NotFaked
from fakeknn.query.base import ShardContext
from fakeknn.query.forms import form
from fakeknn.query.lucene import ConstantScoreQuery, Node
from fakeknn.search.explain import search_node
from fakeknn.search.request import SearchRequest

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


def _query(node: Node, scores: bool) -> dict[str, Any]:
    if node.type == "MultiTermQueryConstantScoreBlendedWrapper":
        # Each segment then runs a query of the terms it has, which is profiled beside.
        raise NotFaked(f"[profile] of a query of several terms ({node})")
    done = ("build_scorer", "create_weight", "next_doc", *(("score",) if scores else ()))
    told: dict[str, Any] = {
        "type": node.type,
        "description": str(node),
        "time_in_nanos": len(done),
        "breakdown": _breakdown(_TIMINGS, done),
    }
    children = [_query(child, scores and not isinstance(node, ConstantScoreQuery)) for child in node.children()]
    return {**told, "children": children} if children else told


def _needs_scores(request: SearchRequest) -> bool:
    if request.size + request.from_ == 0:
        return request.min_score is not None
    return not request.sort or request.track_scores or any(sort.by_score for sort in request.sort)


def _collector(request: SearchRequest) -> dict[str, Any]:
    if request.parts.get("collapse") is not None or request.parts.get("rescore"):
        raise NotFaked("[profile] of a search that collapses or rescores")
    if request.size + request.from_ == 0:
        name, reason = "EarlyTerminatingCollector", "search_count"
    elif not request.sort:
        name, reason = "TopScoreDocCollector", "search_top_hits"
    else:
        name = "SimpleFieldCollector" if request.search_after is None else "PagingFieldCollector"
        reason = "search_top_hits"
    told: dict[str, Any] = {"name": name, "reason": reason, "time_in_nanos": 1}
    if request.post_filter is not None:
        told = _around("FilteredCollector", "search_post_filter", told)
    if request.min_score is not None:
        told = _around("MinimumScoreCollector", "search_min_score", told)
    if request.terminate_after:
        told = _around("EarlyTerminatingCollector", "search_terminate_after_count", told)
    return told


def _around(name: str, reason: str, inner: dict[str, Any]) -> dict[str, Any]:
    return {"name": name, "reason": reason, "time_in_nanos": 1, "children": [inner]}


_FETCH = (
    "build_sub_phase_processors",
    "create_stored_fields_visitor",
    "get_next_reader",
    "load_source",
    "load_stored_fields",
)


def _fetch(request: SearchRequest) -> dict[str, Any]:
    parts = request.parts
    hidden = request.source is not None and not request.source.fetch
    shows_source = not hidden and (request.stored_fields is None or "_source" in request.stored_fields)
    phases = (
        ("ExplainPhase", request.explain),
        ("FetchDocValuesPhase", bool(parts.get("docvalue_fields"))),
        ("ScriptFieldsPhase", bool(parts.get("script_fields"))),
        ("FetchSourcePhase", shows_source and (request.source is not None or not parts.get("script_fields"))),
        ("FetchFieldsPhase", bool(parts.get("fields"))),
        ("FetchVersionPhase", request.version),
        ("SeqNoPrimaryTermPhase", request.seq_no_primary_term),
        ("HighlightPhase", parts.get("highlight") is not None),
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
        "type": "fetch",
        "description": "fetch",
        "time_in_nanos": len(done),
        "breakdown": _breakdown(_FETCH, done),
    }
    return {**told, "children": children} if children else told


def profile_shard(request: SearchRequest, ctx: ShardContext, *, hits: int) -> dict[str, Any]:
    """One shard's profile; ``hits`` is how many it has given."""
    if request.aggregations is not None:
        raise NotFaked("[profile] of aggregations")
    if request.sort and request.query is not None:
        raise NotFaked("[profile] of a query that is sorted")
    node = search_node(request, ctx)
    scores = _needs_scores(request)
    if not scores and not isinstance(node, ConstantScoreQuery):
        node = ConstantScoreQuery(node)
    queries = [_query(node, scores)]
    if request.post_filter is not None:
        queries.insert(0, _query(form(request.post_filter, ctx).rewritten(), False))
    if request.explain:  # each explanation makes the query's weight anew
        queries += [_query(node, True)] * hits
    return {
        "id": f"[{ctx.services.node_id}][{ctx.index}][{ctx.shard}]",
        "inbound_network_time_in_millis": 0,
        "outbound_network_time_in_millis": 0,
        "searches": [{"query": queries, "rewrite_time": 1, "collector": [_collector(request)]}],
        "aggregations": [],
        "fetch": [_fetch(request)] if hits else [],
    }
