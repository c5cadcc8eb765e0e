"""``_scripts``: stored scripts, scripts tried out, and what there is of languages and contexts."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from fakeknn.api.timeouts import MANAGER, acknowledged, check_timeouts
from fakeknn.errors import (
    ActionRequestValidationException,
    IllegalArgumentException,
    JsonParseException,
    NullPointerException,
    OpenSearchParseException,
    ParsingException,
    ResourceNotFoundException,
    UnsupportedOperationException,
    Where,
    XContentParseException,
)
from fakeknn.painless.context_info import context_info
from fakeknn.painless.contexts import CONTEXTS, Context
from fakeknn.painless.values import runtime_name
from fakeknn.query.parsing import parse_query
from fakeknn.query.script import LANGUAGES, parse_script, source_text
from fakeknn.rest import SOURCE_PARAMETERS, Request, Response, route
from fakeknn.search import painless_execute
from fakeknn.search.painless_execute import ContextSetup, ExecuteRequest
from fakeknn.search.scripts import StoredScript, put_script
from fakeknn.state.node import Node
from fakeknn.xcontent import generator, java_string, read_open
from fakeknn.xcontent.objects import ObjectParser, caught, declared, text, token, whole
from fakeknn.xcontent.reading import unchecked

# --- stored scripts ---------------------------------------------------------------------------------------------------


def _check_id(script_id: str) -> None:
    if "#" in script_id:
        raise ActionRequestValidationException("id cannot contain '#' for stored script")


@route("PUT POST", "/_scripts/{id}", "/_scripts/{id}/{context}", params=("context", *MANAGER))
def put(node: Node, request: Request) -> dict[str, Any]:
    params = request.params
    if not request.body:
        raise OpenSearchParseException("request body is required")
    try:
        stored = parse_stored(request.read(read_open))
    except JsonParseException as error:
        raise unchecked(error)  # noqa: B904 (it bears its own cause)
    check_timeouts(request, manager_first=True)
    request.prepared()
    if not params["id"]:
        raise ActionRequestValidationException("must specify id for stored script")
    _check_id(params["id"])
    put_script(node, params["id"], stored, params.get("context"), len(request.body))
    return {"acknowledged": acknowledged(request)}


def parse_stored(body: Any) -> StoredScript:
    """StoredScriptSource.parse; what follows the script is not looked at."""
    if not isinstance(body, dict):
        at = Where(body, None, "start") if isinstance(body, list) else None
        place = {} if at is not None else {"line": 1, "col": 1}
        raise ParsingException(f"unexpected token [{token(body)}], expected [{{]", at=at, **place)
    if not body:
        return StoredScript("mustache", "")
    name, value = next(iter(body.items()))
    if name != "script":
        raise ParsingException(f"unexpected field [{name}], expected [script]", at=Where(body, name, "key"))
    if not isinstance(value, dict):
        raise ParsingException(f"unexpected token [{token(value)}], expected [{{, <source>]", at=Where(body, name))
    builder = _Builder()
    values = builder.parser.parse(body, name)
    return builder.build(values)


class _Builder:
    """StoredScriptSource.Builder."""

    def __init__(self) -> None:
        self.options: dict[str, str] = {}
        self.parser = ObjectParser(
            "stored script source",
            {
                "lang": declared("string"),
                "source": declared("object_or_string", self.source),
                "code": declared("object_or_string", self.source),
                "options": declared("object", self._options),
            },
            ignore_unknown=True,
            applied=True,
        )

    def source(self, container: Any, key: Any) -> str:
        value = container[key]
        if isinstance(value, dict):
            with caught(unchecked):
                whole(container, key)
            self.options["content_type"] = "application/json; charset=UTF-8"
            return generator.write(value).decode()
        return source_text(container, key)

    def _options(self, container: Any, key: Any) -> None:
        value = container[key]
        self.options |= {name: text(value, name) for name in value}

    def build(self, values: dict[str, Any]) -> StoredScript:
        lang, source = values.get("lang"), values.get("source", values.get("code"))
        if lang is None:
            raise IllegalArgumentException("must specify lang for stored script")
        if not lang:
            raise IllegalArgumentException("lang cannot be empty")
        if not source and lang != "mustache":
            what = "must specify source for stored script" if source is None else "source cannot be empty"
            raise IllegalArgumentException(what)
        if set(self.options) - {"content_type"}:
            raise IllegalArgumentException(f"illegal compiler options [{java_string(self.options)}] specified")
        if source is None:
            raise NullPointerException(None)
        return StoredScript(lang, source, self.options)


@route("GET", "/_scripts/{id}", params=MANAGER[1:])
def get(node: Node, request: Request) -> Response:
    check_timeouts(request)
    script_id = request.params["id"]
    _check_id(script_id)
    stored: StoredScript | None = node.scripts.get(script_id)
    if stored is None:
        return Response(404, {"_id": script_id, "found": False})
    return Response(200, {"_id": script_id, "found": True, "script": stored.to_json()})


@route("DELETE", "/_scripts/{id}", params=MANAGER)
def delete(node: Node, request: Request) -> dict[str, Any]:
    check_timeouts(request)
    script_id = request.params["id"]
    _check_id(script_id)
    if script_id not in node.scripts:
        raise ResourceNotFoundException(f"stored script [{script_id}] does not exist and cannot be deleted")
    node.scripts = {name: stored for name, stored in node.scripts.items() if name != script_id}
    node.changed()
    return {"acknowledged": acknowledged(request)}


# --- _execute ---------------------------------------------------------------------------------------------------------

_SETUP = ObjectParser(
    "execute_script_context",
    {"index": declared("string"), "document": declared("object"), "query": declared("object", parse_query)},
)


def _setup(container: Any, key: Any) -> ContextSetup:
    return ContextSetup(**_SETUP.parse(container, key))


def _check_context(values: Mapping[str, Any]) -> None:
    context = values.get("context", _DEFAULT_CONTEXT)
    if context not in painless_execute.CONTEXTS:
        raise UnsupportedOperationException(f"unsupported script context name [{context}]")


_DEFAULT_CONTEXT = "painless_test"

_EXECUTE = ObjectParser(
    "painless_execute_request",
    {
        "script": declared("object", parse_script),
        "context": declared("string"),
        "context_setup": declared("object", _setup),
    },
    constructor=("script",),
    optional=("context", "context_setup"),
    check=_check_context,
)


@route("GET POST", "/_scripts/painless/_execute", params=SOURCE_PARAMETERS)
def execute(node: Node, request: Request) -> dict[str, Any]:
    if not request.body:
        raise OpenSearchParseException("request body or source parameter is required")
    body = request.read(read_open)
    if not isinstance(body, (dict, list)):
        raise XContentParseException(f"[1:1] [{_EXECUTE.name}] Expected START_OBJECT but was: {token(body)}")
    found = _EXECUTE.parse_root(body)
    request.prepared()
    wanted = ExecuteRequest(found["script"], found.get("context", _DEFAULT_CONTEXT), found.get("context_setup"))
    return {"result": painless_execute.execute(node, wanted)}


# --- what there is ----------------------------------------------------------------------------------------------------


@route("GET", "/_scripts/painless/_context", params=("context",))
def painless_context(node: Node, request: Request) -> dict[str, Any]:
    context = request.params.get("context")
    if context is None:
        return {"contexts": sorted(CONTEXTS)}
    request.prepared()
    if context not in CONTEXTS:
        raise IllegalArgumentException(f"script context [{context}] not found")
    return context_info(context)


@route("GET", "/_script_context")
def script_contexts(node: Node, request: Request) -> dict[str, Any]:
    return {"contexts": [{"name": name, "methods": _methods(CONTEXTS[name])} for name in sorted(CONTEXTS)]}


def _methods(context: Context) -> list[dict[str, Any]]:
    """The methods of a context's script class: what runs it, and what gives it variables."""
    arguments = [{"type": _java(type_), "name": name} for name, type_ in context.arguments]
    methods = [{"name": "execute", "return_type": _java(context.returns), "params": arguments}]
    for name, type_ in context.getters:
        getter = name if name.startswith("_") else name[0].upper() + name[1:]
        methods.append({"name": f"get{getter}", "return_type": _java(type_), "params": []})
    return sorted(methods, key=lambda method: str(method["name"]))


def _java(type_: str) -> str:
    if type_ == "def":
        return "java.lang.Object"
    return type_ if type_.endswith("[]") else runtime_name(type_)


@route("GET", "/_script_language")
def script_languages(node: Node, request: Request) -> dict[str, Any]:
    contexts = [{"language": lang, "contexts": sorted(known)} for lang, known in sorted(LANGUAGES.items())]
    return {"types_allowed": ["inline", "stored"], "language_contexts": contexts}
