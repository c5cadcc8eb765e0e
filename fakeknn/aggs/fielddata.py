"""What a field offers to aggregations: its kind of values, and its columns as fielddata."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from fakeknn.errors import (
    ClassCastException,
    IllegalArgumentException,
    NotFaked,
    OpenSearchError,
    OpenSearchParseException,
)
from fakeknn.fields import FieldType, VectorFieldType
from fakeknn.fields.dates import DateFieldType
from fakeknn.fields.flat_object import FlatMemberFieldType, FlatObjectFieldType
from fakeknn.fields.geo_point import GeoPointColumn, GeoPointFieldType
from fakeknn.fields.geo_shape import GeoShapeFieldType
from fakeknn.fields.numbers import NumberFieldType
from fakeknn.fields.ranges import RangeColumn, RangeFieldType
from fakeknn.fields.scalar import BinaryFieldType, BooleanFieldType
from fakeknn.geo import indexing, points, shapes, wkt
from fakeknn.knn.java import cannot_be_cast
from fakeknn.query.context import ShardContext
from fakeknn.view import Column, KeywordColumn, NumericColumn, ObjectColumn, TextColumn
from fakeknn.xcontent import java_string

NUMERIC, DATE, BOOLEAN, BYTES, IP = "numeric", "date", "boolean", "bytes", "ip"
GEOPOINT, GEOSHAPE, RANGE = "geopoint", "geoshape", "range"
ALL = (NUMERIC, DATE, BOOLEAN, BYTES, IP)
ANY = (*ALL, GEOPOINT, GEOSHAPE, RANGE)
NUMBERS = (NUMERIC, DATE, BOOLEAN)


def places(column: Column, rows: NDArray[np.int32]) -> tuple[Any, Any]:
    """(positions, places): where the column holds the values of some rows."""
    if column.dense:
        return np.arange(len(rows)), rows
    starts = column.offsets[rows]
    if column.single:
        at = np.flatnonzero(column.exists[rows])
        return at, starts[at]
    counts = column.offsets[rows + 1] - starts
    at = np.repeat(np.arange(len(rows)), counts)
    return at, np.arange(len(at)) + np.repeat(starts - (np.cumsum(counts) - counts), counts)


class Ordered(Sequence[str]):
    """The terms of a column by ordinal."""

    def __init__(self, column: KeywordColumn) -> None:
        self._column = column

    def __len__(self) -> int:
        return self._column.n_terms

    def __getitem__(self, at: Any) -> Any:
        if isinstance(at, slice):
            return [self._column.terms[tid] for tid in self._column.order[at].tolist()]
        return self._column.terms[int(self._column.order[at])]


def type_of(field: FieldType) -> str:
    if isinstance(field, DateFieldType):
        return DATE
    if field.kind == "boolean":
        return BOOLEAN
    if field.kind == "ip":
        return IP
    if isinstance(field, GeoPointFieldType):
        return GEOPOINT
    if isinstance(field, GeoShapeFieldType):
        return GEOSHAPE
    if isinstance(field, RangeFieldType):
        return RANGE
    return NUMERIC if isinstance(field, NumberFieldType) else BYTES


def range_sets(ctx: ShardContext, field: FieldType, column: RangeColumn) -> tuple[NumericColumn, list[str]]:
    """A range field's binary doc values: one for all ranges of a document; and what each stands for."""
    key = ("range sets", field.path)
    made: tuple[NumericColumn, list[str]] | None = ctx.view.memo.get(key)
    if made is None:
        sets: dict[int, set[tuple[Any, Any]]] = {}
        for row, low, high in zip(column.rows.tolist(), column.lows.tolist(), column.highs.tolist(), strict=True):
            sets.setdefault(row, set()).add((low, high))
        texts = [f"{field.kind} {sorted(found)}" for found in sets.values()]
        terms = sorted(set(texts))
        numbers = {term: i for i, term in enumerate(terms)}
        codes = np.array([numbers[text] for text in texts], np.int64)
        rows = np.fromiter(sets, np.int32, len(sets))
        made = ctx.view.memo[key] = NumericColumn(column.n, rows, True, codes), terms
    return made


def signed_order(ctx: ShardContext, field: FieldType, column: NumericColumn) -> NumericColumn:
    """Unsigned numbers as doc values sort those of a document: by their bits as a long."""
    if column.single:
        return column
    key = ("signed order", field.path)
    made: NumericColumn | None = ctx.view.memo.get(key)
    if made is None:
        values = column.values[np.lexsort((column.values.astype(np.uint64).astype(np.int64), column.rows))]
        made = ctx.view.memo[key] = NumericColumn(column.n, column.rows, False, values)
    return made


def shape_sets(ctx: ShardContext, field: FieldType, column: ObjectColumn) -> tuple[NumericColumn, dict[str, Any]]:
    """A shape's binary doc values: for each which of the shard's distinct shapes it is, and these by identity."""
    key = ("shape sets", field.path)
    made: tuple[NumericColumn, dict[str, Any]] | None = ctx.view.memo.get(key)
    if made is None:
        texts = [shapes.identity(shape) for shape in column.values]
        distinct = dict(zip(texts, column.values, strict=True))
        numbers = {text: i for i, text in enumerate(distinct)}
        codes = np.array([numbers[text] for text in texts], np.int64)
        made = ctx.view.memo[key] = NumericColumn(column.n, column.rows, column.single, codes), distinct
    return made


def no_fielddata(path: str, kind: str) -> IllegalArgumentException:
    """MappedFieldType.fielddataBuilder of what has none."""
    return IllegalArgumentException(f"Fielddata is not supported on field [{path}] of type [{kind}]")


def binary_terms(ctx: ShardContext, field: BinaryFieldType, column: ObjectColumn) -> KeywordColumn:
    """A binary field's doc values, sorted and each once, as terms (see ``formats.Bytes``)."""
    key = ("binary terms", field.path)
    made: KeywordColumn | None = ctx.view.memo.get(key)
    if made is None:
        entries = sorted({(row, value) for row, value in zip(column.rows.tolist(), column.values, strict=True)})
        numbers: dict[str, int] = {}
        tids = [numbers.setdefault(value.decode("latin-1"), len(numbers)) for _, value in entries]
        rows = np.fromiter((row for row, _ in entries), np.int32, len(entries))
        single = column.single or len(set(rows.tolist())) == len(rows)
        terms = list(numbers)
        made = KeywordColumn(column.n, rows, single, np.array(tids, np.int32), terms, numbers, len(terms))
        ctx.view.memo[key] = made
    return made


def no_field_data() -> ClassCastException:
    """What is said to be a field's ordinals has a value for what is missing among them."""
    support = "org.opensearch.search.aggregations.support"
    found, needed = f"{support}.MissingValues$6", f"{support}.ValuesSource$Bytes$WithOrdinals$FieldData"
    return ClassCastException(
        f"class {found} cannot be cast to class {needed} ({found} and {needed} are in unnamed module of loader 'app')"
    )


def missing_shape(given: Any) -> Any:
    """What stands for shapes that are missing: well-known text."""
    try:
        if not isinstance(given, str):
            raise cannot_be_cast(given, "java.lang.String")
        return shapes.quantized(indexing.indexed(wkt.parse(given, coerce=True)))
    except OpenSearchError as cause:
        reason = f"Unable to parse the missing value [{java_string(given)}] provided in the input."
        raise OpenSearchParseException(reason) from cause


def as_texts(field: FieldType, column: NumericColumn) -> KeywordColumn:
    """ValuesSource.Bytes.FieldData of numbers: each as Java writes it."""
    distinct, inverse = np.unique(column.values, return_inverse=True)
    terms = [java_string(field.doc_value(value)) for value in distinct.tolist()]
    if isinstance(field, (BooleanFieldType, DateFieldType)):
        terms = [str(value) for value in distinct.tolist()]
    return _of_texts(column, terms, inverse)


def _of_texts(column: Column, terms: list[str], inverse: NDArray[np.intp]) -> KeywordColumn:
    """A column of texts, of which ``inverse`` says which each value of ``column`` is."""
    numbers = {term: i for i, term in enumerate(terms)}
    ranks = np.empty(len(terms), np.int64)
    ranks[sorted(range(len(terms)), key=terms.__getitem__)] = np.arange(len(terms))
    order = np.lexsort((ranks[inverse], column.rows))
    tids = inverse[order].astype(np.int32)
    return KeywordColumn(column.n, column.rows, column.single, tids, terms, numbers, len(terms))


def points_as_texts(column: GeoPointColumn) -> KeywordColumn:
    """ValuesSource.Bytes.FieldData of points: each as GeoPoint.toString writes it."""
    distinct, inverse = np.unique(column.encoded, return_inverse=True)
    return _of_texts(column, points.shown_places(distinct), inverse)


def fielddata_of_text(ctx: ShardContext, field: FieldType, column: TextColumn) -> KeywordColumn:
    """PagedBytesIndexFieldData: a text's terms as if they were keywords."""
    bounds = field.option("fielddata_frequency_filter")
    return uninverted(ctx, field, column) if not bounds else _filtered(ctx, field, column, bounds)


def uninverted(ctx: ShardContext, field: FieldType, column: TextColumn) -> KeywordColumn:
    key = ("fielddata", field.path)
    made: KeywordColumn | None = ctx.view.memo.get(key)
    if made is None:
        made = ctx.view.memo[key] = _by_row(column, np.arange(len(column.rows)))
    return made


def _filtered(ctx: ShardContext, field: FieldType, column: TextColumn, bounds: Mapping[str, Any]) -> KeywordColumn:
    """AbstractIndexOrdinalsFieldData.filter: of each segment the terms that are neither too rare nor too frequent."""
    low, high = float(bounds.get("min", 0)), float(bounds.get("max", 2**31 - 1))
    least = int(bounds.get("min_segment_size", 0))
    key = ("fielddata", field.path, low, high, least)
    made: KeywordColumn | None = ctx.view.memo.get(key)
    if made is not None:
        return made
    kept = np.ones(len(column.rows), bool)
    edges = np.searchsorted(column.rows, ctx.view.segments)
    doc_counts = np.diff(np.searchsorted(column.length_rows, ctx.view.segments))
    for start, end, doc_count in zip(edges[:-1].tolist(), edges[1:].tolist(), doc_counts.tolist(), strict=True):
        fewest, most = (int(bound) if bound > 1.0 else int(doc_count * bound) for bound in (low, high))
        if doc_count >= least and (fewest > 1 or most < doc_count):
            tids = column.tids[start:end]
            frequencies = np.bincount(tids, minlength=1)[tids]
            kept[start:end] = (frequencies >= fewest) & (frequencies <= most)
    made = ctx.view.memo[key] = _by_row(column, np.flatnonzero(kept))
    return made


def _by_row(column: TextColumn, entries: NDArray[np.int64]) -> KeywordColumn:
    ranks = np.empty(column.n_terms, np.int32)
    ranks[column.order] = np.arange(column.n_terms, dtype=np.int32)
    rows, tids = column.rows[entries], column.tids[entries]
    order = np.lexsort((ranks[tids], rows))
    return KeywordColumn(column.n, rows[order], False, tids[order], column.terms, column.numbers, column.n_terms)


def fielddata(ctx: ShardContext, field: FieldType) -> Column | None:
    """QueryShardContext.getForField: the field's values, or its refusal to have any."""
    if isinstance(field, (VectorFieldType, FlatObjectFieldType)):
        return None
    if field.is_text:
        field.require_doc_values()
        column = ctx.column(field)
        if not isinstance(column, TextColumn):
            return None
        return fielddata_of_text(ctx, field, column)
    if field.path in ("_source", "_version"):
        raise no_fielddata(field.path, field.kind)
    field.require_doc_values()
    if isinstance(field, GeoShapeFieldType):
        return ctx.column(field)
    if isinstance(field, FlatMemberFieldType):
        return ctx.column(field.with_paths)
    column = ctx.ordered(field)
    if isinstance(field, BinaryFieldType) and isinstance(column, ObjectColumn):
        return binary_terms(ctx, field, column)
    if not isinstance(column, (NumericColumn, KeywordColumn, GeoPointColumn, RangeColumn)):
        raise NotFaked(f"an aggregation of a [{field.kind}] field")
    return column
