"""Orders of buckets: which a shard chooses, and how a merge sorts."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import pytest

from fakeknn.aggs.orders import COUNT_DESCENDING, CountOrder, KeyOrder, Orders, parse_order, parse_orders
from fakeknn.aggs.results import Bucket
from fakeknn.errors import IndexOutOfBoundsException, OpenSearchError, ParsingException


def chosen(orders: Orders, owners: list[int], counts: list[int], size: int) -> list[int]:
    return orders.best(np.array(owners), np.array(counts), [], size).tolist()


def test_each_owner_keeps_its_most_frequent_and_of_equals_the_first() -> None:
    assert chosen(COUNT_DESCENDING, [0, 0, 0, 1, 1], [2, 5, 2, 1, 9], 2) == [0, 1, 3, 4]
    assert chosen(COUNT_DESCENDING, [0, 0, 0, 1, 1], [2, 5, 2, 1, 9], 1) == [1, 4]


def test_the_last_keys_come_first_when_they_descend() -> None:
    assert chosen(Orders.of([KeyOrder(False)]), [0, 0, 0], [1, 1, 1], 2) == [1, 2]


def test_a_tie_is_broken_by_the_key() -> None:
    buckets = [Bucket(key, count, {}) for key, count in (("b", 3), ("c", 1), ("a", 3))]
    COUNT_DESCENDING.sort(buckets)
    assert [bucket.key for bucket in buckets] == ["a", "b", "c"]
    Orders.of([CountOrder(True), KeyOrder(False)]).sort(buckets)
    assert [bucket.key for bucket in buckets] == ["c", "b", "a"]


def test_what_is_no_number_is_last_in_both_directions() -> None:
    class Result:
        def __init__(self, value: float) -> None:
            self.value = value

        def sort_value(self, key: str | None) -> float:
            return self.value

    for direction, expected in (("asc", [1.0, 2.0]), ("desc", [2.0, 1.0])):
        orders = Orders.of([parse_order({"order": {"m": direction}}, "order")])
        buckets: list[Any] = [Bucket(i, 1, {"m": Result(v)}) for i, v in enumerate((math.nan, 2.0, 1.0))]  # type: ignore[dict-item]
        orders.sort(buckets)
        assert [bucket.results["m"].value for bucket in buckets[:2]] == expected
        assert math.isnan(buckets[2].results["m"].value)


@pytest.mark.parametrize(
    ("body", "reason"),
    [
        ({"_count": "up"}, "Unknown order direction [up]"),
        ({"_count": 1}, "Unexpected token [VALUE_NUMBER] for [order]"),
        ({}, "Must specify at least one field for [order]"),
    ],
)
def test_refused(body: dict[str, Any], reason: str) -> None:
    with pytest.raises(ParsingException) as caught:
        parse_order({"order": body}, "order")
    assert caught.value.reason == reason


def test_no_order_at_all_is_the_error_of_a_java_list() -> None:
    with pytest.raises(IndexOutOfBoundsException):
        parse_orders({"order": []}, "order")


def test_an_array_of_arrays_is_refused() -> None:
    with pytest.raises(OpenSearchError, match="expected value but got"):
        parse_orders({"order": [[{"_count": "asc"}]]}, "order")
