"""geohash_grid and geotile_grid: a bucket for each cell with points, those with most documents; tiles in a composite.

Sources: GeoGridAggregator, BaseGeoGrid, GeoTileGridValuesSourceBuilder.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, ClassVar, Self

import numpy as np
from numpy.typing import NDArray

from fakeknn.aggs.base import Aggregation, Collector, register
from fakeknn.aggs.composite_sources import SOURCES, Dimension, ValuesSource, common_values, distinct, source_members
from fakeknn.aggs.docs import Docs, bucketed, pairs_once
from fakeknn.aggs.fielddata import GEOPOINT, GEOSHAPE
from fakeknn.aggs.geo_shapes import cells_of_shapes
from fakeknn.aggs.results import Bucket, Internal, MultiBucket, Reduction, ShownKeyBucket, by_key, merged
from fakeknn.aggs.selection import Grouped, split
from fakeknn.aggs.thresholds import at_least
from fakeknn.aggs.value_members import REQUIRED_FIELD, members
from fakeknn.aggs.values import Given, Source
from fakeknn.errors import IllegalArgumentException, NumberFormatException
from fakeknn.geo import cells, sphere
from fakeknn.geo.points import GeoPoint
from fakeknn.query.context import ShardContext
from fakeknn.query.geo_parsers import parse_box
from fakeknn.xcontent import java_string, objects
from fakeknn.xcontent.objects import Member, ObjectParser, declared

Box = tuple[GeoPoint, GeoPoint]
Doubles = NDArray[np.float64]
Longs = NDArray[np.int64]
Encoder = Callable[[Doubles, Doubles, int], Longs]


def cells_of(
    source: Source, docs: Docs, encode: Encoder, precision: int, box: Box | None
) -> tuple[NDArray[Any], NDArray[np.int64]]:
    """The positions and cells of the points, those of a position ascending; outside of the box there are none."""
    at, lats, lons = source.points(docs)
    if box is not None:
        (top, left), (bottom, right) = box
        across = (lons >= left) & (lons <= right) if left <= right else (lons >= left) | (lons <= right)
        kept = (lats >= bottom) & (lats <= top) & across
        at, lats, lons = at[kept], lats[kept], lons[kept]
    found = encode(lats, lons, precision)
    order = np.lexsort((found, at))
    return at[order], found[order]


# --- grids ------------------------------------------------------------------------------------------------------------


class GeoGrid(MultiBucket):
    """Buckets of cells, those with most documents first; of equals that of the highest cell."""

    __slots__ = ()
    agg: GeoGridOf

    @property
    def java_class(self) -> str:
        return self.agg.java_class

    def reduce(self, parts: Sequence[Self], reduction: Reduction) -> Internal:
        found = by_key(parts)
        buckets = [merged(self.agg, same, reduction) for same in found.values()]
        buckets.sort(key=lambda bucket: (bucket.doc_count, bucket.key), reverse=True)
        buckets = buckets[: self.agg.size]
        reduction.consume(len(buckets))
        return self.with_buckets(buckets)


@dataclass(eq=False)
class GeoGridOf(Aggregation):
    """What both kinds share."""

    java_class: ClassVar[str]
    given: Given
    precision: int
    size: int = 10_000
    shard_size: int | None = None
    box: Box | None = None

    @staticmethod
    def encode(lats: Doubles, lons: Doubles, precision: int) -> Longs:
        """int64[m]: the cells of points."""
        raise NotImplementedError

    @staticmethod
    def grid(west: float, south: float, east: float, north: float, precision: int) -> cells.Grid:
        """The cells of a box."""
        raise NotImplementedError

    @staticmethod
    def text(cell: int) -> str:
        raise NotImplementedError

    def build(self, ctx: ShardContext) -> Collector:
        source = self.given.source(ctx, self, (GEOPOINT, GEOSHAPE), GEOPOINT)
        subs = self.subs.build(ctx)
        suggested = int(self.size * 1.5 + 10) if self.shard_size is None else self.shard_size
        most = max(suggested, self.size)
        if not source.mapped and self.given.missing is None:
            return lambda docs: [GeoGrid(self, []) for _ in range(docs.n)]

        def collect(docs: Docs) -> list[Internal]:
            if source.type == GEOSHAPE:
                at, found = cells_of_shapes(source, docs, self.grid, self.precision, self.box)
            else:
                at, found = cells_of(source, docs, self.encode, self.precision, self.box)
            first = pairs_once(at, found)
            if first is not None:
                at, found = at[first], found[first]
            grouped = Grouped(at, *bucketed(docs, at, found))
            everything = grouped.counts(docs)
            chosen = _best(grouped, everything, most)
            counts = everything[chosen].tolist()
            results = subs(grouped.docs(docs, chosen))
            buckets: list[Bucket] = [
                ShownKeyBucket(key, count, result, {"key": self.text(key)})
                for key, count, result in zip(grouped.keys[chosen].tolist(), counts, results, strict=True)
            ]
            return [GeoGrid(self, own) for own in split(grouped.owners[chosen], docs.n, buckets)]

        return collect


def _best(found: Grouped, counts: NDArray[np.int64], most: int) -> NDArray[np.int64]:
    """The buckets with most documents, so many of each owner, ascending."""
    if found.n <= most:
        return np.arange(found.n)
    order = np.lexsort((found.keys, counts, found.owners))[::-1]
    owners = found.owners[order]
    ranks = np.arange(found.n) - np.searchsorted(-owners, -owners)
    return np.sort(order[ranks < most])


class GeohashGridOf(GeoGridOf):
    kind = "geohash_grid"
    java_class = "GeoHashGrid"
    encode = staticmethod(cells.geohashes)
    grid = staticmethod(cells.GeohashGrid.around)
    text = staticmethod(cells.geohash_text)


class GeotileGridOf(GeoGridOf):
    kind = "geotile_grid"
    java_class = "GeoTileGrid"
    encode = staticmethod(cells.tiles)
    grid = staticmethod(cells.TileGrid.around)
    text = staticmethod(cells.tile_text)


def _geohash_precision(container: Any, key: Any) -> int:
    """GeoUtils.parsePrecision: letters, or how wide a cell may be."""
    value = container[key]
    if not isinstance(value, str):
        return cells.check_geohash_precision(objects.integer(container, key))
    try:
        letters = cells.parse_int(objects.text(container, key))
    except NumberFormatException:
        letters = cells.geohash_levels(sphere.parse_distance(value))
        try:
            return cells.check_geohash_precision(letters)
        except IllegalArgumentException as cause:
            raise IllegalArgumentException(f"precision too high [{value}]") from cause
    return cells.check_geohash_precision(letters)


def _tile_precision(container: Any, key: Any) -> int:
    value = container[key]
    read = isinstance(value, str)
    zoom = cells.parse_int(objects.text(container, key)) if read else objects.integer(container, key)
    return cells.check_tile_precision(zoom)


def _box(container: Any, key: Any) -> Box | None:
    body = container[key]
    with objects.standing_at(body, None, "end"):
        found = parse_box(body)
    return None if any(math.isnan(side) for point in found for side in point) else found


_BOX = declared("object", _box)
_GRIDS: Mapping[str, tuple[type[GeoGridOf], int, Callable[[Any, Any], int]]] = {
    "geohash_grid": (GeohashGridOf, 5, _geohash_precision),
    "geotile_grid": (GeotileGridOf, 7, _tile_precision),
}


@register("geohash_grid", "geotile_grid")
def parse_grid(name: str, container: Any, key: Any) -> Aggregation:
    grid, precision, read = _GRIDS[key]
    declarations: dict[str, Member] = {
        **members(script=False, format=False),
        "precision": declared("int", read),
        "size": declared("int", at_least(1, "size", name)),
        "shard_size": declared("int", at_least(1, "shardSize", name)),
        "bounds": _BOX,
    }
    values = ObjectParser(key, declarations, required=REQUIRED_FIELD).parse(container, key)
    return grid(
        Given.of(values),
        values.get("precision", precision),
        values.get("size", 10_000),
        values.get("shard_size"),
        values.get("bounds"),
    )


# --- tiles in a composite ---------------------------------------------------------------------------------------------


@dataclass(eq=False, kw_only=True)
class GeotileSource(ValuesSource):
    kind = "geotile_grid"
    accepted = (GEOPOINT,)
    default = GEOPOINT
    precision: int = 7
    box: Box | None = None

    def dimension(self, source: Source, docs: Docs) -> Dimension:
        found = super().dimension(source, docs)
        if self.box is None or not self.missing_bucket:
            return found
        # A document whose points are all outside of the box has values, though none that counts.
        has = np.zeros(len(docs.rows), bool)
        has[source.points(docs)[0]] = True
        kept = (found.codes >= 0) | ~has[found.at]
        return Dimension(found.at[kept], found.codes[kept], found.keys)

    def values(self, source: Source, docs: Docs) -> Dimension:
        return distinct(*cells_of(source, docs, cells.tiles, self.precision, self.box))

    def shown(self, source: Source, key: Any) -> Any:
        return None if key is None else cells.tile_text(key)

    def after(self, source: Source, value: Any, ctx: ShardContext) -> Any:
        if isinstance(value, int | float) and not isinstance(value, bool):
            return int(value)
        return cells.tile_of(java_string(value))


def _tile_source_precision(container: Any, key: Any) -> int:
    return cells.check_tile_precision(objects.integer(container, key))


def _geotile_source(container: Any, key: Any) -> ValuesSource:
    declarations = {"precision": declared("int", _tile_source_precision), "bounds": _BOX, **source_members()}
    values = ObjectParser("geotile_grid", declarations).parse(container, key)
    return GeotileSource(**common_values(values), precision=values.get("precision", 7), box=values.get("bounds"))


SOURCES["geotile_grid"] = _geotile_source
