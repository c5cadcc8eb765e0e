"""``_stats``: what shards have counted, by index and in all."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Any

from fakeknn.api.indices import broadcast
from fakeknn.api.timeouts import check_time
from fakeknn.errors import IllegalArgumentException
from fakeknn.rest import Request, route, unrecognized
from fakeknn.shape import Readable
from fakeknn.state import machine, names
from fakeknn.state.index import Index
from fakeknn.state.names import INDICES_OPTIONS_PARAMETERS, IndicesOptions
from fakeknn.state.node import Node
from fakeknn.state.shard import Shard
from fakeknn.state.statistics import (
    SECTIONS,
    OpenReaders,
    Tree,
    completion_sizes,
    fielddata_sizes,
    nothing,
    open_readers,
    search_groups,
    shard_statistics,
    total,
)
from fakeknn.units import ByteSizeValue, TimeValue

_LEVELS = ("cluster", "indices", "shards")


def metrics_of(request: Request, name: str, known: Collection[str], what: str = "metric") -> list[str] | None:
    """The metrics that a parameter names (Strings.tokenizeByCommaToSet); None for all of them."""
    asked = list(dict.fromkeys(part for part in map(str.strip, request.params.get(name, "_all").split(",")) if part))
    if asked == ["_all"]:
        return None
    if "_all" in asked:
        listed = request.params[name]
        raise IllegalArgumentException(f"request [{request.path}] contains _all and individual {what}s [{listed}]")
    unknown = sorted({metric for metric in asked if metric not in known})
    if unknown:
        raise IllegalArgumentException(unrecognized(request.path, unknown, known, what))
    return asked


def chosen_sections(statistics: Tree, metrics: Collection[str] | None) -> Tree:
    """The sections of statistics that metrics ask for."""
    if metrics is None:
        return statistics
    sections = {SECTIONS[metric] for metric in metrics}
    return {name: section for name, section in statistics.items() if name in sections}


@route(
    "GET",
    "/_stats",
    "/_stats/{metric}",
    "/{index}/_stats",
    "/{index}/_stats/{metric}",
    params=(
        "index",
        "metric",
        "timeout",
        "forbid_closed_indices",
        "?groups",
        "?fields",
        "?completion_fields",
        "?fielddata_fields",
        "include_segment_file_sizes",
        "include_unloaded_segments",
        "level",
        *INDICES_OPTIONS_PARAMETERS,
    ),
)
def stats(node: Node, request: Request) -> dict[str, Any]:
    check_time(request, "timeout", "IndicesStatsRequest.timeout")
    forbids = request.flag("forbid_closed_indices", True)
    default = names.BROADCAST if forbids else names.STRICT_EXPAND_OPEN
    options = IndicesOptions.from_parameters(request.params, default)
    metrics = metrics_of(request, "metric", SECTIONS)
    check_read(request, metrics, include_unloaded_segments="segments")
    request.flag("include_segment_file_sizes")
    unloaded = request.flag("include_unloaded_segments")
    indices = node.resolve(request.names("index"), options)
    node.check_blocks("metadata_read", *indices)
    level = request.params.get("level", "indices")
    if level.lower() not in _LEVELS:
        raise IllegalArgumentException(
            f"level parameter must be one of [cluster] or [indices] or [shards] but was [{level}]"
        )
    asked = _Asked(metrics, request.names("groups"), open_readers(node), unloaded, fields_of(request))
    return _told(node, indices, asked, level.lower(), human=request.flag("human"))


@dataclass(frozen=True, slots=True)
class _Asked:
    """What is asked of each shard: metrics (None for all), and groups of searches by patterns."""

    metrics: Collection[str] | None
    groups: Collection[str]
    readers: OpenReaders
    unloaded: bool
    """Whether the segments of closed indices are told of."""
    fields: Mapping[str, Collection[str]]

    def of(self, node: Node, index: Index, shard: Shard) -> Tree:
        whole = shard_statistics(node, shard, self.readers)
        if index.state != "open":
            kept = ("store", "segments") if self.unloaded else ("store",)
            whole = {**nothing(node), **{name: whole[name] for name in kept}}
        tree = chosen_sections(whole, self.metrics)
        if self.groups and "search" in tree:
            found = {
                group: counted
                for group, counted in search_groups(shard).items()
                if any(pattern == "_all" or names.simple_match(pattern, group) for pattern in self.groups)
            }
            if found:
                tree["search"]["groups"] = found
        for section, told in tell_fields(shard, self.fields).items():
            if section in tree:
                tree[section] |= told
        return tree


def check_read(request: Request, metrics: Collection[str] | None, **of: str) -> None:
    """Refuse parameters that are of no use to the metrics; ``of`` says which metric reads further ones."""
    if metrics is None:
        return
    readers = {
        "fields": {"completion", "fielddata"},
        "completion_fields": {"completion"},
        "fielddata_fields": {"fielddata"},
        "include_segment_file_sizes": {"segments"},
        **{name: {metric} for name, metric in of.items()},
    }
    request.refuse_unread(name for name, of_these in readers.items() if of_these.isdisjoint(metrics))


def fields_of(request: Request) -> dict[str, Collection[str]]:
    """Patterns of the fields of which the sections ``fielddata`` and ``completion`` are to tell."""
    asked: dict[str, Collection[str]] = {}
    for section in ("fielddata", "completion"):
        name = f"{section}_fields" if f"{section}_fields" in request.params else "fields"
        if request.names(name):
            asked[section] = request.names(name)
    return asked


def tell_fields(shard: Shard, asked: Mapping[str, Collection[str]]) -> Tree:
    """What sections tell of single fields."""
    sizes = {
        "fielddata": ("memory_size_in_bytes", fielddata_sizes(shard)),
        "completion": ("size_in_bytes", completion_sizes(shard)),
    }
    told: Tree = {}
    for section, patterns in asked.items():
        member, found = sizes[section]
        told[section] = {
            "fields": {
                path: {member: size}
                for path, size in found.items()
                if any(names.simple_match(pattern, path) for pattern in patterns)
            }
        }
    return told


def _told(node: Node, indices: list[Index], asked: _Asked, level: str, *, human: bool) -> dict[str, Any]:
    trees = {index.name: [asked.of(node, index, shard) for shard in index.shards] for index in indices}

    def sums(shards: list[Tree]) -> dict[str, Any]:
        # Replicas have no node, so the primaries are all there is.
        summed = total(shards)
        told = readable(summed) if human else summed
        return {"primaries": told, "total": told}

    everything = [tree for shards in trees.values() for tree in shards]
    answer: dict[str, Any] = {**broadcast(indices), "_all": sums(everything)}
    if level == "cluster":
        return answer
    answer["indices"] = told = {}
    for index in indices:
        told[index.name] = {"uuid": index.uuid, **sums(trees[index.name])}
        if level == "shards":
            told[index.name]["shards"] = {
                str(shard.number): [told_of_shard(node, index, shard, readable(tree) if human else tree)]
                for shard, tree in zip(index.shards, trees[index.name], strict=True)
            }
    return answer


def told_of_shard(node: Node, index: Index, shard: Shard, tree: Tree) -> dict[str, Any]:
    """ShardStats: a shard's statistics, its commit and how far its operations have come."""
    engine = shard.engine
    last, committed = engine.next_seq_no - 1, shard.committed.seq_nos - 1
    lease = {
        "id": f"peer_recovery/{node.node_id}",
        "retaining_seq_no": 0,
        "timestamp": index.creation_date,
        "source": "peer recovery",
    }
    return {
        "routing": {"state": "STARTED", "primary": True, "node": node.node_id, "relocating_node": None},
        **tree,
        "commit": {
            "id": f"{index.uuid}==",
            "generation": shard.committed.generation + 2,
            "user_data": {
                "translog_uuid": index.uuid,
                "history_uuid": index.uuid,
                "local_checkpoint": str(committed),
                "max_seq_no": str(committed),
                "max_unsafe_auto_id_timestamp": "-1",
            },
            "num_docs": min(shard.committed.rows, shard.view.doc_count),
        },
        "seq_no": {"max_seq_no": last, "local_checkpoint": last, "global_checkpoint": last},
        "retention_leases": {"primary_term": engine.primary_term, "version": 1, "leases": [lease]},
        "shard_path": {
            "state_path": machine.data_path(),
            "data_path": machine.data_path(),
            "is_custom_data_path": False,
        },
    }


# --- for people -------------------------------------------------------------------------------------------------------

_NAMES = {
    "fixed_bit_set_memory_in_bytes": "fixed_bit_set",
    "total_bytes_sent": "total_sent_size",
    "total_bytes_received": "total_received_size",
}
_BYTES = (
    *("started_bytes", "succeeded_bytes", "failed_bytes", "total_bytes", "max_bytes"),
    *("current_max_bytes", "current_avg_bytes", "rolling_avg_bytes"),
)


def readable(tree: Tree) -> Tree:
    """Statistics whose sizes and durations ``?human`` explains."""
    return {name: _readable(name, value) for name, value in tree.items()}


def _readable(name: str, value: Any) -> Any:
    if isinstance(value, Readable):
        return value
    if isinstance(value, dict):
        return readable(value)
    if isinstance(value, list):
        return [readable(item) if isinstance(item, dict) else item for item in value]
    if name.endswith("_in_bytes") or name in _BYTES or name in _NAMES:
        label = _NAMES.get(name) or name.removesuffix("_bytes").removesuffix("_in")
        return Readable(value, label, str(ByteSizeValue(value)))
    if name.endswith("_millis"):
        return Readable(value, name.removesuffix("_millis").removesuffix("_in"), str(TimeValue(value)))
    if name.endswith("_in_nanos"):
        return Readable(value, name.removesuffix("_in_nanos"), str(TimeValue(value, "nanos")))
    return value
