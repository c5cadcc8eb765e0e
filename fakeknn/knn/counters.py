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

    def compiled(self, source: str, *, known: bool) -> None:
        """A script of the language ``knn`` was wanted."""
        if source in self.knn_scripts:
            return
        self.script_compilations += 1
        if known:
            self.knn_scripts.add(source)
        else:
            self.script_compilation_errors += 1

    def count_query(self, kind: str, *, filtered: bool) -> None:
        """A shard was asked; ``kind`` is ``knn``, ``max_distance`` or ``min_score``."""
        for name in (f"{kind}_query_requests", f"{kind}_query_with_filter_requests")[: 1 + filtered]:
            setattr(self, name, getattr(self, name) + 1)
