"""Queries of queries: bool, constant_score, and the two that need none, match_all and match_none."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, ClassVar

import numpy as np

from fakeknn.errors import (
    IllegalArgumentException,
    NumberFormatException,
    OpenSearchError,
    ParsingException,
    Where,
)
from fakeknn.query.base import (
    Explanation,
    Matched,
    Query,
    ShardContext,
    common,
    flat_query,
    negative_boost,
    parse_queries,
    parse_query,
    register,
)
from fakeknn.query.scoring import add_scores
from fakeknn.view import Mask
from fakeknn.xcontent import java_float, objects
from fakeknn.xcontent.objects import Member, ObjectParser, declared, place_of

_STANDARD = {"boost": declared("float"), "_name": declared("string")}


def declared_boost(built: Callable[[dict[str, Any]], Query]) -> Member:
    """The member ``boost`` of a query whose parser sets it as it meets it: a refusal shows what came before.

    ``built`` makes the query of the members that stand before.
    """

    def read(container: Any, key: Any) -> float:
        boost = objects.decimal(container, key)
        if boost < 0:
            before = {}
            for name, value in container.items():
                if name == key:
                    break
                before[name] = value
            raise negative_boost(built(before))
        return boost

    return replace(declared("float", read), late=True)


class _Relayed(ParsingException):
    """A parsing_exception with the text of its cause, and its own place: where the parser stood."""

    @property
    def reason(self) -> str | None:
        assert self.cause is not None
        return self.cause.reason

    @reason.setter
    def reason(self, text: str | None) -> None:
        """The text stays the cause's, which learns its place itself."""


def parse_declared(parser: ObjectParser, container: Any, key: Any) -> dict[str, Any]:
    """ObjectParser.apply behind a query: a plain IllegalArgumentException comes back as a parsing_exception."""
    try:
        return parser.parse(container, key)
    except IllegalArgumentException as cause:
        raise _Relayed(at=place_of(cause) or Where(container[key], None, "end")) from cause


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
    {**_STANDARD, "boost": declared_boost(lambda before: MatchAll(name=before.get("_name")))},
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


# --- dis_max, boosting ---


@dataclass(frozen=True, eq=False, kw_only=True)
class DisMax(Query):
    """The best of several clauses, and a share of the others (DisjunctionMaxQuery)."""

    kind: ClassVar[str] = "dis_max"
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

    def disjuncts(self, ctx: ShardContext) -> Sequence[Query] | None:
        """Whoever adds all of the others' scores is rewritten to a bool query."""
        return self.queries if self.boost == 1 and self.tie_breaker == 1 and self.queries else None

    def run(self, ctx: ShardContext, boost: np.float32) -> Matched:
        out = Matched.none(ctx.n)
        if not self.queries:
            return out
        if self.tie_breaker == 1:
            return Bool(should=self.queries).run(ctx, boost)
        parts = [clause.matched(ctx, boost) for clause in self.queries]
        best = np.zeros(ctx.n, np.float64)
        total = np.zeros(ctx.n, np.float64)
        for part in parts:
            out.mask[part.mask] = True
            score = np.where(part.mask, part.score, np.float32(0)).astype(np.float64)
            total += score
            np.maximum(best, score, out=best)
        rest = (total - best) * np.float64(np.float32(self.tie_breaker))
        return Matched(out.mask, (best + rest).astype(np.float32))

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
        self.negative.mask(ctx)  # made, though not asked
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


# --- bool -------------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, eq=False, kw_only=True)
class Bool(Query):
    """Clauses that must, should, may only filter, or must not match."""

    kind: ClassVar[str] = "bool"
    must: tuple[Query, ...] = ()
    filter: tuple[Query, ...] = ()
    should: tuple[Query, ...] = ()
    must_not: tuple[Query, ...] = ()
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
            return summed(self.should) if self.needed() == len(self.should) else self.should
        return summed([part for clause in self.should for part in _flat(clause, lambda one: one.disjuncts(ctx))])

    def _required(self, ctx: ShardContext) -> Sequence[Query]:
        return summed([part for clause in self.must for part in _flat(clause, lambda one: one.conjuncts(ctx))])

    def _excluded(self, ctx: ShardContext) -> Mask | None:
        excluded: Mask | None = None
        for clause in self.must_not:
            mask = clause.mask(ctx)
            excluded = mask if excluded is None else excluded | mask
        return excluded

    def _filtered(self, ctx: ShardContext, mask: Mask | None, excluded: Mask | None) -> Mask | None:
        """``mask`` without what is excluded, and with the filters."""
        if excluded is not None:
            mask = ~excluded if mask is None else mask & ~excluded
        for clause in self.filter:
            part = clause.mask(ctx)
            mask = part if mask is None else mask & part
        return mask

    # Clauses are asked in the order in which the real server builds them (must, must_not, should, filter), so that of
    # several that are wrong the same one is told of.

    def run(self, ctx: ShardContext, boost: np.float32) -> Matched:
        try:
            return self._run(ctx, boost)
        except OpenSearchError:
            # What is flattened is not asked in that order
            ctx = self._before_scripts(ctx)
            for clause in self.children():
                clause.mask(ctx)
            raise

    def _run(self, ctx: ShardContext, boost: np.float32) -> Matched:
        if not (self.must or self.filter or self.should or self.must_not):
            return Matched.constant(ctx.everything(), float(boost))
        if self.never(ctx):
            return Matched.none(ctx.n)
        ctx = self._before_scripts(ctx)
        if self.runs_any_script:
            ctx = ctx.visiting(self.mask(ctx))
        score = np.zeros(ctx.n, np.float32)
        mask: Mask | None = None
        if self.must:
            parts = [clause.matched(ctx, boost) for clause in self._required(ctx)]
            for part in parts:
                mask = part.mask if mask is None else mask & part.mask
            score = add_scores(parts, ctx.n)
        excluded = self._excluded(ctx)
        optional = [clause.matched(ctx, boost) for clause in self._optional(ctx)]
        mask = self._filtered(ctx, mask, excluded)
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

    def mask(self, ctx: ShardContext) -> Mask:
        if not (self.must or self.filter or self.should or self.must_not):
            return ctx.everything()
        if self.never(ctx):
            return ctx.nothing()
        ctx = self._before_scripts(ctx)
        mask: Mask | None = None
        for clause in self.must:
            part = clause.mask(ctx)
            mask = part if mask is None else mask & part
        excluded = self._excluded(ctx)
        optional = [clause.mask(ctx) for clause in self.should]
        mask = self._filtered(ctx, mask, excluded)
        needed = 0 if self._only_excludes else self.needed()
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

    def _before_scripts(self, ctx: ShardContext) -> ShardContext:
        """Filters by script are asked last (TwoPhaseIterator): of what the other required clauses let through."""
        required = (*self.must, *self.filter)
        others = [clause for clause in required if clause.kind != "script"]
        if not others or len(others) == len(required):
            return ctx
        return ctx.visiting(np.logical_and.reduce([clause.mask(ctx) for clause in others]))

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


def summed(clauses: Sequence[Query]) -> Sequence[Query]:
    """Clauses that repeat become one with the sum of their boosts."""
    keys = [clause.repeats() for clause in clauses]
    known = [key for key in keys if key is not None]
    if len(known) == len(set(known)):
        return clauses
    boosts: dict[Any, float] = {}
    for key, clause in zip(keys, clauses, strict=True):
        if key is not None:
            boosts[key] = boosts.get(key, 0.0) + clause.boost
    out = []
    for key, clause in zip(keys, clauses, strict=True):
        if key is None:
            out.append(clause)
        elif key in boosts:
            out.append(replace(clause, boost=boosts.pop(key)))
    return out


def minimum_should_match(spec: str, optional: int) -> int:
    """Queries.calculateMinShouldMatch: ``2``, ``-1``, ``75%``, ``-25%``, and conditions ``2<-25% 9<-3``."""
    result = optional
    spec = spec.strip()
    if "<" in spec:
        import re

        spec = re.sub(r"\s*<\s*", "<", spec)
        for part in spec.split():
            bound, _, rest = part.partition("<")
            if optional <= _whole(bound):
                return result
            result = minimum_should_match(rest, optional)
        return result
    if "%" in spec:
        percent = _whole(spec[: spec.index("%")])
        share = int(result * percent * 0.01) if True else 0
        result = result + share if share < 0 or percent < 0 else share
    else:
        number = _whole(spec)
        result = result + number if number < 0 else number
    return max(result, 0)


def _whole(text: str) -> int:
    try:
        if not text or text != text.strip() or "_" in text:
            raise ValueError
        return int(text)
    except ValueError:
        raise NumberFormatException(f'For input string: "{text}"') from None


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
        **_STANDARD,
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
