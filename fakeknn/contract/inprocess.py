"""A fakeknn in this process as a target of stories."""

from __future__ import annotations

import time

from fakeknn import app
from fakeknn.contract.answers import Answer
from fakeknn.contract.console import ConsoleRequest
from fakeknn.rest import Request
from fakeknn.state.clock import ManualClock
from fakeknn.state.node import Node


class InProcess:
    """A fakeknn of its own, empty, without a socket; its time passes only where the story waits.

    It begins at ``moment``, in milliseconds since 1970, or now.
    """

    def __init__(self, moment: int | None = None) -> None:
        self.node = Node(clock=ManualClock(time.time_ns() // 1_000_000 if moment is None else moment))

    def __str__(self) -> str:
        return "fakeknn"

    def send(self, request: ConsoleRequest) -> Answer:
        sent = Request.of(request.method, request.target, request.body, dict(request.wire_headers()))
        status, headers, body = app.answer(self.node, sent)
        if request.method == "HEAD":
            body = b""
        return Answer(status, {name.lower(): value for name, value in headers.items()}, body)

    def wait(self, seconds: float) -> None:
        self.node.clock.sleep(seconds)
