"""Queries around one other."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from fakeknn.query.base import Query
from fakeknn.query.context import Explanation, Matched, ShardContext
from fakeknn.query.lucene.leaves import MatchAllDocsQuery, MatchNoDocsQuery
from fakeknn.query.lucene.node import Node, constant_explanation
from fakeknn.view import Mask
from fakeknn.xcontent import java_float


@dataclass(frozen=True)
class IndexOrDocValuesQuery(Node):
    """One query in two forms; what is asked of a single document is asked of its doc values."""

    index: Node
    doc_values: Node

    def __str__(self) -> str:
        return f"IndexOrDocValuesQuery(indexQuery={self.index}, dvQuery={self.doc_values})"

    def rewrite(self) -> Node:
        index, doc_values = self.index.rewrite(), self.doc_values.rewrite()
        for kind in (MatchAllDocsQuery, MatchNoDocsQuery):
            if isinstance(index, kind) or isinstance(doc_values, kind):
                return kind()
        after = IndexOrDocValuesQuery(index, doc_values)
        return self if after == self else after

    def matched(self, ctx: ShardContext, boost: np.float32) -> Matched:
        return self.doc_values.matched(ctx, boost)

    def explain(self, ctx: ShardContext, row: int, boost: np.float32) -> Explanation:
        return self.doc_values.explain(ctx, row, boost)

    def explain_unscored(self, ctx: ShardContext, row: int) -> Explanation:
        return self.doc_values.explain_unscored(ctx, row)

    def children(self) -> Iterator[Node]:
        return self.doc_values.children()

    def might_match_nested(self, ctx: ShardContext) -> bool:
        return self.index.might_match_nested(ctx)


@dataclass(frozen=True)
class ApproximateScoreQuery(Node):
    """A query of which a part of the matches may do; ``approximated`` once a search has decided so."""

    package = "org.opensearch.search.approximate"

    original: Node
    approximation: str
    approximated: bool | None = None

    def __str__(self) -> str:
        approximation = f"Approximate({self.approximation})"
        return f"ApproximateScoreQuery(originalQuery={self.original}, approximationQuery={approximation})"

    def rewrite(self) -> Node:
        return self.original.rewrite() if self.approximated is None else self

    def weighed(self, ctx: ShardContext) -> str:
        return f"Approximate({self.approximation})"

    def matched(self, ctx: ShardContext, boost: np.float32) -> Matched:
        return self.original.matched(ctx, boost)

    def matches(self, ctx: ShardContext) -> Mask:
        return self.original.matches(ctx)

    def explain(self, ctx: ShardContext, row: int, boost: np.float32) -> Explanation:
        if self.approximated:
            return constant_explanation(self.original, f"Approximate({self.approximation})", ctx, row, boost)
        return self.original.rewritten().explain(ctx, row, boost)

    def explain_unscored(self, ctx: ShardContext, row: int) -> Explanation:
        return self.original.rewritten().explain_unscored(ctx, row)

    def might_match_nested(self, ctx: ShardContext) -> bool:
        return self.original.might_match_nested(ctx)


@dataclass(frozen=True)
class ConstantScoreQuery(Node):
    query: Node

    def __str__(self) -> str:
        return f"ConstantScore({self.query})"

    def rewrite(self) -> Node:
        after = self.query.rewrite()
        if isinstance(after, (BoostQuery, ConstantScoreQuery)):
            after = after.query
        else:
            after = after.without_scores()
        if isinstance(after, MatchNoDocsQuery):
            return after
        return self if after == self.query else ConstantScoreQuery(after)

    def matched(self, ctx: ShardContext, boost: np.float32) -> Matched:
        return Matched.constant(self.matches(ctx), float(boost))

    def matches(self, ctx: ShardContext) -> Mask:
        return self.query.matches(ctx)

    def explain(self, ctx: ShardContext, row: int, boost: np.float32) -> Explanation:
        return constant_explanation(self, str(self), ctx, row, boost)

    def exhausted(self, ctx: ShardContext, row: int, boost: np.float32) -> np.float32:
        return boost

    def explain_unscored(self, ctx: ShardContext, row: int) -> Explanation:
        return self.explain_match(ctx, row)

    def explain_match(self, ctx: ShardContext, row: int) -> Explanation:
        return self.query.explain_match(ctx, row)

    def children(self) -> Iterator[Node]:
        yield self.query

    def might_match_nested(self, ctx: ShardContext) -> bool:
        return self.query.might_match_nested(ctx)


@dataclass(frozen=True)
class BoostQuery(Node):
    query: Node
    boost: float

    def __str__(self) -> str:
        return f"({self.query})^{java_float(np.float32(self.boost))}"

    def weighed(self, ctx: ShardContext) -> str:
        return self.query.weighed(ctx)

    def rewrite(self) -> Node:
        after = self.query.rewrite()
        if self.boost == 1:
            return after
        if isinstance(after, BoostQuery):
            return BoostQuery(after.query, float(np.float32(np.float32(self.boost) * np.float32(after.boost))))
        if isinstance(after, MatchNoDocsQuery):
            return after
        if self.boost == 0 and not isinstance(after, ConstantScoreQuery):
            return BoostQuery(ConstantScoreQuery(after), 0.0)
        return self if after == self.query else BoostQuery(after, self.boost)

    def matched(self, ctx: ShardContext, boost: np.float32) -> Matched:
        return self.query.matched(ctx, np.float32(boost * np.float32(self.boost)))

    def matches(self, ctx: ShardContext) -> Mask:
        return self.query.matches(ctx)

    def explain(self, ctx: ShardContext, row: int, boost: np.float32) -> Explanation:
        return self.query.explain(ctx, row, np.float32(boost * np.float32(self.boost)))

    def exhausted(self, ctx: ShardContext, row: int, boost: np.float32) -> np.float32:
        return self.query.exhausted(ctx, row, np.float32(boost * np.float32(self.boost)))

    def explain_unscored(self, ctx: ShardContext, row: int) -> Explanation:
        return self.query.explain_unscored(ctx, row)

    def children(self) -> Iterator[Node]:
        inner = self.query
        return iter((inner.query,)) if isinstance(inner, ConstantScoreQuery) else inner.children()

    def might_match_nested(self, ctx: ShardContext) -> bool:
        return self.query.might_match_nested(ctx)


@dataclass(frozen=True)
class Becoming(Node):
    """A query that writes itself as ``text`` until it is rewritten to another one."""

    text: str
    query: Node
    known: bool = True
    """Whether NestedHelper knows what it is before it is rewritten; of others nested objects might match."""

    def __str__(self) -> str:
        return self.text

    def rewrite(self) -> Node:
        return self.query

    def matched(self, ctx: ShardContext, boost: np.float32) -> Matched:
        return self.query.matched(ctx, boost)

    def explain(self, ctx: ShardContext, row: int, boost: np.float32) -> Explanation:
        return self.query.explain(ctx, row, boost)

    def exhausted(self, ctx: ShardContext, row: int, boost: np.float32) -> np.float32:
        return self.query.exhausted(ctx, row, boost)

    def explain_unscored(self, ctx: ShardContext, row: int) -> Explanation:
        return self.query.explain_unscored(ctx, row)

    def might_match_nested(self, ctx: ShardContext) -> bool:
        return not self.known or self.query.might_match_nested(ctx)


@dataclass(frozen=True)
class DerivedFieldQuery(Node):
    """A query that a derived field's values are tried with; ``matching`` is the query of the DSL that does so."""

    package = "org.opensearch.index.query"

    inner: Node
    matching: Query

    def __str__(self) -> str:
        return f"DerivedFieldQuery (Query: [ {self.inner}])"

    def rewrite(self) -> Node:
        if isinstance(self.inner, (ApproximateScoreQuery, IndexOrDocValuesQuery)):
            return self
        inner = self.inner.rewrite()
        return self if inner is self.inner or inner == self.inner else DerivedFieldQuery(inner, self.matching)

    def matched(self, ctx: ShardContext, boost: np.float32) -> Matched:
        return Matched.constant(self.matching.mask(ctx), float(boost))

    def explain(self, ctx: ShardContext, row: int, boost: np.float32) -> Explanation:
        return constant_explanation(self, str(self), ctx, row, boost)
