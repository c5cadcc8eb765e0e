"""``_dangling``: indices that lie on a node's disk and in no cluster; a node without a disk has none."""

from __future__ import annotations

from typing import Any

from fakeknn.api.timeouts import check_timeouts
from fakeknn.errors import IllegalArgumentException
from fakeknn.rest import Request, route
from fakeknn.state.node import Node


@route("GET", "/_dangling")
def dangling_indices(node: Node, request: Request) -> dict[str, Any]:
    return {
        "_nodes": {"total": 1, "successful": 1, "failed": 0},
        "cluster_name": node.cluster_name,
        "dangling_indices": [],
    }


@route(
    "POST DELETE",
    "/_dangling/{index_uuid}",
    params=("accept_data_loss", "timeout", "cluster_manager_timeout", "master_timeout"),
)
def take_or_delete(node: Node, request: Request) -> dict[str, Any]:
    request.flag("accept_data_loss")
    check_timeouts(request)
    raise IllegalArgumentException(f"No dangling index found for UUID [{request.params['index_uuid']}]")
