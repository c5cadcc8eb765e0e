"""Queries by their names in the DSL: each module registers its kinds."""

from fakeknn.query import (
    common_terms,
    compound,
    doc_values,
    function_score,
    fuzzy,
    geo,
    joining,
    knn,
    knn_score,
    multi_match,
    query_string,
    script,
    simple_query_string,
    terms,
    text,
)
from fakeknn.query.base import PARSERS, Explanation, Matched, Query, ShardContext, parse_query

__all__ = [
    "PARSERS",
    "Explanation",
    "Matched",
    "Query",
    "ShardContext",
    "common_terms",
    "compound",
    "doc_values",
    "function_score",
    "fuzzy",
    "geo",
    "joining",
    "knn",
    "knn_score",
    "multi_match",
    "parse_query",
    "query_string",
    "script",
    "simple_query_string",
    "terms",
    "text",
]
