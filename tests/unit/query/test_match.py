"""Graphs of tokens: the paths through synonyms of several words."""

from __future__ import annotations

from fakeknn.analysis import Token
from fakeknn.query.match import TokenGraph, stacked


def graph() -> TokenGraph:
    """``the (usa | united states) now``."""
    return TokenGraph(
        [
            Token("the", 0, 3, 0),
            Token("united", 4, 7, 1),
            Token("usa", 4, 7, 1, position_length=2),
            Token("states", 4, 7, 2),
            Token("now", 8, 11, 3),
        ]
    )


def test_sections_end_where_every_path_meets() -> None:
    assert graph().sections() == [(0, 1), (1, 3), (3, 4)]
    assert [graph().has_side_path(start) for start, _ in graph().sections()] == [False, True, False]


def test_paths_have_positions_of_their_own() -> None:
    paths = [[(token.term, token.position) for token in path] for path in graph().paths(1, 3)]
    assert paths == [[("united", 0), ("states", 1)], [("usa", 0)]]


def test_terms_of_a_section_without_a_side_path() -> None:
    assert graph().terms(3) == ("now",)


def test_terms_stack_at_their_positions() -> None:
    tokens = [Token("quick", 0, 5, 0), Token("fast", 0, 5, 0), Token("fox", 6, 9, 2)]
    assert stacked(tokens) == [(0, ("quick", "fast")), (2, ("fox",))]
