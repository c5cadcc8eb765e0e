"""percolate: the queries that documents have in a percolator field, found by the documents that they match.

Sources: PercolateQueryBuilder, PercolateQuery, QueryShardContext.failIfFieldMappingNotFound.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any, ClassVar

import numpy as np
from numpy.typing import NDArray

from fakeknn.errors import (
    IllegalArgumentException,
    IllegalStateException,
    IOException,
    OpenSearchError,
    Where,
    XContentParseException,
)
from fakeknn.fields import KINDS, FieldType
from fakeknn.fields.percolator import PercolatorFieldType
from fakeknn.query.base import Query, negative_boost
from fakeknn.query.context import Matched, ShardContext, rewriting, running
from fakeknn.query.parsing import register
from fakeknn.view import Column, ObjectColumn, TextColumn, place_of
from fakeknn.xcontent import objects
from fakeknn.xcontent.objects import ObjectParser, declared


@dataclass(slots=True)
class PercolatorContext(ShardContext):
    """What a stored query may ask: its fields must be mapped, or (``unmapped_as_text``) are texts."""

    similarity_name: ClassVar[str] = "BM25Similarity"
    mapped_only: ClassVar[bool] = True
    has_reader: ClassVar[bool] = False
    unmapped_as_text: bool = False

    def field(self, name: str) -> FieldType | None:
        found = self.mapping.field(name)
        if found is not None:
            return found
        if not self.unmapped_as_text:
            raise self.fails(f"No field mapping can be found for the field with name [{name}]")
        key = ("unmapped", name)
        if key not in self.memo:
            self.memo[key] = KINDS["text"](name, "text", self.mapping.context)
            self.memo[key].configure({})
        made: FieldType = self.memo[key]
        return made

    def column(self, field: FieldType) -> Column | None:
        if ("unmapped", field.path) in self.memo and not isinstance(self.view.columns.get(field.path), TextColumn):
            buffer = field.new_buffer()
            return None if buffer is None else buffer.snapshot(self.n)
        return ShardContext.column(self, field)


@dataclass(frozen=True, slots=True)
class IndexedDocument:
    """A document of an index, to be looked up before the shards are searched."""

    index: str | None = None
    id: str | None = None
    routing: str | None = None
    preference: str | None = None
    version: int | None = None


@dataclass(frozen=True, slots=True)
class Percolated:
    """The documents in memory: their context, and which of its rows is which document's."""

    ctx: PercolatorContext
    rows: NDArray[np.int64]
    sources: tuple[Any, ...]

    def found(self, query: Query) -> tuple[NDArray[np.int64], NDArray[np.float32]]:
        """The slots of the documents that a query matches, and their scores."""
        if self.ctx.n == 1 and any(clause.kind == "knn" for clause in query.walk()):
            # A single document lies in a MemoryIndex, which is no segment; where it lies is told by chance.
            raise running(
                IllegalStateException(
                    "Can not extract segment reader from given index reader "
                    f"[org.apache.lucene.index.memory.MemoryIndex$MemoryIndexReader@{id(self) & 0xFFFFFFFF:x}]"
                )
            )
        try:
            matched = query.matched(self.ctx)
        except OpenSearchError as error:
            raise running(error) from error.cause
        slots = np.flatnonzero(matched.mask[self.rows])
        return slots, matched.score[self.rows[slots]]


@dataclass(frozen=True, eq=False, kw_only=True)
class Percolate(Query):
    """``slots`` names the field of a hit that tells which documents matched."""

    kind: ClassVar[str] = "percolate"
    field: str
    documents: tuple[Any, ...] = ()
    indexed: IndexedDocument | None = None
    slots: str | None = None

    def members(self) -> dict[str, Any]:
        written: dict[str, Any] = {"field": self.field}
        if self.slots is not None:
            written["name"] = self.slots
        if self.documents:
            written["documents"] = list(self.documents)
        if self.indexed is not None:
            one = self.indexed
            told = {
                "index": one.index, "id": one.id, "routing": one.routing, "preference": one.preference,
                "version": one.version,
            }  # fmt: skip
            written |= {name: value for name, value in told.items() if value is not None}
        return written

    def fetched(self, services: Any) -> Query:
        if self.documents:
            return self
        return replace(self, documents=(services.document_to_percolate(self.indexed or IndexedDocument()),))

    def percolator(self, ctx: ShardContext) -> PercolatorFieldType:
        field = ctx.field(self.field)
        if field is None:
            raise ctx.fails(f"field [{self.field}] does not exist")
        if not isinstance(field, PercolatorFieldType):
            raise ctx.fails(f"expected field [{self.field}] to be of type [percolator], but is of type [{field.kind}]")
        return field

    def percolated(self, ctx: ShardContext) -> Percolated:
        """The documents, parsed under the index's mapping."""
        key = ("percolated", id(self))
        found: Percolated | None = ctx.memo.get(key)
        if found is None:
            documents = self.documents
            if not documents:
                with rewriting():
                    documents = (ctx.services.document_to_percolate(self.indexed or IndexedDocument()),)
            field = self.percolator(ctx)
            found = ctx.services.percolated(ctx, documents, unmapped_as_text=field.unmapped_as_text)
            ctx.memo[key] = found
        return found

    def stored(self, ctx: ShardContext, row: int) -> Query | None:
        """The query that a row has."""
        column = ctx.column(self.percolator(ctx))
        assert isinstance(column, ObjectColumn)
        at = place_of(column.rows, row)
        return column.values[at] if at < len(column.rows) and column.rows[at] == row else None

    def run(self, ctx: ShardContext, boost: np.float32) -> Matched:
        ctx.refuse_expensive("[percolate] queries")
        """A query's score is that of the document it likes best, whatever the boost."""
        documents = self.percolated(ctx)
        column = ctx.column(self.percolator(ctx))
        assert isinstance(column, ObjectColumn)
        out = Matched.none(ctx.n)
        for row, query in zip(column.rows.tolist(), column.values, strict=True):
            if ctx.view.live[row]:
                slots, score = documents.found(query)
                if len(slots):
                    out.mask[row], out.score[row] = True, score.max()
        return out


def _copied(container: Any, key: Any) -> Any:
    """A document, copied into a builder, whose closing fails if it breaks off."""
    try:
        return objects.whole(container, key)
    except OpenSearchError as error:
        unclosed = IllegalStateException("Failed to close the XContentBuilder")
        unclosed.__cause__ = IOException("Unclosed object or array found")
        error.meta = {**error.meta, "suppressed": [unclosed.members()]}
        raise


_PARSER = ObjectParser(
    "percolate",
    {
        "field": declared("string"),
        "document": declared("object", _copied),
        "documents": declared("object_array", objects.each(_copied)),
        "id": declared("string"),
        "index": declared("string"),
        "routing": declared("string"),
        "preference": declared("string"),
        "version": declared("long"),
        "name": declared("string"),
        "_name": declared("string"),
        "boost": declared("float"),
    },
    required=[("document", "documents", "id")],
    exclusive=[("document", "documents", "id")],
    constructor=("field",),
)


@register("percolate")
def parse_percolate(container: Any, key: Any) -> Query:
    values = _PARSER.parse(container, key)
    body = container[key]
    indexed = None
    documents: tuple[Any, ...] = ()
    if "id" in values:
        with objects.building("percolate"):
            if "index" not in values:
                raise IllegalArgumentException("[index] is a required argument")
        names = ("index", "id", "routing", "preference", "version")
        indexed = IndexedDocument(*(values.get(name) for name in names))
    elif "document" in values:
        documents = (values["document"],)
    else:
        given = values["documents"]
        documents = tuple(given) if isinstance(given, list) else (given,)
    boost = float(np.float32(values.get("boost", 1.0)))
    query = Percolate(
        field=values["field"],
        documents=documents,
        indexed=indexed,
        slots=values.get("name"),
        name=values.get("_name"),
        boost=max(boost, 0.0),
    )
    if boost < 0:
        at = Where(body, "boost")
        failed = XContentParseException("[percolate] failed to parse field [boost]", at=at)
        members = list(body)  # which ConstructingObjectParser has queued, and takes from the end
        told = members[members.index("boost") :]
        known = replace(query, slots=query.slots if "name" in told else None)
        failed.__cause__ = negative_boost(known.with_common(1.0, query.name if "_name" in told else None))
        raise XContentParseException("failed to build [percolate] after last required field arrived", at=at) from failed
    return query
