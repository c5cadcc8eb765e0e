"""Life of indices, drawn at random: made from bodies and templates, resized, rolled over, closed and opened, renamed by
aliases, their settings and mappings changed; and everything that tells of them.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Sequence
from random import Random

from fakeknn.contract.console import ConsoleRequest

from .documents import TYPES
from .draw import ODD, Json, some
from .spoil import spoiled_request

#: How many requests a round sends.
ROUND = 60
SPOILED = 0.2

_Drawer = Callable[[Random, str], ConsoleRequest]


def _request(method: str, path: str, body: Json = None) -> ConsoleRequest:
    return ConsoleRequest(method, path, b"" if body is None else json.dumps(body).encode())


def asked(
    random: Random, method: str, path: str, parameters: dict[str, Sequence[str]], body: Json = None
) -> ConsoleRequest:
    """A request with some of its parameters."""
    given = [f"{name}={some(random, values)}" for name, values in parameters.items() if random.random() < 0.2]
    mark = "&" if "?" in path else "?"
    return _request(method, path + (mark + "&".join(given) if given else ""), body)


def requests(random: Random, name: str) -> Iterator[ConsoleRequest]:
    yield _request("GET", f"/{name}*")  # nothing yet, and what was made is deleted by this name
    quiet: Json = {"settings": {"number_of_replicas": 0, "refresh_interval": "-1"}}
    yield _request("PUT", "/_index_template/drawn-quiet", {"index_patterns": [f"{name}*"], "template": quiet})
    yield _request("PUT", f"/{name}-a", _body(random, name))
    for _ in range(ROUND):
        request = some(random, _KINDS)(random, name)
        yield spoiled_request(random, request) if random.random() < SPOILED else request
    yield _request("GET", f"/{name}*?expand_wildcards=all&flat_settings=true")
    yield _request("GET", "/_alias")


#: Of these the round's names are made; most requests are about the first ones.
_LETTERS = "aaaabbbcd"
BOOLEANS = ("true", "false", "", "maybe")
WILDCARDS = ("open", "closed", "all", "none", "hidden", "open,hidden", "open,closed", "nonsense", "")
INDICES_OPTIONS: dict[str, Sequence[str]] = {
    "ignore_unavailable": BOOLEANS,
    "allow_no_indices": BOOLEANS,
    "expand_wildcards": WILDCARDS,
}
TIMES: dict[str, Sequence[str]] = {
    "timeout": ("1s", "0", "x", "-1"),
    "cluster_manager_timeout": ("30s", "1h", "5"),
    "master_timeout": ("30s", "x"),
}
_WAIT: dict[str, Sequence[str]] = {"wait_for_active_shards": ("0", "1", "-2", "x", "index-setting")}


def one(random: Random, name: str) -> str:
    return f"{name}-{some(random, _LETTERS)}"


def several(random: Random, name: str) -> str:
    """An expression for indices."""
    if random.random() < 0.5:
        return one(random, name)
    return some(
        random,
        (
            *(f"{name}*", f"{name}-*", f"{one(random, name)},{one(random, name)}", f"{name}-*,-{one(random, name)}"),
            *(f"{name}-none", f"{name}-al", f"{name}-al*", "_all", "*", f"<{name}-{{now/y}}>", f"{name}-none*"),
        ),
    )


# --- making -----------------------------------------------------------------------------------------------------------

_SETTINGS: tuple[dict[str, Json], ...] = (
    *({"number_of_shards": 2}, {"number_of_shards": 4}, {"index.number_of_shards": "6"}, {"index": {"hidden": True}}),
    *({"number_of_replicas": 1}, {"auto_expand_replicas": "0-1"}, {"auto_expand_replicas": "x"}, {"codec": "default"}),
    *({"codec": "zlib"}, {"codec": "nonsense"}, {"max_result_window": 10}, {"index.max_result_window": 0}),
    *({"number_of_routing_shards": 8}, {"number_of_routing_shards": 7, "number_of_shards": 2}, {"priority": "5"}),
    *(
        {"blocks.write": True},
        {"blocks": {"read": "true"}},
        {"index.blocks.metadata": False},
        {"refresh_interval": "5x"},
    ),
    *({"sort.field": "k"}, {"sort": {"field": ["k", "n"], "order": ["desc", "asc"]}}, {"sort.field": "none"}),
    *({"sort.field": "k", "sort.order": "up"}, {"sort.field": "k", "sort.missing": "_first", "sort.mode": "max"}),
    *({"mapping.total_fields.limit": 2}, {"mapping.depth.limit": 1}, {"mapping.nested_fields.limit": 0}, {"knn": True}),
    *({"analysis": {"analyzer": {"mine": {"tokenizer": "standard", "filter": ["lowercase"]}}}}, {"analysis.x": 1}),
    *({"analysis": {"analyzer": {"mine": {"tokenizer": "none"}}}}, {"similarity.default.type": "boolean"}),
    *({"similarity": {"mine": {"type": "BM25", "b": 2}}}, {"routing_partition_size": 3, "number_of_shards": 4}),
    *({"uuid": "x"}, {"version.created": 1}, {"nonsense": 1}, {"index.creation_date": "5"}, {"number_of_shards": None}),
    *({"number_of_shards": 1025}, {"number_of_shards": "x"}, {"number_of_replicas": -1}, {"default_pipeline": "none"}),
    *(
        {"routing.allocation.include._name": "x"},
        {"unassigned.node_left.delayed_timeout": "5m"},
        {"lifecycle.name": "x"},
    ),
    *({"search.slowlog.threshold.query.warn": "10s"}, {"query.default_field": ["k", "t"]}, {"merge.policy": "tiered"}),
    *({"translog.durability": "async", "translog.sync_interval": "1ms"}, {"gc_deletes": "1h"}, {"store.type": "fs"}),
)
_MAPPINGS: tuple[Json, ...] = (
    *({}, {"dynamic": "strict"}, {"dynamic": False}, {"_source": {"enabled": False}}, {"_routing": {"required": True}}),
    *({"_meta": {"a": [1, {"b": None}]}}, {"date_detection": False, "numeric_detection": True}, {"_doc": {}}),
    *({"dynamic_date_formats": ["yyyy"]}, {"dynamic_templates": [{"x": {"match": "*", "mapping": {"index": False}}}]}),
    *({"_size": {"enabled": True}}, {"_field_names": {"enabled": False}}, {"nonsense": 1}, {"properties": []}),
    *({"dynamic_templates": {}}, {"dynamic": None}, {"_meta": 5}, {"_data_stream_timestamp": {"enabled": True}}),
)


def _properties(random: Random) -> dict[str, Json]:
    found: dict[str, Json] = {"k": {"type": "keyword"}}
    for letter in random.sample("ntovxyz", random.randint(0, 4)):
        found[letter] = definition(random)
    return found


def definition(random: Random) -> dict[str, Json]:
    """A field, now and then with one parameter of another type or of none."""
    kind = some(random, sorted(TYPES))
    field: dict[str, Json] = {"type": kind, **some(random, TYPES[kind][0])}
    if random.random() < 0.35:
        field[some(random, tuple(PARAMETERS))] = None
        name = next(reversed(field))
        field[name] = some(random, PARAMETERS[name])
    if random.random() < 0.03:
        field["type"] = some(random, ODD)
    return field


#: Parameters of fields, and values that are right for some of them.
PARAMETERS: dict[str, Sequence[Json]] = {
    "index": (True, False, "true", "x"),
    "doc_values": (True, False, None),
    "store": (True, False, 1),
    "null_value": ("5", 5, "2024-01-01", True, None, {}),
    "copy_to": ("k", ["k", "none"], [], "a.b", 5),
    "fields": (
        {"raw": {"type": "keyword"}},
        {"len": {"type": "token_count", "analyzer": "standard"}},
        {"x": 1},
        [],
        "x",
    ),
    "meta": ({"unit": "s"}, {"unit": 5}, {}, [], {"a" * 21: "x"}),
    "boost": (2, "x", 0),
    "ignore_malformed": (True, False),
    "ignore_above": (3, -1, "x", 10),
    "coerce": (True, False),
    "format": ("yyyy", "epoch_millis", "nonsense[", "yyyy||MM"),
    "locale": ("en", "xx", 5),
    "analyzer": ("english", "standard", "none", "mine"),
    "search_analyzer": ("whitespace", "none"),
    "search_quote_analyzer": ("simple",),
    "normalizer": ("lowercase", "none"),
    "similarity": ("BM25", "boolean", "none"),
    "norms": (True, False),
    "index_options": ("docs", "freqs", "positions", "offsets", "x"),
    "index_phrases": (True, False),
    "index_prefixes": ({}, {"min_chars": 1, "max_chars": 3}, {"min_chars": 5, "max_chars": 3}, None),
    "term_vector": ("yes", "with_positions_offsets", "no", "x"),
    "position_increment_gap": (0, 5, -1),
    "eager_global_ordinals": (True, False),
    "fielddata": (True, False),
    "fielddata_frequency_filter": ({"min": 0.1}, {"x": 1}),
    "split_queries_on_whitespace": (True,),
    "scaling_factor": (10, 0, -1, "x"),
    "relations": ({"p": ["c", "d"]}, {"q": "r"}, {}),
    "dynamic": (True, "strict", "x"),
    "enabled": (True, False),
    "properties": ({"i": {"type": "long"}}, {}, [], {"i": {}}),
    "include_in_root": (True, False),
    "dimension": (3, 0, "x"),
    "preserve_separators": (False,),
    "max_input_length": (5, 0),
    "positive_score_impact": (False,),
    "value": ("blue", None, 5),
    "enable_position_increments": (False,),
    "max_shingle_size": (3, 5),
    "orientation": ("left", "cw", "x"),
    "nonsense": (1, {}),
}


def _body(random: Random, name: str) -> dict[str, Json]:
    body: dict[str, Json] = {}
    settings: dict[str, Json] = {}
    if random.random() < 0.8:
        settings["number_of_replicas"] = 0
    for _ in range(some(random, (0, 0, 1, 1, 2))):
        settings.update(json.loads(json.dumps(some(random, _SETTINGS))))
    if settings:
        body["settings"] = settings
    if random.random() < 0.7:
        body["mappings"] = dict(some(random, _MAPPINGS)) if random.random() < 0.3 else {}
        if random.random() < 0.9:
            body["mappings"]["properties"] = _properties(random)
    if random.random() < 0.4:
        body["aliases"] = {some(random, (f"{name}-al", f"{name}-al2")): some(random, _DETAILS)}
    return body


def _create(random: Random, name: str) -> ConsoleRequest:
    return asked(random, "PUT", f"/{one(random, name)}", {**TIMES, **_WAIT}, _body(random, name))


def _delete(random: Random, name: str) -> ConsoleRequest:
    target = one(random, name) if random.random() < 0.8 else some(random, (f"{name}-al", f"{name}-d*", f"{name}-none"))
    return asked(random, "DELETE", f"/{target}", {**INDICES_OPTIONS, **TIMES})


def _write(random: Random, name: str) -> ConsoleRequest:
    target = one(random, name) if random.random() < 0.6 else f"{name}-al"
    value = {
        "k": some(random, ("red", "blue", 5)),
        some(random, "ntov"): some(random, (1, "x", "2024-01-01", {"i": 1})),
    }
    parameters: dict[str, Sequence[str]] = {"routing": ("r1", "r2"), "require_alias": BOOLEANS, "refresh": ("true",)}
    return asked(random, "PUT", f"/{target}/_doc/{random.randint(1, 6)}", parameters, value)


# --- aliases ----------------------------------------------------------------------------------------------------------

_DETAILS: tuple[dict[str, Json], ...] = (
    *({}, {"is_write_index": True}, {"is_write_index": False}, {"is_hidden": True}, {"is_write_index": "true"}),
    *({"filter": {"term": {"k": "red"}}}, {"filter": {"range": {"n": {"gte": 1}}}}, {"filter": {"nonsense": 1}}),
    *({"routing": "r1"}, {"index_routing": "r1", "search_routing": "r1,r2"}, {"index_routing": "r1,r2"}),
    *({"filter": {"match_all": {}}, "routing": "r2", "is_write_index": True}, {"filter": None}, {"routing": None}),
    *({"filter": {"bool": {"must_not": [{"ids": {"values": ["1"]}}]}}}, {"nonsense": 1}, {"searchRouting": "x"}),
)


def _aliases(random: Random, name: str) -> ConsoleRequest:
    how = random.random()
    alias = some(random, (f"{name}-al", f"{name}-al", f"{name}-al2", f"{name}-al*", "_all", f"{name}-b", "Bad"))
    if how < 0.25:
        path = some(
            random, ("/{i}/_alias", "/{i}/_alias/{a}", "/_alias/{a}", "/_alias", "/_cat/aliases/{a}?h=a,i,f,r.*")
        )
        path = path.format(i=several(random, name), a=some(random, (alias, f"{alias},-x*", f"*,-{alias}", "*")))
        return asked(random, some(random, ("GET", "GET", "HEAD")), path, {**INDICES_OPTIONS, "local": BOOLEANS})
    if how < 0.5:
        method = some(random, ("PUT", "PUT", "POST", "DELETE"))
        path = f"/{several(random, name)}/{some(random, ('_alias', '_alias', '_aliases'))}/{alias}"
        return asked(random, method, path, TIMES, None if method == "DELETE" else some(random, _DETAILS))
    actions: list[Json] = []
    for _ in range(random.randint(1, 3)):
        kind = some(random, ("add", "add", "add", "remove", "remove", "remove_index"))
        body: dict[str, Json] = {}
        if random.random() < 0.8:
            body["index"] = several(random, name)
        else:
            body["indices"] = [one(random, name), several(random, name)]
        if kind != "remove_index":
            if random.random() < 0.8:
                body["alias"] = alias
            else:
                body["aliases"] = [alias, f"{name}-al3"]
        if kind == "add":
            body.update(some(random, _DETAILS))
        if random.random() < 0.1:
            body["must_exist"] = some(random, (True, False, "x"))
        actions.append({kind: body})
    return asked(random, "POST", "/_aliases", TIMES, {"actions": actions})


# --- resizing and rolling over ----------------------------------------------------------------------------------------


def _resize(random: Random, name: str) -> ConsoleRequest:
    kind = some(random, ("_shrink", "_split", "_clone"))
    settings: dict[str, Json] = {"number_of_replicas": 0}
    if random.random() < 0.8:
        settings["number_of_shards"] = some(random, (1, 2, 4, 3, 8)) if kind != "_clone" else some(random, (1, 2))
    if random.random() < 0.3:
        settings.update(some(random, _SETTINGS))
    if random.random() < 0.2:
        settings[some(random, ("blocks.write", "routing.allocation.require._name", "hidden"))] = None
    body: dict[str, Json] = {"settings": {f"index.{key.removeprefix('index.')}": v for key, v in settings.items()}}
    if random.random() < 0.2:
        body["aliases"] = {f"{name}-al": some(random, _DETAILS)}
    if random.random() < 0.1:
        body[some(random, ("mappings", "max_shard_size", "nonsense"))] = some(random, ({}, "10gb", 1, "x"))
    parameters = {**TIMES, **_WAIT, "copy_settings": BOOLEANS}
    return asked(
        random, some(random, ("POST", "PUT")), f"/{one(random, name)}/{kind}/{one(random, name)}", parameters, body
    )


def _blocked(random: Random, name: str) -> ConsoleRequest:
    """What makes a resize possible, or takes it back."""
    if random.random() < 0.3:
        block = some(random, ("write", "read", "metadata", "read_only", "nonsense"))
        return asked(random, "PUT", f"/{several(random, name)}/_block/{block}", {**INDICES_OPTIONS, **TIMES})
    body = {
        f"index.blocks.{some(random, ('write', 'write', 'write', 'metadata', 'read'))}": some(random, (True, False))
    }
    return _request("PUT", f"/{one(random, name)}/_settings", body)


def _rollover(random: Random, name: str) -> ConsoleRequest:
    conditions: dict[str, Json] = {}
    for condition, values in _ROLLOVER.items():
        if random.random() < 0.35:
            conditions[condition] = some(random, values)
    body: dict[str, Json] = {"conditions": conditions} if random.random() < 0.7 else {}
    if random.random() < 0.3:
        body.update(_body(random, name))
    target = some(random, (f"{name}-al", f"{name}-al", one(random, name), f"{name}-ds"))
    new = some(random, ("", "", f"/{name}-c", f"/{name}-000002", "/Bad", f"/<{name}-{{now/y}}-1>"))
    return asked(random, "POST", f"/{target}/_rollover{new}", {**TIMES, **_WAIT, "dry_run": BOOLEANS}, body)


_ROLLOVER: dict[str, Sequence[Json]] = {
    "max_docs": (0, 1, 100, "5", "x"),
    "max_age": ("1d", "0s", "x", 5),
    "max_size": ("1kb", "5gb", "1", "x"),
    "nonsense": (1,),
}


# --- templates --------------------------------------------------------------------------------------------------------


def _part(random: Random, name: str) -> dict[str, Json]:
    found = _body(random, name)
    if random.random() < 0.2 and "aliases" in found:
        found["aliases"] = {"{index}-made": {}}
    return found


def _template(random: Random, name: str) -> ConsoleRequest:
    how = random.random()
    kind = some(random, ("_component_template", "_index_template", "_index_template", "_template"))
    key = f"drawn-{some(random, 'xxyz')}"
    if how < 0.2:
        path = some(
            random, (f"/{kind}/{key}", f"/{kind}/drawn-*", f"/{kind}", f"/{kind}/none", f"/{kind}/{key},drawn-q*")
        )
        parameters: dict[str, Sequence[str]] = {"flat_settings": BOOLEANS, "local": BOOLEANS, **TIMES}
        return asked(random, some(random, ("GET", "GET", "HEAD")), path, parameters)
    if how < 0.27:
        return asked(random, "DELETE", f"/{kind}/{some(random, (key, 'drawn-z*', 'none', f'{key},none'))}", TIMES)
    patterns = some(
        random, ([f"{name}-b*"], [f"{name}-c*", f"{name}-d"], f"{name}-*", [], [f"{name}-ds*"], [f"{name}*"])
    )
    priority = some(random, (1, 5, 5, 9, 100, -1, "7", None))
    parameters = {"create": BOOLEANS, "cause": ("x",), **TIMES}
    body: dict[str, Json]
    if kind == "_template":
        body = {"index_patterns": patterns, "order": priority, **_part(random, name)}
        if random.random() < 0.1:
            body[some(random, ("version", "nonsense", "template"))] = some(random, (3, "x", None))
        return asked(random, "PUT", f"/_template/{key}", {**parameters, "order": ("2", "x")}, body)
    body = {"template": _part(random, name)}
    for extra, values in {"version": (3, "4", "x"), "_meta": ({"a": 1}, {}, 5), "nonsense": (1,)}.items():
        if random.random() < 0.1:
            body[extra] = some(random, values)
    if kind == "_component_template":
        return asked(random, "PUT", f"/_component_template/{key}", parameters, body)
    body["index_patterns"] = patterns
    if random.random() < 0.9:
        body["priority"] = priority
    if random.random() < 0.5:
        body["composed_of"] = some(random, (["drawn-x"], ["drawn-x", "drawn-y"], ["drawn-y", "drawn-z"], [], "drawn-x"))
    if random.random() < 0.25:
        body["data_stream"] = some(random, ({}, {"timestamp_field": {"name": "t"}}, {"hidden": True}, None, 1))
    if random.random() < 0.1:
        del body["template"]
    if how < 0.6:
        return asked(random, some(random, ("PUT", "POST")), f"/_index_template/{key}", parameters, body)
    path = some(random, ("_simulate", f"_simulate/{key}", f"_simulate_index/{one(random, name)}"))
    return asked(random, "POST", f"/_index_template/{path}", parameters, body if random.random() < 0.7 else None)


# --- data streams -----------------------------------------------------------------------------------------------------


def _stream(random: Random, name: str) -> ConsoleRequest:
    stream = some(random, (f"{name}-ds", f"{name}-ds", f"{name}-ds2", f"{name}-ds*", one(random, name)))
    template: dict[str, Json] = {"index_patterns": [f"{name}-ds*"], "data_stream": {}, "priority": 200}
    if random.random() < 0.3:
        template["template"] = _body(random, name)
    kinds: tuple[ConsoleRequest, ...] = (
        _request("PUT", "/_index_template/drawn-ds", template),
        _request("PUT", f"/_data_stream/{stream}"),
        _request("PUT", f"/_data_stream/{stream}"),
        asked(random, "GET", f"/_data_stream/{stream}", {"human": BOOLEANS}),
        asked(random, "GET", f"/_data_stream/{some(random, ('_stats', f'{stream}/_stats'))}", {"human": BOOLEANS}),
        _request("GET", f"/{stream}"),
        _request("DELETE", f"/_data_stream/{stream}"),
        _request(
            "POST", f"/{stream}/_doc?op_type=create", {"@timestamp": some(random, (1, "2024-01-01", "x", [1, 2]))}
        ),
        _request("PUT", f"/{stream}/_create/{random.randint(1, 3)}", {"@timestamp": "2024-01-01", "k": 1}),
        _request("POST", f"/{stream}/_rollover", {"conditions": {"max_docs": some(random, (1, 5))}}),
        _request("POST", f"/{stream}/_close"),
        _request("DELETE", f"/.ds-{stream}-00000{random.randint(1, 2)}"),
        _request("PUT", f"/{stream}/_mapping", {"properties": {"new": {"type": "long"}}}),
        _request("PUT", f"/{stream}/_settings", {"index.refresh_interval": "1h"}),
        _request("POST", "/_aliases", {"actions": [{"add": {"index": stream, "alias": f"{name}-al"}}]}),
    )
    return some(random, kinds)


# --- settings and mappings --------------------------------------------------------------------------------------------


def _settings(random: Random, name: str) -> ConsoleRequest:
    if random.random() < 0.35:
        part = some(random, ("", "/index.number*", "/index.blocks.*,index.h*", "/none", "/_all", "/*"))
        parameters = {**INDICES_OPTIONS, "flat_settings": BOOLEANS, "human": BOOLEANS, "local": BOOLEANS}
        return asked(random, "GET", f"/{several(random, name)}/_settings{part}", parameters)
    body = {**some(random, _SETTINGS), **(some(random, _SETTINGS) if random.random() < 0.3 else {})}
    body = {key: None if random.random() < 0.15 else value for key, value in body.items()}
    shaped: Json = some(random, (body, body, {"index": body}, {"settings": body}, {"settings": {"index": body}}))
    parameters = {**INDICES_OPTIONS, **TIMES, "preserve_existing": BOOLEANS, "flat_settings": BOOLEANS}
    return asked(random, "PUT", f"/{several(random, name)}/_settings", parameters, shaped)


def _mapping(random: Random, name: str) -> ConsoleRequest:
    if random.random() < 0.3:
        part = some(random, ("", "", "/field/k,n", "/field/*", "/field/none", "/field/v*,x.*"))
        parameters = {**INDICES_OPTIONS, "include_defaults": BOOLEANS, "local": BOOLEANS}
        return asked(random, "GET", f"/{several(random, name)}/_mapping{part}", parameters)
    body: dict[str, Json] = {}
    if random.random() < 0.25:
        body.update(some(random, _MAPPINGS))
    if random.random() < 0.9:
        body["properties"] = {some(random, "kntovxyz"): definition(random) for _ in range(random.randint(1, 2))}
    parameters = {**INDICES_OPTIONS, **TIMES, "write_index_only": BOOLEANS}
    return asked(random, some(random, ("PUT", "POST")), f"/{several(random, name)}/_mapping", parameters, body)


# --- keeping and telling ----------------------------------------------------------------------------------------------


def _open_or_closed(random: Random, name: str) -> ConsoleRequest:
    what = some(random, ("_open", "_open", "_open", "_close"))
    return asked(random, "POST", f"/{several(random, name)}/{what}", {**INDICES_OPTIONS, **TIMES, **_WAIT})


_STATS = (
    "docs",
    "store",
    "indexing",
    "get",
    "search",
    "merge",
    "refresh",
    "flush",
    "warmer",
    "query_cache",
    "fielddata",
    "completion",
    "segments",
    "translog",
    "suggest",
    "request_cache",
    "recovery",
    "_all",
    "nonsense",
    "Docs",
)


def _told(random: Random, name: str) -> ConsoleRequest:
    target = several(random, name)
    metric = ",".join(some(random, _STATS) for _ in range(random.randint(1, 2)))
    reads: tuple[tuple[str, dict[str, Sequence[str]]], ...] = (
        (f"/{target}", {"flat_settings": BOOLEANS, "local": BOOLEANS, "human": BOOLEANS}),
        (f"/{target}/_stats", {"level": ("cluster", "indices", "shards", "x"), "forbid_closed_indices": BOOLEANS}),
        (f"/{target}/_stats/{metric}", {"fields": ("*", "k"), "groups": ("*",), "level": ("indices", "cluster")}),
        (f"/{target}/_segments", {"verbose": BOOLEANS}),
        (f"/_resolve/index/{target}", {}),
        (f"/{target}/_count", {"q": ("k:red", "k:")}),
        (f"/{target}/_search_shards", {"routing": ("r1", "r1,r2"), "preference": ("_local", "_x", "x")}),
        (
            f"/{target}/_shard_stores?filter_path=error,status,indices.*.shards.*.stores.allocation",
            {"status": ("green", "all", "red,yellow", "x")},
        ),
        (
            f"/{target}/_recovery?filter_path=*.shards.type,*.shards.stage",
            {"active_only": BOOLEANS, "detailed": BOOLEANS},
        ),
        (f"/_cluster/health/{target}", {"level": ("cluster", "indices", "shards", "x"), "wait_for_status": ("red",)}),
        (f"/_cat/indices/{target}?h=health,status,index,pri,rep,dc,dd", {"health": ("green", "x"), "pri": BOOLEANS}),
        (f"/_cat/shards/{target}?h=index,shard,prirep,state,docs", {"s": ("index:desc,shard", "x")}),
        (f"/_cat/segments/{target}?h=index,shard,segment,docs.*,compound", {"v": BOOLEANS}),
        (f"/_cat/count/{target}?h=count", {"v": BOOLEANS, "format": ("json", "yaml")}),
        (f"/_field_caps?index={target}&fields=*", {"include_unmapped": BOOLEANS}),
    )
    path, parameters = some(random, reads)
    if random.random() < 0.1 and path.startswith("/drawn"):
        return asked(random, "HEAD", path, {**parameters, **INDICES_OPTIONS})
    return asked(random, "GET", path, {**parameters, **INDICES_OPTIONS})


def _kept(random: Random, name: str) -> ConsoleRequest:
    target = several(random, name)
    keeping: tuple[tuple[str, dict[str, Sequence[str]]], ...] = (
        ("_refresh", {}),
        ("_flush", {"force": BOOLEANS, "wait_if_ongoing": BOOLEANS}),
        ("_forcemerge", {"max_num_segments": ("1", "0", "x"), "only_expunge_deletes": BOOLEANS, "flush": BOOLEANS}),
        ("_cache/clear", {"query": BOOLEANS, "fielddata": BOOLEANS, "request": BOOLEANS, "fields": ("k",)}),
        ("_upgrade", {"only_ancient_segments": BOOLEANS}),
    )
    path, parameters = some(random, keeping)
    return asked(random, "POST", f"/{target}/{path}", {**parameters, **INDICES_OPTIONS})


_KINDS: tuple[_Drawer, ...] = (
    *(_create, _create, _delete, _write, _write, _aliases, _aliases, _aliases, _resize, _resize, _blocked, _rollover),
    *(_rollover, _template, _template, _template, _stream, _stream, _settings, _settings, _mapping, _mapping, _mapping),
    *(_open_or_closed, _told, _told, _told, _kept),
)
