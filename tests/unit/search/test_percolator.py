"""Which percolate queries a hit is asked for, and what a stored query may be."""

from __future__ import annotations

from typing import Any

import pytest

from fakeknn import api
from fakeknn.query.parsing import parse_query
from fakeknn.search.percolator import percolators

api.load()

ONE = {"percolate": {"field": "q", "document": {}, "name": "one"}}
TWO = {"percolate": {"field": "q", "document": {}, "name": "two"}}


@pytest.mark.parametrize(
    ("query", "names"),
    [
        ({"bool": {"should": [ONE], "must": [TWO], "must_not": [ONE]}}, ["two", "one"]),
        ({"constant_score": {"filter": {"dis_max": {"queries": [ONE, TWO]}}}}, ["one", "two"]),
        ({"boosting": {"positive": ONE, "negative": TWO, "negative_boost": 0.5}}, ["one"]),
        ({"function_score": {"query": TWO}}, ["two"]),
        ({"match_all": {}}, []),
    ],
)
def test_percolators(query: dict[str, Any], names: list[str]) -> None:
    """As a visitor of Lucene's tree comes upon them: what must not match is passed over."""
    assert [found.slots for found in percolators(parse_query({"query": query}, "query"))] == names
