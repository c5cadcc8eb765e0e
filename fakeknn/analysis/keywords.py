"""Terms that stemmers leave alone: keyword_marker, keyword_repeat, stemmer_override."""

from __future__ import annotations

from fakeknn.analysis.base import TokenFilter, TokenStream
from fakeknn.analysis.factories import TOKEN_FILTERS, TokenFilterFactory, plain_filter, preconfigure
from fakeknn.analysis.settings import ComponentSettings, WordSet
from fakeknn.errors import IllegalArgumentException, RuntimeException
from fakeknn.javaregex.pattern import JavaPattern, compile_pattern


class KeywordMarkerFilter(TokenFilter):
    """Marks the terms of a set as keywords."""

    by_term = True
    attributes = ("keyword",)

    def __init__(self, words: WordSet) -> None:
        self.words = words

    def apply(self, stream: TokenStream) -> TokenStream:
        for token in stream.tokens:
            if token.term in self.words:
                token.keyword = True
        return stream


class PatternKeywordMarkerFilter(TokenFilter):
    """Marks the terms that a pattern matches as keywords."""

    by_term = True
    attributes = ("keyword",)

    def __init__(self, pattern: JavaPattern) -> None:
        self.pattern = pattern

    def apply(self, stream: TokenStream) -> TokenStream:
        for token in stream.tokens:
            if self.pattern.matches(token.term):
                token.keyword = True
        return stream


class KeywordRepeatFilter(TokenFilter):
    """Every token twice: as a keyword, and as a word."""

    attributes = ("keyword",)

    def apply(self, stream: TokenStream) -> TokenStream:
        tokens = []
        for token in stream.tokens:
            word = token.copy(token.term)
            token.keyword, word.keyword = True, False
            tokens += [token, word]
        return stream.replace(tokens)


class StemmerOverrideFilter(TokenFilter):
    """Replaces terms, and marks what it replaced as keywords."""

    by_term = True
    attributes = ("keyword",)

    def __init__(self, stems: dict[str, str]) -> None:
        self.stems = stems

    def apply(self, stream: TokenStream) -> TokenStream:
        for token in stream.tokens:
            if not token.keyword and token.term in self.stems:
                token.term = self.stems[token.term]
                token.keyword = True
        return stream


@TOKEN_FILTERS.type("keyword_marker", requires_settings=True)
def _keyword_marker(name: str, settings: ComponentSettings) -> TokenFilterFactory:
    ignore_case = settings.boolean("ignore_case", False)
    text = settings.get("keywords_pattern")
    if text is not None:
        if settings.get("keywords") is not None or settings.get("keywords_path") is not None:
            raise IllegalArgumentException("cannot specify both `keywords_pattern` and `keywords` or `keywords_path`")
        pattern = compile_pattern(text)
        return plain_filter(name, lambda: PatternKeywordMarkerFilter(pattern))
    words = settings.words("keywords")
    if words is None:
        raise IllegalArgumentException(
            "keyword filter requires either `keywords`, `keywords_path`, or `keywords_pattern` to be configured"
        )
    keywords = WordSet(words, ignore_case)
    return plain_filter(name, lambda: KeywordMarkerFilter(keywords))


def _override(rule: str) -> tuple[list[str], str]:
    error = RuntimeException(f"Invalid keyword override rule: {rule}")
    sides = rule.split("=>")
    if len(sides) != 2:
        raise error
    keys, stem = [key.strip() for key in sides[0].split(",")], sides[1].strip()
    if not stem or "," in stem or not all(keys):
        raise error
    return keys, stem


@TOKEN_FILTERS.type("stemmer_override", requires_settings=True)
def _stemmer_override(name: str, settings: ComponentSettings) -> TokenFilterFactory:
    rules = settings.rules("rules", _override)
    if rules is None:
        raise IllegalArgumentException(
            "stemmer override filter requires either `rules` or `rules_path` to be configured"
        )
    stems: dict[str, str] = {}
    for keys, stem in rules:
        for key in keys:
            stems.setdefault(key, stem)
    return plain_filter(name, lambda: StemmerOverrideFilter(stems))


preconfigure("keyword_repeat", KeywordRepeatFilter, synonyms=False)
