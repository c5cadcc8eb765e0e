"""``_cat/shards``, and how shards came to be where they are: ``_cat/recovery``, ``_cat/segment_replication``."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

from fakeknn.api.cat import statistics as shared
from fakeknn.api.cat.table import Row, cat, columns
from fakeknn.api.timeouts import check_manager_timeout, check_time
from fakeknn.rest import Request
from fakeknn.state import names
from fakeknn.state.allocation import Copy, all_copies, in_hash_order, iso_millis
from fakeknn.state.machine import data_path
from fakeknn.state.names import INDICES_OPTIONS_PARAMETERS, IndicesOptions
from fakeknn.state.node import Node
from fakeknn.state.statistics import open_readers, shard_statistics
from fakeknn.units import ByteSizeValue, TimeValue, parse_int

SHARDS_PARAMETERS = ("local", "cluster_manager_timeout", "?master_timeout", "cancel_after_time_interval")
SHARDS = [
    *columns(
        """
    index | i,idx | | index name
    shard | s,sh | | shard name
    prirep | p,pr,primaryOrReplica | | primary or replica
    state | st | | shard state
    docs | d,dc | > | number of docs in shard
    store | sto | > | store size of shard (how much disk it uses)
    ip | |  | ip of node where it lives
    id | | - | unique id of node where it lives
    node | n | | name of node where it lives
    sync_id | sync_id | - | sync id
    unassigned.reason | ur | - | reason shard is unassigned
    unassigned.at | ua | - | time shard became unassigned (UTC)
    unassigned.for | uf | >- | time has been unassigned
    unassigned.details | ud | - | additional details as to why the shard became unassigned
    recoverysource.type | rs | - | recovery source type
    """
    ),
    *shared.columns(
        "completion fielddata query_cache.memory_size query_cache.evictions flush get indexing merges refresh "
        "search.fetch search.open_contexts search.query search.concurrent search.startree search.scroll "
        "search.point_in_time search.search_idle_reactivate_count_total segments",
        aliases={
            "search.startree_query_total": "stqto,startreeQueryTotal",
            "search.point_in_time_current": "spc,searchPointInTimeCurrent",
            "search.point_in_time_time": "spti,searchPointInTimeTime",
            "search.point_in_time_total": "spto,searchPointInTimeTotal",
        },
        descriptions={
            "search.concurrent_query_total": "total concurrent query phase ops",
            "search.startree_query_failed": "failed star tree query ops",
        },
    ),
    *columns(
        """
    seq_no.max | sqm,maxSeqNo | >- | max sequence number
    seq_no.local_checkpoint | sql,localCheckpoint | >- | local checkpoint
    seq_no.global_checkpoint | sqg,globalCheckpoint | >- | global checkpoint
    """
    ),
    *shared.columns("warmer"),
    *columns(
        """
    path.data | pd,dataPath | >- | shard data path
    path.state | ps,statsPath | >- | shard state path
    docs.deleted | dd,docsDeleted | >- | number of deleted docs in shard
    """
    ),
]


@cat(
    "/_cat/shards",
    "/_cat/shards/{index}",
    columns=SHARDS,
    params=SHARDS_PARAMETERS,
)
def shards(node: Node, request: Request) -> Iterator[Row]:
    request.flag("local")
    check_time(request, "cluster_manager_timeout")
    check_time(request, "cancel_after_time_interval")
    check_manager_timeout(request)
    indices = None
    if request.names("index"):
        node.resolve(request.names("index"), names.BROADCAST)
        indices = node.resolve(request.names("index"), names.CLUSTER_STATE)
    return copy_rows(node, all_copies(node, indices))


def copy_rows(node: Node, copies: Iterable[Copy]) -> Iterator[Row]:
    """A row for each copy of a shard."""
    readers = open_readers(node)
    for copy in copies:
        row = {
            "index": copy.index.name,
            "shard": copy.number,
            "prirep": "p" if copy.primary else "r",
            "state": copy.state,
        }
        if copy.shard is None:
            since = node.clock.millis() - copy.since
            yield {
                **row,
                "unassigned.reason": copy.reason,
                "unassigned.at": copy.unassigned_at,
                "unassigned.for": TimeValue(since),
                "recoverysource.type": "peer",
            }
            continue
        row |= {"ip": node.address[0], "id": node.node_id, "node": node.name}
        if copy.index.state != "open":
            yield row
            continue
        statistics = shard_statistics(node, copy.shard, readers)
        last = copy.shard.engine.next_seq_no - 1
        yield {
            **row,
            "docs": statistics["docs"]["count"],
            "docs.deleted": statistics["docs"]["deleted"],
            "store": ByteSizeValue(statistics["store"]["size_in_bytes"]),
            **dict.fromkeys(("seq_no.max", "seq_no.local_checkpoint", "seq_no.global_checkpoint"), last),
            **dict.fromkeys(("path.data", "path.state"), data_path()),
            **shared.cells(statistics),
        }


# --- recovery ---------------------------------------------------------------------------------------------------------

_RECOVERY = columns(
    """
    index | i,idx | | index name
    shard | s,sh | | shard name
    start_time | start | - | recovery start time
    start_time_millis | start_millis | - | recovery start time in epoch milliseconds
    stop_time | stop | - | recovery stop time
    stop_time_millis | stop_millis | - | recovery stop time in epoch milliseconds
    time | t,ti | | recovery time
    type | ty | | recovery type
    stage | st | | recovery stage
    source_host | shost | | source host
    source_node | snode | | source node name
    target_host | thost | | target host
    target_node | tnode | | target node name
    repository | rep | | repository
    snapshot | snap | | snapshot
    files | f | | number of files to recover
    files_recovered | fr | | files recovered
    files_percent | fp | | percent of files recovered
    files_total | tf | | total number of files
    bytes | b | | number of bytes to recover
    bytes_recovered | br | | bytes recovered
    bytes_percent | bp | | percent of bytes recovered
    bytes_total | tb | | total number of bytes
    translog_ops | to | | number of translog ops to recover
    translog_ops_recovered | tor | | translog ops recovered
    translog_ops_percent | top | | percent of translog ops recovered
    """
)


@cat(
    "/_cat/recovery",
    "/_cat/recovery/{index}",
    columns=_RECOVERY,
    params=("index", "detailed", "active_only", *INDICES_OPTIONS_PARAMETERS),
)
def recovery(node: Node, request: Request) -> Iterator[dict[str, Any]]:
    check_time(request, "timeout", "RecoveryRequest.timeout")
    request.flag("detailed")
    active_only = request.flag("active_only")
    options = IndicesOptions.from_parameters(request.params, names.RECOVERY)
    found = node.resolve(request.names("index"), options)
    if active_only:
        return
    for index in in_hash_order(node, found):
        for copy in all_copies(node, [index]):
            if copy.primary:
                yield _recovered(node, copy)


def _recovered(node: Node, copy: Copy) -> dict[str, Any]:
    """How a primary was brought to life: from nothing, or from its own files."""
    assert copy.shard is not None
    reopened = copy.shard.engine.primary_term > 1
    started = copy.index.creation_date
    percent = "100.0%" if reopened else "0.0%"
    nobody = dict.fromkeys(("source_host", "source_node", "repository", "snapshot"), "n/a")
    return {
        "index": copy.index.name,
        "shard": copy.number,
        "start_time": iso_millis(started),
        "start_time_millis": started,
        "stop_time": iso_millis(started),
        "stop_time_millis": started,
        "time": TimeValue(0),
        "type": "existing_store" if reopened else "empty_store",
        "stage": "done",
        **nobody,
        "target_host": node.address[0],
        "target_node": node.name,
        "files": 0,
        "files_recovered": 0,
        "files_percent": percent,
        "files_total": int(reopened),
        "bytes": ByteSizeValue(0),
        "bytes_recovered": ByteSizeValue(0),
        "bytes_percent": percent,
        "bytes_total": ByteSizeValue(230 if reopened else 0),
        "translog_ops": 0,
        "translog_ops_recovered": 0,
        "translog_ops_percent": "100.0%",
    }


_REPLICATION = columns(
    """
    shardId | s | |  shard Id
    target_node | tnode | | target node name
    target_host | thost | | target host
    checkpoints_behind | cpb | | checkpoints behind primary
    bytes_behind | bb | | bytes behind primary
    current_lag | clag | | ongoing time elapsed waiting for replica to catch up to primary
    last_completed_lag | lcl | | time taken for replica to catch up to latest primary refresh
    rejected_requests | rr | | count of rejected requests for the replication group
    """
)
_REPLICATION_DETAILED = [
    *_REPLICATION,
    *columns(
        """
    stage | st | | segment replication event stage
    time | t,ti | | current replication event time
    files_fetched | ff | | files fetched
    files_percent | fp | | percent of files fetched
    bytes_fetched | bf | | bytes fetched
    bytes_percent | bp | | percent of bytes fetched
    start_time | start | | segment replication start time
    stop_time | stop | | segment replication stop time
    files | f | | number of files to fetch
    files_total | tf | | total number of files
    bytes | b | | number of bytes to fetch
    bytes_total | tb | | total number of bytes
    replicating_stage_time_taken | rstt | | time taken in replicating stage
    get_checkpoint_info_stage_time_taken | gcistt | | time taken in get checkpoint info stage
    file_diff_stage_time_taken | fdstt | | time taken in file diff stage
    get_files_stage_time_taken | gfstt | | time taken in get files stage
    finalize_replication_stage_time_taken | frstt | | time taken in finalize replication stage
    """
    ),
]


@cat(
    "/_cat/segment_replication",
    "/_cat/segment_replication/{index}",
    columns=lambda request: _REPLICATION_DETAILED if request.params.get("detailed") == "true" else _REPLICATION,
    params=("index", "detailed", "active_only", "shards", *INDICES_OPTIONS_PARAMETERS),
)
def segment_replication(node: Node, request: Request) -> list[dict[str, Any]]:
    """Nobody replicates segments here: replicas have no node."""
    check_time(request, "timeout", "SegmentReplicationStatsRequest.timeout")
    request.flag("detailed")
    request.flag("active_only")
    options = IndicesOptions.from_parameters(request.params, names.RECOVERY)
    for number in request.names("shards"):
        parse_int(number)
    request.prepared()
    node.resolve(request.names("index"), options)
    return []
