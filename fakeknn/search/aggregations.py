"""Aggregations of a search: what its body defines, collected on each shard and merged over all."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from fakeknn.aggs.base import DEFAULT_MAX_BUCKETS, Docs, Results, shown
from fakeknn.aggs.parsing import parse_aggregations
from fakeknn.errors import OpenSearchError, SearchPhaseExecutionException
from fakeknn.query.base import Scores, ShardContext
from fakeknn.search.request import OBJECTS, SearchRequest
from fakeknn.view import Mask


def _aggregations(request: SearchRequest, container: Any, key: Any) -> None:
    found = parse_aggregations(container, key)
    request.aggregations = found or None


OBJECTS["aggs"] = OBJECTS["aggregations"] = _aggregations


def collect(request: SearchRequest, ctx: ShardContext, found: Mask, score: Scores) -> Results:
    """One shard's results of the documents that the query has ``found``: bool[n], with their score: float32[n]."""
    assert request.aggregations is not None
    collector = request.aggregations.build(ctx)
    rows = np.flatnonzero(found).astype(np.int32)
    docs = Docs(ctx, rows, np.zeros(len(rows), np.int64), 1, lambda: score)
    return collector(docs)[0]


def merged(request: SearchRequest, contexts: Sequence[ShardContext], parts: Sequence[Results]) -> dict[str, Any] | None:
    """The search's ``aggregations``; None where it has none, or no shard."""
    if request.aggregations is None or not parts:
        return None
    limit = getattr(contexts[0].services, "max_buckets", DEFAULT_MAX_BUCKETS)
    try:
        return shown(request.aggregations.finish(parts, limit), request.typed_keys)
    except OpenSearchError as error:
        raise SearchPhaseExecutionException("fetch", "", [], []) from error
