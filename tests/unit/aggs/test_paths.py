"""Paths through aggregations."""

from __future__ import annotations

import pytest

from fakeknn.aggs.paths import parse_path
from fakeknn.errors import AggregationExecutionException, IllegalArgumentException


@pytest.mark.parametrize(
    ("path", "elements"),
    [
        ("a", [("a", None)]),
        ("a>b.c", [("a", None), ("b", "c")]),
        ("a.b>c", [("a.b", None), ("c", None)]),
        ("a['k']>b", [("a", "'k'"), ("b", None)]),
        ("a > b", [("a", None), ("b", None)]),
        ("a>b[50.0]", [("a", None), ("b", "50.0")]),
    ],
)
def test_parse(path: str, elements: list[tuple[str, str | None]]) -> None:
    assert [(element.name, element.key) for element in parse_path(path)] == elements


@pytest.mark.parametrize("path", ["[a", "a[", "a[]", ".a", "a."])
def test_malformed(path: str) -> None:
    with pytest.raises(AggregationExecutionException, match="Invalid path element"):
        parse_path(path)


def test_nothing() -> None:
    with pytest.raises(IllegalArgumentException):
        parse_path("")
