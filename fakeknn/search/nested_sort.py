"""``nested`` of a sort: values of the objects inside documents, as if they were the documents' own."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import takewhile
from typing import Any

import numpy as np

from fakeknn.errors import IllegalArgumentException, NotFaked, OpenSearchError, ParsingException, Where
from fakeknn.query.base import Query
from fakeknn.query.context import ShardContext, running
from fakeknn.query.parsing import Reader, parse_query
from fakeknn.view import Column, KeywordColumn, Mask, NumericColumn
from fakeknn.xcontent import objects
from fakeknn.xcontent.objects import Member, declared

_ALL = 2**31 - 1


@dataclass(frozen=True)
class NestedSort:
    path: str | None
    filter: Query | None = None
    max_children: int = _ALL
    nested: NestedSort | None = None

    def children(self, ctx: ShardContext, around: Mask | None = None) -> Mask | None:
        """bool[n]: the objects whose values count (SortBuilder.resolveNestedQuery); None without a path."""
        if self.path is None:
            return None
        node = ctx.mapping.objects.get(self.path)
        if node is None:
            raise ctx.fails(f"[nested] failed to find nested object under path [{self.path}]")
        if not node.nested:
            raise ctx.fails(f"[nested] nested object under path [{self.path}] is not of nested type")
        below = ctx.inside(self.path)
        mask = ctx.level_mask(self.path) & ctx.view.live
        if self.filter is not None:
            mask = mask & self.filter.mask(below)
        if around is not None and ctx.nested_path is not None:
            mask = mask & _inside(ctx, around)
        return mask if self.nested is None else self.nested.children(below, mask)

    def refuse_median(self, ctx: ShardContext, children: Mask, rows: Any) -> None:
        """There is none of objects, which is noticed at the first document that has any."""
        parents = self.parents(ctx)[children]
        if np.isin(parents, rows).any():
            raise running(IllegalArgumentException("Unsupported sort mode: MEDIAN"))

    def parents(self, ctx: ShardContext) -> Any:
        """int32[n]: for every row the one that it is sorted with."""
        return ctx.view.parents(0 if ctx.nested_path is None else ctx.view.level_paths.get(ctx.nested_path, 0))

    def first(self, ctx: ShardContext, mask: Mask) -> Mask:
        """``mask`` (see ``children``) with those rows alone that are sorted by."""
        if self.path == ctx.nested_path:
            return ctx.nothing()  # an object has none of its own kind inside it
        return mask if self.max_children == _ALL else _first(mask, self.parents(ctx), self.max_children)

    def column(self, ctx: ShardContext, column: Column) -> Column:
        """The column of the documents: of each what the objects inside it have."""
        mask = self.children(ctx)
        if mask is None:
            return column
        parents = self.parents(ctx)
        mask = self.first(ctx, mask & column.exists)  # objects without a value do not count
        taken = np.flatnonzero(mask[column.rows])
        rows = parents[column.rows[taken]].astype(np.int32)
        if isinstance(column, KeywordColumn):
            ranks = column.ords[taken]
            order = np.lexsort((ranks, rows))
            rows = rows[order]
            tids = column.tids[taken][order]
            return KeywordColumn(ctx.n, rows, _single(rows), tids, column.terms, column.numbers, column.n_terms)
        assert isinstance(column, NumericColumn)
        values = column.values[taken]
        order = np.lexsort((values, rows))
        rows = rows[order]
        return NumericColumn(ctx.n, rows, _single(rows), values[order])


def _single(rows: Any) -> bool:
    return not len(rows) or bool((np.diff(rows) > 0).all())


def _inside(ctx: ShardContext, around: Mask) -> Mask:
    """bool[n]: the rows inside some objects of the context's level."""
    assert ctx.nested_path is not None
    if ctx.nested_path not in ctx.view.level_paths:
        return ctx.nothing()
    parents = ctx.view.parents(ctx.view.level_paths[ctx.nested_path])
    known = np.append(around, False)
    return known[np.minimum(parents, ctx.n)]


def _first(mask: Mask, parents: Any, most: int) -> Mask:
    """``mask`` with no more than the first few rows of each parent."""
    rows = np.flatnonzero(mask)
    of = parents[rows]
    starts = np.searchsorted(of, of)
    kept = rows[np.arange(len(rows)) - starts < most]
    out = np.zeros(len(mask), bool)
    out[kept] = True
    return out


def parse_nested_sort(container: Any, key: Any) -> NestedSort:
    """NestedSortBuilder.fromXContent."""
    body = container[key]
    if not isinstance(body, dict):
        error = IllegalArgumentException("malformed nested sort format, must start with an object")
        raise objects.stopped_at(error, Where(container, key))
    values: dict[str, Any] = {"path": None}
    for name in body:
        if name == "path":
            values["path"] = objects.text(body, name)
        elif name == "filter":
            values["filter"] = parse_nested_filter(body, name)
        elif name == "max_children":
            values["max_children"] = objects.integer(body, name)
        elif name == "nested":
            values["nested"] = parse_nested_sort(body, name)
        else:
            error = IllegalArgumentException(f"malformed nested sort format, unknown field name [{name}]")
            raise objects.stopped_at(error, Where(body, name))
    return NestedSort(**values)


def parse_nested_filter(container: Any, key: Any) -> Query:
    """SortBuilder.parseNestedFilter."""
    try:
        return parse_query(container, key)
    except NotFaked:
        raise
    except OpenSearchError as cause:
        at = objects.place_of(cause) or Where(container, key)
        raise ParsingException("Expected nested_filter element.", at=at) from cause


def _alone(name: str, read: Reader) -> Reader:
    """A member that does not go with those of the other way to say it."""
    others = ("nested_path", "nested_filter") if name == "nested" else ("nested",)

    def reader(container: Any, key: Any) -> Any:
        value = read(container, key)
        before = takewhile(lambda other: other != key, container)
        if any(other in others for other in before):
            raise IllegalArgumentException("Setting both nested_path/nested_filter and nested not allowed")
        return value

    return reader


#: The members of a sort that say which objects' values count.
NESTED: dict[str, Member] = {
    "nested_path": declared("string", _alone("nested_path", objects.text)),
    "nested_filter": declared("object", _alone("nested_filter", parse_nested_filter)),
    "nested": declared("object", _alone("nested", parse_nested_sort)),
}


def taken_nested(values: dict[str, Any]) -> dict[str, Any]:
    """A sort's members with the deprecated ones told as ``nested``."""
    path, filter_ = values.pop("nested_path", None), values.pop("nested_filter", None)
    return values if path is None else {**values, "nested": NestedSort(path, filter_)}


def check_max_children(ctx: ShardContext, nested: NestedSort) -> None:
    """FieldSortBuilder: where ``max_children`` may stand."""
    inner = nested.nested
    while inner is not None:
        if inner.max_children != _ALL:
            raise ctx.fails("max_children is only supported on top level of nested sort")
        inner = inner.nested
