"""Vectors of documents, held to a real OpenSearch's answers (vectors.json, see record_vectors.py)."""

from __future__ import annotations

import json
from decimal import Decimal
from fractions import Fraction
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from fakeknn.errors import NumberFormatException, OpenSearchError, Where
from fakeknn.knn import arithmetic
from fakeknn.knn.method import VectorDefinition, parse
from fakeknn.knn.vectors import nearest_float, normalized, parse_float, parse_vector, to_floats
from fakeknn.xcontent import java_string, locate, number_text

RECORDED: dict[str, Any] = json.loads(Path(__file__).with_name("vectors.json").read_text())
FIELDS: dict[str, VectorDefinition] = {
    name: parse(name, definition, knn_enabled=True) for name, definition in RECORDED["fields"].items()
}


def answer(case: dict[str, Any]) -> dict[str, Any]:
    body = f'{{"{case["field"]}": {case["value"]}}}'.encode()
    root = json.loads(body)
    try:
        row = parse_vector(
            root[case["field"]],
            FIELDS[case["field"]],
            raw=lambda container, key: number_text(body, root, Where(container, key)) or "",
        )
    except OpenSearchError as refusal:
        if refusal.at is not None:
            refusal.locate(*(locate(body, root, refusal.at) or (0, 0)))
        preview = refusal.preview  # type: ignore[attr-defined]
        outer = (
            f"failed to parse field [{case['field']}] of type [knn_vector] in document with id '1'. "
            f"Preview of field's value: '{'null' if preview is None else java_string(preview)}'"
        )
        return {"refused": [["mapper_parsing_exception", outer], [refusal.type, refusal.reason]]}
    if row is None:
        return {"stored": None}
    return {"stored": [number.item() for number in row]}


def expected(case: dict[str, Any]) -> dict[str, Any]:
    if "refused" in case:
        return {"refused": [[link["type"], link["reason"]] for link in case["refused"]]}
    if case["stored"] is None or FIELDS[case["field"]].data_type != "float":
        return {"stored": case["stored"]}
    return {"stored": [np.float32(number).item() for number in case["stored"]]}


@pytest.fixture
def recorded_machine(monkeypatch: pytest.MonkeyPatch) -> None:
    """The arithmetic of the machine on which vectors.json was recorded."""
    monkeypatch.setattr(arithmetic, "MACHINE", arithmetic.Machine(lanes=8, fuses_scalars=False))


@pytest.mark.usefixtures("recorded_machine")
@pytest.mark.parametrize("case", RECORDED["documents"], ids=lambda case: f"{case['field']}: {case['value']}")
def test_documents_as_recorded(case: dict[str, Any]) -> None:
    assert answer(case) == expected(case)


@given(st.decimals(allow_nan=False, allow_infinity=False, min_value=-(10**39), max_value=10**39))
def test_a_decimal_becomes_the_nearest_float(number: Decimal) -> None:
    near = nearest_float(number)
    if np.isinf(near):
        assert abs(number) >= Decimal(2) ** 128 - Decimal(2) ** 103
        return
    gap = abs(Fraction(number) - Fraction(float(near)))
    for other in (np.nextafter(near, np.float32(np.inf)), np.nextafter(near, np.float32(-np.inf))):
        if np.isfinite(other):
            assert gap <= abs(Fraction(number) - Fraction(float(other)))


def test_a_double_halfway_between_two_floats_is_decided_by_its_text() -> None:
    # Both texts are the same double; Jackson's way through a double would give 16777216 twice.
    assert to_floats([16777217.0], lambda container, key: "16777217.0000000000001")[0] == 16777218
    assert to_floats([16777217.0], lambda container, key: "16777216.9999999999999")[0] == 16777216
    assert to_floats([16777217.0])[0] == 16777216


def test_long_integers_are_not_rounded_twice() -> None:
    assert to_floats([9007199791611905])[0] == np.float32(9007200328482816)
    assert to_floats([10**400])[0] == np.inf


@pytest.mark.parametrize("text", ["", " ", "a", "1_0", "1,0", "١", "0x1", "1e", "--1", "NaN1"])
def test_what_java_cannot_read_as_a_float(text: str) -> None:
    with pytest.raises(NumberFormatException):
        parse_float(text)


def test_normalizing_leaves_what_is_nearly_of_length_one() -> None:
    almost = np.array([0.6, 0.80001], dtype=np.float32)
    assert np.array_equal(normalized(almost), almost)
    assert np.array_equal(normalized(np.array([3, 4], dtype=np.float32)), np.array([0.6, 0.8], dtype=np.float32))
