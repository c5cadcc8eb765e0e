"""children and parent: from documents to those that a join field relates them to.

Sources: ChildrenAggregationBuilder, ParentAggregationBuilder, ParentJoinAggregator.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np

from fakeknn.aggs.base import Aggregation, Collector, register
from fakeknn.aggs.buckets import single, unknown_key
from fakeknn.aggs.docs import Docs
from fakeknn.aggs.results import Internal, Results
from fakeknn.errors import NullPointerException, ParsingException, Where
from fakeknn.query.context import ShardContext
from fakeknn.query.relations import join_field, with_name
from fakeknn.view import KeywordColumn, Mask
from fakeknn.xcontent import objects


@dataclass(eq=False)
class Related(Aggregation):
    """What both share: documents on the other side of a relation whose parent's id is the same."""

    single_bucket = True
    one_inside = False
    type: str
    """The children's name."""

    def build(self, ctx: ShardContext) -> Collector:
        join = join_field(ctx)
        if join is None and self.kind == "parent":
            raise NullPointerException(
                'Cannot invoke "org.opensearch.join.mapper.ParentJoinFieldMapper.getParentIdFieldMapper(String, '
                'boolean)" because "parentJoinFieldMapper" is null'
            )
        relation = None if join is None else join.parent_of(self.type)
        subs = self.subs.build(ctx)
        if join is None or relation is None:
            return lambda docs: single(self, _none(docs), subs)
        sides = with_name(ctx, join, relation.parent), with_name(ctx, join, self.type)
        inside, outside = sides if self.kind == "children" else sides[::-1]
        column = ctx.column(relation)
        if not isinstance(column, KeywordColumn) or not len(column.rows):
            return lambda docs: single(self, docs.taken(slice(0, 0), docs.owners[:0], docs.n), subs)
        return lambda docs: self.collect(docs, column, inside, outside, subs)

    def collect(
        self, docs: Docs, column: KeywordColumn, inside: Mask, outside: Mask, subs: Callable[[Docs], list[Results]]
    ) -> list[Internal]:
        ids = np.full(docs.ctx.n, -1, np.int64)
        ids[column.rows] = column.tids
        at = np.flatnonzero(inside[docs.rows] & (ids[docs.rows] >= 0))
        pairs = np.unique(docs.owners[at] * column.n_terms + ids[docs.rows[at]])
        owners, wanted = pairs // column.n_terms, pairs % column.n_terms
        related = np.flatnonzero(outside & (ids >= 0))
        related = related[np.argsort(ids[related], kind="stable")]
        starts = np.searchsorted(ids[related], wanted)
        counts = np.searchsorted(ids[related], wanted, side="right") - starts
        places = np.arange(counts.sum()) + np.repeat(starts - (np.cumsum(counts) - counts), counts)
        rows, owners = related[places], np.repeat(owners, counts)
        order = np.lexsort((rows, owners))
        rows, owners = rows[order].astype(np.int32), owners[order]
        n = docs.ctx.n
        found = Docs(docs.ctx, rows, owners, docs.n, lambda: np.ones(n, np.float32), docs.unmapped)
        return single(self, found, subs)


def _none(docs: Docs) -> Docs:
    return Docs(docs.ctx, docs.rows[:0], docs.owners[:0], docs.n, docs.score, True)


class Children(Related):
    kind = "children"


class Parent(Related):
    sequential = True
    kind = "parent"


@register("children", "parent")
def parse_related(name: str, container: Any, key: Any) -> Aggregation:
    body = container[key]
    kind: str | None = None
    for member, value in body.items():
        if not isinstance(value, str):
            raise ParsingException(f"Unexpected token {objects.token(value)} in [{name}].", at=Where(body, member))
        if member != "type":
            raise unknown_key(body, member, name)
        kind = value
    if kind is None:
        raise ParsingException(
            f"Missing [child_type] field for {key} aggregation [{name}]", at=Where(body, None, "end")
        )
    return Children(kind) if key == "children" else Parent(kind)
