"""When a shard's scheduled refreshes happen."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Schedule:
    """When scheduled refreshes happen, in seconds of the node's clock."""

    start: float
    interval: float = 1.0
    """Zero or less: never."""
    explicit: bool = False
    """``index.refresh_interval`` is set: refreshes go on when nobody searches."""
    idle_after: float = 30.0

    def next(self, moment: float) -> float | None:
        """The first refresh after a moment."""
        if self.interval <= 0:
            return None
        passed = max((moment - self.start) // self.interval, 0.0)  # a request may be older than the index it made
        tick = self.start + (passed + 1) * self.interval
        return tick if tick > moment else tick + self.interval
