"""Requests, responses and the table of routes: method + path template + accepted parameters → handler.

The table is data: ``api/*`` fills it with ``@route`` when the package is imported, ``app`` looks requests up in it, and
README's list of endpoints is made of it.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any, TypeVar
from urllib.parse import unquote, unquote_plus

from fakeknn.errors import (
    BadParameterException,
    IllegalArgumentException,
    NumberFormatException,
    OpenSearchError,
)

Handler = Callable[..., Any]
T = TypeVar("T")

#: Parameters that every endpoint takes: they shape the answer (``shape``).
COMMON_PARAMETERS = frozenset({"pretty", "human", "error_trace", "filter_path", "format"})

#: For endpoints that take their body from the query string too (RestRequest.contentOrSourceParam).
SOURCE_PARAMETERS = ("source", "source_content_type")

#: RestRequest.Method. The real server tells them in the order of a hash set, another one with each start; this was one.
METHODS = ("POST", "GET", "HEAD", "DELETE", "PUT", "OPTIONS", "PATCH", "TRACE", "CONNECT")


@dataclass(slots=True)
class Request:
    """One HTTP request, without HTTP: ``params`` holds the query string's parameters and those of the path, decoded."""

    method: str
    path: str
    params: dict[str, str] = field(default_factory=dict)
    headers: dict[str, str] = field(default_factory=dict)
    body: bytes = b""
    content_type: str | None = None
    target: str = ""
    """The path as it was sent, with the query string."""
    template: str = ""
    parsed: Any = None
    refused: OpenSearchError | None = None
    """What is wrong with the query string."""
    unknown: Sequence[str] = ()
    """Parameters that the endpoint does not know."""
    asked: frozenset[str] = frozenset()
    """Parameters that the endpoint asks for whatever is given (``Route.suggested``)."""
    unread: OpenSearchError | None = None
    """What is said of parameters that the endpoint does not know, when the request is prepared."""
    warnings: list[str] = field(default_factory=list)
    """The values of the header Warning, which answers have also when the request is refused."""

    @classmethod
    def of(cls, method: str, target: str, body: bytes = b"", headers: dict[str, str] | None = None) -> Request:
        """A request from its raw target, ``/index/_search?size=1``; of parameters of one name the last counts."""
        path, _, query = target.partition("?")
        lowered = {name.lower(): value for name, value in (headers or {}).items()}
        params: dict[str, str] = {}
        refused = None
        if query:
            try:
                params = decode_query(query)
            except OpenSearchError as error:
                refused = error
        return cls(method, path, params, lowered, body, lowered.get("content-type"), target, refused=refused)

    def read(self, reader: Callable[[bytes], T]) -> T:
        """The body, as one of ``xcontent``'s ways of reading takes it; errors about it are placed in what this gave."""
        self.parsed = found = reader(self.body)
        return found

    def prepared(self) -> None:
        """The request is prepared: what is wrong from here on is found while it is carried out."""
        if self.unread is not None:
            raise self.unread

    def refuse_unread(self, names: Iterable[str]) -> None:
        """BaseRestHandler.handleRequest: of these parameters, as the request is, nothing has read any."""
        left = [name for name in names if name in self.params]
        if left:
            read = (self.asked | self.params.keys()) - {*left, *self.unknown, *SOURCE_PARAMETERS}
            raise IllegalArgumentException(unrecognized(self.path, [*left, *self.unknown], read))

    def text(self, name: str, default: str | None = None) -> str | None:
        return self.params.get(name, default)

    def flag(self, name: str, default: bool = False) -> bool:
        """RestRequest.paramAsBoolean: present without a value is true; anything but true and false is refused."""
        value = self.params.get(name)
        if value is None:
            return default
        if value in ("", "true"):
            return True
        if value == "false":
            return False
        raise IllegalArgumentException(f"Failed to parse value [{value}] as only [true] or [false] are allowed.")

    def flag_or_none(self, name: str) -> bool | None:
        """RestRequest.paramAsBoolean with null as its default: present without a value is as if it was not there."""
        return self.flag(name) if self.params.get(name, "").strip() else None

    def number(self, name: str, default: int | None = None) -> int | None:
        """RestRequest.paramAsInt."""
        value = self.params.get(name)
        if value is None:
            return default
        if _INTEGER.fullmatch(value) is None or not -(2**31) <= int(value) < 2**31:
            cause = NumberFormatException(f'For input string: "{value}"')
            raise IllegalArgumentException(f"Failed to parse int parameter [{name}] with value [{value}]") from cause
        return int(value)

    def decimal(self, name: str, default: float) -> float:
        """RestRequest.paramAsFloat."""
        value = self.params.get(name)
        if value is None:
            return default
        try:
            if "_" in value:
                raise ValueError
            return float(value)
        except ValueError:
            cause = NumberFormatException(f'For input string: "{value}"' if value.strip() else "empty String")
            raise IllegalArgumentException(f"Failed to parse float parameter [{name}] with value [{value}]") from cause

    def names(self, name: str) -> list[str]:
        """RestRequest.paramAsStringArray: a comma list, empty when absent; Java's split keeps no empty parts at the
        end."""
        value = self.params.get(name)
        return value.rstrip(",").split(",") if value and value.strip(",") else []


_INTEGER = re.compile(r"[+-]?[0-9]+")
#: A percent sign without two hexadecimal digits behind it, and what is there.
_BAD_ESCAPE = re.compile(r"%(?![0-9A-Fa-f]{2}).{0,2}", re.DOTALL)


def decode_query(query: str) -> dict[str, str]:
    """RestUtils.decodeQueryString: ``&`` and ``;`` part, what stands behind ``#`` is not looked at."""
    params = {}
    for piece in query.partition("#")[0].replace(";", "&").split("&"):
        name, _, value = piece.partition("=")
        if not name:
            name, _, value = value.partition("=")  # an equals sign in front is passed over
        if name:
            params[_decoded(name)] = _decoded(value)
    return params


def _decoded(text: str) -> str:
    bad = _BAD_ESCAPE.search(text) if "%" in text else None
    if bad is None:
        return unquote_plus(text)
    match len(bad.group()):
        case 1:
            what = f"unterminated escape sequence at end of string: {text}"
        case 2:
            what = f"partial escape sequence at end of string: {text}"
        case _:
            what = f"invalid escape sequence `{bad.group()}' at index {bad.start()} of: {text}"
    cause = IllegalArgumentException(what)
    raise BadParameterException(f"java.lang.IllegalArgumentException: {what}") from cause


def is_decodable(path: str) -> bool:
    """Whether every percent sign has its two digits."""
    return "%" not in path or _BAD_ESCAPE.search(path) is None


@dataclass(slots=True)
class Response:
    """An answer: ``body`` is JSON to be (a dict), text, or nothing at all (None)."""

    status: int = 200
    body: Any = None
    headers: dict[str, str] = field(default_factory=dict)
    content_type: str | None = None


@dataclass(slots=True)
class Later:
    """An answer that is not there yet: ask ``resume`` for it in so many seconds. It may be put off once more."""

    seconds: float
    resume: Callable[[], Any]


@dataclass(frozen=True, slots=True)
class Route:
    method: str
    template: str
    handler: Handler
    parameters: frozenset[str]
    suggested: frozenset[str]
    """The parameters that an unknown one is compared with."""
    streams: bool = False
    """Its body is read line by line (RestHandler.supportsContentStream)."""
    anything: bool = False
    """It takes any parameter: nobody knows which the real one takes, or the handler itself refuses others."""


@dataclass(slots=True)
class _Step:
    """One level of the path trie; a literal beats a placeholder, unless it leads nowhere."""

    literals: dict[str, _Step] = field(default_factory=dict)
    placeholder: _Step | None = None
    routes: dict[str, Route] = field(default_factory=dict)
    names: dict[str, tuple[str, ...]] = field(default_factory=dict)


class RouteTable:
    """The path trie of all endpoints."""

    def __init__(self) -> None:
        self._root = _Step()
        self.routes: list[Route] = []

    def add(
        self,
        method: str,
        template: str,
        handler: Handler,
        parameters: Iterable[str],
        *,
        streams: bool = False,
        anything: bool = False,
    ) -> None:
        step = self._root
        names = []
        for part in template.strip("/").split("/") if template != "/" else ():
            if part.startswith("{"):
                names.append(part[1:-1])
                step.placeholder = step.placeholder or _Step()
                step = step.placeholder
            else:
                step = step.literals.setdefault(part, _Step())
        given = frozenset(parameters) | COMMON_PARAMETERS
        known = frozenset(name.removeprefix("?") for name in given)
        route = Route(method, template, handler, known, known & given, streams, anything)
        if method in step.routes:
            raise ValueError(f"two handlers for {method} {template}")
        step.routes[method] = route
        step.names[method] = tuple(names)
        self.routes.append(route)

    def has(self, method: str, template: str) -> bool:
        """Whether there is a handler for a path template, whatever its placeholders are called."""
        step: _Step | None = self._root
        for part in template.strip("/").split("/") if template != "/" else ():
            assert step is not None
            step = step.placeholder if part.startswith("{") else step.literals.get(part)
            if step is None:
                return False
        return step is not None and method in step.routes

    def find(self, method: str, path: str) -> tuple[Route, dict[str, str]] | None:
        """The route for a request and what its placeholders stand for, decoded."""
        found = self._walk(self._root, _parts(path), 0, [])
        if found is None:
            return None
        step, values = found
        route = step.routes.get(method)
        if route is None:
            return None
        return route, dict(zip(step.names[method], map(unquote, values), strict=True)) if values else {}

    def methods(self, path: str) -> list[str]:
        """The methods that ``path`` could have been asked with."""
        found = self._walk(self._root, _parts(path), 0, [])
        return [] if found is None else [method for method in METHODS if method in found[0].routes]

    def decodes(self, path: str) -> bool:
        """Whether the walk comes to a placeholder with a segment that cannot be decoded, even if it leads nowhere."""
        steps = [self._root]
        for part in _parts(path):
            if not is_decodable(part) and any(step.placeholder for step in steps):
                return True
            steps = [below for step in steps for below in (step.literals.get(part), step.placeholder) if below]
        return False

    def _walk(self, step: _Step, parts: list[str], i: int, values: list[str]) -> tuple[_Step, list[str]] | None:
        # PathTrie: where a literal leads to any endpoint at all, a placeholder is not tried, whatever the method.
        if i == len(parts):
            return (step, values) if step.routes else None
        literal = step.literals.get(parts[i])
        if literal is not None:
            found = self._walk(literal, parts, i + 1, values)
            if found is not None:
                return found
        if step.placeholder is not None:
            return self._walk(step.placeholder, parts, i + 1, [*values, parts[i]])
        return None


def _parts(path: str) -> list[str]:
    """A path's segments as they were sent, for a literal of the trie is not found by an encoded name; one slash in
    front and those at the end do not count, empty segments do."""
    path = path.rstrip("/").removeprefix("/")
    return path.split("/") if path else []


TABLE = RouteTable()


def route(
    methods: str, *templates: str, params: Iterable[str] = (), streams: bool = False, anything: bool = False
) -> Callable[[Handler], Handler]:
    """Register ``handler(node, request) -> dict | Response`` for ``"GET POST"`` and each path template.

    ``params`` are the query parameters that the endpoint knows; any other is refused as the real server refuses it.
    It proposes those that it has asked for: one that the real handler asks for only if it is given bears a ``?``.
    Names of placeholders may be given as query parameters too.
    """
    known = frozenset(params)

    def register(handler: Handler) -> Handler:
        placeholders = {part[1:-1] for t in templates for part in t.split("/") if part.startswith("{")}
        for template in templates:
            for method in methods.split():
                TABLE.add(method, template, handler, known | placeholders, streams=streams, anything=anything)
        return handler

    return register


# --- unknown parameters -----------------------------------------------------------------------------------------------


def unrecognized(path: str, names: Iterable[str], known: Iterable[str], what: str = "parameter") -> str:
    """BaseRestHandler.unrecognizedStrings: what is not known, and what may have been meant."""
    told = []
    for name in sorted(names):
        scored = sorted((-_likeness(name, candidate), candidate) for candidate in known)
        meant = [candidate for score, candidate in scored if score < -0.5]
        hint = ""
        if len(meant) == 1:
            hint = f" -> did you mean [{meant[0]}]?"
        elif meant:
            hint = f" -> did you mean any of [{', '.join(meant)}]?"
        told.append(f"[{name}]{hint}")
    return f"request [{unquote(path)}] contains unrecognized {what}{'s' if len(told) > 1 else ''}: {', '.join(told)}"


def _likeness(a: str, b: str) -> float:
    """Lucene's LevenshteinDistance: 1 for equal words, 0 for words without anything in common."""
    if not a or not b:
        return 1.0 if a == b else 0.0
    row = list(range(len(a) + 1))
    for j, letter in enumerate(b, 1):
        before, row[0] = row[0], j
        for i, other in enumerate(a, 1):
            before, row[i] = row[i], min(row[i] + 1, row[i - 1] + 1, before + (letter != other))
    return 1.0 - row[-1] / max(len(a), len(b))
