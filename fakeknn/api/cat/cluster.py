"""The tables about the cluster: its health, its manager, tasks, and where snapshots would be."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from fakeknn.api.cat.table import TIMES, cat, clock_time, columns, times
from fakeknn.api.tasks import check_timeout, task_id
from fakeknn.api.timeouts import check_manager_timeout
from fakeknn.errors import ActionRequestValidationException, NotFaked
from fakeknn.rest import Request
from fakeknn.state import machine
from fakeknn.state.allocation import health as health_of
from fakeknn.state.node import Node
from fakeknn.state.snapshots import find_snapshots
from fakeknn.state.tasks import listing
from fakeknn.units import TimeValue

_MANAGER = ("local", "cluster_manager_timeout", "?master_timeout")

_HEALTH = [
    *TIMES,
    *columns(
        """
    cluster | cl | | cluster name
    status | st | | health status
    node.total | nt,nodeTotal | > | total number of nodes
    node.data | nd,nodeData | > | number of nodes that can store data
    discovered_cluster_manager | dcm,dm,discovered_master | > | cluster manager is discovered or not
    shards | t,sh,shards.total,shardsTotal | > | total number of shards
    pri | p,shards.primary,shardsPrimary | > | number of primary shards
    relo | r,shards.relocating,shardsRelocating | > | number of relocating nodes
    init | i,shards.initializing,shardsInitializing | > | number of initializing nodes
    unassign | u,shards.unassigned,shardsUnassigned | > | number of unassigned shards
    pending_tasks | pt,pendingTasks | > | number of pending tasks
    max_task_wait_time | mtwt,maxTaskWaitTime | > | wait time of longest task pending
    active_shards_percent | asp,activeShardsPercent | > | active number of shards in percent
    """
    ),
]


@cat("/_cat/health", columns=_HEALTH)
def health(node: Node, request: Request) -> Iterator[dict[str, Any]]:
    found = health_of(node.indices.values())
    yield {
        **times(node),
        "cluster": node.cluster_name,
        "status": found.status,
        "node.total": 1,
        "node.data": 1,
        "discovered_cluster_manager": True,
        "shards": found.primaries,
        "pri": found.primaries,
        "relo": 0,
        "init": 0,
        "unassign": found.unassigned,
        "pending_tasks": 0,
        "max_task_wait_time": "-",
        "active_shards_percent": f"{found.active_percent:.1f}%",
    }


_MANAGERS = columns(
    """
    id | |  | node id
    host | h | | host name
    ip | |  | ip address\x20
    node | n | | node name
    """
)


@cat("/_cat/cluster_manager", "/_cat/master", columns=_MANAGERS, params=_MANAGER)
def cluster_manager(node: Node, request: Request) -> Iterator[dict[str, Any]]:
    request.flag("local")
    check_manager_timeout(request)
    yield {"id": node.node_id, "host": node.address[0], "ip": node.address[0], "node": node.name}


_PENDING = columns(
    """
    insertOrder | o | > | task insertion order
    timeInQueue | t | > | how long task has been in queue
    priority | p | | task priority
    source | s | | task source
    """
)


@cat("/_cat/pending_tasks", columns=_PENDING, params=_MANAGER)
def pending_tasks(node: Node, request: Request) -> list[dict[str, Any]]:
    """A request is done when it is answered, so nothing is ever pending."""
    check_manager_timeout(request)
    request.flag("local")
    return []


# --- tasks ------------------------------------------------------------------------------------------------------------

_TASKS = columns(
    """
    id | | - | id of the task with the node
    action | ac | | task action
    task_id | ti | | unique task id
    parent_task_id | pti | | parent task id
    type | ty | | task type
    start_time | start | | start time in ms
    timestamp | ts,hms,hhmmss | | start time in HH:MM:SS
    running_time_ns | time | - | running time ns
    running_time | time | | running time
    node_id | ni | - | unique node id
    ip | i | | ip address
    port | po | - | bound transport port
    node | n | | node name
    version | v | - | es version
    x_opaque_id | x | - | X-Opaque-ID header
    """
)
_TASKS_DETAILED = [
    *_TASKS,
    *columns(
        """
    description | desc | | task action
    resource_stats | | - | resource consumption info of the task
    """
    ),
]


@cat(
    "/_cat/tasks",
    columns=lambda request: _TASKS_DETAILED if request.flag("detailed") else _TASKS,
    params=("detailed", "nodes", "actions", "parent_task_id", "wait_for_completion", "timeout"),
    told=("detailed",),
)
def tasks(node: Node, request: Request) -> Iterator[dict[str, Any]]:
    parent = task_id(request.text("parent_task_id"))
    check_timeout(request)
    request.prepared()
    if "resource_stats" in request.names("h"):
        raise NotFaked("what tasks use")
    if not machine.chosen(node, request.names("nodes")):
        return
    for task in listing(node, request.names("actions"), parent):
        yield {
            "id": task.number,
            "action": task.action,
            "task_id": task.id,
            "parent_task_id": task.parent or "-",
            "type": task.type,
            "start_time": task.started,
            "timestamp": clock_time(task.started // 1000),
            "running_time_ns": task.running_nanos,
            "running_time": TimeValue(task.running_nanos, "nanos"),
            "node_id": node.node_id[:4],
            "ip": node.address[0],
            "port": machine.transport_port(node),
            "node": node.name,
            "version": node.version,
            "x_opaque_id": request.headers.get("x-opaque-id", "-"),
            "description": "",
        }


# --- snapshots --------------------------------------------------------------------------------------------------------

_REPOSITORIES = columns(
    """
    id | id,repoId | | unique repository id
    type | t,type | > | repository type
    """
)


@cat("/_cat/repositories", columns=_REPOSITORIES, params=_MANAGER)
def repositories(node: Node, request: Request) -> Iterator[dict[str, Any]]:
    request.flag("local")
    check_manager_timeout(request)
    for name, repository in node.repositories.items():
        yield {"id": name, "type": repository.type}


_SNAPSHOTS = columns(
    """
    id | id,snapshot | | unique snapshot
    status | s,status | > | snapshot name
    start_epoch | ste,startEpoch | | start time in seconds since 1970-01-01 00:00:00
    start_time | sti,startTime | | start time in HH:MM:SS
    end_epoch | ete,endEpoch | | end time in seconds since 1970-01-01 00:00:00
    end_time | eti,endTime | | end time in HH:MM:SS
    duration | dur,duration | > | duration
    indices | i,indices | > | number of indices
    successful_shards | ss,successful_shards | > | number of successful shards
    failed_shards | fs,failed_shards | > | number of failed shards
    total_shards | ts,total_shards | > | number of total shards
    reason | r,reason | - | reason for failures
    """
)


@cat(
    "/_cat/snapshots",
    "/_cat/snapshots/{repository}",
    columns=[*_SNAPSHOTS],
    params=("repository", "ignore_unavailable", "cluster_manager_timeout", "?master_timeout"),
)
def snapshots(node: Node, request: Request) -> Iterator[dict[str, Any]]:
    ignore_unavailable = request.flag("ignore_unavailable")
    check_manager_timeout(request)
    name = request.text("repository")
    if name is None:
        raise ActionRequestValidationException("repository is missing")
    for snapshot in find_snapshots(node, name, (), ignore_unavailable=ignore_unavailable):
        second = snapshot.started // 1000
        yield {
            "id": snapshot.name,
            "status": "SUCCESS",
            "start_epoch": second,
            "start_time": clock_time(second),
            "end_epoch": second,
            "end_time": clock_time(second),
            "duration": TimeValue(0, "ms"),
            "indices": len(snapshot.indices),
            "successful_shards": snapshot.shards,
            "failed_shards": 0,
            "total_shards": snapshot.shards,
        }
