"""Statistics of shards (CommonStats) as trees of numbers, in the shape in which ``_stats`` tells them, and their sums.

What has a meaning in the fake is real: documents, segments, and how often things were done. Durations are 0: what takes
time here would tell nothing about the real server. Sizes are estimates, so that they are greater than nothing.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from itertools import pairwise
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

from fakeknn.fields.buffers import VectorBuffer
from fakeknn.fields.completion import CompletionBuffer
from fakeknn.state.schedule import Schedule
from fakeknn.state.segments import segment_name
from fakeknn.state.shard import Shard, ShardStats
from fakeknn.view import KeywordColumn, View

if TYPE_CHECKING:
    from fakeknn.state.index import Index
    from fakeknn.state.node import Node

Tree = dict[str, Any]

#: The sections in the order of an answer, by the metrics that ask for them.
SECTIONS = {
    "docs": "docs",
    "store": "store",
    "indexing": "indexing",
    "get": "get",
    "search": "search",
    "merge": "merges",
    "refresh": "refresh",
    "flush": "flush",
    "warmer": "warmer",
    "query_cache": "query_cache",
    "fielddata": "fielddata",
    "completion": "completion",
    "segments": "segments",
    "translog": "translog",
    "request_cache": "request_cache",
    "recovery": "recovery",
}

#: A commit without documents, a segment's files beside its documents, a translog without operations.
_EMPTY_STORE, _SEGMENT, _EMPTY_TRANSLOG = 208, 2800, 55
#: What a document takes up, beside its vectors, in a segment and in the translog.
_DOCUMENT, _OPERATION = 120, 110
_FIELDDATA, _TERM, _SUGGESTIONS, _ENTRY = 960, 16, 56, 8


def _zeros(*names: str) -> Tree:
    return dict.fromkeys(names, 0)


#: How many scrolls, and how many points in time, hold each shard, by its index's uuid and its number.
OpenReaders = tuple[Counter[tuple[str, int]], Counter[tuple[str, int]]]
_NONE: Counter[tuple[str, int]] = Counter()


def shard_statistics(node: Node, shard: Shard, readers: OpenReaders | None = None) -> Tree:
    """All statistics of a primary."""
    shard.settle(node.now())
    place = (shard.index_uuid, shard.number)
    scrolls, points = (count[place] for count in readers or (_NONE, _NONE))
    counts, engine = shard.stats, shard.engine
    documents, deleted = shard.doc_counts()
    operations = engine.next_seq_no - shard.committed.seq_nos
    translog = _EMPTY_TRANSLOG + _OPERATION * operations
    written = counts.index_total + counts.delete_total > 0
    last_request = node.clock.millis() - int((node.now() - shard.last_write) * 1000) if written else 0
    cache = _zeros("memory_size_in_bytes", "total_count", "hit_count", "miss_count", "cache_size", "cache_count")
    return {
        "docs": {"count": documents, "deleted": deleted},
        "store": {"size_in_bytes": store_size(shard), "reserved_in_bytes": 0},
        "indexing": {
            "index_total": counts.index_total,
            **_zeros("index_time_in_millis", "index_current"),
            "index_failed": counts.index_failed,
            "delete_total": counts.delete_total,
            **_zeros("delete_time_in_millis", "delete_current"),
            "noop_update_total": counts.noop_update_total,
            "is_throttled": False,
            "throttle_time_in_millis": 0,
            "max_last_index_request_timestamp": last_request,
        },
        "get": {
            "total": counts.get_total,
            "getTime": "0s",
            "time_in_millis": 0,
            "exists_total": counts.get_total - counts.get_missing_total,
            "exists_time_in_millis": 0,
            "missing_total": counts.get_missing_total,
            **_zeros("missing_time_in_millis", "current"),
        },
        "search": _search(shard, scrolls, points),
        "merges": {
            **_zeros("current", "current_docs", "current_size_in_bytes"),
            "total": counts.merge_total,
            **_zeros("total_time_in_millis", "total_docs", "total_size_in_bytes"),
            **_zeros("total_stopped_time_in_millis", "total_throttled_time_in_millis"),
            "total_auto_throttle_in_bytes": 20971520,
            "unreferenced_file_cleanups_performed": 0,
            "warmer": _zeros(
                "total_invocations_count",
                "total_time_millis",
                "total_failure_count",
                "total_bytes_sent",
                "total_bytes_received",
                "total_send_time_millis",
                "total_receive_time_millis",
                "ongoing_count",
            ),
        },
        "refresh": {
            # A shard is refreshed twice while it starts.
            "total": counts.refresh_total + 2,
            "total_time_in_millis": 0,
            "external_total": counts.refresh_external_total + 2,
            "external_total_time_in_millis": 0,
            "listeners": shard.listeners,
        },
        "flush": {"total": counts.flush_total, **_zeros("periodic", "total_time_in_millis")},
        "warmer": {"current": 0, "total": counts.refresh_external_total + 1, "total_time_in_millis": 0},
        "query_cache": {**cache, "evictions": 0},
        "fielddata": {"memory_size_in_bytes": sum(fielddata_sizes(shard).values()), "evictions": 0},
        "completion": {"size_in_bytes": sum(completion_sizes(shard).values())},
        "segments": _segments(len(shard.segments), -1),
        "translog": {
            "operations": operations,
            "size_in_bytes": translog,
            "uncommitted_operations": operations,
            "uncommitted_size_in_bytes": translog,
            "earliest_last_modified_age": int((node.now() - shard.last_write) * 1000),
            "remote_store": {
                "upload": {
                    "total_uploads": _zeros("started", "failed", "succeeded"),
                    "total_upload_size": _zeros("started_bytes", "failed_bytes", "succeeded_bytes"),
                }
            },
        },
        "request_cache": {
            "memory_size_in_bytes": shard.request_cache.size,
            "evictions": 0,
            "hit_count": shard.request_cache.hits,
            "miss_count": shard.request_cache.misses,
        },
        "recovery": _zeros("current_as_source", "current_as_target", "throttle_time_in_millis"),
    }


def fielddata_sizes(shard: Shard) -> dict[str, int]:
    """About how many bytes the texts take up that searches have uninverted, and global ordinals, by field."""
    sizes: dict[str, int] = {}
    for key, column in shard.view.memo.items():
        if key[0] in ("fielddata", "global_ordinals") and isinstance(column, KeywordColumn):
            sizes[key[1]] = _FIELDDATA + 4 * len(column.rows) + _TERM * column.n_terms
    return sizes


def completion_sizes(shard: Shard) -> dict[str, int]:
    """About how many bytes suggestions take up, by field."""
    sizes = {}
    for path, buffer in shard.engine.buffers.items():
        if isinstance(buffer, CompletionBuffer):
            entries = len(buffer.snapshot(shard.view.n).rows)
            if entries:
                sizes[path] = _SUGGESTIONS + _ENTRY * entries
    return sizes


def _search(shard: Shard, scrolls: int, points: int) -> Tree:
    return {"open_contexts": scrolls + points, **_searches(shard.stats, scrolls, points)}


def search_groups(shard: Shard) -> Tree:
    """The statistics of searches by the groups that they named."""
    return {
        group: _searches(ShardStats(query_total=queries, fetch_total=fetches), 0, 0)
        for group, (queries, fetches) in shard.stats.groups.items()
    }


def _searches(counts: ShardStats, scrolls: int, points: int) -> Tree:
    told: Tree = {}
    for kind, total in (("query", counts.query_total), ("concurrent_query", 0), ("startree_query", 0)):
        told |= {f"{kind}_total": total, f"{kind}_time_in_millis": 0, f"{kind}_current": 0}
        match kind:
            case "query":
                told["query_failed"] = 0
            case "concurrent_query":
                told["concurrent_avg_slice_count"] = 0.0
            case _:
                told["startree_query_failed"] = 0
    for kind, total, current in (
        ("fetch", counts.fetch_total, 0),
        ("scroll", counts.scroll_total, scrolls),
        ("point_in_time", counts.point_in_time_total, points),
        ("suggest", counts.suggest_total, 0),
    ):
        told |= {f"{kind}_total": total, f"{kind}_time_in_millis": 0, f"{kind}_current": current}
    return {**told, "search_idle_reactivate_count_total": 0}


def open_readers(node: Node) -> OpenReaders:
    """Who holds which shards now."""

    def held(contexts: Iterable[Any]) -> Iterator[tuple[str, int]]:
        return ((ctx.uuid, ctx.shard) for ctx in contexts)

    now = node.now()
    scrolls = (scroll.outcome.contexts for scroll in node.scrolls.values() if scroll.expires >= now)
    points = (point.contexts for point in node.points_in_time.values() if point.expires >= now)
    return (
        Counter(place for contexts in scrolls for place in held(contexts)),
        Counter(place for contexts in points for place in held(contexts)),
    )


def _segments(count: int, oldest_auto_id: int) -> Tree:
    transferred = _zeros("started_bytes", "succeeded_bytes", "failed_bytes")
    return {
        "count": count,
        **_zeros(
            "memory_in_bytes",
            "terms_memory_in_bytes",
            "stored_fields_memory_in_bytes",
            "term_vectors_memory_in_bytes",
            "norms_memory_in_bytes",
            "points_memory_in_bytes",
            "doc_values_memory_in_bytes",
            "index_writer_memory_in_bytes",
            "version_map_memory_in_bytes",
            "fixed_bit_set_memory_in_bytes",
        ),
        "max_unsafe_auto_id_timestamp": oldest_auto_id,
        "remote_store": {
            "upload": {
                "total_upload_size": dict(transferred),
                "refresh_size_lag": _zeros("total_bytes", "max_bytes"),
                **_zeros("max_refresh_time_lag_in_millis", "total_time_spent_in_millis"),
                "pressure": {"total_rejections": 0},
            },
            "download": {"total_download_size": dict(transferred), "total_time_spent_in_millis": 0},
        },
        "segment_replication": _zeros("max_bytes_behind", "total_bytes_behind", "max_replication_lag"),
        "file_sizes": {},
    }


# --- segments and sizes -----------------------------------------------------------------------------------------------


#: The version of every segment.
LUCENE = "10.3.2"


class Segment(NamedTuple):
    """One segment as searches see it; ``generation`` counts segments, and makes the name."""

    generation: int
    documents: int
    deleted: int
    size: int
    committed: bool
    searched: bool
    compound: bool = True

    @property
    def name(self) -> str:
        return segment_name(self.generation)


def segments_of(shard: Shard) -> list[Segment]:
    """The segments that hold anything, and those of the last commit that were merged since."""
    segments, saved = shard.segments, {one.generation: one for one in shard.committed.segments}
    living = np.concatenate(([0], np.cumsum(shard.internal)))
    seen = np.concatenate(([0], np.cumsum(shard.view.live)))
    found = []
    for i, (first, last) in enumerate(pairwise(segments.bounds)):
        generation = segments.generations[i]
        searched = generation in shard.view.generations
        counts = seen if searched and last <= shard.view.n else living
        alive, size = int(counts[last] - counts[first]), segment_size(shard, last - first)
        committed = saved.pop(generation, None) is not None
        found.append(Segment(generation, alive, last - first - alive, size, committed, searched, segments.compound[i]))
    known = set(segments.generations)
    found += [one for one in segments_in(shard, shard.view) if one.generation not in known]
    known.update(shard.view.generations)
    for one in saved.values():
        if one.generation not in known:
            size = segment_size(shard, one.documents + one.deleted)
            found.append(Segment(one.generation, one.documents, one.deleted, size, True, False, one.compound))
    return sorted(found)


def segments_in(shard: Shard, view: View) -> list[Segment]:
    """The segments of a picture of a shard, as somebody who holds it sees them."""
    living = np.concatenate(([0], np.cumsum(view.live)))
    saved = {one.generation for one in shard.committed.segments}
    found = []
    for generation, (first, last) in zip(view.generations, pairwise(view.segments.tolist()), strict=True):
        alive, size = int(living[last] - living[first]), segment_size(shard, last - first)
        found.append(Segment(generation, alive, last - first - alive, size, generation in saved, True))
    return found


def segment_size(shard: Shard, rows: int) -> int:
    """An estimate of the bytes of a segment of so many rows."""
    vectors = sum(
        buffer.bytes_per_vector for buffer in shard.engine.buffers.values() if isinstance(buffer, VectorBuffer)
    )
    return _SEGMENT + rows * (_DOCUMENT + vectors)


def store_size(shard: Shard) -> int:
    return _EMPTY_STORE + sum(segment.size for segment in segments_of(shard))


# --- sums -------------------------------------------------------------------------------------------------------------

#: Members of which not the sum but the highest is told.
_HIGHEST = frozenset(
    {"max_last_index_request_timestamp", "max_unsafe_auto_id_timestamp", "earliest_last_modified_age"}
    | {"max_bytes", "max_bytes_behind", "max_replication_lag", "max_refresh_time_lag_in_millis"}
)


def index_statistics(node: Node, index: Index, readers: OpenReaders | None = None) -> Tree:
    """The statistics of an index's primaries, which are those of all its copies: replicas have none."""
    if index.state != "open":
        return closed_statistics(node, index)
    return total(shard_statistics(node, shard, readers) for shard in index.shards)


def closed_statistics(node: Node, index: Index) -> Tree:
    """Of a closed index, only the space that it takes up is known."""
    told = nothing(node)
    told["store"]["size_in_bytes"] = sum(store_size(shard) for shard in index.shards)
    return told


def node_statistics(node: Node) -> Tree:
    """The statistics of all shards."""
    readers = open_readers(node)
    return total([nothing(node), *(index_statistics(node, index, readers) for index in node.indices.values())])


def nothing(node: Node) -> Tree:
    """The statistics of no shard at all, as a node and the cluster tell them."""
    zero = _emptied(shard_statistics(node, Shard("", "", 0, Schedule(node.now()))))
    zero["segments"]["max_unsafe_auto_id_timestamp"] = -(2**63)
    return zero


def total(trees: Iterable[Tree]) -> Tree:
    """The sum of statistics; {} of none."""
    summed: Tree | None = None
    for tree in trees:
        summed = _copied(tree) if summed is None else _added(summed, tree)
    return summed or {}


def _copied(tree: Mapping[str, Any]) -> Tree:
    return {name: _copied(value) if isinstance(value, dict) else value for name, value in tree.items()}


def _emptied(tree: Mapping[str, Any]) -> Tree:
    def zero(value: Any) -> Any:
        return _emptied(value) if isinstance(value, dict) else value if isinstance(value, str) else type(value)(0)

    return {name: zero(value) for name, value in tree.items()}


def _added(summed: Tree, tree: Mapping[str, Any]) -> Tree:
    for name, value in tree.items():
        if name not in summed:
            summed[name] = _copied(value)  # a group of searches
        elif isinstance(value, dict):
            _added(summed[name], value)
        elif name in _HIGHEST:
            summed[name] = max(summed[name], value)
        elif isinstance(value, bool):
            summed[name] = summed[name] or value
        elif not isinstance(value, str):
            summed[name] += value
    return summed
