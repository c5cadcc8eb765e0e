"""The bytes of ids, as OpenSearch's UidTests have them."""

from __future__ import annotations

import pytest

from fakeknn.fields.uid import encode_id


@pytest.mark.parametrize(
    ("text", "encoded"),
    [
        ("12", "fe12"),
        ("123", "fe123f"),
        ("0", "fe0f"),
        ("abcd", "69b71d"),
        ("foo-bar", "ff666f6f2d626172"),
        ("_-_-", "fdffeffe"),
        ("a", "ff61"),
        ("é", "ffc3a9"),
    ],
)
def test_encode_id(text: str, encoded: str) -> None:
    assert encode_id(text).hex() == encoded
