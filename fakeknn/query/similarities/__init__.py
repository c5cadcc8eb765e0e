"""How terms score: the similarities that a field's ``similarity`` names."""

from fakeknn.query.similarities.base import LENGTHS, FieldStatistics, Scorer, Similarity, TermStatistics, summed
from fakeknn.query.similarities.service import build_checked, similarity_of

__all__ = [
    "LENGTHS",
    "FieldStatistics",
    "Scorer",
    "Similarity",
    "TermStatistics",
    "build_checked",
    "similarity_of",
    "summed",
]
