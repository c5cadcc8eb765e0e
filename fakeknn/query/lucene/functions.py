"""Queries that make another score of the one below."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Protocol

import numpy as np

from fakeknn.query.base import Explanation, Matched, Query, ShardContext
from fakeknn.query.lucene.node import ONE, Node
from fakeknn.query.lucene.wrappers import ApproximateScoreQuery
from fakeknn.query.script import ScriptScore
from fakeknn.xcontent import java_float


class Explained(Protocol):
    """A query that explains what it makes of the one below."""

    def explained(
        self, ctx: ShardContext, row: int, boost: np.float32, below: Explanation, filters: list[Node]
    ) -> Explanation: ...

    def run(self, ctx: ShardContext, boost: np.float32) -> Matched: ...


@dataclass(frozen=True)
class FunctionScoreQuery(Node):
    """OpenSearch's query of functions; ``filters`` says whom each is for, ``functions`` how they write themselves."""

    query: Node
    filters: tuple[Node, ...]
    functions: str
    source: Explained

    def __str__(self) -> str:
        return f"function score ({self.query}, functions: [{self.functions}])"

    def rewrite(self) -> Node:
        after = replace(self, query=self.query.rewrite(), filters=tuple(node.rewrite() for node in self.filters))
        return self if after == self else after

    def matched(self, ctx: ShardContext, boost: np.float32) -> Matched:
        return self.source.run(ctx, boost)

    def explain(self, ctx: ShardContext, row: int, boost: np.float32) -> Explanation:
        below = self.query.explain(ctx, row, boost)
        return self.source.explained(ctx, row, boost, below, list(self.filters))

    def explain_unscored(self, ctx: ShardContext, row: int) -> Explanation:
        return self.query.explain_unscored(ctx, row)


@dataclass(frozen=True)
class BoostByQuery(Node):
    """Lucene's FunctionScoreQuery.boostByQuery: less of what matches another query too."""

    query: Node
    other: Node
    boost: float
    source: Query

    @property
    def type(self) -> str:
        return "FunctionScoreQuery"

    def __str__(self) -> str:
        less = java_float(np.float32(self.boost))
        return f"FunctionScoreQuery({self.query}, scored by boost(queryboost(score({self.other}))^{less}))"

    def rewrite(self) -> Node:
        after = replace(self, query=self.query.rewrite())
        return self if after == self else after

    def matched(self, ctx: ShardContext, boost: np.float32) -> Matched:
        return self.source.run(ctx, boost)

    def explain(self, ctx: ShardContext, row: int, boost: np.float32) -> Explanation:
        below = self.query.explain(ctx, row, ONE)
        if not below.match:
            return below
        told = below
        if self.other.matched(ctx, ONE).mask[row]:
            other = self.other.rewritten()
            shown = f"Approximate({other.approximation})" if isinstance(other, ApproximateScoreQuery) else str(other)
            less = Explanation(np.float32(self.boost), f"Matched boosting query score({shown})")
            value = float(below.value) * float(np.float32(self.boost))
            told = Explanation(value, "product of:", (below, less), double=True)
        score = self.source.run(ctx, boost).score[row]
        if boost != 1:
            return Explanation(score, f"weight({self}), product of:", (Explanation(boost, "boost"), told))
        return Explanation(told.value, f"weight({self}), result of:", (told,), double=told.double)

    def explain_unscored(self, ctx: ShardContext, row: int) -> Explanation:
        return self.query.explain_unscored(ctx, row)


@dataclass(frozen=True)
class ScriptScoreQuery(Node):
    """What another query matches, scored by ``source``'s script."""

    package = "org.opensearch.common.lucene.search.function"

    query: Node
    source: ScriptScore

    def __str__(self) -> str:
        name = self.source.query.name
        named = "" if name is None else f", _name: {name}"
        return f"script_score ({self.query}{named}, script: {{{self.source.script}}}"

    def rewrite(self) -> Node:
        after = replace(self, query=self.query.rewrite())
        return self if after == self else after

    def matched(self, ctx: ShardContext, boost: np.float32) -> Matched:
        return self.source.run(ctx, boost)

    def explain(self, ctx: ShardContext, row: int, boost: np.float32) -> Explanation:
        """Where the script does not look at the score, the weight below is made without scores."""
        if self.source.needs_score(ctx):
            below = self.query.explain(ctx, row, ONE)
        else:
            below = self.query.explain_unscored(ctx, row)
        if self.source.query.name:
            below = replace(below, description=f"{below.description} (_name: {self.source.query.name})")
        return self.source.explained(ctx, row, boost, below) if below.match else below

    def explain_unscored(self, ctx: ShardContext, row: int) -> Explanation:
        if self.source.min_score is not None:
            return self.explain(ctx, row, ONE)
        return self.query.explain_unscored(ctx, row)

    def children(self) -> Iterator[Node]:
        yield self.query
