"""BM25 as Lucene 10 computes it: lengths kept in a byte, float32 arithmetic, statistics of the shard."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from fakeknn.errors import NotFaked
from fakeknn.fields import FieldType
from fakeknn.query.base import Explanation, Matched, ShardContext
from fakeknn.view import Column, KeywordColumn, NumericColumn, TextColumn
from fakeknn.xcontent.java import java_float

K1 = np.float32(1.2)
B = np.float32(0.75)


def _length_table() -> NDArray[np.float32]:
    """SmallFloat.byte4ToInt for the 256 bytes: a length keeps four significant bits."""

    def long_to_int4(i: int) -> int:
        bits = i.bit_length()
        if bits < 4:
            return i
        shift = bits - 4
        return ((i >> shift) & 0x07) | ((shift + 1) << 3)

    def int4_to_long(i: int) -> int:
        bits, shift = i & 0x07, (i >> 3) - 1
        return bits if shift == -1 else (bits | 0x08) << shift

    free = 255 - long_to_int4(2**31 - 1)
    return np.array([b if b < free else free + int4_to_long(b - free) for b in range(256)], np.float32)


LENGTHS = _length_table()


def length_bytes(lengths: NDArray[np.int32]) -> NDArray[np.uint8]:
    """uint8: SmallFloat.intToByte4 of field lengths, the largest kept length that is not longer."""
    return (np.searchsorted(LENGTHS, lengths.astype(np.float64), side="right") - 1).astype(np.uint8)


def doc_id(ctx: ShardContext, row: int) -> int:
    """A row's number in its segment, which descriptions show."""
    return row - int(ctx.view.segments[ctx.view.segment_of[row]])


@dataclass(frozen=True, slots=True)
class FieldStatistics:
    """CollectionStatistics of a field in a shard."""

    doc_count: int
    sum_total_term_freq: int

    @property
    def average_length(self) -> np.float32:
        return np.float32(self.sum_total_term_freq / self.doc_count)


def field_statistics(ctx: ShardContext, field: FieldType, column: Column) -> FieldStatistics:
    if ctx.statistics is not None:
        return FieldStatistics(*ctx.statistics.of_field(field.path))
    key = ("statistics", field.path)
    found = ctx.view.memo.get(key)
    if found is None:
        found = ctx.view.memo[key] = shard_statistics(column)
    return found


def shard_statistics(column: Column) -> FieldStatistics:
    """The shard's own statistics. Deleted documents count until a merge drops them, and soft deletes outlive even
    that for half a minute."""
    if isinstance(column, TextColumn):
        return FieldStatistics(column.doc_count, column.sum_total_term_freq)
    if isinstance(column, NumericColumn) and len(column.rows) > column.doc_count:
        pairs = np.stack((column.rows.astype(np.int64), column.values.astype(np.int64)))
        return FieldStatistics(column.doc_count, np.unique(pairs, axis=1).shape[1])  # a value counts once a document
    return FieldStatistics(column.doc_count, len(column.rows))


def postings(column: Column, term: str) -> tuple[NDArray[np.int32], NDArray[np.int32] | None]:
    """The rows that have a term, and how often each has it (None: once)."""
    if isinstance(column, TextColumn):
        tid = column.number(term)
        if tid is None:
            return np.empty(0, np.int32), None
        return column.postings(tid)
    if isinstance(column, KeywordColumn):
        tid = column.number(term)
        return (np.empty(0, np.int32) if tid is None else column.rows[column.tids == tid]), None
    assert isinstance(column, NumericColumn)  # booleans
    return column.rows[column.values == (1 if term == "T" else 0)], None


def doc_freq(ctx: ShardContext, field: FieldType, column: Column, term: str) -> int:
    if ctx.statistics is not None:
        return ctx.statistics.doc_freq(field.path, term)
    if isinstance(column, TextColumn):
        tid = column.number(term)
        return 0 if tid is None else len(column.entries(tid))
    return len(postings(column, term)[0])


class DfsStatistics:
    """The statistics of all shards of a search together, summed as they are asked for."""

    def __init__(self, contexts: Sequence[ShardContext]) -> None:
        self.contexts = list(contexts)
        self._fields: dict[str, tuple[int, int]] = {}
        self._terms: dict[tuple[str, str], int] = {}

    def _columns(self, path: str) -> Iterator[Column]:
        for ctx in self.contexts:
            field = ctx.field(path)
            column = None if field is None else ctx.column(field)
            if column is not None:
                yield column

    def of_field(self, path: str) -> tuple[int, int]:
        found = self._fields.get(path)
        if found is None:
            parts = [shard_statistics(column) for column in self._columns(path)]
            found = sum(part.doc_count for part in parts), sum(part.sum_total_term_freq for part in parts)
            self._fields[path] = found
        return found

    def doc_freq(self, path: str, term: str) -> int:
        found = self._terms.get((path, term))
        if found is None:
            found = self._terms[path, term] = sum(len(postings(column, term)[0]) for column in self._columns(path))
        return found


def idf(doc_count: int, doc_freq: int) -> np.float32:
    return np.float32(math.log(1 + (doc_count - doc_freq + 0.5) / (doc_freq + 0.5)))


class Similarity:
    """How a field's terms score: BM25 with its parameters, or boolean (the boost alone)."""

    def __init__(self, ctx: ShardContext, field: FieldType, column: Column) -> None:
        self.ctx, self.field, self.column = ctx, field, column
        name = (
            field.options.get("similarity")
            or (ctx.settings.get("index.similarity.default.type") and "default")
            or "BM25"
        )
        prefix = f"index.similarity.{name}."
        kind = ctx.settings.get(prefix + "type", name)
        if kind not in ("BM25", "boolean"):
            raise NotFaked(f"the similarity [{kind}]")
        self.boolean = kind == "boolean" or field.constant
        self.k1 = np.float32(ctx.settings.get(prefix + "k1", "1.2"))
        self.b = np.float32(ctx.settings.get(prefix + "b", "0.75"))
        self.statistics = field_statistics(ctx, field, column)

    def inverse_norms(self) -> NDArray[np.float32]:
        """float32[256]: BM25Similarity's cache, 1 / (k1 · (1 − b + b · length / average))."""
        average = self.statistics.average_length
        one = np.float32(1)
        return one / (self.k1 * ((one - self.b) + self.b * LENGTHS / average))

    def norms(self) -> NDArray[np.uint8] | None:
        """uint8[n]: each row's length byte; None for a field without norms, where every length counts as 1."""
        if not isinstance(self.column, TextColumn) or not getattr(self.field, "has_norms", False):
            return None
        key = ("norms", self.field.path)
        found = self.ctx.view.memo.get(key)
        if found is None:
            found = self.ctx.view.memo[key] = length_bytes(self.column.row_lengths)
        return found

    def doc_freqs(self, terms: Sequence[str]) -> list[int]:
        return [doc_freq(self.ctx, self.field, self.column, term) for term in terms]

    def weight(self, terms: Sequence[str], boost: np.float32, doc_freqs: Sequence[int] | None = None) -> np.float32:
        """boost · idf, the idf summed over the terms of a phrase (in double, narrowed once)."""
        n = self.statistics.doc_count
        found = self.doc_freqs(terms) if doc_freqs is None else doc_freqs
        total = idf(n, found[0]) if len(found) == 1 else np.float32(sum(float(idf(n, df)) for df in found))
        return np.float32(boost * total)

    def score(
        self,
        rows: NDArray[np.int32],
        freqs: NDArray[Any] | None,
        terms: Sequence[str],
        boost: np.float32,
        *,
        doc_freqs: Sequence[int] | None = None,
    ) -> NDArray[np.float32]:
        """float32[len(rows)]: weight − weight / (1 + freq · inverse norm).

        ``doc_freqs`` stand in for the terms' own document frequencies.
        """
        if self.boolean:
            return np.full(len(rows), boost, np.float32)
        weight = self.weight(terms, boost, doc_freqs)
        cache = self.inverse_norms()
        norms = self.norms()
        inverse = cache[1] if norms is None else cache[norms[rows]]
        one = np.float32(1)
        frequency = one if freqs is None else freqs.astype(np.float32)
        out = weight - weight / (one + frequency * inverse)
        return np.broadcast_to(np.asarray(out, np.float32), rows.shape)

    def explain(
        self,
        row: int,
        freq: float,
        terms: Sequence[str],
        boost: np.float32,
        description: str,
        *,
        doc_freqs: Sequence[int] | None = None,
        phrase: bool = False,
        whole: bool = False,
        counted: str | None = None,
    ) -> Explanation:
        """BM25Scorer.explain; ``description`` tells the term or phrase, or the ``whole`` query.

        A ``phrase`` counts its frequency as one even if it has a single term; ``counted`` tells the frequency in
        other words.
        """
        shown = description if whole else f"{self.field.path}:{description}"
        phrase = phrase or len(terms) > 1
        at = doc_id(self.ctx, row)
        if self.boolean:
            return Explanation(
                boost,
                f"weight({shown} in {at}) [BooleanSimilarity], result of:",
                (Explanation(boost, "score(BooleanWeight), computed from:", (Explanation(boost, "boost"),)),),
            )
        n = self.statistics.doc_count
        details = []
        if boost != 1:
            details.append(Explanation(boost, "boost"))
        idfs = [
            Explanation(
                idf(n, df),
                "idf, computed as log(1 + (N - n + 0.5) / (n + 0.5)) from:",
                (
                    Explanation(df, "n, number of documents containing term"),
                    Explanation(n, "N, total number of documents with field"),
                ),
            )
            for df in (self.doc_freqs(terms) if doc_freqs is None else doc_freqs)
        ]
        if len(idfs) == 1:
            details.append(idfs[0])
        else:
            total = np.float32(sum(float(part.value) for part in idfs))
            details.append(Explanation(total, "idf, sum of:", tuple(idfs)))
        norms = self.norms()
        byte = 1 if norms is None else int(norms[row])
        inverse = self.inverse_norms()[byte]
        one = np.float32(1)
        tf = one - one / (one + np.float32(freq) * inverse)
        tf_details = [
            Explanation(
                np.float32(freq),
                counted or ("phraseFreq=" + _float(freq) if phrase else "freq, occurrences of term within document"),
            ),
            Explanation(self.k1, "k1, term saturation parameter"),
        ]
        approximate = " (approximate)" if byte > 39 else ""
        tf_details += [
            Explanation(self.b, "b, length normalization parameter"),
            Explanation(LENGTHS[byte], "dl, length of field" + approximate),
            Explanation(self.statistics.average_length, "avgdl, average length of field"),
        ]
        how = "tf, computed as freq / (freq + k1 * (1 - b + b * dl / avgdl)) from:"
        details.append(Explanation(tf, how, tuple(tf_details)))
        weight = self.weight(terms, boost, doc_freqs)
        value = weight - weight / (one + np.float32(freq) * inverse)
        scored = Explanation(value, f"score(freq={_float(freq)}), computed as boost * idf * tf from:", tuple(details))
        return Explanation(value, f"weight({shown} in {at}) [{self.ctx.similarity_name}], result of:", (scored,))


def _float(value: float) -> str:
    return java_float(float(value))


def score_term(ctx: ShardContext, field: FieldType, term: str, boost: np.float32) -> Matched:
    """A term query on a field with postings."""
    column = ctx.column(field)
    if column is None:
        return Matched.none(ctx.n)
    rows, freqs = postings(column, term)
    mask = np.zeros(ctx.n, bool)
    mask[rows] = True
    score = np.zeros(ctx.n, np.float32)
    if len(rows):
        if freqs is not None and not getattr(field, "has_freqs", True):
            freqs = None
        score[rows] = Similarity(ctx, field, column).score(rows, freqs, [term], boost)
    return Matched(mask, score)


def add_scores(parts: Sequence[Matched], n: int) -> NDArray[np.float32]:
    """float32[n]: the sum of what matched, in double and narrowed once, as Lucene's conjunctions and disjunctions
    add.
    """
    if len(parts) == 1:
        part = parts[0]
        return np.where(part.mask, part.score, np.float32(0))
    total = np.zeros(n, np.float64)
    zero = np.float32(0)
    for part in parts:
        total += np.where(part.mask, part.score, zero)
    return total.astype(np.float32)
