"""Queries by their names in the DSL: each module registers its kinds."""

from fakeknn.query import compound, doc_values, fuzzy, joining, knn, knn_score, script, terms, text
from fakeknn.query.base import PARSERS, Explanation, Matched, Query, ShardContext, parse_query

__all__ = [
    "PARSERS",
    "Explanation",
    "Matched",
    "Query",
    "ShardContext",
    "compound",
    "doc_values",
    "fuzzy",
    "joining",
    "knn",
    "knn_score",
    "parse_query",
    "script",
    "terms",
    "text",
]
