"""Word boundaries of UAX #29 as Lucene's ``StandardTokenizer`` draws them: its grammar, its token types.

The grammar takes the longest match, and of two equally long ones the first of: emoji, number, Hangul, Katakana, word.
South East Asian runs stay whole, ideographs and Hiragana stand alone.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from fakeknn.analysis.base import Token, Tokenizer, TokenStream, utf16_length
from fakeknn.errors import IllegalArgumentException

DEFAULT_MAX_TOKEN_LENGTH = 255
_MAX_TOKEN_LENGTH_LIMIT = 1024 * 1024


@dataclass(frozen=True)
class _Alphabet:
    """Characters among which words are runs of letters, digits and underscores, joined by some punctuation."""

    word: re.Pattern[str]
    letter: re.Pattern[str]

    @classmethod
    def of(cls, letters: str, mid_letters: str, mid_digits: str) -> _Alphabet:
        run = f"[{letters}0-9_]+"
        joint = f"(?<=[{letters}])[{mid_letters}](?=[{letters}])|(?<=[0-9])[{mid_digits}](?=[0-9])"
        return cls(re.compile(f"{run}(?:(?:{joint}){run})*"), re.compile(f"[{letters}]"))

    def spans(self, text: str, limit: int) -> Iterator[tuple[int, int]]:
        """Where the words are: those with at least one letter or digit, chopped at ``limit``."""
        for match in self.word.finditer(text):
            start, end = match.span()
            if end - start > limit:
                yield from self._chopped(text, start, end, limit)
            elif text[start] != "_" or text[start:end].strip("_"):
                yield start, end

    def _chopped(self, text: str, start: int, end: int, limit: int) -> Iterator[tuple[int, int]]:
        # The scanner's buffer is as long as the longest token: it sees nothing behind it, and goes on where it stopped.
        while start < end:
            match = self.word.match(text, start, min(start + limit, end))
            if match is None or not match.group().strip("_"):
                start += 1
                continue
            yield start, match.end()
            start = match.end()


_ASCII = _Alphabet.of("A-Za-z", "'.:", "'.,;")

# Below this there are Latin, Greek and Cyrillic letters and combining marks, but no other kinds of words.
_PLAIN_END = 0x530


@cache
def _plain() -> tuple[re.Pattern[str], _Alphabet]:
    """The characters that European texts are made of, and the words among them."""
    classes = {name: re.compile(f"[{chars}]") for name, chars in _classes().items()}
    kinds: dict[str, list[str]] = {}
    for char in map(chr, (*range(_PLAIN_END), *range(0x2010, 0x205F), 0x20AC)):
        kind = next((name for name in ("extend", "emoji", *classes) if classes[name].match(char)), "other")
        kinds.setdefault(kind, []).append(re.escape(char))
    allowed = ["_", "0-9"]
    for kind in ("letter", "mid", "mid_letter", "mid_digit", "other"):
        allowed += kinds[kind]
    mid = "".join(kinds["mid"])
    alphabet = _Alphabet.of(
        "".join(kinds["letter"]), mid + "".join(kinds["mid_letter"]), mid + "".join(kinds["mid_digit"])
    )
    return re.compile(f"[{''.join(allowed)}]*"), alphabet


def _alphabet(text: str) -> _Alphabet | None:
    if text.isascii():
        return _ASCII
    allowed, alphabet = _plain()
    return alphabet if allowed.fullmatch(text) else None


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
    hebrew_quote = f"""(?: (?<={hebrew}) | (?<={hebrew}[{c["extend"]}]) | (?<={hebrew}[{c["extend"]}]{{2}}) )
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
        f"""(?P<word>{join}* {unit} (?: {join}+ {unit} )* {join}*) | (?P<sea>(?: [{c["southeast_asian"]}]{extend} )+)
          | (?P<han>[{c["han"]}]{extend}) | (?P<hira>[{c["hiragana"]}]{extend})""",
        re.VERBOSE,
    )
    types = (
        (re.compile(f"{join}* {number} {join}*", re.VERBOSE), "<NUM>"),
        (re.compile(f"(?: [{c['hangul']}]{extend} )+", re.VERBOSE), "<HANGUL>"),
        (re.compile(f"(?: {katakana} )+", re.VERBOSE), "<KATAKANA>"),
    )
    # Emoji sequences as in UTS #51; the presentation selectors are not swallowed by what comes before them.
    swallowed = f"(?:(?![\ufe0e\ufe0f])[{c['extend']}])*"
    modifier = "\U0001f3fb-\U0001f3ff"
    element = f"(?: \u200d* (?![{modifier}])[{c['emoji']}]{swallowed}+ \ufe0f? | [{modifier}]{swallowed}+ )"
    emoji = re.compile(
        f"""{element} (?: [\U000e0020-\U000e007e]+ \U000e007f | (?: (?: \u200d | (?<=\u200d) ) {element} )* )
          | [0-9\\#*]{swallowed} \ufe0f? \u20e3{swallowed}+
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
    words, emoji, may_be_emoji, _ = _patterns()
    word = words.search(text)
    symbol = emoji.search(text) if may_be_emoji.search(text) else None
    while word is not None or symbol is not None:
        if symbol is not None and (word is None or (symbol.start(), -symbol.end()) <= (word.start(), -word.end())):
            start, end, name = *symbol.span(), "<EMOJI>"
        else:
            assert word is not None
            start, end, name = *word.span(), _TYPES.get(word.lastgroup or "") or _word_type(word.group())
        if end - start > limit // 2 and utf16_length(text[start:end]) > limit:
            end, name = match_word(text, start, fitting_end(text, start, limit))
            if end == start:
                end += 1
            else:
                yield start, end, name
        else:
            yield start, end, name
        if word is not None and word.start() < end:
            word = words.search(text, end)
        if symbol is not None and symbol.start() < end:
            symbol = emoji.search(text, end)


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
        limit = self.max_token_length
        alphabet = _alphabet(text)
        if alphabet is not None:
            letter = alphabet.letter.search
            tokens = [
                Token(text[start:end], start, end, i, 1, "<ALPHANUM>" if letter(text, start, end) else "<NUM>")
                for i, (start, end) in enumerate(alphabet.spans(text, limit))
            ]
        else:
            tokens = [
                Token(text[start:end], start, end, i, 1, name)
                for i, (start, end, name) in enumerate(_unicode_words(text, limit))
            ]
        return TokenStream(tokens, len(text))

    def words(self, text: str) -> list[str]:
        """The terms alone."""
        limit = self.max_token_length
        alphabet = _alphabet(text)
        if alphabet is None:
            return [text[start:end] for start, end, _ in _unicode_words(text, limit)]
        words: list[str] = alphabet.word.findall(text)
        if "_" not in text and (len(text) <= limit or max(map(len, words), default=0) <= limit):
            return words
        return [text[start:end] for start, end in alphabet.spans(text, limit)]
