"""``_update_by_query`` and ``_delete_by_query``, and what they share with ``_reindex``."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from typing import Any, TypeVar

from fakeknn.api.documents import active_shards
from fakeknn.api.search import (
    SEARCH_OPTIONS,
    SEARCH_PARAMETERS,
    apply_params,
    check_read,
    check_total_hits,
)
from fakeknn.api.timeouts import check_time
from fakeknn.errors import (
    ActionRequestValidationException,
    IllegalArgumentException,
    NumberFormatException,
    OpenSearchParseException,
)
from fakeknn.ingest import search_pipelines
from fakeknn.query.script import Script
from fakeknn.rest import Later, Request, Response, route
from fakeknn.search.bulk_by_scroll import AUTO_SLICES, SCROLL_SIZE, BulkByScrollRequest, cast_failure
from fakeknn.search.bulk_by_scroll_run import Run
from fakeknn.search.by_query import DeleteByQuery, UpdateByQuery
from fakeknn.search.numeric_sort import narrowed
from fakeknn.search.request import SearchRequest, parse_request, set_size
from fakeknn.search.source import HIDE_SOURCE
from fakeknn.state.names import IndicesOptions
from fakeknn.state.node import Node
from fakeknn.units import parse_int
from fakeknn.xcontent import generator, hash_ordered, hashed, parse_double, read, read_for, read_search
from fakeknn.xcontent.astray import followed

R = TypeVar("R", bound=BulkByScrollRequest)

#: Parameters of all three.
COMMON = (
    "refresh",
    "timeout",
    "slices",
    "wait_for_active_shards",
    "requests_per_second",
    "?max_docs",
    "wait_for_completion",
)
_BY_QUERY = (
    *(name for name in SEARCH_PARAMETERS if name != "typed_keys"),
    *COMMON,
    "scroll_size",
    "conflicts",
    "?search_timeout",
)


# --- the body ---------------------------------------------------------------------------------------------------------


def script_of(value: Any) -> Script:
    """Script.parse of an object that is no longer JSON."""
    if isinstance(value, str):
        return Script(value)
    if not isinstance(value, dict):
        raise IllegalArgumentException("Script value should be a String or a Map")
    found: dict[str, Any] = {}
    stored = False
    for name, item in value.items():
        if name in ("params", "options"):
            if not isinstance(item, dict) and item is not None:
                raise OpenSearchParseException(f"Value must be of type Map: [{name}]")
            found[name] = item or {}
        elif name in ("lang", "source", "inline", "id", "stored"):
            if not isinstance(item, str) and item is not None:
                raise OpenSearchParseException(f"Value must be of type String: [{name}]")
            if name == "lang":
                found["lang"] = item
            else:
                stored = name in ("id", "stored")
                found["source"] = item
    source = found.get("source")
    if source is None:
        raise OpenSearchParseException("Expected one of [source] or [id] fields, but found none")
    params = found.get("params", {})
    if not stored:
        return Script(source, lang=found.get("lang") or "painless", params=params, options=found.get("options", {}))
    if found.get("lang") is not None:
        raise IllegalArgumentException("[lang] cannot be specified for stored scripts")
    return Script(None, id=source, params=params)


def _conflicts(wanted: BulkByScrollRequest, value: Any) -> None:
    if not isinstance(value, str):
        raise cast_failure(value, "java.lang.String")
    wanted.set_conflicts(value)


def _max_docs(wanted: BulkByScrollRequest, value: Any) -> None:
    if isinstance(value, bool) or not isinstance(value, (int, float)):
        raise cast_failure(value, "java.lang.Number")
    wanted.set_max_docs(narrowed(value, 32))


def _script(wanted: BulkByScrollRequest, value: Any) -> None:
    wanted.script = script_of(value)


Members = Mapping[str, Callable[[BulkByScrollRequest, Any], None]]

_DELETE: Members = {"conflicts": _conflicts, "max_docs": _max_docs}
_UPDATE: Members = {**_DELETE, "script": _script}


def _parse(request: Request, wanted: BulkByScrollRequest, members: Members) -> None:
    """AbstractBulkByQueryRestHandler.parseInternalRequest: its own members out of the body, the rest is a search."""
    if request.body:
        body = request.read(read)
        body = hashed(body) if isinstance(body, dict) else {}
        for name in hash_ordered(members):
            value = body.pop(name, None)
            if value is not None:
                members[name](wanted, value)
        request.body = generator.write(body)
        # Errors are placed in what is parsed now
        followed(request, lambda: parse_request(request.read(_read_alone), wanted.search))
        wanted.from_given = "from" in body
    _search_parameters(request, wanted)
    if "scroll_size" in request.params:
        set_size(wanted.search, request.number("scroll_size") or 0)
    if "conflicts" in request.params:
        wanted.set_conflicts(request.params["conflicts"])
    check_time(request, "search_timeout")


def _read_alone(body: bytes) -> Any:
    return read_for(body, read_search, parse_request)


def _search_parameters(request: Request, wanted: BulkByScrollRequest) -> None:
    """RestSearchAction.parseSearchRequest; ``size`` is how many documents there may be."""
    params = request.params
    search = wanted.search
    size = params.pop("size", None)
    apply_params(request, search)
    wanted.from_given |= "from" in params
    if size is not None:
        params["size"] = size
        wanted.set_max_docs(request.number("size") or 0)
    wanted.scroll = params.get("scroll", wanted.scroll)
    wanted.routing, wanted.preference = params.get("routing"), params.get("preference")
    wanted.options = IndicesOptions.from_parameters(params, SEARCH_OPTIONS)
    check_total_hits(request, search)
    if search.point is not None:
        raise ActionRequestValidationException("[indices] cannot be used with point in time")


# --- parameters -------------------------------------------------------------------------------------------------------


def set_common(request: Request, wanted: BulkByScrollRequest) -> None:
    """AbstractBaseReindexRestHandler.setCommonOptions."""
    params = request.params
    wanted.refresh = request.flag("refresh")
    check_time(request, "timeout")
    if "slices" in params:
        wanted.slices = _slices(params["slices"])
    wanted.active = active_shards(request)
    rate = requests_per_second(request)
    if rate is not None:
        wanted.requests_per_second = rate
    if "max_docs" in params:
        wanted.set_max_docs(request.number("max_docs") or 0)
    wanted.opaque_id = request.headers.get("x-opaque-id")


def _slices(text: str) -> int:
    if text == "auto":
        return AUTO_SLICES
    refused = IllegalArgumentException(f'[slices] must be a positive integer or the string "auto", but was [{text}]')
    try:
        slices = parse_int(text)
    except NumberFormatException as cause:
        raise refused from cause
    if slices < 1:
        raise refused
    return slices


def requests_per_second(request: Request) -> float | None:
    """parseRequestsPerSecond: -1 is as fast as it goes."""
    text = request.params.get("requests_per_second")
    if text is None:
        return None
    refused = IllegalArgumentException(
        "[requests_per_second] must be a float greater than 0. Use -1 to disable throttling."
    )
    try:
        rate = parse_double(text)
    except NumberFormatException as cause:
        raise refused from cause
    if rate == -1:
        return math.inf
    if rate <= 0:  # NaN is not
        raise refused
    return rate


# --- running ----------------------------------------------------------------------------------------------------------


def answer(node: Node, request: Request, wanted: BulkByScrollRequest) -> Any:
    """Do it, and wait for it unless the request says otherwise."""
    waits = request.flag("wait_for_completion", True)
    wanted.validate()
    search_pipelines.resolve(node, wanted.search, ",".join(wanted.indices), wanted.options)
    run = Run(node, wanted)
    if run.advance() is not None:
        node.background.append(run)
    if waits:
        return _when_done(run)
    node.tasks[run.task_id] = run
    return {"task": run.task_id}


def _when_done(run: Run) -> Any:
    seconds = run.advance()
    if seconds is not None:
        return Later(seconds, lambda: _when_done(run))
    if run.error is not None:
        raise run.error
    return Response(run.http_status(), run.response())


def _request(request: Request, kind: type[R], search: SearchRequest) -> R:
    names = [name for name in request.params["index"].split(",") if name]
    return kind(search=search, indices=names, options=SEARCH_OPTIONS)


@route("POST", "/{index}/_update_by_query", params=(*_BY_QUERY, "pipeline"))
def update_by_query(node: Node, request: Request) -> Any:
    wanted = _request(request, UpdateByQuery, SearchRequest(size=SCROLL_SIZE))
    _parse(request, wanted, _UPDATE)
    wanted.pipeline = request.params.get("pipeline")
    set_common(request, wanted)
    check_read(request)
    return answer(node, request, wanted)


@route("POST", "/{index}/_delete_by_query", params=_BY_QUERY)
def delete_by_query(node: Node, request: Request) -> Any:
    wanted = _request(request, DeleteByQuery, SearchRequest(size=SCROLL_SIZE, source=HIDE_SOURCE))
    _parse(request, wanted, _DELETE)
    set_common(request, wanted)
    check_read(request)
    return answer(node, request, wanted)
