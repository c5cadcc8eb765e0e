"""composite: a bucket for each combination of the values of several sources, a page at a time.

Source: CompositeAggregator, CompositeValuesCollectorQueue, InternalComposite.
"""

from __future__ import annotations

import bisect
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from itertools import islice
from typing import Any, Self

import numpy as np
from numpy.typing import NDArray

from fakeknn.aggs.base import Aggregation, Collector, created, refuse, register, shard_buckets
from fakeknn.aggs.composite_sources import MISSING, SOURCES, Dimension, HistogramSource, ValuesSource
from fakeknn.aggs.docs import Docs, compacted
from fakeknn.aggs.formats import unshown
from fakeknn.aggs.merging import java_key, ranked, same_keyed, uncomparable
from fakeknn.aggs.results import Bucket, Internal, MultiBucket, Reduction, ShownKeyBucket, merged
from fakeknn.aggs.values import Source
from fakeknn.errors import (
    IllegalArgumentException,
    IllegalStateException,
    NegativeArraySizeException,
    NotFaked,
    NullPointerException,
    ParsingException,
    TooManyBucketsException,
    Where,
)
from fakeknn.fields.numbers import NumberFieldType
from fakeknn.query.base import Query
from fakeknn.query.compound import ConstantScore
from fakeknn.query.context import ShardContext
from fakeknn.query.forms import search_form
from fakeknn.query.lucene import BoostQuery, ConstantScoreQuery, IndexOrDocValuesQuery, Leaf, MatchAllDocsQuery
from fakeknn.query.terms import Term
from fakeknn.xcontent import objects
from fakeknn.xcontent.objects import ObjectParser, building, declared

# --- results ----------------------------------------------------------------------------------------------------------


class Composite(MultiBucket):
    """Buckets in the order of the sources; the last one's key is that to go on after."""

    __slots__ = ()
    agg: CompositeOf

    def body(self, typed: bool) -> dict[str, Any]:
        after = {"after_key": self.buckets[-1].members["key"]} if self.buckets else {}
        return {**after, **super().body(typed)}

    def reduce(self, parts: Sequence[Self], reduction: Reduction) -> Internal:
        self._check_classes(parts)
        keys = list(dict.fromkeys(bucket.key for part in parts for bucket in part.buckets))
        for i, source in reversed(list(enumerate(self.agg.sources))):
            keys.sort(key=lambda key: source.sort_key(key[i]), reverse=source.descending)
        groups = same_keyed(*ranked([part.buckets for part in parts], keys), requeued=True)
        buckets = [merged(self.agg, same, reduction) for same in islice(groups, self.agg.size)]
        reduction.consume(len(buckets))
        return self.with_buckets(buckets)

    @staticmethod
    def _check_classes(parts: Sequence[Composite]) -> None:
        """Keys of different kinds do not compare: the class of one shard's is not that of another's."""
        for i in range(len(parts[0].agg.sources)):
            columns = [[bucket.key[i] for bucket in part.buckets] for part in parts]
            found = [next((key for key in column if key is not None), None) for column in columns]
            classes = [java_key(key) for key in found if key is not None]
            other = next((one for one in classes if one != classes[0]), None)
            if other is not None:
                # Who comes into the queue last compares itself: a shard does again when its missing key is through.
                firsts = [column[0] is None for column in columns if column]
                late = firsts[0] and not all(firsts)
                pair = (other, classes[0]) if late else (classes[0], other)
                raise uncomparable(*pair)


# --- the aggregation --------------------------------------------------------------------------------------------------

#: Factories whose names are not those of their kinds.
_FACTORIES = {
    "multi_terms": "MultiTermsAggregationFactory",
    "composite": "CompositeAggregationFactory",
    "diversified_sampler": "DiversifiedAggregatorFactory",
    "geo_distance": "GeoDistanceRangeAggregatorFactory",
    "geohash_grid": "GeoHashGridAggregatorFactory",
    "geotile_grid": "GeoTileGridAggregatorFactory",
    "ip_range": "BinaryRangeAggregatorFactory",
}


def factory_class(kind: str) -> str:
    """The simple name of a kind's Java factory."""
    camel = "".join(part.capitalize() for part in kind.split("_"))
    return _FACTORIES.get(kind, f"{camel}AggregatorFactory")


@dataclass(eq=False)
class CompositeOf(Aggregation):
    kind = "composite"
    sources: Sequence[ValuesSource]
    size: int = 10
    after: Mapping[str, Any] | None = None

    def build(self, ctx: ShardContext) -> Collector:
        around = self.parent
        while around is not None and around.kind in ("nested", "filter", "reverse_nested"):
            around = around.parent
        if around is not None:
            raise IllegalArgumentException(
                "[composite] aggregation cannot be used with a parent aggregation of type: "
                f"[{factory_class(around.kind)}]"
            )
        resolved = [source.resolve(ctx) for source in self.sources]
        after = None if self.after is None else self._after_values()
        subs = self.subs.build(ctx)
        if self.size < 0:
            refuse(ctx, NegativeArraySizeException(str(self.size)))
        limit = shard_buckets(ctx).max_buckets
        if self.size > limit:
            refuse(
                ctx,
                TooManyBucketsException(
                    f"Trying to create too many buckets. Must be less than or equal to: [{limit}] but was "
                    f"[{self.size}]. This limit can be set by changing the [search.max_buckets] cluster level setting.",
                    max_buckets=limit,
                ),
            )
        bounds = None
        if after is not None:
            pairs = zip(self.sources, resolved, after, strict=True)
            bounds = created(
                ctx,
                lambda: [
                    None if value is None else source.after(values, value, ctx) for source, values, value in pairs
                ],
            )

        def collect(docs: Docs) -> list[Internal]:
            return [self.collect(docs, resolved, bounds, subs)]

        return collect

    def _after_values(self) -> list[Any]:
        assert self.after is not None
        if len(self.after) != len(self.sources):
            raise IllegalArgumentException(
                f"[after] has {len(self.after)} value(s) but [sources] has {len(self.sources)}"
            )
        values = []
        for source in self.sources:
            if source.name not in self.after:
                raise IllegalArgumentException(f"Missing value for [after.{source.name}]")
            value = self.after[source.name]
            if (value is None and not source.missing_bucket) or isinstance(value, (dict, list)):
                java = "null" if value is None else "HashMap" if isinstance(value, dict) else "ArrayList"
                raise IllegalArgumentException(
                    f"Invalid value for [after.{source.name}], expected comparable, got [{java}]"
                )
            values.append(value)
        return values

    def collect(
        self, docs: Docs, resolved: Sequence[Source], bounds: Sequence[Any] | None, subs: Callable[[Docs], list[Any]]
    ) -> Internal:
        dimensions = [source.dimension(values, docs) for source, values in zip(self.sources, resolved, strict=True)]
        if _walks_points(self.sources[0], resolved[0], docs.ctx):
            dimensions[0] = _once(dimensions[0])
            _bound(dimensions[0], resolved[0], docs.ctx)
        at, columns = combined(dimensions, len(docs.rows))
        if not self.size and len(at):  # a queue that holds nothing is asked for its top
            raise NullPointerException(
                'Cannot invoke "java.lang.Integer.intValue()" because the return value of '
                '"org.opensearch.search.aggregations.bucket.composite.CompositeValuesCollectorQueue.top()" is null'
            )
        places = [
            _places(source, codes, len(dimension.keys))
            for source, dimension, codes in zip(self.sources, dimensions, columns, strict=True)
        ]
        if bounds is not None:
            kept = np.zeros(len(at), bool)
            level = np.ones(len(at), bool)
            for source, dimension, place, bound in zip(self.sources, dimensions, places, bounds, strict=True):
                edge = _edge(source, dimension.keys, bound)
                kept |= level & (place > edge)
                level &= place == edge
            at, columns = at[kept], [codes[kept] for codes in columns]
            places = [place[kept] for place in places]
        numbers, one = _numbered(places)
        if len(one) > self.size:
            kept = numbers < self.size
            at, numbers, one = at[kept], numbers[kept], one[: self.size]
        inside = docs.taken(at, numbers, len(one))
        results, counts = subs(inside), inside.counts().tolist()
        chosen = [codes[one].tolist() for codes in columns]
        buckets: list[Bucket] = []
        for i, count in enumerate(counts):
            key = tuple(
                None if codes[i] == MISSING else dimension.keys[codes[i]]
                for dimension, codes in zip(dimensions, chosen, strict=True)
            )
            shown = {
                source.name: source.shown(values, part)
                for source, values, part in zip(self.sources, resolved, key, strict=True)
            }
            fails = unshown(shown.values())
            buckets.append(ShownKeyBucket(key, count, results[i], {"key": shown} if fails is None else fails))
        return Composite(self, buckets)


def _walks_points(source: ValuesSource, values: Source, ctx: ShardContext) -> bool:
    """createSortedDocsProducerOrNull: whether the leading source is read out of the index of its points, key by key.

    Then a document counts once for each of its keys, however many of its values have that key.
    """
    field = values.field
    if field is None or source.missing_bucket or source.descending or isinstance(source, HistogramSource):
        return False
    if not field.searchable or source.given.script is not None or field.kind not in _WALKED:
        return False
    query = ctx.memo["search"].query
    if query is None:
        return ctx.alias_filter is None and not ctx.mapping.nested_paths
    node = search_form(query, ctx)
    while isinstance(node, (BoostQuery, ConstantScoreQuery, IndexOrDocValuesQuery)):
        node = node.index if isinstance(node, IndexOrDocValuesQuery) else node.query
    if isinstance(node, MatchAllDocsQuery):
        return True
    walked = ("PointRangeQuery", "FieldExistsQuery")
    return isinstance(node, Leaf) and node.type in walked and getattr(_inner(query), "field", None) == field.path


def _inner(query: Query) -> Query:
    while isinstance(query, ConstantScore):
        query = query.filter
    return query


_WALKED = ("long", "short", "byte", "date", "date_nanos")


def _once(dimension: Dimension) -> Dimension:
    """Each key once a document."""
    order = np.lexsort((dimension.codes, dimension.at))
    at, codes = dimension.at[order], dimension.codes[order]
    first = np.ones(len(at), bool)
    first[1:] = (at[1:] != at[:-1]) | (codes[1:] != codes[:-1])
    return Dimension(at[first], codes[first], dimension.keys)


def _bound(dimension: Dimension, values: Source, ctx: ShardContext) -> None:
    """Points that the search's own query leaves out are passed by, also where their document has others."""
    query = ctx.memo["search"].query
    inner = None if query is None else _inner(query)
    if isinstance(inner, Term) and isinstance(values.field, NumberFieldType):
        asked = values.field.exact_value(inner.value)
        kept = np.array([key == asked for key in dimension.keys], bool)[dimension.codes]
        dimension.at, dimension.codes = dimension.at[kept], dimension.codes[kept]


def combined(dimensions: Sequence[Dimension], n: int) -> tuple[NDArray[np.int64], list[NDArray[np.int64]]]:
    """Every combination of each document's values: the documents' positions, and a column of codes a dimension."""
    at = np.arange(n)
    columns: list[NDArray[np.int64]] = []
    for dimension in dimensions:
        starts = np.searchsorted(dimension.at, at)
        counts = np.searchsorted(dimension.at, at, side="right") - starts
        if len(counts) and (counts == 1).all():
            columns.append(dimension.codes[starts])
            continue
        repeated = np.repeat(np.arange(len(at)), counts)
        within = np.arange(len(repeated)) - np.repeat(np.cumsum(counts) - counts, counts)
        columns = [codes[repeated] for codes in columns]
        columns.append(dimension.codes[starts[repeated] + within])
        at = at[repeated]
    return at, columns


def _places(source: ValuesSource, codes: NDArray[np.int64], size: int) -> NDArray[np.int64]:
    """Where codes of ``size`` keys stand in the order of the source: from 1 on, and 0 or ``size`` + 1 without a "
    "value."""
    places = size - codes if source.descending else codes + 1
    if source.missing_bucket:
        places = np.where(codes == MISSING, 0 if source.missing_first else size + 1, places)
    return places


def _edge(source: ValuesSource, keys: Sequence[Any], bound: Any) -> float:
    """Where a key stands; between two places if it is none of the shard's."""
    if bound is None:
        return 0 if source.missing_first else len(keys) + 1
    at = bisect.bisect_left(keys, bound)
    place = at if at < len(keys) and keys[at] == bound else at - 0.5
    return len(keys) - place if source.descending else place + 1


def _numbered(places: Sequence[NDArray[np.int64]]) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """The number of each row's combination, in the order of the columns, and a row of each."""
    numbers = np.zeros(len(places[0]), np.int64)
    found = numbers[:0]
    for place in places:
        _, ranks = compacted(place)
        width = int(ranks.max()) + 1 if len(ranks) else 1
        found, numbers = compacted(numbers * width + ranks)
    row = np.empty(len(found), np.int64)
    row[numbers] = np.arange(len(numbers))
    return numbers, row


# --- parsing ----------------------------------------------------------------------------------------------------------


def expect_object(container: Any, key: Any) -> None:
    """XContentParserUtils.ensureExpectedToken."""
    if not isinstance(container[key], dict):
        raise ParsingException(
            f"Failed to parse object: expecting token of type [START_OBJECT] but found "
            f"[{objects.token(container[key])}]",
            at=Where(container, key),
        )


def _first_member(body: Mapping[str, Any]) -> str:
    if not body:
        raise ParsingException(
            "Failed to parse object: expecting token of type [FIELD_NAME] but found [END_OBJECT]",
            at=Where(body, None, "end"),
        )
    return next(iter(body))


def _source(container: Any, key: Any) -> ValuesSource:
    """CompositeValuesSourceParserHelper.fromXContent."""
    expect_object(container, key)
    body = container[key]
    name = _first_member(body)
    expect_object(body, name)
    kind = _first_member(body[name])
    expect_object(body[name], kind)
    parse = SOURCES.get(kind)
    if parse is None:
        raise ParsingException(f"invalid source type: {kind}", at=Where(body[name], kind))
    source = parse(body[name], kind)
    source.name = name
    _check_rest(body, name, kind)
    return source


def _check_rest(body: Mapping[str, Any], name: str, kind: str) -> None:
    """Refuse what stands behind a source's type or name: the parser steps over two tokens, which are to be the ends of
    their objects, and takes what follows them for the array's next element.
    """
    types = [other for other in body[name] if other != kind]
    if types:
        token, place = objects.next_token(body[name], types[0])
        if token in _VALUES:
            _source(body[name][types[0]], 0)
        if token in _VALUES or token == "END_ARRAY":
            raise NotFaked("an array behind the type of a source of a [composite] aggregation")
        raise objects.stopped_at(IllegalStateException(f"expected value but got [{token}]"), place)
    names = [other for other in body if other != name]
    if names:
        token, place = objects.token(body[names[0]]), Where(body, names[0])
        if token in _VALUES:
            _source(body, names[0])
            token, place = (
                ("FIELD_NAME", Where(body, names[1], "key")) if names[1:] else ("END_OBJECT", Where(body, None, "end"))
            )
        raise objects.stopped_at(IllegalStateException(f"expected value but got [{token}]"), place)


#: The tokens that begin an element of an array (AbstractObjectParser.parseArray).
_VALUES = ("VALUE_STRING", "VALUE_NUMBER", "VALUE_BOOLEAN", "VALUE_NULL", "START_OBJECT")


def _sources(container: Any, key: Any) -> list[ValuesSource]:
    found = objects.each(_source)(container, key)
    with building("composite"):
        if not found:
            raise IllegalArgumentException("Composite [sources] cannot be null or empty")
        names = [source.name for source in found]
        twice = sorted({one for one in names if names.count(one) > 1})
        if twice:
            raise IllegalArgumentException(
                f"Composite source names must be unique, found duplicates: [{', '.join(twice)}]"
            )
    return found


_COMPOSITE = ObjectParser(
    "composite",
    {
        "sources": declared("object_array", _sources),
        "size": declared("int"),
        "after": declared("object"),
    },
    constructor=("sources",),
)


@register("composite")
def parse_composite(name: str, container: Any, key: Any) -> Aggregation:
    values = _COMPOSITE.parse(container, key)
    return CompositeOf(values["sources"], values.get("size", 10), values.get("after"))
