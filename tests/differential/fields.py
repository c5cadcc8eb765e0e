"""Every field type with every parameter, good and bad; every kind of JSON value for it; and what is then told of it."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from random import Random

from fakeknn.contract.console import ConsoleRequest

from .draw import Json, some

FLAG: Sequence[Json] = (True, False, "true", "false", None, "yes", 1, [], {})
TEXT: Sequence[Json] = ("x", "", None, 5, True, [], {}, ["a"])
INT: Sequence[Json] = (0, 1, 3, -1, "2", 1.5, 1e20, None, "x", [], {}, True)
META: Sequence[Json] = ({"unit": "ms"}, {}, None, "x", {"a": 1}, {"a": None}, {"k" * 21: "v"})
ANALYZER: Sequence[Json] = ("standard", "keyword", "english", "whitespace", "default", "nope", None, 5)
SIMILARITY: Sequence[Json] = ("BM25", "boolean", "classic", "nope", None)
_NUMBER: dict[str, Sequence[Json]] = {
    "index": FLAG,
    "doc_values": FLAG,
    "store": FLAG,
    "ignore_malformed": FLAG,
    "coerce": FLAG,
    "null_value": (1, 0, "2", 1.5, None, "x", -129, 1e40, True, []),
    "meta": META,
    "boost": (2, 1, "x"),
    "skip_list": FLAG,
}
_KEYWORD: dict[str, Sequence[Json]] = {
    "index": FLAG,
    "doc_values": FLAG,
    "store": FLAG,
    "null_value": TEXT,
    "eager_global_ordinals": FLAG,
    "ignore_above": INT,
    "index_options": ("docs", "freqs", "positions", "nope", None),
    "norms": FLAG,
    "similarity": SIMILARITY,
    "normalizer": ("lowercase", "default", "nope", None),
    "split_queries_on_whitespace": FLAG,
    "meta": META,
}
_TEXT: dict[str, Sequence[Json]] = {
    "index": FLAG,
    "store": FLAG,
    "analyzer": ANALYZER,
    "search_analyzer": ANALYZER,
    "search_quote_analyzer": ANALYZER,
    "index_options": ("docs", "freqs", "positions", "offsets", "nope", None),
    "norms": FLAG,
    "term_vector": ("no", "yes", "with_positions", "with_offsets", "with_positions_offsets", "nope", None),
    "similarity": SIMILARITY,
    "position_increment_gap": INT,
    "fielddata": FLAG,
    "fielddata_frequency_filter": ({"min": 0.1}, {"min": "x"}, {"nope": 1}, None, 5, {}),
    "eager_global_ordinals": FLAG,
    "index_prefixes": ({}, {"min_chars": 1, "max_chars": 4}, {"min_chars": 5, "max_chars": 2}, {"nope": 1}, None, 5),
    "index_phrases": FLAG,
    "meta": META,
}
_FORMAT: Sequence[Json] = ("yyyy-MM-dd", "epoch_millis", "strict_date_optional_time||epoch_second", "nope", "", None, 5)
_RANGE: dict[str, Sequence[Json]] = {"index": FLAG, "doc_values": FLAG, "store": FLAG, "coerce": FLAG, "meta": META}
_POINT: dict[str, Sequence[Json]] = {
    "index": FLAG,
    "doc_values": FLAG,
    "store": FLAG,
    "ignore_malformed": FLAG,
    "ignore_z_value": FLAG,
    "null_value": ("1,2", "POINT (2 1)", {"lat": 1, "lon": 2}, [2, 1], "x", None, "100,200"),
    "meta": META,
}
TYPES: dict[str, dict[str, Sequence[Json]]] = {
    **dict.fromkeys(("long", "integer", "short", "byte", "double", "float", "half_float", "unsigned_long"), _NUMBER),
    "scaled_float": {**_NUMBER, "scaling_factor": (10, 100, 0.5, 0, -1, "10", None, "x")},
    "keyword": _KEYWORD,
    "wildcard": {
        "null_value": TEXT,
        "ignore_above": INT,
        "normalizer": ("lowercase", "default", None),
        "doc_values": FLAG,
        "meta": META,
    },
    "constant_keyword": {"value": ("x", "y", 5, None)},
    "text": _TEXT,
    "match_only_text": {name: _TEXT[name] for name in ("analyzer", "search_analyzer", "norms", "fielddata", "meta")},
    "search_as_you_type": {
        "max_shingle_size": (2, 3, 4, 5, 1, None, "x"),
        **{name: _TEXT[name] for name in ("analyzer", "index", "store", "norms", "similarity", "term_vector")},
    },
    "token_count": {"analyzer": ANALYZER, "enable_position_increments": FLAG, **_NUMBER},
    "boolean": {"index": FLAG, "doc_values": FLAG, "store": FLAG, "null_value": FLAG, "meta": META},
    "date": {
        **{name: _NUMBER[name] for name in ("index", "doc_values", "store", "ignore_malformed", "meta")},
        "format": _FORMAT,
        "print_format": _FORMAT,
        "locale": ("en", "en-US", "", None, 5, "xx_yy"),
        "null_value": ("2024-01-01", 0, "x", None, True),
    },
    "date_nanos": {
        "format": _FORMAT,
        "null_value": ("2024-01-01", "1960-01-01", None),
        "index": FLAG,
        "ignore_malformed": FLAG,
    },
    "ip": {
        **{name: _NUMBER[name] for name in ("index", "doc_values", "store", "ignore_malformed", "meta")},
        "null_value": ("::1", "x", None, 5),
    },
    "binary": {"doc_values": FLAG, "store": FLAG, "meta": META},
    "version": {"index": FLAG, "doc_values": FLAG, "store": FLAG, "meta": META},
    **dict.fromkeys(("integer_range", "long_range", "double_range", "float_range", "ip_range"), _RANGE),
    "date_range": {**_RANGE, "format": _FORMAT, "locale": ("en", None)},
    "geo_point": _POINT,
    "geo_shape": {
        "orientation": ("right", "left", "cw", "nope", None, 5),
        "ignore_malformed": FLAG,
        "ignore_z_value": FLAG,
        "coerce": FLAG,
        "index": FLAG,
        "doc_values": FLAG,
        "store": FLAG,
    },
    "rank_feature": {"positive_score_impact": FLAG, "meta": META},
    "rank_features": {"positive_score_impact": FLAG, "meta": META},
    "flat_object": {"meta": META},
    "completion": {
        "analyzer": ANALYZER,
        "preserve_separators": FLAG,
        "preserve_position_increments": FLAG,
        "max_input_length": INT,
    },
    "join": {"relations": ({"p": "c"}, {"p": ["c", "d"]}, {}, None, "x", {"p": None}), "eager_global_ordinals": FLAG},
    "percolator": {},
    "object": {
        "dynamic": ("strict", "false", False, True, "true", "nope", None),
        "enabled": FLAG,
        "properties": ({"a": {"type": "keyword"}}, {}, [], None, "x"),
    },
    "nested": {"dynamic": ("strict", False), "include_in_parent": FLAG, "include_in_root": FLAG, "properties": ({},)},
    "alias": {"path": ("f0", "none", None, 5)},
}
#: What a type cannot be without.
NEEDED: dict[str, dict[str, Json]] = {
    "scaled_float": {"scaling_factor": 10},
    "constant_keyword": {"value": "x"},
    "token_count": {"analyzer": "standard"},
    "join": {"relations": {"p": "c"}},
}
#: Types whose fields are made good with no parameter but those.
PLAIN = tuple(sorted(set(TYPES) - {"alias", "percolator", "object", "nested"}))
VALUES: tuple[Json, ...] = (
    *(
        "x",
        "",
        "quick fox",
        "5",
        "1.5",
        "true",
        "2024-01-01",
        "192.168.0.1",
        "::1",
        "1,2",
        "POINT (1 2)",
        "aGk=",
        "1.2.3",
    ),
    *(0, 1, -1, 5, 127, 128, 40000, 3_000_000_000, 2**63, 10**30, 1.5, -0.0, 1e300, 1e-320, 1704067200000),
    *(True, False, None, [], {}, [None], [[]], [{}], ["a", "b"], [1, 2], [1.5, "2"], [[1, 2], [3]], [None, 1]),
    *({"a": 1}, {"a": {"b": "c"}}, {"lat": 1, "lon": 2}, {"lat": 1}, {"gte": 1, "lte": 5}, {"gt": "2024", "lt": 5}),
    *({"gte": 5, "lte": 1}, {"nope": 1}, {"input": ["a b", "c"], "weight": 3}, {"input": 5}, {"name": "p"}, "p"),
    *({"type": "Point", "coordinates": [1, 2]}, {"type": "nope"}, {"k": 1.5, "l": 2}, {"gte": "::1"}, "10.0.0.0/8"),
    *("2024-01-01T00:00:00.123456789Z", "NaN", "Infinity", " 5 ", "5e3", "0x10", "1_000", "ä", "x" * 40),
)


def definition(random: Random, kind: str, chance: float) -> dict[str, Json]:
    parameters = TYPES[kind]
    drawn = {name: some(random, values) for name, values in parameters.items() if random.random() < chance}
    if random.random() < 0.05:
        drawn[some(random, ("nope", "fields", "copy_to", "boost", "type", "index"))] = some(random, VALUES)
    return {"type": kind, **NEEDED.get(kind, {}), **drawn}


def _mapping(random: Random, kinds: dict[str, str]) -> Json:
    """A field, new or of before; most are good but for one parameter."""
    name = some(random, [*kinds, "n0", "n1", "o.n2"])
    kind = kinds[name] if name in kinds and random.random() < 0.7 else some(random, sorted(TYPES))
    return {"properties": {name: definition(random, kind, some(random, (0.1, 0.2, 0.4)))}}


def _query(random: Random, field: str) -> Json:
    value = some(random, [value for value in VALUES if not isinstance(value, dict | list)])
    kind = some(random, ("exists", "term", "terms", "range", "match", "prefix", "wildcard", "fuzzy", "match_phrase"))
    if kind == "exists":
        return {"exists": {"field": field}}
    if kind == "terms":
        return {"terms": {field: [value, some(random, VALUES)]}}
    if kind == "range":
        return {
            "range": {field: {some(random, ("gt", "gte")): value, some(random, ("lt", "lte")): some(random, VALUES)}}
        }
    return {kind: {field: value}}


def _search(random: Random, field: str) -> Json:
    body: dict[str, Json] = {"size": 20}
    chance = random.random()
    if chance < 0.5:
        return {**body, "query": _query(random, field), "_source": False}
    if chance < 0.6:
        return {**body, "fields": [some(random, (field, "*", {"field": field, "format": "yyyy"}))]}
    if chance < 0.7:
        return {**body, "docvalue_fields": [field]}
    if chance < 0.8:
        return {**body, "stored_fields": [some(random, (field, "*"))]}
    if chance < 0.9:
        return {**body, "_source": False, "sort": [{field: some(random, ("asc", "desc", {"missing": "_first"}))}]}
    kind = some(random, ("terms", "value_count", "cardinality", "missing", "min", "stats"))
    return {"size": 0, "aggs": {"a": {kind: {"field": field}}}}


def requests(random: Random, name: str) -> Iterator[ConsoleRequest]:
    """An index of some types, its mapping changed, documents of all kinds of values, and questions."""

    def ask(method: str, path: str, body: Json = None) -> ConsoleRequest:
        return ConsoleRequest(method, f"/{name}{path}", b"" if body is None else json.dumps(body).encode())

    kinds = {f"f{i}": some(random, PLAIN) for i in range(3)}
    properties = {field: {"type": kind, **NEEDED.get(kind, {})} for field, kind in kinds.items()}
    yield ask("PUT", "", {"settings": {"number_of_replicas": 0}, "mappings": {"properties": properties}})
    for _ in range(random.randint(0, 8)):
        yield ask("PUT", "/_mapping", _mapping(random, kinds))
    yield ask("GET", "/_mapping")
    yield ask("GET", "/_mapping/field/*?include_defaults=true")
    for i in range(random.randint(4, 20)):
        document = {field: some(random, VALUES) for field in kinds if random.random() < 0.5}
        yield ask("PUT", f"/_doc/{i}", document)
    yield ask("POST", "/_refresh")
    for _ in range(20):
        yield ask("POST", "/_search", _search(random, some(random, list(kinds))))
    yield ask("GET", "/_field_caps?fields=*")
    yield ask("GET", "/_mapping")
