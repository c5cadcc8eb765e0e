"""What the k-NN plugin counts on a node (``KNNCounter``, ``KNNGraphValue``, the cache of native memory)."""

from __future__ import annotations

from collections.abc import Iterable
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
    hit_count: int = 0
    miss_count: int = 0
    load_success_count: int = 0
    total_load_time: int = 0
    """In nanoseconds."""
    knn_scripts: set[str] = field(default_factory=set)
    """The scripts of the language ``knn`` that were compiled, which is done once."""

    def loaded(self, nanos: int) -> None:
        """A graph has come into the cache."""
        self.miss_count += 1
        self.load_success_count += 1
        self.total_load_time += nanos

    def count(self, names: Iterable[str]) -> None:
        """Count each of these once more."""
        for name in names:
            setattr(self, name, getattr(self, name) + 1)
