"""The forms of queries of shapes: Lucene's geometries as they write themselves."""

from __future__ import annotations

from dataclasses import replace
from functools import partial
from itertools import pairwise

from fakeknn.fields import FieldType
from fakeknn.fields.geo_shape import GeoShapeFieldType
from fakeknn.geo import points
from fakeknn.geo.wkt import Shape
from fakeknn.query.context import ShardContext
from fakeknn.query.geo_shape import GeoShape
from fakeknn.query.lucene import ConstantScoreQuery, Leaf, MatchNoDocsQuery, Node, Told
from fakeknn.query.lucene.form import lucene
from fakeknn.view import Mask
from fakeknn.xcontent import java_double


@lucene.register
def _(query: GeoShape, ctx: ShardContext) -> Node:
    plain = replace(query, boost=1.0)
    field = ctx.field(query.field)
    if field is None and query.ignore_unmapped:
        return MatchNoDocsQuery()
    if not isinstance(field, GeoShapeFieldType) or field.path != query.field:
        return Told(plain)
    shape = query.asked(ctx)
    told = geometries(shape)
    if not told or (query.relation == "contains" and len(told) > 1):
        return Told(plain)
    leaf = of_shapes(field, told, partial(plain.mask, ctx), box=shape.kind == "ENVELOPE")
    return ConstantScoreQuery(leaf)


def of_shapes(field: FieldType, told: list[str], mask: partial[Mask], *, box: bool) -> Leaf:
    """LatLonShape.newGeometryQuery of geometries, or of one that is a ``box``."""
    if box:
        kind, text = "LatLonShapeBoundingBoxQuery", told[0]
    else:
        kind, text = "LatLonShapeQuery", f"[{''.join(f'{one},' for one in told)}]"
    return Leaf(kind, f"{kind}: field={field.path}:{text}", mask)


def geometries(shape: Shape) -> list[str]:
    """The geometries of a shape; none where it is cut at the dateline, or turned, before it becomes one."""
    if shape.empty:
        return []
    given = shape.coordinates
    if shape.kind == "GEOMETRYCOLLECTION":
        parts = [geometries(part) for part in given]
        return [one for part in parts for one in part] if all(parts) else []
    if shape.kind == "ENVELOPE":
        return [rectangle(*given)] if given[0] <= given[1] else []
    if shape.kind == "CIRCLE":
        return [circle(given[1], given[0], given[2])]
    if shape.kind in ("POINT", "MULTIPOINT"):
        return [_point(*one[:2]) for one in ([given] if shape.kind == "POINT" else given)]
    if shape.kind in ("LINESTRING", "MULTILINESTRING"):
        lines = [given] if shape.kind == "LINESTRING" else given
        return [_line(line) for line in lines] if all(map(_on_earth, lines)) else []
    polygons = [given] if shape.kind == "POLYGON" else given
    if not all(_on_earth(ring) for polygon in polygons for ring in polygon):
        return []
    if any(_area(polygon[0]) < 0 or any(_area(hole) > 0 for hole in polygon[1:]) for polygon in polygons):
        return []
    return [_polygon(*polygon) for polygon in polygons]


def rectangle(low_x: float, high_x: float, high_y: float, low_y: float) -> str:
    south, north, west, east = (java_double(float(side)) for side in (low_y, high_y, low_x, high_x))
    return f"Rectangle(lat={south} TO {north} lon={west} TO {east})"


def circle(lat: float, lon: float, radius: float) -> str:
    return f"Circle([{java_double(float(lat))},{java_double(float(lon))}] radius = {java_double(float(radius))} meters)"


def _point(lon: float, lat: float) -> str:
    """A point is rounded as those of the index are."""
    x, y = points.encode_lon(lon) * (360.0 / 2**32), points.encode_lat(lat) * (180.0 / 2**32)
    return f"Point({java_double(x)},{java_double(y)})"


def _line(line: list[tuple[float, ...]]) -> str:
    return "Line(" + "".join(f"[{java_double(float(one[0]))}, {java_double(float(one[1]))}]" for one in line) + ")"


def _polygon(*rings: list[tuple[float, ...]]) -> str:
    """A ring begins with its second point (GeoPolygonDecomposer)."""
    shown = [
        "Polygon"
        + "".join(f"[{java_double(float(one[1]))}, {java_double(float(one[0]))}] " for one in (*ring[1:], ring[1]))
        for ring in rings
    ]
    return shown[0] + (f", holes=[{', '.join(shown[1:])}]" if len(shown) > 1 else "")


def _on_earth(line: list[tuple[float, ...]]) -> bool:
    """Whether a line stays on one side of the dateline."""
    return all(abs(one[0]) <= 180 for one in line) and max(one[0] for one in line) - min(one[0] for one in line) < 180


def _area(ring: list[tuple[float, ...]]) -> float:
    """Twice the signed area: more than 0 against the clock."""
    return sum(a[0] * b[1] - b[0] * a[1] for a, b in pairwise(ring))
