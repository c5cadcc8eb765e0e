"""significant_terms: the values that are more frequent among the documents than elsewhere.

Source: SignificantTermsAggregatorFactory, InternalSignificantTerms, the heuristics of terms.heuristic.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any, Self

import numpy as np
from numpy.typing import NDArray

from fakeknn.aggs.arrays import LONG, room
from fakeknn.aggs.base import Aggregation, Collector, created, in_slices, note, register
from fakeknn.aggs.docs import Docs, pairs_once
from fakeknn.aggs.fielddata import ALL, BYTES
from fakeknn.aggs.heuristics import JLH, Heuristic, heuristic_members
from fakeknn.aggs.includes import IncludeExclude, found_in, members_of, misfit
from fakeknn.aggs.results import Bucket, Internal, MultiBucket, Reduction, Results, finite, shown
from fakeknn.aggs.selection import Grouped, split
from fakeknn.aggs.terms import TermValues, inner_buckets
from fakeknn.aggs.thresholds import Thresholds, threshold_members, thresholds_of
from fakeknn.aggs.values import REQUIRED, Given, Source, members
from fakeknn.errors import (
    ArrayIndexOutOfBoundsException,
    ClassCastException,
    IllegalArgumentException,
    NullPointerException,
    UnsupportedOperationException,
)
from fakeknn.fields import FieldType
from fakeknn.query.base import Query
from fakeknn.query.context import ShardContext
from fakeknn.query.parsing import parse_query
from fakeknn.xcontent import hash_ordered
from fakeknn.xcontent.objects import Member, ObjectParser, declared

DEFAULT = Thresholds(min_doc_count=3)


# --- results ----------------------------------------------------------------------------------------------------------


class SignificantBucket(Bucket):
    __slots__ = ("background", "score")

    def __init__(self, key: Any, doc_count: int, results: Results, members: dict[str, Any] | None = None) -> None:
        super().__init__(key, doc_count, results, members)
        self.background = 0
        self.score = 0.0

    def json(self, typed: bool) -> dict[str, Any]:
        return {
            **self.members,
            "doc_count": self.doc_count,
            "score": finite(self.score),
            "bg_count": self.background,
            **shown(self.results, typed),
        }


class Significant(MultiBucket):
    """Buckets; ``size`` documents have been looked at, of ``total`` in the background."""

    __slots__ = ("kind", "size", "total")
    agg: SignificantTerms

    def __init__(self, agg: SignificantTerms, kind: str, buckets: list[Bucket], size: int, total: int) -> None:
        super().__init__(agg, buckets)
        self.kind = kind
        self.size = size
        self.total = total

    @property
    def type(self) -> str:
        return self.kind if self.mapped else "sigsterms"

    @property
    def mapped(self) -> bool:
        return self.kind != "umsigterms"

    def body(self, typed: bool) -> dict[str, Any]:
        if not self.mapped:
            return super().body(typed)
        return {"doc_count": self.size, "bg_count": self.total, **super().body(typed)}

    def reduce(self, parts: Sequence[Self], reduction: Reduction) -> Internal:
        if not self.mapped:
            return self
        known = [part for part in parts if part.mapped]
        size, total = sum(part.size for part in known), sum(part.total for part in known)
        found: dict[str, list[SignificantBucket]] = {}
        for part in known:
            for bucket in part.buckets:
                assert isinstance(bucket, SignificantBucket)
                found.setdefault(bucket.key_text, []).append(bucket)
        kept: list[SignificantBucket] = []
        heuristic = self.agg.heuristic.rewritten(None, reduction.services)
        for text in hash_ordered(found):
            same = found[text]
            first = same[0]
            results = self.agg.subs.reduce([bucket.results for bucket in same], reduction)
            bucket = SignificantBucket(first.key, sum(one.doc_count for one in same), results, first.members)
            bucket.background = sum(one.background for one in same)
            bucket.score = heuristic.score(bucket.doc_count, size, bucket.background, total)
            if bucket.doc_count >= self.agg.thresholds.min_doc_count and bucket.score > 0:
                kept.append(bucket)
            else:
                reduction.consume(-inner_buckets(bucket))
        buckets: list[Bucket] = list(best(kept, min(self.agg.thresholds.size, len(found))))
        reduction.consume(len(buckets))
        whole = self.with_buckets(buckets)
        whole.size, whole.total = size, total
        return whole


def best(buckets: Sequence[SignificantBucket], size: int) -> list[SignificantBucket]:
    """The most significant, best first; equals stand as Lucene's PriorityQueue leaves them."""
    heap: list[Any] = [None]
    for bucket in buckets:
        if len(heap) <= size:
            heap.append(bucket)
            _up(heap)
        elif size and heap[1].score < bucket.score:
            heap[1] = bucket
            _down(heap)
    popped = []
    while len(heap) > 1:
        popped.append(heap[1])
        last = heap.pop()
        if len(heap) > 1:
            heap[1] = last
            _down(heap)
    return popped[::-1]


def in_slice(buckets: Sequence[Any], size: int) -> list[Bucket]:
    """The order in which a shard gives its buckets, after the reduce of its slices."""
    by_text = {bucket.key_text: bucket for bucket in best(buckets, len(buckets))}
    return list(best([by_text[text] for text in hash_ordered(by_text)], min(size, len(by_text))))


def _up(heap: list[Any]) -> None:
    i = len(heap) - 1
    node, j = heap[i], (len(heap) - 1) >> 1
    while j > 0 and node.score < heap[j].score:
        heap[i] = heap[j]
        i, j = j, j >> 1
    heap[i] = node


def _down(heap: list[Any]) -> None:
    i, size = 1, len(heap) - 1
    node, j = heap[1], 2
    if size >= 3 and heap[3].score < heap[2].score:
        j = 3
    while j <= size and heap[j].score < node.score:
        heap[i] = heap[j]
        i, j = j, j << 1
        if j + 1 <= size and heap[j + 1].score < heap[j].score:
            j += 1
    heap[i] = node


# --- the definition ---------------------------------------------------------------------------------------------------


_SUPPORT = "org.opensearch.search.aggregations.support"


@dataclass(eq=False)
class SignificantTerms(Aggregation):
    kind = "significant_terms"
    notes = True
    given: Given
    thresholds: Thresholds = DEFAULT
    heuristic: Heuristic = JLH
    background: Query | None = None
    includes: IncludeExclude | None = None
    hint: str | None = None

    def filters(self) -> Iterator[Query]:
        if self.background is not None:
            yield self.background

    def source(self, ctx: ShardContext) -> Source:
        return self.given.source(ctx, self, ALL, BYTES)

    def build(self, ctx: ShardContext) -> Collector:
        source = self.source(ctx)
        if not source.mapped and self.given.missing is None:
            self.subs.build(ctx)
            return lambda docs: [Significant(self, "umsigterms", [], 0, 0) for _ in range(docs.n)]
        # The background's filter is made before what is wrong with the values is seen.
        background = created(ctx, lambda: self._background(ctx))
        values = created(ctx, lambda: self._values(ctx, source))
        subs = self.subs.build(ctx)
        if source.field is None:
            raise NullPointerException(
                f'Cannot invoke "{_SUPPORT}.FieldContext.fieldType()" because the return value of '
                f'"{_SUPPORT}.ValuesSourceConfig.fieldContext()" is null'
            )
        if not source.field.searchable or source.field.derivation is not None:
            raise IllegalArgumentException(
                f"SignificantText aggregation requires fields to be searchable, but [{source.field.path}] is not"
            )
        heuristic = self.heuristic.rewritten(ctx, None)
        return lambda docs: self.collect(docs, values, subs, heuristic, *background)

    def _background(self, ctx: ShardContext) -> tuple[NDArray[np.bool_] | None, int]:
        """The documents of the background, if it has a filter, and how many there are."""
        if self.background is not None:
            mask = self.background.mask(ctx) & ctx.view.live_roots
            return mask, int(np.count_nonzero(mask))
        # Without a filter the background is what the reader has: deleted documents and nested objects, too.
        return None, ctx.n

    def _values(self, ctx: ShardContext, source: Source) -> TermValues:
        if source.by_terms:
            if self.hint not in (None, "map", "global_ordinals"):
                raise IllegalArgumentException(
                    f"Unknown `execution_hint`: [{self.hint}], expected any of [map, global_ordinals]"
                )
        elif source.floating:
            raise UnsupportedOperationException("No support for examining floating point numerics")
        unfit = misfit(self.includes, self.name, source)
        if unfit is not None:
            raise IllegalArgumentException(unfit)
        if source.by_terms and not source.scripted and self.given.missing is not None and self.hint != "map":
            found, needed = f"{_SUPPORT}.MissingValues$6", f"{_SUPPORT}.ValuesSource$Bytes$WithOrdinals$FieldData"
            raise ClassCastException(
                f"class {found} cannot be cast to class {needed} ({found} and {needed} are in unnamed module of loader "
                "'app')"
            )
        return TermValues(ctx, source, self.includes)

    def collect(
        self,
        docs: Docs,
        values: TermValues,
        subs: Callable[[Docs], list[Results]],
        heuristic: Heuristic,
        mask: NDArray[np.bool_] | None,
        total: int,
    ) -> list[Internal]:
        ordinals = values.ordinals and self.hint != "map"
        if docs.unmapped or (ordinals and not len(values.source.terms)):
            # buildEmptySignificantTermsAggregation: IndexReader.numDocs, whatever the background
            total = int(np.count_nonzero(docs.ctx.view.live))
        self._check_room(docs, values)
        found = values.grouped(docs)
        counts, sizes = found.counts(docs), docs.sizes()
        if not docs.unmapped:
            note(docs.ctx, self, 0, np.bincount(found.owners, minlength=docs.n).tolist())
        backgrounds = self.backgrounds(docs, values, found, mask)
        scores = np.array(
            [
                heuristic.score(freq, size, background, total)
                for freq, size, background in zip(
                    counts.tolist(), sizes[found.owners].tolist(), backgrounds.tolist(), strict=True
                )
            ],
            np.float64,
        )
        thresholds = self._on_shard()
        ranked = np.lexsort((np.arange(found.n), -scores, found.owners))
        ranks = np.arange(found.n) - np.searchsorted(found.owners, found.owners)
        chosen = np.sort(ranked[ranks < thresholds.shard_size])
        chosen = chosen[counts[chosen] >= thresholds.shard_min_doc_count]
        results = subs(found.docs(docs, chosen))
        buckets: list[Bucket] = []
        keys = _shown(values, found.keys[chosen])
        for i, ((key, key_members), position) in enumerate(zip(keys, chosen.tolist(), strict=True)):
            bucket = SignificantBucket(key, int(counts[position]), results[i], key_members)
            bucket.background = int(backgrounds[position])
            bucket.score = float(scores[position])
            buckets.append(bucket)
        kind = "sigsterms" if values.source.by_terms else "siglterms"
        ordered: Callable[[Any, int], Sequence[Bucket]] = in_slice if in_slices(docs.ctx) else best
        own = [list(ordered(some, thresholds.shard_size)) for some in split(found.owners[chosen], docs.n, buckets)]
        return [Significant(self, kind, own[i], size, total) for i, size in enumerate(sizes.tolist())]

    def _check_room(self, docs: Docs, values: TermValues) -> None:
        """The sizes of buckets are asked for, also where the array of these does not reach that far.

        Of global ordinals only where the shard has none.
        """
        if docs.unmapped or docs.n < 2 or (values.ordinals and self.hint != "map" and len(values.source.terms)):
            return
        known = room(docs, None, LONG)
        if known < docs.n:
            raise ArrayIndexOutOfBoundsException(f"Index {known} out of bounds for length {known}")

    def _on_shard(self) -> Thresholds:
        doubled = self.thresholds.on_shard(suggests=True)
        if self.thresholds.shard_size != -1:
            return doubled
        return Thresholds(
            doubled.size, 2 * int(doubled.size * 1.5 + 10), doubled.min_doc_count, doubled.shard_min_doc_count
        )

    def backgrounds(
        self, docs: Docs, values: TermValues, found: Grouped, mask: NDArray[np.bool_] | None
    ) -> NDArray[np.int64]:
        """How many documents of the background the field's query for the term of each bucket finds.

        What a script makes, or what stands for a missing value, is looked for among the field's own values.
        """
        ctx, source = docs.ctx, values.source
        if mask is None:  # postings count deleted documents, too; a query that is run does not
            mask = np.ones(ctx.n, bool) if looks_into_postings(source.field) else ctx.view.live
        rows = np.flatnonzero(mask).astype(np.int32)
        own = source.indexed()
        loaded = own.load(Docs(ctx, rows, np.zeros(len(rows), np.int64), 1, docs.score))
        first = pairs_once(loaded.at, loaded.values)
        distinct, counts = np.unique(loaded.values if first is None else loaded.values[first], return_counts=True)
        if not len(distinct):
            return np.zeros(len(found.keys), np.int64)
        keys = found.keys
        if source.by_terms:
            numbers = {text: number for number, text in enumerate(own.terms[:])}
            keys = np.array([numbers.get(source.terms[key], -1) for key in keys.tolist()], np.int64)
        at = np.minimum(np.searchsorted(distinct, keys), len(distinct) - 1)
        return np.where(distinct[at] == keys, counts[at], 0)


def looks_into_postings(field: FieldType | None) -> bool:
    """Whether the field's query for a term is a TermQuery, whose frequency is the term's own (SignificanceLookup)."""
    return field is not None and (field.is_text or (field.kind == "keyword" and bool(field.option("use_similarity"))))


def _shown(values: TermValues, keys: NDArray[Any]) -> Iterator[tuple[Any, dict[str, Any]]]:
    """Keys of SignificantLongTerms are signed, and show what their format makes of them as it is."""
    for key, key_members in values.shown(keys):
        if not values.source.by_terms and not values.source.format.raw:
            signed = key - 2**64 if key >= 2**63 else key
            yield signed, {"key": signed, "key_as_string": values.source.format.show(key)}
        else:
            yield key, key_members


# --- parsing ----------------------------------------------------------------------------------------------------------


def parsed(kind: str, declarations: dict[str, Member], container: Any, key: Any) -> dict[str, Any]:
    """The values; a member that is unknown is looked for among the heuristics last."""
    required = REQUIRED if kind == "significant_terms" else ()
    return ObjectParser(kind, declarations, required=required, named=True).parse(container, key)


def common_members(name: str, read: list[Heuristic]) -> dict[str, Member]:
    return {
        **threshold_members(name),
        "background_filter": declared("object", parse_query),
        **members_of(),
        **heuristic_members(read),
    }


@register("significant_terms")
def parse_significant_terms(name: str, container: Any, key: Any) -> Aggregation:
    read: list[Heuristic] = []
    declarations = {**members(), **common_members(name, read), "execution_hint": declared("string")}
    values = parsed("significant_terms", declarations, container, key)
    return SignificantTerms(
        Given.of(values),
        thresholds_of(values, DEFAULT),
        read[-1] if read else JLH,
        values.get("background_filter"),
        found_in(values),
        values.get("execution_hint"),
    )
