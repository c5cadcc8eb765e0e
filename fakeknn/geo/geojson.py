"""GeoJSON as OpenSearch reads it (GeoJson of common.geo), into the shapes of ``wkt``."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from typing import Any

from fakeknn.errors import (
    IllegalArgumentException,
    IndexOutOfBoundsException,
    NotFaked,
    OpenSearchException,
    OpenSearchParseException,
    Where,
)
from fakeknn.geo import wkt
from fakeknn.geo.sphere import parse_distance
from fakeknn.geo.wkt import Shape
from fakeknn.xcontent import objects
from fakeknn.xcontent.objects import Member, ObjectParser, building, declared

_KINDS = {
    "point", "multipoint", "linestring", "multilinestring", "polygon", "multipolygon", "geometrycollection",
    "envelope", "circle",
}  # fmt: skip
_RIGHT = {"right", "counterclockwise", "ccw"}
_LEFT = {"left", "clockwise", "cw"}
ORIENTATIONS = _RIGHT | _LEFT


def _coordinates(container: Any, key: Any) -> Any:
    """Positions, nested as they are given."""
    value = container[key]
    if not isinstance(value, list):
        raise OpenSearchParseException("geo coordinates must be numbers")
    if not value:
        return []
    if value[0] is None:
        refused = IllegalArgumentException("coordinates cannot contain NULL values)")
        raise objects.stopped_at(refused, Where(value, 0))
    if not isinstance(value[0], list):
        return _position(value)
    found: list[Any] = []
    for i in range(len(value)):
        found.append(_coordinates(value, i))
        if _dimensions(found[i]) != _dimensions(found[0]):
            error = OpenSearchParseException("Exception parsing coordinates: number of dimensions do not match")
            raise objects.stopped_at(error, Where(value[i], None, "end"))
    return found


def _dimensions(node: Any) -> int:
    while isinstance(node, list) and node:
        node = node[0]
    return len(node)


def _position(value: list[Any]) -> tuple[float, ...]:
    for i, number in enumerate(value[:2]):
        if isinstance(number, bool) or not isinstance(number, int | float):
            raise objects.stopped_at(OpenSearchParseException("geo coordinates must be numbers"), Where(value, i))
    if len(value) < 2:
        error = OpenSearchParseException("geo coordinates must be numbers")
        raise objects.stopped_at(error, Where(value, None, "end"))
    if len(value) > 2 and (isinstance(value[2], bool) or not isinstance(value[2], int | float)):
        raise NotFaked("what the reader of shapes makes of a height that is no number")
    if len(value) > 3:
        error = OpenSearchParseException("geo coordinates greater than 3 dimensions are not supported")
        raise objects.stopped_at(error, Where(value, 3))
    return tuple(float(number) for number in value)


def _radius(container: Any, key: Any) -> float:
    return parse_distance(objects.text(container, key))


@dataclass(frozen=True)
class Reading:
    """How polygons are read: closed where they are not, and which way their shells turn unless they say it."""

    coerce: bool = False
    right: bool = True


@cache
def _parser(how: Reading) -> ObjectParser:
    def geometries(container: Any, key: Any) -> list[Shape]:
        value = container[key]
        if isinstance(value, dict):
            return [of_object(container, key, how)]
        return [of_object(value, i, how) for i in range(len(value))]

    return ObjectParser(
        "geojson",
        {**_MEMBERS, "geometries": declared("object_array", geometries)},
        constructor=("type",),
        ignore_unknown=True,
    )


_MEMBERS = {
    "type": declared("string"),
    "coordinates": Member(("VALUE_BOOLEAN", "VALUE_NULL", "VALUE_NUMBER", "VALUE_STRING", "START_ARRAY"), _coordinates),
    "orientation": declared("string"),
    "radius": declared("string", _radius),
}


def of_object(container: Any, key: Any, how: Reading = Reading()) -> Shape:
    """The shape of the object at ``container[key]``."""
    with objects.sub_parser(container[key]):
        values = _parser(how).parse(container, key)
    with building("geojson"):
        return _built(values, how)


def _built(values: dict[str, Any], how: Reading) -> Shape:
    given = values["type"]
    kind = "envelope" if given.lower() == "bbox" else given.lower()
    orientation = values.get("orientation")
    if orientation is not None and orientation.lower() not in ORIENTATIONS:
        raise IllegalArgumentException(f"Unknown orientation [{orientation.lower()}]")
    if kind not in _KINDS:
        raise IllegalArgumentException(f"No enum constant org.opensearch.geometry.ShapeType.{given.upper()}")
    if kind == "geometrycollection":
        if "geometries" not in values:
            raise OpenSearchParseException("geometries not included")
        if "coordinates" in values:
            raise OpenSearchParseException(f"parameter coordinates is not supported for type {given}")
        _none(values, given, "orientation", "radius")
        return Shape("GEOMETRYCOLLECTION", values["geometries"])
    if "coordinates" not in values:
        raise OpenSearchParseException("coordinates not included")
    if kind == "circle" and "radius" not in values:
        raise OpenSearchParseException("radius is not specified")
    refused = ["geometries"]
    if kind not in ("polygon", "multipolygon"):
        refused.append("orientation")
    if kind != "circle":
        refused.append("radius")
    _none(values, given, *refused)
    return _shape(kind, values["coordinates"], values, how)


def _none(values: dict[str, Any], kind: str, *names: str) -> None:
    for name in names:
        if name in values:
            raise OpenSearchParseException(f"parameter {name} is not supported for type {kind}")


def _shape(kind: str, node: Any, values: dict[str, Any], how: Reading) -> Shape:
    if kind == "point":
        return Shape("POINT", _point(node))
    if kind == "circle":
        return Shape("CIRCLE", (*_point(node)[:2], values["radius"]))
    if kind == "multipoint":
        return Shape("MULTIPOINT", [_point(child) for child in _children(node)])
    if kind == "linestring":
        return Shape("LINESTRING", _line(node))
    if kind == "multilinestring":
        return Shape("MULTILINESTRING", [_line(child) for child in _children(node)])
    if kind == "envelope":
        return _envelope(node)
    orientation = values.get("orientation")
    right = how.right if orientation is None else orientation.lower() in _RIGHT
    if kind == "polygon":
        return Shape("POLYGON", _polygon(node, right, how.coerce))
    return Shape("MULTIPOLYGON", [_polygon(child, right, how.coerce) for child in _children(node)])


def _point(node: Any) -> tuple[float, ...]:
    if isinstance(node, list):
        raise OpenSearchException("expected a single points but got a list")
    return tuple(node)


def _children(node: Any) -> list[Any]:
    if not isinstance(node, list):
        raise OpenSearchException("expected a list of points but got a point")
    return node


def _line(node: Any) -> list[tuple[float, ...]]:
    if len(_children(node)) < 2:
        raise OpenSearchException("not enough points to build a line")
    return [_point(child) for child in node]


def _polygon(node: Any, right: bool, coerce: bool) -> list[list[tuple[float, ...]]]:
    rings = []
    for child in _children(node):
        ring = _line(child)
        closes = coerce and ring[0] != ring[-1]
        ring = ring if right else ring[::-1]
        if closes:
            ring.append(ring[0])
        wkt.check_ring(ring)
        rings.append(ring)
    if not rings:
        raise IndexOutOfBoundsException("Index 0 out of bounds for length 0")
    for ring in rings:
        if len(ring) < 4:
            raise IllegalArgumentException("at least 4 polygon points required")
    return rings


def _envelope(node: Any) -> Shape:
    if len(node) != 2 or not isinstance(node, list):
        raise OpenSearchParseException(
            f"invalid number of points [{len(node)}] provided for geo_shape [ENVELOPE] when expecting an "
            "array of 2 coordinates"
        )
    if any(isinstance(corner, list) for corner in node):
        raise NotFaked("lists of lists as an envelope's corners")
    (low_x, high_y), (high_x, low_y) = node[0][:2], node[1][:2]
    if low_y > high_y:
        raise IllegalArgumentException("max y cannot be less than min x")
    return Shape("ENVELOPE", (low_x, high_x, high_y, low_y))


_NAMES = {
    "POINT": "Point", "MULTIPOINT": "MultiPoint", "LINESTRING": "LineString", "MULTILINESTRING": "MultiLineString",
    "POLYGON": "Polygon", "MULTIPOLYGON": "MultiPolygon",
}  # fmt: skip


def written(shape: Shape) -> dict[str, Any]:
    """GeoJson.toMap."""
    if shape.kind == "GEOMETRYCOLLECTION":
        return {"type": "GeometryCollection", "geometries": [written(part) for part in shape.coordinates]}
    if shape.kind == "ENVELOPE":
        low_x, high_x, high_y, low_y = shape.coordinates
        return {"type": "Envelope", "coordinates": [[low_x, high_y], [high_x, low_y]]}
    if shape.kind == "CIRCLE":
        raise NotFaked("a circle shown as GeoJSON")
    return {"type": _NAMES[shape.kind], "coordinates": _listed(shape.coordinates)}


def _listed(node: Any) -> Any:
    return [_listed(item) for item in node] if isinstance(node, list | tuple) else node
