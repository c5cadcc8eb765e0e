"""range, date_range and ip_range: a bucket for each range that is given, in the order of their bounds."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import Any, ClassVar, Self

import numpy as np
from numpy.typing import NDArray

from fakeknn.aggs.base import Aggregation, Collector, register
from fakeknn.aggs.docs import Docs
from fakeknn.aggs.fielddata import DATE, IP, NUMBERS, NUMERIC
from fakeknn.aggs.formats import text_of
from fakeknn.aggs.results import Bucket, Internal, NamedBucket, PlacedBuckets, Reduction, finite
from fakeknn.aggs.value_members import REQUIRED, REQUIRED_FIELD, members
from fakeknn.aggs.values import Given, Source
from fakeknn.errors import IllegalArgumentException, IllegalStateException, ParsingException, Where
from fakeknn.fields.ip import HIGHEST, LOWEST, address, cidr, next_up, shown
from fakeknn.query.context import ShardContext
from fakeknn.xcontent import objects
from fakeknn.xcontent.objects import Member, ObjectParser, declared


@dataclass(eq=False)
class RangesOf(Aggregation):
    """What the kinds share: masks of the values become buckets."""

    keyed: bool = False
    given: Given = None  # type: ignore[assignment]

    def asked(self, docs: Docs, source: Source) -> Docs:
        """The documents; of a field that there is not what is inside is not asked at all (RangeAggregator.Unmapped)."""
        return docs if source.mapped or self.given.missing is not None else replace(docs, unmapped=True)

    def buckets(
        self,
        docs: Docs,
        subs: Callable[[Docs], list[Any]],
        hits: Sequence[NDArray[Any]],
        keys: Sequence[tuple[str, dict[str, Any]]],
    ) -> list[PlacedBuckets]:
        """``hits[r]`` are the positions of the documents in range r, ascending; they may repeat."""
        width = len(keys)
        once = [at[np.diff(at, prepend=-1) != 0] for at in hits]
        at = np.concatenate(once)
        owners = docs.owners[at] * width + np.repeat(np.arange(width), [len(one) for one in once])
        inside = docs.taken(at, owners, docs.n * width)
        counts, results = inside.counts().tolist(), subs(inside)
        out: list[PlacedBuckets] = []
        for owner in range(docs.n):
            made: list[Bucket] = []
            for i, (key, shown_bounds) in enumerate(keys, owner * width):
                members = shown_bounds if self.keyed else {"key": key, **shown_bounds}
                made.append(NamedBucket(key, counts[i], results[i], members))
            out.append(PlacedBuckets(self, made))
        return out


# --- numbers and dates ------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Range:
    """Bounds as given: numbers, or texts that the field's format reads."""

    key: str | None = None
    low: float | str | None = None
    high: float | str | None = None


@dataclass(eq=False)
class RangeOf(RangesOf):
    kind = "range"
    default: ClassVar[str] = NUMERIC
    ranges: Sequence[Range] = ()

    @property
    def one_inside(self) -> bool:
        return len(self.ranges) == 1

    def build(self, ctx: ShardContext) -> Collector:
        source = self.given.source(ctx, self, NUMBERS, self.default)
        bounds = self.bounds(ctx, source)
        if not bounds:
            raise IllegalArgumentException(f"No [ranges] specified for the [{self.name}] aggregation")
        keys = [_shown(source, key, low, high) for low, high, key in bounds]
        subs = self.subs.build(ctx)

        def collect(docs: Docs) -> Sequence[Internal]:
            loaded = source.doubles(docs)
            hits = [loaded.at[(loaded.values >= low) & (loaded.values < high)] for low, high, _ in bounds]
            return self.buckets(self.asked(docs, source), subs, hits, keys)

        return collect

    def bounds(self, ctx: ShardContext, source: Source) -> list[tuple[float, float, str | None]]:
        """(from, to, key) of the ranges, ascending."""
        return sorted(
            (
                (self.bound(source, one.low, -math.inf, ctx), self.bound(source, one.high, math.inf, ctx), one.key)
                for one in self.ranges
            ),
            key=lambda bound: bound[:2],
        )

    def bound(self, source: Source, value: float | str | None, none: float, ctx: ShardContext) -> float:
        if value is None:
            return none
        return float(source.format.parse(value, ctx.now)) if isinstance(value, str) else value


class DateRangeOf(RangeOf):
    kind = "date_range"
    default = DATE

    def bound(self, source: Source, value: float | str | None, none: float, ctx: ShardContext) -> float:
        if isinstance(value, float) and math.isfinite(value):
            value = str(int(value))
        return super().bound(source, value, none, ctx)


def _shown(source: Source, key: str | None, low: float, high: float) -> tuple[str, dict[str, Any]]:
    format = source.format
    ends = [None if math.isinf(bound) else format.show(bound) for bound in (low, high)]
    members: dict[str, Any] = {}
    for name, bound, end in zip(("from", "to"), (low, high), ends, strict=True):
        if not math.isinf(bound):
            members[name] = finite(bound)
            if not format.raw:
                members[f"{name}_as_string"] = end
    return key if key is not None else "-".join("*" if end is None else text_of(end) for end in ends), members


# --- addresses --------------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class IpRange:
    """Addresses from ``low`` to below ``high``, sixteen bytes each."""

    key: str | None
    low: bytes | None
    high: bytes | None


class IpRangeBuckets(PlacedBuckets):
    """A shard that has not been asked has none of them."""

    __slots__ = ()

    def reduce(self, parts: Sequence[Self], reduction: Reduction) -> Internal:
        for part in parts:
            if len(part.buckets) != len(self.buckets):
                reduction.consume(len(self.buckets))
                raise IllegalStateException(f"Expected [{len(self.buckets)}] buckets, but got [{len(part.buckets)}]")
        return super().reduce(parts, reduction)


@dataclass(eq=False)
class IpRangeOf(RangesOf):
    kind = "ip_range"
    ranges: Sequence[IpRange] = ()

    @property
    def one_inside(self) -> bool:
        return len(self.ranges) == 1

    def build(self, ctx: ShardContext) -> Collector:
        source = self.given.source(ctx, self, (IP,), IP)
        if not self.ranges:
            raise IllegalArgumentException(f"No [ranges] specified for the [{self.name}] aggregation")
        ranges = sorted(self.ranges, key=lambda one: (one.low or b"", one.high is None, one.high or b""))
        keys = [_ip_shown(one) for one in ranges]
        unscripted = None if source.scripted else _inside(source, ranges)
        subs = self.subs.build(ctx)

        def collect(docs: Docs) -> list[Internal]:
            if docs.unmapped:
                return [IpRangeBuckets(self, []) for _ in range(docs.n)]
            loaded = source.load(docs)
            chosen = _inside(source, ranges) if unscripted is None else unscripted
            made = self.buckets(docs, subs, [loaded.at[mask[loaded.values]] for mask in chosen], keys)
            return [IpRangeBuckets(self, result.buckets) for result in made]

        return collect


def _inside(source: Source, ranges: Sequence[IpRange]) -> list[NDArray[np.bool_]]:
    """bool[n_terms] for each range: which addresses lie in it."""
    keys = np.array([source.format.term_bytes(term) for term in source.terms[:]], "S")
    return [
        (keys >= np.bytes_(one.low or LOWEST)) & ((one.high is None) | (keys < np.bytes_(one.high or HIGHEST)))
        for one in ranges
    ]


def _ip_shown(one: IpRange) -> tuple[str, dict[str, Any]]:
    ends = {name: shown(bound) for name, bound in (("from", one.low), ("to", one.high)) if bound is not None}
    return one.key if one.key is not None else f"{ends.get('from', '*')}-{ends.get('to', '*')}", ends


# --- parsing ----------------------------------------------------------------------------------------------------------


def _bound(container: Any, key: Any) -> Any:
    value = container[key]
    return None if value is None else value if isinstance(value, str) else objects.decimal(container, key)


_NUMBER = ("VALUE_NUMBER", "VALUE_STRING")
_RANGE = ObjectParser(
    "range",
    {
        "key": Member(_NUMBER, objects.text),
        "from": Member((*_NUMBER, "VALUE_NULL"), _bound),
        "to": Member((*_NUMBER, "VALUE_NULL"), _bound),
    },
)


def _range(container: Any, key: Any) -> Range:
    values = _RANGE.parse(container, key)
    return Range(values.get("key"), values.get("from"), values.get("to"))


_RANGES = {"keyed": declared("boolean"), "ranges": declared("object_array", objects.each_parsed(_range))}
_PARSERS = {
    "range": (RangeOf, ObjectParser("range", {**members(), **_RANGES}, required=REQUIRED)),
    "date_range": (DateRangeOf, ObjectParser("date_range", {**members(zone=True), **_RANGES}, required=REQUIRED)),
}


@register("range", "date_range")
def parse_range(name: str, container: Any, key: Any) -> Aggregation:
    kind, parser = _PARSERS[key]
    values = parser.parse(container, key)
    return kind(values.get("keyed", False), Given.of(values), values.get("ranges", ()))


def _ip_range(container: Any, key: Any) -> IpRange:
    body = container[key]
    if not isinstance(body, dict):
        raise ParsingException(
            f"[ranges] must contain objects, but hit a {objects.token(body)}", at=Where(container, key)
        )
    found: dict[str, str | None] = {}
    for name in body:
        if name in ("key", "mask"):
            found[name] = objects.text(body, name)
        elif name in ("from", "to"):
            found[name] = objects.text_or_none(body, name)
        else:
            raise ParsingException(f"Unexpected ip range parameter: [{name}]", at=Where(body, name))
    try:
        return _ip_range_of(found)
    except IllegalArgumentException as error:
        raise objects.stopped_at(error, Where(body, None, "end")) from None


def _ip_range_of(found: dict[str, str | None]) -> IpRange:
    label, mask = found.get("key"), found.get("mask")
    if mask is None:
        ends = [None if text is None else address(text) for text in (found.get("from"), found.get("to"))]
        return IpRange(label, *ends)
    low, high = cidr(mask)
    return IpRange(
        mask if label is None else label, None if low == LOWEST else low, None if high == HIGHEST else next_up(high)
    )


_IP_RANGE = ObjectParser(
    "ip_range",
    {
        **members(script=False, format=False),
        "keyed": declared("boolean"),
        "ranges": declared("object_array", objects.each(_ip_range)),
    },
    required=REQUIRED_FIELD,
)


@register("ip_range")
def parse_ip_range(name: str, container: Any, key: Any) -> Aggregation:
    values = _IP_RANGE.parse(container, key)
    return IpRangeOf(values.get("keyed", False), Given.of(values), values.get("ranges", ()))
