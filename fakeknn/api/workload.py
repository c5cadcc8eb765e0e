"""``_wlm``: the statistics of workload groups, of which there is the default one."""

from __future__ import annotations

from typing import Any

from fakeknn.api.nodes import failed_node
from fakeknn.errors import ResourceNotFoundException
from fakeknn.rest import Request, route
from fakeknn.state import machine
from fakeknn.state.node import Node

_DEFAULT = "DEFAULT_WORKLOAD_GROUP"


@route(
    "GET",
    "/_wlm/stats",
    "/_wlm/{nodeId}/stats",
    "/_wlm/stats/{workloadGroupId}",
    "/_wlm/{nodeId}/stats/{workloadGroupId}",
)
def stats(node: Node, request: Request) -> dict[str, Any]:
    nodes, groups = request.names("nodeId"), request.names("workloadGroupId") or ["_all"]
    asked = not nodes or machine.chosen(node, nodes)
    unknown = next((group for group in groups if group not in ("_all", _DEFAULT)), None)
    counts: dict[str, Any] = {"total": int(asked), "successful": int(asked), "failed": 0}
    told: dict[str, Any] = {"_nodes": counts, "cluster_name": node.cluster_name}
    if asked and unknown is not None:
        cause = ResourceNotFoundException(f"WorkloadGroup with id {unknown} does not exist")
        counts.update(successful=0, failed=1, failures=[failed_node(node.node_id, cause)])
    elif asked:
        told[node.node_id] = {"workload_groups": {_DEFAULT: _group()}}
    return told


def _group() -> dict[str, Any]:
    resource = {"current_usage": 0.0, "cancellations": 0, "rejections": 0}
    totals = dict.fromkeys(("total_completions", "total_rejections", "total_cancellations"), 0)
    return {**totals, "cpu": resource, "memory": resource}
