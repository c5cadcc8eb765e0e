"""Filters that take terms apart: payloads and frequencies behind a delimiter, words of a dictionary."""

from __future__ import annotations

import re
import struct
from collections.abc import Callable

from fakeknn.analysis.base import Token, TokenFilter, TokenStream, utf16_length
from fakeknn.analysis.factories import TOKEN_FILTERS, Identity, TokenFilterFactory, plain_filter, preconfigure
from fakeknn.analysis.settings import ComponentSettings, WordSet
from fakeknn.errors import IllegalArgumentException, NumberFormatException, StringIndexOutOfBoundsException

Encoder = Callable[[str], bytes]


def _float_payload(text: str) -> bytes:
    number = text.strip()
    if not number:
        raise NumberFormatException("empty String")
    if not re.fullmatch(r"[+-]?(\d+\.?\d*([eE][+-]?\d+)?|\.\d+([eE][+-]?\d+)?|NaN|Infinity)[fFdD]?", number):
        raise NumberFormatException(f'For input string: "{text}"')
    value = float(number.rstrip("fFdD") if number[-1] in "fFdD" else number)
    try:
        return struct.pack(">f", value)
    except OverflowError:
        return struct.pack(">f", float("inf") if value > 0 else float("-inf"))


def _parse_int(text: str) -> int:
    # ArrayUtil.parseInt
    if not text:
        raise NumberFormatException("chars length is 0")
    if not re.fullmatch(r"-?[0-9]+", text):
        raise NumberFormatException("Unable to parse")
    if not -(2**31) <= int(text) < 2**31:
        raise NumberFormatException("Unable to parse")
    return int(text)


_ENCODERS: dict[str, Encoder] = {
    "float": _float_payload,
    "int": lambda text: struct.pack(">i", _parse_int(text)),
    "identity": str.encode,
}


class DelimitedPayloadFilter(TokenFilter):
    """term|payload."""

    attributes = ("payload",)

    def __init__(self, delimiter: str = "|", encode: Encoder = _float_payload) -> None:
        self.delimiter = delimiter
        self.encode = encode

    def apply(self, stream: TokenStream) -> TokenStream:
        for token in stream.tokens:
            term, delimiter, payload = token.term.partition(self.delimiter)
            token.payload = self.encode(payload) if delimiter else None
            token.term = term
        return stream


class TypeAsPayloadFilter(TokenFilter):
    attributes = ("payload",)

    def apply(self, stream: TokenStream) -> TokenStream:
        for token in stream.tokens:
            token.payload = token.type.encode()
        return stream


class DelimitedTermFrequencyFilter(TokenFilter):
    """term|frequency."""

    attributes = ("termFrequency",)

    def __init__(self, delimiter: str = "|") -> None:
        self.delimiter = delimiter

    def apply(self, stream: TokenStream) -> TokenStream:
        for token in stream.tokens:
            term, delimiter, frequency = token.term.partition(self.delimiter)
            if delimiter:
                token.term_frequency = _parse_int(frequency)
                if token.term_frequency < 1:
                    raise IllegalArgumentException(f"Term frequency must be 1 or greater; got {token.term_frequency}")
            token.term = term
        return stream


class DictionaryDecompounder(TokenFilter):
    """Beside each long word the words of the dictionary in it."""

    def __init__(self, words: WordSet, least: int, shortest: int, longest: int, only_longest: bool) -> None:
        for value, what in ((least, "minWordSize"), (shortest, "minSubwordSize"), (longest, "maxSubwordSize")):
            if value < 0:
                raise IllegalArgumentException(f"{what} cannot be negative")
        self.words = words
        self.least = least
        self.shortest = shortest
        self.longest = longest
        self.only_longest = only_longest

    def _subwords(self, term: str) -> list[str]:
        found: list[str] = []
        start = 0
        while start <= len(term) - self.shortest:
            lengths = [
                length
                for length in range(self.shortest, min(self.longest, len(term) - start) + 1)
                if term[start : start + length] in self.words
            ]
            if lengths and self.only_longest:
                lengths = lengths[-1:]
            found += [term[start : start + length] for length in lengths]
            start += max(lengths[-1], 1) if lengths and self.only_longest else 1
        return found

    def apply(self, stream: TokenStream) -> TokenStream:
        tokens: list[Token] = []
        for token in stream.tokens:
            tokens.append(token)
            if utf16_length(token.term) >= self.least:
                tokens += [token.copy(word) for word in self._subwords(token.term)]
        return stream.replace(tokens)


@TOKEN_FILTERS.type("delimited_payload")
def _delimited_payload(name: str, settings: ComponentSettings) -> TokenFilterFactory:
    delimiter = settings.text("delimiter", "|")[:1]
    if not delimiter:
        raise StringIndexOutOfBoundsException("Index 0 out of bounds for length 0")
    encode = _ENCODERS.get(settings.text("encoding", "float"), _float_payload)
    return plain_filter(name, lambda: DelimitedPayloadFilter(delimiter, encode))


@TOKEN_FILTERS.type("delimited_term_freq")
def _delimited_term_freq(name: str, settings: ComponentSettings) -> TokenFilterFactory:
    delimiter = settings.text("delimiter", "|")
    if utf16_length(delimiter) != 1:
        raise IllegalArgumentException(
            f"Setting [delimiter] must be a single, non-null character. [{delimiter}] was provided."
        )
    return plain_filter(name, lambda: DelimitedTermFrequencyFilter(delimiter))


@TOKEN_FILTERS.type("dictionary_decompounder", requires_settings=True)
def _dictionary_decompounder(name: str, settings: ComponentSettings) -> TokenFilterFactory:
    least = settings.integer("min_word_size", 5)
    shortest, longest = settings.integer("min_subword_size", 2), settings.integer("max_subword_size", 15)
    only_longest = settings.boolean("only_longest_match", False)
    words = settings.word_set("word_list")
    if words is None:
        raise IllegalArgumentException(
            f"word_list must be provided for [{name}], either as a path to a file, or directly"
        )
    return TokenFilterFactory(
        name, lambda: DictionaryDecompounder(words, least, shortest, longest, only_longest), synonym=Identity
    )


preconfigure("delimited_payload", DelimitedPayloadFilter)
preconfigure("delimited_term_freq", DelimitedTermFrequencyFilter)
preconfigure("type_as_payload", TypeAsPayloadFilter)
