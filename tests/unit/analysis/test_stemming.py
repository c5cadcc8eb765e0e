"""Stemmers and normalizations: what a real OpenSearch makes of words, many endings of each language (stems.json)."""

from __future__ import annotations

from typing import Any

import pytest

from fakeknn.analysis import AnalyzeRequest, analyze
from fakeknn.errors import NotFaked
from tests.unit.analysis.analysis_answers import recorded


@pytest.mark.parametrize(("request_", "answer"), recorded("stems"))
def test_stems_as_recorded(request_: Any, answer: str) -> None:
    definition, words = request_
    tokens = analyze(AnalyzeRequest(text=[words], tokenizer="whitespace", filter=[definition]))["tokens"]
    stems = [token["token"] for token in tokens]
    assert dict(zip(words.split(), stems, strict=True)) == dict(zip(words.split(), answer.split(" "), strict=True))


@pytest.mark.parametrize("definition", ["kstem", {"type": "stemmer", "language": "light_english"}])
def test_kstem_is_refused(definition: Any) -> None:
    with pytest.raises(NotFaked, match="KStem"):
        analyze(AnalyzeRequest(text=["running"], tokenizer="whitespace", filter=[definition]))
