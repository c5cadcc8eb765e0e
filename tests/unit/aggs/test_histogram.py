"""Keys of histograms: those between the buckets, and where clocks are moved."""

from __future__ import annotations

import math

import numpy as np
import pytest

from fakeknn.aggs.date_histogram import DateSteps, date_codes, edges
from fakeknn.aggs.histogram import NumberSteps
from fakeknn.dates import UTC, Rounding, parse_zone

DAY = 86_400_000
YEAR_2020 = 1_577_836_800_000


def test_gaps_are_filled() -> None:
    steps = NumberSteps(5.0, 0.0, math.inf, -math.inf)
    assert list(steps.filled([0.0, 15.0])) == [0.0, 5.0, 10.0, 15.0]
    assert list(steps.filled([])) == []


def test_bounds_reach_beyond_the_keys() -> None:
    steps = NumberSteps(5.0, 2.0, -4.0, 12.0)
    assert list(steps.filled([2.0])) == [-8.0, -3.0, 2.0, 7.0, 12.0]
    assert list(steps.filled([])) == [-8.0, -3.0, 2.0, 7.0, 12.0]


def test_dates_without_keys_need_both_bounds() -> None:
    rounding = Rounding(unit="day")
    assert list(DateSteps(rounding, 0, None).filled([])) == []
    assert list(DateSteps(rounding, 0, 2 * DAY).filled([])) == [0, DAY, 2 * DAY]


@pytest.mark.parametrize("zone", ["UTC", "Europe/Berlin", "America/Sao_Paulo", "+05:30"])
@pytest.mark.parametrize("unit", ["hour", "day", "week", "month", "quarter", "year"])
def test_edges_are_one_another_s_next(zone: str, unit: str) -> None:
    rounding = Rounding(unit=unit, zone=UTC if zone == "UTC" else parse_zone(zone))
    span = 40 * DAY if unit == "hour" else 900 * DAY
    first = rounding.round_one(YEAR_2020 + 60 * DAY)
    found = edges(rounding, first, first + span).tolist()
    expected = [first]
    while (following := rounding.next(expected[-1])) <= first + span:
        expected.append(following)
    assert found == expected


@pytest.mark.parametrize("rounding", [Rounding(unit="month"), Rounding(interval=7 * DAY), Rounding(unit="hour")])
def test_codes_stand_for_rounded_instants(rounding: Rounding) -> None:
    values = YEAR_2020 + np.random.default_rng(3).integers(0, 700 * DAY, 500)
    codes, key = date_codes(rounding, values)
    assert [key(code) for code in codes.tolist()] == rounding.round(values).tolist()
