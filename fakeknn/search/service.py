"""Searches on a node: names resolved to shards, shards to contexts, contexts searched."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import orjson

from fakeknn.errors import IllegalArgumentException
from fakeknn.query.base import Query, ShardContext
from fakeknn.query.terms import TermsLookup
from fakeknn.search import execute
from fakeknn.search.request import ACCURATE, SearchRequest
from fakeknn.units import parse_int

if TYPE_CHECKING:
    from fakeknn.state.index import Index
    from fakeknn.state.node import Node


@dataclass(slots=True)
class Services:
    """What queries may ask of the node beyond their shard."""

    node: Node

    @property
    def node_id(self) -> str:
        return self.node.node_id

    def lookup_terms(self, lookup: TermsLookup) -> list[Any]:
        """The values of a field of a document elsewhere (TermsQueryBuilder.fetch)."""
        index = self.node.single(lookup.index)
        found = index.shard_of(lookup.id, lookup.routing).get(lookup.id, self.node.now())
        if found is None or found.source is None:
            return []
        return _values_at(orjson.loads(found.source), lookup.path)


def _values_at(body: Any, path: str) -> list[Any]:
    """XContentMapValues.extractRawValues."""
    if isinstance(body, list):
        return [value for item in body for value in _values_at(item, path)]
    if not path:
        return [] if body is None else [body]
    if not isinstance(body, dict):
        return []
    head, _, rest = path.partition(".")
    out = _values_at(body[head], rest) if head in body else []
    if not out and rest:
        dotted = [key for key in body if "." in key and (path == key or path.startswith(key + "."))]
        out = [value for key in dotted for value in _values_at(body[key], path[len(key) + 1 :])]
    return out


def shard_contexts(
    node: Node, indices: list[Index], *, routing: str | None = None, preference: str | None = None
) -> list[ShardContext]:
    """A context for every shard that a search goes to, in the order in which ties between shards are broken."""
    services = Services(node)
    preferred = _preferred_shards(preference)
    routings = routing.split(",") if routing is not None else None
    places = [
        (number, index.name, index)
        for index in indices
        for number in index.routing.search_shards(routings)
        if preferred is None or number in preferred
    ]
    places.sort(key=lambda place: place[:2])  # ShardId.compareTo: the number before the name
    return [shard_context(node, node.writable(index), number, services) for number, _, index in places]


def shard_context(node: Node, index: Index, number: int, services: Services | None = None) -> ShardContext:
    return ShardContext(
        index=index.name,
        uuid=index.uuid,
        shard=number,
        settings=index.settings,
        mapping=index.mapping,
        view=index.shards[number].searched(node.now()),
        now=node.clock.millis(),
        services=services or Services(node),
    )


def _preferred_shards(preference: str | None) -> set[int] | None:
    """``_shards:0,2|_local``: the only preference that says which shards."""
    if preference is None or not preference.startswith("_"):
        return None
    first, _, _ = preference.partition("|")
    name, _, rest = first.partition(":")
    if name == "_shards":
        return {parse_int(number) for number in rest.split(",") if number}
    if name not in (
        "_local",
        "_primary",
        "_replica",
        "_primary_first",
        "_replica_first",
        "_only_local",
        "_only_nodes",
        "_prefer_nodes",
        "_search_only",
    ):
        raise IllegalArgumentException(f"no Preference for [{preference}]")
    return None


def search(
    node: Node,
    request: SearchRequest,
    indices: list[Index],
    *,
    routing: str | None = None,
    preference: str | None = None,
    alias_filters: dict[str, Query] | None = None,
) -> dict[str, Any]:
    """Run a search and shape its answer."""
    started = node.clock.now()
    contexts = shard_contexts(node, indices, routing=routing, preference=preference)
    if alias_filters:
        for ctx in contexts:
            ctx.alias_filter = alias_filters.get(ctx.index)
    outcome = execute.run(request, contexts)
    took = int((node.clock.now() - started) * 1000)
    return execute.answer(request, outcome, took)


def count(node: Node, query: Query | None, indices: list[Index], **options: Any) -> dict[str, Any]:
    """How many documents match."""
    request = SearchRequest(query=query, size=0, track_total_hits=ACCURATE, **options)
    outcome = execute.run(request, shard_contexts(node, indices))
    return {"count": outcome.total, "_shards": execute.shards_echo(outcome)}
