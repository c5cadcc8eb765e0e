"""How far a run of ``bulk_by_scroll`` is: what its tasks and its answer tell (BulkByScrollTask.Status)."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from fakeknn.shape import Readable
from fakeknn.units import TimeValue


@dataclass(slots=True)
class Status:
    """BulkByScrollTask.Status of one worker."""

    slice_id: int | None = None
    requests_per_second: float = math.inf
    total: int = 0
    updated: int = 0
    created: int = 0
    deleted: int = 0
    batches: int = 0
    version_conflicts: int = 0
    noops: int = 0
    bulk_retries: int = 0
    """How often a bulk that was refused for now was tried again; the waits between are left out."""
    throttled: int = 0
    """In nanoseconds."""
    throttled_until: int = 0
    canceled: str | None = None

    @property
    def processed(self) -> int:
        return self.updated + self.created + self.deleted


_SUMS = ("total", "updated", "created", "deleted", "batches", "version_conflicts", "noops", "bulk_retries", "throttled")


def merged(parts: Sequence[Status | None], canceled: str | None) -> Status:
    found = Status(requests_per_second=0.0, canceled=canceled)
    done = [part for part in parts if part is not None]
    for name in _SUMS:
        setattr(found, name, sum(getattr(part, name) for part in done))
    found.requests_per_second = sum(part.requests_per_second for part in done)
    found.throttled_until = min((part.throttled_until for part in done), default=0)
    return found


def told(status: Status, created: bool, updated: bool) -> dict[str, Any]:
    """Status.innerXContent."""
    found: dict[str, Any] = {} if status.slice_id is None else {"slice_id": status.slice_id}
    found["total"] = status.total
    if updated:
        found["updated"] = status.updated
    if created:
        found["created"] = status.created
    for name in ("deleted", "batches", "version_conflicts", "noops"):
        found[name] = getattr(status, name)
    found["retries"] = {"bulk": status.bulk_retries, "search": 0}
    found["throttled_millis"] = _readable(status.throttled, "throttled")
    rate = status.requests_per_second
    found["requests_per_second"] = -1.0 if math.isinf(rate) else "NaN" if math.isnan(rate) else np.float32(rate)
    if status.canceled is not None:
        found["canceled"] = status.canceled
    found["throttled_until_millis"] = _readable(status.throttled_until, "throttled_until")
    return found


def _readable(nanos: int, name: str) -> Readable:
    return Readable(nanos // 1_000_000, name, str(TimeValue(nanos, "nanos")))
