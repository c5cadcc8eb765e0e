"""A node's time: the wall's for dates, a steady one for intervals."""

from __future__ import annotations

import time


class Clock:
    """The machine's clock."""

    def millis(self) -> int:
        """Milliseconds since 1970."""
        return time.time_ns() // 1_000_000

    def nanos(self) -> int:
        """Nanoseconds since 1970."""
        return time.time_ns()

    def now(self) -> float:
        """Seconds since some moment; never goes back."""
        return time.monotonic()

    def sleep(self, seconds: float) -> None:
        time.sleep(seconds)


class ManualClock(Clock):
    """A clock that stands still until it is told to go on."""

    def __init__(self, millis: int = 1_700_000_000_000) -> None:
        self._start = millis
        self._passed = 0.0

    def millis(self) -> int:
        return self._start + int(self._passed * 1000)

    def nanos(self) -> int:
        return self.millis() * 1_000_000

    def now(self) -> float:
        return self._passed

    def sleep(self, seconds: float) -> None:
        self._passed += seconds

    advance = sleep
