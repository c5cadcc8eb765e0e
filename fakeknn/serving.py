"""Which server is at work: what is kept for the whole process, compiled scripts, may have to know whose it is."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import AbstractContextManager, contextmanager, nullcontext
from typing import Protocol


class Server(Protocol):
    """What a server says of its scripts."""

    def compiling(
        self, lang: str, source: str, context: str, options: Mapping[str, str]
    ) -> AbstractContextManager[None]:
        """What is done inside compiles a script, of which the server may have had too many."""


_server: Server | None = None


def serve(server: Server | None) -> None:
    """What runs from now on runs on this server."""
    global _server
    _server = server


def server() -> Server | None:
    return _server


def compiling(
    lang: str, source: str, context: str, options: Mapping[str, str] | None = None
) -> AbstractContextManager[None]:
    """ScriptCache.compile: what is done inside compiles a script, unless its server has done so before.

    Raises ``CircuitBreakingException`` where a server compiles too many.
    """
    return nullcontext() if _server is None else _server.compiling(lang, source, context, options or {})


@contextmanager
def uncounted() -> Iterator[None]:
    """Scripts are compiled to see whether they can be, and not kept."""
    before = _server
    serve(None)
    try:
        yield
    finally:
        serve(before)
