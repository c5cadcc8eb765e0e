"""The decay functions of function_score: gauss, exp and linear."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from fakeknn.errors import IllegalArgumentException, OpenSearchError, OpenSearchParseException, ParsingException, Where
from fakeknn.fields import FieldType
from fakeknn.fields.dates import DateFieldType
from fakeknn.fields.geo_point import GeoPointColumn
from fakeknn.fields.numbers import NumberFieldType
from fakeknn.geo import points, sphere
from fakeknn.geo.points import GeoPoint, shown_place
from fakeknn.query.context import Explanation, ShardContext
from fakeknn.query.functions import (
    FUNCTIONS,
    Bound,
    Factors,
    Function,
    Rows,
    doubles,
    named_argument,
    numeric_column,
    require_fielddata,
)
from fakeknn.query.java_names import field_type_name
from fakeknn.units import parse_time_value
from fakeknn.view import Column, NumericColumn, places_of
from fakeknn.xcontent import generator, java_double, objects, settle

MODES = ("SUM", "AVG", "MEDIAN", "MIN", "MAX")


@dataclass(frozen=True, kw_only=True)
class Decay(Function):
    """gauss, exp, linear: the farther a value is from an origin, the less."""

    shape: str
    field: str
    body: Mapping[str, Any]
    mode: str = "MIN"

    def java_name(self, ctx: ShardContext) -> str:
        field = ctx.field(self.field)
        kind = "Geo" if field is not None and field.kind == "geo_point" else "Numeric"
        return f"org.opensearch.index.query.functionscore.DecayFunctionBuilder${kind}FieldDataScoreFunction"

    def _settings(self, ctx: ShardContext) -> tuple[FieldType, float | GeoPoint, float, float]:
        """The field, and origin, scale (as the shape wants it) and offset."""
        field = ctx.field(self.field)
        if field is None:
            raise ParsingException(f"unknown field [{self.field}]", line=1, col=0)
        try:
            origin, scale, decay, offset = self._read(ctx, field)
        except OpenSearchError as error:
            settle(error, generator.dump(self.body), self.body)  # what is read is a copy of the object alone
            raise
        require_fielddata(field)
        if scale <= 0:
            raise IllegalArgumentException("function_score : scale must be > 0.0.")
        if decay <= 0 or decay >= 1:
            raise IllegalArgumentException("function_score : decay must be in the range [0..1].")
        if offset < 0:
            raise IllegalArgumentException("function_score : offset must be > 0.0")
        if self.shape == "gauss":
            scale = 0.5 * (scale * scale) / math.log(decay)  # math.pow would not go to infinity, as Java's does
        elif self.shape == "exp":
            scale = math.log(decay) / scale
        else:
            scale = scale / (1.0 - decay)
        return field, origin, scale, offset

    def _read(self, ctx: ShardContext, field: FieldType) -> tuple[float | GeoPoint, float, float, float]:
        """Origin, scale, decay and offset."""
        if isinstance(field, DateFieldType):
            return self._of_dates(ctx, field)
        if isinstance(field, NumberFieldType) and field.kind not in ("scaled_float", "_seq_no", "_version"):
            return self._of_numbers()
        if field.kind == "geo_point":
            return self._of_points()
        raise ParsingException(
            f"field [{self.field}] is of type [{field_type_name(field)}], but only numeric types are supported.",
            line=1,
            col=1,
        )

    def _of_numbers(self) -> tuple[float, float, float, float]:
        found = {"decay": 0.5, "offset": 0.0}
        for name in self.body:
            if name not in ("scale", "decay", "origin", "offset"):
                raise OpenSearchParseException(f"parameter [{name}] not supported!")
            found[name] = objects.decimal(self.body, name)
        if "scale" not in found or "origin" not in found:
            raise OpenSearchParseException("both [scale] and [origin] must be set for numeric fields.")
        return found["origin"], found["scale"], found["decay"], found["offset"]

    def _of_dates(self, ctx: ShardContext, field: DateFieldType) -> tuple[float, float, float, float]:
        texts: dict[str, str] = {"offset": "0d"}
        decay = 0.5
        for name in self.body:
            if name not in ("scale", "decay", "origin", "offset"):
                raise OpenSearchParseException(f"parameter [{name}] not supported!")
            if name == "decay":
                decay = objects.decimal(self.body, name)
            else:
                texts[name] = objects.text(self.body, name)
        origin = ctx.now if "origin" not in texts else field.bound(texts["origin"], round_up=False)
        if "scale" not in texts:
            raise OpenSearchParseException("[scale] must be set for date fields.")
        scale = parse_time_value(texts["scale"], "DecayFunctionParser.scale").seconds * 1000
        offset = parse_time_value(texts["offset"], "DecayFunctionParser.offset").seconds * 1000
        return float(origin), float(int(scale)), decay, float(int(offset))

    def _of_points(self) -> tuple[GeoPoint, float, float, float]:
        origin = GeoPoint(0.0, 0.0)
        texts = {"offset": "0km"}
        decay = 0.5
        for name in self.body:
            if name in ("scale", "offset"):
                texts[name] = objects.text(self.body, name)
            elif name == "origin":
                origin = points.of_json(self.body, name)
            elif name == "decay":
                decay = objects.decimal(self.body, name)
            else:
                raise OpenSearchParseException(f"parameter [{name}] not supported!")
        if "scale" not in texts:
            raise OpenSearchParseException("[origin] and [scale] must be set for geo fields.")
        return origin, sphere.parse_distance(texts["scale"]), decay, sphere.parse_distance(texts["offset"])

    def bind_plain(self, ctx: ShardContext) -> Bound:
        field, origin, scale, offset = self._settings(ctx)
        column = self._column(ctx, field)

        def factors(rows: Rows, scores: NDArray[np.float32]) -> Factors:
            if isinstance(column, GeoPointColumn):
                assert isinstance(origin, GeoPoint)
                plain = sphere.haversine(origin.lat, origin.lon, column.lats, column.lons)
            else:
                plain = np.abs(doubles(field, column.values) - origin)
            distances = np.maximum(0.0, plain - offset)
            return self._evaluate(_chosen(column, distances, self.mode)[rows], scale)

        return factors

    @staticmethod
    def _column(ctx: ShardContext, field: FieldType) -> NumericColumn | GeoPointColumn:
        if field.kind != "geo_point":
            return numeric_column(ctx, field)
        column = ctx.fielddata(field)
        assert isinstance(column, GeoPointColumn)
        return column

    def _evaluate(self, distance: Factors, scale: float) -> Factors:
        if self.shape == "gauss":
            return np.exp(0.5 * np.power(distance, 2.0) / scale)
        if self.shape == "exp":
            return np.exp(scale * distance)
        return np.maximum(0.0, (scale - distance) / scale)

    def explain_plain(self, ctx: ShardContext, row: int, below: Explanation) -> Explanation:
        field, origin, scale, offset = self._settings(ctx)
        column = self._column(ctx, field)
        first, last = places_of(column.rows, row, row + 1)
        if isinstance(origin, GeoPoint):
            assert isinstance(column, GeoPointColumn)
            places = zip(column.lats[first:last].tolist(), column.lons[first:last].tolist(), strict=True)
            values = [
                f"Math.max(arcDistance({shown_place(lat, lon)}(=doc value),{shown_place(*origin)}(=origin)) - "
                f"{java_double(offset)}(=offset), 0)"
                for lat, lon in places
            ]
            shown = f"{self.mode} of: [{', '.join(values) or '0.0'}]"
        else:
            assert isinstance(column, NumericColumn)
            values = [
                f"Math.max(Math.abs({java_double(value)}(=doc value) - {java_double(origin)}(=origin))) - "
                f"{java_double(offset)}(=offset), 0)"
                for value in doubles(field, column.values[first:last]).tolist()
            ]
            shown = f"{self.mode}[{', '.join(values) or '0.0'}]"
        named = named_argument(self.name)
        if self.shape == "gauss":
            how = f"exp(-0.5*pow({shown},2.0)/{java_double(-1 * scale)}{named})"
        elif self.shape == "exp":
            how = f"exp(- {shown} * {java_double(-1 * scale)}{named})"
        else:
            how = f"max(0.0, (({java_double(scale)} - {shown})/{java_double(scale)}{named})"
        value = np.float32(self.value(ctx, row, below))
        return Explanation(value, f"Function for field {field.path}:", (Explanation(value, how),))

    def members(self) -> dict[str, Any]:
        return {self.shape: {self.field: self.body, "multi_value_mode": self.mode}}


def _chosen(column: Column, distances: Factors, mode: str) -> Factors:
    """float64[n]: of each row's distances the one that a mode takes, 0 without any."""
    out = np.zeros(column.n, np.float64)
    if column.single:
        out[column.rows] = distances
        return out
    starts = np.flatnonzero(np.diff(column.rows, prepend=-1))
    rows = column.rows[starts]
    if not len(starts):
        return out
    counts = np.diff(np.append(starts, len(distances)))
    if mode in ("SUM", "AVG"):
        total = np.add.reduceat(distances, starts)
        out[rows] = total if mode == "SUM" else total / counts
    elif mode in ("MIN", "MAX"):
        out[rows] = (np.minimum if mode == "MIN" else np.maximum).reduceat(distances, starts)
    else:
        ordered = distances[np.lexsort((distances, column.rows))]
        out[rows] = (ordered[starts + (counts - 1) // 2] + ordered[starts + counts // 2]) / 2
    return out


def _decay(container: Any, key: Any) -> Function:
    body = container[key]
    field: str | None = None
    mode = "MIN"
    for name, value in body.items():
        if isinstance(value, dict):
            field = name
        elif name == "multi_value_mode":
            text = objects.text(body, name)
            with objects.read_at(body, name):
                if text.upper() not in MODES:
                    raise IllegalArgumentException(f"Illegal sort mode: {text}")
            mode = text.upper()
        else:
            raise ParsingException("malformed score function score parameters.", at=Where(body, name))
    if field is None:
        raise ParsingException("malformed score function score parameters.", at=Where(body, None, "end"))
    return Decay(shape=key, field=field, body=body[field], mode=mode)


for _shape in ("gauss", "exp", "linear"):
    FUNCTIONS[_shape] = _decay
