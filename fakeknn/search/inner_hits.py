"""inner_hits: the nested objects, children and parents that made a hit match, shown as hits inside it (InnerHitsPhase,
ParentChildInnerHitContextBuilder)."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from fakeknn.errors import IllegalArgumentException, IllegalStateException, NotFaked, UnsupportedOperationException
from fakeknn.query.base import Query
from fakeknn.query.boolean import Bool
from fakeknn.query.compound import Boosting, ConstantScore, DisMax
from fakeknn.query.context import Matched, ShardContext
from fakeknn.query.forms import form
from fakeknn.query.function_score import FunctionScore
from fakeknn.query.joining import SECTIONS, Nested
from fakeknn.query.relations import RelationQuery, join_field
from fakeknn.query.script import ScriptScore
from fakeknn.search.doc_fields import check_fields, parse_script_fields
from fakeknn.search.fetch import Hit, Nesting, fetch_hit, last_phase, named_queries
from fakeknn.search.field_formats import field_and_format
from fakeknn.search.request import SearchRequest, stored_field_names
from fakeknn.search.sort import parse_sort
from fakeknn.search.sort_values import shown_value
from fakeknn.search.source import SHOW_SOURCE, SourceOptions, parse_source
from fakeknn.view import Mask, place_of
from fakeknn.xcontent import hash_ordered, objects
from fakeknn.xcontent.objects import Member, ObjectParser, caught, could_not_parse, declared


@dataclass(frozen=True, slots=True)
class InnerHits:
    """One definition; ``request`` says which objects are shown, and how."""

    name: str | None
    request: SearchRequest
    ignore_unmapped: bool = False

    def to_json(self) -> dict[str, Any]:
        """InnerHitBuilder.toXContent."""
        request, parts = self.request, self.request.parts
        for part in ("script_fields", "highlight", "collapse"):
            if part in parts:
                raise NotFaked(f"the text of [{part}] in [inner_hits]")
        if request.sort:
            raise NotFaked("the text of [sort] in [inner_hits]")
        told: dict[str, Any] = {} if self.name is None else {"name": self.name}
        told |= {
            "ignore_unmapped": self.ignore_unmapped,
            "from": request.from_,
            "size": request.size,
            "version": request.version,
            "seq_no_primary_term": request.seq_no_primary_term,
            "explain": request.explain,
            "track_scores": request.track_scores,
        }
        if request.source is not None:
            told["_source"] = request.source.to_json()
        if request.stored_fields is not None:
            told["stored_fields"] = (
                request.stored_fields[0] if len(request.stored_fields) == 1 else request.stored_fields
            )
        for part in ("docvalue_fields", "fields"):
            if parts.get(part):
                told[part] = [field.to_json() for field in parts[part]]
        return told


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
    return stored_field_names(objects.each(objects.text)(container, key))


def _later(container: Any, key: Any) -> Any:
    raise NotFaked(f"[{key}] in [inner_hits]")


#: The readers of ``collapse`` and ``highlight``, which are given by modules that need this one.
COLLAPSE: list[Callable[[Any, Any], Any]] = [_later]
HIGHLIGHT: list[Callable[[Any, Any], Any]] = [_later]


def _script_fields(container: Any, key: Any) -> Any:
    with caught(could_not_parse("script definition")):
        return parse_script_fields(container, key)


def _source(container: Any, key: Any) -> SourceOptions:
    with caught(could_not_parse("_source definition")):
        return parse_source(container, key)


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
        "docvalue_fields": Member(("START_OBJECT", "START_ARRAY"), objects.each(field_and_format)),
        "fields": Member(("START_OBJECT", "START_ARRAY"), objects.each(field_and_format)),
        "script_fields": declared("object", _script_fields),
        "sort": declared("object_array", parse_sort),
        "_source": declared("object_array_boolean_or_string", _source),
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
    for part in ("fields", "script_fields", "highlight", "collapse"):
        if part in values:
            request.parts[part] = values[part]
    return InnerHits(values.get("name"), request, values.get("ignore_unmapped", False))


SECTIONS["inner_hits"] = parse_inner_hits


# --- which there are --------------------------------------------------------------------------------------------------


#: The queries that show what has made a hit match.
Shown = Nested | RelationQuery


def _clauses(query: Query) -> Iterator[Query]:
    """The clauses in which AbstractQueryBuilder.extractInnerHitBuilders looks on."""
    if isinstance(query, Bool):
        yield from (*query.filter, *query.must, *query.should)
    elif isinstance(query, (Boosting, ConstantScore, DisMax, ScriptScore)):
        yield from query.children()
    elif isinstance(query, FunctionScore):
        yield query.query


def _extract(query: Query, ctx: ShardContext, found: dict[str, Shown]) -> None:
    if query.never(ctx):
        return
    if isinstance(query, (Nested, RelationQuery)):
        if query.inner_hits is not None:
            name = query.inner_hits.name
            if name is None:
                name = query.path if isinstance(query, Nested) else query.type
            if name in found:
                raise IllegalArgumentException(f"[inner_hits] already contains an entry for key [{name}]")
            _extract(query.query, inside(query, ctx), {})
            if isinstance(query, RelationQuery) and query.ignore_unmapped and join_field(ctx) is not None:
                query.query.mask(inside(query, ctx))  # it is built, though its hits may never be looked for
            found[name] = query
        return
    for clause in _clauses(query):
        _extract(clause, ctx, found)


def _extracted(ctx: ShardContext, *queries: Query | None) -> dict[str, Shown]:
    found: dict[str, Shown] = {}
    for query in queries:
        if query is not None:
            _extract(query, ctx, found)
    return found


def definitions_of(ctx: ShardContext, *queries: Query | None) -> dict[str, Shown]:
    """The queries that show what matched inside, by name, in the order in which they do."""
    found = _extracted(ctx, *queries)
    return {name: found[name] for name in hash_ordered(found) if _is_mapped(found[name], ctx)}


def _is_mapped(query: Shown, ctx: ShardContext) -> bool:
    if isinstance(query, Nested):
        return query.path in ctx.mapping.objects
    if join_field(ctx) is not None:
        return True
    if not query.ignore_unmapped:
        raise IllegalStateException("no join field has been configured")
    return False


def inside(query: Shown, ctx: ShardContext) -> ShardContext:
    """The context of what such a query looks at."""
    return ctx.inside(query.path if isinstance(query, Nested) else None)


def check_inner_hit_names(ctx: ShardContext, *queries: Query | None) -> None:
    """InnerHitContextBuilder.extractInnerHits: raises before anything of the last query itself is looked at."""
    _extracted(ctx, *queries)


def check_inner_hits(request: SearchRequest, ctx: ShardContext) -> None:
    """What a shard refuses when it builds the definitions, before it has any hit."""
    _check(ctx, definitions_of(ctx, request.query, request.post_filter))


def _check(ctx: ShardContext, definitions: dict[str, Shown]) -> None:
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
        if inner.request.seq_no_primary_term and isinstance(nested, Nested):
            raise UnsupportedOperationException("nested documents are not assigned sequence numbers")
        below = inside(nested, ctx)
        check_fields(inner.request, below)
        for sort in inner.request.sort:
            sort.keys(below, np.empty(0, np.int32), np.empty(0, np.float32))
        _check(below, definitions_of(below, nested.query))


# --- showing them -----------------------------------------------------------------------------------------------------


@last_phase
def show_inner_hits(request: SearchRequest, ctx: ShardContext, hit: Hit, shown: dict[str, Any]) -> None:
    key = ("inner_hits", id(request))
    definitions = ctx.memo.get(key)
    if definitions is None:
        definitions = ctx.memo[key] = definitions_of(ctx, request.query, request.post_filter)
    if definitions:
        found = {name: {"hits": _hits(request, nested, ctx, hit)} for name, nested in definitions.items()}
        fetched = ctx.memo.setdefault("fetched inner hits", set())
        fetched |= {name for name, inner in found.items() if inner["hits"]["hits"]}
        shown["inner_hits"] = found


def _matched(query: Shown, below: ShardContext) -> Matched:
    key = ("inner_hits", id(query))
    found: Matched | None = below.memo.get(key)
    if found is None:
        if isinstance(query, Nested):
            found = query.objects_matched(below, np.float32(1))
        else:  # which is not asked for documents alone
            found = form(query.query, below).matched(below, np.float32(1))
        below.memo[key] = found
    return found


def _rows(query: Shown, ctx: ShardContext, hit: Hit, mask: Mask) -> NDArray[np.int32]:
    """int32: those of one hit, which is a row of the level that ``ctx`` is at."""
    if isinstance(query, RelationQuery):
        found = np.flatnonzero(query.related(ctx, hit.row) & mask).astype(np.int32)
        if not ctx.view.roots[found].all():
            raise NotFaked("nested objects among the [inner_hits] of a [has_parent] query")
        return found
    level = 0 if ctx.nested_path is None else ctx.view.level_paths[ctx.nested_path]
    first = place_of(ctx.view.parents(level), hit.row)
    return (first + np.flatnonzero(mask[first : hit.row])).astype(np.int32)


def _read_by(around: SearchRequest, nested: Shown) -> SourceOptions | None:
    """Nested objects come out of their document, as the search around has read it."""
    return (around.reads or SHOW_SOURCE) if isinstance(nested, Nested) else None


def _hits(around: SearchRequest, nested: Shown, ctx: ShardContext, hit: Hit) -> dict[str, Any]:
    """What is shown of one hit."""
    view, inner = ctx.view, nested.inner_hits
    below = inside(nested, ctx)
    # One object for all hits: what is kept of a request goes by its identity.
    parts = {name: part for name, part in inner.request.parts.items() if name != "collapse"}
    if "rescore" in around.parts:
        parts["rescore"] = around.parts["rescore"]  # FilteredSearchContext.rescore, which explanations look at
    request: SearchRequest = below.memo.setdefault(
        ("inner_hits request", id(nested)),
        replace(inner.request, query=nested.query, parts=parts, source_around=_read_by(around, nested), inside=True),
    )
    matched = _matched(nested, below)
    rows = _rows(nested, ctx, hit, matched.mask)
    score = matched.score[rows]
    total = {"value": len(rows), "relation": "eq"}
    if not request.size or not len(rows):
        return {"total": total, "max_score": None, "hits": []}
    page = slice(request.from_, request.from_ + request.size)
    sorts: list[Any]
    if request.sort:
        keyed = [sort.keys(below, rows, score) for sort in request.sort]
        chosen = np.lexsort([part.keys for part in reversed(keyed)])[page].tolist()
        sorts = [[shown_value(part.values[at]) for part in keyed] for at in chosen]
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
        nesting = nesting_of(below, row, root) if isinstance(nested, Nested) else None
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
        first = place_of(parents, parents[row])
        at = int(view.parents(level)[row])
        offset = int(np.count_nonzero(view.levels[first:at] == level))
        steps.append((path if around is None else path[len(around) + 1 :], offset))
        path = around
        row = at
    own = ctx.nested_path
    flat = own if any("." in field for field, _ in steps) else None
    return Nesting(root, tuple(reversed(steps)), flat)
