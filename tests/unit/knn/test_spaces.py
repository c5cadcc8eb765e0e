"""Distances and scores, held to a real OpenSearch's (scores.json, see record_scores.py)."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from fakeknn.errors import IllegalArgumentException
from fakeknn.knn import arithmetic
from fakeknn.knn.script import VECTOR_FUNCTIONS
from fakeknn.knn.spaces import SPACES, get_space
from fakeknn.knn.vectors import normalized
from tests.unit.knn.record_scores import vectors

RECORDED: list[dict[str, Any]] = json.loads(Path(__file__).with_name("scores.json").read_text())


@pytest.fixture
def recorded_machine(monkeypatch: pytest.MonkeyPatch) -> None:
    """The arithmetic of the machine on which scores.json was recorded."""
    monkeypatch.setattr(arithmetic, "MACHINE", arithmetic.Machine(lanes=8, fuses_scalars=False))


def scores(case: dict[str, Any], name: str) -> np.ndarray[Any, np.dtype[np.float32]]:
    query, *rows = vectors(case)
    matrix = np.stack(rows)
    if case["engine"] == "faiss" and case["space"] == "cosinesimil":
        matrix = np.stack([normalized(row) for row in matrix])
    kind, _, space = name.partition(" ")
    if kind == "query":
        if case["engine"] == "faiss" and case["space"] == "cosinesimil":
            query = normalized(query)
        return SPACES[case["space"]].score(matrix, query, one_by_one=case["engine"] == "faiss")
    if kind == "script":
        return SPACES[space].script_score(matrix, query)
    given = query.tolist()
    if kind == "cosineSimilarity3":
        return np.abs(VECTOR_FUNCTIONS["cosineSimilarity"](given, matrix, case["data_type"], 2.5))
    return np.abs(VECTOR_FUNCTIONS[kind](given, matrix, case["data_type"]))


def reproducible(case: dict[str, Any], name: str) -> bool:
    """Whether the server's own order of adding does not change while it runs (``Machine.longest_in_order``)."""
    batched = case["engine"] == "lucene" and name == "query"
    if case["engine"] == "faiss" and case["space"] == "cosinesimil" and case["dimension"] > 16:
        return False  # the vectors are normalized by such a sum
    plain_java = ("script l1", "script linf", "script cosinesimil", "l1Norm", "lInfNorm", "cosineSimilarity3")
    return case["data_type"] != "float" or case["dimension"] <= 16 or batched or name in plain_java


SCORES = [(each["case"], name, answer) for each in RECORDED for name, answer in each["scores"].items()]
NAMES = [f"{' '.join(map(str, case.values()))} {name}" for case, name, _ in SCORES]


@pytest.mark.usefixtures("recorded_machine")
@pytest.mark.parametrize(("case", "name", "answer"), SCORES, ids=NAMES)
def test_scores_as_recorded(case: dict[str, Any], name: str, answer: list[float]) -> None:
    recorded = np.array(answer, dtype=np.float32)
    given = scores(case, name)
    assert given.dtype == np.float32
    if reproducible(case, name):
        assert np.array_equal(given, recorded)
    else:
        np.testing.assert_allclose(given, recorded, rtol=2e-6, atol=1e-6)


def f32(*values: float) -> np.ndarray[Any, np.dtype[np.float32]]:
    return np.array(values, dtype=np.float32)


@pytest.mark.parametrize(
    ("space", "raw", "score"),
    [
        ("l2", 3.0, 0.25),
        ("l2", 0.0, 1.0),
        ("l2", np.inf, 0.0),
        ("cosinesimil", 1.0, 1.0),
        ("cosinesimil", 0.0, 0.5),
        ("cosinesimil", -1.0000001, 0.0),
        ("innerproduct", -3.0, 0.25),
        ("innerproduct", 0.0, 1.0),
        ("innerproduct", 3.0, 4.0),
        ("hamming", 7.0, 0.125),
    ],
)
def test_scores_of_raw_values(space: str, raw: float, score: float) -> None:
    assert SPACES[space].to_score(f32(raw))[0] == np.float32(score)


def test_scripts_score_bytes_by_cosine_as_before_2_19() -> None:
    row = np.array([[3, 4]], dtype=np.int8)
    assert SPACES["cosinesimil"].script_score(row, row[0])[0] == 2
    assert SPACES["cosinesimil"].score(row, row[0])[0] == 1


def test_a_stored_zero_vector_has_cosine_zero_in_a_script() -> None:
    assert SPACES["cosinesimil"].script_score(np.zeros((1, 2), np.float32), f32(1, 2))[0] == 0.5


@pytest.mark.parametrize("width", [1, 2, 3, 4, 7, 8, 12, 24])
def test_differing_bits_of_any_width(width: int) -> None:
    draw = np.random.default_rng(width)
    matrix = draw.integers(-128, 128, (50, width)).astype(np.int8)
    bits = np.unpackbits(matrix.view(np.uint8), axis=1)
    assert np.array_equal(SPACES["hamming"].distance(matrix, matrix[0]), (bits != bits[0]).sum(axis=1))


def test_long_byte_vectors_are_measured_exactly() -> None:
    matrix = np.full((2, 5000), -128, dtype=np.int8)
    matrix[1] = 127
    assert np.array_equal(SPACES["l2"].distance(matrix, matrix[0]), f32(0, 5000 * 255**2))
    assert np.array_equal(SPACES["innerproduct"].distance(matrix, matrix[0]), f32(5000 * 2**14, -5000 * 127 * 128))


@pytest.mark.parametrize("space", ["l2", "l1", "linf", "cosinesimil", "innerproduct"])
@pytest.mark.parametrize("dtype", [np.float32, np.int8])
@pytest.mark.parametrize("dimension", [5, 40])
def test_a_query_for_each_row_is_measured_as_each_alone(space: str, dtype: type, dimension: int) -> None:
    draw = np.random.default_rng(0)
    matrix, queries = (draw.integers(1, 100, (30, dimension)).astype(dtype) for _ in range(2))
    together = SPACES[space].distance(matrix, queries)
    alone = [SPACES[space].distance(row[None], query)[0] for row, query in zip(matrix, queries, strict=True)]
    assert np.array_equal(together, alone)


@pytest.mark.parametrize(
    ("space", "engine", "given", "raw", "min_score"),
    [
        ("l2", "lucene", {"max_distance": 3}, 3.0, 0.25),
        ("l2", "faiss", {"max_distance": 3}, 3.0, 0.25),
        ("l2", "faiss", {"min_score": 0.25}, 3.0, 0.25),
        ("cosinesimil", "lucene", {"max_distance": 0.5}, 0.5, 0.75),
        ("cosinesimil", "faiss", {"max_distance": 0.5}, 0.5, 0.75),
        ("cosinesimil", "faiss", {"min_score": 0.75}, 0.5, 0.75),
        ("innerproduct", "lucene", {"max_distance": -3}, -3.0, 0.25),
        ("innerproduct", "lucene", {"max_distance": 3}, 3.0, 4.0),
        ("innerproduct", "faiss", {"max_distance": 3}, 3.0, 4.0),
        ("innerproduct", "faiss", {"min_score": 4}, 3.0, 4.0),
        ("innerproduct", "faiss", {"min_score": 0.25}, -3.0, 0.25),
    ],
)
def test_radius(space: str, engine: Any, given: dict[str, float], raw: float, min_score: float) -> None:
    radius = SPACES[space].radius(engine, **given)
    assert (radius.raw, radius.min_score) == (np.float32(raw), np.float32(min_score))


def test_the_rim_of_a_radius_belongs_to_it_except_in_the_native_search() -> None:
    radius = SPACES["l2"].radius("faiss", max_distance=3)
    raw, score = f32(2, 3, 4), SPACES["l2"].to_score(f32(2, 3, 4))
    assert radius.keeps(raw, score, native=False).tolist() == [True, True, False]
    assert radius.keeps(raw, score, native=True).tolist() == [True, False, False]
    radius = SPACES["innerproduct"].radius("faiss", max_distance=3)
    assert radius.keeps(raw, SPACES["innerproduct"].to_score(raw), native=True).tolist() == [False, False, True]


def test_space_names() -> None:
    assert get_space("CosineSimil") is SPACES["cosinesimil"]
    with pytest.raises(IllegalArgumentException) as refusal:
        get_space("foo")
    assert refusal.value.reason == (
        "Unable to find space: foo . Valid values are: [l2, cosinesimil, l1, linf, innerproduct, hamming]"
    )
