"""geo_shape: points, lines and areas on the earth."""

from __future__ import annotations

from typing import Any, ClassVar

from fakeknn.errors import (
    IllegalArgumentException,
    NotFaked,
    NullPointerException,
    OpenSearchParseException,
)
from fakeknn.fields.base import FieldType, register
from fakeknn.fields.buffers import Buffer, ObjectBuffer
from fakeknn.fields.contexts import DocContext
from fakeknn.fields.geo_point import GeometryFieldType
from fakeknn.geo import geojson, indexing, shapes, wkt
from fakeknn.geo.geojson import Reading
from fakeknn.geo.wkt import Shape
from fakeknn.xcontent import java_string

_ORIENTATIONS = {
    "right": "right", "counterclockwise": "right", "ccw": "right",
    "left": "left", "clockwise": "left", "cw": "left",
}  # fmt: skip
#: What the mapper before this one took.
_LEGACY = {"tree", "precision", "tree_levels", "distance_error_pct", "strategy", "points_only"}


def of_json(container: Any, key: Any, *, coerce: bool, ignore_z: bool, right: bool = True) -> Shape | None:
    """GeometryParser.parse."""
    value = container[key]
    if value is None:
        return None
    if isinstance(value, dict):
        shape = geojson.of_object(container, key, Reading(coerce, right))
    elif isinstance(value, str):
        shape = wkt.parse(value, coerce=coerce)
    else:
        raise OpenSearchParseException("shape must be an object consisting of type and coordinates")
    wkt.check_z(shape, ignore_z)
    return shape


@register("geo_shape")
class GeoShapeFieldType(GeometryFieldType):
    geometry_flags: ClassVar[tuple[str, ...]] = ("ignore_malformed", "ignore_z_value", "coerce")

    def read(self, name: str, value: Any) -> bool:
        if name in _LEGACY:
            raise NotFaked(f"[{name}] of a geo_shape field")
        if name == "orientation":
            if value is None:
                raise NullPointerException('Cannot invoke "Object.toString()" because "fieldNode" is null')
            given = java_string(value).lower()
            if given not in _ORIENTATIONS:
                raise IllegalArgumentException(f"Unknown orientation [{given}]")
            self.keep(name, _ORIENTATIONS[given])
            return True
        return super().read(name, value)

    @property
    def coerces(self) -> bool:
        return bool(self.options.get("coerce", self.context.flag("index.mapping.coerce")))

    def echo(self, include_defaults: bool = False) -> dict[str, Any]:
        told = super().echo(include_defaults)
        if include_defaults:
            told["coerce"] = self.coerces
        if include_defaults or "orientation" in self.given:
            told["orientation"] = self.options.get("orientation", "right").upper()
        return told

    def merged(self, other: FieldType) -> FieldType:
        found = super().merged(other)
        if "orientation" in self.given and "orientation" not in found.given:
            found.options["orientation"] = self.options["orientation"]
            found.given.add("orientation")
        return found

    @property
    def single(self) -> str | None:  # type: ignore[override]
        return "DocValuesField" if self.has_doc_values else None

    def new_buffer(self) -> Buffer | None:
        return ObjectBuffer()

    def fetch(self, value: Any, format: str | None = None) -> Any:
        self.check_geometry_format(format)
        if isinstance(value, str if format == "wkt" else dict):
            return value  # in the right format already
        shape = self._shape({"": value}, "")
        if shape is None:
            return None
        return wkt.written(shape) if format == "wkt" else geojson.written(shape)

    def _shape(self, container: Any, key: Any) -> Shape | None:
        return of_json(container, key, coerce=self.coerces, ignore_z=self.ignores_z, right=self.turns_right)

    @property
    def turns_right(self) -> bool:
        return bool(self.options.get("orientation", "right") == "right")

    def parse(self, container: Any, key: Any, value: Any, doc: DocContext) -> Any:
        shape = self._shape(container, key)
        if shape is None:
            return None
        return shapes.quantized(indexing.indexed(shape, right=self.turns_right))
