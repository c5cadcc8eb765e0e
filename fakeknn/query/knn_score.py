"""``lang: knn``, ``source: knn_score``: exact scoring by any space type, as a script (KNNScoringScriptEngine, KNNScoringSpace)."""

from __future__ import annotations

import base64
import binascii
from collections.abc import Callable
from typing import Any

import numpy as np
from numpy.typing import NDArray

from fakeknn.errors import ClassCastException, IllegalArgumentException, IllegalStateException
from fakeknn.fields import VectorFieldType
from fakeknn.fields.base import FieldType
from fakeknn.fields.numbers import LongFieldType
from fakeknn.fields.scalar import BinaryFieldType
from fakeknn.knn.spaces import SPACES, Space
from fakeknn.query.base import Scores, ShardContext
from fakeknn.query.script import SCORE_LANGUAGES, Script, running
from fakeknn.view import Mask, NumericColumn, ObjectColumn, VectorColumn


def knn_score(ctx: ShardContext, script: Script, mask: Mask, score: Callable[[], Scores]) -> Scores:
    """float32[n]: the score of every row that has the field, 0 for those that lack it."""
    if script.source != "knn_score":
        raise IllegalArgumentException(f"Unknown script name {script.source}")
    params = script.params
    for name in ("field", "space_type", "query_value"):
        if params.get(name) is None:
            raise IllegalArgumentException(f"Missing parameter [{name}]")
    field = ctx.field(str(params["field"]))
    space_type = str(params["space_type"]).lower()
    if space_type == "hammingbit":
        return _hammingbit(ctx, field, params["query_value"])
    space = SPACES.get(space_type)
    if space is None:
        raise IllegalArgumentException("Invalid space type. Please refer to the available space types.")
    if not isinstance(field, VectorFieldType):
        raise IllegalArgumentException(
            f"Incompatible field_type for {space.script_name} space. The field type must be knn_vector."
        )
    return _vectors(ctx, field, space, params["query_value"])


def _vectors(ctx: ShardContext, field: VectorFieldType, space: Space, value: Any) -> Scores:
    definition = field.definition
    data_type = definition.data_type
    wanted = ("BINARY",) if space.name == "hamming" else ("FLOAT", "BYTE")
    if data_type.upper() not in wanted:
        raise IllegalArgumentException(
            f"Incompatible field_type for {space.script_name} space. The data type should be [{', '.join(wanted)}] but got "
            f"{data_type.upper()}"
        )
    query = _query_row(value, definition.width, data_type)
    space.validate(query)
    column = ctx.column(field)
    assert isinstance(column, VectorColumn)
    out = np.zeros(ctx.n, np.float32)
    if len(column.rows):
        out[column.rows] = space.script_score(column.matrix, query)
    return out


def _query_row(value: Any, width: int, data_type: str) -> NDArray[Any]:
    """KNNScoringSpaceUtil.parseToFloatArray: numbers that went through Java's Double or Integer on their way to float."""
    if not isinstance(value, list):
        raise _cast(value, "java.util.List")
    for item in value:
        if isinstance(item, bool) or not isinstance(item, (int, float)):
            raise _cast(item, "java.lang.Number")
    if len(value) != width:
        raise IllegalStateException(f"Object's length={len(value)} does not match the expected length={width}.")
    row = np.array(value, np.float64).astype(np.float32)
    if data_type == "float":
        return row
    from fakeknn.knn.vectors import validate_elements

    validate_elements(row, "byte" if data_type == "byte" else "binary")
    return row.astype(np.int8)


def _cast(value: Any, wanted: str) -> ClassCastException:
    name = {
        bool: "java.lang.Boolean",
        str: "java.lang.String",
        dict: "java.util.HashMap",
        list: "java.util.ArrayList",
    }.get(type(value))
    if name is None:
        whole = isinstance(value, int)
        name = (
            "java.lang.Double" if not whole else "java.lang.Integer" if -(2**31) <= value < 2**31 else "java.lang.Long"
        )
    return ClassCastException(
        f"class {name} cannot be cast to class {wanted} ({name} and {wanted} are in module java.base of loader 'bootstrap')"
    )


# --- hammingbit -------------------------------------------------------------------------------------------------------


def _hammingbit(ctx: ShardContext, field: FieldType | None, value: Any) -> Scores:
    if isinstance(field, LongFieldType):
        return _longs(ctx, field, value)
    if isinstance(field, BinaryFieldType):
        return _binaries(ctx, field, value)
    raise IllegalArgumentException(
        "Incompatible field_type for hammingbit space. The field type must of type long or binary."
    )


def _score(bits: NDArray[Any]) -> NDArray[np.float32]:
    one = np.float32(1)
    return one / (one + bits.astype(np.float32))


def _longs(ctx: ShardContext, field: LongFieldType, value: Any) -> Scores:
    if isinstance(value, bool) or not isinstance(value, int) or not -(2**63) <= value < 2**63:
        raise IllegalArgumentException("Object cannot be parsed as a Long.")
    field.require_doc_values()
    column = ctx.column(field)
    assert isinstance(column, NumericColumn)
    differing = np.bitwise_count((column.lowest.astype(np.int64) ^ np.int64(value)).view(np.uint64))
    return np.where(column.exists, _score(differing), np.float32(0))


def _binaries(ctx: ShardContext, field: BinaryFieldType, value: Any) -> Scores:
    if not isinstance(value, str):
        raise _cast(value, "java.lang.String")
    query = _big_integer(_base64(value))
    if not field.has_doc_values:
        try:
            field.require_doc_values()
        except IllegalArgumentException as error:
            raise running(error) from None
    column = ctx.column(field)
    assert isinstance(column, ObjectColumn)
    out = np.zeros(ctx.n, np.float32)
    # Values are of any length, so they are compared as numbers, one by one; the first of a document's counts.
    for row, content in zip(column.rows[::-1].tolist(), reversed(column.values), strict=True):
        out[row] = np.float32(1) / np.float32(1 + (_big_integer(content) ^ query).bit_count())
    return out


def _big_integer(content: bytes) -> int:
    """BigInteger(1, bytes): big-endian, without a sign."""
    return int.from_bytes(content, "big")


def _base64(value: str) -> bytes:
    """Base64.getDecoder().decode, whose refusal names the first character that cannot be."""
    for char in value.rstrip("="):
        if not (char.isascii() and (char.isalnum() or char in "+/")):
            raise IllegalArgumentException(f"Illegal base64 character {ord(char):x}")
    try:
        return base64.b64decode(value, validate=True)
    except (binascii.Error, ValueError):
        pass
    stripped = value.rstrip("=")
    if len(stripped) % 4 == 1:
        raise IllegalArgumentException("Last unit does not have enough valid bits")
    if not value.endswith("="):
        return base64.b64decode(stripped + "=" * (-len(stripped) % 4))
    raise IllegalArgumentException("Input byte array has incorrect ending byte at " + str(len(value)))


SCORE_LANGUAGES["knn"] = knn_score
