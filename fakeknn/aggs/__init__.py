"""Aggregations by their names in the DSL: each module registers its kinds."""

from fakeknn.aggs import (
    buckets,
    histogram,
    metrics,
    nested_buckets,
    percentiles,
    pipelines_buckets,
    pipelines_histogram,
    pipelines_sibling,
    ranges,
    scripted,
    terms,
    weighted,
)

__all__ = [
    "buckets",
    "histogram",
    "metrics",
    "nested_buckets",
    "percentiles",
    "pipelines_buckets",
    "pipelines_histogram",
    "pipelines_sibling",
    "ranges",
    "scripted",
    "terms",
    "weighted",
]
