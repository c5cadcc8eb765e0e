"""How the query DSL is parsed into queries: a parser for each name, and what most of them share."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import numpy as np

from fakeknn.errors import (
    IllegalArgumentException,
    IllegalStateException,
    NamedObjectNotFoundException,
    NotFaked,
    OpenSearchError,
    ParsingException,
    Where,
)
from fakeknn.query.base import Query
from fakeknn.xcontent import generator, objects
from fakeknn.xcontent.astray import Astray, parse_written
from fakeknn.xcontent.java import java_string
from fakeknn.xcontent.suggest import did_you_mean
from fakeknn.xcontent.tree import StrayEnd

Parser = Callable[[Any, Any], Query]

PARSERS: dict[str, Parser] = {}


def register(*names: str) -> Callable[[Parser], Parser]:
    """Make ``parse(container, name) -> Query`` the parser of these query names; ``container[name]`` is the query's
    object.
    """

    def add(parser: Parser) -> Parser:
        for name in names:
            PARSERS[name] = parser
        return parser

    return add


def parse_query(container: Any, key: Any) -> Query:
    """AbstractQueryBuilder.parseInnerQueryBuilder on the value at ``container[key]``."""
    body = container[key]
    if not isinstance(body, dict):
        if isinstance(body, list) and body and isinstance(body[0], dict):
            return parse_query(body, 0)  # the real parser steps to the next token, whatever it was at
        raise ParsingException(
            "[_na] query malformed, must start with start_object", at=objects.next_token(container, key)[1]
        )
    if not body:
        raise IllegalArgumentException(
            "query malformed, empty clause found at [{line}:{column}]", at=Where(body, None, "end")
        )
    names = iter(body)
    name = next(names)
    if not isinstance(body[name], dict):
        raise ParsingException(f"[{name}] query malformed, no start_object after query name", at=Where(body, name))
    parser = PARSERS.get(name)
    if parser is None:
        raise unknown_query(body, name)
    try:
        query = parser(body, name)
    except OpenSearchError as error:
        if objects.place_of(error) is None:  # found when all was read
            objects.stopped_at(error, Where(body[name], None, "end"))
        raise
    second = next(names, None)
    if second is not None:
        raise ParsingException(
            f"[{name}] malformed query, expected [END_OBJECT] but found [FIELD_NAME]", at=Where(body, second, "key")
        )
    return query


def query_of(tree: Mapping[str, Any]) -> Query:
    """The query that a tree is by itself."""
    try:
        return parse_query([tree], 0)
    except Astray:
        return parse_written(generator.dump(tree), lambda again: parse_query([again], 0))


#: Queries that OpenSearch 3.5.0 with k-NN has and fakeknn does not; filled as kinds are registered.
KNOWN_QUERIES = frozenset(
    "bool boosting combined_fields common constant_score dis_max distance_feature exists field_masking_span "
    "function_score fuzzy "
    "geo_bounding_box geo_distance geo_polygon geo_shape has_child has_parent ids intervals knn match match_all "
    "match_bool_prefix "
    "match_none match_phrase match_phrase_prefix more_like_this multi_match nested parent_id percolate prefix "
    "query_string "
    "range rank_feature regexp script script_score simple_query_string span_containing span_first span_gap span_multi "
    "span_near "
    "span_not span_or span_term span_within template term terms terms_set wildcard wrapper".split()
)


def unknown_query(body: Any, name: str) -> Exception:
    if name in KNOWN_QUERIES or name in ("hybrid", "neural", "neural_sparse", "agentic"):
        return NotFaked(f"the [{name}] query")
    # The parser stands at the object that follows the name.
    error = ParsingException(f"unknown query [{name}]{did_you_mean(name, KNOWN_QUERIES)}", at=Where(body, name))
    error.__cause__ = NamedObjectNotFoundException(f"unknown field [{name}]", at=Where(body, name))
    return error


def parse_queries(container: Any, key: Any) -> list[Query]:
    """An object or an array of objects, each a query."""
    value = container[key]
    if not isinstance(value, list):
        return [parse_query(container, key)]
    found = []
    i = 0
    while i < len(value):
        if isinstance(value[i], (list, StrayEnd)):
            what = f"expected value but got [{objects.token(value[i])}]"
            raise objects.stopped_at(IllegalStateException(what), Where(value, i))
        if not isinstance(value[i], dict) and i + 1 < len(value) and isinstance(value[i + 1], dict):
            i += 1  # as parse_query: a scalar is stepped over
        found.append(parse_query(value, i))
        i += 1
    return found


#: Reads a member of a query's object.
Reader = Callable[[Any, Any], Any]

COMMON: Mapping[str, Reader] = {"boost": objects.decimal, "_name": objects.text}


def field_query(
    kind: str, container: Any, key: Any, members: Mapping[str, Reader], *, short: str | None
) -> tuple[str | None, dict[str, Any]]:
    """The shape ``{"kind": {"field": {...members...}}}``, or ``{"kind": {"field": value}}`` whose value is the member
    ``short``.

    Gives the field's name (None for an empty object) and the values of the members.
    """
    body = container[key]
    found: str | None = None
    values: dict[str, Any] = {}
    for name, value in body.items():
        if short is None and isinstance(value, list):
            found = _in_array(kind, value, name, found, members, values)[1]
        elif isinstance(value, dict):
            _one_field(kind, body, name, found)
            found = name
            for member, item in value.items():
                if kind == "fuzzy" and not objects.is_value(item):
                    raise ParsingException(
                        f"[fuzzy] unexpected token [{objects.token(item)}] after [{member}]", at=Where(value, member)
                    )
                reader = members.get(member) or COMMON.get(member)
                if reader is None:
                    raise ParsingException(f"[{kind}] query does not support [{member}]", at=Where(value, member))
                values[member] = read_member(reader, value, member)
        else:
            if short is None and value is None:
                continue  # no Token.isValue
            if kind == "term":
                if isinstance(value, list):
                    raise ParsingException("[term] query does not support array of values", at=Where(body, name))
                if value is None:
                    continue  # no Token.isValue
            elif kind in ("fuzzy", "span_term") and isinstance(value, list):
                # Its beginning is taken for the value, and what follows for another.
                second = name if not value or isinstance(value[0], dict) else "null"
                raise ParsingException(
                    f"[{kind}] query doesn't support multiple fields, found [{name}] and [{second}]",
                    at=Where(value, 0) if value else Where(value, None, "end"),
                )
            if short is None:
                raise ParsingException(f"[{kind}] query does not support [{name}]", at=Where(body, name))
            _one_field(kind, body, name, found)
            found = name
            values = {short: members[short](body, name)}
    return found, values


def _in_array(
    kind: str, items: list[Any], current: str, found: str | None, members: Mapping[str, Reader], values: dict[str, Any]
) -> tuple[str, str | None]:
    """An array where an object is looked for: the parser does not see it, and goes on with what it holds.

    Gives the name that the parser saw last, and the name of the field.
    """
    for i, item in enumerate(items):
        if isinstance(item, list):
            current, found = _in_array(kind, item, current, found, members, values)
        elif isinstance(item, dict):
            if found is not None:
                raise ParsingException(
                    f"[{kind}] query doesn't support multiple fields, found [{found}] and [{current}]",
                    at=Where(items, i),
                )
            found = current
            for member in item:
                reader = members.get(member) or COMMON.get(member)
                if reader is None:
                    raise ParsingException(f"[{kind}] query does not support [{member}]", at=Where(item, member))
                values[member] = read_member(reader, item, member)
                current = member
        elif item is not None:
            raise ParsingException(f"[{kind}] query does not support [{current}]", at=Where(items, i))
    return current, found


def flat_query(
    kind: str,
    container: Any,
    key: Any,
    *,
    values: Mapping[str, Reader],
    objects_: Mapping[str, Reader] | None = None,
    arrays: Mapping[str, Reader] | None = None,
) -> dict[str, Any]:
    """The shape ``{"kind": {"member": ...}}`` of the parsers written by hand: members by the token their value begins
    with.

    Where no arrays are known, those parsers see what is inside of one as if it stood there alone, and pass a null over.
    """
    body = container[key]
    found: dict[str, Any] = {}

    def take(container: Any, key: Any, name: str) -> None:
        value = container[key]
        if isinstance(value, dict):
            reader = (objects_ or {}).get(name)
        elif isinstance(value, list):
            if arrays is None:
                for i, _ in enumerate(value):
                    take(value, i, name)
                return
            reader = arrays.get(name)
        elif value is None and arrays is None:
            return
        else:
            reader = values.get(name) or COMMON.get(name)
        if reader is None:
            raise ParsingException(f"[{kind}] query does not support [{name}]", at=Where(container, key))
        found[name] = read_member(reader, container, key)

    for name in body:
        take(body, name, name)
    return found


def read_member(reader: Reader, body: Any, name: Any) -> Any:
    """A member's value, or an array's item. A refusal that names no place is one of the value itself, where the parser
    then stands."""
    try:
        return reader(body, name)
    except OpenSearchError as error:
        if objects.place_of(error) is None and not isinstance(body[name], dict | list):
            objects.stopped_at(error, Where(body, name))
        raise


def _one_field(kind: str, body: Any, name: str, found: str | None) -> None:
    if found is not None:
        raise ParsingException(
            f"[{kind}] query doesn't support multiple fields, found [{found}] and [{name}]", at=Where(body, name)
        )


def value_of(container: Any, key: Any) -> Any:
    """XContentParser.objectBytes: any scalar as it is."""
    value = container[key]
    if isinstance(value, list):
        if any(isinstance(item, dict) for item in value):
            raise Astray(Where(container, key), "[")
        return "]"  # the parser takes whatever token it is at, and the array's last is its end
    if isinstance(value, dict):
        raise Astray(Where(container, key))
    return value


def common(values: Mapping[str, Any]) -> dict[str, Any]:
    """``boost`` and ``_name`` as the constructor takes them."""
    return {"boost": float(np.float32(values.get("boost", 1.0))), "name": values.get("_name")}


def shown(value: Any) -> str:
    return java_string(value)
