"""variable_width_histogram: buckets of values that lie near each other.

Each shard clusters its values as they come, and the merge joins the clusters that are nearest to each other.

Sources: VariableWidthHistogramAggregator, InternalVariableWidthHistogram.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Any, Self

import numpy as np
from numpy.typing import NDArray

from fakeknn.aggs.base import Aggregation, Collector, in_slices, refuse, register, shard_buckets
from fakeknn.aggs.docs import Docs
from fakeknn.aggs.fielddata import NUMERIC
from fakeknn.aggs.formats import Format, text_of
from fakeknn.aggs.merging import same_keyed
from fakeknn.aggs.results import Bucket, Internal, MultiBucket, Reduction, Results
from fakeknn.aggs.terms import inner_buckets
from fakeknn.aggs.value_members import REQUIRED, members
from fakeknn.aggs.values import Given
from fakeknn.errors import ArrayIndexOutOfBoundsException, IllegalArgumentException
from fakeknn.query.context import ShardContext
from fakeknn.xcontent import objects
from fakeknn.xcontent.objects import ObjectParser, declared

# --- results ----------------------------------------------------------------------------------------------------------


class WidthBucket(Bucket):
    """A cluster: its key is the centroid of its values, that lie from ``low`` to ``high``."""

    __slots__ = ("format", "high", "low")

    def __init__(self, key: float, doc_count: int, results: Results, low: float, high: float, format: Format) -> None:
        super().__init__(key, doc_count, results)
        self.low = low
        self.high = high
        self.format = format

    @property
    def key_text(self) -> str:
        return text_of(self.format.show(self.key))

    def json(self, typed: bool) -> dict[str, Any]:
        members = self.members = {}
        for name, value in (("min", self.low), ("key", self.key), ("max", self.high)):
            members[name] = value
            if not self.format.raw:
                members[f"{name}_as_string"] = self.key_text if name == "key" else self.format.show(value)
        return super().json(typed)


class WidthHistogram(MultiBucket):
    __slots__ = ("format",)
    agg: VariableWidthHistogram

    def __init__(self, agg: Aggregation, buckets: list[Bucket], format: Format) -> None:
        super().__init__(agg, buckets)
        self.format = format

    def _merged(self, buckets: Sequence[WidthBucket], reduction: Reduction) -> WidthBucket:
        """reduceBucket."""
        count = sum(bucket.doc_count for bucket in buckets)
        total = 0.0
        for bucket in buckets:
            total += bucket.doc_count * bucket.key
        return WidthBucket(
            total / count,
            count,
            self.agg.subs.reduce([bucket.results for bucket in buckets], reduction),
            min(bucket.low for bucket in buckets),
            max(bucket.high for bucket in buckets),
            self.format,
        )

    def fewer(self, parts: Sequence[Self], reduction: Reduction) -> list[WidthBucket]:
        """reduceBuckets: those of the same centroid as one, and then the two nearest, until there are few enough."""
        buckets: list[WidthBucket] = []
        for same in same_keyed([part.buckets for part in parts]):
            buckets.append(self._merged(same, reduction))  # type: ignore[arg-type]
            reduction.consume(1)
        return self._joined(buckets, _nearest(buckets, self.agg.buckets), reduction)

    def reduce(self, parts: Sequence[Self], reduction: Reduction) -> Internal:
        buckets = self.fewer(parts, reduction)
        starts = [i for i, one in enumerate(buckets) if not i or one.low != buckets[i - 1].low]
        buckets = self._joined(buckets, starts, reduction)
        for before, bucket in pairwise(buckets):
            if bucket.low < before.high:
                bucket.low = before.high = (before.high + bucket.low) / 2
        return self.with_buckets(list(buckets))

    def _joined(self, buckets: list[WidthBucket], starts: Sequence[int], reduction: Reduction) -> list[WidthBucket]:
        """mergeBucketsWithPlan: neighbours as one, from each start to the next."""
        out: list[WidthBucket] = []
        for start, end in reversed(list(pairwise([*starts, len(buckets)]))):
            group = buckets[start:end][::-1]
            if len(group) > 1:
                reduction.consume(1 - sum(inner_buckets(bucket) + 1 for bucket in group))
                group = [self._merged(group, reduction)]
            out.append(group[0])
        return out[::-1]


def _nearest(buckets: Sequence[Bucket], most: int) -> list[int]:
    """Where groups of neighbours begin after the two nearest have been joined until there are few enough."""
    starts = list(range(len(buckets)))
    centers = np.array([bucket.key for bucket in buckets], np.float64)
    counts = np.array([bucket.doc_count for bucket in buckets], np.float64)
    while len(starts) > most:
        i = int(np.argmin(np.diff(centers)))
        total = counts[i] + counts[i + 1]
        centers[i] = (centers[i] * counts[i] + centers[i + 1] * counts[i + 1]) / total
        counts[i] = total
        del starts[i + 1]
        centers, counts = np.delete(centers, i + 1), np.delete(counts, i + 1)
    return starts


# --- clusters of a shard ----------------------------------------------------------------------------------------------


class Clusters:
    """MergeBucketsPhase: clusters in the order of their centroids, of the first values and then of each that follows.

    ``ordinals`` int64[m] are the values' clusters. As the real one does, the first values are dealt out by the
    positions that sorting takes them from, not by those that it moves them to: what is inside a bucket and how many
    documents it has is then not told by its bounds.
    """

    def __init__(self, values: NDArray[np.float64], buffer: int, shard_size: int) -> None:
        self.shard_size = shard_size
        first = values[:buffer]
        order = np.argsort(first, kind="stable")
        each = math.ceil(len(first) / (shard_size * 3 // 4)) or 1
        self.ordinals = np.empty(len(values), np.int64)
        self.ordinals[: len(first)] = order // each
        groups = [first[order[i : i + each]].tolist() for i in range(0, len(first), each)]
        self.lows = [group[0] for group in groups]
        self.highs = [group[-1] for group in groups]
        self.centers = [_center(group) for group in groups]
        self.sizes = [len(group) for group in groups]
        self.average = 0.0
        if len(values) > buffer:
            self._average()
            self._follow(values, len(first))

    def _average(self) -> None:
        count = len(self.centers) - 1
        self.average = (self.centers[-1] - self.centers[0]) / count if count else math.nan

    def _follow(self, values: NDArray[np.float64], start: int) -> None:
        """Each value changes the clusters that the next is laid to: these come one by one."""
        names = list(range(len(self.centers)))  # of the clusters in their order, which new ones come into
        found: list[int] = []
        for value in values[start:].tolist():
            at = _closest(self.centers, value)
            if abs(self.centers[at] - value) > 2 * self.average and len(self.centers) < self.shard_size:
                at += value > self.centers[at]
                names.insert(at, len(names))
                for column, item in (
                    (self.lows, value), (self.highs, value), (self.centers, value), (self.sizes, 1),
                ):  # fmt: skip
                    column.insert(at, item)
                self._average()
            else:
                size = self.sizes[at]
                self.centers[at] = (self.centers[at] * size + value) / (size + 1)
                self.lows[at] = min(self.lows[at], value)
                self.highs[at] = max(self.highs[at], value)
                self.sizes[at] = size + 1
                if at in (0, len(self.centers) - 1):
                    self._average()
            found.append(names[at])
        self.ordinals[start:] = found
        places = np.empty(len(names), np.int64)
        places[names] = np.arange(len(names))
        self.ordinals = places[self.ordinals]


def _center(values: Sequence[float]) -> float:
    center = values[0]
    for size, value in enumerate(values[1:], 1):
        center = (center * size + value) / (size + 1)
    return center


def _closest(centers: Sequence[float], value: float) -> int:
    """BinarySearcher.search: the nearest, though not always."""
    low, high = 0, len(centers) - 1
    while low < high:
        middle = (low + high) >> 1
        if centers[middle] == value:
            return middle
        if centers[middle] < value:
            if centers[middle + 1] > value:
                return middle if value - centers[middle] < centers[middle + 1] - value else middle + 1
            low = middle + 1
        else:
            if middle > low:
                if centers[middle - 1] < value:
                    return middle if centers[middle] - value < value - centers[middle - 1] else middle - 1
            elif middle == 0:
                return middle
            high = middle - 1
    return low


# --- the aggregation --------------------------------------------------------------------------------------------------


@dataclass(eq=False)
class VariableWidthHistogram(Aggregation):
    kind = "variable_width_histogram"
    joins_buckets = True
    given: Given
    buckets: int = 10
    given_shard_size: int | None = None
    given_buffer: int | None = None

    def build(self, ctx: ShardContext) -> Collector:
        source = self.given.source(ctx, self, (NUMERIC,), NUMERIC)
        shard_size = self.buckets * 50 if self.given_shard_size is None else self.given_shard_size
        buffer = min(10 * shard_size, 50_000) if self.given_buffer is None else self.given_buffer
        self._check(ctx, shard_size, buffer)
        subs = self.subs.build(ctx)
        if not source.mapped and self.given.missing is None:
            return lambda docs: self._unmapped(docs, source.format)
        if not self.of_one_bucket or self.within_nothing(ctx):
            refuse(
                ctx,
                IllegalArgumentException(
                    "[variable_width_histogram] cannot be nested inside an aggregation that collects more than a "
                    "single bucket."
                ),
            )

        def collect(docs: Docs) -> list[Internal]:
            loaded = source.doubles(docs)
            # A value that a document has several times counts each time: which was the last is not remembered.
            clusters = Clusters(loaded.values, buffer, shard_size)
            return [self._collected(docs, loaded.at, clusters, subs, source.format)]

        return collect

    def _unmapped(self, docs: Docs, format: Format) -> list[Internal]:
        """Nothing; the real one gives one result however many are asked for."""
        if docs.n > 1:
            raise ArrayIndexOutOfBoundsException("Index 1 out of bounds for length 1")
        return [WidthHistogram(self, [], format) for _ in range(docs.n)]

    def _collected(
        self,
        docs: Docs,
        at: NDArray[Any],
        found: Clusters,
        subs: Callable[[Docs], list[Results]],
        format: Format,
    ) -> Internal:
        """The shard's clusters; the slices of a search are merged, so that no more of them are left than are wanted."""
        counts = docs.counted(docs.rows[at], found.ordinals, len(found.centers)).tolist()
        results = subs(docs.taken(at, found.ordinals, len(counts)))
        clusters: list[Bucket] = [
            WidthBucket(found.centers[i], counts[i], results[i], found.lows[i], found.highs[i], format)
            for i in sorted(range(len(counts)), key=found.centers.__getitem__)
        ]
        collected = WidthHistogram(self, clusters, format)
        if not in_slices(docs.ctx):
            return collected
        return WidthHistogram(self, list(collected.fewer([collected], Reduction(partial=True))), format)

    def _check(self, ctx: ShardContext, shard_size: int, buffer: int) -> None:
        most = shard_buckets(ctx).max_buckets
        if self.buckets > most:
            raise IllegalArgumentException(f"buckets must be less than {most}")
        if buffer < self.buckets:
            raise IllegalArgumentException(
                f"initial_buffer must be at least buckets but was [{buffer}<{self.buckets}] for [{self.name}]"
            )
        if shard_size * 3 // 4 < self.buckets:
            raise IllegalArgumentException(
                f"3/4 of shard_size must be at least buckets but was [{shard_size * 3 // 4}<{self.buckets}] for "
                f"[{self.name}]"
            )


def _above(floor: int, label: str, name: str) -> Callable[[Any, Any], int]:
    def read(container: Any, key: Any) -> int:
        value = objects.integer(container, key)
        if value <= floor:
            raise IllegalArgumentException(f"{label} must be greater than [{floor}] for [{name}]")
        return value

    return read


@register("variable_width_histogram")
def parse_variable_width_histogram(name: str, container: Any, key: Any) -> Aggregation:
    declarations = {
        **members(zone=True),
        "buckets": declared("int", _above(0, "buckets", name)),
        "shard_size": declared("int", _above(1, "shard_size", name)),
        "initial_buffer": declared("int", _above(0, "initial_buffer", name)),
    }
    values = ObjectParser("variable_width_histogram", declarations, required=REQUIRED).parse(container, key)
    return VariableWidthHistogram(
        Given.of(values), values.get("buckets", 10), values.get("shard_size"), values.get("initial_buffer")
    )
