"""The other ways to search: several indices at once, whose mappings differ, by every endpoint and its parameters."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from random import Random
from urllib.parse import urlencode

from fakeknn.contract.console import ConsoleRequest

from .draw import Json, bulk, some

WORDS = ("fox", "dog", "quick", "lazy", "brown", "the", "red")
KEYS = ("a", "b", "c")

#: What the two indices have in common by name, and not by type.
MAPPINGS: tuple[Json, Json] = (
    {
        "t": {"type": "text", "term_vector": "with_positions_offsets"},
        "k": {"type": "keyword"},
        "n": {"type": "integer"},
        "f": {"type": "float"},
        "d": {"type": "date"},
        "x": {"type": "keyword"},
        "only": {"type": "keyword"},
        "r": {"type": "integer_range"},
        "b": {"type": "boolean"},
        "al": {"type": "alias", "path": "k"},
        "o": {"properties": {"k": {"type": "keyword"}, "t": {"type": "text"}}},
    },
    {
        "t": {"type": "text", "analyzer": "english"},
        "k": {"type": "keyword", "doc_values": False},
        "n": {"type": "long"},
        "f": {"type": "double"},
        "d": {"type": "date_nanos"},
        "x": {"type": "long"},
        "b": {"type": "keyword"},
        "o": {"type": "nested", "properties": {"k": {"type": "keyword"}, "t": {"type": "text"}}},
    },
)
FIELDS = ("t", "k", "n", "f", "d", "x", "only", "b", "al", "o.k", "o.t", "none", "_id", "_index")


def _words(random: Random, most: int = 4) -> str:
    return " ".join(some(random, WORDS) for _ in range(random.randint(1, most)))


def document(random: Random, second: bool) -> dict[str, Json]:
    makers: dict[str, Callable[[], Json]] = {
        "t": lambda: _words(random, 6),
        "k": lambda: some(random, KEYS),
        "n": lambda: random.randint(-3, 9),
        "f": lambda: random.choice((0.5, 1.25, 3)),
        "d": lambda: f"2024-0{random.randint(1, 9)}-03",
        "x": lambda: random.randint(0, 5) if second else some(random, KEYS),
        "b": lambda: random.random() < 0.5,
        "o": lambda: {"k": some(random, KEYS), "t": _words(random, 3)},
    }
    found = {name: make() for name, make in makers.items() if random.random() < 0.75}
    if not second and random.random() < 0.5:
        found |= {"only": some(random, KEYS), "r": {"gte": random.randint(0, 5), "lt": 9}}
    return found


def query(random: Random) -> Json:
    return some(
        random,
        (
            {"match": {"t": _words(random, 2)}},
            {"match_all": {}},
            {"term": {"k": {"value": some(random, KEYS), "_name": "k"}}},
            {"terms": {"x": ["a", 1]}},
            {"range": {"n": {"gte": random.randint(-3, 5)}}},
            {"range": {"d": {"gte": "2024-03-01"}}},
            {"exists": {"field": some(random, FIELDS)}},
            {"term": {"_index": f"drawn-ways-{some(random, 'ab')}"}},
            {"bool": {"must": [{"match": {"t": _words(random, 2)}}], "filter": [{"exists": {"field": "n"}}]}},
            {"query_string": {"query": some(random, ("fox AND dog", "k:a", "n:>2", "x:1", "fo*", "_index:*b"))}},
            {"multi_match": {"query": "fox 3", "fields": ["t", "n", "k"], "lenient": True}},
            {"match_phrase_prefix": {"t": "quick f"}},
            {"nested": {"path": "o", "query": {"match_all": {}}, "ignore_unmapped": random.random() < 0.5}},
            {"wildcard": {"k": "*"}},
            {"more_like_this": {"like": {"_id": "1"}, "fields": ["t"], "min_term_freq": 1, "min_doc_freq": 1}},
            {"function_score": {"field_value_factor": {"field": "n", "missing": 1, "modifier": "square"}}},
            {
                "script_score": {
                    "query": {"match_all": {}},
                    "script": {"source": "doc['f'].size() == 0 ? 1 : doc['f'].value"},
                }
            },
            {"terms": {"k": {"index": "drawn-ways-a", "id": "1", "path": "k"}}},
            {"dis_max": {"queries": [{"term": {"k": "a"}}, {"match": {"t": "fox"}}], "tie_breaker": 0.5}},
        ),
    )


def _sort(random: Random) -> Json:
    name = some(random, ("n", "f", "d", "x", "only", "k", "b", "_score", "_doc", "_id", "none", "al"))
    if random.random() < 0.5:
        return name
    body: dict[str, Json] = {"order": some(random, ("asc", "desc"))}
    if not name.startswith("_"):
        for member, options in (
            ("unmapped_type", ("long", "keyword", "date")),
            ("missing", ("_first", "_last", 3)),
            ("numeric_type", ("long", "double", "date", "date_nanos")),
        ):
            if random.random() < 0.3:
                body[member] = some(random, options)
    return {name: body}


def search(random: Random) -> dict[str, Json]:
    body: dict[str, Json] = {"query": query(random), "_source": some(random, (False, "k", ["n", "x"], True))}
    for member, chance, make in (
        ("sort", 0.35, lambda: [_sort(random) for _ in range(random.choice((1, 1, 2)))]),
        ("size", 0.3, lambda: random.choice((0, 1, 3, 30))),
        ("from", 0.1, lambda: random.randint(0, 3)),
        ("explain", 0.08, lambda: True),
        ("fields", 0.15, lambda: [some(random, (*FIELDS, "*", "o.*"))]),
        ("docvalue_fields", 0.1, lambda: [some(random, FIELDS)]),
        ("stored_fields", 0.05, lambda: some(random, ("_none_", ["k"], "*"))),
        ("aggs", 0.1, lambda: {"x": {"terms": {"field": some(random, FIELDS)}}}),
        ("collapse", 0.06, lambda: {"field": some(random, ("k", "n", "x", "b"))}),
        ("indices_boost", 0.12, lambda: _boosts(random)),
        ("post_filter", 0.06, lambda: query(random)),
        ("rescore", 0.05, lambda: {"window_size": 5, "query": {"rescore_query": query(random)}}),
        ("highlight", 0.06, lambda: {"fields": {"t": {}}}),
        ("track_total_hits", 0.06, lambda: some(random, (True, False, 2))),
        ("version", 0.05, lambda: True),
        ("min_score", 0.05, lambda: 0.4),
        ("script_fields", 0.05, lambda: {"s": {"script": "doc['n'].size()"}}),
        ("suggest", 0.05, lambda: {"s": {"text": "foz", "term": {"field": "t"}}}),
        ("timeout", 0.03, lambda: "10s"),
        ("stats", 0.03, lambda: ["g"]),
    ):
        if random.random() < chance:
            body[member] = make()  # type: ignore[no-untyped-call]
    return body


def _boosts(random: Random) -> Json:
    names = ("drawn-ways-a", "drawn-ways-b", "drawn-ways-*", "both", "none", "x*")
    if random.random() < 0.2:
        return {some(random, names): 2.5}
    return [{some(random, names): random.choice((0, 0.5, 2, 3))} for _ in range(random.randint(1, 2))]


# --- endpoints --------------------------------------------------------------------------------------------------------

TARGETS = (
    *("drawn-ways-a", "drawn-ways-b", "drawn-ways-a,drawn-ways-b", "drawn-ways-*", "both", "filtered", "none"),
    *("drawn-ways-a,none", "none*", "drawn-ways-*,-drawn-ways-b", "filtered,drawn-ways-b"),
)
OPTIONS = (
    *(("ignore_unavailable", "true"), ("allow_no_indices", "false"), ("expand_wildcards", "all"), ("routing", "1")),
    *(("preference", "_local"), ("preference", "x"), ("ignore_throttled", "true"), ("expand_wildcards", "none")),
)
URI = (
    *(("q", "fox"), ("q", "k:a AND n:>0"), ("df", "t"), ("default_operator", "AND"), ("analyzer", "english")),
    *(
        ("analyze_wildcard", "true"),
        ("lenient", "true"),
        ("sort", "n:desc"),
        ("sort", "k"),
        ("size", "2"),
        ("from", "1"),
    ),
    *(("_source", "k"), ("_source_includes", "n"), ("_source_excludes", "t"), ("stored_fields", "_none_")),
    *(("docvalue_fields", "n"), ("track_scores", "true"), ("track_total_hits", "2"), ("explain", "true")),
    *(("version", "true"), ("seq_no_primary_term", "true"), ("terminate_after", "1"), ("typed_keys", "true")),
    *(("search_type", "dfs_query_then_fetch"), ("rest_total_hits_as_int", "true"), ("batched_reduce_size", "2")),
    *(("ccs_minimize_roundtrips", "false"), ("request_cache", "true"), ("suggest_field", "t"), ("suggest_text", "foz")),
    *(
        ("include_named_queries_score", "true"),
        ("phase_took", "true"),
        ("timeout", "1s"),
        ("pre_filter_shard_size", "1"),
    ),
)


def _address(random: Random, kind: str, more: tuple[tuple[str, str], ...] = (), chance: float = 0.5) -> str:
    parameters: dict[str, str] = {}
    if random.random() < chance:
        parameters = dict(random.sample((*OPTIONS, *more), random.randint(1, 3)))
    asked = f"?{urlencode(parameters)}" if parameters else ""
    return f"/{some(random, TARGETS)}/{kind}{asked}"


def _json(method: str, path: str, body: Json = None) -> ConsoleRequest:
    return ConsoleRequest(method, path, b"" if body is None else json.dumps(body).encode())


def _lines(path: str, lines: list[Json]) -> ConsoleRequest:
    return ConsoleRequest("GET", path, "".join(json.dumps(line) + "\n" for line in lines).encode())


HEAD: tuple[tuple[str, Json], ...] = (
    *(("search_type", "dfs_query_then_fetch"), ("preference", "_local"), ("routing", "1")),
    *(("ignore_unavailable", True), ("allow_partial_search_results", False), ("nonsense", 1)),
)


def _msearch(random: Random) -> ConsoleRequest:
    lines: list[Json] = []
    for _ in range(random.randint(1, 3)):
        head: dict[str, Json] = {}
        if random.random() < 0.8:
            head["index"] = some(random, TARGETS) if random.random() < 0.8 else ["drawn-ways-a", "drawn-ways-b"]
        head |= {name: value for name, value in HEAD if random.random() < 0.08}
        lines += [head, search(random)]
    more = (
        "typed_keys=true",
        "rest_total_hits_as_int=true",
        "max_concurrent_searches=2",
        "typed_keys=x",
        "search_type=x",
    )
    asked = f"?{some(random, more)}" if random.random() < 0.25 else ""
    return _lines(f"{some(random, ('', '/drawn-ways-a'))}/_msearch{asked}", lines)


def _template(random: Random) -> Json:
    source = some(
        random,
        (
            {"query": {"match": {"t": "{{words}}"}}, "size": "{{size}}{{^size}}2{{/size}}"},
            '{"query": {"terms": {"k": {{#toJson}}keys{{/toJson}} }}, "_source": false}',
            {"query": {"match_all": {}}, "from": "{{from}}"},
            '{"query": {"bool": {"must": [{{#on}}{"term": {"k": "a"}}{{/on}}]}}}',
            {"query": {"term": {"k": "{{#join}}keys{{/join}}"}}},
            '{"query": {{query}} }',
        ),
    )
    params = {"words": "fox dog", "keys": ["a", "b"], "size": 3, "on": True, "from": 1}
    given = {name: params[name] for name in random.sample(sorted(params), random.randint(1, 5))}
    body: dict[str, Json] = {"source": source} if random.random() < 0.8 else {"id": some(random, ("saved", "nosuch"))}
    body["params"] = given
    if random.random() < 0.15:
        body[some(random, ("explain", "profile"))] = random.random() < 0.5
    return body


def _rank_eval(random: Random) -> Json:
    metrics = (
        {"precision": {"k": 3, "relevant_rating_threshold": 1}},
        {"precision": {"ignore_unlabeled": True}},
        {"recall": {"k": 5}},
        {"mean_reciprocal_rank": {"k": 4}},
        {"dcg": {"k": 5, "normalize": True}},
        {"dcg": {}},
        {"expected_reciprocal_rank": {"maximum_relevance": 3, "k": 5}},
    )
    asked = []
    for i in range(random.randint(1, 2)):
        rated = [
            {
                "_index": f"drawn-ways-{some(random, 'ab')}",
                "_id": str(random.randint(1, 8)),
                "rating": random.randint(0, 3),
            }
            for _ in range(random.randint(0, 4))
        ]
        one: dict[str, Json] = {"id": f"r{i}", "ratings": list({(r["_index"], r["_id"]): r for r in rated}.values())}
        if random.random() < 0.8:
            one["request"] = {"query": query(random)}
        else:
            one |= {"template_id": some(random, ("t", "u")), "params": {"w": "fox"}}
        if random.random() < 0.1:
            one["summary_fields"] = ["k"]
        asked.append(one)
    body: dict[str, Json] = {"requests": asked, "metric": some(random, metrics)}
    if random.random() < 0.5:
        body["templates"] = [{"id": "t", "template": {"source": {"query": {"match": {"t": "{{w}}"}}}}}]
    return body


def _term_vectors(random: Random) -> Json:
    body: dict[str, Json] = {}
    for name, options in (
        ("fields", (["t"], ["t", "k"], ["none"], "t", ["o.t"])),
        ("offsets", (True, False)),
        ("positions", (True, False)),
        ("payloads", (True, False)),
        ("term_statistics", (True, False)),
        ("field_statistics", (True, False)),
        ("filter", ({"max_num_terms": 2}, {"min_term_freq": 2}, {"min_doc_freq": 1, "max_word_length": 4})),
        ("per_field_analyzer", ({"t": "whitespace"}, {"t": "nosuch"})),
        ("doc", ({"t": "fox fox dog"}, {"new": "text"})),
    ):
        if random.random() < 0.25:
            body[name] = some(random, options)
    return body


def _other(random: Random) -> ConsoleRequest:
    index = f"drawn-ways-{some(random, 'ab')}"
    found = str(random.randint(1, 12))
    asked = {"query": query(random)}
    flag = some(random, ("", "?realtime=false", "?fields=t,k", "?term_statistics=true", "?routing=1", "?offsets=false"))
    many = {"docs": [{"_id": found, "_index": index, **_term_vectors(random)}, {"_id": "99"}]}
    made: tuple[Callable[[], ConsoleRequest], ...] = (
        lambda: _json("GET", _address(random, "_count", URI[:7]), asked),
        lambda: _json("GET", _address(random, "_count", (*URI[:7], ("terminate_after", "1"), ("min_score", "0.5")), 1)),
        lambda: _json(
            "GET",
            _address(
                random, "_validate/query", (("explain", "true"), ("rewrite", "true"), ("all_shards", "true"), *URI[:7])
            ),
            asked,
        ),
        lambda: _json(
            "GET",
            _address(
                random,
                "_field_caps",
                (("fields", "*"), ("fields", "k,n,x"), ("include_unmapped", "true"), ("fields", "o*")),
                1,
            ),
        ),
        lambda: _json(
            "POST",
            _address(random, "_field_caps", (("fields", "*"), ("include_unmapped", "true"))),
            {"index_filter": query(random)},
        ),
        lambda: _json(
            "GET",
            f"/{index}/_explain/{found}"
            + some(
                random,
                (
                    "",
                    "?_source=true",
                    "?q=fox",
                    "?stored_fields=k",
                    "?routing=1",
                    "?_source_includes=k",
                    "?lenient=true",
                ),
            ),
            some(random, (asked, asked, None)),
        ),
        lambda: _json("GET", f"/{index}/_termvectors/{found}{flag}", some(random, (_term_vectors(random), None))),
        lambda: _json("POST", f"/{index}/_termvectors{flag}", _term_vectors(random)),
        lambda: _json(
            "POST",
            some(random, ("/_mtermvectors", f"/{index}/_mtermvectors")) + flag,
            many if random.random() < 0.7 else {"ids": [found, "99"], "parameters": _term_vectors(random)},
        ),
        lambda: _json("POST", _address(random, "_rank_eval"), _rank_eval(random)),
        lambda: _json("GET", _address(random, "_search/template", URI[17:24]), _template(random)),
        lambda: _json("POST", "/_render/template" + some(random, ("", "", "/saved")), _template(random)),
        lambda: _lines(
            some(random, ("/_msearch/template", "/drawn-ways-a/_msearch/template")),
            [{"index": some(random, TARGETS)}, _template(random), {}, _template(random)],
        ),
        lambda: _json("GET", _address(random, "_search_shards", (("routing", ""), ("routing", "1,2")))),
    )
    return some(random, made)()


def _asked(random: Random) -> ConsoleRequest:
    chance = random.random()
    if chance < 0.4:
        return _json("POST", _address(random, "_search", URI, 0.45), search(random))
    if chance < 0.48:
        return _json("GET", _address(random, "_search", URI, 1))
    if chance < 0.58:
        return _msearch(random)
    return _other(random)


def requests(
    random: Random, name: str, spoiled: Callable[[Random, ConsoleRequest], ConsoleRequest]
) -> Iterator[ConsoleRequest]:
    """Two indices, aliases of them, a template; and what they are asked."""
    for second, letter in enumerate("ab"):
        settings = {"number_of_shards": random.choice((1, 1, 2)), "number_of_replicas": 0, "refresh_interval": "-1"}
        aliases: dict[str, Json] = {"both": {}}
        if not second:
            aliases["filtered"] = {"filter": {"term": {"k": "a"}}}
        created = {"settings": settings, "aliases": aliases, "mappings": {"properties": MAPPINGS[second]}}
        yield _json("PUT", f"/{name}-{letter}", created)
        documents = {str(i): document(random, bool(second)) for i in range(1, random.randint(4, 12))}
        yield ConsoleRequest("POST", "/_bulk?refresh=true", bulk(documents, f"{name}-{letter}"))
    saved = {"script": {"lang": "mustache", "source": {"query": {"match": {"t": "{{words}}"}}, "_source": False}}}
    yield _json("PUT", "/_scripts/saved", saved)
    for _ in range(56):
        yield spoiled(random, _asked(random))
