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
