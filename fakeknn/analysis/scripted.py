"""Token filters that ask a script of each token: predicate_token_filter and condition."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from fakeknn.analysis.base import Token, TokenFilter, TokenStream, increments
from fakeknn.analysis.custom import following
from fakeknn.analysis.factories import TOKEN_FILTERS, Chain, TokenFilterFactory
from fakeknn.analysis.settings import ComponentSettings
from fakeknn.errors import IllegalArgumentException, NotFaked, UnsupportedOperationException

#: Whether a script accepts a token, whose increment is given beside it.
Predicate = Callable[[Token, int], bool]


def _no_scripts(name: str, settings: Mapping[str, Any]) -> Predicate:
    raise NotFaked("token filters by scripts")


#: Compiles the ``script`` among a filter's settings; given by what knows script languages.
COMPILE: list[Callable[[str, Mapping[str, Any]], Predicate]] = [_no_scripts]


class PredicateFilter(TokenFilter):
    """The tokens that a script accepts."""

    attributes = ("keyword",)

    def __init__(self, predicate: Predicate) -> None:
        self._predicate = predicate

    def apply(self, stream: TokenStream) -> TokenStream:
        steps = increments(stream.tokens)
        accepts = self._predicate
        return stream.keep([token for token, step in zip(stream.tokens, steps, strict=True) if accepts(token, step)])


class ConditionalFilter(TokenFilter):
    """Filters for the tokens that a script accepts (ConditionalTokenFilter): each run of them is a stream to itself."""

    def __init__(self, predicate: Predicate, make: Callable[[], Sequence[TokenFilter]]) -> None:
        self._predicate = predicate
        self._make = make
        inner = (name for one in make() for name in one.attributes)
        self.attributes = tuple(dict.fromkeys(("keyword", *inner)))

    def apply(self, stream: TokenStream) -> TokenStream:
        out: list[Token] = []
        position, holes = -1, 0
        run: list[tuple[Token, int]] = []

        def emit(token: Token, step: int) -> None:
            nonlocal position
            position += step
            token.position = position
            out.append(token)

        def end_run() -> int:
            """What the run leaves behind itself: holes, and the step that was lent to its first token."""
            lent = int(run[0][1] == 0)
            filtered = self._filtered(run, lent, stream.end_offset)
            run.clear()
            for token, step in zip(filtered.tokens, increments(filtered.tokens), strict=True):
                emit(token, step - lent)
                lent = 0
            return filtered.end_increment - lent

        for token, step in zip(stream.tokens, increments(stream.tokens), strict=True):
            if self._predicate(token, step):
                run.append((token, step))
                continue
            holes = end_run() if run else 0
            emit(token, step + holes)
        return TokenStream(out, stream.end_offset, end_run() if run else stream.end_increment)

    def _filtered(self, run: Sequence[tuple[Token, int]], lent: int, end_offset: int) -> TokenStream:
        position, tokens = -1, []
        for token, step in run:
            position += step + lent
            lent = 0
            token.position = position
            tokens.append(token)
        stream = TokenStream(tokens, end_offset)
        for one in self._make():
            stream = one.apply(stream)
        return stream


@TOKEN_FILTERS.type("predicate_token_filter", requires_settings=True)
def _predicate(name: str, settings: ComponentSettings) -> TokenFilterFactory:
    predicate = COMPILE[0](name, settings.values)
    return TokenFilterFactory(name, lambda: PredicateFilter(predicate))


@TOKEN_FILTERS.type("condition", requires_settings=True)
def _condition(name: str, settings: ComponentSettings) -> TokenFilterFactory:
    predicate = COMPILE[0](name, settings.values)
    wanted = settings.strings("filter")
    if not wanted:
        raise IllegalArgumentException(f"Empty list of filters provided to tokenfilter [{name}]")

    def chained(chain: Chain) -> TokenFilterFactory:
        factories = following(chain, wanted, f"ScriptedConditionTokenFilter [{name}] refers to undefined token filter")
        return TokenFilterFactory(
            name, lambda: ConditionalFilter(predicate, lambda: [factory.create() for factory in factories])
        )

    def unchained() -> TokenFilter:
        raise UnsupportedOperationException("getChainAwareTokenFilterFactory should be called first")

    return TokenFilterFactory(name, unchained, chained=chained)
