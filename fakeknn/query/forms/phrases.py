"""The forms of phrases and of what is blended of words."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import numpy as np

from fakeknn.query.boolean import Bool
from fakeknn.query.compound import MatchNone
from fakeknn.query.context import Explanation, ShardContext
from fakeknn.query.lucene import MUST, MUST_NOT, SHOULD, Becoming, BooleanQuery, Node, Told
from fakeknn.query.lucene.form import form, lucene
from fakeknn.query.more_like_this import MoreLikeThis
from fakeknn.query.multi_match import Blended
from fakeknn.query.phrases import Phrase, PhrasePrefix, Synonyms, any_term
from fakeknn.query.scoring import doc_id


@lucene.register
def _(query: Synonyms, ctx: ShardContext) -> Node:
    simpler = form(any_term(query.field, query.terms), ctx) if len(query.terms) == 1 else None
    text = "Synonym(" + " ".join(f"{query.field}:{term}" for term in query.terms) + ")"
    return Told(query, "SynonymQuery", text, simpler=simpler)


@lucene.register
def _(query: Phrase, ctx: ShardContext) -> Node:
    several = bool(query.beginnings) or any(len(terms) > 1 for terms in query.terms)
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
    mapped = ctx.field(query.field)
    if mapped is not None and mapped.constant and simpler is None:
        told = Told(plain, "SourceFieldMatchQuery", plain.of_source(), how=how)
        asked = plain.of_source(rewritten=False)
        return told if asked == str(told) else Becoming(asked, told, known=False)
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
    mapped, found = ctx.field(query.field), query.rewritten(ctx)
    text = query.of_source() if mapped is not None and mapped.constant else f"{query.field}:{query.text()}"
    if not isinstance(found, MatchNone) or len(query.terms) == 1:
        return Becoming(text, form(found, ctx), known=False)
    # MultiPhrasePrefixQuery.rewrite: for highlighters the terms before the prefix are kept.
    places = Phrase(field=query.field, terms=query.terms[:-1], positions=query.positions[:-1], slop=query.slop)
    why = "No terms supplied for org.opensearch.common.lucene.search.MultiPhrasePrefixQuery"
    nothing = Told(found, "MatchNoDocsWithoutRewriteQuery", f"MatchNoDocsWithoutRewriteQuery({why})", how=_no(why))
    return Becoming(text, BooleanQuery(((MUST, form(places, ctx)), (MUST, nothing))), known=False)


def _no(why: str) -> Callable[[ShardContext, int, np.float32], Explanation]:
    return lambda ctx, row, boost: Explanation(np.float32(0), why, match=False)


@lucene.register
def _(query: MoreLikeThis, ctx: ShardContext) -> Node:
    found = query.rewritten(ctx)
    if not isinstance(found, Bool):
        return form(found, ctx)
    texts = f"[{', '.join(query.like_texts)}]" if query.like_texts else "null"
    node = Becoming(f"like:{texts}", form(replace(found, must_not=()), ctx), known=False)
    if not query.like_items:
        return node
    return BooleanQuery(((SHOULD, node), *((MUST_NOT, form(clause, ctx)) for clause in found.must_not)))


@lucene.register
def _(query: Blended, ctx: ShardContext) -> Node:
    return Becoming(query.text(), form(query.rewritten(ctx), ctx), known=False)
