"""How often something was done, and how often it failed. Durations are 0: ours would tell nothing."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(slots=True)
class OperationMetrics:
    """OperationMetrics"""

    count: int = 0
    failed: int = 0

    def add(self, other: OperationMetrics) -> None:
        self.count += other.count
        self.failed += other.failed

    def to_json(self) -> dict[str, int]:
        return {"count": self.count, "time_in_millis": 0, "current": 0, "failed": self.failed}
