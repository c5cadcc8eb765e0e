"""The search body, parsed: every error in it comes before anything runs."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from fakeknn.aggs.base import Factories
from fakeknn.errors import (
    ActionRequestValidationException,
    IllegalArgumentException,
    NotFaked,
    ParsingException,
    Where,
)
from fakeknn.query.base import Query
from fakeknn.query.parsing import parse_query
from fakeknn.search.sort import Sort, parse_sort
from fakeknn.search.source import SourceOptions, parse_source
from fakeknn.units import parse_time_value
from fakeknn.xcontent import java_string, objects
from fakeknn.xcontent.objects import ObjectParser, declared

ACCURATE, DISABLED = 2**31 - 1, -1


@dataclass(frozen=True, slots=True)
class Slice:
    """A share of a scroll: slice ``id`` of ``max``."""

    id: int
    max: int
    field: str = "_id"


@dataclass(frozen=True, slots=True)
class PointReference:
    """The point in time that a search is to be run at."""

    id: str
    keep_alive: str | None = None


@dataclass
class SearchRequest:
    """A parsed search (SearchSourceBuilder): None where the body says nothing."""

    query: Query | None = None
    size: int = 10
    from_: int = 0
    sort: list[Sort] = field(default_factory=list)
    sorts: list[Sort] = field(default_factory=list)
    """What is said of sorting, which by score alone is nothing."""
    min_score: np.float32 | None = None
    post_filter: Query | None = None
    source: SourceOptions | None = None
    source_around: SourceOptions | None = None
    """Of inner hits: the ``_source`` of the search around, by which the document was read."""
    inside: bool = False
    """Of inner hits and top_hits: the query stands by itself, without the filters that a search adds."""
    stored_fields: list[str] | None = None
    track_total_hits: int | None = None
    batched_reduce_size: int | None = None
    pre_filter_shard_size: int | None = None
    """From how many shards on each is first asked whether anything there can match."""
    allow_partial_search_results: bool = True
    track_scores: bool = False
    version: bool = False
    seq_no_primary_term: bool = False
    explain: bool = False
    profile: bool = False
    terminate_after: int = 0
    timeout: str | None = None
    request_cache: bool | None = None
    """Whether the answer may come from a cache, and be kept in one, if that was said."""
    key: Callable[[], bytes] | None = None
    """Gives what a cache knows the search by."""
    search_after: list[Any] | None = None
    slice: Slice | None = None
    point: PointReference | None = None
    named_queries_score: bool = False
    dfs: bool = False
    """Whether the terms' statistics are those of all shards (``dfs_query_then_fetch``)."""
    total_as_int: bool = False
    """Whether hits tell their total as a number (``rest_total_hits_as_int``)."""
    aggregations: Factories | None = None
    typed_keys: bool = False
    """Whether aggregations are told with their types."""
    pipeline: str | None = None
    """The search pipeline that is named."""
    pipeline_source: dict[str, Any] | None = None
    """The search pipeline that the body holds."""
    verbose_pipeline: bool = False
    factories: Callable[[], Sequence[str]] = tuple
    """Gives the processors of search pipelines that the cluster makes by itself."""
    groups: list[str] = field(default_factory=list)
    """The groups of statistics that count this search, beside all."""
    parts: dict[str, Any] = field(default_factory=dict)
    """What other modules have parsed of the body: highlight, collapse ..."""

    @property
    def reads(self) -> SourceOptions | None:
        """By what ``_source`` documents are read."""
        return self.source if self.source_around is None else self.source_around

    def validate(self, *, scroll: bool = False) -> None:
        """SearchRequest.validate."""
        problems = self.problems(scroll=scroll)
        if problems:
            raise ActionRequestValidationException(*problems)

    def problems(self, *, scroll: bool = False) -> list[str]:
        """What a search must not ask for."""
        problems: list[str] = []
        if scroll:
            if self.track_total_hits not in (None, ACCURATE):
                problems.append("disabling [track_total_hits] is not allowed in a scroll context")
            if self.from_ > 0:
                problems.append("using [from] is not allowed in a scroll context")
            if self.size == 0:
                problems.append("[size] cannot be [0] in a scroll context")
            if self.parts.get("rescore"):
                problems.append("using [rescore] is not allowed in a scroll context")
            if self.request_cache:
                problems.append("[request_cache] cannot be used in a scroll context")
        if self.aggregations is not None:
            self.aggregations.validate(problems)
        by_shard = sum(sort.field == "_shard_doc" for sort in self.sort)
        if by_shard and scroll:
            problems.append("_shard_doc cannot be used with scroll. Use PIT + search_after instead.")
        if by_shard and self.point is None:
            problems.append("_shard_doc is only supported with point-in-time (PIT). Add a PIT or remove _shard_doc.")
        if by_shard > 1:
            problems.append("duplicate _shard_doc sort detected. Specify it at most once.")
        return problems


def set_from(request: SearchRequest, value: int) -> None:
    if value < 0:
        raise IllegalArgumentException(f"[from] parameter cannot be negative, found [{value}]")
    request.from_ = value


def set_size(request: SearchRequest, value: int) -> None:
    if value < 0:
        raise IllegalArgumentException(f"[size] parameter cannot be negative, found [{value}]")
    request.size = value


def set_track_total_hits(request: SearchRequest, value: int) -> None:
    """Of the parameter; the body's is looked at when the hits are counted."""
    if value < -1:
        raise IllegalArgumentException(f"[track_total_hits] parameter must be positive or equals to -1, got {value}")
    request.track_total_hits = value


def _sort(request: SearchRequest, container: Any, key: Any) -> None:
    set_sort(request, parse_sort(container, key))


def set_sort(request: SearchRequest, sorts: list[Sort]) -> None:
    request.sorts = sorts
    request.sort = [] if len(sorts) == 1 and sorts[0].no_sort else sorts


def _track_total_hits(request: SearchRequest, container: Any, key: Any) -> None:
    value = container[key]
    if isinstance(value, bool) or value in ("true", "false"):
        request.track_total_hits = ACCURATE if objects.boolean(container, key) else DISABLED
    else:
        request.track_total_hits = objects.integer(container, key)


def set_terminate_after(request: SearchRequest, value: int) -> None:
    if value < 0:
        raise IllegalArgumentException("terminateAfter must be > 0")
    request.terminate_after = value


def _timeout(request: SearchRequest, container: Any, key: Any) -> None:
    text = objects.text(container, key)
    parse_time_value(text, "timeout")
    request.timeout = text


def stored_fields(container: Any, key: Any) -> list[str]:
    """StoredFieldsContext.fromXContent."""
    value = container[key]
    if isinstance(value, str):
        return stored_field_names([value])
    if isinstance(value, list):
        return stored_field_names([objects.text(value, i) for i in range(len(value))])
    raise ParsingException(
        f"Expected [VALUE_STRING] or [START_ARRAY] in [stored_fields] but found [{objects.token(value)}]",
        at=Where(container, key),
    )


def stored_field_names(names: list[str]) -> list[str]:
    if names == ["_none_"]:
        return names
    if "_none_" in names:
        raise IllegalArgumentException("cannot combine _none_ with other fields")
    return names


def parse_search_after(container: Any, key: Any) -> list[Any]:
    """SearchAfterBuilder.fromXContent."""
    values = container[key]
    for i, value in enumerate(values):
        if isinstance(value, (dict, list)):
            raise ParsingException(
                "Expected [VALUE_STRING] or [VALUE_NUMBER] or [VALUE_BOOLEAN] or [VALUE_NULL] but found "
                f"[{objects.token(value)}] inside search_after.",
                at=Where(values, i),
            )
    if not values:
        raise IllegalArgumentException("Values must contains at least one value.")
    return [java_string(value) if _is_big(value) else value for value in values]


def _is_big(value: Any) -> bool:
    """Whether a number is beyond long, as whose text it is read."""
    return type(value) is int and not -(2**63) <= value < 2**63


def field_name(container: Any, key: Any) -> str:
    name = objects.text(container, key)
    if not name:
        raise IllegalArgumentException("field name is null or empty")
    return name


def _slice_bounds() -> ObjectParser:
    found: dict[str, int] = {}

    def slice_id(container: Any, key: Any) -> int:
        found["id"] = objects.integer(container, key)
        if found["id"] < 0:
            raise IllegalArgumentException("id must be greater than or equal to 0")
        if found.get("max", -1) != -1 and found["id"] >= found["max"]:
            raise IllegalArgumentException("max must be greater than id")
        return found["id"]

    def slice_max(container: Any, key: Any) -> int:
        found["max"] = objects.integer(container, key)
        if found["max"] <= 1:
            raise IllegalArgumentException("max must be greater than 1")
        if found.get("id", -1) != -1 and found["id"] >= found["max"]:
            raise IllegalArgumentException("max must be greater than id")
        return found["max"]

    return ObjectParser(
        "slice",
        {"field": declared("string", field_name), "id": declared("int", slice_id), "max": declared("int", slice_max)},
    )


def parse_slice(container: Any, key: Any) -> Slice:
    """SliceBuilder.fromXContent."""
    values = _slice_bounds().parse(container, key)
    return Slice(values.get("id", -1), values.get("max", -1), values.get("field", "_id"))


def _keep_alive(container: Any, key: Any) -> str:
    """A time value as it is written."""
    text = objects.text(container, key)
    parse_time_value(text, "keep_alive")
    return text


_POINT = ObjectParser("pit", {"id": declared("string"), "keep_alive": declared("string", _keep_alive)})


def parse_point(container: Any, key: Any) -> PointReference:
    values = _POINT.parse(container, key)
    if "id" not in values:
        raise IllegalArgumentException("point int time id is not provided")
    return PointReference(values["id"], values.get("keep_alive"))


Setter = Callable[[SearchRequest, Any, Any], None]


def _set(name: str, read: Callable[[Any, Any], Any]) -> Setter:
    def apply(request: SearchRequest, container: Any, key: Any) -> None:
        setattr(request, name, read(container, key))

    return apply


def _query(name: str) -> Setter:
    return _set(name, parse_query)


def _min_score(container: Any, key: Any) -> np.float32:
    return np.float32(objects.decimal(container, key))


def _stats(request: SearchRequest, container: Any, key: Any) -> None:
    groups = container[key]
    for i, group in enumerate(groups):
        if not isinstance(group, str):
            found = objects.token(group)
            raise ParsingException(f"Expected [VALUE_STRING] in [stats] but found [{found}]", at=Where(groups, i))
        request.groups.append(objects.text(groups, i))


#: Members by the kind of token they take: scalars, objects, arrays.
SCALARS: dict[str, Setter] = {
    "from": lambda request, container, key: set_from(request, objects.integer(container, key)),
    "size": lambda request, container, key: set_size(request, objects.integer(container, key)),
    "timeout": _timeout,
    "terminate_after": _set("terminate_after", objects.integer),
    "min_score": _set("min_score", _min_score),
    "version": _set("version", objects.boolean),
    "seq_no_primary_term": _set("seq_no_primary_term", objects.boolean),
    "explain": _set("explain", objects.boolean),
    "track_scores": _set("track_scores", objects.boolean),
    "include_named_queries_score": _set("named_queries_score", objects.boolean),
    "track_total_hits": _track_total_hits,
    "_source": _set("source", parse_source),
    "stored_fields": _set("stored_fields", stored_fields),
    "sort": _sort,
    "profile": _set("profile", objects.boolean),
    "search_pipeline": _set("pipeline", objects.text),
    "verbose_pipeline": _set("verbose_pipeline", objects.boolean),
}
OBJECTS: dict[str, Setter] = {
    "query": _query("query"),
    "post_filter": _query("post_filter"),
    "_source": _set("source", parse_source),
    "sort": _sort,
    "slice": _set("slice", parse_slice),
    "pit": _set("point", parse_point),
    "search_pipeline": _set("pipeline_source", lambda container, key: container[key]),
}
ARRAYS: dict[str, Setter] = {
    "_source": _set("source", parse_source),
    "stored_fields": _set("stored_fields", stored_fields),
    "sort": _sort,
    "stats": _stats,
    "search_after": _set("search_after", parse_search_after),
}

#: Members that OpenSearch has and that no module has taken into the tables above.
NOT_FAKED = {
    "START_OBJECT": (
        "indices_boost",
        "highlight",
        "suggest",
        "ext",
        "collapse",
    ),
    "START_ARRAY": (
        "fields",
        "indices_boost",
    ),
}


def parse_request(body: Any, request: SearchRequest | None = None) -> SearchRequest:
    """SearchSourceBuilder.parseXContent, into a request that may hold something already."""
    request = request or SearchRequest()
    if body is None:
        return request
    if not isinstance(body, dict):
        holder = [body]
        raise ParsingException(
            f"Expected [START_OBJECT] but found [{objects.token(body)}]",
            at=Where(body, None, "start") if isinstance(body, list) else Where(holder, 0),
        )
    for name, value in body.items():
        kind = objects.token(value)
        if objects.is_value(value):
            setter, family = SCALARS.get(name), "VALUE"
        elif kind == "START_OBJECT":
            setter, family = OBJECTS.get(name), kind
        elif kind == "START_ARRAY":
            setter, family = ARRAYS.get(name), kind
        else:
            setter, family = None, ""
        if setter is None:
            if name in NOT_FAKED.get(family, ()):
                raise NotFaked(f"[{name}] in a search")
            raise ParsingException(f"Unknown key for a {kind} in [{name}].", at=Where(body, name))
        setter(request, body, name)
    return request
