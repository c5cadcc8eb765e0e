"""How terms score: Lucene's BM25 and BooleanSimilarity, OpenSearch's LegacyBM25 and ScriptedSimilarity.

A similarity makes, of the statistics of a field and of terms, a scorer; that scores frequencies in documents whose
lengths are kept in a byte.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, ClassVar, Protocol

import numpy as np
from numpy.typing import NDArray

from fakeknn.errors import NotFaked, OpenSearchError
from fakeknn.painless.library_opensearch import SimilarityDoc, SimilarityField, SimilarityQuery, SimilarityTerm
from fakeknn.painless.script import compile
from fakeknn.query.base import Explanation, running
from fakeknn.xcontent.java import java_float

Floats = NDArray[np.float32]
Bytes = NDArray[np.uint8]
#: How often something stands in each of some documents; one number for all.
Counts = NDArray[Any] | np.float32


def _length_table() -> Floats:
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


@dataclass(frozen=True, slots=True)
class FieldStatistics:
    """CollectionStatistics of a field in a shard."""

    doc_count: int
    sum_total_term_freq: int
    sum_doc_freq: int = 0

    @property
    def average_length(self) -> np.float32:
        return np.float32(self.sum_total_term_freq / self.doc_count)


@dataclass(frozen=True, slots=True)
class TermStatistics:
    """In how many documents a term stands, and how often in all."""

    doc_freq: int
    total_term_freq: int


class Scorer(Protocol):
    """SimScorer: ``lengths`` is each document's length byte, 1 for one of a field without norms."""

    def scores(self, freqs: Counts, lengths: Bytes) -> Floats: ...

    def explained(self, freq: Explanation, length: int) -> Explanation: ...


class Similarity:
    """What a field's ``similarity`` names."""

    needs_total_term_freq: ClassVar[bool] = False
    name: ClassVar[str] = "PerFieldSimilarity"
    """How an explanation calls it."""

    def scorer(self, boost: np.float32, field: FieldStatistics, terms: Sequence[TermStatistics]) -> Scorer:
        raise NotImplementedError


def idf(doc_count: int, doc_freq: int) -> np.float32:
    return np.float32(math.log(1 + (doc_count - doc_freq + 0.5) / (doc_freq + 0.5)))


# --- BM25 -------------------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class BM25(Similarity):
    k1: np.float32
    b: np.float32

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


# --- boolean ----------------------------------------------------------------------------------------------------------


class BooleanSimilarity(Similarity):
    name = "BooleanSimilarity"

    def scorer(self, boost: np.float32, field: FieldStatistics, terms: Sequence[TermStatistics]) -> Scorer:
        return BooleanScorer(boost)


class BooleanScorer:
    def __init__(self, boost: np.float32) -> None:
        self.boost = boost

    def scores(self, freqs: Counts, lengths: Bytes) -> Floats:
        return np.full(len(lengths), self.boost, np.float32)

    def explained(self, freq: Explanation, length: int) -> Explanation:
        return Explanation(self.boost, "score(BooleanWeight), computed from:", (Explanation(self.boost, "boost"),))


# --- scripted ---------------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class ScriptedSimilarity(Similarity):
    """A script gives the score, another one, if there is one, the part of it that is the same in all documents."""

    needs_total_term_freq = True
    script: str
    weight_script: str | None = None
    params: Mapping[str, Any] | None = None

    def __str__(self) -> str:
        weight = "null" if self.weight_script is None else _shown(self.weight_script)
        return f"ScriptedSimilarity(weightScript=[{weight}], script=[{_shown(self.script)}])"

    def scorer(self, boost: np.float32, field: FieldStatistics, terms: Sequence[TermStatistics]) -> Scorer:
        return ScriptedScorer(self, boost, field, terms)


def _shown(source: str) -> str:
    """Script.toString."""
    return f"Script{{type=inline, lang='painless', idOrCode='{source}', options={{}}, params={{}}}}"


class ScriptedScorer:
    def __init__(
        self, similarity: ScriptedSimilarity, boost: np.float32, field: FieldStatistics, terms: Sequence[TermStatistics]
    ) -> None:
        self.similarity, self.boost, self.field, self.terms = similarity, boost, field, terms
        self._script = compile(similarity.script, "similarity", {})
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
        script = compile(self.similarity.weight_script, "similarity_weight", {})
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

    def _total(self, freq: float, length: int) -> np.float32:
        parts = [self._score(at, freq, length) for at in range(len(self.terms))]
        total = parts[0] if len(parts) == 1 else np.float32(sum(float(part) for part in parts))
        return total if total > 0 else np.float32(0)  # NonNegativeScoresSimilarity

    def scores(self, freqs: Counts, lengths: Bytes) -> Floats:
        """A script is run once for each different pair of frequency and length."""
        pairs = np.stack((np.broadcast_to(freqs, lengths.shape).astype(np.float64), lengths.astype(np.float64)))
        different, which = np.unique(pairs, axis=1, return_inverse=True)
        found = np.array([self._total(freq, int(length)) for freq, length in different.T.tolist()], np.float32)
        return found[which.ravel()]

    def explained(self, freq: Explanation, length: int) -> Explanation:
        parts = [self._explained(at, freq, length) for at in range(len(self.terms))]
        if len(parts) == 1:
            return parts[0]
        return Explanation(self._total(float(freq.value), length), "Sum of:", tuple(parts))

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


# --- by name ----------------------------------------------------------------------------------------------------------


def similarity_of(name: str | None, settings: Mapping[str, str]) -> Similarity:
    """SimilarityService.getSimilarity: of a field whose ``similarity`` is ``name`` (None: the default)."""
    if name is None:
        name = "default" if "index.similarity.default.type" in settings else "BM25"
    prefix = f"index.similarity.{name}."
    kind = settings.get(prefix + "type", name)
    if kind in ("BM25", "LegacyBM25"):
        k1, b = np.float32(settings.get(prefix + "k1", "1.2")), np.float32(settings.get(prefix + "b", "0.75"))
        return BM25(k1, b) if kind == "BM25" else LegacyBM25(k1, b)
    if kind == "boolean":
        return BooleanSimilarity()
    if kind == "scripted":
        return ScriptedSimilarity(
            settings[prefix + "script.source"], settings.get(prefix + "weight_script.source") or None
        )
    raise NotFaked(f"the similarity [{kind}]")
