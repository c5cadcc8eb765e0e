"""The metadata fields that a query can name: _id, _index, _routing, _seq_no, _version, _source and their kin.

Their values lie in the View itself, not in columns of a mapping: ``of_view`` makes the Column that a query asks.
"""

from __future__ import annotations

from collections.abc import Collection
from typing import Any

import numpy as np

from fakeknn.errors import (
    IllegalArgumentException,
    ParsingException,
    QueryShardException,
    Where,
)
from fakeknn.fields.base import FieldType
from fakeknn.fields.buffers import Buffer, NumericBuffer
from fakeknn.fields.contexts import DocContext, MappingContext
from fakeknn.fields.integers import LongFieldType
from fakeknn.fields.patterns import simple_match
from fakeknn.fields.scalar import StringFieldType
from fakeknn.view import Column, KeywordColumn, Mask, NumericColumn, View
from fakeknn.xcontent import java_string, objects


def _no_fielddata(field: FieldType) -> IllegalArgumentException:
    """MappedFieldType.fielddataBuilder of what has none."""
    return IllegalArgumentException(f"Fielddata is not supported on field [{field.path}] of type [{field.kind}]")


class MetadataFieldType(FieldType):
    """A field of every document that no mapping defines."""

    def parse(self, container: Any, key: Any, value: Any, doc: DocContext) -> Any:
        raise IllegalArgumentException(f"Field [{self.path}] is a metadata field")

    def new_buffer(self) -> Buffer | None:
        return None

    def of_view(self, view: View, index: str) -> Column:
        raise NotImplementedError

    def require_doc_values(self) -> None:
        if not self.has_doc_values:
            raise _no_fielddata(self)


def _keywords(view: View, texts: dict[int, str]) -> KeywordColumn:
    rows = np.fromiter(texts, np.int32, len(texts))
    terms: list[str] = []
    numbers: dict[str, int] = {}
    tids = np.empty(len(texts), np.int32)
    for i, text in enumerate(texts.values()):
        tid = numbers.get(text)
        if tid is None:
            tid = numbers[text] = len(terms)
            terms.append(text)
        tids[i] = tid
    return KeywordColumn(view.n, rows, True, tids, terms, numbers, len(terms))


class IdFieldType(MetadataFieldType):
    """_id: found through the shard's own table of ids."""

    has_index_analyzer = True
    has_doc_values = True
    aggregatable = True

    def of_view(self, view: View, index: str) -> Column:
        key = "_id column"
        found = view.memo.get(key)
        if found is None:
            ids = view.ids[: view.n]
            if view.nested:  # nested objects have the id of their document
                ids = [ids[root] if root < view.n else None for root in view.parents(0).tolist()]
            found = view.memo[key] = _keywords(
                view, {row: doc_id for row, doc_id in enumerate(ids) if doc_id is not None}
            )
        return found

    def ids(self, view: View, ids: Collection[str]) -> Mask:
        """bool[n]: the rows (nested objects' too) of these documents, living or not."""
        mask = np.zeros(view.n, bool)
        for doc_id in ids:
            if not doc_id:
                raise IllegalArgumentException("Ids can't be empty")
            rows = view.rows_by_id.get(doc_id)
            for row in (rows,) if isinstance(rows, int) else rows or ():
                if row < view.n:
                    mask[row] = True
        return np.append(mask, False)[view.parents(0)] if view.nested else mask

    def index_term(self, value: Any) -> str:
        return java_string(value)

    def range(self, column: Column, **options: Any) -> Mask:
        raise IllegalArgumentException(f"Field [{self.path}] of type [{self.kind}] does not support range queries")


class IndexFieldType(MetadataFieldType):
    """_index: one value for all documents of a shard."""

    def of_view(self, view: View, index: str) -> Column:
        rows = np.arange(view.n, dtype=np.int32)
        return KeywordColumn(view.n, rows, True, np.zeros(view.n, np.int32), [index], {index: 0}, 1)

    def term(self, column: Column, value: Any, *, case_insensitive: bool = False) -> Mask:
        assert isinstance(column, KeywordColumn)
        return np.full(column.n, self.names(column.terms[0], value, case_insensitive=case_insensitive))

    @staticmethod
    def names(index: str, value: Any, *, case_insensitive: bool = False) -> bool:
        """Whether a value, which may be a pattern, names the index."""
        wanted = java_string(value)
        return simple_match(wanted.lower(), index.lower()) if case_insensitive else simple_match(wanted, index)

    def prefix(self, column: Column, value: str, *, case_insensitive: bool = False) -> Mask:
        return self.term(column, value + "*", case_insensitive=case_insensitive)

    def wildcard(self, column: Column, value: str, *, case_insensitive: bool = False) -> Mask:
        return self.term(column, value, case_insensitive=case_insensitive)


class RoutingFieldType(StringFieldType):
    """_routing."""

    has_index_analyzer = True
    scored = True

    @property
    def has_doc_values(self) -> bool:
        return False

    def require_doc_values(self) -> None:
        raise _no_fielddata(self)

    def of_view(self, view: View, index: str) -> Column:
        return _keywords(view, {row: text for row, text in sorted(view.routings.items()) if row < view.n})


class IgnoredFieldType(StringFieldType):
    """_ignored: the names of the fields whose malformed values were left out."""

    scored = True

    @property
    def has_doc_values(self) -> bool:
        return False

    def require_doc_values(self) -> None:
        raise _no_fielddata(self)


class SequenceFieldType(LongFieldType):
    """_seq_no, which nested objects have from their document."""

    has_index_analyzer = False

    def of_view(self, view: View, index: str) -> Column:
        return NumericColumn(view.n, np.arange(view.n, dtype=np.int32), True, view.seq_nos[: view.n])


class DocCountFieldType(LongFieldType):
    """_doc_count: how many documents a document stands for in the buckets of aggregations."""

    has_index_analyzer = False
    single = "DocValuesField"

    @property
    def searchable(self) -> bool:
        return False

    @property
    def has_doc_values(self) -> bool:
        return False

    def require_doc_values(self) -> None:
        raise _no_fielddata(self)

    def new_buffer(self) -> Buffer | None:
        return NumericBuffer(np.int64)

    def parse(self, container: Any, key: Any, value: Any, doc: DocContext) -> Any:
        if isinstance(value, bool) or not isinstance(value, (int, float)):
            token = objects.token(value)
            raise ParsingException(
                f"Failed to parse object: expecting token of type [VALUE_NUMBER] but found [{token}]",
                at=Where(container, key),
            )
        count = objects.integer(container, key, bits=64)
        if isinstance(value, float) and value != count:
            raise IllegalArgumentException(f"{java_string(value)} cannot be converted to Long without data loss")
        if count <= 0:
            raise IllegalArgumentException(f"Field [{self.path}] must be a positive integer.")
        return count

    def require_index(self) -> None:
        raise QueryShardException(f"Field [{self.path}] of type [{self.kind}] is not searchable")


class UnsearchableFieldType(MetadataFieldType):
    """_source and others: known by name, searched by nothing."""

    def require_doc_values(self) -> None:
        raise _no_fielddata(self)

    def of_view(self, view: View, index: str) -> Column:
        return Column(view.n, np.empty(0, np.int32), True)

    def term(self, column: Column, value: Any, *, case_insensitive: bool = False) -> Mask:
        raise QueryShardException(f"The {self.path} field is not searchable")


_CONTEXT = MappingContext()

METADATA: dict[str, FieldType] = {
    "_id": IdFieldType("_id", "_id", _CONTEXT),
    "_index": IndexFieldType("_index", "_index", _CONTEXT),
    "_routing": RoutingFieldType("_routing", "_routing", _CONTEXT),
    "_ignored": IgnoredFieldType("_ignored", "_ignored", _CONTEXT),
    "_doc_count": DocCountFieldType("_doc_count", "_doc_count", _CONTEXT),
    "_seq_no": SequenceFieldType("_seq_no", "_seq_no", _CONTEXT),
    "_version": UnsearchableFieldType("_version", "_version", _CONTEXT),
    "_source": UnsearchableFieldType("_source", "_source", _CONTEXT),
}

#: Fields of every document that nothing can be asked of.
WITHOUT_DOC_VALUES = ("_data_stream_timestamp", "_doc_count", "_feature", "_field_names", "_nested_path")
