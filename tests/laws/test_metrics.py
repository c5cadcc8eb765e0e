"""Metrics equal plain Python loops over the documents of each bucket."""

from __future__ import annotations

import math
import random
import statistics
from typing import Any

import pytest

from fakeknn.state.node import Node
from tests.laws.served import ask, served

DOCUMENTS: list[dict[str, Any]] = []
_random = random.Random(11)
for _ in range(300):
    numbers = [_random.randint(-9, 9) for _ in range(_random.randint(0, 3))]
    document: dict[str, Any] = {"k": _random.choice("abcd"), "n": numbers}
    if _random.random() < 0.8:
        document["x"] = _random.gauss(0, 100)
    DOCUMENTS.append(document)


@pytest.fixture(scope="module")
def node() -> Node:
    properties = {"k": {"type": "keyword"}, "n": {"type": "integer"}, "x": {"type": "double"}}
    return served(3, properties, DOCUMENTS)


def _search(node: Node, aggs: Any) -> Any:
    return ask(node, "POST", "/i/_search", {"size": 0, "aggs": aggs})["aggregations"]


def _values(field: str, documents: list[dict[str, Any]]) -> list[float]:
    found: list[float] = []
    for body in documents:
        value = body.get(field, [])
        found += value if isinstance(value, list) else [value]
    return found


@pytest.mark.parametrize("field", ["n", "x"])
def test_metrics_by_term(node: Node, field: str) -> None:
    kinds = ("avg", "sum", "min", "max", "value_count", "cardinality", "extended_stats")
    aggs = {"t": {"terms": {"field": "k"}, "aggs": {kind: {kind: {"field": field}} for kind in kinds}}}
    buckets = _search(node, aggs)["t"]["buckets"]
    assert {bucket["key"] for bucket in buckets} == set("abcd")
    for bucket in buckets:
        inside = [body for body in DOCUMENTS if body["k"] == bucket["key"]]
        values = _values(field, inside)
        assert bucket["doc_count"] == len(inside)
        assert bucket["value_count"]["value"] == len(values)
        assert bucket["cardinality"]["value"] == len(set(values))
        assert bucket["sum"]["value"] == pytest.approx(math.fsum(values), rel=1e-12, abs=1e-9)
        assert bucket["avg"]["value"] == pytest.approx(statistics.fmean(values), rel=1e-12, abs=1e-9)
        assert (bucket["min"]["value"], bucket["max"]["value"]) == (min(values), max(values))
        stats = bucket["extended_stats"]
        assert stats["variance_population"] == pytest.approx(statistics.pvariance(values), rel=1e-9)
        assert stats["std_deviation_sampling"] == pytest.approx(statistics.stdev(values), rel=1e-9)


def test_siblings_are_of_the_buckets_beside_them(node: Node) -> None:
    aggs = {
        "t": {"terms": {"field": "k"}, "aggs": {"m": {"sum": {"field": "x"}}}},
        "best": {"max_bucket": {"buckets_path": "t>m"}},
        "mean": {"avg_bucket": {"buckets_path": "t>m"}},
    }
    found = _search(node, aggs)
    values = {bucket["key"]: bucket["m"]["value"] for bucket in found["t"]["buckets"]}
    assert found["best"]["value"] == max(values.values())
    assert found["best"]["keys"] == [max(values, key=lambda key: values[key])]
    assert found["mean"]["value"] == pytest.approx(statistics.fmean(values.values()))


def test_a_derivative_undoes_a_cumulative_sum(node: Node) -> None:
    aggs = {
        "h": {
            "histogram": {"field": "n", "interval": 2},
            "aggs": {
                "sums": {"cumulative_sum": {"buckets_path": "_count"}},
                "steps": {"derivative": {"buckets_path": "sums"}},
            },
        }
    }
    first, *others = _search(node, aggs)["h"]["buckets"]
    assert "steps" not in first
    assert all(bucket["steps"]["value"] == bucket["doc_count"] for bucket in others)
