"""What a test holds in its hand: ``KnnCluster``, the same for the fake cluster and for a real one."""

from __future__ import annotations

import asyncio
import inspect
import threading
from abc import ABC, abstractmethod
from collections.abc import Awaitable, Callable, Hashable, Iterator
from contextlib import contextmanager
from functools import wraps
from typing import TYPE_CHECKING, Any, Literal

from conftest_plugin.tap import Failure, SentRequest, Tap
from fakeknn.app import Later
from fakeknn.rest import Request
from fakeknn.server import Answer, Server, ServerThread
from fakeknn.state.node import Node

if TYPE_CHECKING:
    import pytest
    from opensearchpy import AsyncOpenSearch, OpenSearch

Refresh = Literal["real", "immediate"]
SeedFunction = Callable[["KnnCluster"], Any]


class KnnCluster(ABC):
    """An OpenSearch with k-NN that answers at ``url``; in a thread of its own, so that any client reaches it."""

    def __init__(self, node: Node, *, port: int = 0, refresh: Refresh = "real") -> None:
        if refresh not in ("real", "immediate"):
            raise ValueError(f"refresh is [real] or [immediate], not [{refresh}]")
        self._tap = Tap(self._answer)
        self._thread = ServerThread(Server(node, port=port, answer=self._tap))
        self._usual_refresh: Refresh = refresh
        self.refresh: Refresh = refresh
        self._clients: list[OpenSearch] = []
        self._async_clients: list[AsyncOpenSearch] = []
        self._beginning: tuple[Hashable | None, SeedFunction | None] = (None, None)
        self._thread.start()

    # --- where it is ---

    @property
    def url(self) -> str:
        return self._thread.url

    @property
    def host(self) -> str:
        return self._thread.server.host

    @property
    def port(self) -> int:
        return self._thread.server.port

    @property
    def hosts(self) -> list[dict[str, Any]]:
        """For clients that take a list of hosts."""
        return [{"host": self.host, "port": self.port}]

    def client(self, **options: Any) -> OpenSearch:
        """A client of opensearch-py, closed after the test. ``options`` are those of ``OpenSearch``."""
        client = _opensearchpy().OpenSearch(**{"hosts": self.hosts, **options})
        self._clients.append(client)
        return client  # type: ignore[no-any-return]

    def async_client(self, **options: Any) -> AsyncOpenSearch:
        """An asyncio client of opensearch-py, closed after the test. ``options`` are those of ``AsyncOpenSearch``."""
        client = _opensearchpy().AsyncOpenSearch(**{"hosts": self.hosts, **options})
        self._async_clients.append(client)
        return client  # type: ignore[no-any-return]

    # --- the names of testcontainers' OpenSearchContainer, so that a conftest that used it changes one line ---

    def get_client(self, verify_certs: bool = False, **options: Any) -> OpenSearch:
        return self.client(verify_certs=verify_certs, **options)

    def get_config(self) -> dict[str, Any]:
        return {"host": self.host, "port": self.port, "username": "admin", "password": "admin"}

    def get_container_host_ip(self) -> str:
        return self.host

    def get_exposed_port(self, port: int = 9200) -> int:
        """The port to use for the container's ``port``; there is one for all."""
        return self.port

    # --- what passes ---

    @property
    def requests(self) -> list[SentRequest]:
        """What was sent since the test began, in the order of arrival."""
        return self._tap.requests

    @property
    def delay(self) -> float:
        """Seconds that every answer is held back. What a request asks for is done at once."""
        return self._tap.delay

    @delay.setter
    def delay(self, seconds: float) -> None:
        self._tap.delay = seconds

    def fail_next(
        self,
        status: int | None = 503,
        *,
        method: str | None = None,
        path: str | None = None,
        times: int = 1,
        body: Any = None,
    ) -> None:
        """Answer the next ``times`` requests with ``status``; they do not reach the cluster.

        ``path`` is a pattern for fnmatch; one that does not begin with a slash fits the last parts of a path, as
        ``_bulk`` or ``products/_search``. ``body`` is a text or JSON values. With ``status=None`` the connection is
        closed without an answer.
        """
        self._tap.failures.append(Failure(status, method, path, times, body))

    # --- what it holds ---

    def reset(self) -> None:
        """Go back to what the test started from."""
        self._undo()
        self._start_from(*self._beginning)

    @abstractmethod
    def snapshot(self) -> object:
        """All that the cluster holds now, for ``restore``; it costs next to nothing."""

    @abstractmethod
    def restore(self, snapshot: object) -> None:
        """Hold again what was there at ``snapshot``, as often as wanted."""

    # --- for the fixtures ---

    @abstractmethod
    @contextmanager
    def seeding(self, seed: Hashable) -> Iterator[None]:
        """A context, entered empty, in which the fixture ``seed`` writes what tests are to start from."""
        yield

    def begin(self, seed: Hashable | None, function: SeedFunction | None, *, refresh: Refresh | None = None) -> None:
        """A test begins, with the data of ``seed``, written by its fixture and by the ``function`` it returned."""
        self.refresh = refresh or self._usual_refresh
        self._beginning = (seed, function)
        self._start_from(seed, function)
        self._tap.clear()

    def end(self) -> None:
        """The test is over."""
        for client in self._clients:
            client.close()
        self._clients = []
        self._async_clients = []
        self._tap.clear()
        self._undo()

    def stop(self) -> None:
        self._thread.stop()

    def close_with(self, item: pytest.Item) -> None:
        """Close async clients at the end of a coroutine ``item``: when its fixtures end, its loop is closed."""
        test = getattr(item, "obj", None)
        if not inspect.iscoroutinefunction(test):
            return

        @wraps(test)
        async def closing(*args: Any, **kwargs: Any) -> Any:
            try:
                return await test(*args, **kwargs)
            finally:
                await self._close_async_clients()

        item.obj = closing  # type: ignore[attr-defined]

    async def _close_async_clients(self) -> None:
        clients, self._async_clients = self._async_clients, []
        for client in clients:
            await client.close()

    def _run(self, function: SeedFunction) -> None:
        """Run a seed function; one that is async in a loop, and so in a thread, of its own: here one may be running."""
        if not inspect.iscoroutinefunction(function):
            function(self)
            return
        failed: list[BaseException] = []

        async def run() -> None:
            try:
                await function(self)
            except BaseException as error:
                failed.append(error)
            finally:
                await self._close_async_clients()

        thread = threading.Thread(target=lambda: asyncio.run(run()), name="knn_seed")
        thread.start()
        thread.join()
        if failed:
            raise failed[0]

    @abstractmethod
    def _start_from(self, seed: Hashable | None, function: SeedFunction | None) -> None:
        """Hold what ``seed`` loads and nothing else."""

    @abstractmethod
    def _undo(self) -> None:
        """Forget what was written since ``_start_from``."""

    @abstractmethod
    def _answer(self, request: Request) -> Answer | Later | Awaitable[Answer | None] | None: ...


def _opensearchpy() -> Any:
    try:
        import opensearchpy
    except ImportError:
        raise RuntimeError(
            "client() and async_client() need opensearch-py (pip install opensearch-py); "
            "any other client reaches the cluster at knn_cluster.url"
        ) from None
    return opensearchpy
