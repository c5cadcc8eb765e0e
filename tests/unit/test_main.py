from __future__ import annotations

import errno
import json
import os
import signal
import subprocess
import sys
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from fakeknn import __version__
from fakeknn.__main__ import main
from fakeknn.server import Server, ServerThread
from fakeknn.state.node import Node

Start = Callable[..., "subprocess.Popen[str]"]

SHOP = """
PUT /shop
{"settings": {"index.knn": true}, "mappings": {"properties": {"v": {"type": "knn_vector", "dimension": 2}}}}

PUT /shop/_doc/1?refresh=wait_for
{"v": [1, 2]}
"""


@pytest.fixture
def serve() -> Iterator[Start]:
    """Starts ``fakeknn serve`` on a free port and ends it after the test."""
    started = []

    def start(*arguments: str) -> subprocess.Popen[str]:
        command = [sys.executable, "-m", "fakeknn", "serve", "--port", "0", *arguments]
        process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
        started.append(process)
        return process

    yield start
    for process in started:
        process.kill()
        process.communicate()


def get(url: str) -> dict[str, object]:
    with urllib.request.urlopen(url) as answer:
        return dict(json.load(answer))


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_serves_until_a_signal(serve: Start, number: signal.Signals) -> None:
    process = serve()
    assert process.stdout is not None
    line = process.stdout.readline()
    assert line.startswith(f"fakeknn {__version__} answers as OpenSearch 3.5.0 on http://127.0.0.1:")
    assert get(line.split()[-1])["tagline"] == "The OpenSearch Project: https://opensearch.org/"
    process.send_signal(number)
    assert process.communicate(timeout=10) == ("", "")
    assert process.returncode == 0


def test_ready_json_is_all_that_stdout_holds(serve: Start) -> None:
    process = serve("--ready-json")
    assert process.stdout is not None
    ready = json.loads(process.stdout.readline())
    assert ready["pid"] == process.pid
    assert get(ready["url"])
    process.terminate()
    out, err = process.communicate(timeout=10)
    assert out == ""
    assert err.splitlines() == [f"fakeknn {__version__} answers as OpenSearch 3.5.0 on {ready['url']}"]


def test_loads_console_files_before_it_answers(serve: Start, tmp_path: Path) -> None:
    (tmp_path / "shop.console").write_text(SHOP)
    process = serve("--ready-json", "--load", str(tmp_path / "shop.console"))
    assert process.stdout is not None
    url = json.loads(process.stdout.readline())["url"]
    assert get(f"{url}/shop/_count")["count"] == 1


def test_node_attributes_are_told(serve: Start) -> None:
    process = serve("--ready-json", "--node-attr", "zone=north", "--node-attr", "rack=1=2")
    assert process.stdout is not None
    url = json.loads(process.stdout.readline())["url"]
    (told,) = get(f"{url}/_nodes/zone:north/settings?flat_settings=true")["nodes"].values()
    assert told["attributes"] == {"rack": "1=2", "shard_indexing_pressure_enabled": "true", "zone": "north"}
    assert told["settings"]["node.attr.rack"] == "1=2"
    defaults = get(f"{url}/_cluster/settings?include_defaults=true&flat_settings=true")["defaults"]
    assert (defaults["node.attr.zone"], defaults["node.attr.shard_indexing_pressure_enabled"]) == ("north", "true")


def test_a_refused_request_of_a_loaded_file_is_told_with_its_line(serve: Start, tmp_path: Path) -> None:
    (tmp_path / "bad.console").write_text("PUT /shop\n\nPUT /shop\n")
    _, err = serve("--load", str(tmp_path / "bad.console")).communicate(timeout=30)
    assert err.startswith(f"fakeknn: {tmp_path}/bad.console:3: PUT /shop was answered with 400: ")
    assert "resource_already_exists_exception" in err
    assert err.count("\n") == 1


@pytest.mark.skipif(sys.platform == "win32", reason="a process keeps its parent's id there")
def test_ends_with_the_process_that_started_it() -> None:
    """Started by a process that is then killed, from a thread that has ended before."""
    script = """
import subprocess, sys, threading, time
def start():
    subprocess.Popen([sys.executable, "-m", "fakeknn", "serve", "--port", "0", "--ready-json", "--exit-with-parent"])
thread = threading.Thread(target=start)
thread.start()
thread.join()
time.sleep(60)
"""
    parent = subprocess.Popen(
        [sys.executable, "-c", script], stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True
    )
    assert parent.stdout is not None
    ready = json.loads(parent.stdout.readline())
    assert get(ready["url"])
    parent.kill()
    parent.wait()
    assert parent.stdout.read() == ""  # ends when the child, who holds the pipe too, has ended
    parent.stdout.close()
    with pytest.raises(urllib.error.URLError):
        get(ready["url"])


@pytest.fixture
def thread() -> Iterator[ServerThread]:
    with ServerThread(Server(Node())) as running:
        yield running


def run(capsys: pytest.CaptureFixture[str], *arguments: str) -> tuple[int, str]:
    """Exit status, and what stands on stderr, of a command that fails."""
    status = main(arguments)
    out, err = capsys.readouterr()
    assert out == ""
    return status, err


def test_a_taken_port_is_one_line(capsys: pytest.CaptureFixture[str], thread: ServerThread) -> None:
    port = thread.server.port
    status, err = run(capsys, "serve", "--port", str(port))
    assert (status, err) == (2, f"fakeknn: cannot listen on 127.0.0.1:{port}: {os.strerror(errno.EADDRINUSE)}\n")


@pytest.mark.parametrize(
    ("written", "complaint"),
    [
        (None, "No such file or directory"),
        (b"\xff\xfe", "'utf-8' codec can't decode"),
        (b"What?\n", "line 1: expected"),
    ],
)
@pytest.mark.parametrize("command", [["serve", "--port", "0", "--load"], ["compare"], ["record", "localhost:1"]])
def test_an_unreadable_file_is_one_line(
    capsys: pytest.CaptureFixture[str], tmp_path: Path, command: list[str], written: bytes | None, complaint: str
) -> None:
    file = tmp_path / "x.console"
    if written is not None:
        file.write_bytes(written)
    status, err = run(capsys, *command, str(file))
    assert status == 2
    assert err.startswith(f"fakeknn: cannot read {file}: {complaint}")
    assert err.count("\n") == 1


def test_a_server_that_is_not_there_is_one_line(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    (tmp_path / "x.console").write_text("GET /\n")
    status, err = run(capsys, "record", "http://127.0.0.1:1", str(tmp_path / "x.console"))
    assert status == 2
    assert err.startswith("fakeknn: asking http://127.0.0.1:1: ")
    assert err.count("\n") == 1


@pytest.mark.parametrize(
    "arguments",
    [
        ["serve", "--port", "many"],
        ["serve", "--port", "65536"],
        ["serve", "--node-attr", "zone"],
        ["record", "ftp://x", "file"],
        ["compare"],
        [],
    ],
)
def test_wrong_arguments_exit_with_2(capsys: pytest.CaptureFixture[str], arguments: list[str]) -> None:
    with pytest.raises(SystemExit) as exit:
        main(arguments)
    assert exit.value.code == 2


def test_version(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as exit:
        main(["--version"])
    assert exit.value.code == 0
    assert capsys.readouterr().out == f"fakeknn {__version__}\n"


def test_compare_finds_what_differs_from_a_recording(
    capsys: pytest.CaptureFixture[str], tmp_path: Path, thread: ServerThread
) -> None:
    story = tmp_path / "shop.console"
    story.write_text(SHOP)
    assert main(["record", thread.url, str(story)]) == 0
    assert main(["compare", str(story)]) == 0
    assert main(["compare", "--url", thread.url, str(story)]) == 0
    assert main(["compare", "--against", thread.url, str(story)]) == 0
    recording = tmp_path / "shop.recording.json"
    recording.write_text(recording.read_text().replace('"created"', '"invented"'))
    capsys.readouterr()
    assert main(["compare", str(story)]) == 1
    assert 'result: expected "invented", got "created"' in capsys.readouterr().out


def test_starting_imports_no_more_than_an_answer_needs() -> None:
    """What indices and searches need is imported by the first request that asks for it."""
    script = "import sys, fakeknn.server; print(*sys.modules)"
    loaded = set(
        subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True).stdout.split()
    )
    assert "fakeknn.api.root" in loaded
    late = {"mapping", "fields", "query", "search", "analysis", "dates", "knn.spaces", "painless"}
    assert not loaded & {f"fakeknn.{package}" for package in late}
    assert not loaded & {"scipy", "shapely", "yaml", "cbor2", "regex", "snowballstemmer", "opensearchpy", "pytest"}
