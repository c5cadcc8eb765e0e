"""``_tasks``: list, get and cancel."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from fakeknn.api.nodes import failed_node
from fakeknn.api.timeouts import check_time
from fakeknn.errors import (
    ActionRequestValidationException,
    IllegalArgumentException,
    IndexNotFoundException,
    NoSuchNodeException,
    NumberFormatException,
    OpenSearchTimeoutException,
    ResourceNotFoundException,
)
from fakeknn.rest import Later, Request, route
from fakeknn.shape import Readable
from fakeknn.state import machine
from fakeknn.state.names import simple_match
from fakeknn.state.node import Node
from fakeknn.state.tasks import Task, listing
from fakeknn.units import TimeValue, parse_long, parse_time_value

_GROUPS = ("nodes", "parents", "none")


def task_id(text: str | None) -> str | None:
    """TaskId: node and number."""
    if not text:
        return None
    _, colon, number = text.partition(":")
    if not colon or ":" in number:
        raise IllegalArgumentException(f"malformed task id {text}")
    try:
        parse_long(number)
    except NumberFormatException as cause:
        raise IllegalArgumentException(f"malformed task id {text}") from cause
    return text


def group_by(request: Request) -> str:
    return request.params.get("group_by", "nodes")


def check_timeout(request: Request) -> None:
    """Of requests that wait for tasks."""
    request.flag("wait_for_completion")
    check_time(request, "timeout")


@route(
    "GET",
    "/_tasks",
    params=("group_by", "detailed", "nodes", "actions", "parent_task_id", "wait_for_completion", "timeout"),
)
def list_tasks(node: Node, request: Request) -> dict[str, Any]:
    groups = group_by(request)
    detailed = request.flag("detailed")
    parent = task_id(request.text("parent_task_id"))
    check_timeout(request)
    request.prepared()
    if groups not in _GROUPS:
        raise _no_grouping(groups)
    tasks = []
    if machine.chosen(node, request.names("nodes")):
        tasks = list(listing(node, request.names("actions"), parent, request.headers.get("x-opaque-id")))
    return grouped(node, tasks, groups, detailed=detailed, resources=detailed)


def _no_grouping(groups: str) -> IllegalArgumentException:
    return IllegalArgumentException(f"[group_by] must be one of [nodes], [parents] or [none] but was [{groups}]")


def grouped(
    node: Node,
    tasks: list[Task],
    groups: str,
    *,
    detailed: bool = False,
    resources: bool = False,
    failure: dict[str, Any] | None = None,
) -> dict[str, Any]:
    """ListTasksResponse, by nodes, by parents or in one list, behind what failed on a node."""
    told = [_told(task, detailed, resources) for task in tasks]
    answer: dict[str, Any] = {} if failure is None else {"node_failures": [failure]}
    if groups == "none":
        return {**answer, "tasks": told}
    if groups == "parents":
        return {**answer, "tasks": _by_parents(tasks, told)}
    if groups != "nodes":
        raise _no_grouping(groups)
    by_id = {task.id: one for task, one in zip(tasks, told, strict=True)}
    return {**answer, "nodes": {node.node_id: {**_node(node), "tasks": by_id}} if tasks else {}}


def _told(task: Task, detailed: bool, resources: bool) -> dict[str, Any]:
    told: dict[str, Any] = task.to_json(detailed)
    told["start_time_in_millis"] = Readable(task.started, "start_time", _moment(task.started))
    running = str(TimeValue(task.running_nanos, "nanos"))
    told["running_time_in_nanos"] = Readable(task.running_nanos, "running_time", running)
    if resources:
        used = {"cpu_time_in_nanos": 0, "memory_in_bytes": 0}
        told["resource_stats"] = {
            **{kind: dict(used) for kind in ("average", "total", "min", "max")},
            "thread_info": {"thread_executions": 0, "active_threads": 0},
        }
    return told


def _moment(millis: int) -> str:
    return datetime.fromtimestamp(millis / 1000, UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


def _by_parents(tasks: list[Task], told: list[dict[str, Any]]) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for task, one in zip(tasks, told, strict=True):
        if task.parent in found:
            found[task.parent].setdefault("children", []).append(one)
        else:
            found[task.id] = one
    return found


def _node(node: Node) -> dict[str, Any]:
    """A node as lists of tasks, and statistics, tell of it."""
    return {
        "name": node.name,
        "transport_address": machine.transport_address(node),
        "host": node.address[0],
        "ip": machine.transport_address(node),
        "roles": list(machine.ROLES),
        "attributes": dict(node.attributes),
    }


@route("GET", "/_tasks/{task_id}", params=("wait_for_completion", "timeout"))
def get_task(node: Node, request: Request) -> Any:
    """A task at work, or what is on record of one that has ended."""
    wanted = task_id(request.params["task_id"])
    check_timeout(request)
    assert wanted is not None
    until = node.now() + _patience(request)
    if request.flag("wait_for_completion"):
        return _when_done(node, wanted, until)
    return _shown(node, wanted)


def _patience(request: Request) -> float:
    text = request.params.get("timeout")
    return 30.0 if text is None else parse_time_value(text, "timeout").seconds


def _when_done(node: Node, wanted: str, until: float) -> Any:
    node.work_on()
    for one in node.background:
        if one.task_id == wanted:
            seconds = one.advance()
            if seconds is not None:
                left = until - node.now()
                if left <= 0:
                    waited_for = f"org.opensearch.index.reindex.BulkByScrollTask@{id(one) & 0xFFFFFFFF:x}"
                    raise OpenSearchTimeoutException(f"Timed out waiting for completion of [{waited_for}]")
                return Later(min(seconds, left), lambda: _when_done(node, wanted, until))
    return _shown(node, wanted)


def _shown(node: Node, wanted: str) -> dict[str, Any]:
    for one in node.background:
        if one.task_id == wanted:
            return {"completed": False, "task": _told(one.tasks()[0], True, True)}
    stored = node.tasks.get(wanted)
    if stored is not None and stored.finished:
        return stored.result()  # type: ignore[no-any-return]
    node_id = wanted.partition(":")[0]
    no_index = IndexNotFoundException(".tasks", resource_type="index_expression")
    not_running = ResourceNotFoundException(f"task [{wanted}] isn't running and hasn't stored its results")
    if not node.tasks:  # the index is made for the first result
        not_running.__cause__ = no_index
    if node_id == node.node_id:
        raise not_running
    raise ResourceNotFoundException(
        f"task [{wanted}] belongs to the node [{node_id}] which isn't part of the cluster and there is no record of "
        "the task"
    ) from not_running


@route(
    "POST",
    "/_tasks/_cancel",
    "/_tasks/{task_id}/_cancel",
    params=("nodes", "task_id", "actions", "parent_task_id", "group_by", "wait_for_completion"),
)
def cancel(node: Node, request: Request) -> dict[str, Any]:
    wanted = task_id(request.text("task_id"))
    parent = task_id(request.text("parent_task_id"))
    request.flag("wait_for_completion")
    groups = group_by(request)
    actions, nodes = request.names("actions"), request.names("nodes")
    if wanted is not None and nodes:
        raise ActionRequestValidationException("task id cannot be used together with node ids")
    if not machine.chosen(node, nodes):
        return {"nodes": {}} if groups == "nodes" else grouped(node, [], groups)
    if wanted is not None and wanted.partition(":")[0] != node.node_id:
        return grouped(node, [], groups, failure=no_such_node(wanted.partition(":")[0]))
    cancelled = []
    for one in node.background:
        of_action = not actions or any(simple_match(pattern, one.action) for pattern in actions)
        if (wanted is None or wanted == one.task_id) and parent is None and of_action:
            one.cancel("by user request")
            cancelled.append(one.tasks()[0])
    node.work_on()
    if wanted is not None and not cancelled:
        return grouped(node, [], groups, failure=node_failure(node, f"task [{wanted}] is not found"))
    return grouped(node, cancelled, groups)


def node_failure(node: Node, why: str) -> dict[str, Any]:
    """That this node could not do what was asked of a task."""
    return failed_node(node.node_id, ResourceNotFoundException(why))


def no_such_node(node_id: str) -> dict[str, Any]:
    return failed_node(node_id, NoSuchNodeException(f"No such node [{node_id}]", node_id=node_id))
