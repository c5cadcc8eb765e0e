"""top_hits: the best documents of each bucket, shown as hits."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any, ClassVar, Self

import numpy as np
from numpy.typing import NDArray

from fakeknn.aggs.base import NAME, Aggregation, Collector, register
from fakeknn.aggs.docs import Docs
from fakeknn.aggs.results import Internal, Reduction
from fakeknn.errors import IllegalArgumentException, NotFaked, ParsingException, Where
from fakeknn.query.context import ShardContext
from fakeknn.search.doc_fields import check_fields, parse_script_fields, send_fields
from fakeknn.search.fetch import Hit, fetch_hit, hits_as_int, named_queries
from fakeknn.search.inner_hits import nesting_of
from fakeknn.search.ranking import best_keys, best_scores, comparable
from fakeknn.search.request import ARRAYS, OBJECTS, SCALARS, SearchRequest
from fakeknn.search.sort_values import shown_value
from fakeknn.xcontent import objects


@dataclass(slots=True)
class Entry:
    """A hit of one shard: what it is compared by, and its JSON."""

    key: tuple[Any, ...]
    hit: dict[str, Any]


class TopHits(Internal):
    """The best of a bucket, from the first, so that shards can be merged."""

    __slots__ = ("entries", "max_score", "total")
    agg: TopHitsOf
    reduces_alone = True

    def __init__(self, agg: TopHitsOf, total: int, max_score: np.float32 | None, entries: list[Entry]) -> None:
        super().__init__(agg)
        self.total = total
        self.max_score = max_score
        self.entries = entries

    @property
    def java_class(self) -> str:
        return "InternalTopHits"

    def reduce(self, parts: Sequence[Self], reduction: Reduction) -> Internal:
        request = self.agg.request
        ordered = [
            (entry.key, shard, place, entry)
            for shard, part in enumerate(parts)
            for place, entry in enumerate(part.entries)
        ]
        ordered.sort(key=lambda one: one[:3])
        page = ordered[0 if reduction.partial else request.from_ : request.from_ + request.size]
        best = [part.max_score for part in parts if part.max_score is not None]
        total = sum(part.total for part in parts)
        return TopHits(self.agg, total, max(best, default=None), [entry[3] for entry in page])

    def lookup(self, path: Sequence[str]) -> Any:
        if path:
            raise IllegalArgumentException(f"path not supported for [{self.agg.name}]: [{', '.join(path)}]")
        return self

    def body(self, typed: bool) -> dict[str, Any]:
        hits = {
            "total": {"value": self.total, "relation": "eq"},
            "max_score": self.max_score,
            "hits": [entry.hit for entry in self.entries],
        }
        return {"hits": hits_as_int(hits) if self.agg.total_as_int else hits}


@dataclass(eq=False)
class TopHitsOf(Aggregation):
    kind = "top_hits"
    leaf: ClassVar[bool] = True
    request: SearchRequest
    total_as_int: bool = False

    def build(self, ctx: ShardContext) -> Collector:
        request = self.request
        window = request.from_ + request.size
        limit = ctx.setting("index.max_inner_result_window", 100)
        if window > limit:
            raise IllegalArgumentException(
                f"Top hits result window is too large, the top hits aggregator [{self.name}]'s from + size must be "
                f"less than or equal to: [{limit}] but was [{window}]. This limit can be set by changing the "
                "[index.max_inner_result_window] index level setting."
            )
        for sort in request.sort:
            sort.keys(ctx, np.empty(0, np.int32), np.empty(0, np.float32))
        check_fields(replace(request, size=1), ctx)
        search: SearchRequest = ctx.memo["search"]
        self.total_as_int = search.total_as_int
        # One object for all hits: what is kept of a request goes by its identity.
        shown = replace(request, query=search.query, post_filter=search.post_filter, inside=True)
        return lambda docs: self._collect(ctx, shown, docs)

    def _collect(self, ctx: ShardContext, request: SearchRequest, docs: Docs) -> Sequence[Internal]:
        order = np.argsort(docs.owners, kind="stable")
        ends = np.cumsum(docs.sizes()).tolist()
        starts = [0, *ends[:-1]]
        named = named_queries(request)
        scored = not request.sort or request.track_scores or any(sort.by_score for sort in request.sort)
        wanted = len(docs.rows) and request.from_ + request.size
        score = docs.score() if scored and wanted else np.zeros(ctx.n, np.float32)
        found: list[Internal] = []
        for start, end in zip(starts, ends, strict=True):
            rows = docs.rows[order[start:end]]
            found.append(self._top(ctx, request, rows, score[rows], named))
        return found

    def _top(
        self, ctx: ShardContext, request: SearchRequest, rows: NDArray[np.int32], score: NDArray[np.float32], named: Any
    ) -> TopHits:
        wanted = request.from_ + request.size
        if not len(rows):
            return TopHits(self, 0, None, [])
        if not wanted:
            counter = "TotalHitCountCollector" if request.sort else "TotalHitCountCollectorManager"
            raise IllegalArgumentException(
                f"numHits must be > 0; please use {counter} if you just need the total hit count"
            )
        if not request.sort:
            chosen = best_scores(score, wanted)
            entries = [
                Entry((-float(score[at]),), self._hit(ctx, request, int(rows[at]), score[at], None, named))
                for at in chosen.tolist()
            ]
            return TopHits(self, len(rows), score[chosen[0]] if len(chosen) else None, entries)
        parts = [sort.keys(ctx, rows, score) for sort in request.sort]
        entries = []
        scored = request.track_scores or any(sort.by_score for sort in request.sort)
        for at in best_keys([part.keys for part in parts], wanted).tolist():
            key = tuple(comparable(sort, part, at) for sort, part in zip(request.sort, parts, strict=True))
            values = [shown_value(part.values[at]) for part in parts]
            told = score[at] if scored and request.track_scores else None
            entries.append(Entry(key, self._hit(ctx, request, int(rows[at]), told, values, named)))
        return TopHits(self, len(rows), score.max() if request.track_scores else None, entries)

    @staticmethod
    def _hit(
        ctx: ShardContext,
        request: SearchRequest,
        row: int,
        score: np.float32 | None,
        values: list[Any] | None,
        named: Any,
    ) -> dict[str, Any]:
        nesting = None
        if ctx.nested_path is not None:
            nesting = nesting_of(ctx, row, int(ctx.view.parents(0)[row]))
        hit = Hit(0, row, score, values, nesting)
        send_fields(request, ctx, hit)
        return fetch_hit(request, ctx, hit, named)


# --- parsing ----------------------------------------------------------------------------------------------------------


def _bounded(container: Any, key: Any) -> int:
    value = objects.integer(container, key)
    if value < 0:
        raise IllegalArgumentException(f"[{key}] must be greater than or equal to 0. Found [{value}] in [{NAME}]")
    return value


#: What it takes of a search, by the kind of token.
_FLAGS = ("version", "seq_no_primary_term", "explain", "track_scores")
_VALUES: tuple[str, ...] = (*_FLAGS, "_source", "stored_fields", "sort")
_OBJECTS = ("_source", "script_fields", "highlight", "sort")
_ARRAYS = ("stored_fields", "docvalue_fields", "fields", "sort", "_source")


@register("top_hits")
def parse_top_hits(name: str, container: Any, key: Any) -> Aggregation:
    body = container[key]
    request = SearchRequest(size=3)
    for member, value in body.items():
        token = objects.token(value)
        if objects.is_value(value):
            names, setters = _VALUES, SCALARS
        else:
            names, setters = (_OBJECTS, OBJECTS) if token == "START_OBJECT" else (_ARRAYS, ARRAYS)
        if objects.is_value(value) and member == "from":
            request.from_ = _bounded(body, member)
        elif objects.is_value(value) and member == "size":
            request.size = _bounded(body, member)
        elif value is None or member not in names:
            raise ParsingException(f"Unknown key for a {token} in [{member}].", at=Where(body, member))
        elif member == "script_fields":
            request.parts[member] = parse_script_fields(body, member, within=member)
        elif member not in setters:
            raise NotFaked(f"[{member}] in [top_hits]")
        else:
            setters[member](request, body, member)
    return TopHitsOf(request)
