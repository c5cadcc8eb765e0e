"""The forms of has_child, has_parent and parent_id."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from fakeknn.errors import NotFaked
from fakeknn.query.context import Explanation, ShardContext
from fakeknn.query.lucene import FILTER, MUST, SHOULD, BooleanQuery, MatchNoDocsQuery, Node, TermQuery, Told
from fakeknn.query.lucene.form import form, lucene
from fakeknn.query.relations import MAX_CHILDREN, HasParent, ParentId, RelationQuery, join_field
from fakeknn.xcontent import java_float


@lucene.register
def _(query: RelationQuery, ctx: ShardContext) -> Node:
    plain = replace(query, boost=1.0)
    found = query.relation(ctx)
    if found is None:
        return MatchNoDocsQuery()
    relation = found[1]

    def how(ctx: ShardContext, row: int, boost: np.float32) -> Explanation:
        joined = query.joined(ctx, row)
        if joined is None:
            return Explanation(np.float32(0), "Not a match", match=False)
        value, score = joined
        if score is None:
            return Explanation(np.float32(0), f"Not a match, join value {value}", match=False)
        shown = f"^{java_float(boost)}" if scores and boost != 1 else ""
        return Explanation(score * boost, f"A match, join value {value}{shown}")

    text = f"GlobalOrdinalsQuery{{joinField={relation.path}"
    parts: tuple[Node, ...] = ()
    least, most = query.limits
    scores = query.scoring != "none" or least > 1 or most != MAX_CHILDREN
    # A search that needs no scores has another weight made, unless children are counted.
    unscored = None if least > 1 or most != MAX_CHILDREN else f"{text}}}"
    if scores:
        inner = BooleanQuery(((MUST, form(query.query, ctx)), *((FILTER, one) for one in _sides(query, ctx))))
        text += f",min={query.limits[0]},max={query.limits[1]},fromQuery={inner.rewritten()}"
        kind = "GlobalOrdinalsWithScoreQuery"
    else:
        kind = "GlobalOrdinalsQuery"
        if isinstance(query, HasParent):  # whose children are asked for by a filter, another query inside
            names = [TermQuery(found[0].path, name, name) for name in relation.children]
            parts = (BooleanQuery(tuple((SHOULD, name) for name in names)).rewritten(),)
    column = ctx.column(relation)
    rewritten: Node = Told(plain, kind, f"{text}}}", parts, how=how, unscored_text=unscored)
    if column is None or not len(column.rows):
        rewritten = MatchNoDocsQuery("JoinUtil.createJoinQuery: no join values")
    late = f"LateParsingQuery {{joinField={relation.path}}}"
    return Told(plain, "LateParsingQuery", late, how=how, simpler=rewritten)


def _sides(query: RelationQuery, ctx: ShardContext) -> list[Node]:
    join = join_field(ctx)
    assert join is not None
    return [TermQuery(join.path, query.type, query.type)]


@lucene.register
def _(query: ParentId, ctx: ShardContext) -> Node:
    join = join_field(ctx)
    relation = None if join is None else join.parent_of(query.type)
    if join is None or relation is None or (query.id is None and not ctx.n):
        return MatchNoDocsQuery()
    if query.id is None:
        raise NotFaked("the text of a [parent_id] query without an id")
    return BooleanQuery(
        ((MUST, TermQuery(relation.path, query.id, query.id)), (FILTER, TermQuery(join.path, query.type, query.type)))
    )
