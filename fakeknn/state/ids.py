"""Ids as OpenSearch makes them, repeatable: made of the node's seed and of counters alone."""

from __future__ import annotations

from base64 import urlsafe_b64encode
from random import Random

#: A moment for the time that an id bears, so that ids do not depend on when they were made.
_TIMESTAMP = 1_735_689_600_000


class IdSource:
    """Document ids, uuids and randomness of one node."""

    def __init__(self, seed: int) -> None:
        self._random = Random(seed)
        self._sequence = self._random.getrandbits(24)
        self._host = self._random.randbytes(6)
        self._readers = 0
        self._tasks = 2

    def document_id(self) -> str:
        """TimeBasedUUIDGenerator: 20 characters; ids made one after the other share most of them."""
        self._sequence = sequence = (self._sequence + 1) & 0xFFFFFF
        stamp = _TIMESTAMP.to_bytes(6, "big")
        raw = bytes((sequence & 0xFF, sequence >> 16, stamp[3], stamp[2], stamp[1], stamp[0], *self._host, stamp[4]))
        return urlsafe_b64encode(raw + bytes((sequence >> 8 & 0xFF, stamp[5]))).decode()

    def uuid(self) -> str:
        """RandomBasedUUIDGenerator: 22 characters."""
        raw = bytearray(self._random.randbytes(16))
        raw[6] = raw[6] & 0x0F | 0x40
        raw[8] = raw[8] & 0x3F | 0x80
        return urlsafe_b64encode(raw).decode().rstrip("=")

    def reader(self) -> int:
        """The number of a shard's reader that a scroll or a point in time keeps open."""
        self._readers += 1
        return self._readers

    def task(self) -> int:
        """The number of a task that goes on behind its request, or stays on record."""
        self._tasks += 1
        return self._tasks

    def checkpoint(self) -> tuple[int, object]:
        return self._sequence, self._random.getstate()

    def restore(self, token: tuple[int, object]) -> None:
        self._sequence = token[0]
        self._random.setstate(token[1])  # type: ignore[arg-type]
