"""Opening, closing and blocking indices."""

from __future__ import annotations

from typing import Any

from fakeknn.api.background import IN_BACKGROUND, in_background, waited_for
from fakeknn.api.documents import active_shard_count
from fakeknn.api.timeouts import MANAGER, acknowledged, check_timeouts
from fakeknn.errors import (
    ActionRequestValidationException,
    IllegalArgumentException,
    IllegalStateException,
    IndexNotFoundException,
    NotFaked,
    OpenSearchError,
    OpenSearchParseException,
)
from fakeknn.rest import Later, Request, route
from fakeknn.state import names, shard_limit
from fakeknn.state.active import BY_SETTING, ActiveShards
from fakeknn.state.blocks import INDEX_BLOCKS
from fakeknn.state.index import Index
from fakeknn.state.names import INDICES_OPTIONS_PARAMETERS, IndicesOptions
from fakeknn.state.node import Node
from fakeknn.state.resolution import IndicesLookup
from fakeknn.units import parse_time_value
from fakeknn.xcontent import java_string, read_map

_PARAMETERS = ("index", "wait_for_active_shards", *MANAGER, *INDICES_OPTIONS_PARAMETERS)


def _check_named(request: Request) -> None:
    request.prepared()
    if not request.names("index"):
        raise ActionRequestValidationException("index is missing")


def asked_copies(request: Request) -> ActiveShards:
    asked = request.params.get("wait_for_active_shards")
    return BY_SETTING if asked is None else ActiveShards(active_shard_count(asked), False)


def when_active(
    request: Request,
    active: ActiveShards,
    indices: list[Index],
    answer: dict[str, Any],
    *,
    timeout: float | None = None,
) -> dict[str, Any] | Later:
    """The answer, at once or, where copies are waited for that never come, when the time is up."""
    if all(active.shortage(index, 0) is None for index in indices):
        return answer
    if timeout is None:
        timeout = parse_time_value(request.params.get("timeout", "30s"), "timeout").seconds
    return Later(timeout, lambda: {**answer, "shards_acknowledged": False})


@route("POST", "/_close", "/{index}/_close", params=_PARAMETERS)
def close(node: Node, request: Request) -> dict[str, Any] | Later:
    check_timeouts(request, manager_first=True)
    options = IndicesOptions.from_parameters(request.params, names.CLOSE_INDEX)
    active = asked_copies(request)
    _check_named(request)
    indices = node.resolve(request.names("index"), options, data_streams=False)
    node.check_blocks("metadata_write", *indices)
    for index in indices:
        node.check_closable(index)
    closing = [index for index in indices if index.state == "open"]
    for index in closing:
        node.writable(index).close(node.now())
    node.changed()
    answer = {
        "acknowledged": True,
        "shards_acknowledged": bool(closing),
        "indices": {index.name: {"closed": True} for index in closing},
    }
    return when_active(request, active, closing, answer)


@route("POST", "/_open", "/{index}/_open", params=(*_PARAMETERS, *IN_BACKGROUND))
def open_(node: Node, request: Request) -> dict[str, Any] | Later:
    check_timeouts(request)
    options = IndicesOptions.from_parameters(request.params, names.OPEN_INDEX)
    active = asked_copies(request)
    waits = waited_for(request)
    _check_named(request)

    def do() -> dict[str, Any] | Later:
        indices = node.resolve(request.names("index"), options)
        node.check_blocks("metadata_write", *indices)
        shard_limit.check_opened(node, indices)
        closed = [index for index in indices if index.state != "open"]
        for index in closed:
            node.writable(index).open(node.now())
        node.changed()
        if not acknowledged(request, bool(closed)):
            return {"acknowledged": False, "shards_acknowledged": False}
        return when_active(request, active, indices, {"acknowledged": True, "shards_acknowledged": True})

    if waits:
        return do()
    return in_background(node, request, "indices:admin/open", f"open indices {java_string(request.names('index'))}", do)


@route("PUT", "/{index}/_block/{block}", params=(*MANAGER, *INDICES_OPTIONS_PARAMETERS))
def add_block(node: Node, request: Request) -> dict[str, Any]:
    name = request.params["block"]
    if name not in INDEX_BLOCKS:
        raise IllegalArgumentException(f"No block found with name {name}")
    check_timeouts(request, manager_first=True)
    options = IndicesOptions.from_parameters(request.params, names.ADD_BLOCK)
    request.prepared()
    problems = [] if request.names("index") else ["index is missing"]
    if name == "read_only_allow_delete":
        problems.append("read_only_allow_delete block is for internal use only")
    if problems:
        raise ActionRequestValidationException(*problems)
    block = INDEX_BLOCKS[name]
    named = node.resolve(request.names("index"), options, data_streams=False)
    indices = [index for index in named if block not in index.blocks]
    node.check_blocks("metadata_write", *indices)
    for index in indices:
        index = node.writable(index)
        index.adopt_settings({**index.settings, f"index.blocks.{name}": "true"}, node.now())
        index.blocks = (*index.blocks, block)
    node.changed()
    return {
        "acknowledged": True,
        "shards_acknowledged": bool(indices),
        "indices": [{"name": index.name, "blocked": True} for index in indices],
    }


@route("GET", "/_resolve/index/{name}", params=INDICES_OPTIONS_PARAMETERS)
def resolve(node: Node, request: Request) -> dict[str, Any]:
    options = names.IndicesOptions.from_parameters(request.params, names.RESOLVE_INDEX)
    return _told(node.lookup, node.lookup.named(request.names("name"), options, node.dated))


def _told(lookup: IndicesLookup, found: list[str]) -> dict[str, Any]:
    """ResolveIndexAction: what these names stand for."""
    told: dict[str, list[dict[str, Any]]] = {"indices": [], "aliases": [], "data_streams": []}
    streams = {index: name for name, stream in lookup.data_streams.items() for index in stream.indices}
    for name in sorted(found):
        abstraction = lookup.get(name)
        if abstraction is None:
            continue
        if abstraction.kind == "index":
            index = abstraction.indices[0]
            one: dict[str, Any] = {"name": name}
            if index.aliases:
                one["aliases"] = sorted(index.aliases)
            one["attributes"] = sorted(
                (["hidden"] if index.hidden else []) + ["open" if index.state == "open" else "closed"]
            )
            if name in streams:
                one["data_stream"] = streams[name]
            told["indices"].append(one)
        elif abstraction.kind == "alias":
            told["aliases"].append({"name": name, "indices": sorted(index.name for index in abstraction.indices)})
        else:
            stream = lookup.data_streams[name]
            told["data_streams"].append(
                {
                    "name": name,
                    "backing_indices": list(stream.indices),
                    "timestamp_field": stream.timestamp_field,
                }
            )
    return told


# --- scale ------------------------------------------------------------------------------------------------------------


@route("POST", "/{index}/_scale")
def scale(node: Node, request: Request) -> dict[str, Any]:
    """RestScaleIndexAction: to search replicas alone, which needs a remote store."""
    search_only = _search_only(request)
    index = node.indices.get(request.params["index"])
    if index is None:
        raise IndexNotFoundException(request.params["index"])
    if not search_only:
        raise IllegalStateException(f"Index [{index.name}] is not in search-only mode")
    if index.settings.get("index.number_of_search_replicas", "0") != "0":
        raise NotFaked("search replicas")
    raise IllegalArgumentException(f"Cannot scale to zero without search replicas for index: {index.name}")


def _search_only(request: Request) -> bool:
    refusal = "Request body must be valid JSON"
    if not request.body:
        raise IllegalArgumentException(refusal) from OpenSearchParseException("request body is required")
    try:
        body = request.read(read_map)
    except OpenSearchError as cause:
        raise IllegalArgumentException(refusal) from cause
    for name in body:
        if name != "search_only":
            raise IllegalArgumentException(f"Unknown parameter [{name}]. Only [search_only] is allowed.")
    if "search_only" not in body:
        raise IllegalArgumentException("Parameter [search_only] is required")
    if not isinstance(body["search_only"], bool):
        raise IllegalArgumentException("Parameter [search_only] must be a boolean (true or false)")
    return body["search_only"]
