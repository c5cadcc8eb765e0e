"""What matrix_stats tells where no document has values of all its fields."""

from __future__ import annotations

import pytest

from fakeknn.aggs.matrix_stats import MatrixStats, MatrixStatsOf
from fakeknn.errors import IllegalArgumentException, NullPointerException

AGG = MatrixStatsOf(fields=["a", "b"])


def test_one_field_without_values_has_moments_of_nothing() -> None:
    (shown,) = MatrixStats(AGG, ("a",), None).body(False)["fields"]
    assert (shown["count"], shown["mean"], shown["correlation"]) == (0, 0.0, {"a": 1.0})


def test_covariances_of_nothing_are_not_there() -> None:
    empty = MatrixStats(AGG, ("a", "b"), None)
    with pytest.raises(NullPointerException):
        empty.body(False)
    with pytest.raises(NullPointerException):
        empty.lookup(["covariance"])


def test_a_bucket_that_the_shard_has_not_come_to_shows_no_fields() -> None:
    assert MatrixStats(AGG, None, None).body(False) == {"doc_count": 0}


def test_a_path_leads_to_maps_that_are_known() -> None:
    with pytest.raises(IllegalArgumentException, match="unknown path element"):
        MatrixStats(AGG, ("a",), None).lookup(["nope"])
