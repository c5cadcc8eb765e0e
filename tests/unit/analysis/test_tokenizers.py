"""Tokenizers: what a real OpenSearch makes of texts (tokenizers.json, see record_analysis.py)."""

from __future__ import annotations

from typing import Any

import pytest

from tests.unit.analysis.analysis_answers import analyzed, recorded


@pytest.mark.parametrize(("body", "answer"), recorded("tokenizers"))
def test_tokens_as_recorded(body: dict[str, Any], answer: Any) -> None:
    assert analyzed(body) == answer
