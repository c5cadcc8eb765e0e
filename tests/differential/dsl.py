"""The whole Query DSL over texts and terms, drawn at random: indices with every kind of analyzed and plain field, and
every query kind with every member that it takes.
"""

from __future__ import annotations

import base64
import json
from random import Random

from .draw import DATES, NUMBERS, WORDS, Drawer, Drawn, Json, some

VOCABULARY = (
    *("red", "blue", "green", "quick", "brown", "fox", "foxes", "jumping", "jumps", "lazy", "dog", "dogs", "the", "a"),
    *("wi-fi", "WiFi", "usa", "don't", "O'Neil's", "5", "2024", "café", "Ünï", "run", "running", "bluer", "reds"),
)

ANALYSIS: Json = {
    "analyzer": {
        "synonyms": {"tokenizer": "standard", "filter": ["lowercase", "syns"]},
        "graph": {"tokenizer": "standard", "filter": ["lowercase", "graph_syns"]},
        "grams": {"tokenizer": "standard", "filter": ["lowercase", "grams"]},
        "shingled": {"tokenizer": "standard", "filter": ["lowercase", "shingle"]},
        "parts": {"tokenizer": "whitespace", "filter": ["word_delimiter_graph", "lowercase"]},
    },
    "filter": {
        "syns": {"type": "synonym", "synonyms": ["quick, fast", "fox => foxes, vixen"]},
        "graph_syns": {"type": "synonym_graph", "synonyms": ["usa, united states", "lazy dog, sleeper", "red"]},
        "grams": {"type": "edge_ngram", "min_gram": 1, "max_gram": 4},
    },
    "normalizer": {"low": {"type": "custom", "filter": ["lowercase", "asciifolding"]}},
}

_TEXTS: tuple[Json, ...] = (
    {},
    {},
    {"analyzer": "english"},
    {"analyzer": "whitespace"},
    {"analyzer": "synonyms"},
    {"analyzer": "graph"},
    {"analyzer": "standard", "search_analyzer": "graph"},
    {"analyzer": "grams", "search_analyzer": "standard"},
    {"analyzer": "shingled"},
    {"analyzer": "parts"},
    {"analyzer": "stop"},
    {"index_options": "docs"},
    {"index_options": "freqs"},
    {"index_options": "offsets", "norms": False},
    {"norms": False},
    {"similarity": "boolean"},
    {"position_increment_gap": 0},
    {"index_prefixes": {}},
    {"index_phrases": True},
    {"fielddata": True},
    {"index": False},
)

_PLAIN: tuple[Json, ...] = (
    {"type": "keyword"},
    {"type": "keyword"},
    {"type": "keyword", "normalizer": "low"},
    {"type": "keyword", "ignore_above": 6},
    {"type": "keyword", "norms": True, "index_options": "freqs"},
    {"type": "keyword", "split_queries_on_whitespace": True},
    {"type": "keyword", "doc_values": False},
    {"type": "keyword", "index": False},
    {"type": "wildcard"},
    {"type": "match_only_text"},
    {"type": "search_as_you_type"},
    {"type": "search_as_you_type", "max_shingle_size": 4},
    {"type": "constant_keyword", "value": "red"},
    {"type": "flat_object"},
    {"type": "token_count", "analyzer": "standard"},
    {"type": "ip"},
    {"type": "integer"},
    {"type": "long"},
    {"type": "double"},
    {"type": "float"},
    {"type": "half_float"},
    {"type": "short", "index": False},
    {"type": "byte"},
    {"type": "unsigned_long"},
    {"type": "scaled_float", "scaling_factor": 10},
    {"type": "boolean"},
    {"type": "date"},
    {"type": "date", "format": "yyyy-MM-dd||epoch_millis"},
    {"type": "date_nanos"},
    {"type": "integer_range"},
    {"type": "double_range"},
    {"type": "date_range"},
    {"type": "ip_range"},
    {"type": "rank_feature"},
    {"type": "rank_features"},
    {"type": "binary"},
    {"type": "geo_point"},
)

NUMERIC = ("integer", "long", "short", "byte", "double", "float", "half_float", "unsigned_long", "scaled_float")
TEXTS = ("text", "match_only_text", "search_as_you_type")
STRINGS = ("keyword", "wildcard", "constant_keyword", "flat_object")


def index(random: Random, name: str) -> Drawn:
    """An index of texts, and a few fields of other kinds."""
    properties: dict[str, Json] = {}
    for i in range(random.randint(1, 3)):
        properties[f"t{i}"] = {"type": "text", **some(random, _TEXTS)}
    if random.random() < 0.3:
        properties["t0"]["fields"] = {"raw": {"type": "keyword"}, "en": {"type": "text", "analyzer": "english"}}
    for i, definition in enumerate(random.sample(_PLAIN, random.randint(2, 5))):
        properties[f"{definition['type'][0]}{i}"] = definition
    if random.random() < 0.3:
        properties["o"] = {"properties": {"k": {"type": "keyword"}, "t": {"type": "text"}}}
    if random.random() < 0.15:
        properties["al"] = {"type": "alias", "path": "t0"}
    if random.random() < 0.2:
        properties["ne"] = {
            "type": "nested",
            "properties": {"k": {"type": "keyword"}, "t": {"type": "text"}, "n": {"type": "integer"}},
        }
    settings: dict[str, Json] = {"number_of_replicas": 0, "refresh_interval": "-1", "analysis": ANALYSIS}
    settings["number_of_shards"] = some(random, (1, 1, 1, 2))
    if random.random() < 0.1:
        settings["index.query.default_field"] = some(random, (["t0"], ["t*"], ["t0^2", "k*"], "nosuch"))
    drawn = Drawn(name, {"settings": settings, "mappings": {"properties": properties}})
    for key, definition in properties.items():
        inner = definition.get("properties")
        if inner is None:
            drawn.fields[key] = definition
            drawn.fields.update({f"{key}.{sub}": d for sub, d in definition.get("fields", {}).items()})
            if definition["type"] == "search_as_you_type":
                drawn.fields.update({f"{key}.{sub}": {"type": "shingles"} for sub in ("_2gram", "_3gram")})
                drawn.fields[f"{key}._index_prefix"] = {"type": "shingles"}
        else:
            drawn.fields.update({f"{key}.{sub}": d for sub, d in inner.items()})
    return drawn


def words(random: Random, low: int = 1, high: int = 6) -> str:
    return " ".join(some(random, VOCABULARY) for _ in range(random.randint(low, high)))


_VALUES: dict[str, tuple[Json, ...]] = {
    "ip": ("10.0.0.1", "10.0.0.200", "::1", "2001:db8::1", "192.168.1.1"),
    "boolean": (True, False, "true", "false", ""),
    "date": ("2024-01-01", "2024-02-29", "2023-12-31", 1704067200000, "2024-06-01"),
    "date_nanos": ("2024-01-01T00:00:00.123456789Z", "2024-02-29", 1704067200000),
    "unsigned_long": (0, 1, 5, 18446744073709551615, "7"),
    "rank_feature": (1, 0.5, 10, 3.25),
    "rank_features": ({"a": 1.5, "b": 2}, {"a": 10}),
    "integer_range": ({"gte": 1, "lt": 5}, {"gt": 2, "lte": 10}, {"gte": 3}),
    "double_range": ({"gte": 1.5, "lt": 5}, {"lte": 2.5}),
    "date_range": ({"gte": "2024-01-01", "lt": "2024-02-01"}, {"gte": "2023"}),
    "ip_range": ("10.0.0.0/24", {"gte": "10.0.0.1", "lte": "10.0.0.9"}),
    "binary": ("AQID", "U29tZQ=="),
    "geo_point": ({"lat": 1, "lon": 2}, "10,20", [5.5, 6.5]),
    "flat_object": ({"a": "red", "b": {"c": "blue", "d": 5}}, {"a": ["red", "fox"]}, {"x.y": "quick brown"}),
    "constant_keyword": ("red",),
    "byte": NUMBERS[:7],
    "short": NUMBERS[:9],
    **dict.fromkeys(("integer", "long", "double", "float", "half_float", "scaled_float"), NUMBERS),
}


def _value(random: Random, definition: Json) -> Json:
    kind = definition["type"]
    if kind == "date" and "format" in definition:
        return some(random, ("2024-01-01", "2024-02-29", 1704067200000))
    if kind in _VALUES:
        return some(random, _VALUES[kind])
    if kind in ("text", "match_only_text", "search_as_you_type", "token_count"):
        return words(random)
    return words(random, 1, 2) if random.random() < 0.5 else some(random, WORDS)


_SINGLE = ("rank_feature", "rank_features", "constant_keyword", "flat_object", "geo_point", "ip_range", "binary")


def document(random: Random, drawn: Drawn) -> dict[str, Json]:
    """A document that fits the index."""
    found: dict[str, Json] = {}
    for name, definition in drawn.fields.items():
        top, dot, _ = name.partition(".")
        if random.random() < 0.2 or definition["type"] == "shingles" or definition["type"] == "alias":
            continue
        if (dot and top in drawn.fields) or top == "ne":
            continue
        if random.random() < 0.2 and definition["type"] not in _SINGLE and not definition["type"].endswith("_range"):
            found[name] = [_value(random, definition) for _ in range(random.randint(0, 3))]
        else:
            found[name] = _value(random, definition)
    if "ne.k" in drawn.fields:
        found["ne"] = [
            {"k": some(random, VOCABULARY), "t": words(random, 1, 4), "n": random.randint(0, 5)}
            for _ in range(random.randint(0, 3))
        ]
    return found


# --- what is asked ----------------------------------------------------------------------------------------------------

_SHOULD_MATCH: tuple[Json, ...] = (1, 2, 0, -1, 3, "1", "50%", "-25%", "75%", "2<50%", "1<-1 3<50%", "100%", "x", "")
_FUZZINESS: tuple[Json, ...] = (0, 1, 2, "AUTO", "AUTO:2,4", "auto", "0", "1.0", 3, "AUTO:", "x", 1.5)
_REWRITES = (
    *("constant_score", "scoring_boolean", "constant_score_boolean", "top_terms_2", "top_terms_boost_2"),
    *("top_terms_blended_freqs_2", "nosuch", "top_terms_x"),
)
_ANALYZERS = ("standard", "english", "whitespace", "keyword", "graph", "synonyms", "nosuch", "stop")
_REGEXPS = (
    *("[a-z]+", "(red|blue)", ".{3}", "[^x]*", "r.?d", "@", "~red", "a&b", "<1-5>", "re+d?", "#", '"a.b"', "re{1,2}d"),
    *("[a-c-]", "fo(x", "x**", "f.*x&.o.", "~(.*o.*)", "<2000-2030>", "\\d+", "\\w*", ".", "", "f[o-o]x", "[^a-f].*"),
)


def field(random: Random, drawn: Drawn, *types: str) -> str:
    fitting = drawn.of(*types) if types else sorted(drawn.fields)
    if random.random() < 0.04:
        return some(random, ("nosuch", "_id", "o", "nosuch.field", "_index", "ne", "_all", "*", ""))
    if random.random() < 0.12 or not fitting:
        return some(random, sorted(drawn.fields))
    return some(random, fitting)


def told(random: Random, body: dict[str, Json], **members: tuple[Json, ...]) -> dict[str, Json]:
    """Some of the members that a query takes, each from what is offered for it; sometimes a boost and a name."""
    for name, options in members.items():
        if random.random() < 0.22:
            body[name] = some(random, options)
    if random.random() < 0.12:
        body["boost"] = some(random, (2, 0.5, 0, 1.0, "3", 1.7, -1))
    if random.random() < 0.06:
        body["_name"] = some(random, ("a", "b"))
    items = list(body.items())
    random.shuffle(items)
    return dict(items)


def _text(random: Random, drawn: Drawn, name: str, low: int = 1, high: int = 3) -> Json:
    if random.random() < 0.1:
        return drawn.value_of(random, name)
    return words(random, low, high)


def _shown(random: Random, drawn: Drawn, name: str) -> Json:
    kind = drawn.fields.get(name, {}).get("type")
    if kind in _VALUES and random.random() < 0.8:
        found = some(random, _VALUES[kind])
        return found if not isinstance(found, (dict, list)) else some(random, (5, "red", "2024-01-01", "10.0.0.5"))
    return some(random, VOCABULARY)


_MATCH: dict[str, tuple[Json, ...]] = {
    "operator": ("and", "or", "AND", "OR", "xor"),
    "minimum_should_match": _SHOULD_MATCH,
    "fuzziness": _FUZZINESS,
    "prefix_length": (0, 1, 2, -1),
    "max_expansions": (1, 2, 50, 0),
    "fuzzy_transpositions": (True, False),
    "zero_terms_query": ("all", "none", "ALL", "x"),
    "lenient": (True, False),
    "analyzer": _ANALYZERS,
    "auto_generate_synonyms_phrase_query": (True, False),
    "fuzzy_rewrite": _REWRITES,
}


def _picked(random: Random, members: dict[str, tuple[Json, ...]], *names: str) -> dict[str, tuple[Json, ...]]:
    return {name: members[name] for name in random.sample(names, min(len(names), 3))}


def _match(random: Random, drawn: Drawn) -> Json:
    name = field(random, drawn, *TEXTS, *STRINGS, "shingles")
    text = _text(random, drawn, name)
    if random.random() < 0.2:
        return {"match": {name: text}}
    return {"match": {name: told(random, {"query": text}, **_picked(random, _MATCH, *_MATCH))}}


def _phrase(random: Random, drawn: Drawn) -> Json:
    kind = some(random, ("match_phrase", "match_phrase_prefix"))
    name = field(random, drawn, *TEXTS, "text", "shingles")
    text = _text(random, drawn, name, 1, 4)
    if random.random() < 0.3 and text:
        text = str(text)[:-1]
    if random.random() < 0.3:
        return {kind: {name: text}}
    more: dict[str, tuple[Json, ...]] = {"max_expansions": (1, 2, 50, 0)} if kind == "match_phrase_prefix" else {}
    slops = (0, 1, 2, 10, -1)
    zero = ("all", "none")
    return {kind: {name: told(random, {"query": text}, slop=slops, analyzer=_ANALYZERS, zero_terms_query=zero, **more)}}


def _match_bool_prefix(random: Random, drawn: Drawn) -> Json:
    name = field(random, drawn, *TEXTS, "shingles", "keyword")
    text = str(_text(random, drawn, name, 1, 4))
    text = text[: random.randint(1, len(text))] if text else text
    if random.random() < 0.3:
        return {"match_bool_prefix": {name: text}}
    names = ("operator", "minimum_should_match", "fuzziness", "prefix_length", "max_expansions", "analyzer")
    picked = _picked(random, _MATCH, *names, "fuzzy_rewrite", "fuzzy_transpositions")
    return {"match_bool_prefix": {name: told(random, {"query": text}, **picked)}}


def _fields(random: Random, drawn: Drawn) -> Json:
    names = [field(random, drawn, *TEXTS, "keyword", "shingles") for _ in range(random.randint(1, 3))]
    names = [name + some(random, ("", "", "", "^2", "^0.5", "^x")) for name in names]
    if random.random() < 0.2:
        names.append(some(random, ("t*", "*", "nosuch", "*.raw", "o.*", "k*", "t*^3")))
    return names if random.random() < 0.95 else names[0]


def _multi_match(random: Random, drawn: Drawn) -> Json:
    body: dict[str, Json] = {"query": words(random, 1, 3)}
    if random.random() < 0.95:
        body["fields"] = _fields(random, drawn)
    types = ("best_fields", "most_fields", "cross_fields", "phrase", "phrase_prefix", "bool_prefix", "x")
    more = _picked(random, {**_MATCH, "slop": (0, 1, 3), "tie_breaker": (0, 0.3, 1.0)}, *_MATCH, "slop", "tie_breaker")
    if random.random() < 0.75:
        body["type"] = some(random, types)
    return {"multi_match": told(random, body, **more)}


def _combined_fields(random: Random, drawn: Drawn) -> Json:
    body: dict[str, Json] = {"query": words(random, 1, 3), "fields": _fields(random, drawn)}
    names = ("operator", "minimum_should_match", "zero_terms_query", "auto_generate_synonyms_phrase_query")
    return {"combined_fields": told(random, body, **_picked(random, _MATCH, *names))}


_PIECES = (
    *("{w}", "{w}", "{w} {w}", '"{w} {w}"', '"{w} {w}"~2', "{f}:{w}", "{f}:({w} {w})", "+{w}", "-{w}", "({w} OR {w})"),
    *(
        "{w} AND {w}",
        "NOT {w}",
        "{w}*",
        "*{w}",
        "{w}?",
        "{w}~",
        "{w}~1",
        "{w}^2",
        "/{w}.*/",
        "{f}:[a TO m]",
        "{f}:{{1 TO 5]",
    ),
    *(
        "{f}:>3",
        "{f}:<=2024-02-01",
        "_exists_:{f}",
        "*",
        "*:*",
        "{f}:*",
        "{f}:/r.d/",
        "({w})^3",
        "{w} && {w}",
        "{w} || !{w}",
    ),
    *(
        '"{w}',
        "({w}",
        "{w}:",
        "\\{w}",
        "{f}\\*:{w}",
        '{f}:"{w} {w}"',
        "{w} | {w}",
        "-({w} | {w})",
        '"{w} {w}"~',
        "{w}~9",
    ),
    *("{f}:[* TO 5}}", "{f}:[{w} TO *]", "{f}.*:{w}", "{w}^x", "[{w}", "{w}/", '"{w}*"', "{w} AND", "OR {w}", "!", ""),
)


def _written(random: Random, drawn: Drawn) -> str:
    pieces = [some(random, _PIECES) for _ in range(random.randint(1, 3))]
    return " ".join(
        piece.replace("{w}", some(random, VOCABULARY), 1)
        .replace("{w}", some(random, VOCABULARY))
        .replace("{f}", field(random, drawn))
        .replace("{{", "{")
        .replace("}}", "}")
        for piece in pieces
    )


def _query_string(random: Random, drawn: Drawn) -> Json:
    body: dict[str, Json] = {"query": _written(random, drawn)}
    if random.random() < 0.3:
        body["fields"] = _fields(random, drawn)
    members: dict[str, tuple[Json, ...]] = {
        "default_field": ("t0", "*", "nosuch", "t*"),
        "default_operator": ("and", "or", "OR", "x"),
        "allow_leading_wildcard": (True, False),
        "analyze_wildcard": (True, False),
        "lenient": (True, False),
        "fuzziness": _FUZZINESS,
        "fuzzy_prefix_length": (0, 1),
        "fuzzy_max_expansions": (1, 50),
        "fuzzy_transpositions": (True, False),
        "fuzzy_rewrite": _REWRITES,
        "rewrite": _REWRITES,
        "phrase_slop": (0, 2),
        "minimum_should_match": _SHOULD_MATCH,
        "analyzer": _ANALYZERS,
        "quote_analyzer": _ANALYZERS,
        "quote_field_suffix": (".raw", ".en", ".x"),
        "tie_breaker": (0, 0.5),
        "type": ("best_fields", "most_fields", "cross_fields", "phrase", "bool_prefix", "phrase_prefix"),
        "time_zone": ("+01:00", "Europe/Berlin", "x"),
        "enable_position_increments": (True, False),
        "escape": (True, False),
        "auto_generate_synonyms_phrase_query": (True, False),
        "max_determinized_states": (10000, 5),
    }
    picked = {name: members[name] for name in random.sample(sorted(members), 4)}
    return {"query_string": told(random, body, **picked)}


def _simple_query_string(random: Random, drawn: Drawn) -> Json:
    body: dict[str, Json] = {"query": _written(random, drawn)}
    if random.random() < 0.7:
        body["fields"] = _fields(random, drawn)
    members: dict[str, tuple[Json, ...]] = {
        "default_operator": ("and", "or", "x"),
        "flags": ("ALL", "NONE", "AND|OR", "PREFIX|PHRASE", "OR|AND|NOT|SLOP", "FUZZY|NEAR", "x", "", 3, -1),
        "lenient": (True, False),
        "analyze_wildcard": (True, False),
        "analyzer": _ANALYZERS,
        "quote_field_suffix": (".raw", ".en"),
        "minimum_should_match": _SHOULD_MATCH,
        "fuzzy_prefix_length": (0, 1),
        "fuzzy_max_expansions": (1, 50),
        "fuzzy_transpositions": (True, False),
        "auto_generate_synonyms_phrase_query": (True, False),
    }
    picked = {name: members[name] for name in random.sample(sorted(members), 4)}
    return {"simple_query_string": told(random, body, **picked)}


def _term(random: Random, drawn: Drawn) -> Json:
    name = field(random, drawn)
    value = _shown(random, drawn, name)
    if random.random() < 0.5:
        return {"term": {name: value}}
    return {"term": {name: told(random, {"value": value}, case_insensitive=(True, False))}}


def _terms(random: Random, drawn: Drawn) -> Json:
    name = field(random, drawn)
    if random.random() < 0.12:
        lookup: dict[str, Json] = {"index": drawn.name, "path": field(random, drawn)}
        lookup["id"] = some(random, [*drawn.documents, "99"])
        if random.random() < 0.3:
            lookup[some(random, ("routing", "store"))] = some(random, ("a", True, "true"))
        if random.random() < 0.25:
            del lookup["id"]
            lookup["query"] = {"match_all": {}} if random.random() < 0.5 else query(random, drawn, 0)
        return {"terms": told(random, {name: lookup})}
    return {"terms": told(random, {name: [_shown(random, drawn, name) for _ in range(random.randint(0, 4))]})}


def _terms_set(random: Random, drawn: Drawn) -> Json:
    name = field(random, drawn, "keyword", "text")
    body: dict[str, Json] = {"terms": [_shown(random, drawn, name) for _ in range(random.randint(0, 4))]}
    if random.random() < 0.5:
        body["minimum_should_match_field"] = field(random, drawn, *NUMERIC)
    else:
        sources = (
            "1",
            "params.num_terms",
            "Math.min(params.num_terms, 2)",
            "params.x",
            "doc['nosuch'].value",
            "'a'",
            "2;",
        )
        body["minimum_should_match_script"] = {"source": some(random, sources)}
    return {"terms_set": {name: told(random, body)}}


def _range(random: Random, drawn: Drawn) -> Json:
    name = field(random, drawn)
    kind = drawn.fields.get(name, {}).get("type", "")
    body: dict[str, Json] = {}
    for bound in random.sample(("gt", "gte", "lt", "lte", "from", "to"), random.randint(0, 2)):
        body[bound] = _shown(random, drawn, name) if random.random() < 0.95 else None
    more: dict[str, tuple[Json, ...]] = {"include_lower": (True, False), "include_upper": (True, False)}
    if "date" in kind:
        for bound in body:
            if random.random() < 0.6:
                body[bound] = some(random, ("2024-01-15||/M", "2024-01-01||+1M", "2024||/y", "now", *DATES))
        more = {"time_zone": ("+01:00", "UTC", "Europe/Berlin", "x"), "format": ("yyyy-MM-dd", "yyyy", "epoch_millis")}
    if "range" in kind or random.random() < 0.05:
        more = {**more, "relation": ("within", "contains", "intersects", "WITHIN", "disjoint", "x")}
    return {"range": {name: told(random, body, **more)}}


def _exists(random: Random, drawn: Drawn) -> Json:
    return {"exists": told(random, {"field": field(random, drawn)})}


def _ids(random: Random, drawn: Drawn) -> Json:
    known: list[Json] = [*drawn.documents, "99", 3]
    return {"ids": told(random, {"values": [some(random, known) for _ in range(random.randint(0, 3))]})}


def _pattern(random: Random, drawn: Drawn) -> Json:
    kind = some(random, ("prefix", "wildcard", "regexp", "fuzzy", "regexp"))
    name = field(random, drawn, *STRINGS, *TEXTS, "shingles")
    word = some(random, VOCABULARY)
    cut = random.randint(0, len(word))
    more: dict[str, tuple[Json, ...]] = {"rewrite": _REWRITES, "case_insensitive": (True, False)}
    if kind == "prefix":
        value = word[:cut]
    elif kind == "wildcard":
        value = some(random, (word[:cut] + "*", "*" + word[cut:], "?" + word[1:], "*", word[:cut] + "?*", word, "\\*"))
    elif kind == "regexp":
        value = some(random, (word[:cut] + ".*", *_REGEXPS))
        flags = ("ALL", "INTERSECTION|COMPLEMENT", "NONE", "INTERVAL", "ANYSTRING|EMPTY", "AUTOMATON", "x", 1)
        more |= {"flags": flags, "max_determinized_states": (10000, 3), "flags_value": (1, 255)}
    else:
        value = word[:cut] + some(random, ("", "x", "e")) + word[cut + 1 :]
        more = {k: _MATCH[k] for k in ("fuzziness", "prefix_length", "max_expansions")}
        more |= {"rewrite": _REWRITES, "transpositions": (True, False)}
    if random.random() < 0.3:
        return {kind: {name: value}}
    return {kind: {name: told(random, {"value": value}, **more)}}


def _span(random: Random, drawn: Drawn, depth: int = 2, name: str = "") -> Json:
    name = name or field(random, drawn, "text", "text", "match_only_text")
    if random.random() < 0.02:
        return {"match": {name: "red"}}

    def inner() -> Json:
        return _span(random, drawn, depth - 1, name)

    def clauses() -> list[Json]:
        return [inner() for _ in range(random.randint(1, 3))]

    kinds = ("term",) if depth <= 0 else ("term", "near", "or", "not", "first", "containing", "within", "multi", "mask")
    match some(random, kinds):
        case "near":
            parts = clauses()
            if random.random() < 0.15:
                parts.insert(random.randint(0, len(parts)), {"span_gap": {name: random.randint(0, 2)}})
            slops = {"slop": some(random, (0, 1, 5, -1))} if random.random() < 0.9 else {}
            return {"span_near": told(random, {"clauses": parts, **slops}, in_order=(True, False))}
        case "or":
            return {"span_or": told(random, {"clauses": clauses()})}
        case "not":
            body = {"include": inner(), "exclude": inner()}
            return {"span_not": told(random, body, pre=(0, 1), post=(0, 1), dist=(0, 2))}
        case "first":
            return {"span_first": told(random, {"match": inner(), "end": some(random, (0, 1, 2, 3, 10))})}
        case "containing" | "within" as kind:
            return {f"span_{kind}": told(random, {"little": inner(), "big": inner()})}
        case "multi":
            return {"span_multi": told(random, {"match": _pattern(random, drawn)})}
        case "mask":
            return {"field_masking_span": told(random, {"query": inner(), "field": field(random, drawn, "text")})}
        case _:
            if random.random() < 0.5:
                return {"span_term": {name: some(random, VOCABULARY)}}
            return {"span_term": {name: told(random, {"value": some(random, VOCABULARY)})}}


def _source(random: Random, drawn: Drawn, depth: int = 2) -> Json:
    """A source of intervals."""
    kinds = ("match", "match", "prefix", "wildcard", "fuzzy", "regexp")
    kind = some(random, (*kinds, *(("all_of", "any_of", "all_of") if depth > 0 else ())))
    word = some(random, VOCABULARY)
    body: dict[str, Json]
    more: dict[str, tuple[Json, ...]] = {"analyzer": _ANALYZERS, "use_field": drawn_fields(drawn)}
    match kind:
        case "match":
            body = {"query": words(random, 1, 3)}
            more |= {
                "max_gaps": (0, 1, 3, -1),
                "ordered": (True, False),
                "mode": ("ordered", "unordered", "unordered_no_overlap"),
            }
        case "prefix":
            body = {"prefix": word[: random.randint(0, 3)]}
        case "wildcard":
            body = {"pattern": some(random, (word[:2] + "*", "*" + word[2:], "?" + word[1:]))}
            more |= {"max_expansions": (1, 10, 500)}
        case "regexp":
            body = {"pattern": some(random, (word[:2] + ".*", *_REGEXPS))}
            more |= {"flags": ("ALL", "NONE", "INTERVAL"), "max_expansions": (10,), "case_insensitive": (True, False)}
        case "fuzzy":
            body = {"term": word}
            more |= {"prefix_length": (0, 1), "transpositions": (True, False), "fuzziness": _FUZZINESS}
        case _:
            body = {"intervals": [_source(random, drawn, depth - 1) for _ in range(random.randint(1, 3))]}
            more = {}
            if kind == "all_of":
                more = {
                    "max_gaps": (0, 1, 3, -1),
                    "ordered": (True, False),
                    "mode": ("ordered", "unordered_no_overlap"),
                }
    for name, options in more.items():
        if random.random() < 0.15:
            body[name] = some(random, options)
    if random.random() < 0.2 and kind not in kinds[2:]:
        body["filter"] = _interval_filter(random, drawn, depth)
    return {kind: body}


def drawn_fields(drawn: Drawn) -> tuple[str, ...]:
    return tuple(sorted(drawn.fields))


def _interval_filter(random: Random, drawn: Drawn, depth: int) -> Json:
    if random.random() < 0.25:
        sources = (
            "interval.start > 1",
            "interval.end < 5 && interval.gaps == 0",
            "interval.gaps",
            "interval.x",
            "true",
        )
        return {"script": {"source": some(random, sources)}}
    kinds = ("after", "before", "contained_by", "containing", "overlapping")
    kind = some(random, (*kinds, "not_contained_by", "not_containing", "not_overlapping", "x"))
    return {kind: _source(random, drawn, depth - 1)}


def _intervals(random: Random, drawn: Drawn) -> Json:
    return {"intervals": {field(random, drawn, "text", "match_only_text"): told(random, _source(random, drawn))}}


def _more_like_this(random: Random, drawn: Drawn) -> Json:
    like: list[Json] = [words(random, 2, 5)] if random.random() < 0.5 else []
    if not like or random.random() < 0.3:
        like.append(
            {"_id": some(random, [*drawn.documents, "99"])} | ({"_index": drawn.name} if random.random() < 0.5 else {})
        )
    if random.random() < 0.2:
        like.append({"doc": {field(random, drawn, "text"): words(random)}, "_index": drawn.name})
    body: dict[str, Json] = {"like": like if random.random() < 0.8 else like[0]}
    if random.random() < 0.8:
        body["fields"] = [field(random, drawn, "text", "keyword") for _ in range(random.randint(1, 2))]
    body["min_term_freq"] = 1
    body["min_doc_freq"] = some(random, (1, 1, 2))
    members: dict[str, tuple[Json, ...]] = {
        "unlike": (words(random, 1, 2), [{"_id": "1"}]),
        "max_query_terms": (1, 2, 25, 0),
        "max_doc_freq": (1, 5, 100),
        "min_word_length": (0, 3),
        "max_word_length": (0, 4),
        "stop_words": (["the", "a"], "red"),
        "analyzer": _ANALYZERS,
        "minimum_should_match": _SHOULD_MATCH,
        "fail_on_unsupported_field": (True, False),
        "boost_terms": (1, 0, 2.5),
        "include": (True, False),
    }
    return {"more_like_this": told(random, body, **{name: members[name] for name in random.sample(sorted(members), 4)})}


def _distance_feature(random: Random, drawn: Drawn) -> Json:
    name = field(random, drawn, "date", "date_nanos", "geo_point")
    kind = drawn.fields.get(name, {}).get("type")
    origin, pivot = ([1, 2], "100km") if kind == "geo_point" else (some(random, ("2024-01-01", "now/d", 5)), "7d")
    return {"distance_feature": told(random, {"field": name, "origin": origin, "pivot": pivot})}


def _rank_feature(random: Random, drawn: Drawn) -> Json:
    name = field(random, drawn, "rank_feature", "rank_features")
    if drawn.fields.get(name, {}).get("type") == "rank_features":
        name += ".a"
    body: dict[str, Json] = {"field": name}
    functions: tuple[Json, ...] = (
        *({"saturation": {}}, {"saturation": {"pivot": 2}}, {"log": {"scaling_factor": 2}}, {"linear": {}}),
        *({"sigmoid": {"pivot": 2, "exponent": 0.5}}, {"log": {}}, {"x": {}}),
    )
    if random.random() < 0.7:
        body.update(some(random, functions))
    return {"rank_feature": told(random, body)}


def _script(random: Random, drawn: Drawn) -> Json:
    name = field(random, drawn, *NUMERIC, "keyword", "date", "boolean")
    sources = (
        *("true", f"doc['{name}'].size() > 0", f"doc['{name}'].value > params.a", "params.a > 1", "1", "x"),
        f"!doc['{name}'].empty && doc['{name}'].value == params.b",
    )
    script = {"source": some(random, sources), "params": {"a": 2, "b": "red"}}
    if random.random() < 0.5:
        return {"script": told(random, {"script": script})}
    scores = (
        "_score * params.a",
        "1",
        f"doc['{name}'].size()",
        "_score",
        "params.a / (1 + _score)",
        "-1",
        "saturation(_score, 2)",
    )
    body = {"query": query(random, drawn, 0), "script": {**script, "source": some(random, scores)}}
    return {"script_score": told(random, body, min_score=(0.1, 1))}


def _compound(random: Random, drawn: Drawn, depth: int) -> Json:
    def inner() -> Json:
        return query(random, drawn, depth - 1)

    def several() -> Json:
        found = [inner() for _ in range(random.randint(1, 3))]
        return found[0] if len(found) == 1 and random.random() < 0.5 else found

    match some(
        random, ("bool", "bool", "bool", "constant_score", "dis_max", "boosting", "function_score", "nested", "wrapper")
    ):
        case "bool":
            chosen = random.sample(("must", "filter", "should", "must_not"), random.randint(0, 3))
            clauses = {clause: several() for clause in chosen}
            more = {"minimum_should_match": _SHOULD_MATCH, "adjust_pure_negative": (True, False)}
            return {"bool": told(random, clauses, **more)}
        case "constant_score":
            return {"constant_score": told(random, {"filter": inner()})}
        case "dis_max":
            return {"dis_max": told(random, {"queries": several()}, tie_breaker=(0, 0.5, 1.0, "0.7"))}
        case "boosting":
            body = {"positive": inner(), "negative": inner(), "negative_boost": some(random, (0.5, 0, 1, 0.2))}
            return {"boosting": told(random, body)}
        case "function_score":
            return {"function_score": told(random, {"query": inner()}, **_functions(random, drawn))}
        case "nested":
            mode = ("avg", "sum", "min", "max", "none", "x")
            asked = some(random, ({"match": {"ne.t": words(random, 1, 2)}}, {"range": {"ne.n": {"gte": 2}}}, inner()))
            path = some(random, ("ne", "ne", "ne", "o", "nosuch"))
            return {
                "nested": told(random, {"path": path, "query": asked}, score_mode=mode, ignore_unmapped=(True, False))
            }
        case _:
            return {"wrapper": {"query": _encoded(inner())}}


def _encoded(asked: Json) -> str:
    return base64.b64encode(json.dumps(asked).encode()).decode()


def _functions(random: Random, drawn: Drawn) -> dict[str, tuple[Json, ...]]:
    value = {
        "field": field(random, drawn, *NUMERIC),
        "missing": 1,
        "factor": 1.5,
        "modifier": some(random, ("none", "log1p", "sqrt")),
    }
    functions: list[Json] = [
        {"weight": 2},
        {"field_value_factor": value},
        {"weight": 3, "filter": query(random, drawn, 0)},
        {"script_score": {"script": {"source": "_score + 1"}}},
    ]
    return {
        "functions": (random.sample(functions, random.randint(1, 3)),),
        "score_mode": ("multiply", "sum", "avg", "first", "max", "min"),
        "boost_mode": ("multiply", "replace", "sum", "avg", "max", "min"),
        "max_boost": (1, 2.5),
        "min_score": (0.5, 2),
    }


_LEAVES: tuple[Drawer, ...] = (
    *(_match, _match, _phrase, _phrase, _match_bool_prefix, _multi_match, _multi_match, _combined_fields),
    *(_query_string, _query_string, _simple_query_string, _term, _terms, _terms_set, _range, _range, _exists, _ids),
    *(
        _pattern,
        _pattern,
        _span,
        _span,
        _intervals,
        _intervals,
        _more_like_this,
        _distance_feature,
        _rank_feature,
        _script,
    ),
    lambda r, d: {some(r, ("match_all", "match_none")): told(r, {})},
)


def query(random: Random, drawn: Drawn, depth: int = 2) -> Json:
    """A query; ``depth`` bounds how deep compounds nest."""
    if depth > 0 and random.random() < 0.3:
        return _compound(random, drawn, depth)
    return some(random, _LEAVES)(random, drawn)
