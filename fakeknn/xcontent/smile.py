"""Smile, Jackson's binary JSON (format version 0): read with shared names and values, written with shared names."""

from __future__ import annotations

import base64
import struct
from typing import Any

import numpy as np

from fakeknn.errors import JsonParseException

_HEADER = b":)\n"
_END_OF_STRING = 0xFC
_MAX_SHARED = 1024
_MAX_SHARED_BYTES = 64


class _Input:
    def __init__(self, body: bytes) -> None:
        self.body = body
        self.at = 0
        self.names: list[str] | None = []
        self.values: list[str] | None = None

    def byte(self) -> int:
        if self.at >= len(self.body):
            raise JsonParseException("Unexpected end-of-input")
        self.at += 1
        return self.body[self.at - 1]

    def take(self, count: int) -> bytes:
        if self.at + count > len(self.body):
            raise JsonParseException("Unexpected end-of-input")
        self.at += count
        return self.body[self.at - count : self.at]

    def long_string(self) -> str:
        end = self.body.find(_END_OF_STRING, self.at)
        if end < 0:
            raise JsonParseException("Unexpected end-of-input")
        text = self.take(end - self.at).decode("utf-8", "replace")
        self.at += 1
        return text

    def unsigned(self) -> int:
        number = 0
        while not (byte := self.byte()) & 0x80:
            number = number << 7 | byte
        return number << 6 | byte & 0x3F

    def signed(self) -> int:
        number = self.unsigned()
        return number >> 1 ^ -(number & 1)

    def septets(self, count: int) -> int:
        number = 0
        for byte in self.take(count):
            number = number << 7 | byte
        return number

    def packed(self) -> bytes:
        """Bytes of 7 bits each: seven full bytes in eight, the last ones with as many bits as are left."""
        length = self.unsigned()
        raw = b""
        while length >= 7:
            raw += self.septets(8).to_bytes(7, "big")
            length -= 7
        if length:
            number = self.septets(length) << length | self.byte()
            raw += number.to_bytes(length, "big")
        return raw

    def remember(self, seen: list[str] | None, text: str, size: int) -> str:
        if seen is not None and 0 < size <= _MAX_SHARED_BYTES:
            if len(seen) >= _MAX_SHARED:
                seen.clear()
            seen.append(text)
        return text

    def recall(self, seen: list[str] | None, index: int) -> str:
        if seen is None or index >= len(seen):
            raise JsonParseException(f"Invalid shared text value reference {index}")
        return seen[index]

    def name(self, head: int) -> str:
        if head == 0x20:
            return ""
        if 0x30 <= head <= 0x33:
            return self.recall(self.names, (head & 3) << 8 | self.byte())
        if head == 0x34:
            return self.long_string()
        if 0x40 <= head <= 0x7F:
            return self.recall(self.names, head - 0x40)
        size = head - 0x7F if head < 0xC0 else head - 0xBE
        if head < 0x80 or head > 0xF7:
            raise JsonParseException(f"Invalid type marker byte 0x{head:02x} for expected field name")
        return self.remember(self.names, self.take(size).decode("utf-8", "replace"), size)

    def value(self, head: int) -> Any:
        if 0x01 <= head <= 0x1F:
            return self.recall(self.values, head - 1)
        constants = {0x20: "", 0x21: None, 0x22: False, 0x23: True}
        if head in constants:
            return constants[head]
        if 0x40 <= head <= 0xBF:
            size = (head & 0x3F) + (1 if head < 0x80 else 2)
            return self.remember(self.values, self.take(size).decode("utf-8", "replace"), size)
        if 0xC0 <= head <= 0xDF:
            return (head & 0x1F) >> 1 ^ -(head & 1)
        if 0xEC <= head <= 0xEF:
            return self.recall(self.values, (head & 3) << 8 | self.byte())
        match head:
            case 0x24 | 0x25:
                return self.signed()
            case 0x26:
                return int.from_bytes(self.packed(), "big", signed=True)
            case 0x28:
                return struct.unpack(">f", self.septets(5).to_bytes(4, "big"))[0]
            case 0x29:
                return struct.unpack(">d", self.septets(10).to_bytes(8, "big"))[0]
            case 0x2A:
                scale = self.signed()
                return int.from_bytes(self.packed(), "big", signed=True) / 10.0**scale
            case 0xE0 | 0xE4:
                return self.long_string()
            case 0xE8:
                return base64.b64encode(self.packed()).decode()
            case 0xFD:
                return base64.b64encode(self.take(self.unsigned())).decode()
            case 0xF8:
                items = []
                while (head := self.byte()) != 0xF9:
                    items.append(self.value(head))
                return items
            case 0xFA:
                members = {}
                while (head := self.byte()) != 0xFB:
                    name = self.name(head)
                    members[name] = self.value(self.byte())
                return members
        raise JsonParseException(f"Invalid type marker byte 0x{head:02x} for expected value token")


def read(body: bytes) -> Any:
    """The first value of a Smile body."""
    source = _Input(body)
    if body.startswith(_HEADER) and len(body) > 3:
        source.at = 4
        source.names = [] if body[3] & 1 else None
        source.values = [] if body[3] & 2 else None
    return source.value(source.byte())


def _unsigned(number: int) -> bytes:
    raw = [0x80 | number & 0x3F]
    number >>= 6
    while number:
        raw.append(number & 0x7F)
        number >>= 7
    return bytes(reversed(raw))


def _septets(number: int, count: int) -> bytes:
    return bytes(number >> 7 * i & 0x7F for i in reversed(range(count)))


def _packed(raw: bytes) -> bytes:
    parts = [_unsigned(len(raw))]
    full = len(raw) // 7 * 7
    parts += [_septets(int.from_bytes(raw[i : i + 7], "big"), 8) for i in range(0, full, 7)]
    rest = raw[full:]
    if rest:
        number = int.from_bytes(rest, "big")
        parts.append(_septets(number >> len(rest), len(rest)) + bytes((number & (1 << len(rest)) - 1,)))
    return b"".join(parts)


def _integer(value: int) -> bytes:
    if -16 <= value <= 15:
        return bytes((0xC0 | (value << 1 ^ value >> 63) & 0x1F,))
    if -(1 << 63) <= value < 1 << 63:
        wide = not -(1 << 31) <= value < 1 << 31
        return (b"\x25" if wide else b"\x24") + _unsigned(value << 1 if value >= 0 else -value * 2 - 1)
    return b"\x26" + _packed(value.to_bytes(value.bit_length() // 8 + 1, "big", signed=True))


def _string(text: str) -> bytes:
    raw = text.encode("utf-8", "replace")
    size = len(raw)
    if not size:
        return b"\x20"
    if size == len(text):
        return bytes((0x3F + size,)) + raw if size <= 64 else b"\xe0" + raw + b"\xfc"
    return bytes((0x7E + size,)) + raw if size <= 65 else b"\xe4" + raw + b"\xfc"


def write(tree: Any) -> bytes:
    """A tree as Smile with shared names, as OpenSearch's factory is set up."""
    parts = [_HEADER + b"\x05"]
    names: dict[str, int] = {}

    def put_name(name: str) -> None:
        if name in names:
            index = names[name]
            parts.append(bytes((0x40 + index,)) if index < 64 else bytes((0x30 | index >> 8, index & 0xFF)))
            return
        raw = name.encode("utf-8", "replace")
        size = len(raw)
        if not size:
            parts.append(b"\x20")
        elif size == len(name) and size <= 64:
            parts.append(bytes((0x7F + size,)) + raw)
        elif size != len(name) and size <= 57:
            parts.append(bytes((0xBE + size,)) + raw)
        else:
            parts.append(b"\x34" + raw + b"\xfc")
        if 0 < size <= _MAX_SHARED_BYTES:
            if len(names) >= _MAX_SHARED:
                names.clear()
            names[name] = len(names)

    def put(value: Any) -> None:
        if isinstance(value, dict):
            parts.append(b"\xfa")
            for key, member in value.items():
                put_name(key)
                put(member)
            parts.append(b"\xfb")
        elif isinstance(value, (list, tuple)):
            parts.append(b"\xf8")
            for member in value:
                put(member)
            parts.append(b"\xf9")
        elif isinstance(value, str):
            parts.append(_string(value))
        elif value is None:
            parts.append(b"\x21")
        elif isinstance(value, (bool, np.bool_)):
            parts.append(b"\x23" if value else b"\x22")
        elif isinstance(value, np.float32):
            parts.append(b"\x28" + _septets(int.from_bytes(struct.pack(">f", value), "big"), 5))
        elif isinstance(value, (float, np.floating)):
            parts.append(b"\x29" + _septets(int.from_bytes(struct.pack(">d", value), "big"), 10))
        elif isinstance(value, (int, np.integer)):
            parts.append(_integer(int(value)))
        else:
            raise TypeError(f"no Smile for {type(value).__name__}")

    put(tree)
    return b"".join(parts)
