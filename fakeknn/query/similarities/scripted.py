"""OpenSearch's ScriptedSimilarity, whose scores are held to be positive."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from fakeknn.errors import IllegalArgumentException, NotFaked, OpenSearchError
from fakeknn.painless.library_opensearch import SimilarityDoc, SimilarityField, SimilarityQuery, SimilarityTerm
from fakeknn.painless.script import compile
from fakeknn.query.context import Explanation, running
from fakeknn.query.script import Script, check_language, compiling
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
from fakeknn.xcontent.java import java_string


@dataclass(frozen=True)
class ScriptedSimilarity(Similarity):
    """A script gives the score, another one, if there is one, the part of it that is the same in all documents."""

    needs_total_term_freq = True
    script: Script
    weight_script: Script | None = None

    def __str__(self) -> str:
        return f"ScriptedSimilarity(weightScript=[{_shown(self.weight_script)}], script=[{_shown(self.script)}])"

    def scorer(self, boost: np.float32, field: FieldStatistics, terms: Sequence[TermStatistics]) -> Scorer:
        return ScriptedScorer(self, boost, field, terms)


def _shown(script: Script | None) -> str:
    """Script.toString."""
    if script is None:
        return "null"
    options, params = java_string(script.options), java_string(script.params)
    return (
        f"Script{{type=inline, lang='{script.lang}', idOrCode='{script.source}', options={options}, params={params}}}"
    )


def compiled(script: Script, context: str) -> Any:
    """Raises what the script's language says of it."""
    if script.id is not None:
        raise NotFaked("a similarity of a stored script")
    check_language(script, context)
    with compiling(script):
        return compile(str(script.source), context, {}, script.options)


class ScriptedScorer:
    def __init__(
        self, similarity: ScriptedSimilarity, boost: np.float32, field: FieldStatistics, terms: Sequence[TermStatistics]
    ) -> None:
        self.similarity, self.boost, self.field, self.terms = similarity, boost, field, terms
        self._script = compiled(similarity.script, "similarity")
        self._query = SimilarityQuery({"boost": float(boost)})
        counts = {"docCount": field.doc_count, "sumDocFreq": field.sum_doc_freq}
        self._field = SimilarityField({**counts, "sumTotalTermFreq": field.sum_total_term_freq})
        self._terms = [
            SimilarityTerm({"docFreq": term.doc_freq, "totalTermFreq": term.total_term_freq}) for term in terms
        ]
        self.weights = [self._weight(term) for term in self._terms]

    def _weight(self, term: Any) -> float:
        if self.similarity.weight_script is None:
            return 1.0
        script = compiled(self.similarity.weight_script, "similarity_weight")
        return self._run(script, {"query": self._query, "field": self._field, "term": term})

    @staticmethod
    def _run(script: Any, bindings: Mapping[str, Any]) -> float:
        try:
            return float(script.execute(bindings))
        except OpenSearchError as error:
            raise running(error) from error.__cause__

    def _score(self, at: int, freq: float, length: int) -> np.float32:
        doc = SimilarityDoc({"freq": freq, "length": int(LENGTHS[length])})
        given = {"weight": self.weights[at], "query": self._query, "field": self._field, "term": self._terms[at]}
        return np.float32(self._run(self._script, {**given, "doc": doc}))

    def score(self, freq: float, length: int) -> np.float32:
        """What the scripts say, negative or not."""
        parts = [self._score(at, freq, length) for at in range(len(self.terms))]
        return parts[0] if len(parts) == 1 else np.float32(sum(float(part) for part in parts))

    def _checked(self, freq: float, length: int) -> np.float32:
        """NonNegativeScoresSimilarity."""
        score = self.score(freq, length)
        if score < 0:
            told = self.plainly_explained(Explanation(np.float32(freq), "term frequency"), length)
            raise running(
                IllegalArgumentException(f"Similarities must not produce negative scores, but got:\n{told.text()}")
            )
        return score

    def scores(self, freqs: Counts, lengths: Bytes) -> Floats:
        """A script is run once for each different pair of frequency and length."""
        pairs = np.stack((np.broadcast_to(freqs, lengths.shape).astype(np.float64), lengths.astype(np.float64)))
        different, which = np.unique(pairs, axis=1, return_inverse=True)
        found = np.array([self._checked(freq, int(length)) for freq, length in different.T.tolist()], np.float32)
        return found[which.ravel()]

    def explained(self, freq: Explanation, length: int) -> Explanation:
        told = self.plainly_explained(freq, length)
        if told.value < 0:
            least = Explanation(np.float32(0), "Minimum allowed score")
            return Explanation(np.float32(0), "max of:", (told, least))
        return told

    def plainly_explained(self, freq: Explanation, length: int) -> Explanation:
        """An explanation of what the scripts say."""
        parts = [self._explained(at, freq, length) for at in range(len(self.terms))]
        if len(parts) == 1:
            return parts[0]
        return Explanation(self.score(float(freq.value), length), "Sum of:", tuple(parts))

    def _explained(self, at: int, freq: Explanation, length: int) -> Explanation:
        term = self.terms[at]
        return Explanation(
            self._score(at, float(freq.value), length),
            f"score from {self.similarity} computed from:",
            (
                Explanation(np.float32(self.weights[at]), "weight"),
                Explanation(self.boost, "query.boost"),
                Explanation(self.field.doc_count, "field.docCount"),
                Explanation(self.field.sum_doc_freq, "field.sumDocFreq"),
                Explanation(self.field.sum_total_term_freq, "field.sumTotalTermFreq"),
                Explanation(term.doc_freq, "term.docFreq"),
                Explanation(term.total_term_freq, "term.totalTermFreq"),
                replace(freq, description="doc.freq"),
                Explanation(int(LENGTHS[length]), "doc.length"),
            ),
        )
