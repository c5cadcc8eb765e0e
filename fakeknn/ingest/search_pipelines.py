"""SearchPipelineService: the pipelines that searches go through.

The server itself has no processors for them, its plugins have. So pipelines are kept and looked for here, and those
that do something are not faked.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from fakeknn.errors import (
    IllegalArgumentException,
    IndexNotFoundException,
    NotFaked,
    OpenSearchParseException,
    ResourceNotFoundException,
)
from fakeknn.ingest.config import Config
from fakeknn.ingest.metrics import OperationMetrics
from fakeknn.ingest.processor import processor_config
from fakeknn.painless import java_value
from fakeknn.painless.values import items
from fakeknn.search.request import SearchRequest
from fakeknn.state.names import IndicesOptions, simple_match
from fakeknn.state.node import Node
from fakeknn.xcontent import hash_ordered, java_string

_MAX_ID_BYTES = 512
_NONE = "_none"

#: What plugins of OpenSearch's distribution have, by where it stands in a pipeline.
OF_PLUGINS = {
    "request_processors": frozenset(
        "filter_query oversample script neural_query_enricher neural_sparse_two_phase_processor ml_inference "
        "agentic_query_translator semantic_highlighting mmr_over_sample_factory".split()
    ),
    "response_processors": frozenset(
        "rename_field truncate_hits sort split collapse rerank personalize_search_ranking hybrid_score_explanation "
        "retrieval_augmented_generation ml_inference kendra_ranking agentic_context semantic-highlighter".split()
    ),
    "phase_results_processors": frozenset(("normalization-processor", "score-ranker-processor")),
}


@dataclass(frozen=True, slots=True)
class Stored:
    """A pipeline under its name, as it was put."""

    config: dict[str, Any]


def check(id: str, written: dict[str, Any]) -> None:
    """PipelineWithMetrics.create: refuse what is no pipeline."""
    config = Config(java_value(written))
    config.optional_string("description")
    config.integer("version", None)
    for kind, known in OF_PLUGINS.items():
        for one in config.optional_list(kind) or ():
            for name, _ in items(processor_config(one)):
                if name in known:
                    raise NotFaked(f"the search processor [{name}]")
                raise IllegalArgumentException(f"Invalid processor type {name}")
    if config.left:
        raise OpenSearchParseException(
            f"pipeline [{id}] doesn't support one or more provided configuration parameters {config.unread()}"
        )


def put_pipeline(node: Node, id: str, config: dict[str, Any]) -> None:
    """SearchPipelineService.putPipeline"""
    length = len(id.encode())
    if length > _MAX_ID_BYTES:
        raise IllegalArgumentException(
            f"Search Pipeline id [{id}] exceeds maximum length of {_MAX_ID_BYTES} UTF-8 bytes (actual: {length} bytes)"
        )
    check(id, config)
    node.search_pipelines[id] = Stored(config)
    node.customs["search_pipeline"] = True
    node.changed()


def get_pipelines(node: Node, ids: Sequence[str]) -> dict[str, Any]:
    """SearchPipelineService.getPipelines: configurations by name."""
    known = hash_ordered(node.search_pipelines)
    wanted = [name for id in ids for name in (known if "*" in id else [id]) if simple_match(id, name)] if ids else known
    return {name: node.search_pipelines[name].config for name in wanted if name in node.search_pipelines}


def delete_pipeline(node: Node, id: str) -> None:
    """SearchPipelineService.deletePipeline; where there never was a pipeline, nobody misses one."""
    gone = [name for name in node.search_pipelines if simple_match(id, name)]
    if not gone and id != "*" and "search_pipeline" in node.customs:
        raise ResourceNotFoundException(f"pipeline [{id}] is missing")
    for name in gone:
        del node.search_pipelines[name]
    if gone:
        node.changed()


def resolve(node: Node, request: SearchRequest, indices: str | None, options: IndicesOptions) -> None:
    """SearchPipelineService.resolvePipeline: refuse a search whose pipeline is not there."""
    id = _NONE
    if request.pipeline_source is not None:
        if request.pipeline is not None:
            raise IllegalArgumentException(
                "Both named and inline search pipeline were specified. Please only specify one or the other."
            )
        check("_ad_hoc_pipeline", request.pipeline_source)
        return
    if request.pipeline is not None:
        id = request.pipeline
    elif indices is not None:
        id = _default(node, indices, options)
    if id != _NONE and id not in node.search_pipelines:
        raise IllegalArgumentException(f"Pipeline {id} is not defined")
    if request.verbose_pipeline and id == _NONE:
        raise IllegalArgumentException("The 'verbose pipeline' option requires a search pipeline to be defined.")


def _default(node: Node, indices: str, options: IndicesOptions) -> str:
    """The pipeline that all indices of a search, as far as they name one, have in common."""
    if not any("index.search.default_pipeline" in index.settings for index in node.indices.values()):
        return _NONE
    id = _NONE
    try:
        found = node.resolve(indices, options)
    except IndexNotFoundException:
        return id
    for index in found:
        if "index.search.default_pipeline" not in index.settings:
            continue
        named = java_string(index.settings["index.search.default_pipeline"])
        if id == _NONE:
            id = named
        elif id != named:
            return _NONE
    return id


def stats(node: Node) -> dict[str, Any]:
    """SearchPipelineStats"""
    none = OperationMetrics().to_json()
    ends: dict[str, Any] = {"request_processors": [], "response_processors": []}
    return {
        "total_request": none,
        "total_response": none,
        "pipelines": {
            name: {"request": none, "response": none, **ends} for name in hash_ordered(node.search_pipelines)
        },
        "system_generated_processors": ends,
        "system_generated_factories": {"request_processor_factories": [], "response_processor_factories": []},
    }
