"""The order of buckets: by count, by key, by a sub-aggregation's value, or by several of these (BucketOrder).

An order gives sort columns of the buckets of a shard (numpy, the least first) and sort keys of whole buckets.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from fakeknn.aggs.base import Aggregation
from fakeknn.aggs.merging import ranked, same_keyed
from fakeknn.aggs.paths import PathElement, parse_path
from fakeknn.aggs.results import Bucket, MultiBucket, Results, sort_value
from fakeknn.errors import (
    AggregationExecutionException,
    IllegalArgumentException,
    IndexOutOfBoundsException,
    ParsingException,
    Where,
)
from fakeknn.xcontent import objects


@dataclass(frozen=True)
class Order:
    """One criterion."""

    ascending: bool

    def column(self, counts: NDArray[np.int64], results: Sequence[Results]) -> NDArray[Any]:
        """One sortable number for each bucket of a shard; buckets are given in the order of their keys."""
        raise NotImplementedError

    def of_bucket(self, bucket: Bucket) -> Any:
        """What a bucket compares by, before ``ascending``."""
        raise NotImplementedError

    def validate(self, agg: Aggregation) -> None:
        """Refuses a path that leads nowhere."""


class CountOrder(Order):
    def column(self, counts: NDArray[np.int64], results: Sequence[Results]) -> NDArray[Any]:
        return counts if self.ascending else -counts

    def of_bucket(self, bucket: Bucket) -> Any:
        return bucket.doc_count


class KeyOrder(Order):
    def column(self, counts: NDArray[np.int64], results: Sequence[Results]) -> NDArray[Any]:
        places = np.arange(len(counts))
        return places if self.ascending else -places

    def of_bucket(self, bucket: Bucket) -> Any:
        return bucket.key


@dataclass(frozen=True)
class PathOrder(Order):
    path: tuple[PathElement, ...]

    def __str__(self) -> str:
        return ">".join(map(str, self.path))

    def column(self, counts: NDArray[np.int64], results: Sequence[Results]) -> NDArray[Any]:
        values = np.array([sort_value(result, self.path) for result in results], np.float64)
        return values if self.ascending else -values

    def of_bucket(self, bucket: Bucket) -> Any:
        try:
            value = sort_value(bucket.results, self.path)
        except IllegalArgumentException as error:
            raise IllegalArgumentException(f"Invalid aggregation order path [{self}]. {error.reason}") from error
        unknown = math.isnan(value)  # comes last, whatever the direction
        return (unknown if self.ascending else not unknown, 0.0 if unknown else value)

    def validate(self, agg: Aggregation) -> None:
        """InternalOrder.Aggregation.partiallyBuiltBucketComparator."""
        try:
            self._resolve(agg)
        except IllegalArgumentException as error:
            raise AggregationExecutionException(f"Invalid aggregation order path [{self}]. {error.reason}") from error

    def _resolve(self, agg: Aggregation) -> None:
        for i, element in enumerate(self.path):
            if i and not agg.single_bucket:
                raise IllegalArgumentException(
                    "Buckets can only be sorted on a sub-aggregator path that is built out of zero or more "
                    "single-bucket aggregations within the path and a final single-bucket or a metrics aggregation at "
                    f"the path end. [{agg.name}] is not single-bucket."
                )
            found = agg.subs.named(element.name)
            if found is None:
                raise IllegalArgumentException(
                    f"The provided aggregation [{element}] either does not exist, or is a pipeline aggregation and "
                    "cannot be used to sort the buckets."
                )
            if i < len(self.path) - 1 and element.key is not None:
                raise IllegalArgumentException(f"Key only allowed on last aggregation path element but got [{element}]")
            agg = found
        check_sort_key(agg, self.path[-1].key)


def check_sort_key(agg: Aggregation, key: str | None) -> None:
    """Aggregator.bucketComparator: whether buckets can be sorted by a value of ``agg``."""
    if agg.single_bucket:
        if key not in (None, "doc_count"):
            raise IllegalArgumentException(
                "Ordering on a single-bucket aggregation can only be done on its doc_count. Either drop the key (a la "
                f'"{agg.name}") or change it to "doc_count" (a la "{agg.name}.doc_count") or "key".'
            )
        return
    if agg.metrics is None:
        raise IllegalArgumentException(
            "Buckets can only be sorted on a sub-aggregator path that is built out of zero or more single-bucket "
            "aggregations within the path and a final single-bucket or a metrics aggregation at the path end."
        )
    if agg.metrics == ("value",):
        if key not in (None, "value"):
            raise IllegalArgumentException(
                "Ordering on a single-value metrics aggregation can only be done on its value. Either drop the key (a "
                f'la "{agg.name}") or change it to "value" (a la "{agg.name}.value")'
            )
        return
    if key is None:
        raise IllegalArgumentException(
            "When ordering on a multi-value metrics aggregation a metric name must be specified."
        )
    if not agg.has_metric(key):
        raise IllegalArgumentException(f"Unknown metric name [{key}] on multi-value metrics aggregation [{agg.name}]")


@dataclass(frozen=True)
class Orders:
    """Criteria, the first of which decides first; the last is always the key."""

    criteria: tuple[Order, ...]

    @classmethod
    def of(cls, criteria: Sequence[Order]) -> Orders:
        """CompoundOrder: a tie is broken by the key."""
        if isinstance(criteria[-1], KeyOrder):
            return cls(tuple(criteria))
        return cls((*criteria, KeyOrder(True)))

    @property
    def by_key(self) -> bool:
        """isKeyOrder."""
        return isinstance(self.criteria[0], KeyOrder)

    @property
    def count_descending(self) -> bool:
        """isCountDesc."""
        return isinstance(self.criteria[0], CountOrder) and not self.criteria[0].ascending

    @property
    def key_ascending(self) -> bool:
        return self.by_key and self.criteria[0].ascending

    def sort(self, buckets: list[Bucket]) -> None:
        for order in reversed(self.criteria):
            buckets.sort(key=order.of_bucket, reverse=not order.ascending)

    def same_keyed(self, parts: Sequence[MultiBucket]) -> Iterator[list[Bucket]]:
        """The buckets of each key: shards give them by the key, whatever they are sorted by in the end."""
        if len(parts) == 1:
            return ([bucket] for bucket in parts[0].buckets)
        by = self.criteria[0] if self.by_key else KeyOrder(True)
        firsts = {bucket.key: bucket for part in parts for bucket in part.buckets}
        keys = sorted(firsts, key=lambda key: by.of_bucket(firsts[key]), reverse=not by.ascending)
        return same_keyed(*ranked([part.buckets for part in parts], keys))

    def validate(self, agg: Aggregation) -> None:
        for order in self.criteria:
            order.validate(agg)

    @property
    def names(self) -> frozenset[str]:
        """The names of the sub-aggregations whose values are compared."""
        return frozenset(order.path[0].name for order in self.criteria if isinstance(order, PathOrder))

    def best(
        self,
        owners: NDArray[np.int64],
        counts: NDArray[np.int64],
        results: Sequence[Results],
        size: int,
    ) -> NDArray[np.int64]:
        """The positions, ascending, of each owner's first ``size`` buckets. Owners ascend, and within one the keys."""
        starts = np.searchsorted(owners, owners)
        if not len(owners) or (np.arange(len(owners)) - starts).max() < size:
            return np.arange(len(owners))
        return np.sort(self.ranked(owners, counts, results, size))

    def ranked(
        self, owners: NDArray[np.int64], counts: NDArray[np.int64], results: Sequence[Results], size: int
    ) -> NDArray[np.int64]:
        """The same positions, by owner and then best first."""
        columns = [order.column(counts, results) for order in reversed(self.criteria)]
        order = np.lexsort((*columns, owners))
        return order[np.arange(len(owners)) - np.searchsorted(owners, owners) < size]


COUNT_DESCENDING = Orders.of([CountOrder(False)])
KEY_ASCENDING = Orders((KeyOrder(True),))

_SIMPLE: Mapping[str, Callable[[bool], Order]] = {
    "_term": KeyOrder,
    "_time": KeyOrder,
    "_key": KeyOrder,
    "_count": CountOrder,
}


def parse_order(container: Any, key: Any) -> Order:
    """InternalOrder.Parser.parseOrderParam."""
    body = container[key]
    if not isinstance(body, dict):
        token, place = objects.next_token(container, key)  # it steps on, whatever it stands at
        raise ParsingException(f"Unexpected token [{token}] for [order]", at=place)
    name: str | None = None
    ascending = False
    for name, direction in body.items():
        if not isinstance(direction, str):
            raise ParsingException(f"Unexpected token [{objects.token(direction)}] for [order]", at=Where(body, name))
        if objects.text(body, name).lower() not in ("asc", "desc"):
            raise ParsingException(f"Unknown order direction [{direction}]", at=Where(body, name))
        ascending = direction.lower() == "asc"
    if name is None:
        raise ParsingException("Must specify at least one field for [order]", at=Where(body, None, "end"))
    made = _SIMPLE.get(name)
    return made(ascending) if made is not None else PathOrder(ascending, tuple(parse_path(name)))


def parse_orders(container: Any, key: Any) -> list[Order]:
    """An object, or an array of such."""
    found = objects.each(parse_order)(container, key)
    if not found:
        raise IndexOutOfBoundsException("Index 0 out of bounds for length 0")
    return found
