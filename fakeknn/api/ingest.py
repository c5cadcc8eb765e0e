"""``_ingest``: pipelines, their simulation, and what grok knows."""

from __future__ import annotations

from typing import Any

from fakeknn.api.timeouts import MANAGER, acknowledged, check_timeouts
from fakeknn.errors import IllegalArgumentException, OpenSearchParseException
from fakeknn.ingest import service, simulate
from fakeknn.ingest.config import Config
from fakeknn.ingest.grok import builtin_patterns
from fakeknn.ingest.pipeline import Pipeline
from fakeknn.painless import java_value
from fakeknn.rest import SOURCE_PARAMETERS, Request, Response, route
from fakeknn.state import pipelines
from fakeknn.state.node import Node
from fakeknn.xcontent import read_map

pipelines.run_pipelines = service.run_pipelines


def _body(request: Request) -> dict[str, Any]:
    """RestRequest.contentOrSourceParam, as a map."""
    if not request.body:
        raise OpenSearchParseException("request body or source parameter is required")
    return request.read(read_map)


@route("PUT", "/_ingest/pipeline/{id}", params=(*MANAGER, *SOURCE_PARAMETERS))
def put(node: Node, request: Request) -> dict[str, Any]:
    if not request.body:
        _body(request)
    check_timeouts(request, manager_first=True)
    service.put_pipeline(node, request.params["id"], _body(request))
    return {"acknowledged": acknowledged(request)}


@route("GET", "/_ingest/pipeline", "/_ingest/pipeline/{id}", params=MANAGER[1:])
def get(node: Node, request: Request) -> Response:
    check_timeouts(request)
    found = service.get_pipelines(node, request.names("id"))
    return Response(200 if found else 404, found)


@route("DELETE", "/_ingest/pipeline/{id}", params=MANAGER)
def delete(node: Node, request: Request) -> dict[str, Any]:
    check_timeouts(request, manager_first=True)
    service.delete_pipeline(node, request.params["id"])
    return {"acknowledged": acknowledged(request)}


@route(
    "GET POST",
    "/_ingest/pipeline/_simulate",
    "/_ingest/pipeline/{id}/_simulate",
    params=("verbose", *SOURCE_PARAMETERS),
)
def run_simulation(node: Node, request: Request) -> dict[str, Any]:
    if not request.body:
        _body(request)
    verbose = request.flag("verbose")
    config = java_value(_body(request))
    id = request.params.get("id")
    now = node.clock.nanos()
    if id is None:
        members = Config(config).map("pipeline")
        pipeline = Pipeline.create(simulate.PIPELINE_ID, members, service.services(node))
    else:
        stored = node.pipelines.get(id)
        if stored is None:
            raise IllegalArgumentException(f"pipeline [{id}] does not exist")
        pipeline = stored.pipeline
    documents = simulate.documents(config, now)
    service.check_count(node, pipeline)
    run = simulate.traced if verbose else simulate.simulated
    return {"docs": [run(pipeline, document) for document in documents]}


@route("GET", "/_ingest/processor/grok", params=("s",))
def grok(node: Node, request: Request) -> dict[str, Any]:
    patterns = builtin_patterns()
    names = sorted(patterns) if request.flag("s") else list(patterns)
    return {"patterns": {name: patterns[name] for name in names}}
