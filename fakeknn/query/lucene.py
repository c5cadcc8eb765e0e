"""Lucene's query trees: what a query is once it is built and rewritten, how it writes itself, and why a document has
its score.

Matching does not need them. They are what ``explain``, ``_validate/query`` and ``profile`` show, so a query is given
its tree (see ``forms``) only when one of these asks.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from typing import Protocol

import numpy as np

from fakeknn.errors import NotFaked
from fakeknn.query.base import Explanation, Matched, Query, ShardContext
from fakeknn.query.scoring import FieldScoring, add_scores, doc_id, postings
from fakeknn.view import Mask
from fakeknn.xcontent import java_float

ONE = np.float32(1.0)
MUST, FILTER, SHOULD, MUST_NOT = "+", "#", "", "-"


def boosted(text: str, boost: np.float32) -> str:
    return text if boost == 1 else f"{text}^{java_float(boost)}"


class Node:
    """One Lucene query."""

    package = "org.apache.lucene.search"

    @property
    def java_class(self) -> str:
        """The name of its class, which some refusals tell."""
        return f"{self.package}.{type(self).__name__}"

    @property
    def type(self) -> str:
        """The class name that a profile shows."""
        return type(self).__name__

    def __str__(self) -> str:
        raise NotImplementedError

    def rewrite(self) -> Node:
        """Query.rewrite, until nothing changes."""
        return self

    def rewritten(self) -> Node:
        """IndexSearcher.rewrite."""
        node: Node = self
        while True:
            after = node.rewrite()
            if after is node or after == node:
                return node
            node = after

    def matched(self, ctx: ShardContext, boost: np.float32) -> Matched:
        raise NotImplementedError

    def explain(self, ctx: ShardContext, row: int, boost: np.float32) -> Explanation:
        """Weight.explain where the score counts."""
        raise NotImplementedError

    def explain_match(self, ctx: ShardContext, row: int) -> Explanation:
        """Weight.explain where only the match counts: the cache of filters stands before it."""
        return _constant(self, str(self), ctx, row, ONE)

    def children(self) -> Iterator[Node]:
        """The parts that a profile times by themselves."""
        return iter(())

    def might_match_nested(self, ctx: ShardContext) -> bool:
        """NestedHelper.mightMatchNestedDocs."""
        return True


#: What makes a query into its Lucene tree; ``forms``, which knows all kinds, puts itself here.
BUILDER: list[Callable[[Query, ShardContext], Node]] = []


def built(query: Query, ctx: ShardContext) -> Node:
    """AbstractQueryBuilder.toQuery."""
    return BUILDER[0](query, ctx)


def _constant(node: Node, text: str, ctx: ShardContext, row: int, boost: np.float32) -> Explanation:
    """ConstantScoreWeight.explain."""
    if node.matched(ctx, boost).mask[row]:
        return Explanation(np.float32(boost), boosted(text, boost))
    return Explanation(np.float32(0), f"{text} doesn't match id {doc_id(ctx, row)}", match=False)


def _in_nested(ctx: ShardContext, name: str) -> bool:
    if name.startswith("_"):
        return True
    return ctx.field(name) is not None and ctx.mapping.nested_parent(name) is not None


@dataclass(frozen=True)
class MatchAllDocsQuery(Node):
    def __str__(self) -> str:
        return "*:*"

    def matched(self, ctx: ShardContext, boost: np.float32) -> Matched:
        return Matched.constant(np.ones(ctx.n, bool), float(boost))

    def explain(self, ctx: ShardContext, row: int, boost: np.float32) -> Explanation:
        return _constant(self, "*:*", ctx, row, boost)


@dataclass(frozen=True)
class MatchNoDocsQuery(Node):
    reason: str = field(default="", compare=False)

    def __str__(self) -> str:
        return f'MatchNoDocsQuery("{self.reason}")'

    def matched(self, ctx: ShardContext, boost: np.float32) -> Matched:
        return Matched.none(ctx.n)

    def explain(self, ctx: ShardContext, row: int, boost: np.float32) -> Explanation:
        return Explanation(np.float32(0), self.reason, match=False)

    def might_match_nested(self, ctx: ShardContext) -> bool:
        return False


@dataclass(frozen=True)
class TermQuery(Node):
    """A term with statistics; ``shown`` is the term as it writes itself."""

    field: str
    term: str
    shown: str

    def __str__(self) -> str:
        return f"{self.field}:{self.shown}"

    def matched(self, ctx: ShardContext, boost: np.float32) -> Matched:
        mapped = ctx.field(self.field)
        column = None if mapped is None else ctx.column(mapped)
        out = Matched.none(ctx.n)
        if mapped is None or column is None:
            return out
        rows, freqs = postings(column, self.term)
        out.mask[rows] = True
        if len(rows):
            if not getattr(mapped, "has_freqs", True):
                freqs = None
            out.score[rows] = FieldScoring(ctx, mapped, column).score(rows, freqs, [self.term], boost)
        return out

    def explain(self, ctx: ShardContext, row: int, boost: np.float32) -> Explanation:
        mapped = ctx.field(self.field)
        column = None if mapped is None else ctx.column(mapped)
        rows, freqs = (np.empty(0, np.int32), None) if column is None else postings(column, self.term)
        at = int(np.searchsorted(rows, row))
        if mapped is None or column is None or at >= len(rows) or rows[at] != row:
            return Explanation(np.float32(0), "no matching term", match=False)
        freq = 1.0 if freqs is None or not getattr(mapped, "has_freqs", True) else float(freqs[at])
        return FieldScoring(ctx, mapped, column).explain(row, freq, [self.term], boost, self.shown)

    def might_match_nested(self, ctx: ShardContext) -> bool:
        return _in_nested(ctx, self.field)


@dataclass(frozen=True)
class Leaf(Node):
    """A query without parts whose score is constant.

    ``mask`` is what it matches; ``path`` the field whose place in the mapping says whether nested objects can match;
    ``weight`` the text of what matches in its stead; ``simpler`` what it is rewritten to.
    """

    kind: str
    text: str
    mask: Callable[[], Mask] = field(compare=False, repr=False)
    path: str | None = field(default=None, compare=False)
    weight: str | None = field(default=None, compare=False)
    simpler: Node | None = field(default=None, compare=False, repr=False)
    parts: tuple[Node, ...] = field(default=(), compare=False, repr=False)

    @property
    def type(self) -> str:
        return self.kind

    def __str__(self) -> str:
        return self.text

    def rewrite(self) -> Node:
        return self if self.simpler is None else self.simpler

    def matched(self, ctx: ShardContext, boost: np.float32) -> Matched:
        return Matched.constant(self.mask(), float(boost))

    def explain(self, ctx: ShardContext, row: int, boost: np.float32) -> Explanation:
        return _constant(self, self.weight or self.text, ctx, row, boost)

    def children(self) -> Iterator[Node]:
        return iter(self.parts)

    def might_match_nested(self, ctx: ShardContext) -> bool:
        return True if self.path is None else _in_nested(ctx, self.path)


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

    def matched(self, ctx: ShardContext, boost: np.float32) -> Matched:
        return self.original.matched(ctx, boost)

    def explain(self, ctx: ShardContext, row: int, boost: np.float32) -> Explanation:
        if self.approximated:
            return _constant(self.original, f"Approximate({self.approximation})", ctx, row, boost)
        return self.original.rewritten().explain(ctx, row, boost)

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
        elif isinstance(after, BooleanQuery):
            after = after.without_scores()
        if isinstance(after, MatchNoDocsQuery):
            return after
        return self if after == self.query else ConstantScoreQuery(after)

    def matched(self, ctx: ShardContext, boost: np.float32) -> Matched:
        return Matched.constant(self.query.matched(ctx, ONE).mask, float(boost))

    def explain(self, ctx: ShardContext, row: int, boost: np.float32) -> Explanation:
        return _constant(self, str(self), ctx, row, boost)

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

    def explain(self, ctx: ShardContext, row: int, boost: np.float32) -> Explanation:
        return self.query.explain(ctx, row, np.float32(boost * np.float32(self.boost)))

    def children(self) -> Iterator[Node]:
        inner = self.query
        return iter((inner.query,)) if isinstance(inner, ConstantScoreQuery) else inner.children()

    def might_match_nested(self, ctx: ShardContext) -> bool:
        return self.query.might_match_nested(ctx)


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

    def explain(self, ctx: ShardContext, row: int, boost: np.float32) -> Explanation:
        told = [node.explain(ctx, row, boost) for node in self.disjuncts]
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
            if isinstance(node, BooleanQuery):
                node = node.without_scores()
            if occur == SHOULD and not keep:
                continue
            out.append((FILTER if occur == MUST else occur, node))
        return BooleanQuery(tuple(out), self.needed)

    # -- matching

    def matched(self, ctx: ShardContext, boost: np.float32) -> Matched:
        mask: Mask | None = None
        required = [node.matched(ctx, boost) for node in self.of(MUST)]
        for part in required:
            mask = part.mask if mask is None else mask & part.mask
        for node in self.of(FILTER):
            part = node.matched(ctx, boost)
            mask = part.mask if mask is None else mask & part.mask
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
            mask = mask & ~node.matched(ctx, boost).mask
        return Matched(mask, score)

    def explain(self, ctx: ShardContext, row: int, boost: np.float32) -> Explanation:
        """BooleanWeight.explain."""
        told: list[Explanation] = []
        failed, matches, optional = False, 0, 0
        for occur, node in self.clauses:
            scored = occur in (MUST, SHOULD)
            one = node.explain(ctx, row, boost) if scored else node.explain_match(ctx, row)
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
        return Explanation(self.matched(ctx, boost).score[row], "sum of:", tuple(told))

    def children(self) -> Iterator[Node]:
        return (node for _, node in self.clauses)

    def might_match_nested(self, ctx: ShardContext) -> bool:
        required = [*self.of(MUST), *self.of(FILTER)]
        if required:
            return all(node.might_match_nested(ctx) for node in required)
        return any(node.might_match_nested(ctx) for node in self.of(SHOULD))


@dataclass(frozen=True)
class Told(Node):
    """A query, of boost 1, that explains itself or is explained by ``how``; ``text`` is how it writes itself, if that
    is known, ``simpler`` what it is rewritten to.
    """

    query: Query
    kind: str | None = None
    text: str | None = None
    parts: tuple[Node, ...] = ()
    how: Callable[[ShardContext, int, np.float32], Explanation] | None = field(default=None, compare=False)
    simpler: Node | None = field(default=None, compare=False, repr=False)
    nested: bool = True
    """Whether nested objects might match."""

    def rewrite(self) -> Node:
        return self if self.simpler is None else self.simpler

    def might_match_nested(self, ctx: ShardContext) -> bool:
        return self.nested

    @property
    def type(self) -> str:
        if self.kind is None:
            raise NotFaked(f"the profile of a [{self.query.kind}] query")
        return self.kind

    def __str__(self) -> str:
        if self.text is None:
            raise NotFaked(f"the text of a [{self.query.kind}] query in Lucene")
        return self.text

    def matched(self, ctx: ShardContext, boost: np.float32) -> Matched:
        return self.query.matched(ctx, boost)

    def explain(self, ctx: ShardContext, row: int, boost: np.float32) -> Explanation:
        if self.how is not None:
            return self.how(ctx, row, boost)
        return self.query.explain(ctx, row, boost)

    def children(self) -> Iterator[Node]:
        return iter(self.parts)


@dataclass(frozen=True)
class Becoming(Node):
    """A query that writes itself as ``text`` until it is rewritten to another one."""

    text: str
    query: Node

    def __str__(self) -> str:
        return self.text

    def rewrite(self) -> Node:
        return self.query

    def matched(self, ctx: ShardContext, boost: np.float32) -> Matched:
        return self.query.matched(ctx, boost)

    def explain(self, ctx: ShardContext, row: int, boost: np.float32) -> Explanation:
        return self.query.explain(ctx, row, boost)

    def might_match_nested(self, ctx: ShardContext) -> bool:
        return self.query.might_match_nested(ctx)


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
