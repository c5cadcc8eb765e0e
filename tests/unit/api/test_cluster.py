"""The waits of cluster health: what is reached at once, what never is, and what somebody else brings about."""

from __future__ import annotations

from typing import Any

import orjson
import pytest

from fakeknn.app import answer, handle
from fakeknn.rest import Later, Request
from fakeknn.state.clock import ManualClock
from fakeknn.state.node import Node


@pytest.fixture
def node() -> Node:
    node = Node(clock=ManualClock())
    _ask(node, "PUT", "/green", {"settings": {"number_of_replicas": 0}})
    _ask(node, "PUT", "/yellow", {"settings": {"number_of_replicas": 1}})
    return node


def _ask(node: Node, method: str, target: str, body: Any = None) -> tuple[int, Any]:
    raw = b"" if body is None else orjson.dumps(body)
    status, _, told = answer(node, Request.of(method, target, raw, {"content-type": "application/json"}))
    return status, orjson.loads(told)


@pytest.mark.parametrize(
    "wait",
    [
        "wait_for_status=yellow",
        "wait_for_status=RED",
        "wait_for_nodes=1",
        "wait_for_nodes=%3E=1",
        "wait_for_nodes=le(1)",
        "wait_for_nodes=%3C2",
        "wait_for_nodes=gt(0)",
        "wait_for_active_shards=2",
        "wait_for_no_initializing_shards=true&wait_for_no_relocating_shards=true",
        "wait_for_events=languid",
    ],
)
def test_what_is_so_is_not_waited_for(node: Node, wait: str) -> None:
    before = node.now()
    status, told = _ask(node, "GET", f"/_cluster/health?{wait}")
    assert (status, told["timed_out"], node.now()) == (200, False, before)


@pytest.mark.parametrize(
    "wait",
    [
        "?wait_for_status=green",
        "?wait_for_nodes=2",
        "?wait_for_nodes=lt(1)",
        "?wait_for_active_shards=all",
        "?wait_for_active_shards=3",
        "/missing?wait_for_status=red",
    ],
)
def test_what_never_comes_is_waited_for_until_the_time_is_up(node: Node, wait: str) -> None:
    before = node.now()
    status, told = _ask(node, "GET", f"/_cluster/health{wait}&timeout=2s")
    assert (status, told["timed_out"]) == (408, True)
    assert node.now() - before == pytest.approx(2)


def test_an_index_that_somebody_creates_meanwhile(node: Node) -> None:
    given = handle(node, Request.of("GET", "/_cluster/health/late?wait_for_status=yellow&timeout=5s"))
    assert isinstance(given, Later)
    node.clock.sleep(given.seconds)
    given = given.resume()
    assert isinstance(given, Later)
    _ask(node, "PUT", "/late")
    node.clock.sleep(given.seconds)
    done = given.resume()
    assert not isinstance(done, Later)
    assert (done[0], orjson.loads(done[2])["status"]) == (200, "yellow")


def test_the_percentage_is_that_of_the_whole_cluster(node: Node) -> None:
    assert _ask(node, "GET", "/_cluster/health/green")[1]["active_shards_percent_as_number"] == 100
    assert _ask(node, "GET", "/_cluster/health/yellow")[1]["active_shards_percent_as_number"] == 2 / 3 * 100
