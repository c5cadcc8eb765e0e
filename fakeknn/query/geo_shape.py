"""geo_shape: shapes and points by how they lie to a shape (GeoShapeQueryBuilder)."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Any, ClassVar

import numpy as np

from fakeknn.errors import (
    IllegalArgumentException,
    IllegalStateException,
    NotFaked,
    ParsingException,
    Where,
)
from fakeknn.fields.geo_point import GeoPointColumn, GeoPointFieldType
from fakeknn.fields.geo_shape import GeoShapeFieldType, of_json
from fakeknn.geo import indexing, shape_parser, sphere
from fakeknn.geo.areas import in_ring
from fakeknn.geo.points import GeoPoint
from fakeknn.geo.wkt import Shape
from fakeknn.query.base import Query
from fakeknn.query.context import ShardContext, rewriting
from fakeknn.query.geo import GeoBoundingBox, check_center, geo_column, shapes_related
from fakeknn.query.one_field import of_one_field
from fakeknn.query.parsing import common, register
from fakeknn.view import Mask
from fakeknn.xcontent import objects

RELATIONS = ("intersects", "disjoint", "within", "contains")

_GEOJSON_KINDS = {
    "POINT": "Point", "MULTIPOINT": "MultiPoint", "LINESTRING": "LineString", "MULTILINESTRING": "MultiLineString",
    "POLYGON": "Polygon", "MULTIPOLYGON": "MultiPolygon", "ENVELOPE": "Envelope",
}  # fmt: skip


@dataclass(frozen=True)
class IndexedShape:
    """A shape that a document holds."""

    id: str
    index: str = "shapes"
    path: str = "shape"
    routing: str | None = None

    def shape(self, services: Any) -> Shape:
        """AbstractGeometryQueryBuilder.fetch."""
        with rewriting():
            shape = self._shape(services)
        if shape is None:
            raise NotFaked("a [geo_shape] query by a document without a shape")
        return shape

    def _shape(self, services: Any) -> Shape | None:
        found = services.document(self.index, self.id, self.routing)
        if found is None:
            raise IllegalArgumentException(f"Shape with ID [{self.id}] not found")
        holder: Any = found[1]
        *above, last = self.path.split(".")
        for name in above:
            holder = holder.get(name) if isinstance(holder, dict) else None
        if not isinstance(holder, dict) or last not in holder:
            raise IllegalStateException(f"Shape with name [{self.id}] found but missing {self.path} field")
        return of_json(holder, last, coerce=True, ignore_z=True)


@of_one_field
@dataclass(frozen=True, eq=False, kw_only=True)
class GeoShape(Query):
    kind: ClassVar[str] = "geo_shape"
    named_first: ClassVar[bool] = True
    field: str
    shape: Shape | None = None
    indexed: IndexedShape | None = None
    relation: str = "intersects"
    ignore_unmapped: bool = False

    def members(self) -> dict[str, Any]:
        kind = None if self.shape is None else _GEOJSON_KINDS.get(self.shape.kind)
        if self.shape is None or kind is None or kind == "Envelope":
            raise NotFaked(f"the text of a [geo_shape] query by {self.shape and self.shape.kind}")
        shape = {"type": kind, "coordinates": self.shape.coordinates}
        return {self.field: {"shape": shape, "relation": self.relation}, "ignore_unmapped": self.ignore_unmapped}

    def fetched(self, services: Any) -> Query:
        return self if self.indexed is None else replace(self, shape=self.indexed.shape(services), indexed=None)

    def mask(self, ctx: ShardContext) -> Mask:
        mapped = ctx.field(self.field)
        if mapped is None:
            if self.ignore_unmapped:
                return ctx.nothing()
            raise ctx.fails(f"failed to find type for field [{self.field}]")
        if isinstance(mapped, GeoPointFieldType):
            if self.relation != "intersects":
                raise ctx.fails(f"{self.relation.upper()} query relation not supported for Field [{self.field}].")
            column = geo_column(ctx, mapped)
            if column is None:
                return ctx.nothing()
            hit = self._holds(ctx, column, self.asked(ctx))
            return column.where(hit) if mapped.path == self.field else ctx.nothing()  # an alias is no field of Lucene
        if not isinstance(mapped, GeoShapeFieldType):
            raise ctx.fails(f"Field [{self.field}] is of unsupported type [{mapped.kind}] for [geo_shape] query")
        if mapped.path != self.field:
            return ctx.nothing()
        return shapes_related(ctx, mapped, self.asked(ctx), self.relation)

    def asked(self, ctx: ShardContext) -> Shape:
        """The shape that is asked for."""
        if self.shape is not None:
            return self.shape
        assert self.indexed is not None
        return self.indexed.shape(ctx.services)

    def _holds(self, ctx: ShardContext, column: GeoPointColumn, shape: Shape) -> Mask:
        """bool[m]: the points inside a shape."""
        if shape.kind == "CIRCLE":
            x, y, radius = shape.coordinates
            check_center(shape)
            return np.asarray(sphere.haversine(y, x, column.lats, column.lons) <= radius)
        if shape.kind == "ENVELOPE":
            low_x, high_x, high_y, low_y = shape.coordinates
            box = GeoBoundingBox(
                field=self.field, top_left=GeoPoint(high_y, low_x), bottom_right=GeoPoint(low_y, high_x)
            )
            return box.inside(column)
        if shape.kind == "GEOMETRYCOLLECTION":
            hit = np.full(len(column.encoded), bool(shape.coordinates))
            for part in shape.coordinates:
                hit &= self._holds(ctx, column, part)
            return hit
        if shape.kind not in ("POLYGON", "MULTIPOLYGON"):
            raise ctx.fails(f"Field [{self.field}] does not support {shape.kind.lower()} queries")
        if shape.empty:
            raise IllegalArgumentException("geometries must not be empty")
        hit = np.zeros(len(column.encoded), bool)
        for polygon in indexing.polygons(shape):
            inside = in_ring(list(polygon.exterior.coords), column.lons, column.lats)
            for hole in polygon.interiors:
                inside &= ~in_ring(list(hole.coords), column.lons, column.lats)
            hit |= inside
        return hit


def _indexed(container: Any, key: Any) -> dict[str, str]:
    body = container[key]
    if not isinstance(body, dict):
        raise NotFaked("an [indexed_shape] that is no object")
    found: dict[str, str] = {}
    for name, value in body.items():
        if not objects.is_value(value):
            raise ParsingException(f"unknown token [{objects.token(value)}] after [{name}]", at=Where(body, name))
        if name in ("id", "index", "path", "routing"):
            found[name] = objects.text(body, name)
    return found


def _met(body: dict[str, Any]) -> Iterator[tuple[Any, Any]]:
    """The places that a parser comes to which looks at no brackets of arrays: all members, and what arrays hold."""

    def inside(value: list[Any]) -> Iterator[tuple[Any, Any]]:
        for i, item in enumerate(value):
            if isinstance(item, list):
                yield from inside(item)
            else:
                yield value, i

    for name, value in body.items():
        yield body, name
        if isinstance(value, list):
            yield from inside(value)
            objects.whole(body, name)


@register("geo_shape")
def parse_geo_shape(container: Any, key: Any) -> Query:
    body = container[key]
    name_of_field: str | None = None
    shape: Shape | None = None
    indexed: dict[str, str] = {}
    found: dict[str, Any] = {}
    met = ""
    for holder, place in _met(body):
        if holder is body:
            met = place
        value, name = holder[place], met  # the name that the parser has met last
        if isinstance(value, dict):
            met = next(reversed(value), met)
            if name_of_field is not None:
                raise ParsingException(f"point specified twice. [{name}]", at=Where(holder, place))
            name_of_field = name
            for member in value:
                if member == "relation":
                    relation = objects.text(value, member)
                    if relation.lower() not in RELATIONS:
                        raise ParsingException(f"Unknown shape operation [{relation} ]", at=Where(value, member))
                    found["relation"] = relation.lower()
                elif member == "shape":
                    shape = shape_parser.parse(value, member)
                elif member == "indexed_shape":
                    indexed = _indexed(value, member)
                elif member == "strategy":
                    raise NotFaked("[strategy] of a [geo_shape] query")
                else:
                    raise ParsingException(f"query does not support [{member}]", at=Where(value, member))
        elif not objects.is_value(value):
            continue
        elif name == "boost":
            found[name] = objects.decimal(holder, place)
        elif name == "_name":
            found[name] = objects.text(holder, place)
        elif name == "ignore_unmapped":
            found[name] = objects.boolean(holder, place)
        else:
            raise ParsingException(f"query does not support [{name}]", at=Where(holder, place))
    if name_of_field is None:
        raise IllegalArgumentException("fieldName is required")
    if shape is None and "id" not in indexed:
        raise IllegalArgumentException("either shape or indexedShapeId is required")
    return GeoShape(
        field=name_of_field,
        shape=shape,
        indexed=IndexedShape(**indexed) if shape is None else None,
        relation=found.get("relation", "intersects"),
        ignore_unmapped=found.get("ignore_unmapped", False),
        **common({"boost": 0.0, **found}),  # which the real parser does not set either
    )
