"""``_plugins/_knn``: statistics, warmup and the cache of graphs. Models stand in ``knn_models``."""

from __future__ import annotations

from typing import Any

from fakeknn.api.indices import broadcast
from fakeknn.api.nodes import nodes_answer
from fakeknn.api.timeouts import check_time
from fakeknn.errors import IllegalArgumentException
from fakeknn.rest import COMMON_PARAMETERS, Request, route, unrecognized
from fakeknn.search import knn
from fakeknn.state import machine, names
from fakeknn.state.index import Index
from fakeknn.state.node import Node


@route(
    "GET",
    "/_plugins/_knn/stats",
    "/_plugins/_knn/stats/{stat}",
    "/_plugins/_knn/{nodeId}/stats",
    "/_plugins/_knn/{nodeId}/stats/{stat}",
    params=("nodeId", "stat", "timeout"),
)
def stats(node: Node, request: Request) -> dict[str, Any]:
    """RestKNNStatsHandler."""
    check_time(request, "timeout", "KNNStatsRequest.timeout")
    wanted = _wanted(request)
    asked = machine.chosen(node, request.names("nodeId"))
    found = {name: value for name, value in knn.node_statistics(node).items() if name in wanted} if asked else None
    told = nodes_answer(node, found)
    nodes = told.pop("nodes")
    cluster = {name: value for name, value in knn.cluster_statistics(node).items() if name in wanted}
    return {**told, **cluster, "nodes": nodes}


def _wanted(request: Request) -> frozenset[str]:
    listed = frozenset(request.names("stat"))
    if not listed or listed == {"_all"}:
        return knn.KNOWN_STATISTICS
    if "_all" in listed:
        raise IllegalArgumentException(f"Request {request.path} contains _all and individual stats")
    unknown = sorted(listed - knn.KNOWN_STATISTICS)
    if unknown:
        names_of = ", ".join(f"[{name}]" for name in unknown)
        raise IllegalArgumentException(
            f"request [{request.path}] contains unrecognized stat{'s' if len(unknown) > 1 else ''}: {names_of}"
        )
    return listed


@route("GET", "/_plugins/_knn/warmup/{index}", params=("index",), anything=True)
def warmup(node: Node, request: Request) -> dict[str, Any]:
    indices = _targets(node, request, "Warm up")
    knn.warm_up(node, indices)
    return broadcast(indices)


@route("POST", "/_plugins/_knn/clear_cache/{index}", params=("index",), anything=True)
def clear_cache(node: Node, request: Request) -> dict[str, Any]:
    indices = _targets(node, request, "ClearCache")
    knn.clear_cache(indices)
    return broadcast(indices)


def _targets(node: Node, request: Request, what: str) -> list[Index]:
    """The indices that are named, all of which must have ``index.knn``, and then be open.

    The handlers of these two look at the cluster before unknown parameters are refused.
    """
    expression = request.params["index"]
    knn.check_all_knn(node.resolve(expression, names.STRICT_EXPAND_OPEN), what)
    unread = request.params.keys() - COMMON_PARAMETERS - {"index"}
    if unread:
        raise IllegalArgumentException(unrecognized(request.path, unread, {"index"}))
    return node.resolve(expression, names.STRICT_EXPAND_OPEN_FORBID_CLOSED)
