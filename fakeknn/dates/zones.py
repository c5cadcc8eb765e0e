"""Time zones: Java's identifiers, fixed offsets, and the transitions of tzdata's regions as arrays.

``zoneinfo`` does not give its transitions away, and rounding a hundred thousand dates needs them as arrays, so the
files of the ``tzdata`` package are read here.
"""

from __future__ import annotations

import importlib.resources
import re
import struct
from bisect import bisect_left, bisect_right
from dataclasses import dataclass
from functools import cache, cached_property

import numpy as np
from numpy.typing import NDArray

from fakeknn.dates import calendar
from fakeknn.errors import DateTimeException, ZoneRulesException

_REGION = re.compile(r"[A-Za-z][A-Za-z0-9~/._+-]+")
#: By the length of an offset, where its hours, minutes and seconds stand.
_OFFSET_FORMS = {3: (1,), 5: (1, 3), 6: (1, 4), 7: (1, 3, 5), 9: (1, 4, 7)}
_PREFIXES = ("UTC", "GMT", "UT")
#: tzdata knows these, Java does not (or only as a way to write an offset).
_NOT_IN_JAVA = frozenset({"EST", "Factory", "GMT+0", "GMT-0", "HST", "MST", "ROC"})
_LAST_YEAR = 2500

#: The Gregorian calendar with its weekdays repeats itself, and with it do the rules: later times are looked up earlier.
_PERIOD = 146_097 * 86_400
_LAST_SECOND = calendar.to_day(_LAST_YEAR - 1, 1, 1) * 86_400

#: No offset is farther from another than this.
_FAR = 2 * 86_400

Int64s = NDArray[np.int64]


def _periods(second: int) -> int:
    """How many seconds, in whole periods, a time is to be moved to lie where transitions are kept."""
    return -((_LAST_SECOND - second) // _PERIOD) * _PERIOD if second > _LAST_SECOND else 0


@dataclass(frozen=True, slots=True)
class LocalOffsets:
    """The offsets (seconds) with which a zone's clocks show a local time: one, two (earlier first) or, in a gap, none.

    ``before`` is the first of them, or that before the gap; ``transition`` the instant of the gap or overlap.
    """

    valid: tuple[int, ...]
    before: int
    transition: int | None


class Zone:
    """A zone: ``transitions[i]`` (seconds, ascending) is when ``offsets[i + 1]`` (seconds) takes effect."""

    def __init__(self, id: str, offsets: Int64s, transitions: Int64s) -> None:
        self.id = id
        self.offsets = offsets
        self.transitions = transitions

    def __repr__(self) -> str:
        return f"Zone({self.id})"

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Zone) and self.id == other.id

    def __hash__(self) -> int:
        return hash(self.id)

    @property
    def fixed(self) -> int | None:
        """The offset in seconds if it is always the same."""
        return None if len(self.transitions) else int(self.offsets[0])

    @cached_property
    def _transitions(self) -> list[int]:
        return [int(second) for second in self.transitions]

    @cached_property
    def _offsets(self) -> list[int]:
        return [int(offset) for offset in self.offsets]

    def offset_at(self, second: int) -> int:
        """The offset at an instant, both in seconds."""
        return self._offsets[bisect_right(self._transitions, second - _periods(second))]

    def offsets_at(self, seconds: Int64s) -> Int64s:
        """``offset_at`` of an array of instants."""
        if not len(self.transitions):
            return np.full(len(seconds), self.offsets[0], dtype=np.int64)
        later = np.maximum(seconds - _LAST_SECOND + _PERIOD - 1, 0) // _PERIOD * _PERIOD
        found: Int64s = self.offsets[np.searchsorted(self.transitions, seconds - later, side="right")]
        return found

    def at_local(self, local: int) -> LocalOffsets:
        """What a local time (seconds) is: once, twice, or left out."""
        shift = _periods(local)
        local -= shift
        i = bisect_right(self._transitions, local - _FAR)
        while i < len(self._transitions) and self._transitions[i] <= local + _FAR:
            transition, earlier, later = self._transitions[i], self._offsets[i], self._offsets[i + 1]
            if local < transition + min(earlier, later):
                break
            if local < transition + max(earlier, later):
                valid = () if later > earlier else (earlier, later)
                return LocalOffsets(valid, earlier, transition + shift)
            i += 1
        return LocalOffsets((self._offsets[i],), self._offsets[i], None)

    def to_instant(self, local: int) -> int:
        """ZonedDateTime.ofLocal: the instant (seconds) of a local time.

        Of two, the earlier; a local time that a gap leaves out is taken as much later as the gap is long.
        """
        return local - self.at_local(local).before

    def next_transition(self, second: float) -> int | None:
        """The first transition behind an instant (seconds)."""
        shift = _periods(int(second))
        i = bisect_right(self._transitions, second - shift)
        return self._transitions[i] + shift if i < len(self._transitions) else None

    def previous_transition(self, second: float) -> int | None:
        """The last transition before an instant (seconds)."""
        shift = _periods(int(second))
        i = bisect_left(self._transitions, second - shift)
        return self._transitions[i - 1] + shift if i else None


class ZoneOffset(Zone):
    """A zone that is an offset and has no other name."""


def fixed(seconds: int, id: str | None = None) -> Zone:
    """A zone of one offset; ``Z`` for none, as ZoneOffset prints it."""
    offsets, transitions = np.array([seconds], np.int64), np.empty(0, np.int64)
    return ZoneOffset(offset_id(seconds), offsets, transitions) if id is None else Zone(id, offsets, transitions)


def offset_id(seconds: int) -> str:
    """ZoneOffset.getId: ``Z``, ``+01:00``, ``-00:00:30``."""
    if not seconds:
        return "Z"
    minutes, rest = divmod(abs(seconds), 60)
    tail = f":{rest:02d}" if rest else ""
    return f"{'-' if seconds < 0 else '+'}{minutes // 60:02d}:{minutes % 60:02d}{tail}"


UTC = fixed(0)


def checked_offset(seconds: int) -> int:
    """ZoneOffset.ofTotalSeconds."""
    if abs(seconds) > 18 * 3600:
        raise DateTimeException("Zone offset not in valid range: -18:00 to +18:00")
    return seconds


def parse_offset(text: str) -> int:
    """ZoneOffset.of: seconds of ``Z``, ``+h``, ``+hh``, ``+hh:mm``, ``+hhmm``, ``+hh:mm:ss``, ``+hhmmss``."""
    if text == "Z":
        return 0
    padded = f"{text[0]}0{text[1]}" if len(text) == 2 else text
    problem = "Invalid ID for ZoneOffset, {}: " + text
    if len(padded) not in _OFFSET_FORMS:
        raise DateTimeException(problem.format("invalid format"))
    parts = [0, 0, 0]
    for i, at in enumerate(_OFFSET_FORMS[len(padded)]):
        if len(padded) in (6, 9) and i and padded[at - 1] != ":":
            raise DateTimeException(problem.format("colon not found when expected"))
        if not re.fullmatch("[0-9]{2}", padded[at : at + 2]):
            raise DateTimeException(problem.format("non numeric characters found"))
        parts[i] = int(padded[at : at + 2])
    if padded[0] not in "+-":
        raise DateTimeException(problem.format("plus/minus not found when expected"))
    sign = -1 if padded[0] == "-" else 1
    return offset_of(*(sign * part for part in parts))


def offset_of(hours: int, minutes: int, seconds: int) -> int:
    """ZoneOffset.ofHoursMinutesSeconds, whose parts bear the same sign."""
    if not -18 <= hours <= 18:
        raise _no_offset("hours", hours, 18)
    if hours > 0 and (minutes < 0 or seconds < 0):
        raise DateTimeException("Zone offset minutes and seconds must be positive because hours is positive")
    if hours < 0 and (minutes > 0 or seconds > 0):
        raise DateTimeException("Zone offset minutes and seconds must be negative because hours is negative")
    if (minutes > 0 and seconds < 0) or (minutes < 0 and seconds > 0):
        raise DateTimeException("Zone offset minutes and seconds must have the same sign")
    for name, value in (("minutes", minutes), ("seconds", seconds)):
        if not -59 <= value <= 59:
            raise _no_offset(name, value, 59)
    return checked_offset(hours * 3600 + minutes * 60 + seconds)


def _no_offset(name: str, value: int, limit: int) -> DateTimeException:
    told = f"value {value} is not in the range -{limit} to {limit}"
    return DateTimeException(f"Zone offset {name} not in valid range: {told}")


@cache
def region_ids() -> frozenset[str]:
    """The region identifiers that Java knows."""
    names = importlib.resources.files("tzdata").joinpath("zones").read_text().split()
    return frozenset(names) - _NOT_IN_JAVA


@cache
def of(text: str) -> Zone:
    """ZoneId.of: an offset, ``UTC``/``GMT``/``UT`` with or without one, or a region."""
    if len(text) <= 1 or text[0] in "+-":
        return fixed(parse_offset(text))
    for prefix in _PREFIXES:
        if text == prefix:
            return fixed(0, text)
        if text.startswith((prefix + "+", prefix + "-")) and text not in region_ids():
            try:
                seconds = parse_offset(text[len(prefix) :])
            except DateTimeException as error:
                raise DateTimeException(f"Invalid ID for offset-based ZoneId: {text}") from error
            return fixed(seconds, prefix + offset_id(seconds) if seconds else prefix)
    if not _REGION.fullmatch(text):
        raise DateTimeException(f"Invalid ID for region-based ZoneId, invalid format: {text}")
    if text not in region_ids():
        raise ZoneRulesException(f"Unknown time-zone ID: {text}")
    return _region(text)


# --- tzdata -----------------------------------------------------------------------------------------------------------


def _region(id: str) -> Zone:
    raw = importlib.resources.files("tzdata.zoneinfo").joinpath(*id.split("/")).read_bytes()
    first = struct.unpack(">6l", raw[20:44])
    # The second block repeats the first with 64-bit times.
    skipped = 44 + first[3] * 5 + first[4] * 6 + first[5] + first[2] * 8 + first[1] + first[0]
    ut_count, std_count, leap_count, time_count, type_count, char_count = struct.unpack(
        ">6l", raw[skipped + 20 : skipped + 44]
    )
    at = skipped + 44
    times = np.frombuffer(raw, ">i8", time_count, at).astype(np.int64)
    at += time_count * 8
    kinds = np.frombuffer(raw, np.uint8, time_count, at)
    at += time_count
    types = [struct.unpack(">lbb", raw[at + 6 * i : at + 6 * i + 6])[0] for i in range(type_count)]
    at += type_count * 6 + char_count + leap_count * 12 + std_count + ut_count
    footer = raw[at:].strip(b"\n").decode()
    offsets = np.array([types[0], *(types[kind] for kind in kinds)], np.int64)
    last = int(times[-1]) if time_count else -(1 << 62)
    later = [(second, offset) for second, offset in _rule_transitions(footer) if second > last]
    times = np.concatenate([times, np.array([second for second, _ in later], np.int64)])
    offsets = np.concatenate([offsets, np.array([offset for _, offset in later], np.int64)])
    # Changes of name alone are no transitions.
    changes = np.flatnonzero(offsets[1:] != offsets[:-1])
    return Zone(id, np.concatenate([offsets[:1], offsets[changes + 1]]), times[changes])


_POSIX = re.compile(
    r"(?:<[^>]+>|[A-Za-z]+)(?P<std>[+-]?\d+(?::\d+)*)"
    r"(?:(?:<[^>]+>|[A-Za-z]+)(?P<dst>[+-]?\d+(?::\d+)*)?,(?P<start>[^,]+),(?P<end>.+))?"
)


def _posix_seconds(text: str) -> int:
    sign = -1 if text.startswith("-") else 1
    parts = [int(part) for part in text.lstrip("+-").split(":")]
    return sign * sum(part * unit for part, unit in zip(parts, (3600, 60, 1), strict=False))


def _rule_transitions(footer: str) -> list[tuple[int, int]]:
    """The transitions that a POSIX rule, ``CET-1CEST,M3.5.0,M10.5.0/3``, makes from 1970 to the last year kept."""
    match = _POSIX.fullmatch(footer)
    if match is None or match["start"] is None:
        return []
    standard = -_posix_seconds(match["std"])
    saving = -_posix_seconds(match["dst"]) if match["dst"] else standard + 3600
    found = []
    for year in range(1970, _LAST_YEAR):
        found.append((_rule_second(match["start"], year) - standard, saving))
        found.append((_rule_second(match["end"], year) - saving, standard))
    return sorted(found)


def _rule_second(rule: str, year: int) -> int:
    date, _, time = rule.partition("/")
    if date[0] == "M":
        month, week, weekday = (int(part) for part in date[1:].split("."))
        first = calendar.to_day(year, month, 1)
        day = first + (weekday - calendar.weekday(first)) % 7 + (week - 1) * 7
        if day - first >= calendar.month_length(year, month):
            day -= 7
    elif date[0] == "J":  # leap days are not counted
        number = int(date[1:])
        day = calendar.to_day(year, 1, 1) + number - 1 + (number >= 60 and calendar.is_leap(year))
    else:
        day = calendar.to_day(year, 1, 1) + int(date)
    return day * 86_400 + (_posix_seconds(time) if time else 7200)
