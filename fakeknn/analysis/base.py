"""The nouns of text analysis: token, token stream, char filter, tokenizer, token filter, analyzer.

Offsets are indices into the Python string (code points); ``utf16_offsets`` turns them into the UTF-16 offsets that
Lucene counts and ``_analyze`` shows. Positions are absolute: a filter that drops tokens leaves the holes that Lucene's
position increments would make.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Callable, Iterable, Sequence
from itertools import accumulate

#: ``TextFieldMapper.Defaults.POSITION_INCREMENT_GAP``: what an index's analyzers put between the values of a field.
POSITION_INCREMENT_GAP = 100


class Token:
    """One term with its place: ``text[start:end]`` in code points, absolute position, length in a graph."""

    __slots__ = ("end", "keyword", "payload", "position", "position_length", "start", "term", "term_frequency", "type")

    def __init__(
        self,
        term: str,
        start: int,
        end: int,
        position: int,
        position_length: int = 1,
        type: str = "word",
        keyword: bool = False,
        payload: bytes | None = None,
        term_frequency: int = 1,
    ) -> None:
        self.term = term
        self.start = start
        self.end = end
        self.position = position
        self.position_length = position_length
        self.type = type
        self.keyword = keyword
        self.payload = payload
        self.term_frequency = term_frequency

    def copy(self, term: str) -> Token:
        """This token with another term: what a filter emits at the same place."""
        return Token(
            term, self.start, self.end, self.position, self.position_length, self.type, self.keyword, self.payload,
            self.term_frequency,
        )  # fmt: skip

    def __repr__(self) -> str:
        return f"Token({self.term!r}, {self.start}, {self.end}, {self.position}, {self.position_length}, {self.type!r})"


class TokenStream:
    """The tokens of one text, where it ends, the position increment behind the last token (``TokenStream.end()``)."""

    __slots__ = ("end_increment", "end_offset", "read_at_once", "tokens")

    def __init__(
        self, tokens: list[Token], end_offset: int, end_increment: int = 0, read_at_once: bool = False
    ) -> None:
        """``read_at_once`` tells that the text ends where it does even if only the first tokens are asked for."""
        self.tokens = tokens
        self.end_offset = end_offset
        self.end_increment = end_increment
        self.read_at_once = read_at_once

    @property
    def end_position(self) -> int:
        """The position that the stream ends at; -1 if it is empty and nothing was dropped."""
        return (self.tokens[-1].position if self.tokens else -1) + self.end_increment

    def keep(self, tokens: list[Token]) -> TokenStream:
        """A stream of some of these tokens: the dropped leave holes, also at the end (``FilteringTokenFilter``)."""
        kept = TokenStream(tokens, self.end_offset, 0, self.read_at_once)
        kept.end_increment = self.end_position - kept.end_position
        return kept

    def replace(self, tokens: list[Token]) -> TokenStream:
        """A stream of other tokens that ends as this one does."""
        return TokenStream(tokens, self.end_offset, self.end_increment, self.read_at_once)


def increments(tokens: Iterable[Token]) -> list[int]:
    """How far each token's position is behind the one before it; the first one's behind -1."""
    steps = []
    last = -1
    for token in tokens:
        steps.append(token.position - last)
        last = token.position
    return steps


class Offsets:
    """Where the characters of a filtered text were before: from ``output[i]`` on, ``delta[i]`` is to be added."""

    __slots__ = ("delta", "output")

    def __init__(self) -> None:
        self.output: list[int] = []
        self.delta: list[int] = []

    def add(self, output: int, delta: int) -> None:
        if self.output and self.output[-1] == output:
            self.delta[-1] = delta
        else:
            self.output.append(output)
            self.delta.append(delta)

    def correct(self, offset: int) -> int:
        index = bisect_right(self.output, offset) - 1
        return offset if index < 0 else max(0, offset + self.delta[index])


class CharFilter:
    """Rewrites the text before it is tokenized."""

    def filter(self, text: str) -> tuple[str, Offsets]:
        raise NotImplementedError


class Tokenizer:
    """Cuts a text into tokens."""

    #: What its tokens show of themselves beside what all show, when they are explained.
    attributes: tuple[str, ...] = ("termFrequency",)

    def tokenize(self, text: str) -> TokenStream:
        raise NotImplementedError

    def words(self, text: str) -> list[str]:
        """The terms alone, the i-th of which stands at position i; only of tokenizers for which that is so."""
        raise NotImplementedError


class TokenFilter:
    """Changes, drops or adds tokens; it owns the stream it is given and may change its tokens."""

    #: Whether each token becomes one or none by its term alone, and by whether it is a keyword.
    by_term: bool = False
    #: Attributes that ``explain`` shows once this filter is in the chain.
    attributes: tuple[str, ...] = ()
    #: Whether its tokens are made anew, and show nothing of what those before them had.
    makes_anew: bool = False
    #: Whether its tokens are of lengths that do not lie one upon the other, so that queries take them one by one.
    disables_graphs: bool = False

    def apply(self, stream: TokenStream) -> TokenStream:
        raise NotImplementedError


class TermFilter(TokenFilter):
    """A filter that changes every term by itself."""

    by_term = True

    def term(self, term: str) -> str:
        raise NotImplementedError

    def apply(self, stream: TokenStream) -> TokenStream:
        change = self.term
        for token in stream.tokens:
            token.term = change(token.term)
        return stream


#: As many words an analyzer remembers what became of.
_MOST_KNOWN = 1 << 15


class Analyzer:
    """Text to tokens: char filters, a tokenizer, token filters.

    ``normalization`` are the filters that single terms of wildcard, prefix, fuzzy, regexp and range go through.
    """

    def __init__(
        self,
        tokenizer: Tokenizer,
        filters: Sequence[TokenFilter] = (),
        char_filters: Sequence[CharFilter] = (),
        *,
        name: str = "",
        normalization: Sequence[TokenFilter] = (),
        normalization_char_filters: Sequence[CharFilter] = (),
        position_increment_gap: int = POSITION_INCREMENT_GAP,
        offset_gap: int = 1,
        fast_terms: Callable[[str], list[str]] | None = None,
    ) -> None:
        self.name = name
        self.tokenizer = tokenizer
        self.filters = tuple(filters)
        self.char_filters = tuple(char_filters)
        self.normalization = tuple(normalization)
        self.normalization_char_filters = tuple(normalization_char_filters)
        self.position_increment_gap = position_increment_gap
        self.offset_gap = offset_gap
        self._fast_terms = fast_terms
        has_words = type(tokenizer).words is not Tokenizer.words
        self._by_term = has_words and all(part.by_term for part in self.filters)
        self._known: dict[str, str | None] = {}

    @property
    def disables_graphs(self) -> bool:
        """Whether what its tokens stand beside is not looked at by queries (DisableGraphAttribute)."""
        return any(part.disables_graphs for part in self.filters)

    @property
    def sequential(self) -> bool:
        """Whether the i-th term of ``terms`` always stands at position i: nothing is dropped, stacked or joined."""
        return self._fast_terms is not None

    def stream(self, text: str, filters: int | None = None) -> TokenStream:
        """The tokens of one text and its end; behind the first ``filters`` token filters only, if it is given."""
        corrections = []
        for char_filter in self.char_filters:
            text, offsets = char_filter.filter(text)
            if offsets.output:
                corrections.append(offsets.correct)
        stream = self.tokenizer.tokenize(text)
        for correct in reversed(corrections):
            for token in stream.tokens:
                token.start, token.end = correct(token.start), correct(token.end)
            stream.end_offset = correct(stream.end_offset)
        for token_filter in self.filters[:filters]:
            stream = token_filter.apply(stream)
        return stream

    def tokens(self, text: str) -> list[Token]:
        return self.stream(text).tokens

    def terms(self, text: str) -> list[str]:
        """The terms alone, in their order: the fast way where positions and offsets do not matter."""
        if self._fast_terms is not None:
            return self._fast_terms(text)
        if self._by_term:
            return [term for term in self._filtered(text) if term is not None]
        return [token.term for token in self.stream(text).tokens]

    def _filtered(self, text: str) -> list[str | None]:
        """What the filters make of each word of a text, None of those that they drop; they see a word once."""
        for char_filter in self.char_filters:
            text, _ = char_filter.filter(text)
        words = self.tokenizer.words(text)
        known = self._known
        try:
            return [known[word] for word in words]
        except KeyError:
            if len(known) > _MOST_KNOWN:
                known.clear()
        for word in words:
            if word not in known:
                stream = TokenStream([Token(word, 0, len(word), 0)], len(word))
                for token_filter in self.filters:
                    stream = token_filter.apply(stream)
                known[word] = stream.tokens[0].term if stream.tokens else None
        return [known[word] for word in words]

    def positions(self, values: Sequence[str], gap: int | None = None) -> list[tuple[str, int]]:
        """The terms of a field's values with their positions, ``gap`` positions between values: what an index keeps."""
        if self._fast_terms is not None and len(values) == 1:
            terms = self._fast_terms(values[0])
            return list(zip(terms, range(len(terms)), strict=True))
        if not self._by_term:
            tokens = self.analyze_values(values, gap)
            if any(token.term_frequency > 1 for token in tokens):
                # Only fields without positions take frequencies that are given: a term is there as often, wherever.
                often = [token.term for token in tokens for _ in range(token.term_frequency)]
                return [(term, position) for position, term in enumerate(often)]
            return [(token.term, token.position) for token in tokens]
        found: list[tuple[str, int]] = []
        start = 0
        for value in values:
            of_value = self._filtered(value)
            found += [(term, position) for position, term in enumerate(of_value, start) if term is not None]
            start += len(of_value) + (self.position_increment_gap if gap is None else gap)
        return found

    def analyze_values(self, values: Iterable[str], gap: int | None = None) -> list[Token]:
        """The tokens of a field's values one after the other: positions and offsets go on from value to value."""
        gap = self.position_increment_gap if gap is None else gap
        tokens: list[Token] = []
        position, offset = 0, 0
        for value in values:
            stream = self.stream(value)
            length = stream.end_position + 1
            if position or offset:
                for token in stream.tokens:
                    token.position += position
                    token.start += offset
                    token.end += offset
            tokens += stream.tokens
            position += length + gap
            offset += stream.end_offset + self.offset_gap
        return tokens

    def normalize(self, text: str) -> str:
        """One term as the index would hold it, uncut: for the terms of wildcard, prefix, fuzzy, regexp and range."""
        for char_filter in self.normalization_char_filters:
            text, _ = char_filter.filter(text)
        if not self.normalization:
            return text
        stream = TokenStream([Token(text, 0, len(text), 0)], len(text))
        for token_filter in self.normalization:
            stream = token_filter.apply(stream)
        return stream.tokens[0].term if stream.tokens else ""


def utf16_offsets(text: str) -> Sequence[int]:
    """For each index of ``text``, and its end, the offset in UTF-16 code units."""
    if text.isascii() or max(text) < "\U00010000":
        return range(len(text) + 1)
    return list(accumulate((2 if char > "\uffff" else 1 for char in text), initial=0))


def utf16_start(text: str, length: int) -> str:
    """The first UTF-16 code units of a text, and one more where that would cut a character in two."""
    if len(text) <= length and utf16_length(text) <= length:
        return text
    offsets = utf16_offsets(text)
    return text[: next(i for i, offset in enumerate(offsets) if offset >= length)]


def utf16_length(text: str) -> int:
    """The length in UTF-16 code units: Java's ``String.length()``."""
    if text.isascii():
        return len(text)
    return len(text) + sum(char > "\uffff" for char in text)
