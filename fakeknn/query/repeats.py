"""Clauses that repeat among those of one compound, which Lucene takes for one."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from fakeknn.query.base import Query
from fakeknn.query.context import ShardContext


def summed(clauses: Sequence[Query], ctx: ShardContext) -> Sequence[Query]:
    """Clauses that repeat become one with the sum of their boosts."""
    keys = _keys(clauses, ctx)
    if keys is None:
        return clauses
    boosts: dict[Any, float] = {}
    for key, clause in zip(keys, clauses, strict=True):
        if key is not None:
            boosts[key] = boosts.get(key, 0.0) + clause.boost
    out = []
    for key, clause in zip(keys, clauses, strict=True):
        if key is None:
            out.append(clause)
        elif key in boosts:
            out.append(replace(clause, boost=boosts.pop(key)))
    return out


def unified(clauses: tuple[Query, ...], ctx: ShardContext, *, like: tuple[Query, ...] = ()) -> tuple[Query, ...]:
    """The first of clauses that repeat stands for all of them, of those it is ``like`` before its own: what is equal
    may still find something else.
    """
    keys = _keys((*like, *clauses), ctx) if clauses else None
    if keys is None:
        return clauses
    firsts: dict[Any, Query] = {}
    out = []
    for at, (key, clause) in enumerate(zip(keys, (*like, *clauses), strict=True)):
        first = clause if key is None else firsts.setdefault(key, clause)
        if at < len(like):
            continue
        if first is not clause:
            clause.make(ctx)
            first = first if first.boost == clause.boost else replace(first, boost=clause.boost)
        out.append(first)
    return tuple(out)


def _keys(clauses: Sequence[Query], ctx: ShardContext) -> Sequence[Any] | None:
    """What is equal of each (Query.repeats); None if nothing repeats."""
    if len(clauses) < 2:
        return None
    keys = [clause.repeats(ctx) for clause in clauses]
    known = [key for key in keys if key is not None]
    return None if len(known) == len(set(known)) else keys
