"""What terms score in a shard: its postings, norms and statistics, or those of all shards, for a similarity."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from fakeknn.fields import FieldType
from fakeknn.fields.scalar import BooleanFieldType
from fakeknn.query.context import Explanation, Matched, ShardContext
from fakeknn.query.similarities import (
    LENGTHS,
    FieldStatistics,
    Scorer,
    TermStatistics,
    similarity_of,
)
from fakeknn.view import Column, KeywordColumn, NumericColumn, TextColumn
from fakeknn.xcontent.java import java_float


def length_bytes(lengths: NDArray[np.int32]) -> NDArray[np.uint8]:
    """uint8: SmallFloat.intToByte4 of field lengths, the largest kept length that is not longer."""
    return (np.searchsorted(LENGTHS, lengths.astype(np.float64), side="right") - 1).astype(np.uint8)


def doc_id(ctx: ShardContext, row: int) -> int:
    """A row's number in its segment, which descriptions show."""
    return row - int(ctx.view.segments[ctx.view.segment_of[row]])


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
        return FieldStatistics(column.doc_count, column.sum_total_term_freq, len(column.rows))
    if isinstance(column, NumericColumn) and len(column.rows) > column.doc_count:
        pairs = np.stack((column.rows.astype(np.int64), column.values.astype(np.int64)))
        count = np.unique(pairs, axis=1).shape[1]  # a value counts once a document
        return FieldStatistics(column.doc_count, count, count)
    return FieldStatistics(column.doc_count, len(column.rows), len(column.rows))


def postings(column: Column, term: str) -> tuple[NDArray[np.int32], NDArray[np.int32] | None]:
    """The rows that have a term, and how often it counts in each (None: once, as where none are indexed)."""
    if isinstance(column, TextColumn):
        tid = column.number(term)
        if tid is None:
            return np.empty(0, np.int32), None
        rows, freqs = column.postings(tid)
        return rows, freqs if column.frequencies else None
    if isinstance(column, KeywordColumn):
        tid = column.number(term)
        return (np.empty(0, np.int32) if tid is None else column.rows[column.tids == tid]), None
    assert isinstance(column, NumericColumn)  # booleans
    return np.unique(column.rows[column.values == (1 if term == "T" else 0)]), None


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
        self._fields: dict[str, tuple[int, int, int]] = {}
        self._terms: dict[tuple[str, str], int] = {}

    def _columns(self, path: str) -> Iterator[Column]:
        for ctx in self.contexts:
            field = ctx.field(path)
            column = None if field is None else ctx.column(field)
            if column is not None:
                yield column

    def of_field(self, path: str) -> tuple[int, int, int]:
        found = self._fields.get(path)
        if found is None:
            parts = [shard_statistics(column) for column in self._columns(path)]
            found = (
                sum(part.doc_count for part in parts),
                sum(part.sum_total_term_freq for part in parts),
                sum(part.sum_doc_freq for part in parts),
            )
            self._fields[path] = found
        return found

    def doc_freq(self, path: str, term: str) -> int:
        found = self._terms.get((path, term))
        if found is None:
            found = self._terms[path, term] = sum(len(postings(column, term)[0]) for column in self._columns(path))
        return found

    def total_term_freq(self, path: str, term: str) -> int:
        return sum(shard_total_term_freq(column, term) for column in self._columns(path))


def total_term_freq(ctx: ShardContext, field: FieldType, column: Column, term: str) -> int:
    """How often a term stands in all documents."""
    if ctx.statistics is not None:
        return ctx.statistics.total_term_freq(field.path, term)
    return shard_total_term_freq(column, term)


def shard_total_term_freq(column: Column, term: str) -> int:
    rows, freqs = postings(column, term)
    return len(rows) if freqs is None else int(freqs.sum())


class TermFrequencies:
    """What score scripts ask of terms: ``termFreq`` of the document of ``row``, the others of the whole shard."""

    def __init__(self, ctx: ShardContext) -> None:
        self.ctx = ctx
        self.row = 0
        self._known: dict[tuple[str, str], dict[int, int]] = {}

    def _column(self, path: str) -> Column | None:
        field = self.ctx.field(path)
        column = None if field is None or field.path != path or not field.searchable else self.ctx.column(field)
        if isinstance(column, NumericColumn) and not isinstance(field, BooleanFieldType):
            return None  # numbers are points, not terms
        return column if isinstance(column, TextColumn | KeywordColumn | NumericColumn) else None

    def __call__(self, name: str, path: str, term: str | None) -> int:
        column = self._column(path)
        if column is None:
            return 0
        if name == "sumTotalTermFreq" or term is None:
            return shard_statistics(column).sum_total_term_freq
        if name == "totalTermFreq":
            return shard_total_term_freq(column, term)
        found = self._known.get((path, term))
        if found is None:
            rows, freqs = postings(column, term)
            counts = np.ones(len(rows), np.int64) if freqs is None else freqs
            found = self._known[path, term] = dict(zip(rows.tolist(), counts.tolist(), strict=True))
        return found.get(self.row, 0)


class FieldScoring:
    """How the terms of a field score in a shard: by its similarity, the shard's statistics, and its norms."""

    def __init__(self, ctx: ShardContext, field: FieldType, column: Column) -> None:
        self.ctx, self.field, self.column = ctx, field, column
        self.similarity = similarity_of(field.options.get("similarity"), ctx.settings)
        self.statistics = field_statistics(ctx, field, column)

    def norms(self) -> NDArray[np.uint8] | None:
        """uint8[n]: each row's length byte; None for a field without norms, where every length counts as 1."""
        if not isinstance(self.column, TextColumn) or not getattr(self.field, "has_norms", False):
            return None
        key = ("norms", self.field.path)
        found = self.ctx.view.memo.get(key)
        if found is None:
            found = self.ctx.view.memo[key] = length_bytes(self.column.row_lengths)
        return found

    def statistics_of(self, term: str) -> TermStatistics:
        ctx, field, column = self.ctx, self.field, self.column
        total = total_term_freq(ctx, field, column, term) if self.similarity.needs_total_term_freq else 0
        return TermStatistics(doc_freq(ctx, field, column, term), total)

    def blended(self, terms: Sequence[str]) -> TermStatistics:
        """Of terms that are scored as one: in as many documents as the most frequent, as often as all together."""
        of_terms = [self.statistics_of(term) for term in terms]
        return TermStatistics(max(one.doc_freq for one in of_terms), sum(one.total_term_freq for one in of_terms))

    def scorer(self, terms: Sequence[str], boost: np.float32, stated: Sequence[TermStatistics] | None = None) -> Scorer:
        """``stated`` stand in for the terms' own statistics."""
        statistics = [self.statistics_of(term) for term in terms] if stated is None else stated
        return self.similarity.scorer(boost, self.statistics, statistics)

    def score(
        self,
        rows: NDArray[np.int32],
        freqs: NDArray[Any] | None,
        terms: Sequence[str],
        boost: np.float32,
        *,
        stated: Sequence[TermStatistics] | None = None,
    ) -> NDArray[np.float32]:
        """float32[len(rows)]: the scores of terms, or of a phrase of them, that stand ``freqs`` times in ``rows``."""
        norms = self.norms()
        lengths = np.ones(len(rows), np.uint8) if norms is None else norms[rows]
        counts = np.float32(1) if freqs is None else freqs
        return self.scorer(terms, boost, stated).scores(counts, lengths)

    def explain(
        self,
        row: int,
        freq: float,
        terms: Sequence[str],
        boost: np.float32,
        description: str,
        *,
        stated: Sequence[TermStatistics] | None = None,
        phrase: bool = False,
        whole: bool = False,
        counted: str | None = None,
    ) -> Explanation:
        """TermWeight.explain; ``description`` tells the term or phrase, or the ``whole`` query.

        A ``phrase`` counts its frequency as one even if it has a single term; ``counted`` tells the frequency in
        other words.
        """
        shown = description if whole else f"{self.field.lucene_name}:{description}"
        told = "freq, occurrences of term within document"
        if phrase or len(terms) > 1:
            told = "phraseFreq=" + java_float(float(freq))
        norms = self.norms()
        length = 1 if norms is None else int(norms[row])
        scorer = self.scorer(terms, boost, stated)
        scored = scorer.explained(Explanation(np.float32(freq), counted or told), length)
        name = self.ctx.similarity_name
        return Explanation(scored.value, f"weight({shown} in {doc_id(self.ctx, row)}) [{name}], result of:", (scored,))


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
        score[rows] = FieldScoring(ctx, field, column).score(rows, freqs, [term], boost)
    return Matched(mask, score, clean=True)


def add_scores(parts: Sequence[Matched], n: int) -> NDArray[np.float32]:
    """float32[n]: the sum of what matched, in double and narrowed once, as Lucene's conjunctions and disjunctions
    add.
    """
    if len(parts) == 1:
        part = parts[0]
        return part.score if part.clean else np.where(part.mask, part.score, np.float32(0))
    total = np.zeros(n, np.float64)
    zero = np.float32(0)
    for part in parts:
        total += part.score if part.clean else np.where(part.mask, part.score, zero)
    return total.astype(np.float32)
