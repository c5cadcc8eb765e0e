"""What is asked of aggregations: trees of every kind, with the parameters of each."""

from __future__ import annotations

from collections.abc import Callable
from random import Random
from typing import Any

from .draw import Drawn, Json, some
from .queries import query

NUMBERS = ("byte", "integer", "long", "float", "double")
FORMATS = ("0.0", "#.##", "000", "yyyy-MM-dd", "epoch_millis", "bogus[")
ZONES = ("UTC", "+02:00", "America/New_York", "Europe/Berlin", "Mars/Base")
INTERVALS = ("year", "quarter", "month", "week", "day", "1M", "1q", "2d")
PATHS = ("_count", "_key", "m0", "m0.value", "m0.avg", "m1", "a0>m0", "a0", "a0>_count", "a1>m0", "nope", "m0[50]", "")

Drawer = Callable[[Random, Drawn], Json]


def _name(random: Random, drawn: Drawn, *types: str) -> str:
    """A field, mostly one of some types; at times one that is not mapped."""
    if random.random() < 0.04:
        return "nope"
    found = [name for name, definition in drawn.fields.items() if definition["type"] in types]
    if not found or random.random() < 0.06:
        return str(some(random, sorted(drawn.fields)))
    return str(some(random, found))


def _values(random: Random, drawn: Drawn, *types: str) -> dict[str, Json]:
    """Where an aggregation takes its values from."""
    name = _name(random, drawn, *(types or NUMBERS))
    body: dict[str, Json] = {"field": name}
    if random.random() < 0.12:
        body["missing"] = some(random, (0, 3, -1.5, "a", "2024-01-01", True, "7"))
    if random.random() < 0.06:
        body["format"] = some(random, FORMATS)
    if random.random() < 0.04:
        body["script"] = some(
            random, ("_value * 2", "_value + 1", {"source": "params.a", "params": {"a": 2}}, "_value")
        )
    elif random.random() < 0.02:
        body["value_type"] = some(random, ("long", "double", "string", "date", "boolean", "ip"))
    return body


def _range_bounds(random: Random, values: tuple[Json, ...]) -> list[Json]:
    found: list[Json] = []
    for _ in range(random.randint(1, 3)):
        one: dict[str, Json] = {}
        if random.random() < 0.7:
            one["from"] = some(random, values)
        if random.random() < 0.7:
            one["to"] = some(random, values)
        if random.random() < 0.2:
            one["key"] = some(random, ("x", "y"))
        found.append(one)
    return found


def _maybe(random: Random, body: dict[str, Json], chance: float, **choices: tuple[Any, ...]) -> dict[str, Json]:
    """Some of several members, each with one of its values."""
    for name, values in choices.items():
        if random.random() < chance:
            body[name] = some(random, values)
    return body


# --- metrics ----------------------------------------------------------------------------------------------------------


def _plain(kind: str, *types: str) -> Drawer:
    return lambda random, drawn: {kind: _values(random, drawn, *(types or (*NUMBERS, "date", "boolean")))}


def _percentiles(random: Random, drawn: Drawn) -> Json:
    body = _maybe(random, _values(random, drawn), 0.2, percents=([50], [1, 99.9], [], [101]), keyed=(True, False))
    return {"percentiles": _maybe(random, body, 0.1, tdigest=({"compression": 50},), hdr=({}, {"digits": 3}))}


def _ranks(random: Random, drawn: Drawn) -> Json:
    body = {**_values(random, drawn), "values": some(random, ([1], [0, 10, 50], [-3, 3]))}
    return {"percentile_ranks": _maybe(random, body, 0.2, keyed=(True, False))}


def _weighted(random: Random, drawn: Drawn) -> Json:
    value, weight = ({"field": _name(random, drawn, *NUMBERS)} for _ in range(2))
    return {"weighted_avg": {"value": _maybe(random, value, 0.2, missing=(1, 2)), "weight": weight}}


def _top_hits(random: Random, drawn: Drawn) -> Json:
    sorts = ("_score", [{_name(random, drawn, *NUMBERS): "desc"}], "_doc")
    body = _maybe(random, {}, 0.3, size=(0, 1, 2), sort=sorts, version=(True,), seq_no_primary_term=(True,))
    return {"top_hits": _maybe(random, body, 0.4, _source=(False, True, []), explain=(False,))}


SCRIPTED: Json = {
    "init_script": "state.n = 0",
    "map_script": "state.n += params.step",
    "combine_script": "state.n",
    "reduce_script": "double t = 0; for (s in states) { t += s } t",
}


def _scripted(random: Random, drawn: Drawn) -> Json:
    body: dict[str, Json] = {**SCRIPTED, "params": {"step": some(random, (1, 2, 0.5))}}
    if random.random() < 0.1:
        del body[some(random, sorted(SCRIPTED))]
    return {"scripted_metric": body}


def _geo_metric(kind: str) -> Drawer:
    return lambda random, drawn: {
        kind: _maybe(random, {"field": _name(random, drawn, "geo_point")}, 0.2, missing=("0,0",))
    }


METRICS: tuple[Drawer, ...] = (
    _scripted,
    _geo_metric("geo_bounds"),
    _geo_metric("geo_centroid"),
    *(_plain(kind) for kind in ("avg", "sum", "min", "max", "stats", "median_absolute_deviation")),
    *(_plain(kind, *NUMBERS, "keyword", "date", "boolean", "ip") for kind in ("value_count", "cardinality")),
    lambda r, d: {"extended_stats": _maybe(r, _values(r, d), 0.3, sigma=(0, 1, 3.5, -1))},
    lambda r, d: {"matrix_stats": {"fields": [_name(r, d, *NUMBERS) for _ in range(r.randint(1, 2))]}},
    _percentiles,
    _ranks,
    _weighted,
    _top_hits,
)


# --- buckets ----------------------------------------------------------------------------------------------------------


def _order(random: Random) -> Json:
    paths = ("_key", "_count", "m0", "m0.value", "m0.max", "a0>m0", "nope")
    one = {some(random, paths): some(random, ("asc", "desc"))}
    return one if random.random() < 0.7 else [one, {"_key": "desc"}]


def _terms(random: Random, drawn: Drawn) -> Json:
    body = _values(random, drawn, *NUMBERS, "keyword", "keyword", "date", "boolean", "ip")
    body = _maybe(random, body, 0.2, size=(1, 2, 5), shard_size=(1, 3, 20), min_doc_count=(0, 1, 2))
    body = _maybe(random, body, 0.08, show_term_doc_count_error=(True,), collect_mode=("breadth_first", "depth_first"))
    body = _maybe(random, body, 0.08, include=("a.*", ["a", "b", "1"], {"partition": 0, "num_partitions": 2}))
    body = _maybe(random, body, 0.08, exclude=("b", ["c", "5"]), execution_hint=("map", "global_ordinals", "no"))
    if random.random() < 0.3:
        body["order"] = _order(random)
    return {"terms": body}


def _significant(random: Random, drawn: Drawn) -> Json:
    body = _values(random, drawn, "keyword", "integer")
    body = _maybe(random, body, 0.3, min_doc_count=(1, 2), jlh=({},), chi_square=({},), percentage=({},))
    if random.random() < 0.2:
        body["background_filter"] = query(random, drawn, 0)
    return {"significant_terms": _maybe(random, body, 0.2, size=(1, 3), gnd=({"background_is_superset": False},))}


def _multi_terms(random: Random, drawn: Drawn) -> Json:
    terms = [
        {"field": _name(random, drawn, *NUMBERS, "keyword", "date", "boolean")} for _ in range(random.randint(1, 3))
    ]
    terms = [_maybe(random, dict(one), 0.15, missing=("a", 1)) for one in terms]
    body = _maybe(random, {"terms": terms}, 0.2, size=(1, 3), min_doc_count=(1, 2), order=({"_key": "asc"},))
    return {"multi_terms": body}


def _rare(random: Random, drawn: Drawn) -> Json:
    body = _maybe(random, _values(random, drawn, "keyword", "integer", "date"), 0.4, max_doc_count=(1, 2, 5))
    return {"rare_terms": _maybe(random, body, 0.1, include=(["a", "b"],), exclude=("c",))}


def _histogram(random: Random, drawn: Drawn) -> Json:
    body = {**_values(random, drawn, *NUMBERS, "date"), "interval": some(random, (1, 10, 0.5, 1000, 1e9, 0))}
    bounds = ({"min": 0, "max": 20}, {"min": -5}, {"max": 3}, {"min": 9, "max": 1})
    body = _maybe(random, body, 0.15, offset=(1, 0.3, -2), keyed=(True,), extended_bounds=bounds, hard_bounds=bounds)
    body["min_doc_count"] = some(random, (0, 1, 1, 1, 2))
    return {"histogram": _maybe(random, body, 0.15, order=({"_count": "desc"}, {"_key": "desc"}))}


def _date_histogram(random: Random, drawn: Drawn) -> Json:
    body = _values(random, drawn, "date")
    if random.random() < 0.7:
        body["calendar_interval"] = some(random, INTERVALS)
    else:
        body["fixed_interval"] = some(random, ("30d", "7d", "1000h", "1M", "0d"))
    body = _maybe(random, body, 0.15, time_zone=ZONES, offset=("+6h", "-1d", 3600000), keyed=(True,))
    bounds = ({"min": "2024-01-01", "max": "2024-06-01"}, {"min": 1704067200000})
    body = _maybe(random, body, 0.08, extended_bounds=bounds, hard_bounds=bounds)
    body["min_doc_count"] = some(random, (0, 1, 1, 1))
    return {"date_histogram": _maybe(random, body, 0.15, order=({"_count": "desc"}, {"_key": "desc"}))}


def _composite(random: Random, drawn: Drawn) -> Json:
    sources: list[Json] = []
    for i in range(random.randint(1, 3)):
        kind = some(random, ("terms", "terms", "histogram", "date_histogram"))
        if kind == "terms":
            source = _values(random, drawn, "keyword", *NUMBERS, "boolean", "date", "ip")
        elif kind == "histogram":
            source = {**_values(random, drawn), "interval": some(random, (1, 10, 500))}
        else:
            source = {**_values(random, drawn, "date"), "calendar_interval": some(random, ("month", "day"))}
        source.pop("missing", None)
        source = _maybe(random, source, 0.2, order=("asc", "desc"), missing_bucket=(True, False))
        sources.append({f"s{i}": {kind: _maybe(random, source, 0.05, missing_order=("first", "last", "default"))}})
    body = _maybe(random, {"sources": sources}, 0.4, size=(1, 2, 5))
    return {"composite": _maybe(random, body, 0.1, after=({"s0": "a"}, {"s0": 3}, {"s0": None}))}


def _filters(random: Random, drawn: Drawn) -> Json:
    found = {name: query(random, drawn, 0) for name in ("x", "y")[: random.randint(1, 2)]}
    body: dict[str, Json] = {"filters": found if random.random() < 0.6 else list(found.values())}
    return {"filters": _maybe(random, body, 0.2, other_bucket=(True, False), other_bucket_key=("rest",))}


def _range(random: Random, drawn: Drawn) -> Json:
    ranges = _range_bounds(random, (0, 1, 50, -3.5, 1000, "7"))
    return {"range": _maybe(random, {**_values(random, drawn), "ranges": ranges}, 0.2, keyed=(True,))}


def _date_range(random: Random, drawn: Drawn) -> Json:
    ranges = _range_bounds(random, ("2024-01-01", "2024-02-29||/M", 1709164800000, "2023", "x"))
    body = _maybe(random, {**_values(random, drawn, "date"), "ranges": ranges}, 0.2, keyed=(True,), time_zone=ZONES)
    return {"date_range": body}


def _ip_range(random: Random, drawn: Drawn) -> Json:
    ranges = _range_bounds(random, ("10.0.0.1", "10.0.0.200", "::1", "x"))
    if random.random() < 0.4:
        ranges.append({"mask": some(random, ("10.0.0.0/24", "::/0", "10.0.0.0/33"))})
    return {"ip_range": _maybe(random, {"field": _name(random, drawn, "ip"), "ranges": ranges}, 0.2, keyed=(True,))}


def _geo_distance(random: Random, drawn: Drawn) -> Json:
    body = {"field": _name(random, drawn, "geo_point"), "origin": some(random, ("1,2", [5, 6], {"lat": 0, "lon": 0}))}
    body["ranges"] = _range_bounds(random, (0, 100, 500000, "7"))
    return {
        "geo_distance": _maybe(random, body, 0.2, unit=("km", "mi", "nope"), distance_type=("plane",), keyed=(True,))
    }


def _grid(kind: str) -> Drawer:
    bounds = ({"top_left": "20,0", "bottom_right": "0,30"}, {"top_left": "x", "bottom_right": "0,0"})

    def drawer(random: Random, drawn: Drawn) -> Json:
        body = {"field": _name(random, drawn, "geo_point")}
        return {
            kind: _maybe(random, body, 0.3, precision=(1, 4, 13, 30), size=(1, 2, 0), shard_size=(1,), bounds=bounds)
        }

    return drawer


def _diversified(random: Random, drawn: Drawn) -> Json:
    body = _values(random, drawn, "keyword", "integer", "boolean")
    body = _maybe(random, body, 0.3, shard_size=(1, 2, 50), max_docs_per_value=(1, 2))
    return {"diversified_sampler": _maybe(random, body, 0.1, execution_hint=("map", "bytes_hash", "no"))}


def _significant_text(random: Random, drawn: Drawn) -> Json:
    body = {"field": _name(random, drawn, "text"), "min_doc_count": some(random, (1, 2))}
    body = _maybe(random, body, 0.2, filter_duplicate_text=(True,), size=(1, 5), jlh=({},), include=("r.*", ["red"]))
    return {"significant_text": body}


BUCKETS: tuple[Drawer, ...] = (
    _ip_range,
    _geo_distance,
    _grid("geohash_grid"),
    _grid("geotile_grid"),
    _diversified,
    _significant_text,
    lambda r, d: {"nested": {"path": some(r, ("ne", "ne", "ne", "o", "nope"))}},
    lambda r, d: {"reverse_nested": _maybe(r, {}, 0.2, path=("ne", "nope"))},
    _terms,
    _terms,
    _significant,
    _multi_terms,
    _rare,
    _histogram,
    _date_histogram,
    _date_histogram,
    _composite,
    _filters,
    _range,
    _date_range,
    lambda r, d: {"filter": query(r, d, 1)},
    lambda r, d: {"missing": _values(r, d, *NUMBERS, "keyword", "date")},
    lambda r, d: {"global": {}},
    lambda r, d: {"sampler": _maybe(r, {}, 0.5, shard_size=(1, 2, 100))},
    lambda r, d: {"adjacency_matrix": {"filters": {"x": query(r, d, 0), "y": query(r, d, 0)}}},
    lambda r, d: {"auto_date_histogram": _maybe(r, _values(r, d, "date"), 0.4, buckets=(1, 3, 20), time_zone=ZONES)},
    lambda r, d: {"variable_width_histogram": _maybe(r, {"field": _name(r, d, *NUMBERS)}, 0.6, buckets=(1, 2, 5))},
)


# --- pipelines --------------------------------------------------------------------------------------------------------


def _pipeline(random: Random) -> Json:
    """One that stands inside buckets."""
    path = some(random, PATHS)
    kind = some(random, ("derivative", "cumulative_sum", "serial_diff", "moving_fn", "bucket_script", "bucket_sort",
                         "bucket_selector"))  # fmt: skip
    body: dict[str, Json] = {"buckets_path": path}
    if kind == "bucket_sort":
        body = _maybe(random, {}, 0.5, sort=([{path or "m0": {"order": "desc"}}],), size=(1, 2), **{"from": (0, 1)})
    elif kind in ("bucket_script", "bucket_selector"):
        script = "params.a / 2" if kind == "bucket_script" else "params.a > 1"
        body = {"buckets_path": {"a": path}, "script": script}
    elif kind == "moving_fn":
        body = {**body, "window": some(random, (1, 3, 0)), "script": "MovingFunctions.max(values)"}
    elif kind == "serial_diff":
        body = _maybe(random, body, 0.5, lag=(1, 2, 0))
    if kind != "bucket_sort":
        body = _maybe(random, body, 0.15, gap_policy=("skip", "insert_zeros", "no"), format=("0.00",))
    return {kind: body}


def _sibling(random: Random) -> Json:
    kinds = ("avg_bucket", "sum_bucket", "min_bucket", "max_bucket", "stats_bucket", "extended_stats_bucket",
             "percentiles_bucket")  # fmt: skip
    body: dict[str, Json] = {"buckets_path": some(random, ("a0>m0", "a0>_count", "a0", "a0>a0>m0", "a1>m0", "m0"))}
    return {some(random, kinds): _maybe(random, body, 0.15, gap_policy=("insert_zeros",), format=("0.0",))}


def tree(random: Random, drawn: Drawn, depth: int = 2, *, inside: bool = False) -> dict[str, Json]:
    """Aggregations of one level: buckets (``a0``), metrics (``m0``) and pipelines (``p0``)."""
    found: dict[str, Json] = {}
    for i in range(random.choice((0, 1, 1, 2)) if depth else 0):
        body: dict[str, Json] = dict(some(random, BUCKETS)(random, drawn))
        if random.random() < 0.6:
            body["aggs"] = tree(random, drawn, depth - 1, inside=True)
        found[f"a{i}"] = _maybe(random, body, 0.03, meta=({"x": 1}, {}))
    for i in range(random.choice((0, 1, 1, 2)) if found else random.randint(1, 2)):
        found[f"m{i}"] = some(random, METRICS)(random, drawn)
    if random.random() < 0.25:
        found["p0"] = _pipeline(random) if inside and random.random() < 0.8 else _sibling(random)
    return found
