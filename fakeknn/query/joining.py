"""nested: documents found by the objects inside them."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any, ClassVar

import numpy as np

from fakeknn.errors import IllegalArgumentException, IllegalStateException
from fakeknn.query.base import Query
from fakeknn.query.context import Explanation, Matched, ShardContext
from fakeknn.query.parsing import Reader, common, flat_query, parse_query, register
from fakeknn.view import Mask
from fakeknn.xcontent import objects

#: Readers of the objects in a nested query that are not for the query to know, but for those who show its matches.
SECTIONS: dict[str, Reader] = {}

SCORE_MODES = ("none", "avg", "max", "min", "sum")

#: Tells how a row has its score, or why it has none.
Explained = Callable[[ShardContext, int, np.float32], Explanation]


def told_inner_hits(inner_hits: Any, ignore_unmapped: bool) -> dict[str, Any]:
    """What a query that joins writes behind its boost and name; that it ignores what is not mapped holds inside too."""
    return {} if inner_hits is None else {"inner_hits": {**inner_hits.to_json(), "ignore_unmapped": ignore_unmapped}}


@dataclass(frozen=True, eq=False, kw_only=True)
class Nested(Query):
    """What matches in a nested object makes the object around it match (ToParentBlockJoinQuery)."""

    kind: ClassVar[str] = "nested"
    named_first: ClassVar[bool] = True
    path: str
    query: Query
    score_mode: str = "avg"
    ignore_unmapped: bool = False
    inner_hits: Any = None

    def members(self) -> dict[str, Any]:
        return {
            "query": self.query.to_json(),
            "path": self.path,
            "ignore_unmapped": self.ignore_unmapped,
            "score_mode": self.score_mode,
        }

    def standard(self) -> dict[str, Any]:
        return {**super().standard(), **told_inner_hits(self.inner_hits, self.ignore_unmapped)}

    def children(self) -> Iterator[Query]:
        yield self.query

    def _level(self, ctx: ShardContext) -> Mask | None:
        """The rows of the path; None if the path is not mapped and need not be."""
        node = ctx.mapping.objects.get(self.path)
        if node is None:
            if self.ignore_unmapped:
                return None
            raise IllegalStateException(f"[nested] failed to find nested object under path [{self.path}]")
        if not node.nested:
            raise IllegalStateException(f"[nested] nested object under path [{self.path}] is not of nested type")
        return ctx.level_mask(self.path)

    def objects_matched(self, ctx: ShardContext, boost: np.float32) -> Matched:
        """The nested objects that match, scored."""
        ctx.refuse_expensive("[joining] queries")
        level = self._level(ctx)
        if level is None:
            return Matched.none(ctx.n)
        inner = self.query.matched(ctx.inside(self.path), boost)
        return Matched(inner.mask & level & ctx.view.live, inner.score)

    def run(self, ctx: ShardContext, boost: np.float32) -> Matched:
        inner = self.objects_matched(ctx, boost)
        rows = np.flatnonzero(inner.mask)
        out = Matched.none(ctx.n)
        if not len(rows):
            return out
        around = 0 if ctx.nested_path is None else ctx.view.level_paths[ctx.nested_path]
        parents = ctx.view.parents(around)[rows]
        starts = np.flatnonzero(np.diff(parents, prepend=-1))
        found = parents[starts]
        out.mask[found] = True
        if self.score_mode != "none":
            out.score[found] = self._combined(inner.score[rows], starts, len(rows))
        return out

    def _combined(self, score: Any, starts: Any, n: int) -> Any:
        if self.score_mode == "max":
            return np.maximum.reduceat(score, starts)
        if self.score_mode == "min":
            return np.minimum.reduceat(score, starts)
        total = np.add.reduceat(score.astype(np.float64), starts)
        if self.score_mode == "avg":
            total = total / np.diff(np.append(starts, n))
        return total.astype(np.float32)

    def mask(self, ctx: ShardContext) -> Mask:
        return self.run(ctx, np.float32(1)).mask

    def explained(self, ctx: ShardContext, row: int, boost: np.float32, explain: Explained) -> Explanation:
        """ToParentBlockJoinQuery's; ``explain`` tells of the query inside."""
        matched = self.run(ctx, boost)
        if not matched.mask[row]:
            return Explanation(np.float32(0), "Not a match", match=False)
        around = 0 if ctx.nested_path is None else ctx.view.level_paths[ctx.nested_path]
        first = int(np.flatnonzero(ctx.view.parents(around) == row)[0])
        inside = ctx.inside(self.path)
        told = [one for child in range(first, row) if (one := explain(inside, child, boost)).match]
        mode = "Total" if self.score_mode == "sum" else self.score_mode.capitalize()
        worst = self.score_mode == "min"
        # None told of: one of doc values that do not hold what the index does.
        chosen = (min if worst else max)(told, key=lambda one: float(one.value), default=None)
        return Explanation(
            matched.score[row],
            f"Score based on {len(told)} child docs in range from {first} to {row - 1}, using score mode {mode}",
            () if chosen is None else (chosen,),
        )


def score_mode(container: Any, key: Any) -> str:
    text = objects.text(container, key)
    if text not in SCORE_MODES:
        raise IllegalArgumentException(f"No score mode for child query [{text}] found")
    return text


@register("nested")
def parse_nested(container: Any, key: Any) -> Query:
    values = flat_query(
        "nested",
        container,
        key,
        values={"path": objects.text, "ignore_unmapped": objects.boolean, "score_mode": score_mode},
        objects_={"query": parse_query, **SECTIONS},
    )
    if values.get("path") is None:
        raise IllegalArgumentException("[nested] requires 'path' field")
    if values.get("query") is None:
        raise IllegalArgumentException("[nested] requires 'query' field")
    return Nested(
        path=values["path"],
        query=values["query"],
        score_mode=values.get("score_mode", "avg"),
        ignore_unmapped=values.get("ignore_unmapped", False),
        inner_hits=values.get("inner_hits"),
        **common(values),
    )
