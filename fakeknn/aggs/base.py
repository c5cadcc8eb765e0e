"""What an aggregation is: a definition parsed from the body, which on each shard collects documents into buckets, and
whose partial results are merged over the shards.

A definition's ``build(ctx)`` gives the shard's ``Collector`` (or refuses its field); that is given the documents of all
parent buckets at once (``Docs``), and gives a partial result (``Internal``) for each of them. ``Internal.reduce``
merges those of several shards; ``body`` is the JSON that the answer shows.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from copy import copy
from dataclasses import dataclass
from functools import lru_cache
from typing import Any, ClassVar, Self, TypeVar, cast

from fakeknn.aggs.docs import Docs
from fakeknn.aggs.paths import PathElement, parse_path
from fakeknn.aggs.results import DEFAULT_MAX_BUCKETS, Internal, MultiBucket, Reduction, Results, inside
from fakeknn.errors import IllegalArgumentException, OpenSearchError
from fakeknn.query.base import Query
from fakeknn.query.context import ShardContext
from fakeknn.xcontent import hash_ordered


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
Collector = Callable[[Docs], Sequence[Internal]]
T = TypeVar("T")

#: Stands for the aggregation's name in the texts of errors that the readers of its members raise.
NAME = "\x00"


def refuse(ctx: ShardContext, error: OpenSearchError) -> None:
    """Refuse what is built when all is resolved: aggregators are made after their factories."""
    ctx.memo.setdefault("refused", error)


def refuse_documents(ctx: ShardContext, error: OpenSearchError) -> None:
    """Refuse what would collect, when all is made and there are segments (getLeafCollector)."""
    if ctx.n:
        ctx.memo.setdefault("refused documents", error)


def check_refused(ctx: ShardContext) -> None:
    """Raise what was refused meanwhile."""
    refused, last = ctx.memo.pop("refused", None), ctx.memo.pop("refused documents", None)
    if refused is not None or last is not None:
        raise refused or last


def created(ctx: ShardContext, make: Callable[[], T]) -> T:
    """What belongs to the aggregator; what ``make`` raises is raised when all factories are made, and then nothing is
    collected.
    """
    try:
        return make()
    except OpenSearchError as error:
        refuse(ctx, error)
        return cast(T, None)


def in_slices(ctx: ShardContext) -> bool:
    """Whether the search collects a shard in slices, whose results are merged before the shard gives its own."""
    return bool(ctx.memo.get("slices", True))


def is_alone(ctx: ShardContext) -> bool:
    """Whether the search is of one shard, so that its results are merged with no others."""
    return bool(ctx.memo.get("alone", False))


def shard_buckets(ctx: ShardContext) -> Reduction:
    """The buckets of one search on one shard (MultiBucketConsumerService.create)."""
    found: Reduction | None = ctx.memo.get("buckets")
    if found is None:
        found = ctx.memo["buckets"] = Reduction(getattr(ctx.services, "max_buckets", DEFAULT_MAX_BUCKETS))
    return found


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


@lru_cache(maxsize=256)
def _hash_ordered(names: tuple[str, ...]) -> tuple[str, ...]:
    """The same few names come with every bucket."""
    return tuple(hash_ordered(names))


def collecting(collectors: Mapping[str, Collector]) -> Callable[[Docs], list[Results]]:
    """A collector of some: results by name, for each bucket."""
    if not collectors:
        return lambda docs: [{} for _ in range(docs.n)]

    def collect(docs: Docs) -> list[Results]:
        if not docs.n:
            return []
        columns = [(name, collector(docs)) for name, collector in collectors.items()]
        return [{name: column[i] for name, column in columns} for i in range(docs.n)]

    return collect


@dataclass(frozen=True, slots=True)
class Factories:
    """The definitions at one level."""

    aggs: tuple[Aggregation, ...] = ()
    pipelines: tuple[Pipeline, ...] = ()

    def build(self, ctx: ShardContext) -> Callable[[Docs], list[Results]]:
        """A collector of all of them: results by name, for each bucket."""
        return collecting(self.collectors(ctx))

    def collectors(self, ctx: ShardContext) -> dict[str, Collector]:
        """The collector of each, by name; they are made in the order of the definitions."""
        return {agg.name: agg.noting(ctx, agg.build(ctx)) for agg in self.aggs}

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
        for name in _hash_ordered(tuple(name for part in parts for name in part)):
            found = [part[name] for part in parts if name in part]
            if len(found) > 1:
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
    joins_buckets: ClassVar[bool] = False
    """Whether buckets of one shard may become one when results are reduced."""
    sequential: ClassVar[bool] = False
    """Whether it must see a shard's documents one after the other."""
    metrics: ClassVar[tuple[str, ...] | None] = None
    """The values that a metric can be sorted by; ``("value",)`` for one that has one."""
    name: str = ""
    meta: dict[str, Any] | None = None
    subs: Factories = Factories()
    parent: Aggregation | None = None

    @property
    def one_inside(self) -> bool:
        """Whether what is inside is collected for one bucket if this is (CardinalityUpperBound)."""
        return self.single_bucket

    @property
    def of_one_bucket(self) -> bool:
        """Whether it is collected for one bucket alone."""
        return self.parent is None or (self.parent.one_inside and self.parent.of_one_bucket)

    def collects_nothing(self, ctx: ShardContext) -> bool:
        """Whether the mapping knows nothing of what it goes by (NonCollectingAggregator)."""
        return False

    def within_nothing(self, ctx: ShardContext) -> bool:
        """Whether it is inside of one that collects nothing (CardinalityUpperBound.NONE)."""
        around = self.parent
        return around is not None and (around.collects_nothing(ctx) or around.within_nothing(ctx))

    @property
    def in_joined_buckets(self) -> bool:
        """Whether its results may be merged with others of its shard."""
        return self.parent is not None and (self.parent.joins_buckets or self.parent.in_joined_buckets)

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
        if subs is self.subs and not any(query.unwrapped or query.rewrites(ctx) for query in self.filters()):
            return self
        copied = copy(self)
        copied.subs = subs
        copied.meta = {} if self.meta is None else self.meta
        return copied


# --- buckets in numpy -------------------------------------------------------------------------------------------------


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
