"""What the prohibited clauses of a ``bool`` match, and about which documents those by script are asked."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from fakeknn.errors import OpenSearchError
from fakeknn.query.base import Query
from fakeknn.query.context import ShardContext
from fakeknn.view import Mask


def excluded(clauses: Sequence[Query], ctx: ShardContext) -> Mask | None:
    """bool[n]: what any clause matches; some are asked last, of what no other excludes. None where there are none."""
    found: Mask | None = None
    for clause in sorted(clauses, key=lambda clause: clause.asked_last(ctx)):
        around = ctx.visiting(~found) if found is not None and clause.asked_last(ctx) else ctx
        mask = clause.mask(around)
        found = mask if found is None else found | mask
    return found


def ask_in_bulk(clauses: Sequence[Query], let_through: Mask, ctx: ShardContext) -> None:
    """Fail as ReqExclBulkScorer does: it asks exclusions before it asks what is required, which only tells where to go
    on. So each segment's first document is asked, each that is let through, and each behind one that is excluded.
    """
    try:
        excluded(clauses, ctx)
    except OpenSearchError:
        asked = ctx.nothing()
        new = let_through.copy()
        new[ctx.view.segments[:-1]] = True
        while new.any():
            asked |= new
            matched = excluded(clauses, ctx.visiting(new))
            assert matched is not None
            behind = np.flatnonzero(matched & new) + 1
            new = ctx.nothing()
            new[behind[behind < ctx.n]] = True
            new &= ~asked
