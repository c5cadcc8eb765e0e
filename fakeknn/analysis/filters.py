"""The token filters that change, keep or drop terms one by one."""

from __future__ import annotations

from fakeknn.analysis.base import TermFilter, TokenFilter, TokenStream
from fakeknn.analysis.casing import lower_case, upper_case
from fakeknn.analysis.porter import porter_stem
from fakeknn.analysis.settings import WordSet


class LowerCaseFilter(TermFilter):
    normalizing = normalizes_terms = True

    def term(self, term: str) -> str:
        return lower_case(term)


class UpperCaseFilter(TermFilter):
    normalizing = normalizes_terms = True

    def term(self, term: str) -> str:
        return upper_case(term)


class StopFilter(TokenFilter):
    """Drops the stop words; they leave holes."""

    def __init__(self, name: str, words: WordSet) -> None:
        super().__init__(name)
        self.words = words

    def apply(self, stream: TokenStream) -> TokenStream:
        words = self.words
        return stream.keep([token for token in stream.tokens if token.term not in words])


class EnglishPossessiveFilter(TermFilter):
    """Takes 's off, with any of the apostrophes."""

    def term(self, term: str) -> str:
        if len(term) > 1 and term[-1] in "sS" and term[-2] in "'\u2019\uff07":
            return term[:-2]
        return term


class PorterStemFilter(TokenFilter):
    attributes = ("keyword",)

    def apply(self, stream: TokenStream) -> TokenStream:
        for token in stream.tokens:
            if not token.keyword:
                token.term = porter_stem(token.term)
        return stream
