"""What is shown or proposed of texts: highlights, suggestions, term vectors."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from random import Random

from fakeknn.contract.console import ConsoleRequest

from .draw import Json, bulk, some

WORDS = (
    *("quick", "brown", "fox", "foxes", "jumps", "lazy", "dog", "dogs", "the", "a", "Quick", "red", "reds", "running"),
    *("fox.", "dog!", "Why?", "e.g.", "wi-fi", "über", "東京", "<b>", "&", "end.\n", "one", "two"),
)
FIELDS = ("t", "v", "o", "s", "e", "k", "w", "t.k", "m")
MAPPING: Json = {
    "t": {"type": "text", "fields": {"k": {"type": "keyword"}, "tri": {"type": "text", "analyzer": "tri"}}},
    "v": {"type": "text", "term_vector": "with_positions_offsets"},
    "o": {"type": "text", "index_options": "offsets"},
    "s": {"type": "text", "store": True, "position_increment_gap": 2},
    "e": {"type": "text", "analyzer": "english", "term_vector": "with_positions_offsets_payloads"},
    "w": {"type": "text", "analyzer": "whitespace", "term_vector": "with_positions"},
    "m": {"type": "match_only_text"},
    "k": {"type": "keyword"},
    "c": {"type": "completion"},
}
SETTINGS: Json = {
    "number_of_replicas": 0,
    "analysis": {
        "analyzer": {"tri": {"tokenizer": "standard", "filter": ["lowercase", "sh"]}},
        "filter": {"sh": {"type": "shingle", "max_shingle_size": 3}},
    },
}


def _words(random: Random, most: int) -> str:
    return " ".join(some(random, WORDS) for _ in range(random.randint(1, most)))


def _text(random: Random) -> Json:
    if random.random() < 0.2:
        return [_words(random, 12) for _ in range(random.randint(1, 3))]
    return _words(random, some(random, (4, 12, 60)))


def document(random: Random) -> dict[str, Json]:
    found = {name: _text(random) for name in ("t", "v", "o", "s", "e", "w", "m") if random.random() < 0.8}
    if random.random() < 0.8:
        found["k"] = some(random, WORDS)
    if random.random() < 0.8:
        found["c"] = some(random, ([_words(random, 2), _words(random, 1)], _words(random, 3)))
        if random.random() < 0.3:
            found["c"] = {"input": found["c"], "weight": random.randint(0, 9)}
    return found


# --- highlights -------------------------------------------------------------------------------------------------------


def query(random: Random, depth: int = 2) -> Json:
    field, word = some(random, FIELDS), some(random, WORDS)
    kinds: list[Callable[[], Json]] = [
        lambda: {"match": {field: _words(random, 3)}},
        lambda: {"match": {field: _words(random, 3)}},
        lambda: {"match_phrase": {field: {"query": _words(random, 3), "slop": random.randint(0, 3)}}},
        lambda: {"match_phrase_prefix": {field: _words(random, 2)}},
        lambda: {"match_bool_prefix": {field: _words(random, 3)}},
        lambda: {"multi_match": {"query": _words(random, 3), "fields": random.sample(FIELDS, 2)}},
        lambda: {"multi_match": {"query": _words(random, 2), "fields": ["t", "v", "o"], "type": "cross_fields"}},
        lambda: {"prefix": {field: word[:2]}},
        lambda: {"wildcard": {field: f"*{word[1:]}"}},
        lambda: {"fuzzy": {field: {"value": word}}},
        lambda: {"regexp": {field: f"{word[:1]}.*"}},
        lambda: {"term": {field: word}},
        lambda: {"terms": {field: [word, some(random, WORDS)]}},
        lambda: {"range": {field: {"gte": "d", "lt": "q"}}},
        lambda: {"query_string": {"query": f"{field}:{word.strip('.!?&<>')} OR foxe~ OR do*"}},
        lambda: {"span_near": {"clauses": [{"span_term": {"v": "quick"}}, {"span_term": {"v": "fox"}}], "slop": 4}},
        lambda: {"intervals": {some(random, ("t", "o")): {"match": {"query": _words(random, 2), "max_gaps": 3}}}},
        lambda: {"match_all": {}},
    ]
    if depth:
        kinds += [
            lambda: {
                "bool": {
                    some(random, ("must", "should", "filter")): [query(random, depth - 1) for _ in range(2)],
                    "must_not": [query(random, 0)] if random.random() < 0.2 else [],
                }
            },
            lambda: {"dis_max": {"queries": [query(random, depth - 1) for _ in range(2)]}},
            lambda: {"constant_score": {"filter": query(random, depth - 1)}},
            lambda: {"boosting": {"positive": query(random, 0), "negative": query(random, 0), "negative_boost": 0.5}},
        ]
    return some(random, kinds)()


def _options(random: Random) -> dict[str, Json]:
    makers: dict[str, Callable[[], Json]] = {
        "type": lambda: some(random, ("unified", "plain", "fvh", "unified", "plain", "nope")),
        "fragment_size": lambda: some(random, (0, 10, 18, 30, 100, -1)),
        "number_of_fragments": lambda: random.randint(0, 4),
        "no_match_size": lambda: some(random, (0, 10, 25)),
        "order": lambda: some(random, ("score", "none")),
        "require_field_match": lambda: random.random() < 0.4,
        "boundary_scanner": lambda: some(random, ("sentence", "word", "chars")),
        "boundary_max_scan": lambda: random.randint(0, 30),
        "fragmenter": lambda: some(random, ("simple", "span")),
        "max_analyzer_offset": lambda: random.randint(1, 60),
        "highlight_query": lambda: query(random, 1),
        "force_source": lambda: random.random() < 0.5,
        "phrase_limit": lambda: random.randint(1, 9),
    }
    chance = some(random, (0.05, 0.2, 0.35))
    return {name: make() for name, make in makers.items() if random.random() < chance}


def highlight(random: Random) -> Json:
    body = _options(random)
    names = random.sample((*FIELDS, "*", "t*", "none"), random.randint(1, 4))
    fields: dict[str, Json] = {name: _options(random) for name in names}
    for options in fields.values():
        if random.random() < 0.1:
            options["matched_fields"] = random.sample(FIELDS, 2)
        if random.random() < 0.05:
            options["fragment_offset"] = random.randint(0, 20)
    body["fields"] = fields if random.random() < 0.8 else [{name: options} for name, options in fields.items()]
    if random.random() < 0.2:
        body |= {"pre_tags": ["[", "{"], "post_tags": ["]"]}
    if random.random() < 0.1:
        body["encoder"] = "html"
    if random.random() < 0.05:
        body["tags_schema"] = "styled"
    return body


# --- suggestions ------------------------------------------------------------------------------------------------------


def _term(random: Random) -> Json:
    makers: dict[str, Callable[[], Json]] = {
        "size": lambda: random.randint(1, 4),
        "sort": lambda: some(random, ("score", "frequency")),
        "suggest_mode": lambda: some(random, ("missing", "popular", "always")),
        "max_edits": lambda: random.randint(1, 2),
        "prefix_length": lambda: random.randint(0, 2),
        "min_word_length": lambda: random.randint(1, 5),
        "min_doc_freq": lambda: some(random, (0, 1, 0.2)),
        "max_term_freq": lambda: some(random, (1, 0.5, 5)),
        "string_distance": lambda: some(
            random, ("internal", "damerau_levenshtein", "levenshtein", "jaro_winkler", "ngram")
        ),
        "analyzer": lambda: some(random, ("standard", "whitespace", "keyword")),
        "shard_size": lambda: random.randint(1, 10),
    }
    options = {name: make() for name, make in makers.items() if random.random() < 0.25}
    return {"field": some(random, ("t", "v", "e", "k", "t.tri", "none")), **options}


def _phrase(random: Random) -> Json:
    makers: dict[str, Callable[[], Json]] = {
        "size": lambda: random.randint(1, 4),
        "confidence": lambda: some(random, (0, 0.5, 1, 2)),
        "max_errors": lambda: some(random, (0.5, 1, 2, 3)),
        "real_word_error_likelihood": lambda: some(random, (0.5, 0.95)),
        "gram_size": lambda: random.randint(1, 3),
        "separator": lambda: some(random, (" ", "_")),
        "token_limit": lambda: random.randint(1, 10),
        "highlight": lambda: {"pre_tag": "<", "post_tag": ">"},
        "direct_generator": lambda: [
            {"field": "t", "suggest_mode": some(random, ("always", "missing")), "min_word_length": 1}
        ],
        "smoothing": lambda: some(
            random,
            (
                {"laplace": {"alpha": 0.7}},
                {"stupid_backoff": {"discount": 0.5}},
                {"linear_interpolation": {"trigram_lambda": 0.5, "bigram_lambda": 0.3, "unigram_lambda": 0.2}},
            ),
        ),
    }
    options = {name: make() for name, make in makers.items() if random.random() < 0.3}
    return {"field": some(random, ("t", "t.tri", "t.tri", "v")), **options}


def _completion(random: Random) -> Json:
    options: dict[str, Json] = {}
    if random.random() < 0.3:
        options["size"] = random.randint(1, 4)
    if random.random() < 0.3:
        options["skip_duplicates"] = True
    if random.random() < 0.3:
        options["fuzzy"] = some(random, (True, {"fuzziness": 1}, {"min_length": 2, "prefix_length": 0}))
    return {"field": some(random, ("c", "c", "c", "t")), **options}


def suggest(random: Random) -> Json:
    body: dict[str, Json] = {}
    if random.random() < 0.3:
        body["text"] = _typed(random)
    for name in ("s1", "s2")[: random.randint(1, 2)]:
        kind, make = some(random, (("term", _term), ("phrase", _phrase), ("completion", _completion)))
        typed = "prefix" if kind == "completion" else "text"
        if kind == "completion" and random.random() < 0.1:
            typed = "regex"
        body[name] = {typed: _typed(random), kind: make(random)}
    return body


def _typed(random: Random) -> str:
    """Words, some of them mistyped."""
    out = []
    for _ in range(random.randint(1, 3)):
        word = some(random, WORDS)
        at = random.randrange(len(word))
        change = random.random()
        if change < 0.25:
            word = word[:at] + word[at + 1 :]
        elif change < 0.5:
            word = word[:at] + "x" + word[at:]
        elif change < 0.6:
            word = word[:at]
        out.append(word)
    return " ".join(out)


# --- term vectors -----------------------------------------------------------------------------------------------------


def _term_vectors(random: Random, name: str) -> ConsoleRequest:
    makers: dict[str, Callable[[], Json]] = {
        "fields": lambda: random.sample((*FIELDS, "*", "none"), 2),
        "offsets": lambda: random.random() < 0.5,
        "positions": lambda: random.random() < 0.5,
        "payloads": lambda: random.random() < 0.5,
        "term_statistics": lambda: random.random() < 0.7,
        "field_statistics": lambda: random.random() < 0.5,
        "per_field_analyzer": lambda: {some(random, FIELDS): some(random, ("keyword", "english", "nope"))},
        "filter": lambda: {
            some(random, ("max_num_terms", "min_term_freq", "max_term_freq", "min_doc_freq", "max_doc_freq")): 2,
            some(random, ("min_word_length", "max_word_length")): 3,
        },
        "routing": lambda: "1",
    }
    chance = some(random, (0.1, 0.3))
    body = {key: make() for key, make in makers.items() if random.random() < chance}
    if random.random() < 0.2:
        return ConsoleRequest("POST", f"/{name}/_termvectors", json.dumps({**body, "doc": document(random)}).encode())
    return ConsoleRequest("POST", f"/{name}/_termvectors/{random.randint(1, 12)}", json.dumps(body).encode())


def requests(
    random: Random, name: str, perhaps_spoiled: Callable[[Random, ConsoleRequest], ConsoleRequest]
) -> Iterator[ConsoleRequest]:
    """An index of texts, and what is shown of them."""
    body = {"settings": SETTINGS, "mappings": {"properties": MAPPING}}
    yield ConsoleRequest("PUT", f"/{name}", json.dumps(body).encode())
    documents = {str(i): document(random) for i in range(1, random.randint(3, 12))}
    yield ConsoleRequest("POST", "/_bulk?refresh=true", bulk(documents, name))
    for _ in range(60):
        chance = random.random()
        if chance < 0.5:
            search = {"query": query(random), "highlight": highlight(random), "_source": False}
            request = ConsoleRequest("POST", f"/{name}/_search", json.dumps(search).encode())
        elif chance < 0.8:
            asked = {"suggest": suggest(random), "size": 0}
            request = ConsoleRequest("POST", f"/{name}/_search", json.dumps(asked).encode())
        else:
            yield _term_vectors(random, name)  # unspoiled: a filter that is no object hangs the real server
            continue
        yield perhaps_spoiled(random, request) if random.random() < 0.3 else request
