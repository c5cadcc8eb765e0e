"""Why a shard is where it is: what OpenSearch's AllocationDeciders say on a cluster of one node."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from fakeknn.state.allocation import Copy, copies_of, health
from fakeknn.state.node import Node

VERSION = "3.5.0"


class Decision(NamedTuple):
    decider: str
    yes: bool
    explanation: str

    def to_json(self) -> dict[str, str]:
        return {"decider": self.decider, "decision": self.type, "explanation": self.explanation}

    @property
    def type(self) -> str:
        return "YES" if self.yes else "NO"


def told(decisions: Sequence[Decision]) -> str:
    """Decision.Multi.toString."""
    return "".join(f"[{decision.type}({decision.explanation})]" for decision in decisions)


def to_allocate(node: Node, copy: Copy, *, by_command: bool = False) -> list[Decision]:
    """AllocationDeciders.canAllocate: whether a copy may go to the node, which holds the primary already."""
    primary = next(c for c in copies_of(node, copy.index) if c.number == copy.number and c.primary)
    enabled = "all allocations are allowed"
    if by_command:
        enabled = (
            "explicitly ignoring any disabling of allocation due to manual allocation commands via the reroute API"
        )
    if copy.primary:
        after = "shard is primary and can be allocated"
        version = (
            f"can relocate primary shard from a node with version [{VERSION}] to a node with equal-or-newer version "
            f"[{VERSION}]"
        )
        snapshot = "no snapshots are currently running"
        same = f"this shard is already allocated to this node [{primary}]"
        remote = "primary shard copy can be relocated"
    else:
        after = "primary shard for this replica is already active"
        version = (
            f"can allocate replica shard to a node with version [{VERSION}] since this is equal-or-newer than the "
            f"primary version [{VERSION}]"
        )
        snapshot = "the shard is not being snapshotted"
        same = f"a copy of this shard is already allocated to this node [{primary}]"
        remote = "replica shard copy can be allocated"
    recoveries = 4 if not copy.primary and copy.reason == "INDEX_CREATED" else 2
    awareness = "cluster.routing.allocation.awareness.attributes"
    load = "cluster.routing.allocation.load_awareness"
    said = {
        "max_retry": "shard has no previous failures",
        "replica_after_primary_active": after,
        "cluster_concurrent_recoveries": "undefined cluster concurrent recoveries",
        "enable": enabled,
        "node_version": version,
        "snapshot_in_progress": snapshot,
        "restore_in_progress": "ignored as shard is not being recovered from a snapshot",
        "filter": "node passes include/exclude/require filters",
        "search_replica_allocation": f"node and shard are compatible. node: [{node.node_id}], is search node: [false], "
        f"shard: [{copy}]",
        "same_shard": same,
        "disk_threshold": "the disk threshold decider is disabled",
        "throttling": f"below shard recovery limit of outgoing: [0 < {recoveries}] incoming: [0 < {recoveries}]",
        "shards_limit": "total shard limits are disabled: [index: -1, index primary: -1, cluster: -1, cluster "
        "primary: -1] <= 0",
        "awareness": f"allocation awareness is not enabled, set cluster setting [{awareness}] to enable it",
        "load_awareness": f"overload awareness allocation is not enabled, set cluster setting [{load}.skew_factor] and "
        f"cluster setting [{load}.provisioned_capacity] to enable it",
        "target_pool": "Routing pools are compatible. Shard pool: [LOCAL_ONLY], node pool: [LOCAL_ONLY]",
        "remote_store_migration": f"[none migration_direction]: {remote} to a non-remote node for strict compatibility "
        "mode",
    }
    return [Decision(decider, decider != "same_shard", explanation) for decider, explanation in said.items()]


def to_rebalance(node: Node, copy: Copy) -> list[Decision]:
    """AllocationDeciders.canRebalance of a primary."""
    missing = bool(health(node.indices.values()).unassigned)
    replicas = copy.index.number_of_replicas > 0
    return [
        Decision(
            "rebalance_only_when_active",
            False,
            "rebalancing is not allowed until all replicas in the cluster are active",
        )
        if replicas
        else Decision(
            "rebalance_only_when_active", True, "rebalancing is allowed as all replicas are active in the cluster"
        ),
        Decision(
            "cluster_rebalance",
            False,
            "the cluster has unassigned shards and cluster setting [cluster.routing.allocation.allow_rebalance] is set "
            "to [indices_all_active]",
        )
        if missing
        else Decision("cluster_rebalance", True, "all shards are active"),
        Decision(
            "concurrent_rebalance",
            True,
            "below threshold [2] for concurrent rebalances, current rebalance shard count [0]",
        ),
        Decision("enable", True, "all rebalancing is allowed"),
        Decision("snapshot_in_progress", True, "no snapshots are currently running"),
    ]
