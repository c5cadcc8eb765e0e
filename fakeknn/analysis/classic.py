"""The ``classic`` tokenizer: companies, acronyms, hosts, e-mail addresses and serial numbers as one token each."""

from __future__ import annotations

from functools import cache

import regex

from fakeknn.analysis.base import Analyzer, Token, Tokenizer, TokenStream, utf16_length
from fakeknn.analysis.factories import ANALYZERS, TOKENIZERS, TokenizerFactory
from fakeknn.analysis.filters import ENGLISH_STOP_WORDS, ClassicFilter, LowerCaseFilter, StopFilter
from fakeknn.analysis.settings import ComponentSettings
from fakeknn.analysis.standard import DEFAULT_MAX_TOKEN_LENGTH
from fakeknn.errors import IllegalArgumentException

_CJ = (
    r"\u3100-\u312f\u3040-\u309F\u30A0-\u30FF\u31F0-\u31FF\u3300-\u337f\u3400-\u4dbf\u4e00-\u9fff"
    r"\uf900-\ufaff\uff65-\uff9f"
)
_LETTER = rf"[\p{{L}}--[{_CJ}]]"
_ALPHA = rf"{_LETTER}+"
_ALPHANUM = rf"[[\p{{L}}--[{_CJ}]]\u0E00-\u0E59\p{{Nd}}]+"
_HAS_DIGIT = rf"[[\p{{L}}--[{_CJ}]]\p{{Nd}}]*\p{{Nd}}[[\p{{L}}--[{_CJ}]]\p{{Nd}}]*"
_P = "[_/.,-]"
_NUMBER = "|".join(
    (
        rf"{_ALPHANUM}{_P}{_HAS_DIGIT}",
        rf"{_HAS_DIGIT}{_P}{_ALPHANUM}",
        rf"{_ALPHANUM}(?:{_P}{_HAS_DIGIT}{_P}{_ALPHANUM})+",
        rf"{_HAS_DIGIT}(?:{_P}{_ALPHANUM}{_P}{_HAS_DIGIT})+",
        rf"{_ALPHANUM}{_P}{_HAS_DIGIT}(?:{_P}{_ALPHANUM}{_P}{_HAS_DIGIT})+",
        rf"{_HAS_DIGIT}{_P}{_ALPHANUM}(?:{_P}{_HAS_DIGIT}{_P}{_ALPHANUM})+",
    )
)
# In the order of the grammar: of two equally long matches the first counts.
_RULES = (
    ("<ALPHANUM>", _ALPHANUM),
    ("<APOSTROPHE>", rf"{_ALPHA}(?:'{_ALPHA})+"),
    ("<ACRONYM>", rf"{_LETTER}\.(?:{_LETTER}\.)+"),
    ("<COMPANY>", rf"{_ALPHA}[&@]{_ALPHA}"),
    ("<EMAIL>", rf"{_ALPHANUM}(?:[._-]{_ALPHANUM})*@{_ALPHANUM}(?:[.-]{_ALPHANUM})+"),
    ("<HOST>", rf"{_ALPHANUM}(?:\.{_ALPHANUM})+"),
    ("<NUM>", _NUMBER),
    ("<CJ>", f"[{_CJ}]"),
    ("<ACRONYM_DEP>", rf"{_ALPHANUM}\.(?:{_ALPHANUM}\.)+"),
)


@cache
def _rules() -> list[tuple[str, regex.Pattern[str]]]:
    return [(name, regex.compile(rule, regex.VERSION1 | regex.POSIX)) for name, rule in _RULES]


class ClassicTokenizer(Tokenizer):
    """The grammar of Lucene's tokenizer before UAX #29; a token longer than ``max_token_length`` leaves a hole."""

    def __init__(self, max_token_length: int = DEFAULT_MAX_TOKEN_LENGTH) -> None:
        if max_token_length < 1:
            raise IllegalArgumentException("maxTokenLength must be greater than zero")
        self.max_token_length = max_token_length

    def tokenize(self, text: str) -> TokenStream:
        rules = _rules()
        tokens: list[Token] = []
        at, position = 0, -1
        while at < len(text):
            best, kind = at, ""
            for name, rule in rules:
                match = rule.match(text, at)
                if match is not None and match.end() > best:
                    best, kind = match.end(), name
            if best == at:
                at += 1
                continue
            position += 1
            if utf16_length(text[at:best]) <= self.max_token_length:
                if kind == "<ACRONYM_DEP>":
                    tokens.append(Token(text[at : best - 1], at, best, position, 1, "<HOST>"))
                else:
                    tokens.append(Token(text[at:best], at, best, position, 1, kind))
            at = best
        last = tokens[-1].position if tokens else -1
        return TokenStream(tokens, len(text), position - last)


@TOKENIZERS.type("classic")
def _classic(name: str, settings: ComponentSettings) -> TokenizerFactory:
    length = settings.integer("max_token_length", DEFAULT_MAX_TOKEN_LENGTH)
    return TokenizerFactory(name, lambda: ClassicTokenizer(length))


def _classic_analyzer(name: str, settings: ComponentSettings) -> Analyzer:
    lower = LowerCaseFilter()
    filters = [ClassicFilter(), lower, StopFilter(ENGLISH_STOP_WORDS)]
    return Analyzer(ClassicTokenizer(), filters, name=name, normalization=[lower])


# Not a type: there without an index, and in an index under its name.
ANALYZERS.preconfigured["classic"] = _classic_analyzer
