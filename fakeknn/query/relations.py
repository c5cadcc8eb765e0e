"""has_child, has_parent, parent_id: documents found by those that a join field relates them to.

Sources: HasChildQueryBuilder, HasParentQueryBuilder, ParentIdQueryBuilder, Lucene's global ordinals joins.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any, ClassVar

import numpy as np
from numpy.typing import NDArray

from fakeknn.errors import IllegalArgumentException, NullPointerException, ParsingException, Where
from fakeknn.fields.join import JoinFieldType, ParentIdFieldType
from fakeknn.fields.metadata import IdFieldType
from fakeknn.query.base import Query
from fakeknn.query.context import Matched, Scores, ShardContext, running
from fakeknn.query.joining import SECTIONS, score_mode, told_inner_hits
from fakeknn.query.parsing import common, flat_query, parse_query, register
from fakeknn.query.scoring import score_term
from fakeknn.view import KeywordColumn, Mask
from fakeknn.xcontent import objects

MAX_CHILDREN = 2**31 - 1


def join_field(ctx: ShardContext) -> JoinFieldType | None:
    """The join field of an index, which has one at most."""
    return next((field for field in ctx.mapping.fields.values() if isinstance(field, JoinFieldType)), None)


def with_some_name(ctx: ShardContext, join: JoinFieldType) -> Mask:
    """bool[n]: the documents of any relation."""
    column = ctx.column(join)
    return ctx.nothing() if column is None else column.exists


def with_name(ctx: ShardContext, join: JoinFieldType, *names: str) -> Mask:
    """bool[n]: the living documents of these relations."""
    column = ctx.column(join)
    return ctx.nothing() if column is None else join.terms(column, names) & ctx.view.live


@dataclass(frozen=True, eq=False, kw_only=True)
class RelationQuery(Query):
    """What has_child and has_parent share: documents on one side match by those on the other with the same id."""

    query: Query
    type: str
    ignore_unmapped: bool = False
    inner_hits: Any = None

    def standard(self) -> dict[str, Any]:
        return {**super().standard(), **told_inner_hits(self.inner_hits, self.ignore_unmapped)}

    def children(self) -> Iterator[Query]:
        yield self.query

    def relation(self, ctx: ShardContext) -> tuple[JoinFieldType, ParentIdFieldType] | None:
        join = join_field(ctx)
        if join is None:
            if self.ignore_unmapped:
                return None
            raise ctx.fails(f"[{self.kind}] no join field has been configured")
        relation = self.of(join)
        if relation is None:
            if self.ignore_unmapped:
                return None
            role = "child" if self.kind == "has_child" else "parent"
            raise ctx.fails(f"[{self.kind}] join field [{join.path}] doesn't hold [{self.type}] as a {role}")
        return join, relation

    def of(self, join: JoinFieldType) -> ParentIdFieldType | None:
        raise NotImplementedError

    def sides(self, ctx: ShardContext, join: JoinFieldType, relation: ParentIdFieldType) -> tuple[Mask, Mask]:
        """bool[n], twice: the documents that the inner query looks among, and those that match by them."""
        raise NotImplementedError

    mode: ClassVar[str] = "none"

    @property
    def scoring(self) -> str:
        raise NotImplementedError

    @property
    def limits(self) -> tuple[int, int]:
        return 1, MAX_CHILDREN

    def run(self, ctx: ShardContext, boost: np.float32) -> Matched:
        ctx.refuse_expensive("[joining] queries")
        found = self.relation(ctx)
        if found is None:
            return Matched.none(ctx.n)
        join, relation = found
        column, enough, scores = self._by_value(ctx, join, relation)
        to = self.sides(ctx, join, relation)[1][column.rows]
        out = Matched.none(ctx.n)
        rows, ids = column.rows[to], column.tids[to]
        out.mask[rows] = enough[ids]
        out.score[rows] = scores[ids] * boost
        return out

    def _by_value(
        self, ctx: ShardContext, join: JoinFieldType, relation: ParentIdFieldType
    ) -> tuple[KeywordColumn, Mask, Scores]:
        """The values that both sides share, and by the number of each whether enough match, and their score."""
        inside = self.sides(ctx, join, relation)[0]
        inner = self.query.matched(ctx.inside(None).visiting(inside))
        column = ctx.column(relation)
        assert isinstance(column, KeywordColumn)
        matching = (inner.mask & inside)[column.rows]
        tids, score = column.tids[matching], inner.score[column.rows[matching]]
        counts = np.bincount(tids, minlength=column.n_terms)
        least, most = self.limits
        enough = (counts >= max(least, 1)) & (counts <= most)
        if self.scoring == "none":
            return column, enough, np.ones(len(counts), np.float32)
        with np.errstate(invalid="ignore", divide="ignore"):
            return column, enough, self._joined(tids, score, counts)

    def joined(self, ctx: ShardContext, row: int) -> tuple[str, np.float32 | None] | None:
        """The value that a row joins by, on either side, with the score of what matches by it; None without a value."""
        found = self.relation(ctx)
        assert found is not None
        column, enough, scores = self._by_value(replace(ctx, visited=None), *found)
        tids = column.tids[column.rows == row]
        if not len(tids):
            return None
        tid = int(tids[0])
        return column.terms[tid], scores[tid] if enough[tid] else None

    def _joined(self, tids: NDArray[np.int32], score: Scores, counts: NDArray[np.int64]) -> Scores:
        """float32: by the number of an id, the scores of what has it made one."""
        if self.scoring in ("max", "min"):
            out = np.full(len(counts), -np.inf if self.scoring == "max" else np.inf, np.float32)
            (np.maximum if self.scoring == "max" else np.minimum).at(out, tids, score)
            return out
        out = np.zeros(len(counts), np.float32)
        np.add.at(out, tids, score)
        return np.asarray(out / counts.astype(np.float32)) if self.scoring == "avg" else out

    def related(self, ctx: ShardContext, row: int) -> Mask:
        """bool[n]: the rows (nested objects' too) on the other side of one document."""
        join = join_field(ctx)
        relation = None if join is None else self.of(join)
        if join is None or relation is None or not with_some_name(ctx, join)[row]:
            return ctx.nothing()
        column = ctx.column(relation)
        assert isinstance(column, KeywordColumn)
        return self._related(ctx, join, column, row) & ctx.view.live

    def _related(self, ctx: ShardContext, join: JoinFieldType, column: KeywordColumn, row: int) -> Mask:
        raise NotImplementedError

    def mask(self, ctx: ShardContext) -> Mask:
        return self.run(ctx, np.float32(1)).mask


@dataclass(frozen=True, eq=False, kw_only=True)
class HasChild(RelationQuery):
    kind: ClassVar[str] = "has_child"
    named_first: ClassVar[bool] = True
    set_after_boost: ClassVar[Mapping[str, Any]] = {"inner_hits": None}
    score_mode: str = "none"
    min_children: int = 1
    max_children: int = MAX_CHILDREN

    def members(self) -> dict[str, Any]:
        return {
            "query": self.query.to_json(),
            "type": self.type,
            "score_mode": self.score_mode,
            "min_children": self.min_children,
            "max_children": self.max_children,
            "ignore_unmapped": self.ignore_unmapped,
        }

    @property
    def scoring(self) -> str:
        return self.score_mode

    @property
    def limits(self) -> tuple[int, int]:
        return self.min_children, self.max_children

    def of(self, join: JoinFieldType) -> ParentIdFieldType | None:
        return join.parent_of(self.type)

    def sides(self, ctx: ShardContext, join: JoinFieldType, relation: ParentIdFieldType) -> tuple[Mask, Mask]:
        return with_name(ctx, join, self.type), with_name(ctx, join, relation.parent)

    def _related(self, ctx: ShardContext, join: JoinFieldType, column: KeywordColumn, row: int) -> Mask:
        number = column.number(str(ctx.view.ids[row]))
        if number is None:
            return ctx.nothing()
        return column.mask_of([number]) & with_name(ctx, join, self.type)


@dataclass(frozen=True, eq=False, kw_only=True)
class HasParent(RelationQuery):
    kind: ClassVar[str] = "has_parent"
    named_first: ClassVar[bool] = True
    set_after_boost: ClassVar[Mapping[str, Any]] = {"inner_hits": None}
    score: bool = False

    def members(self) -> dict[str, Any]:
        return {
            "query": self.query.to_json(),
            "parent_type": self.type,
            "score": self.score,
            "ignore_unmapped": self.ignore_unmapped,
        }

    @property
    def scoring(self) -> str:
        return "max" if self.score else "none"

    def of(self, join: JoinFieldType) -> ParentIdFieldType | None:
        return join.relations.get(self.type)

    def sides(self, ctx: ShardContext, join: JoinFieldType, relation: ParentIdFieldType) -> tuple[Mask, Mask]:
        return with_name(ctx, join, relation.parent), with_name(ctx, join, *relation.children)

    def _related(self, ctx: ShardContext, join: JoinFieldType, column: KeywordColumn, row: int) -> Mask:
        ids = column.tids[column.rows == row]
        field = ctx.field("_id")
        assert isinstance(field, IdFieldType)
        found = field.ids(ctx.view, [column.terms[tid] for tid in ids.tolist()])
        return np.append(found, False)[ctx.view.parents(0)] if ctx.view.nested else found


def _required(kind: str, name: str, value: Any) -> Any:
    if value is None:
        raise IllegalArgumentException(f"[{kind}] requires '{name}' field")
    return value


@register("has_child")
def parse_has_child(container: Any, key: Any) -> Query:
    values = flat_query(
        "has_child",
        container,
        key,
        values={
            "type": objects.text,
            "score_mode": score_mode,
            "min_children": objects.integer,
            "max_children": objects.integer,
            "ignore_unmapped": objects.boolean,
        },
        objects_={"query": parse_query, **SECTIONS},
    )
    kind = _required("has_child", "type", values.get("type"))
    query = _required("has_child", "query", values.get("query"))
    least, most = values.get("min_children", 1), values.get("max_children", MAX_CHILDREN)
    for name, value in (("min_children", least), ("max_children", most)):
        if value < 0:
            raise IllegalArgumentException(f"[has_child] requires non-negative '{name}' field")
    if most < least:
        raise IllegalArgumentException("[has_child] 'max_children' is less than 'min_children'")
    return HasChild(
        query=query,
        type=kind,
        score_mode=values.get("score_mode", "none"),
        min_children=least,
        max_children=most,
        ignore_unmapped=values.get("ignore_unmapped", False),
        inner_hits=values.get("inner_hits"),
        **common(values),
    )


@register("has_parent")
def parse_has_parent(container: Any, key: Any) -> Query:
    values = flat_query(
        "has_parent",
        container,
        key,
        values={"parent_type": objects.text, "score": objects.boolean, "ignore_unmapped": objects.boolean},
        objects_={"query": parse_query, **SECTIONS},
    )
    kind = _required("has_parent", "parent_type", values.get("parent_type"))
    query = _required("has_parent", "query", values.get("query"))
    return HasParent(
        query=query,
        type=kind,
        score=values.get("score", False),
        ignore_unmapped=values.get("ignore_unmapped", False),
        inner_hits=values.get("inner_hits"),
        **common(values),
    )


@dataclass(frozen=True, eq=False, kw_only=True)
class ParentId(Query):
    """The children of one parent, scored as a term of its own field is."""

    kind: ClassVar[str] = "parent_id"
    named_first: ClassVar[bool] = True
    type: str
    id: str | None
    ignore_unmapped: bool = False

    def members(self) -> dict[str, Any]:
        return {"type": self.type, "id": self.id, "ignore_unmapped": self.ignore_unmapped}

    def run(self, ctx: ShardContext, boost: np.float32) -> Matched:
        ctx.refuse_expensive("[joining] queries")
        join = join_field(ctx)
        if join is None:
            if self.ignore_unmapped:
                return Matched.none(ctx.n)
            raise ctx.fails(f"[parent_id] no join field found for index [{ctx.index}]")
        relation = join.parent_of(self.type)
        if relation is None:
            if self.ignore_unmapped:
                return Matched.none(ctx.n)
            raise ctx.fails(f"[parent_id] no relation found for child [{self.type}]")
        if self.id is None:
            column = ctx.column(relation)
            if column is None or not column.exists.any():
                return Matched.none(ctx.n)
            method = "org.apache.lucene.util.BytesRef.compareTo(org.apache.lucene.util.BytesRef)"
            raise running(NullPointerException(f'Cannot invoke "{method}" because "target" is null'))
        found = score_term(ctx, relation, self.id, boost)
        return Matched(found.mask & with_name(ctx, join, self.type), found.score)


@register("parent_id")
def parse_parent_id(container: Any, key: Any) -> Query:
    body = container[key]
    readers = {
        "type": objects.text, "id": objects.text, "ignore_unmapped": objects.boolean,
        "boost": objects.decimal, "_name": objects.text,
    }  # fmt: skip
    values: dict[str, Any] = {}
    for name, value in body.items():
        if not objects.is_value(value) or name not in readers:
            raise ParsingException(f"[parent_id] query does not support [{name}]", at=Where(body, name))
        values[name] = readers[name](body, name)
    return ParentId(
        type=values.get("type", "null"),
        id=values.get("id"),
        ignore_unmapped=values.get("ignore_unmapped", False),
        **common(values),
    )
