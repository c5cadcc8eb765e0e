"""``_search/pipeline``: the pipelines of searches."""

from __future__ import annotations

from typing import Any

from fakeknn.api.timeouts import acknowledged, check_timeouts
from fakeknn.errors import OpenSearchParseException
from fakeknn.ingest import search_pipelines
from fakeknn.rest import SOURCE_PARAMETERS, Request, Response, route
from fakeknn.state.node import Node
from fakeknn.xcontent import read_map

#: ``master_timeout`` is older than search pipelines.
_TIMEOUTS = ("timeout", "cluster_manager_timeout")


@route("PUT", "/_search/pipeline/{id}", params=(*_TIMEOUTS, *SOURCE_PARAMETERS))
def put(node: Node, request: Request) -> dict[str, Any]:
    if not request.body:
        raise OpenSearchParseException("request body or source parameter is required")
    check_timeouts(request, manager_first=True)
    request.prepared()
    search_pipelines.put_pipeline(node, request.params["id"], request.read(read_map))
    return {"acknowledged": acknowledged(request)}


@route("GET", "/_search/pipeline", "/_search/pipeline/{id}", params=("cluster_manager_timeout",))
def get(node: Node, request: Request) -> Response:
    check_timeouts(request)
    found = search_pipelines.get_pipelines(node, request.names("id"))
    return Response(200 if found else 404, found)


@route("DELETE", "/_search/pipeline/{id}", params=_TIMEOUTS)
def delete(node: Node, request: Request) -> dict[str, Any]:
    check_timeouts(request, manager_first=True)
    search_pipelines.delete_pipeline(node, request.params["id"])
    return {"acknowledged": acknowledged(request)}
