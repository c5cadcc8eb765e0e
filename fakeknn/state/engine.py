"""A shard's documents as they were written: rows appended to buffers, the latest version of each id, tombstones.

A row is a Lucene document: one for each document and, before it, one for each of its nested objects; a deletion has one
too, its tombstone, that never lives. Rows are only ever appended; what a delete or an update leaves behind stays,
until a merge, as a row that no View shows as living.
"""

from __future__ import annotations

from array import array
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from fakeknn.fields.buffers import Buffer, VectorBuffer
from fakeknn.source import Stored, restore, whole
from fakeknn.view import Columns, Grow, ignored_fields, term_of

if TYPE_CHECKING:
    from fakeknn.mapping import Mapping as DocumentMapping
    from fakeknn.mapping import ParsedDocument, ParsedDocuments


class Tombstone(NamedTuple):
    """A deleted document: its version goes on counting until the tombstone is older than ``index.gc_deletes``."""

    version: int
    seq_no: int
    primary_term: int
    at: float


class Engine:
    """OpenSearch's InternalEngine: everything of a shard that a write changes and a refresh does not."""

    def __init__(self) -> None:
        self.n = 0
        self.ids: list[str | None] = []
        self.sources: list[Stored] = []
        self.routings: dict[int, str] = {}
        self.rows: dict[str, int | list[int]] = {}
        self.tombstones: dict[str, Tombstone] = {}
        self.versions = array("q")
        self.seq_nos = array("q")
        self.blocks: dict[int, int] = {}
        """The first row of a document that has nested objects, by its own row."""
        self.level_paths: dict[str, int] = {}
        self.buffers: dict[str, Buffer | None] = {}
        self.next_seq_no = 0
        self.terms: list[tuple[int, int]] = [(0, 1)]
        """(first sequence number, primary term), ascending."""
        self.shared = False
        self._levels = array("h")
        self._grown: tuple[Grow[np.int64], Grow[np.int64], Grow[np.int16]] = (
            Grow(np.int64),
            Grow(np.int64),
            Grow(np.int16),
        )

    # -- reading

    def find(self, doc_id: str) -> int | None:
        """The row of a document as it is now, refreshed or not."""
        row = self.rows.get(doc_id)
        if row is None or (self.tombstones and doc_id in self.tombstones):
            return None
        return row if isinstance(row, int) else row[-1]

    def source(self, row: int) -> bytes | None:
        """The ``_source`` of a row, with the vectors that were cut out of it."""
        return restore(self.sources[row], lambda path, back: self._vector(path, row - back))

    def stored_source(self, row: int) -> bytes | None:
        """The text that the stored fields of a row are read from."""
        return whole(self.sources[row], lambda path, back: self._vector(path, row - back))

    def ignored(self, row: int) -> list[str]:
        """The fields of a row whose malformed values were left out."""
        buffer = self.buffers.get("_ignored")
        return [] if buffer is None else ignored_fields(buffer.snapshot(self.n), row)

    def _vector(self, path: str, row: int) -> Any:
        buffer = self.buffers[path]
        assert isinstance(buffer, VectorBuffer)
        return buffer.vector(row)

    @property
    def primary_term(self) -> int:
        return self.terms[-1][1]

    def term_of(self, seq_no: int) -> int:
        """The primary term that a sequence number was given in."""
        return term_of(self.terms, seq_no)

    def first_row(self, row: int) -> int:
        """The first row of a document's block."""
        return self.blocks.get(row, row)

    def are_new(self, doc_ids: Sequence[str]) -> bool:
        """Whether there never was a document of one of these ids, of which each stands here once."""
        wanted = set(doc_ids)
        known = self.rows.keys() | self.tombstones.keys() if self.tombstones else self.rows.keys()
        return len(wanted) == len(doc_ids) and wanted.isdisjoint(known)

    # -- writing

    def append(
        self, doc_id: str, document: ParsedDocument, mapping: DocumentMapping, version: int, routing: str | None
    ) -> int:
        """Take a document in; its row."""
        rows = document.rows
        buffers = self.buffers
        if len(rows) > 1:
            self._append_nested(document, mapping, version)
        row = self.n
        for path, values in rows[-1][1].items():
            buffer = buffers.get(path)
            if buffer is None:
                buffer = self._buffer(path, mapping)
                if buffer is None:
                    continue
            buffer.add(row, values)
        self.n = row + 1
        self.ids.append(doc_id)
        self.sources.append(document.source)
        self._levels.append(0)
        self.versions.append(version)
        self.seq_nos.append(self.next_seq_no)
        self.next_seq_no += 1
        if routing is not None:
            self.routings[row] = routing
        before = self.rows.get(doc_id)
        if before is None:
            self.rows[doc_id] = row
        elif isinstance(before, int):
            self.rows[doc_id] = [before, row]
        else:
            before.append(row)
        if self.tombstones:
            self.tombstones.pop(doc_id, None)
        return row

    def append_all(self, doc_ids: Sequence[str], documents: ParsedDocuments, mapping: DocumentMapping) -> None:
        """Take in documents whose ids are new here, each once; their versions are 1."""
        first, count = self.n, len(doc_ids)
        for path, column in documents.columns.items():
            buffer = self.buffers.get(path) or self._buffer(path, mapping)
            if buffer is None:
                continue
            rows = column.rows if not first else [first + row for row in column.rows]
            if not column.several:
                buffer.add_all(rows, column.values)
                continue
            for row, values in zip(rows, column.values, strict=True):
                if values:
                    buffer.add(row, values)
        self.n += count
        self.ids.extend(doc_ids)
        self.sources.extend(documents.sources)
        self._levels.extend([0] * count)
        self.versions.extend([1] * count)
        self.seq_nos.extend(range(self.next_seq_no, self.next_seq_no + count))
        self.next_seq_no += count
        self.rows.update(zip(doc_ids, range(first, self.n), strict=True))

    def _append_nested(self, document: ParsedDocument, mapping: DocumentMapping, version: int) -> None:
        first = self.n
        for path, values_by_field in document.rows[:-1]:
            assert path is not None
            for field, values in values_by_field.items():
                buffer = self.buffers.get(field) or self._buffer(field, mapping)
                if buffer is not None:
                    buffer.add(self.n, values)
            self.n += 1
            self.ids.append(None)
            self.sources.append(None)
            self._levels.append(self.level_paths.setdefault(path, len(self.level_paths) + 1))
            self.versions.append(version)
            self.seq_nos.append(self.next_seq_no)
        self.blocks[self.n] = first

    def _buffer(self, path: str, mapping: DocumentMapping) -> Buffer | None:
        if path not in self.buffers:
            field = mapping.field(path)
            assert field is not None
            self.buffers[path] = field.new_buffer()
        return self.buffers[path]

    def bury(self, doc_id: str, version: int, now: float) -> int:
        """Mark a document, found or not, as deleted, by a row that is dead from the start; its sequence number."""
        seq_no = self.next_seq_no
        self.next_seq_no += 1
        self.n += 1
        self.ids.append(None)
        self.sources.append(None)
        self._levels.append(0)
        self.versions.append(version)
        self.seq_nos.append(seq_no)
        self.tombstones[doc_id] = Tombstone(version, seq_no, self.primary_term, now)
        return seq_no

    def raise_primary_term(self) -> None:
        """A primary was assigned anew."""
        term = self.primary_term + 1
        if self.terms[-1][0] == self.next_seq_no:
            self.terms = [*self.terms[:-1], (self.next_seq_no, term)]
        else:
            self.terms = [*self.terms, (self.next_seq_no, term)]

    # -- for Views, checkpoints and merges

    def columns(self) -> Columns:
        return Columns(self.buffers, self.n)

    def row_arrays(self) -> tuple[NDArray[np.int64], NDArray[np.int64], NDArray[np.int16]]:
        """Sequence numbers, versions and levels of all rows."""
        seq_nos, versions, levels = self._grown
        for grown, values in ((seq_nos, self.seq_nos), (versions, self.versions)):
            grown.extend(values[grown.size :])
        levels.extend(self._levels[levels.size :])
        return seq_nos.first(), versions.first(), levels.first()

    def fork(self) -> Engine:
        """A copy that can be written to while this one stays as it is."""
        twin = Engine()
        twin.n = self.n
        twin.ids, twin.sources = self.ids.copy(), self.sources.copy()
        twin.routings, twin.tombstones = self.routings.copy(), self.tombstones.copy()
        twin.rows = {id_: rows if isinstance(rows, int) else rows.copy() for id_, rows in self.rows.items()}
        twin.versions, twin.seq_nos, twin._levels = self.versions[:], self.seq_nos[:], self._levels[:]
        twin.blocks, twin.level_paths = self.blocks.copy(), self.level_paths.copy()
        twin.buffers = {path: buffer and buffer.fork() for path, buffer in self.buffers.items()}
        twin.next_seq_no, twin.terms = self.next_seq_no, self.terms
        twin._grown = tuple(grown.fork() for grown in self._grown)  # type: ignore[assignment]
        return twin

    def merged(self, rows: NDArray[np.intp]) -> Engine:
        """A copy of these rows alone, in this order."""
        kept = rows.tolist()
        place: Mapping[int, int] = {row: i for i, row in enumerate(kept)}
        numbers = np.full(self.n, -1, np.int32)
        numbers[rows] = np.arange(len(rows), dtype=np.int32)
        twin = Engine()
        twin.n = len(kept)
        twin.ids = [self.ids[row] for row in kept]
        twin.sources = [self.sources[row] for row in kept]
        twin.routings = {place[row]: routing for row, routing in self.routings.items() if row in place}
        twin.rows = self._renumbered(place)
        twin.tombstones = self.tombstones.copy()
        twin.versions = array("q", [self.versions[row] for row in kept])
        twin.seq_nos = array("q", [self.seq_nos[row] for row in kept])
        twin._levels = array("h", [self._levels[row] for row in kept])
        twin.blocks = {place[row]: place[first] for row, first in self.blocks.items() if row in place}
        twin.level_paths = self.level_paths.copy()
        twin.buffers = {path: buffer and buffer.arranged(numbers) for path, buffer in self.buffers.items()}
        twin.next_seq_no, twin.terms = self.next_seq_no, self.terms
        return twin

    def _renumbered(self, place: Mapping[int, int]) -> dict[str, int | list[int]]:
        """``rows`` after a merge: the latest of an id's rows stays last, whatever its new number."""
        found: dict[str, int | list[int]] = {}
        for doc_id, rows in self.rows.items():
            if isinstance(rows, int):
                if rows in place:
                    found[doc_id] = place[rows]
            else:
                kept = [place[row] for row in rows if row in place]
                if kept:
                    found[doc_id] = kept if len(kept) > 1 else kept[0]
        return found
