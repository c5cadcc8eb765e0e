"""What a search may look at: the View of one shard that a refresh publishes, and its Columns.

A shard appends to growing buffers; a View is the first ``n`` rows of them and a mask of those that live. Rows are
Lucene's documents: one for each
document and, before it, one for each of its nested objects (a block), so a row's number orders as Lucene's document
number does.
Nothing here ever changes once made: what is derived (a dictionary's order, dense values) is computed at first use and
kept.
"""

from __future__ import annotations

from array import array
from bisect import bisect_left
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any, Generic, TypeVar

import numpy as np
from numpy.typing import NDArray

from fakeknn.errors import OpenSearchError
from fakeknn.source import restore, whole
from fakeknn.xcontent import hash_ordered

Mask = NDArray[np.bool_]
Rows = NDArray[np.int32]
T = TypeVar("T", bound=np.generic)


def place_of(rows: NDArray[T], row: int) -> int:
    """Where a row stands, or would stand, among ascending rows.

    The number is made one of theirs: for a bound of another type numpy would convert all rows, at each search.
    """
    return int(rows.searchsorted(rows.dtype.type(row)))


def places_of(rows: NDArray[T], start: int, end: int) -> tuple[int, int]:
    """Where the rows from ``start`` to ``end`` stand among ascending rows: the first, and one behind the last."""
    return place_of(rows, start), place_of(rows, end)


class Grow(Generic[T]):
    """A numpy array that is only ever appended to; ``first(n)`` is a slice that later growth leaves as it is."""

    __slots__ = ("_data", "size")

    def __init__(self, dtype: Any, width: int | None = None) -> None:
        self._data: NDArray[T] = np.empty(16 if width is None else (16, width), dtype)
        self.size = 0

    def extend(self, values: Any) -> None:
        block = np.asarray(values, self._data.dtype)
        end = self.size + len(block)
        if end > len(self._data):
            grown = np.empty((max(end, 2 * len(self._data)), *self._data.shape[1:]), self._data.dtype)
            grown[: self.size] = self._data[: self.size]
            self._data = grown
        self._data[self.size : end] = block
        self.size = end

    def first(self, n: int | None = None) -> NDArray[T]:
        view = self._data[: self.size if n is None else n]
        view.flags.writeable = False
        return view

    def fork(self) -> Grow[T]:
        twin: Grow[T] = Grow.__new__(Grow)
        twin._data, twin.size = self._data[: self.size].copy(), self.size
        return twin


# --- Columns ----------------------------------------------------------------------------------------------------------


@dataclass(eq=False)
class Column:
    """The values of one field in the first ``n`` rows: ``rows`` int32[m], ascending, says whose each value is.

    ``single`` tells that no row has two values.
    """

    n: int
    rows: Rows
    single: bool

    @cached_property
    def exists(self) -> Mask:
        """bool[n]: which rows have a value."""
        mask = np.zeros(self.n, bool)
        mask[self.rows] = True
        return mask

    @property
    def dense(self) -> bool:
        """Whether the m values are those of rows 0 to n - 1, one each."""
        return self.single and len(self.rows) == self.n

    @cached_property
    def offsets(self) -> NDArray[np.int64]:
        """int64[n + 1]: the values of row r are those from ``offsets[r]`` to ``offsets[r + 1]``."""
        return np.searchsorted(self.rows, np.arange(self.n + 1))

    @cached_property
    def doc_count(self) -> int:
        """How many rows have a value."""
        return len(self.rows) if self.single else int(np.count_nonzero(self.exists))

    def where(self, hit: Mask) -> Mask:
        """bool[n]: the rows of the values that ``hit`` (bool[m]) marks."""
        if self.dense:
            return hit
        mask = np.zeros(self.n, bool)
        mask[self.rows[hit]] = True
        return mask


@dataclass(eq=False)
class NumericColumn(Column):
    """Sorted numeric doc values: ``values`` int64[m] or float64[m], ascending within a row."""

    values: NDArray[Any]

    def reduced(self, ufunc: np.ufunc, missing: Any) -> NDArray[Any]:
        """[n]: one value a row, by ``np.minimum``, ``np.maximum`` or ``np.add``; ``missing`` where there is none."""
        if self.dense:
            return self.values
        out = np.full(
            self.n,
            missing,
            np.result_type(self.values, np.min_scalar_type(missing)) if missing is not None else self.values.dtype,
        )
        if not len(self.rows):
            return out
        if self.single:
            out[self.rows] = self.values
            return out
        starts = np.flatnonzero(np.diff(self.rows, prepend=-1))
        out[self.rows[starts]] = ufunc.reduceat(self.values, starts)
        return out

    @cached_property
    def lowest(self) -> NDArray[Any]:
        """[n]: each row's lowest value, 0 where there is none (see ``exists``)."""
        return self.reduced(np.minimum, 0)

    @cached_property
    def highest(self) -> NDArray[Any]:
        return self.reduced(np.maximum, 0)


@dataclass(eq=False)
class KeywordColumn(Column):
    """Sorted set doc values: ``tids`` int32[m] are term numbers, ascending by term within a row and without repeats.

    ``terms`` lists the terms by number, in order of first arrival (it may hold more than the ``n_terms`` of this
    column).
    """

    tids: NDArray[np.int32]
    terms: Sequence[str]
    numbers: Mapping[str, int]
    n_terms: int

    def number(self, term: str) -> int | None:
        tid = self.numbers.get(term)
        return tid if tid is not None and tid < self.n_terms else None

    def mask_of(self, tids: Iterable[int]) -> Mask:
        """bool[n]: rows that have one of these terms."""
        wanted = list(tids)
        if not wanted:
            return np.zeros(self.n, bool)
        if len(wanted) == 1:
            return self.where(self.tids == wanted[0])
        chosen = np.zeros(self.n_terms, bool)
        chosen[wanted] = True
        return self.where(chosen[self.tids])

    def sort_key(self, term: str) -> Any:
        """What ``order`` compares of a term."""
        return term

    def place(self, term: str) -> tuple[int, bool]:
        """How many terms are below one, and whether it is there itself."""
        return self.place_of_key(self.sort_key(term))

    def place_of_key(self, key: Any) -> tuple[int, bool]:
        """How many terms compare below a sort key, and whether there is a term of this key."""
        below = self.below(key)
        return below, below < self.n_terms and self.sort_key(self.terms[int(self.order[below])]) == key

    def below(self, key: Any) -> int:
        """How many terms compare below a sort key."""
        terms = self.terms
        return bisect_left(self.order.tolist(), key, key=lambda tid: self.sort_key(terms[tid]))

    def stand_in(self, text: str) -> tuple[Any, str | OpenSearchError]:
        """A text that sorts the rows without a term: its sort key, and what is shown of it, or why nothing can be."""
        return self.sort_key(text), text

    @cached_property
    def order(self) -> NDArray[np.int32]:
        """int32[n_terms]: term numbers in the order of the terms (UTF-8 bytes, which is that of code points)."""
        terms = self.terms
        return np.array(sorted(range(self.n_terms), key=terms.__getitem__), np.int32)

    @cached_property
    def ranks(self) -> NDArray[np.int32]:
        """int32[n_terms]: each term's place in ``order``."""
        ranks = np.empty(self.n_terms, np.int32)
        ranks[self.order] = np.arange(self.n_terms, dtype=np.int32)
        return ranks

    @cached_property
    def ords(self) -> NDArray[np.int32]:
        """int32[m]: the ordinal (rank) of each value."""
        return self.ranks[self.tids]

    def first_ord(self, highest: bool = False) -> NDArray[np.int32]:
        """int32[n]: each row's lowest (or highest) ordinal, -1 where there is none."""
        out = np.full(self.n, -1, np.int32)
        if highest:
            out[self.rows] = self.ords  # the last one assigned stays, and they ascend
        else:
            out[self.rows[::-1]] = self.ords[::-1]
        return out

    def doc_freq(self, tid: int) -> int:
        return int(np.count_nonzero(self.tids == tid))


def ignored_fields(column: Column | None, row: int) -> list[str]:
    """The fields that the column ``_ignored`` names for a row, in the order of a Java hash set."""
    if not isinstance(column, KeywordColumn):
        return []
    first, last = places_of(column.rows, row, row + 1)
    return hash_ordered([column.terms[tid] for tid in column.tids[first:last].tolist()])


@dataclass(eq=False)
class TextColumn(Column):
    """Postings: entry e says that row ``rows[e]`` has term ``tids[e]`` ``freqs[e]`` times, at
    ``positions[starts[e] : starts[e + 1]]``; entries ascend by row. ``lengths`` holds a row's number of tokens."""

    tids: NDArray[np.int32]
    freqs: NDArray[np.int32]
    starts: NDArray[np.int64]
    positions: NDArray[np.int32]
    terms: Sequence[str]
    numbers: Mapping[str, int]
    n_terms: int
    by_term: Sequence[array[int]]
    length_rows: Rows
    lengths: NDArray[np.int32]
    blank_rows: Sequence[int] = ()
    """Rows, perhaps beyond ``n``, whose text has no token: the field exists there, but counts for nothing."""
    frequencies: bool = True
    """Whether a row's term counts as often as it stands there, not once."""

    def number(self, term: str) -> int | None:
        tid = self.numbers.get(term)
        return tid if tid is not None and tid < self.n_terms else None

    def entries(self, tid: int) -> NDArray[np.int32]:
        """int32[df]: the entries of a term."""
        found = np.array(self.by_term[tid], np.int32)
        return (
            found if not len(found) or found[-1] < len(self.rows) else found[: np.searchsorted(found, len(self.rows))]
        )

    @cached_property
    def _kept(self) -> dict[int, tuple[Rows, NDArray[np.int32]]]:
        return {}

    def postings(self, tid: int) -> tuple[Rows, NDArray[np.int32]]:
        """The rows that have a term, and how often each has it. Those of the terms asked for last are kept."""
        found = self._kept.get(tid)
        if found is None:
            entries = self.entries(tid)
            if len(self._kept) >= 256:
                self._kept.clear()
            found = self._kept[tid] = (self.rows[entries], self.freqs[entries])
        return found

    @cached_property
    def sorted_terms(self) -> list[str]:
        """The terms in their order."""
        terms = self.terms
        return [terms[tid] for tid in self.order.tolist()]

    @cached_property
    def exists(self) -> Mask:
        mask = np.zeros(self.n, bool)
        mask[self.length_rows] = True
        mask[[row for row in self.blank_rows if row < self.n]] = True
        return mask

    @cached_property
    def doc_count(self) -> int:
        return len(self.length_rows)

    @cached_property
    def sum_total_term_freq(self) -> int:
        """How many tokens there are; those at one position (synonyms) are counted here, though not in ``lengths``."""
        return int(self.freqs.sum()) if self.frequencies else len(self.rows)

    @cached_property
    def order(self) -> NDArray[np.int32]:
        """int32[n_terms]: term numbers in the order of the terms."""
        terms = self.terms
        return np.array(sorted(range(self.n_terms), key=terms.__getitem__), np.int32)

    @cached_property
    def row_lengths(self) -> NDArray[np.int32]:
        """int32[n]: a row's number of tokens, 0 without the field."""
        out = np.zeros(self.n, np.int32)
        out[self.length_rows] = self.lengths
        return out


@dataclass(eq=False)
class VectorColumn(Column):
    """Vectors: ``matrix`` [m, dimension] (float32, int8) or [m, dimension / 8] (uint8), one contiguous array.

    ``shared`` is a place that the growing buffer lends its columns for what outlives a refresh and grows with it, as
    a graph does.
    """

    matrix: NDArray[Any]
    shared: dict[str, Any] = field(default_factory=dict)

    def vector(self, row: int) -> NDArray[Any]:
        """The vector of a row that has one."""
        rows = self.rows
        # No row has two: where row i is at place i, so are all before it.
        dense = row < len(rows) and rows[row] == row
        found: NDArray[Any] = self.matrix[row if dense else place_of(rows, row)]
        return found


@dataclass(eq=False)
class ObjectColumn(Column):
    """Values that are no numbers (bytes, shapes, queries): ``values`` holds one Python object each."""

    values: Sequence[Any]


class Columns(Mapping[str, Column]):
    """The columns of the first ``n`` rows of growing buffers, each made when it is first asked for."""

    def __init__(self, buffers: Mapping[str, Any], n: int) -> None:
        self._buffers = dict(buffers)
        self._n = n
        self._made: dict[str, Column] = {}

    def __getitem__(self, path: str) -> Column:
        found = self._made.get(path)
        if found is None:
            buffer = self._buffers[path]
            if buffer is None:
                raise KeyError(path)
            found = self._made[path] = buffer.snapshot(self._n)
        return found

    def __iter__(self) -> Iterator[str]:
        return (path for path, buffer in self._buffers.items() if buffer is not None)

    def __len__(self) -> int:
        return sum(buffer is not None for buffer in self._buffers.values())


def term_of(terms: Sequence[tuple[int, int]], seq_no: int) -> int:
    """The primary term that a sequence number was given in."""
    return next(term for first, term in reversed(terms) if first <= seq_no)


# --- the View ---------------------------------------------------------------------------------------------------------


@dataclass(eq=False)
class View:
    """The searchable picture of one shard: ``n`` rows, which of them live, their levels, segments and columns."""

    n: int
    live: Mask
    levels: NDArray[np.int16]
    """int16[n]: 0 for a document, else the number of the nested path (``level_paths``)."""
    level_paths: Mapping[str, int]
    segments: NDArray[np.int64]
    """int64[s + 1]: segment i holds the rows from ``segments[i]`` to ``segments[i + 1]``."""
    columns: Mapping[str, Column]
    ids: Sequence[str | None]
    sources: Sequence[Any]
    routings: Mapping[int, str]
    seq_nos: NDArray[np.int64]
    versions: NDArray[np.int64]
    rows_by_id: Mapping[str, int | list[int]]
    terms: Sequence[tuple[int, int]] = ((0, 1),)
    """(first sequence number, primary term), ascending."""
    generations: Sequence[int] = ()
    """The numbers of the segments, which count all that the shard ever had."""
    memo: dict[Any, Any] = field(default_factory=dict)

    @cached_property
    def nested(self) -> bool:
        return bool(self.levels.any())

    @cached_property
    def roots(self) -> Mask:
        """bool[n]: the rows that are documents, not nested objects of theirs."""
        return np.equal(self.levels, 0)

    @cached_property
    def live_roots(self) -> Mask:
        return self.live & self.roots if self.nested else self.live

    @cached_property
    def doc_count(self) -> int:
        """How many documents live."""
        return int(np.count_nonzero(self.live_roots))

    @cached_property
    def segment_of(self) -> NDArray[np.int32]:
        """int32[n]: the number of each row's segment."""
        return (np.searchsorted(self.segments, np.arange(self.n), side="right") - 1).astype(np.int32)

    @cached_property
    def live_segments(self) -> list[tuple[int, int]]:
        """The segments that hold a living row, as (first row, row after the last)."""
        if not self.n:
            return []
        alive = np.add.reduceat(self.live, self.segments[:-1])
        return [
            (int(a), int(b)) for a, b, some in zip(self.segments[:-1], self.segments[1:], alive, strict=True) if some
        ]

    def rows_of(self, level: int) -> Rows:
        """int32: the rows of one nested path (0: the documents), ascending."""
        key = ("rows_of", level)
        found = self.memo.get(key)
        if found is None:
            found = self.memo[key] = np.flatnonzero(self.levels == level).astype(np.int32)
        return found

    def living(self, column: Column) -> Mask | None:
        """bool[entries]: which entries of one of this View's columns are of living rows; None if all are."""
        if not len(column.rows):
            return None
        found: tuple[Column, Mask | None] | None = self.memo.get(("living", id(column)))
        if found is None:
            living = self.live[column.rows]
            # The column is kept with them, that no other comes to have its id.
            found = self.memo["living", id(column)] = column, None if living.all() else living
        return found[1]

    def parents(self, level: int) -> Rows:
        """int32[n]: for every row the row at ``level`` whose block it lies in (itself, if it is of that level); n
        behind the last.
        """
        key = ("parents", level)
        found = self.memo.get(key)
        if found is None:
            rows = np.append(self.rows_of(level), np.int32(self.n))
            found = self.memo[key] = rows[np.searchsorted(rows, np.arange(self.n))].astype(np.int32)
        return found

    def source(self, row: int, reads: Callable[[str], bool] | None = None) -> bytes | None:
        """A document's ``_source``, with the vectors that were cut out of it: those of the fields that ``reads`` names
        (None: all). In place of others the real server shows what it stored there, a 1.
        """

        def vector(path: str, back: int) -> Any:
            return self._vector(path, row - back) if reads is None or reads(path) else 1

        return restore(self.sources[row], vector)

    def stored_source(self, row: int) -> bytes | None:
        """The text that a document's stored fields are read from, whatever of it is shown as ``_source``."""
        return whole(self.sources[row], lambda path, back: self._vector(path, row - back))

    def _vector(self, path: str, row: int) -> Any:
        column = self.columns[path]
        assert isinstance(column, VectorColumn)
        return column.vector(row)

    def primary_term(self, row: int) -> int:
        """The primary term that a row was written in."""
        return term_of(self.terms, int(self.seq_nos[row]))

    def find(self, doc_id: str) -> int | None:
        """The living row of a document."""
        rows = self.rows_by_id.get(doc_id)
        for row in (rows,) if isinstance(rows, int) else reversed(rows or ()):
            if row < self.n and self.live[row]:
                return row
        return None
