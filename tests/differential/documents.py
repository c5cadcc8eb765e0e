"""Everything an application does around the search, drawn at random: documents of every field type, dynamic mappings,
bulks, updates, by-query requests, aliases, templates, settings, pipelines and what the cluster tells of them.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from random import Random

from fakeknn.contract.console import ConsoleRequest

from .draw import DATES, NUMBERS, ODD, WORDS, Json, some
from .spoil import spoiled

#: How many requests an index is sent before a new one is drawn.
ROUND = 60
SPOILED = 0.2

_POINTS = ({"lat": 1, "lon": 2}, "1.5,-2", [2, 1], "u09tvw", {"type": "Point", "coordinates": [1, 2]}, "POINT (1 2)")
_IPS = ("10.0.0.1", "::1", "192.168.1.255", "2001:db8::ff")
_SHAPES = (
    {"type": "Point", "coordinates": [1, 2]},
    "LINESTRING (0 0, 1 1)",
    {"type": "polygon", "coordinates": [[[0, 0], [1, 0], [1, 1], [0, 0]]]},
)

#: No refreshes but those asked for: when others happen, the two servers cannot agree to the millisecond.
_QUIET: Json = {"settings": {"number_of_replicas": 0, "refresh_interval": "-1"}}

#: Mapping types: definitions, and values that fit.
TYPES: dict[str, tuple[Sequence[dict[str, Json]], Sequence[Json]]] = {
    "keyword": (({}, {"ignore_above": 5}, {"null_value": "none"}, {"doc_values": False}), (*WORDS, 5, True, 1.50)),
    "text": (({}, {"fields": {"raw": {"type": "keyword"}}}, {"analyzer": "english"}, {"index": False}), WORDS),
    "boolean": (({}, {"null_value": True}), (True, False, "true", "false", "")),
    "date": (({}, {"format": "yyyy-MM-dd"}, {"ignore_malformed": True}, {"format": "epoch_second"}), DATES),
    "date_nanos": (({}, {"ignore_malformed": True}), DATES),
    "integer": (({}, {"coerce": False}, {"null_value": 7}, {"ignore_malformed": True}), NUMBERS),
    "long": (({}, {"coerce": False}, {"index": False}), NUMBERS),
    "short": (({}, {"ignore_malformed": True}), NUMBERS),
    "byte": (({}, {"coerce": False}), NUMBERS),
    "unsigned_long": (({}, {"ignore_malformed": True}), (*NUMBERS, 2**64 - 1)),
    "double": (({}, {"null_value": 1.5}), (*NUMBERS, 1e300, "1e5")),
    "float": (({}, {"ignore_malformed": True}), (*NUMBERS, "1e5")),
    "half_float": (({},), (*NUMBERS, 65504)),
    "scaled_float": (({"scaling_factor": 100}, {"scaling_factor": 3, "ignore_malformed": True}), NUMBERS),
    "ip": (({}, {"ignore_malformed": True}, {"null_value": "::"}), _IPS),
    "geo_point": (({}, {"ignore_malformed": True}, {"ignore_z_value": False}), _POINTS),
    "geo_shape": (({}, {"ignore_malformed": True}), _SHAPES),
    "integer_range": (({}, {"coerce": False}), ({"gte": 1, "lt": 5}, {"gt": "2"}, {}, {"lte": None})),
    "date_range": (({}, {"format": "yyyy-MM-dd"}), ({"gte": "2024-01-01"}, {"lt": "2024-02-01||+1d"})),
    "ip_range": (({},), ("10.0.0.0/8", {"gte": "10.0.0.1", "lte": "10.0.0.9"})),
    "binary": (({}, {"doc_values": True}), ("YWI=", "", "!!")),
    "completion": (({},), ("red fox", ["a", "b"], {"input": "fox", "weight": 3}, {"input": ["x"], "weight": "4"})),
    "token_count": (({"analyzer": "standard"},), WORDS),
    "search_as_you_type": (({}, {"max_shingle_size": 2}), WORDS),
    "match_only_text": (({},), WORDS),
    "wildcard": (({}, {"ignore_above": 5}), WORDS),
    "constant_keyword": (({"value": "red"},), ("red", "red", "blue")),
    "flat_object": (({},), ({"a": {"b": "c"}}, {"a": [1, "x", None]}, {}, "text")),
    "rank_feature": (({}, {"positive_score_impact": False}), (1, 2.5, "3", 0, -1)),
    "rank_features": (({},), ({"a": 1, "b": 2.5}, {}, {"a": 0})),
    "object": (({"properties": {"k": {"type": "keyword"}}}, {"enabled": False}, {"dynamic": "strict"}), ({}, {"k": 1})),
    "nested": (
        ({"properties": {"k": {"type": "keyword"}}}, {"include_in_parent": True}),
        ({"k": 1}, [{"k": 1}, {"k": 2}], {"z": 1}, []),
    ),
    "join": (({"relations": {"p": "c"}},), ("p", {"name": "c", "parent": "1"}, {"name": "p"}, "q")),
    "knn_vector": (
        (
            {"dimension": 2},
            {"dimension": 2, "data_type": "byte"},
            {"dimension": 2, "method": {"name": "hnsw", "engine": "lucene", "space_type": "l2"}},
        ),
        ([1, 2], [1.5, -2], ["1", 2], [1], [1, 2, 3], [None, 1], [1e39, 0]),
    ),
}

_TEMPLATES: tuple[Json, ...] = (
    {"strings": {"match_mapping_type": "string", "mapping": {"type": "keyword"}}},
    {"longs": {"match_mapping_type": "long", "mapping": {"type": "{dynamic_type}", "index": False}}},
    {"named": {"match": "new*", "mapping": {"type": "{dynamic_type}"}}},
    {"regex": {"match_pattern": "regex", "match": "^n.w$", "mapping": {"type": "text"}}},
    {"paths": {"path_match": "fresh.*", "unmatch": "x", "mapping": {"type": "keyword", "copy_to": "all"}}},
    {"any": {"match_mapping_type": "*", "mapping": {"type": "{dynamic_type}", "doc_values": False}}},
    {"objects": {"match_mapping_type": "object", "mapping": {"type": "nested"}}},
    {"wrong": {"match_mapping_type": "text", "mapping": {"type": "keyword"}}},
)

_DYNAMIC = (True, False, "strict", "false_allow_templates", "strict_allow_templates", "maybe")

_SCRIPTS: tuple[Json, ...] = (
    "ctx._source.count = (ctx._source.count ?: 0) + 1",
    {"source": "ctx._source.new = params.v", "params": {"v": [1, {"a": "b"}]}},
    {"source": "ctx._source.remove('new')"},
    {"source": "ctx.op = 'none'"},
    {"source": "ctx.op = 'delete'"},
    {"source": "ctx.op = 'nonsense'"},
    {"source": "ctx._source.tags.add('x')"},
    {"source": "if (ctx._source.containsKey('new')) { ctx._source.new = null } else { ctx._source.new = ctx._id }"},
    {"source": "ctx._source.now = ctx._index + ctx._version"},
    {"source": "ctx._id = 'z'"},
    {"source": "ctx._source = ['a': 1]"},
    {"source": "ctx._source.broken = "},
    {"source": "ctx._source.x = params.missing.length()"},
    {"lang": "nonsense", "source": "1"},
    {"id": "not-stored"},
)

_PROCESSORS: tuple[Json, ...] = (
    {"set": {"field": "new", "value": "{{k}} and {{_id}}"}},
    {"set": {"field": "copy", "copy_from": "k", "ignore_empty_value": True}},
    {"remove": {"field": "new"}},
    {"remove": {"field": ["new", "fresh"], "ignore_missing": True}},
    {"rename": {"field": "new", "target_field": "fresh.inner"}},
    {"convert": {"field": "new", "type": "integer", "ignore_missing": True}},
    {"convert": {"field": "new", "type": "auto"}},
    {"lowercase": {"field": "new"}},
    {"trim": {"field": "new", "ignore_missing": True}},
    {"split": {"field": "new", "separator": " ", "target_field": "parts"}},
    {"join": {"field": "parts", "separator": "-"}},
    {"append": {"field": "tags", "value": ["a", "{{new}}"], "allow_duplicates": False}},
    {"gsub": {"field": "new", "pattern": "[aeiou]", "replacement": "*"}},
    {"date": {"field": "new", "formats": ["ISO8601", "yyyy-MM-dd"], "target_field": "when"}},
    {"script": {"source": "ctx.new = ctx.containsKey('new') ? ctx.new + '!' : 1"}},
    {"script": {"source": "ctx.fresh = ctx.k.length()"}},
    {"fail": {"message": "stop {{new}}"}},
    {"drop": {"if": "ctx.new == 'red'"}},
    {"json": {"field": "new", "target_field": "fresh"}},
    {"kv": {"field": "new", "field_split": " ", "value_split": "-"}},
    {"dissect": {"field": "new", "pattern": "%{a} %{b}"}},
    {"grok": {"field": "new", "patterns": ["%{WORD:first} %{GREEDYDATA:rest}"]}},
    {"foreach": {"field": "parts", "processor": {"uppercase": {"field": "_ingest._value"}}}},
    {"bytes": {"field": "new", "ignore_missing": True}},
    {"html_strip": {"field": "new"}},
    {"urldecode": {"field": "new"}},
    {"sort": {"field": "parts", "order": "desc"}},
    {"dot_expander": {"field": "new.inner"}},
    {"copy": {"source_field": "new", "target_field": "fresh", "remove_source": True}},
    {"fingerprint": {"fields": ["new", "k"]}},
    {"pipeline": {"name": "drawn-other"}},
    {"nonsense": {}},
)


@dataclass(slots=True)
class Made:
    """An index and the names around it."""

    name: str
    types: dict[str, dict[str, Json]] = field(default_factory=dict)


def _request(method: str, path: str, body: Json = None) -> ConsoleRequest:
    return ConsoleRequest(method, path, b"" if body is None else json.dumps(body).encode())


def _ndjson(method: str, path: str, lines: list[Json]) -> ConsoleRequest:
    return ConsoleRequest(method, path, "".join(json.dumps(line) + "\n" for line in lines).encode())


def requests(random: Random, name: str) -> Iterator[ConsoleRequest]:
    """A round: an index made, then requests one after another."""
    made = Made(name)
    yield _request("PUT", "/_index_template/drawn-quiet", {"index_patterns": [f"{name}*"], "template": _QUIET})
    body = _index(random, made)
    if random.random() < 0.5:
        yield _maybe_spoiled(random, _request("PUT", f"/{name}-4", body))
    yield _request("PUT", f"/{name}", body)
    for _ in range(ROUND):
        yield _maybe_spoiled(random, some(random, _KINDS)(random, made))
    yield _request("POST", f"/{name}/_refresh")
    yield _request("GET", f"/{name}/_search?size=100", {"sort": ["_doc"], "version": True})
    yield _request("GET", f"/{name}")


def _maybe_spoiled(random: Random, request: ConsoleRequest) -> ConsoleRequest:
    if not request.body or random.random() >= SPOILED:
        return request
    return replace(request, body=spoiled(random, request.body))


def _definition(random: Random, kind: str) -> dict[str, Json]:
    return {"type": kind, **some(random, TYPES[kind][0])}


def _index(random: Random, made: Made) -> dict[str, Json]:
    for kind in random.sample(sorted(TYPES), random.randint(2, 7)):
        made.types[f"{kind[0]}{len(made.types)}"] = _definition(random, kind)
    made.types.setdefault("k", {"type": "keyword"})
    mappings: dict[str, Json] = {"properties": dict(made.types)}
    if random.random() < 0.3:
        mappings["dynamic"] = some(random, _DYNAMIC[: 5 if random.random() < 0.9 else 6])
    if random.random() < 0.4:
        mappings["dynamic_templates"] = random.sample(_TEMPLATES, random.randint(1, 3))
    if random.random() < 0.2:
        mappings[some(random, ("date_detection", "numeric_detection"))] = random.random() < 0.5
    if random.random() < 0.1:
        mappings["_source"] = some(random, ({"enabled": False}, {"excludes": ["k", "n*"]}, {"includes": ["k"]}))
    if random.random() < 0.1:
        mappings["_routing"] = {"required": True}
    settings: dict[str, Json] = {"number_of_replicas": 0, "refresh_interval": "-1"}
    if random.random() < 0.2:
        settings["number_of_shards"] = 2
    if any(definition["type"] == "knn_vector" for definition in made.types.values()):
        settings["index.knn"] = True
    if random.random() < 0.15:
        settings["index.mapping.total_fields.limit"] = random.randint(3, 20)
    if random.random() < 0.1:
        settings["index.sort.field"] = some(random, sorted(made.types))
    return {"settings": settings, "mappings": mappings}


def _document(random: Random, made: Made, odd: float = 0.3) -> dict[str, Json]:
    found: dict[str, Json] = {}
    for name, definition in made.types.items():
        if random.random() < 0.4:
            continue
        values = TYPES[definition["type"]][1]
        value = some(random, ODD) if random.random() < odd / 4 else some(random, values)
        if random.random() < 0.15 and definition["type"] != "knn_vector":
            value = [value, some(random, values)]
        found[name] = value
    if random.random() < odd:
        key = some(random, ("new", "new.inner", "fresh", "fresh.x", "o", "tags", "parts", "", ".", "a..b"))
        found[key] = some(random, (*ODD, *WORDS, *NUMBERS, *DATES, {"x": "y"}, [{"x": 1}, {"x": "z"}]))
    return found


def _key(random: Random) -> str:
    return str(random.randint(1, 8))


_CONDITIONS = (
    *("", "", "", "", "", "?refresh=true", "?routing=a", "?if_seq_no=1&if_primary_term=1", "?op_type=create"),
    *("?version=3&version_type=external", "?require_alias=true", "?pipeline=drawn", "?version=5", "?timeout=x"),
    *("?version_type=internal", "?if_seq_no=2", "?wait_for_active_shards=2&timeout=1ms", "?op_type=nonsense"),
)


def _write(random: Random, made: Made) -> ConsoleRequest:
    path = f"/{made.name}/{some(random, ('_doc', '_doc', '_doc', '_create'))}/{_key(random)}"
    return _request(some(random, ("PUT", "PUT", "POST")), path + some(random, _CONDITIONS), _document(random, made))


def _read(random: Random, made: Made) -> ConsoleRequest:
    name, key = made.name, _key(random)
    return some(
        random,
        (
            _request("GET", f"/{name}/_doc/{key}"),
            _request("GET", f"/{name}/_doc/{key}?realtime=false"),
            _request("GET", f"/{name}/_doc/{key}?_source_includes=k,n*&stored_fields=_routing"),
            _request("GET", f"/{name}/_doc/{key}?version=2"),
            _request("HEAD", f"/{name}/_doc/{key}"),
            _request("GET", f"/{name}/_source/{key}?_source_excludes=k"),
            _request("GET", f"/{name}/_mget", {"ids": [_key(random), _key(random), 3]}),
            _request("GET", "/_mget", {"docs": [{"_index": name, "_id": key, "_source": ["k"]}, {"_id": "2"}]}),
            _request("GET", f"/{name}/_mget", {"docs": [{"_id": key, "routing": "a", "stored_fields": ["k"]}]}),
        ),
    )


def _update(random: Random, made: Made) -> ConsoleRequest:
    body: dict[str, Json] = {}
    if random.random() < 0.5:
        body["doc"] = _document(random, made)
        if random.random() < 0.4:
            body[some(random, ("doc_as_upsert", "detect_noop"))] = random.random() < 0.5
    else:
        body["script"] = some(random, _SCRIPTS)
        if random.random() < 0.2:
            body["scripted_upsert"] = True
    if random.random() < 0.4:
        body["upsert"] = _document(random, made)
    if random.random() < 0.2:
        body["_source"] = some(random, (True, False, ["k"], {"excludes": "k"}))
    condition = some(random, ("", "", "", "?retry_on_conflict=2", "?_source=true", "?routing=a", "?refresh"))
    return _request("POST", f"/{made.name}/_update/{_key(random)}{condition}", body)


def _delete(random: Random, made: Made) -> ConsoleRequest:
    return _request("DELETE", f"/{made.name}/_doc/{_key(random)}{some(random, _CONDITIONS[:-1])}")


def _bulk(random: Random, made: Made) -> ConsoleRequest:
    lines: list[Json] = []
    for _ in range(random.randint(1, 4)):
        action = some(random, ("index", "index", "create", "update", "delete"))
        meta: dict[str, Json] = {"_id": _key(random)} if random.random() < 0.95 or action == "update" else {}
        if random.random() < 0.3:
            extra = (
                *({"routing": "a"}, {"_index": made.name}, {"_index": "Bad"}, {"pipeline": "drawn"}, {"_source": True}),
                *({"require_alias": True}, {"retry_on_conflict": 2}, {"if_seq_no": 1, "if_primary_term": 1}),
                *({"version": 4, "version_type": "external"}, {"nonsense": 1}, {"_type": "_doc"}, {"_id": 5}),
            )
            meta.update(some(random, extra))
        lines.append({action if random.random() < 0.97 else "upsert": meta})
        if action == "update":
            lines.append(
                {"script": some(random, _SCRIPTS), "upsert": {"k": 1}}
                if random.random() < 0.4
                else {"doc": _document(random, made), "doc_as_upsert": random.random() < 0.5}
            )
        elif action != "delete":
            lines.append(_document(random, made))
    path = f"/{made.name}/_bulk{some(random, ('', '', '', '?refresh=true', '?pipeline=drawn', '?require_alias=true'))}"
    return _ndjson("POST", path, lines)


_QUERIES: tuple[Json, ...] = (
    {"match_all": {}},
    {"term": {"k": "red"}},
    {"exists": {"field": "new"}},
    {"ids": {"values": ["1", "2", "3"]}},
    {"range": {"k": {"gte": "b"}}},
)


def _by_query(random: Random, made: Made) -> ConsoleRequest:
    name = made.name
    options = some(random, ("", "", "?refresh=true", "?conflicts=proceed&refresh", "?max_docs=2", "?pipeline=drawn"))
    query = some(random, _QUERIES)
    chance = random.random()
    if chance < 0.3:
        options = options.replace("?pipeline=drawn", "")
        return _request("POST", f"/{name}/_delete_by_query{options}", {"query": query})
    if chance < 0.7:
        body: dict[str, Json] = {"query": query}
        if random.random() < 0.7:
            body["script"] = some(random, _SCRIPTS)
        if random.random() < 0.1:
            body["max_docs"] = some(random, (1, 2, 0, -5))
        return _request("POST", f"/{name}/_update_by_query{options}", body)
    source: dict[str, Json] = {"index": name, "query": query}
    if random.random() < 0.3:
        source["_source"] = ["k", "new"]
    target: dict[str, Json] = {"index": f"{name}-2"}
    if random.random() < 0.3:
        target.update(some(random, ({"op_type": "create"}, {"version_type": "external"}, {"routing": "=b"})))
    body = {"source": source, "dest": target}
    if random.random() < 0.3:
        body["script"] = some(random, _SCRIPTS)
    if random.random() < 0.2:
        body["conflicts"] = some(random, ("proceed", "abort", "nonsense"))
    return _request("POST", f"/_reindex{some(random, ('', '?refresh=true'))}", body)


def _mapping(random: Random, made: Made) -> ConsoleRequest:
    name = made.name
    if random.random() < 0.4:
        reads = ("_mapping", "_mapping/field/k,n*", "_mapping/field/*?include_defaults=true", "_field_caps?fields=*")
        return _request("GET", f"/{name}/{some(random, reads)}")
    kind = some(random, sorted(TYPES))
    definition: Json = _definition(random, kind)
    if random.random() < 0.2:
        definition[some(random, ("nonsense", "meta", "fields", "copy_to", "boost", "store", "index"))] = some(
            random, (*ODD, {"raw": {"type": "keyword"}}, "k", True)
        )
    body: dict[str, Json] = {"properties": {some(random, (*made.types, "new", "fresh", "a.b")): definition}}
    if random.random() < 0.2:
        body["dynamic_templates"] = random.sample(_TEMPLATES, 2)
    if random.random() < 0.1:
        body["dynamic"] = some(random, _DYNAMIC)
    return _request("PUT", f"/{name}/_mapping", body)


_SETTINGS: tuple[Json, ...] = (
    {"index.refresh_interval": "1h"},
    {"index": {"number_of_replicas": 0, "max_result_window": 500}},
    {"index.search.idle.after": None},
    {"index.number_of_shards": 3},
    {"index.blocks.write": True},
    {"index.blocks": {"write": False, "read_only": None}},
    {"index.default_pipeline": "drawn"},
    {"index.default_pipeline": "_none", "index.final_pipeline": None},
    {"index.nonsense": 1},
    {"index.refresh_interval": "soon"},
    {"index.mapping.total_fields.limit": 30},
    {"index.max_result_window": -1},
    {"index.search.idle.after": "10s", "index.priority": "7"},
    {"index.hidden": "maybe"},
    {"index.mapping.*": None},
)


def _settings(random: Random, made: Made) -> ConsoleRequest:
    name = made.name
    if random.random() < 0.3:
        reads = ("_settings", "_settings?flat_settings=true", "_settings/index.number*,index.re*")
        return _request("GET", f"/{name}/{some(random, reads)}")
    options = some(random, ("", "", "?preserve_existing=true"))
    return _request("PUT", f"/{name}/_settings{options}", some(random, _SETTINGS))


def _aliases(random: Random, made: Made) -> ConsoleRequest:
    name, alias = made.name, f"{made.name}-{some(random, 'ab')}"
    chance = random.random()
    if chance < 0.3:
        paths = (f"/{name}/_alias", f"/_alias/{alias}", f"/{name}/_alias/{alias},-x*", f"/_cat/aliases/{alias}?h=alias")
        return _request("GET", some(random, paths))
    details: tuple[dict[str, Json], ...] = (
        {},
        {"filter": {"term": {"k": "red"}}},
        {"routing": "a"},
        {"index_routing": "a", "search_routing": "a,b"},
        {"is_write_index": True},
        {"is_hidden": True},
        {"filter": {"nonsense": {}}},
        {"nonsense": 1},
        {"routing": 5},
    )
    if chance < 0.5:
        method = some(random, ("PUT", "PUT", "POST", "DELETE"))
        path = f"/{name}/_alias/{some(random, (alias, alias, 'Bad*', name))}"
        return _request(method, path, None if method == "DELETE" else some(random, details))
    actions: list[Json] = []
    for _ in range(random.randint(1, 3)):
        action = some(random, ("add", "add", "add", "remove", "remove_index", "nonsense")[: random.randint(4, 6)])
        body: dict[str, Json] = {"index": name, "alias": f"{name}-{some(random, 'ab')}"}
        if action == "remove_index":
            body = {"index": f"{name}-2"}
        elif action == "add":
            body.update(some(random, details))
        elif random.random() < 0.3:
            body["must_exist"] = random.random() < 0.5
        actions.append({action: body})
    return _request("POST", "/_aliases", {"actions": actions})


def _template(random: Random, made: Made) -> ConsoleRequest:
    name = made.name
    chance = random.random()
    if chance < 0.25:
        reads = (
            "_index_template/drawn",
            f"_index_template/_simulate_index/{name}-3",
            "_component_template/drawn",
            "_template/drawn",
        )
        path = some(random, reads)
        return _request("POST" if "_simulate" in path else "GET", f"/{path}")
    template: dict[str, Json] = {
        "settings": some(random, ({"number_of_replicas": 0}, {"index.refresh_interval": "1h"}, *_SETTINGS[:4])),
        "mappings": {"properties": {"k": _definition(random, some(random, sorted(TYPES)))}},
    }
    if random.random() < 0.4:
        template["aliases"] = {some(random, (f"{name}-a", "{index}-alias")): some(random, ({}, {"routing": "a"}))}
    if chance < 0.45:
        return _request("PUT", "/_component_template/drawn", {"template": template, "version": 3})
    if chance < 0.75:
        body: dict[str, Json] = {"index_patterns": [f"{name}-3*"], "template": template, "priority": 5}
        if random.random() < 0.3:
            body["composed_of"] = ["drawn"]
        if random.random() < 0.2:
            body[some(random, ("version", "_meta", "data_stream", "nonsense"))] = some(random, (1, {}, {"a": 1}))
        if random.random() < 0.3 and "composed_of" not in body and "aliases" not in template:
            return _request("POST", "/_index_template/_simulate", body)
        return _request("PUT", "/_index_template/drawn", body)
    if chance < 0.85:
        return _request("PUT", "/_template/drawn", {"index_patterns": [f"{name}-3*"], "order": 1, **template})
    if chance < 0.95:
        return _request("PUT", f"/{name}-3", {"settings": {"index.number_of_replicas": 0}})
    return _request("GET", f"/{name}-3?flat_settings=true")


def _pipeline(random: Random, made: Made) -> ConsoleRequest:
    processors = [json.loads(json.dumps(some(random, _PROCESSORS))) for _ in range(random.randint(1, 3))]
    for processor in processors:
        if random.random() < 0.3:
            options: tuple[dict[str, Json], ...] = (
                {"if": "ctx.new != null"},
                {"ignore_failure": True},
                {"tag": "t", "description": "what"},
                {"on_failure": [{"set": {"field": "error", "value": "{{_ingest.on_failure_message}}"}}]},
                {"if": "ctx.new.length() > 3"},
                {"nonsense": 1},
            )
            next(iter(processor.values())).update(some(random, options))
    body: dict[str, Json] = {"processors": processors}
    if random.random() < 0.2:
        body["on_failure"] = [{"set": {"field": "failed", "value": "{{_ingest.on_failure_processor_type}}"}}]
    if random.random() < 0.1:
        body[some(random, ("description", "version", "nonsense"))] = some(random, ("x", 3, {}))
    chance = random.random()
    if chance < 0.4:
        return _request("PUT", f"/_ingest/pipeline/{some(random, ('drawn', 'drawn', 'drawn-other'))}", body)
    if chance < 0.5:
        return _request("GET", "/_ingest/pipeline/drawn")
    docs = [
        {"_index": made.name, "_id": _key(random), "_source": {"k": "red", **_document(random, made, 1.0)}}
        for _ in range(random.randint(1, 2))
    ]
    verbose = some(random, ("", "?verbose=true"))
    if chance < 0.7:
        return _request("POST", f"/_ingest/pipeline/drawn/_simulate{verbose}", {"docs": docs})
    return _request("POST", f"/_ingest/pipeline/_simulate{verbose}", {"pipeline": body, "docs": docs})


def _maintain(random: Random, made: Made) -> ConsoleRequest:
    name = made.name
    return some(
        random,
        (
            _request("POST", f"/{name}/_refresh"),
            _request("POST", f"/{name}/_flush"),
            _request("POST", f"/{name}/_forcemerge?max_num_segments=1"),
            _request("POST", f"/{name}/_cache/clear"),
            _request("POST", f"/{name}/_close"),
            _request("POST", f"/{name}/_open"),
            _request("POST", f"/{name}/_open"),
            _request("GET", f"/_cat/indices/{name}?h=index,health,status,pri,rep,docs.count"),
            _request("GET", f"/_cat/count/{name}?h=count"),
            _request("GET", f"/_cat/shards/{name}?h=index,shard,prirep,state,docs"),
            _request("GET", f"/_cluster/health/{name}?level=indices&filter_path=indices,status"),
            _request("GET", f"/{name}/_stats/docs,indexing?filter_path=indices.*.primaries.docs"),
            _request("GET", f"/{name}/_count"),
            _request("GET", f"/{name}/_search?q=k:red&_source=k"),
            _request("HEAD", f"/{name}"),
            _request("GET", f"/_resolve/index/{name}*"),
            _request("PUT", f"/{name}/_block/{some(random, ('write', 'read_only', 'nonsense'))}"),
            _request("DELETE", f"/{name}-2?ignore_unavailable=true"),
            _request("DELETE", f"/{name}-3"),
            _request("GET", f"/{name}?include_defaults=maybe"),
            _request("POST", f"/{name}/_rollover", {"conditions": {"max_docs": 1}}),
        ),
    )


def _stream(random: Random, made: Made) -> ConsoleRequest:
    stream = f"{made.name}-ds"
    document = {"@timestamp": some(random, (*DATES, *ODD)), "k": "red"}
    return some(
        random,
        (
            _request(
                "PUT",
                "/_index_template/drawn-ds",
                {
                    "index_patterns": [f"{stream}*"],
                    "data_stream": {},
                    "priority": 9,
                    "template": _QUIET,
                },
            ),
            _request("PUT", f"/_data_stream/{stream}"),
            _request("POST", f"/{stream}/_doc", {"@timestamp": 1, "k": "red"}),
            _request("PUT", f"/{stream}/_create/{_key(random)}", document),
            _request("PUT", f"/{stream}/_doc/1", document),
            _ndjson("POST", f"/{stream}/_bulk?refresh=true", [{"create": {"_id": _key(random)}}, document]),
            _request("GET", f"/_data_stream/{stream}"),
            _request("POST", f"/{stream}/_rollover"),
            _request("GET", f"/{stream}/_count"),
            _request("DELETE", f"/_data_stream/{stream}"),
        ),
    )


_KINDS: tuple[Callable[[Random, Made], ConsoleRequest], ...] = (
    *(_write, _write, _write, _read, _read, _update, _update, _delete, _bulk, _bulk, _by_query, _mapping),
    *(_settings, _aliases, _template, _pipeline, _pipeline, _maintain, _stream),
)
