"""Single buckets of a query: filter."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from fakeknn.aggs.base import Aggregation, Collector, Docs, SingleBucket, register
from fakeknn.query.base import Query, ShardContext, parse_query


@dataclass(eq=False)
class Filter(Aggregation):
    """The documents that a query matches."""

    kind = "filter"
    single_bucket = True
    query: Query

    def build(self, ctx: ShardContext) -> Collector:
        subs = self.subs.build(ctx)
        mask = self.query.mask(ctx)

        def collect(docs: Docs) -> list[SingleBucket]:
            inside = docs.mask(mask)
            counts, results = inside.counts().tolist(), subs(inside)
            return [SingleBucket(self, count, result) for count, result in zip(counts, results, strict=True)]

        return collect


@register("filter")
def parse_filter(name: str, container: Any, key: Any) -> Aggregation:
    return Filter(parse_query(container, key))
