"""What works with regular expressions: tokenizers, a char filter, token filters, the ``pattern`` analyzer."""

from __future__ import annotations

from fakeknn.analysis.base import Analyzer, CharFilter, Offsets, Token, TokenFilter, Tokenizer, TokenStream
from fakeknn.analysis.factories import (
    ANALYZERS,
    CHAR_FILTERS,
    TOKEN_FILTERS,
    TOKENIZERS,
    CharFilterFactory,
    TokenFilterFactory,
    TokenizerFactory,
    plain_filter,
)
from fakeknn.analysis.filters import LowerCaseFilter, StopFilter, stop_words
from fakeknn.analysis.regexp import parse_regexp
from fakeknn.analysis.regexp_parts import Part
from fakeknn.analysis.settings import ComponentSettings, WordSet
from fakeknn.errors import IllegalArgumentException
from fakeknn.javaregex.pattern import JavaPattern, compile_pattern, expand

NON_WORD = r"\W+"


class PatternTokenizer(Tokenizer):
    """What lies between the matches, or a group of the matches."""

    def __init__(self, pattern: JavaPattern, group: int = -1) -> None:
        if group >= 0 and group > pattern.groups:
            raise IllegalArgumentException(
                f"invalid group specified: pattern only has: {pattern.groups} capturing groups"
            )
        self.pattern = pattern
        self.group = group

    def tokenize(self, text: str) -> TokenStream:
        if self.group >= 0:
            spans = [match.span(self.group) for match in self.pattern.find_all(text)] if text else []
        else:
            spans, start = [], 0
            for match in self.pattern.find_all(text):
                spans.append((start, match.start()))
                start = match.end()
            spans.append((start, len(text)))
        found = [(start, end) for start, end in spans if start < end]
        tokens = [Token(text[start:end], start, end, i) for i, (start, end) in enumerate(found)]
        return TokenStream(tokens, len(text), 0, True)


class SimplePatternTokenizer(Tokenizer):
    """The longest matches of a Lucene pattern; nothing more where the rest of the text could begin a match only."""

    def __init__(self, pattern: Part) -> None:
        self.pattern = pattern

    def matches(self, text: str) -> list[tuple[int, int]]:
        spans = []
        at = 0
        while at < len(text):
            end = self.pattern.longest(text, at)
            if end is not None and end > at:
                spans.append((at, end))
                at = end
            elif self.pattern.begins(text, at):
                break
            else:
                at += 1
        return spans

    def tokenize(self, text: str) -> TokenStream:
        spans = self.matches(text)
        tokens = [Token(text[start:end], start, end, i) for i, (start, end) in enumerate(spans)]
        return TokenStream(tokens, len(text))


class SimplePatternSplitTokenizer(SimplePatternTokenizer):
    """What lies between the longest matches of a Lucene pattern."""

    def tokenize(self, text: str) -> TokenStream:
        tokens: list[Token] = []
        start = 0
        for left, right in [*self.matches(text), (len(text), len(text))]:
            if start < left:
                tokens.append(Token(text[start:left], start, left, len(tokens)))
            start = right
        return TokenStream(tokens, len(text))


class PatternReplaceCharFilter(CharFilter):
    """Replaces every match; a longer replacement stands at its match's end, a shorter one at its beginning."""

    def __init__(self, pattern: JavaPattern, replacement: str) -> None:
        self.pattern = pattern
        self.replacement = replacement

    def filter(self, text: str) -> tuple[str, Offsets]:
        offsets = Offsets()
        out: list[str] = []
        length = last = delta = 0
        for match in self.pattern.find_all(text):
            start, end = match.span()
            new = expand(self.replacement, match)
            out += (text[last:start], new)
            before = length + start - last
            length, last = before + len(new), end
            if len(new) < end - start:
                delta += end - start - len(new)
                offsets.add(length, delta)
            else:
                for index in range(end - start, len(new)):
                    delta -= 1
                    offsets.add(before + index, delta)
        out.append(text[last:])
        return "".join(out), offsets


class PatternReplaceFilter(TokenFilter):
    def __init__(self, pattern: JavaPattern, replacement: str, all: bool) -> None:
        self.pattern = pattern
        self.replacement = replacement
        self.all = all

    def apply(self, stream: TokenStream) -> TokenStream:
        for token in stream.tokens:
            token.term = self.pattern.replace(token.term, self.replacement, all=self.all)
        return stream


class PatternCaptureFilter(TokenFilter):
    """The groups of all matches of some patterns, in the order of their beginnings, at the term's position."""

    def __init__(self, patterns: list[JavaPattern], preserve_original: bool) -> None:
        self.patterns = patterns
        self.preserve_original = preserve_original

    def captures(self, term: str) -> list[str]:
        queues: list[list[tuple[int, int]]] = []
        for pattern in self.patterns:
            spans = [match.span(group) for match in pattern.find_all(term) for group in range(1, pattern.groups + 1)]
            whole = (0, len(term)) if self.preserve_original else None
            queues.append([span for span in spans if span[0] < span[1] and span != whole][::-1])
        captured = []
        while any(queues):
            queue = min((queue for queue in queues if queue), key=lambda queue: queue[-1][0])
            start, end = queue.pop()
            captured.append(term[start:end])
        return captured

    def apply(self, stream: TokenStream) -> TokenStream:
        tokens: list[Token] = []
        for token in stream.tokens:
            captured = self.captures(token.term)
            if self.preserve_original or not captured:
                tokens.append(token)
            tokens += [token.copy(term) for term in captured]
        return stream.replace(tokens)


@TOKENIZERS.type("pattern")
def _pattern_tokenizer(name: str, settings: ComponentSettings) -> TokenizerFactory:
    pattern = compile_pattern(settings.text("pattern", NON_WORD), settings.get("flags"))
    group = settings.integer("group", -1)
    return TokenizerFactory(name, lambda: PatternTokenizer(pattern, group))


@TOKENIZERS.type("simple_pattern")
def _simple_pattern(name: str, settings: ComponentSettings) -> TokenizerFactory:
    pattern = parse_regexp(settings.text("pattern", "")).part()
    return TokenizerFactory(name, lambda: SimplePatternTokenizer(pattern))


@TOKENIZERS.type("simple_pattern_split")
def _simple_pattern_split(name: str, settings: ComponentSettings) -> TokenizerFactory:
    pattern = parse_regexp(settings.text("pattern", "")).part()
    return TokenizerFactory(name, lambda: SimplePatternSplitTokenizer(pattern))


@CHAR_FILTERS.type("pattern_replace", requires_settings=True)
def _pattern_replace_char_filter(name: str, settings: ComponentSettings) -> CharFilterFactory:
    text = settings.get("pattern")
    if not text:
        raise IllegalArgumentException(f"pattern is missing for [{name}] char filter of type 'pattern_replace'")
    pattern = compile_pattern(text, settings.get("flags"))
    replacement = settings.text("replacement", "")
    return CharFilterFactory(name, lambda: PatternReplaceCharFilter(pattern, replacement), normalizing=True)


@TOKEN_FILTERS.type("pattern_replace", requires_settings=True)
def _pattern_replace(name: str, settings: ComponentSettings) -> TokenFilterFactory:
    text = settings.get("pattern")
    if text is None:
        raise IllegalArgumentException(f"pattern is missing for [{name}] token filter of type 'pattern_replace'")
    pattern = compile_pattern(text, settings.get("flags"))
    replacement, all_matches = settings.text("replacement", ""), settings.boolean("all", True)
    return plain_filter(name, lambda: PatternReplaceFilter(pattern, replacement, all_matches))


@TOKEN_FILTERS.type("pattern_capture", requires_settings=True)
def _pattern_capture(name: str, settings: ComponentSettings) -> TokenFilterFactory:
    texts = settings.strings("patterns", commas=False)
    if texts is None:
        raise IllegalArgumentException(f"required setting 'patterns' is missing for token filter [{name}]")
    patterns = [compile_pattern(text) for text in texts]
    original = settings.boolean("preserve_original", True)
    return plain_filter(name, lambda: PatternCaptureFilter(patterns, original))


@ANALYZERS.type("pattern")
def _pattern_analyzer(name: str, settings: ComponentSettings) -> Analyzer:
    lower = [LowerCaseFilter()] if settings.boolean("lowercase", True) else []
    words = stop_words(settings, WordSet(()))
    pattern = compile_pattern(settings.text("pattern", NON_WORD), settings.get("flags"))
    stop = [StopFilter(words)] if words else []
    return Analyzer(PatternTokenizer(pattern), [*lower, *stop], name=name, normalization=lower)
