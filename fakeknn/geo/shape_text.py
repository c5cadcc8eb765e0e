"""Well-known text of the shapes of ``geo_shape`` queries, and what their two notations share.

Sources: GeoWKTParser and GeoShapeType of common.geo.
"""

from __future__ import annotations

import math
import re
from collections.abc import Callable
from typing import Any

from fakeknn.errors import IllegalArgumentException, NotFaked, OpenSearchException, OpenSearchParseException
from fakeknn.geo.wkt import Shape

_KINDS = {
    "point", "multipoint", "linestring", "multilinestring", "polygon", "multipolygon", "envelope", "circle",
    "geometrycollection",
}  # fmt: skip
_WORD = re.compile(r"[A-Za-z0-9+\-.\u00a0-\u00ff]+")
_WKT_TOKEN = re.compile(rf"{_WORD.pattern}|#[^\n]*|[\x00-\x20]+|.", re.DOTALL)

Position = tuple[float, ...]


def kind_of(name: str) -> str:
    """GeoShapeType.forName."""
    kind = name.lower()
    if kind == "bbox":
        return "envelope"
    if kind not in _KINDS:
        raise IllegalArgumentException(f"unknown geo_shape [{name}]")
    return kind


def closed(ring: list[Position]) -> list[Position]:
    if ring[0][:2] != ring[-1][:2]:
        raise OpenSearchParseException("invalid LinearRing found (coordinates are not closed)")
    return ring


def box(low_x: float, high_x: float, high_y: float, low_y: float) -> Position:
    """Rectangle's constructor."""
    if low_y > high_y:
        raise IllegalArgumentException("max y cannot be less than min x")  # as it is said
    return low_x, high_x, high_y, low_y


class ShapeText:
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
        kind = kind_of(self._word())
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
        return closed(found)

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
        return box(low_x, high_x, high_y, low_y)

    def _collection(self) -> list[Shape] | None:
        return None if self._empty() else self._listed(self._geometry)

    _READERS: dict[str, Callable[[ShapeText], Any]] = {  # noqa: RUF012
        "point": _point,
        "multipoint": _multi_point,
        "linestring": _line,
        "multilinestring": _multi_line,
        "polygon": _polygon,
        "multipolygon": _multi_polygon,
        "envelope": _envelope,
        "geometrycollection": _collection,
    }
