"""``_cat/indices``, and what a name stands for: ``_cat/aliases``, ``_cat/count``, ``_cat/templates``."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from fakeknn.api.cat import statistics as shared
from fakeknn.api.cat.table import TIMES, Row, cat, columns, times
from fakeknn.api.query_content import query_only
from fakeknn.api.search import OF_Q, cache_key, check_read, query_of_params
from fakeknn.api.timeouts import check_manager_timeout
from fakeknn.errors import IllegalArgumentException
from fakeknn.rest import SOURCE_PARAMETERS, Request
from fakeknn.search import service
from fakeknn.state import names
from fakeknn.state.allocation import STATUSES, in_hash_order, index_health, iso_millis
from fakeknn.state.index import Index
from fakeknn.state.names import INDICES_OPTIONS_PARAMETERS, IndicesOptions
from fakeknn.state.node import Node
from fakeknn.state.statistics import Tree, index_statistics, open_readers
from fakeknn.units import ByteSizeValue
from fakeknn.xcontent import read_for, read_query

_MANAGER = ("local", "cluster_manager_timeout", "?master_timeout")

#: What shapes the table of indices: which indices it is of, and (the answer alone) which of their rows it shows.
INDICES_PARAMETERS = (*_MANAGER, "include_unloaded_segments", *INDICES_OPTIONS_PARAMETERS)
INDICES_TOLD = ("local", "health")

INDICES = [
    *columns(
        """
    health | h | | current health status
    status | s | | open/close status
    index | i,idx | | index name
    uuid | id,uuid | | index uuid
    pri | p,shards.primary,shardsPrimary | > | number of primary shards
    rep | r,shards.replica,shardsReplica | > | number of replica shards
    docs.count | dc,docsCount | > | available docs
    docs.deleted | dd,docsDeleted | > | deleted docs
    creation.date | cd | - | index creation date (millisecond value)
    creation.date.string | cds | - | index creation date (as string)
    store.size | ss,storeSize | >+ | store size of primaries & replicas
    pri.store.size | | > | store size of primaries
    """
    ),
    *shared.with_primaries(
        shared.columns(
            "completion fielddata query_cache.memory_size query_cache.evictions request_cache flush get indexing "
            "merges refresh search.fetch search.open_contexts search.query search.concurrent "
            "search.startree_query_current search.startree_query_time search.startree_query_failed "
            "search.startree_query_total search.scroll search.point_in_time segments warmer suggest"
        )
    ),
    *columns(
        """
    memory.total | tm,memoryTotal | >-+ | total used memory
    pri.memory.total | | >- | total user memory
    search.throttled | sth | - | indicates if the index is search throttled
    last_index_request_timestamp | last_index_ts,lastIndexRequestTimestamp | >- | \
timestamp of the last processed index request (epoch millis)
    last_index_request_timestamp_string | last_index_ts_string,lastIndexRequestTimestampString | >- | \
timestamp of the last processed index request (ISO8601 string)
    """
    ),
]


@cat(
    "/_cat/indices",
    "/_cat/indices/{index}",
    columns=INDICES,
    params=INDICES_PARAMETERS,
    told=INDICES_TOLD,
)
def indices(node: Node, request: Request) -> Iterator[Row]:
    return index_rows(node, request, in_hash_order(node, asked_for(node, request)))


def asked_for(node: Node, request: Request) -> list[Index]:
    """The indices that a table of them is asked for."""
    options = IndicesOptions.from_parameters(request.params, names.STRICT_EXPAND_OPEN_CLOSED)
    request.flag("local")
    check_manager_timeout(request)
    request.flag("include_unloaded_segments")
    found = node.resolve(request.names("index"), options)
    node.check_blocks("metadata_read", *found)
    return found


def index_rows(node: Node, request: Request, indices: Sequence[Index]) -> Iterator[Row]:
    """A row for each index whose ``health`` is asked for."""
    wanted = request.text("health")
    if wanted is not None and wanted.lower() not in STATUSES and indices:
        raise IllegalArgumentException(f"unknown cluster health status [{wanted}]")
    readers = open_readers(node)
    for index in indices:
        if wanted is None or index_health(index).status == wanted.lower():
            yield _index(index, index_statistics(node, index, readers) if index.state == "open" else {})


def _index(index: Index, statistics: Tree) -> dict[str, Any]:
    row: dict[str, Any] = {
        "health": index_health(index).status,
        "status": index.state,
        "index": index.name,
        "uuid": index.uuid,
        "pri": len(index.shards),
        "rep": index.number_of_replicas,
        "creation.date": index.creation_date,
        "creation.date.string": iso_millis(index.creation_date),
        "memory.total": ByteSizeValue(0),
        "pri.memory.total": ByteSizeValue(0),
        "search.throttled": index.flag("index.search.throttled"),
    }
    if not statistics:
        return row
    size = ByteSizeValue(statistics["store"]["size_in_bytes"])
    last = statistics["indexing"]["max_last_index_request_timestamp"]
    return {
        **row,
        "docs.count": statistics["docs"]["count"],
        "docs.deleted": statistics["docs"]["deleted"],
        "store.size": size,
        "pri.store.size": size,
        "last_index_request_timestamp": last,
        "last_index_request_timestamp_string": iso_millis(last) if last else None,
        **shared.cells(statistics),
        **shared.primary_cells(statistics),
    }


# --- aliases, counts, templates ---------------------------------------------------------------------------------------

_ALIASES = columns(
    """
    alias | a | | alias name
    index | i,idx | | index alias points to
    filter | f,fi | | filter
    routing.index | ri,routingIndex | | index routing
    routing.search | rs,routingSearch | | search routing
    is_write_index | w,isWriteIndex | | write index
    """
)


@cat("/_cat/aliases", "/_cat/aliases/{alias}", columns=_ALIASES, params=("local", *INDICES_OPTIONS_PARAMETERS))
def aliases(node: Node, request: Request) -> Iterator[dict[str, Any]]:
    options = IndicesOptions.from_parameters(request.params, names.GET_ALIASES)
    request.flag("local")
    patterns = request.names("alias")
    for index in in_hash_order(node, node.resolve([], options)):
        for alias, told in sorted(index.aliases.items()):
            if patterns and not _selected(alias, patterns):
                continue
            writes = told.get("is_write_index")
            yield {
                "alias": alias,
                "index": index.name,
                "filter": "*" if told.get("filter") else "-",
                "routing.index": told.get("index_routing") or "-",
                "routing.search": told.get("search_routing") or "-",
                "is_write_index": "-" if writes is None else writes,
            }


def _selected(alias: str, patterns: list[str]) -> bool:
    """Metadata.findAliases: what a later pattern with a dash takes away is not asked for."""
    chosen = False
    for pattern in patterns:
        if pattern.startswith("-") and names.simple_match(pattern[1:], alias):
            chosen = False
        elif pattern == "_all" or names.simple_match(pattern, alias):
            chosen = True
    return chosen


_COUNT = [*TIMES, *columns("count | dc,docs.count,docsCount | | the document count")]


@cat("/_cat/count", "/_cat/count/{index}", columns=_COUNT, params=(*SOURCE_PARAMETERS, "q", *OF_Q))
def count(node: Node, request: Request) -> Iterator[dict[str, Any]]:
    if request.body:
        body = request.parsed = read_for(request.body, read_query, query_only)
        query = query_only(body)
    else:
        query = query_of_params(request)
    check_read(request, of_body=bool(request.body))
    found = node.resolve(request.names("index"), names.SEARCH)
    body = {**(request.parsed or {}), **({"q": request.text("q")} if "q" in request.params else {})}
    counted = service.count(node, query, found, key=lambda: cache_key(request.text("index"), body, "_count"))
    yield {**times(node), "count": counted["count"]}


_TEMPLATES = columns(
    """
    name | n | | template name
    index_patterns | t | | template index patterns
    order | o,p | | template application order/priority number
    version | v | | version
    composed_of | c | | component templates comprising index template
    """
)


@cat("/_cat/templates", "/_cat/templates/{name}", columns=_TEMPLATES, params=_MANAGER)
def templates(node: Node, request: Request) -> Iterator[dict[str, Any]]:
    request.flag("local")
    check_manager_timeout(request)
    pattern = request.text("name", "*") or "*"
    for name, legacy in node.templates.items():
        if names.simple_match(pattern, name):
            yield {
                "name": name,
                "index_patterns": f"[{', '.join(legacy.index_patterns)}]",
                "order": legacy.order,
                "version": legacy.version,
                "composed_of": "",
            }
    for name, template in node.index_templates.items():
        if names.simple_match(pattern, name):
            yield {
                "name": name,
                "index_patterns": f"[{', '.join(template.index_patterns)}]",
                "order": template.priority or 0,
                "version": template.version,
                "composed_of": f"[{', '.join(template.composed_of or ())}]",
            }
