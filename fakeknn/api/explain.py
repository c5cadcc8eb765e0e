"""_explain: why a document matches a query, or does not."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from fakeknn.api.documents import SOURCE, get, get_result
from fakeknn.api.query_content import query_only
from fakeknn.api.search import check_read, query_of_params
from fakeknn.errors import ActionRequestValidationException, IllegalArgumentException, OpenSearchError
from fakeknn.rest import SOURCE_PARAMETERS, Request, Response, route
from fakeknn.search import service
from fakeknn.search.explain import explained
from fakeknn.search.failures import placed
from fakeknn.search.query_phase import make_query
from fakeknn.search.request import SearchRequest
from fakeknn.search.rewriting import fetched
from fakeknn.search.source import source_of_params
from fakeknn.xcontent import read_for, read_query

if TYPE_CHECKING:
    from fakeknn.state.node import Node


@route(
    "GET POST",
    "/{index}/_explain/{id}",
    params=(
        *SOURCE_PARAMETERS,
        *SOURCE,
        *"""parent routing preference fields stored_fields q df analyzer analyze_wildcard lenient
        default_operator""".split(),
    ),
)
def explain(node: Node, request: Request) -> Response:
    if request.body:
        request.parsed = read_for(request.body, read_query, query_only)
        query = query_only(request.parsed)
    else:
        query = query_of_params(request)
    if request.text("fields") is not None:
        raise IllegalArgumentException(
            "The parameter [fields] is no longer supported, please use [stored_fields] to retrieve stored fields"
        )
    stored = request.names("stored_fields") if request.text("stored_fields") is not None else None
    shown = source_of_params(request.params)
    name, doc_id = request.params["index"], request.params["id"]
    check_read(request, of_body=bool(request.body), q_of_body=False)
    if query is None:
        raise ActionRequestValidationException("query is missing")
    query = fetched(query, service.Services(node))
    index, _ = get(node, name, doc_id, request.text("routing"))
    shard = index.shard_of(doc_id, request.text("routing"))
    found = shard.get(doc_id, node.now(), realtime=False)
    number = next(number for number, one in enumerate(index.shards) if one is shard)
    ctx = service.document_context(node, index, number, name)
    row = None if found is None else ctx.view.find(doc_id)
    answer: dict[str, Any] = {"_index": index.name, "_id": doc_id}
    if row is None:
        return Response(404, {**answer, "matched": False})
    try:
        ctx = ctx.at(row)
        make_query(query, ctx, rewritten=False)
        told = explained(SearchRequest(query=query), ctx, row)
    except OpenSearchError as error:
        raise placed(error, ctx) from error.__cause__
    answer |= {"matched": told.match, "explanation": told.echo()}
    if stored is not None or (shown is not None and shown.fetch):
        got = get_result(index, doc_id, found, shown, stored)
        answer["get"] = {key: value for key, value in got.items() if key not in ("_index", "_id", "_version")}
    return Response(200, answer)
