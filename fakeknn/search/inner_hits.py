"""inner_hits: the nested objects that made a hit match, shown as hits inside it (InnerHitsPhase)."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from fakeknn.errors import IllegalArgumentException, NotFaked, UnsupportedOperationException
from fakeknn.query.base import Matched, Query, ShardContext
from fakeknn.query.compound import Bool, Boosting, ConstantScore, DisMax
from fakeknn.query.joining import SECTIONS, Nested
from fakeknn.query.script import ScriptScore
from fakeknn.search.doc_fields import check_fields
from fakeknn.search.fetch import Hit, Nesting, fetch_hit, last_phase, named_queries
from fakeknn.search.field_formats import FieldAndFormat, fields_and_formats
from fakeknn.search.request import SearchRequest, stored_field_names
from fakeknn.search.sort import parse_sort, shown_value
from fakeknn.search.source import parse_source
from fakeknn.xcontent import hash_ordered, objects
from fakeknn.xcontent.objects import Member, ObjectParser, declared


@dataclass(frozen=True, slots=True)
class InnerHits:
    """One definition; ``request`` says which objects are shown, and how."""

    name: str | None
    request: SearchRequest


def _from(container: Any, key: Any) -> int:
    value = objects.integer(container, key)
    if value < 0:
        raise IllegalArgumentException("illegal from value, at least 0 or higher")
    return value


def _size(container: Any, key: Any) -> int:
    value = objects.integer(container, key)
    if value < 0:
        raise IllegalArgumentException("illegal size value, at least 0 or higher")
    return value


def _stored_fields(container: Any, key: Any) -> list[str]:
    value = container[key]
    if isinstance(value, list):
        return stored_field_names([objects.text(value, i) for i in range(len(value))])
    return stored_field_names([objects.text(container, key)])


def _later(container: Any, key: Any) -> Any:
    raise NotFaked(f"[{key}] in [inner_hits]")


def _docvalue_fields(container: Any, key: Any) -> list[FieldAndFormat]:
    if not isinstance(container[key], list):
        raise NotFaked("[docvalue_fields] that is no array, in [inner_hits]")
    return fields_and_formats(container, key)


#: The readers of ``collapse`` and ``highlight``, which are given by modules that need this one.
COLLAPSE: list[Callable[[Any, Any], Any]] = [_later]
HIGHLIGHT: list[Callable[[Any, Any], Any]] = [_later]


def _fields(container: Any, key: Any) -> list[FieldAndFormat]:
    if not isinstance(container[key], list):
        raise NotFaked("[fields] that is no array, in [inner_hits]")
    return fields_and_formats(container, key)


def _unfaked(container: Any, key: Any) -> Any:
    raise NotFaked(f"[{key}] in [inner_hits]")


_PARSER = ObjectParser(
    "inner_hits",
    {
        "name": declared("string"),
        "ignore_unmapped": declared("boolean"),
        "from": declared("int", _from),
        "size": declared("int", _size),
        "explain": declared("boolean"),
        "version": declared("boolean"),
        "seq_no_primary_term": declared("boolean"),
        "track_scores": declared("boolean"),
        "stored_fields": declared("string_array", _stored_fields),
        "docvalue_fields": Member(("START_OBJECT", "START_ARRAY"), _docvalue_fields),
        "fields": Member(("START_OBJECT", "START_ARRAY"), _fields),
        "script_fields": declared("object", _unfaked),
        "sort": declared("object_array", parse_sort),
        "_source": declared("object_array_boolean_or_string", parse_source),
        "highlight": declared("object", lambda container, key: HIGHLIGHT[0](container, key)),
        "collapse": declared("object", lambda container, key: COLLAPSE[0](container, key)),
    },
)


def parse_inner_hits(container: Any, key: Any) -> InnerHits:
    """InnerHitBuilder.fromXContent."""
    values = _PARSER.parse(container, key)
    sorts = values.get("sort", [])
    request = SearchRequest(
        size=values.get("size", 3),
        from_=values.get("from", 0),
        sort=[] if len(sorts) == 1 and sorts[0].no_sort else sorts,
        source=values.get("_source"),
        stored_fields=values.get("stored_fields"),
        track_scores=values.get("track_scores", False),
        version=values.get("version", False),
        seq_no_primary_term=values.get("seq_no_primary_term", False),
        explain=values.get("explain", False),
    )
    request.parts["docvalue_fields"] = values.get("docvalue_fields", [])
    if "fields" in values:
        request.parts["fields"] = values["fields"]
    if "highlight" in values:
        request.parts["highlight"] = values["highlight"]
    if "collapse" in values:
        request.parts["collapse"] = values["collapse"]
    return InnerHits(values.get("name"), request)


SECTIONS["inner_hits"] = parse_inner_hits


# --- which there are --------------------------------------------------------------------------------------------------


def _clauses(query: Query) -> Iterator[Query]:
    """The clauses in which AbstractQueryBuilder.extractInnerHitBuilders looks on."""
    if isinstance(query, Bool):
        yield from (*query.filter, *query.must, *query.should)
    elif isinstance(query, (Boosting, ConstantScore, DisMax, ScriptScore)):
        yield from query.children()


def _extract(query: Query, found: dict[str, Nested]) -> None:
    if isinstance(query, Nested):
        if query.inner_hits is not None:
            name = query.inner_hits.name or query.path
            if name in found:
                raise IllegalArgumentException(f"[inner_hits] already contains an entry for key [{name}]")
            _extract(query.query, {})
            found[name] = query
        return
    for clause in _clauses(query):
        _extract(clause, found)


def _definitions(ctx: ShardContext, *queries: Query | None) -> dict[str, Nested]:
    found: dict[str, Nested] = {}
    for query in queries:
        if query is not None:
            _extract(query, found)
    return {name: found[name] for name in hash_ordered(found) if found[name].path in ctx.mapping.objects}


def check_inner_hits(request: SearchRequest, ctx: ShardContext) -> None:
    """What a shard refuses when it builds the definitions, before it has any hit."""
    _check(ctx, _definitions(ctx, request.query, request.post_filter))


def _check(ctx: ShardContext, definitions: dict[str, Nested]) -> None:
    limit = ctx.setting("index.max_inner_result_window", 100)
    for nested in definitions.values():
        inner: InnerHits = nested.inner_hits
        window = inner.request.from_ + inner.request.size
        if window > limit:
            raise IllegalArgumentException(
                f"Inner result window is too large, the inner hit definition's [{inner.name or 'null'}]'s from + size "
                f"must be less than or equal to: [{limit}] but was [{window}]. This limit can be set by changing the "
                "[index.max_inner_result_window] index level setting."
            )
        if inner.request.seq_no_primary_term:
            raise UnsupportedOperationException("nested documents are not assigned sequence numbers")
        below = ctx.inside(nested.path)
        check_fields(inner.request, below)
        for sort in inner.request.sort:
            sort.keys(below, np.empty(0, np.int32), np.empty(0, np.float32))
        _check(below, _definitions(below, nested.query))


# --- showing them -----------------------------------------------------------------------------------------------------


@last_phase
def show_inner_hits(request: SearchRequest, ctx: ShardContext, hit: Hit, shown: dict[str, Any]) -> None:
    key = ("inner_hits", id(request))
    definitions = ctx.memo.get(key)
    if definitions is None:
        definitions = ctx.memo[key] = _definitions(ctx, request.query, request.post_filter)
    if definitions:
        shown["inner_hits"] = {name: {"hits": _hits(nested, ctx, hit)} for name, nested in definitions.items()}


def _matched(nested: Nested, below: ShardContext) -> Matched:
    key = ("inner_hits", id(nested))
    found: Matched | None = below.memo.get(key)
    if found is None:
        found = below.memo[key] = nested.objects_matched(below, np.float32(1))
    return found


def _hits(nested: Nested, ctx: ShardContext, hit: Hit) -> dict[str, Any]:
    """The objects of one hit, which is a row of the level that ``ctx`` is at."""
    view, inner = ctx.view, nested.inner_hits
    below = ctx.inside(nested.path)
    # One object for all hits: what is kept of a request goes by its identity.
    request: SearchRequest = below.memo.setdefault(
        ("inner_hits request", id(nested)), replace(inner.request, query=nested.query)
    )
    level = 0 if ctx.nested_path is None else view.level_paths[ctx.nested_path]
    parents = view.parents(level)
    first = int(np.searchsorted(parents, hit.row))
    matched = _matched(nested, below)
    rows = (first + np.flatnonzero(matched.mask[first : hit.row])).astype(np.int32)
    score = matched.score[rows]
    total = {"value": len(rows), "relation": "eq"}
    if not request.size or not len(rows):
        return {"total": total, "max_score": None, "hits": []}
    page = slice(request.from_, request.from_ + request.size)
    sorts: list[Any]
    if request.sort:
        parts = [sort.keys(below, rows, score) for sort in request.sort]
        chosen = np.lexsort([part.keys for part in reversed(parts)])[page].tolist()
        sorts = [[shown_value(part.values[at]) for part in parts] for at in chosen]
        # Scores are computed for a sort that needs them only; those that are merely tracked are all 0.
        scored = any(sort.by_score for sort in request.sort)
        max_score = (score.max() if scored else np.float32(0)) if request.track_scores else None
    else:
        chosen = np.argsort(-score, kind="stable")[page].tolist()
        sorts, max_score = [None] * len(chosen), score.max()
    root = int(view.parents(0)[hit.row])
    named = named_queries(request)
    told = []
    for at, values in zip(chosen, sorts, strict=True):
        row = int(rows[at])
        nesting = nesting_of(below, row, root)
        found = Hit(hit.shard, row, None if request.sort else score[at], values, nesting)
        told.append(fetch_hit(request, below, found, named))
    return {"total": total, "max_score": max_score, "hits": told}


def nesting_of(ctx: ShardContext, row: int, root: int) -> Nesting:
    """FetchPhase.getInternalNestedIdentity: of every level down to the row, the field and the place in its array."""
    view, path = ctx.view, ctx.nested_path
    steps: list[tuple[str, int]] = []
    while path is not None:
        around = ctx.mapping.nested_parent(path)
        parents = view.parents(0 if around is None else view.level_paths[around])
        level = view.level_paths[path]
        first = int(np.searchsorted(parents, parents[row]))
        at = int(view.parents(level)[row])
        offset = int(np.count_nonzero(view.levels[first:at] == level))
        steps.append((path if around is None else path[len(around) + 1 :], offset))
        path = around
        row = at
    return Nesting(root, tuple(reversed(steps)))
