"""Versions and what writes expect of them; the texts were told by a real server."""

from __future__ import annotations

import pytest

from fakeknn.errors import IllegalArgumentException
from fakeknn.state.versions import (
    EXTERNAL,
    EXTERNAL_GTE,
    INTERNAL,
    MATCH_ANY,
    MATCH_DELETED,
    NOT_FOUND,
    Expectation,
    VersionType,
    version_type,
)


@pytest.mark.parametrize(
    ("kind", "current", "expected", "deleted", "why"),
    [
        (INTERNAL, 3, MATCH_ANY, False, None),
        (INTERNAL, NOT_FOUND, MATCH_DELETED, True, None),
        (INTERNAL, 2, MATCH_DELETED, True, None),
        (INTERNAL, 2, MATCH_DELETED, False, "document already exists (current version [2])"),
        (EXTERNAL, NOT_FOUND, 1, True, None),
        (EXTERNAL, 2, 3, False, None),
        (EXTERNAL, 2, 2, False, "current version [2] is higher or equal to the one provided [2]"),
        (EXTERNAL_GTE, 2, 2, False, None),
        (EXTERNAL_GTE, 2, 1, False, "current version [2] is higher than the one provided [1]"),
    ],
)
def test_conflicts_of_writes(kind: VersionType, current: int, expected: int, deleted: bool, why: str | None) -> None:
    assert kind.conflict(current, expected, deleted) == why


@pytest.mark.parametrize("kind", [INTERNAL, EXTERNAL, EXTERNAL_GTE])
def test_conflicts_of_reads(kind: VersionType) -> None:
    assert kind.read_conflict(4, MATCH_ANY) is None
    assert kind.read_conflict(4, 4) is None
    assert kind.read_conflict(4, 5) == "current version [4] is different than the one provided [5]"
    assert kind.read_conflict(NOT_FOUND, 5) == "document does not exist (expected version [5])"


def test_who_counts() -> None:
    assert INTERNAL.next(NOT_FOUND, MATCH_ANY) == 1
    assert INTERNAL.next(7, MATCH_ANY) == 8
    assert EXTERNAL.next(7, 30) == 30


def test_names() -> None:
    assert version_type(None) is INTERNAL
    assert version_type("external_gt") is EXTERNAL
    with pytest.raises(IllegalArgumentException, match=r"No version type match \[EXTERNAL\]"):
        version_type("EXTERNAL")


@pytest.mark.parametrize(
    ("expected", "problem"),
    [
        (Expectation(), None),
        (
            Expectation(version=3),
            "internal versioning can not be used for optimistic concurrency control. "
            "Please use `if_seq_no` and `if_primary_term` instead",
        ),
        (Expectation(version=-1, version_type=EXTERNAL), "illegal version value [-1] for version type [EXTERNAL]"),
        (Expectation(if_seq_no=1), "ifSeqNo is set, but primary term is [0]"),
        (Expectation(if_primary_term=2), "ifSeqNo is unassigned, but primary term is [2]"),
        (
            Expectation(version=1, version_type=EXTERNAL, if_seq_no=1, if_primary_term=1),
            "compare and write operations can not use versioning",
        ),
    ],
)
def test_what_a_request_may_not_ask_for(expected: Expectation, problem: str | None) -> None:
    assert expected.problems() == ([] if problem is None else [problem])
