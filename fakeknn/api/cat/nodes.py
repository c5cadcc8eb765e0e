"""The tables about the node: ``_cat/nodes``, ``_cat/nodeattrs``, ``_cat/plugins``, ``_cat/thread_pool``, its disk."""

from __future__ import annotations

import os
from collections import Counter
from collections.abc import Iterator
from typing import Any

from fakeknn.api.cat import statistics as shared
from fakeknn.api.cat.table import cat, columns
from fakeknn.api.root import BUILDS
from fakeknn.api.timeouts import check_manager_timeout, check_time
from fakeknn.rest import Request
from fakeknn.state import machine
from fakeknn.state.allocation import all_copies
from fakeknn.state.names import simple_match
from fakeknn.state.node import Node
from fakeknn.state.statistics import fielddata_sizes, node_statistics
from fakeknn.units import ByteSizeValue, TimeValue

_MANAGER = ("local", "cluster_manager_timeout", "?master_timeout")

_NODES = [
    *columns(
        """
    id | id,nodeId | - | unique node id
    pid | p | - | process id
    ip | i | | ip address
    port | po | - | bound transport port
    http_address | http | - | bound http address
    version | v | - | os version
    type | t | - | os distribution type
    build | b | - | os build hash
    jdk | j | - | jdk version
    disk.total | dt,diskTotal | >- | total disk space
    disk.used | du,diskUsed | >- | used disk space
    disk.avail | d,da,disk,diskAvail | >- | available disk space
    disk.used_percent | dup,diskUsedPercent | >- | used disk space percentage
    heap.current | hc,heapCurrent | >- | used heap
    heap.percent | hp,heapPercent | > | used heap ratio
    heap.max | hm,heapMax | >- | max configured heap
    ram.current | rc,ramCurrent | >- | used machine memory
    ram.percent | rp,ramPercent | > | used machine memory ratio
    ram.max | rm,ramMax | >- | total machine memory
    file_desc.current | fdc,fileDescriptorCurrent | >- | used file descriptors
    file_desc.percent | fdp,fileDescriptorPercent | >- | used file descriptor ratio
    file_desc.max | fdm,fileDescriptorMax | >- | max file descriptors
    cpu | cpu | > | recent cpu usage
    load_1m | l | > | 1m load avg
    load_5m | l | > | 5m load avg
    load_15m | l | > | 15m load avg
    uptime | u | >- | node uptime
    node.role | r,role,nodeRole | | m:master eligible node, d:data node, i:ingest node, -:coordinating node only
    node.roles | rs,all roles | |  -:coordinating node only
    cluster_manager | cm,m,master | | *:current cluster manager
    name | n | | node name
    """
    ),
    *shared.columns(
        "completion fielddata query_cache request_cache flush get indexing merges refresh",
        descriptions={
            "request_cache.hit_count": "request cache hit counts",
            "request_cache.miss_count": "request cache miss counts",
        },
    ),
    *columns(
        """
    script.compilations | scrcc,scriptCompilations | >- | script compilations
    script.cache_evictions | scrce,scriptCacheEvictions | >- | script cache evictions
    script.compilation_limit_triggered | scrclt,scriptCacheCompilationLimitTriggered | >- | \
script cache compilation limit triggered
    """
    ),
    *shared.columns(
        "search.fetch search.open_contexts search.query search.concurrent search.scroll search.point_in_time "
        "search.startree segments suggest",
        aliases={"search.startree_query_total": "stqto,startreeQueryTotal"},
        descriptions={
            "search.query_failed": "total failed query phase ops",
            "search.concurrent_query_total": "total concurrent query phase ops",
            "search.startree_query_failed": "star tree failed query ops",
        },
    ),
]


def _check(request: Request) -> None:
    request.flag("local")
    check_manager_timeout(request)


def _check_timeouts(request: Request) -> None:
    """The manager's timeout; that of the nodes' statistics and facts is read when these are asked for."""
    check_manager_timeout(request)
    request.prepared()
    check_time(request, "timeout", "NodesInfoRequest.timeout")


@cat("/_cat/nodes", columns=_NODES, params=(*_MANAGER, "full_id"))
def nodes(node: Node, request: Request) -> Iterator[dict[str, Any]]:
    request.flag("local")
    check_manager_timeout(request)
    full = request.flag("full_id")
    _check_timeouts(request)
    memory, disk = machine.memory(), machine.disk()
    loads = dict(zip(("load_1m", "load_5m", "load_15m"), machine.load_average(), strict=True))
    yield {
        "id": node.node_id if full else node.node_id[:4],
        "pid": os.getpid(),
        "ip": node.address[0],
        "port": machine.transport_port(node),
        "http_address": machine.http_address(node),
        "version": node.version,
        "type": "tar",
        "build": BUILDS[node.version]["build_hash"],
        "jdk": machine.JAVA_VERSION,
        "disk.total": ByteSizeValue(disk.total),
        "disk.used": ByteSizeValue(disk.used),
        "disk.avail": ByteSizeValue(disk.free),
        "disk.used_percent": f"{100 * disk.used / disk.total:.2f}",
        "heap.current": ByteSizeValue(machine.HEAP_USED),
        "heap.percent": machine.HEAP_USED * 100 // machine.HEAP_MAX,
        "heap.max": ByteSizeValue(machine.HEAP_MAX),
        "ram.current": ByteSizeValue(memory.used),
        "ram.percent": memory.used_percent,
        "ram.max": ByteSizeValue(memory.total),
        "file_desc.current": 200,
        "file_desc.percent": 200 * 100 // machine.MAX_FILE_DESCRIPTORS,
        "file_desc.max": machine.MAX_FILE_DESCRIPTORS,
        "cpu": "0",
        **{name: f"{load:.2f}" for name, load in loads.items()},
        "uptime": TimeValue(machine.uptime_millis(node)),
        "node.role": machine.ROLE_LETTERS,
        "node.roles": ",".join(machine.ROLES),
        "cluster_manager": "*",
        "name": node.name,
        **{f"script.{name}": count for name, count in node.life.counts().to_json().items()},
        **shared.cells(node_statistics(node)),
    }


_ATTRIBUTES = columns(
    """
    node | name | | node name
    id | id,nodeId | - | unique node id
    pid | p | - | process id
    host | h | | host name
    ip | i | | ip address
    port | po | - | bound transport port
    attr | attr.name | | attribute description
    value | attr.value | | attribute value
    """
)


@cat("/_cat/nodeattrs", columns=_ATTRIBUTES, params=_MANAGER)
def nodeattrs(node: Node, request: Request) -> Iterator[dict[str, Any]]:
    request.flag("local")
    _check_timeouts(request)
    for name, value in node.attributes.items():
        yield {
            "node": node.name,
            "id": node.node_id[:4],
            "pid": os.getpid(),
            "host": node.address[0],
            "ip": node.address[0],
            "port": machine.transport_port(node),
            "attr": name,
            "value": value,
        }


_PLUGINS = columns(
    """
    id | | - | unique node id
    name | n | | node name
    component | c | | component
    version | v | | component version
    description | d | - | plugin details
    """
)


@cat("/_cat/plugins", columns=_PLUGINS, params=_MANAGER)
def plugins(node: Node, request: Request) -> Iterator[dict[str, Any]]:
    request.flag("local")
    _check_timeouts(request)
    yield {
        "id": node.node_id,
        "name": node.name,
        "component": machine.PLUGIN["name"],
        "version": machine.PLUGIN["version"],
        "description": machine.PLUGIN["description"],
    }


_THREAD_POOLS = columns(
    """
    node_name | nn | | node name
    node_id | id | - | persistent node id
    ephemeral_node_id | eid | - | ephemeral node id
    pid | p | - | process id
    host | h | - | host name
    ip | i | - | ip address
    port | po | - | bound transport port
    name | n | | thread pool name
    type | t | - | thread pool type
    active | a | > | number of active threads
    pool_size | psz | >- | number of threads
    queue | q | > | number of tasks currently in queue
    queue_size | qs | >- | maximum number of tasks permitted in queue
    rejected | r | > | number of rejected tasks
    largest | l | >- | highest number of seen active threads
    completed | c | >- | number of completed tasks
    total_wait_time | twt | >- | total time tasks spent waiting in thread_pool queue
    core | cr | >- | core number of threads in a scaling thread pool
    max | mx | >- | maximum number of threads in a scaling thread pool
    size | sz | >- | number of threads in a fixed thread pool
    keep_alive | ka | >- | thread keep alive time
    parallelism | pl | >- | number of worker threads in a fork_join thread pool
    """
)


@cat(
    "/_cat/thread_pool",
    "/_cat/thread_pool/{thread_pool_patterns}",
    columns=_THREAD_POOLS,
    params=_MANAGER,
    told=("thread_pool_patterns",),
)
def thread_pool(node: Node, request: Request) -> Iterator[dict[str, Any]]:
    request.flag("local")
    _check_timeouts(request)
    patterns = request.names("thread_pool_patterns") or ["*"]
    where = {
        "node_name": node.name,
        "node_id": node.node_id,
        "ephemeral_node_id": node.ephemeral_id,
        "pid": os.getpid(),
        "host": node.address[0],
        "ip": node.address[0],
        "port": machine.transport_port(node),
    }
    for pool in machine.thread_pools():
        if not any(simple_match(pattern, pool.name) for pattern in patterns):
            continue
        scaling = pool.maximum is not None
        yield {
            **where,
            "name": pool.name,
            "type": pool.type,
            **dict.fromkeys(("active", "pool_size", "queue", "rejected", "largest", "completed"), 0),
            "queue_size": pool.queue_size,
            "total_wait_time": TimeValue(0) if pool.waits else TimeValue(-1),
            "core": pool.size if scaling else None,
            "max": pool.maximum,
            "size": None if scaling else pool.size,
            "keep_alive": pool.keep_alive,
        }


_ALLOCATION = columns(
    """
    shards | s | > | number of shards on node
    disk.indices | di,diskIndices | > | disk used by OpenSearch indices
    disk.used | du,diskUsed | > | disk used (total, not just OpenSearch)
    disk.avail | da,diskAvail | > | disk available
    disk.total | dt,diskTotal | > | total capacity of all volumes
    disk.percent | dp,diskPercent | > | percent disk used
    host | h | | host of node
    ip | |  | ip of node
    node | n | | name of node
    """
)


@cat("/_cat/allocation", "/_cat/allocation/{nodes}", columns=_ALLOCATION, params=(*_MANAGER, "nodes"))
def allocation(node: Node, request: Request) -> Iterator[dict[str, Any]]:
    _check(request)
    request.prepared()
    check_time(request, "timeout", "NodesStatsRequest.timeout")
    copies = all_copies(node)
    unassigned = sum(not copy.primary for copy in copies)
    if machine.chosen(node, request.names("nodes")):
        disk = machine.disk()
        yield {
            "shards": len(copies) - unassigned,
            "disk.indices": ByteSizeValue(node_statistics(node)["store"]["size_in_bytes"]),
            "disk.used": ByteSizeValue(disk.used),
            "disk.avail": ByteSizeValue(disk.free),
            "disk.total": ByteSizeValue(disk.total),
            "disk.percent": 100 * disk.used // disk.total,
            "host": node.address[0],
            "ip": node.address[0],
            "node": node.name,
        }
    if unassigned:
        yield {"shards": unassigned, "node": "UNASSIGNED"}


_FIELDDATA = columns(
    """
    id | |  | node id
    host | h | | host name
    ip | |  | ip address
    node | n | | node name
    field | f | | field name
    size | s | > | field data usage
    """
)


@cat("/_cat/fielddata", "/_cat/fielddata/{fields}", columns=_FIELDDATA, params=("fields",))
def fielddata(node: Node, request: Request) -> list[dict[str, Any]]:
    """A row for each field of which texts were uninverted."""
    patterns = request.names("fields")
    sizes: Counter[str] = Counter()
    for index in node.indices.values():
        for shard in index.shards:
            sizes.update(fielddata_sizes(shard))
    return [
        {
            "id": node.node_id,
            "host": node.address[0],
            "ip": node.address[0],
            "node": node.name,
            "field": path,
            "size": ByteSizeValue(size),
        }
        for path, size in sizes.items()
        if not patterns or any(simple_match(pattern, path) for pattern in patterns)
    ]
