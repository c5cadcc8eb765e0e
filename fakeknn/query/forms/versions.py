"""The forms of queries on semantic versions: asked for as written, or of doc values that hold them normalized."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from fakeknn.fields.version import VersionFieldType, normalized
from fakeknn.query.context import ShardContext
from fakeknn.query.lucene import (
    Becoming,
    ConstantScoreQuery,
    IndexOrDocValuesQuery,
    Leaf,
    MultiTermWrapper,
    Node,
    TermQuery,
)
from fakeknn.query.lucene.form import WRAPPER, bytes_ref
from fakeknn.query.ranges import Range
from fakeknn.query.terms import IndexedTerm, Term
from fakeknn.view import Mask
from fakeknn.xcontent import java_string


def _two(field: VersionFieldType, index: Node, doc_values: Node) -> Node:
    field.require_anything()
    if field.searchable and field.has_doc_values:
        return IndexOrDocValuesQuery(index, doc_values)
    return index if field.searchable else doc_values


def _of_doc_values(field: VersionFieldType, values: Sequence[Any], ctx: ShardContext) -> Mask:
    """What is asked for as it is written, though doc values are normalized."""
    column = ctx.ordered(field)
    assert column is not None
    return field.ordering.terms(column, values)


def _name(field: VersionFieldType) -> str:
    return f"{field.path}._normalized"


def version_term(field: VersionFieldType, query: Term, ctx: ShardContext) -> Node:
    """SemanticVersionFieldType.termQuery."""
    term = field.index_term(query.value)
    shown = bytes_ref(term.encode())
    doc_values = Leaf(
        "SortedSetDocValuesRangeQuery",
        f"{_name(field)}:[{shown} TO {shown}]",
        lambda: _of_doc_values(field, (query.value,), ctx),
    )
    index = TermQuery(field.path, term, term)
    return index if isinstance(query, IndexedTerm) else _two(field, index, doc_values)


def version_set(field: VersionFieldType, values: Sequence[Any], ctx: ShardContext) -> Node:
    """SemanticVersionFieldType.termsQuery."""
    shown = " ".join(sorted({java_string(value) for value in values}, key=str.encode))
    column = ctx.column(field)
    assert column is not None
    text = f"{_name(field)}:({shown})"
    doc_values = Leaf("MultiTermQueryDocValuesWrapper", text, lambda: _of_doc_values(field, values, ctx), field.path)
    return _two(
        field,
        MultiTermWrapper(WRAPPER, f"{field.path}:({shown})", lambda: field.terms(column, values), field.path),
        Becoming(text, ConstantScoreQuery(doc_values)),
    )


def version_range(field: VersionFieldType, query: Range, ctx: ShardContext) -> Node:
    """SemanticVersionFieldType.rangeQuery."""

    def mask() -> Mask:
        return query.mask(ctx)

    bounds = [None if bound is None else normalized(java_string(bound)) for bound in (query.lower, query.upper)]
    low, high = ("*" if bound is None else bound for bound in bounds)
    opening = "[" if query.include_lower else "{"
    closing = "]" if query.include_upper else "}"
    index = MultiTermWrapper(WRAPPER, f"{_name(field)}:{opening}{low} TO {high}{closing}", mask)
    low, high = ("*" if bound is None else bytes_ref(bound.encode()) for bound in bounds)
    opening = "[" if query.include_lower and bounds[0] is not None else "{"
    closing = "]" if query.include_upper and bounds[1] is not None else "}"
    doc_values = Leaf("SortedSetDocValuesRangeQuery", f"{_name(field)}:{opening}{low} TO {high}{closing}", mask)
    return _two(field, index, doc_values)
