"""A query that is another one on each shard."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from fakeknn.query.base import Query
from fakeknn.query.context import Explanation, Matched, ShardContext
from fakeknn.view import Mask


@dataclass(frozen=True, eq=False, kw_only=True)
class Rewritten(Query):
    """A query that is another one on each shard, made when it is first asked for."""

    def rewritten(self, ctx: ShardContext) -> Query:
        key = ("rewritten", id(self))
        found = ctx.memo.get(key)
        if found is None:
            found = ctx.memo[key] = self.rewrite_on(ctx)
        return found

    def rewrite_on(self, ctx: ShardContext) -> Query:
        raise NotImplementedError

    def asked_last(self, ctx: ShardContext) -> bool:
        return ctx.derived is not None and self.rewritten(ctx).asked_last(ctx)

    def disjuncts(self, ctx: ShardContext) -> Sequence[Query] | None:
        return self.rewritten(ctx).disjuncts(ctx) if self.boost == 1 else None

    def conjuncts(self, ctx: ShardContext) -> Sequence[Query] | None:
        return self.rewritten(ctx).conjuncts(ctx) if self.boost == 1 else None

    def run(self, ctx: ShardContext, boost: np.float32) -> Matched:
        return self.rewritten(ctx).matched(ctx, boost)

    def mask(self, ctx: ShardContext) -> Mask:
        return self.rewritten(ctx).mask(ctx)

    def explain(self, ctx: ShardContext, row: int, boost: np.float32 = np.float32(1.0)) -> Explanation:  # noqa: B008
        return self.rewritten(ctx).explain(ctx, row, np.float32(boost * np.float32(self.boost)))
