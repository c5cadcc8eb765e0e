"""``java.util.BitSet`` where its bits are many or its indices wrong."""

from __future__ import annotations

import pytest

from fakeknn.painless.library_collections import BitSet
from fakeknn.painless.throwable import Thrown


def of(*indices: int) -> BitSet:
    made = BitSet()
    for index in indices:
        made.change(1 << index, "set")
    return made


def test_neighbours_of_an_index() -> None:
    bits = of(0, 3, 4, 100_000_000)
    assert str(bits) == "{0, 3, 4, 100000000}"
    assert str(of()) == "{}"
    assert [bits.following(i, True) for i in (0, 1, 4, 5, 100_000_001)] == [0, 3, 4, 100_000_000, -1]
    assert [bits.following(i, False) for i in (0, 3, 100_000_000)] == [1, 5, 100_000_001]
    assert [bits.preceding(i, True) for i in (-1, 2, 99_999_999, 2**31 - 1)] == [-1, 0, 4, 100_000_000]
    assert [bits.preceding(i, False) for i in (-1, 0, 4, 9)] == [-1, -1, 2, 9]


def test_negative_indices() -> None:
    with pytest.raises(Thrown, match="fromIndex < 0: -1"):
        of(1).following(-1, True)
    with pytest.raises(Thrown, match="fromIndex < -1: -2"):
        of(1).preceding(-2, False)
