"""``_nodes``: what the node is, how it is used; ``_nodes/hot_threads``."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from fakeknn.api.root import BUILDS
from fakeknn.api.stats import readable
from fakeknn.api.timeouts import check_time
from fakeknn.errors import IllegalArgumentException, OpenSearchError, OpenSearchException
from fakeknn.rest import Request, Response, route
from fakeknn.shape import Readable
from fakeknn.state import machine
from fakeknn.state.node import Node
from fakeknn.state.repositories import PATH_REPO
from fakeknn.state.settings.flat import render
from fakeknn.units import ByteSizeValue, parse_time_value
from fakeknn.xcontent import read_open
from fakeknn.xcontent.objects import ObjectParser, declared

#: NodesInfoRequest.Metric, in the order of an answer.
METRICS = (
    "settings",
    "os",
    "process",
    "jvm",
    "thread_pool",
    "transport",
    "http",
    "plugins",
    "ingest",
    "aggregations",
    "indices",
    "search_pipelines",
)


def nodes_answer(node: Node, found: dict[str, Any] | None) -> dict[str, Any]:
    """What all requests about nodes answer; ``found`` is None if the node was not asked."""
    asked = int(found is not None)
    return {
        "_nodes": {"total": asked, "successful": asked, "failed": 0},
        "cluster_name": node.cluster_name,
        "nodes": {} if found is None else {node.node_id: found},
    }


def failed_node(node_id: str, cause: OpenSearchError) -> dict[str, Any]:
    """FailedNodeException: that a node could not do what was asked of it."""
    return {
        "type": "failed_node_exception",
        "reason": f"Failed node [{node_id}]",
        "node_id": node_id,
        "caused_by": cause.members(),
    }


@route(
    "GET",
    "/_nodes",
    "/_nodes/{nodeId}",
    "/_nodes/{nodeId}/{metrics}",
    "/_nodes/{nodeId}/info/{metrics}",
    params=("nodeId", "metrics", "timeout", "settings_filter", "flat_settings"),
)
def info(node: Node, request: Request) -> dict[str, Any]:
    check_time(request, "timeout", "NodesInfoRequest.timeout")
    node_ids, metrics = request.names("nodeId"), request.names("metrics")
    if node_ids and not metrics and all(name in METRICS for name in node_ids):
        node_ids, metrics = [], node_ids  # /_nodes/os
    if not metrics or metrics == ["_all"]:
        metrics = list(METRICS)
    if not machine.chosen(node, node_ids):
        return nodes_answer(node, None)
    return nodes_answer(node, _info(node, [metric for metric in METRICS if metric in metrics], request))


def _info(node: Node, metrics: list[str], request: Request) -> dict[str, Any]:
    build = BUILDS[node.version]
    told: dict[str, Any] = {
        "name": node.name,
        "transport_address": machine.transport_address(node),
        "host": node.address[0],
        "ip": node.address[0],
        "version": node.version,
        "build_type": "tar",
        "build_hash": build["build_hash"],
    }
    if "indices" in metrics:
        size = machine.INDEXING_BUFFER
        told["total_indexing_buffer_in_bytes"] = Readable(size, "total_indexing_buffer", str(ByteSizeValue(size)))
    told |= {"roles": list(machine.ROLES), "attributes": dict(node.attributes)}
    for metric in metrics:
        match metric:
            case "settings":
                told["settings"] = render(_settings(node), request.flag("flat_settings"))
            case "os":
                told["os"] = readable(machine.os_information())
            case "process":
                told["process"] = readable(machine.process_information())
            case "jvm":
                told["jvm"] = _jvm(node)
            case "thread_pool":
                told["thread_pool"] = machine.thread_pool_information()
            case "transport":
                told["transport"] = {**_bound(machine.transport_address(node)), "profiles": {}}
            case "http":
                limit = machine.MAX_CONTENT_LENGTH
                size_told = Readable(limit, "max_content_length", str(ByteSizeValue(limit)))
                told["http"] = {**_bound(machine.http_address(node)), "max_content_length_in_bytes": size_told}
            case "plugins":
                told |= {"plugins": [machine.PLUGIN], "modules": [_module(name) for name in machine.MODULES]}
            case "ingest":
                told["ingest"] = {"processors": [{"type": name} for name in machine.PROCESSORS]}
            case "aggregations":
                told["aggregations"] = machine.aggregations()
            case "search_pipelines":
                kinds = ("phase_results_processors", "request_processors", "response_processors")
                told["search_pipelines"] = {kind: [] for kind in kinds}
    return told


def _jvm(node: Node) -> dict[str, Any]:
    found = machine.jvm_information(node)
    started = found["start_time_in_millis"]
    date = datetime.fromtimestamp(started / 1000, UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
    return readable({**found, "start_time_in_millis": Readable(started, "start_time", date)})


#: Where the images of OpenSearch have it.
_HOME = "/usr/share/opensearch"


def _settings(node: Node) -> dict[str, Any]:
    told = {
        "client.type": "node",
        "cluster.name": node.cluster_name,
        "discovery.type": "single-node",
        "http.port": str(node.address[1]),
        "http.type.default": "netty4",
        "network.host": node.address[0],
        "node.name": node.name,
        "path.data": [f"{_HOME}/data"],
        "path.home": _HOME,
        "path.logs": f"{_HOME}/logs",
        "path.repo": [PATH_REPO],
        "transport.port": str(machine.transport_port(node)),
        "transport.type.default": "netty4",
    }
    return dict(sorted({**told, **{f"node.attr.{name}": value for name, value in node.attributes.items()}}.items()))


def _bound(address: str) -> dict[str, Any]:
    return {"bound_address": [address], "publish_address": address}


def _module(name: str) -> dict[str, Any]:
    module: dict[str, Any] = {
        "name": name,
        "version": "3.5.0",
        "description": name,
        "custom_foldername": None,
        "extended_plugins": [],
    }
    return {**machine.PLUGIN, **module}


# --- usage ------------------------------------------------------------------------------------------------------------


@route(
    "GET",
    "/_nodes/usage",
    "/_nodes/usage/{metric}",
    "/_nodes/{nodeId}/usage",
    "/_nodes/{nodeId}/usage/{metric}",
    params=("nodeId", "metric", "timeout"),
)
def usage(node: Node, request: Request) -> dict[str, Any]:
    """What was called is not counted."""
    metrics = request.names("metric") or ["_all"]
    if len(metrics) > 1 and "_all" in metrics:
        raise IllegalArgumentException(
            f"request [{request.path}] contains _all and individual metrics [{request.params['metric']}]"
        )
    check_time(request, "timeout", "NodesUsageRequest.timeout")
    if not machine.chosen(node, request.names("nodeId")):
        return nodes_answer(node, None)
    told: dict[str, Any] = {"timestamp": node.clock.millis(), "since": node.started}
    for metric in ("rest_actions", "aggregations"):
        if metric in metrics or metrics == ["_all"]:
            told[metric] = {}
    return nodes_answer(node, told)


# --- hot threads ------------------------------------------------------------------------------------------------------


@route(
    "GET",
    "/_nodes/hot_threads",
    "/_nodes/hotthreads",
    "/_nodes/{nodeId}/hot_threads",
    "/_nodes/{nodeId}/hotthreads",
    "/_cluster/nodes/hot_threads",
    "/_cluster/nodes/hotthreads",
    "/_cluster/nodes/{nodeId}/hot_threads",
    "/_cluster/nodes/{nodeId}/hotthreads",
    params=("nodeId", "threads", "ignore_idle_threads", "type", "interval", "snapshots", "timeout"),
)
def hot_threads(node: Node, request: Request) -> Response:
    """No thread is hot."""
    threads = request.number("threads", 3)
    idle = request.flag("ignore_idle_threads", True)
    interval = parse_time_value(request.params.get("interval", "500ms"), "interval")
    request.number("snapshots", 10)
    check_time(request, "timeout", "NodesHotThreadsRequest.timeout")
    if request.params.get("type", "cpu") not in ("cpu", "wait", "block"):
        return Response(200, "")
    if not machine.chosen(node, request.names("nodeId")):
        return Response(200, "")
    now = node.clock.millis()
    moment = f"{datetime.fromtimestamp(now // 1000, UTC):%Y-%m-%dT%H:%M:%S}.{now % 1000:03}Z"
    attributes = ", ".join(f"{name}={value}" for name, value in node.attributes.items())
    who = (node.name, node.node_id, node.ephemeral_id, node.address[0], machine.transport_address(node), "dimr")
    return Response(
        200,
        f"::: {''.join(f'{{{part}}}' for part in who)}{{{attributes}}}\n"
        f"   Hot threads at {moment}, interval={interval}, busiestThreads={threads}, "
        f"ignoreIdleThreads={str(idle).lower()}:\n   \n",
    )


_UNSAFE = (
    "Secure settings cannot be updated cluster wide when TLS for the transport layer is not enabled. Enable TLS or use "
    "the API with a `_local` filter on each node."
)

_SECURE_SETTINGS = ObjectParser("reload_secure_settings", {"secure_settings_password": declared("string")})


@route(
    "POST",
    "/_nodes/reload_secure_settings",
    "/_nodes/{nodeId}/reload_secure_settings",
    params=("nodeId", "timeout"),
)
def reload_secure_settings(node: Node, request: Request) -> dict[str, Any]:
    check_time(request, "timeout", "NodesReloadSecureSettingsRequest.timeout")
    body = _SECURE_SETTINGS.parse_root(request.read(read_open)) if request.body else {}
    if not machine.chosen(node, request.names("nodeId")):
        if body.get("secure_settings_password"):  # which is sent to more nodes than this one, or to none
            raise OpenSearchException(_UNSAFE)
        return nodes_answer(node, None)
    told: dict[str, Any] = {"name": node.name}
    if body.get("secure_settings_password"):  # there is no password
        reason = "Provided keystore password was incorrect"
        told["reload_exception"] = {"type": "security_exception", "reason": reason}
    return nodes_answer(node, told)
