"""The analyzers that OpenSearch brings along, but for those of the languages."""

from __future__ import annotations

from fakeknn.analysis.base import Analyzer
from fakeknn.analysis.casing import lower_case
from fakeknn.analysis.factories import ANALYZERS
from fakeknn.analysis.filters import ENGLISH_STOP_WORDS, LowerCaseFilter, StopFilter, stop_words
from fakeknn.analysis.settings import ComponentSettings, WordSet
from fakeknn.analysis.standard import DEFAULT_MAX_TOKEN_LENGTH, StandardTokenizer
from fakeknn.analysis.tokenizers import KeywordTokenizer, lowercase_tokenizer, whitespace_tokenizer

NO_WORDS = WordSet(())
_LOWER = (LowerCaseFilter(),)


@ANALYZERS.type("default")
@ANALYZERS.type("standard")
def _standard(name: str, settings: ComponentSettings) -> Analyzer:
    words = stop_words(settings, NO_WORDS)
    tokenizer = StandardTokenizer(settings.integer("max_token_length", DEFAULT_MAX_TOKEN_LENGTH))
    if words:
        return Analyzer(tokenizer, [*_LOWER, StopFilter(words)], name=name, normalization=_LOWER)

    def terms(text: str) -> list[str]:
        return tokenizer.words(lower_case(text))

    return Analyzer(tokenizer, _LOWER, name=name, normalization=_LOWER, fast_terms=terms)


@ANALYZERS.type("simple")
def _simple(name: str, settings: ComponentSettings) -> Analyzer:
    tokenizer = lowercase_tokenizer()
    return Analyzer(tokenizer, name=name, normalization=_LOWER, fast_terms=tokenizer.words)


@ANALYZERS.type("whitespace")
def _whitespace(name: str, settings: ComponentSettings) -> Analyzer:
    tokenizer = whitespace_tokenizer()
    return Analyzer(tokenizer, name=name, fast_terms=tokenizer.words)


@ANALYZERS.type("keyword")
def _keyword(name: str, settings: ComponentSettings) -> Analyzer:
    return Analyzer(KeywordTokenizer(), name=name, fast_terms=lambda text: [text])


@ANALYZERS.type("stop")
def _stop(name: str, settings: ComponentSettings) -> Analyzer:
    words = stop_words(settings, ENGLISH_STOP_WORDS)
    return Analyzer(lowercase_tokenizer(), [StopFilter(words)], name=name, normalization=_LOWER)
