"""The forms of rank_feature and distance_feature."""

from __future__ import annotations

from dataclasses import replace

from fakeknn.query.context import ShardContext
from fakeknn.query.features import DistanceFeature, RankFeature
from fakeknn.query.lucene import MatchNoDocsQuery, Node, Told
from fakeknn.query.lucene.form import lucene


@lucene.register
def _(query: RankFeature, ctx: ShardContext) -> Node:
    plain = replace(query, boost=1.0)
    if not query.is_mapped(ctx):
        return MatchNoDocsQuery()
    kind = "FeatureQuery"
    rewritten = Told(plain, kind, plain.text(ctx, rewritten=True), how=plain.explained)
    return Told(plain, kind, plain.text(ctx, rewritten=False), how=plain.explained, simpler=rewritten)


@lucene.register
def _(query: DistanceFeature, ctx: ShardContext) -> Node:
    plain = replace(query, boost=1.0)
    if ctx.field(query.field) is None:
        return MatchNoDocsQuery("Can't run [distance_feature] query on unmapped fields!")
    return Told(plain, plain.java_class(ctx), plain.text(ctx), how=plain.explained)
