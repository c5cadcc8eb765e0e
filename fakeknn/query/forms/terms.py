"""The forms of term-level queries."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np

from fakeknn.fields import FieldType
from fakeknn.fields.constant_keyword import ConstantKeywordFieldType
from fakeknn.fields.dates import DateFieldType
from fakeknn.fields.decimals import DecimalFieldType, ScaledFloatFieldType
from fakeknn.fields.features import FeatureFieldType
from fakeknn.fields.flat_object import FlatMemberFieldType, FlatObjectFieldType
from fakeknn.fields.integers import IntegerFieldType
from fakeknn.fields.ip import IpFieldType, bounds
from fakeknn.fields.metadata import IdFieldType, IndexFieldType
from fakeknn.fields.numbers import NumberFieldType
from fakeknn.fields.ranges import RangeFieldType
from fakeknn.fields.scalar import BooleanFieldType
from fakeknn.fields.uid import encode_id
from fakeknn.fields.version import VersionFieldType
from fakeknn.fields.wildcard import WildcardFieldType, quoted_wildcard
from fakeknn.query.base import Query
from fakeknn.query.context import ShardContext
from fakeknn.query.exists import Exists, exists_mask, exists_names
from fakeknn.query.forms.patterns import automaton, dictionary, flat_path, wildcard_matching
from fakeknn.query.forms.points import addresses, bitmap, ip_set, ip_term, number_range, number_set, stored_ranges
from fakeknn.query.forms.versions import version_range, version_set, version_term
from fakeknn.query.ids import Ids
from fakeknn.query.lucene import (
    SHOULD,
    ApproximateScoreQuery,
    Becoming,
    BooleanQuery,
    BoostQuery,
    ConstantScoreQuery,
    IndexOrDocValuesQuery,
    Leaf,
    MatchAllDocsQuery,
    MatchNoDocsQuery,
    MultiTermWrapper,
    Node,
    TermQuery,
    Told,
)
from fakeknn.query.lucene.form import MATCH_NONE, WRAPPER, bytes_ref, field_exists, lucene, shown_id
from fakeknn.query.lucene.leaves import FoundTerms
from fakeknn.query.ranges import Range
from fakeknn.query.scoring import postings
from fakeknn.query.terms import IndexedTerm, Term, Terms, constant_value
from fakeknn.xcontent import java_string


def _ids(ctx: ShardContext, ids: tuple[str, ...]) -> Node:
    field = ctx.field("_id")
    assert isinstance(field, IdFieldType)
    ordered = sorted({encode_id(text): text for text in ids}.items())
    shown = " ".join(shown_id(text) for _, text in ordered)

    def terms() -> FoundTerms:
        return [
            (f"_id:{shown_id(text)}", np.flatnonzero(field.ids(ctx.view, (text,))).astype(np.int32))
            for _, text in ordered
        ]

    return MultiTermWrapper(WRAPPER, f"_id:({shown})", lambda: field.ids(ctx.view, ids), "_id", terms=terms)


@lucene.register
def _(query: Ids, ctx: ShardContext) -> Node:
    if not query.values:
        return MatchNoDocsQuery('Missing ids in "ids" query.')
    return _ids(ctx, query.values)


@lucene.register
def _(query: Term, ctx: ShardContext) -> Node:
    field = ctx.field(query.field)
    node = _term(query, field, ctx)
    if field is not None and not isinstance(node, Told):
        for boost in query.mapped_boosts(field):
            node = BoostQuery(node, boost)
    return node


def _term(query: Term, field: FieldType | None, ctx: ShardContext) -> Node:
    plain = replace(query, boost=1.0)
    if field is None:
        return MatchNoDocsQuery(
            f"failed to create query: No field mapping can be found for the field with name [{query.field}]"
        )
    if isinstance(field, IdFieldType):
        return _ids(ctx, (java_string(query.value),))
    if constant_value(ctx, field) is not None:
        if not plain.mask(ctx).any():
            return MatchNoDocsQuery()
        return ApproximateScoreQuery(MatchAllDocsQuery(), "*:*") if ctx.of_body else MatchAllDocsQuery()
    if isinstance(field, (NumberFieldType, DateFieldType)):
        return number_range(plain, field, query.value, query.value, True, True, ctx, exact=True)
    if isinstance(field, IpFieldType):
        return ip_term(plain, field, query.value, ctx)
    if isinstance(field, RangeFieldType):
        return stored_ranges(plain, field, field.bounds(query.value, query.value, True, True), ctx)
    if isinstance(field, (FlatMemberFieldType, FlatObjectFieldType)):
        name, path = flat_path(field)
        shown = automaton(plain) if query.case_insensitive else path + java_string(query.value)
        where = None if query.case_insensitive else field.path
        return ConstantScoreQuery(Leaf("TermQuery", f"{name}:{shown}", lambda: plain.mask(ctx), where))
    if isinstance(field, VersionFieldType) and not query.case_insensitive:
        return version_term(field, query, ctx)
    if isinstance(field, WildcardFieldType):
        text = java_string(query.value)
        return wildcard_matching(field, text if query.case_insensitive else quoted_wildcard(text), plain, ctx)
    if query.case_insensitive:
        return MultiTermWrapper(WRAPPER, f"{field.path}:{automaton(plain)}", lambda: plain.mask(ctx))
    if field.scored or field.kind in ("keyword", "boolean", "text"):
        term = field.index_term(query.value)
        if not field.searchable:
            if field.kind == "keyword":
                shown = bytes_ref(term.encode())
                return Leaf(
                    "SortedSetDocValuesRangeQuery", f"{field.path}:[{shown} TO {shown}]", lambda: plain.mask(ctx)
                )
            return Told(plain)
        node: Node = TermQuery(field.path, term, term)
        of_keyword = field.kind == "keyword" and not isinstance(query, IndexedTerm)
        constant = field.constant or (of_keyword and not field.scored)
        return ConstantScoreQuery(node) if constant else node
    return Told(plain)


@lucene.register
def _(query: Terms, ctx: ShardContext) -> Node:
    field = ctx.field(query.field)
    plain = replace(query, boost=1.0)
    values = query.found(ctx)
    if field is None:
        return MATCH_NONE
    if isinstance(field, IdFieldType):
        return _ids(ctx, tuple(java_string(value) for value in values))
    if constant_value(ctx, field) is not None:
        return ApproximateScoreQuery(MatchAllDocsQuery(), "*:*")
    if isinstance(field, IpFieldType):
        return ip_set(plain, field, values, ctx)
    if isinstance(field, NumberFieldType):
        if query.bitmap and isinstance(values[0], bytes):
            return bitmap(plain, field, ctx)
        return number_set(plain, field, values, ctx)
    if isinstance(field, DateFieldType):
        parts = [lucene(Term(field=query.field, value=value), ctx) for value in values]
        return ConstantScoreQuery(BooleanQuery(tuple((SHOULD, part) for part in parts)))
    if isinstance(field, (FlatMemberFieldType, FlatObjectFieldType)):
        name, path = flat_path(field)
        flat = " ".join(sorted({path + java_string(value) for value in values}, key=str.encode))
        return MultiTermWrapper(WRAPPER, f"{name}:({flat})", lambda: plain.mask(ctx))
    if isinstance(field, WildcardFieldType):
        return wildcard_matching(field, "|".join(java_string(value) for value in values), plain, ctx)
    if isinstance(field, VersionFieldType):
        return version_set(field, values, ctx)
    if isinstance(field, BooleanFieldType) or field.is_text or field.kind == "keyword":
        terms = sorted({field.index_term(value) for value in values}, key=lambda term: term.encode())
        shown = " ".join(terms)
        if isinstance(field, BooleanFieldType):
            if len(terms) == 1:
                return lucene(Term(field=query.field, value=values[0]), ctx)
            return exists_in(ctx, field.path)
        if field.searchable:
            column = ctx.column(field)

            def found() -> FoundTerms:
                return [] if column is None else [(f"{field.path}:{one}", postings(column, one)[0]) for one in terms]

            text = f"{field.path}:({shown})"
            return MultiTermWrapper(WRAPPER, text, lambda: plain.mask(ctx), field.path, terms=found)
        inner = Leaf("MultiTermQueryDocValuesWrapper", f"{field.path}:({shown})", lambda: plain.mask(ctx), field.path)
        return ConstantScoreQuery(inner)
    return Told(plain)


def exists_in(ctx: ShardContext, name: str) -> Node:
    field = ctx.field(name)
    assert field is not None
    if name == "_id" or isinstance(field, ConstantKeywordFieldType | IndexFieldType):
        return MatchAllDocsQuery()
    if field.has_doc_values or getattr(field, "has_norms", False):
        return field_exists(ctx, field.path)
    column = ctx.column(field)
    if name == "_ignored":

        def found() -> FoundTerms:
            return dictionary(Range(field=name), field, ctx)

        return MultiTermWrapper(WRAPPER, "_ignored:[* TO *]", lambda: exists_mask(ctx, name), name, terms=found)
    names = "_feature" if isinstance(field, FeatureFieldType) else "_field_names"
    return Leaf(
        "TermQuery",
        f"{names}:{field.path}",
        ctx.nothing if column is None else lambda: column.exists,
        names,
    )


@lucene.register
def _(query: Exists, ctx: ShardContext) -> Node:
    names = [name for name in exists_names(ctx, query.field) if ctx.field(name) is not None]
    of_object = query.field in ctx.mapping.objects
    parts = [exists_in(ctx, name) if of_object else ConstantScoreQuery(exists_in(ctx, name)) for name in names]
    if len(parts) == 1 and not of_object:
        return parts[0]
    return ConstantScoreQuery(BooleanQuery(tuple((SHOULD, part) for part in parts)))


@lucene.register
def _(query: Range, ctx: ShardContext) -> Node:
    field = ctx.field(query.field)
    plain = replace(query, boost=1.0)
    if field is None:
        return MATCH_NONE
    if query.lower is None and query.upper is None:
        return lucene(Exists(field=query.field), ctx)
    if query.relation_to(ctx) == "within":
        return lucene(Exists(field=query.field), ctx)
    if isinstance(field, BooleanFieldType):
        meant = query.of_booleans(ctx, field)
        return exists_in(ctx, field.path) if isinstance(meant, Exists) else lucene(meant, ctx)
    if isinstance(field, DateFieldType):
        return number_range(
            plain,
            field,
            query.lower,
            query.upper,
            query.include_lower,
            query.include_upper,
            ctx,
            time_zone=query.time_zone,
            format=query.format,
        )
    if isinstance(field, (IntegerFieldType, DecimalFieldType, ScaledFloatFieldType)):
        return number_range(plain, field, query.lower, query.upper, query.include_lower, query.include_upper, ctx)
    if isinstance(field, IpFieldType):
        limits = bounds(query.lower, query.upper, query.include_lower, query.include_upper)
        return addresses(plain, field, *limits, ctx)
    if isinstance(field, RangeFieldType):
        asked = (query.lower, query.upper, query.include_lower, query.include_upper, query.time_zone, query.format)
        return stored_ranges(plain, field, field.bounds(*asked), ctx)
    if isinstance(field, ConstantKeywordFieldType):
        return MatchAllDocsQuery() if plain.mask(ctx).any() else MatchNoDocsQuery()
    if isinstance(field, VersionFieldType):
        return version_range(field, plain, ctx)
    if field.is_text or field.kind == "keyword":
        return _term_range(query, plain, field, ctx)
    return Told(plain)


def _term_range(query: Range, plain: Query, field: FieldType, ctx: ShardContext) -> Node:
    low = "*" if query.lower is None else java_string(query.lower)
    high = "*" if query.upper is None else java_string(query.upper)
    opening = "[" if query.include_lower else "{"
    closing = "]" if query.include_upper else "}"
    text = f"{field.path}:{opening}{low} TO {high}{closing}"

    def mask() -> Any:
        return plain.mask(ctx)

    index = MultiTermWrapper(WRAPPER, text, mask, terms=lambda: dictionary(plain, field, ctx))
    if not field.has_doc_values:
        return index
    rewritten = ConstantScoreQuery(Leaf("MultiTermQueryDocValuesWrapper", text, mask))
    by_values = Becoming(text, rewritten)
    return IndexOrDocValuesQuery(index, by_values) if field.searchable else by_values
