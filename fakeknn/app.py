"""From a request to its answer: the steps that every request takes, and what becomes of refusals and of bugs."""

from __future__ import annotations

import logging
import sys
from collections.abc import Iterator
from functools import partial
from string import hexdigits
from typing import Any

import numpy as np
import orjson

from fakeknn import api
from fakeknn.errors import (
    ActionRequestValidationException,
    IllegalArgumentException,
    IllegalStateException,
    NotFaked,
    OpenSearchError,
    SearchPhaseExecutionException,
    URISyntaxException,
    body_of,
)
from fakeknn.rest import SOURCE_PARAMETERS, TABLE, Later, Request, Response, Route, is_decodable, unrecognized
from fakeknn.serving import serve
from fakeknn.shape import check, check_flags, shape
from fakeknn.state.node import Bug, Node
from fakeknn.uri import Uri
from fakeknn.xcontent import media
from fakeknn.xcontent.astray import followed
from fakeknn.xcontent.media import MediaType
from fakeknn.xcontent.places import put

__all__ = ["Answer", "Later", "answer", "handle"]

#: status, headers, body
Answer = tuple[int, dict[str, str], bytes]

#: How many calls inside each other a request may take: bodies may nest 1,000 deep.
_DEPTH = 15_000

_log = logging.getLogger("fakeknn")


@np.errstate(all="ignore")  # Java's numbers overflow in silence
def handle(node: Node, request: Request) -> Answer | Later:
    """A request's answer; ``Later`` if it waits for a refresh. Nothing is raised."""
    serve(node.life)
    node.life.begin_request()
    usual = sys.getrecursionlimit()
    sys.setrecursionlimit(max(usual, _DEPTH))
    try:
        if request.refused is not None:
            raise request.refused
        check_flags(request)
        _check_request_id(request.headers.get("x-request-id"))
        route = _route(request)
        if isinstance(route, Response):
            return _rendered(request, route, error=True)
        check(request)
        refusal = _body(request, route)
        if refusal is not None:
            return _rendered(request, refusal, error=True)
        unread = _unread(request, route)
        if unread is not None:
            _prepare(node, request, route, unread)
        if node.background:
            node.work_on()
        return _finished(node, request, followed(request, partial(route.handler, node, request)))
    except Exception as error:
        return _failed(node, request, error)
    finally:
        sys.setrecursionlimit(usual)
        serve(None)


def answer(node: Node, request: Request) -> Answer:
    """A request's answer, waited for on the node's clock: for callers without a server."""
    given = handle(node, request)
    while isinstance(given, Later):
        node.clock.sleep(given.seconds)
        given = given.resume()
    return given


# --- the steps --------------------------------------------------------------------------------------------------------


def _check_request_id(told: str | None) -> None:
    """RequestUtils.validateRequestId, of the header ``X-Request-Id``."""
    if told is None:
        return
    if not told.strip():
        raise IllegalArgumentException("X-Request-Id should not be null or empty")
    if len(told) != 32:
        raise IllegalArgumentException(f"Invalid X-Request-Id passed. Should be 32 hexadecimal characters: {told}")
    if not set(told) <= set(hexdigits):
        raise IllegalArgumentException(f"Invalid X-Request-Id passed: {told}")


def _route(request: Request) -> Route | Response:
    """Find the handler; RestController's answers where there is none."""
    if not is_decodable(request.path):
        return _undecodable(request)
    if request.path != "/" or request.method not in ("GET", "HEAD"):
        api.load()  # all of them: of a part of the table, ``/{index}`` would take what is another's
    found = TABLE.find(request.method, request.path)
    if found is not None:
        route, values = found
        request.template = route.template
        request.asked = route.suggested
        request.params.update(values)
        return route
    methods = TABLE.methods(request.path)
    if request.method == "OPTIONS":
        return _options(methods)
    if not methods:
        return Response(400, {"error": _no_handler(request)})
    uri = request.target or request.path
    text = f"Incorrect HTTP method for uri [{uri}] and method [{request.method}], allowed: [{', '.join(methods)}]"
    return Response(405, {"error": text, "status": 405}, {"Allow": ",".join(methods)})


def _options(methods: list[str]) -> Response:
    """RestController.handleOptionsRequest: of any path at all."""
    return Response(200, None, {"Allow": ",".join(methods)} if methods else {}, "text/plain; charset=UTF-8")


def _undecodable(request: Request) -> Response:
    """What comes of a path like ``/%zz``: it is taken for the method's fault, where a placeholder would have stood for
    it; nobody decodes it where the method has no handler."""
    api.load()
    methods = TABLE.methods(request.path)
    if request.method == "OPTIONS":
        return _options(methods)
    if not methods:
        if TABLE.decodes(request.path):
            return Response(405, {"error": "Unexpected HTTP method", "status": 405})
        return Response(400, {"error": "invalid uri has been requested"})
    wrong = f"Incorrect HTTP method for uri [{request.target or request.path}] and method [{request.method}]"
    text = f"{'Unexpected HTTP method' if request.method in methods else wrong}, allowed: [{', '.join(methods)}]"
    return Response(405, {"error": text, "status": 405}, {"Allow": ",".join(methods)})


def _no_handler(request: Request) -> str:
    """RestController.handleBadRequest: the path as java.net.URI has it, for which a host follows two slashes."""
    try:
        path = Uri.parse(request.target or request.path).path
    except URISyntaxException:
        return "invalid uri has been requested"
    return f"no handler found for uri [{path}] and method [{request.method}]"


def _body(request: Request, route: Route) -> Response | None:
    """Make JSON of the body, or take it from the parameter ``source``; a media type that is not known is refused."""
    if request.body:
        kind = media.content_type(request.content_type)
        if kind is None:
            return Response(406, media.not_supported(request.content_type))
        if kind is not MediaType.JSON:
            if route.streams and kind is not MediaType.SMILE:
                return Response(406, media.not_streamed(kind))
            request.body = media.to_json(request.body, kind)
    elif "source" in request.params and "source" in route.parameters:
        kind_name = request.params.get("source_content_type")
        if kind_name is None:
            raise IllegalStateException("source and source_content_type parameters are required")
        kind = media.content_type(kind_name)
        if kind is None:
            raise IllegalStateException(f"Unknown value for source_content_type [{kind_name}]")
        request.body = media.to_json(request.params.pop("source").encode(), kind)
        del request.params["source_content_type"]
    return None


def _unread(request: Request, route: Route) -> OpenSearchError | None:
    """BaseRestHandler's refusal of parameters that the endpoint does not know, and of a ``source`` behind a body."""
    known = route.parameters
    unknown = [name for name in request.params if name not in known or name in SOURCE_PARAMETERS]
    if not unknown or route.anything:
        return None
    request.unknown = unknown
    asked = route.suggested | (request.params.keys() & known)
    return IllegalArgumentException(unrecognized(request.path, unknown, asked - set(SOURCE_PARAMETERS)))


class _Preparing:
    """Stands for the node while a request is only prepared: the first look at it ends the preparation, where the
    handler does not say so (``Request.prepared``). Settings of the cluster may be asked before."""

    def __init__(self, node: Node, end: OpenSearchError) -> None:
        self.cluster_setting = node.cluster_setting
        self._end = end

    def __getattr__(self, name: str) -> Any:
        raise self._end


def _prepare(node: Node, request: Request, route: Route, unread: OpenSearchError) -> None:
    """BaseRestHandler.handleRequest: what is wrong with what was read is told ahead of what nobody has read."""
    request.unread = unread
    request.params = {name: value for name, value in request.params.items() if name in route.parameters}
    try:
        followed(request, partial(route.handler, _Preparing(node, unread), request))
    except NotFaked:
        pass
    except ActionRequestValidationException as error:
        if type(error) is not ActionRequestValidationException:
            raise  # others are raised while preparing; this one when what was prepared is carried out
    raise unread


def _finished(node: Node, request: Request, result: Any) -> Answer | Later:
    """Render what a handler gave, now or when it is there."""
    if isinstance(result, Later):
        return Later(result.seconds, lambda: _resumed(node, request, result))
    return _rendered(request, result if isinstance(result, Response) else Response(200, result))


@np.errstate(all="ignore")
def _resumed(node: Node, request: Request, later: Later) -> Answer | Later:
    try:
        return _finished(node, request, later.resume())
    except Exception as error:
        return _failed(node, request, error)


def _rendered(request: Request, response: Response, *, error: bool = False) -> Answer:
    body, content_type = shape(request, response, error=error)
    headers = dict(response.headers)
    if request.warnings:
        headers["Warning"] = ", ".join(request.warnings)
    return response.status, {**headers, "content-type": content_type}, body


# --- refusals ---------------------------------------------------------------------------------------------------------


def _failed(node: Node, request: Request, error: Exception) -> Answer:
    """The answer to a refused request, a feature that is missing, or a bug."""
    try:
        if isinstance(error, RecursionError):
            error = NotFaked("bodies nested this deep")
        if isinstance(error, NotFaked):
            return _rendered(request, Response(error.status, error.body()), error=True)
        if not isinstance(error, OpenSearchError):
            return _bug(node, request, error)
        _place(request, error)
        body = body_of(error)
        if "error_trace" in request.params and request.flag("error_trace"):
            _trace(body["error"])
        return _rendered(request, Response(error.http_status(), body), error=True)
    except OpenSearchError as unshapeable:
        # What refuses the shape of an answer refuses that of the refusal too.
        return unshapeable.http_status(), {"content-type": MediaType.JSON.value}, orjson.dumps(body_of(unshapeable))
    except Exception as bug:
        return _bug(node, request, bug)


def _place(request: Request, error: OpenSearchError) -> None:
    """Give line and column to what is wrong in the body."""
    for link in _links(error):
        if link.at is not None and (request.parsed is not None or link.at.container is None):
            put(link, request.body, request.parsed, link.at)
            link.at = None


def _trace(told: dict[str, Any]) -> None:
    """``error_trace``: a stack trace beside each reason. There is no Java stack; its first line says the same."""
    for root in told.get("root_cause", ()):
        root["stack_trace"] = f"{root['type']}: {root['reason']}"
    if "caused_by" in told:
        _trace(told["caused_by"])
    told["stack_trace"] = f"{told['type']}: {told['reason']}"


def _links(error: OpenSearchError) -> Iterator[OpenSearchError]:
    """The error and everything behind it."""
    for link in error.chain():
        yield link
        if isinstance(link, SearchPhaseExecutionException):
            for cause in link.causes:
                yield from _links(cause)


def _bug(node: Node, request: Request, error: Exception) -> Answer:
    """An exception of our own: told as what it is, and kept for the test to see."""
    _log.error("answering %s %s", request.method, request.path, exc_info=error)
    node.bugs.append(Bug(f"{request.method} {request.path}", error))
    text = f"a bug in fakeknn, please report it: {type(error).__name__}: {error}"
    body = {"error": {"root_cause": [{"type": "fakeknn_bug", "reason": text}], "type": "fakeknn_bug", "reason": text}}
    return 500, {"content-type": MediaType.JSON.value}, orjson.dumps({**body, "status": 500})
