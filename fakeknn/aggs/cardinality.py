"""cardinality: how many values are distinct, estimated from their hashes."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Self

import numpy as np
from numpy.typing import NDArray

from fakeknn.aggs.base import NAME, Aggregation, Collector, register
from fakeknn.aggs.docs import Docs, bucketed
from fakeknn.aggs.fielddata import ANY, BYTES, GEOPOINT, GEOSHAPE, RANGE
from fakeknn.aggs.formats import RAW
from fakeknn.aggs.hyperloglog import Hashes, estimate, hash_numbers, hash_texts, precision_of
from fakeknn.aggs.numeric import NumericMetric, SingleValue
from fakeknn.aggs.results import Internal, Reduction
from fakeknn.aggs.value_members import REQUIRED, members
from fakeknn.aggs.values import Given, Source
from fakeknn.errors import IllegalArgumentException
from fakeknn.geo import points
from fakeknn.query.context import ShardContext
from fakeknn.xcontent import objects
from fakeknn.xcontent.objects import ObjectParser, declared


class Distinct(SingleValue):
    """cardinality: a sketch of the values' hashes."""

    __slots__ = ("_count", "hashes", "precision")

    def __init__(self, agg: Aggregation, hashes: Hashes, precision: int) -> None:
        super().__init__(agg, RAW)
        self.hashes = hashes
        self.precision = precision
        self._count: int | None = None

    @property
    def count(self) -> int:
        if self._count is None:
            self._count = estimate(self.hashes, self.precision)
        return self._count

    def number(self) -> float:
        return self.count

    def reduce(self, parts: Sequence[Self], reduction: Reduction) -> Internal:
        if len(parts) == 1:
            return self
        return Distinct(self.agg, np.unique(np.concatenate([part.hashes for part in parts])), self.precision)

    def body(self, typed: bool) -> dict[str, Any]:
        return {"value": self.count}


@dataclass(eq=False)
class Cardinality(NumericMetric):
    """Distinct values, estimated from their hashes."""

    kind = "cardinality"
    hint: str | None = None
    precision_threshold: int | None = None
    metrics = ("value",)
    accepted = ANY
    default = BYTES

    def build(self, ctx: ShardContext) -> Collector:
        collector = super().build(ctx)
        if self.hint is not None and self.hint.lower() not in ("direct", "ordinals"):
            raise IllegalArgumentException(f"Unknown execution_hint: [{self.hint}], expected any of [direct, ordinals]")
        return collector

    def collect(self, source: Source, docs: Docs) -> Sequence[Internal]:
        loaded = source.load(docs)
        _, keys, owners = bucketed(docs, loaded.at, loaded.values)
        parts = np.split(keys, np.searchsorted(owners, np.arange(1, docs.n)))
        hashes = _hashes(source, np.concatenate(parts))
        ends = np.cumsum([len(part) for part in parts])[:-1]
        precision = precision_of(self.precision_threshold)
        return [Distinct(self, np.sort(part), precision) for part in np.split(hashes, ends)]


def _hashes(source: Source, values: NDArray[Any]) -> Hashes:
    """What the real server hashes of each value: its bits, or the bytes of its term."""
    if source.by_terms or source.type in (RANGE, GEOSHAPE):
        used, place = np.unique(values, return_inverse=True)
        terms = [source.terms[ordinal] for ordinal in used.tolist()]
        texts = [source.format.term_bytes(term) for term in terms]
        return hash_texts(texts)[place]
    if source.type == GEOPOINT:  # by what GeoPoint.toString says
        return hash_texts([text.encode() for text in points.shown_places(values)])
    if source.unsigned:
        values = values.astype(np.uint64).astype(np.float64)
    if values.dtype.kind == "f":
        return hash_numbers(values.astype(np.float64, copy=False))
    return hash_numbers(values.astype(np.int64, copy=False))


def _threshold(container: Any, key: Any) -> int:
    value = objects.integer(container, key, bits=64)
    if value < 0:
        raise IllegalArgumentException(
            f"[precisionThreshold] must be greater than or equal to 0. Found [{value}] in [{NAME}]"
        )
    return value


_CARDINALITY = ObjectParser(
    "cardinality",
    members(
        format=False,
        precision_threshold=declared("long", _threshold),
        execution_hint=declared("string"),
        rehash=declared("long"),
    ),
    required=REQUIRED,
)


@register("cardinality")
def parse_cardinality(name: str, container: Any, key: Any) -> Aggregation:
    values = _CARDINALITY.parse(container, key)
    return Cardinality(Given.of(values), values.get("execution_hint"), values.get("precision_threshold"))
