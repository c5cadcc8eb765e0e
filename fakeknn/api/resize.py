"""Shrinking, splitting and cloning indices."""

from __future__ import annotations

from typing import Any

from fakeknn.api.alias_bodies import requested_aliases
from fakeknn.api.alias_filter import check_filter
from fakeknn.api.background import IN_BACKGROUND, in_background, waited_for
from fakeknn.api.index_state import asked_copies, when_active
from fakeknn.api.timeouts import MANAGER, acknowledged, check_timeouts
from fakeknn.errors import ActionRequestValidationException, IllegalArgumentException
from fakeknn.rest import Later, Request, route
from fakeknn.state.creation import CreateIndex
from fakeknn.state.node import Node
from fakeknn.state.resize import ResizeKind, resize
from fakeknn.state.settings.flat import load
from fakeknn.state.settings.index import INDEX_SETTINGS
from fakeknn.units import ByteSizeValue, parse_boolean, parse_byte_size
from fakeknn.xcontent import read_open
from fakeknn.xcontent.objects import ObjectParser, declared, text

_RESIZE = ObjectParser(
    "resize_request",
    {
        "settings": declared("object", lambda container, key: load(container[key])),
        "aliases": declared("object", lambda container, key: requested_aliases(container[key])),
        "max_shard_size": declared(
            "string", lambda container, key: parse_byte_size(text(container, key), "max_shard_size")
        ),
    },
)

_PARAMETERS = ("copy_settings", "wait_for_active_shards", *IN_BACKGROUND, *MANAGER)


def _resized(node: Node, request: Request, kind: ResizeKind) -> dict[str, Any] | Later:
    """RestResizeHandler."""
    if not parse_boolean(request.params.get("copy_settings") or "true"):
        raise IllegalArgumentException("parameter [copy_settings] can not be explicitly set to [false]")
    name = request.params["target"]
    values = _RESIZE.parse_root(request.read(read_open)) if request.body else {}
    target = CreateIndex(name, values.get("settings", {}), None, values.get("aliases", {}), name)
    check_timeouts(request)
    target.wait_for_active_shards = asked_copies(request)
    target.check_filter = check_filter
    waits = waited_for(request)
    max_shard_size: ByteSizeValue | None = values.get("max_shard_size")
    _check(kind, target, max_shard_size)
    size = None if max_shard_size is None else max_shard_size.bytes
    source = request.params["index"]

    def do() -> dict[str, Any] | Later:
        index = resize(node, kind, source, target, size)
        known = acknowledged(request)
        answer = {"acknowledged": known, "shards_acknowledged": known, "index": index.name}
        if not known:
            return answer
        return when_active(request, target.wait_for_active_shards, [index], answer)

    if waits:
        return do()
    return in_background(node, request, "indices:admin/resize", f"{kind} from [{source}] to [{name}]", do)


def _check(kind: ResizeKind, target: CreateIndex, max_shard_size: ByteSizeValue | None) -> None:
    """ResizeRequest.validate, before the settings have their full keys."""
    settings = target.settings
    problems = []
    if any(key.startswith("index.sort.") for key in settings):
        problems.append("can't override index sort when resizing an index")
    if "index.routing_partition_size" in settings:
        problems.append("cannot provide a routing partition size value when resizing an index")
    sized = "index.number_of_shards" in settings
    if kind == "split" and not sized:
        problems.append("index.number_of_shards is required for split operations")
    if max_shard_size is not None:
        if kind != "shrink":
            problems.append("Unsupported parameter [max_shard_size]")
        elif sized:
            problems.append("Cannot set max_shard_size and index.number_of_shards at the same time!")
        if max_shard_size.bytes <= 0:
            problems.append("max_shard_size must be greater than 0")
    problems += [
        f"target index [{target.name}] will be blocked by [{block}=true], this will disable metadata writes and cause "
        "the shards to be unassigned"
        for block in ("index.blocks.read_only", "index.blocks.metadata")
        if INDEX_SETTINGS.get(settings, block)
    ]
    if problems:
        raise ActionRequestValidationException(*problems)


@route("PUT POST", "/{index}/_shrink/{target}", params=_PARAMETERS)
def shrink(node: Node, request: Request) -> dict[str, Any] | Later:
    return _resized(node, request, "shrink")


@route("PUT POST", "/{index}/_split/{target}", params=_PARAMETERS)
def split(node: Node, request: Request) -> dict[str, Any] | Later:
    return _resized(node, request, "split")


@route("PUT POST", "/{index}/_clone/{target}", params=_PARAMETERS)
def clone(node: Node, request: Request) -> dict[str, Any] | Later:
    return _resized(node, request, "clone")
