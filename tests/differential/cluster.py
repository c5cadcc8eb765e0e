"""What belongs to no single index, drawn at random: snapshots, tasks and the slices of what works by query, settings of
the cluster, tables of ``_cat``, and what nodes and cluster tell of themselves.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Sequence
from random import Random

from fakeknn.contract.console import ConsoleRequest

from .draw import Json, some
from .indices import BOOLEANS, INDICES_OPTIONS, TIMES, WILDCARDS, asked
from .spoil import spoiled_request

#: How many requests a round sends.
ROUND = 50
SPOILED = 0.2


def _request(method: str, path: str, body: Json = None) -> ConsoleRequest:
    return ConsoleRequest(method, path, b"" if body is None else json.dumps(body).encode())


def _lines(lines: list[Json]) -> bytes:
    return "".join(json.dumps(line) + "\n" for line in lines).encode()


def requests(random: Random, name: str) -> Iterator[ConsoleRequest]:
    yield _request("GET", f"/{name}*")  # nothing yet, and what was made is deleted by this name
    quiet: Json = {"settings": {"number_of_replicas": 0, "refresh_interval": "-1"}}
    yield _request("PUT", "/_index_template/drawn-quiet", {"index_patterns": [f"{name}*"], "template": quiet})
    yield _request("PUT", f"/_ingest/pipeline/{_PIPELINE}", {"processors": [{"set": {"field": "p", "value": "{{k}}"}}]})
    yield _request("PUT", f"/_snapshot/{_REPOSITORY}", {"type": "fs", "settings": {"location": "drawn"}})
    shards = some(random, (1, 1, 2, 3))
    yield _request("PUT", f"/{name}-a", {"settings": {"number_of_shards": shards}, "aliases": {f"{name}-al": {}}})
    yield _request("PUT", f"/{name}-b", {"mappings": {"properties": {"n": {"type": "integer"}}}})
    lines: list[Json] = []
    for key in range(1, random.randint(2, 14)):
        lines += [{"index": {"_index": f"{name}-{some(random, 'aaab')}", "_id": str(key)}}, _document(random)]
    yield ConsoleRequest("POST", "/_bulk?refresh=true", _lines(lines))
    for _ in range(ROUND):
        request = some(random, _KINDS)(random, name)
        yield spoiled_request(random, request) if _may_be_spoiled(request) and random.random() < SPOILED else request
    yield _request("POST", f"/{name}*/_refresh")
    yield _request("GET", f"/{name}*/_search?size=100&version=true&sort=_id")


def _may_be_spoiled(request: ConsoleRequest) -> bool:
    """A setting of the cluster with a typo may be one that ends it."""
    return "_cluster/settings" not in request.path


_REPOSITORY = "drawn-fs"
_PIPELINE = "drawn-set"


def _document(random: Random) -> dict[str, Json]:
    return {"k": some(random, ("red", "blue", "a b")), "n": random.randint(0, 9), "l": [1, {"x": "y"}]}


def _index(random: Random, name: str) -> str:
    return f"{name}-{some(random, 'aaabc')}"


def _target(random: Random, name: str) -> str:
    return some(random, (_index(random, name), _index(random, name), f"{name}-a,{name}-b", f"{name}-*", f"{name}-none"))


# --- snapshots --------------------------------------------------------------------------------------------------------


def _snapshot(random: Random, name: str) -> ConsoleRequest:
    at = f"/_snapshot/{some(random, (_REPOSITORY,) * 8 + ('drawn-none',))}"
    key = f"s{random.randint(1, 3)}"
    how = random.random()
    if how < 0.3:
        body: dict[str, Json] = {}
        options: dict[str, Sequence[Json]] = {
            "indices": (f"{name}-a", [f"{name}-*"], f"{name}-none", "*", [], 5, f"{name}-a,-{name}-b"),
            "ignore_unavailable": (True, False, "x"),
            "include_global_state": (False, False, True, "x"),
            "partial": (True, False, "x"),
            "metadata": ({"by": "me"}, {}, "x", None),
            "expand_wildcards": ("open", "all", "x"),
            "settings": ({}, {"a": 1}, "x"),
            "nonsense": (1,),
        }
        for option, values in options.items():
            if random.random() < (0.6 if option in ("indices", "include_global_state") else 0.1):
                body[option] = some(random, values)
        wait = some(random, ("true", "true", "true", ""))
        name_of = some(random, (key, key, key, key, "Bad", "a b", "s,1", "<s-{now/y}>"))
        return asked(random, "PUT", f"{at}/{name_of}?wait_for_completion={wait}", TIMES_OF_MANAGER, body)
    if how < 0.55:
        body = {
            "rename_pattern": f"{name}-(.)",
            "rename_replacement": some(random, (f"{name}-r$1", f"{name}-$1", "$9")),
        }
        options = {
            "indices": (f"{name}-a", [f"{name}-*"], f"{name}-none", "*", []),
            "ignore_unavailable": (True, False),
            "include_global_state": (False, True, "x"),
            "include_aliases": (True, False, "x"),
            "partial": (True, False),
            "index_settings": ({"index.number_of_replicas": 1}, {"index.number_of_shards": 3}, {"index.x": 1}, {}, "x"),
            "ignore_index_settings": ("index.refresh_interval", ["index.number_of_replicas"], "index.uuid", "x", 5),
            "rename_alias_pattern": (".+",),
            "rename_alias_replacement": (f"{name}-ra",),
            "storage_type": ("local", "x"),
            "nonsense": (1,),
            "rename_pattern": ("(", "x", "(.+)"),
        }
        for option, values in options.items():
            if random.random() < (0.5 if option in ("indices", "include_aliases") else 0.1):
                body[option] = some(random, values)
        return asked(random, "POST", f"{at}/{key}/_restore?wait_for_completion=true", TIMES_OF_MANAGER, body)
    if how < 0.6:
        target = some(random, ("s3", "s4", key, "Bad"))
        return asked(
            random,
            "PUT",
            f"{at}/{key}/_clone/{target}",
            TIMES_OF_MANAGER,
            {"indices": some(random, (f"{name}-a", "*", f"{name}-none"))},
        )
    if how < 0.66:
        return asked(
            random, "DELETE", f"{at}/{some(random, (key, f'{key},s4', 's*', 'none', '_all'))}", TIMES_OF_MANAGER
        )
    if how < 0.74:
        body = {"type": some(random, ("fs", "fs", "fs", "url", "nonsense", None)), "settings": {"location": "drawn"}}
        repository_settings: dict[str, Sequence[Json]] = {
            "compress": (True, "x"),
            "readonly": (False, "x"),
            "chunk_size": ("1gb", "x", "-1"),
            "max_snapshot_bytes_per_sec": ("40mb",),
            "location": ("/elsewhere", None, "other"),
        }
        for option, values in repository_settings.items():
            if random.random() < 0.1:
                body["settings"][option] = some(random, values)
        path = f"/_snapshot/{some(random, ('drawn-other', 'drawn-other', 'Bad#', 'a,b'))}"
        return asked(random, some(random, ("PUT", "POST")), path, {**TIMES, "verify": BOOLEANS}, body)
    reads: tuple[tuple[str, str, dict[str, Sequence[str]]], ...] = (
        (
            "GET",
            f"{at}/{some(random, (key, 's*', '_all', '_current', 'none', f'{key},none', '*,-s1'))}",
            {"ignore_unavailable": BOOLEANS, "verbose": BOOLEANS},
        ),
        (
            "GET",
            f"{at}/{some(random, (key, f'{key},s2', 'none'))}/_status?filter_path={_STATUS}",
            {"ignore_unavailable": BOOLEANS},
        ),
        (
            "GET",
            some(random, (at, "/_snapshot", "/_snapshot/_all", "/_snapshot/drawn-*", "/_snapshot/_status")),
            {"local": BOOLEANS},
        ),
        ("POST", f"{at}/_verify", TIMES),
        ("POST", f"{at}/_cleanup", TIMES),
        ("DELETE", some(random, ("/_snapshot/drawn-other", "/_snapshot/drawn-none", "/_snapshot/drawn-o*")), TIMES),
        ("GET", f"/_cat/snapshots/{_REPOSITORY}?h=id,status,indices,ss,fs,ts", {"s": ("id:desc",), "v": BOOLEANS}),
        ("GET", "/_cat/repositories", {"v": BOOLEANS, "h": ("id", "t", "x"), "s": ("id:desc",)}),
        ("GET", f"/{name}-r*", {"flat_settings": BOOLEANS}),
        ("GET", f"/{name}-r*/_search?sort=_id", {}),
        ("DELETE", f"/{name}-r*", {}),
        ("POST", f"/{name}-*/_close", {}),
        ("POST", f"/{name}-*/_open", {}),
    )
    method, path, parameters = some(random, reads)
    return asked(random, method, path, parameters)


#: Of a snapshot's status, what is not sizes and times.
_STATUS = "**.snapshot,**.state,**.shards_stats,error,status"
TIMES_OF_MANAGER = {name: values for name, values in TIMES.items() if name != "timeout"}

# --- by query ---------------------------------------------------------------------------------------------------------

_QUERIES: tuple[Json, ...] = (
    *({"match_all": {}}, {"term": {"k": "red"}}, {"range": {"n": {"gte": 5}}}, {"ids": {"values": ["1", "3"]}}),
    *({"exists": {"field": "p"}}, {"nonsense": {}}, {"bool": {"must_not": {"term": {"k.keyword": "blue"}}}}),
)
_SCRIPTS: tuple[Json, ...] = (
    *({"source": "ctx._source.n = (ctx._source.n ?: 0) + params.by", "params": {"by": 3}}, "ctx._source.remove('k')"),
    *(
        "ctx.op = ctx._source.n > 4 ? 'noop' : 'index'",
        "ctx.op = 'delete'",
        "ctx.op = 'x'",
        "ctx._source.k.x()",
        "bad(",
    ),
    *("ctx._id = 'z' + ctx._id", "ctx._index = 'drawn-cluster-c'", "ctx._routing = 'r'", "ctx._version = null"),
    *({"lang": "painless", "source": "ctx._source.l.add(ctx._id)"}, "ctx._source.v = ctx._version", "ctx.x = 1", None),
)
_BY_QUERY: dict[str, Sequence[str]] = {
    "conflicts": ("proceed", "abort", "x"),
    "refresh": ("true", "true", "false", "wait_for", "x"),
    "max_docs": ("1", "3", "0", "-1", "x"),
    "scroll_size": ("1", "2", "0", "x"),
    "slices": ("1", "2", "3", "auto", "0", "-1", "x"),
    "requests_per_second": ("-1", "10000", "0", "x"),
    "scroll": ("1m", "x"),
    "search_timeout": ("1m", "x"),
    "wait_for_active_shards": ("1", "0", "x"),
    "timeout": ("1m", "x"),
    "pipeline": (_PIPELINE, "drawn-none", "_none"),
    "routing": ("r", "1,2"),
    "preference": ("_local", "x"),
    "q": ("k:red", "n:[2 TO 5]", "k:(", "*:*"),
    "df": ("k",),
    "default_operator": ("AND", "x"),
    "terminate_after": ("1",),
    "version": ("true",),
    "sort": ("n:desc",),
    "size": ("2",),
    "from": ("1",),
    "_source": ("false", "k"),
    "_source_includes": ("k,n",),
    "stats": ("g",),
    "request_cache": ("true",),
    "search_type": ("dfs_query_then_fetch", "x"),
    "lenient": ("true",),
    "analyze_wildcard": ("true",),
    "nonsense": ("1",),
}


def _by_query(random: Random, name: str) -> ConsoleRequest:
    kind = some(random, ("_update_by_query", "_delete_by_query"))
    body: dict[str, Json] = {}
    if random.random() < 0.9:
        body["query"] = some(random, _QUERIES)
    if kind == "_update_by_query" and random.random() < 0.6:
        body["script"] = some(random, _SCRIPTS)
    options: dict[str, Sequence[Json]] = {
        "max_docs": (1, 2, "3", 0, -1, "x"),
        "size": (1, 2),
        "slice": (
            {"id": 0, "max": 2},
            {"id": 1, "max": 2},
            {"id": 2, "max": 2},
            {"id": 0},
            {"field": "n", "id": 0, "max": 3},
        ),
        "conflicts": ("proceed", "abort", "x"),
        "sort": ([{"n": "desc"}], "n"),
        "_source": (["k"], False),
        "from": (1,),
        "aggs": ({"a": {"terms": {"field": "n"}}},),
        "nonsense": (1,),
    }
    for option, values in options.items():
        if random.random() < 0.06:
            body[option] = some(random, values)
    parameters = {**_few(random, _BY_QUERY), **INDICES_OPTIONS}
    return asked(random, "POST", f"/{_target(random, name)}/{kind}?refresh=true", parameters, body)


def _few(random: Random, parameters: dict[str, Sequence[str]]) -> dict[str, Sequence[str]]:
    """Some of many parameters: each is refused now and then, and all of them would be always."""
    return {name: parameters[name] for name in random.sample(sorted(parameters), 6)}


def _reindex(random: Random, name: str) -> ConsoleRequest:
    source: dict[str, Json] = {
        "index": some(random, (_index(random, name), [f"{name}-a", f"{name}-b"], f"{name}-*", ""))
    }
    options: dict[str, Sequence[Json]] = {
        "query": _QUERIES,
        "size": (1, 2, 0, -1),
        "sort": ({"n": "desc"}, "n"),
        "_source": (["k"], {"excludes": ["k"]}, False, "n"),
        "slice": ({"id": 0, "max": 2}, {"id": 1, "max": 2}),
        "remote": ({"host": "http://127.0.0.1:1"}, {"host": "x"}, {}),
        "nonsense": (1,),
    }
    for option, values in options.items():
        if random.random() < (0.4 if option == "query" else 0.08):
            source[option] = some(random, values)
    dest: dict[str, Json] = {"index": some(random, (f"{name}-c", f"{name}-c", f"{name}-b", f"{name}-al", "Bad", None))}
    options = {
        "op_type": ("create", "index", "x"),
        "version_type": ("external", "internal", "external_gte", "x"),
        "routing": ("keep", "discard", "=r", "x"),
        "pipeline": (_PIPELINE, "drawn-none"),
        "nonsense": (1,),
    }
    for option, values in options.items():
        if random.random() < 0.15:
            dest[option] = some(random, values)
    body: dict[str, Json] = {"source": source, "dest": dest}
    options = {
        "script": _SCRIPTS,
        "conflicts": ("proceed", "abort", "x"),
        "max_docs": (1, 3, 0, -1, "x"),
        "size": (2,),
        "nonsense": (1,),
    }
    for option, values in options.items():
        if random.random() < (0.3 if option == "script" else 0.1):
            body[option] = some(random, values)
    asks = (
        "refresh",
        "max_docs",
        "slices",
        "requests_per_second",
        "scroll",
        "timeout",
        "wait_for_active_shards",
        "size",
    )
    parameters = {**_few(random, {key: _BY_QUERY[key] for key in asks}), "require_alias": BOOLEANS}
    return asked(random, "POST", "/_reindex?refresh=true", parameters, body)


# --- many documents ---------------------------------------------------------------------------------------------------

_META: tuple[dict[str, Json], ...] = (
    *({"routing": "r"}, {"routing": 5}, {"pipeline": _PIPELINE}, {"pipeline": "drawn-none"}, {"_source": ["k"]}),
    *({"_source": False}, {"require_alias": True}, {"retry_on_conflict": 2}, {"retry_on_conflict": "x"}, {"_id": 5}),
    *({"if_seq_no": 1, "if_primary_term": 1}, {"if_seq_no": 0}, {"if_primary_term": 1}, {"version": 4}, {"_type": "x"}),
    *({"version": 4, "version_type": "external"}, {"version": 4, "version_type": "external_gte"}, {"_id": None}),
    *({"version": 1, "version_type": "internal"}, {"version_type": "force"}, {"op_type": "create"}, {"_id": ""}),
    *({"parent": "1"}, {"fields": ["k"]}, {"_id": "x" * 600}, {"_index": None}, {"nonsense": {}}, {"_id": [1]}),
)


def _bulk(random: Random, name: str) -> ConsoleRequest:
    lines: list[Json] = []
    for _ in range(random.randint(1, 4)):
        action = some(random, ("index", "index", "create", "update", "delete"))
        meta: dict[str, Json] = {"_index": some(random, (_index(random, name), f"{name}-al", f"{name}-new", "Bad"))}
        meta["_id"] = str(random.randint(1, 9))
        if random.random() < 0.35:
            meta.update(some(random, _META))
        if random.random() < 0.05:
            del meta[some(random, ("_id", "_index"))]
        lines.append({action: meta})
        if action == "update":
            lines.append(
                some(
                    random,
                    (
                        {"doc": _document(random), "doc_as_upsert": True},
                        {"doc": {"k": "red"}, "detect_noop": False, "_source": True},
                        {"script": some(random, _SCRIPTS), "upsert": {"k": 1}},
                        {"script": some(random, _SCRIPTS), "scripted_upsert": True, "upsert": {}},
                        {"doc": {}, "script": "1"},
                        {"nonsense": 1},
                        {},
                    ),
                )
            )
        elif action != "delete":
            lines.append(some(random, (_document(random), {"n": "x"}, {}, {"k": {"a": 1}}, {"": 1}, {"new": [1, "x"]})))
    parameters: dict[str, Sequence[str]] = {
        "refresh": ("true", "wait_for", "false", "", "x"),
        "routing": ("r",),
        "pipeline": (_PIPELINE, "drawn-none", "_none"),
        "require_alias": BOOLEANS,
        "_source": ("true", "k", "false"),
        "_source_includes": ("k",),
        "_source_excludes": ("k",),
        "timeout": ("1m", "x"),
        "wait_for_active_shards": ("1", "2", "x"),
        "batch_size": ("1", "0"),
        "filter_path": ("items.*.status,errors", "items.*.error", "-took"),
    }
    if "wait_for_active_shards=2" in (request := asked(random, "POST", _bulk_path(random, name), parameters)).path:
        request = asked(random, "POST", _bulk_path(random, name), {})
    return ConsoleRequest(request.method, request.path, _lines(lines))


def _bulk_path(random: Random, name: str) -> str:
    return some(random, ("/_bulk", "/_bulk", f"/{_index(random, name)}/_bulk"))


def _mget(random: Random, name: str) -> ConsoleRequest:
    docs: list[Json] = []
    for _ in range(random.randint(1, 4)):
        one: dict[str, Json] = {"_index": some(random, (_index(random, name), f"{name}-al", f"{name}-none"))}
        one["_id"] = some(random, ("1", "2", "3", 4, None))
        options: dict[str, Sequence[Json]] = {
            "routing": ("r", 5),
            "_source": (True, False, "k", ["k", "l.*"], {"include": ["k"]}, {"includes": ["*"], "excludes": ["k"]}, 5),
            "stored_fields": (["k"], "k", "_none_", ["_routing"]),
            "version": (1, "x"),
            "version_type": ("external", "x"),
            "nonsense": (1,),
        }
        for option, values in options.items():
            if random.random() < 0.1:
                one[option] = some(random, values)
        docs.append(one)
    body: dict[str, Json] = {"docs": docs}
    if random.random() < 0.2:
        body = {"ids": some(random, (["1", "2"], [1, None], [], "1", [{"a": 1}]))}
    parameters: dict[str, Sequence[str]] = {
        "realtime": BOOLEANS,
        "refresh": BOOLEANS,
        "routing": ("r",),
        "preference": ("_local",),
        "stored_fields": ("k", "_none_"),
        "_source": ("true", "false", "k"),
        "_source_includes": ("k", "l.x"),
        "_source_excludes": ("k", "l"),
    }
    path = some(random, ("/_mget", f"/{_index(random, name)}/_mget", f"/{_index(random, name)}/_mget"))
    return asked(random, some(random, ("GET", "POST")), path, parameters, body)


_VERSIONS: dict[str, Sequence[str]] = {
    "version": ("1", "3", "5", "0", "-1", "x"),
    "version_type": ("external", "external", "external_gte", "internal", "force", "x"),
    "if_seq_no": ("0", "1", "2", "-1", "x"),
    "if_primary_term": ("1", "1", "2", "0", "x"),
    "refresh": ("true", "x"),
    "routing": ("r",),
}


def _versioned(random: Random, name: str) -> ConsoleRequest:
    at = f"/{_index(random, name)}/_doc/{random.randint(1, 9)}"
    parameters = {key: _VERSIONS[key] for key in random.sample(sorted(_VERSIONS), 2)}
    pairs = (("version", "version_type"), ("if_seq_no", "if_primary_term"))
    both = some(random, pairs)
    place = f"{at}?{'&'.join(f'{key}={some(random, _VERSIONS[key])}' for key in both)}"
    method = some(random, ("PUT", "PUT", "DELETE", "GET", "HEAD"))
    if method in ("GET", "HEAD") or random.random() < 0.3:
        extra: dict[str, Sequence[str]] = {
            "realtime": BOOLEANS,
            "stored_fields": ("k", "_none_"),
            "_source": ("false", "k"),
            "_source_includes": ("l.x",),
            "_source_excludes": ("l",),
            "preference": ("_local",),
        }
        if method in ("GET", "HEAD"):
            place = at.replace("_doc", some(random, ("_doc", "_doc", "_source")))
            parameters = {**extra, "version": ("1", "7"), "version_type": ("external", "x"), "refresh": BOOLEANS}
    return asked(random, method, place, parameters, _document(random) if method == "PUT" else None)


# --- the cluster ------------------------------------------------------------------------------------------------------

#: Settings that change nothing a later request would show, and values for them.
_CLUSTER_SETTINGS: dict[str, Sequence[Json]] = {
    "cluster.routing.allocation.enable": ("all", "x", "primaries"),
    "cluster.routing.rebalance.enable": ("none", "all", 5),
    "cluster.routing.allocation.cluster_concurrent_rebalance": (3, "-2", "x"),
    "cluster.max_shards_per_node": (1000, 0, "x", 2000),
    "cluster.info.update.interval": ("1m", "1ms", "x"),
    "cluster.routing.allocation.disk.watermark.low": ("90%", "10gb", "x", "101%"),
    "cluster.routing.allocation.disk.threshold_enabled": (False, "x"),
    "indices.recovery.max_bytes_per_sec": ("40mb", "x", -1),
    "search.max_buckets": (1000, 0, -1, "x", 70000),
    "search.default_search_timeout": ("10s", "-1", "x"),
    "search.max_open_scroll_context": (100, -1),
    "search.default_allow_partial_results": (True, "x"),
    "indices.breaker.total.limit": ("70%", "x", "1b"),
    "action.destructive_requires_name": (False, "maybe"),
    "script.max_compilations_rate": ("100/5m", "x", "use-context", "100/0s"),
    "logger.org.opensearch.x": ("DEBUG", "x"),
    "cluster.metadata.nonsense.a": (1,),
    "nonsense": (1,),
    "cluster.name": ("x",),
    "knn.memory.circuit_breaker.limit": ("50%", "x"),
    "knn.algo_param.index_thread_qty": (1, 0, "x"),
    "ingest.grok.watchdog.interval": ("1s", "x"),
    "thread_pool.search.size": (1,),
    "cluster.persistent_tasks.allocation.enable": ("all", "x"),
    "compatibility.override_main_response_version": (False, "x"),
    "archived.x": (None, 1),
    "cluster.routing.allocation.awareness.attributes": ("zone", ["a", "b"], None),
    "indices.query.bool.max_clause_count": (1024, 0, "x"),
}


def _cluster_settings(random: Random, name: str) -> ConsoleRequest:
    parameters: dict[str, Sequence[str]] = {"flat_settings": BOOLEANS, **TIMES, "local": BOOLEANS}
    if random.random() < 0.25:
        return asked(random, "GET", "/_cluster/settings", parameters)
    body: dict[str, Json] = {}
    for scope in some(random, (("persistent",), ("transient",), ("persistent", "transient"), ("nonsense",))):
        keys = random.sample(sorted(_CLUSTER_SETTINGS), some(random, (1, 1, 2)))
        body[scope] = {key: None if random.random() < 0.2 else some(random, _CLUSTER_SETTINGS[key]) for key in keys}
        if random.random() < 0.1:
            body[scope] = some(random, ({"*": None}, {"cluster.*": None}, {"search.*": None}, {}, [], None, "x"))
    return asked(random, "PUT", "/_cluster/settings", parameters, body)


_NODES = ("_local", "_all", "data:true", "none", "cluster_manager:true", "_cluster_manager", "x:y")
_NODE_STATISTICS = ("indices", "os", "breaker", "indices,http", "nonsense", "ingest", "transport")


def _cluster(random: Random, name: str) -> ConsoleRequest:
    target = _target(random, name)
    metric = some(
        random, ("metadata", "routing_table", "blocks", "nodes", "version,blocks", "_all", "nonsense", "metadata,none")
    )
    reads: tuple[tuple[str, dict[str, Sequence[str]]], ...] = (
        ("/_cluster/health", {"level": ("indices", "shards", "awareness_attributes", "x"), **_HEALTH}),
        (f"/_cluster/health/{target}", {"level": ("indices", "shards", "x"), **_HEALTH, "expand_wildcards": WILDCARDS}),
        (
            f"/_cluster/state/{metric}?filter_path=blocks,metadata.indices.*.state,metadata.indices.*.aliases,error,nodes.*.name",
            {"local": BOOLEANS},
        ),
        (f"/_cluster/state/metadata/{target}", {**INDICES_OPTIONS, "flat_settings": BOOLEANS}),
        ("/_cluster/pending_tasks", {"local": BOOLEANS}),
        (
            "/_cluster/stats?filter_path=indices.count,indices.shards,indices.docs,indices.mappings,indices.analysis",
            {"human": BOOLEANS},
        ),
        ("/_nodes", {"flat_settings": BOOLEANS}),
        (
            f"/_nodes/{some(random, _NODES)}"
            f"/{some(random, ('http', 'os,process', 'plugins', 'ingest', 'nonsense', 'indices', 'stats'))}",
            {},
        ),
        (
            f"/_nodes/stats/{some(random, _NODE_STATISTICS)}{some(random, ('', '/docs', '/docs,store', '/nonsense'))}",
            {"level": ("indices", "node", "shards", "x"), "groups": ("*",)},
        ),
        ("/_nodes/usage", {}),
        (f"/_nodes/usage/{some(random, ('rest_actions', 'x', 'aggregations'))}?filter_path=nodes.*.x,_nodes,error", {}),
        (
            "/_tasks?filter_path=tasks,node_failures",
            {"group_by": ("none", "parents", "x"), "actions": ("none*",), "detailed": BOOLEANS},
        ),
        (
            f"/_tasks/{some(random, ('x', 'x:1', 'x:y', 'oTUltX4IQMOUUVeiohTt8A:124', ''))}",
            {"wait_for_completion": BOOLEANS, "timeout": ("1s", "x")},
        ),
        ("/_remote/info", {}),
        ("/_dangling", {}),
    )
    path, parameters = some(random, reads)
    return asked(random, "GET", path, parameters)


_HEALTH: dict[str, Sequence[str]] = {
    "wait_for_status": ("red", "x"),
    "wait_for_nodes": (">=1", "1", "x", "le(1)"),
    "wait_for_active_shards": ("0", "1", "x"),
    "wait_for_no_relocating_shards": BOOLEANS,
    "wait_for_events": ("languid", "x"),
    "timeout": ("1s", "x"),
    "local": BOOLEANS,
}

#: Tables of ``_cat`` and the columns that two servers fill alike.
_TABLES: dict[str, tuple[str, ...]] = {
    "aliases": ("alias", "index", "filter", "routing.index", "ris", "is_write_index", "routingSearch"),
    "allocation/x": ("shards",),
    "count": ("count", "dc", "docs.count"),
    "fielddata": ("field", "size"),
    "health": ("status", "node.total", "shards", "pri", "relo", "init", "unassign", "active_shards_percent", "cl.x"),
    "indices": (
        "index",
        "i",
        "h",
        "status",
        "pri",
        "rep",
        "docs.count",
        "docs.deleted",
        "fielddata.memory_size",
        "ftt",
    ),
    "nodes": ("role", "cluster_manager", "r", "m", "node.role", "v", "version", "suggest.time", "fm", "pt"),
    "pending_tasks": ("insertOrder", "priority", "source"),
    "plugins": ("component", "version", "c"),
    "recovery": ("index", "shard", "type", "stage", "repository", "snapshot", "bytes_percent"),
    "repositories": ("id", "type"),
    "segments": (
        "index",
        "shard",
        "prirep",
        "segment",
        "generation",
        "docs.count",
        "docs.deleted",
        "committed",
        "searchable",
    ),
    "segment_replication": ("shardId", "index"),
    "shards": ("index", "shard", "prirep", "state", "docs", "unassigned.reason", "get.current", "mt", "sync_id"),
    "snapshots/drawn-fs": ("id", "status", "indices", "successful_shards", "fs", "total_shards", "reason"),
    "tasks": ("x",),
    "templates": ("name", "index_patterns", "order", "version", "composed_of", "p"),
    "thread_pool/search": ("name", "type", "queue", "rejected", "keep_alive"),
    "cluster_manager": ("x",),
    "nodeattrs": ("x",),
}
_COMMON: dict[str, Sequence[str]] = {
    "v": BOOLEANS,
    "format": ("json", "yaml", "text", "x"),
    "bytes": ("b", "kb", "x", "m"),
    "time": ("ms", "s", "x", "nanos"),
    "local": BOOLEANS,
    "cluster_manager_timeout": ("30s", "x"),
    "pretty": BOOLEANS,
    "health": ("green", "yellow", "x"),
    "pri": BOOLEANS,
    "full_id": BOOLEANS,
    "nonsense": ("1",),
}


def _cat(random: Random, name: str) -> ConsoleRequest:
    table = some(random, sorted(_TABLES))
    columns = list(_TABLES[table])
    if random.random() < 0.1:
        return asked(random, "GET", f"/_cat/{table}?help", {"v": BOOLEANS, "format": ("json",)})
    shown = random.sample(columns, random.randint(1, len(columns)))
    if random.random() < 0.1:
        shown.append(some(random, ("nonsense", shown[0], f"{shown[0][:2]}*", "")))
    path = f"/_cat/{table}"
    if (
        table in ("aliases", "indices", "shards", "segments", "recovery", "count", "templates")
        and random.random() < 0.6
    ):
        path += f"/{_target(random, name)}"
    path += f"?h={','.join(shown)}"
    if random.random() < 0.5:
        by = random.sample(columns, random.randint(1, min(2, len(columns))))
        path += f"&s={','.join(column + some(random, ('', ':desc', ':asc', ':x')) for column in by)}"
    elif table not in ("count", "health"):
        path += f"&s={columns[0]}"
    parameters = {**_few(random, _COMMON)}
    if table in ("indices", "aliases"):
        parameters["expand_wildcards"] = WILDCARDS
    return asked(random, "GET", path, parameters)


_KINDS: tuple[Callable[[Random, str], ConsoleRequest], ...] = (
    *(_snapshot, _snapshot, _snapshot, _by_query, _by_query, _by_query, _reindex, _reindex, _bulk, _bulk, _mget, _mget),
    *(_versioned, _versioned, _cluster_settings, _cluster, _cluster, _cat, _cat),
)
