"""_rank_eval."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from fakeknn.api.search import INDICES_PARAMETERS, SEARCH_OPTIONS, run_search, set_search_type
from fakeknn.errors import (
    IllegalArgumentException,
    NotFaked,
    NullPointerException,
    OpenSearchError,
    OpenSearchParseException,
    body_of,
)
from fakeknn.painless.mustache import compile_template
from fakeknn.rest import SOURCE_PARAMETERS, Request, route
from fakeknn.search.rank_eval import RatedRequest, Specification, check_searched, parse_specification, quality
from fakeknn.search.request import SearchRequest, parse_request
from fakeknn.search.scripts import stored_script
from fakeknn.search.source import HIDE_SOURCE, SourceOptions
from fakeknn.state.names import IndicesOptions
from fakeknn.xcontent import hash_ordered, read_open, read_search

if TYPE_CHECKING:
    from fakeknn.state.node import Node


def _search_of(node: Node, one: RatedRequest, specification: Specification) -> SearchRequest:
    if one.request is not None:
        return one.request
    template = specification.templates.get(str(one.template_id))
    if template is None:
        raise NullPointerException(
            'Cannot invoke "org.opensearch.script.TemplateScript$Factory.newInstance(java.util.Map)" because '
            '"templateScript" is null'
        )
    script = stored_script(node, template)
    rendered = compile_template(str(script.source), script.options).render(one.params)
    search = parse_request(read_search(rendered.encode()))
    check_searched(search)
    return search


@route(
    "GET POST",
    "/_rank_eval",
    "/{index}/_rank_eval",
    params=(*SOURCE_PARAMETERS, *INDICES_PARAMETERS, "?search_type"),
)
def rank_eval(node: Node, request: Request) -> dict[str, Any]:
    if not request.body:
        raise OpenSearchParseException("request body or source parameter is required")
    IndicesOptions.from_parameters(request.params, SEARCH_OPTIONS)
    if "search_type" in request.params:
        set_search_type(request, SearchRequest())
    request.parsed = read_open(request.body)
    specification = parse_specification(request.parsed)
    if specification.at_once < 1:
        raise IllegalArgumentException("maxConcurrentSearchRequests must be positive")
    details: dict[str, Any] = {}
    failures: dict[str, Any] = {}
    for one in specification.requests:
        search = _search_of(node, one, specification)
        search.size = specification.metric.k
        search.source = SourceOptions(includes=one.summary_fields) if one.summary_fields else HIDE_SOURCE
        try:
            hits = run_search(node, request, search)["hits"]["hits"]
        except NotFaked:
            raise
        except OpenSearchError as error:
            failures[one.id] = {"error": body_of(error)["error"]}
        else:
            details[one.id] = quality(specification.metric, one, hits)
    scores = [found["metric_score"] for found in details.values()]
    return {
        "metric_score": sum(scores) / len(scores) if scores else "NaN",
        "details": {name: details[name] for name in hash_ordered(details)},
        "failures": {name: failures[name] for name in hash_ordered(failures)},
    }
