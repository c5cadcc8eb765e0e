"""How geo_bounding_box, geo_distance and geo_polygon are parsed."""

from __future__ import annotations

import math
from collections.abc import Iterator
from typing import Any

from fakeknn.errors import (
    IllegalArgumentException,
    NotFaked,
    OpenSearchError,
    OpenSearchParseException,
    ParsingException,
    Where,
)
from fakeknn.geo import points, sphere, wkt
from fakeknn.geo.points import GeoPoint
from fakeknn.query.base import Query
from fakeknn.query.geo import COERCE, IGNORE_MALFORMED, STRICT, GeoBoundingBox, GeoDistance, GeoPolygon
from fakeknn.query.parsing import Reader, common, register
from fakeknn.xcontent import java_string, objects
from fakeknn.xcontent.tokens import Tokens


def validation_method(container: Any, key: Any) -> str:
    """GeoValidationMethod.fromString."""
    given = objects.text(container, key)
    with objects.read_at(container, key):
        if given.upper() not in (STRICT, COERCE, IGNORE_MALFORMED):
            raise IllegalArgumentException(
                f"operator needs to be either [{COERCE}, {IGNORE_MALFORMED}, {STRICT}], but not [{given}]"
            )
    return given.upper()


_SIDES = {"top": "top", "bottom": "bottom", "left": "left", "right": "right"}
_CORNERS = {"top_left": ("top", "left"), "bottom_right": ("bottom", "right"), "top_right": ("top", "right"),
            "bottom_left": ("bottom", "left")}  # fmt: skip


def parse_box(body: dict[str, Any]) -> tuple[GeoPoint, GeoPoint]:
    """GeoBoundingBox.parseBoundingBox: its top left and its bottom right corner."""
    sides = dict.fromkeys(_SIDES, math.nan)
    envelope: wkt.Shape | None = None
    for name in body:
        if name == "wkt":
            envelope = _envelope(body, name)
        elif name in _SIDES:
            sides[name] = float(objects.decimal(body, name))
        elif name in _CORNERS:
            point = points.of_json(body, name, corner=name)
            upper, side = _CORNERS[name]
            sides[upper], sides[side] = point.lat, point.lon
        else:
            unexpected = OpenSearchParseException(f"failed to parse bounding box. unexpected field [{name}]")
            raise objects.stopped_at(unexpected, Where(body, name))
    if envelope is not None:
        if not all(math.isnan(side) for side in sides.values()):
            raise OpenSearchParseException(
                "failed to parse bounding box. Conflicting definition found using well-known text and explicit corners."
            )
        low_x, high_x, high_y, low_y = envelope.coordinates
        return GeoPoint(high_y, low_x), GeoPoint(low_y, high_x)
    return GeoPoint(sides["top"], sides["left"]), GeoPoint(sides["bottom"], sides["right"])


def _envelope(container: Any, key: Any) -> wkt.Shape:
    with objects.standing_at(container, key):
        try:
            shape = wkt.parse(objects.text(container, key), coerce=True)
        except OpenSearchError as cause:
            raise OpenSearchParseException("failed to parse WKT bounding box") from cause
        if shape.kind != "ENVELOPE":
            raise OpenSearchParseException(
                f"failed to parse WKT bounding box. [{shape.kind}] found. expected [ENVELOPE]"
            )
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
                wrapped = OpenSearchParseException(
                    f"failed to parse [geo_bounding_box] query. [{error.reason}]", at=error.at
                )
                place = objects.place_of(error) or Where(value, None, "end")
                raise objects.stopped_at(wrapped, place) from None
            name_of_field = name
        elif not objects.is_value(value):
            continue
        elif name in _SHARED:
            found[name] = _SHARED[name](holder, key)
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
    return GeoBoundingBox(field=name_of_field, top_left=box[0], bottom_right=box[1], type=kind, **_shared(found))


#: The members that all of these queries have.
_SHARED: dict[str, Reader] = {
    "_name": objects.text,
    "boost": objects.decimal,
    "ignore_unmapped": objects.boolean,
    "validation_method": validation_method,
}


def _shared(found: dict[str, Any]) -> dict[str, Any]:
    """The members that all of these queries have, as the constructors take them."""
    given = {"validation": "validation_method", "ignore_unmapped": "ignore_unmapped"}
    return {**{name: found[key] for name, key in given.items() if key in found}, **common(found)}


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

    def take_object(self, tokens: Tokens, field: str) -> None:
        """An object's members up to the first end of an object, whatever else begins before."""
        name = field
        while tokens.next() != "END_OBJECT":
            place = tokens.container, tokens.key
            if tokens.kind == "FIELD_NAME":
                name = tokens.text
            elif not tokens.is_value:
                continue
            elif name == "lat":
                self.lat = float(objects.decimal(*place))
            elif name == "lon":
                self.lon = float(objects.decimal(*place))
            elif name == "geohash":
                with objects.standing_at(*place):
                    self.reset(points.of_geohash(tokens.text))
            else:
                raise ParsingException(f"[geo_distance] query does not support [{field}]", at=tokens.place)


@register("geo_distance")
def parse_geo_distance(container: Any, key: Any) -> Query:
    tokens = Tokens(container, key)
    center = _Center()
    name = ""
    field: str | None = None
    distance: Any = None
    unit = 1.0
    found: dict[str, Any] = {}
    while tokens.next() != "END_OBJECT":
        place = tokens.container, tokens.key
        if tokens.kind == "FIELD_NAME":
            name = tokens.text
        elif tokens.kind == "START_ARRAY":
            field = name
            center.reset(points.of_json(*place))
            tokens.skip_children()
        elif tokens.kind == "START_OBJECT":
            if field is not None:
                raise ParsingException(
                    f"[geo_distance] query doesn't support multiple fields, found [{field}] and [{name}]",
                    at=tokens.place,
                )
            field = name
            center.take_object(tokens, name)
        elif not tokens.is_value:
            continue
        elif name == "distance":
            distance = tokens.container[tokens.key]
            if isinstance(distance, bool):
                raise objects.not_numeric(*place)
        elif name == "unit":
            with objects.read_at(*place):
                unit = sphere.unit(tokens.text)
        elif name == "distance_type":
            found[name] = distance_type(*place)
        elif name.endswith(".lat"):
            center.lat, field = float(objects.decimal(*place)), name.removesuffix(".lat")
        elif name.endswith(".lon"):
            center.lon, field = float(objects.decimal(*place)), name.removesuffix(".lon")
        elif name in _SHARED:
            found[name] = _SHARED[name](*place)
        elif field is None:
            center.reset(points.of_json_text(*place))
            field = name
        else:
            raise ParsingException(f"failed to parse [geo_distance] query. unexpected field [{name}]", at=tokens.place)
    if distance is None:
        raise ParsingException("geo_distance requires 'distance' to be specified", at=tokens.place)
    if not field:
        raise IllegalArgumentException("fieldName must not be null or empty")
    query = GeoDistance(
        field=field,
        center=GeoPoint(center.lat, center.lon),
        distance=_meters(distance, unit),
        distance_type=found.get("distance_type", "arc"),
        **_shared(found),
    )
    if tokens.depth:
        raise NotFaked("a geo_distance query whose end is taken to be that of an object inside")
    return query


def _meters(distance: Any, unit: float) -> float:
    text = distance if isinstance(distance, str) else java_string(float(distance))
    if not text:
        raise IllegalArgumentException("distance must not be null or empty")
    meters = sphere.parse_distance(text, unit)
    if meters <= 0.0:
        raise IllegalArgumentException("distance must be greater than zero")
    return meters


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
        elif name in _SHARED:
            found[name] = _SHARED[name](body, name)
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
    return GeoPolygon(field=name_of_field, points=tuple(shell), **_shared(found))
