"""percolator: a query kept as a field of a document, which documents that come later are tried against."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from fakeknn.errors import (
    IllegalArgumentException,
    MapperParsingException,
    NotFaked,
    OpenSearchError,
    QueryShardException,
)
from fakeknn.fields.base import FieldType, register
from fakeknn.fields.buffers import Buffer, ObjectBuffer
from fakeknn.fields.contexts import DocContext, MappingContext
from fakeknn.fields.integers import Int32FieldType
from fakeknn.fields.parameters import META
from fakeknn.fields.ranges import IpRangeFieldType
from fakeknn.fields.scalar import BinaryFieldType, KeywordFieldType
from fakeknn.view import Column, Mask, ObjectColumn
from fakeknn.xcontent import java_string

#: ``(field, container, key, document) -> [(path, value)]``: reads the query at ``container[key]``, refuses what it may
#: not be, and gives it with what is known of the terms that it needs. What knows queries puts itself here.
COMPILERS: list[Callable[[PercolatorFieldType, Any, Any, DocContext], list[tuple[str, Any]]]] = []


_EXTRACTED = "what a percolator has found out about its query"


class ExtractionFieldType(KeywordFieldType):
    """What the real server keeps of the terms that a query needs, which is told apart by these values alone."""

    def term(self, column: Column, value: Any, *, case_insensitive: bool = False) -> Mask:
        text = java_string(value)
        if text.lower() in ("complete", "partial", "failed") or "\0" in text:
            raise NotFaked(_EXTRACTED)
        return KeywordFieldType.term(self, column, value, case_insensitive=case_insensitive)


class ExtractedNumberFieldType(Int32FieldType):
    """How many of its terms a query needs."""

    def default(self, name: str) -> Any:
        return False if name == "coerce" else super().default(name)

    def require_doc_values(self) -> None:
        raise NotFaked(_EXTRACTED)


class QueryColumn(ObjectColumn):
    """Queries; a field exists where the real server could say which terms its query needs."""

    @property
    def exists(self) -> Mask:
        raise NotFaked(_EXTRACTED)


class QueryBuffer(ObjectBuffer):
    def _column(self, n: int, m: int, single: bool) -> Column:
        return QueryColumn(n, self._rows.first(m), single, self._objects[:m])


@register("percolator")
class PercolatorFieldType(FieldType):
    """Column: the parsed query of each document (``fakeknn.query.base.Query``)."""

    takes_objects = True
    tells_no_analyzer = True
    raises_plainly = True
    spreads = True
    once = True
    has_doc_values = False
    searchable = False

    parameters = (META,)
    takes_subs = False

    def __init__(self, path: str, kind: str, context: MappingContext) -> None:
        super().__init__(path, kind, context)
        self.unmapped_as_text = context.flag("index.percolator.map_unmapped_fields_as_text")
        self.inner = {field.path: field for field in self._inner()}

    def _inner(self) -> list[FieldType]:
        """The fields that tell which terms a query needs."""
        path, context = self.path, self.context
        found: list[FieldType] = [
            ExtractionFieldType(f"{path}.extracted_terms", "keyword", context),
            ExtractionFieldType(f"{path}.extraction_result", "keyword", context),
            BinaryFieldType(f"{path}.query_builder_field", "binary", context),
            IpRangeFieldType(f"{path}.range_field", "ip_range", context),
            ExtractedNumberFieldType(f"{path}.minimum_should_match_field", "integer", context),
        ]
        for field, definition in zip(
            found,
            (
                {"doc_values": False},
                {"doc_values": False},
                {"doc_values": True},
                {"doc_values": False},
                {"index": False},
            ),
            strict=True,
        ):
            field.configure(definition)
        return found

    def configure(self, definition: Mapping[str, Any]) -> None:
        if definition:
            shown = "".join(f" [{name} : {java_string(value)}]" for name, value in definition.items())
            raise MapperParsingException(f"Mapping definition for [{self.name}] has unsupported parameters: {shown}")

    def new_buffer(self) -> Buffer:
        return QueryBuffer()

    def parse(self, container: Any, key: Any, value: Any, doc: DocContext) -> list[tuple[str, Any]]:
        return COMPILERS[0](self, container, key, doc)

    def repeated(self) -> OpenSearchError:
        return IllegalArgumentException("a document can only contain one percolator query")

    def term(self, column: Column, value: Any, *, case_insensitive: bool = False) -> Mask:
        raise QueryShardException("Percolator fields are not searchable directly, use a percolate query instead")

    def require_index(self) -> None:
        """What is asked is refused whatever the index holds."""

    def require_doc_values(self) -> None:
        raise IllegalArgumentException(f"Fielddata is not supported on field [{self.path}] of type [{self.kind}]")

    def fetch(self, value: Any, format: str | None = None) -> Any:
        if format is not None:
            raise IllegalArgumentException(f"Field [{self.path}] doesn't support formats.")
        return value
