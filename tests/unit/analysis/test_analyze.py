"""``_analyze``: named analyzers, custom ones, explanations and refusals of a real OpenSearch (analyze.json)."""

from __future__ import annotations

from typing import Any

import pytest

from fakeknn.analysis import AnalysisRegistry, Analyzer, AnalyzeRequest, analyze
from fakeknn.errors import IllegalStateException, NotFaked
from tests.unit.analysis.analysis_answers import analyzed, recorded


@pytest.mark.parametrize(("body", "answer"), recorded("analyze"))
def test_answers_as_recorded(body: dict[str, Any], answer: Any) -> None:
    assert analyzed(body) == answer


def test_the_analyzer_of_a_field_and_its_gap() -> None:
    registry = AnalysisRegistry({})
    asked = []

    def of_field(name: str) -> tuple[Analyzer, int] | None:
        asked.append(name)
        found = registry.analyzer("whitespace")
        assert found is not None
        return (found, 7) if name == "f" else None

    tokens = analyze(AnalyzeRequest(text=["A-b", "C"], field="f"), registry, of_field)["tokens"]
    assert [(token["token"], token["position"]) for token in tokens] == [("A-b", 0), ("C", 8)]
    tokens = analyze(AnalyzeRequest(text=["A-b", "C"], field="g"), registry, of_field)["tokens"]
    assert [(token["token"], token["position"]) for token in tokens] == [("a", 0), ("b", 1), ("c", 102)]
    assert asked == ["f", "g"]


def test_as_many_tokens_as_are_allowed() -> None:
    assert len(analyze(AnalyzeRequest(text=["a b"]), max_token_count=2)["tokens"]) == 2
    with pytest.raises(IllegalStateException, match=r"exceeded the allowed maximum of \[2\]"):
        analyze(AnalyzeRequest(text=["a b", "c"]), max_token_count=2)


@pytest.mark.parametrize(
    "request_",
    [
        AnalyzeRequest(text=["a"], tokenizer="thai"),
        AnalyzeRequest(text=["a"], analyzer="thai"),
        AnalyzeRequest(text=["a"], tokenizer="keyword", filter=["min_hash"]),
    ],
)
def test_what_is_not_faked_is_refused(request_: AnalyzeRequest) -> None:
    with pytest.raises(NotFaked):
        analyze(request_)
