"""Filters on token graphs: flatten_graph, concatenate_graph; and those that run other filters: multiplexer."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

from fakeknn.analysis.base import Token, TokenFilter, TokenStream, increments, utf16_length
from fakeknn.analysis.custom import following
from fakeknn.analysis.factories import TOKEN_FILTERS, Chain, Identity, TokenFilterFactory, plain_filter
from fakeknn.analysis.filters import RemoveDuplicatesFilter
from fakeknn.analysis.settings import ComponentSettings
from fakeknn.errors import IllegalArgumentException, IllegalStateException, NotFaked, UnsupportedOperationException


@dataclass
class _InputNode:
    tokens: list[Token] = field(default_factory=list)
    output: int = -1
    nearest: int = 2**31 - 1


@dataclass
class _OutputNode:
    inputs: list[int] = field(default_factory=list)
    start: int = -1
    end: int = -1


class FlattenGraphFilter(TokenFilter):
    """A graph as a sausage that an index can hold: side paths are squeezed onto the positions of the longest one."""

    def apply(self, stream: TokenStream) -> TokenStream:
        self._inputs: dict[int, _InputNode] = {0: _InputNode(output=0)}
        self._outputs: dict[int, _OutputNode] = {0: _OutputNode(inputs=[0], start=0)}
        node = -1
        for token, step in zip(stream.tokens, increments(stream.tokens), strict=True):
            node += step
            self._place(token, node, step)
        return TokenStream(self._flattened(), stream.end_offset, stream.end_increment)

    def _input(self, node: int) -> _InputNode:
        return self._inputs.setdefault(node, _InputNode())

    def _output(self, node: int) -> _OutputNode:
        return self._outputs.setdefault(node, _OutputNode())

    def _place(self, token: Token, node: int, step: int) -> None:
        source = self._input(node)
        if source.output == -1:
            self._after_hole(source, node, token.start, step)
        else:
            at = self._output(source.output)
            before = self._inputs.get(node - step, _InputNode()) if step > 1 else None
            if before is not None and source.output - before.output <= 1 and before.nearest != node:
                # The node was reached by a path beside the one that the hole is in: it starts anew behind the hole.
                at.inputs.remove(node)
                source.output = -1
                end = at.end
                at = self._after_hole(source, node, token.start, step)
                at.end = end
            if at.start == -1 or token.start > at.start:
                at.start = max(token.start, at.start)
        source.tokens.append(token)
        behind = node + token.position_length
        source.nearest = min(source.nearest, behind)
        target = self._input(behind)
        output = source.output + 1
        if output > target.output:
            if target.output != -1:
                self._output(target.output).inputs.remove(behind)
            self._output(output).inputs.append(behind)
            target.output = output
        reached = self._output(target.output)
        if reached.end == -1 or token.end < reached.end:
            reached.end = token.end

    def _after_hole(self, source: _InputNode, node: int, start: int, step: int) -> _OutputNode:
        highest = max(self._outputs)
        before = node - step
        if before < 0:
            index = highest + 1
        else:
            left = self._input(before)
            index = self._input(left.nearest).output + 1 if left.nearest < node else highest
        at = self._output(index)
        source.output = index
        at.start = max(start, at.start)
        at.inputs.append(node)
        return at

    def _flattened(self) -> list[Token]:
        tokens: list[Token] = []
        last_start = 0
        for index in sorted(self._outputs):
            output = self._outputs[index]
            for node in output.inputs:
                for token in self._input(node).tokens:
                    target = self._input(node + token.position_length).output
                    token.position, token.position_length = index, target - index
                    token.start = max(last_start, output.start)
                    token.end = max(token.start, self._output(target).end)
                    last_start = token.start
                    tokens.append(token)
        return tokens


class ConcatenateGraphFilter(TokenFilter):
    """Every path through the graph as one token, sorted by its bytes."""

    attributes = ("termFrequency",)
    makes_anew = True

    def __init__(self, separator: str, limit: int, preserve_holes: bool) -> None:
        self.separator = separator
        self.limit = limit
        self.preserve_holes = preserve_holes

    def apply(self, stream: TokenStream) -> TokenStream:
        by_node: dict[int, list[Token]] = {}
        for token in stream.tokens:
            by_node.setdefault(token.position, []).append(token)
        nodes = sorted(by_node)
        holes = self.separator if self.preserve_holes else ""

        def paths(node: int) -> list[str]:
            """What can follow from a node on, each with its separator in front."""
            later = [other for other in nodes if other >= node]
            if not later:
                return [""]
            gap = holes * (later[0] - node)
            found: list[str] = []
            for token in by_node[later[0]]:
                term = token.term.replace(self.separator, self.separator * 2) if self.separator else token.term
                for rest in paths(later[0] + token.position_length):
                    if len(found) > 10 * self.limit:
                        raise NotFaked("concatenate_graph on a graph of so many paths")
                    found.append(self.separator + gap + term + rest)
            return found

        found = {path[len(self.separator) :] for path in paths(0)} - {""}
        strings = sorted(found, key=str.encode)[: self.limit]
        return TokenStream([Token(term, 0, stream.end_offset, 0) for term in strings], stream.end_offset)


class MultiplexerFilter(TokenFilter):
    """Every token through each of several chains of filters; all that comes out stands at its position."""

    def __init__(self, chains: list[list[TokenFilter]]) -> None:
        self.chains = chains
        self.attributes = tuple(dict.fromkeys(name for chain in chains for part in chain for name in part.attributes))

    def apply(self, stream: TokenStream) -> TokenStream:
        if len(self.chains) <= 1:
            for token_filter in (part for chain in self.chains for part in chain):
                stream = token_filter.apply(stream)
            return RemoveDuplicatesFilter().apply(stream)
        tokens: list[Token] = []
        position, carried, end = -1, 0, stream.end_increment
        for token, increment in zip(stream.tokens, increments(stream.tokens), strict=True):
            for index, chain in enumerate(self.chains):
                step = (0 if index else increment) + carried
                alone = token.copy(token.term)
                alone.position = 0
                made = TokenStream([alone], token.end)
                for token_filter in chain:
                    made = token_filter.apply(made)
                end = made.end_increment
                if made.tokens:
                    for new in made.tokens:
                        new.position += position + step
                    tokens += made.tokens
                    position = made.tokens[-1].position
                    carried = end
                elif step:
                    # A filter that drops tokens without leaving holes takes the token's increment with it.
                    carried = step if end else 0
                else:
                    carried = end - 1
        return RemoveDuplicatesFilter().apply(TokenStream(tokens, stream.end_offset, end))


@TOKEN_FILTERS.type("flatten_graph")
def _flatten_graph(name: str, settings: ComponentSettings) -> TokenFilterFactory:
    return plain_filter(name, FlattenGraphFilter)


@TOKEN_FILTERS.type("concatenate_graph")
def _concatenate_graph(name: str, settings: ComponentSettings) -> TokenFilterFactory:
    separator = settings.text("token_separator", " ")
    if utf16_length(separator) > 1:
        raise IllegalArgumentException("token_separator must be either empty or a single character")
    limit = settings.integer("max_graph_expansions", 100)
    holes = settings.boolean("preserve_position_increments", False)
    return plain_filter(name, lambda: ConcatenateGraphFilter(separator, limit, holes))


@TOKEN_FILTERS.type("multiplexer")
def _multiplexer(name: str, settings: ComponentSettings) -> TokenFilterFactory:
    wanted = settings.strings("filters") or []
    original = settings.boolean("preserve_original", True)

    def chained(chain: Chain) -> TokenFilterFactory:
        chains: list[list[TokenFilterFactory]] = [[TokenFilterFactory("identity", Identity)]] if original else []
        for names in wanted:
            parts = [part.strip() for part in names.split(",") if part.strip()]
            chains.append(following(chain, parts, f"Multiplexing filter [{name}] refers to undefined tokenfilter"))
        return TokenFilterFactory(
            name,
            lambda: MultiplexerFilter([[factory.create() for factory in parts] for parts in chains]),
            search_time=any(factory.search_time for parts in chains for factory in parts),
        )

    def unchained() -> TokenFilter:
        raise UnsupportedOperationException("TokenFilterFactory.getChainAwareTokenFilterFactory() must be called first")

    return TokenFilterFactory(name, unchained, chained=chained)


def _not_faked(kind: str, check: Callable[[str, ComponentSettings], None]) -> None:
    def make(name: str, settings: ComponentSettings) -> TokenFilterFactory:
        check(name, settings)
        return TokenFilterFactory(name, create)

    def create() -> TokenFilter:
        raise NotFaked(f"the token filter {kind}")

    TOKEN_FILTERS.type(kind, requires_settings=kind != "min_hash")(make)


def _check_hunspell(name: str, settings: ComponentSettings) -> None:
    locale = next((settings.get(key) for key in ("locale", "language", "lang") if settings.get(key) is not None), None)
    if locale is None:
        raise IllegalArgumentException("missing [locale | language | lang] configuration for hunspell token filter")
    # A node that nobody has given dictionaries has none.
    raise IllegalStateException(f"Failed to load hunspell dictionary for locale: {locale}")


def _check_hyphenation(name: str, settings: ComponentSettings) -> None:
    if settings.word_set("word_list") is None:
        raise IllegalArgumentException(
            f"word_list must be provided for [{name}], either as a path to a file, or directly"
        )
    if settings.get("hyphenation_patterns_path") is None:
        raise IllegalArgumentException("hyphenation_patterns_path is a required setting.")
    raise IllegalArgumentException("Exception while reading hyphenation_patterns_path.")


def _check_nothing(name: str, settings: ComponentSettings) -> None:
    pass


_not_faked("hunspell", _check_hunspell)
_not_faked("hyphenation_decompounder", _check_hyphenation)
_not_faked("min_hash", _check_nothing)
