"""Queries around others: match_all, match_none, constant_score, dis_max, boosting."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, ClassVar

import numpy as np

from fakeknn.errors import IllegalArgumentException, ParsingException, Where
from fakeknn.query.base import Query
from fakeknn.query.boolean import Bool
from fakeknn.query.context import Explanation, Matched, ShardContext
from fakeknn.query.declared import STANDARD, declared_boost, parse_declared
from fakeknn.query.parsing import common, flat_query, parse_queries, parse_query, register
from fakeknn.query.repeats import unified
from fakeknn.view import Mask
from fakeknn.xcontent import java_float, objects
from fakeknn.xcontent.objects import ObjectParser


@dataclass(frozen=True, eq=False, kw_only=True)
class MatchAll(Query):
    kind: ClassVar[str] = "match_all"

    def members(self) -> dict[str, Any]:
        return {}

    def mask(self, ctx: ShardContext) -> Mask:
        return ctx.everything()

    def explain(self, ctx: ShardContext, row: int, boost: np.float32 = np.float32(1.0)) -> Explanation:  # noqa: B008
        return Explanation(np.float32(boost * np.float32(self.boost)), "*:*")


MATCH_ALL = MatchAll()


@dataclass(frozen=True, eq=False, kw_only=True)
class MatchNone(Query):
    kind: ClassVar[str] = "match_none"
    reason: str = 'User requested "match_none" query.'
    """Why nothing matches (MatchNoDocsQuery), which explanations tell."""

    def never(self, ctx: ShardContext) -> bool:
        return True

    def rewrites(self, ctx: ShardContext) -> bool:
        return False

    def members(self) -> dict[str, Any]:
        return {}

    def mask(self, ctx: ShardContext) -> Mask:
        return ctx.nothing()


_MATCH_ALL = ObjectParser(
    "match_all",
    {**STANDARD, "boost": declared_boost(lambda before: MatchAll(name=before.get("_name")))},
    applied=True,
)


@register("match_all")
def parse_match_all(container: Any, key: Any) -> Query:
    return MatchAll(**common(parse_declared(_MATCH_ALL, container, key)))


@register("match_none")
def parse_match_none(container: Any, key: Any) -> Query:
    values: dict[str, Any] = {}
    body = container[key]
    for name, value in body.items():
        if name == "_name" and objects.is_value(value):
            values["_name"] = objects.text(body, name)
        elif name == "boost" and objects.is_value(value):
            values["boost"] = objects.decimal(body, name)
        elif objects.is_value(value):
            raise ParsingException(f"[match_none] query does not support [{name}]", at=Where(body, name))
        else:
            raise ParsingException(
                f"[match_none] unknown token [{objects.token(value)}] after [{name}]", at=Where(body, name)
            )
    return MatchNone(**common(values))


@dataclass(frozen=True, eq=False, kw_only=True)
class ConstantScore(Query):
    kind: ClassVar[str] = "constant_score"
    filter: Query

    def members(self) -> dict[str, Any]:
        return {"filter": self.filter.to_json()}

    def never(self, ctx: ShardContext) -> bool:
        return self.filter.never(ctx)

    def mask(self, ctx: ShardContext) -> Mask:
        return self.filter.mask(ctx)

    def children(self) -> Iterator[Query]:
        yield self.filter


@register("constant_score")
def parse_constant_score(container: Any, key: Any) -> Query:
    body = container[key]
    values: dict[str, Any] = {}
    inner = None
    for name, value in body.items():
        if isinstance(value, dict):
            if name != "filter":
                raise ParsingException(f"[constant_score] query does not support [{name}]", at=Where(body, name))
            inner = parse_query(body, name)
        elif name in ("boost", "_name") and objects.is_value(value):
            values[name] = objects.decimal(body, name) if name == "boost" else objects.text(body, name)
        elif objects.is_value(value):
            raise ParsingException(f"[constant_score] query does not support [{name}]", at=Where(body, name))
        else:
            raise ParsingException(f"unexpected token [{objects.token(value)}]", at=Where(body, name))
    if inner is None:
        raise ParsingException("[constant_score] requires a 'filter' element", at=Where(body, None, "end"))
    return ConstantScore(filter=inner, **common(values))


@dataclass(frozen=True, eq=False, kw_only=True)
class DisMax(Query):
    """The best of several clauses, and a share of the others (DisjunctionMaxQuery)."""

    kind: ClassVar[str] = "dis_max"
    named_first: ClassVar[bool] = True
    set_after_boost: ClassVar[Mapping[str, Any]] = {"queries": ()}
    queries: tuple[Query, ...]
    tie_breaker: float = 0.0

    def members(self) -> dict[str, Any]:
        return {
            "tie_breaker": np.float32(self.tie_breaker),
            "queries": [query.to_json() for query in self.queries],
        }

    def children(self) -> Iterator[Query]:
        return iter(self.queries)

    def scored_in_windows(self, top_scores: bool) -> bool:
        return len(self.queries) > 1 and (self.tie_breaker == 1 or (self.tie_breaker == 0 and top_scores))

    def disjuncts(self, ctx: ShardContext) -> Sequence[Query] | None:
        """Whoever adds all of the others' scores is rewritten to a bool query."""
        return self.queries if self.boost == 1 and self.tie_breaker == 1 and self.queries else None

    def check(self) -> None:
        """What DisjunctionMaxQuery's constructor refuses, which is not called without a query."""
        if self.queries and not 0 <= np.float32(self.tie_breaker) <= 1:
            raise IllegalArgumentException("tieBreakerMultiplier must be in [0, 1]")

    def run(self, ctx: ShardContext, boost: np.float32) -> Matched:
        self.check()
        out = Matched.none(ctx.n)
        if not self.queries:
            return out
        if self.tie_breaker == 1:
            return Bool(should=self.queries).run(ctx, boost)
        with self.built_in_order(ctx):
            parts = [clause.matched(ctx, boost) for clause in unified(self.queries, ctx)]
        best = np.zeros(ctx.n, np.float64)
        total = np.zeros(ctx.n, np.float64)
        for part in parts:
            out.mask[part.mask] = True
            score = np.where(part.mask, part.score, np.float32(0)).astype(np.float64)
            total += score
            np.maximum(best, score, out=best)
        rest = (total - best) * np.float64(np.float32(self.tie_breaker))
        return Matched(out.mask, (best + rest).astype(np.float32))

    def make(self, ctx: ShardContext) -> None:
        self.make_children(ctx)
        super().make(ctx)

    def mask(self, ctx: ShardContext) -> Mask:
        self.check()
        mask = ctx.nothing()
        with self.built_in_order(ctx):
            for clause in unified(self.queries, ctx):
                mask |= clause.mask(ctx)
        return mask

    def explain(self, ctx: ShardContext, row: int, boost: np.float32 = np.float32(1.0)) -> Explanation:  # noqa: B008
        boost = np.float32(boost * np.float32(self.boost))
        details = tuple(clause.explain(ctx, row, boost) for clause in self.queries if clause.mask(ctx)[row])
        tie = np.float32(self.tie_breaker)
        how = "max of:" if tie == 0 else f"max plus {java_float(tie)} times others of:"
        return Explanation(self.run(ctx, boost).score[row], how, details)


def _disjuncts(container: Any, key: Any) -> list[Query]:
    """The array's first token is stepped over in search of a query, as a scalar is further on."""
    value = container[key]
    found = [parse_query(container, key)]
    i = 1
    while i < len(value):
        if not isinstance(value[i], dict) and i + 1 < len(value) and isinstance(value[i + 1], dict):
            i += 1
        found.append(parse_query(value, i))
        if isinstance(value[i], list):  # whose end is taken for that of all
            raise ParsingException("[dis_max] query does not support [queries]", at=Where(value, None, "end"))
        i += 1
    return found


@register("dis_max")
def parse_dis_max(container: Any, key: Any) -> Query:
    values = flat_query(
        "dis_max",
        container,
        key,
        values={"tie_breaker": objects.decimal},
        objects_={"queries": parse_queries},
        arrays={"queries": _disjuncts},
    )
    if "queries" not in values:
        raise ParsingException(
            "[dis_max] requires 'queries' field with at least one clause", at=Where(container[key], None, "end")
        )
    return DisMax(queries=tuple(values["queries"]), tie_breaker=values.get("tie_breaker", 0.0), **common(values))


@dataclass(frozen=True, eq=False, kw_only=True)
class Boosting(Query):
    """What matches ``positive``, less of it where ``negative`` matches too (a FunctionScoreQuery.boostByQuery)."""

    kind: ClassVar[str] = "boosting"
    positive: Query
    negative: Query
    negative_boost: float

    def members(self) -> dict[str, Any]:
        return {
            "positive": self.positive.to_json(),
            "negative": self.negative.to_json(),
            "negative_boost": np.float32(self.negative_boost),
        }

    def children(self) -> Iterator[Query]:
        yield self.positive
        yield self.negative

    def never(self, ctx: ShardContext) -> bool:
        return self.positive.never(ctx)

    def run(self, ctx: ShardContext, boost: np.float32) -> Matched:
        if self.never(ctx):
            return Matched.none(ctx.n)
        found = self.positive.matched(ctx)
        lessened = found.score.astype(np.float64) * np.float64(np.float32(self.negative_boost))
        negative = self.negative.mask(ctx.visiting(found.mask))
        score = np.where(negative, lessened, found.score).astype(np.float32)
        return Matched(found.mask, score * boost)

    def mask(self, ctx: ShardContext) -> Mask:
        if self.never(ctx):
            return ctx.nothing()
        found = self.positive.mask(ctx)
        self.negative.make(ctx)
        return found


@register("boosting")
def parse_boosting(container: Any, key: Any) -> Query:
    values = flat_query(
        "boosting",
        container,
        key,
        values={"negative_boost": objects.decimal},
        objects_={"positive": parse_query, "negative": parse_query},
    )
    end = Where(container[key], None, "end")
    for name in ("positive", "negative"):
        if name not in values:
            raise ParsingException(f"[boosting] query requires '{name}' query to be set'", at=end)
    if values.get("negative_boost", -1) < 0:
        raise ParsingException("[boosting] query requires 'negative_boost' to be set to be a positive value'", at=end)
    return Boosting(
        positive=values["positive"],
        negative=values["negative"],
        negative_boost=values["negative_boost"],
        **common(values),
    )
