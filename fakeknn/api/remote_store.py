"""``_remotestore`` and ``_filecache``: copies of indices elsewhere, of which there are none."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from fakeknn.api.timeouts import check_timeouts
from fakeknn.errors import (
    ActionRequestValidationException,
    IllegalArgumentException,
    IllegalStateException,
    NotFaked,
    NullPointerException,
    OpenSearchError,
)
from fakeknn.rest import Request, route
from fakeknn.state import names
from fakeknn.state.index import Index
from fakeknn.state.names import INDICES_OPTIONS_PARAMETERS, simple_match
from fakeknn.state.node import Node
from fakeknn.units import parse_int
from fakeknn.xcontent import read_map, string_array

_OPTIONS = frozenset((*INDICES_OPTIONS_PARAMETERS, "expandWildcards", "ignoreUnavailable", "allowNoIndices"))


@route(
    "POST",
    "/_remotestore/_restore",
    params=("wait_for_completion", "restore_all_shards", "cluster_manager_timeout", "master_timeout"),
)
def restore(node: Node, request: Request) -> dict[str, Any]:
    request.flag("wait_for_completion")
    every = request.flag("restore_all_shards")
    check_timeouts(request)
    asked = _indices(request.read(read_map) if request.body else {})
    if not asked:
        raise ActionRequestValidationException("indices are missing")
    if None in asked:
        raise NullPointerException('Cannot invoke "String.isEmpty()" because "s" is null')
    found = [name for name in node.indices if any(simple_match(pattern, name) for pattern in asked)]
    for name in found:
        if node.indices[name].state != "open":
            raise NotFaked("restores of closed indices from a remote store")
        if every:
            raise IllegalStateException(
                f"cannot restore index [{name}] because an open index with same name/uuid already exists in the "
                "cluster. Close the existing index."
            )
    shards = sum(len(node.indices[name].shards) for name in found)
    return {
        "remote_store": {
            "snapshot": "remote_store",
            "indices": found,
            "shards": {"total": shards, "failed": 0, "successful": shards},
        }
    }


def _indices(body: dict[str, Any]) -> list[Any]:
    """RestoreRemoteStoreRequest.source."""
    asked: list[Any] = []
    for name, value in body.items():
        if name == "indices":
            if not isinstance(value, (str, list)):
                raise IllegalArgumentException("malformed indices section, should be an array of strings")
            asked = value.split(",") if isinstance(value, str) else string_array(value)
        elif name not in _OPTIONS:
            raise IllegalArgumentException(f"Unknown parameter {name}")
    return asked


@route("GET", "/_remotestore/stats/{index}", "/_remotestore/stats/{index}/{shard_id}", params=("local",))
def stats(node: Node, request: Request) -> dict[str, Any]:
    _asked(node, request)
    return {"_shards": {"total": 0, "successful": 0, "failed": 0}, "indices": {}}


@route("GET", "/_remotestore/metadata/{index}", "/_remotestore/metadata/{index}/{shard_id}")
def metadata(node: Node, request: Request) -> dict[str, Any]:
    indices = _asked(node, request)
    if "shard_id" in request.params:
        shards = [(index, parse_int(number)) for index in indices for number in request.names("shard_id")]
    else:
        shards = [(index, shard.number) for index in indices for shard in index.shards]
    return {**refused_by_shards(shards, IllegalStateException("Remote store not enabled for index")), "indices": {}}


def _asked(node: Node, request: Request) -> list[Index]:
    """The one expression's indices: it is no list."""
    return node.resolve([request.params["index"]], names.STRICT_EXPAND_OPEN_FORBID_CLOSED)


def refused_by_shards(shards: Iterable[tuple[Index, int]], error: OpenSearchError) -> dict[str, Any]:
    """The head of a broadcast's answer where each shard, given by its index and number, refuses for the same reason."""
    failures = [
        {
            "shard": number,
            "index": index.name,
            "status": "INTERNAL_SERVER_ERROR",
            "reason": error.members(),
        }
        for index, number in shards
    ]
    told = {"failures": failures} if failures else {}
    return {"_shards": {"total": len(failures), "successful": 0, "failed": len(failures), **told}}


@route("POST", "/_filecache/prune", params=("nodes", "node", "timeout"))
def prune(node: Node, request: Request) -> dict[str, Any]:
    check_timeouts(request)
    if "nodes" in request.params or "node" in request.params:
        raise IllegalArgumentException(
            "No warm nodes found matching the specified criteria. FileCache operations can only target warm nodes."
        )
    summary = dict.fromkeys(("total_nodes_targeted", "successful_nodes", "failed_nodes", "total_cache_capacity"), 0)
    return {"acknowledged": True, "total_pruned_bytes": 0, "summary": summary, "nodes": {}}
