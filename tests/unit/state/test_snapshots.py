"""Snapshots hold what was, whatever is written afterwards."""

from __future__ import annotations

import pytest

from fakeknn.app import answer
from fakeknn.errors import RepositoryException
from fakeknn.rest import Request
from fakeknn.state import repositories, restoring, snapshots
from fakeknn.state.node import Node
from fakeknn.state.restoring import RestoreSnapshot
from fakeknn.state.snapshots import CreateSnapshot


@pytest.fixture
def node() -> Node:
    node = Node()
    repositories.put_repository(node, "r", "fs", {"location": "here"})
    return node


def ask(node: Node, method: str, path: str, body: bytes = b"") -> int:
    return answer(node, Request.of(method, path, body, {"content-type": "application/json"}))[0]


def test_what_is_written_later_is_not_in_it(node: Node) -> None:
    ask(node, "PUT", "/shop/_doc/1", b'{"a": 1}')
    snapshots.create_snapshot(node, CreateSnapshot("r", "s"))
    ask(node, "PUT", "/shop/_doc/2", b'{"a": 2}')
    ask(node, "DELETE", "/shop/_doc/1")
    names, shards = restoring.restore_snapshot(node, RestoreSnapshot("r", "s", rename=lambda name: name + "-old"))
    assert (names, shards) == (["shop-old"], 1)
    assert [ask(node, "GET", f"/{index}/_doc/{i}") for index in ("shop-old", "shop") for i in (1, 2)] == [
        200,
        404,
        404,
        200,
    ]


def test_a_location_keeps_its_snapshots_when_the_repository_goes(node: Node) -> None:
    snapshots.create_snapshot(node, CreateSnapshot("r", "s"))
    repositories.delete_repository(node, "r")
    repositories.put_repository(node, "again", "fs", {"location": "./here/"})
    assert list(snapshots.snapshots_in(node, "again")) == ["s"]


@pytest.mark.parametrize("location", [f"{repositories.PATH_REPO}/here", f"{repositories.PATH_REPO}/x/../here/"])
def test_a_location_may_be_told_in_full(node: Node, location: str) -> None:
    snapshots.create_snapshot(node, CreateSnapshot("r", "s"))
    repositories.put_repository(node, "again", "fs", {"location": location})
    assert list(snapshots.snapshots_in(node, "again")) == ["s"]
    assert node.repositories["again"].settings["location"] == location


@pytest.mark.parametrize("location", ["/abs", "../x", "a/../../x", "..", f"{repositories.PATH_REPO}/../x"])
def test_locations_outside_are_refused(node: Node, location: str) -> None:
    with pytest.raises(RepositoryException, match="failed to create repository"):
        repositories.put_repository(node, "x", "fs", {"location": location})
