"""n-grams: the tokenizers ``ngram`` and ``edge_ngram`` and the token filters of these names."""

from __future__ import annotations

from fakeknn.analysis.base import Token, TokenFilter, Tokenizer, TokenStream
from fakeknn.analysis.characters import CLASSES, CharTest, any_of
from fakeknn.analysis.factories import TOKEN_FILTERS, TOKENIZERS, TokenFilterFactory, TokenizerFactory, preconfigure
from fakeknn.analysis.settings import ComponentSettings
from fakeknn.errors import IllegalArgumentException

# In the order of the Java set that the message prints.
_TOKEN_CHARS = (
    "symbol, private_use, paragraph_separator, start_punctuation, unassigned, enclosing_mark, connector_punctuation, "
    "letter_number, other_number, math_symbol, lowercase_letter, space_separator, surrogate, "
    "initial_quote_punctuation, decimal_digit_number, digit, other_punctuation, dash_punctuation, currency_symbol, "
    "non_spacing_mark, custom, format, modifier_letter, control, uppercase_letter, other_symbol, end_punctuation, "
    "modifier_symbol, other_letter, line_separator, titlecase_letter, letter, punctuation, combining_spacing_mark, "
    "final_quote_punctuation, whitespace"
)


def _check_sizes(min_gram: int, max_gram: int) -> None:
    if min_gram < 1:
        raise IllegalArgumentException("minGram must be greater than zero")
    if min_gram > max_gram:
        raise IllegalArgumentException("minGram must not be greater than maxGram")


class NGramTokenizer(Tokenizer):
    """Every piece of ``min_gram`` to ``max_gram`` characters of the runs of token chars; ``edge``: their starts."""

    def __init__(self, min_gram: int = 1, max_gram: int = 2, token_chars: CharTest | None = None, edge: bool = False):
        _check_sizes(min_gram, max_gram)
        self.min_gram = min_gram
        self.max_gram = max_gram
        self.token_chars = token_chars
        self.edge = edge

    def _runs(self, text: str) -> list[tuple[int, int]]:
        if self.token_chars is None:
            return [(0, len(text))]
        runs, start = [], 0
        for index, char in enumerate(text):
            if not self.token_chars(char):
                runs.append((start, index))
                start = index + 1
        return [*runs, (start, len(text))]

    def tokenize(self, text: str) -> TokenStream:
        tokens: list[Token] = []
        smallest, largest = self.min_gram, self.max_gram
        for first, last in self._runs(text):
            for start in range(first, first + 1 if self.edge else last):
                for end in range(start + smallest, min(start + largest, last) + 1):
                    tokens.append(Token(text[start:end], start, end, len(tokens)))
        return TokenStream(tokens, len(text))


class NGramFilter(TokenFilter):
    """The n-grams of every term, all at the term's place; ``edge``: those at its start."""

    def __init__(self, min_gram: int, max_gram: int, preserve_original: bool = False, edge: bool = False) -> None:
        _check_sizes(min_gram, max_gram)
        self.min_gram = min_gram
        self.max_gram = max_gram
        self.preserve_original = preserve_original
        self.edge = edge

    def apply(self, stream: TokenStream) -> TokenStream:
        smallest, largest = self.min_gram, self.max_gram
        tokens: list[Token] = []
        for token in stream.tokens:
            term = token.term
            length = len(term)
            for start in range(min(1, length) if self.edge else length):
                ends = range(start + smallest, min(start + largest, length) + 1)
                tokens += [token.copy(term[start:end]) for end in ends]
            if self.preserve_original and (length < smallest or length > largest):
                tokens.append(token)
        grams = TokenStream(tokens, stream.end_offset, 0, stream.read_at_once)
        # What the input's own end skips is lost here.
        grams.end_increment = (stream.tokens[-1].position if stream.tokens else -1) - grams.end_position
        return grams


class ReverseFilter(TokenFilter):
    """``reverse``: every term backwards."""

    def apply(self, stream: TokenStream) -> TokenStream:
        for token in stream.tokens:
            token.term = token.term[::-1]
        return stream


class BackEdgeNGramFilter(NGramFilter):
    """``side: back``: the n-grams at the end of every term."""

    def apply(self, stream: TokenStream) -> TokenStream:
        reverse = ReverseFilter()
        return reverse.apply(super().apply(reverse.apply(stream)))


def _token_chars(settings: ComponentSettings) -> CharTest | None:
    tests: list[CharTest] = []
    for given in settings.strings("token_chars") or ():
        name = given.lower().strip()
        if name in CLASSES:
            tests.append(CLASSES[name])
        elif name != "custom":
            raise IllegalArgumentException(f"Unknown token type: '{name}', must be one of [{_TOKEN_CHARS}]")
        else:
            custom = settings.get("custom_token_chars")
            if custom is None:
                raise IllegalArgumentException("Token type: 'custom' requires setting `custom_token_chars`")
            tests.append(frozenset(custom).__contains__)
    return any_of(tests) if tests else None


def _check_difference(settings: ComponentSettings, min_gram: int, max_gram: int) -> None:
    allowed = settings.limit("max_ngram_diff", 1)
    if max_gram - min_gram > allowed:
        raise IllegalArgumentException(
            "The difference between max_gram and min_gram in NGram Tokenizer must be less than or equal to: "
            f"[{allowed}] but was [{max_gram - min_gram}]. This limit can be set by changing the "
            "[index.max_ngram_diff] index level setting."
        )


@TOKENIZERS.type("ngram")
def _ngram_tokenizer(name: str, settings: ComponentSettings) -> TokenizerFactory:
    low, high = settings.integer("min_gram", 1), settings.integer("max_gram", 2)
    _check_difference(settings, low, high)
    chars = _token_chars(settings)
    return TokenizerFactory(name, lambda: NGramTokenizer(low, high, chars))


@TOKENIZERS.type("edge_ngram")
def _edge_ngram_tokenizer(name: str, settings: ComponentSettings) -> TokenizerFactory:
    low, high = settings.integer("min_gram", 1), settings.integer("max_gram", 2)
    chars = _token_chars(settings)
    return TokenizerFactory(name, lambda: NGramTokenizer(low, high, chars, edge=True))


def _removed(old: str, new: str) -> IllegalArgumentException:
    return IllegalArgumentException(
        f"The [{old}] tokenizer name was deprecated pre 1.0. Please change the tokenizer name to [{new}] "
        "for indices created in versions 3.0 or higher instead."
    )


def _removed_filter(old: str, new: str) -> IllegalArgumentException:
    return IllegalArgumentException(
        f"The [{old}] token filter name was deprecated in 6.4 and cannot be used in new indices. "
        f"Please change the filter name to [{new}] instead."
    )


for _old, _new in (("nGram", "ngram"), ("edgeNGram", "edge_ngram")):

    def _refuse_type(name: str, settings: ComponentSettings, old: str = _old, new: str = _new) -> TokenizerFactory:
        raise _removed(old, new)

    def _refuse_name(name: str, settings: ComponentSettings, old: str = _old, new: str = _new) -> TokenizerFactory:
        def create() -> Tokenizer:
            raise _removed(old, new)

        return TokenizerFactory(name, create)

    def _refuse_filter(name: str, settings: ComponentSettings, old: str = _old, new: str = _new) -> TokenFilterFactory:
        def create() -> TokenFilter:
            raise _removed_filter(old, new)

        return TokenFilterFactory(name, create)

    TOKENIZERS.type(_old)(_refuse_type)
    TOKENIZERS.preconfigured[_old] = _refuse_name
    TOKEN_FILTERS.preconfigured[_old] = _refuse_filter


@TOKEN_FILTERS.type("ngram")
@TOKEN_FILTERS.type("nGram")
def _ngram_filter(name: str, settings: ComponentSettings) -> TokenFilterFactory:
    low, high = settings.integer("min_gram", 1), settings.integer("max_gram", 2)
    _check_difference(settings, low, high)
    original = settings.boolean("preserve_original", False)
    return TokenFilterFactory(name, lambda: NGramFilter(low, high, original))


@TOKEN_FILTERS.type("edge_ngram")
def _edge_ngram_filter(name: str, settings: ComponentSettings) -> TokenFilterFactory:
    low, high = settings.integer("min_gram", 1), settings.integer("max_gram", 2)
    side = settings.text("side", "front")
    if side not in ("front", "back"):
        raise IllegalArgumentException(f"invalid side: {side}")
    original = settings.boolean("preserve_original", False)
    kind = BackEdgeNGramFilter if side == "back" else NGramFilter
    return TokenFilterFactory(name, lambda: kind(low, high, original, edge=True))


@TOKEN_FILTERS.type("edgeNGram")
def _edge_ngram_removed(name: str, settings: ComponentSettings) -> TokenFilterFactory:
    raise _removed("edgeNGram", "edge_ngram")


@TOKEN_FILTERS.type("reverse")
def _reverse(name: str, settings: ComponentSettings) -> TokenFilterFactory:
    return TokenFilterFactory(name, ReverseFilter, synonym=ReverseFilter)


preconfigure("ngram", lambda: NGramFilter(1, 2), synonyms=False)
preconfigure("edge_ngram", lambda: NGramFilter(1, 1, edge=True), synonyms=False)
preconfigure("reverse", ReverseFilter)
