"""MurmurHash3 with 128 bits, against published values."""

from __future__ import annotations

import pytest

from fakeknn.ingest.hashing import murmur3_128, murmur3_routing


@pytest.mark.parametrize(
    ("text", "digest"),
    [
        ("", (0, 0)),
        ("hello", (0xCBD8A7B341BD9B02, 0x5B1E906A48AE1D19)),
        ("The quick brown fox jumps over the lazy dog", (0xE34BBC7BBC071B6C, 0x7A433CA9C49A9347)),
    ],
)
def test_known_texts(text: str, digest: tuple[int, int]) -> None:
    assert murmur3_128(text.encode()) == digest


def test_a_routing_has_no_sign() -> None:
    assert murmur3_routing("hello") == str((1 << 64) - 0xCBD8A7B341BD9B02)
