"""The tokenizers that cut by classes of characters: keyword, whitespace, letter, lowercase, char_group, standard."""

from __future__ import annotations

import re
from collections.abc import Callable

import regex

from fakeknn.analysis.base import Token, Tokenizer, TokenStream, utf16_length
from fakeknn.analysis.casing import lower_case
from fakeknn.analysis.characters import CLASSES, WHITESPACE, CharTest, any_of
from fakeknn.analysis.factories import TOKENIZERS, TokenizerFactory
from fakeknn.analysis.settings import ComponentSettings
from fakeknn.analysis.standard import DEFAULT_MAX_TOKEN_LENGTH, StandardTokenizer
from fakeknn.errors import IllegalArgumentException, NotFaked, NumberFormatException, RuntimeException

DEFAULT_MAX_WORD_LENGTH = 255
_MAX_TOKEN_LENGTH_LIMIT = 1024 * 1024

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

    def tokenize(self, text: str) -> TokenStream:
        return TokenStream([Token(text, 0, len(text), 0)], len(text))


class CharTokenizer(Tokenizer):
    """Runs of the characters that ``pattern`` takes, chopped at ``max_token_length``."""

    def __init__(
        self,
        pattern: re.Pattern[str] | regex.Pattern[str],
        max_token_length: int = DEFAULT_MAX_WORD_LENGTH,
        ascii_pattern: re.Pattern[str] | None = None,
        change: Callable[[str], str] | None = None,
    ) -> None:
        if not 0 < max_token_length <= _MAX_TOKEN_LENGTH_LIMIT:
            raise IllegalArgumentException(
                f"maxTokenLen must be greater than 0 and less than {_MAX_TOKEN_LENGTH_LIMIT} passed: {max_token_length}"
            )
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


class CharTestTokenizer(Tokenizer):
    """Runs of the characters that ``test`` takes, chopped at ``max_token_length``."""

    def __init__(self, test: CharTest, max_token_length: int) -> None:
        if not 0 < max_token_length <= _MAX_TOKEN_LENGTH_LIMIT:
            raise IllegalArgumentException(
                f"maxTokenLen must be greater than 0 and less than {_MAX_TOKEN_LENGTH_LIMIT} passed: {max_token_length}"
            )
        self.test = test
        self.max_token_length = max_token_length

    def tokenize(self, text: str) -> TokenStream:
        tokens: list[Token] = []
        start = None
        for index, char in enumerate(text + "\0"):
            if index < len(text) and self.test(char):
                start = index if start is None else start
            elif start is not None:
                for begin, end in chop(text, start, index, self.max_token_length):
                    tokens.append(Token(text[begin:end], begin, end, len(tokens)))
                start = None
        return TokenStream(tokens, len(text))


def whitespace_tokenizer(max_token_length: int = DEFAULT_MAX_WORD_LENGTH) -> CharTokenizer:
    return CharTokenizer(_NOT_WHITESPACE, max_token_length)


def letter_tokenizer() -> CharTokenizer:
    return CharTokenizer(_LETTERS, ascii_pattern=_ASCII_LETTERS)


def lowercase_tokenizer() -> CharTokenizer:
    return CharTokenizer(_LETTERS, ascii_pattern=_ASCII_LETTERS, change=lower_case)


@TOKENIZERS.type("standard")
def _standard(name: str, settings: ComponentSettings) -> TokenizerFactory:
    length = settings.integer("max_token_length", DEFAULT_MAX_TOKEN_LENGTH)
    return TokenizerFactory(name, lambda: StandardTokenizer(length))


@TOKENIZERS.type("keyword")
def _keyword(name: str, settings: ComponentSettings) -> TokenizerFactory:
    size = settings.integer("buffer_size", 256)

    def create() -> Tokenizer:
        if not 0 < size <= _MAX_TOKEN_LENGTH_LIMIT:
            raise IllegalArgumentException(
                f"maxTokenLen must be greater than 0 and less than {_MAX_TOKEN_LENGTH_LIMIT} passed: {size}"
            )
        return KeywordTokenizer()

    return TokenizerFactory(name, create)


@TOKENIZERS.type("whitespace")
def _whitespace(name: str, settings: ComponentSettings) -> TokenizerFactory:
    length = settings.integer("max_token_length", DEFAULT_MAX_TOKEN_LENGTH)
    return TokenizerFactory(name, lambda: whitespace_tokenizer(length))


@TOKENIZERS.type("letter")
def _letter(name: str, settings: ComponentSettings) -> TokenizerFactory:
    return TokenizerFactory(name, letter_tokenizer)


@TOKENIZERS.type("lowercase")
def _lowercase(name: str, settings: ComponentSettings) -> TokenizerFactory:
    return TokenizerFactory(name, lowercase_tokenizer)


_ESCAPES = {"\\": "\\", "n": "\n", "t": "\t", "r": "\r", "b": "\b", "f": "\f"}


def _escaped_char(text: str) -> str:
    kind = text[1]
    if kind in _ESCAPES:
        return _ESCAPES[kind]
    if kind != "u":
        raise RuntimeException(f"Invalid escaped char {kind} in [{text}]")
    if len(text) > 6:
        raise RuntimeException(f"Invalid escaped char in [{text}]")
    try:
        return chr(int(text[2:], 16))
    except ValueError:
        radix = " under radix 16" if text[2:] else ""
        raise NumberFormatException(f'For input string: "{text[2:]}"{radix}') from None


class CharGroupTokenizer(CharTestTokenizer):
    attributes = ()


@TOKENIZERS.type("char_group")
def _char_group(name: str, settings: ComponentSettings) -> TokenizerFactory:
    length = settings.integer("max_token_length", DEFAULT_MAX_WORD_LENGTH)
    chars: set[str] = set()
    tests: list[CharTest] = []
    for char in settings.strings("tokenize_on_chars") or ():
        if not char:
            raise RuntimeException("[tokenize_on_chars] cannot contain empty characters")
        if utf16_length(char) == 1:
            chars.add(char)
        elif char[0] == "\\":
            chars.add(_escaped_char(char))
        elif char in ("letter", "digit", "whitespace", "punctuation", "symbol"):
            tests.append(CLASSES[char])
        else:
            raise RuntimeException(f"Invalid escaped char in [{char}]")
    cut = any_of([chars.__contains__, *tests])
    return TokenizerFactory(name, lambda: CharGroupTokenizer(lambda char: not cut(char), length))


class PathHierarchyTokenizer(Tokenizer):
    """a/b/c as a, a/b and a/b/c; ``skip`` leaves out as many segments at the beginning."""

    def __init__(self, delimiter: str, replacement: str, skip: int) -> None:
        self.delimiter = delimiter
        self.replacement = replacement
        self.skip = skip

    def tokenize(self, text: str) -> TokenStream:
        cuts = [index for index, char in enumerate(text) if index and char == self.delimiter]
        tokens: list[Token] = []
        if text and len(cuts) >= self.skip:
            # The first character never cuts: /a is the first segment of /a/b.
            start = cuts[self.skip - 1] if self.skip else 0
            path = text.replace(self.delimiter, self.replacement)
            ends = [*cuts[self.skip :], len(text)]
            tokens = [Token(path[start:end], start, end, i) for i, end in enumerate(ends)]
        return TokenStream(tokens, len(text))


class ReversePathHierarchyTokenizer(PathHierarchyTokenizer):
    """a/b/c as a/b/c, b/c and c; ``skip`` leaves out as many segments at the end."""

    def tokenize(self, text: str) -> TokenStream:
        starts = [0, *(index + 1 for index, char in enumerate(text) if char == self.delimiter)]
        if starts[-1] < len(text):
            starts.append(len(text))
        last = len(starts) - 1 - self.skip
        path = text.replace(self.delimiter, self.replacement)
        tokens = [
            Token(path[start : starts[last]], start, starts[last], i) for i, start in enumerate(starts[: max(last, 0)])
        ]
        return TokenStream(tokens, len(text))


def _one_char(settings: ComponentSettings, key: str, default: str) -> str:
    value = settings.text(key, default)
    if utf16_length(value) != 1:
        raise IllegalArgumentException(f"{key} must be a one char value")
    return value


@TOKENIZERS.type("path_hierarchy")
@TOKENIZERS.type("PathHierarchy")
def _path_hierarchy(name: str, settings: ComponentSettings) -> TokenizerFactory:
    size = settings.integer("buffer_size", 1024)
    delimiter = _one_char(settings, "delimiter", "/")
    replacement = _one_char(settings, "replacement", delimiter)
    skip = settings.integer("skip", 0)
    kind = ReversePathHierarchyTokenizer if settings.boolean("reverse", False) else PathHierarchyTokenizer

    def create() -> Tokenizer:
        if size < 0:
            raise IllegalArgumentException("bufferSize cannot be negative")
        if skip < 0:
            raise IllegalArgumentException("skip cannot be negative")
        return kind(delimiter, replacement, skip)

    return TokenizerFactory(name, create)


@TOKENIZERS.type("thai")
def _thai(name: str, settings: ComponentSettings) -> TokenizerFactory:
    def create() -> Tokenizer:
        raise NotFaked("the thai tokenizer")

    return TokenizerFactory(name, create)
