"""What each kind of query is built into: its Lucene tree (``lucene``). A kind that is not listed explains itself."""

from __future__ import annotations

import ipaddress
from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import singledispatch
from typing import Any

import numpy as np

from fakeknn.fields import FieldType
from fakeknn.fields.flat_object import FlatMemberFieldType, FlatObjectFieldType
from fakeknn.fields.metadata import IdFieldType, IndexFieldType
from fakeknn.fields.numbers import (
    DecimalFieldType,
    FloatFieldType,
    HalfFloatFieldType,
    IntegerFieldType,
    LongFieldType,
    NumberFieldType,
    ScaledFloatFieldType,
    UnsignedLongFieldType,
)
from fakeknn.fields.scalar import BooleanFieldType, DateFieldType
from fakeknn.fields.uid import encode_id
from fakeknn.fields.wildcard import WildcardFieldType, quoted_wildcard
from fakeknn.query.base import Explanation, Query, ShardContext
from fakeknn.query.compound import (
    MATCH_ALL,
    Bool,
    Boosting,
    ConstantScore,
    DisMax,
    MatchAll,
    MatchNone,
    minimum_should_match,
)
from fakeknn.query.joining import Nested
from fakeknn.query.knn import Knn
from fakeknn.query.lucene import (
    BUILDER,
    FILTER,
    MUST,
    MUST_NOT,
    ONE,
    SHOULD,
    ApproximateScoreQuery,
    Becoming,
    BooleanQuery,
    BoostByQuery,
    BoostQuery,
    ConstantScoreQuery,
    DisjunctionMaxQuery,
    IndexOrDocValuesQuery,
    Leaf,
    MatchAllDocsQuery,
    MatchNoDocsQuery,
    Node,
    TermQuery,
    Told,
)
from fakeknn.query.more_like_this import MoreLikeThis
from fakeknn.query.multi_match import Blended
from fakeknn.query.percolate import Percolate
from fakeknn.query.phrases import Phrase, PhrasePrefix, Synonyms, any_term
from fakeknn.query.rewritten import Rewritten
from fakeknn.query.scoring import doc_id
from fakeknn.query.script import ScriptScore
from fakeknn.query.terms import (
    Completed,
    Exists,
    Ids,
    Pattern,
    Prefix,
    Range,
    Regexp,
    Term,
    Terms,
    Wildcard,
    exists_names,
)
from fakeknn.query.terms_set import TermsSet
from fakeknn.query.text import Match
from fakeknn.view import NumericColumn, TextColumn
from fakeknn.xcontent import java_double, java_float, java_string

_WRAPPER = "MultiTermQueryConstantScoreBlendedWrapper"


def form(query: Query, ctx: ShardContext) -> Node:
    """AbstractQueryBuilder.toQuery."""
    if query.never(ctx) and not isinstance(query, MatchNone):
        return _NONE
    node = lucene(query, ctx)
    return node if query.boost == 1 else BoostQuery(node, float(np.float32(query.boost)))


BUILDER.append(form)

#: MatchNoneQueryBuilder.doToQuery, which a query that cannot match is rewritten to.
_NONE = MatchNoDocsQuery('User requested "match_none" query.')


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
            filters.append(_exists(ctx, "_primary_term"))
    if ctx.alias_filter is not None:
        filters.append(form(ctx.alias_filter, ctx))
    if not filters:
        return node
    return BooleanQuery(((MUST, node), *((FILTER, one) for one in filters)))


@singledispatch
def lucene(query: Query, ctx: ShardContext) -> Node:
    """A query as Lucene's, but for its boost."""
    return Told(query if query.boost == 1 else replace(query, boost=1.0))


# --- compounds --------------------------------------------------------------------------------------------------------


@lucene.register
def _(query: MatchAll, ctx: ShardContext) -> Node:
    return ApproximateScoreQuery(MatchAllDocsQuery(), "*:*", None)


@lucene.register
def _(query: MatchNone, ctx: ShardContext) -> Node:
    return MatchNoDocsQuery(query.reason)


@lucene.register
def _(query: ConstantScore, ctx: ShardContext) -> Node:
    return ConstantScoreQuery(form(query.filter, ctx))


@lucene.register
def _(query: DisMax, ctx: ShardContext) -> Node:
    if not query.queries:
        return MatchNoDocsQuery("no clauses for dismax query.")
    return DisjunctionMaxQuery(tuple(form(clause, ctx) for clause in query.queries), query.tie_breaker)


@lucene.register
def _(query: Boosting, ctx: ShardContext) -> Node:
    plain = replace(query, boost=1.0)
    return BoostByQuery(form(query.positive, ctx), form(query.negative, ctx), query.negative_boost, plain)


@lucene.register
def _(query: Bool, ctx: ShardContext) -> Node:
    clauses = [
        (occur, form(clause, ctx))
        for occur, found in (
            (MUST, query.must),
            (MUST_NOT, query.must_not),
            (SHOULD, query.should),
            (FILTER, query.filter),
        )
        for clause in found
    ]
    if not clauses:
        return lucene(MATCH_ALL, ctx)
    needed = 0
    if query.minimum_should_match is not None:
        needed = max(0, minimum_should_match(query.minimum_should_match, len(query.should)))
    if query.adjust_pure_negative and all(occur == MUST_NOT for occur, _ in clauses):
        clauses.append((FILTER, MatchAllDocsQuery()))
    return BooleanQuery(tuple(clauses), needed)


@lucene.register
def _(query: Match, ctx: ShardContext) -> Node:
    if ctx.field(query.field) is None:
        return MatchNoDocsQuery(f"unmapped fields [{query.field}]")
    return form(query.rewritten(ctx), ctx)


@lucene.register
def _(query: ScriptScore, ctx: ShardContext) -> Node:
    plain = replace(query, boost=1.0)
    inner = form(query.query, ctx)

    def how(ctx: ShardContext, row: int, boost: np.float32) -> Explanation:
        rewritten = inner.rewritten()
        # Where the script does not look at the score, a weight is made that has none.
        if plain.needs_score(ctx):
            below = rewritten.explain(ctx, row, ONE)
        else:
            bare = rewritten.query if isinstance(rewritten, ConstantScoreQuery) else rewritten
            below = bare.explain_match(ctx, row)
        return plain.explained(ctx, row, boost, below) if below.match else below

    named = "" if query.query.name is None else f", _name: {query.query.name}"
    return Told(plain, "ScriptScoreQuery", f"script_score ({inner}{named}, script: {{{query.script}}}", (inner,), how)


@lucene.register
def _(query: TermsSet, ctx: ShardContext) -> Node:
    if not query.values:
        return MatchNoDocsQuery('No terms supplied for "terms_set" query.')
    clauses = tuple(form(clause, ctx).rewritten() for clause in query.clauses())

    def how(ctx: ShardContext, row: int, boost: np.float32) -> Explanation:
        return query.explained(ctx, row, [clause.explain(ctx, row, boost) for clause in clauses])

    least = f"long({query.minimum_should_match_field})"
    if query.minimum_should_match_script is not None:
        least = f"script({query.minimum_should_match_script})"
    shown = ", ".join(str(form(clause, ctx)) for clause in query.clauses())
    text = f"CoveringQuery(queries=[{shown}], minimumNumberMatch={least})"
    return Told(replace(query, boost=1.0), "CoveringQuery", text, clauses, how)


@lucene.register
def _(query: Rewritten, ctx: ShardContext) -> Node:
    return form(query.rewritten(ctx), ctx)


@lucene.register
def _(query: Knn, ctx: ShardContext) -> Node:
    alone = query if query.boost == 1 else replace(query, boost=1.0)
    kept = None if query.filter is None else form(query.filter, ctx)
    if kept is not None and ctx.nested_path is not None and kept.might_match_nested(ctx):
        kept = BooleanQuery(((MUST, kept), (FILTER, _exists(ctx, "_primary_term"))))
    return Told(alone, query.lucene_kind(ctx), query.lucene_text(ctx, kept), how=alone.explain)


@lucene.register
def _(query: Nested, ctx: ShardContext) -> Node:
    alone = replace(query, boost=1.0)
    inner = form(query.query, ctx.inside(query.path))
    if _might_match_outside(inner, ctx, query.path):
        inner = BooleanQuery(((MUST, inner), (FILTER, Told(MATCH_ALL, "TermQuery", f"_nested_path:{query.path}"))))

    def how(ctx: ShardContext, row: int, boost: np.float32) -> Explanation:
        if alone.score_mode != "none":
            return alone.explained(ctx, row, boost, inner.rewritten().explain)
        unscored = ConstantScoreQuery(inner).rewritten()
        return alone.explained(ctx, row, boost, lambda ctx, row, boost: unscored.explain(ctx, row, np.float32(0)))

    return Told(alone, "OpenSearchToParentBlockJoinQuery", f"ToParentBlockJoinQuery ({inner})", how=how, nested=False)


def _might_match_outside(node: Node, ctx: ShardContext, path: str) -> bool:
    """NestedHelper.mightMatchNonNestedDocs: whether a query inside ``nested`` may match what is none of its objects."""
    match node:
        case ConstantScoreQuery() | BoostQuery():
            return _might_match_outside(node.query, ctx, path)
        case MatchNoDocsQuery():
            return False
        case IndexOrDocValuesQuery():
            return _might_match_outside(node.index, ctx, path)
        case ApproximateScoreQuery():
            return _might_match_outside(node.original, ctx, path)
        case BooleanQuery():
            required = [*node.of(MUST), *node.of(FILTER)]
            if required:
                return all(_might_match_outside(one, ctx, path) for one in required)
            return any(_might_match_outside(one, ctx, path) for one in node.of(SHOULD))
        case TermQuery(field=field) | Leaf(path=str(field)):
            return field.startswith("_") or (ctx.field(field) is not None and ctx.mapping.nested_parent(field) != path)
    return True


@lucene.register
def _(query: Percolate, ctx: ShardContext) -> Node:
    plain = replace(query, boost=1.0)

    def how(ctx: ShardContext, row: int, boost: np.float32) -> Explanation:
        stored = query.stored(ctx, row)
        documents = query.percolated(ctx)
        scores = np.empty(0, np.float32) if stored is None else documents.found(stored)[1]
        if stored is None or not len(scores):
            return Explanation(np.float32(0), "PercolateQuery", match=False)
        below = form(stored, documents.ctx).rewritten().explain(documents.ctx, 0, ONE)
        return Explanation(scores.max(), "PercolateQuery", (below,))

    return Told(plain, "PercolateQuery", how=how)


# --- terms ------------------------------------------------------------------------------------------------------------


def _bytes(term: bytes) -> str:
    """BytesRef.toString."""
    return f"[{' '.join(f'{byte:x}' for byte in term)}]"


def _shown_id(text: str) -> str:
    raw = encode_id(text)
    try:
        return raw.decode()
    except UnicodeDecodeError:
        return _bytes(raw)


def _set(name: str, shown: list[str], mask: Any, single: Node | None = None) -> Leaf:
    """TermInSetQuery."""
    return Leaf(_WRAPPER, f"{name}:({' '.join(shown)})", mask, name, simpler=None)


def _ids(ctx: ShardContext, ids: tuple[str, ...]) -> Node:
    field = ctx.field("_id")
    assert isinstance(field, IdFieldType)
    ordered = sorted({encode_id(text): text for text in ids}.items())
    return _set("_id", [_shown_id(text) for _, text in ordered], lambda: field.ids(ctx.view, ids))


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
    if isinstance(field, IndexFieldType):
        return ApproximateScoreQuery(MatchAllDocsQuery(), "*:*") if plain.mask(ctx).any() else MatchNoDocsQuery()
    if isinstance(field, (NumberFieldType, DateFieldType)):
        return _numbers(plain, field, query.value, query.value, True, True, ctx, exact=True)
    if field.kind == "ip":
        return _ip_term(plain, field, java_string(query.value), ctx)
    if isinstance(field, (FlatMemberFieldType, FlatObjectFieldType)):
        name, path = _flat(field)
        shown = _automaton(plain) if query.case_insensitive else path + java_string(query.value)
        return ConstantScoreQuery(Leaf("TermQuery", f"{name}:{shown}", lambda: plain.mask(ctx)))
    if isinstance(field, WildcardFieldType):
        text = java_string(query.value)
        return _wildcards(field, text if query.case_insensitive else quoted_wildcard(text), plain, ctx)
    if query.case_insensitive:
        return Leaf(_WRAPPER, f"{field.path}:{_automaton(plain)}", lambda: plain.mask(ctx))
    if field.scored or field.kind in ("keyword", "boolean", "text"):
        term = field.index_term(query.value)
        if not field.searchable:
            if field.kind == "keyword":
                shown = _bytes(term.encode())
                return Leaf(
                    "SortedSetDocValuesRangeQuery", f"{field.path}:[{shown} TO {shown}]", lambda: plain.mask(ctx)
                )
            return Told(plain)
        node: Node = TermQuery(field.path, term, term)
        constant = field.constant or (field.kind == "keyword" and not field.scored)
        return ConstantScoreQuery(node) if constant else node
    return Told(plain)


@lucene.register
def _(query: Terms, ctx: ShardContext) -> Node:
    field = ctx.field(query.field)
    plain = replace(query, boost=1.0)
    values = query.found(ctx)
    if field is None:
        return _NONE
    if isinstance(field, IdFieldType):
        return _ids(ctx, tuple(java_string(value) for value in values))
    if isinstance(field, NumberFieldType):
        if query.bitmap and isinstance(values[0], bytes):
            return _bitmap(plain, field, ctx)
        return _number_set(plain, field, values, ctx)
    if isinstance(field, DateFieldType):
        parts = [lucene(Term(field=query.field, value=value), ctx) for value in values]
        return ConstantScoreQuery(BooleanQuery(tuple((SHOULD, part) for part in parts)))
    if isinstance(field, (FlatMemberFieldType, FlatObjectFieldType)):
        name, path = _flat(field)
        flat = " ".join(sorted({path + java_string(value) for value in values}, key=str.encode))
        return Leaf(_WRAPPER, f"{name}:({flat})", lambda: plain.mask(ctx))
    if isinstance(field, WildcardFieldType):
        return _wildcards(field, "|".join(java_string(value) for value in values), plain, ctx)
    if isinstance(field, BooleanFieldType) or field.is_text or field.kind == "keyword":
        terms = sorted({field.index_term(value) for value in values}, key=lambda term: term.encode())
        shown = " ".join(terms)
        if isinstance(field, BooleanFieldType):
            if len(terms) == 1:
                return lucene(Term(field=query.field, value=values[0]), ctx)
            return _exists_in(ctx, field.path)
        if field.searchable:
            return Leaf(_WRAPPER, f"{field.path}:({shown})", lambda: plain.mask(ctx), field.path)
        inner = Leaf("MultiTermQueryDocValuesWrapper", f"{field.path}:({shown})", lambda: plain.mask(ctx), field.path)
        return ConstantScoreQuery(inner)
    return Told(plain)


@lucene.register
def _(query: Synonyms, ctx: ShardContext) -> Node:
    simpler = form(any_term(query.field, query.terms), ctx) if len(query.terms) == 1 else None
    text = "Synonym(" + " ".join(f"{query.field}:{term}" for term in query.terms) + ")"
    return Told(query, "SynonymQuery", text, simpler=simpler)


@lucene.register
def _(query: Phrase, ctx: ShardContext) -> Node:
    several = any(len(terms) > 1 for terms in query.terms)
    shown = " ".join(terms[0] if len(terms) == 1 else f"({' '.join(terms)})" for terms in _spaced(query))
    slop = f"~{query.slop}" if query.slop else ""
    plain = replace(query, boost=1.0)

    def how(ctx: ShardContext, row: int, boost: np.float32) -> Explanation:
        if plain.mask(ctx)[row]:
            return plain.explain(ctx, row, boost)
        field = ctx.field(query.field)
        if field is not None and field.constant:
            text = f"{plain.of_source()} doesn't match id {doc_id(ctx, row)}"
            return Explanation(np.float32(0), text, match=False)
        places = [any_term(query.field, terms).mask(ctx)[row] for terms in query.terms]
        return Explanation(np.float32(0), f"no matching {'phrase' if all(places) else 'terms'}", match=False)

    simpler = form(any_term(query.field, query.terms[0]), ctx) if len(query.terms) == 1 else None
    name = "MultiPhraseQuery" if several else "PhraseQuery"
    return Told(plain, name, f'{query.field}:"{shown}"{slop}', how=how, simpler=simpler)


def _spaced(query: Phrase) -> list[tuple[str, ...]]:
    """A phrase's places, with ``?`` where it has a gap."""
    out: list[tuple[str, ...]] = []
    for terms, position in zip(query.terms, query.positions, strict=True):
        out += [("?",)] * (position - len(out))
        out.append(terms)
    return out


@lucene.register
def _(query: PhrasePrefix, ctx: ShardContext) -> Node:
    text, found = f"{query.field}:{query.text()}", query.rewritten(ctx)
    if not isinstance(found, MatchNone) or len(query.terms) == 1:
        return Becoming(text, form(found, ctx))
    # MultiPhrasePrefixQuery.rewrite: for highlighters the terms before the prefix are kept.
    places = Phrase(field=query.field, terms=query.terms[:-1], positions=query.positions[:-1], slop=query.slop)
    why = "No terms supplied for org.opensearch.common.lucene.search.MultiPhrasePrefixQuery"
    nothing = Told(found, "MatchNoDocsWithoutRewriteQuery", f"MatchNoDocsWithoutRewriteQuery({why})", how=_no(why))
    return Becoming(text, BooleanQuery(((MUST, form(places, ctx)), (MUST, nothing))))


def _no(why: str) -> Callable[[ShardContext, int, np.float32], Explanation]:
    return lambda ctx, row, boost: Explanation(np.float32(0), why, match=False)


@lucene.register
def _(query: MoreLikeThis, ctx: ShardContext) -> Node:
    found = query.rewritten(ctx)
    if not isinstance(found, Bool):
        return form(found, ctx)
    texts = f"[{', '.join(query.like_texts)}]" if query.like_texts else "null"
    node = Becoming(f"like:{texts}", form(replace(found, must_not=()), ctx))
    if not query.like_items:
        return node
    return BooleanQuery(((SHOULD, node), *((MUST_NOT, form(clause, ctx)) for clause in found.must_not)))


@lucene.register
def _(query: Blended, ctx: ShardContext) -> Node:
    return Becoming(query.text(), form(query.rewritten(ctx), ctx))


@lucene.register
def _(query: Pattern, ctx: ShardContext) -> Node:
    plain = replace(query, boost=1.0)
    field = ctx.field(query.field)
    if field is None:
        return _NONE
    scored = plain.scored(ctx)
    if scored is not None:
        return form(scored, ctx)
    if isinstance(field, (FlatMemberFieldType, FlatObjectFieldType)):
        name, path = _flat(field)
        shown = f"{path}{query.value}"
        shown = {Prefix: f"{shown}*", Regexp: f"/{shown}/"}.get(type(query), shown)
        if query.case_insensitive and not isinstance(query, Regexp):
            shown = _automaton(plain)
        return Leaf(_WRAPPER, f"{name}:{shown}", lambda: plain.mask(ctx))
    if isinstance(field, WildcardFieldType):
        shown = {Prefix: f"{query.value}*", Regexp: f"/{query.value}/"}.get(type(query), query.value)
        return _wildcards(field, shown, plain, ctx)
    if not (field.is_text or field.kind == "keyword"):
        return Told(plain)
    if isinstance(query, Completed) or (query.case_insensitive and not isinstance(query, Regexp)):
        return Leaf(_WRAPPER, f"{field.path}:{_automaton(plain)}", lambda: plain.mask(ctx))
    shown = {Prefix: f"{query.value}*", Wildcard: query.value, Regexp: f"/{query.value}/"}.get(type(query), query.value)
    return Leaf(_WRAPPER, f"{field.path}:{shown}", lambda: plain.mask(ctx))


def _automaton(query: Query) -> str:
    """AutomatonQuery.toString, which shows an object's identity: some number of eight digits."""
    return f"AutomatonQuery {{\norg.apache.lucene.util.automaton.Automaton@{id(query) & 0xFFFFFFFF:x}}}"


@dataclass(frozen=True)
class WildcardMatchingQuery(Leaf):
    """A pattern of a wildcard field, which shows itself with its class unless a document matches it."""

    @property
    def java_class(self) -> str:
        return "org.opensearch.index.mapper.WildcardFieldMapper$WildcardMatchingQuery"

    def __str__(self) -> str:
        name, _, pattern = self.text.partition(":")
        return f'WildcardMatchingQuery({name}:"{pattern}")'

    def explain(self, ctx: ShardContext, row: int, boost: np.float32) -> Explanation:
        if self.mask()[row]:
            return super().explain(ctx, row, boost)
        return Explanation(np.float32(0), f"{self} doesn't match id {doc_id(ctx, row)}", match=False)


def _flat(field: FlatMemberFieldType | FlatObjectFieldType) -> tuple[str, str]:
    """The field of Lucene that a flat_object, or a path inside one, is searched by, and what its terms begin with."""
    if isinstance(field, FlatMemberFieldType):
        return f"{field.root}._valueAndPath", f"{field.path}="
    return f"{field.path}._value", ""


def _wildcards(field: FieldType, pattern: str, plain: Query, ctx: ShardContext) -> Node:
    return WildcardMatchingQuery("WildcardMatchingQuery", f"{field.path}:{pattern}", lambda: plain.mask(ctx))


def _exists(ctx: ShardContext, name: str) -> Leaf:
    """FieldExistsQuery, which is match_all where every document has the field."""
    text = f"FieldExistsQuery [field={name}]"
    if name == "_primary_term":
        return Leaf("FieldExistsQuery", text, lambda: ctx.view.roots)
    field = ctx.field(name)
    column = None if field is None else ctx.column(field)
    if column is None or field is None:
        return Leaf("FieldExistsQuery", text, ctx.nothing)
    everywhere = (field.searchable or isinstance(column, TextColumn)) and column.doc_count == ctx.n
    return Leaf("FieldExistsQuery", text, lambda: column.exists, simpler=MatchAllDocsQuery() if everywhere else None)


def _exists_in(ctx: ShardContext, name: str) -> Node:
    field = ctx.field(name)
    assert field is not None
    if name == "_id":
        return ApproximateScoreQuery(MatchAllDocsQuery(), "*:*")
    if field.has_doc_values or getattr(field, "has_norms", False):
        return _exists(ctx, name)
    column = ctx.column(field)
    return Leaf(
        "TermQuery", f"_field_names:{name}", ctx.nothing if column is None else lambda: column.exists, "_field_names"
    )


@lucene.register
def _(query: Exists, ctx: ShardContext) -> Node:
    names = [name for name in exists_names(ctx, query.field) if ctx.field(name) is not None]
    if len(names) == 1 and query.field not in ctx.mapping.objects:
        return ConstantScoreQuery(_exists_in(ctx, names[0]))
    return ConstantScoreQuery(BooleanQuery(tuple((SHOULD, _exists_in(ctx, name)) for name in names)))


# --- numbers, dates, addresses ----------------------------------------------------------------------------------------


def _sortable(field: FieldType, value: Any) -> int:
    """A number as sorted doc values hold it."""
    if isinstance(field, HalfFloatFieldType):
        bits = int(np.array(value, np.float16).view(np.int16))
        return bits ^ (bits >> 15) & 0x7FFF
    if isinstance(field, FloatFieldType):
        bits = int(np.array(value, np.float32).view(np.int32))
        return bits ^ (bits >> 31) & 0x7FFFFFFF
    if isinstance(field, DecimalFieldType):
        bits = int(np.array(value, np.float64).view(np.int64))
        return bits ^ (bits >> 63) & 0x7FFFFFFFFFFFFFFF
    return int(value)


def _point(field: FieldType, value: Any) -> str:
    if isinstance(field, (HalfFloatFieldType, FloatFieldType)):
        return java_float(np.float32(value))
    if isinstance(field, DecimalFieldType):
        return java_double(float(value))
    return str(int(value))


def _limits(field: FieldType) -> tuple[Any, Any]:
    if isinstance(field, DecimalFieldType):
        return -np.inf, np.inf
    if isinstance(field, UnsignedLongFieldType):
        return 0, 2**64 - 1
    if isinstance(field, (LongFieldType, ScaledFloatFieldType, DateFieldType)):
        return -(2**63), 2**63 - 1
    return -(2**31), 2**31 - 1


def unbounded(field: FieldType) -> str:
    """A range of all of a field's values, as it writes itself."""
    low, high = _limits(field)
    return f"{field.path}:[{_point(field, low)} TO {_point(field, high)}]"


def _numbers(
    plain: Query,
    field: FieldType,
    lower: Any,
    upper: Any,
    include_lower: bool,
    include_upper: bool,
    ctx: ShardContext,
    *,
    exact: bool = False,
    **options: Any,
) -> Node:
    lowest, highest = _limits(field)
    if isinstance(field, DateFieldType):
        zone, format = options.get("time_zone"), options.get("format")
        low, high = field.limits(lower, upper, include_lower, include_upper, zone, format)
    elif exact:
        value = field.exact_value(lower)  # type: ignore[attr-defined]
        if value is None:
            return MatchNoDocsQuery("Value [" + java_string(lower) + "] has a decimal part")
        low = high = value
    else:
        low, high = field.bounds(lower, upper, include_lower, include_upper)  # type: ignore[attr-defined]
    low = lowest if low is None else low
    high = highest if high is None else high
    if low > high:
        return MatchNoDocsQuery("")
    name = field.path
    index = f"{name}:[{_point(field, low)} TO {_point(field, high)}]"
    doc_values = f"{name}:[{_sortable(field, low)} TO {_sortable(field, high)}]"

    def mask() -> Any:
        return plain.mask(ctx)

    column = ctx.column(field)
    assert isinstance(column, NumericColumn)
    simpler: Node | None = None
    if not len(column.values):
        simpler = MatchNoDocsQuery("")
    else:
        least, most = column.values.min(), column.values.max()
        if most < low or least > high:
            simpler = MatchNoDocsQuery("")
        elif low <= least and most <= high:
            if column.doc_count == ctx.n:
                simpler = MatchAllDocsQuery()
            elif field.has_doc_values:
                simpler = _exists(ctx, name)
    point = Leaf("PointRangeQuery", index, mask, name, simpler=simpler)
    by_values = Leaf("SortedNumericDocValuesRangeQuery", doc_values, mask)
    if not field.searchable:
        return by_values
    node: Node = IndexOrDocValuesQuery(point, by_values) if field.has_doc_values else point
    if exact and not isinstance(field, DateFieldType):
        return node
    return ApproximateScoreQuery(node, index)


def _number_set(plain: Query, field: NumberFieldType, values: tuple[Any, ...], ctx: ShardContext) -> Node:
    found = sorted({number for number in map(field.exact_value, values) if number is not None})
    if not found:
        return MatchNoDocsQuery("All values have a decimal part")

    def mask() -> Any:
        return plain.mask(ctx)

    points = Leaf("PointInSetQuery", f"{field.path}:{{{' '.join(_point(field, value) for value in found)}}}", mask)
    shown = ", ".join(str(_sortable(field, value)) for value in found)
    by_values = Leaf("SortedNumericDocValuesSetQuery", f"{field.path}: [{shown}]", mask)
    if not field.searchable:
        return by_values
    return IndexOrDocValuesQuery(points, by_values) if field.has_doc_values else points


def _bitmap(plain: Query, field: NumberFieldType, ctx: ShardContext) -> Node:
    def mask() -> Any:
        return plain.mask(ctx)

    index = Leaf("BitmapIndexQuery", f"BitmapIndexQuery(field={field.path})", mask)
    by_values = Leaf("BitmapDocValuesQuery", f"BitmapDocValuesQuery(field={field.path})", mask)
    if not field.searchable:
        return by_values
    return IndexOrDocValuesQuery(index, by_values) if field.has_doc_values else index


def _ip_term(plain: Query, field: FieldType, text: str, ctx: ShardContext) -> Node:
    try:
        network = ipaddress.ip_network(text, strict=False)
    except ValueError:
        return Told(plain)
    return _addresses(plain, field, network[0], network[-1], ctx)


def _addresses(plain: Query, field: FieldType, low: Any, high: Any, ctx: ShardContext) -> Node:
    def packed(address: Any) -> bytes:
        raw: bytes = address.packed
        return raw if len(raw) == 16 else bytes(10) + b"\xff\xff" + raw

    def shown(address: Any) -> str:
        mapped = getattr(address, "ipv4_mapped", None)
        if mapped is not None:
            return str(mapped)
        return str(address)

    name = field.path
    index = Leaf("PointRangeQuery", f"{name}:[{shown(low)} TO {shown(high)}]", lambda: plain.mask(ctx), name)
    by_values = Leaf(
        "SortedSetDocValuesRangeQuery",
        f"{name}:[{_bytes(packed(low))} TO {_bytes(packed(high))}]",
        lambda: plain.mask(ctx),
    )
    if not field.searchable:
        return by_values
    return IndexOrDocValuesQuery(index, by_values) if field.has_doc_values else index


@lucene.register
def _(query: Range, ctx: ShardContext) -> Node:
    field = ctx.field(query.field)
    plain = replace(query, boost=1.0)
    if field is None:
        return _NONE
    if query.lower is None and query.upper is None:
        return lucene(Exists(field=query.field), ctx)
    if isinstance(field, BooleanFieldType):
        meant = query._of_booleans(ctx, field)
        return _exists_in(ctx, field.path) if isinstance(meant, Exists) else lucene(meant, ctx)
    if isinstance(field, DateFieldType):
        return _numbers(
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
        return _numbers(plain, field, query.lower, query.upper, query.include_lower, query.include_upper, ctx)
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

    index = Leaf(_WRAPPER, text, mask)
    if not field.has_doc_values:
        return index
    rewritten = ConstantScoreQuery(Leaf("MultiTermQueryDocValuesWrapper", text, mask))
    by_values = Becoming(text, rewritten)
    return IndexOrDocValuesQuery(index, by_values) if field.searchable else by_values


__all__ = ["form", "lucene", "search_form", "unbounded"]
