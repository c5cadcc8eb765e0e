"""The span queries as JSON has them."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, NoReturn

import numpy as np

from fakeknn.errors import IllegalArgumentException, ParsingException, Where
from fakeknn.query.base import Query
from fakeknn.query.parsing import Reader, common, field_query, parse_query, read_member, register, value_of
from fakeknn.query.span_queries import (
    FieldMasking,
    SpanContaining,
    SpanFirst,
    SpanGap,
    SpanNear,
    SpanNot,
    SpanOr,
    SpanQuery,
    SpanTerm,
    SpanWithin,
)
from fakeknn.xcontent import java_float, objects


def parse_clause(kind: str, container: Any, key: Any, *, what: str, shown: str | None = None) -> SpanQuery:
    """A span query inside another one; ``key`` names the member, which ``shown`` overrides in an array."""
    query = parse_query(container, key)
    end = Where(container[key], None, "end")
    if not isinstance(query, SpanQuery):
        raise ParsingException(what, at=end)
    if query.boost != 1:
        raise ParsingException(
            f"{kind} [{shown or key}] as a nested span clause can't have non-default boost value "
            f"[{java_float(np.float32(query.boost))}]",
            at=end,
        )
    return query


def _clauses(kind: str, value: list[Any], *, what: str, shown: str) -> tuple[SpanQuery, ...]:
    out = []
    i = 0
    while i < len(value):
        if isinstance(value[i], list):
            _step_into(kind, value, i, what=what, shown=shown)
        if not isinstance(value[i], (dict, list)) and i + 1 < len(value) and isinstance(value[i + 1], dict):
            i += 1  # the parser steps over a scalar
        out.append(parse_clause(kind, value, i, what=what, shown=shown))
        i += 1
    return tuple(out)


def _step_into(kind: str, value: list[Any], i: int, *, what: str, shown: str) -> NoReturn:
    """An array among the clauses: the parser steps into it and takes its end for that of all clauses, so that what
    stands behind it is refused."""
    if not value[i] or not isinstance(value[i][0], dict):
        parse_query(value, i)
    while i < len(value) and isinstance(value[i], list):
        _clauses(kind, value[i], what=what, shown=shown)
        i += 1
    at = Where(value, i) if i < len(value) else Where(value, None, "end")
    raise ParsingException(f"[{kind}] query does not support [{shown}]", at=at)


def span_members(
    kind: str,
    body: Any,
    spans: Mapping[str, str],
    values: Mapping[str, Reader],
    *,
    arrays: bool = False,
) -> dict[str, Any]:
    """The members of a span query: inner ones (with what is said of those that are none), and scalars."""
    readers = {"boost": objects.decimal, "_name": objects.text, **values}
    found: dict[str, Any] = {}
    for name, value in body.items():
        inside = isinstance(value, list) if arrays else isinstance(value, dict)
        if inside and name in spans:
            if arrays:
                found[name] = _clauses(kind, value, what=spans[name], shown=name)
            else:
                found[name] = parse_clause(kind, body, name, what=spans[name])
            continue
        if kind == "span_near":
            misplaced = not objects.is_value(value)
        else:  # span_or takes whatever is no array for a value
            misplaced = isinstance(value, list if arrays else dict)
        if misplaced or name not in readers:
            raise ParsingException(f"[{kind}] query does not support [{name}]", at=Where(body, name))
        found[name] = read_member(readers[name], body, name)
    return found


def require_members(found: Mapping[str, Any], body: Any, needed: Mapping[str, str]) -> None:
    for name, what in needed.items():
        if found.get(name) is None:
            raise ParsingException(what, at=Where(body, None, "end"))


@register("span_term")
def parse_span_term(container: Any, key: Any) -> Query:
    field, values = field_query("span_term", container, key, {"value": value_of, "term": value_of}, short="value")
    value = values.get("value", values.get("term"))
    if not field:
        raise IllegalArgumentException("field name is null or empty")
    if value is None:
        raise IllegalArgumentException("value cannot be null")
    return SpanTerm(field=field, value=value, **common(values))


@register("span_near")
def parse_span_near(container: Any, key: Any) -> Query:
    body = container[key]
    found = span_members(
        "span_near",
        body,
        {"clauses": "span_near [clauses] must be of type span query"},
        {"in_order": objects.boolean, "slop": objects.integer},
        arrays=True,
    )
    if not found.get("clauses"):
        raise ParsingException("span_near must include [clauses]", at=Where(body, None, "end"))
    return SpanNear(
        clauses=found["clauses"], slop=found.get("slop", 0), in_order=found.get("in_order", True), **common(found)
    )


@register("span_gap")
def parse_span_gap(container: Any, key: Any) -> Query:
    field, width = None, 0
    body = container[key]
    for name, value in body.items():
        if field is not None:
            raise ParsingException(
                f"[span_gap] query doesn't support multiple fields, found [{field}] and [{name}]",
                at=Where(body, name, "key"),
            )
        field = name
        if objects.is_value(value):
            width = objects.integer(body, name)
    if not field:
        raise IllegalArgumentException("[span_gap] field name is null or empty")
    return SpanGap(field=field, width=width)


@register("span_or")
def parse_span_or(container: Any, key: Any) -> Query:
    body = container[key]
    found = span_members("span_or", body, {"clauses": "span_or [clauses] must be of type span query"}, {}, arrays=True)
    if not found.get("clauses"):
        raise ParsingException("span_or must include [clauses]", at=Where(body, None, "end"))
    return SpanOr(clauses=found["clauses"], **common(found))


@register("span_not")
def parse_span_not(container: Any, key: Any) -> Query:
    body = container[key]
    found = span_members(
        "span_not",
        body,
        {name: f"span_not [{name}] must be of type span query" for name in ("include", "exclude")},
        dict.fromkeys(("dist", "pre", "post"), objects.integer),
    )
    require_members(found, body, {n: f"span_not must have [{n}] span query clause" for n in ("include", "exclude")})
    if "dist" in found and ("pre" in found or "post" in found):
        raise ParsingException(
            "span_not can either use [dist] or [pre] & [post] (or none)", at=Where(body, None, "end")
        )
    distance = found.get("dist", 0)
    return SpanNot(
        include=found["include"],
        exclude=found["exclude"],
        pre=max(0, found.get("pre", distance)),
        post=max(0, found.get("post", distance)),
        **common(found),
    )


@register("span_first")
def parse_span_first(container: Any, key: Any) -> Query:
    body = container[key]
    found = span_members(
        "span_first", body, {"match": "span_first [match] must be of type span query"}, {"end": objects.integer}
    )
    require_members(
        found,
        body,
        {"match": "span_first must have [match] span query clause", "end": "span_first must have [end] set for it"},
    )
    if found["end"] < 0:
        raise IllegalArgumentException("parameter [end] needs to be positive.")
    return SpanFirst(match=found["match"], end=found["end"], **common(found))


def _holding(kind: str, query: type[SpanContaining]) -> Callable[[Any, Any], Query]:
    def parse(container: Any, key: Any) -> Query:
        body = container[key]
        parts = ("big", "little")
        found = span_members(kind, body, {name: f"{kind} [{name}] must be of type span query" for name in parts}, {})
        for name in parts:
            if name not in found:
                if kind == "span_within":
                    raise ParsingException(f"span_within must include [{name}]", at=Where(body, None, "end"))
                raise IllegalArgumentException(f"inner clause [{name}] cannot be null.")
        return query(big=found["big"], little=found["little"], **common(found))

    return parse


register("span_containing")(_holding("span_containing", SpanContaining))
register("span_within")(_holding("span_within", SpanWithin))


def _masking(kind: str) -> Callable[[Any, Any], Query]:
    def parse(container: Any, key: Any) -> Query:
        body = container[key]
        found = span_members(
            "span_field_masking",
            body,
            {"query": "[span_field_masking] query must be of type span query"},
            {"field": objects.text},
        )
        require_members(
            found,
            body,
            {
                "query": "span_field_masking must have [query] span query clause",
                "field": "span_field_masking must have [field] set for it",
            },
        )
        if not found["field"]:
            raise IllegalArgumentException("field name is null or empty")
        return FieldMasking(query=found["query"], field=found["field"], **common(found))

    return parse


for _name in ("field_masking_span", "span_field_masking"):
    register(_name)(_masking(_name))
