"""Analyzers that settings put together from named parts."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence

from fakeknn.analysis.base import POSITION_INCREMENT_GAP, Analyzer
from fakeknn.analysis.factories import Chain, CharFilterFactory, TokenFilterFactory, TokenizerFactory
from fakeknn.errors import IllegalArgumentException


class CustomAnalyzer(Analyzer):
    """An analyzer that knows the names of its parts, so that ``explain`` can show each at work."""

    def __init__(
        self,
        name: str,
        tokenizer: TokenizerFactory,
        char_filters: Sequence[CharFilterFactory] = (),
        filters: Sequence[TokenFilterFactory] = (),
        *,
        position_increment_gap: int = POSITION_INCREMENT_GAP,
        offset_gap: int = -1,
    ) -> None:
        super().__init__(
            tokenizer.create(),
            [factory.create() for factory in filters],
            [factory.create() for factory in char_filters],
            name=name,
            normalization=[factory.normal() for factory in filters if factory.normal is not None],
            normalization_char_filters=[factory.create() for factory in char_filters if factory.normalizing],
            position_increment_gap=position_increment_gap,
            offset_gap=1 if offset_gap < 0 else offset_gap,
        )
        self.tokenizer_name = tokenizer.name
        self.char_filter_names = [factory.name for factory in char_filters]
        self.filter_names = [factory.name for factory in filters]
        #: The filters that may be used for searching only.
        self.search_time_filters = [factory.name for factory in filters if factory.search_time]


def chained(
    filters: Sequence[TokenFilterFactory],
    tokenizer: TokenizerFactory,
    char_filters: Sequence[CharFilterFactory],
    find: Callable[[str], TokenFilterFactory | None],
) -> list[TokenFilterFactory]:
    """The filters of a chain, each told what stands before it."""
    chain: list[TokenFilterFactory] = []
    for factory in filters:
        chain.append(in_chain(factory, Chain(tokenizer, char_filters, chain, find)))
    return chain


def in_chain(factory: TokenFilterFactory, chain: Chain) -> TokenFilterFactory:
    return factory if factory.chained is None else factory.chained(chain)


def following(chain: Chain, names: Iterable[str], undefined: str) -> list[TokenFilterFactory]:
    """The filters of these names, each behind the others; ``undefined`` begins the refusal of one that there is not."""
    before = Chain(chain.tokenizer, chain.char_filters, list(chain.filters), chain.find)
    for name in names:
        factory = chain.find(name)
        if factory is None:
            raise IllegalArgumentException(f"{undefined} [{name}]")
        before.filters.append(in_chain(factory, before))
    return before.filters[len(chain.filters) :]
