"""function_score: a query whose scores are combined with what functions make of the documents."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any, ClassVar

import numpy as np
from numpy.typing import NDArray

from fakeknn.errors import IllegalArgumentException, OpenSearchException, ParsingException, Where
from fakeknn.query.base import Query
from fakeknn.query.compound import MATCH_ALL, MatchAll
from fakeknn.query.context import Explanation, Matched, ShardContext, running
from fakeknn.query.functions import Function, ScriptFunction, Weight, named_function, parse_function, scalars_of
from fakeknn.query.lucene import ONE, FunctionScoreQuery, Node
from fakeknn.query.lucene.form import form, lucene
from fakeknn.query.parsing import common, parse_query, register
from fakeknn.view import Mask
from fakeknn.xcontent import java_float, objects
from fakeknn.xcontent.objects import stopped_at

MAX_BOOST = float(np.finfo(np.float32).max)

SCORE_MODES = ("first", "avg", "max", "sum", "min", "multiply")
BOOST_MODES = ("multiply", "replace", "sum", "avg", "min", "max")


@dataclass(frozen=True, eq=False)
class FilteredFunction:
    """A function, and which documents it is for."""

    function: Function
    filter: Query = MATCH_ALL

    @property
    def filtered(self) -> bool:
        return not isinstance(self.filter, MatchAll)

    def to_json(self) -> dict[str, Any]:
        return {"filter": self.filter.to_json(), **self.function.to_json()}


@dataclass(frozen=True, eq=False, kw_only=True)
class FunctionScore(Query):
    kind: ClassVar[str] = "function_score"
    set_after_boost: ClassVar[Mapping[str, Any]] = {}
    query: Query = MATCH_ALL
    functions: tuple[FilteredFunction, ...] = ()
    score_mode: str = "multiply"
    boost_mode: str | None = None
    max_boost: float = MAX_BOOST
    min_score: float | None = None

    def members(self) -> dict[str, Any]:
        written: dict[str, Any] = {
            "query": self.query.to_json(),
            "functions": [function.to_json() for function in self.functions],
            "score_mode": self.score_mode,
        }
        if self.boost_mode is not None:
            written["boost_mode"] = self.boost_mode
        written["max_boost"] = np.float32(self.max_boost)
        if self.min_score is not None:
            written["min_score"] = np.float32(self.min_score)
        return written

    def children(self) -> Iterator[Query]:
        yield self.query
        yield from (function.filter for function in self.functions)

    @property
    def runs_scripts(self) -> bool:
        return any(isinstance(one.function, ScriptFunction) for one in self.functions)

    def never(self, ctx: ShardContext) -> bool:
        return self.query.never(ctx)

    @property
    def _mode(self) -> str:
        """A single function without a filter is no matter of modes."""
        return "first" if len(self.functions) == 1 and not self.functions[0].filtered else self.score_mode

    @property
    def _combiner(self) -> str:
        if not self.functions:
            return "multiply"
        return self.boost_mode or "multiply"

    def run(self, ctx: ShardContext, boost: np.float32) -> Matched:
        if self.never(ctx):
            return Matched.none(ctx.n)
        nobody = ctx.visiting(ctx.nothing())
        functions = []
        for one in self.functions:
            functions.append(one.function.bind(ctx))
            one.filter.mask(nobody if one.filter.runs_any_script else ctx)
        needs = self._combiner != "replace" or any(one.function.needs_scores(ctx) for one in self.functions)
        found = self.query.matched(ctx, boost) if needs else Matched.constant(self.query.mask(ctx), 0.0)
        score = found.score
        if functions:
            among = ctx.visiting(found.mask)  # of which alone a filter is asked
            filters = [one.filter.mask(among) if one.filtered else None for one in self.functions]
            bound = list(zip(functions, filters, strict=True))
            scored = found.mask & ctx.view.live
            rows = np.flatnonzero(scored if ctx.visited is None else scored & ctx.visited).astype(np.int32)
            out = np.zeros(ctx.n, np.float32)
            factor = self._factor(ctx, bound, rows, score)
            out[rows] = combined(self._combiner, score[rows], factor, self.max_boost)
            _check(ctx, rows, out[rows])
            score = out
        mask = found.mask
        if self.min_score is not None:
            mask = mask & (score >= np.float32(self.min_score))
        return Matched(mask, score)

    def mask(self, ctx: ShardContext) -> Mask:
        if self.min_score is not None:
            return self.run(ctx, np.float32(self.boost)).mask
        if self.never(ctx):
            return ctx.nothing()
        for one in self.functions:
            one.filter.make(ctx)
            one.function.bind(ctx)
        return self.query.mask(ctx)

    def _factor(
        self, ctx: ShardContext, bound: list[Any], rows: NDArray[np.int32], score: NDArray[np.float32]
    ) -> NDArray[np.float64]:
        """float64[len(rows)]: FunctionFactorScorer.computeScore."""
        count = len(rows)
        mode = self._mode
        factor = np.ones(count, np.float64)
        told = np.zeros(count, bool)
        weights = np.zeros(count, np.float64)
        for one, (function, mask) in zip(self.functions, bound, strict=True):
            at = np.arange(count) if mask is None else np.flatnonzero(mask[rows])
            if mode == "first":
                at = at[~told[at]]
            values = function(rows[at], score)
            before = factor[at]
            if mode in ("first", "multiply"):
                factor[at] = before * values
            elif mode in ("max", "min"):
                better = np.maximum if mode == "max" else np.minimum
                factor[at] = np.where(told[at], better(before, values), values)
            else:
                factor[at] = np.where(told[at], before, 0.0) + values
                weight = one.function.weight
                weights[at] += 1.0 if weight is None else float(np.float32(weight))
            told[at] = True
        if mode in ("avg", "sum"):
            some = told & (weights != 0)
            factor = np.where(some, factor, 1.0)
            if mode == "avg":
                factor[some] /= weights[some]
        return factor

    # -- explain

    def explained(
        self, ctx: ShardContext, row: int, boost: np.float32, below: Explanation, filters: list[Node]
    ) -> Explanation:
        """CustomBoostFactorWeight.explain; ``below`` is the query's, ``filters`` the functions' filters in Lucene."""
        if self.query.name:
            below = replace(below, description=f"{below.description} {named_function(self.query.name)}")
        if not below.match:
            return below
        told = below
        if self.functions:
            found = []
            for one, node in zip(self.functions, filters, strict=True):
                if one.filtered and not one.filter.mask(ctx)[row]:
                    continue
                part = one.function.explain(ctx, row, below)
                if one.filtered:
                    matching = Explanation(ONE, f"match filter{named_function(one.filter.name)}: {node}")
                    part = Explanation(np.float32(part.value), "function score, product of:", (matching, part))
                found.append(part)
            if not found:
                factor = Explanation(ONE, "No function matched")
            elif len(self.functions) == 1 and not self.functions[0].filtered:
                factor = found[0]
            else:
                score = np.full(ctx.n, np.float32(below.value), np.float32)
                bound = [
                    (one.function.bind(ctx), one.filter.mask(ctx) if one.filtered else None) for one in self.functions
                ]
                value = self._factor(ctx, bound, np.array([row], np.int32), score)[0]
                factor = Explanation(np.float32(value), f"function score, score mode [{self.score_mode}]", tuple(found))
            told = self._combined_explanation(below, factor)
        if self.min_score is not None and np.float32(self.min_score) > np.float32(told.value):
            least = java_float(np.float32(self.min_score))
            return Explanation(
                np.float32(0),
                f"Score value is too low, expected at least {least} but got {java_float(np.float32(told.value))}",
                (told,),
                match=False,
            )
        return told

    def _combined_explanation(self, below: Explanation, factor: Explanation) -> Explanation:
        """CombineFunction.explain."""
        limit = np.float32(self.max_boost)
        least = Explanation(min(np.float32(factor.value), limit), "min of:", (factor, Explanation(limit, "maxBoost")))
        if self._combiner == "replace":
            return least
        query, function = np.float32(below.value), np.float32(least.value)
        value: Any
        if self._combiner == "multiply":
            value, how = query * function, "function score, product of:"
        elif self._combiner == "sum":
            value, how = function + query, "sum of"
        elif self._combiner == "avg":
            value, how = np.float32(np.float64(np.float32(function + query)) / 2.0), "avg of"
        elif self._combiner == "min":
            value, how = min(function, query), "min of"
        else:
            value, how = max(function, query), "max of:"
        return Explanation(np.float32(value), how, (below, least))


def combined(mode: str, query: NDArray[np.float32], factor: NDArray[np.float64], limit: float) -> NDArray[np.float32]:
    """float32[m]: CombineFunction.combine."""
    with np.errstate(over="ignore", invalid="ignore"):
        first = query.astype(np.float64)
        second = np.minimum(factor, np.float64(np.float32(limit)))
        if mode == "multiply":
            return (first * second).astype(np.float32)
        if mode == "replace":
            return second.astype(np.float32)
        if mode == "sum":
            return (first + second).astype(np.float32)
        if mode == "avg":
            return ((second + first) / 2.0).astype(np.float32)
        return (np.minimum if mode == "min" else np.maximum)(first, second).astype(np.float32)


def _check(ctx: ShardContext, rows: NDArray[np.int32], score: NDArray[np.float32]) -> None:
    bad = np.flatnonzero(~(score >= 0))
    if len(bad):
        row = int(rows[bad[0]])
        at = row - int(ctx.view.segments[ctx.view.segment_of[row]])
        raise running(
            OpenSearchException(
                f"function score query returned an invalid score: {java_float(score[bad[0]])} for doc: {at}"
            )
        )


@lucene.register
def _(query: FunctionScore, ctx: ShardContext) -> Node:
    inner = form(query.query, ctx)
    filters = [form(one.filter, ctx) for one in query.functions]
    filtered = "org.opensearch.common.lucene.search.function.FunctionScoreQuery$FilterScoreFunction@0123abcd"
    shown = "".join(f"{{{filtered if one.filtered else one.function.text(ctx)}}}" for one in query.functions)
    return FunctionScoreQuery(inner, query, tuple(filters), shown)


# --- parsing ----------------------------------------------------------------------------------------------------------

_ONE_OF = "you can either define [functions] array or a single function, not both. "


def _misplaced(what: str, at: Where) -> ParsingException:
    return ParsingException(f"failed to parse [function_score] query. [{_ONE_OF}{what}]", at=at)


def _mode(kind: str, modes: tuple[str, ...], container: Any, key: Any) -> str:
    text = objects.text(container, key)
    with objects.read_at(container, key):
        if text.lower() not in modes:
            raise IllegalArgumentException(
                f"No enum constant org.opensearch.common.lucene.search.function.{kind}.{text.upper()}"
            )
    return text.lower()


@register("function_score")
def parse_function_score(container: Any, key: Any) -> Query:
    """FunctionScoreQueryBuilder.fromXContent."""
    body = container[key]
    values: dict[str, Any] = {}
    functions: list[FilteredFunction] = []
    query: Query | None = None
    single: str | None = None
    several = False

    def alone(name: str) -> None:
        if single is not None:
            raise ParsingException(
                f"failed to parse [function_score] query. already found function [{single}], now encountering [{name}]"
                ". use [functions] array if you want to define several functions.",
                at=Where(body, name),
            )
        if several:
            raise _misplaced(f"already found [functions] array, now encountering [{name}].", Where(body, name))

    for name, value in body.items():
        if isinstance(value, dict):
            if name == "query":
                query = parse_query(body, name)
            else:
                alone(name)
                single = name
                functions.append(FilteredFunction(parse_function(body, name)))
        elif isinstance(value, list):
            if name != "functions":
                raise ParsingException(
                    f"failed to parse [function_score] query. array [{name}] is not supported", at=Where(body, name)
                )
            if single is not None:
                raise _misplaced(f"already found [{single}], now encountering [functions].", Where(body, name))
            several = True
            functions += _functions(value)
        elif not objects.is_value(value):
            continue
        elif name == "score_mode":
            values["score_mode"] = _mode("FunctionScoreQuery.ScoreMode", SCORE_MODES, body, name)
        elif name == "boost_mode":
            values["boost_mode"] = _mode("CombineFunction", BOOST_MODES, body, name)
        elif name in ("max_boost", "min_score", "boost"):
            values[name] = objects.decimal(body, name)
        elif name == "_name":
            values["_name"] = objects.text(body, name)
        else:
            alone(name)
            if name != "weight":
                raise ParsingException(
                    f"failed to parse [function_score] query. field [{name}] is not supported", at=Where(body, name)
                )
            functions.append(FilteredFunction(Weight(weight=_weight(body, name))))
            single = name
    return FunctionScore(
        query=MATCH_ALL if query is None else query,
        functions=tuple(functions),
        **{name: values[name] for name in ("score_mode", "boost_mode", "max_boost", "min_score") if name in values},
        **common(values),
    )


def _weight(container: Any, key: Any) -> float:
    with objects.read_at(container, key):
        return _not_negative(objects.decimal(container, key))


def _not_negative(weight: float) -> float:
    if weight < 0:
        raise IllegalArgumentException("[weight] cannot be negative for a filtering function")
    return weight


def _functions(items: list[Any]) -> Iterator[FilteredFunction]:
    for i, item in enumerate(items):
        if not isinstance(item, dict):
            raise ParsingException(
                "failed to parse [START_OBJECT]. malformed query, expected a "
                f"[{objects.token(item)}] while parsing functions but got a [function_score] instead",
                at=Where(items, i),
            )
        yield _one_function(item)


def _one_function(body: dict[str, Any]) -> FilteredFunction:
    end = Where(body, None, "end")
    filter_: Query | None = None
    function: Function | None = None
    kind = ""
    weight: float | None = None
    named: str | None = None
    for name, value in body.items():
        if isinstance(value, dict):
            if name == "filter":
                filter_ = parse_query(body, name)
                continue
            if function is not None:
                raise ParsingException(
                    f"failed to parse function_score functions. already found [{kind}], now encountering [{name}].",
                    at=Where(body, name),
                )
            function, kind = parse_function(body, name), name
            continue
        for holder, at in scalars_of(body, name):
            if name == "weight":
                weight = objects.decimal(holder, at)
            elif name == "_name":
                named = objects.text(holder, at)
            else:
                raise ParsingException(
                    f"failed to parse [function_score] query. field [{name}] is not supported", at=Where(holder, at)
                )
    if weight is not None:
        try:
            _not_negative(weight)
        except IllegalArgumentException as error:
            raise stopped_at(error, end) from None
        function = Weight(weight=weight) if function is None else replace(function, weight=weight)
    if function is None:
        raise ParsingException(
            "failed to parse [function_score] query. an entry in functions list is missing a function.", at=end
        )
    if named is not None:
        function = replace(function, name=named)
    return FilteredFunction(function, MATCH_ALL if filter_ is None else filter_)
