"""``_tasks``: list, get and cancel."""

from __future__ import annotations

from typing import Any

from fakeknn.errors import (
    IllegalArgumentException,
    IndexNotFoundException,
    NotFaked,
    NumberFormatException,
    ResourceNotFoundException,
)
from fakeknn.rest import Request, route
from fakeknn.state import machine
from fakeknn.state.node import Node
from fakeknn.state.tasks import Task, listing
from fakeknn.units import parse_long, parse_time_value

_GROUPS = ("nodes", "parents", "none")


def _task_id(text: str | None) -> str | None:
    """TaskId: node and number."""
    if not text:
        return None
    node_id, colon, number = text.partition(":")
    if not colon or not node_id or ":" in number:
        raise IllegalArgumentException(f"malformed task id {text}")
    try:
        parse_long(number)
    except NumberFormatException as cause:
        raise IllegalArgumentException(f"malformed task id {text}") from cause
    return text


def _group_by(request: Request) -> str:
    return request.params.get("group_by", "nodes")


def _check_timeout(request: Request) -> None:
    request.flag("wait_for_completion")
    if "timeout" in request.params:
        parse_time_value(request.params["timeout"], "timeout")


@route(
    "GET",
    "/_tasks",
    params=("group_by", "detailed", "nodes", "actions", "parent_task_id", "wait_for_completion", "timeout"),
)
def list_tasks(node: Node, request: Request) -> dict[str, Any]:
    group_by = _group_by(request)
    if group_by not in _GROUPS:
        raise IllegalArgumentException(f"[group_by] must be one of [nodes], [parents] or [none] but was [{group_by}]")
    detailed = request.flag("detailed")
    parent = _task_id(request.text("parent_task_id"))
    _check_timeout(request)
    tasks = []
    if machine.chosen(node, request.names("nodes")):
        tasks = list(listing(node, request.names("actions"), parent, request.headers.get("x-opaque-id")))
    if group_by == "none":
        return {"tasks": [_told(task, detailed) for task in tasks]}
    if group_by == "parents":
        return {"tasks": _by_parents(tasks, detailed)}
    if not tasks:
        return {"nodes": {}}
    told = {task.id: _told(task, detailed) for task in tasks}
    return {"nodes": {node.node_id: {**_node(node), "tasks": told}}}


def _told(task: Task, detailed: bool) -> dict[str, Any]:
    told: dict[str, Any] = task.to_json(detailed)
    if detailed:
        used = {"cpu_time_in_nanos": 0, "memory_in_bytes": 0}
        told["resource_stats"] = {
            **{kind: dict(used) for kind in ("average", "total", "min", "max")},
            "thread_info": {"thread_executions": 0, "active_threads": 0},
        }
    return told


def _by_parents(tasks: list[Task], detailed: bool) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for task in tasks:
        if task.parent in found:
            found[task.parent].setdefault("children", []).append(_told(task, detailed))
        else:
            found[task.id] = _told(task, detailed)
    return found


def _node(node: Node) -> dict[str, Any]:
    """A node as lists of tasks, and statistics, tell of it."""
    return {
        "name": node.name,
        "transport_address": machine.transport_address(node),
        "host": node.address[0],
        "ip": machine.transport_address(node),
        "roles": list(machine.ROLES),
        "attributes": dict(machine.ATTRIBUTES),
    }


@route("GET", "/_tasks/{task_id}", params=("wait_for_completion", "timeout"))
def get_task(node: Node, request: Request) -> dict[str, Any]:
    """No task outlives the request that made it, and none stores its result."""
    task_id = _task_id(request.params["task_id"])
    _check_timeout(request)
    assert task_id is not None
    node_id = task_id.partition(":")[0]
    no_index = IndexNotFoundException(".tasks", resource_type="index_expression")
    not_running = ResourceNotFoundException(f"task [{task_id}] isn't running and hasn't stored its results")
    if node_id == node.node_id:
        raise not_running from no_index
    not_running.__cause__ = no_index
    raise ResourceNotFoundException(
        f"task [{task_id}] belongs to the node [{node_id}] which isn't part of the cluster and there is no record of "
        "the task"
    ) from not_running


@route(
    "POST",
    "/_tasks/_cancel",
    "/_tasks/{task_id}/_cancel",
    params=("nodes", "task_id", "actions", "parent_task_id", "group_by", "wait_for_completion"),
)
def cancel(node: Node, request: Request) -> dict[str, Any]:
    task_id = _task_id(request.text("task_id"))
    _task_id(request.text("parent_task_id"))
    request.flag("wait_for_completion")
    if _group_by(request) != "nodes":
        raise NotFaked("[group_by] of cancelled tasks")
    if task_id is None:
        return {"nodes": {}}
    failure = {
        "type": "failed_node_exception",
        "reason": f"Failed node [{node.node_id}]",
        "node_id": node.node_id,
        "caused_by": {"type": "resource_not_found_exception", "reason": f"task [{task_id}] is not found"},
    }
    if task_id.partition(":")[0] != node.node_id:
        return {"nodes": {}}
    return {"node_failures": [failure], "nodes": {}}
