"""Token filters and chains of them: what a real OpenSearch makes of texts (filters.json, see record_analysis.py)."""

from __future__ import annotations

from typing import Any

import pytest

from tests.unit.analysis.analysis_answers import analyzed, recorded


@pytest.mark.parametrize(("body", "answer"), recorded("filters"))
def test_tokens_as_recorded(body: dict[str, Any], answer: Any) -> None:
    assert analyzed(body) == answer
