"""Combinations of values, and the order in which they are numbered."""

from __future__ import annotations

import itertools
import random

import numpy as np

from fakeknn.aggs.composite import _numbered, combined, factory_class
from fakeknn.aggs.composite_sources import Dimension


def test_every_combination_of_a_document_s_values() -> None:
    rng = random.Random(5)
    n = 40
    values = [[sorted(rng.sample(range(6), rng.randint(0, 3))) for _ in range(n)] for _ in range(3)]
    dimensions = []
    for column in values:
        at = [i for i, own in enumerate(column) for _ in own]
        dimensions.append(Dimension(np.array(at), np.array([v for own in column for v in own]), range(6)))
    at, columns = combined(dimensions, n)
    found = list(zip(at.tolist(), *(column.tolist() for column in columns), strict=True))
    expected = [(i, *keys) for i in range(n) for keys in itertools.product(*(column[i] for column in values))]
    assert found == expected


def test_combinations_are_numbered_in_their_order() -> None:
    places = [np.array([2, 1, 2, 1]), np.array([5, 9, 4, 9])]
    numbers, rows = _numbered(places)
    assert numbers.tolist() == [2, 0, 1, 0]
    assert [(int(places[0][row]), int(places[1][row])) for row in rows] == [(1, 9), (2, 4), (2, 5)]


def test_factories_are_named_as_in_java() -> None:
    assert factory_class("date_histogram") == "DateHistogramAggregatorFactory"
    assert factory_class("multi_terms") == "MultiTermsAggregationFactory"
