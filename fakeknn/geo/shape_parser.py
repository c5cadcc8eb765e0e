"""The shapes of ``geo_shape`` queries, which an older reader reads than those of fields: GeoJSON and well-known text.

Sources: ShapeParser, GeoJsonParser, GeoWKTParser, GeoShapeType and the shape builders of common.geo.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from fakeknn.errors import (
    IllegalArgumentException,
    NotFaked,
    NullPointerException,
    OpenSearchException,
    OpenSearchParseException,
)
from fakeknn.geo.geojson import ORIENTATIONS
from fakeknn.geo.shape_text import Position, ShapeText, box, closed, kind_of
from fakeknn.geo.sphere import parse_distance
from fakeknn.geo.wkt import Shape
from fakeknn.xcontent import java_string, objects
from fakeknn.xcontent.tokens import Tokens


def parse(container: Any, key: Any) -> Shape | None:
    """The shape at ``container[key]``; None for null and for what is said to be empty."""
    value = container[key]
    if value is None:
        return None
    if isinstance(value, dict):
        with objects.sub_parser(value):
            tokens = Tokens(container, key)
            return _of_object(tokens)
    if isinstance(value, str):
        return ShapeText(objects.text(container, key)).whole()
    raise OpenSearchParseException("shape must be an object consisting of type and coordinates")


# ------------------------------------------------------------------------------------------------------------- GeoJSON


@dataclass(frozen=True)
class _Node:
    """CoordinateNode: a position or, where that is None, what is nested."""

    position: Position | None = None
    children: list[_Node] | None = None

    def dimensions(self) -> int:
        if self.position is not None:
            return len(self.position)
        if not self.children:
            raise OpenSearchException("attempting to get number of dimensions on an empty coordinate node")
        return self.children[0].dimensions()


def _of_object(tokens: Tokens) -> Shape | None:
    """GeoJsonParser.parse; the parser stands at the start of the object, in the end at that of the object."""
    outside = tokens.depth - 1
    kind: str | None = None
    radius: float | None = None
    node: _Node | None = None
    collection: list[Shape] | None = None
    malformed: str | None = None
    while tokens.next() != "END_OBJECT":
        if tokens.kind != "FIELD_NAME":
            continue
        name = tokens.text
        tokens.next()
        if name == "type":
            given = kind_of(tokens.text)
            if kind not in (None, given):
                malformed = f"type already parsed as [{kind}] cannot redefine as [{given}]"
            else:
                kind = given
        elif name == "coordinates":
            found = _coordinates(tokens)
            if node is not None and found.dimensions() != node.dimensions():
                tokens.refuse(
                    OpenSearchParseException("Exception parsing coordinates: number of dimensions do not match")
                )
            node = found
        elif name == "geometries":
            if kind is None:
                kind = "geometrycollection"
            elif kind != "geometrycollection":
                malformed = f"cannot have [geometries] with type set to [{kind}]"
            collection = _geometries(tokens)
        elif name == "radius":
            if kind is None:
                kind = "circle"
            elif kind != "circle":
                malformed = f"cannot have [radius] with type set to [{kind}]"
            radius = parse_distance(tokens.text)
        elif name == "orientation":
            if kind not in (None, "polygon", "multipolygon"):
                malformed = f"cannot have [orientation] with type set to [{kind}]"
            orientation = tokens.text.lower()
            if orientation not in ORIENTATIONS:
                raise IllegalArgumentException(f"Unknown orientation [{orientation}]")
        else:
            tokens.skip_children()
    tokens.leave(outside)
    if malformed is not None:
        raise OpenSearchParseException(malformed)
    if kind is None:
        raise OpenSearchParseException("shape type not included")
    if kind == "geometrycollection":
        if collection is None:
            raise OpenSearchParseException("geometries not included")
        return Shape("GEOMETRYCOLLECTION", collection)
    if node is None:
        raise OpenSearchParseException("coordinates not included")
    if kind == "circle":
        return _circle(node, radius)
    return Shape(kind.upper(), _BUILDERS[kind](node))


def _coordinates(tokens: Tokens) -> _Node:
    if tokens.kind == "START_OBJECT":
        tokens.skip_children()
        tokens.next()
        tokens.refuse(OpenSearchParseException("coordinates cannot be specified as objects"))
    token = tokens.next()
    if token == "VALUE_NULL":
        tokens.refuse(IllegalArgumentException("coordinates cannot contain NULL values)"))
    if token not in ("START_ARRAY", "END_ARRAY"):
        return _Node(_position(tokens))
    nodes: list[_Node] = []
    while tokens.kind != "END_ARRAY":
        node = _coordinates(tokens)
        if nodes and nodes[0].dimensions() != node.dimensions():
            tokens.refuse(OpenSearchParseException("Exception parsing coordinates: number of dimensions do not match"))
        nodes.append(node)
        tokens.next()
    return _Node(children=nodes)


def _position(tokens: Tokens) -> Position:
    found: list[float] = []
    for wanted in (True, True, False):
        if tokens.kind == "VALUE_NUMBER":
            found.append(float(tokens.container[tokens.key]))
            tokens.next()
        elif wanted:
            tokens.refuse(OpenSearchParseException("geo coordinates must be numbers"))
    if tokens.kind == "VALUE_NUMBER":
        tokens.refuse(OpenSearchParseException("geo coordinates greater than 3 dimensions are not supported"))
    return tuple(found)


def _geometries(tokens: Tokens) -> list[Shape]:
    if tokens.kind != "START_ARRAY":
        tokens.refuse(OpenSearchParseException("geometries must be an array of geojson objects"))
    found: list[Shape] = []
    while tokens.next() != "END_ARRAY":
        shape: Shape | None = None
        if tokens.kind == "START_OBJECT":
            shape = _of_object(tokens)
        elif tokens.kind == "VALUE_STRING":
            shape = ShapeText(tokens.text).whole()
        elif tokens.kind != "VALUE_NULL":
            tokens.refuse(OpenSearchParseException("shape must be an object consisting of type and coordinates"))
        if shape is None:
            raise NotFaked("nothing in a collection of shapes")
        found.append(shape)
    return found


def _circle(node: _Node, radius: float | None) -> Shape:
    if radius is None:
        raise NullPointerException('Cannot read field "value" because "radius" is null')
    if node.position is None:
        raise NullPointerException('Cannot read field "x" because "this.center" is null')
    if radius < 0:
        raise IllegalArgumentException(f"Circle radius [{java_string(radius)}] cannot be negative")
    return Shape("CIRCLE", (*node.position[:2], radius))


def _children(node: _Node, how: str = "size") -> list[_Node]:
    if node.children is None:
        raise NullPointerException(f'Cannot invoke "java.util.List.{how}()" because "coordinates.children" is null')
    return node.children


def _positions(nodes: list[_Node]) -> list[Position]:
    found = [node.position for node in nodes if node.position is not None]
    if len(found) < len(nodes):
        raise NotFaked("positions that are nested too deep in the shape of a query")
    return found


def _point(node: _Node) -> Position:
    if node.position is not None:
        return node.position
    if not node.children:
        raise OpenSearchParseException(
            "invalid number of points (0) provided when expecting a single coordinate ([lat, lng])"
        )
    raise OpenSearchParseException("multipoint data provided when single point data expected.")


def _multi_point(node: _Node) -> list[Position]:
    if node.position is not None:
        raise OpenSearchParseException(
            "single coordinate found when expecting an array of coordinates. change type to point or change data to an "
            "array of >0 coordinates"
        )
    if not node.children:
        raise OpenSearchParseException(
            "no data provided for multipoint object when expecting >0 points (e.g., [[lat, lng]] or [[lat, lng], ...])"
        )
    return [_point(child) for child in node.children]


def _line(node: _Node) -> list[Position]:
    children = _children(node)
    if len(children) < 2:
        raise OpenSearchParseException(
            f"invalid number of points in LineString (found [{len(children)}] - must be >= 2)"
        )
    return _positions(children)


def _multi_line(node: _Node) -> list[list[Position]]:
    children = _children(node)
    if not children:
        raise OpenSearchParseException("invalid number of lines in MultiLineString (found [0] - must be >= 1)")
    return [_line(child) for child in children]


def _polygon(node: _Node) -> list[list[Position]]:
    if not node.children:
        raise OpenSearchParseException(
            "invalid LinearRing provided for type polygon. Linear ring must be an array of coordinates"
        )
    return [_ring(child) for child in node.children]


def _ring(node: _Node) -> list[Position]:
    if not node.children:
        what = "No coordinate array provided"
        if node.position is not None:
            what = "Found a single coordinate when expecting a coordinate array"
        raise OpenSearchParseException(f"Invalid LinearRing found. {what}")
    if len(node.children) < 4:
        raise OpenSearchParseException(
            f"invalid number of points in LinearRing (found [{len(node.children)}] - must be >= [4])"
        )
    return closed(_positions(node.children))


def _multi_polygon(node: _Node) -> list[list[list[Position]]]:
    return [_polygon(child) for child in _children(node, "iterator")]


def _envelope(node: _Node) -> Position:
    children = _children(node)
    if len(children) != 2:
        raise OpenSearchParseException(
            f"invalid number of points [{len(children)}] provided for geo_shape [envelope] when expecting an array of "
            "2 coordinates"
        )
    for child, corner in zip(children, ("topLeft", "bottomRight"), strict=True):
        if child.position is None:
            raise NullPointerException(f"{corner} of envelope cannot be null")
    top_left, bottom_right = _positions(children)
    return box(top_left[0], bottom_right[0], top_left[1], bottom_right[1])


_BUILDERS: dict[str, Callable[[_Node], Any]] = {
    "point": _point,
    "multipoint": _multi_point,
    "linestring": _line,
    "multilinestring": _multi_line,
    "polygon": _polygon,
    "multipolygon": _multi_polygon,
    "envelope": _envelope,
}
