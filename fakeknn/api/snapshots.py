"""``_snapshot``: there is nowhere to put one, as on a server without ``path.repo``."""

from __future__ import annotations

from typing import Any

from fakeknn.api.documents import require_body
from fakeknn.api.indices import MANAGER, check_timeouts
from fakeknn.errors import (
    ActionRequestValidationException,
    NotFaked,
    RepositoryException,
    RepositoryMissingException,
)
from fakeknn.rest import Request, route
from fakeknn.state.names import FORBIDDEN_TEXT
from fakeknn.state.node import Node
from fakeknn.xcontent import read_map

_WAITS = MANAGER[1:]


@route(
    "GET",
    "/_snapshot",
    "/_snapshot/{repository}",
    params=("repository", "local", *_WAITS, "settings_filter", "flat_settings"),
)
def get_repositories(node: Node, request: Request) -> dict[str, Any]:
    check_timeouts(request)
    request.flag("local")
    names = request.names("repository")
    if names and names not in (["_all"], ["*"]):
        raise RepositoryMissingException(names[0])
    return {}


@route("PUT POST", "/_snapshot/{repository}", params=("verify", *MANAGER))
def put_repository(node: Node, request: Request) -> dict[str, Any]:
    name = request.params["repository"]
    require_body(request)
    body = request.read(read_map)
    request.flag("verify", True)
    check_timeouts(request)
    kind, settings = body.get("type"), body.get("settings") or {}
    if kind is None:
        raise ActionRequestValidationException("type is missing")
    if any(character in name for character in ' "*\\<|,>/?'):
        raise RepositoryException(name, f"must not contain the following characters {FORBIDDEN_TEXT}")
    if "#" in name:
        raise RepositoryException(name, "must not contain '#'")
    if kind != "fs":
        raise RepositoryException(name, f"repository type [{kind}] does not exist")
    location = settings.get("location") if isinstance(settings, dict) else None
    why = "missing location"
    if location:
        why = (
            f"location [{location}] doesn't match any of the locations specified by path.repo because this setting is "
            "empty"
        )
    raise RepositoryException(name, "failed to create repository") from RepositoryException(name, why)


@route("DELETE", "/_snapshot/{repository}", params=MANAGER)
def delete_repository(node: Node, request: Request) -> dict[str, Any]:
    check_timeouts(request)
    raise RepositoryMissingException(request.params["repository"])


@route("GET", "/_snapshot/_status", "/_snapshot/{repository}/_status", params=("ignore_unavailable", *_WAITS))
def status(node: Node, request: Request) -> dict[str, Any]:
    """Of the snapshots that are being made."""
    request.flag("ignore_unavailable")
    check_timeouts(request)
    return {"snapshots": []}


@route("GET", "/_snapshot/{repository}/{snapshot}", params=("ignore_unavailable", "verbose", *_WAITS))
@route("GET", "/_snapshot/{repository}/{snapshot}/_status", params=("ignore_unavailable", *_WAITS))
@route("POST", "/_snapshot/{repository}/_verify", "/_snapshot/{repository}/_cleanup", params=MANAGER)
@route("PUT POST", "/_snapshot/{repository}/{snapshot}", params=("wait_for_completion", *_WAITS))
@route("POST", "/_snapshot/{repository}/{snapshot}/_restore", params=("wait_for_completion", *_WAITS))
@route("DELETE", "/_snapshot/{repository}/{snapshot}", params=_WAITS)
def nowhere(node: Node, request: Request) -> dict[str, Any]:
    check_timeouts(request)
    for name in ("ignore_unavailable", "verbose", "wait_for_completion"):
        request.flag(name)
    if request.body and request.method != "GET":
        raise NotFaked("snapshots with a body")
    raise RepositoryMissingException(request.params["repository"].split(",")[0])
