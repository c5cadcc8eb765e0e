"""Points and shapes: what finds them, how far they are, and how they order and score what is found."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from random import Random

from fakeknn.contract.console import ConsoleRequest

from .draw import Json, bulk, some

MAPPING: Json = {
    "g": {"type": "geo_point"},
    "gs": {"type": "geo_point"},
    "gi": {"type": "geo_point", "ignore_malformed": True, "index": False},
    "gd": {"type": "geo_point", "doc_values": False},
    "s": {"type": "geo_shape"},
    "sm": {"type": "geo_shape", "ignore_malformed": True, "orientation": "left", "ignore_z_value": True},
    "n": {"type": "integer"},
    "d": {"type": "date"},
    "k": {"type": "keyword"},
    "o": {"type": "nested", "properties": {"g": {"type": "geo_point"}, "k": {"type": "keyword"}}},
    "al": {"type": "alias", "path": "g"},
}
POINTS = ("g", "g", "g", "gs", "gs", "al", "gi", "gd", "o.g", "s", "k", "none")
SHAPES = ("s", "s", "s", "sm", "g", "gs", "k", "none")
UNITS = ("m", "km", "mi", "miles", "nmi", "yd", "ft", "in", "cm", "mm", "meters", "x")
DISTANCES = ("100km", "1000km", "5000km", "1mi", "12000m", "0km", 50000, "200", "20000km", "2000 km", "1x", -1)


def _lat(random: Random) -> float:
    return random.choice((0, 10, -10, 45, 52.5, 89.9, -89.9, random.randint(-80, 80), random.uniform(-80, 80)))


def _lon(random: Random) -> float:
    return random.choice((0, 10, -10, 13.4, 179.5, -179.5, random.randint(-170, 170), random.uniform(-170, 170)))


def point(random: Random) -> Json:
    """A point in any of the ways to write it."""
    lat, lon = round(_lat(random), 4), round(_lon(random), 4)
    chance = random.random()
    if chance < 0.03:
        return some(
            random, ([lon], "x", {"lat": lat}, {"lat": 95, "lon": lon}, "1,2,3", [lon, lat, 3], None, "POINT (1)")
        )
    return some(
        random,
        (
            {"lat": lat, "lon": lon},
            {"lat": lat, "lon": lon},
            [lon, lat],
            f"{lat},{lon}",
            f"POINT ({lon} {lat})",
            {"type": "Point", "coordinates": [lon, lat]},
            {"geohash": "u33db"},
            some(random, ("u33", "ezs42", "s0")),
            {"lat": str(lat), "lon": str(lon)},
        ),
    )


def _box(random: Random) -> tuple[float, float, float, float]:
    """West, south, east and north of a small rectangle."""
    west, south = random.randint(-30, 30), random.randint(-30, 30)
    return west, south, west + random.randint(1, 25), south + random.randint(1, 25)


def _ring(random: Random) -> list[list[float]]:
    west, south, east, north = _box(random)
    ring: list[list[float]] = [[west, south], [east, south], [east, north], [west, north], [west, south]]
    if random.random() < 0.3:
        del ring[2]
    return ring if random.random() < 0.7 else ring[::-1]


def shape(random: Random) -> Json:
    """A shape as GeoJSON or well-known text."""
    west, south, east, north = _box(random)
    ring = _ring(random)
    if random.random() < 0.3:
        text = ", ".join(f"{x} {y}" for x, y in ring)
        return some(
            random,
            (
                *(f"POINT ({west} {south})", f"POLYGON (({text}))", f"POLYGON (({text}))", f"LINESTRING ({text})"),
                *(f"BBOX ({west}, {east}, {north}, {south})", f"MULTIPOINT ({text})", f"MULTILINESTRING (({text}))"),
                *(f"MULTIPOLYGON ((({text})))", f"GEOMETRYCOLLECTION (POINT ({west} {south}), LINESTRING ({text}))"),
            ),
        )
    least = [min(place[i] for place in ring) for i in (0, 1)]
    hole = [[x / 10 + least[0] + 0.3, y / 10 + least[1] + 0.3] for x, y in ((0, 0), (0, 2), (2, 2), (2, 0), (0, 0))]
    return some(
        random,
        (
            {"type": "point", "coordinates": [west, south]},
            {"type": "Polygon", "coordinates": [ring]},
            {"type": "polygon", "coordinates": [ring]},
            {"type": "polygon", "coordinates": [ring, hole]}
            if len(ring) == 5
            else {"type": "polygon", "coordinates": [ring]},
            {"type": "envelope", "coordinates": [[west, north], [east, south]]},
            {"type": "LineString", "coordinates": ring[:3]},
            {"type": "multipoint", "coordinates": ring},
            {"type": "multilinestring", "coordinates": [ring[:2], ring[2:]]},
            {"type": "MultiPolygon", "coordinates": [[ring], [_ring(random)]]},
            {"type": "circle", "coordinates": [west, south], "radius": some(random, ("100km", "10km", "500000m"))},
            {"type": "geometrycollection", "geometries": [{"type": "point", "coordinates": [east, north]}]},
        ),
    )


def document(random: Random) -> dict[str, Json]:
    def near() -> Json:
        return {"lat": random.randint(-40, 40) + 0.25, "lon": random.randint(-40, 40) + 0.5}

    makers: dict[str, Callable[[], Json]] = {
        "g": lambda: near() if random.random() < 0.7 else point(random),
        "gs": lambda: [near() for _ in range(random.randint(1, 3))],
        "gi": lambda: point(random),
        "gd": near,
        "s": lambda: shape(random) if random.random() < 0.9 else [shape(random), shape(random)],
        "sm": lambda: shape(random),
        "n": lambda: random.randint(0, 9),
        "d": lambda: f"2024-0{random.randint(1, 9)}-11",
        "k": lambda: some(random, ("a", "b")),
        "o": lambda: [{"g": near(), "k": some(random, ("a", "b"))} for _ in range(random.randint(1, 2))],
    }
    return {name: make() for name, make in makers.items() if random.random() < 0.75}


# --- queries ----------------------------------------------------------------------------------------------------------


def _told(random: Random, body: dict[str, Json], **members: tuple[Json, ...]) -> dict[str, Json]:
    for name, options in {**members, "boost": (2, 0.5), "_name": ("one", "two")}.items():
        if random.random() < 0.15:
            body[name] = some(random, options)
    return body


_METHODS = ("STRICT", "COERCE", "IGNORE_MALFORMED", "strict", "x")


def _bounding_box(random: Random) -> Json:
    west, south, east, north = _box(random)
    if random.random() < 0.15:
        west, east = east + 100, west - 100
    corners = some(
        random,
        (
            {"top_left": {"lat": north, "lon": west}, "bottom_right": {"lat": south, "lon": east}},
            {"top_left": [west, north], "bottom_right": [east, south]},
            {"top_right": f"{north},{east}", "bottom_left": f"{south},{west}"},
            {"top": north, "left": west, "bottom": south, "right": east},
            {"wkt": f"BBOX ({west}, {east}, {north}, {south})"},
            {"top_left": "u", "bottom_right": "s"},
            {"top_left": point(random), "bottom_right": point(random)},
            {"top": south, "left": west, "bottom": north, "right": east},
        ),
    )
    more = {"validation_method": _METHODS, "ignore_unmapped": (True, False), "type": ("memory", "indexed", "x")}
    return {"geo_bounding_box": _told(random, {some(random, POINTS): corners}, **more)}


def _distance(random: Random) -> Json:
    body = {some(random, POINTS): point(random), "distance": some(random, DISTANCES)}
    more: dict[str, tuple[Json, ...]] = {
        "distance_type": ("arc", "plane", "x"),
        "unit": UNITS,
        "validation_method": _METHODS,
        "ignore_unmapped": (True, False),
    }
    return {"geo_distance": _told(random, body, **more)}


def _polygon(random: Random) -> Json:
    points: list[Json] = [{"lat": y, "lon": x} for x, y in _ring(random)]
    if random.random() < 0.3:
        points = some(random, (points[:-1], points[:2], [point(random) for _ in range(4)], [[0, 0], [20, 0], [0, 20]]))
    more = {"validation_method": _METHODS, "ignore_unmapped": (True, False)}
    return {"geo_polygon": _told(random, {some(random, POINTS): {"points": points}}, **more)}


def _shape(random: Random) -> Json:
    inner: dict[str, Json] = {"shape": shape(random)}
    if random.random() < 0.15:
        inner = {
            "indexed_shape": {
                "index": "drawn-places",
                "id": str(random.randint(1, 16)),
                "path": some(random, ("s", "sm")),
            }
        }
    if random.random() < 0.6:
        inner["relation"] = some(random, ("intersects", "disjoint", "within", "contains", "INTERSECTS", "x"))
    return {"geo_shape": _told(random, {some(random, SHAPES): inner}, ignore_unmapped=(True, False))}


def _feature(random: Random) -> Json:
    name, origin = some(random, (("g", point(random)), ("gs", [1, 2]), ("d", "2024-05-01"), ("d", "now/d"), ("n", 3)))
    pivot = some(random, ("500km", "100mi", 1000) if name.startswith("g") else ("7d", "1M", "10h"))
    return {"distance_feature": _told(random, {"field": name, "origin": origin, "pivot": pivot})}


def _decay(random: Random) -> Json:
    name = some(random, ("g", "g", "gs", "al", "n", "d", "o.g", "k", "gd"))
    value: dict[str, Json] = {"origin": point(random), "scale": some(random, ("100km", "1000km", "50mi", 5))}
    if name == "n":
        value = {"origin": 3, "scale": 2}
    elif name == "d":
        value = {"origin": some(random, ("2024-03-01", "now/d")), "scale": some(random, ("10d", "2h", "x"))}
    if random.random() < 0.3:
        value["offset"] = some(random, ("10km", 1, "1d"))
    if random.random() < 0.4:
        value["decay"] = some(random, (0.3, 0.9, 0, 1))
    decay: dict[str, Json] = {name: value}
    if random.random() < 0.3:
        decay["multi_value_mode"] = some(random, ("min", "max", "avg", "sum", "median", "x"))
    function: dict[str, Json] = {some(random, ("gauss", "exp", "linear")): decay}
    body: dict[str, Json] = {"query": some(random, ({"match_all": {}}, {"term": {"k": "a"}}))}
    if random.random() < 0.4:
        body["functions"] = [{**function, "weight": 2}, {"weight": 3, "filter": _leaf(random)}]
        body["score_mode"] = some(random, ("multiply", "sum", "avg", "first", "max", "min"))
    else:
        body.update(function)
    return {"function_score": _told(random, body, boost_mode=("multiply", "replace", "sum", "avg", "max", "min"))}


def _nested(random: Random) -> Json:
    asked = some(random, (_bounding_box, _distance, _polygon))(random)
    kind, body = next(iter(asked.items()))
    inner = {kind: {"o.g" if name in POINTS else name: value for name, value in body.items()}}
    return {
        "nested": {"path": "o", "query": inner, **({"inner_hits": {"_source": False}} if random.random() < 0.4 else {})}
    }


def _leaf(random: Random) -> Json:
    return some(random, (_bounding_box, _distance, _distance, _polygon, _shape, _shape))(random)


def query(random: Random) -> Json:
    chance = random.random()
    if chance < 0.55:
        return _leaf(random)
    if chance < 0.85:
        return some(random, (_feature, _decay, _decay, _nested))(random)
    if chance < 0.9:
        return {"exists": {"field": some(random, (*POINTS, *SHAPES))}}
    clauses = {
        name: [_leaf(random) for _ in range(random.randint(1, 2))]
        for name in ("must", "should", "filter", "must_not")
        if random.random() < 0.4
    }
    return {"bool": clauses}


# --- searches ---------------------------------------------------------------------------------------------------------


def _sort(random: Random) -> Json:
    name = some(random, POINTS)
    origin = point(random) if random.random() < 0.7 else [point(random) for _ in range(random.randint(1, 3))]
    body: dict[str, Json] = {name: origin}
    for key, options in (
        ("order", ("asc", "desc", "x")),
        ("unit", UNITS),
        ("mode", ("min", "max", "avg", "median", "sum")),
        ("distance_type", ("arc", "plane")),
        ("validation_method", _METHODS),
        ("ignore_unmapped", (True, False)),
    ):
        if random.random() < 0.25:
            body[key] = some(random, options)
    if name == "o.g" and random.random() < 0.7:
        body["nested"] = {"path": "o"}
        if random.random() < 0.4:
            body["nested"]["filter"] = {"term": {"o.k": "a"}}
    return {"_geo_distance": body}


_SCRIPTS = (
    *("doc['g'].size() == 0 ? -1 : doc['g'].arcDistance(10, 20)", "doc['g'].lat", "doc['gs'].value.lon"),
    *("doc['g'].size() == 0 ? -1 : doc['g'].planeDistanceWithDefault(1, 2, 7)", "doc['s'].size()", "doc['gs'].lats"),
    *("doc['gs'].empty ? null : doc['gs'].get(0)", "doc['gs'].centroid", "doc['gs'].boundingBox"),
    *("doc['g'].geohashDistance('u33')", "doc['g'].value", "doc['al']", "doc['gd'].value"),
)


def search(random: Random) -> dict[str, Json]:
    body: dict[str, Json] = {"_source": some(random, (False, False, "g", ["g", "s"], True))}
    if random.random() < 0.85:
        body["query"] = query(random)
    if random.random() < 0.35:
        body["sort"] = [_sort(random)] if random.random() < 0.8 else [_sort(random), {"n": "asc"}]
        if random.random() < 0.15:
            body["search_after"] = [some(random, (0, 100.5, 1e6, "x", None)) for _ in body["sort"]]
    for name, chance, make in (
        ("explain", 0.15, lambda: True),
        ("size", 0.2, lambda: random.choice((0, 2, 30))),
        ("docvalue_fields", 0.2, lambda: [some(random, ("g", "gs", "al", "gi", "gd", "s", "o.g", "g*"))]),
        ("fields", 0.2, lambda: [_shown(random)]),
        ("script_fields", 0.1, lambda: {"x": {"script": some(random, _SCRIPTS)}}),
        ("post_filter", 0.08, lambda: _leaf(random)),
        ("min_score", 0.05, lambda: 0.5),
        ("profile", 0.04, lambda: True),
    ):
        if random.random() < chance:
            body[name] = make()  # type: ignore[no-untyped-call]
    return body


def _shown(random: Random) -> Json:
    name = some(random, ("g", "gs", "al", "gi", "gd", "s", "sm", "o", "o.*", "*"))
    return {"field": name, "format": some(random, ("wkt", "geojson", "x"))} if random.random() < 0.4 else name


def requests(
    random: Random, name: str, spoiled: Callable[[Random, ConsoleRequest], ConsoleRequest]
) -> Iterator[ConsoleRequest]:
    """An index of places, and what it is asked."""
    settings = {"number_of_shards": random.choice((1, 1, 2)), "number_of_replicas": 0, "refresh_interval": "-1"}
    created = {"settings": settings, "mappings": {"properties": MAPPING}}
    yield ConsoleRequest("PUT", f"/{name}", json.dumps(created).encode())
    documents = {str(i): document(random) for i in range(1, random.randint(8, 16))}
    yield ConsoleRequest("POST", "/_bulk?refresh=true", bulk(documents, name))
    for _ in range(58):
        body = search(random)
        chance = random.random()
        if chance < 0.05:
            asked = ConsoleRequest(
                "GET", f"/{name}/_validate/query?explain=true", json.dumps({"query": query(random)}).encode()
            )
        elif chance < 0.1:
            place = f"/{name}/_explain/{random.randint(1, 16)}"
            asked = ConsoleRequest("GET", place, json.dumps({"query": query(random)}).encode())
        else:
            asked = ConsoleRequest("POST", f"/{name}/_search", json.dumps(body).encode())
        yield spoiled(random, asked)
