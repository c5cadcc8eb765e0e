"""Data streams: create, get, delete, statistics."""

from __future__ import annotations

from typing import Any

from fakeknn.api.indices import broadcast
from fakeknn.rest import Request, route
from fakeknn.state.data_streams import DataStream, create_data_stream, delete_data_streams
from fakeknn.state.names import (
    GET_DATA_STREAM,
    INDICES_OPTIONS_PARAMETERS,
    STRICT_EXPAND_OPEN_FORBID_CLOSED,
    IndicesOptions,
)
from fakeknn.state.node import Node
from fakeknn.state.statistics import store_size
from fakeknn.state.templates.matching import find_index_template
from fakeknn.units import ByteSizeValue
from fakeknn.view import NumericColumn
from fakeknn.xcontent.java import hash_ordered


@route("PUT", "/_data_stream/{name}")
def create(node: Node, request: Request) -> dict[str, Any]:
    node.check_blocks("metadata_write")
    create_data_stream(node, request.params["name"])
    return {"acknowledged": True}


@route("GET", "/_data_stream", "/_data_stream/{name}")
def get(node: Node, request: Request) -> dict[str, Any]:
    return {"data_streams": [_told(node, stream) for stream in _named(node, request)]}


def _named(node: Node, request: Request) -> list[DataStream]:
    names = node.lookup.data_stream_names(request.names("name"), GET_DATA_STREAM)
    return [node.data_streams[name] for name in names]


def _told(node: Node, stream: DataStream) -> dict[str, Any]:
    indices = [node.indices[name] for name in stream.indices]
    told: dict[str, Any] = {
        "name": stream.name,
        "timestamp_field": {"name": stream.timestamp_field},
        "indices": [{"index_name": index.name, "index_uuid": index.uuid} for index in indices],
        "generation": stream.generation,
        "status": "YELLOW" if any(index.number_of_replicas for index in indices) else "GREEN",
    }
    template = find_index_template(node, stream.name, False)
    if template is not None:
        told["template"] = template
    return told


@route("DELETE", "/_data_stream/{name}")
def delete(node: Node, request: Request) -> dict[str, Any]:
    node.check_blocks("metadata_write")
    delete_data_streams(node, request.names("name"))
    return {"acknowledged": True}


@route(
    "GET",
    "/_data_stream/_stats",
    "/_data_stream/{name}/_stats",
    params=("name", "forbid_closed_indices", *INDICES_OPTIONS_PARAMETERS),
)
def stats(node: Node, request: Request) -> dict[str, Any]:
    request.flag("forbid_closed_indices", True)
    options = IndicesOptions.from_parameters(request.params, STRICT_EXPAND_OPEN_FORBID_CLOSED)
    asked = request.names("name")
    found = {index.name for index in node.resolve(asked, options)} if asked else node.indices.keys()
    streams = {name: stream for name, stream in node.data_streams.items() if not found.isdisjoint(stream.indices)}
    told = [_statistics(node, streams[name], request.flag("human")) for name in hash_ordered(streams)]
    indices = [node.indices[name] for stream in streams.values() for name in stream.indices]
    node.check_blocks("metadata_read", *indices)
    answer: dict[str, Any] = {
        **broadcast(indices),
        "data_stream_count": len(told),
        "backing_indices": sum(one["backing_indices"] for one in told),
    }
    _tell_size(answer, "total_store_size", sum(one["store_size_bytes"] for one in told), request.flag("human"))
    answer["data_streams"] = told
    return answer


def _statistics(node: Node, stream: DataStream, human: bool) -> dict[str, Any]:
    indices = [node.indices[name] for name in stream.indices]
    told: dict[str, Any] = {"data_stream": stream.name, "backing_indices": len(indices)}
    _tell_size(told, "store_size", sum(store_size(shard) for index in indices for shard in index.shards), human)
    latest = 0
    for index in indices:
        for view in index.views(node.now()):
            column = view.columns.get(stream.timestamp_field)
            if isinstance(column, NumericColumn) and len(column.values):
                latest = max(latest, int(column.values.max()))
    told["maximum_timestamp"] = latest
    return told


def _tell_size(told: dict[str, Any], name: str, size: int, human: bool) -> None:
    if human:
        told[name] = str(ByteSizeValue(size))
    told[f"{name}_bytes"] = size
