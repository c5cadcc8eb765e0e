"""Documents that no index holds, as an index of one segment in memory: what ``percolate`` searches.

Source: PercolateQueryBuilder (doRewrite, createMultiDocumentSearcher).
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
import orjson

from fakeknn.errors import (
    ActionRequestValidationException,
    IllegalArgumentException,
    MapperParsingException,
    NotXContentException,
    ResourceNotFoundException,
)
from fakeknn.mapping.document import parse_document
from fakeknn.query.context import ShardContext
from fakeknn.query.percolate import IndexedDocument, Percolated, PercolatorContext
from fakeknn.state.schedule import Schedule
from fakeknn.state.shard import Shard
from fakeknn.state.versions import ANYTHING, INTERNAL
from fakeknn.xcontent import generator

if TYPE_CHECKING:
    from fakeknn.state.node import Node

_ID = "_temp_id"


def percolated(ctx: ShardContext, documents: Sequence[Any], *, unmapped_as_text: bool) -> Percolated:
    """The documents under the mapping of the index that is searched."""
    shard = Shard(ctx.index, ctx.uuid, 0, Schedule(0.0))
    for body in documents:
        if not isinstance(body, dict):
            raise MapperParsingException("failed to parse") from NotXContentException()
        document = parse_document(ctx.mapping, body, doc_id=_ID, source=generator.write(body))
        mapping = document.mapping or ctx.mapping
        shard.index_document(_ID, document, mapping, ANYTHING, None, 0.0, auto_id=True)
    shard.refresh()
    inner = PercolatorContext(
        index=ctx.index,
        uuid=ctx.uuid,
        shard=ctx.shard,
        settings=ctx.settings,
        mapping=ctx.mapping,
        view=shard.view,
        now=ctx.now,
        services=ctx.services,
        unmapped_as_text=unmapped_as_text,
    )
    return Percolated(inner, np.flatnonzero(shard.view.roots), tuple(documents))


def indexed_document(node: Node, wanted: IndexedDocument) -> Any:
    """The source of a document that is to be percolated."""
    if wanted.index is None or wanted.id is None:
        # A query without documents is taken for one that has to look its document up.
        raise ActionRequestValidationException("index is missing", "id is missing")
    index = node.single(wanted.index)
    shard = index.shard_of(wanted.id, wanted.routing)
    found = shard.get(wanted.id, node.now())
    if found is not None and wanted.version is not None:
        why = INTERNAL.read_conflict(found.version, wanted.version)
        if why is not None:
            raise shard.conflict(wanted.id, why)
    where = f"indexed document [{wanted.index}/{wanted.id}]"
    if found is None:
        raise ResourceNotFoundException(f"{where} couldn't be found")
    if found.source is None:
        raise IllegalArgumentException(f"{where} source disabled")
    return orjson.loads(found.source)
