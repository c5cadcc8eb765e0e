"""``word_delimiter`` and ``word_delimiter_graph``: words cut at punctuation, changes of case and digits."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass, field

from fakeknn.analysis.base import Token, TokenFilter, TokenStream, increments
from fakeknn.analysis.factories import TOKEN_FILTERS, TokenFilterFactory, preconfigure
from fakeknn.analysis.settings import ComponentSettings, WordSet
from fakeknn.errors import NumberFormatException, RuntimeException

LOWER, UPPER, DIGIT, SUBWORD_DELIM = 1, 2, 4, 8
ALPHA, ALPHANUM = LOWER | UPPER, LOWER | UPPER | DIGIT

_TYPES = {
    "Lu": UPPER, "Ll": LOWER, "Lt": ALPHA, "Lm": ALPHA, "Lo": ALPHA, "Mn": ALPHA, "Me": ALPHA, "Mc": ALPHA,
    "Nd": DIGIT, "Nl": DIGIT, "No": DIGIT,
}  # fmt: skip
_TYPE_NAMES = {
    "LOWER": LOWER,
    "UPPER": UPPER,
    "ALPHA": ALPHA,
    "DIGIT": DIGIT,
    "ALPHANUM": ALPHANUM,
    "SUBWORD_DELIM": SUBWORD_DELIM,
}


def _char_type(char: str) -> int:
    if char > "\uffff":
        # Surrogates are never split from what is beside them.
        return ALPHANUM
    if char <= "\xff":
        # The table of the first 256 characters goes by case and digits alone.
        if char.islower() or char in "ªº":
            return LOWER
        return UPPER if char.isupper() else DIGIT if char in "0123456789" else SUBWORD_DELIM
    return _TYPES.get(unicodedata.category(char), SUBWORD_DELIM)


@dataclass
class Options:
    """What the settings of both filters say."""

    generate_word_parts: bool = True
    generate_number_parts: bool = True
    catenate_words: bool = False
    catenate_numbers: bool = False
    catenate_all: bool = False
    split_on_case_change: bool = True
    preserve_original: bool = False
    split_on_numerics: bool = True
    stem_english_possessive: bool = True
    ignore_keywords: bool = False
    adjust_offsets: bool = True
    protected_words: WordSet = field(default_factory=lambda: WordSet(()))
    types: dict[str, int] = field(default_factory=dict)

    def generates(self, kind: int) -> bool:
        return bool((self.generate_word_parts and kind & ALPHA) or (self.generate_number_parts and kind & DIGIT))

    def catenates(self, kind: int) -> bool:
        return bool((self.catenate_words and kind & ALPHA) or (self.catenate_numbers and kind & DIGIT))


@dataclass
class Subword:
    start: int
    end: int
    kind: int


class Subwords:
    """The subwords of a term; ``single`` if there is one and nothing but delimiters or a possessive around it."""

    def __init__(self, term: str, options: Options) -> None:
        self.term = term
        self.options = options
        self.types = [options.types.get(char, 0) or _char_type(char) for char in term]
        self.first, self.last = 0, len(term)
        while self.first < len(term) and self.types[self.first] & SUBWORD_DELIM:
            self.first += 1
        while self.last > self.first and self.types[self.last - 1] & SUBWORD_DELIM:
            self.last -= 1
        self.parts = self._cut()
        bound = self.last - 2 if self._possessive(self.last) else self.last
        self.single = bool(self.parts) and self.parts[0].start == self.first and self.parts[0].end == bound

    def _possessive(self, end: int) -> bool:
        return (
            self.options.stem_english_possessive
            and end > 2
            and self.term[end - 2] == "'"
            and self.term[end - 1] in "sS"
            and bool(self.types[end - 3] & ALPHA)
            and (end == self.last or bool(self.types[end] & SUBWORD_DELIM))
        )

    def _breaks(self, last: int, kind: int) -> bool:
        if kind & last:
            return False
        if not self.options.split_on_case_change and last & ALPHA and kind & ALPHA:
            return False
        if last & UPPER and kind & ALPHA:
            return False
        mixed = (last & ALPHA and kind & DIGIT) or (last & DIGIT and kind & ALPHA)
        return not (not self.options.split_on_numerics and mixed)

    def _cut(self) -> list[Subword]:
        parts: list[Subword] = []
        end, types = self.first, self.types
        while True:
            start = end
            while start < self.last and types[start] & SUBWORD_DELIM:
                start += 1
            if start >= self.last:
                return parts
            end = start + 1
            while end < self.last and not self._breaks(types[end - 1], types[end]):
                end += 1
            kind = types[start]
            parts.append(Subword(start, end, ALPHA if kind in (LOWER, UPPER) else kind))
            if end < self.last - 1 and self._possessive(end + 2):
                end += 2


@dataclass
class Concatenation:
    """Subwords put together."""

    text: str = ""
    start: int = 0
    end: int = 0
    kind: int = 0
    count: int = 0
    position: int = 0

    def add(self, term: str, part: Subword, position: int) -> None:
        if not self.text:
            self.kind, self.start, self.position = part.kind, part.start, position
        self.text += term[part.start : part.end]
        self.end = part.end
        self.count += 1


class WordDelimiterGraphFilter(TokenFilter):
    """Subwords in a graph: what is put together spans the positions of its parts."""

    attributes = ("keyword",)

    def __init__(self, options: Options) -> None:
        self.options = options

    def apply(self, stream: TokenStream) -> TokenStream:
        options = self.options
        tokens: list[Token] = []
        position, skipped, last_start = -1, 0, 0
        for token, increment in zip(stream.tokens, increments(stream.tokens), strict=True):
            skipped += increment
            subwords = Subwords(token.term, options)
            parts = subwords.parts
            whole = bool(parts) and parts[0].start == 0 and parts[0].end == len(token.term)
            if options.ignore_keywords and token.keyword:
                # It leaves as it came; what was skipped before it is not made good here.
                skipped -= increment
                position += increment
                token.position = position
                tokens.append(token)
                continue
            if whole or token.term in options.protected_words:
                position += skipped
                skipped = 0
                token.position = position
                tokens.append(token)
                continue
            if not parts:
                if options.preserve_original:
                    position += increment
                    skipped = 0
                    token.position = position
                    tokens.append(token)
                continue
            adjust = options.adjust_offsets and token.end - token.start == len(token.term)
            base = position + skipped
            for text, first, behind, start, end in self._buffered(token.term, subwords):
                made = token.copy(text)
                if adjust:
                    made.start, made.end = token.start + start, token.start + end
                made.start, made.end = max(made.start, last_start), max(made.end, last_start)
                last_start = made.start
                position = made.position = base + first
                made.position_length = behind - first
                tokens.append(made)
                skipped = 0
        return stream.replace(tokens)

    def _buffered(self, term: str, subwords: Subwords) -> list[tuple[str, int, int, int, int]]:
        """Term, position, position behind it, start and end of what one token becomes, in the order of the graph."""
        options = self.options
        made: list[tuple[str, int, int, int, int]] = []
        at = last_count = 0
        if subwords.single:
            part = subwords.parts[0]
            made.append((term[part.start : part.end], 0, 1, part.start, part.end))
            at = 1
        else:
            run, everything = Concatenation(), Concatenation()

            def flush() -> None:
                nonlocal at, last_count, run
                if at == run.position:
                    at += 1
                last_count = run.count
                if run.count != 1 or not options.generates(run.kind):
                    made.append((run.text, run.position, at, run.start, run.end))
                run = Concatenation()

            for part in subwords.parts:
                if run.text and not run.kind & part.kind:
                    flush()
                if options.catenates(part.kind):
                    run.add(term, part, at)
                if options.catenate_all:
                    everything.add(term, part, at)
                if options.generates(part.kind):
                    made.append((term[part.start : part.end], at, at + 1, part.start, part.end))
                    at += 1
            if run.text:
                flush()
            if everything.text and everything.count > last_count:
                if at == everything.position:
                    at += 1
                made.append((everything.text, everything.position, at, everything.start, everything.end))
        made.sort(key=lambda item: (item[3], -item[4]))
        if options.preserve_original:
            made.insert(0, (term, 0, max(at, 1), 0, len(term)))
        return made


class WordDelimiterFilter(TokenFilter):
    """Subwords one after the other; what is put together stands at the position of its last or first part."""

    attributes = ("keyword",)

    def __init__(self, options: Options) -> None:
        self.options = options

    def apply(self, stream: TokenStream) -> TokenStream:
        options = self.options
        out: list[tuple[Token, int]] = []
        self._skipped = 0
        first = True
        for token, increment in zip(stream.tokens, increments(stream.tokens), strict=True):
            if options.ignore_keywords and token.keyword:
                out.append((token, increment))
                continue
            self._skipped += increment
            subwords = Subwords(token.term, options)
            parts = subwords.parts
            if (parts and parts[0].start == 0 and parts[0].end == len(token.term)) or (
                token.term in options.protected_words
            ):
                out.append((token, self._skipped))
                self._skipped, first = 0, False
                continue
            if not parts and not options.preserve_original:
                if increment == 1 and not first:
                    self._skipped -= 1
                continue
            self._has_output = False
            self._follows_original = not options.preserve_original
            if options.preserve_original:
                out.append((token.copy(token.term), self._skipped))
                self._skipped, first = 0, False
            if subwords.single:
                out.append(self._part(token, parts[0], single=True))
                first = False
                continue
            made = self._parts(token, parts)
            made.sort(key=lambda item: (item[0].start, -item[1]))
            for part, step in made:
                out.append((part, 1 if first and step == 0 else step))
                first = False
        position = -1
        for token, step in out:
            position += step
            token.position = position
        return stream.replace([token for token, _ in out])

    def _increment(self, inject: bool) -> int:
        step = self._skipped
        if self._has_output:
            self._skipped = 0
            return 0 if inject else max(1, step)
        self._has_output = True
        if not self._follows_original:
            self._follows_original = True
            return 0
        self._skipped = 0
        return max(1, step)

    def _part(self, token: Token, part: Subword, *, single: bool = False) -> tuple[Token, int]:
        made = self._made(token, token.term[part.start : part.end], part.start, part.end)
        if token.end - token.start != len(token.term) and single and token.start + part.start <= token.end:
            made.start = token.start + part.start
        return made, self._increment(False)

    @staticmethod
    def _made(token: Token, term: str, start: int, end: int) -> Token:
        made = Token(term, token.start, token.end, token.position, 1, token.type)
        if token.end - token.start == len(token.term):
            made.start, made.end = token.start + start, token.start + end
        return made

    def _parts(self, token: Token, parts: list[Subword]) -> list[tuple[Token, int]]:
        options = self.options
        made: list[tuple[Token, int]] = []
        last_count = 0
        run, everything = Concatenation(), Concatenation()

        def write(text: Concatenation) -> None:
            made.append((self._made(token, text.text, text.start, text.end), self._increment(True)))
            self._skipped = 0

        def flush() -> bool:
            nonlocal last_count, run
            flushed, run = run, Concatenation()
            last_count = flushed.count
            if flushed.count != 1 or not options.generates(flushed.kind):
                write(flushed)
                return True
            return False

        for part in parts:
            if run.text and not run.kind & part.kind:
                flush()
                self._has_output = False
            if options.catenates(part.kind):
                run.add(token.term, part, 0)
            if options.catenate_all:
                everything.add(token.term, part, 0)
            if options.generates(part.kind):
                made.append(self._part(token, part))
        if run.text:
            flush()
        if everything.text and everything.count > last_count:
            write(everything)
        return made


_RULE = re.compile(r"(.*)\s*=>\s*(.*)\s*$")
_ESCAPES = {"\\": "\\", "n": "\n", "t": "\t", "r": "\r", "b": "\b", "f": "\f"}


def unescape(text: str) -> str:
    """The backslash escapes of mapping rules and type tables."""
    out: list[str] = []
    at = 0
    while at < len(text):
        char = text[at]
        at += 1
        if char == "\\":
            if at >= len(text):
                raise RuntimeException(f"Invalid escaped char in [{text}]")
            char = text[at]
            at += 1
            if char == "u":
                digits = text[at : at + 4]
                if len(digits) < 4:
                    raise RuntimeException(f"Invalid escaped char in [{text}]")
                try:
                    char = chr(int(digits, 16))
                except ValueError:
                    raise NumberFormatException(f'For input string: "{digits}" under radix 16') from None
                at += 4
            else:
                char = _ESCAPES.get(char, char)
        out.append(char)
    return "".join(out)


def _type_rule(rule: str) -> tuple[str, int]:
    match = _RULE.search(rule)
    if match is None:
        raise RuntimeException(f"Invalid mapping rule: [{rule}]")
    char, kind = unescape(match[1].strip()), _TYPE_NAMES.get(match[2].strip())
    if len(char) != 1 or char > "\uffff":
        raise RuntimeException(f"Invalid mapping rule: [{rule}]. Only a single character is allowed.")
    if kind is None:
        raise RuntimeException(f"Invalid mapping rule: [{rule}]. Illegal type.")
    return char, kind


def _options(settings: ComponentSettings, graph: bool) -> Options:
    types = dict(settings.rules("type_table", _type_rule) or ())
    options = Options(types=types)
    for key in (
        "generate_word_parts", "generate_number_parts", "catenate_words", "catenate_numbers", "catenate_all",
        "split_on_case_change", "preserve_original", "split_on_numerics", "stem_english_possessive",
    ):  # fmt: skip
        setattr(options, key, settings.boolean(key, getattr(options, key)))
    if graph:
        options.ignore_keywords = settings.boolean("ignore_keywords", False)
    options.protected_words = settings.word_set("protected_words") or options.protected_words
    if graph:
        options.adjust_offsets = settings.boolean("adjust_offsets", True)
    return options


@TOKEN_FILTERS.type("word_delimiter")
def _word_delimiter(name: str, settings: ComponentSettings) -> TokenFilterFactory:
    options = _options(settings, graph=False)
    return TokenFilterFactory(name, lambda: WordDelimiterFilter(options))


@TOKEN_FILTERS.type("word_delimiter_graph")
def _word_delimiter_graph(name: str, settings: ComponentSettings) -> TokenFilterFactory:
    options = _options(settings, graph=True)
    return TokenFilterFactory(name, lambda: WordDelimiterGraphFilter(options))


preconfigure("word_delimiter", lambda: WordDelimiterFilter(Options()), synonyms=False)
preconfigure("word_delimiter_graph", lambda: WordDelimiterGraphFilter(Options()), synonyms=False)
