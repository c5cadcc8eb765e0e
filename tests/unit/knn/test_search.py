"""The table of decisions, walked."""

from __future__ import annotations

from dataclasses import replace
from math import log
from typing import Any

import pytest

from fakeknn.knn.method import parse
from fakeknn.knn.request import Rescore
from fakeknn.knn.search import (
    MAX_DISTANCE_COMPUTATIONS,
    Decision,
    Situation,
    Way,
    decide,
    explain_faiss,
    explain_lucene,
    fall_back,
    leaf_k,
)

LUCENE = Situation("lucene", vectors=100_000, dimension=128, k=100)
FAISS = Situation("faiss", vectors=100_000, dimension=128, k=10)
MOST = MAX_DISTANCE_COMPUTATIONS // 128


@pytest.mark.parametrize(
    ("changes", "way"),
    [
        ({}, Way.GRAPH),
        ({"vectors": 0}, Way.NOTHING),
        ({"passing": 0}, Way.NOTHING),
        ({"vectors": 100}, Way.EXACT),
        ({"vectors": 101}, Way.EXACT),  # a graph of so few would be visited nearly whole
        ({"vectors": 647}, Way.EXACT),
        ({"vectors": 648}, Way.GRAPH),
        ({"passing": 100}, Way.EXACT),
        ({"passing": int(log(100_000) * 100)}, Way.EXACT),
        ({"passing": int(log(100_000) * 100) + 1}, Way.ACORN),
        ({"passing": 40_000}, Way.ACORN),
        ({"passing": 40_001}, Way.FILTERED_GRAPH),
        ({"passing": 100_000}, Way.GRAPH),
        ({"k": None}, Way.GRAPH),
        ({"k": None, "passing": 1}, Way.ACORN),
        ({"k": None, "passing": 0}, Way.NOTHING),
        ({"k": 10_000}, Way.EXACT),
    ],
)
def test_lucene(changes: dict[str, Any], way: Way) -> None:
    assert decide(replace(LUCENE, **changes)).way is way


@pytest.mark.parametrize(
    ("changes", "way", "explanation"),
    [
        ({}, Way.GRAPH, "Approximate-NN"),
        ({"passing": 0}, Way.NOTHING, None),
        ({"passing": 10}, Way.EXACT, "Exact since filteredIds = 10 is less than or equal to K = 10"),
        (
            {"passing": 11},
            Way.EXACT,
            "Exact since max distance computation = 2048000 is greater than or equal to estimated distance "
            f"computations = {11 * 128}",
        ),
        ({"passing": MOST}, Way.EXACT, None),
        ({"passing": MOST + 1}, Way.ACORN, "Approximate-NN"),
        ({"passing": 50_000}, Way.FILTERED_GRAPH, "Approximate-NN"),
        ({"passing": 100_000}, Way.GRAPH, "Approximate-NN"),
        ({"k": None, "passing": 10, "filtered_exact_search_threshold": 5}, Way.ACORN, "Approximate-NN"),
        (
            {"passing": 500, "filtered_exact_search_threshold": 500},
            Way.EXACT,
            "Exact since filtered threshold value = 500 is greater than or equal to estimated distance "
            "computations = 500",
        ),
        ({"passing": 501, "filtered_exact_search_threshold": 500}, Way.ACORN, "Approximate-NN"),
        ({"passing": 501, "filtered_exact_search_threshold": 0}, Way.ACORN, "Approximate-NN"),
        ({"passing": 10, "filtered_exact_search_threshold": 0}, Way.EXACT, None),
        ({"has_graph": False}, Way.EXACT, "Exact since no native engine files are available"),
        ({"has_graph": False, "k": None}, Way.EXACT, "Exact since no native engine files are available"),
        (
            {"has_graph": False, "passing": MOST + 1},
            Way.EXACT,
            "Exact since no native engine files are availableExact since the number of documents returned are "
            f"less than K = 10 and there are more than K filtered Ids = {MOST + 1}",
        ),
    ],
)
def test_faiss(changes: dict[str, Any], way: Way, explanation: str | None) -> None:
    decision = decide(replace(FAISS, **changes))
    assert decision.way is way
    assert explanation is None or decision.explanation == explanation


@pytest.mark.parametrize(
    ("k", "share", "expected"), [(100, 1.0, 100), (100, 0.5, 100), (100, 0.1, 58), (10, 0.001, 1), (10_000, 0.25, 3192)]
)
def test_what_a_segment_is_asked_for(k: int, share: float, expected: int) -> None:
    assert leaf_k(k, share) == expected


def test_lucene_limits_a_filtered_search() -> None:
    assert decide(replace(LUCENE, passing=50_000)).visit_limit == 50_001
    assert decide(replace(LUCENE, passing=50_000, k=None)).visit_limit == 50_000
    assert decide(LUCENE).visit_limit is None


def test_lucene_falls_back() -> None:
    filtered = replace(LUCENE, passing=50_000)
    first = decide(filtered)
    assert fall_back(filtered, first, 100) is None
    for then in (fall_back(filtered, first, 99), fall_back(filtered, first, 100, complete=False)):
        assert then is not None
        assert then.way is Way.EXACT
    assert fall_back(LUCENE, decide(LUCENE), 5) is None


def test_faiss_falls_back() -> None:
    filtered = replace(FAISS, passing=50_000)
    first = decide(filtered)
    assert fall_back(filtered, first, 10) is None
    then = fall_back(filtered, first, 9)
    assert then is not None
    assert then.way is Way.EXACT
    assert then.explanation == (
        "Exact since the number of documents returned are less than K = 10 and there are more than K filtered Ids = "
        "50000"
    )
    disabled = replace(filtered, disable_exact_search=True)
    then = fall_back(disabled, decide(disabled), 9)
    assert then is not None
    assert then.way is Way.FILTERED_GRAPH
    assert "exact search is disabled" in then.explanation
    radial = replace(filtered, k=None)
    assert fall_back(radial, decide(radial), 0) is None


# --- explanations: the texts of the exact ways as a real server gave them ---------------------------------------------

FIELD = parse("v", {"dimension": 2}, knn_enabled=True)
EXACT = decide(Situation("faiss", 3, 2, 2, passing=2))


def test_explanations() -> None:
    assert explain_lucene(0.5, 3) == {"value": 0.5, "description": "within top 3 docs", "details": []}
    assert explain_lucene(0.5, None)["description"] == "Score above threshold"
    assert explain_faiss(0.5, FIELD, EXACT) == {
        "value": 0.5,
        "description": "the type of knn search executed was Approximate-NN",
        "details": [
            {
                "value": 0.5,
                "description": "the type of knn search executed at leaf was Exact since filteredIds = 2 is less than "
                "or equal to K = 2 with vectorDataType = FLOAT, spaceType = l2",
                "details": [],
            }
        ],
    }


def test_explanation_of_a_radius_and_of_a_rescored_search() -> None:
    radial = explain_faiss(0.5, FIELD, EXACT, radius=3)
    assert radial["description"] == "the type of knn search executed was Radial with the radius of 3.0"
    rescored = explain_faiss(0.5, FIELD, EXACT, rescore=Rescore(1.0), k=2)
    assert rescored["description"] == (
        "the type of knn search executed was Disk-based and the first pass k was 100 with vector dimension of 2, over "
        "sampling factor of 1.0, shard level rescoring enabled"
    )
    assert explain_faiss(0.5, FIELD, EXACT, rescore=Rescore(enabled=False), k=2)["description"].endswith("disabled")


@pytest.mark.parametrize(
    ("space", "raw", "shown", "formula"),
    [
        ("l2", 3.0, 3.0, "`1 / (1 + rawScore)`"),
        ("cosinesimil", 0.5, 0.5, "`Math.max((2.0F - rawScore) / 2.0F, 0.0F)`"),
        ("innerproduct", 3.0, -3.0, "`-rawScore + 1`"),
        ("innerproduct", -3.0, 3.0, "`1 / (1 + rawScore)`"),
    ],
)
def test_explanation_of_a_hit_from_the_graph(space: str, raw: float, shown: float, formula: str) -> None:
    field = parse("v", {"dimension": 2, "space_type": space}, knn_enabled=True)
    leaf = explain_faiss(0.25, field, Decision(Way.GRAPH, "", 2), raw=raw)["details"][0]
    assert leaf["description"] == (
        "the type of knn search executed at leaf was Approximate-NN with vectorDataType = FLOAT, spaceType = "
        f"{space} where score is computed as {formula} from:"
    )
    assert leaf["details"] == [{"value": shown, "description": "rawScore, returned from FAISS library", "details": []}]
