"""Where the copies of shards are: each primary on the one node, its replicas nowhere; and the health that follows."""

from __future__ import annotations

from base64 import urlsafe_b64encode
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from hashlib import md5
from typing import TYPE_CHECKING, Any, NamedTuple

from fakeknn.xcontent.java import hash_ordered

if TYPE_CHECKING:
    from fakeknn.state.index import Index
    from fakeknn.state.node import Node
    from fakeknn.state.shard import Shard


@dataclass(frozen=True, slots=True)
class Copy:
    """ShardRouting: one copy of a shard. ``shard`` is None for a replica."""

    index: Index
    number: int
    shard: Shard | None
    node_id: str | None
    allocation_id: str | None
    reason: str = ""
    """Why it has no node."""
    since: int = 0
    """Since when, in milliseconds since 1970."""

    @property
    def primary(self) -> bool:
        return self.shard is not None

    @property
    def state(self) -> str:
        return "STARTED" if self.primary else "UNASSIGNED"

    @property
    def unassigned_at(self) -> str:
        return iso_millis(self.since)

    def to_json(self) -> dict[str, Any]:
        """As in the routing table."""
        told: dict[str, Any] = {
            "state": self.state,
            "primary": self.primary,
            "searchOnly": False,
            "node": self.node_id,
            "relocating_node": None,
            "shard": self.number,
            "index": self.index.name,
        }
        if self.allocation_id is not None:
            return {**told, "allocation_id": {"id": self.allocation_id}}
        return {
            **told,
            "recovery_source": {"type": "PEER"},
            "unassigned_info": {
                "reason": self.reason,
                "at": self.unassigned_at,
                "delayed": False,
                "allocation_status": "no_attempt",
            },
        }

    def __str__(self) -> str:
        """ShardRouting.toString."""
        place = f"[{self.index.name}][{self.number}], node[{'null' if self.node_id is None else self.node_id}]"
        if self.primary:
            return f"{place}, [P], s[{self.state}], a[id={self.allocation_id}]"
        why = f"[reason={self.reason}], at[{self.unassigned_at}], delayed=false, allocation_status[no_attempt]"
        return f"{place}, [R], recovery_source[peer recovery], s[{self.state}], unassigned_info[{why}]"


def iso_millis(millis: int) -> str:
    """``2026-02-07T08:00:41.798Z``."""
    moment = datetime.fromtimestamp(millis // 1000, UTC)
    return f"{moment:%Y-%m-%dT%H:%M:%S}.{millis % 1000:03}Z"


def allocation_id(shard: Shard) -> str:
    """A uuid for a primary, the same for as long as it is not assigned anew."""
    raw = bytearray(md5(f"{shard.index_uuid}/{shard.number}/{shard.engine.primary_term}".encode()).digest())
    raw[6] = raw[6] & 0x0F | 0x40
    raw[8] = raw[8] & 0x3F | 0x80
    return urlsafe_b64encode(raw).decode().rstrip("=")


def copies_of(node: Node, index: Index) -> Iterator[Copy]:
    """The copies of an index's shards: by number, each primary before its replicas."""
    wall, steady = node.clock.millis(), node.now()
    for shard in index.shards:
        yield Copy(index, shard.number, shard, node.node_id, allocation_id(shard))
        for reason, since in index.unassigned:
            yield Copy(index, shard.number, None, None, None, reason, wall - int((steady - since) * 1000))


def all_copies(node: Node, indices: Iterable[Index] | None = None) -> list[Copy]:
    """The copies of all shards, or of those of some indices, in the routing table's order."""
    return [copy for index in in_hash_order(node, indices) for copy in copies_of(node, index)]


def in_hash_order(node: Node, indices: Iterable[Index] | None = None) -> list[Index]:
    """Indices in the order in which a Java hash map of them is walked."""
    by_name = node.indices if indices is None else {index.name: index for index in indices}
    return [by_name[name] for name in hash_ordered(by_name)]


# --- health -----------------------------------------------------------------------------------------------------------

#: ClusterHealthStatus, from the best to the worst.
STATUSES = ("green", "yellow", "red")


class Health(NamedTuple):
    """How some indices are: primaries are always there, replicas never."""

    status: str
    primaries: int
    unassigned: int

    @property
    def active_percent(self) -> float:
        total = self.primaries + self.unassigned
        return 100.0 if self.status == "green" or not total else self.primaries / total * 100


def index_health(index: Index) -> Health:
    primaries = len(index.shards)
    return Health("yellow" if index.number_of_replicas else "green", primaries, primaries * index.number_of_replicas)


def health(indices: Iterable[Index]) -> Health:
    """The worst of each index's health, and the sums of its shards."""
    found = [index_health(index) for index in indices]
    status = "yellow" if any(one.status == "yellow" for one in found) else "green"
    return Health(status, sum(one.primaries for one in found), sum(one.unassigned for one in found))
