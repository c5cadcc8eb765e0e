"""The tokenizers that cut by classes of characters: keyword, whitespace, letter, lowercase, char_group."""

from __future__ import annotations

import re
from collections.abc import Callable

import regex

from fakeknn.analysis.base import Token, Tokenizer, TokenStream, utf16_length
from fakeknn.analysis.casing import lower_case

DEFAULT_MAX_WORD_LENGTH = 255

# Character.isWhitespace: no no-break spaces, but the separators U+001C to U+001F.
WHITESPACE = "\t\n\x0b\f\r\x1c-\x1f \u1680\u2000-\u2006\u2008-\u200a\u2028\u2029\u205f\u3000"
_NOT_WHITESPACE = re.compile(f"[^{WHITESPACE}]+")
_LETTERS = regex.compile(r"\p{L}+")
_ASCII_LETTERS = re.compile(r"[A-Za-z]+")


def chop(text: str, start: int, end: int, limit: int) -> list[tuple[int, int]]:
    """``text[start:end]`` in pieces of at least ``limit`` UTF-16 units (a last surrogate pair is not cut)."""
    pieces = []
    units, piece = 0, start
    for index in range(start, end):
        units += 2 if text[index] > "\uffff" else 1
        if units >= limit:
            pieces.append((piece, index + 1))
            units, piece = 0, index + 1
    if piece < end:
        pieces.append((piece, end))
    return pieces


class KeywordTokenizer(Tokenizer):
    """``keyword``: the whole text as one token, the empty text too."""

    def __init__(self, name: str = "keyword") -> None:
        super().__init__(name)

    def tokenize(self, text: str) -> TokenStream:
        return TokenStream([Token(text, 0, len(text), 0)], len(text))


class CharTokenizer(Tokenizer):
    """Runs of the characters that ``pattern`` takes, chopped at ``max_token_length``."""

    def __init__(
        self,
        name: str,
        pattern: re.Pattern[str] | regex.Pattern[str],
        max_token_length: int = DEFAULT_MAX_WORD_LENGTH,
        ascii_pattern: re.Pattern[str] | None = None,
        change: Callable[[str], str] | None = None,
    ) -> None:
        super().__init__(name)
        self.pattern = pattern
        self.ascii_pattern = ascii_pattern
        self.max_token_length = max_token_length
        self.change = change

    def spans(self, text: str) -> list[tuple[int, int]]:
        pattern = self.ascii_pattern if self.ascii_pattern is not None and text.isascii() else self.pattern
        spans = [match.span() for match in pattern.finditer(text)]
        limit = self.max_token_length
        if len(text) * 2 > limit and any(end - start > limit // 2 for start, end in spans):
            chopped = []
            for start, end in spans:
                if utf16_length(text[start:end]) > limit:
                    chopped += chop(text, start, end, limit)
                else:
                    chopped.append((start, end))
            return chopped
        return spans

    def tokenize(self, text: str) -> TokenStream:
        words = self.change(text) if self.change is not None else text
        tokens = [Token(words[start:end], start, end, i) for i, (start, end) in enumerate(self.spans(text))]
        return TokenStream(tokens, len(text))

    def words(self, text: str) -> list[str]:
        """The terms alone."""
        words = self.change(text) if self.change is not None else text
        if len(text) * 2 <= self.max_token_length:
            pattern = self.ascii_pattern if self.ascii_pattern is not None and text.isascii() else self.pattern
            return pattern.findall(words)
        return [words[start:end] for start, end in self.spans(text)]


def whitespace_tokenizer(name: str = "whitespace", max_token_length: int = DEFAULT_MAX_WORD_LENGTH) -> CharTokenizer:
    return CharTokenizer(name, _NOT_WHITESPACE, max_token_length)


def letter_tokenizer(name: str = "letter", max_token_length: int = DEFAULT_MAX_WORD_LENGTH) -> CharTokenizer:
    return CharTokenizer(name, _LETTERS, max_token_length, _ASCII_LETTERS)


def lowercase_tokenizer(name: str = "lowercase", max_token_length: int = DEFAULT_MAX_WORD_LENGTH) -> CharTokenizer:
    return CharTokenizer(name, _LETTERS, max_token_length, _ASCII_LETTERS, lower_case)
