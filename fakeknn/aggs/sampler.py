"""sampler and diversified_sampler: the best documents of each shard, and of these not too many with one value."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Self

import numpy as np
from numpy.typing import NDArray

from fakeknn.aggs.base import Aggregation, Collector, refuse, refuse_documents, register
from fakeknn.aggs.docs import Docs
from fakeknn.aggs.fielddata import BYTES, NUMBERS, no_field_data
from fakeknn.aggs.results import Internal, Reduction, Results, SingleBucket
from fakeknn.aggs.terms import TermsOf
from fakeknn.aggs.thresholds import at_least
from fakeknn.aggs.value_members import REQUIRED, members
from fakeknn.aggs.values import Given, Source
from fakeknn.errors import (
    AggregationExecutionException,
    IllegalArgumentException,
    NullPointerException,
    ParsingException,
    Where,
)
from fakeknn.query.context import ShardContext
from fakeknn.xcontent import objects
from fakeknn.xcontent.objects import ObjectParser, declared

DEFAULT_SHARD_SIZE = 100


def _ranks(groups: NDArray[np.int64]) -> NDArray[np.int64]:
    """How many of the same number stand before each."""
    order = np.argsort(groups, kind="stable")
    ordered = groups[order]
    ranks = np.empty(len(groups), np.int64)
    ranks[order] = np.arange(len(groups)) - np.searchsorted(ordered, ordered)
    return ranks


def best_first(docs: Docs) -> NDArray[np.int64]:
    """The positions of the documents, each owner's best first; of equals the first."""
    score = docs.score()[docs.rows] if len(docs.rows) else np.empty(0, np.float32)
    return np.lexsort((docs.rows, -score, docs.owners))


#: Aggregations that collect for those inside them only when they have chosen their buckets, and then only in the
#: segments of these; samples go through all segments again.
_DEFERRING = ("rare_terms", "variable_width_histogram", "auto_date_histogram")


def check_sample(ctx: ShardContext, agg: Aggregation) -> None:
    """Refuse a sample of which nothing is asked where a segment is given to it, which is at once unless deferred."""
    if not agg.subs.aggs and not _deferred(agg):
        refuse_documents(ctx, _no_children())


def check_sampled(docs: Docs, agg: Aggregation) -> None:
    """The same of a deferred one, which is given the segments of the documents that it is to have."""
    if not agg.subs.aggs and len(docs.rows):
        raise _no_children()


def _deferred(agg: Aggregation) -> bool:
    around = agg.parent
    while around is not None:
        if around.kind in _DEFERRING or (isinstance(around, TermsOf) and around.breadth_first):
            return True
        around = around.parent
    return False


def _no_children() -> AggregationExecutionException:
    return AggregationExecutionException("Sampler aggregation must be used with child aggregations.")


def no_hits() -> IllegalArgumentException:
    """TopScoreDocCollectorManager's refusal, when documents are collected."""
    return IllegalArgumentException(
        "numHits must be > 0; please use TotalHitCountCollectorManager if you just need the total hit count"
    )


@dataclass(eq=False)
class Sampler(Aggregation):
    sequential = True
    kind = "sampler"
    single_bucket = True
    one_inside = False
    shard_size: int = DEFAULT_SHARD_SIZE

    def build(self, ctx: ShardContext) -> Collector:
        subs = self.subs.build(ctx)
        check_sample(ctx, self)

        def collect(docs: Docs) -> list[Internal]:
            check_sampled(docs, self)
            if self.shard_size < 1 and docs.ctx.n:
                raise no_hits()
            order = best_first(docs)
            chosen = np.sort(order[_ranks(docs.owners[order]) < self.shard_size])
            inside = docs.taken(chosen, docs.owners[chosen], docs.n)
            counts, results = inside.sizes().tolist(), subs(inside)
            return [SingleBucket(self, count, result) for count, result in zip(counts, results, strict=True)]

        return collect


@register("sampler")
def parse_sampler(name: str, container: Any, key: Any) -> Aggregation:
    body = container[key]
    size = DEFAULT_SHARD_SIZE
    for member, value in body.items():
        if member != "shard_size" or objects.token(value) != "VALUE_NUMBER":
            raise ParsingException(f'Unsupported property "{member}" for aggregation "{name}', at=Where(body, member))
        size = objects.integer(body, member)
    return Sampler(size)


class DiverseSample(SingleBucket):
    """InternalSampler, and where the field is not known UnmappedSampler."""

    __slots__ = ("known",)

    def __init__(self, agg: Aggregation, doc_count: int, results: Results, known: bool = True) -> None:
        super().__init__(agg, doc_count, results)
        self.known = known

    @property
    def type(self) -> str:
        return "sampler"

    @property
    def mapped(self) -> bool:
        return self.known

    def reduce(self, parts: Sequence[Self], reduction: Reduction) -> Internal:
        if not self.known:
            return self
        known = [part for part in parts if part.known]
        results = self.agg.subs.reduce([part.results for part in known], reduction)
        return DiverseSample(self.agg, sum(part.doc_count for part in known), results)


_HINTS = ("map", "bytes_hash", "global_ordinals")


@dataclass(eq=False)
class DiversifiedSampler(Aggregation):
    sequential = True
    kind = "diversified_sampler"
    single_bucket = True
    one_inside = False
    given: Given
    shard_size: int = DEFAULT_SHARD_SIZE
    most: int = 1
    hint: str | None = None

    def build(self, ctx: ShardContext) -> Collector:
        source = self.given.source(ctx, self, (*NUMBERS, BYTES), BYTES)
        subs = self.subs.build(ctx)
        if source.mapped:
            check_sample(ctx, self)
        by_ordinals = source.by_terms and not source.scripted and self.hint in (None, "global_ordinals")
        if by_ordinals and self.given.missing is not None:
            refuse(ctx, no_field_data())
        if source.by_terms and source.mapped and self.hint is not None and self.hint not in _HINTS:
            wrong = f"Unknown `execution_hint`: [{self.hint}], expected any of [{', '.join(_HINTS)}]"
            refuse(ctx, IllegalArgumentException(wrong))

        def collect(docs: Docs) -> list[Internal]:
            if not source.mapped and self.given.missing is None:
                return [DiverseSample(self, 0, {}, False) for _ in range(docs.n)]
            check_sampled(docs, self)
            if self.shard_size < 1 and len(docs.rows):
                raise NullPointerException('Cannot read field "score" because "hitB" is null')
            loaded = source.load(docs)
            if len(np.unique(loaded.at)) != len(loaded.at):
                raise IllegalArgumentException("Sample diversifying key must be a single valued-field")
            # A document without a value has the key 0, which is that of the value 0, or of the first term.
            keys = np.zeros(len(docs.rows), np.int64)
            keys[loaded.at] = self._keys(source, loaded.values)
            _, values = np.unique(keys, return_inverse=True)
            order = best_first(docs)
            pairs = docs.owners[order] * (len(values) + 1) + values[order]
            diverse = order[_ranks(pairs) < self.most]
            chosen = np.sort(diverse[_ranks(docs.owners[diverse]) < self.shard_size])
            inside = docs.taken(chosen, docs.owners[chosen], docs.n)
            counts, results = inside.counts().tolist(), subs(inside)
            return [DiverseSample(self, count, result) for count, result in zip(counts, results, strict=True)]

        return collect

    def _keys(self, source: Source, values: NDArray[Any]) -> NDArray[np.int64]:
        if not source.by_terms:
            return values.astype(np.int64)
        if self.hint == "bytes_hash":
            return values + 1
        if self.hint != "map":
            return values
        found, first, numbers = np.unique(values, return_index=True, return_inverse=True)
        return np.argsort(np.argsort(first))[numbers] if len(found) else values


@register("diversified_sampler")
def parse_diversified_sampler(name: str, container: Any, key: Any) -> Aggregation:
    declarations = {
        **members(format=False),
        "shard_size": declared("int", at_least(0, "shardSize", name)),
        "max_docs_per_value": declared("int", at_least(0, "maxDocsPerValue", name)),
        "execution_hint": declared("string"),
    }
    values = ObjectParser("diversified_sampler", declarations, required=REQUIRED).parse(container, key)
    return DiversifiedSampler(
        Given.of(values),
        values.get("shard_size", DEFAULT_SHARD_SIZE),
        values.get("max_docs_per_value", 1),
        values.get("execution_hint"),
    )
