"""Aliases: ``_aliases`` and ``_alias``."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from itertools import takewhile
from typing import Any

from fakeknn.api.alias_filter import check_filter
from fakeknn.api.documents import require_body
from fakeknn.api.timeouts import MANAGER, acknowledged, check_timeouts
from fakeknn.errors import (
    IllegalArgumentException,
    IllegalStateException,
    NullPointerException,
    OpenSearchError,
    Where,
    XContentParseException,
)
from fakeknn.rest import Request, Response, route
from fakeknn.state import names
from fakeknn.state.aliases import (
    AliasAction,
    AliasKind,
    alias_metadata,
    apply_alias_actions,
    find_aliases,
    missing_aliases,
)
from fakeknn.state.names import INDICES_OPTIONS_PARAMETERS, IndicesOptions
from fakeknn.state.node import Node
from fakeknn.xcontent import java_string, read_open
from fakeknn.xcontent.objects import Member, ObjectParser, boolean, declared, each, is_value, stopped_at, text, token

# --- _aliases ---------------------------------------------------------------------------------------------------------


def _only_one(one: str, other: str, read_member: Callable[[Any, Any], Any], kind: str) -> Member:
    def reader(container: Any, key: Any) -> Any:
        before = set(takewhile(lambda name: name != key, container))
        value = read_member(container, key)
        if other in before:
            raise IllegalArgumentException(f"Only one of [{min(one, other)}] and [{max(one, other)}] is supported")
        if isinstance(value, list):
            if not value:
                raise IllegalArgumentException(f"[{one}] can't be empty")
            if "" in value:
                raise IllegalArgumentException(f"[{one}] can't contain empty string")
        elif not value:
            raise IllegalArgumentException(f"[{one}] can't be empty string")
        return value

    return declared(kind, reader)


_strings = each(text)


def _unsupported(name: str) -> Callable[[Any, Any], Any]:
    def reader(container: Any, key: Any) -> Any:
        raise IllegalArgumentException(f"[{name}] is unsupported for [REMOVE_INDEX]")

    return reader


_INDICES = {
    "index": _only_one("index", "indices", text, "string"),
    "indices": _only_one("indices", "index", _strings, "string_array"),
}
_ALIASES = {
    "alias": _only_one("alias", "aliases", text, "string"),
    "aliases": _only_one("aliases", "alias", _strings, "string_array"),
}
_ADD = ObjectParser(
    "add",
    {
        **_INDICES,
        **_ALIASES,
        "filter": declared("object"),
        "routing": declared("int", text),
        "index_routing": declared("int", text),
        "indexRouting": declared("int", text),
        "index-routing": declared("int", text),
        "search_routing": declared("int", text),
        "searchRouting": declared("int", text),
        "search-routing": declared("int", text),
        "is_write_index": declared("boolean"),
        "is_hidden": declared("boolean"),
    },
)
_REMOVE = ObjectParser("remove", {**_INDICES, **_ALIASES, "must_exist": declared("boolean")})
_REMOVE_INDEX = ObjectParser(
    "remove_index",
    {
        **_INDICES,
        "alias": declared("string", _unsupported("alias")),
        "aliases": declared("string_array", _unsupported("aliases")),
    },
)
_ACTION = ObjectParser(
    "alias_action",
    {name: declared("object", parser.parse) for name, parser in (("add", _ADD), ("remove", _REMOVE))}
    | {"remove_index": declared("object", _REMOVE_INDEX.parse)},
)


_KINDS: dict[str, AliasKind] = {"add": "add", "remove": "remove", "remove_index": "remove_index"}


def _actions(container: Any, key: Any) -> list[AliasAction]:
    value = container[key]
    if isinstance(value, list):
        # Where an action should begin and does not, the parser looks one token further, and takes what begins there.
        taken = {i + 1 for i in range(len(value) - 1) if is_value(value[i]) and isinstance(value[i + 1], dict)}
        parsed = [_parsed_action(value, i + 1 if i + 1 in taken else i) for i in range(len(value)) if i not in taken]
    else:
        parsed = [_parsed_action(container, key)]
    # The request takes the actions when all are read: the parser stands at the end of the array.
    for action in parsed:
        try:
            _check(action)
        except OpenSearchError as error:
            raise stopped_at(error, Where(value, None, "end")) from None
    return [action for action in parsed if action is not None]


def _parsed_action(container: Any, key: Any) -> AliasAction | None:
    body = container[key]
    if isinstance(body, list) and isinstance(container, list):
        raise IllegalStateException("expected value but got [START_ARRAY]", at=Where(container, key))
    if not isinstance(body, dict):
        # The parser looks one token further before it refuses.
        more = isinstance(container, list) and key + 1 < len(container)
        found = token(container[key + 1]) if more else "END_ARRAY"
        at = Where(container, key + 1) if more else Where(container, None, "end")
        raise XContentParseException(f"[alias_action] Expected START_OBJECT but was: {found}", at=at)
    values = _ACTION.parse(container, key)
    if len(values) > 1:
        cause = IllegalArgumentException("Too many operations declared on operation entry")
        failed = XContentParseException("Failed to build [alias_action] after last required field arrived")
        raise stopped_at(failed, Where(body, None, "end")) from cause
    for kind, members in values.items():
        indices = members.get("indices") or ([members["index"]] if "index" in members else [])
        aliases = members.get("aliases") or ([members["alias"]] if "alias" in members else [])
        return AliasAction(_KINDS[kind], indices, aliases, _metadata(members), members.get("must_exist"))
    return None


def _metadata(members: Mapping[str, Any]) -> dict[str, Any]:
    def either(*spellings: str) -> Any:
        return next((members[name] for name in spellings if name in members), None)

    return alias_metadata(
        filter=members.get("filter"),
        routing=members.get("routing"),
        index_routing=either("index_routing", "indexRouting", "index-routing"),
        search_routing=either("search_routing", "searchRouting", "search-routing"),
        is_write_index=members.get("is_write_index"),
        is_hidden=members.get("is_hidden"),
    )


def _check(action: AliasAction | None) -> None:
    """AliasActions.validate."""
    if action is None:
        raise NullPointerException(
            'Cannot invoke "org.opensearch.action.admin.indices.alias.IndicesAliasesRequest$AliasActions.validate()" '
            'because "aliasAction" is null'
        )
    if not action.indices:
        raise IllegalArgumentException("One of [index] or [indices] is required")
    if action.kind != "remove_index" and not action.aliases:
        raise IllegalArgumentException("One of [alias] or [aliases] is required")


_REQUEST = ObjectParser("aliases", {"actions": declared("object_array", _actions)})


@route("POST", "/_aliases", params=MANAGER)
def update(node: Node, request: Request) -> dict[str, Any]:
    check_timeouts(request, manager_first=True)
    require_body(request)
    body = request.read(read_open)
    if not isinstance(body, dict):
        raise XContentParseException(
            f"[aliases] Expected START_OBJECT but was: {token(body)}", at=Where(body, None, "start")
        )
    actions = _REQUEST.parse_object(body).get("actions")
    if not actions:
        raise IllegalArgumentException("No action specified")
    changed = apply_alias_actions(node, actions, check_filter)
    return {"acknowledged": acknowledged(request, changed)}


# --- one alias --------------------------------------------------------------------------------------------------------


def _members_of_one(body: Any) -> dict[str, Any]:
    """RestIndexPutAliasAction, which does not mind arrays: each of their values is one of the member."""
    members: dict[str, Any] = {}
    if isinstance(body, list):
        _read_member(members, "null", [body], 0)
    for name in body if isinstance(body, dict) else ():
        _read_member(members, name, body, name)
    return members


def _read_member(members: dict[str, Any], name: str, container: Any, key: Any) -> None:
    value = container[key]
    if isinstance(value, list):
        for i in range(len(value)):
            _read_member(members, name, value, i)
    elif isinstance(value, dict):
        if name != "filter":
            raise IllegalArgumentException(f"unknown field [{name}]")
        members["filter"] = dict(value)
    elif value is None:
        pass
    elif name == "index":
        members["index"] = java_string(value).split(",")
    elif name == "alias":
        members["alias"] = java_string(value)
    elif name in ("is_write_index", "is_hidden"):
        members[name] = boolean(container, key)
    elif name in _ADD.members and "routing" in name.lower():
        members[name] = java_string(value)
    else:
        raise IllegalArgumentException(f"unknown field [{name}]")


@route(
    "PUT POST",
    "/{index}/_alias/{name}",
    "/_alias/{name}",
    "/{index}/_aliases/{name}",
    "/_aliases/{name}",
    params=("index", "name", *MANAGER),
)
@route("PUT", "/{index}/_alias", "/{index}/_aliases", "/_alias", params=("index", "name", *MANAGER))
def put(node: Node, request: Request) -> dict[str, Any]:
    members = _members_of_one(request.read(read_open)) if request.body else {}
    indices, alias = members.pop("index", request.names("index")), members.pop("alias", request.text("name"))
    check_timeouts(request)
    if not indices:
        raise IllegalArgumentException("[indices] can't be empty")
    if not alias:
        raise IllegalArgumentException("[alias] can't be empty string")
    changed = apply_alias_actions(node, [AliasAction("add", indices, [alias], _metadata(members))], check_filter)
    return {"acknowledged": acknowledged(request, changed)}


@route("DELETE", "/{index}/_alias/{name}", "/{index}/_aliases/{name}", params=MANAGER)
def delete(node: Node, request: Request) -> dict[str, Any]:
    check_timeouts(request)
    action = AliasAction("remove", request.names("index"), request.names("name"))
    changed = apply_alias_actions(node, [action], check_filter)
    return {"acknowledged": acknowledged(request, changed)}


_GET = ("index", "name", "local", *INDICES_OPTIONS_PARAMETERS)


@route("GET", "/_alias", "/_aliases", params=_GET)
@route("GET HEAD", "/_alias/{name}", "/{index}/_alias", "/{index}/_alias/{name}", params=_GET)
def get(node: Node, request: Request) -> Response:
    named = "name" in request.params
    asked = request.names("name")
    patterns = [] if asked in (["_all"], ["*"]) else asked
    options = IndicesOptions.from_parameters(request.params, names.GET_ALIASES)
    request.flag("local")
    indices = node.resolve(request.names("index"), options, data_streams=False)
    node.check_blocks("metadata_read", *indices)
    found = find_aliases(indices, patterns)
    missing = missing_aliases(patterns, {alias for aliases in found.values() for alias in aliases})
    body: dict[str, Any] = {}
    if missing:
        body["error"] = f"alias{'es' if len(missing) > 1 else ''} [{','.join(missing)}] missing"
        body["status"] = 404
    for index in indices:
        if not named or index.name in found:
            body[index.name] = {"aliases": dict(found.get(index.name, {}))}
    return Response(404 if missing else 200, body)
