"""The ``knn`` query: the nearest vectors of a shard, k of them or all within a radius, among those that a filter
lets through.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import pairwise
from typing import Any, ClassVar

import numpy as np
from numpy.typing import NDArray

from fakeknn.errors import IllegalArgumentException, NotFaked, ParsingException, Where, XContentParseException
from fakeknn.fields import VectorFieldType
from fakeknn.fields.alias import AliasFieldType
from fakeknn.knn import request as knn_request
from fakeknn.knn.exact import Norms, exact_top, exact_within
from fakeknn.knn.request import Prepared, Rescore
from fakeknn.knn.spaces import Radius, Space
from fakeknn.knn.vectors import to_floats
from fakeknn.query.base import Explanation, Matched, Query, ShardContext, common, parse_query, register
from fakeknn.query.compound import Bool, ConstantScore, MatchAll
from fakeknn.query.joining import Nested
from fakeknn.view import Mask, VectorColumn
from fakeknn.xcontent import objects
from fakeknn.xcontent.objects import Member, ObjectParser, declared

Rows = NDArray[np.int32]

#: What a search has kept of a shard: rows and their scores.
Found = tuple[Rows, NDArray[np.float32]]


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

    def members(self) -> dict[str, Any]:
        """KNNQueryBuilder.doXContent."""
        written: dict[str, Any] = {"vector": list(self.vector)}
        if self.k is not None:
            written["k"] = self.k
        if self.filter is not None:
            written["filter"] = self.filter.to_json()
        if self.max_distance is not None:
            written["max_distance"] = np.float32(self.max_distance)
        if self.ignore_unmapped:
            written["ignore_unmapped"] = True
        if self.min_score is not None:
            written["min_score"] = np.float32(self.min_score)
        if self.method_parameters is not None:
            written["method_parameters"] = self.method_parameters
        if self.rescore is not None:
            written["rescore"] = (
                {"oversample_factor": np.float32(self.rescore.oversample_factor)} if self.rescore.enabled else False
            )
        if self.expand_nested_docs:
            written["expand_nested_docs"] = True
        return written

    def to_json(self) -> Any:
        return {"knn": {self.field: {**self.members(), **self.standard()}}}

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

    def _search(self, ctx: ShardContext) -> Found:
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
        nested = ctx.mapping.nested_parent(self.field)
        if nested is not None:
            return self._children(ctx, field, prepared, column, np.flatnonzero(eligible))
        return self._documents(ctx, field, prepared, column, eligible)

    def _documents(
        self, ctx: ShardContext, field: VectorFieldType, prepared: Prepared, column: VectorColumn, eligible: Mask
    ) -> Found:
        """The nearest k of the shard (Lucene, rescored) or of each segment (Faiss), or all inside the radius."""
        definition = field.definition
        search = _Exact(
            column,
            prepared.row,
            definition.space,
            None if eligible.all() else eligible,
            # Lucene measures a batch of vectors when it walks its graph, and one by one when a filter leaves few.
            one_by_one=definition.engine != "lucene" or self.filter is not None,
        )
        if prepared.radius is not None:
            return search.within(prepared.radius, ctx.setting("index.max_result_window", 10_000))
        assert self.k is not None
        if definition.engine == "lucene" or prepared.rescore is not None:
            return search.top(self.k, slice(0, len(column.rows)))
        bounds = np.searchsorted(column.rows, ctx.view.segments)
        parts = [search.top(self.k, slice(a, b)) for a, b in pairwise(bounds.tolist()) if b > a]
        if len(parts) == 1:
            return parts[0]
        return (
            np.concatenate([_NOTHING[0], *(rows for rows, _ in parts)]),
            np.concatenate([_NOTHING[1], *(score for _, score in parts)]),
        )

    def _filtered(self, ctx: ShardContext) -> Mask:
        """The rows that the filter lets through. Inside ``nested``, one that speaks of the document goes for all its
        objects.
        """
        assert self.filter is not None
        if ctx.nested_path is None or _speaks_of_objects(self.filter):
            return self.filter.mask(ctx)
        around = ctx.mapping.nested_parent(ctx.nested_path)
        documents = self.filter.mask(ctx.inside(around)) & ctx.level_mask(around)
        parents = ctx.view.parents(0 if around is None else ctx.view.level_paths[around])
        return documents[np.minimum(parents, max(ctx.n - 1, 0))] & (parents < ctx.n)

    def _children(
        self,
        ctx: ShardContext,
        field: VectorFieldType,
        prepared: Prepared,
        column: VectorColumn,
        among: NDArray[np.int64],
    ) -> Found:
        """k counts the documents that the vectors' objects belong to; each is stood for by its best."""
        rows = column.rows[among]
        if not len(rows):
            return _NOTHING
        score = field.definition.space.score(column.matrix[among], prepared.row, one_by_one=True)
        parents = ctx.view.parents(0)[rows]
        engine = field.definition.engine
        if prepared.radius is not None:
            chosen = np.flatnonzero(score >= prepared.radius.min_score)
            if engine != "lucene" and not self.expand_nested_docs:
                chosen = chosen[_best_of_groups(parents[chosen], score[chosen])]
            return rows[chosen], score[chosen]
        assert self.k is not None
        best = _best_of_groups(parents, score)
        if engine == "lucene" or prepared.rescore is not None:
            chosen = best[_best(score[best], self.k)]
        else:
            segments = ctx.view.segment_of[rows[best]]
            bounds = np.flatnonzero(np.diff(segments, prepend=-1, append=-2))
            chosen = np.concatenate([best[a:b][_best(score[best[a:b]], self.k)] for a, b in pairwise(bounds.tolist())])
        if self.expand_nested_docs:
            chosen = np.flatnonzero(np.isin(parents, parents[chosen]))
        return rows[chosen], score[chosen]

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
        raise NotFaked("the explanation of a knn query on a faiss field")


_NOTHING: Found = (np.empty(0, np.int32), np.empty(0, np.float32))


def _speaks_of_objects(query: Query) -> bool:
    """NestedHelper.mightMatchNestedDocs, as far as it goes: a filter with a ``nested`` clause chooses among the
    objects.
    """
    if isinstance(query, Bool):
        required = (*query.must, *query.filter)
        if required:
            return all(map(_speaks_of_objects, required))
        return any(map(_speaks_of_objects, query.should))
    if isinstance(query, ConstantScore):
        return _speaks_of_objects(query.filter)
    return isinstance(query, (Nested, MatchAll))


@dataclass(frozen=True, slots=True)
class _Exact:
    """An exact search of a column, some of whose vectors are eligible (None: all)."""

    column: VectorColumn
    query: NDArray[Any]
    space: Space
    eligible: Mask | None
    one_by_one: bool

    def _norms(self) -> Norms:
        """The vectors' lengths, which grow with the column's buffer and are kept there."""
        shared, matrix = self.column.shared, self.column.matrix
        norms = shared.get("norms")
        if norms is None or len(norms.squares) < len(matrix):
            norms = shared["norms"] = Norms.of(matrix) if norms is None else norms.extended(matrix)
        return norms

    def _sliced(self, part: slice) -> Norms:
        norms = self._norms()
        return Norms(norms.squares[part], norms.greatest, norms.least)

    def top(self, k: int, part: slice) -> Found:
        """The k nearest of a part of the column."""
        places, score = exact_top(
            self.column.matrix[part],
            self.query,
            k,
            self.space,
            mask=None if self.eligible is None else self.eligible[part],
            norms=self._sliced(part),
            one_by_one=self.one_by_one,
        )
        return self.column.rows[part][places], score

    def within(self, radius: Radius, limit: int) -> Found:
        places, score = exact_within(
            self.column.matrix,
            self.query,
            radius,
            self.space,
            mask=self.eligible,
            norms=self._sliced(slice(0, len(self.column.rows))),
            one_by_one=self.one_by_one,
            limit=limit,
        )
        return self.column.rows[places], score


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
    vector: list[Any] | None = None
    for name, value in body.items():
        if not isinstance(value, dict):
            if field is not None:
                raise _two_fields(body, field, name)
            field, vector = name, _short_vector(name, body)
            continue
        if field is not None:
            raise _two_fields(body, field, name)
        field = name
        query = _parse_one(name, body)
    if query is None:
        if not vector:
            raise IllegalArgumentException("[knn] field 'vector' requires to be non-null and non-empty")
        return Knn(field=str(field), **_checked({"vector": to_floats(vector)}))
    return query


def _short_vector(field: str, container: Any) -> list[Any]:
    """``{"knn": {"field": [...]}}``: a vector, and nothing that says how many are wanted."""
    value = container[field]
    if not isinstance(value, list):
        raise XContentParseException(
            f"Failed to parse list:  expecting START_ARRAY but got {objects.token(value)}", at=Where(container, field)
        )
    return value


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
    asked = {name: values.get(name) for name in ("k", "max_distance", "min_score", "method_parameters", "rescore")}
    knn_request.check(values.get("vector"), **asked)
    return {"vector": values["vector"], **asked}
