"""Snapshots of indices: taken, found, cloned and deleted. What is kept of one are the indices as they were."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from fakeknn.errors import (
    IllegalArgumentException,
    IndexNotFoundException,
    InvalidSnapshotNameException,
    NullPointerException,
    RepositoryException,
    SnapshotException,
    SnapshotMissingException,
)
from fakeknn.state.data_streams import DataStream
from fakeknn.state.index import Index
from fakeknn.state.names import FORBIDDEN_CHARACTERS, FORBIDDEN_TEXT, IndicesOptions, is_wildcard, simple_match
from fakeknn.state.node import Node
from fakeknn.state.repositories import repository
from fakeknn.xcontent.java import hash_ordered

#: The cluster's metadata that a snapshot with ``include_global_state`` holds.
_GLOBAL = (
    "templates",
    "index_templates",
    "component_templates",
    "pipelines",
    "search_pipelines",
    "scripts",
    "persistent_settings",
)


@dataclass(frozen=True, slots=True)
class Snapshot:
    """SnapshotInfo, and what it holds: indices as they were."""

    name: str
    uuid: str
    indices: Mapping[str, Index]
    data_streams: Mapping[str, DataStream]
    global_state: Mapping[str, Mapping[str, Any]] | None
    metadata: Mapping[str, Any] | None
    started: int
    """Milliseconds since 1970."""
    shards: int
    sizes: Mapping[str, Sequence[int]]
    """The bytes of each shard, by index."""


def snapshots_in(node: Node, name: str) -> dict[str, Snapshot]:
    """The snapshots of a repository by name, oldest first."""
    found: dict[str, Snapshot] = node.snapshots.get(repository(node, name).location, {})
    return found


def _keep(node: Node, name: str, snapshots: Mapping[str, Snapshot]) -> None:
    node.snapshots[repository(node, name).location] = snapshots
    node.changed()


@dataclass(slots=True)
class CreateSnapshot:
    """CreateSnapshotRequest"""

    repository: str
    snapshot: str
    indices: Sequence[str] = ()
    options: IndicesOptions = field(default_factory=lambda: IndicesOptions(expand_hidden=True))
    include_global_state: bool = True
    metadata: Mapping[str, Any] | None = None


def check_name(node: Node, repository_name: str, name: str) -> None:
    """SnapshotsService.validate"""
    snapshots = snapshots_in(node, repository_name)
    why = None
    if " " in name:
        why = "must not contain whitespace"
    elif "," in name:
        why = "must not contain ','"
    elif "#" in name:
        why = "must not contain '#'"
    elif name.startswith("_"):
        why = "must not start with '_'"
    elif name.lower() != name:
        why = "must be lowercase"
    elif any(character in name for character in FORBIDDEN_CHARACTERS):
        why = f"must not contain the following characters {FORBIDDEN_TEXT}"
    elif repository(node, repository_name).readonly:
        raise RepositoryException(repository_name, "cannot create snapshot in a readonly repository")
    elif name in snapshots:
        why = "snapshot with the same name already exists"
    if why is not None:
        raise InvalidSnapshotNameException(repository_name, name, why)


def create_snapshot(node: Node, request: CreateSnapshot) -> Snapshot:
    """SnapshotsService.createSnapshot"""
    check_name(node, request.repository, request.snapshot)
    found = node.resolve(list(request.indices) or ["_all"], request.options)
    indices = {}
    for index in found:
        index = node.writable(index)
        index.refresh()  # a snapshot is of what has been flushed
        indices[index.name] = index.fork()
    streams = {
        name: stream for name, stream in node.data_streams.items() if all(one in indices for one in stream.indices)
    }
    state = {kind: dict(getattr(node, kind)) for kind in _GLOBAL} if request.include_global_state else None
    made = Snapshot(
        request.snapshot,
        node.ids.uuid(),
        dict(sorted(indices.items())),
        streams,
        state,
        request.metadata,
        node.clock.millis(),
        sum(len(index.shards) for index in indices.values()),
        {name: [_size(index)] * len(index.shards) for name, index in indices.items()},
    )
    _keep(node, request.repository, {**snapshots_in(node, request.repository), made.name: made})
    return made


def _size(index: Index) -> int:
    return 208 + index.size_in_bytes()


def find_snapshots(node: Node, name: str, patterns: Sequence[str], *, ignore_unavailable: bool) -> list[Snapshot]:
    """TransportGetSnapshotsAction: the snapshots of some names and patterns, oldest first."""
    known = snapshots_in(node, name)
    if not patterns or list(patterns) in (["_all"], ["*"]):
        return list(known.values())
    wanted = set()
    for pattern in patterns:
        if pattern == "_current":
            continue
        if is_wildcard(pattern):
            wanted |= {one for one in known if simple_match(pattern, one)}
        elif pattern in known:
            wanted.add(pattern)
        elif not ignore_unavailable:
            raise SnapshotMissingException(name, pattern)
    return [snapshot for snapshot in known.values() if snapshot.name in wanted]


def named_snapshots(node: Node, name: str, wanted: Sequence[str], *, ignore_unavailable: bool) -> list[Snapshot]:
    """TransportSnapshotsStatusAction: those of some names, which are no patterns."""
    known = snapshots_in(node, name)
    absent = [one for one in wanted if one not in known]
    if absent and not ignore_unavailable:
        raise SnapshotMissingException(name, absent[0])
    return [known[one] for one in dict.fromkeys(wanted) if one in known]


def indices_of(
    repository_name: str, snapshot: Snapshot, wanted: Sequence[str], *, ignore_unavailable: bool
) -> list[str]:
    """TransportSnapshotsStatusAction.snapshotShards: those of a snapshot's indices that are asked for, or all."""
    if not wanted:
        return list(snapshot.sizes)
    absent = [name for name in hash_ordered(wanted) if name not in snapshot.sizes]
    if absent and not ignore_unavailable:
        more = " and possibly more indices" if len(absent) == len({*wanted}) else ""
        told = ", ".join(absent) + more
        missing = IndexNotFoundException(told, resource_type=None)
        raise missing from IllegalArgumentException(
            f"indices [{told}] missing in snapshot [{snapshot.name}] of repository [{repository_name}]"
        )
    return [name for name in snapshot.sizes if name in wanted]


def delete_snapshots(node: Node, name: str, patterns: Sequence[str]) -> None:
    """SnapshotsService.deleteSnapshots"""
    known = snapshots_in(node, name)
    if repository(node, name).readonly:
        raise RepositoryException(name, "cannot delete snapshot from a readonly repository")
    gone = set()
    for pattern in patterns:
        matched = {one for one in known if simple_match(pattern, one)}
        if not matched and not is_wildcard(pattern):
            raise SnapshotMissingException(name, pattern)
        gone |= matched
    _keep(node, name, {one: snapshot for one, snapshot in known.items() if one not in gone})


def clone_snapshot(
    node: Node, name: str, source: str, target: str, patterns: Sequence[str], options: IndicesOptions
) -> None:
    """SnapshotsService.cloneSnapshot: some indices of a snapshot as another one."""
    check_name(node, name, target)
    known = snapshots_in(node, name)
    if source not in known:
        raise SnapshotMissingException(name, source)
    origin = known[source]
    indices = {one: origin.indices[one] for one in chosen_indices(origin, patterns, options)}
    if not indices:
        told = f"{origin.name}/{origin.uuid}"
        raise SnapshotException(
            name,
            told,
            f"No indices in the source snapshot [{told}] matched requested pattern [{','.join(patterns)}]",
        )
    twin = replace(
        origin, name=target, uuid=node.ids.uuid(), indices=indices, metadata={}, started=node.clock.millis(), shards=0
    )
    _keep(node, name, {**known, target: twin})


def chosen_indices(snapshot: Snapshot, patterns: Sequence[str], options: IndicesOptions) -> list[str]:
    """SnapshotUtils.filterIndices"""
    known = list(snapshot.indices)
    if not patterns or list(patterns) in (["_all"], ["*"]):
        return known
    chosen: set[str] | None = None
    if None in patterns:
        raise NullPointerException('Cannot invoke "String.isEmpty()" because "s" is null')
    for i, pattern in enumerate(sorted(patterns, key=lambda pattern: pattern.startswith("-"))):
        if pattern in known:
            chosen = {*(chosen or ()), pattern}
            continue
        exclude, name = pattern.startswith("-"), pattern
        if pattern.startswith(("+", "-")):
            name = pattern[1:]
            if i == 0:
                chosen = set(known) if exclude else set()
        matched = {one for one in known if simple_match(name, one)} if is_wildcard(name) else {name} & set(known)
        if not matched and not (options.allow_no_indices if is_wildcard(name) else options.ignore_unavailable):
            raise IndexNotFoundException(name, resource_type=None)
        if chosen is None:
            chosen = set(known[:i])  # the first of all, as many as there were patterns before
        chosen = chosen - matched if exclude else chosen | matched
    return [one for one in known if one in (chosen or ())]
