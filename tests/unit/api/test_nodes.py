"""What nodes tell of themselves that clients insist on."""

from __future__ import annotations

import orjson

from fakeknn.app import answer
from fakeknn.rest import Request
from fakeknn.state.node import Node


def test_settings_tell_the_paths() -> None:
    """The Java client refuses a node's settings without them."""
    _, _, body = answer(Node(), Request.of("GET", "/_nodes/settings"))
    (told,) = orjson.loads(body)["nodes"].values()
    assert set(told["settings"]["path"]) == {"data", "home", "logs", "repo"}


def test_every_statistic_is_explained_to_people() -> None:
    _, _, body = answer(Node(), Request.of("GET", "/_nodes/stats?human"))
    (told,) = orjson.loads(body)["nodes"].values()
    assert told["indexing_pressure"]["memory"]["current"]["primary"] == "0b"
    assert all(path["total"].endswith("b") for path in told["fs"]["data"])
    assert told["jvm"]["gc"]["collectors"]["old"]["collection_time"] == "0s"


def test_a_password_is_not_sent_to_other_nodes() -> None:
    sent = Request.of(
        "POST",
        "/_nodes/other/reload_secure_settings",
        b'{"secure_settings_password": "x"}',
        {"content-type": "application/json"},
    )
    status, _, body = answer(Node(), sent)
    assert status == 500
    assert orjson.loads(body)["error"]["reason"].startswith("Secure settings cannot be updated cluster wide")
