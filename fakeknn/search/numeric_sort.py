"""Numbers as a sort compares them: cast to ``numeric_type``, and one of several a document by ``mode``.

Sources: IndexNumericFieldData.sortField, XFieldComparatorSource.missingObject, MultiValueMode.
"""

from __future__ import annotations

import math
from decimal import Decimal, InvalidOperation
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from fakeknn.errors import IllegalArgumentException, NullPointerException, NumberFormatException
from fakeknn.fields import FieldType
from fakeknn.fields.dates import DateFieldType
from fakeknn.fields.decimals import DecimalFieldType, ScaledFloatFieldType
from fakeknn.units import parse_big_integer, parse_int, parse_long
from fakeknn.view import Mask, NumericColumn
from fakeknn.xcontent import java_string, parse_double

#: The types that are sorted as ints.
_INTS = ("integer", "short", "byte", "boolean", "token_count")
_NANOS = 1_000_000


def compared_as(mapped: FieldType | None, numeric_type: str | None) -> str:
    """The kind of comparator: ``int``, ``long``, ``unsigned``, ``float`` or ``double``."""
    if numeric_type is not None:
        return "double" if numeric_type == "double" else "long"
    if mapped is None:
        return "long"
    if mapped.kind in ("float", "half_float"):
        return "float"
    if isinstance(mapped, (DecimalFieldType, ScaledFloatFieldType)):
        return "double"
    if mapped.kind == "unsigned_long":
        return "unsigned"
    return "int" if mapped.kind in _INTS else "long"


#: The fields whose own type a ``numeric_type`` is.
_OWN = {
    "long": ("long",),
    "double": ("double", "scaled_float"),
    "date": ("date",),
    "date_nanos": ("date_nanos",),
}


def compares_itself(mapped: FieldType | None, numeric_type: str | None) -> bool:
    """IndexNumericFieldData.sortField: whether numbers are compared by OpenSearch's own comparator."""
    kind = None if mapped is None else mapped.kind
    return kind in ("half_float", "unsigned_long") or (numeric_type is not None and kind not in _OWN[numeric_type])


class Bounds(NamedTuple):
    """MinAndMax: the lowest and the highest value that there is, of a class."""

    boxed: str
    low: Any
    high: Any

    def not_null(self) -> NullPointerException:
        """What comparing them with null says."""
        if self.boxed == "BytesRef":
            return NullPointerException('Cannot read field "bytes" because "other" is null')
        return null_number(self.boxed, "two")


def null_number(boxed: str, name: str) -> NullPointerException:
    """What unboxing a variable that is null says."""
    method = f"java.lang.{boxed}.{'int' if boxed == 'Integer' else boxed.lower()}Value()"
    return NullPointerException(f'Cannot invoke "{method}" because "{name}" is null')


def bounds(comparator: str) -> tuple[Any, Any]:
    """What stands in for a missing value at either end."""
    if comparator in ("float", "double"):
        return -math.inf, math.inf
    if comparator == "unsigned":
        return 0, 2**64 - 1
    return (-(2**31), 2**31 - 1) if comparator == "int" else (-(2**63), 2**63 - 1)


def given_missing(comparator: str, value: Any) -> Any:
    """A ``missing`` value as the comparator's number, for dates and booleans too."""
    if comparator in ("float", "double"):
        return float(value) if _is_number(value) else parse_double(java_string(value))
    if comparator == "unsigned":
        return _unsigned_missing(value)
    bits = 32 if comparator == "int" else 64
    if _is_number(value):
        return narrowed(value, bits)
    return parse_int(java_string(value)) if bits == 32 else parse_long(java_string(value))


def _unsigned_missing(value: Any) -> int:
    """UnsignedLongValuesComparatorSource.missingObject."""
    shown = java_string(value)
    if isinstance(value, float) and value != narrowed(math.floor(value + 0.5), 64):
        raise IllegalArgumentException(f"{shown} is not an integer value")
    number = int(value) if _is_number(value) else parse_big_integer(shown)
    if number < 0 or (number >= 2**64 and _is_number(value)):
        raise IllegalArgumentException(f"Value [{shown}] is out of range for an unsigned long")
    return min(number, 2**64 - 1)


def unsigned_number(text: str) -> int:
    """Numbers.toUnsignedLong, without coercion."""
    try:
        number = Decimal(text)
    except InvalidOperation:
        number = Decimal("NaN")
    if not number.is_finite():
        raise IllegalArgumentException(f'For input string: "{text}"')
    if not -1 < number < 2**64 or (number < 0 and number == int(number)):
        raise IllegalArgumentException(f"Value [{text}] is out of range for an unsigned long")
    if number != int(number):
        raise IllegalArgumentException(f"Value [{text}] has a decimal part")
    return int(number)


def parse_whole(text: str) -> int:
    """DocValueFormat.RAW.parseLong: a long, or else a double without what is behind the point."""
    try:
        return parse_long(text)
    except NumberFormatException:
        return narrowed(parse_double(text), 64)


def _is_number(value: Any) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)


def narrowed(value: float, bits: int) -> int:
    """Number.intValue and longValue: a double stops at the ends, a BigInteger loses its upper bits."""
    low, high = -(2 ** (bits - 1)), 2 ** (bits - 1) - 1
    if isinstance(value, float):
        return 0 if math.isnan(value) else int(min(max(value, low), high))
    return (value - low) % 2**bits + low


def one_each(mapped: FieldType, column: NumericColumn, numeric_type: str | None, mode: str) -> NDArray[Any]:
    """[n]: of each row the value that it is sorted by, whatever where it has none."""
    if isinstance(mapped, ScaledFloatFieldType):
        scaled = column.values * (1.0 / mapped.factor)
        column = NumericColumn(column.n, column.rows, column.single, scaled)
    if numeric_type is None:
        return _unsigned(column, mode) if mapped.kind == "unsigned_long" else _reduced(column, mode)
    if mapped.kind == "unsigned_long" and numeric_type != "date_nanos":
        signed = NumericColumn(column.n, column.rows, column.single, column.values.view(np.int64))
        if numeric_type != "double":
            return _reduced(signed, mode)
        if mode in ("min", "max"):  # in the order of signed numbers, too
            return _reduced(signed, mode).view(np.uint64).astype(np.float64)
    return _reduced(_cast(mapped, column, numeric_type), mode)


def _cast(mapped: FieldType, column: NumericColumn, numeric_type: str) -> NumericColumn:
    values = column.values
    nanos = isinstance(mapped, DateFieldType) and mapped.kind == "date_nanos"
    if numeric_type == "date_nanos":
        if not isinstance(mapped, DateFieldType):
            raise IllegalArgumentException(
                "trying to convert a known date time formatter to a nanosecond one, wrong field used?"
            )
        if not nanos:
            before = values[values < 0]
            if len(before):
                raise IllegalArgumentException(
                    f"milliSeconds [{before[0]}] are before the epoch in 1970 and cannot be converted to nanoseconds"
                )
            values = values * _NANOS
    elif numeric_type == "double":
        values = (values // _NANOS if nanos else values).astype(np.float64)
    elif nanos and numeric_type == "date":
        values = values // _NANOS
    elif values.dtype.kind == "f":
        with np.errstate(invalid="ignore"):
            limited = np.clip(np.nan_to_num(values, posinf=np.inf, neginf=-np.inf), -(2.0**63), 2.0**63)
            values = np.where(limited >= 2.0**63, 2**63 - 1, np.where(limited < 2.0**63, limited, 0).astype(np.int64))
    return NumericColumn(column.n, column.rows, column.single, values)


def _reduced(column: NumericColumn, mode: str) -> NDArray[Any]:
    if mode == "min":
        return column.lowest
    if mode == "max":
        return column.highest
    if mode == "sum":
        return column.reduced(np.add, 0)
    if column.single:
        return column.lowest
    counts, several = _counts(column)
    if mode == "avg":
        total = column.reduced(np.add, 0)
        mean = total / counts
        return mean if total.dtype.kind == "f" else np.where(several, _rounded(mean), total)
    low, high = _middle(column, column.values)
    middle = (low.astype(np.float64) + high) / 2
    return middle if low.dtype.kind == "f" else np.where(counts % 2 == 0, _rounded(middle), low)


def _rounded(values: NDArray[np.float64]) -> NDArray[np.int64]:
    """Math.round."""
    return np.clip(np.floor(values + 0.5), -(2.0**63), np.nextafter(2.0**63, 0)).astype(np.int64)


def _counts(column: NumericColumn) -> tuple[NDArray[np.int64], Mask]:
    """[n]: how many values a row has (1 where there is none), and whether these are several."""
    counts = np.maximum(np.diff(column.offsets), 1)
    return counts, counts > 1


def _middle(column: NumericColumn, values: NDArray[Any]) -> tuple[NDArray[Any], NDArray[Any]]:
    """[n], twice: the two values in the middle of a row, which are one of an odd number; 0 where there is none."""
    sizes = np.diff(column.offsets)
    has = np.flatnonzero(sizes)
    starts = column.offsets[:-1][has]
    low, high = np.zeros(column.n, values.dtype), np.zeros(column.n, values.dtype)
    low[has] = values[starts + (sizes[has] - 1) // 2]
    high[has] = values[starts + sizes[has] // 2]
    return low, high


def _unsigned(column: NumericColumn, mode: str) -> NDArray[Any]:
    """uint64[n]: sums go around, and halves are rounded up."""
    if mode in ("min", "max", "sum") or column.single:
        return _reduced(column, mode)
    counts, several = _counts(column)
    if mode == "avg":
        total = column.reduced(np.add, 0).astype(np.uint64)
        of = counts.astype(np.uint64)
        rest = total % of
        up = (rest >= (of + np.uint64(1)) // np.uint64(2)).astype(np.uint64)
        return np.where(several, total // of + up, total)
    order = np.lexsort((column.values, column.rows))
    low, high = _middle(column, column.values[order])
    with np.errstate(over="ignore"):
        both = low + high
    return np.where(counts % 2 == 0, (both >> np.uint64(1)) + (both & np.uint64(1)), low)
