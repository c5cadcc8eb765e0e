"""``_cat/segments`` and ``_cat/pit_segments``."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from fakeknn.api.cat.table import cat, columns
from fakeknn.api.timeouts import check_manager_timeout
from fakeknn.errors import ActionRequestValidationException, IllegalArgumentException, JsonParseException
from fakeknn.rest import SOURCE_PARAMETERS, Request
from fakeknn.search.context_ids import readers_of_point
from fakeknn.search.readers import expire
from fakeknn.state import names
from fakeknn.state.allocation import in_hash_order
from fakeknn.state.node import Node
from fakeknn.state.statistics import LUCENE, Segment, segments_in, segments_of
from fakeknn.units import ByteSizeValue
from fakeknn.xcontent import read
from fakeknn.xcontent.objects import is_value, text, token

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
    params=("local", "cluster_manager_timeout", "?master_timeout"),
)
def segments(node: Node, request: Request) -> Iterator[dict[str, Any]]:
    request.flag("local")
    check_manager_timeout(request)
    for index in in_hash_order(node, node.resolve(request.names("index"), names.BROADCAST)):
        for shard in index.shards:
            shard.settle(node.now())
            for segment in segments_of(shard):
                yield _row(node, index.name, shard.number, segment)


def _row(node: Node, index: str, shard: int, segment: Segment) -> dict[str, Any]:
    return {
        "index": index,
        "shard": shard,
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
        "compound": segment.compound,
    }


@cat("/_cat/pit_segments", "/_cat/pit_segments/_all", columns=_SEGMENTS, params=SOURCE_PARAMETERS)
def pit_segments(node: Node, request: Request) -> Iterator[dict[str, Any]]:
    """The segments that points in time hold, as they were when these were made."""
    if request.path.rstrip("/").endswith("_all"):
        expire(node)
        ids = list(node.points_in_time)
    else:
        ids = _point_ids(request)
        if not ids:
            raise ActionRequestValidationException("no pit ids specified")
        for point_id in ids:
            readers_of_point(point_id)
        expire(node)
    for point_id in ids:
        point = node.points_in_time.get(point_id)
        for ctx in point.contexts if point is not None else ():
            index = node.indices.get(ctx.index)
            if index is not None and index.uuid == ctx.uuid:
                shard = index.shards[ctx.shard]
                for segment in segments_in(shard, ctx.view):
                    yield _row(node, ctx.index, ctx.shard, segment)


def _point_ids(request: Request) -> list[str]:
    """PitSegmentsRequest.fromXContent."""
    try:
        body = request.read(read) if request.body else {}
    except JsonParseException as error:
        raise IllegalArgumentException("Failed to parse request body") from error
    if not isinstance(body, dict):
        raise IllegalArgumentException("Malformed content, must start with an object")
    ids: list[str] = []
    for name, value in body.items():
        if name != "pit_id" or isinstance(value, dict):
            raise IllegalArgumentException(
                f"Unknown parameter [{name}] in request body or parameter is of the wrong type[{token(value)}] "
            )
        if isinstance(value, list):
            if not all(is_value(item) for item in value):
                raise IllegalArgumentException("pit_id array element should only contain pit_id")
            ids += [text(value, i) for i in range(len(value))]
        else:
            ids.append(text(body, name))
    return ids
