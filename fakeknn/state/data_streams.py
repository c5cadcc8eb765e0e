"""Data streams: a name for indices that a template makes one after another, the last of which is written to."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from fakeknn.errors import (
    IllegalArgumentException,
    NullPointerException,
    OpenSearchStatusException,
    ResourceAlreadyExistsException,
)
from fakeknn.state.creation import CreateIndex, check_auto_create, create_index
from fakeknn.state.index import Index
from fakeknn.state.names import name_fault, simple_match
from fakeknn.state.node import Node
from fakeknn.state.resolution import IndicesLookup
from fakeknn.state.templates import BACKING_INDEX_PREFIX
from fakeknn.state.templates.matching import find_index_template


@dataclass(frozen=True, slots=True)
class DataStream:
    """The stream's backing indices, oldest first; ``generation`` counts all that were ever made."""

    name: str
    timestamp_field: str
    indices: tuple[str, ...]
    generation: int = 1

    def without(self, index: str) -> DataStream:
        """The stream when one of its indices is deleted."""
        return replace(self, indices=tuple(name for name in self.indices if name != index))


def backing_index(name: str, generation: int) -> str:
    return f"{BACKING_INDEX_PREFIX}{name}-{generation:06d}"


def next_backing_index(stream: DataStream) -> str:
    return backing_index(stream.name, stream.generation + 1)


def create_data_stream(node: Node, name: str) -> DataStream:
    """MetadataCreateDataStreamService.createDataStream: the stream and its first index."""
    if name in node.data_streams:
        raise ResourceAlreadyExistsException(f"data_stream [{name}] already exists")
    fault = name_fault(name)
    if fault is None and name.lower() != name:
        fault = "must be lowercase"
    if fault is None and name.startswith("."):
        fault = "must not start with '.'"
    if fault is not None:
        raise IllegalArgumentException(f"data_stream [{name}] {fault}")
    stream = DataStream(name, template_timestamp(node, name), (backing_index(name, 1),))
    IndicesLookup(node.indices, {**node.data_streams, name: replace(stream, indices=())}).check_unique()
    try:
        _create_backing_index(node, stream)
    except ResourceAlreadyExistsException as error:
        raise OpenSearchStatusException(
            f"data stream could not be created because backing index [{stream.indices[0]}] already exists"
        ) from error
    node.data_streams = {**node.data_streams, name: stream}
    node.customs["data_stream"] = True
    node.changed()
    return stream


def _create_backing_index(node: Node, stream: DataStream) -> Index:
    if find_index_template(node, stream.name, True) is None:  # templates of everything have no say in hidden indices
        raise NullPointerException(
            'Cannot invoke "org.opensearch.index.mapper.DocumentMapper.mappers()" because the return value of '
            '"org.opensearch.index.mapper.MapperService.documentMapper()" is null'
        )
    return create_index(node, CreateIndex(stream.indices[-1], {"index.hidden": "true"}, data_stream=stream.name))


def template_timestamp(node: Node, name: str) -> str:
    """lookupTemplateForDataStream: the timestamp's field that the template of a stream says."""
    found = find_index_template(node, name, False)
    if found is None:
        raise IllegalArgumentException(f"no matching index template found for data stream [{name}]")
    timestamp: str | None = node.index_templates[found].data_stream
    if timestamp is None:
        raise IllegalArgumentException(
            f"matching index template [{found}] for data stream [{name}] has no data stream template"
        )
    return timestamp


def roll_data_stream(node: Node, stream: DataStream) -> Index:
    """Give a stream its next index; the new index."""
    rolled = replace(stream, indices=(*stream.indices, next_backing_index(stream)), generation=stream.generation + 1)
    index = _create_backing_index(node, rolled)
    node.data_streams = {**node.data_streams, stream.name: rolled}
    node.changed()
    return index


def auto_create(node: Node, name: str, *, streams: bool = True) -> None:
    """Create the index, or with ``streams`` the data stream, that a write names and nobody has made, if
    ``action.auto_create_index`` lets it."""
    check_auto_create(node, name)
    if streams and "<" not in name:
        found = find_index_template(node, name, False)
        if found is not None and node.index_templates[found].data_stream is not None:
            create_data_stream(node, name)
            return
    create_index(node, CreateIndex(name))


def delete_data_streams(node: Node, patterns: Sequence[str]) -> None:
    """DeleteDataStreamAction: streams that these names and wildcards match, with their indices."""
    kept = {}
    for name, stream in node.data_streams.items():
        if any(simple_match(pattern, name) for pattern in patterns):
            for index in stream.indices:
                del node.indices[index]
        else:
            kept[name] = stream
    node.data_streams = kept
    node.changed()
