"""Snapshots restored: as new indices, or in the place of closed ones."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from fakeknn.errors import NotFaked, NullPointerException, OpenSearchError, SnapshotRestoreException
from fakeknn.state import shard_limit
from fakeknn.state.creation import reread_mapping
from fakeknn.state.index import Index, Restored
from fakeknn.state.names import IndicesOptions, simple_match, validate_index_name
from fakeknn.state.node import Node
from fakeknn.state.resize import fill
from fakeknn.state.settings.flat import ARCHIVED_PREFIX, with_index_prefix
from fakeknn.state.settings.index import INDEX_SETTINGS
from fakeknn.state.snapshots import Snapshot, chosen_indices, snapshots_in

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
    ignore_index_settings: Sequence[str | None] = ()


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
    for name in chosen_indices(snapshot, patterns, request.options):
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
        if name is None:
            raise NullPointerException('Cannot invoke "String.indexOf(int)" because "str" is null')
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
        or not any(simple_match(pattern, key) for pattern in request.ignore_index_settings if pattern is not None)
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
