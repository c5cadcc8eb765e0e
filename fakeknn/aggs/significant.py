"""significant_terms: the values that are more frequent among the documents than elsewhere.

Source: SignificantTermsAggregatorFactory, InternalSignificantTerms, the heuristics of terms.heuristic.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, ClassVar, Self

import numpy as np
from numpy.typing import NDArray

from fakeknn.aggs.base import (
    Aggregation,
    Bucket,
    Collector,
    Docs,
    Internal,
    MultiBucket,
    Reduction,
    Results,
    finite,
    note,
    register,
    shown,
)
from fakeknn.aggs.fielddata import ALL, BYTES, IP
from fakeknn.aggs.includes import IncludeExclude, found_in, members_of
from fakeknn.aggs.terms import (
    Grouped,
    TermValues,
    Thresholds,
    inner_buckets,
    split,
    threshold_members,
    thresholds_of,
)
from fakeknn.aggs.values import REQUIRED, Given, Source, members, text_source
from fakeknn.errors import (
    IllegalArgumentException,
    NamedObjectNotFoundException,
    NotFaked,
    UnsupportedOperationException,
    Where,
    XContentParseException,
)
from fakeknn.query.base import Query, ShardContext, parse_query
from fakeknn.xcontent import hash_ordered
from fakeknn.xcontent.objects import Member, ObjectParser, declared
from fakeknn.xcontent.suggest import did_you_mean

_DEFAULT = Thresholds(min_doc_count=3)


# --- heuristics -------------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Heuristic:
    """How significant a term is: ``freq`` of ``size`` documents have it, and ``background`` of all ``total``."""

    kind: ClassVar[str] = ""
    members: ClassVar[Mapping[str, Member]] = {}

    def score(self, freq: int, size: int, background: int, total: int) -> float:
        raise NotImplementedError

    def _check(self, freq: int, size: int, background: int, total: int) -> None:
        """checkFrequencyValidity."""
        name = type(self).__name__
        if freq > size:
            raise IllegalArgumentException(f"subsetFreq > subsetSize, in {name}")
        if background > total:
            raise IllegalArgumentException(f"supersetFreq > supersetSize, in {name}")


class JLHScore(Heuristic):
    kind = "jlh"

    def score(self, freq: int, size: int, background: int, total: int) -> float:
        self._check(freq, size, background, total)
        if not size or not total:
            return 0.0
        here, everywhere = freq / size, (background or 1) / total
        change = here - everywhere
        return change * (here / everywhere) if change > 0 else 0.0


class PercentageScore(Heuristic):
    kind = "percentage"

    def score(self, freq: int, size: int, background: int, total: int) -> float:
        self._check(freq, size, background, total)
        return freq / background if background else 0.0


@dataclass(frozen=True)
class Frequencies:
    """How many documents have a term (first digit) and are in the class (second); ``_`` for either."""

    n00: float
    n01: float
    n10: float
    n11: float
    n0_: float
    n1_: float
    n_0: float
    n_1: float
    n: float


@dataclass(frozen=True)
class Contingency(Heuristic):
    """NXYSignificanceHeuristic."""

    include_negatives: bool = False
    background_is_superset: bool = True
    members: ClassVar[Mapping[str, Member]] = {
        "include_negatives": declared("boolean"),
        "background_is_superset": declared("boolean"),
    }

    def frequencies(self, freq: int, size: int, background: int, total: int) -> Frequencies:
        self._check(freq, size, background, total)
        if not self.background_is_superset:
            return Frequencies(
                total - background, size - freq, background, freq, total - background + size - freq,
                background + freq, total, size, total + size,
            )  # fmt: skip
        if freq > background or size > total or background - freq > total - size:
            raise NotFaked("a background that is no superset")
        return Frequencies(
            total - background - (size - freq), size - freq, background - freq, freq, total - background, background,
            total - size, size, total,
        )  # fmt: skip

    def _rarer(self, n: Frequencies) -> bool:
        """Whether the term is less frequent in the class than outside, which is not asked for."""
        return not self.include_negatives and _quotient(n.n11, n.n_1) < _quotient(n.n10, n.n_0)


def _quotient(numerator: float, denominator: float) -> float:
    if denominator:
        return numerator / denominator
    return math.nan if not numerator else math.inf


class ChiSquare(Contingency):
    kind = "chi_square"

    def score(self, freq: int, size: int, background: int, total: int) -> float:
        n = self.frequencies(freq, size, background, total)
        if self._rarer(n):
            return -math.inf
        return _quotient(n.n * (n.n11 * n.n00 - n.n01 * n.n10) ** 2.0, n.n_1 * n.n1_ * n.n0_ * n.n_0)


class MutualInformation(Contingency):
    kind = "mutual_information"

    def score(self, freq: int, size: int, background: int, total: int) -> float:
        n = self.frequencies(freq, size, background, total)

        def term(nxy: float, nx_: float, n_y: float) -> float:
            numerator = math.fabs(n.n * nxy)
            denominator = math.fabs(nx_ * n_y)
            factor = math.fabs(nxy / n.n)
            if not numerator and not denominator:
                return 0.0
            if not numerator:
                return 0.0 if not factor else -math.inf
            return factor * math.log(numerator / denominator)

        total_information = (
            term(n.n00, n.n0_, n.n_0)
            + term(n.n01, n.n0_, n.n_1)
            + term(n.n10, n.n1_, n.n_0)
            + term(n.n11, n.n1_, n.n_1)
        ) / math.log(2.0)
        if math.isnan(total_information) or self._rarer(n):
            return -math.inf
        return total_information


class GND(Contingency):
    kind = "gnd"
    members: ClassVar[Mapping[str, Member]] = {"background_is_superset": declared("boolean")}

    def score(self, freq: int, size: int, background: int, total: int) -> float:
        n = self.frequencies(freq, size, background, total)
        if not n.n11:
            return 0.0
        if n.n1_ == n.n_1 == n.n11:
            return 1.0
        logs = math.log(n.n1_), math.log(n.n_1)
        return math.exp(-(max(logs) - math.log(n.n11)) / (math.log(n.n) - min(logs)))


_JLH = JLHScore()
HEURISTICS: dict[str, type[Heuristic]] = {
    kind.kind: kind for kind in (JLHScore, PercentageScore, ChiSquare, MutualInformation, GND)
}


# --- results ----------------------------------------------------------------------------------------------------------


class SignificantBucket(Bucket):
    __slots__ = ("background", "score")

    def __init__(self, key: Any, doc_count: int, results: Results, members: dict[str, Any] | None = None) -> None:
        super().__init__(key, doc_count, results, members)
        self.background = 0
        self.score = 0.0

    def json(self, typed: bool) -> dict[str, Any]:
        return {
            **self.members,
            "doc_count": self.doc_count,
            "score": finite(self.score),
            "bg_count": self.background,
            **shown(self.results, typed),
        }


class Significant(MultiBucket):
    """Buckets; ``size`` documents have been looked at, of ``total`` in the background."""

    __slots__ = ("kind", "size", "total")
    agg: SignificantTerms

    def __init__(self, agg: SignificantTerms, kind: str, buckets: list[Bucket], size: int, total: int) -> None:
        super().__init__(agg, buckets)
        self.kind = kind
        self.size = size
        self.total = total

    @property
    def type(self) -> str:
        return self.kind if self.mapped else "sigsterms"

    @property
    def mapped(self) -> bool:
        return self.kind != "umsigterms"

    def body(self, typed: bool) -> dict[str, Any]:
        if not self.mapped:
            return super().body(typed)
        return {"doc_count": self.size, "bg_count": self.total, **super().body(typed)}

    def reduce(self, parts: Sequence[Self], reduction: Reduction) -> Internal:
        if not self.mapped:
            return self
        known = [part for part in parts if part.mapped]
        size, total = sum(part.size for part in known), sum(part.total for part in known)
        found: dict[str, list[SignificantBucket]] = {}
        for part in known:
            for bucket in part.buckets:
                assert isinstance(bucket, SignificantBucket)
                found.setdefault(bucket.key_text, []).append(bucket)
        kept: list[SignificantBucket] = []
        for text in hash_ordered(found):
            same = found[text]
            first = same[0]
            results = self.agg.subs.reduce([bucket.results for bucket in same], reduction)
            bucket = SignificantBucket(first.key, sum(one.doc_count for one in same), results, first.members)
            bucket.background = sum(one.background for one in same)
            bucket.score = self.agg.heuristic.score(bucket.doc_count, size, bucket.background, total)
            if bucket.doc_count >= self.agg.thresholds.min_doc_count and bucket.score > 0:
                kept.append(bucket)
            else:
                reduction.consume(-inner_buckets(bucket))
        buckets: list[Bucket] = list(best(kept, min(self.agg.thresholds.size, len(found))))
        reduction.consume(len(buckets))
        whole = self.with_buckets(buckets)
        whole.size, whole.total = size, total
        return whole


def best(buckets: Sequence[SignificantBucket], size: int) -> list[SignificantBucket]:
    """The most significant, best first; equals stand as Lucene's PriorityQueue leaves them."""
    heap: list[Any] = [None]
    for bucket in buckets:
        if len(heap) <= size:
            heap.append(bucket)
            _up(heap)
        elif size and heap[1].score < bucket.score:
            heap[1] = bucket
            _down(heap)
    popped = []
    while len(heap) > 1:
        popped.append(heap[1])
        last = heap.pop()
        if len(heap) > 1:
            heap[1] = last
            _down(heap)
    return popped[::-1]


def in_slice(buckets: Sequence[Any], size: int) -> list[Bucket]:
    """The order in which a shard gives its buckets, after the reduce of its slices."""
    by_text = {bucket.key_text: bucket for bucket in best(buckets, len(buckets))}
    return list(best([by_text[text] for text in hash_ordered(by_text)], min(size, len(by_text))))


def _up(heap: list[Any]) -> None:
    i = len(heap) - 1
    node, j = heap[i], (len(heap) - 1) >> 1
    while j > 0 and node.score < heap[j].score:
        heap[i] = heap[j]
        i, j = j, j >> 1
    heap[i] = node


def _down(heap: list[Any]) -> None:
    i, size = 1, len(heap) - 1
    node, j = heap[1], 2
    if size >= 3 and heap[3].score < heap[2].score:
        j = 3
    while j <= size and heap[j].score < node.score:
        heap[i] = heap[j]
        i, j = j, j << 1
        if j + 1 <= size and heap[j + 1].score < heap[j].score:
            j += 1
    heap[i] = node


# --- the definition ---------------------------------------------------------------------------------------------------


@dataclass(eq=False)
class SignificantTerms(Aggregation):
    kind = "significant_terms"
    notes = True
    given: Given
    thresholds: Thresholds = _DEFAULT
    heuristic: Heuristic = _JLH
    background: Query | None = None
    includes: IncludeExclude | None = None
    hint: str | None = None

    def filters(self) -> Iterator[Query]:
        if self.background is not None:
            yield self.background

    def source(self, ctx: ShardContext) -> Source:
        return self.given.source(ctx, self, ALL, BYTES)

    def build(self, ctx: ShardContext) -> Collector:
        source = self.source(ctx)
        subs = self.subs.build(ctx)
        if not source.mapped and self.given.missing is None:
            return lambda docs: [Significant(self, "umsigterms", [], 0, 0) for _ in range(docs.n)]
        self._check(source)
        values = TermValues(ctx, source, self.includes)
        mask = None if self.background is None else self.background.mask(ctx) & ctx.view.live_roots
        # Without a filter the background is what the reader has: deleted documents and nested objects, too.
        total = ctx.n if mask is None else int(np.count_nonzero(mask))
        return lambda docs: self.collect(docs, values, subs, mask, total)

    def _check(self, source: Source) -> None:
        if source.by_terms:
            if self.hint not in (None, "map", "global_ordinals"):
                raise IllegalArgumentException(
                    f"Unknown `execution_hint`: [{self.hint}], expected any of [map, global_ordinals]"
                )
        elif source.floating:
            raise UnsupportedOperationException("No support for examining floating point numerics")
        by_pattern = self.includes is not None and self.includes.by_pattern
        if by_pattern and not source.by_terms:
            raise IllegalArgumentException(
                f"Aggregation [{self.name}] cannot support regular expression style include/exclude settings as they "
                "can only be applied to string fields. Use an array of numeric values for include/exclude clauses used "
                "to filter numeric fields"
            )
        if by_pattern and source.type == IP:
            raise IllegalArgumentException(
                f"Aggregation [{self.name}] cannot support regular expression style include/exclude settings as they "
                "can only be applied to string fields. Use an array of values for include/exclude clauses"
            )

    def collect(
        self,
        docs: Docs,
        values: TermValues,
        subs: Callable[[Docs], list[Results]],
        mask: NDArray[np.bool_] | None,
        total: int,
    ) -> list[Internal]:
        found = values.grouped(docs)
        counts, sizes = found.counts(), docs.counts()
        if not docs.unmapped:
            note(docs.ctx, self, 0, np.bincount(found.owners, minlength=docs.n).tolist())
        backgrounds = self._backgrounds(docs, values, found, mask)
        scores = np.array(
            [
                self.heuristic.score(freq, size, background, total)
                for freq, size, background in zip(
                    counts.tolist(), sizes[found.owners].tolist(), backgrounds.tolist(), strict=True
                )
            ],
            np.float64,
        )
        thresholds = self._on_shard()
        ranked = np.lexsort((np.arange(found.n), -scores, found.owners))
        ranks = np.arange(found.n) - np.searchsorted(found.owners, found.owners)
        chosen = np.sort(ranked[ranks < thresholds.shard_size])
        chosen = chosen[counts[chosen] >= thresholds.shard_min_doc_count]
        results = subs(found.docs(docs, chosen))
        buckets: list[Bucket] = []
        keys = _shown(values, found.keys[chosen])
        for i, ((key, key_members), position) in enumerate(zip(keys, chosen.tolist(), strict=True)):
            bucket = SignificantBucket(key, int(counts[position]), results[i], key_members)
            bucket.background = int(backgrounds[position])
            bucket.score = float(scores[position])
            buckets.append(bucket)
        kind = "sigsterms" if values.source.by_terms else "siglterms"
        own = [in_slice(some, thresholds.shard_size) for some in split(found.owners[chosen], docs.n, buckets)]
        return [Significant(self, kind, own[i], size, total) for i, size in enumerate(sizes.tolist())]

    def _on_shard(self) -> Thresholds:
        doubled = self.thresholds.on_shard(suggests=True)
        if self.thresholds.shard_size != -1:
            return doubled
        return Thresholds(
            doubled.size, 2 * int(doubled.size * 1.5 + 10), doubled.min_doc_count, doubled.shard_min_doc_count
        )

    @staticmethod
    def _backgrounds(
        docs: Docs, values: TermValues, found: Grouped, mask: NDArray[np.bool_] | None
    ) -> NDArray[np.int64]:
        """How many documents of the background have the term of each bucket."""
        ctx = docs.ctx
        rows = np.arange(ctx.n, dtype=np.int32) if mask is None else np.flatnonzero(mask).astype(np.int32)
        everything = Docs(ctx, rows, np.zeros(len(rows), np.int64), 1, docs.score)
        all_found = values.grouped(everything)
        if not len(all_found.keys):
            return np.zeros(len(found.keys), np.int64)
        at = np.minimum(np.searchsorted(all_found.keys, found.keys), len(all_found.keys) - 1)
        return np.where(all_found.keys[at] == found.keys, all_found.counts()[at], 0)


def _shown(values: TermValues, keys: NDArray[Any]) -> Iterator[tuple[Any, dict[str, Any]]]:
    """Keys of SignificantLongTerms are signed, and show what their format makes of them as it is."""
    for key, key_members in values.shown(keys):
        if not values.source.by_terms and not values.source.format.raw:
            signed = key - 2**64 if key >= 2**63 else key
            yield signed, {"key": signed, "key_as_string": values.source.format.show(key)}
        else:
            yield key, key_members


@dataclass(eq=False)
class SignificantText(SignificantTerms):
    """significant_text: the same of a text field's tokens."""

    kind = "significant_text"

    def source(self, ctx: ShardContext) -> Source:
        assert self.given.field is not None
        field = ctx.field(self.given.field)
        if field is None:
            raise NotFaked("significant_text of a field that is not mapped")
        if field.is_text:
            return text_source(ctx, field)
        raise NotFaked(f"significant_text of a [{field.kind}] field")


# --- parsing ----------------------------------------------------------------------------------------------------------


_ANY = ("START_OBJECT", "START_ARRAY", "VALUE_STRING", "VALUE_NUMBER", "VALUE_BOOLEAN", "VALUE_NULL")


def _heuristic_member(kind: type[Heuristic], read: list[Heuristic]) -> Member:
    parser = ObjectParser(kind.kind, kind.members)

    def parse(container: Any, key: Any) -> Heuristic:
        heuristic = kind(**parser.parse(container, key))
        read.append(heuristic)
        return heuristic

    return Member(_ANY, parse, tells=True)


def _script_heuristic(container: Any, key: Any) -> Heuristic:
    raise NotFaked("a script heuristic")


def _parsed(kind: str, declarations: dict[str, Member], container: Any, key: Any) -> dict[str, Any]:
    """The values; a member that is unknown is looked for among the heuristics last."""
    body = container[key]
    for member in body if isinstance(body, dict) else ():
        if member not in declarations:
            error = XContentParseException(
                f"[{kind}] unknown field [{member}]{did_you_mean(member, declarations)}", at=Where(body, member, "key")
            )
            raise error from NamedObjectNotFoundException(f"unknown field [{member}]", at=Where(body, member))
    return ObjectParser(kind, declarations, required=REQUIRED if kind == "significant_terms" else ()).parse(
        container, key
    )


def _common_members(name: str, read: list[Heuristic]) -> dict[str, Member]:
    return {
        **threshold_members(name),
        "background_filter": declared("object", parse_query),
        **members_of(),
        **{kind: _heuristic_member(heuristic, read) for kind, heuristic in HEURISTICS.items()},
        "script_heuristic": declared("object", _script_heuristic),
    }


@register("significant_terms")
def parse_significant_terms(name: str, container: Any, key: Any) -> Aggregation:
    read: list[Heuristic] = []
    declarations = {**members(), **_common_members(name, read), "execution_hint": declared("string")}
    values = _parsed("significant_terms", declarations, container, key)
    return SignificantTerms(
        Given.of(values),
        thresholds_of(values, _DEFAULT),
        read[-1] if read else _JLH,
        values.get("background_filter"),
        found_in(values),
        values.get("execution_hint"),
    )


@register("significant_text")
def parse_significant_text(name: str, container: Any, key: Any) -> Aggregation:
    read: list[Heuristic] = []
    declarations = {
        "field": declared("string"),
        "source_fields": declared("string_array"),
        "filter_duplicate_text": declared("boolean"),
        **_common_members(name, read),
    }
    values = _parsed("significant_text", declarations, container, key)
    if values.get("filter_duplicate_text") or values.get("source_fields") is not None:
        raise NotFaked("[filter_duplicate_text] and [source_fields]")
    if values.get("field") is None:
        raise NotFaked("significant_text without a field")
    return SignificantText(
        Given(values["field"]),
        thresholds_of(values, _DEFAULT),
        read[-1] if read else _JLH,
        values.get("background_filter"),
        found_in(values),
    )
