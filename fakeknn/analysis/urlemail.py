"""The ``uax_url_email`` tokenizer: words as ``standard`` cuts them, URLs and e-mail addresses whole."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import regex

from fakeknn.analysis.base import Token, Tokenizer, TokenStream
from fakeknn.analysis.characters import LatePattern
from fakeknn.analysis.factories import TOKENIZERS, TokenizerFactory
from fakeknn.analysis.settings import ComponentSettings
from fakeknn.analysis.standard import DEFAULT_MAX_TOKEN_LENGTH, StandardTokenizer, fitting_end, match_word

_LABEL = r"[A-Za-z0-9](?:[-A-Za-z0-9]*[A-Za-z0-9])?"
_OCTET = r"(?:25[0-5]|2[0-4][0-9]|1[0-9][0-9]|0?[1-9][0-9]|0{0,2}[0-9])"
_IPV4 = rf"{_OCTET}(?:\.{_OCTET}){{3}}"
_HEX = "[0-9A-Fa-f]{1,4}"
_LAST = rf"(?:{_IPV4}|{_HEX}:{_HEX})"
_IPV6 = "|".join(
    (
        rf"(?:{_HEX}:){{6}}{_LAST}",
        rf"::(?:{_HEX}:){{5}}{_LAST}",
        rf"(?:{_HEX})?::(?:{_HEX}:){{4}}{_LAST}",
        rf"(?:(?:{_HEX}:){{0,1}}{_HEX})?::(?:{_HEX}:){{3}}{_LAST}",
        rf"(?:(?:{_HEX}:){{0,2}}{_HEX})?::(?:{_HEX}:){{2}}{_LAST}",
        rf"(?:(?:{_HEX}:){{0,3}}{_HEX})?::{_HEX}:{_LAST}",
        rf"(?:(?:{_HEX}:){{0,4}}{_HEX})?::{_LAST}",
        rf"(?:(?:{_HEX}:){{0,5}}{_HEX})?::{_HEX}",
        rf"(?:(?:{_HEX}:){{0,6}}{_HEX})?::",
    )
)
_ADDRESS = rf"(?:\[(?:{_IPV6})\]|{_IPV4})"
_HOST = rf"(?:{_ADDRESS}|{_LABEL}(?:\.{_LABEL})*)"
_CHAR = r"[-._~A-Za-z0-9]|%[0-9A-Fa-f]{2}"
_LOGIN = rf"(?:(?:{_CHAR}|[!$&'()*+,;=])*(?::(?:{_CHAR}|[!$&'()*+,;=])*)?@)"
_QUERY = rf"\?(?:{_CHAR}|[!$&'()*+,;=:@/?])*"
_FRAGMENT = rf"\#(?:{_CHAR}|[!$&'()*+,;=:@/?])*"
_HTTP_PATH = rf"(?:/(?:{_CHAR}|[;:@&=])*)+"
_TAIL = rf"(?::[0-9]{{1,5}})?(?:{_HTTP_PATH})?(?:{_QUERY})?(?:{_FRAGMENT})?"
_FILE_PATH = rf"/(?:{_CHAR}|[?:@&=])*(?:/(?:{_CHAR}|[?:@&=])*)*"

_URL = LatePattern(
    rf"(?:https?://{_LOGIN}?{_HOST}{_TAIL}"
    rf"|ftp://{_LOGIN}?{_HOST}(?::[0-9]{{1,5}})?{_FILE_PATH}(?:;type=[aid])?(?:{_FRAGMENT})?"
    rf"|file://{_HOST}?{_FILE_PATH}(?:{_FRAGMENT})?)",
    re.IGNORECASE | re.ASCII,
)
_HOST_TAIL = LatePattern(_TAIL)
_ADDRESSES = LatePattern(_ADDRESS)
_LABELS = LatePattern(rf"{_LABEL}(?:\.{_LABEL})*\.?")

_QUOTED = r'"(?:[\x01-\x08\x0B\x0C\x0E-\x21\x23-\x5B\x5D-\x7E]|\\[\x00-\x7F])*"'
_LOCAL_LABEL = rf"(?:[A-Za-z0-9!#$%&'*+\-/=?^_`{{|}}~]+|{_QUOTED})"
_LOCAL_PART = LatePattern(rf"{_LOCAL_LABEL}(?:\.{_LOCAL_LABEL})*@")
_BRACKETED = LatePattern(r"\[(?:[\x01-\x08\x0B\x0C\x0E-\x5A\x5E-\x7F]|\\[\x00-\x7F])*\]")
_MAILTO = LatePattern(r"mailto(?=:)", re.IGNORECASE)


@cache
def _word_char() -> regex.Pattern[str]:
    return regex.compile(r"[-\p{Alphabetic}\p{M}\p{Nd}\p{Pc}\p{Join_Control}]")


@cache
def _top_level_domains() -> frozenset[str]:
    lines = Path(__file__).with_name("tlds.txt").read_text(encoding="ascii").splitlines()
    return frozenset(word for line in lines[1:] for word in line.split())


def _domain_ends(text: str, start: int, limit: int) -> Iterator[int]:
    """Where a name that ends with a top level domain may end, the longest first."""
    match = _LABELS.match(text, start, limit)
    if match is None:
        return
    domains = _top_level_domains()
    dots = [index for index in range(start, match.end()) if text[index] == "."]
    for dot in reversed(dots):
        if text[dot - 1] == "-":
            continue
        following = min((other for other in dots if other > dot), default=match.end())
        for end in range(following, dot + 1, -1):
            if text[dot + 1 : end].lower() in domains:
                if text.startswith(".", end, limit):
                    # The root domain.
                    yield end + 1
                yield end


def _host_ends(text: str, start: int, limit: int) -> Iterator[int]:
    match = _ADDRESSES.match(text, start, limit)
    if match is not None:
        yield match.end()
    yield from _domain_ends(text, start, limit)


def _email_end(text: str, start: int, limit: int) -> int:
    local = _LOCAL_PART.match(text, start, limit)
    if local is None:
        return start
    bracketed = _BRACKETED.match(text, local.end(), limit)
    ends = [*_domain_ends(text, local.end(), limit)]
    return max((*ends, bracketed.end() if bracketed else start), default=start)


def _match(text: str, start: int, limit: int) -> tuple[int, str]:
    """Where the longest token ends, with its type; of two equally long ones the first counts."""
    best: tuple[int, int, str] = (start, start, "")

    def offer(reach: int, end: int, kind: str) -> None:
        nonlocal best
        if reach > best[0]:
            best = (reach, end, kind)

    url = _URL.match(text, start, limit)
    if url is not None:
        offer(url.end(), url.end(), "<URL>")
    hosts = list(_host_ends(text, start, limit))
    for end in hosts:
        tail = _HOST_TAIL.match(text, end, limit)
        if tail is not None and tail.end() > end:
            offer(tail.end(), tail.end(), "<URL>")
    for end in hosts:
        # A bare name is a URL if no word goes on behind it; the character that tells is part of the match.
        if end < limit and not _word_char().match(text, end):
            offer(end + 1, end, "<URL>")
    if limit in hosts:
        offer(limit, limit, "<URL>")
    mailto = _MAILTO.match(text, start, limit)
    if mailto is not None:
        end = _email_end(text, mailto.end() + 1, limit)
        if end > mailto.end() + 1:
            offer(end, mailto.end(), "<ALPHANUM>")
    email = _email_end(text, start, limit)
    offer(email, email, "<EMAIL>")
    end, kind = match_word(text, start, limit)
    offer(end, end, kind)
    return best[1], best[2]


class UAX29URLEmailTokenizer(Tokenizer):
    """``standard`` with the types <URL> and <EMAIL>."""

    def __init__(self, max_token_length: int = DEFAULT_MAX_TOKEN_LENGTH) -> None:
        self.max_token_length = StandardTokenizer(max_token_length).max_token_length

    def tokenize(self, text: str) -> TokenStream:
        tokens: list[Token] = []
        at = 0
        while at < len(text):
            end, kind = _match(text, at, fitting_end(text, at, self.max_token_length))
            if end == at:
                at += 1
                continue
            tokens.append(Token(text[at:end], at, end, len(tokens), 1, kind))
            at = end
        return TokenStream(tokens, len(text))


@TOKENIZERS.type("uax_url_email")
def _uax_url_email(name: str, settings: ComponentSettings) -> TokenizerFactory:
    length = settings.integer("max_token_length", DEFAULT_MAX_TOKEN_LENGTH)
    return TokenizerFactory(name, lambda: UAX29URLEmailTokenizer(length))
