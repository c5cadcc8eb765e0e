"""matrix_stats: moments of several fields, and how they vary together.

The moments are updated document by document (Pebay, SAND2008-6212), since each step rounds; so is the loop.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, ClassVar, Self

import numpy as np
from numpy.typing import NDArray

from fakeknn.aggs.arrays import REFERENCE, room
from fakeknn.aggs.base import Aggregation, Collector, refuse, register
from fakeknn.aggs.docs import Docs
from fakeknn.aggs.fielddata import BYTES, NUMBERS
from fakeknn.aggs.results import Internal, Reduction, finite
from fakeknn.aggs.values import Given, Loaded
from fakeknn.errors import (
    AggregationExecutionException,
    IllegalArgumentException,
    NullPointerException,
    ParsingException,
    Where,
)
from fakeknn.query.context import ShardContext
from fakeknn.xcontent import hash_ordered, objects


class Moments:
    """RunningStats of some fields: one number a field, and one a pair of fields."""

    def __init__(self, width: int) -> None:
        self.count = 0
        self.sums = [0.0] * width
        self.means = [0.0] * width
        self.variances = [0.0] * width
        self.skews = [0.0] * width
        self.kurtoses = [0.0] * width
        self.covariances = [[0.0] * width for _ in range(width)]

    def add(self, values: Sequence[float]) -> None:
        self.count += 1
        n = self.count
        deltas = []
        for i, value in enumerate(values):
            self.sums[i] += value
            deltas.append(value * n - self.sums[i])
            if n == 1:
                self.means[i] = value
                continue
            d = value - self.means[i]
            dn = d / n
            self.means[i] += dn
            m2, m3 = self.variances[i], self.skews[i]
            t1 = d * dn * (n - 1)
            self.variances[i] += t1
            self.skews[i] += t1 * dn * (n - 2.0) - 3.0 * dn * m2
            dn2 = dn * dn
            self.kurtoses[i] += t1 * dn2 * (n * n - 3.0 * n + 3.0) + 6.0 * dn2 * m2 - 4.0 * dn * m3
        if n > 1:
            for i, row in enumerate(self.covariances):
                for j in range(i + 1, len(row)):
                    row[j] += 1.0 / (n * (n - 1.0)) * deltas[i] * deltas[j]

    def absorb(self, other: Moments) -> None:
        """Merge the moments of other documents."""
        if not self.count:
            self.__dict__.update(other.__dict__)
            return
        a, b = float(self.count), float(other.count)
        self.count += other.count
        n = self.count
        deltas = []
        for i in range(len(self.means)):
            d = other.means[i] - self.means[i]
            var_a, var_b = self.variances[i], other.variances[i]
            skew_a, skew_b = self.skews[i], other.skews[i]
            self.means[i] = (a * self.means[i] + b * other.means[i]) / (a + b)
            deltas.append(other.sums[i] / b - self.sums[i] / a)
            self.sums[i] += other.sums[i]
            d2 = d * d
            d3, d4, n2 = d * d2, d2 * d2, float(n * n)
            self.variances[i] = var_a + var_b + d2 * a * other.count / n
            skew = skew_a + skew_b + d3 * a * b * (a - b) / n2
            self.skews[i] = skew + 3.0 * d * (a * var_b - b * var_a) / n
            kurt = self.kurtoses[i] + other.kurtoses[i] + d4 * a * b * (a * a - a * b + b * b) / (n2 * n)
            kurt += 6.0 * d2 * (a * a * var_b + b * b * var_a) / n2
            self.kurtoses[i] = kurt + 4.0 * d * (a * skew_b - b * skew_a) / n
        factor = float(n - other.count) * other.count / n
        for i, row in enumerate(self.covariances):
            for j in range(i + 1, len(row)):
                row[j] += other.covariances[i][j] + factor * deltas[i] * deltas[j]


class MatrixStats(Internal):
    """``names`` are those of the fields; None where the shard has no such field, or has not come to the bucket."""

    __slots__ = ("moments", "names")

    def __init__(self, agg: Aggregation, names: Sequence[str] | None, moments: Moments | None) -> None:
        super().__init__(agg)
        self.names = names
        self.moments = moments

    def reduce(self, parts: Sequence[Self], reduction: Reduction) -> Internal:
        known = [part for part in parts if part.moments is not None]
        if not known:
            return MatrixStats(self.agg, self.names, None)
        names = known[0].names if self.names is None else self.names
        assert names is not None
        if any(part.names != names for part in known):
            raise IllegalArgumentException("Cannot merge RunningStats with different fieldNames")
        merged = Moments(len(names))
        for part in known:
            assert part.moments is not None
            merged.absorb(part.moments)
        return MatrixStats(self.agg, names, merged)

    reduces_alone = True

    def lookup(self, path: Sequence[str]) -> Any:
        """Values by field, of which nothing can be made."""
        if not path:
            return self
        if len(path) > 1:
            raise IllegalArgumentException(f"path not supported for [{self.agg.name}]: [{', '.join(path)}]")
        if path[0] not in ("counts", "means", "variances", "skewness", "kurtosis", "covariance", "correlation"):
            raise IllegalArgumentException(f"Found unknown path element [{path[0]}] in [{self.agg.name}]")
        if path[0] == "covariance" and self.moments is None and self.names is not None:
            raise NullPointerException(_NO_MAP)
        return {}

    def body(self, typed: bool) -> dict[str, Any]:
        if self.names is None:
            return {"doc_count": 0}
        if self.moments is None:
            return {"doc_count": 0, "fields": self._without_values(self.names)}
        moments = self.moments
        places = {name: i for i, name in enumerate(self.names)}
        order = hash_ordered(self.names)
        variances = [_quotient(variance, moments.count - 1.0) for variance in moments.variances]
        fields = []
        for name in order:
            i = places[name]
            raw = moments.variances[i]
            covariance, correlation = {}, {}
            for other in order:
                j = places[other]
                low, high = min(i, j), max(i, j)
                found = variances[i] if i == j else _quotient(moments.covariances[low][high], moments.count - 1.0)
                covariance[other] = finite(found)
                correlation[other] = 1.0 if i == j else finite(_correlation(found, variances[low], variances[high]))
            fields.append(
                {
                    "name": name,
                    "count": moments.count,
                    "mean": moments.means[i],
                    "variance": finite(variances[i]),
                    "skewness": finite(_quotient(math.sqrt(moments.count) * moments.skews[i], math.pow(raw, 1.5))),
                    "kurtosis": finite(_quotient(moments.count * moments.kurtoses[i], raw * raw)),
                    "covariance": covariance,
                    "correlation": correlation,
                }
            )
        return {"doc_count": moments.count, "fields": fields}

    @staticmethod
    def _without_values(names: Sequence[str]) -> list[dict[str, Any]]:
        """What it shows of a field that no document has together with the others."""
        if len(names) > 1:
            raise NullPointerException(_NO_MAP)  # the covariances are not there
        moments = dict.fromkeys(("mean", "variance", "skewness", "kurtosis"), 0.0)
        together = {"covariance": {names[0]: 0.0}, "correlation": {names[0]: 1.0}}
        return [{"name": names[0], "count": 0, **moments, **together}]


#: What Collections.unmodifiableMap says of none.
_NO_MAP = 'Cannot invoke "java.util.Map.getClass()" because "m" is null'


def _quotient(numerator: float, denominator: float) -> float:
    if denominator:
        return numerator / denominator
    return math.nan if numerator == 0 or math.isnan(numerator) else math.copysign(math.inf, numerator)


def _correlation(covariance: float, one: float, other: float) -> float:
    if one == 0 or other == 0:
        return math.nan
    return covariance / (math.sqrt(one) * math.sqrt(other))


@dataclass(eq=False)
class MatrixStatsOf(Aggregation):
    kind = "matrix_stats"
    leaf: ClassVar[bool] = True
    fields: Sequence[str]
    missing: Mapping[str, Any] = field(default_factory=dict)
    mode: str = "avg"

    def build(self, ctx: ShardContext) -> Collector:
        sources = {}
        resolved = {
            name: Given(field=name, missing=self.missing.get(name)).unregistered(ctx, self, BYTES)
            for name in dict.fromkeys(self.fields)
        }
        for name, source in sorted(resolved.items()):
            if not source.mapped and source.missing is None:
                continue
            if source.type not in NUMBERS:
                unfit = f"ValuesSource type {source.java_object}is not supported for aggregation {self.name}"
                refuse(ctx, AggregationExecutionException(unfit))
            sources[name] = source
        if not sources:
            return lambda docs: [MatrixStats(self, None, None) for _ in range(docs.n)]
        return lambda docs: self._collect(docs, list(sources), [source.doubles(docs) for source in sources.values()])

    def _collect(self, docs: Docs, names: Sequence[str], columns: Sequence[Loaded]) -> Sequence[Internal]:
        table = np.stack([_each(column, len(docs.rows), self.mode) for column in columns])
        whole = np.flatnonzero(~np.isnan(table).any(axis=0))
        moments = [Moments(len(names)) for _ in range(docs.n)]
        for owner, row in zip(docs.owners[whole].tolist(), table[:, whole].T.tolist(), strict=True):
            moments[owner].add(row)
        known = 0 if docs.unmapped else room(docs, np.asarray(~np.isnan(table).any(axis=0)), REFERENCE)
        return [
            MatrixStats(self, names if owner < known else None, found if found.count else None)
            for owner, found in enumerate(moments)
        ]


def _each(loaded: Loaded, n: int, mode: str) -> NDArray[np.float64]:
    """float64[n]: one value a document (MultiValueMode), NaN where there is none."""
    counts = np.bincount(loaded.at, minlength=n)
    if mode == "median":
        ends = np.cumsum(counts)
        low, high = ends - counts + (counts - 1) // 2, ends - counts + counts // 2
        out = np.full(n, math.nan)
        has = counts > 0
        out[has] = (loaded.values[low[has]] + loaded.values[high[has]]) / 2
        return out
    if mode in ("min", "max"):
        out = np.full(n, math.inf if mode == "min" else -math.inf)
        (np.minimum if mode == "min" else np.maximum).at(out, loaded.at, loaded.values)
    else:
        out = np.bincount(loaded.at, loaded.values, n)
        if mode == "avg":
            out = out / np.maximum(counts, 1)
    return np.where(counts > 0, out, math.nan)


@register("matrix_stats")
def parse_matrix_stats(name: str, container: Any, key: Any) -> Aggregation:
    """ArrayValuesSourceParser."""
    body = container[key]
    fields: list[str] = []
    missing: dict[str, Any] = {}
    mode = "avg"
    for member, value in body.items():
        token = objects.token(value)
        bad = f"Unexpected token {token} [{member}] in [{name}]."
        if member == "fields" and isinstance(value, str):
            fields = [value]
        elif member == "fields" and isinstance(value, list):
            for i, item in enumerate(value):
                if not isinstance(item, str):
                    raise ParsingException(
                        f"Unexpected token {objects.token(item)} [fields] in [{name}].", at=Where(value, i)
                    )
            fields = list(value)
        elif member == "missing" and isinstance(value, dict):
            for given in value:
                if objects.token(value[given]) != "VALUE_NULL":
                    objects.text(value, given)
            missing = dict(value)
        elif member == "mode" and isinstance(value, str):
            mode = value.lower()
            if mode not in ("sum", "avg", "median", "min", "max"):
                raise IllegalArgumentException(f"Illegal sort mode: {value}")
        elif member == "format" and isinstance(value, str):
            pass  # shows nowhere
        elif (member == "script" and isinstance(value, (dict, list))) or (
            member == "value_type" and isinstance(value, str)
        ):
            raise ParsingException(f"{bad} Multi-field aggregations do not support scripts.", at=Where(body, member))
        else:
            raise ParsingException(bad, at=Where(body, member))
    return MatrixStatsOf(fields, missing, mode)
