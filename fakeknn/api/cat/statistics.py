"""The columns that tables share: statistics of indices, shards and nodes."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from fakeknn.api.cat.table import Column
from fakeknn.units import ByteSizeValue, TimeValue

#: Name | aliases | kind | description. n: a number, b: bytes, t: a time.
_COLUMNS = """
completion.size | cs,completionSize | b | size of completion
fielddata.memory_size | fm,fielddataMemory | b | used fielddata cache
fielddata.evictions | fe,fielddataEvictions | n | fielddata evictions
query_cache.memory_size | qcm,queryCacheMemory | b | used query cache
query_cache.evictions | qce,queryCacheEvictions | n | query cache evictions
query_cache.hit_count | qchc,queryCacheHitCount | n | query cache hit counts
query_cache.miss_count | qcmc,queryCacheMissCount | n | query cache miss counts
request_cache.memory_size | rcm,requestCacheMemory | b | used request cache
request_cache.evictions | rce,requestCacheEvictions | n | request cache evictions
request_cache.hit_count | rchc,requestCacheHitCount | n | request cache hit count
request_cache.miss_count | rcmc,requestCacheMissCount | n | request cache miss count
flush.total | ft,flushTotal | n | number of flushes
flush.total_time | ftt,flushTotalTime | t | time spent in flush
get.current | gc,getCurrent | n | number of current get ops
get.time | gti,getTime | t | time spent in get
get.total | gto,getTotal | n | number of get ops
get.exists_time | geti,getExistsTime | t | time spent in successful gets
get.exists_total | geto,getExistsTotal | n | number of successful gets
get.missing_time | gmti,getMissingTime | t | time spent in failed gets
get.missing_total | gmto,getMissingTotal | n | number of failed gets
indexing.delete_current | idc,indexingDeleteCurrent | n | number of current deletions
indexing.delete_time | idti,indexingDeleteTime | t | time spent in deletions
indexing.delete_total | idto,indexingDeleteTotal | n | number of delete ops
indexing.index_current | iic,indexingIndexCurrent | n | number of current indexing ops
indexing.index_time | iiti,indexingIndexTime | t | time spent in indexing
indexing.index_total | iito,indexingIndexTotal | n | number of indexing ops
indexing.index_failed | iif,indexingIndexFailed | n | number of failed indexing ops
merges.current | mc,mergesCurrent | n | number of current merges
merges.current_docs | mcd,mergesCurrentDocs | n | number of current merging docs
merges.current_size | mcs,mergesCurrentSize | b | size of current merges
merges.total | mt,mergesTotal | n | number of completed merge ops
merges.total_docs | mtd,mergesTotalDocs | n | docs merged
merges.total_size | mts,mergesTotalSize | b | size merged
merges.total_time | mtt,mergesTotalTime | t | time spent in merges
merges.warmer.total_invocations | mswti,mergedSegmentWarmerTotalInvocations | n | \
total invocations of merged segment warmer
merges.warmer.total_time | mswtt,mergedSegmentWarmerTotalTime | t | \
total wallclock time spent in the warming operation
merges.warmer.ongoing_count | mswoc,mergedSegmentWarmerOngoingCount | n | \
point-in-time metric for number of in-progress warm operations
merges.warmer.total_bytes_received | mswtbr,mergedSegmentWarmerTotalBytesReceived | b | \
total bytes received by a replica shard during the warm operation
merges.warmer.total_bytes_sent | mswtbs,mergedSegmentWarmerTotalBytesSent | b | \
total bytes sent by a primary shard during the warm operation
merges.warmer.total_receive_time | mswtrt,mergedSegmentWarmerTotalReceiveTime | t | \
total wallclock time spent receiving merged segments by a replica shard
merges.warmer.total_failure_count | mswtfc,mergedSegmentWarmerTotalFailureCount | n | \
total failures in merged segment warmer
merges.warmer.total_send_time | mswtst,mergedSegmentWarmerTotalSendTime | t | \
total wallclock time spent sending merged segments by a primary shard
refresh.total | rto,refreshTotal | n | total refreshes
refresh.time | rti,refreshTime | t | time spent in refreshes
refresh.external_total | rto,refreshTotal | n | total external refreshes
refresh.external_time | rti,refreshTime | t | time spent in external refreshes
refresh.listeners | rli,refreshListeners | n | number of pending refresh listeners
search.fetch_current | sfc,searchFetchCurrent | n | current fetch phase ops
search.fetch_time | sfti,searchFetchTime | t | time spent in fetch phase
search.fetch_total | sfto,searchFetchTotal | n | total fetch ops
search.open_contexts | so,searchOpenContexts | n | open search contexts
search.query_current | sqc,searchQueryCurrent | n | current query phase ops
search.query_time | sqti,searchQueryTime | t | time spent in query phase
search.query_total | sqto,searchQueryTotal | n | total query phase ops
search.query_failed | sqf,searchQueryFailed | n | failed query phase ops
search.concurrent_query_current | scqc,searchConcurrentQueryCurrent | n | current concurrent query phase ops
search.concurrent_query_time | scqti,searchConcurrentQueryTime | t | time spent in concurrent query phase
search.concurrent_query_total | scqto,searchConcurrentQueryTotal | n | total query phase ops
search.concurrent_avg_slice_count | casc,searchConcurrentAvgSliceCount | n | average query concurrency
search.startree_query_current | stqc,startreeQueryCurrent | n | current star tree query ops
search.startree_query_time | stqti,startreeQueryTime | t | time spent in star tree queries
search.startree_query_total | stqto,startreeQueryCurrent | n | total star tree resolved queries
search.startree_query_failed | stqf,startreeQueryFailed | n | failed star tree query phase ops
search.scroll_current | scc,searchScrollCurrent | n | open scroll contexts
search.scroll_time | scti,searchScrollTime | t | time scroll contexts held open
search.scroll_total | scto,searchScrollTotal | n | completed scroll contexts
search.point_in_time_current | scc,searchPointInTimeCurrent | n | open point in time contexts
search.point_in_time_time | scti,searchPointInTimeTime | t | time point in time contexts held open
search.point_in_time_total | scto,searchPointInTimeTotal | n | completed point in time contexts
search.search_idle_reactivate_count_total | ssirct,searchSearchIdleReactivateCountTotal | n | \
number of times a shard reactivated
segments.count | sc,segmentsCount | n | number of segments
segments.memory | sm,segmentsMemory | b | memory used by segments
segments.index_writer_memory | siwm,segmentsIndexWriterMemory | b | memory used by index writer
segments.version_map_memory | svmm,segmentsVersionMapMemory | b | memory used by version map
segments.fixed_bitset_memory | sfbm,fixedBitsetMemory | b | memory {FIXED}
warmer.current | wc,warmerCurrent | n | current warmer ops
warmer.total | wto,warmerTotal | n | total warmer ops
warmer.total_time | wtt,warmerTotalTime | t | time spent in warmers
suggest.current | suc,suggestCurrent | n | number of current suggest ops
suggest.time | suti,suggestTime | t | time spend in suggest
suggest.total | suto,suggestTotal | n | number of suggest ops
"""
_FIXED = "used by fixed bit sets for nested object field types and type filters for types referred in _parent fields"


#: Where a column stands in the statistics, if not at its name.
_ELSEWHERE = {
    "merges.warmer.total_invocations": "merges.warmer.total_invocations_count",
    "merges.warmer.total_time": "merges.warmer.total_time_millis",
    "merges.warmer.total_bytes_received": "merges.warmer.total_bytes_received",
    "merges.warmer.total_bytes_sent": "merges.warmer.total_bytes_sent",
    "merges.warmer.total_receive_time": "merges.warmer.total_receive_time_millis",
    "merges.warmer.total_send_time": "merges.warmer.total_send_time_millis",
    "refresh.time": "refresh.total_time_in_millis",
    "refresh.external_time": "refresh.external_total_time_in_millis",
    "segments.fixed_bitset_memory": "segments.fixed_bit_set_memory_in_bytes",
    "suggest.current": "search.suggest_current",
    "suggest.time": "search.suggest_time_in_millis",
    "suggest.total": "search.suggest_total",
}


def _read() -> tuple[dict[str, Column], dict[str, tuple[tuple[str, ...], str]]]:
    columns, members = {}, {}
    for line in _COLUMNS.strip().splitlines():
        name, aliases, kind, description = (part.strip() for part in line.split("|"))
        columns[name] = Column(
            name, tuple(aliases.split(",")), description.format(FIXED=_FIXED), right=True, shown=False
        )
        path = _ELSEWHERE.get(name) or name + {"t": "_in_millis", "b": "_in_bytes"}.get(kind, "")
        members[name] = tuple(path.split(".")), kind
    return columns, members


_BY_NAME, _MEMBERS = _read()

#: Of which an index tells no share of its primaries on demand.
_ALONE = "merges.warmer."
#: Columns of an index's primaries whose names are not what they should be.
_MISNAMED = {
    f"pri.search.startree_query_{what}": f"pri.search.startree.query_{what}" for what in ("current", "time", "total")
}


def columns(
    names: str, *, aliases: Mapping[str, str] | None = None, descriptions: Mapping[str, str] | None = None
) -> list[Column]:
    """The columns whose names begin as said, in the order said; a table has its own words for some of them."""
    aliases, descriptions = aliases or {}, descriptions or {}
    found = []
    for prefix in names.split():
        for name, column in _BY_NAME.items():
            if name == prefix or name.startswith((f"{prefix}.", f"{prefix}_")):
                found.append(
                    replace(
                        column,
                        aliases=tuple(aliases[name].split(",")) if name in aliases else column.aliases,
                        description=descriptions.get(name, column.description),
                    )
                )
    return found


def with_primaries(shared: Sequence[Column]) -> list[Column]:
    """Each column, and behind it that of the primaries alone."""
    found = []
    for column in shared:
        sibling = None if column.name.startswith(_ALONE) else "pri"
        name = _primary(column.name)
        found += [replace(column, sibling=sibling), replace(column, name=name, aliases=())]
    return found


def _primary(name: str) -> str:
    return _MISNAMED.get(f"pri.{name}", f"pri.{name}")


def cells(statistics: Mapping[str, Any]) -> dict[str, Any]:
    """What the columns show of statistics; all of them are empty where there are none."""
    if not statistics:
        return {}
    return {name: _cell(statistics, path, kind) for name, (path, kind) in _MEMBERS.items()}


def primary_cells(statistics: Mapping[str, Any]) -> dict[str, Any]:
    return {_primary(name): cell for name, cell in cells(statistics).items()}


def _cell(statistics: Mapping[str, Any], path: Sequence[str], kind: str) -> Any:
    value: Any = statistics
    for member in path:
        value = value[member]
    if kind == "b":
        return ByteSizeValue(value)
    return TimeValue(value) if kind == "t" else value
