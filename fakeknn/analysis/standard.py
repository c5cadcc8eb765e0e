"""Word boundaries of UAX #29 as Lucene's ``StandardTokenizer`` draws them: its grammar, its token types.

The grammar takes the longest match, and of two equally long ones the first of: emoji, number, Hangul, Katakana, word.
South East Asian runs stay whole, ideographs and Hiragana stand alone.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path

from fakeknn.analysis.base import Token, Tokenizer, TokenStream, utf16_length
from fakeknn.errors import IllegalArgumentException

DEFAULT_MAX_TOKEN_LENGTH = 255
_MAX_TOKEN_LENGTH_LIMIT = 1024 * 1024

# ASCII only: letters, digits and underscores; ['.:] joins letters, ['.,;] joins digits. At least one letter or digit.
_ASCII_WORD = re.compile(
    r"[A-Za-z0-9_]+(?:(?:(?<=[A-Za-z])['.:](?=[A-Za-z])|(?<=[0-9])['.,;](?=[0-9]))[A-Za-z0-9_]+)*", re.ASCII
)
_ASCII_LETTER = re.compile(r"[A-Za-z]", re.ASCII)


@cache
def _classes() -> dict[str, str]:
    """The classes of characters of ``wordbreak.txt``, each as what stands between the brackets of a set."""
    classes = {}
    for section in Path(__file__).with_name("wordbreak.txt").read_text(encoding="ascii").split("\n[")[1:]:
        name, ranges = section.split("]", 1)
        bounds = (part.partition("-") for part in ranges.split())
        classes[name] = "".join(
            re.escape(chr(int(low, 16))) + (f"-{re.escape(chr(int(high, 16)))}" if high else "")
            for low, _, high in bounds
        )
    return classes


@cache
def _patterns() -> tuple[re.Pattern[str], re.Pattern[str], re.Pattern[str], tuple[tuple[re.Pattern[str], str], ...]]:
    """Words, emoji, what may belong to an emoji, and the types of words."""
    c = _classes()
    extend = f"[{c['extend']}]*+"
    letter, hebrew = f"[{c['letter']}{c['hangul']}]", "[\u05d0-\u05ea\u05ef-\u05f2\ufb1d\ufb1f-\ufb4f]"
    # A Hebrew letter, its points behind it, draws ' to itself, and " between two of them.
    hebrew_quote = f"""(?: (?<={hebrew}) | (?<={hebrew}[{c['extend']}]) | (?<={hebrew}[{c['extend']}]{{2}}) )
        (?: '{extend} | "{extend} (?={hebrew}) )"""
    digit, join = f"[{c['digit']}]{extend}", f"(?:[{c['join']}]{extend})"
    mid_letter, mid_digit = f"[{c['mid_letter']}{c['mid']}]{extend}", f"[{c['mid_digit']}{c['mid']}]{extend}"
    katakana = f"[{c['katakana']}]{extend}"
    number = f"{digit} (?: (?: {join}* | {mid_digit} ) {digit} )*"
    unit = f"""(?:
        {katakana} (?: {join}* {katakana} )*
      | (?: {number}
          | {letter}{extend} (?: (?: {join}* | {mid_letter} ) {letter}{extend} )* (?: {hebrew_quote} )?
        )+
    )"""
    words = re.compile(
        f"""(?P<word>{join}* {unit} (?: {join}+ {unit} )* {join}*) | (?P<sea>(?: [{c['southeast_asian']}]{extend} )+)
          | (?P<han>[{c['han']}]{extend}) | (?P<hira>[{c['hiragana']}]{extend})""",
        re.VERBOSE,
    )
    types = (
        (re.compile(f"{join}* {number} {join}*", re.VERBOSE), "<NUM>"),
        (re.compile(f"(?: [{c['hangul']}]{extend} )+", re.VERBOSE), "<HANGUL>"),
        (re.compile(f"(?: {katakana} )+", re.VERBOSE), "<KATAKANA>"),
    )
    # Emoji sequences as in UTS #51; the presentation selectors are not swallowed by what comes before them.
    swallowed = f"(?:(?![\ufe0e\ufe0f])[{c['extend']}])*+"
    element = f"\u200d* [{c['emoji']}]{swallowed} \ufe0f?"
    emoji = re.compile(
        f"""{element} (?: [\U000e0020-\U000e007e]+ \U000e007f | (?: (?: \u200d | (?<=\u200d) ) {element} )* )
          | [0-9\\#*]{swallowed} \ufe0f? \u20e3{swallowed}
          | (?: [\U0001f1e6-\U0001f1ff]{extend} ){{2}}""",
        re.VERBOSE,
    )
    return words, emoji, re.compile(f"[{c['emoji']}\U0001f1e6-\U0001f1ff\u20e3]"), types


_TYPES = {"sea": "<SOUTHEAST_ASIAN>", "han": "<IDEOGRAPHIC>", "hira": "<HIRAGANA>"}


def _word_type(word: str) -> str:
    if word.isalpha() and word < "\u1100":
        return "<ALPHANUM>"
    for pattern, name in _patterns()[3]:
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
    words, emoji, _, _ = _patterns()
    match, symbol = words.match(text, start, limit), emoji.match(text, start, limit)
    if symbol is not None and (match is None or symbol.end() >= match.end()):
        return symbol.end(), "<EMOJI>"
    if match is None:
        return start, ""
    return match.end(), _TYPES.get(match.lastgroup or "") or _word_type(match.group())


def _unicode_words(text: str, limit: int) -> Iterator[tuple[int, int, str]]:
    words, _, may_be_emoji, _ = _patterns()
    emoji = may_be_emoji.search(text) is not None
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
            match = words.search(text, at)
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
