"""Word boundaries of UAX #29 as Lucene's ``StandardTokenizer`` draws them: its grammar, its token types.

The grammar takes the longest match, and of two equally long ones the first of: emoji, number, Hangul, Katakana, word.
South East Asian runs stay whole, ideographs and Hiragana stand alone.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

import regex

from fakeknn.analysis.base import Token, Tokenizer, TokenStream, utf16_length
from fakeknn.errors import IllegalArgumentException

DEFAULT_MAX_TOKEN_LENGTH = 255
_MAX_TOKEN_LENGTH_LIMIT = 1024 * 1024

# ASCII only: letters, digits and underscores; ['.:] joins letters, ['.,;] joins digits. At least one letter or digit.
_ASCII_WORD = re.compile(
    r"[A-Za-z0-9_]+(?:(?:(?<=[A-Za-z])['.:](?=[A-Za-z])|(?<=[0-9])['.,;](?=[0-9]))[A-Za-z0-9_]+)*", re.ASCII
)
_ASCII_LETTER = re.compile(r"[A-Za-z]", re.ASCII)

_E = r"[\p{WB=Format}\p{WB=Extend}\p{WB=ZWJ}]*+"
_LETTER = r"[\p{WB=ALetter}\p{WB=Hebrew_Letter}]"
# A Hebrew letter draws ' to itself, and " between two of them.
_HEBREW_QUOTE = rf"""(?<=\p{{WB=Hebrew_Letter}}[\p{{WB=Format}}\p{{WB=Extend}}\p{{WB=ZWJ}}]*)
    (?: '{_E} | "{_E} (?=\p{{WB=Hebrew_Letter}}) )"""
_LETTERS = rf"{_LETTER}{_E}"
_DIGIT = rf"[\p{{WB=Numeric}}０-９]{_E}"
_JOIN = rf"(?:[\p{{WB=ExtendNumLet}}]{_E})"
_MID_LETTER = rf"[\p{{WB=MidLetter}}\p{{WB=MidNumLet}}':︓﹕：]{_E}"
_MID_DIGIT = rf"[\p{{WB=MidNum}}\p{{WB=MidNumLet}}']{_E}"
_KATAKANA = rf"\p{{WB=Katakana}}{_E}"
_WORD_UNIT = rf"""(?:
    {_KATAKANA} (?: {_JOIN}* {_KATAKANA} )*
  | (?: {_DIGIT} (?: (?: {_JOIN}* | {_MID_DIGIT} ) {_DIGIT} )*
      | {_LETTERS} (?: (?: {_JOIN}* | {_MID_LETTER} ) {_LETTERS} )* (?: {_HEBREW_QUOTE} )?
    )+
)"""
_WORD = rf"{_JOIN}* {_WORD_UNIT} (?: {_JOIN}+ {_WORD_UNIT} )* {_JOIN}*"
_NUMBER = rf"{_JOIN}* {_DIGIT} (?: (?: {_JOIN}* | {_MID_DIGIT} ) {_DIGIT} )* {_JOIN}*"
_SOUTHEAST_ASIAN = rf"(?: \p{{LB=Complex_Context}}{_E} )+"

_WORDS = regex.compile(
    rf"""(?P<word>{_WORD}) | (?P<sea>{_SOUTHEAST_ASIAN})
       | (?P<han>\p{{Script=Han}}{_E}) | (?P<hira>\p{{Script=Hiragana}}{_E})""",
    regex.VERBOSE,
)
_TYPES = {"sea": "<SOUTHEAST_ASIAN>", "han": "<IDEOGRAPHIC>", "hira": "<HIRAGANA>"}
_WORD_TYPES = (
    (regex.compile(_NUMBER, regex.VERBOSE), "<NUM>"),
    (regex.compile(rf"(?: (?=\p{{Script=Hangul}}){_LETTER}{_E} )+", regex.VERBOSE), "<HANGUL>"),
    (regex.compile(rf"(?:{_KATAKANA})+", regex.VERBOSE), "<KATAKANA>"),
)

# Emoji sequences as in UTS #51; the presentation selectors are not swallowed by what comes before them.
_F = r"(?:(?![\uFE0E\uFE0F])[\p{WB=Format}\p{WB=Extend}\p{WB=ZWJ}])*+"
_PICTOGRAPH = r"[\p{Extended_Pictographic}]"
_EMOJI_ELEMENT = rf"""(?:
    (?: \u200D* \p{{Emoji_Modifier_Base}}{_F} )? \p{{Emoji_Modifier}}{_F}
  | \u200D* {_PICTOGRAPH}{_F} \uFE0F?
)"""
_EMOJI = regex.compile(
    rf"""{_EMOJI_ELEMENT} (?: [\U000E0020-\U000E007E]+ \U000E007F | (?: (?: \u200D | (?<=\u200D)) {_EMOJI_ELEMENT} )* )
       | [0-9#*]{_F} \uFE0F? \u20E3{_F}
       | (?: \p{{WB=Regional_Indicator}}{_E} ){{2}}""",
    regex.VERBOSE,
)
_MAY_BE_EMOJI = regex.compile(r"[\p{Extended_Pictographic}\p{WB=Regional_Indicator}\p{Emoji_Modifier}\u20E3]")


def _word_type(word: str) -> str:
    for pattern, name in _WORD_TYPES:
        if pattern.fullmatch(word):
            return name
    return "<ALPHANUM>"


def _ascii_words(text: str, limit: int) -> Iterator[tuple[int, int]]:
    for match in _ASCII_WORD.finditer(text):
        start, end = match.span()
        if end - start <= limit:
            if text[start] != "_" or text[start:end].strip("_"):
                yield start, end
        else:
            yield from _chopped(text, start, end, limit)


def _chopped(text: str, start: int, end: int, limit: int) -> Iterator[tuple[int, int]]:
    # The scanner's buffer is as long as the longest token: it sees nothing behind it, and goes on where it stopped.
    while start < end:
        match = _ASCII_WORD.match(text, start, min(start + limit, end))
        if match is None:
            start += 1
            continue
        if match.group().strip("_"):
            yield start, match.end()
            start = match.end()
        else:
            start += 1


def match_word(text: str, start: int, limit: int) -> tuple[int, str]:
    """Where the token that begins at ``start`` ends, and its type; ``start`` itself if none begins there."""
    match, symbol = _WORDS.match(text, start, limit), _EMOJI.match(text, start, limit)
    if symbol is not None and (match is None or symbol.end() >= match.end()):
        return symbol.end(), "<EMOJI>"
    if match is None:
        return start, ""
    return match.end(), _TYPES.get(match.lastgroup or "") or _word_type(match.group())


def _unicode_words(text: str, limit: int) -> Iterator[tuple[int, int, str]]:
    emoji = _MAY_BE_EMOJI.search(text) is not None
    long = utf16_length(text) > limit
    at, length = 0, len(text)
    while at < length:
        if emoji or long:
            end, name = match_word(text, at, fitting_end(text, at, limit) if long else length)
            if end == at:
                at += 1
                continue
            start = at
        else:
            match = _WORDS.search(text, at)
            if match is None:
                return
            start, end = match.span()
            name = _TYPES.get(match.lastgroup or "") or _word_type(match.group())
        yield start, end, name
        at = end


def fitting_end(text: str, start: int, limit: int) -> int:
    """The end of the longest piece from ``start`` on that has at most ``limit`` UTF-16 units."""
    units = 0
    for index in range(start, min(len(text), start + limit)):
        units += 2 if text[index] > "\uffff" else 1
        if units > limit:
            return index
    return min(len(text), start + limit)


class StandardTokenizer(Tokenizer):
    """``standard``: words, numbers, ideographs, emoji; what is longer than ``max_token_length`` is chopped."""

    def __init__(self, max_token_length: int = DEFAULT_MAX_TOKEN_LENGTH) -> None:
        if max_token_length < 1:
            raise IllegalArgumentException("maxTokenLength must be greater than zero")
        if max_token_length > _MAX_TOKEN_LENGTH_LIMIT:
            raise IllegalArgumentException(f"maxTokenLength may not exceed {_MAX_TOKEN_LENGTH_LIMIT}")
        self.max_token_length = max_token_length

    def tokenize(self, text: str) -> TokenStream:
        if text.isascii():
            letter = _ASCII_LETTER.search
            tokens = [
                Token(text[start:end], start, end, i, 1, "<ALPHANUM>" if letter(text, start, end) else "<NUM>")
                for i, (start, end) in enumerate(_ascii_words(text, self.max_token_length))
            ]
        else:
            tokens = [
                Token(text[start:end], start, end, i, 1, name)
                for i, (start, end, name) in enumerate(_unicode_words(text, self.max_token_length))
            ]
        return TokenStream(tokens, len(text))

    def words(self, text: str) -> list[str]:
        """The terms alone."""
        if text.isascii():
            limit = self.max_token_length
            words: list[str] = _ASCII_WORD.findall(text)
            if "_" not in text and (len(text) <= limit or max(map(len, words), default=0) <= limit):
                return words
            return [text[start:end] for start, end in _ascii_words(text, limit)]
        return [text[start:end] for start, end, _ in _unicode_words(text, self.max_token_length)]
