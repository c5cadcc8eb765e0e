"""Aggregations by their names in the DSL: each module registers its kinds."""

from fakeknn.aggs import (
    buckets,
    composite,
    histogram,
    metrics,
    multi_terms,
    nested_buckets,
    percentiles,
    pipelines_buckets,
    pipelines_histogram,
    pipelines_sibling,
    ranges,
    rare_terms,
    sampler,
    scripted,
    terms,
    weighted,
)

__all__ = [
    "buckets",
    "composite",
    "histogram",
    "metrics",
    "multi_terms",
    "nested_buckets",
    "percentiles",
    "pipelines_buckets",
    "pipelines_histogram",
    "pipelines_sibling",
    "ranges",
    "rare_terms",
    "sampler",
    "scripted",
    "terms",
    "weighted",
]
