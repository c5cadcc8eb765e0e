"""``_mget``: several documents by id."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from fakeknn.api.documents import SOURCE, get, get_result
from fakeknn.errors import (
    ActionRequestValidationException,
    IllegalArgumentException,
    IllegalStateException,
    OpenSearchError,
    OpenSearchParseException,
    ParsingException,
    Where,
    body_of,
)
from fakeknn.rest import SOURCE_PARAMETERS, Request, route
from fakeknn.search.source import SHOW_SOURCE, SourceOptions, source_of_params
from fakeknn.state.node import Node
from fakeknn.state.versions import INTERNAL, MATCH_ANY, VersionType, version_type
from fakeknn.xcontent import number_text, read_open
from fakeknn.xcontent.objects import integer, is_value, text, token

#: Reads a text at a container's key.
Text = Callable[[Any, Any], str]


@dataclass(slots=True)
class Item:
    """One document that is asked for (MultiGetRequest.Item)."""

    index: str | None
    id: str | None = None
    routing: str | None = None
    stored: list[str] | None = None
    source: SourceOptions | None = None
    version: int = MATCH_ANY
    version_type: VersionType = INTERNAL


@route(
    "GET POST",
    "/_mget",
    "/{index}/_mget",
    params=(
        "index",
        "routing",
        "preference",
        "realtime",
        "refresh",
        "fields",
        "stored_fields",
        *SOURCE,
        *SOURCE_PARAMETERS,
    ),
)
def multi_get(node: Node, request: Request) -> dict[str, Any]:
    refresh, realtime = request.flag("refresh"), request.flag("realtime", True)
    params = request.params
    if "fields" in params:
        raise IllegalArgumentException(
            "The parameter [fields] is no longer supported, please use [stored_fields] to retrieve stored fields or "
            "_source filtering if the field is not stored"
        )
    stored = request.names("stored_fields") if "stored_fields" in params else None
    if not request.body:
        raise OpenSearchParseException("request body or source parameter is required")
    default = Item(params.get("index"), None, params.get("routing"), stored, source_of_params(params))
    items = parse(request.read(read_open), default, request.body)
    _validate(items)
    return {"docs": [_answer(node, item, realtime, refresh) for item in items]}


def _validate(items: list[Item]) -> None:
    problems = [] if items else ["no documents to get"]
    for i, item in enumerate(items):
        if item.index is None:
            problems.append(f"index is missing for doc {i}")
        if item.id is None:
            problems.append(f"id is missing for doc {i}")
    if problems:
        raise ActionRequestValidationException(*problems)


def _answer(node: Node, item: Item, realtime: bool, refresh: bool) -> dict[str, Any]:
    assert item.index is not None and item.id is not None
    try:
        index, found = get(node, item.index, item.id, item.routing, realtime, refresh, item.version, item.version_type)
    except OpenSearchError as error:
        return {"_index": item.index, "_id": item.id, "error": body_of(error)["error"]}
    return get_result(index, item.id, found, item.source, item.stored)


# --- the body ---------------------------------------------------------------------------------------------------------


def parse(body: Any, default: Item, raw: bytes = b"") -> list[Item]:
    """MultiGetRequest.add; ``raw`` is the body's text, which numbers as ids are read from."""

    def as_written(container: Any, key: Any) -> str:
        written = number_text(raw, body, Where(container, key)) if isinstance(container[key], float) else None
        return text(container, key) if written is None else written

    if not isinstance(body, dict):
        at = Where(body, None, "start") if isinstance(body, list) else None
        place = {} if at is not None else {"line": 1, "col": 1}
        raise ParsingException(f"unexpected token [{token(body)}], expected [START_OBJECT]", at=at, **place)
    items: list[Item] = []
    for name, value in body.items():
        if not isinstance(value, list):
            what = f"unexpected token [{token(value)}], expected [FIELD_NAME] or [START_ARRAY]"
            raise ParsingException(what, at=Where(body, name))
        if name == "docs":
            items += [_doc(doc, default, as_written) for doc in value]
        elif name == "ids":
            items += [_id(value, i, default, as_written) for i in range(len(value))]
        else:
            what = f"unknown key [{name}] for a START_ARRAY, expected [docs] or [ids]"
            raise ParsingException(what, at=Where(body, name))
    return items


def _id(ids: list[Any], i: int, default: Item, text: Text) -> Item:
    if not is_value(ids[i]):
        raise IllegalArgumentException("ids array element should only contain ids")
    return Item(default.index, text(ids, i), default.routing, default.stored, default.source)


def _doc(doc: Any, default: Item, as_written: Text) -> Item:
    if not isinstance(doc, dict):
        raise IllegalArgumentException("docs array element should include an object")
    item = Item(default.index, None, default.routing, None, SHOW_SOURCE)
    _members(item, doc, as_written)
    item.stored = default.stored if item.stored is None else item.stored
    item.source = default.source if item.source is SHOW_SOURCE else item.source
    return item


def _members(item: Item, doc: dict[str, Any], as_written: Text) -> None:
    for name, value in doc.items():
        if name == "fields" and (is_value(value) or isinstance(value, list)):
            what = "Unsupported field [fields] used, expected [stored_fields] instead"
            raise ParsingException(what, at=Where(doc, name))
        if name == "_source":
            assert item.source is not None
            item.source = _source(doc, item.source)
        elif name == "stored_fields" and isinstance(value, list):
            item.stored = [text(value, i) for i in range(len(value))]
        else:
            _member(item, doc, name, name, as_written)


def _member(item: Item, container: Any, key: Any, name: str, text: Text) -> None:
    """A member ``container[key]`` called ``name``. Of arrays and objects the real parser notices the values alone."""
    value = container[key]
    if isinstance(value, list):
        for i in range(len(value)):
            _member(item, value, i, name, text)
        return
    if isinstance(value, dict):
        _members(item, value, text)
        raise IllegalArgumentException("docs array element should include an object")  # its end was taken for the doc's
    if value is None:
        return
    match name:
        case "_index":
            item.index = text(container, key)
        case "_id":
            item.id = text(container, key)
        case "routing":
            item.routing = text(container, key)
        case "stored_fields":
            item.stored = [text(container, key)]
        case "version":
            item.version = integer(container, key, bits=64)
        case "version_type":
            item.version_type = version_type(text(container, key))
        case _:
            raise OpenSearchParseException(f"failed to parse multi get request. unknown field [{name}]")


def _source(doc: dict[str, Any], before: SourceOptions) -> SourceOptions:
    value = doc["_source"]
    if value in ("true", "false"):  # XContentParser.isBooleanValue
        value = value == "true"
    if isinstance(value, bool):
        return SourceOptions(value, before.includes, before.excludes)
    if isinstance(value, str):
        return SourceOptions(before.fetch, (value,), before.excludes)
    if isinstance(value, list):
        return SourceOptions(before.fetch, tuple(text(value, i) for i in range(len(value))), before.excludes)
    if not isinstance(value, dict):
        if value is None:
            return before
        raise OpenSearchParseException(f"illegal type for _source: [{token(value)}]")
    found: dict[str, list[str]] = {"includes": [], "excludes": []}
    for name, item in value.items():
        part = {"include": "includes", "exclude": "excludes"}.get(name, name)
        if part not in found:
            # The text of a name is asked for, which it has not.
            raise IllegalStateException(
                "Can't get text on a FIELD_NAME at {line}:{column}", at=Where(value, name, "key")
            )
        if isinstance(item, list):
            found[part] += [text(item, i) for i in range(len(item))]
        elif is_value(item):
            found[part].append(text(value, name))
        else:
            raise OpenSearchParseException("unexpected token while parsing source settings")
    return SourceOptions(before.fetch, tuple(found["includes"]), tuple(found["excludes"]))
