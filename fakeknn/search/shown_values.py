"""A document's doc values as hits show them (DocValueFetcher)."""

from __future__ import annotations

from typing import Any

from fakeknn.aggs.decimals import DecimalFormat
from fakeknn.aggs.fielddata import fielddata_of_text
from fakeknn.errors import IllegalArgumentException, NotFaked, UnsupportedOperationException
from fakeknn.fields import FieldType, VectorFieldType
from fakeknn.fields.geo_point import GeoPointColumn
from fakeknn.fields.numbers import NumberFieldType
from fakeknn.query.context import ShardContext
from fakeknn.view import KeywordColumn, NumericColumn, TextColumn, places_of


def shown_doc_values(ctx: ShardContext, field: FieldType, row: int, format: str | None) -> list[Any]:
    """The values of a row in order, in ``format`` if there is one."""
    if isinstance(field, VectorFieldType):
        field.check_format(format)
        raise UnsupportedOperationException(f"knn vector field '{field.path}' doesn't support sorting")
    if format is not None and not isinstance(field, NumberFieldType):
        field.check_format(format)
    field.require_doc_values()
    if field.path in ("_source", "_version"):
        raise IllegalArgumentException(f"Fielddata is not supported on field [{field.path}] of type [{field.kind}]")
    column = ctx.fielddata(field)
    if isinstance(column, GeoPointColumn):
        first, last = places_of(column.rows, row, row + 1)
        # AbstractLeafGeoPointFieldData.getBytesValues: sorted as texts
        return sorted(field.doc_value(value, format) for value in column.encoded[first:last].tolist())
    if isinstance(column, TextColumn):
        column = fielddata_of_text(ctx, field, column)
    if not isinstance(column, (NumericColumn, KeywordColumn)):
        raise NotFaked(f"the doc values of a field of type [{field.kind}]")
    first, last = places_of(column.rows, row, row + 1)
    if isinstance(column, NumericColumn):
        values: list[Any] = column.values[first:last].tolist()
    else:
        values = [column.terms[tid] for tid in column.tids[first:last].tolist()]
    if format is not None and isinstance(field, NumberFieldType):
        decimal = DecimalFormat(format)
        if field.kind != "unsigned_long":  # whose format is asked for nothing
            return [decimal.format(field.doc_value(value)) for value in values]
    return [field.doc_value(value, format) for value in values]
