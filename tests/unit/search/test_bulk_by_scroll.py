"""By query, in time: throttled, at another pace, cancelled, in the background; and what the limits are."""

from __future__ import annotations

from typing import Any

import orjson
import pytest

from fakeknn.app import answer, handle
from fakeknn.errors import NotFaked
from fakeknn.rest import Later, Request
from fakeknn.search.bulk_by_scroll import Worker
from fakeknn.state.clock import ManualClock
from fakeknn.state.node import Node


@pytest.fixture
def node() -> Node:
    node = Node(clock=ManualClock())
    lines = "".join(f'{{"index": {{"_id": "{i}"}}}}\n{{"n": {i}}}\n' for i in range(6))
    ask(node, "POST", "/shop/_bulk?refresh=true", lines)
    return node


def ask(node: Node, method: str, path: str, body: Any = None) -> Any:
    raw = body.encode() if isinstance(body, str) else b"" if body is None else orjson.dumps(body)
    kind = "application/x-ndjson" if "_bulk" in path else "application/json"
    return orjson.loads(answer(node, Request.of(method, path, raw, {"content-type": kind}))[2])


def start(node: Node, path: str, body: Any = None) -> str:
    """Begin in the background: the task."""
    return str(ask(node, "POST", path + "&wait_for_completion=false", body)["task"])


def updated(node: Node, task: str) -> int:
    return int(ask(node, "GET", f"/_tasks/{task}")["task"]["status"]["updated"])


def test_batches_are_as_far_apart_as_the_pace_says(node: Node) -> None:
    before = node.now()
    found = ask(node, "POST", "/shop/_update_by_query?requests_per_second=2&scroll_size=3")
    assert (found["updated"], found["batches"], found["throttled_millis"]) == (6, 2, 2999)
    assert node.now() - before == pytest.approx(3.0)


def test_the_last_batch_is_not_waited_for_when_the_limit_is_met(node: Node) -> None:
    found = ask(node, "POST", "/shop/_update_by_query?requests_per_second=1&scroll_size=2&max_docs=2")
    assert (found["updated"], found["throttled_millis"]) == (2, 0)


def test_a_task_works_on_as_time_goes_by(node: Node) -> None:
    task = start(node, "/shop/_update_by_query?requests_per_second=1&scroll_size=2")
    assert updated(node, task) == 2
    node.clock.sleep(1.9)
    assert updated(node, task) == 2
    node.clock.sleep(0.2)
    assert updated(node, task) == 4
    assert not ask(node, "GET", f"/_tasks/{task}")["completed"]
    node.clock.sleep(10)
    # Whatever is asked next finds what should have happened by now
    assert ask(node, "GET", "/shop/_doc/5")["_version"] == 2
    done = ask(node, "GET", f"/_tasks/{task}")
    assert done["completed"]
    assert done["response"]["throttled"] == "5.9s"


def test_waiting_for_a_task(node: Node) -> None:
    task = start(node, "/shop/_update_by_query?requests_per_second=1&scroll_size=2")
    given = handle(node, Request.of("GET", f"/_tasks/{task}?wait_for_completion=true"))
    assert isinstance(given, Later)
    assert ask(node, "GET", f"/_tasks/{task}?wait_for_completion=true&timeout=1s")["status"] == 500
    assert ask(node, "GET", f"/_tasks/{task}?wait_for_completion=true")["completed"]


def test_another_pace(node: Node) -> None:
    task = start(node, "/shop/_update_by_query?requests_per_second=0.1&scroll_size=2")
    told = ask(node, "POST", f"/_update_by_query/{task}/_rethrottle?requests_per_second=1")
    (status,) = (one["status"] for one in told["nodes"][node.node_id]["tasks"].values())
    assert status["requests_per_second"] == 1.0
    assert status["throttled_until_millis"] == 2000
    # A slower one begins with the next batch
    ask(node, "POST", f"/_update_by_query/{task}/_rethrottle?requests_per_second=0.01")
    node.clock.sleep(2.1)
    assert updated(node, task) == 4
    node.clock.sleep(100)
    assert updated(node, task) == 4


def test_a_cancelled_task_stays_where_it_is(node: Node) -> None:
    task = start(node, "/shop/_update_by_query?requests_per_second=1&scroll_size=2&slices=2")
    before = updated(node, task)
    ask(node, "POST", f"/_tasks/{task}/_cancel")
    done = ask(node, "GET", f"/_tasks/{task}")
    assert done["completed"]
    assert done["response"]["canceled"] == "by user request"
    assert done["response"]["updated"] >= before
    assert node.background == []


def test_a_restored_node_works_on_nothing(node: Node) -> None:
    token = node.checkpoint()
    start(node, "/shop/_update_by_query?requests_per_second=1&scroll_size=2")
    node.restore(token)
    node.clock.sleep(100)
    assert ask(node, "GET", "/shop/_doc/5")["_version"] == 1


def test_slices_share_the_limit_and_the_pace(node: Node) -> None:
    found = ask(node, "POST", "/shop/_update_by_query?slices=2&max_docs=4&requests_per_second=1000")
    assert found["updated"] <= 4
    assert [part["requests_per_second"] for part in found["slices"]] == [500.0, 500.0]


def test_what_a_block_refuses_for_now_is_tried_again_in_vain(node: Node) -> None:
    ask(node, "PUT", "/shop/_settings", {"index.blocks.read_only_allow_delete": True})
    found = ask(node, "POST", "/shop/_update_by_query")
    assert found["retries"] == {"bulk": 11, "search": 0}
    assert {failure["status"] for failure in found["failures"]} == {429}


def test_a_stored_script_has_a_size(node: Node) -> None:
    script = {"script": {"lang": "painless", "source": "1" * 65536}}
    refused = ask(node, "PUT", "/_scripts/long", script)
    assert refused["error"]["reason"].startswith("exceeded max allowed stored script size in bytes [65535]")


def test_what_cannot_go_on_in_the_background_is_told_once(node: Node, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_: object) -> None:
        raise NotFaked("this")

    start(node, "/shop/_update_by_query?requests_per_second=1&scroll_size=3")
    monkeypatch.setattr(Worker, "_bulk", refuse)
    node.clock.sleep(10)
    assert ask(node, "GET", "/shop/_doc/5")["status"] == 501
    assert ask(node, "GET", "/shop/_doc/5")["_version"] == 1
