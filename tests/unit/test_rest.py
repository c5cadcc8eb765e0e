"""Requests and the table of routes; what is refused was asked of OpenSearch 3.5.0."""

from __future__ import annotations

import pytest

from fakeknn.errors import BadParameterException, IllegalArgumentException
from fakeknn.rest import Request, RouteTable, is_decodable


@pytest.mark.parametrize(
    ("query", "params"),
    [
        ("pretty", {"pretty": ""}),
        ("a=1&a=2", {"a": "2"}),
        ("a=b=c", {"a": "b=c"}),
        ("&&a=1&", {"a": "1"}),
        ("a;b=1", {"a": "", "b": "1"}),
        ("=1", {"1": ""}),
        ("a=x+y%20z%2B", {"a": "x y z+"}),
        ("a=%ff", {"a": "\ufffd"}),
        ("a=%C3%A9", {"a": "é"}),
        ("a=1#b&c=2", {"a": "1"}),
        ("=", {}),
    ],
)
def test_query_strings_are_decoded(query: str, params: dict[str, str]) -> None:
    request = Request.of("GET", f"/x?{query}")
    assert (request.path, request.params, request.refused) == ("/x", params, None)


@pytest.mark.parametrize(
    ("query", "reason"),
    [
        ("a=%zz", "invalid escape sequence `%zz' at index 0 of: %zz"),
        ("a%zz=1", "invalid escape sequence `%zz' at index 1 of: a%zz"),
        ("a=b%2", "partial escape sequence at end of string: b%2"),
        ("a=b%", "unterminated escape sequence at end of string: b%"),
    ],
)
def test_query_strings_that_cannot_be_decoded_are_refused(query: str, reason: str) -> None:
    error = Request.of("GET", f"/?{query}").refused
    assert isinstance(error, BadParameterException)
    assert error.reason == f"java.lang.IllegalArgumentException: {reason}"
    assert error.cause is not None
    assert error.cause.reason == reason


def test_paths_keep_their_escapes_for_the_router() -> None:
    assert Request.of("GET", "/a%2Fb/_doc/1").path == "/a%2Fb/_doc/1"
    assert is_decodable("/a%2Fb")
    assert not is_decodable("/a%2")


def test_headers_are_in_lower_case() -> None:
    request = Request.of("PUT", "/x", b"{}", {"Content-Type": "application/json", "X-Opaque-Id": "me"})
    assert request.headers == {"content-type": "application/json", "x-opaque-id": "me"}
    assert request.content_type == "application/json"


def test_flags_and_numbers_and_names() -> None:
    request = Request.of("GET", "/x?yes&no=false&what=maybe&n=7&m=x&big=2147483648&list=a,,b")
    assert (request.flag("yes"), request.flag("no"), request.flag("absent"), request.flag("absent", True)) == (
        True,
        False,
        False,
        True,
    )
    with pytest.raises(
        IllegalArgumentException, match=r"Failed to parse value \[maybe\] as only \[true\] or \[false\]"
    ):
        request.flag("what")
    assert (request.number("n"), request.number("absent", 3)) == (7, 3)
    for name in ("m", "big"):
        with pytest.raises(IllegalArgumentException, match=rf"Failed to parse int parameter \[{name}\] with value"):
            request.number(name)
    assert request.names("list") == ["a", "", "b"]
    assert request.names("absent") == []


@pytest.fixture
def table() -> RouteTable:
    table = RouteTable()
    for method, template in [
        ("GET", "/"),
        ("GET", "/{index}"),
        ("PUT", "/{index}"),
        ("GET", "/_cat/{what}"),
        ("GET", "/{index}/_doc/{id}"),
        ("POST", "/{index}/{type}/{id}"),
    ]:
        table.add(method, template, print, ())
    return table


@pytest.mark.parametrize(
    ("method", "path", "template", "values"),
    [
        ("GET", "/", "/", {}),
        ("GET", "//", "/", {}),
        ("GET", "/shop", "/{index}", {"index": "shop"}),
        ("GET", "/shop/", "/{index}", {"index": "shop"}),
        ("GET", "/a%2Fb/_doc/%C3%A9", "/{index}/_doc/{id}", {"index": "a/b", "id": "é"}),
        ("GET", "/_cat/indices", "/_cat/{what}", {"what": "indices"}),
        ("POST", "/shop/t/1", "/{index}/{type}/{id}", {"index": "shop", "type": "t", "id": "1"}),
    ],
)
def test_a_literal_beats_a_placeholder(
    table: RouteTable, method: str, path: str, template: str, values: dict[str, str]
) -> None:
    found = table.find(method, path)
    assert found is not None
    route, given = found
    assert (route.template, given) == (template, values)


def test_what_is_not_there_is_not_found(table: RouteTable) -> None:
    assert table.find("DELETE", "/shop") is None
    assert table.find("GET", "/a/b/c/d") is None
    assert set(table.methods("/shop")) == {"GET", "PUT"}
    assert table.methods("/a/b/c/d") == []


def test_two_handlers_for_one_route_are_a_mistake(table: RouteTable) -> None:
    with pytest.raises(ValueError, match="two handlers for GET /"):
        table.add("GET", "/", print, ())
