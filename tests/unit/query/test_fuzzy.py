"""Edit distances: all at once, and one by one."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from fakeknn.query.fuzzy import Fuzziness, distances, edits, similar_terms

words = st.text("abc", max_size=6)


@given(words, st.lists(words, max_size=8), st.booleans())
def test_distances_are_edits(term: str, others: list[str], transpositions: bool) -> None:
    expected = [edits(term, other, 99, transpositions) for other in others]
    assert distances(term, others, transpositions).tolist() == expected


def test_a_swap_is_one_edit_if_it_may_be() -> None:
    assert distances("ab", ["ba"], True).tolist() == [1]
    assert distances("ab", ["ba"], False).tolist() == [2]


def test_the_closest_come_first_and_a_prefix_must_stay() -> None:
    found = similar_terms(["quick", "quack", "brick", "quic", "quickly"], "quick", 1, 2, 50, True)
    assert [term for term, _ in found] == ["quick", "quack", "quic"]
    assert [round(float(boost), 2) for _, boost in found] == [1.0, 0.8, 0.75]


def test_auto_goes_by_length() -> None:
    auto = Fuzziness("AUTO")
    assert [auto.distance(term) for term in ("ab", "abc", "abcdef")] == [0, 1, 2]
