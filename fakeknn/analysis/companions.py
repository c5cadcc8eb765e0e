"""Filters of the fields that a text keeps beside itself to be found faster: shingles of its words
(search_as_you_type, ``index_phrases``) and beginnings of its terms (search_as_you_type, ``index_prefixes``).
"""

from __future__ import annotations

from collections.abc import Iterator

from fakeknn.analysis.base import Analyzer, Token, TokenFilter, TokenStream


class FixedShingles(TokenFilter):
    """Shingles of one length (FixedShingleFilter), along every path of a graph; none begins with a hole."""

    def __init__(self, size: int, filler: str = "_") -> None:
        self.size = size
        self.filler = filler

    def shingles(self, stream: TokenStream, last: int) -> list[Token]:
        """The shingles that end at the position ``last`` at the latest."""
        at: dict[int, list[Token]] = {}
        for token in stream.tokens:
            at.setdefault(token.position, []).append(token)
        found = []
        for first in stream.tokens:
            for parts in self._paths(at, first, last, self.size - 1):
                term = " ".join(self.filler if part is None else part.term for part in (first, *parts))
                end = max(part.end for part in (first, *parts) if part is not None)
                found.append(Token(term, first.start, end, first.position, type="shingle"))
        return found

    def _paths(
        self, at: dict[int, list[Token]], token: Token, last: int, more: int
    ) -> Iterator[tuple[Token | None, ...]]:
        """What may follow a token: ``more`` tokens, None for a hole."""
        if not more:
            yield ()
            return
        place = token.position + token.position_length
        if place > last:
            return
        holes = 0
        while holes < more and place + holes not in at:
            holes += 1
            if place + holes > last + 1:
                return
        if holes == more:
            yield (None,) * more
            return
        for following in at[place + holes]:
            for rest in self._paths(at, following, last, more - holes - 1):
                yield (*(None,) * holes, following, *rest)

    def apply(self, stream: TokenStream) -> TokenStream:
        stream.tokens = self.shingles(stream, stream.end_position)
        return stream


class Beginnings(FixedShingles):
    """The beginnings, of one to twenty characters, of shingles, which go on behind the end of the text."""

    longest = 20

    def apply(self, stream: TokenStream) -> TokenStream:
        last = stream.tokens[-1].position + self.size - 1 if stream.tokens else 0
        found: list[Token] = []
        for shingle in self.shingles(stream, last):
            lengths = [*range(1, min(len(shingle.term), self.longest) + 1)]
            if len(shingle.term) > self.longest:
                lengths.append(len(shingle.term))
            place = shingle.start, shingle.end, shingle.position
            found += [Token(shingle.term[:n], *place, type=shingle.type) for n in lengths]
        stream.tokens = found
        return stream


class EdgeGrams(TokenFilter):
    """The beginnings of tokens, of some lengths (EdgeNGramTokenFilter without the original)."""

    def __init__(self, low: int, high: int) -> None:
        self.low, self.high = low, high

    def apply(self, stream: TokenStream) -> TokenStream:
        stream.tokens = [
            Token(token.term[:n], token.start, token.end, token.position, type=token.type)
            for token in stream.tokens
            for n in range(self.low, min(len(token.term), self.high) + 1)
        ]
        return stream


def extended(analyzer: Analyzer, token_filter: TokenFilter) -> Analyzer:
    """An analyzer with one more filter behind its own."""
    return Analyzer(
        analyzer.tokenizer,
        (*analyzer.filters, token_filter),
        analyzer.char_filters,
        name=analyzer.name,
        normalization=analyzer.normalization,
        normalization_char_filters=analyzer.normalization_char_filters,
        position_increment_gap=analyzer.position_increment_gap,
    )
