"""What a search fetches before a shard is asked (Rewriteable.rewriteAndFetch)."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import fields, is_dataclass, replace
from typing import Any

from fakeknn.query.base import Query
from fakeknn.query.context import rewriting
from fakeknn.query.wrapper import Broken
from fakeknn.search.request import SearchRequest


def check_wrapped(*queries: Query | None) -> None:
    """What is wrapped is read before anything that has to be waited for, and before indices are looked for."""
    with rewriting():
        for query in queries:
            for clause in () if query is None else query.walk():
                if isinstance(clause, Broken):
                    raise clause.error


def fetched(query: Query, services: Any) -> Query:
    """The query with what it looks up elsewhere; raises what fails the whole search."""
    check_wrapped(query)
    with rewriting():
        clauses = query.walk()
        if all(type(clause).fetched is Query.fetched for clause in clauses):
            return query
        after: Query = _rebuilt(query, lambda clause: clause.fetched(services))
    return after


def fetched_request(request: SearchRequest, services: Any) -> SearchRequest:
    """The request with all that its queries look up."""
    query, post_filter = request.query, request.post_filter
    rescorers = request.parts.get("rescore", ())
    if query is not None:
        query = fetched(query, services)
    if post_filter is not None:
        post_filter = fetched(post_filter, services)
    parts = request.parts
    if rescorers:
        found = [replace(rescorer, query=fetched(rescorer.query, services)) for rescorer in rescorers]
        if any(after.query is not before.query for after, before in zip(found, rescorers, strict=True)):
            parts = {**parts, "rescore": found}
    if query is request.query and post_filter is request.post_filter and parts is request.parts:
        return request
    return replace(request, query=query, post_filter=post_filter, parts=parts)


def _rebuilt(value: Any, change: Callable[[Query], Query]) -> Any:
    """A query, or what holds queries, with each of them changed; the same object where nothing does."""
    if isinstance(value, (tuple, list)):
        items = [_rebuilt(item, change) for item in value]
        return value if all(a is b for a, b in zip(items, value, strict=True)) else type(value)(items)
    if not is_dataclass(value) or isinstance(value, type):
        return value
    if isinstance(value, Query):
        after = change(value)
        if after is not value:
            return after
    changed = {}
    for member in fields(value):
        before = getattr(value, member.name)
        if isinstance(before, (tuple, list)) or is_dataclass(before):
            after = _rebuilt(before, change)
            if after is not before:
                changed[member.name] = after
    return replace(value, **changed) if changed else value
