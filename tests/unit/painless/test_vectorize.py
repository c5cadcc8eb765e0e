"""Scripts over columns give what they give document by document."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from fakeknn.painless import Numbers, Vectors, compile

VALUES = np.array([3, 1, 0, 7], np.int64)
PARAMS: dict[str, Any] = {"weights": [0.5, 2, 4], "terms": [1, 7], "texts": ["a"]}


class Longs:
    """One field, a long, that each document has a value of."""

    n = len(VALUES)
    score: NDArray[np.float32] = np.ones(n, np.float32)

    def kind(self, field: str) -> str | None:
        return "long" if field == "n" else None

    def numbers(self, field: str) -> Numbers:
        return Numbers(VALUES, np.ones(self.n, np.int64))

    def vectors(self, field: str) -> Vectors:
        raise AssertionError(field)


@pytest.mark.parametrize(
    ("source", "expected"),
    [
        ("double s = 0; for (w in params.weights) { s += w * doc['n'].value; } return s;", VALUES * 6.5),
        ("double s = 0; for (double w : params.weights) { s += w; } return s + doc['n'].value;", VALUES + 6.5),
        (
            "int c = 0; for (int t : params.terms) { if (doc['n'].value == t) { c += t } } return c;",
            np.where(np.isin(VALUES, (1, 7)), VALUES, 0),
        ),
    ],
)
def test_loops_over_the_numbers_of_parameters_run_on_columns(source: str, expected: Any) -> None:
    found = compile(source, "score", PARAMS).vectorize(Longs())
    assert found is not None
    assert found.tolist() == expected.tolist()


@pytest.mark.parametrize(
    "source",
    [
        "double s = 0; for (int w : params.weights) { s += w; } return s;",
        "double s = 0; for (t in params.texts) { s += 1; } return s;",
        "for (t in params.terms) { if (doc['n'].value == t) { return 1; } } return 0;",
    ],
)
def test_loops_that_differ_by_document_or_would_fail_do_not(source: str) -> None:
    assert compile(source, "score", PARAMS).vectorize(Longs()) is None
