"""The ``knn`` query: the nearest vectors of a shard, k of them or all within a radius, among those that a filter
lets through.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, ClassVar, TypeGuard

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
from fakeknn.knn.vectors import to_float, to_floats
from fakeknn.query.base import Query
from fakeknn.query.context import Matched, ShardContext, running
from fakeknn.query.joining import Nested
from fakeknn.query.neighbors import NOTHING, Found, Neighbors, Search, best_of_groups, kept_of
from fakeknn.query.parsing import common, parse_query, register
from fakeknn.view import Mask, VectorColumn
from fakeknn.xcontent import objects
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
            written["rescore"] = {"oversample_factor": np.float32(self.rescore.oversample_factor)}
        return written

    def to_json(self) -> Any:
        written = {**self.members(), **self.standard()}
        if self.expand_nested_docs is not None:
            written["expand_nested_docs"] = self.expand_nested_docs
        return {"knn": {self.field: written}}

    def children(self) -> Iterator[Query]:
        if self.filter is not None:
            yield self.filter

    def repeats(self, ctx: ShardContext) -> Any:
        """KNNQuery.equals, and those of Lucene's queries, which tell by what their graph is asked for and not by ``k``.

        What the plugin wraps for a whole shard is equal to nothing else.
        """
        field = ctx.field(self.field)
        if not isinstance(field, VectorFieldType) or self.expand_nested_docs:
            return None
        definition = field.definition
        if self.rescore is not None or knn_request.default_rescore(definition) is not None:
            return None
        wanted: Any = self.k
        if definition.engine == "lucene":
            if self.k is not None:
                ef = (self.method_parameters or {}).get("ef_search")
                wanted = max(self.k, ef or ctx.setting("index.knn.algo_param.ef_search", 100))
        elif definition.memory_optimized(ctx.settings.get("index.knn.memory_optimized_search") == "true"):
            return None
        else:
            wanted = self.k, *sorted((self.method_parameters or {}).items())
        chosen_by = None if self.filter is None else str(self.filter)
        return self.kind, self.field, self.vector.tobytes(), wanted, self.max_distance, self.min_score, chosen_by

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
        key = ("knn", id(self.vector))  # which copies with another boost share
        found: Neighbors | None = ctx.memo.get(key)
        if found is None:
            found = ctx.memo[key] = self._search(ctx)
        return found

    def target(self, ctx: ShardContext) -> VectorFieldType | None:
        """The field that is searched; None if nothing is to be found there."""
        field = ctx.field(self.field)
        if isinstance(ctx.mapping.fields.get(self.field), AliasFieldType) and isinstance(field, VectorFieldType):
            return None  # 3.5 answers with no hits, silently; mended in 3.9
        if field is None and self.ignore_unmapped:
            return None
        if not isinstance(field, VectorFieldType):
            raise IllegalArgumentException(f"Field '{self.field}' is not knn_vector type.")
        return field

    def prepared(self, ctx: ShardContext, definition: VectorDefinition) -> Prepared:
        if self.k == 0:  # which only a search for no candidates asks for
            raise IllegalArgumentException("[knn] requires exactly one of k, distance or score to be set")
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
        field = self.target(ctx)
        if field is None:
            target = ctx.field(self.field)
            if isinstance(target, VectorFieldType):  # by an alias: checked against its field, but nothing is found
                self._check_made(ctx, target.definition, self.prepared(ctx, target.definition))
            return _NO_NEIGHBORS
        definition = field.definition
        if definition.engine is not None:
            asked = f"{self._way_to_ask}_query_requests", f"{self._way_to_ask}_query_with_filter_requests"
            ctx.count(*asked[: 1 + (self.filter is not None)])
        prepared = self.prepared(ctx, definition)
        column = ctx.column(field)
        assert isinstance(column, VectorColumn)
        live = ctx.view.living(column)
        passing = None if self.filter is None else self.filtered(ctx)[column.rows]
        if passing is not None and live is not None:
            passing &= live
        self._check_made(ctx, definition, prepared)
        search = Search(
            ctx,
            definition,
            column,
            prepared,
            self.k,
            live=live,
            passing=passing,
            groups=None if ctx.nested_path is None else ctx.view.parents(0)[column.rows],
            expanded=bool(self.expand_nested_docs),
        )
        places, score = self._found(search, ctx)
        return Neighbors(column.rows[places], score, search.leaves)

    def _check_made(self, ctx: ShardContext, definition: VectorDefinition, prepared: Prepared) -> None:
        knn_request.check_made(
            definition,
            prepared,
            nested=ctx.nested_path is not None,
            expand_nested_docs=bool(self.expand_nested_docs),
        )

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
            raise no_array(QUERY_VECTOR)
        places, score = search.nearest()
        if rescores and search.lucene and search.definition.data_type != "float" and len(places):
            raise no_array('"this.queryVector"')
        if self.expand_nested_docs and search.groups is not None:
            places, score = search.siblings(places)
            if rescores and search.lucene:  # as many objects as documents were wanted; mended in 3.6
                return kept_of([(places, score)], self.k)
        return places, score

    def filtered(self, ctx: ShardContext) -> Mask:
        """The rows that the filter lets through, asked of whole documents (BaseQueryFactory.getFilterQuery).

        Inside ``nested`` these let all their objects through; a filter that is a ``nested`` query chooses among them.
        """
        assert self.filter is not None
        documents = ctx.inside(None)
        if ctx.nested_path is None:
            return self.filter.mask(documents)
        if chooses_objects(self.filter):
            return self.filter.objects_matched(documents, np.float32(1)).mask
        found = self.filter.mask(documents) & documents.everything()
        parents = ctx.view.parents(0)
        return found[np.minimum(parents, max(ctx.n - 1, 0))] & (parents < ctx.n)


QUERY_VECTOR = 'the return value of "org.opensearch.knn.index.query.KNNQuery.getQueryVector()"'


def no_array(what: str) -> OpenSearchError:
    """The plugin rescores by the query's floats, which a query of bytes or bits does not have."""
    return running(NullPointerException(f"Cannot read the array length because {what} is null"))


_NO_NEIGHBORS = Neighbors(*NOTHING)


def chooses_objects(query: Query) -> TypeGuard[Nested]:
    """Whether a filter is a join of objects to documents, which is taken off; a boost around it would hide it."""
    return isinstance(query, Nested) and query.boost == 1


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
    objects.whole(container, key)
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
    if not field and values is not None:
        raise IllegalArgumentException("[knn] requires fieldName")
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
