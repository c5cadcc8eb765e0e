"""The search request: body → plan → shards → hits."""

from fakeknn.search import geo_sort, script_sort

__all__ = ["geo_sort", "script_sort"]
