"""``indices_boost``: scores of some indices weigh more."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

from fakeknn.errors import ParsingException, Where
from fakeknn.query.context import ShardContext
from fakeknn.search.request import ARRAYS, OBJECTS, SearchRequest
from fakeknn.state.names import IndicesOptions
from fakeknn.xcontent import objects

if TYPE_CHECKING:
    from fakeknn.state.node import Node


def _by_name(request: SearchRequest, container: Any, key: Any) -> None:
    body = container[key]
    found = request.parts.setdefault("indices_boost", [])
    for name, value in body.items():
        if value is None or isinstance(value, (dict, list)):
            raise ParsingException(f"Unknown key for a {objects.token(value)} in [{name}].", at=Where(body, name))
        found.append((name, objects.decimal(body, name)))


def _one_by_one(request: SearchRequest, container: Any, key: Any) -> None:
    items = container[key]
    found = request.parts.setdefault("indices_boost", [])
    for i, item in enumerate(items):
        if not isinstance(item, dict):
            token = objects.token(item)
            raise ParsingException(f"Expected [START_OBJECT] in [null] but found [{token}]", at=Where(items, i))
        if not item:
            raise _expected("FIELD_NAME", "END_OBJECT", Where(item, None, "end"))
        name = next(iter(item))
        if objects.token(item[name]) != "VALUE_NUMBER":
            raise _expected("VALUE_NUMBER", objects.token(item[name]), Where(item, name))
        found.append((name, objects.decimal(item, name)))
        if len(item) > 1:
            raise _expected("END_OBJECT", "FIELD_NAME", Where(item, list(item)[1], "key"))


def _expected(wanted: str, token: str, at: Where) -> ParsingException:
    return ParsingException(f"Expected [{wanted}] in [indices_boost] but found [{token}]", at=at)


OBJECTS["indices_boost"] = _by_name
ARRAYS["indices_boost"] = _one_by_one


def resolve_boosts(node: Node, request: SearchRequest, options: IndicesOptions) -> None:
    """TransportSearchAction.resolveIndexBoosts: the boost of each index; the first that names it counts."""
    found: dict[str, float] = {}
    for name, boost in request.parts.get("indices_boost", []):
        for index in node.resolve(name, options):
            found.setdefault(index.uuid, boost)
    request.parts["index_boosts"] = found


def boosted(request: SearchRequest, contexts: list[ShardContext]) -> list[ShardContext]:
    """The shards of a search with the boosts of their indices."""
    found: dict[str, float] = request.parts.get("index_boosts", {})
    if not found:
        return contexts
    return [replace(ctx, index_boost=found[ctx.uuid]) if ctx.uuid in found else ctx for ctx in contexts]
