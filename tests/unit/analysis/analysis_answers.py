"""fakeknn's answers in the form in which ``record_analysis.py`` writes the real server's."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest

from fakeknn.analysis import AnalysisRegistry, AnalyzeRequest, analyze
from fakeknn.errors import OpenSearchError
from tests.unit.analysis.record_analysis import cases, compact


def told(question: Callable[[], Any]) -> Any:
    """The answer, or the type and reason of the error and of each of its causes."""
    try:
        return question()
    except OpenSearchError as error:
        return [[link.type, link.reason] for link in error.chain()]


def analyzed(body: dict[str, Any], registry: AnalysisRegistry | None = None) -> Any:
    texts = body.get("text", [])
    request = AnalyzeRequest(**{**body, "text": [texts] if isinstance(texts, str) else texts})
    return told(lambda: compact(analyze(request, registry)))


def recorded(name: str) -> list[Any]:
    """The parameters of a test of a recording's requests."""
    return [
        pytest.param(request, answer, id=f"{i}-{json.dumps(request)[:90]}")
        for i, (request, answer) in enumerate(cases(name))
    ]
