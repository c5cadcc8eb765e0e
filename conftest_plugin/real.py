"""A real cluster behind ``knn_cluster``: requests are passed on to it, and what they made is deleted again.

The tests talk to a socket of this process, as with the fake one. So they need no credentials and no TLS, what they send
can be seen and spoilt, and what they made can be told from what others make in the same cluster at the same time.
"""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Awaitable, Hashable, Iterator
from contextlib import contextmanager
from urllib.parse import urlencode

import orjson
import pytest

from conftest_plugin.cluster import KnnCluster, SeedFunction
from fakeknn.contract.console import ConsoleRequest
from fakeknn.contract.guard import ForeignThings, Guard, refuse_foreign
from fakeknn.contract.targets import Server
from fakeknn.rest import Request
from fakeknn.server import Answer
from fakeknn.state.node import Node

#: Headers that belong to one connection, or to a body as it was before this process read it.
_HOPS = frozenset(
    {"accept-encoding", "connection", "content-encoding", "content-length", "expect", "host", "transfer-encoding"}
)

#: Where a request that is no GET may lead without changing an index that it does not name.
_HARMLESS = frozenset(
    {
        "_bulk",
        "_cluster",
        "_component_template",
        "_count",
        "_index_template",
        "_ingest",
        "_mget",
        "_msearch",
        "_refresh",
    }
    | {"_render", "_scripts", "_search", "_template"}
)


class RealCluster(KnnCluster):
    """Deletes what a test's requests named and was not there before; refuses requests that would change the rest.

    Data of ``knn_seed`` stays from test to test. Once a test could have changed it, it is loaded again.
    """

    def __init__(self, url: str, *, port: int = 0) -> None:
        self._url = url
        self._connections = threading.local()
        self._admin = Server(url)
        try:
            self._admin.json("GET", "/")["version"]
        except (OSError, TypeError, KeyError) as error:
            pytest.exit(f"--knn-url: no OpenSearch answers at {url}: {error}", returncode=pytest.ExitCode.USAGE_ERROR)
        self._seed = _Made(self._admin)
        self._loaded: tuple[Hashable | None, SeedFunction | None] = (None, None)
        self._written_by_fixture: set[Hashable] = set()
        self._test: _Made | None = None
        super().__init__(Node(), port=port)

    def stop(self) -> None:
        self._seed.delete()
        super().stop()
        self._admin.close()

    def snapshot(self) -> object:
        pytest.skip("snapshots need the fake cluster")

    def restore(self, snapshot: object) -> None:
        pytest.skip("snapshots need the fake cluster")

    @contextmanager
    def seeding(self, seed: Hashable) -> Iterator[None]:
        self._load_nothing()
        yield
        self._loaded = (seed, None)
        if self._seed.sent:
            self._written_by_fixture.add(seed)

    def _start_from(self, seed: Hashable | None, function: SeedFunction | None) -> None:
        if self._loaded != (seed, function):
            if self._loaded != (seed, None):
                self._load_nothing()
                if seed in self._written_by_fixture:
                    pytest.fail(
                        "what knn_seed wrote has been changed or replaced since, and a real cluster cannot go back: "
                        "let knn_seed return a function that writes it",
                        pytrace=False,
                    )
            if function is not None:
                self._run(function)
            self._loaded = (seed, function)
        self._test = _Made(self._admin)

    def _undo(self) -> None:
        test, self._test = self._test, None
        if test is not None:
            changed = test.may_have_changed(test.indices - self._seed.indices)
            test.delete()
            if changed:
                self._load_nothing()

    def _load_nothing(self) -> None:
        self._seed.delete()
        self._loaded = (None, None)

    def _answer(self, request: Request) -> Answer | Awaitable[Answer]:
        target = request.path + ("?" + urlencode(request.params) if request.params else "")
        headers = {name: value for name, value in request.headers.items() if name not in _HOPS}
        headers.setdefault("content-type", "-")  # leave it out
        sent = ConsoleRequest(request.method, target, request.body, headers)
        try:
            refuse_foreign([sent], self._seed.indices)
        except ForeignThings as refusal:
            error = {"type": "not_of_this_test", "reason": f"{refusal}, which was there before the tests"}
            body = {"error": {"root_cause": [error], **error}, "status": 403}
            return 403, {"content-type": "application/json; charset=UTF-8"}, orjson.dumps(body)
        (self._test or self._seed).sent.append(sent)
        return asyncio.get_running_loop().run_in_executor(None, self._send, sent)

    def _send(self, request: ConsoleRequest) -> Answer:
        """In one of several threads, each with a connection of its own."""
        server = getattr(self._connections, "server", None)
        if server is None:
            server = self._connections.server = Server(self._url)
        answer = server.send(request)
        kept = ("connection", "content-encoding", "date", "server", "transfer-encoding", "x-opaque-id")
        headers = {name: value for name, value in answer.headers.items() if name not in kept}
        return answer.status, headers, answer.body


class _Made(Guard):
    """What the requests in ``sent`` made; ``indices`` are those that were there before."""

    def __init__(self, server: Server) -> None:
        self.sent: list[ConsoleRequest] = []
        super().__init__(server, self.sent)
        self.__enter__()

    @property
    def indices(self) -> set[str]:
        return self._there[0]

    def delete(self) -> None:
        if any(request.method not in ("GET", "HEAD", "OPTIONS") for request in self.sent):
            self.__exit__(None, None, None)
        self.sent.clear()

    def may_have_changed(self, indices: set[str]) -> bool:
        for request in self.sent if indices else ():
            first = request.path.partition("?")[0].strip("/").partition("/")[0]
            if request.method not in ("GET", "HEAD", "OPTIONS") and first.startswith("_") and first not in _HARMLESS:
                return True
            try:
                refuse_foreign([request], indices)
            except ForeignThings:
                return True
        return False
