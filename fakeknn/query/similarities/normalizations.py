"""How DFR and IB bring a term's frequency to the length of its document: Lucene's Normalization and its kin."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from fakeknn.errors import IllegalArgumentException
from fakeknn.query.context import Explanation
from fakeknn.query.similarities.basic import BasicStatistics, Doubles, log2, told
from fakeknn.xcontent.java import java_float

_FREQ = "tf, number of occurrences of term in the document"
_AVERAGE = "avgfl, average length of field across all documents"
_LENGTH = "fl, field length of the document"


def check_not_negative(name: str, value: np.float32) -> None:
    if not np.isfinite(value) or value < 0:
        raise IllegalArgumentException(
            f"illegal {name} value: {java_float(float(value))}, must be a non-negative finite value"
        )


class Normalization:
    """None: a frequency is what it is."""

    def tfn(self, stats: BasicStatistics, freq: Doubles, length: Doubles) -> Doubles:
        return freq

    def explained(self, stats: BasicStatistics, freq: np.float64, length: np.float64) -> Explanation:
        return Explanation(1, "no normalization")


@dataclass(frozen=True)
class NormalizationH1(Normalization):
    c: np.float32

    def __post_init__(self) -> None:
        check_not_negative("c", self.c)

    def tfn(self, stats: BasicStatistics, freq: Doubles, length: Doubles) -> Doubles:
        return freq * np.float64(self.c) * (stats.average_length / length)

    def explained(self, stats: BasicStatistics, freq: np.float64, length: np.float64) -> Explanation:
        return told(
            self.tfn(stats, freq, length),
            "NormalizationH1, computed as tf * c * (avgfl / fl) from:",
            told(freq, _FREQ),
            told(self.c, "c, hyper-parameter"),
            told(stats.average_length, _AVERAGE),
            told(length, _LENGTH),
        )


@dataclass(frozen=True)
class NormalizationH2(Normalization):
    c: np.float32

    def __post_init__(self) -> None:
        check_not_negative("c", self.c)

    def tfn(self, stats: BasicStatistics, freq: Doubles, length: Doubles) -> Doubles:
        return freq * log2(1 + np.float64(self.c) * stats.average_length / length)

    def explained(self, stats: BasicStatistics, freq: np.float64, length: np.float64) -> Explanation:
        return told(
            self.tfn(stats, freq, length),
            "NormalizationH2, computed as tf * log2(1 + c * avgfl / fl) from:",
            told(freq, _FREQ),
            told(self.c, "c, hyper-parameter"),
            told(stats.average_length, _AVERAGE),
            told(length, _LENGTH),
        )


@dataclass(frozen=True)
class NormalizationH3(Normalization):
    mu: np.float32

    def __post_init__(self) -> None:
        check_not_negative("mu", self.mu)

    def tfn(self, stats: BasicStatistics, freq: Doubles, length: Doubles) -> Doubles:
        one = np.float32(1)
        share = (np.float32(stats.total_term_freq) + one) / (np.float32(stats.tokens) + one)  # in floats
        mu = np.float64(self.mu)
        return (freq + np.float64(self.mu * share)) / (length + mu) * mu

    def explained(self, stats: BasicStatistics, freq: np.float64, length: np.float64) -> Explanation:
        return told(
            self.tfn(stats, freq, length),
            "NormalizationH3, computed as (tf + mu * ((F+1) / (T+1))) / (fl + mu) * mu from:",
            told(freq, _FREQ),
            told(self.mu, "mu, smoothing parameter"),
            told(stats.total_term_freq, "F,  total number of occurrences of term across all documents"),
            told(stats.tokens, "T, total number of tokens of the field across all documents"),
            told(length, _LENGTH),
        )


@dataclass(frozen=True)
class NormalizationZ(Normalization):
    z: np.float32

    def __post_init__(self) -> None:
        if not 0 < self.z < 0.5:
            raise IllegalArgumentException(
                f"illegal z value: {java_float(float(self.z))}, must be in the range (0 .. 0.5)"
            )

    def tfn(self, stats: BasicStatistics, freq: Doubles, length: Doubles) -> Doubles:
        return freq * np.power(stats.average_length / length, np.float64(self.z))

    def explained(self, stats: BasicStatistics, freq: np.float64, length: np.float64) -> Explanation:
        return told(
            self.tfn(stats, freq, length),
            "NormalizationZ, computed as tf * Math.pow(avgfl / fl, z) from:",
            told(freq, _FREQ),
            told(stats.average_length, _AVERAGE),
            told(length, _LENGTH),
            told(self.z, "z, relates to specificity of the language"),
        )
