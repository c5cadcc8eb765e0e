"""What is asked, by area: an endless run of requests for a drawn index."""

from __future__ import annotations

import json
from collections.abc import Callable, Generator, Iterator
from dataclasses import replace
from random import Random

from fakeknn.contract.console import ConsoleRequest

from . import (
    analysis,
    cluster,
    contexts,
    documents,
    dsl,
    fields,
    hits,
    indices,
    kin,
    pipelines,
    places,
    scripts,
    snippets,
    ways,
)
from .aggregations import tree
from .draw import Drawn, Json, bulk, document, index, some
from .nearest import asked
from .pair import only_reads
from .queries import query, search
from .spoil import spoiled
from .vectors import knn_document, knn_index, loses_documents

#: How many requests an index is asked before a new one is drawn.
ROUND = 60
SPOILED = 0.25


def _request(method: str, path: str, body: Json = None) -> ConsoleRequest:
    return ConsoleRequest(method, path, b"" if body is None else json.dumps(body).encode())


def index_name(area: str) -> str:
    return f"drawn-{area}"


def _filled(random: Random, name: str) -> tuple[Drawn, list[ConsoleRequest]]:
    """An index and the requests that make it: some documents replaced, some deleted, in one segment or several."""
    drawn = index(random, name, vectors=False)
    requests = [_request("PUT", f"/{name}", drawn.body)]
    for _ in range(random.choice((1, 1, 1, 2))):
        batch = {str(random.randint(1, 30)): document(random, drawn, odd=0.02) for _ in range(random.randint(1, 15))}
        drawn.documents.update(batch)
        requests.append(ConsoleRequest("POST", "/_bulk?refresh=true", bulk(batch, name)))
    if random.random() < 0.2:
        requests.append(_request("DELETE", f"/{name}/_doc/{some(random, sorted(drawn.documents))}?refresh=true"))
    return drawn, requests


def _searches(random: Random, name: str, *, ask: Callable[[Random, Drawn], Json]) -> Iterator[ConsoleRequest]:
    drawn, requests = _filled(random, name)
    yield from requests
    for _ in range(ROUND - len(requests)):
        if random.random() < 0.05:
            request = _request("GET", f"/{name}/_count", {"query": query(random, drawn)})
        else:
            request = _request("POST", f"/{name}/_search", ask(random, drawn))
        yield _maybe_spoiled(random, request)


def _maybe_spoiled(random: Random, request: ConsoleRequest) -> ConsoleRequest:
    return replace(request, body=spoiled(random, request.body)) if random.random() < SPOILED else request


def knn(random: Random, name: str) -> Iterator[ConsoleRequest]:
    """Vectors in one segment or several, searched in every way, and now and then one more document."""
    drawn = knn_index(random, name)
    yield _request("PUT", f"/{name}", drawn.body)
    gone = 0 if loses_documents(drawn) else 5
    key = 0
    for _ in range(random.choice((1, 1, 2, 3))):
        batch = {}
        for _ in range(random.randint(1, 15)):
            key += 1
            batch[str(random.randint(1, key) if gone else key)] = knn_document(random, drawn, odd=0.02)
        drawn.documents.update(batch)
        yield ConsoleRequest("POST", "/_bulk?refresh=true", bulk(batch, name))
    for _ in range(gone):
        yield _request("DELETE", f"/{name}/_doc/{some(random, sorted(drawn.documents))}?refresh=true")
    for _ in range(ROUND):
        if random.random() < 0.04:
            key += 1
            yield _request("PUT", f"/{name}/_doc/{key}?refresh=true", knn_document(random, drawn, odd=0.8))
        else:
            request = asked(random, drawn)
            yield _maybe_spoiled(random, request) if only_reads(request) else request


def queries(random: Random, name: str) -> Iterator[ConsoleRequest]:
    """Plain searches of numbers and words, or the whole Query DSL over analyzed texts."""
    if random.random() < 0.2:
        return _searches(random, name, ask=lambda r, d: search(r, d, query(r, d)))
    return _texts(random, name)


def _written(random: Random, name: str) -> Generator[ConsoleRequest, None, Drawn]:
    """An index with fields of every type, and documents in it."""
    drawn = dsl.index(random, name)
    yield _request("PUT", f"/{name}", drawn.body)
    for _ in range(random.choice((1, 1, 2))):
        batch = {str(random.randint(1, 20)): dsl.document(random, drawn) for _ in range(random.randint(2, 12))}
        drawn.documents.update(batch)
        yield ConsoleRequest("POST", "/_bulk?refresh=true", bulk(batch, name))
    return drawn


def _texts(random: Random, name: str) -> Iterator[ConsoleRequest]:
    drawn = yield from _written(random, name)
    for _ in range(ROUND):
        yield _maybe_spoiled(random, _asked(random, drawn))


def _asked(random: Random, drawn: Drawn) -> ConsoleRequest:
    """A query, asked in one of the ways that show what it is."""
    body: dict[str, Json] = {"query": dsl.query(random, drawn)}
    chance = random.random()
    if chance < 0.06:
        how = some(random, ("explain=true", "explain=true", "all_shards=true"))
        return _request("GET", f"/{drawn.name}/_validate/query?{how}", body)
    if chance < 0.1:
        return _request("GET", f"/{drawn.name}/_explain/{some(random, [*drawn.documents, '99'])}", body)
    if chance < 0.13:
        return _request("GET", f"/{drawn.name}/_count", body)
    if chance < 0.17:
        return _request("POST", f"/{drawn.name}/_search?q={some(random, dsl.VOCABULARY)}&df=t0", None)
    body["_source"] = False
    if chance < 0.4:
        body["explain"] = True
    elif chance < 0.45:
        return _request("POST", f"/{drawn.name}/_search?search_type=dfs_query_then_fetch", body)
    return _request("POST", f"/{drawn.name}/_search", body)


def aggs(random: Random, name: str) -> Iterator[ConsoleRequest]:
    """Trees over plain fields, or over fields of every type."""
    if random.random() < 0.6:
        return _searches(
            random,
            name,
            ask=lambda r, d: {"size": 0, "query": query(r, d, 1), "aggs": tree(r, d)},
        )
    return _trees(random, name)


def _trees(random: Random, name: str) -> Iterator[ConsoleRequest]:
    drawn = yield from _written(random, name)
    for _ in range(ROUND):
        path = f"/{name}/_search" + some(random, ("", "", "?typed_keys=true"))
        yield _maybe_spoiled(random, _request("POST", path, {"size": 0, "aggs": tree(random, drawn)}))


#: Areas whose requests change what later ones find: after a difference the two servers no longer know the same.
CHANGING = ("contexts", "docs", "fields", "ingest", "indices", "cluster")

AREAS: dict[str, Callable[[Random, str], Iterator[ConsoleRequest]]] = {
    "knn": knn,
    "query": queries,
    "aggs": aggs,
    "docs": documents.requests,
    "indices": indices.requests,
    "cluster": cluster.requests,
    "scripts": scripts.requests,
    "contexts": contexts.requests,
    "ingest": pipelines.requests,
    "analysis": analysis.requests,
    "fields": fields.requests,
    "hits": lambda random, name: hits.requests(random, name, _maybe_spoiled),
    "kin": lambda random, name: kin.requests(random, name, _maybe_spoiled),
    "places": lambda random, name: places.requests(random, name, _maybe_spoiled),
    "ways": lambda random, name: ways.requests(random, name, _maybe_spoiled),
    "snippets": lambda random, name: snippets.requests(random, name, _maybe_spoiled),
}
