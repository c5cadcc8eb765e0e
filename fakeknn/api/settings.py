"""Settings of indices and of the cluster: shown and changed."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from fakeknn.api.alias_bodies import java_map
from fakeknn.api.documents import require_body
from fakeknn.api.indices import SETTINGS_FORMAT, told_settings
from fakeknn.api.timeouts import MANAGER, acknowledged, check_manager_timeout, check_time, check_timeouts
from fakeknn.errors import (
    ActionRequestValidationException,
    ParsingException,
    SettingsException,
)
from fakeknn.rest import Request, route
from fakeknn.search.knn import settings_changed
from fakeknn.state import names, shard_limit
from fakeknn.state.blocks import changed_blocks
from fakeknn.state.creation import reread_mapping
from fakeknn.state.names import INDICES_OPTIONS_PARAMETERS, IndicesOptions, simple_match
from fakeknn.state.node import Node
from fakeknn.state.settings.cluster import cluster_defaults, update_cluster_settings
from fakeknn.state.settings.flat import load, render, with_index_prefix
from fakeknn.state.settings.index import INDEX_SETTINGS
from fakeknn.state.settings.kinds import Settings, Value
from fakeknn.state.settings.lifecycle import Allowed, Updated, update_settings
from fakeknn.xcontent import read

# --- of indices -------------------------------------------------------------------------------------------------------


def _selected(settings: Mapping[str, Value], patterns: list[str]) -> dict[str, Value]:
    return {key: value for key, value in settings.items() if any(simple_match(pattern, key) for pattern in patterns)}


@route(
    "GET",
    "/_settings",
    "/_settings/{name}",
    "/{index}/_settings",
    "/{index}/_settings/{name}",
    "/{index}/_setting/{name}",
    params=(
        "index",
        "name",
        "include_defaults",
        "local",
        *MANAGER[1:],
        *INDICES_OPTIONS_PARAMETERS,
        "flat_settings",
    ),
)
def get(node: Node, request: Request) -> dict[str, Any]:
    patterns = request.names("name")
    if patterns in (["_all"], ["*"]):
        patterns = []
    defaults, flat = request.flag("include_defaults"), request.flag("flat_settings")
    options = IndicesOptions.from_parameters(request.params, names.GET_SETTINGS)
    request.flag("local")
    check_timeouts(request)
    answer = {}
    indices = node.resolve(request.names("index"), options)
    node.check_blocks("metadata_read", *indices)
    for index in indices:
        settings: Mapping[str, Value] = told_settings(index, "human" in request.params)
        if patterns:
            settings = _selected(settings, patterns)
        if not settings and not defaults:
            continue
        told = {"settings": render(settings, flat)}
        if defaults:
            missing: Mapping[str, Value] = INDEX_SETTINGS.defaults(settings)
            told["defaults"] = render(_selected(missing, patterns) if patterns else missing, flat)
        answer[index.name] = told
    return answer


@route(
    "PUT",
    "/_settings",
    "/{index}/_settings",
    params=("index", "preserve_existing", *MANAGER, *INDICES_OPTIONS_PARAMETERS, *SETTINGS_FORMAT),
)
def put(node: Node, request: Request) -> dict[str, Any]:
    check_time(request, "timeout")
    preserve = request.flag("preserve_existing")
    check_manager_timeout(request)
    options = IndicesOptions.from_parameters(request.params, names.UPDATE_SETTINGS)
    require_body(request)
    body = request.read(read)
    body = body if isinstance(body, dict) else {}
    inner = body.get("settings")
    changes = load(inner if isinstance(inner, dict) else body)
    if not changes:
        raise ActionRequestValidationException("no settings to update")
    indices = node.resolve(request.names("index"), options)
    if not _lifts_blocks(changes):
        node.check_blocks("metadata_write", *indices)
    before = {index.name: index.settings for index in indices}
    updated = update_settings(
        [Updated(index.name, index.uuid, index.state == "open", index.settings) for index in indices],
        changes,
        preserve_existing=preserve,
        allowed=Allowed.by(node.cluster_setting),
        check_replicas=lambda replicas: shard_limit.check_replicas(node, indices, replicas),
    )
    reread = {
        index.name: reread_mapping(node, index, updated[index.name], index.name)
        for index in indices
        if index.name in updated and index.state != "open"
    }
    for index in indices:
        if index.name in updated:
            index = node.writable(node.indices[index.name])
            index.adopt_settings(updated[index.name], node.now(), reread.get(index.name))
            settings_changed(node, _different(before[index.name], updated[index.name]))
    # Blocks go and come as the request says, even where an index keeps its settings.
    changed = bool(updated)
    for index in indices:
        blocks = changed_blocks(index.blocks, with_index_prefix(changes))
        if blocks != index.blocks:
            node.writable(node.indices[index.name]).blocks = blocks
            changed = True
    node.changed()
    return {"acknowledged": acknowledged(request, changed)}


#: Metadata that a block on metadata lets through: the change of that very block.
_LIFTING = ("index.blocks.metadata", "index.blocks.read_only", "index.blocks.read_only_allow_delete")


def _lifts_blocks(changes: Settings) -> bool:
    """TransportUpdateSettingsAction.checkBlock: one setting alone, which is one of these blocks."""
    return len(changes) == 1 and next(iter(changes)) in _LIFTING


# --- of the cluster ---------------------------------------------------------------------------------------------------


@route("GET", "/_cluster/settings", params=("include_defaults", "local", *MANAGER[1:], *SETTINGS_FORMAT))
def get_cluster(node: Node, request: Request) -> dict[str, Any]:
    defaults = request.flag("include_defaults")
    request.flag("local")
    check_timeouts(request)
    request.prepared()
    flat = request.flag("flat_settings")
    answer = {
        "persistent": render(node.persistent_settings, flat),
        "transient": render(node.transient_settings, flat),
    }
    if defaults:
        in_force = {**node.persistent_settings, **node.transient_settings}
        own: Settings = {
            "cluster.name": node.cluster_name,
            "node.name": node.name,
            "http.port": str(node.address[1]),
            "network.host": [node.address[0]],
            **{f"node.attr.{name}": value for name, value in node.attributes.items()},
        }
        answer["defaults"] = render(cluster_defaults(in_force, own), flat)
    return answer


@route("PUT", "/_cluster/settings", params=(*MANAGER, *SETTINGS_FORMAT))
def put_cluster(node: Node, request: Request) -> dict[str, Any]:
    check_timeouts(request)
    require_body(request)
    body = request.read(read)
    body = body if isinstance(body, dict) else {}
    changes = {kind: _cluster_changes(body, kind) for kind in ("transient", "persistent")}
    if not changes["transient"] and not changes["persistent"]:
        raise ActionRequestValidationException("no settings to update")
    transient, persistent = update_cluster_settings(
        node.transient_settings, node.persistent_settings, changes["transient"], changes["persistent"]
    )
    before = {**node.persistent_settings, **node.transient_settings}
    changed = (transient, persistent) != (node.transient_settings, node.persistent_settings)
    node.transient_settings, node.persistent_settings = dict(transient), dict(persistent)
    settings_changed(node, _different(before, {**persistent, **transient}))
    node.life.changed({**persistent, **transient})
    node.changed()
    flat = request.flag("flat_settings")
    return {
        "acknowledged": acknowledged(request, changed),
        **{
            kind: render({k: v for k, v in changes[kind].items() if v is not None}, flat)
            for kind in ("persistent", "transient")
        },
    }


def _different(before: Mapping[str, Any], after: Mapping[str, Any]) -> list[str]:
    return [name for name in {**before, **after} if before.get(name) != after.get(name)]


def _cluster_changes(body: dict[str, Any], kind: str) -> Settings:
    if kind not in body:
        return {}
    if body[kind] is None:
        refusal = "Failed to parse object: expecting token of type [START_OBJECT] but found [VALUE_NULL]"
        raise SettingsException("Failed to load settings from [null]") from ParsingException(refusal, line=1, col=1)
    return load(java_map(body[kind]))
