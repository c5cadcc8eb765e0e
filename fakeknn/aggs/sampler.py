"""sampler and diversified_sampler: the best documents of each shard, and of these not too many with one value."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from fakeknn.aggs.base import Aggregation, Collector, Docs, Internal, SingleBucket, register
from fakeknn.aggs.buckets import single
from fakeknn.aggs.terms import at_least
from fakeknn.aggs.values import ALL, BYTES, REQUIRED, Given, members
from fakeknn.errors import IllegalArgumentException, ParsingException, Where
from fakeknn.query.base import ShardContext
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
    score = docs.score()[docs.rows]
    return np.lexsort((docs.rows, -score, docs.owners))


@dataclass(eq=False)
class Sampler(Aggregation):
    kind = "sampler"
    single_bucket = True
    shard_size: int = DEFAULT_SHARD_SIZE

    def build(self, ctx: ShardContext) -> Collector:
        subs = self.subs.build(ctx)

        def collect(docs: Docs) -> list[Internal]:
            order = best_first(docs)
            chosen = np.sort(order[_ranks(docs.owners[order]) < self.shard_size])
            return single(self, docs.taken(chosen, docs.owners[chosen], docs.n), subs)

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


class UnmappedSampler(SingleBucket):
    __slots__ = ()

    @property
    def type(self) -> str:
        return "unmapped_sampler"

    @property
    def mapped(self) -> bool:
        return False


@dataclass(eq=False)
class DiversifiedSampler(Aggregation):
    kind = "diversified_sampler"
    single_bucket = True
    given: Given
    shard_size: int = DEFAULT_SHARD_SIZE
    most: int = 1

    def build(self, ctx: ShardContext) -> Collector:
        source = self.given.source(ctx, self, ALL, BYTES)
        subs = self.subs.build(ctx)

        def collect(docs: Docs) -> list[Internal]:
            if not source.mapped and self.given.missing is None:
                results = subs(Docs(ctx, docs.rows[:0], docs.owners[:0], docs.n, docs.score, True))
                return [UnmappedSampler(self, 0, result) for result in results]
            loaded = source.load(docs)
            if len(np.unique(loaded.at)) != len(loaded.at):
                raise IllegalArgumentException("Sample diversifying key must be a single valued-field")
            _, codes = np.unique(loaded.values, return_inverse=True)
            values = np.zeros(len(docs.rows), np.int64)  # documents without a value have one of their own
            values[loaded.at] = codes + 1
            order = best_first(docs)
            pairs = docs.owners[order] * (len(loaded.at) + 2) + values[order]
            diverse = order[_ranks(pairs) < self.most]
            chosen = np.sort(diverse[_ranks(docs.owners[diverse]) < self.shard_size])
            return single(self, docs.taken(chosen, docs.owners[chosen], docs.n), subs)

        return collect


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
        Given.of(values), values.get("shard_size", DEFAULT_SHARD_SIZE), values.get("max_docs_per_value", 1)
    )
