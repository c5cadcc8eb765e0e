"""Hits: what a search shows of the rows it has chosen."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np

from fakeknn.query.base import Query, ShardContext
from fakeknn.query.compound import MATCH_ALL
from fakeknn.search.request import SearchRequest
from fakeknn.search.source import SHOW_SOURCE
from fakeknn.search.stored import stored_fields
from fakeknn.source import restore
from fakeknn.view import VectorColumn, View, ignored_fields
from fakeknn.xcontent import hash_ordered


@dataclass(slots=True)
class Hit:
    """A chosen row: its shard (the number of its context), row, score and sort values."""

    shard: int
    row: int
    score: np.float32 | None
    sort: list[Any] | None = None


def source_of(view: View, row: int) -> bytes | None:
    """A document's ``_source`` as this View holds it."""

    def vector(path: str, back: int) -> Any:
        column = view.columns[path]
        assert isinstance(column, VectorColumn)
        return column.matrix[int(np.searchsorted(column.rows, row - back))]

    return restore(view.sources[row], vector)


#: What else a hit may show: each is given the request, the shard's context, the hit and the JSON made so far.
SubPhase = Callable[[SearchRequest, ShardContext, Hit, dict[str, Any]], None]

SUB_PHASES: list[SubPhase] = []


def sub_phase(phase: SubPhase) -> SubPhase:
    """Register a fetch sub-phase; they run in the order of registration."""
    SUB_PHASES.append(phase)
    return phase


def fetch_hits(request: SearchRequest, contexts: list[ShardContext], hits: list[Hit]) -> list[dict[str, Any]]:
    """The hits as JSON, in their order."""
    named = _named_queries(request)
    return [fetch_hit(request, contexts[hit.shard], hit, named) for hit in hits]


def _named_queries(request: SearchRequest) -> list[Query]:
    roots = [query for query in (request.query, request.post_filter) if query is not None]
    return [query for root in roots for query in root.walk() if query.name is not None]


def fetch_hit(request: SearchRequest, ctx: ShardContext, hit: Hit, named: list[Query]) -> dict[str, Any]:
    view, row = ctx.view, hit.row
    stored = request.stored_fields
    shown: dict[str, Any] = {}
    if request.explain:
        shown["_shard"] = f"[{ctx.index}][{ctx.shard}]"
        shown["_node"] = ctx.services.node_id
    shown["_index"] = ctx.index
    if stored != ["_none_"]:
        shown["_id"] = view.ids[row]
    if request.version:
        shown["_version"] = int(view.versions[row])
    if request.seq_no_primary_term:
        shown["_seq_no"] = int(view.seq_nos[row])
        shown["_primary_term"] = 1
    shown["_score"] = None if hit.score is None else np.float32(hit.score)
    ignored = ignored_fields(view.columns.get("_ignored"), row)
    if ignored:
        shown["_ignored"] = ignored
    routing = view.routings.get(row)
    if routing is not None and stored != ["_none_"]:
        shown["_routing"] = routing
    options = request.source
    if options is None:
        options = SHOW_SOURCE if stored is None or "_source" in stored else None
    if options is not None and stored != ["_none_"] and options.fetch:
        source = options.shown(source_of(view, row))
        if source is not None:
            shown["_source"] = source
    if stored:
        fields = stored_fields(ctx.mapping, stored, source_of(view, row))
        if fields:
            shown["fields"] = fields
    for phase in SUB_PHASES:
        phase(request, ctx, hit, shown)
    if hit.sort is not None:
        shown["sort"] = hit.sort
    if named:
        _show_named(request, ctx, row, named, shown)
    if request.explain:
        query = request.query or MATCH_ALL
        shown["_explanation"] = query.explain(ctx, row).echo()
    return shown


def _show_named(request: SearchRequest, ctx: ShardContext, row: int, named: list[Query], shown: dict[str, Any]) -> None:
    matched: dict[str, Any] = {}
    for query in named:
        key = ("named", id(query))
        found = ctx.memo.get(key)
        if found is None:
            found = ctx.memo[key] = query.matched(ctx)
        if found.mask[row]:
            matched[str(query.name)] = found.score[row]
    if matched:
        matched = {name: matched[name] for name in hash_ordered(matched)}
        shown["matched_queries"] = matched if request.named_queries_score else list(matched)
