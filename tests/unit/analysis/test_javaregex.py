"""Java's regular expressions: matches and errors of a real OpenSearch's pattern tokenizer (regexes.json)."""

from __future__ import annotations

from typing import Any

import pytest

from fakeknn.errors import NotFaked
from tests.unit.analysis.analysis_answers import analyzed, recorded

#: What the translation refuses: a quantifier of a quantifier.
NOT_FAKED = {"a{1}{2}"}
CASES = recorded("regexes")


def refused(case: Any) -> bool:
    return case.values[0]["tokenizer"]["pattern"] in NOT_FAKED


@pytest.mark.parametrize(("body", "answer"), [case for case in CASES if not refused(case)])
def test_matches_as_recorded(body: dict[str, Any], answer: Any) -> None:
    assert analyzed(body) == answer


@pytest.mark.parametrize(("body", "answer"), [case for case in CASES if refused(case)])
def test_what_is_not_faked_is_refused(body: dict[str, Any], answer: Any) -> None:
    with pytest.raises(NotFaked):
        analyzed(body)
