"""What tells of shards: ``_search_shards``, ``_segments``, ``_recovery``, ``_shard_stores``; and ``_cache/clear``."""

from __future__ import annotations

from typing import Any

from fakeknn.api.indices import broadcast, resolved
from fakeknn.api.timeouts import check_timeouts
from fakeknn.errors import IllegalArgumentException, NotFaked
from fakeknn.fields.metadata import METADATA, WITHOUT_DOC_VALUES
from fakeknn.fields.vector import VectorFieldType
from fakeknn.query.parsing import query_of
from fakeknn.rest import Request, route
from fakeknn.search import service
from fakeknn.search.request import parse_request
from fakeknn.shape import Readable, millis
from fakeknn.shape import size as size_of
from fakeknn.state import machine, names
from fakeknn.state.allocation import STATUSES, Copy, allocation_id, copies_of, in_hash_order, index_health, iso_millis
from fakeknn.state.index import Index, Restored
from fakeknn.state.names import INDICES_OPTIONS_PARAMETERS, IndicesOptions
from fakeknn.state.node import Node
from fakeknn.state.resolution import filtering_aliases, resolve_expressions, search_routing
from fakeknn.state.shard import Shard
from fakeknn.state.statistics import LUCENE, segments_of
from fakeknn.xcontent import hash_ordered, read_for, read_search

# --- _search_shards ---------------------------------------------------------------------------------------------------


@route(
    "GET POST",
    "/_search_shards",
    "/{index}/_search_shards",
    params=(
        "index",
        "local",
        "routing",
        "preference",
        *INDICES_OPTIONS_PARAMETERS,
    ),
)
def search_shards(node: Node, request: Request) -> dict[str, Any]:
    request.flag("local")
    check_timeouts(request)
    options = IndicesOptions.from_parameters(request.params, names.CLUSTER_SEARCH_SHARDS)
    expressions = [node.dated(name) for name in request.names("index")]
    indices = node.resolve(expressions, options)
    known = [name for name in expressions if "*" in name or node.lookup.get(name) is not None]
    routings = search_routing(node.lookup, known, request.text("routing")) if indices else None
    preferred = service.preferred_shards(request.text("preference")) if indices else None
    wanted = None
    if request.body:
        request.parsed = read_for(request.body, read_search, parse_request)
        wanted = parse_request(request.parsed).slice
    places = []
    for index in indices:
        values = sorted(routings[index.name]) if routings and index.name in routings else None
        chosen = set(index.routing.search_shards(values))
        searched = [
            copy
            for copy in copies_of(node, index)
            if copy.primary and copy.number in chosen and (preferred is None or copy.number in preferred)
        ]
        places += searched if wanted is None or wanted.max < 1 else searched[wanted.id :: wanted.max]
    places.sort(key=lambda copy: (copy.number, copy.index.name))
    resolved = resolve_expressions(node.lookup, known) if known else set()
    return {
        "nodes": {node.node_id: machine.identity(node)} if places else {},
        "indices": {index.name: _aliases(index, resolved) for index in in_hash_order(node, indices)},
        "shards": [[copy.to_json()] for copy in places],
    }


def _aliases(index: Index, resolved: set[str]) -> dict[str, Any]:
    """The aliases that an index was found by, and their filter if all of them have one."""
    found = sorted(alias for alias in index.aliases if alias in resolved)
    if not found:
        return {}
    filtering = filtering_aliases(index, resolved)
    if not filtering:
        return {"aliases": found}
    queries = [query_of(index.aliases[alias]["filter"]).to_json() for alias in filtering]
    either = {"bool": {"should": queries, "adjust_pure_negative": True, "boost": 1.0}}
    return {"aliases": found, "filter": queries[0] if len(queries) == 1 else either}


# --- _segments --------------------------------------------------------------------------------------------------------


@route("GET", "/_segments", "/{index}/_segments", params=("index", "verbose", *INDICES_OPTIONS_PARAMETERS))
def segments(node: Node, request: Request) -> dict[str, Any]:
    request.flag("verbose")
    indices = resolved(node, request, names.BROADCAST)
    told = {
        index.name: {"shards": {str(shard.number): [_segments(node, index, shard)] for shard in index.shards}}
        for index in indices
    }
    return {**broadcast(indices), "indices": told}


def _derived(index: Index) -> dict[str, str]:
    """The fields whose vectors are cut out of the source, as each segment names them, in a Java hash map's order."""
    found: dict[str, list[str]] = {}
    everywhere = (*index.mapping.fields, *METADATA, *WITHOUT_DOC_VALUES)
    for path in hash_ordered(everywhere):
        field = index.mapping.fields.get(path)
        if isinstance(field, VectorFieldType) and field.derived and index.mapping.source_filter.empty:
            prefix = "nested_" if index.mapping.nested_parent(path) is not None else ""
            found.setdefault(f"{prefix}derived_vector_fields", []).append(path)
    return {name: ",".join(paths) for name, paths in found.items()}


def _segments(node: Node, index: Index, shard: Shard) -> dict[str, Any]:
    shard.settle(node.now())
    found, derived = segments_of(shard), _derived(index)
    return {
        "routing": {"state": "STARTED", "primary": True, "node": node.node_id},
        "num_committed_segments": sum(segment.committed for segment in found),
        "num_search_segments": sum(segment.searched for segment in found),
        "segments": {
            segment.name: {
                "generation": segment.generation,
                "num_docs": segment.documents,
                "deleted_docs": segment.deleted,
                "size_in_bytes": size_of(segment.size, "size"),
                "memory_in_bytes": size_of(0, "memory"),
                "committed": segment.committed,
                "search": segment.searched,
                "version": LUCENE,
                "compound": segment.compound,
                **({"sort": [field.to_json() for field in shard.sort]} if shard.sort else {}),
                "attributes": {"Lucene90StoredFieldsFormat.mode": "BEST_SPEED", **derived},
            }
            for segment in found
        },
    }


# --- _recovery --------------------------------------------------------------------------------------------------------


@route(
    "GET",
    "/_recovery",
    "/{index}/_recovery",
    params=("index", "detailed", "active_only", *INDICES_OPTIONS_PARAMETERS),
)
def recovery(node: Node, request: Request) -> dict[str, Any]:
    detailed, active_only = request.flag("detailed"), request.flag("active_only")
    indices = resolved(node, request, names.RECOVERY)
    if active_only:
        return {}
    return {
        index.name: {"shards": [_recovered(node, copy, detailed) for copy in copies_of(node, index) if copy.primary]}
        for index in indices
    }


def _recovered(node: Node, copy: Copy, detailed: bool) -> dict[str, Any]:
    """How a primary was brought to life: from nothing, or from its own files. It took no time."""
    assert copy.shard is not None
    created, moment = copy.index.creation_date, iso_millis(copy.index.creation_date)
    restored = copy.index.restored
    reopened = restored is None and copy.shard.engine.primary_term > 1
    kind, size, count = "EMPTY_STORE", 0, 0
    source: dict[str, Any] = {}
    if restored is not None:
        kind, source, size = "SNAPSHOT", _snapshot(restored), restored.sizes[copy.number]
        count = 1 if size <= 208 else 4
    elif reopened:
        kind, source, size, count = "EXISTING_STORE", {"bootstrap_new_history_uuid": False}, 230, 1
    percent = "100.0%" if count else "0.0%"
    reused, recovered = (count, 0) if reopened else (0, count)
    files: dict[str, Any] = {"total": count, "reused": reused, "recovered": recovered, "percent": percent}
    if detailed:
        if count:
            raise NotFaked("the files of a recovery")
        files["details"] = []
    return {
        "id": copy.number,
        "type": kind,
        "stage": "DONE",
        "primary": True,
        "start_time_in_millis": Readable(created, "start_time", moment),
        "stop_time_in_millis": Readable(created, "stop_time", moment),
        "total_time_in_millis": millis(0, "total_time"),
        "source": source,
        "target": {
            "id": node.node_id,
            "host": node.address[0],
            "transport_address": machine.transport_address(node),
            "ip": node.address[0],
            "name": node.name,
        },
        "index": {
            "size": {
                "total_in_bytes": size_of(size, "total"),
                "reused_in_bytes": size_of(size if reopened else 0, "reused"),
                "recovered_in_bytes": size_of(0 if reopened else size, "recovered"),
                "percent": percent,
            },
            "files": files,
            "total_time_in_millis": millis(0, "total_time"),
            "source_throttle_time_in_millis": millis(0, "source_throttle_time"),
            "target_throttle_time_in_millis": millis(0, "target_throttle_time"),
        },
        "translog": {
            "recovered": 0,
            "total": 0,
            "percent": "100.0%",
            "total_on_start": 0,
            "total_time_in_millis": millis(0, "total_time"),
        },
        "verify_index": {
            "check_index_time_in_millis": millis(0, "check_index_time"),
            "total_time_in_millis": millis(0, "total_time"),
        },
    }


def _snapshot(restored: Restored) -> dict[str, Any]:
    return {
        "repository": restored.repository,
        "snapshot": restored.snapshot,
        "version": "3.5.0",
        "index": restored.index,
        "restoreUUID": restored.uuid,
        "isSearchableSnapshot": False,
        "remoteStoreIndexShallowCopy": False,
        "sourceRemoteStoreRepository": None,
        "sourceRemoteTranslogRepository": None,
    }


# --- _shard_stores ----------------------------------------------------------------------------------------------------


@route("GET", "/_shard_stores", "/{index}/_shard_stores", params=("index", "?status", *INDICES_OPTIONS_PARAMETERS))
def shard_stores(node: Node, request: Request) -> dict[str, Any]:
    """The stores of the shards that are not well, or of those whose ``status`` is asked for."""
    wanted: set[str] = set()
    for status in request.names("status") if "status" in request.params else ("yellow", "red"):
        if status.lower() == "all":
            wanted.update(STATUSES)
        elif status.lower() in STATUSES:
            wanted.add(status.lower())
        else:
            raise IllegalArgumentException(f"unknown cluster health status [{status}]")
    indices = resolved(node, request, names.SHARD_STORES)
    told = {}
    for index in in_hash_order(node, indices):
        if index_health(index).status in wanted:
            told[index.name] = {"shards": {str(shard.number): _stores(node, shard) for shard in index.shards}}
    return {"indices": told}


def _stores(node: Node, shard: Shard) -> dict[str, Any]:
    store = {
        node.node_id: machine.identity(node),
        "allocation_id": allocation_id(shard),
        "allocation": "primary",
    }
    return {"stores": [store]}


# --- _cache/clear -----------------------------------------------------------------------------------------------------


@route(
    "POST",
    "/_cache/clear",
    "/{index}/_cache/clear",
    params=("index", "query", "request", "fielddata", "file", "fields", *INDICES_OPTIONS_PARAMETERS),
)
def clear_cache(node: Node, request: Request) -> dict[str, Any]:
    """Of the caches only that of requests can be told from none."""
    asked = [name for name in ("query", "request", "fielddata", "file") if request.flag(name)]
    indices = resolved(node, request, names.BROADCAST)
    if "request" in asked or not asked:
        for index in indices:
            for shard in index.shards:
                shard.request_cache.clear()
    return broadcast(indices)
