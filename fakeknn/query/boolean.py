"""The query bool."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Any, ClassVar

import numpy as np

from fakeknn.query.base import Query
from fakeknn.query.context import IN_BULK, Explanation, Matched, ShardContext
from fakeknn.query.declared import STANDARD, declared_boost
from fakeknn.query.exclusions import ask_in_bulk, excluded
from fakeknn.query.parsing import common, parse_queries, register
from fakeknn.query.repeats import summed, unified
from fakeknn.query.scoring import add_scores
from fakeknn.units import parse_int
from fakeknn.view import Mask
from fakeknn.xcontent import objects
from fakeknn.xcontent.objects import Member, ObjectParser, declared


@dataclass(frozen=True, eq=False, kw_only=True)
class Bool(Query):
    """Clauses that must, should, may only filter, or must not match."""

    kind: ClassVar[str] = "bool"
    must: tuple[Query, ...] = ()
    filter: tuple[Query, ...] = ()
    should: tuple[Query, ...] = ()
    must_not: tuple[Query, ...] = ()
    order: tuple[str, ...] = ()
    """The kinds of the clauses as a parser of texts has added them; else they come kind by kind."""
    minimum_should_match: str | None = None
    adjust_pure_negative: bool = True

    def members(self) -> dict[str, Any]:
        written: dict[str, Any] = {
            name: [clause.to_json() for clause in clauses]
            for name, clauses in (
                ("must", self.must),
                ("filter", self.filter),
                ("must_not", self.must_not),
                ("should", self.should),
            )
            if clauses
        }
        written["adjust_pure_negative"] = self.adjust_pure_negative
        if self.minimum_should_match is not None:
            written["minimum_should_match"] = self.minimum_should_match
        return written

    def children(self) -> Iterator[Query]:
        yield from self.must
        yield from self.must_not
        yield from self.should
        yield from self.filter

    def needed(self) -> int:
        """How many should clauses must match."""
        if self.minimum_should_match is None:
            return 0 if self.must or self.filter else min(1, len(self.should))
        if not any(self.children()):
            return 0  # then nobody reads it
        wanted = minimum_should_match(self.minimum_should_match, len(self.should))
        if wanted <= 0 and self.should and not (self.must or self.filter):
            return 1
        return wanted

    def never(self, ctx: ShardContext) -> bool:
        if any(clause.never(ctx) for clause in (*self.must, *self.filter)):
            return True
        return not (self.must or self.filter) and bool(self.should) and all(clause.never(ctx) for clause in self.should)

    def rewrites(self, ctx: ShardContext) -> bool:
        return not any(self.children()) or super().rewrites(ctx)

    def scored_in_windows(self, top_scores: bool) -> bool:
        return len(self.should) > 1 and self.needed() == 1 and not (self.must or self.filter)

    def unified(self, ctx: ShardContext) -> Bool:
        """The query with one clause for all that BooleanQuery.rewrite takes for the same."""
        must = unified(self.must, ctx)
        should = self.should if 1 < self.needed() < len(self.should) else unified(self.should, ctx)
        filters = unified(self.filter, ctx, like=(*must, *should))
        must_not = unified(self.must_not, ctx, like=(*must, *filters))
        before = (self.must, self.should, self.filter, self.must_not)
        if all(a is b for a, b in zip(before, (must, should, filters, must_not), strict=True)):
            return self
        return replace(self, must=must, should=should, filter=filters, must_not=must_not)

    # What BooleanQuery.rewrite makes of nested clauses, as far as their scores tell: sums are narrowed once.

    def disjuncts(self, ctx: ShardContext) -> Sequence[Query] | None:
        if self.boost != 1 or not self.should or self.must or self.filter or self.must_not:
            return None
        return self._optional(ctx) if self.needed() <= 1 else None

    def conjuncts(self, ctx: ShardContext) -> Sequence[Query] | None:
        if self.boost != 1 or not self.must or self.filter or self.should or self.must_not:
            return None
        return self._required(ctx) if self.minimum_should_match is None else None

    def _optional(self, ctx: ShardContext) -> Sequence[Query]:
        """The optional clauses, those of disjunctions among them included."""
        if self.needed() > 1:
            return summed(self.should, ctx) if self.needed() == len(self.should) else self.should
        return summed([part for clause in self.should for part in _flat(clause, lambda one: one.disjuncts(ctx))], ctx)

    def _required(self, ctx: ShardContext) -> Sequence[Query]:
        return summed([part for clause in self.must for part in _flat(clause, lambda one: one.conjuncts(ctx))], ctx)

    def _filtered(self, ctx: ShardContext, mask: Mask | None, outside: Mask | None) -> Mask | None:
        """``mask`` without what is excluded (``outside``), and with the filters."""
        if outside is not None:
            mask = ~outside if mask is None else mask & ~outside
        for clause in self.filter:
            part = clause.mask(ctx)
            mask = part if mask is None else mask & part
        return mask

    # Clauses are asked in the order in which the real server builds them (must, must_not, should, filter), so that of
    # several that are wrong the same one is told of.

    def run(self, ctx: ShardContext, boost: np.float32) -> Matched:
        if self.never(ctx):
            return Matched.none(ctx.n)
        with self.built_in_order(ctx):
            self._ask_in_bulk(ctx)
            return self.unified(ctx)._run(ctx, boost)

    def _run(self, ctx: ShardContext, boost: np.float32) -> Matched:
        if not (self.must or self.filter or self.should or self.must_not):
            return Matched.constant(ctx.everything(), float(boost))
        ctx = self._before_scripts(ctx)
        matching: Mask | None = None
        if self.runs_any_script:
            matching = self._mask(ctx)
            ctx = ctx.visiting(matching)
        score = np.zeros(ctx.n, np.float32)
        mask: Mask | None = None
        if self.must:
            parts = [clause.matched(ctx, boost) for clause in self._required(ctx)]
            for part in parts:
                mask = part.mask if mask is None else mask & part.mask
            score = add_scores(parts, ctx.n)
        outside = excluded(self.must_not, ctx) if matching is None else ~matching
        optional = [clause.matched(ctx, boost) for clause in self._optional(ctx)]
        mask = self._filtered(ctx, mask, outside)
        needed = self.needed()
        if needed > len(self.should) and not self._only_excludes:
            return Matched.none(ctx.n)
        if not (self.must or self.should):
            assert mask is not None
            return Matched.constant(self._negative(ctx, mask), 0.0)
        if optional:
            count = np.zeros(ctx.n, np.int32)
            for part in optional:
                count += part.mask
            added = add_scores(optional, ctx.n)
            score = np.where(count > 0, score + added, score) if self.must else added
            if needed > 1 and needed == len(self.should):
                needed = len(optional)  # all of them, those that repeat as one
            if needed:
                mask = count >= needed if mask is None else mask & (count >= needed)
        assert mask is not None
        if not (self.must or self.filter or needed):
            mask = self._negative(ctx, mask)
        return Matched(mask, score)

    def make(self, ctx: ShardContext) -> None:
        if not self.never(ctx):
            self.make_children(ctx)
            super().make(ctx)

    def mask(self, ctx: ShardContext) -> Mask:
        if self.never(ctx):
            return ctx.nothing()
        with self.built_in_order(ctx):
            self._ask_in_bulk(ctx)
            return self.unified(ctx)._mask(ctx)

    def _mask(self, ctx: ShardContext) -> Mask:
        if not (self.must or self.filter or self.should or self.must_not):
            return ctx.everything()
        ctx = self._before_scripts(ctx)
        mask: Mask | None = None
        for clause in self.must:
            part = clause.mask(ctx)
            mask = part if mask is None else mask & part
        outside = excluded(self.must_not, ctx)
        needed = 0 if self._only_excludes else self.needed()
        if needed:
            optional = [clause.mask(ctx) for clause in self.should]
        else:
            for clause in self.should:
                clause.make(ctx)
        mask = self._filtered(ctx, mask, outside)
        if needed > len(self.should):
            return ctx.nothing()
        if needed == 1:
            some: Mask = np.logical_or.reduce(optional)
            mask = some if mask is None else mask & some
        elif needed:
            enough: Mask = np.asarray(np.sum(optional, axis=0, dtype=np.int32) >= needed)
            mask = enough if mask is None else mask & enough
        assert mask is not None
        if not (self.must or self.filter or needed):
            mask = self._negative(ctx, mask)
        return mask

    def asked_last(self, ctx: ShardContext) -> bool:
        return any(clause.asked_last(ctx) for clause in self.children())

    def _before_scripts(self, ctx: ShardContext) -> ShardContext:
        """Some clauses are asked last (TwoPhaseIterator): of what the others, and their exclusions, let through."""
        if not self.asked_last(ctx):
            return ctx
        let_through = [clause.mask(ctx) for clause in (*self.must, *self.filter) if not clause.asked_last(ctx)]
        let_through += [~clause.mask(ctx) for clause in self.must_not if not clause.asked_last(ctx)]
        let_through += self._enough(ctx)
        return ctx.visiting(np.logical_and.reduce(let_through)) if let_through else ctx

    def _ask_in_bulk(self, ctx: ShardContext) -> None:
        """BooleanScorerSupplier.booleanScorer: what a search asks for, if it is a ``bool``, is scored in bulk."""
        if ctx.memo.get(IN_BULK) is not self or not self._has_bulk_scorer():
            return
        clauses = [clause for one in self._inlined() for clause in one.must_not]
        if any(clause.asked_last(ctx) for clause in clauses):
            required = [clause for one in self._inlined() for clause in (*one.must, *one.filter)]
            masks = [clause.mask(ctx) for clause in required if not clause.asked_last(ctx)]
            ask_in_bulk(clauses, np.logical_and.reduce([ctx.view.roots, *masks, *self._enough(ctx)]), ctx)

    def _enough(self, ctx: ShardContext) -> list[Mask]:
        """Where enough of the optional clauses match, if that is asked for, and none of them is asked last."""
        needed = self.needed()
        if not self.should or not needed or any(clause.asked_last(ctx) for clause in self.should):
            return []
        return [np.asarray(np.sum([clause.mask(ctx) for clause in self.should], axis=0, dtype=np.int32) >= needed)]

    def _has_bulk_scorer(self) -> bool:
        if self.should and (self.must or self.filter):
            return not self.must and len(self.should) > 1 and self.needed() > 0
        return bool(self.should) or self._only_excludes or not self.needed()

    def _inlined(self) -> Iterator[Bool]:
        """This one and, as BooleanQuery.rewrite inlines them, those among its required clauses in which nothing is
        optional."""
        yield self
        for clause in (*self.must, *self.filter):
            if isinstance(clause, Bool) and not clause.should and not clause.needed():
                yield from clause._inlined()

    @property
    def _only_excludes(self) -> bool:
        """Then ``minimum_should_match`` is forgotten (Queries.fixNegativeQueryIfNeeded makes a query of its own)."""
        return self.adjust_pure_negative and not (self.must or self.should or self.filter)

    def _negative(self, ctx: ShardContext, mask: Mask) -> Mask:
        """Queries.fixNegativeQueryIfNeeded: nothing but exclusions means all documents but those."""
        if self.filter:
            return mask
        return mask & ctx.everything() if self.adjust_pure_negative else ctx.nothing()

    def explain(self, ctx: ShardContext, row: int, boost: np.float32 = np.float32(1.0)) -> Explanation:  # noqa: B008
        boost = np.float32(boost * np.float32(self.boost))
        matched = self.run(ctx, boost)
        scored = [clause for clause in (*self.must, *self.should) if clause.mask(ctx)[row]]
        details = [clause.explain(ctx, row, boost) for clause in scored]
        none = np.float32(0)
        for clause in self.filter:
            if clause.mask(ctx)[row]:
                parts = (Explanation(none, "# clause"), clause.explain(ctx, row, none))
                details.append(Explanation(none, "match on required clause, product of:", parts))
        return Explanation(matched.score[row], "sum of:", tuple(details))


def _flat(clause: Query, inner: Callable[[Query], Sequence[Query] | None]) -> Iterator[Query]:
    parts = inner(clause)
    if parts is None:
        yield clause
        return
    for part in parts:
        yield from _flat(part, inner)


def minimum_should_match(spec: str, optional: int) -> int:
    """Queries.calculateMinShouldMatch: ``2``, ``-1``, ``75%``, ``-25%``, and conditions ``2<-25% 9<-3``."""
    result = optional
    spec = spec.strip()
    if "<" in spec:
        spec = re.sub(r"\s*<\s*", "<", spec)
        for part in spec.split():
            bound, _, rest = part.partition("<")
            if optional <= parse_int(bound):
                return result
            result = minimum_should_match(rest, optional)
        return result
    if "%" in spec:
        percent = parse_int(spec[: spec.index("%")])
        share = int(result * percent * 0.01)
        result = result + share if share < 0 or percent < 0 else share
    else:
        number = parse_int(spec)
        result = result + number if number < 0 else number
    return max(result, 0)


def _clauses(container: Any, key: Any) -> tuple[Query, ...]:
    return () if container[key] is None else tuple(parse_queries(container, key))


_BOOL: ObjectParser = ObjectParser(
    "bool",
    {
        "must": declared("object_array_or_null", _clauses),
        "must_not": declared("object_array_or_null", _clauses),
        "mustNot": declared("object_array_or_null", _clauses),
        "should": declared("object_array_or_null", _clauses),
        "filter": declared("object_array_or_null", _clauses),
        "adjust_pure_negative": declared("boolean"),
        "minimum_should_match": Member(
            ("VALUE_BOOLEAN", "VALUE_NULL", "VALUE_NUMBER", "VALUE_STRING"), objects.text_or_none
        ),
        **STANDARD,
        "boost": declared_boost(lambda before: _bool(_BOOL.parse_object(before))),
    },
)


@register("bool")
def parse_bool(container: Any, key: Any) -> Query:
    return _bool(_BOOL.parse(container, key))


def _bool(values: dict[str, Any]) -> Query:
    clauses = {name: values.get(name, ()) for name in ("must", "filter", "should", "must_not")}
    clauses["must_not"] = (*clauses["must_not"], *values.get("mustNot", ()))
    return Bool(
        minimum_should_match=values.get("minimum_should_match"),
        adjust_pure_negative=values.get("adjust_pure_negative", True),
        **clauses,
        **common(values),
    )
