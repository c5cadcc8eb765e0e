"""_search/scroll and _search/point_in_time."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from fakeknn.api.search import INDICES_PARAMETERS, SEARCH_OPTIONS
from fakeknn.errors import ActionRequestValidationException, IllegalArgumentException
from fakeknn.rest import SOURCE_PARAMETERS, Request, Response, route
from fakeknn.search import readers, service
from fakeknn.search.answer import shards_of
from fakeknn.state.names import IndicesOptions
from fakeknn.units import parse_time_value
from fakeknn.xcontent import objects, read

if TYPE_CHECKING:
    from fakeknn.state.node import Node


def _members(request: Request) -> dict[str, Any]:
    """The body as a flat object of texts and lists of texts (SearchScrollRequest.fromXContent and its kin)."""
    if not request.body:
        return {}
    body = request.read(read)
    if not isinstance(body, dict):
        raise IllegalArgumentException("Malformed content, must start with an object")
    return body


def _unknown(name: str, value: Any) -> IllegalArgumentException:
    return IllegalArgumentException(
        f"Unknown parameter [{name}] in request body or parameter is of the wrong type[{objects.token(value)}] "
    )


@route(
    "GET POST",
    "/_search/scroll",
    "/_search/scroll/{scroll_id}",
    params=(*SOURCE_PARAMETERS, "scroll_id", "scroll", "rest_total_hits_as_int", "typed_keys"),
)
def scroll(node: Node, request: Request) -> dict[str, Any]:
    scroll_id, keep_alive = request.text("scroll_id"), request.text("scroll")
    for name, value in _members(request).items():
        if name == "scroll_id" and isinstance(value, str):
            scroll_id = value
        elif name == "scroll" and isinstance(value, str):
            keep_alive = value
        else:
            raise _unknown(name, value)
    if keep_alive is not None:
        parse_time_value(keep_alive, "scroll")
    if scroll_id is None:
        raise ActionRequestValidationException("scrollId is missing")
    answer = service.scroll_on(node, scroll_id, keep_alive)
    if request.flag("rest_total_hits_as_int"):
        answer["hits"]["total"] = answer["hits"]["total"]["value"]
    return answer


@route("DELETE", "/_search/scroll", "/_search/scroll/{scroll_id}", params=SOURCE_PARAMETERS)
def clear_scroll(node: Node, request: Request) -> Response:
    ids = request.names("scroll_id")
    for name, value in _members(request).items():
        if name == "scroll_id" and isinstance(value, list) and all(isinstance(item, str) for item in value):
            ids = value
        elif name == "scroll_id" and isinstance(value, str):
            ids = [value]
        elif name == "scroll_id":
            raise IllegalArgumentException("scroll_id element should only contain scroll_id")
        else:
            raise _unknown(name, value)
    if not ids:
        raise ActionRequestValidationException("no scroll ids specified")
    freed = readers.clear_scrolls(node, ids)
    status = 200 if freed or ids == ["_all"] else 404
    return Response(status, {"succeeded": True, "num_freed": freed})


@route(
    "POST",
    "/{index}/_search/point_in_time",
    params=(*INDICES_PARAMETERS, "keep_alive", "routing", "preference", "allow_partial_pit_creation"),
)
def create_point_in_time(node: Node, request: Request) -> dict[str, Any]:
    keep_alive = request.text("keep_alive")
    if keep_alive is None:
        raise ActionRequestValidationException("keep alive not specified")
    alive = readers.keep_alive_of(node, keep_alive, "keep_alive")
    options = IndicesOptions.from_parameters(request.params, SEARCH_OPTIONS)
    indices = node.resolve(request.text("index") or "_all", options)
    contexts = service.shard_contexts(
        node,
        indices,
        names=request.text("index") or (),
        routing=request.text("routing"),
        preference=request.text("preference"),
    )
    point = readers.create_point(node, contexts, alive)
    shards = shards_of(len(contexts), 0)
    return {"pit_id": point.id, "_shards": shards, "creation_time": point.created}


@route("GET", "/_search/point_in_time/_all")
def all_points_in_time(node: Node, request: Request) -> dict[str, Any]:
    readers.expire(node)
    return {
        "pits": [
            {"pit_id": point.id, "creation_time": point.created, "keep_alive": int(point.keep_alive * 1000)}
            for point in node.points_in_time.values()
        ]
    }


@route("DELETE", "/_search/point_in_time", params=SOURCE_PARAMETERS)
def delete_points_in_time(node: Node, request: Request) -> dict[str, Any]:
    ids: list[str] = []
    for name, value in _members(request).items():
        if name == "pit_id" and isinstance(value, str):
            ids = [value]
        elif name == "pit_id" and isinstance(value, list) and all(isinstance(item, str) for item in value):
            ids = value
        elif name == "pit_id":
            raise IllegalArgumentException("pit_id array element should only contain pit_id")
        else:
            raise _unknown(name, value)
    if not ids:
        raise ActionRequestValidationException("no pit ids specified")
    return {"pits": readers.delete_points(node, ids)}


@route("DELETE", "/_search/point_in_time/_all")
def delete_all_points_in_time(node: Node, request: Request) -> dict[str, Any]:
    return {"pits": readers.delete_points(node, ["_all"])}
