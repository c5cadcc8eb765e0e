"""weighted_avg: a mean of values, each as often as another field says."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any, ClassVar, Self

import numpy as np

from fakeknn.aggs.base import Aggregation, Collector, refuse, register
from fakeknn.aggs.docs import Docs, Unscored
from fakeknn.aggs.fielddata import NUMBERS, NUMERIC
from fakeknn.aggs.formats import RAW, Decimal, Format, plain_format
from fakeknn.aggs.numeric import SingleValue
from fakeknn.aggs.results import Internal, Reduction, finite
from fakeknn.aggs.stats import quotient
from fakeknn.aggs.sums import compensated, sums
from fakeknn.aggs.value_members import is_hint
from fakeknn.aggs.values import Given, Source
from fakeknn.errors import (
    AggregationExecutionException,
    IllegalArgumentException,
    NullPointerException,
    ParsingException,
    Where,
)
from fakeknn.query.context import ShardContext
from fakeknn.query.script import parse_script
from fakeknn.xcontent import objects
from fakeknn.xcontent.objects import ObjectParser, declared


class WeightedAvg(SingleValue):
    __slots__ = ("total", "weight")

    def __init__(self, agg: Aggregation, format: Format, total: float, weight: float) -> None:
        super().__init__(agg, format)
        self.total = total
        self.weight = weight

    def number(self) -> float:
        return quotient(self.total, self.weight)

    def reduce(self, parts: Sequence[Self], reduction: Reduction) -> Internal:
        total, weight = (compensated([getattr(part, name) for part in parts]) for name in ("total", "weight"))
        return WeightedAvg(self.agg, self.format, total, weight)

    def body(self, typed: bool) -> dict[str, Any]:
        has = self.weight != 0
        body: dict[str, Any] = {"value": finite(self.number()) if has else None}
        if has and not self.format.raw:
            body["value_as_string"] = self.format.show(self.number())
        return body


@dataclass(eq=False)
class WeightedAvgOf(Aggregation):
    kind = "weighted_avg"
    leaf: ClassVar[bool] = True
    metrics = ("value",)
    value: Given | None
    weight: Given | None
    format: str | None = None
    hint: str | None = None

    def build(self, ctx: ShardContext) -> Collector:
        sources = []
        for given in (self.weight, self.value):  # in the order of a Java hash map
            if given is not None:
                given.format, given.hint = self.format, self.hint
                sources.append(given.unregistered(ctx, self, NUMERIC))
        shown = self._shown()
        if self.value is None:
            raise NullPointerException(
                'Cannot invoke "org.opensearch.search.aggregations.support.ValuesSourceConfig.valueSourceType()" '
                'because the return value of "java.util.Map.get(Object)" is null'
            )
        if self.weight is None:
            return lambda docs: self._without_weight(shown, docs)
        for source in sources:
            if source.type not in NUMBERS:
                unfit = f"ValuesSource type {source.java_object}is not supported for multi-valued aggregation"
                refuse(ctx, AggregationExecutionException(unfit))
        if not all(source.mapped or source.missing is not None for source in sources):
            return lambda docs: [WeightedAvg(self, shown, 0.0, 0.0) for _ in range(docs.n)]
        weight, value = sources
        return lambda docs: self._collect(shown, value, weight, docs)

    def _shown(self) -> Format:
        """MultiValuesSourceAggregationBuilder.resolveFormat: a type that is given has a format of its own."""
        if self.hint is None:
            return RAW if self.format is None else Decimal(self.format)
        return plain_format(self.hint)

    def _without_weight(self, shown: Format, docs: Docs) -> Sequence[Internal]:
        if docs.ctx.n:
            raise IllegalArgumentException("Could not find field name [weight] in multiValuesSource")
        return [WeightedAvg(self, shown, 0.0, 0.0) for _ in range(docs.n)]

    def _collect(self, shown: Format, value: Source, weight: Source, docs: Docs) -> Sequence[Internal]:
        # The values alone are told of the scorer: what a script weighs has no score.
        values, weights = value.doubles(docs), weight.doubles(replace(docs, score=Unscored()))
        counts = np.bincount(weights.at, minlength=len(docs.rows))
        has = np.bincount(values.at, minlength=len(docs.rows)) > 0
        if (counts[has] > 1).any():
            raise AggregationExecutionException(
                "Encountered more than one weight for a single document. Use a script to combine multiple "
                "weights-per-doc into a single value."
            )
        each = np.full(len(docs.rows), math.nan)
        each[weights.at] = weights.values
        kept = counts[values.at] > 0
        factors = each[values.at[kept]]
        owners = docs.owners[values.at[kept]]
        totals = sums(values.values[kept] * factors, owners, docs.n)
        divisors = sums(factors, owners, docs.n)
        return [
            WeightedAvg(self, shown, total, divisor)
            for total, divisor in zip(totals.tolist(), divisors.tolist(), strict=True)
        ]


_FIELD = ObjectParser(
    "field_config",
    {
        "field": declared("string"),
        "missing": declared("value"),
        "script": declared("object_or_string", parse_script),
    },
)


def _config(container: Any, key: Any) -> Given:
    values = _FIELD.parse(container, key)
    if values.get("field") is None and values.get("script") is None:
        raise IllegalArgumentException("[field] and [script] cannot both be null.  Please specify one or the other.")
    if values.get("field") is not None and values.get("script") is not None:
        raise IllegalArgumentException(
            "[field] and [script] cannot both be configured.  Please specify one or the other."
        )
    return Given(field=values.get("field"), script=values.get("script"), missing=values.get("missing"))


def _hint(container: Any, key: Any) -> str:
    text = objects.text(container, key)
    if not is_hint(text):
        raise NullPointerException(
            'Cannot invoke "org.opensearch.search.aggregations.support.ValueType.isNotA('
            'org.opensearch.search.aggregations.support.ValueType)" because "valueType" is null'
        )
    if text in ("string", "ip"):
        raise ParsingException(
            f"Aggregation [weighted_avg] was configured with an incompatible value type [{text}].  It can only work on "
            "value off type [numeric]",
            at=Where(container, key),
        )
    return text


_PARSER = ObjectParser(
    "weighted_avg",
    {
        "value_type": declared("string", _hint),
        "valueType": declared("string", _hint),
        "format": declared("string"),
        "value": declared("object", _config),
        "weight": declared("object", _config),
    },
)


@register("weighted_avg")
def parse_weighted_avg(name: str, container: Any, key: Any) -> Aggregation:
    values = _PARSER.parse(container, key)
    hinted = values.get("value_type", values.get("valueType"))
    return WeightedAvgOf(values.get("value"), values.get("weight"), values.get("format"), hinted)
