"""The bytes that the term of an ``_id`` is indexed as (OpenSearch's Uid)."""

from __future__ import annotations

import base64
import re

_BASE64_ESCAPE, _NUMERIC, _UTF8 = 0xFD, 0xFE, 0xFF
_URL_SAFE = re.compile(r"[A-Za-z0-9_-]+")


def encode_id(text: str) -> bytes:
    """Uid.encodeId: two digits a byte, or what base64 without padding stands for, or UTF-8."""
    if text.isascii() and text.isdigit():
        digits = text if len(text) % 2 == 0 else text + "f"
        return bytes([_NUMERIC]) + bytes.fromhex(digits)
    if len(text) % 4 != 1 and _URL_SAFE.fullmatch(text):
        raw = base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))
        if base64.urlsafe_b64encode(raw).rstrip(b"=") == text.encode():
            return raw if raw[0] < _BASE64_ESCAPE else bytes([_BASE64_ESCAPE]) + raw
    return bytes([_UTF8]) + text.encode()
