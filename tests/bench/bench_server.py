"""The server end to end: start, load, search, visibility, memory, and the fixture. Run by hand:

    python tests/bench/bench_server.py [--url URL] [--documents 10000]

With ``--url`` the same load goes to a server that runs already (the real one, or another fake), for comparison.
Ratios of one run on one machine say something; single numbers say less. Requests go over one keep-alive connection
of bare sockets, so that the client's own cost is small.
"""

from __future__ import annotations

import argparse
import json
import socket
import statistics
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import numpy as np
import orjson

DIMENSION = 128
SHOP = {
    "settings": {"index": {"knn": True, "number_of_replicas": 0}},
    "mappings": {
        "properties": {
            "v": {"type": "knn_vector", "dimension": DIMENSION, "space_type": "l2"},
            "colour": {"type": "keyword"},
            "price": {"type": "integer"},
        }
    },
}
COLOURS = ["red", "green", "blue", "black"]


class Connection:
    """One kept connection."""

    def __init__(self, url: str) -> None:
        parts = urlsplit(url)
        self.host = f"{parts.hostname}:{parts.port}"
        self._socket = socket.create_connection((parts.hostname, parts.port))
        self._socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)

    def ask(self, method: str, path: str, body: bytes = b"") -> tuple[int, bytes]:
        head = f"{method} {path} HTTP/1.1\r\nhost: {self.host}\r\ncontent-type: application/json\r\n"
        self._socket.sendall(f"{head}content-length: {len(body)}\r\n\r\n".encode() + body)
        answer = b""
        while b"\r\n\r\n" not in answer:
            answer += self._received()
        head_bytes, _, rest = answer.partition(b"\r\n\r\n")
        length = next(
            int(line[15:]) for line in head_bytes.lower().split(b"\r\n") if line.startswith(b"content-length:")
        )
        while len(rest) < length:
            rest += self._received()
        return int(head_bytes[9:12]), rest

    def _received(self) -> bytes:
        received = self._socket.recv(1 << 18)
        if not received:
            raise ConnectionError("the server closed the connection")
        return received

    def json(self, method: str, path: str, body: Any = None) -> Any:
        status, answer = self.ask(method, path, b"" if body is None else orjson.dumps(body))
        if status >= 300:
            raise RuntimeError(f"{method} {path}: {status} {answer[:300]!r}")
        return orjson.loads(answer)


def seconds(action: Callable[[], object]) -> float:
    began = time.perf_counter()
    action()
    return time.perf_counter() - began


def p50(action: Callable[[], object], times: int = 300) -> float:
    """Milliseconds."""
    for _ in range(20):
        action()
    return 1000 * statistics.median(seconds(action) for _ in range(times))


def tell(what: str, measured: str, target: str = "") -> None:
    print(f"{what:<62} {measured:>16}   {target}", flush=True)


def start() -> tuple[subprocess.Popen[str], str]:
    """A server, asked as soon as it listens."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    command = [sys.executable, "-m", "fakeknn", "serve", "--port", str(port)]
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL, text=True)
    url = f"http://127.0.0.1:{port}"
    while process.poll() is None:
        try:
            Connection(url).json("GET", "/")
            return process, url
        except OSError:
            time.sleep(0.002)
    raise RuntimeError("fakeknn serve ended")


def bench_start(rounds: int = 9) -> None:
    imports = [sys.executable, "-c", "import aiohttp, numpy, orjson"]
    bases, firsts, indices = [], [], []
    for _ in range(rounds):
        bases.append(seconds(lambda: subprocess.run(imports, check=True)))
        began = time.perf_counter()
        process, url = start()
        firsts.append(time.perf_counter() - began)
        Connection(url).json("PUT", "/shop", SHOP)
        indices.append(time.perf_counter() - began)
        process.kill()
        process.wait()
    base, first, index = map(statistics.median, (bases, firsts, indices))
    tell("python -c 'import aiohttp, numpy, orjson'", f"{1000 * base:.0f} ms")
    tell("start to first answer", f"{1000 * first:.0f} ms = {first / base:.2f} x", "<= 1.5 x")
    tell("start to first index", f"{1000 * index:.0f} ms = {index / base:.2f} x")


def documents(number: int) -> list[bytes]:
    """Bulk bodies of 500 documents each."""
    random = np.random.default_rng(7)
    vectors = random.standard_normal((number, DIMENSION)).astype(np.float32)
    lines = [
        b'{"index":{"_id":"%d"}}\n%s\n'
        % (i, orjson.dumps({"v": vectors[i].tolist(), "colour": COLOURS[i % 4], "price": i}))
        for i in range(number)
    ]
    return [b"".join(lines[at : at + 500]) for at in range(0, number, 500)]


def bench_load(connection: Connection, number: int) -> None:
    connection.ask("DELETE", "/shop")
    connection.json("PUT", "/shop", SHOP)
    bodies = documents(number)

    def load() -> None:
        for body in bodies:
            status, answer = connection.ask("POST", "/shop/_bulk", body)
            assert status == 200, answer[:300]
            assert b'"errors":false' in answer, answer[:300]

    rate = number / seconds(load)
    tell(f"bulk of {number:,} documents of {DIMENSION} floats, 500 a request", f"{rate:,.0f} /s", ">= 15,000 /s")
    connection.json("POST", "/shop/_refresh")


def bench_searches(connection: Connection) -> None:
    random = np.random.default_rng(8)
    vectors = random.standard_normal((64, DIMENSION)).astype(np.float32).tolist()
    turn = iter(range(10**9))

    def search(**more: Any) -> Callable[[], object]:
        bodies = [
            orjson.dumps({"size": 10, "query": {"knn": {"v": {"vector": vector, "k": 10, **more}}}})
            for vector in vectors
        ]

        def run() -> None:
            status, answer = connection.ask("POST", "/shop/_search", bodies[next(turn) % len(bodies)])
            assert status == 200, answer

        return run

    tell("knn, k = 10: p50", f"{p50(search()):.2f} ms", "< 1.2 ms")
    tell("knn with a term filter: p50", f"{p50(search(filter={'term': {'colour': 'red'}})):.2f} ms", "< 1.5 ms")
    tell("match_all, size 0: p50", f"{p50(lambda: connection.json('POST', '/shop/_search', {'size': 0})):.2f} ms")
    tell("GET /: p50", f"{p50(lambda: connection.json('GET', '/')):.2f} ms")


def bench_visibility(connection: Connection) -> None:
    document = {"v": [0.5] * DIMENSION, "colour": "red", "price": 1}
    turn = iter(range(10**9))

    def write_refresh_read() -> None:
        path = f"/shop/_doc/new-{next(turn)}"
        connection.json("PUT", path, document)
        connection.json("POST", "/shop/_refresh")
        connection.json("GET", path)

    tell("PUT document + _refresh + GET: p50", f"{p50(write_refresh_read):.2f} ms", "< 1.5 ms")


def bench_memory(pid: int) -> None:
    status = Path(f"/proc/{pid}/status")
    if status.exists():
        kib = next(int(line.split()[1]) for line in status.read_text().splitlines() if line.startswith("VmRSS"))
        tell("resident memory with those documents", f"{kib / 1024:.0f} MiB", "< 150 MiB")


def bench_fixture(rounds: int = 30) -> None:
    """In this process: everything is imported once before."""
    from conftest_plugin.fake import FakeCluster

    def first_answer() -> FakeCluster:
        cluster = FakeCluster()
        Connection(cluster.url).json("GET", "/")
        return cluster

    clusters: list[FakeCluster] = [first_answer()]
    Connection(clusters[0].url).json("PUT", "/shop", SHOP)
    times = [seconds(lambda: clusters.append(first_answer())) for _ in range(rounds)]
    tell("fixture ready in a warm interpreter: median", f"{1000 * statistics.median(times):.1f} ms", "<= 30 ms")
    cluster = clusters[-1]
    cluster.begin(None, None)
    connection = Connection(cluster.url)
    times = []
    for _ in range(rounds):
        for i in range(5):
            connection.json("PUT", f"/shop-{i}", SHOP)
            connection.ask("POST", f"/shop-{i}/_bulk", documents(50)[0])
        times.append(seconds(cluster.end))
        cluster.begin(None, None)
    tell("reset after a test of 5 indices: median", f"{1000 * statistics.median(times):.2f} ms", "<= 1 ms")
    for one in clusters:
        one.stop()


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--url", help="a server that runs already")
    parser.add_argument("--documents", type=int, default=10_000)
    options = parser.parse_args()
    process = None
    url = options.url
    if url is None:
        bench_start()
        bench_fixture()
        process, url = start()
    connection = Connection(url)
    tell("asked", json.dumps(connection.json("GET", "/")["version"]["number"]))
    bench_load(connection, options.documents)
    bench_searches(connection)
    bench_visibility(connection)
    if process is not None:
        bench_memory(process.pid)
    connection.json("DELETE", "/shop")
    if process is not None:
        process.kill()


if __name__ == "__main__":
    main()
