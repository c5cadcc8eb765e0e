"""_field_caps."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from fakeknn.api.query_content import query_content
from fakeknn.api.search import INDICES_PARAMETERS
from fakeknn.errors import IllegalArgumentException, NotFaked, OpenSearchError
from fakeknn.query.base import Query
from fakeknn.rest import SOURCE_PARAMETERS, Request, route
from fakeknn.search import service
from fakeknn.search.field_caps import capabilities, merged
from fakeknn.search.query_phase import query_phase
from fakeknn.state.names import IndicesOptions
from fakeknn.xcontent import read_query

if TYPE_CHECKING:
    from fakeknn.state.node import Node


@route(
    "GET POST",
    "/_field_caps",
    "/{index}/_field_caps",
    params=(*SOURCE_PARAMETERS, *INDICES_PARAMETERS, "fields", "include_unmapped"),
)
def field_caps(node: Node, request: Request) -> dict[str, Any]:
    fields = request.names("fields")
    if not fields:
        raise IllegalArgumentException("specified fields can't be null or empty")
    options = IndicesOptions.from_parameters(request.params, IndicesOptions())
    include_unmapped = request.flag("include_unmapped")
    query = None
    if request.body:
        request.parsed = read_query(request.body)
        query = query_content(request.parsed, "index_filter")
    found = {}
    for index in node.resolve(request.text("index") or "_all", options):
        if index.state == "open" and (query is None or _can_match(node, query, index)):
            known = capabilities(index.searched_mapping, fields)
            if known is not None:
                found[index.name] = known
    return merged(found, include_unmapped=include_unmapped)


def _can_match(node: Node, query: Query, index: Any) -> bool:
    """TransportFieldCapabilitiesIndexAction.canMatchShard, of any shard."""
    for ctx in service.shard_contexts(node, [index]):
        try:
            query_phase(query, ctx)
            if not query.never(ctx):
                return True
        except NotFaked:
            raise
        except OpenSearchError:
            continue
    return False
