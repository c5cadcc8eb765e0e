"""What the k-NN plugin counts on a node (``KNNCounter``, ``KNNGraphValue``, the cache of native memory)."""

from __future__ import annotations

from dataclasses import dataclass, field


@dataclass(slots=True)
class Counters:
    """Counts since the node started; the names are those of the statistics."""

    knn_query_requests: int = 0
    knn_query_with_filter_requests: int = 0
    max_distance_query_requests: int = 0
    max_distance_query_with_filter_requests: int = 0
    min_score_query_requests: int = 0
    min_score_query_with_filter_requests: int = 0
    graph_query_requests: int = 0
    graph_query_errors: int = 0
    graph_index_requests: int = 0
    graph_index_errors: int = 0
    script_compilations: int = 0
    script_compilation_errors: int = 0
    script_query_requests: int = 0
    script_query_errors: int = 0
    training_requests: int = 0
    training_errors: int = 0
    graphs_built: int = 0
    scripts_compiled: set[str] = field(default_factory=set)

    def count_query(self, kind: str, *, filtered: bool) -> None:
        """A shard was asked; ``kind`` is ``knn``, ``max_distance`` or ``min_score``."""
        for name in (f"{kind}_query_requests", f"{kind}_query_with_filter_requests")[: 1 + filtered]:
            setattr(self, name, getattr(self, name) + 1)
