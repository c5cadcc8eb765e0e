"""``_bulk``: lines of actions and documents, and an answer for each."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import partial
from itertools import groupby
from typing import Any, NoReturn

import orjson

from fakeknn.api.documents import (
    active_shard_count,
    active_shards,
    apply_update_body,
    if_primary_term,
    if_seq_no,
    read_update,
    require_body,
    show_source,
)
from fakeknn.errors import (
    ActionRequestValidationException,
    IllegalArgumentException,
    IllegalStateException,
    OpenSearchError,
)
from fakeknn.rest import Request, route
from fakeknn.search.scripts import run_update_script
from fakeknn.search.source import SourceOptions, parse_source, source_of_params
from fakeknn.state.node import Node
from fakeknn.state.pipelines import Ingested
from fakeknn.state.requests import (
    DeleteRequest,
    IndexRequest,
    RefreshPolicy,
    UpdateRequest,
    WriteRequest,
    dropped,
    is_plain,
)
from fakeknn.state.versions import (
    ANYTHING,
    INTERNAL,
    MATCH_ANY,
    UNASSIGNED_PRIMARY_TERM,
    UNASSIGNED_SEQ_NO,
    Expectation,
    version_type,
)
from fakeknn.state.writes import Writer
from fakeknn.xcontent import locate
from fakeknn.xcontent.jackson import Scanner, Token
from fakeknn.xcontent.objects import boolean, integer, text

_ACTIONS = ("create", "delete", "index", "update")
#: Metadata that are texts, however they are written.
_TEXTS = frozenset({"_index", "_id", "routing", "op_type", "pipeline"})


@dataclass(slots=True)
class Defaults:
    """What the query string says for items that do not say it."""

    index: str | None = None
    routing: str | None = None
    pipeline: str | None = None
    require_alias: bool = False
    source: SourceOptions | None = None


@route("POST PUT", "/_bulk/stream", "/{index}/_bulk/stream", anything=True)
def bulk_stream(node: Node, request: Request) -> NoReturn:
    """What only the transport of another plugin can do."""
    raise IllegalStateException(
        f"The engine does not support HTTP streaming, unable to serve uri [{request.target}] and method "
        f"[{request.method}]"
    )


@route(
    "POST PUT",
    "/_bulk",
    "/{index}/_bulk",
    params=(
        "index",
        "routing",
        "pipeline",
        "wait_for_active_shards",
        "require_alias",
        "timeout",
        "refresh",
        "_source",
        "_source_includes",
        "_source_excludes",
    ),
    streams=True,
)
def bulk(node: Node, request: Request) -> Any:
    params = request.params
    shown = source_of_params(params)
    if "wait_for_active_shards" in params:
        active_shard_count(params["wait_for_active_shards"])
    require_alias = request.flag_or_none("require_alias") or False
    active = active_shards(request)
    policy = RefreshPolicy.parse(params.get("refresh"))
    defaults = Defaults(
        params.get("index"), params.get("routing") or None, params.get("pipeline"), require_alias, shown
    )
    require_body(request)
    requests = list(parse(request.body, defaults))
    problems = [problem for item in requests for problem in item.problems()] if requests else ["no requests added"]
    if problems:
        raise ActionRequestValidationException(*problems)
    started = node.now()
    writer = Writer(node, policy, active, run_script=run_update_script)
    ingested = writer.prepare(requests)
    if ingested is None:
        items = _items(writer, requests)
    else:
        items = _ingested_items(writer, requests, ingested)
    writer.confirm_noops()
    answer: dict[str, Any] = {"took": int((node.now() - started) * 1000)}
    if ingested is not None:
        answer["ingest_took"] = ingested.took
    answer["errors"] = any("error" in told for item in items for told in item.values())
    answer["items"] = items
    return writer.finish(answer)


#: Fewer documents are not worth a look at all of them at once.
_FEW = 8


def _items(writer: Writer, requests: Sequence[WriteRequest]) -> list[dict[str, Any]]:
    """Do all items in turn: their answers."""
    items: list[dict[str, Any]] = []
    for name, run in groupby(requests, lambda request: request.index if is_plain(request) else None):
        if name is None:
            items += [_item(writer, request) for request in run]
        else:
            items += _documents(writer, list(run))  # type: ignore[arg-type]
    return items


def _documents(writer: Writer, requests: list[IndexRequest]) -> list[dict[str, Any]]:
    """Do items of plain documents for one index: all at once if they allow it, else each half of them so."""
    if len(requests) < _FEW:
        return [_item(writer, request) for request in requests]
    written = writer.index_all(requests)
    if written is None:
        half = len(requests) // 2
        return _documents(writer, requests[:half]) + _documents(writer, requests[half:])
    return [{_op(request): answer | _CREATED} for request, answer in zip(requests, written, strict=True)]


_CREATED = {"status": 201}


def _item(writer: Writer, request: WriteRequest) -> dict[str, Any]:
    """Do one item: its answer."""
    try:
        status, answer = writer.write(request)
    except OpenSearchError as error:
        return _failure(writer, request, error)
    answer["status"] = status
    return {_op(request): answer}


def _op(request: WriteRequest) -> str:
    return "create" if type(request) is IndexRequest and request.create else request.op


def _failure(writer: Writer, request: WriteRequest, error: OpenSearchError) -> dict[str, Any]:
    told = {
        "_index": writer.targets.index_of(request),
        "_id": request.id,
        "status": error.http_status(),
        "error": error.members(),
    }
    return {_op(request): told}


def _ingested_items(writer: Writer, requests: list[WriteRequest], ingested: Ingested) -> list[dict[str, Any]]:
    """All items' answers. BulkRequestModifier: first come those that pipelines have answered, and among these the
    others are put at the places that they have in the request."""
    items = []
    for position, error in ingested.answers:
        request = requests[position]
        if type(request) is UpdateRequest:  # it is answered as the document that it would create
            request = IndexRequest(request.index, None, None)
        if error is None:
            items.append({_op(request): {**dropped(request), "status": 200}})
        else:
            items.append(_failure(writer, request, error))
    answered = {position for position, _ in ingested.answers}
    for position, request in enumerate(requests):
        if position not in answered:
            items.insert(position, _item(writer, request))
    return items


# --- lines (BulkRequestParser) ----------------------------------------------------------------------------------------


def parse(body: bytes, defaults: Defaults) -> Iterator[WriteRequest]:
    """The requests that the lines of a body make."""
    lines = body.split(b"\n")
    cut = bool(lines.pop())
    number = 0
    count = len(lines)
    while number < count:
        line = lines[number]
        number += 1
        action = _action(line, number)
        if action is None:
            continue
        op, meta = action
        if op == "delete":
            yield _delete(meta, defaults)
            continue
        if number == count:
            break  # an action without its document is dropped
        source = lines[number]
        number += 1
        if source[-1:] == b"\r":
            source = source[:-1]
        if op == "update":
            yield _update(meta, defaults, source)
        else:
            yield _index(op, meta, defaults, source)
    if cut:
        raise IllegalArgumentException("The bulk request must be terminated by a newline [\\n]")


def _action(line: bytes, number: int) -> tuple[str, dict[str, Any]] | None:
    """An action line's action and metadata, read and checked; None for an empty line."""
    try:
        action = orjson.loads(line)
        ((op, meta),) = action.items()
    except (orjson.JSONDecodeError, AttributeError, ValueError):
        return _strict_action(line, number)
    if op in _ACTIONS and type(meta) is dict and _TEXTS.issuperset(meta) and line.count(b":") == len(meta) + 1:
        for value in meta.values():
            if type(value) is not str:
                break
        else:
            return op, meta
    return _strict_action(line, number)


def _strict_action(line: bytes, number: int) -> tuple[str, dict[str, Any]] | None:
    """An action line token by token, each member refused where it stands; the rest of the line is not read."""
    scanner = Scanner(line)
    tokens = scanner.tokens()
    token = next(tokens, None)
    if token is None:
        return None
    if token.kind != "START_OBJECT":
        raise _malformed(number, "START_OBJECT", token)
    token = next(tokens)
    if token.kind != "FIELD_NAME":
        raise _malformed(number, "FIELD_NAME", token)
    op = token.value
    if op not in _ACTIONS:
        next(tokens)  # Jackson reads a name with the beginning of what stands behind it
        raise IllegalArgumentException(
            f"Malformed action/metadata line [{number}], expected one of [{', '.join(_ACTIONS)}] but found [{op}]"
        )
    token = next(tokens)
    if token.kind == "END_OBJECT":
        return op, {}
    if token.kind != "START_OBJECT":
        raise _malformed(number, "START_OBJECT or END_OBJECT", token)
    given: dict[str, Any] = {}
    meta: dict[str, Any] = {}
    while True:
        token = next(tokens)
        if token.kind == "END_OBJECT":
            return op, meta
        name = token.value
        token = next(tokens)
        if token.kind == "START_OBJECT" and name == "_source":
            given[name] = _skip(tokens)
        elif token.kind in ("START_OBJECT", "START_ARRAY"):
            raise IllegalArgumentException(
                f"Malformed action/metadata line [{number}], expected a simple value for field [{name}] but found "
                f"[{token.xcontent}]"
            )
        elif token.kind == "VALUE_NULL":
            continue
        elif name in _TEXTS:
            meta[name] = _text(line, token)
            continue
        elif name not in _READERS:
            raise IllegalArgumentException(f"Action/metadata line [{number}] contains an unknown parameter [{name}]")
        else:
            given[name] = token.value
        try:
            meta[name] = _READERS[name](given, name)
        except OpenSearchError as error:
            _place(error, line, {op: given})
            raise


def _text(line: bytes, token: Token) -> str:
    """XContentParser.text: a scalar as it stands there."""
    return token.value if isinstance(token.value, str) else line[token.start : token.end].decode()


def _skip(tokens: Iterator[Token]) -> dict[str, Any]:
    """The object that has just begun."""
    root: list[Any] = [{}]
    stack: list[Any] = [root[0]]
    name = None
    while stack:
        token = next(tokens)
        match token.kind:
            case "FIELD_NAME":
                name = token.value
            case "END_OBJECT" | "END_ARRAY":
                stack.pop()
            case kind:
                value: Any = {} if kind == "START_OBJECT" else [] if kind == "START_ARRAY" else token.value
                if isinstance(stack[-1], dict):
                    stack[-1][name] = value
                else:
                    stack[-1].append(value)
                if kind.startswith("START"):
                    stack.append(value)
    found: dict[str, Any] = root[0]
    return found


def _malformed(number: int, expected: str, token: Token) -> IllegalArgumentException:
    return IllegalArgumentException(
        f"Malformed action/metadata line [{number}], expected {expected} but found [{token.xcontent}]"
    )


#: The metadata that are rarer than index and id.
_READERS: dict[str, Callable[[dict[str, Any], str], Any]] = {
    "version": partial(integer, bits=64),
    "version_type": lambda meta, name: version_type(text(meta, name)),
    "if_seq_no": lambda meta, name: if_seq_no(integer(meta, name, bits=64)),
    "if_primary_term": lambda meta, name: if_primary_term(integer(meta, name, bits=64)),
    "retry_on_conflict": integer,
    "require_alias": boolean,
    "_source": parse_source,
}


def _place(error: OpenSearchError, text: bytes, root: Any) -> None:
    for link in error.chain():
        if link.at is not None:
            place = locate(text, root, link.at)
            if place is not None:
                link.locate(*place)
            link.at = None


_PLAIN = frozenset(("_index", "_id"))


def _index(op: str, meta: dict[str, Any], defaults: Defaults, source: bytes) -> IndexRequest:
    if _PLAIN.issuperset(meta):
        return IndexRequest(
            meta.get("_index", defaults.index),
            meta.get("_id"),
            source,
            defaults.routing,
            ANYTHING,
            op == "create",
            defaults.pipeline,
            defaults.require_alias,
        )
    create = op == "create" or meta.get("op_type") == "create"
    return IndexRequest(
        meta.get("_index", defaults.index),
        meta.get("_id"),
        source,
        meta.get("routing", defaults.routing) or None,
        _expectation(meta),
        create,
        meta.get("pipeline", defaults.pipeline),
        meta.get("require_alias", defaults.require_alias),
    )


def _expectation(meta: dict[str, Any]) -> Expectation:
    if not ("version" in meta or "version_type" in meta or "if_seq_no" in meta or "if_primary_term" in meta):
        return ANYTHING
    return Expectation(
        meta.get("version", MATCH_ANY),
        meta.get("version_type", INTERNAL),
        meta.get("if_seq_no", UNASSIGNED_SEQ_NO),
        meta.get("if_primary_term", UNASSIGNED_PRIMARY_TERM),
    )


def _delete(meta: dict[str, Any], defaults: Defaults) -> DeleteRequest:
    return DeleteRequest(
        meta.get("_index", defaults.index),
        meta.get("_id"),
        meta.get("routing", defaults.routing) or None,
        _expectation(meta),
    )


def _update(meta: dict[str, Any], defaults: Defaults, source: bytes) -> UpdateRequest:
    if "version" in meta or "version_type" in meta:
        expected = _expectation(meta)
        if expected.version != MATCH_ANY or expected.version_type is not INTERNAL:
            raise IllegalArgumentException(
                "Update requests do not support versioning. Please use `if_seq_no` and `if_primary_term` instead"
            )
    update = UpdateRequest(
        meta.get("_index", defaults.index),
        meta.get("_id"),
        meta.get("routing", defaults.routing) or None,
        _expectation(meta),
        retry_on_conflict=meta.get("retry_on_conflict", 0),
        require_alias=meta.get("require_alias", defaults.require_alias),
        pipeline=meta.get("pipeline", defaults.pipeline),
    )
    body = read_update(source)
    try:
        shown = apply_update_body(update, body)
    except OpenSearchError as error:
        _place(error, source, body)
        raise
    if update.doc_as_upsert:
        update.pipeline = None  # it is the upsert's, and a doc is none
    # What the line or the query string says of the source beats what the body says
    show_source(update, meta.get("_source", defaults.source) or shown)
    return update
