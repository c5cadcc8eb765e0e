"""The search request: body → plan → shards → hits."""

from fakeknn.search import (
    geo_sort,
    highlight,
    percolator,
    script_sort,
    shard_doc_sort,
    similarities,
    suggest_completion,
    suggest_phrase,
    suggest_term,
)

__all__ = [
    "geo_sort",
    "highlight",
    "percolator",
    "script_sort",
    "shard_doc_sort",
    "similarities",
    "suggest_completion",
    "suggest_phrase",
    "suggest_term",
]
