"""The cache of a shard's answers (IndicesRequestCache), as far as its counters tell.

Nothing is kept but what was asked: an answer here costs less than the keeping of it.
"""

from __future__ import annotations

from dataclasses import dataclass, field

from fakeknn.view import View

_ENTRY = 640  # about the bytes that an entry takes up beside its key


@dataclass(slots=True)
class RequestCache:
    """Which searches a shard has answered since it showed something new."""

    hits: int = 0
    misses: int = 0
    _view: View | None = None
    _asked: set[bytes] = field(default_factory=set)

    def ask(self, view: View, key: bytes) -> None:
        """Count a search of the view, that the cache knows by a key."""
        if view is not self._view:
            self._view, self._asked = view, set()
        if key in self._asked:
            self.hits += 1
        else:
            self._asked.add(key)
            self.misses += 1

    def clear(self) -> None:
        self._asked = set()

    @property
    def size(self) -> int:
        """About how many bytes the entries take up."""
        return sum(_ENTRY + len(key) for key in self._asked)
