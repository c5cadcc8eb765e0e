"""ShardLimitValidator: a cluster has room for so many shards, those of replicas counted, and refuses more."""

from __future__ import annotations

from fakeknn.errors import ValidationException
from fakeknn.state.index import Index
from fakeknn.state.node import Node
from fakeknn.units import INT_MAX


def check_shard_limit(node: Node, new_shards: int) -> None:
    """Raises ValidationException if a number of shards more would be too many for the one node there is."""
    limit = min(INT_MAX, int(node.cluster_setting("cluster.max_shards_per_node", "1000")))
    in_all = int(node.cluster_setting("cluster.routing.allocation.total_shards_limit", "-1"))
    if in_all != -1:
        limit = min(limit, in_all)
    opened = sum(shard_copies(index) for index in node.indices.values() if index.state == "open")
    if new_shards >= 0 and opened + new_shards > limit:
        raise ValidationException(
            f"this action would add [{new_shards}] total LOCAL_ONLY shards, but this cluster currently has "
            f"[{opened}]/[{limit}] maximum LOCAL_ONLY shards open"
        )


def check_new_index(node: Node, name: str, shards: int, replicas: int) -> None:
    if is_counted(node, name):
        check_shard_limit(node, shards * (1 + replicas))


def check_opened(node: Node, indices: list[Index]) -> None:
    """Whether closed ones of the indices may be opened."""
    closed = [index for index in indices if index.state != "open" and is_counted(node, index.name)]
    if closed:
        check_shard_limit(node, sum(map(shard_copies, closed)))


def check_replicas(node: Node, indices: list[Index], replicas: int) -> None:
    """Whether all of the indices, the closed ones too, may have this number of replicas."""
    if indices:
        check_shard_limit(node, sum(len(index.shards) * (replicas - index.number_of_replicas) for index in indices))


def shard_copies(index: Index) -> int:
    return len(index.shards) * (1 + index.number_of_replicas)


def is_counted(node: Node, name: str) -> bool:
    """Indices whose names begin with a dot may be let pass, but for those of data streams."""
    ignored = node.cluster_setting("cluster.ignore_dot_indexes", "false") == "true"
    return not (ignored and name.startswith(".") and not name.startswith(".ds-"))
