"""``ingestion``: indices that pull their documents from a stream, which none does here."""

from __future__ import annotations

from typing import Any

from fakeknn.api.remote_store import refused_by_shards
from fakeknn.api.timeouts import check_timeouts
from fakeknn.errors import OpenSearchException
from fakeknn.rest import Request, route
from fakeknn.state import names
from fakeknn.state.node import Node

_REFUSAL = "Unable to retrieve ingestion state as the shard does not have ingestion enabled."


@route(
    "POST",
    "/{index}/ingestion/_pause",
    "/{index}/ingestion/_resume",
    params=("timeout", "cluster_manager_timeout", "master_timeout"),
)
def pause_or_resume(node: Node, request: Request) -> dict[str, Any]:
    check_timeouts(request, manager_first=True)
    error = (
        "BroadcastShardOperationFailedException[operation indices:admin/ingestion/updateState failed]; nested: "
        f"OpenSearchException[{_REFUSAL}]; "
    )
    failures = {
        index.name: [{"shard": shard.number, "error": error} for shard in index.shards]
        for index in node.resolve(request.names("index"), names.STRICT_EXPAND_OPEN)
    }
    told = {"failures": failures} if failures else {}
    return {"acknowledged": True, "shards_acknowledged": False, **told}


@route("GET", "/{index}/ingestion/_state", params=("shards", "timeout", "size", "next_token", "sort"))
def state(node: Node, request: Request) -> dict[str, Any]:
    indices = node.resolve(request.names("index"), names.STRICT_EXPAND_OPEN_FORBID_CLOSED)
    shards = [(index, shard.number) for index in indices for shard in index.shards]
    return {**refused_by_shards(shards, OpenSearchException(_REFUSAL)), "ingestion_state": {}}
