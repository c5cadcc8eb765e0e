"""``_cluster/state``: what the cluster manager knows."""

from __future__ import annotations

from collections.abc import Callable, Collection
from typing import Any

from fakeknn.api.documents import long_parameter
from fakeknn.api.indices import SETTINGS_FORMAT
from fakeknn.api.templates import told_component, told_index_template
from fakeknn.api.timeouts import check_time, check_timeouts
from fakeknn.errors import IllegalArgumentException, NotFaked
from fakeknn.rest import Request, route
from fakeknn.state import machine, names
from fakeknn.state.allocation import allocation_id, copies_of, in_hash_order
from fakeknn.state.blocks import Block, cluster_blocks
from fakeknn.state.data_streams import DataStream
from fakeknn.state.index import Index
from fakeknn.state.names import INDICES_OPTIONS_PARAMETERS, IndicesOptions
from fakeknn.state.node import Node
from fakeknn.state.settings.flat import render
from fakeknn.state.templates import LegacyTemplate
from fakeknn.xcontent.java import hash_ordered

#: ClusterState.Metric.
METRICS = (
    "version",
    "master_node",
    "cluster_manager_node",
    "blocks",
    "nodes",
    "metadata",
    "routing_table",
    "routing_nodes",
    "customs",
)


@route(
    "GET",
    "/_cluster/state",
    "/_cluster/state/{metric}",
    "/_cluster/state/{metric}/{indices}",
    params=(
        "local",
        "cluster_manager_timeout",
        "?master_timeout",
        "?wait_for_metadata_version",
        "wait_for_timeout",
        "indices",
        "metric",
        *INDICES_OPTIONS_PARAMETERS,
        *SETTINGS_FORMAT,
    ),
)
def cluster_state(node: Node, request: Request) -> dict[str, Any]:
    options = IndicesOptions.from_parameters(request.params, names.CLUSTER_STATE)
    request.flag("local")
    check_timeouts(request)
    waits = "wait_for_metadata_version" in request.params
    version = long_parameter(request, "wait_for_metadata_version", 1)
    if version < 1:
        raise IllegalArgumentException(f"provided waitForMetadataVersion should be >= 1, but instead is [{version}]")
    check_time(request, "wait_for_timeout")
    request.prepared()
    if waits and version > node.state_version:
        raise NotFaked("waiting for a version of the metadata")
    expressions = request.names("indices") or ["_all"]
    indices = list(node.indices.values())
    if expressions != ["_all"]:
        indices = node.resolve(expressions, options)
    metrics = request.names("metric") or list(METRICS)
    state = state_of(node, indices, METRICS if "_all" in metrics else metrics, request, chosen=expressions != ["_all"])
    return {"wait_for_timed_out": False, **state} if waits else state


def state_of(
    node: Node, indices: list[Index], metrics: Collection[str], request: Request, *, chosen: bool = False
) -> dict[str, Any]:
    """ClusterState.toXContent; metrics that are not known are not there. ``chosen``: some indices were asked for."""
    indices = in_hash_order(node, indices)
    told: dict[str, Any] = {"cluster_name": node.cluster_name, "cluster_uuid": node.cluster_uuid}
    if "version" in metrics:
        told |= {"version": node.state_version, "state_uuid": node.state_uuid}
    for metric in ("master_node", "cluster_manager_node"):
        if metric in metrics:
            told[metric] = node.node_id
    if "blocks" in metrics:
        told["blocks"] = _blocks(node, indices)
    if "nodes" in metrics:
        told["nodes"] = {node.node_id: machine.identity(node)}
    if "metadata" in metrics:
        told["metadata"] = _metadata(node, indices, request, chosen)
    if "routing_table" in metrics:
        told["routing_table"] = {"indices": {index.name: {"shards": _table(node, index)} for index in indices}}
    if "routing_nodes" in metrics:
        copies = [copy for index in indices for copy in copies_of(node, index)]
        started = [copy.to_json() for copy in copies if copy.primary]
        told["routing_nodes"] = {
            "unassigned": [copy.to_json() for copy in copies if not copy.primary],
            "nodes": {node.node_id: started} if started or len(indices) == len(node.indices) else {},
        }
    return told


def _table(node: Node, index: Index) -> dict[str, list[dict[str, Any]]]:
    table: dict[str, list[dict[str, Any]]] = {}
    for copy in copies_of(node, index):
        table.setdefault(str(copy.number), []).append(copy.to_json())
    return table


# --- blocks -----------------------------------------------------------------------------------------------------------

_LEVELS = ("read", "write", "metadata_read", "metadata_write", "create_index")


def _blocks(node: Node, indices: list[Index]) -> dict[str, Any]:
    told: dict[str, Any] = {}
    everywhere = cluster_blocks(node.persistent_settings, node.transient_settings)
    if everywhere:
        told["global"] = _told_blocks(everywhere)
    of_indices = {}
    for index in indices:
        blocks = index.standing_blocks
        if blocks:
            of_indices[index.name] = _told_blocks(blocks)
    if of_indices:
        told["indices"] = of_indices
    return told


def _told_blocks(blocks: tuple[Block, ...]) -> dict[str, Any]:
    return {
        str(block.id): {
            "description": block.description,
            "retryable": False,
            "levels": [level for level in _LEVELS if level in block.levels],
        }
        for block in blocks
    }


# --- metadata ---------------------------------------------------------------------------------------------------------


def _metadata(node: Node, indices: list[Index], request: Request, chosen: bool) -> dict[str, Any]:
    """The metadata; what is rarely there is not told when it is not. Of chosen indices it is made anew, with little."""
    configuration = [node.node_id]
    flat = request.flag("flat_settings")
    told: dict[str, Any] = {
        "cluster_uuid": node.cluster_uuid,
        "cluster_uuid_committed": not chosen,
        "cluster_coordination": {
            "term": 1,
            "last_committed_config": configuration,
            "last_accepted_config": configuration,
            "voting_config_exclusions": [
                {"node_id": node_id, "node_name": name} for node_id, name in node.voting_config_exclusions.values()
            ],
        },
        "templates": {} if chosen else {name: _legacy(template, flat) for name, template in node.templates.items()},
        "indices": {index.name: _index(index, flat) for index in indices},
        "index-graveyard": {"tombstones": []},
    }
    if chosen:
        return told
    for custom, pipelines in (("ingest", node.pipelines), ("search_pipeline", node.search_pipelines)):
        if custom in node.customs:
            told[custom] = {"pipeline": [{"id": id, "config": pipelines[id].config} for id in hash_ordered(pipelines)]}
    of_customs: dict[str, Callable[[], dict[str, Any]]] = {
        "component_template": lambda: {name: told_component(one) for name, one in node.component_templates.items()},
        "index_template": lambda: {name: told_index_template(one) for name, one in node.index_templates.items()},
        "data_stream": lambda: {name: _data_stream(node, one) for name, one in node.data_streams.items()},
    }
    for custom, tell in of_customs.items():
        if custom in node.customs:
            told[custom] = {custom: tell()}
    return told


def _legacy(template: LegacyTemplate, flat: bool) -> dict[str, Any]:
    """IndexTemplateMetadata."""
    told: dict[str, Any] = {"order": template.order}
    if template.version is not None:
        told["version"] = template.version
    return {
        **told,
        "index_patterns": template.index_patterns,
        "settings": render(template.settings, flat=flat),
        "mappings": {"_doc": template.mappings} if template.mappings else {},
        "aliases": template.aliases,
    }


def _data_stream(node: Node, stream: DataStream) -> dict[str, Any]:
    return {
        "name": stream.name,
        "timestamp_field": {"name": stream.timestamp_field},
        "indices": [{"index_name": name, "index_uuid": node.indices[name].uuid} for name in stream.indices],
        "generation": stream.generation,
    }


def _index(index: Index, flat: bool) -> dict[str, Any]:
    """IndexMetadata. Its own version counts what changed it, and the starts of its shards."""
    echo = index.mapping.echo()
    term = max(shard.engine.primary_term for shard in index.shards)
    changes = index.mapping_version + index.settings_version + index.aliases_version - 3
    return {
        "version": 2 + len(index.shards) + changes + 2 * (term - 1),
        "mapping_version": index.mapping_version,
        "settings_version": index.settings_version,
        "aliases_version": index.aliases_version,
        "routing_num_shards": index.routing.routing_shards,
        "state": index.state,
        "settings": render(index.settings, flat),
        "mappings": {"_doc": echo} if echo else {},
        "aliases": hash_ordered(index.aliases),
        "primary_terms": {str(shard.number): shard.engine.primary_term for shard in index.shards},
        "in_sync_allocations": {str(shard.number): [allocation_id(shard)] for shard in index.shards},
        "rollover_info": {},
        "system": False,
        "ingestion_status": {"is_paused": False},
    }
