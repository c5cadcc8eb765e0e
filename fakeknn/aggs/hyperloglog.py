"""HyperLogLog++: how many distinct values there are, as the real server estimates it from their hashes.

S. Heule, M. Nunkesser, A. Hall: HyperLogLog in Practice (2013), in OpenSearch's form: up to a number of hashes that
follows from the precision, 25 bits of each are kept and counted linearly; above it, registers. Either is decided by the
set of hashes alone, so a sketch here is that set: uint64, ascending, each once.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from functools import cache
from importlib.resources import files

import numpy as np
from numpy.typing import NDArray

Hashes = NDArray[np.uint64]

DEFAULT_PRECISION = 14
_MIN_PRECISION, _MAX_PRECISION = 4, 18
_MAX_LOAD_FACTOR = 0.75
_SPARSE_BITS = 25
_BIAS_NEIGHBORS = 6
#: For each precision from 4: up to which estimate linear counting of the empty registers is preferred.
_THRESHOLDS = (10, 20, 40, 80, 220, 400, 900, 1800, 3100, 6500, 11500, 20000, 50000, 120000, 350000)


def precision_of(threshold: int | None) -> int:
    """The precision with which so many values are counted linearly (``precision_threshold``)."""
    if threshold is None:
        return DEFAULT_PRECISION
    entries = math.ceil(np.float32(threshold) / np.float32(_MAX_LOAD_FACTOR))
    return min(max((4 * entries).bit_length(), _MIN_PRECISION), _MAX_PRECISION)


# --- hashes -----------------------------------------------------------------------------------------------------------


def hash_numbers(values: NDArray[np.int64] | NDArray[np.float64]) -> Hashes:
    """BitMixer.mix64 of longs, or of doubles' bits."""
    z = np.ascontiguousarray(values).view(np.uint64)
    z = (z ^ (z >> np.uint64(32))) * np.uint64(0x4CD6944C5CC20B6D)
    z = (z ^ (z >> np.uint64(29))) * np.uint64(0xFC12C5B19D3259E9)
    mixed: Hashes = z ^ (z >> np.uint64(32))
    return mixed


_C1, _C2 = np.uint64(0x87C37B91114253D5), np.uint64(0x4CF5AD432745937F)


def hash_texts(texts: Sequence[bytes]) -> Hashes:
    """The first half of MurmurHash3 (x64, 128 bits, seed 0) of each text; those of one length at once."""
    out = np.empty(len(texts), np.uint64)
    lengths = np.fromiter(map(len, texts), np.int64, len(texts))
    for length in np.unique(lengths).tolist():
        at = np.flatnonzero(lengths == length)
        blocks = -(-length // 16)
        padded = np.zeros((len(at), 16 * blocks), np.uint8)
        alike = np.frombuffer(b"".join([texts[i] for i in at.tolist()]), np.uint8)
        padded[:, :length] = alike.reshape(len(at), length)
        out[at] = _murmur(padded.view("<u8").astype(np.uint64), length)
    return out


def _murmur(words: Hashes, length: int) -> Hashes:
    """For rows of words of eight bytes, of which so many bytes count."""
    h1 = np.zeros(len(words), np.uint64)
    h2 = np.zeros(len(words), np.uint64)
    whole = length // 16
    for block in range(whole):
        h1 ^= _rotated(words[:, 2 * block] * _C1, 31) * _C2
        h1 = (_rotated(h1, 27) + h2) * np.uint64(5) + np.uint64(0x52DCE729)
        h2 ^= _rotated(words[:, 2 * block + 1] * _C2, 33) * _C1
        h2 = (_rotated(h2, 31) + h1) * np.uint64(5) + np.uint64(0x38495AB5)
    if length % 16 > 8:
        h2 ^= _rotated(words[:, 2 * whole + 1] * _C2, 33) * _C1
    if length % 16:
        h1 ^= _rotated(words[:, 2 * whole] * _C1, 31) * _C2
    h1 ^= np.uint64(length)
    h2 ^= np.uint64(length)
    h1 += h2
    h2 += h1
    mixed: Hashes = _final(h1) + _final(h2)
    return mixed


def _rotated(words: Hashes, bits: int) -> Hashes:
    rotated: Hashes = words << np.uint64(bits) | words >> np.uint64(64 - bits)
    return rotated


def _final(words: Hashes) -> Hashes:
    words = (words ^ words >> np.uint64(33)) * np.uint64(0xFF51AFD7ED558CCD)
    words = (words ^ words >> np.uint64(33)) * np.uint64(0xC4CEB9FE1A85EC53)
    mixed: Hashes = words ^ words >> np.uint64(33)
    return mixed


# --- counting ---------------------------------------------------------------------------------------------------------


def estimate(hashes: Hashes, precision: int) -> int:
    """How many distinct values have these hashes."""
    if not len(hashes):
        return 0
    capacity = (1 << precision) // 4
    kept = len(np.unique(_encoded(hashes, precision)))
    if kept <= int(capacity * _MAX_LOAD_FACTOR):
        return _linear(1 << _SPARSE_BITS, (1 << _SPARSE_BITS) - kept)
    return _by_registers(hashes, precision)


def _linear(slots: int, empty: int) -> int:
    return math.floor(slots * math.log(slots / empty) + 0.5)


def _encoded(hashes: Hashes, precision: int) -> Hashes:
    """What linear counting keeps: 25 bits, and the run length where these do not tell it."""
    prefix = hashes >> np.uint64(64 - _SPARSE_BITS)
    unclear = prefix & np.uint64((1 << (_SPARSE_BITS - precision)) - 1) == 0
    if not unclear.any():
        return prefix
    run = _run_lengths(hashes, _SPARSE_BITS)
    encoded: Hashes = np.where(
        unclear, prefix << np.uint64(7) | run << np.uint64(1) | np.uint64(1), prefix << np.uint64(1)
    )
    return encoded


def _run_lengths(hashes: Hashes, skipped: int) -> Hashes:
    """1 + the number of leading zeros behind the skipped bits."""
    rest = hashes << np.uint64(skipped) >> np.uint64(skipped)
    high = rest >> np.uint64(32)
    low = rest & np.uint64(0xFFFFFFFF)
    exact = np.where(high > 0, np.frexp(high.astype(np.float64))[1] + 32, np.frexp(low.astype(np.float64))[1])
    lengths: Hashes = (64 - skipped - exact + 1).astype(np.uint64)
    return lengths


def _by_registers(hashes: Hashes, precision: int) -> int:
    slots = 1 << precision
    registers = np.zeros(slots, np.uint64)
    np.maximum.at(registers, (hashes >> np.uint64(64 - precision)).astype(np.intp), _run_lengths(hashes, precision))
    harmonic = float(np.add.accumulate(np.ldexp(1.0, -registers.astype(np.int32)))[-1])
    alpha = {4: 0.673, 5: 0.697}.get(precision, 0.7213 / (1 + 1.079 / slots))
    raw = alpha * slots * slots / harmonic
    corrected = raw - _bias(raw, precision) if raw <= 5 * slots else raw
    empty = int(np.count_nonzero(registers == 0))
    rounded = math.floor(corrected + 0.5)
    counted = _linear(slots, empty) if empty else rounded
    return counted if counted <= _THRESHOLDS[precision - _MIN_PRECISION] else rounded


@cache
def _biases() -> list[list[float]]:
    text = files("fakeknn.aggs").joinpath("hyperloglog.txt").read_text(encoding="utf-8")
    return [[float(number) for number in line.split()] for line in text.splitlines() if not line.startswith("#")]


def _bias(raw: float, precision: int) -> float:
    """By how much a raw estimate is too high: the mean of six neighbours' biases, weighed by their nearness."""
    at = 2 * (precision - _MIN_PRECISION)
    estimates, biases = _biases()[at : at + 2]
    weights = [0.0] * _BIAS_NEIGHBORS
    first = len(biases) - _BIAS_NEIGHBORS
    for i, known in enumerate(estimates):
        if known == raw:
            return biases[i]
        weight = 1 / abs(known - raw)
        # As in OpenSearch, where the weights go round in a ring but are read from its beginning.
        if weights[i % _BIAS_NEIGHBORS] >= weight:
            first = i - _BIAS_NEIGHBORS
            break
        weights[i % _BIAS_NEIGHBORS] = weight
    total = weighed = 0.0
    for weight, bias in zip(weights, biases[first:], strict=False):
        weighed += weight * bias
        total += weight
    return weighed / total
