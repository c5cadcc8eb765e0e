from __future__ import annotations

import asyncio
import gzip
import http.client
import socket
import ssl
import threading
import urllib.request
import zlib
from collections.abc import AsyncIterator, Iterator
from typing import Any

import orjson
import pytest

from fakeknn.app import Later
from fakeknn.rest import Request
from fakeknn.server import MAX_CONTENT_LENGTH, Answer, Server, ServerThread, tls_context
from fakeknn.state.node import Node

JSON = {"content-type": "application/json; charset=UTF-8"}


def echo(request: Request) -> Answer | Later | None:
    """Answers with what arrived; ``/later`` after a moment, ``/hang`` never."""
    if request.path == "/hang":
        return None
    said = {"method": request.method, "path": request.path, "params": request.params, "body": request.body.decode()}
    answer = (200, JSON, orjson.dumps({**said, "thread": threading.current_thread().name}))
    return Later(0.01, lambda: answer) if request.path == "/later" else answer


@pytest.fixture
async def server() -> AsyncIterator[Server]:
    async with Server(Node(), answer=echo) as running:
        yield running


class Wire:
    """A bare connection: bytes out, bytes in."""

    def __init__(self, server: Server) -> None:
        self.server = server

    async def __aenter__(self) -> Wire:
        self.reader, self.writer = await asyncio.open_connection(self.server.host, self.server.port)
        return self

    async def __aexit__(self, *exc: object) -> None:
        self.writer.close()

    async def send(self, *lines: str, body: bytes = b"") -> None:
        self.writer.write("\r\n".join([*lines, "", ""]).encode() + body)
        await self.writer.drain()

    async def head(self) -> tuple[str, dict[str, str]]:
        text = (await asyncio.wait_for(self.reader.readuntil(b"\r\n\r\n"), 5)).decode()
        first, *rest = text.strip().split("\r\n")
        return first, dict(line.split(": ", 1) if ": " in line else (line.rstrip(":"), "") for line in rest)

    async def answer(self) -> tuple[str, dict[str, str], bytes]:
        first, headers = await self.head()
        return first, headers, await self.reader.readexactly(int(headers["content-length"]))

    async def ask(self, *lines: str, body: bytes = b"") -> dict[str, Any]:
        await self.send(*lines, body=body)
        status, _, answer = await self.answer()
        assert status == "HTTP/1.1 200 OK"
        return dict(orjson.loads(answer))

    async def closed(self) -> bool:
        return await asyncio.wait_for(self.reader.read(), 5) == b""


async def test_headers_are_the_real_servers_and_no_others(server: Server) -> None:
    async with Wire(server) as wire:
        await wire.send("GET / HTTP/1.1", "Host: x", "X-Opaque-Id: mine")
        status, headers, _ = await wire.answer()
    assert status == "HTTP/1.1 200 OK"
    assert list(headers) == ["X-Opaque-Id", "X-OpenSearch-Version", "content-type", "content-length"]
    assert headers["X-Opaque-Id"] == "mine"
    assert headers["X-OpenSearch-Version"] == "OpenSearch/3.5.0 (opensearch)"


async def test_a_connection_serves_many_requests_also_pipelined(server: Server) -> None:
    async with Wire(server) as wire:
        for path in ("/a", "/b"):
            assert (await wire.ask(f"GET {path} HTTP/1.1", "Host: x"))["path"] == path
        await wire.send(
            "GET /1 HTTP/1.1", "Host: x", "", "GET /later HTTP/1.1", "Host: x", "", "GET /3 HTTP/1.1", "Host: x"
        )
        assert [orjson.loads((await wire.answer())[2])["path"] for _ in range(3)] == ["/1", "/later", "/3"]


@pytest.mark.parametrize(
    ("lines", "stays"),
    [
        (["GET / HTTP/1.1", "Host: x", "Connection: close"], False),
        (["GET / HTTP/1.0"], False),
        (["GET / HTTP/1.0", "Connection: keep-alive"], True),
    ],
)
async def test_connection_ends_as_asked(server: Server, lines: list[str], stays: bool) -> None:
    async with Wire(server) as wire:
        await wire.send(*lines)
        status, _, _ = await wire.answer()
        assert status.startswith(lines[0].split()[-1])
        if stays:
            await wire.send(*lines)
            await wire.answer()
        else:
            assert await wire.closed()


async def test_head_has_the_length_of_get_and_no_body(server: Server) -> None:
    async with Wire(server) as wire:
        await wire.send("GET /x HTTP/1.1", "Host: x")
        _, get, _ = await wire.answer()
        await wire.send("HEAD /x HTTP/1.1", "Host: x", "Accept-Encoding: gzip")
        _, head = await wire.head()
        assert int(head["content-length"]) == int(get["content-length"]) + len("HEAD") - len("GET")
        assert "content-encoding" not in head
        assert (await wire.ask("GET /next HTTP/1.1", "Host: x"))["path"] == "/next"


async def test_target_is_split_and_its_path_left_encoded_for_the_router(server: Server) -> None:
    async with Wire(server) as wire:
        said = await wire.ask("GET /a%2Fb/_doc/%C3%A9?routing=%26+x&pretty HTTP/1.1", "Host: x")
    assert said["path"] == "/a%2Fb/_doc/%C3%A9"
    assert said["params"] == {"routing": "& x", "pretty": ""}


@pytest.mark.parametrize(
    ("coding", "sent"),
    [
        ("gzip", gzip.compress(b'{"a":1}')),
        ("X-GZIP", gzip.compress(b'{"a":1}')),
        ("deflate", zlib.compress(b'{"a":1}')),
        ("deflate", zlib.compress(b'{"a":1}', wbits=-15)),
        ("gzip", gzip.compress(b'{"a":1}')[:-8]),
        ("gzip", gzip.compress(b'{"a"') + gzip.compress(b":1}")),
        ("gzip", gzip.compress(b'{"a":1}') + b"more"),
        ("identity", b'{"a":1}'),
        ("br", b'{"a":1}'),
    ],
    ids=[
        "gzip",
        "x-gzip",
        "deflate",
        "raw deflate",
        "gzip without end",
        "two gzips",
        "more behind it",
        "identity",
        "no library for it",
    ],
)
async def test_bodies_are_inflated(server: Server, coding: str, sent: bytes) -> None:
    async with Wire(server) as wire:
        head = ("POST /x HTTP/1.1", "Host: x", f"Content-Encoding: {coding}", f"Content-Length: {len(sent)}")
        assert (await wire.ask(*head, body=sent))["body"] == '{"a":1}'


@pytest.mark.parametrize("coding", ["gzip", "zstd", "snappy"])
async def test_a_body_that_is_not_what_it_says_is_hung_up_on(server: Server, coding: str) -> None:
    async with Wire(server) as wire:
        head = ("POST /x HTTP/1.1", "Host: x", f"Content-Encoding: {coding}", "Content-Length: 20")
        await wire.send(*head, body=b"x" * 20)
        assert await wire.closed()


async def test_an_address_in_bytes_is_read_as_latin_1(server: Server) -> None:
    reader, writer = await asyncio.open_connection("127.0.0.1", server.port)
    writer.write(b"GET /x/_doc/\xc3\xa9 HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n")
    answer = await reader.read()
    writer.close()
    assert b"/x/_doc/%C3%83%C2%A9" in answer


async def test_chunked_body(server: Server) -> None:
    async with Wire(server) as wire:
        head = ("POST /x HTTP/1.1", "Host: x", "Transfer-Encoding: chunked")
        said = await wire.ask(*head, body=b'3\r\n{"a\r\n4\r\n":1}\r\n0\r\n\r\n')
        assert said["body"] == '{"a":1}'
        await wire.send(*head, body=b"zz\r\n{}\r\n0\r\n\r\n")
        status, _, body = await wire.answer()
    assert status == "HTTP/1.0 400 Bad Request"
    assert orjson.loads(body)["error"]["type"] == "number_format_exception"


@pytest.mark.parametrize(
    ("accepted", "coding"),
    [
        ("gzip", "gzip"),
        ("gzip,deflate", "gzip"),
        ("deflate", "deflate"),
        ("gzip;q=0.5,deflate;q=1", "deflate"),
        ("x-gzip", "gzip"),
        ("gzip, br, zstd", "gzip"),
        ("identity", None),
        ("br", None),
        ("gzip;q=0", None),
        ("gzip;q=", None),
        ("*", "gzip"),
    ],
)
async def test_answers_are_compressed_when_asked(server: Server, accepted: str, coding: str | None) -> None:
    async with Wire(server) as wire:
        await wire.send("GET /x HTTP/1.1", "Host: x", f"Accept-Encoding: {accepted}")
        _, headers, body = await wire.answer()
    assert headers.get("content-encoding") == coding
    if coding is not None:
        body = zlib.decompress(body, wbits=47)
    assert orjson.loads(body)["path"] == "/x"


async def test_expect_100_continue(server: Server) -> None:
    async with Wire(server) as wire:
        await wire.send("PUT /x HTTP/1.1", "Host: x", "Expect: 100-continue", "Content-Length: 2")
        assert (await wire.head())[0] == "HTTP/1.1 100 Continue"
        wire.writer.write(b"{}")
        assert orjson.loads((await wire.answer())[2])["body"] == "{}"


async def test_other_expectations_fail(server: Server) -> None:
    async with Wire(server) as wire:
        await wire.send("PUT /x HTTP/1.1", "Host: x", "Expect: the worst", "Content-Length: 2")
        assert (await wire.answer())[0] == "HTTP/1.1 417 Expectation Failed"


@pytest.mark.parametrize("expect", [[], ["Expect: 100-continue"]])
async def test_too_large_by_its_length_is_refused_before_it_is_sent(server: Server, expect: list[str]) -> None:
    async with Wire(server) as wire:
        await wire.send("PUT /x HTTP/1.1", "Host: x", f"Content-Length: {MAX_CONTENT_LENGTH + 1}", *expect)
        status, headers, _ = await wire.answer()
    assert status == "HTTP/1.1 413 Request Entity Too Large"
    assert headers == {"content-length": "0"}


async def test_too_large_once_inflated_is_refused(server: Server) -> None:
    bomb = gzip.compress(b" " * (MAX_CONTENT_LENGTH + 1), 1)
    async with Wire(server) as wire:
        await wire.send(
            "PUT /x HTTP/1.1", "Host: x", "Content-Encoding: gzip", f"Content-Length: {len(bomb)}", body=bomb
        )
        assert (await wire.answer())[0].startswith("HTTP/1.1 413")
        assert (await wire.ask("GET /next HTTP/1.1", "Host: x"))["path"] == "/next"


async def test_long_lines_are_refused_in_nettys_words(server: Server) -> None:
    for path in ("/" + "a" * 5000, "/" + "a" * 4090):
        async with Wire(server) as wire:
            await wire.send(f"GET {path} HTTP/1.1", "Host: x")
            status, _, body = await wire.answer()
        error = orjson.loads(body)["error"]
        assert status == "HTTP/1.0 400 Bad Request"
        assert (error["type"], error["reason"]) == (
            "too_long_http_line_exception",
            "An HTTP line is larger than 4096 bytes.",
        )
    async with Wire(server) as wire:
        await wire.send("GET / HTTP/1.1", "Host: x", "X-Big: " + "a" * 17000)
        _, _, body = await wire.answer()
    assert orjson.loads(body)["error"]["reason"] == "HTTP header is larger than 16384 bytes."


@pytest.mark.parametrize(("more", "status"), [(0, "HTTP/1.1 200 OK"), (1, "HTTP/1.0 400 Bad Request")])
async def test_headers_together_are_no_longer_than_netty_lets_them_be(server: Server, more: int, status: str) -> None:
    lines = ["Host: x", *(f"X-{i:03}: {'a' * 92}" for i in range(163))]
    lines.append("Y: " + "a" * (16384 - sum(map(len, lines)) - 3 + more))
    async with Wire(server) as wire:
        await wire.send("GET /x HTTP/1.1", *lines)
        assert (await wire.answer())[0] == status


@pytest.mark.parametrize(("second", "refused"), [("a", False), ("b", True)])
async def test_ids_of_a_request_have_one_value(server: Server, second: str, refused: bool) -> None:
    async with Wire(server) as wire:
        await wire.send("GET /x HTTP/1.1", "Host: x", "X-Opaque-Id: a", f"x-opaque-id: {second}")
        status, _, body = await wire.answer()
    assert (status == "HTTP/1.1 400 Bad Request") is refused
    assert (b"multiple values for single-valued header [X-Opaque-Id]." in body) is refused


async def test_two_content_types_are_refused(server: Server) -> None:
    async with Wire(server) as wire:
        await wire.send("PUT /x HTTP/1.1", "Host: x", "Content-Type: a/b", "Content-Type: c/d", "Content-Length: 0")
        _, _, body = await wire.answer()
    assert orjson.loads(body) == {
        "error": {
            "root_cause": [
                {
                    "type": "content_type_header_exception",
                    "reason": "java.lang.IllegalArgumentException: only one Content-Type header should be provided",
                }
            ],
            "type": "content_type_header_exception",
            "reason": "java.lang.IllegalArgumentException: only one Content-Type header should be provided",
            "caused_by": {
                "type": "illegal_argument_exception",
                "reason": "only one Content-Type header should be provided",
            },
        },
        "status": 400,
    }


@pytest.mark.parametrize("garbage", ["GARBAGE", "\x16\x03\x01\x02", "GET / HTTP/1.1\r\nno colon"])
async def test_what_is_not_http_gets_a_json_error_and_the_door(server: Server, garbage: str) -> None:
    async with Wire(server) as wire:
        await wire.send(garbage)
        status, headers, body = await wire.answer()
        assert await wire.closed()
    assert status == "HTTP/1.0 400 Bad Request"
    assert headers["content-type"] == "application/json; charset=UTF-8"
    assert orjson.loads(body)["status"] == 400


@pytest.mark.parametrize("method", ["PROPFIND", "FOO", "get"])
async def test_methods_that_opensearch_has_not_are_hung_up_on(server: Server, method: str) -> None:
    async with Wire(server) as wire:
        await wire.send(f"{method} / HTTP/1.1", "Host: x")
        assert await wire.closed()


async def test_an_offer_of_http2_is_passed_over(server: Server) -> None:
    """Java's own HTTP client makes it with its first request, also when that has a body."""
    offer = ("Connection: Upgrade, HTTP2-Settings", "Upgrade: h2c", "HTTP2-Settings: AAMAAABkAAQAoAAAAAIAAAAA")
    async with Wire(server) as wire:
        assert (await wire.ask("POST /x HTTP/1.1", "Host: x", *offer, "Content-Length: 2", body=b"{}"))["body"] == "{}"
        assert (await wire.ask("GET /next HTTP/1.1", "Host: x"))["path"] == "/next"


async def test_no_answer_closes_the_connection(server: Server) -> None:
    async with Wire(server) as wire:
        await wire.send("GET /hang HTTP/1.1", "Host: x")
        assert await wire.closed()


async def test_a_waiting_request_keeps_nobody_else(server: Server) -> None:
    async with Wire(server) as slow, Wire(server) as fast:
        await slow.send("GET /later HTTP/1.1", "Host: x")
        assert (await fast.ask("GET /x HTTP/1.1", "Host: x"))["path"] == "/x"
        assert orjson.loads((await slow.answer())[2])["path"] == "/later"


async def test_a_client_that_leaves_in_the_middle_of_a_body_is_no_error(
    server: Server, caplog: pytest.LogCaptureFixture
) -> None:
    async with Wire(server) as wire:
        await wire.send("PUT /x HTTP/1.1", "Host: x", "Content-Length: 100", body=b"{")
    async with Wire(server) as wire:
        await wire.ask("GET / HTTP/1.1", "Host: x")
    assert caplog.records == []


async def test_a_failing_answerer_is_logged_and_hung_up_on(caplog: pytest.LogCaptureFixture) -> None:
    def broken(request: Request) -> Answer:
        raise ZeroDivisionError

    async with Server(Node(), answer=broken) as server, Wire(server) as wire:
        await wire.send("GET / HTTP/1.1", "Host: x")
        assert await wire.closed()
    assert [record.exc_info[0] for record in caplog.records if record.exc_info] == [ZeroDivisionError]


async def test_an_answer_may_be_awaited() -> None:
    async def answer() -> Answer:
        await asyncio.sleep(0)
        return 201, JSON, b"{}"

    async with Server(Node(), answer=lambda request: answer()) as server, Wire(server) as wire:
        await wire.send("GET / HTTP/1.1", "Host: x")
        assert (await wire.answer())[0] == "HTTP/1.1 201 Created"


async def test_the_node_answers_by_default() -> None:
    async with Server(Node()) as server, Wire(server) as wire:
        assert (await wire.ask("GET / HTTP/1.1", "Host: x"))["version"]["number"] == "3.5.0"


async def test_a_taken_port_is_refused_at_once(server: Server) -> None:
    with pytest.raises(OSError):
        Server(Node(), port=server.port).bind()


async def test_the_port_is_free_again_after_stop() -> None:
    first = Server(Node(), answer=echo)
    await first.start()
    async with Wire(first) as wire:
        await wire.ask("GET / HTTP/1.1", "Host: x")
        await first.stop()
        assert await wire.closed()
    async with Server(Node(), port=first.port, answer=echo) as second, Wire(second) as wire:
        await wire.ask("GET / HTTP/1.1", "Host: x")


async def test_localhost_is_reached_over_both_loopbacks() -> None:
    async with Server(Node(), host="localhost", answer=echo) as server:
        assert server.url == f"http://localhost:{server.port}"
        for family, _, _, _, address in socket.getaddrinfo("localhost", server.port, type=socket.SOCK_STREAM):
            _, writer = await asyncio.open_connection(address[0], server.port, family=family)
            writer.close()


def test_urls_of_wildcards_and_ipv6_can_be_opened() -> None:
    assert Server(Node(), host="0.0.0.0", port=9200).url == "http://127.0.0.1:9200"
    assert Server(Node(), host="::", port=9200).url == "http://[::1]:9200"
    assert Server(Node(), host="", port=9200).url == "http://127.0.0.1:9200"


@pytest.fixture
def thread() -> Iterator[ServerThread]:
    with ServerThread(Server(Node(), answer=echo)) as running:
        yield running


def test_thread_answers_when_start_returns(thread: ServerThread) -> None:
    with urllib.request.urlopen(thread.url + "/x") as answer:
        assert orjson.loads(answer.read())["thread"] == "fakeknn"


def test_calls_run_in_the_servers_thread_and_bring_back_what_happened(thread: ServerThread) -> None:
    assert thread.call(lambda: threading.current_thread().name) == "fakeknn"
    with pytest.raises(ZeroDivisionError):
        thread.call(lambda: 1 / 0)


def test_a_thread_that_stopped_refuses_connections_and_calls(thread: ServerThread) -> None:
    thread.stop()
    with pytest.raises(OSError):
        urllib.request.urlopen(thread.url)
    with pytest.raises(RuntimeError):
        thread.call(lambda: None)
    thread.stop()


def test_starting_a_thread_on_a_taken_port_raises_here(thread: ServerThread) -> None:
    with pytest.raises(OSError):
        ServerThread(Server(Node(), port=thread.server.port)).start()


def test_tls_with_a_certificate_of_its_own() -> None:
    with ServerThread(Server(Node(), tls=tls_context(), answer=echo)) as thread:
        assert thread.url.startswith("https://")
        trusting = ssl._create_unverified_context()
        connection = http.client.HTTPSConnection(thread.server.host, thread.server.port, context=trusting)
        body = b"x" * 300_000
        connection.request("POST", "/x", body)
        assert orjson.loads(connection.getresponse().read())["body"] == body.decode()
        connection.close()


def test_a_body_of_many_pieces_arrives_whole(thread: ServerThread) -> None:
    body = bytes(range(32, 127)) * 50_000
    connection = http.client.HTTPConnection(thread.server.host, thread.server.port)
    connection.request("POST", "/x", body)
    assert orjson.loads(connection.getresponse().read())["body"] == body.decode()
    connection.close()


async def test_headers_in_bytes_are_read_as_latin_1() -> None:
    async with Server(Node()) as server:
        reader, writer = await asyncio.open_connection("127.0.0.1", server.port)
        head = b"POST /_search HTTP/1.1\r\nHost: x\r\nX-Opaque-Id: \xe9\r\nContent-Type: \xe9\r\nConnection: close\r\n"
        writer.write(head + b"Content-Length: 2\r\n\r\n{}")
        answer = await reader.read()
        writer.close()
    assert answer.startswith(b"HTTP/1.1 400 Bad Request\r\nX-Opaque-Id: \xe9\r\n")
    assert "invalid Content-Type header [é]".encode() in answer
