"""Statistics count what was done, and add up."""

from __future__ import annotations

from typing import Any

import orjson
import pytest

from fakeknn.app import answer
from fakeknn.rest import Request
from fakeknn.state.clock import ManualClock
from fakeknn.state.node import Node
from fakeknn.state.statistics import Segment, index_statistics, node_statistics, open_readers, total


@pytest.fixture
def node() -> Node:
    node = Node(clock=ManualClock())
    _ask(node, "PUT", "/shop", {"settings": {"number_of_shards": 2, "refresh_interval": "-1"}})
    return node


def _ask(node: Node, method: str, target: str, body: Any = None) -> Any:
    raw = b"" if body is None else orjson.dumps(body)
    status, _, told = answer(node, Request.of(method, target, raw, {"content-type": "application/json"}))
    assert status < 300 or method == "GET", told
    return orjson.loads(told)


def _told(node: Node) -> dict[str, Any]:
    return index_statistics(node, node.indices["shop"], open_readers(node))


def test_writes_gets_and_searches_are_counted(node: Node) -> None:
    for doc_id in "abc":
        _ask(node, "PUT", f"/shop/_doc/{doc_id}", {"n": 1})
    _ask(node, "DELETE", "/shop/_doc/a")
    assert _told(node)["docs"] == {"count": 0, "deleted": 0}
    _ask(node, "GET", "/shop/_doc/b")  # which refreshes the internal reader of its shard
    _ask(node, "GET", "/shop/_doc/nosuch")
    assert _told(node)["docs"]["count"] == 1
    _ask(node, "POST", "/shop/_refresh")
    _ask(node, "POST", "/shop/_search", {"size": 0})
    _ask(node, "POST", "/shop/_search", {"stats": ["mine"]})
    told = _told(node)
    assert told["docs"] == {"count": 2, "deleted": 2}
    assert (told["indexing"]["index_total"], told["indexing"]["delete_total"]) == (3, 1)
    assert (told["get"]["total"], told["get"]["exists_total"], told["get"]["missing_total"]) == (2, 1, 1)
    assert told["search"]["query_total"] == 4
    assert 1 <= told["search"]["fetch_total"] <= 2
    groups = _ask(node, "GET", "/shop/_stats/search?groups=mi*")["_all"]["total"]["search"]["groups"]
    assert groups["mine"]["query_total"] == 2


def test_the_translog_is_emptied_by_a_flush(node: Node) -> None:
    _ask(node, "PUT", "/shop/_doc/a", {"n": 1})
    assert _told(node)["translog"]["operations"] == 1
    _ask(node, "POST", "/shop/_flush")
    told = _told(node)
    assert (told["translog"]["operations"], told["flush"]["total"], told["segments"]["count"]) == (0, 2, 1)


def test_open_scrolls_and_points_in_time_hold_their_shards(node: Node) -> None:
    scroll = _ask(node, "POST", "/shop/_search?scroll=1m", {"size": 1})["_scroll_id"]
    _ask(node, "POST", "/shop/_search/point_in_time?keep_alive=1m")
    search = _told(node)["search"]
    assert (search["open_contexts"], search["scroll_current"], search["point_in_time_current"]) == (4, 2, 2)
    _ask(node, "DELETE", f"/_search/scroll/{scroll}")
    assert _told(node)["search"]["open_contexts"] == 2


def test_sums_add_counts_and_take_the_highest_moments() -> None:
    one = {"docs": {"count": 1}, "indexing": {"max_last_index_request_timestamp": 5, "is_throttled": False}}
    other = {"docs": {"count": 2}, "indexing": {"max_last_index_request_timestamp": 3, "is_throttled": True}}
    expected = {"docs": {"count": 3}, "indexing": {"max_last_index_request_timestamp": 5, "is_throttled": True}}
    assert total([one, other]) == expected
    assert one["docs"] == {"count": 1}
    assert total([]) == {}


def test_a_node_without_indices_counts_nothing() -> None:
    told = node_statistics(Node(clock=ManualClock()))
    assert told["docs"] == {"count": 0, "deleted": 0}
    assert told["refresh"]["total"] == 0
    assert told["segments"]["max_unsafe_auto_id_timestamp"] == -(2**63)


@pytest.mark.parametrize(("generation", "name"), [(0, "_0"), (9, "_9"), (10, "_a"), (36, "_10"), (1295, "_zz")])
def test_segments_are_numbered_in_base_36(generation: int, name: str) -> None:
    assert Segment(generation, 0, 0, 0, False, True).name == name
