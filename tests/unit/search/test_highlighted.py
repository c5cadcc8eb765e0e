"""Marks around what is highlighted."""

from __future__ import annotations

import pytest

from fakeknn.errors import OpenSearchError
from fakeknn.fields import FieldType, MappingContext
from fakeknn.query.compound import MatchAll
from fakeknn.search.highlighted import FieldHighlight


def _told(**options: list[str]) -> FieldHighlight:
    return FieldHighlight("t", FieldType("t", "text", MappingContext({})), options, "default", MatchAll(), 0)


def test_the_first_tags_mark() -> None:
    assert _told(pre_tags=["<a>", "<b>"], post_tags=["</a>"]).mark("fox") == "<a>fox</a>"


@pytest.mark.parametrize(("before", "after"), [([], ["x"]), (["x"], []), ([], [])])
def test_without_tags_java_finds_no_first_one(before: list[str], after: list[str]) -> None:
    with pytest.raises(OpenSearchError, match="Index 0 out of bounds for length 0"):
        _told(pre_tags=before, post_tags=after).mark("fox")
