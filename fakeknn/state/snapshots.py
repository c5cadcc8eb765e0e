"""Repositories of type ``fs``, and the snapshots in them.

They are kept in memory: a location below the one path that ``path.repo`` allows here is a name, behind which snapshots
stay when the repository is unregistered, as files would.
"""

from __future__ import annotations

import posixpath
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from fakeknn.errors import (
    IllegalArgumentException,
    IndexNotFoundException,
    InvalidSnapshotNameException,
    NotFaked,
    NullPointerException,
    OpenSearchError,
    RepositoryException,
    RepositoryMissingException,
    SnapshotException,
    SnapshotMissingException,
    SnapshotRestoreException,
)
from fakeknn.state import shard_limit
from fakeknn.state.creation import reread_mapping
from fakeknn.state.data_streams import DataStream
from fakeknn.state.index import Index, Restored
from fakeknn.state.names import (
    FORBIDDEN_CHARACTERS,
    FORBIDDEN_TEXT,
    IndicesOptions,
    is_wildcard,
    simple_match,
    validate_index_name,
)
from fakeknn.state.node import Node
from fakeknn.state.resize import fill
from fakeknn.state.settings.flat import ARCHIVED_PREFIX, with_index_prefix
from fakeknn.state.settings.index import INDEX_SETTINGS
from fakeknn.units import parse_byte_size
from fakeknn.xcontent import java_string

#: The one path that the node's settings allow repositories to lie in.
PATH_REPO = "/usr/share/opensearch/repo"

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
class Repository:
    """RepositoryMetadata"""

    type: str
    settings: Mapping[str, Any]
    location: str

    @property
    def readonly(self) -> bool:
        return self.settings.get("readonly") == "true"


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


# --- repositories -----------------------------------------------------------------------------------------------------


def put_repository(node: Node, name: str, kind: str, settings: Mapping[str, Any]) -> None:
    """RepositoriesService.registerOrUpdateRepository"""
    if not name:
        raise RepositoryException(name, "cannot be empty")
    if "#" in name:
        raise RepositoryException(name, "must not contain '#'")
    if any(character in name for character in FORBIDDEN_CHARACTERS):
        raise RepositoryException(name, f"must not contain the following characters {FORBIDDEN_TEXT}")
    if kind != "fs":
        raise RepositoryException(name, f"repository type [{kind}] does not exist")
    location = java_string(settings.get("location") or "")
    try:
        _check_location(name, location)
        if "chunk_size" in settings:
            _check_chunk_size(settings["chunk_size"])
    except OpenSearchError as cause:
        raise RepositoryException(name, "failed to create repository") from cause
    node.repositories[name] = Repository(kind, dict(settings), _below(location))
    node.changed()


def _below(location: str) -> str:
    """The normal form of a location, seen from where repositories lie if it is below that."""
    normal = posixpath.normpath(location)
    if normal == PATH_REPO or normal.startswith(f"{PATH_REPO}/"):
        return posixpath.relpath(normal, PATH_REPO)
    return normal


def _check_location(name: str, location: str) -> None:
    if not location:
        raise RepositoryException(name, "missing location")
    normal = _below(location)
    if normal.startswith(("/", "../")) or normal == "..":
        raise RepositoryException(
            name, f"location [{location}] doesn't match any of the locations specified by path.repo"
        )


def _check_chunk_size(text: str) -> None:
    try:
        parse_byte_size(text, "chunk_size")
    except OpenSearchError as cause:
        raise IllegalArgumentException(cause.reason) from cause


def repository(node: Node, name: str) -> Repository:
    found: Repository | None = node.repositories.get(name)
    if found is None:
        raise RepositoryMissingException(name)
    return found


def repositories(node: Node, names: Sequence[str]) -> dict[str, Repository]:
    """TransportGetRepositoriesAction: those of some names and patterns."""
    if not names or list(names) in (["_all"], ["*"]):
        return dict(node.repositories)
    found: dict[str, Repository] = {}
    for name in names:
        if is_wildcard(name):
            found |= {known: one for known, one in node.repositories.items() if simple_match(name, known)}
        else:
            found[name] = repository(node, name)
    return found


def delete_repository(node: Node, pattern: str) -> None:
    gone = [name for name in node.repositories if simple_match(pattern, name)]
    if not gone and pattern != "*":
        raise RepositoryMissingException(pattern)
    for name in gone:
        del node.repositories[name]
    node.changed()


def snapshots_in(node: Node, name: str) -> dict[str, Snapshot]:
    """The snapshots of a repository by name, oldest first."""
    found: dict[str, Snapshot] = node.snapshots.get(repository(node, name).location, {})
    return found


def _keep(node: Node, name: str, snapshots: Mapping[str, Snapshot]) -> None:
    node.snapshots[repository(node, name).location] = snapshots
    node.changed()


# --- snapshots --------------------------------------------------------------------------------------------------------


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
    indices = {one: origin.indices[one] for one in _chosen(origin, patterns, options)}
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


def _chosen(snapshot: Snapshot, patterns: Sequence[str], options: IndicesOptions) -> list[str]:
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


# --- restoring --------------------------------------------------------------------------------------------------------

_UNMODIFIABLE = frozenset(
    (
        "index.number_of_shards",
        "index.version.created",
        "index.uuid",
        "index.history.uuid",
        "index.knn",
        "index.knn.derived_source.enabled",
    )
)
#: Those of RestoreService that no user may modify, nor remove.
_REMOTE = frozenset(
    (
        "index.remote_store.enabled",
        "index.remote_store.segment.repository",
        "index.remote_store.translog.repository",
    )
)
#: Those that IndexMetadata.Builder reads before broken ones are archived.
_OF_METADATA = frozenset(
    ("index.number_of_replicas", "index.routing_partition_size", "index.write.wait_for_active_shards")
)
#: Those that are looked at when a shard is made, which then fails.
_OF_SHARDS = ("index.sort.",)
_UNREMOVABLE = _REMOTE | {"index.number_of_replicas", "index.auto_expand_replicas", "index.version.upgraded"}


@dataclass(slots=True)
class RestoreSnapshot:
    """RestoreSnapshotRequest"""

    repository: str
    snapshot: str
    indices: Sequence[str] = ()
    options: IndicesOptions = field(default_factory=lambda: IndicesOptions(expand_closed=True))
    rename: Callable[[str], str] = str
    rename_alias: Callable[[str], str] = str
    include_global_state: bool = False
    include_aliases: bool = True
    index_settings: Mapping[str, Any] = field(default_factory=dict)
    ignore_index_settings: Sequence[str] = ()


def restore_snapshot(node: Node, request: RestoreSnapshot) -> tuple[list[str], int]:
    """RestoreService.restoreSnapshot: the indices that have been restored, and how many shards they have."""
    known = snapshots_in(node, request.repository)
    snapshot = known.get(request.snapshot)
    if snapshot is None:
        raise SnapshotRestoreException(request.repository, request.snapshot, "snapshot does not exist")
    told = f"{snapshot.name}/{snapshot.uuid}"
    streams = {
        name: stream
        for name, stream in snapshot.data_streams.items()
        if not request.indices or any(simple_match(pattern, name) for pattern in request.indices)
    }
    if streams and any(name in node.data_streams for name in streams):
        raise NotFaked("restoring a data stream beside another")
    patterns = list(request.indices)
    of_streams = [name for stream in streams.values() for name in stream.indices]
    if patterns and streams:
        patterns = [one for one in patterns if not any(simple_match(one, name) for name in streams)] + of_streams
    renamed: dict[str, str] = {}
    for name in _chosen(snapshot, patterns, request.options):
        target = request.rename(name)
        if target in renamed:
            raise SnapshotRestoreException(
                request.repository,
                told,
                f"indices [{name}] and [{renamed[target]}] are renamed into the same index [{target}]",
            )
        renamed[target] = name
    uuid = node.ids.uuid()
    made = [_restored(node, request, snapshot, uuid, name, target) for target, name in renamed.items()]
    for index in made:
        node.add_index(index)
    if streams:
        node.data_streams = {**node.data_streams, **streams}
        node.changed()
    if request.include_global_state:
        if snapshot.global_state is None:
            raise SnapshotRestoreException(
                request.repository,
                told,
                "cannot restore global state since the snapshot was created without global state",
            )
        for kind, registry in snapshot.global_state.items():
            setattr(node, kind, dict(registry))
        node.changed()
    return [index.name for index in made], sum(len(index.shards) for index in made)


def _restored(node: Node, request: RestoreSnapshot, snapshot: Snapshot, uuid: str, source: str, name: str) -> Index:
    origin, told = snapshot.indices[source], f"{snapshot.name}/{snapshot.uuid}"
    settings = _settings(request, told, origin)
    current = node.indices.get(name)
    if current is None:
        validate_index_name(name)
        settings["index.uuid"] = node.ids.uuid()
        shard_limit.check_new_index(node, name, len(origin.shards), origin.number_of_replicas)
    else:
        if current.state == "open":
            raise SnapshotRestoreException(
                request.repository,
                told,
                f"cannot restore index [{name}] because an open index with same name already exists in the cluster. "
                "Either close or delete the existing index or restore the index under a different name by providing a "
                "rename pattern and replacement name",
            )
        if len(current.shards) != len(origin.shards):
            raise SnapshotRestoreException(
                request.repository,
                told,
                f"cannot restore index [{name}] with [{len(current.shards)}] shards from a snapshot of index "
                f"[{origin.name}] with [{len(origin.shards)}] shards",
            )
        settings["index.uuid"] = current.uuid
        settings["index.history.uuid"] = node.ids.uuid()
    aliases = {}
    if request.include_aliases:
        aliases = {request.rename_alias(alias): one for alias, one in origin.aliases.items()}
    settings = dict(sorted(settings.items()))
    try:
        mapping = reread_mapping(node, origin, settings, name)
    except OpenSearchError as error:
        raise NotFaked("an index restored with settings that its shards refuse") from error
    index = Index(name, settings, mapping, aliases, node.now())
    fill("clone", origin, index, node.now())
    sizes = tuple(snapshot.sizes.get(origin.name, (0,) * len(origin.shards)))
    index.restored = Restored(request.repository, snapshot.name, origin.name, uuid, sizes)
    return index


def _settings(request: RestoreSnapshot, told: str, origin: Index) -> dict[str, Any]:
    """RestoreService.updateIndexSettings"""
    for name in request.ignore_index_settings:
        if name in _UNREMOVABLE:
            raise SnapshotRestoreException(request.repository, told, f"cannot remove setting [{name}] on restore")
        if name in _UNMODIFIABLE:
            raise SnapshotRestoreException(
                request.repository, told, f"cannot remove UnmodifiableOnRestore setting [{name}] on restore"
            )
    changes = with_index_prefix(dict(request.index_settings))
    for name in changes:
        if name in _REMOTE:
            raise SnapshotRestoreException(request.repository, told, f"cannot modify setting [{name}] on restore")
        if name in _UNMODIFIABLE:
            raise SnapshotRestoreException(
                request.repository, told, f"cannot modify UnmodifiableOnRestore setting [{name}] on restore"
            )
    kept = {
        key: value
        for key, value in origin.settings.items()
        if key in _UNREMOVABLE
        or key in _UNMODIFIABLE
        or not any(simple_match(pattern, key) for pattern in request.ignore_index_settings)
    }
    kept.pop("index.verified_before_close", None)
    if any(key.startswith(_OF_SHARDS) or (value is None and key in _OF_METADATA) for key, value in changes.items()):
        raise NotFaked("an index restored with settings that its shards may refuse")
    INDEX_SETTINGS.validate({key: value for key, value in changes.items() if key in _OF_METADATA}, dependencies=False)
    return {**{key: value for key, value in kept.items() if key not in changes}, **_archived(changes)}


def _archived(settings: Mapping[str, Any]) -> dict[str, Any]:
    """AbstractScopedSettings.archiveUnknownOrInvalidSettings: what cannot be read stays under another name."""
    found = {}
    for key, value in settings.items():
        try:
            INDEX_SETTINGS.validate({key: value}, dependencies=False)
        except OpenSearchError:
            found[ARCHIVED_PREFIX + key] = value
        else:
            found[key] = value
    return found
