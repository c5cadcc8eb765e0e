"""What stands between socket and cluster in a test: it notes the requests, and spoils answers when told to."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Awaitable, Mapping
from dataclasses import dataclass, field
from fnmatch import fnmatchcase
from typing import Any

from fakeknn.app import Later
from fakeknn.rest import Request
from fakeknn.server import Answer, Answerer, settled

_JSON = {"content-type": "application/json; charset=UTF-8"}

#: What a cluster that fails with a status calls it.
_TYPES = {
    403: "security_exception",
    429: "rejected_execution_exception",
    500: "exception",
    503: "unavailable_shards_exception",
    504: "timeout_exception",
}


@dataclass(slots=True)
class SentRequest:
    """A request that reached the cluster; ``status`` is None until it is answered."""

    method: str
    path: str
    params: Mapping[str, str]
    headers: Mapping[str, str]
    body: bytes
    status: int | None = None

    @property
    def json(self) -> Any:
        """The body's value, a list of them if the body is lines of JSON, None without a body."""
        if self.path.rstrip("/").endswith(("_bulk", "_msearch")):
            return [json.loads(line) for line in self.body.splitlines() if line.strip()]
        return json.loads(self.body) if self.body else None

    def __str__(self) -> str:
        return f"{self.method} {self.path}"


@dataclass(slots=True)
class Failure:
    """Answers to come that shall fail: ``status`` None closes the connection instead."""

    status: int | None
    method: str | None
    path: str | None
    times: int
    body: Any

    def meets(self, request: Request) -> bool:
        if self.method is not None and self.method.upper() != request.method:
            return False
        if self.path is None:
            return True
        pattern = self.path if self.path.startswith("/") else f"*/{self.path}"
        return fnmatchcase(request.path, pattern)

    def answer(self) -> Answer | None:
        if self.status is None:
            return None
        if isinstance(self.body, str):
            return self.status, {"content-type": "text/plain; charset=UTF-8"}, self.body.encode()
        body = self.body
        if body is None:
            error = {"type": _TYPES.get(self.status, "exception"), "reason": "this test asked for a failure"}
            body = {"error": {"root_cause": [error], **error}, "status": self.status}
        return self.status, _JSON, json.dumps(body).encode()


@dataclass(slots=True)
class Tap:
    """An ``Answerer`` before another one; ``delay`` is how many seconds it holds answers back."""

    inner: Answerer
    requests: list[SentRequest] = field(default_factory=list)
    failures: list[Failure] = field(default_factory=list)
    delay: float = 0.0

    def clear(self) -> None:
        self.requests = []
        self.failures = []
        self.delay = 0.0

    def __call__(self, request: Request) -> Answer | Awaitable[Answer | None] | None:
        sent = SentRequest(request.method, request.path, dict(request.params), request.headers, request.body)
        self.requests.append(sent)
        failure = next((failure for failure in self.failures if failure.meets(request)), None)
        if failure is None:
            answer = self.inner(request)
        else:
            answer = failure.answer()
            failure.times -= 1
            if failure.times <= 0:
                self.failures.remove(failure)
        if self.delay > 0 or not (answer is None or isinstance(answer, tuple)):
            return self._in_time(sent, answer, self.delay)
        sent.status = None if answer is None else answer[0]
        return answer

    async def _in_time(
        self, sent: SentRequest, answer: Answer | Later | Awaitable[Answer | None] | None, delay: float
    ) -> Answer | None:
        done = await settled(answer)
        await asyncio.sleep(delay)
        sent.status = None if done is None else done[0]
        return done
