"""multi_terms: a bucket for each combination of the values of several fields."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, Self

import numpy as np

from fakeknn.aggs.base import Aggregation, Collector, created, register
from fakeknn.aggs.composite import combined
from fakeknn.aggs.composite_sources import Dimension
from fakeknn.aggs.docs import Docs, Unscored
from fakeknn.aggs.fielddata import ALL, BYTES
from fakeknn.aggs.formats import Unshown, text_of, unshown
from fakeknn.aggs.includes import IncludeExclude, found_in, members_of
from fakeknn.aggs.merging import JavaKeys, java_key, same_keyed
from fakeknn.aggs.orders import COUNT_DESCENDING, Orders, parse_orders
from fakeknn.aggs.results import Bucket, Internal, Reduction, ShownKeyBucket, finite
from fakeknn.aggs.selection import Grouped, Selector, TermsLike, split
from fakeknn.aggs.terms import CountedBucket, Terms, TermValues, collect_mode
from fakeknn.aggs.thresholds import DEFAULT_THRESHOLDS, Thresholds, threshold_members, thresholds_of
from fakeknn.aggs.value_members import members
from fakeknn.aggs.values import Given, Source
from fakeknn.errors import IllegalArgumentException, NullPointerException, Where
from fakeknn.query.context import ShardContext
from fakeknn.xcontent import objects
from fakeknn.xcontent.objects import ObjectParser, declared


@dataclass(frozen=True)
class Term:
    """One of the fields (MultiTermsValuesSourceConfig)."""

    given: Given
    includes: IncludeExclude | None


class MultiTermValues:
    """The values of one field as parts of keys."""

    def __init__(self, ctx: ShardContext, source: Source, includes: IncludeExclude | None) -> None:
        self.source = source
        self.values = TermValues(ctx, source, includes)

    def dimension(self, docs: Docs) -> Dimension:
        at, values = self.values.accepted(docs)
        found, codes = np.unique(values, return_inverse=True)
        return Dimension(at, codes.astype(np.int64, copy=False), list(self.values.shown(found)))

    def shown(self, key: Any, members: Mapping[str, Any]) -> Any:
        """formatObject."""
        if isinstance(members, Unshown):
            return members
        return members["key"] if self.source.by_terms else finite(self.source.show_key(key))


class CombinedTerms(Terms):
    """InternalMultiTerms."""

    def reduce(self, parts: Sequence[Self], reduction: Reduction) -> Internal:
        columns = zip(*(bucket.key for part in parts for bucket in part.buckets[:1]), strict=True)
        if any(len(set(map(java_key, column))) > 1 for column in columns):
            self._compare(parts)
        return super().reduce(parts, reduction)

    def _compare(self, parts: Sequence[Self]) -> None:
        """Raises what shards' keys of several classes raise, unless they differ before such parts of them."""
        orders = self.agg.orders
        descending = orders.by_key and not orders.key_ascending

        def rank(bucket: Bucket) -> JavaKeys:
            return JavaKeys(bucket.key, descending)

        for _ in same_keyed([sorted(part.buckets, key=rank) for part in parts], rank):
            pass


@dataclass(eq=False)
class MultiTerms(TermsLike):
    kind = "multi_terms"
    terms: Sequence[Term]
    thresholds: Thresholds = DEFAULT_THRESHOLDS
    orders: Orders = COUNT_DESCENDING
    show_error: bool = False
    breadth_first: bool = False

    def build(self, ctx: ShardContext) -> Collector:
        if not self.terms:
            raise NullPointerException('Cannot invoke "java.util.List.stream()" because "multiTermConfigs" is null')
        # What is inside is made before what its own fields are is looked at.
        selector = Selector(self, ctx, suggests=not self.orders.by_key)
        sources = [term.given.late_source(ctx, self, ALL, BYTES) for term in self.terms]
        fields = created(
            ctx,
            lambda: [
                MultiTermValues(ctx, source, term.includes) for source, term in zip(sources, self.terms, strict=True)
            ],
        )
        return lambda docs: self.collect(docs, fields, selector)

    def collect(self, docs: Docs, fields: Sequence[MultiTermValues], selector: Selector) -> list[Internal]:
        if not self.breadth_first:  # its collector keeps the scorer to itself
            docs = replace(docs, score=Unscored())
        real = len(docs.rows)
        if self.thresholds.min_doc_count == 0 and not docs.unmapped:
            docs = with_all(docs)
        dimensions = [field.dimension(docs) for field in fields]
        at, columns = combined(dimensions, len(docs.rows))
        codes = docs.owners[at]
        for dimension, column in zip(dimensions, columns, strict=True):
            codes = codes * max(len(dimension.keys), 1) + column
        _, first, numbers = np.unique(codes, return_index=True, return_inverse=True)
        counted = at < real
        found = Grouped(at[counted], numbers[counted], first, docs.owners[at][first])
        selection = selector.select(docs, found)
        kind = CountedBucket if self.show_error else ShownKeyBucket
        chosen = [column[first[selection.chosen]].tolist() for column in columns]
        buckets: list[Bucket] = []
        for i, (count, results) in enumerate(zip(selection.counts.tolist(), selection.results, strict=True)):
            parts = [dimension.keys[column[i]] for dimension, column in zip(dimensions, chosen, strict=True)]
            shown = [field.shown(*part) for field, part in zip(fields, parts, strict=True)]
            fails = unshown(shown)
            key_members = {"key": shown, "key_as_string": "|".join(map(text_of, shown))} if fails is None else fails
            buckets.append(kind(tuple(key for key, _ in parts), count, results, key_members))
        owners = docs.owners[at][first][selection.chosen]
        others, full = selection.others.tolist(), selection.full.tolist()
        return [
            CombinedTerms(self, "multi_terms", own, other, full=more)
            for own, other, more in zip(split(owners, docs.n, buckets), others, full, strict=True)
        ]


def with_all(docs: Docs) -> Docs:
    """The documents and, behind them, every one of the shard for each owner: where all combinations are to be found."""
    rows = np.flatnonzero(docs.ctx.everything()).astype(np.int32)
    owners = np.repeat(np.arange(docs.n), len(rows))
    everything = np.tile(rows, docs.n)
    return Docs(
        docs.ctx, np.append(docs.rows, everything), np.append(docs.owners, owners), docs.n, docs.score, docs.unmapped
    )


def _term(container: Any, key: Any) -> Term:
    known = ("field", "missing", "script", "time_zone", "value_type", "valueType", "format", "exclude")
    declarations = {**members(zone=True), **members_of()}
    values = ObjectParser("field_config", {name: declarations[name] for name in known}).parse(container, key)
    if values.get("field") is None and values.get("script") is None:
        error = IllegalArgumentException("[field] and [script] cannot both be null.  Please specify one or the other.")
        raise objects.stopped_at(error, Where(container[key], None, "end"))
    return Term(Given.of(values), found_in(values))


@register("multi_terms")
def parse_multi_terms(name: str, container: Any, key: Any) -> Aggregation:
    def terms(container: Any, key: Any) -> list[Term]:
        found: list[Term] = objects.each_parsed(_term)(container, key)
        if len(found) < 2:
            hint = " Use terms aggregation for single term aggregation" if len(found) == 1 else ""
            raise IllegalArgumentException(
                f"multi term aggregation must has at least 2 terms. Found [{len(found)}] in [{name}]{hint}"
            )
        return found

    declarations = {
        "terms": declared("object_array", terms),
        "show_term_doc_count_error": declared("boolean"),
        "order": declared("object_array", parse_orders),
        "collect_mode": declared("string", collect_mode),
        **threshold_members(name),
    }
    values = ObjectParser("multi_terms", declarations).parse(container, key)
    orders = values.get("order")
    return MultiTerms(
        values.get("terms", ()),
        thresholds_of(values, DEFAULT_THRESHOLDS),
        COUNT_DESCENDING if orders is None else Orders.of(orders),
        values.get("show_term_doc_count_error", False),
        values.get("collect_mode") == "breadth_first",
    )
