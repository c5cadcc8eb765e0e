"""Rounding of instants down to calendar units and fixed intervals in a time zone: the keys of date histograms.

Milliseconds throughout. Whole arrays are rounded with the offset that each instant has; only where a transition lies
between an instant and what it is rounded to is the answer worked out one by one, once for all instants that share it.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from fakeknn.dates import calendar
from fakeknn.dates.zones import UTC, Int64s, Zone
from fakeknn.errors import IllegalArgumentException

_SECOND = 1000
_DAY = 86_400 * _SECOND
#: A unit's milliseconds or, for units that are no fixed time, months.
_MILLIS = {"second": _SECOND, "minute": 60 * _SECOND, "hour": 3600 * _SECOND, "day": _DAY, "week": 7 * _DAY}
_MONTHS = {"month": 1, "quarter": 3, "year": 12}
#: Weeks begin on Monday; 1970-01-01 was a Thursday.
_MONDAY = -3 * _DAY


@dataclass(frozen=True, slots=True)
class Rounding:
    """A calendar ``unit`` (second, minute, hour, day, week, month, quarter, year) or else an ``interval``."""

    unit: str | None = None
    interval: int = 0
    zone: Zone = UTC
    offset: int = 0

    def __post_init__(self) -> None:
        if self.unit is None and self.interval < 1:
            raise IllegalArgumentException("Zero or negative time interval not supported")

    @property
    def _to_midnight(self) -> bool:
        return self.unit in ("day", "week", *_MONTHS)

    def _floor(self, local: Int64s) -> Int64s:
        """Local milliseconds, rounded down as if the zone had no transitions."""
        if self.unit in _MONTHS:
            months = local.astype("M8[ms]").astype("M8[M]").astype(np.int64)
            months -= months % _MONTHS[self.unit]
            floored: Int64s = months.astype("M8[M]").astype("M8[ms]").astype(np.int64)
            return floored
        start = _MONDAY if self.unit == "week" else 0
        step = _MILLIS[self.unit] if self.unit else self.interval
        result: Int64s = local - (local - start) % step
        return result

    def round(self, instants: Int64s) -> Int64s:
        """The start of the bucket of each instant."""
        return self._round(instants - self.offset) + self.offset

    def _round(self, instants: Int64s) -> Int64s:
        fixed = self.zone.fixed
        if fixed is not None:
            return self._floor(instants + fixed * _SECOND) - fixed * _SECOND
        offsets = self.zone.offsets_at(instants // _SECOND) * _SECOND
        local = self._floor(instants + offsets)
        rounded = local - offsets
        # A midnight may come twice: look as far before it as clocks are ever moved.
        suspects = rounded - _DAY if self._to_midnight else rounded
        moved = self.zone.offsets_at(suspects // _SECOND) * _SECOND != offsets
        if self._to_midnight:
            days, alike = np.unique(local[moved], return_inverse=True)
            rounded[moved] = np.array([self._first_time_on(int(day)) for day in days], np.int64)[alike]
            return rounded
        # Two transitions that undo each other may lie between an instant and what it is rounded to.
        transitions = self.zone.transitions
        eras = np.searchsorted(transitions, instants // _SECOND, side="right")
        moved |= eras - np.searchsorted(transitions, rounded // _SECOND, side="right") > 1
        step = _MILLIS[self.unit] if self.unit else self.interval
        keys = local[moved] // step * (len(transitions) + 1) + eras[moved]
        _, first, alike = np.unique(keys, return_index=True, return_inverse=True)
        starts = [self._round_one(int(instant)) for instant in instants[moved][first]]
        rounded[moved] = np.array(starts, np.int64)[alike]
        return rounded

    # --- one by one -------------------------------------------------------------------------------------------------

    def round_one(self, instant: int) -> int:
        return int(self.round(np.array([instant], np.int64))[0])

    def _floor_one(self, local: int) -> int:
        return int(self._floor(np.array([local], np.int64))[0])

    def _local(self, instant: int) -> int:
        return instant + self.zone.offset_at(instant // _SECOND) * _SECOND

    def _round_one(self, instant: int) -> int:
        """An instant whose bucket a transition touches; its bucket is an interval or an hour, minute or second."""
        return self._in_interval(instant) if self.unit is None else self._in_unit(instant)

    def _first_time_on(self, midnight: int) -> int:
        """The first instant of a local day; where its midnight is left out, the transition that leaves it out."""
        found = self.zone.at_local(midnight // _SECOND)
        if found.valid or found.transition is None:
            return midnight - found.before * _SECOND
        return found.transition * _SECOND

    def _in_unit(self, instant: int) -> int:
        """Hours, minutes and seconds begin anew at a transition if it moves the clock within one."""
        while True:
            local = self._floor_one(self._local(instant))
            starts = [local - offset * _SECOND for offset in self.zone.at_local(local // _SECOND).valid]
            truncated = max((start for start in starts if start <= instant), default=None)
            previous = self.zone.previous_transition((instant + 1) / _SECOND)
            if previous is None or (truncated is not None and previous * _SECOND <= truncated):
                assert truncated is not None
                return truncated
            instant = previous * _SECOND - 1

    def _in_interval(self, instant: int) -> int:
        while True:
            local = self._floor_one(self._local(instant))
            found = self.zone.at_local(local // _SECOND)
            if not found.valid and found.transition is not None:
                return found.transition * _SECOND
            previous = self.zone.previous_transition((instant + 1) / _SECOND)
            for offset in reversed(found.valid):
                start = local - offset * _SECOND
                if previous is not None and start < previous * _SECOND:
                    instant = previous * _SECOND - 1
                    break
                if start <= instant:
                    return start
            else:
                raise AssertionError(instant)

    # --- the next bucket --------------------------------------------------------------------------------------------

    def next(self, instant: int) -> int:
        """The start of the bucket behind that of ``instant``."""
        return self._next(instant - self.offset) + self.offset

    def _next(self, instant: int) -> int:
        if self._to_midnight:
            day = self._floor_one(self._local(instant)) // _DAY
            if self.unit in _MONTHS:
                day = calendar.plus_months(day, _MONTHS[self.unit])
            else:
                day += 7 if self.unit == "week" else 1
            return self._first_time_on(day * _DAY)
        if self.unit is not None:
            step = _MILLIS[self.unit]
            following = self._plain(instant + step)
            return following if instant < following or self.zone.fixed is not None else self._plain(instant + 2 * step)
        return self._next_interval(instant)

    def _plain(self, instant: int) -> int:
        return int(self._round(np.array([instant], np.int64))[0])

    def _next_interval(self, instant: int) -> int:
        start = self._plain(instant)
        at, step = start, self.interval
        for _ in range(99):
            at += step
            rounded = self._plain(at)
            if rounded <= start:
                if step < 0:
                    step = -step // 2
            elif self._plain(rounded - 1) > start:
                if step > 0:
                    step = -(step // 2)
            else:
                return rounded
        return self._plain(at)

    def size(self, instant: int, unit: str) -> float:
        """Prepared.roundingSize: how many of ``unit`` the bucket that begins at ``instant`` holds."""
        if self.unit is None:
            if unit in _MONTHS:
                raise IllegalArgumentException(
                    f"Cannot use month-based rate unit [{unit}] with fixed interval based histogram, only week, day,"
                    " hour, minute and second are supported for this histogram"
                )
            return self.interval / _MILLIS[unit]
        if (self.unit in _MONTHS) == (unit in _MONTHS):
            return (_MONTHS | _MILLIS)[self.unit] / (_MONTHS | _MILLIS)[unit]
        if self.unit in _MONTHS:
            return (self.next(instant) - instant) / _MILLIS[unit]
        raise IllegalArgumentException(
            f"Cannot use month-based rate unit [{unit}] with non-month based calendar interval histogram [{self.unit}]"
            " only week, day, hour, minute and second are supported for this histogram"
        )
