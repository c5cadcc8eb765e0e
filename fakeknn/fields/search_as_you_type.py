"""search_as_you_type: a text with its shingles and their beginnings beside it."""

from __future__ import annotations

from typing import Any, ClassVar

from fakeknn.analysis.base import Analyzer, Token, TokenFilter, TokenStream
from fakeknn.errors import IllegalArgumentException, MapperParsingException, NotFaked
from fakeknn.fields.base import DocContext, FieldType, MappingContext, Parameter, Places, flag, integer, register
from fakeknn.fields.text import TextFieldType
from fakeknn.view import Column, Mask

_TEXT = {parameter.name: parameter for parameter in TextFieldType.parameters}
_LONGEST_PREFIX = 20


class FixedShingles(TokenFilter):
    """Shingles of one length, with nothing in the place of a hole (FixedShingleFilter); none begins with a hole."""

    def __init__(self, size: int) -> None:
        self.size = size

    def shingles(self, stream: TokenStream, last: int) -> list[Token]:
        """The shingles that end at the position ``last`` at the latest."""
        words = {token.position: token for token in stream.tokens}
        if len(words) < len(stream.tokens):
            raise NotFaked("several tokens in one place in a search_as_you_type field")
        found = []
        for first in stream.tokens:
            places = range(first.position, first.position + self.size)
            if places[-1] > last:
                break
            parts = [words.get(place) for place in places]
            term = " ".join("" if part is None else part.term for part in parts)
            end = max(part.end for part in parts if part is not None)
            found.append(Token(term, first.start, end, first.position))
        return found

    def apply(self, stream: TokenStream) -> TokenStream:
        stream.tokens = self.shingles(stream, stream.end_position)
        return stream


class Beginnings(FixedShingles):
    """The beginnings, of one to twenty characters, of shingles, which go on behind the end of the text."""

    def apply(self, stream: TokenStream) -> TokenStream:
        last = stream.tokens[-1].position + self.size - 1 if stream.tokens else 0
        found: list[Token] = []
        for shingle in self.shingles(stream, last):
            lengths = [*range(1, min(len(shingle.term), _LONGEST_PREFIX) + 1)]
            if len(shingle.term) > _LONGEST_PREFIX:
                lengths.append(len(shingle.term))
            found += [Token(shingle.term[:n], shingle.start, shingle.end, shingle.position) for n in lengths]
        stream.tokens = found
        return stream


def extended(analyzer: Analyzer, token_filter: TokenFilter) -> Analyzer:
    """An analyzer with one more filter behind its own."""
    return Analyzer(
        analyzer.tokenizer,
        (*analyzer.filters, token_filter),
        analyzer.char_filters,
        name=analyzer.name,
        normalization=analyzer.normalization,
        normalization_char_filters=analyzer.normalization_char_filters,
        position_increment_gap=analyzer.position_increment_gap,
    )


def no_fielddata(field: FieldType) -> IllegalArgumentException:
    return IllegalArgumentException(f"Fielddata is not supported on field [{field.path}] of type [{field.kind}]")


class ShingleFieldType(TextFieldType):
    """A field inside: ``_2gram``, ``_3gram``, ``_4gram`` or ``_index_prefix``."""

    def __init__(self, path: str, kind: str, parent: SearchAsYouTypeFieldType, context: MappingContext) -> None:
        super().__init__(path, kind, context)
        self.options = {
            name: value for name, value in parent.options.items() if name in ("index", "index_options", "norms")
        }
        if kind == "prefix":
            self.options["norms"] = False
        self.gap = parent.gap

    def require_doc_values(self) -> None:
        raise no_fielddata(self)

    def prefix(self, column: Column, value: str, *, case_insensitive: bool = False) -> Mask:
        if self.kind == "prefix" or f"_{value.count(' ') + 1}gram" != self.name or not value.split(" ")[-1]:
            raise NotFaked("a prefix in a field of shingles of another length")
        return super().prefix(column, value, case_insensitive=case_insensitive)

    def parse(self, container: Any, key: Any, value: Any, doc: DocContext) -> str | None:
        raise NotFaked("a value written to a field inside search_as_you_type")


@register("search_as_you_type")
class SearchAsYouTypeFieldType(TextFieldType):
    parameters: ClassVar[tuple[Parameter, ...]] = (
        flag("index", True),
        flag("store", False),
        flag("doc_values", False),
        Parameter("max_shingle_size", integer, 3),
        *(
            _TEXT[name]
            for name in (
                "analyzer",
                "search_analyzer",
                "search_quote_analyzer",
                "similarity",
                "index_options",
                "norms",
                "term_vector",
                "meta",
            )
        ),
    )
    spreads = True

    def option(self, name: str) -> Any:
        # What text has besides: never given, so at its default.
        if name in self.options or any(parameter.name == name for parameter in self.parameters):
            return super().option(name)
        return _TEXT[name].default

    def build(self) -> None:
        if self.option("doc_values"):
            raise MapperParsingException("Cannot set [doc_values] on field of type [search_as_you_type]")
        size = self.option("max_shingle_size")
        if not 2 <= size <= 4:
            raise MapperParsingException(f"[max_shingle_size] must be at least [2] and at most [4], got [{size}]")
        super().build()
        found: dict[str, FieldType] = {}
        for length in range(2, size + 1):
            path = f"{self.path}._{length}gram"
            shingles = ShingleFieldType(path, "search_as_you_type", self, self.context)
            if self.context.analysis is not None:
                shingle = FixedShingles(length)
                shingles.analyzer = extended(self.analyzer, shingle)
                shingles.search_analyzer = shingles.quote_analyzer = extended(self.search_analyzer, shingle)
            found[path] = shingles
        path = f"{self.path}._index_prefix"
        beginnings = ShingleFieldType(path, "prefix", self, self.context)
        if self.context.analysis is not None:
            beginnings.analyzer = extended(self.analyzer, Beginnings(size))
            longest = FixedShingles(size)
            beginnings.search_analyzer = beginnings.quote_analyzer = extended(self.search_analyzer, longest)
        found[path] = beginnings
        self.inner = found

    def echo(self, include_defaults: bool = False) -> dict[str, Any]:
        told = FieldType.echo(self, include_defaults)
        told["doc_values"], told["max_shingle_size"] = False, self.option("max_shingle_size")
        given = [self.options.get(name) for name in ("analyzer", "search_analyzer", "search_quote_analyzer")]
        if include_defaults:
            for i, name in enumerate(("analyzer", "search_analyzer", "search_quote_analyzer")):
                told[name] = given[i] = given[i] or (given[i - 1] if i else "default")
        return told

    def require_doc_values(self) -> None:
        raise no_fielddata(self)

    def phrase_places(self, places: Places, slop: int, *, prefix: bool = False) -> tuple[str, Places]:
        """A phrase is looked for among the longest shingles that it has."""
        positions = [position for position, _ in places]
        if slop or len(places) < 2 or positions != list(range(positions[0], positions[0] + len(places))):
            return self.path, places
        if prefix or any(len(terms) > 1 for _, terms in places):
            raise NotFaked("a phrase prefix, or one of synonyms, in a search_as_you_type field")
        size = min(len(places), self.option("max_shingle_size"))
        terms = [terms[0] for _, terms in places]
        shingles = [" ".join(terms[i : i + size]) for i in range(len(terms) - size + 1)]
        return f"{self.path}._{size}gram", [(i, (shingle,)) for i, shingle in enumerate(shingles)]

    def parse(self, container: Any, key: Any, value: Any, doc: DocContext) -> Any:
        shown = super().parse(container, key, value, doc)
        return None if shown is None else [(path, shown) for path in (self.path, *self.inner)]

    def prefix(self, column: Column, value: str, *, case_insensitive: bool = False) -> Mask:
        if " " in value:
            raise NotFaked("a prefix of several words in a search_as_you_type field")
        return super().prefix(column, value, case_insensitive=case_insensitive)
