"""nested and reverse_nested: from documents to the objects inside them, and back."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np

from fakeknn.aggs.base import Aggregation, Collector, register
from fakeknn.aggs.buckets import single, unknown_key
from fakeknn.aggs.docs import Docs, Unscored
from fakeknn.aggs.results import Internal
from fakeknn.errors import AggregationExecutionException, IllegalArgumentException, ParsingException, Where
from fakeknn.query.context import Scores, ShardContext
from fakeknn.xcontent import objects


@dataclass(eq=False)
class Nested(Aggregation):
    """The objects at a path inside the documents."""

    kind = "nested"
    single_bucket = True
    path: str

    def collects_nothing(self, ctx: ShardContext) -> bool:
        return self.path not in ctx.mapping.objects

    def build(self, ctx: ShardContext) -> Collector:
        node = ctx.mapping.objects.get(self.path)
        if node is not None and not node.nested:
            raise AggregationExecutionException(f"[nested] nested path [{self.path}] is not nested")
        inner = ctx if node is None else ctx.inside(self.path)
        subs = self.subs.build(inner)
        level = None if node is None else ctx.view.level_paths.get(self.path)

        def collect(docs: Docs) -> list[Internal]:
            if level is None:
                unmapped = node is None or docs.unmapped
                return single(self, Docs(inner, docs.rows[:0], docs.owners[:0], docs.n, docs.score, unmapped), subs)
            around = 0 if ctx.nested_path is None else ctx.view.level_paths[ctx.nested_path]
            children = ctx.view.rows_of(level)
            parents = ctx.view.parents(around)[children]
            starts = np.searchsorted(parents, docs.rows)
            counts = np.searchsorted(parents, docs.rows, side="right") - starts
            places = np.arange(counts.sum()) + np.repeat(starts - (np.cumsum(counts) - counts), counts)
            score = docs.score if isinstance(docs.score, Unscored) else _of_roots(ctx, docs.score)
            inside = Docs(inner, children[places], np.repeat(docs.owners, counts), docs.n, score, docs.unmapped)
            return single(self, inside, subs)

        return collect


def _of_roots(ctx: ShardContext, score: Callable[[], Scores]) -> Callable[[], Scores]:
    """The scores of documents, for all that is inside them: the scorer stands there while they are gone through."""
    return lambda: score()[ctx.view.parents(0)]


@dataclass(eq=False)
class ReverseNested(Aggregation):
    """The documents, or the objects at a path, around nested objects."""

    kind = "reverse_nested"
    single_bucket = True
    path: str | None = None

    def collects_nothing(self, ctx: ShardContext) -> bool:
        return self.path is not None and self.path not in ctx.mapping.objects

    def build(self, ctx: ShardContext) -> Collector:
        around = self.parent
        while around is not None and not isinstance(around, Nested):
            around = around.parent
        if around is None:
            raise IllegalArgumentException(
                f"Reverse nested aggregation [{self.name}] can only be used inside a [nested] aggregation"
            )
        node = None
        if self.path is not None:
            node = ctx.mapping.objects.get(self.path)
            if node is not None and not node.nested:
                raise AggregationExecutionException(f"[reverse_nested] nested path [{self.path}] is not nested")
        unmapped = self.path is not None and node is None
        outer = ctx.inside(None if unmapped else self.path)
        subs = self.subs.build(outer)
        level = 0 if self.path is None else ctx.view.level_paths.get(self.path)

        def collect(docs: Docs) -> list[Internal]:
            if unmapped or level is None:
                return single(self, Docs(outer, docs.rows[:0], docs.owners[:0], docs.n, docs.score, True), subs)
            parents = ctx.view.parents(level)[docs.rows].astype(np.int64)
            width = ctx.n + 1
            found = np.unique(docs.owners * width + parents)
            rows = (found % width).astype(np.int32)
            return single(self, Docs(outer, rows, found // width, docs.n, docs.score, docs.unmapped), subs)

        return collect


def _path(name: str, body: Any) -> str | None:
    found = None
    for member, value in body.items():
        if not isinstance(value, str):
            raise ParsingException(f"Unexpected token {objects.token(value)} in [{name}].", at=Where(body, member))
        if member != "path":
            raise unknown_key(body, member, name)
        found = value
    return found


@register("nested")
def parse_nested(name: str, container: Any, key: Any) -> Aggregation:
    path = _path(name, container[key])
    if path is None:
        raise ParsingException(
            f"Missing [path] field for nested aggregation [{name}]", at=Where(container[key], None, "end")
        )
    return Nested(path)


@register("reverse_nested")
def parse_reverse_nested(name: str, container: Any, key: Any) -> Aggregation:
    return ReverseNested(_path(name, container[key]))
