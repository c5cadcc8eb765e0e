"""Lucene's similarities of one formula a term (SimilarityBase): it counts in doubles, and narrows once."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

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

Doubles = NDArray[np.float64] | np.float64


@dataclass(frozen=True, slots=True)
class BasicStatistics:
    """BasicStats: of a field, and of one term in it."""

    boost: np.float64
    documents: int
    tokens: int
    doc_freq: int
    total_term_freq: int

    @property
    def average_length(self) -> np.float64:
        return np.float64(self.tokens) / np.float64(self.documents)


def log2(x: Doubles) -> Doubles:
    """SimilarityBase.log2: by way of natural logarithms."""
    found: Doubles = np.log(x) / np.log(2.0)
    return found


def told(value: Doubles | np.floating | float, description: str, *details: Explanation) -> Explanation:
    """An explanation of a double, which is shown as a float."""
    return Explanation(np.float32(value), description, details)


class BasicSimilarity(Similarity):
    needs_total_term_freq = True

    def scorer(self, boost: np.float32, field: FieldStatistics, terms: Sequence[TermStatistics]) -> Scorer:
        return BasicScorer(
            self,
            [
                BasicStatistics(
                    np.float64(boost),
                    field.doc_count,
                    field.sum_total_term_freq,
                    term.doc_freq,
                    term.total_term_freq,
                )
                for term in terms
            ],
        )

    def score(self, stats: BasicStatistics, freq: Doubles, length: Doubles) -> Doubles:
        raise NotImplementedError

    def explained(self, stats: BasicStatistics, freq: Explanation, length: np.float64) -> Explanation:
        raise NotImplementedError


class BasicScorer:
    """The sum of a formula over the terms of a phrase."""

    def __init__(self, similarity: BasicSimilarity, statistics: Sequence[BasicStatistics]) -> None:
        self.similarity, self.statistics = similarity, statistics

    def scores(self, freqs: Counts, lengths: Bytes) -> Floats:
        counts, decoded = np.asarray(freqs, np.float64), LENGTHS[lengths].astype(np.float64)
        total = np.zeros(lengths.shape)
        for one in self.statistics:
            total += np.asarray(self.similarity.score(one, counts, decoded), np.float32)
        return total.astype(np.float32)

    def explained(self, freq: Explanation, length: int) -> Explanation:
        decoded = np.float64(LENGTHS[length])
        parts = tuple(self.similarity.explained(one, freq, decoded) for one in self.statistics)
        if len(parts) == 1:
            return parts[0]
        return Explanation(np.float32(sum(float(part.value) for part in parts)), "sum of:", parts)
