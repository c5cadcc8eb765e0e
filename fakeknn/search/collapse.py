"""``collapse``: of the hits that agree in a field the best one, and the others below it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from fakeknn.errors import (
    IllegalArgumentException,
    IllegalStateException,
    NullPointerException,
    OpenSearchError,
    ParsingException,
    SearchException,
    SearchPhaseExecutionException,
    Where,
)
from fakeknn.fields import FieldType
from fakeknn.fields.numbers import NumberFieldType
from fakeknn.fields.scalar import KeywordFieldType
from fakeknn.query.base import Query
from fakeknn.query.boolean import Bool
from fakeknn.query.context import ShardContext
from fakeknn.query.exists import Exists
from fakeknn.query.match import MatchOptions
from fakeknn.query.text import Match
from fakeknn.search.fetch import Hit
from fakeknn.search.inner_hits import COLLAPSE, InnerHits, parse_inner_hits
from fakeknn.search.request import OBJECTS, SearchRequest, field_name
from fakeknn.view import KeywordColumn, NumericColumn
from fakeknn.xcontent import hash_ordered, objects
from fakeknn.xcontent.objects import Member, ObjectParser, declared

#: The group of what has several values.
MANY = -2


@dataclass(frozen=True, slots=True)
class Collapse:
    field: str | None
    inner_hits: tuple[InnerHits, ...] = ()


def _inner_hits(container: Any, key: Any) -> tuple[InnerHits, ...]:
    value = container[key]
    if isinstance(value, dict):
        return (parse_inner_hits(container, key),)
    found = []
    for i, item in enumerate(value):
        if not isinstance(item, dict):
            raise ParsingException("Invalid token in inner_hits array", at=Where(value, i))
        found.append(parse_inner_hits(value, i))
    return tuple(found)


def _at_once(container: Any, key: Any) -> int:
    value = objects.integer(container, key)
    if value < 1:
        raise IllegalArgumentException("maxConcurrentGroupRequests` must be positive")
    return value


_PARSER = ObjectParser(
    "collapse",
    {
        "field": declared("string", field_name),
        "max_concurrent_group_searches": declared("int", _at_once),
        "inner_hits": Member(("START_OBJECT", "START_ARRAY"), _inner_hits),
    },
    applied=True,
)


def parse_collapse(container: Any, key: Any) -> Collapse:
    """CollapseBuilder.fromXContent."""
    values = _PARSER.parse(container, key)
    return Collapse(values.get("field"), values.get("inner_hits", ()))


def _inner_collapse(container: Any, key: Any) -> Collapse:
    """The collapse of a group's hits, which is by a field and knows nothing else."""
    body = container[key]
    names = iter(body)
    first = next(names, None)
    if first is None:
        raise _no_inner(Where(body, None, "end"))
    if first != "field":
        raise _no_inner(Where(body, first, "key"))
    if not isinstance(body["field"], str):
        raise _no_inner(Where(body, "field"))
    field = objects.text(body, "field")
    second = next(names, None)
    if second is not None:
        raise _no_inner(Where(body, second, "key"))
    return Collapse(field)


def _no_inner(at: Where) -> ParsingException:
    return ParsingException("Invalid token in the inner collapse", at=at)


def _collapse(request: SearchRequest, container: Any, key: Any) -> None:
    request.parts["collapse"] = parse_collapse(container, key)


OBJECTS["collapse"] = _collapse
COLLAPSE[0] = _inner_collapse


def check_collapse(request: SearchRequest, ctx: ShardContext, *, scrolls: bool) -> None:
    """What a shard refuses of it (SearchService.parseSource)."""
    collapse: Collapse | None = request.parts.get("collapse")
    if collapse is None:
        return
    if scrolls:
        raise SearchException("cannot use `collapse` in a scroll context")
    if request.search_after is not None and [sort.field for sort in request.sort] == ["_doc"]:
        raise NullPointerException(
            'Cannot invoke "String.equals(Object)" because the return value of '
            '"org.apache.lucene.search.SortField.getField()" is null'
        )
    if request.search_after is not None and (len(request.sort) != 1 or request.sort[0].field != collapse.field):
        raise SearchException(
            "collapse field and sort field must be the same when use `collapse` in conjunction with `search_after`"
        )
    if request.parts.get("rescore"):
        raise SearchException("cannot use `collapse` in conjunction with `rescore`")
    _field(collapse, ctx)


def _field(collapse: Collapse, ctx: ShardContext) -> FieldType:
    name = collapse.field
    if name is None:
        raise NullPointerException('Cannot invoke "Object.hashCode()" because "key" is null')
    field = ctx.field(name)
    if field is None:
        raise IllegalArgumentException(f"no mapping found for `{name}` in order to collapse on")
    if not isinstance(field, (KeywordFieldType, NumberFieldType)) or field.derivation is not None:
        raise IllegalArgumentException(
            f"unknown type for collapse field `{name}`, only keywords and numbers are accepted"
        )
    if not field.has_doc_values:
        raise IllegalArgumentException(f"cannot collapse on field `{name}` without `doc_values`")
    if not field.searchable and collapse.inner_hits:
        raise IllegalArgumentException(
            f"cannot expand `inner_hits` for collapse field `{name}`, only indexed field can retrieve `inner_hits`"
        )
    return field


def group_values(collapse: Collapse, ctx: ShardContext, rows: NDArray[np.int32]) -> tuple[NDArray[np.int64], list[Any]]:
    """int64[len(rows)]: a number for the group of each row, -1 for those without a value, ``MANY`` for those with
    several; and the groups' values."""
    field = _field(collapse, ctx)
    column = ctx.column(field)
    assert isinstance(column, (KeywordColumn, NumericColumn))
    has = column.exists[rows]
    codes = np.full(len(rows), -1, np.int64)
    values: list[Any]
    if isinstance(column, KeywordColumn):
        tids = np.full(ctx.n, -1, np.int64)
        tids[column.rows] = column.tids
        codes[has] = tids[rows[has]]
        values = list(column.terms)
    else:
        lowest, codes[has] = np.unique(column.lowest[rows[has]], return_inverse=True)
        values = lowest.tolist()
    if not column.single:
        codes[np.diff(column.offsets)[rows] > 1] = MANY
    return codes, values


def check_single(
    ctx: ShardContext, rows: NDArray[np.int32], codes: NDArray[np.int64], order: NDArray[np.int64], wanted: int
) -> None:
    """FirstPassGroupingCollector.collect looks at the group of a row only if it may be among the ``wanted`` best of
    those seen before it; that one must be single valued.
    """
    places = np.empty(len(order), np.int64)
    places[order] = np.arange(len(order))
    for at in np.flatnonzero(codes == MANY).tolist():
        before = order[(order < at) & (codes[order] != MANY)]
        best = leaders(codes, before)
        if len(best) < wanted or places[at] < places[best[wanted - 1]]:
            row = int(rows[at])
            place = row - int(ctx.view.segments[ctx.view.segment_of[row]])
            raise IllegalStateException(f"failed to collapse {place}, the collapse field must be single valued")


def leaders(codes: NDArray[np.int64], order: NDArray[np.int64]) -> NDArray[np.int64]:
    """The positions, in ``order``, of the first of each group."""
    _, first = np.unique(codes[order], return_index=True)
    return order[np.sort(first)]


#: Runs a search on the same shards, and gives its ``hits`` as JSON.
Search = Callable[[SearchRequest], dict[str, Any]]


def expand(request: SearchRequest, page: list[Hit], hits: list[dict[str, Any]], search: Search) -> None:
    """ExpandSearchPhase: below each hit, by name, the hits of its group."""
    collapse: Collapse | None = request.parts.get("collapse")
    if collapse is None or not collapse.inner_hits:
        return
    for hit, shown in zip(page, hits, strict=True):
        query = _group_query(request, collapse, hit.group)
        found: dict[str, Any] = shown.get("inner_hits", {})
        for inner in collapse.inner_hits:
            parts = {name: value for name, value in inner.request.parts.items() if name != "docvalue_fields" or value}
            one = replace(
                inner.request,
                query=query,
                post_filter=request.post_filter,
                parts=parts,
                stored_fields=inner.request.stored_fields or None,  # an empty list is as if it was not there
            )
            if inner.name is None:
                raise IllegalArgumentException("Field name cannot be null")
            try:
                found[inner.name] = {"hits": search(one)}
            except OpenSearchError as error:
                if getattr(error, "at_writing", False):
                    raise  # the search has found it all
                raise SearchPhaseExecutionException("expand", "failed to expand hits", [], []) from error
        shown["inner_hits"] = {name: found[name] for name in hash_ordered(found)}


def _group_query(request: SearchRequest, collapse: Collapse, value: Any) -> Query:
    must = () if request.query is None else (request.query,)
    if value is None:
        return Bool(must=must, must_not=(Exists(field=str(collapse.field)),))
    return Bool(must=must, filter=(Match(field=str(collapse.field), query=value, options=MatchOptions()),))
