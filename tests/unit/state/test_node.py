"""A node: its checkpoints, what they cost, its ids, and the names it resolves."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import orjson
import pytest

from fakeknn import app
from fakeknn.errors import IndexNotFoundException
from fakeknn.rest import Request
from fakeknn.state.clock import ManualClock
from fakeknn.state.node import Node

Ask = Callable[..., Any]


def asker(node: Node) -> Ask:
    def ask(method: str, target: str, body: Any = None) -> Any:
        raw = b"" if body is None else body if isinstance(body, bytes) else orjson.dumps(body)
        status, _, answer = app.answer(node, Request.of(method, target, raw, {"content-type": "application/json"}))
        return orjson.loads(answer) if answer else status

    return ask


@pytest.fixture
def node() -> Node:
    return Node(clock=ManualClock())


@pytest.fixture
def ask(node: Node) -> Ask:
    return asker(node)


def everything(ask: Ask) -> Any:
    """All that a test could look at."""
    return {
        "indices": ask("GET", "/_all?expand_wildcards=all"),
        "found": ask("GET", "/_search?size=100&sort=_doc&seq_no_primary_term=true&version=true")["hits"],
        "one": ask("GET", "/shop/_doc/1"),
        "gone": ask("GET", "/shop/_doc/2"),
        "settings": ask("GET", "/_cluster/settings"),
    }


def seed(ask: Ask) -> None:
    ask("PUT", "/shop", {"settings": {"refresh_interval": "-1"}, "aliases": {"store": {}}})
    ask("PUT", "/shop/_doc/1?refresh=true", {"n": 1, "t": "one"})
    ask("PUT", "/shop/_doc/2?refresh=true", {"n": 2})
    ask("DELETE", "/shop/_doc/2")


CHANGES: list[tuple[str, str, Any]] = [
    ("PUT", "/shop/_doc/1?refresh=true", {"n": 10, "new": "field"}),
    ("PUT", "/shop/_doc/2", {"n": 2}),
    ("DELETE", "/shop/_doc/1", None),
    ("POST", "/shop/_refresh", None),
    ("POST", "/shop/_forcemerge", None),
    ("PUT", "/shop/_mapping", {"properties": {"more": {"type": "keyword"}}}),
    ("PUT", "/shop/_settings", {"index.refresh_interval": "1s"}),
    ("POST", "/_aliases", {"actions": [{"add": {"index": "shop", "alias": "other"}}]}),
    ("PUT", "/other/_doc/1?refresh=true", {"n": 3}),
    ("DELETE", "/shop", None),
    ("PUT", "/_cluster/settings", {"persistent": {"action.auto_create_index": "false"}}),
    ("POST", "/_bulk?refresh=true", b'{"index":{"_index":"shop","_id":"9"}}\n{"n":9}\n'),
]


@pytest.mark.parametrize("change", CHANGES, ids=[f"{method} {path}" for method, path, _ in CHANGES])
def test_restore_undoes(node: Node, ask: Ask, change: tuple[str, str, Any]) -> None:
    seed(ask)
    before = everything(ask)
    token = node.checkpoint()
    for _ in range(2):
        ask(*change)
        node.restore(token)
        assert everything(ask) == before


def test_restore_undoes_them_all_at_once(node: Node, ask: Ask) -> None:
    seed(ask)
    before = everything(ask)
    token = node.checkpoint()
    for change in CHANGES:
        ask(*change)
    node.restore(token)
    assert everything(ask) == before


def test_checkpoints_nest(node: Node, ask: Ask) -> None:
    seed(ask)
    outer = node.checkpoint()
    ask("PUT", "/shop/_doc/3?refresh=true", {"n": 3})
    inner = node.checkpoint()
    ask("PUT", "/shop/_doc/4?refresh=true", {"n": 4})
    node.restore(inner)
    assert [ask("GET", f"/shop/_doc/{i}")["found"] for i in (1, 3, 4)] == [True, True, False]
    node.restore(outer)
    assert [ask("GET", f"/shop/_doc/{i}")["found"] for i in (1, 3, 4)] == [True, False, False]
    node.restore(inner)
    assert [ask("GET", f"/shop/_doc/{i}")["found"] for i in (1, 3, 4)] == [True, True, False]


def test_a_pending_write_stays_pending_in_the_checkpoint(node: Node, ask: Ask) -> None:
    ask("PUT", "/shop")
    ask("PUT", "/shop/_doc/1", {"n": 1})
    token = node.checkpoint()
    node.clock.sleep(2)
    assert ask("GET", "/shop/_count")["count"] == 1
    node.restore(token)
    assert ask("GET", "/shop/_count")["count"] == 1  # its moment has passed here, too
    assert ask("PUT", "/shop/_doc/1", {"n": 2})["_version"] == 2


def test_reset_empties(node: Node, ask: Ask) -> None:
    seed(ask)
    node.reset()
    assert ask("GET", "/_all") == {}
    assert ask("PUT", "/shop") == {"acknowledged": True, "shards_acknowledged": True, "index": "shop"}


def test_a_run_can_be_repeated() -> None:
    ids = []
    for _ in range(2):
        node = Node(seed=7, clock=ManualClock())
        ask = asker(node)
        made = [ask("POST", "/shop/_doc", {"n": i})["_id"] for i in range(3)]
        ids.append((node.cluster_uuid, ask("GET", "/shop")["shop"]["settings"]["index"]["uuid"], *made))
    assert ids[0] == ids[1]
    assert len(set(ids[0])) == 5
    assert all(len(made) == 20 for made in ids[0][2:])
    assert Node(seed=8).cluster_uuid != ids[0][0]


def test_ids_go_on_from_a_checkpoint(node: Node, ask: Ask) -> None:
    ask("PUT", "/shop")
    token = node.checkpoint()
    first = ask("POST", "/shop/_doc", {})["_id"]
    node.restore(token)
    assert ask("POST", "/shop/_doc", {})["_id"] == first
    assert ask("POST", "/shop/_doc", {})["_id"] != first


def test_immediate_refresh(node: Node) -> None:
    ask = asker(Node(refresh="immediate"))
    ask("PUT", "/shop/_doc/1", {"n": 1})
    assert ask("GET", "/shop/_count")["count"] == 1
    ask("POST", "/_bulk", b'{"index":{"_index":"shop"}}\n{}\n{"delete":{"_index":"shop","_id":"1"}}\n')
    assert ask("GET", "/shop/_count")["count"] == 1
    ask("POST", "/shop/_update/5", {"doc": {}, "doc_as_upsert": True})
    assert ask("GET", "/shop/_count")["count"] == 2


def test_names_of_writes_and_gets(node: Node, ask: Ask) -> None:
    seed(ask)
    index = node.indices["shop"]
    assert node.single("store") is index
    assert node.write_index("store") is index
    with pytest.raises(IndexNotFoundException):
        node.single("sho*")


def test_date_math_in_names(node: Node, ask: Ask) -> None:
    assert node.dated("<logs-{now/d}>") == "logs-2023.11.14"
    assert node.dated("<logs-{now/M{uuuu.MM|+12:00}}>") == "logs-2023.11"
    assert ask("PUT", "/%3Clogs-%7Bnow%2Fd%7D%3E/_doc/1", {"n": 1})["_index"] == "logs-2023.11.14"
    assert ask("GET", "/%3Clogs-%7Bnow%2Fd%7D%3E/_doc/1")["found"]
    settings = ask("GET", "/logs-2023.11.14")["logs-2023.11.14"]["settings"]["index"]
    assert settings["provided_name"] == "<logs-{now/d}>"


@pytest.mark.parametrize(
    ("before", "change", "found"),
    [
        ("-1", {"index.refresh_interval": "1h"}, 1),
        ("1h", {"index.refresh_interval": "-1"}, 1),
        ("1h", {"index.refresh_interval": "60m"}, 0),
        ("1h", {"index.max_result_window": 500}, 0),
    ],
)
def test_another_refresh_interval_shows_what_was_written(
    ask: Ask, before: str, change: dict[str, Any], found: int
) -> None:
    ask("PUT", "/shop", {"settings": {"refresh_interval": before}})
    ask("PUT", "/shop/_doc/1", {"n": 1})
    ask("PUT", "/shop/_settings", change)
    ask("PUT", "/shop/_doc/2", {"n": 2})
    assert ask("GET", "/shop/_count")["count"] == found
