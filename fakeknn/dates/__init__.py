"""Dates as OpenSearch reads and prints them: formats, date math, time zones, rounding.

Instants are integers: milliseconds (or nanoseconds) since 1970-01-01T00:00Z.
"""

from __future__ import annotations

from fakeknn.dates.format import DateFormat
from fakeknn.dates.math import parse as parse_math
from fakeknn.dates.math import parse_nanos
from fakeknn.dates.moments import instant_text
from fakeknn.dates.rounding import Rounding
from fakeknn.dates.zones import UTC, Zone
from fakeknn.dates.zones import of as parse_zone

__all__ = ["UTC", "DateFormat", "Rounding", "Zone", "instant_text", "parse_math", "parse_nanos", "parse_zone"]
