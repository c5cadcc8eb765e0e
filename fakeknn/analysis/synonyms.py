"""Synonyms: the rules of Solr and of WordNet, and the filters ``synonym`` and ``synonym_graph``."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field

from fakeknn.analysis.base import Analyzer, Token, TokenFilter, TokenStream, increments
from fakeknn.analysis.factories import ANALYZERS, TOKEN_FILTERS, Chain, Identity, TokenFilterFactory
from fakeknn.analysis.settings import NO_SETTINGS, ComponentSettings
from fakeknn.errors import IllegalArgumentException, JavaError

Words = tuple[str, ...]


@dataclass
class Entry:
    """What a sequence of words is replaced by; ``keep_original`` if it is not replaced but joined."""

    outputs: list[Words] = field(default_factory=list)
    keep_original: bool = False


class SynonymMap:
    """Sequences of words, looked up by the longest match."""

    def __init__(self) -> None:
        self.entries: dict[Words, Entry] = {}
        self._prefixes: set[Words] = set()

    def add(self, given: Words, output: Words, keep_original: bool) -> None:
        entry = self.entries.setdefault(given, Entry())
        if output not in entry.outputs:
            entry.outputs.append(output)
        entry.keep_original |= keep_original
        for length in range(1, len(given)):
            self._prefixes.add(given[:length])

    def longest(self, tokens: list[Token], start: int) -> tuple[int, Entry] | None:
        """How many tokens from ``start`` on the longest rule takes, and the rule."""
        found: tuple[int, Entry] | None = None
        words: Words = ()
        for index in range(start, len(tokens)):
            words = (*words, tokens[index].term)
            entry = self.entries.get(words)
            if entry is not None:
                found = (len(words), entry)
            if words not in self._prefixes:
                break
        return found


class SynonymGraphFilter(TokenFilter):
    """Synonyms as the paths of a graph."""

    def __init__(self, synonyms: SynonymMap) -> None:
        self.synonyms = synonyms

    def apply(self, stream: TokenStream) -> TokenStream:
        given, steps = stream.tokens, increments(stream.tokens)
        tokens: list[Token] = []
        last_node, next_node = -1, 0
        at = 0
        while at < len(given):
            match = self.synonyms.longest(given, at)
            if match is None:
                token = given[at]
                last_node += steps[at]
                next_node = last_node + token.position_length
                token.position = last_node
                tokens.append(token)
                at += 1
                continue
            length, entry = match
            made = self._paths(given[at : at + length], entry, next_node)
            tokens += made
            last_node = made[-1].position
            next_node = max(token.position + token.position_length for token in made)
            at += length
        return stream.replace(tokens)

    @staticmethod
    def _paths(matched: list[Token], entry: Entry, start: int) -> list[Token]:
        """The tokens of all paths between two nodes: first the heads of the paths, then path by path what follows."""
        paths: list[list[Token]] = [
            [Token(word, matched[0].start, matched[-1].end, 0, 1, "SYNONYM") for word in output]
            for output in entry.outputs
        ]
        if entry.keep_original:
            paths.append(matched)
        end = start + 1 + sum(len(path) - 1 for path in paths)
        node = start
        made: list[Token] = []
        for path in paths:
            head = path[0]
            behind = end
            if len(path) > 1:
                behind = node + 1
                node += len(path) - 1
            head.position, head.position_length = start, behind - start
            made.append(head)
        for path in paths:
            at = path[0].position + path[0].position_length
            for token in path[1:]:
                token.position = at
                token.position_length = (end if token is path[-1] else at + 1) - at
                made.append(token)
                at += 1
        return made


class SynonymFilter(TokenFilter):
    """Synonyms beside the words they stand for, word by word: the words of a longer synonym run into what follows."""

    def __init__(self, synonyms: SynonymMap) -> None:
        self.synonyms = synonyms

    def apply(self, stream: TokenStream) -> TokenStream:
        given, steps = stream.tokens, increments(stream.tokens)
        # What is to be put out at each token, and behind the last: term, end (None for the token's), length.
        pending: dict[int, list[tuple[str, int | None, int]]] = {}
        out: list[tuple[Token, int]] = []
        at = 0
        while at < len(given):
            match = self.synonyms.longest(given, at)
            length, entry = match or (1, Entry())
            keep = match is None or entry.keep_original
            for output in entry.outputs:
                for index, word in enumerate(output):
                    single = len(output) == 1
                    end = given[at + length - 1].end if single else None
                    span = length if single and entry.keep_original else 1
                    pending.setdefault(at + index, []).append((word, end, span))
            for index in range(at, at + length):
                token = given[index]
                step = 1
                if keep:
                    out.append((token, steps[index]))
                    step = 0
                for word, end, span in pending.pop(index, ()):
                    made = Token(word, token.start, token.end if end is None else end, 0, span, "SYNONYM")
                    out.append((made, step))
                    step = 0
            at += length
        for index in sorted(pending):
            step = 1
            for word, _, _ in pending[index]:
                last = given[-1]
                out.append((Token(word, last.start, last.end, 0, 1, "SYNONYM"), step))
                step = 0
        position = -1
        for token, step in out:
            position += step
            token.position = position
        return stream.replace([token for token, _ in out])


class RuleReader:
    """Reads rules into a map; every word goes through the analyzer of the chain before the filter."""

    def __init__(self, analyzer: Analyzer, *, expand: bool, lenient: bool) -> None:
        self.analyzer = analyzer
        self.expand = expand
        self.lenient = lenient
        self.map = SynonymMap()

    def analyze(self, text: str) -> Words:
        try:
            stream = self.analyzer.stream(text)
            for token, increment in zip(stream.tokens, increments(stream.tokens), strict=True):
                if not token.term:
                    raise IllegalArgumentException(f"term: {text} analyzed to a zero-length token")
                if increment != 1:
                    raise IllegalArgumentException(
                        f"term: {text} analyzed to a token ({token.term}) with position increment != 1 "
                        f"(got: {increment})"
                    )
            if not stream.tokens:
                raise IllegalArgumentException(f"term: {text} was completely eliminated by analyzer")
        except IllegalArgumentException:
            if self.lenient:
                return ()
            raise
        return tuple(token.term for token in stream.tokens)

    def add(self, given: Words, output: Words, keep_original: bool) -> None:
        if given and output:
            self.map.add(given, output, keep_original)

    def add_equal(self, words: list[Words]) -> None:
        if self.expand:
            for i, given in enumerate(words):
                for j, output in enumerate(words):
                    if i != j:
                        self.add(given, output, True)
        else:
            for given in words:
                self.add(given, words[0], False)

    def read_solr(self, lines: Iterable[str]) -> None:
        """a, b => c; and a, b, c."""
        for line in lines:
            if not line or line[0] == "#":
                continue
            sides = split(line, "=>")
            if len(sides) > 2:
                raise IllegalArgumentException("more than one explicit mapping specified on the same line")
            words = [[self.analyze(_unescape(part).strip(_BLANK)) for part in split(side, ",")] for side in sides]
            if len(sides) == 2:
                for given in words[0]:
                    for output in words[1]:
                        self.add(given, output, False)
            elif words:
                self.add_equal(words[0])

    def read_wordnet(self, lines: Iterable[str]) -> None:
        """s(100000001,1,'woods',n,1,0)."""
        group: list[Words] = []
        last = ""
        for line in lines:
            if len(line) < 11:
                raise IllegalArgumentException(f"begin 2, end 11, length {len(line)}")
            synset = line[2:11]
            if synset != last:
                self._add_group(group)
                group = []
            first, end = line.find("'") + 1, line.rfind("'")
            group.append(self.analyze(line[first:end].replace("''", "'")))
            last = synset
        self._add_group(group)

    def _add_group(self, group: list[Words]) -> None:
        if len(group) > 1:
            self.add_equal(group)


_LINE_END = re.compile(r"\r\n|\n|\r")

# String.trim takes every character up to the space off.
_BLANK = "".join(map(chr, range(33)))


def split(text: str, separator: str) -> list[str]:
    """The parts between unescaped separators; empty ones are left out, backslashes stay."""
    parts: list[str] = []
    part: list[str] = []
    at = 0
    while at < len(text):
        if text.startswith(separator, at):
            if part:
                parts.append("".join(part))
                part = []
            at += len(separator)
            continue
        length = 2 if text[at] == "\\" else 1
        part.append(text[at : at + length])
        at += length
    if part:
        parts.append("".join(part))
    return parts


def _unescape(text: str) -> str:
    out: list[str] = []
    at = 0
    while at < len(text):
        if text[at] == "\\" and at < len(text) - 1:
            at += 1
        out.append(text[at])
        at += 1
    return "".join(out)


def _factory(
    name: str, settings: ComponentSettings, kind: Callable[[SynonymMap], TokenFilter], *, graph: bool
) -> TokenFilterFactory:
    expand, lenient = settings.boolean("expand", True), settings.boolean("lenient", False)
    wordnet = settings.text("format", "").lower() == "wordnet"
    updateable = settings.boolean("updateable", False)
    analyzer_name = settings.get("synonym_analyzer")

    def reading_analyzer(chain: Chain) -> Analyzer:
        if analyzer_name in ANALYZERS.types:
            return ANALYZERS.types[analyzer_name].make(analyzer_name, NO_SETTINGS)
        filters = [factory.for_synonyms() for factory in chain.filters]
        char_filters = [factory.create() for factory in chain.char_filters]
        return Analyzer(chain.tokenizer.create(), filters, char_filters)

    def chained(chain: Chain) -> TokenFilterFactory:
        reader = RuleReader(reading_analyzer(chain), expand=expand, lenient=lenient)
        lines = settings.words("synonyms")
        if lines is None:
            raise IllegalArgumentException("synonym requires either `synonyms` or `synonyms_path` to be configured")
        # The rules are read as lines of one text.
        lines = _LINE_END.split("\n".join(lines))
        try:
            reader.read_wordnet(lines) if wordnet else reader.read_solr(lines)
        except JavaError:
            raise IllegalArgumentException("Failed to build synonyms") from None

        def create() -> TokenFilter:
            return kind(reader.map) if reader.map.entries else Identity()

        return TokenFilterFactory(name, create, synonym=create if graph else Identity, search_time=updateable)

    def unchained() -> TokenFilter:
        raise AssertionError("a synonym filter is made in its chain")

    return TokenFilterFactory(name, unchained, synonym=unchained, chained=chained, search_time=updateable)


@TOKEN_FILTERS.type("synonym", requires_settings=True)
def _synonym(name: str, settings: ComponentSettings) -> TokenFilterFactory:
    return _factory(name, settings, SynonymFilter, graph=False)


@TOKEN_FILTERS.type("synonym_graph", requires_settings=True)
def _synonym_graph(name: str, settings: ComponentSettings) -> TokenFilterFactory:
    return _factory(name, settings, SynonymGraphFilter, graph=True)
