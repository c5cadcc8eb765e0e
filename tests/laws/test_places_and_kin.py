"""Aggregations by place, by kin and by sample equal plain Python loops over drawn documents."""

from __future__ import annotations

import math
import random
from collections import Counter
from itertools import pairwise
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.laws.served import ask, served

Document = dict[str, Any]


def _drawn(seed: int) -> list[Document]:
    """Documents whose places are no borders of cells, so that what Lucene loses of them moves none into another."""
    draw = random.Random(seed)
    return [
        {
            "k": draw.choice("abcd"),
            "n": draw.randint(-9, 9),
            "where": {"lat": draw.randint(-79, 79) + 0.3, "lon": draw.randint(-170, 170) + 0.3},
            "items": [{"c": draw.choice("xyz"), "p": draw.randint(0, 9)} for _ in range(draw.randint(0, 3))],
        }
        for _ in range(draw.randint(1, 25))
    ]


SEEDS = st.integers(0, 2**32)
DOCUMENTS = SEEDS.map(_drawn)
PROPERTIES = {
    "k": {"type": "keyword"},
    "n": {"type": "integer"},
    "where": {"type": "geo_point"},
    "items": {"type": "nested", "properties": {"c": {"type": "keyword"}, "p": {"type": "integer"}}},
}

drawn = settings(max_examples=10)


def found(documents: list[Document], aggregation: Any, *, shards: int = 1) -> Any:
    node = served(shards, PROPERTIES, documents)
    return ask(node, "POST", "/i/_search", {"size": 0, "aggs": {"a": aggregation}})["aggregations"]["a"]


def geohash(lat: float, lon: float, precision: int) -> str:
    """Bits of both sides in turns, the longitude's first, five of them a character."""
    low, high = [-180.0, -90.0], [180.0, 90.0]
    number, text = 0, ""
    for bit in range(5 * precision):
        side = bit % 2
        middle = (low[side] + high[side]) / 2
        upper = (lon, lat)[side] >= middle
        (low if upper else high)[side] = middle
        number = number * 2 + upper
        if bit % 5 == 4:
            text += "0123456789bcdefghjkmnpqrstuvwxyz"[number]
            number = 0
    return text


def tile(lat: float, lon: float, zoom: int) -> str:
    """Web Mercator's tile."""
    tiles = 2**zoom
    x = math.floor((lon + 180) / 360 * tiles)
    sine = math.sin(math.radians(lat))
    y = math.floor((0.5 - math.log((1 + sine) / (1 - sine)) / (4 * math.pi)) * tiles)
    return f"{zoom}/{x}/{y}"


def haversine(lat: float, lon: float) -> float:
    """Metres to the place where both are 0."""
    a, b = math.radians(lat), math.radians(lon)
    half = math.sin(a / 2) ** 2 + math.cos(a) * math.sin(b / 2) ** 2
    return 2 * 6_371_008.7714 * math.asin(math.sqrt(half))


@drawn
@given(documents=DOCUMENTS, precision=st.integers(1, 4), shards=st.sampled_from([1, 3]))
def test_grids_count_the_places_of_each_cell(documents: list[Document], precision: int, shards: int) -> None:
    for kind, cell in (("geohash_grid", geohash), ("geotile_grid", tile)):
        buckets = found(documents, {kind: {"field": "where", "precision": precision, "size": 1000}}, shards=shards)
        counts = {bucket["key"]: bucket["doc_count"] for bucket in buckets["buckets"]}
        assert counts == Counter(cell(one["where"]["lat"], one["where"]["lon"], precision) for one in documents)


@drawn
@given(documents=DOCUMENTS, shards=st.sampled_from([1, 3]))
def test_rings_bounds_and_centroids_are_those_of_all_places(documents: list[Document], shards: int) -> None:
    edges = [0.0, 2e6, 5e6, 1e7, 2.1e7]
    ranges = [{"from": low, "to": high} for low, high in pairwise(edges)]
    rings = found(documents, {"geo_distance": {"field": "where", "origin": "0,0", "ranges": ranges}}, shards=shards)
    far = [haversine(one["where"]["lat"], one["where"]["lon"]) for one in documents]
    assert [ring["doc_count"] for ring in rings["buckets"]] == [
        sum(low <= metres < high for metres in far) for low, high in pairwise(edges)
    ]
    lats, lons = ([one["where"][side] for one in documents] for side in ("lat", "lon"))
    bounds = found(documents, {"geo_bounds": {"field": "where", "wrap_longitude": False}}, shards=shards)["bounds"]
    assert bounds["top_left"] == pytest.approx({"lat": max(lats), "lon": min(lons)}, abs=1e-6)
    assert bounds["bottom_right"] == pytest.approx({"lat": min(lats), "lon": max(lons)}, abs=1e-6)
    centroid = found(documents, {"geo_centroid": {"field": "where"}}, shards=shards)
    mean = {"lat": math.fsum(lats) / len(lats), "lon": math.fsum(lons) / len(lons)}
    assert centroid["count"] == len(documents)
    assert centroid["location"] == pytest.approx(mean, abs=1e-5)


@drawn
@given(documents=DOCUMENTS, shards=st.sampled_from([1, 3]))
def test_nested_objects_are_counted_and_so_are_their_documents(documents: list[Document], shards: int) -> None:
    back = {"back": {"reverse_nested": {}, "aggs": {"n": {"sum": {"field": "n"}}}}, "p": {"sum": {"field": "items.p"}}}
    terms = {"c": {"terms": {"field": "items.c"}, "aggs": back}}
    nested = found(documents, {"nested": {"path": "items"}, "aggs": terms}, shards=shards)
    assert nested["doc_count"] == sum(len(one["items"]) for one in documents)
    counts = Counter(item["c"] for one in documents for item in one["items"])
    assert {bucket["key"]: bucket["doc_count"] for bucket in nested["c"]["buckets"]} == counts
    for bucket in nested["c"]["buckets"]:
        around = [one for one in documents if any(item["c"] == bucket["key"] for item in one["items"])]
        inside = [item["p"] for one in documents for item in one["items"] if item["c"] == bucket["key"]]
        assert bucket["p"]["value"] == sum(inside)
        assert bucket["back"]["doc_count"] == len(around)
        assert bucket["back"]["n"]["value"] == sum(one["n"] for one in around)


@drawn
@given(seed=SEEDS)
def test_children_and_parents_are_joined(seed: int) -> None:
    draw = random.Random(seed)
    parents = draw.choices("ab", k=draw.randint(1, 6))
    kin = [(draw.randrange(len(parents)), draw.choice("xyz")) for _ in range(draw.randint(0, 15))]
    documents: list[Document] = [{"k": tag, "j": "up"} for tag in parents]
    properties = {"k": {"type": "keyword"}, "j": {"type": "join", "relations": {"up": "down"}}}
    node = served(1, properties, documents)
    for i, (number, tag) in enumerate(kin):
        body = {"k": tag, "j": {"name": "down", "parent": str(number)}}
        ask(node, "PUT", f"/i/_doc/c{i}?routing=1&refresh=true", body)
    tags = {"tags": {"terms": {"field": "k"}}}
    for kind, join, start in (("children", "down", "up"), ("parent", "down", "down")):
        joined = {"joined": {kind: {"type": join}, "aggs": tags}}
        aggs = {"t": {"terms": {"field": "k"}, "aggs": joined}}
        query = {"term": {"j": start}}
        buckets = ask(node, "POST", "/i/_search", {"size": 0, "query": query, "aggs": aggs})["aggregations"]["t"]
        for bucket in buckets["buckets"]:
            if kind == "children":
                expected = Counter(tag for number, tag in kin if parents[number] == bucket["key"])
            else:
                expected = Counter(parents[number] for number in {n for n, tag in kin if tag == bucket["key"]})
            assert bucket["joined"]["doc_count"] == expected.total()
            assert {one["key"]: one["doc_count"] for one in bucket["joined"]["tags"]["buckets"]} == expected
        starts = parents if start == "up" else [tag for _, tag in kin]
        assert {bucket["key"]: bucket["doc_count"] for bucket in buckets["buckets"]} == Counter(starts)


@drawn
@given(documents=DOCUMENTS, size=st.integers(1, 8))
def test_samples_and_hits_are_the_best(documents: list[Document], size: int) -> None:
    node = served(1, PROPERTIES, documents)
    best = sorted(range(len(documents)), key=lambda i: (-(documents[i]["n"] + 10), i))
    query = {"function_score": {"script_score": {"script": "doc['n'].value + 10"}, "boost_mode": "replace"}}
    aggs = {
        "s": {"sampler": {"shard_size": size}, "aggs": {"n": {"sum": {"field": "n"}}}},
        "d": {
            "diversified_sampler": {"field": "k", "shard_size": size, "max_docs_per_value": 1},
            "aggs": {"k": {"terms": {"field": "k"}}},
        },
        "h": {"top_hits": {"size": size, "sort": [{"n": "desc"}, "_doc"], "_source": False}},
    }
    answer = ask(node, "POST", "/i/_search", {"size": 0, "query": query, "aggs": aggs})["aggregations"]
    assert answer["s"]["doc_count"] == min(size, len(documents))
    assert answer["s"]["n"]["value"] == sum(documents[i]["n"] for i in best[:size])
    kinds = list(dict.fromkeys(documents[i]["k"] for i in best))[:size]
    assert {bucket["key"]: bucket["doc_count"] for bucket in answer["d"]["k"]["buckets"]} == dict.fromkeys(kinds, 1)
    assert [hit["_id"] for hit in answer["h"]["hits"]["hits"]] == [str(i) for i in best[:size]]


@drawn
@given(documents=DOCUMENTS, tag=st.sampled_from("abcd"))
def test_significant_terms_score_what_is_more_frequent_here(documents: list[Document], tag: str) -> None:
    """By JLH: the change of the share, absolute times relative. All rows are the background, nested ones too."""
    node = served(1, PROPERTIES, documents)
    aggs = {"a": {"significant_terms": {"field": "n", "min_doc_count": 1, "size": 100}}}
    answer = ask(node, "POST", "/i/_search", {"size": 0, "query": {"term": {"k": tag}}, "aggs": aggs})
    here = [one["n"] for one in documents if one["k"] == tag]
    counts, everywhere = Counter(here), Counter(one["n"] for one in documents)
    rows = len(documents) + sum(len(one["items"]) for one in documents)
    expected = {}
    for number, count in counts.items():
        share, usual = count / len(here), everywhere[number] / rows
        if share > usual:
            expected[number] = (count, everywhere[number], (share - usual) * (share / usual))
    buckets = answer["aggregations"]["a"]["buckets"]
    assert {one["key"]: (one["doc_count"], one["bg_count"]) for one in buckets} == {
        number: row[:2] for number, row in expected.items()
    }
    assert all(one["score"] == pytest.approx(expected[one["key"]][2]) for one in buckets)


@drawn
@given(documents=DOCUMENTS, shards=st.sampled_from([1, 3]))
def test_scripts_and_histograms_that_choose_their_widths(documents: list[Document], shards: int) -> None:
    scripted = {
        "init_script": "state.n = 0L",
        "map_script": "state.n += doc['n'].value * doc['n'].value",
        "combine_script": "return state.n",
        "reduce_script": "long all = 0; for (one in states) { if (one != null) { all += one } } return all",
    }
    assert found(documents, {"scripted_metric": scripted}, shards=shards)["value"] == sum(
        one["n"] ** 2 for one in documents
    )
    numbers = {one["n"] for one in documents}
    wide = found(documents, {"variable_width_histogram": {"field": "n", "buckets": len(numbers)}}, shards=shards)
    assert {bucket["key"]: bucket["doc_count"] for bucket in wide["buckets"]} == Counter(one["n"] for one in documents)
    one = found(documents, {"variable_width_histogram": {"field": "n", "buckets": 1}}, shards=shards)["buckets"]
    assert [(bucket["min"], bucket["max"], bucket["doc_count"]) for bucket in one] == [
        (min(numbers), max(numbers), len(documents))
    ]
    assert one[0]["key"] == pytest.approx(math.fsum(d["n"] for d in documents) / len(documents), abs=1e-9)


@drawn
@given(seed=SEEDS, buckets=st.integers(1, 20))
def test_an_auto_date_histogram_has_no_more_buckets_than_asked_for(seed: int, buckets: int) -> None:
    draw = random.Random(seed)
    days, day = draw.choices(range(900), k=draw.randint(1, 30)), 86_400_000
    node = served(1, {"d": {"type": "date"}}, [{"d": one * day} for one in days])
    aggs = {"a": {"auto_date_histogram": {"field": "d", "buckets": buckets}}}
    answer = ask(node, "POST", "/i/_search", {"size": 0, "aggs": aggs})["aggregations"]["a"]
    keys = [bucket["key"] for bucket in answer["buckets"]]
    assert 1 <= len(keys) <= buckets
    for bucket, end in zip(answer["buckets"], [*keys[1:], math.inf], strict=True):
        assert bucket["doc_count"] == sum(bucket["key"] <= one * day < end for one in days)


@drawn
@given(documents=DOCUMENTS, lag=st.integers(1, 3), window=st.integers(1, 4))
def test_pipelines_are_loops_over_the_buckets(documents: list[Document], lag: int, window: int) -> None:
    path = {"buckets_path": "_count"}
    inside = {
        "d": {"derivative": path},
        "s": {"serial_diff": {**path, "lag": lag}},
        "m": {"moving_fn": {**path, "window": window, "script": "MovingFunctions.sum(values)"}},
        "b": {"bucket_script": {"buckets_path": {"n": "_count"}, "script": "params.n * 2"}},
    }
    histogram = {"histogram": {"field": "n", "interval": 3}, "aggs": inside}
    counts = Counter(one["n"] // 3 for one in documents)
    column = [counts[key] for key in range(min(counts), max(counts) + 1)]
    buckets = found(documents, histogram)["buckets"]
    assert [bucket["doc_count"] for bucket in buckets] == column
    for i, bucket in enumerate(buckets):
        assert bucket.get("d", {}).get("value") == (column[i] - column[i - 1] if i else None)
        assert bucket.get("s", {}).get("value") == (column[i] - column[i - lag] if i >= lag else None)
        assert bucket["m"]["value"] == sum(column[max(i - window, 0) : i])
        assert bucket["b"]["value"] == 2 * column[i]
    chosen = {"c": {"bucket_selector": {"buckets_path": {"n": "_count"}, "script": "params.n > 1"}}}
    few = found(documents, {"histogram": {"field": "n", "interval": 3}, "aggs": chosen})["buckets"]
    assert [bucket["doc_count"] for bucket in few] == [count for count in column if count > 1]
    ordered = {"c": {"bucket_sort": {"sort": [{"_count": "desc"}, {"_key": "asc"}], "from": 1, "size": 2}}}
    page = found(documents, {"histogram": {"field": "n", "interval": 3}, "aggs": ordered})["buckets"]
    assert [bucket["doc_count"] for bucket in page] == sorted(column, reverse=True)[1:3]
