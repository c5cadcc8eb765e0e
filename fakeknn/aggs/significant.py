"""significant_terms: the values that are more frequent among the documents than elsewhere.

Source: SignificantTermsAggregatorFactory, InternalSignificantTerms, the heuristics of terms.heuristic.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, Self

import numpy as np
from numpy.typing import NDArray

from fakeknn.aggs.arrays import LONG, room
from fakeknn.aggs.base import Aggregation, Collector, created, in_slices, note, register
from fakeknn.aggs.docs import Docs, pairs_once
from fakeknn.aggs.fielddata import ALL, BYTES, no_field_data
from fakeknn.aggs.formats import text_of
from fakeknn.aggs.heuristics import JLH, Heuristic, heuristic_members
from fakeknn.aggs.includes import IncludeExclude, found_in, members_of, misfit
from fakeknn.aggs.results import Bucket, Internal, MultiBucket, Reduction, Results, finite, shown
from fakeknn.aggs.selection import Grouped, split
from fakeknn.aggs.significance_queue import SignificanceQueue
from fakeknn.aggs.terms import TermValues, inner_buckets
from fakeknn.aggs.thresholds import Thresholds, at_least, suggested, threshold_members, thresholds_of
from fakeknn.aggs.value_members import REQUIRED, members
from fakeknn.aggs.values import Given, Source
from fakeknn.errors import (
    ArrayIndexOutOfBoundsException,
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

    def __init__(self, key: Any, doc_count: int, results: Results, members: Mapping[str, Any] | None = None) -> None:
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
        queue: SignificanceQueue[Bucket] = SignificanceQueue(min(self.agg.thresholds.size, len(found)))
        heuristic = self.agg.heuristic.rewritten(None, reduction.services)
        for text in hash_ordered(found):
            same = found[text]
            first = same[0]
            results = self.agg.subs.reduce([bucket.results for bucket in same], reduction)
            bucket = SignificantBucket(first.key, sum(one.doc_count for one in same), results, first.members)
            bucket.background = sum(one.background for one in same)
            bucket.score = heuristic.score(bucket.doc_count, size, bucket.background, total)
            if bucket.doc_count >= self.agg.thresholds.min_doc_count and bucket.score > 0:
                queue.put(bucket.score, bucket)
            else:
                reduction.consume(-inner_buckets(bucket))
        buckets = queue.popped()
        reduction.consume(len(buckets))
        whole = self.with_buckets(buckets)
        whole.size, whole.total = size, total
        return whole


def in_slice(buckets: Sequence[SignificantBucket], thresholds: Thresholds) -> list[SignificantBucket]:
    """What the reduce of a shard's slices leaves of the buckets of its one slice."""
    by_text = {bucket.key_text: bucket for bucket in buckets}
    queue: SignificanceQueue[SignificantBucket] = SignificanceQueue(min(thresholds.shard_size, len(by_text)))
    for text in hash_ordered(by_text):
        bucket = by_text[text]
        if bucket.doc_count >= thresholds.shard_min_doc_count:
            queue.put(bucket.score, bucket)
    return queue.popped()


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
            # IndexSearcher.count runs the filter alone: nested objects that match are of the background, too.
            mask = self.background.mask(replace(ctx, every_level=True)) & ctx.view.live
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
            raise no_field_data()
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
        if docs.unmapped or (self._by_ordinals(values) and not len(values.source.terms)):
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
        thresholds, slices = self._on_shard(), in_slices(docs.ctx)
        chosen = self._chosen(docs, values, found, scores, counts >= (0 if slices else thresholds.shard_min_doc_count))
        places = np.array(sorted(place for some in chosen for place in some), np.int64)
        results = subs(found.docs(docs, places))
        made: dict[int, SignificantBucket] = {}
        keys = _shown(values, found.keys[places])
        for result, (key, key_members), place in zip(results, keys, places.tolist(), strict=True):
            bucket = made[place] = SignificantBucket(key, int(counts[place]), result, key_members)
            bucket.background = int(backgrounds[place])
            bucket.score = float(scores[place])
        kind = "sigsterms" if values.source.by_terms else "siglterms"
        own = [[made[place] for place in some] for some in chosen]
        if slices:
            own = [in_slice(some, thresholds) for some in own]
        return [Significant(self, kind, list(own[i]), size, total) for i, size in enumerate(sizes.tolist())]

    def _chosen(
        self, docs: Docs, values: TermValues, found: Grouped, scores: NDArray[np.float64], enough: NDArray[np.bool_]
    ) -> list[list[int]]:
        """The places of each owner's most significant buckets, in the order in which a shard gives them.

        They are asked in the order of their ordinals where the arrays are as long as there are terms, and else in that
        in which the documents brought them.
        """
        mapped = values.source.by_terms and not self._by_ordinals(values)
        dense = not mapped and values.source.by_terms and not self.subs and self.includes is None
        if dense and self.of_one_bucket:
            order = np.arange(found.n)
        else:
            order = np.lexsort((np.unique(found.numbers, return_index=True)[1], found.owners))
        most = self._on_shard().shard_size
        chosen = []
        for own in split(found.owners, docs.n, order.tolist()):
            queue: SignificanceQueue[int] = SignificanceQueue(min(most, len(own)))
            for place, score, fits in zip(own, scores[own].tolist(), enough[own].tolist(), strict=True):
                if fits:
                    queue.put(score, place)
            chosen.append(queue.popped() if mapped else queue.laid())
        return chosen

    def _by_ordinals(self, values: TermValues) -> bool:
        return values.ordinals and self.hint != "map"

    def _check_room(self, docs: Docs, values: TermValues) -> None:
        """The sizes of buckets are asked for, also where the array of these does not reach that far.

        Of global ordinals only where the shard has none.
        """
        if docs.unmapped or docs.n < 2 or (self._by_ordinals(values) and len(values.source.terms)):
            return
        known = room(docs, None, LONG)
        if known < docs.n:
            raise ArrayIndexOutOfBoundsException(f"Index {known} out of bounds for length {known}")

    def _on_shard(self) -> Thresholds:
        """A shard gives what it is told to, or twice as many as shards of other aggregations."""
        given = self.thresholds
        if given.shard_size != DEFAULT.shard_size:
            return given
        return replace(given, shard_size=2 * suggested(given.size))

    def backgrounds(
        self, docs: Docs, values: TermValues, found: Grouped, mask: NDArray[np.bool_] | None
    ) -> NDArray[np.int64]:
        """How many documents of the background the field's query for the term of each bucket finds.

        What a script makes, or what stands for a missing value, is looked for among the field's own values.
        """
        ctx, source = docs.ctx, values.source
        if source.field is not None and self._asks(source):
            return self._asked(ctx, source, found, ctx.view.live if mask is None else mask)
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

    def _asks(self, source: Source) -> bool:
        """Whether the field's query for what is shown of a value may find others than those of that value."""
        if source.field is None or source.scripted or source.field.derivation is not None:
            return False
        return self.given.format is not None or source.field.kind in _FINDS_OTHERS

    @staticmethod
    def _asked(ctx: ShardContext, source: Source, found: Grouped, mask: NDArray[np.bool_]) -> NDArray[np.int64]:
        """What the field's query for each shown value finds, in the order in which documents brought the values."""
        field, format = source.field, source.format
        column = None if field is None else ctx.column(field)
        counts = np.zeros(len(found.keys), np.int64)
        if field is None or column is None:
            return counts
        known: dict[Any, int] = {}
        keys = found.keys.tolist()
        for place in np.argsort(np.unique(found.numbers, return_index=True)[1]).tolist():
            key = keys[place]
            if key not in known:
                told = format.show_term(source.terms[key]) if source.by_terms else format.show(key)
                known[key] = int(np.count_nonzero(field.term(column, text_of(told)) & mask))
            counts[place] = known[key]
        return counts


#: Kinds of fields whose values do not show as what finds them: what is below a millisecond, the index's name, a path.
_FINDS_OTHERS = ("date_nanos", "constant_keyword", "flat_object", "geo_point")


def looks_into_postings(field: FieldType | None) -> bool:
    """Whether the field's query for a term is a TermQuery, whose frequency is the term's own (SignificanceLookup)."""
    if field is None or field.kind == "keyword":
        return field is not None and bool(field.option("use_similarity"))
    return field.is_text or field.kind == "boolean"


def _shown(values: TermValues, keys: NDArray[Any]) -> Iterator[tuple[Any, Mapping[str, Any]]]:
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
        "shard_size": declared("int", at_least(1, "shardSize", name, told="greater than  0")),
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
