"""The definitions of knn_vector fields, held to a real OpenSearch's answers (mappings.json, see record_mappings.py)."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import pytest

from fakeknn.errors import OpenSearchError
from fakeknn.knn import method

CASES: list[dict[str, Any]] = json.loads(Path(__file__).with_name("mappings.json").read_text())


def described(case: dict[str, Any]) -> str:
    return json.dumps(case["definition"]) + ("" if case["knn"] else " without index.knn")


def answer(case: dict[str, Any]) -> dict[str, Any]:
    try:
        definition = method.parse("v", {"type": "knn_vector", **case["definition"]}, knn_enabled=case["knn"])
    except OpenSearchError as refusal:
        return {"type": refusal.type, "reason": refusal.reason}
    return {"echo": definition.echo(), "echo_with_defaults": definition.echo(include_defaults=True)}


def normal(text: str) -> str:
    return re.sub(r"URLClassLoader @\w+", "URLClassLoader @0", text)


@pytest.mark.parametrize("case", CASES, ids=described)
def test_answers_as_recorded(case: dict[str, Any]) -> None:
    expected = {name: value for name, value in case.items() if name not in ("definition", "knn")}
    given = answer(case)
    assert normal(json.dumps(given)) == normal(json.dumps(expected))


LUCENE = {"dimension": 3, "space_type": "l2", "method": {"name": "hnsw", "engine": "lucene", "parameters": {"m": 16}}}


@pytest.mark.parametrize(
    ("before", "after", "lines"),
    [
        (LUCENE, LUCENE, []),
        (LUCENE, LUCENE | {"meta": {"a": "b"}}, []),
        (LUCENE, LUCENE | {"dimension": 4}, ["Cannot update parameter [dimension] from [3] to [4]"]),
        (
            LUCENE,
            LUCENE | {"method": {"name": "hnsw", "engine": "lucene", "parameters": {"m": 17}}},
            ["Cannot update parameter [method] from [hnsw] to [hnsw]"],
        ),
        (
            LUCENE,
            {"dimension": 3},
            [
                "Cannot update parameter [method] from [hnsw] to [null]",
                "Cannot update parameter [space_type] from [l2] to [undefined]",
            ],
        ),
        (
            {"dimension": 3},
            {"dimension": 3, "data_type": "byte"},
            ["Cannot update parameter [data_type] from [FLOAT] to [BYTE]"],
        ),
        (
            {"dimension": 3},
            {"dimension": 3, "mode": "on_disk"},
            ["Cannot update parameter [mode] from [null] to [on_disk]"],
        ),
        (
            {"dimension": 3},
            {"dimension": 3, "store": True},
            ["Cannot update parameter [store] from [false] to [true]"],
        ),
    ],
)
def test_conflicts(before: dict[str, Any], after: dict[str, Any], lines: list[str]) -> None:
    definitions = [method.parse("v", definition, knn_enabled=True) for definition in (before, after)]
    assert definitions[0].conflicts(definitions[1]) == lines


@pytest.mark.parametrize(
    ("definition", "resolved"),
    [
        ({}, ("faiss", "l2", "flat", "1x", 100)),
        ({"data_type": "binary"}, ("faiss", "hamming", "flat", "1x", 100)),
        ({"mode": "on_disk"}, ("faiss", "l2", "binary", "32x", 256)),
        ({"mode": "in_memory"}, ("faiss", "l2", "flat", "1x", 100)),
        ({"compression_level": "2x"}, ("faiss", "l2", "sq", "2x", 100)),
        ({"compression_level": "8x"}, ("faiss", "l2", "binary", "8x", 256)),
        ({"compression_level": "4x"}, ("lucene", "l2", "sq", "4x", 100)),
        ({"engine": "lucene", "mode": "on_disk"}, ("lucene", "l2", "sq", "4x", 100)),
        ({"engine": "lucene"}, ("lucene", "l2", None, "1x", 100)),
        ({"engine": "nmslib", "space_type": "l1"}, ("nmslib", "l1", None, "1x", 100)),
        ({"method": {"name": "hnsw", "parameters": {"ef_construction": 7}}}, ("faiss", "l2", "flat", "1x", 7)),
    ],
)
def test_what_follows_from_a_definition(definition: dict[str, Any], resolved: tuple[Any, ...]) -> None:
    field = method.parse("v", {"dimension": 8, **definition}, knn_enabled=True)
    encoder = field.encoder.name if field.encoder else None
    assert (field.engine, field.space.name, encoder, field.compression, field.ef_construction) == resolved
    assert field.m == 16


def test_bits_of_the_binary_encoder() -> None:
    for level, bits in (("8x", 4), ("16x", 2), ("32x", 1)):
        field = method.parse("v", {"dimension": 8, "compression_level": level}, knn_enabled=True)
        assert field.quantized
        assert field.encoder is not None
        assert field.encoder.get("bits") == bits


def test_what_is_done_to_vectors() -> None:
    def field(**definition: Any) -> method.VectorDefinition:
        return method.parse("v", {"dimension": 8, **definition}, knn_enabled=True)

    assert field(space_type="cosinesimil").normalizes
    assert not field(space_type="cosinesimil", engine="lucene").normalizes
    assert field(compression_level="2x").half_float
    assert not field(compression_level="2x").clips
    clipping = {"name": "hnsw", "parameters": {"encoder": {"name": "sq", "parameters": {"clip": True}}}}
    assert field(method=clipping).clips
    assert field(data_type="binary").width == 1
    assert field(data_type="byte").width == 8


def test_a_field_without_index_knn() -> None:
    field = method.parse("v", {"dimension": 8, "space_type": "linf"}, knn_enabled=False)
    assert (field.engine, field.component, field.doc_values, field.space.name) == (None, None, True, "linf")


def test_forbidden_characters_in_the_path() -> None:
    with pytest.raises(OpenSearchError) as refusal:
        method.parse("b", {"dimension": 3}, knn_enabled=False, full_name="a b.b")
    assert refusal.value.reason == (
        "Vector field name must not include invalid characters of "
        "[' ', '\"', '*', '\\', '<', '|', ',', '>', '/', '?']. "
        "Provided field name=[a b.b] had a disallowed character [ ]"
    )


def test_nmslib_before_3_0() -> None:
    definition = {"dimension": 3, "method": {"name": "hnsw", "engine": "nmslib", "space_type": "l1"}}
    assert method.parse("v", definition, knn_enabled=True, version=(2, 19, 0)).engine == "nmslib"
