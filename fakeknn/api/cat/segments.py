"""``_cat/segments`` and ``_cat/pit_segments``."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from fakeknn.api.cat.table import cat, columns
from fakeknn.api.indices import check_timeouts
from fakeknn.errors import ActionRequestValidationException, NotFaked
from fakeknn.rest import SOURCE_PARAMETERS, Request
from fakeknn.state import names
from fakeknn.state.allocation import in_hash_order
from fakeknn.state.node import Node
from fakeknn.state.statistics import LUCENE, segments_of
from fakeknn.units import ByteSizeValue

_SEGMENTS = columns(
    """
    index | i,idx | | index name
    shard | s,sh | | shard name
    prirep | p,pr,primaryOrReplica | | primary or replica
    ip | |  | ip of node where it lives
    id | | - | unique id of node where it lives
    segment | seg | | segment name
    generation | g,gen | > | segment generation
    docs.count | dc,docsCount | > | number of docs in segment
    docs.deleted | dd,docsDeleted | > | number of deleted docs in segment
    size | si | > | segment size in bytes
    size.memory | sm,sizeMemory | > | segment memory in bytes
    committed | ic,isCommitted | | is segment committed
    searchable | is,isSearchable | | is segment searched
    version | v,ver | | version
    compound | ico,isCompound | | is segment compound
    """
)


@cat(
    "/_cat/segments",
    "/_cat/segments/{index}",
    columns=_SEGMENTS,
    params=("local", "cluster_manager_timeout", "master_timeout"),
)
def segments(node: Node, request: Request) -> Iterator[dict[str, Any]]:
    request.flag("local")
    check_timeouts(request)
    for index in in_hash_order(node, node.resolve(request.names("index"), names.BROADCAST)):
        for shard in index.shards:
            shard.settle(node.now())
            for segment in segments_of(shard):
                yield {
                    "index": index.name,
                    "shard": shard.number,
                    "prirep": "p",
                    "ip": node.address[0],
                    "id": node.node_id,
                    "segment": segment.name,
                    "generation": segment.generation,
                    "docs.count": segment.documents,
                    "docs.deleted": segment.deleted,
                    "size": ByteSizeValue(segment.size),
                    "size.memory": 0,
                    "committed": segment.committed,
                    "searchable": segment.searched,
                    "version": LUCENE,
                    "compound": True,
                }


@cat("/_cat/pit_segments", "/_cat/pit_segments/_all", columns=_SEGMENTS, params=SOURCE_PARAMETERS)
def pit_segments(node: Node, request: Request) -> list[dict[str, Any]]:
    if not request.path.rstrip("/").endswith("_all") and not request.body:
        raise ActionRequestValidationException("no pit ids specified")
    if node.points_in_time or request.body:
        raise NotFaked("_cat/pit_segments")
    return []
