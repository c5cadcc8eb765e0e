"""The token filters that look at one term at a time: case, length, words to drop or keep, apostrophes, digits."""

from __future__ import annotations

import unicodedata

from fakeknn.analysis import stopwords
from fakeknn.analysis.base import TermFilter, Token, TokenFilter, TokenStream, increments, utf16_length
from fakeknn.analysis.casing import greek_lower_case, irish_lower_case, lower_case, turkish_lower_case, upper_case
from fakeknn.analysis.characters import trim_whitespace
from fakeknn.analysis.factories import TOKEN_FILTERS, TokenFilterFactory, plain_filter, preconfigure
from fakeknn.analysis.settings import ComponentSettings, WordSet
from fakeknn.errors import IllegalArgumentException

MAX_INT = 2**31 - 1
ENGLISH_STOP_WORDS = WordSet(stopwords.words("english"))


class LowerCaseFilter(TokenFilter):
    by_term = True

    def apply(self, stream: TokenStream) -> TokenStream:
        for token in stream.tokens:
            token.term = lower_case(token.term)
        return stream


class GreekLowerCaseFilter(TermFilter):
    """Lower case without accents and final sigma."""

    def term(self, term: str) -> str:
        return greek_lower_case(term)


class IrishLowerCaseFilter(TermFilter):
    """Lower case that sets a hyphen behind a prefixed n or t: nAthair is n-athair."""

    def term(self, term: str) -> str:
        return irish_lower_case(term)


class TurkishLowerCaseFilter(TermFilter):
    """Lower case with a dotless i for I."""

    def term(self, term: str) -> str:
        return turkish_lower_case(term)


class UpperCaseFilter(TermFilter):
    def term(self, term: str) -> str:
        return upper_case(term)


class TrimFilter(TermFilter):
    def term(self, term: str) -> str:
        return trim_whitespace(term)


class TruncateFilter(TokenFilter):
    """Cuts terms to a number of UTF-16 units."""

    by_term = True
    attributes = ("keyword",)

    def __init__(self, length: int) -> None:
        self.length = length

    def apply(self, stream: TokenStream) -> TokenStream:
        for token in stream.tokens:
            if not token.keyword and utf16_length(token.term) > self.length:
                token.term = token.term.encode("utf-16-le")[: 2 * self.length].decode("utf-16-le", "replace")
        return stream


class StopFilter(TokenFilter):
    """Drops the stop words; they leave holes."""

    by_term = True

    def __init__(self, words: WordSet) -> None:
        self.words = words

    def apply(self, stream: TokenStream) -> TokenStream:
        words = self.words
        return stream.keep([token for token in stream.tokens if token.term not in words])


class SuggestStopFilter(TokenFilter):
    """Drops the stop words but one that ends the text: that may be the beginning of another word."""

    attributes = ("keyword",)

    def __init__(self, words: WordSet) -> None:
        self.words = words

    def apply(self, stream: TokenStream) -> TokenStream:
        kept: list[Token] = []
        for index, token in enumerate(stream.tokens):
            if token.term not in self.words:
                kept.append(token)
            elif index == len(stream.tokens) - 1 and token.end == stream.end_offset:
                token.keyword = True
                kept.append(token)
        return stream.keep(kept)


class KeepWordFilter(TokenFilter):
    by_term = True

    def __init__(self, words: WordSet) -> None:
        self.words = words

    def apply(self, stream: TokenStream) -> TokenStream:
        words = self.words
        return stream.keep([token for token in stream.tokens if token.term in words])


class TypeFilter(TokenFilter):
    """Keeps, or drops, the tokens of some types."""

    def __init__(self, types: frozenset[str], include: bool) -> None:
        self.types = types
        self.include = include

    def apply(self, stream: TokenStream) -> TokenStream:
        return stream.keep([token for token in stream.tokens if (token.type in self.types) == self.include])


class LengthFilter(TokenFilter):
    """Keeps the terms of a length, in UTF-16 units."""

    by_term = True

    def __init__(self, low: int, high: int) -> None:
        if low < 0:
            raise IllegalArgumentException("minimum length must be greater than or equal to zero")
        if low > high:
            raise IllegalArgumentException("maximum length must not be greater than minimum length")
        self.low = low
        self.high = high

    def apply(self, stream: TokenStream) -> TokenStream:
        low, high = self.low, self.high
        return stream.keep([token for token in stream.tokens if low <= utf16_length(token.term) <= high])


class LimitTokenCountFilter(TokenFilter):
    """The first tokens only; the text then ends behind the last of them, unless all tokens are read."""

    def __init__(self, limit: int, consume_all: bool) -> None:
        if limit < 1:
            raise IllegalArgumentException("maxTokenCount must be greater than zero")
        self.limit = limit
        self.consume_all = consume_all

    def apply(self, stream: TokenStream) -> TokenStream:
        if len(stream.tokens) < self.limit:
            return stream
        tokens = stream.tokens[: self.limit]
        if self.consume_all:
            return stream.replace(tokens)
        # What was dropped before the last token is counted again at the end, as a FilteringTokenFilter remembers it.
        hole = max(0, increments(tokens)[-1] - 1)
        end = stream.end_offset if stream.read_at_once else tokens[-1].end
        return TokenStream(tokens, end, hole, stream.read_at_once)


class UniqueFilter(TokenFilter):
    """Each term once; what is dropped leaves no hole."""

    def apply(self, stream: TokenStream) -> TokenStream:
        seen: set[str] = set()
        kept: list[Token] = []
        lost, last = 0, -1
        for token in stream.tokens:
            increment, last = token.position - last, token.position
            if token.term in seen:
                lost += increment
                continue
            seen.add(token.term)
            token.position -= lost
            kept.append(token)
        return stream.replace(kept)


class RemoveDuplicatesFilter(TokenFilter):
    """Each term once at a position."""

    def apply(self, stream: TokenStream) -> TokenStream:
        kept: list[Token] = []
        seen: set[str] = set()
        last = -1
        for token in stream.tokens:
            if token.position != last:
                seen = set()
                last = token.position
            if token.term not in seen:
                seen.add(token.term)
                kept.append(token)
        return stream.replace(kept)


class EnglishPossessiveFilter(TermFilter):
    """Takes 's off, with any of the apostrophes."""

    def term(self, term: str) -> str:
        if len(term) > 1 and term[-1] in "sS" and term[-2] in "'\u2019\uff07":
            return term[:-2]
        return term


class ElisionFilter(TermFilter):
    """Takes an elided article off: l'avion is avion."""

    def __init__(self, articles: WordSet) -> None:
        self.articles = articles

    def term(self, term: str) -> str:
        for index, char in enumerate(term):
            if char in "'\u2019":
                return term[index + 1 :] if term[:index] in self.articles else term
        return term


class ApostropheFilter(TermFilter):
    """Cuts terms at their first apostrophe: Turkish suffixes of names."""

    def term(self, term: str) -> str:
        for index, char in enumerate(term):
            if char in "'\u2019":
                return term[:index]
        return term


class ClassicFilter(TokenFilter):
    """Takes 's and the dots of acronyms off, by the types of the classic tokenizer."""

    def apply(self, stream: TokenStream) -> TokenStream:
        for token in stream.tokens:
            if token.type == "<APOSTROPHE>" and token.term[-2:] in ("'s", "'S"):
                token.term = token.term[:-2]
            elif token.type == "<ACRONYM>":
                token.term = token.term.replace(".", "")
        return stream


class DecimalDigitFilter(TermFilter):
    """The digits of all scripts as 0 to 9."""

    def term(self, term: str) -> str:
        if term.isascii():
            return term
        return "".join(str(unicodedata.decimal(char, char)) for char in term)


def named_words(settings: ComponentSettings, key: str, default: WordSet, ignore_case: bool) -> WordSet:
    """A list of words in which ``_lang_`` stands for the stop words of a language."""
    if settings.get(key) == "_none_":
        return WordSet((), ignore_case)
    given = settings.strings(key, or_file=True)
    if given is None and settings.get(key) is None:
        return default
    words: list[str] = []
    for word in given or ():
        language = word[1:-1] if word[:1] == word[-1:] == "_" else ""
        if language in stopwords.LANGUAGES:
            words += stopwords.words(language)
        else:
            words.append(word)
    return WordSet(words, ignore_case)


def stop_words(settings: ComponentSettings, default: WordSet) -> WordSet:
    """``stopwords`` of an analyzer."""
    return named_words(settings, "stopwords", default, settings.boolean("stopwords_case", False))


def refuse(settings: ComponentSettings, key: str) -> None:
    """An option of old that is an error now."""
    if settings.get(key) is not None:
        raise IllegalArgumentException(f"{key} is not supported anymore. Please fix your analysis chain")


@TOKEN_FILTERS.type("lowercase")
def _lowercase(name: str, settings: ComponentSettings) -> TokenFilterFactory:
    language = settings.get("language")
    languages: dict[str, type[TokenFilter]] = {
        "greek": GreekLowerCaseFilter,
        "irish": IrishLowerCaseFilter,
        "turkish": TurkishLowerCaseFilter,
    }

    def create() -> TokenFilter:
        if language is None:
            return LowerCaseFilter()
        if language.lower() not in languages:
            raise IllegalArgumentException(f"language [{language}] not support for lower case")
        return languages[language.lower()]()

    return plain_filter(name, create, normalizing=True)


@TOKEN_FILTERS.type("uppercase")
def _uppercase(name: str, settings: ComponentSettings) -> TokenFilterFactory:
    return plain_filter(name, UpperCaseFilter, normalizing=True)


@TOKEN_FILTERS.type("trim")
def _trim(name: str, settings: ComponentSettings) -> TokenFilterFactory:
    refuse(settings, "update_offsets")
    return plain_filter(name, TrimFilter, normalizing=True)


@TOKEN_FILTERS.type("truncate", requires_settings=True)
def _truncate(name: str, settings: ComponentSettings) -> TokenFilterFactory:
    length = settings.integer("length", -1)
    if length <= 0:
        raise IllegalArgumentException("length parameter must be provided")
    return plain_filter(name, lambda: TruncateFilter(length), normalizing=True)


@TOKEN_FILTERS.type("stop")
def _stop(name: str, settings: ComponentSettings) -> TokenFilterFactory:
    ignore_case = settings.boolean("ignore_case", False)
    trailing = settings.boolean("remove_trailing", True)
    words = named_words(settings, "stopwords", ENGLISH_STOP_WORDS, ignore_case)
    refuse(settings, "enable_position_increments")
    return plain_filter(name, lambda: StopFilter(words) if trailing else SuggestStopFilter(words))


@TOKEN_FILTERS.type("keep", requires_settings=True)
def _keep(name: str, settings: ComponentSettings) -> TokenFilterFactory:
    if (settings.strings("keep_words") is None) == (settings.get("keep_words_path") is None):
        raise IllegalArgumentException("keep requires either `keep_words` or `keep_words_path` to be configured")
    refuse(settings, "enable_position_increments")
    words = settings.word_set("keep_words") or WordSet(())
    return plain_filter(name, lambda: KeepWordFilter(words))


@TOKEN_FILTERS.type("keep_types", requires_settings=True)
def _keep_types(name: str, settings: ComponentSettings) -> TokenFilterFactory:
    types = settings.strings("types")
    if types is None:
        raise IllegalArgumentException("keep_types requires `types` to be configured")
    mode = settings.text("mode", "include")
    if mode.lower() not in ("include", "exclude"):
        raise IllegalArgumentException(
            f"`keep_types` tokenfilter mode can only be [include] or [exclude] but was [{mode}]."
        )
    return plain_filter(name, lambda: TypeFilter(frozenset(types), mode.lower() == "include"))


@TOKEN_FILTERS.type("length")
def _length(name: str, settings: ComponentSettings) -> TokenFilterFactory:
    low, high = settings.integer("min", 0), settings.integer("max", MAX_INT)
    refuse(settings, "enable_position_increments")
    return plain_filter(name, lambda: LengthFilter(low, high))


@TOKEN_FILTERS.type("limit")
def _limit(name: str, settings: ComponentSettings) -> TokenFilterFactory:
    limit, consume_all = settings.integer("max_token_count", 1), settings.boolean("consume_all_tokens", False)
    return plain_filter(name, lambda: LimitTokenCountFilter(limit, consume_all))


@TOKEN_FILTERS.type("unique")
def _unique(name: str, settings: ComponentSettings) -> TokenFilterFactory:
    same_position = settings.boolean("only_on_same_position", False)
    return plain_filter(name, lambda: RemoveDuplicatesFilter() if same_position else UniqueFilter())


@TOKEN_FILTERS.type("remove_duplicates")
def _remove_duplicates(name: str, settings: ComponentSettings) -> TokenFilterFactory:
    return plain_filter(name, RemoveDuplicatesFilter)


@TOKEN_FILTERS.type("elision", requires_settings=True)
def _elision(name: str, settings: ComponentSettings) -> TokenFilterFactory:
    ignore_case = settings.boolean("articles_case", False)
    given = [] if settings.get("articles") == "_none_" else settings.strings("articles", or_file=True)
    if given is None and settings.get("articles") is not None:
        given = []
    if given is None:
        raise IllegalArgumentException("elision filter requires [articles] or [articles_path] setting")
    articles = WordSet(given, ignore_case)
    return plain_filter(name, lambda: ElisionFilter(articles), normalizing=True)


@TOKEN_FILTERS.type("apostrophe")
def _apostrophe(name: str, settings: ComponentSettings) -> TokenFilterFactory:
    return plain_filter(name, ApostropheFilter)


@TOKEN_FILTERS.type("classic")
def _classic(name: str, settings: ComponentSettings) -> TokenFilterFactory:
    return plain_filter(name, ClassicFilter)


@TOKEN_FILTERS.type("decimal_digit")
def _decimal_digit(name: str, settings: ComponentSettings) -> TokenFilterFactory:
    return plain_filter(name, DecimalDigitFilter, normalizing=True)


@TOKEN_FILTERS.type("standard")
def _standard_removed(name: str, settings: ComponentSettings) -> TokenFilterFactory:
    raise _no_standard()


def _no_standard() -> IllegalArgumentException:
    return IllegalArgumentException("The [standard] token filter has been removed.")


def _raise_no_standard() -> TokenFilter:
    raise _no_standard()


FRENCH_ARTICLES = WordSet(
    ("l", "m", "t", "qu", "n", "s", "j", "d", "c", "jusqu", "quoiqu", "lorsqu", "puisqu"), ignore_case=True
)

preconfigure("lowercase", LowerCaseFilter, normalizing=True)
preconfigure("uppercase", UpperCaseFilter, normalizing=True)
preconfigure("standard", _raise_no_standard)
preconfigure("apostrophe", ApostropheFilter)
preconfigure("classic", ClassicFilter)
preconfigure("decimal_digit", DecimalDigitFilter, normalizing=True)
preconfigure("elision", lambda: ElisionFilter(FRENCH_ARTICLES), normalizing=True)
preconfigure("length", lambda: LengthFilter(0, MAX_INT))
preconfigure("limit", lambda: LimitTokenCountFilter(1, False))
preconfigure("stop", lambda: StopFilter(ENGLISH_STOP_WORDS))
preconfigure("trim", TrimFilter, normalizing=True)
preconfigure("truncate", lambda: TruncateFilter(10))
preconfigure("unique", UniqueFilter)
