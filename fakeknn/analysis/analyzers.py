"""The analyzers that OpenSearch brings along."""

from __future__ import annotations

from collections.abc import Callable

from fakeknn.analysis import stopwords
from fakeknn.analysis.base import Analyzer
from fakeknn.analysis.casing import lower_case
from fakeknn.analysis.filters import EnglishPossessiveFilter, LowerCaseFilter, PorterStemFilter, StopFilter
from fakeknn.analysis.settings import WordSet
from fakeknn.analysis.standard import DEFAULT_MAX_TOKEN_LENGTH, StandardTokenizer
from fakeknn.analysis.tokenizers import KeywordTokenizer, lowercase_tokenizer, whitespace_tokenizer

NO_WORDS = WordSet(())
ENGLISH_STOP_WORDS = WordSet(stopwords.ENGLISH)


def standard(name: str, words: WordSet = NO_WORDS, max_token_length: int = DEFAULT_MAX_TOKEN_LENGTH) -> Analyzer:
    tokenizer = StandardTokenizer(max_token_length=max_token_length)
    if words:
        return Analyzer(tokenizer, [LowerCaseFilter(), StopFilter("", words)], name=name)

    def terms(text: str) -> list[str]:
        return tokenizer.words(lower_case(text))

    return Analyzer(tokenizer, [LowerCaseFilter()], name=name, fast_terms=terms)


def simple(name: str) -> Analyzer:
    tokenizer = lowercase_tokenizer()
    # A lowercase filter that does nothing but stand for the normalization of single terms.
    return Analyzer(tokenizer, [LowerCaseFilter()], name=name, fast_terms=tokenizer.words)


def whitespace(name: str) -> Analyzer:
    tokenizer = whitespace_tokenizer()
    return Analyzer(tokenizer, name=name, fast_terms=tokenizer.words)


def keyword(name: str) -> Analyzer:
    return Analyzer(KeywordTokenizer(), name=name, fast_terms=lambda text: [text])


def stop(name: str, words: WordSet = ENGLISH_STOP_WORDS) -> Analyzer:
    return Analyzer(lowercase_tokenizer(), [LowerCaseFilter(), StopFilter("", words)], name=name)


def english(name: str, words: WordSet = ENGLISH_STOP_WORDS) -> Analyzer:
    filters = [EnglishPossessiveFilter(), LowerCaseFilter(), StopFilter("", words), PorterStemFilter()]
    return Analyzer(StandardTokenizer(), filters, name=name)


BUILT_IN: dict[str, Callable[[str], Analyzer]] = {
    "default": standard,
    "standard": standard,
    "simple": simple,
    "whitespace": whitespace,
    "keyword": keyword,
    "stop": stop,
    "english": english,
}
