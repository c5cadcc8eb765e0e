"""Divergence from randomness and its kin: Lucene's DFRSimilarity, IBSimilarity and DFISimilarity."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import ClassVar

import numpy as np

from fakeknn.query.context import Explanation
from fakeknn.query.similarities.basic import BasicSimilarity, BasicStatistics, Doubles, log2, told
from fakeknn.query.similarities.normalizations import Normalization
from fakeknn.xcontent.java import java_string

_TFN = "tfn, normalized term frequency"
_DOCUMENTS = "N, total number of documents with field"
_CONTAINING = "n, number of documents containing term"
_OCCURRENCES = "F, total number of occurrences of term across all documents"
_IN_DOCS = "F, total number of occurrences of term across all docs"


def _boost(stats: BasicStatistics) -> list[Explanation]:
    return [] if stats.boost == 1 else [told(stats.boost, "boost, query boost")]


def _shown(freq: Explanation) -> str:
    return java_string(freq.value)


# --- DFR --------------------------------------------------------------------------------------------------------------


class BasicModel:
    """The information content of a term, times the after effect."""

    def score(self, stats: BasicStatistics, tfn: Doubles, effect: Doubles) -> Doubles:
        raise NotImplementedError

    def explained(self, stats: BasicStatistics, tfn: np.float64, effect: np.float64) -> Explanation:
        raise NotImplementedError

    def _alone(self, stats: BasicStatistics, tfn: np.float64, effect: np.float64) -> Doubles:
        return self.score(stats, tfn, effect) * (1 + tfn) / effect


class BasicModelG(BasicModel):
    def score(self, stats: BasicStatistics, tfn: Doubles, effect: Doubles) -> Doubles:
        occurrences, documents = np.float64(stats.total_term_freq + 1), np.float64(stats.documents)
        rate = occurrences / (documents + occurrences)
        a, b = log2(rate + 1), log2((1 + rate) / rate)
        return (b - (b - a) / (1 + tfn)) * effect

    def explained(self, stats: BasicStatistics, tfn: np.float64, effect: np.float64) -> Explanation:
        occurrences, documents = np.float64(stats.total_term_freq + 1), np.float64(stats.documents)
        return told(
            self._alone(stats, tfn, effect),
            "BasicModelG, computed as log2(lambda + 1) + tfn * log2((1 + lambda) / lambda) from:",
            told(tfn, _TFN),
            told(
                occurrences / (documents + occurrences),
                "lambda, computed as F / (N + F) from:",
                told(occurrences, _IN_DOCS + " + 1"),
                told(documents, _DOCUMENTS),
            ),
        )


class BasicModelIF(BasicModel):
    def score(self, stats: BasicStatistics, tfn: Doubles, effect: Doubles) -> Doubles:
        a = log2(1 + np.float64(stats.documents + 1) / (stats.total_term_freq + 0.5))
        return a * effect * (1 - 1 / (1 + tfn))

    def explained(self, stats: BasicStatistics, tfn: np.float64, effect: np.float64) -> Explanation:
        return told(
            self._alone(stats, tfn, effect),
            "BasicModelIF, computed as tfn * log2(1 + (N + 1) / (F + 0.5)) from:",
            told(tfn, _TFN),
            Explanation(stats.documents, _DOCUMENTS),
            Explanation(stats.total_term_freq, _OCCURRENCES),
        )


class BasicModelIn(BasicModel):
    def score(self, stats: BasicStatistics, tfn: Doubles, effect: Doubles) -> Doubles:
        a = log2(np.float64(stats.documents + 1) / (stats.doc_freq + 0.5))
        return a * effect * (1 - 1 / (1 + tfn))

    def explained(self, stats: BasicStatistics, tfn: np.float64, effect: np.float64) -> Explanation:
        return told(
            self._alone(stats, tfn, effect),
            "BasicModelIn, computed as tfn * log2((N + 1) / (n + 0.5)) from:",
            told(tfn, _TFN),
            Explanation(stats.documents, _DOCUMENTS),
            Explanation(stats.doc_freq, _CONTAINING),
        )


class BasicModelIne(BasicModel):
    @staticmethod
    def _expected(stats: BasicStatistics) -> Doubles:
        documents = np.float64(stats.documents)
        expected: Doubles = documents * (1 - np.power((documents - 1) / documents, np.float64(stats.total_term_freq)))
        return expected

    def score(self, stats: BasicStatistics, tfn: Doubles, effect: Doubles) -> Doubles:
        a = log2(np.float64(stats.documents + 1) / (self._expected(stats) + 0.5))
        return a * effect * (1 - 1 / (1 + tfn))

    def explained(self, stats: BasicStatistics, tfn: np.float64, effect: np.float64) -> Explanation:
        return told(
            self._alone(stats, tfn, effect),
            "BasicModelIne, computed as tfn * log2((N + 1) / (ne + 0.5)) from:",
            told(tfn, _TFN),
            told(
                self._expected(stats),
                "ne, computed as N * (1 - Math.pow((N - 1) / N, F)) from:",
                told(stats.total_term_freq, _IN_DOCS),
                told(stats.documents, _DOCUMENTS),
            ),
        )


class AfterEffect:
    """What a further occurrence of a term tells, times 1 + tfn."""

    def times_1p_tfn(self, stats: BasicStatistics) -> np.float64:
        raise NotImplementedError

    def explained(self, stats: BasicStatistics, tfn: np.float64) -> Explanation:
        raise NotImplementedError


class AfterEffectB(AfterEffect):
    def times_1p_tfn(self, stats: BasicStatistics) -> np.float64:
        return (np.float64(stats.total_term_freq + 1) + 1.0) / np.float64(stats.doc_freq + 1)

    def explained(self, stats: BasicStatistics, tfn: np.float64) -> Explanation:
        return told(
            self.times_1p_tfn(stats) / (1 + tfn),
            "AfterEffectB, computed as (F + 1) / (n * (tfn + 1)) from:",
            told(tfn, _TFN),
            Explanation(stats.total_term_freq, _OCCURRENCES + " + 1"),
            Explanation(stats.doc_freq, _CONTAINING + " + 1"),
            told(tfn, _TFN),
        )


class AfterEffectL(AfterEffect):
    def times_1p_tfn(self, stats: BasicStatistics) -> np.float64:
        return np.float64(1)

    def explained(self, stats: BasicStatistics, tfn: np.float64) -> Explanation:
        return told(1 / (1 + tfn), "AfterEffectL, computed as 1 / (tfn + 1) from:", told(tfn, _TFN))


@dataclass(frozen=True)
class DFRSimilarity(BasicSimilarity):
    model: BasicModel
    effect: AfterEffect
    normalization: Normalization

    def score(self, stats: BasicStatistics, freq: Doubles, length: Doubles) -> Doubles:
        tfn = self.normalization.tfn(stats, freq, length)
        return stats.boost * self.model.score(stats, tfn, self.effect.times_1p_tfn(stats))

    def explained(self, stats: BasicStatistics, freq: Explanation, length: np.float64) -> Explanation:
        count = np.float64(freq.value)
        tfn = np.float64(self.normalization.tfn(stats, count, length))
        return told(
            self.score(stats, count, length),
            f"score(DFRSimilarity, freq={_shown(freq)}), computed as boost * "
            "basicModel.score(stats, tfn) * afterEffect.score(stats, tfn) from:",
            *_boost(stats),
            self.normalization.explained(stats, count, length),
            self.model.explained(stats, tfn, self.effect.times_1p_tfn(stats)),
            self.effect.explained(stats, tfn),
        )


# --- IB ---------------------------------------------------------------------------------------------------------------


class Distribution:
    name: ClassVar[str]

    def score(self, tfn: Doubles, rate: np.float64) -> Doubles:
        raise NotImplementedError


class DistributionLL(Distribution):
    name = "DistributionLL"

    def score(self, tfn: Doubles, rate: np.float64) -> Doubles:
        return -np.log(rate / (tfn + rate))


class DistributionSPL(Distribution):
    name = "DistributionSPL"

    def score(self, tfn: Doubles, rate: np.float64) -> Doubles:
        share = 1 - 1 / (tfn + 1)
        share = np.where(share == 1, np.nextafter(1.0, 0.0), share)
        power = np.power(rate, share)
        # Rounding must not make them equal, for then the logarithm is infinite
        apart = np.nextafter(rate, np.inf) if rate < 1 else np.nextafter(rate, -np.inf)
        power = np.where(power == rate, apart, power)
        return -np.log((power - rate) / (1 - rate))


class Lambda:
    def rate(self, stats: BasicStatistics) -> np.float32:
        raise NotImplementedError

    def explained(self, stats: BasicStatistics) -> Explanation:
        raise NotImplementedError


class LambdaDF(Lambda):
    def rate(self, stats: BasicStatistics) -> np.float32:
        found = np.float32((stats.doc_freq + 1.0) / (stats.documents + 1.0))
        return np.nextafter(found, np.float32(0)) if found == 1 else found

    def explained(self, stats: BasicStatistics) -> Explanation:
        return told(
            self.rate(stats),
            "LambdaDF, computed as (n + 1) / (N + 1) from:",
            Explanation(stats.doc_freq, _CONTAINING),
            Explanation(stats.documents, _DOCUMENTS),
        )


class LambdaTTF(Lambda):
    def rate(self, stats: BasicStatistics) -> np.float32:
        found = np.float32((stats.total_term_freq + 1.0) / (stats.documents + 1.0))
        return np.nextafter(found, np.float32(2)) if found == 1 else found

    def explained(self, stats: BasicStatistics) -> Explanation:
        return told(
            self.rate(stats),
            "LambdaTTF, computed as (F + 1) / (N + 1) from:",
            Explanation(stats.total_term_freq, _OCCURRENCES),
            Explanation(stats.documents, _DOCUMENTS),
        )


@dataclass(frozen=True)
class IBSimilarity(BasicSimilarity):
    distribution: Distribution
    rate: Lambda
    normalization: Normalization

    def score(self, stats: BasicStatistics, freq: Doubles, length: Doubles) -> Doubles:
        tfn = self.normalization.tfn(stats, freq, length)
        return stats.boost * self.distribution.score(tfn, np.float64(self.rate.rate(stats)))

    def explained(self, stats: BasicStatistics, freq: Explanation, length: np.float64) -> Explanation:
        count = np.float64(freq.value)
        normalized, rate = self.normalization.explained(stats, count, length), self.rate.explained(stats)
        return told(
            self.score(stats, count, length),
            f"score(IBSimilarity, freq={_shown(freq)}), computed as boost * "
            "distribution.score(stats, normalization.tfn(stats, freq, docLen), lambda.lambda(stats)) from:",
            *_boost(stats),
            normalized,
            rate,
            told(self.distribution.score(np.float64(normalized.value), np.float64(rate.value)), self.distribution.name),
        )


# --- DFI --------------------------------------------------------------------------------------------------------------

#: How far a frequency is from the expected one.
Independence = Callable[[Doubles, Doubles], Doubles]


def standardized(freq: Doubles, expected: Doubles) -> Doubles:
    return (freq - expected) / np.sqrt(expected)


def saturated(freq: Doubles, expected: Doubles) -> Doubles:
    return (freq - expected) / expected


def chi_squared(freq: Doubles, expected: Doubles) -> Doubles:
    return (freq - expected) * (freq - expected) / expected


@dataclass(frozen=True)
class DFISimilarity(BasicSimilarity):
    independence: Independence

    @staticmethod
    def _expected(stats: BasicStatistics, length: Doubles) -> Doubles:
        return np.float64(stats.total_term_freq + 1) * length / np.float64(stats.tokens + 1)

    def score(self, stats: BasicStatistics, freq: Doubles, length: Doubles) -> Doubles:
        expected = self._expected(stats, length)
        found: Doubles = np.where(freq <= expected, 0.0, stats.boost * log2(self.independence(freq, expected) + 1))
        return found

    def explained(self, stats: BasicStatistics, freq: Explanation, length: np.float64) -> Explanation:
        count, expected = np.float64(freq.value), self._expected(stats, length)
        if count <= expected:
            return told(0, f"score(DFISimilarity, freq={_shown(freq)}), equals to 0")
        measure = told(
            self.independence(count, expected),
            "measure, computed as independence.score(freq, expected) from:",
            freq,
            told(
                expected,
                "expected, computed as (F + 1) * dl / (T + 1) from:",
                Explanation(stats.total_term_freq, _IN_DOCS),
                told(length, "dl, length of field"),
                Explanation(stats.tokens, "T, total number of tokens in the field"),
            ),
        )
        return told(
            self.score(stats, count, length),
            f"score(DFISimilarity, freq={_shown(freq)}), computed as boost * log2(measure + 1) from:",
            told(stats.boost, "boost, query boost"),
            measure,
        )
