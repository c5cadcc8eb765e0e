"""collapse: every group has one leader, its best."""

from __future__ import annotations

import numpy as np

from fakeknn.search.collapse import leaders


def test_the_first_of_each_group_leads_in_order() -> None:
    codes = np.array([2, 0, 2, -1, 0, 1, -1])
    order = np.array([4, 2, 3, 0, 1, 6, 5])
    assert leaders(codes, order).tolist() == [4, 2, 3, 5]


def test_leaders_are_of_different_groups() -> None:
    generator = np.random.default_rng(1)
    codes = generator.integers(-1, 8, 200)
    order = generator.permutation(200)
    found = leaders(codes, order)
    assert sorted(codes[found].tolist()) == sorted(set(codes.tolist()))
