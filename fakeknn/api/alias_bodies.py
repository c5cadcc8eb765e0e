"""The aliases that bodies give to new indices and to templates."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, NamedTuple

from fakeknn.errors import IllegalArgumentException, NotXContentException, NullPointerException
from fakeknn.knn.java import cannot_be_cast
from fakeknn.state.aliases import alias_metadata
from fakeknn.xcontent.java import hash_ordered
from fakeknn.xcontent.objects import token

_ROUTING = ("routing",)
_INDEX_ROUTING = ("index_routing", "indexRouting", "index-routing")
_SEARCH_ROUTING = ("search_routing", "searchRouting", "search-routing")


def java_map(value: Any) -> dict[str, Any]:
    """Java's cast to a Map."""
    if isinstance(value, dict):
        return value
    if value is None:
        return {}
    raise cannot_be_cast(value, "java.util.Map")


def template_alias(body: Mapping[str, Any]) -> dict[str, Any]:
    """AliasMetadata.Builder.fromXContent: what is of another kind than expected is passed over."""
    return _metadata(body, _ROUTING, _INDEX_ROUTING[:2], _SEARCH_ROUTING[:2])


def _metadata(
    body: Mapping[str, Any],
    routing: tuple[str, ...] = _ROUTING,
    index_routing: tuple[str, ...] = _INDEX_ROUTING,
    search_routing: tuple[str, ...] = _SEARCH_ROUTING,
) -> dict[str, Any]:
    """An alias of members in the order in which they came: the last one goes."""
    found: dict[str, Any] = {}
    for name, value in body.items():
        if isinstance(value, str):
            if name in routing:
                found["index_routing"] = found["search_routing"] = value
            elif name in index_routing:
                found["index_routing"] = value
            elif name in search_routing:
                found["search_routing"] = value
        elif isinstance(value, bool):
            if name in ("is_write_index", "is_hidden"):
                found[name] = value
        elif isinstance(value, dict) and name == "filter":
            found["filter"] = value
    return alias_metadata(**found)


# --- CreateIndexRequest.aliases ---------------------------------------------------------------------------------------


class _Token(NamedTuple):
    kind: str
    name: str | None
    value: Any = None
    skip: int = 0
    """How many tokens the children of an object are, with its end."""


def requested_aliases(source: Any) -> dict[str, dict[str, Any]]:
    """CreateIndexRequest.aliases, which reads the tokens of a HashMap and does not mind objects: an inner one ends the
    alias, and what follows is another."""
    if source is None:
        raise NotXContentException
    body = java_map(source)
    if all(isinstance(one, dict) and not _is_odd(one) for one in body.values()):
        return {alias: _metadata(one) for alias, one in body.items()}
    tokens = iter(list(_tokens(body, None))[1:])
    found: dict[str, dict[str, Any]] = {}
    for at in tokens:
        if at.kind == "END_OBJECT":
            return found
        name, metadata = _read(at, tokens)
        found.setdefault(name, metadata)  # the set of aliases keeps the first of a name
    raise IllegalArgumentException("No alias is specified")


def _is_odd(body: dict[str, Any]) -> bool:
    return any(
        isinstance(value, list) or (isinstance(value, dict) and (name != "filter" or not value))
        for name, value in body.items()
    )


def _read(start: _Token, tokens: Iterator[_Token]) -> tuple[str, dict[str, Any]]:
    """Alias.fromXContent."""
    body: dict[str, Any] = {}
    field: str | None = None
    next(tokens)
    for at in tokens:
        if at.kind == "END_OBJECT":
            break
        if at.kind == "FIELD_NAME":
            field = at.name
        elif at.kind in ("START_OBJECT", "VALUE_STRING", "VALUE_BOOLEAN"):
            if field is None:
                raise NullPointerException("fieldName cannot be null")
            if at.kind == "START_OBJECT" and field != "filter":
                continue
            body.pop(field, None)
            body[field] = at.value
            for _ in range(at.skip):
                next(tokens)
    return start.name or "", _metadata(body)


def _tokens(value: Any, name: str | None) -> Iterator[_Token]:
    kind = token(value)
    if isinstance(value, dict):
        inner = [part for key in hash_ordered(value) for part in (_Token("FIELD_NAME", key), *_tokens(value[key], key))]
        yield _Token(kind, name, value, len(inner) + 1)
        yield from inner
        yield _Token("END_OBJECT", name)
    elif isinstance(value, list):
        yield _Token(kind, name)
        for one in value:
            yield from _tokens(one, None)
        yield _Token("END_ARRAY", name)
    else:
        yield _Token(kind, name, value)
