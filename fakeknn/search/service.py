"""Searches on a node: names resolved to shards, shards to contexts, contexts searched."""

from __future__ import annotations

import re
from base64 import b64decode
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

import numpy as np
import orjson

from fakeknn.aggs.results import DEFAULT_MAX_BUCKETS
from fakeknn.errors import (
    IllegalArgumentException,
    NullPointerException,
    OpenSearchError,
    ResponseHandlerFailureTransportException,
)
from fakeknn.knn.ann import Ann
from fakeknn.knn.counters import Counters
from fakeknn.mapping import Mapping
from fakeknn.query.base import Query
from fakeknn.query.boolean import Bool
from fakeknn.query.context import ShardContext
from fakeknn.query.parsing import query_of
from fakeknn.query.percolate import IndexedDocument, Percolated
from fakeknn.query.scoring import DfsStatistics
from fakeknn.query.script import Script
from fakeknn.query.terms import TermsLookup
from fakeknn.search import execute, mmr, readers
from fakeknn.search.answer import answer, shards_echo
from fakeknn.search.derived import derived_of
from fakeknn.search.in_memory import indexed_document, percolated
from fakeknn.search.indices_boost import boosted
from fakeknn.search.request import ACCURATE, SearchRequest
from fakeknn.search.rewriting import fetched, fetched_request
from fakeknn.search.scripts import stored_script
from fakeknn.search.slicing import sliced
from fakeknn.search.stored import stored_fields
from fakeknn.search.suggest import only_suggests, suggesting
from fakeknn.state.names import STRICT_EXPAND_OPEN_FORBID_CLOSED, comma_list
from fakeknn.state.resolution import filtering_aliases, resolve_expressions, search_routing
from fakeknn.units import parse_int

if TYPE_CHECKING:
    from fakeknn.state.index import Index
    from fakeknn.state.node import Node
    from fakeknn.view import View


@dataclass(slots=True)
class Services:
    """What queries may ask of the node beyond their shard."""

    node: Node

    @property
    def node_id(self) -> str:
        return self.node.node_id

    @property
    def max_buckets(self) -> int:
        """How many buckets the aggregations of a search may have."""
        return int(self.node.cluster_setting("search.max_buckets", str(DEFAULT_MAX_BUCKETS)))

    @property
    def ann(self) -> Ann:
        return self.node.ann

    @property
    def knn_counters(self) -> Counters:
        return self.node.knn_counters

    @property
    def allows_expensive_queries(self) -> bool:
        return bool(self.node.cluster_setting("search.allow_expensive_queries", "true") == "true")

    @property
    def allows_derived_fields(self) -> bool:
        return bool(self.node.cluster_setting("search.derived_field.enabled", "true") == "true")

    def stored_script(self, script: Script) -> Script:
        return stored_script(self.node, script)

    def lookup_terms(self, lookup: TermsLookup, *, bitmap: bool = False) -> list[Any]:
        """The values of a field of documents elsewhere (TermsQueryBuilder.fetch); a stored bitmap as bytes."""
        if lookup.id is None:
            return self._found_terms(lookup)
        index = self.node.single(lookup.index)
        found = index.shard_of(lookup.id, lookup.routing).get(lookup.id, self.node.now())
        if not lookup.store:
            source = None if found is None else found.source
            return [] if source is None else _values_at(orjson.loads(source), lookup.path)
        if found is None or not (values := _stored_at(index.mapping, lookup.path, found.stored_source)):
            document_field = "org.opensearch.common.document.DocumentField.getValues()"
            getter = "org.opensearch.action.get.GetResponse.getField(String)"
            raise _in_handler(
                NullPointerException(f'Cannot invoke "{document_field}" because the return value of "{getter}" is null')
            )
        if bitmap and len(values) != 1:
            raise _in_handler(
                IllegalArgumentException(
                    "Invalid value for bitmap type: Expected a single base64 encoded serialized bitmap."
                )
            )
        return values

    def _found_terms(self, lookup: TermsLookup) -> list[Any]:
        """The values of a field of all documents that a query finds, if these are not too many."""
        indices = self.node.resolve(lookup.index, STRICT_EXPAND_OPEN_FORBID_CLOSED)
        own = self.node.indices.get(lookup.index)
        settings = {} if own is None else own.settings
        limits = {
            "index.max_terms_count": 65536,
            "index.max_result_window": 10000,
            "indices.query.max_clause_count": 1024,
        }
        limit = min(int(settings.get(name, default)) for name, default in limits.items())
        query = None if lookup.query is None else fetched(lookup.query, self)
        request = SearchRequest(query=query, size=limit)
        outcome = execute.run(request, shard_contexts(self.node, indices, names=lookup.index))
        if outcome.total > limit:
            raise IllegalArgumentException(
                f"Terms lookup subquery total hits [{outcome.total}] exceed fetch limit [{limit}]; "
                "filter may be incomplete."
            )
        values: list[Any] = []
        for hit in outcome.page:
            ctx = outcome.contexts[hit.shard]
            if lookup.store:
                values += _stored_at(ctx.mapping, lookup.path, ctx.view.stored_source(hit.row))
            elif (source := ctx.view.source(hit.row)) is not None:
                values += _values_at(orjson.loads(source), lookup.path)
        return values

    def mapping(self, index: str) -> Mapping:
        """The mapping of another index."""
        return self.node.single(index).mapping

    def document(
        self, index: str, doc_id: str, routing: str | None, version: int | None = None
    ) -> tuple[Mapping, Any] | None:
        """A document elsewhere: the mapping of its index, and its source; None if it is of another version."""
        found_index = self.node.single(index)
        found = found_index.shard_of(doc_id, routing).get(doc_id, self.node.now())
        if found is None or found.source is None or version not in (None, found.version):
            return None
        return found_index.mapping, orjson.loads(found.source)

    def document_to_percolate(self, wanted: IndexedDocument) -> Any:
        return indexed_document(self.node, wanted)

    def percolated(self, ctx: ShardContext, documents: Sequence[Any], *, unmapped_as_text: bool) -> Percolated:
        return percolated(ctx, documents, unmapped_as_text=unmapped_as_text)


def _in_handler(error: OpenSearchError) -> OpenSearchError:
    """What fails behind an answer that has come."""
    failed = ResponseHandlerFailureTransportException(f"java.lang.{type(error).__name__}: {error.reason}")
    failed.__cause__ = error
    return failed


def _stored_at(mapping: Mapping, path: str, source: bytes | None) -> list[Any]:
    """The values of a stored field; those of a binary one as bytes."""
    values = stored_fields(mapping, [path], source).get(path, [])
    field = mapping.field(path)
    if field is not None and field.kind == "binary":
        return [b64decode(value) for value in values]
    return values


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
    node: Node,
    indices: list[Index],
    *,
    names: str | Sequence[str] = (),
    routing: str | None = None,
    preference: str | None = None,
) -> list[ShardContext]:
    """A context for every shard that a search goes to, in the order in which ties between shards are broken.

    ``names`` are the expressions that the indices were found by: aliases among them bring their routing and filters.
    """
    for index in sorted(indices, key=lambda index: index.name):
        node.check_blocks("read", index)
    services = Services(node)
    preferred = preferred_shards(preference) if indices else None  # which is asked a shard
    names = [node.dated(name) for name in (comma_list(names) if isinstance(names, str) else names)]
    routings, filters = _by_alias(node, indices, names, routing)
    places = [
        (number, index.name, index)
        for index in indices
        for number in index.routing.search_shards(routings.get(index.name))
        if preferred is None or number in preferred
    ]
    places.sort(key=lambda place: place[:2])  # ShardId.compareTo: the number before the name
    contexts = [shard_context(node, node.writable(index), number, services) for number, _, index in places]
    if not filters:
        return contexts
    return [replace(ctx, alias_filter=filters.get(ctx.index)) for ctx in contexts]


def document_context(node: Node, index: Index, number: int, name: str) -> ShardContext:
    """The context of the shard that holds a document, asked for it by the name of the index or of an alias."""
    ctx = shard_context(node, index, number)
    filters = _by_alias(node, [index], [node.dated(name)], None)[1]
    return replace(ctx, alias_filter=filters.get(ctx.index))


def _by_alias(
    node: Node, indices: list[Index], names: list[str], routing: str | None
) -> tuple[dict[str, list[str]], dict[str, Query]]:
    """What the names' aliases say of each index: the routing values to search, and the filter."""
    if not any(index.aliases for index in indices):
        if routing is None:
            return {}, {}
        values = [value for value in routing.split(",") if value]  # without any, nothing is searched
        return {index.name: values for index in indices}, {}
    wanted = search_routing(node.lookup, names, routing) or {}
    resolved = resolve_expressions(node.lookup, names)
    filters = {}
    for index in indices:
        aliases = filtering_aliases(index, resolved)
        if aliases:
            queries = [query_of(index.aliases[alias]["filter"]) for alias in aliases]
            filters[index.name] = queries[0] if len(queries) == 1 else Bool(should=tuple(queries))
    return {name: sorted(values) for name, values in wanted.items()}, filters


def shard_context(
    node: Node, index: Index, number: int, services: Services | None = None, view: View | None = None
) -> ShardContext:
    """A context on the ``view`` of a shard, or on what a search of it sees now."""
    services = services or Services(node)
    return ShardContext(
        index=index.name,
        uuid=index.uuid,
        shard=number,
        settings=index.settings,
        mapping=index.searched_mapping,
        view=index.shards[number].searched(node.now()) if view is None else view,
        now=node.clock.millis(),
        services=services,
        derived=derived_of(index.mapping, index.settings, allowed=services.allows_derived_fields),
    )


def preferred_shards(preference: str | None) -> set[int] | None:
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
    names: str | Sequence[str] = (),
    routing: str | None = None,
    preference: str | None = None,
    scroll: str | None = None,
) -> dict[str, Any]:
    """Run a search and shape its answer; ``scroll`` is the keep-alive of a search that goes on."""
    started = node.clock.now()
    request = fetched_request(request, Services(node))
    rerank = mmr.over_sampled(request, indices)
    if rerank is not None:
        request = rerank.request
    contexts = sliced(request.slice, shard_contexts(node, indices, names=names, routing=routing, preference=preference))
    contexts = boosted(request, contexts)
    if request.dfs:
        statistics = DfsStatistics(contexts)
        contexts = [replace(ctx, statistics=statistics) for ctx in contexts]
    if scroll is None:
        outcome = execute.run(request, contexts)
        if request.dfs and len(contexts) > 1:
            _count_built(outcome)
        _count_phases(node, request, outcome)
        told = {} if rerank is None else rerank.choose(outcome)
        body = answer(request, outcome, _took(node, started))
        return {**body, **told, **body}
    keep_alive = readers.keep_alive_of(node, scroll, "scroll", contexts)
    started_scroll, outcome = readers.start_scroll(node, request, contexts, keep_alive)
    _count_phases(node, request, outcome)
    told = {} if rerank is None else rerank.choose(outcome)
    body = answer(started_scroll.request, outcome, _took(node, started))
    return {"_scroll_id": started_scroll.id, **body, **told}


def search_point(node: Node, request: SearchRequest) -> dict[str, Any]:
    """A search at a point in time."""
    started = node.clock.now()
    assert request.point is not None
    point = readers.find_point(node, request.point.id, request.point.keep_alive)
    contexts = [replace(ctx, memo={}) for ctx in boosted(request, sliced(request.slice, point.contexts))]
    request = fetched_request(request, Services(node))
    outcome = execute.run(request, contexts)
    _count_phases(node, request, outcome)
    body = answer(request, outcome, _took(node, started))
    return {"pit_id": point.id, **body} if contexts else body


def scroll_on(node: Node, scroll_id: str, keep_alive: str | None) -> dict[str, Any]:
    """The next page of a scroll."""
    started = node.clock.now()
    scroll = readers.find_scroll(node, scroll_id)
    if keep_alive is not None:
        scroll.keep_alive = readers.keep_alive_of(node, keep_alive, "scroll", scroll.outcome.contexts)
    scroll.expires = node.now() + scroll.keep_alive
    outcome = readers.next_page(scroll)
    _count_built(outcome)
    _count_phases(node, scroll.request, outcome)
    body = answer(scroll.request, outcome, _took(node, started))
    if keep_alive is None and len(outcome.contexts) == 1:
        readers.clear_scrolls(node, [scroll.id])  # the reader of a shard goes with the hits that are fetched last
    return {"_scroll_id": scroll.id, **body} if keep_alive is not None else body


def _count_built(outcome: execute.Outcome) -> None:
    """Each shard has built the query for one more phase."""
    for result in outcome.results:
        outcome.contexts[result.context].count_again()


def _count_phases(node: Node, request: SearchRequest, outcome: execute.Outcome) -> None:
    """ShardSearchStats: a query phase on each shard, or one of suggestions where nothing else is asked, and a fetch
    phase on those that give hits, or are alone (which need not build the query again)."""
    suggested = {id(ctx) for ctx in suggesting(outcome.suggest)}
    fetched = {hit.shard for hit in outcome.page}
    fetched |= {number for number, ctx in enumerate(outcome.contexts) if id(ctx) in suggested}
    suggests = only_suggests(request)
    key = _key(request, len(outcome.contexts))
    for result in outcome.results:
        ctx = outcome.contexts[result.context]
        index = node.indices.get(ctx.index)
        if index is not None and index.uuid == ctx.uuid:
            counts = index.shards[ctx.shard].stats
            fetches = len(outcome.contexts) == 1 or result.context in fetched
            if fetches and len(outcome.contexts) > 1:
                ctx.count_again()
            counts.suggest_total += suggests
            counts.query_total += not suggests
            counts.fetch_total += fetches
            enabled = request.request_cache or ctx.settings.get("index.requests.cache.enable") != "false"
            if key is not None and enabled:
                index.shards[ctx.shard].request_cache.ask(ctx.view, key)
            for group in request.groups:
                queries, fetched_before = counts.groups.get(group, (0, 0))
                counts.groups[group] = queries + 1, fetched_before + fetches


#: What makes an answer another one each time: scripts and functions that draw, and dates that are told from now.
_CHANGES = re.compile(rb'random|"now')


def _key(request: SearchRequest, shards: int) -> bytes | None:
    """IndicesService.canCache: what the shards' request caches know the search by; None if they are not asked."""
    if request.key is None or request.profile or (request.dfs and shards > 1):
        return None
    if request.size != 0 if request.request_cache is None else not request.request_cache:
        return None
    key = request.key()
    return None if _CHANGES.search(key) else key


def _took(node: Node, started: float) -> int:
    return int((node.clock.now() - started) * 1000)


def count(
    node: Node,
    query: Query | None,
    indices: list[Index],
    *,
    names: str | Sequence[str] = (),
    routing: str | None = None,
    preference: str | None = None,
    min_score: np.float32 | None = None,
    terminate_after: int = 0,
    key: Callable[[], bytes] | None = None,
) -> dict[str, Any]:
    """How many documents match: a search for no hits, which the request cache knows by ``key``."""
    query = None if query is None else fetched(query, Services(node))
    request = SearchRequest(
        query=query, size=0, track_total_hits=ACCURATE, min_score=min_score, terminate_after=terminate_after, key=key
    )
    outcome = execute.run(request, shard_contexts(node, indices, names=names, routing=routing, preference=preference))
    _count_phases(node, request, outcome)
    early = {"terminated_early": bool(outcome.terminated_early)} if terminate_after else {}
    return {**early, "count": outcome.total, "_shards": shards_echo(outcome)}
