"""The command ``fakeknn``: ``serve``, ``record`` and ``compare``. What a command needs is imported when it runs."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from fakeknn import __version__

if TYPE_CHECKING:
    import asyncio

    from fakeknn.contract.console import ConsoleRequest
    from fakeknn.state.node import Node


class Trouble(Exception):
    """What keeps a command from its work, in one line for the user."""


def main(arguments: Sequence[str] | None = None) -> int:
    options = _parser().parse_args(arguments)
    try:
        status: int = options.run(options)
    except Trouble as trouble:
        print(f"fakeknn: {trouble}", file=sys.stderr)
        return 2
    except KeyboardInterrupt:
        return 130
    return status


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="fakeknn", description="A fake OpenSearch with k-NN, for tests.")
    parser.add_argument("--version", action="version", version=f"fakeknn {__version__}")
    commands = parser.add_subparsers(required=True, metavar="COMMAND")

    serve = commands.add_parser("serve", help="answer as OpenSearch does, until stopped")
    serve.set_defaults(run=_serve)
    serve.add_argument("--host", default="127.0.0.1", help="address to listen on (%(default)s)")
    serve.add_argument("--port", type=_port, default=9200, help="port to listen on, 0 for a free one (%(default)s)")
    serve.add_argument("--ready-json", action="store_true", help="print a line of JSON, url and pid, once it answers")
    serve.add_argument(
        "--exit-with-parent", action="store_true", help="stop when the process that started this one ends"
    )
    serve.add_argument(
        "--load", metavar="FILE", type=Path, action="append", default=[], help="Dev Tools console file to run at start"
    )
    serve.add_argument(
        "--ann",
        choices=("exact", "auto", "graph"),
        default="exact",
        help="how to answer approximate k-NN: exactly, by the graphs of large segments, or by all graphs (%(default)s)",
    )
    serve.add_argument(
        "--ann-threshold",
        metavar="N",
        type=int,
        help="with --ann auto: vectors beyond which a segment is large (10,000)",
    )
    serve.add_argument(
        "--node-attr",
        metavar="NAME=VALUE",
        type=_attribute,
        action="append",
        default=[],
        help="an attribute of the node, as the setting node.attr.NAME gives it",
    )
    serve.add_argument(
        "--tls", action="store_true", help="serve https, with a self-signed certificate unless one is given"
    )
    serve.add_argument("--tls-certificate", metavar="PEM", help="certificate chain, and the key unless given apart")
    serve.add_argument("--tls-key", metavar="PEM", help="key of the certificate")

    record = commands.add_parser("record", help="write a real server's answers beside console files")
    record.set_defaults(run=_record)
    record.add_argument("url", metavar="URL", type=_url)
    record.add_argument("files", metavar="FILE", type=Path, nargs="+")

    compare = commands.add_parser(
        "compare",
        help="show where answers differ from the recorded ones, or from a real server's; exit status 1 if any",
    )
    compare.set_defaults(run=_compare)
    compare.add_argument(
        "--against", metavar="URL", type=_url, help="a real server, instead of the recordings beside the files"
    )
    compare.add_argument("--url", metavar="URL", type=_url, help="a running fakeknn, instead of one in this process")
    compare.add_argument("files", metavar="FILE", type=Path, nargs="+")

    for command in (record, compare):
        command.add_argument(
            "--empty",
            action="store_true",
            help="empty the servers before each file: for servers that hold nothing of value",
        )
    return parser


def _port(text: str) -> int:
    if not text.isdecimal() or int(text) > 65535:
        raise argparse.ArgumentTypeError(f"[{text}] is no port")
    return int(text)


def _attribute(text: str) -> tuple[str, str]:
    name, equals, value = text.partition("=")
    if not (name and equals and value):
        raise argparse.ArgumentTypeError(f"[{text}] is no NAME=VALUE")
    return name, value


def _url(text: str) -> str:
    from urllib.parse import urlsplit

    url = text if "://" in text else f"http://{text}"
    if urlsplit(url).scheme not in ("http", "https") or not urlsplit(url).hostname:
        raise argparse.ArgumentTypeError(f"[{text}] is no URL of a server")
    return url


def _serve(options: argparse.Namespace) -> int:
    import asyncio
    import gc
    import threading

    from fakeknn import api
    from fakeknn.server import Server, tls_context
    from fakeknn.state.node import Node

    loads = [(file, _console(file)) for file in options.load]
    tls = None
    if options.tls or options.tls_certificate:
        try:
            tls = tls_context(options.tls_certificate, options.tls_key)
        except (OSError, RuntimeError) as error:
            raise Trouble(str(error)) from None
    ann = {} if options.ann_threshold is None else {"ann_threshold": options.ann_threshold}
    node = Node(ann=options.ann, **ann, attributes=dict(options.node_attr))
    server = Server(node, host=options.host, port=options.port, tls=tls)
    try:
        server.bind()
    except OSError as error:
        raise Trouble(f"cannot listen on {options.host}:{options.port}: {error.strerror or error}") from None

    def prepare() -> None:
        api.load()
        gc.collect()
        gc.freeze()  # what is imported stays: the collector need not look at it again during each bulk

    async def run() -> None:
        stop = _stop_event(options.exit_with_parent)
        for file, requests in loads:
            _load(server.node, file, requests)
        async with server:
            _announce(server.url, server.node.version, options.ready_json)
            # Import the handlers before a request needs them, but not in the way of the question whether we are up
            load = threading.Thread(target=prepare, daemon=True)
            asyncio.get_running_loop().call_later(0.1, load.start)
            await stop.wait()

    asyncio.run(run())
    return 0


def _announce(url: str, version: str, ready_json: bool) -> None:
    line = f"fakeknn {__version__} answers as OpenSearch {version} on {url}"
    if not ready_json:
        print(line, flush=True)
        return
    import json
    import os

    print(line, file=sys.stderr, flush=True)
    print(json.dumps({"url": url, "pid": os.getpid(), "version": version}), flush=True)


def _stop_event(exit_with_parent: bool) -> asyncio.Event:
    """Set by SIGINT, SIGTERM and, if asked, by the parent's end."""
    import asyncio
    import signal

    stop = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGINT, signal.SIGTERM):
        try:
            loop.add_signal_handler(number, stop.set)
        except NotImplementedError:  # Windows
            signal.signal(number, lambda *_: loop.call_soon_threadsafe(stop.set))
    if exit_with_parent:
        _watch_parent(loop, stop)
    return stop


def _watch_parent(loop: asyncio.AbstractEventLoop, stop: asyncio.Event) -> None:
    """Set ``stop`` when the parent process ends.

    Not by prctl(PR_SET_PDEATHSIG): that one fires when the parent's *thread* ends that started us, and test runners
    start processes from threads of a pool.
    """
    import os

    parent = os.getppid()
    if hasattr(os, "pidfd_open"):
        try:
            watched = os.pidfd_open(parent)
        except OSError:  # an old kernel, or the parent is gone
            pass
        else:
            loop.add_reader(watched, stop.set)
            if os.getppid() != parent:
                stop.set()
            return

    def look() -> None:
        if os.getppid() != parent:
            stop.set()
        else:
            loop.call_later(0.25, look)

    look()


def _console(file: Path) -> list[ConsoleRequest]:
    from fakeknn.contract.console import ConsoleSyntaxError, parse

    try:
        return parse(file.read_text(encoding="utf-8"))
    except OSError as error:
        raise Trouble(f"cannot read {file}: {error.strerror or error}") from None
    except (UnicodeDecodeError, ConsoleSyntaxError) as error:
        raise Trouble(f"cannot read {file}: {error}") from None


def _load(node: Node, file: Path, requests: Sequence[ConsoleRequest]) -> None:
    """Run a console file on the node; the first request that it refuses is a Trouble."""
    from fakeknn.app import answer
    from fakeknn.rest import Request

    for request in requests:
        sent = Request.of(request.method, request.path, request.body, dict(request.wire_headers()))
        status, _, body = answer(node, sent)
        if status >= 400 or b'"errors":true' in body:
            text = body.decode("utf-8", "replace")
            raise Trouble(f"{file}:{request.line}: {request} was answered with {status}: {text[:500]}")


def _record(options: argparse.Namespace) -> int:
    from fakeknn.contract.recording import record

    with _troubles(options.files, options.url):
        record(options.url, options.files, empty=options.empty)
    return 0


def _compare(options: argparse.Namespace) -> int:
    from fakeknn.contract.compare import compare

    with _troubles(options.files, options.against, options.url):
        differing = compare(options.files, against=options.against, url=options.url, empty=options.empty)
    return 1 if differing else 0


@contextmanager
def _troubles(files: Sequence[Path], *urls: str | None) -> Iterator[None]:
    """What can go wrong with ``files`` and with servers, told in one line."""
    from http.client import HTTPException

    from fakeknn.contract.guard import ForeignThings
    from fakeknn.contract.recording import NoRecording

    for file in files:
        _console(file)
    try:
        yield
    except (ForeignThings, NoRecording) as error:
        raise Trouble(str(error)) from None
    except (OSError, HTTPException) as error:
        servers = " and ".join(url for url in urls if url) or "the recordings"
        raise Trouble(f"asking {servers}: {error or type(error).__name__}") from None


if __name__ == "__main__":
    sys.exit(main())
