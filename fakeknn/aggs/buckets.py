"""Buckets that queries make, or that need no value: filter, filters, adjacency_matrix, missing, global."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any, Self

import numpy as np
from numpy.typing import NDArray

from fakeknn.aggs.base import Aggregation, Collector, refuse, register
from fakeknn.aggs.docs import Docs
from fakeknn.aggs.fielddata import ANY, BYTES
from fakeknn.aggs.results import (
    Bucket,
    Internal,
    MultiBucket,
    NamedBucket,
    PlacedBuckets,
    Reduction,
    Results,
    SingleBucket,
    by_key,
    merged,
)
from fakeknn.aggs.value_members import REQUIRED, members
from fakeknn.aggs.values import Given
from fakeknn.errors import (
    AggregationExecutionException,
    IllegalArgumentException,
    IllegalStateException,
    OpenSearchError,
    ParsingException,
    Where,
    XContentParseException,
)
from fakeknn.query.base import Query
from fakeknn.query.context import ShardContext
from fakeknn.query.parsing import parse_query
from fakeknn.xcontent import objects
from fakeknn.xcontent.objects import Member, ObjectParser, declared


def single(agg: Aggregation, inside: Docs, subs: Callable[[Docs], list[Results]]) -> list[Internal]:
    """A single bucket of each owner's documents."""
    counts, results = inside.counts().tolist(), subs(inside)
    return [SingleBucket(agg, count, result) for count, result in zip(counts, results, strict=True)]


@dataclass(eq=False)
class Filter(Aggregation):
    """The documents that a query matches."""

    kind = "filter"
    single_bucket = True
    query: Query

    def filters(self) -> Iterator[Query]:
        yield self.query

    def build(self, ctx: ShardContext) -> Collector:
        subs = self.subs.build(ctx)
        mask = self.query.mask(ctx)
        return lambda docs: single(self, docs.mask(mask), subs)


@register("filter")
def parse_filter(name: str, container: Any, key: Any) -> Aggregation:
    return Filter(parse_query(container, key))


# --- filters ----------------------------------------------------------------------------------------------------------


@dataclass(eq=False)
class Filters(Aggregation):
    """A bucket for each of several queries, and perhaps one for what none of them matches."""

    kind = "filters"
    queries: Sequence[tuple[str, Query]]
    keyed: bool
    other: str | None = None
    """The key of the bucket of other documents."""

    @property
    def one_inside(self) -> bool:
        return len(self.queries) == 1 and self.other is None

    def filters(self) -> Iterator[Query]:
        return (query for _, query in self.queries)

    def build(self, ctx: ShardContext) -> Collector:
        subs = self.subs.build(ctx)
        masks = [query.mask(ctx) for _, query in self.queries]
        keys = [key for key, _ in self.queries]
        if self.other is not None:
            masks.append(~np.logical_or.reduce(masks))
            keys.append(self.other)
        width = len(keys)

        def collect(docs: Docs) -> list[Internal]:
            inside = split_by(docs, masks)
            counts, results = inside.counts().tolist(), subs(inside)
            buckets: list[Bucket] = [
                NamedBucket(keys[i % width], count, result)
                for i, (count, result) in enumerate(zip(counts, results, strict=True))
            ]
            return [PlacedBuckets(self, buckets[i * width : (i + 1) * width]) for i in range(docs.n)]

        return collect


def split_by(docs: Docs, masks: Sequence[NDArray[np.bool_]]) -> Docs:
    """The documents of bucket ``owner * len(masks) + i``: those of an owner that mask i marks."""
    found = [np.flatnonzero(mask[docs.rows]) for mask in masks]
    at = np.concatenate(found)
    owners = docs.owners[at] * len(masks) + np.repeat(np.arange(len(masks)), [len(one) for one in found])
    return docs.taken(at, owners, docs.n * len(masks))


def unknown_key(body: Any, member: str, name: str) -> ParsingException:
    return ParsingException(
        f"Unknown key for a {objects.token(body[member])} in [{name}]: [{member}].", at=Where(body, member)
    )


@register("filters")
def parse_filters(name: str, container: Any, key: Any) -> Aggregation:
    body = container[key]
    queries: list[tuple[str, Query]] = []
    keyed = False
    other: bool | None = None
    other_key: str | None = None
    for member, value in body.items():
        if member == "other_bucket" and isinstance(value, bool):
            other = value
        elif member == "other_bucket_key" and isinstance(value, str):
            other_key = value
        elif member == "filters" and isinstance(value, dict):
            queries += [(filter_name, parse_query(value, filter_name)) for filter_name in value]
            keyed = True
        elif member == "filters" and isinstance(value, list):
            queries += [(str(i), parse_query(value, i)) for i in range(len(value))]
        else:
            raise unknown_key(body, member, name)
    if not queries:
        raise IllegalArgumentException("[filters] cannot be empty.")
    if keyed:
        queries.sort(key=lambda one: one[0])
    if other is None:
        other = other_key is not None
    return Filters(queries, keyed, ("_other_" if other_key is None else other_key) if other else None)


# --- adjacency_matrix -------------------------------------------------------------------------------------------------


class Adjacency(MultiBucket):
    __slots__ = ()

    def reduce(self, parts: Sequence[Self], reduction: Reduction) -> Internal:
        found = by_key(parts)
        buckets = [merged(self.agg, same, reduction) for same in found.values()]
        reduction.consume(len(buckets))
        buckets.sort(key=lambda bucket: bucket.key)
        return self.with_buckets(buckets)


@dataclass(eq=False)
class AdjacencyMatrix(Aggregation):
    """Buckets of filters and of where two of them meet, those with documents."""

    kind = "adjacency_matrix"
    queries: Sequence[tuple[str, Query]]
    separator: str = "&"
    only_intersecting: bool = False

    def filters(self) -> Iterator[Query]:
        return (query for _, query in self.queries)

    def build(self, ctx: ShardContext) -> Collector:
        limit = ctx.setting("index.max_adjacency_matrix_filters", 100)
        if len(self.queries) > limit:
            raise IllegalArgumentException(
                f"Number of filters is too large, must be less than or equal to: [{limit}] but was "
                f"[{len(self.queries)}].This limit can be set by changing the [index.max_adjacency_matrix_filters] "
                "index level setting."
            )
        subs = self.subs.build(ctx)
        masks = [query.mask(ctx) for _, query in self.queries]
        keys = [key for key, _ in self.queries]
        names: list[str] = [] if self.only_intersecting else list(keys)
        cells = [] if self.only_intersecting else list(masks)
        for i in range(len(keys)):
            for j in range(i + 1, len(keys)):
                names.append(f"{keys[i]}{self.separator}{keys[j]}")
                cells.append(masks[i] & masks[j])
        if not cells:
            return lambda docs: [Adjacency(self, []) for _ in range(docs.n)]

        def collect(docs: Docs) -> list[Internal]:
            inside = split_by(docs, cells)
            counts, results = inside.counts().tolist(), subs(inside)
            out: list[list[Bucket]] = [[] for _ in range(docs.n)]
            for i, count in enumerate(counts):
                if count:
                    key = names[i % len(names)]
                    out[i // len(names)].append(Bucket(key, count, results[i], {"key": key}))
            return [Adjacency(self, buckets) for buckets in out]

        return collect


def _named_queries(container: Any, key: Any) -> list[tuple[str, Query]]:
    body = container[key]
    if isinstance(body, list):
        raise objects.stopped_at(
            IllegalArgumentException("[filters] doesn't support arrays. Use a single object with multiple fields."),
            Where(container, key),
        )
    found = []
    for name in body:
        try:
            if not isinstance(body[name], dict):  # the parser stands at the name still, and does not step further
                raise ParsingException("[_na] query malformed, must start with start_object", at=Where(body, name))
            found.append((name, parse_query(body, name)))
        except OpenSearchError as error:
            at = objects.place_of(error)
            failed = XContentParseException(f"[filters] failed to parse field [{name}]", at=at)
            raise (failed if at is None else objects.stopped_at(failed, at)) from error
    return sorted(found, key=lambda one: one[0])


_ADJACENCY = ObjectParser(
    "adjacency_matrix",
    {
        "separator": declared("string"),
        "filters": Member(("START_OBJECT", "START_ARRAY"), _named_queries),
        "show_only_intersecting": declared("boolean"),
    },
)


@register("adjacency_matrix")
def parse_adjacency_matrix(name: str, container: Any, key: Any) -> Aggregation:
    values = _ADJACENCY.parse(container, key)
    if not values.get("filters"):
        raise IllegalStateException(f"[{name}] is missing : filters parameter")
    return AdjacencyMatrix(values["filters"], values.get("separator", "&"), values.get("show_only_intersecting", False))


# --- missing and global -----------------------------------------------------------------------------------------------


@dataclass(eq=False)
class Missing(Aggregation):
    """The documents without a value."""

    kind = "missing"
    single_bucket = True
    given: Given

    def build(self, ctx: ShardContext) -> Collector:
        source = self.given.source(ctx, self, ANY, BYTES)
        subs = self.subs.build(ctx)

        def collect(docs: Docs) -> list[Internal]:
            absent = np.flatnonzero(~source.exists(docs))
            return single(self, docs.taken(absent, docs.owners[absent], docs.n), subs)

        return collect


_MISSING = ObjectParser("missing", members(), required=REQUIRED)


@register("missing")
def parse_missing(name: str, container: Any, key: Any) -> Aggregation:
    return Missing(Given.of(_MISSING.parse(container, key)))


class Global(Aggregation):
    """All documents of the shard, whatever the query."""

    kind = "global"
    single_bucket = True

    def build(self, ctx: ShardContext) -> Collector:
        if self.parent is not None:
            wrong = AggregationExecutionException(
                f"Aggregation [{self.parent.name}] cannot have a global sub-aggregation [{self.name}]. Global "
                "aggregations can only be defined as top level aggregations"
            )
            refuse(ctx, wrong)
        subs = self.subs.build(ctx)

        def collect(docs: Docs) -> list[Internal]:
            mask = ctx.view.live_roots
            if ctx.alias_filter is not None:
                mask = mask & ctx.alias_filter.mask(ctx)
            rows = np.flatnonzero(mask).astype(np.int32)
            everything = Docs(ctx, rows, np.zeros(len(rows), np.int64), 1, lambda: np.ones(ctx.n, np.float32))
            return single(self, everything, subs)

        return collect


@register("global")
def parse_global(name: str, container: Any, key: Any) -> Aggregation:
    body = container[key]
    for member in body:
        # One token is passed over; what stands behind it is taken for the aggregation's next member.
        raise ParsingException(
            f"Expected [FIELD_NAME] under a [START_OBJECT], but got a [{objects.token(body[member])}] in [{name}]",
            at=Where(body, member),
        )
    return Global()
