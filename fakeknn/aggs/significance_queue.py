"""The most significant of buckets, of which equals come as Lucene's PriorityQueue leaves them.

Source: BucketSignificancePriorityQueue.
"""

from __future__ import annotations

from typing import Generic, TypeVar

T = TypeVar("T")


class SignificanceQueue(Generic[T]):
    """A heap of at most ``size`` items, whose top is the least significant."""

    __slots__ = ("_heap", "_size")

    def __init__(self, size: int) -> None:
        self._size = size
        self._heap: list[tuple[float, T]] = []

    def put(self, score: float, item: T) -> None:
        """insertWithOverflow."""
        heap = self._heap
        if len(heap) < self._size:
            heap.append((score, item))
            self._up()
        elif heap and heap[0][0] < score:
            heap[0] = (score, item)
            self._down()

    def laid(self) -> list[T]:
        """The items as the heap's array holds them, from its end: what a shard that does not sort them gives."""
        return [item for _, item in reversed(self._heap)]

    def popped(self) -> list[T]:
        """The items, best first; the heap is empty then."""
        heap, found = self._heap, []
        while heap:
            found.append(heap[0][1])
            last = heap.pop()
            if heap:
                heap[0] = last
                self._down()
        return found[::-1]

    def _up(self) -> None:
        heap = self._heap
        at = len(heap) - 1
        node = heap[at]
        while at and node[0] < heap[(at - 1) >> 1][0]:
            heap[at] = heap[(at - 1) >> 1]
            at = (at - 1) >> 1
        heap[at] = node

    def _down(self) -> None:
        heap, at = self._heap, 0
        node = heap[0]
        while True:
            below = 2 * at + 1
            if below + 1 < len(heap) and heap[below + 1][0] < heap[below][0]:
                below += 1
            if below >= len(heap) or not heap[below][0] < node[0]:
                break
            heap[at] = heap[below]
            at = below
        heap[at] = node
