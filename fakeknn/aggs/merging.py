"""The buckets of several shards brought together by their keys, in the order in which Java's heaps give them."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import Any

from fakeknn.aggs.results import Bucket
from fakeknn.errors import ClassCastException


def _key(bucket: Bucket) -> Any:
    return bucket.key


def same_keyed(
    parts: Sequence[Sequence[Bucket]], rank: Callable[[Bucket], Any] = _key, *, requeued: bool = False
) -> Iterator[list[Bucket]]:
    """The buckets of each key, ascending, of parts that ascend by ``rank``.

    Those of one key come as a heap gives them, which does not keep the order of equals: Lucene's PriorityQueue, whose
    top is replaced by what follows it in its part, or (``requeued``) java.util's, from which it is taken first.
    """
    heap: list[_Head] = []
    for part in parts:
        if part:
            heap.append(_Head(part, rank))
            _up(heap)
    same: list[Bucket] = []
    reached: Any = None
    while heap:
        head = heap[0]
        if same and head.rank != reached:
            yield same
            same = []
        same.append(head.bucket)
        reached = head.rank
        follows = head.advance()
        if requeued or not follows:
            last = heap.pop()
            if heap:
                heap[0] = last
                _down(heap)
            if follows:
                heap.append(head)
                _up(heap)
        else:
            _down(heap)
    if same:
        yield same


class _Head:
    """A part, as far as it has come."""

    __slots__ = ("_of", "_rest", "bucket", "rank")

    def __init__(self, part: Sequence[Bucket], of: Callable[[Bucket], Any]) -> None:
        self._rest = iter(part)
        self._of = of
        self.advance()

    def advance(self) -> bool:
        """Whether there is another bucket, that now stands first."""
        bucket = next(self._rest, None)
        if bucket is None:
            return False
        self.bucket, self.rank = bucket, self._of(bucket)
        return True


def _up(heap: list[_Head]) -> None:
    """upHeap, of the last."""
    at = len(heap) - 1
    while at and heap[at].rank < heap[(at - 1) // 2].rank:
        above = (at - 1) // 2
        heap[at], heap[above] = heap[above], heap[at]
        at = above


def _down(heap: list[_Head]) -> None:
    """downHeap, of the first."""
    at = 0
    while True:
        below = 2 * at + 1
        if below + 1 < len(heap) and heap[below + 1].rank < heap[below].rank:
            below += 1
        if below >= len(heap) or not heap[below].rank < heap[at].rank:
            return
        heap[at], heap[below] = heap[below], heap[at]
        at = below


def ranked(
    parts: Sequence[Sequence[Bucket]], keys: Sequence[Any]
) -> tuple[list[list[Bucket]], Callable[[Bucket], int]]:
    """The parts sorted by their buckets' places among ``keys``, and what tells a bucket's place."""
    places = {key: place for place, key in enumerate(keys)}

    def place(bucket: Bucket) -> int:
        return places[bucket.key]

    return [sorted(part, key=place) for part in parts], place


# --- keys of several classes ------------------------------------------------------------------------------------------

_BYTES, _LONG, _DOUBLE = "org.apache.lucene.util.BytesRef", "java.lang.Long", "java.lang.Double"
#: What keys are in Java; those of ips are pairs or bytes here.
_KEY_CLASSES = {str: _BYTES, bytes: _BYTES, tuple: _BYTES, int: _LONG, float: _DOUBLE}


def java_key(key: Any) -> str:
    """The Java class of a key."""
    return _KEY_CLASSES[type(key)]


def uncomparable(one: str, other: str) -> ClassCastException:
    """What ``compareTo`` of a key of the ``other`` class says of one."""
    java, app = "in module java.base of loader 'bootstrap'", "in unnamed module of loader 'app'"
    where = [app if name == _BYTES else java for name in (one, other)]
    places = f"{one} is {where[0]}; {other} is {where[1]}"
    if where[0] == where[1]:
        places = f"{one} and {other} are {where[0]}"
    return ClassCastException(f"class {one} cannot be cast to class {other} ({places})")


class JavaKeys:
    """A key of several parts, as Java compares it: by those parts, which must be of one class if they are looked at."""

    __slots__ = ("_descending", "_parts")

    def __init__(self, parts: Sequence[Any], descending: bool) -> None:
        self._parts = parts
        self._descending = descending

    def _compared(self, other: JavaKeys) -> int:
        one, two = (other._parts, self._parts) if self._descending else (self._parts, other._parts)
        for a, b in zip(one, two, strict=True):
            first, second = java_key(a), java_key(b)
            if first != second:
                raise uncomparable(second, first)
            if a != b:
                return -1 if a < b else 1
        return 0

    def __lt__(self, other: JavaKeys) -> bool:
        return self._compared(other) < 0

    def __eq__(self, other: object) -> bool:
        return isinstance(other, JavaKeys) and self._compared(other) == 0

    __hash__ = None  # type: ignore[assignment]
