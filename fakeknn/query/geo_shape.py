"""geo_shape: shapes and points by how they lie to a shape (GeoShapeQueryBuilder)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, ClassVar

import numpy as np

from fakeknn.errors import IllegalArgumentException, NotFaked, OpenSearchError, ParsingException, Where
from fakeknn.fields.geo_point import GeoPointColumn, GeoPointFieldType
from fakeknn.fields.geo_shape import GeoShapeFieldType, of_json
from fakeknn.geo import shapes, sphere
from fakeknn.geo.areas import in_ring
from fakeknn.geo.points import GeoPoint
from fakeknn.geo.wkt import Shape
from fakeknn.query.base import Query, ShardContext, common, register
from fakeknn.query.geo import GeoBoundingBox, geo_column, shapes_related
from fakeknn.view import Mask
from fakeknn.xcontent import objects

RELATIONS = ("intersects", "disjoint", "within", "contains")

_GEOJSON_KINDS = {
    "POINT": "Point", "MULTIPOINT": "MultiPoint", "LINESTRING": "LineString", "MULTILINESTRING": "MultiLineString",
    "POLYGON": "Polygon", "MULTIPOLYGON": "MultiPolygon", "ENVELOPE": "Envelope",
}  # fmt: skip


@dataclass(frozen=True, eq=False, kw_only=True)
class GeoShape(Query):
    kind: ClassVar[str] = "geo_shape"
    field: str
    shape: Shape
    relation: str = "intersects"
    ignore_unmapped: bool = False

    def members(self) -> dict[str, Any]:
        kind = _GEOJSON_KINDS.get(self.shape.kind)
        if kind is None or kind == "Envelope":
            raise NotFaked(f"the text of a [geo_shape] query by {self.shape.kind}")
        shape = {"type": kind, "coordinates": self.shape.coordinates}
        return {self.field: {"shape": shape, "relation": self.relation}, "ignore_unmapped": self.ignore_unmapped}

    def mask(self, ctx: ShardContext) -> Mask:
        mapped = ctx.field(self.field)
        if mapped is None:
            if self.ignore_unmapped:
                return ctx.nothing()
            raise ctx.fails(f"failed to find type for field [{self.field}]")
        if isinstance(mapped, GeoPointFieldType):
            if mapped.path != self.field:
                return ctx.nothing()  # an alias names no field of the index
            if self.relation != "intersects":
                raise ctx.fails(f"{self.relation.upper()} query relation not supported for Field [{self.field}].")
            column = geo_column(ctx, mapped)
            return ctx.nothing() if column is None else column.where(self._holds(ctx, column, self.shape))
        if not isinstance(mapped, GeoShapeFieldType):
            raise ctx.fails(f"Field [{self.field}] is of unsupported type [{mapped.kind}] for [geo_shape] query")
        if mapped.path != self.field:
            return ctx.nothing()
        return shapes_related(ctx, mapped, self.shape, self.relation)

    def _holds(self, ctx: ShardContext, column: GeoPointColumn, shape: Shape) -> Mask:
        """bool[m]: the points inside a shape."""
        if shape.kind == "CIRCLE":
            x, y, radius = shape.coordinates
            return np.asarray(sphere.haversine(y, x, column.lats, column.lons) <= radius)
        if shape.kind == "ENVELOPE":
            low_x, high_x, high_y, low_y = shape.coordinates
            box = GeoBoundingBox(
                field=self.field, top_left=GeoPoint(high_y, low_x), bottom_right=GeoPoint(low_y, high_x)
            )
            return box.inside(column)
        if shape.kind == "GEOMETRYCOLLECTION":
            hit = np.ones(len(column.encoded), bool)
            for part in shape.coordinates:
                hit &= self._holds(ctx, column, part)
            return hit
        if shape.kind not in ("POLYGON", "MULTIPOLYGON"):
            raise ctx.fails(f"Field [{self.field}] does not support {shape.kind.lower()} queries")
        shapes.geometry(shape)  # which does without what it cannot fake
        hit = np.zeros(len(column.encoded), bool)
        for shell, *holes in [shape.coordinates] if shape.kind == "POLYGON" else shape.coordinates:
            inside = in_ring([point[:2] for point in shell], column.lons, column.lats)
            for hole in holes:
                inside &= ~in_ring([point[:2] for point in hole], column.lons, column.lats)
            hit |= inside
        return hit


def _shape(container: Any, key: Any) -> Shape:
    try:
        found = of_json(container, key, coerce=False, ignore_z=True)
    except OpenSearchError as error:
        raise NotFaked("what a [geo_shape] query says of a malformed shape") from error
    if found is None or found.empty:
        raise NotFaked("a [geo_shape] query without a shape")
    return found


@register("geo_shape")
def parse_geo_shape(container: Any, key: Any) -> Query:
    body = container[key]
    name_of_field: str | None = None
    shape: Shape | None = None
    found: dict[str, Any] = {}
    for name, value in body.items():
        if isinstance(value, dict):
            if name_of_field is not None:
                raise ParsingException(f"point specified twice. [{name}]", at=Where(body, name))
            name_of_field = name
            for member in value:
                if member == "relation":
                    relation = objects.text(value, member)
                    if relation.lower() not in RELATIONS:
                        raise ParsingException(f"Unknown shape operation [{relation} ]", at=Where(value, member))
                    found["relation"] = relation.lower()
                elif member == "shape":
                    shape = _shape(value, member)
                elif member in ("indexed_shape", "strategy"):
                    raise NotFaked(f"[{member}] of a [geo_shape] query")
                else:
                    raise ParsingException(f"query does not support [{member}]", at=Where(value, member))
        elif not objects.is_value(value):
            continue
        elif name == "boost":
            found[name] = objects.decimal(body, name)
        elif name == "_name":
            found[name] = objects.text(body, name)
        elif name == "ignore_unmapped":
            found[name] = objects.boolean(body, name)
        else:
            raise ParsingException(f"query does not support [{name}]", at=Where(body, name))
    if name_of_field is None:
        raise IllegalArgumentException("fieldName is required")
    if shape is None:
        raise IllegalArgumentException("either shape or indexedShapeId is required")
    return GeoShape(
        field=name_of_field,
        shape=shape,
        relation=found.get("relation", "intersects"),
        ignore_unmapped=found.get("ignore_unmapped", False),
        **common({"boost": 0.0, **found}),  # which the real parser does not set either
    )
