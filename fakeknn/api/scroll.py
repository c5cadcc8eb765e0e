"""_search/scroll and _search/point_in_time."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING, Any

from fakeknn.api.search import INDICES_PARAMETERS, SEARCH_OPTIONS, total_as_int
from fakeknn.api.timeouts import check_time
from fakeknn.errors import (
    ActionRequestValidationException,
    IllegalArgumentException,
    JsonParseException,
    NullPointerException,
    StreamConstraintsException,
)
from fakeknn.rest import SOURCE_PARAMETERS, Request, Response, route
from fakeknn.search import readers, service
from fakeknn.search.answer import shards_of
from fakeknn.state.names import IndicesOptions
from fakeknn.units import parse_time_value
from fakeknn.xcontent import objects
from fakeknn.xcontent.reading import read_open
from fakeknn.xcontent.tree import EndOfInput

if TYPE_CHECKING:
    from fakeknn.state.node import Node


def _read(request: Request, take: Callable[[dict[str, Any], str], None]) -> None:
    """SearchScrollRequest.fromXContent and its kin: ``take(body, name)`` for each member, until the body breaks off."""
    if not request.body:
        return
    try:
        body = request.read(read_open)
        if not isinstance(body, dict):
            raise IllegalArgumentException("Malformed content, must start with an object")
        for name in body:
            take(body, name)
    except (JsonParseException, StreamConstraintsException) as error:
        raise IllegalArgumentException("Failed to parse request body") from error
    except EndOfInput:
        raise IllegalArgumentException("Malformed content, must start with an object") from None


def _ids(request: Request, member: str) -> list[str] | None:
    """What the body says of ``member``: ids, None if there is no body."""
    ids: list[str] = []

    def take(body: dict[str, Any], name: str) -> None:
        if name != member:
            raise _unknown(name, body[name])
        value = body[name]
        array = isinstance(value, list)
        places: Iterable[tuple[Any, Any]] = ((value, i) for i in range(len(value))) if array else ((body, name),)
        for holder, key in places:
            if not objects.is_value(holder[key]):
                raise IllegalArgumentException(f"{name} {'array ' if array else ''}element should only contain {name}")
            ids.append(objects.text(holder, key))

    _read(request, take)
    return ids if request.body else None


def _unknown(name: str, value: Any) -> IllegalArgumentException:
    return IllegalArgumentException(
        f"Unknown parameter [{name}] in request body or parameter is of the wrong type[{objects.token(value)}] "
    )


@route(
    "GET POST",
    "/_search/scroll",
    "/_search/scroll/{scroll_id}",
    params=(*SOURCE_PARAMETERS, "scroll_id", "scroll", "rest_total_hits_as_int"),
)
def scroll(node: Node, request: Request) -> dict[str, Any]:
    scroll_id, keep_alive = request.text("scroll_id"), request.text("scroll")
    check_time(request, "scroll")

    def take(body: dict[str, Any], name: str) -> None:
        nonlocal scroll_id, keep_alive
        if name not in ("scroll_id", "scroll") or not isinstance(body[name], str):
            raise _unknown(name, body[name])
        if name == "scroll_id":
            scroll_id = objects.text(body, name)
        else:
            keep_alive = objects.text(body, name)
            parse_time_value(keep_alive, "scroll")

    _read(request, take)
    if scroll_id is None:
        raise ActionRequestValidationException("scrollId is missing")
    answer = service.scroll_on(node, scroll_id, keep_alive)
    return total_as_int(answer) if request.flag("rest_total_hits_as_int") else answer


@route("DELETE", "/_search/scroll", "/_search/scroll/{scroll_id}", params=SOURCE_PARAMETERS)
def clear_scroll(node: Node, request: Request) -> Response:
    told = _ids(request, "scroll_id")
    ids = request.names("scroll_id") if told is None else told
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
    request.flag("allow_partial_pit_creation")
    keep_alive = request.text("keep_alive")
    check_time(request, "keep_alive")
    request.flag("allow_partial_pit_creation")
    options = IndicesOptions.from_parameters(request.params, SEARCH_OPTIONS)
    request.prepared()
    if keep_alive is None:
        raise ActionRequestValidationException("keep alive not specified")
    alive = readers.keep_alive_of(node, keep_alive, "keep_alive", setting=readers.POINTS)
    indices = node.resolve(request.text("index") or "_all", options)
    contexts = service.shard_contexts(
        node,
        indices,
        names=request.text("index") or (),
        routing=request.text("routing"),
        preference=request.text("preference"),
    )
    if not contexts:  # without shards there is no id, and the real server decodes the one that it has made
        none = NullPointerException('Cannot invoke "String.getBytes(java.nio.charset.Charset)" because "src" is null')
        raise IllegalArgumentException("invalid id: [null]") from none
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
    ids = _ids(request, "pit_id")
    if not ids:
        raise ActionRequestValidationException("no pit ids specified")
    return {"pits": readers.delete_points(node, ids)}


@route("DELETE", "/_search/point_in_time/_all")
def delete_all_points_in_time(node: Node, request: Request) -> dict[str, Any]:
    return {"pits": readers.delete_points(node, ["_all"])}
