"""The fields of ``java.util.Calendar``, their bounds, and its days: Gregorian, and Julian before October 1582."""

from __future__ import annotations

from fakeknn.dates import calendar

DAY = 86_400_000
HOUR = 3_600_000
#: The first day of the Gregorian calendar.
CUTOVER = -141_427

NAMES = (
    *("ERA", "YEAR", "MONTH", "WEEK_OF_YEAR", "WEEK_OF_MONTH", "DAY_OF_MONTH", "DAY_OF_YEAR", "DAY_OF_WEEK"),
    *("DAY_OF_WEEK_IN_MONTH", "AM_PM", "HOUR", "HOUR_OF_DAY", "MINUTE", "SECOND", "MILLISECOND", "ZONE_OFFSET"),
    "DST_OFFSET",
)
ERA, YEAR, MONTH, WEEK_OF_YEAR, WEEK_OF_MONTH, DAY_OF_MONTH, DAY_OF_YEAR, DAY_OF_WEEK = range(8)
DAY_OF_WEEK_IN_MONTH, AM_PM, HALF_HOUR, HOUR_OF_DAY, MINUTE, SECOND, MILLISECOND, ZONE_OFFSET, DST_OFFSET = range(8, 17)
LEAST = (0, 1, 0, 1, 0, 1, 1, 1, 1, 0, 0, 0, 0, 0, 0, -13 * HOUR, 0)
LEAST_GREATEST = (1, 292269054, 11, 52, 4, 28, 365, 7, 4, 1, 11, 23, 59, 59, 999, 14 * HOUR, 20 * 60_000)
GREATEST = (1, 292278994, 11, 53, 6, 31, 366, 7, 6, 1, 11, 23, 59, 59, 999, 14 * HOUR, 2 * HOUR)
UNITS = {AM_PM: 12 * HOUR, HALF_HOUR: HOUR, HOUR_OF_DAY: HOUR, MINUTE: 60_000, SECOND: 1000, MILLISECOND: 1}
DAYS = {WEEK_OF_YEAR: 7, WEEK_OF_MONTH: 7, DAY_OF_WEEK_IN_MONTH: 7, DAY_OF_MONTH: 1, DAY_OF_YEAR: 1, DAY_OF_WEEK: 1}
UNSET, COMPUTED, SET = 0, 1, 2


def to_day(year: int, month: int, day: int) -> int:
    """The day number of a date of the calendar with its cutover; months from 0, any day."""
    year, month = year + month // 12, month % 12
    found = calendar.to_day(year, month + 1, day)
    if found >= CUTOVER:
        return found
    # A Julian year begins with March, as it were.
    shifted = year - (month < 2)
    of_year = (153 * ((month + 10) % 12) + 2) // 5 + day - 1
    julian = shifted * 365 + shifted // 4 + of_year - 719_470
    return julian if julian < CUTOVER else found


def from_day(day: int) -> tuple[int, int, int]:
    """Year, month (from 0) and day of the month."""
    if day >= CUTOVER:
        year, month, of_month = calendar.from_day(day)
        return year, month - 1, of_month
    shifted = day + 719_470
    year = (4 * shifted + 3) // 1461
    of_year = shifted - (year * 365 + year // 4)
    month = (5 * of_year + 2) // 153
    of_month = of_year - (153 * month + 2) // 5 + 1
    return year + (month >= 10), (month + 2) % 12, of_month


def weekday(day: int) -> int:
    """1 (Sunday) to 7."""
    return (day + 4) % 7 + 1


def on_or_before(day: int, wanted: int) -> int:
    return day - (weekday(day) - wanted) % 7
