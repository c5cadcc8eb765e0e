"""Which of a shard's buckets are the best, by an order, and what lies inside them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, TypeVar

import numpy as np
from numpy.typing import NDArray

from fakeknn.aggs.base import Aggregation, Collector, collecting, created, in_slices, note
from fakeknn.aggs.docs import Docs, Owners
from fakeknn.aggs.orders import Orders
from fakeknn.aggs.results import Results
from fakeknn.aggs.thresholds import Thresholds
from fakeknn.query.context import ShardContext

T = TypeVar("T")


class TermsLike(Aggregation):
    """What terms and multi_terms share."""

    notes = True
    orders: Orders
    thresholds: Thresholds
    show_error: bool


@dataclass(slots=True)
class Grouped:
    """The buckets of a shard, by owner and then by key: ``numbers[i]`` is the bucket of the value at ``at[i]``."""

    at: NDArray[Any]
    numbers: NDArray[np.int64]
    keys: NDArray[Any]
    owners: Owners

    @property
    def n(self) -> int:
        return len(self.keys)

    def counts(self, docs: Docs) -> NDArray[np.int64]:
        """int64[n]: what the documents of each bucket count for."""
        return docs.counted(docs.rows[self.at], self.numbers, self.n)

    def sizes(self) -> NDArray[np.int64]:
        """int64[n]: how many rows each bucket has."""
        return np.bincount(self.numbers, minlength=self.n)

    def docs(self, docs: Docs, chosen: NDArray[np.int64]) -> Docs:
        """The documents of some buckets, ascending."""
        if len(chosen) == self.n:
            return docs.taken(self.at, self.numbers, self.n)
        places = np.full(self.n, -1)
        places[chosen] = np.arange(len(chosen))
        numbers = places[self.numbers]
        kept = numbers >= 0
        return docs.taken(self.at[kept], numbers[kept], len(chosen))


@dataclass(slots=True)
class Selection:
    """The best buckets of a shard: their positions, counts and results; of each owner how many documents those that it
    leaves out have, and whether it may have more than the shard gives.
    """

    chosen: NDArray[np.int64]
    counts: NDArray[np.int64]
    results: Sequence[Results]
    others: NDArray[np.int64]
    full: NDArray[np.bool_]


#: What is inside a bucket where nothing is.
_NOTHING: Results = {}


class Selector:
    """Chooses a shard's best buckets, and collects what is inside them.

    Where it ``finishes`` they are those of the answer already, in its order: for one shard, and with nothing inside.
    """

    def __init__(self, agg: TermsLike, ctx: ShardContext, *, suggests: bool, finishes: bool = False) -> None:
        self.agg = agg
        self.finishes = finishes
        self.orders = agg.orders
        self.thresholds = agg.thresholds.on_shard(suggests)
        sorting: dict[str, Collector] = {}
        others: dict[str, Collector] = {}
        for name, collector in agg.subs.collectors(ctx).items():
            (sorting if name in agg.orders.names else others)[name] = collector
        self._sorting = collecting(sorting) if sorting else None
        self._others = collecting(others) if others else None
        created(ctx, lambda: agg.orders.validate(agg))

    def select(self, docs: Docs, found: Grouped) -> Selection:
        counts = found.counts(docs)
        if not docs.unmapped:
            note(docs.ctx, self.agg, 0, np.bincount(found.owners, minlength=docs.n).tolist())
        everything = np.arange(found.n)
        sort_results = [] if self._sorting is None else self._sorting(found.docs(docs, everything))
        least = self.thresholds.shard_min_doc_count
        if least > 1 and not in_slices(docs.ctx):
            kept = np.flatnonzero(counts >= least)
            results = [] if self._sorting is None else [sort_results[i] for i in kept.tolist()]
            best = kept[self.orders.best(found.owners[kept], counts[kept], results, self.thresholds.shard_size)]
        else:
            best = self.orders.best(found.owners, counts, sort_results, self.thresholds.shard_size)
        totals = np.bincount(found.owners, counts, docs.n)
        others = (totals - np.bincount(found.owners[best], counts[best], docs.n)).astype(np.int64)
        if least > 1 and not in_slices(docs.ctx) and not self.orders.by_key:
            # Where nothing needs to be selected (BucketSelectionStrategy), what is left out is not counted.
            made, valid = (
                np.bincount(owners, minlength=docs.n) for owners in (found.owners, found.owners[counts >= least])
            )
            size = np.minimum(made, self.thresholds.shard_size)
            others[(size * 5 >= made) & (valid <= size)] = 0
        # A search in slices drops what is below shard_min_doc_count after that, and does not count it.
        best = best[counts[best] >= least]
        full = np.bincount(found.owners[best], minlength=docs.n) >= self.thresholds.shard_size
        if self.finishes:
            best, left = self._finished(best, counts, found.owners, docs.n)
            others += left
        results = [_NOTHING] * len(best)
        if self._others is not None:
            results = self._others(found.docs(docs, best))
        if self._sorting is not None:
            results = [{**sort_results[i], **result} for i, result in zip(best.tolist(), results, strict=True)]
        return Selection(best, counts[best], results, others, full)

    def _finished(
        self, best: NDArray[np.int64], counts: NDArray[np.int64], owners: Owners, n: int
    ) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
        """The buckets that a merge would leave, best first, and int64[n]: the documents of those that it would drop."""
        kept = best[counts[best] >= self.thresholds.min_doc_count]
        final = kept[self.orders.ranked(owners[kept], counts[kept], (), self.thresholds.size)]
        totals, left = (np.bincount(owners[some], counts[some], n) for some in (kept, final))
        return final, (totals - left).astype(np.int64)


def split(owners: Owners, n: int, column: Sequence[T]) -> list[list[T]]:
    """Each owner's part of a column of its buckets; owners ascend."""
    ends = np.searchsorted(owners, np.arange(n), side="right").tolist()
    return [list(column[start:end]) for start, end in zip([0, *ends[:-1]], ends, strict=True)]
