"""The forms of numbers, dates and addresses: points, and the doc values beside them."""

from __future__ import annotations

from typing import Any

import numpy as np

from fakeknn.fields import FieldType
from fakeknn.fields.dates import DateFieldType
from fakeknn.fields.decimals import DecimalFieldType, FloatFieldType, HalfFloatFieldType, ScaledFloatFieldType
from fakeknn.fields.integers import LongFieldType, UnsignedLongFieldType
from fakeknn.fields.ip import IpColumn, IpFieldType, java_address
from fakeknn.fields.numbers import NumberFieldType
from fakeknn.fields.ranges import RangeFieldType
from fakeknn.query.base import Query
from fakeknn.query.context import ShardContext
from fakeknn.query.lucene import (
    SHOULD,
    ApproximateScoreQuery,
    Becoming,
    BooleanQuery,
    ConstantScoreQuery,
    IndexOrDocValuesQuery,
    Leaf,
    MatchAllDocsQuery,
    MatchNoDocsQuery,
    Node,
)
from fakeknn.query.lucene.form import bytes_ref, field_exists, term_text
from fakeknn.query.terms import Term
from fakeknn.view import Mask, NumericColumn
from fakeknn.xcontent import java_double, java_float, java_string


def _sortable(field: FieldType, value: Any) -> int:
    """A number as sorted doc values hold it."""
    if isinstance(field, HalfFloatFieldType):
        bits = int(np.array(value, np.float16).view(np.int16))
        return bits ^ (bits >> 15) & 0x7FFF
    if isinstance(field, FloatFieldType):
        bits = int(np.array(value, np.float32).view(np.int32))
        return bits ^ (bits >> 31) & 0x7FFFFFFF
    if isinstance(field, DecimalFieldType):
        bits = int(np.array(value, np.float64).view(np.int64))
        return bits ^ (bits >> 63) & 0x7FFFFFFFFFFFFFFF
    return int(value)


def _point(field: FieldType, value: Any) -> str:
    if isinstance(field, (HalfFloatFieldType, FloatFieldType)):
        return java_float(np.float32(value))
    if isinstance(field, DecimalFieldType):
        return java_double(float(value))
    return str(int(value))


def _limits(field: FieldType) -> tuple[Any, Any]:
    if isinstance(field, DecimalFieldType):
        return -np.inf, np.inf
    if isinstance(field, UnsignedLongFieldType):
        return 0, 2**64 - 1
    if isinstance(field, (LongFieldType, ScaledFloatFieldType, DateFieldType)):
        return -(2**63), 2**63 - 1
    return -(2**31), 2**31 - 1


def unbounded(field: FieldType) -> str:
    """A range of all of a field's values, as it writes itself."""
    low, high = _limits(field)
    return f"{field.path}:[{_point(field, low)} TO {_point(field, high)}]"


def number_range(
    plain: Query,
    field: FieldType,
    lower: Any,
    upper: Any,
    include_lower: bool,
    include_upper: bool,
    ctx: ShardContext,
    *,
    exact: bool = False,
    **options: Any,
) -> Node:
    lowest, highest = _limits(field)
    if isinstance(field, DateFieldType):
        zone, format = options.get("time_zone"), options.get("format")
        low, high = field.limits(lower, upper, include_lower, include_upper, zone, format)
    elif exact:
        value = field.exact_value(lower)  # type: ignore[attr-defined]
        if value is None:
            shown = bytes_ref(lower.encode()) if isinstance(lower, str) else java_string(lower)
            return MatchNoDocsQuery(f"Value [{shown}] has a decimal part")
        low = high = value
    else:
        low, high = field.bounds(lower, upper, include_lower, include_upper)  # type: ignore[attr-defined]
    low = lowest if low is None else low
    high = highest if high is None else high
    if low > high and isinstance(field, (UnsignedLongFieldType, DateFieldType)):
        return MatchNoDocsQuery("")
    name = field.path
    index = f"{name}:[{_point(field, low)} TO {_point(field, high)}]"
    doc_values = f"{name}:[{_sortable(field, low)} TO {_sortable(field, high)}]"

    def mask() -> Any:
        return plain.mask(ctx)

    column = ctx.column(field)
    assert isinstance(column, NumericColumn)
    simpler: Node | None = None
    if not len(column.values):
        simpler = MatchNoDocsQuery("")
    else:
        least, most = column.values.min(), column.values.max()
        if most < low or least > high:
            simpler = MatchNoDocsQuery("")
        elif low <= least and most <= high:
            if column.doc_count == ctx.n:
                simpler = MatchAllDocsQuery()
            elif field.has_doc_values:
                simpler = field_exists(ctx, name)
    point = Leaf("PointRangeQuery", index, mask, name, simpler=simpler, bounds=(low, high))
    by_values = Leaf("SortedNumericDocValuesRangeQuery", doc_values, mask)
    if not field.searchable:
        return by_values
    node: Node = IndexOrDocValuesQuery(point, by_values) if field.has_doc_values else point
    if exact and not isinstance(field, DateFieldType):
        return node
    return ApproximateScoreQuery(node, index)


def number_set(plain: Query, field: NumberFieldType, values: tuple[Any, ...], ctx: ShardContext) -> Node:
    given = sorted(number for number in map(field.exact_value, values) if number is not None)
    if not given:
        return MatchNoDocsQuery("All values have a decimal part")
    found = list(dict.fromkeys(given))

    def mask() -> Any:
        return plain.mask(ctx)

    points = Leaf("PointInSetQuery", f"{field.path}:{{{' '.join(_point(field, value) for value in found)}}}", mask)
    if isinstance(field, UnsignedLongFieldType):
        # It names the field that it is asked for, which is none.
        shown = ", ".join(map(str, _hashed(given, 0)))
        by_values = Leaf("SortedUnsignedLongDocValuesSetQuery", f": [{shown}]", lambda: _unsigned(ctx, field, found))
    else:
        shown = ", ".join(map(str, _hashed([_sortable(field, value) for value in given], -(2**63))))
        by_values = Leaf("SortedNumericDocValuesSetQuery", f"{field.path}: [{shown}]", mask)
    if not field.searchable:
        return by_values
    return IndexOrDocValuesQuery(points, by_values) if field.has_doc_values else points


def _hashed(values: list[int], missing: int) -> list[int]:
    """DocValuesLongHashSet: sorted values, of which some may repeat, in the order of a hash table."""
    size = 1 << max(1, (len(values) * 3 // 2).bit_length())
    table: dict[int, int] = {}
    for value in dict.fromkeys(values):
        bits = value & 0xFFFFFFFFFFFFFFFF
        slot = ((bits ^ bits >> 32) & 0xFFFFFFFF) & (size - 1)
        while slot in table and value != missing:
            slot = (slot + 1) & (size - 1)
        if value != missing:
            table[slot] = value
    return [*([missing] if missing in values else []), *(table[slot] for slot in sorted(table))]


def _unsigned(ctx: ShardContext, field: FieldType, wanted: list[int]) -> Mask:
    """SortedUnsignedLongDocValuesSetQuery, which goes through a document's values in the order of signed numbers and
    ends at one above the greatest that it looks for.
    """
    column = ctx.column(field)
    if not isinstance(column, NumericColumn):
        return ctx.nothing()
    values = column.values.view(np.uint64)
    found = np.isin(values, np.array(wanted, np.uint64))
    above = (values > np.uint64(wanted[-1])) & (values >= np.uint64(2**63))
    return column.where(found) & ~(column.where(above) & ~column.where(found & (values >= np.uint64(2**63))))


def bitmap(plain: Query, field: NumberFieldType, ctx: ShardContext) -> Node:
    def mask() -> Any:
        return plain.mask(ctx)

    index = Leaf("BitmapIndexQuery", f"BitmapIndexQuery(field={field.path})", mask)
    by_values = Leaf("BitmapDocValuesQuery", f"BitmapDocValuesQuery(field={field.path})", mask)
    if not field.searchable:
        return by_values
    return IndexOrDocValuesQuery(index, by_values) if field.has_doc_values else index


def ip_term(plain: Query, field: IpFieldType, value: Any, ctx: ShardContext) -> Node:
    return addresses(plain, field, *field.block(value), ctx)


def addresses(plain: Query, field: IpFieldType, low: bytes, high: bytes, ctx: ShardContext) -> Node:
    """An address, or all between two; MatchNoDocsQuery where the first is above the second."""
    if low > high:
        return MatchNoDocsQuery()
    name = field.path
    column = ctx.column(field)
    simpler: Node | None = None
    if isinstance(column, IpColumn):
        inside = column.between(low, high)
        least, most = column.keys[column.order[[0, -1]]] if len(column.keys) else (low, low)
        if not len(column.rows) or most < np.bytes_(low) or least > np.bytes_(high):
            simpler = MatchNoDocsQuery()
        elif inside.all():
            if column.doc_count == ctx.n:
                simpler = MatchAllDocsQuery()
            elif field.has_doc_values:
                simpler = field_exists(ctx, name)
    index = Leaf(
        "", f"{name}:[{java_address(low)} TO {java_address(high)}]", lambda: plain.mask(ctx), name, simpler=simpler
    )
    by_values = Leaf(
        "SortedSetDocValuesRangeQuery", f"{name}:[{bytes_ref(low)} TO {bytes_ref(high)}]", lambda: plain.mask(ctx)
    )
    if not field.searchable:
        return by_values
    return IndexOrDocValuesQuery(index, by_values) if field.has_doc_values else index


def ip_set(plain: Query, field: IpFieldType, values: tuple[Any, ...], ctx: ShardContext) -> Node:
    """Several addresses, or blocks of them."""
    blocks = [field.block(value) for value in values]
    if all(low == high for low, high in blocks):
        ordered = sorted({low for low, _ in blocks})
        index: Node = Leaf(
            "", f"{field.path}:{{{' '.join(map(java_address, ordered))}}}", lambda: plain.mask(ctx), field.path
        )
        text = f"{field.path}:({' '.join(map(term_text, ordered))})"
        by_values: Node = Becoming(
            text, ConstantScoreQuery(Leaf("MultiTermQueryDocValuesWrapper", text, lambda: plain.mask(ctx)))
        )
    else:
        parts = [addresses(Term(field=field.path, value=value), field, *field.block(value), ctx) for value in values]
        points = [part.index if isinstance(part, IndexOrDocValuesQuery) else part for part in parts]
        index = ConstantScoreQuery(BooleanQuery(tuple((SHOULD, part) for part in points)))
        shown = ", ".join(f"{bytes_ref(low)}..{bytes_ref(high)}" for low, high in blocks)
        by_values = Leaf("SortedSetDocValuesMultiRangeQuery", f"{field.path}:[{shown}]", lambda: plain.mask(ctx))
    if not field.searchable:
        return by_values
    return IndexOrDocValuesQuery(index, by_values) if field.has_doc_values else index


def stored_ranges(
    plain: Query,
    field: RangeFieldType,
    bounds: tuple[Any, Any],
    ctx: ShardContext,
) -> Node:
    """What a field of ranges is asked for: all that lie somehow to another range."""
    low, high = (field.shown_bound(bound) for bound in bounds)
    index = Leaf("", f"{field.path}:<ranges:[{low} : {high}]>", lambda: plain.mask(ctx), field.path)
    text = f"BinaryDocValuesRangeQuery(fieldName=,from={low},to={high})"
    by_values = Leaf("BinaryDocValuesRangeQuery", text, lambda: plain.mask(ctx))
    if not field.searchable:
        return by_values
    return IndexOrDocValuesQuery(index, by_values) if field.has_doc_values else index
