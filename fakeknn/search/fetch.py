"""Hits: what a search shows of the rows it has chosen."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import orjson

from fakeknn.errors import IllegalArgumentException, IllegalStateException, IndexOutOfBoundsException
from fakeknn.knn.java import cannot_be_cast
from fakeknn.query.base import Query
from fakeknn.query.context import ShardContext, running
from fakeknn.search.explain import explained
from fakeknn.search.request import SearchRequest
from fakeknn.search.source import SHOW_SOURCE, SourceOptions, extract
from fakeknn.search.stored import custom_fields, stored_fields
from fakeknn.view import View, ignored_fields
from fakeknn.xcontent import hash_ordered, java_float


@dataclass(frozen=True, slots=True)
class Nesting:
    """Where a nested object stands: its document's row, and of every level the field and the place in its array."""

    root: int
    steps: tuple[tuple[str, int], ...]
    flat: str | None = None
    """Its path, if one of the objects around it is not nested."""

    def echo(self) -> dict[str, Any]:
        """SearchHit.NestedIdentity."""
        told: dict[str, Any] = {}
        for field, offset in reversed(self.steps):
            told = {"field": field, "offset": offset, **({"_nested": told} if told else {})}
        return told

    def source(self, text: bytes) -> Any:
        """The object out of its document's source, wrapped in the fields that lead to it
        (FetchPhase.prepareNestedHitContext); empty if nothing is left of the document's.
        """
        body: Any = orjson.loads(text)
        if not body:
            return {}
        for field, offset in self.steps:
            body = self._step(extract(field.split("."), 0, body, None), offset)
        return self._wrapped(hashed(body))

    def _step(self, found: Any, offset: int) -> dict[str, Any]:
        """One level down. Objects around that are not nested may be lists, whose lists are then found instead."""
        if not isinstance(found, (list, dict)):
            raise running(IllegalStateException("extracted source isn't an object or an array"))
        objects = found if isinstance(found, list) else [found]
        if self.flat is not None and not (objects and isinstance(objects[0], dict)):
            raise running(
                IllegalArgumentException(
                    f"Cannot execute inner hits. One or more parent object fields of nested field [{self.flat}] are "
                    "not nested. All parent fields need to be nested fields too"
                )
            )
        if offset >= len(objects):  # objects before it were left out of the source
            raise running(IndexOutOfBoundsException(f"Index {offset} out of bounds for length {len(objects)}"))
        if not isinstance(objects[offset], dict):
            raise running(cannot_be_cast(objects[offset], "java.util.Map"))
        chosen: dict[str, Any] = objects[offset]
        return chosen

    def _wrapped(self, body: Any) -> Any:
        for field, _ in reversed(self.steps):
            body = {field: body}
        return body

    def shown(self, options: SourceOptions, text: bytes) -> Any:
        """The object's ``_source``, filtered by full paths; empty if nothing is left, None if not of the document's."""
        body = self.source(text)
        if not body:
            return None
        if options.includes or options.excludes:
            body = options.filter.apply(body)
        for field, _ in self.steps:
            body = body.get(field)
            if body is None:
                return {}
        return hashed(body)


def hashed(value: Any) -> Any:
    """Maps in the order of a HashMap, in which a source is taken apart."""
    if isinstance(value, dict):
        return {name: hashed(value[name]) for name in hash_ordered(value)}
    return [hashed(item) for item in value] if isinstance(value, list) else value


@dataclass(slots=True)
class Hit:
    """A chosen row: its shard (the number of its context), row, score and sort values."""

    shard: int
    row: int
    score: np.float32 | None
    sort: list[Any] | None = None
    nesting: Nesting | None = None
    group: Any = None
    """The value that it is collapsed by."""


def shown_score(score: np.float32) -> Any:
    """A score as JSON, which has no word for the greatest."""
    return np.float32(score) if np.isfinite(score) else java_float(score)


def source_of(view: View, row: int, options: SourceOptions | None = None) -> bytes | None:
    """A document's ``_source`` as this View holds it; ``options`` say which vectors are read."""
    return view.source(row, None if options is None else options.reads)


#: What else a hit may show: each is given the request, the shard's context, the hit and the JSON made so far.
SubPhase = Callable[[SearchRequest, ShardContext, Hit, dict[str, Any]], None]

SUB_PHASES: list[SubPhase] = []
LAST_PHASES: list[SubPhase] = []


def sub_phase(phase: SubPhase) -> SubPhase:
    """Register a fetch sub-phase; they run in the order of registration."""
    SUB_PHASES.append(phase)
    return phase


def last_phase(phase: SubPhase) -> SubPhase:
    """Register a sub-phase whose JSON ends a hit."""
    LAST_PHASES.append(phase)
    return phase


def fetch_hits(request: SearchRequest, contexts: list[ShardContext], hits: list[Hit]) -> list[dict[str, Any]]:
    """The hits as JSON, in their order."""
    named = named_queries(request)
    return [fetch_hit(request, contexts[hit.shard], hit, named) for hit in hits]


def named_queries(request: SearchRequest) -> list[Query]:
    """The clauses of a search that have a name."""
    roots = [query for query in (request.query, request.post_filter) if query is not None]
    roots += [rescorer.query for rescorer in request.parts.get("rescore", ())]
    return list({query.name: query for root in roots for query in _built(root) if query.name is not None}.values())


def _built(query: Query) -> Iterator[Query]:
    """The clauses in the order in which they are built: what is inside first."""
    for child in query.children():
        yield from _built(child)
    yield query


def fetch_hit(request: SearchRequest, ctx: ShardContext, hit: Hit, named: list[Query]) -> dict[str, Any]:
    view, row, nesting = ctx.view, hit.row, hit.nesting
    root = row if nesting is None else nesting.root
    stored = request.stored_fields
    shown: dict[str, Any] = {}
    if request.explain:
        shown["_shard"] = f"[{ctx.index}][{ctx.shard}]"
        shown["_node"] = ctx.services.node_id
    shown["_index"] = ctx.index
    if stored != ["_none_"] or nesting is not None:
        shown["_id"] = view.ids[root]
    if nesting is not None:
        shown["_nested"] = nesting.echo()
    if request.version:
        shown["_version"] = int(view.versions[row])
    if request.seq_no_primary_term and nesting is None:
        shown["_seq_no"] = int(view.seq_nos[row])
        shown["_primary_term"] = view.primary_term(row)
    shown["_score"] = None if hit.score is None or np.isnan(hit.score) else shown_score(hit.score)
    custom = custom_fields(ctx.mapping, stored) if stored else []
    if stored != ["_none_"]:
        routing = view.routings.get(row)
        if routing is not None:
            shown["_routing"] = routing
        # _ignored is stored last. Reading ends before when nothing but source, id and routing is wanted, and is there
        ignored = ignored_fields(view.columns.get("_ignored"), row)
        if ignored and (custom or routing is None):
            shown["_ignored"] = ignored
    options = request.source
    if options is None:
        shows = not request.parts.get("script_fields") if stored is None else "_source" in stored
        options = SHOW_SOURCE if shows else None
    elif stored is not None and "_source" in stored:
        options = replace(options, fetch=True)  # as a stored field it is asked for, whatever else says
    if options is not None and options.fetch and stored == ["_none_"] and nesting is None:
        if options.includes or options.excludes:
            raise IllegalArgumentException(
                "unable to fetch fields from _source field: _source is disabled in the mappings for index "
                f"[{ctx.index}]"
            )
    elif options is not None and options.fetch:
        source = source_of(view, root, request.reads)
        if nesting is None:
            told = options.shown(source)
        else:
            told = None if source is None else nesting.shown(options, source)
        if told is not None:
            shown["_source"] = told
    if custom:
        fields = stored_values(ctx, hit, custom)
        if fields:
            shown["fields"] = fields
    for phase in SUB_PHASES:
        phase(request, ctx, hit, shown)
    if hit.sort is not None:
        shown["sort"] = hit.sort
    if named:
        _show_named(request, ctx, row, named, shown)
    if request.explain:
        shown["_explanation"] = explained(request, ctx, row).echo()
    for phase in LAST_PHASES:
        phase(request, ctx, hit, shown)
    return shown


def stored_values(ctx: ShardContext, hit: Hit, names: list[str]) -> dict[str, list[Any]]:
    nesting = hit.nesting
    if nesting is None:
        return stored_fields(ctx.mapping, names, ctx.view.stored_source(hit.row))
    source = ctx.view.stored_source(nesting.root)
    if source is None:
        return {}
    return stored_fields(ctx.mapping, names, orjson.dumps(nesting.source(source)), ctx.nested_path)


def _show_named(request: SearchRequest, ctx: ShardContext, row: int, named: list[Query], shown: dict[str, Any]) -> None:
    matched: dict[str, Any] = {}
    for query in named:
        key = ("named", ctx.nested_path, id(query))
        found = ctx.memo.get(key)
        if found is None:
            found = ctx.memo[key] = query.matched(ctx)
        if found.mask[row]:
            matched[str(query.name)] = found.score[row]
    if matched:
        matched = {name: matched[name] for name in hash_ordered(matched)}
        shown["matched_queries"] = matched if request.named_queries_score else list(matched)


def hits_as_int(hits: dict[str, Any]) -> dict[str, Any]:
    """SearchHits.toXContent with a total that is a number, down to the hits inside hits."""
    for hit in hits["hits"]:
        for inner in hit.get("inner_hits", {}).values():
            inner["hits"] = hits_as_int(inner["hits"])
    if "total" not in hits:
        return {"total": -1, **hits}
    return {**hits, "total": hits["total"]["value"]}
