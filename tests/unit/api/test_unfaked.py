"""The table of endpoints that are known."""

from __future__ import annotations

from fakeknn import api
from fakeknn.api.unfaked import _refuse, endpoints
from fakeknn.rest import TABLE


def test_every_known_endpoint_has_a_handler() -> None:
    api.load()
    assert [endpoint for endpoint in endpoints() if not TABLE.has(*endpoint)] == []


def test_none_of_our_handlers_is_unknown_to_the_real_server() -> None:
    def shape(path: str) -> str:
        return "/".join("{}" if part.startswith("{") else part for part in path.split("/"))

    api.load()
    known = {(method, shape(path)) for method, path in endpoints()} | {("GET", "/"), ("HEAD", "/"), ("DELETE", "/")}
    ours = {(route.method, shape(route.template)) for route in TABLE.routes if route.handler is not _refuse}
    assert {route for route in ours - known if not route[1].startswith("/_test")} == set()
