"""How alike two terms are, by the real server's measures."""

from __future__ import annotations

import numpy as np
import pytest

from fakeknn.search.spellchecker import DISTANCES


@pytest.mark.parametrize(
    ("measure", "term", "other", "expected"),
    [
        ("damerau_levenshtein", "quikc", "quick", 0.8),
        ("damerau_levenshtein", "abc", "abcdef", 0.0),
        ("levenshtein", "quikc", "quick", 0.6),
        ("levenshtein", "", "", 1.0),
        ("jaro_winkler", "martha", "marhta", 0.9611111),
        ("jaro_winkler", "abc", "xyz", 0.0),
        ("ngram", "abcd", "abcd", 1.0),
        ("ngram", "a", "ab", 0.5),
        ("ngram", "quikc", "quick", 0.7),
    ],
)
def test_measures_are_lucene_s(measure: str, term: str, other: str, expected: float) -> None:
    alike = DISTANCES[measure]
    assert alike is not None
    assert alike(term, other) == pytest.approx(np.float32(expected), abs=1e-6)
