"""Filters that put neighbouring terms together: shingle, common_grams, fingerprint, cjk_bigram."""

from __future__ import annotations

from fakeknn.analysis.base import Token, TokenFilter, TokenStream, increments, utf16_length
from fakeknn.analysis.factories import TOKEN_FILTERS, TokenFilterFactory, preconfigure
from fakeknn.analysis.filters import named_words
from fakeknn.analysis.settings import ComponentSettings, WordSet
from fakeknn.errors import IllegalArgumentException


class ShingleFilter(TokenFilter):
    """Word n-grams; a filler stands for each hole."""

    def __init__(
        self,
        smallest: int = 2,
        largest: int = 2,
        *,
        unigrams: bool = True,
        unigrams_if_no_shingles: bool = False,
        separator: str = " ",
        filler: str = "_",
    ) -> None:
        if largest < 2:
            raise IllegalArgumentException("Max shingle size must be >= 2")
        if smallest < 2:
            raise IllegalArgumentException("Min shingle size must be >= 2")
        if smallest > largest:
            raise IllegalArgumentException("Min shingle size must be <= max shingle size")
        self.smallest = smallest
        self.largest = largest
        self.unigrams = unigrams
        self.unigrams_if_no_shingles = unigrams_if_no_shingles
        self.separator = separator
        self.filler = filler
        self.disables_graphs = unigrams or smallest != largest

    def _with_fillers(self, stream: TokenStream) -> list[tuple[Token, bool]]:
        words: list[tuple[Token, bool]] = []
        for token, increment in zip(stream.tokens, increments(stream.tokens), strict=True):
            for _ in range(min(increment - 1, self.largest - 1)):
                filler = token.copy(self.filler)
                filler.end = filler.start
                words.append((filler, True))
            words.append((token, False))
        end = stream.end_offset
        trailing = min(stream.end_increment, self.largest - 1)
        return [*words, *((Token(self.filler, end, end, 0), True) for _ in range(trailing))]

    def apply(self, stream: TokenStream) -> TokenStream:
        words = self._with_fillers(stream)
        sizes = list(range(self.smallest, self.largest + 1))
        if self.unigrams or (self.unigrams_if_no_shingles and len(words) < self.smallest):
            sizes.insert(0, 1)
        tokens: list[Token] = []
        position = -1
        for start in range(len(words)):
            first = True
            for size in sizes:
                window = words[start : start + size]
                if len(window) < size:
                    break
                if all(filler for _, filler in window):
                    continue
                position += first
                first = False
                token = window[0][0].copy(self.separator.join(word.term for word, _ in window))
                token.end = window[-1][0].end
                token.position = position
                token.position_length = size if self.unigrams else max(1, size - self.smallest + 1)
                if size > 1:
                    token.type = "shingle"
                tokens.append(token)
        return stream.replace(tokens)


class CommonGramsFilter(TokenFilter):
    """Beside each common word, its bigrams with its neighbours; for queries, the bigrams instead of the words."""

    def __init__(self, words: WordSet, query_mode: bool = False) -> None:
        self.words = words
        self.query_mode = query_mode

    def apply(self, stream: TokenStream) -> TokenStream:
        tokens: list[Token] = []
        steps: list[int] = []
        last: Token | None = None
        last_common = False
        for token, increment in zip(stream.tokens, increments(stream.tokens), strict=True):
            common = token.term in self.words
            if last is not None and (common or last_common):
                gram = Token(f"{last.term}_{token.term}", last.start, token.end, last.position, 2, "gram")
                tokens.append(gram)
                steps.append(0)
            tokens.append(token)
            steps.append(increment)
            last, last_common = token, common
        if self.query_mode:
            tokens = self._for_queries(tokens, steps)
        return stream.replace(tokens)

    @staticmethod
    def _for_queries(tokens: list[Token], steps: list[int]) -> list[Token]:
        kept: list[Token] = []
        position = -1
        for index, token in enumerate(tokens):
            gram = token.type == "gram"
            last = index == len(tokens) - 1
            if not gram and not last and tokens[index + 1].type == "gram":
                continue
            if last and not gram and kept and kept[-1].type == "gram":
                continue
            if gram:
                token.position_length = 1
            position += 1 if gram else steps[index]
            token.position = position
            kept.append(token)
        return kept


class FingerprintFilter(TokenFilter):
    """All terms, each once, sorted, as one token; nothing if that would be longer than ``limit`` UTF-16 units."""

    def __init__(self, separator: str = " ", limit: int = 255) -> None:
        self.separator = separator
        self.limit = limit

    def apply(self, stream: TokenStream) -> TokenStream:
        terms = sorted({token.term for token in stream.tokens}, key=lambda term: term.encode("utf-16-be"))
        fingerprint = self.separator.join(terms)
        tokens: list[Token] = []
        if terms and utf16_length(fingerprint) <= self.limit:
            tokens = [Token(fingerprint, 0, stream.end_offset, 0, 1, "fingerprint")]
        # The end is the state of the one token: another increment.
        return TokenStream(tokens, stream.end_offset, 1)


_CJK_TYPES = {
    "han": "<IDEOGRAPHIC>",
    "hiragana": "<HIRAGANA>",
    "katakana": "<KATAKANA>",
    "hangul": "<HANGUL>",
}


class CJKBigramFilter(TokenFilter):
    """Bigrams of the CJK characters that touch each other; a lone one stays as it is."""

    def __init__(self, scripts: frozenset[str] = frozenset(_CJK_TYPES), unigrams: bool = False) -> None:
        self.types = frozenset(_CJK_TYPES[script] for script in scripts)
        self.unigrams = unigrams

    def apply(self, stream: TokenStream) -> TokenStream:
        tokens: list[Token] = []
        position = -1
        run: list[tuple[str, int, int]] = []

        def flush() -> None:
            nonlocal position
            for index, (char, start, end) in enumerate(run):
                if self.unigrams or len(run) == 1:
                    position += 1
                    tokens.append(Token(char, start, end, position, 1, "<SINGLE>"))
                if index + 1 < len(run):
                    position += not self.unigrams
                    after, _, after_end = run[index + 1]
                    length = 2 if self.unigrams else 1
                    tokens.append(Token(char + after, start, after_end, position, length, "<DOUBLE>"))
            run.clear()

        for token, increment in zip(stream.tokens, increments(stream.tokens), strict=True):
            if token.type not in self.types:
                flush()
                position += increment
                token.position = position
                tokens.append(token)
                continue
            if run and token.start != run[-1][2]:
                flush()
            if token.end - token.start == len(token.term):
                run += [(char, token.start + i, token.start + i + 1) for i, char in enumerate(token.term)]
            else:
                run += [(char, token.start, token.end) for char in token.term]
        flush()
        return stream.replace(tokens)


@TOKEN_FILTERS.type("shingle")
def _shingle(name: str, settings: ComponentSettings) -> TokenFilterFactory:
    largest = settings.integer("max_shingle_size", 2)
    smallest = settings.integer("min_shingle_size", 2)
    unigrams = settings.boolean("output_unigrams", True)
    allowed = settings.limit("max_shingle_diff", 3)
    if largest - smallest + unigrams > allowed:
        raise IllegalArgumentException(
            "In Shingle TokenFilter the difference between max_shingle_size and min_shingle_size (and +1 if "
            f"outputting unigrams) must be less than or equal to: [{allowed}] but was "
            f"[{largest - smallest + unigrams}]. This limit can be set by changing the [index.max_shingle_diff] "
            "index level setting."
        )
    if_none = settings.boolean("output_unigrams_if_no_shingles", False)
    separator, filler = settings.text("token_separator", " "), settings.text("filler_token", "_")
    return TokenFilterFactory(
        name,
        lambda: ShingleFilter(
            smallest,
            largest,
            unigrams=unigrams,
            unigrams_if_no_shingles=if_none,
            separator=separator,
            filler=filler,
        ),
    )


@TOKEN_FILTERS.type("common_grams", requires_settings=True)
def _common_grams(name: str, settings: ComponentSettings) -> TokenFilterFactory:
    ignore_case, query_mode = settings.boolean("ignore_case", False), settings.boolean("query_mode", False)
    if settings.get("common_words") is None and settings.get("common_words_path") is None:
        raise IllegalArgumentException(
            "missing or empty [common_words] or [common_words_path] configuration for common_grams token filter"
        )
    words = named_words(settings, "common_words", WordSet(()), ignore_case)
    return TokenFilterFactory(name, lambda: CommonGramsFilter(words, query_mode))


def separator_of(settings: ComponentSettings) -> str:
    """``separator`` of the fingerprint filter and analyzer."""
    separator = settings.text("separator", " ")
    if utf16_length(separator) != 1:
        raise IllegalArgumentException(
            f"Setting [separator] must be a single, non-null character. [{separator}] was provided."
        )
    return separator


@TOKEN_FILTERS.type("fingerprint")
def _fingerprint(name: str, settings: ComponentSettings) -> TokenFilterFactory:
    separator, limit = separator_of(settings), settings.integer("max_output_size", 255)
    return TokenFilterFactory(name, lambda: FingerprintFilter(separator, limit))


@TOKEN_FILTERS.type("cjk_bigram")
def _cjk_bigram(name: str, settings: ComponentSettings) -> TokenFilterFactory:
    unigrams = settings.boolean("output_unigrams", False)
    scripts = frozenset(_CJK_TYPES).difference(settings.strings("ignored_scripts") or ())

    def create() -> TokenFilter:
        return CJKBigramFilter(scripts, unigrams)

    return TokenFilterFactory(name, create, synonym=None if unigrams else create)


preconfigure("shingle", ShingleFilter, synonyms=False)
preconfigure("common_grams", lambda: CommonGramsFilter(WordSet(())), synonyms=False)
preconfigure("cjk_bigram", CJKBigramFilter)
