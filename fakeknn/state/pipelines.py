"""Where ingest pipelines come in: before anything else is done with the requests of a bulk."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

from fakeknn.errors import IllegalArgumentException, NotFaked, OpenSearchError
from fakeknn.state.node import Node
from fakeknn.state.requests import IndexRequest, WriteRequest


@dataclass(slots=True)
class Ingested:
    """What pipelines have made of requests: those that are answered already, by position, in the order in which they
    were: None for one that was dropped. The other requests hold what they are to write."""

    answers: list[tuple[int, OpenSearchError | None]] = field(default_factory=list)
    took: int = 0


def _no_pipelines(node: Node, requests: Sequence[WriteRequest]) -> Ingested | None:
    """Without pipelines at work: None if no request asks for one, else the refusal of those that are not there."""
    found = None
    of_index: dict[str | None, tuple[str | None, str | None]] = {}
    for i, request in enumerate(requests):
        if type(request) is not IndexRequest:
            continue
        pipelines = of_index.get(request.index)
        if pipelines is None:
            pipelines = of_index[request.index] = _index_pipelines(node, request.index)
        default, final = pipelines
        for name in (request.pipeline or default, final):
            if name is None or name == "_none":
                continue
            if name in node.pipelines:
                raise NotFaked("ingest pipelines")
            found = found or Ingested()
            found.answers.append((i, IllegalArgumentException(f"pipeline with id [{name}] does not exist")))
            break
    return found


def _index_pipelines(node: Node, name: str | None) -> tuple[str | None, str | None]:
    """The default and the final pipeline of an index."""
    index = node.indices.get(name or "")
    if index is None:
        return None, None
    return index.settings.get("index.default_pipeline"), index.settings.get("index.final_pipeline")


#: Runs the pipelines of requests, before anything else is done with them; set by ``ingest``.
run_pipelines: Callable[[Node, Sequence[WriteRequest]], Ingested | None] = _no_pipelines
