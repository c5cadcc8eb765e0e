"""Each aggregation equals a plain Python loop over the documents that the query matches."""

from __future__ import annotations

import math
import random
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable
from datetime import UTC, datetime
from typing import Any

import pytest

from fakeknn.state.node import Node
from tests.laws.served import ask, served

Document = dict[str, Any]

_random = random.Random(23)
DOCUMENTS: list[Document] = []
for _ in range(400):
    _document: Document = {
        "k": _random.sample("abcdef", _random.randint(0, 3)),
        "n": [_random.randint(-20, 20) for _ in range(_random.randint(0, 3))],
        "d": 1_704_067_200_000 + _random.randrange(90 * 86_400_000),
        "ok": _random.random() < 0.3,
    }
    if _random.random() < 0.8:
        _document["x"] = round(_random.gauss(0, 50), 3)
    DOCUMENTS.append(_document)

MATCHED = [document for document in DOCUMENTS if not document["ok"]]
QUERY = {"term": {"ok": False}}
PROPERTIES = {
    "k": {"type": "keyword"},
    "n": {"type": "integer"},
    "x": {"type": "double"},
    "d": {"type": "date"},
    "ok": {"type": "boolean"},
}


@pytest.fixture(scope="module", params=[1, 3], ids=["one shard", "three shards"])
def node(request: pytest.FixtureRequest) -> Node:
    return served(request.param, PROPERTIES, DOCUMENTS)


def _found(node: Node, aggregation: Any, inside: Any = None) -> Any:
    body = {**aggregation, "aggs": inside} if inside else aggregation
    return ask(node, "POST", "/i/_search", {"size": 0, "query": QUERY, "aggs": {"a": body}})["aggregations"]["a"]


def _values(document: Document, field: str) -> list[Any]:
    value = document.get(field, [])
    return value if isinstance(value, list) else [value]


def _grouped(keys: Callable[[Document], Iterable[Any]]) -> dict[Any, list[Document]]:
    found: dict[Any, list[Document]] = defaultdict(list)
    for document in MATCHED:
        for key in dict.fromkeys(keys(document)):
            found[key].append(document)
    return found


def _month(document: Document) -> int:
    day = datetime.fromtimestamp(document["d"] / 1000, UTC)
    return int(datetime(day.year, day.month, 1, tzinfo=UTC).timestamp() * 1000)


#: Aggregations of buckets, and the keys that each document has in them.
KEYED: dict[str, tuple[dict[str, Any], Callable[[Document], Iterable[Any]]]] = {
    "terms": ({"terms": {"field": "k", "size": 10}}, lambda one: one["k"]),
    "terms of numbers": ({"terms": {"field": "n", "size": 100}}, lambda one: one["n"]),
    "terms with missing": ({"terms": {"field": "k", "missing": "none"}}, lambda one: one["k"] or ["none"]),
    "terms included": ({"terms": {"field": "k", "include": "[a-c]"}}, lambda one: {*one["k"]} & {*"abc"}),
    "histogram": (
        {"histogram": {"field": "n", "interval": 7, "min_doc_count": 1}},
        lambda one: [math.floor(n / 7) * 7.0 for n in one["n"]],
    ),
    "histogram with offset": (
        {"histogram": {"field": "x", "interval": 25, "offset": 5, "min_doc_count": 1}},
        lambda one: [math.floor((x - 5) / 25) * 25.0 + 5 for x in _values(one, "x")],
    ),
    "date_histogram, fixed": (
        {"date_histogram": {"field": "d", "fixed_interval": "12h", "min_doc_count": 1}},
        lambda one: [one["d"] // 43_200_000 * 43_200_000],
    ),
    "date_histogram, calendar": (
        {"date_histogram": {"field": "d", "calendar_interval": "month"}},
        lambda one: [_month(one)],
    ),
    "rare_terms": ({"rare_terms": {"field": "k", "max_doc_count": 100}}, lambda one: one["k"]),
    "multi_terms": (
        {"multi_terms": {"terms": [{"field": "k"}, {"field": "n"}], "size": 1000}},
        lambda one: [(k, n) for k in one["k"] for n in one["n"]],
    ),
}


@pytest.mark.parametrize("name", KEYED)
def test_buckets_hold_the_documents_of_their_keys(node: Node, name: str) -> None:
    aggregation, keys = KEYED[name]
    expected = _grouped(keys)
    if name == "rare_terms":
        expected = {key: documents for key, documents in expected.items() if len(documents) <= 100}
    buckets = _found(node, aggregation, {"x": {"sum": {"field": "x"}}, "n": {"value_count": {"field": "n"}}})["buckets"]
    found = {tuple(key) if isinstance(key := bucket["key"], list) else key: bucket for bucket in buckets}
    assert found.keys() == expected.keys()
    for key, documents in expected.items():
        assert found[key]["doc_count"] == len(documents)
        assert found[key]["n"]["value"] == sum(len(one["n"]) for one in documents)
        total = math.fsum(x for one in documents for x in _values(one, "x"))
        assert found[key]["x"]["value"] == pytest.approx(total, rel=1e-12, abs=1e-9)


@pytest.mark.parametrize("direction", ["asc", "desc"])
def test_terms_are_ordered_by_what_is_inside(node: Node, direction: str) -> None:
    terms = {"terms": {"field": "k", "order": [{"m": direction}, {"_key": "asc"}]}}
    buckets = _found(node, terms, {"m": {"max": {"field": "n"}}})["buckets"]
    best = {key: max(n for one in documents for n in one["n"]) for key, documents in _grouped(lambda o: o["k"]).items()}
    sign = 1 if direction == "asc" else -1
    assert [bucket["key"] for bucket in buckets] == sorted(best, key=lambda key: (sign * best[key], key))


def test_terms_that_are_left_out_are_counted(node: Node) -> None:
    counts = Counter(key for one in MATCHED for key in one["k"])
    found = _found(node, {"terms": {"field": "k", "size": 2, "shard_size": 100}})
    best = sorted(counts.items(), key=lambda item: (-item[1], item[0]))
    assert [(bucket["key"], bucket["doc_count"]) for bucket in found["buckets"]] == best[:2]
    assert found["sum_other_doc_count"] == sum(count for _, count in best[2:])


def test_pages_of_a_composite_are_all_its_buckets(node: Node) -> None:
    sources = [{"k": {"terms": {"field": "k", "order": "desc"}}}, {"h": {"histogram": {"field": "n", "interval": 5}}}]
    # Each pair of values counts, also of one document.
    expected = Counter((key, math.floor(n / 5) * 5.0) for one in MATCHED for key in one["k"] for n in one["n"])
    seen: list[tuple[Any, ...]] = []
    after: dict[str, Any] = {}
    while True:
        page = _found(node, {"composite": {"sources": sources, "size": 7, **after}})
        if not page["buckets"]:
            break
        seen += [(bucket["key"]["k"], bucket["key"]["h"], bucket["doc_count"]) for bucket in page["buckets"]]
        after = {"after": page["after_key"]}
    assert [pair for *pair, _ in seen] == [
        list(key) for key in sorted(expected, key=lambda key: (-ord(key[0]), key[1]))
    ]
    assert {(k, h): count for k, h, count in seen} == expected


def test_ranges_filters_and_missing_are_counts(node: Node) -> None:
    ranges = [{"to": -5}, {"from": -5, "to": 5}, {"from": 0}]
    found = _found(node, {"range": {"field": "n", "ranges": ranges}})["buckets"]
    for bucket in found:
        low, high = bucket.get("from", -math.inf), bucket.get("to", math.inf)
        assert bucket["doc_count"] == sum(any(low <= n < high for n in one["n"]) for one in MATCHED)
    filters = {"a": {"term": {"k": "a"}}, "few": {"range": {"n": {"gte": 15}}}}
    buckets = _found(node, {"filters": {"filters": filters, "other_bucket": True}})["buckets"]
    holds = [("a" in one["k"], any(n >= 15 for n in one["n"])) for one in MATCHED]
    counts = [buckets[key]["doc_count"] for key in ("a", "few", "_other_")]
    assert counts == [sum(a for a, _ in holds), sum(few for _, few in holds), sum(not (a or few) for a, few in holds)]
    assert _found(node, {"missing": {"field": "x"}})["doc_count"] == sum("x" not in one for one in MATCHED)
    assert _found(node, {"global": {}})["doc_count"] == len(DOCUMENTS)
    matrix = _found(node, {"adjacency_matrix": {"filters": filters}})["buckets"]
    assert {bucket["key"]: bucket["doc_count"] for bucket in matrix} == {
        "a": sum(a for a, _ in holds),
        "a&few": sum(a and few for a, few in holds),
        "few": sum(few for _, few in holds),
    }


def test_weighted_and_median_are_those_of_all_values(node: Node) -> None:
    pairs = [(x, one["n"][0]) for one in MATCHED if len(one["n"]) == 1 for x in _values(one, "x")]
    weighted = {"weighted_avg": {"value": {"field": "x"}, "weight": {"field": "n"}}}
    single = {"filter": {"script": {"script": "doc['n'].size() == 1"}}}
    found = _found(node, single, {"w": weighted})["w"]["value"]
    assert found == pytest.approx(math.fsum(x * w for x, w in pairs) / math.fsum(w for _, w in pairs), rel=1e-9)
    values = sorted(x for one in MATCHED for x in _values(one, "x"))
    percents = _found(node, {"percentiles": {"field": "x", "percents": [0, 100]}})["values"]
    assert (percents["0.0"], percents["100.0"]) == (values[0], values[-1])


def test_cumulative_sums_add_up(node: Node) -> None:
    histogram = {"date_histogram": {"field": "d", "calendar_interval": "week"}}
    inside = {"s": {"sum": {"field": "x"}}, "c": {"cumulative_sum": {"buckets_path": "s"}}}
    total = 0.0
    for bucket in _found(node, histogram, inside)["buckets"]:
        total += bucket["s"]["value"]
        assert bucket["c"]["value"] == pytest.approx(total)
    assert total == pytest.approx(math.fsum(x for one in MATCHED for x in _values(one, "x")))
