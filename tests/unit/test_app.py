"""The steps of a request, without a socket: routes, bodies, parameters, refusals, bugs."""

from __future__ import annotations

import sys
from collections.abc import Callable
from typing import Any

import orjson
import pytest

from fakeknn import app
from fakeknn.rest import TABLE, Later, Request, unrecognized
from fakeknn.state.clock import ManualClock
from fakeknn.state.node import Node

Ask = Callable[..., tuple[int, dict[str, str], Any]]


@pytest.fixture
def node() -> Node:
    return Node(clock=ManualClock())


@pytest.fixture
def ask(node: Node) -> Ask:
    def send(method: str, target: str, body: Any = None, **headers: str) -> tuple[int, dict[str, str], Any]:
        raw = b"" if body is None else body if isinstance(body, bytes) else orjson.dumps(body)
        sent = {name.replace("_", "-"): value for name, value in headers.items()}
        if raw:
            sent.setdefault("content-type", "application/json")
        status, got, answer = app.answer(node, Request.of(method, target, raw, sent))
        is_json = got["content-type"].startswith("application/json") and answer
        return status, got, orjson.loads(answer) if is_json else answer

    return send


# --- routes -----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("target", "told"),
    [
        ("/nope/x/y/z?a=b", "/nope/x/y/z"),
        ("/a/b%20c/d/e", "/a/b c/d/e"),
        ("//_cluster/health/x/y", "/health/x/y"),
        ("/_cluster//health", "/_cluster//health"),
    ],
)
def test_a_path_without_handler(ask: Ask, target: str, told: str) -> None:
    status, _, body = ask("GET", target)
    assert status == 400
    assert body == {"error": f"no handler found for uri [{told}] and method [GET]"}


def test_a_wrong_method_is_told_the_right_ones(ask: Ask) -> None:
    status, headers, body = ask("DELETE", "/shop/_bulk?x=1")
    assert status == 405
    assert headers["Allow"] == "POST,PUT"
    assert body == {
        "error": "Incorrect HTTP method for uri [/shop/_bulk?x=1] and method [DELETE], allowed: [POST, PUT]",
        "status": 405,
    }


def test_options_tell_the_methods_without_a_body(ask: Ask) -> None:
    status, headers, body = ask("OPTIONS", "/shop/_bulk")
    assert (status, headers["Allow"], body) == (200, "POST,PUT", b"")
    assert headers["content-type"] == "text/plain; charset=UTF-8"
    assert "Allow" not in ask("OPTIONS", "/no/such/path/at/all")[1]


def test_what_is_known_but_not_faked_says_so(ask: Ask, monkeypatch: pytest.MonkeyPatch) -> None:
    status, _, body = ask("POST", "/views?whatever=1")
    assert status == 501
    assert body["error"]["type"] == "not_faked"
    assert "POST /views" in body["error"]["reason"]


# --- parameters -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("names", "told"),
    [
        (["foo"], "parameter: [foo]"),
        (["refres"], "parameter: [refres] -> did you mean [refresh]?"),
        (["zzz", "refres"], "parameters: [refres] -> did you mean [refresh]?, [zzz]"),
        (["wait_for_statu"], "parameter: [wait_for_statu] -> did you mean any of [wait_for_status, wait_for_state]?"),
    ],
)
def test_unknown_parameters_and_what_may_have_been_meant(names: list[str], told: str) -> None:
    known = ["refresh", "wait_for_state", "wait_for_status", "timeout"]
    assert unrecognized("/x", names, known) == f"request [/x] contains unrecognized {told}"


def test_an_unknown_parameter_is_refused_before_anything_is_done(ask: Ask, node: Node) -> None:
    status, _, body = ask("PUT", "/shop?nonsense=1")
    assert status == 400
    assert body["error"]["reason"] == "request [/shop] contains unrecognized parameter: [nonsense]"
    assert not node.indices


# --- bodies -----------------------------------------------------------------------------------------------------------


def test_a_body_of_an_unknown_type_is_refused(ask: Ask) -> None:
    status, _, body = ask("PUT", "/shop", b"{}", content_type="text/plain")
    assert status == 406
    assert body == {"error": "Content-Type header [text/plain] is not supported", "status": 406}


def test_a_body_in_another_format_is_read(ask: Ask) -> None:
    assert ask("PUT", "/shop", b"settings:\n  number_of_shards: 2\n", content_type="application/yaml")[0] == 200
    assert ask("GET", "/shop")[2]["shop"]["settings"]["index"]["number_of_shards"] == "2"


def test_lines_need_a_format_that_has_them(ask: Ask) -> None:
    status, _, body = ask("POST", "/_bulk", b"a: 1\n", content_type="application/yaml")
    assert status == 406
    assert b"does not support stream parsing. Use JSON or SMILE instead" in body


def test_the_body_may_stand_in_the_query_string_where_the_endpoint_says_so(ask: Ask) -> None:
    ask("PUT", "/shop/_doc/1", {"a": 1})
    source = "source=%7B%22ids%22%3A%5B%221%22%5D%7D"
    assert ask("GET", f"/shop/_mget?{source}&source_content_type=application/json")[2]["docs"][0]["found"]
    status, _, body = ask("GET", f"/shop/_mget?{source}")
    assert (status, body["error"]["type"]) == (500, "illegal_state_exception")


# --- refusals ---------------------------------------------------------------------------------------------------------


def test_what_is_wrong_in_the_body_is_told_with_its_place(ask: Ask) -> None:
    status, _, body = ask("POST", "/shop/_update/1", b'{"doc": {},\n  "dox": 1}')
    assert status == 400
    assert body["error"]["reason"] == "[2:3] [UpdateRequest] unknown field [dox] did you mean [doc]?"


def test_an_error_is_not_filtered_but_an_answer_is(ask: Ask) -> None:
    assert ask("GET", "/shop?filter_path=x")[2]["status"] == 404
    ask("PUT", "/shop")
    assert ask("GET", "/shop?filter_path=*.aliases")[2] == {"shop": {"aliases": {}}}


def test_error_trace_gives_every_reason_a_stack_trace(ask: Ask) -> None:
    error = ask("PUT", "/shop/_doc/1?error_trace=true", b'{"a":')[2]["error"]
    assert all("stack_trace" in part for part in (error, error["caused_by"], error["root_cause"][0]))


def test_a_bug_is_told_kept_and_logged(ask: Ask, node: Node, caplog: pytest.LogCaptureFixture) -> None:
    def broken(node: Node, request: Request) -> None:
        raise ZeroDivisionError("oh")

    TABLE.add("GET", "/_test_of_bugs", broken, ())
    status, _, body = ask("GET", "/_test_of_bugs")
    assert status == 500
    assert "ZeroDivisionError: oh" in body["error"]["reason"]
    assert [bug.request for bug in node.bugs] == ["GET /_test_of_bugs"]
    assert "answering GET /_test_of_bugs" in caplog.text


# --- answers that take their time -------------------------------------------------------------------------------------


def test_wait_for_is_answered_after_the_next_refresh(ask: Ask, node: Node) -> None:
    ask("PUT", "/shop")
    body = b'{"a": 1}'
    request = Request.of("PUT", "/shop/_doc/1?refresh=wait_for", body, {"content-type": "application/json"})
    began = node.now()
    later = app.handle(node, request)
    while isinstance(later, Later):
        assert ask("GET", "/shop/_count")[2]["count"] == 0
        node.clock.sleep(later.seconds)
        later = later.resume()
    assert later[0] == 201
    assert node.now() - began == pytest.approx(1.0)
    assert ask("GET", "/shop/_count")[2]["count"] == 1


def test_wait_for_ends_with_the_index_that_it_waits_for(ask: Ask, node: Node) -> None:
    ask("PUT", "/shop", {"settings": {"refresh_interval": "-1"}})
    request = Request.of("PUT", "/shop/_doc/1?refresh=wait_for", b"{}", {"content-type": "application/json"})
    later = app.handle(node, request)
    assert isinstance(later, Later)
    assert isinstance(later.resume(), Later)
    ask("DELETE", "/shop")
    answer = later.resume()
    assert not isinstance(answer, Later)
    assert answer[0] == 201


def test_too_few_copies_are_told_after_the_timeout(ask: Ask, node: Node) -> None:
    ask("PUT", "/shop")
    began = node.now()
    status, _, body = ask("PUT", "/shop/_doc/1?wait_for_active_shards=2&timeout=7s", {"a": 1})
    assert (status, body["error"]["type"]) == (503, "unavailable_shards_exception")
    assert node.now() - began == 7
    assert ask("GET", "/shop/_doc/1")[0] == 404


# --- depth ------------------------------------------------------------------------------------------------------------


def test_a_body_may_nest_as_deep_as_jackson_lets_it(ask: Ask) -> None:
    usual = sys.getrecursionlimit()
    ask("PUT", "/shop/_doc/1?refresh=true", {"a": 1})
    body = b'{"query":' + b'{"bool":{"must":' * 480 + b'{"match_all":{}}' + b"}}" * 480 + b"}"
    status, _, answer = ask("POST", "/shop/_search", body)
    assert (status, answer["hits"]["total"]["value"]) == (200, 1)
    assert sys.getrecursionlimit() == usual


def test_what_nests_too_deep_for_python_is_not_faked(ask: Ask) -> None:
    script = {"source": "(" * 20_000 + "1" + ")" * 20_000}
    status, _, answer = ask("POST", "/_scripts/painless/_execute", {"script": script})
    assert (status, answer["error"]["type"]) == (501, "not_faked")
