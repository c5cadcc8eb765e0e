"""``profile`` of aggregations: of each the aggregator that ran, and what it tells of how it did.

What it tells (``debug``) is worked out from the segments, columns and buckets by the rules by which the real server
chooses its ways of collecting; its times and counts are 1 for what was done, and 0 for what was not.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

import numpy as np
from numpy.typing import NDArray

from fakeknn.aggs.auto_date_histogram import AutoDateHistogram
from fakeknn.aggs.base import Aggregation, Factories, Noted
from fakeknn.aggs.cardinality import Cardinality
from fakeknn.aggs.composite import CompositeOf
from fakeknn.aggs.composite_sources import DateHistogramSource
from fakeknn.aggs.date_histogram import DateHistogramOf
from fakeknn.aggs.fielddata import ALL, ANY, BYTES, NUMBERS
from fakeknn.aggs.formats import RAW
from fakeknn.aggs.percentiles import Hdr, PercentilesOf
from fakeknn.aggs.ranges import RangeOf
from fakeknn.aggs.sampler import DiversifiedSampler
from fakeknn.aggs.significant import SignificantTerms
from fakeknn.aggs.significant_text import SignificantText
from fakeknn.aggs.terms import TermsOf
from fakeknn.aggs.values import Given, Source
from fakeknn.dates import Rounding
from fakeknn.errors import NotFaked
from fakeknn.fields.dates import DateFieldType
from fakeknn.query.context import ShardContext
from fakeknn.query.lucene import ConstantScoreQuery, Node
from fakeknn.view import KeywordColumn, Mask, NumericColumn, TextColumn, places_of
from fakeknn.xcontent import hash_ordered

Debug = dict[str, Any]

#: Aggregators whose class is not named as the aggregation is.
_CLASSES = {
    "date_range": "RangeAggregator",
    "geo_distance": "RangeAggregator",
    "ip_range": "BinaryRangeAggregator",
    "children": "ParentToChildrenAggregator",
    "parent": "ChildrenToParentAggregator",
    "geohash_grid": "GeoHashGridAggregator",
    "geotile_grid": "GeoTileGridAggregator",
}
_RANGES = ("range", "date_range", "geo_distance")
_COLLECTING_NOTHING = ("terms", "significant_terms", "rare_terms", "geohash_grid", "geotile_grid", "children", "parent")

#: The types whose terms are in an index of terms.
WITH_TERMS = ("keyword", "constant_keyword", "text", "match_only_text", "flat_object")

_MAX_REWRITTEN = 3000
_LEAF = 512
_LOW_CARDINALITY = 2048
PRUNED_TERMS = 1000


@dataclass(slots=True)
class Profiled:
    """What there is to tell of one shard's aggregations."""

    ctx: ShardContext
    node: Node
    found: Mask
    slices: bool
    """Whether segments were searched concurrently."""

    def tree(self, aggs: Factories, parents: Sequence[Aggregation] = ()) -> list[dict[str, Any]]:
        """The aggregations of one level, by the hash of their names where slices' trees are merged by these; else
        those that are of all documents come last.
        """
        if self.slices:
            by_name = {agg.name: agg for agg in aggs.aggs}
            return [self._told(by_name[name], parents) for name in hash_ordered(by_name)]
        ordered = sorted(aggs.aggs, key=lambda agg: agg.kind == "global") if not parents else aggs.aggs
        return [self._told(agg, parents) for agg in ordered]

    def _told(self, agg: Aggregation, parents: Sequence[Aggregation]) -> dict[str, Any]:
        noted = self.ctx.memo["noted"].get(id(agg), Noted())
        name, debug = self._aggregator(agg, parents, noted)
        documents = 0 if "optimized_segments" in debug and not debug["unoptimized_segments"] else noted.documents
        told: dict[str, Any] = {"type": name, "description": agg.name, "time_in_nanos": 4}
        if self.slices:
            told.update(dict.fromkeys(("max_slice_time_in_nanos", "min_slice_time_in_nanos"), 4))
            told["avg_slice_time_in_nanos"] = 4
        told["breakdown"] = self._breakdown(documents)
        if debug:
            told["debug"] = debug
        children = self.tree(agg.subs, (*parents, agg))
        return {**told, "children": children} if children else told

    def _breakdown(self, documents: int) -> dict[str, int]:
        segments = len(self.ctx.view.live_segments)
        counts = {
            "initialize": 1, "build_leaf_collector": segments, "collect": documents, "post_collection": 1,
            "build_aggregation": 1, "reduce": 0,
        }  # fmt: skip
        told = {}
        for name, count in counts.items():
            told[name], told[f"{name}_count"] = min(count, 1), count
            if self.slices:
                told.update({f"{how}_{name}": min(count, 1) for how in ("min", "max", "avg")})
                if name in ("collect", "build_leaf_collector"):
                    told.update({f"{how}_{name}_count": count for how in ("min", "max", "avg")})
        return told

    def _aggregator(self, agg: Aggregation, parents: Sequence[Aggregation], noted: Noted) -> tuple[str, Debug]:
        source = self._source(agg)
        if source is not None and not source.mapped and source.missing is None:
            if agg.kind == "auto_date_histogram":
                return self._from_many(0, 0)
            if agg.kind in _RANGES:
                return "RangeAggregator.Unmapped", {}
            if agg.kind in _COLLECTING_NOTHING:
                return "NonCollectingAggregator", {}
        for kind, tell in _TELLERS:
            if isinstance(agg, kind):
                told: tuple[str, Debug] = tell(self, agg, parents, noted, source)
                return told
        deferred = {"deferred_aggregators": [sub.name for sub in agg.subs.aggs]} if agg.subs.aggs else {}
        if agg.kind in ("percentiles", "percentile_ranks"):
            sketch = "HDR" if isinstance(agg, PercentilesOf) and isinstance(agg.method, Hdr) else "TDigest"
            return f"{sketch}{_camel(agg.kind)}Aggregator", {}
        if agg.kind == "histogram":
            ranges = source is not None and source.type not in NUMBERS
            return f"{'Range' if ranges else 'Numeric'}HistogramAggregator", {"total_buckets": noted.buckets}
        if agg.kind == "rare_terms":
            return f"{'String' if source is not None and source.by_terms else 'Long'}RareTermsAggregator", deferred
        if isinstance(agg, DiversifiedSampler):
            source = agg.given.source(self.ctx, agg, ALL, BYTES)
            way = {None: "Ordinals", "global_ordinals": "Ordinals", "bytes_hash": "BytesHash"}.get(agg.hint, "Map")
            return f"Diversified{way if source.by_terms else 'Numeric'}SamplerAggregator", deferred
        name = _CLASSES.get(agg.kind) or f"{_camel(agg.kind)}Aggregator"
        return name, deferred if agg.kind in ("sampler", "variable_width_histogram") else {}

    def _source(self, agg: Aggregation) -> Source | None:
        if isinstance(agg, SignificantText):
            return Source(BYTES, RAW)
        if isinstance(agg, SignificantTerms):
            return agg.source(self.ctx)
        given = getattr(agg, "given", None)
        default = getattr(agg, "default", BYTES)
        return given.source(self.ctx, agg, ANY, default) if isinstance(given, Given) else None

    # -- terms

    def terms(
        self, agg: TermsOf, parents: Sequence[Aggregation], noted: Noted, source: Source | None
    ) -> tuple[str, Debug]:
        assert source is not None
        strategy = self._strategy(agg, noted)
        highest = len(source.terms) if source.by_terms else -1
        ordinals = source.by_terms and agg.hint != "map" and not source.scripted
        shard_size = agg.thresholds.on_shard(suggests=not agg.orders.by_key).shard_size
        deferring = agg.breadth_first
        if deferring is None:
            deferring = shard_size != 2**31 - 1 and (not ordinals or highest > shard_size)
        sorting = any(sub.name in agg.orders.names for sub in agg.subs.aggs)
        deferred = [sub.name for sub in agg.subs.aggs] if deferring else []
        debug: Debug = {"deferred_aggregators": deferred} if deferred else {}
        if not source.by_terms:
            kind = "double" if source.floating else "unsigned_long" if source.unsigned else "long"
            debug |= {"result_strategy": f"{kind}_terms", "total_buckets": noted.buckets}
            return "NumericTermsAggregator", {**debug, "result_selection_strategy": strategy}
        if not ordinals:
            return "MapStringTermsAggregator", {
                **debug, "total_buckets": noted.buckets, "result_strategy": "terms",
            }  # fmt: skip
        alone = agg.includes is None and not any(self._many(parent) for parent in parents)
        few = highest <= min(_LOW_CARDINALITY, 0.5 * int(np.count_nonzero(self.ctx.view.live)))
        kept = source.field is None or not source.field.is_text  # uninverted text has no ordinals of its segments
        low = alone and few and kept and not agg.subs.aggs
        dense = alone and (not agg.subs.aggs or (deferring and not sorting))
        debug |= self._ordinals(source, noted, dense=dense, filtered=agg.includes is not None, segments=low)
        name = "GlobalOrdinalsStringTermsAggregator"
        debug |= {"result_strategy": "terms", "result_selection_strategy": strategy}
        return f"{name}.LowCardinality" if low else name, debug

    def significant(
        self, agg: SignificantTerms, parents: Sequence[Aggregation], noted: Noted, source: Source | None
    ) -> tuple[str, Debug]:
        assert source is not None
        debug: Debug = {"deferred_aggregators": [sub.name for sub in agg.subs.aggs]} if agg.subs.aggs else {}
        debug |= {"result_strategy": "significant_terms"}
        if isinstance(agg, SignificantText) or (source.by_terms and agg.hint == "map") or source.scripted:
            return "MapStringTermsAggregator", {**debug, "total_buckets": noted.buckets}
        # The background of each term is asked for by a query, which is told of, too.
        raise NotFaked(f"[profile] of [{agg.kind}]")

    @staticmethod
    def _many(parent: Aggregation) -> bool:
        """Whether what is inside is collected for more than one bucket (CardinalityUpperBound)."""
        return not parent.single_bucket

    def _ordinals(self, source: Source, noted: Noted, *, dense: bool, filtered: bool, segments: bool) -> Debug:
        debug: Debug = {"collection_strategy": "dense" if dense else "remap", "has_filter": filtered}
        if not dense:
            debug["total_buckets"] = noted.buckets
        live = self.ctx.view.live_segments
        several = len(live)
        if source.missing is None and (segments or len(live) == 1):
            several = sum(self._several(source, start, end) for start, end in live)
        debug["segments_with_multi_valued_ords"] = several
        debug["segments_with_single_valued_ords"] = len(live) - several
        return debug

    def _several(self, source: Source, start: int, end: int) -> bool:
        """Whether some row of a segment has several values."""
        column = None if source.field is None else self.ctx.column(source.field)
        if not isinstance(column, (KeywordColumn, NumericColumn)):
            return not isinstance(column, type(None))  # uninverted text is of many values
        rows = column.rows[slice(*places_of(column.rows, start, end))]
        return bool((rows[1:] == rows[:-1]).any())

    @staticmethod
    def _strategy(agg: TermsOf, noted: Noted) -> str:
        """BucketSelectionStrategy: how the best buckets of the last owner were chosen."""
        if not noted.owners:
            return ""
        wanted = agg.thresholds.on_shard(suggests=not agg.orders.by_key).shard_size
        if min(noted.last, wanted) * 5 < noted.last or agg.orders.by_key:
            return "priority_queue"
        return "quick_select" if noted.last > wanted else "select_all"

    # -- cardinality

    def cardinality(
        self, agg: Cardinality, parents: Sequence[Aggregation], noted: Noted, source: Source | None
    ) -> tuple[str, Debug]:
        assert source is not None
        debug: Debug = dict.fromkeys(
            ("empty_collectors_used", "numeric_collectors_used", "ordinals_collectors_used", "hybrid_collectors_used",
             "ordinals_collectors_overhead_too_high", "string_hashing_collectors_used", "dynamic_pruned_segments"), 0,
        )  # fmt: skip
        column = None if source.field is None else self.ctx.column(source.field)
        for start, end in self.ctx.view.live_segments:
            if not source.mapped and source.missing is None:
                debug["empty_collectors_used"] += 1
                continue
            if source.type in NUMBERS:
                debug["numeric_collectors_used"] += 1
                continue
            known = isinstance(column, (KeywordColumn, TextColumn))
            here = known and column is not None and bool(np.diff(places_of(column.rows, start, end))[0])
            if source.by_terms and not source.scripted and not here and source.missing is None:
                debug["empty_collectors_used"] += 1
                continue
            ways = {"ordinals": "ordinals_collectors_used", "direct": "string_hashing_collectors_used"}
            way = ways.get(agg.hint or "", "hybrid_collectors_used")
            debug[way if source.by_terms and not source.scripted else "string_hashing_collectors_used"] += 1
            indexed = source.field is not None and source.field.kind in WITH_TERMS and source.field.searchable
            if not parents and indexed and source.missing is None and not source.scripted:
                debug["dynamic_pruned_segments"] += int(len(source.terms) <= PRUNED_TERMS)
        return "CardinalityAggregator", debug

    # -- dates and ranges: queries in the place of collecting

    def date_histogram(
        self, agg: DateHistogramOf, parents: Sequence[Aggregation], noted: Noted, source: Source | None
    ) -> tuple[str, Debug]:
        assert source is not None
        if source.type not in NUMBERS:
            return "DateRangeHistogramAggregator", {"total_buckets": noted.buckets}
        debug: Debug = {"total_buckets": noted.buckets}
        live = self.ctx.view.live_segments
        left = live
        assert agg.interval is not None
        rounding = agg.interval.rounding(agg.given, agg.offset)
        plain = agg.hard is None and not agg.subs.aggs
        if not parents and plain and self._is_date(source):
            rewritten, left = self._rewritten(source, lambda low, high: _edges(rounding, low, high))
            debug |= rewritten
        unmapped = not source.mapped and source.missing is None
        several = [source.missing is not None or self._several(source, *segment) for segment in left]
        debug["no_op_collectors_used"] = len(left) if unmapped else 0
        debug["single_valued_collectors_used"] = 0 if unmapped else several.count(False)
        debug["multi_valued_collectors_used"] = 0 if unmapped else several.count(True)
        debug["skip_list_collectors_used"] = 0
        return "DateHistogramAggregator", debug

    def auto_date_histogram(
        self, agg: AutoDateHistogram, parents: Sequence[Aggregation], noted: Noted, source: Source | None
    ) -> tuple[str, Debug]:
        assert source is not None
        deferred: Debug = {"deferred_aggregators": [sub.name for sub in agg.subs.aggs]} if agg.subs.aggs else {}
        debug: Debug = {"surviving_buckets": noted.buckets, "skiplist_collectors_used": 0}
        if any(self._many(parent) for parent in parents):
            return self._from_many(noted.buckets, noted.owners)
        if not parents and not agg.subs.aggs and self._is_date(source):

            def ranges(low: Any, high: Any) -> list[tuple[int, int]] | None:
                return _edges(agg.roundings[agg.level_of(low, high)], low, high)

            debug |= self._rewritten(source, ranges)[0]
        return "AutoDateHistogramAggregator.FromSingle", {**deferred, **debug}

    @staticmethod
    def _from_many(buckets: int, owners: int) -> tuple[str, Debug]:
        """It tells how often its buckets were merged: here, once when all were collected."""
        debug = {"surviving_buckets": buckets, "skiplist_collectors_used": 0, "rebucket_count": 1}
        debug |= {"next_rebucket_at": 1000, "wasted_buckets_overestimate": owners}
        return "AutoDateHistogramAggregator.FromMany", debug

    def composite(
        self, agg: CompositeOf, parents: Sequence[Aggregation], noted: Noted, source: Source | None
    ) -> tuple[str, Debug]:
        first = agg.sources[0]
        if len(agg.sources) > 1 or not isinstance(first, DateHistogramSource) or parents or agg.subs.aggs or agg.after:
            return "CompositeAggregator", {}
        dates = first.given.source(self.ctx, agg, NUMBERS, "date")
        if not self._is_date(dates) or first.missing_bucket or first.descending:
            return "CompositeAggregator", {}
        assert first.interval is not None
        rounding = first.interval.rounding(first.given, first.offset)
        found, _ = self._rewritten(dates, lambda low, high: _edges(rounding, low, high), agg.size)
        return "CompositeAggregator", found

    def range(
        self, agg: RangeOf, parents: Sequence[Aggregation], noted: Noted, source: Source | None
    ) -> tuple[str, Debug]:
        assert source is not None
        bounds = [(low, high) for low, high, _ in agg.bounds(self.ctx, source)]
        apart = all(one[1] <= other[0] for one, other in pairwise(bounds))
        plain = source.missing is None and not source.scripted and not agg.subs.aggs and not parents
        if not bounds or not apart or not plain or source.field is None or not source.field.searchable:
            return "RangeAggregator", {}
        return "RangeAggregator", self._rewritten(source, lambda low, high: bounds, whole=True)[0]

    @staticmethod
    def _is_date(source: Source) -> bool:
        plain = source.missing is None and not source.scripted
        return plain and isinstance(source.field, DateFieldType) and source.field.searchable

    def _rewritten(
        self,
        source: Source,
        ranges_of: Callable[[Any, Any], Sequence[tuple[Any, Any]] | None],
        size: int = 2**31 - 1,
        *,
        whole: bool = False,
    ) -> tuple[Debug, list[tuple[int, int]]]:
        """FilterRewriteOptimizationContext: what it tells, and the segments that were collected nevertheless.

        ``whole`` is whether all of a segment must be asked for, though the ranges are known.
        """
        live = self.ctx.view.live_segments
        column = None if source.field is None else self.ctx.column(source.field)
        if not isinstance(column, NumericColumn) or not len(column.rows):
            return {}, live
        shard = None if whole else self.ctx.memo["bounds"](source.field)
        ranges = None if shard is None else ranges_of(*shard)
        leaves = inner = 0
        left = []
        for start, end in live:
            place = slice(*places_of(column.rows, start, end))
            rows, values = column.rows[place], np.sort(column.values[place])
            once = len(rows) and bool((rows[1:] != rows[:-1]).all()) and bool(self.ctx.view.live[start:end].all())
            own = ranges
            if own is None and once and self._matches_all(start, end):
                own = ranges_of(values[0], values[-1])
            if not once or own is None:
                left.append((start, end))
                continue
            visited = _Traversal(own, size)
            visited.run(values)
            leaves, inner = leaves + visited.leaves, inner + visited.inner
        if len(left) == len(live):
            return {}, left
        return {
            "optimized_segments": len(live) - len(left), "unoptimized_segments": len(left),
            "leaf_visited": leaves, "inner_visited": inner,
        }, left  # fmt: skip

    def _matches_all(self, start: int, end: int) -> bool:
        node = self.node
        while isinstance(node, ConstantScoreQuery):
            node = next(iter(node.children()))
        return node.type != "BooleanQuery" and bool(self.found[start:end].all())


def _camel(kind: str) -> str:
    return "".join(part.capitalize() for part in kind.split("_"))


def _edges(rounding: Rounding, low: Any, high: Any) -> list[tuple[int, int]] | None:
    """The buckets between two moments; None where they are too many."""
    found: list[tuple[int, int]] = []
    start = int(low)
    while start <= high:
        if len(found) == _MAX_REWRITTEN:
            return None
        following = rounding.next(start)
        found.append((start, min(following, int(high) + 1)))
        start = following
    return found


class _Traversal:
    """PointTreeTraversal: how many nodes of a segment's tree of points are looked at for ranges that ascend."""

    def __init__(self, ranges: Sequence[tuple[Any, Any]], size: int) -> None:
        self.ranges = ranges
        self.left = size
        self.leaves = self.inner = 0

    def run(self, values: NDArray[Any]) -> None:
        at = next((i for i, (low, high) in enumerate(self.ranges) if values[0] < high and values[-1] >= low), None)
        if at is None:
            return
        self.at = at
        leaves = [values[i : i + _LEAF] for i in range(0, len(values), _LEAF)]
        with suppress(StopIteration):
            self._node(leaves)

    def _advance(self, value: Any) -> None:
        while value >= self.ranges[self.at][1]:
            self.at += 1
            if self.at >= len(self.ranges):
                raise StopIteration
        self.left -= 1
        if self.left < 0:
            raise StopIteration

    def _node(self, leaves: Sequence[NDArray[Any]]) -> None:
        low, high = leaves[0][0], leaves[-1][-1]
        if low >= self.ranges[self.at][1]:
            self._advance(low)
        first, end = self.ranges[self.at]
        if high < first:
            return
        if low >= first and high < end:
            self.inner += 1
        elif len(leaves) > 1:
            for part in _halves(leaves):
                self._node(part)
        else:
            for value in leaves[0]:
                if value >= self.ranges[self.at][1]:
                    self._advance(value)
            self.leaves += 1


def _halves(leaves: Sequence[NDArray[Any]]) -> Iterator[Sequence[NDArray[Any]]]:
    """BKDWriter.getNumLeftLeafNodes."""
    full = 1 << (len(leaves).bit_length() - 1)
    left = full // 2 + min(len(leaves) - full, full // 2)
    yield leaves[:left]
    yield leaves[left:]


_TELLERS: Sequence[tuple[type[Aggregation], Any]] = (
    (SignificantTerms, Profiled.significant),
    (TermsOf, Profiled.terms),
    (Cardinality, Profiled.cardinality),
    (DateHistogramOf, Profiled.date_histogram),
    (AutoDateHistogram, Profiled.auto_date_histogram),
    (CompositeOf, Profiled.composite),
    (RangeOf, Profiled.range),
)
