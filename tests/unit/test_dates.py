"""Dates: what a real OpenSearch reads, prints, adds and rounds, recorded (see ``record.py``)."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from fakeknn.dates import UTC, DateFormat, Rounding, parse_math, parse_zone, zones
from fakeknn.dates.named import FORMATS
from fakeknn.errors import IllegalArgumentException, NotFaked, OpenSearchError
from fakeknn.units import parse_time_value

RECORDED = json.loads((Path(__file__).parent / "recorded" / "dates.json").read_text())


def told(error: OpenSearchError) -> list[list[str]]:
    return [[link.type, str(link.reason)] for link in error.chain()]


def by_format(section: str) -> list[Any]:
    formats: dict[str, list[Any]] = {}
    for pattern, *rest in RECORDED[section]:
        formats.setdefault(pattern, []).append(rest)
    return [pytest.param(pattern, rests, id=pattern) for pattern, rests in formats.items()]


@pytest.mark.parametrize(("pattern", "cases"), by_format("parse"))
def test_parse(pattern: str, cases: list[Any]) -> None:
    date_format = DateFormat.parse(pattern)
    for text, expected in cases:
        try:
            answer: Any = date_format.format_nanos(0) and str(date_format.to_millis(text))
        except OpenSearchError as error:
            answer = told(error)
            if answer[0][1] == f"failed to parse date field [{text}] with format [{pattern}]":
                answer = answer[1:]
        if "InstantSeconds=" in str(expected) or "temporal accessor" in str(expected):
            # Java prints a map in an order that changes from run to run.
            assert sorted(str(answer)) == sorted(str(expected)), text
            continue
        assert answer == expected, text


@pytest.mark.parametrize(("pattern", "cases"), by_format("format"))
def test_format(pattern: str, cases: list[Any]) -> None:
    instants = [0, 1577934245678, 1609459199999, -1, 951782400000, 253402300800000, -62167219200001, -30610224000000]
    date_format = DateFormat.parse(pattern)
    assert [date_format.format(instant) for instant in instants] == cases[0][0]


@pytest.mark.parametrize(("pattern", "expected"), [pytest.param(*case, id=case[0]) for case in RECORDED["wrong"]])
def test_wrong_patterns(pattern: str, expected: list[list[str]]) -> None:
    with pytest.raises(IllegalArgumentException) as caught:
        DateFormat.parse(pattern)
    # Around it, the mapping tells the field.
    assert told(caught.value) == expected[2:]


@pytest.mark.parametrize(("text", "round_up", "zone", "expected"), RECORDED["math"])
def test_date_math(text: str, round_up: bool, zone: str, expected: int | str) -> None:
    date_format = DateFormat.parse("strict_date_optional_time||epoch_millis")
    where = parse_zone(zone) if zone else None
    try:
        answer: int | str = parse_math(text, date_format, lambda: 1600000000123, round_up, where)
    except OpenSearchError as error:
        answer = str(error.reason)
    if isinstance(expected, str):
        assert str(answer) in expected
    else:
        assert answer == expected


def test_now_is_rounded_in_the_zone() -> None:
    date_format = DateFormat.parse("date_optional_time")
    new_york = parse_zone("America/New_York")
    now = 1600000000123  # 2020-09-13T12:26:40Z, a Sunday
    assert parse_math("now/d", date_format, lambda: now, False, new_york) == 1599969600000
    assert parse_math("now/d", date_format, lambda: now, True, new_york) == 1600055999999
    assert parse_math("now-1w/w", date_format, lambda: now) == 1598832000000


@pytest.mark.parametrize(("text", "expected"), RECORDED["zones"])
def test_time_zones(text: str, expected: int | list[list[str]]) -> None:
    local = 1577836800  # 2020-01-01T00:00
    try:
        answer: Any = parse_zone(text).to_instant(local) * 1000
    except OpenSearchError as error:
        # RangeQueryBuilder tells it again around itself.
        assert told(error) == expected[1:]  # type: ignore[index]
        return
    assert answer == expected


@pytest.mark.parametrize(("zone", "interval", "offset", "expected"), RECORDED["round"])
def test_rounding(zone: str, interval: str, offset: str, expected: list[int]) -> None:
    unit = interval if interval.isalpha() else None
    millis = 0 if unit else parse_time_value(interval, "interval").millis
    shift = parse_time_value(offset.lstrip("+"), "offset").millis
    rounding = Rounding(unit, millis, parse_zone(zone), shift)
    instants = np.array(RECORDED["instants"], np.int64)
    assert rounding.round(instants).tolist() == expected
    assert [rounding.round_one(int(instant)) for instant in instants] == expected
    for instant, start in zip(instants, expected, strict=True):
        following = rounding.next(int(instant))
        assert following > instant
        assert rounding.round_one(following) == following
        assert rounding.round_one(following - 1) == start


def test_rounding_an_interval_of_nothing_is_refused() -> None:
    with pytest.raises(IllegalArgumentException, match="Zero or negative time interval not supported"):
        Rounding(None, 0)


def test_the_size_of_a_bucket() -> None:
    february = 1580515200000
    assert Rounding("month").size(february, "day") == 29
    assert Rounding("year").size(february, "quarter") == 4
    assert Rounding("week").size(february, "hour") == 168
    assert Rounding(None, 90_000).size(february, "minute") == 1.5
    for rounding in (Rounding("day"), Rounding(None, 86_400_000)):
        with pytest.raises(IllegalArgumentException, match=r"Cannot use month-based rate unit \[month\]"):
            rounding.size(february, "month")


def test_each_named_format_is_recorded() -> None:
    assert set(FORMATS) <= {pattern for pattern, *_ in RECORDED["parse"]}


def test_camel_case_is_another_name_for_a_format() -> None:
    assert DateFormat.parse("basicDateTime").to_millis("20200102T030405.678Z") == 1577934245678
    with pytest.raises(IllegalArgumentException):
        DateFormat.parse("weekYear")


def test_nanoseconds() -> None:
    date_format = DateFormat.parse("strict_date_optional_time_nanos||epoch_millis")
    nanos = 1577934245123456789
    assert date_format.to_nanos("2020-01-02T03:04:05.123456789Z") == nanos
    assert date_format.format_nanos(nanos) == "2020-01-02T03:04:05.123456789Z"
    assert DateFormat.parse("epoch_millis").format_nanos(nanos) == "1577934245123.456789"
    assert DateFormat.parse("epoch_millis").format_nanos(-1) == "-0.000001"


def test_a_zone_for_texts_that_name_none() -> None:
    paris = DateFormat.parse("uuuu-MM-dd HH:mm[VV]").with_zone(parse_zone("Europe/Paris"))
    assert paris.to_millis("2020-07-01 12:00") == 1593597600000
    assert paris.to_millis("2020-07-01 12:00UTC") == 1593604800000
    assert paris.format(1593597600000) == "2020-07-01 12:00Europe/Paris"


def test_what_is_not_faked_says_so() -> None:
    with pytest.raises(NotFaked, match="locale"):
        DateFormat.parse("dd MMM uuuu", "eo")
    with pytest.raises(NotFaked, match="letter"):
        DateFormat.parse("HH:mm B").format(0)
    with pytest.raises(NotFaked, match="names of time zones"):
        DateFormat.parse("zzzz").with_zone(parse_zone("Europe/Paris")).format(0)
    assert DateFormat.parse("d MMMM uuuu, EEEE", "en").format(0) == "1 January 1970, Thursday"
    assert DateFormat.parse("d MMMM uuuu, EEEE", "fr-FR").format(0) == "1 janvier 1970, jeudi"
    assert DateFormat.parse("MMMM", "de_AT").format(0) == "Jänner"


def test_zones_know_their_gaps_and_overlaps() -> None:
    paris = parse_zone("Europe/Paris")
    gap, overlap = 1585449000, 1603593000  # 2020-03-29T02:30 and 2020-10-25T02:30, local
    assert paris.at_local(gap).valid == ()
    assert paris.at_local(overlap).valid == (7200, 3600)
    assert paris.to_instant(gap) == gap - 3600
    assert paris.to_instant(overlap) == overlap - 7200
    seconds = np.array([0, gap - 3600, overlap], np.int64)
    assert paris.offsets_at(seconds).tolist() == [paris.offset_at(int(second)) for second in seconds]
    later = 32503680000 + 15 * 86400 * 12  # in the summer of the year 3000
    assert paris.offset_at(later) == paris.offsets_at(np.array([later]))[0] == 7200
    assert zones.of("UTC") != UTC
    assert parse_zone("UTC").fixed == UTC.fixed == 0


def test_what_prints_as_the_first_pattern_is_no_other() -> None:
    assert DateFormat.parse("strict_date_optional_time||epoch_millis", printed="strict_date_optional_time").prints_iso
    assert not DateFormat.parse("strict_date_optional_time||epoch_millis", printed="yyyy").prints_iso
