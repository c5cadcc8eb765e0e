"""Pipelines of searches: there are none yet, but they can be asked for."""

from __future__ import annotations

from typing import Any

from fakeknn.api.indices import MANAGER, check_timeouts
from fakeknn.rest import Request, Response, route
from fakeknn.state.node import Node

_WAITS = MANAGER[1:]


@route("GET", "/_search/pipeline", "/_search/pipeline/{id}", params=_WAITS)
def get(node: Node, request: Request) -> Response:
    check_timeouts(request)
    return Response(404, {})


@route("DELETE", "/_search/pipeline/{id}", params=MANAGER)
def delete(node: Node, request: Request) -> dict[str, Any]:
    """Where there never was a pipeline, nobody misses one."""
    check_timeouts(request)
    return {"acknowledged": True}
