"""What the k-NN plugin tells of itself, and its cache of graphs."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import Any

import numpy as np

from fakeknn.errors import KNNInvalidIndicesException
from fakeknn.fields import VectorFieldType
from fakeknn.knn.java import hash_order
from fakeknn.query.neighbors import cached_graphs, graph_of, segments_of
from fakeknn.state import machine
from fakeknn.state.allocation import health
from fakeknn.state.index import Index
from fakeknn.state.node import Node
from fakeknn.units import parse_memory_size
from fakeknn.view import VectorColumn, View

MODEL_INDEX = ".opensearch-knn-models"
_LIMIT = "knn.memory.circuit_breaker.limit"

_MERGE = (
    "current",
    "total",
    "total_time_in_millis",
    "current_docs",
    "total_docs",
    "total_size_in_bytes",
    "current_size_in_bytes",
)
_REFRESH = ("total", "total_time_in_millis")
_REPOSITORY = (
    "read_success_count",
    "read_failure_count",
    "successful_read_time_in_millis",
    "write_success_count",
    "write_failure_count",
    "successful_write_time_in_millis",
)
_CLIENT = (
    "status_request_failure_count",
    "status_request_success_count",
    "index_build_success_count",
    "index_build_failure_count",
    "build_request_failure_count",
    "build_request_success_count",
    "waiting_time_in_ms",
)
_BUILD = (
    "remote_index_build_flush_time_in_millis",
    "remote_index_build_current_merge_operations",
    "remote_index_build_current_flush_operations",
    "remote_index_build_current_merge_size",
    "remote_index_build_current_flush_size",
    "remote_index_build_merge_time_in_millis",
)
_COUNTED = (
    "hit_count",
    "miss_count",
    "load_success_count",
    "total_load_time",
    "graph_query_requests",
    "graph_query_errors",
    "graph_index_requests",
    "graph_index_errors",
    "knn_query_requests",
    "knn_query_with_filter_requests",
    "max_distance_query_requests",
    "max_distance_query_with_filter_requests",
    "min_score_query_requests",
    "min_score_query_with_filter_requests",
    "script_compilations",
    "script_compilation_errors",
    "script_query_requests",
    "script_query_errors",
    "training_requests",
    "training_errors",
)

CLUSTER_STATISTICS = ("circuit_breaker_triggered", "model_index_status")
NODE_STATISTICS = (
    *_COUNTED,
    "load_exception_count",
    "eviction_count",
    "graph_memory_usage",
    "graph_memory_usage_percentage",
    "cache_capacity_reached",
    "indices_in_cache",
    "nmslib_initialized",
    "faiss_initialized",
    "lucene_initialized",
    "indexing_from_model_degraded",
    "training_memory_usage",
    "training_memory_usage_percentage",
    "graph_stats",
    "remote_vector_index_build_stats",
)
#: What may be asked for: the names of parts too, of which nothing is told.
KNOWN_STATISTICS = frozenset(
    {*CLUSTER_STATISTICS, *NODE_STATISTICS} | {"merge", "refresh", "repository_stats", "client_stats", "build_stats"}
)


def cluster_statistics(node: Node) -> dict[str, Any]:
    """Of the whole cluster (KNNStats, ``isClusterLevel``)."""
    models = node.indices.get(MODEL_INDEX)
    return {
        "circuit_breaker_triggered": node.cluster_setting("knn.circuit_breaker.triggered") == "true",
        "model_index_status": None if models is None else health([models]).status.upper(),
    }


def node_statistics(node: Node) -> dict[str, Any]:
    """Of the node, in the order of the plugin's hash map."""
    counters = node.knn_counters
    cached = _cache(node)
    kilobytes = sum(entry["graph_memory_usage"] for entry in cached.values())
    told: dict[str, Any] = {
        **{name: getattr(counters, name) for name in _COUNTED},
        **dict.fromkeys(("load_exception_count", "eviction_count", "training_memory_usage"), 0),
        **dict.fromkeys(("cache_capacity_reached", "indexing_from_model_degraded"), False),
        "nmslib_initialized": False,
        "faiss_initialized": True,
        "lucene_initialized": True,
        "training_memory_usage_percentage": np.float32(0),
        "graph_memory_usage": kilobytes,
        "graph_memory_usage_percentage": _share(kilobytes, limit_in_kilobytes(node)),
        "indices_in_cache": cached,
        "graph_stats": {"merge": dict.fromkeys(_MERGE, 0), "refresh": dict.fromkeys(_REFRESH, 0)},
        "remote_vector_index_build_stats": {
            "repository_stats": dict.fromkeys(_REPOSITORY, 0),
            "client_stats": dict.fromkeys(_CLIENT, 0),
            "build_stats": dict.fromkeys(_BUILD, 0),
        },
    }
    return {name: told[name] for name in hash_order(NODE_STATISTICS)}


def limit_in_kilobytes(node: Node) -> int:
    """``knn.memory.circuit_breaker.limit``, whose percentages are of what the heap leaves."""
    limit = str(node.cluster_setting(_LIMIT, "50%"))
    return parse_memory_size(limit, _LIMIT, machine.memory().total - machine.HEAP_MAX).bytes // 1024


def _share(kilobytes: int, limit: int) -> np.float32:
    """Percent of the limit."""
    return np.float32(100 * kilobytes / max(1, limit))


def _cache(node: Node) -> dict[str, dict[str, Any]]:
    """The native graphs that are loaded, by index."""
    told: dict[str, dict[str, Any]] = {}
    limit = limit_in_kilobytes(node)
    for index in node.indices.values():
        columns = [(field, column) for field, column, _ in _native_columns(index) if cached_graphs(column)]
        if columns:
            kilobytes = sum(_kilobytes(field, column) for field, column in columns)
            told[index.name] = {
                "graph_memory_usage": kilobytes,
                "graph_memory_usage_percentage": _share(kilobytes, limit),
                "graph_count": sum(len(cached_graphs(column)) for _, column in columns),
            }
    return told


def _kilobytes(field: VectorFieldType, column: VectorColumn) -> int:
    """About what Faiss needs: the vectors, and for each its links in two layers or so."""
    links = 8 * field.definition.m
    vectors = sum(graph.size for graph in cached_graphs(column).values())
    return int(1.1 * vectors * (links + column.matrix.itemsize * column.matrix.shape[1])) // 1024 + 1


def _native_columns(index: Index) -> Iterator[tuple[VectorFieldType, VectorColumn, View]]:
    for field in index.mapping.fields.values():
        if not isinstance(field, VectorFieldType) or field.definition.engine in ("lucene", None):
            continue
        if field.definition.memory_optimized(index.flag("index.knn.memory_optimized_search")):
            continue
        for shard in index.shards:
            column = shard.view.columns.get(field.path)
            if isinstance(column, VectorColumn):
                yield field, column, shard.view


def warm_up(node: Node, indices: Sequence[Index]) -> None:
    """Load all native graphs, so that no search has to wait for them (KNNWarmupTransportAction)."""
    for index in indices:
        for field, column, view in _native_columns(index):
            for start, end in segments_of(column, view):
                if node.ann.walks(end - start) and (start, end) not in cached_graphs(column):
                    graph_of(field.definition, column, start, end, node.ann, node.knn_counters)


def clear_cache(indices: Sequence[Index]) -> None:
    """Drop the native graphs, which are loaded again when they are wanted."""
    for index in indices:
        for _, column, _ in _native_columns(index):
            cached_graphs(column).clear()


#: The settings of the cluster of which a change makes the cache anew (KNNSettings.dynamicCacheSettings).
_OF_CACHE = ("knn.memory.circuit_breaker.", "knn.cache.item.expiry.", "knn.feature.")


def settings_changed(node: Node, changes: Iterable[str]) -> None:
    """Drop what settings of the cluster, or of an index, have made."""
    for name in changes:
        if name.startswith(_OF_CACHE) or name == "index.knn.algo_param.ef_search":
            clear_cache(list(node.indices.values()))
        elif name.startswith("script.context.score.") or name == "script.max_compilations_rate":
            node.knn_counters.knn_scripts.clear()


def check_all_knn(indices: Sequence[Index], what: str) -> None:
    """KNNIndexUtil.validateKNNIndices; ``what`` the request is called."""
    if not all(index.flag("index.knn") for index in indices):
        raise KNNInvalidIndicesException(f"{what} request rejected. One or more indices have 'index.knn' set to false.")
