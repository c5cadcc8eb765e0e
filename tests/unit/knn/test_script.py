"""knn_score and Painless's vector functions: what they refuse. (Their values are held to a server's in test_spaces.)"""

from __future__ import annotations

import base64
import math
from typing import Any

import numpy as np
import pytest

from fakeknn.errors import OpenSearchError
from fakeknn.knn import script
from fakeknn.knn.method import VectorDefinition, parse

FLOAT = parse("v", {"dimension": 2}, knn_enabled=True)
BYTE = parse("v", {"dimension": 2, "data_type": "byte"}, knn_enabled=True)
BINARY = parse("v", {"dimension": 16, "data_type": "binary"}, knn_enabled=True)
ILLEGAL, STATE = "illegal_argument_exception", "illegal_state_exception"
CAST, NULL = "class_cast_exception", "null_pointer_exception"


def cast(given: str, wanted: str) -> str:
    return (
        f"class java.lang.{given} cannot be cast to class java.{wanted} "
        f"(java.lang.{given} and java.{wanted} are in module java.base of loader 'bootstrap')"
    )


def field_type(space: str, wanted: str) -> str:
    return f"Incompatible field_type for {space} space. The {wanted}"


FLOATS_OR_BYTES = (
    "[data_type] field was set as [byte] in index mapping. But, KNN vector values are floats instead of byte "
)
ZERO = "zero vector is not supported when space type is [cosinesimil]"
NULL_CALL = 'Cannot invoke "java.lang.Number.floatValue()" because '
BITS = field_type("hammingbit", "field type must of type long or binary.")

REFUSED_SCORES: list[tuple[VectorDefinition | str | None, Any, str, str, str]] = [
    (None, [1, 2], "l2", ILLEGAL, field_type("l2", "field type must be knn_vector.")),
    ("long", [1, 2], "linf", ILLEGAL, field_type("l-inf", "field type must be knn_vector.")),
    (FLOAT, [1, 2], "hamming", ILLEGAL, field_type("hamming", "data type should be [BINARY] but got FLOAT")),
    (BYTE, [1, 2], "HAMMING", ILLEGAL, field_type("hamming", "data type should be [BINARY] but got BYTE")),
    (BINARY, [1], "cosinesimil", ILLEGAL, field_type("cosine", "data type should be [FLOAT, BYTE] but got BINARY")),
    (FLOAT, [1, 2], "hammingbit", ILLEGAL, BITS),
    (FLOAT, [1, 2], "foo", ILLEGAL, "Invalid space type. Please refer to the available space types."),
    (FLOAT, [1, 2, 3], "l2", STATE, "Object's length=3 does not match the expected length=2."),
    (FLOAT, "abc", "l2", CAST, cast("String", "util.List")),
    (FLOAT, 5, "l2", CAST, cast("Integer", "util.List")),
    (FLOAT, ["a", "b"], "l2", CAST, cast("String", "lang.Number")),
    (FLOAT, [1, None], "l2", NULL, NULL_CALL + 'the return value of "java.util.List.get(int)" is null'),
    (FLOAT, [0, 0], "cosinesimil", ILLEGAL, ZERO),
    (BYTE, [1, 2.5], "l2", ILLEGAL, FLOATS_OR_BYTES + "integers"),
    ("long", 2**63, "hammingbit", ILLEGAL, "Object cannot be parsed as a Long."),
    ("long", "5", "hammingbit", ILLEGAL, "Object cannot be parsed as a Long."),
    ("long", 5.0, "hammingbit", ILLEGAL, "Object cannot be parsed as a Long."),
    ("binary", "!!!", "hammingbit", ILLEGAL, "Illegal base64 character 21"),
    ("binary", 5, "hammingbit", CAST, cast("Integer", "lang.String")),
]


@pytest.mark.parametrize(("field", "query", "space", "kind", "reason"), REFUSED_SCORES)
def test_refused_by_knn_score(field: Any, query: Any, space: str, kind: str, reason: str) -> None:
    with pytest.raises(OpenSearchError) as refusal:
        script.knn_score({"field": "v", "space_type": space, "query_value": query}, field)
    assert (refusal.value.type, refusal.value.reason) == (kind, reason)


@pytest.mark.parametrize("missing", ["field", "space_type", "query_value"])
def test_missing_parameters(missing: str) -> None:
    params = {"field": "v", "space_type": "l2", "query_value": [1]}
    for without in ({k: v for k, v in params.items() if k != missing}, params | {missing: None}):
        with pytest.raises(OpenSearchError) as refusal:
            script.knn_score_field(without)
        assert refusal.value.reason == f"Missing parameter [{missing}]"


def test_knn_score() -> None:
    matrix = np.array([[1, 2], [4, 6]], dtype=np.float32)
    params = {"field": "v", "space_type": "L2", "query_value": [1, 2]}
    assert script.knn_score(params, FLOAT)(matrix).tolist() == [1, np.float32(1 / 26)]
    assert script.knn_score_field(params) == "v"


def test_numbers_of_scripts_have_been_doubles() -> None:
    row = script.to_row([16777217.0000000000001, 2**60 + 1, 0.1], "float", "")
    assert row.tolist() == [16777216, 2.0**60, np.float32(0.1)]


def test_hamming_bits_of_longs() -> None:
    scorer = script.knn_score({"field": "n", "space_type": "hammingbit", "query_value": 23}, "long")
    values = [23, 20, -1, 2**63 - 1]
    bits = [((value ^ 23) % 2**64).bit_count() for value in values]
    assert scorer(np.array(values)).tolist() == [np.float32(1 / (1 + count)) for count in bits]


def test_hamming_bits_of_byte_strings_are_those_of_their_integers() -> None:
    query = b"\x01\xff"
    params = {"field": "b", "space_type": "hammingbit", "query_value": base64.b64encode(query).decode()}
    values = [b"\x01\xff", b"\xff", b"", b"\x80\x00\x01", b"\x00\x01\xff"]
    wanted = [1 / (1 + (int.from_bytes(v) ^ int.from_bytes(query)).bit_count()) for v in values]
    scorer = script.knn_score(params, "binary")
    assert scorer(values).tolist() == [np.float32(score) for score in wanted]
    assert scorer(values[:1] * 3).tolist() == [1, 1, 1]


MATRIX = {"float": np.ones((1, 2), np.float32), "byte": np.ones((1, 2), np.int8), "binary": np.ones((1, 2), np.int8)}

NOT_BINARY = field_type("l2Squared", "data type should be either float or byte but got binary")


def dimension(given: int) -> str:
    return f"query vector dimension mismatch. Expected: 2, Given: {given}"


REFUSED_CALLS: list[tuple[str, str, Any, str, str]] = [
    ("l2Squared", "float", [1, 2, 3], ILLEGAL, "vector dimensions differ: 3!=2"),
    ("l1Norm", "float", [1, 2, 3], ILLEGAL, dimension(3)),
    ("lInfNorm", "byte", [1], ILLEGAL, dimension(1)),
    ("innerProduct", "float", [], ILLEGAL, dimension(0)),
    ("cosineSimilarity", "float", [1], ILLEGAL, dimension(1)),
    ("cosineSimilarity", "float", [0, 0], ILLEGAL, ZERO),
    ("l2Squared", "binary", [1, 2], ILLEGAL, NOT_BINARY),
    ("hamming", "float", [1, 2], ILLEGAL, field_type("hamming", "data type should be binary but got float")),
    ("hamming", "binary", [1], ILLEGAL, dimension(1)),
    ("l2Squared", "float", "abc", CAST, cast("String", "util.List")),
    ("l2Squared", "float", [True, 1], CAST, cast("Boolean", "lang.Number")),
    ("l2Squared", "float", [None, 1], NULL, NULL_CALL + '"val" is null'),
]


@pytest.mark.parametrize(("name", "data_type", "query", "kind", "reason"), REFUSED_CALLS)
def test_refused_by_vector_functions(name: str, data_type: str, query: Any, kind: str, reason: str) -> None:
    with pytest.raises(OpenSearchError) as refusal:
        script.VECTOR_FUNCTIONS[name](query, MATRIX[data_type], data_type)
    assert (refusal.value.type, refusal.value.reason) == (kind, reason)


def test_cosine_similarity_takes_the_squared_length_though_the_documentation_says_the_length() -> None:
    matrix = np.array([[3, 4], [0, 0]], dtype=np.float32)
    assert script.cosine_similarity([3, 4], matrix, "float", 25.0).tolist() == [1, 0]
    assert script.cosine_similarity([3, 4], matrix, "float", 5.0)[0] == np.float32(math.sqrt(5))
    assert np.isnan(script.cosine_similarity([3, 4], matrix, "float")[1])


LATE = {"mv": [[1, 0], [0.6, 0.8], []], "flat": [1, 2], "text": "x", "none": []}


def test_late_interaction() -> None:
    score = script.late_interaction_score([[1, 0], [0, 1]], "mv", LATE)
    assert score == np.float32(1 + 1 / (1 + 0.4))
    assert script.late_interaction_score([[1, 0]], "mv", LATE, "innerproduct") == 2
    assert script.late_interaction_score([[0, 2]], "mv", LATE, "cosinesimil") == np.float32(0.9)


@pytest.mark.parametrize(
    ("queries", "field", "space", "reason"),
    [
        (None, "mv", "l2", "Query vectors cannot be null"),
        ([], "mv", "l2", "Query vectors cannot be empty"),
        ([[]], "mv", "l2", "Every single vector within query vectors cannot be empty or null"),
        ([None], "mv", "l2", "Every single vector within query vectors cannot be empty or null"),
        ([[1, 0]], "", "l2", "Document field name cannot be null or empty"),
        ([[1, 0]], "zz", "l2", "Document vectors cannot be null or empty"),
        ([[1, 0]], "none", "l2", "Document vectors cannot be null or empty"),
        ([[1, 0]], "text", "l2", "Field text must contain a list of vector lists"),
        ([[1, 0]], "mv", "", "Space type cannot be null or empty"),
        ([[1, 0]], "mv", "l1", "Space type l1 does not support vector similarity function"),
        ([[1, 0]], "mv", "hamming", "Hamming space is not supported with float vectors"),
        ([[1, 0, 0]], "mv", "l2", "vector dimensions differ: 3!=2"),
        ([[1, 0]], "flat", "l2", cast("Integer", "util.List")),
    ],
)
def test_refused_by_late_interaction(queries: Any, field: str, space: str, reason: str) -> None:
    with pytest.raises(OpenSearchError) as refusal:
        script.late_interaction_score(queries, field, LATE, space)
    assert refusal.value.reason == reason
