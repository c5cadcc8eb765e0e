"""Pages of ``_list``: what the next one begins with."""

from __future__ import annotations

from typing import Any

import orjson
import pytest

from fakeknn import api
from fakeknn.api.cat.lists import Page
from fakeknn.app import answer
from fakeknn.errors import IllegalArgumentException
from fakeknn.rest import Request
from fakeknn.state.allocation import copies_of
from fakeknn.state.node import Node


@pytest.fixture
def node() -> Node:
    api.load()
    node = Node()
    for name, shards in (("c", 1), ("a", 3), ("b", 2)):
        ask(node, "PUT", f"/{name}", {"settings": {"number_of_shards": shards}})
    return node


def ask(node: Node, method: str, path: str, body: Any = None) -> Any:
    raw = b"" if body is None else orjson.dumps(body)
    status, _, told = answer(node, Request.of(method, path, raw, {"content-type": "application/json"}))
    assert status == 200
    return orjson.loads(told)


@pytest.mark.parametrize(("sort", "expected"), [("asc", ["c", "a", "b"]), ("desc", ["b", "a", "c"])])
def test_pages_of_indices_follow_upon_each_other(node: Node, sort: str, expected: list[str]) -> None:
    seen, token = [], ""
    for left in (2, 1, 0):
        told = ask(node, "GET", f"/_list/indices?format=json&h=index&size=1&sort={sort}{token}")
        seen += [row["index"] for row in told["indices"]]
        assert (told["next_token"] is None) == (left == 0)
        token = f"&next_token={told['next_token']}"
    assert seen == expected


def test_pages_of_shards_keep_the_copies_of_a_shard_together(node: Node) -> None:
    page, seen = Page(3, True), []
    while True:
        copies, token = page.copies(page.following(node, node.indices.values()), lambda index: copies_of(node, index))
        seen.append([f"{copy.index.name}{copy.number}" for copy in copies])
        if token is None:
            break
        page = Page.of(Request.of("GET", f"/_list/shards?size=3&next_token={token}"), default=3, greatest=9, parts=3)
    assert seen == [["c0", "c0"], ["a0", "a0"], ["a1", "a1"], ["a2", "a2"], ["b0", "b0"], ["b1", "b1"]]
    with pytest.raises(IllegalArgumentException, match="greater than the replica count"):
        Page(1, True).copies(node.indices.values(), lambda index: copies_of(node, index))
