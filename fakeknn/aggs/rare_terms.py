"""rare_terms: the values that few documents have, the rarest first."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Self

import numpy as np
from numpy.typing import NDArray

from fakeknn.aggs.base import Aggregation, Collector, created, register
from fakeknn.aggs.composite_sources import java_class
from fakeknn.aggs.docs import Docs, whole_segments
from fakeknn.aggs.fielddata import ALL, BYTES
from fakeknn.aggs.includes import IncludeExclude, found_in, members_of, misfit
from fakeknn.aggs.orders import CountOrder, Orders
from fakeknn.aggs.results import Bucket, Internal, MultiBucket, Reduction, ShownKeyBucket, by_key, merged
from fakeknn.aggs.selection import split
from fakeknn.aggs.terms import TermValues
from fakeknn.aggs.value_members import REQUIRED, members
from fakeknn.aggs.values import Given, Source
from fakeknn.errors import AggregationExecutionException, ClassCastException, IllegalArgumentException
from fakeknn.query.context import ShardContext
from fakeknn.xcontent import objects
from fakeknn.xcontent.objects import ObjectParser, declared

_MOST = 100
_ORDER = Orders.of([CountOrder(True)])
_KINDS = {"sterms": "srareterms", "lterms": "lrareterms", "ulterms": "lrareterms"}


class RareBuckets(MultiBucket):
    """Rare buckets; ``frequent`` are the keys that a shard has found too often (a cuckoo filter in the real server)."""

    __slots__ = ("frequent", "kind")
    agg: RareTerms

    def __init__(self, agg: RareTerms, kind: str, buckets: list[Bucket], frequent: frozenset[Any]) -> None:
        super().__init__(agg, buckets)
        self.kind = kind
        self.frequent = frequent

    @property
    def type(self) -> str:
        return self.kind if self.mapped else "sterms"

    @property
    def mapped(self) -> bool:
        return self.kind != "umrareterms"

    def reduce(self, parts: Sequence[Self], reduction: Reduction) -> Internal:
        if not self.mapped:
            return self
        known = [part for part in parts if part.mapped]
        if len({part.kind for part in known}) > 1:
            raise AggregationExecutionException(
                f"Merging/Reducing the aggregations failed when computing the aggregation [{self.agg.name}] because "
                "the field you gave in the aggregation query existed as two different types in two different indices"
            )
        frequent: frozenset[Any] = frozenset().union(*(part.frequent for part in known))
        found = by_key(known)
        buckets = []
        for key, same in found.items():
            bucket = merged(self.agg, same, reduction)
            if bucket.doc_count <= self.agg.max_doc_count and key not in frequent:
                buckets.append(bucket)
                reduction.consume(1)
        _ORDER.sort(buckets)
        return self.with_buckets(buckets)


@dataclass(eq=False)
class RareTerms(Aggregation):
    kind = "rare_terms"
    given: Given
    max_doc_count: int = 1
    includes: IncludeExclude | None = None

    def build(self, ctx: ShardContext) -> Collector:
        source = self.given.source(ctx, self, ALL, BYTES)
        if not source.mapped and self.given.missing is None:
            self.subs.build(ctx)
            return lambda docs: [RareBuckets(self, "umrareterms", [], frozenset()) for _ in range(docs.n)]
        values = created(ctx, lambda: self._values(ctx, source))
        subs = self.subs.build(ctx)

        def collect(docs: Docs) -> list[Internal]:
            self._check_missing(docs, source)
            found = values.grouped(docs, once=source.by_terms)  # a number counts as often as a document has it
            counts = found.counts(docs)
            rare = counts <= self.max_doc_count
            chosen = np.flatnonzero(rare)
            results = subs(found.docs(docs, chosen))
            buckets: list[Bucket] = [
                ShownKeyBucket(key, count, result, key_members)
                for (key, key_members), count, result in zip(
                    self._shown(values, found.keys[chosen]), counts[chosen].tolist(), results, strict=True
                )
            ]
            often = np.flatnonzero(~rare)
            frequent: list[list[Any]] = [[] for _ in range(docs.n)]
            keys = values.shown(found.keys[often])
            for (key, _), owner in zip(keys, found.owners[often].tolist(), strict=True):
                frequent[owner].append(key)
            own = split(found.owners[chosen], docs.n, buckets)
            kind = _KINDS[values.kind]
            return [RareBuckets(self, kind, own[i], frozenset(frequent[i])) for i in range(docs.n)]

        return collect

    def _check_missing(self, docs: Docs, source: Source) -> None:
        """StringRareTermsAggregator.tryPrecomputeAggregationForLeaf: where a segment's own terms are counted since all
        of its documents match, what stands for a missing value must be a string.
        """
        missing, field = self.given.missing, source.field
        if missing is None or isinstance(missing, str) or field is None or self.parent is not None or self.subs.aggs:
            return
        by_terms = source.by_terms and (field.kind == "keyword" or field.is_text)
        if not by_terms or not field.searchable or docs.weighted:
            return
        column = docs.ctx.column(field)
        for start, end in whole_segments(docs):
            if column is not None and ((column.rows >= start) & (column.rows < end)).any():
                found, needed = f"java.lang.{java_class(missing)}", "java.lang.String"
                raise ClassCastException(
                    f"class {found} cannot be cast to class {needed} ({found} and {needed} are in module java.base of "
                    "loader 'bootstrap')"
                )

    def _values(self, ctx: ShardContext, source: Source) -> TermValues:
        unfit = misfit(self.includes, self.name, source)
        if unfit is not None:
            raise IllegalArgumentException(unfit)
        if source.floating and not source.by_terms:
            raise IllegalArgumentException("RareTerms aggregation does not support floating point fields.")
        return TermValues(ctx, source, self.includes)

    @staticmethod
    def _shown(values: TermValues, keys: NDArray[Any]) -> Iterable[tuple[Any, Mapping[str, Any]]]:
        for key, key_members in values.shown(keys):
            if values.source.unsigned:
                signed = key - 2**64 if key >= 2**63 else key  # LongRareTerms knows no unsigned keys
                yield signed, {"key": signed, "key_as_string": str(key)}
            else:
                yield key, key_members


@register("rare_terms")
def parse_rare_terms(name: str, container: Any, key: Any) -> Aggregation:
    def max_doc_count(container: Any, key: Any) -> int:
        value = objects.integer(container, key, bits=64)
        if value <= 0:
            raise IllegalArgumentException(f"[max_doc_count] must be greater than 0. Found [{value}] in [{name}]")
        if value > _MOST:
            raise IllegalArgumentException(f"[max_doc_count] must be smallerthan {_MOST}in [{name}]")
        return value

    def precision(container: Any, key: Any) -> float:
        value = objects.decimal(container, key)
        if value < 0.00001:
            raise IllegalArgumentException("[precision] must be greater than 0.00001")
        return value

    declarations = {
        **members(),
        "max_doc_count": declared("long", max_doc_count),
        "precision": declared("double", precision),
        **members_of(),
    }
    values = ObjectParser("rare_terms", declarations, required=REQUIRED).parse(container, key)
    return RareTerms(Given.of(values), values.get("max_doc_count", 1), found_in(values))
