"""The ``knn`` query: the nearest vectors of a shard, k of them or all within a radius, among those that a filter lets through."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, ClassVar

import numpy as np
from numpy.typing import NDArray

from fakeknn.errors import IllegalArgumentException, ParsingException, Where
from fakeknn.fields import VectorFieldType
from fakeknn.fields.alias import AliasFieldType
from fakeknn.knn import request as knn_request
from fakeknn.knn.request import K_MAX, Prepared, Rescore
from fakeknn.query.base import Explanation, Matched, Query, ShardContext, common, parse_query, register
from fakeknn.view import Mask, VectorColumn
from fakeknn.xcontent.objects import Member, ObjectParser, declared

Rows = NDArray[np.int32]


@dataclass(frozen=True, eq=False, kw_only=True)
class Knn(Query):
    kind: ClassVar[str] = "knn"
    field: str
    vector: NDArray[np.float32]
    k: int | None = None
    max_distance: float | None = None
    min_score: float | None = None
    filter: Query | None = None
    method_parameters: dict[str, int] | None = None
    rescore: Rescore | None = None
    expand_nested_docs: bool = False
    ignore_unmapped: bool = False

    def children(self) -> Iterator[Query]:
        if self.filter is not None:
            yield self.filter

    def run(self, ctx: ShardContext, boost: np.float32) -> Matched:
        """Searched once a shard and request: sub-queries, filters and named queries all see the same neighbours."""
        key = ("knn", id(self))
        found = ctx.memo.get(key)
        if found is None:
            found = ctx.memo[key] = self._search(ctx)
        rows, score = found
        out = Matched.none(ctx.n)
        out.mask[rows] = True
        out.score[rows] = score if boost == 1 else score * boost
        return out

    def mask(self, ctx: ShardContext) -> Mask:
        return self.run(ctx, np.float32(1)).mask

    def _search(self, ctx: ShardContext) -> tuple[Rows, NDArray[np.float32]]:
        if isinstance(ctx.mapping.fields.get(self.field), AliasFieldType):
            return _NOTHING  # 3.5 answers with no hits, silently; mended in 3.9
        field = ctx.field(self.field)
        if field is None and self.ignore_unmapped:
            return _NOTHING
        if not isinstance(field, VectorFieldType):
            raise IllegalArgumentException(f"Field '{self.field}' is not knn_vector type.")
        definition = field.definition
        prepared = knn_request.prepare(
            definition,
            self.vector,
            k=self.k,
            max_distance=self.max_distance,
            min_score=self.min_score,
            method_parameters=self.method_parameters,
            rescore=self.rescore,
            nested=ctx.nested_path is not None,
            expand_nested_docs=self.expand_nested_docs,
        )
        column = ctx.column(field)
        assert isinstance(column, VectorColumn)
        eligible = ctx.view.live[column.rows]
        if self.filter is not None:
            eligible = eligible & self._filtered(ctx)[column.rows]
        among = np.flatnonzero(eligible)
        rows = column.rows[among]
        if not len(rows):
            return _NOTHING
        matrix = column.matrix if len(among) == len(column.rows) else column.matrix[among]
        score = definition.space.score(matrix, prepared.row)
        nested = ctx.mapping.nested_parent(self.field)
        if nested is None:
            kept = self._kept(ctx, field, prepared, rows, score)
        else:
            kept = self._kept_children(ctx, field, prepared, rows, score, nested)
        return rows[kept], score[kept]

    def _filtered(self, ctx: ShardContext) -> Mask:
        """The rows that the filter lets through; a nested object passes when its document does."""
        assert self.filter is not None
        nested = ctx.mapping.nested_parent(self.field)
        if nested is None:
            return self.filter.mask(ctx)
        mask = self.filter.mask(ctx)
        root = self.filter.mask(ctx.inside(None) if ctx.nested_path else ctx)
        parents = ctx.view.parents(0)
        by_parent = root[np.minimum(parents, max(ctx.n - 1, 0))] & (parents < ctx.n)
        return mask | by_parent

    def _kept(
        self, ctx: ShardContext, field: VectorFieldType, prepared: Prepared, rows: Rows, score: NDArray[np.float32]
    ) -> NDArray[np.int64]:
        """Positions in ``rows`` of what is kept, k of the shard (Lucene, rescored) or of each segment (Faiss)."""
        if prepared.radius is not None:
            return np.flatnonzero(score >= prepared.radius.min_score)
        assert self.k is not None
        if field.definition.engine == "lucene" or prepared.rescore is not None:
            return np.sort(_best(score, self.k))
        segments = ctx.view.segment_of[rows]
        bounds = np.flatnonzero(np.diff(segments, prepend=-1, append=-2))
        parts = [a + _best(score[a:b], self.k) for a, b in zip(bounds[:-1], bounds[1:], strict=True)]
        return np.sort(np.concatenate(parts))

    def _kept_children(
        self,
        ctx: ShardContext,
        field: VectorFieldType,
        prepared: Prepared,
        rows: Rows,
        score: NDArray[np.float32],
        nested: str,
    ) -> NDArray[np.int64]:
        """k counts the documents that the vectors' objects belong to; each is stood for by its best."""
        if prepared.radius is not None:
            inside = np.flatnonzero(score >= prepared.radius.min_score)
            if field.definition.engine == "lucene" or self.expand_nested_docs:
                return inside
            rows, score = rows[inside], score[inside]
            best = _best_of_groups(ctx.view.parents(0)[rows], score)
            return inside[best]
        assert self.k is not None
        parents = ctx.view.parents(0)[rows]
        best = _best_of_groups(parents, score)
        chosen = best[self._kept(ctx, field, prepared, rows[best], score[best])]
        if not self.expand_nested_docs:
            return np.sort(chosen)
        return np.flatnonzero(np.isin(parents, parents[chosen]))

    def explain(self, ctx: ShardContext, row: int, boost: np.float32 = np.float32(1.0)) -> Explanation:  # noqa: B008
        boost = np.float32(boost * np.float32(self.boost))
        matched = self.run(ctx, boost)
        field = ctx.field(self.field)
        engine = field.definition.engine if isinstance(field, VectorFieldType) else None
        count = int(np.count_nonzero(matched.mask))
        if engine == "lucene":
            if self.k is None:
                return Explanation(matched.score[row], "Score above threshold")
            return Explanation(matched.score[row], f"within top {count} docs")
        from fakeknn.errors import NotFaked

        raise NotFaked("the explanation of a knn query on a faiss field")


_NOTHING: tuple[Rows, NDArray[np.float32]] = (np.empty(0, np.int32), np.empty(0, np.float32))


def _best(score: NDArray[np.float32], k: int) -> NDArray[np.int64]:
    """The positions of the k highest scores; of equals the first."""
    if k >= len(score):
        return np.arange(len(score))
    least = np.partition(score, len(score) - k)[len(score) - k]
    above = np.flatnonzero(score > least)
    level = np.flatnonzero(score == least)
    return np.concatenate([above, level[: k - len(above)]])


def _best_of_groups(groups: Rows, score: NDArray[np.float32]) -> NDArray[np.int64]:
    """Positions of each group's highest score (groups ascend); of equals the first."""
    if not len(groups):
        return np.empty(0, np.int64)
    starts = np.flatnonzero(np.diff(groups, prepend=-1))
    highest = np.maximum.reduceat(score, starts)
    sizes = np.diff(np.append(starts, len(groups)))
    at_top = score == np.repeat(highest, sizes)
    positions = np.flatnonzero(at_top)
    _, first = np.unique(groups[positions], return_index=True)
    return positions[first]


# --- parsing ----------------------------------------------------------------------------------------------------------


_PARSER = ObjectParser(
    "knn",
    {
        "vector": Member(("VALUE_NUMBER", "VALUE_STRING", "START_ARRAY"), knn_request.read_vector, tells=True),
        "k": declared("int"),
        "max_distance": declared("float"),
        "min_score": declared("float"),
        "method_parameters": Member(("START_OBJECT",), knn_request.read_method_parameters, tells=True),
        "rescore": Member(("START_OBJECT", "VALUE_BOOLEAN"), knn_request.read_rescore, tells=True),
        "filter": declared("object", parse_query),
        "expand_nested_docs": declared("boolean"),
        "ignore_unmapped": declared("boolean"),
        "boost": declared("float"),
        "_name": declared("string"),
    },
)


@register("knn")
def parse_knn(container: Any, key: Any) -> Query:
    body = container[key]
    field: str | None = None
    query: Query | None = None
    for name, value in body.items():
        if not isinstance(value, dict):
            if field is not None:
                raise _two_fields(body, field, name)
            # The parser is applied to whatever follows the name.
            _PARSER.parse(body, name)
        if field is not None:
            raise _two_fields(body, field, name)
        field = name
        query = _parse_one(name, body)
    if query is None:
        raise IllegalArgumentException("[knn] field 'vector' requires to be non-null and non-empty")
    return query


def _two_fields(body: Any, first: str, second: str) -> ParsingException:
    return ParsingException(
        f"[knn] query doesn't support multiple fields, found [{first}] and [{second}]", at=Where(body, second)
    )


def _parse_one(field: str, container: Any) -> Knn:
    values = _PARSER.parse(container, field)
    return Knn(
        field=field,
        **_checked(values),
        filter=values.get("filter"),
        expand_nested_docs=values.get("expand_nested_docs", False),
        ignore_unmapped=values.get("ignore_unmapped", False),
        **common(values),
    )


def _checked(values: dict[str, Any]) -> dict[str, Any]:
    """KNNQueryBuilder.Builder.validate."""
    if "vector" not in values:
        raise IllegalArgumentException("[knn] requires query vector")
    k, distance, score = values.get("k"), values.get("max_distance"), values.get("min_score")
    if sum(value is not None for value in (k, distance, score)) != 1:
        raise IllegalArgumentException("[knn] requires exactly one of k, distance or score to be set")
    if k is not None and not 0 < k <= K_MAX:
        raise IllegalArgumentException(f"[knn] requires k to be in the range (0, {K_MAX}]")
    if score is not None and score <= 0:
        raise IllegalArgumentException("[knn] requires minScore to be greater than 0")
    return {
        "vector": values["vector"],
        "k": k,
        "max_distance": distance,
        "min_score": score,
        "method_parameters": values.get("method_parameters"),
        "rescore": values.get("rescore"),
    }
