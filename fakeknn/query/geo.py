"""Geo queries: geo_bounding_box, geo_distance, geo_polygon."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any, ClassVar

import numpy as np

from fakeknn.errors import (
    IllegalArgumentException,
    NotFaked,
    OpenSearchError,
    OpenSearchParseException,
    ParsingException,
    QueryValidationException,
    Where,
)
from fakeknn.fields import FieldType
from fakeknn.fields.geo_point import GeoPointColumn, GeoPointFieldType
from fakeknn.fields.geo_shape import GeoShapeFieldType
from fakeknn.geo import indexing, points, shapes, sphere, wkt
from fakeknn.geo.areas import in_ring
from fakeknn.geo.points import GeoPoint
from fakeknn.query.base import Query
from fakeknn.query.context import ShardContext
from fakeknn.query.java_names import field_type_name, no_geo_shapes
from fakeknn.query.one_field import of_one_field
from fakeknn.query.parsing import common, register
from fakeknn.view import Mask, ObjectColumn
from fakeknn.xcontent import java_string, objects

NOWHERE = GeoPoint(math.nan, math.nan)
STRICT, COERCE, IGNORE_MALFORMED = "STRICT", "COERCE", "IGNORE_MALFORMED"


def validation_method(container: Any, key: Any) -> str:
    """GeoValidationMethod.fromString."""
    given = objects.text(container, key)
    with objects.read_at(container, key):
        if given.upper() not in (STRICT, COERCE, IGNORE_MALFORMED):
            raise IllegalArgumentException(
                f"operator needs to be either [{COERCE}, {IGNORE_MALFORMED}, {STRICT}], but not [{given}]"
            )
    return given.upper()


@of_one_field
@dataclass(frozen=True, eq=False, kw_only=True)
class GeoQuery(Query):
    """What the queries of places share; the score is constant."""

    field: str
    validation: str = STRICT
    ignore_unmapped: bool = False

    @property
    def lenient(self) -> bool:
        return self.validation != STRICT

    def mask(self, ctx: ShardContext) -> Mask:
        mapped = ctx.field(self.field)
        if mapped is None:
            if self.ignore_unmapped:
                return ctx.nothing()
            raise ctx.fails(f"failed to find geo field [{self.field}]")
        if not isinstance(mapped, GeoPointFieldType | GeoShapeFieldType):
            if mapped.derivation is not None:
                raise no_geo_shapes(mapped)
            raise ctx.fails(
                f"type [{field_type_name(mapped)}] for field [{self.field}] is not supported for [{self.kind}] "
                "queries. Must be one of [geo_point] or [geo_shape]"
            )
        problems = self.problems()
        if problems:
            raise ctx.fails("couldn't validate latitude/ longitude values") from QueryValidationException(
                *(f"[{self.kind}] {problem}" for problem in problems)
            )
        if isinstance(mapped, GeoShapeFieldType):
            return self.of_shapes(ctx, mapped)
        return self.of_points(ctx, mapped)

    def problems(self) -> Sequence[str]:
        """What is wrong with the places given."""
        return ()

    def of_points(self, ctx: ShardContext, mapped: FieldType) -> Mask:
        column = geo_column(ctx, mapped)
        return ctx.nothing() if column is None else column.where(self.inside(column))

    def inside(self, column: GeoPointColumn) -> Mask:
        """bool[m]: which of a column's points match."""
        raise NotImplementedError

    def of_shapes(self, ctx: ShardContext, mapped: GeoShapeFieldType) -> Mask:
        raise NotFaked(f"a [{self.kind}] query of shapes")


def shapes_related(ctx: ShardContext, mapped: GeoShapeFieldType, shape: wkt.Shape, relation: str) -> Mask:
    """bool[n]: the rows whose shapes lie so to another shape."""
    column = ctx.column(mapped)
    assert isinstance(column, ObjectColumn)
    if shape.empty:
        return ctx.nothing()
    other = None if shape.kind == "CIRCLE" else indexing.queried(shape)
    if not column.values:
        return ctx.nothing()
    key = ("shapes", mapped.path, len(column.values))
    known = ctx.view.memo.get(key)
    if known is None:
        known = ctx.view.memo[key] = np.array(list(column.values), object)
    if relation == "within" and any(kind in ("LINESTRING", "MULTILINESTRING") for kind in _kinds(shape)):
        raise IllegalArgumentException("LatLonShapeQuery does not support WITHIN queries with line geometries")

    def related(how: str) -> Mask:
        if other is not None:
            return shapes.related(known, other, how)
        x, y, radius = shape.coordinates
        return shapes.around(known, y, x, radius, how)

    if relation == "disjoint":
        return column.exists & ~column.where(related("intersects"))
    hit = related(relation)
    if relation == "within" and not column.single:
        return column.exists & ~column.where(~hit)
    return column.where(hit)


def _kinds(shape: wkt.Shape) -> Iterator[str]:
    if shape.kind == "GEOMETRYCOLLECTION":
        for part in shape.coordinates:
            yield from _kinds(part)
    else:
        yield shape.kind


def geo_column(ctx: ShardContext, mapped: FieldType) -> GeoPointColumn | None:
    """The points of a field; None where it keeps none."""
    if not mapped.searchable and not mapped.has_doc_values:
        return None
    column = ctx.column(mapped)
    assert isinstance(column, GeoPointColumn)
    return column


# --- geo_bounding_box -------------------------------------------------------------------------------------------------


@dataclass(frozen=True, eq=False, kw_only=True)
class GeoBoundingBox(GeoQuery):
    kind: ClassVar[str] = "geo_bounding_box"
    named_first: ClassVar[bool] = True
    top_left: GeoPoint = NOWHERE
    bottom_right: GeoPoint = NOWHERE
    type: str = "MEMORY"

    def members(self) -> dict[str, Any]:
        return {
            self.field: {
                "top_left": [self.top_left.lon, self.top_left.lat],
                "bottom_right": [self.bottom_right.lon, self.bottom_right.lat],
            },
            "validation_method": self.validation,
            "type": self.type,
            "ignore_unmapped": self.ignore_unmapped,
        }

    def problems(self) -> Sequence[str]:
        if self.lenient:
            return ()
        return [
            f"{name} is invalid: {java_string(value)}"
            for name, value, limit in (
                ("top latitude", self.top_left.lat, 90),
                ("left longitude", self.top_left.lon, 180),
                ("bottom latitude", self.bottom_right.lat, 90),
                ("right longitude", self.bottom_right.lon, 180),
            )
            if not abs(value) <= limit
        ]

    @property
    def corners(self) -> tuple[GeoPoint, GeoPoint]:
        top_left, bottom_right = self.top_left, self.bottom_right
        if self.validation == COERCE:
            left, right = top_left.lon, bottom_right.lon
            around = math.fmod(right - left, 360) == 0 and right > left
            top_left = points.normalized(top_left, lon=not around)
            bottom_right = points.normalized(bottom_right, lon=not around)
            if around:
                top_left, bottom_right = top_left._replace(lon=-180.0), bottom_right._replace(lon=180.0)
        return top_left, bottom_right

    def of_shapes(self, ctx: ShardContext, mapped: GeoShapeFieldType) -> Mask:
        (top, left), (bottom, right) = self.corners
        return shapes_related(ctx, mapped, wkt.Shape("ENVELOPE", (left, right, top, bottom)), "intersects")

    def inside(self, column: GeoPointColumn) -> Mask:
        (top, left), (bottom, right) = self.corners
        if bottom > top:
            raise IllegalArgumentException("max y cannot be less than min x")
        if bottom == 90.0:
            return np.zeros(len(column.encoded), bool)
        if left == 180.0:
            if right == 180.0:
                return np.zeros(len(column.encoded), bool)
            if right < left:
                left = -180.0
        low, west = points.encode_lat(bottom, up=True), points.encode_lon(left, up=True)
        high, east = points.encode_lat(top), points.encode_lon(right)
        lats = column.encoded >> 32
        lons = (column.encoded & 0xFFFFFFFF).astype(np.uint32).view(np.int32)
        across = (lons >= west) | (lons <= east) if right < left else (lons >= west) & (lons <= east)
        return (lats >= low) & (lats <= high) & across


_SIDES = {"top": "top", "bottom": "bottom", "left": "left", "right": "right"}
_CORNERS = {"top_left": ("top", "left"), "bottom_right": ("bottom", "right"), "top_right": ("top", "right"),
            "bottom_left": ("bottom", "left")}  # fmt: skip


def parse_box(body: dict[str, Any]) -> tuple[GeoPoint, GeoPoint]:
    """GeoBoundingBox.parseBoundingBox: its top left and its bottom right corner."""
    sides = dict.fromkeys(_SIDES, math.nan)
    envelope: wkt.Shape | None = None
    for name in body:
        if name == "wkt":
            envelope = _envelope(objects.text(body, name))
        elif name in _SIDES:
            sides[name] = float(objects.decimal(body, name))
        elif name in _CORNERS:
            point = points.of_json(body, name, corner=name)
            upper, side = _CORNERS[name]
            sides[upper], sides[side] = point.lat, point.lon
        else:
            raise OpenSearchParseException(f"failed to parse bounding box. unexpected field [{name}]")
    if envelope is not None:
        if not all(math.isnan(side) for side in sides.values()):
            raise OpenSearchParseException(
                "failed to parse bounding box. Conflicting definition found using well-known text and explicit corners."
            )
        low_x, high_x, high_y, low_y = envelope.coordinates
        return GeoPoint(high_y, low_x), GeoPoint(low_y, high_x)
    return GeoPoint(sides["top"], sides["left"]), GeoPoint(sides["bottom"], sides["right"])


def _envelope(text: str) -> wkt.Shape:
    try:
        shape = wkt.parse(text, coerce=True)
    except OpenSearchError as cause:
        raise OpenSearchParseException("failed to parse WKT bounding box") from cause
    if shape.kind != "ENVELOPE":
        raise OpenSearchParseException(f"failed to parse WKT bounding box. [{shape.kind}] found. expected [ENVELOPE]")
    return shape


def _check_corners(top_left: GeoPoint, bottom_right: GeoPoint) -> None:
    """GeoBoundingBoxQueryBuilder.setCorners, which is asked before it knows the validation method."""
    (top, left), (bottom, right) = top_left, bottom_right
    for name, value in (
        ("top latitude", top), ("left longitude", left), ("bottom latitude", bottom), ("right longitude", right),
    ):  # fmt: skip
        if not math.isfinite(value):
            raise IllegalArgumentException(f"{name} is invalid: {java_string(value)}")
    if top < bottom:
        raise IllegalArgumentException(f"top is below bottom corner: {java_string(top)} vs. {java_string(bottom)}")
    if top == bottom:
        raise IllegalArgumentException(f"top cannot be the same as bottom: {java_string(top)} == {java_string(bottom)}")
    if left == right:
        raise IllegalArgumentException(f"left cannot be the same as right: {java_string(left)} == {java_string(right)}")


def _behind_arrays(body: dict[str, Any]) -> Iterator[tuple[Any, Any, str]]:
    """Each value of an object, where it is and the member that it is read as: parsers that do not look for arrays see
    what these hold."""

    def inside(items: list[Any], name: str) -> Iterator[tuple[Any, Any, str]]:
        for i, item in enumerate(items):
            yield from inside(item, name) if isinstance(item, list) else [(items, i, name)]

    for name, value in body.items():
        yield from inside(value, name) if isinstance(value, list) else [(body, name, name)]


@register("geo_bounding_box")
def parse_geo_bounding_box(container: Any, key: Any) -> Query:
    body = container[key]
    box: tuple[GeoPoint, GeoPoint] | None = None
    name_of_field = ""
    found: dict[str, Any] = {}
    for holder, key, name in _behind_arrays(body):
        value = holder[key]
        if isinstance(value, dict):
            try:
                box = parse_box(value)
            except OpenSearchError as error:
                raise OpenSearchParseException(
                    f"failed to parse [geo_bounding_box] query. [{error.reason}]", at=error.at
                ) from None
            name_of_field = name
        elif objects.is_value(value):
            if name == "_name":
                found[name] = objects.text(holder, key)
            elif name == "boost":
                found[name] = objects.decimal(holder, key)
            elif name == "validation_method":
                found["validation"] = validation_method(holder, key)
            elif name == "ignore_unmapped":
                found[name] = objects.boolean(holder, key)
            elif name == "type":
                found[name] = objects.text(holder, key)
            else:
                raise ParsingException(
                    f"failed to parse [geo_bounding_box] query. unexpected field [{name}]", at=Where(holder, key)
                )
    if box is None:
        raise OpenSearchParseException("failed to parse [geo_bounding_box] query. bounding box not provided")
    _check_corners(*box)
    kind = found.get("type", "memory").upper()
    if kind not in ("MEMORY", "INDEXED"):
        raise IllegalArgumentException(f"no type can be parsed from ordinal {found['type']}")
    return GeoBoundingBox(
        field=name_of_field, top_left=box[0], bottom_right=box[1], type=kind, **_shared(found), **common(found)
    )


def _shared(found: dict[str, Any]) -> dict[str, Any]:
    return {name: found[name] for name in ("validation", "ignore_unmapped") if name in found}


# --- geo_distance -----------------------------------------------------------------------------------------------------


@dataclass(frozen=True, eq=False, kw_only=True)
class GeoDistance(GeoQuery):
    kind: ClassVar[str] = "geo_distance"
    center: GeoPoint = NOWHERE
    distance: float = 0.0
    distance_type: str = "arc"

    def members(self) -> dict[str, Any]:
        return {
            self.field: [self.center.lon, self.center.lat],
            "distance": self.distance,
            "distance_type": self.distance_type,
            "validation_method": self.validation,
            "ignore_unmapped": self.ignore_unmapped,
        }

    def problems(self) -> Sequence[str]:
        if self.lenient:
            return ()
        return [
            f"center point {name} is invalid: {java_string(value)}"
            for name, value, limit in (("latitude", self.center.lat, 90), ("longitude", self.center.lon, 180))
            if not abs(value) <= limit
        ]

    def of_shapes(self, ctx: ShardContext, mapped: GeoShapeFieldType) -> Mask:
        center = points.normalized(self.center) if self.validation == COERCE else self.center
        points.encode(center)
        return shapes_related(ctx, mapped, wkt.Shape("CIRCLE", (center.lon, center.lat, self.distance)), "intersects")

    def inside(self, column: GeoPointColumn) -> Mask:
        center = points.normalized(self.center) if self.validation == COERCE else self.center
        points.encode(center)  # which refuses what is no place
        # A degree of latitude is 111 km, so most points are too far away at a glance.
        near = np.flatnonzero(np.abs(column.lats - center.lat) <= self.distance / 111_000 + 0.01)
        found = np.zeros(len(column.encoded), bool)
        found[near] = sphere.haversine(center.lat, center.lon, column.lats[near], column.lons[near]) <= self.distance
        return found


def distance_type(container: Any, key: Any) -> str:
    """GeoDistance.fromString."""
    name = objects.text(container, key).lower()
    with objects.read_at(container, key):
        if name not in ("plane", "arc"):
            raise IllegalArgumentException(f"No geo distance for [{name}]")
    return name


class _Center:
    """The point of a geo_distance query, whose coordinates may come one by one."""

    def __init__(self) -> None:
        self.lat = self.lon = math.nan

    def reset(self, point: GeoPoint) -> None:
        self.lat, self.lon = point


def _center_object(center: _Center, body: dict[str, Any], around: str) -> None:
    for name, value in body.items():
        if not objects.is_value(value):
            continue
        if name == "lat":
            center.lat = float(objects.decimal(body, name))
        elif name == "lon":
            center.lon = float(objects.decimal(body, name))
        elif name == "geohash":
            center.reset(points.of_geohash(objects.text(body, name)))
        else:
            raise ParsingException(f"[geo_distance] query does not support [{around}]", at=Where(body, name))


@register("geo_distance")
def parse_geo_distance(container: Any, key: Any) -> Query:
    body = container[key]
    center = _Center()
    name_of_field: str | None = None
    distance: Any = None
    unit = 1.0
    found: dict[str, Any] = {}
    for name, value in body.items():
        if isinstance(value, list):
            name_of_field = name
            center.reset(points.of_json(body, name))
        elif isinstance(value, dict):
            if name_of_field is not None:
                raise ParsingException(
                    f"[geo_distance] query doesn't support multiple fields, found [{name_of_field}] and [{name}]",
                    at=Where(body, name),
                )
            name_of_field = name
            _center_object(center, value, name)
        elif value is None:
            continue
        elif name == "distance":
            distance = value
        elif name == "unit":
            with objects.read_at(body, name):
                unit = sphere.unit(objects.text(body, name))
        elif name == "distance_type":
            found[name] = distance_type(body, name)
        elif name.endswith(".lat"):
            center.lat, name_of_field = float(objects.decimal(body, name)), name.removesuffix(".lat")
        elif name.endswith(".lon"):
            center.lon, name_of_field = float(objects.decimal(body, name)), name.removesuffix(".lon")
        elif name == "_name":
            found[name] = objects.text(body, name)
        elif name == "boost":
            found[name] = objects.decimal(body, name)
        elif name == "ignore_unmapped":
            found[name] = objects.boolean(body, name)
        elif name == "validation_method":
            found["validation"] = validation_method(body, name)
        elif name_of_field is None:
            center.reset(points.of_text(objects.text(body, name)))
            name_of_field = name
        else:
            raise ParsingException(
                f"failed to parse [geo_distance] query. unexpected field [{name}]", at=Where(body, name)
            )
    if distance is None:
        raise ParsingException("geo_distance requires 'distance' to be specified", at=Where(body, None, "end"))
    if not name_of_field:
        raise IllegalArgumentException("fieldName must not be null or empty")
    return GeoDistance(
        field=name_of_field,
        center=GeoPoint(center.lat, center.lon),
        distance=_meters(body, distance, unit),
        distance_type=found.get("distance_type", "arc"),
        **_shared(found),
        **common(found),
    )


def _meters(body: Any, distance: Any, unit: float) -> float:
    if isinstance(distance, bool):
        raise objects.not_numeric(body, "distance")
    text = distance if isinstance(distance, str) else java_string(float(distance))
    if not text:
        raise IllegalArgumentException("distance must not be null or empty")
    meters = sphere.parse_distance(text, unit)
    if meters <= 0.0:
        raise IllegalArgumentException("distance must be greater than zero")
    return meters


# --- geo_polygon ------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, eq=False, kw_only=True)
class GeoPolygon(GeoQuery):
    kind: ClassVar[str] = "geo_polygon"
    named_first: ClassVar[bool] = True
    points: tuple[GeoPoint, ...] = ()

    def members(self) -> dict[str, Any]:
        return {
            self.field: {"points": [[point.lon, point.lat] for point in self.points]},
            "validation_method": self.validation,
            "ignore_unmapped": self.ignore_unmapped,
        }

    def mask(self, ctx: ShardContext) -> Mask:
        mapped = ctx.field(self.field)
        if mapped is None:
            if self.ignore_unmapped:
                return ctx.nothing()
            raise ctx.fails(f"failed to find geo_point field [{self.field}]")
        if not isinstance(mapped, GeoPointFieldType):
            raise ctx.fails(f"field [{self.field}] is not a geo_point field")
        shell = self.points
        if not self.lenient:
            for point in shell:
                if not abs(point.lat) <= 90:
                    raise ctx.fails(f"illegal latitude value [{java_string(point.lat)}] for [geo_polygon]")
                if not abs(point.lon) <= 180:
                    raise ctx.fails(f"illegal longitude value [{java_string(point.lon)}] for [geo_polygon]")
        if self.validation == COERCE:
            shell = tuple(map(points.normalized, shell))
        for point in shell:
            points.encode(point)
        column = geo_column(ctx, mapped)
        if column is None:
            return ctx.nothing()
        return column.where(in_ring([(point.lon, point.lat) for point in shell], column.lons, column.lats))


@register("geo_polygon")
def parse_geo_polygon(container: Any, key: Any) -> Query:
    body = container[key]
    name_of_field: str | None = None
    shell: list[GeoPoint] | None = None
    found: dict[str, Any] = {}
    for name, value in body.items():
        if isinstance(value, dict):
            name_of_field = name
            for member, item in value.items():
                if not isinstance(item, list):
                    raise ParsingException(
                        f"[geo_polygon] query does not support token type [{objects.token(item)}] under [{member}]",
                        at=Where(value, member),
                    )
                if member != "points":
                    raise ParsingException(f"[geo_polygon] query does not support [{member}]", at=Where(value, member))
                shell = [points.of_json(item, i) for i in range(len(item))]
        elif not objects.is_value(value):
            raise ParsingException(
                f"[geo_polygon] unexpected token type [{objects.token(value)}]", at=Where(body, name)
            )
        elif name == "_name":
            found[name] = objects.text(body, name)
        elif name == "boost":
            found[name] = objects.decimal(body, name)
        elif name == "ignore_unmapped":
            found[name] = objects.boolean(body, name)
        elif name == "validation_method":
            found["validation"] = validation_method(body, name)
        else:
            raise ParsingException(f"[geo_polygon] query does not support [{name}]", at=Where(body, name))
    if not name_of_field:
        raise IllegalArgumentException("fieldName must not be null")
    if not shell:
        raise IllegalArgumentException("polygon must not be null or empty")
    if len(shell) < (4 if shell[0] == shell[-1] else 3):
        raise IllegalArgumentException("too few points defined for geo_polygon query")
    if shell[0] != shell[-1]:
        shell.append(shell[0])
    return GeoPolygon(field=name_of_field, points=tuple(shell), **_shared(found), **common(found))


__all__ = ["GeoBoundingBox", "GeoDistance", "GeoPolygon"]
