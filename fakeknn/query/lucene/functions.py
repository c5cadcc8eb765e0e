"""Queries that make another score of the one below."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Protocol

import numpy as np

from fakeknn.query.context import Explanation, Matched, ShardContext
from fakeknn.query.lucene.leaves import MatchAllDocsQuery
from fakeknn.query.lucene.node import ONE, Node
from fakeknn.query.script import ScriptScore
from fakeknn.view import Mask
from fakeknn.xcontent import java_float


class Scoring(Protocol):
    """A query that makes the scores of what it and the one below match."""

    def run(self, ctx: ShardContext, boost: np.float32) -> Matched: ...

    def mask(self, ctx: ShardContext) -> Mask: ...


class Explained(Scoring, Protocol):
    """One that explains what it makes of the one below."""

    def explained(
        self, ctx: ShardContext, row: int, boost: np.float32, below: Explanation, filters: list[Node]
    ) -> Explanation: ...


@dataclass(frozen=True)
class _ScoredAnew(Node):
    """The documents of the query below, scored by ``source``."""

    query: Node
    source: Scoring

    def rewrite(self) -> Node:
        after = replace(self, query=self.query.rewrite())
        return self if after == self else after

    def matched(self, ctx: ShardContext, boost: np.float32) -> Matched:
        return self.source.run(ctx, boost)

    def matches(self, ctx: ShardContext) -> Mask:
        return self.source.mask(ctx)

    def explain_unscored(self, ctx: ShardContext, row: int) -> Explanation:
        return self.query.explain_unscored(ctx, row)

    def explain_match(self, ctx: ShardContext, row: int) -> Explanation:
        """Without scores the weight is that of the query below, unless there are scores that do not do."""
        if getattr(self.source, "min_score", None) is not None:
            return super().explain_match(ctx, row)
        return self.query.explain_match(ctx, row)


@dataclass(frozen=True)
class FunctionScoreQuery(_ScoredAnew):
    """OpenSearch's query of functions; ``filters`` says whom each is for, ``functions`` how they write themselves."""

    source: Explained
    filters: tuple[Node, ...]
    functions: str

    def __str__(self) -> str:
        return f"function score ({self.query}, functions: [{self.functions}])"

    def rewrite(self) -> Node:
        after = replace(self, query=self.query.rewrite(), filters=tuple(node.rewrite() for node in self.filters))
        return self if after == self else after

    def explain(self, ctx: ShardContext, row: int, boost: np.float32) -> Explanation:
        below = self.query.explain(ctx, row, boost)
        return self.source.explained(ctx, row, boost, below, list(self.filters))

    def children(self) -> Iterator[Node]:
        """The searcher is not asked for the weight of the query below itself, nor for filters that take all."""
        yield from (node for node in self.filters if not isinstance(node, MatchAllDocsQuery))
        yield from self.query.children()


@dataclass(frozen=True)
class BoostByQuery(_ScoredAnew):
    """Lucene's FunctionScoreQuery.boostByQuery: less of what matches another query too."""

    other: Node
    boost: float

    @property
    def type(self) -> str:
        return "FunctionScoreQuery"

    def __str__(self) -> str:
        less = java_float(np.float32(self.boost))
        return f"FunctionScoreQuery({self.query}, scored by boost(queryboost(score({self.other}))^{less}))"

    def explain(self, ctx: ShardContext, row: int, boost: np.float32) -> Explanation:
        below = self.query.explain(ctx, row, ONE)
        if not below.match:
            return below
        told = below
        less = np.float32(self.boost)
        other = self.other.rewritten()
        if other.explain(ctx, row, ONE).match:
            lessened = Explanation(less, f"Matched boosting query score({other.weighed(ctx)})")
            value = float(below.value) * float(less)
            told = Explanation(value, "product of:", (below, lessened), double=True)
        if boost != 1:
            lessens = other.matches(ctx)[row]
            value = float(self.query.score_from(ctx, row, ONE)) * float(less if lessens else ONE)
            score = np.float32(value * float(boost))
            return Explanation(score, f"weight({self}), product of:", (Explanation(boost, "boost"), told))
        return Explanation(told.value, f"weight({self}), result of:", (told,), double=told.double)

    def children(self) -> Iterator[Node]:
        yield from self.query.children()
        yield from self.other.rewritten().children()

    def exhausted(self, ctx: ShardContext, row: int, boost: np.float32) -> np.float32:
        """Behind its last document the other query is taken to match, if there is any in the segment that it does."""
        start, end = ctx.segment(row)
        less = self.boost if self.other.matches(ctx)[start:end].any() else 1.0
        with np.errstate(over="ignore"):
            return np.float32(float(self.query.exhausted(ctx, row, ONE)) * float(np.float32(less)) * float(boost))


@dataclass(frozen=True)
class ScriptScoreQuery(_ScoredAnew):
    """What another query matches, scored by ``source``'s script."""

    package = "org.opensearch.common.lucene.search.function"

    source: ScriptScore

    def __str__(self) -> str:
        name = self.source.query.name
        named = "" if name is None else f", _name: {name}"
        return f"script_score ({self.query}{named}, script: {{{self.source.script}}}"

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
        return super().explain_unscored(ctx, row) if self.source.min_score is None else self.explain(ctx, row, ONE)

    def children(self) -> Iterator[Node]:
        """It makes the weight below itself, so that a profile knows that one's parts alone."""
        return self.query.children()
