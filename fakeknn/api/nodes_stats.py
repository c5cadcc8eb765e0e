"""``_nodes/stats`` and ``_cluster/stats``."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Collection, Mapping
from typing import Any

from fakeknn.api.nodes import failed_node, nodes_answer
from fakeknn.api.stats import check_read, chosen_sections, fields_of, metrics_of, readable, tell_fields, told_of_shard
from fakeknn.api.timeouts import check_time
from fakeknn.errors import IllegalArgumentException, NotFaked
from fakeknn.ingest.search_pipelines import stats as search_pipeline_stats
from fakeknn.ingest.service import stats as ingest_stats
from fakeknn.ingest.service import summary as ingest_summary
from fakeknn.painless.contexts import CONTEXTS
from fakeknn.rest import Request, route, unrecognized
from fakeknn.state import machine
from fakeknn.state.allocation import health
from fakeknn.state.node import Node
from fakeknn.state.statistics import (
    SECTIONS,
    Tree,
    index_statistics,
    node_statistics,
    nothing,
    open_readers,
    shard_statistics,
    total,
)

_NO_REQUESTS = {"count": 0, "time_in_millis": 0, "current": 0, "failed": 0}


def _breakers(node: Node) -> dict[str, Any]:
    return machine.breakers()


def _discovery(node: Node) -> dict[str, Any]:
    version = node.state_version
    return {
        "cluster_state_queue": {"total": 0, "pending": 0, "committed": 0},
        "published_cluster_states": {
            "full_states": 2,
            "incompatible_diffs": 0,
            "compatible_diffs": max(version - 2, 0),
        },
        "cluster_state_stats": {
            "overall": {"update_count": version, "total_time_in_millis": 0, "failed_count": 0},
        },
    }


def _transport(node: Node) -> dict[str, Any]:
    names = (
        "server_open",
        "total_outbound_connections",
        "rx_count",
        "rx_size_in_bytes",
        "tx_count",
        "tx_size_in_bytes",
    )
    return dict.fromkeys(names, 0)


def _indexing_pressure(node: Node) -> dict[str, Any]:
    stages = ("combined_coordinating_and_primary", "coordinating", "primary", "replica", "all")
    sizes = {f"{stage}_in_bytes": 0 for stage in stages}
    rejections = {f"{stage}_rejections": 0 for stage in ("coordinating", "primary", "replica")}
    limit = machine.INDEXING_BUFFER
    return {"memory": {"current": sizes, "total": {**sizes, **rejections}, "limit_in_bytes": limit}}


def _no_cache(levels: Collection[str] = ()) -> dict[str, Any]:
    """What is told of the request cache, which nothing is kept in."""
    told: dict[str, Any] = dict.fromkeys(("size_in_bytes", "evictions", "hit_count", "miss_count", "item_count"), 0)
    for level in ("indices", "shards"):
        if level in levels:
            return {**told, level: {}, "store_name": "opensearch_onheap"}
    return {**told, "store_name": "opensearch_onheap"}


#: SearchRequestStats: the phases of searches, which nobody here measures.
_PHASES = ("took", "dfs_pre_query", "query", "fetch", "dfs_query", "expand", "can_match")
_NO_PHASES = {"time_in_millis": 0, "current": 0, "total": 0}
_NO_STATUSES = {"success": 0, "user_error": 0, "system_failure": 0}


def _script_cache(node: Node) -> dict[str, Any]:
    told: dict[str, Any] = {"sum": node.life.counts().to_json()}
    if not node.life.general:
        told["contexts"] = [{"context": name, **node.life.counts(name).to_json()} for name in sorted(CONTEXTS)]
    return told


_SHARD_INDEXING_PRESSURE = {
    "stats": {},
    "total_rejections_breakup_shadow_mode": {
        "node_limits": 0,
        "no_successful_request_limits": 0,
        "throughput_degradation_limits": 0,
    },
    "enabled": False,
    "enforced": False,
}
_SEARCH_TASKS = ("search_task", "search_shard_task")


def _search_backpressure(node: Node) -> dict[str, Any]:
    times = {"cancellation_count": 0, "current_max_millis": 0, "current_avg_millis": 0}
    task = {
        "resource_tracker_stats": {
            "heap_usage_tracker": {
                "cancellation_count": 0,
                "current_max_bytes": 0,
                "current_avg_bytes": 0,
                "rolling_avg_bytes": 0,
            },
            "elapsed_time_tracker": times,
            "cpu_usage_tracker": times,
        },
        "completion_count": 0,
        "cancellation_stats": {"cancellation_count": 0, "cancellation_limit_reached_count": 0},
    }
    mode = node.cluster_setting("search_backpressure.mode", "monitor_only")
    return {**dict.fromkeys(_SEARCH_TASKS, task), "mode": mode}


def _resource_usage(node: Node) -> dict[str, Any]:
    used = {"cpu_utilization_percent": "0.0", "memory_utilization_percent": "0.0"}
    io = {"max_io_utilization_percent": "0.0"}
    return {node.node_id: {"timestamp": node.clock.millis(), **used, "io_usage_stats": io}}


#: The metrics beside the indices: the member that they fill, and with what.
_METRICS: dict[str, tuple[str, Callable[[Node], Any]]] = {
    "os": ("os", machine.os_statistics),
    "process": ("process", machine.process_statistics),
    "jvm": ("jvm", machine.jvm_statistics),
    "thread_pool": ("thread_pool", lambda node: machine.thread_pool_statistics()),
    "fs": ("fs", machine.fs_statistics),
    "transport": ("transport", _transport),
    "http": ("http", lambda node: {"current_open": 1, "total_opened": 1}),
    "breaker": ("breakers", _breakers),
    "script": ("script", lambda node: node.life.counts().to_json()),
    "discovery": ("discovery", _discovery),
    "ingest": ("ingest", ingest_stats),
    "adaptive_selection": ("adaptive_selection", lambda node: {}),
    "script_cache": ("script_cache", _script_cache),
    "indexing_pressure": ("indexing_pressure", _indexing_pressure),
    "shard_indexing_pressure": ("shard_indexing_pressure", lambda node: _SHARD_INDEXING_PRESSURE),
    "search_backpressure": ("search_backpressure", _search_backpressure),
    "cluster_manager_throttling": (
        "cluster_manager_throttling",
        lambda node: {"stats": {"total_throttled_tasks": 0, "throttled_tasks_per_task_type": {}}},
    ),
    "weighted_routing": ("weighted_routing", lambda node: {"stats": {"fail_open_count": 0}}),
    "segment_replication_backpressure": (
        "segment_replication_backpressure",
        lambda node: {"total_rejected_requests": 0},
    ),
    "task_cancellation": (
        "task_cancellation",
        lambda node: {task: {"current_count_post_cancel": 0, "total_count_post_cancel": 0} for task in _SEARCH_TASKS},
    ),
    "repositories": ("repositories", lambda node: []),
    "resource_usage_stats": ("resource_usage_stats", _resource_usage),
    "admission_control": (
        "admission_control",
        lambda node: {kind: {"transport": {"rejection_count": {}}} for kind in ("global_io_usage", "global_cpu_usage")},
    ),
    "search_pipeline": ("search_pipeline", search_pipeline_stats),
}
#: What ``?human`` does not explain, or is explained to everybody, and lists.
_PLAIN = ("breaker", "discovery", "repositories")
#: A node that searches no remote store has no file cache to tell of.
_KNOWN = ("indices", *_METRICS, "caches", "remote_store", "file_cache")
_NODE_LEVELS = ("node", "indices", "shards")
_CACHES = ("request_cache",)


@route(
    "GET",
    "/_nodes/stats",
    "/_nodes/stats/{metric}",
    "/_nodes/stats/{metric}/{index_metric}",
    "/_nodes/{nodeId}/stats",
    "/_nodes/{nodeId}/stats/{metric}",
    "/_nodes/{nodeId}/stats/{metric}/{index_metric}",
    params=(
        "nodeId",
        "metric",
        "index_metric",
        "timeout",
        "?fields",
        "?completion_fields",
        "?fielddata_fields",
        "?groups",
        "include_segment_file_sizes",
        "level",
        "?include_all",
        "?top",
    ),
)
def stats(node: Node, request: Request) -> dict[str, Any]:
    check_time(request, "timeout", "NodesStatsRequest.timeout")
    metrics = metrics_of(request, "metric", _KNOWN)
    sections = None
    caches = list(_CACHES)
    if "index_metric" in request.params:
        listed = request.params["index_metric"]
        if metrics is None:
            raise IllegalArgumentException(
                f"request [{request.path}] contains index metrics [{listed}] but all stats requested"
            )
        if "indices" in metrics:
            sections = metrics_of(request, "index_metric", SECTIONS, "index metric")
            caches = list(_CACHES) if sections is None else []
        elif "caches" in metrics:
            caches = _caches(request)
        else:
            raise _not_requested(request)
    check_read(request, sections if metrics is None or "indices" in metrics else [], groups="search")
    request.flag("include_segment_file_sizes")
    for which in ("include_all", "top"):  # of the shards whose indexing is under pressure: there are none
        request.flag(which)
    if not machine.chosen(node, request.names("nodeId")):
        return nodes_answer(node, None)
    level = request.params.get("level", "node").lower()
    indexed = metrics is None or "indices" in metrics
    if indexed and level not in _NODE_LEVELS:
        return _failed(node)
    told: dict[str, Any] = {
        "timestamp": node.clock.millis(),
        "name": node.name,
        "transport_address": machine.transport_address(node),
        "host": node.address[0],
        "ip": machine.transport_address(node),
        "roles": list(machine.ROLES),
        "attributes": dict(node.attributes),
    }
    if indexed:
        told["indices"] = readable(_indices(node, sections, level, fields_of(request)))
    for metric, (member, of) in _METRICS.items():
        if metrics is None or metric in metrics:
            told[member] = of(node) if metric in _PLAIN else readable(of(node))
    if metrics is None or "caches" in metrics:
        told["caches"] = readable({cache: _no_cache(request.names("level")) for cache in caches})
    if metrics is None or "remote_store" in metrics:
        told["remote_store"] = {"last_successful_fetch_of_pinned_timestamps": -1}
    return nodes_answer(node, told)


def _not_requested(request: Request) -> IllegalArgumentException:
    listed = request.params["index_metric"]
    return IllegalArgumentException(
        f"request [{request.path}] contains index metrics [{listed}] but indices stats not requested"
    )


def _caches(request: Request) -> list[str]:
    """The caches that the second part of the path names."""
    asked = request.names("index_metric")
    if "_all" in asked:
        return list(_CACHES)
    for name in asked:
        if name not in _CACHES:
            raise IllegalArgumentException(unrecognized(request.path, [name], _CACHES, "cache type"))
    return asked


def _failed(node: Node) -> dict[str, Any]:
    cause = IllegalArgumentException("Level provided is not supported by NodeIndicesStats")
    failure = failed_node(node.node_id, cause)
    return {
        "_nodes": {"total": 1, "successful": 0, "failed": 1, "failures": [failure]},
        "cluster_name": node.cluster_name,
        "nodes": {},
    }


def _indices(
    node: Node, sections: list[str] | None, level: str, fields: Mapping[str, Collection[str]]
) -> dict[str, Any]:
    def told(tree: Tree) -> Tree:
        return chosen_sections(tree, sections)

    indices = told(node_statistics(node))
    shards = [tell_fields(shard, fields) for index in node.indices.values() for shard in index.shards]
    for section, found in total(shards).items():
        if section in indices:
            indices[section] |= found
    if "search" in indices:
        indices["search"] = {**indices["search"], "request": dict.fromkeys(_PHASES, _NO_PHASES)}
    indices["status_counter"] = dict.fromkeys(("doc_status", "search_response_status"), _NO_STATUSES)
    if level == "shards":
        readers = open_readers(node)
        indices["shards"] = {
            index.name: [
                {str(shard.number): told_of_shard(node, index, shard, told(shard_statistics(node, shard, readers)))}
                for shard in index.shards
            ]
            for index in node.indices.values()
        }
    if level == "indices":
        base = nothing(node)
        indices["indices"] = {
            index.name: told(total([base, index_statistics(node, index)])) for index in node.indices.values()
        }
    return indices


# --- _cluster/stats ---------------------------------------------------------------------------------------------------

#: ClusterStatsRequest.Metric and IndexMetric, in the order of an answer.
_CLUSTER_METRICS = (
    "os",
    "process",
    "jvm",
    "fs",
    "plugins",
    "network_types",
    "discovery_type",
    "packaging_types",
    "ingest",
    "indices",
)
_INDEX_METRICS = (
    "shards",
    "docs",
    "store",
    "fielddata",
    "query_cache",
    "completion",
    "segments",
    "mappings",
    "analysis",
)


@route(
    "GET",
    "/_cluster/stats",
    "/_cluster/stats/nodes/{nodeId}",
    "/_cluster/stats/{metric}/nodes/{nodeId}",
    "/_cluster/stats/{metric}/{index_metric}/nodes/{nodeId}",
    params=("metric", "index_metric", "nodeId", "timeout"),
)
def cluster_stats(node: Node, request: Request) -> dict[str, Any]:
    check_time(request, "timeout", "ClusterStatsRequest.timeout")
    asked = request.names("metric") or ["_all"]
    listed = request.params.get("index_metric")
    if listed is not None and "indices" not in asked and "_all" not in asked:
        raise _not_requested(request)
    metrics = metrics_of(request, "metric", _CLUSTER_METRICS)
    indexed = metrics is None or "indices" in metrics
    sections = metrics_of(request, "index_metric", _INDEX_METRICS, "index metric") if listed is not None else None
    if not machine.chosen(node, request.names("nodeId")):
        raise NotFaked("statistics of a cluster without nodes")
    answer: dict[str, Any] = {
        "_nodes": {"total": 1, "successful": 1, "failed": 0},
        "cluster_name": node.cluster_name,
        "cluster_uuid": node.cluster_uuid,
        "timestamp": node.clock.millis(),
        "status": health(node.indices.values()).status,
    }
    if indexed:
        answer["indices"] = _cluster_indices(node, sections)
    if metrics is None or metrics != ["indices"]:
        answer["nodes"] = readable(_cluster_nodes(node, metrics))
    return answer


def _cluster_indices(node: Node, sections: list[str] | None) -> dict[str, Any]:
    statistics = node_statistics(node)
    told: dict[str, Any] = {"count": len(node.indices), "shards": _shards(node)}
    told |= {name: statistics[name] for name in _INDEX_METRICS if name in statistics}
    told |= {"mappings": _mappings(node), "analysis": _analysis(node)}
    chosen = {name: value for name, value in told.items() if name == "count" or sections is None or name in sections}
    return readable(chosen)


def _shards(node: Node) -> dict[str, Any]:
    numbers = [len(index.shards) for index in node.indices.values()]
    if not numbers:
        return {}
    spread = {"min": min(numbers), "max": max(numbers), "avg": sum(numbers) / len(numbers)}
    nowhere = {"min": 0.0, "max": 0.0, "avg": 0.0}
    return {
        "total": sum(numbers),
        "primaries": sum(numbers),
        "replication": 0.0,
        "index": {"shards": spread, "primaries": dict(spread), "replication": nowhere},
    }


def _mappings(node: Node) -> dict[str, Any]:
    """How many fields, in how many indices, are of each type; an object without a type is one all the same."""
    fields: Counter[str] = Counter()
    indices: Counter[str] = Counter()
    for index in node.indices.values():
        found = Counter(_types(index.mapping.echo()))
        fields += found
        indices.update(found.keys())
    return {
        "field_types": [
            {"name": name, "count": count, "index_count": indices[name]} for name, count in sorted(fields.items())
        ]
    }


def _types(definition: dict[str, Any]) -> list[str]:
    found = []
    for field in (*definition.get("properties", {}).values(), *definition.get("fields", {}).values()):
        if "type" in field or "properties" in field:
            found.append(field.get("type", "object"))
        found += _types(field)
    return found


def _analysis(node: Node) -> dict[str, Any]:
    if any(name.startswith("index.analysis.") for index in node.indices.values() for name in index.settings):
        raise NotFaked("statistics of analysis")
    kinds = ("char_filter", "tokenizer", "filter", "analyzer")
    return {**{f"{kind}_types": [] for kind in kinds}, **{f"built_in_{kind}s": [] for kind in kinds}}


def _cluster_nodes(node: Node, metrics: list[str] | None) -> dict[str, Any]:
    here = {"cluster_manager", "data", "ingest", "master", "remote_cluster_client"}
    count = {"total": 1, **{role: int(role in here) for role in sorted({*here, "coordinating_only", "search", "warm"})}}
    told: dict[str, Any] = {"count": count, "versions": [node.version]}
    parts: dict[str, tuple[str, Callable[[], Any]]] = {
        "os": ("os", _cluster_os),
        "process": ("process", lambda: _cluster_process(node)),
        "jvm": ("jvm", lambda: _cluster_jvm(node)),
        "fs": ("fs", lambda: machine.fs_statistics(node)["total"]),
        "plugins": ("plugins", lambda: [machine.PLUGIN]),
        "network_types": (
            "network_types",
            lambda: {"transport_types": {"netty4": 1}, "http_types": {"netty4": 1}},
        ),
        "discovery_type": ("discovery_types", lambda: {"single-node": 1}),
        "packaging_types": ("packaging_types", lambda: [{"type": "tar", "count": 1}]),
        "ingest": ("ingest", lambda: ingest_summary(node)),
    }
    for metric, (member, part) in parts.items():
        if metrics is None or metric in metrics:
            told[member] = part()
    return told


def _cluster_os() -> dict[str, Any]:
    found = machine.os_information()
    return {
        "available_processors": found["available_processors"],
        "allocated_processors": found["allocated_processors"],
        "names": [{"name": found["name"], "count": 1}],
        "pretty_names": [{"pretty_name": found["pretty_name"], "count": 1}],
        "mem": machine.memory_statistics(),
    }


def _cluster_process(node: Node) -> dict[str, Any]:
    opened = machine.process_statistics(node)["open_file_descriptors"]
    return {"cpu": {"percent": 0}, "open_file_descriptors": {"min": opened, "max": opened, "avg": opened}}


def _cluster_jvm(node: Node) -> dict[str, Any]:
    return {
        "max_uptime_in_millis": machine.uptime_millis(node),
        "versions": [{**machine.virtual_machine(), "count": 1}],
        "mem": {"heap_used_in_bytes": machine.HEAP_USED, "heap_max_in_bytes": machine.HEAP_MAX},
        "threads": machine.jvm_statistics(node)["threads"]["count"],
    }
