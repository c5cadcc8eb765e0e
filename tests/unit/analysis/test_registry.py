"""The analyzers of an index: settings that a real OpenSearch takes and refuses (settings.json), names, gaps."""

from __future__ import annotations

import json
from typing import Any

import pytest

from fakeknn.analysis import AnalysisRegistry, Analyzer, AnalyzeRequest, analyze, global_analyzer
from fakeknn.errors import NotFaked
from tests.unit.analysis.analysis_answers import recorded, told
from tests.unit.analysis.record_analysis import INDEX


def made(settings: dict[str, Any]) -> str:
    AnalysisRegistry(settings, index=INDEX)
    return "made"


def not_faked(settings: dict[str, Any]) -> bool:
    """Whether an analyzer uses a filter that is known and not faked."""
    text = json.dumps(settings)
    return '"tokenizer"' in text and ('"kstem"' in text or '"min_hash"' in text)


CASES = recorded("settings")


@pytest.mark.parametrize(("settings", "answer"), [case for case in CASES if not not_faked(case.values[0])])
def test_settings_as_recorded(settings: dict[str, Any], answer: Any) -> None:
    assert told(lambda: made(settings)) == answer


@pytest.mark.parametrize(("settings", "answer"), [case for case in CASES if not_faked(case.values[0])])
def test_what_is_not_faked_is_refused(settings: dict[str, Any], answer: Any) -> None:
    with pytest.raises(NotFaked):
        made(settings)


def registry(**analysis: Any) -> AnalysisRegistry:
    return AnalysisRegistry({"index": {"analysis": analysis}}, index=INDEX)


def found(analyzer: Analyzer | None) -> Analyzer:
    assert analyzer is not None
    return analyzer


def test_flat_and_nested_settings_are_the_same() -> None:
    nested = registry(analyzer={"a": {"tokenizer": "whitespace", "filter": ["lowercase"]}})
    flat = AnalysisRegistry(
        {"index.analysis.analyzer.a.tokenizer": "whitespace", "index.analysis.analyzer.a.filter": ["lowercase"]}
    )
    assert found(nested.analyzer("a")).terms("A-b C") == found(flat.analyzer("a")).terms("A-b C") == ["a-b", "c"]


def test_default_analyzers() -> None:
    plain = registry()
    assert plain.default.terms("A-b") == ["a", "b"]
    assert plain.default_search is plain.default_search_quoted is None
    own = registry(
        analyzer={
            "default": {"type": "keyword"},
            "default_search": {"type": "whitespace"},
            "default_search_quoted": {"type": "simple"},
        }
    )
    assert own.default.terms("A b") == ["A b"]
    assert found(own.default_search).terms("A b") == ["A", "b"]
    assert found(own.default_search_quoted).terms("A1 b") == ["a", "b"]


def test_names_that_are_not_there() -> None:
    plain = registry(normalizer={"n": {"filter": ["uppercase"]}})
    assert plain.analyzer("nope") is None
    assert plain.normalizer("nope") is None
    assert plain.tokenizer("nope") is None
    assert plain.filter("nope") is None
    assert plain.char_filter("nope") is None
    assert global_analyzer("nope") is None


def test_normalizers_make_one_term() -> None:
    analysis = registry(
        normalizer={"n": {"filter": ["uppercase", "asciifolding"], "char_filter": ["c"]}},
        char_filter={"c": {"type": "mapping", "mappings": ["ß=>sz"]}},
    )
    assert found(analysis.normalizer("n")).normalize("Größe é") == "GROSZE E"
    assert found(analysis.normalizer("lowercase")).normalize("ÄB c") == "äb c"


def test_an_analyzer_of_the_index_comes_before_the_preconfigured_one() -> None:
    analysis = registry(
        analyzer={"standard": {"type": "keyword"}, "a": {"tokenizer": "standard", "filter": ["lowercase"]}},
        tokenizer={"standard": {"type": "keyword"}},
        filter={"lowercase": {"type": "uppercase"}},
    )
    assert found(analysis.analyzer("standard")).terms("A b") == ["A b"]
    assert found(analysis.analyzer("a")).terms("A b") == ["A B"]


def test_gaps_between_values() -> None:
    analysis = registry(analyzer={"near": {"tokenizer": "standard", "position_increment_gap": 3}})
    assert found(analysis.analyzer("standard")).positions(["a b", "c"], None) == [("a", 0), ("b", 1), ("c", 102)]
    near = found(analysis.analyzer("near"))
    assert near.positions(["a b", "c"], None) == [("a", 0), ("b", 1), ("c", 5)]
    assert near.positions(["a b", "c"], 0) == [("a", 0), ("b", 1), ("c", 2)]
    assert near.positions(["a", "", "b", "c d", "e"], 1) == [("a", 0), ("b", 3), ("c", 5), ("d", 6), ("e", 8)]
    assert [(token.term, token.position, token.start) for token in near.analyze_values(["a b", "c"])] == [
        ("a", 0, 0),
        ("b", 1, 2),
        ("c", 5, 4),
    ]


def test_holes_at_the_end_of_a_value_count() -> None:
    analysis = registry()
    assert found(analysis.analyzer("stop")).positions(["a fox the", "dog"], 10) == [("fox", 1), ("dog", 13)]


def test_analyzers_of_the_index_in_a_request() -> None:
    analysis = registry(
        analyzer={"a": {"tokenizer": "t", "filter": ["f"]}},
        tokenizer={"t": {"type": "pattern", "pattern": "-"}},
        filter={"f": {"type": "stop", "stopwords": ["b"]}},
        normalizer={"n": {"filter": ["uppercase"]}},
    )
    for request, expected in [
        (AnalyzeRequest(text=["a-b-c"], analyzer="a"), ["a", "c"]),
        (AnalyzeRequest(text=["a-b"], tokenizer="t"), ["a", "b"]),
        (AnalyzeRequest(text=["a b"], tokenizer="standard", filter=["f"]), ["a"]),
        (AnalyzeRequest(text=["a b"], normalizer="n"), ["A B"]),
        (AnalyzeRequest(text=["a b"], field="nope"), ["a", "b"]),
    ]:
        assert [token["token"] for token in analyze(request, analysis)["tokens"]] == expected
