"""``wait_for_completion=false``: a task's id, behind which the answer or the error is found."""

from __future__ import annotations

from typing import Any

import orjson
import pytest

from fakeknn.app import answer
from fakeknn.rest import Request
from fakeknn.state.node import Node


def ask(node: Node, method: str, path: str, body: bytes = b"") -> Any:
    return orjson.loads(answer(node, Request.of(method, path, body, {"content-type": "application/json"}))[2])


@pytest.mark.parametrize(
    ("method", "path", "action", "description"),
    [
        ("POST", "/shop/_open", "indices:admin/open", "open indices [shop]"),
        ("PUT", "/shop/_clone/twin", "indices:admin/resize", "clone from [shop] to [twin]"),
        (
            "POST",
            "/shop/_forcemerge",
            "indices:admin/forcemerge",
            "Force-merge indices [shop], maxSegments[-1], onlyExpungeDeletes[false], flush[true], primaryOnly[false]",
        ),
    ],
)
@pytest.mark.parametrize("wait", ["", "?wait_for_completion=true"])
def test_the_task_tells_the_answer(method: str, path: str, action: str, description: str, wait: str) -> None:
    node = Node()
    ask(node, "PUT", "/shop", b'{"settings": {"index.blocks.write": true}}')
    task = ask(node, method, f"{path}?wait_for_completion=false")["task"]
    told = ask(node, "GET", f"/_tasks/{task}{wait}")
    assert (told["completed"], told["task"]["action"], told["task"]["description"]) == (True, action, description)
    assert "response" in told
    assert node.bugs == []


def test_the_task_tells_the_error() -> None:
    node = Node()
    task = ask(node, "POST", "/nope/_open?wait_for_completion=false")["task"]
    told = ask(node, "GET", f"/_tasks/{task}")
    assert told["error"]["type"] == "index_not_found_exception"
    assert "response" not in told
