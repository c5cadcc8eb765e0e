"""Repositories of type ``fs``: where snapshots are kept, and the settings that say how.

They are kept in memory: a location below the one path that ``path.repo`` allows here is a name, behind which snapshots
stay when the repository is unregistered, as files would.
"""

from __future__ import annotations

import posixpath
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from fakeknn.errors import (
    IllegalArgumentException,
    NotFaked,
    OpenSearchError,
    RepositoryException,
    RepositoryMissingException,
)
from fakeknn.state.names import FORBIDDEN_CHARACTERS, FORBIDDEN_TEXT, is_wildcard, simple_match
from fakeknn.state.node import Node
from fakeknn.state.settings.kinds import (
    BooleanSetting,
    ByteSizeSetting,
    IntegerSetting,
    ParsedSetting,
    Setting,
)
from fakeknn.state.settings.registry import Registry
from fakeknn.units import LONG_MAX, ByteSizeValue

#: The one path that the node's settings allow repositories to lie in.
PATH_REPO = "/usr/share/opensearch/repo"


@dataclass(frozen=True, slots=True)
class Repository:
    """RepositoryMetadata"""

    type: str
    settings: Mapping[str, Any]
    location: str

    @property
    def readonly(self) -> bool:
        return self.settings.get("readonly") == "true"


def _compressor(text: str, key: str) -> str:
    name = text.upper()
    if name not in ("DEFLATE", "ZSTD", "NONE"):
        raise IllegalArgumentException(f"No registered compressor found by name [{name}]")
    return name


#: Sizes a second.
_RATES = (
    "max_snapshot_bytes_per_sec",
    "max_restore_bytes_per_sec",
    "max_remote_upload_bytes_per_sec",
    "max_remote_low_priority_upload_bytes_per_sec",
    "max_remote_download_bytes_per_sec",
    "max_remote_low_priority_download_bytes_per_sec",
)
#: What BlobStoreRepository.readRepositoryMetadata reads, one after the other; FsRepository then looks at its location.
_BEFORE_LOCATION = (
    "support_url_repo",
    *_RATES,
    "readonly",
    "cache_repository_data",
    "io_buffer_size",
    "max_snapshot_shard_blob_delete_batch_size",
)


def _settings() -> list[Setting]:
    return [
        *(ByteSizeSetting(name, "0b") for name in _RATES),
        BooleanSetting("support_url_repo", "true"),
        BooleanSetting("readonly"),
        BooleanSetting("cache_repository_data", "true"),
        ByteSizeSetting("io_buffer_size", "128kb", low=ByteSizeValue(8, "kb"), high=ByteSizeValue(16, "mb")),
        IntegerSetting("max_snapshot_shard_blob_delete_batch_size", "1000"),
        BooleanSetting("compress"),
        BooleanSetting("prefix_mode_verification"),
        BooleanSetting("remote_store_index_shallow_copy"),
        BooleanSetting("shallow_snapshot_v2"),
        BooleanSetting("system_repository"),
        ParsedSetting("compression_type", "deflate", parser=_compressor),
        Setting("repositories.fs.location"),
        Setting("location"),
        ByteSizeSetting("chunk_size", f"{LONG_MAX}b", low=ByteSizeValue(5, "b")),
    ]


SETTINGS = Registry(_settings)


def put_repository(node: Node, name: str, kind: str, settings: Mapping[str, Any]) -> None:
    """RepositoriesService.registerOrUpdateRepository"""
    if not name:
        raise RepositoryException(name, "cannot be empty")
    if "#" in name:
        raise RepositoryException(name, "must not contain '#'")
    if any(character in name for character in FORBIDDEN_CHARACTERS):
        raise RepositoryException(name, f"must not contain the following characters {FORBIDDEN_TEXT}")
    _check_settings(name, settings)
    if kind != "fs":
        raise RepositoryException(name, f"repository type [{kind}] does not exist")
    try:
        for key in _BEFORE_LOCATION:
            SETTINGS.get(settings, key)
        if SETTINGS.get(settings, "compress"):
            SETTINGS.get(settings, "compression_type")
        SETTINGS.get(settings, "prefix_mode_verification")
        location = SETTINGS.get(settings, "repositories.fs.location") or SETTINGS.get(settings, "location")
        _check_location(name, location)
        SETTINGS.get(settings, "chunk_size")
    except OpenSearchError as cause:
        raise RepositoryException(name, "failed to create repository") from cause
    node.repositories[name] = Repository(kind, dict(settings), _below(location))
    node.changed()


def _check_settings(name: str, settings: Mapping[str, Any]) -> None:
    """RepositoriesService.validateRepositoryMetadataSettings"""
    SETTINGS.get(settings, "remote_store_index_shallow_copy")
    if SETTINGS.get(settings, "shallow_snapshot_v2"):
        raise NotFaked("[shallow_snapshot_v2] of a repository")
    if SETTINGS.get(settings, "system_repository"):
        what = (
            "setting system_repository cannot provide system repository setting; this setting is managed by OpenSearch"
        )
        raise RepositoryException(name, what)


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
