"""``_geo_distance``: sorting by the distance from points (GeoDistanceSortBuilder)."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from fakeknn.errors import (
    IllegalArgumentException,
    NotFaked,
    NullPointerException,
    OpenSearchParseException,
    ParsingException,
    Where,
)
from fakeknn.fields.geo_point import GeoPointColumn
from fakeknn.geo import points, sphere
from fakeknn.geo.points import GeoPoint
from fakeknn.query.context import ShardContext
from fakeknn.query.geo import COERCE, STRICT
from fakeknn.query.geo_parsers import distance_type, validation_method
from fakeknn.query.java_names import wrong_fielddata
from fakeknn.query.parsing import parse_query
from fakeknn.search.nested_sort import check_max_children, parse_nested_sort, taken_nested
from fakeknn.search.numeric_sort import null_number
from fakeknn.search.sort import SORTS, Sort, SortKeys, sort_mode, sort_order
from fakeknn.view import NumericColumn
from fakeknn.xcontent import java_string, objects, parse_double


@dataclass(frozen=True, kw_only=True)
class GeoDistanceSort(Sort):
    """``field`` is the field of the points; a row without one is farthest away, whichever way the order goes."""

    points: tuple[GeoPoint, ...]
    unit: float = 1.0
    plane: bool = False
    validation: str = STRICT
    ignore_unmapped: bool = False

    @property
    def by_field(self) -> bool:
        return False

    def keys(self, ctx: ShardContext, rows: NDArray[np.int32], score: NDArray[np.float32]) -> SortKeys:
        origins = self._origins()
        mapped = ctx.field(self.field)
        if mapped is None and not self.ignore_unmapped:
            raise IllegalArgumentException(f"failed to find mapper for [{self.field}] for geo distance based sort")
        if mapped is None:
            values = np.full(len(rows), np.inf)
        else:
            if mapped.kind not in ("knn_vector", "flat_object"):
                mapped.require_doc_values()
            column = ctx.fielddata(mapped)
            if not isinstance(column, GeoPointColumn):
                raise wrong_fielddata(mapped, "IndexGeoPointFieldData")
            if self._plain:
                points.encode(origins[0])
            if self._plain and mapped.path != self.field:
                values = np.full(len(rows), np.inf)  # Lucene's own sort knows no alias
            else:
                values = self._distances(ctx, column, origins, rows)[rows]
        return SortKeys(-values if self.descending else values, values)

    def after(self, ctx: ShardContext, value: Any) -> Any:
        if value is None:
            raise null_number("Double", "value")
        try:
            text = isinstance(value, str | bool)
            number = parse_double(java_string(value)) if text else float(value)
        except TypeError:
            raise self._unparsed(self.field) from None
        except IllegalArgumentException as cause:
            raise self._unparsed(self.field) from cause
        return -number if self.descending else number

    @property
    def _plain(self) -> bool:
        """Whether Lucene's own sort is taken, which measures on the sphere only and from real places only."""
        one = len(self.points) == 1 and self.nested is None
        return one and self.unit == 1.0 and not self.descending and self._mode == "min"

    def _origins(self) -> list[GeoPoint]:
        if self.validation == STRICT:
            for point in self.points:
                for name, value, limit in (("latitude", point.lat, 90), ("longitude", point.lon, 180)):
                    if not abs(value) <= limit:
                        raise OpenSearchParseException(
                            f"illegal {name} value [{java_string(value)}] for [GeoDistanceSort] for field "
                            f"[{self.field}]."
                        )
        return [points.normalized(point) if self.validation == COERCE else point for point in self.points]

    def _distances(
        self, ctx: ShardContext, column: GeoPointColumn, origins: list[GeoPoint], rows: NDArray[np.int32]
    ) -> NDArray[np.float64]:
        """float64[n]: each row's distance, by the mode over its points and the origins."""
        measure: Callable[..., NDArray[np.float64]] = sphere.haversine
        if self.plane and not self._plain:
            measure = sphere.plane
        found = np.stack([measure(lat, lon, column.lats, column.lons) for lat, lon in origins], axis=1)
        if self.unit != 1.0:
            found = found * 1.0 / self.unit
        each = len(origins)
        values = NumericColumn(column.n, np.repeat(column.rows, each), column.single and each == 1, found.ravel())
        mode = self._mode
        if self.nested is not None:
            check_max_children(ctx, self.nested)
            children = self.nested.children(ctx)
            if mode == "median" and children is not None:
                self.nested.refuse_median(ctx, children, rows)
            inner = self.nested.column(ctx, values)
            assert isinstance(inner, NumericColumn)
            values = inner
        if mode in ("min", "max"):
            return values.reduced(np.minimum if mode == "min" else np.maximum, math.inf)
        total = values.reduced(np.add, math.inf)
        counts = np.maximum(np.diff(values.offsets), 1)
        if mode == "sum":
            return total
        if mode == "avg":
            return np.asarray(total / counts, np.float64)
        return self._median(values, counts)

    @staticmethod
    def _median(values: NumericColumn, counts: NDArray[Any]) -> NDArray[np.float64]:
        order = np.lexsort((values.values, values.rows))
        ordered, starts = values.values[order], values.offsets[:-1]
        out = np.full(values.n, math.inf)
        has = np.flatnonzero(values.exists)
        low = ordered[starts[has] + (counts[has] - 1) // 2]
        high = ordered[starts[has] + counts[has] // 2]
        out[has] = (low + high) / 2
        return out


def _points(container: Any, key: Any) -> list[GeoPoint]:
    """GeoDistanceSortBuilder.parseGeoPoints: one point as two numbers, or points in any form."""
    values = container[key]
    found: list[GeoPoint] = []
    i = 0
    while i < len(values):
        value = values[i]
        if isinstance(value, int | float) and not isinstance(value, bool):
            if i + 1 >= len(values) or isinstance(values[i + 1], bool) or not isinstance(values[i + 1], int | float):
                raise OpenSearchParseException(
                    f"geo point parsing: expected second number but got [{_token_at(values, i + 1)}] instead"
                )
            found.append(GeoPoint(float(values[i + 1]), float(value)))
            i += 2
        else:
            found.append(points.of_json(values, i))
            i += 1
    return found


def _token_at(values: list[Any], i: int) -> str:
    return objects.token(values[i]) if i < len(values) else "END_ARRAY"


def _another(container: Any, name: str, field: str | None) -> None:
    if field is not None and field != name:
        raise ParsingException(
            f"Trying to reset fieldName to [{name}], already set to [{field}].", at=Where(container, name)
        )


def parse_geo_distance_sort(container: Any, key: Any) -> Sort:
    body = container[key]
    if isinstance(body, list) and body and not isinstance(body[0], str | dict | list):
        raise NullPointerException('Cannot invoke "String.equals(Object)" because "fieldName" is null')
    if isinstance(body, list) and body and all(isinstance(item, str) for item in body):
        body = {key: body}  # the brackets are not looked at, and the sort's name is taken for the field's
    if not isinstance(body, dict):
        if isinstance(body, str) or (isinstance(body, list) and body):
            raise NotFaked("a geo distance sort that is no object")
        raise IllegalArgumentException("Geo distance sorting needs at least one point.")
    field: str | None = None
    origins: list[GeoPoint] = []
    found: dict[str, Any] = {}
    nested: dict[str, Any] = {}
    for name, value in body.items():
        if isinstance(value, list):
            origins += _points(body, name)
            field = name
        elif isinstance(value, dict):
            if name == "nested":
                nested["nested"] = parse_nested_sort(body, name)
                continue
            if name == "nested_filter":
                nested[name] = parse_query(body, name)
                continue
            _another(body, name, field)
            field = name
            origins.append(points.of_json(body, name))
        elif value is None:
            continue
        elif name == "order":
            found["order"] = sort_order(objects.text(body, name))
        elif name == "unit":
            found["unit"] = sphere.unit(objects.text(body, name))
        elif name == "distance_type":
            found["plane"] = distance_type(body, name) == "plane"
        elif name == "validation_method":
            found["validation"] = validation_method(body, name)
        elif name in ("mode", "sort_mode"):
            found["mode"] = sort_mode(body, name)
        elif name == "nested_path":
            nested[name] = objects.text(body, name)
        elif name == "ignore_unmapped":
            found["ignore_unmapped"] = objects.boolean(body, name)
        elif isinstance(value, str):
            _another(body, name, field)
            origins.append(points.of_text(value))
            field = name
        elif field is None:
            raise NullPointerException('Cannot invoke "String.equals(Object)" because "fieldName" is null')
        elif field == name:
            raise ParsingException(f"Only geohashes of type string supported for field [{name}]", at=Where(body, name))
        else:
            raise ParsingException(f"[_geo_distance] does not support [{name}]", at=Where(body, name))
    if field is None or not origins:
        raise IllegalArgumentException("Geo distance sorting needs at least one point.")
    if found.get("mode") == "sum":
        raise IllegalArgumentException("sort_mode [sum] isn't supported for sorting by geo distance")
    if "nested" in nested and len(nested) > 1:
        raise IllegalArgumentException("Setting both nested_path/nested_filter and nested not allowed")
    return GeoDistanceSort(field=field, points=tuple(origins), **found, **taken_nested(nested))


SORTS["_geo_distance"] = parse_geo_distance_sort

__all__ = ["GeoDistanceSort"]
