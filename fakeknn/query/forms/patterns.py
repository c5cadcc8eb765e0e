"""The forms of patterns."""

from __future__ import annotations

from dataclasses import dataclass, replace

from fakeknn.fields import FieldType
from fakeknn.fields.flat_object import FlatMemberFieldType, FlatObjectFieldType
from fakeknn.fields.version import VersionFieldType
from fakeknn.fields.wildcard import WildcardFieldType
from fakeknn.query.base import Query
from fakeknn.query.context import ShardContext
from fakeknn.query.lucene import (
    ApproximateScoreQuery,
    Becoming,
    ConstantScoreQuery,
    Leaf,
    MatchAllDocsQuery,
    MatchNoDocsQuery,
    MultiTermWrapper,
    Node,
    Told,
)
from fakeknn.query.lucene.form import MATCH_NONE, form, lucene, wrapper
from fakeknn.query.lucene.leaves import FoundTerms
from fakeknn.query.multi_term import expanded_terms
from fakeknn.query.patterns import Completed, GramWildcard, Pattern, Prefix, Regexp, Wildcard
from fakeknn.query.scoring import postings
from fakeknn.query.terms import constant_value

#: More terms than there are.
ALL = 2**31 - 1


@lucene.register
def _(query: Pattern, ctx: ShardContext) -> Node:
    plain = replace(query, boost=1.0)
    field = ctx.field(query.field)
    if field is None:
        if isinstance(query, Regexp):  # the one that is not rewritten to match_none
            return MultiTermWrapper(wrapper(query.rewrite), f"{query.field}:{_shown(query, query.value)}", ctx.nothing)
        return MATCH_NONE
    scored = plain.scored(ctx)
    if scored is not None:
        expanded = form(scored, ctx)
        if (
            plain.rewrite is None
            or isinstance(query, Completed)
            or (isinstance(query, Prefix) and query.is_held(field))
        ):
            return expanded
        shown = _shown(query, query.value)
        return Becoming(f"{field.path}:{shown}", expanded)
    if constant_value(ctx, field) is not None:
        if not isinstance(query, Regexp):
            return ApproximateScoreQuery(MatchAllDocsQuery(), "*:*")
        return MatchAllDocsQuery() if plain.mask(ctx).any() else MatchNoDocsQuery()
    if isinstance(field, (FlatMemberFieldType, FlatObjectFieldType)):
        name, path = flat_path(field)
        shown = f"{path}{query.value}"
        shown = {Prefix: f"{shown}*", Regexp: f"/{shown}/"}.get(type(query), shown)
        if query.case_insensitive and not isinstance(query, Regexp):
            shown = automaton(plain)
        return MultiTermWrapper(wrapper(query.rewrite), f"{name}:{shown}", lambda: plain.mask(ctx))
    if isinstance(field, WildcardFieldType) and not isinstance(query, GramWildcard):
        shown = _shown(query, query.value)
        return wildcard_matching(field, shown, plain, ctx)
    if isinstance(field, VersionFieldType):
        value = query.value.lower() if query.case_insensitive and isinstance(query, Wildcard) else query.value
        shown = _shown(query, value)
        return MultiTermWrapper(wrapper(query.rewrite), f"{field.path}:{shown}", lambda: plain.mask(ctx))
    if not (field.is_text or field.kind == "keyword" or isinstance(query, GramWildcard)):
        return Told(plain)
    if isinstance(query, Completed) or (query.case_insensitive and not isinstance(query, Regexp)):
        shown = automaton(plain)
    else:
        shown = _shown(query, query.value)
    text = f"{field.path}:{shown}"
    kind = wrapper(query.rewrite)
    if not field.searchable:
        by_values = Leaf("MultiTermQueryDocValuesWrapper", text, lambda: plain.mask(ctx))
        return MultiTermWrapper(kind, text, lambda: plain.mask(ctx), simpler=ConstantScoreQuery(by_values))
    return MultiTermWrapper(kind, text, lambda: plain.mask(ctx), terms=lambda: dictionary(plain, field, ctx))


def _shown(query: Pattern, value: str) -> str:
    """A pattern as Lucene writes it."""
    return {Prefix: f"{value}*", Regexp: f"/{value}/"}.get(type(query), value)


def dictionary(query: Query, field: FieldType, ctx: ShardContext) -> FoundTerms:
    """The terms that a query matches."""
    column = ctx.column(field)
    if column is None:
        return []
    return [(f"{field.path}:{term}", postings(column, term)[0]) for term in expanded_terms(ctx, query, ALL)]


def automaton(query: Query) -> str:
    """AutomatonQuery.toString, which shows an object's identity: some number of eight digits."""
    return f"AutomatonQuery {{\norg.apache.lucene.util.automaton.Automaton@{id(query) & 0xFFFFFFFF:x}}}"


@dataclass(frozen=True)
class WildcardMatchingQuery(Leaf):
    """A pattern of a wildcard field."""

    @property
    def java_class(self) -> str:
        return "org.opensearch.index.mapper.WildcardFieldMapper$WildcardMatchingQuery"


def flat_path(field: FlatMemberFieldType | FlatObjectFieldType) -> tuple[str, str]:
    """The field of Lucene that a flat_object, or a path inside one, is searched by, and what its terms begin with."""
    if isinstance(field, FlatMemberFieldType):
        return f"{field.root}._valueAndPath", f"{field.path}="
    return f"{field.path}._value", ""


def wildcard_matching(field: FieldType, pattern: str, plain: Query, ctx: ShardContext) -> Node:
    shown = f'WildcardMatchingQuery({field.path}:"{pattern}")'
    return WildcardMatchingQuery("WildcardMatchingQuery", shown, lambda: plain.mask(ctx))
