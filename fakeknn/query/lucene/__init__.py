"""Lucene's query trees: what a query is once it is built and rewritten, how it writes itself, and why a document has
its score.

Matching does not need them. They are what ``explain``, ``_validate/query`` and ``profile`` show, so a query is given
its tree (see ``forms``) only when one of these asks.
"""

from fakeknn.query.lucene.compounds import FILTER, MUST, MUST_NOT, SHOULD, BooleanQuery, DisjunctionMaxQuery
from fakeknn.query.lucene.functions import BoostByQuery, FunctionScoreQuery, ScriptScoreQuery
from fakeknn.query.lucene.leaves import Leaf, MatchAllDocsQuery, MatchNoDocsQuery, MultiTermWrapper, TermQuery, Told
from fakeknn.query.lucene.node import ONE, Node
from fakeknn.query.lucene.wrappers import (
    ApproximateScoreQuery,
    Becoming,
    BoostQuery,
    ConstantScoreQuery,
    IndexOrDocValuesQuery,
)

__all__ = [
    "FILTER",
    "MUST",
    "MUST_NOT",
    "ONE",
    "SHOULD",
    "ApproximateScoreQuery",
    "Becoming",
    "BooleanQuery",
    "BoostByQuery",
    "BoostQuery",
    "ConstantScoreQuery",
    "DisjunctionMaxQuery",
    "FunctionScoreQuery",
    "IndexOrDocValuesQuery",
    "Leaf",
    "MatchAllDocsQuery",
    "MatchNoDocsQuery",
    "MultiTermWrapper",
    "Node",
    "ScriptScoreQuery",
    "TermQuery",
    "Told",
]
