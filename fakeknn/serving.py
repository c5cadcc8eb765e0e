"""Which server is at work: what is kept for the whole process, compiled scripts, may have to know whose it is."""

from __future__ import annotations

_server: object = None


def serve(server: object) -> None:
    """What runs from now on runs on this server."""
    global _server
    _server = server


def server() -> object:
    return _server
