"""Blocks: what may not be done with an index, or the whole cluster, because a setting says so."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any, Literal, NamedTuple

from fakeknn.errors import ClusterBlockException, IndexCreateBlockException

#: ClusterBlockLevel.
Level = Literal["read", "write", "metadata_read", "metadata_write"]


class Block(NamedTuple):
    """ClusterBlock; ``releases``: deleting indices stays allowed, because that frees the disk."""

    id: int
    description: str
    levels: frozenset[Level]
    status: int = 403
    releases: bool = False

    def __str__(self) -> str:
        return f"{'FORBIDDEN' if self.status == 403 else 'TOO_MANY_REQUESTS'}/{self.id}/{self.description}"


_WRITES: frozenset[Level] = frozenset({"write", "metadata_write"})
_FLOODED = "disk usage exceeded flood-stage watermark, index has read-only-allow-delete block"

#: IndexMetadata.APIBlock, by the name behind ``index.blocks.``.
INDEX_BLOCKS = {
    "read_only": Block(5, "index read-only (api)", _WRITES),
    "read": Block(7, "index read (api)", frozenset({"read"})),
    "write": Block(8, "index write (api)", frozenset({"write"})),
    "metadata": Block(9, "index metadata (api)", frozenset({"metadata_read", "metadata_write"})),
    "read_only_allow_delete": Block(12, _FLOODED, _WRITES, 429, True),
    "search_only": Block(20, "index scaled down", frozenset({"write"})),
}
CLOSED = Block(4, "index closed", frozenset({"read", "write"}))
_CLUSTER_BLOCKS = {
    "cluster.blocks.read_only": Block(6, "cluster read-only (api)", _WRITES),
    "cluster.blocks.read_only_allow_delete": Block(13, "cluster read-only / allow delete (api)", _WRITES, 403, True),
}
_CREATE_INDEX = Block(10, "cluster create-index blocked (api)", frozenset())

_PREFIX = "index.blocks."


def index_blocks(settings: Mapping[str, Any]) -> tuple[Block, ...]:
    """The blocks that an index's settings put on it, in the order in which a Java hash set of them is walked."""
    found = [
        INDEX_BLOCKS[key[len(_PREFIX) :]]
        for key, value in settings.items()
        if value == "true" and key.startswith(_PREFIX)
    ]
    return tuple(sorted(found, reverse=True))


def changed_blocks(blocks: tuple[Block, ...], changes: Mapping[str, Any]) -> tuple[Block, ...]:
    """Blocks after a change of settings that names them; a wildcard names none."""
    kept = list(blocks)
    for name, block in INDEX_BLOCKS.items():
        if _PREFIX + name in changes:
            blocked = changes[_PREFIX + name] == "true"
            if blocked and block not in kept:
                kept.append(block)
            elif not blocked and block in kept:
                kept.remove(block)
    return tuple(kept)


def cluster_blocks(*settings: Mapping[str, Any]) -> tuple[Block, ...]:
    """The blocks that the cluster's settings, persistent and transient, put on everything."""
    return tuple(block for key, block in _CLUSTER_BLOCKS.items() if any(one.get(key) == "true" for one in settings))


def check_blocks(
    level: Level,
    indices: Iterable[tuple[str, tuple[Block, ...]]],
    everything: tuple[Block, ...] = (),
    *,
    releasing: bool = False,
) -> None:
    """ClusterBlocks.indicesBlockedException: ``indices`` are names with their blocks. ``releasing``: to delete them."""
    told: dict[str, list[Block]] = {}
    whole = [block for block in everything if level in block.levels and not (releasing and block.releases)]
    for name, blocks in indices:
        found = [block for block in blocks if level in block.levels and not (releasing and block.releases)]
        if found or whole:
            told[name] = [*found, *whole]
    if told:
        texts = (f"index [{name}] blocked by: [{', '.join(map(str, found))}];" for name, found in told.items())
        raise ClusterBlockException("".join(texts), _status(block for found in told.values() for block in found))
    if whole:
        raise ClusterBlockException(f"blocked by: [{', '.join(map(str, whole))}];", _status(whole))


def _status(blocks: Iterable[Block]) -> int:
    # Requests may be tried again only if every block that stands in the way may go.
    return 429 if all(block.status == 429 for block in blocks) else 403


def check_create_index(*settings: Mapping[str, Any]) -> None:
    """``cluster.blocks.create_index``: asked by the create index API, not by writes that create one."""
    if any(one.get("cluster.blocks.create_index") == "true" for one in settings):
        raise IndexCreateBlockException(f"blocked by: [{_CREATE_INDEX}];")
