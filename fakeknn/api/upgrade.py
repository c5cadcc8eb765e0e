"""``_upgrade``: segments of older versions, of which there are none."""

from __future__ import annotations

from typing import Any

from fakeknn.api.indices import resolved
from fakeknn.rest import Request, route
from fakeknn.shape import size as size_of
from fakeknn.state import names
from fakeknn.state.names import INDICES_OPTIONS_PARAMETERS, IndicesOptions
from fakeknn.state.node import Node

_LUCENE = "10.3.2"


@route("POST", "/_upgrade", "/{index}/_upgrade", params=("index", "only_ancient_segments", *INDICES_OPTIONS_PARAMETERS))
def upgrade(node: Node, request: Request) -> dict[str, Any]:
    options = IndicesOptions.from_parameters(request.params, names.BROADCAST)
    request.flag("only_ancient_segments")
    indices = node.resolve(request.names("index"), options)
    node.check_blocks("metadata_write", *indices)
    for index in indices:  # merging to any number of segments commits them as they are
        for shard in node.writable(index).shards:
            shard.flush()
    primaries = sum(len(index.shards) for index in indices)
    copies = sum(len(index.shards) * (1 + index.number_of_replicas) for index in indices)
    version = {"upgrade_version": node.version, "oldest_lucene_segment_version": _LUCENE}
    return {
        # The real server counts each primary twice
        "_shards": {"total": copies, "successful": 2 * primaries, "failed": 0},
        "upgraded_indices": {index.name: version for index in indices},
    }


@route("GET", "/_upgrade", "/{index}/_upgrade", params=("index", *INDICES_OPTIONS_PARAMETERS))
def status(node: Node, request: Request) -> dict[str, Any]:
    sizes = {index.name: index.size_in_bytes() for index in resolved(node, request, names.BROADCAST)}
    return {**_sizes(sum(sizes.values())), "indices": {name: _sizes(size) for name, size in sizes.items()}}


def _sizes(size: int) -> dict[str, Any]:
    return {
        "size_in_bytes": size_of(size, "size"),
        "size_to_upgrade_in_bytes": size_of(0, "size_to_upgrade"),
        "size_to_upgrade_ancient_in_bytes": size_of(0, "size_to_upgrade_ancient"),
    }
