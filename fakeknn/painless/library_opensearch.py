"""OpenSearch's own classes that scripts of certain contexts are given."""

from __future__ import annotations

import json
import math
from collections.abc import Callable, Mapping, Sequence
from functools import partial
from typing import Any
from urllib.parse import unquote_plus

from fakeknn.painless.codegen_members import Host
from fakeknn.painless.convert import java_value
from fakeknn.painless.dispatch import define, define_static
from fakeknn.painless.library_collectors import DoubleSum
from fakeknn.painless.library_elementary import java_max, java_min
from fakeknn.painless.numbers import float_div
from fakeknn.painless.throwable import Thrown, illegal_argument, null_pointer
from fakeknn.painless.values import JavaArray, class_of, runtime_name, text
from fakeknn.units import parse_byte_size

# --- objects that the caller fills ------------------------------------------------------------------------------------


class Given:
    """An object whose getters answer from a mapping: ``field.docCount`` is ``values["docCount"]``."""

    __slots__ = ("values",)
    java = ""

    def __init__(self, values: Mapping[str, Any]) -> None:
        self.values = values


def _given(java: str, *names: str) -> type[Given]:
    define(java, {f"get{name[0].upper()}{name[1:]}/0": _reader(name) for name in names})
    return type(java.rpartition(".")[2], (Given,), {"java": java, "__slots__": ()})


def _reader(name: str) -> Callable[[Given], Any]:
    return lambda given: given.values[name]


_SIMILARITY = "org.opensearch.index.similarity.ScriptedSimilarity."
SimilarityQuery = _given(_SIMILARITY + "Query", "boost")
SimilarityField = _given(_SIMILARITY + "Field", "docCount", "sumDocFreq", "sumTotalTermFreq")
SimilarityTerm = _given(_SIMILARITY + "Term", "docFreq", "totalTermFreq")
SimilarityDoc = _given(_SIMILARITY + "Doc", "freq", "length")
Interval = _given("org.opensearch.index.query.IntervalFilterScript.Interval", "start", "end", "gaps")
ScriptedAvg = _given("org.opensearch.search.aggregations.metrics.ScriptedAvg", "sum", "count")
_TOKEN = "org.opensearch.analysis.common.AnalysisPredicateScript.Token"
Token = _given(_TOKEN, "term", "position", "positionIncrement", "positionLength", "startOffset", "endOffset", "type")
define(_TOKEN, {"isKeyword/0": _reader("keyword")})
define_static(ScriptedAvg.java, {"<init>/2": lambda sum, count: ScriptedAvg({"sum": sum, "count": count})})


# --- derived fields ---------------------------------------------------------------------------------------------------


_SIZES = {
    **dict.fromkeys(("java.lang.Long", "java.lang.Double"), 8),
    **dict.fromkeys(("java.lang.Integer", "java.lang.Float"), 4),
    "java.lang.Boolean": 1,
}
_MAX_EMITTED = 1024 * 1024
_DERIVED = "org.opensearch.script.DerivedFieldScript"


class Tuple(tuple[float, ...]):
    """A point that was emitted: latitude and longitude."""

    java = "org.opensearch.common.collect.Tuple"

    def __str__(self) -> str:
        return f"Tuple [v1={text(self[0])}, v2={text(self[1])}]"


def _emit(host: Host, *values: Any) -> None:
    """``emit(value)`` and ``emit(lat, lon)``: into the list ``emittedValues`` among the bindings."""
    emitted = host.bindings["emittedValues"]
    emitter, line = ("EmitSingle", 41) if len(values) == 1 else ("GeoPoint", 58)
    frame = f"org.opensearch.script.ScriptEmitValues${emitter}.emit(ScriptEmitValues.java:{line})"
    value = values[0] if len(values) == 1 else Tuple(map(float, values))
    size = _emitted_size(value)
    if size is None:
        lines = (("getObjectByteSize", 132), ("addEmittedValue", 103))
        frames = tuple(f"{_DERIVED}.{name}(DerivedFieldScript.java:{line})" for name, line in lines)
        message = f"Unsupported object type passed in emit() - {text(value)}"
        raise Thrown("java.lang.IllegalArgumentException", message, None, (*frames, frame))
    size += host.bindings.get("emittedSize", 0)
    if size > _MAX_EMITTED:
        frames = (f"{_DERIVED}.addEmittedValue(DerivedFieldScript.java:109)", frame)
        message = "Exceeded maximum allowed byte size for emitted values"
        raise Thrown("java.lang.IllegalStateException", message, None, frames)
    host.bindings["emittedSize"] = size
    emitted.append(value)


def _emitted_size(value: Any) -> int | None:
    """DerivedFieldScript.getObjectByteSize; None for what cannot be emitted."""
    if value is None:
        return 0
    if isinstance(value, Tuple):
        return 16
    return len(value.encode()) if type(value) is str else _SIZES.get(class_of(value))


define_static("bind", dict.fromkeys(("emit/2", "emit/3"), lambda host: partial(_emit, host)))


# --- ingest -----------------------------------------------------------------------------------------------------------


def _parsed_json(written: Any) -> Any:
    if not isinstance(written, str):
        name = "null" if written is None else runtime_name(class_of(written))
        raise illegal_argument(f"field [null] of type [{name}] cannot be cast to [java.lang.String]")
    try:
        return java_value(json.loads(written))
    except ValueError as error:
        raise illegal_argument(str(error)) from None


def _json_into(map_: dict[str, Any], field: str) -> None:
    parsed = _parsed_json(map_.get(field))
    if not isinstance(parsed, dict):
        raise illegal_argument("cannot add non-map fields to root of document")
    map_.update(parsed)


def _text(written: str | None) -> str:
    if written is None:
        raise null_pointer()
    return written


define_static(
    "org.opensearch.ingest.common.Processors",
    {
        "bytes/1": lambda value: parse_byte_size(_text(value), "Ingest Field").bytes,
        "json/1": _parsed_json,
        "json/2": _json_into,
        "lowercase/1": lambda value: _text(value).lower(),
        "uppercase/1": lambda value: _text(value).upper(),
        "urlDecode/1": lambda value: unquote_plus(_text(value)),
    },
)


# --- moving functions -------------------------------------------------------------------------------------------------


def _numbers(values: Sequence[float]) -> list[float]:
    return [value for value in values if value == value]


def _average(values: JavaArray) -> float:
    known = _numbers(values)
    return math.nan if not known else sum(known) / len(known)


def _deviation(values: JavaArray, average: float) -> float:
    if average != average:
        return math.nan
    known = _numbers(values)
    return math.sqrt(sum((value - average) ** 2 for value in known) / len(known)) if known else math.nan


def _linear(values: JavaArray) -> float:
    """The weights begin with 1, and one more is counted than there are."""
    known = _numbers(values)
    if not known:
        return math.nan
    weights = len(known) * (len(known) + 1) // 2 + 1
    return sum(value * (i + 1) for i, value in enumerate(known)) / weights


def _ewma(values: JavaArray, alpha: float) -> float:
    average = math.nan
    for i, value in enumerate(_numbers(values)):
        average = value if i == 0 else value * alpha + average * (1 - alpha)
    return average


def _holt(values: JavaArray, alpha: float, beta: float) -> float:
    return holt_forecasts(values, alpha, beta, 1)[0]


def holt_forecasts(values: Sequence[float], alpha: float, beta: float, count: int) -> list[float]:
    """The level that Holt's linear smoothing ends with, and how its trend goes on."""
    known = _numbers(values)
    if not known:
        return [math.nan] * count
    level, trend = known[0], 0.0
    for value in known[1:]:
        before = level
        level = alpha * value + (1.0 - alpha) * (before + trend)
        trend = beta * (level - before) + (1 - beta) * trend
    return [level + i * trend for i in range(count)]


def _holt_winters(
    values: JavaArray, alpha: float, beta: float, gamma: float, period: int, multiplicative: bool
) -> float:
    if not values:
        return math.nan
    padding = 0.0000000001 if multiplicative else 0.0
    return holt_winters_forecasts(values, alpha, beta, gamma, period, padding, multiplicative, 1)[0]


def holt_winters_forecasts(
    values: Sequence[float],
    alpha: float,
    beta: float,
    gamma: float,
    period: int,
    padding: float,
    multiplicative: bool,
    count: int,
) -> list[float]:
    """The next values of triple smoothing; its trend's and season's starts come from the first two seasons."""
    if len(values) < period * 2:
        raise illegal_argument(
            f"Holt-Winters aggregation requires at least (2 * period == 2 * {period} == {2 * period}) data-points to "
            f"function.  Only [{len(values)}] were provided."
        )
    known = [value + padding for value in _numbers(values)]
    if not known:
        return [math.nan] * count
    known += [0.0] * (len(values) - len(known))
    level = sum(known[:period]) / period
    trend = 0.0
    for i in range(period):
        trend += (known[i + period] - known[i]) / period
    # The first step forgets this trend: the real one does, too.
    last_trend = 0.0
    trend /= period
    season = [known[i] / level if level else 0.0 for i in range(period)]
    for i in range(period, len(known)):
        before, value, cycle = level, known[i], season[i - period]
        seasonless = float_div(value, cycle) if multiplicative else value - cycle
        level = alpha * seasonless + (1.0 - alpha) * (before + last_trend)
        trend = beta * (level - before) + (1 - beta) * last_trend
        if multiplicative:
            season.append(gamma * float_div(value, before + last_trend) + (1 - gamma) * cycle)
        else:
            season.append(gamma * (value - (before - last_trend)) + (1 - gamma) * cycle)
        last_trend = trend
    cycles = [season[len(values) - period + i % period] for i in range(count)]
    if multiplicative:
        return [(level + i * trend) * cycle for i, cycle in enumerate(cycles, 1)]
    return [level + i * trend + cycle for i, cycle in enumerate(cycles, 1)]


def _extreme(values: JavaArray, pick: Callable[[float, float], float]) -> float:
    best = math.nan
    for i, value in enumerate(values):
        best = value if i == 0 else pick(best, value)
    return best


define_static(
    "org.opensearch.search.aggregations.pipeline.MovingFunctions",
    {
        "max/1": lambda values: _extreme(values, java_max),
        "min/1": lambda values: _extreme(values, java_min),
        "sum/1": lambda values: DoubleSum(_numbers(values)).value(),
        "unweightedAvg/1": _average,
        "linearWeightedAvg/1": _linear,
        "stdDev/2": _deviation,
        "ewma/2": _ewma,
        "holt/3": _holt,
        "holtWinters/6": _holt_winters,
    },
)
