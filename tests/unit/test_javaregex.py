"""Java's regular expressions: matches and errors of a real OpenSearch's pattern tokenizer (regexes.json)."""

from __future__ import annotations

from typing import Any

import pytest

from tests.unit.analysis.analysis_answers import analyzed, recorded


@pytest.mark.parametrize(("body", "answer"), recorded("regexes"))
def test_matches_as_recorded(body: dict[str, Any], answer: Any) -> None:
    assert analyzed(body) == answer
