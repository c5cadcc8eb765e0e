"""What an aggregation is: a definition parsed from the body, which on each shard collects documents into buckets, and
whose partial results are merged over the shards.

A definition's ``build(ctx)`` gives the shard's ``Collector`` (or refuses its field); that is given the documents of all
parent buckets at once (``Docs``), and gives a partial result (``Internal``) for each of them. ``Internal.reduce``
merges those of several shards; ``body`` is the JSON that the answer shows.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Sequence
from copy import copy
from dataclasses import dataclass
from typing import Any, ClassVar, Self

import numpy as np
from numpy.typing import NDArray

from fakeknn.aggs.paths import PathElement, parse_path
from fakeknn.errors import (
    IllegalArgumentException,
    IllegalStateException,
    InvalidAggregationPathException,
    OpenSearchError,
    TooManyBucketsException,
)
from fakeknn.query.base import Query, Scores, ShardContext
from fakeknn.view import NumericColumn
from fakeknn.xcontent import hash_ordered, java_string

Owners = NDArray[np.int64]
Rows = NDArray[np.int32]


@dataclass(frozen=True, slots=True, eq=False)
class Docs:
    """The documents of ``n`` buckets of one shard: row ``rows[i]`` is in bucket ``owners[i]``.

    Within a bucket rows ascend. A row may be in several buckets, and several times in none.
    """

    ctx: ShardContext
    rows: Rows
    owners: Owners
    n: int
    score: Callable[[], Scores]
    """float32[rows of the View]: the scores of the query."""
    unmapped: bool = False
    """Whether there cannot be any: then no bucket is made for the sake of being there (buildEmptyAggregation)."""

    def taken(self, at: Any, owners: Owners, n: int) -> Docs:
        """The documents at some positions, in other buckets."""
        return Docs(self.ctx, self.rows[at], owners, n, self.score, self.unmapped)

    def counts(self) -> NDArray[np.int64]:
        """int64[n]: how many documents each bucket has, or stands for (``_doc_count``)."""
        return self.counted(self.rows, self.owners, self.n)

    def counted(self, rows: NDArray[Any], owners: NDArray[Any], n: int) -> NDArray[np.int64]:
        """int64[n]: what rows count for in the buckets that they are in (DocCountProvider)."""
        column = self.ctx.view.columns.get("_doc_count")
        if not isinstance(column, NumericColumn) or not self.weighted:
            return np.bincount(owners, minlength=n)
        weights = np.ones(self.ctx.n, np.int64)
        weights[column.rows] = column.values
        totals = np.zeros(n, np.int64)
        np.add.at(totals, owners, weights[rows])
        return totals

    @property
    def weighted(self) -> bool:
        """Whether some document stands for several."""
        column = self.ctx.view.columns.get("_doc_count")
        return column is not None and bool(len(column.rows))

    def sizes(self) -> NDArray[np.int64]:
        """int64[n]: how many rows each bucket has."""
        return np.bincount(self.owners, minlength=self.n)

    def mask(self, mask: NDArray[np.bool_]) -> Docs:
        """The documents whose row a bool[rows of the View] marks."""
        kept = mask[self.rows]
        return Docs(self.ctx, self.rows[kept], self.owners[kept], self.n, self.score, self.unmapped)

    def nothing(self) -> Docs:
        """One bucket without documents."""
        return Docs(self.ctx, self.rows[:0], self.owners[:0], 1, self.score, True)


@dataclass(slots=True)
class Noted:
    """What a profile tells of an aggregation on one shard: its documents, its buckets, and those of the last owner."""

    documents: int = 0
    buckets: int = 0
    owners: int = 0
    last: int = 0


def note(ctx: ShardContext, agg: Aggregation, documents: int, counts: Sequence[int]) -> None:
    """Note how many buckets each owner has, if the search is profiled; what was noted inside stands."""
    kept: dict[int, Noted] | None = ctx.memo.get("noted")
    if kept is None:
        return
    noted = kept.setdefault(id(agg), Noted())
    noted.documents += documents
    noted.buckets += sum(counts)
    noted.owners += len(counts)
    noted.last = counts[-1] if counts else noted.last


#: What a definition makes of a shard: partial results for the buckets that it is given.
Collector = Callable[[Docs], Sequence["Internal"]]
Results = dict[str, "Internal"]


DEFAULT_MAX_BUCKETS = 65_535

#: Stands for the aggregation's name in the texts of errors that the readers of its members raise.
NAME = "\x00"


@dataclass(slots=True)
class Reduction:
    """What a merge knows: how many buckets there are so far, and may be."""

    max_buckets: int = DEFAULT_MAX_BUCKETS
    buckets: int = 0
    services: Any = None
    """What pipeline aggregations may ask of the node (stored scripts)."""

    def consume(self, count: int) -> None:
        """MultiBucketConsumer.accept."""
        self.buckets += count
        if count and self.buckets > self.max_buckets:
            raise TooManyBucketsException(
                f"Trying to create too many buckets. Must be less than or equal to: [{self.max_buckets}] but was "
                f"[{self.buckets}]. This limit can be set by changing the [search.max_buckets] cluster level setting.",
                max_buckets=self.max_buckets,
            )


def refuse(ctx: ShardContext, error: OpenSearchError) -> None:
    """Refuse what is built when all is resolved: aggregators are made after their factories."""
    ctx.memo.setdefault("refused", error)


def in_slices(ctx: ShardContext) -> bool:
    """Whether the search collects a shard in slices, whose results are merged before the shard gives its own."""
    return bool(ctx.memo.get("slices", True))


def shard_buckets(ctx: ShardContext) -> Reduction:
    """The buckets of one search on one shard (MultiBucketConsumerService.create)."""
    found: Reduction | None = ctx.memo.get("buckets")
    if found is None:
        found = ctx.memo["buckets"] = Reduction(getattr(ctx.services, "max_buckets", DEFAULT_MAX_BUCKETS))
    return found


_TERMS = {
    "sterms": "StringTerms",
    "lterms": "LongTerms",
    "dterms": "DoubleTerms",
    "ulterms": "UnsignedLongTerms",
    "umterms": "UnmappedTerms",
    "tdigest_percentiles": "InternalTDigestPercentiles",
    "tdigest_percentile_ranks": "InternalTDigestPercentileRanks",
    "hdr_percentiles": "InternalHDRPercentiles",
    "hdr_percentile_ranks": "InternalHDRPercentileRanks",
}


class Internal:
    """One aggregation's result, partial or whole (InternalAggregation)."""

    __slots__ = ("agg",)

    def __init__(self, agg: Any) -> None:
        """``agg`` is the definition: an Aggregation, or a Pipeline."""
        self.agg = agg

    @property
    def type(self) -> str:
        """The name that ``typed_keys`` shows."""
        return str(self.agg.kind)

    @property
    def mapped(self) -> bool:
        """Whether the shard knew the field: such results come first, and lead a merge."""
        return True

    reduces_alone: ClassVar[bool] = False
    """mustReduceOnSingleInternalAgg."""

    def reduce(self, parts: Sequence[Any], reduction: Reduction) -> Internal:
        """The results of all shards, this one's first, as one."""
        raise NotImplementedError

    def body(self, typed: bool) -> dict[str, Any]:
        raise NotImplementedError

    def json(self, typed: bool) -> dict[str, Any]:
        meta = {} if self.agg.meta is None else {"meta": self.agg.meta}
        return {**meta, **self.body(typed)}

    def children(self) -> Iterator[Results]:
        """The results inside each of its buckets."""
        return iter(())

    def rewritten(self, rewriter: Callable[[Results], Results]) -> Internal:
        """copyWithRewritenBuckets: this with other results inside each of its buckets."""
        raise IllegalStateException(f"Aggregation [{self.agg.name}] must be a bucket aggregation but was [{self.type}]")

    def piped(self, reduction: Reduction) -> Internal:
        """reducePipelines: this, and what lies inside it, with the results of pipeline aggregations."""
        return self._piped_by(self.agg.subs, reduction)

    def _piped_by(self, subs: Factories, reduction: Reduction) -> Internal:
        result: Internal = self
        for pipeline in subs.ordered_pipelines():
            result = pipeline.reduce(result, reduction)
        return result

    def lookup(self, path: Sequence[str]) -> Any:
        """getProperty: what a ``buckets_path`` finds."""
        raise NotImplementedError

    @property
    def java_class(self) -> str:
        """The simple name of its class, which errors of paths tell."""
        if self.type in _TERMS:
            return _TERMS[self.type]
        return "Internal" + "".join(part.capitalize() for part in self.type.split("_"))

    def sort_value(self, key: str | None) -> float:
        """sortValue: what buckets are sorted by."""
        raise IllegalArgumentException(f"Can't sort a [{self.type}] aggregation [{self.agg.name}]")


class SingleBucket(Internal):
    """A bucket that is an aggregation of its own: filter, missing, global, nested ..."""

    __slots__ = ("doc_count", "results")
    reduces_alone = True

    def __init__(self, agg: Aggregation, doc_count: int, results: Results) -> None:
        super().__init__(agg)
        self.doc_count = doc_count
        self.results = results

    def reduce(self, parts: Sequence[Self], reduction: Reduction) -> Internal:
        results = self.agg.subs.reduce([part.results for part in parts], reduction)
        return SingleBucket(self.agg, sum(part.doc_count for part in parts), results)

    def with_results(self, results: Results) -> Self:
        twin = copy(self)
        twin.results = results
        return twin

    def rewritten(self, rewriter: Callable[[Results], Results]) -> Internal:
        return self.with_results(rewriter(self.results))

    def piped(self, reduction: Reduction) -> Internal:
        subs = self.agg.subs
        result = self.with_results(inside(self.results, reduction)) if subs.has_pipelines else self
        return result._piped_by(subs, reduction)

    def body(self, typed: bool) -> dict[str, Any]:
        return {"doc_count": self.doc_count, **shown(self.results, typed)}

    def children(self) -> Iterator[Results]:
        yield self.results

    def lookup(self, path: Sequence[str]) -> Any:
        if not path:
            return self
        if path[0] == "_count":
            if len(path) > 1:
                raise IllegalArgumentException("_count must be the last element in the path")
            return self.doc_count
        if path[0] not in self.results:
            raise IllegalArgumentException(f"Cannot find an aggregation named [{path[0]}] in [{self.agg.name}]")
        return self.results[path[0]].lookup(path[1:])

    def sort_value(self, key: str | None) -> float:
        if key not in (None, "doc_count"):
            raise IllegalArgumentException(
                f"Unknown value key [{key}] for single-bucket aggregation [{self.agg.name}]. Either use [doc_count] "
                f"as key "
                "or drop the key all together."
            )
        return self.doc_count


class Bucket:
    """One of several buckets: ``key`` compares, ``members`` is how the answer shows it beside count and results."""

    __slots__ = ("doc_count", "error", "key", "members", "results")

    def __init__(self, key: Any, doc_count: int, results: Results, members: dict[str, Any] | None = None) -> None:
        self.key = key
        self.doc_count = doc_count
        self.results = results
        self.members = members or {}
        self.error = 0

    def with_results(self, results: Results) -> Self:
        twin = copy(self)
        twin.results = results
        return twin

    @property
    def key_value(self) -> Any:
        """getKey: what ``_key`` in a path stands for."""
        return self.key

    @property
    def key_text(self) -> str:
        text = self.members.get("key_as_string", self.members.get("key", self.key))
        return text if isinstance(text, str) else java_string(text)

    def lookup(self, name: str, path: Sequence[str]) -> Any:
        if not path:
            return self
        if path[0] in ("_count", "_key"):
            if len(path) > 1:
                raise InvalidAggregationPathException(f"{path[0]} must be the last element in the path")
            return self.doc_count if path[0] == "_count" else self.key_value
        if path[0] not in self.results:
            raise InvalidAggregationPathException(f"Cannot find an aggregation named [{path[0]}] in [{name}]")
        return self.results[path[0]].lookup(path[1:])

    def json(self, typed: bool) -> dict[str, Any]:
        return {**self.members, "doc_count": self.doc_count, **shown(self.results, typed)}


class MultiBucket(Internal):
    """Several buckets, in the order of the answer."""

    __slots__ = ("buckets",)
    reduces_alone = True

    def __init__(self, agg: Aggregation, buckets: list[Bucket]) -> None:
        super().__init__(agg)
        self.buckets = buckets

    @property
    def keyed(self) -> bool:
        """Whether the answer shows an object of buckets, not an array."""
        return False

    def with_buckets(self, buckets: list[Bucket]) -> Self:
        """create: this with other buckets."""
        twin = copy(self)
        twin.buckets = buckets
        return twin

    def rewritten(self, rewriter: Callable[[Results], Results]) -> Internal:
        return self.with_buckets([bucket.with_results(rewriter(bucket.results)) for bucket in self.buckets])

    def piped(self, reduction: Reduction) -> Internal:
        subs = self.agg.subs
        result = self.rewritten(lambda results: inside(results, reduction)) if subs.has_pipelines else self
        return result._piped_by(subs, reduction)

    def body(self, typed: bool) -> dict[str, Any]:
        if self.keyed:
            return {"buckets": {bucket.key_text: bucket.json(typed) for bucket in self.buckets}}
        return {"buckets": [bucket.json(typed) for bucket in self.buckets]}

    def children(self) -> Iterator[Results]:
        for bucket in self.buckets:
            yield bucket.results

    def lookup(self, path: Sequence[str]) -> Any:
        if not path:
            return self
        name = path[0]
        if name == "_bucket_count":
            return len(self.buckets)
        if name.startswith("'") and name.endswith("'"):
            for bucket in self.buckets:
                if bucket.key_text == name[1:-1]:
                    return bucket.lookup(self.agg.name, path[1:])
            raise InvalidAggregationPathException(f"Cannot find an key [{name}] in [{self.agg.name}]")
        return [bucket.lookup(self.agg.name, path) for bucket in self.buckets]


def merged(agg: Aggregation, buckets: Sequence[Bucket], reduction: Reduction) -> Bucket:
    """The buckets of one key as one."""
    first = buckets[0]
    if len(buckets) == 1 and not first.results:
        return first
    out = type(first)(
        first.key,
        sum(bucket.doc_count for bucket in buckets),
        agg.subs.reduce([bucket.results for bucket in buckets], reduction),
        first.members,
    )
    out.error = sum(bucket.error for bucket in buckets)
    return out


def same_keyed(parts: Sequence[Sequence[Bucket]]) -> Iterator[list[Bucket]]:
    """The buckets of each key, ascending, of parts that ascend: those of one key in the order in which Lucene's
    PriorityQueue gives them, which does not keep that of equals.
    """
    heap = [iter(part) for part in parts if part]
    tops = [next(one) for one in heap]
    for i in range(1, len(heap)):  # upHeap
        at = i
        while at and tops[at].key < tops[(at - 1) // 2].key:
            above = (at - 1) // 2
            heap[at], heap[above], tops[at], tops[above] = heap[above], heap[at], tops[above], tops[at]
            at = above
    same: list[Bucket] = []
    while heap:
        if same and tops[0].key != same[0].key:
            yield same
            same = []
        same.append(tops[0])
        following = next(heap[0], None)
        if following is not None:
            tops[0] = following
        else:
            last, last_top = heap.pop(), tops.pop()
            if not heap:
                break
            heap[0], tops[0] = last, last_top
        at = 0
        while True:  # downHeap
            below = 2 * at + 1
            if below + 1 < len(heap) and tops[below + 1].key < tops[below].key:
                below += 1
            if below >= len(heap) or not tops[below].key < tops[at].key:
                break
            heap[at], heap[below], tops[at], tops[below] = heap[below], heap[at], tops[below], tops[at]
            at = below
    if same:
        yield same


def inside(results: Results, reduction: Reduction) -> Results:
    """Results with those of their pipeline aggregations."""
    return {name: result.piped(reduction) for name, result in results.items()}


def shown(results: Results, typed: bool) -> dict[str, Any]:
    """Results by name, as the answer shows them."""
    return {f"{result.type}#{name}" if typed else name: result.json(typed) for name, result in results.items()}


# --- definitions ------------------------------------------------------------------------------------------------------


class Pipeline:
    """An aggregation of other aggregations' results (PipelineAggregationBuilder and PipelineAggregator)."""

    kind: ClassVar[str] = ""
    name: str
    meta: dict[str, Any] | None = None
    paths: Sequence[str] = ()

    def reduce(self, around: Internal, reduction: Reduction) -> Internal:
        """The aggregation that this is inside of, with this one's results in its buckets."""
        raise NotImplementedError

    def validate(self, context: Validation) -> None:
        """What the search's validation says of it."""


class SiblingPipeline(Pipeline):
    """One that stands beside the aggregation that it looks at (SiblingPipelineAggregator)."""

    def result(self, beside: Results, reduction: Reduction) -> Internal:
        raise NotImplementedError

    def reduce(self, around: Internal, reduction: Reduction) -> Internal:
        return around.rewritten(lambda beside: {**beside, self.name: self.result(beside, reduction)})


@dataclass(slots=True)
class Validation:
    """PipelineAggregationBuilder.ValidationContext: where a pipeline aggregation stands, and what is wrong so far."""

    parent: Aggregation | None
    siblings: Factories
    problems: list[str]

    def add(self, problem: str) -> None:
        self.problems.append(problem)

    def add_path(self, problem: str) -> None:
        self.problems.append(f"buckets_path {problem}")

    def has_parent(self, kind: str, name: str) -> None:
        if self.parent is None:
            self.add(f"{kind} aggregation [{name}] must be declared inside of another aggregation")

    def parent_in_sequence(self, kind: str, name: str) -> None:
        """validateParentAggSequentiallyOrdered."""
        what = f"{kind} aggregation [{name}] must have a histogram, date_histogram or auto_date_histogram as parent"
        if self.parent is None:
            self.add(f"{what} but doesn't have a parent")
        elif self.parent.kind in ("histogram", "date_histogram"):
            if getattr(self.parent, "min_doc_count", 0) != 0:
                self.add(f"parent histogram of {kind} aggregation [{name}] must have min_doc_count of 0")
        elif self.parent.kind != "auto_date_histogram":
            self.add(what)


@dataclass(frozen=True, slots=True)
class Factories:
    """The definitions at one level."""

    aggs: tuple[Aggregation, ...] = ()
    pipelines: tuple[Pipeline, ...] = ()

    def build(self, ctx: ShardContext) -> Callable[[Docs], list[Results]]:
        """A collector of all of them: results by name, for each bucket."""
        collectors = [(agg.name, agg.noting(ctx, agg.build(ctx))) for agg in self.aggs]
        if not collectors:
            return lambda docs: [{} for _ in range(docs.n)]

        def collect(docs: Docs) -> list[Results]:
            if not docs.n:
                return []
            columns = [(name, collector(docs)) for name, collector in collectors]
            return [{name: column[i] for name, column in columns} for i in range(docs.n)]

        return collect

    def rewritten(self, ctx: ShardContext) -> Factories:
        """These definitions, or copies of those that a shard rewrites."""
        aggs = tuple(agg.rewritten(ctx) for agg in self.aggs)
        if all(after is before for after, before in zip(aggs, self.aggs, strict=True)):
            return self
        return Factories(aggs, self.pipelines)

    def reduce(self, parts: Sequence[Results], reduction: Reduction) -> Results:
        """InternalAggregations.reduce: results by name, in the order of a Java hash map."""
        out: Results = {}
        if not self.aggs:
            return out
        for name in hash_ordered(name for part in parts for name in part):
            found = [part[name] for part in parts if name in part]
            found.sort(key=lambda part: not part.mapped)
            first = found[0]
            out[name] = first.reduce(found, reduction) if len(found) > 1 or first.reduces_alone else first
        return out

    @property
    def has_pipelines(self) -> bool:
        """Whether there are pipeline aggregations below this level."""
        return any(agg.subs.pipelines or agg.subs.has_pipelines for agg in self.aggs)

    def ordered_pipelines(self) -> list[Pipeline]:
        """resolvePipelineAggregatorOrder: each after those that it looks at."""
        if not self.pipelines:
            return []
        ordered: list[Pipeline] = []
        waiting = list(self.pipelines)
        while waiting:
            self._order(waiting[0], ordered, waiting, [])
        return ordered

    def _order(
        self, pipeline: Pipeline, ordered: list[Pipeline], waiting: list[Pipeline], marked: list[Pipeline]
    ) -> None:
        if any(one is pipeline for one in marked):
            raise IllegalArgumentException(f"Cyclical dependency found with pipeline aggregator [{pipeline.name}]")
        if not any(one is pipeline for one in waiting):
            return
        marked.append(pipeline)
        for path in pipeline.paths:
            elements = parse_path(path)
            if path in ("_count", "_key"):
                continue
            first = self.named(elements[0].name)
            if first is not None:
                _check_path(path, elements, first)
                continue
            other = next((one for one in reversed(self.pipelines) if one.name == elements[0].name), None)
            if other is None:
                raise IllegalArgumentException(f"No aggregation found for path [{path}]")
            self._order(other, ordered, waiting, marked)
        waiting.remove(pipeline)
        marked.remove(pipeline)
        ordered.append(pipeline)

    def validate(self, problems: list[str], parent: Aggregation | None = None) -> None:
        """AggregatorFactories.Builder.validate: what is wrong with pipeline aggregations, here and below."""
        try:
            ordered = self.ordered_pipelines()
        except IllegalArgumentException as error:
            problems.append(str(error.reason))
        else:
            for pipeline in ordered:
                pipeline.validate(Validation(parent, self, problems))
        for agg in self.aggs:
            agg.subs.validate(problems, agg)

    def finish(self, parts: Sequence[Results], services: Any = None) -> Results:
        """topLevelReduce: the results of all shards as one, and those of pipeline aggregations."""
        reduction = Reduction(getattr(services, "max_buckets", DEFAULT_MAX_BUCKETS), services=services)
        results = inside(self.reduce(parts, reduction), reduction)
        for pipeline in self.ordered_pipelines():
            assert isinstance(pipeline, SiblingPipeline)
            results[pipeline.name] = pipeline.result(results, reduction)
        return results

    def __bool__(self) -> bool:
        return bool(self.aggs or self.pipelines)

    @property
    def concurrent(self) -> bool:
        """allFactoriesSupportConcurrentSearch: whether a search for them collects its segments in slices."""
        return not any(agg.sequential for agg in self.walk())

    def named(self, name: str) -> Aggregation | None:
        return next((agg for agg in self.aggs if agg.name == name), None)

    def walk(self) -> Iterator[Aggregation]:
        for agg in self.aggs:
            yield agg
            yield from agg.subs.walk()


def _check_path(path: str, elements: Sequence[PathElement], agg: Aggregation) -> None:
    """A path's elements below its first must be there."""
    for i, element in enumerate(elements[1:], 1):
        last = i == len(elements) - 1
        if last and (element.name.lower() == "_key" or element.name == "_count"):
            return
        below = agg.subs.named(element.name)
        if below is None:
            if last and any(pipeline.name == element.name for pipeline in agg.subs.pipelines):
                return
            raise IllegalArgumentException(f"No aggregation [{element.name}] found for path [{path}]")
        agg = below


class Aggregation:
    """A definition (AggregationBuilder). Kinds are dataclasses of what they read; name, meta and subs are set by the
    parser.
    """

    kind: ClassVar[str] = ""
    leaf: ClassVar[bool] = False
    """Whether it refuses sub-aggregations."""
    single_bucket: ClassVar[bool] = False
    sequential: ClassVar[bool] = False
    """Whether it must see a shard's documents one after the other."""
    metrics: ClassVar[tuple[str, ...] | None] = None
    """The values that a metric can be sorted by; ``("value",)`` for one that has one."""
    name: str = ""
    meta: dict[str, Any] | None = None
    subs: Factories = Factories()
    parent: Aggregation | None = None

    def build(self, ctx: ShardContext) -> Collector:
        raise NotImplementedError

    notes: ClassVar[bool] = False
    """Whether its collector notes its buckets itself, as it leaves some out."""

    def noting(self, ctx: ShardContext, collector: Collector) -> Collector:
        """The collector, which also notes what a profile tells."""
        if "noted" not in ctx.memo:
            return collector

        def collect(docs: Docs) -> Sequence[Internal]:
            parts = collector(docs)
            if not docs.unmapped:
                counts = [len(part.buckets) if isinstance(part, MultiBucket) else 0 for part in parts]
                note(ctx, self, len(docs.rows), [] if self.notes else counts)
            return parts

        return collect

    def has_metric(self, name: str) -> bool:
        """Whether buckets can be sorted by a metric's value of this name."""
        return self.metrics is not None and name in self.metrics

    def check(self) -> None:
        """What a shard's factory refuses of the definitions alone."""

    def filters(self) -> Iterator[Query]:
        """The queries that it holds."""
        return iter(())

    def rewritten(self, ctx: ShardContext) -> Self:
        """AggregationBuilder.rewrite: itself, unless a query inside becomes another one on this shard.

        Then it is copied, and the copy has metadata, if none was given: an empty object, which is shown.
        """
        subs = self.subs.rewritten(ctx)
        if subs is self.subs and not any(query.rewrites(ctx) for query in self.filters()):
            return self
        copied = copy(self)
        copied.subs = subs
        copied.meta = {} if self.meta is None else self.meta
        return copied


# --- buckets in numpy -------------------------------------------------------------------------------------------------


def bucketed(docs: Docs, at: NDArray[Any], keys: NDArray[Any]) -> tuple[Owners, NDArray[Any], Owners]:
    """Numbers for the buckets of (owner, key) pairs: (each pair's bucket, each bucket's key, each bucket's owner).

    Buckets are numbered by owner and then by key. ``keys`` must be sortable numbers.
    """
    owners = docs.owners[at]
    if not len(keys):
        return np.empty(0, np.int64), keys[:0], np.empty(0, np.int64)
    if keys.dtype.kind in "iu" and len(keys):
        low, high = int(keys.min()), int(keys.max())
        span = high - low + 1
        if span * docs.n <= max(1024, 4 * len(keys)):
            codes = (keys - low if low else keys).astype(np.int64, copy=False)
            if docs.n > 1:
                codes = codes + owners * span
            present = np.bincount(codes, minlength=span * docs.n) > 0
            numbers = np.cumsum(present) - 1
            found = np.flatnonzero(present)
            return numbers[codes], (found % span).astype(keys.dtype) + keys.dtype.type(low), found // span
    distinct, inverse = np.unique(keys, return_inverse=True)
    codes = owners * len(distinct) + inverse
    found, numbers = np.unique(codes, return_inverse=True)
    return numbers, distinct[found % len(distinct)], found // len(distinct)


def compacted(codes: NDArray[np.int64]) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """The distinct numbers, ascending, and for each which of them it is."""
    if not len(codes):
        return codes, codes
    low = int(codes.min())
    span = int(codes.max()) - low + 1
    if span > max(1024, 4 * len(codes)):
        found, numbers = np.unique(codes, return_inverse=True)
        return found, numbers
    moved = codes - low
    present = np.bincount(moved, minlength=span) > 0
    return np.flatnonzero(present) + low, (np.cumsum(present) - 1)[moved]


def pairs_once(at: NDArray[Any], keys: NDArray[Any]) -> NDArray[np.bool_] | None:
    """bool: which of (position, key) pairs are their first, where a document's values repeat; None: all are.

    ``at`` and, for a position, ``keys`` ascend.
    """
    if len(at) < 2:
        return None
    again = (at[1:] == at[:-1]) & (keys[1:] == keys[:-1])
    return None if not again.any() else np.concatenate(([True], ~again))


# --- parsing ----------------------------------------------------------------------------------------------------------

Parser = Callable[[str, Any, Any], "Aggregation | Pipeline"]
PARSERS: dict[str, Parser] = {}


def register(*names: str) -> Callable[[Parser], Parser]:
    """Make ``parse(name, container, key)`` the parser of these types; ``container[key]`` is the type's object."""

    def add(parser: Parser) -> Parser:
        for name in names:
            PARSERS[name] = parser
        return parser

    return add


def sort_value(results: Results, path: Sequence[PathElement]) -> float:
    """InternalAggregations.sortValue."""
    head, *tail = path
    found = results.get(head.name)
    if found is None:
        raise IllegalArgumentException(f"Cannot find aggregation named [{head.name}]")
    if tail:
        assert isinstance(found, SingleBucket)
        return sort_value(found.results, tail)
    return found.sort_value(head.key)


def finite(value: float) -> Any:
    """A double of the answer: Java writes those that JSON has no number for as text."""
    if isinstance(value, float) and not math.isfinite(value):
        return "NaN" if value != value else "Infinity" if value > 0 else "-Infinity"
    return value
