"""Growing buffers of one shard: a field's values as they arrive, of which ``snapshot(n)`` makes the Column of the
first n rows.

Values wait in plain lists until the first snapshot that needs them (appending to a list is what Python does fastest)
and then go into numpy arrays
in one step, so that a bulk costs little a document and a snapshot costs what was added since the last.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from array import array
from collections.abc import Callable, Sequence
from itertools import pairwise
from typing import Any, Self

import numpy as np
from numpy.typing import NDArray

from fakeknn.view import (
    Column,
    Grow,
    KeywordColumn,
    NumericColumn,
    ObjectColumn,
    Rows,
    TextColumn,
    VectorColumn,
    place_of,
)


class Buffer(ABC):
    """One field's values in one shard; rows arrive in ascending order."""

    def __init__(self) -> None:
        self._rows: Grow[np.int32] = Grow(np.int32)
        self._waiting_rows: list[int] = []
        self._first_repeat: int | None = None  # the first row with two values
        self._last: Column | None = None

    @abstractmethod
    def add(self, row: int, values: list[Any]) -> None:
        """Take the parsed values of a row."""

    def add_all(self, rows: Sequence[int], values: Sequence[Any] | NDArray[Any]) -> None:
        """Take one parsed value of each of these rows."""
        for row, value in zip(rows, values, strict=True):
            self.add(row, [value])

    @abstractmethod
    def _flush(self) -> None:
        """Move what waits into arrays."""

    @abstractmethod
    def _column(self, n: int, m: int, single: bool) -> Column:
        """The column of the first n rows, which have m values."""

    def snapshot(self, n: int) -> Column:
        """The column of the first ``n`` rows; the same object as long as nothing was added."""
        if self._waiting_rows:
            self._flush()
            self._rows.extend(self._waiting_rows)
            self._waiting_rows = []
        if self._last is None or self._last.n != n:
            rows = self._rows.first()
            m = len(rows) if not len(rows) or rows[-1] < n else place_of(rows, n)
            self._last = self._column(n, m, self._first_repeat is None or self._first_repeat >= n)
        return self._last

    def arranged(self, numbers: Rows) -> Buffer:
        """What a merge writes: a buffer of the same rows, of all there are, under new ``numbers`` (-1: left out)."""
        column = self.snapshot(len(numbers))
        renumbered = numbers[column.rows]
        chosen = np.flatnonzero(renumbered >= 0)
        renumbered = renumbered[chosen]
        if np.any(np.diff(renumbered) < 0):
            ascending = np.argsort(renumbered, kind="stable")
            chosen, renumbered = chosen[ascending], renumbered[ascending]
        twin = self._empty()
        twin._rows.extend(renumbered)
        repeats = np.flatnonzero(np.diff(renumbered) == 0)
        twin._first_repeat = int(renumbered[repeats[0]]) if len(repeats) else None
        self._arrange(twin, chosen, numbers)
        return twin

    @abstractmethod
    def _empty(self) -> Self:
        """A buffer of the same kind without a value."""

    @abstractmethod
    def _arrange(self, twin: Self, chosen: NDArray[np.int64], numbers: Rows) -> None:
        """Give ``twin``, whose rows are in place, the chosen values; ``numbers`` are the new numbers of all rows."""

    def fork(self) -> Buffer:
        """A copy that can be appended to while this one stays as it is."""
        self.snapshot(0)
        twin = type(self).__new__(type(self))
        for name, value in self.__dict__.items():
            setattr(twin, name, _forked(value))
        twin._last = None
        return twin


def _forked(value: Any) -> Any:
    if isinstance(value, Grow):
        return value.fork()
    if isinstance(value, list):
        return [array("i", item) for item in value] if value and isinstance(value[0], array) else value.copy()
    if isinstance(value, dict):
        return value.copy()
    return value


class NumericBuffer(Buffer):
    """int64 or float64 doc values."""

    def __init__(self, dtype: type[np.generic]) -> None:
        super().__init__()
        self._dtype = dtype
        self._values: Grow[Any] = Grow(dtype)
        self._waiting: list[Any] = []

    def _empty(self) -> Self:
        return type(self)(self._dtype)

    def _arrange(self, twin: Self, chosen: NDArray[np.int64], numbers: Rows) -> None:
        twin._values.extend(self._values.first()[chosen])

    def add(self, row: int, values: list[Any]) -> None:
        if len(values) == 1:
            self._waiting_rows.append(row)
            self._waiting.append(values[0])
        elif values:
            if self._first_repeat is None:
                self._first_repeat = row
            self._waiting_rows.extend([row] * len(values))
            # Doc values are signed longs, whose order is told even of unsigned ones.
            signed = self._dtype is np.uint64
            self._waiting.extend(sorted(values, key=lambda value: (value < 2**63, value)) if signed else sorted(values))

    def add_all(self, rows: Sequence[int], values: Sequence[Any] | NDArray[Any]) -> None:
        self._waiting_rows.extend(rows)
        self._waiting.extend(values)

    def _flush(self) -> None:
        self._values.extend(self._waiting)
        self._waiting = []

    def _column(self, n: int, m: int, single: bool) -> Column:
        return NumericColumn(n, self._rows.first(m), single, self._values.first(m))


class KeywordBuffer(Buffer):
    """Terms with their numbers, in order of arrival; a term that is met again has its number."""

    def __init__(self) -> None:
        super().__init__()
        self.terms: list[str] = []
        self.numbers: dict[str, int] = {}
        self._tids: Grow[np.int32] = Grow(np.int32)
        self._waiting: list[int] = []
        self.total_values = 0

    def _empty(self) -> Self:
        return type(self)()

    def _arrange(self, twin: Self, chosen: NDArray[np.int64], numbers: Rows) -> None:
        tids = self._tids.first()[chosen]
        used, renumbered = np.unique(tids, return_inverse=True)
        twin.terms = [self.terms[tid] for tid in used.tolist()]
        twin.numbers = {term: tid for tid, term in enumerate(twin.terms)}
        twin._tids.extend(renumbered)

    def _number(self, term: str) -> int:
        tid = self.numbers.get(term)
        if tid is None:
            tid = self.numbers[term] = len(self.terms)
            self.terms.append(term)
        return tid

    def add(self, row: int, values: list[Any]) -> None:
        if len(values) > 1:
            values = sorted(set(values))
            if len(values) > 1 and self._first_repeat is None:
                self._first_repeat = row
        for term in values:
            self._waiting_rows.append(row)
            self._waiting.append(self._number(term))

    def add_all(self, rows: Sequence[int], values: Sequence[Any] | NDArray[Any]) -> None:
        for term in dict.fromkeys(values):
            self._number(term)
        self._waiting_rows.extend(rows)
        self._waiting.extend(map(self.numbers.__getitem__, values))

    def _flush(self) -> None:
        self._tids.extend(self._waiting)
        self._waiting = []

    def _column(self, n: int, m: int, single: bool) -> Column:
        tids = self._tids.first(m)
        last = self._last
        n_terms = len(self.terms) if m == self._tids.size else (int(tids.max()) + 1 if m else 0)
        column = KeywordColumn(n, self._rows.first(m), single, tids, self.terms, self.numbers, n_terms)
        if isinstance(last, KeywordColumn) and last.n_terms == n_terms:
            column.__dict__.update({name: last.__dict__[name] for name in ("order", "ranks") if name in last.__dict__})
        return column


class TextBuffer(Buffer):
    """Postings of analysed text. Values are analysed when a column is first asked for: a field that no search looks
    at costs nothing.

    ``analyze`` gives, for the values of one row, the terms with their positions.
    """

    def __init__(
        self,
        analyze: Callable[[Sequence[str]], Sequence[tuple[str, int]]],
        *,
        frequencies: bool = True,
        discount_overlaps: bool = True,
    ) -> None:
        """Without ``frequencies`` a row has each term once, and is as long as it has different terms;
        ``discount_overlaps`` says that terms which stand where the one before them stands make it no longer.
        """
        super().__init__()
        self._analyze = analyze
        self._frequencies = frequencies
        self._discounts = frequencies and discount_overlaps
        self.terms: list[str] = []
        self.numbers: dict[str, int] = {}
        self._by_term: list[array[int]] = []
        self._tids: Grow[np.int32] = Grow(np.int32)
        self._freqs: Grow[np.int32] = Grow(np.int32)
        self._starts: Grow[np.int64] = Grow(np.int64)
        self._starts.extend([0])
        self._positions: Grow[np.int32] = Grow(np.int32)
        self._length_rows: Grow[np.int32] = Grow(np.int32)
        self._lengths: Grow[np.int32] = Grow(np.int32)
        self._blank_rows: list[int] = []
        self._texts: list[tuple[int, list[str]]] = []

    def _empty(self) -> Self:
        return type(self)(self._analyze, frequencies=self._frequencies, discount_overlaps=self._discounts)

    def _arrange(self, twin: Self, chosen: NDArray[np.int64], numbers: Rows) -> None:
        tids = self._tids.first()[chosen]
        freqs = self._freqs.first()[chosen]
        used, renumbered = np.unique(tids, return_inverse=True)
        twin.terms = [self.terms[tid] for tid in used.tolist()]
        twin.numbers = {term: tid for tid, term in enumerate(twin.terms)}
        twin._tids.extend(renumbered)
        twin._freqs.extend(freqs)
        ends = np.cumsum(freqs, dtype=np.int64)
        twin._starts.extend(ends)
        places = np.repeat(self._starts.first()[chosen] - (ends - freqs), freqs) + np.arange(
            ends[-1] if len(ends) else 0
        )
        twin._positions.extend(self._positions.first()[places])
        by_entry = np.argsort(renumbered, kind="stable").astype(np.int32)
        bounds = np.searchsorted(renumbered[by_entry], np.arange(len(used) + 1))
        twin._by_term = [array("i", by_entry[a:b].tobytes()) for a, b in pairwise(bounds.tolist())]
        length_rows = numbers[self._length_rows.first()]
        ascending = np.argsort(length_rows, kind="stable")[np.count_nonzero(length_rows < 0) :]
        twin._length_rows.extend(length_rows[ascending])
        twin._lengths.extend(self._lengths.first()[ascending])
        twin._blank_rows = sorted(int(numbers[row]) for row in self._blank_rows if numbers[row] >= 0)

    def add(self, row: int, values: list[Any]) -> None:
        self._texts.append((row, values))

    def add_all(self, rows: Sequence[int], values: Sequence[Any] | NDArray[Any]) -> None:
        self._texts.extend((row, [value]) for row, value in zip(rows, values, strict=True))

    def snapshot(self, n: int) -> Column:
        if self._texts:
            self._invert()
        return super().snapshot(n)

    def _invert(self) -> None:
        rows, tids, freqs, positions, lengths, length_rows = self._waiting_rows, [], [], [], [], []
        numbers, terms, by_term = self.numbers, self.terms, self._by_term
        entry = self._tids.size
        for row, values in self._texts:
            found: dict[str, list[int]] = {}
            tokens = self._analyze(values)
            if not tokens:
                self._blank_rows.append(row)  # counted by no statistics, but the field exists
                continue
            for term, position in tokens:
                places = found.get(term)
                if places is None:
                    found[term] = [position]
                else:
                    places.append(position)
            if not self._frequencies:
                tokens = [(term, 0) for term in dict(tokens)]
            overlaps = sum(a[1] == b[1] for a, b in pairwise(tokens)) if self._discounts else 0
            lengths.append(len(tokens) - overlaps)
            length_rows.append(row)
            for term, places in found.items():
                tid = numbers.get(term)
                if tid is None:
                    tid = numbers[term] = len(terms)
                    terms.append(term)
                    by_term.append(array("i"))
                by_term[tid].append(entry)
                entry += 1
                rows.append(row)
                tids.append(tid)
                freqs.append(len(places))
                positions.extend(places)
        self._tids.extend(tids)
        self._freqs.extend(freqs)
        self._starts.extend(np.cumsum(freqs, dtype=np.int64) + self._positions.size)
        self._positions.extend(positions)
        self._length_rows.extend(length_rows)
        self._lengths.extend(lengths)
        self._texts = []
        self._last = None

    def _flush(self) -> None:
        pass  # everything but the rows is in place already

    def _column(self, n: int, m: int, single: bool) -> Column:
        tids = self._tids.first(m)
        whole = m == self._tids.size
        n_terms = len(self.terms) if whole else (int(tids.max()) + 1 if m else 0)
        length_rows = self._length_rows.first()
        docs = len(length_rows) if not len(length_rows) or length_rows[-1] < n else place_of(length_rows, n)
        return TextColumn(
            n,
            self._rows.first(m),
            False,
            tids,
            self._freqs.first(m),
            self._starts.first(m + 1),
            self._positions.first(),
            self.terms,
            self.numbers,
            n_terms,
            self._by_term,
            length_rows[:docs],
            self._lengths.first(docs),
            self._blank_rows,
            self._frequencies,
        )


class VectorBuffer(Buffer):
    """The contiguous matrix of a vector field, appended to in blocks."""

    #: Vectors that may wait as objects of their own before they are moved into the matrix.
    BLOCK = 1024

    def __init__(self, dtype: type[np.generic], width: int) -> None:
        super().__init__()
        self._dtype, self._width = dtype, width
        self._matrix: Grow[Any] = Grow(dtype, width)
        self._waiting: list[Any] = []
        self.shared: dict[str, Any] = {}

    @property
    def bytes_per_vector(self) -> int:
        return self._width * np.dtype(self._dtype).itemsize

    def _empty(self) -> Self:
        return type(self)(self._dtype, self._width)

    def _arrange(self, twin: Self, chosen: NDArray[np.int64], numbers: Rows) -> None:
        twin._matrix.extend(self._matrix.first()[chosen])

    def add(self, row: int, values: list[Any]) -> None:
        self._waiting_rows.append(row)
        self._waiting.append(values[-1])
        if len(self._waiting) >= self.BLOCK:
            self.snapshot(0)

    def add_all(self, rows: Sequence[int], values: Sequence[Any] | NDArray[Any]) -> None:
        self.snapshot(0)
        self._rows.extend(rows)
        self._matrix.extend(values)
        self._last = None

    def _flush(self) -> None:
        self._matrix.extend(np.stack(self._waiting))
        self._waiting = []

    def _column(self, n: int, m: int, single: bool) -> Column:
        return VectorColumn(n, self._rows.first(m), True, self._matrix.first(m), self.shared)

    def vector(self, row: int) -> Any:
        """The vector of one row, refreshed or not."""
        if self._waiting_rows and row >= self._waiting_rows[0]:
            return self._waiting[self._waiting_rows.index(row)]
        return self._matrix.first()[place_of(self._rows.first(), row)]

    def fork(self) -> Buffer:
        twin = super().fork()
        assert isinstance(twin, VectorBuffer)
        twin.shared = {}
        return twin


class ObjectBuffer(Buffer):
    """Values that are no numbers and no terms: bytes, shapes, queries."""

    def __init__(self) -> None:
        super().__init__()
        self._objects: list[Any] = []

    def _empty(self) -> Self:
        return type(self)()

    def _arrange(self, twin: Self, chosen: NDArray[np.int64], numbers: Rows) -> None:
        twin._objects = [self._objects[i] for i in chosen.tolist()]

    def add(self, row: int, values: list[Any]) -> None:
        if len(values) > 1 and self._first_repeat is None:
            self._first_repeat = row
        self._waiting_rows.extend([row] * len(values))
        self._objects.extend(values)

    def _flush(self) -> None:
        pass

    def _column(self, n: int, m: int, single: bool) -> Column:
        return ObjectColumn(n, self._rows.first(m), single, self._objects[:m])
