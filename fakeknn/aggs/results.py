"""What an aggregation gives: on each shard a partial result for each bucket of its parent, merged over the shards."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from copy import copy
from dataclasses import dataclass
from typing import Any, ClassVar, Self

from fakeknn.aggs.paths import PathElement
from fakeknn.errors import (
    IllegalArgumentException,
    IllegalStateException,
    InvalidAggregationPathException,
    TooManyBucketsException,
)
from fakeknn.xcontent import java_string

#: An Aggregation or a Pipeline: these know what they give, which does not know them in turn.
Definition = Any
Results = dict[str, "Internal"]

DEFAULT_MAX_BUCKETS = 65_535


@dataclass(slots=True)
class Reduction:
    """What a merge knows: how many buckets there are so far, and may be."""

    max_buckets: int = DEFAULT_MAX_BUCKETS
    buckets: int = 0
    partial: bool = False
    """Whether a shard merges the slices of its search: what comes of it is merged with other shards' again."""
    services: Any = None
    """What pipeline aggregations may ask of the node (stored scripts)."""

    def consume(self, count: int) -> None:
        """MultiBucketConsumer.accept."""
        self._take(self.buckets + count, count)

    def consume_each(self, count: int) -> None:
        """The same of several buckets, one after the other."""
        self._take(max(self.buckets, min(self.buckets + count, self.max_buckets + 1)), count)

    def _take(self, buckets: int, count: int) -> None:
        self.buckets = buckets
        if count and self.buckets > self.max_buckets:
            raise TooManyBucketsException(
                f"Trying to create too many buckets. Must be less than or equal to: [{self.max_buckets}] but was "
                f"[{self.buckets}]. This limit can be set by changing the [search.max_buckets] cluster level setting.",
                max_buckets=self.max_buckets,
            )


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

    def __init__(self, agg: Definition) -> None:
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

    def _piped_by(self, subs: Any, reduction: Reduction) -> Internal:
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

    def __init__(self, agg: Definition, doc_count: int, results: Results) -> None:
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

    def __init__(self, key: Any, doc_count: int, results: Results, members: Mapping[str, Any] | None = None) -> None:
        self.key = key
        self.doc_count = doc_count
        self.results = results
        self.members = {} if members is None else members
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
        if not self.results:
            return {**self.members, "doc_count": self.doc_count}
        return {**self.members, "doc_count": self.doc_count, **shown(self.results, typed)}


class ShownKeyBucket(Bucket):
    """A bucket whose key compares in one form and is shown, also to paths, in another."""

    __slots__ = ()

    @property
    def key_value(self) -> Any:
        return self.members["key"]


class NamedBucket(Bucket):
    """A bucket whose key is a name: its place or its object's name may tell it."""

    __slots__ = ()

    @property
    def key_text(self) -> str:
        return str(self.key)


class MultiBucket(Internal):
    """Several buckets, in the order of the answer."""

    __slots__ = ("buckets",)
    reduces_alone = True

    def __init__(self, agg: Definition, buckets: list[Bucket]) -> None:
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


class PlacedBuckets(MultiBucket):
    """Buckets that all shards have: merged place by place."""

    __slots__ = ()

    @property
    def keyed(self) -> bool:
        return bool(self.agg.keyed)

    def reduce(self, parts: Sequence[Self], reduction: Reduction) -> Internal:
        reduction.consume(len(self.buckets))
        together = zip(*(part.buckets for part in parts), strict=True)
        return self.with_buckets([merged(self.agg, same, reduction) for same in together])


def by_key(parts: Iterable[MultiBucket]) -> dict[Any, list[Bucket]]:
    """The buckets of each key, in the order in which keys are met."""
    found: dict[Any, list[Bucket]] = {}
    for part in parts:
        for bucket in part.buckets:
            found.setdefault(bucket.key, []).append(bucket)
    return found


def merged(agg: Definition, buckets: Sequence[Bucket], reduction: Reduction) -> Bucket:
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


def inside(results: Results, reduction: Reduction) -> Results:
    """Results with those of their pipeline aggregations."""
    return {name: result.piped(reduction) for name, result in results.items()}


def shown(results: Results, typed: bool) -> dict[str, Any]:
    """Results by name, as the answer shows them."""
    return {f"{result.type}#{name}" if typed else name: result.json(typed) for name, result in results.items()}


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
