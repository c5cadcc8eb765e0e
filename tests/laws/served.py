"""A node that has some documents, and what it answers."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import orjson

from fakeknn import api
from fakeknn.app import answer
from fakeknn.rest import Request
from fakeknn.state.node import Node


def served(shards: int, properties: dict[str, Any], documents: Iterable[Any]) -> Node:
    """A node with the documents in its index ``i``, by their places."""
    api.load()
    node = Node()
    settings = {"number_of_shards": shards}
    ask(node, "PUT", "/i", {"settings": settings, "mappings": {"properties": properties}})
    for i, body in enumerate(documents):
        ask(node, "PUT", f"/i/_doc/{i}", body)
    ask(node, "POST", "/i/_refresh")
    return node


def ask(node: Node, method: str, path: str, body: Any = None) -> Any:
    raw = b"" if body is None else orjson.dumps(body)
    status, _, text = answer(node, Request.of(method, path, raw, {"content-type": "application/json"}))
    assert status < 300, text
    return orjson.loads(text)
