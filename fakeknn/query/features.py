"""rank_feature and distance_feature: scores of what a document is, not of what it says.

Sources: RankFeatureQueryBuilder, DistanceFeatureQueryBuilder; Lucene's FeatureField, LongDistanceFeatureQuery and
LatLonPointDistanceFeatureQuery.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, ClassVar

import numpy as np
from numpy.typing import NDArray

from fakeknn.errors import IllegalArgumentException
from fakeknn.fields import FieldType
from fakeknn.fields.dates import DateFieldType
from fakeknn.fields.features import FeaturesColumn, RankFeatureFieldType, RankFeaturesFieldType, decode
from fakeknn.fields.geo_point import GeoPointFieldType
from fakeknn.geo import points, sphere
from fakeknn.geo.points import GeoPoint
from fakeknn.query.base import Query
from fakeknn.query.context import Explanation, Matched, ShardContext
from fakeknn.query.declared import declared_boost
from fakeknn.query.geo import geo_column
from fakeknn.query.one_field import of_one_field
from fakeknn.query.parsing import common, register
from fakeknn.query.scoring import doc_id
from fakeknn.units import parse_time_value
from fakeknn.view import NumericColumn
from fakeknn.xcontent import java_double, java_float, java_string, objects
from fakeknn.xcontent.objects import Member, ObjectParser, building, declared

Singles = NDArray[np.float32]

_MAX_WEIGHT = np.float32(64)


# --- rank_feature -----------------------------------------------------------------------------------------------------


@dataclass(frozen=True, kw_only=True)
class Function:
    """A function of a feature's value, of which a weight makes a score."""

    name: ClassVar[str]

    def check(self, positive: bool) -> None:
        """Refuse parameters that no score can be made with."""

    def score(self, weight: np.float32, values: Singles, pivot: np.float32) -> Singles:
        raise NotImplementedError

    def pivot_of(self, frequencies: NDArray[np.int64]) -> np.float32:
        return np.float32(1)

    def written(self) -> dict[str, Any]:
        return {}

    def shown(self, pivot: np.float32 | None) -> str:
        """FeatureFunction.toString; ``pivot`` once it is known."""
        raise NotImplementedError

    def explained(self, weight: np.float32, value: np.float32, pivot: np.float32) -> tuple[str, list[Explanation]]:
        """What is computed, and of what."""
        raise NotImplementedError


def _weight(weight: np.float32) -> Explanation:
    return Explanation(weight, "w, weight of this function")


@dataclass(frozen=True, kw_only=True)
class Linear(Function):
    name = "linear"

    def score(self, weight: np.float32, values: Singles, pivot: np.float32) -> Singles:
        return np.asarray(weight * values)

    def shown(self, pivot: np.float32 | None) -> str:
        return "LinearFunction"

    def explained(self, weight: np.float32, value: np.float32, pivot: np.float32) -> tuple[str, list[Explanation]]:
        return "w * S", [_weight(weight)]


@dataclass(frozen=True, kw_only=True)
class Log(Function):
    name = "log"
    scaling_factor: float

    def check(self, positive: bool) -> None:
        if not positive:
            raise IllegalArgumentException(
                "Cannot use the [log] function with a field that has a negative score impact as it would trigger "
                "negative scores"
            )
        if self.scaling_factor < 1 or not np.isfinite(np.float32(self.scaling_factor)):
            raise IllegalArgumentException(f"scalingFactor must be >= 1, got: {java_float(self.scaling_factor)}")

    def score(self, weight: np.float32, values: Singles, pivot: np.float32) -> Singles:
        inside = (np.float32(self.scaling_factor) + values).astype(np.float64)
        return (float(weight) * np.log(inside)).astype(np.float32)

    def written(self) -> dict[str, Any]:
        return {"scaling_factor": np.float32(self.scaling_factor)}

    def shown(self, pivot: np.float32 | None) -> str:
        return f"LogFunction(scalingFactor={java_float(self.scaling_factor)})"

    def explained(self, weight: np.float32, value: np.float32, pivot: np.float32) -> tuple[str, list[Explanation]]:
        return "w * log(a + S)", [_weight(weight), Explanation(np.float32(self.scaling_factor), "a, scaling factor")]


_K = "k, pivot feature value that would give a score contribution equal to w/2"


def _check_pivot(pivot: float | None) -> None:
    if pivot is not None and (pivot <= 0 or not np.isfinite(np.float32(pivot))):
        raise IllegalArgumentException(f"pivot must be > 0, got: {java_float(pivot)}")


@dataclass(frozen=True, kw_only=True)
class Saturation(Function):
    name = "saturation"
    pivot: float | None = None

    def check(self, positive: bool) -> None:
        _check_pivot(self.pivot)

    def pivot_of(self, frequencies: NDArray[np.int64]) -> np.float32:
        if self.pivot is not None:
            return np.float32(self.pivot)
        if not len(frequencies):
            return np.float32(1)
        # The mean of the encoded values is about the geometric mean of the values.
        average = np.float32(int(frequencies.sum()) / len(frequencies))
        return np.float32(decode(np.array([int(average)]))[0])

    def score(self, weight: np.float32, values: Singles, pivot: np.float32) -> Singles:
        return np.asarray(weight * (np.float32(1) - pivot / (values + pivot)))

    def written(self) -> dict[str, Any]:
        return {} if self.pivot is None else {"pivot": np.float32(self.pivot)}

    def shown(self, pivot: np.float32 | None) -> str:
        known = np.float32(self.pivot) if self.pivot is not None else pivot
        return f"SaturationFunction(pivot={'null' if known is None else java_float(known)})"

    def explained(self, weight: np.float32, value: np.float32, pivot: np.float32) -> tuple[str, list[Explanation]]:
        return "w * S / (S + k)", [_weight(weight), Explanation(pivot, _K)]


@dataclass(frozen=True, kw_only=True)
class Sigmoid(Function):
    name = "sigmoid"
    pivot: float
    exponent: float

    def check(self, positive: bool) -> None:
        _check_pivot(self.pivot)
        if self.exponent <= 0 or not np.isfinite(np.float32(self.exponent)):
            raise IllegalArgumentException(f"exp must be > 0, got: {java_float(self.exponent)}")

    def score(self, weight: np.float32, values: Singles, pivot: np.float32) -> Singles:
        exponent = np.float64(np.float32(self.exponent))
        middle = np.float64(np.float32(self.pivot)) ** exponent  # which may be infinite
        scored = float(weight) * (1 - middle / (values.astype(np.float64) ** exponent + middle))
        return np.asarray(scored.astype(np.float32))

    def written(self) -> dict[str, Any]:
        return {"pivot": np.float32(self.pivot), "exponent": np.float32(self.exponent)}

    def shown(self, pivot: np.float32 | None) -> str:
        return f"SigmoidFunction(pivot={java_float(self.pivot)}, a={java_float(self.exponent)})"

    def explained(self, weight: np.float32, value: np.float32, pivot: np.float32) -> tuple[str, list[Explanation]]:
        exponent = "a, exponent, higher values make the function grow slower before k and faster after k"
        return "w * S^a / (S^a + k^a)", [
            _weight(weight),
            Explanation(np.float32(self.pivot), _K),
            Explanation(np.float32(self.exponent), exponent),
        ]


@dataclass(frozen=True, eq=False, kw_only=True)
class RankFeature(Query):
    kind: ClassVar[str] = "rank_feature"
    field: str
    function: Function

    def members(self) -> dict[str, Any]:
        return {"field": self.field, self.function.name: self.function.written()}

    def _found(self, ctx: ShardContext) -> tuple[str, str, NDArray[np.int32], NDArray[np.int64]] | None:
        """The field and feature as Lucene has them, the rows with the feature and their frequencies."""
        mapped = ctx.field(self.field)
        if mapped is None:
            parent, _, feature = self.field.rpartition(".")
            above = ctx.field(parent) if parent else None
            if not isinstance(above, RankFeaturesFieldType):
                return None
            self.function.check(True)
            column = ctx.column(above)
            assert isinstance(column, FeaturesColumn)
            tid = column.number(feature)
            hit = np.zeros(len(column.tids), bool) if tid is None else column.tids == tid
            return parent, feature, column.rows[hit], column.frequencies[hit]
        if not isinstance(mapped, RankFeatureFieldType):
            raise IllegalArgumentException(
                "[rank_feature] query only works on [rank_feature] fields and features of [rank_features] fields, not "
                f"[{mapped.kind}]"
            )
        self.function.check(mapped.positive)
        column = ctx.column(mapped)
        assert isinstance(column, NumericColumn)
        return "_feature", self.field, column.rows, column.values

    def run(self, ctx: ShardContext, boost: np.float32) -> Matched:
        found = self._found(ctx)
        out = Matched.none(ctx.n)
        if found is not None:
            _, _, rows, frequencies = found
            out.mask[rows] = True
            out.score[rows] = self.function.score(boost, decode(frequencies), self.function.pivot_of(frequencies))
        return out

    def mask(self, ctx: ShardContext) -> Any:
        return self.run(ctx, np.float32(1)).mask

    def is_mapped(self, ctx: ShardContext) -> bool:
        return self._found(ctx) is not None

    def _shown_function(self, ctx: ShardContext, *, rewritten: bool) -> str:
        found = self._found(ctx)
        assert found is not None
        return self.function.shown(self.function.pivot_of(found[3]) if rewritten else None)

    def text(self, ctx: ShardContext, *, rewritten: bool) -> str:
        """FeatureQuery.toString: the pivot is computed when the query is rewritten."""
        found = self._found(ctx)
        assert found is not None
        function = self._shown_function(ctx, rewritten=rewritten)
        return f"FeatureQuery(field={found[0]}, feature={found[1]}, function={function})"

    def explained(self, ctx: ShardContext, row: int, boost: np.float32) -> Explanation:
        """FeatureQuery's weight, asked for its explanation."""
        found = self._found(ctx)
        assert found is not None
        field, feature, rows, frequencies = found
        value = decode(frequencies[rows == row])
        if not len(value):
            what = f"weight({self.text(ctx, rewritten=True)} in {doc_id(ctx, row)})"
            what = f"{what} [{self._shown_function(ctx, rewritten=True)}]. {self._missing(ctx, row, field, rows)}"
            return Explanation(np.float32(0), what, match=False)
        pivot = self.function.pivot_of(frequencies)
        formula, details = self.function.explained(boost, value[0], pivot)
        return Explanation(
            self.function.score(boost, value, pivot)[0],
            f"{self.function.name.capitalize()} function on the {field} field for the {feature} feature, computed as "
            f"{formula} from:",
            (*details, Explanation(value[0], "S, feature value")),
        )

    def _missing(self, ctx: ShardContext, row: int, field: str, rows: NDArray[np.int32]) -> str:
        """What the row's segment has of the feature."""
        segment = ctx.view.segment_of[row]
        feature = self.field if field == "_feature" else self.field.removeprefix(f"{field}.")
        if (ctx.view.segment_of[rows] == segment).any():
            return f"Feature {feature} isn't set."
        others: list[FieldType | None] = [ctx.field(field)]
        if field == "_feature":
            others = [one for one in ctx.mapping.fields.values() if isinstance(one, RankFeatureFieldType)]
        columns = [column for column in (ctx.column(one) for one in others if one is not None) if column is not None]
        if any((ctx.view.segment_of[column.rows] == segment).any() for column in columns):
            return f"Feature {feature} doesn't exist."
        return f"Field {field} doesn't exist."


_FUNCTIONS: dict[str, tuple[type[Function], ObjectParser]] = {
    "log": (Log, ObjectParser("log", {"scaling_factor": declared("float")}, constructor=("scaling_factor",))),
    "saturation": (Saturation, ObjectParser("saturation", {"pivot": declared("float")})),
    "sigmoid": (
        Sigmoid,
        ObjectParser(
            "sigmoid", {"pivot": declared("float"), "exponent": declared("float")}, constructor=("pivot", "exponent")
        ),
    ),
    "linear": (Linear, ObjectParser("linear", {})),
}


def _function(container: Any, key: Any) -> Function:
    kind, parser = _FUNCTIONS[key]
    return kind(**parser.parse(container, key))


_RANK_FEATURE = ObjectParser(
    "feature",
    {
        "field": declared("string"),
        "boost": declared("float"),
        "_name": declared("string"),
        **{name: declared("object", _function) for name in _FUNCTIONS},
    },
    constructor=("field",),
)


@register("rank_feature")
def parse_rank_feature(container: Any, key: Any) -> Query:
    values = _RANK_FEATURE.parse(container, key)
    with building("feature"):
        given = [values[name] for name in _FUNCTIONS if name in values]
        if len(given) > 1:
            raise IllegalArgumentException("Can only specify one of [log], [saturation], [sigmoid] and [linear]")
        return RankFeature(field=values["field"], function=given[0] if given else Saturation(), **common(values))


# --- distance_feature -------------------------------------------------------------------------------------------------


@of_one_field
@dataclass(frozen=True, eq=False, kw_only=True)
class DistanceFeature(Query):
    """The nearer to an origin, in time or place, the higher the score: half of it at the distance of the pivot."""

    kind: ClassVar[str] = "distance_feature"
    field: str
    origin: Any
    pivot: str

    def members(self) -> dict[str, Any]:
        origin = self.origin._asdict() if isinstance(self.origin, GeoPoint) else self.origin
        return {"field": self.field, "origin": origin, "pivot": self.pivot}

    def run(self, ctx: ShardContext, boost: np.float32) -> Matched:
        if ctx.field(self.field) is None:
            return Matched.none(ctx.n)
        _, pivot, column, distances = self._distances(ctx)
        if column is None or not len(distances):
            return Matched.none(ctx.n)
        nearest = NumericColumn(column.n, column.rows, column.single, distances)
        score = (float(boost) * (pivot / (pivot + nearest.lowest.astype(np.float64)))).astype(np.float32)
        return Matched(nearest.exists.copy(), np.where(nearest.exists, score, np.float32(0)))

    def _distances(self, ctx: ShardContext) -> tuple[int | GeoPoint, float, Any, NDArray[Any]]:
        """The origin, the pivot, the field's column, and how far from the origin its values are."""
        mapped = ctx.field(self.field)
        assert mapped is not None
        if isinstance(mapped, DateFieldType):
            return self._of_dates(ctx, mapped)
        if isinstance(mapped, GeoPointFieldType):
            return self._of_points(ctx, mapped)
        raise IllegalArgumentException(
            f"Illegal data type of [{mapped.kind}]![distance_feature] query can only be run on a date, date_nanos or "
            "geo_point field type!"
        )

    def _of_dates(self, ctx: ShardContext, mapped: DateFieldType) -> tuple[int, float, Any, NDArray[Any]]:
        mapped.require_index()
        given = f"{self.origin.lat}, {self.origin.lon}" if isinstance(self.origin, GeoPoint) else self.origin
        origin = mapped.bound(given, round_up=True)
        nanos = parse_time_value(self.pivot, "distance_feature.pivot").nanos
        pivot = nanos if mapped.nanos else nanos // 1_000_000
        if pivot <= 0:
            raise IllegalArgumentException(f"pivotDistance must be > 0, got {pivot}")
        column = ctx.column(mapped)
        if not isinstance(column, NumericColumn):
            return origin, pivot, None, np.empty(0)
        return origin, pivot, column, np.abs(column.values - origin)

    def _of_points(self, ctx: ShardContext, mapped: GeoPointFieldType) -> tuple[GeoPoint, float, Any, NDArray[Any]]:
        if isinstance(self.origin, str):
            origin = points.of_text(self.origin)
        elif isinstance(self.origin, GeoPoint):
            origin = self.origin
        else:
            raise IllegalArgumentException(
                "Illegal type [class java.lang.Long] for [origin]! Must be of type [geo_point] or [string] for "
                "geo_point fields!"
            )
        pivot = sphere.parse_distance(self.pivot)
        points.encode(origin)
        if pivot <= 0:
            raise IllegalArgumentException(f"pivotDistance must be > 0, got {java_string(pivot)}")
        column = geo_column(ctx, mapped)
        if column is None:
            return origin, pivot, None, np.empty(0)
        return origin, pivot, column, sphere.haversine(origin.lat, origin.lon, column.lats, column.lons)

    def mask(self, ctx: ShardContext) -> Any:
        return self.run(ctx, np.float32(1)).mask

    def java_class(self, ctx: ShardContext) -> str:
        """The simple name of Lucene's query."""
        of_dates = isinstance(ctx.field(self.field), DateFieldType)
        return "LongDistanceFeatureQuery" if of_dates else "LatLonPointDistanceFeatureQuery"

    def text(self, ctx: ShardContext) -> str:
        origin, pivot, _, _ = self._distances(ctx)
        if isinstance(origin, GeoPoint):
            shown = f"originLat={java_double(origin.lat)},originLon={java_double(origin.lon)}"
            return f"{self.java_class(ctx)}(field=,{shown},pivotDistance={java_double(pivot)})"
        return f"{self.java_class(ctx)}(field=,origin={origin},pivotDistance={pivot})"

    def explained(self, ctx: ShardContext, row: int, boost: np.float32) -> Explanation:
        origin, pivot, column, distances = self._distances(ctx)
        at = np.empty(0, np.int64) if column is None else np.flatnonzero(column.rows == row)
        if not len(at):
            missing = f"Document {doc_id(ctx, row)} doesn't have a value for field {self.field}"
            return Explanation(np.float32(0), missing, match=False)
        near = int(at[np.argmin(distances[at])])
        score = np.float32(float(boost) * (pivot / (pivot + float(distances[near]))))
        weight = Explanation(boost, "weight")
        formula = "Distance score, computed as weight * pivotDistance / (pivotDistance + abs({})) from:"
        if not isinstance(origin, GeoPoint):
            told = {"pivotDistance": int(pivot), "origin": origin, "current value": int(column.values[near])}
            details = tuple(Explanation(value, name) for name, value in told.items())
            return Explanation(score, formula.format("value - origin"), (weight, *details))
        measured = {
            "pivotDistance": pivot,
            "originLat": origin.lat,
            "originLon": origin.lon,
            "current lat": float(column.lats[near]),
            "current lon": float(column.lons[near]),
            "distance": float(distances[near]),
        }
        details = tuple(Explanation(value, name, double=True) for name, value in measured.items())
        return Explanation(score, formula.format("distance"), (weight, *details))


def _origin(container: Any, key: Any) -> Any:
    value = container[key]
    if isinstance(value, dict | list):
        return points.of_json(container, key)
    return value if isinstance(value, str) else objects.integer(container, key, bits=64)


_DISTANCE_FEATURE = ObjectParser(
    "distance_feature",
    {
        "field": declared("string"),
        "origin": Member(("START_OBJECT", "START_ARRAY", "VALUE_STRING", "VALUE_NUMBER"), _origin),
        "pivot": declared("string"),
        "boost": declared_boost(lambda before: _unboosted(before)),
        "_name": declared("string"),
    },
    constructor=("field", "origin", "pivot"),
    applied=True,
)


def _unboosted(before: dict[str, Any]) -> Query:
    values = _DISTANCE_FEATURE.parse_object(before)
    return DistanceFeature(field=values["field"], origin=values["origin"], pivot=values["pivot"])


@register("distance_feature")
def parse_distance_feature(container: Any, key: Any) -> Query:
    values = _DISTANCE_FEATURE.parse(container, key)
    return DistanceFeature(field=values["field"], origin=values["origin"], pivot=values["pivot"], **common(values))
