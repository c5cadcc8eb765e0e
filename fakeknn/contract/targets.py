"""Where requests go: what answers them, and a server over HTTP."""

from __future__ import annotations

import base64
import http.client
import ssl
import time
from collections.abc import Iterable, Iterator
from typing import Any, Protocol
from urllib.parse import unquote, urlsplit

from fakeknn.contract.answers import Answer, masked
from fakeknn.contract.console import ConsoleRequest
from fakeknn.contract.masks import Json, Masker
from fakeknn.contract.paths import value_at


class Target(Protocol):
    """Something that answers requests."""

    def send(self, request: ConsoleRequest) -> Answer: ...

    def wait(self, seconds: float) -> None: ...


class Server:
    """A server at ``http[s]://[user:password@]host[:port]``; certificates are not verified, as with test clusters."""

    def __init__(self, url: str, timeout: float = 120.0) -> None:
        parts = urlsplit(url if "://" in url else f"http://{url}")
        if parts.scheme not in ("http", "https") or not parts.hostname:
            raise ValueError(f"[{url}] is no URL of a server")
        self.url = f"{parts.scheme}://{parts.hostname}:{parts.port or 9200}"
        self._prefix = parts.path.rstrip("/")
        self._headers: dict[str, str] = {}
        if parts.username is not None:
            login = f"{unquote(parts.username)}:{unquote(parts.password or '')}"
            self._headers["Authorization"] = "Basic " + base64.b64encode(login.encode()).decode()
        self._connection: http.client.HTTPConnection
        if parts.scheme == "https":
            context = ssl._create_unverified_context()
            self._connection = http.client.HTTPSConnection(
                parts.hostname, parts.port or 9200, timeout=timeout, context=context
            )
        else:
            self._connection = http.client.HTTPConnection(parts.hostname, parts.port or 9200, timeout=timeout)

    def __str__(self) -> str:
        return self.url

    def send(self, request: ConsoleRequest) -> Answer:
        try:
            return self._send(request)
        except (http.client.RemoteDisconnected, ConnectionResetError, BrokenPipeError):
            # The server closed a kept connection; once more on a new one.
            self._connection.close()
            return self._send(request)
        except TimeoutError:
            self._connection.close()
            raise TimeoutError(f"no answer from {self.url} to {request} (line {request.line})") from None

    def _send(self, request: ConsoleRequest) -> Answer:
        target = self._prefix + request.target
        self._connection.putrequest(request.method, target, skip_accept_encoding=True)
        for name, value in {**self._headers, **request.wire_headers()}.items():
            self._connection.putheader(name, value)
        if request.body:
            self._connection.putheader("Content-Length", str(len(request.body)))
        self._connection.endheaders(request.body or None)
        response = self._connection.getresponse()
        body = response.read()
        return Answer(response.status, {name.lower(): value for name, value in response.getheaders()}, body)

    def json(self, method: str, path: str, body: bytes = b"") -> Json:
        """The decoded answer, or None if the request was refused."""
        answer = self.send(ConsoleRequest(method, path, body))
        return answer.decoded() if answer.status < 300 else None

    def wait(self, seconds: float) -> None:
        time.sleep(seconds)

    def close(self) -> None:
        self._connection.close()


def play(requests: Iterable[ConsoleRequest], target: Target) -> Iterator[tuple[ConsoleRequest, dict[str, Any]]]:
    """Send the requests of one story in order; each with its masked answer."""
    masker = Masker()
    root = target.send(ConsoleRequest("GET", "/")).decoded()
    if isinstance(root, dict):
        masker.meets(*(root[name] for name in ("name", "cluster_name") if isinstance(root.get(name), str)))
    values: dict[str, str] = {}
    for request in requests:
        if request.wait:
            target.wait(request.wait)
        masker.sends(f"{request.path}\n{request.body.decode(errors='replace')}")
        answer = target.send(request.with_values(values))
        result = masked(answer, request, masker)
        for name, path in request.keep.items():
            found = value_at(answer.decoded(), path)
            values[name] = found if isinstance(found, str) else str(found)
        yield request, result
