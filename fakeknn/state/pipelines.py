"""Where ingest pipelines come in: before anything else is done with the requests of a bulk."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

from fakeknn.errors import OpenSearchError
from fakeknn.state.node import Node
from fakeknn.state.requests import WriteRequest


@dataclass(slots=True)
class Ingested:
    """What pipelines have made of requests: those that are answered already, by position, in the order in which they
    were: None for one that was dropped. The other requests hold what they are to write."""

    answers: list[tuple[int, OpenSearchError | None]] = field(default_factory=list)
    took: int = 0


def _no_pipelines(node: Node, requests: Sequence[WriteRequest]) -> Ingested | None:
    return None


#: Runs the pipelines of requests, before anything else is done with them; set by ``api.ingest``, as the layers above
#: hold the pipelines.
run_pipelines: Callable[[Node, Sequence[WriteRequest]], Ingested | None] = _no_pipelines
