"""The documents that an aggregation is given, and their numbering into buckets."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from fakeknn.errors import NullPointerException
from fakeknn.query.context import Scores, ShardContext
from fakeknn.view import NumericColumn

Owners = NDArray[np.int64]
Rows = NDArray[np.int32]


class Unscored:
    """The scores of documents that an aggregation hands on without their scorer."""

    def __call__(self) -> Scores:
        raise NullPointerException(
            'Cannot invoke "org.apache.lucene.search.Scorable.score()" because "this.scorer" is null'
        )


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

    def script_scores(self) -> Scores:
        """float32[rows of the View]: what ``_score`` is to a script, which does without a scorer."""
        return np.zeros(self.ctx.n, np.float32) if isinstance(self.score, Unscored) else self.score()

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


def whole_segments(docs: Docs) -> list[tuple[int, int]]:
    """The segments of which Lucene knows, without a look at them, that the query matches every document."""
    ctx = docs.ctx
    counts: Callable[[], bool] = ctx.memo.get("counts", lambda: False)
    segments = ctx.view.live_segments
    found = np.zeros(ctx.n, bool)
    found[docs.rows] = True
    whole = [(start, end) for start, end in segments if found[start:end].all() and ctx.view.live[start:end].all()]
    return whole if whole and counts() else []


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
