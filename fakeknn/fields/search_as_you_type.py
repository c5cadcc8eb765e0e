"""search_as_you_type: a text with its shingles and their beginnings beside it."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, ClassVar

from fakeknn.analysis.companions import Beginnings, FixedShingles
from fakeknn.errors import IllegalArgumentException, MapperParsingException
from fakeknn.fields.base import FieldType, register
from fakeknn.fields.contexts import DocContext
from fakeknn.fields.parameters import Parameter, flag, integer
from fakeknn.fields.text import BeginningsFieldType, CompanionFieldType, ShingleFieldType, TextFieldType
from fakeknn.xcontent import java_string

_TEXT = {parameter.name: parameter for parameter in TextFieldType.parameters}


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
    plain = False
    constant_rewrites = (None, "constant_score", "constant_score_boolean")

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

    def _companions(self) -> Iterator[CompanionFieldType]:
        size = self.option("max_shingle_size")
        beginnings = BeginningsFieldType(f"{self.path}._index_prefix", self, 1, Beginnings.longest)
        beginnings.analyzed(Beginnings(size, ""), FixedShingles(size, ""))
        if self.context.analysis is not None:
            beginnings.quote_analyzer = self.search_analyzer
        self.beginnings = beginnings
        self._shingles = {}
        for length in range(2, size + 1):
            shingles = ShingleFieldType(f"{self.path}._{length}gram", "search_as_you_type", self, length)
            shingles.analyzed(FixedShingles(length, ""), FixedShingles(length, ""))
            shingles.beginnings = beginnings
            shingles.constant_rewrites = self.constant_rewrites  # type: ignore[misc]
            self._shingles[length] = shingles
        yield from (*self._shingles.values(), beginnings)

    def parse(self, container: Any, key: Any, value: Any, doc: DocContext) -> Any:
        parsed = super().parse(container, key, value, doc)
        if parsed is not None and not self.searchable:  # its companions, which are never stored, would not be indexed
            raise IllegalArgumentException("it doesn't make sense to have a field that is neither indexed nor stored")
        return parsed

    def shingled(self, count: int) -> ShingleFieldType | None:
        """The longest shingles that are not longer than a phrase."""
        return self._shingles[min(count, self.option("max_shingle_size"))] if count > 1 else None

    def echo(self, include_defaults: bool = False) -> dict[str, Any]:
        told = FieldType.echo(self, include_defaults)
        told["doc_values"], told["max_shingle_size"] = False, self.option("max_shingle_size")
        return told

    def stored(self, value: Any, parsed: Any) -> list[str]:
        """What ``stored_fields`` shows: the text itself."""
        return [java_string(value)]

    def require_doc_values(self) -> None:
        raise IllegalArgumentException(f"Fielddata is not supported on field [{self.path}] of type [{self.kind}]")
