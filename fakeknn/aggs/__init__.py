"""Aggregations by their names in the DSL: each module registers its kinds."""

from fakeknn.aggs import buckets, metrics, terms

__all__ = ["buckets", "metrics", "terms"]
