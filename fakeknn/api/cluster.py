"""``_cluster/health``, and what the cluster manager has to do; ``_remote/info``."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from fakeknn.api.awareness import awareness_attributes
from fakeknn.api.documents import active_shard_count
from fakeknn.api.timeouts import check_manager_timeout, check_timeouts
from fakeknn.errors import (
    ActionRequestValidationException,
    IllegalArgumentException,
    IndexNotFoundException,
    NotFaked,
)
from fakeknn.rest import Later, Request, Response, route
from fakeknn.shape import Readable, millis
from fakeknn.state import machine, names
from fakeknn.state.allocation import STATUSES, Health, health, index_health
from fakeknn.state.index import Index
from fakeknn.state.names import INDICES_OPTIONS_PARAMETERS, IndicesOptions
from fakeknn.state.node import Node
from fakeknn.state.settings.cluster import remote_connections
from fakeknn.units import parse_int, parse_time_value
from fakeknn.xcontent.media import MediaType

#: Parameters of requests that the cluster manager answers, or with ``local`` any node.
LOCAL = ("local", "cluster_manager_timeout", "?master_timeout")

# --- health -----------------------------------------------------------------------------------------------------------

_PRIORITIES = ("IMMEDIATE", "URGENT", "HIGH", "NORMAL", "LOW", "LANGUID")
#: How often a request that waits looks again, in seconds.
_PATIENCE = 0.05

_HEALTH_PARAMETERS = (
    *LOCAL,
    "timeout",
    "ensure_node_weighed_in",
    "awareness_attribute",
    "level",
    "wait_for_status",
    "wait_for_no_relocating_shards",
    "wait_for_no_initializing_shards",
    "?wait_for_relocating_shards",
    "wait_for_active_shards",
    "wait_for_nodes",
    "wait_for_events",
    *INDICES_OPTIONS_PARAMETERS,
)


@route("GET", "/_cluster/health", "/_cluster/health/{index}", params=_HEALTH_PARAMETERS)
def cluster_health(node: Node, request: Request) -> Response | Later:
    options = IndicesOptions.from_parameters(request.params, names.CLUSTER_HEALTH)
    local = request.flag("local")
    weighed_in = request.flag("ensure_node_weighed_in")
    check_timeouts(request, manager_first=True)
    level = request.params.get("level", "cluster")
    attribute = request.params.get("awareness_attribute")
    is_reached = _condition(request)
    expressions = request.names("index")
    by_attribute = level.lower() == "awareness_attributes"
    if by_attribute and expressions:
        raise ActionRequestValidationException("awareness_attribute is not a supported parameter with index health")
    if attribute is not None and not by_attribute:
        raise ActionRequestValidationException(
            "level=awareness_attributes is required with awareness_attribute parameter"
        )
    if weighed_in and not local:
        raise ActionRequestValidationException("not a local request to ensure local node commissioned or weighed in")
    deadline = node.now() + parse_time_value(request.params.get("timeout", "30s"), "timeout").seconds
    # Who waits for events is himself a task that is pending.
    pending = int("wait_for_events" in request.params)

    def look() -> Response | Later:
        indices = _found(node, expressions, options)
        found = health(indices or ())
        percent = health(node.indices.values()).active_percent if found.status != "green" else 100.0
        if indices is None:
            found = found._replace(status="red")
        exist = not expressions or _found(node, expressions, names.STRICT_EXPAND_OPEN_CLOSED) is not None
        reached = exist and is_reached(found)
        if not exist:
            found = found._replace(status="red")
        left = deadline - node.now()
        if reached or left <= 0:
            body = {
                **_told(node, found),
                "timed_out": not reached,
                "number_of_pending_tasks": pending,
                "active_shards_percent_as_number": Readable(percent, "active_shards_percent", f"{percent:.1f}%"),
            }
            if level in ("indices", "shards"):
                body["indices"] = {index.name: _index_told(index, level == "shards") for index in indices or ()}
            elif level == "awareness_attributes":
                asked = awareness_attributes(node) if attribute is None else [attribute]
                body["awareness_attributes"] = {name: _zones_told(node, name) for name in asked}
            return Response(200 if reached else 408, body)
        return Later(min(left, _PATIENCE), look)

    return look()


def _condition(request: Request) -> Callable[[Health], bool]:
    """What a request waits for. Shards never move and start at once, so they need not be waited for."""
    worst = len(STATUSES)
    if "wait_for_status" in request.params:
        wanted = request.params["wait_for_status"]
        if wanted.lower() not in STATUSES:
            raise _no_constant("org.opensearch.cluster.health.ClusterHealthStatus", wanted)
        worst = STATUSES.index(wanted.lower())
    request.flag("wait_for_no_relocating_shards")
    request.flag("wait_for_no_initializing_shards")
    if "wait_for_relocating_shards" in request.params:
        raise IllegalArgumentException(
            "wait_for_relocating_shards has been removed, use wait_for_no_relocating_shards [true/false] instead"
        )
    active: int | None = 0
    if "wait_for_active_shards" in request.params:
        active = active_shard_count(request.params["wait_for_active_shards"])
    if "wait_for_events" in request.params and request.params["wait_for_events"].upper() not in _PRIORITIES:
        raise _no_constant("org.opensearch.common.Priority", request.params["wait_for_events"])
    request.prepared()
    enough_nodes = _enough_nodes(request.params.get("wait_for_nodes", ""))

    def is_reached(found: Health) -> bool:
        enough_shards = not found.unassigned if active is None else found.primaries >= active
        return enough_nodes and enough_shards and STATUSES.index(found.status) <= worst

    return is_reached


def _no_constant(enum: str, value: str) -> IllegalArgumentException:
    return IllegalArgumentException(f"No enum constant {enum}.{value.upper()}")


def _enough_nodes(wanted: str) -> bool:
    """``1``, ``>=1``, ``ge(1)``: whether one node is enough."""
    if not wanted:
        return True
    for sign, word, holds in (
        (">=", "ge(", int.__le__),
        ("<=", "le(", int.__ge__),
        (">", "gt(", int.__lt__),
        ("<", "lt(", int.__gt__),
    ):
        if wanted.startswith(sign):
            return holds(parse_int(wanted[len(sign) :]), 1)
        if wanted.startswith(word):
            return holds(parse_int(wanted[len(word) : -1]), 1)
    return parse_int(wanted) == 1


def _found(node: Node, expressions: list[str], options: IndicesOptions) -> list[Index] | None:
    """What the expressions stand for; None if something that must be there is missing."""
    try:
        return node.resolve(expressions, options)
    except IndexNotFoundException:
        return None


def _told(node: Node, found: Health) -> dict[str, Any]:
    """ClusterHealthResponse."""
    return {
        "cluster_name": node.cluster_name,
        "status": found.status,
        "timed_out": False,
        "number_of_nodes": 1,
        "number_of_data_nodes": 1,
        "discovered_master": True,
        "discovered_cluster_manager": True,
        "active_primary_shards": found.primaries,
        "active_shards": found.primaries,
        "relocating_shards": 0,
        "initializing_shards": 0,
        "unassigned_shards": found.unassigned,
        "delayed_unassigned_shards": 0,
        "number_of_pending_tasks": 0,
        "number_of_in_flight_fetch": 0,
        "task_max_waiting_in_queue_millis": millis(0, "task_max_waiting_in_queue"),
        "active_shards_percent_as_number": 100.0,
    }


def _zones_told(node: Node, attribute: str) -> dict[str, Any]:
    """ClusterAwarenessAttributesHealth: the shards by the values that nodes have of an attribute."""
    if attribute not in node.attributes:
        return {}
    zone = {
        "active_shards": health(node.indices.values()).primaries,
        "initializing_shards": 0,
        "relocating_shards": 0,
        "unassigned_shards": -1,  # Unless zones are forced, nobody knows what is missing.
        "data_nodes": 1,
        "weight": 1.0,
    }
    return {node.attributes[attribute]: zone}


def _index_told(index: Index, with_shards: bool) -> dict[str, Any]:
    found = index_health(index)
    told: dict[str, Any] = {
        "status": found.status,
        "number_of_shards": found.primaries,
        "number_of_replicas": index.number_of_replicas,
        "active_primary_shards": found.primaries,
        "active_shards": found.primaries,
        "relocating_shards": 0,
        "initializing_shards": 0,
        "unassigned_shards": found.unassigned,
    }
    if with_shards:
        shard = {
            "status": found.status,
            "primary_active": True,
            "active_shards": 1,
            "relocating_shards": 0,
            "initializing_shards": 0,
            "unassigned_shards": index.number_of_replicas,
        }
        told["shards"] = {str(number): shard for number in range(found.primaries)}
    return told


# --- what the cluster manager has to do -------------------------------------------------------------------------------


@route("GET", "/_cluster/pending_tasks", params=LOCAL)
def pending_tasks(node: Node, request: Request) -> dict[str, Any]:
    check_manager_timeout(request)
    request.flag("local")
    return {"tasks": []}


@route("GET", "/_remote/info")
def remote_info(node: Node, request: Request) -> dict[str, Any]:
    return remote_connections({**node.persistent_settings, **node.transient_settings})


@route("POST", "/_cluster/voting_config_exclusions/{node_name}", params=("timeout", *LOCAL[1:]))
def exclude_one_from_voting(node: Node, request: Request) -> Response:
    name = request.params["node_name"]
    check_timeouts(request)
    if machine.chosen(node, [name]):
        raise NotFaked("a cluster whose only node does not vote")
    raise IllegalArgumentException(
        f"add voting config exclusions request for [{name}] matched no cluster-manager-eligible nodes"
    )


@route(
    "POST",
    "/_cluster/voting_config_exclusions",
    params=("node_ids", "node_names", "timeout", "cluster_manager_timeout", "?master_timeout"),
)
def exclude_from_voting(node: Node, request: Request) -> Response:
    ids, node_names = request.names("node_ids"), request.names("node_names")
    if bool(ids) == bool(node_names):
        raise IllegalArgumentException(
            "Please set node identifiers correctly. One and only one of [node_name], [node_names] and [node_ids] has "
            "to be set"
        )
    check_timeouts(request)
    if machine.chosen(node, [*ids, *node_names]):
        raise NotFaked("a cluster whose only node does not vote")
    for name in node_names:
        node.voting_config_exclusions[f"name {name}"] = ("_absent_", name)
    for node_id in ids:
        node.voting_config_exclusions[f"id {node_id}"] = (node_id, "_absent_")
    return Response(200, content_type=MediaType.JSON.value)


@route(
    "DELETE",
    "/_cluster/voting_config_exclusions",
    params=("wait_for_removal", "cluster_manager_timeout", "?master_timeout"),
)
def include_in_voting(node: Node, request: Request) -> Response:
    request.flag("wait_for_removal", True)
    check_timeouts(request)
    node.voting_config_exclusions = {}
    return Response(200, content_type=MediaType.JSON.value)
