"""The ids of scrolls and points in time: what stands in them, as the real server writes and reads them.

Both are base64 of a stream: strings behind their lengths, numbers of seven bits a byte or of eight bytes. Clients
treat them as opaque; tests send old, cut and made-up ones, and these are refused for what is wrong in the stream.
"""

from __future__ import annotations

import struct
from base64 import urlsafe_b64encode
from collections.abc import Sequence
from dataclasses import dataclass

from fakeknn.errors import (
    EOFException,
    IllegalArgumentException,
    IllegalStateException,
    IOException,
    NegativeArraySizeException,
    OpenSearchError,
)
from fakeknn.xcontent import base64

_INCLUDE_CONTEXT_UUID = "include_context_uuid"
_MASK = 0x08000000
"""What sets the numbers of OpenSearch's versions apart from Elasticsearch's."""
_MAX_ARRAY_LENGTH = 2**31 - 17


@dataclass(frozen=True, slots=True)
class ReaderId:
    """Who holds what a shard's search goes on with: a number of a session of a node."""

    node: str
    session: str
    number: int


@dataclass(frozen=True, slots=True)
class ShardReader:
    """A shard of a point in time, and who holds its documents."""

    index: str
    uuid: str
    shard: int
    reader: ReaderId


# --- writing ----------------------------------------------------------------------------------------------------------


def scroll_id(readers: Sequence[ReaderId]) -> str:
    """TransportSearchHelper.buildScrollId."""
    kind = "queryAndFetch" if len(readers) == 1 else "queryThenFetch"
    parts = [_string(_INCLUDE_CONTEXT_UUID), _string(kind), _vint(len(readers))]
    for reader in readers:
        parts += [_string(reader.session), struct.pack(">q", reader.number), _string(reader.node)]
    return urlsafe_b64encode(b"".join(parts)).decode()


def point_id(version: str, shards: Sequence[ShardReader]) -> str:
    """SearchContextId.encode; filters of aliases, which a real id carries too, are left out."""
    major, minor, revision = map(int, version.split("."))
    parts = [_vint((major * 1_000_000 + minor * 10_000 + revision * 100 + 99) ^ _MASK), _vint(len(shards))]
    for shard in shards:
        parts += [_string(shard.index), _string(shard.uuid), _vint(shard.shard)]
        parts += [_string(shard.reader.node), b"\0", struct.pack(">q", shard.reader.number)]
        parts.append(_string(shard.reader.session))
    uuids = list(dict.fromkeys(shard.uuid for shard in shards))
    parts.append(_vint(len(uuids)))
    for uuid in uuids:
        parts += [_string(uuid), b"\0\0"]
    return urlsafe_b64encode(b"".join(parts)).decode()


def _vint(number: int) -> bytes:
    out = bytearray()
    while number > 0x7F:
        out.append(number & 0x7F | 0x80)
        number >>= 7
    out.append(number)
    return bytes(out)


def _string(text: str) -> bytes:
    return _vint(len(text)) + text.encode()


# --- reading ----------------------------------------------------------------------------------------------------------


def readers_of_scroll(text: str) -> list[ReaderId]:
    """TransportSearchHelper.parseScrollId; IllegalArgumentException."""
    try:
        stream = _Stream(base64.decode(text, url=True), "attempting to read {} bytes but only {} bytes are available")
        with_session = stream.string() == _INCLUDE_CONTEXT_UUID
        if with_session:
            stream.string()
        count = stream.vint()
        if count < 0:
            raise NegativeArraySizeException(str(count))
        readers = []
        for _ in range(count):
            session = stream.string() if with_session else ""
            number = stream.long()
            readers.append(ReaderId(stream.string(), session, number))
        stream.end()
        return readers
    except OpenSearchError as error:
        raise IllegalArgumentException("Cannot parse scroll id") from error


def readers_of_point(text: str) -> list[ShardReader]:
    """SearchContextId.decode; IllegalArgumentException, and what its stream throws besides IOException."""
    invalid = IllegalArgumentException(f"invalid id: [{text}]")
    try:
        content = base64.decode(text, url=True)
    except OpenSearchError as error:
        raise invalid from error
    stream = _Stream(content, "tried to read: {} bytes but only {} remaining")
    try:
        version = stream.vint()
        if version != 0 and version & _MASK == 0:
            raise IllegalArgumentException(f"Version id {version} must contain OpenSearch mask")
        shards = []
        for _ in range(stream.size()):
            index, uuid, shard, node = stream.string(), stream.string(), stream.vint(), stream.string()
            if stream.boolean():
                stream.string()
            number = stream.long()
            shards.append(ShardReader(index, uuid, shard, ReaderId(node, stream.string(), number)))
        for _ in range(stream.size()):
            stream.string()
            for _ in range(stream.size()):
                stream.string()
            if stream.boolean():  # a filter follows, which this server never writes
                return shards
        stream.end()
        return shards
    except IOException as error:
        raise invalid from error


class _Stream:
    """StreamInput. ``short`` tells that a length exceeds what is left."""

    def __init__(self, content: bytes, short: str) -> None:
        self._content = content
        self._short = short
        self._at = 0

    def byte(self) -> int:
        if self._at >= len(self._content):
            raise EOFException(None)
        self._at += 1
        return self._content[self._at - 1]

    def boolean(self) -> bool:
        value = self.byte()
        if value > 1:
            raise IllegalStateException(f"unexpected byte [0x{value:02x}]")
        return value == 1

    def long(self) -> int:
        if self._at + 8 > len(self._content):
            raise EOFException(None)
        self._at += 8
        number: int = struct.unpack_from(">q", self._content, self._at - 8)[0]
        return number

    def vint(self) -> int:
        number = 0
        for shift in (0, 7, 14, 21):
            byte = self.byte()
            number |= (byte & 0x7F) << shift
            if byte < 0x80:
                return number
        byte = self.byte()
        if byte > 0x7F:
            raise IOException(f"Invalid vInt ((ffffff{byte:02x} & 0x7f) << 28) | {number:x}")
        number |= (byte & 0x7F) << 28
        return (number & 0xFFFFFFFF ^ 0x80000000) - 0x80000000

    def size(self) -> int:
        size = self.vint()
        if size > _MAX_ARRAY_LENGTH:
            raise IllegalStateException(f"array length must be <= to {_MAX_ARRAY_LENGTH} but was: {size}")
        if size < 0:
            raise NegativeArraySizeException(f"array size must be positive but was: {size}")
        left = len(self._content) - self._at
        if size > left:
            raise EOFException(self._short.format(size, left))
        return size

    def string(self) -> str:
        """So many chars, each of one to three bytes."""
        chars = []
        for _ in range(self.size()):
            byte = self.byte()
            match byte >> 4:
                case 0 | 1 | 2 | 3 | 4 | 5 | 6 | 7:
                    chars.append(byte)
                case 12 | 13:
                    chars.append((byte & 0x1F) << 6 | self.byte() & 0x3F)
                case 14:
                    chars.append((byte & 0x0F) << 12 | (self.byte() & 0x3F) << 6 | self.byte() & 0x3F)
                case _:
                    raise IOException(f"Invalid string; unexpected character: {byte} hex: {byte:x}")
        return b"".join(struct.pack("<H", char) for char in chars).decode("utf-16-le", "replace")

    def end(self) -> None:
        if self._at < len(self._content):
            raise IllegalArgumentException("Not all bytes were read")
