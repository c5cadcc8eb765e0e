"""What a similarity is: it makes, of the statistics of a field and of terms, a scorer; that scores frequencies in
documents whose lengths are kept in a byte.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any, ClassVar, Protocol

import numpy as np
from numpy.typing import NDArray

from fakeknn.query.context import Explanation

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


def summed(of_shards: Iterable[TermStatistics]) -> TermStatistics:
    """A term's statistics in all shards."""
    found = list(of_shards)
    return TermStatistics(sum(one.doc_freq for one in found), sum(one.total_term_freq for one in found))


class Scorer(Protocol):
    """SimScorer: ``lengths`` is each document's length byte, 1 for one of a field without norms."""

    def scores(self, freqs: Counts, lengths: Bytes) -> Floats: ...

    def explained(self, freq: Explanation, length: int) -> Explanation: ...


class Similarity:
    """What a field's ``similarity`` names."""

    needs_total_term_freq: ClassVar[bool] = False

    def scorer(self, boost: np.float32, field: FieldStatistics, terms: Sequence[TermStatistics]) -> Scorer:
        raise NotImplementedError
