"""What queries of several terms run in each segment: a query of those that are there, which a profile shows beside the
query (AbstractMultiTermQueryConstantScoreWrapper).
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np

from fakeknn.errors import NotFaked
from fakeknn.query.context import ShardContext
from fakeknn.query.lucene import (
    FILTER,
    MUST,
    MUST_NOT,
    ONE,
    SHOULD,
    BooleanQuery,
    BoostQuery,
    ConstantScoreQuery,
    FunctionScoreQuery,
    IndexOrDocValuesQuery,
    Leaf,
    MultiTermWrapper,
    Node,
)

#: BOOLEAN_REWRITE_TERM_COUNT_THRESHOLD: of more terms the postings are read at once.
MOST_TERMS = 16
#: The order in which BooleanScorerSupplier gets the scorers of its clauses.
_ORDER = (FILTER, MUST, MUST_NOT, SHOULD)
_UNLED = 2**63 - 1


def parts(node: Node) -> Iterator[Node]:
    """All that a query is made of and a weight is made for, or may be."""
    yield node
    below = list(node.children())
    if isinstance(node, IndexOrDocValuesQuery):
        below = [node.index]
    elif isinstance(node, FunctionScoreQuery):
        below = [node.query, *node.filters]
    for child in below:
        yield from parts(child)


def several_terms(node: Node) -> bool:
    return any(isinstance(part, MultiTermWrapper) for part in parts(node))


def of_segments(nodes: Sequence[Node], ctx: ShardContext) -> list[Node]:
    """What some queries run beside themselves, segment by segment."""
    asked = [node for node in nodes if several_terms(node)]
    if not asked:
        return []
    segments = [_Segment(ctx, first, last) for first, last in ctx.view.live_segments]
    return [run for segment in segments for node in asked for run in segment.run(node, _UNLED) or ()]


@dataclass(frozen=True, slots=True)
class _Segment:
    """The rows from ``first`` up to ``last``."""

    ctx: ShardContext
    first: int
    last: int

    def run(self, node: Node, lead: int) -> list[Node] | None:
        """What a query runs if whoever leads it has ``lead`` documents; None where it has no scorer."""
        if isinstance(node, MultiTermWrapper):
            return self._terms(node)
        if isinstance(node, BooleanQuery):
            return self._clauses(node, lead)
        if isinstance(node, IndexOrDocValuesQuery) and several_terms(node.index):
            return self.run(node.index, lead) if self._cost(node) >> 3 <= lead else []
        if isinstance(node, ConstantScoreQuery | BoostQuery):
            return self.run(node.query, lead)
        if isinstance(node, FunctionScoreQuery):
            below = self.run(node.query, lead)
            if below is None:
                return None
            return [*below, *(one for part in node.filters for one in self.run(part, lead) or ())]
        if several_terms(node):
            return [one for child in node.children() for one in self.run(child, lead) or ()]
        return [] if self._cost(node) else None

    def _terms(self, node: MultiTermWrapper) -> list[Node] | None:
        if node.terms is None:
            raise NotFaked(f"[profile] of a query of several terms ({node})")
        found: list[Node] = [
            Leaf("TermQuery", text, node.mask)
            for text, rows in node.terms()
            if np.searchsorted(rows, self.first) < np.searchsorted(rows, self.last)
        ]
        if not found:
            return None
        if len(found) > MOST_TERMS:
            return []
        return found if len(found) == 1 else [BooleanQuery(tuple((SHOULD, one) for one in found))]

    def _clauses(self, query: BooleanQuery, lead: int) -> list[Node] | None:
        needed = [node for occur, node in query.clauses if occur in (MUST, FILTER)]
        lead = min([lead, *map(self._cost, needed)])
        runs: dict[str, list[Node]] = {occur: [] for occur in _ORDER}
        optional = 0
        for occur, node in query.clauses:
            found = self.run(node, lead)
            if found is None and occur in (MUST, FILTER):
                return None
            optional += occur == SHOULD and found is not None
            runs[occur] += found or ()
        if optional < max(query.needed, int(not needed)):
            return None
        return [one for occur in _ORDER for one in runs[occur]]

    def _cost(self, node: Node) -> int:
        """How many documents match."""
        return int(np.count_nonzero(node.matched(self.ctx, ONE).mask[self.first : self.last]))
