"""Vectors from JSON: text to float32, what a field refuses, and what it stores.

A vector is one row of its field's matrix: float32, int8 (byte) or int8 of packed bits (binary).
"""

from __future__ import annotations

import re
import struct
from collections.abc import Callable
from decimal import Decimal
from functools import cache
from itertools import chain
from math import isfinite
from typing import Any

import numpy as np
from numpy.typing import NDArray

from fakeknn.errors import (
    IllegalArgumentException,
    IllegalStateException,
    JsonParseException,
    NumberFormatException,
    OpenSearchError,
    Where,
)
from fakeknn.knn import arithmetic
from fakeknn.knn.arithmetic import Floats, fma_square
from fakeknn.knn.method import VectorDefinition
from fakeknn.knn.spaces import DataType

Row = NDArray[Any]
Rows = NDArray[Any]
RawText = Callable[[Any, Any], str]
"""Gives the characters of the JSON number at ``container[key]``."""

FP16_MAX = np.float32(65504)

_JAVA_FLOAT = re.compile(
    r"[+-]?(?:NaN|Infinity|(?:(?P<decimal>(?:[0-9]+\.?[0-9]*|\.[0-9]+)(?:[eE][+-]?[0-9]+)?)"
    r"|(?P<hexadecimal>0[xX](?:[0-9a-fA-F]+\.?[0-9a-fA-F]*|\.[0-9a-fA-F]+)[pP][+-]?[0-9]+))[fFdD]?)"
)
_JAVA_SPACE = "".join(map(chr, range(33)))  # String.trim
_NUMBERS = {int, float}
_SURPLUS_BITS, _HALFWAY = np.int64(0x1FFFFFFF), np.int64(0x10000000)


# --- numbers ----------------------------------------------------------------------------------------------------------


def to_floats(numbers: list[Any], raw: RawText | None = None) -> Floats:
    """JSON numbers and numeric strings as float32, each rounded once from its decimal text.

    ``raw`` gives that text where Python's float has already rounded it to a value halfway between two float32.
    Raises JsonParseException or NumberFormatException, with the offending element as ``preview`` and what was read
    ahead of it as ``ahead``.
    """
    if not set(map(type, numbers)) <= _NUMBERS:
        return _each_to_float(numbers, raw)
    try:
        wide = np.array(numbers, dtype=np.float64)
    except OverflowError:  # an int beyond any float
        return _each_to_float(numbers, raw)
    floats = wide.astype(np.float32)
    halfway = _halfway(wide)
    if np.count_nonzero(halfway):
        for i in np.flatnonzero(halfway):
            floats[i] = to_float(numbers, int(i), raw)
    return floats


def _each_to_float(numbers: list[Any], raw: RawText | None) -> Floats:
    floats: list[np.float32] = []
    try:
        floats.extend(to_float(numbers, i, raw) for i in range(len(numbers)))
    except OpenSearchError as error:
        error.ahead = np.array(floats, dtype=np.float32)  # type: ignore[attr-defined]
        raise
    return np.array(floats, dtype=np.float32)


def _halfway(wide: NDArray[np.float64]) -> NDArray[np.bool_]:
    """Where a number of 64 bits does not tell which float32 is the nearest to the decimal that it was read from."""
    # The 29 bits that float32 lacks are 100...0 halfway between two float32, except among the denormals.
    halfway: NDArray[np.bool_] = (wide.view(np.int64) & _SURPLUS_BITS) == _HALFWAY
    return halfway


def to_float(numbers: Any, i: Any, raw: RawText | None = None) -> np.float32:
    """XContentParser.floatValue."""
    value = numbers[i]
    match value:
        case bool() | None | list() | dict():
            error = JsonParseException(
                f"Current token ({_token(value)}) not numeric, can not use numeric value accessors\n"
                " at [Source: REDACTED (`StreamReadFeature.INCLUDE_SOURCE_IN_LOCATION` disabled); "
                "line: {line}, column: {column}]",
                at=Where(numbers, i, "after"),
            )
            raise refused(error, value)
        case str():
            try:
                return parse_float(value)
            except NumberFormatException as error:
                raise refused(error, value) from None
        case int():
            return nearest_float(Decimal(value))
        case _:
            return nearest_float(Decimal(raw(numbers, i)) if raw else Decimal(value))


def _token(value: Any) -> str:
    """The JsonToken of what is no number."""
    match value:
        case None:
            return "VALUE_NULL"
        case bool():
            return "VALUE_TRUE" if value else "VALUE_FALSE"
        case list():
            return "START_ARRAY"
        case _:
            return "START_OBJECT"


def parse_float(written: str) -> np.float32:
    """Java's ``Float.parseFloat``; NumberFormatException."""
    trimmed = written.strip(_JAVA_SPACE)
    match = _JAVA_FLOAT.fullmatch(trimmed)
    if match is None:
        raise NumberFormatException(f'For input string: "{written}"' if trimmed else "empty String")
    sign = -1 if trimmed[0] == "-" else 1
    if decimal := match["decimal"]:
        return nearest_float(sign * Decimal(decimal)) if sign > 0 or float(decimal) else np.float32(-0.0)
    if hexadecimal := match["hexadecimal"]:
        return np.float32(sign * float.fromhex(hexadecimal))
    return np.float32(sign * np.inf if trimmed.endswith("Infinity") else np.nan)


def nearest_float(exact: Decimal) -> np.float32:
    """The float32 nearest to a decimal number, rounded once."""
    try:
        wide = np.float64(float(exact))
    except OverflowError:
        wide = np.float64(np.inf if exact > 0 else -np.inf)
    with np.errstate(over="ignore", under="ignore"):
        near = np.float32(wide)
        if not np.isfinite(wide):
            return near
        other = np.nextafter(near, np.float32(np.inf if wide > near else -np.inf))
        # Infinity begins half a step beyond the greatest float32, as if 2¹²⁸ were the next.
        halfway = sum(np.clip([near, other], -(2.0**128), 2.0**128, dtype=np.float64)) / 2
    if wide == halfway and exact != Decimal(float(wide)):
        return max(near, other) if exact > Decimal(float(wide)) else min(near, other)
    return near


# --- indexing ---------------------------------------------------------------------------------------------------------


def refused(error: OpenSearchError, preview: Any) -> OpenSearchError:
    """The error with the value that the message around it is to show: where Jackson's parser had got to."""
    error.preview = preview  # type: ignore[attr-defined]
    return error


def parse_vector(value: Any, definition: VectorDefinition, *, raw: RawText | None = None) -> Row | None:
    """A document's vector as the row to store, normalised where the engine does that; None for null.

    A field with a model must have taken over the model's engine, space and dimension. Raises IllegalArgumentException,
    IllegalStateException, NumberFormatException or JsonParseException, each with the attribute ``preview``: the value
    (not its text) for ``Preview of field's value: '...'``.
    """
    if definition.engine is None and definition.model_id is not None:
        raise refused(IllegalStateException(f"Model ID '{definition.model_id}' is not created."), value)
    if value is None:
        return None
    if isinstance(value, list):
        numbers = value
    elif isinstance(value, int | float) and not isinstance(value, bool):
        numbers = [value]
    else:
        raise refused(_wrong_dimension(definition, 0), value)
    try:
        floats = to_floats(numbers, raw)
    except OpenSearchError as error:  # each number is validated before the next one is read
        _validated(error.ahead, definition, lambda i: numbers[i])  # type: ignore[attr-defined]
        raise
    floats = _validated(floats, definition, lambda i: numbers[i])
    if len(floats) != definition.width:
        raise refused(_wrong_dimension(definition, len(floats)), None)
    row: Row = floats if definition.data_type == "float" else floats.astype(np.int8)
    if not definition.knn_enabled:
        return row
    try:
        definition.space.validate(row)
        return normalized(row) if definition.normalizes else row
    except IllegalArgumentException as error:
        raise refused(error, None) from None


def parse_vectors(values: list[Any], definition: VectorDefinition) -> Rows | None:
    """Vectors of as many documents as the rows to store: [len(values), width], as ``parse_vector`` makes each of them.

    None where one of them may be refused or clipped, or takes a look at its text.
    """
    if (definition.engine is None and definition.model_id is not None) or set(map(type, values)) != {list}:
        return None
    pack = _doubles(definition.width)
    try:
        wide = np.frombuffer(b"".join([pack(*numbers) for numbers in values])).reshape(len(values), -1)
    except (struct.error, OverflowError):  # another dimension; no number; an int beyond any float
        return None
    if ((wide == 0) | (wide == 1)).any() and not set(map(type, chain.from_iterable(values))) <= _NUMBERS:
        return None  # false and true pack as numbers
    # Integers beyond 64 bits, which Jackson reads otherwise, have become decimals.
    if _halfway(wide).any() or not (np.abs(wide) < 2.0**63).all():
        return None
    rows: Rows = wide.astype(np.float32)
    if definition.data_type != "float":
        if (rows % 1 != 0).any() or rows.min() < -128 or rows.max() > 127:
            return None
        rows = rows.astype(np.int8)
    elif definition.half_float and (np.abs(rows) > FP16_MAX).any():
        return None
    if not definition.knn_enabled:
        return rows
    if not definition.space.measures_zero and not rows.any(axis=1).all():
        return None
    try:
        return normalized_rows(rows) if definition.normalizes else rows
    except IllegalArgumentException:
        return None


@cache
def _doubles(width: int) -> Callable[..., bytes]:
    """Packs so many numbers as float64."""
    return struct.Struct(f"{max(width, 0)}d").pack


def _wrong_dimension(definition: VectorDefinition, given: int) -> IllegalArgumentException:
    if definition.data_type == "binary":
        return IllegalArgumentException(
            "The dimension of the binary vector must be 8 times the length of the provided vector. "
            f"Expected: {definition.dimension}, Given: {8 * given}"
        )
    return IllegalArgumentException(f"Vector dimension mismatch. Expected: {definition.dimension}, Given: {given}")


def _validated(floats: Floats, definition: VectorDefinition, element: Callable[[int], Any]) -> Floats:
    """The PerDimensionValidator of the field, and its processor: clipping to the range of a 16-bit float."""
    try:
        validate_elements(floats, definition.data_type)
        if definition.data_type != "float" or not definition.half_float:
            return floats
        outside = np.abs(floats) > FP16_MAX
        if not outside.any():
            return floats
        if definition.clips:
            return np.clip(floats, -FP16_MAX, FP16_MAX)
        raise _Element(
            int(np.flatnonzero(outside)[0]),
            "encoder name is set as [sq] and type is set as [fp16] in index mapping. But, KNN vector values are not "
            "within in the FP16 range [-65504.000000, 65504.000000]",
        )
    except _Element as wrong:
        value = element(wrong.index)
        # Having read a decimal as a float, Jackson shows that float.
        preview = floats[wrong.index] if isinstance(value, float) else value
        raise refused(IllegalArgumentException(wrong.reason), preview) from None


class _Element(IllegalArgumentException):
    """What is wrong with one element of a vector."""

    def __init__(self, index: int, reason: str) -> None:
        super().__init__(reason)
        self.index = index
        self.reason: str = reason


def validate_elements(floats: Floats, data_type: DataType) -> None:
    """Refuse the first element that is not finite, or no byte where a byte is due (IllegalArgumentException)."""
    if data_type == "float" and isfinite(floats.dot(floats)):  # sooner known than of each
        return
    wrong = ~np.isfinite(floats)
    if data_type != "float":
        with np.errstate(invalid="ignore"):
            wrong |= (floats % 1 != 0) | (floats < -128) | (floats > 127)
    if not wrong.any():
        return
    index = int(np.flatnonzero(wrong)[0])
    value = floats[index]
    if np.isnan(value):
        raise _Element(index, "KNN vector values cannot be NaN")
    if np.isinf(value):
        raise _Element(index, "KNN vector values cannot be infinity")
    what = "floats instead of byte integers" if value % 1 else "not within in the byte range [-128, 127]"
    raise _Element(
        index, f"[data_type] field was set as [{data_type}] in index mapping. But, KNN vector values are {what}"
    )


def normalized(vector: Floats) -> Floats:
    """Lucene's ``VectorUtil.l2normalize``: scaled to length 1, unless its squared length is within 1e-4 of 1.

    Raises IllegalArgumentException for a vector whose squared length is 0.
    """
    scaled: Floats = normalized_rows(vector[None])[0]
    return scaled


def normalized_rows(matrix: Floats) -> Floats:
    """``normalized`` for each row of float32[n, dimension]."""
    squares = fma_square(matrix, matrix.shape[1] <= arithmetic.MACHINE.longest_in_order).astype(np.float64)
    if not squares.all():
        raise IllegalArgumentException("Cannot normalize a zero-length vector")
    unscaled = np.abs(squares - 1.0) <= float(np.float32(1e-4))
    with np.errstate(all="ignore"):
        lengths = np.sqrt(squares).astype(np.float32)
        lengths[unscaled] = 1
        scaled: Floats = matrix / lengths[:, None]
    return scaled
