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
