"""Base64 as Java reads it."""

from __future__ import annotations

from base64 import b64encode, urlsafe_b64encode

import pytest

from fakeknn.errors import OpenSearchError
from fakeknn.xcontent import base64


@pytest.mark.parametrize("data", [b"", b"a", b"ab", b"abc", b"abcd", bytes(range(256))])
def test_base64(data: bytes) -> None:
    written = b64encode(data).decode()
    assert base64.decode(written) == data
    assert base64.decode(written.rstrip("=")) == data
    assert base64.decode(urlsafe_b64encode(data).decode(), url=True) == data


@pytest.mark.parametrize(
    ("written", "reason"),
    [
        ("A", "Input byte[] should at least have 2 bytes for base64 bytes"),
        ("AAAAA", "Last unit does not have enough valid bits"),
        ("A=", "Last unit does not have enough valid bits"),
        ("AA=", "Input byte array has wrong 4-byte ending unit"),
        ("=AAA", "Input byte array has wrong 4-byte ending unit"),
        ("AA==A", "Input byte array has incorrect ending byte at 4"),
        ("AA-A", "Illegal base64 character 2d"),
        ("AA\nA", "Illegal base64 character a"),
        ("AAé=", "Illegal base64 character -17"),
    ],
)
def test_what_java_cannot_decode(written: str, reason: str) -> None:
    with pytest.raises(OpenSearchError) as refusal:
        base64.decode(written)
    assert refusal.value.reason == reason
