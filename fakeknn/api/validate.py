"""_validate/query."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from fakeknn.api.query_content import query_only
from fakeknn.api.search import INDICES_PARAMETERS, check_read, query_of_params
from fakeknn.errors import (
    ActionRequestValidationException,
    IndexClosedException,
    IndexNotFoundException,
    NotFaked,
    OpenSearchError,
    ParsingException,
)
from fakeknn.query.base import Query
from fakeknn.rest import SOURCE_PARAMETERS, Request, route
from fakeknn.search import service
from fakeknn.search.rewriting import fetched
from fakeknn.search.validate import detailed_message, validate_query
from fakeknn.state.names import VALIDATE_QUERY, IndicesOptions
from fakeknn.xcontent import read_for, read_query, settle

if TYPE_CHECKING:
    from fakeknn.state.node import Node


def _query(request: Request) -> Query | None:
    if not request.body:
        return query_of_params(request)  # type: ignore[no-any-return]
    request.parsed = read_for(request.body, read_query, query_only)
    found: Query | None = query_only(request.parsed)
    if found is None:
        raise ActionRequestValidationException("query cannot be null")
    return found


@route(
    "GET POST",
    "/_validate/query",
    "/{index}/_validate/query",
    params=(
        *SOURCE_PARAMETERS,
        *INDICES_PARAMETERS,
        *"explain rewrite all_shards q df analyzer analyze_wildcard lenient default_operator".split(),
    ),
)
def validate(node: Node, request: Request) -> dict[str, Any]:
    options = IndicesOptions.from_parameters(request.params, VALIDATE_QUERY)
    explain, rewrite = request.flag("explain"), request.flag("rewrite")
    every = request.flag("all_shards")
    check_read(request, of_body=bool(request.body))
    request.prepared()
    try:
        query = _query(request)
    except NotFaked:
        raise
    except OpenSearchError as error:
        if type(error) is ActionRequestValidationException:
            raise  # the request is refused, not the query
        settle(error, request.body, request.parsed)
        told = detailed_message(error) if isinstance(error, ParsingException) else error.reason
        return {"valid": False, **({"error": told} if explain else {})}
    try:
        query = None if query is None else fetched(query, service.Services(node))
        indices = node.resolve(request.text("index") or "_all", options)
        node.check_blocks("read", *indices)
    except (IndexNotFoundException, IndexClosedException):
        raise
    except OpenSearchError as error:  # no shard is asked
        shards = {"total": 0, "successful": 0, "failed": 0}
        return {"_shards": shards, "valid": False, "explanations": [{"valid": False, "error": error.reason}]}
    contexts = service.shard_contexts(node, indices, names=request.text("index") or ())
    if not every:
        seen: set[str] = set()
        contexts = [ctx for ctx in contexts if not (ctx.index in seen or seen.add(ctx.index))]  # type: ignore[func-returns-value]
    explanations = []
    for ctx in contexts:
        shard = {"shard": ctx.shard} if every else {}
        explanations.append({"index": ctx.index, **shard, **validate_query(query, ctx, rewrite=rewrite)})
    answer: dict[str, Any] = {
        "_shards": {"total": len(contexts), "successful": len(contexts), "failed": 0},
        "valid": all(one["valid"] for one in explanations),
    }
    if (explain or rewrite or every) and explanations:
        answer["explanations"] = explanations
    return answer
