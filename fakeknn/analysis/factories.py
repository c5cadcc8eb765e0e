"""How components are made: a factory checks its settings when it is defined, Lucene's classes check theirs when used.

The tables say what exists: ``types`` are what settings may name as a ``type``; ``preconfigured`` what an analyzer may
name without defining it.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Generic, TypeVar

from fakeknn.analysis.base import Analyzer, CharFilter, TokenFilter, Tokenizer, TokenStream
from fakeknn.analysis.settings import ComponentSettings
from fakeknn.errors import IllegalArgumentException


@dataclass
class CharFilterFactory:
    name: str
    create: Callable[[], CharFilter]
    normalizing: bool = False


@dataclass
class TokenizerFactory:
    name: str
    create: Callable[[], Tokenizer]


class Identity(TokenFilter):
    """Changes nothing."""

    def apply(self, stream: TokenStream) -> TokenStream:
        return stream


@dataclass
class TokenFilterFactory:
    """``create`` makes the filter.

    ``normal`` makes the one for normalizers and single terms, where the filter may be used for these; ``synonym`` the
    one that synonym rules are read with, None if it must not be there. ``chained`` is set for the filters that depend
    on what stands before them, and gives the factory to use in that place.
    """

    name: str
    create: Callable[[], TokenFilter]
    normal: Callable[[], TokenFilter] | None = None
    synonym: Callable[[], TokenFilter] | None = None
    chained: Callable[[Chain], TokenFilterFactory] | None = None
    #: ``updateable``: for searching only.
    search_time: bool = False

    def for_synonyms(self) -> TokenFilter:
        if self.synonym is None:
            raise IllegalArgumentException(f"Token filter [{self.name}] cannot be used to parse synonyms")
        return self.synonym()


@dataclass
class Chain:
    """The place of a filter in an analyzer: what stands before it, and the filters that it may name."""

    tokenizer: TokenizerFactory
    char_filters: Sequence[CharFilterFactory]
    filters: list[TokenFilterFactory]
    find: Callable[[str], TokenFilterFactory | None]


F = TypeVar("F")
Make = Callable[[str, ComponentSettings], F]


@dataclass
class Provider(Generic[F]):
    make: Make[F]
    requires_settings: bool = False


@dataclass
class Table(Generic[F]):
    """The components of one kind."""

    types: dict[str, Provider[F]] = field(default_factory=dict)
    preconfigured: dict[str, Make[F]] = field(default_factory=dict)

    def type(self, name: str, *, requires_settings: bool = False) -> Callable[[Make[F]], Make[F]]:
        """Registers what makes a component of this type."""

        def register(make: Make[F]) -> Make[F]:
            self.types[name] = Provider(make, requires_settings)
            return make

        return register


ANALYZERS: Table[Analyzer] = Table()
CHAR_FILTERS: Table[CharFilterFactory] = Table()
TOKENIZERS: Table[TokenizerFactory] = Table()
TOKEN_FILTERS: Table[TokenFilterFactory] = Table()


def plain_filter(name: str, create: Callable[[], TokenFilter], *, normalizing: bool = False) -> TokenFilterFactory:
    """A filter that synonym rules go through as well."""
    return TokenFilterFactory(name, create, normal=create if normalizing else None, synonym=create)


def preconfigure(
    name: str, create: Callable[[], TokenFilter], *, normalizing: bool = False, synonyms: bool = True
) -> None:
    """Registers a token filter that is there under its bare name."""

    def make(given: str, settings: ComponentSettings) -> TokenFilterFactory:
        return TokenFilterFactory(
            given, create, normal=create if normalizing else None, synonym=create if synonyms else None
        )

    TOKEN_FILTERS.preconfigured[name] = make
