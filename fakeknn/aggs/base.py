"""What an aggregation is: a definition parsed from the body, which on each shard collects documents into buckets, and
whose partial results are merged over the shards.

A definition's ``build(ctx)`` gives the shard's ``Collector`` (or refuses its field); that is given the documents of all
parent buckets at once (``Docs``), and gives a partial result (``Internal``) for each of them. ``Internal.reduce``
merges those of several shards; ``body`` is the JSON that the answer shows.
"""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any, ClassVar, Self

import numpy as np
from numpy.typing import NDArray

from fakeknn.errors import (
    AggregationExecutionException,
    AggregationInitializationException,
    IllegalArgumentException,
    InvalidAggregationPathException,
    NamedObjectNotFoundException,
    NotFaked,
    ParsingException,
    TooManyBucketsException,
    Where,
)
from fakeknn.query.base import Scores, ShardContext
from fakeknn.xcontent import hash_ordered, objects
from fakeknn.xcontent.suggest import did_you_mean

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

    def taken(self, at: Any, owners: Owners, n: int) -> Docs:
        """The documents at some positions, in other buckets."""
        return Docs(self.ctx, self.rows[at], owners, n, self.score)

    def counts(self) -> NDArray[np.int64]:
        """int64[n]: how many documents each bucket has."""
        return np.bincount(self.owners, minlength=self.n)

    def mask(self, mask: NDArray[np.bool_]) -> Docs:
        """The documents whose row a bool[rows of the View] marks."""
        kept = mask[self.rows]
        return Docs(self.ctx, self.rows[kept], self.owners[kept], self.n, self.score)

    def nothing(self) -> Docs:
        """One bucket without documents."""
        return Docs(self.ctx, self.rows[:0], self.owners[:0], 1, self.score)


#: What a definition makes of a shard: partial results for the buckets that it is given.
Collector = Callable[[Docs], Sequence["Internal"]]
Results = dict[str, "Internal"]


@dataclass(slots=True)
class Reduction:
    """What a merge knows: ``final`` once, when it is that of all shards, not of a part; how many buckets there may
    be.
    """

    max_buckets: int = 65_535
    buckets: int = 0

    def consume(self, count: int) -> None:
        """MultiBucketConsumer.accept."""
        self.buckets += count
        if count > 0 and self.buckets > self.max_buckets:
            raise TooManyBucketsException(
                f"Trying to create too many buckets. Must be less than or equal to: [{self.max_buckets}] but was "
                f"[{self.buckets}]. This limit can be set by changing the [search.max_buckets] cluster level setting.",
                max_buckets=self.max_buckets,
            )


class Internal:
    """One aggregation's result, partial or whole (InternalAggregation)."""

    __slots__ = ("agg",)

    def __init__(self, agg: Aggregation) -> None:
        self.agg = agg

    @property
    def type(self) -> str:
        """The name that ``typed_keys`` shows."""
        return self.agg.kind

    @property
    def mapped(self) -> bool:
        """Whether the shard knew the field: only such results are merged when there is one."""
        return True

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

    def property(self, path: Sequence[str]) -> Any:
        """getProperty: what a ``buckets_path`` finds."""
        raise NotImplementedError

    def sort_value(self, key: str | None) -> float:
        """sortValue: what buckets are sorted by."""
        raise IllegalArgumentException(
            "Buckets can only be sorted on a sub-aggregator path that is built out of zero or more single-bucket "
            "aggregations within the path and a final single-bucket or a metrics aggregation at the path end."
        )


class SingleBucket(Internal):
    """A bucket that is an aggregation of its own: filter, missing, global, nested ..."""

    __slots__ = ("doc_count", "results")

    def __init__(self, agg: Aggregation, doc_count: int, results: Results) -> None:
        super().__init__(agg)
        self.doc_count = doc_count
        self.results = results

    def reduce(self, parts: Sequence[Self], reduction: Reduction) -> Internal:
        results = self.agg.subs.reduce([part.results for part in parts], reduction)
        return SingleBucket(self.agg, sum(part.doc_count for part in parts), results)

    def body(self, typed: bool) -> dict[str, Any]:
        return {"doc_count": self.doc_count, **shown(self.results, typed)}

    def children(self) -> Iterator[Results]:
        yield self.results

    def property(self, path: Sequence[str]) -> Any:
        if not path:
            return self
        if path[0] == "_count":
            if len(path) > 1:
                raise IllegalArgumentException("_count must be the last element in the path")
            return self.doc_count
        if path[0] not in self.results:
            raise IllegalArgumentException(f"Cannot find an aggregation named [{path[0]}] in [{self.agg.name}]")
        return self.results[path[0]].property(path[1:])

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

    @property
    def key_value(self) -> Any:
        """getKey: what ``_key`` in a path stands for."""
        return self.key

    @property
    def key_text(self) -> str:
        text = self.members.get("key_as_string", self.members.get("key", self.key))
        return text if isinstance(text, str) else objects.java_string(text)

    def property(self, name: str, path: Sequence[str]) -> Any:
        if not path:
            return self
        if path[0] in ("_count", "_key"):
            if len(path) > 1:
                raise InvalidAggregationPathException(f"{path[0]} must be the last element in the path")
            return self.doc_count if path[0] == "_count" else self.key_value
        if path[0] not in self.results:
            raise InvalidAggregationPathException(f"Cannot find an aggregation named [{path[0]}] in [{name}]")
        return self.results[path[0]].property(path[1:])

    def json(self, typed: bool) -> dict[str, Any]:
        return {**self.members, "doc_count": self.doc_count, **shown(self.results, typed)}


class MultiBucket(Internal):
    """Several buckets, in the order of the answer."""

    __slots__ = ("buckets",)

    def __init__(self, agg: Aggregation, buckets: list[Bucket]) -> None:
        super().__init__(agg)
        self.buckets = buckets

    keyed: ClassVar[bool] = False

    def body(self, typed: bool) -> dict[str, Any]:
        return {"buckets": [bucket.json(typed) for bucket in self.buckets]}

    def children(self) -> Iterator[Results]:
        for bucket in self.buckets:
            yield bucket.results

    def property(self, path: Sequence[str]) -> Any:
        if not path:
            return self
        name = path[0]
        if name == "_bucket_count":
            return len(self.buckets)
        if name.startswith("'") and name.endswith("'"):
            for bucket in self.buckets:
                if bucket.key_text == name[1:-1]:
                    return bucket.property(self.agg.name, path[1:])
            raise InvalidAggregationPathException(f"Cannot find an key [{name}] in [{self.agg.name}]")
        return [bucket.property(self.agg.name, path) for bucket in self.buckets]


def merged(agg: Aggregation, buckets: Sequence[Bucket], reduction: Reduction) -> Bucket:
    """The buckets of one key as one."""
    first = buckets[0]
    out = Bucket(
        first.key,
        sum(bucket.doc_count for bucket in buckets),
        agg.subs.reduce([bucket.results for bucket in buckets], reduction),
        first.members,
    )
    out.error = sum(bucket.error for bucket in buckets)
    return out


def shown(results: Results, typed: bool) -> dict[str, Any]:
    """Results by name, as the answer shows them."""
    return {f"{result.type}#{name}" if typed else name: result.json(typed) for name, result in results.items()}


# --- definitions ------------------------------------------------------------------------------------------------------


class Pipeline:
    """An aggregation of other aggregations' results."""

    kind: ClassVar[str] = ""
    parental: ClassVar[bool] = False
    """Whether it works on the buckets around it, not on an aggregation beside it."""
    name: str
    meta: dict[str, Any] | None = None
    paths: Sequence[str] = ()

    def apply_to_parent(self, parent: Internal) -> Internal:
        raise NotImplementedError

    def apply_beside(self, results: Results) -> Internal:
        raise NotImplementedError

    def validate(self, parent: Aggregation | None, siblings: Factories, problems: list[str]) -> None:
        """What the search's validation says of it."""


@dataclass(frozen=True, slots=True)
class Factories:
    """The definitions at one level."""

    aggs: tuple[Aggregation, ...] = ()
    pipelines: tuple[Pipeline, ...] = ()

    def build(self, ctx: ShardContext) -> Callable[[Docs], list[Results]]:
        """A collector of all of them: results by name, for each bucket."""
        collectors = [(agg.name, agg.build(ctx)) for agg in self.aggs]
        if not collectors:
            return lambda docs: [{} for _ in range(docs.n)]

        def collect(docs: Docs) -> list[Results]:
            columns = [(name, collector(docs)) for name, collector in collectors]
            return [{name: column[i] for name, column in columns} for i in range(docs.n)]

        return collect

    def reduce(self, parts: Sequence[Results], reduction: Reduction) -> Results:
        """InternalAggregations.reduce: results by name, in the order of a Java hash map."""
        out: Results = {}
        for name in hash_ordered(name for part in parts for name in part):
            found = [part[name] for part in parts if name in part]
            known = [part for part in found if part.mapped] or found[:1]
            out[name] = known[0].reduce(known, reduction)
        return out

    def __bool__(self) -> bool:
        return bool(self.aggs or self.pipelines)

    def named(self, name: str) -> Aggregation | None:
        return next((agg for agg in self.aggs if agg.name == name), None)

    def walk(self) -> Iterator[Aggregation]:
        for agg in self.aggs:
            yield agg
            yield from agg.subs.walk()


class Aggregation:
    """A definition (AggregationBuilder). Kinds are dataclasses of what they read; name, meta and subs are set by the
    parser.
    """

    kind: ClassVar[str] = ""
    leaf: ClassVar[bool] = False
    """Whether it refuses sub-aggregations."""
    single_bucket: ClassVar[bool] = False
    metrics: ClassVar[tuple[str, ...] | None] = None
    """The values that a metric can be sorted by; ``("value",)`` for one that has one."""
    name: str = ""
    meta: dict[str, Any] | None = None
    subs: Factories = Factories()
    parent: Aggregation | None = None

    def build(self, ctx: ShardContext) -> Collector:
        raise NotImplementedError

    def check(self) -> None:
        """What a shard's factory refuses of the definitions alone."""


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
            codes = owners * span + (keys - low).astype(np.int64)
            present = np.bincount(codes, minlength=span * docs.n) > 0
            numbers = np.cumsum(present) - 1
            found = np.flatnonzero(present)
            return numbers[codes], (found % span + low).astype(keys.dtype), found // span
    distinct, inverse = np.unique(keys, return_inverse=True)
    codes = owners * len(distinct) + inverse
    found, numbers = np.unique(codes, return_inverse=True)
    return numbers, distinct[found % len(distinct)], found // len(distinct)


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

#: The aggregations of OpenSearch 3.5.0 and the modules it comes with.
KNOWN = frozenset(
    "adjacency_matrix auto_date_histogram avg avg_bucket bucket_script bucket_selector bucket_sort cardinality "
    "children "
    "composite cumulative_sum date_histogram date_range derivative diversified_sampler extended_stats "
    "extended_stats_bucket "
    "filter filters geo_bounds geo_centroid geo_distance geohash_grid geotile_grid global histogram ip_range "
    "matrix_stats max "
    "max_bucket median_absolute_deviation min min_bucket missing moving_avg moving_fn multi_terms nested parent "
    "percentile_ranks percentiles percentiles_bucket range rare_terms reverse_nested sampler scripted_metric "
    "serial_diff "
    "significant_terms significant_text stats stats_bucket sum sum_bucket terms top_hits value_count "
    "variable_width_histogram weighted_avg".split()
)


def register(*names: str) -> Callable[[Parser], Parser]:
    """Make ``parse(name, container, key)`` the parser of these types; ``container[key]`` is the type's object."""

    def add(parser: Parser) -> Parser:
        for name in names:
            PARSERS[name] = parser
        return parser

    return add


_VALID_NAME = re.compile(r"[^\[\]>]+")


def parse_aggregations(container: Any, key: Any) -> Factories:
    """AggregatorFactories.parseAggregators."""
    aggs: list[Aggregation] = []
    pipelines: list[Pipeline] = []
    body = container[key]
    for name, value in body.items():
        if not _VALID_NAME.fullmatch(name):
            raise ParsingException(
                f"Invalid aggregation name [{name}]. Aggregation names can contain any character except '[', ']', and "
                f"'>'",
                at=Where(body, name, "key"),
            )
        if not isinstance(value, dict):
            raise ParsingException(
                f"Aggregation definition for [{name} starts with a [{objects.token(value)}], expected a "
                f"[START_OBJECT].",
                at=Where(body, name),
            )
        found = _parse_one(name, value)
        (pipelines if isinstance(found, Pipeline) else aggs).append(found)  # type: ignore[arg-type]
    return Factories(tuple(aggs), tuple(pipelines))


def _parse_one(name: str, body: dict[str, Any]) -> Aggregation | Pipeline:
    found: Aggregation | Pipeline | None = None
    subs: Factories | None = None
    meta: dict[str, Any] | None = None
    for member, value in body.items():
        if not isinstance(value, dict):
            raise ParsingException(
                f"Expected [START_OBJECT] under [{member}], but got a [{objects.token(value)}] in [{name}]",
                at=Where(body, member),
            )
        if member == "meta":
            meta = value
        elif member in ("aggregations", "aggs"):
            if subs is not None:
                raise ParsingException(f"Found two sub aggregation definitions under [{name}]", at=Where(body, member))
            subs = parse_aggregations(body, member)
        else:
            if found is not None:
                raise ParsingException(
                    f"Found two aggregation type definitions in [{name}]: [{found.kind}] and [{member}]",
                    at=Where(body, member),
                )
            found = _parse_type(name, body, member)
    if found is None:
        raise ParsingException(f"Missing definition for aggregation [{name}]", at=Where(body, None, "end"))
    found.meta = meta
    found.name = name
    if subs is not None and subs:
        if isinstance(found, Pipeline):
            raise IllegalArgumentException(f"Aggregation [{name}] cannot define sub-aggregations")
        if found.leaf:
            raise AggregationInitializationException(
                f"Aggregator [{name}] of type [{found.kind}] cannot accept sub-aggregations"
            )
        found.subs = subs
        for agg in subs.aggs:
            agg.parent = found
    return found


def _parse_type(name: str, body: dict[str, Any], kind: str) -> Aggregation | Pipeline:
    parser = PARSERS.get(kind)
    if parser is None:
        if kind in KNOWN:
            raise NotFaked(f"the [{kind}] aggregation")
        error = ParsingException(f"Unknown aggregation type [{kind}]{did_you_mean(kind, KNOWN)}", at=Where(body, kind))
        error.__cause__ = NamedObjectNotFoundException(f"unknown field [{kind}]", at=Where(body, kind))
        raise error
    return parser(name, body, kind)


# --- paths ------------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class PathElement:
    full: str
    name: str
    key: str | None = None

    def __str__(self) -> str:
        return self.full


def parse_path(path: str) -> list[PathElement]:
    """AggregationPath.parse."""
    elements = [element for element in path.split(">") if element]
    found = []
    for i, element in enumerate(elements):
        bad = AggregationExecutionException(f"Invalid path element [{element}] in path [{path}]")
        at = element.rfind("[")
        if at >= 0:
            if at == 0 or at > len(element) - 3 or element[-1] != "]":
                raise bad
            found.append(PathElement(element, element[:at], element[at + 1 : -1]))
            continue
        at = element.rfind(".") if i == len(elements) - 1 else -1
        if at < 0:
            found.append(PathElement(element, element))
            continue
        if at == 0 or at > len(element) - 2:
            raise bad
        found.append(PathElement(element, element[:at], element[at + 1 :]))
    return found


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
