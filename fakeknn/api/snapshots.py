"""``_snapshot``: repositories, snapshots, and what is restored of them."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from typing import Any

from fakeknn.api.documents import require_body
from fakeknn.api.timeouts import MANAGER, check_timeouts
from fakeknn.errors import (
    ActionRequestValidationException,
    IllegalArgumentException,
    NotFaked,
    NullPointerException,
)
from fakeknn.javaregex.pattern import compile_pattern
from fakeknn.rest import Request, route
from fakeknn.state import repositories, restoring, snapshots
from fakeknn.state.creation import VERSION_IDS
from fakeknn.state.names import IndicesOptions
from fakeknn.state.node import Node
from fakeknn.state.restoring import RestoreSnapshot
from fakeknn.state.settings.flat import load, render
from fakeknn.state.snapshots import CreateSnapshot, Snapshot
from fakeknn.xcontent import java_string, read_as_map, string_array

_WAITS = MANAGER[1:]


# --- repositories -----------------------------------------------------------------------------------------------------


@route(
    "GET",
    "/_snapshot",
    "/_snapshot/{repository}",
    params=("repository", "local", *_WAITS, "settings_filter", "flat_settings"),
)
def get_repositories(node: Node, request: Request) -> dict[str, Any]:
    check_timeouts(request)
    request.flag("local")
    request.prepared()
    flat = request.flag("flat_settings")
    found = repositories.repositories(node, request.names("repository"))
    return {name: {"type": one.type, "settings": render(one.settings, flat)} for name, one in found.items()}


@route("PUT POST", "/_snapshot/{repository}", params=("verify", *MANAGER))
def put_repository(node: Node, request: Request) -> dict[str, Any]:
    require_body(request)
    body = request.read(read_as_map)
    if body.get("type", "") is None:
        raise NullPointerException(
            'Cannot invoke "Object.toString()" because the return value of "java.util.Map$Entry.getValue()" is null'
        )
    request.flag("verify", True)
    check_timeouts(request, manager_first=True)
    settings = body.get("settings", {})
    if not isinstance(settings, Mapping):
        raise IllegalArgumentException("Malformed settings section, should include an inner object")
    request.prepared()
    if body.get("type") is None:
        raise ActionRequestValidationException("type is missing")
    repositories.put_repository(node, request.params["repository"], java_string(body["type"]), load(settings))
    return {"acknowledged": True}


@route("DELETE", "/_snapshot/{repository}", params=MANAGER)
def delete_repository(node: Node, request: Request) -> dict[str, Any]:
    check_timeouts(request)
    for name in request.names("repository"):
        repositories.delete_repository(node, name)
    return {"acknowledged": True}


@route("POST", "/_snapshot/{repository}/_verify", params=MANAGER)
def verify(node: Node, request: Request) -> dict[str, Any]:
    check_timeouts(request, manager_first=True)
    repositories.repository(node, request.params["repository"])
    return {"nodes": {node.node_id: {"name": node.name}}}


@route("POST", "/_snapshot/{repository}/_cleanup", params=MANAGER)
def cleanup(node: Node, request: Request) -> dict[str, Any]:
    check_timeouts(request)
    repositories.repository(node, request.params["repository"])
    return {"results": {"deleted_bytes": 0, "deleted_blobs": 0}}


# --- snapshots --------------------------------------------------------------------------------------------------------


def _names(body: Mapping[str, Any], name: str, what: str) -> list[Any]:
    value = body[name]
    if isinstance(value, str):
        return [part for part in value.split(",") if part]
    if not isinstance(value, list):
        raise IllegalArgumentException(what)
    return string_array(value)


def _texts(value: Any) -> list[str | None]:
    """XContentMapValues.nodeStringArrayValue"""
    if value is None:
        raise NullPointerException('Cannot invoke "Object.toString()" because "node" is null')
    if isinstance(value, list):
        return [None if one is None else java_string(one) for one in value]
    return [part for part in java_string(value).split(",") if part]


def _boolean(body: Mapping[str, Any], name: str) -> bool:
    """XContentMapValues.nodeBooleanValue"""
    value = body[name]
    if isinstance(value, bool):
        return value
    if value in ("true", "false"):
        return bool(value == "true")
    told = java_string(value)
    cause = IllegalArgumentException(f"Failed to parse value [{told}] as only [true] or [false] are allowed.")
    raise IllegalArgumentException(f"Could not convert [{name}] to boolean") from cause


_INDICES = "malformed indices section, should be an array of strings"


@route("PUT POST", "/_snapshot/{repository}/{snapshot}", params=("wait_for_completion", *_WAITS))
def create(node: Node, request: Request) -> dict[str, Any]:
    wanted = CreateSnapshot(request.params["repository"], request.params["snapshot"])
    body = request.read(read_as_map) if request.body else {}
    for name, value in body.items():
        if name == "indices":
            wanted.indices = _names(body, name, _INDICES)
        elif name == "partial":
            _boolean(body, name)
        elif name == "settings" and not isinstance(value, dict):
            raise IllegalArgumentException("malformed settings section, should indices an inner object")
        elif name == "include_global_state":
            wanted.include_global_state = _boolean(body, name)
        elif name == "metadata":
            if value is not None and not isinstance(value, dict):
                raise IllegalArgumentException("malformed metadata, should be an object")
            wanted.metadata = value
    wanted.options = IndicesOptions.from_parameters(body, wanted.options)
    check_timeouts(request)
    wait = request.flag("wait_for_completion")
    request.prepared()
    if None in wanted.indices:
        raise ActionRequestValidationException("index is null")
    made = snapshots.create_snapshot(node, wanted)
    return {"snapshot": _told(made)} if wait else {"accepted": True}


def _told(snapshot: Snapshot) -> dict[str, Any]:
    """SnapshotInfo.toXContent"""
    moment = datetime.fromtimestamp(snapshot.started / 1000, UTC)
    text = f"{moment:%Y-%m-%dT%H:%M:%S}.{snapshot.started % 1000:03d}Z"
    told: dict[str, Any] = {
        "snapshot": snapshot.name,
        "uuid": snapshot.uuid,
        "version_id": int(VERSION_IDS["3.5.0"]),
        "version": "3.5.0",
        "remote_store_index_shallow_copy": False,
        "indices": list(snapshot.indices),
        "data_streams": list(snapshot.data_streams),
        "include_global_state": snapshot.global_state is not None,
    }
    if snapshot.metadata is not None:
        told["metadata"] = snapshot.metadata
    return {
        **told,
        "state": "SUCCESS",
        "start_time": text,
        "start_time_in_millis": snapshot.started,
        "end_time": text,
        "end_time_in_millis": snapshot.started,
        "duration_in_millis": 0,
        "failures": [],
        "shards": {"total": snapshot.shards, "failed": 0, "successful": snapshot.shards},
    }


@route("GET", "/_snapshot/{repository}/{snapshot}", params=("ignore_unavailable", "verbose", *_WAITS))
def get(node: Node, request: Request) -> dict[str, Any]:
    ignore_unavailable = request.flag("ignore_unavailable")
    verbose = request.flag("verbose", True)
    check_timeouts(request)
    found = snapshots.find_snapshots(
        node, request.params["repository"], request.names("snapshot"), ignore_unavailable=ignore_unavailable
    )
    if verbose:
        return {"snapshots": [_told(one) for one in found]}
    shown = ("snapshot", "uuid", "indices", "data_streams", "state")
    return {"snapshots": [{name: value for name, value in _told(one).items() if name in shown} for one in found]}


@route("DELETE", "/_snapshot/{repository}/{snapshot}", params=_WAITS)
def delete(node: Node, request: Request) -> dict[str, Any]:
    check_timeouts(request)
    snapshots.delete_snapshots(node, request.params["repository"], request.names("snapshot"))
    return {"acknowledged": True}


@route("PUT", "/_snapshot/{repository}/{snapshot}/_clone/{target_snapshot}", params=_WAITS)
def clone(node: Node, request: Request) -> dict[str, Any]:
    require_body(request)
    body = request.read(read_as_map)
    indices = _texts(body["indices"]) if "indices" in body else []
    check_timeouts(request)
    options = IndicesOptions.from_parameters(body, IndicesOptions(expand_hidden=True))
    request.prepared()
    if not indices:
        raise ActionRequestValidationException("indices patterns are empty")
    names = [name for name in indices if name is not None]
    if len(names) < len(indices):
        raise ActionRequestValidationException("index is null")
    params = request.params
    snapshots.clone_snapshot(node, params["repository"], params["snapshot"], params["target_snapshot"], names, options)
    return {"acknowledged": True}


# --- status -----------------------------------------------------------------------------------------------------------


def _all_or_some(request: Request, name: str) -> list[str]:
    """A list of names; all is said by none."""
    asked = request.names(name)
    return [] if len(asked) == 1 and asked[0].lower() == "_all" else asked


@route(
    "GET",
    "/_snapshot/_status",
    "/_snapshot/{repository}/_status",
    "/_snapshot/{repository}/{snapshot}/_status",
    "/_snapshot/{repository}/{snapshot}/{index}/_status",
    params=("ignore_unavailable", "repository", "snapshot", "index", *_WAITS),
)
def status(node: Node, request: Request) -> dict[str, Any]:
    """Without names it is that of the snapshots that are being made: each is made before anybody asks."""
    repository = request.text("repository", "_all") or "_all"
    names, indices = _all_or_some(request, "snapshot"), _all_or_some(request, "index")
    ignore_unavailable = request.flag("ignore_unavailable")
    check_timeouts(request)
    request.prepared()
    if indices:
        _check_filter(repository, names)
    if not names:
        return {"snapshots": []}
    found = snapshots.named_snapshots(node, repository, names, ignore_unavailable=ignore_unavailable)
    return {"snapshots": [_status(repository, one, indices, ignore_unavailable) for one in found]}


def _check_filter(repository: str, names: list[str]) -> None:
    """SnapshotsStatusRequest.validate"""
    only = "index list filter is supported only when a single"
    problems = []
    if repository == "_all":
        problems.append(f"{only} 'repository' is passed, but found 'repository' param = [_all]")
    if len(names) != 1:
        found = java_string(names) if names else "_all"
        problems.append(f"{only} 'snapshot' is passed, but found 'snapshot' param = [{found}]")
    if problems:
        raise ActionRequestValidationException(*problems)


def _status(repository: str, snapshot: Snapshot, wanted: list[str], ignore_unavailable: bool) -> dict[str, Any]:
    """SnapshotStatus.toXContent"""
    indices = {}
    everything: list[int] = []
    for name in snapshots.indices_of(repository, snapshot, wanted, ignore_unavailable=ignore_unavailable):
        sizes = snapshot.sizes[name]
        everything += sizes
        shards = {
            str(number): {"stage": "DONE", "stats": _stats(snapshot, [size])} for number, size in enumerate(sizes)
        }
        indices[name] = {"shards_stats": _done(len(sizes)), "stats": _stats(snapshot, sizes), "shards": shards}
    return {
        "snapshot": snapshot.name,
        "repository": repository,
        "uuid": snapshot.uuid,
        "state": "SUCCESS",
        "include_global_state": snapshot.global_state is not None,
        "shards_stats": _done(len(everything)),
        "stats": _stats(snapshot, everything),
        "indices": indices,
    }


def _done(count: int) -> dict[str, int]:
    return {"initializing": 0, "started": 0, "finalizing": 0, "done": count, "failed": 0, "total": count}


def _stats(snapshot: Snapshot, sizes: Any) -> dict[str, Any]:
    files = {"file_count": sum(1 if size <= 208 else 4 for size in sizes), "size_in_bytes": sum(sizes)}
    return {"incremental": files, "total": files, "start_time_in_millis": snapshot.started, "time_in_millis": 0}


# --- restoring --------------------------------------------------------------------------------------------------------


def _renaming(body: Mapping[str, Any], pattern: str, replacement: str) -> Callable[[str], str]:
    """String.replaceAll, where a body says both."""
    if body.get(pattern) is None or body.get(replacement) is None:
        return str
    # Read anew for each name: a pattern is broken only where there is something to rename.
    return lambda name: compile_pattern(body[pattern]).replace(name, body[replacement])


#: MetadataCreateIndexService.MAX_INDEX_NAME_BYTES
_LONGEST_NAME = 255
_RENAMES = ("rename_pattern", "rename_replacement", "rename_alias_pattern", "rename_alias_replacement")
_OPTIONS = frozenset(
    "expand_wildcards expandWildcards ignore_unavailable ignoreUnavailable ignore_throttled ignoreThrottled "
    "allow_no_indices allowNoIndices".split()
)
#: Members about remote stores and aliases, and the value that asks for nothing.
_REMOTE = {
    "storage_type": "local",
    "source_remote_store_repository": None,
    "source_remote_translog_repository": None,
    "alias_write_index_policy": "preserve",
}


def _check_remote(name: str, value: Any) -> None:
    if not isinstance(value, str):
        if name == "alias_write_index_policy":
            raise NotFaked(f"[{name}] that is no text")
        raise IllegalArgumentException(f"malformed {name}")
    if name == "storage_type" and value not in ("local", "remote_snapshot"):
        raise IllegalArgumentException(f"Invalid storage_type: {value}")
    if name == "alias_write_index_policy":
        value = value.lower()
        if value not in ("preserve", "strip_write_index"):
            known = "[PRESERVE, STRIP_WRITE_INDEX]"
            raise IllegalArgumentException(f"Unknown alias_write_index_policy [{value}]. Valid values are: {known}")
    if value != _REMOTE[name]:
        raise NotFaked(f"[{name}] of a restore")


@route("POST", "/_snapshot/{repository}/{snapshot}/_restore", params=("wait_for_completion", *_WAITS))
def restore(node: Node, request: Request) -> dict[str, Any]:
    wanted = RestoreSnapshot(request.params["repository"], request.params["snapshot"])
    check_timeouts(request)
    wait = request.flag("wait_for_completion")
    body = request.read(read_as_map) if request.body else {}
    for name, value in body.items():
        if name == "indices":
            wanted.indices = _names(body, name, _INDICES)
        elif name == "partial":
            _boolean(body, name)
        elif name == "settings":
            if not isinstance(value, dict):
                raise IllegalArgumentException("malformed settings section")
        elif name in ("include_global_state", "include_aliases"):
            setattr(wanted, name, _boolean(body, name))
        elif name in _RENAMES:
            if not isinstance(value, str):
                raise IllegalArgumentException(f"malformed {name}")
        elif name == "index_settings":
            if not isinstance(value, dict):
                raise IllegalArgumentException("malformed index_settings section")
            wanted.index_settings = load(value)
        elif name == "ignore_index_settings":
            wanted.ignore_index_settings = _names(
                body, name, "malformed ignore_index_settings section, should be an array of strings"
            )
        elif name in _REMOTE:
            _check_remote(name, value)
        elif name not in _OPTIONS:
            raise IllegalArgumentException(f"Unknown parameter {name}")
    wanted.rename = _renaming(body, "rename_pattern", "rename_replacement")
    wanted.rename_alias = _renaming(body, "rename_alias_pattern", "rename_alias_replacement")
    wanted.options = IndicesOptions.from_parameters(body, wanted.options)
    request.prepared()
    if len((body.get("rename_replacement") or "").encode()) > _LONGEST_NAME:
        raise ActionRequestValidationException(
            f"rename_replacement string size exceeds max allowed size of {_LONGEST_NAME} bytes"
        )
    names, shards = restoring.restore_snapshot(node, wanted)
    if not wait and shards:
        return {"accepted": True}
    counts = {"total": shards, "failed": 0, "successful": shards}
    return {"snapshot": {"snapshot": wanted.snapshot, "indices": names, "shards": counts}}
