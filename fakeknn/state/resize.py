"""Shrinking, splitting and cloning: a new index with the documents, mapping and settings of another."""

from __future__ import annotations

from typing import Literal, TypeAlias

import numpy as np

from fakeknn.errors import (
    IllegalArgumentException,
    IllegalStateException,
    IndexClosedException,
    NotFaked,
    NullPointerException,
)
from fakeknn.mapping.definition import parse_mapping
from fakeknn.mapping.document import parse_document
from fakeknn.state.creation import (
    CreateIndex,
    check_active_shards,
    check_aliases,
    check_filters,
    check_new_name,
    complete,
    mapping_context,
)
from fakeknn.state.engine import Engine
from fakeknn.state.index import Index
from fakeknn.state.node import Node
from fakeknn.state.resolution import IndicesLookup
from fakeknn.state.routing import Routing
from fakeknn.state.settings import lifecycle
from fakeknn.state.settings.flat import with_index_prefix
from fakeknn.state.settings.index import INDEX_SETTINGS
from fakeknn.state.settings.kinds import NOT_COPYABLE, Settings
from fakeknn.state.shard import Shard
from fakeknn.xcontent import read_document

ResizeKind: TypeAlias = Literal["shrink", "split", "clone"]


def resize(
    node: Node, kind: ResizeKind, source_name: str, target: CreateIndex, max_shard_size: int | None = None
) -> Index:
    """TransportResizeAction: make ``target`` of the source index. Raises before anything is changed."""
    namesake = node.indices.get(target.name)
    if namesake is not None:
        node.check_blocks("metadata_write", namesake)
    source = node.indices.get(node.dated(source_name))
    if source is None:
        raise NullPointerException(
            'Cannot invoke "org.opensearch.cluster.metadata.IndexMetadata.getSettings()" because "indexMetadata" '
            "is null"
        )
    if source.state != "open":
        raise IndexClosedException(source.name, source.uuid)
    node.check_blocks("metadata_read", source)
    requested = with_index_prefix(dict(target.settings))
    if source.flag("index.blocks.read_only") and "index.blocks.read_only" not in requested:
        raise IllegalArgumentException(
            f"target index [{target.name}] will be blocked by [index.blocks.read_only=true] which is copied from the "
            f"source index [{source.name}], this will disable metadata writes and cause the shards to be unassigned"
        )
    shards = _target_shards(kind, source, requested, max_shard_size)
    routing = _resized(kind, source.routing, shards, requested)
    if requested.get("index.soft_deletes.enabled") == "false" and source.flag("index.soft_deletes.enabled", True):
        raise IllegalArgumentException("Can't disable [index.soft_deletes.enabled] setting on resize")
    requested["index.number_of_shards"] = str(shards)
    lifecycle.check_requested(requested)
    check_new_name(node, target.name)
    lifecycle.check_allowed(requested)
    settings = complete(node, target, requested, {})
    _check_source(node, source)
    if kind == "shrink" and source.routing.number_of_shards == 1:
        raise IllegalArgumentException("can't shrink an index with only one shard")
    settings = _with_settings_of(source, settings, kind, node.node_id)
    lifecycle.check_makeable(settings)
    mapping = parse_mapping(source.mapping.echo(), mapping_context(node, settings, target.name))
    check_aliases(node, target.aliases)
    index = Index(target.name, settings, mapping, target.aliases, node.now())
    check_filters(node, target, index)
    check_active_shards(target.wait_for_active_shards, 1 + index.number_of_replicas)
    if target.aliases:
        lookup = IndicesLookup({**node.indices, index.name: index}, node.data_streams)
        lookup.check_unique()
        lookup.validate_aliases()
    index.routing = routing
    fill(kind, source, index, node.now())
    node.add_index(index)
    return index


def _target_shards(kind: ResizeKind, source: Index, requested: Settings, max_shard_size: int | None) -> int:
    if requested.get("index.number_of_shards") is not None:
        return int(str(INDEX_SETTINGS.get(requested, "index.number_of_shards")))
    shards = source.routing.number_of_shards
    if kind != "shrink":
        return shards
    size = source.size_in_bytes()
    if max_shard_size is None or not size:
        return 1
    fewest = -(-size // max_shard_size)
    return next((n for n in range(fewest, shards) if shards % n == 0), shards)


def _resized(kind: ResizeKind, routing: Routing, shards: int, requested: Settings) -> Routing:
    asked = requested.get("index.number_of_routing_shards")
    if kind == "shrink":
        resized = routing.shrunk(shards)
    elif kind == "clone":
        resized = routing.cloned(shards)
    else:
        resized = routing.split(shards, None if asked is None else int(str(asked)))
    if asked is not None and not (kind == "split" and routing.number_of_shards == 1):
        raise IllegalArgumentException("cannot provide index.number_of_routing_shards on resize")
    return resized


def _check_source(node: Node, source: Index) -> None:
    stream = node.data_stream_of(source.name)
    if stream is not None and node.data_streams[stream].indices[-1] == source.name:
        raise IllegalArgumentException(f"cannot resize the write index [{source.name}] for data stream [{stream}]")
    if not any("write" in block.levels for block in source.blocks):
        raise IllegalStateException(
            f'index {source.name} must block write operations to resize index. use "index.blocks.write=true"'
        )


def _with_settings_of(source: Index, settings: Settings, kind: ResizeKind, node_id: str) -> Settings:
    """prepareResizeIndexSettings: what the target does not set itself comes from the source."""
    settings["index.routing.allocation.initial_recovery._id"] = node_id if kind == "shrink" else None
    for key, value in source.settings.items():
        setting = INDEX_SETTINGS.find(key)
        if key not in settings and not (setting is not None and NOT_COPYABLE in setting.marks):
            settings[key] = value
    version = source.settings["index.version.created"]
    settings.update(
        {
            "index.version.created": version,
            "index.version.upgraded": version,
            "index.routing_partition_size": str(source.routing.partition_size),
            "index.resize.source.name": source.name,
            "index.resize.source.uuid": source.uuid,
        }
    )
    return dict(sorted(settings.items()))


# --- documents --------------------------------------------------------------------------------------------------------


def fill(kind: ResizeKind, source: Index, target: Index, now: float) -> None:
    """Each shard recovers from those of the source, under a primary term of its own; deletes are forgotten."""
    for shard in source.shards:
        shard.settle(now)
    target.documented = source.documented
    term = max(shard.engine.primary_term for shard in source.shards)
    for number, shard in enumerate(target.shards):
        if kind == "shrink":
            per_target = len(source.shards) // len(target.shards)
            engine = _joined(source.shards[number * per_target : (number + 1) * per_target], target)
        else:
            origin = source.shards[number * len(source.shards) // len(target.shards)]
            live = origin.living()
            if kind == "split":
                live &= _rows_of(origin.engine, target.routing, number)
            engine = origin.engine.merged(np.flatnonzero(live))
            engine.tombstones = {}
        engine.terms = [
            *(part for part in engine.terms if part[0] < engine.next_seq_no),
            (engine.next_seq_no, term + 1),
        ]
        shard.adopt(engine)


def _rows_of(engine: Engine, routing: Routing, number: int) -> np.ndarray[tuple[int], np.dtype[np.bool_]]:
    """bool[n]: the rows of documents, with their nested ones, that lie in a shard of the target."""
    found = np.zeros(engine.n, bool)
    for row, doc_id in enumerate(engine.ids):
        if doc_id is not None and routing.shard(doc_id, engine.routings.get(row)) == number:
            found[engine.first_row(row) : row + 1] = True
    return found


def _joined(shards: list[Shard], target: Index) -> Engine:
    """The documents of several shards in one, with their versions and sequence numbers."""
    engine = Engine()
    for shard in shards:
        origin = shard.engine
        for row in np.flatnonzero(shard.living()).tolist():
            doc_id = origin.ids[row]
            if doc_id is None:
                continue
            source = origin.source(row)
            if source is None:
                raise NotFaked("shrinking an index without _source")
            routing = origin.routings.get(row)
            body = read_document(source)
            document = parse_document(target.mapping, body, doc_id=doc_id, source=source, routing=routing)
            engine.next_seq_no = origin.seq_nos[row]
            engine.append(doc_id, document, target.mapping, origin.versions[row], routing)
    engine.next_seq_no = max(shard.engine.next_seq_no for shard in shards)
    engine.terms = max((shard.engine.terms for shard in shards), key=len)
    return engine
