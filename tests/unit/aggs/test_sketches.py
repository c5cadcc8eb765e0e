"""The digests and histograms that percentiles are estimated from."""

from __future__ import annotations

import math

import numpy as np
import pytest

from fakeknn.aggs.hdr import Histogram
from fakeknn.aggs.tdigest import MergingDigest, digests
from fakeknn.errors import ArrayIndexOutOfBoundsException, IllegalArgumentException


def test_few_values_are_kept_as_they_are() -> None:
    digest = MergingDigest(100)
    digest.add([3.0, 1.0, 2.0])
    assert (digest.quantile(0), digest.quantile(0.5), digest.quantile(1)) == (1, 2, 3)
    assert digest.size == 3
    assert math.isnan(MergingDigest(100).quantile(0.5))


def test_quantiles_of_many_values_are_near_the_true_ones() -> None:
    values = np.random.default_rng(5).normal(0, 1, 20_000)
    digest = MergingDigest(100)
    digest.add(values.tolist())
    for q in (0.001, 0.01, 0.1, 0.5, 0.9, 0.99, 0.999):
        found = digest.quantile(q)
        assert abs(np.mean(values <= found) - q) < 0.01 * max(q * (1 - q), 0.01)
        assert digest.cdf(found) == pytest.approx(q, abs=0.001)
    digest.compress()
    assert len(digest.means) < 300
    assert sum(digest.weights) == digest.size == 20_000


def test_absorbing_keeps_the_number_of_values_and_the_extremes() -> None:
    parts = digests(np.arange(3000.0), np.arange(3000) % 3, 3, 50)
    whole = MergingDigest(50)
    for part in parts:
        whole.absorb(part)
    assert whole.size == 3000
    assert (whole.quantile(0), whole.quantile(1)) == (0, 2999)
    assert whole.quantile(0.5) == pytest.approx(1500, rel=0.05)


def test_a_digest_refuses_what_is_no_number() -> None:
    with pytest.raises(IllegalArgumentException, match="Cannot add NaN"):
        MergingDigest(100).add([math.nan])


@pytest.mark.parametrize("digits", [0, 1, 2, 3, 4, 5])
def test_histograms_keep_as_many_digits_as_asked_for(digits: int) -> None:
    values = np.random.default_rng(6).lognormal(3, 2, 2000)
    histogram = Histogram(digits)
    histogram.record(values)
    ordered = np.sort(values)
    for q in (0.1, 0.5, 0.9, 1.0):
        wanted = ordered[math.ceil(q * len(values)) - 1]
        assert histogram.quantile(q) == pytest.approx(wanted, rel=10.0**-digits)


def test_histograms_merged_are_those_of_all() -> None:
    values = np.random.default_rng(7).uniform(0, 1000, 500)
    whole, one, other = Histogram(3), Histogram(3), Histogram(3)
    whole.record(values)
    one.record(values[:200])
    other.record(values[200:])
    one.absorb(other)
    assert (one.lows == whole.lows).all() and (one.counts == whole.counts).all()
    assert one.rank(500.0) == whole.rank(500.0)


def test_histograms_refuse_negative_values() -> None:
    with pytest.raises(ArrayIndexOutOfBoundsException, match="Negative values cannot be recorded"):
        Histogram(3).record(np.array([1.0, -1.0]))
