"""The shapes of ``geo_shape`` queries, which an older reader reads than those of fields: GeoJSON and well-known text.

Sources: ShapeParser, GeoJsonParser, GeoWKTParser, GeoShapeType and the shape builders of common.geo.
"""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any, NoReturn

from fakeknn.errors import (
    IllegalArgumentException,
    NotFaked,
    NullPointerException,
    OpenSearchError,
    OpenSearchException,
    OpenSearchParseException,
    Where,
)
from fakeknn.geo.geojson import ORIENTATIONS
from fakeknn.geo.sphere import parse_distance
from fakeknn.geo.wkt import Shape
from fakeknn.xcontent import java_string, objects

_KINDS = {
    "point", "multipoint", "linestring", "multilinestring", "polygon", "multipolygon", "envelope", "circle",
    "geometrycollection",
}  # fmt: skip
_WORD = re.compile(r"[A-Za-z0-9+\-.\u00a0-\u00ff]+")
_WKT_TOKEN = re.compile(rf"{_WORD.pattern}|#[^\n]*|[\x00-\x20]+|.", re.DOTALL)

Position = tuple[float, ...]


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
        return _Text(objects.text(container, key)).whole()
    raise OpenSearchParseException("shape must be an object consisting of type and coordinates")


def _kind(name: str) -> str:
    """GeoShapeType.forName."""
    kind = name.lower()
    if kind == "bbox":
        return "envelope"
    if kind not in _KINDS:
        raise IllegalArgumentException(f"unknown geo_shape [{name}]")
    return kind


# ------------------------------------------------------------------------------------------------- the parser's tokens


class Tokens:
    """What an XContentParser comes to, one after the other: a token's ``kind``, and where it stands."""

    kind: str
    container: Any
    key: Any

    def __init__(self, container: Any, key: Any) -> None:
        self._rest = self._walk(container, key)
        self.depth = 0
        self.next()

    def next(self) -> str:
        found = next(self._rest, None)
        if found is None:
            raise NotFaked("a shape whose parser runs beyond its end")
        self.kind, self.container, self.key = found
        self.depth += self.kind.startswith("START") - self.kind.startswith("END")
        return self.kind

    @property
    def text(self) -> str:
        if self.kind == "FIELD_NAME":
            return str(self.key)
        if self.kind.startswith("END"):
            raise NotFaked("the text of the end of an array")
        return objects.text(self.container, self.key)

    def skip_children(self) -> None:
        if self.kind.startswith("START"):
            self.leave(self.depth - 1)

    def leave(self, depth: int) -> None:
        """Go on until no more than so many objects and arrays are open."""
        while self.depth > depth:
            self.next()

    def refuse(self, error: OpenSearchError) -> NoReturn:
        if self.kind == "FIELD_NAME":
            place = Where(self.container, self.key, "key")
        else:
            place = Where(self.container, self.key, "end" if self.kind.startswith("END") else "value")
        raise objects.stopped_at(error, place)

    def _walk(self, container: Any, key: Any) -> Iterator[tuple[str, Any, Any]]:
        value = container[key]
        if isinstance(value, dict):
            yield "START_OBJECT", container, key
            for name in value:
                yield "FIELD_NAME", value, name
                yield from self._walk(value, name)
            objects.whole(container, key)
            yield "END_OBJECT", value, None
        elif isinstance(value, list):
            yield "START_ARRAY", container, key
            for i in range(len(value)):
                yield from self._walk(value, i)
            objects.whole(container, key)
            yield "END_ARRAY", value, None
        else:
            yield objects.token(value), container, key


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
            given = _kind(tokens.text)
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
            shape = _Text(tokens.text).whole()
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
    return _closed(_positions(node.children))


def _closed(ring: list[Position]) -> list[Position]:
    if ring[0][:2] != ring[-1][:2]:
        raise OpenSearchParseException("invalid LinearRing found (coordinates are not closed)")
    return ring


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
    return _box(top_left[0], bottom_right[0], top_left[1], bottom_right[1])


def _box(low_x: float, high_x: float, high_y: float, low_y: float) -> Position:
    """Rectangle's constructor."""
    if low_y > high_y:
        raise IllegalArgumentException("max y cannot be less than min x")  # as it is said
    return low_x, high_x, high_y, low_y


_BUILDERS: dict[str, Callable[[_Node], Any]] = {
    "point": _point,
    "multipoint": _multi_point,
    "linestring": _line,
    "multilinestring": _multi_line,
    "polygon": _polygon,
    "multipolygon": _multi_polygon,
    "envelope": _envelope,
}


# ---------------------------------------------------------------------------------------------------- well-known text


class _Text:
    """GeoWKTParser over the words of a StreamTokenizer."""

    def __init__(self, text: str) -> None:
        tokens = _WKT_TOKEN.findall(text)
        self.tokens: list[str] = [token for token in tokens if token[0] > " " and token[0] != "#"]
        self.at = 0

    def whole(self) -> Shape | None:
        shape = self._geometry()
        if self._peek() is not None:
            found = self._shown(self._peek())
            raise OpenSearchParseException(f"expected end of WKT string but found additional text: {found}")
        return shape

    # -- words

    def _peek(self) -> str | None:
        return self.tokens[self.at] if self.at < len(self.tokens) else None

    def _take(self) -> str | None:
        token = self._peek()
        self.at += 1
        return token

    @staticmethod
    def _shown(token: str | None) -> str:
        if token is None:
            return "END-OF-STREAM"
        return token if _WORD.fullmatch(token) else f"'{token}'"

    def _word(self) -> str:
        token = self._take()
        if token is None or not (_WORD.fullmatch(token) or token in "(),"):
            raise OpenSearchParseException(f"expected word but found: {self._shown(token)}")
        return "EMPTY" if token.upper() == "EMPTY" else token

    def _one_of(self, *wanted: str) -> str:
        word = self._word()
        if word not in wanted:
            found = self._shown(self.tokens[self.at - 1])
            raise OpenSearchParseException(f"expected {' or '.join(wanted)} but found: {found}")
        return word

    def _empty(self) -> bool:
        return self._one_of("EMPTY", "(") == "EMPTY"

    def _is_number(self) -> bool:
        """Whether a word is next, be it a number or not."""
        token = self._peek()
        return token is not None and _WORD.fullmatch(token) is not None

    def _number(self) -> float:
        token = self._take()
        if token is None or not _WORD.fullmatch(token):
            raise OpenSearchParseException(f"expected number but found: {self._shown(token)}")
        if token.lower() == "nan":
            return math.nan
        try:
            return float(token)
        except ValueError:
            raise OpenSearchParseException(f"invalid number found: {token}") from None

    # -- shapes

    def _geometry(self) -> Shape | None:
        kind = _kind(self._word())
        reader = self._READERS.get(kind)
        if reader is None:
            raise IllegalArgumentException(f"Unknown geometry type: {kind}")
        found = reader(self)
        return None if found is None else Shape(kind.upper(), found)

    def _position(self) -> Position:
        found = [self._number(), self._number()]
        if self._is_number():
            found.append(self._number())
        return tuple(found)

    def _positions(self) -> list[Position]:
        found: list[Position] = []
        while True:
            bracketed = not self._is_number()
            if not bracketed or self._word() == "(":
                found.append(self._position())
                if len(found[-1]) != len(found[0]):
                    raise OpenSearchException(
                        "unable to add coordinate to CoordinateBuilder: coordinate dimensions do not match. Expected "
                        f"[{len(found[0])}] but found [{len(found[-1])}]"
                    )
                if bracketed:
                    self._one_of(")")
            if self._one_of(",", ")") == ")":
                return found

    def _point(self) -> Position | None:
        if self._empty():
            return None
        found = self._position()
        self._one_of(")")
        return found[:2]

    def _multi_point(self) -> list[Position]:
        if self._empty():
            return []
        found = self._positions()
        if not found:
            raise IllegalArgumentException("cannot create point collection with empty set of points")
        return found

    def _line(self) -> list[Position] | None:
        if self._empty():
            return None
        found = self._positions()
        if not found:
            raise IllegalArgumentException("cannot create point collection with empty set of points")
        if len(found) < 2:
            raise IllegalArgumentException(
                f"invalid number of points in LineString (found [{len(found)}] - must be >= 2)"
            )
        return found

    def _ring(self) -> list[Position] | None:
        if self._empty():
            return None
        found = self._positions()
        if len(found) < 4:
            raise OpenSearchParseException(
                f"invalid number of points in LinearRing (found [{len(found)}] - must be >= 4)"
            )
        return _closed(found)

    def _listed(self, read: Callable[[], Any]) -> list[Any]:
        found = [read()]
        while self._one_of(",", ")") == ",":
            found.append(read())
        if None in found:
            raise NotFaked("nothing in the well-known text of a query's shape")
        return found

    def _multi_line(self) -> list[list[Position]]:
        return [] if self._empty() else self._listed(self._line)

    def _polygon(self) -> list[list[Position]] | None:
        return None if self._empty() else self._listed(self._ring)

    def _multi_polygon(self) -> list[list[list[Position]]] | None:
        return None if self._empty() else self._listed(self._polygon)

    def _envelope(self) -> Position | None:
        if self._empty():
            return None
        found = [self._number()]
        for _ in range(3):
            self._one_of(",")
            found.append(self._number())
        self._one_of(")")
        low_x, high_x, high_y, low_y = found
        return _box(low_x, high_x, high_y, low_y)

    def _collection(self) -> list[Shape] | None:
        return None if self._empty() else self._listed(self._geometry)

    _READERS: dict[str, Callable[[_Text], Any]] = {  # noqa: RUF012
        "point": _point,
        "multipoint": _multi_point,
        "linestring": _line,
        "multilinestring": _multi_line,
        "polygon": _polygon,
        "multipolygon": _multi_polygon,
        "envelope": _envelope,
        "geometrycollection": _collection,
    }
