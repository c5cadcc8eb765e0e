"""moving_avg: averages of the values of the last buckets by one of several models, and predictions.

Source: MovAvgPipelineAggregator, MovAvgModel and its kinds.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from fakeknn.aggs.base import Pipeline, Validation, register
from fakeknn.aggs.pipelines import COMMON, Reader, path_list, read, require_path, scripted
from fakeknn.aggs.pipelines_histogram import SequencePipeline, options
from fakeknn.aggs.results import Bucket, MultiBucket, Reduction
from fakeknn.errors import (
    IllegalArgumentException,
    NotFaked,
    OpenSearchParseException,
    ParseException,
    ParsingException,
    Where,
)
from fakeknn.painless.library_opensearch import holt_forecasts, holt_winters_forecasts
from fakeknn.painless.values import array_type
from fakeknn.query.script import Script
from fakeknn.xcontent import hash_ordered, objects
from fakeknn.xcontent.java import java_double

_CALLS = {
    "simple": "unweightedAvg(values)",
    "linear": "linearWeightedAvg(values)",
    "ewma": "ewma(values, params.alpha)",
}
_SHARES = {
    "simple": {},
    "linear": {},
    "ewma": {"alpha": 0.3},
    "holt": {"alpha": 0.3, "beta": 0.1},
    "holt_winters": {"alpha": 0.3, "beta": 0.1, "gamma": 0.3},
}
_PADDING = 0.0000000001


@dataclass(frozen=True)
class Model:
    """How a moving average is taken."""

    name: str = "simple"
    settings: Mapping[str, Any] = field(default_factory=dict)

    @property
    def least(self) -> int:
        """How many values it needs."""
        return int(self.settings["period"]) * 2 if self.name == "holt_winters" else 1

    def forecasts(self, values: Sequence[float], count: int) -> list[float]:
        """The next values."""
        told = self.settings
        if not values:
            return [math.nan] * count
        if self.name == "holt":
            return holt_forecasts(values, told["alpha"], told["beta"], count)
        if self.name == "holt_winters":
            shares = told["alpha"], told["beta"], told["gamma"]
            padding = _PADDING if told["pad"] and told["mult"] else 0.0
            return holt_winters_forecasts(values, *shares, told["period"], padding, told["mult"], count)
        script = scripted(Script(f"MovingFunctions.{_CALLS[self.name]}", params=told), "moving-function", None)({})
        return [float(script.execute({"values": array_type("double")(values)}))] * count


@dataclass(eq=False, kw_only=True)
class MovingAvg(SequencePipeline):
    kind = "moving_avg"
    window: int = 5
    predict: int = 0
    model: Model = Model()
    minimize: bool | None = None

    def changed(self, agg: MultiBucket, reduction: Reduction) -> list[Bucket]:
        values = self.values(agg)
        known = sum(value is not None and not math.isnan(value) for value in values)
        fitted = self.minimize or (self.minimize is None and self.model.name == "holt_winters")
        if fitted and known >= 2 * self.window:  # else there is too little to fit it to
            raise NotFaked("a [moving_avg] whose model is fitted to the values, by chance")
        queue: list[float] = []
        buckets: list[Bucket] = []
        last_key: Any = 0
        last_place = 0
        for place, (bucket, value) in enumerate(zip(agg.buckets, values, strict=True)):
            made = bucket
            if value is not None and not math.isnan(value):
                if len(queue) >= self.model.least:
                    made = self.simple(bucket, self.model.forecasts(queue, 1)[0])
                last_key, last_place = bucket.key, place
                queue = [*queue, value][-self.window :]
            buckets.append(made)
        if buckets and self.predict > 0:
            self._predict(agg, buckets, last_key, last_place, queue)
        return buckets

    def _predict(self, agg: Any, buckets: list[Bucket], key: Any, place: int, queue: list[float]) -> None:
        for i, value in enumerate(self.model.forecasts(queue, self.predict), place + 1):
            key = agg.next_key(key)
            if i < len(buckets):
                before = buckets[i]
                fresh = agg.bucket(key, before.doc_count, before.results)
                buckets[i] = self.simple(fresh, value)
            else:
                buckets.append(self.simple(agg.bucket(key, 0, {}), value))

    def validate(self, context: Validation) -> None:
        if self.minimize and self.model.name in ("simple", "linear"):
            java = f"org.opensearch.search.aggregations.pipeline.{self.model.name.capitalize()}Model@0"
            context.add(f"The [{java}] model cannot be minimized for aggregation [{self.name}]")
        if self.window < self.model.least and self.model.name == "holt_winters":
            raise IllegalArgumentException(
                "Field [window] must be at least twice as large as the period when using Holt-Winters.  Value provided "
                f"was [{self.window}], which is less than (2*period) == {self.model.least}"
            )
        super().validate(context)


# --- parsing ----------------------------------------------------------------------------------------------------------


def _count(name: str) -> Callable[[Any, Any], int]:
    def read_count(container: Any, key: Any) -> int:
        value = objects.integer(container, key)
        if value <= 0:
            what = (
                "value must be a positive, non-zero integer.  Value supplied was [null]"
                if key == "window"
                else f"value must be a positive integer.  Value supplied was [{value}]"
            )
            raise ParsingException(f"[{key}] {what} in [{name}].", at=Where(container, key))
        return value

    return read_count


def _java_type(value: Any) -> str:
    if isinstance(value, bool):
        return "Boolean"
    if isinstance(value, int):
        return "Integer" if -(2**31) <= value < 2**31 else "Long" if -(2**63) <= value < 2**63 else "BigInteger"
    kinds: dict[type, str] = {float: "Double", str: "String", list: "ArrayList", dict: "HashMap"}
    return kinds[type(value)]


def _taken(settings: dict[str, Any], name: str, default: Any, kinds: Any, what: str) -> Any:
    """A setting, which is no longer among them then."""
    value = settings.get(name)
    if value is None:
        return default
    if not isinstance(value, kinds) or (isinstance(value, bool) and kinds is not bool):
        raise ParseException(f"Parameter [{name}] must be {what}, type `{_java_type(value)}` provided instead")
    del settings[name]
    return value


def _settings(model: str, given: Mapping[str, Any]) -> dict[str, Any]:
    """AbstractModelParser.parse: the model's settings; what is left of those that are given is refused."""
    left = dict(given)
    found: dict[str, Any] = {}
    for name, default in _SHARES[model].items():
        share = float(_taken(left, name, default, (int, float), "a double"))
        if not 0 <= share <= 1:
            raise ParseException(
                f"Parameter [{name}] must be between 0-1 inclusive.  Providedvalue was [{java_double(share)}]"
            )
        found[name] = share
    if model == "holt_winters":
        found["period"] = int(_taken(left, "period", 1, (int, float), "an integer"))
        kind = _taken(left, "type", "add", str, "a String")
        if kind not in ("add", "mult"):
            raise OpenSearchParseException(
                f"failed to parse seasonality type [{kind}]. accepted values are [[add, mult]]"
            )
        found["mult"] = kind == "mult"
        found["pad"] = _taken(left, "pad", found["mult"], bool, "a boolean")
    if left:
        raise ParseException(f"Unrecognized parameter(s): [[{', '.join(hash_ordered(left))}]]")
    return found


@register("moving_avg")
def parse_moving_avg(name: str, container: Any, key: Any) -> Pipeline:
    strings = {**COMMON["VALUE_STRING"], "model": objects.text}
    readers: Mapping[str, Mapping[str, Reader]] = {
        "VALUE_NUMBER": {"window": _count(name), "predict": _count(name)},
        "VALUE_STRING": strings,
        "START_ARRAY": {"buckets_path": path_list},
        "START_OBJECT": {"settings": lambda container, key: container[key]},
        "VALUE_BOOLEAN": {"minimize": objects.boolean},
    }
    values = read(name, container, key, readers)
    path = require_path(values, container, key, f"movingAvg aggregation [{name}]")
    model = Model()
    if "model" in values:
        end = Where(container[key], None, "end")
        if values["model"] not in _SHARES:
            raise ParsingException(f"no [moving_avg_model] registered for [{values['model']}]", at=end)
        try:
            model = Model(values["model"], _settings(values["model"], values.get("settings", {})))
        except ParseException as error:
            raise ParsingException(f"Could not parse settings for model [{values['model']}].", at=end) from error
    chosen = options(values, "format", "gap_policy", "window", "predict", "minimize")
    return MovingAvg(paths=[path], model=model, **chosen)
