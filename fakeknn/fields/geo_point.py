"""geo_point: a place on the earth, kept as Lucene keeps it, in 32 bits an axis."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from functools import cached_property
from typing import Any, ClassVar

import numpy as np
from numpy.typing import NDArray

from fakeknn.errors import (
    IllegalArgumentException,
    JsonParseException,
    OpenSearchError,
    OpenSearchParseException,
    QueryShardException,
    Where,
)
from fakeknn.fields.base import FieldType, register
from fakeknn.fields.buffers import Buffer, NumericBuffer
from fakeknn.fields.contexts import DocContext
from fakeknn.fields.unparametrized import UnparametrizedFieldType
from fakeknn.geo import points
from fakeknn.geo.points import GeoPoint
from fakeknn.view import Column, Mask, NumericColumn
from fakeknn.xcontent import java_string, objects
from fakeknn.xcontent.objects import SOURCE


class GeoPointColumn(Column):
    """Points: ``encoded`` int64[m], ascending within a row, of which ``lats`` and ``lons`` are what searches see."""

    def __init__(self, n: int, rows: Any, single: bool, encoded: NDArray[np.int64]) -> None:
        super().__init__(n, rows, single)
        self.encoded = encoded

    @cached_property
    def lats(self) -> NDArray[np.float64]:
        return points.decode_lats(self.encoded)

    @cached_property
    def lons(self) -> NDArray[np.float64]:
        return points.decode_lons(self.encoded)


class GeoPointBuffer(NumericBuffer):
    def __init__(self, dtype: type[np.generic] = np.int64) -> None:
        super().__init__(dtype)

    def _column(self, n: int, m: int, single: bool) -> Column:
        plain = super()._column(n, m, single)
        assert isinstance(plain, NumericColumn)
        return GeoPointColumn(n, plain.rows, single, plain.values)


class GeometryFieldType(UnparametrizedFieldType):
    """What points and shapes share (AbstractGeometryFieldMapper)."""

    takes_objects = True
    geometry_flags: ClassVar[tuple[str, ...]] = ("ignore_malformed", "ignore_z_value")

    def read(self, name: str, value: Any) -> bool:
        if name not in self.geometry_flags:
            return False
        self.keep(name, self.flag(name, value))
        return True

    @property
    def searchable(self) -> bool:
        return True  # whatever [index] says

    def conflicts(self, other: FieldType) -> Iterable[str]:
        for name in ("index", "store", "doc_values"):
            if self.option(name) != other.option(name):
                yield f"mapper [{self.path}] has different [{name}] values"
                if name == "index":
                    yield f"mapper [{self.path}] has different [index_options] values"

    @property
    def ignores_z(self) -> bool:
        return bool(self.options.get("ignore_z_value", True))

    def echo(self, include_defaults: bool = False) -> dict[str, Any]:
        told = super().echo(include_defaults)
        if told.pop("index", None) is not None and include_defaults:
            told["index"] = True
        defaults = {"ignore_malformed": self.ignores_malformed, "ignore_z_value": True}
        for name in self.geometry_flags:
            if include_defaults or name in self.given:
                told[name] = self.options.get(name, defaults.get(name))
        return told

    def merged(self, other: FieldType) -> FieldType:
        found = super().merged(other)
        for name in self.geometry_flags:
            if name in self.given and name not in found.given:
                found.options[name] = self.options[name]
                found.given.add(name)
        return found

    def no_sort(self) -> OpenSearchError:
        return IllegalArgumentException(
            f"can't sort on {self.kind} field without using specific sorting feature, like geo_distance"
        )

    @staticmethod
    def check_geometry_format(format: str | None) -> None:
        if format not in (None, "geojson", "wkt"):
            raise IllegalArgumentException(f"Unrecognized geometry format [{format}].")

    def refusal(self, doc_id: str, preview: str) -> str:
        return f"failed to parse field [{self.path}] of type [{self.kind}]"

    def term(self, column: Column, value: Any, *, case_insensitive: bool = False) -> Mask:
        raise QueryShardException(
            f"Geometry fields do not support exact searching, use dedicated geometry queries instead: [{self.path}]"
        )

    def terms(self, column: Column, values: Collection[Any]) -> Mask:
        return self.term(column, None)


@register("geo_point")
class GeoPointFieldType(GeometryFieldType):
    takes_arrays = True
    tells_breaks = True
    sub_parses = True
    gives_lists = True
    null: GeoPoint | None = None

    def read(self, name: str, value: Any) -> bool:
        if name == "null_value":
            self.options["null_value"] = value
            return True
        return super().read(name, value)

    def build(self) -> None:
        given = self.options.get("null_value")
        if given is None:
            return
        point = points.of_json({"null_value": given}, "null_value", ignore_z=self.ignores_z)
        if self.options.get("ignore_malformed"):
            point = points.normalized(point)
        else:
            self._check(point, "")
        self.null = point

    @staticmethod
    def _check(point: GeoPoint, of: str) -> None:
        if not -90 <= point.lat <= 90 and point.lat == point.lat:
            raise IllegalArgumentException(f"illegal latitude value [{java_string(point.lat)}]{of}")
        if not -180 <= point.lon <= 180 and point.lon == point.lon:
            raise IllegalArgumentException(f"illegal longitude value [{java_string(point.lon)}]{of}")

    def echo(self, include_defaults: bool = False) -> dict[str, Any]:
        told = super().echo(include_defaults)
        if self.null is not None or include_defaults:
            told["null_value"] = None if self.null is None else self.null._asdict()
        return told

    def merged(self, other: FieldType) -> FieldType:
        found = super().merged(other)
        assert isinstance(found, GeoPointFieldType)
        if found.null is None:
            found.null = self.null
        return found

    def new_buffer(self) -> Buffer | None:
        return GeoPointBuffer() if self.searchable or self.has_doc_values else None

    def parse(self, container: Any, key: Any, value: Any, doc: DocContext) -> list[int] | None:
        found = self._points(container, key, value)
        return [points.encode(point) for point in found] if found else None

    def _points(self, container: Any, key: Any, value: Any) -> list[GeoPoint]:
        """PointParser.parse."""
        if value is None:
            return [] if self.null is None else [self.null]
        if not isinstance(value, list):
            return [self._processed(points.of_json(container, key, ignore_z=self.ignores_z))]
        if value and isinstance(value[0], int | float) and not isinstance(value[0], bool):
            return [self._processed(self._pair(value))]
        return [self._processed(points.of_json(value, i, ignore_z=self.ignores_z)) for i in range(len(value))]

    def _pair(self, value: list[Any]) -> GeoPoint:
        x = float(value[0])
        if len(value) < 2:
            error = JsonParseException(
                f"Current token (END_ARRAY) not numeric, can not use numeric value accessors{SOURCE}",
                at=Where(value, None, "end"),
            )
            error.offset = 1  # type: ignore[attr-defined]
            raise error
        y = float(objects.decimal(value, 1))
        if len(value) > 2:
            if isinstance(value[2], bool) or not isinstance(value[2], int | float):
                raise OpenSearchParseException("field type does not accept > 3 dimensions")
            points.check_z(self.ignores_z, value[2])
        return GeoPoint(y, x)

    def _processed(self, point: GeoPoint) -> GeoPoint:
        if not self.ignores_malformed:
            self._check(point, f" for {self.name}")
            return point
        if not np.isfinite(point.lat) or not np.isfinite(point.lon):
            raise OpenSearchParseException("cannot normalize the point - not a number")
        return points.normalized(point)

    def doc_value(self, value: Any, format: str | None = None) -> Any:
        encoded = np.array([value], np.int64)
        lat, lon = float(points.decode_lats(encoded)[0]), float(points.decode_lons(encoded)[0])
        return f"{java_string(lat)}, {java_string(lon)}"

    def stored(self, value: Any, parsed: list[int]) -> list[str]:
        """What ``stored_fields`` shows: the points before they were encoded."""
        found = self._points({"": value}, "", value)
        return [f"{java_string(float(point.lat))}, {java_string(float(point.lon))}" for point in found]

    def fetch(self, value: Any, format: str | None = None) -> Any:
        found = [] if value is None else self._points({"": value}, "", value)
        if format == "wkt":
            return [f"POINT ({java_string(point.lon)} {java_string(point.lat)})" for point in found]
        self.check_geometry_format(format)
        return [{"type": "Point", "coordinates": [point.lon, point.lat]} for point in found]

    def for_subs(self, container: Any, key: Any, value: Any) -> tuple[Any, Any, Any]:
        hashes = [points.to_geohash(*point) for point in self._points(container, key, value)]
        text = f"[{','.join(hashes)}]" if len(hashes) > 1 else "".join(hashes) or None
        return {key: text}, key, text
