"""CBOR (RFC 8949): what JSON can say, read in any of its forms and written as Jackson writes it."""

from __future__ import annotations

import base64
import math
import struct
from typing import Any

import numpy as np

from fakeknn.errors import JsonParseException

_BREAK = object()
_UNSIGNED, _NEGATIVE, _BYTES, _TEXT, _ARRAY, _MAP, _TAG, _SIMPLE = range(8)


class _Input:
    def __init__(self, body: bytes) -> None:
        self.body = body
        self.at = 0

    def take(self, count: int) -> bytes:
        chunk = self.body[self.at : self.at + count]
        if len(chunk) < count:
            raise JsonParseException("Unexpected end-of-input")
        self.at += count
        return chunk

    def argument(self, info: int) -> int | None:
        """The number in an item's head; None for an item of indefinite length."""
        if info < 24:
            return info
        if info < 28:
            return int.from_bytes(self.take(1 << info - 24), "big")
        if info == 31:
            return None
        raise JsonParseException(f"Invalid CBOR value token (first byte): 0x{self.body[self.at - 1]:x}")

    def string(self, major: int, length: int | None) -> bytes:
        if length is not None:
            return self.take(length)
        chunks = []
        while (head := self.take(1)[0]) != 0xFF:
            if head >> 5 != major:
                raise JsonParseException("Mismatched chunk in chunked content")
            chunks.append(self.take(self.argument(head & 31) or 0))
        return b"".join(chunks)

    def item(self) -> Any:
        head = self.take(1)[0]
        major, info = head >> 5, head & 31
        if major == _SIMPLE:
            return self.simple(info)
        argument = self.argument(info)
        if major in (_BYTES, _TEXT):
            raw = self.string(major, argument)
            return raw.decode("utf-8", "replace") if major == _TEXT else base64.b64encode(raw).decode()
        if major in (_ARRAY, _MAP):
            items: list[Any] = []
            count = math.inf if argument is None else argument * (1 if major == _ARRAY else 2)
            while len(items) < count and (item := self.item()) is not _BREAK:
                items.append(item)
            if major == _ARRAY:
                return items
            return {str(key): value for key, value in zip(items[::2], items[1::2], strict=True)}
        number = argument or 0
        if major == _TAG:
            value = self.item()
            if number in (2, 3) and isinstance(value, str):
                big = int.from_bytes(base64.b64decode(value), "big")
                return big if number == 2 else -1 - big
            return value
        return number if major == _UNSIGNED else -1 - number

    def simple(self, info: int) -> Any:
        constants = {20: False, 21: True, 22: None, 23: None, 31: _BREAK}
        if info in constants:
            return constants[info]
        formats = {25: ">e", 26: ">f", 27: ">d"}
        if info in formats:
            return struct.unpack(formats[info], self.take(1 << info - 24))[0]
        raise JsonParseException(f"Invalid CBOR value token (first byte): 0x{0xE0 | info:x}")


def read(body: bytes) -> Any:
    """The first item of a CBOR body; byte strings become base64, as they do in a document."""
    return _Input(body).item()


def _head(major: int, number: int) -> bytes:
    if number < 24:
        return bytes((major << 5 | number,))
    size = 0 if number < 1 << 8 else 1 if number < 1 << 16 else 2 if number < 1 << 32 else 3
    return bytes((major << 5 | 24 + size,)) + number.to_bytes(1 << size, "big")


def write(tree: Any) -> bytes:
    """A tree as CBOR; objects and arrays of indefinite length, as a generator that does not know it writes them."""
    parts: list[bytes] = []

    def put(value: Any) -> None:
        if isinstance(value, dict):
            parts.append(b"\xbf")
            for key, member in value.items():
                put(key)
                put(member)
            parts.append(b"\xff")
        elif isinstance(value, (list, tuple)):
            parts.append(b"\x9f")
            for member in value:
                put(member)
            parts.append(b"\xff")
        elif isinstance(value, str):
            raw = value.encode("utf-8", "replace")
            parts.append(_head(_TEXT, len(raw)) + raw)
        elif value is None:
            parts.append(b"\xf6")
        elif isinstance(value, (bool, np.bool_)):
            parts.append(b"\xf5" if value else b"\xf4")
        elif isinstance(value, np.float32):
            parts.append(b"\xfa" + struct.pack(">f", value))
        elif isinstance(value, (float, np.floating)):
            parts.append(b"\xfb" + struct.pack(">d", value))
        elif isinstance(value, (int, np.integer)):
            parts.append(_integer(int(value)))
        else:
            raise TypeError(f"no CBOR for {type(value).__name__}")

    put(tree)
    return b"".join(parts)


def _integer(value: int) -> bytes:
    if -(1 << 63) <= value < 1 << 63:
        return _head(_UNSIGNED, value) if value >= 0 else _head(_NEGATIVE, -1 - value)
    magnitude = value if value >= 0 else -1 - value
    raw = magnitude.to_bytes(magnitude.bit_length() + 7 >> 3, "big")
    return (b"\xc2" if value >= 0 else b"\xc3") + _head(_BYTES, len(raw)) + raw
