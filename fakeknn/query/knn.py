"""The ``knn`` query: the nearest vectors of a shard, k of them or all within a radius, among those that a filter
lets through.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, ClassVar

import numpy as np
from numpy.typing import NDArray

from fakeknn.errors import (
    IllegalArgumentException,
    NullPointerException,
    NumberFormatException,
    OpenSearchError,
    ParsingException,
    Where,
    XContentParseException,
)
from fakeknn.fields import VectorFieldType
from fakeknn.fields.alias import AliasFieldType
from fakeknn.knn import request as knn_request
from fakeknn.knn.java import hash_items, text
from fakeknn.knn.method import VectorDefinition
from fakeknn.knn.request import Prepared, Rescore
from fakeknn.knn.search import explain_faiss
from fakeknn.knn.vectors import to_float, to_floats
from fakeknn.query.base import Explanation, Matched, Query, ShardContext, common, parse_query, register, running
from fakeknn.query.boolean import Bool
from fakeknn.query.compound import ConstantScore, MatchAll, MatchNone
from fakeknn.query.joining import Nested
from fakeknn.query.neighbors import NOTHING, Found, Neighbors, Search, best_of_groups
from fakeknn.view import Mask, VectorColumn
from fakeknn.xcontent import java_float, java_hash, objects
from fakeknn.xcontent.objects import ObjectParser, declared


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
    expand_nested_docs: bool | None = None
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
        return written

    def to_json(self) -> Any:
        written = {**self.members(), **self.standard()}
        if self.expand_nested_docs is not None:
            written["expand_nested_docs"] = self.expand_nested_docs
        return {"knn": {self.field: written}}

    def children(self) -> Iterator[Query]:
        if self.filter is not None:
            yield self.filter

    def run(self, ctx: ShardContext, boost: np.float32) -> Matched:
        found = self.neighbors(ctx)
        out = Matched.none(ctx.n)
        out.mask[found.rows] = True
        out.score[found.rows] = found.score if boost == 1 else found.score * boost
        return out

    def mask(self, ctx: ShardContext) -> Mask:
        return self.run(ctx, np.float32(1)).mask

    def neighbors(self, ctx: ShardContext) -> Neighbors:
        """What the shard keeps. Searched once a shard and request: sub-queries, filters and named queries all see the
        same neighbours.
        """
        key = ("knn", id(self))
        found: Neighbors | None = ctx.memo.get(key)
        if found is None:
            found = ctx.memo[key] = self._search(ctx)
        return found

    def _field(self, ctx: ShardContext) -> VectorFieldType | None:
        """The field that is searched; None if nothing is to be found there."""
        field = ctx.field(self.field)
        if isinstance(ctx.mapping.fields.get(self.field), AliasFieldType) and isinstance(field, VectorFieldType):
            return None  # 3.5 answers with no hits, silently; mended in 3.9
        if field is None and self.ignore_unmapped:
            return None
        if not isinstance(field, VectorFieldType):
            raise IllegalArgumentException(f"Field '{self.field}' is not knn_vector type.")
        return field

    def _prepared(self, ctx: ShardContext, definition: VectorDefinition) -> Prepared:
        return knn_request.prepare(
            definition,
            self.vector,
            field=self.field,
            k=self.k,
            max_distance=self.max_distance,
            min_score=self.min_score,
            method_parameters=self.method_parameters,
            rescore=self.rescore,
        )

    def _search(self, ctx: ShardContext) -> Neighbors:
        field = self._field(ctx)
        if field is None:
            target = ctx.field(self.field)
            if isinstance(target, VectorFieldType):  # by an alias: checked against its field, but nothing is found
                self._prepared(ctx, target.definition)
            return _NO_NEIGHBORS
        definition = field.definition
        counters = getattr(ctx.services, "knn_counters", None)
        if counters is not None and definition.engine is not None:
            counters.count_query(self._way_to_ask, filtered=self.filter is not None)
        prepared = self._prepared(ctx, definition)
        column = ctx.column(field)
        assert isinstance(column, VectorColumn)
        live = ctx.view.live[column.rows]
        nested = ctx.mapping.nested_parent(self.field) is not None
        passing = None if self.filter is None else live & self._filtered(ctx)[column.rows]
        knn_request.check_made(
            definition,
            prepared,
            nested=ctx.nested_path is not None,
            expand_nested_docs=bool(self.expand_nested_docs),
        )
        search = Search(
            ctx,
            definition,
            column,
            prepared,
            self.k,
            live=None if live.all() else live,
            passing=passing,
            groups=ctx.view.parents(0)[column.rows] if nested else None,
            expanded=bool(self.expand_nested_docs),
        )
        places, score = self._found(search, ctx)
        return Neighbors(column.rows[places], score, search.leaves)

    @property
    def _way_to_ask(self) -> str:
        return "knn" if self.k is not None else "max_distance" if self.max_distance is not None else "min_score"

    def _found(self, search: Search, ctx: ShardContext) -> Found:
        if self.k is None:
            limit = None if search.lucene else ctx.setting("index.max_result_window", 10_000)
            places, score = search.within(limit)
            if search.groups is not None and not search.lucene:
                chosen = best_of_groups(search.groups[places], score)
                return places[chosen], score[chosen]
            return places, score
        rescores = search.prepared.rescore is not None and search.prepared.rescore.enabled
        if rescores and not search.lucene and search.definition.data_type == "binary":
            raise _no_array(_QUERY_VECTOR)
        places, score = search.nearest()
        if rescores and search.lucene and search.definition.data_type != "float" and len(places):
            raise _no_array('"this.queryVector"')
        if self.expand_nested_docs and search.groups is not None:
            return search.siblings(places)
        return places, score

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

    def lucene_kind(self, ctx: ShardContext) -> str | None:
        """The Java class that the query is built into, as profiles tell it."""
        field = self._field(ctx)
        if field is None:
            return "MatchNoDocsQuery"
        prepared = self._prepared(ctx, field.definition)
        if field.definition.engine == "lucene":
            if self.k is None:
                return "FloatVectorSimilarityQuery" if field.definition.data_type == "float" else None
            rescored = prepared.rescore is not None and prepared.rescore.enabled
            return "RescoreKNNVectorQuery" if rescored else "LuceneEngineKnnVectorQuery"
        return "NativeEngineKnnVectorQuery" if self._of_shard(ctx, prepared) else "KNNQuery"

    def _of_shard(self, ctx: ShardContext, prepared: Prepared) -> bool:
        """Whether the plugin brings the segments of a shard together itself."""
        if self.k is None:
            return False
        optimized = ctx.settings.get("index.knn.memory_optimized_search") == "true"
        return prepared.rescore is not None or bool(self.expand_nested_docs) or optimized

    def lucene_text(self, ctx: ShardContext, filtered: object) -> str | None:
        """How the built query writes itself; None where that is a matter of addresses in memory, or not known."""
        field = self._field(ctx)
        if field is None:
            return 'MatchNoDocsQuery("")'
        definition = field.definition
        prepared = self._prepared(ctx, definition)
        if definition.engine != "lucene":
            return "NativeEngineKnnVectorQuery[]...KNNQuery[]" if self._of_shard(ctx, prepared) else ""
        floats = definition.data_type == "float"
        kind, first = ("Float", self.vector[0]) if floats else ("Byte", int(self.vector[0]))
        if ctx.nested_path is not None and filtered is not None:
            if self.filter is not None and _speaks_of_objects(self.filter):
                return None
            filtered = f"ToChildBlockJoinQuery ({filtered})"
        if prepared.radius is not None:
            least = prepared.radius.min_score
            return (
                f"{kind}VectorSimilarityQuery[field= target=[{f'{first:f}' if floats else first}...] "
                f"traversalSimilarity={np.float32(0.95) * least:f} resultSimilarity={least:f} "
                f"filter={filtered or 'null'}]"
            )
        assert self.k is not None
        ef = prepared.ef_search or ctx.setting("index.knn.algo_param.ef_search", 100)
        shown = java_float(first) if floats else str(first)
        tail = f"[{filtered}]" if filtered is not None else ""
        name, asked = f"OSKnn{kind}VectorQuery", max(self.k, ef)
        if ctx.nested_path is not None:
            name = f"OSDiversifyingChildren{kind}KnnVectorQuery"
            if self.expand_nested_docs:
                name, asked = f"InternalNestedKnn{kind}VectorQuery", 2**31 - 1
        text = f"{name}:{self.field}[{shown},...][{asked}]{tail}"
        if self.expand_nested_docs:
            text = f"ExpandNestedDocsQuery[{self.field}]...{name}[{text}]"
        if prepared.rescore is not None and prepared.rescore.enabled:
            vector = f"[F@{java_hash(repr(self.vector)):x}" if floats else "null"
            text = f"RescoreKNNVectorQueryinnerQuery={text}field=, vector={vector}, k={self.k}, shardId={ctx.shard}]"
        return text

    def explain(self, ctx: ShardContext, row: int, boost: np.float32 = np.float32(1.0)) -> Explanation:  # noqa: B008
        boost = np.float32(boost * np.float32(self.boost))
        found = self.neighbors(ctx)
        field = self._field(ctx)
        place = int(np.searchsorted(found.rows, row))
        kept = place < len(found.rows) and found.rows[place] == row
        score = np.float32(found.score[place] * boost) if kept else np.float32(0)
        if field is None:
            return Explanation(np.float32(0), 'MatchNoDocsQuery("")', match=False)
        prepared = self._prepared(ctx, field.definition)
        if field.definition.engine == "lucene":
            if self.k is None and self.filter is not None and not self._filtered(ctx)[row]:
                return Explanation(np.float32(0), "Doc does not match the filter", match=False)
            if self.k is None and not kept and not self._has_vector(ctx, field, row):
                return Explanation(np.float32(0), "No vector found for doc", match=False)
            return self._explain_lucene(ctx, found, kept, score, prepared)
        column = ctx.column(field)
        assert isinstance(column, VectorColumn)
        return self._explain_faiss(ctx, found, field.definition, prepared, column, row, score if kept else None)

    @staticmethod
    def _has_vector(ctx: ShardContext, field: VectorFieldType, row: int) -> bool:
        column = ctx.column(field)
        assert isinstance(column, VectorColumn)
        place = int(np.searchsorted(column.rows, row))
        return place < len(column.rows) and column.rows[place] == row

    def _explain_lucene(
        self, ctx: ShardContext, found: Neighbors, kept: bool, score: np.float32, prepared: Prepared
    ) -> Explanation:
        if self.filter is not None and self.filter.never(ctx):
            return Explanation(np.float32(0), MatchNone().reason, match=False)
        if self.k is None:
            return Explanation(score, f"Score {'above' if kept else 'below'} threshold", match=kept)
        if prepared.rescore is not None and prepared.rescore.enabled:
            # The plugin's rescoring query is made without what it explains itself by.
            raise running(
                NullPointerException(
                    'Cannot invoke "org.opensearch.knn.index.query.KNNWeight.explain('
                    'org.apache.lucene.index.LeafReaderContext, int, float)" because "this.this$0.knnWeight" is null'
                )
            )
        if kept:
            return Explanation(score, f"within top {len(found.rows)} docs")
        return Explanation(score, f"not in top {len(found.rows)} docs", match=False)

    def _explain_faiss(
        self,
        ctx: ShardContext,
        found: Neighbors,
        definition: VectorDefinition,
        prepared: Prepared,
        column: VectorColumn,
        row: int,
        score: np.float32 | None,
    ) -> Explanation:
        whole_shard = prepared.rescore is not None or self.expand_nested_docs
        if self.k is not None and whole_shard and score is None:
            return Explanation(np.float32(0), f"not in top {len(found.rows)}", match=False)
        if prepared.rescore is not None and definition.data_type == "binary":
            raise _no_array(_QUERY_VECTOR)
        bounds = ctx.view.segments
        segment = int(np.searchsorted(bounds, row, side="right"))
        start, end = np.searchsorted(column.rows, bounds[segment - 1 : segment + 1]).tolist()
        leaf = next((leaf for leaf in found.leaves if (leaf.start, leaf.end) == (start, end)), None)
        place = int(np.searchsorted(column.rows, row))
        raw = None
        if leaf is not None and leaf.by_graph and score is not None:
            measured = definition.space.distance(column.matrix[place : place + 1], prepared.row, one_by_one=True)
            raw = float(measured[0])
        told = explain_faiss(
            0.0 if score is None else score,
            definition,
            None if leaf is None else leaf.decision,
            raw=raw,
            radius=None if prepared.radius is None else float(prepared.radius.raw),
            rescore=prepared.rescore,
            k=self.k,
            shard_level_rescoring_disabled=ctx.settings.get("index.knn.disk.vector.shard_level_rescoring_disabled")
            == "true",
        )
        return _explanation(told)


def _explanation(told: Mapping[str, Any]) -> Explanation:
    return Explanation(told["value"], told["description"], tuple(map(_explanation, told["details"])))


_QUERY_VECTOR = 'the return value of "org.opensearch.knn.index.query.KNNQuery.getQueryVector()"'


def _no_array(what: str) -> OpenSearchError:
    """The plugin rescores by the query's floats, which a query of bytes or bits does not have."""
    return running(NullPointerException(f"Cannot read the array length because {what} is null"))


_NO_NEIGHBORS = Neighbors(*NOTHING)


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


# --- parsing ----------------------------------------------------------------------------------------------------------


def _read_vector(container: Any, key: Any) -> NDArray[np.float32]:
    """The member ``vector``: numbers, numeric strings, or one of them alone."""
    value = container[key]
    if type(value) is list and set(map(type, value)) <= {int, float}:
        numbers = value
    else:
        numbers = objects.each(_read_float)(container, key)
    if not numbers:
        raise IllegalArgumentException("[knn] field 'vector' requires to be non-null and non-empty")
    return to_floats(numbers)


def _read_float(container: Any, key: Any) -> float:
    """XContentParser.floatValue."""
    try:
        return float(to_float(container, key))
    except NumberFormatException as error:
        raise objects.stopped_at(error, Where(container, key)) from None


def _read_method_parameters(container: Any, key: Any) -> dict[str, int]:
    """MethodParametersParser.fromXContent, in a HashMap's order."""
    given = dict(container[key].items())
    end = Where(container[key], None, "end")
    if not given:
        raise ParsingException(f"{key} cannot be empty", at=end)
    return {name: _read_method_parameter(name, value, end) for name, value in hash_items(given)}


def _read_method_parameter(name: str, value: Any, at: Where) -> int:
    if name not in ("ef_search", "nprobes"):
        raise ParsingException(f"[knn] unknown method parameter found [{name}]", at=at)
    written = text(value)
    digits = written[1:] if written[:1] in ("+", "-") else written
    if not digits.isdecimal() or not -(1 << 31) <= int(written) < 1 << 31:
        raise ParsingException("ef_search value must be an integer", at=at)  # says so of nprobes too
    return int(written)


_RESCORE = ObjectParser("rescore", {"oversample_factor": declared("float", _read_float)}, applied=True)


def _read_rescore(container: Any, key: Any) -> Rescore:
    """The member ``rescore``: a boolean, or an object that may hold ``oversample_factor``."""
    given = container[key]
    if isinstance(given, bool):
        return Rescore(enabled=given, user_provided=not given)
    return Rescore(_RESCORE.parse(container, key).get("oversample_factor", 1.0), user_provided=True)


_PARSER = ObjectParser(
    "knn",
    {
        "vector": declared("float_array", _read_vector),
        "k": declared("int"),
        "max_distance": declared("float"),
        "min_score": declared("float"),
        "method_parameters": declared("object", _read_method_parameters),
        "rescore": declared("object_or_boolean", _read_rescore),
        "filter": declared("object", parse_query),
        "expand_nested_docs": declared("boolean"),
        "ignore_unmapped": declared("boolean"),
        "boost": declared("float"),
        "_name": declared("string"),
    },
    applied=True,
)


@register("knn")
def parse_knn(container: Any, key: Any) -> Query:
    body = container[key]
    field: str | None = None
    values: dict[str, Any] | None = None
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
        values = parse_members(body, name)
    if values is None:
        if not vector:
            raise IllegalArgumentException("[knn] field 'vector' requires to be non-null and non-empty")
        if any(isinstance(number, bool) or not isinstance(number, (int, float)) for number in vector):
            raise IllegalArgumentException("[knn] field 'vector' requires to be an array of numbers")
        return Knn(field=str(field), **_checked({"vector": to_floats(vector)}))
    return Knn(
        field=str(field),
        **_checked(values),
        filter=values.get("filter"),
        expand_nested_docs=values.get("expand_nested_docs"),
        ignore_unmapped=values.get("ignore_unmapped", False),
        **common(values),
    )


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


def parse_members(container: Any, field: Any) -> dict[str, Any]:
    """What the query says of its field, read but not yet looked at together."""
    values = _PARSER.parse(container, field)
    try:
        knn_request.check_exclusive(container[field])
    except IllegalArgumentException as error:
        raise objects.stopped_at(error, Where(container[field], None, "end")) from None
    return values


def _checked(values: dict[str, Any]) -> dict[str, Any]:
    """KNNQueryBuilder.Builder.validate."""
    asked = {name: values.get(name) for name in ("k", "max_distance", "min_score", "method_parameters", "rescore")}
    knn_request.check(values.get("vector"), **asked)
    return {"vector": values["vector"], **asked}
