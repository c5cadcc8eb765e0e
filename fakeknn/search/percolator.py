"""Percolator fields and percolate queries: a query is compiled when its document is written, and a hit shows which of
the percolated documents it matches, and where.

Sources: PercolatorFieldMapper, PercolatorMatchedSlotSubFetchPhase, PercolatorHighlightSubFetchPhase.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from fakeknn.errors import IllegalArgumentException, OpenSearchError
from fakeknn.fields import DocContext
from fakeknn.fields.percolator import COMPILERS, PercolatorFieldType
from fakeknn.query.base import Query
from fakeknn.query.boolean import Bool
from fakeknn.query.compound import Boosting, ConstantScore, DisMax, MatchNone
from fakeknn.query.context import ShardContext
from fakeknn.query.function_score import FunctionScore
from fakeknn.query.joining import Nested
from fakeknn.query.parsing import parse_query
from fakeknn.query.percolate import Percolate, Percolated, PercolatorContext
from fakeknn.query.relations import HasChild, HasParent
from fakeknn.query.script import ScriptScore
from fakeknn.search.failures import placed
from fakeknn.search.fetch import Hit, sub_phase
from fakeknn.search.highlight import show_highlight
from fakeknn.search.request import SearchRequest
from fakeknn.search.rewriting import fetched
from fakeknn.search.service import Services
from fakeknn.state.shard import EMPTY
from fakeknn.xcontent import hash_ordered

SLOTS = "_percolator_document_slot"


# --- a document with a query is written -------------------------------------------------------------------------------


def compiled(field: PercolatorFieldType, container: Any, key: Any, doc: DocContext) -> list[tuple[str, Any]]:
    """PercolatorFieldMapper.parse."""
    query = parse_query(container, key)
    _verify(query)
    context = field.context
    services = Services(context.node)
    ctx = PercolatorContext(
        index=context.index,
        uuid=context.settings.get("index.uuid", "_na_"),
        shard=0,
        settings=context.settings,
        mapping=doc.mapping,
        view=EMPTY,
        now=context.now(),
        services=services,
        unmapped_as_text=field.unmapped_as_text,
    )
    query = fetched(query, services)
    try:
        query.matched(ctx)
    except OpenSearchError as error:
        raise placed(error, ctx) from error.cause
    plain = ShardContext(ctx.index, ctx.uuid, 0, ctx.settings, ctx.mapping, EMPTY, ctx.now, services)
    if field.unmapped_as_text and query.never(plain):
        # Its terms are taken out where fields that are not mapped are none, and without terms it is no candidate.
        query = MatchNone()
    return [(field.path, query)]


COMPILERS.append(compiled)


def _verify(query: Query) -> None:
    """PercolatorFieldMapper.verifyQuery, which does not look into every kind."""
    if isinstance(query, (HasChild, HasParent)):
        raise IllegalArgumentException(f"the [{query.kind}] query is unsupported inside a percolator query")
    clauses: Sequence[Query] = ()
    if isinstance(query, Bool):
        clauses = (*query.filter, *query.must, *query.must_not, *query.should)
    elif isinstance(query, ConstantScore):
        clauses = (query.filter,)
    elif isinstance(query, FunctionScore):
        clauses = (query.query,)
    elif isinstance(query, Boosting):
        clauses = (query.negative, query.positive)
    elif isinstance(query, DisMax):
        clauses = query.queries
    for clause in clauses:
        _verify(clause)


# --- hits -------------------------------------------------------------------------------------------------------------


def percolators(query: Query | None) -> Iterator[Percolate]:
    """Those that a visitor of Lucene's tree comes upon, in its order."""
    if isinstance(query, Percolate):
        yield query
    elif isinstance(query, Bool):
        for clause in (*query.must, *query.filter, *query.should):
            yield from percolators(clause)
    elif isinstance(query, (ConstantScore, DisMax, Nested)):
        for clause in query.children():
            yield from percolators(clause)
    elif isinstance(query, Boosting):
        yield from percolators(query.positive)
    elif isinstance(query, (FunctionScore, ScriptScore)):
        yield from percolators(query.query)


@sub_phase
def show_percolated(request: SearchRequest, ctx: ShardContext, hit: Hit, shown: dict[str, Any]) -> None:
    """Which of the documents a hit's query matches, and what it matches in them."""
    found = list(percolators(request.query))
    if not found or hit.nesting is not None:
        return
    slots: dict[str, list[int]] = {}
    highlights: dict[str, Any] = {}
    for one in found:
        query = one.stored(ctx, hit.row)
        if query is None:
            continue
        documents = one.percolated(ctx)
        name = one.slots if one.slots is not None else one.percolator(ctx).path
        matched = documents.found(query)[0].tolist()
        if not matched:
            continue
        slots[SLOTS if len(found) == 1 else f"{SLOTS}_{name}"] = matched
        if request.parts.get("highlight") is not None:
            prefix = "" if len(found) == 1 else f"{name}_"
            highlights.update(_highlights(request, documents, query, matched, prefix))
    if not slots:
        return
    shown["fields"] = merged = {**shown.get("fields", {}), **slots}
    shown["fields"] = {name: merged[name] for name in hash_ordered(merged)}
    highlights = {**shown.pop("highlight", {}), **highlights}
    if highlights:
        shown["highlight"] = {name: highlights[name] for name in hash_ordered(highlights)}


def _highlights(
    request: SearchRequest, documents: Percolated, query: Query, slots: list[int], prefix: str
) -> dict[str, Any]:
    found: dict[str, Any] = {}
    asked = SearchRequest(query=query, parts={"highlight": request.parts["highlight"]})
    for slot in slots:
        told: dict[str, Any] = {}
        show_highlight(asked, documents.ctx, Hit(0, int(documents.rows[slot]), None), told)
        place = prefix if len(documents.sources) == 1 else f"{prefix}{slot}_"
        found.update({f"{place}{name}": fragments for name, fragments in told.get("highlight", {}).items()})
    return found
