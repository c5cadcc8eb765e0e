"""Parents and their children, and queries that are kept to be found by documents."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from random import Random

from fakeknn.contract.console import ConsoleRequest

from .draw import Json, some

WORDS = ("fox", "dog", "quick", "lazy", "brown", "red")
KEYS = ("a", "b", "c")
MAPPING: Json = {
    "join": {"type": "join", "relations": {"shop": ["item", "clerk"], "item": "part"}},
    "t": {"type": "text"},
    "k": {"type": "keyword"},
    "n": {"type": "integer"},
    "d": {"type": "date"},
    "g": {"type": "geo_point"},
    "q": {"type": "percolator"},
    "o": {
        "type": "nested",
        "properties": {"k": {"type": "keyword"}, "n": {"type": "integer"}, "q": {"type": "percolator"}},
    },
}
TYPES = ("shop", "item", "part", "clerk", "none")


def _words(random: Random, most: int = 4) -> str:
    return " ".join(some(random, WORDS) for _ in range(random.randint(1, most)))


def content(random: Random) -> dict[str, Json]:
    makers: dict[str, Callable[[], Json]] = {
        "t": lambda: _words(random),
        "k": lambda: some(random, KEYS),
        "n": lambda: random.randint(0, 9),
        "d": lambda: f"2024-0{random.randint(1, 9)}-03",
        "g": lambda: {"lat": random.randint(-9, 9), "lon": random.randint(-9, 9)},
        "o": lambda: [{"k": some(random, KEYS), "n": random.randint(0, 5)} for _ in range(random.randint(1, 2))],
    }
    return {name: make() for name, make in makers.items() if random.random() < 0.7}


def _bulk(random: Random, name: str) -> bytes:
    """Shops, their items and clerks, the items' parts; some queries."""
    lines: list[Json] = []

    def add(key: str, body: Json, routing: str | None = None) -> None:
        lines.extend(({"index": {"_index": name, "_id": key, **({"routing": routing} if routing else {})}}, body))

    for s in range(1, random.randint(3, 6)):
        shop = f"s{s}"
        add(shop, {**content(random), "join": some(random, ("shop", {"name": "shop"}))}, shop)
        for i in range(random.randint(0, 4)):
            item = f"{shop}i{i}"
            add(item, {**content(random), "join": {"name": "item", "parent": shop}}, shop)
            for p in range(random.randint(0, 2)):
                add(f"{item}p{p}", {**content(random), "join": {"name": "part", "parent": item}}, shop)
        for c in range(random.randint(0, 2)):
            add(f"{shop}c{c}", {**content(random), "join": {"name": "clerk", "parent": shop}}, shop)
    for i in range(random.randint(2, 8)):
        add(f"q{i}", {**content(random), "q": leaf(random) if random.random() < 0.7 else compound(random)}, "s1")
    add("none", content(random))
    return "".join(json.dumps(line) + "\n" for line in lines).encode()


# --- queries ----------------------------------------------------------------------------------------------------------


def leaf(random: Random) -> Json:
    """Something that a kept query may say, too."""
    number = random.randint(0, 9)
    return some(
        random,
        (
            {"match": {"t": _words(random, 2)}},
            {"match": {"t": {"query": _words(random, 3), "operator": "and"}}},
            {"match": {"t": {"query": _words(random, 3), "minimum_should_match": 2}}},
            {"match_phrase": {"t": _words(random, 2)}},
            {"term": {"k": some(random, KEYS)}},
            {"terms": {"k": random.sample(KEYS, 2)}},
            {"range": {"n": {"gte": number}}},
            {"range": {"n": {"gt": 2, "lt": number}}},
            {"range": {"d": {"lte": "2024-05-01"}}},
            {"match_all": {}},
            {"match_none": {}},
            {"exists": {"field": some(random, ("k", "n", "t", "o.k"))}},
            {"prefix": {"t": "fo"}},
            {"wildcard": {"k": "*"}},
            {"fuzzy": {"t": "fxo"}},
            {"query_string": {"query": "fox OR k:a", "default_field": "t"}},
            {"nested": {"path": "o", "query": {"term": {"o.k": some(random, KEYS)}}}},
            {"geo_distance": {"distance": "700km", "g": [1, 2]}},
            {"constant_score": {"filter": {"term": {"k": "a"}}, "boost": 3}},
            {"ids": {"values": ["s1", "s1i0"]}},
            {"function_score": {"query": {"term": {"k": "a"}}, "weight": 3}},
            {"function_score": {"script_score": {"script": "doc['n'].size() == 0 ? 1 : doc['n'].value"}}},
        ),
    )


def compound(random: Random) -> Json:
    if random.random() < 0.15:
        return {"dis_max": {"queries": [leaf(random), leaf(random)], "tie_breaker": 0.3}}
    clauses: dict[str, Json] = {
        name: [leaf(random) for _ in range(random.randint(1, 2))]
        for name in ("must", "should", "filter", "must_not")
        if random.random() < 0.45
    }
    if random.random() < 0.2:
        clauses["minimum_should_match"] = some(random, (1, 2, "50%"))
    return {"bool": clauses}


def _told(random: Random, body: dict[str, Json], **members: tuple[Json, ...]) -> dict[str, Json]:
    for name, options in {**members, "boost": (2, 0.5), "_name": ("one", "two")}.items():
        if random.random() < 0.2:
            body[name] = some(random, options)
    return body


def _inner_hits(random: Random) -> Json:
    found: dict[str, Json] = {"_source": False}
    for name, make in (
        ("size", lambda: random.randint(0, 4)),
        ("from", lambda: random.randint(0, 1)),
        ("name", lambda: some(random, ("x", "y"))),
        ("sort", lambda: [{some(random, ("n", "k", "_score", "_doc")): some(random, ("asc", "desc"))}]),
        ("_source", lambda: some(random, ("k", ["n"], True))),
        ("docvalue_fields", lambda: ["n"]),
        ("fields", lambda: ["k", "d"]),
        ("stored_fields", lambda: ["_none_"]),
        ("explain", lambda: True),
        ("version", lambda: True),
        ("seq_no_primary_term", lambda: True),
        ("highlight", lambda: {"fields": {"t": {}}}),
        ("script_fields", lambda: {"s": {"script": "doc['n'].size()"}}),
        ("ignore_unmapped", lambda: True),
        ("collapse", lambda: {"field": "k"}),
    ):
        if random.random() < 0.15:
            found[name] = make()  # type: ignore[no-untyped-call]
    return found


def _has_child(random: Random, depth: int) -> Json:
    body: dict[str, Json] = {"type": some(random, TYPES[1:] if random.random() < 0.9 else TYPES)}
    body["query"] = query(random, depth - 1)
    if random.random() < 0.4:
        body["inner_hits"] = _inner_hits(random)
    more: dict[str, tuple[Json, ...]] = {
        "score_mode": ("avg", "max", "min", "sum", "none", "x"),
        "min_children": (0, 1, 2, 3),
        "max_children": (1, 2, 10, 0),
        "ignore_unmapped": (True, False),
    }
    return {"has_child": _told(random, body, **more)}


def _has_parent(random: Random, depth: int) -> Json:
    body: dict[str, Json] = {"parent_type": some(random, TYPES), "query": query(random, depth - 1)}
    if random.random() < 0.35:
        body["inner_hits"] = _inner_hits(random)
    return {"has_parent": _told(random, body, score=(True, False), ignore_unmapped=(True, False))}


def _parent_id(random: Random) -> Json:
    body = {"type": some(random, TYPES), "id": some(random, ("s1", "s2", "s1i0", "x", 1))}
    return {"parent_id": _told(random, body, ignore_unmapped=(True, False))}


def _percolate(random: Random, name: str) -> Json:
    body: dict[str, Json] = {"field": some(random, ("q", "q", "q", "q", "k", "none", "o.q"))}
    chance = random.random()
    if chance < 0.6:
        body["document"] = content(random)
    elif chance < 0.85:
        body["documents"] = [content(random) for _ in range(random.randint(1, 3))]
    else:
        body.update({"index": name, "id": some(random, ("s1", "s1i0", "s9", "q0")), "routing": "s1"})
    return {"percolate": _told(random, body, name=("x", "y"), document_type=("_doc",))}


def query(random: Random, depth: int = 2, name: str = "") -> Json:
    if depth <= 0 or random.random() < 0.25:
        return leaf(random)
    chance = random.random()
    if chance < 0.3:
        return _has_child(random, depth)
    if chance < 0.55:
        return _has_parent(random, depth)
    if chance < 0.62:
        return _parent_id(random)
    if chance < 0.85 and name:
        return _percolate(random, name)
    clauses = {
        clause: [query(random, depth - 1, name) for _ in range(random.randint(1, 2))]
        for clause in ("must", "should", "filter", "must_not")
        if random.random() < 0.4
    }
    return {"bool": clauses}


def search(random: Random, name: str) -> dict[str, Json]:
    body: dict[str, Json] = {"query": query(random, 2, name), "_source": some(random, (False, "k", ["n", "join"]))}
    for member, chance, make in (
        ("explain", 0.15, lambda: True),
        ("size", 0.2, lambda: random.choice((0, 2, 40))),
        ("sort", 0.15, lambda: [some(random, ("n", "join", "join#shop", "_id", {"k": "desc"}, "_score"))]),
        ("docvalue_fields", 0.15, lambda: [some(random, ("join", "join#shop", "join#item", "k", "q"))]),
        ("fields", 0.15, lambda: [some(random, ("join", "k", "*", "q"))]),
        ("stored_fields", 0.06, lambda: some(random, ("_none_", ["k"], ["_routing"]))),
        ("highlight", 0.15, lambda: {"fields": {"t": {}}}),
        ("collapse", 0.06, lambda: {"field": some(random, ("k", "join", "join#shop"))}),
        ("aggs", 0.06, lambda: {"x": {"terms": {"field": some(random, ("join", "k"))}}}),
        ("version", 0.05, lambda: True),
        ("track_total_hits", 0.05, lambda: some(random, (False, 2))),
        ("min_score", 0.05, lambda: 0.5),
        ("post_filter", 0.05, lambda: query(random, 1)),
        ("rescore", 0.05, lambda: {"query": {"rescore_query": query(random, 1)}}),
        ("profile", 0.03, lambda: True),
    ):
        if random.random() < chance:
            body[member] = make()  # type: ignore[no-untyped-call]
    return body


def requests(
    random: Random, name: str, spoiled: Callable[[Random, ConsoleRequest], ConsoleRequest]
) -> Iterator[ConsoleRequest]:
    """An index of families and kept queries, and what it is asked."""
    settings = {"number_of_shards": random.choice((1, 1, 2)), "number_of_replicas": 0, "refresh_interval": "-1"}
    created = {"settings": settings, "mappings": {"properties": MAPPING}}
    yield ConsoleRequest("PUT", f"/{name}", json.dumps(created).encode())
    yield ConsoleRequest("POST", "/_bulk?refresh=true", _bulk(random, name))
    for _ in range(58):
        chance = random.random()
        asked = json.dumps({"query": query(random, 2, name)}).encode()
        if chance < 0.05:
            request = ConsoleRequest("GET", f"/{name}/_validate/query?explain=true", asked)
        elif chance < 0.1:
            place = f"/{name}/_explain/{some(random, ('s1', 's1i0', 'q0', 'q1', 's2i1'))}?routing=s1"
            request = ConsoleRequest("GET", place, asked)
        elif chance < 0.13:
            request = ConsoleRequest("GET", f"/{name}/_count", asked)
        else:
            request = ConsoleRequest("POST", f"/{name}/_search", json.dumps(search(random, name)).encode())
        yield spoiled(random, request)
