"""Whole searches: how hits are ordered, paged, grouped, scored anew and shown, and what of it does not go together."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from random import Random
from urllib.parse import urlencode

from fakeknn.contract.console import ConsoleRequest

from .draw import Json, bulk, some

WORDS = ("fox", "dog", "quick", "lazy", "brown", "the", "red")
KEYS = ("a", "b", "c", "d")
DATES = ("2024-01-01", "2024-02-03T04:05:06.007Z", "2020-02-29", "2024-06-30T23:59:59Z")

MAPPING: Json = {
    "t": {"type": "text", "store": True, "fields": {"k": {"type": "keyword", "ignore_above": 12}}},
    "k": {"type": "keyword"},
    "ks": {"type": "keyword"},
    "n": {"type": "integer", "store": True},
    "ns": {"type": "long"},
    "f": {"type": "float"},
    "u": {"type": "unsigned_long"},
    "d": {"type": "date"},
    "dn": {"type": "date_nanos"},
    "b": {"type": "boolean"},
    "ip": {"type": "ip"},
    "g": {"type": "geo_point"},
    "also": {"type": "alias", "path": "k"},
    "o": {
        "type": "nested",
        "properties": {"k": {"type": "keyword"}, "n": {"type": "integer"}, "t": {"type": "text"}},
    },
    "p": {"properties": {"a": {"type": "keyword"}, "b": {"type": "double"}}},
}
FIELDS = ("t", "t.k", "k", "ks", "n", "ns", "f", "u", "d", "dn", "b", "ip", "also", "o.k", "o.n", "p.a", "p.b", "none")
PATTERNS = ("*", "k*", "n*", "o.*", "p.*", "t*", "d?", "_id", "_index", "*.k")


def _words(random: Random, most: int = 5) -> str:
    return " ".join(some(random, WORDS) for _ in range(random.randint(1, most)))


def document(random: Random) -> dict[str, Json]:
    """Fields are left out as often as not, so that what is missing has its place in every order."""
    makers: dict[str, Callable[[], Json]] = {
        "t": lambda: _words(random),
        "k": lambda: some(random, KEYS),
        "ks": lambda: random.sample(KEYS, random.randint(1, 3)),
        "n": lambda: random.randint(-3, 6),
        "ns": lambda: [random.randint(-(2**40), 2**40) for _ in range(random.randint(1, 3))],
        "f": lambda: random.choice((0.1, 1.5, -2.25, 3)),
        "u": lambda: random.choice((0, 7, 2**63 + 5, 2**64 - 1)),
        "d": lambda: some(random, DATES),
        "dn": lambda: some(random, DATES),
        "b": lambda: random.random() < 0.5,
        "ip": lambda: random.choice(("10.0.0.1", "10.0.1.7", "::1")),
        "g": lambda: {"lat": random.randint(-80, 80), "lon": random.randint(-170, 170)},
        "o": lambda: [
            {"k": some(random, KEYS), "n": random.randint(0, 5), "t": _words(random, 3)}
            for _ in range(random.randint(1, 3))
        ],
        "p": lambda: {"a": some(random, KEYS), "b": random.random()},
    }
    return {name: make() for name, make in makers.items() if random.random() < 0.7}


def _query(random: Random) -> Json:
    leaves: tuple[Callable[[], Json], ...] = (
        lambda: {"match": {"t": _words(random, 2)}},
        lambda: {"match_all": {}},
        lambda: {"term": {"k": {"value": some(random, KEYS), **_name(random)}}},
        lambda: {"range": {"n": {"gte": random.randint(-3, 4), **_name(random)}}},
        lambda: {"exists": {"field": some(random, FIELDS)}},
        lambda: {"ids": {"values": [str(random.randint(1, 20)) for _ in range(3)]}},
        lambda: {"constant_score": {"filter": {"terms": {"ks": [some(random, KEYS)]}}, "boost": 2}},
        lambda: {"match_phrase": {"t": _words(random, 2)}},
        lambda: {"query_string": {"query": _words(random, 2), "default_field": "t", **_name(random)}},
        lambda: {
            "nested": {
                "path": "o",
                "query": {"term": {"o.k": some(random, KEYS)}},
                "score_mode": some(random, ("avg", "max", "none", "sum")),
                **({"inner_hits": _inner(random)} if random.random() < 0.4 else {}),
            }
        },
    )
    if random.random() < 0.35:
        clauses = {
            name: [some(random, leaves)() for _ in range(random.randint(1, 2))]
            for name in ("must", "should", "filter", "must_not")
            if random.random() < 0.45
        }
        return {"bool": {**clauses, **_name(random)}}
    if random.random() < 0.1:
        function = {"field_value_factor": {"field": "n", "missing": 1, "modifier": "sqrt"}}
        return {
            "function_score": {
                "query": some(random, leaves)(),
                "weight": 2,
                **({} if random.random() < 0.8 else function),
            }
        }
    return some(random, leaves)()


def _name(random: Random) -> dict[str, Json]:
    return {"_name": some(random, ("one", "two", "three"))} if random.random() < 0.2 else {}


def _inner(random: Random) -> dict[str, Json]:
    found: dict[str, Json] = {}
    for name, make in (
        ("size", lambda: random.randint(0, 3)),
        ("from", lambda: random.randint(0, 1)),
        ("name", lambda: some(random, ("x", "y"))),
        ("sort", lambda: [{some(random, ("o.n", "o.k", "_score")): some(random, ("asc", "desc"))}]),
        ("_source", lambda: some(random, (False, "o.k", ["o.n"], {"excludes": ["o.t"]}))),
        ("docvalue_fields", lambda: ["o.n"]),
        ("fields", lambda: ["o.*"]),
        ("explain", lambda: True),
        ("version", lambda: True),
        ("highlight", lambda: {"fields": {"o.t": {}}}),
        ("track_scores", lambda: True),
    ):
        if random.random() < 0.2:
            found[name] = make()  # type: ignore[no-untyped-call]
    return found


def _sort(random: Random) -> Json:
    name = some(random, (*FIELDS, "_score", "_doc", "_id"))
    if random.random() < 0.4:
        return name
    body: dict[str, Json] = {"order": some(random, ("asc", "desc"))}
    if name.startswith("_"):
        return {name: body}
    if random.random() < 0.1:
        point = some(random, ([0, 0], {"lat": 10, "lon": 20}, "40,-70"))
        return {"_geo_distance": {"g": point, "unit": some(random, ("m", "km")), **body}}
    if random.random() < 0.1:
        script = some(random, ("_score", "doc['n'].size() == 0 ? 0 : doc['n'].value", "params.a"))
        return {"_script": {"type": "number", "script": {"source": script, "params": {"a": 3}}, **body}}
    if random.random() < 0.3:
        body["missing"] = some(random, ("_first", "_last", 3, "b", "2024-01-01", 0))
    if random.random() < 0.3:
        body["mode"] = some(random, ("min", "max", "avg", "sum", "median"))
    if random.random() < 0.1:
        body["unmapped_type"] = some(random, ("long", "keyword", "date", "none"))
    if random.random() < 0.1:
        body["numeric_type"] = some(random, ("long", "double", "date", "date_nanos"))
    if name.startswith("o.") and random.random() < 0.7:
        body["nested"] = {"path": "o"}
        if random.random() < 0.4:
            body["nested"]["filter"] = {"term": {"o.k": some(random, KEYS)}}
        if random.random() < 0.2:
            body["nested"]["max_children"] = random.randint(1, 2)
    return {name: body}


def _after(random: Random, sorts: Json) -> Json:
    values = (None, 0, 1, 3, "b", "fox", 1.5, "2024-01-01", 1704067200000, -5, True)
    return [some(random, values) for _ in range(len(sorts) if random.random() < 0.9 else 2)]


def _field(random: Random) -> Json:
    name = some(random, (*FIELDS, *PATTERNS))
    if random.random() < 0.2:
        return {"field": name, "format": some(random, ("yyyy", "epoch_millis", "#.0", None))}
    return name


def _rescore(random: Random) -> Json:
    query: dict[str, Json] = {"rescore_query": _query(random)}
    if random.random() < 0.5:
        query["score_mode"] = some(random, ("total", "multiply", "avg", "max", "min"))
    if random.random() < 0.4:
        query["query_weight"] = some(random, (0, 0.5, 2))
    if random.random() < 0.4:
        query["rescore_query_weight"] = some(random, (0, 0.5, 2))
    return {"query": query, **({"window_size": random.randint(1, 12)} if random.random() < 0.7 else {})}


def _collapse(random: Random) -> Json:
    body: dict[str, Json] = {"field": some(random, ("k", "n", "also", "b", "ks", "t", "d", "none", "p.a", "f"))}
    if random.random() < 0.5:
        inner = [{**_hits_inside(random), "name": name} for name in ("x", "y")[: random.randint(1, 2)]]
        body["inner_hits"] = inner[0] if len(inner) == 1 and random.random() < 0.7 else inner
    return body


def _hits_inside(random: Random) -> dict[str, Json]:
    found: dict[str, Json] = {}
    if random.random() < 0.5:
        found["size"] = random.randint(0, 3)
    if random.random() < 0.5:
        found["sort"] = [_sort(random)]
    if random.random() < 0.5:
        found["_source"] = some(random, (False, "k"))
    if random.random() < 0.2:
        found["docvalue_fields"] = ["n"]
    return found


def search(random: Random) -> dict[str, Json]:
    """A body of a few members, each as likely as it is in use."""
    body: dict[str, Json] = {"_source": some(random, (False, False, True, "k", ["p.*", "n"], {"excludes": ["o", "t"]}))}

    def perhaps(chance: float, name: str, make: Callable[[], Json]) -> None:
        if random.random() < chance:
            body[name] = make()

    perhaps(0.75, "query", lambda: _query(random))
    perhaps(0.55, "sort", lambda: [_sort(random) for _ in range(random.choice((1, 1, 1, 2, 3)))])
    perhaps(0.4, "size", lambda: random.choice((0, 1, 2, 3, 5, 50)))
    perhaps(0.2, "from", lambda: random.choice((0, 1, 2, 7)))
    if "sort" in body:
        perhaps(0.25, "search_after", lambda: _after(random, body["sort"]))
        perhaps(0.2, "track_scores", lambda: random.random() < 0.7)
    perhaps(0.15, "collapse", lambda: _collapse(random))
    perhaps(
        0.12, "rescore", lambda: _rescore(random) if random.random() < 0.7 else [_rescore(random) for _ in range(2)]
    )
    perhaps(0.15, "post_filter", lambda: _query(random))
    perhaps(0.1, "min_score", lambda: some(random, (0, 0.2, 0.5, 1, 2)))
    perhaps(0.15, "fields", lambda: [_field(random) for _ in range(random.randint(1, 3))])
    perhaps(0.15, "docvalue_fields", lambda: [_field(random) for _ in range(random.randint(1, 2))])
    perhaps(0.1, "stored_fields", lambda: some(random, (["t", "n"], "_none_", ["_source"], ["*"], ["k"], "n", [])))
    perhaps(
        0.1, "script_fields", lambda: {"s": {"script": some(random, ("1 + 1", "doc['n'].size()", "doc['k'].value"))}}
    )
    perhaps(0.1, "track_total_hits", lambda: some(random, (True, False, 1, 3, 100)))
    perhaps(0.1, "explain", lambda: True)
    perhaps(0.1, "version", lambda: True)
    perhaps(0.1, "seq_no_primary_term", lambda: True)
    perhaps(0.05, "include_named_queries_score", lambda: True)
    perhaps(0.05, "terminate_after", lambda: random.choice((0, 5, 100)))
    perhaps(0.08, "highlight", lambda: {"fields": {some(random, ("t", "k", "*")): {}}})
    perhaps(0.03, "indices_boost", lambda: [{"drawn-hits": 2}])
    return body


def _parameters(random: Random) -> dict[str, str]:
    found: dict[str, str] = {}
    for name, values in (
        ("q", ("fox", "t:dog", "k:a AND n:>0", "n:[0 TO 3]", "lazy^2 t:fox")),
        ("df", ("t", "k")),
        ("default_operator", ("AND", "OR", "or")),
        ("sort", ("n", "n:desc", "k:asc,n:desc", "_score", "none")),
        ("size", ("0", "2", "30")),
        ("from", ("0", "1")),
        ("_source", ("false", "true", "k,n")),
        ("_source_includes", ("p.*",)),
        ("_source_excludes", ("o",)),
        ("stored_fields", ("t", "n,t", "_none_")),
        ("docvalue_fields", ("n", "k,d")),
        ("track_scores", ("true", "false")),
        ("track_total_hits", ("true", "false", "2")),
        ("explain", ("true",)),
        ("version", ("true",)),
        ("seq_no_primary_term", ("true",)),
        ("terminate_after", ("3",)),
        ("search_type", ("query_then_fetch", "dfs_query_then_fetch")),
        ("rest_total_hits_as_int", ("true",)),
        ("typed_keys", ("true",)),
        ("lenient", ("true",)),
        ("batched_reduce_size", ("2", "5")),
        ("pre_filter_shard_size", ("1", "10")),
        ("max_concurrent_shard_requests", ("2",)),
        ("allow_partial_search_results", ("true", "false")),
    ):
        if random.random() < 0.07:
            found[name] = some(random, values)
    return found


def requests(
    random: Random, name: str, spoiled: Callable[[Random, ConsoleRequest], ConsoleRequest]
) -> Iterator[ConsoleRequest]:
    """An index of one shard or more, and what it is asked."""
    shards = random.choice((1, 1, 1, 2, 3))
    settings = {"number_of_shards": shards, "number_of_replicas": 0, "refresh_interval": "-1"}
    created = {"settings": settings, "mappings": {"properties": MAPPING}}
    yield ConsoleRequest("PUT", f"/{name}", json.dumps(created).encode())
    documents = {str(i): document(random) for i in range(1, random.randint(6, 24))}
    yield ConsoleRequest("POST", "/_bulk?refresh=true", bulk(documents, name))
    for _ in range(58):
        parameters = _parameters(random) if random.random() < 0.5 else {}
        asked = f"?{urlencode(parameters)}" if parameters else ""
        body = b"" if random.random() < 0.05 else json.dumps(search(random)).encode()
        yield spoiled(random, ConsoleRequest("POST", f"/{name}/_search{asked}", body))
