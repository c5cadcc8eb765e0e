"""The proleptic ISO calendar over plain integers, for years far outside of ``datetime``'s, and its English names.

A day is counted from 1970-01-01, a time of day in nanoseconds.
"""

from __future__ import annotations

from fakeknn.errors import DateTimeException

SECOND = 1_000_000_000
MINUTE = 60 * SECOND
HOUR = 60 * MINUTE
DAY = 24 * HOUR
DAY_SECONDS = 86_400

MONTHS = (
    "January", "February", "March", "April", "May", "June",
    "July", "August", "September", "October", "November", "December",
)  # fmt: skip
WEEKDAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")


def is_leap(year: int) -> bool:
    return year % 4 == 0 and (year % 100 != 0 or year % 400 == 0)


def month_length(year: int, month: int) -> int:
    if month == 2:
        return 29 if is_leap(year) else 28
    return 30 if month in (4, 6, 9, 11) else 31


def to_day(year: int, month: int, day: int) -> int:
    """The day number of a date; ``day`` may lie outside of its month."""
    shifted = year - (month <= 2)
    era, year_of_era = divmod(shifted, 400)
    day_of_year = (153 * ((month + 9) % 12) + 2) // 5 + day - 1
    return era * 146_097 + year_of_era * 365 + year_of_era // 4 - year_of_era // 100 + day_of_year - 719_468


def from_day(day: int) -> tuple[int, int, int]:
    """Year, month and day of the month."""
    era, day_of_era = divmod(day + 719_468, 146_097)
    year_of_era = (day_of_era - day_of_era // 1_460 + day_of_era // 36_524 - day_of_era // 146_096) // 365
    day_of_year = day_of_era - (365 * year_of_era + year_of_era // 4 - year_of_era // 100)
    shifted = (5 * day_of_year + 2) // 153
    month = shifted + 3 if shifted < 10 else shifted - 9
    return year_of_era + era * 400 + (month <= 2), month, day_of_year - (153 * shifted + 2) // 5 + 1


def weekday(day: int) -> int:
    """1 (Monday) to 7."""
    return (day + 3) % 7 + 1


def week_year_start(year: int) -> int:
    """The Monday with which an ISO week-based year begins."""
    fourth = to_day(year, 1, 4)
    return fourth - weekday(fourth) + 1


def week_of(day: int) -> tuple[int, int]:
    """The ISO week-based year of a day and the week in it."""
    year = from_day(day - weekday(day) + 4)[0]
    return year, (day - week_year_start(year)) // 7 + 1


def weeks_in(year: int) -> int:
    return (week_year_start(year + 1) - week_year_start(year)) // 7


def checked_day(year: int, month: int, day: int) -> int:
    """LocalDate.of: the day number, or Java's refusal of a day that the month has not."""
    if day > month_length(year, month):
        if day == 29:
            raise DateTimeException(f"Invalid date 'February 29' as '{year}' is not a leap year")
        raise DateTimeException(f"Invalid date '{MONTHS[month - 1].upper()} {day}'")
    return to_day(year, month, day)


def plus_months(day: int, months: int) -> int:
    """LocalDate.plusMonths: the same day of the month, or the month's last."""
    year, month, day_of_month = from_day(day)
    carried, month = divmod(month - 1 + months, 12)
    year, month = year + carried, month + 1
    return to_day(year, month, min(day_of_month, month_length(year, month)))


def date_text(day: int) -> str:
    """LocalDate.toString."""
    year, month, day_of_month = from_day(day)
    sign = "-" if year < 0 else "+" if year > 9999 else ""
    return f"{sign}{abs(year):04d}-{month:02d}-{day_of_month:02d}"
