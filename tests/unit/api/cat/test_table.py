"""Tables of _cat: chosen columns, sorted rows, widths, units."""

from __future__ import annotations

from typing import Any

import pytest

from fakeknn.api.cat.table import Column, columns, displayed, help_text, in_order, text_of, written
from fakeknn.errors import UnsupportedOperationException
from fakeknn.rest import Request
from fakeknn.units import ByteSizeValue, TimeValue

COLUMNS = [
    *columns(
        """
        epoch | t,time | | seconds
        name | n | | the name
        size | s,sz | >+ | how big
        pri.size | | >- | how big the primaries are
        took | tk | >- | how long
        take | tk | >- | how long, too
        """
    )
]
ROWS: list[dict[str, Any]] = [
    {"epoch": 1, "name": "b", "size": ByteSizeValue(2048), "pri.size": ByteSizeValue(1024), "took": TimeValue(1500)},
    {"epoch": 1, "name": "ab", "size": ByteSizeValue(3), "pri.size": ByteSizeValue(3)},
    {"epoch": 1, "name": "c"},
]


def asked(query: str) -> Request:
    return Request.of("GET", f"/_cat/x?{query}")


@pytest.mark.parametrize(
    ("query", "labels"),
    [
        ("", ["epoch", "name", "size"]),
        ("ts=false", ["name", "size"]),
        ("h=n,size", ["n", "size"]),
        ("h=nosuch,name,name", ["name"]),
        ("h=*size*", ["size", "pri.size"]),
        ("h=sz&pri=true", ["sz", "pri.sz"]),
        ("h=t*&ts=false", ["took", "take"]),
        ("h=", []),
    ],
)
def test_columns_are_shown_as_asked(query: str, labels: list[str]) -> None:
    assert [label for label, _ in displayed(asked(query), COLUMNS)] == labels


def test_of_two_columns_with_an_alias_the_last_is_meant() -> None:
    assert displayed(asked("h=tk"), COLUMNS)[0][1].name == "take"


@pytest.mark.parametrize(
    ("sort", "names"),
    [
        ("name", ["ab", "b", "c"]),
        ("n:desc", ["c", "b", "ab"]),
        ("size", ["c", "ab", "b"]),
        ("size:desc", ["b", "ab", "c"]),
        ("epoch,size:asc", ["c", "ab", "b"]),
        ("", ["b", "ab", "c"]),
    ],
)
def test_rows_are_sorted_and_empty_cells_come_first(sort: str, names: list[str]) -> None:
    assert [row["name"] for row in in_order(asked(f"s={sort}"), COLUMNS, ROWS)] == names


def test_an_unknown_sort_key_is_refused() -> None:
    with pytest.raises(UnsupportedOperationException, match="Unable to sort by unknown sort key `nosuch`"):
        in_order(asked("s=name,nosuch:desc"), COLUMNS, ROWS)


def test_cells_are_aligned_and_the_last_is_not_padded() -> None:
    assert text_of(asked("h=size,name&v"), COLUMNS, ROWS) == "size name\n 2kb b\n  3b ab\n     c\n"


def test_without_columns_rows_are_empty_lines() -> None:
    assert text_of(asked("h=nosuch"), COLUMNS, ROWS) == "\n\n\n"


def test_a_difference_of_more_than_127_is_not_padded() -> None:
    """RestTable counts the blanks in a byte."""
    wide = [Column("a", (), ""), Column("b", (), "")]
    lines = text_of(asked(""), wide, [{"a": "x" * 130, "b": "y"}, {"a": "x", "b": "y"}]).splitlines()
    assert lines[1] == "x y"


@pytest.mark.parametrize(
    ("query", "value", "text"),
    [
        ("", ByteSizeValue(2048), "2kb"),
        ("bytes=b", ByteSizeValue(2048), "2048"),
        ("bytes=k", ByteSizeValue(3000), "2"),
        ("bytes=mb", ByteSizeValue(3000), "0"),
        ("bytes=nonsense", ByteSizeValue(2048), "2kb"),
        ("", TimeValue(1500), "1.5s"),
        ("time=ms", TimeValue(1500), "1500"),
        ("time=s", TimeValue(1500), "1"),
        ("", True, "true"),
        ("", None, None),
    ],
)
def test_units(query: str, value: Any, text: str | None) -> None:
    assert written(asked(query), value) == text


def test_help_tells_names_aliases_and_descriptions() -> None:
    assert help_text(COLUMNS[:2]) == "epoch | t,time | seconds \nname  | n      | the name\n"
