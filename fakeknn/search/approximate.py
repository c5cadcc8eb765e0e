"""The documents that a ``match_all`` sorted by a number leaves out (ApproximateMatchAllQuery).

OpenSearch answers such a search by walking the sort field's point tree, in which documents without a value are not.
They are counted in ``hits.total``, which needs no search, and are missing among the hits. A ``match_all`` that is the
post filter is walked so too.
"""

from __future__ import annotations

from fakeknn.errors import IllegalArgumentException
from fakeknn.fields.dates import DateFieldType
from fakeknn.fields.metadata import IndexFieldType
from fakeknn.fields.numbers import NumberFieldType
from fakeknn.query.base import Query
from fakeknn.query.boolean import Bool
from fakeknn.query.compound import MatchAll
from fakeknn.query.context import ShardContext
from fakeknn.query.patterns import Prefix, Wildcard
from fakeknn.query.terms import Term, Terms
from fakeknn.search.request import ACCURATE, SearchRequest
from fakeknn.view import Mask


def left_by_points(request: SearchRequest, query: Query, ctx: ShardContext, *, scrolls: bool = False) -> Mask | None:
    """bool[n]: the documents that are found by the point tree of the sort field; None where it is not asked.

    ``query`` is the request's, rewritten: a search without one is no ``match_all`` of a user's.
    """
    asked = (None if request.query is None else query, request.post_filter)
    if len(request.sort) != 1 or not any(part is not None and _matches_all(part, ctx) for part in asked):
        return None
    sort = request.sort[0]
    if sort.missing is not None or _has_nested(ctx) or ctx.alias_filter is not None:
        return None
    if (
        (request.track_total_hits == ACCURATE and not scrolls)
        or request.aggregations is not None
        or request.terminate_after
    ):
        return None
    field = ctx.field(sort.field)
    if isinstance(field, IndexFieldType):
        # The points are asked for by a range, whatever the field.
        raise IllegalArgumentException(f"Field [{field.path}] of type [{field.kind}] does not support range queries")
    # The name of an alias is not that of the points.
    if not isinstance(field, NumberFieldType | DateFieldType) or field.path != sort.field or not field.searchable:
        return None
    if field.derivation is not None:
        return None
    column = ctx.column(field)
    return None if column is None else column.exists


def _has_nested(ctx: ShardContext) -> bool:
    """Whether the search is one for the documents that nested objects are in, not for ``match_all`` itself."""
    return bool(ctx.mapping.nested_paths)


def _matches_all(query: Query, ctx: ShardContext) -> bool:
    """Whether a shard has a ``match_all`` of the query when it has rewritten it."""
    if query.boost != 1:
        return False
    if isinstance(query, Term | Terms | Prefix | Wildcard) and isinstance(ctx.field(query.field), IndexFieldType):
        return bool(query.mask(ctx).all())
    if isinstance(query, Bool):
        return not (query.must or query.should or query.filter or query.must_not)
    return isinstance(query, MatchAll)
