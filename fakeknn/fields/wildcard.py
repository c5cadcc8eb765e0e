"""wildcard: texts that are searched by patterns, not by words."""

from __future__ import annotations

import re
from typing import Any, ClassVar

from fakeknn.errors import NotFaked, UnsupportedOperationException
from fakeknn.fields.base import register
from fakeknn.fields.buffers import Buffer, KeywordBuffer
from fakeknn.fields.contexts import DocContext
from fakeknn.fields.parameters import META, Parameter, flag, integer, text
from fakeknn.fields.patterns import matching_terms
from fakeknn.fields.scalar import StringFieldType, plain_text
from fakeknn.view import Column, KeywordColumn, Mask
from fakeknn.xcontent import java_string


def quoted_wildcard(text: str) -> str:
    """A text as the pattern that only it matches."""
    return re.sub(r"([?*\\])", r"\\\1", text)


@register("wildcard")
class WildcardFieldType(StringFieldType):
    has_index_analyzer = True
    parameters: ClassVar[tuple[Parameter, ...]] = (
        Parameter("null_value", text, None, accepts_null=True),
        Parameter("ignore_above", integer, 2**31 - 1, updatable=True),
        Parameter("normalizer", text, "default"),
        flag("doc_values", True),
        META,
    )
    normalizer: Any = None
    fuzzy = False

    def build(self) -> None:
        name = self.option("normalizer")
        if name != "default":
            self.normalizer = self.context.analysis.normalizer(name) if self.context.analysis else None
            if self.normalizer is None:
                raise NotFaked("a wildcard field whose normalizer does not exist")

    def echo(self, include_defaults: bool = False) -> dict[str, Any]:
        return {**super().echo(include_defaults), "doc_values": self.option("doc_values")}

    @property
    def searchable(self) -> bool:
        return True

    def new_buffer(self) -> Buffer | None:
        return KeywordBuffer()

    def parse(self, container: Any, key: Any, value: Any, doc: DocContext) -> str | None:
        if value is None:
            shown = self.option("null_value")
        else:
            shown = plain_text(container, key, value, doc)
        if shown is None or len(shown) > self.option("ignore_above"):
            return None
        return self.index_term(shown)

    def index_term(self, value: Any) -> str:
        shown = java_string(value)
        return shown if self.normalizer is None else str(self.normalizer.normalize(shown))

    def pattern(self, value: str) -> str:
        if self.normalizer is None:
            return value
        return "".join(part if part in "*?\\" else str(self.normalizer.normalize(part)) for part in value)

    def term(self, column: Column, value: Any, *, case_insensitive: bool = False) -> Mask:
        assert isinstance(column, KeywordColumn)
        if not java_string(value):
            return column.mask_of(())  # an empty pattern matches nothing
        if not case_insensitive:
            return super().term(column, value)
        folded = self.index_term(value).lower()
        return column.mask_of(matching_terms(column, lambda term: term.lower() == folded))

    def wildcard(self, column: Column, value: str, *, case_insensitive: bool = False) -> Mask:
        assert isinstance(column, KeywordColumn)
        if not value:
            return column.mask_of(())
        return super().wildcard(column, value, case_insensitive=case_insensitive)

    def regexp(self, column: Column, value: str, **options: Any) -> Mask:
        return super().regexp(column, self.index_term(value), **options)

    def prefix(self, column: Column, value: str, *, case_insensitive: bool = False) -> Mask:
        return self.wildcard(column, value + "*", case_insensitive=case_insensitive)

    def range(self, column: Column, **options: Any) -> Mask:
        raise UnsupportedOperationException("TODO")

    def fetch(self, value: Any, format: str | None = None) -> Any:
        self.refuse_format(format)
        shown = self.option("null_value") if value is None else java_string(value)
        return None if shown is None or len(shown) > self.option("ignore_above") else self.index_term(shown)
