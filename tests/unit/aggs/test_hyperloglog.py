"""HyperLogLog++: OpenSearch's hashes and estimates."""

from __future__ import annotations

import numpy as np
import pytest

from fakeknn.aggs.hyperloglog import DEFAULT_PRECISION, estimate, hash_numbers, hash_texts, precision_of


@pytest.mark.parametrize(
    ("threshold", "precision"),
    [(None, 14), (0, 4), (1, 4), (5, 5), (20, 7), (100, 10), (3000, 14), (4000, 15), (40_000, 18), (10**9, 18)],
)
def test_precision(threshold: int | None, precision: int) -> None:
    assert precision_of(threshold) == precision


@pytest.mark.parametrize(
    ("text", "first_half"),
    [
        (b"", 0),
        (b"hello", 0xCBD8A7B341BD9B02),
        (b"hello, world", 0x342FAC623A5EBC8E),
        (b"The quick brown fox jumps over the lazy dog.", 0xCD99481F9EE902C9),
    ],
)
def test_murmur3_as_published(text: bytes, first_half: int) -> None:
    assert hash_texts([b"other", text, b"more"]).tolist()[1] == first_half


def test_few_values_are_counted() -> None:
    for n in (0, 1, 2, 100, 2000):
        assert estimate(hash_numbers(np.arange(n)), DEFAULT_PRECISION) == n


@pytest.mark.parametrize("precision", range(4, 19))
@pytest.mark.parametrize("n", [50, 1000, 200_000])
def test_many_values_are_estimated(n: int, precision: int) -> None:
    error = 1.04 / np.sqrt(2**precision)
    assert estimate(hash_numbers(np.arange(n)), precision) == pytest.approx(n, rel=4 * error)


def test_doubles_are_other_values_than_longs() -> None:
    hashes = np.union1d(hash_numbers(np.arange(10)), hash_numbers(np.arange(10.0)))
    assert estimate(hashes, DEFAULT_PRECISION) == 19  # but for zero, whose bits are the same
