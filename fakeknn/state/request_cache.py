"""The cache of a shard's answers (IndicesRequestCache), as far as its counters tell.

Nothing is kept but what was asked: an answer here costs less than the keeping of it.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from weakref import ReferenceType, ref

from fakeknn.view import View

_ENTRY = 640  # about the bytes that an entry takes up beside its key


@dataclass(slots=True)
class RequestCache:
    """Which searches a shard has answered since it showed something new."""

    hits: int = 0
    misses: int = 0
    _view: ReferenceType[View] | None = None
    _asked: dict[int, int] = field(default_factory=dict)
    """The keys that the view was asked by, by their hashes: about how many bytes each entry takes up."""

    def ask(self, view: View, key: bytes) -> None:
        """Count a search of the view, that the cache knows by a key."""
        if self._view is None or view is not self._view():
            self._view, self._asked = ref(view), {}
        if hash(key) in self._asked:
            self.hits += 1
        else:
            self._asked[hash(key)] = _ENTRY + len(key)
            self.misses += 1

    def clear(self) -> None:
        self._asked = {}

    @property
    def size(self) -> int:
        """About how many bytes the entries take up."""
        return sum(self._asked.values())
