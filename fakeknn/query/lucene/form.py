"""The builder of Lucene trees, which ``forms`` teaches each kind of query."""

from __future__ import annotations

from dataclasses import replace
from functools import singledispatch

import numpy as np

from fakeknn.fields import VectorFieldType
from fakeknn.fields.uid import encode_id
from fakeknn.query.base import Query
from fakeknn.query.compound import MatchNone
from fakeknn.query.context import ShardContext
from fakeknn.query.lucene.compounds import FILTER, MUST, BooleanQuery
from fakeknn.query.lucene.leaves import Leaf, MatchAllDocsQuery, MatchNoDocsQuery, Told
from fakeknn.query.lucene.node import Node
from fakeknn.query.lucene.wrappers import BoostQuery, DerivedFieldQuery
from fakeknn.query.one_field import derivation, prefilter
from fakeknn.view import TextColumn

WRAPPER = "MultiTermQueryConstantScoreBlendedWrapper"


def wrapper(rewrite: str | None) -> str:
    """What gives all that match several terms one score, as a query's ``rewrite`` wants it."""
    return "MultiTermQueryConstantScoreWrapper" if rewrite == "constant_score" else WRAPPER


def form(query: Query, ctx: ShardContext) -> Node:
    """AbstractQueryBuilder.toQuery."""
    if query.never(ctx) and not isinstance(query, MatchNone):
        return MATCH_NONE
    node = of_derived(query, lucene(query, ctx), ctx) if ctx.derived is not None else lucene(query, ctx)
    if query.boost == 1 or isinstance(node, MatchNoDocsQuery):
        return node
    return BoostQuery(node, float(np.float32(query.boost)))


def of_derived(query: Query, node: Node, ctx: ShardContext) -> Node:
    """What becomes of a query whose field is a derived one."""
    derived = derivation(query, ctx)
    if derived is None:
        return node
    node = DerivedFieldQuery(node, query)
    first = prefilter(query, derived)
    return node if first is None else BooleanQuery(((FILTER, lucene(first, ctx)), (FILTER, node)))


#: MatchNoneQueryBuilder.doToQuery, which a query that cannot match is rewritten to.
MATCH_NONE = MatchNoDocsQuery('User requested "match_none" query.')


def search_form(query: Query, ctx: ShardContext) -> Node:
    """DefaultSearchContext.buildFilteredQuery: with the filters that a search adds."""
    node = form(query, ctx)
    if ctx.index_boost != 1:
        node = BoostQuery(node, float(np.float32(ctx.index_boost)))
    filters: list[Node] = []
    nested = ctx.nested_path is None and any(part.nested for part in ctx.mapping.objects.values())
    if nested and node.might_match_nested(ctx):
        alias = None if ctx.alias_filter is None else form(ctx.alias_filter, ctx)
        if alias is None or alias.might_match_nested(ctx):
            filters.append(field_exists(ctx, "_primary_term"))
    if ctx.alias_filter is not None:
        filters.append(form(ctx.alias_filter, ctx))
    if not filters:
        return node
    return BooleanQuery(((MUST, node), *((FILTER, one) for one in filters)))


@singledispatch
def lucene(query: Query, ctx: ShardContext) -> Node:
    """A query as Lucene's, but for its boost."""
    return Told(query if query.boost == 1 else replace(query, boost=1.0))


def bytes_ref(term: bytes) -> str:
    """BytesRef.toString."""
    return f"[{' '.join(f'{byte:x}' for byte in term)}]"


def shown_id(text: str) -> str:
    """The term of ``_id``."""
    return term_text(encode_id(text))


def term_text(raw: bytes) -> str:
    """Term.toString: a term's text, or its bytes where these are none."""
    try:
        return raw.decode()
    except UnicodeDecodeError:
        return bytes_ref(raw)


def field_exists(ctx: ShardContext, name: str) -> Leaf:
    """FieldExistsQuery, which is match_all where every document has the field."""
    text = f"FieldExistsQuery [field={name}]"
    if name == "_primary_term":
        return Leaf("FieldExistsQuery", text, lambda: ctx.view.roots)
    field = ctx.field(name)
    column = None if field is None else ctx.column(field)
    if column is None or field is None:
        return Leaf("FieldExistsQuery", text, ctx.nothing)
    vectors = isinstance(field, VectorFieldType) and field.definition.knn_enabled
    known = field.searchable or vectors or isinstance(column, TextColumn)
    everywhere = known and column.doc_count == ctx.n
    return Leaf("FieldExistsQuery", text, lambda: column.exists, simpler=MatchAllDocsQuery() if everywhere else None)
