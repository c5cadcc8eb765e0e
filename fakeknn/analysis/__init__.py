"""Text analysis as Lucene and OpenSearch do it: char filters, tokenizers, token filters, analyzers, normalizers."""

from __future__ import annotations

from fakeknn.analysis.base import Analyzer, Token, TokenStream, utf16_length, utf16_offsets
from fakeknn.analysis.registry import AnalysisRegistry

__all__ = ["AnalysisRegistry", "Analyzer", "Token", "TokenStream", "utf16_length", "utf16_offsets"]
