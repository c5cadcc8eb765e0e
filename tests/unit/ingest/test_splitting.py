"""String.split."""

from __future__ import annotations

import pytest

from fakeknn.ingest.splitting import java_split


@pytest.mark.parametrize(
    ("text", "pattern", "limit", "parts"),
    [
        ("a,b,,c,,", ",", 0, ["a", "b", "", "c"]),
        ("a,b,,c,,", ",", -1, ["a", "b", "", "c", "", ""]),
        ("a=b=c", "=", 2, ["a", "b=c"]),
        ("abc", "", 0, ["a", "b", "c"]),
        ("", ",", 0, [""]),
        (",,,", ",", 0, []),
        ("nothing", ",", 0, ["nothing"]),
    ],
)
def test_splits(text: str, pattern: str, limit: int, parts: list[str]) -> None:
    assert java_split(text, pattern, limit) == parts
