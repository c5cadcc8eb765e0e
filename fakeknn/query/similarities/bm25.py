"""Lucene's BM25 and BooleanSimilarity, OpenSearch's LegacyBM25."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from fakeknn.errors import IllegalArgumentException
from fakeknn.query.context import Explanation
from fakeknn.query.similarities.base import (
    LENGTHS,
    Bytes,
    Counts,
    FieldStatistics,
    Floats,
    Scorer,
    Similarity,
    TermStatistics,
)
from fakeknn.xcontent.java import java_float


def idf(doc_count: int, doc_freq: int) -> np.float32:
    return np.float32(math.log(1 + (doc_count - doc_freq + 0.5) / (doc_freq + 0.5)))


@dataclass(frozen=True)
class BM25(Similarity):
    """Raises ``IllegalArgumentException`` for parameters that are out of bounds."""

    k1: np.float32
    b: np.float32

    def __post_init__(self) -> None:
        if not np.isfinite(self.k1) or self.k1 < 0:
            raise IllegalArgumentException(
                f"illegal k1 value: {java_float(float(self.k1))}, must be a non-negative finite value"
            )
        if not 0 <= self.b <= 1:
            raise IllegalArgumentException(f"illegal b value: {java_float(float(self.b))}, must be between 0 and 1")

    def scorer(self, boost: np.float32, field: FieldStatistics, terms: Sequence[TermStatistics]) -> Scorer:
        return BM25Scorer(self, boost, field, [term.doc_freq for term in terms])


class LegacyBM25(BM25):
    """BM25 as Lucene scored it once: everything times k1 + 1."""

    def scorer(self, boost: np.float32, field: FieldStatistics, terms: Sequence[TermStatistics]) -> Scorer:
        return super().scorer(np.float32(boost * (np.float32(1) + self.k1)), field, terms)


#: From how many documents on their scores are looked up, each pair of a frequency and a length being computed once.
_WORTH_A_TABLE = 4096
_FEW = 64


class BM25Scorer:
    """weight − weight / (1 + freq · inverse norm), the idf summed over the terms of a phrase."""

    def __init__(self, similarity: BM25, boost: np.float32, field: FieldStatistics, doc_freqs: Sequence[int]) -> None:
        self.k1, self.b, self.boost, self.field, self.doc_freqs = similarity.k1, similarity.b, boost, field, doc_freqs
        n = field.doc_count
        total = idf(n, doc_freqs[0]) if len(doc_freqs) == 1 else np.float32(sum(float(idf(n, df)) for df in doc_freqs))
        self.weight = np.float32(boost * total)
        one = np.float32(1)
        self.inverse = one / (self.k1 * ((one - self.b) + self.b * LENGTHS / field.average_length))
        """BM25Similarity's cache: float32[256], 1 / (k1 · (1 − b + b · length / average))."""

    def scores(self, freqs: Counts, lengths: Bytes) -> Floats:
        one = np.float32(1)
        if len(lengths) > _WORTH_A_TABLE and isinstance(freqs, np.ndarray) and freqs.dtype == np.int32:
            most = int(freqs.max())
            if most < _FEW:
                counts = np.arange(most + 1, dtype=np.float32)[:, None]
                table = self.weight - self.weight / (one + counts * self.inverse)
                found: Floats = table.ravel().take((freqs << 8) | lengths)
                return found
        out = self.weight - self.weight / (one + np.asarray(freqs, np.float32) * self.inverse[lengths])
        return np.asarray(out, np.float32)

    def explained(self, freq: Explanation, length: int) -> Explanation:
        """BM25Scorer.explain."""
        n = self.field.doc_count
        details = [] if self.boost == 1 else [Explanation(self.boost, "boost")]
        idfs = tuple(
            Explanation(
                idf(n, df),
                "idf, computed as log(1 + (N - n + 0.5) / (n + 0.5)) from:",
                (
                    Explanation(df, "n, number of documents containing term"),
                    Explanation(n, "N, total number of documents with field"),
                ),
            )
            for df in self.doc_freqs
        )
        if len(idfs) == 1:
            details.append(idfs[0])
        else:
            details.append(Explanation(np.float32(sum(float(part.value) for part in idfs)), "idf, sum of:", idfs))
        one, inverse = np.float32(1), self.inverse[length]
        count = np.float32(freq.value)
        approximate = " (approximate)" if length > 39 else ""
        parts = (
            freq,
            Explanation(self.k1, "k1, term saturation parameter"),
            Explanation(self.b, "b, length normalization parameter"),
            Explanation(LENGTHS[length], "dl, length of field" + approximate),
            Explanation(self.field.average_length, "avgdl, average length of field"),
        )
        how = "tf, computed as freq / (freq + k1 * (1 - b + b * dl / avgdl)) from:"
        details.append(Explanation(one - one / (one + count * inverse), how, parts))
        value = self.weight - self.weight / (one + count * inverse)
        text = f"score(freq={java_float(float(count))}), computed as boost * idf * tf from:"
        return Explanation(value, text, tuple(details))


class BooleanSimilarity(Similarity):
    def scorer(self, boost: np.float32, field: FieldStatistics, terms: Sequence[TermStatistics]) -> Scorer:
        return BooleanScorer(boost)


class BooleanScorer:
    def __init__(self, boost: np.float32) -> None:
        self.boost = boost

    def scores(self, freqs: Counts, lengths: Bytes) -> Floats:
        return np.full(len(lengths), self.boost, np.float32)

    def explained(self, freq: Explanation, length: int) -> Explanation:
        return Explanation(
            self.boost, "score(BooleanWeight), computed from:", (Explanation(self.boost, "boost, query boost"),)
        )
