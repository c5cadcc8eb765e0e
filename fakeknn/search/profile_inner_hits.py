"""What inner hits run, as a profile shows it: their query once, and for each hit a query of what lies inside it."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from fakeknn.errors import NotFaked
from fakeknn.query.base import Query
from fakeknn.query.context import ShardContext
from fakeknn.query.joining import Nested
from fakeknn.query.lucene import Leaf, Node
from fakeknn.search.inner_hits import definitions_of, inside
from fakeknn.search.profile_terms import several_terms
from fakeknn.search.request import SearchRequest


def of_inner_hits(
    request: SearchRequest, ctx: ShardContext, hits: int, weighed: Callable[[Query, ShardContext], Node]
) -> Iterator[tuple[Node, bool]]:
    """The queries in their order, each with whether it scores; ``hits`` is how many a shard has given."""
    shown = []
    for query in definitions_of(ctx, request.query, request.post_filter).values():
        below, inner = inside(query, ctx), query.inner_hits.request
        if not isinstance(query, Nested) or ctx.nested_path is not None:
            raise NotFaked("[profile] of inner hits of parents and children")
        if request.explain or inner.explain or request.parts.get("rescore") or definitions_of(below, query.query):
            raise NotFaked("[profile] of inner hits that run other queries")
        node = weighed(query.query, below)
        if several_terms(node) or any(one.name is not None for one in query.query.walk()):
            raise NotFaked("[profile] of inner hits that run other queries")
        scores = inner.size > 0 and (not inner.sort or any(sort.by_score for sort in inner.sort))
        text = f"ParentChildrenBlockJoinQuery (_nested_path:{query.path})"
        shown.append((node, scores, Leaf("ParentChildrenBlockJoinQuery", text, below.nothing)))
    for number in range(hits):
        for node, scores, of_hit in shown:
            if not number:
                yield node, scores
            yield of_hit, False
