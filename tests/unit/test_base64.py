"""Base64 as Java reads it."""

from __future__ import annotations

from base64 import b64encode, urlsafe_b64encode

import pytest

from fakeknn.errors import JsonParseException, OpenSearchError
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


@pytest.mark.parametrize(
    ("written", "reason", "offset", "rest"),
    [
        ("ab!c", "Illegal character '!' (code 0x21) in base64 content", 4, "c"),
        ("abé", "Illegal character 'é' (code 0xe9) in base64 content", 9, ""),
        ("a", "Illegal character '\"' (code 0x22) in base64 content", 3, None),
        ("abcd===", "Unexpected padding character ('=') as character #1 of 4-char base64 unit", 6, "=="),
        ("ab c", "Illegal white space character (code 0x20) as character #3 of 4-char base64 unit", 4, "c"),
    ],
)
def test_what_jackson_cannot_decode(written: str, reason: str, offset: int, rest: str | None) -> None:
    with pytest.raises(JsonParseException) as refusal:
        base64.decode_text(written, [written], 0)
    assert refusal.value.reason is not None
    assert reason in refusal.value.reason
    assert refusal.value.at is not None
    assert refusal.value.at.offset == offset
    assert getattr(refusal.value, "rest", "") == rest


@pytest.mark.parametrize("data", [b"", b"a", b"ab", b"abc", bytes(range(256))])
def test_jackson_passes_over_white_space_between_units(data: bytes) -> None:
    written = b64encode(data).decode()
    spaced = "\n".join(written[i : i + 4] for i in range(0, len(written), 4))
    assert base64.decode_text(spaced, [spaced], 0) == data
