"""Well-known text and the shapes that it tells of.

Sources: WellKnownText, GeographyValidator, StandardValidator of opensearch-geo.
"""

from __future__ import annotations

import math
import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from fakeknn.errors import IllegalArgumentException, ParseException
from fakeknn.xcontent import java_string

#: java.io.StreamTokenizer as WellKnownText sets it up: words of letters, digits, signs and dots; ``#`` comments.
_TOKEN = re.compile(r"[A-Za-z0-9+\-.\u00a0-\u00ff]+|#[^\n]*|\n|\s+|.", re.DOTALL)


@dataclass(frozen=True)
class Shape:
    """A geometry: ``kind`` as ShapeType names it; coordinates are (x, y) or (x, y, z), nested as the kind has it.

    POINT: one; LINESTRING, MULTIPOINT: a list; POLYGON, MULTILINESTRING: a list of lists; MULTIPOLYGON: of those;
    ENVELOPE: (min x, max x, max y, min y); CIRCLE: (x, y, radius in metres); GEOMETRYCOLLECTION: shapes.
    """

    kind: str
    coordinates: Any

    @property
    def empty(self) -> bool:
        return len(self.coordinates) == 0

    def positions(self) -> Iterator[tuple[float, ...]]:
        """Every coordinate inside."""
        if self.kind == "GEOMETRYCOLLECTION":
            for shape in self.coordinates:
                yield from shape.positions()
        elif self.kind == "ENVELOPE" and self.coordinates:
            low_x, high_x, high_y, low_y = self.coordinates
            yield low_x, low_y
            yield high_x, high_y
        elif self.kind == "CIRCLE" and self.coordinates:
            yield self.coordinates[:2]
        else:
            yield from _flat(self.coordinates)


def _flat(coordinates: Any) -> Iterator[tuple[float, ...]]:
    if coordinates and isinstance(coordinates[0], float):
        yield tuple(coordinates)
    else:
        for inner in coordinates:
            yield from _flat(inner)


def check_latitude(lat: float) -> None:
    """GeoUtils.checkLatitude."""
    if not -90 <= lat <= 90:
        raise IllegalArgumentException(f"invalid latitude {java_string(float(lat))}; must be between -90.0 and 90.0")


def check_longitude(lon: float) -> None:
    """GeoUtils.checkLongitude."""
    if not -180 <= lon <= 180:
        raise IllegalArgumentException(f"invalid longitude {java_string(float(lon))}; must be between -180.0 and 180.0")


def check_degrees(shape: Shape, ignore_z: bool) -> None:
    """GeographyValidator."""
    for position in shape.positions():
        x, y = position[:2]
        check_latitude(y)
        check_longitude(x)
        if len(position) > 2 and not ignore_z:
            raise IllegalArgumentException(
                f"found Z value [{java_string(position[2])}] but [ignore_z_value] parameter is [false]"
            )


def check_z(shape: Shape, ignore_z: bool) -> None:
    """StandardValidator."""
    for position in shape.positions():
        if len(position) > 2 and not ignore_z:
            raise IllegalArgumentException(
                f"found Z value [{java_string(position[2])}] but [ignore_z_value] parameter is [false]"
            )


def parse(text: str, *, coerce: bool, ignore_z: bool = True) -> Shape:
    """WellKnownText.fromWKT, without the validator; raises ParseException and IllegalArgumentException."""
    return _Reader(text, coerce).geometry()


class _Reader:
    def __init__(self, text: str, coerce: bool) -> None:
        self.coerce = coerce
        self.tokens = [token for token in _TOKEN.findall(text) if not token.isspace() and token[0] != "#"]
        self.i = 0

    # -- tokens

    def _peek(self) -> str | None:
        return self.tokens[self.i] if self.i < len(self.tokens) else None

    def _take(self) -> str | None:
        token = self._peek()
        self.i += 1
        return token

    @staticmethod
    def _is_word(token: str | None) -> bool:
        return token is not None and (token[0].isalnum() or token[0] in "+-.")

    @classmethod
    def _shown(cls, token: str | None) -> str:
        if token is None:
            return "END-OF-STREAM"
        return token if cls._is_word(token) else f"'{token}'"

    def _word(self) -> str:
        token = self._take()
        if token is not None and (self._is_word(token) or token in "(),"):
            return "EMPTY" if token.upper() == "EMPTY" else token
        raise ParseException(f"expected word but found: {self._shown(token)}")

    def _number(self) -> float:
        token = self._take()
        if not self._is_word(token):
            raise ParseException(f"expected number but found: {self._shown(token)}")
        assert token is not None
        if token.upper() == "NAN":
            return math.nan
        try:
            return float(token)
        except ValueError:
            raise ParseException(f"invalid number found: {token}") from None

    def _expect(self, *wanted: str) -> str:
        token = self._word()
        if token not in wanted:
            raise ParseException(f"expected {' or '.join(wanted)} but found: {self._shown(self.tokens[self.i - 1])}")
        return token

    # -- geometries

    def geometry(self) -> Shape:
        kind = self._word().lower()
        if kind == "geometrycollection":
            return self._collection()
        return self._simple(kind)

    def _simple(self, kind: str) -> Shape:
        reader = {
            "point": self._point, "multipoint": self._positions, "linestring": self._line,
            "multilinestring": self._multi_line, "polygon": self._polygon, "multipolygon": self._multi_polygon,
            "bbox": self._bbox, "circle": self._circle,
        }.get(kind)  # fmt: skip
        if reader is None:
            raise IllegalArgumentException(f"Unknown geometry type: {kind}")
        return Shape("ENVELOPE" if kind == "bbox" else kind.upper(), reader())

    def _collection(self) -> Shape:
        if self._expect("EMPTY", "(") == "EMPTY":
            return Shape("GEOMETRYCOLLECTION", [])
        shapes = [self.geometry()]
        while self._expect(",", ")") == ",":
            shapes.append(self.geometry())
        return Shape("GEOMETRYCOLLECTION", shapes)

    def _position(self) -> tuple[float, ...]:
        found = [self._number(), self._number()]
        if self._is_word(self._peek()):
            found.append(self._number())
        return tuple(found)

    def _point(self) -> tuple[float, ...]:
        if self._expect("EMPTY", "(") == "EMPTY":
            return ()
        found = self._position()
        self._expect(")")
        return found

    def _list(self) -> list[tuple[float, ...]]:
        found = [self._position()]
        while self._expect(",", ")") == ",":
            found.append(self._position())
            if len(found[-1]) != len(found[0]):
                raise ParseException(f"coordinate dimensions do not match: {self._shown(self.tokens[self.i - 1])}")
        return found

    def _positions(self) -> list[tuple[float, ...]]:
        return [] if self._expect("EMPTY", "(") == "EMPTY" else self._list()

    def _line(self) -> list[tuple[float, ...]]:
        found = self._positions()
        if len(found) == 1:
            raise IllegalArgumentException("at least two points in the line is required")
        return found

    def _multi_line(self) -> list[Any]:
        if self._expect("EMPTY", "(") == "EMPTY":
            return []
        lines = [self._line()]
        while self._expect(",", ")") == ",":
            lines.append(self._line())
        return lines

    def _ring(self) -> list[tuple[float, ...]]:
        self._expect("(")
        found = self._list()
        if self.coerce and found[0] != found[-1]:
            found.append(found[0])
        check_ring(found)
        return found

    def _polygon(self) -> list[Any]:
        if self._expect("EMPTY", "(") == "EMPTY":
            return []
        rings = [self._ring()]
        while self._expect(",", ")") == ",":
            rings.append(self._ring())
        if any(len(ring) < 4 for ring in rings):
            raise IllegalArgumentException("at least 4 polygon points required")
        return rings

    def _multi_polygon(self) -> list[Any]:
        if self._expect("EMPTY", "(") == "EMPTY":
            return []
        polygons = [self._polygon()]
        while self._expect(",", ")") == ",":
            polygons.append(self._polygon())
        return polygons

    def _bbox(self) -> tuple[float, ...]:
        if self._expect("EMPTY", "(") == "EMPTY":
            return ()
        found = [self._number()]
        for _ in range(3):
            self._expect(",")
            found.append(self._number())
        self._expect(")")
        low_x, high_x, high_y, low_y = found
        if low_y > high_y:
            raise IllegalArgumentException("max y cannot be less than min x")  # as it is said
        return low_x, high_x, high_y, low_y

    def _circle(self) -> tuple[float, ...]:
        if self._expect("EMPTY", "(") == "EMPTY":
            return ()
        found = (self._number(), self._number(), self._number())
        if self._is_word(self._peek()):
            self._number()
        self._expect(")")
        if found[2] < 0:
            raise IllegalArgumentException(f"Circle radius [{java_string(found[2])}] cannot be negative")
        return found


def written(shape: Shape) -> str:
    """WellKnownText.toWKT."""
    kind, given = shape.kind, shape.coordinates
    name = "BBOX" if kind == "ENVELOPE" else kind
    if shape.empty:
        return f"{name} EMPTY"
    if kind == "GEOMETRYCOLLECTION":
        return f"{name} ({','.join(map(written, given))})"
    if kind == "ENVELOPE":
        return f"{name} ({', '.join(map(java_string, given))})"
    if kind in ("POINT", "CIRCLE"):
        return f"{name} ({_position(given)})"
    if kind in ("MULTILINESTRING", "MULTIPOLYGON"):
        return f"{name} ({','.join(map(_positions, given))})"
    return f"{name} {_positions(given)}"


def _position(given: tuple[float, ...]) -> str:
    return " ".join(java_string(float(number)) for number in given)


def _positions(given: Any) -> str:
    return "(" + ", ".join(_position(one) if isinstance(one, tuple) else _positions(one) for one in given) + ")"


def check_ring(ring: list[tuple[float, ...]]) -> None:
    """LinearRing's constructor."""
    if len(ring) < 2:
        raise IllegalArgumentException("linear ring cannot contain less than 2 points, found " + str(len(ring)))
    if ring[0] != ring[-1]:
        first, last = ring[0], ring[-1]
        raise IllegalArgumentException(
            "first and last points of the linear ring must be the same (it must close itself): "
            f"x[0]={java_string(first[0])} x[{len(ring) - 1}]={java_string(last[0])} "
            f"y[0]={java_string(first[1])} y[{len(ring) - 1}]={java_string(last[1])}"
        )
