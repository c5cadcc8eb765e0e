"""Queries of several clauses: BooleanQuery and DisjunctionMaxQuery."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np

from fakeknn.query.context import Explanation, Matched, ShardContext
from fakeknn.query.lucene.leaves import MatchAllDocsQuery, MatchNoDocsQuery
from fakeknn.query.lucene.node import Node
from fakeknn.query.lucene.wrappers import BoostQuery, ConstantScoreQuery
from fakeknn.query.scoring import add_scores
from fakeknn.view import Mask
from fakeknn.xcontent import java_float

MUST, FILTER, SHOULD, MUST_NOT = "+", "#", "", "-"


def _wrapped(node: Node) -> str:
    return f"({node})" if isinstance(node, BooleanQuery) else str(node)


@dataclass(frozen=True)
class DisjunctionMaxQuery(Node):
    disjuncts: tuple[Node, ...]
    tie_breaker: float = 0.0

    def __str__(self) -> str:
        tie = f"~{java_float(np.float32(self.tie_breaker))}" if self.tie_breaker else ""
        return f"({' | '.join(_wrapped(node) for node in self.disjuncts)}){tie}"

    def rewrite(self) -> Node:
        if not self.disjuncts:
            return MatchNoDocsQuery("empty DisjunctionMaxQuery")
        if len(self.disjuncts) == 1:
            return self.disjuncts[0]
        if self.tie_breaker == 1:
            return BooleanQuery(tuple((SHOULD, node) for node in self.disjuncts))
        after = tuple(node.rewrite() for node in self.disjuncts)
        return self if after == self.disjuncts else DisjunctionMaxQuery(after, self.tie_breaker)

    def matched(self, ctx: ShardContext, boost: np.float32) -> Matched:
        best = np.zeros(ctx.n, np.float64)
        total = np.zeros(ctx.n, np.float64)
        mask = np.zeros(ctx.n, bool)
        for node in self.disjuncts:
            part = node.matched(ctx, boost)
            mask |= part.mask
            score = np.where(part.mask, part.score, np.float32(0)).astype(np.float64)
            total += score
            np.maximum(best, score, out=best)
        rest = (total - best) * np.float64(np.float32(self.tie_breaker))
        return Matched(mask, (best + rest).astype(np.float32))

    def exhausted(self, ctx: ShardContext, row: int, boost: np.float32) -> np.float32:
        scores = [np.float64(node.exhausted(ctx, row, boost)) for node in self.disjuncts]
        best = max(scores)
        return np.float32(best + (sum(scores) - best) * np.float32(self.tie_breaker))

    def explain(self, ctx: ShardContext, row: int, boost: np.float32) -> Explanation:
        return self._explained([node.explain(ctx, row, boost) for node in self._weighed()])

    def explain_unscored(self, ctx: ShardContext, row: int) -> Explanation:
        return self._explained([node.explain_match(ctx, row) for node in self._weighed()])

    def _weighed(self) -> list[Node]:
        """The clauses as Lucene's Multiset gives them back: the first of those that are equal for each of them."""
        return [self.disjuncts[self.disjuncts.index(node)] for node in self.disjuncts]

    def _explained(self, told: Sequence[Explanation]) -> Explanation:
        found = tuple(one for one in told if one.match)
        if not found:
            return Explanation(np.float32(0), "No matching clause", tuple(told), match=False)
        tie = np.float32(self.tie_breaker)
        how = "max of:" if tie == 0 else f"max plus {java_float(tie)} times others of:"
        values = [np.float64(np.float32(one.value)) for one in found]
        best = max(values)
        rest = sum(values) - best
        return Explanation(np.float32(best + rest * np.float64(tie)), how, found)

    def children(self) -> Iterator[Node]:
        return iter(self.disjuncts)


Clause = tuple[str, Node]


@dataclass(frozen=True)
class BooleanQuery(Node):
    """Clauses, each an occurrence (``+``, ``#``, `` `` or ``-``) and a query."""

    clauses: tuple[Clause, ...]
    needed: int = 0
    """How many optional clauses must match; 0 leaves it to the others."""

    def of(self, occur: str) -> list[Node]:
        return [node for kind, node in self.clauses if kind == occur]

    def __str__(self) -> str:
        shown = " ".join(occur + _wrapped(node) for occur, node in self.clauses)
        return f"({shown})~{self.needed}" if self.needed > 0 else shown

    # -- rewriting: BooleanQuery.rewrite, step by step; each gives the query as it is if it has nothing to do

    def rewrite(self) -> Node:
        if not self.clauses:
            return MatchNoDocsQuery("empty BooleanQuery")
        if len(self.of(MUST_NOT)) == len(self.clauses):
            return MatchNoDocsQuery("pure negative BooleanQuery")
        if len(self.clauses) == 1:
            occur, node = self.clauses[0]
            if self.needed == 1 and occur == SHOULD:
                return node
            if self.needed == 0:
                return BoostQuery(ConstantScoreQuery(node), 0.0) if occur == FILTER else node
        for step in (
            self._rewrite_clauses,
            self._drop_repeats,
            self._contradiction,
            self._drop_filters,
            self._filters_that_should,
            self._sum_repeats,
            self._constant_of_filters,
            self._flatten,
            self._inline,
            self._all_that_should,
            self._inline_only_must,
        ):
            after = step()
            if after is not self:
                return after
        return self

    def _rewrite_clauses(self) -> Node:
        out: list[Clause] = []
        changed = False
        for occur, node in self.clauses:
            if occur in (FILTER, MUST_NOT):
                after = ConstantScoreQuery(node).rewrite()
                if isinstance(after, ConstantScoreQuery):
                    after = after.query
            else:
                after = node.rewrite()
            if after != node or isinstance(node, MatchNoDocsQuery):
                changed = True
                if isinstance(after, MatchNoDocsQuery):
                    if occur in (MUST, FILTER):
                        return after
                    continue
                out.append((occur, after))
            else:
                out.append((occur, node))
        return BooleanQuery(tuple(out), self.needed) if changed else self

    def _drop_repeats(self) -> Node:
        seen: set[Clause] = set()
        out = []
        for clause in self.clauses:
            if clause[0] in (FILTER, MUST_NOT):
                if clause in seen:
                    continue
                seen.add(clause)
            out.append(clause)
        if len(out) == len(self.clauses):
            return self
        order = {MUST: 0, FILTER: 1, SHOULD: 2, MUST_NOT: 3}
        return BooleanQuery(tuple(sorted(out, key=lambda clause: order[clause[0]])), self.needed)

    def _contradiction(self) -> Node:
        excluded = self.of(MUST_NOT)
        required = [*self.of(MUST), *self.of(FILTER)]
        if any(node in required for node in excluded):
            return MatchNoDocsQuery("FILTER or MUST clause also in MUST_NOT")
        if MatchAllDocsQuery() in excluded:
            return MatchNoDocsQuery("MUST_NOT clause is MatchAllDocsQuery")
        return self

    def _drop_filters(self) -> Node:
        filters, musts = self.of(FILTER), self.of(MUST)
        if not filters:
            return self
        left = list(filters)
        if len(left) > 1 or musts:
            left = [node for node in left if not isinstance(node, MatchAllDocsQuery)]
        left = [node for node in left if node not in musts]
        if len(left) == len(filters):
            return self
        others = [clause for clause in self.clauses if clause[0] != FILTER]
        return BooleanQuery((*others, *((FILTER, node) for node in left)), self.needed)

    def _filters_that_should(self) -> Node:
        both = [node for node in self.of(FILTER) if node in self.of(SHOULD)]
        if not both:
            return self
        out: list[Clause] = []
        needed = self.needed
        for occur, node in self.clauses:
            if node not in both:
                out.append((occur, node))
            elif occur == SHOULD:
                out.append((MUST, node))
                needed -= 1
        return BooleanQuery(tuple(out), max(0, needed))

    def _sum_repeats(self) -> Node:
        for kind in (SHOULD, MUST):
            nodes = self.of(kind)
            if not nodes or (kind == SHOULD and self.needed > 1):
                continue
            total: dict[Node, float] = {}
            for node in nodes:
                boost, inner = 1.0, node
                while isinstance(inner, BoostQuery):
                    boost *= inner.boost
                    inner = inner.query
                total[inner] = total.get(inner, 0.0) + boost
            if len(total) == len(nodes):
                continue
            out = [(kind, node if boost == 1 else BoostQuery(node, boost)) for node, boost in total.items()]
            return BooleanQuery((*out, *(clause for clause in self.clauses if clause[0] != kind)), self.needed)
        return self

    def _constant_of_filters(self) -> Node:
        musts, filters = self.of(MUST), self.of(FILTER)
        if len(musts) != 1 or not filters:
            return self
        must: Node = musts[0]
        boost = 1.0
        if isinstance(must, BoostQuery):
            boost, must = must.boost, must.query
        if not isinstance(must, MatchAllDocsQuery):
            return self
        kept = tuple(clause for clause in self.clauses if clause[0] in (FILTER, MUST_NOT))
        constant: Node = ConstantScoreQuery(BooleanQuery(kept))
        if boost != 1:
            constant = BoostQuery(constant, boost)
        return BooleanQuery(((MUST, constant), *((SHOULD, node) for node in self.of(SHOULD))), self.needed)

    def _flatten(self) -> Node:
        if self.needed > 1:
            return self
        out: list[Clause] = []
        changed = False
        for occur, node in self.clauses:
            if occur == SHOULD and isinstance(node, BooleanQuery) and node.pure_disjunction:
                out += node.clauses
                changed = True
            else:
                out.append((occur, node))
        return BooleanQuery(tuple(out), self.needed) if changed else self

    @property
    def pure_disjunction(self) -> bool:
        return len(self.of(SHOULD)) == len(self.clauses) and self.needed <= 1

    def _inline(self) -> Node:
        out: list[Clause] = []
        changed = False
        for outer, node in self.clauses:
            if outer in (MUST, FILTER) and isinstance(node, BooleanQuery) and node.needed == 0 and not node.of(SHOULD):
                changed = True
                for inner, part in node.clauses:
                    out.append((inner if inner in (FILTER, MUST_NOT) or outer == MUST else FILTER, part))
            else:
                out.append((outer, node))
        return BooleanQuery(tuple(out), self.needed) if changed else self

    def _all_that_should(self) -> Node:
        count = len(self.of(SHOULD))
        if count < self.needed:
            return MatchNoDocsQuery("SHOULD clause count less than minimumNumberShouldMatch")
        if count and count == self.needed:
            return BooleanQuery(tuple((MUST if occur == SHOULD else occur, node) for occur, node in self.clauses))
        return self

    def _inline_only_must(self) -> Node:
        musts = self.of(MUST)
        if self.of(SHOULD) or len(musts) != 1:
            return self
        inner = musts[0]
        if not isinstance(inner, BooleanQuery) or len(inner.of(SHOULD)) != len(inner.clauses):
            return self
        others = tuple(clause for clause in self.clauses if clause[0] != MUST)
        return BooleanQuery((*others, *inner.clauses), max(1, inner.needed))

    def without_scores(self) -> BooleanQuery:
        """BooleanQuery.rewriteNoScoring."""
        keep = self.needed > 0 or not (self.of(MUST) or self.of(FILTER))
        out: list[Clause] = []
        for occur, node in self.clauses:
            if isinstance(node, BoostQuery):
                node = node.query
            if isinstance(node, ConstantScoreQuery):
                node = node.query
            if occur == SHOULD and not keep:
                continue
            out.append((FILTER if occur == MUST else occur, node.without_scores()))
        return BooleanQuery(tuple(out), self.needed)

    # -- matching

    def matched(self, ctx: ShardContext, boost: np.float32) -> Matched:
        mask: Mask | None = None
        required = [node.matched(ctx, boost) for node in self.of(MUST)]
        for part in required:
            mask = part.mask if mask is None else mask & part.mask
        for node in self.of(FILTER):
            mask = node.matches(ctx) if mask is None else mask & node.matches(ctx)
        optional = [node.matched(ctx, boost) for node in self.of(SHOULD)]
        score = add_scores(required, ctx.n) if required else np.zeros(ctx.n, np.float32)
        if optional:
            added = add_scores(optional, ctx.n)
            score = score + added if required else added
            count = np.sum([part.mask for part in optional], axis=0)
            needed = self.needed or (0 if mask is not None else 1)
            if needed:
                mask = count >= needed if mask is None else mask & (count >= needed)
        if mask is None:
            mask = np.zeros(ctx.n, bool)
        for node in self.of(MUST_NOT):
            mask = mask & ~node.matches(ctx)
        return Matched(mask, score)

    def exhausted(self, ctx: ShardContext, row: int, boost: np.float32) -> np.float32:
        with np.errstate(over="ignore"):
            scored = [node.exhausted(ctx, row, boost) for occur, node in self.clauses if occur in (MUST, SHOULD)]
            return np.float32(sum(scored, np.float32(0)))

    def explain(self, ctx: ShardContext, row: int, boost: np.float32) -> Explanation:
        return self._explained(ctx, row, boost)

    def explain_unscored(self, ctx: ShardContext, row: int) -> Explanation:
        return self._explained(ctx, row, None)

    def _explained(self, ctx: ShardContext, row: int, boost: np.float32 | None) -> Explanation:
        """BooleanWeight.explain; without a boost there are no scores, nor have the clauses any."""
        told: list[Explanation] = []
        failed, matches, optional = False, 0, 0
        for occur, node in self.clauses:
            if boost is None or occur in (FILTER, MUST_NOT):
                one = node.explain_match(ctx, row)
            else:
                one = node.explain(ctx, row, boost)
            if one.match:
                if occur in (MUST, SHOULD):
                    told.append(one)
                elif occur == FILTER:
                    clause = Explanation(np.float32(0), "# clause")
                    told.append(Explanation(np.float32(0), "match on required clause, product of:", (clause, one)))
                else:
                    told.append(Explanation(np.float32(0), f"match on prohibited clause ({node})", (one,), match=False))
                    failed = True
                matches += occur != MUST_NOT
                optional += occur == SHOULD
            elif occur in (MUST, FILTER):
                told.append(Explanation(np.float32(0), f"no match on required clause ({node})", (one,), match=False))
                failed = True
        reason = ""
        if failed:
            reason = "Failure to meet condition(s) of required/prohibited clause(s)"
        elif not matches:
            reason = "No matching clauses"
        elif optional < self.needed:
            reason = f"Failure to match minimum number of optional clauses: {self.needed}"
        if reason:
            return Explanation(np.float32(0), reason, tuple(told), match=False)
        score = np.float32(0) if boost is None else self.score_from(ctx, row, boost)
        return Explanation(score, "sum of:", tuple(told))

    def children(self) -> Iterator[Node]:
        return (node for _, node in self.clauses)

    def might_match_nested(self, ctx: ShardContext) -> bool:
        required = [*self.of(MUST), *self.of(FILTER)]
        if required:
            return all(node.might_match_nested(ctx) for node in required)
        return any(node.might_match_nested(ctx) for node in self.of(SHOULD))
