"""The members of a knn query, held to a real OpenSearch's answers (vectors.json, see record_vectors.py)."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from fakeknn.errors import OpenSearchError
from fakeknn.knn import request
from fakeknn.knn.method import parse
from fakeknn.query.knn import parse_members
from fakeknn.xcontent import settle

RECORDED: dict[str, Any] = json.loads(Path(__file__).with_name("vectors.json").read_text())
FIELDS = {name: parse(name, definition, knn_enabled=True) for name, definition in RECORDED["fields"].items()}


def refusal(case: dict[str, Any]) -> list[list[str | None]]:
    body = case["body"].encode()
    root = json.loads(body)
    try:
        ask(case["field"], root["query"]["knn"])
    except OpenSearchError as error:
        settle(error, body, root)
        return [[link.type, link.reason] for link in error.chain()]
    return []


def ask(field: str, query: dict[str, Any]) -> None:
    """What becomes of a query, but for the search."""
    read = parse_members(query, field)
    expand_nested_docs = read.pop("expand_nested_docs", False)
    vector = read.pop("vector", None)
    request.check(vector, **read)
    prepared = request.prepare(FIELDS[field], vector, **read)
    request.check_made(FIELDS[field], prepared, nested=False, expand_nested_docs=expand_nested_docs)


@pytest.mark.parametrize("case", RECORDED["queries"], ids=lambda case: case["body"])
def test_refused_as_recorded(case: dict[str, Any]) -> None:
    recorded = [[link["type"], link["reason"]] for link in case["refused"]]
    if recorded and recorded[0][0] == "search_phase_execution_exception":
        recorded = recorded[2:]  # the shard's failure, and its query_shard_exception
    assert refusal(case) == recorded


@pytest.mark.parametrize(
    ("rescore", "k", "dimension", "disabled", "first"),
    [
        (request.Rescore(), 10, 3, False, 100),
        (request.Rescore(5.0), 30, 3, False, 150),
        (request.Rescore(100.0), 5000, 3, False, 10_000),
        (request.Rescore(5.0), 100, 3, True, 300),
        (request.Rescore(5.0), 100, 768, True, 200),
        (request.Rescore(5.0), 100, 1000, True, 100),
        (request.Rescore(5.0, user_provided=True), 100, 1000, True, 500),
        (request.Rescore(1.001), 1000, 3, False, 1002),
        (request.Rescore(float("nan")), 10, 3, False, 100),
    ],
)
def test_first_pass(rescore: request.Rescore, k: int, dimension: int, disabled: bool, first: int) -> None:
    assert rescore.first_pass_k(k, dimension, shard_level_rescoring_disabled=disabled) == first


@pytest.mark.parametrize(
    ("definition", "factor"),
    [
        ({"dimension": 8}, None),
        ({"dimension": 8, "compression_level": "32x"}, None),
        ({"dimension": 8, "mode": "in_memory", "compression_level": "8x"}, None),
        ({"dimension": 8, "mode": "on_disk"}, 5.0),
        ({"dimension": 1000, "mode": "on_disk"}, 5.0),
        ({"dimension": 1001, "mode": "on_disk"}, 3.0),
        ({"dimension": 1001, "mode": "on_disk", "compression_level": "8x"}, 2.0),
        ({"dimension": 1001, "mode": "on_disk", "compression_level": "16x"}, 3.0),
        ({"dimension": 8, "mode": "on_disk", "compression_level": "2x"}, None),
        ({"dimension": 8, "mode": "on_disk", "compression_level": "4x"}, 1.0),
        ({"dimension": 8, "mode": "on_disk", "engine": "lucene"}, 1.0),
    ],
)
def test_default_rescoring(definition: dict[str, Any], factor: float | None) -> None:
    rescore = request.default_rescore(parse("v", definition, knn_enabled=True))
    assert (rescore and rescore.oversample_factor) == factor
