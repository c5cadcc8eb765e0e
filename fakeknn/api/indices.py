"""Indices: create, get, exists, delete; refresh, flush, force merge."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from fakeknn.api.alias_bodies import java_map, requested_aliases
from fakeknn.api.alias_filter import check_filter
from fakeknn.api.background import in_background
from fakeknn.api.documents import active_shard_count
from fakeknn.api.timeouts import MANAGER, acknowledged, check_timeouts
from fakeknn.errors import (
    ActionRequestValidationException,
    IllegalArgumentException,
    NullPointerException,
    OpenSearchParseException,
)
from fakeknn.rest import Later, Request, route
from fakeknn.state import names
from fakeknn.state.active import ActiveShards
from fakeknn.state.blocks import check_create_index
from fakeknn.state.creation import VERSION_IDS, CreateIndex, create_index
from fakeknn.state.index import Index
from fakeknn.state.names import INDICES_OPTIONS_PARAMETERS, IndicesOptions
from fakeknn.state.node import Node
from fakeknn.state.settings.flat import load, render
from fakeknn.state.settings.index import INDEX_SETTINGS
from fakeknn.units import parse_time_value
from fakeknn.xcontent import hash_ordered, java_string, read_map

#: Settings.FORMAT_PARAMS
SETTINGS_FORMAT = ("settings_filter", "flat_settings")


def resolved(node: Node, request: Request, default: IndicesOptions, *, data_streams: bool = True) -> list[Index]:
    """The indices that a request speaks of."""
    options = IndicesOptions.from_parameters(request.params, default)
    return node.resolve(request.names("index"), options, data_streams=data_streams)


# --- create -----------------------------------------------------------------------------------------------------------


@route("PUT", "/{index}", params=(*MANAGER, "wait_for_active_shards"))
def create(node: Node, request: Request) -> dict[str, Any] | Later:
    name = request.params["index"]
    wanted = CreateIndex(name, provided_name=name)
    if request.body:
        apply_create_body(wanted, request.read(read_map))
    check_timeouts(request)
    active = request.params.get("wait_for_active_shards")
    if active is not None:
        wanted.wait_for_active_shards = ActiveShards(active_shard_count(active), False)
    wanted.check_filter = check_filter
    check_create_index(node.persistent_settings, node.transient_settings)
    index = create_index(node, wanted)
    waits = wanted.wait_for_active_shards.shortage(index, 0) is not None
    known = acknowledged(request)
    answer = {"acknowledged": known, "shards_acknowledged": known and not waits, "index": index.name}
    if known and waits:
        timeout = request.params.get("timeout", "30s")
        return Later(parse_time_value(timeout, "timeout").seconds, lambda: answer)
    return answer


def apply_create_body(wanted: CreateIndex, body: dict[str, Any]) -> None:
    """RestCreateIndexAction.prepareMappings and CreateIndexRequest.source."""
    unnested(body.get("mappings"))
    for name in hash_ordered(body):
        value = body[name]
        if name == "settings":
            if not isinstance(value, dict):
                raise OpenSearchParseException("key [settings] must be an object")
            wanted.settings = load(value)
        elif name == "mappings":
            if value is None:
                raise NullPointerException('Cannot invoke "java.util.Map.entrySet()" because "mappings" is null')
            wanted.mapping = java_map(value)
        elif name == "aliases":
            wanted.aliases = requested_aliases(value)
        elif name == "context":
            wanted.context = java_string(java_map(value).get("name"))
        else:
            raise OpenSearchParseException(f"unknown key [{name}] for create index")


def unnested(mappings: Any) -> Any:
    """The mappings of a new index, if they are not those of a type."""
    if isinstance(mappings, dict) and len(mappings) == 1 and "_doc" in mappings:
        raise IllegalArgumentException("The mapping definition cannot be nested under a type")
    return mappings


# --- get, exists, delete ----------------------------------------------------------------------------------------------


def told_settings(index: Index, human: bool) -> dict[str, Any]:
    """An index's settings with, for people, the date and the version that numbers in them stand for."""
    settings = dict(index.settings)
    if human:
        created = datetime.fromtimestamp(index.creation_date / 1000, UTC)
        settings["index.creation_date_string"] = f"{created:%Y-%m-%dT%H:%M:%S}.{index.creation_date % 1000:03}Z"
        versions = {number: version for version, number in VERSION_IDS.items()}
        for name in ("index.version.created", "index.version.upgraded"):
            if name in settings:
                settings[f"{name}_string"] = versions[settings[name]]
    return settings


def shown_settings(index: Index, request: Request) -> dict[str, Any]:
    """An index's settings as GET shows them."""
    return render(told_settings(index, request.flag("human")), request.flag("flat_settings"))


@route(
    "GET HEAD",
    "/{index}",
    params=("local", "include_defaults", *MANAGER[1:], *INDICES_OPTIONS_PARAMETERS, *SETTINGS_FORMAT),
)
def get(node: Node, request: Request) -> dict[str, Any]:
    options = IndicesOptions.from_parameters(request.params, names.GET_INDEX)
    request.flag("local")
    check_timeouts(request)
    defaults = request.flag("include_defaults")
    answer = {}
    indices = node.resolve(request.names("index"), options)
    node.check_blocks("metadata_read", *indices)
    for index in indices:
        told: dict[str, Any] = {
            "aliases": {alias: dict(one) for alias, one in sorted(index.aliases.items())},
            "mappings": index.mapping.echo(),
            "settings": shown_settings(index, request),
        }
        if defaults:
            told["defaults"] = render(INDEX_SETTINGS.defaults(index.settings), request.flag("flat_settings"))
        stream = node.data_stream_of(index.name)
        if stream is not None:
            told["data_stream"] = stream
        answer[index.name] = told
    return answer


@route("DELETE", "/", "/{index}", params=("index", *MANAGER, *INDICES_OPTIONS_PARAMETERS))
def delete(node: Node, request: Request) -> dict[str, Any]:
    check_timeouts(request)
    options = IndicesOptions.from_parameters(request.params, names.DELETE_INDEX)
    if not request.names("index"):
        raise ActionRequestValidationException("index / indices is missing")
    if node.cluster_setting("action.destructive_requires_name") == "true" and _is_destructive(request.names("index")):
        raise IllegalArgumentException("Wildcard expressions or all indices are not allowed")
    indices = node.resolve(request.names("index"), options, data_streams=False)
    node.check_blocks("metadata_write", *indices, releasing=True)
    for index in indices:
        node.check_deletable(index)
    for index in indices:
        node.remove_index(index)
    return {"acknowledged": acknowledged(request, bool(indices))}


def _is_destructive(expressions: list[str]) -> bool:
    """DestructiveOperations: everything, or a wildcard."""
    return any(expression == "_all" or "*" in expression for expression in expressions)


# --- refresh, flush, force merge --------------------------------------------------------------------------------------


def broadcast(indices: list[Index], *, primary_only: bool = False) -> dict[str, Any]:
    """``_shards`` of a request that every shard of these indices has answered; replicas have no node to be on."""
    primaries = sum(len(index.shards) for index in indices)
    total = primaries
    if not primary_only:
        total += sum(len(index.shards) * index.number_of_replicas for index in indices)
    return {"_shards": {"total": total, "successful": primaries, "failed": 0}}


@route("GET POST", "/_refresh", "/{index}/_refresh", params=("index", *INDICES_OPTIONS_PARAMETERS))
def refresh(node: Node, request: Request) -> dict[str, Any]:
    indices = [node.writable(index) for index in resolved(node, request, names.BROADCAST)]
    for index in indices:
        index.refresh()
    return broadcast(indices)


@route(
    "GET POST",
    "/_flush",
    "/{index}/_flush",
    params=("index", "force", "wait_if_ongoing", *INDICES_OPTIONS_PARAMETERS),
)
def flush(node: Node, request: Request) -> dict[str, Any]:
    IndicesOptions.from_parameters(request.params, names.BROADCAST)
    force, wait = request.flag("force"), request.flag("wait_if_ongoing", True)
    if force and not wait:
        raise ActionRequestValidationException("wait_if_ongoing must be true for a force flush")
    return _flushed(node, request)


@route("GET POST", "/_flush/synced", "/{index}/_flush/synced", params=INDICES_OPTIONS_PARAMETERS)
def synced_flush(node: Node, request: Request) -> dict[str, Any]:
    """An ordinary flush, since there is no other any more."""
    return _flushed(node, request)


def _flushed(node: Node, request: Request) -> dict[str, Any]:
    indices = [node.writable(index) for index in resolved(node, request, names.BROADCAST)]
    for index in indices:
        for shard in index.shards:
            shard.flush()
    return broadcast(indices)


@route(
    "POST",
    "/_forcemerge",
    "/{index}/_forcemerge",
    params=(
        "index",
        "max_num_segments",
        "only_expunge_deletes",
        "flush",
        "primary_only",
        "wait_for_completion",
        *INDICES_OPTIONS_PARAMETERS,
    ),
)
def force_merge(node: Node, request: Request) -> Any:
    options = IndicesOptions.from_parameters(request.params, names.BROADCAST)
    segments = request.number("max_num_segments", -1)
    expunge = request.flag("only_expunge_deletes")
    flushes = request.flag("flush", True)
    primary_only = request.flag("primary_only")
    waits = request.flag("wait_for_completion", True)

    def do() -> dict[str, Any]:
        indices = [node.writable(index) for index in node.resolve(request.names("index"), options)]
        node.check_blocks("metadata_write", *indices)
        for index in indices:
            for shard in index.shards:
                shard.force_merge(segments, expunge, node.now())
        return broadcast(indices, primary_only=primary_only)

    if waits:
        return do()
    description = (
        f"Force-merge indices {java_string(request.names('index'))}, maxSegments[{segments}], "
        f"onlyExpungeDeletes[{java_string(expunge)}], flush[{java_string(flushes)}], "
        f"primaryOnly[{java_string(primary_only)}]"
    )
    return in_background(node, request, "indices:admin/forcemerge", description, do)
