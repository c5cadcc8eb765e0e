"""Queries of one field, which may be a derived one (DerivedFieldQuery)."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import TypeVar

import numpy as np

from fakeknn.query.base import Query
from fakeknn.query.context import Matched, ShardContext
from fakeknn.query.derived import DerivedField, failing
from fakeknn.query.multi_term import is_constant
from fakeknn.view import Mask

Kind = TypeVar("Kind", bound=type[Query])

#: The queries for which the field of ``prefilter_field`` is not asked.
UNFILTERED = frozenset({"range", "distance_feature", "geo_shape", "geo_bounding_box", "geo_distance", "geo_polygon"})


def derivation(query: Query, ctx: ShardContext) -> DerivedField | None:
    """The derived field that a query asks, if it does."""
    if ctx.derived is None or ctx.derived.inside or not query.asks_derived:
        return None
    field = ctx.field(query.field)  # type: ignore[attr-defined]
    return None if field is None else field.derivation


def is_derived(self: Query, ctx: ShardContext) -> bool:
    return derivation(self, ctx) is not None


def prefilter(query: Query, derived: DerivedField) -> Query | None:
    """The same query of the field that is asked first."""
    name = None if query.kind in UNFILTERED else derived.prefilter()
    return None if name is None else replace(query, field=name)  # type: ignore[call-arg]


def expanded(query: Query) -> bool:
    """Whether a query becomes one of the terms that the index has of its field, which of a derived field are none."""
    if query.kind == "match_phrase_prefix":
        return True
    rewrite = getattr(query, "rewrite", None)
    return query.kind == "fuzzy" if rewrite is None else not is_constant(rewrite)


def of_one_field(kind: Kind) -> Kind:
    """Let a kind of query ask derived fields too: their matches all score alike, by ``boost``, or behind a prefilter
    not at all, and what is wrong with a document matters where it is looked at.
    """
    run, mask = kind.run, kind.mask

    def plain(query: Query, ctx: ShardContext) -> Mask:
        return mask(query, ctx) if run is Query.run else run(query, ctx, np.float32(1)).mask

    def run_one(self: Query, ctx: ShardContext, boost: np.float32) -> Matched:
        derived = derivation(self, ctx)
        if derived is None:
            return run(self, ctx, boost)
        first = prefilter(self, derived)
        return Matched.constant(_found(self, ctx, derived, first, plain), float(boost) if first is None else 0.0)

    def mask_one(self: Query, ctx: ShardContext) -> Mask:
        derived = derivation(self, ctx)
        if derived is None:
            return mask(self, ctx)
        return _found(self, ctx, derived, prefilter(self, derived), plain)

    kind.run, kind.mask, kind.asked_last = run_one, mask_one, is_derived  # type: ignore[method-assign]
    kind.asks_derived = True
    return kind


def _found(
    query: Query,
    ctx: ShardContext,
    derived: DerivedField,
    first: Query | None,
    plain: Callable[[Query, ShardContext], Mask],
) -> Mask:
    found = plain(query, replace(ctx, derived=ctx.derived.matching)) & ctx.view.live_roots
    if expanded(query):
        found = ctx.nothing()
    asked = ctx.view.live_roots if ctx.visited is None else ctx.view.live_roots & ctx.visited
    if first is not None:
        filtered = first.mask(ctx)
        found, asked = found & filtered, asked & filtered
    failing(derived, asked)
    return found
