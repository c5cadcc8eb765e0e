"""What is to be highlighted: a field of a hit, with its options and its tokens."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from fakeknn.analysis import Token
from fakeknn.errors import ArrayIndexOutOfBoundsException
from fakeknn.fields import FieldType
from fakeknn.query.base import Query
from fakeknn.query.context import ShardContext, running
from fakeknn.search.highlight_terms import Wanted, check_rewritable, wanted


@dataclass(frozen=True)
class FieldHighlight:
    """One field of one hit to highlight."""

    name: str
    field: FieldType
    options: Mapping[str, Any]
    encoder: str
    query: Query
    doc_id: int
    approximated: bool = False
    """Whether the query has been answered by points."""
    texts_of: Callable[[FieldType], list[str]] = lambda field: []
    """The values that another field has in the hit."""

    def encode(self, text: str) -> str:
        if self.encoder != "html":
            return text
        return "".join(_HTML.get(char, char) for char in text)

    def mark(self, text: str) -> str:
        before, after = self.options["pre_tags"], self.options["post_tags"]
        if not before or not after:
            raise running(ArrayIndexOutOfBoundsException("Index 0 out of bounds for length 0"))
        return f"{before[0]}{text}{after[0]}"

    def wanted(self, ctx: ShardContext, *, plain: bool = False) -> Wanted:
        matched = self.options.get("matched_fields", ())
        if not self.options["require_field_match"]:
            return self._wanted(ctx, lambda name: name != "_id", plain)
        if plain:
            matched = ()  # which only the others know
        return self._wanted(ctx, lambda name: name == self.name or name in matched, plain)

    def _wanted(self, ctx: ShardContext, fields: Callable[[str], bool], plain: bool) -> Wanted:
        if plain and not self.approximated:
            check_rewritable(self.query, ctx)
        return wanted(self.query, ctx, fields, plain=plain)


_HTML = {'"': "&quot;", "&": "&amp;", "<": "&lt;", ">": "&gt;", "'": "&#x27;", "/": "&#x2F;"}


def tokens_of(field: FieldType, text: str) -> list[Token]:
    """The tokens that a value is indexed as."""
    analyzer = getattr(field, "index_analyzer", None) or getattr(field, "analyzer", None)
    if analyzer is not None:
        return list(analyzer.stream(text).tokens)
    normalizer = getattr(field, "normalizer", None)
    term = text if normalizer is None else normalizer.normalize(text)
    return [Token(term, 0, len(text), 0)] if text else []


def position_gap(field: FieldType) -> int:
    """How many positions lie between two values of a field."""
    analyzer: Any = getattr(field, "index_analyzer", None) or getattr(field, "analyzer", None)
    return int(getattr(field, "gap", getattr(analyzer, "position_increment_gap", 0)))


def position_behind(field: FieldType, tokens: Sequence[Token]) -> int:
    """How far behind the first position of a value the next value begins."""
    return max((token.position for token in tokens), default=-1) + 1 + position_gap(field)


def has_vector(field: FieldType) -> bool:
    """Whether term vectors keep the offsets of a field's terms."""
    return "offsets" in str(field.options.get("term_vector", "no"))


def is_indexed_in(field: FieldType, ctx: ShardContext, row: int) -> bool:
    """Whether a row has terms of a field; those of nested objects are in rows of their own."""
    column = ctx.column(field)
    return column is None or bool(column.exists[row])
