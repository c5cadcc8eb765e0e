"""Text analysis as Lucene and OpenSearch do it: char filters, tokenizers, token filters, analyzers, normalizers."""

from __future__ import annotations

from fakeknn.analysis.analyze import AnalyzeRequest, NameOrDefinition, analyze
from fakeknn.analysis.base import POSITION_INCREMENT_GAP, Analyzer, Token, TokenStream, utf16_length, utf16_offsets
from fakeknn.analysis.registry import AnalysisRegistry, global_analyzer

__all__ = [
    "POSITION_INCREMENT_GAP",
    "AnalysisRegistry",
    "AnalyzeRequest",
    "Analyzer",
    "NameOrDefinition",
    "Token",
    "TokenStream",
    "analyze",
    "global_analyzer",
    "utf16_length",
    "utf16_offsets",
]
