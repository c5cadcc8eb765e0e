"""Vectors in scripts: the ``knn_score`` script (lang ``knn``) and Painless's vector functions, over all rows at once.

Numbers come here as parsed JSON, so a decimal has already been a double before it is a float32 (unlike in a query).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from decimal import Decimal
from functools import partial
from typing import Any, Literal

import numpy as np

from fakeknn.errors import IllegalArgumentException, IllegalStateException, NullPointerException, OpenSearchError
from fakeknn.knn.arithmetic import Floats
from fakeknn.knn.java import cannot_be_cast, class_name, text
from fakeknn.knn.method import VectorDefinition
from fakeknn.knn.spaces import (
    SPACES,
    DataType,
    Matrix,
    cosine,
    cosine_given_square,
    differing_bits,
    get_space,
    hamming_bit_score,
)
from fakeknn.knn.vectors import nearest_float, validate_elements
from fakeknn.xcontent import base64

HAMMING_BIT = "hammingbit"

_NULL_IN_LOOP = 'Cannot invoke "java.lang.Number.floatValue()" because "val" is null'
_NULL_IN_LIST = (
    'Cannot invoke "java.lang.Number.floatValue()" because the return value of "java.util.List.get(int)" is null'
)

Scorer = Callable[[Any], Floats]
"""Scores the values of a field, one a row: a vector matrix, int64 values, or a list of byte strings."""


# --- numbers ----------------------------------------------------------------------------------------------------------


def to_row(value: Any, data_type: DataType, null: str) -> Matrix:
    """A script's list of numbers as a row of a field's matrix.

    Raises ClassCastException or NullPointerException (with the text ``null`` for a null inside) for what is no list of
    numbers, IllegalArgumentException for what is no byte where bytes are due.
    """
    if value is None:
        raise NullPointerException(None)
    if not isinstance(value, list | tuple):
        raise cannot_be_cast(value, "java.util.List", ordered=False)
    if set(map(type, value)) <= {float}:
        with np.errstate(over="ignore", under="ignore"):
            floats = np.array(value, dtype=np.float64).astype(np.float32)
        if data_type != "float":
            validate_elements(floats, data_type)
    else:
        floats = np.empty(len(value), dtype=np.float32)
        for i, number in enumerate(value):
            floats[i] = _float_value(number, null)
            if data_type != "float":
                validate_elements(floats[i : i + 1], data_type)
    return floats if data_type == "float" else floats.astype(np.int8)


def _float_value(number: Any, null: str) -> np.float32:
    """``Number.floatValue``."""
    if number is None:
        raise NullPointerException(null)
    if isinstance(number, bool) or not isinstance(number, int | float):
        raise cannot_be_cast(number, "java.lang.Number", ordered=False)
    if isinstance(number, int) and abs(number) > 1 << 53:
        return nearest_float(Decimal(number))
    with np.errstate(over="ignore", under="ignore"):
        return np.float32(number)


# --- knn_score --------------------------------------------------------------------------------------------------------


def _counted(error: OpenSearchError) -> OpenSearchError:
    """An error that the plugin's ``script_query_errors`` counts."""
    error.of_knn_score = True  # type: ignore[attr-defined]
    return error


def knn_score_field(params: Mapping[str, Any]) -> str:
    """The name of the field that ``knn_score`` reads; IllegalArgumentException for a parameter that is missing."""
    for name in ("field", "space_type", "query_value"):
        if params.get(name) is None:
            raise _counted(IllegalArgumentException(f"Missing parameter [{name}]"))
    return text(params["field"])


def knn_score(params: Mapping[str, Any], field: VectorDefinition | Literal["long", "binary"] | None) -> Scorer:
    """What ``knn_score`` gives for the values of a field: a vector field's definition, a type it also knows, or None.

    Rows without a value score 0, which is the caller's affair. Raises what stands behind ``failed to create query:
    ...``: IllegalArgumentException, IllegalStateException, ClassCastException or NullPointerException.
    """
    name = text(params["space_type"]).lower()
    query = params["query_value"]
    if name == HAMMING_BIT:
        return _hamming_bit(query, field)
    space = SPACES.get(name)
    if space is None:
        raise _counted(IllegalArgumentException("Invalid space type. Please refer to the available space types."))
    if not isinstance(field, VectorDefinition):
        raise IllegalArgumentException(
            f"Incompatible field_type for {space.script_name} space. The field type must be knn_vector."
        )
    if field.data_type not in space.data_types:
        allowed = ", ".join(data_type.upper() for data_type in space.data_types)
        raise IllegalArgumentException(
            f"Incompatible field_type for {space.script_name} space. "
            f"The data type should be [{allowed}] but got {field.data_type.upper()}"
        )
    row = to_row(
        query,
        field.data_type,
        _NULL_IN_LIST,
    )
    if len(row) != field.width:
        raise _counted(
            IllegalStateException(f"Object's length={len(row)} does not match the expected length={field.width}.")
        )
    space.validate(row)
    return lambda matrix: space.script_score(matrix, row)


def _hamming_bit(query: Any, field: VectorDefinition | Literal["long", "binary"] | None) -> Scorer:
    if field == "long":
        if class_name(query) not in ("java.lang.Integer", "java.lang.Long"):
            raise IllegalArgumentException("Object cannot be parsed as a Long.")
        # numpy counts the bits of a signed number's absolute value, so the sign has to go.
        return lambda values: hamming_bit_score(np.bitwise_count((values ^ np.int64(query)).view(np.uint64)))
    if field == "binary":
        if not isinstance(query, str):
            raise cannot_be_cast(query, "java.lang.String", ordered=False)
        return partial(_big_integer_score, base64.decode(query))
    raise IllegalArgumentException(
        "Incompatible field_type for hammingbit space. The field type must of type long or binary."
    )


def _big_integer_score(query: bytes, values: Sequence[bytes]) -> Floats:
    """Byte strings compared as big-endian integers, so aligned at their ends."""
    lengths = np.fromiter(map(len, values), dtype=np.intp, count=len(values))
    scores = np.empty(len(values), dtype=np.float32)
    for length in np.unique(lengths):
        rows = np.flatnonzero(lengths == length)
        alike = b"".join(values if len(rows) == len(values) else [values[row] for row in rows.tolist()])
        width = max(int(length), len(query))
        matrix = np.zeros((len(rows), width), dtype=np.uint8)
        matrix[:, width - length :] = np.frombuffer(alike, dtype=np.uint8).reshape(len(rows), length)
        aligned = np.frombuffer(query.rjust(width, b"\0"), dtype=np.uint8)
        scores[rows] = hamming_bit_score(differing_bits(matrix, aligned))
    return scores


# --- Painless ---------------------------------------------------------------------------------------------------------


def l2_squared(query: Any, matrix: Matrix, data_type: DataType) -> Floats:
    """``l2Squared(query, doc[field])`` for every row; each function raises what stands behind ``runtime error``."""
    row = _query_row("l2Squared", query, data_type)
    if len(row) != matrix.shape[1]:
        raise IllegalArgumentException(f"vector dimensions differ: {len(row)}!={matrix.shape[1]}")
    return SPACES["l2"].script_distance(matrix, row)


def l1_norm(query: Any, matrix: Matrix, data_type: DataType) -> Floats:
    """``l1Norm(query, doc[field])``."""
    return SPACES["l1"].script_distance(matrix, _fitting_row("l1Norm", query, matrix, data_type))


def l_inf_norm(query: Any, matrix: Matrix, data_type: DataType) -> Floats:
    """``lInfNorm(query, doc[field])``."""
    return SPACES["linf"].script_distance(matrix, _fitting_row("lInfNorm", query, matrix, data_type))


def inner_product(query: Any, matrix: Matrix, data_type: DataType) -> Floats:
    """``innerProduct(query, doc[field])``."""
    return SPACES["innerproduct"].script_distance(matrix, _fitting_row("innerProduct", query, matrix, data_type))


def cosine_similarity(query: Any, matrix: Matrix, data_type: DataType, query_square: Any = ...) -> Floats:
    """``cosineSimilarity(query, doc[field])``, NaN for a zero vector; with the query's squared length it is 0."""
    row = _query_row("cosineSimilarity", query, data_type)
    SPACES["cosinesimil"].validate(row)
    if query_square is ...:
        _require_dimension(row, matrix)
        return cosine(matrix, row) if data_type == "float" else SPACES["cosinesimil"].byte_distance(matrix, row)
    square = _float_value(
        query_square, 'Cannot invoke "java.lang.Number.floatValue()" because "queryVectorMagnitude" is null'
    )
    _require_dimension(row, matrix)
    return cosine_given_square(matrix.astype(np.float32, copy=False), row.astype(np.float32, copy=False), square)


def hamming(query: Any, matrix: Matrix, data_type: DataType) -> Floats:
    """``hamming(query, doc[field])``."""
    if data_type != "binary":
        raise IllegalArgumentException(
            f"Incompatible field_type for hamming space. The data type should be binary but got {data_type}"
        )
    row = to_row(query, data_type, _NULL_IN_LOOP)
    _require_dimension(row, matrix)
    return SPACES["hamming"].distance(matrix, row)


VECTOR_FUNCTIONS: dict[str, Callable[..., Floats]] = {
    "l2Squared": l2_squared,
    "l1Norm": l1_norm,
    "lInfNorm": l_inf_norm,
    "innerProduct": inner_product,
    "cosineSimilarity": cosine_similarity,
    "hamming": hamming,
}
"""By their names in Painless: called with the query, the field's matrix, its data type, and what else is given."""


def _query_row(function: str, query: Any, data_type: DataType) -> Matrix:
    if data_type == "binary":
        raise IllegalArgumentException(
            f"Incompatible field_type for {function} space. The data type should be either float or byte but got binary"
        )
    return to_row(query, data_type, _NULL_IN_LOOP)


def _fitting_row(function: str, query: Any, matrix: Matrix, data_type: DataType) -> Matrix:
    row = _query_row(function, query, data_type)
    _require_dimension(row, matrix)
    return row


def _require_dimension(row: Matrix, matrix: Matrix) -> None:
    if len(row) != matrix.shape[1]:
        raise IllegalArgumentException(
            f"query vector dimension mismatch. Expected: {matrix.shape[1]}, Given: {len(row)}"
        )


def late_interaction_score(query_vectors: Any, field: Any, source: Any, space_type: Any = "l2") -> np.float32:
    """``lateInteractionScore``: for each query vector the best of the document's vectors, summed.

    ``source`` is the document. Raises IllegalArgumentException, IllegalStateException, ClassCastException or
    NullPointerException.
    """
    if query_vectors is None:
        raise IllegalArgumentException("Query vectors cannot be null")
    if not _as_list(query_vectors):
        raise IllegalArgumentException("Query vectors cannot be empty")
    if not field:
        raise IllegalArgumentException("Document field name cannot be null or empty")
    if source is None:
        raise IllegalArgumentException("Document cannot be null")
    if not space_type:
        raise IllegalArgumentException("Space type cannot be null or empty")
    vectors = source.get(field)
    if vectors is not None and not isinstance(vectors, list):
        raise IllegalArgumentException(f"Field {field} must contain a list of vector lists") from cannot_be_cast(
            vectors, "java.util.List"
        )
    if not vectors:
        raise IllegalArgumentException("Document vectors cannot be null or empty")
    space = get_space(space_type)
    if space.name in ("l1", "linf"):
        raise IllegalArgumentException(f"Space type {space_type} does not support vector similarity function")
    total = np.float32(0)
    for query in query_vectors:
        if query is None or not _as_list(query):
            raise IllegalArgumentException("Every single vector within query vectors cannot be empty or null")
        row = to_row(query, "float", _NULL_IN_LIST)
        present = [vector for vector in vectors if vector is not None and _as_list(vector)]
        scores = [_similarity(space.name, row, to_row(vector, "float", _NULL_IN_LIST)) for vector in present]
        if scores:
            total = np.float32(total + np.max(scores))
    return total


def _as_list(value: Any) -> list[Any]:
    if not isinstance(value, list):
        raise cannot_be_cast(value, "java.util.List", ordered=False)
    return value


def _similarity(space: str, query: Floats, vector: Floats) -> np.float32:
    if space == "hamming":
        raise IllegalStateException("Hamming space is not supported with float vectors")
    if len(query) != len(vector):
        raise IllegalArgumentException(f"vector dimensions differ: {len(query)}!={len(vector)}")
    return np.float32(SPACES[space].score(vector[None], query, one_by_one=True)[0])
