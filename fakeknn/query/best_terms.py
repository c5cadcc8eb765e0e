"""The best of some scored terms, as Lucene chooses among equals."""

from __future__ import annotations

from typing import Any, Generic, TypeVar

Scored = TypeVar("Scored", bound=tuple[Any, ...])
"""A score and what has it."""


class BestTerms(Generic[Scored]):
    """Lucene's PriorityQueue: a binary heap from place 1, the lowest score on top; which of equals goes first is its
    own.
    """

    def __init__(self, limit: int) -> None:
        self._limit = limit
        self._heap: list[Any] = [None]

    def offer(self, scored: Scored) -> None:
        if len(self._heap) - 1 < self._limit:
            self._heap.append(scored)
            self._up(len(self._heap) - 1)
        elif self._limit and self._heap[1][0] < scored[0]:
            self._heap[1] = scored
            self._down()

    def pop(self) -> Scored | None:
        if len(self._heap) < 2:
            return None
        top: Scored = self._heap[1]
        last = self._heap.pop()
        if len(self._heap) > 1:
            self._heap[1] = last
            self._down()
        return top

    def _up(self, i: int) -> None:
        heap = self._heap
        node = heap[i]
        while i > 1 and node[0] < heap[i >> 1][0]:
            heap[i] = heap[i >> 1]
            i >>= 1
        heap[i] = node

    def _down(self) -> None:
        heap, size = self._heap, len(self._heap) - 1
        i, node = 1, self._heap[1]
        while (child := i << 1) <= size:
            if child < size and heap[child + 1][0] < heap[child][0]:
                child += 1
            if not heap[child][0] < node[0]:
                break
            heap[i] = heap[child]
            i = child
        heap[i] = node
