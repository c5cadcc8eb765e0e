"""terms: a bucket for each value, the best of them by an order.

A shard gives its best ``shard_size`` buckets in the order of their keys; the merge takes the best ``size`` of these and
tells how far it may err (InternalTerms).
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Self

import numpy as np
from numpy.typing import NDArray

from fakeknn.aggs.base import Aggregation, Collector, created, is_alone, register
from fakeknn.aggs.docs import Docs, bucketed, pairs_once
from fakeknn.aggs.fielddata import ALL, BYTES
from fakeknn.aggs.formats import Unshown, UnsignedLong, text_of
from fakeknn.aggs.includes import IncludeExclude, found_in, members_of, misfit
from fakeknn.aggs.orders import COUNT_DESCENDING, Orders, parse_orders
from fakeknn.aggs.results import Bucket, Internal, MultiBucket, Reduction, ShownKeyBucket, merged, shown
from fakeknn.aggs.selection import Grouped, Selector, TermsLike, split
from fakeknn.aggs.thresholds import DEFAULT_THRESHOLDS, Thresholds, threshold_members, thresholds_of
from fakeknn.aggs.value_members import REQUIRED, members
from fakeknn.aggs.values import Given, Source
from fakeknn.errors import AggregationExecutionException, IllegalArgumentException, OpenSearchParseException
from fakeknn.query.context import ShardContext
from fakeknn.xcontent import objects
from fakeknn.xcontent.objects import ObjectParser, declared

# --- results ----------------------------------------------------------------------------------------------------------


class CountedBucket(ShownKeyBucket):
    """A bucket that shows how far its count may err (``show_term_doc_count_error``)."""

    __slots__ = ()

    def json(self, typed: bool) -> dict[str, Any]:
        return {
            **self.members,
            "doc_count": self.doc_count,
            "doc_count_error_upper_bound": self.error,
            **shown(self.results, typed),
        }


class Terms(MultiBucket):
    """Buckets of terms: ``kind`` is sterms, lterms, dterms, ulterms, multi_terms, or umterms where the shard does not
    know the field; ``other`` counts the documents of the buckets that are left out, ``full`` tells whether the shard
    may have more buckets than it gives.
    """

    __slots__ = ("error", "full", "kind", "other", "raw")
    agg: TermsLike

    def __init__(
        self,
        agg: TermsLike,
        kind: str,
        buckets: list[Bucket],
        other: int = 0,
        *,
        full: bool = False,
        raw: bool = True,
    ) -> None:
        super().__init__(agg, buckets)
        self.kind = kind
        self.other = other
        self.error = 0
        self.full = full
        self.raw = raw

    @property
    def type(self) -> str:
        return "sterms" if self.kind == "umterms" else self.kind

    @property
    def mapped(self) -> bool:
        return self.kind != "umterms"

    def body(self, typed: bool) -> dict[str, Any]:
        return {
            "doc_count_error_upper_bound": self.error,
            "sum_other_doc_count": self.other,
            "buckets": self._bodies(typed),
        }

    def _bodies(self, typed: bool) -> list[dict[str, Any]]:
        return [bucket.json(typed) for bucket in self.buckets]

    def _error(self) -> int:
        """getDocCountError: how many documents a term that the shard did not give may have there; -1 for unknown."""
        if not self.full or self.agg.orders.by_key:
            return 0
        if not self.agg.orders.count_descending:
            return -1
        return self.error if self.error > 0 else min(bucket.doc_count for bucket in self.buckets)

    def _as_doubles(self) -> Self:
        """DoubleTerms of whole numbers, where another shard has others."""
        twin = self.with_buckets([])
        twin.kind = "dterms"
        for bucket in self.buckets:
            key = float(bucket.key)
            made = type(bucket)(key, bucket.doc_count, bucket.results, {**bucket.members, "key": key})
            made.error = bucket.error
            twin.buckets.append(made)
        return twin

    def reduce(self, parts: Sequence[Self], reduction: Reduction) -> Internal:
        if not self.mapped:
            return self
        if len(parts) == 1 and not self.agg.subs.aggs and not reduction.partial:
            return self._alone(reduction)
        kinds = {part.kind for part in parts if part.mapped}
        if len(kinds) > 1 and kinds <= {"lterms", "dterms", "ulterms"} and all(part.raw for part in parts):
            parts = [part if part.kind in ("dterms", "umterms") else part._as_doubles() for part in parts]
        elif len(kinds) > 1:
            raise AggregationExecutionException(
                f"Merging/Reducing the aggregations failed when computing the aggregation [{self.agg.name}] because "
                "the field you gave in the aggregation query existed as two different types in two different indices"
            )
        other = sum(part.other for part in parts)
        errors = [part._error() for part in parts]
        error = -1 if -1 in errors else sum(errors)
        for part, part_error in zip(parts, errors, strict=True):
            for bucket in part.buckets:
                bucket.error -= part_error
        reduced = [merged(self.agg, same, reduction) for same in self.agg.orders.same_keyed(parts)]
        kept: list[Bucket] = []
        thresholds = self.agg.thresholds.on_shard(suggests=not self.agg.orders.by_key)
        size, least = thresholds.limits(reduction.partial)
        for bucket in reduced:
            bucket.error = -1 if error == -1 else bucket.error + error
            if bucket.doc_count >= least:
                kept.append(bucket)
            else:
                reduction.consume(-inner_buckets(bucket))
        self.agg.orders.sort(kept)
        for bucket in kept[size:]:
            other += bucket.doc_count
            reduction.consume(-inner_buckets(bucket))
        kept = kept[:size]
        reduction.consume_each(len(kept))
        whole = parts[0].with_buckets(kept)
        whole.other = other
        whole.error = 0 if len(parts) == 1 and error != -1 else error
        return whole

    def _alone(self, reduction: Reduction) -> Internal:
        """The same where there is nothing to merge, in these buckets or inside them."""
        thresholds = self.agg.thresholds
        kept = [bucket for bucket in self.buckets if bucket.doc_count >= thresholds.min_doc_count]
        self.agg.orders.sort(kept)
        whole = self.with_buckets(kept[: thresholds.size])
        whole.other = self.other + sum(bucket.doc_count for bucket in kept[thresholds.size :])
        whole.error = min(self._error(), 0)
        for bucket in whole.buckets:
            bucket.error = whole.error
        reduction.consume_each(len(whole.buckets))
        return whole


class FinishedTerms(Terms):
    """The terms of the only shard, with nothing inside: those of the answer, in its order, which become buckets only
    if somebody asks for these. ``keys`` are those that compare, and how they show.
    """

    __slots__ = ("_counts", "_keys", "_made")

    def __init__(
        self,
        agg: TermsLike,
        kind: str,
        keys: list[tuple[Any, Mapping[str, Any]]],
        counts: list[int],
        other: int,
        *,
        full: bool,
        raw: bool,
    ) -> None:
        super().__init__(agg, kind, [], other, full=full, raw=raw)
        self._keys = keys
        self._counts = counts
        self._made: list[Bucket] | None = None

    @property
    def buckets(self) -> list[Bucket]:
        if self._made is None:
            pairs = zip(self._keys, self._counts, strict=True)
            self._made = [ShownKeyBucket(key, count, {}, shown_key) for (key, shown_key), count in pairs]
        return self._made

    @buckets.setter
    def buckets(self, buckets: list[Bucket]) -> None:
        self._made = buckets

    def reduce(self, parts: Sequence[Self], reduction: Reduction) -> Internal:
        self.error = min(self._error(), 0)
        reduction.consume_each(len(self._counts))
        return self

    def _bodies(self, typed: bool) -> list[dict[str, Any]]:
        if self._made is not None:
            return super()._bodies(typed)
        pairs = zip(self._keys, self._counts, strict=True)
        return [{**shown_key, "doc_count": count} for (_, shown_key), count in pairs]


def inner_buckets(bucket: Bucket) -> int:
    """InternalMultiBucketAggregation.countInnerBucket."""
    return sum(_buckets_in(result) for result in bucket.results.values())


def _buckets_in(result: Internal) -> int:
    count = len(result.buckets) if isinstance(result, MultiBucket) else 0
    return count + sum(_buckets_in(inner) for results in result.children() for inner in results.values())


# --- definitions ------------------------------------------------------------------------------------------------------


@dataclass(eq=False)
class TermsOf(TermsLike):
    kind = "terms"
    given: Given
    thresholds: Thresholds = DEFAULT_THRESHOLDS
    orders: Orders = COUNT_DESCENDING
    includes: IncludeExclude | None = None
    show_error: bool = False
    hint: str | None = None
    breadth_first: bool | None = None

    def build(self, ctx: ShardContext) -> Collector:
        source = self.given.source(ctx, self, ALL, BYTES)
        if not source.mapped and self.given.missing is None:
            self.subs.build(ctx)
            created(ctx, lambda: self.orders.validate(self))
            return lambda docs: [Terms(self, "umterms", []) for _ in range(docs.n)]
        values = created(ctx, lambda: self._values(ctx, source))
        finishes = is_alone(ctx) and not self.in_joined_buckets and not self.subs and not self.show_error
        selector = Selector(self, ctx, suggests=not self.orders.by_key, finishes=finishes)
        return lambda docs: self.collect(docs, values, selector)

    def _values(self, ctx: ShardContext, source: Source) -> TermValues:
        if source.by_terms and self.hint not in (None, "map", "global_ordinals"):
            raise IllegalArgumentException(
                f"Unknown `execution_hint`: [{self.hint}], expected any of [map, global_ordinals]"
            )
        unfit = misfit(self.includes, self.name, source)
        if unfit is not None:
            raise AggregationExecutionException(unfit)
        if source.by_terms and self.hint != "map":
            ctx.load_global_ordinals(self.given.field)
        return TermValues(ctx, source, self.includes)

    def collect(self, docs: Docs, values: TermValues, selector: Selector) -> list[Internal]:
        found = values.grouped(docs)
        if self.thresholds.min_doc_count == 0 and not docs.unmapped:
            found = values.with_empty(docs, found, self.thresholds.size if self.orders.count_descending else None)
        selection = selector.select(docs, found)
        owners = found.owners[selection.chosen]
        keys, counts = list(values.shown(found.keys[selection.chosen])), selection.counts.tolist()
        others, full = selection.others.tolist(), selection.full.tolist()
        if selector.finishes:
            columns = zip(*(split(owners, docs.n, column) for column in (keys, counts)), others, full, strict=True)
            return [
                FinishedTerms(self, values.kind, own, each, other, full=more, raw=values.plain)
                for own, each, other, more in columns
            ]
        kind = CountedBucket if self.show_error else ShownKeyBucket
        buckets: list[Bucket] = [
            kind(key, count, results, key_members)
            for (key, key_members), count, results in zip(keys, counts, selection.results, strict=True)
        ]
        return [
            Terms(self, values.kind, own, other, full=more, raw=values.plain)
            for own, other, more in zip(split(owners, docs.n, buckets), others, full, strict=True)
        ]


class TermValues:
    """The values of a source as buckets of terms take them: accepted, once for each document, and how keys show."""

    def __init__(self, ctx: ShardContext, source: Source, includes: IncludeExclude | None) -> None:
        self.ctx = ctx
        self.source = source
        self.includes = includes
        self.kind = (
            "sterms" if source.by_terms else "dterms" if source.floating else "ulterms" if source.unsigned else "lterms"
        )
        self._coded = None if source.by_terms else source.coded(ctx, "distinct", _distinct)
        self._accepted: tuple[Sequence[str], NDArray[np.bool_]] | None = None
        if includes is not None and source.by_terms:
            self._terms_accepted()  # refuses what is no pattern
        elif includes is not None:
            self._numbers_kept(np.empty(0))  # refuses what is no number

    @property
    def ordinals(self) -> bool:
        """Whether values are ordinals of the index, not made by a script or found in the source."""
        return self.source.by_terms and not self.source.scripted

    @property
    def plain(self) -> bool:
        """Whether a number's key shows as it is alone."""
        return self.source.format.raw or isinstance(self.source.format, UnsignedLong)

    def _terms_accepted(self) -> NDArray[np.bool_]:
        """bool: which terms are accepted; a script's terms are known only when its values are."""
        assert self.includes is not None
        terms = self.source.terms
        if self._accepted is None or self._accepted[0] is not terms:
            format = self.source.format
            accepted = self.includes.terms(self.ctx, list(terms[:]), format.parse_term, format.term_bytes)
            self._accepted = (terms, accepted)
        return self._accepted[1]

    def _numbers_kept(self, values: NDArray[Any]) -> NDArray[np.bool_]:
        assert self.includes is not None
        return self.includes.numbers(values, self.source, self.ctx.now)

    def accepted(self, docs: Docs, once: bool = True) -> tuple[NDArray[Any], NDArray[Any]]:
        """The accepted values, each once for a document, and its position."""
        loaded = self.source.load(docs)
        at, keys = loaded.at, loaded.values
        first = pairs_once(at, keys) if once else None
        if first is not None:
            at, keys = at[first], keys[first]
        if self.includes is not None:
            kept = self._terms_accepted()[keys] if self.source.by_terms else self._numbers_kept(keys)
            at, keys = at[kept], keys[kept]
        return at, keys

    def grouped(self, docs: Docs, once: bool = True) -> Grouped:
        if self._coded is not None:
            return self._grouped_by_code(docs, once, *self._coded)
        at, keys = self.accepted(docs, once)
        return Grouped(at, *bucketed(docs, at, keys))

    def _grouped_by_code(self, docs: Docs, once: bool, codes: Source, values: NDArray[Any]) -> Grouped:
        """The same of numbers, each of which has a small one that stands for it."""
        loaded = codes.load(docs)
        at, found = loaded.at, loaded.values
        first = pairs_once(at, found) if once else None
        if first is not None:
            at, found = at[first], found[first]
        if self.includes is not None:
            kept = self._numbers_kept(values)[found]
            at, found = at[kept], found[kept]
        numbers, keys, owners = bucketed(docs, at, found)
        return Grouped(at, numbers, values[keys], owners)

    def _all(self) -> NDArray[Any]:
        """Every accepted value of the shard, ascending."""
        if self.source.by_terms:
            everything = np.arange(len(self.source.terms))
            return everything if self.includes is None else everything[self._terms_accepted()]
        n = self.ctx.n
        rows = np.arange(n, dtype=np.int32)
        docs = Docs(self.ctx, rows, np.zeros(n, np.int64), 1, lambda: np.zeros(n, np.float32))
        values = np.unique(self.source.load(docs).values)
        return values if self.includes is None else values[self._numbers_kept(values)]

    def with_empty(self, docs: Docs, found: Grouped, enough: int | None) -> Grouped:
        """The buckets with those of values that no document here has; numbers only where fewer than ``enough`` are."""
        everything = self._all()
        width = len(everything)
        if not width:
            return found
        places = found.owners * width + np.searchsorted(everything, found.keys)
        present = np.ones(docs.n * width, bool)
        if enough is not None and not self.source.by_terms:
            rich = np.bincount(found.owners, minlength=docs.n) >= enough
            present = np.repeat(~rich, width)
            present[places] = True
        numbers = np.cumsum(present) - 1
        codes = np.flatnonzero(present)
        return Grouped(found.at, numbers[places][found.numbers], everything[codes % width], codes // width)

    def shown(self, keys: NDArray[Any]) -> Iterable[tuple[Any, Mapping[str, Any]]]:
        """Comparable keys, and how they show."""
        listed = keys.tolist()
        distinct = {key: self._shown(key) for key in dict.fromkeys(listed)}
        return map(distinct.__getitem__, listed)

    def _shown(self, key: Any) -> tuple[Any, Mapping[str, Any]]:
        if self.source.by_terms:
            return self._term_shown(self.source.terms[key])
        if self.plain:
            return key, {"key": key}
        return key, {"key": key, "key_as_string": text_of(self.source.show_key(key))}

    def _term_shown(self, term: str) -> tuple[Any, Mapping[str, Any]]:
        format = self.source.format
        told = format.show_term(term)
        key = term if format.plain_terms else format.term_bytes(term)
        return key, told if isinstance(told, Unshown) else {"key": told}


def _distinct(values: NDArray[Any]) -> tuple[NDArray[Any], NDArray[Any]]:
    found, numbers = np.unique(values, return_inverse=True)
    return numbers.astype(np.int64, copy=False), found


# --- parsing ----------------------------------------------------------------------------------------------------------


def collect_mode(container: Any, key: Any) -> str:
    text = objects.text(container, key)
    if text not in ("depth_first", "breadth_first"):
        raise OpenSearchParseException(f"no [collect_mode] found for value [{text}]")
    return text


@register("terms")
def parse_terms(name: str, container: Any, key: Any) -> Aggregation:
    declarations = {
        **members(),
        "show_term_doc_count_error": declared("boolean"),
        "execution_hint": declared("string"),
        "collect_mode": declared("string", collect_mode),
        "order": declared("object_array", parse_orders),
        **threshold_members(name),
        **members_of(),
    }
    parser = ObjectParser("terms", declarations, required=REQUIRED)
    values = parser.parse(container, key)
    orders = values.get("order")
    return TermsOf(
        Given.of(values),
        thresholds_of(values, DEFAULT_THRESHOLDS),
        COUNT_DESCENDING if orders is None else Orders.of(orders),
        found_in(values),
        values.get("show_term_doc_count_error", False),
        values.get("execution_hint"),
        None if values.get("collect_mode") is None else values["collect_mode"] == "breadth_first",
    )
