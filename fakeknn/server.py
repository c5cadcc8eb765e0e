"""The door: HTTP on a socket, and the only file that knows aiohttp.

``Server`` answers in the running event loop, ``ServerThread`` in a thread and loop of its own. Either binds its socket
before anything else, so that the address is known, or refused, at once. A request is read to its end, turned into a
``rest.Request``, answered by a plain function, and written back in one piece: head and body.

What the real server does on the wire and this one does too: no ``date`` and no ``server`` header; an error for a
request that is not HTTP has a JSON body; a body that claims to be gzip and is not closes the connection unanswered.
"""

from __future__ import annotations

import asyncio
import contextlib
import gzip
import logging
import re
import socket
import ssl
import tempfile
import threading
import zlib
from collections.abc import Awaitable, Callable, Iterable, Mapping
from concurrent.futures import Future
from functools import partial
from http import HTTPStatus
from typing import TYPE_CHECKING, Any, TypeVar
from urllib.parse import quote

import orjson
from aiohttp import web
from aiohttp.http_exceptions import LineTooLong

from fakeknn.app import Later, handle
from fakeknn.errors import (
    ContentTypeHeaderException,
    IllegalArgumentException,
    NumberFormatException,
    OpenSearchError,
    TooLongHttpHeaderException,
    TooLongHttpLineException,
    body_of,
)
from fakeknn.rest import METHODS, Request

if TYPE_CHECKING:
    from fakeknn.state.node import Node

#: status, headers, body
Answer = tuple[int, Mapping[str, str], bytes]

#: What stands behind the door, and may take its time. ``None`` closes the connection without an answer.
Answerer = Callable[[Request], "Answer | Later | Awaitable[Answer | None] | None"]

#: Defaults of http.max_content_length, http.max_initial_line_length, http.max_header_size, http.compression_level.
MAX_CONTENT_LENGTH = 100 * 1024 * 1024
MAX_INITIAL_LINE_LENGTH = 4096
MAX_HEADER_SIZE = 16384
COMPRESSION_LEVEL = 3

_JSON = {"content-type": "application/json; charset=UTF-8"}
_PHRASES = {status.value: status.phrase for status in HTTPStatus} | {413: "Request Entity Too Large"}
_log = logging.getLogger("fakeknn")
#: RestHeaderDefinitions that a request has one of.
_SINGLE_VALUED = {"x-opaque-id": "X-Opaque-Id", "x-request-id": "X-Request-Id"}

T = TypeVar("T")


class Server:
    """One node behind a socket, in the running event loop.

    ``answer`` stands in for ``app.handle`` where a test wants to see or to spoil what passes.
    """

    def __init__(
        self,
        node: Node,
        *,
        host: str = "127.0.0.1",
        port: int = 0,
        tls: ssl.SSLContext | None = None,
        answer: Answerer | None = None,
    ) -> None:
        self.node = node
        self.host = host
        self.port = port
        self._tls = tls
        self._answer: Answerer = answer or partial(handle, node)
        self._version = f"X-OpenSearch-Version: OpenSearch/{node.version} (opensearch)\r\n"
        self._sockets: list[socket.socket] = []
        self._listeners: list[asyncio.Server] = []
        self._web: _WebServer | None = None

    @property
    def url(self) -> str:
        """Where to reach it; a wildcard address is reached over loopback."""
        host = {"0.0.0.0": "127.0.0.1", "": "127.0.0.1", "::": "::1"}.get(self.host, self.host)
        return f"{'https' if self._tls else 'http'}://{f'[{host}]' if ':' in host else host}:{self.port}"

    def bind(self) -> None:
        """Take the address, or raise the OSError that says why not; from then on connections queue up."""
        if not self._sockets:
            self._sockets = _listen(self.host, self.port)
            self.port = self._sockets[0].getsockname()[1]
            self.node.address = (self.host, self.port)

    async def start(self) -> None:
        self.bind()
        self._web = _WebServer(self._handle, self._refuse)
        loop = asyncio.get_running_loop()
        for bound in self._sockets:
            self._listeners.append(await loop.create_server(self._web, sock=bound, ssl=self._tls))

    async def stop(self) -> None:
        """Stop listening, and give what is being answered a second to finish."""
        for listener in self._listeners:
            listener.close()
        if self._web is not None:
            self._web.pre_shutdown()
            await self._web.shutdown(1.0)
        for bound in self._sockets:
            bound.close()
        self._listeners, self._sockets, self._web = [], [], None

    async def __aenter__(self) -> Server:
        await self.start()
        return self

    async def __aexit__(self, *exc: object) -> None:
        await self.stop()

    async def _handle(self, incoming: web.BaseRequest) -> _Reply:
        target = incoming.raw_path
        if len(incoming.method) + len(target) + 10 > MAX_INITIAL_LINE_LENGTH:
            return self._refuse(TooLongHttpLineException(MAX_INITIAL_LINE_LENGTH))
        if incoming.method not in METHODS:
            return _Reply.hang_up()
        headers: dict[str, str] = {}
        size, several = 0, ""
        for name, value in incoming.headers.items():
            size += len(name) + len(": ") + len(value)
            if not value.isascii():  # Netty takes each byte for a character of Latin-1
                value = value.encode("utf-8", "surrogateescape").decode("latin-1")
            known = headers.setdefault(name.lower(), value)
            if known is not value and name.lower() == "content-type":
                return self._refuse(_two_content_types())
            if known != value and name.lower() in _SINGLE_VALUED:
                several = several or _SINGLE_VALUED[name.lower()]
        if size > MAX_HEADER_SIZE:  # of all of them together
            return self._refuse(TooLongHttpHeaderException(MAX_HEADER_SIZE))
        try:
            body = await self._read(incoming, headers)
        except (_TooLarge, _ExpectationFailed) as refusal:
            return refusal.reply
        except web.RequestPayloadError:
            return self._refuse(NumberFormatException("Invalid character in chunk size"))
        except zlib.error:
            return _Reply.hang_up()
        answer: Answer | Awaitable[Answer | None] | Later | None
        if several:
            error = {"error": f"multiple values for single-valued header [{several}].", "status": 400}
            answer = 400, _JSON, orjson.dumps(error)
        else:
            answer = self._answer(Request.of(incoming.method, target, body, headers))
        if not isinstance(answer, tuple):
            answer = await settled(answer)
        if answer is None:
            return _Reply.hang_up()
        opaque = headers.get("x-opaque-id")
        if opaque is not None and not opaque.isascii():
            opaque = opaque.encode("latin-1").decode("utf-8", "surrogateescape")
        head, body = self._render(answer, opaque, headers.get("accept-encoding"), incoming.method == "HEAD")
        version = "1.0" if incoming.version == (1, 0) else "1.1"
        return _Reply(f"HTTP/{version} {head}", body, bool(incoming.keep_alive))

    def _render(self, answer: Answer, opaque: str | None, accept: str | None, head_only: bool) -> tuple[str, bytes]:
        """The head of an answer from its status code on, and the body to send behind it."""
        status, headers, body = answer
        lines = [f"{status} {_PHRASES.get(status, '')}\r\n"]
        if opaque is not None:
            lines.append(f"X-Opaque-Id: {opaque}\r\n")
        content_type = ""
        version = self._version
        length: str | None = None
        for name, value in headers.items():
            match name.lower():
                case "content-type":
                    content_type = f"content-type: {value}\r\n"
                case "content-length":
                    length = value
                case "x-opensearch-version":
                    version = f"X-OpenSearch-Version: {value}\r\n"
                case _:
                    lines.append(f"{name}: {value}\r\n")
        lines += (version, content_type)
        if accept is not None and body and not head_only:
            coding = _coding(accept)
            if coding is not None:
                body = gzip.compress(body, COMPRESSION_LEVEL, mtime=0) if coding == "gzip" else zlib.compress(body, 3)
                lines.append(f"content-encoding: {coding}\r\n")
        lines.append(f"content-length: {length if head_only and length else len(body)}\r\n\r\n")
        return "".join(lines), b"" if head_only else body

    def _refuse(self, error: OpenSearchError) -> _Reply:
        """The answer to what is not HTTP."""
        head, body = self._render((error.http_status(), _JSON, orjson.dumps(body_of(error))), None, None, False)
        return _Reply(f"HTTP/1.0 {head}", body, keep_alive=False)

    async def _read(self, incoming: web.BaseRequest, headers: Mapping[str, str]) -> bytes:
        """The body, inflated. Raises zlib.error for one that cannot be."""
        expect = headers.get("expect")
        length = int(headers.get("content-length", 0))
        if length > MAX_CONTENT_LENGTH:
            # A client that waits for "100 Continue" will not send the body now: what follows could be another request
            raise _TooLarge(keep_alive=expect is None)
        if expect is not None:
            if expect.lower() != "100-continue":
                raise _ExpectationFailed
            if incoming.transport is not None:
                incoming.transport.write(b"HTTP/1.1 100 Continue\r\n\r\n")
        if not incoming.can_read_body:
            return b""
        pieces = []
        size = 0
        while piece := await incoming.content.readany():
            size += len(piece)
            if size > MAX_CONTENT_LENGTH:
                raise _TooLarge(keep_alive=True)
            pieces.append(piece)
        body = b"".join(pieces)
        coding = headers.get("content-encoding")
        return body if coding is None else _inflated(body, coding.lower())


async def settled(answer: Answer | Later | Awaitable[Answer | None] | None) -> Answer | None:
    """An answer, once it is there."""
    while isinstance(answer, Later):
        await asyncio.sleep(answer.seconds)
        answer = answer.resume()
    return answer if answer is None or isinstance(answer, tuple) else await answer


#: Bytes of the thread's stack: bodies may nest deep, and some systems give a thread little.
_STACK = 16 << 20


class ServerThread:
    """A ``Server`` in a daemon thread with its own event loop, for synchronous tests and for other processes."""

    def __init__(self, server: Server) -> None:
        self.server = server
        self._thread: threading.Thread | None = None
        self._loop: asyncio.AbstractEventLoop | None = None
        self._stopping: asyncio.Event | None = None

    @property
    def url(self) -> str:
        return self.server.url

    def start(self) -> None:
        """Return when the server is bound and answers; raise what kept it from it."""
        self.server.bind()
        started: Future[None] = Future()
        self._thread = threading.Thread(target=lambda: asyncio.run(self._run(started)), name="fakeknn", daemon=True)
        usual = threading.stack_size(_STACK)
        self._thread.start()
        threading.stack_size(usual)
        started.result()

    async def _run(self, started: Future[None]) -> None:
        self._loop = asyncio.get_running_loop()
        self._stopping = asyncio.Event()
        try:
            await self.server.start()
        except BaseException as error:
            started.set_exception(error)
            return
        started.set_result(None)
        await self._stopping.wait()
        await self.server.stop()

    def stop(self) -> None:
        if self._thread is not None and self._loop is not None and self._stopping is not None:
            with contextlib.suppress(RuntimeError):  # the loop is closed already
                self._loop.call_soon_threadsafe(self._stopping.set)
            self._thread.join(5.0)
            self._thread = None

    def call(self, action: Callable[[], T]) -> T:
        """Run ``action`` between two requests, in the server's thread, and return what it returns."""
        if self._loop is None:
            raise RuntimeError("the server does not run")
        done: Future[T] = Future()

        def run() -> None:
            try:
                done.set_result(action())
            except BaseException as error:
                done.set_exception(error)

        self._loop.call_soon_threadsafe(run)
        return done.result()

    def __enter__(self) -> ServerThread:
        self.start()
        return self

    def __exit__(self, *exc: object) -> None:
        self.stop()


def tls_context(
    certificate: str | None = None, key: str | None = None, names: Iterable[str] = ("localhost",)
) -> ssl.SSLContext:
    """A server's TLS context, from PEM files or, without them, from a certificate signed by itself for ``names``."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    if certificate is not None:
        context.load_cert_chain(certificate, key)
        return context
    with tempfile.NamedTemporaryFile(suffix=".pem") as file:  # ssl loads from files only
        file.write(_self_signed(names))
        file.flush()
        context.load_cert_chain(file.name)
    return context


def _self_signed(names: Iterable[str]) -> bytes:
    """A fresh key and a certificate for it, as PEM."""
    try:
        from cryptography import x509
        from cryptography.hazmat.primitives import hashes, serialization
        from cryptography.hazmat.primitives.asymmetric import ec
    except ImportError:
        raise RuntimeError(
            "a self-signed certificate needs the package cryptography (pip install cryptography); "
            "or give a certificate and its key as PEM files"
        ) from None
    import datetime
    import ipaddress

    key = ec.generate_private_key(ec.SECP256R1())
    now = datetime.datetime.now(datetime.UTC)
    subject = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "fakeknn")])
    alternatives: list[x509.GeneralName] = [x509.DNSName(name) for name in names]
    alternatives.append(x509.IPAddress(ipaddress.ip_address("127.0.0.1")))
    certificate = (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(subject)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - datetime.timedelta(days=1))
        .not_valid_after(now + datetime.timedelta(days=365))
        .add_extension(x509.SubjectAlternativeName(alternatives), critical=False)
        .sign(key, hashes.SHA256())
    )
    private = key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    return private + certificate.public_bytes(serialization.Encoding.PEM)


def _listen(host: str, port: int) -> list[socket.socket]:
    """Sockets bound to the first address of ``host``, and to its others (``localhost`` has two) where they are free."""
    found = socket.getaddrinfo(host or None, port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE)
    found.sort(key=lambda entry: entry[0] != socket.AF_INET)
    sockets: list[socket.socket] = []
    for family, _, _, _, address in found:
        try:
            if sockets:
                address = (address[0], sockets[0].getsockname()[1], *address[2:])
            sockets.append(_bound(family, address))
        except OSError:
            if not sockets:
                raise
    return sockets


def _bound(family: int, address: Any) -> socket.socket:
    bound = socket.socket(family, socket.SOCK_STREAM)
    try:
        if hasattr(socket, "SO_REUSEPORT"):  # POSIX, where SO_REUSEADDR means what we want: no wait after a restart
            bound.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        if family == socket.AF_INET6:
            bound.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_V6ONLY, 1)
        bound.bind(address)
        bound.listen(1024)
    except OSError:
        bound.close()
        raise
    return bound


_GZIP = b"\x1f\x8b"
#: Codings that Netty reads and Python cannot, and how their streams begin.
_UNREAD_CODINGS = {"zstd": b"\x28\xb5\x2f\xfd", "snappy": b"\xff\x06\x00\x00sNaPpY"}


def _inflated(body: bytes, coding: str) -> bytes:
    """A body as it was before ``coding``; codings that Netty has no library for pass as they are."""
    if coding in ("gzip", "x-gzip"):
        wbits = 31
    elif coding in ("deflate", "x-deflate"):
        # With the zlib header as the standard has it, or without as some senders do
        wbits = 15 if len(body) > 1 and body[0] & 15 == 8 and int.from_bytes(body[:2], "big") % 31 == 0 else -15
    elif coding in _UNREAD_CODINGS and not body.startswith(_UNREAD_CODINGS[coding]):
        raise zlib.error(f"no {coding}")
    else:
        return body
    # A stream that ends too early gives what it held, as in Netty; what follows a gzip's end and is none is dropped
    pieces, room = [], MAX_CONTENT_LENGTH + 1
    while True:
        stream = zlib.decompressobj(wbits)
        pieces.append(stream.decompress(body, room))
        room -= len(pieces[-1])
        if room <= 0:
            raise _TooLarge(keep_alive=True)
        body = stream.unused_data
        if wbits != 31 or not body.startswith(_GZIP):
            return b"".join(pieces)


def _coding(accept: str) -> str | None:
    """Which of gzip and deflate an Accept-Encoding prefers, as Netty's HttpContentCompressor reads it."""
    star = gzip_q = deflate_q = -1.0
    for part in accept.split(","):
        name, _, parameter = part.partition(";")
        q = 1.0
        if "=" in parameter:
            try:
                q = float(parameter.partition("=")[2])
            except ValueError:
                q = 0.0
        if "*" in name:
            star = q
        elif "gzip" in name and q > gzip_q:
            gzip_q = q
        elif "deflate" in name and q > deflate_q:
            deflate_q = q
    if gzip_q > 0 or deflate_q > 0:
        return "gzip" if gzip_q >= deflate_q else "deflate"
    if star > 0:
        # The real server takes snappy for a star, which nobody who sends one could have meant
        return "gzip" if gzip_q == -1 else "deflate" if deflate_q == -1 else None
    return None


class _Reply(web.StreamResponse):
    """A whole answer, written at once. Bare of what aiohttp's own responses add: date, server, chunks, cookies."""

    def __init__(self, head: str, body: bytes = b"", keep_alive: bool = True) -> None:
        super().__init__()
        self._bytes = head.encode("utf-8", "surrogateescape") + body
        self._stays = keep_alive

    @classmethod
    def hang_up(cls) -> _Reply:
        return cls("", keep_alive=False)

    @property
    def keep_alive(self) -> bool | None:
        return self._stays

    async def prepare(self, request: web.BaseRequest) -> None:
        transport = request.transport
        if transport is None:
            raise ConnectionResetError("the client went away")
        if self._bytes:
            transport.write(self._bytes)

    async def write_eof(self, data: bytes = b"") -> None:
        pass


class _TooLarge(Exception):
    def __init__(self, keep_alive: bool) -> None:
        self.reply = _Reply("HTTP/1.1 413 Request Entity Too Large\r\ncontent-length: 0\r\n\r\n", keep_alive=keep_alive)


class _ExpectationFailed(Exception):
    def __init__(self) -> None:
        self.reply = _Reply("HTTP/1.1 417 Expectation Failed\r\ncontent-length: 0\r\n\r\n", keep_alive=False)


class _WebServer(web.Server):
    """aiohttp's low-level server, with our limits and our words for what is not HTTP."""

    def __init__(self, handler: Callable[[web.BaseRequest], Any], refuse: Callable[[OpenSearchError], _Reply]) -> None:
        super().__init__(handler)
        self.refuse = refuse

    def __call__(self) -> web.RequestHandler:
        return _Connection(
            self,
            loop=self._loop,
            access_log=None,  # type: ignore[arg-type]
            auto_decompress=False,
            keepalive_timeout=3600.0,
            max_line_size=MAX_INITIAL_LINE_LENGTH,
            max_field_size=MAX_HEADER_SIZE,
            max_headers=MAX_HEADER_SIZE,
            read_bufsize=2**20,
        )


#: How a request begins whose address has bytes that are no ASCII.
_BARE_ADDRESS = re.compile(rb"[A-Z]{3,7} /[^ \r\n]*[\x80-\xff][^ \r\n]* HTTP/1\.[01]\r?\n")


#: aiohttp's complaint about a request line in which only the method is wrong.
_UNKNOWN_METHOD = re.compile(r"Invalid method.*?\bb'\S+ \S+ HTTP/1\.[01]", re.DOTALL)


def _quoted_address(line: bytes) -> bytes:
    """A request line in ASCII. Netty takes each byte of an address for a character of Latin-1."""
    return b"".join(bytes([byte]) if byte < 128 else quote(chr(byte)).encode() for byte in line)


class _Connection(web.RequestHandler):
    __slots__ = ()

    def data_received(self, data: bytes) -> None:
        line = _BARE_ADDRESS.match(data)
        if line is not None:
            data = _quoted_address(line.group()) + data[line.end() :]
        super().data_received(data)

    def handle_error(
        self,
        request: web.BaseRequest,
        status: int = 500,
        exc: BaseException | None = None,
        message: str | None = None,
    ) -> web.StreamResponse:
        if isinstance(exc, ConnectionError) or not isinstance(self._manager, _WebServer):
            return _Reply.hang_up()  # the client went away while it was sending
        if status != 400:
            _log.error("answering %s %s", request.method, request.path, exc_info=exc)
            return _Reply.hang_up()
        if _UNKNOWN_METHOD.match(message or ""):
            return _Reply.hang_up()  # a method that nobody knows is none of RestRequest's
        return self._manager.refuse(_refusal(exc, message or ""))


def _refusal(exc: BaseException | None, message: str) -> OpenSearchError:
    """aiohttp's complaint about a request in Netty's words, where both mean the same."""
    if isinstance(exc, LineTooLong):
        if MAX_INITIAL_LINE_LENGTH in exc.args or str(MAX_INITIAL_LINE_LENGTH) in exc.args:
            return TooLongHttpLineException(MAX_INITIAL_LINE_LENGTH)
        return TooLongHttpHeaderException(MAX_HEADER_SIZE)
    if "Duplicate 'Content-Type'" in message:
        return _two_content_types()  # newer aiohttps look themselves
    reason = message.partition("\n")[0].rstrip(":")
    return (NumberFormatException if "chunk size" in reason else IllegalArgumentException)(reason)


def _two_content_types() -> OpenSearchError:
    cause = IllegalArgumentException("only one Content-Type header should be provided")
    error = ContentTypeHeaderException(f"java.lang.IllegalArgumentException: {cause.reason}")
    error.__cause__ = cause
    return error
