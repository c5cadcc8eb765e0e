"""Ids of scrolls and points in time."""

from __future__ import annotations

import pytest

from fakeknn.errors import OpenSearchError
from fakeknn.search.context_ids import (
    ReaderId,
    ShardReader,
    point_id,
    readers_of_point,
    readers_of_scroll,
    scroll_id,
)

READER = ReaderId("k4t-WUgDTHaRvo2ZINE2sQ", "ORAn0tKERbuEZ_GAsY3JaA", 11)


@pytest.mark.parametrize("count", [0, 1, 3, 200])
def test_scrolls_are_read_as_they_were_written(count: int) -> None:
    readers = [ReaderId("näher", "s", number) for number in range(count)]
    assert readers_of_scroll(scroll_id(readers)) == readers


@pytest.mark.parametrize("count", [0, 1, 130])
def test_points_are_read_as_they_were_written(count: int) -> None:
    shards = [ShardReader("shop", "u5iylfgFTOyvfB0gLVsCVA", number, READER) for number in range(count)]
    assert readers_of_point(point_id("3.5.0", shards)) == shards


def test_a_real_point_in_time() -> None:
    made = (
        "85S6QQICcHQWdTVpeWxmZ0ZUT3l2ZkIwZ0xWc0NWQQAWazR0LVdVZ0RUSGFSdm8yWklORTJzUQAAAAAAAAAACxZPUkFuMHRLRVJidUVaX0d"
        "Bc1kzSmFBAnB0FnU1aXlsZmdGVE95dmZCMGdMVnNDVkEBFms0dC1XVWdEVEhhUnZvMlpJTkUyc1EAAAAAAAAAAAwWT1JBbjB0S0VSYnVFWl9H"
        "QXNZM0phQQEWdTVpeWxmZ0ZUT3l2ZkIwZ0xWc0NWQQAA"
    )
    shards = readers_of_point(made)
    assert shards[0] == ShardReader("pt", "u5iylfgFTOyvfB0gLVsCVA", 0, READER)
    assert point_id("3.5.0", shards) == made


@pytest.mark.parametrize(
    ("text", "cause"),
    [
        ("a", "Input byte[] should at least have 2 bytes for base64 bytes"),
        ("", None),
        ("aaaa", "attempting to read 105 bytes but only 2 bytes are available"),
        ("AAAA", "Not all bytes were read"),
        ("______8", "Invalid vInt ((ffffffff & 0x7f) << 28) | fffffff"),
    ],
)
def test_what_is_no_scroll(text: str, cause: str | None) -> None:
    with pytest.raises(OpenSearchError) as refusal:
        readers_of_scroll(text)
    assert refusal.value.reason == "Cannot parse scroll id"
    assert refusal.value.cause is not None
    assert refusal.value.cause.reason == cause
