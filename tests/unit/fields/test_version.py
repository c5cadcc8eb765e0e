from __future__ import annotations

import pytest

from fakeknn.errors import IllegalArgumentException
from fakeknn.fields.version import normalized, parse_version

ORDERED = ("1.0.0-alpha", "1.0.0-alpha.1", "1.0.0-beta", "1.0.0", "1.0.1", "1.2.0-rc.1", "1.10.0", "2.0.0", "10.0.0")


def test_versions_are_ordered_by_what_they_mean() -> None:
    backwards = ORDERED[::-1]
    assert tuple(sorted(backwards, key=normalized)) == ORDERED


@pytest.mark.parametrize("text", ["[1.2.3]", " 1.2.3 ", "1 2 3", "1\t2.3"])
def test_blanks_and_brackets_are_taken_away(text: str) -> None:
    assert parse_version(text)[0] == "1.2.3"


def test_a_build_is_told_but_does_not_count() -> None:
    assert parse_version("1.2.3-RC+b.7")[0] == "1.2.3-RC+b.7"
    assert normalized("1.2.3-RC+b.7") == normalized("1.2.3-rc")


@pytest.mark.parametrize("text", ["1.2", "01.2.3", "1.2.3.4", "1.2.3-", "1.2.3-01", "v1.2.3", "1.2.٣"])
def test_what_is_no_version_is_refused(text: str) -> None:
    with pytest.raises(IllegalArgumentException, match="Invalid semantic version format"):
        parse_version(text)


def test_numbers_are_ints() -> None:
    with pytest.raises(IllegalArgumentException, match=r"Invalid version numbers in: 2147483648\.0\.0"):
        parse_version("2147483648.0.0")
