"""The machine and the process that a node tells of: true of this one where that is cheap to know, else made up."""

from __future__ import annotations

import os
import platform
import shutil
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, NamedTuple

from fakeknn.state.names import simple_match

if TYPE_CHECKING:
    from fakeknn.state.node import Node

ROLES = ("cluster_manager", "data", "ingest", "remote_cluster_client")
#: The roles as letters, as ``_cat/nodes`` tells them.
ROLE_LETTERS = "dimr"

_GIGABYTE = 1024**3
HEAP_MAX, HEAP_USED = _GIGABYTE, _GIGABYTE // 8
#: indices.memory.index_buffer_size, a tenth of the heap.
INDEXING_BUFFER = HEAP_MAX // 10
MAX_CONTENT_LENGTH = 100 * 1024**2
JAVA_VERSION = "25.0.3"
MAX_FILE_DESCRIPTORS = 65536


class Memory(NamedTuple):
    total: int
    free: int

    @property
    def used(self) -> int:
        return self.total - self.free

    @property
    def used_percent(self) -> int:
        return round(100 * self.used / self.total) if self.total else 0


def memory() -> Memory:
    """The machine's memory, in bytes."""
    try:
        page = os.sysconf("SC_PAGE_SIZE")
        return Memory(os.sysconf("SC_PHYS_PAGES") * page, os.sysconf("SC_AVPHYS_PAGES") * page)
    except (ValueError, OSError, AttributeError):  # not on every system
        return Memory(8 * _GIGABYTE, 4 * _GIGABYTE)


def disk() -> Memory:
    """The disk on which the real server would keep its data."""
    usage = shutil.disk_usage(os.getcwd())
    return Memory(usage.total, usage.free)


def load_average() -> tuple[float, float, float]:
    try:
        return os.getloadavg()
    except (OSError, AttributeError):  # not on every system
        return 0.0, 0.0, 0.0


def cpu_millis() -> int:
    """How long this process has computed."""
    used = os.times()
    return int((used.user + used.system) * 1000)


def processors() -> int:
    return os.cpu_count() or 1


def transport_port(node: Node) -> int:
    """Where other nodes would find this one: a hundred above, as 9300 beside 9200."""
    return node.address[1] + 100


def transport_address(node: Node) -> str:
    return f"{node.address[0]}:{transport_port(node)}"


def http_address(node: Node) -> str:
    return f"{node.address[0]}:{node.address[1]}"


def uptime_millis(node: Node) -> int:
    return node.clock.millis() - node.started


def chosen(node: Node, names: Sequence[str]) -> bool:
    """DiscoveryNodes.resolveNodes: whether ids, names, addresses, roles or attributes take in the one node."""
    if not names:
        return True
    found = False
    for name in names:
        key, colon, value = name.partition(":")
        if name in ("_all", "_local", "_cluster_manager", "_master", node.node_id, node.name):
            found = True
        elif colon and key in (
            "data",
            "ingest",
            "master",
            "cluster_manager",
            "remote_cluster_client",
            "coordinating_only",
        ):
            # A false takes away what was taken in before.
            found = (value == "true") if key != "coordinating_only" else found and value != "true"
        elif colon and key in node.attributes:
            found = found or simple_match(value, node.attributes[key])
        elif any(simple_match(name, own) for own in (node.name, node.address[0], transport_address(node))):
            found = True
    return found


# --- thread pools -----------------------------------------------------------------------------------------------------


class ThreadPool(NamedTuple):
    """A thread pool: fixed and resizable ones have a size, scaling ones a core and a maximum."""

    name: str
    type: str
    size: int
    maximum: int | None = None
    keep_alive: str | None = None
    queue_size: int = -1

    @property
    def waits(self) -> bool:
        """Whether it counts how long tasks wait for it."""
        return self.type == "resizable"


def _scaling(name: str, core: int, maximum: int, keep_alive: str = "5m") -> ThreadPool:
    return ThreadPool(name, "scaling", core, maximum, keep_alive)


def thread_pools() -> list[ThreadPool]:
    """ThreadPool's executors, by name; their sizes follow the number of processors."""
    n = processors()
    half = max(1, min(5, (n + 1) // 2))
    search = n * 3 // 2 + 1
    return sorted(
        [
            ThreadPool("analyze", "fixed", 1, queue_size=16),
            _scaling("fetch_shard_started", 1, 2 * n),
            _scaling("fetch_shard_store", 1, 2 * n),
            _scaling("flush", 1, half),
            ThreadPool("force_merge", "fixed", max(1, n // 8)),
            _scaling("generic", 4, max(128, min(512, 4 * n)), "30s"),
            ThreadPool("get", "fixed", n, queue_size=1000),
            ThreadPool("index_searcher", "resizable", 2 * n, queue_size=1000),
            ThreadPool("listener", "fixed", half),
            _scaling("management", 1, 5),
            _scaling("refresh", 1, half),
            _scaling("remote_purge", 1, half),
            _scaling("remote_recovery", 1, 2 * n),
            _scaling("remote_refresh_retry", 1, half),
            ThreadPool("remote_state_checksum", "fixed", 11, queue_size=1000),
            ThreadPool("remote_state_read", "fixed", 4 * n, queue_size=120000),
            ThreadPool("search", "resizable", search, queue_size=1000),
            ThreadPool("search_throttled", "resizable", 1, queue_size=100),
            _scaling("snapshot", 1, half),
            _scaling("snapshot_deletion", 1, 64),
            ThreadPool("stream_search", "resizable", search, queue_size=1000),
            ThreadPool("system_read", "fixed", half, queue_size=2000),
            ThreadPool("system_write", "fixed", half, queue_size=1000),
            ThreadPool("training", "fixed", 1, queue_size=1),
            ThreadPool("translog_recovery", "fixed", n),
            ThreadPool("translog_sync", "fixed", 4 * n, queue_size=10000),
            _scaling("translog_transfer", 1, half),
            _scaling("warmer", 1, half),
            ThreadPool("write", "fixed", n, queue_size=10000),
        ]
    )


# --- plugins ----------------------------------------------------------------------------------------------------------

PLUGIN: dict[str, Any] = {
    "name": "opensearch-knn",
    "version": "3.5.0.0",
    "opensearch_version": "3.5.0",
    "java_version": "21",
    "description": "OpenSearch k-NN plugin",
    "classname": "org.opensearch.knn.plugin.KNNPlugin",
    "custom_foldername": "",
    "extended_plugins": ["lang-painless"],
    "has_native_controller": False,
    "optional_extended_plugins": [],
}


#: The modules that every distribution has.
MODULES = (
    "aggs-matrix-stats",
    "analysis-common",
    "geo",
    "ingest-common",
    "lang-expression",
    "lang-mustache",
    "lang-painless",
    "mapper-extras",
    "parent-join",
    "percolator",
    "rank-eval",
    "reindex",
    "transport-netty4",
)


#: The processors of ingest pipelines.
PROCESSORS = tuple(
    """
    acl_routing append bytes community_id convert copy csv date date_index_name dissect dot_expander drop fail
    fingerprint foreach grok gsub hierarchical_routing html_strip join json kv lowercase pipeline remove
    remove_by_pattern rename script set sort split temporal_routing trim uppercase urldecode
    """.split()
)

#: Kinds of values: the aggregations that take them.
_AGGREGATIONS = """
    other: adjacency_matrix children composite filter filters global matrix_stats nested parent reverse_nested sampler \
scripted_metric significant_text top_hits
    boolean date numeric: auto_date_histogram avg date_range extended_stats max min percentile_ranks percentiles range \
stats sum
    boolean bytes date geo_shape geopoint ip numeric range: cardinality missing value_count
    boolean date numeric range: date_histogram histogram
    boolean bytes date numeric: diversified_sampler
    geo_shape geopoint: geo_bounds geohash_grid geotile_grid
    geopoint: geo_centroid geo_distance
    ip: ip_range
    numeric: median_absolute_deviation variable_width_histogram weighted_avg
    boolean bytes date ip numeric other: multi_terms
    boolean bytes date ip numeric: rare_terms significant_terms terms
"""


def aggregations() -> dict[str, Any]:
    """AggregationInfo: which kinds of values each aggregation takes."""
    told = {}
    for line in _AGGREGATIONS.strip().splitlines():
        kinds, _, names = line.partition(":")
        told.update({name: {"types": kinds.split()} for name in names.split()})
    return dict(sorted(told.items()))


# --- what _nodes tells ------------------------------------------------------------------------------------------------


def identity(node: Node) -> dict[str, Any]:
    """A node as the cluster's state tells of it."""
    return {
        "name": node.name,
        "ephemeral_id": node.ephemeral_id,
        "transport_address": transport_address(node),
        "attributes": dict(node.attributes),
    }


def os_statistics(node: Node) -> dict[str, Any]:
    one, five, fifteen = load_average()
    return {
        "timestamp": node.clock.millis(),
        "cpu": {"percent": 0, "load_average": {"1m": round(one, 2), "5m": round(five, 2), "15m": round(fifteen, 2)}},
        "mem": memory_statistics(),
        "swap": {"total_in_bytes": 0, "free_in_bytes": 0, "used_in_bytes": 0},
    }


def memory_statistics() -> dict[str, Any]:
    found = memory()
    return {
        "total_in_bytes": found.total,
        "free_in_bytes": found.free,
        "used_in_bytes": found.used,
        "free_percent": 100 - found.used_percent,
        "used_percent": found.used_percent,
    }


def process_statistics(node: Node) -> dict[str, Any]:
    return {
        "timestamp": node.clock.millis(),
        "open_file_descriptors": 200,
        "max_file_descriptors": MAX_FILE_DESCRIPTORS,
        "cpu": {"percent": 0, "total_in_millis": cpu_millis()},
        "mem": {"total_virtual_in_bytes": 4 * HEAP_MAX},
    }


def jvm_statistics(node: Node) -> dict[str, Any]:
    pools = {"young": HEAP_USED // 2, "old": HEAP_USED // 2, "survivor": 0}
    idle = {"count": 0, "used_in_bytes": 0, "total_capacity_in_bytes": 0}
    return {
        "timestamp": node.clock.millis(),
        "uptime_in_millis": uptime_millis(node),
        "mem": {
            "heap_used_in_bytes": HEAP_USED,
            "heap_used_percent": HEAP_USED * 100 // HEAP_MAX,
            "heap_committed_in_bytes": HEAP_MAX,
            "heap_max_in_bytes": HEAP_MAX,
            "non_heap_used_in_bytes": HEAP_USED,
            "non_heap_committed_in_bytes": HEAP_USED,
            "pools": {
                name: {
                    "used_in_bytes": used,
                    "max_in_bytes": HEAP_MAX if name == "old" else 0,
                    "peak_used_in_bytes": used,
                    "peak_max_in_bytes": HEAP_MAX if name == "old" else 0,
                    "last_gc_stats": {"used_in_bytes": 0, "max_in_bytes": 0, "usage_percent": -1},
                }
                for name, used in pools.items()
            },
        },
        "threads": {"count": 24, "peak_count": 24},
        "gc": {
            "collectors": {
                name: {"collection_count": 0, "collection_time_in_millis": 0}
                for name in ("young", "G1 Concurrent GC", "old")
            }
        },
        "buffer_pools": {name: dict(idle) for name in ("mapped", "direct", "mapped - 'non-volatile memory'")},
        "classes": {"current_loaded_count": 19500, "total_loaded_count": 19500, "total_unloaded_count": 0},
    }


def fs_statistics(node: Node) -> dict[str, Any]:
    found = disk()
    sizes = {
        "total_in_bytes": found.total,
        "free_in_bytes": found.free,
        "available_in_bytes": found.free,
        "cache_reserved_in_bytes": 0,
    }
    return {
        "timestamp": node.clock.millis(),
        "total": sizes,
        "data": [{"path": data_path(), "mount": "/", "type": "ext4", **sizes}],
        "io_stats": {},
    }


def data_path() -> str:
    return "/usr/share/opensearch/data/nodes/0"


def thread_pool_statistics() -> dict[str, Any]:
    idle = dict.fromkeys(("threads", "queue", "active", "rejected", "largest", "completed"), 0)
    return {pool.name: {**idle, **({"total_wait_time_in_nanos": 0} if pool.waits else {})} for pool in thread_pools()}


def breakers() -> dict[str, Any]:
    limits = (
        ("request", HEAP_MAX * 60 // 100, 0, 1.0),
        ("fielddata", HEAP_MAX * 40 // 100, 0, 1.03),
        ("in_flight_requests", HEAP_MAX, 0, 2.0),
        ("parent", HEAP_MAX * 95 // 100, HEAP_USED, 1.0),
    )
    from_bytes = {name: f"{limit / 1024**2:.1f}".removesuffix(".0") + "mb" for name, limit, _, _ in limits}
    return {
        name: {
            "limit_size_in_bytes": limit,
            "limit_size": from_bytes[name],
            "estimated_size_in_bytes": estimated,
            "estimated_size": f"{estimated // 1024**2}mb" if estimated else "0b",
            "overhead": overhead,
            "tripped": 0,
        }
        for name, limit, estimated, overhead in limits
    }


def os_information() -> dict[str, Any]:
    return {
        "refresh_interval_in_millis": 1000,
        "name": platform.system(),
        "pretty_name": platform.system(),
        "arch": {"x86_64": "amd64"}.get(platform.machine(), platform.machine()),
        "version": platform.release(),
        "available_processors": processors(),
        "allocated_processors": processors(),
    }


def jvm_information(node: Node) -> dict[str, Any]:
    return {
        "pid": os.getpid(),
        **virtual_machine(),
        "start_time_in_millis": node.started,
        "mem": {
            "heap_init_in_bytes": HEAP_MAX,
            "heap_max_in_bytes": HEAP_MAX,
            "non_heap_init_in_bytes": 7667712,
            "non_heap_max_in_bytes": 0,
            "direct_max_in_bytes": 0,
        },
        "gc_collectors": ["G1 Young Generation", "G1 Concurrent GC", "G1 Old Generation"],
        "memory_pools": [
            "CodeHeap 'non-nmethods'",
            "Metaspace",
            "CodeHeap 'profiled nmethods'",
            "Compressed Class Space",
            "G1 Eden Space",
            "G1 Old Gen",
            "G1 Survivor Space",
            "CodeHeap 'non-profiled nmethods'",
        ],
        "using_compressed_ordinary_object_pointers": "true",
        "input_arguments": [],
    }


def virtual_machine() -> dict[str, Any]:
    return {
        "version": JAVA_VERSION,
        "vm_name": "OpenJDK 64-Bit Server VM",
        "vm_version": f"{JAVA_VERSION}+9-LTS",
        "vm_vendor": "Eclipse Adoptium",
        "bundled_jdk": False,
        "using_bundled_jdk": None,
    }


def process_information() -> dict[str, Any]:
    return {"refresh_interval_in_millis": 1000, "id": os.getpid(), "mlockall": False}


def thread_pool_information() -> dict[str, Any]:
    told = {}
    for pool in thread_pools():
        size: dict[str, Any] = {"size": pool.size}
        if pool.maximum is not None:
            size = {"core": pool.size, "max": pool.maximum, "keep_alive": pool.keep_alive}
        told[pool.name] = {"type": pool.type, **size, "queue_size": pool.queue_size}
    return told
